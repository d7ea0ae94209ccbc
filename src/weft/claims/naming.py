"""Verdicts on what names say: sizes, certificates, places, what a thing is compatible with."""

from typing import Final

from weft.claims.fact import Fact, Facts
from weft.claims.finding import Finding
from weft.claims.languages import small_words
from weft.claims.lexicon import UNION, properties_of, regions
from weft.claims.verdict import Ruling, quoted, says_otherwise, says_so


def size(finding: Finding, facts: Facts) -> Ruling:
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
        return "supported", fact, f"{quoted(fact)} has that size."
    if facts.sizes:
        some = next(iter(facts.sizes.values()))
        return "contradicted", some, f"The facts have the sizes {', '.join(list(facts.sizes)[:6])}."
    return "unknown", None, f"No fact has the size {name.upper()}."


def _as_number(name: str) -> float | None:
    try:
        return float(name.rpartition(" ")[2].lstrip("wl"))
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
        elif name.isdecimal() and low.isdecimal() and high.isdecimal() and int(low) <= int(name) <= int(high):
            return fact
    return None


def certification(finding: Finding, facts: Facts) -> Ruling:
    if not finding.entries and not finding.name:
        any_mark = facts.marks.get("")
        if any_mark and not finding.negated:
            return "supported", any_mark[0][1], f"{quoted(any_mark[0][1])} names a certificate."
        return "unknown", None, "No fact names a certificate."
    if finding.entries and finding.entries[0].concept != "IP":
        known = facts.marks.get(finding.entries[0].concept.lower(), ())
        number = finding.name.replace(" ", "").lstrip(":-")
        for theirs, fact in known:
            if not number or number == theirs.replace(" ", "").lstrip(":-"):
                return ("contradicted" if finding.negated else "supported"), fact, f"{quoted(fact)} names it."
        if known:
            return (
                "contradicted",
                known[0][1],
                f"{quoted(known[0][1])} says {finding.entries[0].concept} {known[0][0]}.",
            )
        follows = properties_of().get(finding.entries[0].concept)
        denied = next((one for one in facts.named.get(follows or "", ()) if one.negated), None)
        if finding.negated and denied is not None:
            return "supported", denied.fact, f"{quoted(denied.fact)} denies {denied.concept}."
        return (
            ("supported" if finding.negated and facts.marks else "unknown"),
            None,
            f"No fact names {finding.entries[0].concept}.",
        )
    name = finding.name
    if finding.entries:
        coded = facts.codes.get(name)
        if coded is not None:
            return "supported", coded, f"{quoted(coded)} names it."
        return "unknown", None, f"No fact names {name.upper()}."
    return _held(name, facts, "names it")


def _held(name: str, facts: Facts, says: str) -> Ruling:
    """Whether facts hold each word of a name."""
    fact = facts.find(name)
    if fact is None and name and all(word in facts.words for word in name.split()):
        fact = facts.words[name.split()[0]]
    if fact is not None:
        return "supported", fact, f"{quoted(fact)} {says}."
    return "unknown", None, f"No fact names {name}."


def _land(finding: Finding, facts: Facts) -> Ruling | None:
    """A country named in passing: contradicted where facts say that the thing is from others alone."""
    known = facts.origins | facts.named_lands
    lands = [entry.concept for entry in finding.entries]
    if any(land in known or (land == "EU" and not UNION.isdisjoint(known)) for land in lands):
        return None
    if not known or finding.negated or not finding.labelled:
        return None
    fact = next(iter(known.values()))
    return says_otherwise(fact)


def _region(finding: Finding, facts: Facts) -> Ruling | None:
    """The verdict on a place smaller than a country: of its country alone facts may tell, but not of another such place."""
    named = [entry.concept for entry in finding.entries if entry.concept in regions()]
    if not named or finding.negated:
        return None
    known = facts.origins or facts.named_lands
    held = next((fact for one in named if (fact := facts.origins.get(one) or facts.named_lands.get(one))), None)
    if held is not None:
        return says_so(held)
    other = next((fact for one, fact in known.items() if one in regions()), None)
    return says_otherwise(other) if other is not None else None


_SHORT: Final = 3


def _in_passing(finding: Finding) -> bool:
    """Whether a region is named behind a bare preposition, which says little of where a thing was made: «aus dem Schwarzwald»."""
    regional = all(entry.concept in regions() for entry in finding.entries)
    return bool(finding.entries) and regional and finding.after - finding.first <= _SHORT


def origin(finding: Finding, facts: Facts) -> Ruling | None:
    if finding.silent and finding.name:
        ruling = _held(finding.name, facts, "says so")
        places = [fact for name, fact in facts.origins.items() if not name.isascii()]
        if ruling[0] == "supported" or not places:
            return ruling if ruling[0] == "supported" else None
        return says_otherwise(places[0])
    if finding.silent:
        return _land(finding, facts)
    if (of_region := _region(finding, facts)) is not None:
        return of_region
    if not facts.origins and not facts.named_lands and _in_passing(finding):
        return None
    for entry in finding.entries:
        fact = facts.origins.get(entry.concept)
        if fact is None and (finding.role == "design" or not facts.origins):
            fact = facts.named_lands.get(entry.concept)
        if fact is not None and not finding.negated:
            return says_so(fact)
        if entry.concept == "EU" and not finding.negated:
            european = next((fact for code, fact in facts.origins.items() if code in UNION), None)
            if european is not None:
                return says_so(european)
    if finding.name:
        ruling = _held(finding.name, facts, "says so")
        if ruling[0] == "supported":
            return ruling
    if facts.origins:
        other = next(iter(facts.origins.values()))
        return says_otherwise(other)
    return "unknown", None, "No fact says where it was made."


def compatibility(finding: Finding, facts: Facts) -> Ruling | None:
    words = finding.name.split()
    if not finding.labelled and not facts.fits and not any(char.isdigit() for char in finding.name):
        return None
    if not finding.labelled and any(word in facts.words for word in words if word not in small_words()):
        fact = next(facts.words[word] for word in words if word in facts.words and word not in small_words())
        return "supported", fact, f"{quoted(fact)} names it."
    if all(word in facts.words or word in facts.codes for word in words):
        fact = facts.words.get(words[0]) or facts.codes[words[0]]
        return "supported", fact, f"{quoted(fact)} names it."
    if facts.find(finding.name):
        return _held(finding.name, facts, "names it")
    return "unknown", None, f"No fact names {finding.name}."
