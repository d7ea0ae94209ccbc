"""Products in lines of JSON that name their fields otherwise, imported with `--map`."""

import json
from pathlib import Path
from typing import Any

import pytest

from weft.access import businesses
from weft.business import Business
from weft.connectors.importing import Report, import_file
from weft.errors import InputError
from weft.postgres.database import Database

LINE = {
    "id": "7", "title": "Toner black", "supplier": "Xerox", "name": "006R", "ean": ["0095205603217", "x"], "cost_eur": 49.5,
    "img": "https://images.example/7.jpg", "note": "ours", "colour": "Black", "rating": 4.5,
}  # fmt: skip
MAPPING = {
    "vendor": "supplier", "sku": "name", "barcode": "ean", "price": "cost_eur", "image": "img", "-": "note",
    "attributes.color": "colour",
}  # fmt: skip


@pytest.fixture(scope="module")
def shop(database: Database) -> Business:
    return Business(database, businesses.ensured(database, "renaming"))


def imported(shop: Business, folder: Path, mapping: dict[str, str], **line: Any) -> Report:
    path = folder / "feed.jsonl"
    path.write_text(json.dumps({**LINE, **line}) + "\n", encoding="utf-8")
    return import_file(shop, "products", path, mapping=mapping, who="test", rejects_folder=folder)


def test_names_of_another_system_become_fields(shop: Business, tmp_path: Path) -> None:
    assert imported(shop, tmp_path, MAPPING).created == 1
    (found,) = shop.catalog.streamed(["vendor", "variants", "images", "attributes", "columns"])
    (variant,) = found["variants"]
    assert (found["vendor"], variant["sku"], variant["barcode"], variant["price"]) == (
        "Xerox", "006R", "0095205603217", 4950,
    )  # fmt: skip
    assert found["images"][0]["src"] == LINE["img"]
    assert found["attributes"]["color"]["value"] == "Black"
    assert found["columns"] == {"rating": "4.5"}


def test_a_price_that_is_none_is_rejected(shop: Business, tmp_path: Path) -> None:
    report = imported(shop, tmp_path, MAPPING, id="8", cost_eur="much")
    assert (report.created, report.rejected) == (0, 1)


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ({"vendor": "suplier"}, "no line has 'suplier'; the first have id, title, supplier"),
        ({"maker": "supplier"}, "'maker' is not a field of products"),
        ({"-": "note,nothing"}, "no line has 'nothing'"),
    ],
)
def test_a_mapping_of_nothing_is_said(shop: Business, tmp_path: Path, mapping: dict[str, str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        imported(shop, tmp_path, mapping)
