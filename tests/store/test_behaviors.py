"""Behaviors: kept once however often they are sent, read in several shapes, told without what bots did, in one business alone."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from weft.access import businesses
from weft.business import Business
from weft.connectors.exporting import export_file
from weft.connectors.importing import import_file
from weft.errors import InputError
from weft.postgres.database import Database
from weft.store import behaviors
from weft.store.behaviors import Taken

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def put(business: Business, *given: dict[str, Any]) -> Taken:
    with business.transaction() as connection:
        return business.behaviors.put(connection, given)


def at(seconds: float) -> str:
    return (NOON + timedelta(seconds=seconds)).isoformat()


def view(product: str, second: float = 0, **more: Any) -> dict[str, Any]:
    return {"action": "view", "product": product, "at": at(second), "visitor": "v1", **more}


def test_what_is_sent_twice_counts_once(business: Business) -> None:
    given = [view("lamp", id="a"), view("rug", 1), view("rug", 1), view("rug", 2)]
    assert put(business, *given) == Taken(taken=3, known=1)
    assert put(business, *given) == Taken(known=4)
    searches = [
        {"action": "search", "query": text, "query_id": "q1", "at": at(n)} for n, text in enumerate(("a", "ab"))
    ]
    assert put(business, *searches) == Taken(taken=1, known=1)
    assert [event.product for event in business.behaviors.events(["view"])] == ["lamp", "rug", "rug"]


def test_many_are_taken_as_few_are(business: Business) -> None:
    given = [
        view(
            f"p{n % 7}",
            n * 60,
            visitor=f"v{n % 50}",
            hits=["a", 'b"\\,{}'],
            quantity=1.5,
            attributes={"n": n, "t": "a\tb\n"},
        )
        for n in range(600)
    ]
    assert put(business, *given[:100]) == Taken(taken=100)
    assert put(business, *given) == Taken(taken=500, known=100)
    kept = list(business.behaviors.records())
    assert len(kept) == 600
    assert kept[3]["hits"] == kept[500]["hits"] == ["a", 'b"\\,{}']
    assert (kept[500]["attributes"], kept[500]["quantity"]) == ({"n": 500, "t": "a\tb\n"}, 1.5)


def test_two_who_send_the_same_at_once_have_it_kept_once(business: Business) -> None:
    given = [view("lamp", n, visitor=f"v{n}") for n in range(150)]
    told: list[Taken] = []
    threads = [
        threading.Thread(target=lambda order: told.append(put(business, *order)), args=(order,))
        for order in (given, given[::-1])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one.taken for one in told) == sum(one.known for one in told) == 150


def test_another_business_sees_nothing(database: Database, business: Business) -> None:
    put(business, view("lamp"))
    other = Business(database, businesses.ensured(database, "behaviors-other"))
    assert list(other.behaviors.events()) == list(other.behaviors.records()) == other.behaviors.recent("v1") == []
    assert put(other, view("lamp")) == Taken(taken=1)
    assert other.behaviors.forget("Ann", "v1") == 1
    assert len(list(business.behaviors.events())) == 1


def test_the_names_of_ubi_are_taken(business: Business) -> None:
    query = {
        "application": "primary-search", "query_id": "q7", "client_id": "c1", "user_query": "Blue  Tent",
        "query_attributes": {"color": "blue"}, "timestamp": "2026-05-04T12:00:00Z", "query_response_hit_ids": [],
    }  # fmt: skip
    event = {
        "action_name": "add_to_cart", "query_id": "q7", "session_id": "s1", "client_id": "c1", "user_id": "ann",
        "timestamp": 1_777_896_010_000, "message_type": "CONVERSION", "message": "put in the cart",
        "event_attributes": {
            "object": {"object_id": 17, "object_id_type": "product"}, "position": {"ordinal": 3, "xy": {"x": 1, "y": 2}},
            "quantity": 2, "price": 19.99, "place": "search",
        },
    }  # fmt: skip
    assert put(business, query, event) == Taken(taken=2)
    searched, carted = business.behaviors.records()
    assert (searched["action"], searched["query"], searched["results"], searched["visitor"]) == (
        "search",
        "Blue  Tent",
        0,
        "c1",
    )
    assert searched["attributes"] == {"application": "primary-search", "color": "blue"}
    assert {name: carted[name] for name in ("action", "product", "position", "quantity", "customer", "session", "place")} == {
        "action": "cart", "product": "17", "position": 3, "quantity": 2, "customer": "ann", "session": "s1", "place": "search",
    }  # fmt: skip
    assert carted["price"] == {"amount": 1999, "currency": "EUR"}
    assert (carted["at"], carted["attributes"]["position"]) == (NOON + timedelta(seconds=10), {"xy": {"x": 1, "y": 2}})
    (event_told,) = business.behaviors.events(["cart"])
    assert (event_told.subject, event_told.quantity) == ("ann", 2)


def test_without_consent_nobody_is_kept(business: Business) -> None:
    person = {
        "visitor": "v9",
        "session": "s9",
        "customer": "ann@example.com",
        "order": "#1",
        "attributes": {"mail": "ann@"},
    }
    assert put(business, view("lamp", consent=False, **{**person, "visitor": "v9"})) == Taken(taken=1)
    (record,) = business.behaviors.records()
    assert record == {
        "kind": "behavior", "id": record["id"], "action": "view", "at": NOON, "product": "lamp", "consent": False,
    }  # fmt: skip


def test_bots_are_counted_and_told_of_nowhere(business: Business) -> None:
    crawler = view(
        "lamp", visitor="g", agent="Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    )
    fast = [view(f"p{n}", n / 4, visitor="fast") for n in range(220)]
    seen = [{"action": "impression", "product": f"p{n}", "visitor": "v1", "at": at(1)} for n in range(150)]
    assert put(business, crawler, view("rug", agent="Mozilla/5.0 (Macintosh) Firefox/150.0"), *seen) == Taken(151, 0, 1)
    assert put(business, *fast[:200]) == Taken(taken=200)
    assert put(business, *fast[200:]) == Taken(left_out=20)
    # Who did so once that day is a bot for all of it, and a person again on another.
    assert put(business, view("lamp", 7_200, visitor="fast"), view("lamp", 86_400, visitor="fast")) == Taken(1, 0, 1)
    assert [(event.subject, event.product) for event in business.behaviors.events(["view"])] == [
        ("v1", "rug"),
        ("fast", "lamp"),
    ]
    assert business.behaviors.recent("g") == []
    assert business.behaviors.count() == {"bots": 222, "impression": 150, "view": 2}


def test_what_somebody_looked_at_last_is_the_first(business: Business) -> None:
    put(
        business,
        view("a", 1),
        view("b", 2),
        view("a", 3),
        {**view("c", 4), "action": "impression"},
        view("d", 5, customer="ann"),
    )
    assert business.behaviors.recent("v1") == ["a", "b"]
    assert business.behaviors.recent("v1", 1) == ["a"]
    assert business.behaviors.recent("ann") == ["d"]
    since = [event.product for event in business.behaviors.events(since=NOON + timedelta(seconds=3))]
    assert since == ["a", "c", "d"]


def test_who_asks_to_be_forgotten_is(business: Business) -> None:
    put(
        business,
        view("a"),
        view("b", 1, visitor="v2", session="v1"),
        view("c", 2, customer="v1"),
        view("d", 3, visitor="v2"),
    )
    assert business.behaviors.forget("Ann", "v1") == 3
    assert [record["product"] for record in business.behaviors.records()] == ["d"]
    # A customer is also who the browser was before somebody logged in; another customer of that browser is not.
    put(business, view("e", 4, visitor="v2", customer="ann"), view("f", 5, visitor="v2", customer="bob"))
    assert [one["product"] for one in business.behaviors.listed("ann")] == ["e", "d"]
    assert business.behaviors.forget("Ann", "ann") == 2
    assert business.behaviors.forget_before("Ann", NOON + timedelta(days=1)) == 1


def test_what_is_older_than_the_business_keeps_is_forgotten_once_a_day(business: Business) -> None:
    business.preferences.put("behaviors", {"days": 30}, "Ann")
    recent = view("rug", at=(datetime.now(UTC) - timedelta(days=29)).isoformat())
    put(business, view("lamp"), recent)
    behaviors._KEPT.clear()
    put(business, view("mat", at=datetime.now(UTC).isoformat()))
    assert [record["product"] for record in business.behaviors.records()] == ["rug", "mat"]
    with pytest.raises(InputError, match=r"behaviors\.days"):
        business.preferences.put("behaviors", {"days": -1}, "Ann")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("view", "A behavior is an object"),
        ({}, "A behavior needs an action"),
        ({"action": "click"}, "A click needs a query or a product"),
        ({"action": 1.5, "product": "a"}, "action is a text"),
        (view("a", at="yesterday"), "at is a time"),
        (view("a", at="2999-01-01"), "lies ahead of now"),
        (view("a", at=float("nan")), "at is a time"),
        (view("a", at=True), "at is a time"),
        (view("a" * 1_001), "product has up to 1,000 characters"),
        (view("中" * 900), "product has up to 2,500 bytes"),
        (view("a\x00b"), "NUL character"),
        (view("a", attributes={"x": {"y": "\x00"}}), "attributes have a NUL"),
        (view("a", attributes={"x": "y" * 10_001}), "attributes have up to 10,000"),
        (view("a", attributes={"x": 1 << 70}), "attributes cannot be kept"),
        (view("\ud800"), "half a character"),
        (view("a", position=0), "position is a whole number from 1"),
        (view("a", results="many"), "results is a whole number"),
        (view("a", quantity=-1), "quantity is a number from 0"),
        (view("a", price="free"), "price is a number"),
        (view("a", price={"amount": 1.5, "currency": "EUR"}), "price is an amount"),
        (view("a", price=1, currency="euro"), "currency is three letters"),
        (view("a", consent="no"), "consent is true or false"),
        (view("a", hits="abc"), "hits is a list"),
    ],
)
def test_nonsense_is_said_in_a_sentence(business: Business, given: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        business.behaviors.read(given)


def test_a_file_of_several_shapes_is_imported_and_is_the_same_when_it_comes_back(
    business: Business, tmp_path: Path
) -> None:
    lines = [
        {"kind": "behavior", "id": "b-1", "at": at(0), "subject": None, "body": {"event": "search", "session": "s", "query": "tent", "results": 0}},
        {"kind": "behavior", "id": "b-2", "at": at(1), "subject": "rug", "body": {"event": "purchase", "session": "s", "product": "rug", "order": "#1", "sku": "R1", "quantity": 2}},
        {"user_query": "lamp", "query_id": "q1", "timestamp": at(2), "client_id": "c"},
        {"action_name": "click", "query_id": "q1", "timestamp": at(3), "client_id": "c", "event_attributes": {"object": {"object_id": "lamp"}, "position": {"ordinal": 1}}},
        {"action": "view"},
    ]  # fmt: skip
    file = tmp_path / "in.jsonl"
    file.write_bytes(b"\n".join(map(orjson.dumps, lines)))
    report = import_file(business, "behaviors", file)
    assert (report.rows, report.created, report.rejected) == (5, 4, 1)
    assert "A view needs a query or a product" in Path(report.rejects_file or "").read_text()
    first = list(business.behaviors.records())
    assert [record["action"] for record in first] == ["search", "purchase", "search", "click"]
    assert (first[1]["order"], first[1]["quantity"], first[1]["attributes"]) == ("#1", 2, {"sku": "R1"})
    out = tmp_path / "out.jsonl"
    export_file(business, "behaviors", out, format_name="jsonl")
    assert import_file(business, "behaviors", out).unchanged == 4
    business.behaviors.forget_before("Ann", NOON + timedelta(days=1))
    assert import_file(business, "behaviors", out, dry_run=True).created == 4
    import_file(business, "behaviors", out, name="again")
    assert list(business.behaviors.records()) == first


def test_tables_of_clicks_are_known_by_their_columns(business: Business, tmp_path: Path) -> None:
    retail = tmp_path / "events.csv"
    retail.write_text(
        "timestamp,visitorid,event,itemid,transactionid,brand\n1777896000000,257597,view,355908,,Acme\n"
        "1777896060000,257597,transaction,355908,4000,\n1777896070000,257597,view,,,\nsoon,1,view,2,,\n"
    )
    report = import_file(business, "behaviors", retail)
    assert (report.format, report.rows, report.created, report.rejected) == ("events", 4, 2, 2)
    viewed, bought = business.behaviors.records()
    assert (viewed["action"], viewed["product"], viewed["visitor"], viewed["at"]) == ("view", "355908", "257597", NOON)
    assert viewed["attributes"] == {"brand": "Acme"}
    assert (bought["action"], bought["order"]) == ("purchase", "4000")
    logs = tmp_path / "logs.tsv"
    logs.write_text("when\tWhat\tseen\n2026-05-04 12:00:00 UTC\tclick\tlamp\n")
    mapping = {"at": "when", "action": "What", "product": "seen"}
    assert import_file(business, "behaviors", logs, mapping=mapping).created == 1
    with pytest.raises(InputError, match="There is no column 'nowhere'"):
        import_file(business, "behaviors", logs, mapping={"at": "nowhere"})
