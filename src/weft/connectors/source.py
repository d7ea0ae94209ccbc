"""A file as rows of text: unzipped, decoded, its separator found; read as a stream."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, TextIO, cast

from charset_normalizer import from_bytes

from weft.errors import UnreadableFile

_SAMPLE: Final = 256 << 10
_CONTROLS: Final = bytes([*range(1, 9), *range(14, 27), *range(28, 32)])
_SEPARATORS: Final = ",;\t|"
_LONGEST_CELL: Final = 32 << 20
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
csv.field_size_limit(_LONGEST_CELL)


def _stray(problem: UnicodeError) -> tuple[str, int]:
    """Bytes that are not UTF-8 in a file that otherwise is were pasted from Windows-1252."""
    assert isinstance(problem, UnicodeDecodeError)
    return problem.object[problem.start : problem.end].decode("cp1252", "replace"), problem.end


codecs.register_error("weft-stray", _stray)


@dataclass
class Source:
    """One file to import, its `currency` for prices that name none and its `mapping` of fields to columns.

    Raises UnreadableFile when it is missing, empty, binary or cut off.
    """

    path: Path
    currency: str = "EUR"
    mapping: dict[str, str] = field(default_factory=dict)
    header: list[str] = field(default_factory=list)
    encoding: str = "utf-8"
    separator: str = ","
    guessed: dict[str, str] = field(default_factory=dict)
    is_json: bool = False

    def __post_init__(self) -> None:
        try:
            self._size = max(self.path.stat().st_size, 1)
            with self._raw() as file:
                sample = file.read(_SAMPLE)
        except (OSError, EOFError, zlib.error) as problem:
            raise self._unreadable(problem) from problem
        if not sample.strip():
            raise UnreadableFile(f"{self.path.name} is empty.")
        self._find_encoding(sample)
        text = codecs.getincrementaldecoder(self.encoding)(
            errors="weft-stray" if "utf-8" in self.encoding else "strict"
        )
        try:
            start = text.decode(sample)
        except UnicodeError as problem:
            raise UnreadableFile(f"{self.path.name} is not text in {self.encoding}: {problem}.") from problem
        self.is_json = start.lstrip()[:1] == "{"
        if start.lstrip()[:1] == "[" and self.path.suffix in (".json", ".jsonl"):
            raise UnreadableFile(f"{self.path.name} is one JSON array; Weft reads JSON Lines, one record on each line.")
        if not self.is_json:
            first = next(iter(start.splitlines()), "")
            outside = "".join(first.split('"')[::2])
            self.separator = max(_SEPARATORS, key=outside.count) if any(c in outside for c in _SEPARATORS) else ","
            with closing(self._rows()) as rows:
                self.header = [cell.strip() for cell in next(rows, (0, []))[1]]

    def _unreadable(self, problem: BaseException) -> UnreadableFile:
        if isinstance(problem, FileNotFoundError):
            return UnreadableFile(f"There is no file {self.path}.")
        if isinstance(problem, (EOFError, zlib.error, gzip.BadGzipFile)):
            return UnreadableFile(f"{self.path.name} is cut off or not a whole gzip file: {problem}.")
        reason = problem.strerror if isinstance(problem, OSError) else problem
        return UnreadableFile(f"{self.path} cannot be read: {reason}.")

    @contextmanager
    def _raw(self) -> Iterator[IO[bytes]]:
        """The file's bytes, unzipped if its first two say so."""
        with self.path.open("rb") as self._file:
            if self._file.peek(2)[:2] == b"\x1f\x8b":
                with gzip.GzipFile(fileobj=self._file, mode="rb") as unzipped:
                    yield cast("IO[bytes]", unzipped)
            else:
                yield self._file

    def _find_encoding(self, sample: bytes) -> None:
        for bom, name in _BOMS:
            if sample.startswith(bom):
                self.encoding = name
                return
        if b"\x00" in sample[:4096]:
            zeros = sample[:4096]
            even, odd = zeros[::2].count(0), zeros[1::2].count(0)
            if max(even, odd) > len(zeros) // 5 and min(even, odd) < max(even, odd) // 10:
                self.encoding = "utf-16-le" if odd > even else "utf-16-be"
                return
            if zeros.count(0) > len(zeros) // 20:
                raise UnreadableFile(f"{self.path.name} is not a text file; export it as CSV, TSV or JSON Lines.")
        if sum(sample[:4096].count(byte) for byte in _CONTROLS) > len(sample[:4096]) // 50:
            raise UnreadableFile(f"{self.path.name} is not a text file; export it as CSV, TSV or JSON Lines.")
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            decoder.decode(sample)
        except UnicodeDecodeError as problem:
            # One stray byte in a file of correct UTF-8 does not make it another encoding.
            if sum(byte > 0x7F for byte in sample[: problem.start]) < 20:
                best = from_bytes(
                    sample, cp_isolation=["cp1252", "cp1250", "cp1251", "mac_roman", "gb18030", "shift_jis", "big5"]
                ).best()
                self.encoding = best.encoding if best else "cp1252"

    def fraction(self) -> float:
        """How much of the file has been read, from 0 to 1."""
        try:
            return min(self._file.tell() / self._size, 1.0)
        except ValueError:
            return 1.0

    def lines(self) -> Iterator[tuple[int, str]]:
        """The lines of the file, counted from 1, without their ends."""
        with self._text(newline=None) as text:
            try:
                for number, line in enumerate(text, 1):
                    yield number, line.rstrip("\n")
            except (OSError, EOFError, zlib.error, UnicodeError) as problem:
                raise self._unreadable(problem) from problem

    def rows(self) -> Generator[tuple[int, list[str]], None, None]:
        """The rows behind the header with their last line's number; blank lines are passed over."""
        rows = self._rows()
        next(rows, None)
        return rows

    def _rows(self) -> Generator[tuple[int, list[str]], None, None]:
        with self._text(newline="") as text:
            cleaned = (line.replace("\x00", "") if "\x00" in line else line for line in text)
            reader = csv.reader(cleaned, delimiter=self.separator)
            try:
                for cells in reader:
                    if cells:
                        yield reader.line_num, cells
            except csv.Error as problem:
                raise UnreadableFile(f"{self.path.name}, line {reader.line_num}: {problem}.") from problem
            except (OSError, EOFError, zlib.error, UnicodeError) as problem:
                raise self._unreadable(problem) from problem

    @contextmanager
    def _text(self, newline: str | None) -> Iterator[TextIO]:
        errors = "weft-stray" if "utf-8" in self.encoding else "replace"
        with (
            self._raw() as raw,
            io.TextIOWrapper(
                io.BufferedReader(raw, 1 << 18),  # type: ignore[type-var,unused-ignore]
                encoding=self.encoding,
                errors=errors,
                newline=newline,
            ) as text,
        ):
            yield text


def padded(cells: Sequence[str], width: int) -> Sequence[str] | None:
    """The row at the header's width; None if it has more cells than the header and they are not blank."""
    if len(cells) == width:
        return cells
    if len(cells) < width:
        return [*cells, *[""] * (width - len(cells))]
    return cells[:width] if not any(cell.strip() for cell in cells[width:]) else None
