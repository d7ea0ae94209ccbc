"""What figures are told by beside the orders: the business's zone and week, and what currencies were worth."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, PlainSerializer

from weft.errors import InputError
from weft.postgres.database import Database
from weft.store import journal

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Calendar(BaseModel):
    """A business's zone, the day on which its week begins (1 is Monday, 7 Sunday), and its currency."""

    zone: str = Field(default="UTC", max_length=60)
    week_start: int = Field(default=1, ge=1, le=7)
    currency: str = Field(default="EUR", description="It is said when the business is made.")


class Rate(BaseModel):
    """What one unit of `currency` was worth in `base` from a day on, until there is a later one."""

    currency: str = Field(pattern="^[A-Z]{3}$")
    base: str = Field(pattern="^[A-Z]{3}$")
    day: date
    rate: Annotated[Decimal, PlainSerializer(float, return_type=float)] = Field(gt=0, lt=Decimal("1e12"))


class Basis:
    """One business's calendar and rates."""

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business

    def calendar(self) -> Calendar:
        """The zone, the week and the currency."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute(
                "select b.zone, coalesce((select c.week_start from calendar c), 1), b.currency from business b"
            ).fetchone()
        return Calendar(zone=row[0], week_start=row[1], currency=row[2]) if row else Calendar()

    def set_calendar(self, who: str, *, zone: str | None = None, week_start: int | None = None) -> Calendar:
        """Set the zone (an IANA name such as Europe/Berlin) or the first day of the week; raises InputError.

        In another zone all days are other days: the figures are computed anew when they are next asked for.
        """
        before = self.calendar()
        if zone is not None:
            _checked(zone)
        if week_start is not None and not 1 <= week_start <= 7:
            raise InputError(f"A week begins on a day from 1 (Monday) to 7 (Sunday), not on {week_start}.")
        after = before.model_copy(update={"zone": zone or before.zone, "week_start": week_start or before.week_start})
        if after == before:
            return after
        with self._database.tenant(self._business) as connection:
            connection.execute("update business set zone = %s", (after.zone,))
            connection.execute(
                "insert into calendar (week_start) values (%s) on conflict (business) do update set week_start = excluded.week_start",
                (after.week_start,),
            )
            detail = {
                "before": before.model_dump(exclude={"currency"}),
                "after": after.model_dump(exclude={"currency"}),
            }
            journal.record(connection, self._business, who, "calendar.set", detail)
        return after

    def rates(self, currency: str | None = None, limit: int = 1_000) -> list[Rate]:
        """The stored rates, the latest first."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select currency, base, day, rate from rate where %(named)s::text is null or currency = %(named)s "
                "order by day desc, currency, base limit %(limit)s",
                {"named": currency, "limit": limit},
            ).fetchall()
        return [Rate(currency=row[0], base=row[1], day=row[2], rate=row[3]) for row in rows]

    def worth(self, currencies: Iterable[str], into: str, day: date) -> dict[str, float]:
        """What one minor unit of each currency was worth on a day in minor units of another; what is not known is left out."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select currency, rate_on(currency, %s, %s)::float8 from unnest(%s::text[]) currency",
                (into, day, sorted(set(currencies))),
            ).fetchall()
        return {currency: worth for currency, worth in rows if worth is not None}

    def put_rates(self, rates: Iterable[Rate], who: str) -> int:
        """Store rates, all or none, over those of the same day; answers how many. Raises InputError."""
        given = list(rates)
        for one in given:
            if one.currency == one.base:
                raise InputError(f"A rate is of two currencies, not of {one.currency} in {one.base}.")
        with self._database.tenant(self._business) as connection, connection.cursor() as cursor:
            cursor.executemany(
                "insert into rate (currency, base, day, rate) values (%s, %s, %s, %s) on conflict (business, currency, base, day) "
                "do update set rate = excluded.rate",
                [(one.currency, one.base, one.day, one.rate) for one in given],
            )
            if given:
                shown = [f"{one.day} {one.currency} {one.rate} {one.base}" for one in given[:20]]
                journal.record(connection, self._business, who, "rates.put", {"rates": len(given), "first": shown})
        return len(given)

    def remove_rates(self, currency: str, base: str, day: date, who: str) -> int:
        """Take the rate of a day away; answers how many there were."""
        with self._database.tenant(self._business) as connection:
            count = connection.execute(
                "delete from rate where currency = %s and base = %s and day = %s", (currency, base, day)
            ).rowcount
            if count:
                journal.record(connection, self._business, who, "rates.remove", {"rate": f"{day} {currency} {base}"})
        return count


def _checked(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        raise InputError(
            f"{zone!r} is no time zone: write one such as Europe/Berlin, America/New_York or UTC."
        ) from None


def day_of_week(said: str) -> int:
    """The number of a day by its name, 1 for Monday; raises InputError."""
    wanted = said.strip().lower()
    for number, name in enumerate(DAYS, 1):
        if wanted in (str(number), name, name[:3]):
            return number
    raise InputError(f"{said!r} is no day of the week: write monday to sunday, or 1 to 7.")
