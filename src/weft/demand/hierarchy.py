"""Forecasts of parts that sum to those of the whole."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from weft.demand.forecast import Forecast
from weft.demand.series import Floats

_LEAST: Final = 1e-9


def reconciled(
    parts: Sequence[Forecast], wholes: Mapping[str, Forecast], members: Mapping[str, Sequence[int]]
) -> tuple[list[Forecast], dict[str, Forecast]]:
    """The parts and the wholes, changed as little as their errors allow so that `members` of each whole sum to it at each step.

    `members` names by whole the places in `parts`; wholes may overlap (by product, by country) and hold each other's members. Each is
    trusted by the inverse of the squared error of its backtest (Wickramasuriya, Athanasopoulos and Hyndman, 2019, with
    a diagonal matrix). Raises KeyError, IndexError for members that are not there, ValueError for horizons that differ.
    """
    if not wholes or not parts:
        return list(parts), dict(wholes)
    if len({len(one.mean) for one in (*parts, *wholes.values())}) > 1:
        raise ValueError("forecasts that are reconciled must reach as far as each other")
    names = list(wholes)
    sums = np.zeros((len(names), len(parts)))
    for row, name in enumerate(names):
        sums[row, list(members[name])] = 1.0
    below = np.array([one.mean for one in parts])
    above = np.array([wholes[name].mean for name in names])
    doubt, doubt_above = _doubt(parts), _doubt([wholes[name] for name in names])
    spread = sums * doubt
    share = np.linalg.pinv(spread @ sums.T + np.diag(doubt_above)) @ (above - sums @ below)
    means = np.maximum(below + spread.T @ share, 0.0)
    return (
        [_moved(one, mean) for one, mean in zip(parts, means, strict=True)],
        {name: _moved(wholes[name], mean) for name, mean in zip(names, sums @ means, strict=True)},
    )


def _doubt(forecasts: Sequence[Forecast]) -> Floats:
    """The squared error of each, as its backtest or, without one, the spread of its paths tells."""
    errors = [one.backtest.mae or float(np.std(one.paths)) for one in forecasts]
    return np.maximum(np.square(errors), _LEAST)


def _moved(one: Forecast, mean: Floats) -> Forecast:
    """A forecast with another mean; what it may be off by grows and shrinks with it."""
    ratio = np.where(one.mean > _LEAST, mean / np.maximum(one.mean, _LEAST), 1.0)
    return replace(
        one,
        mean=mean,
        quantiles={level: numbers * ratio for level, numbers in one.quantiles.items()},
        paths=(one.paths * ratio).astype(np.float32),
    )
