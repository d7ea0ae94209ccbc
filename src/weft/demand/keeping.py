"""Forecasts as they are kept, and made again: cut to what is ahead, and divided among variants and places."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from weft.demand import sharing
from weft.demand.forecast import Backtest, Forecast
from weft.demand.series import Floats
from weft.store.forecasts import Forecasts, Kept

_TOP: Final = 30_000.0
_WEEK: Final = 7
_LEAST: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """A forecast of a product, or of one of its variants (`sku`), at one place (`location`); None means all of them.

    The first step is the day `start`; it was made on what was sold through `seen`.
    """

    product: str
    sku: str | None
    location: str | None
    start: date
    seen: date
    forecast: Forecast


def packed(forecast: Forecast) -> tuple[dict[str, Any], bytes]:
    """What is said of a forecast as plain JSON, and its numbers: quantiles as float32, courses by two bytes, compressed."""
    top = float(forecast.paths.max(initial=0.0))
    unit = top / _TOP if top > 0 else 1.0
    levels = list(forecast.quantiles)
    quantiles = np.array([forecast.quantiles[level] for level in levels], "<f4")
    courses = np.rint(forecast.paths / unit).astype("<i2")
    backtest = forecast.backtest
    told = {
        "levels": levels,
        "shape": list(courses.shape),
        "unit": unit,
        "mean": np.round(forecast.mean, 4).tolist(),
        "demand_class": forecast.demand_class,
        "way": forecast.way,
        "backtest": {
            **{name: getattr(backtest, name) for name in Backtest.__dataclass_fields__},
            "coverage": {str(level): share for level, share in backtest.coverage.items()},
        },
    }
    return told, zlib.compress(quantiles.tobytes() + courses.tobytes(), 5)


def unpacked(told: Mapping[str, Any], body: bytes) -> Forecast:
    """What `packed` gave; raises KeyError, ValueError where it is something else."""
    whole = zlib.decompress(body)
    rows, days = told["shape"]
    levels = told["levels"]
    cut = 4 * len(levels) * days
    quantiles = np.frombuffer(whole[:cut], "<f4").reshape(len(levels), days).astype(np.float64)
    courses = np.frombuffer(whole[cut:], "<i2").reshape(rows, days)
    backtest = dict(told["backtest"])
    backtest["coverage"] = {float(level): share for level, share in backtest["coverage"].items()}
    return Forecast(
        np.asarray(told["mean"], np.float64),
        dict(zip((float(level) for level in levels), quantiles, strict=True)),
        told["demand_class"],
        told["way"],
        Backtest(**backtest),
        (courses * np.float64(told["unit"])).astype(np.float32),
    )


def ahead(forecast: Forecast, skipped: int, days: int, factors: Floats | None = None) -> Forecast:
    """A forecast for `days` steps after the first `skipped`; beyond its end its last week goes on. Factors move it step by step."""
    places = _places(len(forecast.mean), skipped, days)
    times = np.ones(days) if factors is None else factors
    return replace(
        forecast,
        mean=forecast.mean[places] * times,
        quantiles={level: numbers[places] * times for level, numbers in forecast.quantiles.items()},
        paths=(forecast.paths[:, places] * times).astype(np.float32),
    )


def latest(
    forecasts: Forecasts, products: Sequence[str] | None = None, *, first: date, days: int, parts: bool = True
) -> Iterator[Told]:
    """The kept forecasts of products for `days` days from `first`, moved so that products sum to their category and the business.

    With `parts` those of a product's variants and places follow it, where it has more than one. Forecasts that were made for days
    before `first` are cut; those that begin later begin when they do.
    """
    moved = {one.id: one for one in forecasts.each("category", bodies=False)}
    for kept in forecasts.each("product", products):
        yield from told(kept, moved.get(str(kept.told.get("category") or "")), first=first, days=days, parts=parts)


def told(kept: Kept, moved: Kept | None, *, first: date, days: int, parts: bool) -> Iterator[Told]:
    """One kept forecast as `latest` tells it; `moved` is its category's, which says by how much it is moved."""
    start = max(first, kept.start)
    forecast = ahead(unpacked(kept.told, kept.body), (start - kept.start).days, days, factors(moved, start, days))
    yield Told(kept.id, None, None, start, kept.seen, forecast)
    shares = kept.told.get("shares") or []
    if not parts or len(shares) < 2:
        return
    several_skus, several_places = len({sku for sku, *_ in shares}) > 1, len({place for _, place, _ in shares}) > 1
    for (sku, place), part in sharing.divided(forecast, shares).items():
        # Where there is one variant or one place, what is told of it is told of the whole already.
        if (several_skus or sku is None) and (several_places or place is None):
            yield Told(kept.id, sku, place, start, kept.seen, part)


def mean_ahead(kept: Kept, moved: Kept | None, first: date, days: int) -> Floats:
    """The mean of a kept forecast for `days` days from `first`, without its courses."""
    mean = np.asarray(kept.told["mean"], np.float64)
    times = factors(moved, first, days)
    own = mean[_places(len(mean), (first - kept.start).days, days)]
    return own if times is None else own * times


def _places(horizon: int, skipped: int, days: int) -> NDArray[np.intp]:
    """Which steps of a forecast the `days` after the first `skipped` are; beyond its end its last week goes on."""
    places = np.maximum(np.arange(skipped, skipped + days), 0)
    last = min(_WEEK, horizon)
    return np.where(places < horizon, places, horizon - last + (places - horizon) % last)


def moved_to(forecast: Forecast, mean: Floats) -> Forecast:
    """A forecast with another mean; what it may be off by grows and shrinks with it."""
    ratio = np.where(forecast.mean > _LEAST, mean / np.maximum(forecast.mean, _LEAST), 1.0)
    return replace(
        forecast,
        mean=mean,
        quantiles={level: numbers * ratio for level, numbers in forecast.quantiles.items()},
        paths=(forecast.paths * ratio).astype(np.float32),
    )


def factors(moved: Kept | None, first: date, days: int) -> Floats | None:
    """By how much the products of a category are moved on each day, so that they sum to it."""
    given = None if moved is None else moved.told.get("factors")
    if moved is None or not given:
        return None
    places = np.clip(np.arange(days) + (first - moved.start).days, 0, len(given) - 1)
    return np.asarray(given, np.float64)[places]
