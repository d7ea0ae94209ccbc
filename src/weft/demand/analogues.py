"""What is new forecast by what is like it: how products of its kind sold in their first weeks, moved by what it has sold so far.

The launches of products like it give a curve, units by day since the first sale, and how far they differ from it. What it sells is
that curve times a factor of its own, which before anything is known is spread as theirs are (a Gamma distribution), and which each
day's sales move (Poisson counts, so that what is known of it stays a Gamma distribution): with shape a and U units where the curve
says M, the factor is (a + U) / (a + M). What it will sell is then a negative binomial distribution.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from weft.demand.forecast import LEVELS, Backtest, Forecast
from weft.demand.series import Flags, Floats

NEW_DAYS: Final = 56
"""For how long after its first sale a product is new."""
FEWEST: Final = 3
_MOST: Final = 40
_PRICE_SPREAD: Final = 0.7
_SMOOTH: Final = 14
_LEAST_SHAPE, _MOST_SHAPE = 0.3, 20.0
_PATHS: Final = 400
_SAME_CATEGORY, _SAME_BRANCH, _ATTRIBUTES = 1.0, 0.4, 0.6


@dataclass(frozen=True, slots=True)
class Traits:
    """What a product is like: its category as a path (`A > B`), its price in minor units, its attributes in words."""

    category: str = ""
    price: float | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Launch:
    """How a product began: units by day since its first sale, which of these days are known, and what it is like."""

    product: str
    traits: Traits
    sold: Floats
    known: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """What products like one sold by day since their first sale, how they differ (the shape of a Gamma), and which they are."""

    daily: Floats
    shape: float
    like: tuple[tuple[str, float], ...]


def likeness(one: Traits, other: Traits) -> float:
    """How alike two products are, from 0 to 1: by category, by price (a ratio), by attributes that they share."""
    own, its = one.category.split(" > ") if one.category else [], other.category.split(" > ") if other.category else []
    if own and its:
        shared = next((at for at, (a, b) in enumerate(zip(own, its, strict=False)) if a != b), min(len(own), len(its)))
        kind = _SAME_CATEGORY if own == its else _SAME_BRANCH * shared / max(len(own), len(its))
    else:
        kind = 0.2
    priced = one.price and other.price and one.price > 0 and other.price > 0
    near = (
        math.exp(-abs(math.log(one.price / other.price)) / _PRICE_SPREAD)
        if priced and one.price and other.price
        else 0.5
    )
    names = set(one.attributes) | set(other.attributes)
    same = sum(one.attributes.get(name) == other.attributes.get(name) for name in names) / len(names) if names else 0.5
    return kind * near * (1.0 - _ATTRIBUTES + _ATTRIBUTES * same)


def curve(traits: Traits, launches: Sequence[Launch], days: int) -> Curve | None:
    """The curve of the launches that are most like a product, for so many days; None where fewer than three are like it at all."""
    ranked = sorted(
        ((likeness(traits, one.traits), one) for one in launches), key=lambda pair: (-pair[0], pair[1].product)
    )
    near = [(weight, one) for weight, one in ranked[:_MOST] if weight > 0]
    if len(near) < FEWEST:
        return None
    weights = np.array([weight for weight, _ in near])
    sold, known = np.zeros((len(near), days)), np.zeros((len(near), days), bool)
    for row, (_, one) in enumerate(near):
        some = min(days, len(one.sold))
        sold[row, :some], known[row, :some] = np.maximum(one.sold[:some], 0.0), one.known[:some]
    told = (weights[:, None] * known).sum(axis=0)
    daily = (weights[:, None] * known * sold).sum(axis=0) / np.maximum(told, 1e-12)
    reached = int(np.flatnonzero(known.sum(axis=0) >= min(FEWEST, len(near)))[-1]) + 1 if known.any() else 0
    if not reached or daily[:reached].sum() <= 0:
        return None
    daily = _smoothed(daily[:reached])
    daily = np.concatenate([daily, np.full(days - reached, float(daily[-min(_SMOOTH * 2, reached) :].mean()))])
    like = tuple((one.product, round(float(weight), 3)) for weight, one in near[:5])
    return Curve(daily, _shape(sold, known, daily, weights), like)


def _smoothed(daily: Floats) -> Floats:
    """A mean over the days around each, fewer at the ends; the first day, on which something was sold for sure, counts as the next."""
    held = daily.copy()
    if len(held) > 1:
        held[0] = held[1 : _SMOOTH + 1].mean()
    window = min(_SMOOTH, len(held))
    ones = np.ones(window)
    return np.asarray(np.convolve(held, ones, "same") / np.convolve(np.ones(len(held)), ones, "same"))


def _shape(sold: Floats, known: Flags, daily: Floats, weights: Floats) -> float:
    """How alike the launches are: the shape of the Gamma that their factors come from, by its moments, Poisson noise taken out."""
    expected = (known * daily).sum(axis=1)
    there = expected > 0
    ratios = (sold * known).sum(axis=1)[there] / expected[there]
    share = weights[there] / weights[there].sum()
    mean = float(share @ ratios)
    variance = float(share @ (ratios - mean) ** 2) - float(share @ (mean / expected[there]))
    if mean <= 0 or variance <= 0:
        return _MOST_SHAPE
    return float(np.clip(mean**2 / variance, _LEAST_SHAPE, _MOST_SHAPE))


def forecast(
    found: Curve, sold: Floats, known: Flags, horizon: int, *, levels: Sequence[float] = LEVELS, seed: int = 7
) -> Forecast:
    """What a new product will sell in the next days: `sold` is what it sold by day since its first sale, empty before that.

    The first sale itself says only that it has begun, and does not move the factor. The curve must reach to the end of the horizon.
    """
    age = len(sold)
    since = known.copy()
    since[:1] = False
    units, expected = float(np.maximum(sold, 0.0)[since].sum()), float(found.daily[:age][since].sum())
    shape, rate = found.shape + units, found.shape + expected
    draw = np.random.default_rng(seed)
    factor = draw.gamma(shape, 1.0 / rate, _PATHS)
    daily = found.daily[age : age + horizon]
    if len(daily) < horizon:
        daily = np.concatenate([daily, np.full(horizon - len(daily), float(found.daily[-7:].mean()))])
    paths = draw.poisson(np.minimum(factor[:, None] * daily, 1e9)).astype(np.float32)
    quantiles = dict(zip(levels, np.quantile(paths, list(levels), axis=0).astype(np.float64), strict=True))
    return Forecast(daily * (shape / rate), quantiles, "new", "analogues", Backtest(), paths)
