"""What a cell of text says: amounts, numbers, flags, times. Each raises ValueError with a short reason."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from weft.money import exponent

_TRUE: Final = frozenset(["true", "yes", "y", "1", "ja", "j", "wahr", "oui", "vrai", "si", "sí", "x", "on"])
_FALSE: Final = frozenset(["false", "no", "n", "0", "nein", "falsch", "non", "faux", "off"])
_PLAIN: Final = re.compile(r"-?\d{1,15}(?:\.(\d{1,3}))?")
_SYMBOLS: Final = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₩": "KRW", "₹": "INR", "zł": "PLN", "kr": "SEK"}
# What one sign stands for where a business's own currency is one of these.
_SHARED: Final = {
    "$": frozenset(("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP", "BRL")),
    "£": frozenset(("GBP", "EGP", "LBP", "GIP")),
    "¥": frozenset(("JPY", "CNY")),
    "kr": frozenset(("SEK", "NOK", "DKK", "ISK")),
}
_MONEY_WORD: Final = re.compile(
    "[A-Z]{3}|(?i:euro|euros|fr|sfr|kr|kč|zł|ft|lei|rs|rm|tl|p|r|лв|руб|eur|usd|gbp|chf|jpy|pln|sek|nok|dkk|cad|aud|czk|huf)"
)
_PIECE: Final = re.compile(
    "pcs|pc|pieces|piece|stk|st|stück|stueck|units|unit|ea|pz|pzs|pza|pzas|u|uds|szt", re.IGNORECASE
)
_LOCAL: Final = re.compile(
    r"(?P<whole>\d{1,3}(?P<gap>[ '.,])(?:\d{2,3}(?P=gap))*\d{3}|\d+)?(?:(?P<mark>[.,])(?P<rest>\d*))?"
)


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
    """A whole number of up to nine digits, more than any shop counts; None for a blank cell."""
    value = number(cell)
    if value is None:
        return None
    if value != int(value):
        raise ValueError("is not a whole number")
    if abs(value) >= 1e9:
        raise ValueError("is too large a number")
    return int(value)


def number(cell: str) -> float | None:
    """A number in any local form, alone or with a word for pieces; None for a blank cell."""
    text = cell.strip()
    if not text:
        return None
    try:
        value = float(text.replace("_", "?"))
    except ValueError:
        value = float(_decimal(bare(text, is_piece), None))
    if value != value or abs(value) > 1e15:
        raise ValueError("is not a number")
    return value


def is_piece(word: str) -> bool:
    """Whether a word beside a number says that pieces are counted."""
    return _PIECE.fullmatch(word) is not None


def is_money(word: str) -> bool:
    """Whether a word beside a number is a currency's."""
    return _MONEY_WORD.fullmatch(word) is not None


def bare(text: str, known: Callable[[str], bool] = is_money) -> str:
    """A number's digits and marks, with a minus before them where it has one, without the `known` words around it.

    Raises ValueError for other words: `from 12` is not 12, nor is `12 kg`.
    """
    digits = [place for place, character in enumerate(text) if character.isdecimal()]
    if not digits:
        raise ValueError("is not a number")
    first, last = digits[0], digits[-1] + 1
    # `.99` begins with its mark; the point of `Rs.99` is the word's own.
    if first and text[first - 1] in ".," and not text[: first - 1][-1:].isalpha():
        first -= 1
    core = re.sub(r"[\s\u00a0\u202f]", " ", text[first:last]).replace("’", "'")
    before, after = text[:first].strip(), text[last:].strip()
    around = re.sub(r"[^\W\d_]{0,3}[€$£¥₩₹₺₽₴₫₱฿₪][A-Z]{0,2}", " ", f"{before} {after}")
    if re.search(r"[^\w\s()\-−–+.,'’]", around) or not all(known(word) for word in re.findall(r"[^\W\d_]+", around)):
        raise ValueError("is not a number")
    negative = re.search("[-−–]", before) or (before.endswith("(") and after.startswith(")")) or re.match("[-−]", after)
    return f"-{core}" if negative else core


def _decimal(text: str, decimals: int | None) -> str:
    """Digits with one point from a bare local form: `1.234,50`, `1'299`, `1 234,50`."""
    sign, body = ("-", text[1:]) if text.startswith("-") else ("", text)
    found = _LOCAL.fullmatch(body)
    if not found or found["gap"] == found["mark"] is not None:
        raise ValueError("is not a number")
    whole, gap, rest = found["whole"] or "0", found["gap"], found["rest"] or ""
    once = gap is not None and gap in ".," and found["mark"] is None and whole.count(gap) == 1
    if once and (decimals == 3 or not whole.partition(gap)[0].strip("0")):
        whole, _, rest = whole.partition(gap)
    return f"{sign}{re.sub('[^0-9]', '', _ascii(whole))}" + (f".{_ascii(rest)}" if rest else "")


def _ascii(digits: str) -> str:
    return "".join(str(unicodedata.digit(one)) if one.isdecimal() else one for one in digits)


@lru_cache(maxsize=8192)
def price(cell: str, currency: str) -> int | None:
    """An amount in minor units of a currency, in any local form; None for a blank cell."""
    text = cell.strip()
    if not text:
        return None
    plain = _PLAIN.fullmatch(text)
    places = exponent(currency)
    if not plain:
        code = re.search(r"(?<![^\W\d_])[A-Z]{3}(?![^\W\d_])", text)
        if (code[0] if code else currency_in(text, currency) or currency) != currency:
            raise ValueError(f"is not in {currency}")
        text = _decimal(bare(text), places)
    whole, _, rest = text.partition(".")
    if rest[places:].strip("0"):
        raise ValueError(f"has more decimals than {currency} has")
    amount = int(whole.lstrip("-") + rest[:places].ljust(places, "0") or "0")
    if amount >= 1 << 62:
        raise ValueError("is too large an amount")
    return -amount if text.startswith("-") else amount


def currency_in(text: str, usual: str = "") -> str | None:
    """The currency that a cell or header names by code or sign, if it does; a sign that several share is the `usual` one."""
    code = re.search(
        r"(?<![A-Za-z])(EUR|USD|GBP|CHF|JPY|CNY|PLN|SEK|NOK|DKK|CAD|AUD|INR|KRW|CZK|HUF|BRL|MXN|TRY)(?![A-Za-z])", text
    )
    if code:
        return code[1]
    for sign, currency in _SYMBOLS.items():
        if re.search(rf"(?<![^\W\d_]){sign}(?![^\W\d_])" if sign.isalpha() else re.escape(sign), text):
            return usual if usual in _SHARED.get(sign, ()) else currency
    return None


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
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        raise ValueError("is not a date") from None


def unquoted(cell: str) -> str:
    """A code without the apostrophe that keeps spreadsheets from reading it as a number."""
    return cell.removeprefix("'")
