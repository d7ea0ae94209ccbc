"""Verdicts on what words say: materials, colors, properties, and words that are denied."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from weft.claims.assertions import Assertions
from weft.claims.denials import chinese_denied, chinese_late, groups, stem, telling, withheld
from weft.claims.fact import Fact, Facts, Known
from weft.claims.finding import Finding, Scan, is_preposition
from weft.claims.lexicon import Entry, parents
from weft.claims.verdict import Ruling, quoted, says_otherwise


def concept(finding: Finding, text: Assertions, facts: Facts) -> Ruling | None:
    """The verdict on a phrase of the lexicon; None where it is no claim."""
    rulings = [_named(finding, entry, facts) for entry in finding.entries]
    best: Ruling | None = min(rulings, key=lambda one: ("supported", "contradicted", "unknown").index(one[0]))
    if best is not None and best[0] == "unknown":
        best = _otherwise_known(finding, text, facts, best)
    elif best is not None and best[0] == "contradicted":
        best = _taken_back(finding, text, facts, best)
    if best is None or _goes_unsaid(finding, best):
        return None
    if finding.kind == "thing":
        finding.kind = "property"
    return best


def _goes_unsaid(finding: Finding, best: Ruling) -> bool:
    """Whether a phrase is no claim, for what it may mean or what it promises."""
    if all(entry.ambiguous for entry in finding.entries) and not finding.labelled:
        return True
    if finding.silent and best[0] != "contradicted":
        if not finding.negated:
            return best[0] != "supported" or not finding.labelled
        if best[0] == "unknown" and (finding.kind in ("thing", "property") and _is_soft(finding)):
            return True
    return best[0] == "unknown" and finding.kind == "color" and not finding.labelled


def _otherwise_known(finding: Finding, text: Assertions, facts: Facts, best: Ruling) -> Ruling | None:
    """The verdict on a phrase that no fact has by its concept, by facts that say it in other words."""
    if finding.kind == "thing" and (fact := _closed_otherwise(finding, text.scan, facts)) is not None:
        return says_otherwise(fact)
    if not finding.negated:
        return best
    fact = _denied_so(finding, text, facts) or _not_added(finding, text.scan, facts)
    if fact is not None:
        return "supported", fact, f"{quoted(fact)} says that too."
    return None if _is_no_claim(finding, text.scan) else best


def _taken_back(finding: Finding, text: Assertions, facts: Facts, best: Ruling) -> Ruling | None:
    """The verdict on a phrase that facts contradict, where its clause may deny, or affirm, something else."""
    _, against, _ = best
    if against is None or (finding.kind not in ("property", "thing") and not _is_denied(finding, against, facts)):
        return best
    if finding.negated and (fact := _rival(finding, text.scan, facts)) is not None:
        return None if finding.silent else ("supported", fact, f"{quoted(fact)} denies what the text does.")
    if not finding.negated and withheld(text.scan, finding.first, finding.after):
        return None if finding.silent else ("supported", against, f"{quoted(against)} says that too.")
    return best


def _is_denied(finding: Finding, fact: Fact, facts: Facts) -> bool:
    """Whether a fact denies a material that a text names, and does not only name another."""
    known = (one for entry in finding.entries for one in facts.named.get(entry.concept, ()))
    return finding.kind == "material" and any(one.negated and one.fact is fact for one in known)


def _denied_so(finding: Finding, text: Assertions, facts: Facts) -> Fact | None:
    """The fact that denies the very words of a phrase: «testado_animales: false»."""
    said = {stem(word) for word in text.scan.words[finding.first : finding.after]}
    return next((fact for words, fact in facts.denied_together if words and words <= said), None)


_CLOSURES: Final = frozenset(
    ["zipper", "button", "velcro", "magnets", "buckle", "snap", "drawstring", "hook", "shoelace", "clasp closure"]
)
_CLOSING: Final = re.compile(r"verschluss|clos(?:ure|ing|es)|fasten(?:ing|er|s)|ferme(?:ture|oir)?|cierr[ea]|闭合|开合")


def _closed_otherwise(finding: Finding, scan: Scan, facts: Facts) -> Fact | None:
    """The fact that names another closure than the text: «Verschluss: Knöpfe» for «Verschluss: Reißverschluss»."""
    if finding.negated or not any(entry.concept in _CLOSURES for entry in finding.entries):
        return None
    if not any(_CLOSING.search(word) for word in scan.words[max(0, finding.first - 3) : finding.after + 2]):
        return None
    known = (one for concept in _CLOSURES for one in facts.named.get(concept, ()))
    return next(
        (one.fact for one in known if not one.negated and not one.weak and _CLOSING.search(one.fact.name.lower())), None
    )


_ADDING: Final = re.compile(
    r"ajout\w*|add(?:ed|s|ing)?|zugesetzt\w*|zusatz|zusätz\w*|hinzu\w*|añad\w*|adicion\w*|添|加"
)
_DEFINITE: Final = frozenset(["the", "le", "la", "les", "el", "los", "las", "das", "der", "die", "den"])


def _not_added(finding: Finding, scan: Scan, facts: Facts) -> Fact | None:
    """The fact that denies that a thing is added, where the text says so in other words: «on n'y ajoute pas de sucre»."""
    near = scan.words[max(0, finding.first - _NEAR) : finding.after + _NEAR]
    if not any(_ADDING.fullmatch(word) for word in near):
        return None
    known = (one for entry in finding.entries for one in facts.named.get(f"added {entry.concept}", ()))
    return next((one.fact for one in known if one.negated), None)


def _is_no_claim(finding: Finding, scan: Scan) -> bool:
    """Whether a denial promises nothing: «elle ne moud pas le grain», «Percer le béton ? Non.»"""
    asked = finding.denied == "late" and "?" in scan.words[finding.first : max(finding.end, finding.after)]
    told = finding.first > 0 and scan.words[finding.first - 1] in _DEFINITE and not is_preposition(scan, finding.denied)
    return (asked and finding.kind == "material") or (told and finding.silent)


def _rival(finding: Finding, scan: Scan, facts: Facts) -> Fact | None:
    """The fact that denies another thing which a denial may take back instead: «Vegan ist es wegen des Honigs nicht»."""
    for span in finding.rivals:
        for entry in span.entries:
            if (known := next((one for one in facts.named.get(entry.concept, ()) if one.negated), None)) is not None:
                return known.fact
    if finding.kind != "thing":
        return None
    group = next((group for group in groups(scan) if finding.first in group), [])
    stems = [stem(scan.words[n]) for n in group]
    if (fact := next((facts.denied[word] for word in stems if word in facts.denied), None)) is not None:
        return fact
    joined = (one for one in facts.denied if len(one) > _NEAR)
    return next((facts.denied[one] for one in joined if sum(word in one for word in stems) > 1), None)


def _is_soft(finding: Finding) -> bool:
    """Whether a denial is no promise that a buyer counts on: that something is not foldable, or has no hood."""
    return finding.kind == "thing" or not any(
        entry.value == "substance" or entry.kind != "property" for entry in finding.entries
    )


def _named(finding: Finding, entry: Entry, facts: Facts) -> Ruling:
    known = facts.named.get(entry.concept, ())
    negated = finding.negated
    if negated and finding.qualified:
        return "unknown", None, f"No fact denies {entry.concept}."
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
    return "unknown", None, f"No fact denies {word}."


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
    if others and all(one.part or one.weak or _is_name(one) for one in for_it):
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
_FEW: Final = 3


def denials(text: Assertions, facts: Facts, taken: set[int]) -> Iterator[tuple[Finding, Ruling]]:
    """Words that no verdict is on and that the text denies and facts affirm, or the other way round."""
    scan = text.scan
    taken_back = groups(scan)
    for group in taken_back:
        n = next((at for at in group if len(scan.words[at]) > _FEW or ord(scan.words[at][0]) > _CJK), group[0])
        word = stem(scan.words[n])
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
            if text.language == "en" and any(_is_agent(text.scan.words[n], facts) for n in places):
                continue
            near = after - first <= _NEAR + 1 and not withheld(text.scan, after - 1, after)
            if near and taken.isdisjoint((first, after - 1)):
                yield _denial(text, first, after, fact, denied=False)


def _is_agent(word: str, facts: Facts) -> bool:
    """Whether a word only begins as the one that facts deny: a planter is no plant."""
    return word.endswith("er") and word not in facts.words


def _chinese_denials(text: Assertions, facts: Facts, taken: set[int]) -> Iterator[tuple[Finding, Ruling]]:
    scan, runs = text.scan, list(chinese_denied(text.scan))
    for first, after in runs:
        for end in range(first + 2, after + 1):
            fact = facts.affirmed.get("".join(scan.words[first:end]))
            if fact is not None and not taken.issuperset(range(first, end)):
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
