"""Series of which a few pieces a week are counted: what chance makes of them, by a model of counts.

The rate at which a thing is counted, for each unit of what it could be counted on (orders of the shop, pieces sold), has a gamma
distribution learned from the weeks before, the older the less (a discounted Poisson-gamma model: West, Harrison and Migon, 1985),
begun at the rate that all the series have. What the next week or day holds is then a negative binomial, widened by how much further
off the past was than chance, the series' own past and that of all held together. How far in the tail a count lies is no chance
yet, for real counts have heavier tails than the model: the places in the tail that the past weeks of all series had tell how often
such a place comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc  # type: ignore[import-untyped]

Floats = NDArray[np.float64]
WEEK: Final = 7
_KEEPS: Final = 0.9
"""What a week counts beside the week after it."""
_PRIOR: Final = 0.3
_PRIOR_WEEKS: Final = 10.0
_FAR: Final = 16.0
_FEWEST_WEEKS: Final = 16
_FEW_A_WEEK: Final = 100.0
_STRATA: Final = 3
_PEAKS: Final = 0.02
"""The part of a long past that is peaks; of a short one as many as tell something, up to a part of it."""
_PEAKS_OF_FEW: Final = 0.5
_GRANTED: Final = 10.0
_FEWEST_PEAKS: Final = 40
_CENSORED: Final = 0.1
_LEAST_PLACE: Final = 1.0
"""How deep in the tail a count must lie to tell of tails: where nothing is counted most often, nothing says nothing."""


Kind = Literal["shop", "orders", "returns"]
"""What is counted: all orders of a shop, the orders with something, or the pieces that come back."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A series as counts a day, and on how much they could be counted each day; every kind has a tail of its own."""

    counts: Floats
    exposure: Floats
    kind: Kind = "orders"

    def at(self, exposure: Floats, days: int) -> "Counted":
        """The same with another exposure on the last days."""
        return replace(self, exposure=np.concatenate([self.exposure[:-days], exposure[-days:]]))


@dataclass(frozen=True, slots=True)
class Chances:
    """How often chance goes as far, of each series, and what was expected of each day of a period.

    `days` (series, days) are told of shops and where the period is shorter than a week, `weeks` (series, weeks) that end with it
    where it is not; NaN where too little is known.
    """

    days: Floats
    weeks: Floats
    expected: Floats


def few(counts: Floats) -> bool:
    """Whether so little is counted that its noise is that of counts."""
    there = np.flatnonzero(counts)
    return bool(len(there)) and float(counts[there[0] :].mean()) * WEEK < _FEW_A_WEEK


def chances(series: Sequence[Counted], days: int) -> Chances:
    """What chance makes of the last `days` days of the series, by all that came before."""
    counts = np.stack([one.counts for one in series]).astype(np.float64)
    exposure = np.stack([one.exposure for one in series]).astype(np.float64)
    weeks = counts.shape[1] // WEEK
    counts, exposure = (
        one[:, one.shape[1] - weeks * WEEK :].reshape(len(one), weeks, WEEK) for one in (counts, exposure)
    )
    shape, rate = _learned(counts.sum(axis=2), exposure.sum(axis=2))
    known = _known(counts.sum(axis=2))
    expected = exposure * rate[:, :, None]
    of_period = -(-days // WEEK)
    kinds = np.array([one.kind for one in series])
    single = _told(counts, expected, shape, known, of_period, kinds)[:, -days:]
    by_week, hoped = (one.sum(axis=2, keepdims=True) for one in (counts, expected))
    whole = _told(by_week, hoped, shape, known, of_period, kinds)[:, of_period - days // WEEK :]
    if days >= WEEK:
        single = np.where((kinds == "shop")[:, None], single, np.nan)
    return Chances(single, whole, expected.reshape(len(series), -1)[:, -days:])


def largest(pieces: Floats, expected: Floats, days: int) -> tuple[int, float] | None:
    """Of which series more was sold on one day of the period than of any other, and how often chance makes a week's largest so large.

    Sizes have a Pareto tail, so that of their logarithms is exponential; told by the largest of each week before. One test. None
    where nothing is known. `pieces` and `expected` are (series, days).
    """
    weeks = pieces.shape[1] // WEEK
    start = pieces.shape[1] - weeks * WEEK
    size = np.log1p(pieces[:, start:] / (1.0 + expected[:, start:]))
    of_week = size.max(axis=0).reshape(weeks, WEEK).max(axis=1)
    of_period = -(-days // WEEK)
    past = of_week[_FEWEST_WEEKS:-of_period]
    if len(past) < _FEWEST_WEEKS:
        return None
    now = size[:, -days:]
    chance = _peaks(past, of_model=False).tail(np.array([now.max()]), 0.0)[0] * of_period
    return int(now.max(axis=1).argmax()), float(min(chance, 1.0))


def _known(weekly: Floats) -> NDArray[np.bool_]:
    """The weeks before which a series has been there long enough: a third of all there are, if these are few."""
    weeks = np.arange(weekly.shape[1])
    first = np.where((weekly > 0).any(axis=1), (weekly > 0).argmax(axis=1), weekly.shape[1])
    return np.asarray(weeks[None, :] >= first[:, None] + min(_FEWEST_WEEKS, weekly.shape[1] // 3))


def _told(
    counts: Floats, expected: Floats, shape: Floats, known: NDArray[np.bool_], weeks: int, kinds: NDArray[Any]
) -> Floats:
    """Two-sided chances of what the last weeks hold, flat, by where all the weeks before lay in series of the same kind."""
    high, low = _places(counts, expected, shape, known & (expected.sum(axis=2) > 0))
    found = np.full((len(counts), weeks * counts.shape[2]), np.nan)
    for kind in np.unique(kinds):
        mine = kinds == kind
        sides = [_pooled(side[mine], expected[mine], weeks) for side in (high, low)]
        there = ~np.isnan(high[mine, -weeks:]).reshape(sides[0].shape)
        found[mine] = np.where(there, np.minimum(2 * np.minimum(*sides), 1.0), np.nan)
    return found


def _pooled(places: Floats, expected: Floats, weeks: int) -> Floats:
    """How often a place as deep comes, told by the past places of all series of which about as much is expected."""
    past, hoped = (one[:, :-weeks][~np.isnan(places[:, :-weeks])] for one in (places, expected))
    now = places[:, -weeks:].reshape(len(places), -1)
    cuts = np.quantile(hoped, [part / _STRATA for part in range(1, _STRATA)]) if len(hoped) else np.zeros(0)
    strata = [_peaks(past[np.digitize(hoped, cuts) == at], of_model=True) for at in range(_STRATA)]
    shape = _shape(np.concatenate([one.over / one.mean for one in strata]))
    mine = np.digitize(expected[:, -weeks:].reshape(now.shape), cuts)
    return np.asarray(np.select([mine == at for at in range(_STRATA)], [one.tail(now, shape) for one in strata]))


@dataclass(frozen=True, slots=True)
class _Peaks:
    """What lies over a threshold, in rising order, of a past of some length; `granted` as many more are of mean 1."""

    threshold: float
    over: Floats
    length: int
    granted: float

    @property
    def mean(self) -> float:
        """How far over the threshold the peaks lie."""
        number = len(self.over) + self.granted
        return float((self.over.sum() + self.granted) / number) if number else 1.0

    def tail(self, now: Floats, shape: float) -> Floats:
        """How often a value comes that is as high: k peaks of sum S tell of the next that it lies x higher by (S / (S + x))^k.

        That holds of exponential peaks, which those of a generalized Pareto tail of a `shape` are after a logarithm.
        """
        if len(self.over) + self.granted < _FEWEST_PEAKS / 4:
            return np.ones_like(now)
        straight, over = (
            np.log1p(shape * one) / shape if shape > 0 else one
            for one in (self.over / self.mean, np.maximum(now - self.threshold, 0.0) / self.mean)
        )
        # What was unusual before stands among the largest.
        kept = len(straight) - int(len(straight) * _CENSORED)
        total = float(np.minimum(straight, straight[kept - 1]).sum() if kept else 0.0) + self.granted / self.mean
        beyond = (total / (total + over)) ** (kept + self.granted)
        share = (len(straight) + 1) / (self.length + 1)
        return np.asarray(np.where(now > self.threshold, share * beyond, 1.0))


def _peaks(past: Floats, *, of_model: bool) -> _Peaks:
    """The peaks of a past; places `of_model` are exponential of mean 1 where the model is right: some such are taken for granted."""
    depth = max(_PEAKS, min(_PEAKS_OF_FEW, _FEWEST_PEAKS / max(len(past), 1)))
    threshold = float(np.quantile(past, 1 - depth)) if len(past) else 0.0
    threshold = max(threshold, _LEAST_PLACE) if of_model else threshold
    return _Peaks(threshold, np.sort(past[past > threshold]) - threshold, len(past), _GRANTED if of_model else 0.0)


def _shape(peaks: Floats) -> float:
    """How much heavier than exponential a tail is, by the quartiles of its peaks: 0 where it is not, or where they are few."""
    if len(peaks) < _FEWEST_PEAKS:
        return 0.0
    middle, upper = np.quantile(peaks, (0.5, 0.75))
    return float(np.clip(np.log2(max(upper - middle, 1e-9) / max(middle, 1e-9)), 0.0, 1.0))


def _learned(y: Floats, e: Floats) -> tuple[Floats, Floats]:
    """The shape of what is known of the rate before each week, and its mean, (series, weeks)."""
    overall = max(float(y.sum() / max(e.sum(), 1e-9)), 1e-9)
    shape, scale = np.full_like(y, _PRIOR), np.full_like(y, _PRIOR / overall)
    seen, looked = np.zeros(len(y)), np.zeros(len(y))
    for week in range(1, y.shape[1]):
        # One enormous week must not tell of all that follow.
        usual = shape[:, week - 1] / scale[:, week - 1] * e[:, week - 1]
        held = np.minimum(y[:, week - 1], usual + 4 * np.sqrt(usual) + 4)
        seen, looked = _KEEPS * seen + held, _KEEPS * looked + e[:, week - 1]
        shape[:, week], scale[:, week] = _PRIOR + seen, _PRIOR / overall + looked
    return shape, shape / scale


def _places(y: Floats, mean: Floats, shape: Floats, known: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """How deep counts lie in the upper and the lower tail of a negative binomial, as minus logarithms; NaN where not known.

    It has the mean and at least the spread that the shape gives.
    """
    mean = np.maximum(mean, 1e-9)
    spread = mean + mean**2 / shape[:, :, None]
    wide = _wider(np.minimum((y - mean) ** 2 / spread, _FAR), known)
    spread = np.maximum(spread * wide[:, :, None], mean * 1.000001)
    size = mean**2 / (spread - mean)
    share = mean / (mean + size)
    at_least = np.where(y > 0, betainc(np.maximum(y, 1e-9), size, share), 1.0)
    middle = (at_least + betainc(np.maximum(y, 0.0) + 1.0, size, share)) / 2
    known = np.broadcast_to(known[:, :, None], y.shape)
    high, low = (np.where(known, -np.log(np.clip(one, 1e-300, 1.0)), np.nan) for one in (middle, 1 - middle))
    return high, low


def _wider(off: Floats, known: NDArray[np.bool_]) -> Floats:
    """How many times wider than the model the weeks before each week were, of each series held together with all."""
    there = np.where(known[:, :, None], off, 0.0).sum(axis=2)
    number = known * off.shape[2]
    before, counted = (np.cumsum(one, axis=1) - one for one in (there, number))
    everywhere = there[:, :-1].sum() / max(number[:, :-1].sum(), 1)
    prior = _PRIOR_WEEKS * off.shape[2]
    return np.asarray(np.maximum((before + prior * everywhere) / (counted + prior), 1.0))
