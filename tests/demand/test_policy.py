"""How much to order: order-up-to levels, packs, minimums, slow movers, budgets; told by arithmetic that can be done by hand."""

import math
from datetime import date

import numpy as np
import pytest

from weft.demand import policy
from weft.demand.forecast import Backtest, DemandClass, Forecast
from weft.demand.forecasting import forecasts
from weft.demand.policy import Item, Terms
from weft.demand.series import Series


def forecast(paths: np.ndarray, kind: DemandClass = "smooth") -> Forecast:
    courses = paths.astype(np.float32)
    return Forecast(courses.mean(axis=0).astype(np.float64), {}, kind, "given", Backtest(), courses)


def steady(rate: float, days: int = 60, courses: int = 400, kind: DemandClass = "smooth", seed: int = 3) -> Forecast:
    return forecast(np.random.default_rng(seed).poisson(rate, (courses, days)), kind)


def ordered(terms: Terms, on_hand: float = 0, on_order: float = 0, of: Forecast | None = None) -> policy.Line:
    return policy.line(Item("x", of or steady(4), on_hand, on_order, terms))


def test_the_level_is_the_quantile_of_lead_time_and_review_together() -> None:
    of = steady(4)
    line = ordered(Terms(lead=14, review=7, service=0.95), of=of)
    assert line.level == math.ceil(np.quantile(of.paths[:, :21].sum(axis=1), 0.95, method="inverted_cdf"))
    assert line.quantity == line.level
    assert line.protection.enough(line.stock) >= 0.95
    assert ordered(Terms(lead=14, review=7), on_hand=30, on_order=25, of=of).quantity == line.level - 55
    assert ordered(Terms(lead=14, review=7), on_hand=500, of=of).quantity == 0


def test_no_quantiles_are_summed() -> None:
    of = steady(4)
    summed = np.quantile(of.paths, 0.95, axis=0)[:21].sum()
    assert ordered(Terms(lead=14, review=7), of=of).level < 0.8 * summed


def test_a_lead_time_of_zero_lasts_for_the_review_alone() -> None:
    of = steady(4)
    line = ordered(Terms(lead=0, review=7), of=of)
    assert line.level == math.ceil(np.quantile(of.paths[:, :7].sum(axis=1), 0.95, method="inverted_cdf"))


def test_a_lead_time_that_varies_is_mixed_in() -> None:
    exact, varied = Terms(lead=14, review=7), Terms(lead=14, lead_spread=4, review=7)
    assert ordered(varied).level > ordered(exact).level
    assert ordered(varied).protection.mean == pytest.approx(ordered(exact).protection.mean, rel=0.03)
    times = policy.lead_times(2, 3)
    assert sum(times.values()) == pytest.approx(1)
    assert min(times) == 0
    assert policy.lead_times(5, 2e-197) == {5: 1.0}
    assert len(policy.lead_times(30, 10)) == 61
    years = policy.lead_times(3650, 3650)
    assert len(years) <= 61
    assert sum(years.values()) == pytest.approx(1)
    # Cut at 0 the normal distribution leans to later days: its mean is 3650 (1 + pdf(-1) / cdf(1)).
    assert sum(days * chance for days, chance in years.items()) == pytest.approx(3650 * 1.2876, rel=0.03)


@pytest.mark.parametrize(("pack", "quantity"), [(1, 10), (5, 10), (8, 16), (9, 9)])
def test_packs_are_whole_and_one_more_is_not_opened_for_nearly_nothing(pack: int, quantity: int) -> None:
    # 100 courses: what is wanted is 10 in 96 of them, and 9 is enough in 94.
    courses = np.zeros((100, 8))
    courses[:94, 0], courses[94:96, 0], courses[96:, 0] = 9, 10, 12
    line = ordered(Terms(lead=1, review=7, pack=pack, service=0.955), of=forecast(courses))
    assert (line.level, line.quantity) == (10, quantity)
    assert ("pack" in line.limits) == (pack == 9)


def test_a_pack_that_would_last_for_years_is_not_bought() -> None:
    line = ordered(Terms(pack=144), of=steady(0.05))
    assert (line.quantity, line.limits) == (0, ["pack-too-large"])
    assert ordered(Terms(pack=2), of=steady(0.05)).quantity >= 2


def test_a_minimum_decides_unless_it_is_absurd() -> None:
    line = ordered(Terms(minimum=300, pack=50))
    assert (line.quantity, line.limits) == (300, ["minimum"])
    assert ordered(Terms(minimum=5000)).limits == ["minimum-too-large"]
    assert ordered(Terms(minimum=301, pack=50)).quantity == 350


def test_slow_movers_have_a_base_stock_where_the_quantile_is_none() -> None:
    of = steady(0.0035, courses=2000, kind="intermittent")
    terms = Terms(lead=14, review=7, service=0.9)
    assert policy.wanted(of, 14, 0, 7).quantile(0.9) == 0
    assert ordered(terms, of=of).quantity == 1
    assert ordered(terms, on_hand=1, of=of).quantity == 0


def test_what_fades_or_is_not_wanted_is_not_stocked_up() -> None:
    fading = ordered(Terms(pack=6), of=steady(1, kind="dying"))
    assert fading.quantity <= steady(1).paths[:, :21].sum(axis=1).mean()
    assert fading.quantity % 6 == 0
    nothing = ordered(Terms(), of=forecast(np.zeros((1, 30)), "none"))
    assert (nothing.quantity, nothing.level, nothing.limits) == (0, 0, ["not-wanted"])


def test_the_target_is_where_a_lost_sale_costs_what_a_piece_more_does() -> None:
    assert Terms(price=2000, cost=1000).target == 0.95
    rich = Terms(price=2000, cost=1000, holding=0.25, review=30).target
    poor = Terms(price=1010, cost=1000, holding=0.5, review=30).target
    assert rich == pytest.approx(1000 / (1000 + 1000 * 0.25 * 30 / 365))
    assert 0.5 <= poor < rich
    assert Terms(price=900, cost=1000, holding=0.25).target == 0.5


@pytest.mark.parametrize(
    "wrong", [{"lead": -1}, {"review": 0}, {"pack": 0}, {"minimum": -1}, {"service": 1.0}, {"lead_spread": -2}]
)
def test_terms_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Terms(**wrong)  # type: ignore[arg-type]


def _three(**terms: int) -> tuple[list[policy.Line], dict[str, float], dict[str, float]]:
    rates = {"dear": 1.0, "cheap": 4.0, "idle": 0.3}
    lines = [policy.line(Item(name, steady(rate), 0, 0, Terms(**terms))) for name, rate in rates.items()]  # type: ignore[arg-type]
    return lines, {"dear": 50.0, "cheap": 10.0, "idle": 10.0}, {"dear": 100.0, "cheap": 5.0, "idle": 20.0}


def test_a_budget_buys_what_saves_most_for_its_money() -> None:
    lines, worth, costs = _three()
    whole = sum(one.full * costs[one.item.name] for one in lines)
    spent = policy.within(lines, whole / 3, worth, costs)
    assert spent <= whole / 3
    dear, cheap, _ = lines
    # A piece of the cheap one saves two of what it costs, one of the dear one half: the cheap one is bought first, nearly whole.
    assert cheap.quantity >= 0.85 * cheap.full
    assert "budget" in dear.limits
    assert dear.quantity < dear.full
    # No other spending of the same money loses less: what is exchanged for a pack of another line is worth less.
    lost = sum(one.lost(one.quantity) * worth[one.item.name] for one in lines)
    other = dear.lost(dear.quantity + 1) * worth["dear"] + cheap.lost(cheap.quantity - 20) * worth["cheap"]
    assert lost < other + lines[2].lost(lines[2].quantity) * worth["idle"]
    again, *_ = _three()
    policy.within(again, math.inf, worth, costs)
    assert [one.quantity for one in again] == [one.full for one in again]
    none, *_ = _three()
    assert policy.within(none, 0, worth, costs) == 0
    assert all(one.quantity == 0 for one in none)


def test_an_order_is_topped_up_with_what_sells_soonest_and_nothing_that_fades() -> None:
    lines, _, costs = _three()
    lines.append(policy.line(Item("old", steady(8, kind="dying"), 0, 0, Terms())))
    costs["old"] = 1.0
    before = {one.item.name: one.quantity for one in lines}
    whole = sum(one.quantity * costs[one.item.name] for one in lines)
    reached = policy.topped_up(lines, whole + 200, costs)
    assert whole + 200 <= reached < whole + 300
    added = {one.item.name: one.quantity - before[one.item.name] for one in lines}
    assert added["old"] == 0
    assert sum(added.values()) > 0
    covers = [one.cover(one.quantity) for one in lines if added[one.item.name]]
    assert max(covers) <= 90
    assert policy.topped_up(lines, 1e9, costs) == pytest.approx(reached)


def test_what_is_lost_at_many_stocks_is_what_is_lost_at_each() -> None:
    whole = policy.wanted(steady(2), 5, 2.0, 3)
    stocks = np.array([0.0, 3.5, 11.0, 16.0, 400.0])
    assert whole.lost_at(stocks) == pytest.approx([whole.lost(one) for one in stocks])


def test_when_it_runs_out() -> None:
    of = forecast(np.ones((10, 30)))
    assert policy.runs_out(of, 5, {}, 21) == (6, 1.0)
    assert policy.runs_out(of, 5, {6: 10}, 21) == (16, 1.0)
    assert policy.runs_out(of, 5, {7: 10}, 21) == (6, 1.0)
    assert policy.runs_out(of, 50, {}, 21) == (None, 0.0)


@pytest.mark.parametrize(
    "sold", [[0.0] * 60, [3.0], [-4.0] * 60, [1.0] * 60 + [10_000.0], [float("nan")] * 30 + [2.0] * 30]
)
def test_any_history_gives_a_whole_order_and_no_nan(sold: list[float]) -> None:
    (told,) = forecasts([Series.of(date(2026, 1, 5), "D", sold)], 21, seconds=5.0)
    line = policy.line(Item("x", told, 0, 0, Terms(pack=3)))
    assert isinstance(line.quantity, int)
    assert line.quantity >= 0
    assert line.quantity % 3 == 0
    assert math.isfinite(line.level)


def test_what_sells_in_lumps_is_told_from_its_past_as_well() -> None:
    past = np.zeros(200)
    past[::20] = 30.0
    quiet = steady(0.5, kind="lumpy")
    alone = policy.line(Item("x", quiet, 0, 0, Terms()))
    beside = policy.line(Item("x", quiet, 0, 0, Terms(), past))
    assert beside.level > alone.level
    assert beside.level == policy.line(Item("x", quiet, 0, 0, Terms(), past)).level
    assert beside.protection.mean == pytest.approx((0.5 * 21 + 1.5 * 21) / 2, rel=0.25)
    for kind, days in (("smooth", past), ("lumpy", past[:20])):
        of = steady(0.5, kind=kind)  # type: ignore[arg-type]
        assert policy.line(Item("x", of, 0, 0, Terms(), days)).level == policy.line(Item("x", of, 0, 0, Terms())).level
