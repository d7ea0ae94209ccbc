"""What was sold, summed where the rows are; every figure can be traced to order lines."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from weft.postgres.database import Database

_LINES = (
    "from orders o join order_line l on l.order_uid = o.uid and l.kind = 'product' "
    "where o.cancelled_at is null and o.kind <> 'adjustment' and o.placed_at is not null"
)
_BUYER = "coalesce(o.customer, o.email)"
_AMOUNT = "coalesce(l.price * l.quantity - coalesce(l.discount, 0), 0)"


class Sales:
    """One business's sales: lines of products in orders that were not cancelled, returns counted against them."""

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business

    def by_month(self, months: int = 24) -> list[dict[str, Any]]:
        """The last months with sales, oldest first: month (first day), currency, orders, units, amount in minor units."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select date_trunc('month', o.placed_at at time zone 'UTC')::date, o.currency, count(distinct o.uid), "
                f"sum(l.quantity), sum({_AMOUNT})::bigint {_LINES} group by 1, 2 order by 1 desc limit %s",
                (months,),
            ).fetchall()
        return [
            dict(zip(("month", "currency", "orders", "units", "amount"), row, strict=True)) for row in reversed(rows)
        ]

    def best_sellers(self, days: int = 90, limit: int = 5) -> list[dict[str, Any]]:
        """Products by amount over the last `days` days with sales: product, title, currency, units, amount."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select l.product, coalesce(min(p.title), min(l.title)), o.currency, sum(l.quantity), "
                f"sum({_AMOUNT})::bigint {_LINES.replace(' where ', ' left join product p on p.id = l.product where ')} "
                "and o.placed_at > (select max(placed_at) from orders) - make_interval(days => %s) "
                "group by l.product, o.currency order by 5 desc nulls last limit %s",
                (days, limit),
            ).fetchall()
        return [dict(zip(("product", "title", "currency", "units", "amount"), row, strict=True)) for row in rows]

    def revenue(self, days: int = 90) -> dict[str, int]:
        """Each product's amount over the last `days` days with sales, in minor units, whatever its currency."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                f"select l.product, sum({_AMOUNT})::bigint {_LINES} and l.product is not null "
                "and o.placed_at > (select max(placed_at) from orders) - make_interval(days => %s) group by 1",
                (days,),
            ).fetchall()
        return dict(rows)

    def lines(self) -> Iterator[tuple[str, str | None, datetime, str]]:
        """What was sold, in the order of time: the order's uid, who bought (customer, else email), when, and which product."""
        with self._database.tenant(self._business) as connection, connection.cursor(name="lines") as cursor:
            cursor.itersize = 10_000
            cursor.execute(
                f"select o.uid::text, {_BUYER}, o.placed_at, l.product {_LINES} and o.kind = 'sale' and l.quantity > 0 "
                "and l.product is not null order by o.placed_at, o.uid, l.position"
            )
            yield from cursor

    def orders(self) -> int:
        """How many orders there are."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute("select count(*) from orders").fetchone()
        return int(row[0]) if row else 0

    def bought(self, buyer: str, limit: int = 50) -> list[tuple[datetime, list[str]]]:
        """The last orders of a customer (or of who has this email), newest first: when, and which products."""
        with self._database.tenant(self._business) as connection:
            return connection.execute(
                f"select o.placed_at, array_agg(l.product order by l.position) {_LINES} and {_BUYER} = %s "
                "and o.kind = 'sale' and l.quantity > 0 and l.product is not null "
                "group by o.uid, o.placed_at order by o.placed_at desc, o.uid desc limit %s",
                (buyer, limit),
            ).fetchall()

    def gaps(self) -> dict[str, int]:
        """How many products lack what buyers and search need: category, image, description, barcode, stock."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute(
                "select count(*) filter (where coalesce(category, '') = ''), "
                "count(*) filter (where coalesce(jsonb_array_length(images), 0) = 0), "
                "count(*) filter (where length(regexp_replace(coalesce(description, ''), '<[^>]*>', '', 'g')) < 60), "
                "count(*) filter (where not exists (select from variant v where v.product = p.uid and v.barcode <> '')), "
                "count(*) filter (where coalesce((select sum(v.stock) from variant v where v.product = p.uid), 0) <= 0) "
                "from product p"
            ).fetchone()
        names = (
            "without a category",
            "without an image",
            "with a thin description",
            "without a barcode",
            "out of stock",
        )
        return dict(zip(names, row or (0,) * len(names), strict=True))
