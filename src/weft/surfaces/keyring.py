"""Keys seen a moment ago: one object that every surface of a process asks who calls."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Final

from starlette.concurrency import run_in_threadpool

from weft.access import keys
from weft.access.keys import Bearer
from weft.errors import Unauthorized
from weft.postgres.database import Database

_KEPT_SECONDS: Final = 2.0
_RENEWED_SECONDS: Final = 1.0
_MOST_KEPT: Final = 10_000


class Keyring:
    """Keys seen in the last two seconds, so that a busy client costs one look-up and a revoked key ends at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: dict[bytes, tuple[float, Bearer]] = {}
        self._origins: dict[str, tuple[float, bool]] = {}
        self._sought: dict[bytes, asyncio.Task[Bearer]] = {}

    def held(self, secret: str) -> Bearer | None:
        """The bearer of a key that was looked up a moment ago; none of a browser key."""
        bearer = self._seen(secret)
        if bearer is not None:
            self._renew(secret)
        return bearer if bearer is not None and bearer.scope != keys.BROWSER else None

    def _seen(self, secret: str) -> Bearer | None:
        found = self._held.get(keys.digest_of(secret))
        if found is None or found[0] < time.monotonic():
            return None
        bearer = found[1]
        return bearer if bearer.expires_at is None or bearer.expires_at > datetime.now(UTC) else None

    def bearer(self, secret: str) -> Bearer:
        """The bearer of a key; raises Unauthorized, and Forbidden for a browser key."""
        return keys.no_browser(self._any(secret))

    def _any(self, secret: str) -> Bearer:
        return self._seen(secret) or self._looked_up(keys.digest_of(secret))

    def _looked_up(self, digest: bytes) -> Bearer:
        try:
            bearer = keys.found(self._database, digest)
        except Unauthorized:
            self._held.pop(digest, None)
            raise
        if len(self._held) > _MOST_KEPT:
            self._held.clear()
        self._held[digest] = (time.monotonic() + _KEPT_SECONDS, bearer)
        return bearer

    def _renew(self, secret: str) -> None:
        """Look up beside what is answered the key of a busy client that was looked up a while ago, so that nobody waits for it."""
        digest = keys.digest_of(secret)
        held = self._held.get(digest)
        if held is None or held[0] - time.monotonic() > _RENEWED_SECONDS or digest in self._sought:
            return
        self._seek(digest).add_done_callback(lambda task: task.cancelled() or task.exception())

    def _seek(self, digest: bytes) -> "asyncio.Task[Bearer]":
        task = self._sought[digest] = asyncio.create_task(run_in_threadpool(self._looked_up, digest))
        task.add_done_callback(lambda _: self._sought.pop(digest))
        return task

    async def found(self, secret: str) -> Bearer:
        """The bearer of a key, without blocking; requests that come at once share one look-up. Raises like `bearer`."""
        return keys.no_browser(await self.visitor(secret))

    async def visitor(self, secret: str) -> Bearer:
        """The bearer of a key of any kind, found like `found`; raises Unauthorized."""
        bearer = self._seen(secret)
        if bearer is not None:
            self._renew(secret)
            return bearer
        digest = keys.digest_of(secret)
        task = self._sought.get(digest) or self._seek(digest)
        # Who goes away does not take the look-up from the others.
        return await asyncio.shield(task)

    async def origin_known(self, origin: str) -> bool:
        """Tell, without blocking, whether there is a browser key for pages of that origin; known for two seconds."""
        found = self._origins.get(origin)
        if found is None or found[0] < time.monotonic():
            known = await run_in_threadpool(keys.origin_known, self._database, origin)
            if len(self._origins) > _MOST_KEPT:
                self._origins.clear()
            found = self._origins[origin] = (time.monotonic() + _KEPT_SECONDS, known)
        return found[1]

    def forget(self) -> None:
        """Look every key up anew."""
        self._held.clear()
        self._origins.clear()
