"""Where benches work: a Weft folder of their own, gone afterwards, and commands whose time and memory are measured."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from weft.access import businesses
from weft.business import Business
from weft.postgres import embedded
from weft.postgres.database import Database
from weft.settings import Settings

WEFT = str(Path(sys.executable).with_name("weft"))


@dataclass(frozen=True, slots=True)
class Place:
    """A Weft folder with its server running; `scratch` is for files."""

    home: Path
    scratch: Path
    database: Database

    def business(self, name: str) -> Business:
        """A business, made if it is not there."""
        return Business(self.database, businesses.ensured(self.database, name))

    @contextlib.contextmanager
    def owner(self) -> Iterator[psycopg.Connection[Any]]:
        """A bare connection as the owner of the tables, for what is measured beside Weft."""
        where = embedded.place(self.home).conninfo(embedded.OWNER)
        with psycopg.connect(where, options="-c search_path=weft") as connection:
            yield connection

    def environment(self) -> dict[str, str]:
        """The environment in which `weft` works on this folder."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WEFT_")}
        return {**kept, "WEFT_HOME": str(self.home)}


@contextlib.contextmanager
def place(kept: Path | None = None) -> Iterator[Place]:
    """A fresh Weft folder; its server is stopped and everything removed at the end. A folder that is `kept` stays as it is left."""
    if kept is not None:
        (kept / "home").mkdir(parents=True, exist_ok=True)
        try:
            with Database.open(Settings(home=kept / "home")) as database:
                yield Place(kept / "home", kept, database)
        finally:
            embedded.stop(kept / "home")
        return
    with tempfile.TemporaryDirectory(prefix="weft-bench-") as folder:
        home = Path(folder) / "home"
        home.mkdir()
        try:
            with Database.open(Settings(home=home)) as database:
                yield Place(home, Path(folder), database)
        finally:
            embedded.stop(home)
            # As root the database lies behind a link, where its own user may enter.
            shutil.rmtree((home / "postgres").resolve(), ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that ran: its output, wall and processor seconds, and the most memory it held (MB)."""

    output: str
    seconds: float
    cpu_seconds: float
    peak_mb: float


def ran(command: Sequence[str], environment: dict[str, str] | None = None) -> Ran:
    """Run a command and measure it; raises CalledProcessError."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.append(process.stdout.read() if process.stdout else ""))
    reader.start()
    peak = 0.0
    while not _ended(process.pid):
        # The kernel's own account at the end (ru_maxrss) would count what the process that started it held.
        peak = max(peak, memory(process.pid, "VmHWM"))
        time.sleep(0.02)
    seconds = time.perf_counter() - started
    reader.join()
    before = os.times()
    code = process.wait()
    after = os.times()
    if code:
        raise subprocess.CalledProcessError(code, command, "".join(said))
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Ran("".join(said), seconds, cpu, peak)


def _ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def memory(pid: int, field: str = "VmRSS") -> float:
    """A process's memory in MB: VmRSS now, VmHWM at its most, RssAnon its own alone; 0 when it is gone."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    found = [line.split()[1] for line in text.splitlines() if line.startswith(f"{field}:")]
    return int(found[0]) / 1024 if found else 0.0


def python(code: str, *arguments: str) -> Ran:
    """Run a piece of Python by itself, for a peer that must not share a process."""
    return ran([sys.executable, "-c", code, *arguments])
