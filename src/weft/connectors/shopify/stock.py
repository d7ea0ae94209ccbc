"""Inventory: one row per variant and location. What Shopify alone counts is kept beside the level, as it was."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from weft.connectors import Rejected, Taken, Written, cells
from weft.connectors.sheets import Sheets
from weft.connectors.source import Source, padded

# The first that has something says how many there are; of those that Shopify reads the first that is there is written.
QUANTITIES: Final = ("on hand (new)", "on hand (current)", "on hand", "available (not editable)", "available")
_WRITTEN: Final = ("On hand (new)", "On hand", "Available")
_OPTIONS: Final = tuple(f"Option{n} {part}" for n in (1, 2, 3) for part in ("Name", "Value"))
_FIELDS: Final = frozenset(name.lower() for name in ("Handle", "Title", *_OPTIONS, "SKU", "Location"))
# The order of Shopify's file, old columns where the new ones of their kind stand.
_ORDER: Final = (
    *("HS Code", "COO", "Location", "Bin name", "Incoming (not editable)", "Incoming", "Unavailable (not editable)"),
    *("Unavailable", "Committed (not editable)", "Committed", "Available (not editable)", "Available"),
    *("On hand (current)", "On hand", "On hand (new)"),
)
_NONE: Final = "not stocked"


def _quantity(cell: str) -> int | None:
    return None if cell.strip().lower() == _NONE else cells.integer(cell)


def read(source: Source) -> Iterator[Taken | Rejected]:
    """Stock levels; a location at which a variant is not stocked has none."""
    at = {name.lower(): index for index, name in reversed(list(enumerate(source.header)))}
    quantities = [at[name] for name in QUANTITIES if name in at]
    usual = {name.lower(): name for name in _ORDER}
    named = [(usual.get(name.lower(), name), index) for index, name in enumerate(source.header) if name]
    kept = [(name, index) for name, index in named if name.lower() not in _FIELDS]
    width = len(source.header)
    for line, raw in source.rows():
        row = padded(raw, width)
        if row is None:
            yield Rejected(line, "", raw[width], f"the row has {len(raw)} cells and the header {width}", raw)
            continue
        index = next((place for place in quantities if row[place].strip()), quantities[0])
        cell = row[index].strip()
        try:
            quantity = _quantity(cell)
        except ValueError as problem:
            yield Rejected(line, source.header[index], cell, str(problem), raw)
            continue
        if not cell:
            yield Rejected(line, source.header[index], cell, "there is no quantity", raw)
            continue
        record = {**_place(at, row), "quantity": quantity, "columns": {name: row[index] for name, index in kept}}
        yield Taken(line, 1, record)


def _place(at: Mapping[str, int], row: Sequence[str]) -> dict[str, Any]:
    """The variant and the location of a row."""
    sku = cells.unquoted(row[at["sku"]]).strip() if "sku" in at else ""
    options = {
        (row[at[f"option{n} name"]] if f"option{n} name" in at else "") or f"Option{n}": row[at[f"option{n} value"]]
        for n in (1, 2, 3)
        if f"option{n} value" in at and row[at[f"option{n} value"]]
    }
    return {
        "product": row[at["handle"]].strip() or None if "handle" in at else None,
        "sku": None if sku in ("", "-") else sku,
        "options": options or None,
        "location": row[at["location"]].strip() if "location" in at else "",
    }


def _shown(level: Mapping[str, Any], header: str, kept: Mapping[str, str]) -> str:
    """The quantity as Shopify reads it: blank where it was, as long as it is what another column says."""
    quantity = level.get("quantity")
    if kept.get(header) == "":
        counted = {name.lower(): cell for name, cell in kept.items()}
        said = next((counted[name] for name in QUANTITIES if counted.get(name, "").strip()), "")
        with suppress(ValueError):
            if said and _quantity(said) == quantity:
                return ""
    return _NONE if quantity is None else str(quantity)


def write(records: Iterable[Mapping[str, Any]], path: Path, options: Mapping[str, Any]) -> list[Written]:
    """Write stock levels to be read back as the quantities on hand; other columns are kept, and go to files of their own."""
    del options
    sheets = Sheets(path)
    usual = _header({})
    headers: dict[tuple[str, ...], tuple[list[str], str]] = {}
    for level in records:
        kept: Mapping[str, str] = level.get("columns") or {}
        key = tuple(kept)
        if key not in headers:
            headers[key] = _header(kept)
        header, written = headers[key]
        pairs = list((level.get("options") or {}).items())[:3]
        named = zip(_OPTIONS, [cell for pair in pairs for cell in pair], strict=False)
        row = {**kept, **dict(named), "Handle": level.get("product"), "Title": level.get("title")}
        row |= {"SKU": level.get("sku"), "Location": level["location"], written: _shown(level, written, kept)}
        sheets.add(header, [[row.get(name) or "" for name in header]])
    return sheets.done(usual[0])


def _header(kept: Iterable[str]) -> tuple[list[str], str]:
    """The columns of levels with these columns of their own, and the one for the quantity."""
    names = list(kept)
    written = next((name for name in _WRITTEN if name in names), _WRITTEN[0])
    others = {*names, "Location", written}
    known = [name for name in _ORDER if name in others]
    unknown = sorted(others - set(known))
    return ["Handle", "Title", *_OPTIONS, "SKU", *known, *unknown], written
