"""One handle on PostgreSQL: transactions that belong to one business, and bulk copies."""

import contextlib
import threading
import weakref
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


class Database:
    """A PostgreSQL with Weft's schema; safe to share between threads.

    `folder` is Weft's folder on this machine, `closing` what is called before the handle is closed, the last first.
    """

    def __init__(self, connection_string: str, home: Path | None, say: Callable[[str], None] | None = None) -> None:
        self.conninfo = connection_string
        self.folder: Path | None = home
        self.closing: list[Callable[[], None]] = []
        self._home = home
        self._say = say
        self._idle: list[Connection[Any]] = []
        self._over = False
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(_MOST)
        self._turns: weakref.WeakValueDictionary[str, threading.Lock] = weakref.WeakValueDictionary()

    def tell(self, text: str) -> None:
        """Tell whoever runs the process what it is busy with, if they asked to be told."""
        if self._say is not None:
            self._say(text)

    @classmethod
    def open(cls, settings: Settings, say: Callable[[str], None] | None = None) -> "Database":
        """Open the database that the settings name, starting the embedded one and bringing its schema up to date.

        Raises DatabaseUnavailable, DatabaseTooOld, DatabaseFolderError, DiskFull.
        """
        if settings.database_url is None:
            where = embedded.ensure(settings.home, say)
            database = cls(_with_options(where.conninfo()), settings.home, say)
            owner = where.conninfo(embedded.OWNER)
        else:
            owner = _checked_url(settings.database_url)
            database = cls(_with_options(owner, "-c role=weft_app"), None, say)
            database.folder = settings.home
        with database._spoken(), psycopg.connect(owner) as connection:
            if settings.database_url is not None:
                _refuse_unfit(connection)
                _see_to_role(connection)
            if not migrate.current(connection):
                migrate.migrate(connection, embedded.LOGIN)
        return database

    def __enter__(self) -> "Database":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Call what waits for the end, and close the idle connections; the embedded server keeps running."""
        while self.closing:
            self.closing.pop()()
        with self._lock:
            idle, self._idle = self._idle, []
            self._over = True
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
    def alone(self, what: str) -> Iterator[None]:
        """Do what has this name one at a time, in all processes; who comes meanwhile waits.

        The turn is held by a connection beside those of transactions: else those who wait would hold all of them, and who
        they wait for could not go on.
        """
        with self._lock:
            turn = self._turns.setdefault(what, threading.Lock())
        with turn, self._spoken(), self._connected() as connection:
            connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (what,))
            yield

    @contextlib.contextmanager
    def _transaction(self, first: str, parameters: Sequence[Any]) -> Iterator[Connection[Any]]:
        with self._places, self._spoken():
            connection = self._begun(first, parameters)
            try:
                yield connection
                connection.commit()
            except BaseException:
                with contextlib.suppress(psycopg.Error):
                    connection.rollback()
                raise
            finally:
                self._given_back(connection)

    def _given_back(self, connection: Connection[Any]) -> None:
        with self._lock:
            # What is still under way beside when all is closed has nobody to close it later.
            kept = not (self._over or connection.closed or connection.broken)
            if kept:
                self._idle.append(connection)
        if not kept:
            connection.close()

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
            connection = self._connected()
        except psycopg.OperationalError:
            if self._home is None or self._over:
                raise
            embedded.ensure(self._home, self._say)
            connection = self._connected()
        try:
            connection.execute(first, parameters)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connected(self) -> Connection[Any]:
        # What goes over these connections is about many records at once, and each such statement deserves its own plan:
        # the generic one of a prepared statement compares every row with every one of a thousand ids.
        return psycopg.connect(self.conninfo, prepare_threshold=None)

    @contextlib.contextmanager
    def _spoken(self) -> Iterator[None]:
        """Say PostgreSQL's troubles in Weft's words."""
        try:
            yield
        except psycopg.errors.DiskFull as problem:
            raise _disk_full() from problem
        except psycopg.errors.InsufficientPrivilege as problem:
            raise DatabaseError(f"The database does not allow this: {_first_line(problem)}.") from problem
        except psycopg.OperationalError as problem:
            # A server that cannot write its log of writes crashes, and leaves no other word than a closed connection.
            if problem.sqlstate is None and self._home is not None and embedded.out_of_space(self._home):
                raise _disk_full() from problem
            if problem.sqlstate in ("40001", "40P01"):
                raise DatabaseUnavailable(
                    "The database gave way to another writer. Nothing was written; try again."
                ) from problem
            raise DatabaseUnavailable(f"The database cannot be reached: {str(problem).strip()}") from problem
        except (psycopg.DataError, UnicodeEncodeError) as problem:
            raise InputError(f"A value cannot be kept: {_first_line(problem)}.") from problem


def _first_line(problem: Exception) -> str:
    return str(problem).strip().split("\n", 1)[0]


def _disk_full() -> DiskFull:
    return DiskFull("The database has no space left. Nothing of this step was written; free some and try again.")


def _with_options(text: str, more: str = "") -> str:
    given = conninfo.conninfo_to_dict(text)
    options = f"{given.get('options') or ''} -c search_path=weft -c timezone=UTC -c datestyle=ISO {more}".strip()
    return conninfo.make_conninfo(text, options=options)


def _checked_url(url: str) -> str:
    try:
        given = conninfo.conninfo_to_dict(url)
        return conninfo.make_conninfo(
            url, connect_timeout=given.get("connect_timeout", 10), client_encoding="utf8", application_name="weft"
        )
    except psycopg.ProgrammingError:
        # What libpq says quotes the string, and with it the password.
        raise DatabaseUnavailable(
            "WEFT_DATABASE_URL is not a connection string; it looks like postgresql://login:password@host:5432/database."
        ) from None


def _refuse_unfit(connection: Connection[Any]) -> None:
    version = connection.info.server_version
    if version < OLDEST:
        raise DatabaseTooOld(
            f"The server is PostgreSQL {version // 10000}.{version % 10000}; Weft needs 16 or newer. "
            "Point WEFT_DATABASE_URL at a newer one, or unset it to use the embedded one."
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise DatabaseError(
            f"The database {connection.info.dbname!r} keeps text as {encoding}, which cannot hold every language. "
            f"Make one that can: CREATE DATABASE {connection.info.dbname}_utf8 ENCODING 'UTF8' TEMPLATE template0;"
        )


def _see_to_role(connection: Connection[Any]) -> None:
    """Make the role that Weft works as on a server of yours: it owns nothing, so row-level security binds it."""
    role, user = embedded.LOGIN, connection.info.user
    found = connection.execute(
        "select rolsuper or rolbypassrls, pg_has_role(current_user, oid, 'set') from pg_roles where rolname = %s",
        (role,),
    ).fetchone()
    if found is not None and found[0]:
        raise DatabaseError(
            f"The role {role} on this server passes by row-level security, which keeps businesses apart. "
            f"Have an administrator run: ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS;"
        )
    if found is not None and found[1]:
        return
    try:
        with connection.transaction():
            connection.execute("select pg_advisory_xact_lock(%s)", (migrate.LOCK,))
            if connection.execute("select from pg_roles where rolname = %s", (role,)).fetchone() is None:
                connection.execute(f"create role {role} nologin nosuperuser nobypassrls")
            connection.execute(f"grant {role} to current_user with set true")
    except psycopg.errors.InsufficientPrivilege as problem:
        quoted = '"' + user.replace('"', '""') + '"'
        make = f"CREATE ROLE {role} NOLOGIN; " if found is None else ""
        raise DatabaseError(
            f"The login {user!r} may not make or take the role that Weft works as. Have an administrator run: "
            f"{make}GRANT {role} TO {quoted};"
        ) from problem
    connection.commit()


def copy_rows(connection: Connection[Any], table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Bulk-copy rows into a temporary table and answer how many; raises InputError for a text that cannot be kept."""
    count = 0
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy {table} ({', '.join(columns)}) from stdin") as copy,
    ):
        write = copy.write_row
        for row in rows:
            write(row)
            count += 1
    return count
