"""The schema: plain-SQL files in `schema/`, applied in order, each once, all in one transaction, forward only."""

import hashlib
from importlib import resources
from typing import Any, Final

from psycopg import Connection

from weft.errors import DatabaseError
from weft.postgres import jobs

LOCK: Final = 0x57656674  # "Weft": the advisory lock that one migrating process holds


def steps() -> list[tuple[str, str]]:
    """The schema's files by name, with their texts."""
    folder = resources.files("weft.postgres") / "schema"
    found = [
        (entry.name, entry.read_text(encoding="utf-8")) for entry in folder.iterdir() if entry.name.endswith(".sql")
    ]
    return sorted(found)


def names() -> list[str]:
    """The names of the schema's files, in order."""
    folder = resources.files("weft.postgres") / "schema"
    return sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))


def current(connection: Connection[Any]) -> bool:
    """Tell, with one query, whether the database has this code's schema."""
    row = connection.execute("select to_regclass('weft.migration') is not null").fetchone()
    if row is None or not row[0]:
        return False
    applied = [name for (name,) in connection.execute("select name from weft.migration")]
    return sorted(applied) == names() and jobs.current(connection)


def migrate(connection: Connection[Any], login: str) -> list[str]:
    """Apply what is missing, as the schema's owner, and answer the names; the login `login` may then work in it.

    Raises DatabaseError when the database was made by a newer Weft or when an applied file was changed since.
    """
    done: list[str] = []
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", (LOCK,))
        connection.execute("create schema if not exists weft")
        connection.execute(f"grant usage on schema weft to {login}")
        connection.execute("set local search_path = weft")
        connection.execute(
            "create table if not exists migration (name text primary key, digest bytea not null, "
            "applied_at timestamptz not null default now())"
        )
        connection.execute(f"grant select on migration to {login}")
        held = dict(connection.execute("select name, digest from migration").fetchall())
        files = steps()
        unknown = sorted(set(held) - {name for name, _ in files})
        if unknown:
            raise DatabaseError(
                f"This database was made by a newer Weft (its schema has {unknown[-1]}, which this one does not know). "
                "Install that version or a later one; nothing was changed."
            )
        for name, text in files:
            digest = hashlib.sha256(text.encode()).digest()
            if name not in held:
                connection.execute(text.encode())
                connection.execute("insert into migration (name, digest) values (%s, %s)", (name, digest))
                done.append(name)
            elif bytes(held[name]) != digest:
                raise DatabaseError(
                    f"The schema file {name} is not the one that this database was made with. "
                    "Schema files are never edited once released; a change is a new file."
                )
        if not jobs.current(connection):
            jobs.migrate(connection, login)
    return done
