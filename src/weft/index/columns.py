"""Columns of numbers and texts in one file that is written once and mapped into memory: safetensors' form, read without a copy.

https://github.com/huggingface/safetensors: eight bytes of length, a header in JSON, then the arrays one after another.
"""

import hashlib
import mmap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray
from safetensors.numpy import save

from weft.index import folder

Columns = Mapping[str, NDArray[Any]]
_KINDS: Final = {
    "U8": "u1", "I8": "i1", "BOOL": "?", "U16": "<u2", "I16": "<i2", "F16": "<f2", "U32": "<u4", "I32": "<i4", "F32": "<f4",
    "U64": "<u8", "I64": "<i8", "F64": "<f8",
}  # fmt: skip
_LONGEST_HEADER: Final = 1_000_000


def write(path: Path, columns: Columns) -> None:
    """Write columns into a file, whole or not at all."""
    told = save({name: np.ascontiguousarray(column) for name, column in columns.items()})
    folder.written(path, lambda file: file.write(told))


def opened(path: Path) -> dict[str, NDArray[Any]]:
    """The columns of a file, mapped; raises OSError, and ValueError where it is none or was cut short."""
    with path.open("rb") as file:
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    length = int.from_bytes(memory[:8], "little")
    if not 0 < length < min(_LONGEST_HEADER, len(memory) - 7):
        raise ValueError(f"{path} has no columns")
    header: dict[str, Any] = orjson.loads(memory[8 : 8 + length])
    found = {}
    for name, told in header.items():
        if name == "__metadata__":
            continue
        start, end = (8 + length + one for one in told["data_offsets"])
        kind = np.dtype(_KINDS[told["dtype"]])
        count = (end - start) // kind.itemsize
        if end > len(memory) or count != int(np.prod(told["shape"], dtype=np.int64)):
            raise ValueError(f"{path} was cut short")
        column = np.frombuffer(memory, kind, count, start) if count else np.zeros(0, kind)
        found[name] = column.reshape(told["shape"])
    return found


def hashed(text: str) -> int:
    """A number of 64 bits by which a text is looked up."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def hashes(texts: Iterable[str]) -> NDArray[np.uint64]:
    """The numbers by which texts are looked up."""
    blake = hashlib.blake2b
    joined = b"".join(blake(one.encode("utf-8", "surrogatepass"), digest_size=8).digest() for one in texts)
    return np.frombuffer(joined, "<u8")


class Texts:
    """Texts by their rows."""

    def __init__(self, columns: Columns, name: str) -> None:
        self._text, self._ends = columns[f"{name}.text"], columns[f"{name}.ends"]

    def __len__(self) -> int:
        return len(self._ends)

    def raw(self, row: int) -> bytes:
        """A row as it was given."""
        start = int(self._ends[row - 1]) if row else 0
        return self._text[start : int(self._ends[row])].tobytes()

    def between(self, first: int, last: int) -> bytes:
        """Some rows one after another, as they were given."""
        start = int(self._ends[first - 1]) if first else 0
        return self._text[start : int(self._ends[last - 1])].tobytes() if last > first else b""

    def __getitem__(self, row: int) -> str:
        return self.raw(row).decode("utf-8", "surrogatepass")

    def all(self) -> list[str]:
        """All of them, in order."""
        whole = self._text.tobytes()
        ends = self._ends.tolist()
        return (
            [
                whole[start:end].decode("utf-8", "surrogatepass")
                for start, end in zip([0, *ends[:-1]], ends, strict=True)
            ]
            if ends
            else []
        )


def texts(name: str, rows: Sequence[bytes]) -> dict[str, NDArray[Any]]:
    """The columns of texts."""
    ends = np.cumsum(np.fromiter(map(len, rows), np.uint64, len(rows)), dtype=np.uint64)
    return {f"{name}.text": np.frombuffer(b"".join(rows), np.uint8), f"{name}.ends": ends}


class Lists:
    """A list of numbers for each row of one kind, such as the places of each term."""

    def __init__(self, starts: NDArray[Any], held: NDArray[Any]) -> None:
        self.starts, self.held = starts, held

    def __getitem__(self, row: int) -> NDArray[Any]:
        return self.held[int(self.starts[row]) : int(self.starts[row + 1])]

    def within(self, rows: NDArray[Any]) -> NDArray[np.int64]:
        """Where the numbers of some rows stand among all that are held, row after row."""
        firsts = self.starts[rows].astype(np.int64)
        lengths = self.starts[rows + 1] - firsts
        shifted = np.cumsum(lengths) - lengths
        return np.repeat(firsts - shifted, lengths) + np.arange(int(lengths.sum()))

    def count(self, row: int) -> int:
        """How many a row has."""
        return int(self.starts[row + 1]) - int(self.starts[row])


def grouped(keys: NDArray[Any], held: NDArray[Any], rows: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """`Lists` of what is held under each key below `rows`, in the order given: where each begins, and all of it."""
    order = np.argsort(keys, kind="stable")
    starts = np.zeros(rows + 1, np.uint32)
    np.cumsum(np.bincount(keys, minlength=rows), out=starts[1:])
    return starts, held[order].astype(np.uint32)
