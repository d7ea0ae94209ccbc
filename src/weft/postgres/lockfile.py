"""A lock on a file: held by one process, and let go when it ends, however it ends."""

import os
from typing import IO, Final

_WINDOWS: Final = os.name == "nt"


def held(file: IO[bytes]) -> bool:
    """Take the lock of an open file, without waiting; answers whether it is held now."""
    try:
        if _WINDOWS:
            import msvcrt  # noqa: PLC0415 - only there

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl  # noqa: PLC0415 - not there

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
