"""An index, opened: products found by words and by meaning, counted by facets, and each told why it was found.

A score is a weighted sum: of the words' score (BM25 of the best field of each word, as a share of the best product's) and of the
cosine between the query's meaning and the product's.
"""

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import UUID

import numpy as np
import orjson
import tantivy
from numpy.typing import NDArray

from weft.index import building
from weft.index.entry import SEPARATOR, TEXTS
from weft.index.folder import Folder, State
from weft.index.graph import Meanings
from weft.index.spelling import Spelling
from weft.index.words import Analysis, folded

Query = tantivy.Query
Must, Should, MustNot = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot
_MOST_OPEN: Final = 64
_FACETS_READ: Final = 2000
_LIKE_WORDS: Final = 6
_CODE_SCORE: Final = 100.0


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of a score counts; `fields` by the name of a field of texts, `tie` is what the other fields of a word add.

    `whole` is what a product has more that says enough of the words; `out` is what is left of the score of a product that cannot be bought now.
    """

    meaning: float = 0.9
    whole: float = 0.5
    fields: Mapping[str, float] = field(
        default_factory=lambda: {"title": 1.0, "brand": 0.7, "kind": 1.0, "traits": 0.5, "body": 0.3}
    )
    tie: float = 0.2
    out: float = 0.5
    candidates: int = 150
    near: int = 100
    least_cosine: float = 0.45


_WEIGHTS: Final[ContextVar[Weights]] = ContextVar("weights", default=Weights())  # noqa: B039 - it is frozen


def weights() -> Weights:
    """The weights by which this thread ranks now."""
    return _WEIGHTS.get()


@contextlib.contextmanager
def weighed(by: Weights) -> Iterator[None]:
    """What is searched inside is ranked by other weights: to measure what they do."""
    token = _WEIGHTS.set(by)
    try:
        yield
    finally:
        _WEIGHTS.reset(token)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a query: terms of which the best counts, each with its weight; one that is not `needed` only adds to a score.

    `text` is what was typed; `codes` are what it may be as the number of a thing; `together` are terms all of which say the same
    as the part, with what that counts.
    """

    text: str
    terms: tuple[tuple[str, float], ...]
    needed: bool = True
    codes: tuple[str, ...] = ()
    together: tuple[tuple[tuple[str, ...], float], ...] = ()


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: parts, and conditions that hold of every product found.

    `meaning` is the vector of the query; `like` a place whose product is not found itself; `pinned` are ids of products that are
    found whatever they say, where the conditions hold of them.
    """

    parts: tuple[Part, ...] = ()
    conditions: tuple[Any, ...] = ()
    meaning: NDArray[np.float32] | None = None
    most_missing: int = 0
    pinned: tuple[str, ...] = ()


class Lift(Protocol):
    """What moves products beside their fitting: rules and dials."""

    def beside(self, query: Any, most: int) -> Sequence[Any]:
        """Conditions of whose products as many are looked at, though their words are not among the best of a query."""

    def times(self, places: list[int]) -> Sequence[float]:
        """What the scores of the products in these places are multiplied by."""


@dataclass(slots=True)
class Found:
    """A product that was found: its place and address, its score and what that is made of; `times` is what rules and dials make of it."""

    place: int
    address: Any
    score: float
    words: float
    cosine: float
    whole: bool = True
    times: float = 1.0


class Shelf:
    """One business's index as it was at a moment; safe to share between threads."""

    def __init__(self, home: Path, business: UUID, state: State) -> None:
        """Open what a state names; raises OSError or ValueError where it has been replaced meanwhile."""
        where = Folder(home, business).generation(state.generation)
        self.home, self.business, self.state = home, business, state
        self.schema = building.schema()
        self._index = tantivy.Index.open(str(where / "words"))
        self._searcher = self._index.searcher()
        kept = orjson.loads((where / state.spelling).read_bytes())
        self.spelling = Spelling(kept["words"], kept["phrases"])
        self.analysis = Analysis(state.languages)
        # A field that no product fills costs a look-up for each word of each query.
        self._texts = [name for name in TEXTS if name in state.texts]
        self.meanings = (
            Meanings(where / state.meaning, where / state.fresh if state.fresh else None) if state.meaning else None
        )

    @property
    def products(self) -> int:
        """How many products there are."""
        return int(self._searcher.num_docs)

    def is_code(self, one: str) -> bool:
        """Whether some product has this number."""
        return bool(self._searcher.doc_freq("code", one))

    @cached_property
    def commonest(self) -> dict[str, dict[str, int]]:
        """How many products have each of the commonest values, by facet."""
        return self.counted(Query.all_query())

    @cached_property
    def values(self) -> dict[str, list[tuple[str, str]]]:
        """The commonest values of facets by their folded forms, each with the name of its facet."""
        found: dict[str, list[tuple[str, str]]] = {}
        for name, counts in self.commonest.items():
            for value in counts:
                found.setdefault(folded(value), []).append((name, value))
        return found

    @staticmethod
    def both(conditions: Sequence[Any]) -> Any:
        """The condition that several hold."""
        return Query.boolean_query([(Must, one) for one in conditions])

    @staticmethod
    def either(conditions: Sequence[Any]) -> Any:
        """The condition that one of several holds."""
        return _or(conditions)

    def has(self, values: Sequence[tuple[str, str]]) -> Any:
        """The condition that a product has one of some values of facets."""
        return _or([self._term("facet", f"{name}{SEPARATOR}{value}") for name, value in values])

    def between(self, column: str, least: int | None, most: int | None) -> Any:
        """The condition that a number lies between two, both included."""
        return Query.range_query(self.schema, column, tantivy.FieldType.Integer, least, most)

    def on_show(self) -> Any:
        """The condition that a product is published and no draft."""
        # What few products are is told by what they are not: that reads no list of all others.
        return self.unless(Query.term_query(self.schema, "shown", 0, "basic"))

    def available(self) -> Any:
        """The condition that a product can be bought now."""
        return self.unless(Query.term_query(self.schema, "stock", 0, "basic"))

    def says(self, terms: Sequence[str]) -> Any:
        """The condition that a product has one of some terms in any of its texts."""
        return _or([self._term(name, term) for name in TEXTS for term in terms])

    def named(self, ids: Sequence[str]) -> Any:
        """The condition that a product has one of some ids."""
        return _or([self._term("id", one) for one in ids])

    @staticmethod
    def unless(condition: Any) -> Any:
        """The condition that another does not hold."""
        return Query.boolean_query([(Must, Query.all_query()), (MustNot, condition)])

    def _term(self, name: str, term: str) -> Any:
        return Query.term_query(self.schema, name, term, "basic" if name in ("facet", "code", "id") else "freq")

    def lexical(self, part: Part, weights: Weights) -> Any:
        """The query of a part: the best of its terms in the best of the fields."""
        ways = [
            Query.boost_query(self._term(name, term), weight * weights.fields[name])
            for term, weight in part.terms
            for name in self._texts
            if weights.fields[name]
        ]
        ways += [self._together(terms, weight, weights) for terms, weight in part.together]
        return ways[0] if len(ways) == 1 else Query.disjunction_max_query(ways, weights.tie)

    def _together(self, terms: Sequence[str], weight: float, weights: Weights) -> Any:
        """The query of several terms that only count where all of them are said; their mean counts as one."""
        each = [self.lexical(Part(term, ((term, weight / len(terms)),)), weights) for term in terms]
        return Query.boolean_query([(Must, one) for one in each])

    def matching(self, sought: Sought, weights: Weights, near: Sequence[int] = ()) -> Any:
        """The query whose matches are what is found: enough of the parts, or near in meaning, and all conditions."""
        needed = [(Should, self.lexical(part, weights)) for part in sought.parts if part.needed]
        optional = [(Should, self.lexical(part, weights)) for part in sought.parts if part.terms and not part.needed]
        least = max(len(needed) - sought.most_missing, 1)
        ways: list[Any] = []
        if needed:
            words = Query.boolean_query(needed, least)
            ways.append(Query.boolean_query([(Must, words), *optional]) if optional else words)
        elif optional:
            ways.append(Query.boolean_query([(Must, Query.const_score_query(Query.all_query(), 0.0)), *optional]))
        # A thing that is named by its number is found whatever else is said of it, and stands before all others.
        ways += [
            Query.const_score_query(self._term("code", one), _CODE_SCORE) for part in sought.parts for one in part.codes
        ]
        if len(near):
            ways.append(Query.const_score_query(self.at(list(near)), 0.0))
        if sought.pinned:
            ways.append(Query.const_score_query(self.named(sought.pinned), 0.0))
        must = [(Must, Query.const_score_query(one, 0.0)) for one in sought.conditions]
        if not sought.parts and not len(near):
            # All products are found, those that are pinned among them.
            return Query.boolean_query([(Must, Query.const_score_query(Query.all_query(), 0.0)), *must])
        whole = ways[0] if len(ways) == 1 else Query.boolean_query([(Should, one) for one in ways])
        return Query.boolean_query([(Must, whole), *must]) if must else whole

    def count(self, query: Any) -> int:
        """How many products match."""
        return int(self._searcher.search(query, 1).count)  # type: ignore[attr-defined]

    def near(self, sought: Sought, weights: Weights) -> dict[int, float]:
        """The places near in meaning, with their cosines."""
        if sought.meaning is None or self.meanings is None or sought.meaning.shape[0] != self.meanings.width:
            return {}
        places, cosines = self.meanings.near(sought.meaning, weights.near)
        return {
            int(place): float(cosine)
            for place, cosine in zip(places, cosines, strict=True)
            if cosine >= weights.least_cosine
        }

    def ranked(
        self,
        query: Any,
        sought: Sought,
        weights: Weights,
        near: Mapping[int, float],
        most: int,
        whole: Any = None,
        lift: Lift | None = None,
    ) -> list[Found]:
        """The best matches of a query, best first, by words and by meaning; those first, others being equal, that match `whole`.

        `lift` moves them further.
        """
        candidates = self._candidates(query, weights, near, most, lift)
        if not candidates:
            return []
        cosines = self._cosines(sought, list(candidates), near)
        stock = self._searcher.fast_field_values("stock", [address for _, address in candidates.values()])
        best = max(score for score, _ in candidates.values()) or 1.0
        enough = self.holding(whole, list(candidates)) if whole is not None else candidates.keys()
        times = lift.times(list(candidates)) if lift is not None else [1.0] * len(candidates)
        found = []
        for (place, (score, address)), cosine, left, by in zip(candidates.items(), cosines, stock, times, strict=True):
            total = score / best + weights.meaning * cosine + (weights.whole if place in enough else 0.0)
            total *= by if left else by * weights.out
            found.append(Found(place, address, total, score / best, cosine, place in enough, by))
        return sorted(found, key=lambda one: (-one.score, one.place))

    def _candidates(
        self, query: Any, weights: Weights, near: Mapping[int, float], most: int, lift: Lift | None = None
    ) -> dict[int, tuple[float, Any]]:
        """The matches with the best words, those near in meaning and those that are lifted, by place: the words' score and the address."""
        count = max(weights.candidates, most)
        hits = self._searcher.search(query, count, count=False).hits
        if len(hits) >= count:
            for one in [*([self.at(list(near))] if near else []), *(lift.beside(query, count) if lift else [])]:
                both = Query.boolean_query([(Must, Query.const_score_query(one, 0.0)), (Must, query)])
                hits = [*hits, *self._searcher.search(both, count, count=False).hits]
        found: dict[int, tuple[float, Any]] = {}
        for place, (score, address) in zip(self._places([address for _, address in hits]), hits, strict=True):
            found.setdefault(place, (float(score), address))
        return found

    def at(self, places: list[int]) -> Any:
        """The condition that a product stands in one of some places."""
        return Query.term_set_query(self.schema, "place", places)

    def holding(self, query: Any, places: list[int]) -> set[int]:
        """Which of some places match a query."""
        hits = self._searcher.search(self.both([self.at(places), query]), len(places), count=False).hits
        return set(self._places([address for _, address in hits]))

    def _cosines(self, sought: Sought, places: list[int], near: Mapping[int, float]) -> list[float]:
        if sought.meaning is None or self.meanings is None or sought.meaning.shape[0] != self.meanings.width:
            return [0.0] * len(places)
        left = [place for place in places if place not in near]
        cosines = self.meanings.cosines(sought.meaning, np.array(left, np.uint64))
        told = {**near, **dict(zip(left, cosines.tolist(), strict=True))}
        return [told[place] for place in places]

    def ordered(self, query: Any, by: str, *, rising: bool, most: int) -> list[Found]:
        """The matches in the order of a column."""
        order = tantivy.Order.Asc if rising else tantivy.Order.Desc
        hits = self._searcher.search(query, most, count=False, order_by_field=by, order=order).hits
        places = self._places([address for _, address in hits])
        return [Found(place, address, 0.0, 0.0, 0.0) for place, (_, address) in zip(places, hits, strict=True)]

    def _places(self, addresses: list[Any]) -> list[int]:
        return [int(place or 0) for place in self._searcher.fast_field_values("place", addresses)]

    def told(self, found: Found) -> dict[str, Any]:
        """What is shown of a product that was found."""
        told: dict[str, Any] = orjson.loads(bytes(self._searcher.doc(found.address)["told"][0]))
        return told

    def by_id(self, product: str) -> Found | None:
        """The product with an id."""
        hits = self._searcher.search(self._term("id", product), 1, count=False).hits
        if not hits:
            return None
        return Found(self._places([hits[0][1]])[0], hits[0][1], 1.0, 1.0, 1.0)

    def those(self, ids: Sequence[str], conditions: Sequence[Any]) -> dict[str, Found]:
        """Those of some products of which all conditions hold, in the order in which they are named."""
        count = len(ids)
        # The score says which of them a match is: its text need not be read for that.
        named = [
            (Should, Query.const_score_query(self._term("id", one), float(count - at))) for at, one in enumerate(ids)
        ]
        must = [(Must, Query.const_score_query(one, 0.0)) for one in conditions]
        query = Query.boolean_query([(Must, Query.boolean_query(named)), *must])
        hits = self._searcher.search(query, max(count, 1), count=False).hits
        places = self._places([address for _, address in hits])
        return {
            ids[count - round(score)]: Found(place, address, 1.0, 0.0, 0.0)
            for place, (score, address) in zip(places, hits, strict=True)
        }

    def like(self, found: Found) -> Sought:
        """What to look for to find others like a product: what it means, and the words of its title that few others have."""
        told = self.told(found)
        forms = dict.fromkeys(form for form in self.analysis.forms(told["title"]) if form not in self.analysis.small)
        rarest = sorted(forms, key=lambda form: self.spelling.words.get(form, 0))[:_LIKE_WORDS]
        parts = tuple(
            Part(form, tuple((term, 1.0) for term in self.analysis.stems(form)), needed=False) for form in forms
        )
        kind = tuple(Part(form, tuple((term, 1.0) for term in self.analysis.stems(form))) for form in rarest)
        vector = self.meanings.vectors(np.array([found.place], np.uint64))[0] if self.meanings is not None else None
        return Sought((*parts, *kind), (), vector if vector is not None and vector.any() else None, len(kind))

    def counted(self, query: Any) -> dict[str, dict[str, int]]:
        """How many matches have each value, by facet, the commonest first."""
        told = self._searcher.aggregate(query, {"facet": {"terms": {"field": "facet", "size": _FACETS_READ}}})
        found: dict[str, dict[str, int]] = {}
        for bucket in told["facet"]["buckets"]:
            name, _, value = bucket["key"].partition(SEPARATOR)
            found.setdefault(name, {})[value] = int(bucket["doc_count"])
        return found

    def prices(self, query: Any) -> tuple[int, int] | None:
        """The lowest and the highest price of the matches, in minor units."""
        parts = {"low": {"min": {"field": "low"}}, "high": {"max": {"field": "high"}}}
        told = self._searcher.aggregate(query, parts)
        low, high = told["low"]["value"], told["high"]["value"]
        return None if low is None or high is None else (int(low), int(high))

    def frequency(self, term: str) -> int:
        """In how many products a term stands in the field where it stands most."""
        return max(int(self._searcher.doc_freq(name, term)) for name in TEXTS)


def _or(ways: Sequence[Any]) -> Any:
    return (
        ways[0]
        if len(ways) == 1
        else Query.boolean_query([(Should, one) for one in ways])
        if ways
        else Query.empty_query()
    )


_OPEN: Final[OrderedDict[tuple[str, UUID], tuple[tuple[int, int], Shelf]]] = OrderedDict()
_LOCK: Final = threading.Lock()


def opened(home: Path, business: UUID) -> Shelf | None:
    """The index of a business as it is in force; None where there is none. Those used last stay open, the others are closed."""
    key = (str(home), business)
    place = Folder(home, business)
    for _ in range(5):
        mark = place.mark()
        with _LOCK:
            held = _OPEN.get(key)
            if held is not None and held[0] == mark:
                _OPEN.move_to_end(key)
                return held[1]
        state = place.state()
        if mark is None or state is None:
            return None
        try:
            shelf = Shelf(home, business, state)
        except (OSError, ValueError, RuntimeError):
            # It has been replaced while it was being opened.
            continue
        with _LOCK:
            _OPEN[key] = (mark, shelf)
            _OPEN.move_to_end(key)
            while len(_OPEN) > _MOST_OPEN:
                _OPEN.popitem(last=False)
        return shelf
    return None
