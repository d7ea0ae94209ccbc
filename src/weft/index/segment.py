"""A segment of an index: products in places from 0 on, in one file that never changes.

Words are kept as lists of places, by field and term, each with its impact: what BM25 makes of how often the term stands there and how
long the text is (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009), of which a query only takes multiples.
What is filtered, counted and sorted by stands in columns.
"""

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import numpy as np
import orjson
from numpy.typing import NDArray

from weft.index import columns, entry
from weft.index.card import NO_PRICE
from weft.index.columns import Lists, Texts
from weft.index.entry import Entry
from weft.index.spelling import counted_pairs
from weft.index.variants import Ledger
from weft.index.words import Analysis, Run

SATURATION: Final = 1.2
_LENGTH: Final = 0.75
STEPS: Final = 65535
"""The highest impact as it is kept."""
_SORTED_BY: Final = 100


class _Numbered:
    """Texts with a number each, from 0 on, in the order in which they were met."""

    def __init__(self) -> None:
        self.rows: dict[Any, int] = {}

    def of(self, one: Any) -> int:
        """The number of a text."""
        return self.rows.setdefault(one, len(self.rows))


@dataclass(slots=True)
class _Field:
    """The terms of a field of all products, one after another, and how many each product has."""

    terms: "array[int]"
    lengths: "array[int]"


class Scribe:
    """Writes products one after another, and their segment when all are there."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.uids: list[UUID] = []
        self.written: list[int] = []
        self.digests: list[int] = []
        self.texts: list[str] = []
        self.currencies: Counter[str] = Counter()
        self._terms, self._forms, self._values = _Numbered(), _Numbered(), _Numbered()
        self._runs: dict[Run, tuple[tuple[int, ...], tuple[int, ...]]] = {}
        self._fields = {name: _Field(array("I"), array("I")) for name in entry.TEXTS}
        self._said, self._said_by = array("I"), array("I")
        self._titles, self._title_by = array("I"), array("I")
        self._facets, self._facets_by = array("I"), array("I")
        self._variants = Ledger()
        self._codes: list[str] = []
        self._codes_by = array("I")
        self._told: list[bytes] = []
        self._ids: list[str] = []
        self._names: list[str] = []
        self._numbers: dict[str, list[int]] = {"low": [], "high": [], "stock": [], "shown": []}

    @property
    def count(self) -> int:
        """How many products have been written."""
        return len(self.uids)

    @property
    def filled(self) -> set[str]:
        """The fields of texts that some product fills."""
        return {name for name, one in self._fields.items() if one.terms}

    @property
    def facets(self) -> Counter[str]:
        """How many products on show have each facet, about: each pair of it and a value counts."""
        shown = np.repeat(np.array(self._numbers["shown"], np.bool_), np.frombuffer(self._facets_by, np.uint32))
        counts = np.bincount(np.frombuffer(self._facets, np.uint32)[shown], minlength=len(self._values.rows))
        found: Counter[str] = Counter()
        for (name, _), count in zip(self._values.rows, counts.tolist(), strict=True):
            if count:
                found[name] += count
        return found

    def averages(self) -> dict[str, float]:
        """How many terms a product has in each field on average."""
        return {name: len(one.terms) / max(self.count, 1) for name, one in self._fields.items()}

    def add(self, uid: UUID, written: int, told: Entry) -> None:
        """Write a product in the next place; `written` is when the store wrote it, in microseconds."""
        place = len(self.uids)
        self.uids.append(uid)
        self.written.append(written)
        meaning = told.meaning
        self.texts.append(meaning)
        self.digests.append(entry.digest(meaning))
        if told.currency:
            self.currencies[told.currency] += 1
        before = len(self._said)
        for name, text in told.texts.items():
            self._read(name, text)
        if not told.shown:
            self._unsaid(before)
        self._said_by.append(len(self._said) - before)
        self._variants.add(place, told, len(self._facets))
        self._facets.extend([self._values.of(pair) for pair in told.values])
        self._facets_by.append(len(told.values))
        self._codes += told.codes
        self._codes_by.extend([place] * len(told.codes))
        self._told.append(told.as_shown())
        self._ids.append(told.id)
        self._names.append(told.title[:_SORTED_BY].casefold())
        numbers = self._numbers
        numbers["low"].append(NO_PRICE if told.low is None else told.low)
        numbers["high"].append(NO_PRICE if told.high is None else told.high)
        numbers["stock"].append(told.stock)
        numbers["shown"].append(told.shown)

    def _read(self, name: str, text: str) -> None:
        field, said = self._fields[name], self._said
        before, said_before = len(field.terms), len(said)
        if text:
            known, terms = self._runs, field.terms
            for run in self.analysis.runs(text):
                found = known.get(run) or self._known(run)
                terms.extend(found[0])
                said.extend(found[1])
        field.lengths.append(len(field.terms) - before)
        if name == entry.TEXTS[0]:
            self._titles.extend(said[said_before:])
            self._title_by.append(len(said) - said_before)

    def _unsaid(self, before: int) -> None:
        """Take the last product's words back from those that are suggested, and by which queries are mended: nobody may see it."""
        del self._said[before:]
        del self._titles[len(self._titles) - self._title_by[-1] :]
        self._title_by[-1] = 0

    def _known(self, run: Run) -> tuple[tuple[int, ...], tuple[int, ...]]:
        terms = tuple(self._terms.of(term) for some in run.terms for term in some)
        made = terms, tuple(map(self._forms.of, run.forms))
        self._runs[run] = made
        return made

    def columns(
        self, averages: Mapping[str, float], vectors: NDArray[np.float16] | None = None
    ) -> dict[str, NDArray[Any]]:
        """The columns of the segment; `averages` are the lengths of the fields that texts are compared with."""
        uids = np.frombuffer(b"".join(uid.bytes for uid in self.uids), np.uint8).reshape(-1, 16)
        places = np.arange(self.count, dtype=np.uint32)
        made: dict[str, NDArray[Any]] = {
            "uids": uids,
            "written": np.array(self.written, np.int64),
            "digests": np.array(self.digests, np.uint64),
            "name.ranks": _ranks(self._names),
            **{name: np.array(values, np.int64) for name, values in self._numbers.items() if name != "shown"},
            "shown": np.array(self._numbers["shown"], np.bool_),
            **columns.texts("told", self._told),
            **_looked_up("id", columns.hashes(self._ids), places),
            **_looked_up("code", columns.hashes(self._codes), np.frombuffer(self._codes_by, np.uint32)),
            **_looked_up("uid", uid_keys(uids), places),
            **self._words(averages),
            **self._vocabulary(),
            **self._counted(),
        }
        if vectors is not None:
            made["vectors"] = vectors
        return made

    def _words(self, averages: Mapping[str, float]) -> dict[str, NDArray[Any]]:
        hashed = columns.hashes(self._terms.rows)
        order = np.argsort(hashed)
        ranks = np.zeros(len(order), np.int64)
        ranks[order] = np.arange(len(order))
        made = {"term.hashes": hashed[order]}
        for name, field in self._fields.items():
            if field.terms:
                made |= _postings(name, ranks, field, averages.get(name) or 1.0)
        return made

    def _vocabulary(self) -> dict[str, NDArray[Any]]:
        forms = list(self._forms.rows)
        by = np.repeat(np.arange(self.count, dtype=np.int64), np.frombuffer(self._said_by, np.uint32))
        pairs = np.unique(by * max(len(forms), 1) + np.frombuffer(self._said, np.uint32))
        counts = np.bincount(pairs % max(len(forms), 1), minlength=len(forms))
        said = np.flatnonzero(counts)
        phrases, together = counted_pairs(
            forms, np.frombuffer(self._titles, np.uint32), np.frombuffer(self._title_by, np.uint32)
        )
        return {
            **columns.texts("word", [forms[place].encode("utf-8", "surrogatepass") for place in said.tolist()]),
            "word.counts": counts[said].astype(np.uint32),
            **columns.texts("phrase", [one.encode("utf-8", "surrogatepass") for one in phrases]),
            "phrase.counts": np.array(together, np.uint32),
        }

    def _counted(self) -> dict[str, NDArray[Any]]:
        pairs = list(self._values.rows)
        order = sorted(range(len(pairs)), key=pairs.__getitem__)
        ranks = np.zeros(len(pairs), np.int64)
        ranks[order] = np.arange(len(order))
        values = ranks[np.frombuffer(self._facets, np.uint32)].astype(np.uint32)
        by = np.frombuffer(self._facets_by, np.uint32)
        ordered = [pairs[place] for place in order]
        numbers = _Numbered()
        of_name = [numbers.of(name) for name, _ in ordered]
        names = list(numbers.rows)
        firsts = np.searchsorted(np.array(of_name, np.int64), np.arange(len(names) + 1))
        starts, places = columns.grouped(values, np.repeat(np.arange(self.count, dtype=np.uint32), by), len(pairs))
        return {
            **columns.texts("value", [value.encode("utf-8", "surrogatepass") for _, value in ordered]),
            **columns.texts("facet", [name.encode("utf-8", "surrogatepass") for name in names]),
            **_looked_up(
                "pair",
                columns.hashes(f"{name}{entry.SEPARATOR}{value}" for name, value in ordered),
                np.arange(len(pairs), dtype=np.uint32),
            ),
            "facet.firsts": firsts.astype(np.uint32),
            "facet.starts": starts,
            "facet.places": places,
            "facet.values": values,
            "facet.counts": by,
            **self._variants.columns(values, ordered, self.analysis),
        }


def _ranks(names: Sequence[str]) -> NDArray[np.uint32]:
    ranks = np.zeros(len(names), np.uint32)
    ranks[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names), dtype=np.uint32)
    return ranks


def _looked_up(name: str, hashed: NDArray[np.uint64], rows: NDArray[np.uint32]) -> dict[str, NDArray[Any]]:
    order = np.argsort(hashed, kind="stable")
    return {f"{name}.hashes": hashed[order], f"{name}.rows": rows[order]}


def _postings(name: str, ranks: NDArray[np.int64], field: _Field, average: float) -> dict[str, NDArray[Any]]:
    lengths = np.frombuffer(field.lengths, np.uint32)
    count = max(len(lengths), 1)
    by = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
    keys, often = np.unique(ranks[np.frombuffer(field.terms, np.uint32)] * count + by, return_counts=True)
    terms, places = np.divmod(keys, count)
    starts = np.zeros(len(ranks) + 1, np.uint32)
    np.cumsum(np.bincount(terms, minlength=len(ranks)), out=starts[1:])
    damped = often + SATURATION * (1 - _LENGTH + _LENGTH * lengths[places] / average)
    return {
        f"{name}.starts": starts,
        f"{name}.places": places.astype(np.uint32),
        f"{name}.impacts": np.rint(often / damped * STEPS).astype(np.uint16),
    }


def uid_keys(uids: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The numbers by which uids are looked up: of a uuid7 what is random in it."""
    return np.ascontiguousarray(uids[:, 8:]).view("<u8").ravel() if len(uids) else np.zeros(0, np.uint64)


class Segment:
    """A segment, opened; its places are from 0 on, `bytes` is the size of its file and `said` how many words and pairs it has."""

    def __init__(self, path: Path) -> None:
        """Open a file; raises OSError, ValueError."""
        self.path = path
        self.columns = columns.opened(path)
        self.count = len(self.columns["written"])
        told = path.stat()
        self.bytes = told.st_size
        self._file = (told.st_ino, told.st_mtime_ns, told.st_size)
        self.said = len(self.columns["word.counts"]) + len(self.columns["phrase.counts"])
        self._terms = self.columns["term.hashes"]
        self._fields = {
            name: (
                Lists(self.columns[f"{name}.starts"], self.columns[f"{name}.places"]),
                Lists(self.columns[f"{name}.starts"], self.columns[f"{name}.impacts"]),
            )
            for name in entry.TEXTS
            if f"{name}.starts" in self.columns
        }
        self.told = Texts(self.columns, "told")
        self.values = Texts(self.columns, "value")
        self.names = Texts(self.columns, "facet").all()
        self.facets = {name: place for place, name in enumerate(self.names)}
        self._firsts = self.columns["facet.firsts"].astype(np.int64)
        self._having = Lists(self.columns["facet.starts"], self.columns["facet.places"])
        self._ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(self.columns["facet.counts"], dtype=np.int64)])

    @property
    def there(self) -> bool:
        """Whether its file still lies where it was opened: an index that is made after a folder was deleted has the same names again."""
        try:
            told = self.path.stat()
        except OSError:
            return False
        return self._file == (told.st_ino, told.st_mtime_ns, told.st_size)

    def term(self, hashed: int) -> int | None:
        """The row of a term."""
        place = int(self._terms.searchsorted(np.uint64(hashed)))
        return place if place < len(self._terms) and int(self._terms[place]) == hashed else None

    def frequency(self, name: str, row: int) -> int:
        """In how many products a term stands in a field."""
        field = self._fields.get(name)
        return field[0].count(row) if field else 0

    def postings(self, name: str, row: int) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
        """The places that have a term in a field, in order, and its impact in each."""
        field = self._fields.get(name)
        return (field[0][row], field[1][row]) if field else (np.zeros(0, np.uint32), np.zeros(0, np.uint16))

    def rows(self, what: str, hashed: int) -> NDArray[np.uint32]:
        """The rows of an `id`, a `code`, a `uid` or a `pair` of a facet and a value."""
        keys = self.columns[f"{what}.hashes"]
        wanted = np.uint64(hashed)
        first = int(keys.searchsorted(wanted))
        last = first
        while last < len(keys) and keys[last] == wanted:
            last += 1
        return self.columns[f"{what}.rows"][first:last]

    def places_of(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The places of products by the numbers of their uids; -1 where there is none."""
        held = self.columns["uid.hashes"]
        if not len(held):
            return np.full(len(keys), -1, np.int64)
        spots = np.minimum(held.searchsorted(keys), len(held) - 1)
        return np.where(held[spots] == keys, self.columns["uid.rows"][spots].astype(np.int64), -1)

    def having(self, pair: int) -> NDArray[np.uint32]:
        """The places that have a value of a facet."""
        return self._having[pair]

    def tallied(self, mask: NDArray[np.bool_], counting: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """How many of the places in a mask have each value; `counting` is which of the products' values count, if not all do."""
        held, ends = self.columns["facet.values"], self._ends
        count = len(self.values)
        if not count:
            return np.zeros(0, np.int64)
        places = np.flatnonzero(mask)
        if len(places) * 4 > self.count:
            inside = np.repeat(mask, np.diff(ends))
            chosen = held[inside if counting is None else inside & counting]
        else:
            starts, lengths = ends[places], ends[places + 1] - ends[places]
            shifted = np.cumsum(lengths) - lengths
            at = np.repeat(starts - shifted, lengths) + np.arange(int(lengths.sum()))
            chosen = held[at if counting is None else at[counting[at]]]
        return np.bincount(chosen, minlength=count)

    def span(self, facet: int) -> tuple[int, int]:
        """Which rows of values are a facet's."""
        return int(self._firsts[facet]), int(self._firsts[facet + 1])

    def covered(self, tally: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many pairs with each facet a tally has."""
        if not self.facets:
            return np.zeros(0, np.int64)
        sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(tally)])
        found: NDArray[np.int64] = sums[self._firsts[1:]] - sums[self._firsts[:-1]]
        return found

    def vocabulary(self) -> tuple[dict[str, int], dict[str, int]]:
        """The folded words, and the pairs of words, with how many products have each."""
        words = dict(zip(Texts(self.columns, "word").all(), self.columns["word.counts"].tolist(), strict=True))
        phrases = dict(zip(Texts(self.columns, "phrase").all(), self.columns["phrase.counts"].tolist(), strict=True))
        return words, phrases

    def shown(self, place: int) -> dict[str, Any]:
        """What is shown of the product in a place."""
        found: dict[str, Any] = orjson.loads(self.told.raw(place))
        return found
