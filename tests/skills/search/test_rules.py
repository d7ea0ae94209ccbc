"""Merchandising over HTTP and the command line: what rules and dials do to searches, and what of it is refused."""

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import models
import pytest
from typer.testing import CliRunner

from weft.access import businesses, keys
from weft.business import Business
from weft.connectors.importing import import_file
from weft.errors import InputError
from weft.index import folder, keeping, signals
from weft.postgres.database import Database
from weft.settings import Settings
from weft.store.merchandising import Rule, ruled
from weft.surfaces.cli import root

MUGS = 30


def product(number: int, **more: Any) -> dict[str, Any]:
    """A mug; with each number there are more of it, and it earns more."""
    variant = {
        "sku": f"M-{number}", "price": {"amount": 1000, "currency": "EUR"}, "stock": number * 10,
        "cost": {"amount": 900 - 25 * number, "currency": "EUR"},
    }  # fmt: skip
    return {
        "id": f"mug-{number}", "title": f"Stoneware Mug No {chr(65 + number % 26)}", "vendor": "Kiln" if number % 2 else "Clay",
        "category": "Kitchen > Mugs", "variants": [variant], **more,
    }  # fmt: skip


def assortment() -> list[dict[str, Any]]:
    """Mugs that are much alike, a sold-out one, a sofa, a lamp."""
    found = [product(number) for number in range(1, MUGS + 1)]
    none_left = [{"sku": "M-0", "price": {"amount": 1000, "currency": "EUR"}, "stock": 0}]
    return [
        *found,
        product(0, id="mug-sold-out", title="Stoneware Mug Sold Out", variants=none_left),
        product(0, id="sofa", title="Velvet Sofa", category="Living > Sofas", vendor="Nest"),
        product(0, id="seat", title="Oak Love Seat", category="Living > Sofas", vendor="Nest"),
        product(0, id="love", title="Poster Love", category="Living > Posters", vendor="Nest"),
        product(0, id="lamp", title="Desk Lamp", category="Living > Lamps", vendor="Nest"),
    ]


def orders() -> list[dict[str, Any]]:
    """Mug 5 sells, mug 6 sells and comes back."""
    at = datetime.now(UTC) - timedelta(days=3)
    money = {"amount": 40_000, "currency": "EUR"}
    lines = [
        {"product": key, "sku": f"M-{key[4:]}", "quantity": 40, "price": {"amount": 1000, "currency": "EUR"}}
        for key in ("mug-5", "mug-6")
    ]
    sale = {"id": "#1", "placed_at": at.isoformat(), "currency": "EUR", "lines": lines, "total": money}
    back = {
        "id": "#2",
        "kind": "return",
        "placed_at": at.isoformat(),
        "currency": "EUR",
        "lines": [{**lines[1], "quantity": 30}],
    }
    return [sale, back]


class Shop:
    """A business behind a server, asked by a shopper's page and by a merchant."""

    def __init__(self, business: Business, base: str, key: str) -> None:
        self.business = business
        self.http = httpx.Client(base_url=f"{base}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=60)

    def search(self, query: str = "", **asked: Any) -> dict[str, Any]:
        """The answer to a search."""
        answer = self.http.post("/skills/search", json={"query": query, **asked})
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def ids(self, query: str = "", **asked: Any) -> list[str]:
        """The ids of the hits."""
        return [hit["id"] for hit in self.search(query, **asked)["hits"]]

    def make(self, **rule: Any) -> str:
        """Make a rule, and answer its id."""
        answer = self.http.post("/rules", json={"rules": [rule]})
        assert answer.status_code == 201, answer.text
        return str(answer.json()[0]["id"])

    def refused(self, **rule: Any) -> str:
        """What is said of a rule that cannot be."""
        there = self.http.get("/rules").json()
        answer = self.http.post("/rules", json={"rules": [rule]})
        assert 400 <= answer.status_code < 500, answer.text
        assert self.http.get("/rules").json() == there
        return str(answer.json()["detail"])

    def turn(self, **dials: float) -> None:
        """Set the dials, and wait until searches know."""
        answer = self.http.put("/settings/search", json=dials)
        assert answer.status_code == 200, answer.text
        self.until(lambda: self.business.rules.book().dials.turned == {k: v for k, v in dials.items() if v})

    @property
    def is_read(self) -> bool:
        """Whether the index is up to the catalog."""
        told = keeping.described(self.business.database, self.business.uid, self.business.catalog)
        return told is not None and not told["changed"]

    @staticmethod
    def until(true: Callable[[], bool]) -> None:
        """Wait until something is so."""
        end = time.monotonic() + 20
        while not true():
            assert time.monotonic() < end
            time.sleep(0.05)


@pytest.fixture(scope="module")
def whole(database: Database, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The shop, its index built."""
    scratch = tmp_path_factory.mktemp("rules")
    business = Business(database, businesses.ensured(database, "rules"))
    for kind, records in (("products", assortment()), ("orders", orders())):
        path = scratch / f"{kind}.jsonl"
        path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
        report = import_file(business, kind, path, who="test")
        assert not report.rejected
    keeping.built(database, business.uid, business.catalog, meaning=False, say=lambda *_: None)
    with models.serving(database, settings) as (base, _):
        _, key = keys.created(database, business.uid, "approve")
        shop = Shop(business, base, key)
        with shop.http:
            yield shop


@pytest.fixture
def shop(whole: Shop) -> Iterator[Shop]:
    """The shop, without any rule and with all dials off again afterwards."""
    yield whole
    whole.business.rules.remove([rule.id for rule in whole.business.rules.listed() if rule.id], "test")
    if whole.business.rules.book().dials.turned:
        whole.turn()


def test_pins_hold_their_places_on_every_page(shop: Shop) -> None:
    plain = shop.ids("mug", limit=100)
    shop.make(
        kind="pin", match="exact", query="mug",
        pins=[{"product": "lamp", "place": 1}, {"product": plain[20], "place": 3}, {"product": "mug-sold-out", "place": 12}],
    )  # fmt: skip
    told = shop.search("Mug ", limit=100)
    whole = [hit["id"] for hit in told["hits"]]
    assert (whole[0], whole[2], whole[11]) == ("lamp", plain[20], "mug-sold-out")
    assert told["total"] == len(whole) == len(plain) + 1
    assert [one for one in whole if one not in ("lamp", plain[20], "mug-sold-out")] == [
        one for one in plain if one not in (plain[20], "mug-sold-out")
    ]
    paged = [one for start in range(0, 40, 5) for one in shop.ids("mug", limit=5, offset=start)]
    assert paged == whole
    assert shop.ids("mugs", limit=3) == shop.ids("mugs", limit=3)
    assert "lamp" not in shop.ids("stoneware mug")


def test_what_is_filtered_out_or_hidden_is_not_pinned(shop: Shop) -> None:
    pins = [{"product": "mug-1", "place": 1}, {"product": "mug-2", "place": 2}, {"product": "mug-sold-out", "place": 3}]
    rule = shop.make(kind="pin", query="mug", pins=pins)
    assert shop.ids("mug", limit=3) == ["mug-1", "mug-2", "mug-sold-out"]
    told = shop.search("mug", filters={"vendor": "Clay"}, limit=100)
    assert [hit["id"] for hit in told["hits"]][1] == "mug-2"
    assert {hit["vendor"] for hit in told["hits"]} == {"Clay"}
    assert told["facets"]["vendor"] == [{"value": "Clay", "count": told["total"]}]
    assert "mug-sold-out" not in shop.ids("mug", stock="hide", limit=100)
    shop.make(kind="hide", products=["mug-2"])
    assert "mug-2" not in shop.ids("mug", limit=100)
    assert "mug-2" not in shop.ids("mug", filters={"id": "mug-2"})
    held = shop.http.get(f"/rules/{rule}").json()
    answer = shop.http.put(f"/rules/{rule}", json={**held, "sold_out": False})
    assert answer.json()["sold_out"] is False
    assert "mug-sold-out" not in shop.ids("mug", limit=20)


def test_a_shopper_who_sorts_is_not_overruled(shop: Shop) -> None:
    shop.make(kind="pin", pins=[{"product": "lamp", "place": 1}])
    assert shop.ids("mug", limit=1) == ["lamp"]
    assert "lamp" not in shop.ids("mug", sort="stock", limit=100)
    prices = [hit["price"]["amount"] for hit in shop.search("mug", sort="-price", limit=100)["hits"]]
    assert prices == sorted(prices, reverse=True)


def test_boost_and_bury_move_and_say_so(shop: Shop) -> None:
    plain = shop.ids("mug", limit=100)
    boost = shop.make(kind="boost", query="mug", filters={"vendor": "Kiln"}, name="Kiln week", times=3)
    shop.make(kind="bury", products=[plain[0]], times=0.1)
    told = shop.search("mug", limit=100, explain=True)
    hits = told["hits"]
    assert {hit["vendor"] for hit in hits[: MUGS // 2 - 1]} == {"Kiln"}
    assert hits[-2]["id"] == plain[0] or hits[-1]["id"] == plain[0]
    why = hits[0]["why"]
    assert why["moved"] == [
        {
            "kind": "boost",
            "name": "Kiln week",
            "rule": boost,
            "times": 3.0,
            "value": None,
            "says": "boosted by “Kiln week” (× 3)",
        }
    ]
    assert hits[0]["score"] == pytest.approx(3.0 * (why["words"] + why["whole"] + 0.9 * why["meaning"]), rel=0.01)
    assert "× 3.00 by rules and dials" in why["says"]
    assert {one["kind"] for one in told["rules"]} == {"boost", "bury"}


def test_a_rule_holds_in_its_category_alone(shop: Shop) -> None:
    shop.make(kind="pin", category="Kitchen", pins=[{"product": "mug-7", "place": 1}])
    assert shop.ids(filters={"category": "Kitchen > Mugs"}, limit=1) == ["mug-7"]
    assert shop.ids(filters={"category": "Living > Sofas"}, limit=1) != ["mug-7"]
    assert shop.ids("mug", limit=1) != ["mug-7"] or shop.ids("mug", limit=1) == shop.ids("mug", limit=5)[:1]


def test_a_schedule_holds_in_its_zone(shop: Shop) -> None:
    now = datetime.now(UTC)
    in_auckland = (now + timedelta(hours=1)).replace(tzinfo=None).isoformat()
    # One hour from now in UTC is long past by the clocks of Auckland, and an hour ahead by those of UTC.
    shop.make(kind="redirect", query="early", url="/early", starts=in_auckland, zone="Pacific/Auckland")
    shop.make(kind="redirect", query="late", url="/late", starts=in_auckland, zone="UTC")
    shop.make(kind="redirect", query="today", url="/today", ends=now.date().isoformat(), zone="UTC")
    shop.make(kind="redirect", query="over", url="/over", ends=(now.date() - timedelta(days=2)).isoformat())
    assert shop.search("early")["redirect"] == "/early"
    assert shop.search("late")["redirect"] is None
    assert shop.search("today")["redirect"] == "/today"
    assert shop.search("over")["redirect"] is None


def test_a_kept_rule_that_is_not_understood_stops_no_search(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    (kept,) = shop.business.rules.made([Rule.model_validate({"kind": "hide", "products": ["mug-5"]})], "test")[1]
    with shop.business.transaction() as connection:
        connection.execute('update rule set body = body || \'{"moon": "full"}\' where uid = %s', (kept.id,))
    assert shop.business.rules.listed() == []
    assert "is passed over" in caplog.text
    with shop.business.transaction() as connection:
        connection.execute("update rule set body = body - 'moon' where uid = %s", (kept.id,))


def test_redirects_and_switches(shop: Shop) -> None:
    rule = shop.make(kind="redirect", match="exact", query=["returns", "send back"], url="https://shop.example/returns")
    assert shop.search("Send  Back")["redirect"] == "https://shop.example/returns"
    assert shop.search("send back mug")["redirect"] is None
    assert shop.http.patch(f"/rules/{rule}", json={"on": False}).json()["on"] is False
    assert shop.search("returns")["redirect"] is None
    assert shop.http.post(f"/rules/{rule}/undo").json()["rule"]["on"] is True
    assert shop.search("returns")["redirect"] == "https://shop.example/returns"


def test_synonyms_are_found_whole_as_phrases_and_while_typing(shop: Shop) -> None:
    assert shop.ids("couch") == []
    shop.make(kind="synonyms", words=["couch", "sofa", "love seat"])
    told = shop.search("velvet couches")
    assert told["hits"][0]["id"] == "sofa"
    assert {"word": "couches", "read": "sofa", "why": "is a synonym"} in told["understood"]["read"]
    assert set(shop.ids("couch")) == {"sofa", "seat"}, "one of the words of a phrase is not the phrase"
    assert "sofa" in shop.ids("love seat")
    assert shop.ids("cou", typing=True) == shop.ids("couc", typing=True)
    assert set(shop.ids("cou", typing=True)) == {"sofa", "seat"}
    suggested = shop.http.post("/skills/suggest", json={"query": "cou"}).json()
    assert {one["id"] for one in suggested["products"]} == {"sofa", "seat"}
    assert "couch" in suggested["queries"]
    assert "<mark>Sofa</mark>" in told["hits"][0]["highlights"]["title"]


def test_synonyms_one_way_lead_one_way(shop: Shop) -> None:
    shop.make(kind="synonyms", typed=["tableware"], words=["mug"])
    assert len(shop.ids("tableware", limit=100)) == MUGS + 1
    assert not any(one["read"] == "tableware" for one in shop.search("mug")["understood"]["read"])


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"kind": "pin", "pins": [{"product": "nothing", "place": 1}]}, "There is no product 'nothing'"),
        (
            {"kind": "pin", "pins": [{"product": "mug-1", "place": 1}, {"product": "mug-2", "place": 1}]},
            "'mug-1' and 'mug-2' cannot both be at place 1",
        ),
        ({"kind": "pin", "pins": [{"product": "mug-1", "place": 0}]}, "greater than or equal to 1"),
        (
            {"kind": "hide", "products": ["mug-1"], "starts": "2026-12-24", "ends": "2026-12-20"},
            "it ends before it starts",
        ),
        ({"kind": "hide", "products": ["mug-1"], "ends": "9999-12-31"}, "there is no day after this one"),
        (
            {"kind": "hide", "products": ["mug-1"], "starts": "0001-01-01T00:00:00+14:00"},
            "starts lies beyond the years 1 to 9999 in UTC",
        ),
        (
            {"kind": "hide", "products": ["mug-1"], "zone": "Mars/Olympus"},
            "there is no zone of time called 'Mars/Olympus'",
        ),
        ({"kind": "redirect", "query": "x", "url": "javascript:alert(1)"}, "a redirect leads to an address with http"),
        ({"kind": "redirect", "query": "x", "url": " JaVaScRiPt:alert(1)"}, "a redirect leads to an address with http"),
        ({"kind": "redirect", "query": "x", "url": "//evil.example"}, "a redirect leads to an address with http"),
        ({"kind": "redirect", "query": "x", "url": "java\tscript:alert(1)"}, "has no blanks"),
        ({"kind": "redirect", "url": "/sale"}, "would lead every search away"),
        ({"kind": "synonyms", "words": ["Sofa", "sofá"]}, "“sofá” is a synonym of itself"),
        ({"kind": "synonyms", "typed": ["tv"], "words": ["TV"]}, "“TV” is a synonym of itself"),
        ({"kind": "synonyms", "words": ["sofa"]}, "needs another word that means the same"),
        ({"kind": "boost", "products": ["mug-1"], "times": 0.5}, "a boost multiplies by more than 1"),
        ({"kind": "hide"}, "needs products or filters"),
        ({"kind": "hide", "products": ["mug-1"], "url": "/x"}, "a rule of the kind hide has no url"),
        ({"kind": "hide", "products": ["mug-1"], "match": "exact"}, "say which query is meant"),
        ({"kind": "hide", "products": ["mug-1"], "query": "--"}, "has no letters"),
        ({"kind": "nonsense"}, "'pin', 'boost', 'bury', 'hide', 'redirect' or 'synonyms'"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(shop: Shop, rule: dict[str, Any], says: str) -> None:
    assert says in shop.refused(**rule)


@pytest.mark.parametrize("price", [{"max": float("inf")}, {"min": float("nan")}, float("inf"), [1.0, float("-inf")]])
def test_a_bound_that_is_no_number_makes_no_rule_for_all_products(price: Any) -> None:
    with pytest.raises(InputError, match=r"bound of price is -?(inf|nan), which"):
        ruled({"kind": "hide", "filters": {"price": price}})


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        ({"price": "cheap"}, "filters.price: say a number, or {min, max}"),
        (
            {"price": {"min": 60, "max": 50}},
            "filters.price: the least is 60 and the most 50, so that nothing lies between",
        ),
        ({"price": {"max": -1}}, "filters.price: no price is below 0"),
        ({"price": {}}, "filters.price: say the least, the most or both"),
        ({"price": {"max": "abc"}}, "filters.price: max is a number, not 'abc'"),
        ({"price": {"most": 3}}, "filters.price: a range has min and max, not 'most'"),
        ({"stock": [1, 2]}, "filters.stock: say a number, or {min, max}"),
        ({"available": "maybe"}, "filters.available: say true or false"),
        ({"vendor": {"min": 1}}, "filters.vendor: it is no number; name a value or a list of values"),
        ({"vendor": []}, "filters.vendor: it names no value, so that nothing could have it"),
        ({"vendor": [" "]}, "filters.vendor: it names no value"),
        ({" ": "x"}, "a filter has a name"),
    ],
)
def test_a_filter_that_nothing_could_ever_meet_is_refused(shop: Shop, filters: dict[str, Any], says: str) -> None:
    assert says in shop.refused(kind="hide", filters=filters)
    with pytest.raises(InputError, match=f"(?i){re.escape(says)}"):
        ruled({"kind": "hide", "filters": filters})


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"filters": {"vendr": "Kiln"}}, "filters.vendr: nothing in the catalog has it today; 'vendor' is near."),
        ({"filters": {"vendor": ["Nest", "kilm"]}}, "filters.vendor: no product has 'kilm' today; 'Kiln' is near."),
        ({"filters": {"vendor": "Qqqqqqqqq"}}, "filters.vendor: no product has 'Qqqqqqqqq' today."),
        (
            {"filters": {"price": {"min": 9000}}},
            "filters.price: no product is within that today; prices are from 10.00 to ",
        ),
        ({"filters": {"id": "no-such"}}, "filters.id: no product has 'no-such' today."),
        (
            {"filters": {"vendor": "Nest", "category": "Kitchen > Mugs"}},
            "No product meets all of the filters together today.",
        ),
        (
            {"filters": {"vendor": "Nest"}, "category": "Living > Sofa s"},
            "category: nothing is in 'Living > Sofa s' today; 'Living > Sofas' is near.",
        ),
        ({"filters": {"vendor": "nest", "price": "..5000"}, "category": "Living"}, None),
    ],
)
def test_what_nothing_in_the_catalog_is_is_told_when_a_rule_is_saved(
    shop: Shop, rule: dict[str, Any], says: str | None
) -> None:
    shop.search("mug")
    answer = shop.http.post("/rules", json={"rules": [{"kind": "boost", **rule}]})
    assert answer.status_code == 201, answer.text
    (made,) = answer.json()
    warnings = made.get("warnings", [])
    assert (says is None and not warnings) or str(says) in warnings[0]
    # As it was answered it can be sent again.
    again = shop.http.put(f"/rules/{made['id']}", json=made)
    assert again.status_code == 200, again.text
    assert again.json() == made
    assert shop.http.get(f"/rules/{made['id']}").json() == {
        name: value for name, value in made.items() if name != "warnings"
    }


def test_rules_that_contradict_each_other_are_refused(shop: Shop) -> None:
    shop.make(kind="pin", match="exact", query=["mug", "cup"], name="Cups", pins=[{"product": "mug-1", "place": 1}])
    assert "“Cups” pins 'mug-1' to place 1" in shop.refused(
        kind="pin", match="exact", query="Mug", pins=[{"product": "mug-2", "place": 1}]
    )
    shop.make(kind="pin", match="exact", query="mug", pins=[{"product": "mug-2", "place": 2}])
    shop.make(kind="synonyms", typed=["tv"], words=["television"])
    shop.make(kind="synonyms", typed=["television"], words=["telly"])
    said = shop.refused(kind="synonyms", typed=["telly"], words=["tv"])
    assert "go round in a circle" in said
    assert "“tv” → “television” → “telly” → “tv”" in said


def test_a_product_that_left_is_no_longer_pinned_and_nothing_breaks(shop: Shop) -> None:
    shop.make(kind="pin", pins=[{"product": "love", "place": 1}, {"product": "mug-3", "place": 2}])
    shop.make(kind="boost", filters={"glaze": "blue"}, times=2)
    assert shop.ids("mug", limit=2) == ["love", "mug-3"]
    with shop.business.transaction() as connection:
        connection.execute("delete from product where id = 'love'")
    shop.until(lambda: "love" not in shop.ids("mug", limit=2))
    assert shop.ids("mug", limit=2)[1] == "mug-3"


def test_a_rule_is_changed_in_whatever_form_its_id_is_said(shop: Shop) -> None:
    rule = shop.make(kind="pin", pins=[{"product": "mug-1", "place": 1}])
    for said in (rule.upper(), rule.replace("-", "")):
        assert shop.make(id=said, kind="pin", pins=[{"product": "mug-2", "place": 1}]) == rule
        assert shop.make(id=said, kind="pin", pins=[{"product": "mug-1", "place": 1}]) == rule
    assert [one.id for one in shop.business.rules.listed()] == [rule]


def test_edits_are_journaled_and_undone(shop: Shop) -> None:
    rule = shop.make(kind="hide", products=["mug-1"], name="first")
    batch = shop.business.journal.listed(1)[0]
    assert batch["action"] == "rules.put"
    assert batch["detail"]["rules"][0]["after"]["products"] == ["mug-1"]
    assert shop.http.delete(f"/rules/{rule}").json() == {"removed": 1}
    assert shop.http.delete(f"/rules/{rule}").status_code == 404
    assert "mug-1" in shop.ids("mug", limit=100)
    assert shop.http.post(f"/rules/{rule}/undo").json()["rule"]["name"] == "first"
    assert "mug-1" not in shop.ids("mug", limit=100)
    assert shop.http.post(f"/rules/{rule}/undo").json() == {"rule": None}
    assert shop.http.get(f"/rules/{rule}").status_code == 404


def test_dials_move_what_fits_alike_and_no_more(shop: Shop) -> None:
    plain = shop.search("stoneware mug", limit=100)
    shop.turn(margin=1.0)
    told = shop.search("stoneware mug", limit=100, explain=True)
    tops = [int(hit["id"].removeprefix("mug-")) for hit in told["hits"][:5]]
    assert min(tops) > MUGS // 2
    for hit in told["hits"]:
        assert 1 / signals.MOST_TIMES <= hit["why"]["times"] <= signals.MOST_TIMES
    why = next(hit["why"] for hit in told["hits"] if hit["id"] == "mug-30")
    (one,) = why["moved"]
    assert (one["kind"], one["name"]) == ("dial", "margin")
    assert one["value"] > 0.9
    assert one["says"].startswith("margin: 85% of the price, more than 9")
    assert told["total"] == plain["total"]
    shop.turn(margin=-1.0)
    assert [int(one.removeprefix("mug-")) for one in shop.ids("stoneware mug", limit=3)] == [1, 2, 3]


def test_a_shelf_without_words_stands_in_the_order_of_the_dials(shop: Shop) -> None:
    shop.turn(stock=1.0)
    found = shop.ids(filters={"category": "Kitchen > Mugs"}, limit=30)
    assert found == [f"mug-{number}" for number in range(MUGS, 0, -1)]


def test_sales_and_returns_are_signals(shop: Shop) -> None:
    shop.turn(velocity=1.0, returns=-1.0)
    assert shop.ids("stoneware mug", limit=1) == ["mug-5"]
    moved = shop.search("mug", filters={"id": "mug-6"}, explain=True)["hits"][0]["why"]["moved"]
    says = {one["name"]: one["says"] for one in moved}
    assert says["velocity"].startswith("velocity: 40 sold in 90 days")
    assert "% of what is sold" in says["returns"]


def test_a_broken_file_of_signals_moves_nothing_and_is_made_anew(
    shop: Shop, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder.Folder(settings.home, shop.business.uid).path / "signals.npz"
    shop.turn(margin=-1.0)
    assert shop.ids("stoneware mug", limit=1) == ["mug-1"]
    for content in (b"", b"PK nonsense", file.read_bytes()[:-200]):
        file.write_bytes(content)
        assert len(shop.ids("stoneware mug", limit=100)) == MUGS + 1
    monkeypatch.setattr(signals, "_LOOK_EVERY", 0.0)
    signals._WATCHES.clear()
    shop.until(lambda: shop.ids("stoneware mug", limit=1) == ["mug-1"])


def test_signals_of_other_places_move_nothing_where_the_file_is_broken(shop: Shop, settings: Settings) -> None:
    file = folder.Folder(settings.home, shop.business.uid).path / "signals.npz"
    shop.turn(margin=1.0)
    assert shop.ids("stoneware mug", limit=1) != ["mug-1"]
    whole = file.read_bytes()
    variant = {"sku": "M-LATE", "price": 1000, "currency": "EUR", "stock": 5, "options": {}}
    late: Any = {"id": "mug-late", "title": "Stoneware Mug Late", "status": "active", "variants": [variant]}
    with shop.business.transaction() as connection:
        shop.business.catalog.put(connection, [late], "test")
    try:
        file.write_bytes(b"")
        shop.until(lambda: "mug-late" in shop.ids("stoneware mug", limit=100))
    finally:
        file.write_bytes(whole)
        with shop.business.transaction() as connection:
            connection.execute("delete from product where id = 'mug-late'")
        shop.until(lambda: "mug-late" not in shop.ids("stoneware mug", limit=100))


def test_signals_follow_the_store(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "_LOOK_EVERY", 0.0)
    shop.turn(margin=1.0)
    assert shop.ids("stoneware mug", limit=1) != ["mug-1"]
    with shop.business.transaction() as connection:
        connection.execute("update variant set cost = 1 where product = (select uid from product where id = 'mug-1')")
        connection.execute("update product set version = version + 1, updated_at = now() where id = 'mug-1'")
    signals._WATCHES.clear()
    shop.until(lambda: shop.ids("stoneware mug", limit=1) == ["mug-1"])
    # The index reads the edit as well, and then the mug comes after those that it stood before.
    shop.until(lambda: bool(shop.ids("mug", limit=1)) and shop.is_read)


def test_a_preview_tells_what_would_move_and_saves_nothing(shop: Shop) -> None:
    plain = shop.ids("mug", limit=20)
    asked = {
        "queries": ["mug", "lamp"],
        "rules": [{"kind": "pin", "query": "mug", "pins": [{"product": plain[4], "place": 1}]}],
        "dials": {"margin": 0},
    }
    told = shop.http.post("/search/preview", json=asked).json()
    assert told["changed"] == 1
    mug, lamp = told["searches"]
    first = mug["moves"][0]
    assert (first["id"], first["before"], first["after"]) == (plain[4], 5, 1)
    assert first["says"].startswith("from 5 to 1: pinned to place 1")
    assert {one["id"]: one["after"] for one in mug["moves"][1:]} == {one: n + 2 for n, one in enumerate(plain[:4])}
    assert (lamp["changed"], lamp["moves"]) == (False, [])
    assert shop.http.get("/rules").json() == []
    assert shop.ids("mug", limit=20) == plain
    wrong = shop.http.post("/search/preview", json={"queries": ["mug"], "rules": [{"kind": "hide", "products": ["x"]}]})
    assert "There is no product 'x'" in wrong.json()["detail"]


def test_the_searches_of_most_people_are_previewed(shop: Shop) -> None:
    at = datetime.now(UTC).isoformat()
    searches = [
        {"id": f"s{n}", "action": "search", "query": query, "at": at, "visitor": f"v{n}", "results": 1}
        for n, query in enumerate(["mug", "Mug", "lamp"])
    ]
    with shop.business.transaction() as connection:
        shop.business.behaviors.put(connection, searches)
    told = shop.http.post("/search/preview", json={"rules": [{"kind": "hide", "products": ["lamp"]}]}).json()
    assert [(one["query"], one["times"], one["changed"]) for one in told["searches"]] == [
        ("mug", 2, False),
        ("lamp", 1, True),
    ]


FILES = {
    "table.csv": "typed,words\ntv,television | telly\n,sofa | couch\n,alone\n",
    "solr.txt": "# ours\nsofa, couch\ntv => television, telly, tv\nalone\n",
    "algolia.json": json.dumps(
        [
            {"objectID": "1", "type": "synonym", "synonyms": ["sofa", "couch"]},
            {"objectID": "2", "type": "oneWaySynonym", "input": "tv", "synonyms": ["television", "telly"]},
            {"objectID": "3", "type": "placeholder", "placeholder": "<n>", "replacements": ["1"]},
        ]
    ),
    "elasticsearch.json": json.dumps(
        {
            "synonyms_set": [
                {"id": "a", "synonyms": "sofa, couch"},
                {"synonyms": "tv => television, telly"},
                {"synonyms": "x"},
            ]
        }
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_synonyms_come_from_the_files_of_others(shop: Shop, name: str) -> None:
    told = shop.http.post("/rules/file", params={"name": name}, content=FILES[name].encode()).json()
    assert (told["created"], told["rejected"]) == (2, 1), told
    found = {tuple(rule["typed"]): set(rule["words"]) for rule in shop.http.get("/rules").json()}
    assert found == {(): {"sofa", "couch"}, ("tv",): {"television", "telly"}}
    again = shop.http.post("/rules/file", params={"name": name}, content=FILES[name].encode()).json()
    assert (again["created"], again["unchanged"]) == (0, 2)


@pytest.mark.parametrize("format_", ["csv", "solr", "jsonl"])
def test_what_is_exported_comes_in_again(shop: Shop, format_: str) -> None:
    shop.make(kind="synonyms", words=["sofa, wide", "couch"])
    shop.make(kind="synonyms", typed=["tv"], words=["telly"])
    content = shop.http.get("/rules/file", params={"format": format_}).content
    before = [{**one, "id": None} for one in shop.http.get("/rules").json()]
    shop.business.rules.remove([rule.id for rule in shop.business.rules.listed() if rule.id], "test")
    told = shop.http.post("/rules/file", params={"format": format_}, content=content).json()
    assert told["created"] == 2, told
    if format_ != "csv":
        assert [{**one, "id": None} for one in shop.http.get("/rules").json()] == before


def test_one_bad_row_costs_no_other(shop: Shop) -> None:
    lines = [json.dumps({"kind": "hide", "products": [key]}) for key in ("mug-1", "unknown", "mug-2")]
    told = shop.http.post("/rules/file", content=("\n".join([*lines, "{"])).encode()).json()
    assert told["created"] == 2
    assert [one["line"] for one in told["problems"]] == [2, 4]
    assert "There is no product 'unknown'" in told["problems"][0]["says"]


def test_readers_may_look_and_not_change(shop: Shop) -> None:
    _, key = keys.created(shop.business.database, shop.business.uid, "read")
    headers = {"Authorization": f"Bearer {key}"}
    assert shop.http.get("/rules", headers=headers).status_code == 200
    made = shop.http.post("/rules", json={"rules": [{"kind": "hide", "products": ["mug-1"]}]}, headers=headers)
    assert made.status_code == 403


def test_rules_of_one_business_are_nobody_elses(shop: Shop, business: Business) -> None:
    shop.make(kind="hide", products=["mug-1"])
    assert business.rules.listed() == []
    assert business.rules.book().rules == ()


def test_the_command_line_does_what_the_api_does(shop: Shop, settings: Settings, tmp_path: Path) -> None:
    def weft(*words: str) -> Any:
        done = CliRunner().invoke(root.app, ["rules", *words, "--business", "rules", "--json"], catch_exceptions=False)
        assert done.exit_code == 0
        return [json.loads(line) for line in done.stdout.splitlines()]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEFT_HOME", str(settings.home))
        (pin,) = weft("add", "pin", "--query", "mug", "--match", "exact", "--pin", "mug-4=1")
        weft("add", "boost", "--query", "lamp", "--filter", "vendor=Nest", "--filter", "vendor=Kiln", "--times", "2")
        (changed,) = weft("change", pin["id"], "--pin", "mug-4=2", "--off")
        assert (changed["pins"], changed["on"], changed["query"]) == (
            [{"product": "mug-4", "place": 2}],
            False,
            ["mug"],
        )
        assert [one["filters"] for one in weft("list", "--kind", "boost")] == [{"vendor": ["Nest", "Kiln"]}]
        assert weft("undo", pin["id"])[0]["on"] is True
        file = tmp_path / "all.jsonl"
        weft("export", str(file))
        weft("remove", pin["id"])
        told = weft("preview", "mug", "--rules", str(file), "--depth", "5")[0]
        assert told["searches"][0]["moves"][0]["id"] == "mug-4"
        assert weft("import", str(file), "--dry-run")[0]["created"] == 2
        for written, bounds in {
            "10..50": {"min": 10.0, "max": 50.0},
            "..7.5": {"min": None, "max": 7.5},
            "9000..": {"min": 9000.0, "max": None},
        }.items():
            (ranged,) = weft("add", "bury", "--filter", f"price={written}")
            assert {"min": None, "max": None, **ranged["filters"]["price"]} == bounds
        said = CliRunner().invoke(
            root.app,
            ["rules", "add", "bury", "--filter", "price=9000..", "--business", "rules"],
            catch_exceptions=False,
        )
        assert "Note: filters.price: no product is within that today; prices are from" in " ".join(said.stderr.split())
        told = CliRunner().invoke(root.app, ["rules", "add", "hide", "--filter", "vendr=Nest", "--business", "rules"])
        assert "Note: filters.vendr: nothing in the catalog has it today; 'vendor' is near." in " ".join(
            told.stderr.split()
        )
        said = CliRunner().invoke(root.app, ["rules", "add", "pin", "--pin", "mug-4", "--business", "rules"])
        assert "write PRODUCT=PLACE" in str(said.exception)
