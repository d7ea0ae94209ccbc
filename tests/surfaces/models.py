"""A gateway as clients meet it: a real server, and behind it a stand-in for models' servers on a port of its own."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from serving import listening

from weft.access import keys
from weft.business import Business
from weft.gateway.door import Door
from weft.gateway.standin import Standin, served
from weft.postgres.database import Database
from weft.settings import Settings
from weft.surfaces.web import application


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway that serves: its address, its door, its database, and the stand-in behind it."""

    url: str
    door: Door
    database: Database
    standin: Standin
    upstream: str

    def shop(self, business: Business, **prices: float) -> str:
        """Give a business the stand-in's models, and answer a key of it."""
        models: dict[str, Any] = {
            name: {
                "kind": {"vectors": "embeddings", "ranks": "rerank"}.get(name, "chat"),
                "prices": {"input": prices.get("input", 1.0), "output": prices.get("output", 2.0)},
            }
            for name in self.standin.replies
        }
        self.door.register.add_provider(
            business.uid, "standin", {"base_url": self.upstream, "models": models}, key="sk-secret", reach="loopback"
        )
        return keys.created(self.database, business.uid, "read")[1]

    def rows(self, business: Business, count: int) -> list[dict[str, Any]]:
        """The ledger's rows of a business in order, once there are so many."""
        assert self.door.parts.ledger.drained()
        until = time.monotonic() + 10
        while True:
            with business.transaction() as connection:
                cursor = connection.execute("select * from ledger order by uid")
                names = [column.name for column in cursor.description or ()]
                rows = [dict(zip(names, row, strict=True)) for row in cursor]
            if len(rows) >= count or time.monotonic() > until:
                assert len(rows) == count, rows
                return rows
            time.sleep(0.05)


@contextmanager
def standing(standin: Standin) -> Iterator[str]:
    """The stand-in served by a thread of its own; gives its base URL."""
    ready = threading.Event()
    ending: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
    urls: list[str] = []

    async def serve() -> None:
        over = asyncio.Event()
        ending.append((asyncio.get_running_loop(), over))
        async with served(standin) as url:
            urls.append(url)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(20)
    try:
        yield urls[0]
    finally:
        ending[0][0].call_soon_threadsafe(ending[0][1].set)
        thread.join(20)


@contextmanager
def serving(database: Database, settings: Settings) -> Iterator[tuple[str, Door]]:
    """A real server; gives its address and its door."""
    app = application(database, Settings(home=settings.home))
    with listening(app) as port:
        yield f"http://127.0.0.1:{port}", app.state.door


@pytest.fixture(scope="module")
def gateway(database: Database, settings: Settings) -> Iterator[Gateway]:
    standin = Standin()
    with standing(standin) as upstream, serving(database, settings) as (url, door):
        yield Gateway(url, door, database, standin, upstream)
