"""Segments: one sentence or block to be translated, in which numbered marks stand for what is not."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from weft.skills.translate.structure.stream import Kind

MARK: Final = re.compile(r"<(/?)([0-9]{1,6})(/?)>")
_SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Mark:
    """What a mark stands for: `raw` as the source writes it (its opening part, where it is a `pair`)."""

    number: int
    kind: Kind
    pair: bool
    raw: str
    order: str = ""

    @property
    def text(self) -> str:
        """The mark as it stands in a segment."""
        return f"<{self.number}>" if self.pair else f"<{self.number}/>"


@dataclass(frozen=True, slots=True)
class Segment:
    """A text to be translated, with marks such as `<1>…</1>` and `<2/>` in it.

    `context` says where it stands (`li`, `img alt`, `plural one of count`). An `added` segment has no place in the source:
    the target language needs this plural form.
    """

    id: str
    text: str
    context: str = ""
    marks: Mapping[int, Mark] = field(default_factory=dict)
    added: bool = False

    @property
    def plain(self) -> str:
        """The text without its markup, placeholders as the source writes them: what a memory of texts has."""
        return plain(self.text, self.marks)


@dataclass(frozen=True, slots=True)
class _Shape:
    """The marks of a text: how often each stands there, in which order, and inside of which."""

    counts: Counter[str]
    order: tuple[int, ...]
    parents: Mapping[int, int]
    crossed: tuple[int, ...]


def plain(text: str, marks: Mapping[int, Mark] | None = None) -> str:
    """A segment's text without marks; placeholders and addresses as they were written."""
    there = marks or {}

    def shown(found: re.Match[str]) -> str:
        mark = there.get(int(found.group(2)))
        if mark is None or mark.pair or found.group(1):
            return ""
        return " " if mark.kind in ("markup", "control") else mark.raw

    return MARK.sub(shown, text)


def wrong_marks(segment: Segment, translation: str) -> list[str]:
    """What is wrong with the marks of a translation, a sentence each: lost, doubled, unknown, crossed or out of order."""
    before, after = _shape(segment.text), _shape(translation)
    wrong = _miscounted(before.counts, after.counts)
    if wrong:
        return wrong
    wrong = [f"The mark <{number}> is closed where another one is still open." for number in after.crossed[:_SHOWN]]
    if wrong:
        return wrong
    for number, mark in segment.marks.items():
        if (mark.pair or mark.order) and before.parents.get(number) != after.parents.get(number):
            wrong.append(f"The mark {mark.text} has left the mark that it stands in.")
    for order in sorted({mark.order for mark in segment.marks.values() if mark.order}):
        fixed = {number for number, mark in segment.marks.items() if mark.order == order}
        if [n for n in before.order if n in fixed] != [n for n in after.order if n in fixed]:
            names = ", ".join(segment.marks[n].text for n in before.order if n in fixed)
            wrong.append(f"The marks {_short(names)} have to keep their order.")
    return wrong[:_SHOWN]


def _miscounted(before: Counter[str], after: Counter[str]) -> list[str]:
    wrong = []
    for text in [*before, *(text for text in after if text not in before)]:
        if before[text] == after[text]:
            continue
        if not before[text]:
            wrong.append(f"The mark {text} is not in the source.")
        elif not after[text]:
            wrong.append(f"The mark {text} is missing.")
        else:
            wrong.append(f"The mark {text} stands {after[text]} times, not {before[text]}.")
    return wrong[:_SHOWN]


def _shape(text: str) -> _Shape:
    counts: Counter[str] = Counter()
    order: list[int] = []
    parents: dict[int, int] = {}
    crossed: list[int] = []
    open_now: list[int] = []
    for found in MARK.finditer(text):
        number = int(found.group(2))
        counts[found.group()] += 1
        if found.group(1):
            if open_now and open_now[-1] == number:
                open_now.pop()
            else:
                crossed.append(number)
            continue
        order.append(number)
        parents.setdefault(number, open_now[-1] if open_now else 0)
        if not found.group(3):
            open_now.append(number)
    return _Shape(counts, tuple(order), parents, (*crossed, *open_now))


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
