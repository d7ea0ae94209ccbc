"""Sentences of a text, for memories that know sentences and for batches of a bounded size."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from weft.skills.translate.structure.marks import MARK

_CLOSERS: Final = "\"'”’»)\\]」』）"
_END: Final = re.compile(
    rf"(?<![.!?…])[.!?…]++[{_CLOSERS}]*+(?:</[0-9]++>)*+(?P<gap>\s+)|[。！？]+[{_CLOSERS}]*+(?:</[0-9]++>)*+(?P<none>\s*)|(?<![ \t])(?P<lines>[ \t]*+\n\s*)"
)
_OPENERS: Final = "\"'“‘«„(¿¡「『（•*-"
# After these a point ends no sentence.
_SHORT: Final = re.compile(
    r"(?:^|[\s(/])(?:[A-Za-z]|[A-Za-z]\.[A-Za-z]|approx|ca|bzw|inkl|incl|excl|zzgl|ggf|evtl|max|min|No|Nr|Art|art|vs|etc|St|Dr|"
    r"Mr|Mrs|Ms|Prof|Inc|Ltd|Co|Bros|Fig|Abb|vgl|usw|env|réf|pág|núm|aprox|dia|diam|oz|lbs?|ft|in|sq|fl|gal|qt|pt|dt|engl)$",
    re.IGNORECASE,
)
_LOOK_BACK: Final = 12


def _ends(text: str) -> Iterator[tuple[int, int]]:
    """Where a sentence ends and where the next one begins."""
    for found in _END.finditer(text):
        name = "gap" if found.group("gap") is not None else "none" if found.group("none") is not None else "lines"
        start, end = found.span(name)
        if end == len(text):
            return
        following = text[end : end + 4].lstrip(_OPENERS)[:1]
        if name == "gap" and "." in found.group() and "\n" not in found.group():
            word = text[max(0, found.start() - _LOOK_BACK) : found.start()]
            if _SHORT.search(word) or following.islower() or (following.isdigit() and word[-1:].isdigit()):
                continue
        yield start, end


def sentences(text: str) -> list[tuple[str, str]]:
    """The sentences of a segment's text, each with the blanks that follow it; no pair of marks spans two of them."""
    found: list[tuple[str, str]] = []
    begin = depth = 0
    marks = MARK.finditer(text)
    mark = next(marks, None)
    for end, following in _ends(text):
        while mark is not None and mark.start() < end:
            depth += 0 if mark.group(3) else -1 if mark.group(1) else 1
            mark = next(marks, None)
        if depth <= 0:
            found.append((text[begin:end], text[end:following]))
            begin = following
    return [*found, (text[begin:], "")] if begin < len(text) or not found else found


def joined(translations: Sequence[str], parts: Sequence[tuple[str, str]], spaced: bool = True) -> str:
    """Sentences' translations with the blanks that stood between the sentences; where a language writes no blanks between
    sentences (`spaced` false), only line breaks stay, and where it does, a sentence that had none gets one."""
    written = []
    for number, (translation, (_, gap)) in enumerate(zip(translations, parts, strict=True), start=1):
        if number < len(parts):
            gap = (gap or " ") if spaced else gap if "\n" in gap else ""
        written.append(translation + gap)
    return "".join(written)


def cuts(raw: str, longest: int) -> Iterator[str]:
    """A long run of words in parts of about that length, cut between sentences, and between words where there is none."""
    begin = 0
    for _, following in _ends(raw):
        if following - begin >= longest // 2:
            yield from _by_words(raw[begin:following], longest * 2)
            begin = following
    yield from _by_words(raw[begin:], longest * 2)


def _by_words(raw: str, longest: int) -> Iterator[str]:
    begin = 0
    while len(raw) - begin > longest:
        blank = raw.rfind(" ", begin + 1, begin + longest)
        end = blank + 1 if blank > begin else begin + longest
        entity = raw.rfind("&", end - _LOOK_BACK, end)
        end = entity if entity > begin and ";" in raw[entity : end + _LOOK_BACK] else end
        yield raw[begin:end]
        begin = end
    yield raw[begin:]
