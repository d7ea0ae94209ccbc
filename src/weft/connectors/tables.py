"""Any CSV or TSV: columns found by guessing and by `--map`; rows of one product, or lines of one order, grouped."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from weft.connectors import Rejected, Taken, Written, cells, ledger, supplying
from weft.connectors.guessing import NAMES, REQUIRED, decimal_mark, grams_in, guess, ignored, settled
from weft.connectors.shopify.products import slug
from weft.connectors.source import Source, padded
from weft.errors import InputError, UnknownFormat
from weft.money import exponent

_SAMPLE: Final = 200
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
_OPEN: Final[Mapping[str, tuple[str, ...]]] = {
    "products": ("attributes.", "options.", "translations."),
    "customers": ("address.",),
}


def _is_field(kind: str, name: str) -> bool:
    family = next((prefix for prefix in _OPEN.get(kind, ()) if name.startswith(prefix)), None)
    if family == "translations.":
        return all(name.split(".", 2)[1:]) and name.count(".") >= 2
    if family:
        return len(name) > len(family)
    return name in NAMES[kind] or (kind == "products" and name.startswith("variants.") and name[9:] in _VARIANT)


def fields_of(kind: str, source: Source) -> dict[str, str]:
    """The fields of a table with their columns: guessed, and as `mapping` says; raises InputError for a wrong mapping."""
    sample = [row for _, row in islice(source.rows(), _SAMPLE)]
    found = guess(kind, source.header, sample)
    lower = {name.lower(): name for name in source.header}
    for header in ignored(source.header, source.mapping):
        found = {held: place for held, place in found.items() if place != header}
    for field, column in source.mapping.items():
        if field == "-":
            columns = [column] if column.strip().lower() in lower else column.split(",")
            absent = next((part.strip() for part in columns if part.strip().lower() not in lower), None)
            if absent is not None:
                raise InputError(
                    f"--map -={column}: the file has no column {absent!r}; it has {', '.join(source.header)}."
                )
            continue
        mapped = lower.get(column.strip().lower())
        if mapped is None:
            raise InputError(
                f"--map {field}={column}: the file has no column {column!r}; it has {', '.join(source.header)}."
            )
        name = _SHORT.get(kind, {}).get(field, field)
        if not _is_field(kind, name):
            raise InputError(
                f"--map {field}={column}: {field!r} is not a field of {kind}; fields are {', '.join(NAMES[kind])}."
            )
        found = {held: place for held, place in found.items() if place != mapped}
        found[name] = mapped
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
    writes = frozenset(("orders", "suppliers", "purchases"))

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
        readers = {
            "products": _products,
            "customers": _customers,
            "stock": _levels,
            "suppliers": supplying.suppliers,
            "purchases": supplying.purchases,
        }
        return readers[kind](source, fields)

    def write(self, kind: str, records: Iterable[Any], path: Path, options: Mapping[str, Any]) -> list[Written]:
        """Write orders or purchase orders by line, or suppliers by what they deliver."""
        if kind not in self.writes:
            raise UnknownFormat(f"Tables of {kind} are not written; use shopify or jsonl.")
        currency = str(options.get("currency") or "")
        if kind == "orders":
            return ledger.write(records, path, currency)
        return supplying.write(kind, records, path, currency or "EUR")


def _amount(usual: str, mark: str | None) -> Callable[[str, str | None], tuple[int | None, str]]:
    """A reader of one column's amounts, given the currency of the row where that names one."""

    def read(cell: str, named: str | None) -> tuple[int | None, str]:
        currency = cells.currency_in(cell, named or usual) or named or usual
        if not cell.strip():
            return None, currency
        text = settled(cell, "." if mark is None and exponent(currency) == 3 else mark)
        return cells.price(text, currency), currency

    return read


def _grams(header: str) -> Callable[[str], float | None]:
    usual = grams_in(header) or 1.0

    def read(cell: str) -> float | None:
        factor = grams_in(cell)
        value = cells.number(cell if factor is None else re.sub(r"[A-Za-z ]+$", "", cell))
        factor = factor or usual
        return None if value is None else round(value * factor, 6)

    return read


_FORMS: Final[Mapping[str, Callable[[str], Any]]] = {
    "barcode": cells.unquoted,
    "sku": cells.unquoted,
    "stock": cells.integer,
    "tags": lambda cell: [part.strip() for part in re.split(r"[,;|]", cell) if part.strip()],
    "status": lambda cell: cell.strip().lower(),
}


class _Products:
    def __init__(self, source: Source, fields: Mapping[str, str]) -> None:
        at = {name: index for index, name in reversed(list(enumerate(source.header)))}
        self.source = source
        self.at = {field: at[column] for field, column in fields.items()}
        sample = [row for _, row in islice(source.rows(), _SAMPLE)]
        self.amounts = {}
        for name in ("price", "compare_at", "cost"):
            place = self.at.get(f"variants.{name}")
            if place is not None:
                usual = cells.currency_in(source.header[place], source.currency) or source.currency
                mark = decimal_mark(row[place] for row in sample if len(row) > place)
                self.amounts[name] = (place, _amount(usual, mark))
        used = set(self.at.values()) | {at[h] for h in ignored(source.header, source.mapping)}
        self.kept = [(h, i) for i, h in enumerate(source.header) if i not in used and h]
        self.plain = [
            (field, index, _FORMS.get(field, str.strip))
            for field, index in self.at.items()
            if "." not in field and field not in ("id", "parent", "currency")
        ]
        self.options = self._family("options.")
        self.attributes = self._family("attributes.")
        self.translations = self._family("translations.")
        self.variants = [
            (name, index, _grams(source.header[index]) if name == "grams" else _FORMS.get(name, str.strip))
            for name, index in self._family("variants.")
            if name not in self.amounts
        ]
        outside = ("options.", "parent", "id", "currency")
        self.known = {field: column for field, column in fields.items() if not field.startswith(outside)}
        self.known |= {f"columns.{header}": header for header, _ in self.kept}
        self.known |= {f"attributes.{name}": source.header[index] for name, index in self.options}

    def _family(self, prefix: str) -> list[tuple[str, int]]:
        return [(f.removeprefix(prefix), index) for f, index in self.at.items() if f.startswith(prefix)]

    def said(self, row: Sequence[str], field: str) -> str:
        """What a row says in a field; an empty text where it says nothing."""
        place = self.at.get(field)
        return "" if place is None else row[place].strip()

    def key(self, row: Sequence[str]) -> str:
        """The product that a row names: by its parent, its id, its SKU, or its title's slug; empty where by none."""
        for field in ("parent", "id", "variants.sku"):
            if said := self.said(row, field):
                return cells.unquoted(said)
        title = self.said(row, "title")
        return slug(title) if title else ""

    def choices(self, row: Sequence[str]) -> tuple[str, ...]:
        """What a row says in the option columns."""
        return tuple(row[index].strip() for _, index in self.options)

    def continues(self, row: Sequence[str], before: Sequence[str]) -> bool:
        """Whether a row without an id of its product is one more variant of the row before: same title, other options."""
        if self.said(row, "parent") or self.said(row, "id") or not self.said(row, "title"):
            return False
        chosen, other = self.choices(row), self.choices(before)
        same = all(self.said(row, field) == self.said(before, field) for field in ("title", "vendor"))
        return same and any(chosen) and any(other) and chosen != other

    def own(self, row: Sequence[str]) -> tuple[str, ...]:
        """What tells a row's variant from the product's others."""
        return (self.said(row, "variants.sku"), *self.choices(row))

    def conflict(self, row: Sequence[str], before: Sequence[str]) -> int | None:
        """The column in which a second row of one variant contradicts the first; more pictures and blanks do not."""
        picture = self.at.get("images.src")
        places = (place for place, cell in enumerate(row) if place != picture and cell.strip())
        return next((place for place in places if row[place] != before[place]), None)

    def record(self, key: str, rows: list[Sequence[str]], *, grouped: bool = False) -> dict[str, Any]:
        first = rows[0]
        product: dict[str, Any] = {"id": key, "known": self.known}
        for field, index, form in self.plain:
            product[field] = _formed(form, first, index)
        if not product.get("title"):
            product["part"] = True
        attributes = {name: first[i].strip() for name, i in self.attributes if first[i].strip()}
        # A row that names its parent is a variant, also where it is the only one.
        if grouped or self.said(first, "parent"):
            product["options"] = [
                {"name": name.capitalize()} for name, i in self.options if any(row[i].strip() for row in rows)
            ]
        else:
            attributes |= {name: first[i].strip() for name, i in self.options if first[i].strip()}
        if attributes:
            product["attributes"] = attributes
        translations: dict[str, dict[str, str]] = {}
        for name, index in self.translations:
            language, _, field = name.partition(".")
            if first[index].strip():
                translations.setdefault(language, {})[field] = first[index].strip()
        if translations:
            product["translations"] = translations
        if "images.src" in self.at:
            pictures = [
                src.strip() for row in rows for src in re.split(r"[\s,|;]+(?=https?:)", row[self.at["images.src"]])
            ]
            product["images"] = [{"src": src} for src in dict.fromkeys(pictures) if src]
        held = {header: first[i] for header, i in self.kept if first[i]}
        if held:
            product["columns"] = held
        seen: dict[tuple[str, ...], Sequence[str]] = {}
        for row in rows:
            seen.setdefault(self.own(row), row)
        product["variants"] = [self.variant(row, product, at) for at, row in enumerate(seen.values())]
        return product

    def variant(self, row: Sequence[str], product: Mapping[str, Any], at: int) -> dict[str, Any]:
        variant: dict[str, Any] = {}
        named = self.said(row, "currency")
        if named:
            named = (
                named.upper()
                if re.fullmatch("[A-Za-z]{3}", named)
                else cells.currency_in(named, self.source.currency) or ""
            )
            if not named:
                raise _Bad(self.at["currency"], "is not a currency such as EUR")
        for name, index, form in self.variants:
            variant[name] = _formed(form, row, index)
        for name, (index, read) in self.amounts.items():
            try:
                variant[name], currency = read(row[index], named or None)
            except ValueError as problem:
                raise _Bad(index, str(problem)) from None
            if variant[name] is not None and variant.setdefault("currency", currency) != currency:
                raise _Bad(index, f"is not in {variant['currency']} as the row's other amounts")
        variant.setdefault("currency", named or self.source.currency)
        names = {option["name"].lower(): option["name"] for option in product.get("options") or ()}
        variant["options"] = {names[name.lower()]: row[i].strip() for name, i in self.options if name.lower() in names}
        first = product.get("columns") or {}
        extra = {header: row[i] for header, i in self.kept if at and row[i] and row[i] != first.get(header)}
        return {**variant, **({"columns": extra} if extra else {})}


def _formed(form: Callable[[str], Any], row: Sequence[str], index: int) -> Any:
    try:
        return form(row[index])
    except ValueError as problem:
        raise _Bad(index, str(problem)) from None


class _Bad(Exception):
    def __init__(self, index: int, reason: str) -> None:
        super().__init__(reason)
        self.index, self.reason = index, reason


def _products(source: Source, fields: Mapping[str, str]) -> Iterator[Taken | Rejected]:
    layout = _Products(source, fields)
    key = ""
    rows: list[tuple[int, Sequence[str]]] = []
    for line, raw in source.rows():
        row = padded(raw, len(source.header))
        this = layout.key(row) if row is not None else ""
        if row is None or not this:
            reason = (
                "the row has more cells than the header" if row is None else "there is no id, SKU or title in the row"
            )
            yield Rejected(line, "", "", reason, raw)
            continue
        if rows and this != key and not layout.continues(row, rows[-1][1]):
            yield from _product(layout, key, rows)
            rows = []
        if not rows:
            key = this
        rows.append((line, row))
    if rows:
        yield from _product(layout, key, rows)


def _product(layout: _Products, key: str, rows: list[tuple[int, Sequence[str]]]) -> Iterator[Taken | Rejected]:
    """One product from its rows, behind those of them that cannot be taken."""
    good: list[Sequence[str]] = []
    seen: dict[tuple[str, ...], tuple[int, Sequence[str]]] = {}
    last = 0
    for line, row in rows:
        bad: tuple[int, str] | None = None
        before = seen.get(layout.own(row))
        place = layout.conflict(row, before[1]) if before else None
        if before and place is not None:
            bad = (place, f"differs from line {before[0]}, which is the same variant of {key!r}")
        try:
            if bad is None and len(rows) > 1:
                layout.record(key, [row])
        except _Bad as problem:
            bad = (problem.index, problem.reason)
        if bad is not None:
            yield Rejected(line, layout.source.header[bad[0]], row[bad[0]], bad[1], list(row))
            continue
        seen.setdefault(layout.own(row), (line, row))
        good.append(row)
        last = line
    if not good:
        return
    try:
        record = layout.record(layout.key(good[0]), good, grouped=len({layout.own(row) for _, row in rows}) > 1)
    except _Bad as problem:
        yield Rejected(last, layout.source.header[problem.index], good[0][problem.index], problem.reason, list(good[0]))
    else:
        yield Taken(last, len(good), record)


def _customers(source: Source, fields: Mapping[str, str]) -> Iterator[Taken | Rejected]:
    at = {name: index for index, name in reversed(list(enumerate(source.header)))}
    places = {field: at[column] for field, column in fields.items()}
    left_out = ignored(source.header, source.mapping)
    kept = [(h, i) for i, h in enumerate(source.header) if i not in places.values() and h and h not in left_out]
    known = {field: column for field, column in fields.items() if not field.startswith("address.")}
    known |= {f"columns.{header}": header for header, _ in kept}
    for line, raw in source.rows():
        row = padded(raw, len(source.header))
        if row is None:
            yield Rejected(line, "", "", "the row has more cells than the header", raw)
            continue
        said = {field: row[index].strip() for field, index in places.items()}
        key = next(
            (ledger.number_as_text(cells.unquoted(said[name])) for name in ("id", "email", "phone") if said.get(name)),
            "",
        )
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
