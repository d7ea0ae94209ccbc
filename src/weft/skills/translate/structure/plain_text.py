"""Plain text: its lines, the signs before its list items, and its paragraphs, some of them wrapped by hand."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from weft.skills.translate.structure.placeholders import parted
from weft.skills.translate.structure.stream import Item, Tag, Wall, Words

_BREAK: Final = re.compile(r"(?:(?<![ \t])[ \t]++)?+(?:\r\n|\n|\r|\u2028|\u2029)[ \t\r\n]*")
_BULLET: Final = re.compile(
    r"[ \t]*(?:[-*•·▪●◦‣–—✓✔★☆►▶➤■□❖]+[ \t]+|\(?[0-9]{1,2}(?:[.)][ \t]+(?=\S)|\)(?=[^\W\d]))|[•·▪●◦‣✓✔★☆►▶➤■□❖]|#{1,6}[ \t]+)"
)
_WRAPPED_FROM: Final = 45
_SENTENCE_END: Final = (".", "!", "?", ":", ";", "。", "！", "？", "：", "|")


def lines(raw: str) -> Iterator[Item]:
    """Words and the walls between lines; a line that goes on in the next one, as in a text wrapped by hand, is one with it."""
    at = line = 0
    first = True
    for found in _BREAK.finditer(raw):
        if _goes_on(raw, line, found.start(), found.end(), found.group()):
            line = found.end()
            continue
        yield from _line(raw[at : found.start()], first)
        yield Wall((found.group(),))
        at, line, first = found.end(), found.end(), True
    yield from _line(raw[at:], first)


def _goes_on(raw: str, start: int, end: int, following: int, gap: str) -> bool:
    if gap.count("\n") > 1 or end - start < _WRAPPED_FROM or raw[end - 1] in _SENTENCE_END:
        return False
    return raw[following : following + 1].islower()


def _line(raw: str, first: bool) -> Iterator[Item]:
    bullet = _BULLET.match(raw) if first else None
    if bullet is not None and bullet.end() < len(raw):
        yield Wall((bullet.group(),), "li")
        raw = raw[bullet.end() :]
    if raw:
        yield Words(raw)


def items(stream: Sequence[Item], terms: Sequence[str], guarded: bool) -> Iterator[Item]:
    """A stream whose words are plain text, line by line, with the placeholders in them."""
    fresh = True
    for item in stream:
        if not isinstance(item, Words):
            yield item
            fresh = False if isinstance(item, Tag) else fresh
            continue
        for part in _lines(item.raw, fresh):
            if isinstance(part, Words):
                yield from parted(part.raw, terms, guarded)
            else:
                yield part
        fresh = False


def _lines(raw: str, fresh: bool) -> Iterator[Item]:
    parts = list(lines(raw))
    # After a tag a line goes on: a dash there is no bullet.
    if not fresh and parts and isinstance(parts[0], Wall) and parts[0].context == "li":
        head = "".join(piece for piece in parts[0].pieces if isinstance(piece, str))
        rest = parts[1].raw if len(parts) > 1 and isinstance(parts[1], Words) else ""
        return iter([Words(head + rest), *parts[2:]])
    return iter(parts)
