"""How much to order: periodic review, order up to what is wanted until the delivery after the next, in packs, within a budget.

An order that is placed today arrives after the lead time, and the next one a review period later. So today's order must last for
both: the order-up-to level S is a quantile of what is wanted in lead time and review period together (Silver, Pyke and Thomas,
2017, chapter 7), told from courses of demand, never from a sum of quantiles. A lead time that varies is mixed in day by day. What
is wanted now and then only gets the base stock at which the share of demand that is met is the target: the (S-1, S) rule,
for a quantile of what is nearly always nothing is nothing.
"""

import functools
import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from weft.demand.forecast import Forecast
from weft.demand.series import Floats

# What lasts longer than this is not bought for the sake of a pack or a minimum.
LONGEST_COVER: Final = 365.0
# How far below its target a service may be where that saves a whole pack.
_NEARLY: Final = 0.02
_NOTHING: Final = 1e-6
_YEAR: Final = 365.0
_SPREADS: Final = 3.0
# For how many days draws of the past are kept.
_KEPT: Final = 180
# A lead time that varies by less than this many days is the same each time, to the whole day.
_SAME: Final = 0.1
# Into so many lead times one that varies widely is told apart at most: a delivery that may take years is not told by the day.
_TIMES: Final = 61
# A line whose demand until the delivery after the next is below this is wanted now and then only.
_SLOW: Final = 3.0
# What sells in lumps or is new, how many days of its past say something, after how many a day counts half, and the seed of draws.
_LUMPS: Final = ("erratic", "lumpy", "intermittent", "new")
_ENOUGH: Final = 28
_HALVED: Final = 60.0
_SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms an item is ordered; days are steps of its forecast, amounts minor units of one currency.

    `lead_spread` is the standard deviation of the lead time. `holding` is what a year in stock costs as a share of the cost.
    """

    lead: int = 14
    lead_spread: float = 0.0
    review: int = 7
    pack: int = 1
    minimum: int = 0
    cost: int | None = None
    price: int | None = None
    holding: float | None = None
    service: float = 0.95

    def __post_init__(self) -> None:
        if self.lead < 0 or self.review < 1 or self.lead_spread < 0:
            raise ValueError("a lead time is 0 days or more, its spread too, and a review period one day or more")
        if self.pack < 1 or self.minimum < 0:
            raise ValueError("a pack has one piece or more, and a minimum is none or more")
        if not 0 < self.service < 1:
            raise ValueError("a service is between 0 and 1")

    @property
    def target(self) -> float:
        """The service that is aimed at: where price, cost and holding are known, that at which one more piece pays just so.

        It is the critical ratio of the newsvendor: the margin that a lost sale loses, over that and what a piece costs that lies
        for a review period.
        """
        if self.holding is None or self.price is None or self.cost is None:
            return self.service
        lost, held = self.price - self.cost, self.cost * self.holding * self.review / _YEAR
        if lost <= 0:
            return 0.5
        return min(max(lost / (lost + held), 0.5), 0.995) if held > 0 else 0.995


@dataclass(frozen=True, eq=False)
class Wanted:
    """How much is wanted in some days together: amounts that are possible, ascending, and how likely each is."""

    amounts: Floats
    shares: Floats

    @functools.cached_property
    def mean(self) -> float:
        """What is wanted on average."""
        return float(self.amounts @ self.shares)

    def quantile(self, level: float) -> float:
        """The least amount that is enough with that probability."""
        reached = np.cumsum(self.shares)
        place = int(np.searchsorted(reached, level - 1e-9))
        return float(self.amounts[min(place, len(self.amounts) - 1)])

    def enough(self, stock: float) -> float:
        """How likely it is that this stock is enough."""
        return float(self.shares[self.amounts <= stock + _NOTHING * max(1.0, stock)].sum())

    def lost(self, stock: float) -> float:
        """How much of what is wanted is not there, on average."""
        return float(np.maximum(self.amounts - stock, 0.0) @ self.shares)

    def lost_at(self, stocks: Floats) -> Floats:
        """The same of many stocks at once."""
        above = np.searchsorted(self.amounts, stocks, side="right")
        worth = np.append(np.cumsum((self.amounts * self.shares)[::-1])[::-1], 0.0)
        share = np.append(np.cumsum(self.shares[::-1])[::-1], 0.0)
        lost: Floats = worth[above] - stocks * share[above]
        return lost


def lead_times(lead: int, spread: float) -> dict[int, float]:
    """How likely each lead time is: a normal distribution cut to whole days of 0 and more, within three spreads.

    Where these are very many, only every so many days are told.
    """
    if spread <= _SAME:
        return {lead: 1.0}
    first, last = max(0, math.floor(lead - _SPREADS * spread)), math.ceil(lead + _SPREADS * spread)
    step = -(-(last + 1 - first) // _TIMES)
    weights = {day: math.exp(-((day - lead) ** 2) / (2 * spread**2)) for day in range(first, last + 1, step)}
    whole = sum(weights.values())
    return {day: weight / whole for day, weight in weights.items()}


def running(forecast: Forecast, days: int) -> Floats:
    """What is wanted from today until the end of each day together, a course a row; beyond the horizon its last week goes on."""
    paths = forecast.paths
    horizon = paths.shape[1]
    if days > horizon:
        week = min(7, horizon)
        paths = paths[:, [*range(horizon), *(horizon - week + n % week for n in range(days - horizon))]]
    return np.cumsum(paths[:, :days], axis=1, dtype=np.float64)


@functools.lru_cache(maxsize=256)
def _days_drawn(length: int, days: int, number: int) -> NDArray[np.int32]:
    """Which days of a past of this length are drawn, late days more often: in each of `days` rows one for each of `number` courses."""
    ages = np.arange(length)[::-1]
    weights = 0.5 ** (ages / _HALVED)
    draw = np.random.default_rng(_SEED)
    drawn = draw.choice(length, (number, days), p=weights / weights.sum())
    return np.ascontiguousarray(drawn.T, np.int32)


def drawn_again(past: Floats, lengths: Sequence[int], number: int) -> Floats:
    """What so many days together come to if days of the past are drawn anew, late days more often (bootstrap).

    A row each of the lengths, ascending. The same past gives the same amounts.
    """
    # Draws for lead times of years would fill memory if they were kept.
    draws = _days_drawn if max(lengths) <= _KEPT else _days_drawn.__wrapped__
    courses = past[draws(len(past), max(lengths), number)]
    np.cumsum(courses, axis=0, out=courses)
    sums: Floats = np.sort(courses[np.asarray(lengths) - 1], axis=1)
    return sums


def wanted(forecast: Forecast, lead: int, spread: float = 0.0, review: int = 0, past: Floats | None = None) -> Wanted:
    """What is wanted from today until `lead` and `review` days are over, the lead time varying by `spread`.

    A lead time that varies varies what is wanted: the courses of demand of each length are mixed by how likely it is. Where an item
    sells in lumps, or is new, and its `past` is given, each quantile is the mean of the courses' and of that of past days drawn anew (Vincent's
    way to join distributions): a forecast follows the last weeks, and a lump is of no week.
    """
    chances = {days + review: weight for days, weight in lead_times(lead, spread).items()}
    lengths = [days for days in chances if days]
    if not lengths:
        return Wanted(np.zeros(1), np.ones(1))
    found = np.sort(running(forecast, max(lengths))[:, np.asarray(lengths) - 1].T, axis=1)
    number = found.shape[1]
    if past is not None and len(past) >= _ENOUGH and forecast.demand_class in _LUMPS:
        found = (found + drawn_again(past, lengths, number)) / 2
    amounts, weights = found.ravel(), np.repeat([chances[days] / number for days in lengths], number)
    if 0 in chances:
        amounts, weights = np.append(0.0, amounts), np.append(chances[0], weights)
    if len(chances) == 1:
        return Wanted(amounts, weights)
    order = np.argsort(amounts, kind="stable")
    return Wanted(amounts[order], weights[order])


def base_stock(whole: Wanted, before: Wanted, service: float, most: float) -> float:
    """The least level at which of what is wanted between two deliveries the share `service` is met, up to `most`.

    `whole` is what is wanted until the delivery after the next, `before` until the next: what is short at the end of the one and not
    yet at the end of the other is lost between them.
    """
    between = whole.mean - before.mean
    if between <= 0:
        return 0.0
    levels = np.arange(math.ceil(most) + 1, dtype=np.float64)
    enough = whole.lost_at(levels) - before.lost_at(levels) <= (1 - service) * between
    return float(levels[int(enough.argmax())]) if enough.any() else float(levels[-1])


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can be ordered: what is thought to be wanted of it, what there is and what is under way of it.

    `past` is what was wanted of it on each day before, if it is known.
    """

    name: str
    forecast: Forecast
    on_hand: float
    on_order: float
    terms: Terms
    past: Floats | None = None

    @property
    def position(self) -> float:
        """What there is and what is under way, together."""
        return self.on_hand + self.on_order


@dataclass(slots=True, eq=False)
class Line:
    """How much of an item to order, and the figures that it rests on.

    `level` is the order-up-to level, `needed` what is missing to it; `quantity` is that in packs. `limit` says what else decided:
    `pack` (rounded down: nearly enough), `minimum`, `pack-too-large`, `minimum-too-large`, `fading`, `not-wanted`, `budget`, `top-up`.
    """

    item: Item
    protection: Wanted
    level: float
    needed: float
    quantity: int = 0
    full: int = 0
    limits: list[str] = field(default_factory=list)

    @property
    def stock(self) -> float:
        """What there will be with the order."""
        return self.item.position + self.quantity

    @property
    def first(self) -> int:
        """The least that can be ordered: the minimum, in whole packs."""
        terms = self.item.terms
        return max(1, math.ceil(terms.minimum / terms.pack)) * terms.pack

    def lost(self, quantity: float) -> float:
        """How many pieces will be wanted in vain if so many are ordered, until the delivery after the next."""
        return self.protection.lost(self.item.position + quantity)

    def cover(self, quantity: float) -> float:
        """For how many days position and order will last at the mean of what is wanted; infinite where nothing is."""
        terms = self.item.terms
        rate = self.protection.mean / max(terms.lead + terms.review, 1)
        return (self.item.position + quantity) / rate if rate > 0 else math.inf


def line(item: Item, level: float | None = None) -> Line:
    """What to order of one item, whatever the money: up to its level, in packs, not less than the minimum."""
    terms = item.terms
    protection = wanted(item.forecast, terms.lead, terms.lead_spread, terms.review, item.past)
    return lined(item, protection, order_up_to(item, protection) if level is None else level)


def lined(item: Item, protection: Wanted, level: float) -> Line:
    """The same where it is known what is wanted until the delivery after the next, up to a level."""
    made = Line(item, protection, level, max(0.0, level - item.position))
    if item.forecast.demand_class == "none" or protection.mean <= 0:
        made.level, made.needed = 0.0, 0.0
        made.limits.append("not-wanted")
        return made
    if item.forecast.demand_class == "dying":
        made.limits.append("fading")
    made.quantity = made.full = _in_packs(made)
    return made


def order_up_to(item: Item, protection: Wanted) -> float:
    """The order-up-to level of an item: a whole number of pieces."""
    terms, kind = item.terms, item.forecast.demand_class
    if kind == "dying":
        # What fades away is bought for what is thought to be wanted of it, and for no more.
        return float(math.floor(protection.mean))
    level = whole_pieces(protection.quantile(terms.target))
    if protection.mean < _SLOW:
        before = wanted(item.forecast, terms.lead, terms.lead_spread, 0, item.past)
        # The rarest courses would have a shelf full of what is asked for once a year: beyond half of what the service leaves open
        # nothing is held.
        most = protection.quantile((1 + terms.target) / 2)
        level = max(level, whole_pieces(base_stock(protection, before, terms.target, most)))
    return float(level)


def whole_pieces(amount: float) -> int:
    """An amount as whole pieces; what arithmetic leaves over a whole one is no piece."""
    return math.ceil(amount - _NOTHING * max(1.0, amount))


def _in_packs(made: Line) -> int:
    """What is needed in packs: the pack that goes over is opened unless nearly all is met without it, or it lasts for more than a year."""
    terms = made.item.terms
    if made.needed <= 0:
        return 0
    below = int(made.needed // terms.pack) * terms.pack
    above = below if below == made.needed else below + terms.pack
    fading = "fading" in made.limits
    if above != below and (fading or _nearly(made, below)):
        made.limits.append("pack")
        above = below
    if above == 0:
        return 0
    if above > terms.pack or terms.pack > 1:
        while above > below and made.cover(above) > LONGEST_COVER:
            above -= terms.pack
            made.limits.append("pack-too-large")
    if 0 < above < made.first:
        if made.cover(made.first) > LONGEST_COVER or fading:
            made.limits.append("minimum-too-large")
            return 0
        made.limits[:] = [name for name in made.limits if name != "pack"] + ["minimum"]
        return made.first
    return above


def _nearly(made: Line, quantity: int) -> bool:
    """Whether so many are nearly enough: the service is hardly below its target, and a pack is saved."""
    if made.item.terms.pack == 1:
        return False
    return made.protection.enough(made.item.position + quantity) >= made.item.terms.target - _NEARLY


def within(lines: Sequence[Line], budget: float, worth: Mapping[str, float], costs: Mapping[str, float]) -> float:
    """Cut lines to what a budget pays for, in place, and answer what they cost: the packs first that save most for their money.

    `worth` is by item what a lost sale loses, `costs` what a piece costs. What a pack saves falls with every pack of its line, so to take
    the best next one is to take the best whole (marginal analysis; Silver, Pyke and Thomas, 2017, section 5.5.6).
    """
    left = budget
    chosen = {id(one): 0 for one in lines}
    heap: list[tuple[float, int, Line, int, float]] = []

    def offer(place: int, one: Line) -> None:
        held = chosen[id(one)]
        if held >= one.full:
            return
        step = min(one.first if held == 0 else one.item.terms.pack, one.full - held)
        saved = (one.lost(held) - one.lost(held + step)) * worth[one.item.name]
        cost = step * costs[one.item.name]
        heapq.heappush(heap, (-saved / cost if cost > 0 else -math.inf, place, one, step, cost))

    for place, one in enumerate(lines):
        offer(place, one)
    while heap:
        _, place, one, step, cost = heapq.heappop(heap)
        if cost > left + 1e-9:
            continue
        left -= cost
        chosen[id(one)] += step
        offer(place, one)
    for one in lines:
        if chosen[id(one)] < one.full:
            one.limits[:] = [name for name in one.limits if name != "pack"] + ["budget"]
        one.quantity = chosen[id(one)]
    return budget - left


def topped_up(
    lines: Sequence[Line], least: float, costs: Mapping[str, float], longest: float = 90.0, most: float = math.inf
) -> float:
    """Add packs to lines, in place, until the order reaches a supplier's `least`; answers what it costs then.

    The pack is added that will be sold soonest: what lies shortest costs least. Nothing that fades is added to, nothing beyond `longest`
    days of cover or `most` money. Where that is not enough nothing is added at all.
    """
    whole = sum(one.quantity * costs[one.item.name] for one in lines)
    if not 0 < whole < least:
        return whole
    added: dict[int, int] = {}
    by_id = {id(one): one for one in lines}
    heap = list(_addable(lines, costs))
    heapq.heapify(heap)
    reached = whole
    while heap and reached < least:
        cover, place, key = heapq.heappop(heap)
        one = by_id[key]
        held = one.quantity + added.get(key, 0)
        step = one.first if held == 0 else one.item.terms.pack
        cost = step * costs[one.item.name]
        if cover > longest or reached + cost > most:
            continue
        reached += cost
        added[key] = added.get(key, 0) + step
        heapq.heappush(heap, (one.cover(held + 2 * step), place, key))
    if reached < least:
        return whole
    for key, quantity in added.items():
        by_id[key].quantity += quantity
        by_id[key].limits.append("top-up")
    return reached


def _addable(lines: Sequence[Line], costs: Mapping[str, float]) -> Iterator[tuple[float, int, int]]:
    for place, one in enumerate(lines):
        if one.item.forecast.demand_class in ("dying", "none", "new") or costs[one.item.name] <= 0:
            continue
        step = one.first if one.quantity == 0 else one.item.terms.pack
        yield one.cover(one.quantity + step), place, id(one)


def runs_out(
    forecast: Forecast, on_hand: float, arriving: Mapping[int, float], horizon: int
) -> tuple[int | None, float]:
    """On which day (1 is today) stock is thought to run out if nothing is ordered, and how likely it is within `horizon` days.

    `arriving` is what is under way by the day on which it comes. The day is the one by which it has in half of all courses; None where it is
    not within the horizon in as many.
    """
    courses = running(forecast, horizon)
    there = on_hand + np.cumsum([arriving.get(day, 0.0) for day in range(1, horizon + 1)])
    out = courses > there[None, :] + 1e-9
    ever = out.any(axis=1)
    share = float(ever.mean())
    if share < 0.5:
        return None, share
    days = np.sort(np.where(ever, out.argmax(axis=1) + 1, horizon + 1))
    return int(days[(len(days) - 1) // 2]), share
