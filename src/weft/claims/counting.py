"""Verdicts on bare numbers and codes: a number needs its noun, or an equal number in a fact of that meaning."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from weft.claims.agreement import holding
from weft.claims.assertions import Assertions
from weft.claims.denials import stem
from weft.claims.fact import Fact, Facts, Quantity
from weft.claims.finding import STOPS, Finding
from weft.claims.numerals import Number
from weft.claims.stated import words_near
from weft.claims.verdict import Ruling, quoted, says_otherwise, says_so


def number(finding: Finding, text: Assertions, facts: Facts) -> Ruling | None:
    """A bare number: it needs its noun, or an equal number in a fact of that meaning."""
    if finding.name:
        return _code(finding, facts)
    if finding.opening:
        return _opening(finding, facts, text)
    against: Fact | None = None
    for readings in finding.numbers:
        held = None
        for said in readings:
            known = _of_the_thing(finding, facts, text)
            held = held or next((one for one in known if one.value == said.value and _means(finding, one, text)), None)
            held = held or _of_the_role(finding, said, facts)
        if held is None:
            return _unequal(finding, readings, text, facts)
        against = held.fact
    assert against is not None
    return says_so(against)


def _unequal(finding: Finding, readings: Sequence[Number], text: Assertions, facts: Facts) -> Ruling | None:
    """The verdict on a number that no fact of its meaning has as it stands."""
    same = [one for one in facts.numbers if finding.thing and one.thing == finding.thing]
    if not same:
        same = _of_the_noun(finding, facts, text)
        if (equal := next((one for one in same if one.value == finding.numbers[0][0].value), None)) is not None:
            return says_so(equal.fact)
    against = same[0].fact if same else None
    if (fact := _summed(same, readings) or _in_parts(finding, readings, facts)) is not None:
        return "supported", fact, f"{quoted(fact)} adds up to that."
    if not same and (fact := _all_pieces(finding, facts)) is not None:
        return says_otherwise(fact)
    if finding.spelled and not same and not finding.role:
        return None
    if (
        fact := _priced(readings, facts)
        or _degrees(finding, readings, text, facts)
        or _beside(finding, readings, text, facts)
    ) is not None:
        return says_so(fact)
    if finding.thing == "size count" and all(f"{one[0].value:g}" in facts.sizes for one in finding.numbers):
        return says_so(facts.sizes[f"{readings[0].value:g}"])
    size = facts.sizes.get(f"{finding.numbers[0][0].value:g}")
    if size is not None and not finding.thing:
        return "supported", size, f"{quoted(size)} has that size."
    if against:
        return says_otherwise(against)
    return "unknown", None, f"No fact says this number{f' of {finding.about}' if finding.about else ''}."


def _of_the_role(finding: Finding, said: Number, facts: Facts) -> Quantity | None:
    """An equal quantity of the role that the number has."""
    if not finding.role or finding.unit is not None:
        return None
    every = (one for all_of in facts.measures.values() for one in all_of)
    return next((one for one in every if one.value == said.value and one.role == finding.role), None)


def _opening(finding: Finding, facts: Facts, text: Assertions) -> Ruling | None:
    """The verdict on a number that begins a sentence: a claim where facts count what it counts, or the pieces, and nothing is so many."""
    if any(one.value == finding.numbers[0][0].value for one in facts.numbers):
        return None
    if same := _of_the_noun(finding, facts, text):
        return says_otherwise(same[0].fact)
    pieces = [one for one in facts.numbers if one.thing == "piece" and one.unit is None and one.value > 1]
    return says_otherwise(pieces[0].fact) if pieces else None


def _all_pieces(finding: Finding, facts: Facts) -> Fact | None:
    """The fact that counts the pieces, where the text counts what the product itself can be."""
    if finding.thing not in _COUNTED_ALONE or any(one.value == finding.numbers[0][0].value for one in facts.numbers):
        return None
    pieces = [one for one in facts.numbers if one.thing == "piece" and one.unit is None and not _parts(one.fact)]
    return pieces[0].fact if pieces else None


_AT: Final = frozenset(["at", "bei", "à", "a"])


def _degrees(finding: Finding, readings: Sequence[Number], text: Assertions, facts: Facts) -> Fact | None:
    """The temperature that a number is whose degrees go without saying: «goes in the machine at 40»."""
    if finding.thing or not finding.first or text.scan.words[finding.first - 1] not in _AT:
        return None
    known = facts.measures.get("temperature", ())
    return next((one.fact for said in readings for one in known if said.value == one.value), None)


def _priced(readings: Sequence[Number], facts: Facts) -> Fact | None:
    """The price that a number with two decimals is, where the currency goes without saying."""
    prices = [one for dimension, every in facts.measures.items() if dimension.startswith("money") for one in every]
    return next(
        (one.fact for said in readings for one in prices if said.half == 0.005 and said.value == one.value), None
    )


def _summed(same: Sequence[Quantity], readings: Sequence[Number]) -> Fact | None:
    """The fact whose counts of one thing add up: two side pockets and two back pockets."""
    for fact in {id(one.fact): one.fact for one in same}.values():
        inside = [one.value for one in same if one.fact is fact]
        if _SPAN.search(fact.text):
            continue
        if len(inside) > 1 and any(sum(inside) == said.value for said in readings):
            return fact
    return None


def _in_parts(finding: Finding, readings: Sequence[Number], facts: Facts) -> Fact | None:
    """The fact that lists the parts of a set with their counts: «2 plates, 2 cups» is a set of four."""
    if finding.thing != "piece":
        return None
    for fact in {id(one.fact): one.fact for one in facts.numbers}.values():
        parts = _parts(fact)
        if parts and any(sum(parts) == said.value for said in readings):
            return fact
    return None


def _parts(fact: Fact) -> list[int]:
    """The counts of the parts that a fact lists, one by one; none where it is no such list."""
    parts = [_PART.fullmatch(item) for item in _ITEMS.split(fact.text)]
    return [int(part[1]) for part in parts if part] if len(parts) > 1 and all(parts) else []


_SPAN: Final = re.compile(r"\d\s*(?:-|–|—|bis|to|à|a|至|到)\s*\d")
_ITEMS: Final = re.compile(r"\s*[,;+&、，]\s*|\s+(?:und|and|et|y)\s+")
_PART: Final = re.compile(r"(\d{1,3})\s*[x×]?\s*[^\W\d][^\d]*")
_OF: Final = frozenset(["of", "out", "von", "sur", "de", "sobre", "/", "级", "共"])


def _rated(finding: Finding, readings: Sequence[Number], text: Assertions, facts: Facts) -> Fact | None:
    """The fact that holds both numbers of a rating: «9 out of 15»."""
    words, at = text.scan.words, finding.first + 1
    while at < len(words) and words[at] in _OF:
        at += 1
    if at == finding.first + 1 or at >= len(words) or not words[at].isdecimal():
        return None
    scales = {id(one.fact) for one in facts.numbers if one.value == float(words[at])}
    rated = (one for one in facts.numbers if any(one.value == said.value for said in readings))
    return next((one.fact for one in rated if id(one.fact) in scales), None)


def _of_a_pair(finding: Finding, text: Assertions, facts: Facts) -> Fact | None:
    """The fact of a share that stands in a pair of them: «wool and cotton (55/45)»."""
    words, at = text.scan.words, finding.first
    shares = {f"{share.value:g}": share.fact for _, share in facts.shares}
    pairs = (words[at : at + 3], words[max(at - 2, 0) : at + 1])
    if any(len(pair) == 3 and pair[1] == "/" and pair[0] in shares and pair[2] in shares for pair in pairs):
        return shares[words[at]]
    return None


def _beside(finding: Finding, readings: Sequence[Number], text: Assertions, facts: Facts) -> Fact | None:
    """The fact of a number whose unit, or whose scale, is said beside it."""
    return (
        _elliptic(finding, readings, text, facts)
        or _shared_unit(finding, readings, text, facts)
        or _rated(finding, readings, text, facts)
        or _of_a_pair(finding, text, facts)
    )


def _elliptic(finding: Finding, readings: Sequence[Number], text: Assertions, facts: Facts) -> Fact | None:
    """The fact of a number whose unit was said before: «80 lumens in front, 20 behind»."""
    if finding.thing:
        return None
    place = bisect_left(text.findings, finding.first, key=lambda one: one.first)
    before = [one for one in text.findings[max(0, place - 4) : place] if one.unit is not None and one.kind == "measure"]
    if not before or any(word in STOPS for word in text.scan.words[before[-1].after : finding.first]):
        return None
    unit = before[-1].unit
    return holding(readings, unit, finding, facts) if unit is not None else None


def _shared_unit(finding: Finding, readings: Sequence[Number], text: Assertions, facts: Facts) -> Fact | None:
    """The fact of a number whose unit stands behind those that follow: «90, 135 or 150 cm»."""
    place = bisect_left(text.findings, finding.after, key=lambda one: one.first)
    behind = next((one for one in text.findings[place : place + 4] if one.unit is not None), None)
    if behind is None or behind.unit is None or finding.thing:
        return None
    between = text.scan.words[finding.after : behind.first]
    return holding(readings, behind.unit, behind, facts) if all(w[0].isdigit() or w in _LIST for w in between) else None


_LIST: Final = frozenset([",", "/", "and", "or", "und", "oder", "et", "ou", "y", "o", "和", "或"])


def _of_the_thing(finding: Finding, facts: Facts, text: Assertions) -> Sequence[Quantity]:
    """The numbers that may decide: those of the same thing where facts have any, those beside the same acronym (USB)."""
    if not finding.thing:
        return facts.numbers
    scan = text.scan
    signs = {
        word for n, word in enumerate(scan.words[finding.first : finding.after], finding.first) if scan.raws_upper(n)
    }
    named = [one for one in facts.numbers if {sign for sign in signs if len(sign) > 2} & one.near]
    same = [one for one in facts.numbers if one.thing == finding.thing]
    if same and finding.thing in _COUNTED_ALONE:
        same += [one for one in facts.numbers if one.thing == "piece"]
    return named or same or facts.numbers


def _of_the_noun(finding: Finding, facts: Facts, text: Assertions) -> list[Quantity]:
    """The bare numbers of facts called by the noun that the text counts: «zwanzig Kugeln», kugeln = 12."""
    if not finding.spelled:
        return []
    nouns = set[str]()
    start = finding.first + 1 if finding.thing else finding.after
    for word in text.scan.words[start : start + 2]:
        if not word.isalpha() or len(word) < _NOUN:
            break
        nouns.add(stem(word))
    return [one for one in facts.numbers if one.unit is None and nouns & {stem(w) for w in one.near}]


_NOUN: Final = 4


def _alike(one: str, two: str) -> bool:
    """Whether two words begin alike, or one is a compound of the other: Waschladungen, Ladungen."""
    short, long = sorted((one, two), key=len)
    return len(short) >= _NOUN and (short[:_NOUN] == long[:_NOUN] or (len(short) > _NOUN + 1 and long.endswith(short)))


def _means(finding: Finding, known: Quantity, text: Assertions) -> bool:
    """Whether an equal number in a fact is of the same meaning."""
    times = finding.thing == "piece" and finding.first > 0 and text.scan.words[finding.first - 1] == "x"
    if finding.thing and known.thing and not (times and _words_near(finding, text) & known.near):
        return finding.thing == known.thing or (known.thing == "piece" and finding.thing in _COUNTED_ALONE)
    if known.unit is not None:
        return finding.role is not None and finding.role == known.role
    near = _words_near(finding, text)
    if near & known.near and (times or not (finding.thing and known.thing)):
        return True
    if any(_alike(one, two) for one in near for two in known.near):
        return True
    if finding.thing is None and known.thing is None:
        last = known.fact.name.rpartition(".")[2]
        return known.language != text.language or last in ("title", "tags", "type") or not known.near
    if (
        finding.thing == "piece"
        and isinstance(known.fact.value, int)
        and known.fact.text.startswith(f"{known.fact.value} ")
    ):
        return True
    if known.thing is None and known.role is None:
        return known.language is None or known.language != text.language
    return False


# Things that can be the product itself, of which the facts have so many pieces.
_COUNTED_ALONE = frozenset(
    ["bar piece", "light source", "tool", "chair", "cup", "plate", "pillow", "blanket", "candle", "pen", "knife", "pot", "card", "bag", "bottle", "tile", "block",
     "led", "pair", "puzzle piece", "capsule", "hook", "piece", "battery", "screw", "ring", "bead", "die", "brush", "filter", "page",
     "dose"]
)  # fmt: skip


def _words_near(finding: Finding, text: Assertions) -> frozenset[str]:
    return frozenset(words_near(text.scan.words, finding.first, finding.after))


def _code(finding: Finding, facts: Facts) -> Ruling:
    plain_name = finding.name.replace("-", "").replace("/", "")
    fact = facts.codes.get(plain_name)
    if fact is not None:
        return "supported", fact, f"{quoted(fact)} has {finding.name.upper()}."
    return "unknown", None, f"No fact has {finding.name.upper()}."
