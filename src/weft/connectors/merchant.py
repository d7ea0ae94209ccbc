"""Google Merchant Center's product feeds: a table with tabs, or RSS 2.0 or Atom in XML.

Items of one `item_group_id` are the variants of a product. Follows Google's product data specification.
"""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import IO, Any, Final
from xml.parsers import expat
from xml.sax.saxutils import escape

import orjson

from weft.connectors import Rejected, Taken, Written, cells
from weft.connectors.offers import ATTRIBUTES, SUFFIX, VARYING, LeftOut, grams, offers, settings
from weft.connectors.seen import Seen
from weft.connectors.source import Source, padded
from weft.errors import UnreadableFile

_NAMESPACE: Final = "http://base.google.com/ns/1.0"
MUST: Final = ("title", "description", "link", "image_link", "availability", "price")
SETTINGS: Final = ("link", "title", "description")
_HELPED: Final = {"link": " Say how the shop's addresses are made: --set link=https://shop.example/products/{id}."}
_FIRST: Final = (
    *(
        "id",
        "title",
        "description",
        "link",
        "image_link",
        "additional_image_link",
        "availability",
        "price",
        "sale_price",
    ),
    *("brand", "gtin", "mpn", "condition", "google_product_category", "product_type", "item_group_id"),
    *("color", "size", "material", "pattern", "gender", "age_group", "shipping_weight"),
)
_REPEATED: Final = frozenset(
    [
        *(
            "additional_image_link",
            "product_detail",
            "product_highlight",
            "product_type",
            "shipping",
            "tax",
            "certification",
        ),
        *("included_destination", "excluded_destination", "shopping_ads_excluded_country", "promotion_id", "size_type"),
    ]
)
# The parts of an attribute that has some, in the order in which a table has them between colons.
_PARTS: Final = {
    "shipping": ("country", "region", "service", "price"),
    "tax": ("country", "region", "rate", "tax_ship"),
    "product_detail": ("section_name", "attribute_name", "attribute_value"),
    "installment": ("months", "amount", "downpayment", "credit_type"),
    "subscription_cost": ("period", "period_length", "amount"),
    "certification": ("certification_authority", "certification_name", "certification_code"),
    "free_shipping_threshold": ("country", "price_threshold"),
    "structured_title": ("digital_source_type", "content"),
    "structured_description": ("digital_source_type", "content"),
    "loyalty_program": ("program_label", "tier_label", "price"),
}
_SINGLE: Final = {
    "title": "title",
    "description": "description",
    "brand": "vendor",
    "google_product_category": "category",
}
_TAG: Final = re.compile(
    r"</?(p|br|b|i|em|strong|u|ul|ol|li|div|span|h[1-6]|a|table|tr|td|th|sub|sup)\b[^<>]*>", re.IGNORECASE
)
_LONGEST: Final = 1 << 20
_HELD: Final = 20_000
_ENOUGH: Final = 0.4
_RSS: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">\n<channel>\n'
    "<title>{title}</title>\n<link>{link}</link>\n<description>{description}</description>\n"
)
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
Item = tuple[int, dict[str, str], Sequence[str] | None]


def joined(values: Sequence[str]) -> str:
    """Several values in one cell: with commas between, one that has a comma of its own in quotes."""
    if len(values) == 1:
        return values[0]
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(values)
    return text.getvalue()


def parted(cell: str) -> list[str]:
    """The values of such a cell."""
    return [
        part.strip() for part in next(csv.reader([cell.replace("\n", " ")], skipinitialspace=True), []) if part.strip()
    ]


def _attribute(header: str) -> str:
    return re.sub(r"\s+", "_", header.strip().lower()).removeprefix("g:")


class _Items:
    """The items of a feed in XML, as they come; entities and document types are refused."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._parser = expat.ParserCreate("utf-8", " ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._opened
        self._parser.EndElementHandler = self._closed
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refused
        self._parser.EntityDeclHandler = self._refused
        self._path: list[str] = []
        self._texts: list[str] = []
        self._size = 0
        self._item: dict[str, list[str]] | None = None
        self._inner: dict[str, str] = {}
        self._done: list[Item] = []
        self._whole = False

    def _refused(self, *_: object) -> None:
        raise UnreadableFile(f"{self._source.path.name} has a document type of its own, which a feed has no need of.")

    def _opened(self, name: str, attributes: Mapping[str, str]) -> None:
        local = name.rpartition(" ")[2]
        self._path.append(local)
        self._texts, self._size = [], 0
        if self._item is None and local in ("item", "entry"):
            self._item = {}
            self._depth = len(self._path)
        elif self._item is not None and local == "link" and attributes.get("href"):
            self._item.setdefault("link", [attributes["href"]])

    def _text(self, data: str) -> None:
        self._size += len(data)
        if self._size <= _LONGEST:
            self._texts.append(data)

    def _closed(self, name: str) -> None:
        self._path.pop()
        text, self._texts, self._size = "".join(self._texts).strip(), [], 0
        if self._item is None:
            return
        deep = len(self._path) - self._depth
        local = name.rpartition(" ")[2]
        if deep < 0:
            self._done.append(
                (self._parser.CurrentLineNumber, {key: joined(all_) for key, all_ in self._item.items()}, None)
            )
            self._item = None
        elif deep == 0:
            if self._inner:
                order = _PARTS.get(local, tuple(self._inner))
                text = ":".join(self._inner.get(part, "") for part in order)
                self._inner = {}
            # Google's own name wins over RSS's and Atom's of the same word.
            if text and (name.startswith(_NAMESPACE) or local not in self._item):
                values = self._item.setdefault(local, [])
                if local in _REPEATED:
                    values.append(text)
                else:
                    values[:] = [text]
        elif deep == 1:
            self._inner[local] = text

    def __iter__(self) -> Iterator[Item]:
        try:
            for number, piece in enumerate(self._source.pieces()):
                # The text is decoded already, whatever its first line says.
                self._parser.Parse(_NO_XML.sub("", piece if number else re.sub(r"^\s*<\?xml[^>]*\?>", "", piece)))
                yield from self._done
                self._done.clear()
            self._parser.Parse("", True)
        except expat.ExpatError as problem:
            raise UnreadableFile(
                f"{self._source.path.name}, line {problem.lineno} is not XML: {expat.ErrorString(problem.code)}."
            ) from problem


def _items(source: Source) -> Iterator[Item | Rejected]:
    if source.is_xml:
        yield from _Items(source)
        return
    names = [_attribute(header) for header in source.header]
    for line, raw in source.rows():
        row = padded(raw, len(names))
        if row is None:
            reason = f"the row has {len(raw)} cells and the header {len(names)}"
            yield Rejected(line, "", raw[len(names)], reason, raw)
            continue
        item: dict[str, str] = {}
        for name, cell in zip(names, row, strict=True):
            if name and cell.strip():
                text = cell.strip()
                item[name] = f"{item[name]},{text}" if name in item and name in _REPEATED else text
        yield line, item, raw


class _Bad(Exception):
    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


def _money(item: Mapping[str, str], name: str, currency: str) -> tuple[int | None, str]:
    cell = item.get(name, "")
    named = cells.currency_in(cell, currency) or (code[0] if (code := re.search(r"\b[A-Z]{3}\b", cell)) else currency)
    try:
        return cells.price(cell, named), named
    except ValueError as problem:
        raise _Bad(name, cell, str(problem)) from None


def _variant(item: Mapping[str, str], usual: str) -> dict[str, Any]:
    price, currency = _money(item, "price", usual)
    sale, other = _money(item, "sale_price", currency)
    if sale is not None and other != currency:
        raise _Bad("sale_price", item["sale_price"], f"is not in {currency} as the price is")
    variant: dict[str, Any] = {"sku": item["id"], "barcode": item.get("gtin"), "currency": currency}
    variant |= {"price": price, "compare_at": None} if sale is None else {"price": sale, "compare_at": price}
    if "shipping_weight" in item:
        try:
            variant["grams"], variant["weight_unit"] = grams(item["shipping_weight"])
        except ValueError as problem:
            raise _Bad("shipping_weight", item["shipping_weight"], str(problem)) from None
    return variant


_TAKEN: Final = frozenset(
    ["id", "item_group_id", "gtin", "price", "sale_price", "shipping_weight", "product_type", *_SINGLE, *ATTRIBUTES]
)


def _shared(titles: Sequence[str]) -> str:
    """The words that titles begin with together; the first of them, where that is too little of it to be a title."""
    first = titles[0]
    if len(set(titles)) == 1:
        return first
    size = next(n for n, letters in enumerate(zip_longest(*titles)) if len(set(letters)) > 1)
    if any(title[size - 1 : size + 1].isalnum() and len(title) > size for title in titles):
        size = max(first.rfind(" ", 0, size), 0)
    kept = first[:size].rstrip(" -–—|,/(:·")
    return kept if len(kept) >= _ENOUGH * len(first) else first


def _as_html(text: str) -> str:
    return text if _TAG.search(text) else escape(text)


def _product(
    key: str, group: list[tuple[dict[str, str], dict[str, Any]]], again: bool, known: dict[str, str]
) -> dict[str, Any]:
    """A product from its items and their variants."""
    items = [item for item, _ in group]
    first = items[0]
    product: dict[str, Any] = {"id": key, "known": known}
    title = _shared([item.get("title", "") for item in items])
    texts = {field: first.get(name) for name, field in _SINGLE.items()} | {
        "title": title,
        "type": first.get("product_type"),
    }
    texts["description"] = _as_html(first["description"]) if "description" in first else None
    product |= {field: text for field, text in texts.items() if not again or text}
    if again:
        product["part"] = True
    several = "item_group_id" in first
    varies = [name for name in VARYING if several and any(name in item for item in items)]
    if len(items) > 1:
        varies = [name for name in varies if len({item.get(name) for item in items}) > 1] or varies[:1]
    attributes = {name: first[name] for name in ATTRIBUTES if name in first and name not in varies}
    if attributes:
        product["attributes"] = attributes
    if varies:
        product["options"] = [{"name": name.replace("_", " ").capitalize()} for name in varies]
    pictures: dict[str, None] = {}
    for item in items:
        pictures |= dict.fromkeys([item["image_link"]] if "image_link" in item else [])
        pictures |= dict.fromkeys(parted(item.get("additional_image_link", "")))
    if pictures or not again:
        product["images"] = [{"src": src} for src in pictures]
    others = sorted({name for item in items for name in item} - _TAKEN)
    shared = {name for name in others if len({item.get(name) for item in items}) == 1} - {
        "image_link",
        "additional_image_link",
    }
    columns = {name: first[name] for name in shared if name in first} | ({"item_group_id": key} if several else {})
    if columns:
        product["columns"] = columns
    main = next(iter(pictures), None)
    for item, variant in group:
        variant["options"] = {name.replace("_", " ").capitalize(): item.get(name, "") for name in varies}
        if item.get("image_link") not in (None, main):
            variant["image"] = item["image_link"]
        extra = {name: item[name] for name in others if name in item and name not in shared}
        extra.pop("image_link", None)
        shown = [src for src in pictures if src != item.get("image_link", main)]
        if parted(extra.get("additional_image_link", "")) == shown:
            extra.pop("additional_image_link", None)
        suffix = item.get("title", "")[len(title) :] if item.get("title", "").startswith(title) else ""
        if suffix and several:
            extra[SUFFIX] = suffix
        if extra:
            variant["columns"] = extra
    product["variants"] = [variant for _, variant in group]
    return product


def _known(names: Iterable[str]) -> dict[str, str]:
    """The fields that a feed with these attributes speaks of."""
    fields = {"product_type": "type", **_SINGLE, "image_link": "images.src", "gtin": "variants.barcode"}
    fields |= {"price": "variants.price", "sale_price": "variants.compare_at", "shipping_weight": "variants.grams"}
    fields |= {name: f"attributes.{name}" for name in ATTRIBUTES}
    return {fields.get(name, f"columns.{name}"): name for name in names} | {"variants.sku": "id"}


def _read(source: Source) -> Iterator[Taken | Rejected]:
    key, last, group = "", 0, list[tuple[dict[str, str], dict[str, Any]]]()
    seen, ids = Seen(), set[str]()
    known = {} if source.is_xml else _known(filter(None, map(_attribute, source.header)))

    def done() -> Iterator[Taken]:
        if group:
            spoken = known or _known(dict.fromkeys(name for item, _ in group for name in item))
            yield Taken(last, len(group), _product(key, group, seen.add(key), spoken))

    for one in _items(source):
        if isinstance(one, Rejected):
            yield one
            continue
        line, item, raw = one
        if not item.get("id"):
            yield Rejected(line, "id", "", "an item needs an id", raw)
            continue
        this = item.get("item_group_id") or item["id"]
        if this != key or len(group) >= _HELD:
            yield from done()
            key, group, ids = this, [], set()
        if item["id"] in ids:
            yield Rejected(line, "id", item["id"], "is there twice", raw)
            continue
        try:
            variant = _variant(item, source.currency)
        except _Bad as problem:
            yield Rejected(line, problem.column, problem.value, problem.reason, raw)
            continue
        ids.add(item["id"])
        group.append((item, variant))
        last = line
    yield from done()


def _listed(records: Iterable[Mapping[str, Any]], options: Mapping[str, Any], out: LeftOut) -> Iterator[dict[str, str]]:
    link = settings(options, SETTINGS).get("link", "")
    for product in records:
        for offer in offers(product, link):
            if not out.of(product, offer):
                yield {name: joined(value) if isinstance(value, list) else str(value) for name, value in offer.items()}


class Merchant:
    """The connector to Google's tables; it reads XML as well."""

    name = "google"
    reads = writes = frozenset(["products"])
    ending = ".tsv"
    settings = SETTINGS

    def recognizes(self, kind: str, source: Source) -> float:
        """Sure of a table with an id, a title, a price and the attributes that only a feed has."""
        names = {_attribute(header) for header in source.header}
        fits = {"id", "title"} <= names and len(names & {"link", "image_link", "availability", "price"}) >= 3
        return 0.9 if kind == "products" and fits and not source.mapping and not source.is_json else 0.0

    def read(self, kind: str, source: Source) -> Iterator[Taken | Rejected]:
        """Products of a feed."""
        del kind
        return _read(source)

    def write(self, kind: str, records: Iterable[Any], path: Path, options: Mapping[str, Any]) -> list[Written]:
        """Write a table with tabs; what Google asks for and is not known is left out, offer by offer, and told."""
        del kind
        out, count = LeftOut(MUST, _HELPED), 0
        with tempfile.TemporaryFile(dir=path.parent) as spool:
            names = dict.fromkeys(_FIRST[:1])
            for offer in _listed(records, options, out):
                names |= dict.fromkeys(offer)
                spool.write(orjson.dumps(offer) + b"\n")
                count += 1
            header = [name for name in _FIRST if name in names] + sorted(set(names) - set(_FIRST))
            spool.seek(0)
            _table(spool, header, path)
        return [Written(path, count, count, out.count, tuple(out.reasons))]


def _table(spool: IO[bytes], header: Sequence[str], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(header)
        for line in spool:
            offer = orjson.loads(line)
            writer.writerow([re.sub(r"[\t\r]", " ", offer.get(name, "")) for name in header])


class MerchantXml:
    """The connector to Google's feeds in XML."""

    name = "google-xml"
    reads = writes = frozenset(["products"])
    ending = ".xml"
    settings = SETTINGS

    def recognizes(self, kind: str, source: Source) -> float:
        """Sure of XML that names Google's namespace at its beginning."""
        if kind != "products" or not source.is_xml:
            return 0.0
        return 0.95 if _NAMESPACE in next(source.pieces(), "") else 0.2

    def read(self, kind: str, source: Source) -> Iterator[Taken | Rejected]:
        """Products of a feed; raises UnreadableFile for what is not XML."""
        del kind
        return _read(source)

    def write(self, kind: str, records: Iterable[Any], path: Path, options: Mapping[str, Any]) -> list[Written]:
        """Write RSS 2.0; what Google asks for and is not known is left out, offer by offer, and told."""
        del kind
        given = settings(options, SETTINGS)
        out, count = LeftOut(MUST, _HELPED), 0
        about = {"title": "Products", "description": "Products", "link": given.get("link", "").partition("{")[0]} | {
            name: value for name, value in given.items() if name != "link"
        }
        with path.open("w", encoding="utf-8") as file:
            file.write(_RSS.format(**{name: _escaped(text) for name, text in about.items()}))
            for offer in _listed(records, options, out):
                order = [name for name in _FIRST if name in offer] + sorted(set(offer) - set(_FIRST))
                file.write("<item>\n" + "".join(_elements(name, offer[name]) for name in order) + "</item>\n")
                count += 1
            file.write("</channel>\n</rss>\n")
        return [Written(path, count, count, out.count, tuple(out.reasons))]


def _escaped(text: str) -> str:
    return escape(_NO_XML.sub("", text))


def _elements(name: str, text: str) -> str:
    if not re.fullmatch(r"[a-z_][a-z0-9_.\-]*", name):
        return ""
    lines = []
    for value in parted(text) if name in _REPEATED and name != "product_type" else [text]:
        if name in _PARTS and ":" in value:
            order = _PARTS[name]
            inner = zip(order, value.split(":", len(order) - 1), strict=False)
            shown = "".join(f"<g:{part}>{_escaped(said)}</g:{part}>" for part, said in inner if said)
        else:
            shown = _escaped(value)
        lines.append(f"<g:{name}>{shown}</g:{name}>\n")
    return "".join(lines)


CONNECTOR = (Merchant(), MerchantXml())
