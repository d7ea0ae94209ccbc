"""Weft's own keys: UUIDv7, ordered by the time at which they were made, within a process to the last one."""

import os
import threading
import time
from typing import Final
from uuid import UUID

_LOCK: Final = threading.Lock()
_VARIANT: Final = 0b10 << 62
_TAIL: Final = (1 << 62) - 1
_POOL: Final = 9 * 64
_last = (0, 0)
_pool = b""


def _forget() -> None:
    """A process that was forked off draws random bits of its own."""
    global _pool
    _pool = b""


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def uuid7() -> UUID:
    """Make a UUID version 7: milliseconds, then 74 bits that are random or count on (RFC 9562, sections 5.7 and 6.2)."""
    return UUID(int=_uuid7())


def uuid7_text() -> str:
    """The same as text, for where it is made thousands of times a second and never taken apart."""
    text = f"{_uuid7():032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _uuid7() -> int:
    global _last, _pool
    now = time.time_ns() // 1_000_000
    with _LOCK:
        if len(_pool) < 9:
            _pool = os.urandom(_POOL)
        random, _pool = int.from_bytes(_pool[:9], "big"), _pool[9:]
        moment, tail = _last
        # Within one millisecond (or after the clock went back) the next is the last and a random step.
        if now <= moment:
            now, tail = moment, tail + 1 + (random & 0xFFFF_FFFF)
        else:
            tail = random >> 1
        _last = (now, tail)
    return now << 80 | 0x7 << 76 | (tail >> 62 & 0xFFF) << 64 | _VARIANT | tail & _TAIL
