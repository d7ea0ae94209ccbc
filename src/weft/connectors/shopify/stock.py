"""Inventory: one row per variant and location."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from weft.connectors import Rejected, Taken, Written, cells
from weft.connectors.source import Source, padded

QUANTITIES: Final = ("on hand (new)", "on hand (current)", "on hand", "available (not editable)", "available")


def read(source: Source) -> Iterator[Taken | Rejected]:
    """Stock levels; a location at which a variant is not stocked has none."""
    at = {name.lower(): index for index, name in reversed(list(enumerate(source.header)))}
    quantities = [at[name] for name in QUANTITIES if name in at]
    width = len(source.header)
    for line, raw in source.rows():
        row = padded(raw, width)
        if row is None:
            yield Rejected(line, "", raw[width], f"the row has {len(raw)} cells and the header {width}", raw)
            continue
        index = next((place for place in quantities if row[place].strip()), quantities[0])
        cell = row[index].strip()
        try:
            quantity = None if cell.lower() == "not stocked" else cells.integer(cell)
        except ValueError as problem:
            yield Rejected(line, source.header[index], cell, str(problem), raw)
            continue
        if not cell:
            yield Rejected(line, source.header[index], cell, "there is no quantity", raw)
            continue
        sku = cells.unquoted(row[at["sku"]]).strip() if "sku" in at else ""
        options = {
            (row[at[f"option{n} name"]] if f"option{n} name" in at else "") or f"Option{n}": row[at[f"option{n} value"]]
            for n in (1, 2, 3)
            if f"option{n} value" in at and row[at[f"option{n} value"]]
        }
        record = {
            "product": row[at["handle"]].strip() or None if "handle" in at else None,
            "sku": None if sku in ("", "-") else sku,
            "options": options or None,
            "location": row[at["location"]].strip() if "location" in at else "",
            "quantity": quantity,
        }
        yield Taken(line, 1, record)


def write(records: Iterable[Mapping[str, Any]], path: Path, options: Mapping[str, Any]) -> list[Written]:
    """Write stock levels so that they can be read back in as the new quantities on hand."""
    del options
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        names = [f"Option{n} {part}" for n in (1, 2, 3) for part in ("Name", "Value")]
        writer.writerow(["Handle", *names, "SKU", "Location", "On hand (new)"])
        for level in records:
            pairs = list((level.get("options") or {}).items())[:3]
            cells_ = [cell for pair in pairs for cell in pair] + [""] * (6 - 2 * len(pairs))
            quantity = level.get("quantity")
            shown = "not stocked" if quantity is None else quantity
            writer.writerow([level.get("product") or "", *cells_, level.get("sku") or "", level["location"], shown])
            count += 1
    return [Written(path, count, count)]
