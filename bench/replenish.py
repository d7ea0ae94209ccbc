"""Replenishment: a wholesaler's ledger and car parts replayed against policies; what is lost at the same average stock.

The ledger: the thousand products that sold for most, each day, 14 days of lead time, an order a week. Three times eight weeks are measured, the last
and the two before them; orders are placed from five weeks before each on, and every forecast knows what was sold before its day and nothing
else. Each policy is replayed at many safeties, and what it loses is read off its curve at the average stock that the moving average keeps in the
same weeks. The car parts: each month, a month of lead time, an order a month, the last twelve months.
"""

import argparse
import contextlib
import csv
import gzip
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from statsforecast.models import TSB, CrostonSBA

from bench.figures import Figure
from weft.demand import policy
from weft.demand.forecasting import forecasts
from weft.demand.policy import Item, Terms
from weft.demand.series import Frequency, Series
from weft.demand.simulation import History, Moment, Policy, Replay, replay

LEDGER = "orders/online_retail_2010-12_2011-08.csv.gz"
PARTS = "forecast/carparts_monthly.csv.gz"
PRODUCTS, LEAD, REVIEW, MEASURED, WARM = 1000, 14, 7, 56, 35
MONTHS, MONTHS_LEAD = 12, 1
WINDOWS = ("the last eight weeks", "the eight before", "the eight before these")
SERVICES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.84, 0.87, 0.9, 0.92, 0.94, 0.95, 0.96, 0.975, 0.985)
SAFETIES = (-0.5, 0.0, 0.25, 0.5, 0.75, 1.0, 1.3, 1.645, 2.0, 2.33, 3.0, 4.0)
COVERS = (-0.2, 0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What was wanted (things × steps) from a day on, what a piece sells for, and in which country."""

    start: date
    freq: Frequency
    wanted: Floats
    price: Floats
    country: str | None


@dataclass(frozen=True, slots=True)
class Given:
    """The two histories; without --large the parts are a sample of their series."""

    ledger: Wanted
    parts: Wanted


@dataclass(frozen=True, slots=True)
class Point:
    """One replay: average stock, lost units, the same in money, and the share that was met."""

    stock: float
    lost: float
    stock_value: float
    lost_sales: float
    fill: float
    cycle: float


@dataclass(slots=True)
class Measured:
    """The curves of each policy, by its name; for the ledger by the weeks that are measured first."""

    ledger: dict[str, dict[str, list[Point]]] = field(default_factory=dict)
    parts: dict[str, list[Point]] = field(default_factory=dict)


def wholesaler(data: Path) -> Wanted:
    """The ledger's thousand products that sold for most; what was called off whole within two days was not wanted."""
    rows, called_off = [], defaultdict(list)
    with gzip.open(data / LEDGER, "rt", encoding="utf-8", errors="replace") as lines:
        for row in csv.DictReader(lines):
            units, price, code = int(row["Quantity"]), float(row["UnitPrice"]), row["StockCode"].strip()
            at = datetime.fromisoformat(row["InvoiceDate"])
            key = (row["CustomerID"], code, abs(units))
            if row["InvoiceNo"].startswith("C"):
                called_off[key].append(at)
            elif units > 0 and price > 0 and re.match(r"\d{5}", code):
                rows.append((key, at, units, price))
    cells: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    prices: dict[str, list[float]] = defaultdict(list)
    worth: dict[str, float] = defaultdict(float)
    for key, at, units, price in rows:
        back = next((one for one in called_off.get(key, ()) if timedelta(0) <= one - at <= timedelta(2)), None)
        if back is not None:
            called_off[key].remove(back)
            continue
        cells[key[1]][at.date()] += units
        prices[key[1]].append(price)
        worth[key[1]] += units * price
    chosen = sorted(worth, key=lambda code: (-worth[code], code))[:PRODUCTS]
    first, last = min(min(one) for one in cells.values()), max(max(one) for one in cells.values())
    days = [first + timedelta(number) for number in range((last - first).days + 1)]
    wanted = np.array([[cells[code].get(day, 0.0) for day in days] for code in chosen])
    return Wanted(first, "D", wanted, np.array([np.median(prices[code]) for code in chosen]), "GB")


def car_parts(data: Path, sample: int) -> Wanted:
    """Monthly sales of car parts, a part a column."""
    with gzip.open(data / PARTS, "rt", encoding="utf-8") as lines:
        table = list(csv.reader(lines))[1:]
    wanted = np.array([[float(cell or 0) for cell in row] for row in table]).T[::sample]
    return Wanted(date(1998, 1, 1), "M", wanted, np.ones(len(wanted)), None)


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Given]:
    """Both histories."""
    for name in (LEDGER, PARTS):
        if not (options.data / name).exists():
            raise SystemExit(
                f"bench replenish: there is no {options.data / name}; name the folder of real data with --data."
            )
    yield Given(wholesaler(options.data), car_parts(options.data, 1 if options.large else 5))


def _levels(of: Wanted, lead: int, review: int, step: int) -> Floats:
    """Up to how many Weft orders of each thing as of a step, for each service (services, things): what `weft replenish` does."""
    given = [Series.of(of.start, of.freq, row[:step]) for row in of.wanted]
    made = forecasts(given, lead + review, country=of.country, seconds=60.0)
    found = np.zeros((len(SERVICES), len(made)))
    for place, (one, row) in enumerate(zip(made, of.wanted[:, :step], strict=True)):
        past = row[int((row > 0).argmax()) :]
        protection = policy.wanted(one, lead, review=review, past=past)
        for number, service in enumerate(SERVICES if protection.mean > 0 else ()):
            terms = Terms(lead=lead, review=review, service=service)
            found[number, place] = policy.order_up_to(Item("", one, 0.0, 0.0, terms, past), protection)
    return found


def leveled(of: Wanted, lead: int, review: int, steps: Sequence[int]) -> dict[int, Floats]:
    """Weft's levels as of each step, by a process for each core."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(steps, pool.map(partial(_levels, of, lead, review), steps), strict=True))


def by_quantiles(levels: Mapping[int, Floats], service: float) -> Policy:
    """Weft's policy at a service."""
    place = SERVICES.index(service)

    def order(moment: Moment) -> Floats:
        return np.maximum(levels[moment.step][place] - moment.position, 0.0)

    return order


def up_to(level: Callable[[Floats], Floats]) -> Policy:
    """Order up to a level that is told from the past."""

    def order(moment: Moment) -> Floats:
        return np.ceil(np.maximum(level(moment.past) - moment.position, 0.0))

    return order


def moving_average(past: Floats, days: int, safety: float, window: int = 28) -> Floats:
    """The mean of four weeks over the days, and so many of its deviations more: the textbook's reorder point."""
    recent = past[:, -window:]
    level: Floats = recent.mean(axis=1) * days + safety * recent.std(axis=1) * np.sqrt(days)
    return level


def days_of_cover(past: Floats, days: int, more: float) -> Floats:
    """The mean of four weeks over the days, and a share more: what many shops do."""
    return past[:, -28:].mean(axis=1) * days * (1 + more)  # type: ignore[no-any-return]


def _point(found: Replay) -> Point:
    return Point(
        found.average_stock, found.lost_units, found.stock_value, found.lost_sales, found.fill_rate, found.cycle_service
    )


def _replayed(history: History, order: Policy, lead: int, review: int, measured: int) -> Point:
    nothing = np.zeros(len(history.wanted))
    begin = order(Moment(history.begins, history.wanted[:, : history.begins], nothing, nothing))
    return _point(replay(history, order, lead=lead, review=review, on_hand=begin, measured_from=measured))


def run(given: Given) -> Measured:
    """All policies at all safeties over both histories."""
    found = Measured()
    length = given.ledger.wanted.shape[1]
    ends = {name: length - MEASURED * number for number, name in enumerate(WINDOWS)}
    levels = leveled(given.ledger, LEAD, REVIEW, range(min(ends.values()) - MEASURED - WARM, length, REVIEW))
    found.ledger = {name: _weeks(given.ledger, levels, end) for name, end in ends.items()}
    _parts(given.parts, found)
    return found


def _weeks(of: Wanted, levels: Mapping[int, Floats], end: int) -> dict[str, list[Point]]:
    """The curves of each policy over the eight weeks before a step."""
    begins = end - MEASURED - WARM
    history = History(of.wanted[:, :end], begins, of.price, of.price)
    play = partial(_replayed, history, lead=LEAD, review=REVIEW, measured=end - MEASURED)
    days = LEAD + REVIEW
    return {
        "weft": [play(by_quantiles(levels, service)) for service in SERVICES],
        "moving average": [play(up_to(partial(moving_average, days=days, safety=one))) for one in SAFETIES],
        "days of cover": [play(up_to(partial(days_of_cover, days=days, more=one))) for one in COVERS],
    }


def _parts(of: Wanted, found: Measured) -> None:
    length = of.wanted.shape[1]
    begins = length - MONTHS - MONTHS_LEAD - 1
    history = History(of.wanted, begins, steps_a_year=12.0)
    span = MONTHS_LEAD + 1
    levels = leveled(of, MONTHS_LEAD, 1, range(begins, length))
    play = partial(_replayed, history, lead=MONTHS_LEAD, review=1, measured=length - MONTHS)
    found.parts["weft"] = [play(by_quantiles(levels, service)) for service in SERVICES[1:]]
    found.parts["zero"] = [play(up_to(lambda past: np.zeros(len(past))))]
    for name, model in (("SBA", CrostonSBA()), ("TSB", TSB(0.1, 0.1))):
        rates: dict[int, Floats] = {}

        def level(past: Floats, safety: float, model: object = model, rates: dict[int, Floats] = rates) -> Floats:
            step = past.shape[1]
            if step not in rates:
                rates[step] = np.array([_rate(model, row) for row in past])
            reached: Floats = rates[step] * span + safety * past.std(axis=1) * np.sqrt(span)
            return reached

        found.parts[name] = [play(up_to(partial(level, safety=one))) for one in SAFETIES[1:]]


def _rate(model: object, row: Floats) -> float:
    if not row.any():
        return 0.0
    return float(model.forecast(y=row, h=1)["mean"][0])  # type: ignore[attr-defined]


def at(curve: Sequence[Point], stock: float, what: str, by: str = "stock") -> float:
    """What a policy comes to at an average stock, between the replays around it."""
    points = sorted(curve, key=lambda one: getattr(one, by))
    return float(np.interp(stock, [getattr(one, by) for one in points], [getattr(one, what) for one in points]))


def score(found: Measured) -> list[Figure]:
    """What is lost beside the moving average, and the service and stock of each policy for car parts."""
    return [*_ledger_figures(found.ledger), *_parts_figures(found.parts)]


def beside(curves: Mapping[str, list[Point]], name: str, safety: float, what: str, by: str) -> tuple[float, float]:
    """What a policy loses at the average stock that the moving average keeps with a safety, and what that loses."""
    point = curves["moving average"][SAFETIES.index(safety)]
    return at(curves[name], getattr(point, by), what, by), getattr(point, what)


def _ledger_figures(ledger: Mapping[str, Mapping[str, list[Point]]]) -> Iterator[Figure]:
    ways = (("weft", "sales", "lost_sales", "stock_value"), ("weft", "units", "lost", "stock"))
    peers = (("days of cover", "units", "lost", "stock"), ("days of cover", "sales", "lost_sales", "stock_value"))
    for safety, percent in ((1.0, "84"), (1.645, "95"), (2.33, "99")):
        for policy_name, noun, what, by in (*ways, *peers):
            each = {weeks: beside(curves, policy_name, safety, what, by) for weeks, curves in ledger.items()}
            each["pooled"] = (sum(one for one, _ in each.values()), sum(one for _, one in each.values()))
            asked = 0.8 if percent == "95" and policy_name == "weft" else None
            for weeks, (lost, average) in each.items():
                label = f"ledger, {weeks}: {policy_name}, lost {noun} by the moving average's, {percent} %"
                note = (
                    ""
                    if weeks == "pooled"
                    else f"it meets {ledger[weeks]['moving average'][SAFETIES.index(safety)].fill:.1%}"
                )
                yield Figure(label, lost / average, "", asked, note=note)


def _parts_figures(parts: Mapping[str, list[Point]]) -> Iterator[Figure]:
    for service in (0.9, 0.95):
        point = parts["weft"][SERVICES[1:].index(service)]
        note = f"average stock {point.stock:,.0f}"
        yield Figure(f"parts: share met, weft at {service:.0%}", point.fill, "", note=note)
        yield Figure(f"parts: cycles without a loss, weft at {service:.0%}", point.cycle, "")
        for name in ("SBA", "TSB"):
            fill = at(parts[name], point.stock, "fill")
            yield Figure(f"parts: share met, {name} at the same stock", fill, "", note="peer")
    zero = parts["zero"][0]
    note = f"average stock {zero.stock:,.0f}; it never orders"
    yield Figure("parts: share met, zero forecast", zero.fill, "", note=note)
