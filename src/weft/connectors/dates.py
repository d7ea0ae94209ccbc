"""Which of the numbers in `03/04/2025` is the month: decided once for a whole column, never cell by cell."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from weft.connectors import cells

_SLASHED: Final = re.compile(
    r"(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d{2})"
    r"(?:,?[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?: ?([AaPp])\.?[Mm]\.?)?)?"
)
_FARTHEST: Final = 200_000
_HELD: Final = 100_000


def is_slashed(text: str) -> bool:
    """Whether this is a date whose day and month the text alone does not tell apart."""
    return _SLASHED.fullmatch(text.strip()) is not None


def month_first(texts: Iterable[str], currency: str) -> bool:
    """Whether a column's dates put the month first.

    A number above 12 decides; else the reading in which fewer dates lie before the one above them, as a log is kept in
    order; else the custom where the currency is used.
    """
    backwards = [0, 0]
    last = [(0, 0, 0), (0, 0, 0)]
    for text in islice(texts, _FARTHEST):
        found = _SLASHED.fullmatch(text.strip())
        if not found:
            continue
        one, two, year = int(found[1]), int(found[3]), int(found[4])
        if one > 12 or two > 12:
            return two > 12
        for reading, this in enumerate(((year, two, one), (year, one, two))):
            backwards[reading] += this < last[reading]
            last[reading] = this
    if backwards[0] != backwards[1]:
        return backwards[1] < backwards[0]
    return currency == "USD"


def reader(by_month: bool) -> Callable[[str], datetime | None]:
    """A reader of one column's times, as UTC; it raises ValueError for what is none, and gives None for a blank cell."""
    held: dict[str, datetime | None] = {}

    def read(text: str) -> datetime | None:
        if text in held:
            return held[text]
        found = _SLASHED.fullmatch(text.strip())
        moment = _moment(found, by_month) if found else cells.moment(text)
        if len(held) > _HELD:
            held.clear()
        held[text] = moment
        return moment

    return read


def _moment(found: re.Match[str], by_month: bool) -> datetime:
    day, month = (int(found[3]), int(found[1])) if by_month else (int(found[1]), int(found[3]))
    year, hour = int(found[4]), int(found[5] or 0)
    if found[8]:
        if not 1 <= hour <= 12:
            raise ValueError("is not a time of day")
        hour = hour % 12 + (12 if found[8] in "Pp" else 0)
    year += (2000 if year < 70 else 1900) if year < 100 else 0
    try:
        return datetime(year, month, day, hour, int(found[6] or 0), int(found[7] or 0), tzinfo=UTC)
    except ValueError:
        order = "month first" if by_month else "day first"
        raise ValueError(f"is not a date in this column, which is written {order}") from None
