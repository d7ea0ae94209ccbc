"""Whether facts support what a text asserts, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from weft.claims.assertions import Assertions, Claim
from weft.claims.facts import Fact, Facts, Known, Quantity, Sides, words_near
from weft.claims.finding import STOPS, Finding
from weft.claims.languages import small_words
from weft.claims.lexicon import Entry, parents
from weft.claims.numerals import Number, plain
from weft.claims.units import Unit, units

Verdict = Literal["supported", "contradicted", "unknown"]
_CONVERTED: Final = 0.05
_SHORTENED: Final = 0.02
_BACK: Final = 0.005
_SOME: Final = 0.06
# Roles that may be said of one quantity.
_ALIKE: Final = (
    {"depth", "thickness"}, {"height", "thickness"}, {"length", "depth"}, {"width", "diameter"}, {"length", "height"},
    {"temperature", "washing"}, {"length", "cable length"}, {"height", "heel height"}, {"height", "seat height"}, {"screen", "length"},
    {"screen", "width"}, {"warranty", "return time"}, {"depth of water", "depth"}, {"length", "range of signal"},
)  # fmt: skip
_LOOSE: Final = frozenset(["age", "delivery time", "return time", "power", "temperature", "washing", "capacity"])


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with the verdict on it, the fact that decides it, and a sentence that says why."""

    claim: Claim
    verdict: Verdict
    fact: Fact | None
    why: str

    @property
    def ok(self) -> bool:
        """Whether the claim may be made."""
        return self.verdict == "supported"


Ruling = tuple[Verdict, Fact | None, str]


def judged(text: Assertions, facts: Facts) -> list[Judged]:
    """Each claim of a text with its verdict, in the order of the text."""
    found: list[Judged] = []
    for finding in text.findings:
        ruling = rule(finding, text, facts)
        if ruling is not None:
            found.append(Judged(text.claim(finding), *ruling))
    return found


def rule(finding: Finding, text: Assertions, facts: Facts) -> Ruling | None:
    """The verdict on one finding; None where it is no claim."""
    if finding.kind in ("measure", "price", "discount"):
        return _measure(finding, facts, text)
    if finding.kind == "dimensions":
        return _dimensions(finding, facts, text)
    if finding.kind == "percentage":
        return _percentage(finding, facts, text)
    if finding.kind == "number":
        return _number(finding, text, facts)
    if finding.kind == "size":
        return _size(finding, facts)
    if finding.kind == "certification":
        return _certification(finding, facts)
    if finding.kind == "origin":
        return _origin(finding, facts)
    if finding.kind == "compatibility":
        return _compatibility(finding, facts)
    return _concept(finding, facts)


# Words


def _concept(finding: Finding, facts: Facts) -> Ruling | None:
    rulings = [_named(finding, entry, facts) for entry in finding.entries]
    best = min(rulings, key=lambda one: ("supported", "contradicted", "unknown").index(one[0]))
    if all(entry.ambiguous for entry in finding.entries) and not finding.labelled:
        return None
    if finding.silent and best[0] != "contradicted":
        if not finding.negated:
            return best if best[0] == "supported" and finding.labelled else None
        if best[0] == "unknown" and (finding.kind == "thing" or _is_soft(finding)):
            return None
    if finding.kind == "thing":
        finding.kind = "property"
    return best


def _is_soft(finding: Finding) -> bool:
    """Whether a denial is no promise that a buyer counts on: that something is not foldable, or has no hood."""
    return not any(entry.value == "substance" or entry.kind != "property" for entry in finding.entries)


def _named(finding: Finding, entry: Entry, facts: Facts) -> Ruling:
    known = facts.named.get(entry.concept, ())
    negated = finding.negated
    above = parents().get(entry.concept, frozenset([entry.concept]))
    for_it = [one for one in known if not one.negated]
    against = [
        one for above_it in above for one in facts.named.get(above_it, ()) if one.negated and one.concept == above_it
    ]
    word = entry.concept
    if negated:
        if against:
            return "supported", against[0].fact, f"{against[0].fact.name} says that too."
        if for_it:
            return "contradicted", for_it[0].fact, f"{_quoted(for_it[0].fact)} says {word}, which the text denies."
        return "unknown", None, f"No fact says that there is no {word}."
    if entry.kind == "material" and for_it:
        clash = _part_clash(finding, entry, for_it, facts)
        if clash:
            return clash
    if for_it:
        return "supported", for_it[0].fact, f"{_quoted(for_it[0].fact)} says {for_it[0].concept}."
    if against:
        return "contradicted", against[0].fact, f"{_quoted(against[0].fact)} denies {word}."
    if entry.kind in ("material", "color"):
        others = [one for one in facts.kinds.get(entry.kind, ()) if not one.negated and not one.weak]
        if others:
            return "contradicted", others[0].fact, f"The facts say {_listed(others)}, not {word}."
    return "unknown", None, f"No fact speaks of {word}."


def _part_clash(finding: Finding, entry: Entry, for_it: Sequence[Known], facts: Facts) -> Ruling | None:
    """A material claimed of a part that facts say is of another."""
    if not finding.about:
        return None
    if any(one.part == finding.about or one.part is None and _is_free(one) for one in for_it):
        return None
    others = [
        one for one in facts.kinds.get("material", ()) if one.part == finding.about and not one.negated and not one.weak
    ]
    if others and all(one.part for one in for_it):
        return (
            "contradicted",
            others[0].fact,
            f"{_quoted(others[0].fact)} says that the {finding.about} is of {others[0].concept}.",
        )
    return None


def _is_free(known: Known) -> bool:
    """Whether a fact names a material in running text, where its part may be said elsewhere."""
    return known.fact.name.rpartition(".")[2] in ("title", "description", "tags", "seo_title", "seo_description")


def _listed(known: Sequence[Known]) -> str:
    names = list(dict.fromkeys(one.concept for one in known))
    return ", ".join(names[:4])


def _quoted(fact: Fact) -> str:
    text = fact.text if len(fact.text) <= 60 else fact.text[:57].rstrip() + "…"
    return f"{fact.name} (“{text}”)"


# Quantities


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
    return some and gap / size <= _SOME


def _is_idle(finding: Finding, unit: Unit, facts: Facts) -> bool:
    """Whether a time in words is talk («five more minutes»): where no fact has a time, and nothing says what it is of."""
    return unit.dimension in ("time", "months") and not finding.role and not facts.measures.get(unit.dimension)


def _measure(finding: Finding, facts: Facts, text: Assertions) -> Ruling | None:
    if finding.kind == "discount":
        ruling = _discount(finding, facts)
        if ruling[0] == "supported" or finding.unit is None:
            return ruling
    unit = finding.unit
    if unit is None:
        return "unknown", None, "No fact has this quantity."
    decided: Fact | None = None
    for n, readings in enumerate(finding.numbers):
        own = finding.units[n] if n < len(finding.units) and finding.units[n] else unit
        fact = _holding(readings, own or unit, finding, facts)
        if fact is None and (own or unit).name == "°":
            fact = next((f for name in ("°C", "°F") if (f := _holding(readings, units()[name], finding, facts))), None)
        if fact is None and finding.spelled and _is_idle(finding, unit, facts):
            return None
        if fact is None:
            if finding.thing and (ruling := _number(finding, text, facts)) and ruling[0] == "supported":
                return ruling
            return _off(finding, unit, facts)
        decided = decided or fact
    assert decided is not None
    return "supported", decided, f"{_quoted(decided)} says so."


def _holding(readings: Iterable[Number], unit: Unit, finding: Finding, facts: Facts) -> Fact | None:
    """The fact that holds a quantity."""
    known = facts.measures.get(unit.dimension, ())
    same = any(one.role == finding.role for one in known) if finding.role else False
    for said in readings:
        for one in known:
            if _may_be(finding, one, same) and (
                agree(said, unit, one, some=finding.about_some) or _beyond(finding.bound, said, unit, one)
            ):
                return one.fact
        if unit.dimension in _CALENDAR:
            for one in facts.measures.get(_CALENDAR[unit.dimension], ()):
                if one.unit is not None and _days_agree(said, unit, one, one.unit):
                    return one.fact
        if unit.currency:
            for one in facts.measures.get("money", ()):
                if one.unit is None and said.value == one.value:
                    return one.fact
        for one in facts.numbers:
            if one.unit is None and one.value == said.value and _is_bare(one, unit, finding):
                return one.fact
    return None


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
        return "contradicted", one.fact, f"{_quoted(one.fact)} says otherwise."
    said = finding.numbers[0][0].value
    for others in facts.measures.values():
        for one in others:
            if one.value == said and one.unit is not None:
                return "contradicted", one.fact, f"{_quoted(one.fact)} has the number {plain(said)} in another unit."
    return "unknown", None, f"No fact gives a quantity in {unit.name} or a unit like it."


def _discount(finding: Finding, facts: Facts) -> Ruling:
    said = finding.numbers[0][0]
    if finding.unit is None:
        for one in [
            *facts.measures.get("discount", ()),
            *(q for q in facts.measures.get("percent", ()) if q.about is None or _is_discount(q)),
        ]:
            if one.value == said.value:
                return "supported", one.fact, f"{_quoted(one.fact)} says so."
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


def _dimensions(finding: Finding, facts: Facts, text: Assertions) -> Ruling:
    unit = finding.unit
    values = [readings[0] for readings in finding.numbers]
    for sides in facts.sides:
        if len(sides.values) >= len(values) and _sides_agree(finding, values, sides):
            return "supported", sides.fact, f"{_quoted(sides.fact)} says so."
    if unit is not None:
        decided = _each_side(finding, unit, facts)
        if decided is not None:
            return "supported", decided, f"{_quoted(decided)} and the other sides say so."
    elif all(any(one.value == value.value for one in facts.numbers) for value in values):
        fact = next(one.fact for one in facts.numbers if one.value == values[0].value)
        if not facts.sides:
            return "supported", fact, f"{_quoted(fact)} says so."
    if finding.instead:
        rulings = [
            _measure(one, facts, text) if one.kind == "measure" else _number(one, text, facts)
            for one in finding.instead
        ]
        if all(one[0] == "supported" for one in rulings):
            return rulings[0]
    if facts.sides:
        return "contradicted", facts.sides[0].fact, f"{_quoted(facts.sides[0].fact)} says otherwise."
    known = facts.measures.get("length", ())
    if known:
        return "contradicted", known[0].fact, f"{_quoted(known[0].fact)} says otherwise."
    return "unknown", None, "No fact gives these dimensions."


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


def _percentage(finding: Finding, facts: Facts, text: Assertions) -> Ruling:
    said = finding.numbers[0][0]
    if finding.entries:
        return _share(finding, said, facts)
    every = facts.measures.get("percent", ())
    for one in every:
        if one.value == said.value and _percent_fits(finding, one, every, text):
            return "supported", one.fact, f"{_quoted(one.fact)} says so."
        if one.value != said.value and _beyond_share(finding.bound, said.value, one.value):
            return "supported", one.fact, f"{_quoted(one.fact)} says {plain(one.value)} %."
    known = facts.measures.get("percent")
    if known:
        return "contradicted", known[0].fact, f"{_quoted(known[0].fact)} says otherwise."
    return "unknown", None, "No fact gives this percentage."


def _beyond_share(bound: str, limit: float, there: float) -> bool:
    if bound in ("above", "least"):
        return limit <= there <= limit * 1.5
    return bound == "below" and limit * 0.5 <= there < limit


def _percent_fits(finding: Finding, known: Quantity, every: Sequence[Quantity], text: Assertions) -> bool:
    """Whether a percentage is of what the fact says it is of, where the two are in one language."""
    of = [word for word in known.near if len(word) > 3]
    sentence = _sentence(finding, text)
    if not of or not text.language or (known.language and known.language != text.language):
        return True
    if any(word[:5] in sentence for word in of):
        return True
    others = (word for other in every if other is not known for word in other.near if len(word) > 3 and word not in of)
    return not any(word[:5] in sentence for word in others)


def _sentence(finding: Finding, text: Assertions) -> str:
    words, first, after = text.scan.words, finding.first, finding.after
    while first > 0 and words[first - 1] not in STOPS:
        first -= 1
    while after < len(words) and words[after] not in STOPS:
        after += 1
    return " ".join(words[first:after])


def _share(finding: Finding, said: Number, facts: Facts) -> Ruling:
    against: Ruling | None = None
    for entry in finding.entries:
        held = [one for concept, one in facts.shares if entry.concept in parents().get(concept, ())]
        for one in held:
            if abs(one.value - said.value) < 1e-9:
                return "supported", one.fact, f"{_quoted(one.fact)} says so."
        if held and sum({one.fact.name + one.fact.text: one.value for one in held}.values()) == said.value:
            return "supported", held[0].fact, f"{_quoted(held[0].fact)} adds up to that."
        if held:
            against = "contradicted", held[0].fact, f"{_quoted(held[0].fact)} says {plain(held[0].value)} %."
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
                return "supported", known[0].fact, f"{_quoted(known[0].fact)} names no other material."
    if against:
        return against
    if facts.shares:
        names = ", ".join(dict.fromkeys(concept for concept, _ in facts.shares))
        return "contradicted", facts.shares[0][1].fact, f"The facts give shares of {names}."
    return "unknown", None, "No fact gives this share."


def _number(finding: Finding, text: Assertions, facts: Facts) -> Ruling | None:
    """A bare number: it needs its noun, or an equal number in a fact of that meaning."""
    if finding.name:
        return _code(finding, facts)
    against: Fact | None = None
    for readings in finding.numbers:
        held = None
        for said in readings:
            known = _of_the_thing(finding, facts, text)
            held = held or next((one for one in known if one.value == said.value and _means(finding, one, text)), None)
            if held is None and finding.role:
                held = next(
                    (
                        one
                        for all_of in facts.measures.values()
                        for one in all_of
                        if one.value == said.value and one.role == finding.role
                    ),
                    None,
                )
        if held is None:
            same = [one for one in facts.numbers if finding.thing and one.thing == finding.thing]
            against = same[0].fact if same else None
            if finding.spelled and not same and not finding.role:
                return None
            size = facts.sizes.get(f"{finding.numbers[0][0].value:g}")
            if size is not None and not finding.thing:
                return "supported", size, f"{_quoted(size)} has that size."
            if against:
                return "contradicted", against, f"{_quoted(against)} says otherwise."
            return "unknown", None, f"No fact says this number{f' of {finding.about}' if finding.about else ''}."
        against = held.fact
    assert against is not None
    return "supported", against, f"{_quoted(against)} says so."


def _of_the_thing(finding: Finding, facts: Facts, text: Assertions) -> Sequence[Quantity]:
    """The numbers that may decide: those of the same thing where facts have any, those beside the same acronym (USB)."""
    if not finding.thing:
        return facts.numbers
    scan = text.scan
    signs = {word for n, word in enumerate(scan.words[finding.first : finding.after], finding.first) if scan.raws_upper(n)}
    named = [one for one in facts.numbers if {sign for sign in signs if len(sign) > 2} & one.near]
    same = [one for one in facts.numbers if one.thing == finding.thing]
    return named or same or facts.numbers


def _means(finding: Finding, known: Quantity, text: Assertions) -> bool:
    """Whether an equal number in a fact is of the same meaning."""
    if finding.thing and known.thing:
        return finding.thing == known.thing or (known.thing == "piece" and _is_counted_alone(finding, text))
    if known.unit is not None:
        return finding.role is not None and finding.role == known.role
    near = _words_near(finding, text)
    if near & known.near and not (finding.thing and known.thing):
        return True
    if any(len(one) > 3 and len(two) > 3 and one[:4] == two[:4] for one in near for two in known.near):
        return True
    if finding.thing is None and known.thing is None:
        last = known.fact.name.rpartition(".")[2]
        return known.language != text.language or last in ("title", "tags", "type") or not known.near
    if known.thing is None and known.role is None:
        return known.language is None or known.language != text.language
    return False


def _is_counted_alone(finding: Finding, text: Assertions) -> bool:
    """Whether the thing that a text counts can be the product itself, of which the facts have so many pieces."""
    return finding.thing in ("tool", "chair", "cup", "plate", "pillow", "blanket", "candle", "pen", "knife", "pot", "card", "bag",
                             "bottle", "tile", "block", "led", "pair", "puzzle piece", "capsule", "hook", "piece", "battery", "screw",
                             "ring", "bead", "die", "brush", "filter", "page", "dose")  # fmt: skip


def _words_near(finding: Finding, text: Assertions) -> frozenset[str]:
    return frozenset(words_near(text.scan.words, finding.first, finding.after))


def _code(finding: Finding, facts: Facts) -> Ruling:
    plain_name = finding.name.replace("-", "").replace("/", "")
    fact = facts.codes.get(plain_name)
    if fact is not None:
        return "supported", fact, f"{_quoted(fact)} has {finding.name.upper()}."
    return "unknown", None, f"No fact has {finding.name.upper()}."


# Names


def _size(finding: Finding, facts: Facts) -> Ruling:
    name = finding.name
    fact = facts.sizes.get(name) or facts.sizes.get(name.rpartition(" ")[2] if " " in name else name)
    if fact is None and name.startswith(("w", "l")) and name[1:].isdigit():
        fact = facts.sizes.get(name[1:])
    if (
        fact is None
        and " " in name
        and any(name.partition(" ")[0] == known.partition(" ")[0] for known in facts.sizes if " " in known)
    ):
        fact = None
    if fact is None:
        fact = _within_sizes(name, facts) or facts.codes.get(name.replace(" ", ""))
    if fact is None and any(one.value == _as_number(name) and not one.unit and not one.thing for one in facts.numbers):
        fact = next(
            one.fact for one in facts.numbers if one.value == _as_number(name) and not one.unit and not one.thing
        )
    if fact is not None:
        return "supported", fact, f"{_quoted(fact)} has that size."
    if facts.sizes:
        some = next(iter(facts.sizes.values()))
        return "contradicted", some, f"The facts have the sizes {', '.join(list(facts.sizes)[:6])}."
    return "unknown", None, f"No fact has the size {name.upper()}."


def _as_number(name: str) -> float | None:
    try:
        return float(name.rpartition(" ")[2])
    except ValueError:
        return None


_LADDER: Final = ("xxxs", "xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl", "4xl", "5xl")


def _within_sizes(name: str, facts: Facts) -> Fact | None:
    """A size inside a range such as S–XL or 36–42 that one fact names."""
    for known, fact in facts.sizes.items():
        low, mark, high = known.partition(" - ")
        if not mark:
            continue
        if name in _LADDER and low in _LADDER and high in _LADDER:
            if _LADDER.index(low) <= _LADDER.index(name) <= _LADDER.index(high):
                return fact
        elif name.isdigit() and low.isdigit() and high.isdigit() and int(low) <= int(name) <= int(high):
            return fact
    return None


def _certification(finding: Finding, facts: Facts) -> Ruling:
    if not finding.entries and not finding.name:
        any_mark = facts.marks.get("")
        if any_mark and not finding.negated:
            return "supported", any_mark[0][1], f"{_quoted(any_mark[0][1])} names a certificate."
        return "unknown", None, "No fact names a certificate."
    if finding.entries and finding.entries[0].concept != "IP":
        known = facts.marks.get(finding.entries[0].concept.lower(), ())
        number = finding.name.replace(" ", "").lstrip(":-")
        for theirs, fact in known:
            if not number or number == theirs.replace(" ", "").lstrip(":-"):
                return ("contradicted" if finding.negated else "supported"), fact, f"{_quoted(fact)} names it."
        if known:
            return (
                "contradicted",
                known[0][1],
                f"{_quoted(known[0][1])} says {finding.entries[0].concept} {known[0][0]}.",
            )
        return (
            ("supported" if finding.negated and facts.marks else "unknown"),
            None,
            f"No fact names {finding.entries[0].concept}.",
        )
    name = finding.name
    if finding.entries:
        fact = facts.codes.get(name)
        return (
            ("supported", fact, f"{_quoted(fact)} names it.")
            if fact
            else ("unknown", None, f"No fact names {name.upper()}.")
        )
    return _held(name, facts, "names it")


def _held(name: str, facts: Facts, says: str) -> Ruling:
    """Whether facts hold each word of a name."""
    fact = facts.find(name)
    if fact is None and name and all(word in facts.words for word in name.split()):
        fact = facts.words[name.split()[0]]
    if fact is not None:
        return "supported", fact, f"{_quoted(fact)} {says}."
    return "unknown", None, f"No fact names {name}."


def _land(finding: Finding, facts: Facts) -> Ruling | None:
    """A country named in passing: contradicted where facts say that the thing is from others alone."""
    known = facts.origins | facts.named_lands
    lands = [entry.concept for entry in finding.entries]
    if any(land in known or (land == "EU" and not _EUROPE.isdisjoint(known)) for land in lands):
        return None
    if not known or finding.negated:
        return None
    fact = next(iter(known.values()))
    return "contradicted", fact, f"{_quoted(fact)} says otherwise."


def _origin(finding: Finding, facts: Facts) -> Ruling | None:
    if finding.silent:
        return _land(finding, facts)
    for entry in finding.entries:
        fact = facts.origins.get(entry.concept) or facts.named_lands.get(entry.concept)
        if fact is not None and not finding.negated:
            return "supported", fact, f"{_quoted(fact)} says so."
        if entry.concept == "EU" and not finding.negated:
            european = next((fact for code, fact in facts.origins.items() if code in _EUROPE), None)
            if european is not None:
                return "supported", european, f"{_quoted(european)} says so."
    if finding.name:
        ruling = _held(finding.name, facts, "says so")
        if ruling[0] == "supported":
            return ruling
    if facts.origins:
        other = next(iter(facts.origins.values()))
        return "contradicted", other, f"{_quoted(other)} says otherwise."
    return "unknown", None, "No fact says where it was made."


_EUROPE: Final = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())


def _compatibility(finding: Finding, facts: Facts) -> Ruling | None:
    words = finding.name.split()
    if not finding.labelled and not facts.fits and not any(char.isdigit() for char in finding.name):
        return None
    if not finding.labelled and any(word in facts.words for word in words if word not in small_words()):
        fact = next(facts.words[word] for word in words if word in facts.words and word not in small_words())
        return "supported", fact, f"{_quoted(fact)} names it."
    if all(word in facts.words or word in facts.codes for word in words):
        fact = facts.words.get(words[0]) or facts.codes[words[0]]
        return "supported", fact, f"{_quoted(fact)} names it."
    if facts.find(finding.name):
        return _held(finding.name, facts, "names it")
    return "unknown", None, f"No fact names {finding.name}."
