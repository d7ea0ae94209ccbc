"""What many take: popularity that fades with time, and what is taken more of late than before."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weft.index.affinity.histories import Histories

HALF_LIVES = (7.0, 30.0, 90.0, 100_000.0)
"""In how many days popularity fades to a half; the last is never."""
_LATELY = (7.0, 14.0, 28.0, 90.0)
_ENOUGH = 200


def popularity(histories: Histories, half_life: float) -> NDArray[np.float32]:
    """How much each product was taken, what is old counting less, by place."""
    age = histories.at.max(initial=0.0) - histories.at
    worth = histories.weight * np.exp2(-age / half_life)
    return np.bincount(histories.product, worth, minlength=len(histories.products)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Trend:
    """How often each product was taken in the last `days`, and in as many before."""

    days: float
    lately: NDArray[np.int32]
    before: NDArray[np.int32]

    def scores(self) -> NDArray[np.float32]:
        """How much more than before: the growth in units of its own chance, what is seldom taken counting little."""
        grown = (self.lately - self.before) / np.sqrt(self.lately + self.before + 1.0)
        return np.where(self.lately > 0, np.maximum(grown, 0.0) + 0.05 * np.sqrt(self.lately), 0.0).astype(np.float32)


def trend(histories: Histories) -> Trend:
    """The trend over as many days as have enough events, a week at least."""
    count = len(histories.products)
    latest = histories.at.max(initial=0.0)
    age = latest - histories.at
    days = next((one for one in _LATELY if int((age < one).sum()) >= _ENOUGH), _LATELY[-1])
    lately = np.bincount(histories.product[age < days], minlength=count)
    before = np.bincount(histories.product[(age >= days) & (age < 2 * days)], minlength=count)
    return Trend(days, lately.astype(np.int32), before.astype(np.int32))
