"""Parts that are made to sum to the whole."""

from dataclasses import replace

import numpy as np
import pytest

from weft.demand.forecast import Backtest, Forecast
from weft.demand.hierarchy import reconciled


def told(mean: float, mae: float, steps: int = 4) -> Forecast:
    paths = np.full((50, steps), mean, np.float32)
    return Forecast(
        np.full(steps, mean), {0.5: np.full(steps, mean)}, "smooth", "smoothing", Backtest(folds=2, mae=mae), paths
    )


def test_parts_sum_to_each_whole() -> None:
    parts = [told(10, 1), told(20, 2), told(30, 3), told(0, 0.5)]
    wholes = {"all": told(75, 4), "Germany": told(25, 2), "France": told(41, 3)}
    members = {"all": [0, 1, 2, 3], "Germany": [0, 1], "France": [2, 3]}
    below, above = reconciled(parts, wholes, members)
    for name, places in members.items():
        np.testing.assert_allclose(above[name].mean, sum(below[place].mean for place in places))
        np.testing.assert_allclose(above[name].quantiles[0.5], above[name].mean, rtol=1e-6)
    assert all((one.mean >= 0).all() for one in below)


def test_what_is_surer_moves_less() -> None:
    sure, unsure = reconciled([told(10, 0.1), told(10, 5.0)], {"all": told(30, 0.1)}, {"all": [0, 1]})[0]
    assert abs(sure.mean[0] - 10) < 0.1
    assert unsure.mean[0] > 19


def test_what_sums_already_stays() -> None:
    parts = [told(10, 1), told(20, 2)]
    below, above = reconciled(parts, {"all": told(30, 3)}, {"all": [0, 1]})
    for one, before in zip(below, parts, strict=True):
        np.testing.assert_allclose(one.mean, before.mean)
        np.testing.assert_allclose(one.paths, before.paths, rtol=1e-6)
    np.testing.assert_allclose(above["all"].mean, 30)


def test_nothing_to_reconcile_changes_nothing() -> None:
    parts = [told(10, 1)]
    assert reconciled(parts, {}, {}) == (parts, {})
    assert reconciled([], {}, {}) == ([], {})


def test_forecasts_that_reach_differently_are_refused() -> None:
    with pytest.raises(ValueError, match="as far"):
        reconciled([told(1, 1, steps=3)], {"all": replace(told(1, 1))}, {"all": [0]})
