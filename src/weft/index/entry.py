"""A product as the index holds it: the texts of its fields, its values for filters and facets, its price, stock and picture."""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from weft.index.card import NO_LIMIT
from weft.index.words import folded, plain

TEXTS: Final = ("title", "brand", "kind", "traits", "body")
"""The fields in which words are found, and how each is written in an index."""
TRAITS: Final = "traits"
"""The one of them in which values of options stand."""

READS: Final = (
    *("title", "description", "vendor", "type", "category", "status", "published", "tags", "options", "images"),
    *("attributes", "translations", "columns", "variants"),
)
SEPARATOR: Final = "\x1f"
OWN: Final = ("vendor", "category", "type", "tags")
"""The facets that every catalog may have."""

BODY_TOLD: Final = 400
"""How many signs of the body are shown."""
ALL: Final = "*"
"""What stands for all columns where columns are named."""
_BODY: Final = 4000
_VALUE: Final = 200
_VALUES: Final = 60
_CODE: Final = re.compile(r"[\W_]+")
_NOT_SHOWN: Final = frozenset(["archived", "draft"])
_ADDRESS: Final = re.compile(r"^(https?:|//|www\.|\[|\{)|^\d{4}-\d\d-\d\dT")
_FEATURE: Final = "true"


@dataclass(slots=True)
class Entry:
    """What of a product is searched and shown; prices are in minor units of `currency`.

    `values` are pairs of a facet's name and a value; `stock` is what there is of all its variants, NO_LIMIT where it is not
    counted. `variants` are there where it has several, `only` where it has one.
    """

    id: str
    title: str
    texts: dict[str, str]
    codes: list[str]
    values: list[tuple[str, str]]
    currency: str | None = None
    low: int | None = None
    high: int | None = None
    stock: int = NO_LIMIT
    shown: bool = True
    vendor: str | None = None
    category: str | None = None
    image: str | None = None
    variants: list[dict[str, Any]] = field(default_factory=list)
    only: dict[str, Any] | None = None

    @property
    def meaning(self) -> str:
        """The text that is embedded."""
        return ", ".join(part for part in (self.title, self.category) if part)[:1000]

    @property
    def digest(self) -> int:
        """A number of 64 bits that differs where what is embedded differs."""
        return digest(self.meaning)

    def as_shown(self) -> bytes:
        """What a hit shows of it, as JSON."""
        told = {
            "id": self.id, "title": self.title, "vendor": self.vendor, "category": self.category, "image": self.image,
            "currency": self.currency, "low": self.low, "high": self.high, "stock": self.stock, "only": self.only,
            "body": self.texts["body"][:BODY_TOLD], "codes": self.codes[:_VALUES], "values": self.values[:_VALUES],
        }  # fmt: skip
        return orjson.dumps(told)


def digest(meaning: str) -> int:
    """A number of 64 bits that differs where what is embedded differs."""
    return int.from_bytes(hashlib.blake2b(meaning.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def code(text: str) -> str:
    """A number by which a thing is ordered, as it is compared: letters and digits alone."""
    if text.isascii() and text.isalnum():
        return text.lower()
    return _CODE.sub("", folded(text))


def of(product: Mapping[str, Any], searched: Collection[str] = ()) -> Entry:
    """The entry of a product as the store tells it; `searched` are the columns of its file whose words are found, `*` for all."""
    title = str(product.get("title") or "").strip()
    variants = product.get("variants") or []
    values = list(_values(product, variants))
    traits, body = _said(product, searched)
    category = product.get("category") or product.get("type") or None
    texts = {
        "title": title,
        "brand": str(product.get("vendor") or ""),
        "kind": " ".join(str(product.get(name) or "").replace(">", " ") for name in ("type", "category")).strip(),
        "traits": "\n".join(dict.fromkeys([*(value for _, value in values if value != _FEATURE), *traits])),
        "body": "\n".join([plain(str(product.get("description") or ""))[:_BODY], *body])[: 2 * _BODY],
    }
    prices = [variant["price"] for variant in variants if isinstance(variant.get("price"), int)]
    images = product.get("images") or []
    return Entry(
        id=product["id"],
        title=title or product["id"],
        texts=texts,
        codes=list(_codes(product, variants)),
        values=values,
        currency=next((variant["currency"] for variant in variants if variant.get("currency")), None),
        low=min(prices, default=None),
        high=max(prices, default=None),
        stock=_stock(variants),
        shown=product.get("status") not in _NOT_SHOWN and product.get("published") is not False,
        vendor=product.get("vendor") or None,
        category=category,
        image=images[0].get("src") if images else None,
        variants=[_variant(one) for one in variants] if len(variants) > 1 else [],
        only=_variant(variants[0]) if len(variants) == 1 else None,
    )


def _variant(variant: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: variant.get(name) for name in ("sku", "options", "price", "stock", "image")}
    if variant.get("policy") == "continue":
        # What is sold beyond its stock is not counted, as of the product as a whole.
        del kept["stock"]
    return {name: value for name, value in kept.items() if value not in (None, {}, "")}


def _stock(variants: list[dict[str, Any]]) -> int:
    """How many can be bought of all variants together; without limit where one is not counted or sold beyond its stock."""
    total = 0
    for variant in variants:
        count = variant.get("stock")
        if count is None or variant.get("policy") == "continue":
            return NO_LIMIT
        total += max(count, 0)
    return total if variants else NO_LIMIT


def _codes(product: Mapping[str, Any], variants: list[dict[str, Any]]) -> Iterator[str]:
    met = {code(product["id"])}
    for variant in variants:
        met |= {code(variant[name]) for name in ("sku", "barcode") if variant.get(name)}
    for name, value in (product.get("columns") or {}).items():
        if name.lower() in ("ean", "gtin", "mpn", "upc", "isbn", "model", "name") and len(str(value)) < _VALUE:
            met |= {code(one) for one in re.split(r"[,;|\s\"\[\]]+", str(value)) if one}
    yield from sorted(one for one in met if one)


def _values(product: Mapping[str, Any], variants: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """The pairs of name and value by which products are filtered and counted, each once."""
    met: dict[tuple[str, str], None] = {}
    for name in ("vendor", "type", "category"):
        if product.get(name):
            met[name, str(product[name])[:_VALUE]] = None
    for tag in (product.get("tags") or [])[:_VALUES]:
        met["tags", str(tag)[:_VALUE]] = None
    for name, value in (product.get("attributes") or {}).items():
        held = value.get("value") if isinstance(value, Mapping) else value
        unit = value.get("unit") if isinstance(value, Mapping) else None
        for one in (held if isinstance(held, list) else [held])[:_VALUES]:
            if one is not None and one is not False and one != "":
                met[name, _written(one, unit)] = None
    for variant in variants:
        met |= dict.fromkeys(options(variant))
    yield from met


def options(variant: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The values by which a variant differs from the others of its product, with their names."""
    told = variant.get("options") or {}
    return [(name, str(value)[:_VALUE]) for name, value in told.items() if value and name != "Title"]


def _written(value: Any, unit: str | None) -> str:
    if value is True:
        return _FEATURE
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return (f"{text} {unit}" if unit else text)[:_VALUE]


def _said(product: Mapping[str, Any], searched: Collection[str]) -> tuple[list[str], list[str]]:
    """What attributes that are there are called, and what those columns say that the business lets be searched."""
    traits = [
        name.replace("_", " ")
        for name, value in (product.get("attributes") or {}).items()
        if (value.get("value") if isinstance(value, Mapping) else value) is True
    ]
    body = []
    for name, value in (product.get("columns") or {}).items():
        text = str(value).strip() if ALL in searched or name in searched else ""
        if text and len(text) < _BODY and not _ADDRESS.match(text) and text.lower() not in ("true", "false"):
            body.append(text)
        elif text.lower() == "true":
            traits.append(name.replace("_", " "))
    for language in (product.get("translations") or {}).values():
        if isinstance(language, Mapping):
            body += [
                plain(str(text)) for field_, text in language.items() if text and not str(field_).startswith("seo_")
            ]
    return traits, body
