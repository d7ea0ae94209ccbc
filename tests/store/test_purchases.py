"""Purchase orders as records that changes are of: proposed, approved, corrected, applied, undone, journaled."""

from pathlib import Path
from typing import Any

import pytest

from weft.business import Business
from weft.connectors.importing import import_file
from weft.errors import Conflict, InputError, NotFound
from weft.store.changes import Selection

ALL = Selection(all=True)
SHOP = """\
Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty
mug,Blue mug,Size,S,MUG-S,9.00,3
mug,,,L,MUG.L,12.50,0
cup,Cup,Title,Default Title,,5.00,1
"""
FACTS: list[Any] = [
    {"field": "supplier", "value": "kiln", "why": "Kiln & Co makes it"},
    {"field": "cost", "value": {"amount": 400, "currency": "EUR"}},
    {"field": "expected", "value": "2026-06-15"},
]


@pytest.fixture
def shop(business: Business, tmp_path: Path) -> Business:
    path = tmp_path / "shop.csv"
    path.write_text(SHOP)
    assert import_file(business, "products", path).created == 2
    business.suppliers.save({"id": "kiln", "name": "Kiln & Co", "currency": "EUR", "lead_days": 14}, "test")
    supplies: Any = [{"sku": "cup", "cost": 210, "supplier_sku": "K-7"}]
    business.suppliers.save({"id": "potters", "currency": "EUR", "supplies": supplies}, "test")
    return business


def propose(shop: Business, *lines: tuple[str, int | None], order: str = "PO-1", facts: Any = FACTS) -> Any:
    edits = [{"record": order, "field": f"lines.{sku}.quantity", "after": n, "facts": facts} for sku, n in lines]
    return shop.changes.propose(edits, skill="replenish")


def lines(shop: Business, order: str = "PO-1") -> dict[str, int]:
    return {line["sku"]: line["quantity"] for line in shop.purchases.get(order)["lines"]}


def test_an_order_is_made_by_its_first_line_and_gone_with_its_last(shop: Business) -> None:
    assert propose(shop, ("MUG-S", 12), ("MUG.L", 6)).done == 2
    assert shop.purchases.count() == 0
    shop.changes.approve(ALL)
    assert shop.changes.apply(ALL).done == 2
    order = shop.purchases.get("PO-1")
    assert (order["supplier"], order["state"], order["expected"]) == ("kiln", "draft", "2026-06-15")
    assert (order["currency"], order["total"]) == ("EUR", 18 * 400)
    assert lines(shop) == {"MUG-S": 12, "MUG.L": 6}
    assert shop.changes.undo(ALL).done == 2
    with pytest.raises(NotFound, match="purchase order 'PO-1'"):
        shop.purchases.get("PO-1")
    assert [batch["action"] for batch in shop.journal.listed()][:3] == ["change.undo", "change.apply", "change.approve"]
    assert shop.journal.verify().batches


def test_a_person_decides_line_by_line(shop: Business) -> None:
    propose(shop, ("MUG-S", 12), ("MUG.L", 6))
    first, second = (change["id"] for change in shop.changes.listed())
    corrected = shop.changes.correct(first, "24")
    assert (corrected["after"], corrected["suggested"], corrected["title"]) == (24, 12, "Order to Kiln & Co")
    shop.changes.reject(Selection(ids=[second]))
    assert shop.changes.apply(ALL).done == 1
    assert lines(shop) == {"MUG-S": 24}
    assert shop.changes.shown(first)["now"] == 24
    propose(shop, ("MUG-S", 30))
    shop.changes.approve(ALL)
    assert shop.changes.apply(ALL).done == 1
    assert lines(shop) == {"MUG-S": 30}
    assert shop.changes.undo(Selection(ids=[first])).left == 1
    assert lines(shop) == {"MUG-S": 30}


def test_a_line_corrected_to_none_is_not_ordered(shop: Business) -> None:
    propose(shop, ("MUG-S", 12))
    (change,) = shop.changes.listed()
    assert shop.changes.correct(change["id"], 0)["after"] is None
    assert shop.changes.apply(ALL).done == 1
    assert shop.purchases.count() == 0


def test_what_facts_leave_unsaid_is_taken_from_the_terms(shop: Business) -> None:
    propose(shop, ("cup", 10), facts=[])
    shop.changes.approve(ALL)
    shop.changes.apply(ALL)
    order = shop.purchases.get("PO-1")
    assert (order["supplier"], order["total"]) == ("potters", 2100)
    assert order["lines"][0]["supplier_sku"] == "K-7"


def test_an_order_has_one_supplier(shop: Business) -> None:
    propose(shop, ("MUG-S", 12))
    propose(shop, ("cup", 10), facts=[])
    shop.changes.approve(ALL)
    outcome = shop.changes.apply(ALL)
    assert (outcome.done, outcome.left) == (1, 1)
    assert outcome.problems[0]["problem"] == "the order is to kiln, and this line to potters"


def test_what_was_sent_is_not_edited(shop: Business) -> None:
    propose(shop, ("MUG-S", 12))
    shop.changes.approve(ALL)
    shop.changes.apply(ALL)
    assert shop.purchases.move("PO-1", "ordered", "test")["state"] == "ordered"
    undone = shop.changes.undo(ALL)
    assert (undone.done, undone.left) == (0, 1)
    assert "ordered by now" in undone.problems[0]["problem"]
    assert "only a draft" in propose(shop, ("MUG.L", 1)).problems[0]["problem"]
    assert shop.purchases.move("PO-1", "received", "test")["lines"][0]["received"] == 12
    with pytest.raises(Conflict, match="is received, so it cannot become cancelled"):
        shop.purchases.move("PO-1", "cancelled", "test")
    with pytest.raises(NotFound):
        shop.purchases.move("PO-9", "ordered", "test")


@pytest.mark.parametrize(
    ("sku", "quantity", "facts", "why"),
    [
        ("NONE", 1, [], "no product has exactly one variant that is called 'NONE'"),
        ("mug", 1, [], "exactly one variant"),
        ("MUG-S", -1, [], "is not a count of pieces"),
        ("MUG-S", 1.5, [], "is not a whole number"),
        ("MUG-S", 1, [{"field": "supplier", "value": "nobody"}], "there is no supplier 'nobody'"),
        ("MUG-S", 1, [{"field": "supplier", "value": 7}], "no id of a supplier"),
        ("MUG-S", 1, [{"field": "expected", "value": "2026-02-30"}], "no day such as"),
        ("MUG-S", 1, [{"field": "cost", "value": {"amount": "4"}}], "no amount such as"),
        ("MUG-S", None, [], "already holds this value"),
    ],
)
def test_what_can_be_no_line_is_said(shop: Business, sku: str, quantity: Any, facts: Any, why: str) -> None:
    outcome = propose(shop, (sku, quantity), facts=facts)
    assert (outcome.done, outcome.left) == (0, 1)
    assert why in outcome.problems[0]["problem"]


def test_changes_of_products_and_of_orders_go_together(shop: Business) -> None:
    shop.changes.propose(
        [
            {"record": "mug", "field": "title", "after": "Mug"},
            {"record": "PO-1", "field": "lines.mug#2.quantity", "after": 3, "facts": FACTS},
            {"record": "PO-1", "field": "title", "after": "Mug"},
        ]
    )
    shop.changes.approve(ALL)
    assert shop.changes.apply(ALL).done == 2
    assert lines(shop) == {"mug#2": 3}
    assert shop.catalog.get("mug")["title"] == "Mug"
    assert dict(shop.changes.tallied("field")) == {"title": 1, "lines.*.quantity": 1}
    assert shop.changes.undo(ALL).done == 2
    assert (shop.purchases.count(), shop.catalog.get("mug")["title"]) == (0, "Blue mug")


def test_a_field_of_lines_that_is_none(shop: Business) -> None:
    outcome = shop.changes.propose([{"record": "PO-1", "field": "lines.MUG-S.color", "after": "blue"}])
    assert "lines.SKU.quantity" in outcome.problems[0]["problem"]
    with pytest.raises(InputError, match="not a state"):
        shop.purchases.move("PO-1", "draft", "test")


def counted(shop: Business) -> dict[str, int | None]:
    return {one.name: one.stock for one in shop.purchases.items()}


LEVELS = "product,sku,location,quantity\nmug,MUG-S,Ulm,3\nmug,MUG-S,Bonn,8\nmug,MUG.L,Ulm,2\n"


def levelled(shop: Business, tmp_path: Path, text: str) -> None:
    path = tmp_path / "stock.csv"
    path.write_text(text)
    assert import_file(shop, "stock", path).rejected == 0


@pytest.fixture
def sent(shop: Business, tmp_path: Path) -> Business:
    """An order of 12 and 6 on its way, of items that lie at two places and at one."""
    levelled(shop, tmp_path, LEVELS)
    propose(shop, ("MUG-S", 12), ("MUG.L", 6))
    shop.changes.approve(ALL)
    shop.changes.apply(ALL)
    shop.purchases.move("PO-1", "ordered", "test")
    return shop


def at_places(shop: Business) -> dict[tuple[str | None, str], int | None]:
    return {(one.get("sku"), one["location"]): one["quantity"] for one in shop.stock.records()}


def test_what_has_come_is_in_stock_where_most_lies_and_goes_again_where_it_had_not(sent: Business) -> None:
    moved = sent.purchases.move("PO-1", "received", "test")
    assert moved["stocked"] == {"pieces": 18, "items": 2, "not_counted": []}
    assert at_places(sent) == {("MUG-S", "Ulm"): 3, ("MUG-S", "Bonn"): 20, ("MUG.L", "Ulm"): 8}
    assert counted(sent)["MUG-S"] == 23
    assert sent.purchases.under_way() == []
    assert {(one["quantity"], one["reason"]) for one in sent.stock.movements(2)} == {(12, "received"), (6, "received")}
    assert next(iter(sent.journal.listed()))["action"] == "purchase.received"
    assert sent.purchases.move("PO-1", "ordered", "test")["stocked"]["pieces"] == 18
    assert at_places(sent) == {("MUG-S", "Ulm"): 3, ("MUG-S", "Bonn"): 8, ("MUG.L", "Ulm"): 2}
    assert sum(one.quantity for one in sent.purchases.under_way()) == 18
    # The second time it goes to a place that was named, and comes back from there alone.
    sent.purchases.move("PO-1", "received", "test", "Ulm")
    assert at_places(sent)["MUG-S", "Ulm"] == 15
    sent.purchases.move("PO-1", "ordered", "test")
    assert at_places(sent)["MUG-S", "Ulm"] == 3
    with pytest.raises(InputError, match="no stock at 'Mars'; places with stock are 'Bonn', 'Ulm'"):
        sent.purchases.move("PO-1", "received", "test", "Mars")
    assert sent.purchases.get("PO-1")["state"] == "ordered"


def test_the_next_file_of_stock_is_the_truth_and_nothing_counts_twice(sent: Business, tmp_path: Path) -> None:
    sent.purchases.move("PO-1", "received", "test")
    # The shop has counted the delivery as well, and sold one since.
    levelled(sent, tmp_path, LEVELS.replace("Bonn,8", "Bonn,19"))
    assert counted(sent) == {"MUG-S": 22, "MUG.L": 2, "cup": 1}
    # What that file has set is left alone when the order is said not to have come.
    undone = sent.purchases.move("PO-1", "ordered", "test")["stocked"]
    assert (undone["pieces"], undone["not_counted"]) == (0, ["MUG-S", "MUG.L"])
    assert counted(sent)["MUG-S"] == 22


def test_a_file_of_products_that_was_read_before_is_the_truth_again(shop: Business, tmp_path: Path) -> None:
    propose(shop, ("cup", 12), facts=[])
    shop.changes.approve(ALL)
    shop.changes.apply(ALL)
    shop.purchases.move("PO-1", "received", "test")
    assert counted(shop)["cup"] == 13
    assert import_file(shop, "products", tmp_path / "shop.csv").updated == 1
    assert counted(shop)["cup"] == 1


def test_what_is_not_counted_stays_so_when_it_comes(shop: Business, tmp_path: Path) -> None:
    path = tmp_path / "more.csv"
    path.write_text("Handle,Title,Variant SKU,Variant Price\nvase,Vase,VASE,5.00\n")
    assert import_file(shop, "products", path).created == 1
    propose(shop, ("VASE", 4))
    shop.changes.approve(ALL)
    shop.changes.apply(ALL)
    assert shop.purchases.move("PO-1", "received", "test")["stocked"]["not_counted"] == ["VASE"]
    assert counted(shop)["VASE"] is None
