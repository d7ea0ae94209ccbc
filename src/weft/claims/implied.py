"""What follows from facts without being said in them."""

import re
from typing import Final

from weft.claims.assertions import Assertions
from weft.claims.denials import telling
from weft.claims.fact import Fact, Facts, Known
from weft.claims.lexicon import Entry, parents, properties_of

_SOLID: Final = frozenset(
    [
        "solid",
        "massiv",
        "massive",
        "massiver",
        "massivem",
        "massives",
        "massif",
        "massifs",
        "maciza",
        "macizo",
        "macizas",
        "实",
    ]
)
_IP: Final = re.compile(r"ip([x\d])([x\d])\w?")
_WATER: Final = re.compile(r"water|wasser|agua|eau|étanch|etanch|防水")
# Parts and the property of having them.
_HAVING: Final = {"lining": "lined", "padding": "padded"}
_NOT_WITH: Final = {"dry clean only": ("machine washable", "washable"), "hand wash only": ("machine washable",)}


def implied(ready: Facts) -> None:
    """What facts say without a word: what may only be dry-cleaned is not for the washing machine, what has a battery needs no cable."""
    for part, having in _HAVING.items():
        for one, other in ((part, having), (having, part)):
            denied = next((known for known in ready.named.get(one, ()) if known.negated), None)
            if denied and all(known.negated for known in ready.named.get(other, ())):
                ready.named.setdefault(other, []).append(Known(other, True, denied.fact))
    battery = next((known for known in ready.named.get("battery", ()) if not known.negated), None)
    if battery and all(not known.negated for known in ready.named.get("battery", ())) and "wireless" not in ready.named:
        ready.named["wireless"] = [Known("wireless", False, battery.fact, weak=True)]
    for concept, excluded in _NOT_WITH.items():
        known = next((one for one in ready.named.get(concept, ()) if not one.negated), None)
        for other in excluded if known else ():
            if known and all(one.negated for one in ready.named.get(other, ())):
                ready.named.setdefault(other, []).append(Known(other, True, known.fact))


def follow(ready: Facts, found: Assertions, fact: Fact) -> None:
    """What follows from what a fact says."""
    _tight(ready, found, fact)
    _mark(ready, found, fact)
    _treated(ready, fact)
    if not _SOLID.isdisjoint(found.scan.words):
        _solid(ready, fact)


def _tight(ready: Facts, found: Assertions, fact: Fact) -> None:
    """What a degree of protection implies: IPX7 and 5 ATM are waterproof, IPX4 is water-resistant, IP6X dustproof."""
    follows: list[str] = []
    for finding in found.findings:
        if finding.kind == "certification" and (code := _IP.fullmatch(finding.name)):
            dust, water = code.groups()
            follows += ["dustproof"] if dust in "56" else []
            follows += ["waterproof"] if water in "78" else ["water-resistant"] if water in "3456" else []
        elif finding.kind == "measure" and finding.unit and finding.unit.name in ("atm", "bar"):
            follows += ["waterproof"] if _WATER.search(fact.name.lower()) and finding.numbers[0][0].value >= 3 else []
    for concept in follows:
        for above in parents().get(concept, (concept,)):
            ready.named.setdefault(above, []).append(Known(concept, False, fact))


def _treated(ready: Facts, fact: Fact) -> None:
    """A material and what is said of it are a material of its own: paper, recycled."""
    for mark in ("recycled", "organic"):
        if any(known.fact is fact and not known.negated for known in ready.named.get(mark, ())):
            for known in list(ready.kinds.get("material", ())):
                concept = f"{mark} {known.concept}"
                if known.fact is fact and not known.negated and concept in parents():
                    ready.named.setdefault(concept, []).append(Known(concept, False, fact, known.part))


def _mark(ready: Facts, found: Assertions, fact: Fact) -> None:
    """A certificate whose short name is all that a fact says: «bio: AB»."""
    span = found.scan.span(len(found.scan.words) - 1)
    if span is None or found.scan.words[span.first - 1 : span.first] not in ([":"], []):
        return
    for entry in span.entries:
        if entry.kind == "certification" and entry.ambiguous:
            ready.marks.setdefault(entry.concept.lower(), []).append(("", fact))
            if follows := properties_of().get(entry.concept):
                ready.named.setdefault(follows, []).append(Known(follows, False, fact))


def several(found: Assertions, entry: Entry) -> bool:
    """Whether a name has several telling words, so that what it denies is not each of them: «tablette porte outils»."""
    if " " in entry.concept and " ".join(found.scan.words) == entry.concept:
        return False
    return sum(1 for _ in telling(found.scan)) > 1


def _solid(ready: Facts, fact: Fact) -> None:
    """Solid oak is solid wood."""
    if any(known.fact is fact and not known.negated for known in ready.named.get("wood", ())):
        ready.named.setdefault("solid wood", []).append(Known("solid wood", False, fact))
