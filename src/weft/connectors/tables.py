"""Any CSV or TSV: columns found by guessing and by `--map`; rows of one product, or lines of one order, grouped."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from weft.connectors import Rejected, Taken, Written, cells, ledger
from weft.connectors.guessing import NAMES, REQUIRED, guess, strip_currency
from weft.connectors.shopify.products import slug
from weft.connectors.source import Source, padded
from weft.errors import InputError, UnknownFormat

_VARIANT: Final = (
    "sku",
    "barcode",
    "price",
    "compare_at",
    "cost",
    "stock",
    "grams",
    "image",
    "weight_unit",
    "policy",
    "tracker",
    "tax_code",
)
_SHORT: Final = {
    "products": {name: f"variants.{name}" for name in _VARIANT if name != "image"}
    | {"image": "images.src", "color": "attributes.color"},
    "orders": {"order": "id", "date": "at", "placed_at": "at", "line.price": "price", "unit_price": "price"},
}
_OPEN: Final = ("attributes.", "options.", "address.", "translations.", "columns.")


def fields_of(kind: str, source: Source) -> dict[str, str]:
    """The fields of a table with their columns: guessed, and as `mapping` says; raises InputError for a wrong mapping."""
    sample = [row for _, row in islice(source.rows(), 200)]
    found = guess(kind, source.header, sample)
    lower = {name.lower(): name for name in source.header}
    for field, column in source.mapping.items():
        header = lower.get(column.strip().lower())
        if header is None:
            raise InputError(
                f"--map {field}={column}: the file has no column {column!r}; it has {', '.join(source.header)}."
            )
        name = _SHORT.get(kind, {}).get(field, field)
        if (
            name != "-"
            and name not in NAMES[kind]
            and not name.startswith(_OPEN)
            and name.removeprefix("variants.") not in _VARIANT
        ):
            raise InputError(
                f"--map {field}={column}: {field!r} is not a field of {kind}; fields are {', '.join(NAMES[kind])}."
            )
        found = {held: place for held, place in found.items() if place != header}
        found[name] = header
    found.pop("-", None) if "-" not in source.mapping else None
    source.guessed = found
    return found


def _missing(kind: str, fields: Mapping[str, str]) -> str | None:
    for group in REQUIRED[kind]:
        if not any(name in fields for name in group):
            return " or ".join(name.removeprefix("variants.") for name in group)
    return None


class Tables:
    """The connector to tables of nobody's format in particular."""

    name = "tables"
    reads = frozenset(NAMES)
    writes = frozenset(("orders",))

    def recognizes(self, kind: str, source: Source) -> float:
        """Somewhat sure when the columns that the kind needs can be found."""
        if source.is_json:
            return 0.0
        fields = fields_of(kind, source)
        lacks = _missing(kind, fields)
        if lacks and source.mapping:
            raise InputError(
                f"{source.path.name}: no column was found for {lacks}; name it with --map. Columns: {', '.join(source.header)}."
            )
        return 0.0 if lacks else 0.5

    def read(self, kind: str, source: Source) -> Iterator[Taken | Rejected]:
        """Records of that kind."""
        fields = fields_of(kind, source)
        lacks = _missing(kind, fields)
        if lacks:
            raise InputError(
                f"{source.path.name}: no column was found for {lacks}; name it with --map. Columns: {', '.join(source.header)}."
            )
        if kind == "orders":
            return ledger.read(source, fields)
        readers = {"products": _products, "customers": _customers, "stock": _levels}
        return readers[kind](source, fields)

    def write(self, kind: str, records: Iterable[Any], path: Path, options: Mapping[str, Any]) -> list[Written]:
        """Write orders as a table by line."""
        if kind != "orders":
            raise UnknownFormat(f"Tables of {kind} are not written; use shopify or jsonl.")
        del options
        return ledger.write(records, path)


def _amount(source: Source, header: str) -> Callable[[str], tuple[int | None, str]]:
    usual = cells.currency_in(header) or source.currency

    def read(cell: str) -> tuple[int | None, str]:
        if not cell.strip():
            return None, usual
        currency = cells.currency_in(cell) or usual
        return cells.price(strip_currency(cell).strip(), currency), currency

    return read


_FORMS: Final[Mapping[str, Callable[[str], Any]]] = {
    "barcode": cells.unquoted,
    "sku": cells.unquoted,
    "stock": cells.integer,
    "grams": cells.number,
    "tags": lambda cell: [part.strip() for part in re.split(r"[,;|]", cell) if part.strip()],
    "status": lambda cell: cell.strip().lower(),
}


class _Products:
    def __init__(self, source: Source, fields: Mapping[str, str]) -> None:
        at = {name: index for index, name in reversed(list(enumerate(source.header)))}
        self.source = source
        self.at = {field: at[column] for field, column in fields.items()}
        self.amounts = {
            name: _amount(source, fields[f"variants.{name}"])
            for name in ("price", "compare_at", "cost")
            if f"variants.{name}" in fields
        }
        used = set(self.at.values())
        ignored = source.mapping.get("-", "").lower()
        self.kept = [(h, i) for i, h in enumerate(source.header) if i not in used and h and h.lower() != ignored]
        self.plain = [
            (field, index, _FORMS.get(field, str.strip))
            for field, index in self.at.items()
            if "." not in field and field not in ("id", "parent")
        ]
        self.options = [(f.removeprefix("options."), i) for f, i in self.at.items() if f.startswith("options.")]
        self.attributes = [
            (f.removeprefix("attributes."), i) for f, i in self.at.items() if f.startswith("attributes.")
        ]
        self.variants = [
            (name, index, _FORMS.get(name, str.strip))
            for field, index in self.at.items()
            if field.startswith("variants.") and (name := field.removeprefix("variants.")) not in self.amounts
        ]
        self.known = {
            field: column for field, column in fields.items() if not field.startswith(("options.", "parent", "id"))
        }
        self.known |= {f"columns.{header}": header for header, _ in self.kept}
        self.known |= {f"attributes.{name}": name for name, _ in self.options}

    def key(self, row: Sequence[str]) -> str:
        for field in ("parent", "id", "variants.sku"):
            if field in self.at and row[self.at[field]].strip():
                return cells.unquoted(row[self.at[field]].strip())
        return slug(row[self.at["title"]]) if "title" in self.at and row[self.at["title"]].strip() else ""

    def record(self, key: str, rows: list[Sequence[str]]) -> dict[str, Any]:
        first = rows[0]
        product: dict[str, Any] = {"id": key, "known": self.known, "columns": {}, "attributes": {}}
        index = -1
        try:
            for field, index, form in self.plain:
                product[field] = form(first[index])
        except ValueError as problem:
            raise _Bad(index, str(problem)) from None
        if not product.get("title"):
            product["part"] = True
        product["attributes"] = {name: first[i].strip() for name, i in self.attributes if first[i].strip()}
        if len(rows) > 1:
            product["options"] = [
                {"name": name.capitalize()} for name, i in self.options if any(row[i] for row in rows)
            ]
        else:
            product["attributes"] |= {name: first[i].strip() for name, i in self.options if first[i].strip()}
        if "images.src" in self.at:
            pictures = [
                src.strip() for row in rows for src in re.split(r"[\s,|]+(?=https?:)", row[self.at["images.src"]])
            ]
            product["images"] = [{"src": src} for src in dict.fromkeys(pictures) if src]
        product["columns"] = {header: first[i] for header, i in self.kept if first[i]}
        product["variants"] = [self.variant(row, product, at) for at, row in enumerate(rows)]
        return {
            name: value for name, value in product.items() if value not in ({}, []) or name in ("images", "variants")
        }

    def variant(self, row: Sequence[str], product: Mapping[str, Any], at: int) -> dict[str, Any]:
        variant: dict[str, Any] = {"currency": self.source.currency}
        index = -1
        try:
            for name, index, form in self.variants:
                variant[name] = form(row[index])
            for name, read in self.amounts.items():
                index = self.at[f"variants.{name}"]
                amount, currency = read(row[index])
                variant[name] = amount
                if amount is not None:
                    variant["currency"] = currency
        except ValueError as problem:
            raise _Bad(index, str(problem)) from None
        names = {option["name"].lower(): option["name"] for option in product.get("options") or ()}
        variant["options"] = {names[name.lower()]: row[i].strip() for name, i in self.options if name.lower() in names}
        extra = {
            header: row[i] for header, i in self.kept if at and row[i] and row[i] != product["columns"].get(header)
        }
        return {**variant, **({"columns": extra} if extra else {})}


class _Bad(Exception):
    def __init__(self, index: int, reason: str) -> None:
        super().__init__(reason)
        self.index, self.reason = index, reason


def _products(source: Source, fields: Mapping[str, str]) -> Iterator[Taken | Rejected]:
    layout = _Products(source, fields)
    key, rows, last = "", [], 0  # type: ignore[var-annotated]

    def done() -> Iterator[Taken | Rejected]:
        good: list[Sequence[str]] = []
        bad: list[Rejected] = []
        for line, row in rows:
            try:
                layout.record(key, [row])
                good.append(row)
            except _Bad as problem:
                bad.append(Rejected(line, source.header[problem.index], row[problem.index], problem.reason, list(row)))
        yield from bad
        if good:
            yield Taken(last, len(good), layout.record(key, good))

    for line, raw in source.rows():
        row = padded(raw, len(source.header))
        this = layout.key(row) if row is not None else ""
        if row is None or not this:
            reason = (
                "the row has more cells than the header" if row is None else "there is no id, SKU or title in the row"
            )
            yield Rejected(line, "", "", reason, raw)
            continue
        if this != key and rows:
            yield from done()
            rows = []
        key, last = this, line
        rows.append((line, row))
    if rows:
        yield from done()


def _customers(source: Source, fields: Mapping[str, str]) -> Iterator[Taken | Rejected]:
    at = {name: index for index, name in reversed(list(enumerate(source.header)))}
    places = {field: at[column] for field, column in fields.items()}
    kept = [(h, i) for i, h in enumerate(source.header) if i not in places.values() and h]
    known = {field: column for field, column in fields.items() if not field.startswith("address.")}
    for line, raw in source.rows():
        row = padded(raw, len(source.header))
        if row is None:
            yield Rejected(line, "", "", "the row has more cells than the header", raw)
            continue
        said = {field: row[index].strip() for field, index in places.items()}
        key = next((cells.unquoted(said[name]) for name in ("id", "email", "phone") if said.get(name)), "")
        if not key:
            yield Rejected(
                line,
                fields.get("id") or fields.get("email", ""),
                "",
                "a customer needs an id, an email or a phone",
                raw,
            )
            continue
        record: dict[str, Any] = {"id": key, "known": known}
        address = {
            field.removeprefix("address."): value
            for field, value in said.items()
            if field.startswith("address.") and value
        }
        record.update({f: v for f, v in said.items() if "." not in f and f not in ("id", "tags", "accepts_marketing")})
        try:
            if "accepts_marketing" in said:
                record["accepts_marketing"] = cells.flag(said["accepts_marketing"])
        except ValueError as problem:
            yield Rejected(line, fields["accepts_marketing"], said["accepts_marketing"], str(problem), raw)
            continue
        if "tags" in said:
            record["tags"] = [part.strip() for part in said["tags"].split(",") if part.strip()]
        if address:
            record["addresses"] = [address]
        extra = {header: row[index] for header, index in kept if row[index]}
        yield Taken(line, 1, {**record, **({"columns": extra} if extra else {})})


def _levels(source: Source, fields: Mapping[str, str]) -> Iterator[Taken | Rejected]:
    at = {name: index for index, name in reversed(list(enumerate(source.header)))}
    places = {field: at[column] for field, column in fields.items()}
    for line, raw in source.rows():
        row = padded(raw, len(source.header))
        if row is None:
            yield Rejected(line, "", "", "the row has more cells than the header", raw)
            continue
        said = {field: row[index].strip() for field, index in places.items()}
        try:
            quantity = cells.integer(said["quantity"])
        except ValueError as problem:
            yield Rejected(line, fields["quantity"], said["quantity"], str(problem), raw)
            continue
        sku, product = cells.unquoted(said.get("sku", "")), said.get("product")
        if quantity is None or not (sku or product):
            yield Rejected(
                line, fields["quantity"], said["quantity"], "a level needs a quantity, and an SKU or a product", raw
            )
            continue
        yield Taken(
            line,
            1,
            {
                "product": product or None,
                "sku": sku or None,
                "location": said.get("location", ""),
                "quantity": quantity,
            },
        )


CONNECTOR = Tables()
