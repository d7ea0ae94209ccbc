"""Numbers of a text as a language writes them, and written as another one does."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

import babel
from babel import numbers as locale_numbers

_FRACTIONS: Final = {
    "½": "0.5", "¼": "0.25", "¾": "0.75", "⅓": "0.3333333333", "⅔": "0.6666666667", "⅛": "0.125", "⅜": "0.375",
    "⅝": "0.625", "⅞": "0.875", "⅕": "0.2", "⅖": "0.4", "⅗": "0.6", "⅘": "0.8", "⅙": "0.1666666667",
}  # fmt: skip
_SIGNS: Final = "".join(_FRACTIONS)
_BLANKS: Final = " \u00a0\u202f\u2009"
# A digit after Latin letters belongs to a name (MP3, R2D2): it is no number.
_NUMBER: Final = re.compile(
    r"(?<![A-Za-z_0-9.,])(?P<date>[0-9]{1,4}(?P<dot>[./-])[0-9]{1,2}(?P=dot)[0-9]{1,4})(?![0-9A-Za-z]|[.,][0-9])"
    rf"|(?:(?<![A-Za-z_0-9])|(?<=[0-9][xX]))(?<![0-9][.,])(?P<whole>[0-9]{{1,3}}(?P<group>[{_BLANKS}'’,.])[0-9]{{2,3}}(?:(?P=group)[0-9]{{2,3}}){{0,6}}(?:[.,][0-9]{{1,6}})?(?![0-9])"
    rf"|[0-9]{{1,18}}(?:[.,][0-9]{{1,9}})?|(?<![0-9\w])[.][0-9]{{1,6}})"
    rf"(?:(?P<sign>[{_SIGNS}])|(?P<mixed>[ -][0-9]{{1,2}}/[0-9]{{1,2}}(?![0-9/]))|(?P<over>/[0-9]{{1,2}}(?![0-9/])))?"
    rf"|(?P<alone>[{_SIGNS}])"
)
_PART: Final = re.compile("[0-9]+")
_DENOMINATORS: Final = frozenset([2, 3, 4, 5, 6, 8, 10, 16, 32, 64])
_MULTIPLIERS: Final = re.compile(
    r"\s?(?:(?P<万>万|萬|만)|(?P<億>億|亿|억)|(?P<千>千|천(?!연))|(?P<百>百(?!分))"
    r"|(?P<thousand>thousand|tausend|Tsd\.?|mille?|mil|миллиона?|тисяч[іа]?|тыс\w*)\b"
    r"|(?P<million>millions?|Millionen|Million|Mio\.?|mln|millones|millón|milioni?|milhões|мільйон\w*|млн)(?!\w)"
    r"|(?P<ten>decades?|Jahrzehnten?|décennies?|décadas?|десятиліть|десятилетий)(?!\w)|(?P<dozen>dozen|Dutzend|douzaines?|docenas?)(?!\w)"
    r"|(?P<billion>billions?|Milliarden?|milliards?|Mrd\.?|мільярд\w*|млрд)(?!\w))"
)
_TIMES: Final = {
    "万": 10**4, "億": 10**8, "千": 10**3, "百": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "ten": 10,
    "dozen": 12,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Number:
    """A number: its value, and where it stands."""

    value: Decimal
    start: int
    end: int
    decimals: int = 0
    """How many decimals it is written with."""


def digits(text: str) -> str:
    """A text of the same length whose digits and separators, of whatever script, are those of ASCII."""
    if text.isascii():
        return text
    return _OTHER.sub(lambda found: _ascii(found.group()), text)


_OTHER: Final = re.compile(r"[^\x00-\x7f\W_]|[٫٬．，⁄∕：％－−]")
_SEPARATORS: Final = {
    "٫": ".",
    "٬": ",",
    "．": ".",
    "，": ",",
    "⁄": "/",
    "∕": "/",
    "：": ":",
    "％": "%",
    "－": "-",
    "−": "-",
}


@lru_cache(maxsize=4096)
def _ascii(sign: str) -> str:
    if sign in _SEPARATORS:
        return _SEPARATORS[sign]
    digit = unicodedata.decimal(sign, None)
    if digit is not None:
        return str(digit)
    wide = unicodedata.normalize("NFKC", sign) if "\uff21" <= sign <= "\uff5a" else sign
    return wide if len(wide) == 1 else sign


@lru_cache(maxsize=256)
def locale_of(language: str) -> babel.Locale:
    """Babel's locale of a language; that of its base, or English, where it does not know it."""
    tag = language.replace("-", "_")
    for way in (tag, tag.split("_")[0]):
        try:
            return babel.Locale.parse(way)
        except (ValueError, babel.UnknownLocaleError):
            continue
    return babel.Locale.parse("en")


@lru_cache(maxsize=256)
def _symbols(language: str) -> tuple[str, str]:
    """The decimal sign and the sign between thousands of a language, its digits being those of ASCII."""
    locale = locale_of(language)
    decimal, group = (
        read(locale, numbering_system="latn")
        for read in (locale_numbers.get_decimal_symbol, locale_numbers.get_group_symbol)
    )
    return decimal, group


def value_of(written: str, language: str) -> Decimal | None:
    """The value of a number that is written so in a language; None where it is none.

    A sign that stands once before three digits parts decimals where it is the language's decimal sign, else thousands.
    """
    decimal, _ = _symbols(language)
    plain = re.sub(rf"[{_BLANKS}'’]", "", written)
    signs = [sign for sign in plain if sign in ".,"]
    if len(set(signs)) > 1:
        plain = plain.replace(signs[0], "").replace(signs[-1], ".")
    elif len(signs) > 1 or (signs and signs[0] != decimal and re.fullmatch(r"[1-9][0-9]{0,2}[.,][0-9]{3}", plain)):
        plain = plain.replace(signs[0], "")
    else:
        plain = plain.replace(",", ".")
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def found(text: str, language: str) -> list[Number]:
    """The numbers of a text that are written in digits, in order."""
    return list(_numbers(digits(text), language))


def _numbers(plain: str, language: str) -> Iterator[Number]:
    at = 0
    while (match := _NUMBER.search(plain, at)) is not None:
        whole, end = match.group("whole"), match.end()
        at = end
        if match.group("alone"):
            yield Number(Decimal(_FRACTIONS[match.group("alone")]), match.start(), end)
            continue
        if match.group("date"):
            yield from (
                Number(Decimal(part.group()), part.start(), part.end())
                for part in _PART.finditer(plain, match.start(), end)
            )
            continue
        group = match.group("group")
        if group is not None and not _is_grouped(whole, group, language):
            first = re.match(r"[0-9]+(?:[.,][0-9]+)?", whole)
            whole = first.group() if first else whole
            at = end = match.start() + len(whole)
            part = ""
        else:
            part = match.group("mixed") or match.group("sign") or match.group("over") or ""
        value, used = _with_part(value_of(whole, language), part)
        if value is None:
            continue
        end -= 0 if used else len(part)
        at = end
        times = _MULTIPLIERS.match(plain, end)
        if times is not None:
            value, at = value * _TIMES[str(times.lastgroup)], times.end()
        yield Number(value, match.start(), at, _decimals(whole, value))


def _is_grouped(whole: str, group: str, language: str) -> bool:
    """Whether blanks between digits part thousands: `1 500` does in French, `5 500 ml bottles` does not in English."""
    if group in ".,":
        parts = re.split(r"[.,]", whole)
        return len(parts) == 2 or all(len(part) in (2, 3) for part in parts[1:-1])
    if group in "'’":
        return all(len(part) == 3 for part in re.split("['’]", re.split("[.,]", whole)[0])[1:])
    return (group != " " or not _symbols(language)[1].strip()) and all(
        len(p) == 3 for p in re.split(rf"[{_BLANKS}]", re.split("[.,]", whole)[0])[1:]
    )


def _with_part(value: Decimal | None, part: str) -> tuple[Decimal | None, bool]:
    """A number with the fraction after it, and whether that belonged to it."""
    if value is None or not part:
        return value, True
    if part in _FRACTIONS:
        return value + Decimal(_FRACTIONS[part]), True
    if part.startswith("/"):
        over = int(part[1:])
        return (value / over, True) if over in _DENOMINATORS and value < over and value % 1 == 0 else (value, False)
    above, _, below = part[1:].partition("/")
    if int(below) in _DENOMINATORS and int(above) < int(below):
        return value + Decimal(int(above)) / int(below), True
    return value, False


def _decimals(whole: str, value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) and ("." in whole or "," in whole) else 0


def written(value: Decimal, language: str, decimals: int | None = None) -> str:
    """A number as a language writes it, with so many decimals, or as many as it has."""
    if decimals is not None:
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return str(locale_numbers.format_decimal(value, pattern, locale_of(language), numbering_system="latn"))
    return str(
        locale_numbers.format_decimal(
            value, locale=locale_of(language), decimal_quantization=False, numbering_system="latn"
        )
    )


_DATED: Final = re.compile(r"0[0-9].*|[0-9]{1,4}([.,])[0-9]{1,2}\1.*")
_DECIMAL: Final = re.compile(r"(?<![\w.,/:-])[0-9]+(?:[.,][0-9]+)+(?![\w]*[-/.:][0-9A-Za-z]|[.,]?[0-9])")


def localised(text: str, source_language: str, target_language: str) -> str:
    """A text with its decimals and thousands as the target language writes them; dates, versions and codes stay."""
    here = (_symbols(source_language), _symbols(target_language))
    if here[0] == here[1]:
        return text

    def rewritten(match: re.Match[str]) -> str:
        value = value_of(match.group(), source_language)
        if value is None or _DATED.fullmatch(match.group()):
            return match.group()
        decimal = here[0][0]
        tail = match.group().rpartition(decimal)[2] if decimal in match.group() else ""
        return written(value, target_language, len(tail))

    return _DECIMAL.sub(rewritten, text)


_CURRENCIES: Final = {
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "₽": "RUB",
    "₴": "UAH",
    "₩": "KRW",
    "zł": "PLN",
}
_AMOUNT: Final = r"[0-9]{1,3}(?:[.,'’\u00a0\u202f ][0-9]{3})*(?:[.,][0-9]{1,2})?|[0-9]+(?:[.,][0-9]{1,2})?"
_ISO: Final = "USD|EUR|GBP|JPY|CHF|CNY|INR|PLN|UAH|SEK|NOK|DKK|CZK|CAD|AUD"
_PRICE: Final = re.compile(
    rf"(?<![\w.,])(?:(?P<sign>[$€£¥₹₽₴₩]|{_ISO})[ \u00a0]?(?P<amount>{_AMOUNT})|(?P<first>{_AMOUNT})[ \u00a0]?(?P<after>[€£$₴₽]|zł|{_ISO}))"
    r"(?![\w.,]*[0-9A-Za-z])"
)


def priced(text: str, source_language: str, target_language: str) -> str:
    """A text with its prices as the target language writes them, the same amounts in the same currencies."""
    locale = locale_of(target_language)

    def rewritten(match: re.Match[str]) -> str:
        sign = match.group("sign") or match.group("after")
        amount = value_of(match.group("amount") or match.group("first"), source_language)
        currency = _CURRENCIES.get(sign, sign)
        if amount is None:
            return match.group()
        whole = amount == amount.to_integral_value() and not re.search(
            r"[.,][0-9]{1,2}$", match.group(2) or match.group(3) or ""
        )
        shown = locale_numbers.format_currency(
            amount, currency, locale=locale, decimal_quantization=False, numbering_system="latn"
        )
        kept = sign if sign in _CURRENCIES else currency
        shown = shown.replace(locale_numbers.get_currency_symbol(currency, locale), kept)
        return re.sub(r"[.,]00(?![0-9])", "", shown) if whole else shown

    return _PRICE.sub(rewritten, text)


@lru_cache(maxsize=64)
def _months(language: str) -> tuple[tuple[int, re.Pattern[str]], ...]:
    names = locale_of(language).months
    found = []
    for number in range(1, 13):
        ways = {
            names[context][width][number].casefold().rstrip(".")
            for context in ("format", "stand-alone")
            for width in ("wide", "abbreviated")
            if number in names[context][width]
        }
        words = [re.escape(way) for way in ways if not any(sign.isdigit() for sign in way)]
        found.append((number, re.compile(rf"(?<!\w)(?:{'|'.join(words) or '(?!)'})")))
    return tuple(found)


def months(text: str, language: str) -> frozenset[int]:
    """The months that a text names in words."""
    folded = text.casefold()
    return frozenset(number for number, pattern in _months(language) if pattern.search(folded))
