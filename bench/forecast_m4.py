"""Files in the layout of the M4 competition: read, told and judged as the competition did (Makridakis and others, 2020).

Naive2 is written as in the competition's R code; Theta and AutoETS are statsforecast's. Where there are thousands of series, AutoETS
tells a fixed sample of them, and its OWA is by Naive2 of the same.
"""

import csv
import gzip
import os
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from statsforecast.models import AutoETS, Theta
from threadpoolctl import threadpool_limits

from weft.demand.forecasting import forecasts
from weft.demand.seasons import classical, correlated, phases
from weft.demand.series import Frequency, Series

Floats = NDArray[np.float64]
# The season by which the competition judges, and the frequency, by what stands in the name.
KINDS: dict[str, tuple[int, Frequency]] = {
    "hourly": (24, "h"),
    "daily": (1, "D"),
    "weekly": (1, "W"),
    "monthly": (12, "M"),
    "quarterly": (4, "Q"),
    "yearly": (1, "Y"),
}
_AT_ONCE = 2500
_SAMPLE = 600
_SECONDS_EACH = 0.5


@dataclass(frozen=True, slots=True)
class Competition:
    """Series, what came after each (n, horizon), and the season by which they are judged."""

    name: str
    freq: Frequency
    season: int
    past: list[Floats]
    came: Floats


@dataclass(frozen=True, slots=True)
class Marks:
    """sMAPE (0 to 200) and MASE of each series (n,), and how long the telling took."""

    smape: Floats
    mase: Floats
    seconds: float

    def owa(self, naive2: "Marks") -> float:
        """The overall weighted average by Naive2 of the same series."""
        smape, mase = self.smape.mean() / naive2.smape.mean(), self.mase.mean() / naive2.mase.mean()
        return float(smape + mase) / 2


def read(folder: Path, name: str) -> Competition:
    """The two files of a set; exits with a sentence where they are not there or the name tells no season."""
    kind = next((one for one in KINDS if one in name.lower()), None)
    if kind is None:
        raise SystemExit(f"bench forecast: the name {name!r} tells no season; it must hold one of {', '.join(KINDS)}.")
    paths = [folder / f"{name}_{part}.csv.gz" for part in ("train", "test")]
    if not all(path.exists() for path in paths):
        paths = [folder / "forecast" / path.name for path in paths]
    if missing := [path.name for path in paths if not path.exists()]:
        raise SystemExit(f"bench forecast: there is no {' and no '.join(missing)} in {folder}.")
    before, after = (_rows(path) for path in paths)
    if not before or before.keys() != after.keys() or len({len(one) for one in after.values()}) != 1:
        raise SystemExit(f"bench forecast: the series of {paths[0].name} and {paths[1].name} differ.")
    season, freq = KINDS[kind]
    return Competition(name, freq, season, list(before.values()), np.array([after[one] for one in before]))


def _rows(path: Path) -> dict[str, Floats]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = csv.reader(lines)
        next(rows)
        return {row[0]: np.array([float(cell) for cell in row[1:] if cell not in ("", "NA")]) for row in rows}


def naive2(past: Floats, season: int, horizon: int) -> Floats:
    """The last value, the season taken out before and put back, where a test at 90 % finds one."""
    everywhere = np.ones((1, len(past)), bool)
    if season < 2 or len(past) < 3 * season or not correlated(past[None], everywhere, season)[0]:
        return np.repeat(past[-1], horizon)
    indices = classical(past[None], season)[0]
    plain = past / indices[phases(len(past), season)]
    return np.asarray(plain[-1] * indices[np.arange(horizon) % season])


def marks(told: Floats, given: Competition, rows: NDArray[np.int64], seconds: float) -> Marks:
    """The marks of what was told of some series."""
    came = given.came[rows]
    size = np.abs(told) + np.abs(came)
    smape = 200 * (np.abs(told - came) / np.where(size > 0, size, 1.0)).mean(axis=1)
    scale = np.array(
        [np.abs(given.past[row][given.season :] - given.past[row][: -given.season]).mean() for row in rows]
    )
    return Marks(smape, np.abs(told - came).mean(axis=1) / np.maximum(scale, 1e-12), seconds)


def measured(given: Competition) -> dict[str, Any]:
    """What is printed: the marks of Weft, seconds and megabytes, and the same of its peers."""
    horizon, every = given.came.shape[1], np.arange(len(given.past))
    sample = every if len(every) <= 1000 else np.sort(np.random.default_rng(7).choice(every, _SAMPLE, replace=False))
    began = time.perf_counter()
    told = np.array([naive2(one, given.season, horizon) for one in given.past])
    simple = marks(told, given, every, time.perf_counter() - began)
    weft = _timed(_weft, given, every)
    peak = _peak()
    sampled = Marks(simple.smape[sample], simple.mase[sample], simple.seconds)
    peers: dict[str, Any] = {"naive2": _shown(simple, simple), "theta": _shown(_timed(_theta, given, every), simple)}
    peers["autoets"] = _shown(_timed(_ets, given, sample), sampled)
    if len(sample) < len(every):
        peers["autoets"] |= {
            "sample": len(sample),
            "weft_on_sample": Marks(weft.smape[sample], weft.mase[sample], 0.0).owa(sampled),
        }
    return {"series": len(every), **_shown(weft, simple), "peak_mb": round(peak, 1), "peers": peers}


def _shown(one: Marks, simple: Marks) -> dict[str, Any]:
    return {
        "smape": round(float(one.smape.mean()), 4),
        "mase": round(float(one.mase.mean()), 4),
        "owa": round(one.owa(simple), 4),
        "seconds": round(one.seconds, 2),
    }


def _peak() -> float:
    """Megabytes of this process and of the largest that it started, at their most."""
    each = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each) / 1024


def _timed(tell: Callable[..., Floats], given: Competition, rows: NDArray[np.int64]) -> Marks:
    """What a way tells of some series, in as many processes as there are processors where there are many series."""
    began = time.perf_counter()
    cores = len(os.sched_getaffinity(0))
    # Alike parts, so that what is learned from all is learned from enough, and none waits long for another.
    count = max(1, -(-len(rows) // _AT_ONCE))
    if tell is not _weft:
        count = max(count, cores)
    parts = [rows[start::count] for start in range(count)]
    asked = [([given.past[row] for row in part], given.freq, given.season, given.came.shape[1]) for part in parts]
    told = np.zeros((len(given.past), given.came.shape[1]))
    if count == 1:
        told[parts[0]] = tell(*asked[0])
    else:
        with ProcessPoolExecutor(min(cores, count)) as pool:
            for part, found in zip(parts, pool.map(_alone, [tell] * count, asked), strict=True):
                told[part] = found
    return marks(told[rows], given, rows, time.perf_counter() - began)


def _alone(tell: Callable[..., Floats], asked: tuple[Any, ...]) -> Floats:
    with threadpool_limits(1):
        return tell(*asked)


def _weft(past: Sequence[Floats], freq: Frequency, season: int, horizon: int) -> Floats:
    del season
    series = [Series.of(date(2000, 1, 3), freq, one) for one in past]
    seconds = max(_SECONDS_EACH * len(series), 600.0)
    return np.array([one.mean for one in forecasts(series, horizon, seconds=seconds, aim="median")])


def _peer(model: Any, past: Sequence[Floats], horizon: int) -> Floats:
    """What a model tells of each series; where it fails, the last value again."""
    found = []
    for one in past:
        try:
            told = np.asarray(model.forecast(one, horizon)["mean"], np.float64)
        except (ValueError, ArithmeticError, RuntimeError, IndexError, NotImplementedError):
            told = np.full(horizon, np.nan)
        found.append(np.where(np.isfinite(told), told, one[-1]))
    return np.array(found)


def _theta(past: Sequence[Floats], freq: Frequency, season: int, horizon: int) -> Floats:
    del freq
    return _peer(Theta(season_length=season), past, horizon)


def _ets(past: Sequence[Floats], freq: Frequency, season: int, horizon: int) -> Floats:
    del freq
    return _peer(AutoETS(season_length=season), past, horizon)
