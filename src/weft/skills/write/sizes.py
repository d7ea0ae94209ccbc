"""Sizes: which of them are letters, in which order they stand, and where none is missing between two."""

import re
from collections.abc import Sequence
from typing import Final

from weft.skills.write.lexicon import folded

_ORDERED: Final = ("xxxs", "xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl", "4xl", "5xl")
_LONGEST_CODE: Final = 3
_LETTERS: Final = {
    "x-small": "xs", "x small": "xs", "extra small": "xs", "xsmall": "xs", "small": "s", "medium": "m", "large": "l",
    "x-large": "xl", "x large": "xl", "extra large": "xl", "xlarge": "xl", "xx-large": "xxl", "xx large": "xxl", "2xl": "xxl", "3xl": "xxxl",
}  # fmt: skip


def letters(sizes: Sequence[str]) -> list[str]:
    """Sizes as letters, where all of them are."""
    found = [_LETTERS.get(folded(size), folded(size)) for size in sizes]
    return [one.upper() for one in found] if found and all(one in _ORDERED for one in found) else []


def spanned(sizes: Sequence[str]) -> tuple[str, str] | None:
    """The first and the last of sizes between which none is missing."""
    found = [one.lower() for one in letters(sizes)]
    if len(found) >= 3:
        places = sorted(_ORDERED.index(one) for one in found)
        if places == list(range(places[0], places[-1] + 1)):
            by_place = {_ORDERED.index(one): said for one, said in zip(found, sizes, strict=True)}
            return by_place[places[0]], by_place[places[-1]]
    return None


def ordered(sizes: Sequence[str]) -> list[str]:
    """Sizes from small to large, where they can be compared; else as they come."""
    found = letters(sizes)
    if found:
        return [size for _, size in sorted(zip((_ORDERED.index(one.lower()) for one in found), sizes, strict=True))]
    try:
        return sorted(sizes, key=lambda size: float(size.replace(",", ".")))
    except ValueError:
        return list(sizes)


def shown(sizes: Sequence[str]) -> list[str]:
    """Sizes written alike: letters in capitals, and words as letters where others are letters; words in no capitals."""
    lettered = any(_code(size) for size in sizes)
    return [_one(size, lettered) for size in sizes]


def _one(size: str, lettered: bool) -> str:
    code = _code(size) or (lettered and _LETTERS.get(folded(size), "").upper())
    return code or (size.lower() if size.isupper() and len(size) > _LONGEST_CODE and size.isalpha() else size)


def _code(size: str) -> str:
    """A size of letters alone, or with a number before them, in capitals; nothing for any other."""
    return size.upper() if re.fullmatch(r"x{0,4}[sl]|m|[2-6]x?[sl]", size.strip(), re.IGNORECASE) else ""
