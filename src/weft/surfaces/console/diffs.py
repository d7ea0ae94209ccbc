"""The difference between two values, word by word, as a person reads it."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from weft.money import decimal
from weft.store.fields import words

_TOKEN: Final = re.compile(r"<[^<>]{0,300}>|\d+(?:[.,]\d+)+|\w+(?:['’]\w+)*|\s+|[^\w\s]", re.UNICODE)
_MOST_TOKENS: Final = 6000
_CONTEXT: Final = 160
_SAME_ENOUGH: Final = 0.35
_LONG: Final = 4000
_ONE_WORD: Final = 60


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text that is kept ("same"), taken out ("del") or put in ("ins"); "gap" stands for what is not shown.

    Of its characters the first `head` and the last `tail` are those of the other side.
    """

    kind: str
    text: str
    head: int = 0
    tail: int = 0

    @property
    def pieces(self) -> tuple[str, str, str]:
        """The text as what is shared before, what differs, what is shared after."""
        end = len(self.text) - self.tail
        return self.text[: self.head], self.text[self.head : end], self.text[end:]


@dataclass(frozen=True, slots=True)
class Diff:
    """Parts in reading order; `whole` when the old and the new are better read one under the other."""

    parts: tuple[Part, ...]
    whole: bool
    markup: bool


Step = tuple[str, int, int, int, int]


def typed(value: Any) -> str:
    """A change's value as a person would type it to correct it."""
    if isinstance(value, dict) and isinstance(value.get("amount"), int) and isinstance(value.get("currency"), str):
        return decimal(value["amount"], value["currency"])
    if isinstance(value, dict):
        return orjson.dumps(value).decode()
    return words(value)


def diff(before: Any, after: Any) -> Diff:
    """Compare two values; raises nothing, whatever they are."""
    old, new = words(before), words(after)
    markup = bool(re.search(r"</?[a-zA-Z][^<>]*>", old + new))
    if not old or not new:
        return Diff(_sides(old, new), True, markup)
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    steps = _steps(a, b)
    if steps is None:
        a, b = _lines(old), _lines(new)
        steps = _steps(a, b)
    if steps is None:
        return Diff(_sides(old, new), True, markup)
    same = sum(len(token) for kind, i, j, _, _ in steps if kind == "equal" for token in a[i:j] if not token.isspace())
    if 2 * same < _SAME_ENOUGH * (len(old) + len(new)):
        return Diff(_sides(old, new), True, markup)
    parts: list[Part] = []
    for kind, i1, i2, j1, j2 in steps:
        if kind == "equal":
            parts.append(Part("same", "".join(a[i1:i2])))
            continue
        if i2 > i1:
            parts.append(Part("del", "".join(a[i1:i2])))
        if j2 > j1:
            parts.append(Part("ins", "".join(b[j1:j2])))
    return Diff(tuple(_shortened(parts)), False, markup)


def _steps(a: Sequence[str], b: Sequence[str]) -> list[Step] | None:
    """How to come from `a` to `b`, or None where that would take too long to find out."""
    most = min(len(a), len(b))
    head = next((place for place in range(most) if a[place] != b[place]), most)
    tail = next((place for place in range(most - head) if a[-1 - place] != b[-1 - place]), most - head)
    inner = a[head : len(a) - tail], b[head : len(b) - tail]
    if len(inner[0]) + len(inner[1]) > _MOST_TOKENS:
        return None
    found = difflib.SequenceMatcher(None, *inner, autojunk=len(inner[0]) > 1000).get_opcodes()
    steps: list[Step] = [("equal", 0, head, 0, head)] if head else []
    steps += [(kind, head + i1, head + i2, head + j1, head + j2) for kind, i1, i2, j1, j2 in found]
    if tail:
        steps.append(("equal", len(a) - tail, len(a), len(b) - tail, len(b)))
    return _bridged(a, steps)


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n>]*[\n>]|[^\n>]+", text)


def _sides(old: str, new: str) -> tuple[Part, ...]:
    head, tail = _shared(old, new)
    sides = (Part("del", _cut(old), head, tail), Part("ins", _cut(new), head, tail))
    return tuple(part for part in sides if part.text)


def _shared(old: str, new: str) -> tuple[int, int]:
    """How many characters two short words begin and end with alike, if that helps to see the difference."""
    most = min(len(old), len(new))
    if max(len(old), len(new)) > _ONE_WORD or any(map(str.isspace, old + new)):
        return 0, 0
    head = next((place for place in range(most) if old[place] != new[place]), most)
    tail = next((place for place in range(most - head) if old[-1 - place] != new[-1 - place]), most - head)
    return (head, tail) if 2 * (head + tail) >= most else (0, 0)


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]} … ({len(text):,} characters)"


def _bridged(a: Sequence[str], steps: Sequence[Step]) -> list[Step]:
    """Join changes between which only blanks are the same: so a person reads phrases, not a rain of words."""
    joined: list[Step] = []
    for place, (kind, i1, i2, j1, j2) in enumerate(steps):
        inner = 0 < place < len(steps) - 1
        if kind == "equal" and inner and all(token.isspace() for token in a[i1:i2]):
            kind = "replace"
        if joined and kind != "equal" and joined[-1][0] != "equal":
            joined[-1] = ("replace", joined[-1][1], i2, joined[-1][3], j2)
        else:
            joined.append((kind, i1, i2, j1, j2))
    return joined


def _shortened(parts: Sequence[Part]) -> list[Part]:
    """Leave out the middle of long stretches that stay the same."""
    shown: list[Part] = []
    last = len(parts) - 1
    for place, part in enumerate(parts):
        keep_head, keep_tail = place > 0, place < last
        if part.kind != "same" or len(part.text) <= _CONTEXT * (keep_head + keep_tail) + 40:
            shown.append(part)
            continue
        if keep_head:
            shown.append(Part("same", part.text[:_CONTEXT]))
        shown.append(Part("gap", f"{len(part.text):,}"))
        if keep_tail:
            shown.append(Part("same", part.text[-_CONTEXT:]))
    return shown
