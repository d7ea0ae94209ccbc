"""Demand that comes now and then: Croston's method, SBA and TSB, over all rows at once."""

from typing import Final

import numpy as np

from weft.demand.series import Flags, Floats

_ALPHAS: Final = (0.05, 0.1, 0.2, 0.3)
_PAIRS: Final = tuple((size, often) for size in (0.05, 0.1, 0.2) for often in (0.02, 0.05, 0.1, 0.2))


def croston(values: Floats, usable: Flags, *, corrected: bool) -> Floats:
    """What is wanted a step: the smoothed size of a sale by the smoothed time between two (Croston, 1972).

    Where `corrected`, less half the weight of the newest: SBA (Syntetos and Boylan, 2005). The weight is the one
    that told each row's next steps best.
    """
    alpha = np.array(_ALPHAS)
    size, gap = _first(values, usable, len(alpha))
    since = np.ones((len(values), 1))
    errors = np.zeros_like(size)
    factor = 1 - alpha / 2 if corrected else np.ones_like(alpha)
    for step in range(values.shape[1]):
        used = usable[:, step, None]
        now = values[:, step, None]
        errors += np.where(used, np.square(now - factor * size / gap), 0.0)
        sale = used & (now > 0)
        size = np.where(sale, size + alpha * (now - size), size)
        gap = np.where(sale, gap + alpha * (since - gap), gap)
        since = np.where(sale, 1.0, since + used)
    best = errors.argmin(axis=1)
    rows = np.arange(len(values))
    return np.asarray(factor[best] * size[rows, best] / gap[rows, best])


def tsb(values: Floats, usable: Flags) -> Floats:
    """What is wanted a step: the smoothed size of a sale times the smoothed chance of one, which falls while nothing is sold
    (Teunter, Syntetos and Babai, 2011), with the weights that told each row's next steps best."""
    alpha, beta = (np.array([pair[place] for pair in _PAIRS]) for place in (0, 1))
    size, gap = _first(values, usable, len(alpha))
    chance, errors = 1.0 / gap, np.zeros_like(size)
    for step in range(values.shape[1]):
        used = usable[:, step, None]
        now = values[:, step, None]
        errors += np.where(used, np.square(now - chance * size), 0.0)
        sale = used & (now > 0)
        size = np.where(sale, size + alpha * (now - size), size)
        chance = np.where(used, chance + beta * (sale - chance), chance)
    best = errors.argmin(axis=1)
    rows = np.arange(len(values))
    return np.asarray(chance[rows, best] * size[rows, best])


def _first(values: Floats, usable: Flags, copies: int) -> tuple[Floats, Floats]:
    """The mean size of the first few sales of each row, and the mean time between its sales (at least 1), `copies` times."""
    sales = usable & (values > 0)
    early = sales & (np.cumsum(sales, axis=1) <= 4)
    size = np.where(early, values, 0.0).sum(axis=1) / np.maximum(early.sum(axis=1), 1)
    gap = np.maximum(usable.sum(axis=1) / np.maximum(sales.sum(axis=1), 1), 1.0)
    return np.repeat(size[:, None], copies, axis=1), np.repeat(gap[:, None], copies, axis=1)
