"""What was sold of one thing, step by step in time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Frequency = Literal["h", "D", "W", "M", "Q", "Y"]
# How many steps a season has: hours of a day, days of a week, weeks, months and quarters of a year.
SEASONS: Final[dict[Frequency, int]] = {"h": 24, "D": 7, "W": 52, "M": 12, "Q": 4, "Y": 1}
_MONTHS: Final[dict[Frequency, int]] = {"M": 1, "Q": 3, "Y": 12}


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """What was sold of one thing at each step from `start` on; raises ValueError where lengths differ.

    `sold` is in units (or money), one number a step; what came back may make it negative. `known` is False at steps whose sales
    say nothing about demand: the thing was out of stock, or the shop closed. `price` and `promoted` may reach beyond
    `sold`: what is planned. A number that is not finite is taken as not known.
    """

    start: date
    freq: Frequency
    sold: Floats
    known: Flags
    price: Floats | None = None
    promoted: Flags | None = None

    def __post_init__(self) -> None:
        if self.freq not in SEASONS:
            raise ValueError(f"there is no frequency {self.freq!r}; there are {', '.join(SEASONS)}")
        if self.sold.ndim != 1 or self.sold.shape != self.known.shape:
            raise ValueError("`sold` and `known` must have one number for each step, and the same steps")
        for name, beside in (("price", self.price), ("promoted", self.promoted)):
            if beside is not None and (beside.ndim != 1 or len(beside) < len(self.sold)):
                raise ValueError(f"`{name}` must have one number for each step of `sold` at least")

    @classmethod
    def of(cls, start: date, freq: Frequency, sold: "Floats | list[float]") -> "Series":
        """A series of which every step is known."""
        numbers = np.asarray(sold, np.float64)
        return cls(start, freq, numbers, np.isfinite(numbers))

    def __len__(self) -> int:
        return len(self.sold)

    @property
    def after(self) -> date:
        """The day on which the first step begins that is not in the series."""
        return step(self.start, self.freq, len(self.sold))

    def days(self, beyond: int = 0) -> Iterator[date]:
        """The day on which each step begins, and each of `beyond` steps after the last."""
        return (step(self.start, self.freq, number) for number in range(len(self.sold) + beyond))


def step(start: date, freq: Frequency, number: int) -> date:
    """The day on which the step begins that is `number` steps after the one that begins on `start`."""
    if freq in _MONTHS:
        months = start.year * 12 + start.month - 1 + number * _MONTHS[freq]
        return date(min(max(months // 12, 1), 9999), months % 12 + 1, 1)
    hours = number * {"h": 1, "D": 24, "W": 168}[freq]
    try:
        return start + timedelta(hours=hours)
    except OverflowError:
        return date.max if hours > 0 else date.min
