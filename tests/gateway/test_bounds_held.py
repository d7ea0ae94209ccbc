"""What is held for a request holds what servers bill for it, whatever the request calls its limits."""

from collections.abc import Mapping
from typing import Any

import httpx
import orjson
import pytest
from models import Gateway, gateway
from openai import BadRequestError, OpenAI

from weft.business import Business
from weft.gateway.standin import Behavior, whole

__all__ = ["gateway"]
HELLO: Any = [{"role": "user", "content": "hello"}]


def predicts(body: Mapping[str, Any]) -> Behavior:
    """A server that answers as llama.cpp's does: `n_predict` goes before the other limits, and no limit is no end."""
    names = ("n_predict", "max_completion_tokens", "max_tokens")
    limit = next((body[name] for name in names if body.get(name) is not None), -1)
    each = limit if limit >= 0 else 1_000_000
    tokens_out = each * (body.get("n_cmpl") or body.get("n") or 1)
    return whole(body, "so much", usage={"prompt_tokens": 10, "completion_tokens": tokens_out})


def ranks(body: Mapping[str, Any]) -> Behavior:
    """A server whose reranker makes a token of each byte, and puts a sentence of its own before each pair."""
    texts = body["documents"]
    read = sum(len(body["query"].encode()) + len(text.encode()) + 100 for text in texts)
    results = [{"index": place, "relevance_score": 0.5} for place, _ in enumerate(texts)]
    return Behavior((orjson.dumps({"results": results, "usage": {"prompt_tokens": read, "total_tokens": read}}),))


@pytest.fixture
def client(gateway: Gateway, business: Business) -> OpenAI:
    gateway.standin.replies |= {"predicts": predicts, "ranks": ranks}
    secret = gateway.shop(business)
    gateway.door.register.set_budget(business.uid, None, "total", "0.5")
    return OpenAI(base_url=f"{gateway.url}/v1", api_key=secret, max_retries=0)


def held(gateway: Gateway, business: Business) -> dict[str, Any]:
    """The one row of a business, of which what was held is no less than what it cost."""
    (row,) = gateway.rows(business, 1)
    assert row["outcome"] == "ok"
    assert 0 < row["cost"] <= row["reserved"]
    return row


@pytest.mark.parametrize(
    ("asked", "billed"),
    [
        ({}, 4096),
        ({"max_tokens": 7}, 7),
        ({"max_tokens": 1, "n_predict": 5000}, 5000),
        ({"n_predict": 20, "n_cmpl": 30}, 600),
        ({"max_tokens": 1, "n": 2, "n_cmpl": 30}, 30),
    ],
)
def test_a_limit_by_any_name_is_held(
    gateway: Gateway, business: Business, client: OpenAI, asked: dict[str, Any], billed: int
) -> None:
    client.chat.completions.create(model="predicts", messages=HELLO, extra_body=asked)
    assert held(gateway, business)["tokens_out"] == billed


@pytest.mark.parametrize(
    "asked", [{"n_predict": -1}, {"max_tokens": 5, "max_completion_tokens": -1}, {"max_tokens": 5, "n_predict": "many"}]
)
def test_a_limit_that_is_none_is_refused(client: OpenAI, asked: dict[str, Any]) -> None:
    with pytest.raises(BadRequestError, match="is a whole number"):
        client.chat.completions.create(model="predicts", messages=HELLO, extra_body=asked)


def test_a_query_is_held_once_for_each_document(gateway: Gateway, business: Business, client: OpenAI) -> None:
    asked = {"model": "ranks", "query": "a mug of porcelain " * 50, "documents": ["cup", "Straße"] * 50}
    headers = {"Authorization": f"Bearer {client.api_key}"}
    answer = httpx.post(f"{gateway.url}/v1/rerank", json=asked, headers=headers).raise_for_status()
    assert held(gateway, business)["tokens_in"] == answer.json()["usage"]["prompt_tokens"] > 90_000
