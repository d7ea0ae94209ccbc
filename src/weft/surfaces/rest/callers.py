"""Who calls: a key in the Authorization header, looked up, kept for two seconds, and turned into a business handle."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from weft.access import keys
from weft.access.keys import Bearer
from weft.business import Business
from weft.errors import Forbidden, Unauthorized
from weft.postgres.database import Database
from weft.store.changes import Who

_KEPT_SECONDS: Final = 2.0
_MOST_KEPT: Final = 10_000
scheme = HTTPBearer(auto_error=False, description="A key from `weft keys create`.")


class Keyring:
    """Keys seen in the last two seconds, so that a busy client costs one look-up and a revoked key ends at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: dict[bytes, tuple[float, Bearer]] = {}
        self._sought: dict[bytes, asyncio.Task[Bearer]] = {}

    def held(self, secret: str) -> Bearer | None:
        """The bearer of a key that was looked up a moment ago."""
        found = self._held.get(keys.digest_of(secret))
        if found is None or found[0] < time.monotonic():
            return None
        bearer = found[1]
        return bearer if bearer.expires_at is None or bearer.expires_at > datetime.now(UTC) else None

    def bearer(self, secret: str) -> Bearer:
        """The bearer of a key; raises Unauthorized."""
        bearer = self.held(secret)
        if bearer is None:
            bearer = keys.bearer(self._database, secret)
            if len(self._held) > _MOST_KEPT:
                self._held.clear()
            self._held[keys.digest_of(secret)] = (time.monotonic() + _KEPT_SECONDS, bearer)
        return bearer

    async def found(self, secret: str) -> Bearer:
        """The bearer of a key, without blocking; requests that come at once share one look-up. Raises Unauthorized."""
        bearer = self.held(secret)
        if bearer is not None:
            return bearer
        digest = keys.digest_of(secret)
        task = self._sought.get(digest)
        if task is None:
            task = asyncio.create_task(run_in_threadpool(self.bearer, secret))
            self._sought[digest] = task
            task.add_done_callback(lambda _: self._sought.pop(digest))
        # Who goes away does not take the look-up from the others.
        return await asyncio.shield(task)

    def forget(self) -> None:
        """Look every key up anew."""
        self._held.clear()


@dataclass(frozen=True, slots=True)
class Caller:
    """A business and by which key it is acted on."""

    business: Business
    bearer: Bearer

    @property
    def who(self) -> Who:
        """How the journal names the caller."""
        return Who(f"key {self.bearer.key_id}")


def secret_of(credentials: HTTPAuthorizationCredentials | None) -> str:
    """The key that a request carries; raises Unauthorized."""
    if credentials is None or not credentials.credentials:
        raise Unauthorized("Send a key: `Authorization: Bearer KEY`. `weft keys create` makes one.")
    return credentials.credentials


def allowed(bearer: Bearer, scope: str) -> None:
    """Raise Forbidden unless the key's scope includes `scope`."""
    if not bearer.may(scope):
        raise Forbidden(f"This needs a key with the scope {scope}; {bearer.key_id} has {bearer.scope}.")


def caller(scope: str) -> Callable[..., Caller]:
    """A dependency: the caller, whose key must have at least this scope."""

    def find(request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(scheme)]) -> Caller:
        keyring: Keyring = request.app.state.keyring
        bearer = keyring.bearer(secret_of(credentials))
        allowed(bearer, scope)
        return Caller(Business(request.app.state.database, bearer.tenant), bearer)

    return find


Reader = Annotated[Caller, Depends(caller("read"))]
Proposer = Annotated[Caller, Depends(caller("propose"))]
Approver = Annotated[Caller, Depends(caller("approve"))]
Administrator = Annotated[Caller, Depends(caller("admin"))]
