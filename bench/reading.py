"""Whole products are read over HTTP, through key and row-level security; beside it the server answering fixed bytes.

The API has one core for itself, PostgreSQL and the client share another.
"""

import argparse
import asyncio
import contextlib
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench import place
from bench.figures import Figure
from weft.access import keys
from weft.sample.many import many

PRODUCTS, CONNECTIONS, SECONDS = 10_000, 16, 10.0
PORT = "the port"
_FIXED = """
import sys, uvicorn
body = b"x" * int(sys.argv[2])
start = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]}
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send(start)
        await send({"type": "http.response.body", "body": body})
uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False, lifespan="off")
"""


@dataclass(frozen=True, slots=True)
class Given:
    """A Weft folder with products in it, a key, and the two cores."""

    place: place.Place
    secret: str
    ids: Sequence[str]
    api_core: set[int]
    other_core: set[int]


@dataclass(frozen=True, slots=True)
class Load:
    """What one client saw: requests a second, and their latencies in milliseconds."""

    rate: float
    latencies: Sequence[float]
    bytes_each: float

    def part(self, percent: float) -> float:
        """The latency under which so many percent of the answers came (ms)."""
        return statistics.quantiles(self.latencies, n=1000)[round(percent * 10) - 1]


@contextlib.contextmanager
def load(_: argparse.Namespace) -> Iterator[Given]:
    """10,000 generated products and the facts of some; what starts from here on runs on the second core."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise SystemExit("bench reading: it needs two cores.")
    os.sched_setaffinity(0, {cores[-1]})
    try:
        with place.place() as made:
            file = many(PRODUCTS, made.scratch / "products.csv")
            place.ran([place.WEFT, "import", "products", str(file), "--business", "bench"], made.environment())
            business = made.business("bench")
            with business.transaction() as connection:
                connection.execute(
                    "insert into fact (record, name, value, source, confidence, at) select p.uid, f.name, to_jsonb(f.value), "
                    "'bench', 0.9, now() from product p, (values ('color', 'moss'), ('pattern', 'plain'), ('fit', 'loose'), "
                    "('season', 'autumn'), ('closure', 'zip')) as f (name, value) on conflict do nothing"
                )
                ids = [row[0] for row in connection.execute("select id from product order by id")]
            with made.owner() as connection:
                connection.autocommit = True
                connection.execute("vacuum analyze")
            _, secret = keys.created(made.database, business.uid, "read")
            yield Given(made, secret, ids, {cores[0]}, {cores[-1]})
    finally:
        os.sched_setaffinity(0, cores)


def run(given: Given) -> dict[str, Any]:
    """Ask for products at random over connections that stay open, then for fixed bytes of the same size."""
    order = random.Random(7).choices(given.ids, k=20_000)
    with _served(given, [place.WEFT, "serve", "--port", PORT]) as port:
        requests = [_request(f"/api/v1/products/{one}", given.secret) for one in order]
        asyncio.run(_loaded(port, requests, 2))
        weft = asyncio.run(_loaded(port, requests, SECONDS))
        single = asyncio.run(_loaded(port, requests, SECONDS / 3, connections=1))
    with _served(given, [sys.executable, "-c", _FIXED, PORT, str(round(weft.bytes_each))]) as port:
        fixed = asyncio.run(_loaded(port, [_request("/", given.secret)], SECONDS / 2))
    return {"weft": weft, "single": single, "fixed": fixed, "query": _queried(given, order)}


def _request(path: str, secret: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\n\r\n".encode()


@contextlib.contextmanager
def _served(given: Given, command: Sequence[str]) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    os.sched_setaffinity(0, given.api_core)
    process = subprocess.Popen(
        [str(port) if word == PORT else word for word in command],
        env=given.place.environment(),
        stderr=subprocess.DEVNULL,
    )
    os.sched_setaffinity(0, given.other_core)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


class _Client(asyncio.Protocol):
    """One connection that asks again as soon as it was answered; the least that a client can do, so that it costs little."""

    def __init__(self, requests: Sequence[bytes], place: int, until: float) -> None:
        self.requests, self.place, self.until = requests, place, until
        self.latencies: list[float] = []
        self.bytes = self.missing = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        self.place = (self.place + 1) % len(self.requests)
        self.asked = time.perf_counter()
        self.transport.write(self.requests[self.place])

    def data_received(self, data: bytes) -> None:
        if not self.missing:
            head, _, body = data.partition(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                self.done.set_exception(RuntimeError(data.decode(errors="replace")))
                self.transport.abort()
                return
            _, _, rest = head.lower().partition(b"content-length: ")
            self.missing = int(rest.split(b"\r\n", 1)[0])
            self.bytes += self.missing
            data = body
        self.missing -= len(data)
        if self.missing:
            return
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


async def _loaded(port: int, requests: Sequence[bytes], seconds: float, connections: int = CONNECTIONS) -> Load:
    loop, started = asyncio.get_running_loop(), time.perf_counter()
    step = len(requests) // connections
    clients = [
        (await loop.create_connection(lambda n=n: _Client(requests, n * step, started + seconds), "127.0.0.1", port))[1]
        for n in range(connections)
    ]
    await asyncio.gather(*(client.done for client in clients))
    latencies = [one for client in clients for one in client.latencies]
    rate = len(latencies) / (time.perf_counter() - started)
    return Load(rate, latencies, sum(client.bytes for client in clients) / len(latencies))


def _queried(given: Given, order: Sequence[str]) -> float:
    """Products a second that one connection reads with the API's own query and nothing around it."""
    business = given.place.business("bench")
    started, count = time.perf_counter(), 0
    with given.place.owner() as connection:
        while time.perf_counter() - started < SECONDS / 3:
            one = order[count % len(order)]
            found = connection.execute("select * from product_text(%s, %s)", (business.uid, one)).fetchone()
            assert found
            count += 1
    return count / (time.perf_counter() - started)


def score(measured: dict[str, Any]) -> Sequence[Figure]:
    """The figures of reading."""
    weft, single, fixed = measured["weft"], measured["single"], measured["fixed"]
    return [
        Figure("whole products, 16 connections", weft.rate, "req/s", 1200, False, f"{weft.bytes_each:,.0f} bytes each"),
        Figure("half of the answers within", weft.part(50), "ms"),
        Figure("99 % of the answers within", weft.part(99), "ms", 25),
        Figure("1 connection", single.rate, "req/s", note=f"half within {single.part(50):.2f} ms"),
        Figure("limit: the HTTP server, fixed bytes", fixed.rate, "req/s", note="no routing, key, database"),
        Figure("its 99 % within", fixed.part(99), "ms"),
        Figure("limit: the query alone, 1 connection", measured["query"], "queries/s"),
        Figure("Weft to the HTTP server alone", weft.rate / fixed.rate, "times"),
    ]
