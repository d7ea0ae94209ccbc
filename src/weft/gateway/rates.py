"""Requests and tokens a minute, and requests at once: what a key may do, however many processes serve it.

A minute of a key is taken from PostgreSQL in portions, as money is. Tokens are estimated before a request and made right after
it. Requests at once are counted in each process.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from weft.access.keys import Limits
from weft.errors import LimitReached
from weft.postgres.database import Database

_MINUTE: Final = 60
_PARTS: Final = 8
KINDS: Final = ("requests", "tokens")
_HEADERS: Final = {
    kind: tuple(f"x-ratelimit-{what}-{kind}".encode() for what in ("limit", "remaining", "reset")) for kind in KINDS
}


@dataclass(slots=True)
class _Window:
    """A key's minute as this process holds it; `taken` is what all processes have, as far as is known."""

    minute: int = -1
    free: int = 0
    taken: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class _Held:
    """What one key is doing in this process."""

    windows: dict[str, _Window] = field(default_factory=lambda: {kind: _Window() for kind in KINDS})
    at_once: int = 0
    seen: float = 0.0


@dataclass(slots=True)
class Pass:
    """One request that was let in; it has to be closed with the tokens that it took."""

    held: _Held
    minute: int
    tokens: int
    limited: bool
    close: Callable[["Pass", int], None]


class Rates:
    """The limits of the keys that one process serves."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._keys: dict[tuple[UUID, str], _Held] = {}

    async def enter(self, business: UUID, key: str, limits: Limits, tokens: int) -> Pass:
        """Let a request in that takes about so many tokens; raises LimitReached, which says when to come again."""
        held = self._keys.get((business, key))
        if held is None:
            held = self._keys[(business, key)] = _Held()
        held.seen = now = time.time()
        minute = int(now // _MINUTE)
        if limits.concurrency is not None and held.at_once >= limits.concurrency:
            raise LimitReached(
                f"The key {key} may have {limits.concurrency} requests at once, and has. Wait for one of them.",
                retry_after=1.0,
            )
        held.at_once += 1
        try:
            if limits.requests is not None:
                await self._taken(business, key, held.windows["requests"], "requests", limits.requests, 1, minute)
            if limits.tokens is not None:
                await self._taken(business, key, held.windows["tokens"], "tokens", limits.tokens, tokens, minute)
        except BaseException:
            held.at_once -= 1
            raise
        return Pass(held, minute, tokens, limits.tokens is not None, self._close)

    @staticmethod
    def _close(entered: Pass, tokens: int) -> None:
        entered.held.at_once -= 1
        window = entered.held.windows["tokens"]
        if entered.limited and window.minute == entered.minute:
            window.free += entered.tokens - tokens

    def told(self, business: UUID, key: str, limits: Limits) -> list[tuple[bytes, bytes]]:
        """The headers that tell a client its limits, what remains of them in this minute, and when it ends."""
        headers: list[tuple[bytes, bytes]] = []
        if limits.requests is None and limits.tokens is None:
            return headers
        held = self._keys.get((business, key))
        now = time.time()
        minute = int(now // _MINUTE)
        ends = b"%.3fs" % ((minute + 1) * _MINUTE - now)
        for kind, cap in (("requests", limits.requests), ("tokens", limits.tokens)):
            if cap is not None:
                window = held.windows[kind] if held else None
                left = cap - window.taken + window.free if window is not None and window.minute == minute else cap
                limit, remaining, reset = _HEADERS[kind]
                headers += ((limit, b"%d" % cap), (remaining, b"%d" % max(left, 0)), (reset, ends))
        return headers

    async def _taken(
        self, business: UUID, key: str, window: _Window, kind: str, cap: int, needs: int, minute: int
    ) -> None:
        if window.minute == minute and window.free >= needs:
            window.free -= needs
            return
        async with window.lock:
            if window.minute != minute:
                window.minute, window.free, window.taken = minute, 0, 0
            if window.free < needs:
                missing = needs - window.free
                wishes = max(missing, cap // _PARTS)
                given, window.taken = await asyncio.to_thread(
                    self._portion, business, key, kind, minute, cap, missing, wishes
                )
                window.free += given
            if window.free < needs:
                wait = (minute + 1) * _MINUTE - time.time()
                what = "requests" if kind == "requests" else "tokens"
                more = f", and this one may take {needs:,}" if kind == "tokens" else ""
                raise LimitReached(
                    f"The key {key} may have {cap:,} {what} a minute, and has used them up{more}. "
                    f"Come again in {max(wait, 0.1):.0f} s.",
                    retry_after=max(wait, 0.1),
                )
            window.free -= needs

    def _portion(self, business: UUID, key: str, kind: str, minute: int, cap: int, needs: int, wishes: int) -> Any:
        with self._database.plain() as connection:
            return connection.execute(
                "select portion, taken from rate_take(%s, %s, %s, %s, %s, %s, %s)",
                (business, key, kind, datetime.fromtimestamp(minute * _MINUTE, UTC), cap, needs, wishes),
            ).fetchone()

    def tidy(self) -> None:
        """Forget keys that nobody has used for some minutes."""
        old = time.time() - 5 * _MINUTE
        for name in [name for name, held in self._keys.items() if held.seen < old and not held.at_once]:
            del self._keys[name]
