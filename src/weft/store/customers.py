"""Customers: who buys, and how to reach them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from psycopg import Connection

from weft.errors import NotFound
from weft.postgres.database import Database
from weft.store import bulk, where
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


class Customers:
    """One business's customers."""

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business

    def get(self, customer: str) -> dict[str, Any]:
        """One customer; raises NotFound."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute(f"{_SELECT} where c.id = %s", (customer,)).fetchone()
        if row is None:
            raise NotFound(f"There is no customer {customer!r}.")
        return {**orjson.loads(row[2]), "uid": str(row[0]), "version": row[3], "updated_at": row[4]}

    def listed(
        self, filter_text: str | None = None, *, limit: int = 50, after: str | None = None
    ) -> list[dict[str, Any]]:
        """Customers by id, the first `limit` after the id `after`."""
        condition = where.parse(filter_text, FIELDS) if filter_text else where.Filter("true", ())
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                f"{_SELECT} where {condition.sql} and c.id > %s order by c.id limit %s",
                [*condition.parameters, after or "", limit],
            ).fetchall()
        return [{**orjson.loads(row[2]), "uid": str(row[0]), "version": row[3]} for row in rows]

    def count(self) -> int:
        """How many customers there are."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute("select count(*) from customer").fetchone()
        return int(row[0]) if row else 0

    def records(self, filter_text: str | None = None) -> Iterator[Customer]:
        """All customers in the order in which they came, as connectors write them."""
        known: dict[int, dict[str, str]] = {}
        with (
            self._database.tenant(self._business) as connection,
            connection.cursor(name="customers") as cursor,
        ):
            cursor.itersize = 1000
            condition = where.parse(filter_text, FIELDS) if filter_text else where.Filter("true", ())
            cursor.execute(f"{_SELECT} where {condition.sql} order by c.uid", condition.parameters)
            for _, key, text, *_ in cursor:
                record: Customer = orjson.loads(text)
                if key is not None:
                    if key not in known:
                        row = connection.execute("select fields from known where id = %s", (key,)).fetchone()
                        known[key] = row[0] if row else {}
                    record["known"] = known[key]
                yield record

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
