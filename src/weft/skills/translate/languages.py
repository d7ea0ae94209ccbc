"""Languages: which are meant, which a text is in, and what they are called."""

import difflib
import functools
from collections.abc import Mapping, Sequence
from typing import Final

from babel import Locale, UnknownLocaleError

from weft import claims
from weft.errors import InputError
from weft.skills.translate import Translate, language
from weft.skills.translate.drafts import taken_apart
from weft.skills.translate.products import Item
from weft.store import languages
from weft.store.preferences import Languages

_HOW: Final = "write it as de, pt-BR or zh-Hant"
_NO_LANGUAGE: Final = ("und", "mul", "zxx", "mis", "root")
_TRADITIONAL: Final = ("Hant", "TW", "HK", "MO")
_MOST_LINES: Final = 40
_FEWEST_WORDS: Final = 3
_SURE: Final = 0.8
_SURE_OF_FEW: Final = 0.95
_FEW_WORDS: Final = 5
_SURE_OF_TWO: Final = 0.6
_MOST_READ: Final = 4_000
FALLBACK: Final = "en"


def known(text: str) -> str:
    """A language's tag in its usual spelling, from a tag or a name (`German`, `Deutsch`); raises InputError with what is near."""
    said = text.strip()
    named = _codes().get(said.lower())
    try:
        tag = named or languages.tag(said)
    except InputError:
        tag = ""
    if languages.base(tag) in _names():
        return tag
    if (named := _called().get(said.lower())) is not None:
        return named
    near = difflib.get_close_matches(said.lower(), _codes(), n=2, cutoff=0.75)
    meant = f" Did you mean {' or '.join(f'{_codes()[one]} ({name(_codes()[one])})' for one in near)}?" if near else ""
    raise InputError(f"There is no language {text[:40]!r}; {_HOW}.{meant}")


@functools.cache
def _names() -> Mapping[str, str]:
    """English names by code."""
    names = {str(code): str(name) for code, name in Locale("en").languages.items()}
    return {code: name for code, name in names.items() if "_" not in code and code not in _NO_LANGUAGE}


@functools.cache
def _codes() -> Mapping[str, str]:
    """Codes by English name in lower case."""
    return {name.lower(): code for code, name in _names().items()}


@functools.cache
def _called() -> Mapping[str, str]:
    """Codes by what the languages that are spoken most call them, in lower case: `deutsch`, `allemand`."""
    found: dict[str, str] = {}
    for tongue in language.COMMON:
        named = {str(code): str(said).lower() for code, said in Locale(tongue).languages.items()}
        # A language knows best what it is called itself.
        found |= {said: code for code, said in named.items() if code == tongue}
        for code, said in named.items():
            if code in _names():
                found.setdefault(said, code)
    return found


def name(tag: str) -> str:
    """The English name of a language with its variety, as in "German (Austria)"."""
    try:
        return str(Locale.parse(tag, sep="-").get_display_name("en") or tag)
    except (UnknownLocaleError, ValueError):
        return _names().get(languages.base(tag), tag)


def plain_name(tag: str) -> str:
    """The English name of a language without its variety, as translators' options have it; Chinese by its script."""
    base = languages.base(tag)
    if base == "zh" and any(part in _TRADITIONAL for part in tag.split("-")[1:]):
        return "Traditional Chinese"
    return _names().get(base, tag)


def same(one: str, other: str) -> bool:
    """Tell whether two tags are of one language, be it in varieties; two scripts of Chinese are two languages."""
    return plain_name(one) == plain_name(other)


@functools.cache
def plural(tag: str, count: float) -> str | None:
    """The plural form that a count takes in a language, as CLDR calls it; None where nobody knows."""
    try:
        return str(Locale.parse(tag, sep="-").plural_form(count))
    except (UnknownLocaleError, ValueError):
        return None


def targets(asked: Translate, spoken: Languages) -> list[str]:
    """The languages to translate into; raises InputError where none is said and none is set."""
    given = asked.into or spoken.others
    if not given:
        raise InputError(
            "Say into which languages, as in --into de --into fr, or set those of the business once: "
            "weft settings set languages others=de,fr"
        )
    return list(dict.fromkeys(known(one) for one in given))


class Reader:
    """Tells languages of texts among those that a business and a request speak of."""

    def __init__(self, asked: Translate, spoken: Languages, into: Sequence[str]) -> None:
        self.said = known(asked.source) if asked.source else None
        self.main = spoken.main
        own = {languages.base(one) for one in (spoken.main, *spoken.others, *into) if one}
        # Where nobody knows the main language there may be texts in any.
        self._among = sorted(own) if spoken.main and len(own) > 1 else None

    def of_all(self, items: Sequence[Item]) -> str:
        """The language that texts are in as a whole, where it can be told; else the business's main one."""
        if self.said:
            return self.said
        words = "\n".join(map(_words, items))[:_MOST_READ]
        told = claims.language_of(words, self._among) or self._likely(words, _SURE)
        if told and self.main and not same(told, self.main) and self._mixed(words, told):
            return self.main
        return self._variety(told) if told else self.main or FALLBACK

    def of_one(self, item: Item, whole: str) -> str:
        """The language of one text of a whole that is mostly in `whole`: a few words tell none of their own."""
        if self.said:
            return self.said
        words = _words(item)
        if len(words.split()) < _FEWEST_WORDS and words.isascii():
            return self._of_few(words, whole)
        few = len(words.split()) <= _FEW_WORDS and words.isascii()
        told = None if few else claims.language_of(words, self._among)
        told = told or self._likely(words, _SURE_OF_FEW if few else _SURE)
        if told and not same(told, whole) and self._mixed(words, told):
            return whole
        return self._variety(told) if told and not same(told, whole) else whole

    def _mixed(self, words: str, told: str) -> bool:
        """Whether some line of a text is clearly in another language than the one that it is said to be in: none of it is then."""
        lines = [line for line in words.split("\n") if len(line.split()) >= _FEWEST_WORDS][:_MOST_LINES]
        spoken = (claims.language_of(line, self._among) for line in lines)
        return len(lines) > 1 and any(one is not None and not same(one, told) for one in spoken)

    def _of_few(self, words: str, whole: str) -> str:
        """The language of a few words: the whole's, unless that is not the business's, and they look like the business's."""
        if not self.main or same(self.main, whole):
            return whole
        return self._variety(self._likely(words, _SURE_OF_TWO, [languages.base(self.main), whole]) or whole)

    def _likely(self, words: str, sure: float, among: Sequence[str] | None = None) -> str | None:
        """The likeliest language among those that are spoken here, where it is as likely as that; None where nobody knows those."""
        likely = language.likely(words, among or self._among or ())
        best = max(likely, key=lambda one: likely[one], default=None)
        return best if best is not None and likely[best] >= sure else None

    def _variety(self, told: str) -> str:
        return self.main if self.main and same(self.main, told) else told


def _words(item: Item) -> str:
    """The words of a text without its tags and placeholders, as many as are needed to tell a language."""
    if not any(sign in item.text for sign in "<{&"):
        return item.text[:_MOST_READ]
    try:
        segments = taken_apart(item).segments
    except InputError:
        return item.text[:_MOST_READ]
    return "\n".join(segment.plain for segment in segments)[:_MOST_READ]
