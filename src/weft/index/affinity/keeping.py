"""Affinities kept: learned in a process of their own when they are first asked for, and again when there is enough new."""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from weft.errors import WeftError
from weft.index import beside
from weft.index.affinity import kept
from weft.index.affinity.kept import Affinities, Place
from weft.postgres.database import Database
from weft.store.behaviors import Behaviors
from weft.store.sales import Sales

_LOG: Final = logging.getLogger(__name__)
_LOOK_EVERY: Final = 300.0
# What is learned from a few more events is the same.
_GROWN: Final = 1.1
_OLD_SECONDS: Final = 86_400.0


@dataclass(slots=True)
class _Watch:
    """When it is to be looked again whether there is something new to learn from."""

    turn: threading.Lock
    due: float = 0.0


# However many businesses there are, few are learned of at once, and the others in their turn.
_AT_ONCE: Final = 2
_SOON: Final = 5.0
_WATCHES: Final[dict[tuple[str, UUID], _Watch]] = {}
_LOCK: Final = threading.Lock()


def affinities(database: Database, business: UUID, name: str, sales: Sales, behaviors: Behaviors) -> Affinities | None:
    """What was learned last of a business; None where that is nothing yet. Learning is begun where it is time for it."""
    home = database.folder
    if home is None:
        return None
    found = kept.opened(home, business)
    with _LOCK:
        watch = _WATCHES.setdefault((str(home), business), _Watch(threading.Lock()))
    if time.monotonic() >= watch.due and watch.turn.acquire(blocking=False):
        try:
            _look(watch, database, business, name, found, (sales, behaviors))
        finally:
            watch.turn.release()
    return found


def _look(
    watch: _Watch,
    database: Database,
    business: UUID,
    name: str,
    found: Affinities | None,
    sources: tuple[Sales, Behaviors],
) -> None:
    home = database.folder
    assert home is not None
    watch.due = time.monotonic() + _LOOK_EVERY
    try:
        if not outdated(found.state if found is not None else None, kept.extent(*sources)):
            return
        if Place(home, business).being_written:
            return
        learn = ["affinities", "build", "--business", name]
        if beside.begun(database, home, "affinities", learn, most=_AT_ONCE) is None:
            watch.due = time.monotonic() + _SOON
    except (OSError, WeftError) as problem:
        _LOG.warning("the affinities of %s cannot be learned anew, and the last ones answer: %s", name, problem)


def outdated(state: Mapping[str, Any] | None, extent: list[int]) -> bool:
    """Whether there is so much more to learn from that it is to be learned anew."""
    total = sum(extent)
    if state is None:
        return total > 0
    before = int(sum(state["seen"]))
    if total > before * _GROWN or total < before / _GROWN:
        return True
    return bool(extent != state["seen"] and time.time() - float(state["built_at"]) > _OLD_SECONDS)
