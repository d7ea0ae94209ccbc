"""What kind of demand a series shows, which decides the methods that suit it."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from weft.demand.forecast import DemandClass
from weft.demand.panel import Panel
from weft.demand.seasons import correlated, phases
from weft.demand.series import Flags, Floats, Frequency

# Syntetos, Boylan and Croston (2005): above these, sales are far apart, and their sizes differ much.
APART: Final = 1.32
DIFFERENT: Final = 0.49
# Younger than so many steps is new.
YOUNG: Final[dict[Frequency, int]] = {"h": 72, "D": 56, "W": 12, "M": 6, "Q": 4, "Y": 3}
_IMPROBABLE: Final = 0.005
_CLOSED: Final = 0.005


def classes(whole: Panel) -> NDArray[np.str_]:
    """The class of each row, from what is known of it (`DemandClass`)."""
    usable = whole.usable & open_steps(whole)
    sales = usable & (whole.sold > 0)
    count = sales.sum(axis=1)
    age = np.where(count > 0, whole.steps - np.argmax(sales, axis=1), 0)
    gap = _gap(usable, sales)
    different = _different(whole.sold, sales)
    found = np.full(len(whole), "smooth", dtype="<U12")
    found[(gap < APART) & (different >= DIFFERENT)] = "erratic"
    found[(gap >= APART) & (different < DIFFERENT)] = "intermittent"
    found[(gap >= APART) & (different >= DIFFERENT)] = "lumpy"
    found[_seasonal(whole) & (gap < 2 * APART)] = "seasonal"
    found[_dying(usable, sales)] = "dying"
    found[(age < YOUNG[whole.freq]) & _short(whole, sales)] = "new"
    found[count == 0] = "none"
    return found


def kind(name: str) -> DemandClass:
    """A class by its name; raises ValueError for one that there is not."""
    known: tuple[DemandClass, ...] = (
        "smooth",
        "intermittent",
        "lumpy",
        "erratic",
        "new",
        "dying",
        "seasonal",
        "none",
    )
    for one in known:
        if one == name:
            return one
    raise ValueError(f"there is no class {name!r}")


def open_steps(whole: Panel) -> Flags:
    """Steps at which business is done at all (T,): not the day of the week on which nothing is ever sold."""
    if whole.freq not in ("h", "D") or len(whole) < 5:
        return np.ones(whole.steps, bool)
    places = phases(whole.steps, whole.season)
    each = np.bincount(places, weights=(whole.sold / np.maximum(whole.means, 1e-12)[:, None]).sum(axis=0))
    return np.asarray((each > _CLOSED * each.mean())[places])


def _gap(usable: Flags, sales: Flags) -> Floats:
    """The mean number of steps from sale to sale."""
    return np.asarray(usable.sum(axis=1) / np.maximum(sales.sum(axis=1), 1))


def _different(sold: Floats, sales: Flags) -> Floats:
    """The squared coefficient of variation of the sizes of sales."""
    count = np.maximum(sales.sum(axis=1), 1)
    mean = np.where(sales, sold, 0.0).sum(axis=1) / count
    spread = np.square(np.where(sales, sold - mean[:, None], 0.0)).sum(axis=1) / count
    return np.asarray(spread / np.maximum(np.square(mean), 1e-12))


def _dying(usable: Flags, sales: Flags) -> Flags:
    """Rows whose last sale is so long ago that this would have been a wonder, had they gone on selling as before."""
    after = usable & ~np.logical_or.accumulate(sales[:, ::-1], axis=1)[:, ::-1]
    waited = after.sum(axis=1)
    often = sales.sum(axis=1) / np.maximum((usable & ~after).sum(axis=1), 1)
    return np.asarray((waited * np.log1p(-np.clip(often, 0.0, 1 - 1e-9)) < np.log(_IMPROBABLE)) & (waited >= 3))


def _short(whole: Panel, sales: Flags) -> Flags:
    """Rows that are short, or that sold nothing before they began, though they were there."""
    first = np.argmax(sales, axis=1)
    before = (whole.usable & (np.arange(whole.steps)[None, :] < first[:, None])).sum(axis=1)
    return np.asarray(before < YOUNG[whole.freq] // 2)


def _seasonal(whole: Panel) -> Flags:
    """Rows that repeat themselves within a year (or, by the hour, within a day), as far as three seasons tell."""
    if whole.freq == "D":
        weeks = whole.steps // 28
        if weeks < 26:
            return np.zeros(len(whole), bool)
        blocks = whole.filled[:, -weeks * 28 :].reshape(len(whole), weeks, 28).sum(axis=2)
        used = whole.usable[:, -weeks * 28 :].reshape(len(whole), weeks, 28).sum(axis=2) >= 14
        return correlated(blocks, used, 13)
    return correlated(whole.filled, whole.usable, whole.season)
