"""Products on their way in: one for each id, drawn up as rows of the tables that they go to, brought there in bulk."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Self
from uuid import UUID

import orjson
from psycopg import Connection

from weft.ids import uuid7
from weft.postgres.database import copy_rows
from weft.store.merging import merged
from weft.store.records import Product
from weft.store.rows import array_text, digest_of, json_text, known_id

_TEXTS: Final = ("title", "description", "vendor", "type", "category", "status")
_PRODUCT: Final = (
    *("uid", "id", *_TEXTS, "published", "tags", "options", "seo_title", "seo_description", "gift_card"),
    *("images", "translations", "columns", "known", "digest"),
)
_VARIANT: Final = (
    *("uid", "product", "position", "choices", "stock", "columns"),
    *("sku", "barcode", "currency", "price", "compare_at", "cost", "grams", "weight_unit", "tracker", "policy"),
    *("fulfillment", "requires_shipping", "taxable", "tax_code", "image"),
)
_TABLES: Final = {
    "product": _PRODUCT,
    "variant": _VARIANT,
    "fact": ("record", "name", "value", "unit", "source", "confidence", "at"),
    "stock_level": ("variant", "location", "quantity"),
}
_MADE: Final = "; ".join(
    f"drop table if exists in_{name}; create temporary table in_{name} on commit drop as "
    f"select {', '.join(columns)} from {name} limit 0"
    for name, columns in _TABLES.items()
)
Row = tuple[Any, ...]


@dataclass(slots=True)
class Drawn:
    """The rows of one product, table by table."""

    product: Row
    variant: list[Row] = field(default_factory=list)
    fact: list[Row] = field(default_factory=list)
    stock_level: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Incoming:
    """A batch of products, one for each id, with digests of what was said; `drawn` holds rows that were drawn up ahead.

    `unknown` are the ids of updates, once written, of products that there are not.
    """

    products: dict[str, Mapping[str, Any]]
    digests: dict[str, bytes]
    repeated: int
    drawn: dict[str, Drawn] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, products: Iterable[Product]) -> Self:
        """Merge products that are named more than once, the later over the earlier."""
        wanted: dict[str, Mapping[str, Any]] = {}
        repeated = 0
        for product in products:
            key = product["id"]
            repeated += key in wanted
            wanted[key] = merged(wanted[key], product) if key in wanted else product
        digests = {
            key: digest_of({name: value for name, value in said.items() if name != "known"})
            for key, said in wanted.items()
        }
        return cls(wanted, digests, repeated)

    def digest(self, key: str) -> bytes | None:
        """The digest to keep with a product; none for a continuation, which says less than the whole product."""
        return None if self.products[key].get("part") else self.digests[key]


class Known:
    """The keys of sets of known fields, each looked up once; the sets must live as long as this does."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection
        self._ids: dict[int, int] = {}

    def id_of(self, fields: Mapping[str, str] | None) -> int | None:
        """The key of a set, kept if it is new."""
        if fields is None:
            return None
        if id(fields) not in self._ids:
            self._ids[id(fields)] = known_id(self._connection, fields)
        return self._ids[id(fields)]


class Artist:
    """Draws up products as rows; `source` is where facts come from that do not say so themselves."""

    def __init__(self, known: Known, source: str, currency: str) -> None:
        self._known, self._source, self._currency = known, source, currency
        self._now = datetime.now(UTC)

    def drawn(self, uid: UUID, product: Mapping[str, Any], digest: bytes | None) -> Drawn:
        """The rows of one product."""
        get = product.get
        options = get("options")
        rows = Drawn(
            (
                *(uid, product["id"], *map(get, _TEXTS), get("published"), array_text(get("tags"))),
                *(json_text(options), get("seo_title"), get("seo_description"), get("gift_card")),
                *(json_text(get("images")), json_text(get("translations")), json_text(get("columns"))),
                *(self._known.id_of(get("known")), digest),
            )
        )
        names = [option["name"] for option in options or ()]
        for position, variant in enumerate(get("variants") or (), 1):
            self._variant(rows, uid, position, variant, names)
        for name, value in (get("attributes") or {}).items():
            self._fact(rows, uid, name, value)
        return rows

    def _variant(
        self, rows: Drawn, product: UUID, position: int, variant: Mapping[str, Any], names: Sequence[str]
    ) -> None:
        get = variant.get
        uid = get("uid") or uuid7()
        choices = get("choices")
        if choices is None:
            chosen = get("options") or {}
            choices = [chosen.get(name) or "" for name in names]
        stock, levels = get("stock"), get("levels")
        if isinstance(stock, Mapping):
            levels, stock = stock, sum(quantity for quantity in stock.values() if quantity is not None)
        rows.variant.append(
            (
                *(uid, product, position, array_text(choices), stock, json_text(get("columns"))),
                *(get("sku"), get("barcode"), get("currency") or self._currency),
                *map(get, _VARIANT[9:]),
            )
        )
        for location, quantity in (levels or {}).items():
            if quantity is not None:
                rows.stock_level.append((uid, location, quantity))

    def _fact(self, rows: Drawn, record: UUID, name: str, value: Any) -> None:
        unit, source, confidence, at = None, self._source, 1.0, self._now
        if isinstance(value, Mapping):
            unit, source = value.get("unit"), value.get("source") or source
            confidence, at = value.get("confidence", 1.0), value.get("at") or at
            value = value.get("value")
        if value is None or value == "":
            return
        rows.fact.append((record, name, orjson.dumps(value).decode(), unit, source, confidence, at))


class Rows:
    """The rows of many products, on their way into the tables."""

    def __init__(self) -> None:
        self._tables: dict[str, list[Row]] = {name: [] for name in _TABLES}

    def add(self, drawn: Drawn) -> None:
        """Add one product's."""
        self._tables["product"].append(drawn.product)
        self._tables["variant"] += drawn.variant
        self._tables["fact"] += drawn.fact
        self._tables["stock_level"] += drawn.stock_level

    def copied(self, connection: Connection[Any]) -> None:
        """Bring the rows into temporary tables beside the real ones."""
        connection.execute(_MADE)
        for name, columns in _TABLES.items():
            copy_rows(connection, f"in_{name}", columns, self._tables[name])

    @staticmethod
    def inserted(connection: Connection[Any]) -> None:
        """Insert what was copied."""
        for name, columns in _TABLES.items():
            listed = ", ".join(columns)
            connection.execute(f"insert into {name} ({listed}) select {listed} from in_{name}")

    @staticmethod
    def overwritten(connection: Connection[Any]) -> None:
        """Write what was copied over the products, variants, levels and facts that are there."""
        columns = ", ".join(f"{name} = i.{name}" for name in _PRODUCT if name not in ("uid", "id"))
        connection.execute(
            f"update product p set {columns}, version = p.version + 1, updated_at = now() "
            "from in_product i where i.uid = p.uid"
        )
        connection.execute("set constraints all deferred")
        names = ", ".join(_VARIANT)
        values = ", ".join(f"{name} = excluded.{name}" for name in _VARIANT if name != "uid")
        connection.execute(
            f"insert into variant ({names}) select {names} from in_variant on conflict (uid) do update set {values}"
        )
        connection.execute(
            "insert into stock_level (variant, location, quantity) select variant, location, quantity from in_stock_level "
            "on conflict (variant, location) do update set quantity = excluded.quantity"
        )
        connection.execute(
            "delete from fact f using in_product i where i.uid = f.record and not exists "
            "(select from in_fact n where n.record = f.record and n.name = f.name)"
        )
        connection.execute(
            "insert into fact (record, name, value, unit, source, confidence, at) select record, name, value, unit, source, "
            "confidence, at from in_fact on conflict (record, name) do update set value = excluded.value, "
            "unit = excluded.unit, source = excluded.source, confidence = excluded.confidence, at = excluded.at "
            "where (fact.value, fact.unit) is distinct from (excluded.value, excluded.unit)"
        )
