"""What is left of a title beside the noun, for another language: its names, which stay, what it is made of, and words that are neither."""

import functools
import re
from dataclasses import dataclass
from typing import Final

from weft.skills.write.lexicon import Word, folded, materials, ordinary

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_TAG: Final = re.compile(r"<[^<>]*>")
_LONGEST: Final = 4
# How words end that are made of others, which names seldom are.
_MADE: Final = {
    "en": re.compile(r"\w{3,}(?:ed|ing|less|able|ible|proof|free|resistant|ful|ness|tion)", re.IGNORECASE),
    "de": re.compile(r"\w{3,}(?:lich|isch|bar|los|frei|fest|ung|heit|keit)(?:e[rsnm]?)?", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Named:
    """A title's names, the materials in it, and its words that are neither, which nobody here can say in another language."""

    names: str
    materials: tuple[Word, ...] = ()
    unknown: tuple[str, ...] = ()


def named(title: str, language: str, text: str = "") -> Named:
    """What a title says beside its noun; a word that the product's `text` has in lower case is an ordinary one too."""
    words = title.split()
    made: list[Word] = []
    kept: list[str] = []
    at = 0
    while at < len(words):
        for width in range(min(_LONGEST, len(words) - at), 0, -1):
            material = materials().get(folded(" ".join(words[at : at + width]).strip(",")))
            if material is not None:
                made.append(material)
                break
        else:
            width = 1
            kept.append(words[at])
        at += width
    said = _written(text) if kept else frozenset[str]()
    shouted = title.upper() == title or title.lower() == title
    unknown = [word for word in kept if _ordinary(word, language, said, shouted)]
    return Named(" ".join(kept), tuple(dict.fromkeys(made)), tuple(dict.fromkeys(unknown)))


def _ordinary(word: str, language: str, said: frozenset[str], shouted: bool) -> bool:
    """Whether a word is none of a name: `2-Person` is two, of which one is."""
    parts = _WORD.findall(word)
    if any(part.casefold() in ordinary(language) or part.casefold() in said for part in parts):
        return True
    made = _MADE.get(language)
    if made is not None and any(made.fullmatch(part) for part in parts):
        return True
    # A measure's unit stands in lower case too.
    return not shouted and any(part.islower() and len(part) > 2 for part in parts if part == word)


@functools.lru_cache(64)
def _written(text: str) -> frozenset[str]:
    """The words that a text, plain or HTML, has in lower case."""
    return frozenset(word for word in _WORD.findall(_TAG.sub(" ", text)) if word.islower() and len(word) > 2)
