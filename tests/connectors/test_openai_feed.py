"""OpenAI's feed: what is listed is listed whole, what is not known is left out and told."""

import csv
import gzip
import json
from pathlib import Path

import pytest

from weft.business import Business
from weft.connectors.exporting import export_file
from weft.connectors.importing import import_file
from weft.errors import InputError, UnknownFormat

SHOP = (
    "Handle,Title,Body (HTML),Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Compare At Price,Variant Inventory Qty,"
    "Variant Grams,Image Src,Status\n"
    "cap,Cap,<p>A cap &amp; more.</p>,Kiln,Color,Red,C-R,9.00,12.00,3,200,https://s.example/c.jpg,active\n"
    "cap,,,,,Blue,,9.00,,0,,https://s.example/d.jpg,\n"
    f"long,{'Long ' * 40},<p>x</p>,Kiln,Title,Default Title,L,5.00,,1,,https://s.example/l.jpg,active\n"
    "bare,Bare,,,Title,Default Title,B,5.00,,1,,,active\n"
)
SET = {
    "link": "https://s.example/p/{id}",
    "seller_name": "Kiln",
    "seller_url": "https://s.example",
    "return_policy": "https://s.example/returns",
    "target_countries": "us, ca",
    "store_country": "US",
}


@pytest.fixture
def shop(business: Business, tmp_path: Path) -> Business:
    path = tmp_path / "shop.csv"
    path.write_text(SHOP)
    assert import_file(business, "products", path).created == 3
    return business


def test_offers_are_listed_whole_and_others_left_out(shop: Business, tmp_path: Path) -> None:
    (written,) = export_file(shop, "products", tmp_path / "feed.jsonl.gz", format_name="openai", options={"set": SET})
    items = {one["item_id"]: one for one in map(json.loads, gzip.decompress(written.path.read_bytes()).splitlines())}
    assert sorted(items) == ["C-R", "L", "cap-2"]
    red, blue = items["C-R"], items["cap-2"]
    assert (red["price"], red["sale_price"], red["availability"]) == ("12.00 EUR", "9.00 EUR", "in_stock")
    assert red["description"] == "A cap & more."
    assert red["additional_image_urls"] == ["https://s.example/d.jpg"]
    assert (red["weight"], red["item_weight_unit"]) == ("200", "g")
    assert (blue["group_id"], blue["variant_dict"], blue["availability"]) == ("cap", {"Color": "Blue"}, "out_of_stock")
    assert blue["target_countries"] == ["US", "CA"]
    assert (blue["is_eligible_search"], blue["is_eligible_checkout"]) == (True, False)
    assert items["L"]["listing_has_variations"] is False
    assert len(items["L"]["title"]) <= 150
    assert (written.left_out, written.reasons) == (1, ("B has no description, brand, image_url.",))


def test_a_table_says_the_same(shop: Business, tmp_path: Path) -> None:
    export_file(shop, "products", tmp_path / "feed.csv", format_name="openai", options={"set": SET})
    with (tmp_path / "feed.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["item_id"]: row for row in csv.DictReader(file)}
    assert json.loads(rows["cap-2"]["variant_dict"]) == {"Color": "Blue"}
    assert (rows["L"]["is_eligible_search"], rows["L"]["target_countries"]) == ("true", "US,CA")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"seller_name": ""}, "seller_name"),
        ({"checkout": "true"}, "seller_privacy_policy, seller_tos"),
        ({"checkout": "perhaps"}, "true or false"),
        (
            {
                "checkout": "true",
                "search": "false",
                "seller_privacy_policy": "https://s.example/p",
                "seller_tos": "https://s.example/t",
            },
            "eligible for search",
        ),
        ({"return_deadline_in_days": "soon"}, "number of days"),
    ],
)
def test_what_is_to_be_said_of_the_shop_is_asked_for(
    shop: Business, tmp_path: Path, changed: dict[str, str], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        export_file(shop, "products", tmp_path / "f.jsonl", format_name="openai", options={"set": {**SET, **changed}})
    assert [path.name for path in tmp_path.iterdir()] == ["shop.csv"]


def test_it_is_not_read(shop: Business, tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat):
        import_file(shop, "products", tmp_path / "shop.csv", format_name="openai")
