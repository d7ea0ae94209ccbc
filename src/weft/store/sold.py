"""What was sold by day, read as what was wanted: sales alone, without what was called off at once, each on the business's own day.

What comes back is no negative demand on the day of its sale, and none on the day on which it came: it was wanted. Only where a
customer gives back just what they had ordered within two days was the order called off, and counts as not made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from weft.postgres.database import Database

_CALLED_OFF: Final = "2 days"
_PRICED: Final = "coalesce(o.currency, b.currency) = b.currency and l.price is not null"
# Whose product, on which day, where; `%s` is a condition of lines.
_SALES: Final = (
    "with line as (select o.uid, l.position, o.kind, l.product, coalesce(l.sku, '') as sku, "
    "coalesce(o.columns ->> 'Location', '') as location, coalesce(o.customer, o.email) as customer, "
    "coalesce(l.at, o.placed_at) as at, (coalesce(l.at, o.placed_at) at time zone b.zone)::date as day, l.quantity, "
    f"case when {_PRICED} then l.quantity else 0 end as priced, "
    f"case when {_PRICED} then l.price * l.quantity - coalesce(l.discount, 0) else 0 end as amount "
    "from orders o join order_line l on l.order_uid = o.uid and l.kind = 'product' cross join business b "
    "where o.cancelled_at is null and o.kind <> 'adjustment' and o.placed_at is not null and l.product is not null {which}), "
    "called_off as (select distinct s.uid, s.position from line r join line s on s.customer = r.customer "
    "and s.product = r.product and s.sku = r.sku and s.quantity = - r.quantity and s.at <= r.at "
    f"and s.at > r.at - interval '{_CALLED_OFF}' and s.kind = 'sale' where r.quantity < 0), "
    "sale as (select l.* from line l cross join business b left join called_off c on c.uid = l.uid and c.position = l.position "
    "where l.kind = 'sale' and l.quantity > 0 and c.uid is null and l.day <= (now() at time zone b.zone)::date) "
)


class Sold(NamedTuple):
    """What of a variant was sold on a day at a place: units, and for how much those whose price is in the business's currency."""

    product: str
    sku: str
    location: str
    day: date
    units: float
    priced: float
    amount: float


class Busy(NamedTuple):
    """How busy a day was: how many lines and units of products were sold, in how many orders, of which so many with a code."""

    day: date
    lines: int
    units: float
    orders: int
    coded: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Lines of products that say nothing about demand, and why."""

    undated: int = 0
    future: int = 0
    called_off: int = 0
    unplaced: int = 0


class SoldByDay:
    """One business's sales by day."""

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business

    def today(self) -> date:
        """The day that it is in the business's zone."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute("select (now() at time zone zone)::date from business").fetchone()
        assert row is not None
        today: date = row[0]
        return today

    def busy(self) -> list[Busy]:
        """All days with sales in their order."""
        rows = self._rows(
            "select s.day, count(*), sum(s.quantity)::float8, count(distinct s.uid), count(distinct s.uid) "
            "filter (where o.discount_code <> '') from sale s join orders o on o.uid = s.uid group by 1 order by 1"
        )
        return [Busy(*row) for row in rows]

    def digests(
        self, since: date, until: date, products: Sequence[str] | None = None
    ) -> dict[str, tuple[int, int, float, date, date]]:
        """By product what differs whenever its sales from day to day do: a number, how many rows, units, first and last day."""
        rows = self._rows(
            "select product, bit_xor(hashtextextended(concat_ws('|', sku, location, day, units, amount), 0)), count(*), "
            "sum(units)::float8, min(day), max(day) from (select product, sku, location, day, sum(quantity) as units, "
            "sum(amount) as amount from sale where day between %s and %s group by 1, 2, 3, 4) one group by 1",
            (since, until),
            products,
        )
        return {row[0]: row[1:] for row in rows}

    def each(self, since: date, until: date, products: Sequence[str] | None = None) -> Iterator[Sold]:
        """What was sold of these products, or of all, from day to day, by product and day."""
        text = (
            "select product, sku, location, day, sum(quantity)::float8, sum(priced)::float8, sum(amount)::float8 from sale "
            "where day between %s and %s group by 1, 2, 3, 4 order by 1, 4, 2, 3"
        )
        yield from (Sold(*row) for row in self._rows(text, (since, until), products))

    def summed(
        self, by: Literal["category", "location"], since: date, until: date, products: Sequence[str] | None = None
    ) -> list[tuple[str, date, float]]:
        """What was sold of these products, or of all, of each category or at each place ('' where none is said) on each day."""
        name = "coalesce(nullif(p.category, ''), p.type, '')" if by == "category" else "s.location"
        return self._rows(
            f"select {name}, s.day, sum(s.quantity)::float8 from sale s left join product p "
            "on p.id = s.product where s.day between %s and %s group by 1, 2 order by 1, 2",
            (since, until),
            products,
        )

    def left_out(self) -> LeftOut:
        """How many lines of products are not counted, and why."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute(
                _SALES.format(which="") + "select "
                "(select count(*) from orders o join order_line l on l.order_uid = o.uid and l.kind = 'product' "
                "where o.placed_at is null and o.cancelled_at is null and o.kind = 'sale'), "
                "(select count(*) from line l cross join business b where l.day > (now() at time zone b.zone)::date), "
                "(select count(*) from called_off), "
                "(select count(*) from orders o join order_line l on l.order_uid = o.uid and l.kind = 'product' "
                "where l.product is null and o.cancelled_at is null and o.kind = 'sale')"
            ).fetchone()
        return LeftOut(*(row or ()))

    def _rows(
        self, text: str, parameters: tuple[Any, ...] = (), products: Sequence[str] | None = None
    ) -> list[tuple[Any, ...]]:
        which, given = ("", ()) if products is None else ("and l.product = any(%s)", (list(products),))
        with self._database.tenant(self._business) as connection:
            return connection.execute(_SALES.format(which=which) + text, (*given, *parameters)).fetchall()
