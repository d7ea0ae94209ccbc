"""XML read as a stream, without what it does not need: no entities of its own, nothing fetched, nothing without end."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from xml.parsers import expat

from weft.connectors.source import Source
from weft.errors import UnreadableFile

NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
LONGEST: Final = 1 << 20
_DEEPEST: Final = 100


def local(name: str) -> str:
    """An element's or attribute's name without its namespace."""
    return name.rpartition(" ")[2]


class Reading:
    """One pass over an XML file; raises UnreadableFile with the line where it is not well-formed or not to be trusted.

    `opened(name, attributes)`, `text(data)` and `closed(name)` are called as the parser comes by, with local names and
    `xml:lang` as `lang`; a document type may be named, but not described.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._parser = expat.ParserCreate("utf-8", " ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._document_type
        self._parser.EntityDeclHandler = self._entity
        self._parser.SkippedEntityHandler = self._unknown
        self._depth = 0

    @property
    def line(self) -> int:
        """The line at which the parser is."""
        return self._parser.CurrentLineNumber

    def follow(
        self,
        opened: Callable[[str, Mapping[str, str]], None],
        text: Callable[[str], None],
        closed: Callable[[str], None],
    ) -> None:
        """Say what is to be called."""

        def start(name: str, attributes: Mapping[str, str]) -> None:
            self._deeper()
            opened(local(name), {local(key): value for key, value in attributes.items()})

        def end(name: str) -> None:
            self._depth -= 1
            closed(local(name))

        self._parser.StartElementHandler = start
        self._parser.EndElementHandler = end
        self._parser.CharacterDataHandler = text

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self.wrong(f"has more than {_DEEPEST} elements inside each other")

    def _document_type(self, name: str, system: str | None, public: str | None, inside: Any) -> None:
        del name, system, public
        if inside:
            raise self.wrong("describes a document type of its own, which Weft does not read; remove what is in [ ]")

    def _entity(self, *_: object) -> None:
        raise self.wrong("defines an entity, which Weft does not read; put its text in its place")

    def _unknown(self, name: str, _: bool) -> None:
        raise self.wrong(f"speaks of an entity &{name}; that is not XML's own; put its letter in its place")

    def wrong(self, reason: str) -> UnreadableFile:
        """The error that this file, at this line, is as the reason says."""
        return UnreadableFile(f"{self._source.path.name}, line {self.line} {reason}.")

    def pieces(self) -> Iterator[None]:
        """Parse the file, piece by piece."""
        try:
            for number, piece in enumerate(self._source.pieces()):
                # The text is decoded already, whatever its first line says; and lines must stay what they are.
                head = piece if number else re.sub(r"^\s*<\?xml[^>]*\?>", lambda m: "\n" * m[0].count("\n"), piece)
                self._parser.Parse(NO_XML.sub("", head))
                yield
            self._parser.Parse("", True)
            yield
        except expat.ExpatError as problem:
            raise UnreadableFile(
                f"{self._source.path.name}, line {problem.lineno} is not XML: {expat.ErrorString(problem.code)}."
            ) from problem


def proved(source: Source, *roots: str) -> None:
    """Read a file to its end before anything of it is taken; raises UnreadableFile, also where it is another document."""
    reading = Reading(source)
    seen: list[str] = []

    def opened(name: str, _: Mapping[str, str]) -> None:
        if not seen:
            seen.append(name)
            if name not in roots:
                raise reading.wrong(f"begins with <{name}>, and should with <{roots[0]}>")

    reading.follow(opened, lambda _: None, lambda _: None)
    for _ in reading.pieces():
        pass
