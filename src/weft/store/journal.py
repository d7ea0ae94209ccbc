"""The journal: an append-only account of who and what did which thing, chained so that tampering shows.

Each transaction that does something adds one batch: its entries (one JSON text each), their root
(SHA-256 over the SHA-256 of each entry, in order), and a hash over the batch's header, its root and the
hash of the batch before it. So proof costs one chained write a transaction, not one an entry.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson
from psycopg import Connection

from weft.errors import Tampered
from weft.postgres.database import Database

_START: Final = bytes(32)


@dataclass(frozen=True, slots=True)
class Proof:
    """What `verify` found: how many batches and entries hold, and the hash at the end of the chain."""

    batches: int
    entries: int
    head: str


def _hash(
    business: UUID,
    seq: int,
    at: datetime,
    actor: str,
    action: str,
    detail: str,
    count: int,
    root: bytes,
    previous: bytes,
) -> bytes:
    stamp = at.astimezone(UTC).isoformat(timespec="microseconds")
    header = orjson.dumps([str(business), seq, stamp, actor, action, detail, count])
    return hashlib.sha256(previous + root + header).digest()


def record(
    connection: Connection[Any],
    business: UUID,
    actor: str,
    action: str,
    detail: dict[str, Any],
    entries: str | None = None,
    parameters: Sequence[Any] = (),
) -> int:
    """Add one batch inside the caller's transaction and answer its sequence number.

    `entries` is a query of one column `body` (text), one row per entry, with `parameters`; without it the batch
    has one entry, the detail itself. The head row is locked from here to the end of the transaction.
    """
    connection.execute(
        "insert into journal_head (business, seq, hash) values (%s, 0, %s) on conflict do nothing",
        (business, _START),
    )
    head = connection.execute("select seq, hash from journal_head for update").fetchone()
    assert head is not None
    seq, previous = head[0] + 1, bytes(head[1])
    text = orjson.dumps(detail, option=orjson.OPT_SORT_KEYS, default=str).decode()
    source, given = (entries, list(parameters)) if entries else ("select %s::text as body", [text])
    found = connection.execute(
        "with added as (insert into journal_entry (seq, n, body) "
        f"select %s, row_number() over (), body from ({source}) as e returning n, body) "
        "select count(*), sha256(coalesce(string_agg(sha256(convert_to(body, 'UTF8')), ''::bytea order by n), ''::bytea)) "
        "from added",
        [seq, *given],
    ).fetchone()
    assert found is not None
    count, root = found[0], bytes(found[1])
    at = datetime.now(UTC)
    digest = _hash(business, seq, at, actor, action, text, count, root, previous)
    connection.execute(
        "insert into journal_batch (seq, at, actor, action, detail, entries, root, previous, hash) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (seq, at, actor, action, text, count, root, previous, digest),
    )
    connection.execute("update journal_head set seq = %s, hash = %s", (seq, digest))
    return int(seq)


class Journal:
    """One business's journal."""

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business

    def listed(self, limit: int = 50, before: int | None = None) -> list[dict[str, Any]]:
        """Batches, newest first: seq, at, actor, action, entries, detail, hash (hexadecimal)."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select seq, at, actor, action, entries, detail, encode(hash, 'hex') from journal_batch "
                "where seq < coalesce(%s, 9223372036854775807) order by seq desc limit %s",
                (before, limit),
            ).fetchall()
        names = ("seq", "at", "actor", "action", "entries", "detail", "hash")
        return [dict(zip(names, (*row[:5], orjson.loads(row[5]), row[6]), strict=True)) for row in rows]

    def entries(self, seq: int, limit: int = 100, after: int = 0) -> list[dict[str, Any]]:
        """The entries of one batch in order, after the `after`th."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select body from journal_entry where seq = %s and n > %s order by n limit %s",
                (seq, after, limit),
            ).fetchall()
        return [orjson.loads(row[0]) for row in rows]

    def passed(self, head: str) -> bool:
        """Tell whether the chain ever ended with this hash (hexadecimal)."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute(
                "select exists (select from journal_batch where encode(hash, 'hex') = lower(%s))", (head,)
            ).fetchone()
        return bool(row and row[0])

    def verify(self) -> Proof:
        """Read the whole chain and prove it; raises Tampered naming the first batch that does not hold."""
        with self._database.tenant(self._business) as connection:
            # What is appended while this reads comes after the head seen here, and is left for the next proof.
            held = connection.execute("select seq, hash from journal_head").fetchone()
            head = held or (0, _START)
            if held is None and connection.execute("select from journal_batch limit 1").fetchone() is not None:
                raise Tampered("The journal of this business does not hold: its head is missing.")
            batches = self._batches(connection, head[0])
            hashes = self._entry_hashes(connection, head[0])
            pending = next(hashes, None)
            seq, previous, total = 0, _START, 0
            for batch in batches:
                seq += 1
                if batch[0] != seq:
                    raise Tampered(f"The journal of this business does not hold: batch {seq} is missing.")
                state, count = hashlib.sha256(), 0
                while pending is not None and pending[0] <= seq:
                    count += 1
                    if pending[:2] != (seq, count):
                        raise Tampered(
                            f"The journal of this business does not hold: batch {seq}, entry {count} is missing."
                        )
                    state.update(pending[2])
                    pending = next(hashes, None)
                previous = self._checked(batch, state.digest(), count, previous)
                total += count
            if pending is not None:
                raise Tampered(
                    f"The journal of this business does not hold: batch {seq + 1} is missing, its entries are not."
                )
            if (head[0], bytes(head[1])) != (seq, previous):
                raise Tampered(
                    f"The journal of this business does not hold: it should end with batch {head[0]}, "
                    f"and ends with {seq}."
                )
        return Proof(batches=seq, entries=total, head=previous.hex())

    def _checked(self, batch: tuple[Any, ...], root: bytes, count: int, previous: bytes) -> bytes:
        seq, at, actor, action, detail, entries, stored_root, stored_previous, stored = batch
        wrong = (
            "its entries were changed, added or removed"
            if count != entries or root != bytes(stored_root)
            else "it does not follow the one before it"
            if previous != bytes(stored_previous)
            else "its header was changed"
            if _hash(self._business, seq, at, actor, action, detail, count, root, previous) != bytes(stored)
            else None
        )
        if wrong:
            raise Tampered(
                f"The journal of this business does not hold at batch {seq} of {at:%Y-%m-%d %H:%M:%S}: {wrong}."
            )
        return bytes(stored)

    @staticmethod
    def _batches(connection: Connection[Any], last: int) -> Iterator[tuple[Any, ...]]:
        with connection.cursor(name="batches") as cursor:
            cursor.itersize = 2_000
            cursor.execute(
                "select seq, at, actor, action, detail, entries, root, previous, hash from journal_batch "
                "where seq <= %s order by seq",
                (last,),
            )
            yield from cursor

    @staticmethod
    def _entry_hashes(connection: Connection[Any], last: int) -> Iterator[tuple[int, int, bytes]]:
        with connection.cursor(name="entries") as cursor:
            cursor.itersize = 20_000
            cursor.execute("select seq, n, body from journal_entry where seq <= %s order by seq, n", (last,))
            for seq, n, body in cursor:
                yield seq, n, hashlib.sha256(body.encode()).digest()
