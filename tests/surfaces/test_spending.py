"""What was used and what may be spent, by the command line: the ledger added up, budgets that hold, keys with limits."""

from pathlib import Path
from typing import Any

import openai
import pytest
from models import Gateway, gateway
from openai import OpenAI
from test_cli import lines, weft

from weft.access import businesses, keys
from weft.business import Business
from weft.errors import InputError
from weft.gateway import usage
from weft.postgres.database import Database

__all__ = ["gateway"]
HELLO: Any = [{"role": "user", "content": "hello there my friend"}]
COST = 6 * 1_000 + 6 * 2_000


@pytest.fixture
def client(gateway: Gateway, business: Business) -> OpenAI:
    return OpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.shop(business), max_retries=0, timeout=20)


def ask(client: OpenAI, model: str = "echo", **more: Any) -> None:
    client.chat.completions.create(model=model, messages=HELLO, max_tokens=50, **more)


def test_usage_is_told_by_what_it_was_for(home: Path, gateway: Gateway, business: Business, client: OpenAI) -> None:
    ask(client)
    ask(client, "standin/echo", seed=1)
    ask(client, "standin/echo", seed=1)
    with pytest.raises(openai.APIStatusError):
        ask(client, "refuses")
    gateway.rows(business, 4)
    at = ("--business", business.id, "--json")
    told = {by: lines(weft(home, "usage", "--by", by, *at)) for by in usage.BY}
    (day,) = told["day"]
    assert (day["requests"], day["tokens_in"], day["tokens_out"], day["hits"], day["failed"]) == (4, 12, 12, 1, 1)
    assert day["cost"] == pytest.approx(2 * COST / 1e9)
    assert 0 < day["p50_ms"] <= day["p95_ms"]
    assert {one["name"]: one["requests"] for one in told["route"]} == {"echo": 1, "standin/echo": 2, "refuses": 1}
    assert {one["name"]: one["requests"] for one in told["model"]} == {"standin/echo": 3, "standin/refuses": 1}
    assert {one["name"]: one["requests"] for one in told["outcome"]} == {"ok": 2, "cached": 1, "refused": 1}
    (key,) = told["key"]
    assert key["name"].startswith("k_")
    assert told["skill"][0]["name"] is None
    for rows in told.values():
        assert sum(one["cost"] for one in rows) == pytest.approx(2 * COST / 1e9)
        assert sum(one["requests"] for one in rows) == 4
    shown = weft(home, "usage", "--by", "route", "--business", business.id).stdout
    assert "█" in shown
    assert "in all" in shown
    (mine,) = (one for one in lines(weft(home, "usage", "--by", "business", "--json")) if one["name"] == business.id)
    assert mine["requests"] == 4


def test_a_business_sees_its_own_usage_alone(gateway: Gateway, business: Business, client: OpenAI) -> None:
    ask(client)
    gateway.rows(business, 1)
    other = businesses.ensured(gateway.database, f"{business.id}-other")
    assert usage.used(gateway.database, other.uid) == []
    assert usage.total(gateway.database, other.uid).requests == 0


def test_days_without_a_request_are_told_too(database: Database, business: Business) -> None:
    row = (
        "select ledger_settle(gen_random_uuid(), jsonb_build_array(jsonb_build_object('uid', gen_random_uuid(), "
        "'business', %s::text, 'at', extract(epoch from now() - interval '2 days'), 'kind', 'chat', 'route', 'r', "
        "'outcome', 'ok', 'cost', 5)))"
    )
    with database.plain() as connection:
        connection.execute(row, (str(business.uid),))
    found = usage.used(database, business.uid, "day", 30)
    assert [one.requests for one in found] == [1, 0, 0]
    assert [one.requests for one in usage.used(database, business.uid, "day", 2)] == []
    with pytest.raises(InputError, match="1 to 3,660 days"):
        usage.used(database, business.uid, "day", 0)
    with pytest.raises(InputError, match="not by 'weather'"):
        usage.used(database, business.uid, "weather")


def test_a_budget_is_set_told_and_holds(home: Path, gateway: Gateway, business: Business, client: OpenAI) -> None:
    at = ("--business", business.id, "--json")
    (made,) = lines(weft(home, "budgets", "set", "0.001", "--period", "day", *at))
    assert (made["owner"], made["amount"], made["left"]) == ("business", 0.001, 0.001)
    key = keys.listed(gateway.database, business.uid)[0].id
    weft(home, "budgets", "set", "$2", "--period", "total", "--key", key, *at)
    ask(client)
    with pytest.raises(openai.RateLimitError, match="budget"):
        client.chat.completions.create(model="echo", messages=HELLO, max_tokens=100_000)
    gateway.rows(business, 2)
    told = {one["period"]: one for one in lines(weft(home, "budgets", "list", *at)) if one["business"]}
    assert told["day"]["spent"] == told["total"]["spent"] == pytest.approx(COST / 1e9)
    for one in told.values():
        assert one["spent"] + one["held"] + one["left"] == pytest.approx(one["amount"])
    assert told["total"]["key"] == key
    shown = weft(home, "budgets", "list", "--business", business.id).stdout
    assert "0.001 USD a day" in shown
    assert f"The key {key} of {business.id}: 2.00 USD in total" in shown
    weft(home, "budgets", "remove", "--period", "day", *at)
    weft(home, "budgets", "remove", "--period", "day", *at, fails=5)


def test_the_platform_has_budgets_of_its_own(home: Path, database: Database, business: Business) -> None:
    weft(home, "budgets", "set", "1000000", "--period", "month", "--platform")
    try:
        told = lines(weft(home, "budgets", "list", "--platform", "--json"))
        assert [(one["owner"], one["business"], one["amount"]) for one in told] == [("platform", None, 1_000_000.0)]
        assert usage.budgets(database, business.uid) == []
    finally:
        weft(home, "budgets", "remove", "--period", "month", "--platform")
    assert "no budgets yet" in weft(home, "budgets", "list", "--platform").stdout


def test_a_key_has_limits_from_its_making_on_and_they_are_changed(
    home: Path, gateway: Gateway, business: Business, client: OpenAI
) -> None:
    at = ("--business", business.id, "--json")
    (made,) = lines(weft(home, "keys", "create", "--models", "echo, write-*", "--requests", "1", *at))
    assert made["limits"] == {"models": ["echo", "write-*"], "requests": 1}
    own = client.with_options(api_key=made["key"])
    ask(own)
    with pytest.raises(openai.RateLimitError):
        ask(own)
    with pytest.raises(openai.PermissionDeniedError):
        ask(own, "thinks")
    (now,) = lines(weft(home, "keys", "limit", made["id"], "--requests", "0", "--tokens", "5000", *at))
    assert now["limits"] == {"models": ["echo", "write-*"], "tokens": 5000}
    shown = weft(home, "keys", "limit", made["id"], "--business", business.id).stdout
    assert "only echo write-*, 5,000 tokens/min" in shown
    assert made["id"] in weft(home, "keys", "list", "--business", business.id).stdout
    weft(home, "keys", "create", "--requests", "-3", *at, fails=2)
    assert len(keys.listed(gateway.database, business.uid)) == 2
    weft(home, "keys", "limit", "k_nobody", *at, fails=5)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("usage", "--by", "weather"), "not by 'weather'"),
        (("usage", "--days", "0"), "1 to 3,660 days"),
        (("budgets", "set", "much", "--period", "day"), "number of US dollars"),
        (("budgets", "set", "1", "--period", "week"), "not 'week'"),
        (("budgets", "set", "1", "--period", "day", "--platform", "--key", "k"), "not both"),
    ],
)
def test_what_is_wrong_is_said(home: Path, business: Business, given: tuple[str, ...], said: str) -> None:
    done = weft(home, *given, "--business", business.id, fails=2)
    assert said in " ".join(done.stderr.split())
