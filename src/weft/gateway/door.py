"""The door: one process's gateway, which reads anew what has changed and lets calls through."""

import asyncio
import contextlib
import importlib
import logging
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from weft.errors import DatabaseError, Forbidden, InputError
from weft.gateway.bounds import Size
from weft.gateway.budgets import Purse
from weft.gateway.cache import Cache
from weft.gateway.choice import Choice
from weft.gateway.ledger import Ledger
from weft.gateway.metrics import Metrics
from weft.gateway.models import Route
from weft.gateway.rates import Rates
from weft.gateway.register import Budget, Known, Register
from weft.gateway.request import Budgets, Call, Flow, Parts, Request, Whole
from weft.gateway.seal import Seal
from weft.gateway.upstream import Upstream, Wire
from weft.postgres.database import Database

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS: Final = 1.0
_TIDY_EVERY: Final = 2
_RECOVER_EVERY: Final = 15
_SWEEP_EVERY: Final = 60


class Door:
    """One process's gateway; it lives on one event loop."""

    def __init__(
        self,
        database: Database,
        home: Path,
        secret: str | None = None,
        upstream: Upstream | None = None,
        otlp_url: str | None = None,
    ) -> None:
        self.database = database
        self.register = Register(database, home, Seal(home, secret))
        ledger = Ledger(database, home)
        self.parts = Parts(
            self.register,
            upstream or Wire(),
            Choice(),
            ledger,
            Purse(database, ledger.process),
            Rates(database),
            Cache(database),
            Metrics(),
        )
        self._otlp_url = otlp_url
        self._tracing: Any = None
        self._known: dict[UUID, tuple[Known, Budgets]] = {}
        self._reading: dict[UUID, asyncio.Task[tuple[Known, Budgets]]] = {}
        self._revision: tuple[int, float] | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; raises DatabaseError."""
        await asyncio.to_thread(self.parts.ledger.start)
        self._revision = await asyncio.to_thread(self.register.revision)
        if self._otlp_url is not None:
            self._tracing = await asyncio.to_thread(_traced, self._otlp_url)
            self.parts.seen.append(self._tracing.note)
        self._task = asyncio.create_task(self._watched())

    async def stop(self) -> None:
        """End: what is settled is entered, what was granted goes back."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self.parts.upstream.close()
        await asyncio.to_thread(self.parts.ledger.stop)
        if self._tracing is not None:
            await asyncio.to_thread(self._tracing.close)

    async def known(self, business: UUID) -> Known:
        """What a business may ask."""
        return (await self._held(business))[0]

    async def answer(self, call: Call) -> Whole | Flow:
        """Ask the models of a route; raises WeftError, whose status is the reply's."""
        name = call.body.get("model")
        if not isinstance(name, str) or not name:
            raise InputError("The field model names a model or a route; GET /v1/models shows them.")
        known, budgets = self._known.get(call.business) or await self._held(call.business)
        route = known.route(name)
        if not call.limits.allow(name):
            raise Forbidden(f"The key {call.key} may not ask {name}.")
        if call.only is not None:
            route = replace(route, targets=tuple(target for target in route.targets if target.id == call.only)[:1])
        request = Request(self.parts, call, route)
        found = request.at_hand()
        if found is not None:
            return await request.given(found)
        size = Size.of(call.kind, call.body, call.raw)
        targets = self.parts.choice.fitting(route, call.kind, call.body, size)
        return await request.answered(targets, size, budgets)

    async def tried(self, call: Call, route: Route) -> Whole | Flow:
        """Ask the models of a route that is at hand, whatever is known of them; raises WeftError."""
        _, budgets = await self._held(call.business)
        size = Size.of(call.kind, call.body, call.raw)
        return await Request(self.parts, call, route).answered(route.targets, size, budgets)

    async def _held(self, business: UUID) -> tuple[Known, Budgets]:
        held = self._known.get(business)
        if held is not None:
            return held
        task = self._reading.get(business)
        if task is None:
            task = self._reading[business] = asyncio.create_task(self._read(business))
            task.add_done_callback(lambda _: self._reading.pop(business, None))
        return await asyncio.shield(task)

    async def look(self) -> None:
        """Read anew what has changed since the last look."""
        revision = await asyncio.to_thread(self.register.revision)
        if revision != self._revision:
            for business in list(self._known):
                await self._read(business)
            # Only now: where reading failed, or another look is still at it, it is read the next time.
            self._revision = revision

    async def _read(self, business: UUID) -> tuple[Known, Budgets]:
        known = await asyncio.to_thread(self.register.known, business)
        budgets: dict[tuple[UUID | None, str | None], list[Budget]] = {}
        for budget in known.budgets:
            budgets.setdefault((budget.business, budget.key), []).append(budget)
        for problem in known.problems:
            _LOG.warning("%s", problem)
        self._known[business] = known, budgets
        return known, budgets

    async def _watched(self) -> None:
        for turn in range(1, 1 << 62):
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await self.look()
                if turn % _TIDY_EVERY == 0:
                    await self.parts.purse.tidy(time.time())
                    self.parts.rates.tidy()
                if turn % _RECOVER_EVERY == 0:
                    await asyncio.to_thread(self.parts.ledger.recover)
                if turn % _SWEEP_EVERY == 0:
                    await asyncio.to_thread(self._swept)
            except DatabaseError as problem:
                _LOG.warning("the gateway works on with what it knows: %s", problem)
            except Exception:
                _LOG.exception("the gateway's housekeeping failed, and goes on")

    def _swept(self) -> None:
        with self.database.plain() as connection:
            connection.execute("select gateway_swept()")


def _traced(url: str) -> Any:
    """What tells a collector of requests; raises InputError where its library is not there."""
    try:
        tracing = importlib.import_module("weft.gateway.tracing")
    except ImportError as problem:
        raise InputError(
            f"WEFT_OTLP_URL is set, and {problem.name} is missing; install it with: pip install 'weft[otel]'."
        ) from problem
    return tracing.Tracing(url)
