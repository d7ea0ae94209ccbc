"""The gateway under bad input and bad will: no bound is passed, no secret told, nobody else harmed."""

import base64
import contextlib
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from models import Gateway, gateway
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from weft.access import businesses, keys
from weft.business import Business
from weft.gateway.standin import Behavior, problem, streamed, whole
from weft.postgres import embedded
from weft.settings import Settings

__all__ = ["gateway"]
SECRET = "sk-secret"
QUOTES = f"Incorrect API key provided: {SECRET}. Look at your account."
HELLO: Any = [{"role": "user", "content": "hello there my friend"}]
EVENTS = {"Content-Type": "text/event-stream"}


def _told_early(body: Any) -> Behavior:
    """A server that tells usage from the start, as it goes."""
    parts = streamed(body, " ".join(["word"] * 40), pause=0.05)
    first = parts[0]
    assert isinstance(first, bytes)
    event = json.loads(first.removeprefix(b"data: "))
    event["usage"] = {"prompt_tokens": 6, "completion_tokens": 0, "total_tokens": 6}
    return Behavior((b"data: " + json.dumps(event).encode() + b"\n\n", *parts[1:]), headers=EVENTS)


def _quoted_in_stream(body: Any) -> Behavior:
    said = b"data: " + json.dumps({"error": {"message": QUOTES}}).encode() + b"\n\n"
    return Behavior((*streamed(body, "one two three")[:2], said), headers=EVENTS)


MORE: Any = {
    "quotes-401": lambda _: problem(401, QUOTES),
    "quotes-400": lambda _: problem(400, QUOTES),
    "quotes-500": lambda _: problem(500, QUOTES),
    "quotes-inside": lambda _: Behavior((json.dumps({"error": {"message": QUOTES}}).encode(),)),
    "quotes-late": _quoted_in_stream,
    "told-early": _told_early,
    "endless": lambda _: Behavior((b"data: {", *[b" " * 65_536] * 200), headers=EVENTS),
    "honest": lambda body: whole(
        body,
        "x",
        usage={
            "prompt_tokens": len(json.dumps(body)),
            "completion_tokens": (body.get("n") or 1) * (body.get("max_tokens") or 100_000),
        },
    ),
}


@pytest.fixture
def secret(gateway: Gateway, business: Business) -> str:
    gateway.standin.replies.update(MORE)
    return gateway.shop(business)


def post(
    gateway: Gateway, secret: str, content: bytes | dict[str, Any], path: str = "/v1/chat/completions"
) -> httpx.Response:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = {"Authorization": f"Bearer {secret}"}
    return httpx.post(f"{gateway.url}{path}", content=body, headers=headers, timeout=30)


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens", "n_predict", "n", "best_of"])
@pytest.mark.parametrize("value", ["-1", "0", "1e9", "3.0", '"7"', "true", "[]", "1000000000", "123456789012345678901234567890"])  # fmt: skip
def test_counts_that_are_none_reach_no_model(gateway: Gateway, secret: str, name: str, value: str) -> None:
    asked = len(gateway.standin.asked)
    answer = post(gateway, secret, f'{{"model": "echo", "messages": {json.dumps(HELLO)}, "{name}": {value}}}'.encode())
    assert answer.status_code == 400
    assert name in answer.json()["error"]["message"]
    assert len(gateway.standin.asked) == asked


def test_the_largest_counts_that_may_be_said_leave_a_row(gateway: Gateway, business: Business, secret: str) -> None:
    answer = post(gateway, secret, {"model": "cut", "messages": HELLO, "stream": True, "n": 1024, "max_tokens": 10**8})
    assert answer.status_code in (200, 502)
    post(gateway, secret, {"model": "echo", "messages": HELLO})
    assert [row["outcome"] for row in gateway.rows(business, 2)] == ["broken", "ok"]


def test_of_two_fields_of_one_name_the_one_that_is_bounded_is_the_one_that_is_sent(
    gateway: Gateway, business: Business, secret: str
) -> None:
    gateway.door.register.set_budget(business.uid, None, "total", "1")
    body = b'{"model": "thinks", "max_tokens": 90000, "messages": [{"role": "user", "content": "a"}], "max_tokens": 9, "model": "honest"}'
    assert post(gateway, secret, body).status_code == 200
    assert gateway.standin.asked[-1]["max_tokens"] == 9
    assert gateway.standin.asked[-1]["model"] == "honest"
    (row,) = gateway.rows(business, 1)
    assert row["cost"] <= row["reserved"]


def test_what_no_bound_holds_is_refused_under_a_budget_alone(gateway: Gateway, business: Business, secret: str) -> None:
    body = {"model": "echo", "messages": HELLO, "web_search_options": {"search_context_size": "high"}}
    assert post(gateway, secret, body).status_code == 200
    gateway.door.register.set_budget(business.uid, None, "total", "1")
    until = time.monotonic() + 20
    while (answer := post(gateway, secret, body)).status_code == 200 and time.monotonic() < until:
        time.sleep(0.2)
    assert answer.status_code == 400
    assert "web_search_options" in answer.json()["error"]["message"]


def test_who_leaves_a_stream_early_pays_what_may_still_be_made(
    gateway: Gateway, business: Business, secret: str
) -> None:
    gateway.door.register.set_budget(business.uid, None, "total", "1")
    time.sleep(1.5)
    body = {"model": "told-early", "messages": HELLO, "stream": True, "max_tokens": 100}
    headers = {"Authorization": f"Bearer {secret}"}
    with httpx.stream("POST", f"{gateway.url}/v1/chat/completions", json=body, headers=headers) as answer:
        next(answer.iter_bytes())
    (row,) = gateway.rows(business, 1)
    assert row["outcome"] == "cancelled"
    assert row["cost"] == row["reserved"] > 100 * 2_000


@pytest.mark.parametrize(
    "body",
    [
        b'{"model": "echo", "messages": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"model": "echo", "messages": [{"role": "user", "content": "a"}], "x": ' + b"[" * 400 + b"]" * 400 + b"}",
        b'{"model": "echo", "messages": [{"role": "user", "content": "a"}], "x": ' + b'{"a":' * 400 + b"1" + b"}" * 400 + b"}",
        b'{"model": "echo", "messages": [{"role": "user", "content": "a"}], "x": 1e999}',
        b'{"model": "echo", "messages": [{"role": "user", "content": "a"}], "x": NaN}',
        b'{"model": "echo", "messages": [{"role": "user", "content": "\\ud800"}]}',
        b'{"model": "echo", "messages": [{"role": "user", "content": "\xff"}]}',
        b"\xff\xfe" * (5 << 20),
        b"[" * (10 << 20),
        b"",
    ],
)  # fmt: skip
def test_nonsense_is_refused_and_no_model_is_blamed(gateway: Gateway, secret: str, body: bytes) -> None:
    for _ in range(6):
        answer = post(gateway, secret, body)
        assert answer.status_code == 400, answer.text
        assert answer.json()["error"]["type"] == "invalid_request_error"
    assert post(gateway, secret, {"model": "echo", "messages": HELLO}).status_code == 200


@pytest.mark.parametrize("options", ["yes", 7, [], [1], True, {"include_usage": "x"}, None])
def test_stream_options_of_any_kind_are_survived(gateway: Gateway, secret: str, options: Any) -> None:
    answer = post(gateway, secret, {"model": "echo", "messages": HELLO, "stream": True, "stream_options": options})
    assert answer.status_code == 200
    assert answer.text.endswith("data: [DONE]\n\n")


def test_a_providers_key_is_told_to_nobody(
    gateway: Gateway, business: Business, secret: str, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("quotes-401", "quotes-400", "quotes-500", "quotes-inside", "quotes-late"):
        for stream in (False, True):
            text = post(gateway, secret, {"model": name, "messages": HELLO, "stream": stream}).text
            assert SECRET not in text
            assert "Incorrect API key" in text or name == "quotes-late"
    assert gateway.door.parts.ledger.drained()
    assert SECRET not in caplog.text
    where = embedded.place(settings.home).conninfo(embedded.OWNER)
    with psycopg.connect(where, options="-c search_path=weft") as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'weft'").fetchall()
        for (table,) in tables:
            held = connection.execute(
                f"select count(*) from {table} t where t::text like %s or t::text like %s",
                (f"%{SECRET}%", f"%{SECRET.encode().hex()}%"),
            ).fetchone()
            assert held == (0,), table
        sealed = connection.execute("select sealed from provider where business = %s", (business.uid,)).fetchone()
    assert sealed is not None
    assert SECRET.encode() not in base64.urlsafe_b64decode(sealed[0])
    assert (settings.home / "secret.key").stat().st_mode & 0o077 == 0


def test_a_stream_without_end_of_its_event_is_given_up(gateway: Gateway, secret: str) -> None:
    answer = post(gateway, secret, {"model": "endless", "messages": HELLO, "stream": True})
    assert answer.status_code == 502
    assert "larger than 4 MiB" in answer.text


@contextlib.contextmanager
def pouring() -> Iterator[tuple[str, list[int]]]:
    """A server that streams as fast as it is read; gives its base URL and what it has sent."""
    sent = [0]
    event = b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": "y" * 60_000}}]}).encode() + b"\n\n"

    def pour(listening: socket.socket) -> None:
        client, _ = listening.accept()
        with client, contextlib.suppress(OSError):
            client.recv(65_536)
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
            for _ in range(4000):
                client.sendall(event)
                sent[0] += len(event)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=pour, args=(listening,))
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1", sent
        thread.join(20)


def test_what_nobody_reads_is_not_read_from_the_model(gateway: Gateway, business: Business, secret: str) -> None:
    """A reader that stops: the model's stream waits with it, and is not gathered in memory."""
    parts = urlsplit(gateway.url)
    with pouring() as (url, sent), socket.create_connection((parts.hostname, parts.port)) as client:
        gateway.door.register.add_provider(
            business.uid, "pours", {"base_url": url, "models": {"water": {}}}, reach="loopback"
        )
        time.sleep(1.5)
        body = json.dumps({"model": "water", "messages": HELLO, "stream": True}).encode()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {secret}\r\n"
        client.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        assert client.recv(1000)
        time.sleep(2)
        client.close()
        assert 0 < sent[0] < 40 << 20


def test_requests_behind_each_other_and_in_chunks_are_answered(gateway: Gateway, secret: str) -> None:
    body = json.dumps({"model": "echo", "messages": HELLO}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {secret}\r\n".encode()
    whole_one = head + b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
    chunked = head + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    chunked += b"".join(b"1\r\n" + body[n : n + 1] + b"\r\n" for n in range(len(body))) + b"0\r\n\r\n"
    parts = urlsplit(gateway.url)
    with socket.create_connection((parts.hostname, parts.port), 20) as client:
        client.sendall(whole_one * 3 + chunked)
        got = b""
        while part := client.recv(65_536):
            got += part
    assert got.count(b"HTTP/1.1 200") == 4
    assert got.count(b"hello there my friend") == 4


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "GET", "TRACE"])
def test_other_methods_are_told_which_one_it_takes(gateway: Gateway, secret: str, method: str) -> None:
    answer = httpx.request(method, f"{gateway.url}/v1/chat/completions", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


def test_one_business_sees_nothing_of_another(gateway: Gateway, business: Business, secret: str) -> None:
    other = Business(gateway.database, businesses.ensured(gateway.database, "other-shop"))
    gateway.door.register.add_provider(
        other.uid,
        "private-cloud",
        {"base_url": gateway.upstream, "models": {"unseen-by-others": {}, "echo": {}}},
        key="sk-other",
        reach="loopback",
    )
    _, theirs = keys.created(gateway.database, other.uid, "read")
    question = {"model": "echo", "messages": HELLO, "temperature": 0}
    assert post(gateway, secret, question).headers["x-weft-cache"] == "miss"
    assert post(gateway, theirs, question).headers["x-weft-cache"] == "miss"
    for path in ("/v1/models", "/v1/models/unseen-by-others"):
        answer = httpx.get(f"{gateway.url}{path}", headers={"Authorization": f"Bearer {secret}"})
        assert "private-cloud" not in answer.text
        assert '"unseen-by-others"' not in answer.text
    answer = post(gateway, secret, {"model": "private-cloud/echo", "messages": HELLO})
    assert answer.status_code == 404
    assert "sk-other" not in answer.text
    assert len(gateway.rows(business, 1)) == 1
    assert len(gateway.rows(other, 1)) == 1


def test_v1_keeps_its_word(gateway: Gateway, secret: str) -> None:
    described = schemathesis.openapi.from_url(f"{gateway.url}/v1/openapi.json")
    checks = [not_a_server_error, status_code_conformance, content_type_conformance]
    tried: list[str] = []
    for result in described.get_all_operations():
        operation = result.ok()

        @given(case=operation.as_strategy())
        @hypothesis_settings(max_examples=40, suppress_health_check=list(HealthCheck))
        def keeps_its_word(case: schemathesis.Case) -> None:
            case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, checks=checks, timeout=60)

        keeps_its_word()
        tried.append(operation.path)
    assert len(tried) >= 4


def test_many_at_once_on_one_question_are_one(gateway: Gateway, secret: str) -> None:
    asked = len(gateway.standin.asked)
    body = {"model": "thinks", "messages": HELLO, "temperature": 0, "seed": 11}
    threads = [threading.Thread(target=post, args=(gateway, secret, body)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(gateway.standin.asked) == asked + 1
