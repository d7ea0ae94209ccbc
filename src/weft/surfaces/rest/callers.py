"""Who calls: a key in the Authorization header, looked up and turned into a business handle."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from weft.access.keys import BROWSER, Bearer
from weft.business import Business
from weft.errors import Forbidden, Unauthorized
from weft.store.changes import Who
from weft.surfaces.keyring import Keyring
from weft.surfaces.rest import browsers

scheme = HTTPBearer(auto_error=False, description="A key from `weft keys create`.")


@dataclass(frozen=True, slots=True)
class Caller:
    """A business and by which key it is acted on."""

    business: Business
    bearer: Bearer

    @property
    def is_browser(self) -> bool:
        """Whether a shop's page asks, which everybody can read."""
        return self.bearer.scope == BROWSER

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


def caller(scope: str) -> Callable[..., Awaitable[Caller]]:
    """A dependency: the caller, whose key must have at least this scope."""

    # Most keys were seen a moment ago, and a thread only to find that out would cost more than all else here.
    async def find(
        request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(scheme)]
    ) -> Caller:
        keyring: Keyring = request.app.state.keyring
        bearer = await keyring.found(secret_of(credentials))
        allowed(bearer, scope)
        business = Business(request.app.state.database, bearer.tenant)
        business.models.of_key(bearer.key_id, bearer.limits)
        return Caller(business, bearer)

    return find


def browser_or(scope: str) -> Callable[..., Awaitable[Caller]]:
    """A dependency: a caller with a browser key that was let in, or one whose key has at least this scope."""
    other = caller(scope)

    async def find(
        request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(scheme)]
    ) -> Caller:
        bearer = browsers.caller_of(request.scope)
        if bearer is None:
            return await other(request, credentials)
        business = Business(request.app.state.database, bearer.tenant)
        # Its requests a minute are those of one address, and have been counted.
        business.models.of_key(bearer.key_id, replace(bearer.limits, requests=None))
        return Caller(business, bearer)

    return find


Reader = Annotated[Caller, Depends(caller("read"))]
Proposer = Annotated[Caller, Depends(caller("propose"))]
Approver = Annotated[Caller, Depends(caller("approve"))]
Administrator = Annotated[Caller, Depends(caller("admin"))]
