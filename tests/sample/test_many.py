"""The generator of many products writes well-formed ones, and the first of more are the same."""

import csv
from pathlib import Path

from stdnum import ean

from weft.sample.listing import HEADER
from weft.sample.many import barcode, many
from weft.sample.products import gtin


def test_products_are_well_formed_and_distinct(tmp_path: Path) -> None:
    with many(1_200, tmp_path / "many.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert tuple(rows[0]) == HEADER
    assert {len(row) for row in rows} == {len(HEADER)}
    cells = [dict(zip(HEADER, row, strict=True)) for row in rows[1:]]
    variants = [row for row in cells if row["SKU"]]
    images = [row for row in cells if row["Product image URL"]]
    assert len({row["URL handle"] for row in cells}) == 1_200
    assert len({row["SKU"] for row in variants}) == len(variants) == 3_000
    assert 1_200 < len(images) < 2_400
    assert all(ean.is_valid(row["Barcode"]) for row in variants)
    assert all(float(row["Price"]) > 0 for row in variants)


def test_fewer_are_the_beginning_of_more(tmp_path: Path) -> None:
    few = many(50, tmp_path / "few.csv").read_bytes()
    assert many(120, tmp_path / "more.csv").read_bytes().startswith(few)


def test_the_quick_check_digit_is_the_plain_one() -> None:
    assert all(barcode(number) == gtin(number) for number in range(0, 10**9, 49_999_991))
