"""The words that claims are made of, as trees of tokens: one for each language, one for all of them together."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from itertools import product
from typing import Any, Final

from babel import Locale

from weft.claims import data
from weft.claims.numerals import FRACTIONS, spelled
from weft.claims.reading import words_of
from weft.claims.units import units

LANGUAGES: Final = ("en", "de", "fr", "es", "zh")
"""The languages whose words the files hold. Others are read as far as words of all languages, numbers and units go."""
Node = dict[str, Any]
_ENTRIES: Final = ""
_SIMPLE: Final = re.compile(r"[^\W\d_\u3040-\u30ff\u3400-\u9fff]+(?:[ -][^\W\d_\u3040-\u30ff\u3400-\u9fff]+)*")
_KINDS: Final = {
    "colors": "color",
    "materials": "material",
    "properties": "property",
    "things": "thing",
    "features": "thing",
    "environmental": "environmental",
    "guarantees": "guarantee",
    "health": "health",
}
_LOANED: Final = frozenset(["material", "color", "property", "environmental", "health"])
_GERMAN_ADJECTIVE: Final = ("", "e", "er", "es", "en", "em")
_GERMAN_NOUN: Final = ("", "e", "en", "n", "s", "es", "er")
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_INTENSE: Final = (
    "knall",
    "leucht",
    "leuchtend",
    "matt",
    "alt",
    "tief",
    "zart",
    "schwarz",
    "weiß",
    "grau",
    "blau",
    "rot",
    "gelb",
    "neon",
)
_SHORT: Final = 4
_GENERIC: Final = frozenset(["filling", "fabric", "metal", "wood", "plastic", "natural fiber", "synthetic fiber"])
_ADJECTIVES: Final = (
    "beschichtet",
    "farben",
    "farbig",
    "haltig",
    "artig",
    "freundlich",
    "basiert",
    "schonend",
    "ähnlich",
    "geeignet",
)
_IMITATED: Final = ("kunst", "schein", "imitat", "fake", "vegan")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a phrase means: a kind, a concept of it, and a value where it has one (a unit, a number).

    `negated` says the opposite of the concept; `ambiguous` words mean it only where a label or their place says so; a `silent`
    concept is a claim only where it is denied.
    """

    kind: str
    concept: str
    value: Any = None
    negated: bool = False
    ambiguous: bool = False
    silent: bool = False
    capital: bool = False
    exact: str = ""


@dataclass(slots=True)
class Lexicon:
    """The trees of one language: what is claimed, what steers the reading, units, roles, and what ends a denial late."""

    content: Node = field(default_factory=dict)
    steering: Node = field(default_factory=dict)
    units: Node = field(default_factory=dict)
    roles: Node = field(default_factory=dict)
    late: Node = field(default_factory=dict)
    countries: Node = field(default_factory=dict)
    prefixes: dict[str, list[Entry]] = field(default_factory=dict)
    suffixes: dict[str, list[Entry]] = field(default_factory=dict)
    loose: dict[str, list[Entry]] = field(default_factory=dict)
    compounds: bool = False
    german: bool = False
    aside: frozenset[str] = frozenset()
    compound: Callable[[str], Sequence[Entry]] = field(default=lambda _: ())


def tokens(phrase: str) -> list[str]:
    """A phrase as the tokens that a tree has: folded, without what may stand between the parts of a word."""
    if _SIMPLE.fullmatch(phrase):
        return phrase.lower().replace("-", " ").split()
    words = words_of(phrase)
    return [
        word for n, word in enumerate(words) if (word not in ("-", "'") and (word != "." or not n)) or len(words) == 1
    ]


def add(tree: Node, words: Sequence[str], entry: Entry) -> None:
    """Put an entry at the end of its way through a tree."""
    if not words:
        return
    node = tree
    for word in words:
        node = node.setdefault(word, {})
    there: list[Entry] = node.setdefault(_ENTRIES, [])
    if entry not in there:
        there.append(entry)


def longest(
    tree: Node, words: Sequence[str], glued: Callable[[int], bool], first: int, most: int = 12
) -> tuple[int, list[Entry]] | None:
    """The longest phrase of a tree that begins at a token: (the token after it, its entries); None where there is none.

    A hyphen or apostrophe inside a word, and the point of an abbreviation, may be there or not.
    """
    node = tree.get(words[first])
    if node is None:
        return None
    best: tuple[int, list[Entry]] | None = None
    at, size, limit = first + 1, len(words), first + most
    if _ENTRIES in node:
        best = (at, node[_ENTRIES])
    while at < size and at < limit:
        word = words[at]
        following = node.get(word)
        if following is None and at + 1 < size and word in "-'." and glued(at) and (word == "." or glued(at + 1)):
            if word == "." and len(words[at - 1]) > 4:
                break
            at += 1
            following = node.get(words[at])
        if following is None:
            break
        node, at = following, at + 1
        if _ENTRIES in node:
            best = (at, node[_ENTRIES])
    return best


def plain_letters(text: str) -> str:
    """A text without accents."""
    return (
        text
        if text.isascii()
        else "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    )


def unaccented(phrase: str, language: str) -> str:
    """A phrase as it is written without umlauts and accents: Größe is Groesse, algodón algodon."""
    if language == "de":
        return phrase.translate(_UMLAUTS)
    return plain_letters(phrase)


def forms(phrase: str, language: str) -> Iterable[str]:
    """A phrase with the endings that it takes."""
    if language == "en":
        return _english(phrase)
    if language == "de":
        return _german(phrase)
    if language in ("fr", "es"):
        return _romance(phrase, _french if language == "fr" else _spanish)
    return (phrase,)


def _english(phrase: str) -> Iterable[str]:
    last = phrase.rpartition(" ")[2]
    if len(last) < 3 or not last.isalpha() or last.isupper() or last.endswith("s"):
        return (phrase,)
    if last.endswith(("x", "ch", "sh")):
        return (phrase, phrase + "es")
    if last.endswith("y") and last[-2] not in "aeiou":
        return (phrase, phrase[:-1] + "ies")
    return (phrase, phrase + "s")


def _german(phrase: str) -> Iterable[str]:
    last = phrase.rpartition(" ")[2].rpartition("-")[2]
    if len(last) < 3 or not last.isalpha() or last.isupper():
        return (phrase,)
    if last[0].islower():
        stem = phrase.removesuffix("e")
        return (phrase, *(stem + ending for ending in _GERMAN_ADJECTIVE))
    nouns = tuple(phrase + ending for ending in _GERMAN_NOUN)
    first, gap, rest = phrase.partition(" ")
    if not gap or not first[0].islower() or not (bent := re.fullmatch(r"(\w{4,})e[rsnm]?", first)):
        return nouns
    return (
        *nouns,
        *(f"{bent[1]}{ending} {rest}" for ending in ("e", "er", "es", "en", "em") if bent[1] + ending != first),
    )


def _romance(phrase: str, endings: Callable[[str], Sequence[str]]) -> Iterable[str]:
    words = phrase.split(" ")
    if len(words) == 1:
        return endings(phrase)
    first, *middle, last = words
    between = " ".join(["", *middle, ""])
    return tuple(f"{one}{between}{two}" for one, two in product(endings(first), endings(last)))


def _french(word: str) -> Sequence[str]:
    if len(word) < 3 or not word.isalpha() or word.isupper():
        return (word,)
    if word.endswith(("s", "x")):
        return (word, word + "e", word + "es")
    if word.endswith("e"):
        return (word, word + "s")
    if word.endswith("if"):
        return (word, word + "s", word[:-1] + "ve", word[:-1] + "ves")
    return (word, word + "s", word + "e", word + "es")


def _spanish(word: str) -> Sequence[str]:
    if len(word) < 3 or not word.isalpha() or word.isupper():
        return (word,)
    if word.endswith("o"):
        return (word, word[:-1] + "a", word + "s", word[:-1] + "as")
    if word.endswith(("a", "e", "é")):
        return (word, word + "s")
    if word.endswith(("s", "z")):
        return (word, word[:-1] + "ces") if word.endswith("z") else (word,)
    plain = word.replace("ó", "o").replace("á", "a").replace("é", "e") if word[-1] in "ns" else word
    return (word, word + "s", word + "es", plain + "es")


class _Builder:
    """Puts the files' words into the trees of one language, or of all."""

    def __init__(self, language: str | None) -> None:
        self.language = language
        self.lexicon = Lexicon(compounds=language in ("de", "en", None), german=language != "en")

    def spoken(self, words: Mapping[str, list[str]], kind: str) -> Iterator[tuple[str, str]]:
        """The words that count in the language, each with the language whose endings it takes."""
        for language, phrases in words.items():
            if language in (data.ANY, self.language) or self.language is None:
                yield from ((phrase, language) for phrase in phrases)
            elif language == "en" and kind in _LOANED:
                yield from ((phrase, "") for phrase in phrases if phrase[0] != "?" and len(phrase.lstrip("!")) > 4)

    def put(self, tree: Node, phrase: str, language: str, entry: Entry) -> None:
        """One word of a file, with its marks and its endings."""
        marks = phrase[: len(phrase) - len(phrase.lstrip("?!^="))]
        bare = phrase[len(marks) :]
        entry = replace(
            entry,
            negated=entry.negated or "!" in marks,
            ambiguous="?" in marks,
            capital="^" in marks,
            exact=bare if "=" in marks else "",
        )
        if bare.endswith("-"):
            if not bare.startswith("-"):
                self.lexicon.prefixes.setdefault(bare[:-1].lower(), []).append(entry)
        elif bare.startswith("-"):
            self.lexicon.suffixes.setdefault(bare[1:].lower(), []).append(entry)
        else:
            if (
                entry.kind == "material"
                and language == "de"
                and not marks
                and bare.isalpha()
                and bare[0].isupper()
                and len(bare) > 3
            ):
                self.lexicon.loose.setdefault(bare.lower(), []).append(entry)
            self.said(tree, bare, language, entry)
            if entry.kind == "property" and " " not in bare and "washable" not in entry.concept:
                for verb in _verbs(bare, language):
                    add(tree, tokens(verb), replace(entry, silent=True))

    def said(self, tree: Node, phrase: str, language: str, entry: Entry, *, bent: bool = True) -> None:
        """A phrase with its endings, also as it is written without accents."""
        spellings = [phrase]
        if len(phrase) > 3 and language in ("de", "fr", "es") and not phrase.isascii():
            spellings.append(unaccented(phrase, language))
        for spelling in spellings:
            for form in forms(spelling, language) if bent else (spelling,):
                add(tree, tokens(form), entry)
                if language in ("fr", "es") and spelling == phrase and len(form) > _SHORT and not form.isascii():
                    first, gap, rest = form.partition(" ")
                    add(tree, tokens(unaccented(first, language) + gap + rest), entry)

    def concepts(self, file: str) -> None:
        kind = _KINDS[file]
        for concept in data.concepts(file):
            entry = Entry(kind, concept.name, silent="~" in concept.marks or "*" in concept.marks or kind == "thing")
            if "*" in concept.marks:
                entry = replace(entry, value="substance")
            elif "#" in concept.marks:
                entry = replace(entry, value="part")
            elif file == "features":
                entry = replace(entry, value="feature")
            for phrase, language in self.spoken(concept.words, kind):
                self.put(self.lexicon.content, phrase, language, entry)

    def shades(self) -> None:
        """Light and dark shades of the colors that have them."""
        shades = list(data.concepts("shades"))
        for color in data.concepts("colors"):
            if "+" not in color.marks:
                continue
            for shade in shades:
                entry = Entry("color", f"{shade.name} {color.name}")
                for language in color.words:
                    if language in shade.words and (self.language in (None, language)):
                        for mark, word in product(shade.words[language], color.words[language]):
                            self._shade(mark, word.lstrip("?"), language, entry)

    def _shade(self, mark: str, word: str, language: str, entry: Entry) -> None:
        gap = "" if language in ("de", "zh") else " "
        said = word + gap + mark[1:] if mark.startswith("-") else mark[:-1] + gap + word
        for form in forms(said, language):
            add(self.lexicon.content, tokens(form), entry)

    def numbers(self) -> None:
        for concept in data.concepts("numbers"):
            value = FRACTIONS.get(concept.name) or _fraction(concept.name)
            for phrase, _ in self.spoken(concept.words, "number"):
                bare = phrase.lstrip("?")
                entry = Entry("number", concept.name, value, ambiguous=phrase != bare)
                add(self.lexicon.content, tokens(bare), entry)
        for language in [self.language] if self.language else LANGUAGES:
            for word, count in spelled(language).items():
                entry = Entry("number", str(count), float(count))
                add(self.lexicon.content, tokens(word), entry)
                if language == "de":
                    self.lexicon.prefixes.setdefault(word, []).append(entry)
                    add(self.lexicon.content, [f"{word}einhalb"], Entry("number", f"{count}.5", count + 0.5))

    def certifications(self) -> None:
        for line in data.lines("certifications"):
            name, spellings = line.split("|")[:2]
            for spelling in [name, *spellings.split(",")]:
                ambiguous = spelling.strip().startswith("?") or (spelling == name and f"?{name.strip()}" in spellings)
                bare = spelling.strip().lstrip("?")
                if spelling is name and not _acronym(bare):
                    continue
                entry = Entry("certification", name.strip(), ambiguous=ambiguous, exact=bare if len(bare) <= 4 else "")
                add(self.lexicon.content, tokens(bare), entry)

    def phrases(self) -> None:
        for line in data.lines("phrases"):
            kind, *parts = (part.strip() for part in line.split("|"))
            for phrase, _ in self.spoken(data.by_language(parts), kind):
                add(self.lexicon.content, tokens(phrase), Entry(kind, phrase.lower()))

    def traps(self) -> None:
        for line in data.lines("traps"):
            for phrase, _ in self.spoken(data.by_language([line]), "trap"):
                add(self.lexicon.content, tokens(phrase), Entry("trap", phrase))

    def steering(self) -> None:
        for file, prefix in (("negations", "not "), ("contexts", "context "), ("other", ""), ("sizes", "size ")):
            for concept in data.concepts(file):
                kind = prefix + concept.name
                tree = self.lexicon.late if kind == "not late" else self.lexicon.steering
                for phrase, language in self.spoken(concept.words, kind):
                    self.said(tree, phrase, language, Entry(kind, concept.name), bent=False)
        for line in data.lines("certified"):
            for phrase, language in self.spoken(data.by_language([line]), "certified"):
                side = phrase[0] if phrase[0] in "<>" else ""
                self.said(self.lexicon.steering, phrase.lstrip("<>"), language, Entry("certified", side))

    def measures(self) -> None:
        for line in data.lines("units"):
            name, _, _, *parts = (part.strip() for part in line.split("|"))
            unit = units()[name]
            for phrase, language in self.spoken(data.by_language(parts), "unit"):
                self.put(
                    self.lexicon.units, phrase, "" if language == data.ANY else language, Entry("unit", name, unit)
                )
        for line in data.lines("roles"):
            name, dimension, *parts = (part.strip() for part in line.split("|"))
            for phrase, language in self.spoken(data.by_language(parts), "role"):
                self.put(self.lexicon.roles, phrase, language, Entry("role", name, dimension))

    def places(self) -> None:
        for concept in data.concepts("origins"):
            if concept.name in ("before", "after"):
                for phrase, language in self.spoken(concept.words, "origin"):
                    entry = Entry(f"origin {concept.name}", "", language)
                    self.said(self.lexicon.steering, phrase.lstrip("-"), language, entry, bent=False)
                continue
            for phrase, language in self.spoken(concept.words, "country"):
                self.said(self.lexicon.countries, phrase, language, Entry("country", concept.name))
        for concept in data.concepts("regions"):
            for phrase, language in self.spoken(concept.words, "country"):
                entry = Entry("country", concept.name, "land")
                self.said(self.lexicon.countries, phrase, language, entry, bent=False)
        for language in {self.language or "de", "en"} if self.language else LANGUAGES:
            for code, name in Locale.parse(language).territories.items():
                if len(code) == 2:
                    self.said(self.lexicon.countries, name, language, Entry("country", code, "land"), bent=False)


def _verbs(word: str, language: str) -> Iterable[str]:
    """What can be done with a thing that an adjective says so of: faltbar, falten; pliable, plier, se plie."""
    if language == "de" and len(word) > 6 and word.endswith("bar") and word.islower():
        stem = word[:-3]
        return (stem + ("n" if stem.endswith(("el", "er")) else "en"),)
    if language == "fr" and len(word) > 6 and word.endswith("able"):
        stem = word[:-4]
        own = "s'" if stem[0] in "aeiouéèh" else "se "
        return (stem + "er", f"{own}{stem}e", f"{own}{stem}ent")
    return ()


def _fraction(text: str) -> float:
    over, _, under = text.partition("/")
    return float(over) / float(under or 1)


def _acronym(text: str) -> bool:
    return (len(text) > 1 and (text[1].isupper() or " " in text or "-" in text)) or len(text) > 6


@cache
def lexicon(language: str | None) -> Lexicon:
    """The trees of a language of `LANGUAGES`; for None, and for any other language, those of all together."""
    builder = _Builder(language if language in LANGUAGES else None)
    for file in _KINDS:
        builder.concepts(file)
    builder.shades()
    builder.numbers()
    builder.certifications()
    builder.phrases()
    builder.traps()
    builder.steering()
    builder.measures()
    builder.places()
    built = builder.lexicon
    built.aside = _aside()
    if built.compounds:
        built.compound = lru_cache(maxsize=50_000)(lambda word: _compound(built, word))
    return built


UNION: Final = frozenset(
    ["AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT",
     "RO", "SE", "SI", "SK"]
)  # fmt: skip
"""The codes of the countries of the European Union."""


@cache
def regions() -> Mapping[str, str]:
    """The code of the country that each region lies in."""
    return {concept.name: concept.parents[0] for concept in data.concepts("regions")}


@cache
def territories() -> frozenset[str]:
    """The codes of the countries."""
    codes = [str(code) for code in Locale.parse("en").territories]
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha())


@cache
def properties_of() -> Mapping[str, str]:
    """The property that follows from a certificate: GOTS is organic."""
    rows = [[part.strip() for part in line.split("|")] for line in data.lines("certifications")]
    return {row[0]: row[2] for row in rows if len(row) > 2}


@cache
def _aside() -> frozenset[str]:
    """How German compounds end that are no product of the material they begin with (Lederpflege)."""
    contexts = next(concept for concept in data.concepts("contexts") if concept.name == "after")
    endings = [word.lower() for word in contexts.words["de"]]
    return frozenset(
        [*endings, "medaille", "weg", "fäller", "frei", "los", "farben", "farbig", "ton", "töne", "grube", "industrie"]
    )


@cache
def parents() -> Mapping[str, frozenset[str]]:
    """Each concept with all that it is a kind of, itself included; «imitation leather» is no kind of leather."""
    direct: dict[str, set[str]] = {}
    for file in _KINDS:
        for concept in data.concepts(file):
            direct.setdefault(concept.name, set()).update(concept.parents)
    for shade, color in product(data.concepts("shades"), data.concepts("colors")):
        if "+" in color.marks:
            direct.setdefault(f"{shade.name} {color.name}", set()).add(color.name)
    found: dict[str, frozenset[str]] = {}

    def above(name: str) -> frozenset[str]:
        if name not in found:
            found[name] = frozenset([name])
            found[name] = frozenset([name]).union(*(above(parent) for parent in direct.get(name, ())))
        return found[name]

    return {name: above(name) for name in direct}


def _compound(built: Lexicon, word: str) -> Sequence[Entry]:
    """What the parts of a German compound claim: Baumwollhemd is of cotton, Rindsleder leather, bleifrei free of lead."""
    if len(word) < 6 or not word.isalpha():
        return ()
    if not built.german:
        return _denied(built, word[:-4]) if word.endswith("less") else ()
    if contained := re.fullmatch(r"(\w{3,})haltig(?:e[rsnm]?)?", word):
        return [replace(one, negated=False) for one in _denied(built, contained[1])]
    for ending in ("frei", "los"):
        stem = re.sub(rf"{ending}(?:e[rsnm]?)?$", "", word)
        if stem != word and len(stem) > 2:
            return _denied(built, stem)
    stem = re.sub(r"haltig(?:e[rsnm]?)?$", "", word)
    if stem != word and len(stem) > 2:
        return [replace(one, negated=False) for one in _denied(built, stem)]
    for split in range(len(word) - 3, 2, -1):
        rest = word[split:]
        entries = built.prefixes.get(word[:split])
        if (
            entries
            and rest.strip("s") not in built.aside
            and rest not in built.aside
            and not rest.endswith(_ADJECTIVES)
        ):
            number = next((entry for entry in entries if entry.kind == "number"), None)
            if number is None:
                node = built.content.get(rest)
                heads = node.get(_ENTRIES, ()) if node else ()
                fabrics = [one for one in heads if one.kind == "material" and one.concept not in _GENERIC]
                return [*entries, *fabrics]
            counted = _counted(built, rest)
            if counted:
                return [number, counted]
    if fabric := _of_material(built, word):
        return fabric
    for split in range(3, len(word) - 2):
        rest = word[split:]
        if entries := built.suffixes.get(rest):
            things = [one for one in entries if one.kind != "thing"]
            return [] if word[:split].rstrip("s") in _IMITATED else things
    return _tinted(built, word)


def _of_material(built: Lexicon, word: str) -> Sequence[Entry]:
    """A thing or part behind any material: Pelzkragen, Ahorngriff, Walnussplatte."""
    for split in range(len(word) - 3, 3, -1):
        first = word[:split]
        entries = (
            built.loose.get(first)
            or built.loose.get(first.removesuffix("n"))
            or built.loose.get(first.removesuffix("en"))
        )
        if entries:
            node = built.content.get(word[split:])
            if node and any(one.kind == "thing" and one.value == "part" for one in node.get(_ENTRIES, ())):
                return entries
    return ()


def _counted(built: Lexicon, rest: str) -> Entry | None:
    """The thing that a number counts inside a word: dreiteilig, Sechserpack."""
    for end in ("", "e", "er", "es", "en", "em", "s", "n"):
        stem = rest.removesuffix(end) if end else rest
        for known in built.suffixes.get(stem, ()):
            if known.kind == "thing":
                return known
    return None


def _denied(built: Lexicon, stem: str) -> Sequence[Entry]:
    for form in (stem, stem + "e", _rounded(stem) + "e", stem.removesuffix("n"), stem.removesuffix("s"), stem + "en"):
        node = built.content.get(form)
        if node and _ENTRIES in node:
            return [
                replace(one, negated=True) for one in node[_ENTRIES] if one.kind in ("property", "material", "thing")
            ]
    return ()


def _rounded(stem: str) -> str:
    """A stem with its last vowel as in the plural: Nuss, Nüsse."""
    at = max(stem.rfind(vowel) for vowel in "aou")
    return stem if at < 0 else stem[:at] + {"a": "ä", "o": "ö", "u": "ü"}[stem[at]] + stem[at + 1 :]


def _tinted(built: Lexicon, word: str) -> Sequence[Entry]:
    for mark in _INTENSE:
        if word.startswith(mark):
            node = built.content.get(word[len(mark) :])
            if node and _ENTRIES in node:
                return [one for one in node[_ENTRIES] if one.kind == "color" and not one.ambiguous]
    return ()
