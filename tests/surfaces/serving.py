"""Weft served for tests: a real server on a port of its own."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from weft.postgres.database import Database
from weft.settings import Settings
from weft.surfaces.web import application


@contextmanager
def serving(database: Database, settings: Settings, **how: Any) -> Iterator[str]:
    """The address at which Weft is served from a folder, with other settings where they are said."""
    app = application(database, Settings(home=settings.home, **how))
    with listening(app) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def listening(app: Any) -> Iterator[int]:
    """The port on which an application is served; it ends with the block, also where that fails."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield int(server.servers[0].sockets[0].getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(timeout=20)
