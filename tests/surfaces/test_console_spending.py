"""The page *Spending* in Debian's Chromium and over plain HTTP: what was spent, on what, and budgets that are set there."""

import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from models import standing
from playwright.sync_api import expect
from visiting import Visit, signed

from weft.access import keys
from weft.business import Business
from weft.gateway import usage
from weft.gateway.register import Register
from weft.gateway.standin import Standin
from weft.postgres.database import Database
from weft.surfaces.console.charts import HEIGHT, WIDTH, ceiling, columns, share


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    with standing(Standin()) as url:
        yield url


@pytest.fixture
def shop(register: Register, business: Business, upstream: str) -> Business:
    """The test's business, which has models on the stand-in."""
    prices = {"prices": {"input": 1000, "output": 1000}}
    body = {"base_url": upstream, "models": {"echo": prices, "refuses": prices}}
    register.add_provider(business.uid, "near", body, reach="loopback")
    register.add_route(business.uid, "write", {"targets": [{"provider": "near", "model": "echo"}]})
    return business


def asked(client: httpx.Client, route: str, times: int = 1) -> None:
    """Ask a route over the console, each time something else."""
    for number in range(times):
        client.post("/console/models/ask", data={"route": route, "words": f"mug {number}"})


def entered(business: Business, requests: int) -> usage.Used:
    """What a business used, once so many requests stand in the ledger."""
    until = time.monotonic() + 10
    while (whole := usage.total(business.database, business.uid)).requests < requests and time.monotonic() < until:
        time.sleep(0.05)
    assert whole.requests == requests
    return whole


def long_ago(business: Business, days: int, cost: int) -> None:
    """A row of the ledger that was written so many days ago."""
    with business.database.plain() as connection:
        connection.execute(
            "select ledger_settle(gen_random_uuid(), jsonb_build_array(jsonb_build_object('uid', gen_random_uuid(), "
            "'business', %s::text, 'at', extract(epoch from now() - make_interval(days => %s)), 'kind', 'chat', "
            "'route', 'old', 'skill', 'organize', 'provider', 'far', 'model', 'one', 'outcome', 'ok', 'cost', %s::bigint)))",
            (str(business.uid), days, cost),
        )


def at(visit: Visit, query: str = "") -> None:
    visit.page.goto(f"http://127.0.0.1:{visit.port}/console/spending{query}")


def test_what_was_spent_shows_by_day_and_by_what_it_was_for(keeper: Visit, shop: Business) -> None:
    at(keeper)
    expect(keeper.page.locator(".empty")).to_contain_text("No model was asked anything in these 30 days.")
    with signed(keeper.port, shop.database, shop) as client:
        asked(client, "write", 3)
        asked(client, "near/refuses")
    whole = entered(shop, 4)
    long_ago(shop, 40, 5_000_000_000)
    at(keeper)
    figures = keeper.page.locator(".figures.big")
    assert whole.cost == 3 * 4 * 1_000_000
    for said in ("0.012 USD", "Requests4", "6 in", "6 out", "Errors1"):
        expect(figures).to_contain_text(said)
    chart = keeper.page.get_by_role("img", name="Cost by day, USD")
    expect(chart.locator("rect.reach")).to_have_count(30)
    expect(chart.locator("rect.bar")).to_have_count(1)
    expect(chart.locator("desc")).to_contain_text("0.012 USD in 30 days (UTC); the most on")
    rows = keeper.page.locator("#by tbody tr")
    expect(rows.nth(0)).to_contain_text("near/echo")
    expect(rows.nth(0)).to_contain_text("0.0120")
    expect(rows.nth(1)).to_contain_text("near/refuses")
    keeper.page.get_by_role("link", name="90 days").click()
    expect(figures).to_contain_text("5.012 USD")
    expect(chart.locator("rect.reach")).to_have_count(90)
    expect(chart.locator("rect.bar")).to_have_count(2)
    keeper.page.get_by_role("link", name="Requests").click()
    expect(keeper.page.get_by_role("img", name="Requests by day")).to_be_visible()
    keeper.page.get_by_role("link", name="By skill").click()
    expect(rows.nth(0)).to_contain_text("organize")
    expect(rows.nth(1)).to_contain_text("for no skill")
    keeper.page.get_by_role("link", name="By route").click()
    expect(rows).to_have_count(3)
    keeper.page.get_by_text("The days as a table").click()
    expect(keeper.page.locator("details tbody tr").last).to_contain_text("5.00")
    keeper.page.get_by_role("link", name="Today").click()
    expect(figures).to_contain_text("0.012 USD")
    expect(keeper.page.locator(".chart")).to_have_count(0)


def test_a_budget_is_set_holds_and_is_removed(plain_keeper: Visit, shop: Business) -> None:
    page = plain_keeper.page
    at(plain_keeper)
    expect(page.get_by_label("Budgets", exact=True)).to_contain_text("None are set")
    page.locator("#b-amount").fill("much")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("is a number of US dollars from 0 on")
    expect(page.locator("#b-amount")).to_have_value("much")
    page.locator("#b-amount").fill("1")
    page.locator("#b-period").select_option("day")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(plain_keeper.said()).to_contain_text(f"{shop.id} may spend 1.00 USD a day.")
    with signed(plain_keeper.port, shop.database, shop) as client:
        answered = client.post("/console/models/ask", data={"route": "write", "words": "mug", "most": "5"}).text
        assert 'id="answer"' in answered
        refused = client.post("/console/models/ask", data={"route": "write", "words": "mug", "most": "500"}).text
        assert 'id="answer"' not in refused
        assert "budget" in refused.split('role="alert"')[1]
    entered(shop, 2)
    at(plain_keeper)
    budget = page.locator(".budget")
    expect(budget).to_contain_text("1.00 USD a day")
    expect(budget).to_contain_text("0.002 spent")
    expect(budget).to_contain_text("anew on")
    expect(budget.get_by_role("img")).to_have_attribute("aria-label", re.compile(r"\d+ % spent, \d+ % reserved"))
    budget.get_by_role("button", name="Remove").click()
    expect(plain_keeper.said()).to_contain_text("The budget is removed")
    expect(budget).to_have_count(0)
    assert usage.budgets(shop.database, shop.uid) == []


def test_a_budget_of_a_key_is_told_with_its_note(port: int, database: Database, shop: Business) -> None:
    key, _ = keys.created(database, shop.uid, "read", note="shop <window>")
    with signed(port, database, shop) as client:
        form = {"amount": "5", "period": "total", "key": key.id}
        assert client.post("/console/spending/budgets", data=form).status_code == 303
        page = client.get("/console/spending").text
        assert f"Key {key.id}" in page
        assert "shop &lt;window&gt;" in page
        assert "5.00 left" in page
        (state,) = usage.budgets(database, shop.uid)
        assert (state.budget.key, state.budget.period, state.budget.amount) == (key.id, "total", 5_000_000_000)
        gone = client.post("/console/spending/budgets/remove", data={"period": "total", "key": key.id})
        assert gone.status_code == 303
        assert (
            client.post("/console/spending/budgets/remove", data={"period": "total", "key": key.id}).status_code == 404
        )


def test_who_may_not_admin_looks_and_sets_nothing(port: int, database: Database, shop: Business) -> None:
    forms: Any = [("", {"amount": "5", "period": "day"}), ("/remove", {"period": "month"})]
    with signed(port, database, shop) as client:
        assert client.post("/console/spending/budgets", data={"amount": "1", "period": "month"}).status_code == 303
        for path, form in forms:
            elsewhere = {"sec-fetch-site": "cross-site"}
            assert client.post(f"/console/spending/budgets{path}", data=form, headers=elsewhere).status_code == 403
    for scope in ("read", "propose", "approve"):
        with signed(port, database, shop, scope) as client:
            page = client.get("/console/spending").text
            assert "1.00 USD a month" in page
            assert "/console/spending/budgets" not in page
            for path, form in forms:
                assert client.post(f"/console/spending/budgets{path}", data=form).status_code == 403
    assert [one.budget.period for one in usage.budgets(database, shop.uid)] == ["month"]


def test_nothing_of_another_business_or_of_the_platform_shows(
    port: int, database: Database, shop: Business, other: Business, register: Register
) -> None:
    key, _ = keys.created(database, shop.uid, "read", note="shop window")
    with signed(port, database, shop) as client:
        asked(client, "write", 2)
    entered(shop, 2)
    register.set_budget(shop.uid, key.id, "total", "77")
    register.set_budget(None, None, "month", "8888")
    try:
        with signed(port, database, other) as client:
            page = client.get("/console/spending?days=90&by=key").text
            assert "No model was asked anything in these 90 days." in page
            assert "None are set" in page
            for hidden in ("77.00", "8888", "near", "shop window", shop.id):
                assert hidden not in page
            form = {"amount": "1", "period": "total", "key": key.id}
            refused = client.post("/console/spending/budgets", data=form).text
            assert "There is no key" in refused.split('role="alert"')[1]
            gone = client.post("/console/spending/budgets/remove", data={"period": "total", "key": key.id})
            assert gone.status_code == 404
            assert client.post("/console/spending/budgets/remove", data={"period": "month"}).status_code == 404
    finally:
        register.remove_budget(None, None, "month")
    assert [one.budget.amount for one in usage.budgets(database, shop.uid)] == [77_000_000_000]


@pytest.mark.parametrize("query", ["?days=31", "?days=-1", "?by=outcome", "?of=business", "?days=x"])
def test_an_address_that_is_none_is_answered_with_a_sentence(
    port: int, database: Database, business: Business, query: str
) -> None:
    with signed(port, database, business, "read") as client:
        answer = client.get(f"/console/spending{query}")
    assert answer.status_code == 400
    assert "is not complete" in answer.text


@pytest.mark.parametrize("page", ["spending", "spending?days=90&by=key"])
def test_a_narrow_screen_shows_all_spending_in_its_width(keeper: Visit, business: Business, page: str) -> None:
    long_ago(business, 1, 123_456_789)
    key, _ = keys.created(business.database, business.uid, "read", note="a note of many words that is rather long")
    keeper.page.set_viewport_size({"width": 390, "height": 800})
    keeper.page.goto(f"http://127.0.0.1:{keeper.port}/console/{page}")
    expect(keeper.page.locator(f"#b-key option[value={key.id}]")).to_have_count(1)
    assert keeper.page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("most", [0, 1, 2, 3, 9, 10, 11, 13, 99, 101, 20_083, 23_456_789, 10**15, 10**15 + 1])
def test_a_scale_holds_its_values_and_wastes_little(most: int) -> None:
    top = ceiling(most)
    assert most <= top <= max(most * 1.5 + 1, 2)
    assert top % 2 == 0


def test_columns_stand_in_their_drawing() -> None:
    chart = columns([("mon", 0), ("tue", 1), ("wed", 1_000_000)], "{:,}".format)
    assert [bar.says for bar in chart.bars] == ["mon: 0", "tue: 1", "wed: 1,000,000"]
    assert chart.ticks == ("1,000,000", "500,000", "0")
    assert [bar.height for bar in chart.bars] == [0, 0.8, HEIGHT]
    assert all(bar.y + bar.height == HEIGHT for bar in chart.bars)
    assert chart.bars[-1].x + chart.bars[-1].width < WIDTH
    assert (share(1, 0), share(5, 4), share(-1, 4), share(1, 3)) == (0, 100, 0, 33.33)
