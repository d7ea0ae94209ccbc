"""Tools called over MCP: streamable HTTP under load, standard input and output; beside them the same over plain HTTP.

The server has one core for itself; PostgreSQL and the client share another.
"""

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from bench import place
from bench.figures import Figure
from bench.pressure import CONNECTIONS, PORT, Load, loaded, serving
from weft.access import keys
from weft.sample.many import many

PRODUCTS, SECONDS, IN_FLIGHT = 2_000, 8.0, 16
REVISION, LATEST = "2025-11-25", "2026-07-28"
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": "hello",
    "method": "initialize",
    "params": {"protocolVersion": REVISION, "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}},
}


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
    """Generated products; what starts from here on runs on the second core."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise SystemExit("bench agents: it needs two cores.")
    os.sched_setaffinity(0, {cores[-1]})
    try:
        with place.place() as made:
            file = many(PRODUCTS, made.scratch / "products.csv")
            place.ran([place.WEFT, "import", "products", str(file), "--business", "bench"], made.environment())
            business = made.business("bench")
            ids = [one["id"] for one in business.catalog.listed(limit=PRODUCTS)]
            _, secret = keys.created(made.database, business.uid, "read")
            yield Given(made, secret, ids, {cores[0]}, {cores[-1]})
    finally:
        os.sched_setaffinity(0, cores)


def run(given: Given) -> dict[str, Any]:
    """Call a skill and read records, by each way in."""
    skill = {"title": "GREEN TEA MUG", "description": "<p>A mug , for tea.</p>"}
    measured: dict[str, Any] = {}
    environment = given.place.environment()
    with serving(environment, given.api_core, given.other_core, [place.WEFT, "serve", "--port", PORT]) as port:
        calls = [_called("tidy", {"product": skill}, given.secret)]
        latest = [_called_by_the_latest("tidy", {"product": skill}, given.secret)]
        reads = [_called("get_product", {"id": one}, given.secret) for one in given.ids]
        plain = [_posted("/api/v1/skills/tidy", {"product": skill}, given.secret)]
        for name, requests in (("skill", calls), ("latest", latest), ("record", reads), ("plain", plain)):
            asyncio.run(loaded(port, requests, 2))
            measured[name] = asyncio.run(loaded(port, requests, SECONDS))
        measured["sdk"] = asyncio.run(_by_the_sdk(port, given.secret, {"product": skill}))
    os.sched_setaffinity(0, given.api_core)
    command = [place.WEFT, "mcp", "--business", "bench"]
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    os.sched_setaffinity(0, given.other_core)
    try:
        measured["stdio"] = _by_pipe(process, {"product": skill})
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(20)
    return measured


def _message(number: int | str, tool: str, arguments: dict[str, Any], **more: Any) -> bytes:
    params = {"name": tool, "arguments": arguments, **more}
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}).encode()


def _called(tool: str, arguments: dict[str, Any], secret: str) -> bytes:
    extra = f"Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: {REVISION}\r\n"
    return _request("/mcp", _message(1, tool, arguments), secret, extra)


def _called_by_the_latest(tool: str, arguments: dict[str, Any], secret: str) -> bytes:
    meta = {"io.modelcontextprotocol/protocolVersion": LATEST, "io.modelcontextprotocol/clientCapabilities": {}}
    extra = (
        f"Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: {LATEST}\r\n"
        f"Mcp-Method: tools/call\r\nMcp-Name: {tool}\r\n"
    )
    return _request("/mcp", _message(1, tool, arguments, _meta=meta), secret, extra)


def _posted(path: str, body: dict[str, Any], secret: str) -> bytes:
    return _request(path, json.dumps(body).encode(), secret, "")


def _request(path: str, body: bytes, secret: str, extra: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\nContent-Type: application/json\r\n"
        f"{extra}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _by_the_sdk(port: int, secret: str, arguments: dict[str, Any]) -> float:
    """Calls a second of the SDK's own client, one after another."""
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {secret}"}, timeout=30) as http:
        transport = streamable_http_client(f"http://127.0.0.1:{port}/mcp", http_client=http)
        async with Client(transport) as client:
            started, count = time.perf_counter(), 0
            while time.perf_counter() - started < SECONDS / 2:
                answer = await client.call_tool("tidy", arguments)
                assert not answer.is_error
                count += 1
            return count / (time.perf_counter() - started)


def _by_pipe(process: subprocess.Popen[bytes], arguments: dict[str, Any]) -> float:
    """Calls a second over standard input and output, some of them in flight."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(INITIALIZE).encode() + b"\n")
    process.stdin.flush()
    assert b"result" in process.stdout.readline()
    process.stdin.write(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
    for number in range(IN_FLIGHT):
        process.stdin.write(_message(number, "tidy", arguments) + b"\n")
    process.stdin.flush()
    started, count = time.perf_counter(), 0
    while time.perf_counter() - started < SECONDS:
        answer = process.stdout.readline()
        assert b'"structuredContent"' in answer, answer
        count += 1
        process.stdin.write(_message(IN_FLIGHT + count, "tidy", arguments) + b"\n")
        process.stdin.flush()
    return count / (time.perf_counter() - started)


def score(measured: dict[str, Any]) -> Sequence[Figure]:
    """The figures of MCP."""
    called: Load = measured["skill"]
    latest: Load = measured["latest"]
    read: Load = measured["record"]
    plain: Load = measured["plain"]
    return [
        Figure(f"a skill called, {CONNECTIONS} connections", called.rate, "calls/s", 250, False),
        Figure("99 % of the answers within", called.part(99), "ms", note=f"half within {called.part(50):.1f} ms"),
        Figure(
            f"the same at revision {LATEST}", latest.rate, "calls/s", 250, False, f"99 % in {latest.part(99):.1f} ms"
        ),
        Figure("a product read", read.rate, "calls/s", 250, False, f"{read.bytes_each:,.0f} bytes each"),
        Figure("standard input and output", measured["stdio"], "calls/s", 250, False, f"{IN_FLIGHT} in flight"),
        Figure("the SDK's client, one after another", measured["sdk"], "calls/s", note="the client is most of it"),
        Figure("peer: the same skill over plain HTTP", plain.rate, "req/s", note=f"99 % in {plain.part(99):.1f} ms"),
        Figure("MCP to plain HTTP", called.rate / plain.rate, "times"),
    ]
