"""A command of Weft's begun in a process of its own, for what takes long and must hold up nobody who waits."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from weft.postgres.database import Database

_PATIENCE_SECONDS: Final = 10.0


def begun(database: Database, home: Path, log: str, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """Begin `weft ARGUMENTS` with what it says in a log in Weft's folder; it ends when the database's handle is closed."""
    with (home / f"{log}.log").open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "weft", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env={**os.environ, "WEFT_HOME": str(home)},
        )
    database.closing.append(lambda: _ended(process))
    return process


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
