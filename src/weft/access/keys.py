"""API keys: made once, shown once, kept only as a hash, with a scope and an end.

Browser keys are the other kind: they stand in the source of pages, so they are no secret, speak only from the origins that they
were made for, and may ask no more than a shop shows to everybody.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import orjson

from weft.access.businesses import Tenant
from weft.errors import Forbidden, InputError, NotFound, Unauthorized
from weft.ids import uuid7
from weft.postgres.database import Database

SCOPES: Final[Mapping[str, int]] = {"browser": -1, "read": 0, "propose": 1, "approve": 2, "admin": 3}
BROWSER: Final = "browser"
_BROWSER_BEGINS: Final = "weft_browser_"
_PORTS: Final = {"http": 80, "https": 443}
_MOST_ORIGINS: Final = 50
_COLUMNS: Final = "id, scope, note, created_at, expires_at, revoked_at, limits, origins, shown"


@dataclass(frozen=True, slots=True)
class Key:
    """A key's description: `scope` includes the scopes before it in read, propose, approve, admin.

    `origins` and `shown`, the key itself, are a browser key's, whose scope `browser` is included in no other.
    """

    id: str
    scope: str
    note: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    limits: Mapping[str, Any] = field(default_factory=dict)
    origins: Sequence[str] = ()
    shown: str | None = None

    @property
    def valid(self) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Limits:
    """What a key may do at the gateway; None is without a limit.

    `models` are the routes it may ask, a name ending in `*` standing for all that begin so; `requests` and `tokens` count a
    minute, `concurrency` requests at once in one process. Of a browser key `requests` counts those of one address.
    """

    models: tuple[str, ...] | None = None
    requests: int | None = None
    tokens: int | None = None
    concurrency: int | None = None

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Limits":
        """Limits as the database keeps them; raises InputError."""
        unknown = sorted(set(kept) - {"models", "requests", "tokens", "concurrency"})
        if unknown:
            raise InputError(f"There is no limit {unknown[0]!r}; use models, requests, tokens, concurrency.")
        models = kept.get("models")
        if models is not None and (not isinstance(models, list) or not all(_is_name(one) for one in models)):
            raise InputError("The limit models is a list of names.")
        for name in ("requests", "tokens", "concurrency"):
            value = kept.get(name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= 10**12):
                raise InputError(f"The limit {name} is a whole number from 1 on, not {value!r}.")
        return cls(
            tuple(models) if models is not None else None,
            kept.get("requests"),
            kept.get("tokens"),
            kept.get("concurrency"),
        )

    def allow(self, model: str) -> bool:
        """Tell whether the key may ask this model."""
        return self.models is None or any(
            model == one or (one.endswith("*") and model.startswith(one[:-1])) for one in self.models
        )


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who a valid key speaks for."""

    tenant: Tenant
    key_id: str
    scope: str
    expires_at: datetime | None
    limits: Limits = Limits()
    origins: tuple[str, ...] = ()

    def may(self, scope: str) -> bool:
        """Tell whether the key's scope includes `scope`."""
        return SCOPES[self.scope] >= SCOPES[scope]


def digest_of(secret: str) -> bytes:
    """The hash under which a key is kept (SHA-256; the secret has 256 random bits, so no salt or stretching)."""
    return hashlib.sha256(secret.encode()).digest()


def is_browser(secret: str) -> bool:
    """Tell by its form whether a key is one for pages."""
    return secret.startswith(_BROWSER_BEGINS)


def origin_of(text: str) -> str:
    """An origin as browsers say it, `https://shop.example`, from one or from an address of a page; raises InputError."""
    said = text.strip()
    try:
        parts = urlsplit(said)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError):
        parts, host, port = urlsplit(""), "", None
    if parts.scheme not in _PORTS or not host or "*" in host or parts.username is not None:
        raise InputError(f"{text!r} is not an origin; say one like https://shop.example or http://127.0.0.1:8000.")
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}" + (f":{port}" if port is not None and port != _PORTS[parts.scheme] else "")


def _origins(scope: str, origins: Sequence[str]) -> list[str]:
    """The origins of a key of that scope; raises InputError."""
    if scope != BROWSER:
        if origins:
            raise InputError(f"Only a browser key has origins; this one has the scope {scope}.")
        return []
    if not origins:
        raise InputError("A browser key needs the origins of its pages, such as https://shop.example.")
    if len(origins) > _MOST_ORIGINS:
        raise InputError(f"A browser key has {_MOST_ORIGINS} origins at most, not {len(origins)}.")
    return list(dict.fromkeys(origin_of(one) for one in origins))


def created(
    database: Database,
    business: UUID,
    scope: str = "read",
    days: int | None = None,
    note: str = "",
    limits: Mapping[str, Any] | None = None,
    origins: Sequence[str] = (),
) -> tuple[Key, str]:
    """Make a key for a business; answers its description and the secret, which only of a browser key is kept.

    Raises InputError.
    """
    if scope not in SCOPES:
        raise InputError(f"{scope!r} is not a scope; use one of {', '.join(SCOPES)}.")
    if days is not None and not 0 < days <= 36_500:
        raise InputError(f"A key can last 1 to 36500 days, not {days}.")
    kept, places = _kept(limits or {}), _origins(scope, origins)
    identifier = "k_" + secrets.token_hex(5)
    secret = f"{_BROWSER_BEGINS if scope == BROWSER else 'weft_'}{secrets.token_urlsafe(32)}"
    shown = secret if scope == BROWSER else None
    now = datetime.now(UTC)
    expires = now + timedelta(days=days) if days is not None else None
    with database.tenant(business) as connection:
        connection.execute(
            "insert into api_key (uid, id, hash, scope, note, created_at, expires_at, limits, origins, shown) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s)",
            (
                uuid7(),
                identifier,
                digest_of(secret),
                scope,
                note,
                now,
                expires,
                orjson.dumps(kept).decode(),
                places,
                shown,
            ),
        )
    return Key(identifier, scope, note, now, expires, None, kept, places, shown), secret


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable()


def _kept(limits: Mapping[str, Any]) -> dict[str, Any]:
    """Limits as they are kept, without those that are none; raises InputError."""
    Limits.read(limits)
    return {name: value for name, value in limits.items() if value is not None}


def named(database: Database, business: UUID, key_id: str) -> Key:
    """The key of that id; raises NotFound."""
    with database.tenant(business) as connection:
        row = connection.execute(f"select {_COLUMNS} from api_key where id = %s", (key_id,)).fetchone()
    if row is None:
        raise NotFound(f"There is no key {key_id!r}; `weft keys list` shows them.")
    return Key(*row)


def listed(database: Database, business: UUID) -> list[Key]:
    """The keys of a business, oldest first, with those that are revoked or expired."""
    with database.tenant(business) as connection:
        rows = connection.execute(f"select {_COLUMNS} from api_key order by uid").fetchall()
    return [Key(*row) for row in rows]


def revoked(database: Database, business: UUID, key_id: str) -> Key:
    """End a key now; raises NotFound. To end it a second time changes nothing."""
    with database.tenant(business) as connection:
        row = connection.execute(
            f"update api_key set revoked_at = coalesce(revoked_at, now()) where id = %s returning {_COLUMNS}",
            (key_id,),
        ).fetchone()
    if row is None:
        raise NotFound(f"There is no key {key_id!r}; `weft keys list` shows them.")
    return Key(*row)


def limited(database: Database, business: UUID, key_id: str, limits: Mapping[str, Any]) -> Key:
    """Set what a key may do at the gateway, in place of what was set; raises InputError, NotFound."""
    kept = _kept(limits)
    with database.tenant(business) as connection:
        row = connection.execute(
            f"update api_key set limits = %s::jsonb where id = %s returning {_COLUMNS}",
            (orjson.dumps(kept).decode(), key_id),
        ).fetchone()
    if row is None:
        raise NotFound(f"There is no key {key_id!r}; `weft keys list` shows them.")
    return Key(*row)


def bearer(database: Database, secret: str) -> Bearer:
    """Find whom a secret speaks for; raises Unauthorized when it is unknown, revoked or expired, Forbidden for a browser key."""
    return bearer_of_digest(database, digest_of(secret))


def bearer_of_digest(database: Database, digest: bytes) -> Bearer:
    """Find whom the secret with that hash speaks for; raises like `bearer`."""
    return no_browser(found(database, digest))


def no_browser(bearer: Bearer) -> Bearer:
    """The bearer, unless it is one of a browser key; raises Forbidden."""
    if bearer.scope == BROWSER:
        raise Forbidden(
            f"{bearer.key_id} is a browser key: it may ask what a shop shows to everybody, from pages of its origins, "
            "and nothing else. `weft keys create` makes another one."
        )
    return bearer


def found(database: Database, digest: bytes) -> Bearer:
    """Find whom the key with that hash speaks for, whatever kind it is; raises Unauthorized."""
    with database.plain() as connection:
        row = connection.execute(
            "select business, business_id, currency, key_id, scope, expires_at, revoked_at, limits, origins "
            "from key_owner(%s)",
            (digest,),
        ).fetchone()
    if row is None:
        raise Unauthorized("This key is not known. `weft keys create` makes one.")
    business, business_id, currency, key_id, scope, expires_at, revoked_at, limits, origins = row
    if revoked_at is not None:
        raise Unauthorized(f"The key {key_id} was revoked.")
    if expires_at is not None and expires_at <= datetime.now(UTC):
        raise Unauthorized(f"The key {key_id} expired on {expires_at:%Y-%m-%d}.")
    tenant = Tenant(business, business_id, currency)
    return Bearer(tenant, key_id, scope, expires_at, Limits.read(limits), tuple(origins))


def origin_known(database: Database, origin: str) -> bool:
    """Tell whether any business has a valid browser key for pages of that origin."""
    with database.plain() as connection:
        row = connection.execute("select origin_known(%s)", (origin,)).fetchone()
    return bool(row and row[0])
