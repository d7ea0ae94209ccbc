"""Units and what they are of, read from words/units.txt: quantities compare across units, never across dimensions."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from weft.claims import data


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its name, its dimension, and how many of the dimension's first unit it is."""

    name: str
    dimension: str
    factor: float
    fahrenheit: bool = False

    def base(self, value: float) -> float:
        """A value in this unit as one in the dimension's first unit."""
        return (value - 32) * 5 / 9 if self.fahrenheit else value * self.factor

    def of_base(self, value: float) -> float:
        """A value in the dimension's first unit as one in this unit."""
        return value * 9 / 5 + 32 if self.fahrenheit else value / self.factor

    @property
    def currency(self) -> str | None:
        """The currency's code where this is money."""
        return self.dimension.partition(" ")[2] if self.dimension.startswith("money") else None


@cache
def units() -> dict[str, Unit]:
    """All units by name."""
    found = {}
    for line in data.lines("units"):
        name, dimension, factor = (part.strip() for part in line.split("|")[:3])
        offset = factor == "°F"
        found[name] = Unit(name, dimension, 1.0 if offset else float(Fraction(factor)), offset)
    return found


@cache
def money(currency: str) -> Unit:
    """The unit of a currency, by its code."""
    code = currency.strip().upper()
    return units().get(code) or Unit(code, f"money {code}", 1.0)
