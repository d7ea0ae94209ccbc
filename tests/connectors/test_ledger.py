"""Order tables by line: what kind a line is, which day it was, and that nothing of the real ledger is lost."""

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from weft.business import Business
from weft.connectors import Rejected, Taken, connector_for, dates
from weft.connectors.exporting import export_file
from weft.connectors.importing import import_file
from weft.connectors.ledger import kind_of_code
from weft.connectors.source import Source
from weft.connectors.tables import CONNECTOR

REAL = Path(__file__).parents[2].parent / "shared/data/orders/online_retail_2010-12_2011-08.csv.gz"
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


def read(folder: Path, text: str, currency: str = "GBP", **mapping: str) -> list[Taken | Rejected]:
    path = folder / "orders.csv"
    path.write_text(text, encoding="utf-8")
    return list(CONNECTOR.read("orders", Source(path, currency=currency, mapping=mapping)))


def orders(items: list[Taken | Rejected]) -> list[dict[str, Any]]:
    return [item.record for item in items if isinstance(item, Taken)]


def test_lines_of_one_order_are_one_record(tmp_path: Path) -> None:
    items = read(
        tmp_path,
        HEADER + "536365,85123A,LANTERN ,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
        "536365,71053,LAMP,8,2010-12-01 08:27:00,0.001,17850.0,United Kingdom\n"
        "C536366,71053,LAMP,-8,2010-12-01 09:00:00,3.39,,France\n",
    )
    assert [(item.line, item.rows) for item in items if isinstance(item, Taken)] == [(3, 2), (4, 1)]
    sale, back = orders(items)
    assert (sale["id"], sale["kind"], sale["customer"], sale["country"], sale["whole"]) == (
        "536365",
        "sale",
        "17850",
        "United Kingdom",
        False,
    )
    assert sale["placed_at"] == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
    first, second = sale["lines"]
    assert (first["product"], first["title"], first["quantity"], first["price"]) == ("85123A", "LANTERN ", 6, 255)
    assert "price_exact" not in first
    assert (second["price"], second["price_exact"]) == (0, "0.001")
    assert second["at"] == datetime(2010, 12, 1, 8, 27, tzinfo=UTC)
    assert (back["kind"], back["customer"]) == ("return", None)


@pytest.mark.parametrize(
    ("code", "title", "kind"),
    [
        ("POST", "POSTAGE", "shipping"),
        ("DOT", "DOTCOM POSTAGE", "shipping"),
        ("C2", "CARRIAGE", "shipping"),
        ("V", "Versandkosten", "shipping"),
        ("90001", "Frais de port", "shipping"),
        ("BANK CHARGES", "Bank Charges", "fee"),
        ("AMAZONFEE", "AMAZON FEE", "fee"),
        ("CRUK", "CRUK Commission", "fee"),
        ("D", "Discount", "discount"),
        ("RB", "Rabatt", "discount"),
        ("M", "Manual", "adjustment"),
        ("B", "Adjust bad debt", "adjustment"),
        ("ADJUST2", "Adjustment by hand", "adjustment"),
        ("TEST001", "This is a test product.", "test"),
        ("85123A", "WHITE LANTERN", "product"),
        ("22900", "POSTAGE STAMP ALBUM", "product"),
        ("TOFFEE", "Toffee", "product"),
        ("manual-coffee-grinder", "Manual coffee grinder", "product"),
        ("SHELF", "Adjustable shelf", "product"),
        ("tester-lipstick", "Tester lipstick", "product"),
        ("gift_0001_20", "Gift Voucher 20.00", "product"),
    ],
)
def test_the_kind_of_a_line(code: str, title: str, kind: str) -> None:
    assert kind_of_code(code, title) == kind


@pytest.mark.parametrize(
    ("line", "order", "kind"),
    [
        ("536589,21777,,-10,2010-12-01,0.0,,UK", "adjustment", "adjustment"),
        ("536589,21777,,10,2010-12-01,0.0,,UK", "adjustment", "adjustment"),
        ("536589,21777,damaged,-3,2010-12-01,0.0,,UK", "adjustment", "adjustment"),
        ("536589,21777,RED LAMP,3,2010-12-01,0.0,12,UK", "sale", "product"),
        ("A563186,B,Adjust bad debt,1,2011-08-12,-11062.06,,UK", "adjustment", "adjustment"),
        ("A1001,lamp-2,Lamp,1,2011-08-12,12.00,,UK", "sale", "product"),
        ("C1001,lamp-2,Lamp,1,2011-08-12,12.00,,UK", "sale", "product"),
        ("1001,lamp-2,Lamp,-1,2011-08-12,12.00,,UK", "return", "product"),
        ("1001,lamp-2,Lamp,1,2011-08-12,-12.00,,UK", "return", "product"),
    ],
)
def test_the_kind_of_an_order(tmp_path: Path, line: str, order: str, kind: str) -> None:
    (record,) = orders(read(tmp_path, HEADER + line + "\n"))
    assert (record["kind"], record["lines"][0]["kind"]) == (order, kind)


def test_lines_that_cannot_be_taken_are_named_and_the_rest_goes_in(tmp_path: Path) -> None:
    items = read(
        tmp_path,
        HEADER + "1,A1,Lamp,2,2010-12-01,1.00,,UK\n"
        "1,A2,Lamp,two,2010-12-01,1.00,,UK\n"
        "1,A3,Lamp,2,2010-12-01,cheap,,UK\n"
        ",A4,Lamp,2,2010-12-01,1.00,,UK\n"
        "1,,,2,2010-12-01,1.00,,UK\n"
        "1,A5,Lamp,2,2010-12-41,1.00,,UK\n"
        "1,A6,Lamp,2,2010-12-01,1.00,,UK,more\n"
        "1,A7,Lamp,2,2010-12-01,1.00,,UK\n",
    )
    assert [(r.line, r.column, r.value) for r in items if isinstance(r, Rejected)] == [
        (3, "Quantity", "two"),
        (4, "UnitPrice", "cheap"),
        (5, "InvoiceNo", ""),
        (6, "StockCode", ""),
        (7, "InvoiceDate", "2010-12-41"),
        (8, "", "more"),
    ]
    assert all(item.reason and item.row for item in items if isinstance(item, Rejected))
    (order,) = orders(items)
    assert [line["product"] for line in order["lines"]] == ["A1", "A7"]


def test_one_column_of_dates_is_read_in_one_way(tmp_path: Path) -> None:
    rows = [f"{n},A1,Lamp,1,12/{n}/2010 8:26,1.00,,UK" for n in range(1, 14) for _ in range(20)]
    found = orders(read(tmp_path, HEADER + "\n".join(rows) + "\n"))
    assert {order["placed_at"].month for order in found} == {12}
    assert found[-1]["placed_at"] == datetime(2010, 12, 13, 8, 26, tzinfo=UTC)


@pytest.mark.parametrize(
    ("texts", "currency", "first"),
    [
        (["03/04/2025", "13/04/2025"], "USD", False),
        (["03/04/2025", "04/13/2025"], "EUR", True),
        (["01/11/2025", "01/12/2025", "02/01/2025"], "EUR", True),
        (["11/01/2025", "12/01/2025", "01/02/2025"], "USD", False),
        (["03/04/2025"], "USD", True),
        (["03/04/2025"], "EUR", False),
    ],
)
def test_the_month_of_a_column(texts: list[str], currency: str, first: bool) -> None:
    assert dates.month_first(texts, currency) is first


def test_a_date_that_its_column_does_not_allow_is_no_date() -> None:
    read_one = dates.reader(True)
    assert read_one("1/2/10 5:07 PM") == datetime(2010, 1, 2, 17, 7, tzinfo=UTC)
    assert read_one("12/1/2010 12:05 am") == datetime(2010, 12, 1, 0, 5, tzinfo=UTC)
    assert read_one("2010-12-01T08:26:00+01:00") == datetime(2010, 12, 1, 7, 26, tzinfo=UTC)
    assert read_one(" ") is None
    with pytest.raises(ValueError, match="month first"):
        read_one("13/1/2010")


def test_local_numbers_follow_their_column(tmp_path: Path) -> None:
    (order,) = orders(
        read(
            tmp_path,
            "Rechnungsnummer;Artikelnummer;Bezeichnung;Menge;Datum;Einzelpreis (EUR);Kundennummer;Land\n"
            "R1;A1;Lampe;1.000;01.02.2025;1.234,50;7;DE\nR1;A2;Schirm;2,5;01.02.2025;1.234;7;DE\n",
        )
    )
    assert order["currency"] == "EUR"
    assert [(line["quantity"], line["price"]) for line in order["lines"]] == [(1000, 123450), (2.5, 123400)]
    assert order["placed_at"] == datetime(2025, 2, 1, tzinfo=UTC)


def test_a_price_in_another_currency_than_its_order_is_rejected(tmp_path: Path) -> None:
    items = read(tmp_path, "order,sku,quantity,price\n1,a,1,£2.00\n1,b,1,$3.00\n")
    assert [(r.line, r.column) for r in items if isinstance(r, Rejected)] == [(3, "price")]
    assert orders(items)[0]["currency"] == "GBP"


def test_columns_without_a_field_are_kept_and_come_back(tmp_path: Path) -> None:
    text = "order,sku,quantity,price,shelf,junk\n1,a,12345.67,2.00,B7,x\n2,b,1,3.00,,y\n"
    items = read(tmp_path, text, **{"-": "junk"})
    assert orders(items)[0]["lines"][0]["columns"] == {"shelf": "B7"}
    CONNECTOR.write("orders", orders(items), tmp_path / "out.csv", {})
    assert (tmp_path / "out.csv").read_text().splitlines() == [
        "order,sku,quantity,price,shelf",
        "1,a,12345.67,2.00,B7",
        "2,b,1,3.00,",
    ]


def _meaning(rows: Iterator[list[str]]) -> Counter[tuple[Any, ...]]:
    """The rows as a multiset of what they say, however it is written."""
    return Counter(
        (
            *row[:3],
            Decimal(row[3]),
            datetime.fromisoformat(row[4]),
            Decimal(row[5]),
            row[6].removesuffix(".0"),
            row[7],
        )
        for row in rows
    )


@pytest.mark.skipif(not REAL.exists(), reason=f"the wholesaler's ledger is not at {REAL}")
def test_the_real_ledger_comes_out_as_it_went_in(tmp_path: Path) -> None:
    source = Source(REAL, currency="GBP")
    items = list(connector_for("orders", source).read("orders", source))
    assert not [item for item in items if isinstance(item, Rejected)]
    assert sum(item.rows for item in items if isinstance(item, Taken)) == 320_705
    found = orders(items)
    assert all(order["kind"] == "return" for order in found if order["id"].startswith("C"))
    assert all(order["kind"] == "adjustment" for order in found if order["id"].startswith("A"))
    by_code = {line["product"]: line["kind"] for order in found for line in order["lines"] if line["title"]}
    said = {"POST": "shipping", "C2": "shipping", "AMAZONFEE": "fee", "CRUK": "fee", "D": "discount", "M": "adjustment"}
    assert {code: by_code[code] for code in said} == said
    out = tmp_path / "out.csv"
    CONNECTOR.write("orders", found, out, {})
    with gzip.open(REAL, "rt", encoding="utf-8", newline="") as before, out.open(encoding="utf-8", newline="") as after:
        rows_before, rows_after = csv.reader(before), csv.reader(after)
        header = next(rows_before)
        order = [next(rows_after)]
        assert sorted(order[0]) == sorted(header)
        places = [order[0].index(name) for name in header]
        assert _meaning(rows_before) == _meaning([row[place] for place in places] for row in rows_after)


def test_what_a_customer_is_given_for_nothing_is_a_product(tmp_path: Path) -> None:
    rows = "1,a,Checked shirt,1,0,ann\n2,a,found,3,0,\n3,a,,3,0,\n4,a,,1,0,ann\n5,a,Checked shirt,-1,0,ann\n"
    path = tmp_path / "in.csv"
    path.write_text("order,product,description,quantity,price,customer\n" + rows)
    source = Source(path)
    items = list(connector_for("orders", source).read("orders", source))
    kinds = [item.record["lines"][0]["kind"] for item in items if isinstance(item, Taken)]
    assert kinds == ["product", "adjustment", "adjustment", "product", "adjustment"]


def test_ledgers_of_different_columns_go_to_different_files(business: Business, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("order,sku,quantity,price,shelf\n1,a,2,5.00,B\n")
    import_file(business, "orders", path, currency="GBP")
    path.write_text("Belegnummer;Artikelnr;Menge;Preis\n2;b;1;3,00\n")
    import_file(business, "orders", path)
    written = export_file(business, "orders", tmp_path / "out.csv", format_name="tables")
    assert [part.path.read_text().splitlines() for part in written] == [
        ["order,sku,quantity,price,shelf,currency", "1,a,2,5.00,B,GBP"],
        ["Belegnummer,Artikelnr,Menge,Preis", "2,b,1,3.00"],
    ]
    for part in written:
        assert import_file(business, "orders", part.path).updated == 0
    assert business.orders.get("1")["currency"] == "GBP"


def test_a_quantity_that_no_database_holds_is_rejected(tmp_path: Path) -> None:
    items = read(tmp_path, HEADER + "1,a,A,99999999999999999999,2011-01-01,5,,\n2,a,A,1,2011-01-01,5,,\n")
    assert [item.value for item in items if isinstance(item, Rejected)] == ["9" * 20]
    assert len(orders(items)) == 1
