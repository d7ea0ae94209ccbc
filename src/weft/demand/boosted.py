"""Trees that learn from all rows together: what came after a course like this one, at this time of the year, at this price.

Histograms and boosting are scikit-learn's; what is told is a row's own level times what the trees say.
"""

import importlib
from functools import lru_cache
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from weft.demand import days, seasons, smoothing
from weft.demand.panel import Panel
from weft.demand.series import Floats

Aim = Literal["mean", "median"]
Inputs = NDArray[np.float32]
CROWD: Final = 20
"""How many rows there must be for trees to learn from."""
_ROWS: Final = 100_000
_ORIGINS: Final = 26
_FEWEST: Final = 2_000
_FAR: Final = 20.0
_SPANS: Final = (1, 2, 4, 8, 16, 32)


@lru_cache(maxsize=1)
def trees() -> Any:
    """The class of the trees; to load it takes longer than to forecast the few series that have none."""
    return importlib.import_module("sklearn.ensemble").HistGradientBoostingRegressor


class Boosted:
    """What the trees have learned from a panel; raises ValueError where there is too little to learn from."""

    def __init__(self, whole: Panel, horizon: int, country: str | None, aim: Aim, seed: int) -> None:
        self._horizon, self._country = horizon, days.known_country(country)
        if len(whole) < CROWD:
            raise ValueError("there are too few rows to learn from")
        inputs, targets = self._lessons(whole, np.random.default_rng(seed))
        if len(inputs) < _FEWEST:
            raise ValueError("there is too little to learn from")
        # Columns of which nothing is known, such as prices where there are none.
        self._blank = np.isnan(inputs).all(axis=0)
        inputs[:, self._blank] = 0.0
        self._trees = trees()(
            loss="poisson" if aim == "mean" else "absolute_error",
            learning_rate=0.08,
            max_iter=100,
            max_leaf_nodes=31,
            min_samples_leaf=60,
            l2_regularization=1.0,
            early_stopping=False,
            random_state=seed,
        ).fit(inputs, targets)

    def told(self, whole: Panel) -> Floats:
        """What comes next of each row (n, horizon)."""
        found = np.empty((len(whole), self._horizon))
        for start in range(0, len(whole), 4000):
            part = whole.rows(np.arange(start, min(start + 4000, len(whole))))
            inputs, level = inputs_of(part, self._horizon, self._country)
            inputs[:, :, self._blank] = 0.0
            flat = self._trees.predict(inputs.reshape(-1, inputs.shape[2]))
            found[start : start + len(part)] = np.asarray(flat).reshape(len(part), -1) * level[:, None]
        return found

    def _lessons(self, whole: Panel, draw: np.random.Generator) -> tuple[Inputs, Floats]:
        """Inputs and targets, of rows that sell much more often than of others: errors there weigh more."""
        horizon, least = self._horizon, max(whole.season, 8)
        # The rows of a step ahead of one origin are much alike: many origins tell more than many steps.
        room = whole.steps - horizon - least
        origins = np.unique(np.linspace(horizon, horizon + max(room, 0), min(_ORIGINS, max(room, 0) + 1)).astype(int))
        each = max(_ROWS // max(len(origins), 1), 1)
        inputs, targets = [], []
        often = np.sqrt(whole.means)
        for left_out in origins[origins <= whole.steps - 2]:
            then = whole.until(int(left_out))
            end = then.steps
            living = (then.usable[:, -4 * least :].sum(axis=1) >= least // 2) & (
                then.sold[:, -4 * least :].sum(axis=1) > 0
            )
            usable = whole.usable[:, end : end + horizon] & living[:, None]
            rows, ahead = np.nonzero(usable)
            if not len(rows):
                continue
            if len(rows) > each:
                chance = often[rows] / often[rows].sum()
                picked = np.sort(draw.choice(len(rows), each, replace=False, p=chance))
                rows, ahead = rows[picked], ahead[picked]
            needed, back = np.unique(rows, return_inverse=True)
            found, level = inputs_of(then.rows(needed), horizon, self._country)
            inputs.append(found[back, ahead])
            targets.append(np.clip(whole.sold[rows, end + ahead] / level[back], 0.0, _FAR))
        if not inputs:
            return np.zeros((0, 1), np.float32), np.zeros(0)
        return np.concatenate(inputs), np.concatenate(targets)


def inputs_of(then: Panel, horizon: int, country: str | None) -> tuple[Inputs, Floats]:
    """What the trees see of each row and step ahead (n, horizon, features), and the level of each row (n,), never zero."""
    season = then.season
    long = max(2 * season, 8) if then.freq in ("h", "D") else max(season // 4, 4)
    level = smoothing.averaged(then, long)
    level = np.where(level > 0, level, np.where(then.means > 0, then.means, 1.0))
    still = _still(then, level, season)
    ahead = np.broadcast_to(np.arange(1.0, horizon + 1)[None, :, None], (len(then), horizon, 1))
    parts = [
        np.broadcast_to(still[:, None, :], (len(then), horizon, still.shape[1])),
        ahead,
        _places_before(then, horizon, level, season),
        _calendar(then, horizon, country),
        _offers(then, horizon),
    ]
    return np.concatenate(parts, axis=2).astype(np.float32), level


def _still(then: Panel, level: Floats, season: int) -> Floats:
    """What is the same for all steps ahead: means of several spans by the level, how much it moves, how often it is zero, its size."""
    sums = [smoothing.averaged(then, span * (season if then.freq in ("h", "D") else 1)) / level for span in _SPANS]
    window = slice(-max(4 * season, 16) if then.freq in ("h", "D") else -16, None)
    used, sold = then.usable[:, window], then.sold[:, window]
    count = np.maximum(used.sum(axis=1), 1)
    zero = (used & (sold == 0)).sum(axis=1) / count
    off = np.where(used, sold / level[:, None] - 1.0, 0.0)
    moves = np.sqrt(np.square(off).sum(axis=1) / count)
    sales = then.sold > 0
    since = np.where(sales.any(axis=1), np.argmax(sales[:, ::-1], axis=1), then.steps)
    age = np.where(sales.any(axis=1), then.steps - np.argmax(sales, axis=1), 0)
    return np.column_stack([*sums, zero, moves, since, age, np.log(level), np.log1p(then.means)])


def _places_before(then: Panel, horizon: int, level: Floats, season: int) -> Floats:
    """What was sold at the same place of earlier seasons, by the level, NaN where not known, and what share of its mean a row sells there."""
    values = np.where(then.usable, then.sold, np.nan)
    inner = then.freq in ("h", "D")
    back = [season * number for number in ((1, 2, 3, 4) if inner else (1, 2))]
    shifts = back if inner else [season - 1, season, season + 1, 2 * season]
    found = [_shifted(values, shift, horizon) / level[:, None] for shift in shifts]
    if inner:
        shares = seasons.profile(then, season, 8.0) if season > 1 else np.ones((len(then), 1))
        shares = shares[:, np.arange(horizon) % shares.shape[1]]
    else:
        then_level = _shifted_mean(values, season, max(season // 4, 4))
        shares = _shifted(values, season, horizon) / np.where(then_level > 0, then_level, np.nan)[:, None]
    return np.stack([*found, shares], axis=2)


def _shifted(values: Floats, shift: int, horizon: int) -> Floats:
    """The value `shift` (or a multiple of it that is known) before each step ahead; NaN where the rows do not reach."""
    steps = values.shape[1]
    places = steps + np.arange(horizon) - shift
    while (places >= steps).any():
        places = np.where(places >= steps, places - max(shift, 1), places)
    return np.where(places >= 0, values[:, np.maximum(places, 0)], np.nan)


def _shifted_mean(values: Floats, shift: int, span: int) -> Floats:
    """The mean of the `span` steps that ended `shift` steps before the last; NaN where none is known."""
    end = values.shape[1] - shift
    part = values[:, max(end - span, 0) : max(end, 0)]
    told = np.isfinite(part)
    count = told.sum(axis=1)
    return np.where(count > 0, np.where(told, part, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)


def _calendar(then: Panel, horizon: int, country: str | None) -> Floats:
    by_day = {day: days.told(day, then.freq, horizon, country) for day in set(then.after)}
    return np.stack([by_day[day] for day in then.after])


def _offers(then: Panel, horizon: int) -> Floats:
    """The price of each step ahead by that of late, NaN where it is not planned, and whether it is promoted."""
    steps = then.steps
    with np.errstate(invalid="ignore", divide="ignore"):
        late = then.price[:, max(steps - 56, 0) : steps]
        told = np.isfinite(late) & (late > 0)
        usual = np.where(told, late, 0.0).sum(axis=1) / told.sum(axis=1)
        price = then.price[:, steps : steps + horizon] / usual[:, None]
    return np.stack([price, then.promoted[:, steps : steps + horizon]], axis=2)
