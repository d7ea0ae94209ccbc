"""A product as the index holds it: the texts of its fields, its values for filters and facets, its price, stock and picture."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

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
_APART: Final = re.compile(r"[,;|\s\"\[\]]+")
_NUMBERED: Final = frozenset(["ean", "gtin", "mpn", "upc", "isbn", "model", "name"])
_TOLD_MORE: Final = frozenset(["attributes", "columns", "translations"])
_NONE: Final[Mapping[str, Any]] = {}
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

    def as_shown(self) -> bytes:
        """What a hit shows of it, as JSON."""
        told = {
            "id": self.id, "title": self.title, "vendor": self.vendor, "category": self.category, "image": self.image,
            "currency": self.currency, "low": self.low, "high": self.high, "stock": self.stock, "only": self.only,
            "body": self.texts["body"][:BODY_TOLD], "codes": self.codes[:_VALUES], "values": self.values[:_VALUES],
        }  # fmt: skip
        return orjson.dumps(told)


def digests(meanings: Iterable[str]) -> NDArray[np.uint64]:
    """Numbers of 64 bits that differ where what is embedded differs."""
    blake = hashlib.blake2b
    joined = b"".join([blake(one.encode("utf-8", "replace"), digest_size=8).digest() for one in meanings])
    return np.frombuffer(joined, ">u8").astype(np.uint64)


def code(text: str) -> str:
    """A number by which a thing is ordered, as it is compared: letters and digits alone."""
    if text.isascii() and text.isalnum():
        return text.lower()
    return _CODE.sub("", folded(text))


def of(product: Mapping[str, Any], searched: Collection[str] = ()) -> Entry:
    """The entry of a product as the store tells it; `searched` are the columns of its file whose words are found, `*` for all."""
    title = str(product.get("title") or "").strip()
    vendor, kind, category = product.get("vendor") or None, product.get("type") or None, product.get("category") or None
    variants = product.get("variants") or []
    values = _values(product, variants)
    traits, body = _said(product, searched)
    description = product.get("description")
    # What is empty is not put together: of many products most is.
    texts = {
        "title": title,
        "brand": str(vendor or ""),
        "kind": f"{kind or ''} {category or ''}".replace(">", " ").strip() if kind or category else "",
        "traits": "\n".join(dict.fromkeys([*[value for _, value in values if value != _FEATURE], *traits]))
        if values or traits
        else "",
        "body": "\n".join([plain(str(description or ""))[:_BODY], *body])[: 2 * _BODY] if description or body else "",
    }
    prices = [price for variant in variants if isinstance(price := variant.get("price"), int)] if variants else None
    images = product.get("images")
    return Entry(
        id=product["id"],
        title=title or product["id"],
        texts=texts,
        codes=_codes(product, variants),
        values=values,
        currency=next((one for variant in variants if (one := variant.get("currency"))), None) if variants else None,
        low=min(prices) if prices else None,
        high=max(prices) if prices else None,
        stock=_stock(variants),
        shown=product.get("status") not in _NOT_SHOWN and product.get("published") is not False,
        vendor=vendor,
        category=category or kind,
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


def _codes(product: Mapping[str, Any], variants: list[dict[str, Any]]) -> list[str]:
    met = {code(product["id"])}
    for variant in variants:
        for name in ("sku", "barcode"):
            if one := variant.get(name):
                met.add(code(one))
    for name, value in (product.get("columns") or _NONE).items():
        if name.lower() in _NUMBERED and len(str(value)) < _VALUE:
            met.update([code(one) for one in _APART.split(str(value)) if one])
    met.discard("")
    return sorted(met)


def _values(product: Mapping[str, Any], variants: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The pairs of name and value by which products are filtered and counted, each once."""
    met: dict[tuple[str, str], None] = {}
    for name in ("vendor", "type", "category"):
        if one := product.get(name):
            met[name, str(one)[:_VALUE]] = None
    for tag in (product.get("tags") or ())[:_VALUES]:
        met["tags", str(tag)[:_VALUE]] = None
    for name, value in (product.get("attributes") or _NONE).items():
        held, unit = (value.get("value"), value.get("unit")) if isinstance(value, Mapping) else (value, None)
        for one in held[:_VALUES] if isinstance(held, list) else (held,):
            if one is not None and one is not False and one != "":
                met[name, _written(one, unit)] = None
    for variant in variants:
        for pair in options(variant):
            met[pair] = None
    return list(met)


def options(variant: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The values by which a variant differs from the others of its product, with their names."""
    told = variant.get("options") or _NONE
    return [(name, str(value)[:_VALUE]) for name, value in told.items() if value and name != "Title"]


def _written(value: Any, unit: str | None) -> str:
    if value is True:
        return _FEATURE
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return (f"{text} {unit}" if unit else text)[:_VALUE]


def _said(product: Mapping[str, Any], searched: Collection[str]) -> tuple[list[str], list[str]]:
    """What attributes that are there are called, and what those columns say that the business lets be searched."""
    if not _TOLD_MORE & product.keys():
        return [], []
    traits = [
        name.replace("_", " ")
        for name, value in (product.get("attributes") or _NONE).items()
        if (value.get("value") if isinstance(value, Mapping) else value) is True
    ]
    body = []
    for name, value in (product.get("columns") or _NONE).items():
        text = str(value).strip() if ALL in searched or name in searched else ""
        if text and len(text) < _BODY and not _ADDRESS.match(text) and text.lower() not in ("true", "false"):
            body.append(text)
        elif text.lower() == "true":
            traits.append(name.replace("_", " "))
    for language in (product.get("translations") or _NONE).values():
        if isinstance(language, Mapping):
            body += [
                plain(str(text)) for field_, text in language.items() if text and not str(field_).startswith("seo_")
            ]
    return traits, body
