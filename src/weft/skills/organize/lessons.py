"""What `organize` learns from a business's own catalog, and how a process comes by what was learned."""

import hashlib
import importlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from weft.business import Business
from weft.errors import NotFound, WeftError
from weft.settings import Settings
from weft.skills.organize.categories import CategoryModel, Listing
from weft.skills.organize.names import CATEGORIES, SHELF, TAXONOMY
from weft.skills.organize.quality import Shelf
from weft.skills.organize.start import Start
from weft.skills.organize.taxonomy import Taxonomy
from weft.store.records import Product

_MOST_EXAMPLES: Final = 30_000
_FEWEST_LABELS: Final = 10
_LOG: Final = logging.getLogger(__name__)
READS: Final = (
    *("title", "description", "vendor", "type", "category", "status", "tags", "options", "images", "attributes"),
    *("variants.sku", "variants.barcode", "variants.options", "variants.price", "variants.compare_at"),
    *("variants.currency", "variants.grams", "variants.stock"),
)


_MOST_HELD: Final = 64
_HELD: OrderedDict[tuple[str, bytes], Any] = OrderedDict()
_LOCK: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Lessons:
    """All that was learned, ready for use; `threshold` is the confidence from which placements are surely right.

    `start` places products of a business that has placed too few itself to learn from.
    """

    categories: CategoryModel
    threshold: float | None
    shelf: Shelf
    taxonomy: Taxonomy | None
    start: Start | None


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
    model = CategoryModel.learned([listing(product) for product in labeled], [_label(product) for product in labeled])
    about = {"outline": outline, "labeled": len(labeled), "filled": len(filled)}
    for name, body in ((CATEGORIES, model.saved()), (SHELF, shelf.saved())):
        business.learned.keep(name, body, about)


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


def lessons(business: Business, names: Mapping[str, bytes]) -> Lessons:
    """The lessons with these digests, read once a process; raises NotFound where one was learned anew meanwhile."""
    taxonomy = names.get(TAXONOMY)
    tree = _kept(business, TAXONOMY, taxonomy, _taxonomy) if taxonomy else None
    categories, threshold = _kept(business, CATEGORIES, names[CATEGORIES], _placing)
    return Lessons(
        categories,
        threshold,
        _kept(business, SHELF, names[SHELF], Shelf.loaded),
        tree,
        None
        if categories.categories
        else _kept(business, "start", taxonomy or b"", lambda _: Start(tree or Taxonomy.basic(), _embedder())),
    )


def _embedder() -> Any:
    """What tells meanings apart, where it is installed; words alone do without."""
    try:
        meaning = importlib.import_module("weft.index.meaning")
        return meaning.MiniLM(Settings.from_environment().home / "models")
    except (ImportError, WeftError) as problem:
        _LOG.info("products are placed by words alone: %s", problem)
        return None


def _placing(body: bytes) -> tuple[CategoryModel, float | None]:
    model = CategoryModel.loaded(body)
    return model, model.threshold()


def _taxonomy(body: bytes) -> Taxonomy:
    return Taxonomy.read(body.decode())


def _kept(business: Business, name: str, digest: bytes, load: Callable[[bytes], Any]) -> Any:
    """A lesson by its digest: the last ones used stay in memory."""
    key = (name, digest)
    with _LOCK:
        if key in _HELD:
            _HELD.move_to_end(key)
            return _HELD[key]
    body = b"" if name == "start" else business.learned.body(name, digest)
    if body is None:
        raise NotFound("What was learned has just been learned anew; ask again.")
    made = load(body)
    with _LOCK:
        _HELD[key] = made
        while len(_HELD) > _MOST_HELD:
            _HELD.popitem(last=False)
    return made
