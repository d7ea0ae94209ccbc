"""A worker: takes jobs of runs from the queue in PostgreSQL, and takes over those of workers that died."""

import asyncio
import contextlib
import logging
import signal
import threading
import time
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

import procrastinate
from procrastinate.exceptions import ConnectorException, ProcrastinateException

from weft.access import businesses
from weft.business import Business
from weft.errors import DatabaseError, NotFound, WeftError
from weft.postgres.database import Database
from weft.runs.book import PLAN, QUEUE, SHARD, Runs
from weft.runs.shards import Lost, Work

_LOG = logging.getLogger(__name__)
_BEAT_SECONDS: Final = 5.0
_DEAD_AFTER_SECONDS: Final = 20.0
_LOOK_EVERY_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 2.0
_AGAIN_SECONDS: Final = 2.0


class Worker:
    """Works on the runs of all businesses, one shard at a time a line, until it is told to stop."""

    def __init__(self, database: Database, *, lines: int = 1, idle_seconds: float | None = None) -> None:
        self._database = database
        self._lines = lines
        self._idle_seconds = idle_seconds
        self._stopping = threading.Event()
        self._at_work = 0
        self._worked_at = time.monotonic()
        self._worker: asyncio.Task[None] | None = None
        pool: dict[str, Any] = {"min_size": 1, "max_size": 3, "timeout": 10}
        self.app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=database.conninfo, **pool))
        again = procrastinate.RetryStrategy(max_attempts=20, wait=5, retry_exceptions=[DatabaseError])
        self.app.task(name=PLAN, queue=QUEUE, retry=again)(self._plan)
        self.app.task(name=SHARD, queue=QUEUE, retry=again)(self._shard)

    def stop(self) -> None:
        """Finish the part that is being worked on, give the rest back, and end."""
        self._stopping.set()
        if self._worker is not None:
            self._worker.cancel()

    def run(self, ready: Callable[[], None] | None = None) -> None:
        """Work until `stop`, SIGINT or SIGTERM, or until nothing has come for `idle_seconds`."""
        asyncio.run(self._run(ready))

    async def _run(self, ready: Callable[[], None] | None) -> None:
        loop = asyncio.get_running_loop()
        if threading.current_thread() is threading.main_thread():
            for sign in (signal.SIGINT, signal.SIGTERM):
                with contextlib.suppress(NotImplementedError):
                    loop.add_signal_handler(sign, self.stop)
        while not self._stopping.is_set():
            try:
                async with self.app.open_async():
                    if ready is not None:
                        ready()
                        ready = None
                    await self._served()
            except ConnectorException as problem:
                _LOG.warning("the queue cannot be reached, and is tried again: %s", problem)
                await asyncio.sleep(_AGAIN_SECONDS)

    async def _served(self) -> None:
        self._worker = asyncio.create_task(
            self.app.run_worker_async(
                queues=[QUEUE],
                concurrency=self._lines,
                fetch_job_polling_interval=_POLL_SECONDS,
                update_heartbeat_interval=_BEAT_SECONDS,
                stalled_worker_timeout=_DEAD_AFTER_SECONDS,
                delete_jobs="always",
                install_signal_handlers=False,
            )
        )
        watch = asyncio.create_task(self._watch())
        try:
            await self._worker
        except asyncio.CancelledError:
            if not self._stopping.is_set():
                raise
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch

    async def _watch(self) -> None:
        """Put back what dead workers held, and end a worker that has had nothing to do for its time."""
        while True:
            with contextlib.suppress(ConnectorException):
                await self._take_over()
            idle = time.monotonic() - self._worked_at
            if self._idle_seconds is not None and not self._at_work and idle > self._idle_seconds:
                self.stop()
            await asyncio.sleep(min(_LOOK_EVERY_SECONDS, self._idle_seconds or _LOOK_EVERY_SECONDS))

    async def _take_over(self) -> None:
        manager = self.app.job_manager
        for job in await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=_DEAD_AFTER_SECONDS):
            _LOG.warning("the worker of %s is gone; it is put back", job.call_string)
            # Another worker may put it back at the same moment.
            with contextlib.suppress(ProcrastinateException):
                await manager.retry_job(job)

    def _plan(self, business: str, run: str, shard: int) -> None:
        del shard
        self._worked(business, run, lambda work: work.plan())

    def _shard(self, business: str, run: str, shard: int) -> None:
        self._worked(business, run, lambda work: work.shard(shard, stopping=self._stopping.is_set))

    def _worked(self, business: str, run: str, work: Callable[[Work], object]) -> None:
        """Do a job; what is wrong with a run is written in the run, and the job is done."""
        self._at_work += 1
        try:
            whose = Business(self._database, businesses.of(self._database, UUID(business)))
            try:
                work(Work(whose, run))
            except (DatabaseError, Lost):
                raise
            except WeftError as problem:
                Runs(whose).fail(run, problem.message)
            except Exception as problem:
                _LOG.exception("a run failed")
                Runs(whose).fail(run, f"Weft failed at this run: {type(problem).__name__}; the worker's log says why.")
        except (Lost, NotFound):
            return
        finally:
            self._at_work -= 1
            self._worked_at = time.monotonic()
