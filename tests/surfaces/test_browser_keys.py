"""Browser keys: what a page may ask, from where, how often, and what it is never told."""

import time
from typing import Any

import httpx
import orjson
import pytest
from shopfront import Shopfront, product, shopfront

from weft.access import keys
from weft.access.businesses import Tenant
from weft.access.keys import Bearer, Limits
from weft.errors import InputError, LimitReached
from weft.ids import uuid7
from weft.surfaces.rest.browsers import Rations

__all__ = ["shopfront"]


def test_a_page_finds_products_and_may_read_the_answer(shopfront: Shopfront) -> None:
    answer = shopfront.ask(query="wireless headphones")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == shopfront.origin
    assert "access-control-allow-credentials" not in answer.headers
    assert "origin" in answer.headers["vary"].lower()
    assert {"headphones-black", "headphones-red"} <= {hit["id"] for hit in answer.json()["hits"]}
    assert shopfront.ask("suggest", query="wirel").json()["products"]


def test_it_is_not_told_what_is_the_merchants_own(shopfront: Shopfront) -> None:
    _, read = shopfront.made("read")
    whole = shopfront.ask(query="wireless", key=read).json()["hits"]
    assert {hit["stock"] for hit in whole} == {0, 5}
    seen = shopfront.ask(query="wireless")
    hits = seen.json()["hits"]
    assert {hit["stock"] for hit in hits} == {None}
    assert {hit["score"] for hit in hits} == {0}
    assert {hit["id"]: hit["available"] for hit in hits}["speaker"] is False
    assert "secret" not in {hit["id"] for hit in hits}
    assert "123" not in seen.text


@pytest.mark.parametrize(
    "asked",
    [
        {"explain": True},
        {"filters": {"stock": {"min": 3}}},
        {"exclude": {"stock": {"max": 3}}},
        {"sort": "-stock"},
    ],
)
def test_what_would_tell_it_is_refused_in_a_sentence(shopfront: Shopfront, asked: dict[str, object]) -> None:
    answer = shopfront.ask(query="wireless", **asked)
    assert answer.status_code == 403
    assert "browser key" in answer.json()["detail"]
    assert answer.headers["access-control-allow-origin"] == shopfront.origin
    _, read = shopfront.made("read")
    assert shopfront.ask(query="wireless", key=read, **asked).status_code == 200


@pytest.mark.parametrize("origin", ["https://other.example", "https://shop.example.evil.example", "null", ""])
def test_no_page_of_another_origin_may_ask(shopfront: Shopfront, origin: str) -> None:
    answer = shopfront.ask(query="wireless", origin=origin)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
    assert shopfront.origin in answer.json()["detail"]


def test_recommendations_name_no_customer_and_no_reasons(shopfront: Shopfront) -> None:
    found = shopfront.ask("recommend", kind="similar", product="headphones-black")
    assert found.status_code == 200, found.text
    assert found.json()["items"]
    assert {(one["score"], one["stock"], one["why"]) for one in found.json()["items"]} == {(0, None, None)}
    for asked in ({"customer": "anna@example.com"}, {"explain": True}):
        assert shopfront.ask("recommend", kind="for-you", **asked).status_code == 403


def test_a_visitor_who_is_called_like_a_customer_is_told_nothing_of_them(shopfront: Shopfront) -> None:
    business = shopfront.business
    views = [
        {"action": "view", "product": "headphones-red", "customer": "anna@example.com", "visitor": "page-of-anna"},
        {"action": "view", "product": "headphones-red", "visitor": "a-page"},
    ]
    with business.transaction() as connection:
        business.behaviors.put(connection, views)

    def shown(visitor: str) -> list[str]:
        answer = shopfront.ask("recommend", kind="for-you", visitor=visitor)
        return [item["id"] for item in answer.json()["items"]]

    assert shown("a-page") != shown("nobody")
    assert shown("anna@example.com") == shown("nobody")
    _, read = shopfront.made("read")
    told = shopfront.ask("recommend", kind="for-you", customer="anna@example.com", key=read).json()["items"]
    assert [item["id"] for item in told] == shown("a-page")


@pytest.mark.parametrize("typed", ["dra", "zeph", "lau", "draft", "draft spe"])
def test_nothing_of_what_is_not_on_show_is_suggested(shopfront: Shopfront, typed: str) -> None:
    told = shopfront.ask("suggest", query=typed).json()
    assert (told["queries"], told["categories"], told["products"]) == ([], [], [])
    assert shopfront.ask("suggest", query="wirel").json()["queries"]


def test_what_is_typed_is_not_read_as_words_of_what_is_not_on_show(shopfront: Shopfront) -> None:
    found = shopfront.ask(query="zephyrr").json()
    assert (found["did_you_mean"], found["understood"]["read"]) == (None, [])
    assert shopfront.ask(query="hedphones").json()["did_you_mean"] == "headphones"
    refused = shopfront.ask(query="", filters={"no-such-thing": "x"})
    assert refused.status_code == 400
    assert "color" in refused.text
    assert "codename" not in refused.text


def test_a_browser_is_told_beforehand_whether_a_page_may_ask(shopfront: Shopfront) -> None:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}
    url = f"{shopfront.api}/skills/search"
    yes = httpx.options(url, headers={**asked, "origin": shopfront.origin})
    assert yes.status_code == 204
    assert yes.headers["access-control-allow-origin"] == shopfront.origin
    assert "authorization" in yes.headers["access-control-allow-headers"]
    no = httpx.options(url, headers={**asked, "origin": "https://other.example"})
    assert no.status_code == 403
    assert "access-control-allow-origin" not in no.headers
    closed = httpx.options(f"{shopfront.api}/products", headers={**asked, "origin": shopfront.origin})
    assert "access-control-allow-origin" not in closed.headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/business"),
        ("GET", "/api/v1/products"),
        ("GET", "/api/v1/products/kettle"),
        ("GET", "/api/v1/skills"),
        ("GET", "/api/v1/keys"),
        ("GET", "/api/v1/orders"),
        ("POST", "/api/v1/skills/check"),
        ("POST", "/api/v1/skills/organize"),
        ("GET", "/v1/models"),
        ("POST", "/v1/chat/completions"),
        ("POST", "/mcp"),
    ],
)
def test_nothing_else_takes_such_a_key(shopfront: Shopfront, method: str, path: str) -> None:
    headers = {"authorization": f"Bearer {shopfront.key}", "origin": shopfront.origin}
    for _ in range(2):  # the second time the key has been seen a moment ago
        body = {} if method == "POST" else None
        url = f"http://127.0.0.1:{shopfront.port}{path}"
        answer = httpx.request(method, url, headers=headers, json=body, timeout=30)
        assert answer.status_code == 403, answer.text
        assert "access-control-allow-origin" not in answer.headers


def test_its_requests_are_not_kept_to_be_answered_again(shopfront: Shopfront) -> None:
    headers = {"authorization": f"Bearer {shopfront.key}", "origin": shopfront.origin, "idempotency-key": "one"}
    answer = httpx.post(f"{shopfront.api}/skills/search", json={"query": "mug"}, headers=headers, timeout=30)
    assert answer.status_code == 403


def test_a_page_that_is_left_tells_what_was_done_in_plain_text(shopfront: Shopfront) -> None:
    behavior = {"action": "click", "product": "mug-1", "place": "search", "consent": False}
    url = f"{shopfront.api}/behaviors"
    sent: dict[str, Any] = {"content": orjson.dumps({"behaviors": [behavior]}), "timeout": 30}
    headers = {"origin": shopfront.origin, "content-type": "text/plain;charset=UTF-8"}
    answer = httpx.post(url, params={"key": shopfront.key}, headers=headers, **sent)
    assert (answer.status_code, answer.json()["taken"]) == (202, 1)
    elsewhere = {**headers, "origin": "https://other.example"}
    assert httpx.post(url, params={"key": shopfront.key}, headers=elsewhere, **sent).status_code == 403
    _, propose = shopfront.made("propose")
    assert httpx.post(url, params={"key": propose}, headers=headers, **sent).status_code == 401


def test_nobody_signs_in_with_one(shopfront: Shopfront) -> None:
    headers = {"sec-fetch-site": "same-origin"}
    url = f"http://127.0.0.1:{shopfront.port}/console/sign-in"
    answer = httpx.post(url, data={"key": shopfront.key}, headers=headers, timeout=30)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_an_address_that_asks_too_often_is_told_when_to_come_again(shopfront: Shopfront) -> None:
    _, key = shopfront.made(limits={"requests": 3})
    answers = [shopfront.ask("suggest", key=key, query="mug") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 20
    assert answers[-1].headers["access-control-allow-origin"] == shopfront.origin
    assert shopfront.ask("suggest", query="mug").status_code == 200


def test_a_household_has_one_ration_which_fills_up_again() -> None:
    rations = Rations()
    bearer = Bearer(Tenant(uuid7(), "shop", "EUR"), "k_1", "browser", None, Limits(requests=2))
    for address in ("2001:db8::1", "2001:db8::2"):
        rations.take(bearer, address, 100.0)
    with pytest.raises(LimitReached) as refused:
        rations.take(bearer, "2001:db8:0:0:ffff::3", 100.0)
    assert refused.value.details["retry_after"] == pytest.approx(30)
    rations.take(bearer, "2001:db8:0:1::1", 100.0)
    rations.take(bearer, "192.0.2.1", 100.0)
    rations.take(bearer, "2001:db8::1", 130.0)
    with pytest.raises(LimitReached):
        rations.take(bearer, "2001:db8::1", 130.0)


def test_a_key_that_was_ended_or_never_was_says_so(shopfront: Shopfront) -> None:
    made, key = shopfront.made()
    keys.revoked(shopfront.database, shopfront.business.uid, made.id)
    for wrong in (key, "weft_browser_nobodys"):
        answer = shopfront.ask(query="mug", key=wrong)
        assert answer.status_code == 401
        assert answer.headers["access-control-allow-origin"] == shopfront.origin


def test_a_body_larger_than_a_page_has_cause_to_send_is_refused(shopfront: Shopfront) -> None:
    assert shopfront.ask(query="x" * (300 << 10)).status_code == 413


@pytest.mark.parametrize(
    ("said", "origin"),
    [
        ("https://Shop.Example/products?q=1", "https://shop.example"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("http://[::1]:81", "http://[::1]:81"),
    ],
)
def test_an_origin_is_read_as_browsers_say_it(said: str, origin: str) -> None:
    assert keys.origin_of(said) == origin


@pytest.mark.parametrize("said", ["", "shop.example", "*", "https://*.shop.example", "ftp://shop.example", "https://", "https://a:b@c", "https://shop.example:99999", "javascript:alert(1)"])  # fmt: skip
def test_what_is_no_origin_is_refused(said: str) -> None:
    with pytest.raises(InputError, match="origin"):
        keys.origin_of(said)


def test_a_browser_key_has_origins_and_no_other_has(shopfront: Shopfront) -> None:
    with pytest.raises(InputError, match="needs the origins"):
        shopfront.made("browser", origins=[])
    with pytest.raises(InputError, match="Only a browser key"):
        shopfront.made("read", origins=["https://shop.example"])
    _, admin = shopfront.made("admin")
    headers = {"authorization": f"Bearer {admin}"}
    body = {"scope": "browser", "origins": ["https://Two.example/"], "note": "the blog"}
    made = httpx.post(f"{shopfront.api}/keys", json=body, headers=headers).json()
    assert made["origins"] == ["https://two.example"]
    listed = {line["id"]: line for line in httpx.get(f"{shopfront.api}/keys", headers=headers).json()}
    assert listed[made["id"]]["shown"] == made["key"]
    assert {line["shown"] for line in listed.values() if line["scope"] != "browser"} == {None}


@pytest.mark.parametrize("key", ["browser", "read"])
def test_a_draft_is_as_unknown_as_what_is_not_there(shopfront: Shopfront, key: str) -> None:
    secret = shopfront.made(key)[1]
    for draft in ("secret", "secret-too", "nobody"):
        for skill, asked in (("search", {"like": draft}), ("recommend", {"kind": "similar", "product": draft})):
            answer = shopfront.ask(skill, key=secret, **asked)
            assert answer.status_code == 404
            assert answer.json()["detail"] == f"There is no product {draft!r} in the index."
    alike = shopfront.ask("recommend", kind="cart", cart=["secret"]).json()["items"]
    assert alike == shopfront.ask("recommend", kind="cart", cart=["nobody"]).json()["items"]


def test_columns_of_a_file_are_searched_where_the_business_chose_so(shopfront: Shopfront) -> None:
    business = shopfront.business
    noted = {
        **product("noted", "Enamel Jug"),
        "columns": {"Buyer's note": "Quuxmargin supplier", "Blurb": "Frobnicated"},
    }
    with business.transaction() as connection:
        business.catalog.put(connection, [noted], "test")  # type: ignore[list-item]

    def until_found(query: str) -> None:
        deadline = time.monotonic() + 30
        while not shopfront.ask(query=query).json()["hits"]:
            assert time.monotonic() < deadline, query
            time.sleep(0.1)

    until_found("enamel")
    for said in ("quuxmargin", "frobnicated"):
        assert shopfront.ask(query=said).json()["hits"] == []
        assert said not in shopfront.ask("suggest", query=said[:6]).text
    business.preferences.put("index", {"columns": ["Blurb"]}, "test")
    until_found("frobnicated")
    assert shopfront.ask(query="quuxmargin").json()["hits"] == []


def test_no_page_makes_a_bot_of_a_customer(shopfront: Shopfront) -> None:
    business = shopfront.business
    day = "2026-03-02T10:00"
    bought = [
        {"action": "view", "product": f"mug-{n}", "customer": "bea@example.com", "at": f"{day}:30Z"} for n in range(3)
    ]
    bought[0]["visitor"] = "browser-of-bea"
    with business.transaction() as connection:
        assert business.behaviors.put(connection, bought).left_out == 0

    def send(**who: str) -> int:
        many = [
            {
                "action": "view",
                "product": "mug-9",
                "at": f"{day}:{n % 60:02}Z",
                "id": f"{who}-{n}",
                "customer": "bea@example.com",
                **who,
            }
            for n in range(300)
        ]
        headers = {"authorization": f"Bearer {shopfront.key}", "origin": shopfront.origin}
        answer = httpx.post(f"{shopfront.api}/behaviors", json={"behaviors": many}, headers=headers, timeout=30)
        assert answer.status_code == 202, answer.text
        return int(answer.json()["left_out"])

    assert send(visitor="page-of-mallory") == 300
    send()
    own = [one for one in business.behaviors.listed("bea@example.com", limit=1000) if one["product"] != "mug-9"]
    assert len(own) == 3
    assert not any(one.get("bot") for one in own)
