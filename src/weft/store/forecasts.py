"""Forecasts kept as they were last told, each with the day up to which it knew what was sold."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

import orjson
from psycopg import Connection

from weft.postgres.database import Database, copy_rows

Level = Literal["product", "category", "business"]
_COLUMNS: Final = ("level", "id", "start", "days", "seen", "made_of", "told", "body")


@dataclass(frozen=True, slots=True)
class Kept:
    """One forecast: of a product, of a category, or of the business (an `id` of '').

    It is for `days` days from `start`, and knew what was sold through `seen`. `made_of` is a digest of what it was made from, `told`
    what is said of it, `body` the courses that demand may take, as `weft.demand.keeping` writes them; empty where it was not asked for.
    """

    level: Level
    id: str
    start: date
    days: int
    seen: date
    made_of: bytes
    told: dict[str, Any]
    body: bytes
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Built:
    """How all forecasts were last built: through which day, for how many days, when, and what that took."""

    through: date
    days: int
    told: dict[str, Any]
    at: datetime


class Forecasts:
    """One business's kept forecasts."""

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business

    def latest(self, products: Sequence[str] | None = None) -> list[Kept]:
        """The forecasts of products by id, of these or of all; `weft.demand.keeping.latest` makes forecasts of them again."""
        return list(self.each("product", products))

    def each(self, level: Level, ids: Sequence[str] | None = None, *, bodies: bool = True) -> Iterator[Kept]:
        """The forecasts of a level by id, one after the other; without `bodies` what is said of them alone."""
        with self._database.tenant(self._business) as connection, connection.cursor(name="forecasts") as cursor:
            cursor.itersize = 500
            cursor.execute(
                f"select {', '.join(_COLUMNS[:-1])}, {'body' if bodies else chr(39) * 2 + '::bytea'}, at from forecast "
                "where level = %s and (%s::text[] is null or id = any(%s)) order by id",
                (level, None if ids is None else list(ids), None if ids is None else list(ids)),
            )
            for row in cursor:
                yield Kept(*row)

    def digests(self, level: Level) -> dict[str, tuple[bytes, date, int]]:
        """By id what each was made from, the last day it knew, and for how many days from the day after that it is."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select id, made_of, seen, start - seen - 1 + days from forecast where level = %s", (level,)
            ).fetchall()
        return {name: (bytes(made_of), seen, days) for name, made_of, seen, days in rows}

    def keep(self, forecasts: Iterable[Kept]) -> int:
        """Keep forecasts in place of those that there were, all or none, and tell how many."""
        rows = [
            (one.level, one.id, one.start, one.days, one.seen, one.made_of, orjson.dumps(one.told).decode(), one.body)
            for one in forecasts
        ]
        with self._database.tenant(self._business) as connection:
            _arrived(connection, rows)
            names = ", ".join(_COLUMNS)
            connection.execute(
                f"insert into forecast ({names}) select {names} from in_forecast on conflict (business, level, id) do update set "
                + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[2:])
                + ", at = now()"
            )
        return len(rows)

    def forget(self, level: Level, ids: Sequence[str]) -> int:
        """Forget the forecasts of what is not there any more, and tell how many there were."""
        with self._database.tenant(self._business) as connection:
            return connection.execute(
                "delete from forecast where level = %s and id = any(%s)", (level, list(ids))
            ).rowcount

    def built(self) -> Built | None:
        """How all were last built; None where they never were."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute("select through, days, told, at from forecast_build").fetchone()
        return Built(*row) if row else None

    def note(self, through: date, days: int, told: dict[str, Any]) -> None:
        """Note how all were built."""
        with self._database.tenant(self._business) as connection:
            connection.execute(
                "insert into forecast_build (through, days, told) values (%s, %s, %s::jsonb) on conflict (business) do update "
                "set through = excluded.through, days = excluded.days, told = excluded.told, at = now()",
                (through, days, orjson.dumps(told).decode()),
            )


def _arrived(connection: Connection[Any], rows: list[tuple[Any, ...]]) -> None:
    connection.execute(
        "create temporary table if not exists in_forecast (level text, id text, start date, days integer, seen date, "
        "made_of bytea, told jsonb, body bytea) on commit drop"
    )
    connection.execute("truncate in_forecast")
    copy_rows(connection, "in_forecast", _COLUMNS, rows)
