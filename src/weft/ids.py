"""Weft's own keys: UUIDv7, ordered by the time at which they were made."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """Make a UUID version 7 of the present millisecond and 74 random bits (RFC 9562, section 5.7)."""
    random = int.from_bytes(os.urandom(10), "big")
    value = (time.time_ns() // 1_000_000) << 80
    value |= 0x7 << 76 | (random >> 68) << 64
    value |= 0b10 << 62 | (random & 0x3FFF_FFFF_FFFF_FFFF)
    return UUID(int=value)
