"""A file as rows of text: unzipped, decoded, its separator found, or a workbook's sheet; text is read as a stream."""

import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import IO, Final, TextIO, cast

from charset_normalizer import from_bytes

from weft.connectors.workbook import Workbook, is_workbook
from weft.errors import UnreadableFile

_SAMPLE: Final = 256 << 10
_CONTROLS: Final = bytes([*range(1, 9), *range(14, 27), *range(28, 32)])
_SEPARATORS: Final = ",;\t|"
_LONGEST_CELL: Final = 32 << 20
LONGEST_LINE: Final = 32 << 20
_LONGEST_ROW: Final = 64 << 20
_PEEKED: Final = 200
_PIECE: Final = 1 << 16
_BLANK: Final = f'{_SEPARATORS}" \r'
# What Excel writes above the header, and reads.
_SAID: Final = re.compile(r'"?sep=([,;\t|])"?', re.IGNORECASE)
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# ł, ą, ż, š, ž and the like within a word, where Windows-1252 has ³, ¹, ¿.
_CENTRAL: Final = re.compile(rb"(?<=[a-z\xe0-\xff])[\x9a\x9d-\x9f\xb3\xb9\xba\xbe\xbf](?=[a-z\xe0-\xff])")
csv.field_size_limit(_LONGEST_CELL)


def _stray(problem: UnicodeError) -> tuple[str, int]:
    """Bytes that are not UTF-8 in a file that otherwise is were pasted from Windows-1252."""
    assert isinstance(problem, UnicodeDecodeError)
    return problem.object[problem.start : problem.end].decode("cp1252", "replace"), problem.end


codecs.register_error("weft-stray", _stray)


@dataclass
class Source:
    """One file to import, its `currency` for prices that name none and its `mapping` of fields to columns.

    Of texts in two languages `source_language` and `target_language` are those that somebody said; `main_language` is the
    business's own; `replace` says that a file's terms overrule those kept.

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
    is_xml: bool = False
    source_language: str = ""
    target_language: str = ""
    main_language: str = ""
    replace: bool = False
    _workbook: Workbook | None = None

    def __post_init__(self) -> None:
        try:
            self._size = max(self.path.stat().st_size, 1)
            if is_workbook(self.path):
                self._workbook = Workbook(self.path)
                self._find_header()
                return
            with self._raw() as file:
                sample = file.read(_SAMPLE)
        except (OSError, EOFError, zlib.error) as problem:
            raise self._unreadable(problem) from problem
        if not sample.strip():
            raise UnreadableFile(f"{self.path.name} is empty.")
        self._find_encoding(sample)
        text = codecs.getincrementaldecoder(self.encoding)(
            errors="weft-stray" if "utf-8" in self.encoding else "strict" if "utf" in self.encoding else "replace"
        )
        try:
            start = text.decode(sample)
        except UnicodeError as problem:
            raise UnreadableFile(f"{self.path.name} is not text in {self.encoding}: {problem}.") from problem
        self.is_json = start.lstrip()[:1] == "{"
        if start.lstrip()[:1] == "[" and self.path.suffix in (".json", ".jsonl"):
            raise UnreadableFile(f"{self.path.name} is one JSON array; Weft reads JSON Lines, one record on each line.")
        self.is_xml = start.lstrip()[:1] == "<"
        if not self.is_json and not self.is_xml:
            first = next((line for line in start.splitlines() if line.strip(_BLANK)), "")
            outside = "".join(first.split('"')[::2])
            self.separator = max(_SEPARATORS, key=outside.count) if any(c in outside for c in _SEPARATORS) else ","
            if said := _SAID.fullmatch(first):
                self.separator = said[1]
            self._find_header()

    def columns_said(self) -> str:
        """The names of the first columns, as a sentence can have them: a file that is no table has very long ones."""
        return ", ".join(name if len(name) <= 60 else f"{name[:60]}…" for name in self.header[:12])

    def _find_header(self) -> None:
        with closing(self._rows()) as rows:
            self.header = _named(next(rows, (0, []))[1], [row for _, row in islice(rows, _PEEKED)])

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
                self.encoding = _guessed(sample[: sample.rfind(b"\n") + 1] or sample)

    def fraction(self) -> float:
        """How much of the file has been read, from 0 to 1."""
        if self._workbook is not None:
            return min(self._workbook.done / self._workbook.height, 1.0)
        try:
            return min(self._file.tell() / self._size, 1.0)
        except ValueError:
            return 1.0

    def lines(self) -> Iterator[tuple[int, str]]:
        """The lines of the file, counted from 1, without their ends; of one that is too long only a piece of that length."""
        with self._text(newline=None) as text:
            number = 0
            try:
                while line := text.readline(LONGEST_LINE):
                    number += 1
                    rest = line
                    while len(rest) == LONGEST_LINE and not rest.endswith("\n"):
                        rest = text.readline(LONGEST_LINE)
                    yield number, line.rstrip("\n")
            except (OSError, EOFError, zlib.error, UnicodeError) as problem:
                raise self._unreadable(problem) from problem

    def pieces(self) -> Iterator[str]:
        """The text in pieces of some ten thousand characters, for what has no lines."""
        with self._text(newline=None) as text:
            try:
                while piece := text.read(_PIECE):
                    yield piece
            except (OSError, EOFError, zlib.error, UnicodeError) as problem:
                raise self._unreadable(problem) from problem

    def first(self) -> list[str]:
        """The cells of the first row just as they are, for a table that has no header."""
        with closing(self._rows()) as rows:
            return next(rows, (0, []))[1]

    def rows(self) -> Generator[tuple[int, list[str]], None, None]:
        """The rows behind the header with their last line's number; blank lines are passed over."""
        rows = self._rows()
        next(rows, None)
        return rows

    def _rows(self) -> Generator[tuple[int, list[str]], None, None]:
        if self._workbook is not None:
            yield from self._workbook.rows()
            return
        with self._text(newline="") as text:
            at_end, held = False, 0

            def cleaned() -> Iterator[str]:
                nonlocal at_end, held
                while line := text.readline(_LONGEST_ROW + 1):
                    held += len(line)
                    if held > _LONGEST_ROW:
                        raise csv.Error(f"it is longer than {_LONGEST_ROW:,} characters")
                    yield line.replace("\x00", "") if "\x00" in line else line
                at_end = True

            reader = csv.reader(cleaned(), delimiter=self.separator)
            last = 0
            try:
                above = next((cells for cells in reader if self._may_be_header(cells)), None)
                for cells in reader if above is None else chain([above], reader):
                    if at_end:
                        raise csv.Error("it opens a quote that nothing closes, so that all behind it would be one cell")
                    last, held = reader.line_num, 0
                    if cells:
                        yield last, cells
            except csv.Error as problem:
                raise UnreadableFile(f"{self.path.name}, line {last + 1} cannot be read: {problem}.") from problem
            except (OSError, EOFError, zlib.error, UnicodeError) as problem:
                raise self._unreadable(problem) from problem

    @staticmethod
    def _may_be_header(cells: Sequence[str]) -> bool:
        return any(map(str.strip, cells)) and cells[0][:4].lower() != "sep="

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


def _guessed(sample: bytes) -> str:
    """The encoding of text that is not Unicode.

    What tells most is where its bytes above ASCII stand: long runs of them are not Latin letters; a Mac has its accents
    below 0xA0; and among Latin letters Windows-1252 is it unless there is what only Central Europe writes.
    """
    words = b"".join(word for word in re.findall(rb"[A-Za-z\x80-\xff]{3,}", sample) if max(word) >= 0x80)
    above = len(re.findall(rb"[\x80-\xff]", words))
    accents = set(re.findall(rb"[\xc0-\xff]", words))
    low = len(re.findall(rb"(?<=[A-Za-z])[\x80-\x84\x86-\x90\x98-\x9f\xa7]+(?=[A-Za-z])", sample))
    candidates: tuple[str, ...]
    if 3 * sum(map(len, re.findall(rb"[\x80-\xff]{4,}", sample))) > above:
        candidates = ("gb18030", "big5", "shift_jis", "cp949", "cp1251", "cp1253")
    elif low > len(re.findall(rb"[\xc0-\xff]", words)):
        candidates = ("mac_roman", "shift_jis")
    elif 10 * len(_CENTRAL.findall(words)) > above:
        return "cp1250"
    else:
        # Hungarian's ő and ű are õ and û here, beside á and ó; Turkish's ğ, ı and ş are ð, ý and þ.
        hungarian = accents & {b"\xf5", b"\xfb"} and accents & {b"\xe1", b"\xed", b"\xf3", b"\xfa"}
        if hungarian and not accents & {b"\xe0", b"\xe3", b"\xe8", b"\xea", b"\xe4", b"\xf1"}:
            return "cp1250"
        turkish = accents & {b"\xf0", b"\xfd", b"\xfe"} and accents & {b"\xe7", b"\xfc", b"\xf6"}
        return "cp1254" if turkish and not accents & {b"\xe1", b"\xed", b"\xf3", b"\xfa", b"\xe6"} else "cp1252"
    found = {match.encoding: str(match) for match in from_bytes(sample, cp_isolation=list(candidates))}
    japanese = found.pop("shift_jis", "")
    # Chinese read as Japanese is full of its half-width signs.
    if len(re.findall("[\u3041-\u30fe]", japanese)) > len(re.findall("[\uff61-\uff9f]", japanese)):
        return "shift_jis"
    return next(iter(found), "cp1252")


def _named(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A name for every column, each once; one that has neither a name nor anything in it stays without."""
    names: list[str] = []
    for place, cell in enumerate(header):
        name = cell.strip()
        if not name and any(row[place].strip() for row in rows if place < len(row)):
            name = f"Column {place + 1}"
        again = 1
        while name in names and name:
            again += 1
            name = f"{cell.strip()} ({again})"
        names.append(name)
    return names


def padded(cells: Sequence[str], width: int) -> Sequence[str] | None:
    """The row at the header's width; None if it has more cells than the header and they are not blank."""
    if len(cells) == width:
        return cells
    if len(cells) < width:
        return [*cells, *[""] * (width - len(cells))]
    return cells[:width] if not any(cell.strip() for cell in cells[width:]) else None
