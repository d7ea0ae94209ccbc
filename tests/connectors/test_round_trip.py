"""What was imported and exported again differs in no cell that carries meaning."""

import csv
import gzip
import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from weft.access import businesses
from weft.business import Business
from weft.connectors.exporting import export_file
from weft.connectors.importing import import_file
from weft.ids import uuid7
from weft.postgres.database import Database

# Written from the platform's published column names, not from the connector's own table.
NEW_NAMES = {
    "handle": "url handle",
    "body (html)": "description",
    "published": "published on online store",
    "variant sku": "sku",
    "variant barcode": "barcode",
    "variant price": "price",
    "variant compare at price": "compare-at price",
    "variant taxable": "charge tax",
    "variant tax code": "tax code",
    "variant inventory tracker": "inventory tracker",
    "variant inventory qty": "inventory quantity",
    "variant inventory policy": "continue selling when out of stock",
    "variant grams": "weight value (grams)",
    "variant weight unit": "weight unit for display",
    "variant requires shipping": "requires shipping",
    "variant fulfillment service": "fulfillment service",
    "variant image": "variant image url",
    "image src": "product image url",
    "google shopping / mpn": "google shopping / manufacturer part number (mpn)",
    "google shopping / adwords grouping": "google shopping / ad group name",
    "google shopping / adwords labels": "google shopping / ads labels",
}


def meaning(cell: str) -> str:
    """A cell without what carries none: case of flags, trailing zeros, the apostrophe before a code, spaces in lists."""
    text = cell.strip()
    text = text.removeprefix("'")
    if text.lower() in ("true", "false", "deny", "continue"):
        return text.lower()
    if re.fullmatch(r"-?\d+(\.\d+)?", text) and not (
        text.startswith("0") and not text.startswith("0.") and text != "0"
    ):
        return format(Decimal(text).normalize(), "f")
    if re.fullmatch(r"[^<>\n]*,[^<>\n]*", text):
        return ",".join(part for part in (part.strip() for part in text.split(",")) if part)
    return text


def rows_by_handle(lines: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(lines):
        named = {NEW_NAMES.get(name.lower(), name.lower()): meaning(cell or "") for name, cell in row.items()}
        if "status" in named:
            named["status"] = named["status"].lower()
        found.setdefault(named["url handle"], []).append(named)
    return found


def compare(before: dict[str, list[dict[str, str]]], after: dict[str, list[dict[str, str]]]) -> list[Any]:
    differences: list[Any] = []
    for handle in before.keys() | after.keys():
        old, new = before.get(handle, []), after.get(handle, [])
        if len(old) != len(new):
            differences.append((handle, "rows", len(old), len(new)))
            continue
        for number, (left, right) in enumerate(zip(old, new, strict=True)):
            differences += [
                (handle, number, name, left[name], right.get(name))
                for name in left
                if left[name] != right.get(name, "")
            ]
            differences += [
                (handle, number, name, "not there", right[name]) for name in right.keys() - left.keys() if right[name]
            ]
    return differences


def text_of(path: Path) -> list[str]:
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            return list(file)
    with path.open(encoding="utf-8", newline="") as file:
        return list(file)


@pytest.mark.parametrize("dialect", ["new", "old"])
@pytest.mark.parametrize("shop", ["apparel", "bicycles", "fashion", "jewelry"])
def test_a_real_shop_comes_out_as_it_went_in(
    shop: str, dialect: str, data: Path, business: Business, tmp_path: Path
) -> None:
    path = data / "shops" / f"{shop}.csv.gz"
    report = import_file(business, "products", path, rejects_folder=tmp_path)
    assert (report.rejected, report.updated) == (0, 0)
    (written,) = export_file(business, "products", tmp_path / "out.csv", options={"dialect": dialect})
    assert written.rows == report.rows
    assert compare(rows_by_handle(text_of(path)), rows_by_handle(text_of(tmp_path / "out.csv"))) == []
    again = import_file(business, "products", tmp_path / "out.csv", rejects_folder=tmp_path)
    assert (again.created, again.rejected) == (0, 0)


@pytest.mark.parametrize("shop", ["apparel", "jewelry"])
def test_json_lines_lose_nothing_either(
    shop: str, data: Path, business: Business, database: Database, tmp_path: Path
) -> None:
    path = data / "shops" / f"{shop}.csv.gz"
    import_file(business, "products", path, rejects_folder=tmp_path)
    export_file(business, "products", tmp_path / "all.jsonl", format_name="jsonl")
    other = Business(database, businesses.ensured(database, f"copy-{uuid7().hex[-12:]}"))
    report = import_file(other, "products", tmp_path / "all.jsonl", rejects_folder=tmp_path)
    assert report.rejected == 0
    assert report.created == business.catalog.count()
    export_file(other, "products", tmp_path / "out.csv")
    assert compare(rows_by_handle(text_of(path)), rows_by_handle(text_of(tmp_path / "out.csv"))) == []


_words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=12
)
_prices = st.integers(0, 10**7).map(lambda minor: f"{minor // 100}.{minor % 100:02}")


@st.composite
def shops(draw: st.DrawFn) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for number in range(draw(st.integers(1, 6))):
        first = {
            "Handle": f"p-{number}",
            "Title": draw(_words),
            "Body (HTML)": draw(st.sampled_from(["", "<p>one\n\n“two”</p>", '<b class="x">a, b</b>'])),
            "Vendor": draw(_words | st.just("")),
            "Published": draw(st.sampled_from(["TRUE", "false", ""])),
            "My (product.metafields.custom.my)": draw(_words | st.just("")),
            "House note": draw(_words | st.just("")),
        }
        rows += [
            {
                **(first if variant == 0 else {"Handle": first["Handle"]}),
                "Option1 Name": "Size" if variant == 0 else "",
                "Option1 Value": f"S{variant}",
                "Variant SKU": draw(st.sampled_from(["", f"K{number}-{variant}"])),
                "Variant Price": draw(_prices),
                "Variant Inventory Qty": draw(st.sampled_from(["", "0", "-3", "12"])),
                "Image Src": f"https://img.example/{number}/{variant}.jpg",
            }
            for variant in range(draw(st.integers(1, 3)))
        ]
    return rows


@given(shop=shops())
@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_generated_shop_comes_out_as_it_went_in(
    shop: list[dict[str, str]], database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "in.csv"
    header = list(dict.fromkeys(name for row in shop for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="")
        writer.writeheader()
        writer.writerows(shop)
    business = Business(database, businesses.ensured(database, f"made-{uuid7().hex[-12:]}"))
    assert import_file(business, "products", path, rejects_folder=tmp_path).rejected == 0
    export_file(business, "products", tmp_path / "out.csv")
    assert compare(rows_by_handle(text_of(path)), rows_by_handle(text_of(tmp_path / "out.csv"))) == []


@pytest.mark.slow
def test_the_ledger_comes_out_as_it_went_in(data: Path, business: Business, tmp_path: Path) -> None:
    (path,) = (data / "orders").glob("online_retail_*.csv.gz")
    report = import_file(business, "orders", path, rejects_folder=tmp_path)
    assert (report.rows, report.rejected) == (320_705, 0)
    export_file(business, "orders", tmp_path / "out.csv", format_name="tables")

    def lines(text: Iterable[str]) -> dict[tuple[str, ...], int]:
        counted: dict[tuple[str, ...], int] = {}
        for row in csv.reader(text):
            number = row[6].removesuffix(".0")
            price = format(Decimal(row[5]).normalize(), "f") if row[5] != "UnitPrice" else row[5]
            key = (*row[:5], price, number, row[7])
            counted[key] = counted.get(key, 0) + 1
        return counted

    before, after = lines(text_of(path)), lines(text_of(tmp_path / "out.csv"))
    assert sum(after.values()) == sum(before.values())
    differing = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    assert differing[:10] == []
