"""`/mcp` before anybody has come: the protocol's library is loaded by the first request, and a server without agents holds none of it."""

import asyncio
import importlib
from collections.abc import Sequence
from typing import Any

from starlette.types import Receive, Scope, Send

from weft.postgres.database import Database
from weft.surfaces.keyring import Keyring


class Entrance:
    """An ASGI application that becomes the endpoint of `weft.surfaces.mcp.server` when it is first asked."""

    def __init__(self, database: Database, keyring: Keyring, hosts: Sequence[str] = ()) -> None:
        self._given = (database, keyring, hosts)
        self._endpoint: Any = None
        self._lock = asyncio.Lock()
        self._ending = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if self._endpoint is None:
            await self._opened()
        await self._endpoint(scope, receive, send)

    async def _opened(self) -> None:
        async with self._lock:
            if self._endpoint is not None:
                return
            server = await asyncio.to_thread(importlib.import_module, "weft.surfaces.mcp.server")
            endpoint = server.Endpoint(*self._given)
            ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._task = asyncio.create_task(self._held(endpoint, ready))
            await ready
            self._endpoint = endpoint

    async def _held(self, endpoint: Any, ready: "asyncio.Future[None]") -> None:
        """Keep open what the endpoint works in: it has to be left by the task that entered it."""
        try:
            async with endpoint.running():
                ready.set_result(None)
                await self._ending.wait()
        except BaseException as problem:
            if not ready.done():
                ready.set_exception(problem)
                return
            raise

    async def close(self) -> None:
        """Leave what was opened."""
        self._ending.set()
        if self._task is not None:
            await self._task
