"""What a text asserts: the findings that claims are made from, with their place, their negation and what they are about."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from weft.claims import data
from weft.claims import lexicon as words_known
from weft.claims.languages import small_words
from weft.claims.lexicon import Entry, Lexicon, Node, longest, unaccented
from weft.claims.numerals import Number
from weft.claims.reading import Reading
from weft.claims.units import Unit

STOPS: Final = frozenset([".", "!", "?", ";", ":", "\n", "(", ")", "|", "•", "[", "]", "*", "✓", "✔", "→", "{", "}"])
_NARROW: Final = 0
_SHORTENED: Final = frozenset(
    ["max", "min", "approx", "ca", "aprox", "máx", "mín", "incl", "inkl", "excl", "exkl", "bzw", "dto", "env"]
)
_ARTICLES: Final = frozenset(["a", "an", "the", "un", "una", "el", "la", "los", "las", "ein", "eine", "einen", "der", "die", "das", "den",
                              "le", "les", "une", "des", "any", "su", "tu", "your", "its", "de"])  # fmt: skip
_CHINESE_LINKS: Final = frozenset("食用使饮喂服要宜建议合适支持配附带含包括送赠提供入放进置")
# Denials of what is done: they take back what a verb says, not the thing behind it («never put the pot in …»).
ACTING: Final = frozenset(["never", "don't", "do", "nunca", "niemals", "jamais", "cannot", "can't"])
HAVING: Final = frozenset(
    ["include", "contain", "have", "has", "need", "require", "come", "use", "feature", "offer", "support", "be", "supply", "suitable",
     "lleva", "incluye", "contiene", "tiene", "necesita", "requiere", "enthält", "hat", "braucht", "comporte", "contient", "a"]
)  # fmt: skip
_CHINESE_AND: Final = frozenset(["和", "及", "与"])
# What begins something of its own behind a comma: «no zip, a button» denies no button.
_STARTS: Final = frozenset(
    ["a", "an", "the", "with", "just", "only", "but", "ein", "eine", "einen", "der", "die", "das", "mit", "nur", "un", "une", "le", "la",
     "les", "avec", "una", "el", "los", "las", "con", "solo", "sólo", "只", "仅", "有", "配", "带", "可", "能",
     "也", "还", "支", "适", "含"]
)  # fmt: skip
# Where a thing is not, if it is not included: «is not in the box», «no viene en la caja».
_PLACES: Final = frozenset(
    ["box", "package", "packaging", "set", "kit", "price", "delivery", "caja", "paquete", "embalaje", "precio", "karton", "packung", "preis",
     "boîte", "coffret", "emballage", "prix", "包", "装", "盒", "中", "内", "里"]
)  # fmt: skip
_MORE: Final = frozenset(
    ["or", "nor", "oder", "noch", "ni", "ou", "o", "u", "或", "和", "及", "and", "und", "et", "y", "e", "&", "/", "-"]
)
_AND: Final = frozenset(["and", "und", "et", "y", "e", "和", "及", "&"])
DENYING: Final = frozenset(
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
        "of",
        "from",
        "de",
        "von",
    ]
)
# What follows these says where, and is not denied itself: «pas de PFC sur la toile».
_PLACED: Final = frozenset(["sur", "dans", "auf", "im", "on", "inside", "sobre", "dentro"])
_OR: Final = _AND | {"or", "nor", "oder", "noch", "ni", "ou", "o", "u", "或", "/"}
# What these begin behind «and» is said anew: «carece de radio y también lleva micrófono».
_ALSO: Final = frozenset(["also", "auch", "aussi", "también", "además"])
_ITEM: Final = 3
_LONG: Final = 40
_REACH: Final = 6
_LABEL: Final = 4
_WHOLE: Final = frozenset(["not only", "not before", "origin before", "compatible"])
_LISTED: Final = frozenset(["substance", "material", "thing"])
_STUFF: Final = frozenset(["substance", "material"])
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
    begin: int = -1
    end: int = -1
    opening: bool = False
    silent: bool = False
    about_some: bool = False
    given: bool = False
    qualified: str = ""
    spelled: bool = False
    bound: str = ""
    labelled: bool = False
    name: str = ""
    text: str = ""
    instead: list["Finding"] = field(default_factory=list)
    rivals: Sequence["Span"] = ()


@dataclass(slots=True)
class Span:
    """A phrase of the lexicon in the text."""

    first: int
    after: int
    entries: list[Entry]
    negated: bool = False
    denied: str = ""
    begin: int = -1
    end: int = -1
    rivals: Sequence["Span"] = ()


@dataclass(slots=True)
class Scan:
    """A reading with the phrases found in it: `spans`, and by token `at` (the span it belongs to), what steers the reading and of
    which `kinds` that is, and where a clause ends with a denial of what it began with (`late`)."""

    reading: Reading
    language: str | None
    lexicon: Lexicon
    numbers: str | None = None
    spans: list[Span] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    trapped: list[bool] = field(default_factory=list)
    steering: dict[int, tuple[int, list[Entry]]] = field(default_factory=dict)
    ending: dict[int, tuple[int, list[Entry]]] = field(default_factory=dict)
    kinds: dict[int, frozenset[str]] = field(default_factory=dict)
    late: frozenset[int] = frozenset()
    words: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.words = self.reading.words

    def raws_upper(self, n: int) -> bool:
        """Whether a token is written in capitals."""
        return self.reading.raws[n].isupper()

    def span(self, n: int) -> Span | None:
        """The phrase that a token belongs to."""
        return self.spans[self.at[n]] if 0 <= n < len(self.at) and self.at[n] >= 0 else None

    def steers(self, n: int, kind: str) -> int:
        """Where the phrase of that kind which begins at a token ends; 0 where there is none."""
        return self.steering[n][0] if n in self.kinds and kind in self.kinds[n] else 0

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
        after, entries = hit[0], [one for one in hit[1] if _fits(reading, one, n, hit[0], found.language)]
        if any(one.kind == "trap" for one in entries):
            found.trapped[n:after] = [True] * (after - n)
        elif entries:
            found.at[n:after] = [len(found.spans)] * (after - n)
            found.spans.append(Span(n, after, entries))
        n = after if entries else n + 1


_ADJECTIVE: Final = re.compile(r"(?:ig|isch|lich)(?:e[rsnm]?)?|\d+")


def _is_adjective(word: str) -> bool:
    """Whether a German word in small letters can be one of a thing: dreitürig, and no verb such as «rollen»."""
    return bool(_ADJECTIVE.search(word[-6:]))


def _fits(reading: Reading, entry: Entry, first: int, after: int, language: str | None) -> bool:
    """Whether a phrase is written as its entry demands."""
    if entry.capital or (entry.kind == "thing" and language == "de" and entry.concept != "piece"):
        return not reading.raws[first][:1].islower() or (not entry.capital and _is_adjective(reading.words[after - 1]))
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
                beyond = hit[0] > found.spans[found.at[n]].after
                labels = [
                    one
                    for one in hit[1]
                    if one.kind in ("size label", "origin after") or (beyond and one.kind == "origin before")
                ]
                hit = (hit[0], labels) if labels else None
            if hit is not None:
                found.steering[n] = hit
                found.kinds[n] = frozenset(one.kind for one in hit[1])
                found.ending.setdefault(hit[0], (n, hit[1]))
                n = hit[0] if any(one.kind in _WHOLE for one in hit[1]) else n + 1
                continue
        n += 1


def _negate(found: Scan) -> None:
    """Mark what the text denies: behind a negation, before «-free», and in a clause that ends in a denial."""
    denial, late = _Denial(found), found.lexicon.late
    found.late = frozenset(
        n for n, word in enumerate(found.words) if (word in late or n in found.kinds) and _late_denial(found, n)
    )
    for n in range(len(found.words)):
        denial.step(n)
        span = found.span(n)
        if span is not None and span.first == n:
            denial.meet(n, span)
        inside = span is not None and span.first < n
        if not inside and n in found.late:
            _deny_back(found, clause_of(found.words, denial.clause, n), n)


_NO_KINDS: Final = frozenset[str]()


@dataclass(slots=True)
class _Denial:
    """How far a negation reaches: `until` a token, over concepts of one class, in a clause that began at `clause`."""

    found: Scan
    until: int = -1
    denier: str = ""
    klass: frozenset[str] = frozenset()
    behind: int = 0
    begin: int = 0
    clause: int = 0
    acts: bool = False
    heads: bool = True
    before: int = 0
    named: bool = False

    def listing(self, comma: int) -> bool:
        """Whether what is denied is a list that goes on behind a comma."""
        return self.named or (is_preposition(self.found, self.denier) and enumerated(self.found, comma))

    def step(self, n: int) -> None:
        """Go over a token that begins, goes on with, or ends a negation."""
        found, word = self.found, self.found.words[n]
        steering = found.steering.get(n)
        kinds = found.kinds.get(n, _NO_KINDS)
        dash = word == "-" and is_dash(found, n)
        if (
            (word in ":?" or (dash and self.begin == self.clause))
            and self.until >= 0
            and not self.klass
            and self.heads
            and _is_label(found.words[self.behind : n])
        ):
            self.until, self.named = n + _REACH, True
        elif dash or (word in STOPS and not abbreviates(found, n)):
            self.end()
            if word not in ":()" and not (word == "?" and answered(found, n)):
                self.clause = n + 1
        elif word == ",":
            listed = self.until >= n - 1 and not self.klass.isdisjoint(_LISTED)
            goes_on = listed and _goes_on(found, n, self.klass) and not _starts(found, n + 1)
            if goes_on or (self.until >= n and self.listing(n)):
                self.until = n + _REACH
            else:
                self.end()
            was = self.clause
            self.clause, self.before = (self.before if is_aside(found.words, was, n) else n + 1), was
        elif "not before" in kinds and steering:
            last = found.words[steering[0] - 1]
            self.denier = last if last in ("of", "from", "de", "von") else word
            self.klass, self.behind, self.begin, self.named = frozenset(), steering[0], n, False
            self.heads = (
                n == 0 or found.words[n - 1] in STOPS or (found.words[n - 1] != "," and n - self.clause < _LABEL)
            )
            self.until = steering[0] + _REACH
            if word in ("无", "零") and steering[0] == n + 1:
                self.until = _behind_modifiers(found.words, steering[0]) + _NARROW
            self.acts = (word in ACTING and found.words[min(steering[0], len(found.words) - 1)] not in HAVING) or (
                word == "ohne" and _is_done(found, steering[0])
            )
        elif self.until >= 0 and self.ends(n, word, kinds):
            self.end()
        elif self.klass and word in _MORE and self.until >= n - 1:
            self.until = n + _REACH

    def ends(self, n: int, word: str, kinds: Collection[str]) -> bool:
        """Whether a word ends a negation: but, not only, and what «and» adds."""
        if "not only" in kinds:
            return True
        if (
            "not but" in kinds
            and self.found.at[n] < 0
            and n > self.behind
            and not _still_links(self.found, self.behind, n)
        ):
            return True
        if self.klass and word in _PLACED:
            return True
        if self.klass and (is_preposition(self.found, self.denier) or word in _CHINESE_AND):
            return word in _AND and n + 1 < len(self.found.words) and self.found.words[n + 1] in _ALSO
        return word in _AND and self.found.words[n - 1] != "-" and _begins(self.found, n + 1)

    def end(self) -> None:
        """Nothing is denied any more."""
        self.until, self.klass, self.named = -1, frozenset(), False

    def meet(self, n: int, span: Span) -> None:
        """Deny a phrase that stands within reach."""
        following = self.found.words[span.after] if span.after < len(self.found.words) else ""
        if following in _TREATED_WITH and any(one.concept == "treated" for one in span.entries):
            return
        things = self.acts and all(one.kind == "thing" for one in span.entries)
        direct = not self.klass and n - self.behind <= 1 and not is_preposition(self.found, self.denier)
        if n <= self.until and not things and not _is_only_number(span) and (not self.klass or self.reaches(span)):
            span.negated, span.denied = not _denies_itself(self.found, span), self.denier
            span.begin = self.begin if not self.klass else -1
            alone = is_preposition(self.found, self.denier)
            goes_on = following in (_OR if alone else _OR - _AND) or (
                alone and (following == "," or _class(span) == {"thing"})
            )
            self.klass, self.until = _class(span), span.after + (_REACH if goes_on else -1)
        if _freed(self.found, span):
            # What is not gluten-free has gluten in it.
            span.negated, span.denied = not (span.negated and direct), "free"
            span.end = span.after + (2 if self.found.words[span.after] == "-" else 1)

    def reaches(self, span: Span) -> bool:
        """Whether a phrase is of the kind that is denied, or what is denied of a thing: «never put the pot in a microwave»."""
        if self.klass == {"thing"} and not is_preposition(self.found, self.denier):
            return any(one.kind in ("thing", "property") for one in span.entries)
        return _is_of(span, self.klass)


_TO: Final = re.compile(r"(?:ab|an|auf|aus|ein|weg|um|vor|nach|mit|zurück|heraus)zu[a-zäöüß]+n|zu [a-zäöüß]+n")


def _is_done(found: Scan, n: int) -> bool:
    """Whether German denies what is done and not a thing: «ohne die Hülle abzunehmen»."""
    words = found.words
    for at in range(n, min(n + _REACH * 2, len(words))):
        if words[at] in STOPS or words[at] in (",", "und", "oder"):
            break
        if _TO.fullmatch(words[at]) or _TO.fullmatch(" ".join(found.reading.raws[at : at + 2])):
            return True
    return False


_MODIFIERS: Final = frozenset(["内置", "外置", "任何", "额外", "可视", "自带", "附加", "人工", "单独", "独立"])


def _behind_modifiers(words: Sequence[str], n: int) -> int:
    """Where the thing begins that a Chinese denial takes back: 无内置电池."""
    while "".join(words[n : n + 2]) in _MODIFIERS:
        n += 2
    return n


_TREATED_WITH: Final = frozenset(["with", "mit", "avec", "con", "against", "gegen", "contre", "contra", "anti"])


def _still_links(found: Scan, first: int, after: int) -> bool:
    """Whether nothing but what links stands behind a denial: «does not come with a lid»."""
    return all(word in linking() or word in HAVING or word in small_words() for word in found.words[first:after])


def _begins(found: Scan, n: int) -> bool:
    """Whether what follows «and» is said anew: «isn't lined and has a hood», not «contains no nuts and soy»."""
    word = found.words[n] if n < len(found.words) else "."
    if word in linking() or (word in small_words() and word not in _ARTICLES):
        return True
    n += word in _ARTICLES
    return not any(_ends_clause(found.words, at) for at in range(n + 1, n + 3))


def is_preposition(found: Scan, denier: str) -> bool:
    """Whether a denier takes back a list of things (without, no), and not a verb (doesn't; Spanish «no»)."""
    return denier in DENYING and not (denier == "no" and found.language == "es")


def abbreviates(found: Scan, n: int) -> bool:
    """Whether a point belongs to a short form: max. 40 W."""
    words = found.words
    return (
        words[n] == "."
        and 0 < n < len(words) - 1
        and words[n - 1] in _SHORTENED
        and found.reading.glued(n)
        and (words[n + 1][0].isdigit() or found.reading.raws[n + 1][:1].islower())
    )


def ends_denial(found: Scan, n: int, denier: str) -> bool:
    """Whether «and» at a token ends what a denier denies."""
    words = found.words
    if words[n] not in _AND or words[n] in _CHINESE_AND or is_preposition(found, denier):
        return False
    return _begins(found, n + 1)


def _starts(found: Scan, n: int) -> bool:
    return n < len(found.words) and (found.words[n] in _STARTS or found.words[n][0].isdigit())


def _behind_adverbs(words: Sequence[str], n: int) -> int:
    while n < len(words) and words[n] in (
        "either",
        "at",
        "all",
        "though",
        "tampoco",
        "sorry",
        "here",
        "哦",
        "呢",
        "的",
        "了",
    ):
        n += 1
    return n


def clause_of(words: Sequence[str], clause: int, late: int) -> int:
    """Where the clause begins that a late denial takes back: behind a colon, but for «charger: not included»."""
    if late and words[late - 1] == ":":
        return clause
    return next((n + 1 for n in range(late - 1, clause - 1, -1) if words[n] == ":"), clause)


def _late_denial(found: Scan, n: int) -> bool:
    """Whether a clause ends here with a denial of what it began with: «… not included», «… no viene en la caja»."""
    words = found.words
    if words[n] in found.lexicon.late:
        hit = longest(found.lexicon.late, words, found.reading.glued, n)
        if hit is not None and ends_clause(found, n, _behind_adverbs(words, hit[0])):
            heads = n == 0 or words[n - 1] in STOPS
            return not (heads and hit[0] < len(words) and words[hit[0]] == ":")
    after = found.steers(n, "not before")
    if not after or (words[n] in DENYING and words[n] != "no"):
        return False
    end, links = after, 0
    while end < len(words) and end - after < _REACH and not _ends_clause(words, end):
        if words[end] in linking() or (words[end] in _CHINESE_LINKS and words[n] not in ("无", "零")):
            links += 1
        elif words[end] not in small_words() and words[end] not in _PLACES:
            return False
        end += 1
    return links > 0 and _ends_clause(words, end)


@cache
def linking() -> frozenset[str]:
    """Words that link a denial to what it denies."""
    words = {word for line in data.lines("linking") for word in line.split()}
    return frozenset(words | {unaccented(word, language) for word in words for language in ("de", "fr")})


def _is_label(words: Sequence[str]) -> bool:
    """Whether a colon goes on with a denial: «not included: …», «frei von: …»."""
    if words and words[-1] in _MORE_WORDS:
        return False
    return len(words) <= _LABEL and all(word in linking() or word in small_words() for word in words)


_MORE_WORDS: Final = frozenset(["plus", "more", "mehr", "weniger", "moins", "más", "less", "menos"])


def is_aside(words: Sequence[str], first: int, comma: int) -> bool:
    """Whether what stands between two commas is an insertion: «le tapis, lui, n'est pas inclus»."""
    return first > 0 and words[first - 1] == "," and comma - first == 1


def enumerated(found: Scan, comma: int) -> bool:
    """Whether a list goes on behind a comma: items of one to three words, the last behind «and», then an end; at most twelve items."""
    words, size, start = found.words, len(found.words), comma + 1
    last = start
    for n in range(start, min(start + _LONG, size)):
        if n - last > _ITEM or found.steers(n, "not before") or found.steers(n, "not but") or words[n][0].isdigit():
            return False
        if n > last and words[n] == ",":
            last = n + 1
        elif n > last and words[n] in _OR:
            return _ends_soon(found, n + 1)
        elif words[n] in STOPS:
            return False
    return False


def _ends_soon(found: Scan, first: int) -> bool:
    after = next(
        (n for n in range(first, min(first + _ITEM + 1, len(found.words))) if found.words[n] in STOPS | {","}), None
    )
    return after is not None or first + _ITEM >= len(found.words)


def _denies_itself(found: Scan, span: Span) -> bool:
    """Whether a phrase in a list of denials has its own: «sans alcool, non parfumé»."""
    return (
        all(entry.negated for entry in span.entries)
        and found.span(span.first - 1) is None
        and bool(
            longest(found.lexicon.steering, found.words, found.reading.glued, span.first)
            if found.words[span.first] in found.lexicon.steering
            else None
        )
    )


def answered(found: Scan, n: int) -> bool:
    """Whether a question is answered with no: «Dishwasher? Better not.»"""
    for at in range(n + 1, min(n + 4, len(found.words))):
        if found.words[at] in found.lexicon.late:
            return True
        if found.words[at] in STOPS:
            break
    return False


def _class(span: Span) -> frozenset[str]:
    """The kinds of a phrase; substances are a kind of their own."""
    return frozenset(entry.value if entry.value == "substance" else entry.kind for entry in span.entries)


def _is_of(span: Span, klass: frozenset[str]) -> bool:
    kinds = _class(span)
    return not kinds.isdisjoint(klass) or (kinds | klass) <= _STUFF


def _is_only_number(span: Span) -> bool:
    return all(entry.kind == "number" for entry in span.entries)


def _goes_on(found: Scan, comma: int, klass: frozenset[str]) -> bool:
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


def is_dash(found: Scan, n: int) -> bool:
    """Whether a token is a dash between clauses, and no hyphen."""
    reading = found.reading
    return found.words[n] == "-" and not reading.glued(n) and n + 1 < len(found.words) and not reading.glued(n + 1)


def ends_clause(found: Scan, first: int, after: int) -> bool:
    """Whether a late denial ends its clause, or only says where: «… n'existe pas sur ce modèle»."""
    words = found.words
    if _ends_clause(words, after) or is_dash(found, after):
        return True
    return words[after] in _WHERE and words[first] not in _BARE_DENIALS


_WHERE: Final = frozenset(
    ["im", "in", "bei", "auf", "sur", "dans", "au", "à", "avec", "et", "und", "on", "and", "en", "y", "aber", "mais"]
)
_BARE_DENIALS: Final = frozenset(
    ["nicht", "nein", "kein", "keine", "keins", "keines", "no", "none", "non", "aucun", "aucune", "ninguno", "ninguna"]
)


_HAVING: Final = frozenset(
    ["hat", "haben", "besitzt", "besitzen", "braucht", "brauchen", "benötigt", "enthält", "enthalten", "gibt"]
)


def _deny_back(found: Scan, clause: int, late: int) -> None:
    """Take back what stands before a late denial; a bare «nicht» takes back a thing only right behind it."""
    bare = (
        found.words[late] == "nicht"
        and _HAVING.isdisjoint(found.words[max(clause, late - 10) : late])
        and (late + 1 >= len(found.words) or found.words[late + 1] in STOPS or found.words[late + 1] == ",")
    )
    taken = list[Span]()
    for n in range(behind_other_denials(found, max(clause, late - 10), late), late):
        span = found.span(n)
        if span is None or span.first != n:
            continue
        kinds = {entry.kind for entry in span.entries}
        if kinds & {"property", "material"} or ("thing" in kinds and (not bare or span.after == late)):
            span.negated, span.denied = True, "late"
            span.end = next(
                (at for at in range(late, len(found.words)) if _ends_clause(found.words, at)), len(found.words)
            )
            taken.append(span)
    if len(taken) > 1 and _OR.isdisjoint(found.words[taken[0].after : taken[-1].first]):
        for span in taken:
            span.rivals = taken


# Verbs of one thing alone: what «and» put before it is not their subject.
_ONE: Final = frozenset(
    ["is", "isn't", "doesn't", "comes", "has", "hasn't", "ist", "wird", "liegt", "gehört", "hat", "est", "n'est", "passe", "convient", "es",
     "viene", "está", "lleva", "tiene", "incluye"]
)  # fmt: skip


def behind_other_denials(found: Scan, clause: int, late: int) -> int:
    """Where the words begin that a late denial takes back, behind those of another: «no se puede abrir y el mando no está incluido»."""
    for n in range(late - 1, clause, -1):
        if found.words[n] in _AND:
            if not _ONE.isdisjoint(found.words[n + 1 : late + 3]) or any(
                at in found.kinds and found.steers(at, "not before") for at in range(clause, n)
            ):
                return n + 1
            return clause
    return clause
