"""Translations: a row for each text, language and market. What is of no product is kept as it is, and goes out again."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from weft.connectors import Rejected, Taken, Written
from weft.connectors.source import Source, padded
from weft.errors import WeftError
from weft.store import languages

HEADER: Final = (
    "Type",
    "Identification",
    "Field",
    "Locale",
    "Market",
    "Status",
    "Default content",
    "Translated content",
)
_FIELDS: Final = {
    "title": "title",
    "body_html": "description",
    "product_type": "type",
    "meta_title": "seo_title",
    "meta_description": "seo_description",
    "handle": "handle",
}
_HEADERS: Final = {name: field for field, name in _FIELDS.items()}
_PRODUCT: Final = "PRODUCT"
# What Shopify knows by an id of its own, and here by its text: the part that it is, and the field that is translated.
_PARTS: Final = {
    "PRODUCT_OPTION": ("option", "name"),
    "PRODUCT_OPTION_VALUE": ("value", "name"),
    "MEDIA_IMAGE": ("alt", "alt"),
}
_BY_ID: Final = re.compile(r"(?P<what>options|values)\..+|image_\d+_alt", re.DOTALL)
_HELD: Final = 500
_LONGEST: Final = 500


def read(source: Source) -> Iterator[Taken | Rejected]:
    """The rows, those of one thing together."""
    at = {name.lower(): place for place, name in reversed(list(enumerate(source.header)))}
    places = [at.get(name.lower()) for name in HEADER]
    group: list[dict[str, Any]] = []
    for line, raw in source.rows():
        row = padded(raw, len(source.header))
        if row is None:
            reason = f"the row has {len(raw)} cells and the header {len(source.header)}"
            yield Rejected(line, "", raw[len(source.header)], reason, raw)
            continue
        said = _said([row[place] if place is not None else "" for place in places])
        wrong = _wrong(said)
        if wrong is not None:
            yield Rejected(line, wrong[0], wrong[1][:200], wrong[2], raw)
            continue
        said |= {"line": line, "cells": list(raw)}
        if group and (_thing(group[0]) != _thing(said) or len(group) >= _HELD):
            yield _taken(group)
            group = []
        group.append(said)
    if group:
        yield _taken(group)


def _taken(group: Sequence[dict[str, Any]]) -> Taken:
    return Taken(group[-1]["line"], len(group), {"rows": list(group)})


def _thing(said: Mapping[str, Any]) -> tuple[str, str]:
    return said["type"], said["identification"]


def _said(cells: Sequence[str]) -> dict[str, Any]:
    names = ("type", "identification", "field", "locale", "market", "status", "content", "translated")
    said: dict[str, Any] = dict(zip(names, cells, strict=True))
    # Excel's guard before a number that is none.
    said["identification"] = said["identification"].removeprefix("'")
    kind = said["type"].strip().upper()
    said["name"] = _FIELDS.get(said["field"].strip().lower()) if kind == _PRODUCT else None
    part, field = _PARTS.get(kind, (None, ""))
    said["part"] = part if said["field"].strip().lower() == field else None
    return said


def _wrong(said: dict[str, Any]) -> tuple[str, str, str] | None:
    """Why a row cannot be taken: the column, what it says there, the reason; its language is noted on the way."""
    for name, column in (
        ("type", "Type"),
        ("identification", "Identification"),
        ("field", "Field"),
        ("locale", "Locale"),
    ):
        if not said[name].strip():
            return column, "", "there is nothing in this column, so nobody knows what the translation is of"
        if len(said[name]) > _LONGEST:
            return column, said[name], f"is longer than {_LONGEST} characters"
    try:
        said["language"] = languages.tag(said["locale"])
    except WeftError as problem:
        return "Locale", said["locale"], problem.message.rstrip(".")
    return None


def _why(name: str) -> str:
    """Why a product's translation of this name cannot go into the file."""
    there = _BY_ID.fullmatch(name)
    if there is None:
        return f"Shopify's file has no field for {name.partition('.')[0]!r} of a product"
    return (
        f"Shopify knows {there['what'] or 'texts of images'} by ids that only its own file of translations has: export that one in "
        "Shopify (Settings, Languages), import it with `weft import translations`, and export again"
    )


def write(records: Iterable[Mapping[str, Any]], path: Path, options: Mapping[str, Any]) -> list[Written]:
    """Write rows that have a translation: those of an imported file as they came, then those of other products."""
    del options
    count = left = 0
    reasons: dict[str, None] = {}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for record in records:
            field = record.get("field") or _HEADERS.get(record["name"])
            if field is None:
                left += 1
                reasons[_why(record["name"])] = None
                continue
            if not record["translated"].strip():
                continue
            count += 1
            writer.writerow(
                (
                    *(record.get("type") or _PRODUCT, record["identification"], field),
                    *(
                        record.get("locale") or record["language"],
                        record.get("market") or "",
                        record.get("status") or "",
                    ),
                    *(record["content"], record["translated"]),
                )
            )
    return [Written(path, count, count, left, tuple(list(reasons)[:5]))]
