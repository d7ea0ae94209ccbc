"""All findings of a text in order, and the claims that they make."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from weft.claims.finding import CONTENT, HAVING, STOPS, Finding, Scan, Span, abbreviates, linking, scan
from weft.claims.languages import small_words, told
from weft.claims.lexicon import LANGUAGES, Entry, Node
from weft.claims.names import certificates, compatibles, mentions, origins
from weft.claims.numerals import plain
from weft.claims.quantities import Sweep
from weft.claims.reading import Reading, read

_NEAR: Final = 4
_LIMITED: Final = 3
_BRACKETED: Final = 8


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
        first = finding.begin if 0 <= finding.begin < finding.first else finding.first
        after = max(finding.after, finding.end)
        if not finding.negated and finding.kind in _SAID_OF:
            first, after = _leading(self.scan, first), _trailing(self.scan, after)
        start, end = self.reading.place(first, after)
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


_SAID_OF: Final = frozenset(["property", "thing", "material", "environmental", "health"])
# Verbs that say that something is there, is done or is fit for; a claim reaches over them.
_STATING: Final = frozenset(
    ["is", "are", "can", "may", "be", "ist", "sind", "kann", "können", "darf", "est", "sont", "peut", "peuvent", "es", "son", "está", "están",
     "puede", "pueden", "supports", "support", "treated", "supporte", "supportent", "admite", "unterstützt", "verfügt", "dispone", "possède",
     "posee", "safe", "allowed", "welcome", "fine", "autorisé", "autorisée", "permitido", "permitida", "erlaubt", "also", "auch", "aussi",
     "también", "fully", "too", "doté", "dotée", "équipé", "équipée", "ausgestattet", "equipado", "equipada"]
)  # fmt: skip
_BETWEEN: Final = frozenset(
    ["a", "an", "the", "of", "with", "for", "in", "on", "to", "ein", "eine", "einen", "einem", "einer", "der", "die", "das", "den", "dem", "mit", "für",
     "über", "un", "une", "le", "la", "les", "l", "d", "'", "de", "du", "des", "avec", "pour", "à", "au", "una", "el", "los", "las", "con", "para"]
)  # fmt: skip


def _leading(found: Scan, first: int) -> int:
    """Where the words begin that state a phrase: «comes with a lid»."""
    begin, n = first, first - 1
    while n >= 0 and first - n <= _NEAR:
        word = found.words[n]
        # «A» has something in French alone.
        has = word in HAVING and (word != "a" or found.language == "fr")
        if has or word in _STATING or word in _GIVING or (word in linking() and len(word) > _LIMITED):
            begin = n
        elif word not in _BETWEEN:
            break
        n -= 1
    return begin


def _trailing(found: Scan, after: int) -> int:
    """Where the words end that state a phrase: «the bulb is included»."""
    end, n = after, after
    while n < len(found.words) and n - after < _NEAR:
        word = found.words[n]
        if word in _STATING or word in HAVING or word in _THERE or (word in linking() and len(word) > _LIMITED):
            end = n + 1
        elif word == "(" and ")" in found.words[n : n + _BRACKETED]:
            n += found.words[n : n + _BRACKETED].index(")")
            after = n + 1
        else:
            break
        n += 1
    return end


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
    marks = [(one.first, one.after) for one in all_found if one.kind == "certification"]
    if marks:
        all_found = [one for one in all_found if one.kind != "number" or not _inside(one, marks)]
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


def _inside(finding: Finding, stretches: list[tuple[int, int]]) -> bool:
    return any(first <= finding.first and finding.after <= after for first, after in stretches)


def _concept(found: Scan, span: Span) -> Finding | None:
    """What a phrase of the lexicon asserts: a material, a color, a property, a claim of a kind; a thing only where denied."""
    entries = [one for one in span.entries if one.kind in CONTENT or one.kind in ("thing", "superlative tail")]
    entries = [one for one in entries if one.kind != "certification"]
    if not entries:
        return None
    if entries[0].concept == "piece":
        return None
    wanted = [one for one in entries if one.kind != "thing"] or entries
    kinds = dict.fromkeys(one.kind for one in wanted)
    meant = next((kind for kind in kinds if _labelled(found, span, kind)), None)
    if meant == "material" and "color" in kinds and found.words[span.first - 1] == "de":
        meant = None
    labelled, kind = meant is not None, meant or wanted[0].kind
    wanted = [one for one in wanted if one.kind == meant] or wanted
    if kind == "superlative tail":
        return _superlative(found, span, wanted)
    if kind in ("material", "color") and not span.negated and _spoken_of(found, span):
        return None
    denied = {one.negated for one in wanted}
    one = Finding(kind, span.first, span.after, wanted, denied=span.denied, labelled=labelled)
    one.negated = span.negated != (denied == {True})
    one.rivals = span.rivals
    one.begin, one.end = span.begin, span.end if span.end > 0 else _said_to_be_there(found, span)
    one.silent = all(entry.silent for entry in wanted) or (all(entry.ambiguous for entry in wanted) and not labelled)
    if kind == "material":
        one.about = _part(found, span)
    elif kind == "thing":
        one.thing = one.about = wanted[0].concept
        one.given = _given(found, span)
        one.qualified = _qualified(found, span)
    return one


_THERE: Final = frozenset(
    ["included", "includes", "include", "supplied", "inclusive", "enthalten", "inklusive", "dabei", "mitgeliefert", "beiliegend",
     "inclus", "incluse", "incluses", "inclues", "fourni", "fournie", "fournis", "fournies", "compris", "comprise", "incluido",
     "incluida", "incluidos", "incluidas", "incluye"]
)  # fmt: skip


def _said_to_be_there(found: Scan, span: Span) -> int:
    """The end of the words that say that a thing is included, where they follow it."""
    for n in range(span.after, min(span.after + 10, len(found.words))):
        if (found.words[n] in STOPS and found.words[n] not in "()") or found.words[n] == ",":
            break
        if found.words[n] in _THERE:
            return n + 1
    return -1


_LISTING: Final = frozenset(
    [",", "and", "or", "und", "oder", "et", "ou", "y", "e", "o", "u", "&", "/", "和", "或", "与", "及"]
)
_BEST: Final = {
    "en": re.compile(r"most|least|best|\w{2,}est"),
    "de": re.compile(r"\w{3,}st(?:e|en|er|es|em)|erste[nrs]?|einzige[nrs]?"),
    "fr": re.compile(r"plus|moins|meilleure?s?|premi(?:er|ère)s?|seule?s?"),
    "es": re.compile(r"más|menos|mejor(?:es)?|primer[oa]?s?|únic[oa]s?"),
}


def _superlative(found: Scan, span: Span, entries: list[Entry]) -> Finding | None:
    """«of the market», «der Welt» and the like, where a superlative stands before it in its clause."""
    pattern = _BEST.get(found.language or "")
    for n in range(span.first - 1, max(-1, span.first - 9), -1):
        if found.words[n] in STOPS or found.words[n] == ",":
            break
        if pattern and pattern.fullmatch(found.words[n]):
            return Finding("superlative", n, span.after, entries)
    return None


def _qualified(found: Scan, span: Span) -> str:
    """Whether a thing is spoken of in numbers or below a limit: two bottles, children under three."""
    words = found.words
    if span.first and (words[span.first - 1][0].isdigit() or _counts(found, span.first - 1)):
        return "number"
    for n in range(span.after, min(span.after + _LIMITED, len(words))):
        if words[n] in STOPS or words[n] == ",":
            break
        if found.steers(n, "below"):
            return "below"
        if words[n][0].isdigit() or found.steers(n, "above") or _counts(found, n):
            return "number"
    return ""


def _counts(found: Scan, n: int) -> bool:
    span = found.span(n)
    return span is not None and any(entry.kind == "number" and not entry.ambiguous for entry in span.entries)


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
    if kind == "material" and found.language == "en" and _is_modifier(found, span.after):
        return True
    if kind == "material" and found.language == "en" and _before_noun(found, span):
        return True
    if kind == "color" and _beside_color(found, span):
        return True
    if kind == "material" and found.language == "en" and _is_stone(found, span):
        return True
    labels = _COLOR_LABELS if kind == "color" else _MATERIAL_LABELS
    at, steps = span.first - 1, 0
    while at >= 0 and steps < 3:
        word = found.words[at]
        if word in labels:
            return True
        if word not in (":", "=", "is", "ist", "-", "100") and word not in _ALL_OF:
            return False
        at, steps = at - 1, steps + 1
    return False


_ALL_OF: Final = frozenset(
    ["recycled", "reclaimed", "pure", "solid", "real", "genuine", "natural", "organic", "fine", "high-quality", "premium", "sustainable",
     "untreated", "polished", "brushed", "thick", "hand-blown", "smooth", "soft", "%"]
)  # fmt: skip
_STONES: Final = frozenset(
    ["diamond", "pearl", "ruby", "sapphire", "emerald", "jade", "amber", "topaz", "onyx", "opal"]
)


def _is_stone(found: Scan, span: Span) -> bool:
    """Whether a word for a stone stands where one is set: «with a diamond», and no «diamond pattern»."""
    if not any(one.concept in _STONES for one in span.entries):
        return False
    words, after = found.words, span.after
    ends = after >= len(words) or words[after] in STOPS or words[after] == "," or words[after] in small_words()
    return ends and span.first > 1 and words[span.first - 1] in ("a", "an", "one", "single") and words[span.first - 2] in (
        "with", "has", "features", "and", "by", "of", "holds", "carries"
    )  # fmt: skip


def _before_noun(found: Scan, span: Span) -> bool:
    """Whether a word for a material stands between an article and a noun: «in its glass jug»."""
    before = found.words[span.first - 1] if span.first else ""
    word = found.words[span.after] if span.after < len(found.words) else ""
    return (
        before in ("a", "an", "its", "the", "with", "this", "our")
        and word.isalpha()
        and len(word) > 2
        and word not in small_words()
        and word not in linking()
        and span.after not in found.steering
    )


def _beside_color(found: Scan, span: Span) -> bool:
    """Whether a word stands in a list of colors: black, white and mint."""
    for link, other in ((span.first - 1, span.first - 2), (span.after, span.after + 1)):
        if 0 <= link < len(found.words) and found.words[link] in _LISTING:
            beside = found.span(other)
            if beside is not None and any(one.kind == "color" and not one.ambiguous for one in beside.entries):
                return True
    at = span.first - 1
    while at > 1 and found.words[at] in _LISTING and found.words[at - 1].isalpha() and span.first - at < _NEAR * 2:
        at -= 2
    sure = not any(one.ambiguous for one in span.entries)
    return sure and at < span.first - 1 and found.words[at] in _COLOR_LABELS


_WIPING: Final = re.compile(
    r"wip(?:e|ed|ing)|clean(?:ed|ing)?|abwisch\w*|abgewischt|wischen|essuy\w+|frott\w+|limpi\w+|frot\w+|擦|拭"
)
_SURFACE: Final = re.compile(
    r"counter(?:top)?s?|worktops?|tabletops?|\w*(?:arbeits|marmor|tisch|glas|holz|stein)platten?|encimeras?|plan|cloth|rags?|chiffons?|paños?|lappen|"
    r"napkins?|serviett\w*|servilletas?"
)


def _compared(words: Sequence[str], first: int) -> bool:
    """Whether a phrase stands behind a comparison: «härter als Glas», «stronger than steel», «más dura que el vidrio», 比玻璃还硬."""
    before = words[max(0, first - 3) : first]
    if not before:
        return False
    last = before[-1]
    if last in ("than", "比") or (last == "als" and len(before) > 1 and before[-2].endswith(("er", "mehr"))):
        return True
    if last in ("le", "la", "el", "du", "l", "'", "que"):
        return "que" in before and not {
            "plus",
            "moins",
            "plutôt",
            "mieux",
            "más",
            "menos",
            "mejor",
            "meilleur",
        }.isdisjoint(words[max(0, first - 6) : first])
    return False


def _used_with(words: Sequence[str], span: Span) -> bool:
    """Whether a phrase is of what the product is wiped with or laid on: «wipe with a cotton cloth»."""
    start, end = span.first, span.after
    while start > 0 and span.first - start < _NEAR * 2 and words[start - 1] not in STOPS:
        start -= 1
    while end < len(words) and end - span.after < _NEAR and words[end] not in STOPS:
        end += 1
    if any(_WIPING.fullmatch(word) for word in words[start:end]) and "easy" not in words[start:end]:
        return any(word in ("with", "mit", "avec", "con", "用") for word in words[start : span.first])
    beside = words[max(start, span.first - 4) : min(end, span.after + 2)]
    return any(_SURFACE.fullmatch(word) for word in beside)


# Things that a product is used on, and is none of.
_SURFACES: Final = frozenset(["burner", "floor", "wall", "hob"])


def _spoken_of(found: Scan, span: Span) -> bool:
    """Whether a material or color is only spoken of: suitable for leather, like silk, wood effect."""
    after = span.after
    if after < len(found.words) and found.words[after] == "-":
        after += 1
    if found.steers(after, "context after"):
        return not _is_modifier(found, found.steers(after, "context after"))
    words = found.words
    if _compared(words, span.first) or _used_with(words, span):
        return True
    head = found.span(after)
    if head is not None and any(one.concept in _SURFACES for one in head.entries):
        return True
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


_GIVING: Final = frozenset(
    ["include", "includes", "including", "included", "comes", "come", "with", "supplied", "contains", "has", "features", "plus", "incluye",
     "incluyen", "incluido", "incluida", "incluidos", "incluidas", "trae", "lleva", "con", "viene", "tiene", "inklusive", "inkl", "mit",
     "enthält", "enthalten", "hat", "dabei", "inclus", "incluse", "inclut", "fourni", "fournie", "avec", "comprend", "含", "附", "送", "带", "配",
     "有", "赠"]
)  # fmt: skip


def _given(found: Scan, span: Span) -> bool:
    """Whether a thing is said to come with the product: includes a bulb, the bulb is included."""
    words = found.words
    for start, step, most in ((span.first - 1, -1, 4), (span.after, 1, 9)):
        at = start
        while (
            0 <= at < len(words)
            and abs(at - start) < most
            and (words[at] not in (".", "!", "?", ";", "\n", ",") or abbreviates(found, at))
        ):
            if words[at] in _GIVING and (
                step < 0 or words[at].endswith(("ed", "do", "da", "os", "as", "dabei", "en", "us", "se"))
            ):
                return True
            at += step
    return False


def _is_modifier(found: Scan, n: int) -> bool:
    """Whether a thing follows, which the words before only describe: a porcelain tea pot, 玻璃茶壶."""
    span = found.span(n)
    return span is not None and span.first == n and any(one.kind == "thing" for one in span.entries)


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


_LINED: Final = re.compile(r"lined|gefüttert\w*|doublée?s?|forrad[oa]s?")


def _part(found: Scan, span: Span) -> str | None:
    """The part that is of a material: «rubber sole», «sole made of rubber», «Obermaterial: Leder», «lined with silk»."""
    words = found.words
    if span.first > 1 and _LINED.fullmatch(words[span.first - 2]) and words[span.first - 1] in _BETWEEN:
        return "lining"
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
