"""Clients that are slow on purpose: who sends a head byte by byte, one without end, or does not read, is let go."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from weft.surfaces import connections
from weft.surfaces.serving import configured

ENDS = 20.0
BODY = b"x" * (8 << 20)


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers with a body that no socket holds; `/stream` in pieces."""
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    if scope["path"] == "/stream":
        for _ in range(200):
            await send({"type": "http.response.body", "body": BODY[: 1 << 16], "more_body": True})
    await send({"type": "http.response.body", "body": BODY if scope["path"] == "/large" else b"hello"})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(connections, "STALLED_SECONDS", 0.5)
    server = uvicorn.Server(configured(app, port=0, lifespan="off", timeout_keep_alive=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(20)


def drip(client: socket.socket, sent: bytes) -> bool:
    """Send byte by byte; tells whether the server ended it."""
    client.settimeout(0.1)
    until = time.monotonic() + ENDS
    place = 0
    while time.monotonic() < until:
        try:
            if place < len(sent):
                client.sendall(sent[place : place + 1])
                place += 1
            if client.recv(1000) == b"":
                return True
        except TimeoutError:
            continue
        except ConnectionError:
            return True
    return False


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: somewhere-far-away\r\nX-A: b\r\nX-B: c\r\n"])
def test_a_head_that_is_not_whole_in_time_ends_the_connection(port: int, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as client:
        assert drip(client, sent)


def test_the_next_head_of_a_connection_has_no_more_time_than_the_first(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"hello" in client.recv(1000)
        assert drip(client, b"GET / HTTP/1.1\r\nHost: somewhere-far-away\r\nX-A: b\r\nX-B: c\r\n")


def test_a_head_without_end_is_not_gathered(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), 10) as client, pytest.raises(ConnectionError):
        client.sendall(b"GET / HTTP/1.1\r\nX-A: " + b"b" * (32 << 20))


@pytest.mark.parametrize("path", ["/large", "/stream"])
def test_a_reader_that_stops_is_let_go(port: int, path: str) -> None:
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(3)
        got = 0
        with contextlib.suppress(ConnectionError):
            while part := client.recv(1 << 16):
                got += len(part)
        assert 0 < got < len(BODY)


def test_a_slow_reader_gets_all_of_it(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        client.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        got = 0
        while part := client.recv(1 << 18):
            got += len(part)
            time.sleep(0.05)
        assert got > len(BODY)


def test_many_requests_on_one_connection_are_answered(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), 10) as client:
        for _ in range(30):
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = b""
            while not answer.endswith(b"0\r\n\r\n"):
                part = client.recv(1000)
                assert part, answer
                answer += part
            assert b"hello" in answer
            time.sleep(0.05)
