"""The variations of a file by their parents: they stand anywhere in it, often far behind, so they wait on the disk."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import Final, Self

import orjson

Line = tuple[int, Sequence[str]]
_IN_ORDER: Final = "select n, line, cells from variation where parent = ? order by n"


class Variations:
    """Rows that wait for their parents, in a file of their own that is gone when this is closed."""

    def __init__(self, rows: Iterable[tuple[str, int, Sequence[str]]]) -> None:
        """Take in rows, each with its parent's name and its line."""
        # An empty name is a temporary file; it is made in the thread that reads and may be closed by another.
        self._held = sqlite3.connect("", check_same_thread=False)
        self._held.execute("create table variation (n integer primary key, parent text, line integer, cells blob)")
        self._held.executemany(
            "insert into variation (parent, line, cells) values (?, ?, ?)",
            ((parent, line, orjson.dumps(list(row))) for parent, line, row in rows),
        )
        self._held.execute("create index by_parent on variation (parent)")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def of(self, names: Iterable[str]) -> list[Line]:
        """The rows of a parent with any of these names, in their order; they are given once."""
        found: list[tuple[int, int, bytes]] = []
        for name in dict.fromkeys(names):
            rows = self._held.execute(_IN_ORDER, (name,)).fetchall()
            if rows:
                self._held.execute("delete from variation where parent = ?", (name,))
                found += rows
        return [(line, orjson.loads(cells)) for _, line, cells in sorted(found)]

    def rest(self) -> Iterator[Line]:
        """The rows that no parent took, in their order."""
        with closing(self._held.execute("select line, cells from variation order by n")) as rows:
            for line, cells in rows:
                yield line, orjson.loads(cells)
