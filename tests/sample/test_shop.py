"""The sample shop is the same on every run, adds up, and is as flawed as its truth says."""

import csv
import hashlib
import json
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from stdnum import ean

from weft.sample.flaws import PLACEHOLDER
from weft.sample.products import said
from weft.sample.shop import Sample, generate

Row = dict[str, str]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return generate(tmp_path_factory.mktemp("shop"))


def table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file]


def digest(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def products(sample: Sample) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in table(sample.products):
        groups[row["URL handle"]].append(row)
    return groups


@pytest.fixture(scope="module")
def by_sku(products: dict[str, list[Row]]) -> dict[str, Row]:
    return {row["SKU"]: row for rows in products.values() for row in rows if row["SKU"]}


@pytest.fixture(scope="module")
def orders(sample: Sample) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in table(sample.orders):
        groups[row["Name"]].append(row)
    return groups


def cents(cell: str) -> int:
    whole, _, part = cell.partition(".")
    return int(whole) * 100 + int(part)


def placed(order: list[Row]) -> datetime:
    return datetime.strptime(order[0]["Created at"], "%Y-%m-%d %H:%M:%S %z")


def test_two_runs_write_the_same_bytes_and_another_seed_does_not(sample: Sample, tmp_path: Path) -> None:
    generate(tmp_path / "again")
    generate(tmp_path / "other", seed=8)
    first, again, other = digest(sample.folder), digest(tmp_path / "again"), digest(tmp_path / "other")
    assert first == again
    assert first.keys() == other.keys()
    assert first["orders.csv"] != other["orders.csv"]


def test_there_is_as_much_as_a_shop_has(sample: Sample, products: Any, orders: Any) -> None:
    assert len(products) == sample.counts["products"] == 600
    assert len(orders) == sample.counts["orders"]
    assert 11_000 < len(orders) < 13_500
    assert len(table(sample.customers)) == 2_500
    assert len(lines(sample.conversations)) == 300
    assert len(lines(sample.documents)) >= 30
    assert len(lines(sample.behaviors)) >= 20_000


def test_every_variant_has_its_own_sku_and_every_product_one_first_row(products: dict[str, list[Row]]) -> None:
    skus = [row["SKU"] for rows in products.values() for row in rows if row["SKU"]]
    assert len(skus) == len(set(skus))
    for handle, rows in products.items():
        assert rows[0]["Title"].strip(), handle
        assert not any(row["Title"] for row in rows[1:]), handle
        chosen = [(row["Option1 value"], row["Option2 value"]) for row in rows if row["SKU"]]
        assert len(chosen) == len(set(chosen)), handle


def test_the_flaws_are_in_the_files(sample: Sample, products: dict[str, list[Row]], by_sku: dict[str, Row]) -> None:
    columns = {
        "title": "Title",
        "description": "Description",
        "category": "Product category",
        "vendor": "Vendor",
        "weight_unit": "Weight unit for display",
        "attributes.material": "Material (product.metafields.custom.material)",
        "options": "Option1 name",
    }
    kinds = set()
    for flaw in lines(sample.truth / "flaws.jsonl"):
        head, field, value = products[flaw["product"]][0], flaw["field"], flaw["value"]
        kinds.add(flaw["flaw"])
        assert value != flaw["truth"], flaw
        if field in columns:
            assert head[columns[field]] == value, flaw
        elif field == "images":
            assert not any(row["Product image URL"] for row in products[flaw["product"]]), flaw
        else:
            _, sku, part, *name = field.split(".")
            row = by_sku[sku]
            if part == "options":
                names = {head[f"Option{n} name"]: row[f"Option{n} value"] for n in (1, 2)}
                assert names[name[0]] == value, flaw
            else:
                assert row[{"barcode": "Barcode", "price": "Price"}[part]] == value, flaw
    assert len(kinds) >= 18


def test_barcodes_are_valid_but_for_those_known_to_be_wrong(sample: Sample, by_sku: dict[str, Row]) -> None:
    wrong = {
        flaw["field"].split(".")[1]: flaw
        for flaw in lines(sample.truth / "flaws.jsonl")
        if flaw["field"].endswith(".barcode")
    }
    for sku, row in by_sku.items():
        if sku in wrong:
            assert ean.is_valid(wrong[sku]["truth"])
            assert not row["Barcode"] or not ean.is_valid(row["Barcode"])
        else:
            assert not row["Barcode"] or (ean.is_valid(row["Barcode"]) and row["Barcode"].startswith("952"))
    assert PLACEHOLDER in {row["Barcode"] for row in by_sku.values()}


def test_duplicates_are_two_products_of_the_same_kind(sample: Sample, products: dict[str, list[Row]]) -> None:
    twins = lines(sample.truth / "duplicates.jsonl")
    kinds = {row["product"]: row["kind"] for row in lines(sample.truth / "attributes.jsonl")}
    assert len(twins) == 24
    for twin in twins:
        assert twin["product"] != twin["duplicate_of"]
        assert twin["product"] in products
        assert twin["duplicate_of"] in products
        assert kinds[twin["product"]] == kinds[twin["duplicate_of"]]


def test_every_order_line_is_of_a_product_that_exists(orders: dict[str, list[Row]], by_sku: dict[str, Row]) -> None:
    for name, rows in orders.items():
        for row in rows:
            assert row["Lineitem sku"] in by_sku, name
            assert row["Vendor"], name


def test_orders_add_up_to_the_cent(orders: dict[str, list[Row]]) -> None:
    for name, rows in orders.items():
        head = rows[0]
        goods = sum(cents(row["Lineitem price"]) * int(row["Lineitem quantity"]) for row in rows)
        assert cents(head["Subtotal"]) == goods - cents(head["Discount Amount"]), name
        assert cents(head["Total"]) == cents(head["Subtotal"]) + cents(head["Shipping"]), name
        assert 0 <= cents(head["Refunded Amount"]) <= cents(head["Total"]), name
        assert (head["Financial Status"] == "refunded") == (head["Refunded Amount"] == head["Total"]), name
        assert not head["Cancelled at"] or head["Financial Status"] in ("refunded", "voided"), name


def test_customers_spent_what_their_orders_say(sample: Sample, orders: dict[str, list[Row]]) -> None:
    spent: dict[str, int] = defaultdict(int)
    count: dict[str, int] = defaultdict(int)
    for rows in orders.values():
        head = rows[0]
        count[head["Email"]] += 1
        if not head["Cancelled at"]:
            spent[head["Email"]] += cents(head["Total"]) - cents(head["Refunded Amount"])
    for customer in table(sample.customers):
        assert cents(customer["Total Spent"]) == spent[customer["Email"]]
        assert int(customer["Total Orders"]) == count[customer["Email"]]
    assert sum(1 for number in count.values() if number > 1) > 1_000


def test_what_sold_is_in_the_orders_and_nothing_sold_while_sold_out(
    sample: Sample, orders: dict[str, list[Row]], by_sku: dict[str, Row]
) -> None:
    sold: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for rows in orders.values():
        for row in rows:
            handle = by_sku[row["Lineitem sku"]]["URL handle"]
            sold[handle].append((placed(rows).date(), int(row["Lineitem quantity"])))
    missed = 0
    for truth in lines(sample.truth / "demand.jsonl"):
        first = date.fromisoformat(truth["first_week"])
        weeks = [0] * len(truth["sold"])
        for on, quantity in sold[truth["product"]]:
            weeks[(on - first).days // 7] += quantity
        assert weeks == truth["sold"], truth["product"]
        assert all(kept <= wanted for kept, wanted in zip(truth["sold"], truth["demand"], strict=True))
        for gap in truth["stock_outs"]:
            start, end = date.fromisoformat(gap["from"]), date.fromisoformat(gap["to"])
            assert not any(start <= on <= end for on, _ in sold[truth["product"]]), truth["product"]
        for week, days in truth["stock_out_weeks"].items():
            if days == 7:
                missed += truth["demand"][(date.fromisoformat(week) - first).days // 7]
    assert missed > 100


def test_planted_anomalies_show_in_the_figures(sample: Sample, orders: dict[str, list[Row]]) -> None:
    planted = {row["anomaly"]: row for row in lines(sample.truth / "anomalies.jsonl")}
    demand = {row["product"]: row for row in lines(sample.truth / "demand.jsonl")}
    per_day: dict[date, int] = defaultdict(int)
    for rows in orders.values():
        per_day[placed(rows).date()] += 1
    outage = date.fromisoformat(planted["payment-outage"]["from"])
    around = [per_day[outage + timedelta(days=shift)] for shift in (-7, -1, 1, 7)]
    assert per_day[outage] < min(around) / 2
    radio = planted["radio-feature"]
    truth = demand[radio["products"][0]]
    place = (date.fromisoformat(radio["from"]) - date.fromisoformat(truth["first_week"])).days // 7
    assert truth["sold"][place] + truth["sold"][place + 1] > 3 * max(truth["sold"][place - 6 : place - 1])
    bulk = planted["bulk-order"]
    assert any(row["Lineitem quantity"] == "96" for rows in orders.values() for row in rows)
    assert all(anomaly["cause"] for anomaly in planted.values())
    assert bulk["products"][0] in demand


def test_stock_is_counted_in_both_places(
    sample: Sample, products: dict[str, list[Row]], by_sku: dict[str, Row]
) -> None:
    on_hand: dict[str, int] = defaultdict(int)
    places = set()
    for row in table(sample.inventory):
        assert row["Handle"] in products
        places.add(row["Location"])
        if row["On hand (new)"] != "not stocked":
            on_hand[row["SKU"]] += int(row["On hand (new)"])
    assert len(places) == 2
    assert all(on_hand[sku] == int(row["Inventory quantity"]) for sku, row in by_sku.items())
    today = {row["product"] for row in lines(sample.truth / "demand.jsonl") if _out(row)}
    assert today
    assert all(row["Inventory quantity"] == "0" for row in by_sku.values() if row["URL handle"] in today)


def _out(row: dict[str, Any]) -> bool:
    return any(gap["to"] == row["last_day"] for gap in row["stock_outs"])


def test_conversations_and_behaviors_speak_of_what_exists(
    sample: Sample, orders: dict[str, list[Row]], products: dict[str, list[Row]]
) -> None:
    emails = {row["Email"] for row in table(sample.customers)}
    conversations = lines(sample.conversations)
    intents = {row["conversation"]: row for row in lines(sample.truth / "intents.jsonl")}
    for one in conversations:
        assert one["kind"] == "conversation"
        body = one["body"]
        times = [message["at"] for message in body["messages"]]
        moments = [datetime.fromisoformat(at) for at in times]
        assert one["at"] == times[0]
        assert moments == sorted(moments)
        assert body["customer"] in emails
        assert intents[one["id"]]["intent"]
        if "order" in body:
            assert placed(orders[body["order"]]) <= moments[0]
            assert orders[body["order"]][0]["Email"] == body["customer"]
    assert sum("order" in one["body"] for one in conversations) > 120
    for event in lines(sample.behaviors):
        body = event["body"]
        assert body["event"] in ("search", "click", "view", "cart", "purchase")
        assert (body["event"] == "search") == (event["subject"] is None)
        assert event["subject"] is None or event["subject"] in products
        assert "order" not in body or body["order"] in orders


def test_nobody_in_it_is_real(sample: Sample) -> None:
    for customer in table(sample.customers):
        assert customer["Email"].endswith("@example.com")
        assert not customer["Phone"] or customer["Phone"].startswith("+493023125")
    text = sample.products.read_text(encoding="utf-8")
    assert "<script" not in text
    addresses = {part.split("/", 1)[0] for part in text.split("https://")[1:]}
    assert addresses == {"images.fjordlight.example"}


def test_attributes_say_where_they_can_be_read(sample: Sample, products: dict[str, list[Row]]) -> None:
    readable = 0
    spoilt = {(flaw["product"], flaw["field"]) for flaw in lines(sample.truth / "flaws.jsonl")}
    for row in lines(sample.truth / "attributes.jsonl"):
        head = products[row["product"]][0]
        for fact in row["attributes"].values():
            readable += bool(fact["read_in"])
            for place in fact["read_in"]:
                if place in ("title", "description") and (row["product"], place) not in spoilt:
                    text = said((fact["value"], fact["unit"]))
                    assert text.casefold() in head[place.capitalize()].casefold()
        assert row["variants"].keys() == {one["SKU"] for one in products[row["product"]] if one["SKU"]}
    assert readable > 1_000


def test_every_group_of_goods_has_a_supplier_and_no_item_has_two(sample: Sample, by_sku: dict[str, Row]) -> None:
    rows = table(sample.suppliers)
    assert {row["supplier"] for row in rows} == {"nordfjell", "vestland", "lindholm", "hjemby"}
    skus = [row["sku"] for row in rows]
    assert len(skus) == len(set(skus)) > 500
    assert set(skus) <= set(by_sku)
    for row in rows:
        assert float(row["cost"]) > 0
        assert int(row["minimum quantity"] or 0) % int(row["pack"]) == 0
