"""What a product feed lists: an offer for each variant, under the names of Google's product data specification.

Columns that a feed brought and Weft has no field for stay with the product or the variant, and go out again. What a feed
must have and the catalog does not know is never made up: the offer is left out, and told.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import nh3

from weft.errors import InputError
from weft.money import decimal

# What apparel's and other variants differ in, in the order in which shops name their options.
VARYING: Final = ("color", "size", "material", "pattern", "gender", "age_group")
ATTRIBUTES: Final = (*VARYING, "condition", "size_type", "size_system")
_SAID: Final = {
    "color": ("color", "colour", "farbe", "couleur"),
    "size": ("size", "größe", "taille", "talla"),
    "material": ("material", "matériau", "fabric"),
    "pattern": ("pattern", "muster", "motif"),
    "gender": ("gender", "target gender", "geschlecht"),
    "age_group": ("age_group", "age group", "altersgruppe"),
}
_BREAK: Final = re.compile(r"<(?:br|/p|/div|/li|/h[1-6]|/tr)\b[^>]*>", re.IGNORECASE)
_WEIGHTS: Final = {"g": 1.0, "kg": 1000.0, "oz": 28.349523125, "lb": 453.59237}
_MOST_IMAGES: Final = 10
_MOST_HIGHLIGHTS: Final = 100
_LONGEST_HIGHLIGHT: Final = 150
_LONGEST_TITLE: Final = 150
SUFFIX: Final = "title_suffix"
# What WooCommerce says of what it does not count.
_STOCKED: Final = {"0": "out_of_stock", "backorder": "backorder"}


def plain(text: str | None) -> str:
    """HTML as its words, a line for each block."""
    if not text or ("<" not in text and "&" not in text):
        return (text or "").strip()
    bare = html.unescape(nh3.clean(_BREAK.sub("\n", text), tags=set()))
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"[^\S\n]+", " ", bare)).strip()


def said(value: Any) -> str:
    """An attribute's value as a feed says it: several with slashes between, a number with its unit."""
    if isinstance(value, Mapping):
        return f"{said(value.get('value'))} {value.get('unit') or ''}".strip()
    if isinstance(value, list):
        return "/".join(said(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else "" if value is None else str(value)


def amount(minor: int, currency: str) -> str:
    """An amount with its currency: `15.00 USD`."""
    return f"{decimal(minor, currency)} {currency}"


def settings(options: Mapping[str, Any], names: Sequence[str]) -> dict[str, str]:
    """What was set for a feed; raises InputError for a name that the feed does not have."""
    given = dict(options.get("set") or {})
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise InputError(f"This feed has no setting {unknown[0]!r}; its settings are {', '.join(names)}.")
    return {name: str(value) for name, value in given.items()}


def offers(product: Mapping[str, Any], link: str = "") -> Iterator[dict[str, Any]]:
    """The offers of a product; `link` is a shop's address with `{id}` and `{sku}` in the place of a product's."""
    variants = list(product.get("variants") or ()) or [{}]
    attributes = {str(name).lower(): value for name, value in (product.get("attributes") or {}).items()}
    images = [image["src"] for image in product.get("images") or () if image.get("src")]
    own = product.get("columns") or {}
    grouped = len(variants) > 1 or "item_group_id" in own
    # A feed's own items have their whole titles already.
    fed = "item_group_id" in own
    skus = [variant.get("sku") for variant in variants]
    for place, variant in enumerate(variants):
        here = {**own, **(variant.get("columns") or {})}
        chosen = {str(name).lower(): value for name, value in (variant.get("options") or {}).items() if value}
        sku = variant.get("sku") or ""
        first = f"{product['id']}-{place + 1}" if len(variants) > 1 else product["id"]
        offer: dict[str, Any] = dict(here)
        offer |= {
            "id": sku if sku and skus.count(sku) == 1 else first,
            "title": _titled(product, attributes, here.get(SUFFIX) or ("" if fed else _named(chosen, grouped)), chosen),
            "description": said(attributes.get("google_description")) or plain(product.get("description")),
            "product_highlight": here.get("product_highlight") or _highlights(attributes),
            "link": here.get("link") or _linked(link, product["id"], sku),
            "brand": product.get("vendor"),
            "google_product_category": product.get("category"),
            "product_type": product.get("type"),
            "gtin": variant.get("barcode"),
            "availability": _availability(product, variant, here),
            **_prices(variant),
            **_pictures(images, variant, here),
        }
        offer.pop(SUFFIX, None)
        for name in ATTRIBUTES:
            names = _SAID.get(name, (name,))
            value = next((known[one] for known in (chosen, attributes) for one in names if known.get(one)), None)
            offer[name] = said(value) if value is not None else here.get(name)
        if grouped:
            offer["item_group_id"] = product["id"]
        if variant.get("grams"):
            offer["shipping_weight"] = weight(variant["grams"], variant.get("weight_unit"))
        yield {name: value for name, value in offer.items() if value not in (None, "", [])}


def _titled(product: Mapping[str, Any], attributes: Mapping[str, Any], suffix: str, chosen: Mapping[str, str]) -> str:
    """A title written for feeds where there is one, else the product's; then what the variant is, if the title does not say it."""
    written = said(attributes.get("google_title"))
    if not written:
        return f"{product.get('title') or ''}{suffix}"
    unsaid = {name: value for name, value in chosen.items() if value.casefold() not in written.casefold()}
    return f"{written}{_named(unsaid, bool(suffix))}"[:_LONGEST_TITLE]


def _highlights(attributes: Mapping[str, Any]) -> list[str]:
    """The product's bullets as a feed takes them: two at least, none too long."""
    for name in ("google_bullets", "bullets"):
        value = attributes.get(name)
        given = value.get("value") if isinstance(value, Mapping) else value
        texts = [one.strip() for one in given if isinstance(one, str)] if isinstance(given, list) else []
        fitting = [one for one in texts if 0 < len(one) <= _LONGEST_HIGHLIGHT][:_MOST_HIGHLIGHTS]
        if len(fitting) > 1:
            return fitting
    return []


def _named(chosen: Mapping[str, str], grouped: bool) -> str:
    values = [value for value in chosen.values() if value != "Default Title"]
    return f" - {' / '.join(values)}" if grouped and values else ""


def _linked(template: str, product: str, sku: str) -> str:
    return template.replace("{id}", product).replace("{sku}", sku)


def _prices(variant: Mapping[str, Any]) -> dict[str, str]:
    price, before, currency = variant.get("price"), variant.get("compare_at"), variant.get("currency") or "EUR"
    if price is None:
        return {}
    if before is not None and before > price:
        return {"price": amount(before, currency), "sale_price": amount(price, currency)}
    return {"price": amount(price, currency)}


def _pictures(images: Sequence[str], variant: Mapping[str, Any], here: Mapping[str, str]) -> dict[str, Any]:
    main = variant.get("image") or here.get("image_link") or (images[0] if images else None)
    more = [src for src in images if src != main][:_MOST_IMAGES]
    return {"image_link": main, "additional_image_link": here.get("additional_image_link") or more}


def _availability(product: Mapping[str, Any], variant: Mapping[str, Any], here: Mapping[str, str]) -> str | None:
    told = here.get("availability") or _STOCKED.get(here.get("In stock?", ""))
    stock = stocked(variant)
    if stock is None:
        return told or ("in_stock" if product.get("status") in (None, "active") else None)
    if told == "preorder":
        return told
    return "in_stock" if stock > 0 else "backorder" if variant.get("policy") == "continue" else "out_of_stock"


def stocked(variant: Mapping[str, Any]) -> int | None:
    """How many of a variant there are in all places; None where it is not counted."""
    stock = variant.get("stock")
    if isinstance(stock, Mapping):
        counts = [one for one in stock.values() if one is not None]
        return sum(counts) if counts else None
    return stock if isinstance(stock, int) else None


def weight(grams: float, unit: str | None) -> str:
    """A weight in the unit in which a shop says it, grams where it says none."""
    shown = unit if unit in _WEIGHTS else "g"
    return f"{round(grams / _WEIGHTS[shown], 6):g} {shown}"


def grams(text: str) -> tuple[float, str]:
    """A weight such as `1.5 kg` in grams, and its unit; raises ValueError."""
    found = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*([a-zA-Z]+)\s*", text)
    unit = found[2].lower().removesuffix("s") if found else ""
    if found is None or unit not in _WEIGHTS:
        raise ValueError("is not a weight such as 1.5 kg")
    return round(float(found[1].replace(",", ".")) * _WEIGHTS[unit], 6), unit


class LeftOut:
    """Offers that a feed cannot list, counted, and the first of them with their reasons."""

    _TOLD: Final = 20

    def __init__(self, must: Sequence[str], helped: Mapping[str, str]) -> None:
        """`must` are the attributes that every offer has; `helped` says of some how they can be given."""
        self._must, self._helped = must, helped
        self.count = 0
        self.reasons: list[str] = []

    def of(self, product: Mapping[str, Any], offer: Mapping[str, Any]) -> bool:
        """Whether an offer is left out, which is noted."""
        status = product.get("status")
        if status not in (None, "", "active"):
            return self._note(f"{offer['id']} is not for sale: its status is {status}.")
        lacks = [name for name in self._must if not offer.get(name)]
        if not lacks:
            return False
        return self._note(f"{offer['id']} has no {', '.join(lacks)}.{self._helped.get(lacks[0], '')}")

    def _note(self, reason: str) -> bool:
        self.count += 1
        if len(self.reasons) < self._TOLD:
            self.reasons.append(reason)
        return True
