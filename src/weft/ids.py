"""Weft's own keys: UUIDv7, ordered by the time at which they were made, within a process to the last one."""

import os
import threading
import time
from typing import Final
from uuid import UUID

_LOCK: Final = threading.Lock()
_VARIANT: Final = 0b10 << 62
_TAIL: Final = (1 << 62) - 1
_last = (0, 0)


def uuid7() -> UUID:
    """Make a UUID version 7: milliseconds, then 74 bits that are random or count on (RFC 9562, sections 5.7 and 6.2)."""
    global _last
    random = int.from_bytes(os.urandom(9), "big")
    now = time.time_ns() // 1_000_000
    with _LOCK:
        moment, tail = _last
        # Within one millisecond (or after the clock went back) the next is the last and a random step.
        if now <= moment:
            now, tail = moment, tail + 1 + (random & 0xFFFF_FFFF)
        else:
            tail = random >> 1
        _last = (now, tail)
    value = now << 80 | 0x7 << 76 | (tail >> 62 & 0xFFF) << 64 | _VARIANT | tail & _TAIL
    return UUID(int=value)
