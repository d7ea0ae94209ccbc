"""`organize` on a business: learned from what is placed, proposed, refused, learned again; and catalogs of odd shapes."""

import csv
import itertools
from pathlib import Path
from typing import Any

import pytest

from weft import skill as skills
from weft.access import businesses
from weft.business import Business
from weft.connectors.importing import import_file
from weft.errors import InputError, NotFound
from weft.postgres.database import Database
from weft.runs.book import Runs, Selection
from weft.runs.shards import worked_here
from weft.skills.organize import Look, Organize, Organized, Told, lists
from weft.store import changes
from weft.store.changes import Who

_numbers = itertools.count(1)
HEADER = (
    "Handle",
    "Title",
    "Body (HTML)",
    "Vendor",
    "Product Category",
    "Option1 Name",
    "Option1 Value",
    "Variant SKU",
    "Variant Price",
    "Image Src",
)
MUG, SHIRT, LAMP = "Home > Kitchen > Mugs", "Clothes > Shirts", "Home > Lamps"
KINDS = {
    MUG: ("mug", "cup with handle", "tea mug"),
    SHIRT: ("shirt", "linen shirt", "blouse"),
    LAMP: ("lamp", "table lamp", "reading light"),
}
WORDS = ("blue", "green", "small", "wide", "plain", "fine", "heavy", "old", "new", "soft")


def filled(business: Business, folder: Path, rows: list[tuple[str, ...]]) -> None:
    path = folder / f"products-{next(_numbers)}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for row in rows:
            writer.writerow(row + ("",) * (len(HEADER) - len(row)))
    import_file(business, "products", path, who="test")


def placed_rows() -> list[tuple[str, ...]]:
    return [
        (
            f"{category[-4:].strip()}-{n}".lower().replace(" ", ""),
            f"{word} {kind} {n}".title(),
            f"<p>A {word} {kind} for every day.</p>",
            "Kiln",
            category,
        )
        for category, kinds in KINDS.items()
        for n, (word, kind) in enumerate(itertools.product(WORDS, kinds))
    ]


OPEN: list[tuple[str, ...]] = [
    (
        "new-mug",
        "Green Tea Mug",
        "<p>Stoneware, holds <b>350 ml</b>.</p>",
        "Kiln",
        "",
        "Color",
        "Green",
        "NM-1",
        "9.00",
    ),
    ("new-shirt", "White Linen Shirt", "<p>100% linen.</p>", "Weave", "", "Size", "M", "NS-1", "49.00"),
]


@pytest.fixture
def shop(business: Business, tmp_path: Path) -> Business:
    filled(business, tmp_path, placed_rows() + OPEN)
    return business


def ran(business: Business, **more: Any) -> dict[str, Any]:
    book = Runs(business)
    run = book.enter(skills.named("organize"), Selection(), queued=False, who=Who("test"), **more)
    worked_here(business, run)
    return book.get(run)


def asked(business: Business, product: Any, **more: Any) -> Organized:
    answer = skills.answer(skills.named("organize"), Organize(product=product, **more), business)
    assert isinstance(answer, Organized)
    return answer


def proposed(business: Business, record: str) -> dict[str, Any]:
    listed = business.changes.listed(changes.Selection(where=f"record = {record}"))
    return {change["field"]: change["after"] for change in listed}


def test_a_product_is_placed_completed_and_judged(shop: Business) -> None:
    answer = asked(shop, "new-mug")
    assert answer.category is not None
    assert (answer.category.category, answer.category.how) == (MUG, "learned")
    assert "mug" in answer.category.words
    capacity = next(one for one in answer.attributes if one.name == "capacity")
    assert (capacity.value, capacity.unit, capacity.field) == (350, "ml", "description")
    assert shop.catalog.record("new-mug")["description"][capacity.start : capacity.end] == capacity.text  # type: ignore[index]
    assert answer.quality is not None
    assert {"missing_image", "no_category"} <= {reason.code for reason in answer.quality.reasons}
    assert {edit.field for edit in answer.changes} >= {"category", "attributes.capacity", "attributes.color"}


def test_a_run_proposes_and_the_next_costs_what_changed(shop: Business, tmp_path: Path) -> None:
    first = ran(shop)
    assert (first["records"], first["failed"], first["made"]) == (92, 0, 92)
    assert proposed(shop, "new-mug")["category"] == MUG
    assert ran(shop)["made"] == 0
    filled(shop, tmp_path, [("new-mug", "Blue Tea Mug", "<p>Stoneware, holds 400 ml.</p>", "Kiln")])
    again = ran(shop)
    assert (again["made"], again["remembered"]) == (1, 91)


def test_what_was_refused_is_not_proposed_again(shop: Business, tmp_path: Path) -> None:
    ran(shop)
    shop.changes.reject(changes.Selection(where="record = new-mug and field = category"))
    filled(shop, tmp_path, [("new-mug", "Blue Tea Mug Again", "<p>Stoneware, holds 400 ml.</p>", "Kiln")])
    ran(shop)
    states = shop.changes.listed(changes.Selection(where="record = new-mug and field = category"))
    assert [change["state"] for change in states] == ["rejected"]


def test_applied_changes_are_the_products_and_are_learned_from(shop: Business) -> None:
    ran(shop)
    shop.changes.approve(changes.Selection(all=True))
    shop.changes.apply(changes.Selection(all=True))
    assert shop.catalog.get("new-shirt")["category"] == SHIRT
    assert shop.catalog.get("new-mug")["attributes"]["capacity"]["value"] == 350
    lesson = shop.learned.find("organize.categories")
    assert lesson is not None
    assert lesson.about["labeled"] == 90
    assert ran(shop)["failed"] == 0
    lesson = shop.learned.find("organize.categories")
    assert lesson is not None
    assert lesson.about["labeled"] == 92
    assert asked(shop, "new-mug").changes == []


def test_only_the_parts_that_are_asked_for(shop: Business) -> None:
    answer = asked(shop, "new-mug", parts=["quality"])
    assert (answer.category, answer.attributes, answer.changes) == (None, [], [])
    assert answer.quality is not None
    with pytest.raises(InputError, match="parts"):
        skills.requested(skills.named("organize"), {"product": "x", "parts": ["nonsense"]})


def test_a_product_that_is_not_stored_can_be_asked_about(shop: Business) -> None:
    answer = asked(shop, {"title": "Heavy mug with handle", "description": "Holds 0.3 l"})
    assert answer.category is not None
    assert answer.category.category == MUG
    with pytest.raises(NotFound):
        asked(shop, "nothing")


def test_the_catalogs_state_is_told_by_what_it_costs(shop: Business) -> None:
    told = skills.answer(skills.named("quality"), Look(limit=5), shop)
    assert isinstance(told, Told)
    assert told.products == 92
    assert told.score is not None
    assert 0 < told.score < 100
    assert {gap.code: gap.products for gap in told.gaps}["missing_image"] == 92
    assert {gap.code: gap.products for gap in told.gaps}["no_category"] == 2
    assert len(told.queue) == 5
    assert all(fix.reasons for fix in told.queue)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("a", "Mug", "", "", MUG)],
        [("a", "Mug", "", "", MUG), ("b", "Another mug")],
        [(f"a{n}", f"Mug {n}", "", "", MUG) for n in range(30)] + [("b", "Something else")],
        [(f"a{n}", "", "", "", MUG if n % 2 else SHIRT) for n in range(30)] + [("b", "")],
        [("a", "Mug", "<p>" + "long words of a mug " * 5_000, "", ""), ("b", "x" * 5_000)],
    ],
)
def test_catalogs_of_odd_shapes_get_answers(business: Business, tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    if rows:
        filled(business, tmp_path, rows)
    run = ran(business)
    assert (run["state"], run["failed"], run["records"]) == ("finished", 0, len(rows))
    told = skills.answer(skills.named("quality"), Look(), business)
    assert isinstance(told, Told)
    assert told.products == len(rows)


def test_a_shop_without_any_category_starts_on_a_taxonomy(business: Business, tmp_path: Path) -> None:
    filled(business, tmp_path, [("mug", "Stoneware coffee mug"), ("shirt", "Men's cotton t-shirt"), ("odd", "Zxqv 77")])
    places = {name: asked(business, name).category for name in ("mug", "shirt", "odd")}
    assert places["mug"] is not None
    assert places["mug"].category is not None
    assert places["mug"].how == "taxonomy"
    assert "Mug" in places["mug"].category
    assert places["odd"] is not None
    assert places["odd"].category is None


def test_a_loaded_taxonomy_is_what_categories_are_mapped_to(shop: Business) -> None:
    told = lists.load(shop, b"k1 : Kitchenware\nk2 : Kitchenware > Mugs\nc1 : Clothing > Shirts\n", "tree.txt", "test")
    assert told["kind"] == "taxonomy"
    assert told["nodes"] >= 3
    place = asked(shop, "new-mug").category
    assert place is not None
    assert (place.category, place.node) == (MUG, "k2")
    assert lists.forget(shop) == 1
    place = asked(shop, "new-mug").category
    assert place is not None
    assert place.node is None


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"<html><body>no</body></html>", b"a,b,c\n1,2,3\n", b'{"a": 1}', b"\xff\xfe\x00"]
)
def test_a_file_of_another_kind_is_refused_and_nothing_is_kept(business: Business, content: bytes) -> None:
    with pytest.raises(InputError):
        lists.load(business, content, "file", "test")
    assert lists.listed(business) == []


def test_a_business_learns_from_nobody_else(database: Database, tmp_path: Path) -> None:
    mine, other = (Business(database, businesses.ensured(database, f"organize-{name}")) for name in ("mine", "other"))
    filled(mine, tmp_path, placed_rows())
    filled(other, tmp_path, [("mug", "Green Tea Mug")])
    asked(mine, {"title": "Green Tea Mug"})
    place = asked(other, "mug").category
    assert place is not None
    assert place.category != MUG
