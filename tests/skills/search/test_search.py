"""Searching over HTTP: from a catalog without an index to hits that hold what was asked for, and that keep up with it."""

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import models
import pytest

from weft.access import businesses, keys
from weft.business import Business
from weft.connectors.importing import import_file
from weft.index import building, entry, finding, folder, keeping
from weft.index.words import Analysis
from weft.postgres.database import Database
from weft.settings import Settings
from weft.skills.search import Hit, Results, Understanding
from weft.skills.search import shown as public

COLORS = ("Black", "White", "Red", "Blue")


def product(key: str, title: str, **more: Any) -> dict[str, Any]:
    """A product of the interchange's form, in stock at 20 EUR if not said otherwise."""
    price, stock = more.pop("price", 2000), more.pop("stock", 5)
    variant = {"sku": f"SKU-{key.upper()}", "price": {"amount": price, "currency": "EUR"}, "stock": stock}
    return {"id": key, "title": title, "variants": [variant], **more}


def assortment() -> list[dict[str, Any]]:
    """A small shop: headphones in colors, shoes in sizes, bags, pipes."""
    found = [
        product(
            f"headphones-{color.lower()}", f"Wireless Headphones {color}", price=3000 + 1000 * n, vendor="Auris",
            category="Audio > Headphones", attributes={"Color": color},
            description="<p>Over-ear headphones with <b>noise cancelling</b> &amp; 30 h of battery.</p>",
        )
        for n, color in enumerate(COLORS)
    ]  # fmt: skip
    found += [
        product(
            "headphones-sold-out", "Wireless Headphones Black Wireless Headphones", stock=0, vendor="Auris", price=1000
        ),
        product("bag-leather", "Leather Tote Bag", vendor="Saddler", category="Bags", price=9000),
        product("bag-canvas", "Canvas Tote Bag", vendor="Saddler", category="Bags", price=4000),
        product("pipe-34", "Copper Pipe 3/4 in. x 10 ft.", category="Plumbing"),
        product("pipe-12", "Copper Pipe 1/2 in. x 10 ft.", category="Plumbing"),
        product("showerhead", "Rain Showerhead Chrome", category="Bath"),
        product("lamp-red", "Red Desk Lamp", category="Lamps"),
        product("dress-zh", "红色连衣裙 夏季新款", category="Dresses"),
        product("earphones-ja", "ワイヤレスイヤホン 防水", category="Audio"),
        product("untitled", "", category="Lamps"),
        product("gloves", "Leather-free Gloves", category="Gloves"),
        product("belt-leather", "Gürtel aus Leder", category="Belts"),
        product("belt-cork", "Gürtel aus Kork", category="Belts"),
        product("belt-free", "Gürtel lederfrei, nicht aus Leder", category="Belts"),
        {
            **product("bolt", "Hex Bolt"),
            "variants": [{"sku": "A1", "price": {"amount": 100, "currency": "EUR"}, "stock": 3}],
        },
        product("hostile", "Mug <script>alert(1)</script> & saucer", category="Mugs"),
    ]
    sizes = [
        {"sku": f"RUN-{size}", "options": {"Size": size}, "price": {"amount": 8000, "currency": "EUR"}, "stock": stock}
        for size, stock in (("41", 0), ("42", 3), ("43", 1))
    ]
    found.append(
        {"id": "runner", "title": "Running Shoe", "options": [{"name": "Size"}], "variants": sizes, "vendor": "Pace"}
    )
    return found


def put(shop: Business, folder_: Path, products: list[dict[str, Any]]) -> None:
    """Import products into a business."""
    path = folder_ / "products.jsonl"
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in products), encoding="utf-8")
    import_file(shop, "products", path, who="test")


class Shop:
    """A business behind a server, asked as a shopper's page does."""

    def __init__(self, business: Business, base: str, key: str, scratch: Path) -> None:
        self.business, self.scratch = business, scratch
        self.http = httpx.Client(base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=60)

    def post(self, skill: str = "search", **asked: Any) -> httpx.Response:
        """One request as it is answered."""
        return self.http.post(f"/api/v1/skills/{skill}", json=asked)

    def search(self, query: str = "", **asked: Any) -> dict[str, Any]:
        """The answer to a search that is one."""
        answer = self.post(query=query, **asked)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def ids(self, query: str = "", **asked: Any) -> list[str]:
        """The ids of the hits."""
        return [hit["id"] for hit in self.search(query, **asked)["hits"]]

    def waited(self) -> httpx.Response:
        """Search until the index is there, and answer the last that was said before."""
        last = first = self.post(query="headphones")
        until = time.monotonic() + 60
        while last.status_code == 503 and time.monotonic() < until:
            time.sleep(0.1)
            last = self.post(query="headphones")
        assert last.status_code == 200, last.text
        return first


@pytest.fixture(scope="module")
def served(database: Database, settings: Settings) -> Iterator[tuple[str, Database]]:
    """The address of a server on the session's database."""
    with models.serving(database, settings) as (base, _):
        yield base, database


@contextlib.contextmanager
def opened(served: tuple[str, Database], name: str, scratch: Path) -> Iterator[Shop]:
    """A shop of its own behind the server."""
    base, database = served
    business = Business(database, businesses.ensured(database, name))
    _, key = keys.created(database, business.uid, "read")
    shop = Shop(business, base, key, scratch)
    with shop.http:
        yield shop


@pytest.fixture(scope="module")
def shop(served: tuple[str, Database], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The small shop, its index built."""
    with opened(served, "search", tmp_path_factory.mktemp("search")) as made:
        yield _built(made)


def _built(made: Shop) -> Shop:
    put(made.business, made.scratch, assortment())
    first = made.waited()
    assert first.status_code == 503
    assert int(first.headers["Retry-After"]) > 0
    assert first.json()["type"].endswith("#not-ready")
    return made


def test_slips_colors_and_prices_are_understood(shop: Shop) -> None:
    told = shop.search("blk wireles headphons under 50")
    assert [hit["id"] for hit in told["hits"]] == ["headphones-black", "headphones-sold-out"]
    kinds = {one["kind"]: one for one in told["understood"]["constraints"]}
    assert kinds["price"]["max"] == 5000
    assert kinds["color"]["text"] == "blk"
    assert told["did_you_mean"] == "blk wireless headphones under 50"


def test_a_demand_can_be_taken_back(shop: Shop) -> None:
    assert shop.ids("headphones under 35") == ["headphones-black", "headphones-sold-out"]
    told = shop.search("headphones under 35", without=["under 35"])
    assert {f"headphones-{color.lower()}" for color in COLORS} <= {hit["id"] for hit in told["hits"]}
    assert [one["text"] for one in told["understood"]["removed"]] == ["under 35"]


@pytest.mark.parametrize(
    ("query", "there", "not_there"),
    [
        ("tote bag not leather", "bag-canvas", "bag-leather"),
        ("tote bag -leather", "bag-canvas", "bag-leather"),
        ("tote bag without leather", "bag-canvas", "bag-leather"),
        ("tote bag leather-free", "bag-canvas", "bag-leather"),
        ("gloves leather free", "gloves", "bag-leather"),
        ("gürtel lederfrei", "belt-free", "belt-leather"),
        ("gürtel kork lederfrei", "belt-cork", "belt-leather"),
        ("A1", "bolt", None),
        ("a-1", "bolt", None),
        ("tote bag over 50", "bag-leather", "bag-canvas"),
        ("tote bag between 30 and 50", "bag-canvas", "bag-leather"),
        ("red lamp", "lamp-red", "headphones-black"),
        ("shoe size 42", "runner", "lamp-red"),
        ("3/4in copper pipe", "pipe-34", None),
        ('0.75" pipe', "pipe-34", None),
        ("shower head", "showerhead", None),
        ("SKU-PIPE-12", "pipe-12", None),
        ("skupipe12", "pipe-12", None),
        ("连衣裙", "dress-zh", None),
        ("イヤホン", "earphones-ja", None),
    ],
)
def test_what_is_asked_for_comes_first(shop: Shop, query: str, there: str, not_there: str | None) -> None:
    found = shop.ids(query)
    assert found[0] == there
    assert not_there not in found


def test_a_category_is_guessed_from_its_name_where_no_hit_tells_it(shop: Shop) -> None:
    told = shop.search("lamp under 1")
    assert (told["hits"], told["understood"]["category"]) == ([], "Lamps")
    assert shop.search("qqq under 1")["understood"]["category"] is None


def test_no_size_is_made_up(shop: Shop) -> None:
    told = shop.search("shoe size 42")
    assert told["hits"][0]["variants"][0]["options"] == {"Size": "42"}
    assert shop.search("headphones size 99")["understood"]["constraints"] == []


def test_what_is_sold_out_is_not_on_top(shop: Shop) -> None:
    found = shop.search("wireless headphones black")["hits"]
    assert [hit["available"] for hit in found[:2]] == [True, False] or found[0]["available"]
    assert "headphones-sold-out" in [hit["id"] for hit in found]
    assert "headphones-sold-out" not in shop.ids("wireless headphones black", stock="hide")
    by_price = shop.ids("wireless headphones", sort="price", limit=250)
    assert by_price[-1] == "headphones-sold-out"
    assert shop.ids("wireless headphones", sort="price", stock="any", limit=250)[0] == "headphones-sold-out"


def test_filters_facets_sorting_and_pages(shop: Shop) -> None:
    told = shop.search("headphones", filters={"color": ["Red", "Blue"]}, facets=["Color", "vendor"])
    assert sorted(hit["id"] for hit in told["hits"]) == ["headphones-blue", "headphones-red"]
    assert told["facets"]["vendor"] == [{"value": "Auris", "count": 2}]
    cheap = shop.search(filters={"vendor": "Auris", "price": {"max": 45}}, sort="-price")
    assert [hit["id"] for hit in cheap["hits"]] == ["headphones-white", "headphones-black", "headphones-sold-out"]
    assert (
        shop.ids(filters={"vendor": "Auris"}, exclude={"Color": "Red"}, sort="price", stock="any")[0]
        == "headphones-sold-out"
    )
    whole = shop.ids(sort="title", limit=50)
    assert whole == shop.ids(sort="title", limit=9) + shop.ids(sort="title", limit=41, offset=9)
    assert shop.search(limit=0)["total"] == len(assortment())


def test_each_hit_says_why(shop: Shop) -> None:
    hit = shop.search("canvas bag", explain=True)["hits"][0]
    assert hit["why"]["matched"]["title"] == ["canvas", "bag"]
    assert "The title says" in hit["why"]["says"] or "Its title says" in hit["why"]["says"]
    assert hit["highlights"]["title"] == "<mark>Canvas</mark> Tote <mark>Bag</mark>"
    sized = shop.search("running shoe size 42", explain=True)["hits"][0]["why"]
    assert sized["missing"] == []
    assert "does not say" not in sized["says"]
    black = shop.search("blk wireles headphones", explain=True)
    assert "“Wireless” for “wireles”, “headphones”" in black["hits"][0]["why"]["says"]
    assert "“Black” for “blk”" in black["hits"][0]["why"]["says"]
    assert black["understood"]["constraints"][0]["values"] == ["Black"]
    hostile = shop.search("mug script")["hits"][0]["highlights"]["title"]
    assert "<script>" not in hostile
    assert "<mark>" in hostile


def test_others_like_a_product_are_found(shop: Shop) -> None:
    found = shop.ids(like="headphones-red", limit=4)
    assert "headphones-red" not in found
    assert set(found[:3]) <= {
        "headphones-black",
        "headphones-white",
        "headphones-blue",
        "headphones-sold-out",
        "earphones-ja",
    }
    assert shop.post(like="nobody").status_code == 404


def test_what_is_being_typed_is_finished(shop: Shop) -> None:
    assert all(found.startswith("headphones") for found in shop.ids("wirel", limit=5))
    told = shop.post("suggest", query="wireless hea").json()
    assert "wireless headphones" in told["queries"]
    assert told["products"][0]["id"].startswith("headphones")
    told = shop.post("suggest", query="plum").json()["categories"]
    assert told == [{"name": "category", "value": "Plumbing", "count": 2}]


@pytest.mark.parametrize(
    "query",
    [
        "title:headphones OR vendor:* AND (",
        '"headphones',
        "headphones\x00\x1f\u202e",
        "+headphones ^5 ~2 [a TO z]",
        "🎧 headphones",
        "a" * 1000,
        "' or 1=1; drop table product; --",
        "0/0 0/00 1/0",
        "\ud800",
        "size",
        "not",
        "-",
        "under 99999999999999999999",
    ],
)
def test_no_query_is_a_program(shop: Shop, query: str) -> None:
    answer = shop.http.post(
        "/api/v1/skills/search", content=json.dumps({"query": query}), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (200, 422), answer.text
    if "headphones" in query:
        assert any(hit["id"].startswith("headphones") for hit in answer.json()["hits"])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"query": "x" * 10_000}, "at most 1000 characters"),
        ({"filters": {"colr": "Red"}}, "nothing in this catalog has it; there are Color"),
        ({"filters": {"vendor": {"min": 1}}}, "filters.vendor: it is no number"),
        ({"filters": {"price": "cheap"}}, "say a number"),
        ({"filters": {"available": "maybe"}}, "filters.available: say true or false"),
        ({"filters": {"available": {"min": 1}}}, "filters.available: say true or false"),
        ({"filters": {"price": {"max": 1e300}}}, "no number that it can be"),
        ({"facets": ["nothing"]}, "nothing in this catalog has 'nothing'"),
        ({"sort": "magic"}, "sort"),
        ({"limit": -1}, "limit"),
        ({"offset": 10**9}, "offset"),
        ({"fliters": {}}, "fliters"),
    ],
)
def test_what_cannot_be_asked_is_said(shop: Shop, asked: dict[str, Any], said: str) -> None:
    answer = shop.post(**asked)
    assert answer.status_code in (400, 422)
    assert said in answer.text


def test_what_is_available_is_said_in_several_ways(shop: Shop) -> None:
    for said in (True, "true", [True], ["true"]):
        assert "headphones-sold-out" not in shop.ids("wireless headphones", filters={"available": said})
    assert shop.ids("wireless headphones", filters={"available": [False]}) == ["headphones-sold-out"]
    both = shop.ids("wireless headphones", filters={"available": [True, False]})
    assert {"headphones-black", "headphones-sold-out"} <= set(both)


def test_half_a_character_is_answered_with_a_sentence(shop: Shop) -> None:
    body, kind = b'{"filters": {"\\ud800": "x"}}', {"content-type": "application/json"}
    sent = shop.http.post("/api/v1/skills/search", content=body, headers=kind)
    assert sent.status_code == 400
    assert "nothing in this catalog has it" in sent.json()["detail"]


def test_a_variant_that_is_sold_beyond_its_stock_is_not_counted(business: Business) -> None:
    common = {"price": 2000, "currency": "EUR", "stock": 0}
    variants = [{"sku": "A", **common, "policy": "continue"}, {"sku": "B", **common, "policy": "deny"}]
    told = entry.of({"id": "boot", "title": "Boot", "variants": variants})
    assert [one.get("stock") for one in told.variants] == [None, 0]
    hit = Hit(id="boot", title="Boot", score=1.0, variants=told.variants)
    (seen,) = public.shown(Results(hits=[hit], understood=Understanding(query="")), business).hits
    assert [one["available"] for one in seen.variants] == [True, False]


def test_an_edited_a_new_and_a_blanked_product_are_found_as_they_are_within_a_second(
    served: tuple[str, Database], tmp_path: Path
) -> None:
    with opened(served, "search-edits", tmp_path) as shop:
        keeps_up(shop, tmp_path)


def keeps_up(shop: Shop, tmp_path: Path) -> None:
    """Edit a shop's products, and look for them a second later."""
    put(shop.business, tmp_path, [product("mug", "Travel Mug"), product("cup", "Glass Cup")])
    shop.waited()
    before = folder.Folder(shop.business.database.folder or tmp_path, shop.business.uid).state()
    put(shop.business, tmp_path, [product("mug", "Porcelain Teapot"), product("jug", "Zinc Watering Jug")])
    time.sleep(1)
    assert shop.ids("teapot")[0] == "mug"
    # A word that is far in meaning too: what products mean may be known by now.
    assert "mug" not in shop.ids("travel")
    assert shop.ids("watering")[0] == "jug"
    assert shop.search("teapt")["did_you_mean"] == "teapot"
    after = folder.Folder(shop.business.database.folder or tmp_path, shop.business.uid).state()
    assert before is not None
    assert after is not None
    assert (after.generation, after.products) == (before.generation, 3)
    assert after.step > before.step


def test_a_build_that_was_killed_leaves_the_last_index_in_force(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    home, uid = shop.business.database.folder, shop.business.uid
    assert home is not None
    place = folder.Folder(home, uid)
    before = place.state()
    assert before is not None
    monkeypatch.setattr(
        folder.Folder, "put_in_force", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(Exception, match="There is no space left for the index"):
        building.build(home, uid, shop.business.catalog)
    monkeypatch.undo()
    assert place.state() == before
    assert shop.ids("canvas")[0] == "bag-canvas"
    after = building.build(home, uid, shop.business.catalog)
    assert after.generation > before.generation
    assert [one.name for one in place.path.iterdir() if one.is_dir()] == [f"{after.generation:06d}"]
    assert shop.ids("canvas")[0] == "bag-canvas"


def test_few_indexes_stay_open(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    home = shop.business.database.folder
    assert home is not None
    monkeypatch.setattr(finding._OPEN, "_room", 1)
    monkeypatch.setattr(finding._OPEN, "_least", 1)
    other = businesses.ensured(shop.business.database, "search-other")
    whose = Business(shop.business.database, other)
    building.build(home, whose.uid, whose.catalog)
    empty = finding.opened(home, whose.uid)
    assert empty is not None
    assert empty.products == 0
    assert len(finding._OPEN) == 1
    assert shop.ids("canvas")[0] == "bag-canvas"


class Counting:
    """A model of two dimensions that counts what it is asked."""

    name = "counting"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embedded(self, texts: Any) -> Any:
        """Texts with a bag in them point one way, all others another."""
        numpy = pytest.importorskip("numpy")
        self.texts += texts
        return numpy.array([[1.0, 0.0] if "Bag" in text else [0.0, 1.0] for text in texts], "float32")


def test_only_a_text_that_changed_is_embedded_again(database: Database, business: Business, tmp_path: Path) -> None:
    put(business, tmp_path, [product("bag", "Bag"), product("cup", "Cup"), product("jug", "Jug", price=1)])
    model = Counting()
    home = tmp_path / "home"
    building.build(home, business.uid, business.catalog, lambda: model)
    assert sorted(model.texts) == ["Bag", "Cup", "Jug"]
    model.texts.clear()
    put(business, tmp_path, [product("cup", "Tea Cup"), product("jug", "Jug", price=2)])
    assert building.kept_up(home, business.uid, business.catalog, lambda: model, 100) is not None
    assert model.texts == ["Tea Cup"]
    building.build(home, business.uid, business.catalog, lambda: model)
    assert model.texts == ["Tea Cup"]
    shelf = finding.opened(home, business.uid)
    assert shelf is not None
    assert shelf.meanings is not None
    places, cosines = shelf.meanings.near(pytest.importorskip("numpy").array([1.0, 0.0], "float32"), 3)
    assert cosines[0] == pytest.approx(1, abs=1e-3)
    assert len(places) == 3


def test_no_business_finds_what_is_anothers(shop: Shop, served: tuple[str, Database], tmp_path: Path) -> None:
    with opened(served, "search-elsewhere", tmp_path) as other:
        put(other.business, tmp_path, [product("mine", "Headphones of another shop")])
        other.waited()
        assert other.ids("headphones") == ["mine"]
    assert "mine" not in shop.ids("headphones another shop", limit=50)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("3/4 in.", '3/4"'), ("3/4in", "0.75 inch"), ("1-1/2 in", '1 1/2"'), ("1.5 l", "1500ml"), ("16-oz.", "16 oz"),
        ("½ inch", "0.5in"), ("2x4", "2 x 4"), ("12 in", "1 ft"), ("5 sq. ft.", "5 sqft"), ("Größe", "grosse"),
    ],
)  # fmt: skip
def test_one_thing_is_one_term_however_it_is_written(text: str, same: str) -> None:
    analysis = Analysis(["en"])

    def read(said: str) -> set[str]:
        words = analysis.words(said)
        quantities = {word.quantity for word in words if word.quantity}
        return quantities or set(analysis.terms(words))

    assert read(text) & read(same)


def test_keeping_says_what_is_in_force(shop: Shop) -> None:
    told = keeping.described(shop.business.database, shop.business.uid, shop.business.catalog)
    assert told is not None
    assert told["products"] == len(assortment())
    assert told["changed"] is False


@pytest.mark.parametrize(
    ("query", "language"),
    [
        ("wireless headphones", "en"), ("chaussures pour femme", "fr"), ("Tasche für die Reise", "de"),
        ("ワイヤレスイヤホン", "ja"), ("红色连衣裙", "zh"), ("42", None),
    ],
)  # fmt: skip
def test_the_language_is_that_of_the_query(shop: Shop, query: str, language: str | None) -> None:
    assert shop.search(query, limit=1)["understood"]["language"] == language


def test_a_word_is_finished_as_in_what_was_found(shop: Shop) -> None:
    told = shop.post("suggest", query="noise head").json()
    assert "noise headphones" in told["queries"]


def test_a_query_in_another_language_is_not_corrected_into_what_nothing_says(shop: Shop) -> None:
    told = shop.search("cuoper deks")
    assert told["did_you_mean"] is None
    assert shop.search("wireles headphons")["did_you_mean"] == "wireless headphones"


def test_a_facet_counts_what_its_filter_leaves_however_its_name_and_values_are_written(
    served: tuple[str, Database], tmp_path: Path
) -> None:
    with opened(served, "spelt-alike", tmp_path) as shop:
        price = {"amount": 900, "currency": "EUR"}
        red = [{"sku": "B-1", "options": {"Color": "Red"}, "price": price, "stock": 3}]
        both = {"variants": [{**red[0], "sku": "C-1"}], "attributes": {"color": "RED"}}
        put(
            shop.business,
            tmp_path,
            [
                product("by-attribute", "Headphones one", vendor="Auris", attributes={"color": "red"}),
                {"id": "by-option", "title": "Headphones two", "vendor": "AURIS", "variants": red},
                {"id": "by-both", "title": "Headphones three", "vendor": "Auris", **both},
                *(product(f"blue-{n}", f"Headphones {n}", vendor="Boreal", attributes={"color": "Blue"}) for n in "45"),
            ],
        )
        shop.waited()
        for facets in (None, ["COLOR", "vendor"]):
            told = shop.search("headphones", **({"facets": facets} if facets else {}))["facets"]
            assert {name.lower() for name in told} == {"color", "vendor"}
            assert len(told) == 2
            for name, values in told.items():
                assert [one["count"] for one in values] == [3, 2]
                assert [shop.search(filters={name: one["value"]})["total"] for one in values] == [3, 2]
