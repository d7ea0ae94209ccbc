"""Indexes kept: built in a process of their own when they are first asked for, and brought up to the catalog while they serve."""

import functools
import logging
import os
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from weft.errors import Conflict, NotReady, WeftError
from weft.gateway.handle import Models
from weft.index import beside, building, finding, routed, signals
from weft.index.finding import Shelf
from weft.index.folder import Folder
from weft.index.meaning import Embedder, MiniLM
from weft.postgres.database import Database
from weft.store.catalog import Catalog, Extent

_LOG: Final = logging.getLogger(__name__)
BUILT_AT_ONCE: Final = 4
"""How many indexes a server has built at once: each is a process that may hold a model."""
_LOOK_EVERY: Final = 0.5
# An answer may be of a catalog of so long ago while it is looked again.
_LOOK_BESIDE: Final = 0.9
# Looking whether the catalog has changed may take this share of the time at most.
_SHARE: Final = 0.05
_WHOLE_EVERY: Final = 600.0
# What others do than write to the database, such as a model that answers with vectors of another width, is noticed within this time.
_STILL_SECONDS: Final = 10.0
_MOST_CHANGED: Final = 2000
_SHARE_CHANGED: Final = 0.2
_AGAIN_SECONDS: Final = 2
_QUERIES_KEPT: Final = 10_000
_EMBED_AGAIN_SECONDS: Final = 300.0
_PROCESSORS: Final = os.cpu_count() or 1


@dataclass(slots=True)
class _Watch:
    """When a business's catalog, and the model of what it means, are to be looked at again, and the build that was begun for it.

    `looked` is when the last look began; `seen` is what of the catalog was written lately when nothing had changed since the state with `mark` was in force; `whole` is
    when all of it is to be compared again. `reranks` is whether there was a route to put hits in order by, at the last look.
    """

    turn: threading.Lock
    due: float = 0.0
    looked: float = float("-inf")
    embed_due: float = 0.0
    whole: float = 0.0
    mark: tuple[int, int] = (0, 0)
    seen: Extent | None = None
    build: subprocess.Popen[bytes] | None = None
    still: tuple[str, tuple[int, int] | None] | None = None
    still_until: float = 0.0
    reranks: bool = False


_WATCHES: Final[dict[tuple[str, UUID], _Watch]] = {}
_LOCK: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Kept:
    """An index in force, and the meaning of queries in the model that its vectors are of."""

    shelf: Shelf
    home: Path
    business: UUID
    models: Models
    reranks: bool = False

    def meaning(self, query: str) -> NDArray[np.float32] | None:
        """The vector of a query; None where meanings are not known."""
        state = self.shelf.state
        if state.meaning is None:
            return None
        if state.model is not None and routed.by_route(state.model):
            return routed.vector(self.models, self.business, state.model, query)
        model = embedder(self.home)
        return _vector(self.home, query) if model is not None and model.name == state.model else None

    def reranked(self, query: str, texts: Sequence[str]) -> tuple[NDArray[np.float64], str] | None:
        """How well texts answer a query, from 0 to 1, and by which model; None where no model says so."""
        return routed.scores(self.models, self.business, query, texts) if self.reranks else None


@cache
def _loaded(home: Path, threads: int = 1) -> MiniLM | None:
    try:
        return MiniLM(home / "models", threads=threads)
    except (ImportError, WeftError) as problem:
        _LOG.info("products are found by words alone: %s", problem)
        return None


def embedder(home: Path, models: Models | None = None, threads: int = 1) -> Embedder | None:
    """The model of meaning that a business has a route to; without one that of this machine, if its weights are there."""
    by_route = routed.now(models) if models is not None else None
    return by_route or _loaded(home, threads)


def _same(home: Path, models: Models, made: str | None) -> Embedder | None:
    """The model that made an index's vectors, for what has changed since."""
    return routed.late(models, made) if made is not None and routed.by_route(made) else embedder(home)


@lru_cache(_QUERIES_KEPT)
def _vector(home: Path, query: str) -> NDArray[np.float32] | None:
    model = _loaded(home)
    return model.embedded([query])[0] if model is not None else None


def shelf(database: Database, business: UUID, name: str, catalog: Catalog, models: Models | None = None) -> Kept:
    """A business's index, up to its catalog of less than a second ago; what is asked of its `models` is at the cost of whose they are.

    Where there is none its building is begun, and NotReady raised. Where much has changed it is built anew beside, the last one
    answering meanwhile.
    """
    home = database.folder
    if home is None:
        raise NotReady("This process has no folder for an index; set WEFT_HOME.", retry_after=_AGAIN_SECONDS)
    with _LOCK:
        watch = _WATCHES.setdefault((str(home), business), _Watch(threading.Lock()))
    there = finding.opened(home, business)
    if there is None:
        _begin(watch, database, business, name)
        there = finding.last(home, business)
        if there is None:
            raise NotReady(
                f"The index of {name} is being built; ask again in some seconds.", retry_after=_AGAIN_SECONDS
            )
        return Kept(there, home, business, models or Models(database, business), watch.reranks)
    now = time.monotonic()
    if now >= watch.due and watch.turn.acquire(blocking=False):
        look = functools.partial(_look, watch, database, business, name, catalog, there)
        if now < watch.looked + _LOOK_BESIDE:
            # What is answered meanwhile is of a moment ago, and nobody waits for the look.
            threading.Thread(target=look, name="weft-look", daemon=True).start()
        else:
            look()
            there = finding.opened(home, business) or there
    return Kept(there, home, business, models or Models(database, business), watch.reranks)


def _look(watch: _Watch, database: Database, business: UUID, name: str, catalog: Catalog, there: Shelf) -> None:
    """Look whether the catalog or the routes have changed, by who has taken the turn for it, and give the turn back."""
    try:
        _look_now(watch, database, business, name, catalog, there)
    except Exception as problem:
        _LOG.warning("whether the catalog of %s has changed cannot be told: %s", name, problem)
    finally:
        watch.turn.release()


def _look_now(watch: _Watch, database: Database, business: UUID, name: str, catalog: Catalog, there: Shelf) -> None:
    started = time.monotonic()
    home = database.folder
    assert home is not None
    mark = Folder(home, business).mark()
    try:
        now = catalog.moment(), mark
        if watch.still != now or started >= watch.still_until:
            watch.still = None
            models = Models(database, business)
            if _kept_up(watch, home, business, catalog, models, there):
                watch.still, watch.still_until = now, started + _STILL_SECONDS
            else:
                _begin(watch, database, business, name)
            _look_at_routes(watch, database, business, name, models, there)
    except Conflict:
        # Another process is at it.
        pass
    except (OSError, ValueError, WeftError) as problem:
        _LOG.warning("the index of %s cannot be brought up to its catalog, and the last one answers: %s", name, problem)
    took = time.monotonic() - started
    # What is looked for in vain may take little of the time; bringing an index up to its catalog is what edits wait for.
    rest = took if Folder(home, business).mark() != mark else took / _SHARE
    watch.looked = started
    watch.due = time.monotonic() + max(_LOOK_EVERY - took, rest if took > _LOOK_EVERY else 0.0)


def _kept_up(watch: _Watch, home: Path, business: UUID, catalog: Catalog, models: Models, there: Shelf) -> bool:
    """Bring an index up to its catalog where that has changed; False where it is to be built anew.

    Looked at is what was written lately. What was written by a transaction that had been under way for longer than that is found
    by a look at all products, which is seldom.
    """
    state, now = there.state, time.monotonic()
    if catalog.searched() != state.searched:
        return False
    mark = (state.generation, state.step)
    if watch.mark != mark or watch.seen is None:
        watch.mark, watch.seen = mark, state.extent
    whole = now >= watch.whole
    later = catalog.later(watch.seen)
    if later is not None and not whole:
        watch.seen = later
        return True
    most = max(_MOST_CHANGED, int(state.products * _SHARE_CHANGED))
    seen, watch.seen = watch.seen, None
    after = building.kept_up(
        home, business, catalog, lambda: _same(home, models, state.model), most, seen=seen, whole=whole
    )
    if whole:
        watch.whole = now + _WHOLE_EVERY
    return after is not None


def _look_at_routes(watch: _Watch, database: Database, business: UUID, name: str, models: Models, there: Shelf) -> None:
    """Begin to embed the catalog anew where another model is to do so by now; the vectors that there are answer meanwhile."""
    watch.reranks = routed.RERANK in models.routes
    home = database.folder
    assert home is not None
    if time.monotonic() >= watch.embed_due and routed.outdated(models, business, there.state.model):
        watch.embed_due = time.monotonic() + _EMBED_AGAIN_SECONDS
        with routed.embedding(home, business) as mine:
            if not mine:
                return
        _begin(watch, database, business, name)


def _begin(watch: _Watch, database: Database, business: UUID, name: str) -> None:
    """Begin to build an index in a process of its own, unless it or enough others are being built; it ends with this one."""
    home = database.folder
    assert home is not None
    with _LOCK:
        if (watch.build is not None and watch.build.poll() is None) or Folder(home, business).being_written:
            return
        build = ["index", "build", "--business", name]
        watch.build = beside.begun(database, home, "index", build, most=BUILT_AT_ONCE)


def built(
    database: Database, business: UUID, catalog: Catalog, *, meaning: bool, say: Callable[[str, int, int], None]
) -> dict[str, object]:
    """Build an index in this process, and answer what it has; raises Conflict, DiskFull."""
    home = database.folder
    if home is None:
        raise NotReady("This process has no folder for an index; set WEFT_HOME.")
    started = time.monotonic()
    signals.renewed(database, business)
    models = Models(database, business)
    problems: list[str] = []
    used: list[Embedder] = []

    def model() -> Embedder | None:
        if not used and meaning and not problems:
            try:
                used.extend(one for one in [embedder(home, models, _PROCESSORS)] if one is not None)
            except WeftError as problem:
                problems.append(problem.message)
        return used[0] if used else None

    with routed.embedding(home, business):
        state = building.build(home, business, catalog, model, say)
    problems += [told for one in used if (told := getattr(one, "problem", None))]
    return {
        "products": state.products,
        "languages": list(state.languages),
        "meaning": state.model if state.meaning else None,
        "generation": state.generation,
        "seconds": round(time.monotonic() - started, 3),
        "problem": problems[0] if problems else None,
    }


def described(database: Database, business: UUID, catalog: Catalog) -> dict[str, object] | None:
    """What is in force, and whether the catalog has changed since; None where there is no index."""
    place = Folder(database.folder, business) if database.folder is not None else None
    state = place.state() if place is not None else None
    if place is None or state is None:
        return None
    return {
        "products": state.products,
        "languages": list(state.languages),
        "meaning": state.model if state.meaning else None,
        "generation": state.generation,
        "step": state.step,
        "changed": building.changed(catalog, state),
        "folder": str(place.generation(state.generation)),
    }
