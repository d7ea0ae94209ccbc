"""Shopify's files go in and come out again, whatever a platform, a spreadsheet or a person has made of them."""

import csv
import json
import resource
from pathlib import Path
from typing import Any

import pytest

from weft.access import businesses
from weft.business import Business
from weft.connectors.exporting import export_changes, export_file
from weft.connectors.importing import Report, import_file
from weft.errors import UnknownFormat
from weft.ids import uuid7
from weft.postgres.database import Database
from weft.store.changes import Selection

OLD = (
    "Handle,Title,Body (HTML),Vendor,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,"
    "Variant Price,Variant Inventory Qty,Image Src,Image Alt Text,Fabric (product.metafields.custom.fabric),"
    "Included / Norway,House note,Status"
)
NEW = (
    "Title,URL handle,Description,Vendor,Tags,Published on online store,Status,SKU,Option1 name,Option1 value,"
    "Option2 name,Option2 value,Price,Inventory quantity,Product image URL,Image alt text,"
    "Fabric (product.metafields.custom.fabric),Included / Norway,House note"
)
ORDERS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,"
    "Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,"
    "Lineitem discount,Shipping Zip,Shipping Country,Notes,Note Attributes,Cancelled at,Refunded Amount,Vendor,Id,Tags,"
    "Tax 1 Name,Tax 1 Value"
)
CUSTOMERS = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Zip,Phone,"
    "Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags,Level (customer.metafields.custom.level)"
)


def put(business: Business, kind: str, path: Path, header: str, *rows: dict[str, str], **options: Any) -> Report:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, next(csv.reader([header])), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return import_file(business, kind, path, rejects_folder=path.parent, **options)


def out(business: Business, kind: str, path: Path, **options: Any) -> list[dict[str, str]]:
    """What an export writes, its files behind each other, without blank cells."""
    written = export_file(business, kind, path, **options)
    return [row for part in written for row in read(part.path)]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: cell for name, cell in row.items() if cell} for row in csv.DictReader(file)]


def rejects(report: Report) -> list[tuple[str, str, str, str]]:
    assert report.rejects_file is not None
    with Path(report.rejects_file).open(newline="") as file:
        return [(row[0], row[1], row[2], row[3]) for row in list(csv.reader(file))[1:]]


SHIRT_OLD = (
    {
        "Handle": "shirt",
        "Title": "Shirt",
        "Body (HTML)": "<p>Soft,\n“warm”</p>",
        "Vendor": "Loom",
        "Tags": "new, wool",
        "Published": "true",
        "Option1 Name": "Size",
        "Option1 Value": "S",
        "Option2 Name": "Color",
        "Option2 Value": "Red",
        "Variant SKU": "S-R",
        "Variant Price": "1234.50",
        "Variant Inventory Qty": "-2",
        "Image Src": "https://img.example/1.jpg",
        "Image Alt Text": "front",
        "Fabric (product.metafields.custom.fabric)": "wool",
        "Included / Norway": "TRUE",
        "House note": "shelf 4",
        "Status": "Active",
    },
    {"Handle": "shirt", "Option1 Value": "M", "Option2 Value": "Red", "Variant SKU": "M-R", "Variant Price": "10"},
    {"Handle": "shirt", "Image Src": "https://img.example/2.jpg"},
)


@pytest.mark.parametrize("dialect", ["old", "new"])
def test_a_product_with_variants_pictures_and_metafields_comes_back(
    business: Business, tmp_path: Path, dialect: str
) -> None:
    assert put(business, "products", tmp_path / "in.csv", OLD, *SHIRT_OLD).created == 1
    rows = out(business, "products", tmp_path / "out.csv", options={"dialect": dialect})
    with (tmp_path / "out.csv").open(newline="") as file:
        header = next(csv.reader(file))
    assert sorted(header) == sorted((OLD if dialect == "old" else NEW).split(","))
    name = {"old": "Handle", "new": "URL handle"}[dialect]
    assert [row[name] for row in rows] == ["shirt"] * 2
    picture = "Image Src" if dialect == "old" else "Product image URL"
    assert [row[picture][-5:] for row in rows] == ["1.jpg", "2.jpg"]
    assert rows[0]["House note"] == "shelf 4"
    assert rows[0]["Fabric (product.metafields.custom.fabric)"] == "wool"
    assert rows[0]["Included / Norway"] == "TRUE"
    price, sku = ("Variant Price", "Variant SKU") if dialect == "old" else ("Price", "SKU")
    assert [(row.get(sku), row.get(price)) for row in rows] == [("S-R", "1234.50"), ("M-R", "10.00")]
    again = import_file(business, "products", tmp_path / "out.csv", rejects_folder=tmp_path)
    assert (again.created, again.updated, again.unchanged, again.rejected) == (0, 0, 1, 0)


@pytest.mark.parametrize("order", [(0, 3, 1, 2), (1, 3, 0, 2), (2, 3, 1, 0)])
@pytest.mark.parametrize("titled", [False, True])
def test_rows_of_one_handle_need_not_stand_together(
    business: Business, tmp_path: Path, order: tuple[int, ...], titled: bool
) -> None:
    rows = [{**row, "Title": "Shirt"} if titled else row for row in SHIRT_OLD]
    rows.append({"Handle": "cap", "Title": "Cap", "Variant SKU": "C", "Variant Price": "5"})
    report = put(business, "products", tmp_path / "in.csv", OLD, *(rows[n] for n in order))
    assert (report.rows, report.created, report.rejected) == (4, 2, 0)
    shirt = business.catalog.get("shirt")
    assert (shirt["title"], shirt["vendor"], shirt["tags"]) == ("Shirt", "Loom", ["new", "wool"])
    assert "shelf 4" in [row.get("House note") for row in out(business, "products", tmp_path / "out.csv")]
    assert {image["src"] for image in shirt["images"]} == {"https://img.example/1.jpg", "https://img.example/2.jpg"}
    chosen = {variant["sku"]: variant["options"] for variant in shirt["variants"]}
    assert chosen == {"S-R": {"Size": "S", "Color": "Red"}, "M-R": {"Size": "M", "Color": "Red"}}
    if order[0] == 0:
        again = import_file(business, "products", tmp_path / "in.csv", rejects_folder=tmp_path)
        assert (again.created, again.updated) == (0, 0)


def test_a_cell_that_has_become_blank_blanks_what_it_filled(business: Business, tmp_path: Path) -> None:
    blank = {"Fabric (product.metafields.custom.fabric)": "", "House note": ""}
    put(business, "products", tmp_path / "1.csv", OLD, *SHIRT_OLD)
    put(business, "products", tmp_path / "2.csv", "Handle,Title,Vendor", {"Handle": "shirt", "Title": "Shirt"})
    assert business.catalog.get("shirt")["attributes"]["fabric"]["value"] == "wool"
    put(business, "products", tmp_path / "3.csv", OLD, {**SHIRT_OLD[0], **blank}, *SHIRT_OLD[1:])
    shirt = business.catalog.get("shirt")
    assert (shirt["attributes"], shirt["columns"]) == ({}, {"Included / Norway": "TRUE"})
    again = put(business, "products", tmp_path / "4.csv", OLD, {**SHIRT_OLD[0], **blank}, *SHIRT_OLD[1:])
    assert (again.updated, again.unchanged) == (0, 1)


def test_a_blank_cell_leaves_an_applied_change_that_the_platform_has_not_heard_of(
    business: Business, tmp_path: Path
) -> None:
    plain = {**SHIRT_OLD[0], "Fabric (product.metafields.custom.fabric)": ""}
    put(business, "products", tmp_path / "1.csv", OLD, plain)
    business.changes.propose([{"record": "shirt", "field": "attributes.fabric", "after": "linen"}])
    business.changes.approve(Selection(all=True))
    business.changes.apply(Selection(all=True))
    put(business, "products", tmp_path / "2.csv", OLD, {**plain, "Vendor": "Weaver"})
    shirt = business.catalog.get("shirt")
    assert (shirt["vendor"], shirt["attributes"]["fabric"]["value"]) == ("Weaver", "linen")


def test_a_product_that_goes_on_far_below_is_as_it_was_when_the_file_comes_again(
    business: Business, tmp_path: Path
) -> None:
    others = [{"Handle": f"p{n}", "Title": f"P {n}", "Variant Price": "1"} for n in range(1100)]
    sizes = [{**SHIRT_OLD[1], "Option1 Value": size, "Variant SKU": size} for size in "SML"]
    rows = [{**SHIRT_OLD[0], "Variant SKU": "XS", "Option1 Value": "XS"}, sizes[0], *others, *sizes]
    put(business, "products", tmp_path / "1.csv", OLD, *rows)
    assert [variant["sku"] for variant in business.catalog.get("shirt")["variants"]] == ["XS", "S", "M", "L"]
    again = put(business, "products", tmp_path / "1.csv", OLD, *rows)
    assert (again.created, again.updated) == (0, 0)
    assert [variant["sku"] for variant in business.catalog.get("shirt")["variants"]] == ["XS", "S", "M", "L"]


def test_an_option_without_a_name_loses_no_value(business: Business, tmp_path: Path) -> None:
    put(
        business,
        "products",
        tmp_path / "in.csv",
        OLD,
        {"Handle": "a", "Title": "A", "Option2 Name": "Size", "Option2 Value": "S", "Variant Price": "5"},
        {"Handle": "a", "Option1 Value": "red", "Option2 Value": "M", "Variant Price": "6"},
        {"Handle": "b", "Title": "B", "Option1 Value": "red", "Variant Price": "5"},
        {"Handle": "b", "Option2 Value": "M", "Variant Price": "6"},
    )
    rows = out(business, "products", tmp_path / "out.csv")
    assert [(row.get("Option1 value"), row.get("Option2 value")) for row in rows] == [
        (None, "S"),
        ("red", "M"),
        ("red", None),
        (None, "M"),
    ]


def test_columns_of_one_name_and_of_none_come_back(business: Business, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("Handle,Title,Note,Note,,\na,A,one,two,three,\n")
    import_file(business, "products", path)
    (row,) = out(business, "products", tmp_path / "out.csv")
    assert (row["Note"], row["Note (2)"], row["Column 5"]) == ("one", "two", "three")


def test_what_cannot_be_kept_is_rejected_with_its_cell(business: Business, tmp_path: Path) -> None:
    report = put(
        business,
        "products",
        tmp_path / "in.csv",
        OLD,
        {"Handle": "a", "Title": "A", "Variant Price": "$5"},
        {"Handle": "b", "Title": "B", "Variant Price": "from 5"},
        {"Handle": "c", "Title": "C", "Variant Inventory Qty": "99999999999"},
        {"Handle": "d", "Title": "D", "Variant Inventory Qty": "12 kg"},
        {"Handle": "e", "Title": "E", "Variant Price": "€ 1.234,50", "Variant Inventory Qty": "12 pieces"},
    )
    assert report.created == 1
    assert rejects(report) == [
        ("2", "Variant Price", "$5", "is not in EUR"),
        ("3", "Variant Price", "from 5", "is not a number"),
        ("4", "Variant Inventory Qty", "99999999999", "is too large a number"),
        ("5", "Variant Inventory Qty", "12 kg", "is not a number"),
    ]
    variant = business.catalog.get("e")["variants"][0]
    assert (variant["price"]["amount"], variant["stock"]) == (123450, 12)


def test_an_export_never_blanks_what_is_not_known(business: Business, tmp_path: Path) -> None:
    put(business, "products", tmp_path / "a.csv", OLD, *SHIRT_OLD)
    put(business, "products", tmp_path / "b.csv", "Handle,Title,Vendor", {"Handle": "cap", "Title": "Cap"})
    written = export_file(business, "products", tmp_path / "out.csv")
    assert [(part.path.name, part.records) for part in written] == [("out.csv", 1), ("out.2.csv", 1)]
    with (tmp_path / "out.2.csv").open(newline="") as file:
        assert next(csv.reader(file)) == ["Title", "URL handle", "Vendor"]


@pytest.mark.parametrize("dialect", ["old", "new"])
def test_changes_go_out_alone(business: Business, tmp_path: Path, dialect: str) -> None:
    put(business, "products", tmp_path / "in.csv", OLD, *SHIRT_OLD)
    edits = [
        {"record": "shirt", "field": "title", "after": "Wool shirt"},
        {"record": "shirt", "field": "variants.M-R.price", "after": "11.00"},
    ]
    business.changes.propose(edits)
    everything = Selection(all=True)
    business.changes.approve(everything)
    export_changes(business, everything, tmp_path / "changed.csv", dialect=dialect)
    (row,) = read(tmp_path / "changed.csv")
    names = NEW if dialect == "new" else OLD
    assert set(row) <= set(names.split(","))
    assert row["Title"] == "Wool shirt"
    price, value = ("Price", "Option1 value") if dialect == "new" else ("Variant Price", "Option1 Value")
    assert (row[price], row[value]) == ("11.00", "M")
    assert not {"Vendor", "Tags", "Status", "House note"} & set(row)


FIRST = {
    "Name": "#1",
    "Email": "ann@example.com",
    "Financial Status": "partially_refunded",
    "Paid at": "2024-05-01 10:00:00 +0200",
    "Fulfillment Status": "fulfilled",
    "Currency": "USD",
    "Subtotal": "30.00",
    "Shipping": "5.00",
    "Taxes": "1.00",
    "Total": "36.00",
    "Discount Code": "A10, B5",
    "Discount Amount": "3.00",
    "Created at": "2024-05-01 10:00:00 +0200",
    "Lineitem quantity": "2",
    "Lineitem name": "Mug - Blue",
    "Lineitem price": "10.00",
    "Lineitem compare at price": "12.00",
    "Lineitem sku": "M-B",
    "Lineitem discount": "1.00",
    "Shipping Zip": "'01234",
    "Shipping Country": "DE",
    "Notes": "ring\ntwice",
    "Note Attributes": "color: red\nsize: L",
    "Refunded Amount": "10.00",
    "Vendor": "Kiln",
    "Id": "111",
    "Tags": "vip, b2b",
    "Tax 1 Name": "VAT 7%",
    "Tax 1 Value": "1.00",
}
SECOND = {
    "Name": "#1",
    "Email": "ann@example.com",
    "Lineitem quantity": "1234567",
    "Lineitem name": "Cup",
    "Lineitem price": "10.00",
    "Lineitem sku": "C-1",
    "Lineitem discount": "0.00",
    "Vendor": "Other",
    "Tags": "gift",
}
CANCELLED = {
    "Name": "#2",
    "Financial Status": "refunded",
    "Currency": "JPY",
    "Total": "3000",
    "Created at": "2024-05-02 10:00:00 +0000",
    "Lineitem quantity": "1.5",
    "Lineitem name": "Tea",
    "Lineitem price": "2000",
    "Cancelled at": "2024-05-03 10:00:00 +0000",
    "Refunded Amount": "3000",
    "Id": "112",
}


def test_orders_come_back(business: Business, tmp_path: Path) -> None:
    report = put(business, "orders", tmp_path / "in.csv", ORDERS, FIRST, SECOND, CANCELLED)
    assert (report.rows, report.created, report.rejected) == (3, 2, 0)
    order = business.orders.get("#1")
    assert (order["discount_code"], order["tags"], order["refunded"]) == ("A10, B5", ["vip", "b2b"], 1000)
    assert order["refunds"] == [{"amount": 1000, "currency": "USD"}]
    assert business.orders.get("#2")["cancelled_at"].startswith("2024-05-03T10:00:00")
    rows = out(business, "orders", tmp_path / "out.csv")
    assert rows == [{**FIRST, "Created at": "2024-05-01 08:00:00 +0000"}, SECOND, CANCELLED]
    with (tmp_path / "out.csv").open(newline="") as file:
        assert next(csv.reader(file)) == ORDERS.split(",")
    again = import_file(business, "orders", tmp_path / "out.csv", rejects_folder=tmp_path)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)


def test_an_order_that_goes_on_further_down_keeps_its_lines(business: Business, tmp_path: Path) -> None:
    put(business, "orders", tmp_path / "in.csv", ORDERS, FIRST, CANCELLED, SECOND)
    lines = business.orders.get("#1")["lines"]
    assert [line["title"] for line in lines] == ["Mug - Blue", "Cup"]
    assert import_file(business, "orders", tmp_path / "in.csv").updated == 0


def test_an_order_whose_first_row_comes_last_knows_what_it_says(business: Business, tmp_path: Path) -> None:
    put(business, "orders", tmp_path / "in.csv", ORDERS, SECOND, CANCELLED, FIRST)
    order = business.orders.get("#1")
    assert {line["title"] for line in order["lines"]} == {"Mug - Blue", "Cup"}
    assert (order["email"], order["total"], order["currency"]) == ("ann@example.com", 3600, "USD")
    assert order["placed_at"] is not None


def test_orders_under_headers_in_another_case(business: Business, tmp_path: Path) -> None:
    header = "name,email,CURRENCY,created at,lineitem quantity,lineitem name,lineitem price"
    row = dict(zip(header.split(","), ["#1", "a@x.test", "usd", "2024-05-01", "1", "Mug", "10"], strict=True))
    put(business, "orders", tmp_path / "in.csv", header, row)
    (back,) = out(business, "orders", tmp_path / "out.csv")
    assert (back["Name"], back["Currency"], back["Lineitem price"]) == ("#1", "USD", "10.00")
    assert import_file(business, "orders", tmp_path / "out.csv").unchanged == 1


def test_order_rows_that_cannot_be_kept_are_rejected(business: Business, tmp_path: Path) -> None:
    report = put(
        business,
        "orders",
        tmp_path / "in.csv",
        ORDERS,
        {**FIRST, "Currency": "Dollars"},
        FIRST,
        {"Name": "#1", "Tax 1 Name": "VAT 19%"},
        {**SECOND, "Lineitem quantity": "two"},
        {**SECOND, "Name": ""},
    )
    assert (report.created, report.rejected) == (1, 4)
    assert [reject[:3] for reject in rejects(report)] == [
        ("4", "Currency", "DOLLARS"),
        ("8", "Tax 1 Name", "VAT 19%"),
        ("9", "Lineitem quantity", "two"),
        ("10", "Name", ""),
    ]


ANN = {
    "Customer ID": "1001",
    "First Name": "Ann",
    "Last Name": "O'Neil",
    "Email": "ann@example.com",
    "Accepts Email Marketing": "yes",
    "Default Address Company": "Acme",
    "Default Address Zip": "01234",
    "Phone": "+4911",
    "Accepts SMS Marketing": "no",
    "Total Spent": "12.50",
    "Total Orders": "3",
    "Note": "rings",
    "Tax Exempt": "no",
    "Tags": "a, b",
    "Level (customer.metafields.custom.level)": "gold",
}


def test_customers_come_back(business: Business, tmp_path: Path) -> None:
    quoted = {**ANN, "Customer ID": "'1001", "Default Address Zip": "'01234", "Phone": "'+4911"}
    bob = {"Email": "bob@example.com", "Accepts Email Marketing": "no", "Total Spent": "0.00", "Total Orders": "0"}
    assert put(business, "customers", tmp_path / "in.csv", CUSTOMERS, quoted, bob).created == 2
    assert out(business, "customers", tmp_path / "out.csv") == [ANN, bob]
    with (tmp_path / "out.csv").open(newline="") as file:
        assert sorted(next(csv.reader(file))) == sorted(CUSTOMERS.split(","))
    assert import_file(business, "customers", tmp_path / "out.csv").unchanged == 2


def test_customers_in_the_older_form_keep_province_and_country(business: Business, tmp_path: Path) -> None:
    header = "First Name,Last Name,Email,Accepts Marketing,Company,Address1,Province,Province Code,Country,Country Code,Zip,Phone"
    cells = [
        "Ann",
        "Lee",
        "ann@example.com",
        "yes",
        "Acme",
        "Street 1",
        "Bavaria",
        "BY",
        "Germany",
        "DE",
        "01234",
        "+49",
    ]
    put(business, "customers", tmp_path / "in.csv", header, dict(zip(header.split(","), cells, strict=True)))
    (row,) = out(business, "customers", tmp_path / "out.csv")
    assert sorted(row.values()) == sorted(cells)
    assert import_file(business, "customers", tmp_path / "out.csv").unchanged == 1


def test_customers_go_out_without_columns_that_are_not_known(business: Business, tmp_path: Path) -> None:
    header = "First Name,Last Name,Email,Accepts Email Marketing"
    put(business, "customers", tmp_path / "in.csv", header, {"First Name": "Ann", "Email": "ann@example.com"})
    put(business, "orders", tmp_path / "orders.csv", ORDERS, {**FIRST, "Email": "eve@example.com"})
    written = export_file(business, "customers", tmp_path / "out.csv")
    heads = [part.path.read_text().splitlines()[0] for part in written]
    assert heads == [header, "Email"]


def test_stock_without_option_names_and_with_places_that_have_none(business: Business, tmp_path: Path) -> None:
    put(business, "products", tmp_path / "in.csv", "Handle,Title,Variant SKU", {"Handle": "a", "Variant SKU": "s"})
    header = "Handle,Title,Option1 Value,SKU,Location,On hand (new)"
    rows = ({"Handle": "a", "SKU": "s", "Location": place, "On hand (new)": cell} for place, cell in
            (("Ulm", "4"), ("Oslo", "not stocked")))  # fmt: skip
    assert put(business, "stock", tmp_path / "stock.csv", header, *rows).rejected == 0
    assert [(row["Location"], row["On hand (new)"]) for row in out(business, "stock", tmp_path / "out.csv")] == [
        ("Oslo", "not stocked"),
        ("Ulm", "4"),
    ]


STOCK = (
    "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,SKU,HS Code,COO,Location,"
    "Bin name,Incoming (not editable),Unavailable (not editable),Committed (not editable),Available (not editable),"
    "On hand (current),On hand (new)"
)
ULM = {
    "Handle": "tee", "Title": "Tee", "Option1 Name": "Size", "Option1 Value": "S", "SKU": "T-S", "HS Code": "610910",
    "COO": "PT", "Location": "Ulm", "Bin name": "A, 7", "Incoming (not editable)": "3", "Unavailable (not editable)": "1",
    "Committed (not editable)": "2", "Available (not editable)": "4", "On hand (current)": "7",
}  # fmt: skip
OSLO = {
    **ULM, "Location": "Oslo", "Bin name": "", "Incoming (not editable)": "not stocked", "On hand (current)": "not stocked",
    "Unavailable (not editable)": "not stocked", "Committed (not editable)": "not stocked",
    "Available (not editable)": "not stocked", "On hand (new)": "not stocked",
}  # fmt: skip
LARGE = {**ULM, "Option1 Value": "L", "SKU": "", "HS Code": "", "On hand (current)": "5", "On hand (new)": "9"}


def stocked(business: Business, folder: Path) -> None:
    header = "Handle,Title,Option1 Name,Option1 Value,Variant SKU"
    first = {"Handle": "tee", "Title": "Tee", "Option1 Name": "Size", "Option1 Value": "S", "Variant SKU": "T-S"}
    put(business, "products", folder / "products.csv", header, first, {"Handle": "tee", "Option1 Value": "L"})


def test_an_inventory_file_goes_out_as_it_came_in(business: Business, tmp_path: Path) -> None:
    stocked(business, tmp_path)
    report = put(business, "stock", tmp_path / "stock.csv", STOCK, OSLO, ULM, LARGE)
    assert (report.created, report.updated, report.rejected) == (3, 0, 0)
    (written,) = export_file(business, "stock", tmp_path / "out.csv")
    assert written.path.read_text(encoding="utf-8").splitlines()[0] == STOCK
    assert read(written.path) == [{name: cell for name, cell in row.items() if cell} for row in (OSLO, ULM, LARGE)]
    for again in (written.path, tmp_path / "stock.csv"):
        report = import_file(business, "stock", again, rejects_folder=tmp_path)
        assert (report.unchanged, report.updated, report.created) == (3, 0, 0)
    levels = [variant["stock_levels"] for variant in business.catalog.get("tee")["variants"]]
    assert levels == [{"Ulm": 7}, {"Ulm": 9}]


def test_an_inventory_file_of_the_old_kind_goes_out_as_it_came_in(business: Business, tmp_path: Path) -> None:
    stocked(business, tmp_path)
    header = "Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO,Location,Incoming,Unavailable,Committed,Available,On hand"
    row = {
        **{name: ULM[name] for name in header.split(",") if name in ULM},
        "Incoming": "1",
        "Available": "4",
        "On hand": "6",
    }
    put(business, "stock", tmp_path / "stock.csv", header, row)
    assert out(business, "stock", tmp_path / "out.csv") == [row]


def test_what_is_counted_anew_is_written_and_what_shopify_counts_stays(business: Business, tmp_path: Path) -> None:
    stocked(business, tmp_path)
    put(business, "stock", tmp_path / "stock.csv", STOCK, ULM, OSLO)
    brief = "SKU,Location,Available"
    counted = {"SKU": "T-S", "Location": "Ulm", "Available": "12"}
    report = put(business, "stock", tmp_path / "count.csv", brief, counted, format_name="tables")
    assert (report.updated, report.created) == (1, 0)
    rows = {row["Location"]: row for row in out(business, "stock", tmp_path / "out.csv")}
    assert rows["Ulm"] == {**{name: cell for name, cell in ULM.items() if cell}, "On hand (new)": "12"}
    report = put(business, "stock", tmp_path / "moved.csv", STOCK, {**ULM, **{n: OSLO[n] for n in OSLO if "hand" in n}},
                 {**OSLO, "On hand (new)": "5", "Bin name": "B"})  # fmt: skip
    assert (report.updated, report.created) == (2, 0)
    (variant, _) = business.catalog.get("tee")["variants"]
    assert (variant["stock"], variant["stock_levels"]) == (5, {"Oslo": 5})
    moves = [(one["location"], one["quantity"]) for one in business.stock.movements()]
    assert sorted(moves) == [("Oslo", 5), ("Ulm", -12), ("Ulm", 5), ("Ulm", 7)]


def test_columns_of_levels_are_in_the_interchange_too(business: Business, database: Database, tmp_path: Path) -> None:
    stocked(business, tmp_path)
    put(business, "stock", tmp_path / "stock.csv", STOCK, OSLO, ULM, LARGE)
    export_file(business, "products", tmp_path / "products.jsonl", format_name="jsonl")
    export_file(business, "stock", tmp_path / "stock.jsonl", format_name="jsonl")
    copy = Business(database, businesses.ensured(database, f"stock-{uuid7().hex[-12:]}"))
    import_file(copy, "products", tmp_path / "products.jsonl")
    import_file(copy, "stock", tmp_path / "stock.jsonl")
    assert out(copy, "stock", tmp_path / "copy.csv") == out(business, "stock", tmp_path / "out.csv")


@pytest.mark.parametrize("kind", ["products", "orders", "customers", "stock"])
@pytest.mark.parametrize("text", ["alpha,beta\n1,2\n", '{"id": "x"}\n'])
def test_a_file_that_is_not_shopifys_is_refused(business: Business, tmp_path: Path, kind: str, text: str) -> None:
    path = tmp_path / "in.csv"
    path.write_text(text)
    with pytest.raises(UnknownFormat, match="is not Shopify's file"):
        import_file(business, kind, path, format_name="shopify")


@pytest.mark.parametrize("name", ["out.csv", "spare.parts.csv", "a[1].csv"])
def test_an_export_leaves_its_files_alone_in_the_folder(business: Business, tmp_path: Path, name: str) -> None:
    export_file(business, "products", tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_more_sets_of_columns_than_files_can_be_open(business: Business, tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    lines = [{"id": f"p{n}", "title": "P", "attributes": {f"a{n}": "x"}} for n in range(300)]
    path.write_text("\n".join(json.dumps(line) for line in lines))
    import_file(business, "products", path)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    try:
        written = export_file(business, "products", tmp_path / "out.csv")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(written) == 300
    assert all(len(read(part.path)) == 1 for part in written)


def test_products_of_which_different_columns_are_known_go_to_one_file_where_that_is_wished(
    business: Business, tmp_path: Path
) -> None:
    for n, header in enumerate(("Handle,Title,Vendor", "Handle,Title,Type")):
        (tmp_path / "in.csv").write_text(f"{header}\np{n},Product {n},x{n}\n")
        import_file(business, "products", tmp_path / "in.csv")
    business.changes.edit("p0", {"attributes.color": "red"})
    apart = export_file(business, "products", tmp_path / "apart.csv")
    assert len(apart) == 2
    (one,) = export_file(business, "products", tmp_path / "one.csv", options={"one_file": True})
    with one.path.open(newline="") as file:
        rows = {row["URL handle"]: row for row in csv.DictReader(file)}
    assert (rows["p0"]["Vendor"], rows["p0"]["Type"], rows["p1"]["Type"]) == ("x0", "", "x1")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["apart.2.csv", "apart.csv", "in.csv", "one.csv"]
    business.changes.propose(
        [{"record": "p0", "field": "vendor", "after": "y"}, {"record": "p1", "field": "type", "after": "z"}],
        skill="test",
    )
    business.changes.approve(Selection(all=True))
    assert len(export_changes(business, Selection(all=True), tmp_path / "changes.csv", one_file=True)) == 1
