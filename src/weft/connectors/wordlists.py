"""Tables of words and texts in two languages: glossaries and translation memories as people keep them in spreadsheets.

With named columns (`source`, `target`, `source_language`, …); with a column for each language (`en,de,fr`); or without any
header, a word and its translation on each line, as DeepL's glossaries are.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from weft.connectors import Rejected, Taken, Written, cells
from weft.connectors.source import Source, padded
from weft.errors import InputError, UnknownFormat
from weft.store import languages

_WORDS: Final = {
    "source": "source, source term, source text, source phrase, original, term, quelle, quelltext, ausgangstext",
    "target": "target, target term, target text, target phrase, translation, translated, ziel, zieltext, übersetzung",
    "source_language": "source language, source lang, source locale, from, quellsprache",
    "target_language": "target language, target lang, target locale, to, language, locale, zielsprache",
    "kept": "do not translate, donottranslate, dnt, untranslatable, non translatable, keep, nicht übersetzen",
    "also": "also, synonyms, admitted, alternatives",
    "forbidden": "forbidden, forbidden words, deprecated, avoid, verboten",
    "case_sensitive": "case sensitive, casesensitive, case",
    "note": "note, notes, comment, description, definition, notiz",
    "origin": "origin",
    "field": "field",
    "product": "product, product id",
    "at": "at, changed, changed at, date",
}
_FIELD_OF: Final = {name: field for field, names in _WORDS.items() for name in names.split(", ")}
_COLUMNS: Final = {
    "glossary": ("source_language", "source", "target_language", "target", "do_not_translate", "also", "forbidden",
                 "case_sensitive", "note"),
    "memory": ("source_language", "source", "target_language", "target", "origin", "field", "product", "at"),
}  # fmt: skip
_OF_KIND: Final = {
    "glossary": ("also", "forbidden", "case_sensitive", "note"),
    "memory": ("origin", "field", "product", "at"),
}


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which columns say what; `into` are those of the languages that texts are translated into, by tag."""

    at: Mapping[str, int]
    into: Mapping[str, int]
    source_language: str
    headless: bool = False


def _field(header: str) -> str | None:
    return _FIELD_OF.get(re.sub(r"[\s_\-]+", " ", header.strip().lower()))


def _language(header: str) -> str | None:
    try:
        return languages.tag(header) if header.strip() else None
    except InputError:
        return None


def _mapped(source: Source) -> dict[str, str]:
    """The fields that somebody said columns are, by column; raises InputError for a column or a field that there is not."""
    said: dict[str, str] = {}
    for field, column in source.mapping.items():
        name = "kept" if field == "do_not_translate" else field
        if name not in _WORDS:
            raise InputError(
                f"--map {field}={column}: fields are {', '.join(_WORDS)}.".replace("kept", "do_not_translate")
            )
        if column not in source.header:
            raise InputError(f"There is no column {column!r} in {source.path.name}; it has {source.columns_said()}.")
        said[column] = name
    return said


def _layout(kind: str, source: Source) -> _Layout:
    """How a table is laid out; raises UnknownFormat where it cannot be told, and says what to do."""
    said = _mapped(source)
    fields = {said.get(name) or _field(name): place for place, name in reversed(list(enumerate(source.header)))}
    at = {field: place for field, place in fields.items() if field}
    if "source" in at or (kind == "glossary" and "kept" in at and len(source.header) == 1):
        at.setdefault("source", at.get("kept", 0))
        return _Layout(at, {}, source.source_language)
    tags = {
        place: tag for place, name in enumerate(source.header) if (tag := languages.named(name)) and not _field(name)
    }
    if len(tags) >= 2:
        start = _start(list(tags.values()), source)
        place = next(place for place, tag in tags.items() if tag == start)
        into = {tag: other for other, tag in tags.items() if other != place}
        return _Layout({**at, "source": place}, into, start)
    if len(source.header) == 2 and not said:
        at = {"source": 0, "target": 1}
        return _Layout(at, {}, source.source_language, headless=True)
    raise UnknownFormat(
        f"{source.path.name} has no columns that tell a text from its translation: its columns are "
        f"{source.columns_said()}. Call them source and target, or by their languages (en, de), or name them with "
        "--map source=column --map target=column."
    )


def _start(tags: Sequence[str], source: Source) -> str:
    """Which of the languages texts are translated from: the one said, the shop's own, else the first."""
    for wanted in (source.source_language, source.main_language):
        for tag in tags:
            if wanted and languages.base(tag) == languages.base(wanted):
                return tag
    if source.source_language:
        raise UnknownFormat(f"{source.path.name} has no column {source.source_language}; it has {', '.join(tags)}.")
    return tags[0]


def _listed(cell: str) -> list[str]:
    return [part.strip() for part in re.split(r"\s*[|;]\s*", cell) if part.strip()]


class _Table:
    """The rows of one table as terms or segments."""

    def __init__(self, kind: str, source: Source) -> None:
        self._kind, self._source = kind, source
        self._layout = _layout(kind, source)
        self._width = len(source.header)

    def __iter__(self) -> Iterator[Taken | Rejected]:
        if self._layout.headless:
            yield from self._row(1, self._source.first())
        for line, raw in self._source.rows():
            row = padded(raw, self._width)
            if row is None:
                reason = f"the row has {len(raw)} cells and the first one {self._width}; put quotes around a cell with commas"
                yield Rejected(line, "", raw[self._width], reason, raw)
                continue
            yield from self._row(line, row)

    def _row(self, line: int, row: Sequence[str]) -> Iterator[Taken | Rejected]:
        try:
            found = list(self._records(row))
        except _Bad as problem:
            yield Rejected(line, problem.column, problem.value, str(problem), list(row))
            return
        if found:
            yield Taken(line, 1, {"terms" if self._kind == "glossary" else "segments": found, "cells": list(row)})

    def _said(self, row: Sequence[str], field: str) -> str:
        place = self._layout.at.get(field)
        return "" if place is None else row[place].strip()

    def _records(self, row: Sequence[str]) -> Iterator[dict[str, Any]]:
        text = self._said(row, "source")
        if not text:
            if any(cell.strip() for cell in row):
                raise _Bad(self._name("source"), "", "there is no text to translate from")
            return
        source_language = self._tag(row, "source_language") or self._layout.source_language
        record = {"source": text, "source_language": source_language, **self._more(row)}
        if self._kind == "glossary" and (self._flag(row, "kept") or self._only_kept()):
            target = self._said(row, "target")
            if target and target != text:
                reason = f"is a translation, and the row says that “{text}” is not translated: take one of them away"
                raise _Bad(self._name("target"), target, reason)
            yield {**record, "target_language": self._tag(row, "target_language"), "target": None}
            return
        yield from self._translated(row, record)

    def _translated(self, row: Sequence[str], record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if not record["source_language"]:
            raise _Bad(
                self._name("source"), record["source"], "has no language; say which with --source, such as --source en"
            )
        if self._layout.into:
            said = {tag: row[place].strip() for tag, place in self._layout.into.items() if row[place].strip()}
            if not said:
                raise _Bad(self._name("source"), record["source"], "is there in one language only")
            for tag, target in said.items():
                yield {**record, "target_language": tag, "target": target}
            return
        target = self._said(row, "target")
        if not target:
            help_ = (
                "; a word that stays as it is says yes in a column do_not_translate" if self._kind == "glossary" else ""
            )
            raise _Bad(self._name("target"), "", f"“{record['source'][:60]}” has no translation{help_}")
        tag = self._tag(row, "target_language") or self._source.target_language
        if not tag:
            raise _Bad(self._name("target"), target, "has no language; say which with --target, such as --target de")
        yield {**record, "target_language": tag, "target": target}

    def _only_kept(self) -> bool:
        """Whether the table is a plain list of words that stay as they are."""
        return self._layout.at.get("kept") == self._layout.at["source"]

    def _name(self, field: str) -> str:
        place = self._layout.at.get(field)
        return "" if place is None or self._layout.headless else self._source.header[place]

    def _tag(self, row: Sequence[str], field: str) -> str:
        said = self._said(row, field)
        if said in ("", "*"):
            return ""
        tag = _language(said)
        if tag is None:
            raise _Bad(self._name(field), said, "is not a language such as de, en-GB or zh-Hant")
        return tag

    def _flag(self, row: Sequence[str], field: str) -> bool:
        said = self._said(row, field)
        try:
            return said.lower() in ("x", "✓") or bool(cells.flag(said))
        except ValueError as problem:
            if field == "kept" and self._only_kept():
                return True
            raise _Bad(self._name(field), said, str(problem)) from None

    def _more(self, row: Sequence[str]) -> dict[str, Any]:
        more: dict[str, Any] = {}
        for field in _OF_KIND[self._kind]:
            said = self._said(row, field)
            if field in ("also", "forbidden"):
                more[field] = _listed(said)
            elif field == "case_sensitive":
                more[field] = self._flag(row, field)
            elif field == "at":
                if said:
                    more[field] = self._moment(said)
            else:
                more[field] = said
        return more

    def _moment(self, said: str) -> datetime:
        try:
            found = cells.moment(said)
        except ValueError as problem:
            raise _Bad(self._name("at"), said, str(problem)) from None
        assert found is not None
        return found


class _Bad(Exception):
    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value = column, value


class Wordlists:
    """The connector to tables of two languages."""

    name = "csv"
    reads = frozenset(["glossary", "memory"])
    writes = frozenset(["glossary", "memory"])

    def recognizes(self, kind: str, source: Source) -> float:
        """Whatever is a table can be one of these, where it has the columns."""
        return 0.5 if kind in self.reads and not source.is_json and not source.is_xml else 0.0

    def read(self, kind: str, source: Source) -> Iterator[Taken | Rejected]:
        """The terms or segments of each row; raises UnreadableFile before the first where the table is not whole."""
        if source.is_xml or source.is_json:
            raise UnknownFormat(f"{source.path.name} is not a table.")
        table = _Table(kind, source)
        for _ in source.rows():
            pass
        yield from table

    def write(self, kind: str, records: Iterable[Any], path: Path, options: Mapping[str, Any]) -> list[Written]:
        """Write terms or segments under named columns."""
        del options
        count = 0
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(_COLUMNS[kind])
            for record in records:
                writer.writerow([_cell(record, column) for column in _COLUMNS[kind]])
                count += 1
        return [Written(path, count, count)]


def _cell(record: Mapping[str, Any], column: str) -> str:
    if column == "do_not_translate":
        return "yes" if record.get("target") is None else ""
    value = record.get(column)
    if isinstance(value, list):
        return " | ".join(value)
    if isinstance(value, bool):
        return "yes" if value else ""
    return value.isoformat() if isinstance(value, datetime) else value or ""


CONNECTOR = Wordlists()
