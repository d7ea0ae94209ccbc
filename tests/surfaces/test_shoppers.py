"""What shoppers wait for is answered on a shorter way, and answered the same."""

import threading
import time
from typing import Any

import httpx
import pytest
from shopfront import Shopfront, shopfront

from weft.skill import named
from weft.surfaces import asking

__all__ = ["shopfront"]

ASKED: list[tuple[str, dict[str, Any]]] = [
    ("search", {"query": "wireless", "filters": {"color": ["Black", "Red"]}, "explain": True}),
    ("search", {"query": "mug", "limit": 3, "sort": "-price"}),
    ("suggest", {"query": "wirel"}),
    ("recommend", {"kind": "similar", "product": "headphones-black"}),
]
WRONG: list[tuple[str, bytes]] = [
    ("search", b'{"query": '),
    ("search", b'{"query": 7}'),
    ("search", b'{"query": "mug", "limit": -1, "colour": 2}'),
    ("search", b'["mug"]'),
    ("search", b'{"query": "mug", "filters": {"no-such-thing": "x"}}'),
    ("suggest", b"\xff"),
    ("recommend", b'{"kind": "similar", "product": "nobody"}'),
]


def both(shopfront: Shopfront, skill: str, body: bytes, key: str) -> list[httpx.Response]:
    """The answers on the shorter way and, because of what stands in the address, on the way around."""
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    # The key is looked up by the first, and known to those after it.
    return [
        httpx.post(f"{shopfront.api}/skills/{skill}{more}", content=body, headers=headers, timeout=30)
        for more in ("?engine=local", "", "?engine=local")
    ][1:]


def told(answer: httpx.Response) -> tuple[int, str, Any]:
    body = answer.json()
    body.pop("query_id", None)
    return answer.status_code, answer.headers["content-type"], body


@pytest.mark.parametrize(("skill", "asked"), ASKED)
def test_an_answer_is_the_same_on_both_ways(shopfront: Shopfront, skill: str, asked: dict[str, Any]) -> None:
    _, key = shopfront.made("read")
    short, around = both(shopfront, skill, httpx.Request("POST", "http://x", json=asked).content, key)
    assert short.status_code == 200
    assert told(short) == told(around)


@pytest.mark.parametrize(("skill", "body"), WRONG)
def test_what_is_wrong_is_told_the_same_on_both_ways(shopfront: Shopfront, skill: str, body: bytes) -> None:
    _, key = shopfront.made("read")
    short, around = both(shopfront, skill, body, key)
    assert short.status_code >= 400
    assert told(short) == told(around)


def test_who_may_not_ask_is_refused(shopfront: Shopfront) -> None:
    assert shopfront.ask(query="mug", key="weft_nobodys").status_code == 401
    assert httpx.post(f"{shopfront.api}/skills/search", json={"query": "mug"}).status_code == 401


def test_many_at_once_are_all_answered(shopfront: Shopfront) -> None:
    _, key = shopfront.made("read")
    answers: list[int] = []

    def ask(number: int) -> None:
        answers.append(shopfront.ask(query=f"mug {number}", key=key).status_code)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(60)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert answers == [200] * 60


def test_what_takes_too_long_is_told_as_such_and_the_next_is_answered(
    shopfront: Shopfront, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key = shopfront.made("read")
    assert shopfront.ask("suggest", query="mug", key=key).status_code == 200

    ended = threading.Event()

    def endless(*_: Any, **__: Any) -> dict[str, Any]:
        try:
            while True:
                time.sleep(0.01)
        finally:
            ended.set()

    suggest = named("suggest")
    before = suggest.seconds
    object.__setattr__(suggest, "seconds", 0.2)
    try:
        with monkeypatch.context() as patched:
            patched.setattr(asking, "ask", endless)
            answer = shopfront.ask("suggest", query="mug", key=key)
    finally:
        object.__setattr__(suggest, "seconds", before)
    assert (answer.status_code, answer.json()["type"]) == (504, "/docs/errors#skill-timeout")
    assert ended.wait(10)
    assert shopfront.ask("suggest", query="mug", key=key).status_code == 200
