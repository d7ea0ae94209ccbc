"""Verdicts on what words say: materials, colors, properties, and words that are denied."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from weft.claims.assertions import Assertions
from weft.claims.denials import chinese_denied, chinese_late, groups, stem, telling, withheld
from weft.claims.facts import Fact, Facts, Known
from weft.claims.finding import Finding, is_preposition
from weft.claims.lexicon import Entry, parents
from weft.claims.verdict import Ruling, quoted


def concept(finding: Finding, text: Assertions, facts: Facts) -> Ruling | None:
    rulings = [_named(finding, entry, facts) for entry in finding.entries]
    best = min(rulings, key=lambda one: ("supported", "contradicted", "unknown").index(one[0]))
    if best[0] == "unknown" and finding.negated and (fact := _denied_so(finding, text, facts)) is not None:
        best = "supported", fact, f"{quoted(fact)} says that too."
    against = best[1] if best[0] == "contradicted" else None
    if against is not None and (finding.kind in ("property", "thing") or _is_denied(finding, against, facts)):
        if finding.negated and (fact := _rival(finding, facts)) is not None:
            return None if finding.silent else ("supported", fact, f"{quoted(fact)} denies what the text does.")
        if not finding.negated and withheld(text.scan, finding.first, finding.after):
            return None if finding.silent else ("supported", against, f"{quoted(against)} says that too.")
    if all(entry.ambiguous for entry in finding.entries) and not finding.labelled:
        return None
    if finding.silent and best[0] != "contradicted":
        if not finding.negated:
            return best if best[0] == "supported" and finding.labelled else None
        if best[0] == "unknown" and (finding.kind == "thing" or _is_soft(finding)):
            return None
    if best[0] == "unknown" and finding.kind == "color" and not finding.labelled:
        return None
    if finding.kind == "thing":
        finding.kind = "property"
    return best


def _is_denied(finding: Finding, fact: Fact, facts: Facts) -> bool:
    """Whether a fact denies a material that a text names, and does not only name another."""
    known = (one for entry in finding.entries for one in facts.named.get(entry.concept, ()))
    return finding.kind == "material" and any(one.negated and one.fact is fact for one in known)


def _denied_so(finding: Finding, text: Assertions, facts: Facts) -> Fact | None:
    """The fact that denies the very words of a phrase: «testado_animales: false»."""
    said = {stem(word) for word in text.scan.words[finding.first : finding.after]}
    return next((fact for words, fact in facts.denied_together if words and words <= said), None)


def _rival(finding: Finding, facts: Facts) -> Fact | None:
    """The fact that denies another thing which a late denial may take back instead: «Vegan ist es wegen des Honigs nicht»."""
    for span in finding.rivals:
        for entry in span.entries:
            if (known := next((one for one in facts.named.get(entry.concept, ()) if one.negated), None)) is not None:
                return known.fact
    return None


def _is_soft(finding: Finding) -> bool:
    """Whether a denial is no promise that a buyer counts on: that something is not foldable, or has no hood."""
    return not any(entry.value == "substance" or entry.kind != "property" for entry in finding.entries)


def _named(finding: Finding, entry: Entry, facts: Facts) -> Ruling:
    known = facts.named.get(entry.concept, ())
    negated = finding.negated
    if negated and finding.qualified:
        return "unknown", None, f"No fact says that there is no {entry.concept}."
    above = parents().get(entry.concept, frozenset([entry.concept]))
    for_it = [one for one in known if not one.negated]
    against = [
        one
        for above_it in above
        for one in facts.named.get(above_it, ())
        if one.negated and one.concept == above_it and (negated or not one.limited or finding.qualified == "below")
    ]
    word = entry.concept
    if negated:
        return _absent(entry, for_it, against, facts)
    if entry.kind == "material" and for_it:
        clash = _part_clash(finding, for_it, facts)
        if clash:
            return clash
    if for_it and against and finding.kind == "thing" and finding.given and all(one.weak for one in for_it):
        for_it = []
    if for_it:
        return "supported", for_it[0].fact, f"{quoted(for_it[0].fact)} says {for_it[0].concept}."
    if (bare := _without(entry, facts)) is not None:
        return "supported", bare.fact, f"{quoted(bare.fact)} denies {bare.concept}."
    if (blended := _blended(entry, facts)) is not None:
        return "supported", blended.fact, f"{quoted(blended.fact)} says {blended.concept} and another material."
    if against:
        return "contradicted", against[0].fact, f"{quoted(against[0].fact)} denies {word}."
    if entry.kind in ("material", "color"):
        others = [one for one in facts.kinds.get(entry.kind, ()) if not one.negated and not one.weak]
        if others:
            return "contradicted", others[0].fact, f"The facts say {_listed(others)}, not {word}."
    return "unknown", None, f"No fact speaks of {word}."


def _absent(entry: Entry, for_it: Sequence[Known], against: Sequence[Known], facts: Facts) -> Ruling:
    """The verdict on a denial, by what affirms and what denies the concept."""
    word = entry.concept
    if against:
        return "supported", against[0].fact, f"{against[0].fact.name} says that too."
    for_it = [one for one in for_it if not (one.weak and _denies_some(one.fact, facts))]
    if for_it:
        return "contradicted", for_it[0].fact, f"{quoted(for_it[0].fact)} says {word}, which the text denies."
    if entry.kind == "material" and (others := _materials(facts)):
        return "supported", others[0].fact, f"The facts name {_listed(others)}, not {word}."
    return "unknown", None, f"No fact says that there is no {word}."


def _denies_some(fact: Fact, facts: Facts) -> bool:
    """Whether a fact denies something, so that its name alone affirms nothing: «bulb: built in, not replaceable»."""
    return any(one.negated and one.fact is fact for known in facts.named.values() for one in known)


def _without(entry: Entry, facts: Facts) -> Known | None:
    """What facts deny, where a concept is that it is absent: plastic-free."""
    if not entry.concept.endswith("-free"):
        return None
    return next((one for one in facts.named.get(entry.concept.removesuffix("-free"), ()) if one.negated), None)


def _blended(entry: Entry, facts: Facts) -> Known | None:
    """A material of which facts say that it is there beside another, where the text says «blend»."""
    base = entry.concept.removesuffix(" blend")
    if base == entry.concept:
        return None
    known = next((one for one in facts.named.get(base, ()) if not one.negated), None)
    others = {one.concept for one in facts.kinds.get("material", ()) if not one.negated and not one.weak}
    return known if known and any(base not in parents().get(other, ()) for other in others) else None


def _materials(facts: Facts) -> Sequence[Known]:
    """The materials that facts about the material name."""
    return [one for one in facts.kinds.get("material", ()) if not one.negated and not one.weak and not _is_free(one)]


def _part_clash(finding: Finding, for_it: Sequence[Known], facts: Facts) -> Ruling | None:
    """A material claimed of a part that facts say is of another."""
    if not finding.about:
        return None
    if any(one.part == finding.about or (one.part is None and _is_free(one) and not _is_name(one)) for one in for_it):
        return None
    others = [
        one for one in facts.kinds.get("material", ()) if one.part == finding.about and not one.negated and not one.weak
    ]
    if others and all(one.part or _is_name(one) for one in for_it):
        return (
            "contradicted",
            others[0].fact,
            f"{quoted(others[0].fact)} says that the {finding.about} is of {others[0].concept}.",
        )
    return None


def _is_free(known: Known) -> bool:
    """Whether a fact names a material in running text, where its part may be said elsewhere."""
    return known.fact.name.rpartition(".")[2] in ("title", "description", "tags", "seo_title", "seo_description")


def _is_name(known: Known) -> bool:
    """Whether a material stands in what the product is called, where it may be its scent: «Fig & cedar candle»."""
    return known.fact.name.rpartition(".")[2] in ("title", "name", "tags")


def _listed(known: Sequence[Known]) -> str:
    names = list(dict.fromkeys(one.concept for one in known))
    return ", ".join(names[:4])


_CJK: Final = 0x2E80
_NEAR: Final = 8


def denials(text: Assertions, facts: Facts, taken: set[int]) -> Iterator[tuple[Finding, Ruling]]:
    """Words that no verdict is on and that the text denies and facts affirm, or the other way round."""
    scan = text.scan
    taken_back = groups(scan)
    for group in taken_back:
        n, word = group[0], stem(scan.words[group[0]])
        if n in taken or scan.trapped[n] or word in facts.denied:
            continue
        if word in facts.affirmed:
            yield _denial(text, n, n + 1, facts.affirmed[word], denied=True)
        elif (
            word in facts.stems
            and n
            and is_preposition(scan, scan.words[n - 1])
            and (fact := facts.words.get(scan.words[n]))
            and not any(char.isdigit() for char in fact.text)
            and not _denies_some(fact, facts)
        ):
            yield _denial(text, n, n + 1, fact, denied=True)
    if facts.denied_together:
        hidden = {n for group in taken_back for n in group}
        said = {word: n for n, word in telling(scan) if n not in hidden and not scan.trapped[n]}
        yield from _affirmed(text, facts, said, taken)
    yield from _chinese_denials(text, facts, taken)


def _affirmed(
    text: Assertions, facts: Facts, said: Mapping[str, int], taken: set[int]
) -> Iterator[tuple[Finding, Ruling]]:
    """What facts deny and the text says: all the words of a denial, close together."""
    for words, fact in facts.denied_together:
        if words <= said.keys() and not words <= facts.stems:
            places = [said[word] for word in words]
            first, after = min(places), max(places) + 1
            near = after - first <= _NEAR + 1 and not withheld(text.scan, after - 1, after)
            if near and taken.isdisjoint((first, after - 1)):
                yield _denial(text, first, after, fact, denied=False)


def _chinese_denials(text: Assertions, facts: Facts, taken: set[int]) -> Iterator[tuple[Finding, Ruling]]:
    scan, runs = text.scan, list(chinese_denied(text.scan))
    for first, after in runs:
        for end in range(first + 2, after + 1):
            fact = facts.affirmed.get("".join(scan.words[first:end]))
            if fact is not None and not taken & set(range(first, end)):
                yield _denial(text, first, end, fact, denied=True)
    if not any(ord(phrase[-1]) > _CJK for phrase in facts.denied):
        return
    hidden = taken.union(*(range(first, after) for first, after in [*runs, *chinese_late(scan)]))
    for n in range(len(scan.words)):
        for size in range(6, 1, -1):
            fact = facts.denied.get("".join(scan.words[n : n + size]))
            if fact is not None and hidden.isdisjoint(range(n, n + size)) and not withheld(scan, n, n + size):
                yield _denial(text, n, n + size, fact, denied=False)
                break


def _denial(text: Assertions, first: int, after: int, fact: Fact, *, denied: bool) -> tuple[Finding, Ruling]:
    finding = Finding("property", first, after, negated=denied, name=" ".join(text.scan.words[first:after]))
    says = "says so, which the text denies" if denied else "denies it"
    return finding, ("contradicted", fact, f"{quoted(fact)} {says}.")
