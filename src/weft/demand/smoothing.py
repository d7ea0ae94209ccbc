"""Averages that forget: means, exponential smoothing, damped trends and Theta, over all rows at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from weft.demand.panel import Panel
from weft.demand.seasons import phases
from weft.demand.series import Flags, Floats

_ALPHAS: Final = (0.02, 0.05, 0.1, 0.2, 0.35, 0.55, 0.8, 0.99)
_TRENDS: Final = tuple((alpha, beta) for alpha in (0.1, 0.3, 0.6, 0.9) for beta in (0.02, 0.1, 0.3))
_LEAST: Final = 1e-9


def last(whole: Panel, horizon: int) -> Floats:
    """What was sold last, again and again."""
    return np.repeat(_latest(whole.sold, whole.usable)[:, None], horizon, axis=1)


def _latest(values: Floats, usable: Flags) -> Floats:
    steps = values.shape[1]
    place = steps - 1 - np.argmax(usable[:, ::-1], axis=1)
    return np.asarray(values[np.arange(len(values)), place])


def repeated(whole: Panel, horizon: int, season: int, seasons: int = 1) -> Floats:
    """The mean of what was sold at the same place of the last `seasons` seasons; where none is known, the mean of the row."""
    found = np.empty((len(whole), season))
    for place in range(season):
        back = np.arange(whole.steps - season + place, -1, -season)[:seasons]
        back = back[back >= 0]
        used = whole.usable[:, back]
        found[:, place] = np.where(
            used.any(axis=1), whole.sold[:, back].sum(axis=1) / np.maximum(used.sum(axis=1), 1), whole.means
        )
    return found[:, np.arange(horizon) % season]


def averaged(whole: Panel, steps: int) -> Floats:
    """The mean of the last so many steps that are known within them; of all where none is."""
    used = whole.usable[:, -steps:]
    sums = whole.sold[:, -steps:].sum(axis=1)
    return np.asarray(np.where(used.any(axis=1), sums / np.maximum(used.sum(axis=1), 1), whole.means))


def leveled(levels: Floats, indices: Floats, horizon: int) -> Floats:
    """A level for each row (n,) or each step (n, horizon), times the indices of the season."""
    season = indices.shape[1]
    flat = levels[:, None] if levels.ndim == 1 else levels
    return np.asarray(flat * indices[:, np.arange(horizon) % season])


def plain(whole: Panel, indices: Floats) -> Floats:
    """What was sold without the season; where an index is next to nothing, so that it says nothing, the row's mean."""
    each = indices[:, phases(whole.steps, indices.shape[1])]
    return np.asarray(np.where(each > 0.02, whole.sold / np.maximum(each, 0.02), whole.means[:, None]))


@dataclass(frozen=True, slots=True, eq=False)
class Smoothed:
    """The last level of each row and the weight of the newest in it (n,), as what would have told the next step best."""

    level: Floats
    alpha: Floats


def smoothed(values: Floats, usable: Flags, alphas: Sequence[float] = _ALPHAS) -> Smoothed:
    """Simple exponential smoothing (Brown, 1956), with the weight that told each row's next steps best."""
    weights = np.asarray(alphas)
    rows, steps = values.shape
    level = np.repeat(_opening(values, usable)[:, None], len(weights), axis=1)
    errors = np.zeros((rows, len(weights)))
    for step in range(steps):
        off = np.where(usable[:, step, None], values[:, step, None] - level, 0.0)
        errors += np.square(off)
        level += weights * off
    best = errors.argmin(axis=1)
    return Smoothed(level[np.arange(rows), best], weights[best])


def _opening(values: Floats, usable: Flags, first: int = 8) -> Floats:
    """The mean of the first few known steps of each row."""
    order = np.cumsum(usable, axis=1)
    early = usable & (order <= first)
    return np.asarray(np.where(early, values, 0.0).sum(axis=1) / np.maximum(early.sum(axis=1), 1))


def damped(values: Floats, usable: Flags, horizon: int, damping: float = 0.95) -> Floats:
    """A level with a trend that tires (Gardner and McKenzie, 1985), with the weights that told each row's next steps best (n, horizon)."""
    alpha, beta = (np.array([pair[place] for pair in _TRENDS]) for place in (0, 1))
    rows, steps = values.shape
    level = np.repeat(_opening(values, usable, 4)[:, None], len(alpha), axis=1)
    trend, errors = np.zeros_like(level), np.zeros_like(level)
    for step in range(steps):
        told = level + damping * trend
        off = np.where(usable[:, step, None], values[:, step, None] - told, 0.0)
        errors += np.square(off)
        level = told + alpha * off
        trend = damping * trend + alpha * beta * off
    best = errors.argmin(axis=1)
    each = np.arange(rows)
    reach = np.cumsum(damping ** np.arange(1, horizon + 1))
    return np.asarray(level[each, best][:, None] + trend[each, best][:, None] * reach)


def theta(values: Floats, usable: Flags, horizon: int, window: int) -> Floats:
    """Theta (Assimakopoulos and Nikolopoulos, 2000) as smoothing with half the slope of the last `window` steps as drift
    (Hyndman and Billah, 2003) (n, horizon)."""
    found = smoothed(values, usable)
    slope = _slope(values[:, -window:], usable[:, -window:])
    count = usable.sum(axis=1)
    start = (1 - (1 - found.alpha) ** count) / found.alpha
    drift = slope[:, None] / 2 * (np.arange(horizon) + start[:, None])
    return np.asarray(found.level[:, None] + drift)


def _slope(values: Floats, usable: Flags) -> Floats:
    """The slope of a straight line through each row, by least squares; 0 where there are too few steps."""
    count = np.maximum(usable.sum(axis=1), 1)
    at = np.where(usable, np.arange(values.shape[1])[None, :], 0.0)
    middle = at.sum(axis=1) / count
    off = np.where(usable, at - middle[:, None], 0.0)
    wide = np.square(off).sum(axis=1)
    return np.asarray(np.where(count >= 4, (off * values).sum(axis=1) / np.maximum(wide, _LEAST), 0.0))
