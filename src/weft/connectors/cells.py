"""What a cell of text says: amounts, numbers, flags, times. Each raises ValueError with a short reason."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from weft.money import exponent

_TRUE: Final = frozenset(["true", "yes", "y", "1", "ja", "j", "wahr", "oui", "vrai", "si", "sí", "x", "on"])
_FALSE: Final = frozenset(["false", "no", "n", "0", "nein", "falsch", "non", "faux", "off"])
_PLAIN: Final = re.compile(r"-?\d{1,15}(?:\.(\d{1,3}))?")
_SYMBOLS: Final = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₩": "KRW", "₹": "INR", "zł": "PLN", "kr": "SEK"}
_NUMERIC: Final = re.compile(r"[\d.,'’\s\u00a0\u202f]*\d[\d.,'’\s\u00a0\u202f]*")


def flag(cell: str) -> bool | None:
    """A boolean in any case and a few languages; None for a blank cell."""
    word = cell.strip().lower()
    if not word:
        return None
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError("is neither true nor false")


def integer(cell: str) -> int | None:
    """A whole number; None for a blank cell."""
    text = cell.strip()
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        number_ = number(text)
        if number_ is None or number_ != int(number_):
            raise ValueError("is not a whole number") from None
        return int(number_)


def number(cell: str) -> float | None:
    """A number in any local form; None for a blank cell."""
    text = cell.strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float(_decimal(text, None))
    if value != value or abs(value) > 1e15:
        raise ValueError("is not a number")
    return value


def _decimal(text: str, decimals: int | None) -> str:
    """Digits with one point from a local form: `1.234,50`, `1'299.-`, `1 234,50`, `(12.00)`."""
    body = text.strip()
    negative = (
        (body.startswith("(") and body.endswith(")")) or body.strip("() ").startswith(("-", "−")) or body.endswith("-")
    )
    if body.endswith((".-", ",-", ".–", ",–")):
        body = body[:-2]
        negative = body.startswith("-")
    found = _NUMERIC.findall(body)
    if len(found) != 1:
        raise ValueError("is not a number")
    digits = re.sub(r"[\s\u00a0\u202f'’]", "", found[0])
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0:
        mark = digits[last]
        other = "," if mark == "." else "."
        tail = len(digits) - last - 1
        grouped = digits.count(mark) > 1 or (
            tail == 3 and other not in digits and decimals != 3 and len(digits[:last].lstrip("0")) in (1, 2, 3)
        )
        digits = digits.replace(other, "")
        digits = digits.replace(mark, "") if grouped else digits.replace(mark, ".")
    return ("-" if negative else "") + (digits.strip(".") if digits.endswith(".") else digits)


@lru_cache(maxsize=8192)
def price(cell: str, currency: str) -> int | None:
    """An amount in minor units of a currency, in any local form; None for a blank cell."""
    text = cell.strip()
    if not text:
        return None
    plain = _PLAIN.fullmatch(text)
    places = exponent(currency)
    if not plain:
        text = _decimal(text, places)
    whole, _, rest = text.partition(".")
    if rest[places:].strip("0"):
        raise ValueError(f"has more decimals than {currency} has")
    amount = int(whole.lstrip("-") + rest[:places].ljust(places, "0") or "0")
    if amount >= 1 << 62:
        raise ValueError("is too large an amount")
    return -amount if text.startswith("-") else amount


def currency_in(text: str) -> str | None:
    """The currency that a cell or header names by code or symbol, if it does."""
    code = re.search(
        r"(?<![A-Za-z])(EUR|USD|GBP|CHF|JPY|CNY|PLN|SEK|NOK|DKK|CAD|AUD|INR|KRW|CZK|HUF|BRL|MXN|TRY)(?![A-Za-z])", text
    )
    if code:
        return code[1]
    return next((known for symbol, known in _SYMBOLS.items() if symbol in text), None)


_FORMS: Final = (
    "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M",
    "%d.%m.%Y", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y",
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%b %d, %Y",
)  # fmt: skip


@lru_cache(maxsize=4096)
def moment(cell: str) -> datetime | None:
    """A time as UTC, one without a zone being taken as UTC; None for a blank cell."""
    text = cell.strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" UTC", "+00:00") if text.endswith(" UTC") else text)
    except ValueError:
        for form in _FORMS:
            try:
                found = datetime.strptime(text, form)  # noqa: DTZ007 - the zone is set below
                break
            except ValueError:
                continue
        else:
            raise ValueError("is not a date") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def unquoted(cell: str) -> str:
    """A code without the apostrophe that keeps spreadsheets from reading it as a number."""
    return cell.removeprefix("'")
