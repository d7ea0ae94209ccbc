"""WooCommerce's product file: variations wherever they stand, every cell out as it came in."""

import csv
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from weft.access import businesses
from weft.business import Business
from weft.connectors.exporting import export_changes, export_file
from weft.connectors.importing import Report, import_file
from weft.errors import InputError, UnknownFormat
from weft.ids import uuid7
from weft.postgres.database import Database
from weft.store.changes import Selection

HEADER = (
    'ID,Type,SKU,"GTIN, UPC, EAN, or ISBN",Name,Published,"Is featured?","Visibility in catalog","Short description",'
    'Description,"Date sale price starts","Date sale price ends","Tax status","Tax class","In stock?",Stock,'
    '"Low stock amount","Backorders allowed?","Sold individually?","Weight (lbs)","Length (in)","Allow customer reviews?",'
    '"Purchase note","Sale price","Regular price",Categories,Tags,"Shipping class",Images,Parent,"Grouped products",'
    'Upsells,Cross-sells,"External URL","Button text",Position,"Attribute 1 name","Attribute 1 value(s)",'
    '"Attribute 1 visible","Attribute 1 global","Attribute 1 default","Attribute 2 name","Attribute 2 value(s)",'
    '"Attribute 2 visible","Attribute 2 global","Meta: _lead_time","Download 1 name","Download 1 URL"'
)
NAMES = next(csv.reader([HEADER]))
VARIABLE: dict[str, str] = {
    "ID": "44", "Type": "variable", "SKU": "VNECK", "Name": "V-Neck", "Published": "1", "Is featured?": "1",
    "Visibility in catalog": "visible", "Short description": "Soft.", "Description": "Two\\nlines, and \\\\n.",
    "Tax status": "taxable", "In stock?": "1", "Backorders allowed?": "0", "Weight (lbs)": "0.5",
    "Categories": "Clothing > Tshirts, Sale\\, all of it, New", "Tags": "red, a\\, b",
    "Images": "https://w.example/v.jpg, https://w.example/w.jpg", "Upsells": "id:7, CAP", "Position": "0",
    "Attribute 1 name": "Color", "Attribute 1 value(s)": "Blue, Green, Red", "Attribute 1 visible": "1",
    "Attribute 1 global": "1", "Attribute 1 default": "Green", "Attribute 2 name": "Material",
    "Attribute 2 value(s)": "Cotton, Wool", "Attribute 2 visible": "1", "Attribute 2 global": "0",
}  # fmt: skip
SIMPLE: dict[str, str] = {
    "ID": "7", "Type": "simple, downloadable, virtual", "SKU": "ALBUM", "GTIN, UPC, EAN, or ISBN": "4006381333931",
    "Name": "'-20% Album", "Published": "-1", "Tax status": "shipping", "In stock?": "backorder", "Stock": "0",
    "Backorders allowed?": "notify", "Sale price": "12.00", "Regular price": "15.00", "Categories": "Music",
    "Meta: _lead_time": "3", "Download 1 name": "Single", "Download 1 URL": "https://w.example/s.mp3",
    "Attribute 1 name": "Label", "Attribute 1 value(s)": "Kiln\\, Ltd", "Attribute 1 visible": "0",
}  # fmt: skip
RED: dict[str, str] = {
    "ID": "45", "Type": "variation", "SKU": "VNECK-R", "Name": "V-Neck - Red", "Published": "1", "Tax status": "taxable",
    "Description": "The red one.", "In stock?": "1", "Stock": "12", "Backorders allowed?": "0", "Weight (lbs)": "1.25",
    "Sale price": "16.00", "Regular price": "20.00", "Images": "https://w.example/r.jpg", "Parent": "VNECK",
    "Position": "1", "Attribute 1 name": "Color", "Attribute 1 value(s)": "Red", "Attribute 1 global": "1",
}  # fmt: skip
ANY: dict[str, str] = {
    **RED, "ID": "46", "SKU": "", "Name": "", "Description": "", "Stock": "parent", "Sale price": "", "Published": "0",
    "Position": "2", "Parent": "id:44", "Attribute 1 value(s)": "",
}  # fmt: skip
EXTERNAL: dict[str, str] = {
    "ID": "9", "Type": "external", "Name": "Elsewhere", "Published": "2", "Tax status": "none", "In stock?": "0",
    "Regular price": "5.00", "External URL": "https://else.example", "Button text": "Go",
}  # fmt: skip
SHOP = (RED, VARIABLE, SIMPLE, EXTERNAL, ANY)


def written(path: Path, rows: Sequence[Mapping[str, str]], header: Sequence[str] = NAMES) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def taken(business: Business, path: Path, rows: Sequence[Mapping[str, str]], header: Sequence[str] = NAMES) -> Report:
    return import_file(business, "products", written(path, rows, header), rejects_folder=path.parent)


def cells(path: Path, key: str = "ID") -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row[key]: {name: cell for name, cell in row.items() if cell} for row in csv.DictReader(file)}


def exported(business: Business, path: Path, **options: Any) -> Path:
    (one,) = export_file(business, "products", path, format_name="woocommerce", options=options)
    return one.path


def fresh(database: Database) -> Business:
    return Business(database, businesses.ensured(database, f"woo-{uuid7().hex[-12:]}"))


def filled(rows: Sequence[Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {row["ID"]: {name: cell for name, cell in row.items() if cell} for row in rows}


def test_variations_find_their_product_wherever_they_stand(business: Business, tmp_path: Path) -> None:
    report = taken(business, tmp_path / "woo.csv", SHOP)
    assert (report.format, report.rows, report.created, report.rejected) == ("woocommerce", 5, 3, 0)
    product = business.catalog.get("VNECK")
    assert (product["status"], product["category"], product["tags"]) == (
        "active",
        "Clothing > Tshirts",
        ["red", "a, b"],
    )
    assert product["description"] == "Two\nlines, and \\n."
    assert [option["name"] for option in product["options"]] == ["Color"]
    assert {name: fact["value"] for name, fact in product["attributes"].items()} == {"material": ["Cotton", "Wool"]}
    assert [image["src"] for image in product["images"]] == ["https://w.example/v.jpg", "https://w.example/w.jpg"]
    red, other = product["variants"]
    assert (red["sku"], red["options"], red["stock"], red["image"]) == (
        "VNECK-R", {"Color": "Red"}, 12, "https://w.example/r.jpg",
    )  # fmt: skip
    assert (red["price"]["amount"], red["compare_at"]["amount"]) == (1600, 2000)
    assert (red["grams"], red["weight_unit"]) == (pytest.approx(566.990463), "lb")
    assert (other["options"], other["stock"], other["price"]["amount"]) == ({"Color": ""}, None, 2000)


def test_types_states_and_stock_are_what_they_are_everywhere(business: Business, tmp_path: Path) -> None:
    taken(business, tmp_path / "woo.csv", SHOP)
    album = business.catalog.get("ALBUM")
    assert (album["title"], album["status"], album["attributes"]["label"]["value"]) == (
        "-20% Album",
        "draft",
        "Kiln, Ltd",
    )
    (only,) = album["variants"]
    assert (only["policy"], only["requires_shipping"], only["taxable"]) == ("continue", False, None)
    assert (only["barcode"], only["stock"]) == ("4006381333931", 0)
    other = business.catalog.get("id:9")
    assert (other["title"], other["status"], other["variants"][0]["taxable"]) == ("Elsewhere", "draft", False)


def test_a_file_goes_out_as_it_came_in_and_is_known_when_it_returns(business: Business, tmp_path: Path) -> None:
    path = tmp_path / "woo.csv"
    taken(business, path, SHOP)
    again = import_file(business, "products", path)
    assert (again.unchanged, again.updated, again.created) == (3, 0, 0)
    out = exported(business, tmp_path / "out.csv")
    assert cells(out) == filled(SHOP)
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == NAMES
    assert [row["ID"] for row in rows] == ["44", "45", "46", "7", "9"]
    back = import_file(business, "products", out)
    assert (back.unchanged, back.updated, back.created, back.rejected) == (3, 0, 0, 0)


def test_columns_are_known_in_any_case_and_go_out_in_woocommerces(business: Business, tmp_path: Path) -> None:
    path = tmp_path / "lower.csv"
    lower = [{name.lower(): cell for name, cell in row.items()} for row in SHOP]
    assert taken(business, path, lower, [name.lower() for name in NAMES]).created == 3
    told = {name.lower(): cell for name, cell in cells(exported(business, tmp_path / "out.csv"))["45"].items()}
    assert told == {name.lower(): cell for name, cell in filled(SHOP)["45"].items()}
    assert set(cells(tmp_path / "out.csv")["44"]) >= {"Is featured?", "Attribute 1 default", "weight (lbs)"}


def test_a_cell_that_is_blank_now_blanks_what_was_there(business: Business, tmp_path: Path) -> None:
    taken(business, tmp_path / "woo.csv", SHOP)
    bare = {
        **SIMPLE,
        "Type": "simple",
        "Meta: _lead_time": "",
        "Tags": "",
        "Sale price": "",
        "Backorders allowed?": "1",
    }
    assert taken(business, tmp_path / "bare.csv", [bare]).updated == 1
    assert cells(exported(business, tmp_path / "out.csv"))["7"] == filled([bare])["7"]


def test_an_attribute_that_the_shop_took_away_is_gone_and_one_found_here_stays(
    business: Business, tmp_path: Path
) -> None:
    taken(business, tmp_path / "woo.csv", SHOP)
    business.changes.edit("VNECK", {"attributes.neckline": "V"})
    row = {name: cell for name, cell in VARIABLE.items() if not name.startswith("Attribute 2")}
    assert taken(business, tmp_path / "later.csv", [row, RED, ANY]).updated == 1
    assert list(business.catalog.get("VNECK")["attributes"]) == ["neckline"]
    assert cells(exported(business, tmp_path / "out.csv"))["44"]["Attribute 2 name"] == "Neckline"


def test_texts_of_pictures_stay_where_the_file_has_no_room_for_them(business: Business, tmp_path: Path) -> None:
    taken(business, tmp_path / "woo.csv", SHOP)
    business.changes.edit("VNECK", {"images.1.alt": "A V-neck on a chair"})
    taken(business, tmp_path / "later.csv", [{**VARIABLE, "Name": "V"}, RED, ANY])
    assert [image.get("alt") for image in business.catalog.get("VNECK")["images"]] == ["A V-neck on a chair", None]
    nothing = export_changes(
        business, Selection(where="state = applied"), tmp_path / "alts.csv", format_name="woocommerce"
    )
    assert [file.rows for file in nothing] == [0]


def test_what_changed_goes_out_alone_with_what_finds_it(business: Business, tmp_path: Path) -> None:
    taken(business, tmp_path / "woo.csv", SHOP)
    business.changes.edit("VNECK", {"variants.VNECK-R.price": {"amount": 1500, "currency": "EUR"}})
    business.changes.edit("VNECK", {"category": "Clothing > Tops"})
    business.changes.edit("VNECK", {"attributes.material": "Linen"})
    files = export_changes(
        business, Selection(where="state = applied"), tmp_path / "changes.csv", format_name="woocommerce"
    )
    (file,) = files
    rows = cells(file.path)
    assert rows["44"] == {
        "ID": "44", "Type": "variable", "SKU": "VNECK", "Categories": "Clothing > Tops, Sale\\, all of it, New",
        **{name: cell for name, cell in VARIABLE.items() if name.startswith("Attribute")},
        "Attribute 2 value(s)": "Linen",
    }  # fmt: skip
    price = {"Sale price": "15.00", "Regular price": "20.00"}
    attributes = {name: cell for name, cell in RED.items() if name.startswith("Attribute")}
    identity = {name: RED[name] for name in ("ID", "Type", "SKU", "Parent")}
    assert rows == {"44": rows["44"], "45": {**identity, **price, **attributes}}


def test_a_title_changed_here_goes_out_with_the_ends_of_its_variations(business: Business, tmp_path: Path) -> None:
    taken(business, tmp_path / "woo.csv", SHOP)
    business.changes.edit("VNECK", {"title": "Deep V"})
    rows = cells(exported(business, tmp_path / "out.csv"))
    assert (rows["44"]["Name"], rows["45"]["Name"]) == ("Deep V", "Deep V - Red")


def test_an_attribute_found_here_takes_the_next_number(business: Business, tmp_path: Path) -> None:
    taken(business, tmp_path / "woo.csv", SHOP)
    business.changes.edit("ALBUM", {"attributes.age_group": "adult"})
    business.changes.edit("VNECK", {"attributes.neckline": "V, deep"})
    rows = cells(exported(business, tmp_path / "out.csv"))
    album = {name: cell for name, cell in rows["7"].items() if name.startswith("Attribute 2")}
    assert album == {
        "Attribute 2 name": "Age group", "Attribute 2 value(s)": "adult", "Attribute 2 visible": "1", "Attribute 2 global": "0",
    }  # fmt: skip
    assert rows["44"]["Attribute 3 value(s)"] == "V\\, deep"


def test_a_measure_found_here_is_still_one_when_it_returns(business: Business, tmp_path: Path) -> None:
    taken(business, tmp_path / "woo.csv", SHOP)
    business.changes.edit("ALBUM", {"attributes.height": {"value": 12.5, "unit": "cm"}})
    out = exported(business, tmp_path / "out.csv")
    assert cells(out)["7"]["Attribute 2 value(s)"] == "12.5 cm"
    import_file(business, "products", out)
    fact = business.catalog.get("ALBUM")["attributes"]["height"]
    assert (fact["value"], fact["unit"]) == (12.5, "cm")


def test_rows_that_cannot_be_taken_are_told_and_the_rest_goes_in(business: Business, tmp_path: Path) -> None:
    bad = {"Type": "simple", "SKU": "X", "Name": "X"}
    rows = [
        VARIABLE, RED, {**RED, "ID": "99"}, {**ANY, "Regular price": "cheap"}, {**RED, "SKU": "LOST", "Parent": "NOWHERE"},
        {**RED, "SKU": "ALONE", "Parent": ""}, {**bad, "Published": "maybe"}, {**bad, "Weight (lbs)": "heavy"},
        {**bad, "SKU": "", "Name": ""}, {**bad, "SKU": ""}, {**bad, "SKU": ""}, {"SKU": "VNECK2", **bad, "Stock": "many"},
    ]  # fmt: skip
    report = taken(business, tmp_path / "woo.csv", rows)
    assert (report.rows, report.created, report.rejected) == (12, 2, 9)
    with Path(str(report.rejects_file)).open(newline="") as file:
        told = {(row["line"], row["column"], row["value"], row["reason"]) for row in csv.DictReader(file)}
    assert told == {
        ("4", "SKU", "VNECK-R", "is there twice"),
        ("5", "Regular price", "cheap", "is not a number"),
        ("6", "id", "NOWHERE", "there is no such product to update; import it first"),
        ("7", "Parent", "", "a variation needs its parent: an SKU, or id:44"),
        ("8", "Published", "maybe", "is none of 1 (published), 0 (private), -1 (draft)"),
        ("9", "Weight (lbs)", "heavy", "is not a number"),
        ("10", "", "", "a row needs an SKU, an ID or a name"),
        ("12", "Name", "X", "is there twice: give each an SKU or an ID"),
        ("13", "Stock", "many", "is not a number"),
    }


def test_a_file_of_variations_alone_updates_the_products_that_are_known(business: Business, tmp_path: Path) -> None:
    taken(business, tmp_path / "woo.csv", SHOP)
    header = ["Type", "SKU", "Parent", "Regular price", "Sale price", "Attribute 1 name", "Attribute 1 value(s)"]
    green = {**RED, "SKU": "VNECK-G", "Attribute 1 value(s)": "Green"}
    report = taken(business, tmp_path / "some.csv", [{**RED, "Sale price": ""}, green], header)
    assert (report.format, report.updated, report.created, report.rejected) == ("woocommerce", 1, 0, 0)
    variants = business.catalog.get("VNECK")["variants"]
    assert [(one["sku"], one["price"]["amount"]) for one in variants] == [
        ("VNECK-R", 2000),
        ("", 2000),
        ("VNECK-G", 1600),
    ]
    assert (variants[0]["stock"], variants[2]["options"]) == (12, {"Color": "Green"})


def test_a_file_without_names_updates_and_makes_nothing(business: Business, tmp_path: Path) -> None:
    taken(business, tmp_path / "woo.csv", SHOP)
    header = ["ID", "SKU", "Type", "Regular price", "Sale price"]
    new = {"SKU": "NEW", "Type": "simple", "Regular price": "1"}
    report = taken(business, tmp_path / "prices.csv", [{**SIMPLE, "Regular price": "18"}, new], header)
    assert (report.updated, report.created, report.rejected) == (1, 0, 1)
    album = business.catalog.get("ALBUM")
    assert (album["title"], album["variants"][0]["compare_at"]["amount"]) == ("-20% Album", 1800)


SHOPIFY = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,"
    "Option2 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,"
    "Variant Price,Variant Compare At Price,Variant Requires Shipping,Variant Taxable,Variant Barcode,Image Src,"
    "Variant Image,Cost per item,Fabric (product.metafields.custom.fabric),Status\n"
    'tee,"Tee, the one","<p>Soft</p>\n<p>C:\\new</p>",Kiln,Apparel > Tops,Shirts,"a, b",TRUE,Color,Red,Size,"S, M",T-R,180,'
    "shopify,3,continue,15.00,20.00,true,true,4006381333931,https://s.example/1.jpg,https://s.example/r.jpg,7.00,"
    '"Wool, felt",active\n'
    "tee,,,,,,,,,Blue,,L,T-B,200.5,shopify,-1,deny,15.00,,true,false,,https://s.example/2.jpg,,7.50,,\n"
    "card,=Card,,Kiln,,,,TRUE,Title,Default Title,,,,0,,0,deny,10.00,,false,true,,,,,,archived\n"
    "hidden,Hidden,,Kiln,,,,FALSE,Title,Default Title,,,H,0,shopify,5,deny,10.00,,true,true,,,,,,active\n"
)


def test_another_shops_products_lose_nothing_that_woocommerce_can_hold(
    business: Business, database: Database, tmp_path: Path
) -> None:
    (tmp_path / "shop.csv").write_text(SHOPIFY, encoding="utf-8")
    assert import_file(business, "products", tmp_path / "shop.csv").created == 3
    out = exported(business, tmp_path / "woo.csv", set={"weight_unit": "g"})
    copy = fresh(database)
    report = import_file(copy, "products", out, rejects_folder=tmp_path)
    assert (report.format, report.created, report.rejected) == ("woocommerce", 3, 0)
    before, after = business.catalog.get("tee"), copy.catalog.get("tee")
    for field in ("title", "description", "vendor", "category", "status", "tags"):
        assert after[field] == before[field], field
    assert [image["src"] for image in after["images"]] == [image["src"] for image in before["images"]]
    assert [option["name"] for option in after["options"]] == ["Color", "Size"]
    assert after["attributes"]["fabric"]["value"] == "Wool, felt"
    held = ("sku", "options", "price", "compare_at", "cost", "grams", "stock", "policy", "requires_shipping", "taxable")
    for one, other in zip(before["variants"], after["variants"], strict=True):
        assert {name: other[name] for name in held} == {name: one[name] for name in held}
        assert (other["barcode"] or None, other["image"]) == (one["barcode"] or None, one["image"] or None)
    card = copy.catalog.get("card")
    assert (card["title"], card["status"], card["variants"][0]["requires_shipping"]) == ("=Card", "archived", False)
    assert cells(out, "SKU")["card"]["In stock?"] == "1"
    assert "Stock" not in cells(out, "SKU")["card"]
    # Active, but in no window: it must not become public by the move.
    assert cells(out, "SKU")["H"]["Published"] == "0"
    again = import_file(copy, "products", exported(copy, tmp_path / "again.csv"))
    assert (again.unchanged, again.updated, again.created) == (3, 0, 0)


def test_a_woocommerce_shop_goes_to_shopify_under_shopifys_names(business: Business, tmp_path: Path) -> None:
    taken(business, tmp_path / "woo.csv", SHOP)
    rows: dict[str, dict[str, str]] = {}
    for file in export_file(business, "products", tmp_path / "shopify.csv"):
        rows |= cells(file.path, "URL handle")
    album = rows["ALBUM"]
    assert (album["Title"], album["Price"], album["Compare-at price"]) == ("-20% Album", "12.00", "15.00")
    assert album["Label (product.metafields.custom.label)"] == "Kiln, Ltd"
    assert album["Meta: _lead_time"] == "3"
    assert "Type" not in album


def test_a_feed_does_not_offer_what_woocommerce_says_is_out_of_stock(business: Business, tmp_path: Path) -> None:
    gone = {**EXTERNAL, "Published": "1", "Description": "Far.", "Images": "https://w.example/e.jpg", "Name": "Gone"}
    taken(business, tmp_path / "woo.csv", [gone])
    options = {"set": {"link": "https://w.example/{id}"}}
    (feed,) = export_file(business, "products", tmp_path / "feed.tsv", format_name="google", options=options)
    with feed.path.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file, delimiter="\t")
    assert (row["title"], row["availability"]) == ("Gone", "out_of_stock")


@pytest.mark.parametrize("shop", ["apparel", "bicycles", "fashion", "jewelry"])
def test_a_real_shop_moves(shop: str, data: Path, business: Business, database: Database, tmp_path: Path) -> None:
    import_file(business, "products", data / "shops" / f"{shop}.csv.gz", rejects_folder=tmp_path)
    out = exported(business, tmp_path / "woo.csv", one_file=True)
    copy = fresh(database)
    report = import_file(copy, "products", out, rejects_folder=tmp_path)
    assert (report.format, report.rejected) == ("woocommerce", 0)

    def offers(one: Business) -> list[str]:
        found = []
        for product in one.catalog.records():
            said = [product.get(name) or None for name in ("title", "description", "vendor")]
            shown = {True: "active", False: "archived", None: None}[product.get("published")]
            said.append(product.get("status") or shown)
            said.append(product.get("category") or product.get("type") or None)
            for variant in product.get("variants") or ():
                price, before = variant.get("price"), variant.get("compare_at")
                # A price before that is no higher is none in WooCommerce.
                lower = before is not None and price is not None and before > price
                chosen = [value for value in variant["options"].values() if value not in ("", "Default Title")]
                options = [value.strip() for value in chosen]
                found.append(repr((said, price, before if lower else None, options, variant.get("grams"))))
        return sorted(found)

    assert offers(copy) == offers(business)
    again = import_file(copy, "products", exported(copy, tmp_path / "again.csv", one_file=True))
    assert (again.updated, again.created, again.rejected) == (0, 0, 0)


def test_what_is_no_file_of_woocommerces_is_refused(business: Business, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UnknownFormat, match="no column SKU, ID or Name"):
        import_file(business, "products", tmp_path / "x.csv", format_name="woocommerce")
    taken(business, tmp_path / "woo.csv", SHOP)
    with pytest.raises(InputError, match="has no setting 'link'"):
        exported(business, tmp_path / "out.csv", set={"link": "x"})
    with pytest.raises(InputError, match="weight_unit is one of kg, lbs, g, oz"):
        exported(business, tmp_path / "out.csv", set={"weight_unit": "stone"})


_text = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12) | st.sampled_from(
    [
        "",
        "a, b",
        "a\\, b",
        'in "quotes"',
        "=1+1",
        "'=1+1",
        "-5",
        "two\nlines",
        "two\\nlines",
        "\\\\n",
        "\\",
        "'",
        "C:\\new\n",
    ]
)
_word = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=8)
_listed = st.lists(_word.filter(lambda word: not word.endswith("\\") and "," not in word), max_size=3, unique=True).map(
    lambda words: ", ".join(words)
) | st.sampled_from(["a\\, b", "a\\, b, c"])
_price = st.integers(0, 10**7).map(lambda minor: f"{minor // 100}.{minor % 100:02}")
_flag = st.sampled_from(["", "0", "1"])


@st.composite
def shops(draw: st.DrawFn) -> list[dict[str, str]]:
    rows = []
    for number in range(1, draw(st.integers(2, 6))):
        several = draw(st.booleans())
        named = draw(st.booleans())
        common = {
            "Name": draw(_text), "Description": draw(_text), "Short description": draw(_text),
            "Published": draw(st.sampled_from(["1", "0", "-1", "2", ""])), "Tags": draw(_listed), "Categories": draw(_listed),
            "Meta: _lead_time": draw(_text), "Tax status": draw(st.sampled_from(["taxable", "none", "shipping", ""])),
            "Attribute 1 name": "Size" if several else draw(st.sampled_from(["", "Size", "Färbe"])),
            "Attribute 1 value(s)": draw(_listed), "Attribute 1 visible": draw(_flag), "Attribute 1 global": draw(_flag),
            "In stock?": draw(st.sampled_from(["0", "1", "backorder", ""])), "Position": draw(_flag),
        }  # fmt: skip
        common["Attribute 1 value(s)"] *= common["Attribute 1 name"] != ""
        if several:
            common["Attribute 1 value(s)"] = "S9, S0, S1, S2"
        own = {"ID": f"{number}", "SKU": f"P,{number}" if named else "", **common}
        offer = {"Stock": draw(st.sampled_from(["", "0", "-3", "12"])), "Regular price": draw(_price), "Sale price": ""}
        rows.append({**own, "Type": "variable"} if several else {**own, **offer, "Type": draw(st.sampled_from(_TYPES))})
        for place in range(draw(st.integers(1, 3)) if several else 0):
            variation = {
                **common, **offer, "ID": f"{number}{place}", "SKU": "", "Type": "variation", "Categories": "", "Tags": "",
                "Parent": own["SKU"] or f"id:{number}", "Attribute 1 value(s)": f"S{place}", "Name": draw(_text),
            }  # fmt: skip
            rows.insert(draw(st.integers(0, len(rows))), variation)
    return rows


_TYPES = [
    "simple",
    "simple, virtual",
    "simple, downloadable, virtual",
    "virtual, simple",
    "external",
    "grouped",
    "bundle",
]


def meaning(row: Mapping[str, str]) -> dict[str, str]:
    """Cells without what carries no meaning: zeros behind a price's point."""
    return {
        name: format(Decimal(cell).normalize(), "f") if name in ("Regular price", "Sale price") else cell
        for name, cell in row.items()
    }


@given(shop=shops())
@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_shop_comes_out_as_it_went_in(shop: list[dict[str, str]], database: Database, tmp_path: Path) -> None:
    business = fresh(database)
    report = taken(business, tmp_path / "in.csv", shop)
    assert (report.rejected, report.rows) == (0, len(shop))
    out = exported(business, tmp_path / "out.csv")
    before = {key: meaning(row) for key, row in filled(shop).items()}
    assert {key: meaning(row) for key, row in cells(out).items()} == before
    again = import_file(business, "products", out, rejects_folder=tmp_path)
    assert (again.created, again.updated, again.rejected) == (0, 0, 0)
