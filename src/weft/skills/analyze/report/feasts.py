"""Public holidays that lie in one period and not in the one it is held against; a library knows them."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

import holidays

from weft.skills.analyze import Language
from weft.skills.analyze.report.periods import DAY, Days

_LANGUAGES: Final[Mapping[str, str]] = {"en": "en_US", "de": "de", "zh": "zh_CN"}
_MOST: Final = 3


def of(country: str | None, days: Days, language: Language) -> list[tuple[dt.date, str]]:
    """A country's holidays among some days, on days of the working week, at most three; none where the country is not known."""
    if country is None or country not in holidays.list_supported_countries():
        return []
    years = range(days.first.year, days.last.year + 1)
    spoken = holidays.list_localized_countries().get(country, ())
    wanted = _LANGUAGES[language]
    known = holidays.country_holidays(country, years=years, language=wanted if wanted in spoken else None)
    found = [(days.first + at * DAY) for at in range(len(days))]
    return [(day, str(known[day])) for day in found if day in known and day.weekday() < 5][:_MOST]
