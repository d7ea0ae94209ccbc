"""Products with variants over HTTP: one variant has to meet all that is asked, and what is told is told of that one."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import models
import pytest

from weft.access import businesses, keys
from weft.business import Business
from weft.connectors.importing import import_file
from weft.postgres.database import Database
from weft.settings import Settings

Ask = Callable[..., dict[str, Any]]
Variant = tuple[str, str, int, int]


def shoe(key: str, title: str, *variants: Variant, **more: Any) -> dict[str, Any]:
    """A product with a variant for each color, size, price and stock."""
    return {
        "id": key,
        "title": title,
        "variants": [
            {
                "sku": f"{key}-{color}-{size}".upper(), "options": {"Color": color, "Size": size}, "stock": stock,
                "price": {"amount": price, "currency": "EUR"}, "image": f"https://shop.test/{key}-{color}.jpg".lower(),
            }
            for color, size, price, stock in variants
        ],
        **more,
    }  # fmt: skip


def assortment() -> list[dict[str, Any]]:
    """Shoes: in red 42 and blue 43, in red 43, in red 43 sold out, in one size; and boots of two materials."""
    one = {"price": {"amount": 2000, "currency": "EUR"}, "stock": 4}
    return [
        shoe("apart", "Runner One", ("Red", "42", 8000, 5), ("Blue", "43", 6000, 5), description="In red and blue."),
        shoe("both", "Runner Two", ("Blue", "42", 5000, 5), ("Red", "43", 9000, 2), ("Red", "44", 9900, 2)),
        shoe("gone", "Runner Three", ("Red", "43", 7000, 0), ("Blue", "42", 4000, 9)),
        {"id": "plain", "title": "Runner Four red", "attributes": {"Size": "43"}, "variants": [{"sku": "P-1", **one}]},
        {
            "id": "boot",
            "title": "Boot",
            "variants": [
                {"sku": "B-1", "options": {"Material": "Leather"}, **one},
                {"sku": "B-2", "options": {"Material": "Canvas"}, **one},
            ],
        },
        {
            "id": "leather-boot",
            "title": "Leather Boot",
            "variants": [
                {"sku": f"L-{n}", "options": {"Material": m}, **one} for n, m in enumerate(("Leather", "Cork"))
            ],
        },
    ]


def put(shop: Business, folder: Path, products: list[dict[str, Any]]) -> None:
    """Import products into a business."""
    path = folder / "products.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in products), encoding="utf-8")
    import_file(shop, "products", path, who="test")


@pytest.fixture(scope="module")
def shoes(database: Database, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Ask a skill of a shop of shoes."""
    business = Business(database, businesses.ensured(database, "variants"))
    folder = tmp_path_factory.mktemp("variants")
    put(business, folder, assortment()[:3])
    _, key = keys.created(database, business.uid, "read")
    with (
        models.serving(database, settings) as (base, _),
        httpx.Client(base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=60) as http,
    ):

        def ask(query: str = "", skill: str = "search", **asked: Any) -> dict[str, Any]:
            body = {"query": query, **asked} if skill != "recommend" else asked
            answer = http.post(f"/api/v1/skills/{skill}", json=body)
            assert answer.status_code == 200, answer.text
            told: dict[str, Any] = answer.json()
            return told

        until = time.monotonic() + 60
        while http.post("/api/v1/skills/search", json={}).status_code == 503 and time.monotonic() < until:
            time.sleep(0.1)
        # The rest comes as a further segment.
        put(business, folder, assortment()[3:])
        while ask()["total"] < len(assortment()) and time.monotonic() < until:
            time.sleep(0.1)
        yield ask


def ids(told: dict[str, Any]) -> list[str]:
    """The ids of the hits."""
    return [hit["id"] for hit in told["hits"]]


RED_43 = {"Color": "Red", "Size": "43"}


def test_one_variant_is_all_that_the_query_demands(shoes: Ask) -> None:
    told = shoes("red runner size 43")
    assert set(ids(told)) == {"both", "gone", "plain"}
    assert ids(told)[-1] == "gone"
    assert {one["kind"] for one in told["understood"]["constraints"]} == {"color", "size"}
    both = next(hit for hit in told["hits"] if hit["id"] == "both")
    assert both["variant"] == {
        "sku": "BOTH-RED-43", "options": RED_43, "price": {"amount": 9000, "currency": "EUR"}, "available": True,
        "image": "https://shop.test/both-red.jpg", "stock": 2,
    }  # fmt: skip
    assert both["price"] == both["variant"]["price"]
    assert both["price_to"] is None
    assert (both["stock"], both["image"]) == (2, "https://shop.test/both-red.jpg")
    assert both["variants"][0]["sku"] == "BOTH-RED-43"
    assert len(both["variants"]) == 3


def test_filters_hold_on_the_same_variant_as_what_the_query_demands(shoes: Ask) -> None:
    for told in (
        shoes(filters=RED_43),
        shoes("red", filters={"size": ["43", "47"]}),
        shoes("size 43", filters={"Color": "red"}),
    ):
        assert set(ids(told)) - {"plain"} == {"both", "gone"}
    assert ids(shoes(filters=RED_43, exclude={"Color": "Red"})) == []
    assert set(ids(shoes("runner", filters={"Size": "43"}, exclude={"Color": "Red"}))) == {"apart", "plain"}


def test_a_price_is_that_of_the_variant_that_is_meant(shoes: Ask) -> None:
    assert set(ids(shoes("red runner under 75"))) == {"gone", "plain"}
    assert set(ids(shoes("runner", filters={"Color": "Red", "price": {"max": 75}}))) == {"gone"}
    assert ids(shoes("runner between 55 and 59")) == []
    told = shoes(filters={"Color": "Red"}, sort="price", stock="any")
    assert ids(told) == ["gone", "apart", "both"]
    assert [(hit["price"]["amount"], (hit["price_to"] or {}).get("amount")) for hit in told["hits"]] == [
        (7000, None), (8000, None), (9000, 9900),
    ]  # fmt: skip
    assert (told["price_range"]["min"], told["price_range"]["max"]) == (7000, 9900)
    suggested = shoes("red runner two", skill="suggest")["products"]
    assert suggested[0]["price"]["amount"] == 9000


def test_what_is_sold_out_in_the_size_that_is_asked_for_is_sold_out(shoes: Ask) -> None:
    told = shoes("runner red size 43", explain=True)
    gone = told["hits"][-1]
    assert (gone["id"], gone["available"], gone["stock"], gone["variant"]["available"]) == ("gone", False, 0, False)
    assert "because it is sold out" in gone["why"]["says"]
    assert "gone" not in ids(shoes("runner red size 43", stock="hide"))
    assert "gone" not in ids(shoes(filters={**RED_43, "available": True}))
    assert ids(shoes(filters={**RED_43, "available": False})) == ["gone"]
    assert ids(shoes(filters={"available": False})) == []
    assert ids(shoes(filters={**RED_43, "stock": {"min": 2, "max": 3}})) == ["both"]
    assert ids(shoes(filters=RED_43, exclude={"available": True})) == ["gone"]
    assert ids(shoes(filters={"Color": "Red"}, sort="-stock")) == ["apart", "both", "gone"]
    assert ids(shoes(filters={"Color": "Red"}, sort="price"))[-1] == "gone"


@pytest.mark.parametrize(
    "asked",
    [
        {"filters": {"Size": "43"}}, {"filters": {"Color": "Red"}}, {"query": "red"}, {"filters": {"price": {"max": 65}}},
        {"filters": {"Size": ["42", "43"]}, "stock": "hide"}, {"query": "runner"},
    ],
)  # fmt: skip
def test_a_facet_counts_what_its_filter_leaves(shoes: Ask, asked: dict[str, Any]) -> None:
    counts = shoes(facets=["Color", "Size"], **asked)["facets"]
    assert counts["Color"]
    for name, values in counts.items():
        for one in values:
            filters = {**asked.get("filters", {}), name: one["value"]}
            held = asked.get("filters", {}).get(name)
            if held is None or one["value"] in held:
                assert shoes(**{**asked, "filters": filters})["total"] == one["count"], (name, one)
            else:
                pytest.fail(f"{one} is counted where only {held} is left")


def test_what_a_variant_is_not_is_said_of_it(shoes: Ask) -> None:
    told = shoes("boot not leather")
    assert ids(told) == ["boot"]
    assert told["hits"][0]["variant"]["options"] == {"Material": "Canvas"}


def test_where_nothing_tells_variants_apart_none_is_named_unless_by_its_number(shoes: Ask) -> None:
    hit = shoes("runner two")["hits"][0]
    assert (hit["id"], hit["variant"], hit["price"]["amount"], hit["price_to"]["amount"]) == ("both", None, 5000, 9900)
    assert hit["variants"][0]["available"]
    named = shoes("both-red-44")["hits"][0]
    assert (named["variant"]["sku"], named["price"]["amount"], named["price_to"]) == ("BOTH-RED-44", 9900, None)
    assert shoes("runner four")["hits"][0]["variant"]["sku"] == "P-1"


def test_recommendations_hold_what_is_filtered_by_of_one_variant(shoes: Ask) -> None:
    told = shoes(skill="recommend", kind="similar", product="apart", filters=RED_43)
    # What is sold out in red 43 cannot be bought, though it can in blue 42.
    assert {one["id"]: one["variant"]["sku"] for one in told["items"]} == {"both": "BOTH-RED-43"}
    assert told["items"][0]["price"]["amount"] == 9000
    everything = {one["id"]: one for one in shoes(skill="recommend", kind="trending")["items"]}
    assert everything["gone"]["variant"]["sku"] == "GONE-BLUE-42"


def test_a_thing_is_free_of_what_it_says_nothing_of_or_says_it_is_free_of(shoes: Ask) -> None:
    for query in ("boot leather-free", "leather free boot"):
        told = shoes(query)
        assert ids(told) == ["boot"]
        (demand,) = told["understood"]["constraints"]
        assert (demand["kind"], demand["says"]) == ("free", "is free of “leather”")
