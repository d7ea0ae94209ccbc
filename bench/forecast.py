"""Forecasts beside plain methods: a set of the M4 competition, weekly sales of stores, a wholesaler's ledger, ten thousand series.

`--series NAME` judges NAME_train.csv.gz and NAME_test.csv.gz of the folder alone, and with `--json` prints one object. All that is chosen is
chosen by backtests on what lies before what is judged.
"""

import argparse
import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from bench import forecast_m4, forecast_sales
from bench.figures import Figure
from bench.forecast_sales import Sold
from bench.place import python
from weft.demand.forecasting import forecasts
from weft.demand.series import Series

_TEN_THOUSAND = (
    "import time; from bench.forecast import ten_thousand; begun, used = time.perf_counter(), time.process_time();"
    "ten_thousand(); print(time.perf_counter() - begun, time.process_time() - used)"
)
WEEKLY = "m4_weekly"


@dataclass(frozen=True, slots=True)
class Given:
    """The folder of data, and the one set that is to be judged; else all."""

    data: Path
    series: str | None
    as_json: bool


@dataclass(slots=True)
class Measured:
    """What came out."""

    m4: dict[str, Any] = field(default_factory=dict)
    stores: dict[str, float] = field(default_factory=dict)
    ledger: dict[str, forecast_sales.Judged] = field(default_factory=dict)
    speed: tuple[float, float, float] | None = None


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Given]:
    """Nothing is opened before it is judged."""
    yield Given(options.data, options.series, options.json)


def run(given: Given) -> Measured:
    """Tell and judge."""
    found = Measured()
    found.m4 = forecast_m4.measured(forecast_m4.read(given.data, given.series or WEEKLY))
    if given.series:
        line = json.dumps(found.m4)
        print(line) if given.as_json else Console().print_json(line)
        return Measured()
    found.stores = forecast_sales.stores(_sold(given.data, forecast_sales.walmart))
    found.ledger = forecast_sales.ledger(_sold(given.data, forecast_sales.wholesaler))
    ran = python(_TEN_THOUSAND)
    wall, cpu = (float(one) for one in ran.output.split())
    found.speed = wall, cpu, ran.peak_mb
    return found


def _sold(data: Path, read: Any) -> Sold:
    try:
        found: Sold = read(data)
    except OSError as problem:
        raise SystemExit(f"bench forecast: {problem}; name the folder of real data with --data.") from problem
    return found


def ten_thousand(rows: int = 10_000, days: int = 365) -> None:
    """Ten thousand daily series of a year, as a shop has them: most sell little, by the day of the week, some with a season."""
    draw = np.random.default_rng(1)
    week = draw.gamma(5, 0.2, (rows, 7))[:, np.arange(days) % 7]
    year = 1 + 0.3 * np.sin(2 * np.pi * (np.arange(days)[None, :] / 365 + draw.random((rows, 1))))
    rates = draw.lognormal(0, 1.5, (rows, 1)) * week * year
    sold = draw.poisson(rates * draw.gamma(1, 1, (rows, days))).astype(np.float64)
    forecasts([Series.of(date(2025, 1, 1), "D", row) for row in sold], 28, country="GB", seconds=600)


def score(measured: Measured) -> Sequence[Figure]:
    """The figures."""
    found: list[Figure] = []
    if m4 := measured.m4:
        found.append(Figure("M4 Weekly, OWA", m4["owa"], "", 0.88, note=f"{m4['series']} series, {m4['seconds']} s"))
        found.append(Figure("its sMAPE", m4["smape"], ""))
        found.append(Figure("its MASE", m4["mase"], ""))
        for name, one in m4["peers"].items():
            found.append(Figure(f"peer: {name}, OWA", one["owa"], "", note=f"sMAPE {one['smape']}, MASE {one['mase']}"))
    if measured.stores:
        mine, simple = measured.stores["Weft"], measured.stores["seasonal naive"]
        found.append(Figure("weekly sales of stores, WMAE by seasonal naive", mine / simple, "", 0.85))
        found += [Figure(f"WMAE, {name}", one, "USD") for name, one in measured.stores.items()]
        ets = measured.stores["AutoETS, on a sample"]
        found.append(Figure("WMAE by AutoETS, the same sample", measured.stores["Weft, on that sample"] / ets, "", 1.0))
    for name, one in measured.ledger.items():
        found.append(Figure(f"ledger, WRMSSE, {name}", one.wrmsse, "", note=f"pinball {one.pinball:.4f}"))
        for share, inside in one.coverage.items():
            low, high = share - 0.05, share + 0.05
            found.append(Figure(f"ledger, within the {share:.0%} interval, least", inside, "", low, most=False))
            found.append(Figure(f"ledger, within the {share:.0%} interval, most", inside, "", high))
        for share, inside in one.totals.items():
            found.append(Figure(f"ledger, four weeks within the {share:.0%} interval", inside, ""))
    if measured.speed:
        wall, cpu, peak = measured.speed
        found.append(
            Figure("10,000 daily series of a year, with backtest", wall, "s", 300, note=f"{cpu:.0f} s of a processor")
        )
        found.append(Figure("their peak memory", peak, "MB", 2000))
    return found
