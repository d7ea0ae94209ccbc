"""Changes: proposed, approved, applied, corrected, undone; never forced, never silent."""

import csv
from pathlib import Path
from typing import Any

import pytest

from weft.business import Business
from weft.connectors.exporting import export_changes
from weft.connectors.importing import import_file
from weft.errors import BadFilter, Conflict, InputError, NotFound, Stale
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


BLANKED = ["description", "tags", "published", "variants.MUG-L.price", "variants.MUG-L.stock", "attributes.color"]


@pytest.mark.parametrize("field", BLANKED)
@pytest.mark.parametrize("blank", [None, "", []])
def test_what_is_blanked_can_be_put_back(shop: Business, field: str, blank: Any) -> None:
    propose(
        shop, ("mug", "published", True), ("mug", "attributes.color", {"value": 3, "unit": None, "source": "a page"})
    )
    apply(shop)
    before = held(shop, "mug", field)
    assert before is not None
    outcome = propose(shop, ("mug", field, blank))
    assert outcome.done == 1, outcome.problems
    assert apply(shop).done == 1
    assert held(shop, "mug", field) is None
    assert shop.changes.undo(Selection(run=outcome.run)).done == 1
    assert held(shop, "mug", field) == before


def test_a_fact_is_put_back_whatever_was_said_of_it(shop: Business) -> None:
    fact = {"value": 3, "unit": "cm", "source": "a page", "confidence": 0.5}
    propose(shop, ("mug", "attributes.height", fact), ("mug", "attributes.width", {"value": 4, "unit": None}))
    assert apply(shop).done == 2
    assert held(shop, "mug", "attributes.height") == {"value": 3, "unit": "cm"}
    assert held(shop, "mug", "attributes.width") == 4
    assert shop.changes.undo(ALL).left == 0
    assert held(shop, "mug", "attributes.height") is None


def test_a_plain_amount_is_in_the_currency_of_its_variant(shop: Business, tmp_path: Path) -> None:
    path = tmp_path / "yen.csv"
    path.write_text("Handle,Title,Variant SKU,Variant Price,Variant Compare At Price\nfan,Fan,FAN,900,1000\n")
    import_file(shop, "products", path, currency="JPY")
    outcome = propose(shop, ("fan", "variants.FAN.price", "850"), ("fan", "variants.FAN.compare_at", 9.5))
    assert (outcome.done, outcome.problems[0]["problem"]) == (1, "the amount has more decimals than JPY has")
    assert apply(shop).done == 1
    assert held(shop, "fan", "variants.FAN.price") == {"amount": 850, "currency": "JPY"}
    propose(shop, ("fan", "variants.FAN.price", {"amount": 840}))
    assert shop.changes.listed()[-1]["after"] == {"amount": 840, "currency": "JPY"}


def test_one_variant_has_amounts_in_one_currency(shop: Business) -> None:
    outcome = propose(
        shop,
        ("mug", "variants.MUG-L.cost", {"amount": 500, "currency": "USD"}),
        ("mug", "variants.MUG-L.price", "-1"),
        ("mug", "variants.MUG-L.price", "1e999999999"),
        ("mug", "variants.MUG-S.price", {"amount": 700, "currency": "USD"}),
    )
    assert [problem["field"] for problem in outcome.problems[:2]] == ["variants.MUG-L.price"] * 2
    assert outcome.problems[2]["problem"] == "the variant has amounts in EUR, and this one is in USD"
    assert apply(shop).done == 1  # the only amount of its variant may be in another
    assert shop.changes.undo(ALL).done == 1
    assert held(shop, "mug", "variants.MUG-S.price") == {"amount": 900, "currency": "EUR"}


def test_a_run_that_renames_a_variant_is_undone_whole(shop: Business) -> None:
    for edits in (
        [("mug", "variants.#1.sku", "NEW"), ("mug", "variants.MUG-S.price", "7.00")],
        [("mug", "variants.MUG-S.stock", 9), ("mug", "variants.#1.sku", "NEWER")],
    ):
        run = propose(shop, *edits).run
        assert apply(shop).done == 2
        outcome = shop.changes.undo(Selection(run=run))
        assert (outcome.done, outcome.problems) == (2, [])
        assert held(shop, "mug", "variants.#1.sku") == "MUG-S"
        assert held(shop, "mug", "variants.MUG-S.price") == {"amount": 900, "currency": "EUR"}
        assert held(shop, "mug", "variants.MUG-S.stock") == 3


def test_confidences_are_what_was_said(shop: Business) -> None:
    shop.changes.propose([{"record": "mug", "field": "title", "after": "Mug", "confidence": 0.9}])
    for where in ("confidence >= 0.9", "confidence = 0.9", "confidence in (0.9, 0.8)", "not confidence > 0.9"):
        assert len(shop.changes.listed(Selection(where=where))) == 1, where


def test_one_edit_that_cannot_be_kept_does_not_take_the_others_with_it(shop: Business) -> None:
    deep: Any = 1
    for _ in range(400):
        deep = [deep]
    odd: list[dict[str, Any]] = [
        {"record": "m\0", "field": "title", "after": "x"},
        {"record": "m\ud800", "field": "title", "after": "x"},
        {"record": "mug", "field": "attributes.x\0", "after": "x"},
        *({"record": "mug", "field": "attributes.x", "after": after} for after in ("\ud800", 1 << 70, deep, ["\0"])),
        {"record": "mug", "field": "attributes.x", "after": float("inf")},
        {"record": "mug", "field": "variants.MUG-S.stock", "after": int("9" * 400)},
        {"record": "mug", "field": "title", "after": "x", "confidence": float("nan")},
        {"record": "mug", "field": "title", "after": "x", "confidence": True},
        {"record": "mug", "field": "title", "after": "x", "facts": ["\0"]},
        {"record": "mug", "field": "title", "after": "x", "checks": ["well"]},
        {"record": "mug", "field": "title", "after": "New"},
    ]
    outcome = shop.changes.propose(odd)
    assert (outcome.done, outcome.left) == (1, len(odd) - 1)
    str(outcome.problems).encode()


def test_what_was_taken_home_and_taken_back_goes_home_again(shop: Business, tmp_path: Path) -> None:
    def exported(name: str) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = []
        for part in export_changes(shop, ALL, tmp_path / name):
            with part.path.open(newline="") as file:
                rows += csv.DictReader(file)
        return rows

    propose(shop, ("mug", "title", "Blue mug"), ("cup", "title", "Red cup"), ("bowl", "title", "Big bowl"))
    shop.changes.approve(ALL)
    shop.changes.apply(Selection(where="record = mug"))
    assert {row["Title"] for row in exported("first.csv") if row["Title"]} == {"Blue mug", "Red cup", "Big bowl"}
    assert exported("none.csv") == []
    shop.changes.undo(Selection(where="record = mug"))
    shop.changes.reject(Selection(where="record = cup"))
    bowl = shop.changes.listed(Selection(where="record = bowl"))[0]
    shop.changes.correct(bowl["id"], "Small bowl")
    assert {row["Title"] for row in exported("second.csv") if row["Title"]} == {"BLUE MUG", "Cup", "Small bowl"}
    assert exported("none.csv") == []


def test_a_value_is_said_as_a_person_writes_it(shop: Business) -> None:
    propose(shop, ("mug", "variants.MUG-S.price", "7.00"), ("mug", "variants.MUG-S.price", "8.00"))
    problem = apply(shop).problems[0]["problem"]
    assert problem == "variants.MUG-S.price now holds “7.00 EUR”, not “9.00 EUR” as when it was proposed"


def test_an_edit_is_made_as_a_whole_or_not_at_all(shop: Business) -> None:
    propose(shop, ("mug", "title", "Mug"))
    assert shop.changes.edit("mug", {"title": "Mug", "vendor": "Kiln"}).done == 1
    assert held(shop, "mug", "title") == "Mug"
    for values in ({"title": "x", "vendor": 3}, {"title": "x", "variants.NONE.price": "1"}):
        with pytest.raises(InputError):
            shop.changes.edit("mug", values)
    with pytest.raises(Conflict, match="two of these"):
        shop.changes.edit("mug", {"variants.#1.price": "1", "variants.MUG-S.price": "2"})
    with pytest.raises(Stale, match="at version"):
        shop.changes.edit("mug", {"title": "x"}, versions=["1"])
    with pytest.raises(NotFound):
        shop.changes.edit("none", {"title": "x"})
    assert held(shop, "mug", "title") == "Mug"
    assert shop.changes.counted() == {**dict.fromkeys(shop.changes.counted(), 0), "proposed": 1, "applied": 1}
