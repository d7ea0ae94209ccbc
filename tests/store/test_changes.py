"""Changes: proposed, approved, applied, corrected, undone; never forced, never silent."""

import csv
from pathlib import Path
from typing import Any

import pytest

from weft.business import Business
from weft.connectors.exporting import export_changes
from weft.connectors.importing import import_file
from weft.errors import BadFilter, Conflict, InputError, NotFound
from weft.store.changes import Selection

ALL = Selection(all=True)
SHOP = """\
Handle,Title,Body (HTML),Vendor,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty,Image Src,Image Alt Text
mug,BLUE MUG,<p>A mug.</p>,Kiln,"a, b",Size,S,MUG-S,9.00,3,https://img.example/m.jpg,
mug,,,,,,L,MUG-L,12.50,0,,
cup,Cup,<p>A cup.</p>,Kiln,,Title,Default Title,,5.00,1,,
bowl,Bowl,,Ton,,Title,Default Title,BOWL,20.00,1,,
"""


@pytest.fixture
def shop(business: Business, tmp_path: Path) -> Business:
    path = tmp_path / "shop.csv"
    path.write_text(SHOP)
    assert import_file(business, "products", path).created == 3
    return business


def propose(shop: Business, *edits: tuple[str, str, Any]) -> Any:
    return shop.changes.propose([{"record": r, "field": f, "after": a} for r, f, a in edits], skill="test")


def apply(shop: Business, selection: Selection = ALL) -> Any:
    shop.changes.approve(selection)
    return shop.changes.apply(selection)


FIELDS: list[tuple[str, str, Any]] = [
    ("mug", "title", "Blue mug"),
    ("mug", "description", "<p>A blue mug.</p>"),
    ("mug", "tags", ["b", "c"]),
    ("mug", "status", "draft"),
    ("mug", "published", False),
    ("mug", "attributes.color", "blue"),
    ("mug", "attributes.volume", {"value": 0.3, "unit": "l"}),
    ("mug", "variants.MUG-L.price", {"amount": 1350, "currency": "EUR"}),
    ("mug", "variants.MUG-L.stock", 7),
    ("mug", "variants.#1.barcode", "4006381333931"),
    ("cup", "variants.#1.price", {"amount": 450, "currency": "EUR"}),
    ("mug", "translations.de.title", "Blauer Becher"),
    ("mug", "translations.fr.title", "Tasse bleue"),
    ("mug", "images.1.alt", "A blue mug"),
]


def held(shop: Business, record: str, field: str) -> Any:
    with shop.transaction() as connection:
        row = connection.execute("select field_value(uid, %s) from product where id = %s", (field, record)).fetchone()
    return row[0] if row else None


@pytest.mark.parametrize(("record", "field", "after"), FIELDS)
def test_every_field_can_be_changed_and_put_back(shop: Business, record: str, field: str, after: Any) -> None:
    before = held(shop, record, field)
    assert propose(shop, (record, field, after)).done == 1
    assert held(shop, record, field) == before
    assert apply(shop).done == 1
    assert held(shop, record, field) == after
    assert shop.changes.undo(ALL).done == 1
    assert held(shop, record, field) == before


def test_all_of_them_at_once_in_one_run(shop: Business) -> None:
    before = shop.catalog.get("mug")
    outcome = propose(shop, *FIELDS)
    assert outcome.done == len(FIELDS)
    assert apply(shop, Selection(run=outcome.run)).done == len(FIELDS)
    for record, field, after in FIELDS:
        assert held(shop, record, field) == after
    assert shop.changes.undo(Selection(run=outcome.run)).done == len(FIELDS)
    after_undo = shop.catalog.get("mug")
    for name in ("title", "description", "tags", "attributes", "variants", "images"):
        assert after_undo[name] == before[name], name


def test_a_product_edited_meanwhile_makes_its_change_stale_in_words(shop: Business) -> None:
    propose(shop, ("mug", "title", "One"), ("mug", "title", "Two"))
    one, two = shop.changes.listed()
    assert apply(shop, Selection(ids=[one["id"]])).done == 1
    outcome = apply(shop, Selection(ids=[two["id"]]))
    assert (outcome.done, outcome.left) == (0, 1)
    assert outcome.problems[0]["problem"] == "title now holds “One”, not “BLUE MUG” as when it was proposed"
    stale = shop.changes.shown(two["id"])
    assert stale["state"] == "stale"
    assert stale["reason"] == outcome.problems[0]["problem"]
    assert held(shop, "mug", "title") == "One"


def test_two_changes_of_one_field_in_one_batch_apply_only_the_first(shop: Business) -> None:
    propose(shop, ("mug", "title", "One"), ("mug", "title", "Two"))
    outcome = apply(shop)
    assert (outcome.done, outcome.left) == (1, 1)
    assert held(shop, "mug", "title") == "One"


def test_an_undo_never_overwrites_what_came_after(shop: Business) -> None:
    propose(shop, ("mug", "title", "One"))
    apply(shop)
    propose(shop, ("mug", "title", "Two"))
    apply(shop)
    first = shop.changes.listed()[0]
    outcome = shop.changes.undo(Selection(ids=[first["id"]]))
    assert (outcome.done, outcome.left) == (0, 1)
    assert "now holds “Two”" in outcome.problems[0]["problem"]
    assert shop.changes.undo(ALL).done == 2
    assert held(shop, "mug", "title") == "BLUE MUG"


def test_a_correction_keeps_the_suggestion_and_is_approved(shop: Business) -> None:
    propose(shop, ("mug", "title", "Blue Mugg"))
    change = shop.changes.listed()[0]
    corrected = shop.changes.correct(change["id"][-6:], "Blue mug")
    assert (corrected["state"], corrected["after"], corrected["suggested"]) == ("approved", "Blue mug", "Blue Mugg")
    assert shop.changes.apply(ALL).done == 1
    assert held(shop, "mug", "title") == "Blue mug"
    with pytest.raises(Conflict, match="applied"):
        shop.changes.correct(change["id"], "Other")


def test_what_cannot_be_proposed_says_why(shop: Business) -> None:
    outcome = propose(
        shop,
        ("nothing", "title", "x"),
        ("mug", "uid", "x"),
        ("mug", "variants.NONE.price", "1"),
        ("mug", "variants.MUG-S.price", "a lot"),
        ("mug", "title", "BLUE MUG"),
        ("mug", "images.9.alt", "x"),
        ("mug", "title", "x\0y"),
        ("mug", "title", "New"),
        ("mug", "title", "New"),
    )
    assert outcome.done == 1
    words = " | ".join(problem["problem"] for problem in outcome.problems)
    for part in (
        "there is no product 'nothing'",
        "'uid' is not a field",
        "no one variant of that name",
        "“a lot” is not an amount",
        "already holds this value",
        "no image at that place",
        "NUL",
        "already proposed",
    ):
        assert part in words


def test_wrong_states_and_ids_are_named(shop: Business) -> None:
    propose(shop, ("mug", "title", "One"))
    change = shop.changes.listed()[0]
    outcome = shop.changes.apply(Selection(ids=[change["id"]]))
    assert outcome.done == 0
    assert "is proposed; only approved ones" in outcome.problems[0]["problem"]
    with pytest.raises(NotFound):
        shop.changes.approve(Selection(ids=["00000000-0000-7000-8000-000000000000"]))
    with pytest.raises(InputError, match="Say which"):
        shop.changes.approve(Selection())


def test_filters_choose_and_bad_ones_say_where(shop: Business) -> None:
    propose(shop, ("mug", "title", "One"), ("cup", "attributes.color", "red"), ("bowl", "vendor", "Kiln"))
    found = shop.changes.listed(Selection(where="field = title or (vendor = 'Ton' and not record in (mug, cup))"))
    assert [change["record"] for change in found] == ["mug", "bowl"]
    with pytest.raises(BadFilter, match="character 7"):
        shop.changes.listed(Selection(where="field title"))
    with pytest.raises(BadFilter, match="not a field"):
        shop.changes.listed(Selection(where="uid = 1"))
    assert shop.changes.listed(Selection(where='record = "x\' or true --"')) == []


def test_an_export_of_changes_holds_only_what_changed(shop: Business, tmp_path: Path) -> None:
    propose(shop, ("mug", "title", "Blue mug"), ("mug", "variants.MUG-L.price", "13.50"), ("cup", "vendor", "Ton"))
    shop.changes.approve(Selection(where="record = mug"))
    (written,) = export_changes(shop, ALL, tmp_path / "changes.csv")
    with written.path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["URL handle"] for row in rows} == {"mug"}
    assert set(rows[0]) == {"Title", "URL handle", "Option1 name", "Option1 value", "SKU", "Price"}
    assert [(row["SKU"], row["Price"]) for row in rows] == [("MUG-L", "13.50")]
    assert rows[0]["Title"] == "Blue mug"
    assert held(shop, "mug", "title") == "BLUE MUG"


def test_an_import_of_the_old_file_leaves_applied_changes_alone(shop: Business, tmp_path: Path) -> None:
    propose(shop, ("mug", "title", "Blue mug"), ("mug", "variants.MUG-L.price", "13.50"))
    apply(shop)
    path = tmp_path / "again.csv"
    path.write_text(SHOP)
    assert import_file(shop, "products", path).unchanged == 3
    path.write_text(SHOP.replace("A mug.", "A fine mug."))
    assert import_file(shop, "products", path).updated == 1
    mug = shop.catalog.get("mug")
    assert (mug["title"], mug["description"]) == ("Blue mug", "<p>A fine mug.</p>")
    assert mug["variants"][1]["price"]["amount"] == 1350
    path.write_text(SHOP.replace("BLUE MUG", "Their own title"))
    import_file(shop, "products", path)
    assert held(shop, "mug", "title") == "Their own title"
