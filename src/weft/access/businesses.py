"""A business is one tenant; its name is how people and commands speak of it."""

import re
from dataclasses import dataclass
from uuid import UUID

from weft.errors import InputError, NotFound
from weft.ids import uuid7
from weft.postgres.database import Database

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


@dataclass(frozen=True, slots=True)
class Tenant:
    """One business: `uid` is Weft's key, `id` its name, `currency` the ISO 4217 code of prices that name none."""

    uid: UUID
    id: str
    currency: str


def named(database: Database, name: str) -> Tenant:
    """Find a business by its name; raises NotFound."""
    with database.plain() as connection:
        row = connection.execute("select uid, id, currency from business_named(%s)", (name,)).fetchone()
    if row is None:
        known = ", ".join(tenant.id for tenant in listed(database)[:5])
        raise NotFound(
            f"There is no business {name!r}. "
            + (
                f"Known: {known}."
                if known
                else "The first import creates one: weft import products FILE --business NAME."
            )
        )
    return Tenant(*row)


def of(database: Database, uid: UUID) -> Tenant:
    """The business with that key; raises NotFound."""
    with database.tenant(uid) as connection:
        row = connection.execute("select uid, id, currency from business").fetchone()
    if row is None:
        raise NotFound("The business is gone.")
    return Tenant(*row)


def listed(database: Database) -> list[Tenant]:
    """All businesses by name, for the local administrator."""
    with database.plain() as connection:
        rows = connection.execute("select uid, id, currency from business_list()").fetchall()
    return [Tenant(*row) for row in rows]


def rehearsed(database: Database, name: str, currency: str = "EUR") -> Tenant:
    """Find a business, or describe the one that `ensured` would create; raises InputError like it."""
    _checked(name)
    with database.plain() as connection:
        row = connection.execute("select uid, id, currency from business_named(%s)", (name,)).fetchone()
    return Tenant(*row) if row else Tenant(uuid7(), name, currency)


def _checked(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot name a business: use 1 to 63 of a-z, 0-9, '.', '_' and '-', starting with a letter or digit."
        )


def ensured(database: Database, name: str, currency: str = "EUR") -> Tenant:
    """Find a business or create it; raises InputError for a name that cannot be one."""
    _checked(name)
    with database.plain() as connection:
        row = connection.execute("select uid, id, currency from business_named(%s)", (name,)).fetchone()
        if row is None:
            row = connection.execute(
                "select uid, id, currency from business_create(%s, %s, %s)", (uuid7(), name, currency)
            ).fetchone()
        if row is None:  # two at once: the other one's insert was not yet visible to this statement
            row = connection.execute("select uid, id, currency from business_named(%s)", (name,)).fetchone()
    if row is None:
        raise NotFound(f"The business {name!r} could not be created.")
    return Tenant(*row)
