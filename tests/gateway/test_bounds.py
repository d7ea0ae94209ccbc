"""What a request can cost at most: a server that counts as dearly as one can stays within it, whatever the request holds."""

import json
from typing import Any
from uuid import uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from weft.errors import InputError
from weft.gateway import bounds
from weft.gateway.bounds import INJECTED, Size
from weft.gateway.models import Model, Prices, Provider, Target
from weft.gateway.providers.openai import Usage, outgoing

IMAGE = 1000
LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "max_new_tokens", "n_predict", "num_predict")
PRICES = Prices(input=3_000_000, output=7_000_000, request=11)

texts = st.text(max_size=30)
images = st.one_of(
    texts.map(lambda url: {"type": "image_url", "image_url": {"url": url}}),
    texts.map(lambda url: {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{url}"}}),
    texts.map(lambda url: {"image": url}),
    texts.map(lambda url: {"type": "input_image", "image_url": url}),
)
parts = st.one_of(texts.map(lambda text: {"type": "text", "text": text}), images)
messages = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["user", "system"]), "content": st.one_of(texts, st.lists(parts, max_size=4))}),
    min_size=1,
    max_size=5,
)  # fmt: skip
tools = st.lists(
    st.fixed_dictionaries({"type": st.just("function"), "function": st.dictionaries(texts, texts, max_size=3)}),
    max_size=3,
)
chats = st.fixed_dictionaries(
    {"messages": messages},
    optional={
        **{name: st.one_of(st.none(), st.integers(1, 5000)) for name in LIMITS},
        "n": st.one_of(st.none(), st.integers(1, 5)),
        "best_of": st.integers(1, 5),
        "tools": tools,
        "stream": st.booleans(),
    },
)


def target(url: str = "https://api.example.com/v1", **more: Any) -> Target:
    model = Model("m", image_tokens=IMAGE, prices=PRICES, **more)
    return Target(Provider(uuid4(), "p", url, {"m": model}), model)


def counted(value: Any, *, room: bool = False) -> int:
    """The tokens of a text, a byte each; what is shown with room around it is indented."""
    return len(json.dumps(value, ensure_ascii=False, indent=2 if room else None).encode())


def dearest(sent: dict[str, Any], limits: tuple[str, ...]) -> Usage:
    """What a server uses that understands these limits, takes the largest, writes to it, and makes every answer it is asked for."""
    held = [sent[name] for name in limits if sent.get(name) is not None]
    tokens_in = 500
    for message in sent["messages"]:
        content = message["content"]
        tokens_in += 10 + counted(message["role"])
        for part in content if isinstance(content, list) else [content]:
            seen = isinstance(part, dict) and ("image" in part or "image_url" in part)
            tokens_in += IMAGE if seen else counted(part["text"] if isinstance(part, dict) else part)
    if sent.get("tools"):
        tokens_in += counted(sent["tools"], room=True)
    answers = max(sent.get("n") or 1, sent.get("best_of") or 1)
    return Usage(tokens_in, answers * (max(held) if held else 100_000))


@given(
    body=chats,
    ascii_only=st.booleans(),
    limits=st.sampled_from([LIMITS, LIMITS[:1], LIMITS[:2], (LIMITS[0], LIMITS[4])]),
)
@tried(max_examples=400)
def test_no_chat_costs_more_than_its_bound(body: dict[str, Any], ascii_only: bool, limits: tuple[str, ...]) -> None:
    raw = json.dumps(body, ensure_ascii=ascii_only).encode()
    read = orjson.loads(raw)
    to = target()
    size = Size.of("chat", read, raw)
    sent = orjson.loads(outgoing(read, to, size.limit_for(to)[1]))
    usage = dearest(sent, limits)
    assert bounds.cost(usage, PRICES, size.images) <= size.bound(to, PRICES)


@given(query=texts, documents=st.lists(texts, min_size=1, max_size=20))
def test_a_reranker_reads_the_query_with_each_document(query: str, documents: list[str]) -> None:
    body = {"query": query, "documents": documents}
    raw = orjson.dumps(body)
    used = sum(len(query.encode()) + len(one.encode()) + 60 for one in documents)
    size = Size.of("rerank", body, raw)
    assert bounds.cost(Usage(used), PRICES) <= size.bound(target(kind="rerank"), PRICES)


@pytest.mark.parametrize("name", [*LIMITS, "n", "best_of"])
@pytest.mark.parametrize("value", ["100", 100.0, 1e30, True, -1, 0, 10**12, [5], {}])
def test_a_count_that_is_none_is_refused(name: str, value: Any) -> None:
    body = {"messages": [], name: value}
    with pytest.raises(InputError, match=f"field {name} is a whole number"):
        Size.of("chat", body, orjson.dumps(body))


@pytest.mark.parametrize(
    "more",
    [
        {"service_tier": "priority"},
        {"web_search_options": {"search_context_size": "high"}},
        {"modalities": ["text", "audio"]},
        {"audio": {"voice": "alloy"}},
        {"prediction": {"type": "content", "content": "x"}},
        {"plugins": [{"id": "web"}]},
        {"models": ["dear/one"]},
        {"enable_search": True},
        {"tools": [{"type": "web_search"}]},
    ],
)
def test_what_is_billed_beside_tokens_is_told(more: dict[str, Any]) -> None:
    assert bounds.unbounded({"messages": [], **more}) == next(iter(more))


def test_what_costs_nothing_more_is_let_through() -> None:
    harmless = {"service_tier": "auto", "modalities": ["text"], "enable_search": False, "audio": None}
    assert bounds.unbounded({**harmless, "tools": [{"type": "function", "function": {"name": "f"}}]}) is None


@pytest.mark.parametrize(
    "part",
    [
        b'{"type": "im\\u0061ge_url", "im\\u0061ge_ur\\u006c": {"url": "https://a.example/x.png"}}',
        b'{"image_url": "https://a.example/x.png"}',
        b'{"video": "https://a.example/x.mp4"}',
        b'{"type": "video_url", "video_url": {"url": "https://a.example/x.mp4"}}',
    ],
)
def test_an_image_is_seen_however_it_is_written(part: bytes) -> None:
    raw = b'{"messages": [{"role": "user", "content": [' + part + b"]}]}"
    size = Size.of("chat", orjson.loads(raw), raw)
    assert size.images + size.media == 1
    assert size.tokens_in(target()) > IMAGE


def test_a_limit_is_put_in_where_a_server_might_overlook_the_one_that_is_there() -> None:
    body = {"messages": [{"role": "user", "content": "a"}], "max_completion_tokens": 7}
    size = Size.of("chat", body, orjson.dumps(body))
    assert size.limit_for(target()) == (7, 7)
    assert orjson.loads(outgoing(body, target(), 7))["max_tokens"] == 7
    assert "max_tokens" not in orjson.loads(outgoing(body, target("https://api.openai.com/v1"), 7))
    assert Size.of("chat", {"messages": []}, b"{}").limit_for(target()) == (INJECTED, INJECTED)
