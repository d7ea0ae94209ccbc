"""How soon `weft --help` is there and how much memory `weft serve` holds; beside it Python alone and a bare FastAPI."""

import argparse
import contextlib
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from bench import place
from bench.figures import Figure

TIMES = 15
_BARE = (
    "import sys, uvicorn, fastapi; app = fastapi.FastAPI(); app.get('/health')(lambda: {});"
    "uvicorn.run(app, port=int(sys.argv[1]), log_level='error')"
)


@contextlib.contextmanager
def load(_: argparse.Namespace) -> Iterator[place.Place]:
    """A fresh Weft folder."""
    with place.place() as made:
        yield made


def run(given: place.Place) -> dict[str, Any]:
    """Start the commands by turns, each many times; serve until it answers, and then leave it alone."""
    commands = {
        "help": [place.WEFT, "--help"],
        "deep": [place.WEFT, "changes", "apply", "--help"],
        "version": [place.WEFT, "--version"],
        "python": [sys.executable, "-c", "pass"],
        "typer": [sys.executable, "-c", "import typer, rich.console"],
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(TIMES):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run(command, env=given.environment(), stdout=subprocess.DEVNULL, check=True)
            seconds[name].append(time.perf_counter() - started)
    medians: dict[str, Any] = {name: statistics.median(all_) for name, all_ in seconds.items()}
    medians["serve"] = _idle(given, [place.WEFT, "serve", "--port"])
    medians["bare"] = _idle(given, [sys.executable, "-c", _BARE])
    return medians


def _idle(given: place.Place, command: Sequence[str]) -> tuple[float, float]:
    """Seconds until a server answers, and the memory (MB) it holds after it was asked a little and left alone."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    started = time.perf_counter()
    process = subprocess.Popen([*command, str(port)], env=given.environment(), stderr=subprocess.DEVNULL)
    try:
        while not _answered(port):
            time.sleep(0.02)
        ready = time.perf_counter() - started
        for _ in range(20):
            _answered(port)
        time.sleep(3)
        return ready, place.memory(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _answered(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return connection.recv(100).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def score(measured: dict[str, Any]) -> Sequence[Figure]:
    """The figures of starting."""
    ready, memory = measured["serve"]
    bare_ready, bare_memory = measured["bare"]
    return [
        Figure("weft --help", measured["help"], "s", 0.5, note=f"median of {TIMES}, by turns"),
        Figure("weft changes apply --help", measured["deep"], "s"),
        Figure("weft --version", measured["version"], "s"),
        Figure("limit: python -c pass", measured["python"], "s"),
        Figure("limit: import typer and rich", measured["typer"], "s"),
        Figure("weft serve, until it answers", ready, "s", note="PostgreSQL is running already"),
        Figure("weft serve, idle", memory, "MB", 120, note="resident, without PostgreSQL"),
        Figure("peer: a bare FastAPI, until it answers", bare_ready, "s"),
        Figure("peer: a bare FastAPI, idle", bare_memory, "MB"),
    ]
