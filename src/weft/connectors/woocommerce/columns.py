"""The columns of WooCommerce's product file: which field each holds, and how its cells are read and written.

A cell that says the same in other words than Weft would is kept beside the field, and goes out again while the field says
what it says: `Published` of 2, `Backorders allowed?` of `notify`.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from weft.connectors import cells
from weft.money import decimal

# What WooCommerce's own exporter marks with an apostrophe, so that no spreadsheet takes a text for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
UNITS: Final = ("kg", "lbs", "g", "oz")
_GRAMS: Final = {"kg": 1000.0, "lbs": 453.59237, "lb": 453.59237, "g": 1.0, "oz": 28.349523125}
_WEIGHT: Final = re.compile(r"weight \((kg|lbs?|g|oz)\)", re.IGNORECASE)
_SLOT: Final = re.compile(r"attribute ([1-9]\d{0,3}) (name|value\(s\)|visible|global|default)", re.IGNORECASE)
PARTS: Final = ("name", "value(s)", "visible", "global", "default")
UNIT: Final = "kg"
WEIGHT: Final = "Weight"
TYPE, SKU, ID, PARENT, NAME, IMAGES = "Type", "SKU", "ID", "Parent", "Name", "Images"
REGULAR, SALE, IN_STOCK = "Regular price", "Sale price", "In stock?"
# In the order in which WooCommerce has them; others follow.
ORDER: Final = (
    *(ID, TYPE, SKU, "GTIN, UPC, EAN, or ISBN", NAME, "Published", "Is featured?", "Visibility in catalog"),
    *("Short description", "Description", "Date sale price starts", "Date sale price ends", "Tax status", "Tax class"),
    *(IN_STOCK, "Stock", "Low stock amount", "Backorders allowed?", "Sold individually?", WEIGHT, "Length", "Width"),
    *("Height", "Allow customer reviews?", "Purchase note", SALE, REGULAR, "Categories", "Tags", "Shipping class"),
    *(IMAGES, "Download limit", "Download expiry days", PARENT, "Grouped products", "Upsells", "Cross-sells"),
    *("External URL", "Button text", "Position", "Cost of goods", "Brands"),
)
_SPELLED: Final = {name.lower(): name for name in ORDER}
# Columns that no other shop's files have.
SIGNS: Final = frozenset(
    name.lower()
    for name in (
        *("Is featured?", "Visibility in catalog", "Short description", "Tax status", "Tax class", IN_STOCK),
        *("Low stock amount", "Backorders allowed?", "Sold individually?", "Allow customer reviews?", "Purchase note"),
        *(SALE, REGULAR, "Shipping class", "Download limit", "Grouped products", "Upsells", "Cross-sells"),
        *("Button text", "Attribute 1 name", "Attribute 1 value(s)"),
    )
)


def parted(cell: str) -> list[str]:
    r"""The values of a cell that has several: commas between them, `\,` within one."""
    return [part for part in (one.replace("\\,", ",").strip() for one in re.split(r"(?<!\\),", cell)) if part]


def joined(values: Iterable[str]) -> str:
    """Several values in one cell."""
    texts = [value.replace(",", "\\,") for value in values]
    # A backslash before the comma would make it a part of the value.
    return ", ".join(f"{text} " if text.endswith("\\") and n < len(texts) else text for n, text in enumerate(texts, 1))


def text(cell: str) -> str:
    """A text without the apostrophe that keeps spreadsheets from reading it as a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA and len(cell) > 1 else cell


def shown_text(value: Any) -> str:
    """A text as WooCommerce writes it."""
    said = "" if value is None else str(value)
    return f"'{said}" if said.startswith(_FORMULA) else said


def long(cell: str) -> str:
    r"""A text of several lines, whose ends WooCommerce writes as `\n`, and what looks so as `\\n`."""
    return re.sub(r"\\\\n|\\n", lambda found: "\n" if len(found[0]) == 2 else "\\n", text(cell))


def shown_long(value: Any, escaped: bool) -> str:
    """Such a text, with its line ends as such or `escaped`."""
    said = ("" if value is None else str(value)).replace("\\n", "\\\\n")
    return shown_text(re.sub(r"(?<!\\)\n", r"\\n", said) if escaped else said)


def key_of(label: str) -> str:
    """The attribute of Weft that an attribute's label stands for: `Age group` is `age_group`."""
    return re.sub(r"\W+", "_", label.strip().lower()).strip("_") or label.strip()


def label_of(attribute: str) -> str:
    """The label of an attribute that came from no WooCommerce shop."""
    return attribute.replace("_", " ").replace(".", " ").strip().capitalize()


def slot_of(header: str) -> tuple[int, str] | None:
    """The number and the part of a column such as `Attribute 2 value(s)`."""
    found = _SLOT.fullmatch(header)
    return (int(found[1]), found[2].lower()) if found else None


def slot(number: int, part: str) -> str:
    """The header of a part of an attribute."""
    return f"Attribute {number} {part}"


def canonical(header: str) -> str:
    """WooCommerce's own name of a column, whatever its case; any other column's as it is."""
    found = slot_of(header)
    return slot(*found) if found else _SPELLED.get(header.lower(), header)


def unit_of(header: str) -> str | None:
    """The unit that the column of weights names: `Weight (lbs)`."""
    found = _WEIGHT.fullmatch(header.strip())
    return found[1].lower() if found else None


def grams(cell: str, unit: str) -> float | None:
    """A weight in grams; raises ValueError."""
    number = cells.number(cell)
    return None if number is None else round(number * _GRAMS[unit], 6)


def shown_grams(value: float | None, unit: str) -> str:
    """A weight in a unit."""
    return "" if value is None else format(Decimal(repr(round(value / _GRAMS[unit], 6))).normalize(), "f")


def _status(cell: str) -> str | None:
    word = text(cell).strip().lower()
    known = {"": None, "1": "active", "0": "archived", "-1": "draft", "2": "draft", "draft": "draft"}
    if word in known:
        return known[word]
    try:
        return "active" if cells.flag(word) else "archived"
    except ValueError:
        raise ValueError("is none of 1 (published), 0 (private), -1 (draft)") from None


def _policy(cell: str) -> str | None:
    word = cell.strip().lower()
    if word == "notify":
        return "continue"
    try:
        allowed = cells.flag(word)
    except ValueError:
        raise ValueError("is none of 1, 0, notify") from None
    return None if allowed is None else "continue" if allowed else "deny"


def _stock(cell: str) -> int | None:
    # A variation of which no stock is kept but its parent's.
    return None if cell.strip().lower() == "parent" else cells.integer(text(cell))


class Column(NamedTuple):
    """One field: its header, how a cell is read (with the currency), how it is written, whether its spelling is kept."""

    field: str
    header: str
    read: Callable[[str, str], Any]
    show: Callable[[Any, str], str]
    spelled: bool = True

    def spoken(self, cell: str, currency: str) -> tuple[Any, str | None]:
        """The value of a cell, and the cell itself where it is to be kept; raises ValueError."""
        value = self.read(cell, currency)
        kept = cell != self.show(value, currency) if self.spelled else value is None and cell.strip() != ""
        return value, cell if kept else None

    def written(self, value: Any, currency: str, kept: str | None) -> str:
        """The cell of a value: as it was `kept`, if that still says so."""
        try:
            if kept is not None and self.read(kept, currency) == value:
                return kept
        except ValueError:
            pass
        return self.show(value, currency)


def _of(words: Mapping[Any, str]) -> Callable[[Any, str], str]:
    return lambda value, _: words.get(value, "")


PRODUCT: Final = (
    Column("title", NAME, lambda cell, _: text(cell), lambda value, _: shown_text(value)),
    Column(
        *("status", "Published", lambda cell, _: _status(cell)),
        lambda value, _: {"active": "1", "archived": "0", None: "", "": ""}.get(value, "-1"),
    ),
    Column("tags", "Tags", lambda cell, _: parted(cell), lambda value, _: joined(value or ()), spelled=False),
)
VARIANT: Final = (
    Column("sku", SKU, lambda cell, _: text(cell).strip(), lambda value, _: shown_text(value)),
    Column("barcode", "GTIN, UPC, EAN, or ISBN", lambda cell, _: text(cell), lambda value, _: shown_text(value)),
    Column(
        *("taxable", "Tax status", lambda cell, _: {"taxable": True, "none": False}.get(cell.strip().lower())),
        _of({True: "taxable", False: "none"}),
    ),
    Column(
        *("stock", "Stock", lambda cell, _: _stock(cell), lambda value, _: "" if value is None else str(value)),
        spelled=False,
    ),
    Column("policy", "Backorders allowed?", lambda cell, _: _policy(cell), _of({"continue": "1", "deny": "0"})),
    Column(
        *("cost", "Cost of goods", cells.price),
        lambda value, currency: "" if value is None else decimal(value, currency),
        spelled=False,
    ),
)
# The first of several is the field; the others are kept under the column's own name.
FIRST: Final = {"category": "Categories", "vendor": "Brands"}


def in_stock(variant: Mapping[str, Any]) -> str:
    """What `In stock?` says of a variant: always 1 where its stock is not counted."""
    stock = variant.get("stock")
    if isinstance(stock, Mapping):
        stock = sum(count for count in stock.values() if count is not None)
    if stock is None or stock > 0:
        return "1"
    return "backorder" if variant.get("policy") == "continue" else "0"


def types(cell: str) -> list[str]:
    """The words of a type such as `simple, downloadable, virtual`."""
    return [word.lower() for word in parted(cell)]


def is_variation(words: Sequence[str]) -> bool:
    """Whether a row of this type is a variation, also a plugin's."""
    return any(word.endswith("variation") for word in words)


def is_variable(words: Sequence[str]) -> bool:
    """Whether a product of this type has variations, also a plugin's."""
    return any(word.startswith("variable") for word in words)


def type_of(base: str, variant: Mapping[str, Any], words: Sequence[str] = ()) -> str:
    """The type of a row: its base, `downloadable` if the words say so, `virtual` if nothing is shipped."""
    virtual = variant.get("requires_shipping") is False
    return ", ".join([base, *(["downloadable"] if "downloadable" in words else []), *(["virtual"] if virtual else [])])
