"""Weft's interchange: what is written is read again as it was, and what is wrong is named by its path."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from weft.connectors import Rejected, Taken
from weft.connectors.jsonl import CONNECTOR
from weft.connectors.source import Source
from weft.errors import UnreadableFile

PRODUCT: dict[str, Any] = {
    "id": "lamp",
    "title": "Lampe «Süd»",
    "description": "<p>Line one\nline two \\u0000</p>",
    "vendor": "",
    "category": "Home > Lamps",
    "status": "active",
    "published": None,
    "tags": ["new", "light, warm"],
    "options": [{"name": "Size", "linked_to": "product.metafields.size"}],
    "gift_card": False,
    "attributes": {
        "colour": "red",
        "height": {
            "value": 12.5,
            "unit": "cm",
            "source": "datasheet",
            "confidence": 0.9,
            "at": "2026-05-31T12:00:00+00:00",
        },
    },
    "translations": {"de": {"title": "Lampe"}, "fr": {"title": "Lampe", "description": ""}},
    "images": [
        {"src": "https://example.com/1.jpg", "alt": "front", "position": 1},
        {"src": "https://example.com/2.jpg"},
    ],
    "columns": {"Old shelf": "B7"},
    "known": {"title": "Title", "variants.price": "Price"},
    "variants": [
        {
            "sku": "L-S",
            "barcode": "4006381333931",
            "options": {"Size": "S"},
            "currency": "USD",
            "price": 1999,
            "compare_at": None,
            "cost": 0,
            "grams": 120.5,
            "taxable": True,
            "stock": {"Berlin": 3, "Paris": None},
            "columns": {"Bin": "7"},
        },
        {"sku": "L-M", "options": {"Size": "M"}, "currency": "CHF", "price": None, "stock": 4},
    ],
}
ORDER: dict[str, Any] = {
    "id": "#1001",
    "kind": "return",
    "whole": True,
    "placed_at": "2026-05-31T12:00:00+00:00",
    "customer": "7",
    "currency": "JPY",
    "total": -500,
    "discount": None,
    "tags": ["late"],
    "columns": {"Channel": "web"},
    "lines": [
        {
            "product": "lamp",
            "title": "Lampe",
            "quantity": -1.5,
            "price": 500,
            "price_exact": "499.6",
            "kind": "product",
        },
        {"title": "Postage", "quantity": 1, "price": None, "kind": "shipping", "columns": {"x": "y"}},
    ],
    "refunds": [{"amount": 500, "at": "2026-06-01T00:00:00+00:00", "note": "broken"}],
}
CUSTOMER: dict[str, Any] = {
    "id": "7",
    "email": "seven@example.com",
    "currency": "EUR",
    "total_spent": 12300,
    "total_orders": 3,
    "accepts_marketing": None,
    "tags": [],
    "addresses": [{"city": "Ulm"}],
    "columns": {"Loyalty": "gold"},
}


def read(folder: Path, kind: str, *lines: str | bytes) -> list[Taken | Rejected]:
    path = folder / "in.jsonl"
    path.write_bytes(b"\n".join(line.encode() if isinstance(line, str) else line for line in lines) + b"\n")
    return list(CONNECTOR.read(kind, Source(path)))


def refused(folder: Path, kind: str, given: dict[str, Any]) -> Rejected:
    (item,) = read(folder, kind, orjson.dumps({"id": "a", **given}))
    assert isinstance(item, Rejected)
    assert item.line == 1
    assert item.reason
    return item


def taken(items: list[Taken | Rejected]) -> list[dict[str, Any]]:
    assert not [item for item in items if isinstance(item, Rejected)]
    return [item.record for item in items if isinstance(item, Taken)]


@pytest.mark.parametrize(
    ("kind", "record"),
    [
        ("products", PRODUCT),
        ("products", {"id": "bare", "part": True}),
        ("orders", ORDER),
        ("customers", CUSTOMER),
        ("stock", {"product": "lamp", "sku": None, "location": "Ulm", "quantity": None, "options": {"Size": "S"}}),
        (
            "conversations",
            {"kind": "conversation", "id": "c1", "at": "2026-05-31T12:00:00+00:00", "body": {"turns": []}},
        ),
        ("documents", {"kind": "document", "id": "d1", "subject": "Returns", "body": {"text": "thirty days"}}),
    ],
)
def test_a_record_is_read_again_as_it_was_written(tmp_path: Path, kind: str, record: dict[str, Any]) -> None:
    out = tmp_path / "out.jsonl"
    (written,) = CONNECTOR.write(kind, [record], out, {})
    assert (written.records, written.path) == (1, out)
    (back,) = taken(list(CONNECTOR.read(kind, Source(out, currency="EUR"))))
    if "known" not in record:
        back.pop("known", None)
    assert back == record


def test_money_is_an_amount_and_a_currency(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    CONNECTOR.write("products", [PRODUCT], out, {})
    variant = orjson.loads(out.read_bytes())["variants"][0]
    assert (variant["price"], variant["compare_at"]) == ({"amount": 1999, "currency": "USD"}, None)
    assert "currency" not in variant


@pytest.mark.parametrize(
    ("kind", "given", "where"),
    [
        ("products", {"loyalty": "gold"}, []),
        ("customers", {"loyalty": "gold"}, []),
        ("orders", {"loyalty": "gold"}, []),
        ("products", {"variants": [{"loyalty": "gold"}]}, ["variants", 0]),
        ("orders", {"lines": [{"quantity": 1, "loyalty": "gold"}]}, ["lines", 0]),
    ],
)
def test_what_has_no_field_is_kept(tmp_path: Path, kind: str, given: dict[str, Any], where: list[Any]) -> None:
    (record,) = taken(read(tmp_path, kind, orjson.dumps({"id": "a", **given})))
    for step in where:
        record = record[step]
    assert record["columns"] == {"loyalty": "gold"}


@pytest.mark.parametrize(
    ("kind", "given", "path"),
    [
        ("products", {"id": 7}, "id"),
        ("products", {"id": " "}, "id"),
        ("products", {"title": 3}, "title"),
        ("products", {"tags": "a,b"}, "tags"),
        ("products", {"published": "yes"}, "published"),
        ("products", {"columns": {"a": 1}}, "columns.a"),
        ("products", {"attributes": ["red"]}, "attributes"),
        ("products", {"attributes": {"h": {"unit": "cm"}}}, "attributes.h"),
        ("products", {"attributes": {"h": {"value": 1, "confidence": 7}}}, "attributes.h.confidence"),
        ("products", {"attributes": {"h": {"value": 1, "at": "soon"}}}, "attributes.h.at"),
        ("products", {"translations": {"de": {"title": 1}}}, "translations.de.title"),
        ("products", {"images": [{"alt": "x"}]}, "images[0].src"),
        ("products", {"images": "x"}, "images"),
        ("products", {"options": [{"values": []}]}, "options[0].name"),
        ("products", {"variants": {"sku": "a"}}, "variants"),
        ("products", {"variants": [{}, {"price": 19.99}]}, "variants[1].price"),
        ("products", {"variants": [{"price": {"amount": 19.99, "currency": "EUR"}}]}, "variants[0].price"),
        ("products", {"variants": [{"price": {"amount": 1, "currency": "euro"}}]}, "variants[0].price"),
        ("products", {"variants": [{"stock": "many"}]}, "variants[0].stock"),
        ("products", {"variants": [{"options": {"Size": 1}}]}, "variants[0].options.Size"),
        (
            "products",
            {"variants": [{"price": {"amount": 1, "currency": "EUR"}, "cost": {"amount": 1, "currency": "USD"}}]},
            "variants[0].cost",
        ),
        ("orders", {"kind": "gift"}, "kind"),
        ("orders", {"placed_at": "yesterday"}, "placed_at"),
        ("orders", {"lines": [{"quantity": "2"}]}, "lines[0].quantity"),
        ("orders", {"lines": [{"quantity": 2, "kind": "gift"}]}, "lines[0].kind"),
        ("orders", {"refunds": [{"amount": "all"}]}, "refunds[0].amount"),
        ("customers", {"total_orders": 1.5}, "total_orders"),
        ("stock", {"sku": "a"}, "quantity"),
        ("documents", {"body": "text"}, "body"),
    ],
)
def test_a_wrong_value_is_named_by_its_path(tmp_path: Path, kind: str, given: dict[str, Any], path: str) -> None:
    assert refused(tmp_path, kind, given).column == path


def test_lines_that_are_no_records_are_rejected_and_the_rest_goes_in(tmp_path: Path) -> None:
    items = read(
        tmp_path,
        "products",
        '{"id":"a","title":"A"}',
        '{"id":"b",',
        "",
        "[1]",
        '{"id":"c","title":"\\u0000"}',
        '{"id":"d","title":"\\ud800"}',
        '{"id":"e","title":"E"}',
    )
    assert [item.line for item in items if isinstance(item, Rejected)] == [2, 4, 5, 6]
    assert [item.record["id"] for item in items if isinstance(item, Taken)] == ["a", "e"]


def test_a_line_without_bounds_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weft.connectors.jsonl.LONGEST_LINE", 100)
    items = read(tmp_path, "products", '{"id":"a","title":"' + "x" * 200 + '"}', '{"id":"b"}')
    assert [type(item) for item in items] == [Rejected, Taken]


def test_a_json_array_is_told_from_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_text('[\n{"id": "a"}\n]')
    with pytest.raises(UnreadableFile, match="JSON Lines"):
        Source(path)
