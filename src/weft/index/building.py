"""An index built from the catalog, and kept up with it: whole in a new generation, or what has changed as a further segment.

The words are in force as soon as they are written; what products mean is added when it has been computed, and computed only for
products whose text is another than before.
"""

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import numpy as np
import orjson
import tantivy
from numpy.typing import NDArray

from weft.claims.languages import language_of
from weft.index import entry, folder, graph, words
from weft.index.entry import Entry
from weft.index.folder import Folder, State
from weft.index.graph import Fresh, Meanings
from weft.index.meaning import Embedder
from weft.index.spelling import Vocabulary
from weft.index.words import Analysis
from weft.store.catalog import Catalog
from weft.store.records import Product

_HEAP: Final = 64_000_000
_SMALL_HEAP: Final = 16_000_000
_READ_AT_ONCE: Final = 500
_EMBEDDED_AT_ONCE: Final = 512
_LANGUAGES: Final = 4
_TITLES_READ: Final = 240
_READ_TOGETHER: Final = 24
_MOST_LEFT: Final = 20_000
_PATIENCE_SECONDS: Final = 60.0
# A transaction that was long under way may write with an earlier time than what is seen already.
_OVERLAP: Final = timedelta(minutes=10)
Say = Callable[[str, int, int], None]


@dataclass(slots=True)
class Rows:
    """Which product stands in which place: its uid, its version, a digest of what is embedded, and whether it is there."""

    uids: NDArray[np.void]
    versions: NDArray[np.int32]
    digests: NDArray[np.uint64]
    there: NDArray[np.bool_]

    @classmethod
    def of(cls, uids: Sequence[UUID], versions: Sequence[int], digests: Sequence[int]) -> "Rows":
        """New rows, all of them there."""
        return cls(
            np.frombuffer(b"".join(uid.bytes for uid in uids), "V16"),
            np.array(versions, np.int32),
            np.array(digests, np.uint64),
            np.ones(len(uids), np.bool_),
        )

    @classmethod
    def read(cls, path: Path) -> "Rows":
        """The rows in a file."""
        with np.load(path) as held:
            return cls(held["uids"].view("V16").ravel(), held["versions"], held["digests"], held["there"])

    def write(self, path: Path) -> None:
        """Write the rows into a file."""
        uids = self.uids.view(np.uint8).reshape(-1, 16) if len(self.uids) else np.zeros((0, 16), np.uint8)
        folder.written(
            path,
            lambda file: np.savez(file, uids=uids, versions=self.versions, digests=self.digests, there=self.there),
        )

    def places(self) -> dict[bytes, int]:
        """The place of each product that is there, by the bytes of its uid."""
        return {self.uids[place].tobytes(): int(place) for place in np.flatnonzero(self.there)}

    def extended(self, others: "Rows", gone: Sequence[int]) -> "Rows":
        """These rows without those in some places, and others after them."""
        there = self.there.copy()
        there[list(gone)] = False
        return Rows(
            np.concatenate([self.uids, others.uids]),
            np.concatenate([self.versions, others.versions]),
            np.concatenate([self.digests, others.digests]),
            np.concatenate([there, others.there]),
        )


def schema() -> Any:
    """The fields of an index of words."""
    made = tantivy.SchemaBuilder()
    made.add_unsigned_field("place", indexed=True, fast=True)
    for name in entry.TEXTS:
        made.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    made.add_text_field("code", tokenizer_name="raw", index_option="basic")
    made.add_text_field("id", tokenizer_name="raw", index_option="basic", fast=True)
    made.add_text_field("facet", tokenizer_name="raw", index_option="basic", fast=True)
    made.add_text_field("name", tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("low", "high", "stock"):
        made.add_integer_field(name, indexed=True, fast=True)
    made.add_unsigned_field("shown", indexed=True, fast=True)
    made.add_date_field("created", indexed=False, fast=True)
    made.add_bytes_field("told", stored=True)
    return made.build()


def build(
    home: Path,
    business: UUID,
    catalog: Catalog,
    embedder: Callable[[], Embedder | None] = lambda: None,
    say: Say | None = None,
) -> State:
    """Build a business's index anew, the last one answering meanwhile; raises Conflict where another process does so, DiskFull.

    `embedder` gives the model of meaning, if there is one: it is asked for when the words are in force.
    """
    place = Folder(home, business)
    with place.writing(_PATIENCE_SECONDS):
        before = place.state()
        state, texts = _words(place, catalog, before, say or _silent)
        known = _vectors_by_digest(place, before) if before is not None else {}
        if known and before is not None and (model := embedder()) is not None and model.name == before.model:
            state = _meant(place, state, known | _new(texts, known, model, say or _silent), catalog, model)
            place.put_in_force(state)
            return state
        # Until what products mean is known, they are found by words.
        place.put_in_force(state)
    if (model := embedder()) is None:
        return state
    # This takes long, and what is edited meanwhile is to be found: the vectors are put beside what is in force by then.
    known = _new(texts, {}, model, say or _silent)
    with place.writing(_PATIENCE_SECONDS):
        now = place.state()
        if now is None or now.generation != state.generation:
            return now or state
        state = _meant(place, now, known, catalog, model)
        place.put_in_force(state)
    return state


def _silent(*_: object) -> None:
    return None


def _words(place: Folder, catalog: Catalog, before: State | None, say: Say) -> tuple[State, dict[int, str]]:
    """A new generation with the words of all products, not in force yet, and the texts to embed by their digests."""
    generation = _free(place, before)
    where = place.generation(generation)
    shutil.rmtree(where, ignore_errors=True)
    (where / "words").mkdir(parents=True)
    total, _, latest = catalog.extent()
    languages = _languages(catalog)
    scribe = _Scribe(where / "words", Analysis(languages), _HEAP)
    with scribe:
        for uid, version, product in catalog.versioned(entry.READS):
            scribe.add(uid, version, product)
            if scribe.count % 1000 == 0:
                say("words", scribe.count, max(total, scribe.count))
    say("words", scribe.count, max(total, scribe.count))
    rows = Rows.of(scribe.uids, scribe.versions, scribe.digests)
    rows.write(where / "rows-1.npz")
    folder.written(where / "spelling-1.json", lambda file: file.write(orjson.dumps(scribe.vocabulary.as_kept())))
    state = State(
        generation=generation,
        step=1,
        products=scribe.count,
        versions=sum(scribe.versions),
        written_at=latest.timestamp() if latest else 0.0,
        languages=tuple(languages),
        rows="rows-1.npz",
        spelling="spelling-1.json",
        built_at=time.time(),
        currencies=tuple(currency for currency, _ in scribe.currencies.most_common()),
        facets=dict(scribe.facets.most_common(500)),
        texts=tuple(sorted(scribe.filled)),
    )
    return state, dict(zip(scribe.digests, scribe.texts, strict=True))


def _free(place: Folder, before: State | None) -> int:
    return max(place.free(), before.generation + 1 if before else 1)


def _languages(catalog: Catalog) -> list[str]:
    """The languages that the catalog is in, its own first: told by some titles and descriptions, and by its translations."""
    texts: list[str] = []
    translated: Counter[str] = Counter()
    for product in islice(catalog.streamed(["title", "description", "translations"]), _TITLES_READ):
        texts.append(f"{product.get('title') or ''}. {words.plain(product.get('description') or '')[:200]}")
        translated.update(str(name).partition("-")[0] for name in product.get("translations") or {})
    parts = (" ".join(texts[start : start + _READ_TOGETHER]) for start in range(0, len(texts), _READ_TOGETHER))
    own = Counter(found for part in parts if (found := language_of(part)))
    first = [language for language, count in own.most_common(2) if count * 4 >= sum(own.values())] or ["en"]
    return list(dict.fromkeys([*first, *(language for language, _ in translated.most_common())]))[:_LANGUAGES]


class _Scribe:
    """Writes products into an index of words, and keeps what else is made of them."""

    def __init__(
        self, where: Path, analysis: Analysis, heap: int, first: int = 0, vocabulary: Vocabulary | None = None
    ) -> None:
        self.analysis = analysis
        self.vocabulary = vocabulary or Vocabulary()
        self.uids: list[UUID] = []
        self.versions: list[int] = []
        self.digests: list[int] = []
        self.texts: list[str] = []
        self.currencies: Counter[str] = Counter()
        self.facets: Counter[str] = Counter()
        self.filled: set[str] = set()
        self._first = first
        self._index = tantivy.Index(schema(), path=str(where)) if first == 0 else tantivy.Index.open(str(where))
        self._writer = self._index.writer(heap, 1)

    @property
    def count(self) -> int:
        """How many products have been written."""
        return len(self.uids)

    def __enter__(self) -> "_Scribe":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._writer.commit()
            self._writer.wait_merging_threads()
        else:
            self._writer.rollback()

    def forget(self, places: Sequence[int]) -> None:
        """Leave out what stands in these places."""
        # A deletion by a term finds no numbers.
        if places:
            self._writer.delete_documents_by_query(tantivy.Query.term_set_query(schema(), "place", list(places)))

    def add(self, uid: UUID, version: int, product: Product) -> None:
        """Write a product in the next place."""
        told = entry.of(product)
        self._writer.add_document(self._document(told, self._first + self.count))
        self.uids.append(uid)
        self.versions.append(version)
        self.digests.append(told.digest)
        self.texts.append(told.meaning)
        if told.currency:
            self.currencies[told.currency] += 1
        self.facets.update({name for name, _ in told.values})

    def _document(self, told: Entry, place: int) -> Any:
        made = tantivy.Document()
        made.add_unsigned("place", place)
        title, others = self._texts(made, told)
        self.vocabulary.read(title, others)
        made.add_text("id", told.id)
        for one in told.codes:
            made.add_text("code", one)
        for name, value in told.values:
            made.add_text("facet", f"{name}{entry.SEPARATOR}{value}")
        made.add_text("name", told.title[:100].casefold())
        if told.low is not None and told.high is not None:
            made.add_integer("low", told.low)
            made.add_integer("high", told.high)
        made.add_integer("stock", told.stock)
        made.add_unsigned("shown", int(told.shown))
        made.add_bytes("told", told.as_shown())
        return made

    def _texts(self, made: Any, told: Entry) -> tuple[list[str], list[str]]:
        """Write the texts, and answer the folded words of the title and those of all other fields."""
        title: list[str] = []
        others: list[str] = []
        for name in entry.TEXTS:
            if text := told.texts[name]:
                forms, terms = self.analysis.written(text)
                made.add_text(name, " ".join(terms))
                self.filled.add(name)
                if name == "title":
                    title = forms
                else:
                    others += forms
        return title, others


def _new(
    texts: Mapping[int, str], known: Mapping[int, NDArray[np.float16]], embedder: Embedder, say: Say
) -> dict[int, NDArray[np.float16]]:
    """The vectors of the texts that have none yet, by the digests of both."""
    new = [digest for digest in texts if digest not in known]
    found: dict[int, NDArray[np.float16]] = {}
    for batch, vectors in _embedded([texts[digest] for digest in new], range(len(new)), embedder):
        found.update({new[spot]: vector for spot, vector in zip(batch, vectors, strict=True)})
        say("meaning", len(found), len(new))
    return found


def _meant(
    place: Folder, state: State, known: Mapping[int, NDArray[np.float16]], catalog: Catalog, embedder: Embedder
) -> State:
    """The same state with the vectors of all its products; those of products that were edited meanwhile are made now."""
    where = place.generation(state.generation)
    rows = Rows.read(where / state.rows)
    spots = [int(spot) for spot in np.flatnonzero(rows.there)]
    edited = [UUID(bytes=rows.uids[spot].tobytes()) for spot in spots if int(rows.digests[spot]) not in known]
    late = {told.digest: told.meaning for _, _, one in catalog.read(edited, entry.READS) for told in (entry.of(one),)}
    known = {**known, **_new(late, known, embedder, _silent)}
    if not known:
        return replace(state, model=embedder.name)
    vectors = np.zeros((len(rows.uids), len(next(iter(known.values())))), np.float16)
    for spot in spots:
        if (vector := known.get(int(rows.digests[spot]))) is not None:
            vectors[spot] = vector
    name = f"meaning-{state.step + 1}.usearch"
    graph.drawn(vectors, where / name)
    return replace(state, step=state.step + 1, meaning=name, fresh=None, model=embedder.name)


def _embedded(
    texts: Sequence[str], places: Sequence[int], embedder: Embedder
) -> Iterator[tuple[list[int], NDArray[np.float16]]]:
    """Vectors of the texts in some places, each different text once, those of like lengths together."""
    order = sorted(places, key=lambda spot: len(texts[spot]))
    for start in range(0, len(order), _EMBEDDED_AT_ONCE):
        batch = order[start : start + _EMBEDDED_AT_ONCE]
        yield batch, embedder.embedded([texts[spot] for spot in batch]).astype(np.float16)


def _vectors_by_digest(place: Folder, state: State) -> dict[int, NDArray[np.float16]]:
    """The vectors that there are, by the digest of the text that they were made from."""
    where = place.generation(state.generation)
    if state.meaning is None:
        return {}
    try:
        rows = Rows.read(where / state.rows)
        held = Meanings(where / state.meaning, where / state.fresh if state.fresh else None)
    except (OSError, ValueError, RuntimeError):
        return {}
    places = np.flatnonzero(rows.there).astype(np.uint64)
    vectors = held.vectors(places).astype(np.float16)
    # A product that was written before the vectors were there has none yet.
    return {int(rows.digests[int(spot)]): vectors[row] for row, spot in enumerate(places) if vectors[row].any()}


def changed(catalog: Catalog, state: State) -> bool:
    """Whether the catalog is another than the one that a state was made from."""
    products, versions, latest = catalog.extent()
    return (products, versions) != (state.products, state.versions) or (
        latest.timestamp() if latest else 0.0
    ) != state.written_at


def kept_up(
    home: Path, business: UUID, catalog: Catalog, embedder: Callable[[], Embedder | None], most: int
) -> State | None:
    """Bring an index up to the catalog by what has changed since, as a further segment.

    None where more than `most` products have changed, so that it is to be built anew. Raises Conflict, DiskFull.
    """
    place = Folder(home, business)
    with place.writing():
        state = place.state()
        if state is None:
            return None
        products, versions, latest = catalog.extent()
        where = place.generation(state.generation)
        rows = Rows.read(where / state.rows)
        known = rows.places()
        newer, gone = _differing(catalog, state, rows, known, (products, versions))
        if len(newer) + len(gone) + state.changed > most:
            return None
        after = _segment(place, state, rows, known, newer, gone, catalog, embedder)
        after = replace(after, written_at=latest.timestamp() if latest else 0.0)
        place.put_in_force(after)
        return after


def _differing(
    catalog: Catalog, state: State, rows: Rows, known: dict[bytes, int], extent: tuple[int, int]
) -> tuple[list[UUID], list[bytes]]:
    """The products of another version than the index has, and those that are there no more.

    What was written lately is looked at first; only where that does not account for the catalog's extent, all of it is.
    """
    since = datetime.fromtimestamp(state.written_at, UTC) - _OVERLAP

    def newer(pairs: Iterable[tuple[UUID, int]]) -> list[tuple[UUID, int]]:
        return [pair for pair in pairs if (spot := known.get(pair[0].bytes)) is None or rows.versions[spot] != pair[1]]

    found = newer(catalog.versions(since))
    products = len(known) + sum(uid.bytes not in known for uid, _ in found)
    moved = sum(version - (int(rows.versions[known[uid.bytes]]) if uid.bytes in known else 0) for uid, version in found)
    if (products, int(rows.versions[rows.there].sum(dtype=np.int64)) + moved) == extent:
        return [uid for uid, _ in found], []
    whole = list(catalog.versions())
    there = {uid.bytes for uid, _ in whole}
    return [uid for uid, _ in newer(whole)], [uid for uid in known if uid not in there]


def _segment(
    place: Folder,
    state: State,
    rows: Rows,
    known: dict[bytes, int],
    newer: Sequence[UUID],
    gone: Sequence[bytes],
    catalog: Catalog,
    embedder: Callable[[], Embedder | None],
) -> State:
    where = place.generation(state.generation)
    step = state.step + 1
    first = len(rows.uids)
    kept = orjson.loads((where / state.spelling).read_bytes())
    scribe = _Scribe(where / "words", Analysis(state.languages), _SMALL_HEAP, first, Vocabulary(**kept))
    with scribe:
        # What a process wrote that was killed before it was in force stands in the places to be written to now.
        scribe.forget(range(first, first + _MOST_LEFT))
        left = [known[uid] for uid in (*(one.bytes for one in newer), *gone) if uid in known]
        scribe.forget(left)
        for start in range(0, len(newer), _READ_AT_ONCE):
            for uid, version, product in catalog.read(newer[start : start + _READ_AT_ONCE], entry.READS):
                scribe.add(uid, version, product)
    added = Rows.of(scribe.uids, scribe.versions, scribe.digests)
    after = rows.extended(added, left)
    fresh = _fresh(where, state, rows, known, scribe, embedder)
    after.write(where / f"rows-{step}.npz")
    folder.written(where / f"spelling-{step}.json", lambda file: file.write(orjson.dumps(scribe.vocabulary.as_kept())))
    if fresh is not None:
        fresh.write(where / f"fresh-{step}.npz")
    return replace(
        state,
        step=step,
        products=int(after.there.sum()),
        versions=int(after.versions[after.there].sum(dtype=np.int64)),
        rows=f"rows-{step}.npz",
        spelling=f"spelling-{step}.json",
        fresh=f"fresh-{step}.npz" if fresh is not None else None,
        changed=state.changed + len(newer) + len(gone),
        facets={**dict(scribe.facets), **state.facets},
        texts=tuple(sorted(scribe.filled.union(state.texts))),
        currencies=tuple(dict.fromkeys([*state.currencies, *scribe.currencies])),
    )


def _fresh(
    where: Path,
    state: State,
    rows: Rows,
    known: dict[bytes, int],
    scribe: _Scribe,
    embedder: Callable[[], Embedder | None],
) -> Fresh | None:
    """The vectors that stand beside the graph, with those of the products just written."""
    if state.meaning is None:
        return None
    held = Meanings(where / state.meaning, where / state.fresh if state.fresh else None)
    before = Fresh.read(where / state.fresh) if state.fresh else Fresh.none(held.width)
    first = len(rows.uids)
    vectors: dict[int, NDArray[np.float16]] = {}
    for spot, (uid, digest) in enumerate(zip(scribe.uids, scribe.digests, strict=True)):
        old = known.get(uid.bytes)
        if old is not None and int(rows.digests[old]) == digest:
            vectors[first + spot] = held.vectors(np.array([old], np.uint64))[0].astype(np.float16)
    new = [spot for spot in range(scribe.count) if first + spot not in vectors]
    if new and (model := embedder()) is not None and model.name == state.model:
        for batch, found in _embedded(scribe.texts, new, model):
            vectors.update({first + spot: vector for spot, vector in zip(batch, found, strict=True)})
    if not vectors:
        return before if len(before.places) else None
    return Fresh(
        np.concatenate([before.places, np.array(list(vectors), np.uint64)]),
        np.concatenate([before.vectors, np.array(list(vectors.values()), np.float16)]),
    )
