"""The words of a question and what they do in it, by language: phrases are found by their tokens, the longest first."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Final

from weft.skills.analyze.words import chinese, english, german
from weft.skills.analyze.words.times import Language

_TOKEN: Final = re.compile(r"[\u3400-\u9fff]|'s\b|(?:[^\W_\u3400-\u9fff]|_)+|\S")
_ENDINGS: Final = ("e", "en", "er", "es", "em", "")
LONGEST: Final = 12


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a Chinese character or a sign, and where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sign:
    """What a phrase does: `kind` such as metric, dimension or by, and of what (`name`)."""

    kind: str
    name: str = ""


def tokens(text: str) -> list[Token]:
    """The tokens of a lower-case text."""
    return [Token(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]


def key(parts: Sequence[Token] | Sequence[str]) -> str:
    """Tokens as one text: words joined by blanks, Chinese characters by nothing."""
    said = ""
    for part in parts:
        word = part if isinstance(part, str) else part.text
        joined = not said or _han(said[-1]) or _han(word[0]) or word == "'s"
        said += word if joined else f" {word}"
    return said


def _han(sign: str) -> bool:
    return "\u3400" <= sign <= "\u9fff"


class Lexicon:
    """One language's phrases."""

    def __init__(self, tables: Mapping[str, str]) -> None:
        self.phrases: dict[str, tuple[Sign, ...]] = {}
        for meaning, phrases in tables.items():
            signs = tuple(_sign(one) for one in meaning.split("+"))
            for phrase in phrases.split(";"):
                for form in _forms(" ".join(phrase.split())):
                    self.phrases.setdefault(key(tokens(form)), signs)
        self.longest = min(LONGEST, max(len(tokens(phrase)) for phrase in self.phrases))

    def at(self, words: Sequence[Token], place: int) -> tuple[int, tuple[Sign, ...]] | None:
        """The longest phrase that begins at a token: the token behind it, and what it does."""
        for end in range(min(len(words), place + self.longest), place, -1):
            signs = self.phrases.get(key(words[place:end]))
            if signs is not None:
                return end, signs
        return None

    def content(self) -> Iterable[str]:
        """The single words that name something to be counted or divided by, which may be misspelled."""
        return (
            phrase
            for phrase, signs in self.phrases.items()
            if len(phrase) > 4 and " " not in phrase and any(one.kind in ("metric", "dim", "dims") for one in signs)
        )


def _sign(text: str) -> Sign:
    kind, _, name = text.strip().partition(":")
    return Sign(kind, name)


def _forms(phrase: str) -> list[str]:
    """A phrase with the endings of an adjective where it has a `~`."""
    if "~" not in phrase:
        return [phrase] if phrase else []
    first, _, rest = phrase.partition("~")
    return [form for ending in _ENDINGS for form in _forms(first + ending + rest)]


_MODULES: Final[dict[Language, ModuleType]] = {"en": english, "de": german, "zh": chinese}


@cache
def lexicon(language: Language) -> Lexicon:
    """The lexicon of a language."""
    return Lexicon(_MODULES[language].PHRASES)
