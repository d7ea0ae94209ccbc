"""Google's feeds: what comes in as a table or as XML goes out the same; what is not known is never made up."""

import csv
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from weft.business import Business
from weft.connectors.exporting import export_file
from weft.connectors.importing import import_file
from weft.connectors.source import Source
from weft.errors import InputError, UnreadableFile

HEADER = (
    "id\ttitle\tdescription\tlink\timage link\tadditional image link\tavailability\tprice\tsale price\tbrand\tgtin\tmpn\t"
    "condition\tgoogle product category\tproduct type\titem group id\tcolor\tsize\tgender\tshipping weight\t"
    "product detail\tshipping\tcustom label 0\n"
)
FEED = HEADER + (
    "TEE-R-S\tBoxy Tee - Red / S\tSoft & warm, 5 < 6.\thttps://s.example/tee?v=1\thttps://s.example/red.jpg\t"
    "https://s.example/a.jpg,https://s.example/b.jpg\tin_stock\t20.00 EUR\t15.00 EUR\tKiln\t4006381333931\tT1\tnew\t"
    "Apparel & Accessories > Clothing\tTees\tTEE\tRed\tS\tunisex\t180 g\tFit:Cut:Boxy,Fit:Length:Short\tDE:::4.90 EUR\tsummer\n"
    "TEE-B-M\tBoxy Tee - Blue / M\tSoft & warm, 5 < 6.\thttps://s.example/tee?v=2\thttps://s.example/blue.jpg\t"
    "https://s.example/red.jpg,https://s.example/a.jpg,https://s.example/b.jpg\tpreorder\t20.00 EUR\t\tKiln\t4006381333948\tT2\tnew\t"
    "Apparel & Accessories > Clothing\tTees\tTEE\tBlue\tM\tunisex\t180 g\tFit:Cut:Boxy,Fit:Length:Short\tDE:::4.90 EUR\twinter\n"
    "MUG\tMug\tA mug.\thttps://s.example/mug\thttps://s.example/mug.jpg\t\tout_of_stock\t9.00 EUR\t\tKiln\t\tM1\tnew\t"
    "Home\tMugs\t\tGreen\t\t\t0.4 kg\t\t\t\n"
)
XML = """\
<?xml version="1.0" encoding="ISO-8859-1"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>
<item><g:id>MUG</g:id><title>Gr\u00fcner Becher &amp; Teller</title><g:description><![CDATA[F\u00fcr <Tee>.]]></g:description>
<link>https://s.example/mug</link><g:image_link>https://s.example/mug.jpg</g:image_link>
<g:additional_image_link>https://s.example/2.jpg</g:additional_image_link>
<g:additional_image_link>https://s.example/3.jpg</g:additional_image_link>
<g:availability>in_stock</g:availability><g:price>9,00 EUR</g:price>
<g:shipping><g:country>DE</g:country><g:price>4.90 EUR</g:price></g:shipping>
<g:product_detail><g:section_name>Form</g:section_name><g:attribute_name>H\u00f6he</g:attribute_name>
<g:attribute_value>10:1 cm</g:attribute_value></g:product_detail></item>
<item><g:id>BAD</g:id><title>Bad</title><g:price>cheap</g:price></item>
<item><title>No id</title></item>
</channel></rss>
"""
ATOM = """\
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><entry><g:id>A</g:id><title>Pot</title>
<link href="https://s.example/pot"/><g:price>5 USD</g:price></entry></feed>
"""


def taken(business: Business, path: Path, text: str, encoding: str = "utf-8") -> Any:
    path.write_text(text, encoding=encoding)
    return import_file(business, "products", path, rejects_folder=path.parent)


def table(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: {k: v for k, v in row.items() if v} for row in csv.DictReader(file, delimiter="\t")}


def test_a_table_comes_in_as_products_with_variants_and_goes_out_as_it_was(business: Business, tmp_path: Path) -> None:
    report = taken(business, tmp_path / "feed.tsv", FEED)
    assert (report.format, report.created, report.rejected) == ("google", 2, 0)
    tee = business.catalog.get("TEE")
    assert (tee["title"], tee["vendor"], tee["type"]) == ("Boxy Tee", "Kiln", "Tees")
    assert tee["description"] == "Soft &amp; warm, 5 &lt; 6."
    assert [option["name"] for option in tee["options"]] == ["Color", "Size"]
    first = tee["variants"][0]
    assert (first["price"]["amount"], first["compare_at"]["amount"], first["grams"]) == (1500, 2000, 180)
    assert business.catalog.get("MUG")["attributes"]["color"]["value"] == "Green"
    (written,) = export_file(business, "products", tmp_path / "out.tsv", format_name="google")
    assert (written.rows, written.left_out) == (3, 0)
    before = {
        key: {name.replace(" ", "_"): cell for name, cell in row.items()}
        for key, row in table(tmp_path / "feed.tsv").items()
    }
    assert table(written.path) == before
    again = import_file(business, "products", written.path)
    assert (again.unchanged, again.updated) == (2, 0)


def test_xml_comes_in_and_goes_out_as_it_was(business: Business, tmp_path: Path) -> None:
    report = taken(business, tmp_path / "feed.xml", XML, "iso-8859-1")
    assert (report.format, report.created, report.rejected) == ("google-xml", 1, 2)
    mug = business.catalog.get("MUG")
    assert mug["title"] == "Gr\u00fcner Becher & Teller"
    assert mug["variants"][0]["price"] == {"amount": 900, "currency": "EUR"}
    (written,) = export_file(business, "products", tmp_path / "out.xml", format_name="google-xml")
    (item,) = ET.parse(written.path).getroot().iter("item")
    space = "{http://base.google.com/ns/1.0}"
    assert [one.text for one in item.findall(f"{space}additional_image_link")] == [
        "https://s.example/2.jpg",
        "https://s.example/3.jpg",
    ]
    detail = item.find(f"{space}product_detail")
    assert detail is not None
    assert [one.text for one in detail] == ["Form", "H\u00f6he", "10:1 cm"]
    again = import_file(business, "products", written.path)
    assert (again.unchanged, again.updated, again.rejected) == (1, 0, 0)


def test_atom_is_read_as_well(business: Business, tmp_path: Path) -> None:
    assert taken(business, tmp_path / "feed.xml", ATOM).created == 1
    assert business.catalog.get("A")["variants"][0]["price"] == {"amount": 500, "currency": "USD"}


def test_an_edited_title_goes_out_with_each_variants_own_end(business: Business, tmp_path: Path) -> None:
    taken(business, tmp_path / "feed.tsv", FEED)
    business.changes.edit("TEE", {"title": "Wide Tee"})
    export_file(business, "products", tmp_path / "out.tsv", format_name="google")
    assert table(tmp_path / "out.tsv")["TEE-B-M"]["title"] == "Wide Tee - Blue / M"


def test_what_a_feed_needs_and_nobody_knows_is_left_out_and_told(business: Business, tmp_path: Path) -> None:
    shop = (
        "Handle,Title,Body (HTML),Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty,Image Src,Status\n"
        "cap,Cap,<p>A cap &amp;<br>more</p>,Kiln,Color,Red,C-R,9.00,3,https://s.example/c.jpg,active\n"
        "cap,,,,,Blue,C-B,9.00,0,,\n"
        "bare,Bare,<p>x</p>,Kiln,Title,Default Title,B,5.00,1,,active\n"
        "draft,Draft,<p>x</p>,Kiln,Title,Default Title,D,5.00,1,https://s.example/d.jpg,draft\n"
    )
    taken(business, tmp_path / "shop.csv", shop)
    (without,) = export_file(business, "products", tmp_path / "none.tsv", format_name="google")
    assert (without.rows, without.left_out) == (0, 4)
    assert "--set link=" in without.reasons[0]
    options = {"set": {"link": "https://s.example/p/{id}?sku={sku}"}}
    (written,) = export_file(business, "products", tmp_path / "out.tsv", format_name="google", options=options)
    rows = table(written.path)
    assert sorted(rows) == ["C-B", "C-R"]
    assert rows["C-R"]["title"] == "Cap - Red"
    assert rows["C-R"]["link"] == "https://s.example/p/cap?sku=C-R"
    assert rows["C-R"]["description"] == "A cap &\nmore"
    assert (rows["C-R"]["availability"], rows["C-B"]["availability"]) == ("in_stock", "out_of_stock")
    assert written.reasons == ("B has no image_link.", "D is not for sale: its status is draft.")
    with pytest.raises(InputError, match="has no setting 'color'"):
        export_file(business, "products", tmp_path / "x.tsv", format_name="google", options={"set": {"color": "x"}})
    with pytest.raises(InputError, match="shopify has no settings"):
        export_file(business, "products", tmp_path / "x.csv", options={"set": {"link": "x"}})


def test_bad_items_are_rejected_alone(business: Business, tmp_path: Path) -> None:
    rows = HEADER.count("\t")
    bad = "\t".join(["X", "X", "d", "l", "i", "", "in_stock", "cheap", *[""] * (rows - 7)])
    twice = "\t".join(["MUG", "Mug", *[""] * (rows - 1)])
    heavy = "\t".join(["H", "H", *[""] * 17, "a lot", "", "", ""])
    report = taken(business, tmp_path / "feed.tsv", f"{FEED}{twice}\n{bad}\n{heavy}\n\t\n")
    assert (report.created, report.rejected) == (2, 4)
    rejected = Path(report.rejects_file).read_text()
    for told in ("is there twice", "cheap", "a lot", "an item needs an id"):
        assert told in rejected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<rss><channel><item>", "line 1 is not XML"),
        ('<!DOCTYPE x [<!ENTITY a "aaaa">]><rss><channel/></rss>', "document type"),
        ("<rss>\n<item></rss>", "line 2 is not XML"),
    ],
)
def test_xml_that_is_broken_or_dangerous_is_refused(business: Business, tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UnreadableFile, match=told):
        taken(business, tmp_path / "feed.xml", text)
    assert business.catalog.count() == 0


def test_a_feed_on_one_line_is_read_in_pieces(business: Business, tmp_path: Path) -> None:
    items = "".join(
        f"<item><g:id>I{n}</g:id><title>Item {n}</title><g:price>{n}.00 EUR</g:price></item>" for n in range(3000)
    )
    text = f'<rss xmlns:g="http://base.google.com/ns/1.0"><channel>{items}</channel></rss>'
    assert taken(business, tmp_path / "feed.xml", text).created == 3000
    assert Source(tmp_path / "feed.xml").is_xml
