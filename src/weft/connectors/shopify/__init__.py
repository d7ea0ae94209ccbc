"""Shopify's files: products in both dialects, orders, customers, inventory, translations."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from weft.connectors import Rejected, Taken, Written
from weft.connectors.shopify import customers, orders, products, stock, translations
from weft.connectors.source import Source
from weft.errors import UnknownFormat

_SIGNS: Final = {
    "products": ({"handle", "url handle"}, {"title"}),
    "orders": ({"name"}, {"lineitem quantity"}, {"lineitem name"}),
    "customers": ({"first name"}, {"last name"}, {"accepts email marketing", "accepts marketing"}),
    "stock": ({"handle"}, {"location"}, {"on hand (new)", "on hand", "available"}),
    "translations": ({"identification"}, {"locale"}, {"translated content"}),
}
# Without one of these columns no row could be told whose it is, or what it says.
_NEEDS: Final = {
    "products": ({"handle", "url handle", "title"},),
    "orders": ({"name"},),
    "customers": ({"customer id", "email", "phone"},),
    "stock": ({"handle", "sku"}, set(stock.QUANTITIES)),
    "translations": tuple({name.lower()} for name in translations.HEADER if name not in ("Market", "Status")),
}


class Shopify:
    """The connector to Shopify's CSV files."""

    name = "shopify"
    reads = frozenset(_SIGNS)
    writes = frozenset(_SIGNS)

    def recognizes(self, kind: str, source: Source) -> float:
        """Sure when the columns that only Shopify's file of that kind has are there."""
        header = {name.lower() for name in source.header}
        # A stock file has a handle and a title too; a list of products has no location.
        fits = all(header & sign for sign in _SIGNS[kind]) and not source.mapping
        return 0.95 if fits and not (kind == "products" and "location" in header) else 0.0

    def read(self, kind: str, source: Source) -> Iterator[Taken | Rejected]:
        """Records of that kind; raises UnknownFormat where the columns are missing without which there are none."""
        header = {name.lower() for name in source.header}
        for group in _NEEDS[kind]:
            if not header & group:
                raise UnknownFormat(
                    f"{source.path.name} is not Shopify's file of {kind}: it has no column "
                    f"{' or '.join(sorted(name.capitalize() for name in group))}."
                )
        readers = {
            "products": products.read,
            "orders": orders.read,
            "customers": customers.read,
            "stock": stock.read,
            "translations": translations.read,
        }
        return readers[kind](source)

    def write(self, kind: str, records: Iterable[Any], path: Path, options: Mapping[str, Any]) -> list[Written]:
        """Write records in Shopify's columns; products in the new dialect unless `dialect` is `old`."""
        if kind == "products":
            return products.write(records, path, options)
        writers = {
            "orders": orders.write,
            "customers": customers.write,
            "stock": stock.write,
            "translations": translations.write,
        }
        if kind not in writers:
            raise UnknownFormat(f"Shopify has no file of {kind}.")
        return writers[kind](records, path, options)


CONNECTOR = Shopify()
