"""WooCommerce's product file: what its exporter writes and its importer takes."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from weft.connectors import Rejected, Taken, Written
from weft.connectors.source import Source
from weft.connectors.woocommerce import columns, products, sheet
from weft.errors import UnknownFormat

_NAMES: Final = {"sku", "id", "name"}


class WooCommerce:
    """The connector to WooCommerce's CSV files of products."""

    name = "woocommerce"
    reads = writes = frozenset(["products"])
    settings = sheet.SETTINGS

    def recognizes(self, kind: str, source: Source) -> float:
        """Sure of a table that names products and has two columns that only WooCommerce's files have."""
        header = {name.lower() for name in source.header}
        fits = bool(header & _NAMES) and len(header & columns.SIGNS) >= 2
        return 0.93 if kind == "products" and fits and not source.mapping else 0.0

    def read(self, kind: str, source: Source) -> Iterator[Taken | Rejected]:
        """Products; raises UnknownFormat where no row could be told whose it is."""
        del kind
        if not {name.lower() for name in source.header} & _NAMES:
            raise UnknownFormat(
                f"{source.path.name} is not WooCommerce's file of products: it has no column SKU, ID or Name."
            )
        return products.read(source)

    def write(self, kind: str, records: Iterable[Any], path: Path, options: Mapping[str, Any]) -> list[Written]:
        """Write products in WooCommerce's columns; raises InputError for a setting that there is not."""
        del kind
        return sheet.write(records, path, options)


CONNECTOR = WooCommerce()
