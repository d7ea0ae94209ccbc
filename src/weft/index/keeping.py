"""Indexes kept: built in a process of their own when they are first asked for, and brought up to the catalog while they serve."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from weft.errors import Conflict, NotReady, WeftError
from weft.index import building, finding
from weft.index.finding import Shelf
from weft.index.folder import Folder
from weft.index.meaning import Embedder, MiniLM
from weft.postgres.database import Database
from weft.store.catalog import Catalog, Extent

_LOG: Final = logging.getLogger(__name__)
_LOOK_EVERY: Final = 0.5
# Looking whether the catalog has changed may take this share of the time at most.
_SHARE: Final = 0.05
_WHOLE_EVERY: Final = 600.0
_MOST_CHANGED: Final = 2000
_SHARE_CHANGED: Final = 0.2
_AGAIN_SECONDS: Final = 2
_QUERIES_KEPT: Final = 10_000
_PATIENCE_SECONDS: Final = 10.0


@dataclass(slots=True)
class _Watch:
    """When a business's catalog is to be looked at again, and the build that was begun for it.

    `seen` is what of the catalog was written lately when nothing had changed since the state with `mark` was in force; `whole` is
    when all of it is to be compared again.
    """

    turn: threading.Lock
    due: float = 0.0
    whole: float = 0.0
    mark: tuple[int, int] = (0, 0)
    seen: Extent | None = None
    build: subprocess.Popen[bytes] | None = None


_WATCHES: Final[dict[tuple[str, UUID], _Watch]] = {}
_LOCK: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Kept:
    """An index in force, and the meaning of queries in the model that its vectors are of."""

    shelf: Shelf
    home: Path

    def meaning(self, query: str) -> NDArray[np.float32] | None:
        """The vector of a query; None where meanings are not known."""
        state = self.shelf.state
        if state.meaning is None:
            return None
        model = embedder(self.home)
        return _vector(self.home, query) if model is not None and model.name == state.model else None


@cache
def _loaded(home: Path) -> MiniLM | None:
    try:
        return MiniLM(home / "models", threads=1)
    except (ImportError, WeftError) as problem:
        _LOG.info("products are found by words alone: %s", problem)
        return None


def embedder(home: Path) -> Embedder | None:
    """The model of meaning of this machine, if its weights are there."""
    return _loaded(home)


@lru_cache(_QUERIES_KEPT)
def _vector(home: Path, query: str) -> NDArray[np.float32] | None:
    model = _loaded(home)
    return model.embedded([query])[0] if model is not None else None


def shelf(database: Database, business: UUID, name: str, catalog: Catalog) -> Kept:
    """A business's index, up to its catalog of half a second ago.

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
        raise NotReady(f"The index of {name} is being built; ask again in some seconds.", retry_after=_AGAIN_SECONDS)
    if time.monotonic() >= watch.due and watch.turn.acquire(blocking=False):
        try:
            _look(watch, database, business, name, catalog, there)
        finally:
            watch.turn.release()
        there = finding.opened(home, business) or there
    return Kept(there, home)


def _look(watch: _Watch, database: Database, business: UUID, name: str, catalog: Catalog, there: Shelf) -> None:
    started = time.monotonic()
    home = database.folder
    assert home is not None
    try:
        _kept_up(watch, database, business, name, catalog, there)
    except Conflict:
        # Another process is at it.
        pass
    except (OSError, ValueError, WeftError) as problem:
        _LOG.warning("the index of %s cannot be brought up to its catalog, and the last one answers: %s", name, problem)
    took = time.monotonic() - started
    watch.due = time.monotonic() + max(_LOOK_EVERY - took, took / _SHARE if took > _LOOK_EVERY else 0.0)


def _kept_up(watch: _Watch, database: Database, business: UUID, name: str, catalog: Catalog, there: Shelf) -> None:
    """Bring an index up to its catalog where that has changed.

    Looked at is what was written lately. What was written by a transaction that had been under way for longer than that is found
    by a look at all products, which is seldom.
    """
    home = database.folder
    assert home is not None
    state, now = there.state, time.monotonic()
    mark = (state.generation, state.step)
    if watch.mark != mark or watch.seen is None:
        watch.mark, watch.seen = mark, state.extent
    whole = now >= watch.whole
    later = catalog.later(watch.seen)
    if later is not None and not whole:
        watch.seen = later
        return
    most = max(_MOST_CHANGED, int(state.products * _SHARE_CHANGED))
    seen, watch.seen = watch.seen, None
    if building.kept_up(home, business, catalog, lambda: embedder(home), most, seen=seen, whole=whole) is None:
        _begin(watch, database, business, name)
    if whole:
        watch.whole = now + _WHOLE_EVERY


def _begin(watch: _Watch, database: Database, business: UUID, name: str) -> None:
    """Begin to build an index in a process of its own, unless one is being built; it ends with this one."""
    home = database.folder
    assert home is not None
    with _LOCK:
        if (watch.build is not None and watch.build.poll() is None) or Folder(home, business).being_written:
            return
        command = [sys.executable, "-m", "weft", "index", "build", "--business", name]
        with (home / "index.log").open("ab") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, "WEFT_HOME": str(home)}
            )
        watch.build = process
        database.closing.append(lambda: _ended(process))


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def built(
    database: Database, business: UUID, catalog: Catalog, *, meaning: bool, say: Callable[[str, int, int], None]
) -> dict[str, object]:
    """Build an index in this process, and answer what it has; raises Conflict, DiskFull."""
    home = database.folder
    if home is None:
        raise NotReady("This process has no folder for an index; set WEFT_HOME.")
    started = time.monotonic()
    state = building.build(home, business, catalog, lambda: embedder(home) if meaning else None, say)
    return {
        "products": state.products,
        "languages": list(state.languages),
        "meaning": state.model if state.meaning else None,
        "generation": state.generation,
        "seconds": round(time.monotonic() - started, 3),
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
