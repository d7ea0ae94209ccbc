"""Measures of a text, and the same measures in the units of another market, rounded as a merchant would."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from typing import Final, Literal, TypeAlias

import pint

from weft.skills.translate import numbers
from weft.skills.translate.numbers import Number
from weft.skills.translate.unit_words import symbol, units

System: TypeAlias = Literal["metric", "imperial", "both"]

_IMPERIAL: Final = frozenset(
    "inch foot yard mile ounce pound ton fluid_ounce gallon quart pint square_foot degree_Fahrenheit mile_per_hour psi".split()  # noqa: SIM905
)
_METRIC: Final = frozenset(
    "millimeter centimeter meter kilometer gram kilogram metric_ton milliliter centiliter liter square_meter "  # noqa: SIM905
    "degree_Celsius kilometer_per_hour bar".split()
)
_JOINT: Final = re.compile(
    r"\s?(?:x|×|\*|by|-|–|—|~|to|bis|à|a|hasta|até|до|至|到|から|～|〜|إلى|ال|ⅹ|ｘ|Ｘ|и|and|und|et|y)\s?", re.IGNORECASE
)
_GAP: Final = re.compile(r"[ \u00a0\u202f\u2009]?-?[ \u00a0\u202f]?|\s?\(")
# "2 in 1", "5 in stock": there `in` is no inch.
_PREPOSITION: Final = re.compile(
    r"[ \u00a0]+(?!(?:long|wide|high|tall|deep|thick|diameter|length|width|height|depth|x|by|to|and|or|inseam|drop|heel|[lwhd])\b)[\w\"“]|-",
    re.IGNORECASE,
)
_DIGITS: Final = 3
_CLOSE: Final = Decimal("0.06")


@dataclass(frozen=True, slots=True)
class Measure:
    """A quantity: value and pint's unit, its place with the unit, and where its number and its unit stand.

    One that takes its unit from the next one (`10` in `10 x 12 in`) has an empty place for it.
    """

    value: Decimal
    unit: str
    start: int
    end: int
    number: Number
    unit_start: int
    unit_end: int


@cache
def _registry() -> pint.UnitRegistry[Decimal]:
    return pint.UnitRegistry(non_int_type=Decimal)


@cache
def _dimension(unit: str) -> str:
    return "1" if unit == "percent" else str(_registry().get_dimensionality(unit))


@lru_cache(maxsize=4096)
def exact(value: Decimal, unit: str, target: str) -> Decimal | None:
    """A quantity in another unit, unrounded; None for one of another dimension."""
    if unit == target:
        return value
    if _dimension(unit) != _dimension(target):
        return None
    return Decimal(_registry().Quantity(value, unit).to(target).magnitude)


def found(text: str, language: str) -> list[Measure]:
    """The measures of a text in order."""
    plain = numbers.digits(text)
    there = numbers.found(text, language)
    direct = [_with_unit(plain, number, language) for number in there]
    measures: list[Measure] = []
    for index in range(len(there) - 1, -1, -1):
        own, number = direct[index], there[index]
        if own is not None:
            measures.append(own)
            continue
        after = measures[-1] if measures and index + 1 < len(there) else None
        if after is not None and after.number == there[index + 1] and _JOINT.fullmatch(plain, number.end, after.start):
            measures.append(Measure(number.value, after.unit, number.start, number.end, number, number.end, number.end))
    return [_signed(plain, measure) for measure in reversed(measures)]


def _with_unit(plain: str, number: Number, language: str) -> Measure | None:
    gap = _GAP.match(plain, number.end)
    at = gap.end() if gap and not gap.group().endswith("(") else number.end
    pattern, names = units(language)
    match = pattern.match(plain, at)
    if match is None:
        return None
    unit = names[(match.lastindex or 1) - 1]
    word = match.group()
    if word.lower() == "in" and _PREPOSITION.match(plain, match.end()):
        return None
    if word in ("M", "G", "L", "V") and at == number.end and word != "L" and word != "V":
        return None
    if word in ('"', "”", "'", "’") and (at > number.end or _closes(plain, number.start, word)):
        return None
    return Measure(number.value, unit, number.start, match.end(), number, match.start(), match.end())


def _closes(plain: str, at: int, sign: str) -> bool:
    """Whether a quotation mark closes a quotation that began before the number."""
    line = plain[max(plain.rfind("\n", 0, at) + 1, at - 300) : at]
    if sign == "”":
        return line.count("“") > line.count("”")
    opened = re.findall(rf"(?<![\w]){re.escape(sign)}(?=\w)", line)
    closed = re.findall(rf"(?<=[^\W\d]){re.escape(sign)}(?!\w)", line)
    return len(opened) > len(closed)


def _signed(plain: str, measure: Measure) -> Measure:
    """A temperature below zero with its sign."""
    before = plain[max(0, measure.start - 2) : measure.start]
    if measure.unit.startswith("degree") and re.search(r"(?:^|[\s(])[-–]$", before):
        return replace(measure, value=-measure.value, start=measure.start - 1)
    return measure


def rounded(value: Decimal, unit: str = "") -> Decimal:
    """A converted value as a merchant writes it: three significant digits, no decimals from 100 on, whole degrees."""
    if value == 0:
        return Decimal(0)
    places = 0 if unit.startswith("degree") else max(0, _DIGITS - 1 - value.adjusted())
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _target(values: Sequence[Decimal], unit: str, system: System) -> str | None:
    """The unit that a merchant of a market would use for these values; None where theirs is one already."""
    largest = max(abs(value) for value in values)
    if system == "metric" and unit in _IMPERIAL:
        return _metric(largest, unit)
    return _imperial(largest, unit) if system == "imperial" and unit in _METRIC else None


def _metric(value: Decimal, unit: str) -> str:
    if unit == "inch":
        return "centimeter" if value >= 1 else "millimeter"
    if unit == "ounce":
        return "gram" if value < 36 else "kilogram"
    if unit == "pound":
        return "kilogram" if value >= 1 else "gram"
    if unit in ("fluid_ounce", "pint"):
        millilitres = exact(value, unit, "milliliter") or value
        return "milliliter" if millilitres < 1000 else "liter"
    return {
        "foot": "meter",
        "yard": "meter",
        "mile": "kilometer",
        "ton": "metric_ton",
        "gallon": "liter",
        "quart": "liter",
        "square_foot": "square_meter",
        "degree_Fahrenheit": "degree_Celsius",
        "mile_per_hour": "kilometer_per_hour",
        "psi": "bar",
    }[unit]


def _imperial(value: Decimal, unit: str) -> str:
    if unit == "centimeter":
        return "inch" if value <= 250 else "foot"
    if unit == "gram":
        return "ounce" if value < 1000 else "pound"
    if unit == "kilogram":
        return "pound" if value >= Decimal("0.45") else "ounce"
    if unit == "liter":
        return "fluid_ounce" if value < 4 else "gallon"
    if unit == "meter":
        return "foot" if value >= Decimal("0.6") else "inch"
    return {
        "millimeter": "inch",
        "kilometer": "mile",
        "metric_ton": "ton",
        "milliliter": "fluid_ounce",
        "centiliter": "fluid_ounce",
        "square_meter": "square_foot",
        "degree_Celsius": "degree_Fahrenheit",
        "kilometer_per_hour": "mile_per_hour",
        "bar": "psi",
    }[unit]


def _chains(text: str, measures: Sequence[Measure]) -> Iterator[list[Measure]]:
    """Measures that belong together: sides of one thing, a range, feet with inches."""
    chain: list[Measure] = []
    for measure in measures:
        between = text[chain[-1].end : measure.start] if chain else ""
        joint = _JOINT.fullmatch(between) if chain else None
        compound = bool(chain) and not between.strip() and (chain[-1].unit, measure.unit) in _COMPOUNDS
        if chain and not compound and (joint is None or chain[-1].unit != measure.unit):
            yield chain
            chain = []
        chain.append(measure)
    if chain:
        yield chain


_COMPOUNDS: Final = frozenset([("foot", "inch"), ("pound", "ounce")])


def for_market(text: str, language: str, system: System) -> str:
    """A text with its measures in a market's units, as its language writes them; `both` puts the metric one first.

    `12 in` becomes `30.5 cm`, or `30.5 cm (12 in)`; what is in the market's units already, or given in both, stays.
    """
    measures = found(text, language)
    chains = list(_chains(text, measures))
    parts: list[str] = []
    at = 0
    for index, chain in enumerate(chains):
        written = None if _given_twice(text, chains, index) else _converted(text, chain, language, system)
        if written is None:
            continue
        parts += [text[at : chain[0].start], written]
        at = chain[-1].end
    return "".join([*parts, text[at:]])


def _given_twice(text: str, chains: Sequence[Sequence[Measure]], index: int) -> bool:
    """Whether the same quantity stands beside it in another unit: `12 in (30 cm)`."""
    for other in (index - 1, index + 1):
        if not 0 <= other < len(chains) or len(chains[other]) != len(chains[index]):
            continue
        if (chains[index][0].unit in _METRIC) == (chains[other][0].unit in _METRIC):
            continue
        first, second = sorted((index, other))
        between = text[chains[first][-1].end : chains[second][0].start]
        if re.fullmatch(r"\s*(?:\(|/|\||=|,|≈|（|oder|or|ou|o)\s*(?:ca\.?|approx\.?|env\.?)?\s*", between) and all(
            same(one, two) for one, two in zip(chains[index], chains[other], strict=True)
        ):
            return True
    return False


def _converted(text: str, chain: Sequence[Measure], language: str, system: System) -> str | None:
    whole = text[chain[0].start : chain[-1].end]
    unit = chain[-1].unit
    compound = len({measure.unit for measure in chain}) > 1
    values = [_sum(chain)] if compound else [measure.value for measure in chain]
    target = _target(values, unit, "metric" if system == "both" and unit in _IMPERIAL else system)
    if system == "both" and unit in _METRIC:
        target = _target(values, unit, "imperial")
    if target is None:
        return None
    exacts = [exact(value, unit, target) for value in values]
    shown = [numbers.written(_tidy(rounded(value or Decimal(0), target)), language) for value in exacts]
    sign = symbol(target, language)
    new = f"{shown[0]}{_space(text, chain[-1], sign)}{sign}" if compound else "".join(_sides(text, chain, shown, sign))
    if system != "both":
        return new
    return f"{new} ({whole})" if unit in _IMPERIAL else f"{whole} ({new})"


def _sum(chain: Sequence[Measure]) -> Decimal:
    unit = chain[-1].unit
    return sum((exact(measure.value, measure.unit, unit) or Decimal(0) for measure in chain), Decimal(0))


def _tidy(value: Decimal) -> Decimal:
    """A value without zeros after its last decimal: 25.40 is 25.4, and 30.0 is 30."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _space(text: str, measure: Measure, sign: str) -> str:
    """The blank between a number and its unit: as in the source, and one before a symbol that had none, but for scripts
    without blanks."""
    between = text[measure.number.end : measure.unit_start]
    if not between.strip() and between:
        return between
    return "" if sign[0] > "\u2e7f" else " "


def _sides(text: str, chain: Sequence[Measure], shown: Sequence[str], sign: str) -> Iterator[str]:
    """Each side with its new number; the unit stands where it stood, and at the end."""
    at = chain[0].start
    for number, measure in enumerate(chain):
        joint = text[at : measure.start]
        yield re.sub(r"(?<=\s)[x*](?=\s)|^[x*]$", "×", joint)
        last = number == len(chain) - 1
        named = measure.unit_end > measure.unit_start
        yield shown[number] + (f"{_space(text, measure, sign)}{sign}" if last or named else "")
        at = measure.end


def same(source: Measure, target: Measure) -> bool:
    """Whether two measures are one quantity: equal, or converted and rounded to the decimals that are shown."""
    value = exact(source.value, source.unit, target.unit)
    if value is None:
        return False
    if source.unit == target.unit:
        return source.value == target.value
    step = Decimal(1).scaleb(-target.number.decimals)
    back = exact(target.value, target.unit, source.unit)
    near = abs(value - target.value) <= step / 2 + abs(value) * Decimal("0.002")
    # Tens and halves as people say them: 6 ft are 180 cm.
    return near and (
        abs(value - target.value) <= abs(value) * _CLOSE or back is None or target.unit.startswith("degree")
    )


def wanted(measure: Measure, system: str) -> tuple[Decimal, str] | None:
    """What a measure is to be in a market's units, rounded; None where it is in them already."""
    ways: tuple[System, ...] = (
        ("metric", "imperial") if system == "both" else ("imperial",) if system == "imperial" else ("metric",)
    )
    for way in ways:
        target = _target([measure.value], measure.unit, way)
        value = exact(measure.value, measure.unit, target) if target else None
        if target is not None and value is not None:
            return _tidy(rounded(value, target)), target
    return None
