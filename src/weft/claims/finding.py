"""What a text asserts: the findings that claims are made from, with their place, their negation and what they are about."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from weft.claims import lexicon as words_known
from weft.claims.lexicon import Entry, Lexicon, Node, longest
from weft.claims.numerals import Number
from weft.claims.reading import Reading
from weft.claims.units import Unit

STOPS: Final = frozenset([".", "!", "?", ";", ":", "\n", "(", ")", "|", "•", "[", "]", "*", "✓", "✔", "→", "{", "}"])
_OR: Final = frozenset(
    ["or", "nor", "oder", "noch", "ni", "ou", "o", "u", "或", "和", "及", "and", "und", "et", "y", "e", "&", "/"]
)
_PREPOSITIONS: Final = frozenset(
    [
        "without",
        "no",
        "free",
        "ohne",
        "kein",
        "keine",
        "keinen",
        "frei",
        "sans",
        "sin",
        "libre",
        "无",
        "零",
        "不含",
        "没有",
        "w",
    ]
)
_REACH: Final = 6
_LABEL: Final = 4
CONTENT: Final = frozenset(
    [
        "material",
        "color",
        "property",
        "certification",
        "superlative",
        "health",
        "environmental",
        "legal",
        "guarantee",
        "own",
    ]
)


@dataclass(slots=True)
class Finding:
    """One assertion. `entries` are what its words can mean; `numbers` the readings of each of its numbers, low before high.

    `role` is what a quantity is of (length, load), `about` what a claim is about (a part, a counted thing, a material).
    """

    kind: str
    first: int
    after: int
    entries: Sequence[Entry] = ()
    numbers: list[tuple[Number, ...]] = field(default_factory=list)
    unit: Unit | None = None
    units: list[Unit | None] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    role: str | None = None
    about: str | None = None
    thing: str | None = None
    negated: bool = False
    denied: str = ""
    silent: bool = False
    about_some: bool = False
    spelled: bool = False
    bound: str = ""
    labelled: bool = False
    name: str = ""
    text: str = ""
    instead: list["Finding"] = field(default_factory=list)


@dataclass(slots=True)
class Span:
    """A phrase of the lexicon in the text."""

    first: int
    after: int
    entries: list[Entry]
    negated: bool = False
    denied: str = ""


@dataclass(slots=True)
class Scan:
    """A reading with the phrases found in it: `spans`, and by token `at` (the span it belongs to), what steers the reading."""

    reading: Reading
    language: str | None
    lexicon: Lexicon
    numbers: str | None = None
    spans: list[Span] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    trapped: list[bool] = field(default_factory=list)
    steering: dict[int, tuple[int, list[Entry]]] = field(default_factory=dict)
    ending: dict[int, tuple[int, list[Entry]]] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        """The folded tokens."""
        return self.reading.words

    def raws_upper(self, n: int) -> bool:
        """Whether a token is written in capitals."""
        return self.reading.raws[n].isupper()

    def span(self, n: int) -> Span | None:
        """The phrase that a token belongs to."""
        return self.spans[self.at[n]] if 0 <= n < len(self.at) and self.at[n] >= 0 else None

    def steers(self, n: int, kind: str) -> int:
        """Where the phrase of that kind which begins at a token ends; 0 where there is none."""
        found = self.steering.get(n)
        return found[0] if found and any(entry.kind == kind for entry in found[1]) else 0

    def steered(self, n: int, kind: str) -> int:
        """Where the phrase of that kind which ends before a token begins; -1 where there is none."""
        found = self.ending.get(n)
        return found[0] if found and any(entry.kind == kind for entry in found[1]) else -1


def scan(reading: Reading, language: str | None, own: Node | None = None, numbers: str | None = None) -> Scan:
    """Find the lexicon's phrases in a reading, and what negates them.

    Numbers are read as the language writes them, or as `numbers` does where the language is not known.
    """
    lexicon = words_known.lexicon(language)
    found = Scan(reading, language, lexicon, numbers, at=[-1] * len(reading), trapped=[False] * len(reading))
    _content(found, own)
    _steering(found)
    _negate(found)
    return found


def _content(found: Scan, own: Node | None) -> None:
    reading, lexicon, words = found.reading, found.lexicon, found.reading.words
    glued, n, size = reading.glued, 0, len(reading.words)
    tree = lexicon.content
    while n < size:
        word = words[n]
        hit = longest(own, words, glued, n) if own and word in own else None
        if hit is None and word in tree:
            hit = longest(tree, words, glued, n)
        if hit is None:
            entries = lexicon.compound(word) if lexicon.compounds and len(word) > 5 else ()
            hit = (n + 1, list(entries)) if entries else None
        if hit is None:
            n += 1
            continue
        after, entries = hit[0], [one for one in hit[1] if _fits(reading, one, n, hit[0])]
        if any(one.kind == "trap" for one in entries):
            found.trapped[n:after] = [True] * (after - n)
        elif entries:
            found.at[n:after] = [len(found.spans)] * (after - n)
            found.spans.append(Span(n, after, entries))
        n = after if entries else n + 1


def _fits(reading: Reading, entry: Entry, first: int, after: int) -> bool:
    """Whether a phrase is written as its entry demands."""
    if entry.capital:
        return not reading.raws[first][:1].islower()
    if entry.exact:
        return reading.plain[reading.starts[first] : reading.ends[after - 1]] == entry.exact or (
            entry.kind == "certification" and reading.raws[first].isupper()
        )
    return True


def _steering(found: Scan) -> None:
    words, glued, tree = found.words, found.reading.glued, found.lexicon.steering
    n, size = 0, len(found.words)
    while n < size:
        if words[n] in tree and not found.trapped[n]:
            hit = longest(tree, words, glued, n)
            if hit is not None and found.at[n] >= 0:
                labels = [one for one in hit[1] if one.kind == "size label"]
                hit = (hit[0], labels) if labels else None
            if hit is not None:
                found.steering[n] = hit
                found.ending.setdefault(hit[0], (n, hit[1]))
                n = hit[0] if any(one.kind in ("not only", "origin before", "compatible") for one in hit[1]) else n + 1
                continue
        n += 1


def _negate(found: Scan) -> None:
    """Mark what the text denies: behind a negation, before «-free», and in a clause that ends in a denial."""
    words, size = found.words, len(found.words)
    until, denier, klass, started, n, clause = -1, "", "", 0, 0, 0
    while n < size:
        word = words[n]
        steering = found.steering.get(n)
        kinds = {entry.kind for entry in steering[1]} if steering else ()
        if word == ":" and until >= 0 and not klass and n - started <= _LABEL:
            until = n + _REACH
        elif word in STOPS:
            until, klass = -1, ""
            if word != ":":
                clause = clause if word == "?" and _answered(found, n) else n + 1
        elif word == ",":
            if not (until >= 0 and klass and _goes_on(found, n, klass)):
                until, klass = -1, ""
            clause = n + 1
        elif "not only" in kinds:
            until = -1
        elif "not before" in kinds:
            until, denier, klass, started = n + _REACH + (steering[0] - n if steering else 0), word, "", n
        elif ("not but" in kinds and found.at[n] < 0) or (
            word in _OR
            and klass
            and denier not in _PREPOSITIONS
            and word in ("and", "und", "et", "y", "e", "和", "及", "&")
        ):
            until = -1
        span = found.span(n)
        if span is not None and span.first == n:
            if n <= until and not _is_only_number(span) and (not klass or _is_of(span, klass)):
                span.negated, span.denied = True, denier
                klass, until = _class(span), span.after + _REACH
            if _freed(found, span):
                span.negated, span.denied = True, "free"
        late = longest(found.lexicon.late, words, found.reading.glued, n) if word in found.lexicon.late else None
        if late is not None and _ends_clause(words, late[0]):
            _deny_back(found, clause, n)
        n += 1


def _answered(found: Scan, n: int) -> bool:
    """Whether a question is answered with no: «Dishwasher? Better not.»"""
    for at in range(n + 1, min(n + 4, len(found.words))):
        if found.words[at] in found.lexicon.late:
            return True
        if found.words[at] in STOPS:
            break
    return False


def _class(span: Span) -> str:
    first = span.entries[0]
    return "substance" if first.value == "substance" else first.kind


def _is_of(span: Span, klass: str) -> bool:
    return any(entry.kind == klass or (klass == "substance" and entry.value == "substance") for entry in span.entries)


def _is_only_number(span: Span) -> bool:
    return all(entry.kind == "number" for entry in span.entries)


def _goes_on(found: Scan, comma: int, klass: str) -> bool:
    """Whether what a denial began goes on behind a comma: «without parabens, silicones and sulfates»."""
    for n in range(comma + 1, min(comma + 4, len(found.words))):
        span = found.span(n)
        if span is not None:
            return _is_of(span, klass)
        if found.words[n] in STOPS or found.words[n] == ",":
            return False
    return False


def _freed(found: Scan, span: Span) -> bool:
    n = span.after
    if n < len(found.words) and found.words[n] == "-":
        n += 1
    return found.steers(n, "not after") > 0 and n - span.after <= 1 and (n > span.after or not _ships(found, n))


def _ships(found: Scan, n: int) -> bool:
    """Whether «free» takes nothing back: free shipping, free of charge."""
    following = found.words[n + 1] if n + 1 < len(found.words) else ""
    return following in ("shipping", "delivery", "returns", "of", "gift", "sample", "from", "time")


def _ends_clause(words: Sequence[str], after: int) -> bool:
    return after >= len(words) or words[after] in STOPS or words[after] == ","


def _deny_back(found: Scan, clause: int, late: int) -> None:
    for n in range(max(clause, late - 10), late):
        span = found.span(n)
        if span is not None and any(entry.kind in ("property", "thing", "material") for entry in span.entries):
            span.negated, span.denied = True, "late"
