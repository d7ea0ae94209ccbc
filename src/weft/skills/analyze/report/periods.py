"""The days that a report is about, and those that it is held against."""

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from weft.skills.analyze import Span

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
YEAR_OF_WEEKS = timedelta(days=364)
_LOOKED_BACK = 8
_USUALLY = 0.5


@dataclass(frozen=True, slots=True)
class Days:
    """Some days in a row, both ends counted."""

    first: date
    last: date

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def moved(self, by: timedelta) -> "Days":
        """As many days, later by that."""
        return Days(self.first + by, self.last + by)


@dataclass(frozen=True, slots=True)
class Periods:
    """A report's days, and those before and a year before; `whole` where the day, week or month is over and told in full."""

    span: Span
    now: Days
    before: Days
    year_before: Days
    whole: bool = True


def whole_period(span: Span, day: date, begins: int = 0) -> Days:
    """The day, week or month that a day lies in; `begins` is the weekday that weeks begin on, Monday being 0."""
    if span == "day":
        return Days(day, day)
    if span == "week":
        first = day - DAY * ((day.weekday() - begins) % 7)
        return Days(first, first + 6 * DAY)
    return Days(day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1]))


def chosen(span: Span, until: date | None, sold: Collection[date], today: date, begins: int = 0) -> Periods:
    """The periods of a report.

    `sold` are the days with sales, of which at least one is not after today. Where `until` is not said it is the last period
    that is over, and that the sales reach the end of: days after the last sale count only where the business sells on such a
    weekday as often as not.
    """
    if until is not None:
        inside = whole_period(span, until, begins)
        now = Days(inside.first, min(until, inside.last)) if until >= today else inside
        return _beside(span, now, inside)
    last = max(day for day in sold if day <= today)
    inside = whole_period(span, last, begins)
    if inside.last >= today or not _reached(inside, last, sold):
        earlier = [day for day in sold if day < inside.first]
        # A business that has only begun has no whole period yet: what there is of the first is told.
        if not earlier:
            return _beside(span, Days(inside.first, last), inside)
        inside = whole_period(span, inside.first - DAY, begins)
    return _beside(span, inside, inside)


def _reached(inside: Days, last: date, sold: Collection[date]) -> bool:
    """Whether no day is missing after the last sale on which the business usually sells."""
    known = set(sold)
    for step in range((inside.last - last).days):
        day = last + (step + 1) * DAY
        past = [day - (back + 1) * WEEK in known for back in range(_LOOKED_BACK)]
        if sum(past) >= _USUALLY * len(past):
            return False
    return True


def _beside(span: Span, now: Days, inside: Days) -> Periods:
    whole = now == inside
    if span != "month":
        return Periods(span, now, now.moved(-WEEK), now.moved(-YEAR_OF_WEEKS), whole)
    before = whole_period("month", inside.first - DAY)
    a_year_before = date(now.first.year - 1, now.first.month, 1)
    return Periods(
        span, now, _as_much(before, now, whole), _as_much(whole_period("month", a_year_before), now, whole), whole
    )


def _as_much(month: Days, now: Days, whole: bool) -> Days:
    """All of a month, or as many of its days as there are of the one that is not over."""
    return month if whole else Days(month.first, min(month.first + (len(now) - 1) * DAY, month.last))
