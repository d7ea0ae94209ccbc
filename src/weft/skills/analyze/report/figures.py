"""The figures of a report: each with how it is said and the query that answers it, so that a sentence can name it."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from babel import Locale
from babel.dates import format_date, format_interval
from babel.numbers import format_currency, format_decimal, format_percent

from weft.money import decimal, exponent
from weft.skills.analyze import Figure, Language, Unit
from weft.skills.analyze.report.periods import Days

_LOCALES: Final[Mapping[str, str]] = {"en": "en_GB", "de": "de_DE", "zh": "zh_Hans_CN"}
_FINE: Final = 0.1
_DAYS_OF_A_DATE: Final[Mapping[str, str]] = {"en": "d MMMM y", "de": "d. MMMM y", "zh": "y年M月d日"}
_SHORT_DATES: Final[Mapping[str, str]] = {"en": "EEE d MMM", "de": "EEE, d. MMM", "zh": "M月d日EEE"}


class Book:
    """The figures of one report, entered under an id once and said in its language."""

    def __init__(self, language: Language, currency: str) -> None:
        self.language: Language = language
        self.currency = currency
        self.locale = Locale.parse(_LOCALES[language])
        self._figures: dict[str, Figure] = {}

    def __getitem__(self, id_: str) -> Figure:
        return self._figures[id_]

    def figures(self) -> list[Figure]:
        """All that were entered, in their order."""
        return list(self._figures.values())

    def money(
        self,
        id_: str,
        amount: float | None,
        query: Mapping[str, Any] | None = None,
        reckoned: str | None = None,
        *,
        signed: bool = False,
    ) -> Figure:
        """An amount of minor units; `signed`, it is said with its sign also where it is more than nothing."""
        whole = None if amount is None else round(amount)
        says = ("+" if signed and whole and whole > 0 else "") + self.amount(whole)
        return self._entered(id_, whole, "money", says, query, reckoned)

    def count(
        self, id_: str, number: float | None, query: Mapping[str, Any] | None = None, reckoned: str | None = None
    ) -> Figure:
        """How many; estimates are said with one decimal under ten."""
        return self._entered(id_, _plain(number), "count", self.number(number), query, reckoned)

    def days(self, id_: str, number: int, reckoned: str | None = None) -> Figure:
        """How many days."""
        return self._entered(id_, number, "days", self.number(number), None, reckoned)

    def share(
        self,
        id_: str,
        share: float | None,
        query: Mapping[str, Any] | None = None,
        reckoned: str | None = None,
        *,
        signed: bool = False,
    ) -> Figure:
        """A share from 0 to 1 (a change may be more), said as percent."""
        held = None if share is None else round(share, 6)
        says = ("+" if signed and held and held > 0 else "") + self.percent(held)
        return self._entered(id_, held, "share", says, query, reckoned)

    def date(self, id_: str, day: dt.date) -> Figure:
        """A day."""
        return self._entered(id_, day.isoformat(), "date", self.day(day), None, None)

    def span(self, id_: str, days: Days) -> Figure:
        """Days in a row."""
        return self._entered(id_, f"{days.first}/{days.last}", "date", self.stretch(days), None, None)

    def _entered(
        self, id_: str, value: Any, unit: Unit, says: str, query: Mapping[str, Any] | None, reckoned: str | None
    ) -> Figure:
        """Enter a figure, or answer the one of this id; raises ValueError where that is another number."""
        held = self._figures.get(id_)
        if held is not None:
            if held.value != value:
                raise ValueError(f"the figure {id_} is {held.value}, and cannot be {value} too")
            return held
        figure = Figure(
            id=id_,
            value=value,
            unit=unit,
            currency=self.currency if unit == "money" else None,
            says=says,
            query=None if query is None else dict(query),
            reckoned=reckoned,
        )
        self._figures[id_] = figure
        return figure

    def amount(self, minor: int | None) -> str:
        """Money as the language writes it."""
        if minor is None:
            return "–"
        value = Decimal(decimal(minor, self.currency))
        # A currency's own number of decimals as we keep them, whatever a table says that is newer or older.
        pattern = self.locale.currency_formats["standard"].pattern.replace("0.00", f"0.{'0' * exponent(self.currency)}")
        pattern = pattern.rstrip(".") if exponent(self.currency) == 0 else pattern
        return format_currency(
            value, self.currency, pattern.replace("0.¤", "0¤"), locale=self.locale, currency_digits=False
        )

    def number(self, number: float | None) -> str:
        """A count as the language writes it."""
        plain = _plain(number)
        return "–" if plain is None else str(format_decimal(plain, locale=self.locale))

    def percent(self, share: float | None) -> str:
        """A share as percent, with a decimal under ten."""
        if share is None:
            return "–"
        digits = "#,##0.0" if abs(share) < _FINE else "#,##0"
        pattern = f"{digits}\u00a0%" if self.language == "de" else f"{digits}%"
        return str(format_percent(share, pattern, locale=self.locale))

    def day(self, day: dt.date) -> str:
        """A day in full."""
        return str(format_date(day, _DAYS_OF_A_DATE[self.language], locale=self.locale))

    def weekday(self, day: dt.date) -> str:
        """A day in short with its weekday."""
        return str(format_date(day, _SHORT_DATES[self.language], locale=self.locale))

    def stretch(self, days: Days) -> str:
        """Days in a row, in full."""
        if days.first == days.last:
            return self.day(days.first)
        return (
            str(format_interval(days.first, days.last, "yMMMd", locale=self.locale))
            .replace("\u2009", "")
            .replace("\u202f", " ")
        )


def _plain(number: float | None) -> int | float | None:
    """A number as it is told: whole from ten on, else with at most one decimal; None for what is none."""
    if number is None or not math.isfinite(number):
        return None
    held = round(number, 1)
    return int(held) if held == int(held) or abs(number) >= 10 else held


def query(metric: str, days: Days, where: Mapping[str, str] | None = None, by: Sequence[str] = ()) -> dict[str, Any]:
    """A query of one metric, as it can be asked again."""
    asked: dict[str, Any] = {
        "metrics": [metric],
        "period": {"first": days.first.isoformat(), "last": days.last.isoformat()},
    }
    if where:
        asked["where"] = [{"dimension": name, "is": [value or None]} for name, value in where.items()]
    if by:
        asked["by"] = list(by)
    return asked
