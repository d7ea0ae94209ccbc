"""A source and its translation side by side: their streams, and what a reader reads of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from weft.errors import InputError
from weft.skills.translate.checks.problem import Problem
from weft.skills.translate.structure.formats import format_of, stream
from weft.skills.translate.structure.marks import MARK
from weft.skills.translate.structure.stream import Inner, Item, Tag, Wall, Words
from weft.skills.translate.structure.writing import Writing

OBJECT = "\ufffc"
"""Stands where a placeholder or an address does."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two texts: as it is, its stream, and what a reader sees of it."""

    text: str
    language: str
    items: tuple[Item, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A source and its translation, in the format of both."""

    format: str
    source: Side
    target: Side


def pair_of(source: str, target: str, source_language: str, target_language: str, form: str) -> Pair | Problem:
    """The two texts read in one format; a problem where one cannot be read so."""
    if form == "segment":
        sides = [
            Side(text, language, (Words(text),), MARK.sub(OBJECT, text))
            for text, language in ((source, source_language), (target, target_language))
        ]
        return Pair("segment", *sides)
    known = format_of(source) if form == "auto" else form
    try:
        first = _side(source, source_language, known)
    except InputError:
        # What is no message in the source is none that a translation could break.
        known = "text"
        first = _side(source, source_language, known)
    try:
        return Pair(known, first, _side(target, target_language, known))
    except InputError as problem:
        return Problem("icu", f"{problem}", target[:60])


def _side(text: str, language: str, known: str) -> Side:
    items, writing = stream(text, known)  # type: ignore[arg-type]
    return Side(text, language, tuple(items), "".join(_read(items, writing)).strip())


def _read(items: Sequence[Item], writing: Writing) -> Iterator[str]:
    """What is read of a stream: blocks and attributes on lines of their own, an object's sign where something is put in."""
    later: list[Inner] = []
    for item in items:
        if isinstance(item, Words):
            yield writing.read(item.raw)
            continue
        later += [piece for piece in item.pieces if isinstance(piece, Inner)]
        if isinstance(item, Wall) or item.order == "break":
            yield item.key if writing.form == "text" else "\n"
        elif item.kind != "markup":
            yield OBJECT
    for inner in later:
        yield "\n"
        yield from _read(inner.items, inner.writing)


def tags(items: Sequence[Item]) -> list[Tag]:
    """The tags of a stream, without those inside of tags."""
    return [item for item in items if isinstance(item, Tag)]
