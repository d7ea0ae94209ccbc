"""Many series beside each other as one matrix, so that a method goes over all of them in one pass."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np

from weft.demand.series import SEASONS, Flags, Floats, Frequency, Series, step

# How far back is looked, in steps: what lies before says little about next month, and costs as much.
REACH: Final[dict[Frequency, int]] = {"h": 1400, "D": 1100, "W": 540, "M": 300, "Q": 160, "Y": 80}
_IMPROBABLE: Final = 0.001
_FAR: Final = 10.0
_ENOUGH: Final = 10
# Numbers beyond these are no sales.
_LEAST: Final = 1e-9
_MOST: Final = 1e15


@dataclass(frozen=True, eq=False)
class Panel:
    """Series of one frequency, a row each, that all end in the last column.

    `sold` (n, T) is what methods learn from: nothing below zero, outliers cut to `caps`, 0 where `usable` (n, T) is False.
    `after` is the day after each. `price` (NaN where not known) and `promoted` have `beyond` more columns, which are planned.
    """

    freq: Frequency
    season: int
    sold: Floats
    usable: Flags
    after: tuple[date, ...]
    price: Floats
    promoted: Floats
    beyond: int

    def __len__(self) -> int:
        return len(self.sold)

    @property
    def steps(self) -> int:
        """How many columns there are."""
        return int(self.sold.shape[1])

    @cached_property
    def known(self) -> Floats:
        """How many steps of each row are usable."""
        return np.asarray(self.usable.sum(axis=1), np.float64)

    @cached_property
    def means(self) -> Floats:
        """The mean of each row over its usable steps."""
        return np.asarray(self.sold.sum(axis=1) / np.maximum(self.known, 1.0))

    @cached_property
    def filled(self) -> Floats:
        """What was sold, with what was sold a season before, or the row's mean, where it is not known."""
        whole = np.where(self.usable, self.sold, np.nan)
        for start in range(self.season, self.steps, self.season):
            block = whole[:, start : start + self.season]
            before = whole[:, start - self.season : start][:, : block.shape[1]]
            np.copyto(block, before, where=np.isnan(block))
        return np.where(np.isnan(whole), self.means[:, None], whole)

    def until(self, left_out: int) -> "Panel":
        """The panel as it was so many steps ago."""
        if left_out <= 0:
            return self
        end = self.steps - left_out
        moved = {day: step(day, self.freq, -left_out) for day in set(self.after)}
        return replace(
            self,
            sold=self.sold[:, :end],
            usable=self.usable[:, :end],
            after=tuple(moved[day] for day in self.after),
            beyond=self.beyond + left_out,
        )

    def rows(self, places: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> "Panel":
        """The panel of some rows."""
        return replace(
            self,
            sold=self.sold[places],
            usable=self.usable[places],
            after=tuple(self.after[place] for place in places),
            price=self.price[places],
            promoted=self.promoted[places],
        )


def panel(series: Sequence[Series], horizon: int, season: int | None = None) -> Panel:
    """The panel of series of one frequency; raises ValueError where they have several or there are none."""
    kinds = {one.freq for one in series}
    if len(kinds) != 1:
        raise ValueError("a panel needs series, all of one frequency")
    freq = kinds.pop()
    width = max(1, min(max(len(one) for one in series), REACH[freq]))
    sold, usable = np.zeros((len(series), width)), np.zeros((len(series), width), bool)
    price: Floats = np.full((len(series), width + horizon), np.nan)
    promoted = np.zeros((len(series), width + horizon))
    for row, one in enumerate(series):
        count = min(len(one), width)
        if not count:
            continue
        numbers = one.sold[-count:]
        finite = np.isfinite(numbers)
        usable[row, width - count :] = one.known[-count:] & finite
        sold[row, width - count :] = np.where(finite & (numbers > _LEAST), np.minimum(numbers, _MOST), 0.0)
        _beside(price[row], one.price, len(one), count, horizon)
        _beside(promoted[row], one.promoted, len(one), count, horizon)
    usable &= ~_unborn(sold, usable)
    sold = np.minimum(sold, _caps(sold, usable)[:, None]) * usable
    after = tuple(one.after for one in series)
    return Panel(freq, season or SEASONS[freq], sold, usable, after, price, promoted, horizon)


def _beside(row: Floats, given: "Floats | Flags | None", length: int, count: int, horizon: int) -> None:
    """Put what is known beside a series into its row, which ends `horizon` steps after the series."""
    if given is None:
        return
    part = np.asarray(given[length - count : length + horizon], np.float64)
    start = len(row) - horizon - count
    row[start : start + len(part)] = np.where(np.abs(part) <= _MOST, part, np.nan)


def _unborn(sold: Floats, usable: Flags) -> Flags:
    """Steps before the first sale, where so many without one would have been a wonder: there was nothing to sell yet."""
    sales = (sold > 0) & usable
    begun = np.logical_or.accumulate(sales, axis=1)
    before = usable & ~begun
    waited = before.sum(axis=1)
    living = (usable & begun).sum(axis=1)
    often = np.clip(sales.sum(axis=1) / np.maximum(living, 1), 0.0, 1.0 - 1e-9)
    wonder = (waited * np.log1p(-often) < np.log(_IMPROBABLE)) & sales.any(axis=1)
    return np.asarray(before & wonder[:, None])


def _caps(sold: Floats, usable: Flags) -> Floats:
    """The most that a step may count, by row: far above what is usual, and above what comes every now and then."""
    caps = np.full(len(sold), np.inf)
    for row in range(len(sold)):
        sales = sold[row][usable[row] & (sold[row] > 0)]
        if len(sales) < 4:
            continue
        logs = np.log(sales)
        middle = float(np.median(logs))
        wide = 1.4826 * float(np.median(np.abs(logs - middle)))
        usual = np.exp(middle + max(np.log(_FAR), min(4.5 * wide, 20.0)))
        often = 3.0 * np.partition(sales, -3)[-3] if len(sales) >= _ENOUGH else np.inf
        caps[row] = min(usual, max(often, np.exp(middle)))
    return caps


def scales(whole: Panel) -> tuple[Floats, Floats]:
    """Mean absolute and root mean squared change from a season ago, by row: what errors are measured by; never zero."""
    lag = whole.season if whole.steps > whole.season else 1
    both = whole.usable[:, lag:] & whole.usable[:, :-lag]
    change = np.where(both, whole.sold[:, lag:] - whole.sold[:, :-lag], 0.0)
    count = np.maximum(both.sum(axis=1), 1)
    absolute, squared = np.abs(change).sum(axis=1) / count, np.sqrt(np.square(change).sum(axis=1) / count)
    spare = np.where(whole.means > 0, whole.means, 1.0)
    low = 0.01 * spare
    return np.where(absolute > low, absolute, spare), np.where(squared > low, squared, spare)
