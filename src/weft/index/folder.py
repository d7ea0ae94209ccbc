"""Where a business's index lies on a machine: numbered generations, and one small file that names what is in force.

    <Weft's folder>/index/<business>/current            which generation, and which of its files
                                     /000001/words-1.columns, words-3.columns   the segments of products
                                     /000001/gone-3.columns                     places in which nothing is any more
                                     /000001/meaning-2.usearch                  the graph of what products mean

No file is written a second time: what is new has a new number, and is in force when `current` has been replaced, which happens
at once or not at all. A process that was killed leaves files that nothing names, and the next build clears them away.
"""

import contextlib
import errno
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID

import orjson

from weft.errors import Conflict, DiskFull
from weft.postgres import lockfile
from weft.store.catalog import Extent

FORM: Final = 7
"""The number of the form in which an index is written; one of another form is built anew."""
_CURRENT: Final = "current"
_LOCK: Final = "lock"
_LOOK_EVERY: Final = 0.05


@dataclass(frozen=True, slots=True)
class State:
    """What is in force: the generation, how often it was written to, and what it was made from.

    `extent` is by what it is told whether the catalog has changed since; `averages` are the lengths of the fields when it was built;
    `model` made the vectors, null where there are none yet, and `drawn` is for how many places they are in the graph; `texts` are
    the fields of texts that some product fills, and `searched` the columns of files whose words are found.
    """

    generation: int
    step: int
    products: int
    extent: Extent
    languages: tuple[str, ...]
    segments: tuple[str, ...]
    averages: dict[str, float]
    gone: str | None = None
    meaning: str | None = None
    drawn: int = 0
    model: str | None = None
    built_at: float = 0.0
    changed: int = 0
    currencies: tuple[str, ...] = ()
    facets: dict[str, int] = field(default_factory=dict)
    texts: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    form: int = FORM


class Generations:
    """A folder of one business's in which numbered generations lie, of which one is in force.

    `what` says what is kept there, in a sentence's words.
    """

    def __init__(self, path: Path, what: str) -> None:
        self.path = path
        self.what = what
        self._current = path / _CURRENT

    def mark(self) -> tuple[int, int] | None:
        """What differs whenever another state is in force; None where there is no index."""
        try:
            told = self._current.stat()
        except OSError:
            return None
        return told.st_mtime_ns, told.st_ino

    def generation(self, number: int) -> Path:
        """The folder of a generation."""
        return self.path / f"{number:06d}"

    def told(self) -> dict[str, Any]:
        """What the file says that names what is in force; raises OSError, ValueError where it says nothing."""
        found = orjson.loads(self._current.read_bytes())
        if not isinstance(found, dict):
            raise TypeError(f"{self._current} holds no object")
        return found

    def free(self) -> int:
        """A number that no generation has had that is there."""
        there = [int(one.name) for one in self.path.iterdir() if one.is_dir() and one.name.isdigit()]
        return max(there, default=0) + 1

    def name_in_force(self, generation: int, told: dict[str, Any]) -> None:
        """Have a generation on the disk, name it as the one in force, and clear away all others."""
        self.path.mkdir(parents=True, exist_ok=True)
        _synced(self.generation(generation))
        written(self._current, lambda file: file.write(orjson.dumps(told)))
        for one in self.path.iterdir():
            if one.is_dir() and one.name != f"{generation:06d}":
                shutil.rmtree(one, ignore_errors=True)

    @contextlib.contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether this process may write there now: of all on this machine, one may."""
        with _spoken(self.path, self.what):
            self.path.mkdir(parents=True, exist_ok=True)
            file = (self.path / _LOCK).open("ab")
        with file:
            yield lockfile.held(file)

    @property
    def being_written(self) -> bool:
        """Whether some process writes there at this moment."""
        if not self.path.exists():
            return False
        with self.alone() as mine:
            return not mine

    @contextlib.contextmanager
    def writing(self, patience: float = 0.0) -> Iterator[None]:
        """Write there, alone, and say a full disk in Weft's words.

        Raises Conflict where another process still writes to it after `patience` seconds.
        """
        until = time.monotonic() + patience
        while True:
            with self.alone() as mine:
                if mine:
                    with _spoken(self.path, self.what):
                        yield
                    return
            if time.monotonic() >= until:
                raise Conflict(f"Another process is writing to this {self.what}; what it writes is soon in force.")
            time.sleep(_LOOK_EVERY)


class Folder(Generations):
    """The folder of one business's index."""

    def __init__(self, home: Path, business: UUID) -> None:
        super().__init__(Path(home) / "index" / str(business), "index")
        self.home, self.business = Path(home), business

    def state(self) -> State | None:
        """What is in force; None where there is no index, or one of another form."""
        try:
            told = self.told()
            if told.get("form") != FORM:
                return None
            told["extent"] = Extent(**told["extent"])
            for name in ("languages", "segments", "currencies", "texts", "searched"):
                told[name] = tuple(told[name])
            return State(**told)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def put_in_force(self, state: State) -> None:
        """Name a state as the one in force, and clear away what no state names any more."""
        self.name_in_force(state.generation, asdict(state))
        keep = {*state.segments, state.gone, state.meaning}
        for one in self.generation(state.generation).iterdir():
            if one.name not in keep:
                with contextlib.suppress(OSError):
                    one.unlink()


@contextlib.contextmanager
def _spoken(path: Path, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _no_space(path, what) from problem
        raise
    except RuntimeError as problem:
        # usearch says what the operating system told it as a text.
        if "No space left" in str(problem):
            raise _no_space(path, what) from problem
        raise


def _no_space(path: Path, what: str) -> DiskFull:
    return DiskFull(
        f"There is no space left for the {what} in {path}. The last one goes on answering; free some and try again."
    )


def written(path: Path, write: Callable[[IO[bytes]], Any]) -> None:
    """Write a file whole or not at all, and have it on the disk."""
    # Two threads of a process write the same file as well.
    beside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_native_id()}")
    try:
        with beside.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    _synced(path.parent)


def settled(beside: Path, path: Path) -> None:
    """Have a file that was written beside its place on the disk, and then in its place."""
    with beside.open("rb") as file:
        os.fsync(file.fileno())
    beside.replace(path)
    _synced(path.parent)


def _synced(folder: Path) -> None:
    # Not every operating system lets a folder be opened.
    with contextlib.suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
