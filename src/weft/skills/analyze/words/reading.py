"""A question cut into parts, each with what it does: times, words of the lexicon, values of the business, numbers, and the rest."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from rapidfuzz.distance import OSA

from weft.numbers.query import Dimension
from weft.skills.analyze.words.calendar import Stretch
from weft.skills.analyze.words.known import Known, Names, Value, called, lowered, money_called
from weft.skills.analyze.words.lexicon import Lexicon, Sign, Token, key, lexicon, tokens
from weft.skills.analyze.words.times import Language, Times

_QUOTED: Final = re.compile(r"[„“\"«»”「『]([^„“\"«»”」』]{2,200})[“”\"»«」』]")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")
_CAPITALS: Final = re.compile(r"[A-Z]{3,}")
_TOWARDS: Final = frozenset(
    ["in", "from", "to", "for", "outside", "without", "except", "excluding", "aus", "nach", "ohne", "außer"]
)
_MOST_PARTS: Final = 60
_LOOKED_UP: Final = 4
_TITLES: Final = 50
_FROM_TITLE: Final = frozenset(["of", "for", "von", "mit", "für", "sold", "的"])
_NUMBERS: Final = {
    **{
        word: number
        for words in (
            "one two three four five six seven eight nine ten eleven twelve",
            "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
            "一 二 三 四 五 六 七 八 九 十",
        )
        for number, word in enumerate(words.split(), 1)
    },
    "两": 2,
    "twenty": 20,
    "zwanzig": 20,
    "二十": 20,
    "fifty": 50,
    "hundred": 100,
    "a hundred": 100,
    "hundert": 100,
}


@dataclass(slots=True)
class Part:
    """A part of a question. `kind` is a sign's, or time, ahead, value, absent, number or unknown."""

    kind: str
    name: str
    start: int
    end: int
    values: list[Value] = field(default_factory=list)
    stretch: Stretch | None = None
    number: int | None = None
    mended: str | None = None

    def does(self, *kinds: str) -> bool:
        """Whether it is of one of these kinds."""
        return self.kind in kinds


@dataclass(slots=True)
class Reading:
    """A question's text, its language, its parts, and what was read otherwise than it was written."""

    text: str
    language: Language
    parts: list[Part]
    mended: list[tuple[str, str]] = field(default_factory=list)

    def words(self, part: Part) -> str:
        """What a part was in the question."""
        return self.text[part.start : part.end]


def cleaned(text: str) -> str:
    """A question without signs that nobody sees, its blanks single."""
    plain = unicodedata.normalize("NFKC", _CONTROL.sub(" ", text)).replace("İ", "I")
    return " ".join(plain.split())


def language_of(text: str, fallback: Language = "en") -> Language:
    """The language in which a question is: by its script, else by which lexicon has more of its words."""
    words = tokens(lowered(text))
    if sum(bool(_HAN.match(word.text)) for word in words) >= 2:
        return "zh"
    counts: dict[Language, int] = {}
    tried: tuple[Language, ...] = ("en", "de")
    for language in tried:
        phrases = lexicon(language).phrases
        counts[language] = sum(word.text in phrases for word in words if word.text.isalpha())
    if counts["en"] == counts["de"]:
        return fallback if fallback != "zh" else "en"
    return "de" if counts["de"] > counts["en"] else "en"


def read(text: str, known: Known, fallback: Language = "en") -> Reading:
    """A question cut into parts; what no rule and no value accounts for is left as unknown."""
    said = cleaned(text)
    language = language_of(said, fallback)
    scanner = _Scanner(said, language, known)
    parts = list(scanner.parts(scanner.names))
    words = _strange(said, parts, scanner.lexicon)
    spoken: set[Dimension] = {cast("Dimension", part.name) for part in parts if part.kind in ("dim", "dims")}
    if _CAPITALS.search(said):
        spoken.add("promotion")
    names = Names(known, words, spoken) if words else scanner.names
    if names.candidates:
        parts = list(scanner.parts(names))
    reading = Reading(said, language, parts[:_MOST_PARTS])
    _mend(reading, names, scanner.lexicon)
    return reading


def _strange(text: str, parts: Sequence[Part], own: Lexicon) -> list[str]:
    """The words that may be of a title or a code: those that the first look did not understand, the longest first."""
    low = lowered(text)
    found = {
        word.text
        for part in parts
        if part.kind == "unknown" or (part.kind == "number" and part.number and part.number > 99)
        for word in tokens(low[part.start : part.end])
        if len(word.text) > 1 and word.text not in own.phrases
    }
    for quoted in _QUOTED.finditer(text):
        found |= {max((word.text for word in tokens(lowered(quoted.group(1)))), key=len, default="")}
    return sorted(found - {""}, key=lambda word: (-len(word), word))[:_LOOKED_UP]


class _Scanner:
    def __init__(self, text: str, language: Language, known: Known) -> None:
        self.text, self.language, self.known = text, language, known
        self.low = lowered(text)
        # «Jan-Mar» is a range; «year-to-date» is three words.
        self.written = lowered(text, hyphens=True)
        self.tokens = tokens(self.low)
        self.times, self.lexicon = Times(language, known.today), lexicon(language)
        self.names = Names(known)

    def parts(self, names: Names) -> Iterator[Part]:
        """The parts from left to right, at each place the longest that fits."""
        self.names = names
        quoted = {match.start(): match for match in _QUOTED.finditer(self.text)}
        place = 0
        while place < len(self.tokens):
            token = self.tokens[place]
            if match := quoted.get(token.start):
                yield self._quoted(match)
                place = self._behind(match.end(), place)
                continue
            found = self._found(place)
            yield from found
            place = self._behind(found[-1].end, place)

    def _behind(self, end: int, place: int) -> int:
        place += 1
        while place < len(self.tokens) and self.tokens[place].start < end:
            place += 1
        return place

    def _quoted(self, match: re.Match[str]) -> Part:
        phrase = called(match.group(1))
        values = self.names.exact(phrase) or self.names.near(phrase) or self.names.parts(phrase, _TITLES)
        return Part("value" if values else "unknown", "", match.start(), match.end(), values)

    def _found(self, place: int) -> list[Part]:
        start = self.tokens[place].start
        options: list[tuple[int, int, list[Part]]] = []
        times = [one for one in (self.times.at(self.low, start), self.times.at(self.written, start)) if one is not None]
        if times:
            time = max(times, key=lambda one: one.end)
            kind = "ahead" if time.ahead else "time"
            options.append((time.end, 3, [Part(kind, "", start, time.end, stretch=time.stretch)]))
        if phrase := self.lexicon.at(self.tokens, place):
            end = self.tokens[phrase[0] - 1].end
            options.append((end, 2, [Part(sign.kind, sign.name, start, end) for sign in phrase[1]]))
        if code := self._coded(place):
            options.append((code.end, 4, [code]))
        if value := self._value(place):
            options.append((value.end, 1, [value]))
        if money := self._money(place):
            options.append((money.end, 1, [money]))
        if number := self._number(place):
            options.append((number.end, 0, [number]))
        if options:
            return max(options, key=lambda option: option[:2])[2]
        return [Part("unknown", "", start, self.tokens[place].end)]

    def _coded(self, place: int) -> Part | None:
        """«AT», «IT»: a country's code; where all of the question is in capitals, behind «in», «from» and the like."""
        token = self.tokens[place]
        written = self.text[token.start : token.end]
        if len(written) != 2 or not written.isascii() or not written.isupper():
            return None
        if self.text.isupper() and not (place and self.tokens[place - 1].text in _TOWARDS):
            return None
        values = self.names.coded(written)
        if values is None:
            return None
        return Part("value" if values else "absent", written, token.start, token.end, values)

    def _money(self, place: int) -> Part | None:
        """The currency in which figures are answered anyway: «in euros»."""
        if self.known.currency is None:
            return None
        for end in range(min(len(self.tokens), place + 4), place, -1):
            if key(self.tokens[place:end]) in money_called(self.known.currency):
                return Part("noise", "", self.tokens[place].start, self.tokens[end - 1].end)
        return None

    def _named_before(self, place: int) -> bool:
        """Whether a number may be a name: behind «customer», «product», «of»."""
        for start in range(max(0, place - 2), place):
            phrase = key(self.tokens[start:place])
            if phrase in _FROM_TITLE or any(
                sign.kind in ("dim", "dims") for sign in self.lexicon.phrases.get(phrase, ())
            ):
                return True
        return False

    def _value(self, place: int) -> Part | None:
        longest = max(self.names.longest, 6)
        for end in range(min(len(self.tokens), place + longest), place, -1):
            phrase = key(self.tokens[place:end])
            values = self.names.exact(phrase)
            if values and not (phrase.isdigit() and not self._named_before(place)):
                return Part("value", "", self.tokens[place].start, self.tokens[end - 1].end, values)
            if self.names.absent(phrase):
                return Part("absent", phrase, self.tokens[place].start, self.tokens[end - 1].end)
        return None

    def _number(self, place: int) -> Part | None:
        token: Token = self.tokens[place]
        if token.text.isdigit() and len(token.text) < 7:
            return Part("number", "", token.start, token.end, number=int(token.text))
        pair = key(self.tokens[place : place + 2])
        if pair in _NUMBERS:
            return Part("number", "", token.start, self.tokens[place + 1].end, number=_NUMBERS[pair])
        if token.text in _NUMBERS:
            return Part("number", "", token.start, token.end, number=_NUMBERS[token.text])
        return None


def _mend(reading: Reading, names: Names, own: Lexicon) -> None:
    """Read what was not understood as what it is nearly: a value, a part of titles, a word of the lexicon."""
    parts = _titles(reading, _runs(reading), names)
    for place, part in enumerate(parts):
        if part.kind != "unknown":
            continue
        phrase = called(reading.words(part))
        values = names.near(phrase)
        if not values and place and _may_name(reading, parts[place - 1]):
            values = names.parts(phrase, _TITLES)
        if values:
            part.kind, part.values = "value", values
            part.mended = values[0].title
        elif sign := _misspelled(phrase, own):
            word, signs = sign
            part.kind, part.name, part.mended = signs[0].kind, signs[0].name, word
            reading.mended.append((reading.words(part), word))
    reading.parts = parts


def _titles(reading: Reading, parts: list[Part], names: Names) -> list[Part]:
    """Words that are not understood and a value beside them as a part of titles: «red enamel» and «mugs»."""
    made: list[Part] = []
    place = 0
    while place < len(parts):
        run = next((run for run in _beside(parts, place) if names.parts(called(_span(reading, run)), _TITLES)), None)
        if run is None or not (made and _may_name(reading, made[-1])):
            made.append(parts[place])
            place += 1
            continue
        values = names.parts(called(_span(reading, run)), _TITLES)
        made.append(Part("value", "", run[0].start, run[-1].end, values, mended=values[0].title))
        place += len(run)
    return made


def _beside(parts: list[Part], place: int) -> Iterator[list[Part]]:
    """The runs of unknown words and values that begin at a part, those with an unknown word among them, the longest first."""
    end = place
    while end < len(parts) and parts[end].kind in ("unknown", "value") and end - place < 4:
        end += 1
    for last in range(end, place + 1, -1):
        if any(part.kind == "unknown" for part in parts[place:last]):
            yield parts[place:last]


def _span(reading: Reading, run: list[Part]) -> str:
    return reading.text[run[0].start : run[-1].end]


def _may_name(reading: Reading, before: Part) -> bool:
    """Whether a part of a title may follow: behind «of», «von», or a word for products."""
    said = lowered(reading.words(before))
    return (
        said in _FROM_TITLE or (before.kind in ("dim", "dims") and before.name == "product") or before.kind == "howmany"
    )


def _runs(reading: Reading) -> list[Part]:
    """Unknown parts that stand side by side as one."""
    parts: list[Part] = []
    for part in reading.parts:
        if part.kind == "unknown" and parts and parts[-1].kind == "unknown":
            parts[-1].end = part.end
        else:
            parts.append(part)
    return parts


def _misspelled(word: str, own: Lexicon) -> tuple[str, tuple[Sign, ...]] | None:
    """The one word of the lexicon that a word is but for a slip: one letter, or two in a long word."""
    if len(word) < 5 or " " in word or not word.isalpha():
        return None
    slips = 1 if len(word) < 9 else 2
    near = {one for one in own.content() if abs(len(one) - len(word)) <= slips and OSA.distance(word, one) <= slips}
    meanings = {own.phrases[one] for one in near}
    if len(meanings) != 1:
        return None
    return min(near, key=lambda one: (OSA.distance(word, one), one)), meanings.pop()
