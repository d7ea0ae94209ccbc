"""One handle on PostgreSQL: transactions that belong to one business, and bulk copies."""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import Connection, conninfo

from weft.errors import DatabaseError, DatabaseTooOld, DatabaseUnavailable, DiskFull, InputError
from weft.postgres import embedded, migrate
from weft.settings import Settings

OLDEST: Final = 160000
_MOST: Final = 12
_BLOCK: Final = 128 << 10
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Database:
    """A PostgreSQL with Weft's schema; safe to share between threads."""

    def __init__(self, connection_string: str, home: Path | None) -> None:
        self.conninfo = connection_string
        self._home = home
        self._idle: list[Connection[Any]] = []
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(_MOST)

    @classmethod
    def open(cls, settings: Settings, say: Callable[[str], None] | None = None) -> "Database":
        """Open the database that the settings name, starting the embedded one and bringing its schema up to date.

        Raises DatabaseUnavailable, DatabaseTooOld, DatabaseFolderError, DiskFull.
        """
        if settings.database_url is None:
            where = embedded.ensure(settings.home, say)
            database = cls(_with_options(where.conninfo()), settings.home)
            owner = where.conninfo(embedded.OWNER)
        else:
            owner = _checked_url(settings.database_url)
            database = cls(_with_options(owner, "-c role=weft_app"), None)
        with _spoken(), psycopg.connect(owner, connect_timeout=10) as connection:
            _refuse_old(connection)
            if not migrate.current(connection):
                if settings.database_url is not None:
                    _make_role(connection)
                migrate.migrate(connection, embedded.LOGIN)
        return database

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the idle connections; the embedded server keeps running."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextlib.contextmanager
    def tenant(self, business: UUID) -> Iterator[Connection[Any]]:
        """One transaction that sees and writes only one business's rows."""
        with self._transaction("select set_config('weft.business', %s, true)", (str(business),)) as connection:
            yield connection

    @contextlib.contextmanager
    def plain(self) -> Iterator[Connection[Any]]:
        """One transaction that belongs to no business: it sees no tenant's rows."""
        with self._transaction("select set_config('weft.business', '', true)", ()) as connection:
            yield connection

    @contextlib.contextmanager
    def _transaction(self, first: str, parameters: Sequence[Any]) -> Iterator[Connection[Any]]:
        with self._places, _spoken():
            connection = self._begun(first, parameters)
            try:
                yield connection
                connection.commit()
            except BaseException:
                with contextlib.suppress(psycopg.Error):
                    connection.rollback()
                raise
            finally:
                if connection.closed or connection.broken:
                    connection.close()
                else:
                    with self._lock:
                        self._idle.append(connection)

    def _begun(self, first: str, parameters: Sequence[Any]) -> Connection[Any]:
        """A connection on which the first statement has succeeded; a server that died is started again, once."""
        while True:
            with self._lock:
                held = self._idle.pop() if self._idle else None
            if held is None:
                break
            try:
                held.execute(first, parameters)
                return held
            except psycopg.OperationalError:
                held.close()
        try:
            connection = psycopg.connect(self.conninfo)
        except psycopg.OperationalError:
            if self._home is None:
                raise
            embedded.ensure(self._home)
            connection = psycopg.connect(self.conninfo)
        connection.execute(first, parameters)
        return connection


@contextlib.contextmanager
def _spoken() -> Iterator[None]:
    """Say PostgreSQL's troubles in Weft's words."""
    try:
        yield
    except psycopg.errors.DiskFull as problem:
        raise DiskFull(
            "The database has no space left. Nothing of this step was written; free some and try again."
        ) from problem
    except psycopg.errors.InsufficientPrivilege as problem:
        raise DatabaseError(f"The database does not allow this: {str(problem).strip()}") from problem
    except (psycopg.OperationalError, psycopg.errors.AdminShutdown) as problem:
        raise DatabaseUnavailable(f"The database cannot be reached: {str(problem).strip()}") from problem
    except (psycopg.DataError, UnicodeEncodeError) as problem:
        raise InputError(f"A value cannot be kept: {str(problem).strip().splitlines()[0]}.") from problem


def _with_options(text: str, more: str = "") -> str:
    given = conninfo.conninfo_to_dict(text)
    options = f"{given.get('options') or ''} -c search_path=weft {more}".strip()
    return conninfo.make_conninfo(text, options=options)


def _checked_url(url: str) -> str:
    try:
        return conninfo.make_conninfo(url, connect_timeout=conninfo.conninfo_to_dict(url).get("connect_timeout", 10))
    except psycopg.ProgrammingError as problem:
        raise DatabaseUnavailable(f"WEFT_DATABASE_URL is not a connection string: {str(problem).strip()}") from problem


def _refuse_old(connection: Connection[Any]) -> None:
    version = connection.info.server_version
    if version < OLDEST:
        raise DatabaseTooOld(
            f"The server is PostgreSQL {version // 10000}.{version % 10000}; Weft needs 16 or newer. "
            "Point WEFT_DATABASE_URL at a newer one, or unset it to use the embedded one."
        )


def _make_role(connection: Connection[Any]) -> None:
    """Make the role that Weft works as on a server of yours: it owns nothing, so row-level security binds it."""
    if connection.execute("select from pg_roles where rolname = %s", (embedded.LOGIN,)).fetchone() is None:
        try:
            connection.execute(f"create role {embedded.LOGIN} nologin nosuperuser nobypassrls")
        except psycopg.errors.InsufficientPrivilege as problem:
            user = connection.info.user
            raise DatabaseError(
                f"The login {user!r} may not create the role that Weft works as. Have an administrator run: "
                f"CREATE ROLE {embedded.LOGIN} NOLOGIN; GRANT {embedded.LOGIN} TO {user};"
            ) from problem
    row = connection.execute("select pg_has_role(current_user, %s, 'set')", (embedded.LOGIN,)).fetchone()
    if row is None or not row[0]:
        connection.execute(f"grant {embedded.LOGIN} to current_user with set true")
    connection.commit()


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    if value is True:
        return "t"
    if value is False:
        return "f"
    if type(value) is str:
        return value.translate(_ESCAPES) if "\\" in value or "\n" in value or "\t" in value or "\r" in value else value
    if isinstance(value, (bytes, bytearray)):
        return "\\\\x" + value.hex()
    return str(value)


def copy_rows(connection: Connection[Any], table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Bulk-copy rows into a temporary table and answer how many; a NUL in a text raises InputError."""
    count = 0
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy {table} ({', '.join(columns)}) from stdin") as copy,
    ):
        block: list[str] = []
        size = 0
        for row in rows:
            line = "\t".join([_cell(value) for value in row])
            block.append(line)
            size += len(line)
            count += 1
            if size > _BLOCK:
                _send(copy, block)
                block, size = [], 0
        if block:
            _send(copy, block)
    return count


def _send(copy: psycopg.Copy, block: list[str]) -> None:
    text = "\n".join(block)
    if "\x00" in text:
        raise InputError("A text has a NUL character, which a database cannot hold.")
    copy.write((text + "\n").encode("utf-8", "surrogatepass"))
