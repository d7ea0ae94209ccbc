"""A text as it is read: without tags, entities and soft hyphens, cut into tokens that know where they stand in the text given."""

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

# One character for one, so that places stay: full-width digits and marks, curly quotes, the dashes and spaces of print.
_ALIKE: Final = str.maketrans(
    {
        **{chr(0xFF01 + n): chr(0x21 + n) for n in range(94) if chr(0x21 + n) != ","},
        **dict.fromkeys("‐‑‒–—−―﹣", "-"),
        **dict.fromkeys("’‘‛ʼ′`´", "'"),
        **dict.fromkeys("“”„‟″«»「」『』《》", '"'),
        **dict.fromkeys("\u00a0\u202f\u2007\u2009\u200a\u2002\u2003\u3000", "\u00a0"),
        **dict.fromkeys("✕✖╳", "×"),
        **dict.fromkeys("²", "2"),
        **dict.fromkeys("³", "3"),
        "：": ":",
        "；": ";",
        "∼": "~",
        "～": "~",
        "〜": "~",
        "⁄": "/",
        "∕": "/",
        "Ø": "ø",
        "⌀": "ø",
        "٫": ".",
        "٬": ",",
        "·": ".",
        "‚": ",",
    }
)
# Marks of Chinese that mean what ours mean, and never stand inside a number.
_MARKS: Final = {"×": "x", "。": ".", "｡": ".", "、": ",", "，": ","}
_DROPPED: Final = (
    "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_ODD: Final = re.compile(
    rf"<(?=[a-zA-Z/!?])|&(?=#?\w)|[{_DROPPED}®™]|[^\u0300-\u036f][\u0300-\u036f]+|[\u3300-\u33ff\u2150-\u215f\u2080-\u2089]"
)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,31});?")
_TAG: Final = re.compile(r"</?([a-zA-Z][\w:-]*)[^<>]*>?")
_BLOCKS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "select",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "body",
        "html",
    ]
)
_HIDDEN: Final = ("script", "style", "template", "head", "noscript", "svg", "iframe", "textarea", "title")
_CJK: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff"
_TOKEN: Final = re.compile(rf"\d+(?:[.,]\d+|'\d{{3}}(?!\d))*|[{_CJK}]|[^\W\d_{_CJK}]+|''|\S|\n")


@dataclass(slots=True)
class Reading:
    """The words of a text. Parallel lists: `words` (folded), `starts`, `ends` (in `plain`), `raws` (as written there).

    `place` gives the offsets of a stretch of tokens in the text that was given.
    """

    given: str
    plain: str
    words: list[str] = field(default_factory=list)
    raws: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    pieces: list[tuple[int, int, int]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.words)

    def glued(self, n: int) -> bool:
        """Whether a token stands right behind the one before it."""
        return n > 0 and self.ends[n - 1] == self.starts[n]

    def place(self, first: int, after: int) -> tuple[int, int]:
        """Where the tokens from `first` up to `after` stand in the text given."""
        start, end = self.starts[first], self.ends[min(after, len(self.ends)) - 1]
        if not self.pieces:
            return start, end
        return self._given(start), self._given(end - 1, end=True)

    def _given(self, at: int, *, end: bool = False) -> int:
        begin, origin, width = self.pieces[bisect_right(self.pieces, (at, len(self.given), 0)) - 1]
        if width:  # what was replaced as a whole
            return origin + width if end else origin
        return origin + (at - begin) + (1 if end else 0)


def read(text: str) -> Reading:
    """Read a text, plain or HTML; linear in its length. Raises TypeError for what is no text."""
    if not isinstance(text, str):
        raise TypeError(f"A text is read, not {type(text).__name__}.")
    if _ODD.search(text) is None:
        plain, pieces = text.translate(_ALIKE), list[tuple[int, int, int]]()
    else:
        plain, pieces = _plain(text)
        plain = plain.translate(_ALIKE)
    spans = [match.span() for match in _TOKEN.finditer(plain)]
    raws = [plain[start:end] for start, end in spans]
    words = [_MARKS.get(raw) or raw.lower() for raw in raws]
    return Reading(text, plain, words, raws, [start for start, _ in spans], [end for _, end in spans], pieces)


def words_of(text: str) -> list[str]:
    """The folded tokens of a phrase."""
    return read(text).words


def _plain(text: str) -> tuple[str, list[tuple[int, int, int]]]:
    """The text without markup, and its pieces: (place in the result, place in the text, width of what was replaced or 0)."""
    parts, pieces, size, at = list[str](), list[tuple[int, int, int]](), 0, 0
    for start, end, instead in _replaced(text):
        if start < at:
            continue
        if start > at:
            pieces.append((size, at, 0))
            parts.append(text[at:start])
            size += start - at
        if instead:
            pieces.append((size, start, end - start))
            parts.append(instead)
            size += len(instead)
        at = end
    if at < len(text):
        pieces.append((size, at, 0))
        parts.append(text[at:])
    return "".join(parts), pieces or [(0, 0, 0)]


def _replaced(text: str) -> Iterator[tuple[int, int, str]]:
    """What reads otherwise than it is written: (start, end, what it reads as), in order."""
    unclosed: set[str] = set()
    at = 0
    while (match := _ODD.search(text, at)) is not None:
        start, char = match.start(), match.group()[0]
        if char == "<":
            end, instead = _tag(text, start, unclosed)
        elif char == "&":
            entity = _ENTITY.match(text, start)
            end = entity.end() if entity else start + 1
            instead = _said(entity.group()) if entity else "&"
        elif char in _DROPPED or char in "®™":
            end, instead = match.end(), ""
        else:
            end = match.end()
            instead = unicodedata.normalize("NFKC", match.group())
        yield start, end, instead
        at = max(end, start + 1)


def _said(entity: str) -> str:
    said = html.unescape(entity)
    return "" if said in _DROPPED or said in "®™" else said


def _tag(text: str, start: int, unclosed: set[str]) -> tuple[int, str]:
    """Where a tag, comment or hidden element ends, and what it reads as."""
    if text.startswith("<!--", start):
        end = _after(text, "-->", start, unclosed)
        return (end, "") if end else (len(text), "")
    tag = _TAG.match(text, start)
    if tag is None:
        end = _after(text, ">", start, unclosed)
        return (end, "") if end else (start + 1, "<")
    name = tag.group(1).lower()
    if name in _HIDDEN and text[start + 1] != "/":
        end = _after(text, f"</{name}", tag.end(), unclosed)
        if end:
            return (_after(text, ">", end, unclosed) or len(text)), "\n"
    return tag.end(), "\n" if name in _BLOCKS else ""


def _after(text: str, what: str, start: int, unclosed: set[str]) -> int:
    """The place after the next `what`; 0 where there is none, which is looked for once."""
    if what in unclosed:
        return 0
    found = text.find(what, start)
    if found < 0 and what[:2] == "</":
        found = text.lower().find(what, start)
    if found < 0:
        unclosed.add(what)
        return 0
    return found + len(what)
