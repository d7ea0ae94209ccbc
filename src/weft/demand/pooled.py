"""One linear autoregression that all rows share (Montero-Manso and Hyndman, 2021): what usually follows a course like this one."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from weft.demand.panel import Panel
from weft.demand.series import Floats

_ROWS: Final = 60_000
_ROUNDS: Final = 4
_RIDGE: Final = 1e-3
_FAR: Final = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """Weights of the last `lags` steps and a constant for each step ahead (lags + 1, horizon)."""

    lags: int
    weights: Floats

    def told(self, whole: Panel) -> Floats:
        """What follows the last steps of each row (n, horizon), as measured by how much the row moves."""
        inputs, middle, scale = _normal(_padded(whole.filled, self.lags))
        return np.asarray(middle + scale * (_bounded(inputs) @ self.weights))


def lags(whole: Panel, horizon: int) -> int:
    """How many steps back may be looked: somewhat more than a season (of a week, for hours), if half of the rows have them."""
    season = 168 if whole.freq == "h" else max(whole.season, 4)
    wanted = season + max(season // 4, 4)
    there = int(np.quantile(whole.known, 0.5)) - horizon - 4
    return max(0, min(wanted, there, whole.steps - horizon - 2))


def fitted(whole: Panel, horizon: int, back: int, seed: int) -> Pooled | None:
    """The regression of the next `horizon` steps on the last `back`, or None where there are too few courses to learn from.

    Least absolute errors, by least squares reweighted by row (Schlossmacher, 1973).
    """
    span = back + horizon
    if back < 2 or whole.steps < span:
        return None
    there = sliding_window_view(whole.usable, span, axis=1)
    rows, starts = np.nonzero(there[:, :, 0] & there[:, :, -1])
    if len(rows) < 4 * (back + 2):
        return None
    if len(rows) > _ROWS:
        picked = np.sort(np.random.default_rng(seed).choice(len(rows), _ROWS, replace=False))
        rows, starts = rows[picked], starts[picked]
    courses = sliding_window_view(whole.filled, span, axis=1)[rows, starts]
    inputs, middle, scale = _normal(courses[:, :back])
    inputs = _bounded(inputs)
    targets = np.clip((courses[:, back:] - middle) / scale, -_FAR, _FAR)
    return Pooled(back, _solved(inputs, targets))


def _solved(inputs: Floats, targets: Floats) -> Floats:
    trust = np.ones(len(inputs))
    weights: Floats = np.zeros((inputs.shape[1], targets.shape[1]))
    for _ in range(_ROUNDS):
        scaled = inputs * trust[:, None]
        square = scaled.T @ inputs
        square[np.diag_indices_from(square)] += _RIDGE * max(float(np.trace(square)) / len(square), 1e-9)
        weights = np.asarray(np.linalg.solve(square, scaled.T @ targets), np.float64)
        off = np.abs(targets - inputs @ weights).mean(axis=1)
        trust = 1.0 / np.maximum(off, 0.1)
        trust /= trust.mean()
    return weights


def _normal(courses: Floats) -> tuple[Floats, Floats, Floats]:
    """Courses from their last step on and by how much they move, with a column of ones; that step; how much they move."""
    middle = courses[:, -1:]
    scale = np.abs(np.diff(courses, axis=1)).mean(axis=1, keepdims=True)
    scale = np.maximum(scale, 1e-3 * np.abs(courses).mean(axis=1, keepdims=True))
    scale = np.where(scale > 0, scale, 1.0)
    return np.hstack([(courses - middle) / scale, np.ones((len(courses), 1))]), middle, scale


def _bounded(inputs: Floats) -> Floats:
    return np.clip(inputs, -10 * _FAR, 10 * _FAR)


def _padded(values: Floats, width: int) -> Floats:
    """The last `width` columns, the first one repeated where there are fewer."""
    short = width - values.shape[1]
    return np.hstack([np.repeat(values[:, :1], short, axis=1), values]) if short > 0 else values[:, -width:]
