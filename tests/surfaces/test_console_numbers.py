"""The pages *Numbers* and *Stock* in Debian's Chromium: a report, a question with the lines behind it, an order drafted and proposed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from visiting import Visit, opened, signed

from weft.access import businesses
from weft.business import Business
from weft.postgres.database import Database
from weft.skills.forecast import progress
from weft.surfaces.console import stock

BEGAN = datetime(2026, 6, 1, 9, tzinfo=UTC)  # a Monday
DAYS = 84


def order(number: int, day: int, product: str, quantity: int, country: str) -> dict[str, Any]:
    at = (BEGAN + timedelta(days=day)).isoformat()
    line = {"product": product, "sku": product.upper(), "title": product, "quantity": quantity, "price": 1000}
    return {
        "id": f"#{number}", "placed_at": at, "currency": "EUR", "country": country, "email": f"c{number % 9}@shop.test",
        "total": 1000 * quantity, "lines": [line],
    }  # fmt: skip


@pytest.fixture(scope="module")
def shop(database: Database) -> Business:
    """A business that sells mugs every day and bowls on some, and has few mugs left."""
    business = Business(database, businesses.ensured(database, "console-numbers"))
    products: Any = [
        {
            "id": name, "title": f"Stoneware {name.title()}", "vendor": "Kiln", "category": "Home", "status": "active",
            "variants": [{"sku": name.upper(), "price": 1000, "cost": 400, "currency": "EUR", "stock": stock, "options": {}}],
        }
        for name, stock in (("mug", 4), ("bowl", 500))
    ]  # fmt: skip
    orders: Any = [order(day, day, "mug", 3 + day % 3, ("DE", "FR")[day % 2]) for day in range(DAYS)]
    orders += [order(1000 + day, day, "bowl", 1, "DE") for day in range(0, DAYS, 4)]
    with business.transaction() as connection:
        business.catalog.put(connection, products, "test")
        business.orders.put(connection, orders, "test")
    return business


@pytest.fixture
def merchant(browser: Browser, database: Database, home: Path, shop: Business, port: int) -> Iterator[Visit]:
    """A person who may approve."""
    yield from opened(browser, database, home, shop, port)


def at(merchant: Visit, path: str) -> None:
    merchant.page.goto(f"http://127.0.0.1:{merchant.port}/console{path}")


def test_a_week_is_reported_and_the_one_before_is_a_click_away(merchant: Visit) -> None:
    page = merchant.page
    page.get_by_role("link", name="Numbers", exact=True).click()
    row = page.get_by_role("row", name="Orders", exact=False).first
    expect(row).to_be_visible()
    headline = page.locator("#headline")
    expect(headline).to_contain_text("2026-08-17 – 2026-08-23")
    # 28 mugs and 2 bowls, or 1 bowl: a bowl every fourth day.
    week = range(77, 84)
    sold = 10 * (sum(3 + day % 3 for day in week) + sum(1 for day in week if day % 4 == 0))
    expect(headline.get_by_role("row").filter(has_text="Revenue").first).to_contain_text(f"{sold:,}.00 EUR")
    expect(page.locator("figure.picture").first).to_be_visible()
    page.get_by_role("link", name="← Before").click()
    expect(headline).to_contain_text("2026-08-10 – 2026-08-16")
    page.get_by_role("link", name="After →").click()
    expect(headline).to_contain_text("2026-08-17 – 2026-08-23")


def test_a_question_is_answered_with_the_lines_behind_it_or_refused(merchant: Visit) -> None:
    page = merchant.page
    at(merchant, "/numbers/ask")
    page.get_by_label("Your question").fill("units by country in July 2026")
    page.get_by_role("button", name="Ask").click()
    july = range(30, 61)
    german = sum(3 + day % 3 for day in july if day % 2 == 0) + sum(1 for day in july if day % 4 == 0)
    table = page.locator("#table")
    expect(table.get_by_role("row").nth(1)).to_contain_text(str(german))
    expect(page.locator("#answer")).to_contain_text("Understood:")
    page.get_by_role("link", name="order lines behind it").click()
    lines = len(july) + sum(1 for day in july if day % 4 == 0)
    expect(page.get_by_role("heading", name=f"{lines} lines")).to_be_visible()
    expect(page.get_by_role("row").last).to_contain_text("In all")
    at(merchant, "/numbers/ask?q=how+tall+is+the+shop")
    expect(page.locator("#answer .notice")).to_be_visible()
    expect(page.locator("#table")).to_have_count(0)
    at(merchant, "/numbers/meaning")
    expect(page.get_by_role("row", name="net_sales")).to_be_visible()


def test_what_runs_out_is_ordered(merchant: Visit) -> None:
    page, business = merchant.page, merchant.business
    page.set_default_timeout(60_000)
    page.get_by_role("link", name="Stock", exact=True).click()
    lines = page.locator("#lines")
    expect(lines).to_contain_text("Stoneware Mug", timeout=60_000)
    expect(lines).not_to_contain_text("Stoneware Bowl")
    page.get_by_label("Service, %").fill("80")
    page.get_by_role("button", name="Draft the order").click()
    expect(lines).to_contain_text("Stoneware Mug", timeout=60_000)
    page.get_by_role("button", name="Propose").click()
    expect(merchant.said()).to_contain_text("1 line is proposed")
    (change,) = business.changes.listed(limit=10)
    assert change["skill"] == "replenish"
    assert change["after"] > 20
    at(merchant, "/stock/orders")
    expect(page.locator("main")).to_contain_text("Nothing is under way")


def test_the_page_is_there_at_once_and_tells_how_far_forecasts_are(
    merchant: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, business = merchant.page, merchant.business
    monkeypatch.setattr(stock, "_FEW_PRODUCTS", 0)
    with progress.Board(business) as board:
        board.say("products", 12, 40)
        at(merchant, "/stock")
        expect(page.locator("#facts")).to_contain_text("504 pieces")
        expect(page.locator("#draft")).to_contain_text("12 of 40 products")
        expect(page.locator("#lines")).to_have_count(0)
        page.get_by_role("link", name="Do not wait").click()
        expect(page.locator("#lines")).to_contain_text("Stoneware Mug", timeout=60_000)
    assert progress.progress(business) is None
    page.locator("#lines summary").first.click()
    expect(page.locator("#lines")).to_contain_text("less 4 leaves")


def test_an_order_comes_into_stock_and_out_again(merchant: Visit) -> None:
    page, business = merchant.page, merchant.business
    order: Any = {"id": "PO-7", "state": "draft", "lines": [{"sku": "MUG", "quantity": 12}]}
    with business.transaction() as connection:
        business.purchases.put(connection, [order], "test")
    at(merchant, "/stock/orders")
    page.get_by_role("button", name="It is sent PO-7").click()
    expect(merchant.said()).to_contain_text("PO-7 is sent.")
    page.get_by_role("button", name="It has arrived PO-7").click()
    expect(merchant.said()).to_contain_text("12 pieces are added to stock.")
    assert {one.name: one.stock for one in business.purchases.items()} == {"MUG": 16, "BOWL": 500}
    page.get_by_role("button", name="It has not arrived PO-7").click()
    expect(merchant.said()).to_contain_text("12 pieces are taken out of stock.")
    assert {one.name: one.stock for one in business.purchases.items()} == {"MUG": 4, "BOWL": 500}
    page.get_by_role("button", name="Call it off PO-7").click()
    expect(merchant.said()).to_contain_text("PO-7 is called off.")


def test_services_are_compared_by_the_keyboard_alone(merchant: Visit) -> None:
    page = merchant.page
    at(merchant, "/stock")
    page.get_by_label("Service, %").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_label("compare a service").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#what-if")).to_contain_text("98 %", timeout=60_000)


def test_it_reads_from_right_to_left_as_well(merchant: Visit) -> None:
    page = merchant.page
    for path, part in (("/numbers", "#headline"), ("/stock/forecast?product=mug&days=14", "#each")):
        at(merchant, path)
        expect(page.locator(part)).to_be_visible()
        page.evaluate("document.documentElement.dir = 'rtl'")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_forecast_is_drawn_with_its_past(merchant: Visit) -> None:
    page = merchant.page
    at(merchant, "/stock/forecast?product=mug&days=14")
    expect(page.locator("#each")).to_contain_text("Stoneware Mug")
    drawn = page.get_by_role("img", name="sold and expected").first
    expect(drawn).to_be_visible()
    assert drawn.locator("path.line").count() >= 2
    at(merchant, "/stock/forecast?product=nothing")
    expect(page.get_by_role("alert")).to_contain_text("nothing")


@pytest.mark.parametrize(
    "path", ["/numbers", "/numbers/ask?q=revenue+by+product", "/stock?where=id+%3D+x", "/stock/forecast"]
)
def test_it_fits_a_phone_and_every_field_has_a_name(merchant: Visit, path: str) -> None:
    page = merchant.page
    page.set_viewport_size({"width": 360, "height": 740})
    at(merchant, path)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    unnamed = page.evaluate(
        "[...document.querySelectorAll('main input:not([type=hidden]), main select, main textarea')]"
        ".filter(one => !one.labels.length).map(one => one.name)"
    )
    assert unnamed == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(ids) == len(set(ids))


def test_who_may_only_look_orders_nothing(database: Database, shop: Business, port: int) -> None:
    with signed(port, database, shop, "read") as client:
        assert client.get("/console/numbers?span=fortnight").status_code == 400
        assert client.post("/console/stock/propose", data={"budget": "10"}).status_code == 403
        assert (
            client.post("/console/stock/orders/move", data={"purchase": "PO-1", "state": "ordered"}).status_code == 403
        )
        assert "budget" in client.get("/console/stock?go=1&budget=much").text
        assert client.get("/console/numbers/lines?query=nonsense").status_code == 404
