"""Who bought what, for what learns from it; what it came to is told by `weft.numbers`."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from weft.postgres.database import Database

_LINES = (
    "from orders o join order_line l on l.order_uid = o.uid and l.kind = 'product' "
    "where o.cancelled_at is null and o.kind <> 'adjustment' and o.placed_at is not null"
)
_BUYER = "coalesce(o.customer, o.email)"


class Sales:
    """One business's sales: lines of products in orders that were not cancelled, returns counted against them."""

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business

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
