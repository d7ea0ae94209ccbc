"""Where words stand in a product: its texts, each with its field, and for HTML the way back to the raw offsets."""

import html
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeVar

# What a browser shows on a line of its own; cells of a table are parted by a tab, so that a label stays beside its value.
_BLOCKS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
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
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)
_CELLS: Final = frozenset(["td", "th"])
_SILENT: Final = frozenset(["script", "style", "template", "noscript", "iframe", "svg", "head", "select", "textarea"])
_NAME: Final = re.compile(r"/?([a-zA-Z][a-zA-Z0-9]*)")
_QUOTED: Final = re.compile(r"""=\s*(?:"[^"]*"|'[^']*')""")
_OPEN: Final = re.compile(r"""=\s*(["'])""")
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
T = TypeVar("T")
WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: folded (lower case, straight apostrophes), with its offsets in the text as it is read."""

    folded: str
    start: int
    end: int


@dataclass(frozen=True)
class Passage:
    """A text of a product as it is read. `starts[i]` is a place of `text`, `raws[i]` the raw offset there; a piece
    whose `exact` is False is one entity. Plain fields have no pieces: there the two are the same."""

    field: str
    text: str
    raw: str
    starts: tuple[int, ...] = ()
    raws: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """The raw offsets of the words from `start` to `end` of the text as it is read."""
        if not self.starts:
            return start, end
        first, last = bisect_right(self.starts, start) - 1, bisect_right(self.starts, end - 1) - 1
        return self._raw(first, start), self._raw_end(last, end)

    def _raw(self, piece: int, place: int) -> int:
        return self.raws[piece] + place - self.starts[piece]

    def _raw_end(self, piece: int, place: int) -> int:
        length = (self.starts[piece + 1] if piece + 1 < len(self.starts) else len(self.text)) - self.starts[piece]
        return self.ends[piece] if place - self.starts[piece] >= length else self._raw(piece, place)

    @cached_property
    def words(self) -> list[Word]:
        """The words of the text, in order."""
        return [
            Word(match.group().lower().replace("’", "'"), match.start(), match.end())
            for match in WORD.finditer(self.text)
        ]

    @cached_property
    def _word_starts(self) -> list[int]:
        return [word.start for word in self.words]

    def words_from(self, start: int, stop: int) -> range:
        """The places in `words` of those that begin from `start` on and before `stop`."""
        return range(bisect_left(self._word_starts, start), bisect_left(self._word_starts, stop))


def _tag_end(raw: str, start: int, shut: dict[str, bool]) -> int:
    """The place after the tag that opens at `start`, or -1; a `>` inside a quoted attribute does not close it.

    `shut` remembers what does not occur any more in the rest, so that broken markup costs one look, not one per tag.
    """
    end = raw.find(">", start)
    while end != -1:
        open_quote = _OPEN.search(_QUOTED.sub("", raw[start:end])[-200:]) if "=" in raw[start:end] else None
        if open_quote is None or shut.get(open_quote.group(1)) or end - start > 20_000:
            return end + 1
        quote = raw.find(open_quote.group(1), end)
        if quote == -1:
            shut[open_quote.group(1)] = True
            return end + 1
        end = raw.find(">", quote)
    return -1


def _pieces(raw: str) -> Iterator[tuple[str, int, int]]:
    """What is read of HTML: (text, raw start, raw end), markup left out, a line or cell break as white space."""
    place, size, shut = 0, len(raw), dict[str, bool]()
    while place < size:
        tag = raw.find("<", place)
        stop = size if tag == -1 else tag
        yield from _unescaped(raw, place, stop)
        if tag == -1:
            return
        if raw.startswith("<!--", tag):
            end = raw.find("-->", tag)
            place = size if end == -1 else end + 3
            continue
        name = _NAME.match(raw, tag + 1)
        if name is None and not raw.startswith(("<!", "<?"), tag):
            yield "<", tag, tag + 1
            place = tag + 1
            continue
        place = _tag_end(raw, tag, shut)
        if place == -1:
            return
        word = name.group(1).lower() if name else ""
        if word in _SILENT and raw[tag + 1] != "/" and raw[place - 2] != "/":
            closing = re.compile(rf"</{word}\s*>", re.IGNORECASE).search(raw, place) if not shut.get(word) else None
            if closing:
                place = closing.end()
            else:
                shut[word] = True
        if word in _BLOCKS:
            yield "\n", tag, place
        elif word in _CELLS:
            yield "\t", tag, place


def _unescaped(raw: str, start: int, stop: int) -> Iterator[tuple[str, int, int]]:
    place = start
    for match in _ENTITY.finditer(raw, start, stop):
        read = html.unescape(match.group())
        if read == match.group():
            continue
        if match.start() > place:
            yield raw[place : match.start()], place, match.start()
        yield read, match.start(), match.end()
        place = match.end()
    if stop > place:
        yield raw[place:stop], place, stop


def markup(field: str, raw: str) -> Passage:
    """HTML as a passage: its words alone, with the way back to their raw offsets."""
    if "<" not in raw and "&" not in raw:
        return Passage(field, raw, raw)
    texts, starts, raws, ends, size = [], [], [], [], 0
    for text, start, end in _pieces(raw):
        texts.append(text)
        starts.append(size)
        raws.append(start)
        ends.append(end)
        size += len(text)
    return Passage(field, "".join(texts), raw, tuple(starts), tuple(raws), tuple(ends))


def shown(raw: str) -> str:
    """HTML as it is read."""
    return markup("", raw).text


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(one) for one in value if isinstance(one, (str, int, float))] if isinstance(value, (list, tuple)) else []


def options(product: Mapping[str, Any]) -> dict[str, list[str]]:
    """The options of a product by name, each with its values in order; from the variants where the product names none."""
    given: dict[str, list[str]] = {}
    for option in product.get("options") or ():
        if isinstance(option, Mapping) and isinstance(option.get("name"), str):
            given[option["name"]] = _texts(option.get("values"))
    for variant in product.get("variants") or ():
        chosen = variant.get("options") if isinstance(variant, Mapping) else None
        for name, value in chosen.items() if isinstance(chosen, Mapping) else ():
            values = given.setdefault(str(name), [])
            if isinstance(value, str) and value and value not in values:
                values.append(value)
    return {name: [value for value in values if value] for name, values in given.items() if any(values)}


def raw_text(product: Mapping[str, Any], field: str) -> str:
    """The raw text that a finding's offsets count in: the field's own; tags and option values joined by a comma."""
    if field.startswith("options."):
        return ", ".join(options(product).get(field.removeprefix("options."), ()))
    value = product.get(field)
    return ", ".join(_texts(value)) if field == "tags" and not isinstance(value, str) else str(value or "")


class Read(dict[str, Any]):
    """A product that is not changed while it is read, so that each look at its texts is taken once."""

    __slots__ = ("looks",)

    def __init__(self, product: Mapping[str, Any]) -> None:
        super().__init__(product)
        self.looks: dict[str, Any] = {}


def once(product: Mapping[str, Any], look: str, take: Callable[[], T]) -> T:
    """What `take` answers: for a product that is being read, what it answered the first time under that name."""
    if not isinstance(product, Read):
        return take()
    if look not in product.looks:
        product.looks[look] = take()
    taken: T = product.looks[look]
    return taken


def passages(product: Mapping[str, Any]) -> list[Passage]:
    """The texts of a product in the order in which they count: options, title, type, category, tags, description."""
    return once(product, "passages", lambda: _passages(product))


def _passages(product: Mapping[str, Any]) -> list[Passage]:
    read = [
        Passage(f"options.{name}", text, text)
        for name, values in options(product).items()
        if (text := ", ".join(values))
    ]
    for field in ("title", "type", "category", "tags"):
        text = raw_text(product, field)
        if text:
            read.append(Passage(field, text, text))
    description = raw_text(product, "description")
    return [*read, markup("description", description)] if description else read
