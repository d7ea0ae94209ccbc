"""What a kind of goods is: how its products are named, measured, priced, described and sold over the year."""

from dataclasses import dataclass
from typing import Final


@dataclass(slots=True, frozen=True)
class Spec:
    """One measured or chosen property of a kind, in metric units; `unit` is empty for counts and names."""

    name: str
    unit: str
    values: tuple[int | float | str, ...]


@dataclass(slots=True, frozen=True)
class Kind:
    """One kind of goods. Prices are euros, grams are of one piece, sentences have slots for the specs and the material.

    `season` names a curve of the year, `group` the part of the shop; the first spec drives price and weight.
    """

    key: str
    type: str
    category: str
    group: str
    season: str
    titles: tuple[str, ...]
    euros: tuple[float, float]
    grams: tuple[int, int]
    materials: tuple[str, ...]
    specs: tuple[Spec, ...]
    palette: tuple[str, ...]
    sizes: tuple[str, ...]
    openers: tuple[str, ...]
    features: tuple[str, ...]
    care: tuple[str, ...]
    tags: tuple[str, ...]
    returned: float = 0.05
    per_order: float = 1.0


CLOTHING_SIZES: Final = ("XS", "S", "M", "L", "XL", "XXL")
SHOE_SIZES: Final = ("37", "38", "39", "40", "41", "42", "43", "44", "45")
NO_SIZES: Final = ()
