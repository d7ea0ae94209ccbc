"""What was imported: each file once, how far it came, what became of its rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from psycopg import Connection

from weft.errors import NotFound
from weft.ids import uuid7
from weft.postgres.database import Database
from weft.store import journal
from weft.store.rows import Counts

_SHOWN = (
    "uid, kind, format, file, state, rows, records, created, updated, unchanged, rejected, rejects_file, problem, "
    "started_at, finished_at"
)
_MANY: Final = 1_000
_CATALOG: Final = ["product", "variant", "stock_level", "fact"]
_WRITTEN: Final = {
    "products": _CATALOG,
    "stock": _CATALOG,
    "customers": ["customer"],
    "translations": ["segment", *_CATALOG],
    "memory": ["segment"],
    "glossary": ["term"],
    "behaviors": ["behavior"],
    "orders": ["orders", "order_line", "customer", *_CATALOG],
}


@dataclass(slots=True)
class Progress:
    """How far an import has come: source `rows` and `records` that are committed, and what became of them."""

    uid: UUID
    rows: int = 0
    records: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    rejects_file: str | None = None


def _shown(row: tuple[Any, ...]) -> dict[str, Any]:
    names = [name.strip() for name in _SHOWN.split(",")]
    shown = dict(zip(names, row, strict=True))
    return {"id": str(shown.pop("uid")), **shown}


class Imports:
    """One business's imports."""

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business

    def listed(self, limit: int = 50) -> list[dict[str, Any]]:
        """Imports, newest first."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(f"select {_SHOWN} from import order by uid desc limit %s", (limit,)).fetchall()
        return [_shown(row) for row in rows]

    def get(self, import_id: UUID) -> dict[str, Any]:
        """One import; raises NotFound."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute(f"select {_SHOWN} from import where uid = %s", (import_id,)).fetchone()
        if row is None:
            raise NotFound(f"There is no import {str(import_id)!r}.")
        return _shown(row)

    def begin(
        self, kind: str, connector: str, file: str, digest: bytes, options: dict[str, Any]
    ) -> tuple[Progress, bool]:
        """Start an import, or take up the unfinished one of the same file read the same way; tells which."""
        text = orjson.dumps(options, option=orjson.OPT_SORT_KEYS).decode()
        with self._database.tenant(self._business) as connection:
            row = connection.execute(
                "select uid, rows, records, created, updated, unchanged, rejected, rejects_file from import "
                "where digest = %s and kind = %s and format = %s and options = %s and state <> 'finished' "
                "order by uid desc limit 1",
                (digest, kind, connector, text),
            ).fetchone()
            if row is not None:
                connection.execute("update import set state = 'running', problem = null where uid = %s", (row[0],))
                return Progress(*row), row[1] > 0
            uid = uuid7()
            connection.execute(
                "insert into import (uid, kind, format, file, digest, options) values (%s, %s, %s, %s, %s, %s)",
                (uid, kind, connector, file, digest, text),
            )
        return Progress(uid), False

    def commit(self, connection: Connection[Any], progress: Progress, who: str, counts: Counts, file: str) -> None:
        """Record a batch with the rows it wrote, in their transaction: what is committed is known to be."""
        connection.execute(
            "update import set rows = %s, records = %s, created = %s, updated = %s, unchanged = %s, rejected = %s, "
            "rejects_file = %s where uid = %s",
            (
                *(progress.rows, progress.records, progress.created, progress.updated, progress.unchanged),
                *(progress.rejected, progress.rejects_file, progress.uid),
            ),
        )
        if counts.created or counts.updated:
            detail = {
                "import": str(progress.uid),
                "file": file,
                "created": counts.created,
                "updated": counts.updated,
            }
            journal.record(connection, self._business, who, "import.batch", {**detail, "rows": progress.rows})

    def finish(self, progress: Progress, problem: str | None = None) -> datetime | None:
        """End an import; with a `problem` it is failed, and can be taken up again."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute(
                "update import set state = %s, problem = %s, finished_at = now() where uid = %s returning finished_at, kind",
                ("failed" if problem else "finished", problem, progress.uid),
            ).fetchone()
        if row and progress.created + progress.updated >= _MANY:
            with self._database.tenant(self._business) as connection:
                connection.execute("select statistics_refreshed(%s)", (_WRITTEN.get(row[1], ["thing"]),))
        return row[0] if row else None
