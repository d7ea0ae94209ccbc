"""All findings of a text in order, and the claims that they make."""

from dataclasses import dataclass
from typing import Any, Final

from weft.claims.finding import CONTENT, Finding, Scan, Span, scan
from weft.claims.languages import told
from weft.claims.lexicon import LANGUAGES, Node
from weft.claims.names import certificates, compatibles, mentions, origins
from weft.claims.numerals import plain
from weft.claims.quantities import Sweep
from weft.claims.reading import Reading, read

_NEAR: Final = 4


@dataclass(frozen=True, slots=True)
class Claim:
    """One checkable thing that a text says: what kind, the words and where they stand, the value, and whether it is denied.

    `value` is a number, a list of numbers, or the concept that the words name («cotton» for Baumwolle); `about` what it is said of.
    """

    kind: str
    text: str
    start: int
    end: int
    value: Any
    unit: str | None
    negated: bool
    about: str | None
    language: str


@dataclass(slots=True)
class Assertions:
    """A text with its findings, the language it was read in (None where it could not be told), and its scan."""

    reading: Reading
    language: str | None
    scan: Scan
    findings: list[Finding]

    def claim(self, finding: Finding) -> Claim:
        """A finding as a claim."""
        start, end = self.reading.place(finding.first, finding.after)
        return Claim(
            finding.kind,
            self.reading.given[start:end],
            start,
            end,
            value_of(finding),
            finding.unit.name if finding.unit else None,
            finding.negated,
            finding.about or finding.thing,
            self.language or "und",
        )


def value_of(finding: Finding) -> Any:
    """The value of a finding: a number, a list of them, or a name."""
    values = [plain(one[0].value) for one in finding.numbers]
    if values:
        return values if len(values) > 1 else values[0]
    if finding.entries:
        concept = finding.entries[0].concept
        return f"{concept} {finding.name}".strip() if finding.kind == "certification" else concept
    return finding.name or None


def assertions(
    text: str, language: str | None = None, own: Node | None = None, numbers: str | None = None
) -> Assertions:
    """Read a text and find what it asserts; `language` is used where it is one that the lexicon has."""
    reading = read(text)
    if language is None or language not in LANGUAGES:
        language = told(reading.words, surely=True)
    found = scan(reading, language, own, numbers)
    return Assertions(reading, language, found, findings(found))


def findings(found: Scan) -> list[Finding]:
    """Everything that a scan asserts, in the order of the text."""
    all_found = list(Sweep(found).findings())
    all_found += certificates(found)
    made = list(origins(found))
    all_found += made
    all_found += mentions(found, {n for one in made for n in range(one.first, one.after)})
    all_found += compatibles(found)
    named = {
        n for one in all_found if one.kind in ("certification", "compatibility") for n in range(one.first, one.after)
    }
    for span in found.spans:
        if span.first in named and not any(one.kind == "certification" for one in span.entries):
            continue
        one = _concept(found, span)
        if one is not None:
            all_found.append(one)
    all_found.sort(key=lambda one: (one.first, one.after))
    return all_found


def _concept(found: Scan, span: Span) -> Finding | None:
    """What a phrase of the lexicon asserts: a material, a color, a property, a claim of a kind; a thing only where denied."""
    entries = [one for one in span.entries if one.kind in CONTENT or one.kind == "thing"]
    entries = [one for one in entries if one.kind != "certification"]
    if not entries:
        return None
    if entries[0].concept == "piece":
        return None
    wanted = [one for one in entries if one.kind != "thing"] or entries
    labelled = _labelled(found, span, wanted[0].kind)
    kind = wanted[0].kind
    if kind in ("material", "color") and not span.negated and _spoken_of(found, span):
        return None
    denied = {one.negated for one in wanted}
    one = Finding(kind, span.first, span.after, wanted, denied=span.denied, labelled=labelled)
    one.negated = span.negated != (denied == {True})
    one.silent = all(entry.silent for entry in wanted) or (all(entry.ambiguous for entry in wanted) and not labelled)
    if kind == "material":
        one.about = _part(found, span)
    elif kind == "thing":
        one.thing = one.about = wanted[0].concept
    return one


_COLOR_LABELS: Final = frozenset(
    [
        "color",
        "colour",
        "farbe",
        "farbton",
        "couleur",
        "coloris",
        "color:",
        "色",
        "颜色",
        "in",
        "en",
        "colore",
        "farbvariante",
        "teinte",
    ]
)
_MATERIAL_LABELS: Final = frozenset(
    ["material", "materials", "fabric", "made", "of", "composition", "materialien", "stoff", "aus", "matière", "matériau", "en",
     "composición", "tejido", "de", "材质", "面料", "质", "料", "from", "%", "matiere", "materiales"]
)  # fmt: skip


def _labelled(found: Scan, span: Span, kind: str) -> bool:
    """Whether a label or preposition before a phrase says that a color, or a material, is meant."""
    labels = _COLOR_LABELS if kind == "color" else _MATERIAL_LABELS
    at, steps = span.first - 1, 0
    while at >= 0 and steps < 3:
        word = found.words[at]
        if word in labels:
            return True
        if word not in (":", "=", "is", "ist", "-", "100"):
            return False
        at, steps = at - 1, steps + 1
    return False


def _spoken_of(found: Scan, span: Span) -> bool:
    """Whether a material or color is only spoken of: suitable for leather, like silk, wood effect."""
    after = span.after
    if after < len(found.words) and found.words[after] == "-":
        after += 1
    if found.steers(after, "context after"):
        return True
    words = found.words
    before = _listed_before(found, span)
    if before is not None:
        return _spoken_of(found, before)
    for back in range(span.first, max(-1, span.first - _NEAR), -1):
        at = found.steered(back, "context before")
        if at >= 0 and not found.steers(at, "made of"):
            return True
        if back and (
            words[back - 1] in (",", ".", ";", ":", "\n", "!", "?", "(")
            or words[back - 1] in ("in", "of", "aus", "made", "is", "ist")
        ):
            return False
    return False


def _listed_before(found: Scan, span: Span) -> Span | None:
    """The material or color before this one in a list: «for metal, wood and plastic»."""
    at = span.first - 1
    if at < 1 or found.words[at] not in _LIST:
        return None
    if found.words[at] in _LIST and found.words[at - 1] in _LIST:
        at -= 1
    other = found.span(at - 1)
    if other is None or other is span or other.after != at:
        return None
    return other if any(one.kind in ("material", "color") for one in other.entries) else None


_LIST: Final = frozenset([",", "and", "und", "et", "y", "和", "、", "or", "oder", "ou", "o", "或", "&", "/"])


def _part(found: Scan, span: Span) -> str | None:
    """The part that is of a material: «rubber sole», «sole made of rubber», «Obermaterial: Leder»."""
    words = found.words
    for at in (span.after, span.after + 1):
        other = found.span(at)
        if other is not None and other is not span:
            part = next((one.concept for one in other.entries if one.kind == "thing" and one.value == "part"), None)
            if part or at == span.after:
                return part
        elif at < len(words) and (
            not words[at].isalpha() or words[at] in ("and", "und", "et", "y", "with", "mit", "avec", "con")
        ):
            break
    for at in range(span.first - 1, max(-1, span.first - 6), -1):
        other = found.span(at)
        if other is not None and other.after <= span.first:
            part = next((one.concept for one in other.entries if one.kind == "thing" and one.value == "part"), None)
            if part:
                return part
            if any(one.kind == "material" for one in other.entries):
                return None
        elif words[at] in (".", "\n", ";", "!", "?", ","):
            return None
    return None
