"""Facts made ready to judge texts by."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any, Final

from weft.claims.assertions import Assertions, assertions
from weft.claims.denials import bare_label, chinese_denied, groups, stem, telling
from weft.claims.fact import Fact, Facts, Known
from weft.claims.finding import Finding, linking
from weft.claims.implied import follow, implied
from weft.claims.labels import ORIGIN, SAYS, denying, label_of, of_ingredient, own_label, with_unit
from weft.claims.languages import small_words, told
from weft.claims.lexicon import lexicon, longest, parents, regions, territories
from weft.claims.polarity import LONG, PROSE, SHORT, answers, denies_behind, deny_all, polarity
from weft.claims.reading import read
from weft.claims.records import facts_of
from weft.claims.stated import CJK, note, sizes

_PACKED: Final = re.compile(r"(?:pack|set|package|bundle|lot|box)[ -](?:size|quantity|qty|count|of)|quantity|packungsgröße|packungsgroesse|stück(?:zahl)?|"
                            r"stueckzahl|quantité(?: par lot)?|quantite(?: par lot)?|unidades(?: por paquete)?|cantidad|件数|数量|装数")  # fmt: skip
_RID: Final = re.compile(r" (free|frei)$")
_RID_OF: Final = frozenset(["free", "frei", "libre", "exempt"])
_TELLING: Final = 4
_TOLD: Final = 4000
_CALLED: Final = frozenset(["title", "name", "vendor"])
_NAME: Final = re.compile(r"\b[^\W\d_a-z]\w+")
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9/.+-]*")
_IN_CODE: Final = re.compile(r"[/.+-]")
_DIGIT: Final = re.compile(r"\d")
_FITS: Final = re.compile(r"compat|kompat|fits|passend|works with|兼容|适配|适用(?!年|人|季)|connects")
_NOTHING: Final = re.compile(r"0(?:[.,]0+)?")
# A value that begins with one of these goes on where its name ends: «fabriquée: à la main».
_LEADS: Final = frozenset(["à", "en", "au", "in", "im", "aus", "von", "by", "from", "par", "de", "hecho", "por"])
_FEW_LETTERS: Final = 3
_LAND: Final = re.compile(r"\b[A-Z]{2}\b")


def prepared(facts: "Mapping[str, Any] | Sequence[Fact] | Facts", language: str | None = None) -> Facts:
    """Facts made ready to judge texts by, once for many texts. Raises TypeError for what holds no facts."""
    if isinstance(facts, Facts):
        return facts
    if isinstance(facts, Mapping):
        given = facts_of(facts)
    elif isinstance(facts, list | tuple) and all(isinstance(one, Fact) for one in facts):
        given = list(facts)
    else:
        raise TypeError("Facts are a mapping of names to values, or a sequence of Fact.")
    ready = Facts(given)
    language = language or told(read(" . ".join(fact.text for fact in given)[:_TOLD]).words, surely=True)
    ready.text = f" {' | '.join([_taken(ready, one, language) for fact in given for one in answers(fact)])} "
    ready.names = frozenset(name.lower() for fact in given if fact.name in _CALLED for name in _NAME.findall(fact.text))
    implied(ready)
    return ready


_KEPT: Final = 40
_FIELDS: Final = tuple(one.name for one in fields(Facts) if one.name not in ("facts", "text", "names", "fits"))


def _taken(ready: Facts, fact: Fact, language: str | None) -> str:
    """Take one fact in; returns its folded tokens as a text. What a short one says is kept: products have most of them in common."""
    if len(fact.text) > _KEPT or not isinstance(fact.value, str | bool | int | float):
        return _take(ready, fact, language)
    text, fits, said = _said(fact, type(fact.value).__name__, language)
    ready.fits = ready.fits or fits
    for name, kept in said:
        there = getattr(ready, name)
        if isinstance(kept, list):
            there += kept
        elif isinstance(kept, set):
            there |= kept
        else:
            for key, one in kept.items():
                if not isinstance(one, list):
                    there.setdefault(key, one)
                elif key in there:
                    there[key] += one
                else:
                    there[key] = one.copy()
    return text


@lru_cache(maxsize=4_000)
def _said(fact: Fact, _: str, language: str | None) -> tuple[str, bool, list[tuple[str, Any]]]:
    """What one fact says by itself: its tokens, whether it is about what fits, and what it adds to each field of the facts."""
    alone = Facts()
    text = _take(alone, fact, language)
    return text, alone.fits, [(name, kept) for name in _FIELDS if (kept := getattr(alone, name))]


def _labelled(ready: Facts, fact: Fact, label: str, language: str | None) -> str:
    """A fact's text behind its name, with the unit that the name gives it."""
    text = fact.text
    if isinstance(fact.value, int | float | str) and _NOTHING.fullmatch(text.strip()):
        _take(ready, Fact(fact.name, False, "no"), language)
    gap = " " if text.strip().lower().partition(" ")[0] in _LEADS else ": "
    _land(ready, fact, label)
    return f"{label}{gap}{with_unit(fact, label)}"


def _take(ready: Facts, fact: Fact, language: str | None) -> str:
    """Take one fact in; returns its folded tokens as a text."""
    label = label_of(fact.name)
    text = fact.text
    says = polarity(fact) if label else None
    flipped = None if says is None else not says
    if label and text.strip().lower() in _RID_OF:
        rid = f"{own_label(fact.name)}-free"
        return _take(ready, Fact(fact.name, rid, rid), language)
    if _PACKED.fullmatch(label.lower()) and text.strip().isdigit():
        text, label = f"{text.strip()} pieces", ""
    if flipped is not None:
        text = label = _RID.sub(r"-\1", own_label(fact.name))
    elif label and len(text) <= LONG * 4 and fact.name.rpartition(".")[2] not in PROSE:
        text = _labelled(ready, fact, label, language)
    long = len(text) > LONG
    found = assertions(text, numbers=language)
    label_size = len(read(label).words) if denies_behind(found, label, text) else 0
    if flipped is None and text is not fact.text and denying(own_label(fact.name)):
        deny_all(ready, found, fact, len(read(label).words))
    for finding in found.findings:
        if flipped and finding.kind == "thing" and _is_part_of(found, finding):
            continue
        if finding.first >= label_size or finding.negated:
            in_label = finding.kind == "thing" and finding.first < len(label.split())
            weak = flipped is None and in_label and text is not fact.text
            note(ready, found, finding, fact, flipped, weak=weak)
    if flipped is None and text is not fact.text and len(fact.text) <= SHORT:
        _joined(ready, fact, label)
    follow(ready, found, fact)
    _words_said(ready, found, fact, flipped)
    sizes(ready, fact, label)
    ready.fits = ready.fits or bool(_FITS.search(label.lower()))
    words = found.scan.words
    for n, word in enumerate(words):
        ready.words.setdefault(word, fact)
        if not long and flipped is None:
            ready.short.setdefault(word, fact)
        if n and (found.reading.glued(n) or (word[0].isdigit() and found.scan.raws_upper(n - 1))):
            joined = words[n - 1] + word
            if any(char.isdigit() for char in joined):
                ready.codes.setdefault(joined, fact)
    _codes(ready, found, fact)
    _named_code(ready, fact, label)
    return " ".join(words)


def _land(ready: Facts, fact: Fact, label: str) -> None:
    """The countries by their codes, where the fact's name asks for them: «made_in: PT»."""
    if not ORIGIN.search(label.lower()) or of_ingredient(fact.name):
        return
    reading, tree = read(fact.text), lexicon(None).countries
    for n, word in enumerate(reading.words):
        hit = longest(tree, reading.words, reading.glued, n) if word in tree and len(word) > _FEW_LETTERS else None
        for entry in hit[1] if hit else ():
            ready.origins.setdefault(entry.concept, fact)
            if land := regions().get(entry.concept):
                ready.origins.setdefault(land, fact)
    for code in _LAND.findall(fact.text):
        if code in territories() or code == "UK":
            ready.origins.setdefault("GB" if code == "UK" else code, fact)


def _is_part_of(found: Assertions, finding: Finding) -> bool:
    """Whether a name says more than a thing: «brushless motor: no» denies no motor."""
    return any(
        word not in linking() and word not in small_words() and word not in SAYS and word.isalpha()
        for n, word in enumerate(found.scan.words)
        if not finding.first <= n < finding.after
    )


def _joined(ready: Facts, fact: Fact, label: str) -> None:
    """What a short value and its name say together: «glass: sapphire» is sapphire glass, «cire: soja» is cire de soja."""
    for first, second in ((fact.text, label), (label, fact.text), (f"{label} de", fact.text)):
        _said_together(ready, fact, first, second)


def _said_together(ready: Facts, fact: Fact, first: str, second: str) -> None:
    """What phrases say that begin in one text and end in another."""
    border = len(read(first).words)
    reading = read(f"{first} {second}")
    tree = lexicon(None).content
    for n in range(border):
        hit = longest(tree, reading.words, reading.glued, n) if reading.words[n] in tree else None
        for entry in hit[1] if hit and hit[0] > border else ():
            if entry.kind in ("material", "color", "property") and not entry.negated:
                known = Known(entry.concept, False, fact)
                ready.kinds.setdefault(entry.kind, []).append(known)
                for above in parents().get(entry.concept, (entry.concept,)):
                    ready.named.setdefault(above, []).append(known)


def _words_said(ready: Facts, found: Assertions, fact: Fact, flipped: bool | None) -> None:
    """Keep the words that a fact denies and, of short facts, those that it affirms."""
    scan = found.scan
    taken_back = groups(scan)
    if flipped and not any(one.kind in ("property", "material") for span in scan.spans for one in span.entries):
        inside = {n for group in taken_back for n in group}
        taken_back = [[n for n, _ in telling(scan) if n not in inside]]
    taken_back = [kept for group in taken_back if (kept := [n for n in group if not scan.trapped[n]])]
    denied = {n for group in taken_back for n in group}
    for group in taken_back:
        if flipped is None and _limited(found, group):
            continue
        words = frozenset(stem(scan.words[n]) for n in group[:3] if ord(scan.words[n][0]) < CJK)
        if words:
            ready.denied_together.append((words, fact))
    short = flipped is False or (len(fact.text) <= SHORT and len(list(telling(scan))) <= _TELLING)
    label = 0 if flipped is False else len(read(label_of(fact.name)).words)
    for n, word in telling(scan):
        if n in denied:
            ready.denied.setdefault(word, fact)
        else:
            if fact.name not in _CALLED:
                ready.stems.add(word)
            if (
                short
                and not flipped
                and n >= label
                and fact.name.rpartition(".")[2] not in ("title", "tags", "vendor", "type")
            ):
                ready.affirmed.setdefault(word, fact)
    for first, after in chinese_denied(scan) if flipped is None else ():
        ready.denied.setdefault("".join(scan.words[first:after]), fact)
    if flipped is not None and (name := bare_label("".join(scan.words))) and ord(name[-1]) > CJK:
        (ready.denied if flipped else ready.affirmed).setdefault(name, fact)


def _limited(found: Assertions, group: Sequence[int]) -> bool:
    """Whether a denial holds within limits alone: not for children under three."""
    scan = found.scan
    for n in range(min(group), min(max(group) + 2, len(scan.words))):
        span = scan.span(n)
        if (
            scan.words[n][0].isdigit()
            or scan.steers(n, "below")
            or (span and all(e.kind == "number" for e in span.entries))
        ):
            return True
    return False


def _codes(ready: Facts, found: Assertions, fact: Fact) -> None:
    for word in _CODE.findall(found.reading.plain.lower()):
        if _DIGIT.search(word):
            ready.codes.setdefault(_IN_CODE.sub("", word), fact)


def _named_code(ready: Facts, fact: Fact, label: str) -> None:
    """A name with its number as texts write them: {"spf": 15} is SPF15."""
    if label.isalpha() and len(label) <= 6 and re.fullmatch(r"\d{1,4}\+?", fact.text.strip()):
        ready.codes.setdefault(label.lower() + fact.text.strip().rstrip("+"), fact)
