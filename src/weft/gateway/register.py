"""Providers, routes and budgets as they are kept: a business's own, and the platform's, which every business may use.

The platform's come from the database and from the operator's file `models.toml`; of one name the business's own is taken, then
the file's. A process looks once a second whether anything has changed, and then reads anew.
"""

import contextlib
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal
from uuid import NAMESPACE_DNS, UUID, uuid5

import orjson
from psycopg import Connection

from weft.errors import Conflict, InputError, NotFound, WeftError
from weft.gateway import providers
from weft.gateway.models import Provider, Reach, Route, Target, nano
from weft.gateway.seal import Seal
from weft.ids import uuid7
from weft.postgres.database import Database

Period = Literal["day", "month", "total"]
PERIODS: Final = ("day", "month", "total")
FILE: Final = "models.toml"
_FILE_SPACE: Final = uuid5(NAMESPACE_DNS, "models.toml.weft")


@dataclass(frozen=True, slots=True)
class Budget:
    """A cap in nanodollars of a key, a business (no key) or the platform (no business) for a day, a month or in total (UTC)."""

    uid: UUID
    business: UUID | None
    key: str | None
    period: Period
    amount: int


@dataclass(frozen=True, slots=True)
class Known:
    """All that one business may ask, by name, and what was wrong with what is left out."""

    providers: Mapping[str, Provider]
    routes: Mapping[str, Route]
    budgets: tuple[Budget, ...]
    problems: tuple[str, ...] = ()
    named: frozenset[str] = field(default_factory=frozenset)

    def route(self, name: str) -> Route:
        """The route of that name; raises NotFound."""
        found = self.routes.get(name)
        if found is None:
            there = ", ".join(sorted(self.named)[:10])
            raise NotFound(
                f"There is no model {name!r}. "
                + (f"There are: {there}." if there else "`weft models add NAME --url URL --model MODEL` adds one.")
            )
        return found


class Register:
    """Reads and writes what the gateway rests on."""

    def __init__(self, database: Database, home: Path, seal: Seal) -> None:
        self.database = database
        self.file = home / FILE
        self._seal = seal

    def revision(self) -> tuple[int, float]:
        """A value that differs once anything has changed: the database's count, and when the file was written."""
        with self.database.plain() as connection:
            row = connection.execute("select last_value from gateway_revision").fetchone()
        try:
            written = self.file.stat().st_mtime
        except OSError:
            written = 0.0
        return (row[0] if row else 0, written)

    def known(self, business: UUID | None) -> Known:
        """What a business may ask (None: the platform alone)."""
        problems: list[str] = []
        with self._transaction(business) as connection:
            kept = connection.execute(
                "select uid, business is not null, name, body, sealed, reach from provider order by business nulls first, uid"
            ).fetchall()
            suspended = connection.execute("select provider, model, why from suspension").fetchall()
            named = connection.execute(
                "select business is not null, name, body from route order by business nulls first, uid"
            ).fetchall()
            budgets = connection.execute(
                "select uid, business, key, period, amount from budget where business is not null"
            ).fetchall()
        with self.database.plain() as connection:
            budgets += connection.execute(
                "select uid, business, key, period, amount from budget where business is null"
            ).fetchall()
        out_of: dict[UUID, dict[str, str]] = {}
        for provider, model, why in suspended:
            out_of.setdefault(provider, {})[model] = why
        file = self._file(problems)
        there: dict[str, Provider] = {}
        for uid, own, name, body, sealed, reach in kept:
            with _told(problems):
                key = self._seal.opened(bytes(sealed)) if sealed is not None else None
                more = {"own": own, "key": key, "reach": reach, "suspended": out_of.get(uid, {})}
                there[name] = Provider.read(uid, name, providers.completed(body), **more)
            if not own and name in file.get("providers", {}):
                there.pop(name, None)
        for name, body in file.get("providers", {}).items():
            if name not in there or not there[name].own:
                with _told(problems):
                    there[name] = self._of_file(name, body, out_of)
        routes = _implied(there)
        explicit: set[str] = set()
        said = [(own, name, body) for own, name, body in named]
        said[len([one for one in said if not one[0]]) : 0] = [
            (False, name, body) for name, body in file.get("routes", {}).items()
        ]
        for own, name, body in said:
            with _told(problems):
                routes[name] = Route.read(name, body, there, own=own)
                explicit.add(name)
        return Known(there, routes, tuple(Budget(*row) for row in budgets), tuple(problems), frozenset(explicit))

    def add_provider(
        self,
        business: UUID | None,
        name: str,
        body: Mapping[str, Any],
        key: str | None = None,
        reach: Reach = "public",
    ) -> Provider:
        """Keep a provider, in place of one of that name; raises InputError.

        Without a key the one that is kept stays, but only while the address stays: it is sent to no other.
        """
        made = Provider.read(uuid7(), name, providers.completed(body), reach=reach, own=business is not None)
        if key is not None and (not key.strip() or not key.isascii() or not key.isprintable()):
            raise InputError("A provider's key is a text of printable letters without line breaks.")
        sealed = self._seal.sealed(key.strip()) if key is not None else None
        with self._transaction(business) as connection:
            connection.execute(
                "insert into provider (uid, name, body, sealed, reach) values (%s, %s, %s::jsonb, %s, %s) "
                "on conflict (business, name) do update set body = excluded.body, reach = excluded.reach, "
                "sealed = coalesce(excluded.sealed, case when provider.body -> 'base_url' is not distinct from "
                "excluded.body -> 'base_url' and provider.body -> 'preset' is not distinct from excluded.body -> 'preset' "
                "then provider.sealed end)",
                (made.uid, name, orjson.dumps(dict(body)).decode(), sealed, reach),
            )
        return made

    def amend(self, provider: Provider, model: str, fields: Mapping[str, Any], business: UUID | None) -> None:
        """Set fields of one model of a provider where that is kept; raises NotFound, InputError."""
        holder = business if provider.own else None
        with self._transaction(holder) as connection:
            row = connection.execute(
                "select body from provider where uid = %s and business is not distinct from (select tenant()) for update",
                (provider.uid,),
            ).fetchone()
            if row is None:
                raise NotFound(f"{provider.name} is not kept here but in {self.file}; write it there.")
            body = row[0]
            if model not in provider.models:
                there = ", ".join(list(provider.models)[:8]) or "none"
                raise NotFound(f"There is no model {model!r} of {provider.name}, whose models are: {there}.")
            # Once it names models of its own, these alone are its models: all are named then.
            models = body.get("models") or {name: {} for name in provider.models}
            body["models"] = {**models, model: {**models.get(model, {}), **fields}}
            Provider.read(provider.uid, provider.name, providers.completed(body))
            connection.execute(
                "update provider set body = %s::jsonb where uid = %s", (orjson.dumps(body).decode(), provider.uid)
            )

    def add_route(self, business: UUID | None, name: str, body: Mapping[str, Any]) -> Route:
        """Keep a route, in place of one of that name; raises InputError."""
        made = Route.read(name, body, self.known(business).providers, own=business is not None)
        with self._transaction(business) as connection:
            connection.execute(
                "insert into route (uid, name, body) values (%s, %s, %s::jsonb) "
                "on conflict (business, name) do update set body = excluded.body",
                (uuid7(), name, orjson.dumps(dict(body)).decode()),
            )
        return made

    def remove(
        self, business: UUID | None, name: str, what: Sequence[Literal["route", "provider"]] = ("route", "provider")
    ) -> list[str]:
        """Remove the provider and the route of that name, as far as they are there; answers what was removed.

        Raises NotFound where there is none, Conflict where routes that stay still name the provider.
        """
        with self._transaction(business) as connection:
            users = connection.execute(
                "select name from route where not (name = %s and %s) and business is not distinct from (select tenant()) and exists "
                "(select from jsonb_array_elements(body -> 'targets') t where t ->> 'provider' = %s)",
                (name, "route" in what, name),
            ).fetchall()
            gone: list[str] = []
            for table in what:
                done = connection.execute(f"delete from {table} where name = %s", (name,)).rowcount
                gone += [table] if done else []
            if "provider" in gone and users:
                raise Conflict(f"The routes {', '.join(row[0] for row in users)} still name {name}; remove them first.")
        if not gone:
            named = " and no ".join(reversed(what))
            raise NotFound(f"There is no {named} {name!r} here; `weft models list` shows them.")
        return gone

    def set_budget(self, business: UUID | None, key: str | None, period: str, amount: Any) -> Budget:
        """Set a cap, in US dollars, in place of one for the same; raises InputError, NotFound."""
        if period not in PERIODS:
            raise InputError(f"A budget is for a {', a '.join(PERIODS[:2])} or in {PERIODS[2]}, not {period!r}.")
        if business is None and key is not None:
            raise InputError("A key belongs to a business; say which.")
        value = nano(amount, "A budget")
        with self._transaction(business) as connection:
            if key is not None and connection.execute("select from api_key where id = %s", (key,)).fetchone() is None:
                raise NotFound(f"There is no key {key!r}; `weft keys list` shows them.")
            row = connection.execute(
                "insert into budget (uid, key, period, amount) values (%s, %s, %s, %s) on conflict (business, key, period) "
                "do update set amount = excluded.amount returning uid, business, key, period, amount",
                (uuid7(), key, period, value),
            ).fetchone()
        assert row is not None
        return Budget(*row)

    def remove_budget(self, business: UUID | None, key: str | None, period: str) -> None:
        """Lift a cap; raises NotFound."""
        with self._transaction(business) as connection:
            done = connection.execute(
                "delete from budget where key is not distinct from %s and period = %s", (key, period)
            ).rowcount
        if not done:
            raise NotFound("There is no such budget; `weft budgets list` shows them.")

    def suspend(self, target: Target, why: str) -> None:
        """Ask a model no more until the suspension is lifted."""
        with self.database.plain() as connection:
            connection.execute(
                "insert into suspension (provider, model, why) values (%s, %s, %s) on conflict do nothing",
                (target.provider.uid, target.model.name, why),
            )

    def lift(self, provider: Provider, model: str | None = None) -> int:
        """Lift the suspension of a provider's model, or of all of them; answers how many there were."""
        with self.database.plain() as connection:
            return connection.execute(
                "delete from suspension where provider = %s and (%s::text is null or model = %s)",
                (provider.uid, model, model),
            ).rowcount

    def _transaction(self, business: UUID | None) -> AbstractContextManager[Connection[Any]]:
        return self.database.plain() if business is None else self.database.tenant(business)

    def _file(self, problems: list[str]) -> dict[str, Any]:
        try:
            text = self.file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as problem:
            problems.append(f"{self.file} cannot be read: {problem}")
            return {}
        try:
            held = tomllib.loads(text)
        except tomllib.TOMLDecodeError as problem:
            problems.append(f"{self.file} is not TOML: {problem}")
            return {}
        problems += [
            f"{self.file} has a table {name!r}; there are providers and routes."
            for name in sorted(set(held) - {"providers", "routes"})
        ]
        return {key: value for key, value in held.items() if isinstance(value, dict)}

    def _of_file(self, name: str, body: Any, out_of: Mapping[UUID, Mapping[str, str]]) -> Provider:
        if not isinstance(body, Mapping):
            raise InputError(f"The provider {name} in {self.file} is a table, not {body!r}.")
        kept = dict(body)
        key = kept.pop("key", None)
        variable = kept.pop("key_variable", None)
        if variable is not None:
            key = _environment(str(variable), name)
        reach = kept.pop("reach", "public")
        if reach not in ("public", "loopback", "private"):
            raise InputError(f"The reach of {name} is public, loopback or private, not {reach!r}.")
        uid = uuid5(_FILE_SPACE, name)
        more = {"own": False, "key": key, "reach": reach, "suspended": out_of.get(uid, {})}
        return Provider.read(uid, name, providers.completed(kept), **more)


@contextlib.contextmanager
def _told(problems: list[str]) -> Iterator[None]:
    """What is wrong with one entry is told, and the others hold."""
    try:
        yield
    except WeftError as problem:
        problems.append(problem.message)


def _environment(variable: str, name: str) -> str:
    value = os.environ.get(variable)
    if not value:
        raise InputError(f"The provider {name} takes its key from {variable}, which is not set.")
    return value


def _implied(there: Mapping[str, Provider]) -> dict[str, Route]:
    """A route for every model: by provider/model, and by the model's own name where only one provider has it."""
    named: dict[str, list[Target]] = {}
    routes: dict[str, Route] = {}
    for target in _targets(there):
        named.setdefault(target.model.name, []).append(target)
        routes[target.id] = Route(target.id, (target,), implied=True, own=target.provider.own)
    for name, targets in named.items():
        if len(targets) == 1:
            routes.setdefault(name, Route(name, (targets[0],), implied=True, own=targets[0].provider.own))
    return routes


def _targets(there: Mapping[str, Provider]) -> Iterator[Target]:
    for provider in there.values():
        for model in provider.models.values():
            yield Target(provider, model)
