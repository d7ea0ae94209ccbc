"""What a product does for the business as signals in [0, 1], and the dials by which they move what is found.

A signal is a product's place among all of the business's products: 0.9 in `margin` earns more of its price than nine of ten.
What is not known of a product stands in the middle, where no dial moves it. The signals lie in a file beside the index, written
when it is built and again when orders, stock or prices have changed; a search maps it to the places of the index it has open.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from math import inf, nan
from pathlib import Path
from typing import Final
from uuid import UUID
from zipfile import BadZipFile

import numpy as np
import orjson
from numpy.typing import NDArray

from weft.errors import WeftError
from weft.index import folder
from weft.index.finding import Shelf
from weft.index.folder import Folder
from weft.postgres.database import Database
from weft.store import figures
from weft.store.figures import Figures
from weft.store.merchandising import SIGNALS, Dials

__all__ = ["SIGNALS", "Dials", "Reason", "factors", "kept_fresh", "made", "order", "reasons", "renewed"]

_LOG: Final = logging.getLogger(__name__)
MOST_TIMES: Final = 1.25
"""The most that all dials together multiply a score by; the least is its reciprocal. So what fits better stays before what pays better."""
VELOCITY_DAYS: Final = 90
_FORM: Final = 1
_FILE: Final = "signals.npz"
_LOOK_EVERY: Final = 30.0
_A_DAY: Final = 86_400.0
_OPEN_MOST: Final = 64
# A rate of so few sales is more the shop's than the product's.
_RETURNS_PRIOR: Final = 8.0
_MIDDLE: Final = 0.5
# The figure of newness is an age: the younger, the more.
_SIGNS: Final = tuple(-1.0 if name == "newness" else 1.0 for name in SIGNALS)


@dataclass(frozen=True, slots=True)
class _File:
    """The file as it is: products by uid (sorted), their signals and the figures behind them, a column for each of SIGNALS."""

    uids: NDArray[np.void]
    signals: NDArray[np.float32]
    figures: NDArray[np.float32]


@dataclass(slots=True)
class _Open:
    """Signals by the places of one state of an index, and what the dials that were asked for last make of them."""

    mark: tuple[object, ...]
    signals: NDArray[np.float32]
    figures: NDArray[np.float32]
    last: "_Turned | None" = None

    def turned(self, dials: Dials) -> "_Turned":
        """The multipliers of some dials, worked out again only where they are others than the last."""
        held = self.last
        if held is None or held.dials != dials:
            # Replaced as a whole: another thread may be reading the one before.
            held = self.last = _Turned(dials, _multipliers(self.signals, dials))
        return held


@dataclass
class _Turned:
    """Dials, and what they multiply the score of each place by."""

    dials: Dials
    multipliers: NDArray[np.float32]

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """All places, those first that are moved forward most."""
        return np.argsort(-self.multipliers, kind="stable")


@dataclass(frozen=True, slots=True)
class Reason:
    """What one dial does to one product: its signal, the dial, and a sentence's part with the figure behind it."""

    signal: str
    value: float
    dial: float
    says: str


def factors(
    shelf: Shelf, places: Sequence[int] | NDArray[np.integer], dials: Dials
) -> tuple[NDArray[np.float32], dict[str, NDArray[np.float32]]]:
    """What the scores of the products in these places are multiplied by, and their signals by name, in the same order.

    With all dials off, and where there are no signals yet, each is multiplied by 1.
    """
    at = np.asarray(places, np.int64)
    there = _opened(shelf) if dials.turned else None
    if there is None:
        return np.ones(len(at), np.float32), {}
    multipliers = there.turned(dials).multipliers
    return multipliers[at], {name: there.signals[at, SIGNALS.index(name)] for name in dials.turned}


def order(shelf: Shelf, dials: Dials) -> NDArray[np.int64]:
    """All places, those first that the dials move forward most; none where no dial is turned."""
    there = _opened(shelf) if dials.turned else None
    if there is None:
        return np.zeros(0, np.int64)
    return there.turned(dials).order


def reasons(shelf: Shelf, place: int, dials: Dials) -> list[Reason]:
    """What each turned dial does to the product in a place, the strongest first."""
    there = _opened(shelf) if dials.turned else None
    if there is None:
        return []
    found = []
    for name, dial in dials.turned.items():
        column = SIGNALS.index(name)
        value, figure = float(there.signals[place, column]), float(there.figures[place, column])
        found.append(Reason(name, round(value, 3), dial, _said(name, value, figure)))
    return sorted(found, key=lambda one: -abs(one.dial * (2 * one.value - 1)))


def _multipliers(signals: NDArray[np.float32], dials: Dials) -> NDArray[np.float32]:
    turned = np.array([getattr(dials, name) for name in SIGNALS], np.float32)
    # Several dials share what one may do alone: turned all the way, none of them makes the others vanish.
    pull = (2 * signals - 1) @ turned / max(float(np.abs(turned).sum()), 1.0)
    multipliers: NDArray[np.float32] = np.power(np.float32(MOST_TIMES), pull).astype(np.float32)
    return multipliers


def _said(name: str, value: float, figure: float) -> str:
    than = f"more than {value:.0%} of products"
    if np.isnan(figure):
        return f"{name}: not known"
    match name:
        case "stock":
            return "stock: not counted" if np.isinf(figure) else f"stock: {figure:,.0f}, {than}"
        case "margin":
            return f"margin: {figure:.0%} of the price, {than}"
        case "velocity":
            return f"velocity: {figure:,.0f} sold in {VELOCITY_DAYS} days, {than}"
        case "newness":
            return f"newness: here for {figure:,.0f} days, newer than {value:.0%} of products"
        case _:
            return f"returns: {figure:.0%} of what is sold, {than}"


def made(database: Database, business: UUID) -> None:
    """Work the signals out of the store, and put them in force beside the index at once or not at all; raises DiskFull."""
    if database.folder is None:
        return
    stamp = figures.stamp(database, business)
    found = list(figures.read(database, business, VELOCITY_DAYS))
    known = _columns(found)
    signals = np.stack([_ranks(column * _SIGNS[n]) for n, column in enumerate(known.T)], axis=1) if found else known
    place = Folder(database.folder, business).path
    place.mkdir(parents=True, exist_ok=True)
    told = np.frombuffer(orjson.dumps({"form": _FORM, "stamp": stamp, "at": time.time()}), np.uint8)
    uids = np.frombuffer(b"".join(one.uid.bytes for one in found), np.uint8).reshape(-1, 16)
    folder.written(place / _FILE, lambda file: np.savez(file, told=told, uids=uids, signals=signals, figures=known))


def _columns(found: Sequence[Figures]) -> NDArray[np.float32]:
    """The figures as columns; what is not known is no number, and stock that is not counted has no end."""
    sold, returned = sum(one.sold for one in found), sum(one.returned for one in found)
    usual = returned / sold if sold else None
    trading = any(one.units for one in found)
    now = datetime.now(UTC)
    rows = [
        (
            inf if not one.counted else nan if one.stock is None else one.stock,
            nan if one.margin is None else one.margin,
            one.units if trading else nan,
            nan if one.since is None else max((now - one.since).total_seconds() / _A_DAY, 0.0),
            _rate(one, usual) if one.sold else nan,
        )
        for one in found
    ]
    return np.array(rows, np.float32).reshape(-1, len(SIGNALS))


def _rate(one: Figures, usual: float | None) -> float:
    """How much of what is sold comes back, few sales leaning on what is usual in the shop."""
    return min((one.returned + _RETURNS_PRIOR * (usual or 0.0)) / (one.sold + _RETURNS_PRIOR), 1.0)


def _ranks(column: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each product's place among those of which the figure is known, in [0, 1]; those alike share the middle of theirs."""
    ranks = np.full(len(column), _MIDDLE, np.float32)
    known = ~np.isnan(column)
    ordered = np.sort(column[known])
    if len(ordered):
        below = np.searchsorted(ordered, column[known], "left")
        through = np.searchsorted(ordered, column[known], "right")
        ranks[known] = (below + through) / (2 * len(ordered))
    return ranks


_OPEN: Final[OrderedDict[tuple[str, UUID], _Open]] = OrderedDict()
_LOCK: Final = threading.Lock()


def _opened(shelf: Shelf) -> _Open | None:
    """The signals by a shelf's places; None where there are none yet, or the shelf's files have been replaced meanwhile."""
    key = (str(shelf.home), shelf.business)
    place = Folder(shelf.home, shelf.business)
    try:
        told = (place.path / _FILE).stat()
    except OSError:
        return None
    mark = (told.st_mtime_ns, told.st_ino, shelf.state.generation, shelf.state.step)
    with _LOCK:
        held = _OPEN.get(key)
        if held is not None and held.mark == mark:
            _OPEN.move_to_end(key)
            return held
    try:
        found = _read(place.path / _FILE)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        # What was found last is better than nothing, as long as its places are those of the same products.
        return held if held is not None and held.mark[2:] == mark[2:] else None
    opened = _placed(found, shelf.column("uids"), mark)
    with _LOCK:
        _OPEN[key] = opened
        _OPEN.move_to_end(key)
        while len(_OPEN) > _OPEN_MOST:
            _OPEN.popitem(last=False)
    return opened


def _read(path: Path) -> _File:
    with path.open("rb") as file, np.load(file) as held:
        return _File(held["uids"].view("V16").ravel(), held["signals"], held["figures"])


def _placed(found: _File, uids: NDArray[np.uint8], mark: tuple[object, ...]) -> _Open:
    """The signals by place; a product that they do not know yet stands in the middle."""
    signals = np.full((len(uids), len(SIGNALS)), _MIDDLE, np.float32)
    known = np.full((len(uids), len(SIGNALS)), np.nan, np.float32)
    there = {uid: n for n, uid in enumerate(found.uids.tolist())}
    where = np.array([there.get(uid, -1) for uid in np.ascontiguousarray(uids).view("V16").ravel().tolist()], np.int64)
    held = where >= 0
    signals[held] = found.signals[where[held]]
    known[held] = found.figures[where[held]]
    return _Open(mark, signals, known)


@dataclass(slots=True)
class _Watch:
    """When the store is to be looked at again, and the thread that did so last."""

    due: float = 0.0
    thread: threading.Thread | None = None

    def ended(self) -> None:
        """Wait until nothing is being made."""
        if self.thread is not None:
            self.thread.join()


_WATCHES: Final[dict[tuple[str, UUID], _Watch]] = {}


def kept_fresh(database: Database, business: UUID) -> None:
    """See that the signals are those of the store of half a minute ago: made at once where there are none, else beside.

    To be called where a dial is turned: as long as all are off, nothing is looked at.
    """
    if database.folder is None:
        return
    path = Folder(database.folder, business).path / _FILE
    key = (database.conninfo, business)
    with _LOCK:
        watch = _WATCHES.get(key)
        if watch is None:
            watch = _WATCHES[key] = _Watch()
            database.closing.append(watch.ended)
        if time.monotonic() < watch.due or (watch.thread is not None and watch.thread.is_alive()):
            return
        watch.due = time.monotonic() + _LOOK_EVERY
        if path.exists():
            watch.thread = threading.Thread(target=renewed, args=(database, business, path), name="weft-signals")
            watch.thread.start()
            return
    renewed(database, business)


def renewed(database: Database, business: UUID, path: Path | None = None) -> None:
    """Make the signals anew, unless those in a file are of the store as it is; where that cannot be, the last ones stay."""
    try:
        if path is not None and _current(database, business, path):
            return
        made(database, business)
    except (WeftError, OSError) as problem:
        _LOG.warning("the signals cannot be made anew, and the last ones are used: %s", problem)


def _current(database: Database, business: UUID, path: Path) -> bool:
    try:
        with path.open("rb") as file, np.load(file) as held:
            told: Mapping[str, object] = orjson.loads(held["told"].tobytes())
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return False
    # Products grow older without anybody writing to them.
    young = time.time() - float(str(told.get("at") or 0)) < _A_DAY
    return bool(young and told.get("form") == _FORM and told.get("stamp") == figures.stamp(database, business))
