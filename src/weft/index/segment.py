"""A segment of an index: products in places from 0 on, in one file that never changes.

Words are kept as lists of places, by field and term, each with its impact: what BM25 makes of how often the term stands there and how
long the text is (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009), of which a query only takes multiples.
What is filtered, counted and sorted by stands in columns.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from weft.index import columns, entry
from weft.index.columns import Lists, Texts

SATURATION: Final = 1.2
STEPS: Final = 65535
"""The highest impact as it is kept."""
SORTED_BY: Final = 100
"""By how many signs of their titles products are sorted."""
MARKED: Final = {"title": 65_000, "body": entry.BODY_TOLD}
"""The texts in which hits are marked, and in how many of their first signs."""


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
        self._marks = {name: Lists(self.columns[f"{name}.marks"], self.columns[f"{name}.marked"]) for name in MARKED}
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

    def marks(self, name: str, places: Sequence[int], rows: Sequence[int]) -> list[list[tuple[int, int]]]:
        """Where in the text that is shown of each place one of some terms stands: from which sign to which, in order."""
        held = self._marks[name]
        if not len(held.held):
            return [[] for _ in places]
        at = np.asarray(places, np.int64)
        within = held.within(at)
        counts = held.starts[at + 1] - held.starts[at]
        hits = np.flatnonzero((held.held[within][:, None] == np.asarray(rows, np.uint32)).any(axis=1))
        found: list[list[tuple[int, int]]] = [[] for _ in places]
        spans = self.columns[f"{name}.spans"][within[hits]].tolist()
        for place, (start, end) in zip(np.cumsum(counts).searchsorted(hits, "right").tolist(), spans, strict=True):
            found[place].append((start, end))
        return found

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
            at = Lists(ends, held).within(places)
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
