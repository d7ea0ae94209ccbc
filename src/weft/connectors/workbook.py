"""Spreadsheets: a workbook's first sheet with rows is read as any table is, and any table is written as a workbook.

Formats are recognized by their columns, so a Shopify or WooCommerce table that was saved as a workbook is read as what it is.
"""

import csv
import importlib
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import repeat
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineError, load_workbook

from weft.errors import UnreadableFile

ENDING: Final = ".xlsx"
_ZIP: Final = b"PK\x03\x04"
_OLD: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A workbook is unpacked in memory: what grows to more than this from its compressed form is not somebody's catalog.
_MOST_UNPACKED: Final = 2 << 30
# … and it is held as a rectangle, blank cells included: one cell in the far corner of a sheet is a rectangle of 400 GB.
_MOST_CELLS: Final = 50_000_000
_MOST_ROWS: Final = 1_048_576
_LONGEST_CELL: Final = 32_767
# Where a number is a number to every reader, so that a spreadsheet may add it up; elsewhere 007 stays 007.
_COUNTED: Final = re.compile(r"price|cost|quantity|qty|grams|weight value|^stock$|^available$|^on hand$", re.IGNORECASE)
# Where a cell says its place; what XML lets stand for a blank and a quotation mark is made one first.
_ONE_FORM: Final = bytes.maketrans(b"\t\n\r'", b'   "')
_COLUMN_OF: Final = re.compile(rb' r="([A-Z]{1,3})\d')
_ROW_OF: Final = re.compile(rb' r="[A-Z]{1,3}(\d{1,7})"')
_PIECE: Final = 1 << 20
_OVERLAP: Final = 32
_NUMBER: Final = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,6})?")


def is_workbook(path: Path) -> bool:
    """Tell by its first bytes whether a file is a workbook; raises UnreadableFile for another archive or a locked one."""
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(_OLD):
        return True
    if not start.startswith(_ZIP):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            size = sum(one.file_size for one in archive.infolist())
            is_book = any(name.startswith("xl/workbook.") or name == "content.xml" for name in names)
            cells = max(map(_spanned, repeat(archive), names)) if is_book and size <= _MOST_UNPACKED else 0
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as problem:
        raise UnreadableFile(f"{path.name} is cut off or damaged: {problem}.") from problem
    if not is_book:
        raise UnreadableFile(f"{path.name} is an archive, not a workbook; unpack it and send the table that is in it.")
    if size > _MOST_UNPACKED:
        raise UnreadableFile(f"{path.name} unpacks to {size >> 20:,} MiB; save it as CSV, which is read as a stream.")
    if cells > _MOST_CELLS:
        raise UnreadableFile(
            f"{path.name} has a sheet that spans {cells:,} cells, most of them blank; remove what stands far from the table, "
            "or save it as CSV."
        )
    return True


def _spanned(archive: zipfile.ZipFile, name: str) -> int:
    """How many cells the rectangle has that holds all cells of a sheet in XML; nothing for other parts of a workbook.

    One that is narrow enough to be held at any height is not measured further.
    """
    letters = [_place_of(column) for column in _found(archive, name, _COLUMN_OF)]
    width = max(letters, default=0) - min(letters, default=1) + 1
    if width * _MOST_ROWS <= _MOST_CELLS:
        return 0
    places = [int(row) for row in _found(archive, name, _ROW_OF)]
    return width * (max(places, default=0) - min(places, default=1) + 1)


def _found(archive: zipfile.ZipFile, name: str, what: re.Pattern[bytes]) -> set[bytes]:
    """What a pattern finds in a part of a workbook, each once."""
    found: set[bytes] = set()
    rest = b""
    with archive.open(name) as file:
        while piece := file.read(_PIECE):
            text = rest + piece.translate(_ONE_FORM)
            found.update(what.findall(text))
            rest = text[-_OVERLAP:]
    return found


def _place_of(column: bytes) -> int:
    place = 0
    for letter in column:
        place = place * 26 + letter - 64
    return place


def text_of(cell: Any) -> str:
    """A cell as text: numbers without an exponent or a needless `.0`, dates as ISO 8601 has them."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        short = repr(cell)
        return short if "e" not in short else f"{cell:.12f}".rstrip("0").rstrip(".")
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, int | timedelta) else ""


class Workbook:
    """The first sheet of a workbook that has a row; raises UnreadableFile."""

    def __init__(self, path: Path) -> None:
        try:
            with load_workbook(str(path)) as book:
                sheets = map(book.get_sheet_by_name, book.sheet_names)
                self._sheet = next((sheet for sheet in sheets if sheet.height), None)
        except (CalamineError, OSError) as problem:
            raise UnreadableFile(f"{path.name} cannot be read as a workbook: {problem}.") from problem
        if self._sheet is None:
            raise UnreadableFile(f"{path.name} has no sheet with rows in it.")
        self.height = self._sheet.height
        self.done = 0

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows from the top, each with its number as the spreadsheet shows it; blank rows are passed over."""
        assert self._sheet
        first = self._sheet.start[0] + 1 if self._sheet.start else 1
        for place, cells in enumerate(self._sheet.iter_rows()):
            self.done = place + 1
            told = [text_of(cell) for cell in cells]
            if any(told):
                yield first + place, told


def write(table: Path, target: Path) -> None:
    """Write a CSV file of UTF-8 as a workbook of one sheet; every cell is a text or a number, never a formula or a link.

    Raises UnreadableFile where a sheet does not hold it.
    """
    # A fifth of a second to load, which reading does not need.
    writer = importlib.import_module("xlsxwriter")
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "tmpdir": str(target.parent),
    }
    with table.open(encoding="utf-8", newline="") as file, writer.Workbook(str(target), options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        counted: Sequence[bool] = ()
        for number, row in enumerate(csv.reader(file)):
            if number >= _MOST_ROWS:
                raise UnreadableFile(f"A sheet holds {_MOST_ROWS:,} rows, and these are more; write CSV.")
            if not number:
                counted = [bool(_COUNTED.search(name)) for name in row]
            for place, cell in enumerate(row):
                if len(cell) > _LONGEST_CELL:
                    raise UnreadableFile(
                        f"Row {number + 1} has a text of {len(cell):,} characters; a cell of a sheet holds {_LONGEST_CELL:,}. Write CSV."
                    )
                if number and counted[place] and _NUMBER.fullmatch(cell):
                    sheet.write_number(number, place, float(cell))
                elif cell:
                    sheet.write_string(number, place, cell, None if number else bold)
