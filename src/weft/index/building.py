"""An index built from the catalog, and kept up with it: whole in a new generation, or what has changed as a further segment.

The words are in force as soon as they are written; what products mean is added when it has been computed, and computed only for
products whose text is another than before.
"""

import contextlib
import gc
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from weft.claims.languages import language_of
from weft.index import columns, entry, graph, words
from weft.index.folder import Folder, State
from weft.index.graph import Meanings
from weft.index.meaning import Embedder
from weft.index.scribe import Scribe
from weft.index.segment import Segment, uid_keys
from weft.index.words import Analysis
from weft.store.catalog import Catalog, Extent

_READ_AT_ONCE: Final = 500
_EMBEDDED_AT_ONCE: Final = 512
_LANGUAGES: Final = 4
_TITLES_READ: Final = 240
_READ_TOGETHER: Final = 24
_FACETS_NAMED: Final = 500
# A segment is written together with those after it that are not much larger, so that there are never many.
_TAKEN_IN: Final = 2
_PATIENCE_SECONDS: Final = 60.0
Say = Callable[[str, int, int], None]
Vectors = Mapping[int, NDArray[np.float16]]


@dataclass(slots=True)
class Rows:
    """Which product stands in which place: the number of its uid, when it was written, a digest of what is embedded, and
    whether it is there still.
    """

    segments: list[Segment]
    keys: NDArray[np.uint64]
    written: NDArray[np.int64]
    digests: NDArray[np.uint64]
    there: NDArray[np.bool_]

    @classmethod
    def read(cls, place: Folder, state: State) -> "Rows":
        """The rows of an index in force; raises OSError, ValueError."""
        where = place.generation(state.generation)
        segments = [Segment(where / name) for name in state.segments]
        held = [one.columns for one in segments]
        there = np.ones(sum(one.count for one in segments), np.bool_)
        there[gone(where, state)] = False
        return cls(
            segments,
            np.concatenate([uid_keys(one["uids"]) for one in held]),
            np.concatenate([one["written"] for one in held]),
            np.concatenate([one["digests"] for one in held]),
            there,
        )

    def places_of(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The places of products that are there, by the numbers of their uids; -1 where there is none."""
        found = np.full(len(keys), -1, np.int64)
        first = 0
        for one in self.segments:
            places = one.places_of(keys)
            inside = places >= 0
            inside[inside] = self.there[first + places[inside]]
            found[inside] = first + places[inside]
            first += one.count
        return found

    def uid(self, place: int) -> UUID:
        """The uid of the product in a place."""
        for one in self.segments:
            if place < one.count:
                return UUID(bytes=one.columns["uids"][place].tobytes())
            place -= one.count
        raise IndexError(place)


def gone(where: Path, state: State) -> NDArray[np.uint32]:
    """The places of an index in which nothing is any more."""
    return columns.opened(where / state.gone)["places"] if state.gone else np.zeros(0, np.uint32)


def build(
    home: Path,
    business: UUID,
    catalog: Catalog,
    embedder: Callable[[], Embedder | None] = lambda: None,
    say: Say | None = None,
) -> State:
    """Build a business's index anew, the last one answering meanwhile; raises Conflict where another process does so, DiskFull.

    `embedder` gives the model of meaning, if there is one: it is asked for when the words are in force. Vectors of another model
    stay in force until all are made anew.
    """
    say = say or _silent
    place = Folder(home, business)
    with place.writing(_PATIENCE_SECONDS):
        before = place.state()
        state, texts = _words(place, catalog, before, say)
        known = _vectors_by_digest(place, before) if before is not None else {}
        model = embedder() if known else None
        same = model is not None and before is not None and model.name == before.model
        if model is not None and same:
            known |= _new(texts, known, model, say)
        if known and before is not None:
            state = _meant(place, state, known, before.model, catalog, model if same else None)
        # Until what products mean is known, they are found by words.
        place.put_in_force(state)
        if same:
            return state
    if (model := embedder()) is None:
        return state
    # This takes long, and what is edited meanwhile is to be found: the vectors are put beside what is in force by then.
    known = _new(texts, {}, model, say)
    with place.writing(_PATIENCE_SECONDS):
        now = place.state()
        if now is None or now.generation != state.generation:
            return now or state
        state = _meant(place, now, known, model.name, catalog, model)
        place.put_in_force(state)
    return state


def _silent(*_: object) -> None:
    return None


def _words(place: Folder, catalog: Catalog, before: State | None, say: Say) -> tuple[State, dict[int, str]]:
    """A new generation with the words of all products, not in force yet, and the texts to embed by their digests."""
    generation = _free(place, before)
    where = place.generation(generation)
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir(parents=True)
    # What is written while this is read is seen again: the extent is taken first.
    extent, (total, _) = catalog.extent(), catalog.whole()
    languages = _languages(catalog)
    searched = catalog.searched()
    scribe = Scribe(Analysis.of(tuple(languages)))
    with _uncollected():
        for count, (uid, written, product) in enumerate(catalog.all_written(entry.READS), 1):
            scribe.add(uid, written, entry.of(product, searched))
            if count % 1000 == 0:
                say("words", count, max(total, count))
    say("words", scribe.count, max(total, scribe.count))
    averages = scribe.averages()
    columns.write(where / "words-1.columns", scribe.columns(averages))
    state = State(
        generation=generation,
        step=1,
        products=scribe.count,
        extent=extent,
        languages=tuple(languages),
        segments=("words-1.columns",),
        averages=averages,
        built_at=time.time(),
        currencies=tuple(currency for currency, _ in scribe.currencies.most_common()),
        facets=dict(scribe.facets.most_common(_FACETS_NAMED)),
        texts=tuple(sorted(scribe.filled)),
        searched=searched,
    )
    return state, dict(zip(scribe.digests.tolist(), scribe.texts, strict=True))


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """What is done inside leaves no garbage in cycles; to look for some in all that it keeps would take a tenth of the time."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


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


def _new(texts: Mapping[int, str], known: Vectors, embedder: Embedder, say: Say) -> dict[int, NDArray[np.float16]]:
    """The vectors of the texts that have none yet, by the digests of both."""
    new = [digest for digest in texts if digest not in known]
    found: dict[int, NDArray[np.float16]] = {}
    for batch, vectors in _embedded([texts[digest] for digest in new], range(len(new)), embedder):
        found.update({new[spot]: vector for spot, vector in zip(batch, vectors, strict=True)})
        say("meaning", len(found), len(new))
    return found


def _meant(
    place: Folder, state: State, known: Vectors, name: str | None, catalog: Catalog, embedder: Embedder | None
) -> State:
    """The same state with the vectors of all its products, which the model of a name made; those of products that were edited
    meanwhile are made now.
    """
    rows = Rows.read(place, state)
    spots = [int(spot) for spot in np.flatnonzero(rows.there)]
    if embedder is not None:
        edited = [rows.uid(spot) for spot in spots if int(rows.digests[spot]) not in known]
        meanings_ = [entry.of(one).meaning for _, _, one in _read(catalog, edited)]
        late = dict(zip(entry.digests(meanings_).tolist(), meanings_, strict=True))
        known = {**known, **_new(late, known, embedder, _silent)}
    if not known:
        return replace(state, model=name)
    vectors = np.zeros((len(rows.keys), len(next(iter(known.values())))), np.float16)
    for spot in spots:
        if (vector := known.get(int(rows.digests[spot]))) is not None:
            vectors[spot] = vector
    file = f"meaning-{state.step + 1}.usearch"
    graph.drawn(vectors, place.generation(state.generation) / file)
    return replace(state, step=state.step + 1, meaning=file, drawn=len(vectors), model=name)


def _read(catalog: Catalog, uids: Sequence[UUID]) -> Iterator[tuple[UUID, int, Mapping[str, object]]]:
    for start in range(0, len(uids), _READ_AT_ONCE):
        yield from catalog.written(uids[start : start + _READ_AT_ONCE], entry.READS)


def _embedded(
    texts: Sequence[str], places: Sequence[int], embedder: Embedder
) -> Iterator[tuple[list[int], NDArray[np.float16]]]:
    """Vectors of the texts in some places, each different text once, those of like lengths together."""
    order = sorted(places, key=lambda spot: len(texts[spot]))
    for start in range(0, len(order), _EMBEDDED_AT_ONCE):
        batch = order[start : start + _EMBEDDED_AT_ONCE]
        yield batch, embedder.embedded([texts[spot] for spot in batch]).astype(np.float16)


def meanings(where: Path, state: State, segments: Sequence[Segment]) -> Meanings | None:
    """The vectors of an index: the graph, and those of the segments written after it; raises OSError, ValueError."""
    if state.meaning is None:
        return None
    beside, first = [], 0
    for one in segments:
        if first >= state.drawn and "vectors" in one.columns:
            beside.append((first, one.columns["vectors"]))
        first += one.count
    return Meanings(where / state.meaning, beside)


def _vectors_by_digest(place: Folder, state: State) -> dict[int, NDArray[np.float16]]:
    """The vectors that there are, by the digest of the text that they were made from."""
    if state.meaning is None:
        return {}
    try:
        rows = Rows.read(place, state)
        held = meanings(place.generation(state.generation), state, rows.segments)
    except (OSError, ValueError, RuntimeError):
        return {}
    assert held is not None
    places = np.flatnonzero(rows.there).astype(np.uint64)
    vectors = held.vectors(places).astype(np.float16)
    # A product that was written before the vectors were there has none yet.
    filled = np.flatnonzero(vectors.any(axis=1)) if len(vectors) else ()
    return {int(rows.digests[int(places[row])]): vectors[row] for row in filled}


def changed(catalog: Catalog, state: State) -> bool:
    """Whether the catalog, or which of its columns are searched, is another than what a state was made from."""
    return catalog.later(state.extent) is None or catalog.searched() != state.searched


def kept_up(
    home: Path,
    business: UUID,
    catalog: Catalog,
    embedder: Callable[[], Embedder | None],
    most: int,
    *,
    seen: Extent | None = None,
    whole: bool = False,
) -> State | None:
    """Bring an index up to the catalog by what has changed since, as a further segment.

    Compared is what was written lately when `seen` was taken, or the state in force, and since; with `whole` all products. None
    where more than `most` products have changed, so that it is to be built anew. Raises Conflict, DiskFull.
    """
    place = Folder(home, business)
    with place.writing():
        state = place.state()
        if state is None:
            return None
        extent = catalog.extent()
        rows = Rows.read(place, state)
        if whole and catalog.whole() == (int(rows.there.sum()), sum(rows.written[rows.there].tolist())):
            return state
        newer, left = _differing(catalog, None if whole else seen or state.extent, rows)
        if len(newer) + len(left) + state.changed > most:
            return None
        after = _segment(place, state, rows, newer, left, catalog, embedder) if newer or left else state
        after = replace(after, extent=extent)
        place.put_in_force(after)
        return after


def _differing(catalog: Catalog, since: Extent | None, rows: Rows) -> tuple[list[tuple[UUID, int | None]], list[int]]:
    """The products that were written after the index read them, each with its place if it has one, and the places of those
    that are gone.
    """
    there = list(catalog.times(since))
    keys = _keys([uid for uid, _ in there])
    places = rows.places_of(keys)
    newer = [
        (uid, int(spot) if spot >= 0 else None)
        for (uid, written), spot in zip(there, places.tolist(), strict=True)
        if spot < 0 or rows.written[spot] != written
    ]
    if since is None:
        standing = np.flatnonzero(rows.there)
        return newer, standing[~np.isin(rows.keys[standing], keys)].tolist()
    lost = rows.places_of(_keys(catalog.gone(since)))
    return newer, sorted(set(lost[lost >= 0].tolist()) - set(places.tolist()))


def _keys(uids: Sequence[UUID]) -> NDArray[np.uint64]:
    return (
        uid_keys(np.frombuffer(b"".join(uid.bytes for uid in uids), np.uint8).reshape(-1, 16))
        if uids
        else uid_keys(np.zeros((0, 16), np.uint8))
    )


def _segment(
    place: Folder,
    state: State,
    rows: Rows,
    newer: Sequence[tuple[UUID, int | None]],
    left: Sequence[int],
    catalog: Catalog,
    embedder: Callable[[], Embedder | None],
) -> State:
    """The state with a further segment of newer products, into which the small ones before it are taken."""
    where = place.generation(state.generation)
    there = rows.there.copy()
    there[[spot for _, spot in newer if spot is not None]] = False
    there[list(left)] = False
    kept = _kept(state, rows, len(newer))
    first = sum(one.count for one in rows.segments[:kept])
    taken = [rows.uid(int(spot)) for spot in first + np.flatnonzero(there[first:])]
    scribe = Scribe(Analysis.of(state.languages))
    for uid, written, product in _read(catalog, sorted({*taken, *(uid for uid, _ in newer)})):
        scribe.add(uid, written, entry.of(product, state.searched))
    step = state.step + 1
    vectors = _vectors(where, state, rows, scribe, embedder)
    segments, there = list(state.segments[:kept]), there[:first]
    if scribe.count:
        segments.append(f"words-{step}.columns")
        columns.write(where / segments[-1], scribe.columns(state.averages, vectors))
    lost = np.flatnonzero(~there).astype(np.uint32)
    if len(lost):
        columns.write(where / f"gone-{step}.columns", {"places": lost})
    return replace(
        state,
        step=step,
        products=int(there.sum()) + scribe.count,
        segments=tuple(segments),
        gone=f"gone-{step}.columns" if len(lost) else None,
        changed=state.changed + len(newer) + len(left),
        facets={**dict(scribe.facets), **state.facets},
        texts=tuple(sorted(scribe.filled.union(state.texts))),
        currencies=tuple(dict.fromkeys([*state.currencies, *scribe.currencies])),
    )


def _kept(state: State, rows: Rows, coming: int) -> int:
    """How many of the segments stay as they are when so many products come."""
    kept = len(rows.segments)
    first = sum(one.count for one in rows.segments)
    # What the graph was drawn of stays where it is, and so does what a build wrote.
    while kept > 1:
        one = rows.segments[kept - 1]
        if first - one.count < state.drawn or one.count > _TAKEN_IN * coming:
            break
        coming += one.count
        first -= one.count
        kept -= 1
    return kept


def _vectors(
    where: Path, state: State, rows: Rows, scribe: Scribe, embedder: Callable[[], Embedder | None]
) -> NDArray[np.float16] | None:
    """The vectors of the products just written: those that there were where the text is the same."""
    held = meanings(where, state, rows.segments)
    if held is None or not scribe.count:
        return None
    found = np.zeros((scribe.count, held.width), np.float16)
    old = rows.places_of(_keys(scribe.uids))
    same = np.flatnonzero(old >= 0)
    same = same[rows.digests[old[same]] == scribe.digests[same]]
    found[same] = held.vectors(old[same].astype(np.uint64)).astype(np.float16)
    new = np.flatnonzero(~found.any(axis=1)).tolist()
    if new and (model := embedder()) is not None and model.name == state.model:
        for batch, vectors in _embedded(scribe.texts, new, model):
            found[batch] = vectors
    return found
