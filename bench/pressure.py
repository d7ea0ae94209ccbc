"""A server on one core under the load of connections that stay open; the client costs as little as one can."""

import asyncio
import contextlib
import os
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

CONNECTIONS = 16
PORT = "the port"
_LAST_CHUNK = b"0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Load:
    """What one client saw: requests a second, and their latencies in milliseconds."""

    rate: float
    latencies: Sequence[float]
    bytes_each: float

    def part(self, percent: float) -> float:
        """The latency under which so many percent of the answers came (ms)."""
        return statistics.quantiles(self.latencies, n=1000)[round(percent * 10) - 1]


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: its port, and the process that was started."""

    port: int
    pid: int


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextlib.contextmanager
def started(
    environment: Mapping[str, str],
    cores: set[int],
    command: Sequence[str],
    port: int | None = None,
    patience: float = 20.0,
) -> Iterator[Server]:
    """Run a server on these cores, PORT in its command being the port (None: a free one).

    Raises RuntimeError when it does not listen in time (s), OSError when it cannot be run.
    """
    port = port or free_port()
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        process = subprocess.Popen(
            [str(port) if word == PORT else word for word in command],
            env=dict(environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    finally:
        os.sched_setaffinity(0, before)
    _awaited(process, port, patience)
    try:
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _awaited(process: subprocess.Popen[bytes], port: int, patience: float) -> None:
    until = time.monotonic() + patience
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    process.kill()
    process.wait(20)
    raise RuntimeError(f"{process.args!r} does not listen on its port, or ended, within {patience:g} s")


@contextlib.contextmanager
def serving(
    environment: Mapping[str, str], api_core: set[int], other_core: set[int], command: Sequence[str]
) -> Iterator[int]:
    """Run a server on a core of its own, PORT in its command being a free port; what starts later runs on the other."""
    os.sched_setaffinity(0, other_core)
    with started(environment, api_core, command) as server:
        yield server.port


class Connection(asyncio.Protocol):
    """One connection that asks again as soon as it was answered; the least that a client can do, so that it costs little."""

    def __init__(self, requests: Sequence[bytes], place: int, until: float) -> None:
        self.requests, self.place, self.until = requests, place, until
        self.latencies: list[float] = []
        self.bytes = self.missing = 0
        self.chunked = False
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.ask()

    def ask(self) -> None:
        self.place = (self.place + 1) % len(self.requests)
        self.asked = time.perf_counter()
        self.transport.write(self.requests[self.place])

    def data_received(self, data: bytes) -> None:
        if self.chunked:
            self.bytes += len(data)
            self.chunked = not data.endswith(_LAST_CHUNK)
            if not self.chunked:
                self.answered()
            return
        if not self.missing:
            head, _, body = data.partition(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                self.done.set_exception(RuntimeError(data.decode(errors="replace")))
                self.transport.abort()
                return
            if b"transfer-encoding: chunked" in head.lower():
                self.chunked = True
                self.data_received(body)
                return
            _, _, rest = head.lower().partition(b"content-length: ")
            self.missing = int(rest.split(b"\r\n", 1)[0])
            self.bytes += self.missing
            data = body
        self.missing -= len(data)
        if not self.missing:
            self.answered()

    def answered(self) -> None:
        now = time.perf_counter()
        self.latencies.append((now - self.asked) * 1000)
        if now < self.until:
            self.ask()
        else:
            self.transport.close()
            self.done.set_result(None)

    def connection_lost(self, problem: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(problem or ConnectionError("the server closed the connection"))


async def loaded(port: int, requests: Sequence[bytes], seconds: float, connections: int = CONNECTIONS) -> Load:
    """Ask over connections that stay open, each again as soon as it was answered."""
    loop, started = asyncio.get_running_loop(), time.perf_counter()
    step = len(requests) // connections
    clients = [
        (
            await loop.create_connection(
                lambda n=n: Connection(requests, n * step, started + seconds), "127.0.0.1", port
            )
        )[1]
        for n in range(connections)
    ]
    await asyncio.gather(*(client.done for client in clients))
    latencies = [one for client in clients for one in client.latencies]
    rate = len(latencies) / (time.perf_counter() - started)
    return Load(rate, latencies, sum(client.bytes for client in clients) / len(latencies))
