"""Tables that are written side by side, one for each set of columns, so that no cell is blank for want of knowledge."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from weft.connectors import Written

_HELD: Final = 1 << 14


class _Sheet:
    def __init__(self, path: Path, header: Sequence[str], end: str) -> None:
        self.path, self.records, self.rows = path, 0, 0
        self.text = io.StringIO(newline="")
        self.writer = csv.writer(self.text, lineterminator=end)
        self.writer.writerow(header)
        path.write_bytes(b"")

    def flush(self) -> None:
        # Opened for a moment: there may be more sheets than a process may hold files open.
        with self.path.open("a", encoding="utf-8", newline="") as file:
            file.write(self.text.getvalue())
        self.text.seek(0)
        self.text.truncate()


class Sheets:
    """The first set of columns goes to the file at `path`, each further one to a numbered file beside it."""

    def __init__(self, path: Path, end: str = "\n") -> None:
        self._path, self._end = path, end
        self._sheets: dict[tuple[str, ...], _Sheet] = {}

    def add(self, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Write the rows of one record under these columns; raises OSError."""
        key = tuple(header)
        sheet = self._sheets.get(key)
        if sheet is None:
            number = f".{len(self._sheets) + 1}" if self._sheets else ""
            path = self._path.with_name(f"{self._path.stem}{number}{self._path.suffix}")
            sheet = self._sheets[key] = _Sheet(path, key, self._end)
        sheet.records += 1
        for row in rows:
            sheet.writer.writerow(row)
            sheet.rows += 1
        if sheet.text.tell() > _HELD:
            sheet.flush()

    def done(self, usual: Sequence[str]) -> list[Written]:
        """Write what is held and answer the files; where there was no record, one with the `usual` columns."""
        if not self._sheets:
            self._sheets[()] = _Sheet(self._path, usual, self._end)
        for sheet in self._sheets.values():
            sheet.flush()
        return [Written(sheet.path, sheet.records, sheet.rows) for sheet in self._sheets.values()]
