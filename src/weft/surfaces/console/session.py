"""Signing in to the console: with a key or a link, kept in a signed cookie that names the key by its hash alone."""

import base64
import binascii
import contextlib
import hashlib
import hmac
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from starlette.requests import HTTPConnection
from starlette.responses import Response

from weft.access import keys
from weft.access.keys import Bearer
from weft.errors import Forbidden, InputError, Unauthorized
from weft.postgres.database import Database

COOKIE: Final = "weft_console"
_SAID: Final = "weft_said"
_PATH: Final = "/console"
_SESSION_SECONDS: Final = 12 * 3600
_LINK_SECONDS: Final = 3600
_KEPT_SECONDS: Final = 2.0
_MOST_KEPT: Final = 1000
_LONGEST: Final = 3500


class Seal:
    """Signs small values so that only this Weft folder's console takes them back, and only for a time."""

    def __init__(self, home: Path) -> None:
        self._secret = _secret(home)

    def sealed(self, purpose: str, value: Any, seconds: float) -> str:
        """The value as URL-safe text with its signature, good for so many seconds and this purpose alone."""
        body = base64.urlsafe_b64encode(orjson.dumps([int(time.time() + seconds), value])).decode().rstrip("=")
        return f"{body}.{self._signature(purpose, body)}"

    def opened(self, purpose: str, text: str) -> Any | None:
        """The value that was sealed; None where it is not of our making, not for this purpose or too old."""
        body, _, signature = text.partition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(purpose, body).encode()):
            return None
        try:
            ends, value = orjson.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        except (ValueError, TypeError, binascii.Error):
            return None
        return value if ends > time.time() else None

    def _signature(self, purpose: str, body: str) -> str:
        made = hmac.new(self._secret, f"{purpose}\n{body}".encode("utf-8", "replace"), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _secret(home: Path) -> bytes:
    """The folder's signing secret, made on first use; a file that only its owner can read."""
    path = home / "console.secret"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        return _read(path)
    # Two processes may start at once: each writes its own file whole, and the first to link it has made the secret.
    own = home / f"console.secret.{os.getpid()}.{secrets.token_hex(4)}"
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    try:
        with contextlib.suppress(FileExistsError):
            os.link(own, path)
    finally:
        own.unlink()
    return _read(path)


def _read(path: Path) -> bytes:
    text = path.read_text(encoding="ascii", errors="replace").strip()
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) < 32:
        raise InputError(f"{path} does not hold the console's secret; remove the file, and a new one is made.")
    return secret


@dataclass(frozen=True, slots=True)
class Session:
    """A person who is signed in, by the key that stands for them."""

    bearer: Bearer

    @property
    def who(self) -> str:
        """How the journal names the person."""
        return f"console, key {self.bearer.key_id}"


class SignIn:
    """Sessions of one Weft folder: begun with a key, looked up again every two seconds so that a revoked key ends them."""

    def __init__(self, home: Path, database: Database) -> None:
        self._database = database
        self._seal = Seal(home)
        self._held: dict[bytes, tuple[float, Bearer]] = {}

    def with_key(self, secret: str) -> tuple[Session, str]:
        """Begin a session with a key; answers it and the cookie's value. Raises Unauthorized."""
        return self._begun(keys.digest_of(secret.strip()))

    def with_token(self, token: str) -> tuple[Session, str]:
        """Begin a session with a link's token; raises Unauthorized."""
        digest = self._seal.opened("link", token)
        if not isinstance(digest, str):
            raise Unauthorized("This link is no longer good: links last an hour. Ask for a new one, or enter a key.")
        return self._begun(bytes.fromhex(digest))

    def _begun(self, digest: bytes) -> tuple[Session, str]:
        bearer = self._bearer(digest)
        return Session(bearer), self._seal.sealed("session", digest.hex(), _SESSION_SECONDS)

    def of(self, request: HTTPConnection) -> Session | None:
        """The session that a request carries; None without one. Raises Unauthorized where its key has ended."""
        digest = self._seal.opened("session", request.cookies.get(COOKIE, ""))
        return Session(self._bearer(bytes.fromhex(digest))) if isinstance(digest, str) else None

    def _bearer(self, digest: bytes) -> Bearer:
        now = time.monotonic()
        held = self._held.get(digest)
        if held is not None and held[0] > now:
            return held[1]
        bearer = keys.bearer_of_digest(self._database, digest)
        if len(self._held) > _MOST_KEPT:
            self._held.clear()
        self._held[digest] = (now + _KEPT_SECONDS, bearer)
        return bearer

    def remember(self, request: HTTPConnection, response: Response, cookie: str) -> None:
        """Give the session's cookie to the browser."""
        _keep(request, response, COOKIE, cookie, _SESSION_SECONDS)

    @staticmethod
    def forget(response: Response) -> None:
        """Take the session's cookie from the browser."""
        response.delete_cookie(COOKIE, path=_PATH, httponly=True, samesite="strict")

    def say_next(self, request: HTTPConnection, response: Response, said: Any) -> None:
        """Leave an outcome to be said on the page that a redirect leads to."""
        sealed = self._seal.sealed("said", said, 60)
        if len(sealed) <= _LONGEST:
            _keep(request, response, _SAID, sealed, 60)

    def said(self, request: HTTPConnection) -> Any | None:
        """The outcome that the request before left."""
        return self._seal.opened("said", request.cookies.get(_SAID, ""))

    @staticmethod
    def said_once(response: Response) -> None:
        """Forget the outcome that was said."""
        response.delete_cookie(_SAID, path=_PATH, httponly=True, samesite="strict")


def _keep(request: HTTPConnection, response: Response, name: str, value: str, seconds: int) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=seconds, path=_PATH, httponly=True, samesite="strict", secure=secure)


def from_this_site(request: HTTPConnection) -> None:
    """Raise Forbidden unless the browser says that a form of this very site sent the request."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    same_origin = origin is not None and urlsplit(origin).netloc == request.headers.get("host")
    if site == "same-origin" or (site is None and same_origin):
        return
    raise Forbidden("This was sent from another page than Weft's own, and nothing was done. Go back and do it there.")


def sign_in_link(home: Path, database: Database, tenant: UUID, scope: str, port: int) -> str:
    """A link that signs a person in to the console, good for an hour; it stands on a key of its own that ends in a day."""
    _, secret = keys.created(database, tenant, scope, days=1, note="console link")
    token = Seal(home).sealed("link", keys.digest_of(secret).hex(), _LINK_SECONDS)
    return f"http://127.0.0.1:{port}{_PATH}/sign-in?token={token}"
