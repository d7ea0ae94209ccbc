"""Numbers as countries write them: 1,234.5 · 1.234,5 · 1 234,5 · 1'234.5 · 1/2 · ½."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

FRACTIONS: Final = {
    "½": 0.5,
    "⅓": 1 / 3,
    "⅔": 2 / 3,
    "¼": 0.25,
    "¾": 0.75,
    "⅛": 0.125,
    "⅜": 0.375,
    "⅝": 0.625,
    "⅞": 0.875,
}
_POINT: Final = frozenset(["en", "zh", "ja", "ko"])


@dataclass(frozen=True, slots=True)
class Number:
    """A number with half of its last written place: 30,5 is 30.5 with 0.05."""

    value: float
    half: float = 0.5


@lru_cache(maxsize=20_000)
def numbers(raw: str, language: str | None) -> tuple[Number, ...]:
    """The ways in which a written number can be read, the likeliest first.

    Only a single mark before three digits can be read in two ways (1.500): as the language has it; both where that is unknown.
    """
    raw = "".join(str(int(char)) if char.isdigit() else char for char in raw).replace("'", "")
    points, commas = raw.count("."), raw.count(",")
    if points and commas:
        last = max(raw.rfind("."), raw.rfind(","))
        whole, part = raw[:last].replace(".", "").replace(",", ""), raw[last + 1 :]
        if raw.count(raw[last]) > 1:
            return (Number(float(whole + part)),)
        return (_decimal(whole, part),)
    if not points and not commas:
        return (Number(float(raw)),)
    mark = "." if points else ","
    whole, _, part = raw.partition(mark)
    if points + commas > 1:
        groups = raw.split(mark)
        joined = Number(float(raw.replace(mark, "")))
        return (joined,) if all(len(group) == 3 for group in groups[1:]) else ()
    decimal = _decimal(whole, part)
    if len(part) != 3 or len(whole) > 3 or whole.startswith("0"):
        return (decimal,)
    thousands = Number(float(whole + part))
    if language is None:
        return (decimal, thousands) if mark == "." else (thousands, decimal)
    grouping = "," if language in _POINT else "."
    return (thousands,) if mark == grouping else (decimal,)


def _decimal(whole: str, part: str) -> Number:
    return Number(float(f"{whole}.{part}"), 0.5 * 10.0 ** -len(part))


def plain(value: float) -> float | int:
    """A whole number as an int."""
    return int(value) if value == int(value) and abs(value) < 1e15 else round(value, 9)
