"""Products on their way in: a row each, and with it the rows of its variations, wherever in the file they stand.

A product's id is the name by which WooCommerce's own files speak of it: its SKU, else `id:44`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from weft.connectors import Rejected, Taken, cells
from weft.connectors.offers import SUFFIX
from weft.connectors.seen import Seen
from weft.connectors.shopify.products import slug
from weft.connectors.source import Source, padded
from weft.connectors.woocommerce import columns as names
from weft.connectors.woocommerce.variations import Line, Variations


class _Bad(Exception):
    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


class _Layout:
    """Where a file has what: made once from its header."""

    def __init__(self, source: Source) -> None:
        self.header, self.currency = list(map(names.canonical, source.header)), source.currency
        self.at = {name.lower(): index for index, name in reversed(list(enumerate(source.header)))}
        self.product = [
            (column, self.at[name]) for column in names.PRODUCT if (name := column.header.lower()) in self.at
        ]
        self.variant = [
            (column, self.at[name]) for column in names.VARIANT if (name := column.header.lower()) in self.at
        ]
        self.first = {field: self.at[name.lower()] for field, name in names.FIRST.items() if name.lower() in self.at}
        self.weight: int | None
        self.weight, self.unit = next(
            ((index, unit) for index, name in enumerate(source.header) if (unit := names.unit_of(name))), (None, "")
        )
        self.slots: dict[int, dict[str, int]] = {}
        for index, name in enumerate(source.header):
            if found := names.slot_of(name):
                self.slots.setdefault(found[0], {}).setdefault(found[1], index)
        self.slots = {number: parts for number, parts in sorted(self.slots.items()) if "name" in parts}
        self._known = self._fields()
        self._spoken: dict[tuple[Any, ...], dict[str, str]] = {}
        self._find_kept()

    def _find_kept(self) -> None:
        """Find the columns for which Weft has no field, and those for which a product with variations has none."""
        of_product = {index for _, index in self.product} | {*self.first.values()}
        of_product |= {index for parts in self.slots.values() for index in parts.values()}
        of_product |= {self.at[name.lower()] for name in (names.TYPE, names.IMAGES) if name.lower() in self.at}
        self.of_variant = {index for _, index in self.variant}
        self.of_variant |= {
            index for index in (*self._prices(), self.place(names.IN_STOCK), self.weight) if index is not None
        }
        every = {index for index, name in enumerate(self.header) if name}
        self.kept = sorted(every - of_product - self.of_variant)
        # A variation has texts and flags of its own in the columns of a product's.
        slots = {index for parts in self.slots.values() for index in parts.values()}
        structure = {self.place(name) for name in (names.TYPE, names.PARENT, names.IMAGES, names.NAME)}
        self.of_variation = sorted(every - self.of_variant - slots - structure)

    def place(self, name: str) -> int | None:
        """Where a column is, if it is there."""
        return self.at.get(name.lower())

    def cell(self, row: Sequence[str], name: str) -> str:
        """The cell of a column; a blank one if there is none."""
        index = self.at.get(name.lower())
        return "" if index is None else row[index]

    def _prices(self) -> tuple[int | None, int | None]:
        return self.place(names.REGULAR), self.place(names.SALE)

    def _fields(self) -> dict[str, str]:
        """The fields of which the file speaks, and every column by its name, so that a blank cell blanks what was kept."""
        known = {column.field: self.header[index] for column, index in self.product}
        known |= {field: self.header[index] for field, index in self.first.items()}
        known |= {f"variants.{column.field}": self.header[index] for column, index in self.variant}
        places = {"variants.price": names.REGULAR, "variants.compare_at": names.SALE, "images.src": names.IMAGES}
        places |= {
            "variants.requires_shipping": names.TYPE,
            "variants.image": names.IMAGES,
            "description": "Description",
        }
        known |= {
            field: self.header[self.at[name.lower()]] for field, name in places.items() if name.lower() in self.at
        }
        if self.weight is not None:
            known["variants.grams"] = self.header[self.weight]
        if names.SALE.lower() in self.at and names.REGULAR.lower() not in self.at:
            del known["variants.compare_at"]
        if self.slots:
            # WooCommerce has all attributes of a product in its row, so that one which is not there is none.
            known["attributes"] = names.slot(min(self.slots), "name")
        own = next((name for name in (names.SKU, names.ID) if name.lower() in self.at), names.NAME)
        return known | {"id": own} | {f"columns.{name}": name for name in self.header if name}

    def known(self, attributes: Sequence[str], escaped: bool) -> dict[str, str]:
        """What the file says of a product with these attributes, one object for all that are alike."""
        key = (*attributes, escaped)
        if key not in self._spoken:
            style = {"description.escaped": "Description"} if escaped else {}
            said = {f"attributes.{names.key_of(name)}": names.slot(n, "name") for n, name in enumerate(attributes, 1)}
            self._spoken[key] = {**self._known, **style, **said}
        return self._spoken[key]

    def named(self, row: Sequence[str]) -> list[tuple[int, str, str]]:
        """The attributes of a row: number, label, the cell of its values."""
        found = []
        for number, parts in self.slots.items():
            if row[parts["name"]].strip():
                value = row[parts["value(s)"]] if "value(s)" in parts else ""
                found.append((number, names.text(row[parts["name"]]).strip(), value))
        return found

    def nameless(self, row: Sequence[str]) -> dict[str, str]:
        """What a row says of attributes that it does not name."""
        return {
            names.slot(number, part): row[index]
            for number, parts in self.slots.items()
            if not row[parts["name"]].strip()
            for part, index in parts.items()
            if row[index]
        }

    def is_variation(self, row: Sequence[str]) -> bool:
        """Whether a row is a variation; one that says no type is if it names a parent."""
        words = names.types(self.cell(row, names.TYPE))
        return names.is_variation(words) if words else bool(self.cell(row, names.PARENT).strip())


_Cells = dict[str, str]


def _priced(layout: _Layout, row: Sequence[str], kept: _Cells) -> dict[str, Any]:
    """The price that is asked and the one before; a sale price that WooCommerce would not take is kept aside."""
    said: dict[str, Any] = {}
    amounts: dict[str, int | None] = {}
    for name in (names.REGULAR, names.SALE):
        index = layout.place(name)
        if index is not None:
            try:
                amounts[name] = cells.price(names.text(row[index]), layout.currency)
            except ValueError as problem:
                raise _Bad(layout.header[index], row[index], str(problem)) from None
    regular, sale = amounts.get(names.REGULAR), amounts.get(names.SALE)
    lower = regular is not None and sale is not None and sale < regular
    if sale is not None and not lower:
        kept[names.SALE] = layout.cell(row, names.SALE)
    if names.REGULAR in amounts:
        said["price"] = sale if lower else regular
    if len(amounts) == 2:
        said["compare_at"] = regular if lower else None
    return said


def _fields(
    found: Sequence[tuple[names.Column, int]], row: Sequence[str], layout: _Layout, kept: _Cells
) -> dict[str, Any]:
    said = {}
    for column, index in found:
        try:
            said[column.field], raw = column.spoken(row[index], layout.currency)
        except ValueError as problem:
            raise _Bad(layout.header[index], row[index], str(problem)) from None
        if raw is not None:
            kept[column.header] = raw
    return said


def _offered(layout: _Layout, row: Sequence[str], kept: _Cells) -> dict[str, Any]:
    """What a row that can be bought says as a variant."""
    variant: dict[str, Any] = {"currency": layout.currency}
    variant |= _fields(layout.variant, row, layout, kept) | _priced(layout, row, kept)
    if layout.weight is not None:
        cell = row[layout.weight]
        try:
            variant["grams"] = names.grams(names.text(cell), layout.unit)
        except ValueError as problem:
            raise _Bad(layout.header[layout.weight], cell, str(problem)) from None
        variant["weight_unit"] = "lb" if layout.unit == "lbs" else layout.unit
    if layout.place(names.IN_STOCK) is not None:
        cell = layout.cell(row, names.IN_STOCK)
        if cell != names.in_stock(variant):
            kept[names.IN_STOCK] = cell
    if layout.place(names.TYPE) is not None:
        variant["requires_shipping"] = "virtual" not in names.types(layout.cell(row, names.TYPE))
    return variant


def _type_kept(layout: _Layout, row: Sequence[str], base: str, variant: Mapping[str, Any], kept: _Cells) -> None:
    cell = layout.cell(row, names.TYPE)
    if cell and cell != names.type_of(base, variant):
        kept[names.TYPE] = cell


class _Product:
    """One product of a file with its variations."""

    def __init__(self, layout: _Layout, key: str, row: Sequence[str], again: bool) -> None:
        """Read the product's own row; raises _Bad."""
        self.layout, self.row = layout, row
        self.record: dict[str, Any] = {"id": key}
        self.kept: _Cells = {}
        self.facts: list[str] = []
        self.options: dict[str, str] = {}
        self.escaped = False
        self.again = again

    def read(self, variations: Sequence[Line]) -> Iterator[Taken | Rejected]:
        """The record, behind the rows of it that cannot be taken; `line` is the product's own."""
        layout, row = self.layout, self.row
        labels = dict.fromkeys(names.key_of(label) for _, other in variations for _, label, _ in layout.named(other))
        words = names.types(layout.cell(row, names.TYPE))
        several = bool(variations) or names.is_variable(words)
        self._own(row)
        self._described(row, labels, several and not variations)
        if several:
            self._aside(row)
            _type_kept(layout, row, "variable", {}, self.kept)
        else:
            variant = _offered(layout, row, self.kept)
            _type_kept(layout, row, "simple", variant, self.kept)
            self.record["variants"] = [variant]
        yield from self._varied(variations, list(labels))

    def _own(self, row: Sequence[str]) -> None:
        layout, record = self.layout, self.record
        if self.again or layout.place(names.NAME) is None:
            record["part"] = True
        if layout.place(names.NAME) is None:
            record["update"] = True
        said = _fields(layout.product, row, layout, self.kept)
        for field, index in layout.first.items():
            listed = names.parted(row[index])
            said[field] = listed[0] if listed else None
            if listed[1:]:
                self.kept[names.FIRST[field]] = names.joined(listed[1:])
        if (images := layout.place(names.IMAGES)) is not None:
            said["images"] = [{"src": src} for src in names.parted(row[images])]
        if (place := layout.place("Description")) is not None:
            said["description"] = self._text(row[place])
        # What a part leaves blank it does not speak of.
        record.update(
            {field: value for field, value in said.items() if "part" not in record or value not in (None, "", [])}
        )
        for index in layout.kept:
            if row[index] and index != place:
                self.kept[layout.header[index]] = row[index]

    def _text(self, cell: str) -> str:
        value = names.long(cell)
        if cell != names.shown_long(value, False):
            self.escaped = cell == names.shown_long(value, True)
            if not self.escaped:
                self.kept["Description"] = cell
        return value

    def _described(self, row: Sequence[str], labels: Mapping[str, None], unvaried: bool) -> None:
        """Take attributes for facts, and for options those in which variations differ."""
        self.kept |= self.layout.nameless(row)
        for number, label, cell in self.layout.named(row):
            parts = self.layout.slots[number]
            self.kept |= {
                names.slot(number, part): row[index]
                for part, index in parts.items()
                if part != "value(s)" and row[index]
            }
            key, values = names.key_of(label), names.parted(cell)
            if key in labels:
                self.options.setdefault(key, label)
            elif key not in self.facts and not (unvaried and len(values) > 1):
                self.facts.append(key)
                if values:
                    self.record.setdefault("attributes", {})[key] = values[0] if len(values) == 1 else values
                continue
            if cell:
                self.kept[names.slot(number, "value(s)")] = cell

    def _aside(self, row: Sequence[str]) -> None:
        """Keep with the product what only its variations have fields for."""
        header = self.layout.header
        self.kept |= {header[index]: row[index] for index in self.layout.of_variant if row[index]}

    def _varied(self, variations: Sequence[Line], labels: Sequence[str]) -> Iterator[Taken | Rejected]:
        layout, record = self.layout, self.record
        ordered = [*self.options, *(key for key in labels if key not in self.options)]
        taken: list[dict[str, Any]] = []
        seen: set[tuple[str, ...]] = set()
        for line, row in variations:
            try:
                variant = _variation(layout, row, record.get("title") or "", self.kept)
                same = (variant.get("sku") or "", *variant["options"].values())
                if same[0] and same in seen:
                    raise _Bad(names.SKU, variant["sku"], "is there twice")
            except _Bad as problem:
                yield Rejected(line, problem.column, problem.value, problem.reason, row)
                continue
            if (named := layout.cell(row, names.PARENT)) != record["id"]:
                variant.setdefault("columns", {})[names.PARENT] = named
            seen.add(same)
            for key, label in variant.pop("labels").items():
                self.options.setdefault(key, label)
            taken.append(variant)
        if taken:
            record["options"] = [{"name": self.options.get(key, key)} for key in ordered if key in self.options]
            keys = [key for key in ordered if key in self.options]
            for variant in taken:
                _arranged(variant, keys, self.options)
            record["variants"] = taken
        if self.kept:
            record["columns"] = self.kept
        record["known"] = layout.known(self.facts, self.escaped)
        yield Taken(0, 1 + len(taken), record)


def _arranged(variant: dict[str, Any], keys: Sequence[str], options: Mapping[str, str]) -> None:
    """Put a variation's options in the product's order, and keep how it numbers and names them if that is its own way."""
    chosen = variant["options"]
    numbered = variant.pop("numbered")
    variant["options"] = {options[key]: chosen.get(key, "") for key in keys}
    if numbered != {names.slot(n, "name"): options[key] for n, key in enumerate(keys, 1)}:
        variant.setdefault("columns", {}).update(numbered)


def _variation(layout: _Layout, row: Sequence[str], title: str, parent: Mapping[str, str]) -> dict[str, Any]:
    """A variation as a variant, with its options by key, its `labels` and how it is `numbered`; raises _Bad."""
    kept: _Cells = {}
    variant = _offered(layout, row, kept)
    _type_kept(layout, row, "variation", variant, kept)
    for index in layout.of_variation:
        if row[index]:
            kept[layout.header[index]] = row[index]
    if (place := layout.place(names.IMAGES)) is not None:
        listed = names.parted(row[place])
        variant["image"] = listed[0] if listed else None
        if listed[1:]:
            kept[names.IMAGES] = row[place]
    cell = layout.cell(row, names.NAME)
    name = names.text(cell)
    if title and len(name) > len(title) and name.startswith(title) and names.shown_text(name) == cell:
        kept[SUFFIX] = name[len(title) :]
    elif cell:
        kept[names.NAME] = cell
    flags = {label: parent.get(names.slot(number, "global")) for number, label in _labels(parent)}
    variant |= {"options": {}, "labels": {}, "numbered": {}}
    for number, label, value in layout.named(row):
        key = names.key_of(label)
        variant["labels"].setdefault(key, label)
        variant["numbered"][names.slot(number, "name")] = label
        text = value.replace("\\,", ",").strip()
        variant["options"].setdefault(key, text)
        if value != text.replace(",", "\\,"):
            kept[names.slot(number, "value(s)")] = value
        for part, index in layout.slots[number].items():
            usual = flags.get(key, "") or "" if part == "global" else ""
            if part in ("visible", "global", "default") and row[index] != usual:
                kept[names.slot(number, part)] = row[index]
    kept |= layout.nameless(row)
    if kept:
        variant["columns"] = kept
    return variant


def _labels(cells: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    for header, label in cells.items():
        found = names.slot_of(header)
        if found and found[1] == "name":
            yield found[0], names.key_of(names.text(label))


def _orphan(layout: _Layout, line: int, row: Sequence[str]) -> Taken | Rejected:
    """A variation of a product that is not in the file: what it says is written into that product, if it is known."""
    parent = layout.cell(row, names.PARENT).strip()
    try:
        variant = _variation(layout, row, "", {})
    except _Bad as problem:
        return Rejected(line, problem.column, problem.value, problem.reason, row)
    labels, chosen = variant.pop("labels"), variant["options"]
    _arranged(variant, list(labels), labels)
    variant["choices"] = list(chosen.values())
    record = {"id": parent, "part": True, "update": True, "variants": [variant], "known": layout.known((), False)}
    return Taken(line, 1, record)


def _waiting(source: Source, layout: _Layout) -> Iterator[tuple[str, int, Sequence[str]]]:
    if layout.place(names.PARENT) is None:
        return
    for line, raw in source.rows():
        row = padded(raw, len(layout.header))
        if row is not None and layout.is_variation(row) and (parent := layout.cell(row, names.PARENT).strip()):
            yield names.text(parent), line, row


def _key(layout: _Layout, row: Sequence[str]) -> str:
    """The id of a row's product: its SKU, else `id:44`, else made of its name."""
    sku, number = names.text(layout.cell(row, names.SKU)).strip(), layout.cell(row, names.ID).strip()
    name = names.text(layout.cell(row, names.NAME))
    return sku or (f"id:{number}" if number else slug(name) if name.strip() else "")


def read(source: Source) -> Iterator[Taken | Rejected]:
    """Products of a file, each with its variations; those of products that are not in the file follow at the end."""
    layout = _Layout(source)
    seen = Seen()
    with Variations(_waiting(source, layout)) as variations:
        for line, raw in source.rows():
            row = padded(raw, len(layout.header))
            if row is None:
                reason = f"the row has {len(raw)} cells and the header {len(layout.header)}"
                yield Rejected(line, "", raw[len(layout.header)], reason, raw)
            elif layout.is_variation(row):
                if not layout.cell(row, names.PARENT).strip():
                    yield Rejected(line, names.PARENT, "", "a variation needs its parent: an SKU, or id:44", raw)
            else:
                yield from _read(layout, line, row, seen, variations)
        for line, row in variations.rest():
            yield _orphan(layout, line, row)


def _read(
    layout: _Layout, line: int, row: Sequence[str], seen: Seen, variations: Variations
) -> Iterator[Taken | Rejected]:
    key = _key(layout, row)
    if not key:
        reason = "a row needs an SKU, an ID or a name" if any(cell.strip() for cell in row) else "the row is blank"
        yield Rejected(line, "", "", reason, row)
        return
    again = seen.add(key)
    if again and key == slug(names.text(layout.cell(row, names.NAME))):
        yield Rejected(line, names.NAME, layout.cell(row, names.NAME), "is there twice: give each an SKU or an ID", row)
        return
    product = _Product(layout, key, row, again)
    number = layout.cell(row, names.ID).strip()
    own = variations.of([names.text(layout.cell(row, names.SKU)).strip() or key, *([f"id:{number}"] if number else [])])
    try:
        found = list(product.read(own))
    except _Bad as problem:
        yield Rejected(line, problem.column, problem.value, problem.reason, row)
        for place, other in own:
            yield Rejected(place, names.PARENT, key, "the row of its parent cannot be taken", other)
        return
    for one in found:
        yield Taken(max([line, *(place for place, _ in own)]), one.rows, one.record) if isinstance(one, Taken) else one
