"""The doors of this process: one for each database, and the way to it out of threads that know no event loop.

A server brings the door that it serves with. Where there is none, in a command or a worker, one is opened at first use on an
event loop of its own in a thread, and closed with its database, which brings the ledger's last rows in. A process that ends
without that leaves them on file, from where the next one enters them. A forked child opens a door of its own.
"""

import asyncio
import concurrent.futures
import contextlib
import importlib
import logging
import os
import threading
from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeVar
from weakref import WeakKeyDictionary

from weft.errors import ModelFailed
from weft.postgres.database import Database
from weft.settings import Settings

if TYPE_CHECKING:
    from weft.gateway.asking import Asker
    from weft.gateway.door import Door

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS: Final = 0.25
_START_SECONDS: Final = 60.0
Result = TypeVar("Result")


class Doorway:
    """A door, the loop that it lives on, and what was learned of the models behind it."""

    def __init__(self, door: "Door", loop: asyncio.AbstractEventLoop) -> None:
        self.door = door
        self.loop = loop
        self.asker: Asker = importlib.import_module("weft.gateway.asking").Asker(door)
        self.process = os.getpid()
        self._waiting: set[concurrent.futures.Future[Any]] = set()

    def done(self, work: Coroutine[Any, Any, Result]) -> Result:
        """What a coroutine answers that runs on the door's loop; who waits no longer ends it.

        Must not be called on that loop itself: there, await it.
        """
        with contextlib.suppress(RuntimeError):
            if asyncio.get_running_loop() is self.loop:
                work.close()
                raise AssertionError("A skill asks models from a thread of its own, not on the event loop that serves.")
        try:
            future = asyncio.run_coroutine_threadsafe(work, self.loop)
        except RuntimeError:
            work.close()
            raise ModelFailed("Weft is ending, so no model is asked any more.") from None
        self._waiting.add(future)
        try:
            # Short waits, so that a caller that is given up hears of it.
            while not concurrent.futures.wait([future], _LOOK_SECONDS).done:
                if self.loop.is_closed():
                    raise ModelFailed("Weft is ending, so no model is asked any more.")
            return future.result()
        except concurrent.futures.CancelledError:
            raise ModelFailed("Weft is ending, and the model's answer is not waited for.") from None
        finally:
            self._waiting.discard(future)
            future.cancel()

    def given_up(self) -> None:
        """End what is asked at this moment."""
        for future in list(self._waiting):
            future.cancel()


_LOCK: Final = threading.Lock()
_THERE: Final[WeakKeyDictionary[Database, list[Doorway]]] = WeakKeyDictionary()


def there(database: Database) -> Doorway | None:
    """The doorway to a database's door that is open in this process, if one is."""
    for doorway in reversed(_THERE.get(database, ())):
        if doorway.process == os.getpid() and not doorway.loop.is_closed():
            return doorway
    return None


def opened(database: Database) -> Doorway:
    """The doorway to a database's door, opened if need be; raises DatabaseError."""
    with _LOCK:
        found = there(database)
        if found is None:
            found = _started(database)
            _THERE.setdefault(database, []).append(found)
    return found


@contextlib.contextmanager
def standing(database: Database, door: "Door", loop: asyncio.AbstractEventLoop) -> Iterator[Doorway]:
    """Make a door that is started, and lives on this loop, the one of its database, as long as the server serves."""
    doorway = Doorway(door, loop)
    with _LOCK:
        _THERE.setdefault(database, []).append(doorway)
    try:
        yield doorway
    finally:
        with _LOCK:
            _THERE[database].remove(doorway)
        doorway.given_up()


def _started(database: Database) -> Doorway:
    """A door on a loop of its own, in a thread that ends when the database is closed."""
    settings = Settings.from_environment()
    door: Door = importlib.import_module("weft.gateway.door").Door(
        database, database.folder or settings.home, settings.secret
    )
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=_lived, args=(loop,), name="weft-door", daemon=True)
    thread.start()
    doorway = Doorway(door, loop)
    try:
        doorway.done(door.start())
    except BaseException:
        _ended(doorway, thread)
        raise
    database.closing.append(lambda: _closed(database, doorway, thread))
    return doorway


def _lived(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def _closed(database: Database, doorway: Doorway, thread: threading.Thread) -> None:
    if doorway.process != os.getpid():
        return
    with _LOCK, contextlib.suppress(ValueError):
        _THERE.get(database, []).remove(doorway)
    doorway.given_up()
    try:
        doorway.done(doorway.door.stop())
    except Exception:
        _LOG.exception("the gateway's door could not be closed in good order; the next process enters its last rows")
    _ended(doorway, thread)


def _ended(doorway: Doorway, thread: threading.Thread) -> None:
    doorway.loop.call_soon_threadsafe(doorway.loop.stop)
    thread.join(_START_SECONDS)
