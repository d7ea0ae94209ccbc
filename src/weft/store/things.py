"""Conversations, documents: the pattern for every kind of record that comes later."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from weft.errors import NotFound
from weft.postgres.database import Database
from weft.store import bulk
from weft.store.records import Thing
from weft.store.rows import Counts, json_text

KINDS: Final = ("conversation", "document")


def _cells(record: Mapping[str, Any]) -> list[Any]:
    return [record["kind"], record.get("at"), record.get("subject"), json_text(record["body"]) or "{}"]


_KIND: Final = bulk.Kind("thing", ("kind", "at", "subject", "body"), _cells, with_known=False)


class Things:
    """One business's records of the kinds that have no table of their own."""

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business

    def get(self, kind: str, thing: str) -> dict[str, Any]:
        """One record of a kind; raises NotFound."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute(
                "select uid, id, kind, at, subject, body, version from thing where kind = %s and id = %s",
                (kind, thing),
            ).fetchone()
        if row is None:
            raise NotFound(f"There is no {kind} {thing!r}.")
        return dict(
            zip(
                ("uid", "id", "kind", "at", "subject", "body", "version"),
                (str(row[0]), *row[1:]),
                strict=True,
            )
        )

    def counted(self) -> dict[str, int]:
        """How many records there are of each kind."""
        with self._database.tenant(self._business) as connection:
            return dict(connection.execute("select kind, count(*) from thing group by kind order by kind").fetchall())

    def records(self, kind: str) -> Iterator[Thing]:
        """All records of a kind in the order in which they came."""
        with self._database.tenant(self._business) as connection, connection.cursor(name="things") as cursor:
            cursor.execute("select id, kind, at, subject, body from thing where kind = %s order by uid", (kind,))
            for identifier, its_kind, at, subject, body in cursor:
                thing: Thing = {"id": identifier, "kind": its_kind, "body": body}
                if at is not None:
                    thing["at"] = at
                if subject is not None:
                    thing["subject"] = subject
                yield thing

    def put(self, connection: Connection[Any], things: Iterable[Thing], source: str) -> Counts:
        """Write records inside the caller's transaction; each is replaced as a whole."""
        del source
        by_kind: dict[str, dict[str, Mapping[str, Any]]] = {}
        repeated = 0
        for thing in things:
            group = by_kind.setdefault(thing["kind"], {})
            repeated += thing["id"] in group
            group[thing["id"]] = thing
        counts = Counts(unchanged=repeated)
        for kind, group in by_kind.items():
            condition = "kind = " + connection.execute("select quote_literal(%s)", (kind,)).fetchone()[0]  # type: ignore[index]
            counts.add(bulk.place(connection, _KIND, group, condition).counts)
        return counts
