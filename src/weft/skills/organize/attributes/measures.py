"""Quantities in a text: numbers as several countries write them, their units, and sizes such as 2x4 cm."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Final

import pint

# kind: (the unit Weft keeps, {pint's unit: how a text writes it})
_UNITS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "length": (
        "cm",
        {
            "mm": "mm|millimeters?|millimetres?|millimètres?|milímetros?",
            "cm": "cm|cms|centimeters?|centimetres?|zentimeter|centimètres?|centímetros?",
            "m": "m|meters?|metres?|mètres?|metros?",
            "inch": "in|inch|inches|inchs|zoll|pouces?|pulgadas?|\"|''|”|″",
            "foot": "ft|feet|foot|'(?!')|’|′",
            "yard": "yd|yds|yards?",
        },
    ),
    "weight": (
        "g",
        {
            "mg": "mg|milligrams?",
            "g": "g|gr|grams?|gramm|grammes?|gramos?",
            "kg": "kg|kgs|kilos?|kilograms?|kilogramm|kilogrammes?|kilogramos?",
            "ounce": "oz|ozs|ounces?|onces?|onzas?|unzen?",
            "pound": "lb|lbs|pounds?|livres?|libras?|pfund",
        },
    ),
    "volume": (
        "ml",
        {
            "ml": "ml|milliliters?|millilitres?|mililitros?",
            "cl": "cl|centiliters?|centilitres?",
            "dl": "dl",
            "liter": "l|lt|ltr|liters?|litres?|litros?",
            "fluid_ounce": "fl\\.? ?ozs?|fl\\.? ?ounces?|fluid ?ounces?|oz\\. ?fl",
            "gallon": "gal|gallons?",
            "quart": "qt|quarts?",
            "pint": "pt|pints?",
        },
    ),
    "power": ("W", {"W": "w|watts?", "kW": "kw|kilowatts?"}),
    "voltage": ("V", {"V": "v|volts?"}),
    "charge": ("mAh", {"mAh": "mah", "Ah": "ah"}),
    "data": ("GB", {"MB": "mb|megabytes?", "GB": "gb|gigabytes?|go", "TB": "tb|terabytes?|to", "KB": "kb|kilobytes?"}),
    "frequency": ("Hz", {"Hz": "hz|hertz", "kHz": "khz", "MHz": "mhz", "GHz": "ghz"}),
    "speed": ("rpm", {"rpm": "rpm"}),
    "dose": ("IU", {"IU": "iu"}),
}
_KIND: Final = {unit: kind for kind, (_, units) in _UNITS.items() for unit in units}
_PATTERNS: Final = [
    (unit, re.compile(pattern + r"\.?")) for _, units in _UNITS.values() for unit, pattern in units.items()
]
_FRACTIONS: Final = {
    "½": "1/2",
    "¼": "1/4",
    "¾": "3/4",
    "⅓": "1/3",
    "⅔": "2/3",
    "⅛": "1/8",
    "⅜": "3/8",
    "⅝": "5/8",
    "⅞": "7/8",
}
_FRACTION: Final = "".join(_FRACTIONS)
NUMBER: Final = (
    rf"(?:\d{{1,4}}[ -]\d{{1,2}}/\d{{1,2}}|\d{{1,2}}/\d{{1,2}}|\d{{0,4}} ?[{_FRACTION}]"
    r"|\d{1,3}(?:[.,'’]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d{1,9}(?:[.,]\d{1,4})?|\.\d{1,4})(?![\d/])"
)
_UNIT: Final = "|".join(
    sorted((pattern for _, units in _UNITS.values() for pattern in units.values()), key=len, reverse=True)
)
_SIGNS: Final = "\"'”″’′"
_ONE: Final = re.compile(
    rf"(?<![\w.,/#&$€£])({NUMBER})(?:\s{{0,2}}[-–]?\s?)({_UNIT})(?:(?<=[{_SIGNS}])|(?![\w]|['’][^\W\d_]))(?!\s?/\s?\d)",
    re.IGNORECASE,
)
# "5 in 1", "5 in the box": there `in` is no inch.
_PREPOSITION: Final = re.compile(
    r"[ \xa0]+(?!(?:long|wide|high|tall|deep|thick|diameter|length|width|height|depth|x|by|[lwhd])\b)\w", re.IGNORECASE
)
_BY: Final = r"\s{0,2}(?:[x×*]|by)\s{0,2}"
_SIDE: Final = rf"({NUMBER})\s{{0,2}}-?({_UNIT})?\.?(?:\s?\(?(l|w|h|d|dia|long|wide|high|tall|deep|b|t)\)?(?![a-z]|\s?[x×*/]\s?[lwhdbt]\b))?"
_SIZES: Final = re.compile(rf"(?<![\w.,/#$€£-]){_SIDE}{_BY}{_SIDE}(?:{_BY}{_SIDE})?(?![\w/]|[.,]\d)", re.IGNORECASE)
_SIDE_NAME: Final = {
    "l": "length", "long": "length", "w": "width", "wide": "width", "b": "width", "h": "height", "high": "height",
    "tall": "height", "d": "depth", "deep": "depth", "t": "depth", "dia": "diameter",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measure:
    """A quantity: `kind` (length, weight, volume, …), value in the unit kept for that kind, the number and unit as
    written, and its offsets in the text."""

    kind: str
    value: float
    unit: str
    number: float
    written: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """Two or three lengths that stand together: `sides` are (name or "", value in `unit`), `unit` is "" where the text
    has none."""

    sides: tuple[tuple[str, float], ...]
    unit: str
    start: int
    end: int


def number(text: str) -> float | None:
    """A number as it is written in English, German, French or Spanish, with fractions; None where it is none.

    A lone comma before three digits parts thousands, a lone point does not: 1,500 is 1500 and 1.500 is 1.5.
    """
    text = text.strip()
    for sign, plain in _FRACTIONS.items():
        text = text.replace(sign, f" {plain}")
    if "/" in text:
        parts = re.split(r"[\s-]+", text.strip())
        try:
            return float(sum(Fraction(part) for part in parts))
        except (ValueError, ZeroDivisionError):
            return None
    text = re.sub(r"['’\s]", "", text)
    if "," in text and "." in text:
        decimal = max(text.rfind(","), text.rfind("."))
        text = re.sub("[.,]", "", text[:decimal]) + "." + text[decimal + 1 :]
    elif re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+|[1-9]\d{0,2}(\.\d{3}){2,}", text):
        text = re.sub("[.,]", "", text)
    else:
        text = text.replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return None


@cache
def _registry() -> pint.UnitRegistry[float]:
    return pint.UnitRegistry()


@cache
def factor(unit: str, target: str) -> float:
    """How many of the target a unit is, by pint; the two are of one kind."""
    if unit == target:
        return 1.0
    data = {"KB": 1e-6, "MB": 1e-3, "GB": 1.0, "TB": 1e3}
    if unit in data and target in data:
        return data[unit] / data[target]
    return float(_registry().Quantity(1.0, unit).to(target).magnitude)


def converted(value: float, unit: str, target: str) -> float | None:
    """A quantity in another unit of its kind; None for one of another kind."""
    return value * factor(unit, target) if _KIND[unit] == _KIND[target] else None


@cache
def unit_of(written: str) -> str | None:
    """The unit that a text writes so, by pint's name; None where it is none."""
    folded = written.lower()
    return next((unit for unit, pattern in _PATTERNS if pattern.fullmatch(folded)), None)


def kept(value: float, unit: str) -> tuple[str, float, str]:
    """The kind of a quantity, its value in the unit kept for that kind (rounded to four decimals), and that unit."""
    kind = _KIND[unit]
    target = _UNITS[kind][0]
    return kind, round(value * factor(unit, target), 4), target


def measures(text: str) -> Iterator[Measure]:
    """The quantities of a text with a unit, in order."""
    for match in _ONE.finditer(text):
        plain, unit = number(match.group(1)), unit_of(match.group(2))
        if plain is None or unit is None or (match.group(2) == "M" or match.group(2) == "G"):
            continue
        if match.group(2).lower() == "in" and _PREPOSITION.match(text, match.end()):
            continue
        kind, value, target = kept(plain, unit)
        yield Measure(kind, value, target, plain, match.group(2), match.start(), match.end())


def sizes(text: str) -> Iterator[Sizes]:
    """Sizes such as `2x4 cm`, `12"L x 5"W` or `30 × 20 × 10`, in cm where the text has a unit of length."""
    for match in _SIZES.finditer(text):
        sides = [match.group(n, n + 1, n + 2) for n in (1, 4, 7) if match.group(n)]
        units = [unit_of(unit) if unit else None for _, unit, _ in sides]
        last = next((unit for unit in reversed(units) if unit), None)
        if last is not None and _KIND[last] != "length":
            continue
        found = []
        for (digits, _, letter), unit in zip(sides, units, strict=True):
            plain, own = number(digits), unit or last
            if plain is None or (own is not None and _KIND[own] != "length"):
                break
            side = _SIDE_NAME.get((letter or "").lower(), "")
            found.append((side, kept(plain, own)[1] if own else plain))
        else:
            yield Sizes(tuple(found), "cm" if last else "", match.start(), match.end())
