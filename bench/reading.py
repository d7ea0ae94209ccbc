"""Whole products are read over HTTP, through key and row-level security; beside it the server answering fixed bytes.

The API has one core for itself, PostgreSQL and the client share another.
"""

import argparse
import asyncio
import contextlib
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench import place
from bench.figures import Figure
from bench.pressure import PORT, loaded, serving
from weft.access import keys
from weft.sample.many import many

PRODUCTS, SECONDS = 10_000, 10.0
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
    with serving(
        given.place.environment(), given.api_core, given.other_core, [place.WEFT, "serve", "--port", PORT]
    ) as port:
        requests = [_request(f"/api/v1/products/{one}", given.secret) for one in order]
        asyncio.run(loaded(port, requests, 2))
        weft = asyncio.run(loaded(port, requests, SECONDS))
        single = asyncio.run(loaded(port, requests, SECONDS / 3, connections=1))
    with serving(
        given.place.environment(),
        given.api_core,
        given.other_core,
        [sys.executable, "-c", _FIXED, PORT, str(round(weft.bytes_each))],
    ) as port:
        fixed = asyncio.run(loaded(port, [_request("/", given.secret)], SECONDS / 2))
    return {"weft": weft, "single": single, "fixed": fixed, "query": _queried(given, order)}


def _request(path: str, secret: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\n\r\n".encode()


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
