"""The values that a business's own dimensions have, found by what questions call them: names, adjectives, codes, parts of titles."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from typing import Final

from babel import Locale
from babel.numbers import get_currency_name, get_currency_symbol
from rapidfuzz import fuzz

from weft.numbers.query import Dimension
from weft.skills.analyze.words import chinese, english, german
from weft.skills.analyze.words.lexicon import key, tokens
from weft.skills.analyze.words.times import Language

OPEN: Final[tuple[Dimension, ...]] = ("product", "promotion", "customer", "variant")
"""Dimensions that may have any number of values, so that they are looked up by words of the question."""
CLOSED: Final[tuple[Dimension, ...]] = ("country", "category", "brand", "channel", "segment", "location", "currency")
"""Dimensions of few values, which are all known before the question is read."""
_FIRST: Final[tuple[Dimension, ...]] = (
    *("country", "channel", "category", "brand", "segment", "promotion", "location", "currency", "product", "variant"),
    "customer",
)
_PARTS: Final = re.compile(r"\s+(?:&|and|und|和|、)\s+")
_LEVEL: Final = re.compile(r"\s+>\s+")
_HYPHEN: Final = re.compile(r"(?<=[^\W\d_])[-_](?=\w)|(?<=\w)[-_](?=[^\W\d_])")
_SIMILAR: Final = 88
_LANGUAGES: Final[tuple[Language, ...]] = ("en", "de", "zh")
# The days of a week as weft.numbers keys them, and how questions call them.
_WEEKDAYS: Final = (
    "monday; mondays; on mondays; montag; montags; montagen; 周一; 星期一; 每周一; 每星期一; 逢周一; 每个周一",
    "tuesday; tuesdays; on tuesdays; dienstag; dienstags; dienstagen; 周二; 星期二; 每周二; 每星期二; 逢周二; 每个周二",
    "wednesday; wednesdays; on wednesdays; mittwoch; mittwochs; mittwochen; 周三; 星期三; 每周三; 每星期三; 逢周三; 每个周三",
    "thursday; thursdays; on thursdays; donnerstag; donnerstags; donnerstagen; 周四; 星期四; 每周四; 每星期四; 逢周四; 每个周四",
    "friday; fridays; on fridays; freitag; freitags; freitagen; 周五; 星期五; 每周五; 每星期五; 逢周五; 每个周五",
    "saturday; saturdays; on saturdays; samstag; samstags; sonnabend; samstagen; 周六; 星期六; 每周六; 每星期六; 逢周六; 每个周六",
    "sunday; sundays; on sundays; sonntag; sonntags; sonntagen; 周日; 星期日; 星期天; 每周日; 每星期日; 每星期天; 逢周日; 每个周日",
)
_CHANNELS: Final = {
    "web": "online; online shop; online store; web shop; webshop; onlineshop; internet; 网店; 线上; 网上",
    "pos": "store; in store; shop floor; retail store; physical store; ladengeschäft; filiale; vor ort; stationär; 门店; 线下; 实体店",
}


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a dimension: as queries name it, and as people call it."""

    dimension: Dimension
    id: str
    title: str


Lookup = Callable[[Dimension, str], Iterable[Value]]


def _nothing(dimension: Dimension, word: str) -> tuple[Value, ...]:
    del dimension, word
    return ()


@dataclass(slots=True)
class Known:
    """What a business knows as of a day: values of its dimensions, the days with sales, the metrics it has nothing for.

    `look_up` finds values of the dimensions in OPEN that have a word in what they are called.
    """

    today: date
    values: Mapping[Dimension, Sequence[Value]] = field(default_factory=dict)
    span: tuple[date, date] | None = None
    look_up: Lookup = field(default=_nothing)
    lacking: frozenset[str] = frozenset()
    currency: str | None = None
    """The currency in which figures are answered: to say it again changes nothing."""
    empty: frozenset[str] = frozenset()
    """Dimensions of OPEN that have no values at all."""

    def has(self, dimension: Dimension) -> bool:
        """Whether there is anything to divide by."""
        return bool(self.values.get(dimension)) if dimension in CLOSED else dimension not in self.empty


def lowered(text: str, hyphens: bool = False) -> str:
    """A text in lower case, sign by sign, hyphens between words as blanks unless kept: places in it are places in the text."""
    low = "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in text)
    low = low.replace("’", "'").replace("`", "'")
    return low if hyphens else _HYPHEN.sub(" ", low)


@lru_cache(maxsize=50_000)
def called(text: str) -> str:
    """A name in the form in which phrases are compared."""
    return key(tokens(lowered(text)))


class Names:
    """Phrases of a question that name values of this business, or countries of which it knows nothing.

    `words` are those of the question that may be of a value of the dimensions in OPEN, `named` the dimensions that it speaks of.
    """

    def __init__(self, known: Known, words: Iterable[str] = (), named: Iterable[Dimension] = ()) -> None:
        self.known = known
        self._found: dict[str, list[Value]] = defaultdict(list)
        self.longest = 1
        for dimension, values in known.values.items():
            for value in values:
                for name in _names_of(dimension, value):
                    self._add(name, value)
        for day, names in enumerate(_WEEKDAYS, 1):
            for name in names.split("; "):
                self._add(name, Value("weekday", str(day), names.partition(";")[0].capitalize()))
        self.candidates: list[Value] = []
        for word in words:
            self.candidates.extend(_first_found(known, word, named))
        for value in self.candidates:
            self._add(value.title, value)
            self._add(value.id, value)

    def _add(self, name: str, value: Value) -> None:
        phrase = called(name)
        if phrase and value not in self._found[phrase]:
            self._found[phrase].append(value)
            self.longest = max(self.longest, len(tokens(phrase)))

    def coded(self, code: str) -> list[Value] | None:
        """The countries that have a code, none where nothing is known of it; None where it is no country's code."""
        if code not in _names():
            return None
        return [value for value in self.known.values.get("country", ()) if territory_of(value.id) == code]

    def absent(self, phrase: str) -> bool:
        """Whether a phrase names a country of which this business knows nothing."""
        return phrase in _territories() and phrase not in self._found

    def exact(self, phrase: str) -> list[Value]:
        """The values that are called so."""
        return list(self._found.get(phrase, ()))

    def near(self, phrase: str) -> list[Value]:
        """The values whose name is this phrase but for a slip, if all of these are called alike."""
        if len(phrase) < 5:
            return []
        scored = sorted(
            ((fuzz.ratio(phrase, name), name) for name in self._found if abs(len(name) - len(phrase)) <= 3),
            reverse=True,
        )
        if not scored or scored[0][0] < _SIMILAR or (len(scored) > 1 and scored[1][0] == scored[0][0]):
            return []
        return list(self._found[scored[0][1]])

    def parts(self, phrase: str, most: int) -> list[Value]:
        """The products in whose titles the words of a phrase stand in a row, singular for plural and plural for singular."""
        wanted = [_stem(word) for word in phrase.split()]
        if not wanted or not any(len(word) > 2 for word in wanted):
            return []
        found = []
        for value in dict.fromkeys(self.candidates):
            if value.dimension != "product":
                continue
            words = [_stem(word) for word in called(value.title).split()]
            if any(words[at : at + len(wanted)] == wanted for at in range(len(words) - len(wanted) + 1)):
                found.append(value)
        return found if len(found) <= most else []


def _first_found(known: Known, word: str, named: Iterable[Dimension]) -> list[Value]:
    """The values with a word in what they are called, of the first dimension that has such.

    Words without a digit are those of products, or of the dimensions that are named in the question.
    """
    for dimension in OPEN:
        possible = dimension == "product" or dimension in named or not word.isalpha()
        found = [*known.look_up(dimension, word)] if possible and dimension not in known.empty else []
        if found:
            return found
    return []


def first_of(values: Sequence[Value], hinted: Dimension | None) -> list[Value]:
    """The values of the dimension that was named beside them, else of the one that such a name most likely is of."""
    for dimension in (hinted,) if hinted else (*_FIRST, "weekday"):
        of_it = [value for value in values if value.dimension == dimension]
        if of_it:
            return of_it
    return []


def _stem(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _names_of(dimension: Dimension, value: Value) -> set[str]:
    names = {value.title, value.id}
    if dimension == "country":
        code = territory_of(value.id)
        # A code of two letters may be a word: «it», «no», «at».
        names = {value.title, *(_names().get(code, ()) if code else ())} - {value.id if len(value.id) == 2 else ""}
        return {name for name in names if len(name) > 2 or not name.isascii() or name.upper() in ("UK", "US")}
    if dimension == "category":
        levels = [level for text in (value.title, value.id) for level in _LEVEL.split(text)]
        levels += [part for level in levels for part in _PARTS.split(level) if part != level]
        names |= {*levels, *(_singular(level) for level in levels)}
    if dimension == "channel":
        names |= {name for name in _CHANNELS.get(value.id.lower(), "").split("; ") if name}
    return names


def _singular(name: str) -> str:
    head, _, last = name.rpartition(" ")
    return f"{head} {_stem(last.lower())}".strip()


@cache
def _locales() -> tuple[Locale, ...]:
    return tuple(Locale.parse(language) for language in _LANGUAGES)


def _forms(names: str) -> list[str]:
    listed = []
    for name in names.split(";"):
        name = name.strip()
        listed += [name[:-1] + ending for ending in ("e", "en", "er", "es", "em", "")] if name.endswith("~") else [name]
    return listed


@cache
def money_called(currency: str) -> frozenset[str]:
    """What a currency is called in three languages: its code, its sign, its names."""
    found = {currency}
    for locale in _locales():
        plural = (get_currency_name(currency, count, locale) for count in (None, 1, 2))
        found |= {*plural, get_currency_symbol(currency, locale)}
    short = {name.split()[-1] for name in found if " " in name}
    return frozenset(called(name) for name in found | short if name)


@cache
def _names() -> Mapping[str, frozenset[str]]:
    """What territories are called in three languages, by their codes."""
    found: dict[str, set[str]] = defaultdict(set)
    for locale in _locales():
        for code, name in locale.territories.items():
            if len(code) == 2 and code.isalpha():
                found[code].add(name)
    for module in (english, german, chinese):
        for code, names in module.COUNTRIES.items():
            found[code].update(_forms(names))
    return {code: frozenset(names) for code, names in found.items()}


@cache
def _territories() -> Mapping[str, str]:
    """The codes of territories by what they are called."""
    return {called(name): code for code, names in _names().items() for name in names}


@cache
def territory_of(name: str) -> str | None:
    """The code of the territory that a business calls so: `EIRE`, `DE`, `Deutschland`."""
    if len(name) == 2 and name.upper() in _names():
        return name.upper()
    return _territories().get(called(name))
