"""The words that the local engine knows: what things are called, what they are made of, colors, labels, features, care.

Each is data in `words/`, one line an entry, in English and German.
"""

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

_FOLDER: Final = Path(__file__).parent / "words"
Gender = Literal["m", "f", "n"]
_ARTICLES: Final[Mapping[str, Gender]] = {"der": "m", "die": "f", "das": "n"}
_NUMBERS: Final = {
    "en": ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    "de": ("", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"),
}
# Where a title's noun ends: what follows says for whom, with what, in which color or size.
_AFTER_NOUN: Final = re.compile(
    r"\s+(?:in|for|with|by|from|of|w/|für|mit|aus|von|im)\s+|\s+[-–—|/]\s*|\s*[,(\[|:;]|\s+[-–—]$", re.IGNORECASE
)
_TRAILING: Final = re.compile(
    r"(?:\s+(?:no\.?|nr\.?|#)?\s*[-+]?\d[\d.,/x×'\"”]*\s*(?:ml|cl|l|cm|mm|m|g|kg|w|v|lm|°c|oz|lb|lbs|in|inch|ft|gb|tb|mah|c|t|g/m²|pcs)?"
    r"|\s+(?:x*[sml]|xxl|[ivx]+|set|pair|\d+pk|new))+$",
    re.IGNORECASE,
)
_LONGEST_NOUN: Final = 4
_SHORTEST_PART: Final = 4


@dataclass(frozen=True, slots=True)
class Kind:
    """What a thing is called: English `name` and `plural`, German `noun`, its gender and `nouns`; its family.

    `paired` is true of what has no singular in English, `many` of what has none in German, `worn` of what is for someone. `broader` is
    what it is too, where its name does not say it.
    """

    name: str
    plural: str
    paired: bool
    family: str
    noun: str
    gender: Gender
    nouns: str
    many: bool
    aliases: tuple[str, ...]
    broader: str = ""
    worn: bool = True


@dataclass(frozen=True, slots=True)
class Word:
    """A word in English and in German."""

    en: str
    de: str

    def of(self, language: str) -> str:
        """The word in a language of these two."""
        return self.de if language == "de" else self.en


@dataclass(frozen=True, slots=True)
class Label:
    """A specification's name and what it is called."""

    name: str
    word: Word


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something that texts say of things, in two languages, with the patterns by which it is told."""

    word: Word
    patterns: Mapping[str, re.Pattern[str]]


def is_a(kind: Kind, other: Kind) -> bool:
    """Whether a kind is one of another: a hiking boot is a boot."""
    if other.name in (kind.name, kind.broader):
        return True
    return kind.name.endswith(f" {other.name}") or kind.plural.endswith(f" {other.plural}")


@functools.lru_cache(16_384)
def folded(text: str) -> str:
    """A text for comparison: lower case, straight apostrophes, single spaces."""
    plain = unicodedata.normalize("NFC", text).casefold().replace("’", "'").replace("_", " ")
    return " ".join(plain.split())


def _lines(name: str) -> Iterator[str]:
    lines = (_FOLDER / name).read_text(encoding="utf-8").splitlines()
    # What stands above the first entry is about the file.
    yield from (line.strip() for line in itertools.dropwhile(lambda line: line.startswith("#"), lines) if line.strip())


def _columns(line: str, count: int) -> list[str]:
    parts = [part.strip() for part in line.split(" | ")]
    parts[-1] = parts[-1].rstrip("|").strip()
    return [*parts, *[""] * count][:count]


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def plural(noun: str) -> str:
    """The regular English plural."""
    if re.search(r"(?:s|x|z|ch|sh)$", noun):
        return noun + "es"
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + "s"


class Kinds:
    """What things are called, found in titles and types."""

    def __init__(self) -> None:
        self.all: list[Kind] = []
        self._by_word: dict[str, Kind] = {}
        self._endings: dict[str, Kind] = {}
        family = ""
        for line in _lines("kinds.txt"):
            if line.startswith("["):
                family = line.strip("[]")
                continue
            kind = _kind(line, family)
            self.all.append(kind)
            for word in _called(kind):
                self._by_word.setdefault(folded(word), kind)
            self._endings.setdefault(folded(kind.noun), kind)
            self._endings.setdefault(folded(kind.nouns), kind)

    def named(self, phrase: str) -> Kind | None:
        """The kind that a phrase names exactly, singular or plural."""
        return self._by_word.get(folded(phrase))

    def in_title(self, title: str) -> Kind | None:
        """The kind that a title's noun names: English has it last, German has it anywhere, also as a compound's last part."""
        noun = _TRAILING.sub("", _AFTER_NOUN.split(title.strip(), maxsplit=1)[0])
        words = noun.split()
        for length in range(min(_LONGEST_NOUN, len(words)), 0, -1):
            if (kind := self.named(" ".join(words[-length:]))) is not None:
                return kind
        for length in range(min(_LONGEST_NOUN, len(words) - 1), 1, -1):
            for start in range(len(words) - length):
                if (kind := self.named(" ".join(words[start : start + length]))) is not None:
                    return kind
        return next((kind for word in words if (kind := self.compound(word)) is not None), None)

    def tongue(self, title: str) -> str | None:
        """The language of the noun in a title, if it is a word of one of the two alone."""
        kind = self.in_title(title)
        if kind is None:
            return None
        words = {folded(word).strip(".,;:()") for word in title.split()}
        said = folded(title)
        german = any(self.compound(word) == kind and self.named(word) is None for word in words) or (
            {folded(kind.noun), folded(kind.nouns)} & words
        )
        english = any(folded(word) in said for word in (kind.name, kind.plural, *kind.aliases))
        return None if bool(german) == english else "de" if german else "en"

    def in_shelf(self, text: str) -> list[Kind]:
        """The kinds that a type or a category's name names: `coats & jackets` are two."""
        found = []
        for part in re.split(r"\s*(?:&|,|/|\+|\band\b|\bund\b)\s*", without_audience(text)):
            kind = self.named(part) or (self.in_title(part) if part.strip() else None)
            if kind is not None and kind not in found:
                found.append(kind)
        return found

    def compound(self, word: str) -> Kind | None:
        """The kind of a German compound, told by its last part: a Softshelljacke is a Jacke."""
        plain = folded(word).strip(".,;:!?\"'()")
        if len(plain) < _SHORTEST_PART + 1:
            return self._endings.get(plain)
        for start in range(len(plain) - _SHORTEST_PART + 1):
            if (kind := self._endings.get(plain[start:])) is not None and (start == 0 or start >= 3):
                return kind
        return None


def _kind(line: str, family: str) -> Kind:
    english, german, aliases = _columns(line, 3)
    paired, worn = english.endswith("="), not english.endswith("-")
    english, _, broader = english.rstrip("=- ").partition("<")
    name, _, irregular = english.partition(";")
    noun, _, nouns = german.partition(",")
    article, _, bare = noun.strip().partition(" ")
    many = bare == nouns.strip() and article == "die" and (paired or bare.endswith("wäsche"))
    return Kind(
        name=name.strip(),
        plural=name.strip() if paired else irregular.strip() or plural(name.strip()),
        paired=paired,
        family=family,
        noun=bare,
        gender=_ARTICLES[article],
        nouns=nouns.strip(),
        many=many,
        aliases=_listed(aliases),
        broader=broader.strip(),
        worn=worn,
    )


def _called(kind: Kind) -> Iterator[str]:
    yield from (kind.name, kind.plural, kind.noun, kind.nouns)
    for alias in kind.aliases:
        yield alias
        yield plural(alias)


_AUDIENCE: Final[Mapping[str, re.Pattern[str]]] = {
    name: re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE)
    for name, words in (
        (
            "unisex",
            r"unisex|women(?:'s|s)? (?:and|&) men(?:'s|s)?|men(?:'s|s)? (?:and|&) women(?:'s|s)?|damen (?:und|&) herren",
        ),
        ("women", r"women['’]?s?|woman|ladies['’]?|lady|female|damen|frauen"),
        ("men", r"men['’]?s?|man|male|herren|männer"),
        ("girls", r"girls?['’]?s?|mädchen"),
        ("boys", r"boys?['’]?s?|jungen"),
        ("babies", r"bab(?:y|ies)['’]?s?|infants?|newborns?"),
        ("kids", r"kids?['’]?s?|child(?:ren)?['’]?s?|youth|kinder"),
    )
}


@functools.lru_cache(4_096)
def audience(text: str) -> str | None:
    """For whom a type, a tag or an attribute says that a thing is: women, men, unisex, kids, girls, boys, babies."""
    plain = text.replace("’", "'")
    found = [name for name, pattern in _AUDIENCE.items() if pattern.search(plain)]
    if "unisex" in found or {"women", "men"} <= set(found):
        return "unisex"
    return found[0] if found else None


def without_audience(text: str) -> str:
    """A type without for whom it is."""
    plain = text.replace("’", "'")
    for pattern in _AUDIENCE.values():
        plain = pattern.sub(" ", plain)
    return " ".join(plain.split())


@functools.cache
def kinds() -> Kinds:
    """What things are called."""
    return Kinds()


def _index(entries: Iterable[tuple[Word, Iterable[str]]]) -> dict[str, Word]:
    found: dict[str, Word] = {}
    for word, others in entries:
        for one in (word.en, word.de, *others):
            found.setdefault(folded(one), word)
    return found


def _words(name: str) -> dict[str, Word]:
    rows = (_columns(line, 3) for line in _lines(name))
    return _index((Word(en, de), _listed(aliases)) for en, de, aliases in rows)


@functools.cache
def materials() -> Mapping[str, Word]:
    """Materials by what they are called."""
    return _words("materials.txt")


@functools.cache
def colors() -> Mapping[str, Word]:
    """Colors by what they are called, each as it is called: Sky Blue is no other blue in its own language."""
    words: list[Word] = []
    foreign: dict[str, Word] = {}
    for line in _lines("colors.txt"):
        en, de, english, german, others = _columns(line, 5)
        words += [
            Word(en, de),
            *(Word(one, de) for one in _listed(english)),
            *(Word(en, one) for one in _listed(german)),
        ]
        foreign |= {folded(one): Word(en, de) for one in _listed(others)}
    # Bordeaux is a color's name in both languages.
    found = {folded(word.en): word for word in reversed(words)}
    return {**foreign, **{folded(word.de): word for word in reversed(words)}, **found}


@functools.cache
def values() -> Mapping[str, Word]:
    """Values of specifications by what they are called."""
    return _words("values.txt")


@functools.cache
def ordinary(language: str) -> frozenset[str]:
    """Ordinary words of titles in a language, in lower case: those of a list, and those that the other lists have."""
    found: set[str] = set()
    for line in _lines("ordinary.txt"):
        spoken, words = _columns(line, 2)
        found.update(_listed(words) if spoken == language else ())
    for word in (*colors().values(), *values().values(), *(label.word for label in labels().values())):
        found.update(word.of(language).casefold().split())
    for kind in kinds().all:
        names = (kind.noun, kind.nouns) if language == "de" else (kind.name, kind.plural)
        found.update(part for name in names for part in name.casefold().split())
    return frozenset(found)


@functools.cache
def labels() -> Mapping[str, Label]:
    """Specifications by what they are called."""
    found: dict[str, Label] = {}
    for line in _lines("labels.txt"):
        name, en, de, aliases = _columns(line, 4)
        label = Label(name, Word(en, de))
        for one in (name, en, de, *_listed(aliases)):
            found.setdefault(folded(one), label)
    return found


@functools.cache
def label_of(name: str) -> Label | None:
    """A specification by its name."""
    return next((label for label in labels().values() if label.name == name), None)


@functools.cache
def _phrases(name: str) -> tuple[Phrase, ...]:
    found = []
    for line in _lines(name):
        en, de, *patterns = _columns(line, 4)
        compiled = {
            language: re.compile(rf"(?<![\w-])(?:{pattern.replace('#', _number(language))})(?![\w-])", re.IGNORECASE)
            for language, pattern in zip(("en", "de"), patterns, strict=True)
            if pattern
        }
        found.append(Phrase(Word(en, de), compiled))
    return tuple(found)


def _number(language: str) -> str:
    """Two and more: of one the things that are counted have another form."""
    return rf"((?!1\b)\d{{1,2}}|{'|'.join(word for word in _NUMBERS[language][2:] if word)})"


def features() -> tuple[Phrase, ...]:
    """What texts say of things."""
    return _phrases("features.txt")


def care() -> tuple[Phrase, ...]:
    """How things are cleaned."""
    return _phrases("care.txt")


def number_in(word: str, source: str, target: str) -> str:
    """A small number, a word or figures, as the target language says it."""
    plain = word.casefold()
    if plain.isdigit():
        value = int(plain)
    elif plain in _NUMBERS[source]:
        value = _NUMBERS[source].index(plain)
    else:
        return word
    return _NUMBERS[target][value] if 0 < value < len(_NUMBERS[target]) else str(value)


@functools.cache
def needs() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """By family, what buyers decide by: the fact, and why."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in _lines("needs.txt"):
        family, _, rest = line.partition(":")
        fact, why = _columns(rest.strip(), 2)
        found.setdefault(family, []).append((fact, why))
    return {family: tuple(facts) for family, facts in found.items()}
