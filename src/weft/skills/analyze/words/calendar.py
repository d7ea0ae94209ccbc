"""Days of which a question speaks, as periods: relative, calendar months to years, dates, and ranges of these; pure arithmetic."""

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

Unit = Literal["day", "week", "month", "quarter", "half", "year", "span"]
_MONTHS: Final = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days from the first to the last, both included.

    `unit` is the calendar's unit that it is, whole or as far as it has gone; None as an end is where the data begin or end.
    `relative` is -1 for one that was named as the one before (last week), 0 for the current, None for one named by its number.
    """

    first: date | None
    last: date | None
    unit: Unit = "span"
    relative: int | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A stretch named by its number, the year perhaps left open: a month, a quarter, a half, a week, a day of a month, a year."""

    unit: Unit
    number: int = 1
    day: int | None = None
    year: int | None = None

    def within(self, year: int) -> Stretch | None:
        """The stretch in that year; None where the calendar does not have it."""
        try:
            if self.unit == "year":
                return Stretch(date(year, 1, 1), date(year, 12, 31), "year")
            if self.unit == "day":
                on = date(year, self.number, self.day or 1)
                return Stretch(on, on, "day")
            if self.unit == "week":
                monday = date.fromisocalendar(year, self.number, 1)
                return Stretch(monday, monday + 6 * _DAY, "week")
            months = _MONTHS[self.unit]
            first = date(year, (self.number - 1) * months + 1, 1)
            return Stretch(first, moved(first, months) - _DAY, self.unit)
        except ValueError:
            return None

    def latest(self, today: date) -> Stretch | None:
        """The stretch in its year; where no year was said the last one that has begun."""
        if self.year is not None:
            return self.within(self.year)
        for year in range(today.year, today.year - 9, -1):
            found = self.within(year)
            if found is not None and found.first is not None and found.first <= today:
                return found
        return None


def moved(day: date, months: int) -> date:
    """The same day some months later, or the last of that month where it is shorter."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def begun(day: date, unit: Unit) -> date:
    """The first day of the unit that a day lies in; weeks begin on Mondays."""
    if unit == "week":
        return day - day.weekday() * _DAY
    if unit in _MONTHS:
        months = _MONTHS[unit]
        return date(day.year, (day.month - 1) // months * months + 1, 1)
    return day


def stepped(first: date, unit: Unit, steps: int) -> date:
    """The first day of a unit some units later, from the first day of one."""
    if unit in _MONTHS:
        return moved(first, _MONTHS[unit] * steps)
    return first + steps * (7 if unit == "week" else 1) * _DAY


def relative(unit: Unit, steps: int, today: date) -> Stretch:
    """The current unit (0: until today), the one before (-1), the one before that (-2)."""
    first = stepped(begun(today, unit), unit, steps)
    last = stepped(first, unit, 1) - _DAY
    return Stretch(first, min(last, today) if steps == 0 else last, unit, steps)


def within(day: date, unit: Unit, today: date) -> Stretch:
    """The unit that a day lies in, as far as it has gone."""
    first = begun(day, unit)
    return Stretch(first, min(stepped(first, unit, 1) - _DAY, max(today, first)), unit)


def recent(unit: Unit, count: int, today: date) -> Stretch:
    """The last whole units before the current one: the last 30 days end yesterday, the last 3 months with the month before."""
    end = begun(today, unit)
    unit_told: Unit = unit if count == 1 else "span"
    return Stretch(stepped(end, unit, -count), end - _DAY, unit_told, -1 if count == 1 else None)


def in_year(stretch: Stretch, year: int) -> Stretch:
    """The same calendar days of another year."""
    if stretch.first is None or stretch.last is None:
        return stretch
    return replace(
        stretch,
        first=moved(stretch.first, 12 * (year - stretch.first.year)),
        last=moved(stretch.last, 12 * (year - stretch.first.year)),
    )


def before(first: date, last: date) -> tuple[date, date] | None:
    """The calendar's days before a period of whole weeks, months, quarters or years, or of one as far as it has gone.

    A month as far as it has gone has the same days of the month before beside it. None where it is none of these.
    """
    units: tuple[Unit, ...] = ("year", "half", "quarter", "month", "week")
    for unit in units:
        if begun(first, unit) != first:
            continue
        earlier = stepped(first, unit, -1)
        whole = stepped(first, unit, 1) - _DAY
        if last == whole:
            return earlier, first - _DAY
    for unit in ("week", "month", "quarter", "year"):
        if begun(first, unit) == first and last < stepped(first, unit, 1) - _DAY and last > first:
            earlier = stepped(first, unit, -1)
            if unit == "week":
                return earlier, last - 7 * _DAY
            return earlier, min(moved(last, -_MONTHS[unit]), first - _DAY)
    return None


def joined(one: Stretch, other: Stretch) -> Stretch | None:
    """Two stretches as one where the second begins on the day after the first ends; None where a gap or an overlap is left."""
    if one.first is None or one.last is None or other.first is None or other.last is None:
        return None
    early, late = sorted((one, other), key=lambda stretch: stretch.first or date.min)
    if early.last is not None and late.first == early.last + _DAY:
        return Stretch(early.first, late.last)
    return None
