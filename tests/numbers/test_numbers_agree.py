"""What is kept is what the lines say: after orders, edits, cancellations, deletions and imports in any order."""

import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import psycopg
import pytest

from weft.business import Business
from weft.numbers.basis import Rate
from weft.numbers.definitions import FIGURES
from weft.numbers.lines import DAY_KEYS, LINE_KEYS, MEASURES, MONTH_KEYS, ORDER_KEYS, lines
from weft.numbers.query import Condition, Dimension, Metric, Period, Query, Table
from weft.postgres import embedded
from weft.settings import Settings

PRODUCTS = ("mug", "tent", "lamp", "rug")
CURRENCIES = ("EUR", "EUR", "EUR", "USD", "CHF")
FIRST = datetime(2026, 3, 20, 0, 30, tzinfo=UTC)
ALL: tuple[Metric, ...] = tuple(FIGURES)


def catalog(business: Business) -> None:
    with business.transaction() as connection:
        business.catalog.put(
            connection,
            [
                {
                    "id": name,
                    "title": name.title(),
                    "vendor": "Fennwick" if name < "n" else "",
                    "category": "Home" if name in ("mug", "rug") else None,
                    "type": "Gear",
                    "variants": [
                        {
                            "sku": f"{name}-{size}",
                            "price": 1000,
                            "currency": "EUR",
                            "cost": 400 if name != "rug" else None,
                        }
                        for size in ("S", "L")
                    ],
                }
                for name in PRODUCTS
            ],
            "test",
        )


def order(random: Random, name: str) -> dict[str, Any]:
    """An order of any kind: taxed or not, reduced, refunded in parts, cancelled, a return, of postage alone."""
    lines = [
        {
            "product": product, "sku": f"{product}-{random.choice('SL')}", "title": product,
            "quantity": random.choice((1, 2, 3, 0.5)), "price": random.choice((0, 199, 1000, 3333)),
            "discount": random.choice((0, 0, 50)), "kind": "product",
        }
        for product in random.choices(PRODUCTS, k=random.randint(0, 4))
    ]  # fmt: skip
    kind = random.choices(("sale", "return", "adjustment"), (10, 2, 1))[0]
    if kind == "return" or random.random() < 0.1:
        lines = [{**line, "quantity": -line["quantity"]} for line in lines]
    for other in random.choices(("shipping", "discount", "fee", "test"), k=random.choice((0, 0, 1, 2))):
        lines.append(
            {"product": None, "title": other, "quantity": -1 if other == "discount" else 1, "price": 490, "kind": other}
        )
    goods = int(
        sum(line["quantity"] * line["price"] - line.get("discount", 0) for line in lines if line["kind"] == "product")
    )
    discount, shipping = random.choice((0, 0, 77, 5000)), random.choice((0, 590))
    taxes = random.choice((0, 0, max(goods + shipping, 0) * 19 // 119))
    total = goods - discount + shipping + (taxes if random.random() < 0.5 else 0)
    refunded = random.choice((0, 0, 0, 123, max(total, 0)))
    placed = FIRST + timedelta(minutes=random.randint(0, 60 * 24 * 75))
    refunds = [{"amount": refunded // 3, "currency": "EUR", "at": (placed + timedelta(days=40)).isoformat()}]
    return {
        "id": name, "kind": kind, "placed_at": None if random.random() < 0.05 else placed.isoformat(),
        "customer": random.choice((None, "ada", "bea", "cleo", "dora", "eva")), "currency": random.choice(CURRENCIES),
        "country": random.choice(("DE", "FR", None)), "columns": {"Source": random.choice(("web", "pos"))},
        "discount_code": random.choice((None, "TEN")), "discount": discount, "shipping": shipping, "taxes": taxes,
        "total": total, "subtotal": goods - discount if random.random() < 0.5 else None, "refunded": refunded,
        "refunds": refunds if refunded and random.random() < 0.5 else None,
        "cancelled_at": placed.isoformat() if random.random() < 0.1 else None, "lines": lines, "whole": True,
    }  # fmt: skip


def put(business: Business, *orders: dict[str, Any]) -> None:
    with business.transaction() as connection:
        business.orders.put(connection, orders, "test")


def shuffled(random: Random, business: Business, known: list[str]) -> None:
    """Do something to the orders, whatever it is."""
    what = random.random()
    with business.transaction() as connection:
        if what < 0.5 or len(known) < 5:
            fresh = [order(random, f"#{len(known) + at}") for at in range(random.randint(1, 30))]
            business.orders.put(connection, fresh, "test")
            known += [one["id"] for one in fresh]
        elif what < 0.65:
            business.orders.put(connection, [order(random, name) for name in random.sample(known, 3)], "test")
        elif what < 0.75:
            gone = random.choice(known)
            connection.execute(
                "delete from order_line where order_uid = (select uid from orders where id = %s)", (gone,)
            )
            connection.execute("delete from orders where id = %s", (gone,))
        elif what < 0.85:
            connection.execute("update orders set cancelled_at = now() where id = any(%s)", (random.sample(known, 2),))
        elif what < 0.93:
            connection.execute(
                "update orders set placed_at = placed_at + interval '40 days' where id = %s", (random.choice(known),)
            )
        else:
            connection.execute(
                "update order_line set quantity = quantity + 1 where product = %s", (random.choice(PRODUCTS),)
            )


def differences(business: Business) -> list[Any]:
    """Where what is kept is not what the lines say."""
    business.numbers.brought_up()
    found: list[Any] = []
    listed = ", ".join((*LINE_KEYS, *MEASURES))
    summed = ", ".join(f"sum({name})::bigint" for name in MEASURES)
    with business.transaction() as connection:
        connection.execute(f"create temporary table told on commit drop as {lines()} select {listed} from sold_line")
        compared = {
            f"select {listed} from told": f"select {listed} from sold_line",
            **{
                f"select {', '.join(reads)}, {summed} from told group by {', '.join(reads)} having sum(lines) <> 0":
                f"select {', '.join(keys)}, {', '.join(MEASURES)} from {table}"
                for table, keys, reads in (
                    ("sold_order", ORDER_KEYS, ORDER_KEYS), ("sold_day", DAY_KEYS, DAY_KEYS),
                    ("sold_month", MONTH_KEYS, ("date_trunc('month', day)::date", *MONTH_KEYS[1:])),
                )
            },
        }  # fmt: skip
        for told, kept in compared.items():
            found += connection.execute(
                f"(({told}) except all ({kept})) union all (({kept}) except all ({told}))"
            ).fetchall()
    return found


def by_statement(business: Business, table: Table) -> dict[tuple[str | None, ...], list[float | None]]:
    """The figures as the answer's own statement computes them from the lines."""
    with business.transaction() as connection:
        rows = connection.execute(table.sql).fetchall()
    keys = len(table.query.by)
    return {row[:keys]: [None if cell is None else float(cell) for cell in row[keys:]] for row in rows}


def same(told: Sequence[float | None], kept: Sequence[float | None]) -> bool:
    return all(
        a is b is None or (a is not None and b is not None and abs(a - b) < 1e-9)
        for a, b in zip(told, kept, strict=True)
    )


QUESTIONS: tuple[tuple[Dimension, ...], ...] = (
    (), ("month",), ("week",), ("day",), ("country",), ("product",), ("variant",), ("category",), ("brand", "month"),
    ("customer",), ("cohort",), ("segment",), ("promotion", "channel"), ("hour",), ("weekday", "product"), ("currency",),
)  # fmt: skip


def asked(random: Random, by: Sequence[Dimension]) -> Query:
    start = date(2026, 3, 15) + timedelta(random.randint(0, 40))
    where = random.choice(
        ([], [], [Condition.of("country", "DE", None)], [Condition.of("product", "mug")], [Condition.of("product", "mug", isnt=True)],
         [Condition.of("category", "home", "Gear")], [Condition.of("segment", "loyal", "champions")])
    )  # fmt: skip
    return Query(
        metrics=list(ALL),
        by=list(by),
        where=where,
        period=Period(first=start, last=start + timedelta(random.randint(0, 90))),
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_is_done_to_orders_the_kept_sums_are_those_of_the_lines(
    business: Business, settings: Settings, seed: int
) -> None:
    random = Random(seed)
    known: list[str] = []
    business.numbers.basis.set_calendar("test", zone="Europe/Berlin")
    if seed % 2:
        catalog(business)
    rates(business)
    for step in range(12):
        shuffled(random, business, known)
        if step == 6:
            catalog(business)
        if step == 8:
            business.numbers.basis.set_calendar("test", zone="America/New_York", week_start=7)
        if random.random() < 0.4:
            assert differences(business) == []
    # The statements of answers are no fast ones, and over tables that nobody has counted yet they take seconds each.
    with psycopg.connect(embedded.place(settings.home).conninfo(embedded.OWNER), autocommit=True) as owner:
        owner.execute("analyze")
    assert differences(business) == []
    for by in QUESTIONS:
        query = asked(random, by)
        table = business.numbers.answer(query)
        told = by_statement(business, table)
        rows = (
            {tuple(row.key.values()): list(row.values.values()) for row in table.rows}
            if by
            else {(): [*table.total.values.values()]}
        )
        for key, values in told.items():
            assert same(values, rows[key]), (
                query,
                key,
                dict(zip(ALL, zip(values, rows[key], strict=True), strict=True)),
            )
        sums_to_the_whole(table)
        with_lines_behind(business, random, table)


def rates(business: Business) -> None:
    said = [
        {"currency": "USD", "base": "EUR", "day": day, "rate": rate}
        for day, rate in (("2026-01-01", "0.9"), ("2026-05-01", "0.8123"))
    ]
    business.numbers.basis.put_rates([Rate.model_validate(one) for one in said], "test")


def sums_to_the_whole(table: Table) -> None:
    for column in table.columns:
        if column.adds_up and table.query.by:
            values = [row.values[column.name] or 0 for row in table.rows]  # type: ignore[index]
            total = table.total.values[column.name] or 0  # type: ignore[index]
            assert abs(sum(values) - total) < 1e-6, column.name
    for row in (*table.rows, table.total):
        v = row.values
        if v["gross_sales"] is not None:
            assert v["net_sales"] == v["gross_sales"] - (v["discounts"] or 0) - (v["returns"] or 0)
            assert v["customers"] == (v["new_customers"] or 0) + (v["returning_customers"] or 0)


def with_lines_behind(business: Business, random: Random, table: Table) -> None:
    row = random.choice([*table.rows, table.total])
    if row.values["orders"] is None:
        return
    found = business.numbers.rows(table.query, row.key, limit=10_000)
    for name in ("orders", "units", "net_sales", "returns", "taxes", "customers", "new_customers", "cancelled_orders"):
        assert found.total[name] == row.values[name], (name, table.query, row.key)
        assert abs(sum(one.counts[name] or 0 for one in found.rows) - (row.values[name] or 0)) < 1e-6


def test_those_who_write_and_those_who_ask_do_not_disturb_each_other(business: Business) -> None:
    catalog(business)
    failed: list[BaseException] = []

    def write(seed: int) -> None:
        random = Random(seed)
        try:
            for at in range(6):
                put(business, *(order(random, f"{seed}-{at}-{n}") for n in range(5)))
        except BaseException as problem:
            failed.append(problem)

    def ask() -> None:
        try:
            for _ in range(5):
                business.numbers.answer(
                    Query(
                        metrics=["net_sales", "orders"],
                        by=["month"],
                        period=Period(first=date(2026, 1, 1), last=date(2026, 12, 31)),
                    )
                )
        except BaseException as problem:
            failed.append(problem)

    threads = [
        *(threading.Thread(target=write, args=(seed,)) for seed in (1, 2, 3)),
        *(threading.Thread(target=ask) for _ in range(2)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert differences(business) == []
