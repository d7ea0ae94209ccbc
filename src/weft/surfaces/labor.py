"""A worker beside the server: started when there is a job in the queue, ended by itself when there is none for a while."""

import asyncio
import contextlib
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection

_LOG = logging.getLogger(__name__)
_CHANNEL: Final = "procrastinate_any_queue_v1"
_IDLE_SECONDS: Final = 60
_LOOK_EVERY_SECONDS: Final = 15.0
_PATIENCE_SECONDS: Final = 15.0


class Labor:
    """Sees to it that a worker runs while there is work; the worker is a process of its own, which writes to `worker.log` in Weft's folder."""

    def __init__(self, conninfo: str, home: Path) -> None:
        self._conninfo = conninfo
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen for jobs."""
        self._task = asyncio.create_task(self._watched())

    async def stop(self) -> None:
        """Stop listening, and end the worker in good order."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                await asyncio.to_thread(self._process.wait, _PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                await asyncio.to_thread(self._process.wait)

    def _begun(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "weft", "worker", "--idle", str(_IDLE_SECONDS)]
        with (self._home / "worker.log").open("ab") as log:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    async def _watched(self) -> None:
        while True:
            try:
                async with await AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
                    await self._listened(connection)
            except psycopg.Error as problem:
                _LOG.warning("the queue cannot be watched, and is tried again: %s", problem)
                await asyncio.sleep(_LOOK_EVERY_SECONDS)

    async def _listened(self, connection: AsyncConnection[Any]) -> None:
        await connection.execute(f"listen {_CHANNEL}")
        while True:
            cursor = await connection.execute(
                "select exists (select from procrastinate_jobs where status in ('todo', 'doing'))"
            )
            row = await cursor.fetchone()
            if row is not None and row[0] and (self._process is None or self._process.poll() is not None):
                self._process = await asyncio.to_thread(self._begun)
            async for _ in connection.notifies(timeout=_LOOK_EVERY_SECONDS, stop_after=1):
                pass
