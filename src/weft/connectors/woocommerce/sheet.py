"""Products on their way out: rows that WooCommerce's own importer takes, a product before its variations.

What WooCommerce ignores where it is blank is written of all products; a column whose blank cell would erase is not.
"""

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from weft.connectors import Written
from weft.connectors import cells as read
from weft.connectors.offers import SUFFIX, said, settings
from weft.connectors.seen import Seen
from weft.connectors.sheets import Sheets
from weft.connectors.woocommerce import columns as names
from weft.errors import InputError
from weft.money import decimal

SETTINGS: Final = ("weight_unit",)
_DESCRIPTION: Final = "Description"
_TEXT: Final = re.compile(r"bullets|(?:google|marketplace|social)_.+", re.IGNORECASE)
_HEADERS: Final = {
    **{column.field: column.header for column in names.PRODUCT},
    **names.FIRST,
    "type": "Categories",
    "published": "Published",
    "description": _DESCRIPTION,
    "images.src": names.IMAGES,
    **{f"variants.{column.field}": column.header for column in names.VARIANT},
    "variants.price": names.REGULAR,
    "variants.compare_at": names.SALE,
    "variants.grams": names.WEIGHT,
    "variants.image": names.IMAGES,
    "variants.requires_shipping": names.TYPE,
}
_BLANK: Final[tuple[Any, ...]] = (None, "", [])


def _woven(known: Mapping[str, str]) -> bool:
    """Whether what is known of a product was told by a file of WooCommerce's."""
    return (known.get("id") in (names.SKU, names.ID, names.NAME) and "columns.Name" in known) or "columns.ID" in known


def _default(options: Mapping[str, str]) -> bool:
    return options == {"Title": "Default Title"}


class _Item:
    """One product as the rows of it, each as cells by header."""

    def __init__(self, product: Mapping[str, Any], unit: str, skus: Seen | None = None) -> None:
        """A weight that came with no unit is written in `unit`; `skus` are those that are given away already."""
        self.product, self.skus = product, skus
        self.known: Mapping[str, str] = product.get("known") or {}
        self.variants: list[Mapping[str, Any]] = list(product.get("variants") or ())
        self.own: Mapping[str, str] = product.get("columns") or {}
        self.words = names.types(self.own.get(names.TYPE) or "")
        chosen = [variant.get("options") or {} for variant in self.variants]
        self.options = [option["name"] for option in product.get("options") or ()]
        varied = len(chosen) > 1 or (any(chosen) and not _default(chosen[0]))
        self.variable = varied or names.is_variable(self.words)
        self.options = self.options if varied else []
        self.weight = next((h for h in self.known.values() if names.unit_of(h)), f"{names.WEIGHT} ({unit})")
        self.unit = names.unit_of(self.weight) or names.UNIT
        self.escaped = "description.escaped" in self.known
        self.slots = self._numbered()

    def fields(self) -> dict[str, None]:
        """The fields in which the product may be written without blanking what is not known of it."""
        found = dict.fromkeys(field for field in self.known if field in _HEADERS)
        found |= dict.fromkeys(
            field for field in _HEADERS if "." not in field and self.product.get(field) not in _BLANK
        )
        if self.product.get("images"):
            found["images.src"] = None
        for field in _HEADERS:
            name = field.removeprefix("variants.")
            if name != field and any(variant.get(name) not in _BLANK for variant in self.variants):
                found[field] = None
        return found

    def headers(self) -> list[str]:
        """The columns of the product, but for those of its attributes."""
        found = {names.SKU: None} | dict.fromkeys(self._header(field) for field in self.fields())
        if "variants.stock" in self.fields() and not _woven(self.known):
            found[names.IN_STOCK] = None
        if not _woven(self.known) or self.variable:
            found[names.TYPE] = None
        if self.variable:
            found[names.PARENT] = None
        kept = [header for name, header in self.known.items() if name.startswith("columns.")]
        for home in (self.product, *self.variants):
            kept += home.get("columns") or ()
        found |= dict.fromkeys(header for header in kept if header != SUFFIX and not names.slot_of(header))
        return list(found)

    def chosen(self, fields: Sequence[str]) -> tuple[list[str], list[Mapping[str, Any]], bool]:
        """The columns that changed fields need, the variants that they name, and whether attributes are among them."""
        headers = [header for header in self.headers() if header in _IDENTITY]
        touched = set()
        for field in fields:
            family, _, rest = field.partition(".")
            name = field
            if family == "variants":
                touched.add(rest.rpartition(".")[0])
                name = f"variants.{rest.rpartition('.')[2]}"
            if name in _HEADERS:
                headers.append(self._header(name))
            if name in ("variants.price", "variants.compare_at"):
                headers += [header for header in (names.SALE, names.REGULAR) if header in self.headers()]
            if name == "variants.compare_at":
                headers.append(names.REGULAR)
        variants = [
            variant
            for place, variant in enumerate(self.variants, 1)
            if f"#{place}" in touched or (variant.get("sku") and variant["sku"] in touched)
        ]
        return list(dict.fromkeys(headers)), variants, any(field.startswith("attributes.") for field in fields)

    def _header(self, field: str) -> str:
        return self.weight if field == "variants.grams" else _HEADERS[field]

    def _numbered(self) -> dict[int, tuple[str, str]]:
        """The product's attributes by number, each with its key and its label: as they were, new ones behind."""
        found: dict[int, tuple[str, str]] = {}
        number = 0
        for header, cell in self.own.items():
            if cell and (place := names.slot_of(header)):
                number = max(number, place[0])
                if place[1] == "name":
                    found[place[0]] = names.key_of(names.text(cell)), cell
        there = {key for key, _ in found.values()}
        facts = self.product.get("attributes") or {}
        added = [(names.key_of(name), names.shown_text(name)) for name in self.options]
        added += [(name, names.label_of(name)) for name in sorted(facts)]
        for key, label in added:
            if key not in there:
                there.add(key)
                number += 1
                found[number] = key, label
        return found

    @property
    def count(self) -> int:
        """The highest number of an attribute in any of its rows."""
        homes = [self.own, *(variant.get("columns") or {} for variant in self.variants)]
        kept = [place[0] for home in homes for header in home if (place := names.slot_of(header))]
        told = [place[0] for name in self.known if (place := names.slot_of(name.removeprefix("columns.")))]
        return max([*kept, *told, *self.slots, len(self.options)], default=0)

    def _sku(self) -> str:
        """Give the product's own row its SKU; one that came without takes its id for it, by which it is found again."""
        product, id_ = self.product, str(self.product["id"])
        if not self.variable:
            held = self.variants[0].get("sku") if self.variants else None
            if _woven(self.known) or id_.startswith("id:"):
                return held or ""
            return self._free(held) or self._free(id_)
        if self.own.get(names.SKU):
            return names.text(self.own[names.SKU])
        if id_.startswith("id:"):
            return ""
        taken = any(variant.get("sku") == id_ for variant in product.get("variants") or ())
        return f"{id_}-parent" if taken else id_

    def _free(self, sku: str | None) -> str:
        """An SKU, if no row above has it: WooCommerce takes none twice, other shops do."""
        if not sku or _woven(self.known) or self.skus is None:
            return sku or ""
        return "" if self.skus.add(sku) else sku

    def rows(self, variants: Sequence[Mapping[str, Any]] | None = None) -> Iterator[dict[str, str]]:
        """The rows: the product's, and of one that has variations theirs, all or those given."""
        if not self.variable:
            variant = self.variants[0] if self.variants else {}
            here = {**self.own, **(variant.get("columns") or {})}
            cells = {**here, **self._own(here), **self._offer(variant, here, "simple")}
            yield cells | {names.IMAGES: self._images(), names.SKU: self._kept_sku(here)}
            return
        own = names.shown_text(self._sku())
        cells = {**self.own, **self._own(self.own), names.IMAGES: self._images(), names.SKU: own}
        kept = self.own.get(names.TYPE)
        yield cells | {names.TYPE: kept if kept and names.is_variable(self.words) else "variable"}
        for variant in self.variants if variants is None else variants:
            yield self._variation(variant, own)

    def _kept_sku(self, here: Mapping[str, str]) -> str:
        column = next(column for column in names.VARIANT if column.field == "sku")
        return column.written(self._sku(), "", here.get(names.SKU))

    def _own(self, here: Mapping[str, str]) -> dict[str, str]:
        product = self.product
        cells = {
            column.header: column.written(product.get(column.field), "", here.get(column.header))
            for column in names.PRODUCT
        }
        if product.get("published") is not None and product.get("status") in (None, "", "active"):
            # Active, but not to be seen in the shop: that is private here.
            cells["Published"] = "1" if product["published"] else "0"
        for field, header in names.FIRST.items():
            listed = [product.get(field), *names.parted(here.get(header) or "")]
            listed += [product.get("type")] if field == "category" else []
            cells[header] = names.joined(dict.fromkeys(value for value in listed if value))
        cells[_DESCRIPTION] = self._text(product.get("description"), here.get(_DESCRIPTION))
        return cells | self._attributes()

    def _text(self, value: str | None, kept: str | None) -> str:
        return kept if kept is not None and names.long(kept) == value else names.shown_long(value, self.escaped)

    def _images(self) -> str:
        return names.joined(image["src"] for image in self.product.get("images") or () if image.get("src"))

    def _attributes(self) -> dict[str, str]:
        cells: dict[str, str] = {}
        facts = self.product.get("attributes") or {}
        varied = {names.key_of(name): name for name in self.options}
        told: set[str] = set()
        for number, (key, label) in self.slots.items():
            header = names.slot(number, "value(s)")
            kept = self.own.get(header, "")
            if key in varied and key not in told:
                values = dict.fromkeys((variant.get("options") or {}).get(varied[key]) for variant in self.variants)
                listed = names.parted(kept)
                added = [value for value in values if value and value.strip() not in listed]
                cells[header] = names.joined([*listed, *added]) if added else kept
            elif key in facts and key not in told:
                value = facts[key].get("value") if isinstance(facts[key], Mapping) else facts[key]
                several = value if isinstance(value, list) else [said(facts[key])]
                cells[header] = names.joined(said(one) for one in several)
            else:
                cells[header] = kept
            told.add(key)
            cells[names.slot(number, "name")] = label
            if names.slot(number, "name") not in self.own:
                # A text that was written for a listing is no attribute that a shop shows in a table.
                shown = "0" if _TEXT.fullmatch(key) else "1"
                cells |= {names.slot(number, "visible"): shown, names.slot(number, "global"): "0"}
        return cells

    def _offer(self, variant: Mapping[str, Any], here: Mapping[str, str], base: str) -> dict[str, str]:
        currency = variant.get("currency") or "EUR"
        if "variants.tracker" in self.known and not variant.get("tracker"):
            # What another shop counts nothing of can always be sold; a 0 would say that there is none.
            variant = {**variant, "stock": None}
        cells = {
            column.header: column.written(variant.get(column.field), currency, here.get(column.header))
            for column in names.VARIANT
        }
        cells |= _priced(variant, here, currency)
        cells[self.weight] = names.shown_grams(variant.get("grams"), self.unit)
        cells[names.IN_STOCK] = here.get(names.IN_STOCK, names.in_stock(variant))
        kept = here.get(names.TYPE) or ""
        words = names.types(kept)
        if kept and ("virtual" in words) == (variant.get("requires_shipping") is False):
            cells[names.TYPE] = kept
        else:
            kind = next((word for word in words if word not in ("virtual", "downloadable")), base)
            cells[names.TYPE] = names.type_of(kind, variant, words)
        return cells

    def _variation(self, variant: Mapping[str, Any], parent: str) -> dict[str, str]:
        here: Mapping[str, str] = variant.get("columns") or {}
        cells = {**here, **self._offer(variant, here, "variation")}
        cells[names.PARENT] = here.get(names.PARENT) or parent or str(self.product["id"])
        if not self._free(variant.get("sku")):
            cells[names.SKU] = ""
        cells[names.IMAGES] = here.get(names.IMAGES) or names.joined([variant["image"]] if variant.get("image") else [])
        if here.get(SUFFIX) and not here.get(names.NAME):
            cells[names.NAME] = names.shown_text(f"{self.product.get('title') or ''}{here[SUFFIX]}")
        return cells | self._choices(variant, here)

    def _choices(self, variant: Mapping[str, Any], here: Mapping[str, str]) -> dict[str, str]:
        cells: dict[str, str] = {}
        chosen = {names.key_of(name): value or "" for name, value in (variant.get("options") or {}).items()}
        kept = {
            place[0]: cell for header, cell in here.items() if (place := names.slot_of(header)) and place[1] == "name"
        }
        usual = {n: names.shown_text(name) for n, name in enumerate(self.options, 1)}
        globals_ = {
            key: self.own.get(names.slot(n, "global"), "" if names.slot(n, "name") in self.own else "0")
            for n, (key, _) in self.slots.items()
        }
        for number, label in (kept or usual).items():
            key = names.key_of(names.text(label))
            header = names.slot(number, "value(s)")
            text = chosen.get(key, "").replace(",", "\\,")
            same = here.get(header, "").replace("\\,", ",").strip() == chosen.get(key, "")
            cells[header] = here[header] if header in here and same else text
            cells[names.slot(number, "name")] = label
            cells.setdefault(
                names.slot(number, "global"), here.get(names.slot(number, "global"), globals_.get(key, ""))
            )
        return cells


def _priced(variant: Mapping[str, Any], here: Mapping[str, str], currency: str) -> dict[str, str]:
    price, before = variant.get("price"), variant.get("compare_at")
    if price is None:
        return {names.REGULAR: "", names.SALE: here.get(names.SALE) or ""}
    if before is not None and before > price:
        return {names.REGULAR: decimal(before, currency), names.SALE: decimal(price, currency)}
    return {names.REGULAR: decimal(price, currency), names.SALE: _idle(here.get(names.SALE), price, currency)}


def _idle(kept: str | None, price: int, currency: str) -> str:
    """A sale price that is none, as it was, as long as it stays none."""
    try:
        sale = read.price(names.text(kept or ""), currency)
    except ValueError:
        return ""
    return kept or "" if sale is not None and sale >= price else ""


def _place(header: str) -> tuple[int, int]:
    """Where a column stands: WooCommerce's own in its order, attributes by number behind them, then all others."""
    found = names.slot_of(header)
    if found:
        return len(names.ORDER), found[0] * len(names.PARTS) + names.PARTS.index(found[1])
    base = header.partition(" (")[0]
    known = header if header in names.ORDER else base if base in (names.WEIGHT, "Length", "Width", "Height") else None
    return (names.ORDER.index(known), 0) if known else (len(names.ORDER) + 1, 0)


def _unit(options: Mapping[str, Any]) -> str:
    unit = settings(options, SETTINGS).get("weight_unit", names.UNIT).lower()
    if unit not in names.UNITS:
        raise InputError(f"The setting weight_unit is one of {', '.join(names.UNITS)}, not {unit}.")
    return unit


_IDENTITY: Final = frozenset((names.ID, names.TYPE, names.SKU, names.PARENT))
# Blank cells of these erase nothing, so that they need not be the same for all products of a file.
_HARMLESS: Final = frozenset((names.SKU, names.PARENT))


def write(records: Iterable[Mapping[str, Any]], path: Path, options: Mapping[str, Any]) -> list[Written]:
    """Write products; those of which different columns are known go to different files, so that nothing is blanked."""
    unit = _unit(options)
    chosen = options.get("fields")
    sheets = Sheets(path)
    layouts: dict[tuple[str, ...], dict[str, None]] = {}
    skus = Seen() if chosen is None else None
    with tempfile.TemporaryFile(dir=path.parent) as waiting:
        for record in records:
            item = _Item(record, unit)
            headers, variants, count = item.headers(), None, item.count
            if chosen is not None:
                headers, variants, whole = item.chosen(chosen.get(record["id"], ()))
                count = item.count if whole else 0
                if not count and set(headers) <= _IDENTITY:
                    # What changed has no column here.
                    continue
            key = ("",) if options.get("one_file") else tuple(sorted(set(headers) - _HARMLESS))
            headers += _of_slots(item, count)
            layouts.setdefault(key, {}).update(dict.fromkeys(headers))
            held = {"key": key, "record": record, "variants": variants}
            waiting.write(orjson.dumps(held, default=str) + b"\n")
        waiting.seek(0)
        ordered = {key: sorted(headers, key=_place) for key, headers in layouts.items()}
        for line in waiting:
            held = orjson.loads(line)
            header = ordered[tuple(held["key"])]
            rows = _Item(held["record"], unit, skus).rows(held["variants"])
            sheets.add(header, ([cells.get(name, "") for name in header] for cells in rows))
    return sheets.done(sorted(dict.fromkeys(_HEADERS.values()), key=_place))


def _of_slots(item: _Item, count: int) -> Iterator[str]:
    homes = [item.own, *(variant.get("columns") or {} for variant in item.variants), item.known.values()]
    kept = {header for home in homes for header in home}
    for number in range(1, count + 1):
        for part in names.PARTS:
            header = names.slot(number, part)
            if part != "default" or header in kept:
                yield header
