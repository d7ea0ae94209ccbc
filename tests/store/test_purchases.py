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
