"""Recommending over HTTP: from a catalog of which nothing is known to strips that say why, and that hold what was asked for."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import models
import numpy as np
import pytest

from weft.access import businesses, keys
from weft.business import Business
from weft.connectors.importing import import_file
from weft.index import building
from weft.index.affinity import choosing, histories, kept, learning, ways
from weft.index.affinity.histories import Histories, Took
from weft.index.affinity.kept import Place
from weft.postgres.database import Database
from weft.settings import Settings
from weft.store.merchandising import Rule

START = datetime(2026, 3, 1, tzinfo=UTC)
KINDS = {"tent": "Tents", "stove": "Stoves", "lamp": "Lamps"}
EACH = 12


def products() -> list[dict[str, Any]]:
    """Three categories of a dozen products, one of which is sold out and one a draft; and one that nobody knows yet."""
    made = []
    for kind, category in KINDS.items():
        for number in range(EACH):
            key = f"{kind}-{number}"
            variant = {"sku": key.upper(), "price": {"amount": 1000 + 100 * number, "currency": "EUR"}, "stock": 5}
            made.append({"id": key, "title": f"Nordic {kind} {number}", "category": category, "variants": [variant]})
    made[1]["variants"][0]["stock"] = 0
    made[2]["status"] = "draft"
    variant = {"sku": "NEW", "price": {"amount": 4000, "currency": "EUR"}, "stock": 5}
    made.append({"id": "tent-new", "title": "Nordic tent dome", "category": "Tents", "variants": [variant]})
    return made


def orders() -> list[dict[str, Any]]:
    """A hundred orders of fifty customers: who buys tent 0 mostly buys stove 0 with it, and sometimes what is sold out."""
    chance = random.Random(1)
    made = []
    for number in range(100):
        held = {"tent-0", "stove-0"} if number % 4 < 2 else {f"lamp-{number % 3}", f"tent-{3 + number % 5}"}
        if number % 4 == 0:
            held.add("tent-1")
        if number % 10 == 3:
            held.add("tent-0")
        lines = [{"product": one, "title": one, "quantity": 1, "price": 1000} for one in sorted(held)]
        placed = START + timedelta(hours=12 * number + chance.random())
        made.append(
            {"id": f"#{number}", "placed_at": placed, "customer": f"c{number % 50}", "currency": "EUR", "lines": lines}
        )
    return made


def behaviors() -> list[dict[str, Any]]:
    """Eighty visitors who come back, and look at lamps one after the other, from a first one on."""
    chance = random.Random(2)
    made = []
    for number in range(200):
        first, at = chance.randrange(EACH), START + timedelta(hours=6 * number)
        for step in range(4):
            told = {"action": "view", "visitor": f"v{number % 80}", "session": f"s{number}"}
            product = f"lamp-{(first + step) % EACH}"
            made.append({**told, "product": product, "at": (at + timedelta(minutes=5 * step)).isoformat()})
    return made


class Shop:
    """A business behind a server, asked as a shopper's page does."""

    def __init__(self, business: Business, base: str, key: str) -> None:
        self.business = business
        self.http = httpx.Client(base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=60)

    def post(self, **asked: Any) -> httpx.Response:
        """One request as it is answered."""
        return self.http.post("/api/v1/skills/recommend", json=asked)

    def told(self, kind: str, **asked: Any) -> dict[str, Any]:
        """The answer to a request, with reasons."""
        answer = self.post(kind=kind, explain=True, **asked)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        assert found["kind"] == kind
        assert found["query_id"]
        return found

    def ids(self, kind: str, **asked: Any) -> list[str]:
        """The ids of a strip."""
        return [item["id"] for item in self.told(kind, **asked)["items"]]


def opened(database: Database, base: str, name: str, folder: Path) -> Shop:
    """A shop whose products can be found, and of which nothing else is known."""
    business = Business(database, businesses.ensured(database, name))
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in products()), encoding="utf-8")
    import_file(business, "products", path, who="test")
    assert database.folder is not None
    building.build(database.folder, business.uid, business.catalog)
    _, key = keys.created(database, business.uid, "read")
    return Shop(business, base, key)


def until(holds: Callable[[], Any]) -> None:
    """Wait until something holds, as what is edited is soon known to all."""
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def learned(shop: Shop) -> dict[str, Any]:
    """Learn a shop's affinities, and answer what is in force."""
    business = shop.business
    assert business.database.folder is not None
    return learning.build(business.database.folder, business.uid, business.sales, business.behaviors, business.catalog)


@pytest.fixture(scope="module")
def base(database: Database, settings: Settings) -> Iterator[str]:
    with models.serving(database, settings) as (address, _):
        yield address


@pytest.fixture(scope="module")
def shop(database: Database, base: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    made = opened(database, base, "strips", tmp_path_factory.mktemp("strips"))
    with made.business.transaction() as connection:
        made.business.orders.put(connection, orders(), "test")
        made.business.behaviors.put(connection, behaviors())
    learned(made)
    with made.http:
        yield made


@pytest.fixture(scope="module")
def untrained(database: Database, base: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    made = opened(database, base, "strips-new", tmp_path_factory.mktemp("strips-new"))
    with made.http:
        yield made


@pytest.mark.parametrize("kind", ["similar", "bought-together", "also-viewed", "trending", "cart", "for-you"])
def test_where_nothing_is_known_every_strip_is_filled_with_what_can_be_bought(untrained: Shop, kind: str) -> None:
    answer = untrained.told(kind, product="tent-0", cart=["tent-0"], viewed=["tent-0"], limit=6)
    ids = [item["id"] for item in answer["items"]]
    assert len(set(ids)) == 6
    assert answer["how"] in ("content", "new")
    assert not {"tent-0", "tent-1", "tent-2"} & set(ids)
    assert all(item["available"] and item["why"]["says"] for item in answer["items"])


def test_like_a_product_are_those_of_its_kind(untrained: Shop) -> None:
    answer = untrained.told("similar", product="stove-3", limit=5)
    assert {item["category"] for item in answer["items"]} == {"Stoves"}
    assert answer["items"][0]["why"]["because"][0]["product"] == "stove-3"


def test_what_is_bought_together_stands_first_and_says_in_how_many_orders(shop: Shop) -> None:
    answer = shop.told("bought-together", product="tent-0")
    first = answer["items"][0]
    both = sum({"tent-0", "stove-0"} <= {line["product"] for line in one["lines"]} for one in orders())
    all_ = sum("tent-0" in {line["product"] for line in one["lines"]} for one in orders())
    assert (first["id"], answer["how"]) == ("stove-0", "bought-together")
    assert first["why"]["because"] == [{"product": "tent-0", "title": "Nordic tent 0", "together": both, "of": all_}]
    assert first["why"]["says"] == f"Bought together in {both} of {all_} orders with “Nordic tent 0”."


def test_what_is_sold_out_or_no_longer_shown_is_never_recommended(shop: Shop) -> None:
    for kind in ("similar", "bought-together", "also-viewed", "trending", "cart", "for-you"):
        ids = shop.ids(kind, product="tent-0", cart=["tent-0"], viewed=["tent-0"], limit=50)
        assert not {"tent-1", "tent-2"} & set(ids), kind
        assert len(ids) == len(set(ids)), kind


def test_who_looks_at_a_product_is_shown_what_others_looked_at_next(shop: Shop) -> None:
    answer = shop.told("also-viewed", product="lamp-3", limit=4)
    assert answer["items"][0]["id"] in ("lamp-4", "lamp-2")
    assert "lamp-4" in [item["id"] for item in answer["items"]]
    assert answer["items"][0]["why"]["says"].startswith("Viewed by ")


def test_a_session_without_login_is_enough(shop: Shop) -> None:
    ids = shop.ids("for-you", viewed=["lamp-5", "lamp-6"], limit=5)
    assert "lamp-7" in ids[:3]
    assert not {"lamp-5", "lamp-6"} & set(ids)


def test_a_visitor_is_known_by_what_they_did_before(shop: Shop) -> None:
    with shop.business.transaction() as connection:
        seen = [{"action": "view", "visitor": "back again", "product": one} for one in ("lamp-5", "lamp-6")]
        shop.business.behaviors.put(connection, seen)
    assert "lamp-7" in shop.ids("for-you", visitor="back again", limit=5)


def test_somebody_of_whom_nothing_is_known_gets_what_many_take(shop: Shop) -> None:
    answer = shop.told("for-you", visitor="never seen", limit=6)
    assert answer["how"] == "popular"
    assert len({item["category"] for item in answer["items"]}) > 1


def test_something_that_nobody_has_taken_yet_gets_a_place(shop: Shop) -> None:
    taken = {line["product"] for one in orders() for line in one["lines"]} | {one["product"] for one in behaviors()}
    items = shop.told("for-you", viewed=["tent-3", "tent-4"], limit=10)["items"]
    new = [item for item in items if item["id"] not in taken]
    assert 1 <= len(new) <= 2
    assert all(item["category"] == "Tents" and item["why"]["how"] == "new" for item in new)


def test_filters_exclusions_and_the_limit_hold(shop: Shop) -> None:
    ids = shop.ids("cart", cart=["tent-0"], filters={"category": "lamps", "price": {"max": 16}}, limit=4)
    assert ids
    assert all(one.startswith("lamp-") and int(one[5:]) <= 6 for one in ids)
    assert len(ids) <= 4
    assert "stove-0" not in shop.ids("bought-together", product="tent-0", exclude=["stove-0"])
    wrong = shop.post(kind="trending", filters={"flavour": "mint"})
    assert wrong.status_code == 400
    assert "flavour" in wrong.json()["detail"]


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ({"kind": "similar", "product": "nothing"}, 404, "nothing"),
        ({"kind": "similar"}, 400, "product"),
        ({"kind": "cart"}, 400, "cart"),
        ({"kind": "psychic"}, 422, "kind"),
        ({"kind": "trending", "limit": 0}, 422, "limit"),
    ],
)
def test_what_cannot_be_answered_is_told(shop: Shop, asked: dict[str, Any], status: int, says: str) -> None:
    answer = shop.post(**asked)
    assert answer.status_code == status
    assert says in answer.text


def test_ids_of_nothing_in_a_cart_or_a_session_do_no_harm(shop: Shop) -> None:
    hostile = ["", "\x00", "' or 1=1 --", "x" * 900, "nothing"]
    assert shop.ids("cart", cart=[*hostile, "tent-0"])[0] == "stove-0"
    assert shop.ids("for-you", viewed=hostile, visitor="\x00", customer="' or 1=1 --", exclude=hostile)


def test_another_business_learns_nothing_of_this_one(shop: Shop, untrained: Shop) -> None:
    assert shop.told("trending")["how"] == "trending"
    assert untrained.told("trending")["how"] == "new"


def test_what_was_chosen_and_why_is_shown(shop: Shop) -> None:
    database = shop.business.database
    assert database.folder is not None
    done = subprocess.run(
        [sys.executable, "-m", "weft", "affinities", "show", "--business", "strips", "--json"],
        capture_output=True, text=True, check=True, env={"WEFT_HOME": str(database.folder), "PATH": ""}, timeout=60,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["orders"] == 100
    assert {one["way"] for one in told["figures"]} >= {"popular", "item-to-item", "ease", "als"}
    assert told["way"]["way"] in ways.WAYS
    assert told["says"]
    assert told["held"]["says"]


def test_the_last_that_was_learned_serves_while_another_is_written_or_after_it_was_killed(shop: Shop) -> None:
    business = shop.business
    assert business.database.folder is not None
    place = Place(business.database.folder, business.uid)
    before = shop.ids("bought-together", product="tent-0")
    half = place.generation(place.free())
    half.mkdir()
    (half / "arrays").write_bytes(b"half of")
    assert shop.ids("bought-together", product="tent-0") == before
    after = learned(shop)
    assert after["generation"] > int(half.name)
    assert not half.exists()
    assert shop.ids("bought-together", product="tent-0") == before


def test_a_business_without_orders_or_with_a_single_one_is_learned_of_as_well(business: Business) -> None:
    home = business.database.folder
    assert home is not None
    parts = (home, business.uid, business.sales, business.behaviors, business.catalog)
    assert learning.build(*parts)["events"] == 0
    with business.transaction() as connection:
        business.orders.put(connection, orders()[:1], "test")
    told = learning.build(*parts)
    assert (told["orders"], told["products"]) == (1, 3)
    found = kept.opened(home, business.uid)
    assert found is not None
    assert found.way.scores(found.at(["tent-0"]))[found.places["stove-0"]] > 0


def test_ways_are_judged_by_a_later_time_than_they_learn_from() -> None:
    took = [Took(f"p{number % 60}", f"i{number % 7}", float(number)) for number in range(600)]
    everything = Histories.of(took)
    moment = float(np.quantile(everything.at, 0.9))
    cases = everything.cut(moment)
    assert everything.until(moment).at.max() <= moment
    for before, after in zip(cases.before, cases.next, strict=True):
        assert after not in before
    few = choosing.chosen(everything.until(1.0), histories.Cases((), np.zeros(0, np.int32)), lambda *_: None)
    assert few.told["way"] == ways.ITEM_TO_ITEM
    assert "0 people" in few.says


def test_what_a_rule_hides_is_recommended_nowhere_and_what_it_boosts_says_so(untrained: Shop) -> None:
    rules = untrained.business.rules
    hide = Rule(kind="hide", products=["lamp-7"], name="recalled")
    boost = Rule(kind="boost", products=["lamp-9"], times=5, name="overstock")
    _, made = rules.made([hide, boost], "test")
    try:
        until(lambda: "lamp-7" not in untrained.ids("similar", product="lamp-3", limit=50))
        first = untrained.told("similar", product="lamp-3")["items"][0]
        assert first["id"] == "lamp-9"
        assert first["why"]["moved"] == 5
        assert "overstock" in first["why"]["says"]
    finally:
        rules.remove([str(rule.id) for rule in made], "test")


def test_dials_move_recommendations_too_and_say_by_how_much(shop: Shop) -> None:
    business = shop.business
    business.preferences.put("search", {"velocity": 1}, "test")
    try:
        until(lambda: business.rules.book().dials.turned)
        items = shop.told("for-you", viewed=["lamp-5"], limit=10)["items"]
        moved = {item["id"]: item["why"] for item in items if item["why"]["moved"] != 1}
        assert moved
        assert all("its dial is at +1" in why["says"] for why in moved.values())
    finally:
        business.preferences.put("search", {}, "test")


def test_a_browser_may_ask_for_a_session_and_not_for_what_a_customer_bought(shop: Shop) -> None:
    origin = "https://shop.example"
    _, key = keys.created(shop.business.database, shop.business.uid, "browser", origins=[origin])
    headers = {"Authorization": f"Bearer {key}", "Origin": origin}
    path = "/api/v1/skills/recommend"
    assert shop.http.post(path, json={"kind": "for-you", "viewed": ["lamp-5"]}, headers=headers).status_code == 200
    for private in ({"customer": "c1"}, {"explain": True}):
        assert shop.http.post(path, json={"kind": "for-you", **private}, headers=headers).status_code == 403
