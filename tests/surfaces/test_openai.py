"""The OpenAI protocol with the official client: what works, what is refused, and what is left in the ledger."""

import asyncio
import socket
from typing import Any

import httpx
import openai
import pytest
from models import Gateway, gateway
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

from weft.access import keys
from weft.business import Business
from weft.surfaces.openai import front

__all__ = ["gateway"]
HELLO: Any = [{"role": "user", "content": "hello there my friend"}]


def ask_again(client: OpenAI, model: str, times: int) -> None:
    for _ in range(times):
        client.chat.completions.create(model=model, messages=HELLO, max_tokens=50)


@pytest.fixture
def client(gateway: Gateway, business: Business) -> OpenAI:
    return OpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.shop(business), max_retries=0, timeout=20)


def test_a_chat_is_answered_as_the_model_said_it(gateway: Gateway, business: Business, client: OpenAI) -> None:
    answer = client.chat.completions.with_raw_response.create(model="echo", messages=HELLO)
    assert answer.headers["x-weft-model"] == "standin/echo"
    parsed = answer.parse()
    assert parsed.choices[0].message.content == "hello there my friend"
    (row,) = gateway.rows(business, 1)
    assert str(row["uid"]) == answer.headers["x-request-id"]
    assert (row["outcome"], row["tokens_in"], row["tokens_out"], row["attempts"]) == ("ok", 6, 6, 1)
    assert row["cost"] == 6 * 1_000 + 6 * 2_000


def test_a_stream_comes_event_by_event_and_its_usage_only_where_asked(
    gateway: Gateway, business: Business, client: OpenAI
) -> None:
    chunks = list(client.chat.completions.create(model="echo", messages=HELLO, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "hello there my friend"
    assert all(chunk.usage is None for chunk in chunks)
    told = list(
        client.chat.completions.create(
            model="echo", messages=HELLO, stream=True, stream_options={"include_usage": True}
        )
    )
    assert told[-1].usage is not None
    assert told[-1].usage.completion_tokens == 6
    assert [row["tokens_out"] for row in gateway.rows(business, 2)] == [6, 6]


def test_the_async_client_streams_too(gateway: Gateway, business: Business) -> None:
    async def ask() -> str:
        async with AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.shop(business)) as client:
            stream = await client.chat.completions.create(model="echo-slow", messages=HELLO, stream=True)
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    assert asyncio.run(ask()) == "hello there my friend"


def test_tools_and_thoughts_come_through(client: OpenAI) -> None:
    tool: Any = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
    answer = client.chat.completions.create(model="calls", messages=HELLO, tools=[tool])
    calls = answer.choices[0].message.tool_calls
    assert calls is not None
    assert calls[0].function.name == "weather"  # type: ignore[union-attr]
    thought = client.chat.completions.create(model="thinks", messages=HELLO)
    assert thought.choices[0].message.reasoning_content == "Let me think."  # type: ignore[attr-defined]


def test_structured_outputs_are_parsed(client: OpenAI) -> None:
    class Mug(BaseModel):
        color: str

    asked: Any = [{"role": "user", "content": '{"color": "green"}'}]
    answer = client.chat.completions.parse(model="echo", messages=asked, response_format=Mug)
    assert answer.choices[0].message.parsed == Mug(color="green")


def test_unknown_fields_go_to_the_model_untouched(gateway: Gateway, client: OpenAI) -> None:
    client.chat.completions.create(
        model="echo", messages=HELLO, extra_body={"translation_options": {"source_lang": "de"}}
    )
    assert gateway.standin.asked[-1]["translation_options"] == {"source_lang": "de"}
    assert "max_tokens" not in gateway.standin.asked[-1]


def test_vectors_ranks_and_models(client: OpenAI, gateway: Gateway) -> None:
    vectors = client.embeddings.create(model="vectors", input=["a", "bcd"], encoding_format="float")
    assert [one.embedding[0] for one in vectors.data] == [1.0, 3.0]
    ranks = httpx.post(
        f"{gateway.url}/v1/rerank",
        json={"model": "ranks", "query": "green mug", "documents": ["a red cup", "a green mug"]},
        headers={"Authorization": f"Bearer {client.api_key}"},
    ).json()
    assert ranks["results"][0]["index"] == 1
    names = {model.id for model in client.models.list()}
    assert {"echo", "standin/echo", "vectors"} <= names
    assert client.models.retrieve("echo").owned_by == "standin"


@pytest.mark.parametrize(
    ("model", "error", "status"),
    [
        ("nobody", openai.NotFoundError, 404),
        ("refuses", openai.BadRequestError, 400),
        ("garbage", openai.InternalServerError, 502),
        ("error-inside", openai.InternalServerError, 502),
        ("no-key", openai.InternalServerError, 502),
        ("elsewhere", openai.InternalServerError, 502),
        ("cut", openai.InternalServerError, 502),
        ("fails", openai.InternalServerError, 502),
    ],
)
def test_a_bad_model_is_an_error_that_the_client_knows(
    client: OpenAI, model: str, error: type[openai.APIStatusError], status: int
) -> None:
    with pytest.raises(error) as caught:
        client.chat.completions.create(model=model, messages=HELLO)
    assert caught.value.status_code == status
    assert isinstance(caught.value.body, dict)
    assert len(caught.value.body["message"]) > 20


@pytest.mark.parametrize("model", ["cut", "late-error"])
def test_a_stream_that_breaks_off_says_so(gateway: Gateway, business: Business, client: OpenAI, model: str) -> None:
    with pytest.raises(openai.APIError):
        list(client.chat.completions.create(model=model, messages=HELLO, stream=True))
    (row,) = gateway.rows(business, 1)
    assert row["outcome"] == "broken"


def test_a_client_that_goes_away_ends_the_call(gateway: Gateway, business: Business, client: OpenAI) -> None:
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=0.5).chat.completions.create(model="hangs", messages=HELLO)
    (row,) = gateway.rows(business, 1)
    assert row["outcome"] == "cancelled"
    assert gateway.door.parts.metrics.in_flight == 0


def test_keys_are_asked_for_and_models_are_limited(gateway: Gateway, business: Business) -> None:
    secret = gateway.shop(business)
    with pytest.raises(openai.AuthenticationError):
        OpenAI(base_url=f"{gateway.url}/v1", api_key="weft_nobody").chat.completions.create(
            model="echo", messages=HELLO
        )
    (key,) = keys.listed(business.database, business.uid)
    keys.limited(business.database, business.uid, key.id, {"models": ["ech*"]})
    client = OpenAI(base_url=f"{gateway.url}/v1", api_key=secret, max_retries=0)
    client.chat.completions.create(model="echo", messages=HELLO)
    with pytest.raises(openai.PermissionDeniedError):
        client.chat.completions.create(model="thinks", messages=HELLO)
    assert {model.id for model in client.models.list()} == {"echo", "echo-slow"}


def test_requests_a_minute_are_counted(gateway: Gateway, business: Business) -> None:
    secret = gateway.shop(business)
    (key,) = keys.listed(business.database, business.uid)
    keys.limited(business.database, business.uid, key.id, {"requests": 3})
    client = OpenAI(base_url=f"{gateway.url}/v1", api_key=secret, max_retries=0)
    told = client.chat.completions.with_raw_response.create(model="echo", messages=HELLO)
    assert told.headers["x-ratelimit-limit-requests"] == "3"
    assert told.headers["x-ratelimit-remaining-requests"] == "2"
    with pytest.raises(openai.RateLimitError) as caught:
        ask_again(client, "echo", 6)
    assert int(caught.value.response.headers["retry-after"]) >= 1
    assert caught.value.code == "rate_limit_exceeded"


def test_a_budget_is_a_cap(gateway: Gateway, business: Business) -> None:
    secret = gateway.shop(business)
    # 30 messages of 21 letters at most: the bound of one is far above what it costs.
    gateway.door.register.set_budget(business.uid, None, "total", "0.01")
    client = OpenAI(base_url=f"{gateway.url}/v1", api_key=secret, max_retries=0)
    with pytest.raises(openai.RateLimitError) as caught:
        ask_again(client, "echo", 2_000)
    assert caught.value.code == "insufficient_quota"
    assert gateway.door.parts.ledger.drained()
    with business.transaction() as connection:
        row = connection.execute("select sum(cost), count(*) filter (where outcome = 'ok') from ledger").fetchone()
        (state,) = connection.execute(
            "select taken, spent from budget_state(array(select uid from budget where business is not null))"
        ).fetchall()
    assert row is not None
    assert row[0] == state[1] <= state[0] <= 10_000_000
    assert row[1] > 100


def test_a_model_that_bills_more_than_can_be_is_suspended(gateway: Gateway, business: Business) -> None:
    secret = gateway.shop(business)
    gateway.door.register.set_budget(business.uid, None, "total", "100")
    client = OpenAI(base_url=f"{gateway.url}/v1", api_key=secret, max_retries=0)
    client.chat.completions.create(model="gouges", messages=HELLO, max_tokens=10)
    with pytest.raises(openai.InternalServerError, match="suspended"):
        ask_again(client, "gouges", 50)
    gateway.door.register.lift(next(iter(gateway.door.register.known(business.uid).providers.values())))


def test_the_same_question_is_answered_from_what_was_kept(gateway: Gateway, business: Business, client: OpenAI) -> None:
    asked = len(gateway.standin.asked)
    answers = [
        client.chat.completions.with_raw_response.create(model="echo", messages=HELLO, temperature=0) for _ in range(3)
    ]
    assert [answer.headers["x-weft-cache"] for answer in answers] == ["miss", "hit", "hit"]
    assert len(gateway.standin.asked) == asked + 1
    streams = [
        [
            chunk.choices[0].delta.content
            for chunk in client.chat.completions.create(model="echo", messages=HELLO, temperature=0, stream=True)
        ]
        for _ in range(2)
    ]
    assert streams[0] == streams[1]
    fresh = client.chat.completions.with_raw_response.create(
        model="echo", messages=HELLO, temperature=0, extra_headers={"Cache-Control": "no-cache"}
    )
    assert fresh.headers["x-weft-cache"] == "miss"
    assert [row["outcome"] for row in gateway.rows(business, 6)].count("cached") == 3


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"{", "no JSON"),
        (b"[]", "no JSON object"),
        (b'{"messages": [{"role": "user", "content": "a"}]}', "model"),
        (b'{"model": "echo", "messages": "hello"}', "messages"),
        (b'{"model": "echo", "messages": []}', "messages"),
        (b'{"model": 7, "messages": [{"role": "user"}]}', "model"),
        (b'{"model": "echo", "stream": "yes", "messages": [{"role": "user"}]}', "stream"),
    ],
)
def test_nonsense_is_told_what_it_lacks(gateway: Gateway, business: Business, body: bytes, word: str) -> None:
    secret = gateway.shop(business)
    answer = httpx.post(
        f"{gateway.url}/v1/chat/completions", content=body, headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == 400
    assert word in answer.json()["error"]["message"]


def test_a_body_that_is_too_large_is_refused(gateway: Gateway, business: Business) -> None:
    secret = gateway.shop(business)
    body = b'{"model": "echo", "messages": [{"role": "user", "content": "' + b"a" * (17 << 20) + b'"}]}'
    answer = httpx.post(
        f"{gateway.url}/v1/chat/completions", content=body, headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == 413


def test_a_body_that_does_not_come_is_waited_for_no_longer_than_it_may_take(
    gateway: Gateway, business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = gateway.shop(business)
    monkeypatch.setattr(front, "_BODY_SECONDS", 0.3)
    host, _, port = gateway.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), 20) as slow:
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {secret}\r\n"
        slow.sendall(f"{head}Content-Length: 200\r\n\r\n{{".encode())
        answer = slow.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"not whole" in answer
