"""What if: the last weeks replayed with this way of ordering, beside a plain rule that keeps as much in stock."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from weft.demand import policy, simulation
from weft.demand.forecasting import forecasts
from weft.demand.series import Floats
from weft.demand.simulation import History, Moment, Replay
from weft.errors import InputError
from weft.skills.replenish import Replayed, Replenish, Simulation, wording
from weft.skills.replenish.expecting import nothing, past, series
from weft.skills.replenish.ground import Candidate, Ground

DAYS: Final = 56
_MOST: Final = 200
_LEAST_BEFORE: Final = 56
_HALVINGS: Final = 14
_WINDOW: Final = 28


def simulated(asked: Replenish, ground: Ground, sold: Mapping[str, Mapping[date, float]]) -> Simulation:
    """Eight weeks up to the day of the request, replayed; raises InputError where too little was sold before them."""
    chosen = _chosen(ground, sold)
    if not chosen:
        raise InputError("simulate: nothing was sold that could be replayed.")
    lead = round(statistics.median(one.terms.lead for one in chosen))
    review = round(statistics.median(one.terms.review for one in chosen))
    first = min(min(sold[one.item.name]) for one in chosen)
    length = (ground.on - first).days
    begins = length - DAYS - lead - review
    if begins < _LEAST_BEFORE:
        raise InputError(
            f"simulate: it needs sales of {_LEAST_BEFORE + DAYS + lead + review} days, and there are {max(length, 0)}."
        )
    wanted = np.zeros((len(chosen), length))
    for row, one in enumerate(chosen):
        for day, units in sold[one.item.name].items():
            if day < ground.on:
                wanted[row, (day - first).days] += units
    history = History(wanted, begins, _each(chosen, "price"), _each(chosen, "cost"), asked.holding or 0.25)
    ours = _replayed(history, _policy(chosen, first), lead, review, length - DAYS)
    plain = _matched(history, lead, review, length - DAYS, ours.average_stock)
    return _told(ours, plain, chosen, ground, first + timedelta(length - DAYS))


def _chosen(ground: Ground, sold: Mapping[str, Mapping[date, float]]) -> list[Candidate]:
    """The items that sold most by value before the day, of one currency."""
    recent = ground.on - timedelta(365)

    def value(one: Candidate) -> float:
        units = sum(units for day, units in sold.get(one.item.name, {}).items() if recent <= day < ground.on)
        return units * (one.terms.price or 1)

    able = [one for one in ground.candidates if one.currency == ground.currency and value(one) > 0]
    return sorted(able, key=lambda one: (-value(one), one.item.name))[:_MOST]


def _each(chosen: Sequence[Candidate], name: str) -> Floats | None:
    """The price or the cost of each; None where it is not known of all."""
    values = [getattr(one.terms, name) for one in chosen]
    return None if None in values else np.array(values, np.float64)


def _policy(chosen: Sequence[Candidate], first: date) -> Callable[[Moment], Floats]:
    """This way of ordering, its forecasts made anew at each review from what was sold before it."""
    longest = max(one.terms.lead + round(3 * one.terms.lead_spread) + one.terms.review for one in chosen)

    def order(moment: Moment) -> Floats:
        on = first + timedelta(moment.step)
        given, places, before = [], [], {}
        for row in range(len(chosen)):
            days = np.flatnonzero(moment.past[row] > 0)
            if len(days):
                sold = {first + timedelta(int(n)): float(moment.past[row, n]) for n in days}
                places.append(row)
                given.append(series(sold, on, first))
                before[row] = past(sold, on)
        told = dict(zip(places, forecasts(given, longest, seconds=10.0) if given else [], strict=True))
        quantities = np.zeros(len(chosen))
        for row, one in enumerate(chosen):
            item = policy.Item(
                one.item.name,
                told.get(row) or nothing(longest),
                moment.on_hand[row],
                moment.on_order[row],
                one.terms,
                before.get(row),
            )
            quantities[row] = policy.line(item).quantity
        return quantities

    return order


def _plain(factor: float, lead: int, review: int) -> Callable[[Moment], Floats]:
    """Up to the mean of four weeks over lead time and review period, and `factor` of its deviations more."""

    def order(moment: Moment) -> Floats:
        window = moment.past[:, -_WINDOW:]
        days = lead + review
        level = window.mean(axis=1) * days + factor * window.std(axis=1) * np.sqrt(days)
        missing: Floats = np.ceil(np.maximum(level - moment.position, 0.0))
        return missing

    return order


def _replayed(history: History, order: Callable[[Moment], Floats], lead: int, review: int, measured: int) -> Replay:
    empty = np.zeros(len(history.wanted))
    # Both begin with what their own rule would have on its shelves that day.
    begin = order(Moment(history.begins, history.wanted[:, : history.begins], empty, empty))
    return simulation.replay(history, order, lead=lead, review=review, on_hand=begin, measured_from=measured)


def _matched(history: History, lead: int, review: int, measured: int, stock: float) -> Replay:
    """The plain rule with the safety at which it keeps as much in stock, as near as it comes."""
    low, high = -2.0, 12.0
    best = _replayed(history, _plain(low, lead, review), lead, review, measured)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        found = _replayed(history, _plain(middle, lead, review), lead, review, measured)
        if abs(found.average_stock - stock) < abs(best.average_stock - stock):
            best = found
        low, high = (middle, high) if found.average_stock < stock else (low, middle)
    return best


def _replay_said(way: str, found: Replay, currency: str) -> Replayed:
    def amount(value: float, known: Any) -> dict[str, Any] | None:
        return None if known is None else {"amount": round(value), "currency": currency}

    return Replayed(
        way=way,
        lost_units=round(found.lost_units, 2),
        lost_sales=amount(found.lost_sales, found.history.price),
        fill_rate=round(found.fill_rate, 4),
        cycle_service=round(found.cycle_service, 4),
        average_stock=round(found.average_stock, 2),
        stock_value=amount(found.stock_value, found.history.cost),
        orders=int(found.orders.sum()),
    )


def _told(ours: Replay, plain: Replay, chosen: Sequence[Candidate], ground: Ground, first: date) -> Simulation:
    less = 1 - ours.lost_units / plain.lost_units if plain.lost_units > 0 else 0.0
    beside = f"{abs(less):.0%} {'fewer' if less >= 0 else 'more'} lost than" if plain.lost_units > 0 else "beside"
    last = ground.on - timedelta(1)
    return Simulation(
        first=first,
        last=last,
        products=len(chosen),
        policy=_replay_said("forecast quantiles", ours, ground.currency),
        plain=_replay_said("moving average with safety stock", plain, ground.currency),
        says=(
            f"From {wording.day(first)} to {wording.day(last)} this way of ordering would have had {ours.fill_rate:.1%} of what was "
            f"wanted of {len(chosen):,} items, with {wording.pieces(ours.average_stock)} pieces in stock on average: {beside} a moving "
            f"average of four weeks with {wording.pieces(plain.average_stock)}."
        ),
    )
