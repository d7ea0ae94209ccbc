"""How wrong forecasts would have been by the week: made as of some weeks ago, and laid beside what was sold since.

They are made by the same methods from what was known then alone, and judged beside a rule that everybody has: the same as last week.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from weft.demand.forecast import Forecast
from weft.demand.series import Floats, Series

LEAD: Final = 4
"""For how many weeks each of the forecasts of the past is."""
_CUTS: Final = 2
_LEAST_DAYS: Final = 28
_LOW, _HIGH = 0.1, 0.9


@dataclass(frozen=True, slots=True)
class Week:
    """One week of the past: its first day, what was sold, what would have been said, within which bounds, and what the rule says.

    Days that say nothing about demand count in none of these. Eight of ten weeks should lie within the bounds.
    """

    first: date
    sold: float
    said: float
    low: float
    high: float
    rule: float


def cuts(series: Series) -> list[int]:
    """Where in a daily series forecasts of the past begin, the earliest first: up to two, each with four weeks behind it."""
    places = [len(series) - 7 * LEAD * back for back in range(_CUTS, 0, -1)]
    begun = int(np.argmax(series.sold > 0)) if (series.sold > 0).any() else len(series)
    return [place for place in places if place - begun >= _LEAST_DAYS]


def as_of(series: Series, place: int) -> Series:
    """A series as it was known before a place."""
    return Series(
        series.start,
        series.freq,
        series.sold[:place],
        series.known[:place],
        None if series.price is None else series.price[:place],
        None if series.promoted is None else series.promoted[:place],
    )


def weeks(series: Series, place: int, said: Forecast) -> list[Week]:
    """The weeks behind a place, beside the forecast that was made there."""
    found = []
    for number in range(min(LEAD, (len(series) - place) // 7)):
        first, last = place + 7 * number, place + 7 * number + 7
        known = series.known[first:last]
        if not known.any():
            continue
        sums = said.paths[:, first - place : last - place][:, known].sum(axis=1)
        low, high = np.quantile(sums, (_LOW, _HIGH)).tolist()
        found.append(
            Week(
                series.start + timedelta(first),
                float(np.maximum(series.sold[first:last], 0.0)[known].sum()),
                float(said.mean[first - place : last - place][known].sum()),
                low,
                high,
                float(_last_week(series, place)[known].sum()),
            )
        )
    return found


def _last_week(series: Series, place: int) -> Floats:
    """What each weekday sold when it was last known before a place; 0 where it never was."""
    found = np.zeros(7)
    for day in range(7):
        for before in range(place - 7 + day, -1, -7):
            if before >= 0 and series.known[before]:
                found[day] = max(float(series.sold[before]), 0.0)
                break
    return found


def wrong(told: Sequence[Week], *, rule: bool = False) -> float | None:
    """By what share of all that was sold the weeks were wrong, on average; None where nothing was sold or told."""
    sold = sum(week.sold for week in told)
    if not told or sold <= 0:
        return None
    return sum(abs((week.rule if rule else week.said) - week.sold) for week in told) / sold


def bias(told: Sequence[Week]) -> float | None:
    """By what share of all that was sold too much was said (negative: too little)."""
    sold = sum(week.sold for week in told)
    return sum(week.said - week.sold for week in told) / sold if told and sold > 0 else None


def inside(told: Sequence[Week]) -> float | None:
    """In which share of the weeks what was sold lay within the bounds of 80 %."""
    return sum(week.low <= week.sold <= week.high for week in told) / len(told) if told else None
