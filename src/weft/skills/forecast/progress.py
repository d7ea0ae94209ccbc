"""How far the building of all forecasts is, told by the process that builds to any that shows it: a small file in Weft's folder."""

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from weft.business import Business

_EVERY_SECONDS: Final = 0.4
_DEAD_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class Progress:
    """At which step building is, `reading`, `products` or `wholes`, and how much of how much is done there."""

    step: str
    done: int
    total: int


class Board:
    """Where one building says how far it is; used as a context, at whose end there is nothing to say any more."""

    def __init__(self, business: Business) -> None:
        self._file = _file(business)
        self._said, self._step = 0.0, ""

    def __enter__(self) -> "Board":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.unlink(missing_ok=True)

    def say(self, step: str, done: int, total: int) -> None:
        """Say how far it is; what is said too often is not written, and what cannot be written is not said."""
        now = time.monotonic()
        if self._file is None or (step == self._step and now - self._said < _EVERY_SECONDS):
            return
        self._said, self._step = now, step
        beside = self._file.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            beside.write_bytes(orjson.dumps([step, done, total]))
            beside.replace(self._file)


def progress(business: Business) -> Progress | None:
    """How far the building of a business's forecasts is; None where none is under way, or it has not been heard of for long."""
    file = _file(business)
    if file is None:
        return None
    try:
        if time.time() - file.stat().st_mtime > _DEAD_SECONDS:
            return None
        return Progress(*orjson.loads(file.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _file(business: Business) -> Path | None:
    folder = business.database.folder
    return None if folder is None else folder / f"forecasts-{business.uid}.progress"
