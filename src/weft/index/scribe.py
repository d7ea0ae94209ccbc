"""A segment of an index, written: products one after another, brought into columns when all are there.

A product is read once, into the numbers of its runs; what these say is kept once for each run, and told for all products together.
"""

import contextlib
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from weft.index import columns, entry
from weft.index.card import NO_PRICE
from weft.index.columns import Lists
from weft.index.entry import Entry
from weft.index.segment import MARKED, SATURATION, SORTED_BY, STEPS, uid_keys
from weft.index.spelling import counted_pairs
from weft.index.variants import Ledger
from weft.index.words import BREAK, LONGEST_KEPT, Analysis, Run

_LENGTH: Final = 0.75
_TITLE: Final = entry.TEXTS[0]
_BETWEEN: Final = f" {BREAK} "
_READ_AT_ONCE: Final = 1000
# What stands for a chunk that is a part of the run before it.
_INSIDE: Final = -1


class _Numbered:
    """Texts with a number each, from 0 on, in the order in which they were met."""

    def __init__(self) -> None:
        self.rows: dict[Any, int] = {}

    def of(self, one: Any) -> int:
        """The number of a text."""
        return self.rows.setdefault(one, len(self.rows))


class _Rows:
    """A list of small numbers for each row, as they come."""

    def __init__(self, kind: str = "I") -> None:
        self.held, self.counts = array(kind), array("I")

    def add(self, numbers: Sequence[int]) -> None:
        """Add a row."""
        self.held.extend(numbers)
        self.counts.append(len(numbers))

    def lists(self) -> Lists:
        """The rows."""
        return _lists(np.frombuffer(self.held, np.dtype(self.held.typecode)), np.frombuffer(self.counts, np.uint32))


def _lists(held: NDArray[Any], counts: NDArray[Any]) -> Lists:
    return Lists(np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)]), held)


class _Lexicon:
    """The number of each run that was met; for each the terms and the words that it says, where in it a term stands, its length.

    The number 0 is of none: it stands where a text ends.
    """

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._plain = {BREAK: 0}
        # What has a number stands for itself where nothing behind it belongs to it.
        self._alone: dict[str, int] = {}
        self._others: dict[Run, int] = {}
        self.terms, self.forms = _Numbered(), _Numbered()
        self.said, self.named = _Rows(), _Rows()
        self.starts, self.ends = array("I"), array("I")
        self.lengths = array("I")
        self._add(Run(0, (), (), ()))

    def read(self, texts: Sequence[str]) -> NDArray[np.uint32]:
        """The numbers of the runs of some texts, with 0 after each."""
        joined = _BETWEEN.join(texts)
        if joined.count(BREAK) >= len(texts):
            joined = _BETWEEN.join([text.replace(BREAK, " ") for text in texts])
        chunks = [*joined.split(), BREAK]
        plain, alone, belonging = self._plain, self._alone, self._analysis.belonging
        # Most runs stand for themselves, whatever is beside them, and most of these have been met.
        met: list[int | None] = list(map(plain.get, chunks))
        place = -1
        with contextlib.suppress(ValueError):
            while True:
                place = met.index(None, place + 1)
                # The last chunk ends a text, so that there is always one behind.
                number = alone.get(chunks[place])
                if number is None or belonging[chunks[place + 1]]:
                    number, following = self._next(chunks, place)
                    for inside in range(place + 1, following):
                        met[inside] = _INSIDE
                met[place] = number
        numbers = np.array(met, np.int64)
        found: NDArray[np.uint32] = numbers[numbers != _INSIDE].astype(np.uint32)
        return found

    def _next(self, chunks: Sequence[str], place: int) -> tuple[int, int]:
        """The number of the run that begins in a place, and the place after it."""
        chunk = chunks[place]
        if (number := self._plain.get(chunk)) is not None:
            return number, place + 1
        run, following = self._analysis.run_at(chunks, place)
        number = self._others.get(run)
        if number is None:
            number = self._add(run)
            if run.length != len(chunk) or run.length > LONGEST_KEPT:
                self._others[run] = number
            elif run.plain:
                self._plain[chunk] = number
            else:
                self._others[run] = number
                if run.numbered and run.words[0].form != "x":
                    self._alone[chunk] = number
        return number, following

    def _add(self, run: Run) -> int:
        number, count = len(self.lengths), 0
        term_of, say, starts, ends = self.terms.of, self.said.held.append, self.starts.append, self.ends.append
        named: list[int] = []
        for word, some in zip(run.words, run.terms, strict=True):
            for term in some:
                say(term_of(term))
                starts(word.start)
                ends(word.end)
                count += 1
            if not word.number:
                named.append(self.forms.of(word.form))
        self.said.counts.append(count)
        self.named.add(named)
        self.lengths.append(run.length)
        return number


class Scribe:
    """Writes products one after another, and their segment when all are there."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.uids: list[UUID] = []
        self.written: list[int] = []
        self.texts: list[str] = []
        self.currencies: Counter[str] = Counter()
        self._values = _Numbered()
        self._lexicon = _Lexicon(analysis)
        self._waiting: list[str] = []
        self._spots = array("Q")
        self._runs: list[NDArray[np.uint32]] = []
        self._spread: dict[str, Lists] | None = None
        self._facets, self._facets_by = array("I"), array("I")
        self._variants = Ledger()
        self._codes: list[str] = []
        self._codes_by = array("I")
        self._told: list[bytes] = []
        self._ids: list[str] = []
        self._names: list[str] = []
        self._low, self._high, self._stock, self._on_show = array("q"), array("q"), array("q"), array("b")

    @property
    def count(self) -> int:
        """How many products have been written."""
        return len(self.uids)

    @property
    def digests(self) -> NDArray[np.uint64]:
        """Numbers that differ where what is embedded of products differs."""
        return entry.digests(self.texts)

    @property
    def filled(self) -> set[str]:
        """The fields of texts that some product fills."""
        return {name for name, average in self.averages().items() if average}

    @property
    def facets(self) -> Counter[str]:
        """How many products on show have each facet, about: each pair of it and a value counts."""
        shown = np.repeat(self._shown, np.frombuffer(self._facets_by, np.uint32))
        counts = np.bincount(np.frombuffer(self._facets, np.uint32)[shown], minlength=len(self._values.rows))
        found: Counter[str] = Counter()
        for (name, _), count in zip(self._values.rows, counts.tolist(), strict=True):
            if count:
                found[name] += count
        return found

    @property
    def _shown(self) -> NDArray[np.bool_]:
        return np.frombuffer(self._on_show, np.bool_)

    def averages(self) -> dict[str, float]:
        """How many terms a product has in each field on average."""
        fields = self._fields()
        said = np.frombuffer(self._lexicon.said.counts, np.uint32)
        return {name: int(said[one.held].sum(dtype=np.int64)) / max(self.count, 1) for name, one in fields.items()}

    def add(self, uid: UUID, written: int, told: Entry) -> None:
        """Write a product in the next place; `written` is when the store wrote it, in microseconds."""
        place = len(self.uids)
        self.uids.append(uid)
        self.written.append(written)
        self.texts.append(told.meaning)
        if told.currency:
            self.currencies[told.currency] += 1
        for field, text in enumerate(told.texts.values(), place * len(entry.TEXTS)):
            if text:
                self._waiting.append(text)
                self._spots.append(field)
        if len(self._waiting) > _READ_AT_ONCE:
            self._read()
        self._variants.add(place, told, len(self._facets))
        if told.values:
            self._facets.extend(map(self._values.of, told.values))
        self._facets_by.append(len(told.values))
        self._codes += told.codes
        self._codes_by.extend([place] * len(told.codes))
        self._told.append(told.as_shown())
        self._ids.append(told.id)
        self._names.append(told.title[:SORTED_BY].casefold())
        self._low.append(NO_PRICE if told.low is None else told.low)
        self._high.append(NO_PRICE if told.high is None else told.high)
        self._stock.append(told.stock)
        self._on_show.append(told.shown)

    def _read(self) -> None:
        if self._waiting:
            self._runs.append(self._lexicon.read(self._waiting))
            self._waiting, self._spread = [], None

    def _fields(self) -> dict[str, Lists]:
        """The runs of each product's texts, by field."""
        if self._waiting or self._spread is None:
            self._read()
            self._spread = self._by_field()
        return self._spread

    def _by_field(self) -> dict[str, Lists]:
        runs, fields = np.concatenate([np.zeros(0, np.uint32), *self._runs]), len(entry.TEXTS)
        self._runs = [runs]
        spots = np.frombuffer(self._spots, np.uint64).astype(np.int64)
        lengths = np.diff(np.flatnonzero(runs == 0), prepend=-1) - 1
        counts = np.zeros(self.count * fields, np.int64)
        counts[spots] = lengths
        runs, of = runs[runs != 0], np.repeat(spots % fields, lengths)
        return {name: _lists(runs[of == place], counts[place::fields]) for place, name in enumerate(entry.TEXTS)}

    def columns(
        self, averages: Mapping[str, float], vectors: NDArray[np.float16] | None = None
    ) -> dict[str, NDArray[Any]]:
        """The columns of the segment; `averages` are the lengths of the fields that texts are compared with."""
        uids = np.frombuffer(b"".join(uid.bytes for uid in self.uids), np.uint8).reshape(-1, 16)
        places, fields = np.arange(self.count, dtype=np.uint32), self._fields()
        made: dict[str, NDArray[Any]] = {
            "uids": uids,
            "written": np.array(self.written, np.int64),
            "digests": self.digests,
            "name.ranks": _ranks(self._names),
            "low": np.frombuffer(self._low, np.int64),
            "high": np.frombuffer(self._high, np.int64),
            "stock": np.frombuffer(self._stock, np.int64),
            "shown": self._shown,
            **columns.texts("told", self._told),
            **_looked_up("id", columns.hashes(self._ids), places),
            **_looked_up("code", columns.hashes(self._codes), np.frombuffer(self._codes_by, np.uint32)),
            **_looked_up("uid", uid_keys(uids), places),
            **self._words(fields, averages),
            **self._vocabulary(fields),
            **self._counted(),
        }
        if vectors is not None:
            made["vectors"] = vectors
        return made

    def _words(self, fields: Mapping[str, Lists], averages: Mapping[str, float]) -> dict[str, NDArray[Any]]:
        hashed = columns.hashes(self._lexicon.terms.rows)
        order = np.argsort(hashed)
        ranks = np.zeros(len(order), np.uint32)
        ranks[order] = np.arange(len(order), dtype=np.uint32)
        made = {"term.hashes": hashed[order]}
        said = self._lexicon.said.lists()
        for name, field in fields.items():
            text = _Text(field, said, ranks)
            if len(text.terms):
                made |= _postings(name, len(ranks), text, averages.get(name) or 1.0)
            if name in MARKED:
                made |= self._marks(name, text, MARKED[name])
        return made

    def _marks(self, name: str, text: "_Text", most: int) -> dict[str, NDArray[Any]]:
        """Where each term stands in the first so many signs of a text whose blanks are single."""
        lengths = np.frombuffer(self._lexicon.lengths, np.uint32)[text.runs.held].astype(np.int64) + 1
        begins = np.cumsum(lengths) - lengths
        first = np.zeros(len(text.runs.starts), np.int64)
        # The place of a run in its own text: counted over all texts, less where its text begins.
        first[:-1] = begins[np.minimum(text.runs.starts[:-1], max(len(begins) - 1, 0))] if len(begins) else 0
        begins -= np.repeat(first[:-1], np.diff(text.runs.starts))
        at = np.repeat(begins, text.said)
        starts = at + np.frombuffer(self._lexicon.starts, np.uint32)[text.within]
        ends = at + np.frombuffer(self._lexicon.ends, np.uint32)[text.within]
        kept = ends <= most
        by = np.bincount(text.by[kept], minlength=self.count)
        return {
            f"{name}.marks": np.concatenate([np.zeros(1, np.int64), np.cumsum(by)]).astype(np.uint32),
            f"{name}.marked": text.terms[kept],
            f"{name}.spans": np.stack([starts[kept], ends[kept]], axis=1).astype(np.uint16),
        }

    def _vocabulary(self, fields: Mapping[str, Lists]) -> dict[str, NDArray[Any]]:
        """The words of what is on show, and the pairs of them: nobody may be suggested those of what is not."""
        forms = list(self._lexicon.forms.rows)
        named = self._lexicon.named.lists()
        pairs = []
        for name, field in fields.items():
            text = _Text(field, named)
            shown = self._shown[text.by]
            by, words = text.by[shown], text.terms[shown]
            pairs.append(by * max(len(forms), 1) + words)
            if name == _TITLE:
                lengths = np.bincount(by, minlength=self.count)
                phrases, together = counted_pairs(forms, words, lengths.astype(np.uint32))
        distinct, _ = _tallied(np.concatenate(pairs))
        counts = np.bincount(distinct % max(len(forms), 1), minlength=len(forms))
        said = np.flatnonzero(counts)
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


class _Text:
    """A field of all products, spelt out from their runs: `terms` in order, and in whose place (`by`) each stands.

    `said` is how many terms each run has, `within` where each term stands among those of all runs.
    """

    def __init__(self, runs: Lists, of_run: Lists, ranks: NDArray[np.uint32] | None = None) -> None:
        self.runs = runs
        self.said = np.diff(of_run.starts)[runs.held]
        self.within = of_run.within(runs.held)
        terms = of_run.held[self.within]
        self.terms: NDArray[np.uint32] = terms if ranks is None else ranks[terms]
        of_product = np.repeat(np.arange(len(runs.starts) - 1, dtype=np.int64), np.diff(runs.starts))
        self.by: NDArray[np.int64] = np.repeat(of_product, self.said)


def _postings(name: str, count: int, text: _Text, average: float) -> dict[str, NDArray[Any]]:
    """The places of each of so many terms in a field, and its impact in each."""
    places_ = max(len(text.runs.starts) - 1, 1)
    lengths = np.bincount(text.by, minlength=places_)
    keys, often = _tallied(text.terms.astype(np.int64) * places_ + text.by)
    terms, places = np.divmod(keys, places_)
    starts = np.zeros(count + 1, np.uint32)
    np.cumsum(np.bincount(terms, minlength=count), out=starts[1:])
    damped = often + SATURATION * (1 - _LENGTH + _LENGTH * lengths[places] / average)
    return {
        f"{name}.starts": starts,
        f"{name}.places": places.astype(np.uint32),
        f"{name}.impacts": np.rint(often / damped * STEPS).astype(np.uint16),
    }


def _tallied(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The different numbers, in order, and how often each is there; several times as fast as by a table."""
    ordered = np.sort(keys)
    firsts = np.flatnonzero(np.concatenate([np.ones(min(len(ordered), 1), np.bool_), ordered[1:] != ordered[:-1]]))
    return ordered[firsts], np.diff(np.append(firsts, len(ordered)))
