"""Shopify's file of translations fills products, and goes out as it came in but for what changed."""

import csv
import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from weft.business import Business
from weft.connectors.exporting import export_file
from weft.connectors.importing import Report, import_file
from weft.errors import UnknownFormat
from weft.store.changes import Selection

HEADER = "Type,Identification,Field,Locale,Market,Status,Default content,Translated content"
ROWS = [
    ("PRODUCT", "7001", "title", "de", "", "", "Red mug", "Rote Tasse"),
    ("PRODUCT", "7001", "body_html", "de", "", "outdated", "<p>A mug, red</p>", "<p>Eine Tasse,\nrot</p>"),
    ("PRODUCT", "7001", "title", "de", "Austria", "", "Red mug", "Rotes Häferl"),
    ("PRODUCT", "7001", "title", "pt-BR", "", "", "Red mug", "Caneca vermelha"),
    ("PRODUCT", "'7002", "body_html", "de", "", "", "A twin", "Ein Zwilling"),
    ("PRODUCT", "'7002", "handle", "de", "", "", "twin-b", "zwilling"),
    ("PRODUCT", "twin-a", "meta_title", "de", "", "", "", "Zwilling A"),
    ("COLLECTION", "9", "title", "de", "", "", "Kitchen", "Küche"),
    ("PRODUCT_OPTION", "11", "name", "de", "", "", "Color", "Farbe"),
    ("PRODUCT_OPTION_VALUE", "12", "name", "de", "", "", "Red", "Rot"),
    ("METAFIELD", "13", "value", "de", "", "", "Stoneware", "Steinzeug"),
]


def written(rows: Iterable[Iterable[str]]) -> str:
    """Rows as Shopify writes them."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([HEADER.split(","), *rows])
    return text.getvalue()


@pytest.fixture
def shop(business: Business) -> Business:
    """A shop with a mug and two twins."""
    variant = {"sku": "M", "options": {"Color": "Red"}, "price": 100}
    images = [{"src": f"https://x.example/{side}.jpg", "alt": f"Mug, {side}"} for side in ("side", "top")]
    products: Any = [
        {"id": "mug", "title": "Red mug", "description": "<p>A mug, red</p>", "options": [{"name": "Color"}], "variants": [variant], "images": images},
        {"id": "twin-a", "title": "Twin", "description": "A twin"},
        {"id": "twin-b", "title": "Twin", "description": "A twin"},
    ]  # fmt: skip
    with business.transaction() as connection:
        business.catalog.put(connection, products, "test")
    business.preferences.put("languages", {"main": "en"}, "Ann")
    return business


@pytest.fixture
def taken(shop: Business, tmp_path: Path) -> Callable[..., Report]:
    """Import a file of this content."""

    def take(text: str, **more: Any) -> Report:
        path = tmp_path / "translations.csv"
        path.write_text(text, encoding="utf-8")
        return import_file(shop, "translations", path, **more)

    return take


def exported(shop: Business, tmp_path: Path) -> str:
    (part,) = export_file(shop, "translations", tmp_path / "out.csv")
    return part.path.read_text(encoding="utf-8")


def test_products_are_found_by_id_handle_or_their_texts_and_get_their_translations(
    shop: Business, taken: Callable[..., Report]
) -> None:
    report = taken(written(ROWS))
    assert (report.format, report.rows, report.created, report.rejected) == ("shopify", 11, 11, 0)
    mug = shop.catalog.get("mug")["translations"]
    assert mug["de"] == {
        "title": "Rote Tasse",
        "description": "<p>Eine Tasse,\nrot</p>",
        "options.Color": "Farbe",
        "values.Color.Red": "Rot",
    }
    assert mug["pt-BR"] == {"title": "Caneca vermelha"}
    assert shop.catalog.get("twin-b")["translations"]["de"] == {"description": "Ein Zwilling", "handle": "zwilling"}
    assert shop.catalog.get("twin-a")["translations"]["de"] == {"seo_title": "Zwilling A"}
    again = taken(written(ROWS))
    assert (again.created, again.updated, again.unchanged) == (0, 0, 11)


def test_the_pairs_of_texts_go_into_the_memory(shop: Business, taken: Callable[..., Report]) -> None:
    taken(written(ROWS))
    exact = shop.memory.exact(["Red mug", "Stoneware", "twin-b"], "en", "de")
    assert {text: match.target for text, match in exact.items()} == {
        "Red mug": "Rotes Häferl",
        "Stoneware": "Steinzeug",
    }
    assert (exact["Red mug"].origin, exact["Red mug"].product, exact["Red mug"].field) == (
        "translations.csv",
        "mug",
        "title",
    )


def test_the_language_of_the_shops_own_texts_is_told_from_them_where_nobody_said_it(
    shop: Business, taken: Callable[..., Report]
) -> None:
    shop.preferences.put("languages", {"main": ""}, "Ann")
    english = "<p>A red mug for the morning, made of stoneware and safe in the dishwasher</p>"
    taken(written([("PRODUCT", "mug", "body_html", "de", "", "", english, "<p>Eine rote Tasse</p>")]))
    assert [(pair["source_language"], pair["target_language"]) for pair in shop.memory.counted()] == [("en", "de")]


def test_what_names_no_product_or_several_is_rejected_with_line_and_reason(
    shop: Business, taken: Callable[..., Report]
) -> None:
    rows = [
        ("PRODUCT", "1", "title", "de", "", "", "Green mug", "Grüne Tasse"),
        ("PRODUCT", "2", "title", "de", "", "", "Twin", "Zwilling"),
        ("PRODUCT", "3", "title", "german?", "", "", "Red mug", "x"),
        ("PRODUCT", "", "title", "de", "", "", "Red mug", "x"),
        ("PRODUCT", "mug", "title", "de", "", "", "Some older title", "Rote Tasse"),
    ]
    report = taken(written(rows))
    assert (report.rows, report.created, report.rejected) == (5, 1, 4)
    lines = Path(report.rejects_file or "").read_text(encoding="utf-8").splitlines()
    assert (
        '2,Identification,1,"no product has this id, nor the text “Green mug”; import the products first"'
        in "\n".join(lines)
    )
    assert (
        "3,Identification,2,\"more than one product has these texts: twin-a, twin-b; put the product's handle"
        in "\n".join(lines)
    )
    assert any(line.startswith("4,Locale,german?") for line in lines)
    assert any(line.startswith('5,Identification,,"there is nothing in this column') for line in lines)
    assert shop.catalog.get("mug")["translations"]["de"]["title"] == "Rote Tasse"


def test_what_came_in_goes_out_byte_for_byte_where_nothing_changed(
    shop: Business, taken: Callable[..., Report], tmp_path: Path
) -> None:
    text = written([row for row in ROWS if not row[1].startswith("'")])
    taken(text)
    assert exported(shop, tmp_path) == text


def test_what_changed_and_what_is_new_goes_out_too_and_a_blank_never(
    shop: Business, taken: Callable[..., Report], tmp_path: Path
) -> None:
    taken(written([*ROWS, ("PRODUCT", "7001", "meta_title", "de", "", "", "", "")]))
    edits = [
        ("mug", "title", "Roter Becher"),
        ("mug", "seo_description", "Ein Becher"),
        ("mug", "bullets", "rot\nfest"),
        ("mug", "options.Color", "Farbton"),
    ]
    shop.changes.propose(
        [{"record": record, "field": f"translations.de.{field}", "after": after} for record, field, after in edits]
    )
    shop.changes.approve(Selection(all=True))
    shop.changes.apply(Selection(all=True))
    (part,) = export_file(shop, "translations", tmp_path / "out.csv")
    rows = list(csv.reader(io.StringIO(part.path.read_text(encoding="utf-8"), newline="")))
    assert rows[1] == ["PRODUCT", "7001", "title", "de", "", "", "Red mug", "Roter Becher"]
    assert rows[3][-1] == "Rotes Häferl"
    assert ["PRODUCT", "7001", "meta_description", "de", "", "", "", "Ein Becher"] in rows
    assert all(row[-1] for row in rows)
    assert [row[-1] for row in rows if row[0].startswith("PRODUCT_OPTION")] == ["Farbton", "Rot"]
    assert part.left_out == 1
    assert "no field for 'bullets'" in part.reasons[0]


def test_texts_of_images_are_those_of_every_image_that_has_them_and_fill_shopifys_own_rows(
    shop: Business, taken: Callable[..., Report], tmp_path: Path
) -> None:
    taken(written([
        ("MEDIA_IMAGE", "21", "alt", "de", "", "", "Mug, side", "Tasse, Seite"),
        ("MEDIA_IMAGE", "22", "alt", "de", "", "", "Mug, top", ""),
        ("PRODUCT_OPTION_VALUE", "12", "name", "de", "", "", "Red", ""),
    ]))  # fmt: skip
    assert shop.catalog.get("mug")["translations"] == {"de": {"image_1_alt": "Tasse, Seite"}}
    changed = {"translations.de.image_2_alt": "Tasse, oben", "translations.de.values.Color.Red": "Rot"}
    shop.changes.edit("mug", changed | {"translations.de.options.Color": "Farbe"})
    (part,) = export_file(shop, "translations", tmp_path / "out.csv")
    rows = list(csv.reader(io.StringIO(part.path.read_text(encoding="utf-8"), newline="")))[1:]
    assert {row[1]: row[-1] for row in rows} == {"21": "Tasse, Seite", "22": "Tasse, oben", "12": "Rot"}
    # What its own file has no row for it cannot be told: which option that is, only Shopify knows.
    assert part.left_out == 1
    assert "knows options by ids that only its own file" in part.reasons[0]


def test_a_blank_translation_blanks_nothing(shop: Business, taken: Callable[..., Report]) -> None:
    taken(written(ROWS))
    taken(written([("PRODUCT", "7001", "title", "de", "", "", "Red mug", "")]))
    assert shop.catalog.get("mug")["translations"]["de"]["title"] == "Rote Tasse"


def test_another_file_is_none_of_these(shop: Business, tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text("Handle,Title\nmug,Mug\n", encoding="utf-8")
    with pytest.raises(UnknownFormat, match="does not look like a file of translations"):
        import_file(shop, "translations", path)
    with pytest.raises(UnknownFormat, match="is not Shopify's file of translations: it has no column Type"):
        import_file(shop, "translations", path, format_name="shopify")


def test_a_rehearsal_changes_nothing(shop: Business, taken: Callable[..., Report]) -> None:
    assert taken(written(ROWS), dry_run=True).created == 11
    assert "translations" not in shop.catalog.get("mug") or not shop.catalog.get("mug")["translations"]
    assert (shop.memory.counted(), list(shop.translations.records())) == ([], [])
