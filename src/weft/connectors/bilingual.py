"""Texts in two languages on their way in: looked at before they are taken, so that a file that contradicts itself is refused."""

import importlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from psycopg import Connection
from pydantic import ValidationError

from weft.business import Business
from weft.connectors import Connector, Rejected, Taken
from weft.connectors.source import Source
from weft.errors import TooLarge, WeftError
from weft.store import glossary, languages, memory
from weft.store.glossary import Term
from weft.store.rows import Counts

_SHOWN: Final = 200
_SAMPLE: Final = 4_000


def read(business: Business, kind: str, connector: Connector, source: Source) -> Iterator[Taken | Rejected]:
    """What a connector reads of such a kind, each text checked."""
    items = connector.read(kind, source)
    if kind == "memory":
        return _segments(items)
    if kind == "glossary":
        return _terms(business, items, replace=source.replace)
    return items


def _segments(items: Iterator[Taken | Rejected]) -> Iterator[Taken | Rejected]:
    for item in items:
        if isinstance(item, Rejected):
            yield item
            continue
        good: list[memory.Segment] = []
        wrong: list[Rejected] = []
        for given in item.record["segments"]:
            try:
                good.append(memory.checked(given))
            except WeftError as problem:
                wrong.append(
                    _rejected(item, str(given.get("source") or "") if isinstance(given, Mapping) else "", problem)
                )
        yield from wrong
        if good:
            yield Taken(item.line, 0 if wrong else item.rows, {"segments": good})


def _rejected(item: Taken, value: str, problem: WeftError) -> Rejected:
    return Rejected(item.line, "", value[:_SHOWN], problem.message.rstrip("."), item.record.get("cells"))


def _terms(business: Business, items: Iterator[Taken | Rejected], *, replace: bool) -> Iterator[Taken | Rejected]:
    """The terms of a whole file, without those that contradict each other or what is kept: of these none is taken."""
    rejected: list[Rejected] = []
    found: list[tuple[Taken, Term]] = []
    for item in items:
        if isinstance(item, Rejected):
            rejected.append(item)
            continue
        for given in item.record["terms"]:
            try:
                found.append((item, Term.model_validate(given)))
            except ValidationError as problem:
                reason = "; ".join(glossary.said_of(error) for error in problem.errors()[:3])
                value = str(given.get("source") or "") if isinstance(given, Mapping) else ""
                rejected.append(Rejected(item.line, "", value[:_SHOWN], reason, item.record.get("cells")))
        if len(found) > glossary.MOST:
            raise TooLarge(f"A glossary has up to {glossary.MOST:,} terms; this file has more.")
    terms = [term for _, term in found]
    where = [f"line {item.line}" for item, _ in found]
    contradictions = (
        glossary.contradictions(terms, where) if replace else business.glossary.contradictions(terms, where)
    )
    wrong: dict[int, str] = {}
    for one in contradictions:
        for place in one.places:
            wrong.setdefault(place, one.why)
    yield from _sorted(found, rejected, wrong)


def _sorted(
    found: Sequence[tuple[Taken, Term]], rejected: list[Rejected], wrong: Mapping[int, str]
) -> Iterator[Taken | Rejected]:
    """What is rejected and what is taken, each row once: behind its rejected terms the others of its line."""
    rejected += [
        Rejected(item.line, "", term.source[:_SHOWN], wrong[place].rstrip("."), item.record.get("cells"))
        for place, (item, term) in enumerate(found)
        if place in wrong
    ]
    lost = {one.line for one in rejected}
    yield from sorted(rejected, key=lambda one: one.line)
    by_line: dict[int, list[Term]] = {}
    for place, (item, term) in enumerate(found):
        if place not in wrong:
            by_line.setdefault(item.line, []).append(term)
    for line, terms in by_line.items():
        yield Taken(line, 0 if line in lost else 1, {"terms": terms})


def write(
    business: Business,
    kind: str,
    taken: Sequence[Taken],
    connection: Connection[Any],
    source: Source,
    file: str,
) -> tuple[Counts, list[Rejected]]:
    """Write what was read inside the caller's transaction; what names no product is answered."""
    if kind == "memory":
        segments = [segment for item in taken for segment in item.record["segments"]]
        return business.memory.write(connection, [_from(segment, file) for segment in segments]), []
    if kind == "glossary":
        terms = [term for item in taken for term in item.record["terms"]]
        return business.glossary.write(connection, terms, replace=source.replace), []
    return _translations(business, [row for item in taken for row in item.record["rows"]], connection, source, file)


def _from(segment: memory.Segment, file: str) -> memory.Segment:
    """A segment that says where it comes from: from the file, if it says nothing else."""
    if segment.origin:
        return segment
    values = {name: getattr(segment, name) for name in memory.Segment.__slots__}
    return memory.Segment(**{**values, "origin": file})


def _translations(
    business: Business, rows: Sequence[Mapping[str, Any]], connection: Connection[Any], source: Source, file: str
) -> tuple[Counts, list[Rejected]]:
    """Products' translations from the rows of a file, and each pair of texts for the memory."""
    placed = business.translations.place(connection, rows)
    updates: Any = [
        {"id": product, "translations": texts, "part": True, "update": True}
        for product, texts in placed.products.items()
    ]
    business.catalog.put(connection, updates, "import")
    language = source.source_language or source.main_language or _told(rows)
    pairs = [
        memory.Segment(
            language, row["language"], row["content"], row["translated"], file, row["name"] or row["field"],
            placed.owners.get(place, ""),
        )
        for place, row in enumerate(rows)
        if language and place not in placed.unplaced and languages.base(row["language"]) != languages.base(language)
        and row["content"].strip() and row["translated"].strip() and row["name"] != "handle"
        and max(len(row["content"]), len(row["translated"])) <= memory.LONGEST
    ]  # fmt: skip
    business.memory.write(connection, pairs)
    refused = [
        Rejected(rows[place]["line"], "Identification", rows[place]["identification"], why, rows[place]["cells"])
        for place, why in placed.unplaced.items()
    ]
    return placed.counts, refused


def _told(rows: Sequence[Mapping[str, Any]]) -> str:
    """The language of what was translated, as far as its words tell."""
    text = " ".join(row["content"] for row in rows if row["name"] != "handle")[:_SAMPLE]
    told: str | None = importlib.import_module("weft.claims.languages").language_of(text)
    return told or ""
