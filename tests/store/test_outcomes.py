"""What came of searches and of strips: clicks, carts and purchases belong to the answer that they came from, each once."""

from datetime import UTC, datetime, timedelta
from typing import Any

from weft.business import Business

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def put(business: Business, *given: dict[str, Any]) -> None:
    with business.transaction() as connection:
        business.behaviors.put(connection, given)


def did(action: str, second: float, **more: Any) -> dict[str, Any]:
    return {"action": action, "at": (NOON + timedelta(seconds=second)).isoformat(), **more}


def row(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    (found,) = [one for one in rows if name in (one.get("query"), one.get("strip"))]
    return found


def test_a_business_without_behaviors_has_empty_reports(business: Business) -> None:
    assert business.behaviors.searches() == business.behaviors.strips() == []
    told = business.behaviors.told("query", 28, 10)
    assert (told.since, told.bots, told.total, told.rows) == (None, 0, {}, [])


def test_a_query_has_what_came_of_it(business: Business) -> None:
    put(
        business,
        did("search", 0, query="Tent", query_id="q1", visitor="a", results=9),
        did("click", 5, query_id="q1", visitor="a", product="dome", position=2),
        did("click", 6, query_id="q1", visitor="a", product="tarp", position=4),
        did("search", 10, query=" tent ", query_id="q2", visitor="b", results=9),
        did("search", 20, query="yurt", query_id="q3", visitor="b", results=0),
        # The visitor is a customer by now and in another session, and bought what was clicked.
        did("cart", 30, product="dome", visitor="a", session="s2", customer="ann"),
        did("purchase", 40, product="dome", visitor="a", customer="ann", quantity=2, price=50.0),
        # Nobody clicked on this one.
        did("purchase", 40, product="mat", visitor="a", customer="ann", price=7.0),
    )
    rows = business.behaviors.searches()
    tent = row(rows, "tent")
    assert {name: tent[name] for name in ("times", "people", "found_nothing", "clicked", "click_through", "position")} == {
        "times": 2, "people": 2, "found_nothing": 0, "clicked": 1, "click_through": 0.5, "position": 3.0,
    }  # fmt: skip
    assert (tent["carted"], tent["bought"], tent["revenue"]) == (1, 1, [{"amount": 10_000, "currency": "EUR"}])
    yurt = row(rows, "yurt")
    assert (yurt["times"], yurt["found_nothing"], yurt["clicked"], yurt["position"], yurt["revenue"]) == (
        1,
        1,
        0,
        None,
        [],
    )
    total = business.behaviors.told("query", 28, 1).total
    assert (total["times"], total["people"], total["clicked"], total["bought"]) == (3, 2, 1, 1)


def test_without_ids_a_click_belongs_to_the_last_search_for_its_words_in_the_session(business: Business) -> None:
    put(
        business,
        did("search", 0, query="tent", session="s", results=3),
        did("search", 60, query="TENT", session="s", results=3),
        did("click", 65, query="tent", session="s", product="dome", position=1),
        did("search", 70, query="tent", session="other", results=3),
        did("purchase", 80, product="dome", session="other"),
    )
    tent = row(business.behaviors.searches(), "tent")
    assert (tent["times"], tent["clicked"], tent["bought"]) == (3, 1, 0)


def test_one_purchase_belongs_to_the_last_click_alone(business: Business) -> None:
    put(
        business,
        did("search", 0, query="tent", query_id="q1", visitor="a", results=3),
        did("click", 1, query_id="q1", visitor="a", product="dome"),
        did("impression", 10, query_id="r1", visitor="a", place="similar", hits=["dome", "tarp"]),
        did("impression", 10, query_id="r1", visitor="a", place="similar", product="mat", position=3),
        did("click", 11, query_id="r1", visitor="a", product="dome", position=1, place="similar"),
        did("impression", 12, query_id="r2", visitor="a", place="for-you", hits=[]),
        did("purchase", 20, visitor="a", product="dome", price=5.0),
        # It names its answer itself.
        did("purchase", 30, visitor="a", product="dome", price=3.0, query_id="q1"),
        # More than a week later it is nobody's.
        did("purchase", 8 * 86_400, visitor="a", product="dome", price=1.0),
    )
    similar = row(business.behaviors.strips(), "similar")
    assert (similar["times"], similar["clicked"], similar["bought"], similar["position"]) == (1, 1, 1, 1.0)
    assert row(business.behaviors.strips(), "for-you")["found_nothing"] == 1
    assert similar["revenue"] == [{"amount": 500, "currency": "EUR"}]
    assert row(business.behaviors.searches(), "tent")["revenue"] == [{"amount": 300, "currency": "EUR"}]


def order(name: str, second: float, **more: Any) -> dict[str, Any]:
    line = {"product": "dome", "quantity": 1, "price": 2_500, "kind": "product"}
    placed = NOON + timedelta(seconds=second)
    return {"id": name, "whole": True, "placed_at": placed, "currency": "EUR", "lines": [line], **more}


def test_orders_say_what_was_paid_and_what_no_behavior_tells_of(business: Business) -> None:
    with business.transaction() as connection:
        orders: Any = [
            order("#1", 100, email="ann@example.com"),
            order("#2", 200, customer="bob"),
            order("#3", 300, customer="eve", cancelled_at=NOON),
            order("#4", 400, customer="kim"),
        ]
        business.orders.put(connection, orders, "test")
    put(
        business,
        did("search", 0, query="tent", query_id="q1", results=3, visitor="x"),
        *(
            did("click", n, query_id="q1", product="dome", customer=who)
            for n, who in enumerate(("ann@example.com", "bob", "eve"))
        ),
        did("purchase", 100, product="dome", customer="ann@example.com", order="#1"),
        did("view", 500, product="dome", visitor="x"),
    )
    tent = row(business.behaviors.searches(), "tent")
    assert (tent["bought"], tent["revenue"]) == (1, [{"amount": 5_000, "currency": "EUR"}])


def test_bots_and_what_lies_before_are_in_no_report(business: Business) -> None:
    put(
        business,
        did("search", -40 * 86_400, query="old", query_id="q0", visitor="a"),
        did("search", 0, query="tent", query_id="q1", visitor="a"),
        did("search", 1, query="tent", query_id="q2", visitor="g", agent="Googlebot/2.1"),
        did("search", 2, query="tent", query_id="q3", consent=False, visitor="c"),
        did("click", 3, query_id="q3", product="dome", consent=False),
    )
    told = business.behaviors.told("query", 28, 10)
    assert [(one["query"], one["times"], one["people"], one["clicked"]) for one in told.rows] == [("tent", 2, 2, 1)]
    assert told.bots == 1
    assert [one["query"] for one in business.behaviors.searches(60)] == ["tent", "old"]


def test_one_amount_that_no_shop_has_keeps_back_no_report(business: Business) -> None:
    huge = {"amount": (1 << 53) - 1, "currency": "EUR"}
    put(
        business,
        did("search", 0, query="tent", query_id="q1", visitor="a", results=9),
        did("click", 5, query_id="q1", visitor="a", product="dome"),
        did("purchase", 9, query_id="q1", visitor="a", product="dome", quantity=10**9, price=huge),
    )
    tent = row(business.behaviors.searches(), "tent")
    assert (tent["bought"], tent["revenue"]) == (1, [{"amount": (1 << 63) - 1, "currency": "EUR"}])
