"""Sales of stores and of a wholesaler, held out and told, beside plain methods and statsforecast's.

WMAE is the mean absolute error in which weeks with a holiday count five times. WRMSSE weighs each product's root mean squared scaled error
by what it sold in money (as in the M5 competition); pinball loss is by the mean absolute change from day to day.
"""

import csv
import gzip
import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from statsforecast.models import AutoETS, CrostonClassic, CrostonSBA

from weft.demand.forecast import Forecast
from weft.demand.forecasting import LEVELS, forecasts
from weft.demand.series import Frequency, Series

Floats = NDArray[np.float64]
_HELD_OUT, _SAMPLE, _PRODUCTS = 8, 300, 1000
_DAYS, _ORIGINS = 28, (56, 28)
_ETS_SAMPLE = 200


@dataclass(frozen=True, slots=True)
class Sold:
    """What was sold (n, steps), NaN where nothing is written; the first step; what each is worth (n,); how much each step counts."""

    freq: Frequency
    start: date
    sold: Floats
    worth: Floats
    counts: Floats
    country: str


@dataclass(slots=True)
class Judged:
    """What came out of a way over the origins; `coverage` of each day, and `totals`, of all days together, are Weft's alone."""

    wrmsse: float = 0.0
    pinball: float = 0.0
    coverage: dict[float, float] = field(default_factory=dict)
    totals: dict[float, float] = field(default_factory=dict)


def walmart(data: Path) -> Sold:
    """Weekly sales by store and department."""
    path = _found(data, "forecast", "walmart_weekly*.csv.gz")
    cells: dict[tuple[str, str], dict[date, float]] = defaultdict(dict)
    holidays = set()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            day = date.fromisoformat(row["Date"])
            cells[row["Store"], row["Dept"]][day] = float(row["Weekly_Sales"])
            if row["IsHoliday"].strip().lower() in ("true", "1"):
                holidays.add(day)
    first, last = min(min(one) for one in cells.values()), max(max(one) for one in cells.values())
    days = [first + timedelta(days=7 * number) for number in range((last - first).days // 7 + 1)]
    sold = np.array([[one.get(day, np.nan) for day in days] for one in cells.values()])
    counts = np.array([5.0 if day in holidays else 1.0 for day in days])
    # The file names the last day of each week.
    return Sold("W", first - timedelta(days=6), sold, np.ones(len(sold)), counts, "US")


def wholesaler(data: Path) -> Sold:
    """Daily units of the thousand products that sold for most, without cancellations and what has no price."""
    path = _found(data, "orders", "online_retail*.csv.gz")
    cells: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    worth: dict[str, float] = defaultdict(float)
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as lines:
        for row in csv.DictReader(lines):
            units, price = float(row["Quantity"]), float(row["UnitPrice"])
            if row["InvoiceNo"].startswith("C") or units <= 0 or price <= 0:
                continue
            cells[row["StockCode"]][date.fromisoformat(row["InvoiceDate"][:10])] += units
            worth[row["StockCode"]] += units * price
    first, last = min(min(one) for one in cells.values()), max(max(one) for one in cells.values())
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    top = sorted(worth, key=lambda code: (-worth[code], code))[:_PRODUCTS]
    sold = np.array([[cells[code].get(day, 0.0) for day in days] for code in top])
    return Sold("D", first, sold, np.array([worth[code] for code in top]), np.ones(len(days)), "GB")


def _found(data: Path, folder: str, pattern: str) -> Path:
    for where in (data / folder, data, data.parent / folder):
        if there := sorted(where.glob(pattern)):
            return there[0]
    raise FileNotFoundError(f"there is no {pattern} in {data}")


def stores(given: Sold) -> dict[str, float]:
    """WMAE of the last eight weeks, by way; AutoETS and Weft again on a sample of the series."""
    past, came = given.sold[:, :-_HELD_OUT], given.sold[:, -_HELD_OUT:]
    counts = np.where(np.isfinite(came), given.counts[-_HELD_OUT:], 0.0)

    def wmae(told: Floats, rows: Any = slice(None)) -> float:
        off = np.abs(told - np.nan_to_num(came[rows])) * counts[rows]
        return float(off.sum() / counts[rows].sum())

    series = [Series.of(given.start, given.freq, row) for row in past]
    told = np.array(
        [one.mean for one in forecasts(series, _HELD_OUT, country=given.country, seconds=900, aim="median")]
    )
    rows = np.sort(np.random.default_rng(7).choice(len(past), min(_SAMPLE, len(past)), replace=False))
    filled = [row[np.isfinite(row)] for row in past[rows]]
    ets = _peer(AutoETS(season_length=52), filled, _HELD_OUT)
    return {
        "Weft": wmae(told),
        "seasonal naive": wmae(_last_year(past)),
        "Weft, on that sample": wmae(told[rows], rows),
        "AutoETS, on a sample": wmae(ets, rows),
    }


def _last_year(past: Floats) -> Floats:
    """The same weeks of last year; where nothing is written of them, the last week that there is."""
    same = past[:, -52 : -52 + _HELD_OUT]
    told = np.isfinite(past)
    place = past.shape[1] - 1 - np.argmax(told[:, ::-1], axis=1)
    last = np.where(told.any(axis=1), past[np.arange(len(past)), place], 0.0)
    return np.asarray(np.where(np.isfinite(same), same, last[:, None]))


def ledger(given: Sold) -> dict[str, Judged]:
    """What each way told of four weeks, from two origins in the last eight weeks, judged together."""
    found: dict[str, Judged] = defaultdict(Judged)
    for origin in _ORIGINS:
        end = given.sold.shape[1] - origin
        past, came, worth = given.sold[:, :end], given.sold[:, end : end + _DAYS], given.worth
        there = (past > 0).sum(axis=1) >= 2
        _judged(found, given, past[there], came[there], worth[there] / worth[there].sum())
    return dict(found)


def _judged(found: dict[str, Judged], given: Sold, past: Floats, came: Floats, worth: Floats) -> None:
    mine = forecasts(
        [Series.of(given.start, given.freq, row) for row in past], _DAYS, country=given.country, seconds=600
    )
    weft = np.array([one.mean for one in mine]), _quantiles(mine)
    told = {"Weft": weft}
    for name, way in _plain().items():
        told[name] = _plainly(way, past)
    for name, one in told.items():
        _add(found[name], *one, past, came, worth)
    # AutoETS takes a second for a product.
    rows = np.sort(np.random.default_rng(7).choice(len(past), min(_ETS_SAMPLE, len(past)), replace=False))
    ets = _plainly(partial(_each, AutoETS(season_length=7)), past[rows])
    own = weft[0][rows], {level: row[rows] for level, row in weft[1].items()}
    for name, one in ((f"AutoETS, {_ETS_SAMPLE} of them", ets), (f"Weft, the same {_ETS_SAMPLE}", own)):
        _add(found[name], *one, past[rows], came[rows], worth[rows] / worth[rows].sum())
    for share in (0.8, 0.9):
        ends = [one.interval(share) for one in mine]
        inside = np.mean([(low <= row) & (row <= high) for (low, high), row in zip(ends, came, strict=True)])
        before = found["Weft"].coverage
        before[share] = before.get(share, 0.0) + float(inside) / len(_ORIGINS)
        totals = [one.total(1, _DAYS, ((1 - share) / 2, (1 + share) / 2)).values() for one in mine]
        within = np.mean([low <= row.sum() <= high for (low, high), row in zip(totals, came, strict=True)])
        summed = found["Weft"].totals
        summed[share] = summed.get(share, 0.0) + float(within) / len(_ORIGINS)


def _plainly(way: Callable[[Floats], Floats], past: Floats) -> tuple[Floats, dict[float, Floats]]:
    mean = way(past)
    return mean, _spread(mean, past[:, -_DAYS:] - way(past[:, :-_DAYS]))


def _add(one: Judged, mean: Floats, quantiles: dict[float, Floats], past: Floats, came: Floats, worth: Floats) -> None:
    """Judge what was told at one origin: by WRMSSE, and by the pinball loss over each product's mean change."""
    change = np.diff(past, axis=1)
    scale, squares = np.abs(change).mean(axis=1), np.sqrt(np.square(change).mean(axis=1))
    wrong = np.sqrt(np.square(mean - came).mean(axis=1)) / squares
    losses = [np.maximum(at * (came - row), (at - 1) * (came - row)) for at, row in quantiles.items()]
    one.wrmsse += float((worth * wrong).sum()) / len(_ORIGINS)
    one.pinball += float((np.mean(losses, axis=(0, 2)) / scale).mean()) / len(_ORIGINS)


def _quantiles(mine: Sequence[Forecast]) -> dict[float, Floats]:
    return {level: np.array([one.quantiles[level] for one in mine]) for level in LEVELS}


def _plain() -> dict[str, Callable[[Floats], Floats]]:
    """The plain ways: what each tells (n, days) of what was sold (n, steps)."""
    return {
        "seasonal naive": lambda past: np.tile(past[:, -7:], (1, _DAYS // 7)),
        "mean of 28 days": lambda past: np.repeat(past[:, -28:].mean(axis=1)[:, None], _DAYS, axis=1),
        "Croston": partial(_each, CrostonClassic()),
        "SBA": partial(_each, CrostonSBA()),
    }


def _each(model: Any, past: Floats) -> Floats:
    return _peer(model, list(past), _DAYS)


def _spread(told: Floats, off: Floats) -> dict[float, Floats]:
    """Quantiles of a plain way: what it told, and by how much more or less came in the four weeks before than it told."""
    return {level: np.maximum(told + np.quantile(off, level, axis=1)[:, None], 0.0) for level in LEVELS}


def _peer(model: Any, past: Sequence[Floats], horizon: int) -> Floats:
    """What a model of statsforecast tells, in a process a processor; where it fails, the last value again."""
    cores = len(os.sched_getaffinity(0))
    told = np.zeros((len(past), horizon))
    with ProcessPoolExecutor(cores) as pool:
        parts = [list(past[start::cores]) for start in range(cores)]
        for start, found in enumerate(pool.map(partial(_told, model, horizon), parts)):
            told[start::cores] = found
    return told


def _told(model: Any, horizon: int, past: Sequence[Floats]) -> Floats:
    found = np.zeros((len(past), horizon))
    for place, row in enumerate(past):
        last = row[-1] if len(row) else 0.0
        try:
            told = np.asarray(model.forecast(row, horizon)["mean"], np.float64)
        except (ValueError, ArithmeticError, RuntimeError, IndexError, NotImplementedError):
            told = np.full(horizon, np.nan)
        found[place] = np.where(np.isfinite(told), told, last)
    return found
