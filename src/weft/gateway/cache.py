"""Answers that were given before: by the exact request, in memory and in PostgreSQL, for one business alone.

Requests that are the same at the same moment are one: the first asks, the others wait for its answer.
"""

import asyncio
import contextlib
import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson

from weft.errors import WeftError
from weft.postgres.database import Database

_LOG = logging.getLogger(__name__)
_MOST_BYTES: Final = 24 << 20
MOST_ANSWER: Final = 1 << 20
# What does not change an answer: who asks, and what is kept beside it.
_ASIDE: Final = ("user", "metadata", "store", "safety_identifier", "prompt_cache_key")
DEFAULT_SECONDS: Final = 3600.0
Name = tuple[UUID, bytes]


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that is kept: its bytes (of a stream, all its events), and until when (seconds since 1970)."""

    body: bytes
    target: str
    until: float
    made: float


def digest(kind: str, route: str, body: Mapping[str, Any]) -> bytes:
    """The hash of a request (BLAKE2b, 16 bytes): the same for the same question, however its fields are ordered."""
    asked = {key: value for key, value in body.items() if key not in _ASIDE}
    asked["model"] = route
    return hashlib.blake2b(
        kind.encode() + b"\0" + orjson.dumps(asked, option=orjson.OPT_SORT_KEYS), digest_size=16
    ).digest()


def seconds_for(kind: str, body: Mapping[str, Any], route: float | None, control: str | None) -> tuple[float, bool]:
    """How long an answer is kept (0: not at all), and whether one that is kept may be given.

    Vectors and ranks, and chats at temperature 0 or with a seed, are kept by themselves: they would be the same again. A route
    says for all its answers, and `Cache-Control` (no-cache, no-store, max-age) for one request.
    """
    same = kind != "chat" or body.get("temperature") == 0 or body.get("seed") is not None
    keep = route if route is not None else DEFAULT_SECONDS if same else 0.0
    fresh = False
    for part in (control or "").lower().split(","):
        name, _, value = part.strip().partition("=")
        if name == "no-store":
            return 0.0, False
        if name == "no-cache":
            fresh = True
        elif name == "max-age":
            with contextlib.suppress(ValueError):
                keep = min(max(float(value), 0.0), 30 * 86_400.0)
    return keep, keep > 0 and not fresh


class Cache:
    """The answers that one process keeps in memory, over those in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: OrderedDict[Name, Answered] = OrderedDict()
        self._bytes = 0
        self._under_way: dict[Name, asyncio.Future[Answered | None]] = {}

    def held(self, name: Name) -> Answered | None:
        """An answer in memory that has not run out."""
        found = self._held.get(name)
        if found is None:
            return None
        if found.until < time.time():
            self._drop(name)
            return None
        self._held.move_to_end(name)
        return found

    async def found(self, name: Name) -> Answered | None:
        """An answer in memory or in PostgreSQL."""
        found = self.held(name)
        if found is not None:
            return found
        try:
            found = await asyncio.to_thread(self._read, name)
        except WeftError as problem:
            _LOG.warning("kept answers cannot be read: %s", problem)
            return None
        if found is None:
            # It may have been given while the database was asked.
            return self.held(name)
        self._keep(name, found)
        return found

    def leads(self, name: Name) -> bool:
        """Tell whether nobody else asks this now; the caller then has to end it with `done`."""
        if name in self._under_way:
            return False
        self._under_way[name] = asyncio.get_running_loop().create_future()
        return True

    async def followed(self, name: Name) -> Answered | None:
        """The answer that the request under way gets, or None where it gets none that can be shared."""
        under_way = self._under_way.get(name)
        return await asyncio.shield(under_way) if under_way is not None else None

    def done(self, name: Name, body: bytes | None, target: str, seconds: float) -> None:
        """End what `leads` began: with an answer, which is kept, or without one."""
        made: Answered | None = None
        if body is not None and len(body) <= MOST_ANSWER:
            now = time.time()
            made = Answered(body, target, now + seconds, now)
            if seconds > 0:
                self._keep(name, made)
                task = asyncio.get_running_loop().run_in_executor(None, self._written, name, made)
                task.add_done_callback(_logged)
        under_way = self._under_way.pop(name, None)
        if under_way is not None and not under_way.done():
            under_way.set_result(made)

    def _keep(self, name: Name, made: Answered) -> None:
        self._drop(name)
        self._held[name] = made
        self._bytes += len(made.body)
        while self._bytes > _MOST_BYTES and self._held:
            self._drop(next(iter(self._held)))

    def _drop(self, name: Name) -> None:
        old = self._held.pop(name, None)
        if old is not None:
            self._bytes -= len(old.body)

    def _read(self, name: Name) -> Answered | None:
        with self._database.tenant(name[0]) as connection:
            row = connection.execute(
                "select body, about, expires_at from cached_answer where digest = %s and expires_at > now()", (name[1],)
            ).fetchone()
        if row is None:
            return None
        return Answered(bytes(row[0]), str(row[1].get("target", "")), row[2].timestamp(), float(row[1].get("made", 0)))

    def _written(self, name: Name, made: Answered) -> None:
        with self._database.tenant(name[0]) as connection:
            connection.execute(
                "insert into cached_answer (digest, body, about, expires_at) values (%s, %s, %s::jsonb, %s) "
                "on conflict (business, digest) do update set body = excluded.body, about = excluded.about, "
                "expires_at = excluded.expires_at",
                (
                    name[1],
                    made.body,
                    orjson.dumps({"target": made.target, "made": made.made}).decode(),
                    datetime.fromtimestamp(made.until, UTC),
                ),
            )


def _logged(task: "asyncio.Future[None]") -> None:
    if not task.cancelled() and task.exception() is not None:
        _LOG.warning("an answer could not be kept: %s", task.exception())
