"""What a report reckons, as arithmetic over plain columns: it adds up, finds what was planted, and keeps still where all is usual."""

import math
import re
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from weft.skills.analyze.report import chinese, contributions, effects, english, german, shelf, shortages, unusual
from weft.skills.analyze.report.cells import Cells, Keys
from weft.skills.analyze.report.figures import Book
from weft.skills.analyze.report.periods import DAY, Days, chosen
from weft.skills.analyze.report.rates import Counted
from weft.skills.analyze.report.unusual import Track
from weft.skills.analyze.report.wording import Words

NOW, BEFORE = Days(date(2026, 3, 9), date(2026, 3, 15)), Days(date(2026, 3, 2), date(2026, 3, 8))
Line = tuple[int, str, str, int, int, int, int]


def cells(lines: list[Line]) -> tuple[Cells, Cells]:
    """Cells of both weeks, from lines of (week, category, country, units, price, discount, returned)."""
    made = Cells.of(
        [(NOW if week else BEFORE).first for week, *_ in lines],
        {
            "category": [line[1] for line in lines],
            "country": [line[2] for line in lines],
            "product": [f"{line[1]}{line[3] % 3}" for line in lines],
        },
        {
            "units": [line[3] for line in lines],
            "gross": [line[3] * line[4] for line in lines],
            "discounts": [line[5] for line in lines],
            "returns": [line[6] for line in lines],
            "net": [line[3] * line[4] - line[5] - line[6] for line in lines],
            "orders": [1] * len(lines),
        },
    )
    return made.of_days(NOW), made.of_days(BEFORE)


LINES = st.lists(
    st.tuples(
        st.integers(0, 1), st.sampled_from("abcd"), st.sampled_from(["DE", "FR", ""]), st.integers(-2, 40),
        st.integers(0, 9_999), st.integers(0, 500), st.integers(0, 700),
    ),
    max_size=60,
)  # fmt: skip


@given(LINES)
@settings(max_examples=60, deadline=None)
def test_every_decomposition_adds_up_to_the_change_to_the_cent(lines: list[Line]) -> None:
    now, before = cells(lines)
    change = now.total("net") - before.total("net")
    for dimension in ("category", "country", "product"):
        assert sum(part.change for part in contributions.parts(now, before, dimension)) == change
    gone = frozenset(["a0", "b1"])
    assert sum(one.amount for one in effects.by_price(now, before, "product", frozenset(["c2"]), gone)) == change
    counts = now.total("orders"), before.total("orders")
    for mixed in ("country", None):
        assert sum(one.amount for one in effects.by_orders(now, before, counts, mixed)) == change
    for place in contributions.explained(now, before, ["category", "country"]):
        assert place.now or place.before


def amounts(lines: list[Line]) -> dict[str, int]:
    return {one.key: one.amount for one in effects.by_price(*cells(lines), "category")}


def test_a_price_is_told_from_a_quantity_and_from_a_mix() -> None:
    dearer = amounts([(0, "a", "DE", 10, 500, 0, 0), (1, "a", "DE", 10, 450, 0, 0)])
    assert (dearer["price"], dearer["volume"], dearer["mix"]) == (-500, 0, 0)
    more = amounts([(0, "a", "DE", 10, 500, 0, 0), (1, "a", "DE", 14, 500, 0, 0)])
    assert (more["price"], more["volume"], more["mix"]) == (0, 2000, 0)
    cheap, dear = (0, "a", "DE", 10, 100, 0, 0), (0, "b", "DE", 10, 900, 0, 0)
    other = amounts([cheap, dear, (1, "a", "DE", 15, 100, 0, 0), (1, "b", "DE", 5, 900, 0, 0)])
    assert (other["price"], other["volume"], other["mix"]) == (0, 0, -4000)
    given_back = amounts([(0, "a", "DE", 10, 500, 0, 0), (1, "a", "DE", 10, 500, 300, 200)])
    assert (given_back["discounts"], given_back["returns"], given_back["price"]) == (-300, -200, 0)


def market(fallen: set[tuple[str, str]]) -> list[Line]:
    """A hundred orders a place in both weeks; in places that fell a third of them now."""
    lines: list[Line] = []
    for category in "abcd":
        for country in ("DE", "FR", "AT"):
            for week in (0, 1):
                count = 33 if week and (category, country) in fallen else 100
                lines += [(week, category, country, 1, 1000 + at % 7, 0, 0) for at in range(count)]
    return lines


def test_the_smallest_place_that_holds_a_fall_is_found() -> None:
    (place,) = contributions.explained(*cells(market({("b", "FR")})), ["category", "country"])
    assert dict(place.where) == {"category": "b", "country": "FR"}
    (category,) = contributions.explained(
        *cells(market({("c", one) for one in ("DE", "FR", "AT")})), ["category", "country"]
    )
    assert dict(category.where) == {"category": "c"}


def test_a_fall_that_lies_everywhere_alike_is_not_pinned_on_a_place() -> None:
    everywhere = {(category, country) for category in "abcd" for country in ("DE", "FR", "AT")}
    assert contributions.explained(*cells(market(everywhere)), ["category", "country"]) == []


def noise(random: np.random.Generator, days: int, series: int = 25) -> list[Track]:
    """Shops without anything unusual: levels that drift, weekdays, seasons, counts with more spread than chance has."""
    weekday = np.array([1.0, 0.9, 1.0, 1.1, 1.3, 1.5, 0.6])[np.arange(days) % 7]
    found = []
    for at in range(series):
        spread = random.uniform(0.05, 0.4)
        season = 1 + 0.3 * np.sin(np.arange(days) / 58 + random.uniform(0, 6))
        level = np.exp(random.normal(2, 1.2) + np.cumsum(random.normal(0, 0.004, days)))
        values = random.poisson(level * weekday * season * random.gamma(1 / spread, spread, days)).astype(float)
        found.append(Track("units", {"product": str(at)} if at % 2 else {"country": str(at)}, values, 100 * values))
    return found


def test_where_all_is_usual_few_reports_show_anything_unusual() -> None:
    random = np.random.default_rng(11)
    shown = sum(bool(unusual.looked(noise(random, 300, 20), 7).stretches) for _ in range(40))
    # Of forty reports two are the bound; more than six come by chance once in two hundred times.
    assert shown <= 6


def planted(random: np.random.Generator, factor: float, days: slice) -> Track:
    length = 350
    mean = 200 * np.array([1.0, 0.9, 1.0, 1.1, 1.3, 1.5, 0.6])[np.arange(length) % 7]
    mean[days] *= factor
    values = random.poisson(mean).astype(float)
    return Track("revenue", {}, values, values)


@pytest.mark.parametrize(
    ("factor", "days", "place"), [(0.1, slice(-4, -3), 3), (3.0, slice(-2, -1), 5), (0.5, slice(-7, None), None)]
)
def test_what_was_planted_is_found_on_its_days(factor: float, days: slice, place: int | None) -> None:
    random = np.random.default_rng(8)
    found = unusual.looked([planted(random, factor, days), *noise(random, 350)], 7).stretches
    mine = [one for one in found if not one.track.where]
    assert len(mine) == 1
    assert (mine[0].first, mine[0].last) == ((0, 6) if place is None else (place, place))
    assert (mine[0].actual > mine[0].expected) is (factor > 1)
    assert mine[0].chance <= unusual.FALSE_ALARMS


HOSTILE: list[NDArray[np.float64]] = [
    np.zeros(300),
    np.full(300, 7.0),
    np.where(np.arange(300) == 150, 1e9, 5.0),
    np.where(np.arange(300) % 7 < 2, 0.0, 20.0),
    -np.arange(300.0),
    np.where(np.arange(300) < 290, 0.0, 50.0),
    np.concatenate([np.ones(299), [1e10]]),
]


def test_series_that_are_no_series_give_no_nonsense() -> None:
    with np.errstate(all="raise", under="ignore"):
        tracks = [Track("units", {"product": str(at)}, one, one) for at, one in enumerate(HOSTILE)]
        found = unusual.looked([*tracks, *noise(np.random.default_rng(1), 300, 10)], 7)
    for one in found.stretches:
        assert all(math.isfinite(value) for value in (one.actual, one.expected, one.chance, one.excess or 0.0))
    assert unusual.looked([Track("units", {}, np.ones(40))], 7).tests == 0
    assert unusual.looked([], 7).tests == 0


def test_a_run_without_a_sale_is_a_shortage_where_chance_makes_none() -> None:
    random = np.random.default_rng(2)
    often, seldom = random.poisson(5, 100), random.poisson(0.1, 100)
    often[-5:], seldom[-20:] = 0, 0
    opened = np.ones(100, bool)
    names = ["often", "seldom"]
    (found,) = shortages.shortages(names, np.stack([often, seldom]), 7, {}, opened)
    assert (found.product, found.days, found.known, found.last) == ("often", 5, False, 99)
    assert 20 < found.units < 30
    closed = opened.copy()
    closed[-5:] = False
    assert shortages.shortages(names, np.stack([often, seldom]), 7, {}, closed) == []
    there = {"often": [40] * 100}
    assert shortages.shortages(names, np.stack([often, seldom]), 7, there, opened) == []
    empty = {"often": [40] * 95 + [0] * 5}
    (known,) = shortages.shortages(names, np.stack([often, seldom]), 7, empty, opened)
    assert (known.known, known.days, known.run) == (True, 5, 5)


def days_of(first: date, last: date, closed: frozenset[int] = frozenset()) -> list[date]:
    return [first + at * DAY for at in range((last - first).days + 1) if (first + at * DAY).weekday() not in closed]


def test_the_last_whole_period_with_sales_is_told() -> None:
    sold = days_of(date(2026, 1, 1), date(2026, 3, 20))
    today = date(2026, 3, 20)
    assert chosen("week", None, sold, today).now == Days(date(2026, 3, 9), date(2026, 3, 15))
    assert chosen("month", None, sold, today).now == Days(date(2026, 2, 1), date(2026, 2, 28))
    assert chosen("day", None, sold, today).now == Days(date(2026, 3, 19), date(2026, 3, 19))
    # A business that is closed on weekends has a whole week on Friday; seen weeks later, too.
    friday = days_of(date(2026, 1, 1), date(2026, 3, 20), frozenset([5, 6]))
    assert chosen("week", None, friday, date(2026, 4, 30)).now == Days(date(2026, 3, 16), date(2026, 3, 22))
    # Where sales break off on a Wednesday, that week is not known in full.
    assert chosen("week", None, days_of(date(2026, 1, 1), date(2026, 3, 18)), date(2026, 4, 30)).now.last == date(
        2026, 3, 15
    )


def test_periods_are_held_against_such_as_are_like_them() -> None:
    sold, today = days_of(date(2024, 1, 1), date(2026, 3, 20)), date(2026, 3, 20)
    week = chosen("week", date(2026, 3, 12), sold, today)
    assert (week.now, week.before) == (NOW, BEFORE)
    assert week.year_before.first == date(2025, 3, 10)
    part = chosen("month", date(2026, 3, 20), sold, today)
    assert (part.whole, len(part.now), len(part.before), len(part.year_before)) == (False, 20, 20, 20)
    assert chosen("month", date(2024, 2, 29), sold, today).year_before.last == date(2023, 2, 28)
    assert chosen("day", date(2026, 3, 17), sold, today).before.first == date(2026, 3, 10)
    assert chosen("week", date(2026, 3, 12), sold, today, begins=6).now.first == date(2026, 3, 8)
    assert chosen("week", None, [today - timedelta(1)], today).now.last == today - timedelta(1)


def test_every_language_says_every_message_with_the_same_places() -> None:
    def places(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)", text))

    for messages in (german.MESSAGES, chinese.MESSAGES):
        for key, text in english.MESSAGES.items():
            if key.startswith("lies."):
                continue
            assert places(messages[key]) == places(text), key


def test_figures_are_said_as_the_language_writes_them() -> None:
    said = {}
    for language in ("en", "de", "zh"):
        book = Book(language, "EUR")
        count, one = book.count("many", 1234), book.count("one", 1)
        said[language] = (
            book.amount(-123456), book.percent(0.0823), Words(book).say("short.sum.rise", count=count, lost=one).text,
            Words(book).say("short.sum.rise", count=one, lost=one).text,
        )  # fmt: skip
    assert tuple(one.replace("\u00a0", " ") for one in said["en"]) == (
        "-€1,234.56", "8.2%", "1,234 products could not be bought, which cost about 1.", "1 product could not be bought, which cost about 1.",
    )  # fmt: skip
    assert said["de"][0].replace("\u00a0", " ") == "-1.234,56 €"
    assert said["de"][2].replace("\u00a0", " ").startswith("1.234 Produkte waren nicht zu haben")
    assert said["de"][3].replace("\u00a0", " ").startswith("1 Produkt war nicht zu haben")
    assert said["zh"][2].startswith("1,234种产品缺货")
    assert (Book("en", "JPY").amount(500), Book("en", "KWD").amount(1234)) == ("JP¥500", "KWD1.234")


def test_a_figure_is_one_number() -> None:
    book = Book("en", "EUR")
    book.money("revenue", 5)
    assert book.money("revenue", 5).says == "€0.05"
    with pytest.raises(ValueError, match="cannot be 6"):
        book.money("revenue", 6)
    assert book.count("nothing", float("nan")).value is None


def test_a_lowered_price_ends_as_it_did() -> None:
    assert shelf.lowered(2195, "EUR", 0.5) == 1095
    assert shelf.lowered(1999, "EUR", 0.15) == 1699
    assert shelf.lowered(500, "JPY", 0.3) == 350
    assert 0 < shelf.lowered(50, "EUR", 0.5) < 50
    assert [shelf.off(days) for days in (10, 90, 200, 400)] == [0.0, 0.15, 0.3, 0.5]


def seldom(random: np.random.Generator, days: int = 400, series: int = 30) -> list[Track]:
    """A shop of forty orders a day whose products sell a few a week each, and a fiftieth of whose orders are called off."""
    orders = random.poisson(40 * np.array([1.0, 0.9, 1.0, 1.1, 1.3, 1.5, 0.6])[np.arange(days) % 7]).astype(float)
    cancelled = random.binomial(orders.astype(int), 0.02).astype(float)
    found = [
        Track("orders", {}, orders, 50 * orders),
        Track("cancelled_orders", {}, cancelled, counted=Counted(cancelled, orders + cancelled)),
    ]
    for at in range(series):
        bought = random.poisson(orders * random.uniform(0.1, 4) / 280).astype(float)
        pieces = np.array([random.geometric(0.6, int(count)).sum() for count in bought], float)
        where = {"product": str(at)}
        found += [
            Track("units", where, pieces, 10 * pieces, counted=Counted(bought, orders)),
            Track("units", where, pieces, 10 * pieces, largest=True),
        ]
    return found


def test_of_what_sells_a_few_a_week_chance_is_not_called_unusual() -> None:
    random = np.random.default_rng(21)
    shown = sum(bool(unusual.looked(seldom(random), 7).stretches) for _ in range(25))
    # The bound is one in twenty; more than five of twenty-five come by chance once in a thousand times.
    assert shown <= 5


def test_of_what_sells_a_few_a_week_a_wave_an_order_and_cancellations_are_found_on_their_days() -> None:
    tracks = seldom(np.random.default_rng(22))
    cancelled, wave, bulk = tracks[1], tracks[4], tracks[7]
    cancelled.values[-5:] += 5
    assert wave.counted
    wave.counted.counts[-6:-3] += 8
    wave.values[-6:-3] += 8
    bulk.values[-2] += 400
    found = {(one.track.metric, *one.track.where.values()): one for one in unusual.looked(tracks, 7).stretches}
    assert set(found) == {("cancelled_orders",), ("units", "1"), ("units", "2")}
    assert (found["units", "1"].first, found["units", "1"].last) == (1, 3)
    assert found["units", "1"].actual > 3 * found["units", "1"].expected
    assert (found["units", "2"].first, found["units", "2"].last) == (5, 5)
    assert all(one.chance <= unusual.FALSE_ALARMS for one in found.values())


def test_where_the_whole_shop_moved_what_stayed_has_not_moved() -> None:
    tracks = seldom(np.random.default_rng(23))
    orders = tracks[0].values
    half = orders.copy()
    half[-7:] = np.round(0.3 * half[-7:])
    stays = Counted(np.round(0.2 * orders), half)
    country = Track("orders", {"country": "FR"}, stays.counts, 50 * stays.counts, counted=stays)
    shop = [Track("orders", {}, half, 50 * half), country]
    shown = [one.track.where for one in unusual.looked(shop, 7).stretches]
    assert {} in shown
    assert {"country": "FR"} not in shown


def test_counts_that_are_no_counts_give_no_nonsense() -> None:
    none, once = np.zeros(300), np.where(np.arange(300) == 20, 1.0, 0.0)
    with np.errstate(all="raise", under="ignore"):
        tracks = [
            Track("units", {"product": f"{at}{beside}"}, one, one, counted=Counted(np.abs(one), exposure))
            for at, one in enumerate([*HOSTILE, none, once])
            for beside, exposure in enumerate((none, np.full(300, 9.0), once))
        ]
        for days in (1, 7, 28):
            found = unusual.looked([*tracks, *noise(np.random.default_rng(1), 300, 10)], days)
            for one in found.stretches:
                assert all(math.isfinite(value) for value in (one.actual, one.expected, one.chance, one.excess or 0.0))


def test_a_place_above_holds_what_lies_beneath_and_is_left_out_where_it_is_only_that() -> None:
    keys = Keys.of(["A > B > C", "A > B > D", "E > F", "", "A > B > C"])
    assert {place: [keys.members[code] for code in codes] for place, codes in keys.nested().items()} == {
        "A > B > C": ["A > B > C"],
        "A > B > D": ["A > B > D"],
        "E > F": ["E > F"],
        "": [""],
        "A > B": ["A > B > C", "A > B > D"],
    }
