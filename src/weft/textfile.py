"""Text files that are read whole: as they are or packed by gzip, in UTF-8, and no larger than such a file is."""

import gzip
import io
import zlib
from pathlib import Path
from typing import Final

from weft.errors import InputError, TooLarge, UnreadableFile

LARGEST: Final = 64 << 20
"""The most bytes that such a file may hold, packed or unpacked."""


def content_of(file: Path, name: str) -> bytes:
    """The bytes of a file, which errors call by `name`; raises UnreadableFile, TooLarge."""
    try:
        if file.stat().st_size > LARGEST:
            raise _too_large(name)
        return file.read_bytes()
    except OSError as problem:
        raise UnreadableFile(f"{name} cannot be read: {problem.strerror}.") from problem


def text_of(content: bytes, name: str) -> str:
    """The text that bytes hold; raises TooLarge, and InputError where it is no whole gzip file or no text in UTF-8."""
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.GzipFile(fileobj=io.BytesIO(content)).read(LARGEST + 1)
        except (OSError, EOFError, zlib.error) as problem:
            raise InputError(f"{name} is not a whole gzip file: {problem}.") from None
    if len(content) > LARGEST:
        raise _too_large(name)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise InputError(
            f"Line {line} of {name} is not text in UTF-8: a text file is wanted, as it is or packed by gzip."
        ) from None


def _too_large(name: str) -> TooLarge:
    return TooLarge(f"{name} is larger than {LARGEST >> 20} MiB.")
