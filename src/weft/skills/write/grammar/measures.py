"""Measures in the units of a market, rounded as a merchant would: 7.9 in is 20.1 cm where people measure so."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal

from weft.claims.units import Unit, units

System = Literal["metric", "imperial", "both", ""]
# A unit as values write it: its name, whether it is metric.
_WRITTEN: Final = {
    **dict.fromkeys(("in", "inch", "inches", '"', "″", "zoll"), "inch"),
    **dict.fromkeys(("ft", "feet", "foot", "fuß"), "foot"),
    **dict.fromkeys(("yd", "yard", "yards"), "yard"),
    **dict.fromkeys(("oz", "ounce", "ounces"), "ounce"),
    **dict.fromkeys(("lb", "lbs", "pound", "pounds"), "pound"),
    **dict.fromkeys(("fl oz", "fl. oz."), "fluid ounce"),
    **dict.fromkeys(("gal", "gallon", "gallons"), "gallon"),
    **{unit: unit for unit in ("mm", "cm", "m", "g", "kg", "ml", "l")},
}
_METRIC: Final = frozenset(["mm", "cm", "m", "g", "kg", "ml", "l"])
_SHOWN: Final = {"inch": "in", "foot": "ft", "ounce": "oz", "pound": "lb", "fluid ounce": "fl oz", "gallon": "gal"}
_VALUE: Final = re.compile(r"(\d+(?:[.,]\d+)?(?:\s?[x×–-]\s?\d+(?:[.,]\d+)?)*)\s?([^\d\s].*)")
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")
_DIGITS: Final = 3


def in_system(text: str, system: System) -> str:
    """A value that is a measure (`7.9 in`, `20 x 30 cm`) in a system's units; with `both` its own stands after it in brackets.

    One that is in these units already, or is no measure, stays.
    """
    found = _VALUE.fullmatch(text.strip())
    name = _WRITTEN.get(found[2].casefold().strip(" .")) if found else None
    if found is None or name is None or not system or (name in _METRIC) == (system != "imperial"):
        return text
    unit = units()[name]
    values = [Decimal(number.replace(",", ".")) for number in _NUMBER.findall(found[1])]
    target = units()[_target(unit, float(max(values)), system != "imperial")]
    shown = iter(_rounded(Decimal(str(target.of_base(unit.base(float(value)))))) for value in values)
    converted = f"{_NUMBER.sub(lambda _: next(shown), found[1])} {_SHOWN.get(target.name, target.name)}"
    return f"{converted} ({text})" if system == "both" else converted


def _target(unit: Unit, value: float, metric: bool) -> str:
    """The unit that a merchant would use for a value."""
    size = unit.base(value)
    if unit.dimension == "length":
        if metric:
            return "mm" if size < units()["inch"].base(1) else "m" if unit.name in ("foot", "yard") else "cm"
        return "inch" if size <= units()["m"].base(2.5) else "foot"
    if unit.dimension == "weight":
        small = size < units()["kg"].base(1)
        return ("g" if small else "kg") if metric else "ounce" if small else "pound"
    if metric:
        return "ml" if size < units()["l"].base(1) else "l"
    return "fluid ounce" if size < units()["l"].base(4) else "gallon"


def _rounded(value: Decimal) -> str:
    """Three significant digits, no decimals from 100 on, and no zeros that say nothing."""
    places = max(0, _DIGITS - 1 - value.adjusted())
    said = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return format(said.normalize() if said % 1 else said.to_integral_value(), "f")
