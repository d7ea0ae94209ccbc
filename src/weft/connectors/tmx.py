"""TMX 1.4b, in which translation memories travel from tool to tool. LISA OSCAR, TMX 1.4b Specification (2005).

Of marks within a text what they stand for is kept: the code in `<ph>`, `<bpt>`, `<ept>`, `<it>`, `<ut>` as it was in the
text, `<hi>` not at all; a `<ph>` without code becomes a number in braces.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from weft import __version__
from weft.connectors import Rejected, Taken, Written
from weft.connectors.markup import LONGEST, NO_XML, Reading, proved
from weft.connectors.source import Source
from weft.errors import UnknownFormat, WeftError
from weft.store import languages

_CODES: Final = frozenset(["ph", "bpt", "ept", "it", "ut"])
_PROPS: Final = {"x-origin": "origin", "x-field": "field", "x-product": "product"}
_CODE: Final = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->|\{\{.*?\}\}|\{%.*?%\}|\{[\w.]{1,40}\}|%(?:\d+\$)?[sd@]")
_STAMP: Final = "%Y%m%dT%H%M%SZ"


@dataclass(slots=True)
class _Variant:
    language: str
    at: str | None
    texts: list[str] = field(default_factory=list)
    props: dict[str, str] = field(default_factory=dict)


class _Units:
    """The translation units of a file, as they come."""

    def __init__(self, source: Source) -> None:
        self._reading = Reading(source)
        self._reading.follow(self._opened, self._said, self._closed)
        self._source = source
        self._srclang = "*all*"
        self._unit_lang: str | None = None
        self._at: str | None = None
        self._props: dict[str, str] = {}
        self._variants: list[_Variant] = []
        self._in_seg = self._in_unit = False
        self._prop: tuple[str, list[str]] | None = None
        self._code: int | None = None
        self._size = 0
        self._done: list[Taken | Rejected] = []

    def __iter__(self) -> Iterator[Taken | Rejected]:
        for _ in self._reading.pieces():
            yield from self._done
            self._done.clear()

    def _opened(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "header":
            self._srclang = attributes.get("srclang") or "*all*"
        elif name == "tu":
            self._in_unit, self._variants, self._props, self._size = True, [], {}, 0
            self._unit_lang = attributes.get("srclang")
            self._at = attributes.get("changedate") or attributes.get("creationdate")
        elif name == "tuv" and self._in_unit:
            at = attributes.get("changedate") or attributes.get("creationdate")
            self._variants.append(_Variant(attributes.get("lang") or "", at))
        elif name == "prop" and attributes.get("type") in _PROPS:
            self._prop = attributes["type"], []
        elif name == "seg" and self._variants:
            self._in_seg = True
        elif self._in_seg and name in _CODES and self._code is None:
            self._code = len(self._variants[-1].texts)
            self._number = attributes.get("x") or attributes.get("i") or "1"

    def _said(self, data: str) -> None:
        self._size += len(data)
        if self._size > LONGEST:
            return
        if self._in_seg:
            self._variants[-1].texts.append(data)
        elif self._prop is not None:
            self._prop[1].append(data)

    def _closed(self, name: str) -> None:
        if name == "seg":
            self._in_seg, self._code = False, None
        elif name == "prop" and self._prop is not None:
            kind, texts = self._prop
            (self._variants[-1].props if self._variants else self._props)[_PROPS[kind]] = "".join(texts).strip()
            self._prop = None
        elif self._in_seg and name in _CODES and self._code is not None:
            texts = self._variants[-1].texts
            if name == "ph" and len(texts) == self._code:
                texts.append(f"{{{self._number}}}")
            self._code = None
        elif name == "tu":
            self._in_unit = False
            self._done.append(self._unit())

    def _unit(self) -> Taken | Rejected:
        """The segments of a unit: from its source language into each other one."""
        line = self._reading.line
        shown = "".join(self._variants[0].texts)[:200] if self._variants else ""

        def refused(column: str, reason: str) -> Rejected:
            return Rejected(line, column, shown, reason, None)

        if self._size > LONGEST:
            return refused("tu", f"the unit is longer than {LONGEST:,} characters")
        try:
            tagged = [(languages.tag(one.language) if one.language else "", one) for one in self._variants]
        except WeftError as problem:
            return refused("xml:lang", problem.message.rstrip("."))
        if not all(tag for tag, _ in tagged):
            return refused("xml:lang", "a text of the unit does not say its language")
        if len({tag for tag, _ in tagged}) < 2:
            return refused("tuv", "the unit has texts in fewer than two languages")
        start = self._start([tag for tag, _ in tagged])
        if start is None:
            return refused("srclang", f"the unit has no text in its source language {self._unit_lang or self._srclang}")
        first = next(one for tag, one in tagged if tag == start)
        pairs = [self._segment(start, first, tag, one) for tag, one in tagged if tag != start]
        whole = [pair for pair in pairs if pair["source"].strip() and pair["target"].strip()]
        if not whole:
            return refused("seg", "the unit has no two texts with something in them")
        return Taken(line, 1, {"segments": whole})

    def _start(self, tags: list[str]) -> str | None:
        """Which of a unit's languages is the source: the one asked for, the one it says, the shop's own, else its first."""
        said = self._unit_lang or self._srclang
        said = "" if said.lower() == "*all*" else said
        asked = self._source.source_language
        wanted = asked or (languages.tag(said) if said else "")
        for exactly in (True, False):
            for tag in tags:
                if wanted and (tag == wanted if exactly else languages.base(tag) == languages.base(wanted)):
                    return tag
        if wanted:
            return None
        main = languages.base(self._source.main_language)
        return next((tag for tag in tags if main and languages.base(tag) == main), tags[0])

    def _segment(self, start: str, first: _Variant, tag: str, one: _Variant) -> dict[str, Any]:
        segment: dict[str, Any] = {"source_language": start, "target_language": tag}
        segment |= {"source": "".join(first.texts), "target": "".join(one.texts), **self._props, **one.props}
        if (at := _moment(one.at or self._at)) is not None:
            segment["at"] = at
        return segment


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.strptime(text or "", _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def _marked(text: str) -> str:
    """A text as a segment's content: its tags and placeholders as marks that a translator does not touch."""
    parts: list[str] = []
    place = 0
    for number, code in enumerate(_CODE.finditer(text), 1):
        parts += [escape(text[place : code.start()]), f'<ph x="{number}">{escape(code.group())}</ph>']
        place = code.end()
    return "".join([*parts, escape(text[place:])])


class Tmx:
    """The connector to TMX files."""

    name = "tmx"
    ending = ".tmx"
    reads = frozenset(["memory"])
    writes = frozenset(["memory"])

    def recognizes(self, kind: str, source: Source) -> float:
        """Sure of XML whose name says so, and of XML at all when it is to be a memory."""
        return (1.0 if ".tmx" in source.path.name.lower() else 0.8) if kind == "memory" and source.is_xml else 0.0

    def read(self, kind: str, source: Source) -> Iterator[Taken | Rejected]:
        """The segments of each unit; raises UnreadableFile before the first where the file is not whole."""
        del kind
        if not source.is_xml:
            raise UnknownFormat(f"{source.path.name} is not a TMX file: it is not XML.")
        proved(source, "tmx")
        yield from _Units(source)

    def write(self, kind: str, records: Iterable[Any], path: Path, options: Mapping[str, Any]) -> list[Written]:
        """Write segments, one a unit."""
        del kind, options
        count = 0
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write(
                '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n'
                f'<header creationtool="weft" creationtoolversion={quoteattr(__version__)} segtype="block" '
                'o-tmf="weft" adminlang="en" srclang="*all*" datatype="html"/>\n<body>\n'
            )
            for record in records:
                file.write(_unit(record))
                count += 1
            file.write("</body>\n</tmx>\n")
        return [Written(path, count, count)]


def _unit(segment: Mapping[str, Any]) -> str:
    at = segment.get("at")
    stamp = f' changedate="{at.astimezone(UTC):{_STAMP}}"' if isinstance(at, datetime) else ""
    props = "".join(
        f"<prop type={quoteattr(kind)}>{escape(NO_XML.sub('', segment[name]))}</prop>"
        for kind, name in _PROPS.items()
        if segment.get(name)
    )
    texts = "".join(
        f"<tuv xml:lang={quoteattr(segment[f'{side}_language'])}><seg>{_marked(NO_XML.sub('', segment[side]))}</seg></tuv>"
        for side in ("source", "target")
    )
    return f"<tu srclang={quoteattr(segment['source_language'])}{stamp}>{props}{texts}</tu>\n"


CONNECTOR = Tmx()
