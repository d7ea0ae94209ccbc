"""What a model said, read for the JSON in it: thoughts left out, fences and prose passed over, small faults forgiven.

Forgiven is what leaves no doubt of what was meant: control characters in strings, trailing commas, single quotes, comments,
Python's words for true, false and null. A text that ends in the middle is never completed: what is missing is not known.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

MOST: Final = 1 << 18
"""Letters of an answer that are read."""
_DEEPEST: Final = 100
_MOST_VALUES: Final = 50
_NAMES: Final = r"(?:seed:)?(?:think|thinking|thought|thoughts|reasoning|reflection|analysis|scratchpad)"
# Each way to mark thoughts: how they open, how they close.
_MARKS: Final = (
    (re.compile(rf"<{_NAMES}(?:\s[^<>]*)?>", re.IGNORECASE), re.compile(rf"</{_NAMES}\s*>", re.IGNORECASE)),
    (re.compile(r"\[THINK\]"), re.compile(r"\[/THINK\]")),
    (re.compile("◁think▷"), re.compile("◁/think▷")),
    (re.compile(r"<\|begin_of_thought\|>"), re.compile(r"<\|end_of_thought\|>")),
    (re.compile(r"<\|START_THINKING\|>"), re.compile(r"<\|END_THINKING\|>")),
)
_CHANNEL: Final = re.compile(r"<\|channel\|>\s*([\w-]*)[^<]*(?:<\|constrain\|>[^<]*)?(?:<\|message\|>|$)")
_CHANNEL_END: Final = re.compile(r"<\|(?:end|return|call|start|channel)\|>")
# The same where the server has left the marks out.
_BARE_CHANNEL: Final = re.compile(r"\A\s*(?:analysis|commentary)(?=[^a-z]).*assistantfinal(?:json)?", re.DOTALL)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SPACE: Final = re.compile(r"(?:[\s\ufeff\u200b]+|//[^\n]*)*")
_STRING: Final = {
    '"': re.compile(r'[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL),
    "'": re.compile(r"[^'\\]*(?:\\.[^'\\]*)*'", re.DOTALL),
}
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "", "f": ""}
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d{0,400})(?:\.\d{1,400})?(?:[eE][+-]?\d{1,4})?(?![\w.])")
_WORD: Final = re.compile(r"(?:true|false|null|True|False|None)(?!\w)")
_WORDS: Final = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}
_OPENING: Final = re.compile(r"[{\[]")


@dataclass(frozen=True, slots=True)
class Said:
    """The JSON objects and lists of a text in their order, whether the last of them is `cut` off, and the text without thoughts."""

    values: tuple[Any, ...]
    cut: bool
    text: str


class _Wrong(Exception):
    """The text ceases to be JSON at a place."""

    def __init__(self, place: int) -> None:
        self.place = place


class _Ended(Exception):
    """The text ends in the middle of a value."""


def said(text: str) -> Said:
    """Read what a model said; never raises."""
    cut = len(text) > MOST
    spoken = without_thoughts(text[:MOST])
    within = _said_as_string(spoken)
    spoken = spoken if within is None else within
    whole = _read(spoken.strip())
    if whole is not None:
        return Said((_without_thoughts_within(whole),), cut, spoken.strip())
    values: list[Any] = []
    place = 0
    while len(values) < _MOST_VALUES and (opening := _OPENING.search(spoken, place)):
        try:
            value, place = _value(spoken, opening.start(), 0)
            values.append(_without_thoughts_within(value))
        except _Wrong as wrong:
            # What stands inside a value that is broken is no answer: the search goes on behind the fault.
            place = max(wrong.place, opening.end())
        except _Ended:
            cut = True
            break
    return Said(tuple(values), cut, spoken.strip())


def _read(text: str) -> Any:
    """A text that is one JSON object and nothing else, as most answers are; None where it is not."""
    if (
        not (text.startswith("{") and text.endswith("}"))
        or "\\u" in text
        or text.count("{") + text.count("[") > _DEEPEST
    ):
        return None
    try:
        return orjson.loads(text)
    except ValueError:
        return None


def _said_as_string(text: str) -> str | None:
    """The text inside, where a model has put its JSON into a JSON string."""
    text = text.strip()
    if not text.startswith('"'):
        return None
    try:
        inner, end = _string(text, 0)
    except _Ended:
        return None
    return inner if end == len(text) else None


def without_thoughts(text: str) -> str:
    """A text without what its model thought aloud: all before a lone closing mark, all after an opening one that is not closed."""
    if "<|channel|>" in text:
        text = "".join(_finals(text))
    text = _BARE_CHANNEL.sub("", text)
    for opening, closing in _MARKS:
        text = _outside(text, opening, closing)
    return text


def _finals(text: str) -> Iterator[str]:
    """What stands in the channels that are for the reader."""
    for channel in _CHANNEL.finditer(text):
        if channel.group(1).lower() == "final":
            end = _CHANNEL_END.search(text, channel.end())
            yield text[channel.end() : end.start() if end else len(text)]


def _outside(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str:
    """What stands outside the marks, which may be nested."""
    marks = sorted(
        [(mark.start(), mark.end(), 1) for mark in opening.finditer(text)]
        + [(mark.start(), mark.end(), -1) for mark in closing.finditer(text)]
    )
    if not marks:
        return text
    parts: list[str] = []
    depth = place = 0
    for start, end, step in marks:
        if depth == 0 and step == 1:
            parts.append(text[place:start])
        elif depth == 0:
            # The opening mark stood in the prompt.
            parts.clear()
        depth = max(depth + step, 0)
        place = end
    return "".join([*parts, text[place:]] if depth == 0 else parts)


def _without_thoughts_within(value: Any) -> Any:
    """A value whose texts hold no thoughts either, which escapes may have hidden before."""
    if isinstance(value, str):
        return without_thoughts(value) if "think" in value.lower() or "<|" in value or "</" in value else value
    if isinstance(value, list):
        return [_without_thoughts_within(one) for one in value]
    if isinstance(value, dict):
        return {key: _without_thoughts_within(one) for key, one in value.items()}
    return value


def _value(text: str, place: int, depth: int) -> tuple[Any, int]:
    """The value at a place, and where it ends; raises _Wrong, _Ended."""
    if depth > _DEEPEST:
        raise _Wrong(place)
    place = _after_space(text, place)
    sign = text[place]
    if sign == "{":
        return _object(text, place + 1, depth)
    if sign == "[":
        return _list(text, place + 1, depth)
    if sign in _STRING:
        return _string(text, place)
    if number := _NUMBER.match(text, place):
        return _number(number.group(), place), number.end()
    if word := _WORD.match(text, place):
        return _WORDS[word.group()], word.end()
    raise _Wrong(place)


def _object(text: str, place: int, depth: int) -> tuple[dict[str, Any], int]:
    held: dict[str, Any] = {}
    while True:
        place = _after_space(text, place)
        if text[place] == "}":
            return held, place + 1
        if text[place] not in _STRING:
            raise _Wrong(place)
        key, place = _string(text, place)
        place = _after_space(text, place)
        if text[place] != ":":
            raise _Wrong(place)
        held[key], place = _value(text, place + 1, depth + 1)
        place = _parted(text, place, "}")


def _list(text: str, place: int, depth: int) -> tuple[list[Any], int]:
    held: list[Any] = []
    while True:
        place = _after_space(text, place)
        if text[place] == "]":
            return held, place + 1
        value, place = _value(text, place, depth + 1)
        held.append(value)
        place = _parted(text, place, "]")


def _parted(text: str, place: int, end: str) -> int:
    """Where the next part may begin: behind a comma, or at the end of the whole."""
    place = _after_space(text, place)
    if text[place] == ",":
        return place + 1
    if text[place] != end:
        raise _Wrong(place)
    return place


def _string(text: str, place: int) -> tuple[str, int]:
    found = _STRING[text[place]].match(text, place + 1)
    if found is None:
        raise _Ended
    inner = found.group()[:-1]
    if "\\" in inner:
        # A pair of surrogates, each escaped, is one letter.
        plain = _ESCAPE.sub(_unescaped, inner).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    else:
        plain = inner
    return _CONTROL.sub("", plain), found.end()


def _unescaped(escape: re.Match[str]) -> str:
    code, letter = escape.groups()
    return chr(int(code, 16)) if code else _ESCAPED.get(letter, letter)


def _number(digits: str, place: int) -> int | float:
    if digits.lstrip("-").isdigit():
        return int(digits)
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise _Wrong(place)
    return value


def _after_space(text: str, place: int) -> int:
    """Where the next sign stands; raises _Ended where there is none."""
    found = _SPACE.match(text, place)
    place = found.end() if found else place
    if place >= len(text):
        raise _Ended
    return place
