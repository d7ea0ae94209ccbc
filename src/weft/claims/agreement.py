"""Verdicts on quantities: across units, roles, notations and rounding."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from weft.claims.assertions import Assertions
from weft.claims.fact import Fact, Facts, Quantity, Sides
from weft.claims.finding import STOPS, Finding
from weft.claims.lexicon import parents, plain_letters
from weft.claims.numerals import Number, plain
from weft.claims.stated import words_near
from weft.claims.units import Unit, units
from weft.claims.verdict import Ruling, quoted, says_otherwise, says_so

_CONVERTED: Final = 0.05
_SHORTENED: Final = 0.02
_BACK: Final = 0.005
_SOME: Final = 0.07
# «Knapp zwei Meter» may be said of 1.8 m.
_NEARLY: Final = 0.1
# Roles that may be said of one quantity.
_ALIKE: Final = (
    {"depth", "thickness"}, {"height", "thickness"}, {"length", "depth"}, {"width", "diameter"}, {"length", "height"},
    {"temperature", "washing"}, {"length", "cable length"}, {"height", "heel height"}, {"height", "seat height"}, {"screen", "length"},
    {"screen", "width"}, {"warranty", "return time"}, {"depth of water", "depth"}, {"length", "range of signal"},
)  # fmt: skip
_LOOSE: Final = frozenset(["age", "delivery time", "return time", "power", "temperature", "washing", "capacity"])


def agree(said: Number, unit: Unit, known: Quantity, *, some: bool = False) -> bool:
    """Whether a written quantity is the known one: exactly, or rounded as it is written; about it where the text says so."""
    if known.unit is None:
        return said.value == known.value
    is_same = known.unit.name == unit.name
    base, there = unit.base(said.value), known.base
    gap = abs(base - there)
    if gap <= 1e-9 * max(abs(base), abs(there), 1e-9):
        return True
    size = max(abs(there), 1e-12)
    if unit.currency:
        return some and gap / size <= _SOME
    if unit.dimension == "temperature":
        return abs(unit.of_base(there) - said.value) <= said.half + 1e-9 and not is_same
    if abs(unit.of_base(there) - said.value) <= said.half * (1 + 1e-9) and gap / size <= (
        _SHORTENED if is_same else _CONVERTED
    ):
        return True
    if not is_same and abs(known.unit.of_base(base) - known.value) <= known.half and gap / size <= _BACK:
        return True
    return some and (gap / size <= _SOME or (0 < base - there <= _NEARLY * base))


def _is_of_paper(finding: Finding, text: Assertions) -> bool:
    """Whether grams are those of a square metre: «90-g-Papier»."""
    words = text.scan.words[max(0, finding.first - 4) : finding.after + 3]
    return any(word.startswith(("papier", "paper", "papel", "stoff", "fabric", "tissu", "纸")) for word in words)


def _is_idle(finding: Finding, unit: Unit, facts: Facts) -> bool:
    """Whether a quantity in words is talk: «five more minutes» where no fact has a time, «one litre covers …»."""
    if not finding.spelled:
        return False
    if finding.numbers[0][0].value == 1 and unit.dimension != "months":
        return True
    return unit.dimension in ("time", "months") and not finding.role and not facts.measures.get(unit.dimension)


def measure(finding: Finding, facts: Facts, text: Assertions) -> Ruling | None:
    """The verdict on a quantity, a range of two, a price or a saving."""
    if finding.kind == "discount":
        ruling = _discount(finding, facts)
        if ruling[0] == "supported" or finding.unit is None:
            return ruling
    unit = finding.unit
    if unit is None:
        return "unknown", None, "No fact has this quantity."
    decided: Fact | None = None
    for n, readings in enumerate(finding.numbers):
        own = (finding.units[n] if n < len(finding.units) else None) or unit
        fact = holding(readings, own, finding, facts) or _otherwise_said(readings, own, finding, text, facts)
        if fact is None:
            return None if _is_idle(finding, unit, facts) else _off(finding, unit, facts)
        decided = decided or fact
    return says_so(decided) if decided is not None else None


def _otherwise_said(
    readings: Sequence[Number], unit: Unit, finding: Finding, text: Assertions, facts: Facts
) -> Fact | None:
    """The fact that holds a quantity whose unit is said in short: 30 degrees, 18 carats, 90 g paper."""
    if unit.name == "°":
        return holding(readings, units()["°C"], finding, facts) or holding(readings, units()["°F"], finding, facts)
    if unit.dimension == "carat":
        return next((facts.codes[code] for one in readings if (code := f"{one.value:g}k") in facts.codes), None)
    if unit.name == "g" and _is_of_paper(finding, text):
        return holding(readings, units()["gsm"], finding, facts)
    return None


def holding(readings: Iterable[Number], unit: Unit, finding: Finding, facts: Facts) -> Fact | None:
    """The fact that holds a quantity."""
    known = facts.measures.get(unit.dimension, ())
    same = any(one.role == finding.role for one in known) if finding.role else False
    for said in readings:
        for one in known:
            if _may_be(finding, one, same) and (
                agree(said, unit, one, some=finding.about_some) or _beyond(finding.bound, said, unit, one)
            ):
                return one.fact
        if (total := _in_total(said, unit, known, facts, finding.bound)) is not None:
            return total
        if (deep := _under_water(said, unit, facts)) is not None:
            return deep
        if unit.dimension in _CALENDAR:
            for one in facts.measures.get(_CALENDAR[unit.dimension], ()):
                if one.unit is not None and _days_agree(said, unit, one, one.unit):
                    return one.fact
        if unit.currency:
            for one in facts.measures.get("money", ()):
                if one.unit is None and said.value == one.value:
                    return one.fact
        for one in facts.numbers:
            if one.unit is None and one.value == said.value and (_is_bare(one, unit, finding) or _is_wash(one, unit)):
                return one.fact
    return None


def _in_total(said: Number, unit: Unit, known: Sequence[Quantity], facts: Facts, bound: str) -> Fact | None:
    """The quantity of a piece, where the text tells that of as many pieces as facts count."""
    if unit.dimension not in ("volume", "weight"):
        return None
    counts = {
        one.value for one in facts.numbers if one.unit is None and 2 <= one.value <= 100 and one.value == int(one.value)
    }
    things = {one.value for one in facts.numbers if one.thing}
    if any(_PAIR.search(f"{one.fact.name} {one.fact.text}".lower()) for one in known):
        counts |= {2.0, 0.5}
    for one in known:
        for count in counts:
            if one.unit is None:
                continue
            total = replace(one, value=one.value * count)
            if abs(total.base - unit.base(said.value)) <= 1e-6 * total.base or _beyond(bound, said, unit, total):
                return one.fact
            whole = one.role in (None, "weight", "capacity") and not _PER_PIECE.search(one.fact.name)
            if whole and count in things and abs(one.base - unit.base(said.value) * count) <= 1e-6 * one.base:
                return one.fact
    return None


_METRES: Final = 10


def _under_water(said: Number, unit: Unit, facts: Facts) -> Fact | None:
    """The pressure that a depth of water is, and the other way round: 10 ATM are 100 m."""
    if unit.name in ("m", "foot"):
        pressed = [one for one in facts.measures.get("pressure", ()) if one.unit and one.unit.name in ("atm", "bar")]
        depth = unit.base(said.value) / 1000
        return next((one.fact for one in pressed if abs(one.value * _METRES - depth) <= depth / _METRES / 5), None)
    if unit.name in ("atm", "bar"):
        lengths = [one for one in facts.measures.get("length", ()) if one.unit and one.unit.name == "m"]
        return next((one.fact for one in lengths if one.value == said.value * _METRES), None)
    return None


_PER_PIECE: Final = re.compile(r"(?:^|[_ .])(?:je|pro|per|par|por|100)(?:[_ .]|$)|100|nutri|n(?:ä|ae)hr")
_PAIR: Final = re.compile(r"\bpaa?r\b|pair|paire|schuh|shoe|chaussure|zapat|双")
_CALENDAR: Final = {"months": "time", "time": "months"}
_DAY: Final = 86400


def _days_agree(said: Number, unit: Unit, known: Quantity, other: Unit) -> bool:
    """Whether months and days are the same time: three months are 90 days."""
    mine = unit.base(said.value) * (365.25 / 12 if unit.dimension == "months" else 1 / _DAY)
    theirs = other.base(known.value) * (365.25 / 12 if other.dimension == "months" else 1 / _DAY)
    return mine >= 7 and abs(mine - theirs) / theirs <= 0.03


def _beyond(bound: str, said: Number, unit: Unit, known: Quantity) -> bool:
    """Whether a known quantity is below or above a limit that the text names, and not far from it."""
    if known.unit is None or bound not in ("below", "above", "least", "most"):
        return False
    limit, there = unit.base(said.value), known.base
    if bound == "below":
        return limit * 0.5 <= there < limit
    if bound == "above":
        return limit < there <= limit * 2
    if bound == "least" and unit.dimension != "months":
        return limit <= there <= limit * 2
    return False


def _is_bare(known: Quantity, unit: Unit, finding: Finding) -> bool:
    """Whether a number without a unit is of the quantity that the text gives a unit to."""
    if known.thing or known.role is None:
        return False
    return known.role == finding.role or (finding.role is None and _dimension_of(known.role) == unit.dimension)


_WASHES: Final = re.compile(r"wash|wasch|wäsch|lav|洗")


def _is_wash(known: Quantity, unit: Unit) -> bool:
    """Whether a bare number is the temperature of washing: «wash inside out at 30»."""
    return (
        unit.dimension == "temperature"
        and known.value in (20, 30, 40, 60, 90, 95)
        and bool(_WASHES.search(f"{known.fact.name} {known.fact.text}".lower()))
    )


def _dimension_of(role: str) -> str | None:
    return _ROLE_DIMENSIONS.get(role)


_ROLE_DIMENSIONS: Final = {
    "length": "length", "width": "length", "height": "length", "depth": "length", "diameter": "length", "thickness": "length",
    "weight": "weight", "load": "weight", "capacity": "volume", "warranty": "months", "battery life": "time", "power": "power",
    "charging time": "time", "temperature": "temperature", "screen": "length", "age": "months",
}  # fmt: skip


def _may_be(finding: Finding, known: Quantity, same: bool = False) -> bool:
    """Whether two quantities of a dimension can be of one thing, by what each is said to be of.

    `same` says that facts hold a quantity of the very role that the text names.
    """
    mine, theirs = finding.role, known.role
    if mine is None or theirs is None or mine == theirs or mine in _LOOSE or theirs in _LOOSE:
        return True
    if {mine, theirs} in _ALIKE:
        return True
    return not same and not (mine in _SIDES and theirs in _SIDES)


_SIDES: Final = frozenset(["length", "width", "height", "depth", "diameter", "thickness", "circumference"])


def _off(finding: Finding, unit: Unit, facts: Facts) -> Ruling:
    """The verdict where no fact holds a quantity: contradicted where one of the same role or kind says otherwise."""
    same = [one for one in facts.measures.get(unit.dimension, ()) if _may_be(finding, one)]
    exact = [one for one in same if one.role == finding.role]
    if exact or same:
        one = (exact or same)[0]
        return says_otherwise(one.fact)
    said = finding.numbers[0][0].value
    for others in facts.measures.values():
        for one in others:
            if one.value == said and one.unit is not None:
                return "contradicted", one.fact, f"{quoted(one.fact)} has the number {plain(said)} in another unit."
    return "unknown", None, f"No fact gives a quantity in {unit.name} or a unit like it."


def _discount(finding: Finding, facts: Facts) -> Ruling:
    said = finding.numbers[0][0]
    if finding.unit is None:
        for one in [
            *facts.measures.get("discount", ()),
            *(q for q in facts.measures.get("percent", ()) if q.about is None or _is_discount(q)),
        ]:
            if one.value == said.value:
                return says_so(one.fact)
    prices = [one for dimension, all_of in facts.measures.items() if dimension.startswith("money") for one in all_of]
    now = [one for one in prices if one.fact.name.rpartition(".")[2] in ("price", "sale_price")]
    before = [
        one for one in prices if one.fact.name.rpartition(".")[2] in ("compare_at", "compare_at_price", "msrp", "rrp")
    ]
    for high in before:
        for low in now:
            if high.value > low.value and high.fact.name.rpartition(".")[0] == low.fact.name.rpartition(".")[0]:
                off = high.value - low.value if finding.unit else (high.value - low.value) / high.value * 100
                if abs(off - said.value) <= max(said.half, 0.5 if not finding.unit else 0.005):
                    return "supported", low.fact, f"That is what {low.fact.name} is below {high.fact.name}."
    if before or facts.measures.get("discount"):
        return "contradicted", (before or facts.measures["discount"])[0].fact, "The prices say otherwise."
    return "unknown", None, "No fact speaks of a discount."


def _is_discount(quantity: Quantity) -> bool:
    return any(
        word in quantity.fact.name.lower() for word in ("discount", "rabatt", "remise", "descuento", "sale", "折")
    )


def dimensions(finding: Finding, facts: Facts) -> Ruling:
    unit = finding.unit
    values = [readings[0] for readings in finding.numbers]
    for sides in facts.sides:
        if sides.unit is None and unit is not None and _in_other_units(values, unit, facts):
            continue
        if len(sides.values) >= len(values) and _sides_agree(finding, values, sides):
            return says_so(sides.fact)
    if unit is not None:
        decided = _each_side(finding, unit, facts)
        if decided is not None:
            return "supported", decided, f"{quoted(decided)} and the other sides say so."
    elif all(any(one.value == value.value for one in facts.numbers) for value in values):
        fact = next(one.fact for one in facts.numbers if one.value == values[0].value)
        if not facts.sides:
            return says_so(fact)
    if facts.sides:
        return says_otherwise(facts.sides[0].fact)
    known = facts.measures.get("length", ())
    if known:
        return says_otherwise(known[0].fact)
    return "unknown", None, "No fact gives these dimensions."


def _in_other_units(values: Sequence[Number], unit: Unit, facts: Facts) -> bool:
    """Whether facts give one of the numbers a unit that is not the text's, and nowhere the text's."""
    known = facts.measures.get(unit.dimension, ())
    for said in values:
        equal = [one for one in known if one.value == said.value and one.unit is not None]
        if equal and all(one.unit is not None and one.unit.name != unit.name for one in equal):
            return True
    return False


def _each_side(finding: Finding, unit: Unit, facts: Facts) -> Fact | None:
    """The fact of the first side, where each side is held by a fact of its own."""
    left = list(facts.measures.get(unit.dimension, ()))
    decided: Fact | None = None
    for n, readings in enumerate(finding.numbers):
        own = finding.units[n] or unit
        role = finding.roles[n] if n < len(finding.roles) else ""
        found = next(
            (
                one
                for one in left
                if agree(readings[0], own, one, some=finding.about_some)
                and (not role or not one.role or role == one.role)
            ),
            None,
        )
        if found is None:
            return None
        left = [one for one in left if one is not found]
        decided = decided or found.fact
    return decided


def _sides_agree(finding: Finding, said: Sequence[Number], sides: Sides) -> bool:
    """Whether sizes that stand together are the known ones, side by side where both name their sides."""
    left = list(range(len(sides.values)))
    for n, number in enumerate(said):
        unit = finding.units[n] or finding.unit
        role = finding.roles[n] if n < len(finding.roles) else ""
        match = None
        for place in left:
            theirs = sides.roles[place] if place < len(sides.roles) else ""
            if role and theirs and role != theirs and {role, theirs} not in _ALIKE[:2]:
                continue
            if _side_agrees(number, unit, sides, place, finding.about_some):
                match = place
                break
        if match is None:
            return False
        left.remove(match)
    return True


def _side_agrees(said: Number, unit: Unit | None, sides: Sides, place: int, some: bool) -> bool:
    value, half = sides.values[place], sides.halves[place]
    if unit is None or sides.unit is None:
        there = sides.unit.of_base(value) if sides.unit else value
        return said.value == there
    known = Quantity(sides.unit.of_base(value), half / sides.unit.factor, sides.unit, sides.fact)
    return agree(said, unit, known, some=some)


def percentage(finding: Finding, facts: Facts, text: Assertions) -> Ruling:
    said = finding.numbers[0][0]
    if finding.entries:
        return _share(finding, said, facts)
    every = facts.measures.get("percent", ())
    for one in every:
        if one.value == said.value and _percent_fits(finding, one, every, text):
            return says_so(one.fact)
        if one.value != said.value and _beyond_share(finding.bound, said.value, one.value):
            return "supported", one.fact, f"{quoted(one.fact)} says {plain(one.value)} %."
    known = facts.measures.get("percent")
    if known:
        return says_otherwise(known[0].fact)
    return "unknown", None, "No fact gives this percentage."


def _beyond_share(bound: str, limit: float, there: float) -> bool:
    if bound in ("above", "least"):
        return limit <= there <= limit * 1.5
    return bound == "below" and limit * 0.5 <= there < limit


def _percent_fits(finding: Finding, known: Quantity, every: Sequence[Quantity], text: Assertions) -> bool:
    """Whether a percentage is of what the fact says it is of, where the two are in one language."""
    of = [word for word in known.near if len(word) > 2]
    sentence = _sentence(finding, text)
    if not of or not text.language or (known.language and known.language != text.language):
        return True
    if any(plain_letters(word)[:5] in sentence for word in of):
        return True
    beside = plain_letters(" ".join(words_near(text.scan.words, finding.first, finding.after, ",")))
    others = (word for other in every if other is not known for word in other.near if len(word) > 2 and word not in of)
    return not any(plain_letters(word)[:5] in beside for word in others)


def _sentence(finding: Finding, text: Assertions) -> str:
    words, first, after = text.scan.words, finding.first, finding.after
    while first > 0 and words[first - 1] not in STOPS:
        first -= 1
    while after < len(words) and words[after] not in STOPS:
        after += 1
    return plain_letters(" ".join(words[first:after]))


def _share(finding: Finding, said: Number, facts: Facts) -> Ruling:
    against: Ruling | None = None
    for entry in finding.entries:
        said_of = entry.concept.removesuffix(" blend")
        held = [one for concept, one in facts.shares if said_of in parents().get(concept, ())]
        for one in held:
            if abs(one.value - said.value) < 1e-9:
                return says_so(one.fact)
        if held and sum({one.fact.name + one.fact.text: one.value for one in held}.values()) == said.value:
            return "supported", held[0].fact, f"{quoted(held[0].fact)} adds up to that."
        if held:
            against = "contradicted", held[0].fact, f"{quoted(held[0].fact)} says {plain(held[0].value)} %."
        elif said.value == 100 and not facts.shares:
            known = [one for one in facts.named.get(entry.concept, ()) if not one.negated]
            others = {
                one.concept
                for one in facts.kinds.get("material", ())
                if not one.negated and not one.part and not one.weak
            }
            if known and all(
                entry.concept in parents().get(other, ()) or other in parents().get(entry.concept, ())
                for other in others
            ):
                return "supported", known[0].fact, f"{quoted(known[0].fact)} names no other material."
    if against:
        return against
    if facts.shares:
        names = ", ".join(dict.fromkeys(concept for concept, _ in facts.shares))
        return "contradicted", facts.shares[0][1].fact, f"The facts give shares of {names}."
    return "unknown", None, "No fact gives this share."
