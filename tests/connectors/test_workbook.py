"""Workbooks come in as any table does and go out as text and numbers; what is no workbook is told."""

import csv
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import load_workbook

from weft.business import Business
from weft.connectors import workbook
from weft.connectors.exporting import export_file
from weft.connectors.importing import import_file
from weft.connectors.source import Source
from weft.errors import InputError, UnreadableFile

SHOP = """\
Handle,Title,Body (HTML),Vendor,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Barcode,Variant Inventory Qty
mug,=1+1,<p>A mug.</p>,https://kiln.example,"a, b",Size,S,007,9.90,04006381333931,3
mug,,,,,,L,008,12.50,,0
cup,Größe Cup 茶,,Kiln,,Title,Default Title,1E5,5.00,,1
"""


def sheet(path: Path, rows: list[list[Any]], **more: list[list[Any]]) -> Path:
    """A workbook with a sheet of these rows, and further ones."""
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, lines in {"First": rows, **more}.items():
            made = book.add_worksheet(name)
            for number, cells in enumerate(lines):
                made.write_row(number, 0, cells)
    return path


def test_a_shops_table_goes_out_as_a_workbook_and_comes_back_the_same(business: Business, tmp_path: Path) -> None:
    table = tmp_path / "shop.csv"
    table.write_text(SHOP, encoding="utf-8")
    assert import_file(business, "products", table).created == 2
    (written,) = export_file(business, "products", tmp_path / "shop.xlsx")
    assert written.path.name == "shop.xlsx"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop.csv", "shop.xlsx"]
    report = import_file(business, "products", written.path)
    assert (report.format, report.unchanged, report.updated, report.rejected) == ("shopify", 2, 0, 0)
    export_file(business, "products", tmp_path / "again.csv")
    rows = load_workbook(str(written.path)).get_sheet_by_index(0).to_python()
    header, cells = rows[0], rows[1]
    assert cells[header.index("Title")] == "=1+1"
    assert cells[header.index("SKU")] == "007"
    assert cells[header.index("Price")] == 9.9
    with (tmp_path / "again.csv").open(encoding="utf-8", newline="") as file:
        plain = list(csv.reader(file))
    assert len(plain) == len(rows)


def test_cells_are_read_as_a_person_sees_them() -> None:
    told = [4006381333931.0, 12.5, 1e-7, True, date(2026, 5, 31), datetime(2026, 5, 31, 10, 30), "x", None, 0.1]  # noqa: DTZ001
    assert [workbook.text_of(cell) for cell in told] == [
        *("4006381333931", "12.5", "0.0000001", "TRUE", "2026-05-31", "2026-05-31 10:30:00", "x", "", "0.1")
    ]


def test_any_table_of_a_workbook_is_read_from_its_first_sheet_with_rows(business: Business, tmp_path: Path) -> None:
    rows = [["sku", "name", "price", "stock"], ["A-1", "Tea", 4.5, 3], [], ["A-2", "Pot", "nonsense", 1]]
    path = sheet(tmp_path / "list.xlsx", [], Goods=rows, Notes=[["call the supplier"]])
    report = import_file(business, "products", path, rejects_folder=tmp_path)
    assert (report.rows, report.created, report.rejected) == (2, 1, 1)
    assert report.rejects_file
    rejected = Path(report.rejects_file).read_text()
    assert "nonsense" in rejected
    assert "4," in rejected.splitlines()[1]
    assert business.catalog.get("A-1")["variants"][0]["price"] == {"amount": 450, "currency": "EUR"}


def test_what_is_no_workbook_is_told(business: Business, tmp_path: Path) -> None:
    archive = tmp_path / "files.xlsx"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("products.csv", SHOP)
    with pytest.raises(UnreadableFile, match="archive, not a workbook"):
        Source(archive)
    whole = sheet(tmp_path / "whole.xlsx", [["sku", "name"], ["A", "B"]])
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(whole.read_bytes()[:1000])
    with pytest.raises(UnreadableFile, match=r"cut\.xlsx"):
        Source(cut)
    with pytest.raises(UnreadableFile, match="no sheet with rows"):
        Source(sheet(tmp_path / "blank.xlsx", []))
    old = tmp_path / "old.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(UnreadableFile, match=r"old\.xls"):
        Source(old)
    with pytest.raises(InputError, match="jsonl is no table"):
        export_file(business, "products", tmp_path / "all.xlsx", format_name="jsonl")


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "_MOST_UNPACKED", 1000)
    with pytest.raises(UnreadableFile, match="unpacks to"):
        Source(sheet(tmp_path / "bomb.xlsx", [["sku", "name"], ["A", "B"]]))


def test_a_cell_far_from_the_table_is_told_before_the_sheet_is_read(business: Business, tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        made = book.add_worksheet()
        made.write_row(0, 0, ["sku", "name"])
        made.write(1_048_575, 16_383, "far away")
    with pytest.raises(UnreadableFile, match=r"far\.xlsx has a sheet that spans 17,179,869,184 cells"):
        import_file(business, "products", path, rejects_folder=tmp_path)
    wide = [["sku", "name", *map(str, range(300))], ["A", "B", *[""] * 299, "x"]]
    assert import_file(business, "products", sheet(tmp_path / "wide.xlsx", wide), rejects_folder=tmp_path).created == 1


def test_a_text_that_no_cell_holds_is_told_and_leaves_no_file(business: Business, tmp_path: Path) -> None:
    table = tmp_path / "shop.csv"
    table.write_text(f"Handle,Title,Body (HTML)\nmug,Mug,{'x' * 40_000}\n")
    import_file(business, "products", table)
    with pytest.raises(UnreadableFile, match="32,767"):
        export_file(business, "products", tmp_path / "shop.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["shop.csv"]
