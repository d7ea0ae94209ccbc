"""How good a business's search is, measured by its own judged queries, and what a part of the score does to it.

nDCG (Järvelin and Kekäläinen 2002) over the first ten hits; strict: what nobody judged is worth nothing; condensed (Sakai 2007): what
nobody judged is left out. A grade is worth 2^grade - 1, or itself. Differences are told with the middle 95 of 100 of a paired
bootstrap over the queries.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from weft.business import Business
from weft.errors import InputError
from weft.index import keeping
from weft.index.finding import Shelf
from weft.index.sought import Weights, weighed
from weft.skills.search import LONGEST, Results, Search
from weft.skills.search.answers import found_by
from weft.skills.search.judgments import Judgments
from weft.skills.search.rules import Policy
from weft.store.merchandising import Dials
from weft.store.rules import Book

FIRST: Final = 10
DEPTH: Final = 100
_RESAMPLED: Final = 1000
_SEED: Final = 7
_SHOWN: Final = 3
GAINS: Final[Mapping[str, Callable[[float], float]]] = {
    "exponential": lambda grade: 2.0**grade - 1.0,
    "linear": lambda grade: grade,
}


@dataclass(frozen=True, slots=True)
class Way:
    """A way to rank, by what it is called."""

    name: str
    weights: Weights = field(default_factory=Weights)
    rules: bool = True
    dials: bool = True
    reranks: bool = True

    def policy(self, book: Book, shelf: Shelf) -> Policy:
        """The business's rules and dials as far as they count here."""
        return Policy(Book(book.rules if self.rules else (), book.dials if self.dials else Dials()), shelf.analysis)


_WITHOUT: Final[Mapping[str, Way]] = {
    # No cosine is that high, so that nothing is found by meaning alone either.
    "meaning": Way("without meaning", replace(Weights(), meaning=0.0, least_cosine=2.0)),
    "whole": Way("without whole", replace(Weights(), whole=0.0)),
    "stock": Way("without stock", replace(Weights(), out=1.0)),
    "rules": Way("without rules", rules=False),
    "dials": Way("without dials", dials=False),
    "rerank": Way("without rerank", reranks=False),
}
PARTS: Final = tuple(_WITHOUT)
"""What can be left out."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What the answer to one query is worth, each from 0 to 1; `recall` is the share of the relevant products among the first hundred.

    `first` are the titles that stand first, `missed` the ids of the best judged products that are not among the first ten.
    """

    query: str
    ndcg: float
    condensed: float
    reciprocal: float
    recall: float
    judged: float
    found: int
    first: tuple[str, ...]
    missed: tuple[str, ...]

    def shown(self) -> dict[str, Any]:
        """The mark as programs read it."""
        return {
            "query": self.query, "ndcg": round(self.ndcg, 4), "condensed": round(self.condensed, 4),
            "reciprocal_rank": round(self.reciprocal, 4), "recall": round(self.recall, 4), "judged": self.judged,
            "found": self.found, "first": list(self.first), "missed": list(self.missed),
        }  # fmt: skip


@dataclass(slots=True)
class Report:
    """The marks of all queries, by one way to rank."""

    way: str
    marks: list[Mark] = field(default_factory=list)
    seconds: float = 0.0

    def mean(self, name: str) -> float:
        """The mean of one of the marks' figures."""
        return float(np.mean([getattr(one, name) for one in self.marks]))

    @property
    def found_nothing(self) -> int:
        """How many queries found nothing."""
        return sum(not one.found for one in self.marks)

    def worst(self, most: int) -> list[Mark]:
        """The queries that are answered worst."""
        return sorted(self.marks, key=lambda one: (one.ndcg, one.condensed, one.recall, one.query))[:most]

    def shown(self, beside: "Report | None" = None) -> dict[str, Any]:
        """The report as programs read it, with what it does differently from another."""
        told: dict[str, Any] = {"way": self.way, "queries": len(self.marks)}
        told |= {name: round(self.mean(name), 4) for name in ("ndcg", "condensed", "reciprocal", "recall", "judged")}
        told |= {"found_nothing": self.found_nothing, "seconds": round(self.seconds, 3)}
        if beside is not None:
            gap, low, high = self.gap(beside)
            told["difference"] = {"ndcg": round(gap, 4), "from": round(low, 4), "to": round(high, 4)}
        return told

    def gap(self, beside: "Report") -> tuple[float, float, float]:
        """By how much nDCG is higher than another way's, and between what that lies with 95 of 100."""
        gaps = np.array([one.ndcg - other.ndcg for one, other in zip(self.marks, beside.marks, strict=True)])
        drawn = np.random.default_rng(_SEED).choice(gaps, (_RESAMPLED, len(gaps))).mean(axis=1)
        low, high = np.percentile(drawn, [2.5, 97.5])
        return float(gaps.mean()), float(low), float(high)

    def sentence(self, beside: "Report") -> str:
        """What a way does differently from another, and whether these queries tell them apart."""
        gap, low, high = self.gap(beside)
        sure = "" if low > 0 or high < 0 else f": {len(self.marks):,} queries do not tell them apart"
        return (
            f"{self.way}: nDCG@{FIRST} {self.mean('ndcg'):.3f} in place of {beside.mean('ndcg'):.3f} "
            f"({gap:+.3f}; 95 of 100: {low:+.3f} to {high:+.3f}){sure}."
        )


def ways(without: Sequence[str], weights: Sequence[str]) -> list[Way]:
    """Search as it is; without each part that is named; and by weights written `name=number`, all of them together."""
    found = [Way("as it is")]
    for name in dict.fromkeys(without):
        if name not in _WITHOUT:
            raise InputError(f"--without: there is no part {name!r} of a score; there are {', '.join(PARTS)}.")
        found.append(_WITHOUT[name])
    if weights:
        changed = Weights()
        for one in weights:
            changed = _changed(changed, one)
        found.append(Way(f"with {', '.join(weights)}", changed))
    return found


def _changed(weights: Weights, said: str) -> Weights:
    """Weights with one of them changed."""
    name, _, text = said.partition("=")
    name = name.strip()
    plain = {one: getattr(weights, one) for one in ("meaning", "whole", "tie", "out", "least_cosine")}
    if name not in plain and name not in weights.fields:
        raise InputError(f"--weight: there is no weight {name!r}; there are {', '.join([*plain, *weights.fields])}.")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1000:
        raise InputError(f"--weight {said}: a number from 0 on is wanted, such as {name}=0.5.")
    if name in plain:
        changed: dict[str, Any] = {name: value}
        return replace(weights, **changed)
    return replace(weights, fields={**weights.fields, name: value})


def measured(
    business: Business, judgments: Judgments, by: Sequence[Way], gain: str, most: int | None = None
) -> Iterator[tuple[Report, int]]:
    """Each way's report as it grows, and how many queries there are; raises NotReady, and InputError where no judged product is there.

    Queries that no product is worth anything for are left out: no answer to them is better than another.
    """
    worth = GAINS[gain]
    queries = [query for query, grades in judgments.grades.items() if any(worth(one) > 0 for one in grades.values())]
    if not queries:
        raise InputError("No product has a grade above 0, so that no answer to a query is better than another.")
    kept = keeping.shelf(business.database, business.uid, business.id, business.catalog, business.models)
    shelf, book = kept.shelf, business.rules.book()
    if not any(shelf.by_id(one) for query in queries for one in judgments.grades[query]):
        one = next(iter(judgments.grades[queries[0]]))
        raise InputError(
            f"None of the products that were judged is in the catalog of {business.id}: their ids are such as {one!r}."
        )
    chosen = queries[:most]
    for way in by:
        report, begun = Report(way.name), time.monotonic()
        policy, by_way = way.policy(book, shelf), replace(kept, reranks=kept.reranks and way.reranks)
        with weighed(way.weights):
            for query in chosen:
                asked = Search(query=query[:LONGEST], limit=DEPTH, facets=[])
                told = found_by(asked, by_way, policy)
                report.marks.append(_mark(query, told, judgments.grades[query], worth))
                report.seconds = time.monotonic() - begun
                yield report, len(chosen)


def _mark(query: str, told: Results, grades: Mapping[str, float], worth: Callable[[float], float]) -> Mark:
    ids = [hit.id for hit in told.hits]
    good = {key for key, grade in grades.items() if worth(grade) > 0}
    rank = next((place for place, one in enumerate(ids, 1) if one in good), None)
    missed = sorted(good.difference(ids[:FIRST]), key=lambda one: (-grades[one], one))
    return Mark(
        query=query,
        ndcg=_ndcg(ids, grades, worth),
        condensed=_ndcg([one for one in ids if one in grades], grades, worth),
        reciprocal=1 / rank if rank else 0.0,
        recall=len(good.intersection(ids)) / len(good),
        judged=sum(one in grades for one in ids[:FIRST]) / max(len(ids[:FIRST]), 1),
        found=told.total,
        first=tuple(hit.title for hit in told.hits[:_SHOWN]),
        missed=tuple(missed[:_SHOWN]),
    )


def _ndcg(ids: Sequence[str], grades: Mapping[str, float], worth: Callable[[float], float]) -> float:
    best = sorted(map(worth, grades.values()), reverse=True)
    got = [worth(grades.get(one, 0.0)) for one in ids]
    return _discounted(got) / _discounted(best)


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 2) for rank, gain in enumerate(gains[:FIRST]))
