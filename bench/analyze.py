"""Reports: how often they call usual times unusual, which planted anomalies of the sample shop they find, and what they take.

The noise has nothing in it: any stretch that is shown is a false alarm. The sample shop's anomalies are our own, planted with their
causes, so that finding them proves the machinery and not more.
"""

import argparse
import contextlib
import csv
import gzip
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.figures import Figure
from bench.place import Place, place
from weft.business import Business
from weft.connectors.importing import import_file
from weft.sample.shop import generate
from weft.skills.analyze import Analyze, Report
from weft.skills.analyze.report import unusual
from weft.skills.analyze.report.oddities import SALES
from weft.skills.analyze.report.rates import Counted
from weft.skills.analyze.report.reporting import reported
from weft.skills.analyze.report.unusual import Floats, Track

FILE = "orders/online_retail_2010-12_2011-08.csv.gz"
LINES = 1_000_000
SEED = 20261126
_WEEK = timedelta(7)
_SECONDS = 5.0
_METRICS = {"returns": {"returns"}, "cancellations": {"cancelled_orders"}, "discounts": {"discounts"}}


@dataclass(frozen=True, slots=True)
class Given:
    """A Weft folder, the sample shop's files, the ledger where there is one, and how much to do."""

    place: Place
    sample: Path
    ledger: Path | None
    large: bool


@dataclass(slots=True)
class Measured:
    """What came out: shares of noise reports with an alarm, planted anomalies by whether they were found, seconds."""

    noise: dict[str, tuple[int, int]] = field(default_factory=dict)
    found: dict[str, bool] = field(default_factory=dict)
    power: dict[str, tuple[int, int]] = field(default_factory=dict)
    quiet: tuple[int, int] = (0, 0)
    seconds: dict[str, tuple[float, float]] = field(default_factory=dict)


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Given]:
    """The sample shop's files and, where it is, the ledger."""
    with place() as where:
        folder = where.scratch / "sample"
        generate(folder)
        ledger = options.data / FILE
        yield Given(where, folder, ledger if ledger.exists() else None, options.large)


def run(given: Given) -> Measured:
    """Simulate, plant, time."""
    measured = Measured()
    reports = 400 if given.large else 60
    for name, draw in NOISES.items():
        for days in (300, 728):
            random = np.random.default_rng(SEED)
            shown = sum(bool(unusual.looked(_shop(random, days, draw), 7).stretches) for _ in range(reports))
            measured.noise[f"{name}, {days} days"] = (shown, reports)
    for name, size in SIZES.items():
        for days in (300, 728):
            random = np.random.default_rng(SEED)
            shown = sum(bool(unusual.looked(_few(random, days, size), 7).stretches) for _ in range(reports // 4))
            measured.noise[f"a few a week, {name}, {days} days"] = (shown, reports // 4)
    for name, plant in PLANTS.items():
        random = np.random.default_rng(SEED + 1)
        measured.power[name] = (sum(_seen(random, plant) for _ in range(reports // 4)), reports // 4)
    _planted(given, measured)
    if given.ledger is not None:
        _timed(given, measured)
    return measured


Draw = Callable[[np.random.Generator, NDArray[np.float64]], NDArray[np.float64]]


def _counts(random: np.random.Generator, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = random.uniform(0.05, 0.5)
    return random.poisson(mean * random.gamma(1 / spread, spread, len(mean))).astype(float)


def _money(random: np.random.Generator, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(100 * mean * np.exp(random.normal(0, 0.3, len(mean))))


def _lasting(random: np.random.Generator, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Days that take after the day before."""
    drift = np.zeros(len(mean))
    steps = random.normal(0, 0.2, len(mean))
    for day in range(1, len(mean)):
        drift[day] = 0.6 * drift[day - 1] + steps[day]
    return random.poisson(10 * mean * np.exp(drift)).astype(float)


def _heavy(random: np.random.Generator, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Orders whose sizes have a Pareto tail, as a wholesaler's have."""
    return np.array([random.pareto(2.2, count).sum() * 1000 for count in random.poisson(mean)])


NOISES: dict[str, Draw] = {"counts": _counts, "money": _money, "lasting": _lasting, "heavy orders": _heavy}


def _shop(random: np.random.Generator, days: int, draw: Draw, series: int = 60) -> list[Track]:
    """A shop of series with levels, weekdays, drifts and seasons, and nothing unusual."""
    weekday = np.array([1.0, 0.9, 0.95, 1.0, 1.2, 1.5, 0.7])[np.arange(days) % 7]
    found = []
    for at in range(series):
        drift = np.cumsum(random.normal(0, 0.004, days))
        season = 1 + 0.3 * np.sin(np.arange(days) / 58 + random.uniform(0, 6))
        mean = np.exp(random.normal(1.5, 1.5) + drift) * weekday * season
        where = {"product": str(at)} if at % 2 else {"country": str(at)}
        found.append(Track("units", where, draw(random, mean)))
    return found


Size = Callable[[np.random.Generator, int], float]
SIZES: dict[str, Size] = {
    "a piece an order": lambda _, count: float(count),
    "some pieces an order": lambda random, count: float(random.geometric(0.6, count).sum()),
    "orders with a Pareto tail": lambda random, count: float(np.ceil(random.pareto(2.2, count) * 2).sum()),
}


def _few(random: np.random.Generator, days: int, size: Size, series: int = 60) -> list[Track]:
    """A shop of products that sell a few a week, six categories of them, what comes back and what is called off: nothing unusual."""
    weekday = np.array([1.0, 0.9, 0.95, 1.0, 1.2, 1.5, 0.7])[np.arange(days) % 7]
    orders = random.poisson(40 * weekday * (1 + 0.3 * np.sin(np.arange(days) / 58 + random.uniform(0, 6)))).astype(
        float
    )
    places = np.zeros((2, 6, days))
    found = [Track("orders", {}, orders, 50 * orders)]
    for at in range(series):
        rate = np.exp(random.normal(-1.5, 1.2) + np.cumsum(random.normal(0, 0.004, days))) / 40
        if at % 3 == 0:
            rate = rate * (1 + 0.4 * np.sin(np.arange(days) / 58 + random.uniform(0, 6)))
        bought = random.poisson(rate * orders).astype(float)
        pieces = np.array([size(random, int(count)) for count in bought])
        back = random.binomial(pieces.astype(int), 0.06).astype(float)
        places[:, at % 6] += bought, pieces
        found += _of_product({"product": str(at)}, pieces, bought, back, orders)
    found += [
        Track("units", {"category": str(at)}, pieces, 10 * pieces, counted=Counted(bought, orders))
        for at, (bought, pieces) in enumerate(places.transpose(1, 0, 2))
    ]
    cancelled = random.binomial(orders.astype(int), 0.02).astype(float)
    return [*found, Track("cancelled_orders", {}, cancelled, counted=Counted(cancelled, orders + cancelled))]


def _of_product(where: dict[str, str], pieces: Floats, bought: Floats, back: Floats, orders: Floats) -> list[Track]:
    found = [
        Track("units", where, pieces, 10 * pieces, counted=Counted(bought, orders)),
        Track("units", where, pieces, 10 * pieces, largest=True),
    ]
    if (back > 0).sum() >= 5:
        sold = np.convolve(pieces, np.ones(56))[: len(pieces)] + pieces.mean()
        found.append(Track("returns", where, 10 * back, counted=Counted(back, sold, "returns")))
    return found


Plant = Callable[[np.random.Generator, Floats, Floats, Floats], None]


def _wave(random: np.random.Generator, pieces: Floats, bought: Floats, _: Floats) -> None:
    bought[-7:] += random.poisson(2.0, 7)
    pieces[-7:] += bought[-7:]


def _bulk(_: np.random.Generator, pieces: Floats, bought: Floats, __: Floats) -> None:
    bought[-3] += 1
    pieces[-3] += 80


def _leak(random: np.random.Generator, _: Floats, __: Floats, back: Floats) -> None:
    back[-7:] += random.poisson(1.0, 7)


PLANTS: dict[str, Plant | None] = {
    "a tenth of all orders called off": None,
    "a product of one a week wanted fourteen times": _wave,
    "one order of eighty pieces of it": _bulk,
    "seven of it come back": _leak,
}


def _seen(random: np.random.Generator, plant: Plant | None, days: int = 500) -> bool:
    """Whether what is planted in a shop of a few sales a week is shown."""
    tracks = _few(random, days, SIZES["some pieces an order"])
    orders = tracks[0].values
    if plant is None:
        last = tracks.pop()
        last.values[-7:] += random.binomial(orders[-7:].astype(int), 0.08)
        tracks.append(Track("cancelled_orders", {}, last.values, counted=Counted(last.values, orders + last.values)))
        return any(one.track.metric == "cancelled_orders" for one in unusual.looked(tracks, 7).stretches)
    bought = random.poisson(orders / 280).astype(float)
    pieces, back = bought.copy(), random.binomial(bought.astype(int), 0.1).astype(float)
    plant(random, pieces, bought, back)
    tracks += _of_product({"product": "planted"}, pieces, bought, back, orders)
    return any(one.track.where == {"product": "planted"} for one in unusual.looked(tracks, 7).stretches)


def _planted(given: Given, measured: Measured) -> None:
    """Which planted anomalies the reports of their weeks show, and how many reports of weeks without any show something."""
    business = given.place.business("sample")
    for kind, name in (("products", "products.csv"), ("orders", "orders.csv")):
        import_file(business, kind, given.sample / name, who="bench")
    truth = given.sample / "truth"
    planted = [json.loads(line) for line in (truth / "anomalies.jsonl").read_text().splitlines()]
    kinds = {
        row["product"]: row["kind"] for row in map(json.loads, (truth / "attributes.jsonl").read_text().splitlines())
    }
    categories = {row["id"]: row.get("category") for row in business.catalog.records()}
    busy: set[date] = set()
    for one in planted:
        if one["metric"] == "stock":
            continue
        first, last = date.fromisoformat(one["from"]), date.fromisoformat(one["to"])
        busy |= {first + timedelta(at) for at in range(-7, (last - first).days + 7 * 9)}
        products = set(one["products"]) | {product for product, kind in kinds.items() if kind in one["kinds"]}
        places = {categories[product] for product in products if categories.get(product)}
        metrics = _METRICS.get(one["metric"], set(SALES))
        measured.found[one["anomaly"]] = any(
            row.metric in metrics
            and row.first <= last
            and row.last >= first
            and (not products or row.where.get("product") in products or row.where.get("category") in places)
            for week in _weeks(first, min(last, first + 2 * _WEEK))
            for row in _report(business, week).unusual
        )
    _quiet(business, busy, measured)


def _weeks(first: date, last: date) -> Iterator[date]:
    """The last days of the weeks that some days lie in."""
    end = first + timedelta(6 - first.weekday())
    while end - timedelta(6) <= last:
        yield end
        end += _WEEK


def _quiet(business: Business, busy: set[date], measured: Measured) -> None:
    span = business.numbers.span()
    assert span is not None
    shown = looked = 0
    for end in _weeks(span[0] + 30 * _WEEK, span[1] - _WEEK):
        if not busy & {end - timedelta(at) for at in range(7)}:
            report = _report(business, end)
            looked += report.looked_at > 0
            shown += bool(report.unusual)
    measured.quiet = shown, looked


def _report(business: Business, until: date) -> Report:
    report = reported(Analyze(report="week", until=until), business).report
    assert report is not None
    return report


def _timed(given: Given, measured: Measured) -> None:
    """How long a weekly report takes: in all, and of the processor that is not PostgreSQL's."""
    assert given.ledger is not None
    sizes = {"ledger": 1, **({"a million lines": 4} if given.large else {})}
    for name, copies in sizes.items():
        business = given.place.business(name.replace(" ", "-"))
        import_file(business, "orders", _copied(given, copies), who="bench")
        business.numbers.brought_up()
        took = []
        for _ in range(3):
            began, spent = time.perf_counter(), time.process_time()
            reported(Analyze(report="week"), business)
            took.append((time.perf_counter() - began, time.process_time() - spent))
        measured.seconds[name] = min(took)


def _copied(given: Given, copies: int) -> Path:
    """The ledger, or a million of its lines over again under other order numbers."""
    assert given.ledger is not None
    if copies == 1:
        return given.ledger
    target = given.place.scratch / "lines.csv"
    with gzip.open(given.ledger, "rt", encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        for at in range(LINES):
            copy, place_ = divmod(at, len(rows))
            number = rows[place_][0]
            # The letter that tells a return stays in front.
            named = f"{number[0]}{copy}{number[1:]}" if number[0].isalpha() else f"{copy}{number}"
            writer.writerow([named, *rows[place_][1:]])
    return target


def score(measured: Measured) -> list[Figure]:
    """The figures; of the noise the bound is that of the reports with what chance does in so few of them."""
    figures = []
    for name, (shown, reports) in measured.noise.items():
        slack = 2.33 * (unusual.FALSE_ALARMS * (1 - unusual.FALSE_ALARMS) / reports) ** 0.5
        note = f"{shown} of {reports} reports; bound {unusual.FALSE_ALARMS:.0%} and what chance adds at 99 %"
        figures.append(
            Figure(f"noise shown as unusual: {name}", shown / reports, "share", unusual.FALSE_ALARMS + slack, note=note)
        )
    figures += [
        Figure(f"planted in noise and shown: {name}", shown / count, "share", note=f"{shown} of {count}")
        for name, (shown, count) in measured.power.items()
    ]
    found = sum(measured.found.values())
    missed = ", ".join(name for name, there in measured.found.items() if not there)
    figures.append(
        Figure(
            "planted anomalies found (our own)",
            found / max(len(measured.found), 1),
            "share",
            note=f"{found} of {len(measured.found)}; missed: {missed}",
        )
    )
    shown, looked = measured.quiet
    figures.append(
        Figure(
            "weeks of the sample shop without any, with an alarm",
            shown / max(looked, 1),
            "share",
            note=f"{shown} of {looked}",
        )
    )
    for name, (seconds, own) in measured.seconds.items():
        figures.append(
            Figure(
                f"weekly report, {name}", seconds, "s", _SECONDS, note=f"{own:.2f} s of it Weft's own processor time"
            )
        )
    return figures
