"""What a fact states, noted where texts are judged by it: concepts, quantities, dimensions and sizes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from weft.claims.assertions import Assertions
from weft.claims.fact import Fact, Facts, Known, Quantity, Sides
from weft.claims.finding import STOPS, Finding
from weft.claims.implied import several
from weft.claims.labels import ORIGIN, label_of, of_ingredient
from weft.claims.languages import small_words
from weft.claims.lexicon import lexicon, longest, parents, properties_of, regions
from weft.claims.numerals import Number
from weft.claims.reading import read
from weft.claims.records import PRICES
from weft.claims.units import Unit, units

_SAVED: Final = ("discount", "rabatt", "remise", "descuento", "优惠")
_DOZEN: Final = 12
CJK: Final = 0x2E80
_SMALL: Final = frozenset(
    ["g", "mg", "ml", "mm", "mAh", "W", "lm", "Pa", "J", "kJ", "kcal", "rpm", "°C", "px", "day", "hour"]
)
# Of these 1,900 may be as many, an altitude, or two, a width.
_FAR: Final = frozenset(["m", "km", "foot", "mile"])
_LARGE: Final = frozenset(["kg", "l", "m", "km", "tonne", "pound", "inch", "foot", "GB", "TB"])
# What a fact about one concept says of another, and whether that is the opposite.
_FOLLOWS: Final = {
    "animal testing": ("cruelty-free", True), "cruelty-free": ("animal testing", True), "lining": ("lined", False), "vegan": ("animal products", True),
}  # fmt: skip


def note(
    ready: Facts, found: Assertions, finding: Finding, fact: Fact, flipped: bool | None, *, weak: bool = False
) -> None:
    """Keep what a finding in a fact says."""
    kind = finding.kind
    if kind in ("measure", "price", "discount", "percentage", "number"):
        _note_quantity(ready, found, finding, fact)
    elif kind == "dimensions":
        _note_sides(ready, found, finding, fact)
    elif kind == "size":
        ready.sizes.setdefault(finding.name, fact)
    elif kind == "certification":
        if finding.negated == bool(flipped):
            name = finding.entries[0].concept if finding.entries else finding.name
            ready.marks.setdefault(name.lower(), []).append((finding.name if finding.entries else "", fact))
            ready.marks.setdefault("", []).append((finding.name, fact))
            if finding.entries and (follows := properties_of().get(finding.entries[0].concept)):
                ready.named.setdefault(follows, []).append(Known(follows, False, fact))
    elif kind == "origin":
        beside = (finding.silent and not ORIGIN.search(fact.name.lower())) or of_ingredient(fact.name)
        for entry in finding.entries:
            known = ready.named_lands if beside or finding.role == "design" else ready.origins
            known.setdefault(entry.concept, fact)
            if land := regions().get(entry.concept):
                known.setdefault(land, fact)
        if finding.name:
            ready.origins.setdefault(finding.name, fact)
    if kind in ("certification", "origin", "compatibility", "size", "dimensions"):
        return
    _note_concepts(ready, found, finding, fact, flipped, weak=weak)
    taken_back = {entry.concept for one in found.findings if one.negated for entry in one.entries}
    if finding.thing and kind == "number" and finding.thing not in taken_back:
        in_label = finding.after - finding.first == 1
        ready.named.setdefault(finding.thing, []).append(Known(finding.thing, False, fact, weak=in_label))


def _in_passing(found: Assertions, finding: Finding) -> bool:
    """Whether a denial stands in parentheses behind something else: «240 °C (without its handle)»."""
    return finding.begin > 1 and found.scan.words[finding.begin - 1] == "("


def _note_concepts(
    ready: Facts, found: Assertions, finding: Finding, fact: Fact, flipped: bool | None, *, weak: bool
) -> None:
    """Take in the concepts of a finding, and those that follow from them."""
    for entry in finding.entries:
        negated = finding.negated != bool(flipped)
        known = Known(
            entry.concept,
            negated,
            fact,
            finding.about if entry.kind == "material" else None,
            weak or (entry.ambiguous and not finding.labelled),
            entry.kind == "thing"
            and (
                bool(finding.qualified)
                or _in_passing(found, finding)
                or (flipped is not None and several(found, entry))
            ),
        )
        ready.kinds.setdefault(entry.kind, []).append(known)
        for above in [entry.concept] if negated else parents().get(entry.concept, (entry.concept,)):
            ready.named.setdefault(above, []).append(known)
        if entry.concept in _FOLLOWS and not (entry.concept == "vegan" and negated):
            other, opposite = _FOLLOWS[entry.concept]
            ready.named.setdefault(other, []).append(Known(other, negated != opposite, fact))


def _note_quantity(ready: Facts, found: Assertions, finding: Finding, fact: Fact) -> None:
    if finding.name:
        ready.codes.setdefault(finding.name, fact)
        return
    for total in finding.instead if finding.kind == "measure" else ():
        _note_quantity(ready, found, total, fact)
    near = _near(found, finding, ("," if finding.kind == "percentage" else ""))
    for n, given in enumerate(finding.numbers):
        unit = finding.units[n] if n < len(finding.units) else finding.unit
        readings: Sequence[Number] = given
        if unit is not None and len(readings) > 1:
            readings = readings if unit.name in _FAR else (_likely(readings, unit),)
        for one in readings:
            quantity = Quantity(
                one.value,
                one.half,
                unit,
                fact,
                finding.role,
                finding.thing,
                finding.about,
                near,
                found.language,
            )
            _keep(ready, found, finding, quantity)


def _keep(ready: Facts, found: Assertions, finding: Finding, quantity: Quantity) -> None:
    """Put a quantity where texts look for it."""
    unit, fact = quantity.unit, quantity.fact
    if finding.kind == "percentage":
        for entry in finding.entries:
            ready.shares.append((entry.concept, quantity))
        ready.measures.setdefault("percent", []).append(quantity)
    elif finding.kind == "discount" and unit is None:
        ready.measures.setdefault("discount", []).append(quantity)
    elif unit is not None:
        ready.measures.setdefault(unit.dimension, []).append(quantity)
        if finding.thing:
            ready.numbers.append(quantity)
        if unit.name == "°":
            ready.measures.setdefault("temperature", []).append(replace(quantity, unit=units()["°C"]))
        if unit.name == "ounce":  # of a drink, ounces are fluid
            fluid = replace(quantity, unit=units()["fluid ounce"], role=None)
            ready.measures.setdefault("volume", []).append(fluid)
        if label_of(fact.name).lower().endswith(_SAVED):
            ready.measures.setdefault("discount", []).append(quantity)
    else:
        ready.numbers += [quantity, *_of_others(found, finding, quantity)]
        if label_of(fact.name).lower() in PRICES or fact.name.rpartition(".")[2] in PRICES:
            ready.measures.setdefault("money", []).append(quantity)


def _of_others(found: Assertions, finding: Finding, quantity: Quantity) -> Iterator[Quantity]:
    """The same count of the other things that its label names: «bolsillos exteriores: 3»."""
    words, at = found.scan.words, finding.first - 2
    if finding.first < 2 or words[finding.first - 1] != ":":
        return
    while at >= 0 and finding.first - at < _DOZEN and words[at] not in STOPS:
        span = found.scan.span(at)
        for entry in span.entries if span is not None else ():
            if entry.kind == "thing" and entry.concept != finding.thing:
                yield replace(quantity, thing=entry.concept)
        at = (span.first if span is not None else at) - 1


def _likely(readings: Sequence[Number], unit: Unit) -> Number:
    """Of two readings of 1.500 the one that fits the unit: 1500 g, and 1.5 kg."""
    sizes = sorted(readings, key=lambda one: one.value)
    return sizes[-1] if unit.name in _SMALL else sizes[0] if unit.name in _LARGE else readings[0]


def words_near(words: Sequence[str], first: int, after: int, stop: str = "") -> Iterator[str]:
    """The telling words around a number, in its clause; `stop` ends it too."""
    for step, start, most in ((-1, first - 1, 4), (1, after - 1, 3)):
        at = start
        while 0 <= at < len(words) and abs(at - start) < most and (words[at] not in STOPS or words[at] == ":"):
            if words[at] == stop:
                break
            if (
                words[at].isalpha()
                and (len(words[at]) > 2 or ord(words[at][0]) > CJK)
                and words[at] not in small_words()
            ):
                yield words[at]
            at += step


def _near(found: Assertions, finding: Finding, stop: str = "") -> frozenset[str]:
    words = found.scan.words
    return frozenset(words_near(words, finding.first, finding.after, stop))


def _note_sides(ready: Facts, found: Assertions, finding: Finding, fact: Fact) -> None:
    unit = finding.unit
    values, halves = list[float](), list[float]()
    for n, readings in enumerate(finding.numbers):
        own = finding.units[n] or unit
        values.append(own.base(readings[0].value) if own else readings[0].value)
        halves.append(readings[0].half * (own.factor if own else 1))
        role = finding.roles[n] if n < len(finding.roles) else ""
        for one in readings:
            quantity = Quantity(one.value, one.half, own, fact, role or None, None, None, frozenset(), found.language)
            if own:
                ready.measures.setdefault(own.dimension, []).append(quantity)
            ready.numbers.append(quantity)
    ready.sides.append(Sides(values, halves, list(finding.roles), fact, unit))
    if values and finding.numbers[0][0].value > _DOZEN:
        return
    for other in finding.instead:
        note(ready, found, other, fact, None)
        if other.kind == "measure":
            count, one = finding.numbers[0][0].value, other.numbers[0][0]
            if other.unit:
                total = Quantity(count * one.value, one.half, other.unit, fact)
                ready.measures.setdefault(other.unit.dimension, []).append(total)


def sizes(ready: Facts, fact: Fact, label: str) -> None:
    """The sizes that an option or a fact called a size holds, said as a whole."""
    reading = read(label)
    words, steering = reading.words, lexicon(None).steering
    for n, word in enumerate(words[:3]):
        hit = longest(steering, words, reading.glued, n) if word in steering else None
        if hit and any(one.kind == "size label" for one in hit[1]):
            for part in re.split(r"[,;/]|\s-\s", fact.text):
                name = " ".join(read(part).words)
                ready.sizes.setdefault(name, fact)
                for token in name.split():
                    ready.sizes.setdefault(token, fact)
            return
