"""What was sold read as what was wanted: days far above all others, and runs of days without a sale that chance does not make.

A run of days without a sale says that a product could not be had where it is improbable under the product's own rate: with h the
rate at which days with a sale come, a run has the probability exp(-h · pace), the pace being how busy the business was on its days.
"""

import itertools
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_FEWEST_OTHERS: Final = 3
_FEWEST_UNITS: Final = 10.0
_SPREADS: Final = 5.0
_LEAST_SPREAD: Final = 0.45
_TIMES_NEXT: Final = 3.0
_AROUND: Final = 28
_WINDOW: Final = 56
_LEAST_WINDOW: Final = 21
_SHORTEST: Final = 4
_LONGEST: Final = 75
_SHORTEST_OUT: Final = 3
_FEWEST_SALES: Final = 5
_FALSE_ALARM: Final = 0.01
_LONGER: Final = 1.5


@dataclass(frozen=True, slots=True)
class Outlier:
    """A day that sold far more than all days around it: its place, its units, and as how many it is counted."""

    place: int
    units: float
    counted: float


@dataclass(frozen=True, slots=True)
class Run:
    """Days in a row, the first and the last by place, and how probable it is that they have no sale by chance."""

    first: int
    last: int
    probability: float

    @property
    def length(self) -> int:
        """How many days it has."""
        return self.last - self.first + 1


def outliers(sold: Floats) -> list[Outlier]:
    """The days that sold far more than a product ordinarily does, and far more than the days around them.

    Such a day is five robust deviations (of the logarithms, Iglewicz and Hoaglin, 1993) above the median day with a sale, and three
    times what all but one of the days around it sold; it is counted as these.
    """
    places = np.flatnonzero(sold > 0)
    if len(places) <= _FEWEST_OTHERS:
        return []
    logs = np.log(sold[places])
    middle = float(np.median(logs))
    spread = max(1.4826 * float(np.median(np.abs(logs - middle))), _LEAST_SPREAD)
    limit = max(float(np.exp(min(middle + _SPREADS * spread, 700.0))), _FEWEST_UNITS)
    found = []
    for place in places[sold[places] > limit].tolist():
        usual = max(_next_largest(sold, place), float(np.exp(middle)))
        if sold[place] > _TIMES_NEXT * usual:
            found.append(Outlier(place, float(sold[place]), usual))
    return found


def _next_largest(sold: Floats, place: int) -> float:
    """The second largest of the other days around a day: two days of one event do not hide each other."""
    around = sold[max(place - _AROUND, 0) : place + _AROUND + 1]
    return float(np.sort(around)[-3]) if len(around) > 2 else 0.0


def tamed(sold: Floats, found: list[Outlier]) -> Floats:
    """The series with its outliers counted as what is usual."""
    if not found:
        return sold
    held = sold.copy()
    for one in found:
        held[one.place] = one.counted
    return held


def weekly_pace(sold: Floats, start_weekday: int) -> Floats:
    """How busy a business usually is on the weekday of each day, the mean day being 1; Monday is weekday 0."""
    weekdays = (np.arange(len(sold)) + start_weekday) % 7
    open_days = np.array(
        [float(np.mean(sold[weekdays == day] > 0)) if (weekdays == day).any() else 0.0 for day in range(7)]
    )
    # A weekday with a sale now and then is one on which the business is closed.
    open_days[open_days < 0.1 * open_days.max(initial=0.0)] = 0.0
    pace = open_days[weekdays]
    mean = float(pace.mean()) if len(pace) else 0.0
    return pace / mean if mean > 0 else np.ones(len(sold))


def improbable_runs(sold: Floats, pace: Floats, known: Flags | None = None, *, trailing: bool = False) -> list[Run]:
    """The runs of days without a sale that chance does not make under the rate around them; days that are not known do not count.

    `pace` is how busy the business was on each day, 1 being usual. The lower of the rates before and behind a run is taken, so that a
    season or a decline is none; and a run must be longer than half as long again as every other around it. With `trailing` a run that
    lasts to the end is judged by the rate before it.
    """
    counts = pace if known is None else np.where(known, pace, 0.0)
    there = np.flatnonzero(sold > 0)
    if len(there) < 2:
        return []
    runs = [Run(int(a) + 1, int(b) - 1, 1.0) for a, b in itertools.pairwise(there) if b - a > 1]
    if trailing and there[-1] < len(sold) - 1:
        runs.append(Run(int(there[-1]) + 1, len(sold) - 1, 1.0))
    lengths = np.array([float(counts[run.first : run.last + 1].sum()) for run in runs])
    found = []
    chances = max(len(there), 1)
    for at in np.flatnonzero((lengths >= _SHORTEST) & (lengths <= _LONGEST)).tolist():
        run = runs[at]
        rate = _rate_around(sold, counts, run)
        probability = float(np.exp(-rate * lengths[at])) if rate > 0 else 1.0
        if probability * chances < _FALSE_ALARM and lengths[at] > _LONGER * _longest_other(runs, lengths, at):
            found.append(Run(run.first, run.last, probability))
    return found


def sold_out(sold: Floats) -> int | None:
    """From which place on the days of something that is out of stock now say nothing about demand; None where all of them do.

    When it ran out is not known. The last sale is where, at the earliest: days up to a sale alone hold too many sales for their number, so
    one usual gap more belongs to them. Of a few sales nothing can be told, and a silence of many weeks may as well be the end of demand.
    """
    there = np.flatnonzero(sold > 0)
    if len(there) < _FEWEST_SALES or not _SHORTEST_OUT <= len(sold) - 1 - int(there[-1]) <= _LONGEST:
        return None
    first = int(there[-1]) + 1 + round(float(there[-1] - there[0]) / (len(there) - 1))
    return first if first < len(sold) else None


def _rate_around(sold: Floats, counts: Floats, run: Run) -> float:
    """At which rate days with a sale come before a run, behind it and in all else, per day of usual pace: the lowest.

    The sales beside a run, which make it one, do not count. 0 where too little is known around it.
    """
    before, behind = (max(run.first - 1 - _WINDOW, 0), run.first - 1), (run.last + 2, run.last + 2 + _WINDOW)
    rates = []
    for first, last in (before, behind) if run.last < len(sold) - 1 else (before,):
        busy, days = float(counts[first:last].sum()), int((sold[first:last] > 0).sum())
        if busy < _LEAST_WINDOW or days < _FEWEST_SALES:
            return 0.0
        rates.append(_rate(days, busy))
    whole = float(counts.sum() - counts[run.first : run.last + 1].sum())
    return min(*rates, _rate(int((sold > 0).sum()) - 2, whole)) if whole > 0 else 0.0


def _rate(days: int, busy: float) -> float:
    """The rate of which this many days with a sale in days of so much pace speak, no day having more than one."""
    return -float(np.log1p(-min(days / busy, 1.0 - 0.5 / max(busy, 1.0)))) if busy > 0 else 0.0


def _longest_other(runs: list[Run], lengths: Floats, at: int) -> float:
    """The longest other run nearby; the second longest, where there are enough to tell: a product may run out twice."""
    run = runs[at]
    near = [
        float(lengths[place])
        for place in range(max(at - 60, 0), min(at + 61, len(runs)))
        if place != at and runs[place].last >= run.first - 180 and runs[place].first <= run.last + 180
    ]
    near.sort()
    return near[-2] if len(near) >= 8 else near[-1] if near else 0.0
