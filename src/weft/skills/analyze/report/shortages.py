"""Products that could not be bought: by the history of their stock, or by a run of days without a sale that chance does not make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
PAST: Final = 56
"""Days of the past that tell how often a product sells."""
_FEWEST_DAYS: Final = 28
_FALSE_ALARMS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Shortage:
    """Days (as places in what was given) on which a product could not be bought, and how many would have been sold.

    `days` are those of the period, of which `units` tells; `run` counts the days from `first` to `last` on which the shop sold.
    """

    product: str
    first: int
    last: int
    days: int
    run: int
    known: bool
    units: float


def shortages(
    products: Sequence[str],
    sold: Counts,
    days: int,
    stock: Mapping[str, Sequence[int | None]],
    opened: NDArray[np.bool_],
) -> list[Shortage]:
    """Shortages among the last `days` days, those that cost most pieces first.

    `sold` (products, all days) counts pieces a day; `stock` holds, where it is known, what lay there at the end of each of all
    days; `opened` (all days) is false where the shop sold nothing at all: such a day says nothing of a product.
    """
    found = [
        one
        for at, product in enumerate(products)
        if product in stock
        for one in _by_stock(product, sold[at], days, stock[product], opened)
    ]
    told = {one.product for one in found}
    # A stock that is counted and was never empty explains no run; what lies there and does not sell is another matter.
    rest = [at for at, product in enumerate(products) if product not in told and product not in stock]
    found += _by_runs([products[at] for at in rest], sold[rest], days, opened)
    return sorted(found, key=lambda one: (-one.units, one.product))


def _by_stock(
    product: str, sold: Counts, days: int, stock: Sequence[int | None], opened: NDArray[np.bool_]
) -> list[Shortage]:
    """The stretches on which nothing was left, if the product sells at all while there is something."""
    empty = np.array([level is not None and level <= 0 for level in stock]) & (sold <= 0)
    rate = _rate(sold, ~empty & opened, len(sold) - days)
    missing = empty & opened
    missing[: len(sold) - days] = False
    if rate <= 0 or not missing.any():
        return []
    places = np.flatnonzero(missing)
    return [Shortage(product, int(places[0]), int(places[-1]), len(places), len(places), True, rate * len(places))]


def _rate(sold: Counts, able: NDArray[np.bool_], until: int) -> float:
    """Pieces a day over the last days on which it could be bought, before a day."""
    places = np.flatnonzero(able[:until])[-PAST:]
    if len(places) < _FEWEST_DAYS // 4:
        return 0.0
    return float(np.maximum(sold[places], 0).mean())


def _by_runs(products: Sequence[str], sold: Counts, days: int, opened: NDArray[np.bool_]) -> list[Shortage]:
    """Runs of days without a sale that reach into the period and are too long for chance, at a bounded rate of false ones."""
    candidates = [one for at, product in enumerate(products) if (one := _run(product, sold[at], days, opened))]
    if not candidates:
        return []
    # All products were looked at, though only some have such a run.
    candidates.sort(key=lambda one: one[0])
    passing = [
        rank for rank, (chance, _) in enumerate(candidates, 1) if chance <= _FALSE_ALARMS * rank / max(len(products), 1)
    ]
    return [one for _, one in candidates[: passing[-1]]] if passing else []


def _run(product: str, sold: Counts, days: int, opened: NDArray[np.bool_]) -> tuple[float, Shortage] | None:
    """The longest run without a sale that reaches into the period, with how often chance makes one of that length.

    Of n days before, z were without a sale: that r more follow has the chance Π (z + 1 + i) / (n + 2 + i), for a share of such
    days of which nothing else is known; it may begin on any day that the period and the run allow.
    """
    places = np.flatnonzero(opened)
    inside = places >= len(sold) - days
    quiet = sold[places] <= 0
    best: tuple[int, int] | None = None
    at = len(places)
    while at > 0 and inside[at - 1]:
        end = at
        while at > 0 and quiet[at - 1]:
            at -= 1
        if end > at and (best is None or end - at > best[1] - best[0]):
            best = (at, end)
        at -= 1
    if best is None:
        return None
    start, end = best
    before = quiet[max(0, start - PAST) : start]
    # Selling on hardly any day, a product says nothing by not selling.
    if len(before) < _FEWEST_DAYS or before.mean() > 0.9:
        return None
    without, known, length = int(before.sum()), len(before), end - start
    steps = np.arange(length)
    chance = float(np.exp(np.log((without + 1 + steps) / (known + 2 + steps)).sum())) * (days + length)
    rate = float(np.maximum(sold[places[max(0, start - PAST) : start]], 0).mean())
    lost = [place for place in places[start:end] if place >= len(sold) - days]
    shortage = Shortage(product, int(places[start]), int(places[end - 1]), len(lost), length, False, rate * len(lost))
    return min(chance, 1.0), shortage
