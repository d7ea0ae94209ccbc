"""What is new, told by how others went on that had been there as long: most begin with a peak, and none of them has a past."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from weft.demand.classes import YOUNG
from weft.demand.panel import Panel
from weft.demand.seasons import phases, profile
from weft.demand.series import Flags, Floats

Singles = NDArray[np.float32]
# At which shares of the age up to which a thing is new others are looked at.
_AGES: Final = (1 / 28, 1 / 14, 1 / 8, 1 / 4, 3 / 8, 1 / 2, 3 / 4)
# For how many steps more, as shares of that age, a beginning may be spread over.
_MORE: Final = (0.0, 1 / 32, 1 / 16, 1 / 8, 3 / 16, 1 / 4, 3 / 8, 1 / 2, 3 / 4, 1.0)
_FEWEST: Final = 40
_NEAREST: Final = 120
_FAR: Final = 50.0
_TRUST: Final = 8.0
_LEAST: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Launches:
    """How things began whose beginning was seen: their age when they were looked at (m,), and their next steps by what is told of
    them (m, horizon).

    What is told of a thing is what it sold, spread over its age and `more` steps.
    """

    more: float
    ages: Floats
    ratios: Singles

    def told(self, whole: Panel, horizon: int) -> Floats:
        """What comes next of each row (n, horizon)."""
        rate = whole.sold.sum(axis=1) / np.maximum(_ages(whole) + self.more, 1.0)
        return np.asarray(rate[:, None] * _shares(whole)[:, np.arange(horizon) % whole.season])

    def courses(self, whole: Panel, many: int, seed: int) -> Singles:
        """Courses by what is told (n, many, horizon), of those that had been there for about as long; one on average."""
        draw = np.random.default_rng(seed)
        order = np.argsort(self.ages, kind="stable")
        ages = self.ages[order]
        span = min(_NEAREST, len(ages))
        begin = np.clip(np.searchsorted(ages, _ages(whole)) - span // 2, 0, len(ages) - span)
        picks = np.floor((np.arange(many) + draw.random(many)) * span / many).astype(np.int64)
        found = self.ratios[order[begin[:, None] + np.minimum(picks, span - 1)[None, :]]]
        mean = found.mean(axis=(1, 2), keepdims=True)
        return np.asarray(found / np.where(mean > 0, mean, 1.0), np.float32)


def begun(whole: Panel) -> Flags:
    """Rows whose beginning lies within the panel: nothing was sold in many steps before it."""
    return np.asarray((whole.sold > 0).any(axis=1) & (_first(whole) >= YOUNG[whole.freq] // 2))


def learned(whole: Panel, horizon: int) -> Launches | None:
    """How things began in a panel, or None where too few did.

    What they sold is spread over so many steps more as made what they sold next least wrong: a peak at the beginning is drawn down,
    the more the younger it is.
    """
    young, first = YOUNG[whole.freq], _first(whole)
    seen = begun(whole)
    parts: list[tuple[NDArray[np.int64], int]] = []
    for age in sorted({max(round(share * young), 1) for share in _AGES}):
        rows = np.flatnonzero(seen & (first + age + horizon <= whole.steps))
        parts += [(rows, age)] if len(rows) else []
    if sum(len(rows) for rows, _ in parts) < _FEWEST:
        return None
    rows = np.concatenate([rows for rows, _ in parts])
    ages = np.concatenate([np.full(len(rows), float(age)) for rows, age in parts])
    at = (first[rows] + ages).astype(np.int64)
    summed = np.concatenate([np.zeros((len(whole), 1)), np.cumsum(whole.sold, axis=1)], axis=1)
    sold = summed[rows, at] - summed[rows, first[rows]]
    after = np.arange(horizon)[None, :] + at[:, None]
    came, usable = whole.sold[rows[:, None], after], whole.usable[rows[:, None], after]
    more = _spread(sold, ages, (summed[rows, at + horizon] - summed[rows, at]) / horizon, horizon, young)
    shares = _shares(whole)[rows[:, None], phases(whole.steps, whole.season)[after]]
    told = (sold / (ages + more))[:, None] * shares
    ratios = np.where(usable & (told > _LEAST), came / np.maximum(told, _LEAST), 1.0)
    return Launches(more, ages, np.clip(ratios, 0.0, _FAR).astype(np.float32))


def _spread(sold: Floats, ages: Floats, came: Floats, horizon: int, young: int) -> float:
    """Over how many steps more what was sold is spread: where it told best what came, by the size of each thing."""
    size = np.maximum((sold + came * horizon) / (ages + horizon), _LEAST)
    tried = [share * young for share in _MORE]
    off = [float((np.abs(sold / (ages + more) - came) / size).mean()) for more in tried]
    return tried[int(np.argmin(off))]


def _first(whole: Panel) -> NDArray[np.int64]:
    """The place of each row's first sale; the number of steps where there is none."""
    sales = whole.sold > 0
    return np.asarray(np.where(sales.any(axis=1), sales.argmax(axis=1), whole.steps), np.int64)


def _ages(whole: Panel) -> Floats:
    """For how many steps that are known each row has been there."""
    there = np.arange(whole.steps)[None, :] >= _first(whole)[:, None]
    return np.asarray((whole.usable & there).sum(axis=1), np.float64)


def _shares(whole: Panel) -> Floats:
    """What share of its mean each row sells at each place of the week or day; alike in all places of longer seasons."""
    if whole.freq not in ("h", "D") or whole.steps < 2 * whole.season:
        return np.ones((len(whole), whole.season))
    return profile(whole, whole.season, _TRUST)
