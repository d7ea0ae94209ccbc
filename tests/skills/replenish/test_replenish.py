"""Orders drafted for a shop whose demand is known: why, within budgets, minimums, from drafts to what was undone; on every surface."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import anyio
import httpx
import models
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from weft.access import businesses, keys
from weft.business import Business
from weft.connectors.exporting import export_changes
from weft.connectors.importing import import_file
from weft.errors import InputError, NotFound
from weft.numbers.basis import Rate
from weft.postgres.database import Database
from weft.settings import Settings
from weft.skill import answer, named, plain, requested, text_of
from weft.store.changes import Selection

DAYS = 140
TODAY = datetime.now(UTC).date()
PRODUCTS = """\
Handle,Title,Status,Variant SKU,Variant Price,Cost per item,Variant Inventory Qty,Variant Inventory Tracker,Product Category
mug,Mug,active,MUG,10.00,4.00,5,shopify,Home > Mugs
cup,Cup,active,CUP,8.00,3.00,400,shopify,Home > Mugs
pot,Pot,active,POT,90.00,40.00,0,shopify,Home > Pots
jug,Jug,active,JUG,20.00,,-3,shopify,
old,Old plate,active,OLD,5.00,2.00,0,shopify,Home
gone,Gone,archived,GONE,5.00,2.00,0,shopify,
lid,Lid,active,LID,6.00,2.00,0,shopify,Lids
"""
SUPPLIERS = """\
supplier,name,currency,lead time,review period,minimum order,sku,cost,pack,moq
kiln,Kiln & Co,EUR,14,7,,MUG,4.10,6,
kiln,Kiln & Co,EUR,14,7,,CUP,3.00,6,
kiln,Kiln & Co,EUR,14,7,,POT,41.00,,
kiln,Kiln & Co,EUR,14,7,,OLD,2.00,,
kiln,Kiln & Co,EUR,14,7,,LOST,2.00,,
ocean,Ocean Trade,USD,30,14,,LID,2.00,,
"""


@pytest.fixture(autouse=True)
def same_day() -> None:
    """The history ends yesterday: once midnight has passed it would end the day before."""
    if datetime.now(UTC).date() != TODAY:
        pytest.skip("midnight has passed since this history was made")


@pytest.fixture(scope="module")
def shop(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Business:
    business = Business(database, businesses.ensured(database, "replenish"))
    folder = tmp_path_factory.mktemp("replenish")
    for kind, text in (("products", PRODUCTS), ("suppliers", SUPPLIERS)):
        (folder / f"{kind}.csv").write_text(text)
        assert import_file(business, kind, folder / f"{kind}.csv").rejected == 0
    dice = random.Random(5)
    rates = {"mug": 3, "cup": 2, "pot": 0.4, "jug": 1, "gone": 2, "lid": 1}
    orders: list[Any] = []
    for number in range(DAYS):
        at = datetime.combine(TODAY - timedelta(DAYS - number), datetime.min.time(), UTC) + timedelta(hours=12)
        for product, rate in rates.items():
            quantity = sum(dice.random() < rate / 10 for _ in range(10))
            if quantity:
                line = {
                    "product": product,
                    "sku": product.upper(),
                    "quantity": quantity,
                    "price": 1000,
                    "kind": "product",
                }
                order = {"id": f"{product}-{number}", "currency": "EUR", "placed_at": at, "lines": [line]}
                orders.append({**order, "kind": "sale", "whole": True})
    with business.transaction() as connection:
        business.orders.put(connection, orders, "test")
    return business


@pytest.fixture(scope="module")
def ask(shop: Business) -> Callable[..., dict[str, Any]]:
    skill = named("replenish")

    def asked(**values: Any) -> dict[str, Any]:
        return plain(skill, answer(skill, requested(skill, values), shop))

    return asked


@pytest.fixture(scope="module")
def whole(ask: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return ask()


@pytest.fixture
def decided(shop: Business) -> Iterator[Business]:
    yield shop
    with shop.transaction() as connection:
        connection.execute("delete from change")
        connection.execute("delete from purchase")


def lines(found: dict[str, Any]) -> dict[str, Any]:
    return {line["sku"]: line for line in found["lines"]}


def test_what_is_ordered_of_whom_and_why(whole: dict[str, Any]) -> None:
    of = lines(whole)
    assert set(of) == {"MUG", "POT", "JUG", "LID"}
    mug = of["MUG"]
    assert mug["expected"] == pytest.approx(3 * 21, rel=0.25)
    assert mug["quantity"] % 6 == 0
    assert mug["level"] - 6 <= mug["quantity"] + 5 < mug["level"] + 6
    assert mug["amount"] == {"amount": mug["quantity"] * 410, "currency": "EUR"}
    assert TODAY.isoformat() <= mug["runs_out"] < (TODAY + timedelta(7)).isoformat()
    assert mug["service"] >= 0.93
    assert "packs of 6" in mug["why"]
    assert f"in 95 of 100 cases no more than {mug['level']:,.0f};" in mug["why"]
    assert "5 are there" in mug["why"]
    orders = {one["supplier"]: one for one in whole["orders"]}
    assert set(orders) == {"kiln", "ocean", None}
    assert orders["kiln"]["expected"] == (TODAY + timedelta(14)).isoformat()
    assert orders["kiln"]["total"]["amount"] == sum(one["amount"]["amount"] for one in (mug, of["POT"]))
    assert orders["ocean"]["total"]["currency"] == "USD"
    assert of["LID"]["days"] == 44
    assert "before the next delivery" in whole["says"]
    notes = " ".join(whole["notes"])
    for said in ("LOST", "No supplier is known of 1", "less than none"):
        assert said in notes


def test_an_edit_is_of_a_line_and_says_what_the_order_is(whole: dict[str, Any]) -> None:
    edit = next(one for one in whole["changes"] if one["field"] == "lines.MUG.quantity")
    facts = {fact["field"]: fact["value"] for fact in edit["facts"]}
    assert edit["record"] == f"PO-{TODAY:%Y%m%d}-kiln"
    assert (facts["supplier"], facts["cost"]) == ("kiln", {"amount": 410, "currency": "EUR"})
    assert edit["facts"][0]["why"].startswith("Mug: ")


def test_the_same_request_gives_the_same_order(ask: Callable[..., dict[str, Any]], whole: dict[str, Any]) -> None:
    assert ask()["lines"] == whole["lines"]


def test_a_budget_is_kept_and_what_it_leaves_out_is_told(
    ask: Callable[..., dict[str, Any]], whole: dict[str, Any]
) -> None:
    full = sum(one["amount"]["amount"] for one in whole["lines"] if one["sku"] in ("MUG", "POT"))
    found = ask(supplier="kiln", budget=full / 200)
    assert found["orders"][0]["total"]["amount"] <= full / 2
    assert found["left_out"]
    assert all(one["reason"] == "budget" and one["loses"]["amount"] > 0 for one in found["left_out"])
    assert any(note.startswith("The budget leaves out") for note in found["notes"])
    assert ask(supplier="kiln", budget=1_000_000)["notes"][-1] == "The budget is enough for everything."
    nothing = ask(supplier="kiln", budget=0)
    assert nothing["lines"] == []
    assert nothing["says"].endswith("Nothing is ordered: what is needed is left out, with the reason.")


def test_two_currencies_share_a_budget_by_stored_rates_and_are_refused_without(
    shop: Business, ask: Callable[..., dict[str, Any]], whole: dict[str, Any]
) -> None:
    with pytest.raises(InputError, match="paid in USD, of which no rate is stored: weft rates set USD RATE --in EUR"):
        ask(budget=100)
    assert lines(whole)["LID"]["saves"] is None
    shop.numbers.basis.put_rates([Rate(currency="USD", base="EUR", day=TODAY, rate=Decimal("0.5"))], "test")
    try:
        found = ask(budget=100, what_if=[0.9, 0.98])
        dollars = ask(budget=200, currency="USD")
        with pytest.raises(InputError, match="it is in GBP"):
            ask(budget=100, currency="GBP")
    finally:
        shop.numbers.basis.remove_rates("USD", "EUR", TODAY, "test")
    worth = {"EUR": 1.0, "USD": 0.5}
    spent = sum(one["total"]["amount"] * worth[one["total"]["currency"]] for one in found["orders"] if one["total"])
    assert 0 < spent <= 10_000
    assert any("1 USD = 0.5 EUR" in note for note in found["notes"])
    assert found["lines"] == dollars["lines"]
    # A lid sells for 6 EUR, which are 12 USD.
    lid = next(one for one in [*found["lines"], *found["left_out"]] if one["sku"] == "LID")
    assert (lid.get("saves") or lid["loses"])["currency"] == "USD"
    low, high = found["what_if"]
    assert low["pieces"] < high["pieces"]
    assert low["lost_units"] > high["lost_units"]
    assert low["stock_value"]["amount"] < high["stock_value"]["amount"]
    assert {low["cost"]["currency"], low["lost_sales"]["currency"]} == {"EUR"}


def test_what_if_at_the_same_service_is_the_order(ask: Callable[..., dict[str, Any]], whole: dict[str, Any]) -> None:
    found = ask(supplier="kiln", what_if=[0.95])
    assert found["what_if"][0]["pieces"] == found["orders"][0]["pieces"]
    assert found["what_if"][0]["cost"] == found["orders"][0]["total"]
    said = text_of(named("replenish"), found, 80)
    assert said is not None
    assert "What if" in said
    assert "95 %" in said
    assert whole["what_if"] == []


def test_it_is_asked_by_supplier_product_and_category(
    ask: Callable[..., dict[str, Any]], whole: dict[str, Any]
) -> None:
    assert lines(ask(supplier=["kiln", "ocean"])).keys() == {"MUG", "POT", "LID"}
    one = ask(product=["mug", "LID"])
    assert lines(one).keys() == {"MUG", "LID"}
    assert lines(one)["MUG"]["quantity"] == lines(whole)["MUG"]["quantity"]
    assert lines(ask(category="home")).keys() == {"MUG", "POT"}
    assert lines(ask(category="Home > Pots", supplier="kiln")).keys() == {"POT"}
    with pytest.raises(NotFound, match="no product and no variant 'cap'"):
        ask(product=["mug", "cap"])
    with pytest.raises(NotFound, match="nothing in the category 'Shoes'"):
        ask(category="Shoes")


def test_a_line_is_reckoned_in_figures(whole: dict[str, Any]) -> None:
    mug = lines(whole)["MUG"]
    missing = round(mug["level"]) - 5
    assert f"{mug['level']:.0f} less 5 leaves {missing} to order" in mug["why"]
    assert f"{mug['packs']} packs are {mug['quantity']}" in mug["why"]


def test_terms_of_the_request_go_before_those_of_the_supplier(
    ask: Callable[..., dict[str, Any]], whole: dict[str, Any]
) -> None:
    soon = lines(ask(supplier="kiln", lead_days=0, review_days=4))
    assert soon["MUG"]["days"] == 4
    assert soon["MUG"]["quantity"] < lines(whole)["MUG"]["quantity"]
    unsure = lines(ask(supplier="kiln", service=0.5))
    assert unsure["MUG"]["level"] < lines(whole)["MUG"]["level"]
    margins = lines(ask(supplier="kiln", holding=0.25))
    assert margins["MUG"]["target"] > 0.95
    assert set(lines(ask(where="title = Mug"))) == {"MUG"}


def test_what_cannot_be_asked_is_said(ask: Callable[..., dict[str, Any]]) -> None:
    with pytest.raises(NotFound, match="There is no supplier 'nobody'; there are kiln, ocean"):
        ask(supplier="nobody")
    with pytest.raises(InputError, match="is not there yet"):
        ask(on=(TODAY + timedelta(3)).isoformat())
    for wrong in ({"service": 1}, {"budget": -1}, {"lead_days": -1}, {"review_days": 0}, {"on": "0001-01-01"}):
        with pytest.raises(InputError, match=next(iter(wrong))):
            ask(**wrong)


def test_a_least_order_is_topped_up_with_what_sells(
    shop: Business, ask: Callable[..., dict[str, Any]], whole: dict[str, Any]
) -> None:
    total = next(one for one in whole["orders"] if one["supplier"] == "kiln")["total"]["amount"]
    shop.suppliers.save({"id": "kiln", "minimum_order": total + 10_000}, "test")
    try:
        found = ask(supplier="kiln")
    finally:
        shop.suppliers.save({"id": "kiln", "minimum_order": 0}, "test")
    assert found["orders"][0]["total"]["amount"] >= total + 10_000
    assert any("top-up" in one["limits"] for one in found["lines"])
    assert "OLD" not in lines(found)


def test_an_order_is_decided_on_line_by_line_and_counts_as_under_way(
    decided: Business, ask: Callable[..., dict[str, Any]], whole: dict[str, Any], tmp_path: Path
) -> None:
    proposed = decided.changes.propose(whole["changes"], skill="replenish")
    assert (proposed.done, proposed.left) == (4, 0)
    assert decided.changes.propose(whole["changes"], skill="replenish").done == 0
    assert any("wait to be decided" in note for note in ask()["notes"])
    decided.changes.approve(Selection(where="supplier = kiln"))
    mug = next(one for one in decided.changes.listed() if one["field"] == "lines.MUG.quantity")
    decided.changes.correct(mug["id"], 60)
    (table,) = export_changes(decided, Selection(where="supplier = kiln"), tmp_path / "kiln.csv")
    assert (table.kind, table.records, table.rows) == ("purchases", 1, 2)
    assert any(row.split(",")[7] == "MUG" and ",60," in row for row in table.path.read_text().splitlines())
    assert decided.changes.apply(Selection(all=True)).done == 2
    name = f"PO-{TODAY:%Y%m%d}-kiln"
    order = decided.purchases.get(name)
    assert {one["sku"]: one["quantity"] for one in order["lines"]}["MUG"] == 60
    later = ask(supplier="kiln")
    assert "POT" not in lines(later)
    assert lines(later).get("MUG", {"on_order": 60})["on_order"] == 60
    assert all(one["id"] == f"{name}-2" for one in later["orders"])
    assert decided.changes.undo(Selection(all=True)).done == 2
    with pytest.raises(NotFound):
        decided.purchases.get(name)


def test_the_last_weeks_are_replayed(ask: Callable[..., dict[str, Any]]) -> None:
    found = ask(where="title = Mug or title = Cup", simulate=True)["simulation"]
    assert found["products"] == 2
    assert found["last"] == (TODAY - timedelta(1)).isoformat()
    assert 0.8 <= found["policy"]["fill_rate"] <= 1
    assert found["plain"]["average_stock"] == pytest.approx(found["policy"]["average_stock"], rel=0.15)
    assert "this way of ordering would have had" in found["says"]
    with pytest.raises(InputError, match="simulate"):
        ask(where="title = Old", simulate=True)


def test_what_sold_once_and_is_out_of_stock_is_not_wanted_every_day(business: Business, tmp_path: Path) -> None:
    """All that is known of it is one sale on one day: no reason for one a day."""
    table = (
        "Handle,Title,Status,Variant SKU,Variant Price,Cost per item,Variant Inventory Qty,Variant Inventory Tracker\n"
        "boot,Boot,active,BOOT,90.00,40.00,0,shopify\nsock,Sock,active,SOCK,9.00,4.00,9,shopify\n"
    )
    (tmp_path / "products.csv").write_text(table)
    import_file(business, "products", tmp_path / "products.csv")
    orders: list[Any] = []
    for ago in range(DAYS, 0, -1):
        at = datetime.combine(TODAY - timedelta(ago), datetime.min.time(), UTC) + timedelta(hours=12)
        for product in ("sock", *(["boot"] if ago in (50, 51) else [])):
            line = {"product": product, "sku": product.upper(), "quantity": 1, "price": 900, "kind": "product"}
            one = {"id": f"{product}-{ago}", "currency": "EUR", "placed_at": at, "lines": [line]}
            orders.append({**one, "kind": "sale", "whole": True})
    with business.transaction() as connection:
        business.orders.put(connection, orders, "test")
    skill = named("replenish")
    found = plain(skill, answer(skill, requested(skill, {"lead_days": 14, "review_days": 14}), business))
    wanted = {one["sku"]: one["expected"] for one in found["lines"]}
    assert wanted["SOCK"] > 20
    assert wanted.get("BOOT", 0) < 5


def test_a_business_without_anything_is_told_so(business: Business) -> None:
    skill = named("replenish")
    found = plain(skill, answer(skill, requested(skill, {}), business))
    assert (found["lines"], found["changes"]) == ([], [])
    assert "nothing needs to be ordered" in found["says"]


def test_by_http_and_by_tools(decided: Business, settings: Settings) -> None:
    _, secret = keys.created(decided.database, decided.uid, "admin")
    with models.serving(decided.database, settings) as (base, _):
        headers = {"Authorization": f"Bearer {secret}"}
        with httpx.Client(base_url=f"{base}/api/v1", headers=headers, timeout=60) as client:
            found = client.post("/skills/replenish?propose=true", json={"supplier": "kiln"}).json()
            assert found["proposed"]["done"] == 2
            run = {"run": found["proposed"]["run"]}
            assert client.post("/changes/approve", json=run).json()["done"] == 2
            assert client.post("/changes/apply", json=run).json()["done"] == 2
            (order,) = client.get("/purchases").json()["items"]
            path = f"/purchases/{order['id']}"
            edited = client.patch(path, json={"fields": {"lines.MUG.quantity": 12}}).json()
            assert {one["sku"]: one["quantity"] for one in edited["lines"]}["MUG"] == 12
            assert client.patch(path, json={"fields": {"title": "x"}}).status_code == 400
            table = client.get("/exports/purchases", params={"where": f'id = "{order["id"]}"'})
            assert len(table.text.splitlines()) == 3
            assert client.post(f"{path}/state", json={"state": "ordered"}).json()["state"] == "ordered"
            assert client.patch(path, json={"fields": {"lines.MUG.quantity": 6}}).status_code == 400
            assert client.put("/suppliers/new", json={"lead_days": 3, "supplies": [{"sku": "JUG", "cost": 5}]}).json()[
                "supplies"
            ]
            assert client.put("/suppliers/new", json={"lead_days": -3}).status_code == 422
            assert client.delete("/suppliers/new").json()["removed"] == "new"
            assert client.delete("/suppliers/new").status_code == 404

        async def called() -> Any:
            async with (
                httpx.AsyncClient(headers=headers, timeout=60) as client,
                Client(streamable_http_client(f"{base}/mcp", http_client=client)) as tools,
            ):
                drafted = await tools.call_tool("replenish", {"supplier": "ocean"})
                listed = await tools.call_tool("list_purchases", {})
                return drafted.structured_content, listed.structured_content

        drafted, listed = anyio.run(called)
        assert [one["sku"] for one in drafted["lines"]] == ["LID"]
        assert [one["id"] for one in listed["items"]] == [order["id"]]


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_person_reads_it_by_supplier_in_lines_that_fit(whole: dict[str, Any], width: int) -> None:
    skill = named("replenish")
    said = text_of(skill, whole, width)
    assert said is not None
    told = said.split("\n")
    # A command is copied as it stands.
    assert max(len(line) for line in told if " weft " not in line) <= min(width, 100)
    assert " ".join(told).startswith(whole["says"][:40])
    kiln = next(one for one in whole["orders"] if one["supplier"] == "kiln")
    at = told.index(f"Kiln & Co · {kiln['id']}")
    total = f"{kiln['total']['amount'] / 100:,.2f} EUR"
    assert total in " ".join(told[at : at + 4])
    head = next(line for line in told[at:] if line.startswith("product"))
    assert head.split() == ["product", "order", "packs", "runs", "out", "cost", "EUR"]
    mug = lines(whole)["MUG"]
    row = next(line for line in told if line.startswith("Mug "))
    assert row.split()[1:5] == [str(mug["quantity"]), str(mug["packs"]), "×", "6"]
    assert f"in {mug['days']} days" in told[told.index(row) + 1]
    assert "--propose" in said
    assert f"weft export purchases order.csv --order {whole['orders'][0]['id']}" in told[-1]
    for word in ("None", "nan", "{", "changes:"):
        assert word not in said


def test_a_person_reads_that_nothing_is_needed(ask: Callable[..., dict[str, Any]]) -> None:
    nothing = text_of(named("replenish"), ask(supplier="kiln", where="id = cup"), 80)
    assert nothing is not None
    assert "nothing needs to be ordered" in nothing
    assert "--propose" not in nothing


def test_by_the_command_line(decided: Business, settings: Settings, tmp_path: Path) -> None:
    def weft(*words: str) -> str:
        environment = {**os.environ, "WEFT_HOME": str(settings.home), "WEFT_BUSINESS": decided.id}
        done = subprocess.run(
            [sys.executable, "-m", "weft", *words], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    shown = weft("replenish", "--supplier", "kiln", "--budget", "1", "--propose")
    assert "Needed, and left out" in shown
    assert "beyond the budget" in shown
    assert "Proposed 0" in shown
    found = json.loads(weft("replenish", "--supplier", "kiln", "--propose", "--json"))
    weft("changes", "approve", "--all")
    weft("changes", "apply", "--all")
    name = found["orders"][0]["id"]
    weft("export", "purchases", str(tmp_path / "order.csv"), "--order", name)
    assert len((tmp_path / "order.csv").read_text().splitlines()) == 3
    weft("changes", "undo", "--run", found["proposed"]["run"])
    assert json.loads(weft("suppliers", "show", "kiln", "--json"))["name"] == "Kiln & Co"
