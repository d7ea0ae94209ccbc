"""Which ids a file has named already, in some bytes each: rows of one record need not stand together."""

from array import array
from typing import Final

_FEW: Final = 1 << 12
_MARK: Final = (1 << 32) - 1


class Seen:
    """A set of ids of which only marks are kept, so that memory hardly grows with the file.

    Marks lie in open-addressed tables, each twice as large as the one before. Where a mark lies says as much of an id's hash
    as the mark itself: among a million ids two are taken for one in one file of some hundred.
    """

    def __init__(self) -> None:
        self._tables = [array("I", bytes(4 * _FEW))]
        self._room = _FEW * 2 // 3

    def add(self, key: str) -> bool:
        """Take an id in; whether it was there before."""
        spread = hash(key)
        mark = spread & _MARK or 1
        home = spread >> 32
        free = 0
        for table in self._tables:
            last = len(table) - 1
            free = home & last
            while table[free]:
                if table[free] == mark:
                    return True
                free = (free + 1) & last
        self._tables[-1][free] = mark
        self._room -= 1
        if not self._room:
            larger = 2 * len(self._tables[-1])
            self._tables.append(array("I", bytes(4 * larger)))
            self._room = larger * 2 // 3
        return False
