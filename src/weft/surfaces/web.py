"""The web application: REST and the console in one process."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import RedirectResponse, Response
from psycopg_pool import AsyncConnectionPool
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from weft import __version__
from weft.gateway import doors
from weft.gateway.door import Door
from weft.postgres.database import Database
from weft.settings import Settings
from weft.surfaces import console, storefront
from weft.surfaces.keyring import Keyring
from weft.surfaces.labor import Labor
from weft.surfaces.mcp.entrance import Entrance
from weft.surfaces.openai.front import OpenAI
from weft.surfaces.rest import (
    behaviors,
    changes,
    charts,
    forecasts,
    glossary,
    imports,
    memory,
    models,
    numbers,
    preferences,
    problems,
    records,
    rules,
    runs,
    skills,
    spending,
    supplying,
    taxonomies,
)
from weft.surfaces.rest.browsers import Browsers
from weft.surfaces.rest.callers import Reader
from weft.surfaces.rest.imports import Underway
from weft.surfaces.rest.limits import BodyLimit
from weft.surfaces.rest.shoppers import Shoppers

_ABOUT = """
The store's nouns of one business: the key names the business. Errors are problem details (RFC 9457). Pages go on with the
cursor `next`. A POST may carry an `Idempotency-Key`. Prices are integers of minor units with a currency.
"""


class _Application(FastAPI):
    """The API and the console, and before them `/v1/…`, whose requests pay for none of what is around the others."""

    front: OpenAI

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http" and scope["path"].startswith("/v1/"):
            await self.front(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


async def _prepare(connection: Any) -> None:
    await connection.set_autocommit(True)


def application(database: Database, settings: Settings, *, labor: bool = False, hosts: Sequence[str] = ()) -> FastAPI:
    """Build the application on an open database.

    With `labor` a worker is started when there is work for one; `hosts` are names under which the server is reached.
    """

    keyring = Keyring(database)
    door = Door(database, Path(settings.home), settings.secret, otlp_url=settings.otlp_url)
    agents = Entrance(database, keyring, (*hosts, *settings.allowed_hosts))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pool = AsyncConnectionPool(
            database.conninfo,
            min_size=1,
            max_size=8,
            open=False,
            configure=_prepare,
            reset=None,
            timeout=5,
            max_idle=60,
        )
        await pool.open()
        app.state.pool = pool
        await door.start()
        worker = Labor(database.conninfo, Path(settings.home)) if labor else None
        if worker is not None:
            worker.start()
        with doors.standing(database, door, asyncio.get_running_loop()):
            yield
        await agents.close()
        if worker is not None:
            await worker.stop()
        await door.stop()
        await pool.close(timeout=2)

    app = _Application(
        title="Weft",
        version=__version__,
        description=_ABOUT,
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.database = database
    app.state.keyring = keyring
    app.state.home = Path(settings.home)
    app.state.door = door
    app.front = OpenAI(door, keyring)
    app.state.underway = Underway()
    app.state.tasks = set()
    # The last that is added comes first.
    app.add_middleware(Shoppers, database=database, keyring=keyring)
    app.add_middleware(Browsers, keyring=keyring)
    app.add_middleware(BodyLimit, upload_bytes=settings.max_upload_mb << 20)
    problems.install(app)
    api = APIRouter(prefix="/api/v1")
    # Paths are tried one after another, so what is asked while a shopper waits comes first.
    api.include_router(skills.router())
    api.include_router(records.router)
    api.include_router(supplying.router)
    api.include_router(behaviors.router)
    api.include_router(changes.router)
    api.include_router(imports.router)
    api.include_router(taxonomies.router)
    api.include_router(runs.router)
    api.include_router(models.router)
    api.include_router(spending.router)
    api.include_router(charts.router)
    api.include_router(preferences.router)
    for router in (
        glossary.router,
        glossary.files,
        memory.router,
        memory.files,
        rules.files,
        rules.router,
        rules.search,
        numbers.router,
        forecasts.router,
    ):
        api.include_router(router)

    @api.get("/business", tags=["business"], responses=problems.RESPONSES)
    def business(caller: Reader) -> dict[str, Any]:
        """The business that the key speaks for, and what there is of it."""
        held = caller.business
        return {
            "id": held.id,
            "currency": held.currency,
            "products": held.catalog.count(),
            "orders": held.orders.count(),
            "customers": held.customers.count(),
            "things": held.things.counted(),
            "changes": held.changes.counted(),
        }

    app.include_router(api)

    app.router.routes.append(Route("/mcp", agents))

    @app.get("/health", include_in_schema=False)
    async def health() -> dict[str, str]:
        return {"status": "ok", "version": __version__}

    @app.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        """The gateway's figures for Prometheus, which name no business and no key; without a key, so for your own network."""
        return Response(door.parts.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    app.include_router(storefront.router(database))
    app.mount(storefront.STATIC, storefront.static_app())
    app.include_router(console.router(database, Path(settings.home), door))
    app.mount("/console/static", console.static_app())

    @app.get("/", include_in_schema=False)
    async def start() -> RedirectResponse:
        return RedirectResponse("/console/changes")

    return app
