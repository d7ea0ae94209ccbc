"""A query as it is understood, without a model: what it demands, what it describes, and how its words are read.

Words that nobody's catalog has are read as those they were meant for; what is written as one word and sold as two, or the other
way round, is found both ways; the last word may still be being typed.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from weft.claims import languages
from weft.claims.reading import read
from weft.index.entry import code
from weft.index.finding import Shelf
from weft.index.sought import Part
from weft.index.words import Word, unit_forms
from weft.skills.search import constraints
from weft.skills.search.constraints import Constraint
from weft.skills.search.synonyms import Meant, Synonyms
from weft.store.merchandising import Rule

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]+")
_CHUNK: Final = re.compile(r"\S+")
_MOST_WORDS: Final = 40
_MENDED: Final = (0.9, 0.5, 0.4)
_BEGUN: Final = 0.7
_PARTED: Final = 0.9
_HALF: Final = 0.5
_HARDLY: Final = 0.5
_ALIKE: Final = 0.8
_NUMBER_ALONE: Final = 0.6
_COMPLETIONS: Final = 12
_SHORTEST_CODE: Final = 4
_SHORTEST_ALONE: Final = 2
_SHORTEST_NUMBER: Final = 7


UNHEARD: Final = "is not in the catalog"
"""Why a word that no product says was read as another."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A word that was read as another."""

    word: str
    read: str
    why: str


@dataclass(slots=True)
class Understood:
    """What was typed, what it demands and what it describes.

    `corrected` is the query as it was read, where it was mended; `rules` are those whose synonyms were read into it.
    """

    query: str
    constraints: list[Constraint] = field(default_factory=list)
    removed: list[Constraint] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    mended: list[Mended] = field(default_factory=list)
    corrected: str | None = None
    described: str = ""
    language: str | None = None
    rules: list[Rule] = field(default_factory=list)


def cleaned(query: str) -> str:
    """A query without signs that nobody sees, its blanks single."""
    return " ".join(_CONTROL.sub(" ", query).split())


def understood(
    query: str,
    shelf: Shelf,
    without: Sequence[str] = (),
    *,
    typing: bool = False,
    synonyms: Synonyms | None = None,
) -> Understood:
    """A query understood by a catalog; demands that are named in `without` only describe, and with `typing` its last word is unfinished."""
    text = cleaned(query)
    words = shelf.analysis.words(text)[:_MOST_WORDS]
    told = Understood(text)
    left_out = {cleaned(one).casefold() for one in without}
    taken: list[Constraint] = []
    for one in _constraints(text, words, shelf):
        if one.text.casefold() in left_out or one.kind in left_out:
            told.removed.append(one)
        elif not any(one.place < other.end and other.place < one.end for other in taken):
            taken.append(one)
    told.constraints = taken
    # A color describes as well; what a thing must cost or must not be does not, and neither does a demand that was taken back.
    silent = [one for one in (*taken, *told.removed) if one.kind in ("price", "not")]
    left = [word for word in words if not any(one.place <= word.start < one.end for one in silent)]
    _read(told, text, left, shelf, typing, _meant(told, text, left, synonyms, typing=typing))
    _coded(told, silent, text, shelf)
    told.described = _described(text, silent)
    told.language = _language(text, shelf)
    return told


def _language(text: str, shelf: Shelf) -> str | None:
    """The language of a query: as its script and its small words tell; where these do not, the catalog's first."""
    own = shelf.analysis.languages
    forms = [word for word in read(text).words if any(map(str.isalpha, word))]
    if not forms:
        return None
    # Models of letters would tell more, and take hundreds of megabytes.
    if (told := languages.told(forms, surely=True)) is not None:
        return told
    counted = Counter(languages.tally(forms)).most_common(2)
    clear = counted and (len(counted) == 1 or counted[0][1] > counted[1][1])
    return counted[0][0] if clear else next(iter(own), None)


def _constraints(text: str, words: Sequence[Word], shelf: Shelf) -> Iterable[Constraint]:
    yield from constraints.prices(text, shelf, unit_forms())
    yield from constraints.negations(text, words, shelf)
    yield from constraints.absences(text, words, shelf)
    values = shelf.values
    yield from constraints.sizes(text, words, shelf, values)
    yield from constraints.colors(text, words, shelf, values)


def _described(text: str, silent: Sequence[Constraint]) -> str:
    """The part of a query whose meaning is compared."""
    for one in sorted(silent, key=lambda each: -each.place):
        text = text[: one.place] + " " + text[one.end :]
    return " ".join(text.split())


def _meant(
    told: Understood, text: str, words: Sequence[Word], synonyms: Synonyms | None, *, typing: bool
) -> dict[int, list[Meant]]:
    """What the words in some places mean as well, by the business's synonyms."""
    found: dict[int, list[Meant]] = {}
    if synonyms is None:
        return found
    unfinished = typing and bool(words) and words[-1].end == len(text)
    for one in synonyms.within(words, datetime.now(UTC), unfinished=unfinished):
        read = Mended(one.typed, one.read, "is a synonym")
        if read not in told.mended:
            told.mended.append(read)
        if one.rule not in told.rules:
            told.rules.append(one.rule)
        # Each of the words that are meant is said where the other is.
        for place in range(one.first, one.last):
            found.setdefault(place, []).append(one)
    return found


def _read(
    told: Understood,
    text: str,
    words: Sequence[Word],
    shelf: Shelf,
    typing: bool,
    meant: Mapping[int, Sequence[Meant]],
) -> None:
    """The parts that a query describes a product by."""
    corrected: list[tuple[int, int, str]] = []
    alone = all(word.form in shelf.analysis.small for word in words)
    for place, word in enumerate(words):
        before = words[place - 1] if place else None
        following = words[place + 1] if place + 1 < len(words) else None
        unfinished = following is None and word.end == len(text)
        same, both = meant.get(place, ()), list[tuple[tuple[str, ...], float]]()
        terms = _terms(
            told, word, before, following, shelf, unfinished, typing, corrected, both, has_synonym=bool(same)
        )
        together = (*_same(terms, same, shelf), *both)
        # What a demand says holds of every hit, so that no hit can lack it.
        held = any(one.place <= word.start < one.end for one in told.constraints)
        needed = not held and (alone or word.form not in shelf.analysis.small)
        if not terms:
            continue
        shown = text[word.start : word.end]
        told.parts.append(Part(shown, tuple(terms.items()), needed, together=together))
    if corrected:
        mended = text
        for start, end, form in sorted(corrected, reverse=True):
            mended = mended[:start] + form + mended[end:]
        told.corrected = mended


def _same(terms: dict[str, float], same: Sequence[Meant], shelf: Shelf) -> tuple[tuple[tuple[str, ...], float], ...]:
    """Put the synonyms of one word to the terms, and answer those of several."""
    together = []
    for one in same:
        stems = [shelf.analysis.stems(form) for form in one.forms]
        if len(stems) == 1:
            terms.update({term: max(terms.get(term, 0.0), one.weight) for term in stems[0]})
        else:
            together.append((tuple(some[0] for some in stems), one.weight))
    return tuple(together)


def _terms(
    told: Understood,
    word: Word,
    before: Word | None,
    following: Word | None,
    shelf: Shelf,
    unfinished: bool,
    typing: bool,
    corrected: list[tuple[int, int, str]],
    both: list[tuple[tuple[str, ...], float]],
    *,
    has_synonym: bool = False,
) -> dict[str, float]:
    """The terms that a word may be found by, each with what it counts."""
    terms: dict[str, float] = {}

    def add(form: str, weight: float) -> None:
        for term in shelf.analysis.stems(form):
            terms[term] = max(terms.get(term, 0.0), weight)

    known = word.form in shelf.spelling.words
    if word.quantity:
        terms[word.quantity] = 1.0
        add(word.form, _NUMBER_ALONE)
        return terms
    add(word.form, 1.0)
    if word.number:
        return terms
    for form in constraints.same_color(word.form):
        if " " not in form and form in shelf.spelling.words:
            add(form, _ALIKE)
    joined = _joined(word, before, following, shelf)
    for form in joined:
        add(form, _PARTED)
    begun = unfinished and (typing or not known) and len(word.form) > 1
    completions = shelf.spelling.beginning(word.form, _COMPLETIONS) if begun else []
    for form in completions:
        add(form, _BEGUN)
    parted = _parted(word, shelf)
    if (commoner := shelf.spelling.commoner(word.form)) is not None and not typing:
        told.mended.append(Mended(word.form, commoner, "is hardly in the catalog"))
        add(commoner, _HARDLY)
    if parted is not None and not completions:
        told.mended.append(Mended(word.form, " ".join(parted), "is written as two words"))
        both.append((tuple(shelf.analysis.stems(form)[0] for form in parted), _PARTED))
        for form in parted:
            add(form, _HALF)
    if not (known or has_synonym or joined or completions) and parted is None and len(terms) == 1:
        _mend(told, word, shelf, corrected, add)
    return terms


def _parted(word: Word, shelf: Shelf) -> tuple[str, str] | None:
    """The two words that a word is written for; none where they never stand together and it is one slip from another word."""
    found = shelf.spelling.parted(word.form)
    if found is None or " ".join(found) in shelf.spelling.phrases or word.form in shelf.spelling.words:
        return found
    return None if shelf.spelling.slip(word.form) else found


def _joined(word: Word, before: Word | None, following: Word | None, shelf: Shelf) -> list[str]:
    """The words of the catalog that this one is a part of, together with the one before or after it."""
    pairs = [(before, word), (word, following)]
    forms = [one.form + other.form for one, other in pairs if one is not None and other is not None]
    return [form for form in forms if form in shelf.spelling.words and not form.isdigit() and len(form) > 3]


def _mend(
    told: Understood, word: Word, shelf: Shelf, corrected: list[tuple[int, int, str]], add: Callable[[str, float], None]
) -> None:
    found = shelf.spelling.mended(word.form)
    for form, weight in zip(found, _MENDED, strict=False):
        add(form, weight)
    if found:
        told.mended.append(Mended(word.form, found[0], UNHEARD))
        corrected.append((word.start, word.end, found[0]))


def _coded(told: Understood, silent: Sequence[Constraint], text: str, shelf: Shelf) -> None:
    """Let a query, or a piece of it, that is the number of a thing find that thing before all others."""
    described = _described(text, silent)
    pieces = [found.group() for found in _CHUNK.finditer(described)]
    codes = []
    for piece in dict.fromkeys([described, *pieces]):
        one = code(piece)
        # A short number is a size or a count, unless nothing else is asked for.
        alone = len(pieces) == 1 and not one.isdigit()
        shortest = _SHORTEST_NUMBER if one.isdigit() and len(pieces) > 1 else _SHORTEST_CODE
        long = len(one) >= (_SHORTEST_ALONE if alone else shortest)
        if long and any(sign.isdigit() for sign in one) and shelf.is_code(one):
            codes.append(one)
    if codes:
        told.parts.append(Part(described, (), needed=False, codes=tuple(codes)))
