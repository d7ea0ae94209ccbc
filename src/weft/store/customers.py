"""Customers: who buys, and how to reach them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from psycopg import Connection

from weft.store import bulk, where
from weft.store.kept import Kept
from weft.store.records import Customer
from weft.store.rows import Counts, array_text, json_text

FIELDS: Final = where.Fields(
    fixed={
        **{
            name: where.Field(f"c.{name}")
            for name in ("id", "email", "first_name", "last_name", "phone", "company", "note")
        },
        "tags": where.Field("c.tags", "list"),
        "accepts_marketing": where.Field("c.accepts_marketing", "flag"),
        "total_orders": where.Field("c.total_orders", "number"),
        "updated": where.Field("c.updated_at", "time"),
    },
    open={},
)
_PLAIN: Final = (
    *(
        "email",
        "first_name",
        "last_name",
        "phone",
        "company",
        "accepts_marketing",
        "note",
        "currency",
        "total_spent",
    ),
    *("total_orders", "tax_exempt"),
)
_JSON: Final = ("addresses", "columns")
_SELECT: Final = (
    "select c.uid, c.known, json_strip_nulls(json_build_object('id', c.id, 'tags', c.tags, "
    + ", ".join(f"'{name}', c.{name}" for name in (*_PLAIN, *_JSON))
    + "))::text, c.version, c.updated_at from customer c"
)


def _cells(record: Mapping[str, Any]) -> list[Any]:
    cells = [record.get(name) for name in _PLAIN]
    return [*cells, *(json_text(record.get(name)) for name in _JSON), array_text(record.get("tags"))]


_KIND: Final = bulk.Kind("customer", (*_PLAIN, *_JSON, "tags"), _cells)


class Customers(Kept[Customer]):
    """One business's customers."""

    noun, table, alias, select, fields = "customer", "customer", "c", _SELECT, FIELDS

    def put(self, connection: Connection[Any], customers: Iterable[Customer], source: str) -> Counts:
        """Write customers inside the caller's transaction; a field that a record does not name keeps its value."""
        del source
        wanted: dict[str, Mapping[str, Any]] = {}
        repeated = 0
        for customer in customers:
            repeated += customer["id"] in wanted
            wanted[customer["id"]] = {**wanted.get(customer["id"], {}), **customer}
        placed = bulk.place(connection, _KIND, wanted)
        placed.counts.unchanged += repeated
        return placed.counts
