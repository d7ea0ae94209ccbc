"""One way to write many records of a plain kind: compare digests, bring rows beside the table, insert and update as sets."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from weft.ids import uuid7
from weft.postgres.database import copy_rows
from weft.store.rows import Counts, digest_of, known_id


@dataclass(frozen=True, slots=True)
class Kind:
    """A table with `uid`, `id`, `digest`, `version`, `updated_at`; `columns` are the record's own, in the order of `cells`."""

    table: str
    columns: Sequence[str]
    cells: Callable[[Mapping[str, Any]], Sequence[Any]]
    keep_unnamed: bool = True
    with_known: bool = True


@dataclass(slots=True)
class Placed:
    """Where records went: `uids` by id for all that are new or differ, and which those were."""

    counts: Counts
    uids: dict[str, UUID]
    created: set[str]
    differing: set[str]


def stage(connection: Connection[Any], table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Bring rows into a temporary table with the types of `table` and answer its name."""
    name = f"in_{table}"
    connection.execute(f"drop table if exists {name}")
    listed = ", ".join(columns)
    connection.execute(f"create temporary table {name} on commit drop as select {listed} from {table} limit 0")
    copy_rows(connection, name, columns, rows)
    return name


def place(
    connection: Connection[Any], kind: Kind, records: Mapping[str, Mapping[str, Any]], condition: str = "true"
) -> Placed:
    """Write records by id inside the caller's transaction; those whose digest is the one held are left as they are."""
    held = {
        row[0]: (row[1], row[2])
        for row in connection.execute(
            f"select id, uid, digest from {kind.table} where id = any(%s) and {condition}",
            (list(records),),
        )
    }
    placed = Placed(Counts(), {}, set(), set())
    new: list[Sequence[Any]] = []
    known: list[Sequence[Any]] = []
    known_keys: dict[int, int] = {}
    for key, record in records.items():
        digest = digest_of({name: value for name, value in record.items() if name != "known"})
        old = held.get(key)
        if old is not None and old[1] is not None and bytes(old[1]) == digest:
            placed.counts.unchanged += 1
            continue
        uid = old[0] if old else uuid7()
        placed.uids[key] = uid
        row: list[Any] = [uid, key, *kind.cells(record), digest]
        if kind.with_known:
            fields = record.get("known")
            if fields is not None and id(fields) not in known_keys:
                known_keys[id(fields)] = known_id(connection, fields)
            row.append(known_keys[id(fields)] if fields is not None else None)
        (known if old else new).append(row)
        (placed.differing if old else placed.created).add(key)
    names = ["uid", "id", *kind.columns, "digest", *(["known"] if kind.with_known else [])]
    listed = ", ".join(names)
    if new:
        staged = stage(connection, kind.table, names, new)
        connection.execute(f"insert into {kind.table} ({listed}) select {listed} from {staged}")
    if known:
        staged = stage(connection, kind.table, names, known)
        kept = "coalesce(i.{0}, t.{0})" if kind.keep_unnamed else "i.{0}"
        values = ", ".join(f"{name} = {kept.format(name)}" for name in names if name not in ("uid", "id"))
        connection.execute(
            f"update {kind.table} t set {values}, version = t.version + 1, updated_at = now() from {staged} i "
            "where i.uid = t.uid"
        )
    placed.counts.created, placed.counts.updated = len(new), len(known)
    return placed
