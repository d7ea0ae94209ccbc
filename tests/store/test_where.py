"""The filter language against the database: each field of each kind takes each operator that it may be given."""

from pathlib import Path

import pytest

from weft.business import Business
from weft.connectors.importing import import_file
from weft.errors import BadFilter
from weft.store import catalog, changes, customers, orders, where
from weft.store.changes import Selection

SHOP = """\
Handle,Title,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Barcode,Variant Inventory Qty
mug,Mug,"a, b",Size,S,MUG-S,9.00,4006381333931,3
mug,,,,L,MUG-L,12.50,,0
cup,Cup,,Title,Default Title,,5.00,,1
"""
VALUES = {"text": "x", "list": "x", "number": "3", "time": "2026-05-31", "flag": "true"}


@pytest.fixture
def shop(business: Business, tmp_path: Path) -> Business:
    path = tmp_path / "shop.csv"
    path.write_text(SHOP)
    assert import_file(business, "products", path).created == 2
    return business


@pytest.mark.parametrize("kind", ["products", "orders", "customers", "changes"])
def test_every_field_takes_every_operator(shop: Business, kind: str) -> None:
    fields = {"products": catalog, "orders": orders, "customers": customers, "changes": changes}[kind].FIELDS
    names = {**fields.fixed, **{f"{prefix}.any": field for prefix, field in fields.open.items()}}
    for name, field in names.items():
        operators = ["=", "!=", "~", "!~", *(["<", "<=", ">", ">="] if field.kind != "list" else [])]
        tried = [
            f"{name} {operator} {VALUES[field.kind]}"
            for operator in operators
            if field.kind != "flag" or operator in "=!="
        ]
        tried += [f"{name} in ({VALUES[field.kind]})", f"{name} is missing", f"{name} is not missing"]
        text = " or ".join(tried)
        if kind == "changes":
            shop.changes.listed(Selection(where=text))
        else:
            {"products": shop.catalog, "orders": shop.orders, "customers": shop.customers}[kind].listed(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sku = MUG-L", ["mug"]),
        ("sku != MUG-L", ["cup"]),
        ("sku in (MUG-S, nothing)", ["mug"]),
        ("barcode = 4006381333931", ["mug"]),
        ("tags = b and price >= 9", ["mug"]),
        ("tags = c", []),
        ("not sku ~ mug-", ["cup"]),
    ],
)
def test_a_list_is_equal_to_each_value_in_it(shop: Business, text: str, found: list[str]) -> None:
    assert [product["id"] for product in shop.catalog.listed(text)] == found


def test_a_list_is_not_less_than_a_value() -> None:
    with pytest.raises(BadFilter, match="list"):
        where.parse("tags < 3", catalog.FIELDS)
