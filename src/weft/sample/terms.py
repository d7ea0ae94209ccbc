"""The terms on which the sample shop sells, and the calendar it lives by; orders and texts both speak of them."""

from datetime import date, datetime, time, timedelta, timezone
from typing import Final

SHOP: Final = "Fjordlight"
DOMAIN: Final = "fjordlight.example"
IMAGES: Final = f"https://images.{DOMAIN}/products"
CURRENCY: Final = "EUR"

FIRST_DAY: Final = date(2024, 11, 1)
LAST_DAY: Final = date(2026, 10, 31)
DAYS: Final = (LAST_DAY - FIRST_DAY).days + 1

WAREHOUSE: Final = "Main warehouse"
STORE: Final = "Harbour store"

RETURN_DAYS: Final = 30
WARRANTY_YEARS: Final = 2
EXPRESS_CENTS: Final = 900


class Zone:
    """A country the shop ships to: postage and the value from which it is free in cents, days on the road, VAT."""

    __slots__ = ("days", "free_from", "name", "postage", "tax", "vat")

    def __init__(self, name: str, postage: int, free_from: int, days: str, vat: int, tax: str) -> None:
        self.name, self.postage, self.free_from, self.days, self.vat, self.tax = (
            name,
            postage,
            free_from,
            days,
            vat,
            tax,
        )


ZONES: Final = {
    "DE": Zone("Germany", 490, 7500, "2-3", 19, "DE VAT"),
    "AT": Zone("Austria", 790, 12000, "3-4", 20, "AT VAT"),
    "NL": Zone("Netherlands", 790, 12000, "3-4", 21, "NL VAT"),
    "DK": Zone("Denmark", 890, 12000, "3-5", 25, "DK VAT"),
    "FR": Zone("France", 890, 15000, "3-5", 20, "FR VAT"),
    "SE": Zone("Sweden", 1190, 15000, "4-6", 25, "SE VAT"),
    "IE": Zone("Ireland", 1290, 15000, "4-7", 23, "IE VAT"),
}


def day(number: int) -> date:
    """The date of a day counted from the first day, which is 0."""
    return FIRST_DAY + timedelta(days=number)


def number(of: date) -> int:
    """The number of a date, counted from the first day."""
    return (of - FIRST_DAY).days


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def at(moment_day: int, second: int) -> datetime:
    """A moment in the shop's own time (Central European, with summer time), without a time zone database."""
    on = day(moment_day)
    summer = _last_sunday(on.year, 3) <= on < _last_sunday(on.year, 10)
    midnight = datetime.combine(on, time(), tzinfo=_SUMMER if summer else _WINTER)
    return midnight + timedelta(seconds=second)


_WINTER: Final = timezone(timedelta(hours=1))
_SUMMER: Final = timezone(timedelta(hours=2))


def stamp(moment: datetime) -> str:
    """A moment as the platform writes it: `2026-05-01 10:00:00 +0200`."""
    return f"{moment:%Y-%m-%d %H:%M:%S %z}"


def euros(cents: int) -> str:
    """Cents as the platform writes them: `1999` as `19.99`."""
    sign, rest = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{rest // 100}.{rest % 100:02d}"


def monday(of: int) -> str:
    """The Monday of the week that a day falls in, as an ISO date."""
    on = day(of)
    return (on - timedelta(days=on.weekday())).isoformat()


_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
    *("November", "December"),
)


def spoken(moment: datetime) -> str:
    """A date as people write it, `5 July`, whatever the machine's language is."""
    return f"{moment.day} {_MONTHS[moment.month - 1]}"
