"""Which ids a file has named already, in some bytes each: rows of one record need not stand together."""

from array import array
from typing import Final

_FEW: Final = 1 << 12
_BITS: Final = (1 << 64) - 1


class Seen:
    """A set of ids of which only marks of 64 bits are kept, so that memory hardly grows with the file."""

    def __init__(self) -> None:
        self._marks = array("Q", bytes(8 * _FEW))
        self._count = 0

    def add(self, key: str) -> bool:
        """Take an id in; whether it was there before."""
        if not self._put(hash(key) & _BITS or 1):
            return True
        self._count += 1
        if 3 * self._count > 2 * len(self._marks):
            before, self._marks = self._marks, array("Q", bytes(16 * len(self._marks)))
            for mark in before:
                if mark:
                    self._put(mark)
        return False

    def _put(self, mark: int) -> bool:
        marks = self._marks
        last = len(marks) - 1
        at = mark & last
        while marks[at]:
            if marks[at] == mark:
                return False
            at = (at + 1) & last
        marks[at] = mark
        return True
