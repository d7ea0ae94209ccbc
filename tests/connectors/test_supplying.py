"""Suppliers and purchase orders go in from tables and JSON Lines, and out again as they were."""

from pathlib import Path
from typing import Any

import pytest

from weft.business import Business
from weft.connectors.exporting import export_file
from weft.connectors.importing import import_file
from weft.store.changes import Selection

PRICES = """\
Lieferant;Lieferzeit (Tage);Mindestbestellwert (EUR);Artikelnummer;EK-Preis;VE;Mindestmenge;Farbe
kiln;14;250,00;MUG-S;4,10;6;12;blau
kiln;21;250,00;MUG-L;5,20;6;;
kiln;;;CUP;-1;;;
kiln;;;CUP;2,00;0;;
potters;7;;CUP;1.234,50;1;;
;7;;CUP;2,00;1;;
"""
ORDERS = """\
PO number,Supplier,Status,Order date,Due date,SKU,Qty ordered,Qty received,Unit cost
A-1,kiln,Open,2026-05-01,2026-05-15,MUG-S,24,12,4.10
A-1,kiln,Open,2026-05-01,2026-05-15,MUG-L,6,,5.20
A-2,potters,lost,2026-05-01,,CUP,6,,2
A-3,potters,Closed,2026-05-01,,CUP,0,,2
A-3,potters,Closed,2026-05-01,2026-02-30,CUP,1,,2
A-4,potters,Closed,2026-05-01,,CUP,1,1,2
"""


def took(shop: Business, kind: str, path: Path, text: str, **options: Any) -> Any:
    path.write_text(text)
    return import_file(shop, kind, path, **options)


def test_a_price_list_is_a_supplier_and_its_terms(business: Business, tmp_path: Path) -> None:
    report = took(business, "suppliers", tmp_path / "prices.csv", PRICES)
    assert (report.records, report.created, report.rejected) == (2, 2, 3)
    kiln = business.suppliers.get("kiln")
    assert (kiln["lead_days"], kiln["minimum_order"], kiln["currency"]) == (14, 25000, "EUR")
    assert kiln["supplies"] == [
        {"sku": "MUG-L", "cost": 520, "pack": 6, "lead_days": 21},
        {"sku": "MUG-S", "cost": 410, "pack": 6, "minimum": 12, "columns": {"Farbe": "blau"}},
    ]
    assert business.suppliers.get("potters")["supplies"][0]["cost"] == 123450
    rejects = Path(report.rejects_file).read_text()
    for reason in ("is less than nothing", "is not one or more", "the row names no supplier"):
        assert reason in rejects
    again = took(business, "suppliers", tmp_path / "prices.csv", PRICES)
    assert (again.created, again.updated) == (0, 0)
    later = took(business, "suppliers", tmp_path / "later.csv", "supplier,sku,cost\nkiln,MUG-S,4.40\n")
    assert later.updated == 1
    terms = {one["sku"]: one for one in business.suppliers.get("kiln")["supplies"]}
    assert (terms["MUG-S"]["cost"], terms["MUG-S"]["pack"], terms["MUG-L"]["cost"]) == (440, 6, 520)
    assert business.suppliers.get("kiln")["lead_days"] == 14


def test_purchase_orders_come_by_line(business: Business, tmp_path: Path) -> None:
    report = took(business, "purchases", tmp_path / "po.csv", ORDERS)
    assert (report.records, report.created, report.rejected) == (2, 2, 3)
    order = business.purchases.get("A-1")
    assert (order["supplier"], order["state"], order["expected"]) == ("kiln", "ordered", "2026-05-15")
    assert order["total"] == 24 * 410 + 6 * 520
    assert [(one["sku"], one["quantity"], one["received"]) for one in order["lines"]] == [
        ("MUG-S", 24, 12),
        ("MUG-L", 6, 0),
    ]
    rejects = Path(report.rejects_file).read_text()
    for reason in ("is not one of draft, ordered, received, cancelled", "is not one or more", "is not a date"):
        assert reason in rejects
    assert [one["id"] for one in business.purchases.listed("state = received")] == ["A-4"]


@pytest.mark.parametrize(("form", "name"), [("tables", "out.csv"), ("jsonl", "out.jsonl")])
def test_what_goes_out_comes_in_again(business: Business, tmp_path: Path, form: str, name: str) -> None:
    took(business, "suppliers", tmp_path / "prices.csv", PRICES)
    took(business, "purchases", tmp_path / "po.csv", ORDERS)

    def all_of(noun: Any) -> list[dict[str, Any]]:
        left_out = ("uid", "version", "updated_at")
        return [{k: v for k, v in one.items() if k not in left_out} for one in noun.listed()]

    before = (all_of(business.suppliers), all_of(business.purchases))
    files = {
        kind: export_file(business, kind, tmp_path / f"{kind}-{name}", format_name=form)[0].path
        for kind in ("suppliers", "purchases")
    }
    with business.transaction() as connection:
        connection.execute("delete from supplier")
        connection.execute("delete from purchase")
    for kind, path in files.items():
        assert import_file(business, kind, path).rejected == 0
    assert (all_of(business.suppliers), all_of(business.purchases)) == before


def test_one_order_is_taken_out(business: Business, tmp_path: Path) -> None:
    took(business, "purchases", tmp_path / "po.csv", ORDERS)
    (written,) = export_file(business, "purchases", tmp_path / "one.csv", where='id = "A-4"', format_name="tables")
    assert written.path.read_text().splitlines()[1].startswith("A-4,potters,received,2026-05-01")
    assert (written.records, written.rows) == (1, 1)
    assert business.changes.exportable(Selection(all=True)) == []
