"""What comes back every season: profiles, tests for them, and series without them."""

from typing import Final

import numpy as np

from weft.demand.panel import Panel
from weft.demand.series import Flags, Floats

_Z: Final = 1.645
_CLOSED: Final = 0.005
_WONDER: Final = 0.001


def phases(steps: int, season: int, ahead: int = 0) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """The place in the season of each step, and of so many ahead; the last known step is in place `season` - 1."""
    return (np.arange(steps + ahead) - steps) % season


def centered(values: Floats, season: int) -> Floats:
    """Means of a season around each step (half of both ends where the season is even), NaN where a half season lacks."""
    rows, steps = values.shape
    found = np.full((rows, steps), np.nan)
    weights = np.full(season + 1 - season % 2, 1.0 / season)
    if season % 2 == 0:
        weights[[0, -1]] /= 2
    half = len(weights) // 2
    if steps < len(weights):
        return found
    sums = np.zeros((rows, steps - 2 * half))
    for place, weight in enumerate(weights):
        sums += weight * values[:, place : place + steps - 2 * half]
    found[:, half : steps - half] = sums
    return found


def correlated(values: Floats, usable: Flags, season: int) -> Flags:
    """Whether each row's autocorrelation a season apart is above what chance gives in 90 of 100 (the test of the M4 competition)."""
    count = usable.sum(axis=1)
    if season < 2:
        return np.zeros(len(values), bool)
    middle = np.where(usable, values, 0.0).sum(axis=1) / np.maximum(count, 1)
    off = np.where(usable, values - middle[:, None], 0.0)
    whole = np.maximum(np.square(off).sum(axis=1), 1e-300)
    rho = np.array([(off[:, lag:] * off[:, :-lag]).sum(axis=1) / whole for lag in range(1, season + 1)])
    limit = _Z * np.sqrt((1 + 2 * np.square(rho[:-1]).sum(axis=0)) / np.maximum(count, 1))
    return np.asarray((np.abs(rho[-1]) > limit) & (count >= 3 * season))


def classical(values: Floats, season: int) -> Floats:
    """Multiplicative indices by ratio to the centered mean (n, season), in the order of `phases`; 1 where nothing can be said."""
    middle = centered(values, season)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(middle > 0, values / middle, np.nan)
    places = phases(values.shape[1], season)
    found = np.ones((len(values), season))
    for place in range(season):
        there = ratio[:, places == place]
        told = np.isfinite(there)
        sums = np.where(told, there, 0.0).sum(axis=1)
        found[:, place] = np.where(told.any(axis=1), sums / np.maximum(told.sum(axis=1), 1), 1.0)
    whole = found.mean(axis=1, keepdims=True)
    return np.asarray(np.where(whole > 0, found / np.where(whole > 0, whole, 1.0), 1.0))


def profile(whole: Panel, season: int, trust: float) -> Floats:
    """What share of its mean each row sells at each place of the season (n, season), drawn towards what all rows do.

    `trust` is how many seasons of its own a row needs to count as much as all the others together.
    """
    places = phases(whole.steps, season)
    means = whole.means
    sums, counts = np.zeros((len(whole), season)), np.zeros((len(whole), season))
    for place in range(season):
        sums[:, place] = whole.sold[:, places == place].sum(axis=1)
        counts[:, place] = whole.usable[:, places == place].sum(axis=1)
    living = means > 0
    scaled = np.where(living[:, None], sums / np.where(living, means, 1.0)[:, None], 0.0)
    together = (scaled.sum(axis=0) + 1e-9) / (counts[living].sum(axis=0) + 1e-9) if living.any() else np.ones(season)
    together = together / max(together.mean(), 1e-12)
    # A row alone is no crowd: then nothing is known of what all do but that it is even.
    if living.sum() < 5:
        together = np.where(together < _CLOSED, together, 1.0)
    own = (scaled + trust * together) / (counts + trust)
    # A place at which a row never sold, though it sells at most others, is one at which it is closed.
    often = (whole.sold > 0).sum(axis=1) / np.maximum(whole.known, 1.0)
    own[(sums == 0) & (counts * np.log1p(-np.clip(often, 0.0, 0.999))[:, None] < np.log(_WONDER))] = 0.0
    return np.asarray(own / np.maximum(own.mean(axis=1, keepdims=True), 1e-12))


def yearly(whole: Panel, season: int) -> Floats:
    """Indices of a year's steps (n, season) by ratio to the centered mean, smoothed over neighbors and drawn towards all rows'."""
    indices = classical(whole.filled, season)
    indices = np.clip(indices, 0.05, 20.0)
    living = whole.means > 0
    together = np.exp(np.log(indices[living]).mean(axis=0)) if living.sum() >= 20 else np.ones(season)
    seasons = np.minimum(whole.known / season, 6.0)[:, None]
    share = np.clip((seasons - 1.0) / (seasons + 0.5), 0.0, 1.0)
    mixed = np.exp(share * np.log(indices) + (1 - share) * np.log(together))
    return np.asarray(mixed / mixed.mean(axis=1, keepdims=True))


def closed(whole: Panel, horizon: int) -> Flags:
    """Steps ahead (n, horizon) at whose place of the day or week a row sells nothing ever."""
    if whole.freq not in ("h", "D") or whole.steps < 2 * whole.season:
        return np.zeros((len(whole), horizon), bool)
    shares = profile(whole, whole.season, 8.0)
    return np.asarray((shares < _CLOSED)[:, np.arange(horizon) % whole.season])
