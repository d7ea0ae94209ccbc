"""Models, budgets and usage over HTTP: what a key sees, what an admin key may do, and what it never may."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from models import Gateway, gateway

from weft.access import keys
from weft.business import Business

__all__ = ["gateway"]
PUBLIC = {
    "base_url": "https://models.example.com/v1",
    "key": "sk-hidden",
    "models": {"m": {"abilities": {"tools": True}}},
}
HELLO = [{"role": "user", "content": "hello there my friend"}]


@pytest.fixture
def reader(gateway: Gateway, business: Business) -> Iterator[httpx.Client]:
    """A client with a key that may read."""
    headers = {"Authorization": f"Bearer {gateway.shop(business)}"}
    with httpx.Client(base_url=gateway.url, headers=headers, timeout=20) as client:
        yield client


@pytest.fixture
def admin(gateway: Gateway, business: Business) -> Iterator[httpx.Client]:
    """A client with a key that may do everything in its business."""
    _, secret = keys.created(gateway.database, business.uid, "admin")
    with httpx.Client(base_url=gateway.url, headers={"Authorization": f"Bearer {secret}"}, timeout=20) as client:
        yield client


@pytest.fixture
def platform(gateway: Gateway) -> Iterator[str]:
    """A provider and a route of the platform, at an address inside its network."""
    body = {"base_url": "http://10.9.8.7/v1", "models": {"house": {}}, "headers": {"X-Team": "core"}}
    gateway.door.register.add_provider(None, "house", body, key="sk-platform", reach="private")
    gateway.door.register.add_route(None, "house-route", {"targets": [{"provider": "house"}]})
    yield "house"
    gateway.door.register.remove(None, "house-route")
    gateway.door.register.remove(None, "house")


def problem(answer: httpx.Response, status: int) -> str:
    """The sentence of a problem, whose status it must have."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["detail"])


def test_a_provider_and_a_route_are_put_shown_and_removed(admin: httpx.Client) -> None:
    made = admin.put("/api/v1/providers/own", json=PUBLIC)
    assert made.status_code == 200, made.text
    assert (made.json()["has_key"], made.json()["owner"]) == (True, "business")
    assert made.json()["models"]["m"]["abilities"] == {"tools": True}
    route = admin.put(
        "/api/v1/routes/write/short", json={"targets": [{"provider": "own"}], "retries": 0, "most_output": 2.5}
    )
    assert route.status_code == 200, route.text
    assert admin.get("/api/v1/routes/write/short").json() == route.json()
    assert [one["name"] for one in admin.get("/api/v1/routes").json()] == ["write/short"]
    assert {"write/short", "own/m", "m"} <= {one["name"] for one in admin.get("/api/v1/models").json()}
    assert "still name own" in problem(admin.delete("/api/v1/providers/own"), 409)
    assert admin.delete("/api/v1/routes/write/short").json() == {"name": "write/short", "removed": ["route"]}
    assert admin.delete("/api/v1/providers/own").json()["removed"] == ["provider"]
    assert "no provider 'own'" in problem(admin.delete("/api/v1/providers/own"), 404)
    assert "no route" in problem(admin.get("/api/v1/routes/nothing"), 404)


def test_a_key_never_comes_back_and_goes_to_no_other_address(
    admin: httpx.Client, gateway: Gateway, business: Business
) -> None:
    admin.put("/api/v1/providers/own", json=PUBLIC)
    for path in ("/api/v1/providers", "/api/v1/providers/own", "/api/v1/models"):
        assert "sk-hidden" not in admin.get(path).text
    again = {**PUBLIC, "models": {"m": {}, "n": {}}}
    again.pop("key")
    assert admin.put("/api/v1/providers/own", json=again).json()["has_key"] is True
    moved = {**again, "base_url": "https://elsewhere.example.com/v1"}
    assert admin.put("/api/v1/providers/own", json=moved).json()["has_key"] is False
    assert gateway.door.register.known(business.uid).providers["own"].key is None


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8000/v1",
        "http://localhost/v1",
        "http://10.0.0.1/v1",
        "http://192.168.1.1/v1",
        "http://169.254.169.254/latest",
        "http://[::1]/v1",
        "http://[::ffff:10.0.0.1]/v1",
        "http://0.0.0.0/v1",
    ],
)
def test_a_private_address_is_never_added_over_http(admin: httpx.Client, address: str) -> None:
    said = problem(admin.put("/api/v1/providers/own", json={"base_url": address, "models": {"m": {}}}), 403)
    assert "only by the operator at the command line" in said
    assert "private address" in problem(admin.put("/api/v1/providers/own", json={"preset": "ollama"}), 403)
    assert "own" not in {one["name"] for one in admin.get("/api/v1/providers").json()}


def test_the_platform_s_are_read_only_and_their_addresses_untold(admin: httpx.Client, platform: str) -> None:
    shown = admin.get(f"/api/v1/providers/{platform}")
    assert (shown.json()["owner"], shown.json()["base_url"], shown.json()["headers"]) == ("platform", None, [])
    assert "10.9.8.7" not in admin.get("/api/v1/providers").text + admin.get("/api/v1/models").text
    assert "the platform's" in problem(admin.delete(f"/api/v1/providers/{platform}"), 403)
    assert "the platform's" in problem(admin.delete("/api/v1/routes/house-route"), 403)
    own = admin.put("/api/v1/routes/house-route", json={"targets": [{"provider": platform}]})
    assert own.json()["owner"] == "business"
    assert admin.delete("/api/v1/routes/house-route").status_code == 200
    assert admin.get("/api/v1/routes/house-route").json()["owner"] == "platform"


def test_a_key_sees_what_it_may_ask_and_a_reader_changes_nothing(
    reader: httpx.Client, gateway: Gateway, business: Business
) -> None:
    _, secret = keys.created(gateway.database, business.uid, "read", limits={"models": ["echo", "standin/th*"]})
    seen = reader.get("/api/v1/models", headers={"Authorization": f"Bearer {secret}"}).json()
    assert {one["name"] for one in seen} == {"echo", "standin/thinks"}
    assert len(reader.get("/api/v1/models").json()) > 20
    for method, path, body in [
        ("PUT", "/api/v1/providers/x", PUBLIC),
        ("PUT", "/api/v1/routes/x", {"targets": [{"provider": "standin", "model": "echo"}]}),
        ("PUT", "/api/v1/budgets/day", {"amount": 1}),
        ("DELETE", "/api/v1/providers/standin", None),
        ("DELETE", "/api/v1/budgets/day", None),
    ]:
        assert "scope admin" in problem(reader.request(method, path, json=body), 403)
    assert reader.get("/api/v1/models", headers={"Authorization": "Bearer no"}).status_code == 401


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("providers/own", {}, 400, "https://api.example.com/v1"),
        ("providers/own", {"base_url": "ftp://x"}, 400, "https://api.example.com/v1"),
        ("providers/own", {"preset": "acme"}, 400, "no preset 'acme'"),
        ("providers/a b", PUBLIC, 400, "cannot name a provider"),
        ("providers/own", {**PUBLIC, "colour": 1}, 422, "colour"),
        ("providers/own", {**PUBLIC, "headers": {"Host": "x"}}, 400, "Weft's to set"),
        ("providers/own", {**PUBLIC, "models": {"m\ud800": {}}}, 400, "1 to 200 characters"),
        ("providers/own", {**PUBLIC, "models": {"m": {"abilities": {"fly": True}}}}, 400, "no ability called 'fly'"),
        ("providers/own", {**PUBLIC, "region": "\x00"}, 400, "region"),
        ("routes/own", {"targets": []}, 422, "targets"),
        ("routes/own", {"targets": [{"provider": "nobody"}]}, 400, "no"),
        ("budgets/day", {"amount": -1}, 422, "amount"),
        ("budgets/week", {"amount": 1}, 422, "period"),
        ("budgets/day?key=k_nobody", {"amount": 1}, 404, "k_nobody"),
    ],
)
def test_what_is_wrong_is_said(admin: httpx.Client, path: str, body: dict[str, Any], status: int, said: str) -> None:
    sent = json.dumps(body)
    answer = admin.put(f"/api/v1/{path}", content=sent, headers={"Content-Type": "application/json"})
    assert said in problem(answer, status)


def test_a_budget_is_put_shown_and_removed_and_usage_is_told(
    admin: httpx.Client, reader: httpx.Client, gateway: Gateway, business: Business
) -> None:
    made = admin.put("/api/v1/budgets/month", json={"amount": 2.5})
    assert made.status_code == 200, made.text
    assert (made.json()["amount"], made.json()["left"], made.json()["key"]) == (2.5, 2.5, None)
    answer = reader.post("/v1/chat/completions", json={"model": "echo", "messages": HELLO, "max_tokens": 50})
    assert answer.status_code == 200, answer.text
    (row,) = gateway.rows(business, 1)
    (budget,) = admin.get("/api/v1/budgets").json()
    assert budget["spent"] == row["cost"] / 1e9
    assert budget["ends"].endswith(("+00:00", "Z"))
    told = reader.get("/api/v1/usage", params={"by": "model"}).json()
    assert told["items"][0]["name"] == "standin/echo"
    assert told["items"][0]["cost"] == told["total"]["cost"] == row["cost"] / 1e9
    assert reader.get("/api/v1/usage", params={"by": "weather"}).status_code == 422
    assert admin.delete("/api/v1/budgets/month").json() == {"key": None, "period": "month"}
    assert "no such budget" in problem(admin.delete("/api/v1/budgets/month"), 404)


def test_a_key_s_limits_are_set_over_http(admin: httpx.Client) -> None:
    made = admin.post("/api/v1/keys", json={"limits": {"models": ["write"], "requests": 5}}).json()
    assert made["limits"] == {"models": ["write"], "requests": 5, "tokens": None, "concurrency": None}
    now = admin.put(f"/api/v1/keys/{made['id']}/limits", json={"tokens": 10}).json()
    assert now["limits"] == {"models": None, "requests": None, "tokens": 10, "concurrency": None}
    assert now["limits"] in [one["limits"] for one in admin.get("/api/v1/keys").json()]
    assert "requests" in problem(admin.put(f"/api/v1/keys/{made['id']}/limits", json={"requests": 0}), 422)


def test_metrics_name_no_business_and_no_key(reader: httpx.Client, gateway: Gateway, business: Business) -> None:
    reader.post("/v1/chat/completions", json={"model": "echo", "messages": HELLO, "max_tokens": 50})
    gateway.rows(business, 1)
    answer = httpx.get(f"{gateway.url}/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'weft_gateway_requests_total{kind="chat",outcome="ok",provider="own",route="own"}' in answer.text
    assert "standin" not in answer.text
    assert business.id not in answer.text
    assert str(business.uid) not in answer.text
    assert "k_" not in answer.text
