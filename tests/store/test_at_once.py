"""Several people and machines at once: each change is decided on once, and no writer undoes what another has just done."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from weft.business import Business
from weft.errors import Conflict
from weft.numbers.query import Period, Query
from weft.store.changes import Outcome, Selection

ALL = Selection(all=True)
MAY_2 = Period(first=date(2026, 5, 2), last=date(2026, 5, 2))


@pytest.fixture
def shop(business: Business) -> Business:
    with business.transaction() as connection:
        business.catalog.put(
            connection,
            [
                {"id": f"p{n}", "title": f"Product {n}", "variants": [{"sku": f"S{n}", "price": 900, "stock": 3}]}
                for n in range(30)
            ],
            "test",
        )
    return business


def together(*works: Callable[[], Any]) -> list[Any]:
    """Let works begin at the same moment and answer what each one answered or raised."""
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return work()
        except Conflict as problem:
            return problem

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(run, work) for work in works]]


def titles(shop: Business, word: str) -> list[dict[str, Any]]:
    return [{"record": f"p{n}", "field": "title", "after": f"{word} {n}"} for n in range(30)]


def test_each_change_is_decided_on_once(shop: Business) -> None:
    outcomes: list[Outcome] = together(*[lambda: shop.changes.propose(titles(shop, "New"))] * 4)
    assert sorted(outcome.done for outcome in outcomes) == [0, 0, 0, 30]
    for verb in (shop.changes.approve, shop.changes.apply, shop.changes.undo):
        outcomes = together(*[lambda verb=verb: verb(ALL)] * 4)  # type: ignore[misc]
        assert sorted(outcome.done for outcome in outcomes) == [0, 0, 0, 30]
    assert shop.catalog.get("p7")["title"] == "Product 7"
    assert shop.journal.verify().entries == 120


def test_overlapping_verbs_leave_one_answer(shop: Business) -> None:
    shop.changes.propose(titles(shop, "New"))
    approved, rejected = together(lambda: shop.changes.approve(ALL), lambda: shop.changes.reject(ALL))
    assert rejected.done == 30
    assert approved.done in (0, 30)
    shop.changes.propose(titles(shop, "New"))
    shop.changes.approve(ALL)
    change = shop.changes.listed(Selection(where="state = approved"))[0]
    corrected, applied = together(lambda: shop.changes.correct(change["id"], "Own"), lambda: shop.changes.apply(ALL))
    applied_late = shop.changes.apply(ALL)
    assert applied.done + applied_late.done == 30
    # Who corrected too late is told so, and who corrected in time finds it applied.
    assert shop.catalog.get("p0")["title"] == ("New 0" if isinstance(corrected, Conflict) else "Own")
    assert shop.journal.verify().batches == len(shop.journal.listed())


def test_an_import_that_waits_for_a_change_sees_what_it_wrote(shop: Business) -> None:
    shop.changes.propose([{"record": "p1", "field": "variants.S1.price", "after": "7.50"}])
    shop.changes.approve(ALL)
    said = {"id": "p1", "title": "Other", "variants": [{"sku": "S1", "stock": 5}]}

    def put() -> None:
        with shop.transaction() as connection:
            shop.catalog.put(connection, [said], "test")

    with ThreadPoolExecutor(1) as pool, shop.transaction() as connection:
        connection.execute("select from product where id = 'p1' for update")
        waiting = pool.submit(put)
        _until_somebody_waits(shop)
        connection.execute("update variant set price = 750 where sku = 'S1'")
        connection.commit()
        waiting.result(timeout=30)
    found = shop.catalog.get("p1")["variants"][0]
    assert (found["price"]["amount"], found["stock"]) == (750, 5)


def test_orders_that_name_the_same_new_products_come_in_at_once(business: Business) -> None:
    names = [f"new-{n}" for n in range(40)]

    def put(order: str, products: list[str]) -> Any:
        lines = [{"product": name, "sku": name, "title": name, "quantity": 1, "price": 500} for name in products]
        record: Any = {"id": order, "kind": "sale", "customer": "ada", "placed_at": "2026-05-02T10:00Z", "lines": lines}
        with business.transaction() as connection:
            return business.orders.put(connection, [record], "test").created

    works = [(f"#{n}", names if n % 2 else names[::-1]) for n in range(4)]
    assert together(*[lambda work=work: put(*work) for work in works]) == [1] * 4  # type: ignore[misc]
    found = list(business.catalog.records(ids=names))
    assert [len(one["variants"]) for one in found] == [1] * 40
    assert business.numbers.answer(Query(metrics=["units"], period=MAY_2)).total.values == {"units": 160}


def _until_somebody_waits(shop: Business) -> None:
    for _ in range(500):
        with shop.transaction() as connection:
            row = connection.execute("select count(*) from pg_locks where not granted").fetchone()
        if row and row[0]:
            return
        threading.Event().wait(0.01)
    pytest.fail("nobody waits")
