"""Remembered answers: each with a hash of exactly what it was made from, so that nothing is made twice from the same.

An answer holds while its record is at the version at which it was made. Where the record moved on, it holds if what the skill
reads of it is the same; and never on another foundation (the skill's version, its engine, what it has learned).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from psycopg import Connection

from weft.postgres.database import Database
from weft.store import catalog, where

_SORTED: Final = orjson.OPT_SORT_KEYS


def digest(value: Any) -> bytes:
    """The hash of a JSON value (BLAKE2b, 16 bytes), the same whatever the order of its keys."""
    return hashlib.blake2b(orjson.dumps(value, option=_SORTED, default=str), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of every record: the skill, the hash of engine and request, the hash of what answers rest on."""

    skill: str
    digest: bytes
    foundation: bytes


@dataclass(frozen=True, slots=True)
class Selected:
    """How many records a selection has, and the uids of those without a remembered answer that surely holds."""

    records: int
    open: list[UUID]


@dataclass(frozen=True, slots=True)
class Made:
    """An answer that was made now: of which record, at which version, from what (a hash)."""

    record: UUID
    version: int
    made_from: bytes
    answer: str


class Remembered:
    """One business's remembered answers."""

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business

    @staticmethod
    def selected(
        connection: Connection[Any], asked: Asked, filter_text: str | None, ids: Sequence[str] | None, *, again: bool
    ) -> Selected:
        """The products that a selection names; with `again` no answer counts as remembered. Raises BadFilter."""
        condition = where.parse(filter_text, catalog.FIELDS) if filter_text else where.Filter("true", ())
        chosen = " and p.id = any(%s)" if ids is not None else ""
        given = [*condition.parameters, *([list(ids)] if ids is not None else [])]
        count = connection.execute(f"select count(*) from product p where {condition.sql}{chosen}", given).fetchone()
        held = (
            ""
            if again
            else " and not exists (select from remembered r where r.skill = %s and r.asked = %s and r.record = p.uid "
            "and r.version = p.version and r.foundation = %s)"
        )
        more = [] if again else [asked.skill, asked.digest, asked.foundation]
        rows = connection.execute(
            f"select p.uid from product p where {condition.sql}{chosen}{held} order by p.uid", [*given, *more]
        ).fetchall()
        return Selected(int(count[0]) if count else 0, [row[0] for row in rows])

    def made_from(self, asked: Asked, records: Sequence[UUID]) -> dict[UUID, bytes]:
        """From what the remembered answers of these records were made, those alone that rest on the same foundation."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select record, made_from from remembered "
                "where skill = %s and asked = %s and foundation = %s and record = any(%s)",
                (asked.skill, asked.digest, asked.foundation, list(records)),
            ).fetchall()
        return {record: bytes(made_from) for record, made_from in rows}

    @staticmethod
    def keep(connection: Connection[Any], asked: Asked, made: Sequence[Made], run: UUID) -> None:
        """Remember answers inside the caller's transaction, each in place of the record's last one."""
        connection.execute(
            "insert into remembered (skill, asked, record, version, made_from, foundation, answer, run, at) "
            "select %s, %s, r, v, m, %s, a::jsonb, %s, now() from unnest(%s::uuid[], %s::integer[], %b::bytea[], %b::text[]) "
            "as given (r, v, m, a) on conflict (business, skill, asked, record) do update set version = excluded.version, "
            "made_from = excluded.made_from, foundation = excluded.foundation, answer = excluded.answer, "
            "run = excluded.run, at = excluded.at",
            (
                *(asked.skill, asked.digest, asked.foundation, run),
                *([one.record for one in made], [one.version for one in made], [one.made_from for one in made]),
                [one.answer for one in made],
            ),
        )

    @staticmethod
    def still_holds(connection: Connection[Any], asked: Asked, versions: Mapping[UUID, int]) -> None:
        """Note inside the caller's transaction at which later versions the answers hold as well."""
        connection.execute(
            "update remembered r set version = v from unnest(%s::uuid[], %s::integer[]) as given (u, v) "
            "where r.skill = %s and r.asked = %s and r.record = u",
            (list(versions), list(versions.values()), asked.skill, asked.digest),
        )

    def answers(self, skill: str, records: Sequence[str], part: str | None = None) -> dict[str, Any]:
        """The last remembered answers of a skill about products, by the products' ids; of each only a part, if one is named."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select distinct on (p.id) p.id, case when %s::text is null then r.answer else r.answer -> %s::text end "
                "from remembered r join product p on p.uid = r.record "
                "where r.skill = %s and p.id = any(%s) order by p.id, r.at desc",
                (part, part, skill, list(records)),
            ).fetchall()
        return dict(rows)
