"""Browsers at the door: a shop's pages ask with a browser key, from its origins alone, as often as shoppers do and no oftener.

What a page of another origin may ask is decided before a request's body is read: whether the key is one for that origin (else the
answer is 403, and no page can read it), and whether its address has asked too often. Everything but the public skills and
behaviors refuses such a key, wherever it looks one up.
"""

import ipaddress
import math
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from fastapi import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from weft.access.keys import Bearer, is_browser
from weft.errors import Forbidden, InputError, LimitReached, TooLarge, WeftError
from weft.skill import skills
from weft.surfaces.keyring import Keyring
from weft.surfaces.rest.problems import problem

_BEHAVIORS: Final = "/api/v1/behaviors"
_KEY: Final = "weft.browser"
_A_MINUTE: Final = 600
_MOST_BODY: Final = 256 << 10
_MOST_HELD: Final = 50_000
_PREFLIGHT_SECONDS: Final = b"7200"


class Rations:
    """Requests that each key lets each address make: as many at once as it may in a minute, and as many a minute.

    Each process counts for itself; of an IPv6 address the network counts, of which one household has as many as it likes.
    """

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], tuple[float, float]] = {}

    def take(self, bearer: Bearer, address: str, now: float) -> None:
        """Take one request; raises LimitReached, which says in how many seconds there is another."""
        most = bearer.limits.requests or _A_MINUTE
        name = (bearer.key_id, _household(address))
        left, at = self._held.pop(name, (float(most), now))
        left = min(left + (now - at) * most / 60, float(most))
        # Those that have not asked for longest come first, and have their whole ration again.
        if len(self._held) >= _MOST_HELD:
            self._held.pop(next(iter(self._held)))
        self._held[name] = (left - 1 if left >= 1 else left, now)
        if left < 1:
            wait = (1 - left) * 60 / most
            raise LimitReached(
                f"This address has asked {most:,} times in a minute, as often as the key allows.", retry_after=wait
            )


def _household(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address


class Browsers:
    """Middleware that lets browser keys in where they may ask, with the headers by which a browser shows the answer to the page."""

    def __init__(self, app: ASGIApp, keyring: Keyring) -> None:
        self._app, self._keyring, self._rations = app, keyring, Rations()
        asked = (f"/api/v1/skills/{one.name}" for one in skills().values() if one.public)
        self._paths = frozenset([*asked, _BEHAVIORS])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, a browser's once it is known to be let in."""
        if scope["type"] != "http" or scope["path"] not in self._paths:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers:
            await self._preflight(headers, scope, receive, send)
            return
        secret, headers = _secret(scope, headers)
        if not is_browser(secret):
            await self._app(scope, receive, send)
            return
        origin = headers.get(b"origin", b"").decode("latin-1")
        allowed = b""
        try:
            # What is wrong with a key is told to a page of an origin that some key is for.
            allowed = origin.encode("latin-1") if origin and await self._keyring.origin_known(origin) else b""
            bearer = await self._keyring.visitor(secret)
            if origin not in bearer.origins:
                allowed = b""
                raise _elsewhere(bearer, origin)
            self._rations.take(bearer, (scope.get("client") or ("",))[0], time.monotonic())
            _small(headers)
        except WeftError as error:
            await _refusal(error)(scope, receive, _told(send, allowed))
            return
        entered = {**scope, "headers": list(headers.items()), _KEY: bearer}
        await self._app(entered, receive, _told(send, allowed))

    async def _preflight(self, headers: Mapping[bytes, bytes], scope: Scope, receive: Receive, send: Send) -> None:
        """Tell a browser whether a page may ask; it shows no key yet, so this is answered for all keys at once."""
        origin = headers.get(b"origin", b"").decode("latin-1")
        if not origin or not await self._keyring.origin_known(origin):
            said = f"No browser key is for pages of {origin or 'no origin'}; `weft keys create --scope browser --origin` makes one."
            await problem(Forbidden.status, Forbidden.code, said)(scope, receive, _told(send, b""))
            return
        answer = Response(
            status_code=204,
            headers={
                "access-control-allow-methods": "POST",
                "access-control-allow-headers": "authorization, content-type",
                "access-control-max-age": _PREFLIGHT_SECONDS.decode(),
            },
        )
        await answer(scope, receive, _told(send, origin.encode("latin-1")))


def caller_of(scope: Mapping[str, Any]) -> Bearer | None:
    """The bearer of the browser key by which a request was let in."""
    found = scope.get(_KEY)
    return found if isinstance(found, Bearer) else None


def _secret(scope: Scope, headers: dict[bytes, bytes]) -> tuple[str, dict[bytes, bytes]]:
    """The key of a request, and its headers as the API reads them.

    What a page sends as it is left can carry neither a header of its own nor JSON by name: a browser key may stand in the address
    of behaviors in its place, as `?key=`, before JSON that is called plain text.
    """
    kind, _, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if kind.lower() == "bearer":
        return secret.strip(), headers
    named = parse_qs(scope["query_string"].decode("latin-1")).get("key", [""])[0] if scope["query_string"] else ""
    if scope["path"] != _BEHAVIORS or not is_browser(named):
        return "", headers
    told = {**headers, b"authorization": f"Bearer {named}".encode("latin-1", "replace")}
    return named, {**told, b"content-type": b"application/json"}


def _elsewhere(bearer: Bearer, origin: str) -> Forbidden:
    where = f"a page of {origin}" if origin else "what is no page"
    return Forbidden(f"The browser key {bearer.key_id} answers pages of {', '.join(bearer.origins)}, not {where}.")


def _small(headers: Mapping[bytes, bytes]) -> None:
    """Raise for a body that is larger than a page has cause to send, or of unknown length."""
    length = headers.get(b"content-length", b"0")
    if b"transfer-encoding" in headers or not length.isdigit():
        raise InputError("Send a body of a known length (Content-Length).")
    if int(length) > _MOST_BODY:
        raise TooLarge(f"The body is larger than {_MOST_BODY >> 10} KiB; send less, or in parts.")


def _refusal(error: WeftError) -> Response:
    response = problem(error.status, error.code, error.message)
    wait = error.details.get("retry_after")
    if isinstance(wait, (int, float)):
        response.headers["retry-after"] = str(max(math.ceil(wait), 1))
    return response


def _told(send: Send, origin: bytes) -> Send:
    """What sends an answer with the headers for a page of that origin; without an origin, no page may read it."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *_headers(origin)]}
        await send(message)

    return sending


def _headers(origin: bytes) -> Iterator[tuple[bytes, bytes]]:
    yield b"vary", b"Origin"
    if origin:
        yield b"access-control-allow-origin", origin
        yield b"access-control-expose-headers", b"Retry-After"
