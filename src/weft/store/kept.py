"""Records of a kind that are read whole, as one text each: one of them, a page, all."""

from collections.abc import Iterator
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

import orjson

from weft.errors import NotFound
from weft.postgres.database import Database
from weft.store import where

R = TypeVar("R")


class Kept(Generic[R]):
    """One business's records of one kind.

    `select` answers uid, key of the known fields, the record as a JSON text, version and time; `alias` is the table's in it.
    """

    noun: ClassVar[str]
    table: ClassVar[str]
    alias: ClassVar[str]
    select: ClassVar[str]
    fields: ClassVar[where.Fields]

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business

    def get(self, record: str) -> dict[str, Any]:
        """One record, whole; raises NotFound."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute(f"{self.select} where {self.alias}.id = %s", (record,)).fetchone()
        if row is None:
            raise NotFound(f"There is no {self.noun} {record!r}.")
        return {**orjson.loads(row[2]), "uid": str(row[0]), "version": row[3], "updated_at": row[4]}

    def listed(
        self, filter_text: str | None = None, *, limit: int = 50, after: str | None = None
    ) -> list[dict[str, Any]]:
        """Records by id, the first `limit` after the id `after`, whole."""
        condition = self._condition(filter_text)
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                f"{self.select} where {condition.sql} and {self.alias}.id > %s order by {self.alias}.id limit %s",
                [*condition.parameters, after or "", limit],
            ).fetchall()
        return [{**orjson.loads(row[2]), "uid": str(row[0]), "version": row[3]} for row in rows]

    def count(self) -> int:
        """How many records there are."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute(f"select count(*) from {self.table}").fetchone()
        return int(row[0]) if row else 0

    def records(self, filter_text: str | None = None) -> Iterator[R]:
        """All records in the order in which they came, as connectors write them."""
        known: dict[int, dict[str, str]] = {}
        condition = self._condition(filter_text)
        with self._database.tenant(self._business) as connection, connection.cursor(name=self.table) as cursor:
            cursor.itersize = 500
            cursor.execute(f"{self.select} where {condition.sql} order by {self.alias}.uid", condition.parameters)
            for _, key, text, *_ in cursor:
                record = orjson.loads(text)
                if key is not None:
                    if key not in known:
                        row = connection.execute("select fields from known where id = %s", (key,)).fetchone()
                        known[key] = row[0] if row else {}
                    record["known"] = known[key]
                yield record

    def _condition(self, filter_text: str | None) -> where.Filter:
        return where.parse(filter_text, self.fields) if filter_text else where.Filter("true", ())
