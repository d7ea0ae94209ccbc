"""The queue's tables: procrastinate's own schema, which is not idempotent, brought in once and kept up to date."""

import re
from importlib import metadata, resources
from typing import Any, Final

from psycopg import Connection

_STEP: Final = re.compile(r"\d\d\.\d\d\.\d\d_\d\d_(pre|post)_\w+\.sql")


def current(connection: Connection[Any]) -> bool:
    """Tell whether the tables are those of the installed release."""
    row = connection.execute("select max(version) from weft.job_schema").fetchone()
    return row is not None and row[0] == metadata.version("procrastinate")


def migrate(connection: Connection[Any], login: str) -> None:
    """Make the tables, or apply what the installed release has added to them, inside the caller's transaction."""
    folder = resources.files("procrastinate.sql")
    steps = sorted(entry.name for entry in (folder / "migrations").iterdir() if _STEP.fullmatch(entry.name))
    held = connection.execute("select step from job_schema").fetchone()
    if held is None:
        connection.execute((folder / "schema.sql").read_bytes())
    else:
        for name in steps:
            if name > held[0]:
                connection.execute((folder / "migrations" / name).read_bytes())
    connection.execute("delete from job_schema")
    connection.execute(
        "insert into job_schema (version, step) values (%s, %s)", (metadata.version("procrastinate"), steps[-1])
    )
    for (name,) in connection.execute(
        "select tablename from pg_tables where schemaname = 'weft' and tablename like 'procrastinate%'"
    ).fetchall():
        connection.execute(f"grant select, insert, update, delete on {name} to {login}")
    connection.execute(f"grant usage on all sequences in schema weft to {login}")
