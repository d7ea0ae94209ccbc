"""How much of each product people want on each day: trend, week, year, promotions, the life of a product."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any, Final

from weft.sample.anomalies import Anomaly
from weft.sample.products import Product
from weft.sample.terms import DAYS, LAST_DAY, day, monday, number

MONTHS: Final[dict[str, tuple[float, ...]]] = {
    "summer": (0.45, 0.5, 0.75, 1.1, 1.55, 1.8, 1.75, 1.35, 0.9, 0.6, 0.55, 0.7),
    "winter": (1.6, 1.25, 0.8, 0.5, 0.35, 0.3, 0.3, 0.4, 0.8, 1.4, 1.9, 2.1),
    "autumn": (0.75, 0.7, 0.9, 1.05, 0.9, 0.75, 0.75, 0.95, 1.4, 1.6, 1.35, 1.1),
    "gifts": (0.7, 0.75, 0.8, 0.85, 0.95, 0.8, 0.75, 0.75, 0.85, 1.0, 1.6, 2.4),
    "steady": (1.1, 1.0, 1.0, 0.95, 0.95, 0.95, 0.9, 0.95, 1.05, 1.05, 1.1, 1.05),
}
WEEKDAYS: Final = (1.1, 1.0, 0.95, 0.95, 0.85, 0.95, 1.25)
GROWTH_A_YEAR: Final = 1.22
EVENTS: Final = 24_000
PATTERNS: Final = (("steady", 40), ("seasonal", 30), ("intermittent", 16), ("new", 7), ("dying", 7))


@dataclass(slots=True, frozen=True)
class Promotion:
    """A sale: from a day to a day (both in it), in some groups of goods, percent off, how much more is wanted."""

    name: str
    first: date
    last: date
    groups: tuple[str, ...]
    percent: int
    lift: float


PROMOTIONS: Final = (
    Promotion("Black week", date(2024, 11, 25), date(2024, 12, 2), ("camp", "wear", "kitchen", "home"), 20, 2.2),
    Promotion("Winter clearance", date(2025, 1, 13), date(2025, 1, 26), ("wear",), 25, 1.8),
    Promotion("Season opening", date(2025, 4, 14), date(2025, 4, 21), ("camp",), 15, 1.7),
    Promotion("Midsummer days", date(2025, 6, 20), date(2025, 6, 29), ("camp", "home"), 15, 1.6),
    Promotion("Black week", date(2025, 11, 24), date(2025, 12, 1), ("camp", "wear", "kitchen", "home"), 20, 2.3),
    Promotion("Winter clearance", date(2026, 1, 12), date(2026, 1, 25), ("wear",), 25, 1.8),
    Promotion("Season opening", date(2026, 4, 13), date(2026, 4, 20), ("camp",), 15, 1.7),
    Promotion("Midsummer days", date(2026, 6, 19), date(2026, 6, 28), ("camp", "home"), 15, 1.6),
)


def promotion(on: int, group: str) -> Promotion | None:
    """The sale that a group of goods is in on a day."""
    moment = day(on)
    return next((one for one in PROMOTIONS if one.first <= moment <= one.last and group in one.groups), None)


@dataclass(slots=True)
class Demand:
    """What was wanted of a product: events of (day, quantity), the mean a day, the spans in which it was sold out."""

    pattern: str
    mean: list[float]
    events: list[tuple[int, int]] = field(default_factory=list)
    outages: list[tuple[int, int]] = field(default_factory=list)

    def sold_out(self, on: int) -> bool:
        """Whether the product could not be had on that day."""
        return any(first <= on <= last for first, last in self.outages)


def _curve(season: str, group: str, damped: float) -> list[float]:
    """The factor of each day for a season of goods in a group; damped from 0 (as it is) to 1 (flat)."""
    months = MONTHS[season]
    sales = [(number(one.first), number(one.last), one.lift) for one in PROMOTIONS if group in one.groups]
    factors = []
    for on in range(DAYS):
        moment = day(on)
        part = (moment.day - 15) / 30
        here, there = months[moment.month - 1], months[(moment.month - (0 if part > 0 else 2)) % 12]
        of_year = here + (there - here) * abs(part)
        of_year += (1 - of_year) * damped
        lift = next((factor for first, last, factor in sales if first <= on <= last), 1.0)
        factors.append(of_year * WEEKDAYS[moment.weekday()] * (1 + (GROWTH_A_YEAR - 1) * on / 365) * lift)
    return factors


def _life(random: Random, product: Product, pattern: str, mean: list[float]) -> None:
    """Bend the mean by the product's life: launched lately, or fading."""
    if pattern == "new":
        product.launched = random.randint(DAYS - 260, DAYS - 50)
        for on in range(DAYS):
            age = on - product.launched
            mean[on] *= 0.0 if age < 0 else min(1.0, 0.2 + age / 60)
    elif pattern == "dying":
        start = random.randint(60, 360)
        for on in range(start, DAYS):
            mean[on] *= 0.5 ** ((on - start) / 80)


def _draw(random: Random, product: Product, demand: Demand) -> None:
    """Draw the events of two years from the mean: a Poisson process walked day by day."""
    per_order = product.kind.per_order if demand.pattern != "intermittent" else product.kind.per_order + 1.6
    threshold = random.expovariate(1.0)
    reached = 0.0
    for on, wanted in enumerate(demand.mean):
        reached += wanted / per_order
        while reached > threshold:
            quantity = 1
            while random.random() > 1 / per_order and quantity < 12:
                quantity += 1
            demand.events.append((on, quantity))
            threshold += random.expovariate(1.0)


def _sell_out(random: Random, product: Product, demand: Demand, current: bool) -> None:
    """Let the product run out once or twice, one that people want; `current` means that it is out today."""
    if product.policy == "continue":
        return
    if current:
        demand.outages.append((DAYS - random.randint(9, 30), DAYS - 1))
    earliest, latest = product.launched + 40, DAYS - 60
    for _ in range(random.choice((1, 1, 2)) if earliest < latest else 0):
        first = random.randint(earliest, latest)
        last = first + random.randint(7, 34)
        if all(last < other - 14 or first > end + 14 for other, end in demand.outages):
            demand.outages.append((first, last))
    demand.outages.sort()


def forecastable(random: Random, products: list[Product], anomalies: list[Anomaly]) -> dict[str, Demand]:
    """The demand for each product by handle, without and with the times when it was sold out."""
    curves: dict[tuple[str, str, bool], list[float]] = {}
    demands: dict[str, Demand] = {}
    names, weights = [name for name, _ in PATTERNS], [weight for _, weight in PATTERNS]
    named = {handle for anomaly in anomalies for handle in anomaly.products}
    for product in products:
        pattern = random.choices(names, weights)[0]
        if product.handle in named:
            pattern = "steady"
        elif product.status == "archived":
            pattern = "dying"
        seasonal = pattern == "seasonal"
        key = (product.kind.season, product.kind.group, seasonal)
        if key not in curves:
            curves[key] = _curve(product.kind.season, product.kind.group, 0.0 if seasonal else 0.65)
        size = random.lognormvariate(0.0, 1.0) * (0.25 if pattern == "intermittent" else 1.0)
        size *= 0.0 if product.status == "draft" else 1.0
        size = max(size, 1.4) if product.handle in named else size
        product.rank = size
        mean = [factor * size for factor in curves[key]]
        _life(random, product, pattern, mean)
        demands[product.handle] = Demand(pattern, mean)
    _scale(demands, products)
    _disturb(demands, products, anomalies)
    for product in products:
        _draw(random, product, demands[product.handle])
    _outages(random, [product for product in products if product.handle not in named], demands)
    return demands


def _scale(demands: dict[str, Demand], products: list[Product]) -> None:
    per_order = {product.handle: product.kind.per_order for product in products}
    total = 0.0
    for handle, demand in demands.items():
        for wanted in demand.mean:
            total += wanted / per_order[handle]
    factor = EVENTS / total
    for demand in demands.values():
        demand.mean = [wanted * factor for wanted in demand.mean]


def _disturb(demands: dict[str, Demand], products: list[Product], anomalies: list[Anomaly]) -> None:
    """Let the anomalies that change what people want do so."""
    for anomaly in anomalies:
        if anomaly.demand == 1.0:
            continue
        for product in products:
            if anomaly.concerns(product):
                mean = demands[product.handle].mean
                for on in range(anomaly.first, anomaly.last + 1):
                    mean[on] *= anomaly.demand


def _outages(random: Random, products: list[Product], demands: dict[str, Demand]) -> None:
    sellers = sorted(products, key=lambda product: (-len(demands[product.handle].events), product.handle))[:240]
    chosen = random.sample(sellers, 90)
    for place, product in enumerate(chosen):
        _sell_out(random, product, demands[product.handle], current=place < 12)


def truth(products: list[Product], demands: dict[str, Demand], sold: dict[str, list[tuple[int, int]]]) -> list[Any]:
    """One row a product: what was wanted and sold in each week (Monday to Sunday), and the weeks it was sold out in."""
    mondays = list(dict.fromkeys(monday(on) for on in range(DAYS)))
    starts = [max(0, number(date.fromisoformat(first))) for first in mondays]

    def weekly(pairs: list[tuple[int, Any]]) -> list[Any]:
        weeks = [0] * len(starts)
        for on, quantity in pairs:
            weeks[bisect_right(starts, on) - 1] += quantity
        return weeks

    rows = []
    for product in products:
        demand = demands[product.handle]
        expected = weekly(list(enumerate(demand.mean)))
        out = [0] * len(starts)
        for first, last in demand.outages:
            for on in range(first, last + 1):
                out[bisect_right(starts, on) - 1] += 1
        rows.append(
            {
                "product": product.handle,
                "pattern": demand.pattern,
                "launched": day(product.launched).isoformat() if product.launched else None,
                "first_week": mondays[0],
                "last_day": LAST_DAY.isoformat(),
                "demand": weekly(list(demand.events)),
                "sold": weekly(list(sold.get(product.handle, []))),
                "expected": [round(value, 3) for value in expected],
                "stock_outs": [
                    {"from": day(first).isoformat(), "to": day(last).isoformat()} for first, last in demand.outages
                ],
                "stock_out_weeks": {mondays[place]: days for place, days in enumerate(out) if days},
            }
        )
    return rows
