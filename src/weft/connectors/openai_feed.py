"""OpenAI's product feed, written for upload: JSON Lines or CSV by the file's ending, compressed where that ends in `.gz`.

Follows the file-upload specification of the Agentic Commerce feeds. Nothing that it asks for is made up.
"""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import orjson

from weft.connectors import Rejected, Taken, Written
from weft.connectors.merchant import parted
from weft.connectors.offers import LeftOut, offers, settings
from weft.connectors.source import Source
from weft.errors import InputError, UnknownFormat

# What is the same for each offer of a shop, and is asked of the shop, not of the catalog.
_SHOP: Final = ("seller_name", "seller_url", "return_policy", "target_countries", "store_country")
_POLICIES: Final = ("seller_privacy_policy", "seller_tos")
SETTINGS: Final = ("link", *_SHOP, *_POLICIES, "search", "checkout", "return_deadline_in_days")
_MUST: Final = ("item_id", "title", "description", "url", "brand", "image_url", "price", "availability")
_HELPED: Final = {"url": " Say how the shop's addresses are made: --set link=https://shop.example/products/{id}."}
_NAMED: Final = {
    "id": "item_id",
    "link": "url",
    "image_link": "image_url",
    "google_product_category": "product_category",
    **{name: name for name in ("title", "description", "brand", "price", "sale_price", "gtin", "mpn", "condition")},
    **{name: name for name in ("material", "color", "size", "size_system", "gender", "age_group")},
}
_COLUMNS: Final = (
    *("item_id", "title", "description", "url", "brand", "image_url", "price", "sale_price", "availability"),
    *("group_id", "listing_has_variations", "variant_dict", "gtin", "mpn", "condition", "product_category", "material"),
    *("color", "size", "size_system", "gender", "age_group", "weight", "item_weight_unit", "additional_image_urls"),
    *("seller_name", "seller_url", "store_country", "return_deadline_in_days", "return_policy", "target_countries"),
    *("is_eligible_search", "is_eligible_checkout", "seller_privacy_policy", "seller_tos"),
)
_AVAILABILITY: Final = {"preorder": "pre_order"}
_LONGEST: Final = {"title": 150, "description": 5000, "brand": 70, "mpn": 70, "item_id": 100}
_FLAGS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _flag(given: Mapping[str, str], name: str, usual: bool) -> bool:
    text = given.get(name, "").lower()
    if text and text not in _FLAGS:
        raise InputError(f"The setting {name} is true or false.")
    return _FLAGS.get(text, usual)


def _of_shop(options: Mapping[str, Any]) -> dict[str, Any]:
    """What every offer says of the shop; raises InputError for what is missing."""
    given = settings(options, SETTINGS)
    search, checkout = _flag(given, "search", True), _flag(given, "checkout", False)
    missing = [name for name in (*_SHOP, *(_POLICIES if checkout else ())) if not given.get(name)]
    if missing:
        raise InputError(
            f"OpenAI's feed says of the shop also its {', '.join(missing)}; give each, such as --set {missing[0]}=…"
        )
    if checkout and not search:
        raise InputError("What is eligible for checkout is eligible for search; leave search=false out.")
    shop: dict[str, Any] = {name: given[name] for name in (*_SHOP, *_POLICIES) if given.get(name)}
    shop["target_countries"] = [one.strip().upper() for one in given["target_countries"].split(",") if one.strip()]
    if days := given.get("return_deadline_in_days"):
        if not days.isdigit():
            raise InputError("The setting return_deadline_in_days is a number of days.")
        shop["return_deadline_in_days"] = int(days)
    return shop | {"is_eligible_search": search, "is_eligible_checkout": checkout}


def _item(product: Mapping[str, Any], offer: Mapping[str, Any], shop: Mapping[str, Any]) -> dict[str, Any]:
    item: dict[str, Any] = {"id": offer["id"]}
    item |= {name: offer[one] for one, name in _NAMED.items() if one in offer}
    for name, most in _LONGEST.items():
        if len(item.get(name) or "") > most and name != "item_id":
            item[name] = item[name][: most - 1].rstrip() + "…"
    if told := offer.get("availability"):
        item["availability"] = _AVAILABILITY.get(told, told)
    more = offer.get("additional_image_link") or []
    item["additional_image_urls"] = parted(more) if isinstance(more, str) else more
    if weight := offer.get("shipping_weight"):
        item["weight"], _, item["item_weight_unit"] = weight.partition(" ")
    variants = product.get("variants") or ()
    item["listing_has_variations"] = len(variants) > 1
    if len(variants) > 1:
        item["group_id"] = product["id"]
        own = next((one for one in variants if one.get("sku") == offer["id"]), None)
        place = int(offer["id"].rpartition("-")[2]) - 1 if own is None else 0
        item["variant_dict"] = (own or variants[place]).get("options") or {}
    item.pop("id")
    return {name: value for name, value in {**item, **shop}.items() if value not in (None, "", [], {})}


def _items(records: Iterable[Mapping[str, Any]], options: Mapping[str, Any], out: LeftOut) -> Iterator[dict[str, Any]]:
    shop = _of_shop(options)
    link = settings(options, SETTINGS).get("link", "")
    for product in records:
        for offer in offers(product, link):
            item = _item(product, offer, shop)
            if not out.of(product, item | {"id": offer["id"]}):
                yield {name: item[name] for name in _COLUMNS if name in item}


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(value)
    return orjson.dumps(value).decode() if isinstance(value, dict) else str(value)


class OpenAIFeed:
    """The connector that writes OpenAI's feed; nobody has one to import."""

    name = "openai"
    reads: frozenset[str] = frozenset()
    writes = frozenset(["products"])
    ending = ".jsonl"
    settings = SETTINGS

    def recognizes(self, kind: str, source: Source) -> float:
        """Never: it reads nothing."""
        del kind, source
        return 0.0

    def read(self, kind: str, source: Source) -> Iterator[Taken | Rejected]:
        """Raises UnknownFormat."""
        raise UnknownFormat(f"{source.path.name}: OpenAI's feed of {kind} is written, not read.")

    def write(self, kind: str, records: Iterable[Any], path: Path, options: Mapping[str, Any]) -> list[Written]:
        """Write an offer a line, and tell which products had not what an offer needs."""
        del kind
        out, count = LeftOut(_MUST, _HELPED), 0
        table = path.name.removesuffix(".gz").endswith((".csv", ".tsv"))
        items = _items(records, options, out)
        with ExitStack() as stack:
            file: Any = stack.enter_context(path.open("wb"))
            if path.suffix == ".gz":
                file = stack.enter_context(gzip.GzipFile(fileobj=file, mode="wb", mtime=0))
            if table:
                text = stack.enter_context(io.TextIOWrapper(file, encoding="utf-8", newline=""))
                mark = "\t" if ".tsv" in path.name else ","
                writer = csv.writer(text, delimiter=mark, lineterminator="\n")
                writer.writerow(_COLUMNS)
                for item in items:
                    writer.writerow([_cell(item.get(name, "")) for name in _COLUMNS])
                    count += 1
            else:
                for item in items:
                    file.write(orjson.dumps(item) + b"\n")
                    count += 1
        return [Written(path, count, count, out.count, tuple(out.reasons))]


CONNECTOR = OpenAIFeed()
