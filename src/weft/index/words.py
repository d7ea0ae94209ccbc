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
    """Some of a text between blanks, read: its words, and the terms that they are found by, `said` all of them.

    `numbered` where it has a number, `measuring` where what stands before may be measured in it, `crossed` where it ends in the
    sign between two measures.
    """

    __slots__ = ("crossed", "forms", "length", "measuring", "numbered", "said", "starts", "terms", "words")

    def __init__(
        self, length: int, words: tuple[Word, ...], tokens: Sequence[Word], terms: tuple[tuple[str, ...], ...]
    ) -> None:
        first = tokens[0].form if tokens else ""
        self.length = length
        self.words = words
        self.terms = terms
        self.said = frozenset(term for some in terms for term in some)
        self.forms = tuple(word.form for word in words if not word.number)
        self.numbered = any(word.number or word.form[:1].isdigit() for word in tokens)
        self.starts = bool(tokens) and tokens[0].number
        self.measuring = not tokens or first in _MARKS or first in _measuring()
        self.crossed = bool(tokens) and tokens[-1].form == "x"


class Analysis:
    """How the texts of a catalog in some languages become terms; the first language is the catalog's own.

    What was read is kept, so an analysis is best shared: `Analysis.of`. Safe to share between threads.
    """

    def __init__(self, languages: Sequence[str]) -> None:
        self.languages = tuple(languages)
        self._stemmers = [_stemmer(name) for name in dict.fromkeys(_STEMMERS.get(one) for one in languages) if name]
        self._stems: dict[str, tuple[str, ...]] = {}
        self._runs: dict[str, Run] = {}
        self._plain: dict[str, Run] = {}
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
        return list(_joined(_split(text, self._pairs)))

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
        return self._together(text.split())

    def _together(self, chunks: list[str]) -> list[Run]:
        # Most words stand for themselves, whatever is beside them.
        met: list[Run | None] = list(map(self._plain.get, chunks))
        found: list[Run] = []
        place, count = 0, len(chunks)
        while place < count:
            try:
                following = met.index(None, place)
            except ValueError:
                following = count
            found += met[place:following]  # type: ignore[arg-type]
            place = self._next(chunks, following, found) if following < count else count
        return found

    def _next(self, chunks: list[str], place: int, found: list[Run]) -> int:
        """Read the run that begins in a place behind those that were found, and answer the place after it."""
        kept, count = self._runs, len(chunks)
        run = kept.get(chunks[place]) or self._read(chunks[place])
        following = place + 1
        if run.numbered:
            while following < count and self._belongs(chunks[following]):
                following += 1
            if following > place + 1:
                whole = " ".join(chunks[place:following])
                run = kept.get(whole) or self._read(whole)
            if found and len(run.words) > 1 and run.words[0].form == "x" and run.words[1].number:
                run = _part(run, 1, None)
        elif run.crossed and (found or len(run.words) > 1) and self._begins(chunks, following):
            run = _part(run, 0, -1)
        found.append(run)
        return following

    def _begins(self, chunks: Sequence[str], place: int) -> bool:
        """Whether there is a chunk in a place that begins with a number."""
        return place < len(chunks) and (self._runs.get(chunks[place]) or self._read(chunks[place])).starts

    def _belongs(self, chunk: str) -> bool:
        """Whether a number before may be read together with it."""
        run = self._runs.get(chunk) or self._read(chunk)
        return run.measuring or run.numbered

    def _read(self, text: str) -> Run:
        if text.isascii() and text.isalpha():
            tokens = [Word(text.lower()[:_LONGEST_WORD], 0, len(text))]
            words = tuple(tokens)
        else:
            tokens = list(_split(text, self._pairs))
            words = tuple(_joined(iter(tokens)))
        run = Run(len(text), words, tokens, tuple(map(self._terms, words)))
        if len(text) <= _LONGEST_WORD:
            if len(self._runs) > _MOST_KEPT:
                self._runs, self._plain = {}, {}
            self._runs[text] = run
            if not (run.numbered or run.crossed):
                self._plain[text] = run
        return run


@lru_cache(maxsize=1000)
def _part(run: Run, first: int, last: int | None) -> Run:
    """A run without the sign between two measures with which it begins or ends."""
    made = Run.__new__(Run)
    made.length = run.length
    made.words, made.terms = run.words[first:last], run.terms[first:last]
    made.said = frozenset(term for some in made.terms for term in some)
    made.forms = tuple(word.form for word in made.words if not word.number)
    made.numbered = made.starts = made.measuring = made.crossed = False
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
    for found in _TOKEN.finditer(whole):
        form, start, end = found.group(), found.start(), found.end()
        if _SIGN.match(form):
            for inner, length, piece in _segmented(form, pairs):
                yield Word(piece, at[start + inner], at[start + inner + length - 1] + 1)
            continue
        form = form.removesuffix("'s")[:_LONGEST_WORD]
        glued = _GLUED.fullmatch(form)
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


def _joined(words: Iterator[Word]) -> Iterator[Word]:
    """Words with numbers brought to one form and joined with their units; marks that are no units are gone."""
    waiting = list(words)
    place = 0
    while place < len(waiting):
        word = waiting[place]
        place += 1
        if word.form in _MARKS:
            continue
        if not word.number:
            if word.form != "x" or not _between_numbers(waiting, place - 1):
                yield word
            continue
        value = _value(word.form)
        if value is None:
            yield word
            continue
        following = waiting[place] if place < len(waiting) else None
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
        unit, taken = _unit_at(waiting, place)
        form = word.form if word.form.isdigit() and value == int(value) else f"{value:.6g}"
        if unit is None:
            yield Word(form, word.start, word.end)
        else:
            term = f"{unit.dimension.replace(' ', '-')}:{unit.base(value):.5g}"
            yield Word(form, word.start, waiting[place + taken - 1].end, term, unit.name)
            place += taken


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
