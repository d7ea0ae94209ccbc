"""Numbers with units as a language writes them."""

import functools
import re
from decimal import Decimal
from typing import Final

from babel.numbers import format_decimal

_FIGURE: Final = re.compile(
    r"(?<![\w.,])(\d+(?:[.,]\d+)?)(\s?)(%|°\s?[CF]|[^\W\d_]+(?:/[^\W\d_]+[²³]?)?[²³]?|\"|″)?(?![\w])"
)
_UNITS: Final = {
    "in": "Zoll",
    "inch": "Zoll",
    "inches": "Zoll",
    '"': "Zoll",
    "ft": "Fuß",
    "lbs": "lb",
    "pcs": "Stück",
    "h": "Std.",
    "min": "Min.",
}
_BACK: Final = {"Zoll": "in", "Stück": "pieces", "Std": "h", "Min": "min", "Liter": "l"}
_KILO: Final = 1000


@functools.lru_cache(4096)
def _number(text: str, language: str) -> str:
    value = Decimal(text.replace(",", "."))
    places = len(text.replace(",", ".").partition(".")[2])
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return format_decimal(value, format=pattern, locale=language, group_separator=value >= 10_000)


def figure(text: str, language: str, *, grams: bool = False, measures: bool = False) -> str:
    """The numbers of a text with that language's decimal signs and units; weights in grams as kilograms from one on.

    With `measures` only numbers that have a unit: others may be part of a name.
    """
    if grams:
        weight = float(text.split()[0])
        return figure(f"{weight / _KILO:.3g} kg" if weight >= _KILO else f"{weight:.0f} g", language)

    def put(found: re.Match[str]) -> str:
        number, space, unit = found[1], found[2], found[3] or ""
        if measures:
            # In a name the unit stays: `84 in Polished Silver` is no measure.
            return f"{_number(number, language)}{space}{unit}" if unit else found[0]
        unit = (_UNITS if language == "de" else _BACK).get(unit, unit)
        if unit == "%":
            return f"{_number(number, language)}{' %' if language == 'de' else '%'}"
        return f"{_number(number, language)}{' ' if unit and (space or unit == 'Zoll') else space}{unit}"

    return _FIGURE.sub(put, text)
