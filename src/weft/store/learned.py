"""What skills have learned from a business's own records: kept whole, in a form of the skill's own, by name."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from weft.postgres.database import Database


@dataclass(frozen=True, slots=True)
class Lesson:
    """Something learned: `digest` is the hash of its body, `about` what the skill notes of how it was learned."""

    name: str
    digest: bytes
    about: dict[str, Any]
    at: datetime


class Learned:
    """One business's lessons."""

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business

    def find(self, name: str) -> Lesson | None:
        """A lesson without its body, if there is one."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute("select digest, about, at from learned where name = %s", (name,)).fetchone()
        return Lesson(name, bytes(row[0]), row[1], row[2]) if row else None

    def beginning(self, prefix: str) -> list[Lesson]:
        """The lessons whose names begin so, without their bodies, by name."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select name, digest, about, at from learned where starts_with(name, %s) order by name", (prefix,)
            ).fetchall()
        return [Lesson(name, bytes(digest), about, at) for name, digest, about, at in rows]

    def body(self, name: str, digest: bytes) -> bytes | None:
        """The body of a lesson that has this digest, if it still has it."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute(
                "select body from learned where name = %s and digest = %s", (name, digest)
            ).fetchone()
        return bytes(row[0]) if row else None

    def keep(self, name: str, body: bytes, about: Mapping[str, Any]) -> Lesson:
        """Keep a lesson in place of the one of that name."""
        digest = hashlib.blake2b(body, digest_size=16).digest()
        with self._database.tenant(self._business) as connection:
            row = connection.execute(
                "insert into learned (name, body, digest, about) values (%s, %s, %s, %s::jsonb) "
                "on conflict (business, name) do update set body = excluded.body, digest = excluded.digest, "
                "about = excluded.about, at = now() returning at",
                (name, body, digest, orjson.dumps(dict(about)).decode()),
            ).fetchone()
        assert row is not None
        return Lesson(name, digest, dict(about), row[0])

    def forget(self, name: str) -> bool:
        """Forget a lesson, and tell whether there was one."""
        with self._database.tenant(self._business) as connection:
            return connection.execute("delete from learned where name = %s", (name,)).rowcount > 0
