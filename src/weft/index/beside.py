"""A command of Weft's begun in a process of its own, for what takes long and must hold up nobody who waits."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from weft.postgres.database import Database

_PATIENCE_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class _Running:
    """A process that was begun, and what ends it when the database's handle is closed."""

    process: subprocess.Popen[bytes]
    database: Database
    end: Callable[[], None]


_RUNNING: Final[dict[str, list[_Running]]] = {}
_LOCK: Final = threading.Lock()


def begun(
    database: Database, home: Path, log: str, arguments: Sequence[str], *, most: int
) -> subprocess.Popen[bytes] | None:
    """Begin `weft ARGUMENTS` with what it says in a log in Weft's folder; it ends when the database's handle is closed.

    None where `most` of the same log are running: however many businesses ask at once, the others have their turn later.
    """
    with _LOCK:
        running = [one for one in _RUNNING.get(log, ()) if not _over(one)]
        _RUNNING[log] = running
        if len(running) >= most:
            return None
        process = _process(home, log, arguments)
        one = _Running(process, database, lambda: _ended(process))
        running.append(one)
        database.closing.append(one.end)
    return process


def _over(one: _Running) -> bool:
    if one.process.poll() is None:
        return False
    # Closed meanwhile, the handle holds none.
    with contextlib.suppress(ValueError):
        one.database.closing.remove(one.end)
    return True


def _process(home: Path, log: str, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    with (home / f"{log}.log").open("ab") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "weft", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env={**os.environ, "WEFT_HOME": str(home)},
        )


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
