"""TBX, in which glossaries travel from tool to tool: TBX-Core and TBX-Basic of version 2 (`<martif>`) and 3 (`<tbx>`).

ISO 30042:2008 and 2019. A concept's terms in one language are the target (the preferred one, else the first), what may stand
for it as well (the other admitted ones), and what may never (the deprecated ones).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from weft.connectors import Rejected, Taken, Written
from weft.connectors.markup import LONGEST, NO_XML, Reading, proved
from weft.connectors.source import Source
from weft.errors import UnknownFormat, WeftError
from weft.store import languages

_CONCEPTS: Final = frozenset(["termEntry", "conceptEntry"])
_LANGUAGES: Final = frozenset(["langSet", "langSec"])
_TERMS: Final = frozenset(["tig", "ntig", "termSec"])
_STATUS: Final = frozenset(["administrativeStatus", "normativeAuthorization"])
_KEPT: Final = "x-doNotTranslate"
_CASE: Final = "x-caseSensitive"
_FORBIDDEN: Final = ("deprecated", "superseded", "obsolete", "rejected", "forbidden")
_NOTES: Final = frozenset(["note", "definition"])
# What stands within a term's or a note's text.
_WITHIN: Final = frozenset(["hi", "foreign", "sc", "ec", "ph", "bpt", "ept"])
_ANY: Final = "und"


@dataclass(slots=True)
class _Said:
    language: str
    text: str = ""
    status: str = ""
    kept: bool = False
    exactly: bool = False
    into: str = ""


@dataclass(slots=True)
class _Concept:
    terms: list[_Said] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class _Concepts:
    """The concepts of a file, as they come."""

    def __init__(self, source: Source) -> None:
        self._reading = Reading(source)
        self._reading.follow(self._opened, self._heard, self._closed)
        self._source = source
        self._language = self._documents = ""
        self._concept: _Concept | None = None
        self._texts: list[str] = []
        self._size = 0
        self._kinds: list[str] = []
        self._done: list[Taken | Rejected] = []

    def __iter__(self) -> Iterator[Taken | Rejected]:
        for _ in self._reading.pieces():
            yield from self._done
            self._done.clear()

    def _opened(self, name: str, attributes: Mapping[str, str]) -> None:
        # What a termNote or a descrip is of its type says; in the dialects of version 3 the element itself.
        self._kinds.append(attributes.get("type") or name)
        if name not in _WITHIN:
            self._texts = []
        if name in ("martif", "tbx"):
            self._documents = attributes.get("lang") or ""
        elif name in _CONCEPTS:
            self._concept, self._size = _Concept(), 0
        elif name in _LANGUAGES:
            self._language = attributes.get("lang") or self._documents
        elif name in _TERMS and self._concept is not None:
            self._concept.terms.append(_Said(self._language))

    def _heard(self, data: str) -> None:
        self._size += len(data)
        if self._size <= LONGEST:
            self._texts.append(data)

    def _closed(self, name: str) -> None:
        kind, text = self._kinds.pop(), " ".join("".join(self._texts).split())
        concept = self._concept
        if concept is None:
            return
        last = concept.terms[-1] if concept.terms else None
        if name in _WITHIN:
            return
        if name == "term" and last is not None:
            last.text = text
        elif last is not None and (kind in _STATUS or name in _STATUS):
            last.status = text.lower()
        elif last is not None and kind in (_KEPT, _CASE):
            said = text.lower() not in ("no", "false", "0", "")
            last.kept, last.exactly = (said, last.exactly) if kind == _KEPT else (last.kept, said)
            last.into = "" if kind == _CASE or text.lower() in ("yes", "true", "1") else text
        elif (kind in _NOTES or name in _NOTES) and text and text not in concept.notes:
            concept.notes.append(text)
        elif name in _CONCEPTS:
            self._done += self._terms(concept)
            self._concept = None
        self._texts = []

    def _terms(self, concept: _Concept) -> Iterator[Taken | Rejected]:
        line = self._reading.line
        shown = concept.terms[0].text[:200] if concept.terms else ""
        if self._size > LONGEST:
            yield Rejected(line, "termEntry", shown, f"the entry is longer than {LONGEST:,} characters", None)
            return
        try:
            by_language: dict[str, list[_Said]] = {}
            for said in concept.terms:
                if said.text:
                    by_language.setdefault(_tag(said.language), []).append(said)
        except WeftError as problem:
            yield Rejected(line, "xml:lang", shown, problem.message.rstrip("."), None)
            return
        found, wrong = _read(by_language, self._source, " ".join(concept.notes))
        for reason in wrong:
            yield Rejected(line, "term", shown, reason, None)
        if found:
            yield Taken(line, 1, {"terms": found})


def _tag(language: str) -> str:
    return "" if language.lower() in (_ANY, "*") else languages.tag(language)


def _forbidden(said: _Said) -> bool:
    return said.status.startswith(_FORBIDDEN)


def _read(by_language: Mapping[str, list[_Said]], source: Source, note: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The terms of a concept, from its source language into each other one; and why there are none."""
    kept = [(tag, said) for tag, terms in by_language.items() for said in terms if said.kept]
    if kept:
        return [
            {
                "source_language": tag,
                "source": said.text,
                "target_language": _tag(said.into or _ANY),
                "target": None,
                "case_sensitive": said.exactly,
                "note": note,
            }
            for tag, said in kept
        ], []
    start = _start(list(by_language), source)
    if start is None:
        return [], [f"the entry has no term in {source.source_language}"]
    if len(by_language) < 2:
        return [], ["the entry has terms in one language only"]
    found, wrong = [], []
    sources = [said for said in by_language[start] if not _forbidden(said)]
    if not sources:
        return [], [f"the entry has only deprecated terms in {start}"]
    for tag, terms in by_language.items():
        if tag == start or (source.target_language and languages.base(tag) != languages.base(source.target_language)):
            continue
        good = sorted((said for said in terms if not _forbidden(said)), key=lambda said: "preferred" not in said.status)
        if not good:
            wrong.append(f"the entry has only deprecated terms in {tag}, and none to use instead")
            continue
        found += [
            {
                "source_language": start,
                "source": said.text,
                "target_language": tag,
                "target": good[0].text,
                "also": [other.text for other in good[1:]],
                "forbidden": [other.text for other in terms if _forbidden(other)],
                "case_sensitive": said.exactly,
                "note": note,
            }
            for said in sources
        ]
    return found, wrong


def _start(tags: list[str], source: Source) -> str | None:
    """The language that a concept's terms are translated from: the one asked for, the shop's own, else its first."""
    for wanted in (source.source_language, source.main_language):
        found = next((tag for tag in tags if wanted and languages.base(tag) == languages.base(wanted)), None)
        if found is not None or wanted == source.source_language != "":
            return found
    return tags[0] if tags else None


class Tbx:
    """The connector to TBX files."""

    name = "tbx"
    ending = ".tbx"
    reads = frozenset(["glossary"])
    writes = frozenset(["glossary"])

    def recognizes(self, kind: str, source: Source) -> float:
        """Sure of XML whose name says so, and of XML at all when it is to be a glossary."""
        return (1.0 if ".tbx" in source.path.name.lower() else 0.8) if kind == "glossary" and source.is_xml else 0.0

    def read(self, kind: str, source: Source) -> Iterator[Taken | Rejected]:
        """The terms of each entry; raises UnreadableFile before the first where the file is not whole."""
        del kind
        if not source.is_xml:
            raise UnknownFormat(f"{source.path.name} is not a TBX file: it is not XML.")
        proved(source, "tbx", "martif")
        yield from _Concepts(source)

    def write(self, kind: str, records: Iterable[Any], path: Path, options: Mapping[str, Any]) -> list[Written]:
        """Write terms as TBX-Basic of version 3, one an entry."""
        del kind, options
        count = 0
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write(
                '<?xml version="1.0" encoding="UTF-8"?>\n'
                '<tbx type="TBX-Basic" style="dca" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed-2">\n'
                "<tbxHeader><fileDesc><sourceDesc><p>A glossary kept in Weft</p></sourceDesc></fileDesc></tbxHeader>\n"
                "<text><body>\n"
            )
            for record in records:
                count += 1
                file.write(_entry(record, count))
            file.write("</body></text>\n</tbx>\n")
        return [Written(path, count, count)]


def _entry(term: Mapping[str, Any], number: int) -> str:
    kept = term.get("target") is None
    # A word that stays as it is in one language alone says in which.
    marks = {
        _KEPT: (term["target_language"] or "yes") if kept else "",
        _CASE: "yes" if term.get("case_sensitive") else "",
    }
    notes = "".join(f'<termNote type="{kind}">{text}</termNote>' for kind, text in marks.items() if text)
    first = _section(term["source_language"], [(term["source"], "", notes)])
    others = [] if kept else [(term["target"], "preferredTerm-admn-sts", "")]
    others += [(text, "admittedTerm-admn-sts", "") for text in term.get("also") or ()]
    others += [(text, "deprecatedTerm-admn-sts", "") for text in term.get("forbidden") or ()]
    second = _section(term["target_language"], others) if others and not kept else ""
    note = f"<note>{_plain(term['note'])}</note>" if term.get("note") else ""
    return f'<conceptEntry id="c{number}">{note}{first}{second}</conceptEntry>\n'


def _section(language: str, terms: Iterable[tuple[str, str, str]]) -> str:
    sections = "".join(
        f"<termSec><term>{_plain(text)}</term>"
        + (f'<termNote type="administrativeStatus">{status}</termNote>' if status else "")
        + f"{notes}</termSec>"
        for text, status, notes in terms
    )
    return f"<langSec xml:lang={quoteattr(language or _ANY)}>{sections}</langSec>"


def _plain(text: str) -> str:
    return escape(NO_XML.sub("", text))


CONNECTOR = Tbx()
