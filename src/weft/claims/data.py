"""The data files beside the code: lines of concepts with their words in each language."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).with_name("words")
ANY: Final = "*"


@dataclass(frozen=True, slots=True)
class Concept:
    """A line of a file: the concept, its marks, what it is a kind of, and its words by language."""

    name: str
    marks: str
    parents: tuple[str, ...]
    words: dict[str, list[str]]


@cache
def lines(name: str) -> tuple[str, ...]:
    """The lines of a file that say something."""
    text = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("# "))


def by_language(parts: list[str]) -> dict[str, list[str]]:
    """`en: a, b` and so on as words by language."""
    found: dict[str, list[str]] = {}
    for part in parts:
        language, mark, words = part.partition(":")
        if mark:
            found.setdefault(language.strip(), []).extend(word for one in words.split(",") if (word := one.strip()))
    return found


def concepts(name: str) -> Iterator[Concept]:
    """The concepts of a file, in its order."""
    for line in lines(name):
        head, *parts = line.split("|")
        called, _, parents = head.partition("<")
        called = called.strip()
        bare = called.lstrip("~*+").removesuffix("#").strip()
        marks = "".join(
            mark for mark in "~*+#" if mark in (called[: len(called) - len(called.lstrip("~*+"))] + called[-1])
        )
        yield Concept(bare, marks, tuple(p.strip() for p in parents.split(",") if p.strip()), by_language(parts))
