"""Forecasts of series that are easy to tell, hard to tell, or nonsense."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weft.demand.forecast import Forecast
from weft.demand.forecasting import LEVELS, forecasts
from weft.demand.series import SEASONS, Series

START = date(2025, 1, 6)
NUMBERS = st.one_of(
    st.just(0.0),
    st.floats(0, 100),
    st.floats(-50, 0),
    st.sampled_from([1e6, 1e12, -1e9, 1e300, float("nan"), float("inf"), float("-inf"), 5e-324]),
)


@st.composite
def nonsense(draw: st.DrawFn) -> Series:
    sold = draw(st.lists(NUMBERS, max_size=60))
    known = draw(st.lists(st.booleans(), min_size=len(sold), max_size=len(sold)))
    beside = draw(st.none() | st.lists(NUMBERS, min_size=len(sold), max_size=len(sold) + 5))
    price = None if beside is None else np.array(beside, np.float64)
    promoted = None if beside is None else np.array([one > 0 for one in beside], bool)
    freq = draw(st.sampled_from(sorted(SEASONS)))
    start = draw(st.dates())
    return Series(start, freq, np.array(sold, np.float64), np.array(known, bool), price, promoted)


def sound(one: Forecast, horizon: int) -> None:
    """What holds of every forecast."""
    assert one.mean.shape == (horizon,)
    assert np.isfinite(one.mean).all()
    assert (one.mean >= 0).all()
    assert np.isfinite(one.paths).all()
    assert (one.paths >= 0).all()
    rising = np.array([one.quantiles[level] for level in sorted(one.quantiles)])
    assert np.isfinite(rising).all()
    assert (np.diff(rising, axis=0) >= 0).all()
    for share in (0.8, 0.9):
        low, high = one.interval(share)
        assert ((low >= 0) & (low <= high)).all()
    whole = list(one.total(1, horizon + 20).values())
    assert np.isfinite(whole).all()
    assert sorted(whole) == whole
    report = one.backtest
    assert np.isfinite(
        [report.mae, report.bias, report.mase, report.rmsse, report.gain, *report.coverage.values()]
    ).all()


@settings(max_examples=25, deadline=None)
@given(st.lists(nonsense(), max_size=5), st.integers(1, 9))
def test_nonsense_gives_numbers(series: list[Series], horizon: int) -> None:
    found = forecasts(series, horizon, country="DE")
    assert len(found) == len(series)
    for one in found:
        sound(one, horizon)


def shop(rows: int = 40, days: int = 200, seed: int = 3) -> np.ndarray:
    """What a shop sells that is closed on the last day of the week, in units a day."""
    draw = np.random.default_rng(seed)
    week = np.array([1.0, 1.0, 1.2, 1.2, 1.6, 2.0, 0.0])
    rates = draw.lognormal(0.5, 1.0, (rows, 1)) * week[np.arange(days) % 7]
    return draw.poisson(rates * draw.gamma(2.0, 0.5, (rows, days))).astype(np.float64)


def daily(sold: np.ndarray) -> list[Series]:
    return [Series.of(START, "D", row) for row in sold]


@pytest.fixture(scope="module")
def told() -> tuple[np.ndarray, list[Forecast]]:
    """What a shop sold in four weeks, and what was told of them from what it sold before."""
    sold = shop(days=228)
    return sold[:, -28:], forecasts(daily(sold[:, :-28]), 28, seed=5)


def test_forecasts_are_better_than_a_season_repeated(told: tuple[np.ndarray, list[Forecast]]) -> None:
    came, found = told
    mean = np.array([one.mean for one in found])
    simple = np.tile(shop(days=228)[:, 193:200], 4)
    assert np.square(mean - came).mean() < 0.75 * np.square(simple - came).mean()
    assert np.mean([one.backtest.gain for one in found]) > 0.1


def test_nothing_is_told_of_the_day_on_which_the_shop_is_closed(told: tuple[np.ndarray, list[Forecast]]) -> None:
    closed = (np.arange(28) + 200) % 7 == 6
    mean = np.array([one.mean for one in told[1]])
    assert mean[:, closed].max() < 0.05 * mean[:, ~closed].mean()


def test_intervals_hold_what_they_say(told: tuple[np.ndarray, list[Forecast]]) -> None:
    came, found = told
    for share, least, most in ((0.8, 0.75, 0.87), (0.9, 0.85, 0.96)):
        ends = [one.interval(share) for one in found]
        inside = [(low <= row) & (row <= high) for (low, high), row in zip(ends, came, strict=True)]
        assert least <= np.mean(inside) <= most
        assert least - 0.05 <= np.mean([one.backtest.coverage[share] for one in found]) <= most + 0.05


def test_totals_are_no_sums_of_quantiles(told: tuple[np.ndarray, list[Forecast]]) -> None:
    came, found = told
    high = np.array([one.total(1, 14, (0.9,))[0.9] for one in found])
    sums = np.array([one.quantiles[0.9][:14].sum() for one in found])
    assert (high < sums).mean() > 0.9
    assert 0.75 <= (came[:, :14].sum(axis=1) <= high).mean() <= 1.0
    middle = np.array([one.total(3, 9, (0.5,))[0.5] for one in found])
    expected = np.array([one.expected(3, 9) for one in found])
    assert np.corrcoef(middle, expected)[0, 1] > 0.98


def test_courses_have_the_mean(told: tuple[np.ndarray, list[Forecast]]) -> None:
    for one in told[1]:
        assert one.paths.sum(axis=1).mean() == pytest.approx(one.mean.sum(), rel=1e-4)


def test_intervals_of_totals_hold_what_they_say(told: tuple[np.ndarray, list[Forecast]]) -> None:
    came, found = told
    inside = []
    for one, row in zip(found, came, strict=True):
        ends = one.total(1, len(row), (0.1, 0.9))
        inside.append(ends[0.1] <= row.sum() <= ends[0.9])
    assert 0.7 <= np.mean(inside) <= 0.92


def test_a_row_alone_is_not_surer_than_many() -> None:
    """What was tried a handful of times tells more than a handful of outcomes: outer quantiles lie outside inner ones."""
    draw = np.random.default_rng(4)
    sold = draw.poisson(20, 270) * draw.gamma(2, 0.5, 270).round(1)
    (one,) = forecasts([Series(START, "D", sold, np.ones(270, bool))], 28, levels=LEVELS)
    whole = one.total(1, 28)
    assert whole[0.05] < whole[0.1] < whole[0.25] < whole[0.5] < whole[0.75] < whole[0.9] < whole[0.95]
    assert (one.quantiles[0.9] < one.quantiles[0.95]).all()
    assert len(np.unique(one.paths.sum(axis=1))) > 100


def test_what_is_new_is_told_by_how_others_went_on() -> None:
    draw = np.random.default_rng(8)
    rows, days, ahead = 120, 200, 28
    # Each begins with a week of eight times what it sells later; the last twenty have been there for ten days.
    begins = np.concatenate([draw.integers(30, 140, rows - 20), np.full(20, days - 10)])
    level = draw.lognormal(1.0, 0.5, rows)
    age = np.arange(days + ahead)[None, :] - begins[:, None]
    rate = level[:, None] * np.where(age < 0, 0.0, np.where(age < 7, 8.0, 1.0))
    sold = draw.poisson(rate).astype(np.float64)
    found = forecasts(daily(sold[:, :days]), ahead)[-20:]
    assert {one.demand_class for one in found} == {"new"}
    told, came = sum(one.expected(1, ahead) for one in found), float(sold[-20:, days:].sum())
    assert told == pytest.approx(came, rel=0.35)
    # To go on as it began would be to tell several times as much.
    assert float(sold[-20:, days - 10 : days].mean()) * 20 * ahead > 3 * came
    inside = [one.total(1, ahead, (0.1, 0.9)) for one in found]
    assert np.mean([e[0.1] <= row.sum() <= e[0.9] for e, row in zip(inside, sold[-20:, days:], strict=True)]) > 0.5


def test_the_same_series_give_the_same_forecasts() -> None:
    once, again = (forecasts(daily(shop(rows=8)), 14, seed=9) for _ in range(2))
    for one, other in zip(once, again, strict=True):
        assert one.stored() == other.stored()


def test_what_is_kept_comes_back(told: tuple[np.ndarray, list[Forecast]]) -> None:
    for one in told[1][:5]:
        back = Forecast.restored(one.stored())
        assert back.way == one.way
        assert back.backtest == one.backtest
        np.testing.assert_allclose(back.mean, one.mean)
        np.testing.assert_allclose(back.paths, one.paths, atol=float(one.paths.max()) / 1000)
        assert list(back.quantiles) == list(LEVELS)


def test_days_out_of_stock_are_no_days_without_demand() -> None:
    draw = np.random.default_rng(1)
    sold = draw.poisson(10.0, (10, 120)).astype(np.float64)
    out = np.zeros(sold.shape, bool)
    out[:, 60:110] = True
    seen = np.where(out, 0.0, sold)
    blind = forecasts([Series.of(START, "D", row) for row in seen], 14)
    aware = forecasts([Series(START, "D", row, ~gone) for row, gone in zip(seen, out, strict=True)], 14)
    assert np.mean([one.mean for one in aware]) == pytest.approx(10.0, rel=0.07)
    off = [np.square(np.array([one.mean for one in told]) - 10.0).mean() for told in (blind, aware)]
    assert off[0] > 3 * off[1]


def test_one_wild_day_changes_little() -> None:
    draw = np.random.default_rng(2)
    sold = draw.poisson(8.0, (10, 150)).astype(np.float64)
    plain = forecasts(daily(sold), 14)
    sold[:, 140] = 80_000.0
    wild = forecasts(daily(sold), 14)
    assert np.mean([one.mean for one in wild]) < 2.0 * np.mean([one.mean for one in plain])
    assert max(one.quantiles[0.95].max() for one in wild) < 400


@pytest.mark.parametrize(
    ("sold", "expected"),
    [
        ([0.0] * 90, "none"),
        ([5.0, 6.0, 5.0, 4.0, 5.0] * 30, "smooth"),
        ([1.0, 30.0, 2.0, 1.0, 9.0] * 30, "erratic"),
        ([0.0, 0.0, 2.0, 0.0, 3.0] * 30, "intermittent"),
        ([0.0, 0.0, 1.0, 0.0, 40.0, 0.0] * 25, "lumpy"),
        ([3.0, 4.0, 2.0] * 30 + [0.0] * 60, "dying"),
        ([3.0, 4.0, 2.0, 5.0] * 5, "new"),
    ],
)
def test_demand_is_classed(sold: list[float], expected: str) -> None:
    assert forecasts([Series.of(START, "D", sold)], 7)[0].demand_class == expected


def test_a_season_of_the_year_is_seen_and_told() -> None:
    steps = np.arange(60 + 12)
    draw = np.random.default_rng(4)
    sold = 100 * (1 + 0.6 * np.sin(2 * np.pi * steps / 12)) * draw.normal(1, 0.03, (8, 72))
    found = forecasts([Series.of(date(2020, 1, 1), "M", row[:60]) for row in sold], 12)
    assert {one.demand_class for one in found} == {"seasonal"}
    mean = np.array([one.mean for one in found])
    assert np.abs(mean / sold[:, 60:] - 1).mean() < 0.12


def test_what_has_died_out_is_not_told_as_before() -> None:
    draw = np.random.default_rng(6)
    sold = draw.poisson(3.0, (10, 200)).astype(np.float64)
    sold[:, 120:] = 0.0
    assert np.mean([one.mean for one in forecasts(daily(sold), 14)]) < 0.5


def test_less_time_gives_a_plainer_forecast_and_says_how_far_it_is() -> None:
    seen: list[float] = []
    found = forecasts(daily(shop(rows=5)), 7, seconds=0.0, told=lambda _, share: seen.append(share))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert all(one.backtest.folds >= 2 for one in found)


@pytest.mark.parametrize(("horizon", "levels"), [(0, LEVELS), (-3, LEVELS), (5, (0.0,)), (5, (1.0,)), (5, (1.5,))])
def test_what_cannot_be_asked_is_refused(horizon: int, levels: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="must"):
        forecasts(daily(shop(rows=1)), horizon, levels=levels)


def test_series_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(ValueError, match="same steps"):
        Series(START, "D", np.zeros(3), np.zeros(2, bool))
    with pytest.raises(ValueError, match="price"):
        Series(START, "D", np.zeros(3), np.zeros(3, bool), price=np.zeros(2))
    with pytest.raises(ValueError, match="frequency"):
        Series(START, "X", np.zeros(3), np.zeros(3, bool))  # type: ignore[arg-type]


def test_steps_that_are_none_have_no_total(told: tuple[np.ndarray, list[Forecast]]) -> None:
    with pytest.raises(ValueError, match="the first is 1"):
        told[1][0].total(0, 3)
    with pytest.raises(ValueError, match="the first is 1"):
        told[1][0].total(5, 3)
