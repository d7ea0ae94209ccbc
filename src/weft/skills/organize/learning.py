"""How `organize` learns from a business's own catalog, from what people decided, and from the lists that were loaded."""

import contextlib
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from weft.business import Business
from weft.errors import NotFound
from weft.skills.organize.attributes import Correction, Knowledge
from weft.skills.organize.categories import CategoryModel, Listing
from weft.skills.organize.names import ATTRIBUTE_LISTS, ATTRIBUTES, CATEGORIES, SHELF
from weft.skills.organize.quality import Shelf
from weft.store.records import Product

READS: Final = (
    *("title", "description", "vendor", "type", "category", "status", "tags", "options", "images", "attributes"),
    *("variants.sku", "variants.barcode", "variants.options", "variants.price", "variants.compare_at"),
    *("variants.currency", "variants.grams", "variants.stock"),
)
_MOST_EXAMPLES: Final = 30_000
_FEWEST_LABELS: Final = 10


def listing(product: Mapping[str, Any]) -> Listing:
    """What is read of a product to place it."""
    return Listing(
        title=product.get("title") or "",
        description=product.get("description") or "",
        vendor=product.get("vendor") or "",
        type=product.get("type") or "",
        tags=tuple(product.get("tags") or ()),
    )


def learn(business: Business, outline: dict[str, int]) -> None:
    """Learn everything anew from the catalog and from what people decided."""
    shelf = Shelf.of(business.catalog.streamed(READS))
    labeled, filled = _examples(business.catalog.streamed(READS), outline["products"])
    if len(labeled) < _FEWEST_LABELS:
        labeled = []
    # Small matrices spread over threads take fifty times as long wherever a core is busy.
    with threadpool_limits(1):
        model = CategoryModel.learned(
            [listing(product) for product in labeled], [_label(product) for product in labeled]
        )
        knowledge = Knowledge.learned([*filled, *_corrections(business)], attribute_lists=_lists(business))
    about = {"outline": outline, "labeled": len(labeled), "filled": len(filled)}
    for name, body in ((CATEGORIES, model.saved()), (ATTRIBUTES, knowledge.saved()), (SHELF, shelf.saved())):
        business.learned.keep(name, body, about)


def _corrections(business: Business) -> list[Correction]:
    """What people said of attributes: a value they rejected or took back, or put another in the place of."""
    told = [change for change in business.changes.decided("organize") if change["field"].startswith("attributes.")]
    wrong = [
        (change["record"], change["field"], change["suggested"] if change["suggested"] is not None else change["after"])
        for change in told
        if change["suggested"] is not None or change["state"] in ("rejected", "undone")
    ]
    products: dict[str, Product] = {}
    for record in dict.fromkeys(record for record, _, _ in wrong):
        with contextlib.suppress(NotFound):
            products[record] = business.catalog.record(record)
    return [
        Correction(products[record], field.partition(".")[2], value, "rejected")
        for record, field, value in wrong
        if record in products and value is not None
    ]


def _lists(business: Business) -> dict[str, list[str]] | None:
    """The attribute lists that were loaded."""
    lesson = business.learned.find(ATTRIBUTE_LISTS)
    body = business.learned.body(ATTRIBUTE_LISTS, lesson.digest) if lesson else None
    return orjson.loads(body) if body else None


def _label(product: Mapping[str, Any]) -> str:
    return str(product.get("category") or "").strip()


def _examples(products: Iterable[Product], count: int) -> tuple[list[Product], list[Product]]:
    """Products with a category, and products with attributes, at most so many of each, chosen evenly by their ids."""
    share = min(1.0, _MOST_EXAMPLES / max(count, 1))
    labeled: list[Product] = []
    filled: list[Product] = []
    for product in products:
        if share < 1 and _chance(product["id"]) > share:
            continue
        if _label(product):
            labeled.append(product)
        if product.get("attributes"):
            filled.append(product)
    return labeled, filled


def _chance(name: str) -> float:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "big") / (1 << 32)
