"""Texts as the terms that are looked up: folded, segmented, stemmed, and quantities as what they are of, whatever the unit.

Words are stemmed by the languages of the catalog. Chinese is segmented by a dictionary, Japanese and Korean into pairs of signs.
`3/4 in.`, `3/4"` and `0.75 inch` are one term, and so are `1 ft` and `12 in`; the bare number is a term beside it.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

import rjieba
import tantivy

from weft.claims import data, numerals
from weft.claims.languages import small_words
from weft.claims.units import Unit, units

_STEMMERS: Final = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "it": "italian", "nb": "norwegian", "nl": "dutch", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
_TAG: Final = re.compile(r"<[^<>]*>")
_SIGNS: Final = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_TOKEN: Final = re.compile(
    rf"[{_SIGNS}]+|\d+(?:[.,]\d+)+|\d+/\d+|\d+(?=x\d)|(?<=\d)x(?=\d)|(?<=\dx)\d+|[\"']|[^\W_{_SIGNS}]+(?:'s\b)?",
    re.UNICODE,
)
_SIGN: Final = re.compile(f"[{_SIGNS}]")
_KANA_OR_HANGUL: Final = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_GLUED: Final = re.compile(r"(\d+)([a-z\u00b5]{1,6})")
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*|\d+/\d+")
_QUOTES: Final = str.maketrans({"″": '"', "”": '"', "“": '"', "′": "'", "’": "'", "‘": "'", "⁄": "/", "×": "x"})
_VULGAR: Final = {
    "½": " 1/2", "⅓": " 1/3", "⅔": " 2/3", "¼": " 1/4", "¾": " 3/4", "⅛": " 1/8", "⅜": " 3/8", "⅝": " 5/8", "⅞": " 7/8",
}  # fmt: skip
_MARKS: Final = {'"': "inch", "'": "foot"}
_LONGEST_WORD: Final = 64
_LONGEST_NUMBER: Final = 15
_MOST_KEPT: Final = 100_000
LONGEST_KEPT: Final = 64
"""Of so many signs a run is at most that is kept."""
BREAK: Final = "\0"
"""A chunk that ends a text, where chunks of several stand one after another."""


class Word(NamedTuple):
    """A word of a text: its folded form, and where it stands in the text it was read from.

    `quantity` is the term of what it measures where it is a number with a unit.
    """

    form: str
    start: int
    end: int
    quantity: str | None = None
    unit: str | None = None

    @property
    def number(self) -> bool:
        """Whether it is a number."""
        form = self.form
        return form[:1].isdigit() and (form.isdecimal() or bool(_NUMBER.fullmatch(form)))


class Run:
    """Some of a text between blanks, read: its tokens, the words that they come to, and the terms that these are found by.

    `numbered` where it has a number, `measuring` where what stands before may be measured in it, `crossed` where it ends in the
    sign between two measures, `plain` where it stands for itself whatever is beside it.
    """

    __slots__ = ("crossed", "length", "measuring", "numbered", "plain", "starts", "terms", "tokens", "words")

    def __init__(
        self, length: int, words: tuple[Word, ...], tokens: tuple[Word, ...], terms: tuple[tuple[str, ...], ...]
    ) -> None:
        self.length = length
        self.words = words
        self.tokens = tokens
        self.terms = terms
        self.numbered = self.starts = self.crossed = False
        self.measuring = True
        if tokens:
            first = tokens[0].form
            self.measuring = first in _MARKS or first in _measuring()
            self.crossed = tokens[-1].form == "x"
            self.numbered = any(word.form[:1].isdigit() for word in tokens)
            self.starts = self.numbered and tokens[0].number
        self.plain = not (self.numbered or self.crossed)

    @property
    def forms(self) -> tuple[str, ...]:
        """The folded words that are no numbers."""
        return tuple([word.form for word in self.words if not word.number])

    @property
    def said(self) -> frozenset[str]:
        """All of its terms."""
        return frozenset(term for some in self.terms for term in some)


class Analysis:
    """How the texts of a catalog in some languages become terms; the first language is the catalog's own.

    What was read is kept, so an analysis is best shared: `Analysis.of`. Safe to share between threads.
    """

    def __init__(self, languages: Sequence[str]) -> None:
        self.languages = tuple(languages)
        self._stemmers = [_stemmer(name) for name in dict.fromkeys(_STEMMERS.get(one) for one in languages) if name]
        self._stems: dict[str, tuple[str, ...]] = {}
        self._runs: dict[str, Run] = {}
        self.belonging = _Belonging(self)
        self._pairs = bool({"ja", "ko"} & set(languages[:1]))
        known = small_words()
        self.small = frozenset(word for word, where in known.items() if where & set(languages or ("en",)))

    @staticmethod
    @lru_cache(maxsize=32)
    def of(languages: tuple[str, ...]) -> "Analysis":
        """The analysis of these languages that is shared."""
        return Analysis(languages)

    def words(self, text: str) -> list[Word]:
        """The words of a text, in its order."""
        return _joined(list(_split(text, self._pairs)))

    def forms(self, text: str) -> list[str]:
        """The folded words of a text alone."""
        return [word.form for word in self.words(text)]

    def stems(self, form: str) -> tuple[str, ...]:
        """The terms of a folded word, one for each language in which its stem is another."""
        found = self._stems.get(form)
        if found is None:
            if not form.isalpha() or _SIGN.match(form):
                found = (form,)
            else:
                found = tuple(dict.fromkeys(stemmer.analyze(form)[0] for stemmer in self._stemmers)) or (form,)
            if len(self._stems) > _MOST_KEPT:
                self._stems = {}
            self._stems[form] = found
        return found

    def written(self, text: str) -> tuple[list[str], list[str]]:
        """The folded words of a text, and the terms that it is found by."""
        forms: list[str] = []
        terms: list[str] = []
        for run in self.runs(text):
            forms += run.forms
            for some in run.terms:
                terms += some
        return forms, terms

    def terms(self, words: Iterable[Word]) -> list[str]:
        """All terms of some words, in order, as they are written into the index."""
        return [term for word in words for term in self._terms(word)]

    def _terms(self, word: Word) -> tuple[str, ...]:
        stems = self.stems(word.form)
        return (*stems, word.quantity) if word.quantity else stems

    def runs(self, text: str) -> list[Run]:
        """A text as runs: what stands between two blanks, a number together with what it is measured in.

        The words of all runs are those of the text, and in a text with single blanks each run begins one sign after the last ends. A
        run that was met before is not read again.
        """
        chunks = text.split()
        found: list[Run] = []
        place = 0
        while place < len(chunks):
            run, place = self.run_at(chunks, place)
            found.append(run)
        return found

    def run_at(self, chunks: Sequence[str], place: int) -> tuple[Run, int]:
        """The run that begins with the chunk in a place, and the place after it; a chunk that is BREAK ends a text."""
        kept = self._runs
        run = kept.get(chunks[place]) or self._read(chunks[place])
        following = place + 1
        if run.numbered:
            belonging, count = self.belonging, len(chunks)
            while following < count and belonging[chunks[following]]:
                following += 1
            if following > place + 1:
                whole = " ".join(chunks[place:following])
                run = kept.get(whole) or self._together(whole, chunks[place:following])
            if run.words and run.words[0].form == "x" and len(run.words) > 1 and run.words[1].number:
                run = _part(run, 1, None) if place and chunks[place - 1] != BREAK else run
        elif run.crossed and self._begins(chunks, following):
            behind = len(run.words) > 1 or (place and chunks[place - 1] != BREAK)
            run = _part(run, 0, -1) if behind else run
        return run, following

    def _begins(self, chunks: Sequence[str], place: int) -> bool:
        """Whether there is a chunk in a place that begins with a number."""
        return place < len(chunks) and (self._runs.get(chunks[place]) or self._read(chunks[place])).starts

    def _read(self, chunk: str) -> Run:
        """Read one chunk."""
        if chunk.isascii() and chunk.isalpha():
            tokens: tuple[Word, ...] = (Word(chunk.lower()[:_LONGEST_WORD], 0, len(chunk)),)
            return self._kept(chunk, tokens, tokens)
        tokens = tuple(_split(chunk, self._pairs))
        return self._kept(chunk, tokens, tuple(_joined(tokens)))

    def _together(self, whole: str, chunks: Sequence[str]) -> Run:
        """Read several chunks with a blank between, each of which has been read."""
        tokens: list[Word] = []
        start = 0
        for chunk in chunks:
            own = (self._runs.get(chunk) or self._read(chunk)).tokens
            tokens += [Word(form, start + first, start + last) for form, first, last, _, _ in own] if start else own
            start += len(chunk) + 1
        return self._kept(whole, tuple(tokens), tuple(_joined(tokens)))

    def _kept(self, text: str, tokens: tuple[Word, ...], words: tuple[Word, ...]) -> Run:
        run = Run(len(text), words, tokens, tuple([self._terms(word) for word in words]))
        if len(text) <= LONGEST_KEPT:
            if len(self._runs) > _MOST_KEPT:
                self._runs, self.belonging = {}, _Belonging(self)
            self._runs[text] = run
        return run


class _Belonging(dict[str, bool]):
    """Whether a number before a chunk may be read together with it."""

    def __init__(self, analysis: Analysis) -> None:
        super().__init__()
        self._analysis = analysis

    def __missing__(self, chunk: str) -> bool:
        if len(self) > _MOST_KEPT:
            self.clear()
        run = self._analysis.run_at((chunk,), 0)[0]
        self[chunk] = belongs = chunk != BREAK and (run.measuring or run.numbered)
        return belongs


@lru_cache(maxsize=1000)
def _part(run: Run, first: int, last: int | None) -> Run:
    """A run without the sign between two measures with which it begins or ends."""
    made = Run.__new__(Run)
    made.length = run.length
    made.words, made.terms = run.words[first:last], run.terms[first:last]
    made.tokens = made.words
    made.numbered = made.starts = made.measuring = made.crossed = made.plain = False
    return made


@cache
def _stemmer(name: str) -> Any:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    return builder.filter(tantivy.Filter.stemmer(name)).build()


def plain(text: str) -> str:
    """A description without its markup."""
    return html.unescape(_TAG.sub(" ", text)) if "<" in text or "&" in text else text


def folded(text: str) -> str:
    """A text in lower case, without accents, in as many signs as it had wherever that can be."""
    if text.isascii():
        return text.lower()
    text = text.translate(_QUOTES)
    if text.isascii():
        return text.lower()
    return "".join(map(_folded_sign, text))


@lru_cache(maxsize=20_000)
def _folded_sign(sign: str) -> str:
    if sign in _VULGAR:
        return _VULGAR[sign]
    whole = unicodedata.normalize("NFKD", sign)
    bare = "".join(one for one in whole if not unicodedata.combining(one)).casefold()
    # A syllable of Korean must not fall apart, and a sign that stands for a word stays one sign.
    return unicodedata.normalize("NFKC", bare) if bare else bare


def _split(text: str, pairs: bool) -> Iterator[Word]:
    whole = folded(text)
    at = range(len(whole)) if len(whole) == len(text) else _places(text, whole)
    signs = not whole.isascii()
    for found in _TOKEN.finditer(whole):
        form, (start, end) = found.group(), found.span()
        if signs and _SIGN.match(form):
            for inner, length, piece in _segmented(form, pairs):
                yield Word(piece, at[start + inner], at[start + inner + length - 1] + 1)
            continue
        form = form.removesuffix("'s")[:_LONGEST_WORD]
        glued = _GLUED.fullmatch(form) if form[0].isdigit() else None
        if glued and glued[2] in _unit_words():
            middle = start + len(glued[1])
            yield Word(glued[1], at[start], at[middle - 1] + 1)
            yield Word(glued[2], at[middle], at[end - 1] + 1)
        else:
            yield Word(form, at[start], at[end - 1] + 1)


def _places(text: str, whole: str) -> Sequence[int]:
    places: list[int] = []
    for place, sign in enumerate(text):
        places += [place] * len(folded(sign))
    return places if len(places) == len(whole) else [min(place, len(text) - 1) for place in range(len(whole))]


def _segmented(run: str, pairs: bool) -> Iterator[tuple[int, int, str]]:
    """Pieces of a run of signs: (where it begins, its length, itself)."""
    if pairs or _KANA_OR_HANGUL.search(run):
        if len(run) == 1:
            yield 0, 1, run
        for place in range(len(run) - 1):
            yield place, 2, run[place : place + 2]
        return
    place = 0
    for piece in rjieba.cut(run):
        yield place, len(piece), piece
        place += len(piece)


def _joined(words: Sequence[Word]) -> list[Word]:
    """Words with numbers brought to one form and joined with their units; marks that are no units are gone."""
    found: list[Word] = []
    place, count = 0, len(words)
    while place < count:
        word = words[place]
        place += 1
        form = word.form
        if not form[:1].isdigit():
            if form not in _MARKS and (form != "x" or not _between_numbers(words, place - 1)):
                found.append(word)
            continue
        value = _value(form) if word.number else None
        if value is None:
            found.append(word)
            continue
        made, place = _measured(word, value, words, place)
        found.append(made)
    return found


def _measured(word: Word, value: float, words: Sequence[Word], place: int) -> tuple[Word, int]:
    """A number in its one form with what stands from a place on, a fraction and a unit, and the place behind these."""
    following = words[place] if place < len(words) else None
    if (
        following
        and "/" in following.form
        and following.number
        and word.form.isdigit()
        and following.start - word.end <= 1
    ):
        value += _value(following.form) or 0.0
        word = Word(word.form, word.start, following.end)
        place += 1
    unit, taken = _unit_at(words, place)
    form = word.form if word.form.isdigit() and value == int(value) else f"{value:.6g}"
    if unit is None:
        return Word(form, word.start, word.end), place
    term = f"{unit.dimension.replace(' ', '-')}:{unit.base(value):.5g}"
    return Word(form, word.start, words[place + taken - 1].end, term, unit.name), place + taken


def _between_numbers(words: Sequence[Word], place: int) -> bool:
    return 0 < place < len(words) - 1 and words[place + 1].number


def _value(form: str) -> float | None:
    if form.isdecimal() and len(form) < _LONGEST_NUMBER:
        return float(form)
    if "/" in form:
        above, below = form.split("/", 1)
        return int(above) / int(below) if int(below) and len(above) < 9 else None
    found = numerals.numbers(form, "en")
    return found[0].value if found else None


def _unit_at(words: Sequence[Word], place: int) -> tuple[Unit | None, int]:
    """The unit that the words from a place on write, and how many words it takes."""
    if place >= len(words):
        return None, 0
    first = words[place].form
    if first in _MARKS:
        return (units().get(_MARKS[first]), 1) if words[place].start == words[place - 1].end else (None, 0)
    known = _unit_words()
    if place + 1 < len(words) and (two := known.get(f"{first} {words[place + 1].form}")):
        return two, 2
    return known.get(first), 1


@cache
def _unit_words() -> dict[str, Unit]:
    """How units are written, in folded words with a blank between."""
    found: dict[str, Unit] = {}
    for line in data.lines("units"):
        name, dimension, _, *rest = (part.strip() for part in line.split("|"))
        if dimension.startswith("money"):
            continue
        for written in data.by_language(rest).values():
            for one in written:
                said = " ".join(re.findall(r"[^\W_]+", folded(one.lstrip("="))))
                for form in (said, f"{said}s", f"{said}n"):
                    if said and not said[0].isdigit():
                        found.setdefault(form, units()[name])
    return found


@cache
def _measuring() -> frozenset[str]:
    """Every word of which units are written."""
    return frozenset(word for form in _unit_words() for word in form.split())


@cache
def unit_forms() -> frozenset[str]:
    """How units are written, each in one folded word."""
    return frozenset(form for form in _unit_words() if " " not in form)
