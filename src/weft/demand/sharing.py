"""A forecast of a whole divided among its parts, so that they sum to it in every course that demand may take.

What the whole will sell is divided as a multinomial of shares that are themselves not sure (a Dirichlet distribution whose weights are
what each part sold, old sales counting less): parts that sold little are uncertain, and none is left out.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from weft.demand.forecast import Backtest, Forecast, Paths
from weft.demand.series import Floats

HALF_LIFE: Final = 90.0
"""After how many days a sale says half as much of which part is bought."""
Part = tuple[str | None, str | None]
"""A variant by its SKU and a place by its name; None: all of them."""
_PRIOR: Final = 0.5
_MOST: Final = 300.0


def weights(units: Floats, days_ago: Floats) -> float:
    """What sales so many days ago say of a part's share: their units, halved with every half-life."""
    return float((units * 0.5 ** (days_ago / HALF_LIFE)).sum())


def parted(whole: Forecast, weighed: Sequence[float], seed: int = 7) -> list[Forecast]:
    """A forecast for each part, in their order, by what each weighs; they sum to the whole in each course and at each step."""
    if len(weighed) < 2:
        return [whole] * len(weighed)
    given = np.maximum(np.asarray(weighed, np.float64), 0.0)
    given *= min(_MOST / max(float(given.sum()), 1e-9), 1.0)
    alphas = given + _PRIOR / len(given)
    draw = np.random.default_rng(seed)
    shares = draw.dirichlet(alphas, len(whole.paths))
    mean_shares = alphas / alphas.sum()
    levels = list(whole.quantiles)
    return [
        replace(
            whole,
            mean=whole.mean * share,
            quantiles=dict(zip(levels, np.quantile(paths, levels, axis=0).astype(np.float64), strict=True)),
            backtest=Backtest(),
            paths=paths,
        )
        for share, paths in zip(mean_shares, _divided(whole.paths, shares, draw), strict=True)
    ]


def divided(whole: Forecast, weighed: Sequence[tuple[str, str, float]]) -> dict[Part, Forecast]:
    """A product's forecast divided by weights of (SKU, place): each of both together, each SKU, each place."""
    found: dict[Part, list[Forecast]] = {}
    for (sku, place, _), part in zip(weighed, parted(whole, [weight for *_, weight in weighed]), strict=True):
        for key in ((sku, place), (sku, None), (None, place)):
            found.setdefault(key, []).append(part)
    return {key: together(some) for key, some in found.items()}


def together(parts: Sequence[Forecast]) -> Forecast:
    """The sum of forecasts whose courses belong together, course by course."""
    if len(parts) == 1:
        return parts[0]
    paths = np.asarray(np.sum([one.paths for one in parts], axis=0), np.float32)
    levels = list(parts[0].quantiles)
    return replace(
        parts[0],
        mean=np.sum([one.mean for one in parts], axis=0),
        quantiles=dict(zip(levels, np.quantile(paths, levels, axis=0).astype(np.float64), strict=True)),
        backtest=Backtest(),
        paths=paths,
    )


def _divided(paths: Paths, shares: Floats, draw: np.random.Generator) -> list[Paths]:
    """Courses divided piece by piece; what is no whole piece goes to one part as a whole."""
    pieces = np.floor(paths).astype(np.int64)
    rest = paths - pieces
    left, remaining = pieces.copy(), np.ones(len(paths))
    last = shares.shape[1] - 1
    taker = (draw.random(paths.shape)[..., None] > np.cumsum(shares, axis=1)[:, None, :last]).sum(axis=2)
    found = []
    for part in range(last + 1):
        if part == last:
            taken = left
        else:
            chance = np.clip(shares[:, part] / np.maximum(remaining, 1e-12), 0.0, 1.0)
            taken = draw.binomial(left, chance[:, None])
            left, remaining = left - taken, remaining - shares[:, part]
        found.append((taken + np.where(taker == part, rest, 0.0)).astype(np.float32))
    return found
