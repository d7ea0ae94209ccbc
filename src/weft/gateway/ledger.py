"""The ledger: a row for each request, written ahead to a file and brought into PostgreSQL in batches, each once.

Before a request goes out, the row that a crash would leave (its whole reservation, outcome `lost`) is appended to a file; when
it is settled, the row that holds. The file is mapped into memory, so that appending costs no system call and the operating system
keeps what was appended when the process is killed; it is brought onto the disk every 50 ms, which is what a power cut can cost. Each process has a folder of its own and holds a
lock in it; what a dead one left is brought in by whoever finds the lock free. A row has a uid, and PostgreSQL takes it once.
"""

import contextlib
import logging
import mmap
import os
import shutil
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

import orjson

from weft.errors import DatabaseError, DatabaseFolderError, ModelBusy, WeftError
from weft.ids import uuid7
from weft.postgres.database import Database
from weft.postgres.lockfile import held

_LOG = logging.getLogger(__name__)
_SYNC_SECONDS: Final = 0.05
_FLUSH_SECONDS: Final = 0.2
_AGAIN_SECONDS: Final = 1.0
_FULL_SECONDS: Final = 0.2
_BATCH: Final = 1000
_SEGMENT_BYTES: Final = 4 << 20
_MOST_WAITING: Final = 100_000
_INTENT, _SETTLED = b">", b"="
_LOCK: Final = "lock"
_NEW: Final = "new-"
_HEX: Final = 32
REFUSED: Final = "refused.jsonl"
"""What the database does not take, in `ledger` of Weft's folder: nothing but a flaw of Weft brings a row there."""
_ZEROS: Final = bytes(1 << 16)


class _Segment:
    """One file of the write-ahead log, and what keeps it: requests that are open, rows that are not in PostgreSQL.

    It is as long as it can become from the start, so that a full disk is met here and not at a line, and it is written as
    memory: the operating system has what is written, also when the process is killed at that moment.
    """

    __slots__ = ("_descriptor", "_memory", "dirty", "length", "open", "path", "waiting")

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _allocate(self._descriptor, size)
            self._memory = mmap.mmap(self._descriptor, size)
        except BaseException:
            os.close(self._descriptor)
            path.unlink(missing_ok=True)
            raise
        self.length = self.open = self.waiting = 0
        self.dirty = False

    def append(self, line: bytes) -> bool:
        """Append a line; answers False where it has no place."""
        end = self.length + len(line)
        if end > len(self._memory):
            return False
        self._memory[self.length : end] = line
        self.length = end
        self.dirty = True
        return True

    def sync(self) -> None:
        """Bring what was appended onto the disk."""
        if self.dirty:
            self.dirty = False
            getattr(os, "fdatasync", os.fsync)(self._descriptor)

    def close(self) -> None:
        """Let the file go; it stays on the disk."""
        self._memory.close()
        os.close(self._descriptor)


def _allocate(descriptor: int, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
    else:
        for _ in range(0, size, len(_ZEROS)):
            os.write(descriptor, _ZEROS)


class Ledger:
    """One process's part of the ledger; `intend` and `settle` may be called from any thread and never wait for PostgreSQL."""

    def __init__(self, database: Database, home: Path) -> None:
        self.process = uuid7()
        self._database = database
        self._home = home
        self._folder: Path | None = None
        self._lock_file: IO[bytes] | None = None
        self._segments: list[_Segment] = []
        self._made = 0
        self._intents: dict[str, _Segment] = {}
        self._waiting: list[tuple[bytes, _Segment]] = []
        self._guard = threading.Lock()
        self._wake = threading.Event()
        self._ending = False
        self._threads: list[threading.Thread] = []
        self._refused_at = self._full_until = 0.0
        self.written = 0

    def start(self) -> None:
        """Take a folder, bring in what dead processes left, and begin to write; raises DatabaseError."""
        self._folder = self._taken(self._root())
        self._segments = [self._segment()]
        self.recover()
        for work in (self._synced, self._flushed):
            thread = threading.Thread(target=work, name="weft-ledger", daemon=True)
            thread.start()
            self._threads.append(thread)

    def _taken(self, root: Path) -> Path:
        """A folder that is locked before it bears a name under which somebody looks for what the dead have left."""
        fresh = root / f"{_NEW}{self.process.hex}"
        try:
            fresh.mkdir(mode=0o700)
            self._lock_file = (fresh / _LOCK).open("wb")
            if not held(self._lock_file):
                raise DatabaseError(f"{fresh} cannot be locked.")
            return fresh.rename(root / self.process.hex)
        except OSError as problem:
            raise DatabaseFolderError(f"The ledger cannot be kept in {root}: {problem}") from problem

    def stop(self) -> None:
        """Bring every row in, give back what was granted, and let the folder go; without PostgreSQL it stays for the next."""
        self._ending = True
        self._wake.set()
        for thread in self._threads:
            thread.join(20)
        whole = not self._waiting and not self._intents
        for segment in self._segments:
            segment.close()
        self._segments = []
        if self._lock_file is not None:
            self._lock_file.close()
        if whole and self._folder is not None:
            with contextlib.suppress(WeftError):
                self._close(self.process)
                shutil.rmtree(self._folder, ignore_errors=True)

    def admit(self) -> None:
        """Raise ModelBusy where so many rows wait for PostgreSQL that no more may come."""
        if len(self._waiting) > _MOST_WAITING:
            raise ModelBusy(
                "The ledger cannot reach its database, and as many requests wait to be entered as it holds.",
                retry_after=5,
            )

    def intend(self, uid: str, row: Mapping[str, Any]) -> None:
        """Append the row that a crash would leave, in place of one before; raises ModelBusy where nothing can be written."""
        if len(self._waiting) > _MOST_WAITING:
            raise ModelBusy(
                "The ledger cannot reach its database, and as many requests wait to be entered as it holds.",
                retry_after=5,
            )
        line = _INTENT + orjson.dumps(row) + b"\n"
        with self._guard:
            segment = self._append(line)
            segment.open += 1
            before = self._intents.get(uid)
            if before is not None:
                before.open -= 1
            self._intents[uid] = segment

    def settle(self, uid: str, row: Mapping[str, Any]) -> None:
        """Append the row that holds; it is in PostgreSQL soon after."""
        line = orjson.dumps(row)
        with self._guard:
            if not self._segments:
                # It is closed: the row that a crash would leave stands for this one.
                return
            try:
                segment = self._append(_SETTLED + line + b"\n")
            except ModelBusy:
                # The disk is full: the row goes straight to the database, and what is on file stands for it until then.
                segment = self._segments[-1]
            intent = self._intents.pop(uid, None)
            if intent is not None:
                intent.open -= 1
            segment.waiting += 1
            self._waiting.append((line, segment))
        if len(self._waiting) >= _BATCH:
            self._wake.set()

    def drained(self, seconds: float = 10.0) -> bool:
        """Wait until every settled row is in PostgreSQL; answers whether it is."""
        until = time.monotonic() + seconds
        while self._waiting and time.monotonic() < until:
            self._wake.set()
            time.sleep(0.01)
        return not self._waiting

    def recover(self) -> int:
        """Bring in what processes left that are gone, and give back what they held; answers how many rows were new."""
        count = 0
        for folder in sorted(self._root().iterdir()):
            process = _process_of(folder)
            if process is None or process == self.process or not folder.is_dir():
                continue
            with contextlib.suppress(OSError), (folder / _LOCK).open("ab") as lock:
                if held(lock):
                    count += self._brought_in(process, folder)
        return count

    def _brought_in(self, process: UUID, folder: Path) -> int:
        intents: dict[str, dict[str, Any]] = {}
        settled: dict[str, dict[str, Any]] = {}
        for segment in sorted(folder.glob("*.wal")):
            for mark, row in _rows(segment):
                (intents if mark == _INTENT else settled)[row["uid"]] = row
        lost = [row for uid, row in intents.items() if uid not in settled]
        rows = [*settled.values(), *lost]
        count = 0
        for start in range(0, len(rows), _BATCH):
            count += self._entered_each(process, [orjson.dumps(row) for row in rows[start : start + _BATCH]])
        self._close(process)
        shutil.rmtree(folder, ignore_errors=True)
        if rows:
            _LOG.warning(
                "a process ended without a word: %d of its requests are entered, %d of them lost", count, len(lost)
            )
        return count

    def _entered_each(self, process: UUID, lines: Sequence[bytes]) -> int:
        """Enter rows; one that the database cannot take is set aside, so that it holds up no other. Raises DatabaseError."""
        try:
            return self._settled(process, lines)
        except DatabaseError:
            raise
        except Exception as problem:
            if len(lines) == 1:
                self._set_aside(lines[0], problem)
                return 0
            half = len(lines) // 2
            return self._entered_each(process, lines[:half]) + self._entered_each(process, lines[half:])

    def _set_aside(self, line: bytes, problem: Exception) -> None:
        path = self._home / "ledger" / REFUSED
        _LOG.error("a row of the ledger cannot be entered, and is put into %s: %s", path, problem)
        try:
            with path.open("ab") as file:
                file.write(line + b"\n")
        except OSError as other:
            _LOG.error("%s cannot be written (%s); the row is %s", path, other, line.decode(errors="replace"))

    def _root(self) -> Path:
        with self._database.plain() as connection:
            row = connection.execute("select uid from gateway_identity").fetchone()
        root = self._home / "ledger" / (row[0].hex if row else "database")
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        return root

    def _segment(self) -> _Segment:
        assert self._folder is not None
        self._made += 1
        return _Segment(self._folder / f"{self._made:08}.wal", _SEGMENT_BYTES)

    def _append(self, line: bytes) -> _Segment:
        """Append a line to the current file, or to the next; the caller holds the guard. Raises ModelBusy."""
        if not self._segments:
            raise ModelBusy("This process is ending, and asks no model any more.", retry_after=1)
        segment = self._segments[-1]
        if not segment.append(line):
            segment = self._next()
            self._segments.append(segment)
            segment.append(line)
        return segment

    def _next(self) -> _Segment:
        """The next file; where there is no place for one, nobody tries again for a moment. Raises ModelBusy."""
        now = time.monotonic()
        if now < self._full_until:
            raise ModelBusy("The ledger cannot be written, so no model is asked.", retry_after=5)
        try:
            return self._segment()
        except OSError as problem:
            self._full_until = now + _FULL_SECONDS
            if now > self._refused_at + 10:
                self._refused_at = now
                _LOG.error("the ledger cannot be written in %s, so no model is asked: %s", self._folder, problem)
            raise ModelBusy(f"The ledger cannot be written ({problem}), so no model is asked.", retry_after=5) from None

    def _synced(self) -> None:
        """Bring what was appended onto the disk, again and again."""
        while not self._ending:
            time.sleep(_SYNC_SECONDS)
            for segment in list(self._segments):
                # One that was let go meanwhile has nothing to bring.
                with contextlib.suppress(OSError):
                    segment.sync()

    def _flushed(self) -> None:
        """Bring rows into PostgreSQL, again and again; at the end, until none is left or PostgreSQL is not there."""
        while True:
            self._wake.wait(_FLUSH_SECONDS)
            self._wake.clear()
            ending = self._ending
            while self._waiting:
                batch = self._waiting[:_BATCH]
                try:
                    self._entered_each(self.process, [line for line, _ in batch])
                except DatabaseError as problem:
                    _LOG.warning("%d rows of the ledger wait for the database: %s", len(self._waiting), problem)
                    if ending:
                        return
                    time.sleep(_AGAIN_SECONDS)
                    break
                self._entered(batch)
            if ending:
                return

    def _entered(self, batch: Sequence[tuple[bytes, _Segment]]) -> None:
        with self._guard:
            del self._waiting[: len(batch)]
            for _, segment in batch:
                segment.waiting -= 1
            done = [one for one in self._segments[:-1] if not one.open and not one.waiting]
            self._segments = [one for one in self._segments if one not in done]
        for segment in done:
            segment.close()
            segment.path.unlink(missing_ok=True)
        self.written += len(batch)

    def _settled(self, process: UUID, lines: Sequence[bytes]) -> int:
        with self._database.plain() as connection:
            sent = b"[" + b",".join(lines) + b"]"
            row = connection.execute(
                "select ledger_settle(%s, convert_from(%b, 'UTF8')::jsonb)", (process, sent)
            ).fetchone()
        return int(row[0]) if row else 0

    def _close(self, process: UUID) -> None:
        with self._database.plain() as connection:
            connection.execute("select lease_close(%s)", (process,))


def _process_of(folder: Path) -> UUID | None:
    """The process whose folder this is, or None where it is none of the ledger's."""
    try:
        return UUID(hex=folder.name) if len(folder.name) == _HEX else None
    except ValueError:
        return None


def _rows(segment: Path) -> Iterator[tuple[bytes, dict[str, Any]]]:
    """The rows of a file with their marks; a last line that was cut off is none, nor what was not written yet, nor what is no row."""
    with segment.open("rb") as file:
        for line in file:
            if line.endswith(b"\n") and line[:1] in (_INTENT, _SETTLED):
                with contextlib.suppress(orjson.JSONDecodeError):
                    row = orjson.loads(line[1:])
                    if isinstance(row, dict) and isinstance(row.get("uid"), str):
                        yield line[:1], row
