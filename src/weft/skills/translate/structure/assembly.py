"""A stream of words, tags and walls made into segments, and segments' translations put back into its place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from weft.errors import InputError
from weft.skills.translate.structure.marks import MARK, Mark, Segment, wrong_marks
from weft.skills.translate.structure.sentences import cuts
from weft.skills.translate.structure.stream import Inner, Item, Piece, Run, Wall, Words, partners_of
from weft.skills.translate.structure.writing import Writing, edges

LONGEST: Final = 2000
"""How many characters a segment has at most, where sentences allow it to be cut."""
# A number with decimals, or a measure by its sign alone: worth rewriting for readers of another language or market.
_MEASURE: Final = re.compile(r"[0-9](?:[.,][0-9]|\s?[\"'″′”’°℃℉])")


@dataclass(frozen=True, slots=True)
class Slot:
    """A segment's place: its pieces as the source has them, and how a translation is written there."""

    segment: Segment
    original: tuple["Part", ...]
    tags: Mapping[str, tuple["Part", ...]]
    writing: Writing
    before: str = ""
    after: str = ""


Part: TypeAlias = str | Slot


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text taken apart: its format, its segments in order, and what stays as it is around them."""

    text: str
    format: str
    segments: tuple[Segment, ...]
    items: tuple[Item, ...] = field(repr=False)
    parts: tuple[Part, ...] = field(repr=False)

    def rebuilt(self, translations: Mapping[str, str]) -> str:
        """The text with translations, by the segments' ids, in the places of the segments.

        A segment that is missing there, or given unchanged, stays byte for byte as it was. Raises InputError for an id that
        there is not, and for a translation whose marks do not hold.
        """
        known = {segment.id for segment in self.segments}
        strange = next((name for name in translations if name not in known), None)
        if strange is not None:
            raise InputError(f"There is no segment {strange!r} in this text; it has {len(known)}.")
        for segment in self.segments:
            given = translations.get(segment.id)
            problems = wrong_marks(segment, given) if given is not None and given != segment.text else []
            if problems:
                raise InputError(f"The translation of segment {segment.id} cannot be put in: {problems[0]}")
        return "".join(_rendered(self.parts, translations))

    def wrong(self, translations: Mapping[str, str]) -> dict[str, list[str]]:
        """What is wrong with the marks of translations, by the segments' ids; those that are right are not in it."""
        problems = {
            segment.id: wrong_marks(segment, translations[segment.id])
            for segment in self.segments
            if segment.id in translations
        }
        return {name: sentences for name, sentences in problems.items() if sentences}


def _rendered(parts: Sequence[Part], translations: Mapping[str, str]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield part
        else:
            yield from _filled(part, translations)


def _filled(slot: Slot, translations: Mapping[str, str]) -> Iterator[str]:
    given = translations.get(slot.segment.id)
    if given is None and slot.segment.added:
        return
    yield slot.before
    if given is None or given == slot.segment.text:
        yield from _rendered(slot.original, translations)
    else:
        at = 0
        for mark in MARK.finditer(given):
            yield slot.writing.write(given[at : mark.start()])
            yield from _rendered(slot.tags[mark.group()], translations)
            at = mark.end()
        yield slot.writing.write(given[at:])
    yield slot.after


class Assembly:
    """Segments being made of a stream; their ids are `1`, `2`, … in the order in which they begin in the text."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []

    def parts(self, items: Sequence[Item], writing: Writing, context: str = "", added: bool = False) -> list[Part]:
        """What a stream comes to: fixed text, and slots for what is to be translated."""
        parts: list[Part] = []
        block: list[Run] = []
        for item in items:
            if not isinstance(item, Wall):
                block.append(item)
                continue
            parts += self._block(block, writing, context, added)
            parts += self._inside(item.pieces)
            context, block = item.context, []
        return parts + self._block(block, writing, context, added)

    def _inside(self, pieces: Sequence[Piece]) -> list[Part]:
        parts: list[Part] = []
        for piece in pieces:
            parts += [piece] if isinstance(piece, str) else self._inner(piece)
        return parts

    def _inner(self, inner: Inner) -> list[Part]:
        first = len(self.segments)
        parts = self.parts(inner.items, inner.writing, inner.context, inner.added)
        if not inner.added:
            return parts
        slots = [part for part in parts if isinstance(part, Slot)]
        if len(slots) != 1:
            # No word of this form could differ: the form that the source has serves as well.
            del self.segments[first:]
            return []
        at = parts.index(slots[0])
        before = "".join(part for part in parts[:at] if isinstance(part, str))
        after = "".join(part for part in parts[at + 1 :] if isinstance(part, str))
        return [replace(slots[0], before=inner.before + before, after=after + inner.after)]

    def _block(self, block: Sequence[Run], writing: Writing, context: str, added: bool) -> list[Part]:
        parts: list[Part] = []
        for chunk in _chunks(_without_hollow(block)):
            before, inside, after = _trimmed(chunk)
            words = "".join(writing.read(item.raw) for item in inside if isinstance(item, Words))
            parts += self._fixed(before)
            parts += self._segment(inside, writing, context, added) if _translatable(words) else self._fixed(inside)
            parts += self._fixed(after)
        return parts

    def _fixed(self, items: Sequence[Run]) -> list[Part]:
        parts: list[Part] = []
        for item in items:
            parts += [item.raw] if isinstance(item, Words) else self._inside(item.pieces)
        return parts

    def _segment(self, items: Sequence[Run], writing: Writing, context: str, added: bool) -> list[Part]:
        place = len(self.segments)
        self.segments.append(Segment("", ""))
        partners = partners_of(items)
        shown: list[str] = []
        original: list[Part] = []
        tags: dict[str, tuple[Part, ...]] = {}
        marks: dict[int, Mark] = {}
        numbers: dict[int, int] = {}
        for index, item in enumerate(items):
            if isinstance(item, Words):
                shown.append(MARK.sub(_no_mark, writing.read(item.raw)))
                original.append(item.raw)
                continue
            partner = partners.get(index)
            closes = partner is not None and partner < index
            numbers[index] = numbers[partner] if partner is not None and closes else len(marks) + 1
            if not closes:
                order = item.order or ("" if item.role == "single" or partner is not None else "unpaired")
                raw = item.key.replace("\0", "…")
                marks[numbers[index]] = Mark(numbers[index], item.kind, partner is not None, raw, order)
            text = f"</{numbers[index]}>" if closes else marks[numbers[index]].text
            tags[text] = tuple(self._inside(item.pieces))
            shown.append(text)
            original += tags[text]
        segment = Segment(str(place + 1), "".join(shown), context, marks, added)
        self.segments[place] = segment
        raw = "".join(item.raw for item in items if isinstance(item, Words))
        return [Slot(segment, tuple(original), tags, writing.with_habits(raw))]


def _no_mark(found: re.Match[str]) -> str:
    """What an entity made look like a mark, shown so that it is none."""
    return found.group().replace("<", "‹").replace(">", "›")


def _translatable(words: str) -> bool:
    return any(sign.isalpha() for sign in words) or _MEASURE.search(words) is not None


def _blank(item: Run) -> bool:
    return isinstance(item, Words) and edges(item.raw) == (len(item.raw), len(item.raw))


def _meaty(item: Run) -> bool:
    """Whether a sentence may need it: words, and what stands for words."""
    return not _blank(item) if isinstance(item, Words) else item.kind not in ("markup", "control")


def _without_hollow(items: Sequence[Run]) -> list[Run]:
    """The same with each pair of tags that has nothing to translate between them made one tag."""
    partners = partners_of(items)
    meaty = [0]
    for item in items:
        meaty.append(meaty[-1] + _meaty(item))
    kept: list[Run] = []
    at = 0
    while at < len(items):
        end = partners.get(at, -1)
        first = items[at]
        if end <= at or meaty[end] > meaty[at] or isinstance(first, Words):
            kept.append(first)
            at += 1
            continue
        inside = items[at : end + 1]
        pieces = [[item.raw] if isinstance(item, Words) else list(item.pieces) for item in inside]
        kept.append(replace(first, pieces=tuple(piece for some in pieces for piece in some), role="single"))
        at = end + 1
    return kept


def _trimmed(items: Sequence[Run]) -> tuple[list[Run], list[Run], list[Run]]:
    """What stands before, inside and after the sentence: blanks, tags at its edges and pairs around all of it."""
    partners = partners_of(items)
    start, end = 0, len(items)
    while start < end:
        if not _meaty(items[start]) and start not in partners:
            start += 1
        elif not _meaty(items[end - 1]) and end - 1 not in partners:
            end -= 1
        elif partners.get(start) == end - 1:
            start, end = start + 1, end - 1
        else:
            break
    before, inside, after = list(items[:start]), list(items[start:end]), list(items[end:])
    if inside and isinstance(last := inside[-1], Words):
        stop = edges(last.raw)[1]
        inside[-1], after = Words(last.raw[:stop]), [Words(last.raw[stop:]), *after]
    if inside and isinstance(first := inside[0], Words):
        begin = edges(first.raw)[0]
        inside[0], before = Words(first.raw[begin:]), [*before, Words(first.raw[:begin])]
    return before, inside, after


def _chunks(items: list[Run]) -> Iterator[list[Run]]:
    """A block in parts of at most `LONGEST` characters, cut between sentences (or words) that no tag spans."""
    if sum(len(item.raw) for item in items if isinstance(item, Words)) <= LONGEST:
        yield items
        return
    partners = partners_of(items)
    chunk: list[Run] = []
    length = depth = 0
    for index, item in enumerate(items):
        if not isinstance(item, Words):
            depth += 0 if index not in partners else 1 if partners[index] > index else -1
            chunk.append(item)
            continue
        for part in cuts(item.raw, LONGEST // 2) if not depth else [item.raw]:
            if not depth and length and length + len(part) > LONGEST:
                yield chunk
                chunk, length = [], 0
            chunk.append(Words(part))
            length += len(part)
    yield chunk
