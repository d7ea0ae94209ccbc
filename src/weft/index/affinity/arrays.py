"""Named arrays in one file, mapped into memory at once: however many there are, they take one open file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from weft.index import folder

Arrays = dict[str, NDArray[Any]]
_ALIGNED: Final = 64
_LENGTH: Final = 8


def write(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays into a file, whole or not at all: the length of the list of them, the list, and each where it says."""
    flat = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    told, place = {}, 0
    for name, array in flat.items():
        told[name] = [array.dtype.str, list(array.shape), place]
        place += -(-array.nbytes // _ALIGNED) * _ALIGNED
    head = orjson.dumps(told)
    head += b" " * (-(_LENGTH + len(head)) % _ALIGNED)

    def put(file: Any) -> None:
        file.write(len(head).to_bytes(_LENGTH, "little") + head)
        for array in flat.values():
            file.write(array.tobytes())
            file.write(b"\0" * (-array.nbytes % _ALIGNED))

    folder.written(path, put)


def mapped(path: Path) -> Arrays:
    """The arrays of a file, mapped; raises OSError, ValueError where it is not whole."""
    whole = np.memmap(path, np.uint8, "r")
    start = _LENGTH + int.from_bytes(whole[:_LENGTH].tobytes(), "little")
    found: Arrays = {}
    for name, (kind, shape, place) in orjson.loads(whole[_LENGTH:start].tobytes()).items():
        size = int(np.prod(shape)) * np.dtype(kind).itemsize
        # A plain array over the mapping is quicker to ask than numpy's own kind of mapped array.
        found[name] = np.asarray(whole[start + place : start + place + size]).view(kind).reshape(shape)
    return found
