"""What figures mean, each worked out by hand: tax, refunds, returns, days of the zone, currencies, costs, stock, what is not known."""

import csv
import gzip
from collections import Counter
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from weft.access import businesses
from weft.business import Business
from weft.connectors.importing import import_file
from weft.connectors.ledger import kind_of_code
from weft.errors import InputError
from weft.numbers.basis import Rate
from weft.numbers.query import Condition, Metric, Period, Query, Table
from weft.postgres.database import Database

MAY = Period(first=date(2026, 5, 1), last=date(2026, 5, 31))


def order(name: str, at: str, *lines: tuple[str, float, int], **more: Any) -> dict[str, Any]:
    """An order of lines (product, quantity, price)."""
    goods = int(sum(quantity * price for _, quantity, price in lines))
    return {
        "id": name, "kind": "sale", "placed_at": at, "currency": "EUR", "country": "DE", "whole": True,
        "subtotal": goods - more.get("discount", 0), "total": goods - more.get("discount", 0) + more.get("shipping", 0),
        "lines": [
            {"product": product, "sku": product, "title": product, "quantity": quantity, "price": price, "kind": "product"}
            for product, quantity, price in lines
        ],
        **more,
    }  # fmt: skip


def put(business: Business, *orders: dict[str, Any]) -> None:
    with business.transaction() as connection:
        business.orders.put(connection, orders, "test")  # type: ignore[arg-type]


def told(business: Business, *metrics: Metric, period: Period = MAY, **more: Any) -> Table:
    return business.numbers.answer(Query(metrics=list(metrics), period=period, **more))


def total(business: Business, *metrics: Metric, **more: Any) -> tuple[Any, ...]:
    return tuple(told(business, *metrics, **more).total.values.values())


def test_tax_in_the_prices_is_not_revenue_and_tax_on_top_is_none_either(business: Business) -> None:
    put(
        business,
        order("#1", "2026-05-02T10:00Z", ("mug", 1, 11900), taxes=1995, shipping=595),
        order("#2", "2026-05-02T11:00Z", ("mug", 1, 10000), taxes=1900, total=11900),
    )
    assert total(business, "gross_sales", "revenue", "taxes", "shipping", "total_sales", "orders", "average_order") == (
        20000, 20000, 3895, 500, 24395, 2, 10000,
    )  # fmt: skip


def test_what_an_order_is_reduced_by_is_spread_over_its_lines_to_the_last_cent(business: Business) -> None:
    put(
        business,
        order(
            "#1", "2026-05-02T10:00Z", ("a", 1, 1000), ("b", 1, 1000), ("c", 1, 1000), discount=100, discount_code="TEN"
        ),
    )
    rows = told(business, "discounts", "revenue", by=["product"]).rows
    assert sorted(row.values["discounts"] or 0 for row in rows) == [33, 33, 34]
    assert total(business, "discounts", "revenue", "discount_rate") == (100, 2900, 100 / 3000)
    assert told(business, "revenue", by=["promotion"]).rows[0].key == {"promotion": "TEN"}


def test_a_refund_in_part_is_spread_and_counts_on_its_own_day_if_that_is_known(business: Business) -> None:
    put(
        business,
        order(
            "#1",
            "2026-04-20T10:00Z",
            ("a", 1, 3000),
            ("b", 1, 1000),
            refunded=1000,
            refunds=[{"amount": 1000, "at": "2026-05-03T08:00Z"}],
        ),
        order("#2", "2026-05-04T10:00Z", ("a", 1, 3000), refunded=300),
        order("#3", "2026-05-05T10:00Z", ("a", 2, 2000), shipping=500, refunded=4500),
    )
    by = told(business, "returns", by=["product"])
    assert {row.key["product"]: row.values["returns"] for row in by.rows} == {"a": 750 + 300 + 4000, "b": 250}
    assert total(business, "returns", "shipping", "units_returned", "total_sales") == (5300, 0, 2, 2700 - 1000)
    assert "2 refunds have no day of their own and count on the day of their order." in by.notes


def test_returns_are_no_orders_and_what_was_called_off_is_no_sale(business: Business) -> None:
    put(
        business,
        order("1001", "2026-05-02T10:00Z", ("a", 5, 1000)),
        order("C1001", "2026-05-20T10:00Z", ("a", -2, 1000), kind="return"),
        order("1002", "2026-05-03T10:00Z", ("a", 9, 1000), cancelled_at="2026-05-04T10:00Z"),
        order("A1", "2026-05-03T10:00Z", ("a", 9, 1000), kind="adjustment"),
    )
    assert total(business, "orders", "units", "net_units", "gross_sales", "returns", "revenue", "refund_rate") == (
        1, 5, 3, 5000, 2000, 3000, 0.4,
    )  # fmt: skip
    assert total(business, "cancelled_orders", "cancellation_rate") == (1, 0.5)
    days = told(business, "revenue", by=["day"], period=Period(first=date(2026, 5, 1), last=date(2026, 5, 20))).rows
    assert [(row.key["day"], row.values["revenue"]) for row in days if row.values["revenue"]] == [
        ("2026-05-02", 5000), ("2026-05-20", -2000),
    ]  # fmt: skip
    assert len(days) == 19  # a day without sales is there with zeros, the day before the first order is not


def test_days_and_hours_are_those_of_the_zone_over_a_change_of_the_clock(business: Business) -> None:
    put(
        business,
        order("#1", "2026-03-28T22:59Z", ("a", 1, 100)),
        order("#2", "2026-03-28T23:30Z", ("a", 1, 100)),
        order("#3", "2026-03-29T21:30Z", ("a", 1, 100)),
        order("#4", "2026-03-29T22:30Z", ("a", 1, 100)),
    )
    march = Period(first=date(2026, 3, 28), last=date(2026, 3, 30))
    business.numbers.basis.set_calendar("test", zone="Europe/Berlin")
    rows = told(business, "orders", by=["day"], period=march).rows
    assert [row.values["orders"] for row in rows] == [1, 2, 1]
    hours = told(business, "orders", by=["hour"], period=march).rows
    assert [(row.key["hour"], row.values["orders"]) for row in hours] == [("0", 2), ("23", 2)]
    business.numbers.basis.set_calendar("test", zone="UTC", week_start=7)
    rows = told(business, "orders", by=["week"], period=march).rows
    assert [(row.key["week"], row.values["orders"]) for row in rows] == [("2026-03-22", 2), ("2026-03-29", 2)]
    with pytest.raises(InputError, match="no time zone"):
        business.numbers.basis.set_calendar("test", zone="Berlin/Europe")


def test_other_currencies_come_at_the_latest_rate_before_their_day_or_are_left_out_and_told(business: Business) -> None:
    put(
        business,
        order("#1", "2026-05-02T10:00Z", ("a", 1, 1000)),
        order("#2", "2026-05-10T10:00Z", ("a", 1, 1000), currency="USD"),
        order("#3", "2026-05-20T10:00Z", ("a", 1, 1000), currency="JPY"),
        order("#4", "2026-05-20T10:00Z", ("a", 1, 1000), currency="CHF"),
    )
    said = (
        ("USD", "EUR", "2026-05-01", "0.9"),
        ("USD", "EUR", "2026-05-11", "0.5"),
        ("EUR", "JPY", "2026-05-01", "200"),
    )
    rates = [Rate.model_validate(dict(zip(("currency", "base", "day", "rate"), one, strict=True))) for one in said]
    business.numbers.basis.put_rates(rates, "test")
    table = told(business, "revenue", "orders", by=["currency"])
    assert {row.key["currency"]: row.values["revenue"] for row in table.rows} == {"EUR": 1000, "USD": 900, "JPY": 500}
    assert table.total.values == {"revenue": 2400, "orders": 3}
    assert [note for note in table.notes if "CHF" in note] == [
        "1 order in CHF is left out: there is no rate from CHF to EUR on or before their day."
    ]
    assert (
        told(business, "revenue", currency="USD", where=[Condition.of("currency", "JPY")]).total.values["revenue"]
        == 1000
    )


def test_costs_are_those_of_the_day_and_margin_is_told_of_what_has_one(business: Business) -> None:
    variants = [{"sku": "a", "cost": 400, "currency": "EUR", "price": 1000}]
    with business.transaction() as connection:
        business.catalog.put(connection, [{"id": "a", "title": "A", "variants": variants}], "test")
    put(business, order("#1", "2026-05-02T10:00Z", ("a", 2, 1000), ("b", 1, 500)))
    assert total(business, "cost", "margin", "margin_rate") == (800, 1200, 0.6)
    with business.transaction() as connection:
        connection.execute("update variant set cost = 900 where sku = 'a'")
    table = told(business, "cost", "margin")
    assert table.total.values == {"cost": 800, "margin": 1200}  # what it costs today says nothing of May
    assert "Costs are known of 80.0% of net sales; the rest is in no cost and no margin." in table.notes
    other = told(business, "margin", "cost", where=[Condition.of("product", "b")])
    assert other.total.values == {"margin": None, "cost": None}
    assert "No cost is known of anything that was sold." in other.notes


def test_what_nobody_knows_is_not_zero(business: Business) -> None:
    empty = told(business, "revenue", "orders", "average_order", "stock", by=["month"], compare="year")
    assert set(empty.total.values.values()) == {None}
    assert empty.notes == ["There are no orders with a date yet.", "Nothing is known of stock."]
    put(business, order("#1", "2026-05-02T10:00Z", ("a", 1, 1000)), order("#2", "", ("a", 1, 1000), placed_at=None))
    before = told(business, "revenue", period=Period(first=date(2025, 1, 1), last=date(2025, 12, 31)))
    assert before.total.values == {"revenue": None}
    assert before.notes[0].startswith("Nothing is known of this period: orders are known from 2026-05-02")
    assert "1 order has no date between 1900 and 2099 and is in no figure." in before.notes
    table = told(
        business, "revenue", "average_order", by=["month"], compare="year", where=[Condition.of("country", "DE")]
    )
    assert table.rows[0].before == {"revenue": None, "average_order": None}
    later = told(business, "revenue", period=Period(first=MAY.first, last=date(2100, 1, 1)))
    assert any("not over yet" in note for note in later.notes)


def test_a_date_that_cannot_be_is_no_date_and_spoils_no_other_figure(business: Business) -> None:
    put(
        business,
        order("#1", "2026-05-02T10:00Z", ("a", 1, 1000), refunds=[{"amount": 400, "at": "infinity"}], refunded=400),
        *(order(at, at, ("a", 1, 1000)) for at in ("0001-01-01T00:00Z", "1899-12-31T23:59Z", "9999-12-31T23:59Z")),
    )
    assert business.numbers.span() == (date(2026, 5, 2), date(2026, 5, 2))
    table = told(business, "revenue", "orders", period=Period(first=date(1900, 1, 1), last=date(2099, 12, 31)))
    assert table.total.values == {"revenue": 600, "orders": 1}
    assert "3 orders have no date between 1900 and 2099 and are in no figure." in table.notes


@pytest.mark.parametrize("compare", [None, "previous", "year"])
def test_a_period_at_the_end_of_the_calendar_is_refused_in_words_and_a_far_one_is_empty(
    business: Business, compare: str | None
) -> None:
    put(business, order("#1", "2026-05-02T10:00Z", ("a", 1, 1000)))
    for day in (date.min, date.max):
        with pytest.raises(ValueError, match="a period lies in the years 1000 to 9000"):
            told(business, "revenue", period=Period(first=day, last=day), compare=compare)
    for day in (date(1000, 1, 1), date(9000, 12, 31)):
        for by in ("day", "week", "month", "quarter", "year", "product"):
            table = told(business, "revenue", "stock", by=[by], period=Period(first=day, last=day), compare=compare)
            assert table.total.values == {"revenue": None, "stock": None}


def test_new_and_returning_customers_cohorts_and_segments(business: Business) -> None:
    people = [
        ("ada", "2026-03-01"),
        ("ada", "2026-05-02"),
        ("bea", "2026-05-03"),
        ("bea", "2026-05-04"),
        (None, "2026-05-05"),
    ]
    put(
        business,
        *(order(f"#{at}", f"{day}T10:00Z", ("a", 1, 1000), customer=who) for at, (who, day) in enumerate(people)),
    )
    assert total(business, "customers", "new_customers", "returning_customers", "returning_rate") == (2, 1, 1, 0.5)
    rows = told(business, "customers", "revenue", by=["cohort"]).rows
    assert {row.key["cohort"]: row.values["revenue"] for row in rows} == {"2026-03": 1000, "2026-05": 2000, None: 1000}
    assert [one.value for one in business.numbers.values("cohort")] == ["2026-03", "2026-05"]
    segments = told(business, "orders", by=["segment"])
    assert sum(row.values["orders"] or 0 for row in segments.rows) == 4


def test_top_rows_and_the_others_sum_to_the_whole_and_what_does_not_add_up_is_not_told(business: Business) -> None:
    put(
        business,
        order("#1", "2026-05-02T10:00Z", *((name, 1, 100 * at) for at, name in enumerate("abcde", 1)), customer="ada"),
    )
    table = told(business, "revenue", "orders", "price", by=["product"], top=2)
    assert [row.key["product"] for row in table.rows] == ["e", "d"]
    assert table.others is not None
    assert table.others.values == {"revenue": 600, "orders": None, "price": 200}
    assert [column.adds_up for column in table.columns] == [False, True, False, False]
    assert table.total.values["orders"] == 1


def test_stock_is_told_as_far_back_as_it_is_known(business: Business) -> None:
    with business.transaction() as connection:
        variants = [{"sku": name, "cost": 100, "currency": "EUR"} for name in ("s", "l")]
        business.catalog.put(
            connection, [{"id": "tent", "title": "Tent", "vendor": "Fenn", "variants": variants}], "test"
        )
        for sku, quantity in (("s", 10), ("l", 0)):
            level = {"product": None, "sku": sku, "location": "Oslo", "quantity": quantity}
            business.stock.put(connection, [level], "test")  # type: ignore[list-item]
        today = business.numbers.today()
        for sku, quantity, days in (("s", 14, 20), ("s", -4, 5), ("l", 3, 20), ("l", -3, 10)):
            connection.execute("delete from stock_movement where at > now() - interval '1 hour'")
            connection.execute(
                "insert into stock_movement (uid, product, sku, location, quantity, reason, at) values "
                "(gen_random_uuid(), 'tent', %s, 'Oslo', %s, 'test', now() - make_interval(days => %s))",
                (sku, quantity, days),
            )
    span = Period(first=today - timedelta(29), last=today)
    table = told(business, "stock", "stock_value", "stock_out_days", "units", period=span)
    assert table.total.values == {"stock": 10, "stock_value": 1000, "stock_out_days": 11, "units": None}
    days = {row.key["day"]: row.values["stock"] for row in told(business, "stock", by=["day"], period=span).rows}
    assert [days.get((today - timedelta(ago)).isoformat()) for ago in (21, 20, 11, 10, 6, 5, 0)] == [
        None,
        17,
        17,
        14,
        14,
        10,
        10,
    ]
    variants = {
        row.key["variant"]: row.values for row in told(business, "stock_out_days", by=["variant"], period=span).rows
    }
    assert variants["l"]["stock_out_days"] == 11
    by_country = told(business, "stock", by=["country"], period=span)
    assert by_country.total.values["stock"] is None
    assert "Stock is not told apart by country." in by_country.notes


def test_for_how_long_stock_lasts_is_told_of_each_day_as_of_that_day_alone(business: Business) -> None:
    today = business.numbers.today()
    with business.transaction() as connection:
        variants = [{"sku": name, "price": 1000, "currency": "EUR"} for name in ("s", "l")]
        business.catalog.put(connection, [{"id": "tent", "title": "Tent", "variants": variants}], "test")
        for sku in ("s", "l"):
            level = {"product": None, "sku": sku, "location": "Oslo", "quantity": 40}
            business.stock.put(connection, [level], "test")  # type: ignore[list-item]
        connection.execute("update stock_movement set at = now() - interval '90 days'")
    sold = [(80, "s", 3), (50, "l", 1), (40, "s", 2), (31, "s", 5), (3, "l", 4), (1, "s", 1)]
    for ago, sku, quantity in sold:
        placed = order(f"#{ago}", f"{today - timedelta(ago)}T10:00Z", ("tent", quantity, 1000))
        placed["lines"][0]["sku"] = sku
        put(business, placed)
    span = Period(first=today - timedelta(60), last=today)
    for by in ([], ["variant"]):
        rows = told(business, "days_of_stock", by=["day", *by], period=span).rows
        each = {(row.key["day"], row.key.get("variant")): row.values["days_of_stock"] for row in rows}
        assert len({value for value in each.values() if value is not None}) > 5
        for day in span.each():
            alone = told(business, "days_of_stock", by=by, period=Period(first=day, last=day))
            for row in alone.rows or [alone.total]:
                assert each[day.isoformat(), row.key.get("variant")] == row.values["days_of_stock"]


def test_what_is_asked_wrongly_is_answered_in_a_sentence(business: Business) -> None:
    put(business, order("#1", "2026-05-02T10:00Z", ("mug", 1, 1000), country="Germany"))
    with pytest.raises(InputError, match=r"There is no country 'Germny'\. The nearest: Germany\."):
        told(business, "revenue", where=[Condition.of("country", "Germny")])
    assert told(business, "orders", where=[Condition.of("country", "germany")]).total.values["orders"] == 1
    with pytest.raises(InputError, match="is no month"):
        told(business, "revenue", where=[Condition.of("month", "May")])
    with pytest.raises(ValueError, match="before it begins"):
        Period(first=date(2026, 5, 2), last=date(2026, 5, 1))


def test_what_is_bought_together_more_often_than_by_chance(business: Business) -> None:
    baskets = (
        [("cup", "saucer")] * 12
        + [("cup", "tray")] * 3
        + [("tray",)] * 20
        + [("saucer", "spoon")] * 4
        + [("bowl",)] * 30
    )
    made = [
        order(f"#{at}", f"2026-05-{1 + at % 28:02d}T10:00Z", *((name, 1, 1000) for name in basket))
        for at, basket in enumerate(baskets)
    ]
    put(
        business,
        *made,
        order("#gone", "2026-05-02T10:00Z", *[("bowl", 1, 1), ("tray", 1, 1)], cancelled_at="2026-05-03"),
    )
    (pair,) = business.numbers.together(MAY)
    assert (pair.a, pair.b, pair.together, pair.a_orders, pair.b_orders, pair.orders) == (
        "cup",
        "saucer",
        12,
        15,
        16,
        69,
    )
    assert pair.lift == 12 * 69 / (15 * 16)
    assert business.numbers.together(Period(first=date(2025, 5, 1), last=date(2025, 5, 31))) == []


def test_no_business_sees_another_ones_sales(database: Database, business: Business) -> None:
    put(business, order("#1", "2026-05-02T10:00Z", ("mug", 1, 1000)))
    assert total(business, "orders") == (1,)
    other = Business(database, businesses.ensured(database, f"{business.id}-beside"))
    assert other.numbers.span() is None
    assert other.numbers.daily()["day"] == []
    assert business.numbers.daily()["net"] == [1000]


def test_the_ledger_comes_to_what_its_file_says(business: Business, data: Path, tmp_path: Path) -> None:
    source, part = data / "orders/online_retail_2010-12_2011-08.csv.gz", tmp_path / "part.csv"
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        part.write_text("".join(islice(lines, 6_001)), encoding="utf-8")
    import_file(business, "orders", part, currency="GBP")
    sold: Counter[str] = Counter()
    with part.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if kind_of_code(row["StockCode"], row["Description"]) == "product":
                sold[row["Country"]] += round(float(row["UnitPrice"]) * 100) * int(row["Quantity"])
    span = business.numbers.span()
    assert span is not None
    table = told(
        business, "gross_sales", "returns", by=["country"], period=Period(first=span[0], last=span[1]), currency="GBP"
    )
    rates = Rate(currency="GBP", base="EUR", day=span[0], rate=1)  # type: ignore[arg-type]
    assert table.currency == "GBP"
    assert {
        row.key["country"]: (row.values["gross_sales"] or 0) - (row.values["returns"] or 0) for row in table.rows
    } == sold
    business.numbers.basis.put_rates([rates], "test")
    assert told(business, "gross_sales", period=Period(first=span[0], last=span[1])).total.values == {
        "gross_sales": table.total.values["gross_sales"]
    }


def test_a_category_that_no_product_has_itself_stands_for_all_beneath_it(business: Business) -> None:
    put(business, order("#1", "2026-05-02T10:00Z", ("mug", 1, 100), ("pot", 1, 30), ("lamp", 1, 7)))
    catalog = {"mug": "Home > Kitchen > Mugs", "pot": "Home > Kitchen > Pots", "lamp": "Home > Kitchenette"}
    with business.transaction() as connection:
        business.catalog.put(
            connection,
            [{"id": name, "title": name, "category": category} for name, category in catalog.items()],
            "test",
        )
    kitchen = {"where": [Condition.of("category", "home > kitchen")]}
    assert total(business, "revenue", **kitchen) == (130,)
    assert total(business, "revenue", where=[Condition.of("category", "Home")]) == (137,)
    assert total(business, "revenue", where=[Condition.of("category", "Home > Kitchen > Mugs")]) == (100,)
    assert business.numbers.rows(Query(metrics=["revenue"], period=MAY, **kitchen)).count == 2
    with pytest.raises(InputError, match="There is no category"):
        told(business, "revenue", where=[Condition.of("category", "Home > Kit")])


def test_countries_are_called_by_their_names(business: Business) -> None:
    put(
        business,
        order("#1", "2026-05-02T10:00Z", ("mug", 1, 100)),
        order("#2", "2026-05-02T10:00Z", ("mug", 1, 90), country="??"),
    )
    rows = told(business, "revenue", by=["country"]).rows
    assert [(row.key["country"], row.titles.get("country")) for row in rows] == [("DE", "Germany"), ("??", None)]
