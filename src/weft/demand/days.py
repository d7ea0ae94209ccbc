"""Where steps lie in the year, and which hold holidays."""

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import holidays
import numpy as np

from weft.demand.series import Floats, Frequency, step

_SPAN: Final[dict[Frequency, int]] = {"h": 1, "D": 1, "W": 7, "M": 28, "Q": 90, "Y": 365}


def known_country(country: str | None) -> str | None:
    """A country's code (ISO 3166, two letters), if its holidays are known."""
    code = (country or "").strip().upper()
    return code if code in holidays.list_supported_countries() else None


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=[year]))


def holiday(country: str | None, day: date) -> bool:
    """Whether a day is a public holiday of a country; never one where none is named."""
    return country is not None and day in _holidays(country, day.year)


@lru_cache(maxsize=256)
def told(after: date, freq: Frequency, horizon: int, country: str | None) -> Floats:
    """What is known of `horizon` steps from the day `after` on (horizon, 9), each as numbers.

    Month; day of the month; the year's angle as two; holidays within the step, in the one before, in the one after, and within the step
    a year ago (52 weeks, so that weekdays agree); days to the next holiday, 30 at most.
    """
    span = _SPAN[freq]
    found = np.zeros((horizon, 9))
    for ahead in range(horizon):
        day = step(after, freq, ahead)
        angle = 2 * np.pi * min(day.timetuple().tm_yday, 365) / 365
        found[ahead] = (
            day.month,
            day.day,
            np.sin(angle),
            np.cos(angle),
            _within(country, day, span),
            _within(country, _moved(day, -span), span),
            _within(country, _moved(day, span), span),
            _within(country, _moved(day, -364), span),
            _until_next(country, day),
        )
    return found


def _moved(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return day


def _within(country: str | None, day: date, span: int) -> int:
    return sum(holiday(country, _moved(day, more)) for more in range(span)) if country else 0


def _until_next(country: str | None, day: date) -> int:
    if country is None:
        return 30
    return next((more for more in range(30) if holiday(country, _moved(day, more))), 30)
