"""What was sold by day, read as what was wanted: sales alone, without what was called off at once, each on the business's own day.

What comes back is no negative demand on the day of its sale, and none on the day on which it came: it was wanted. Only where a
customer gives back just what they had ordered within two days was the order called off, and counts as not made. All is read from
the lines that Weft's figures are computed from; `Numbers.brought_up` brings these up to date.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from weft.postgres.database import Database

_CALLED_OFF_DAYS: Final = 2
# When an order, or a refund, can have been: what a file says beyond these days stands for a date that nobody knows.
DATED: Final = "({0} >= '1900-01-01' and {0} < '2100-01-01')"
# Lines of sales less those called off; `{which}` is a condition of lines. Pieces are thousandths.
_SALES: Final = (
    "with line as (select l.* from sold_line l where l.part = 0 and l.product is not null {which}), "
    "called_off as (select distinct s.order_uid, s.position from line r join line s on s.customer = r.customer "
    "and s.product = r.product and s.sku is not distinct from r.sku and s.units = r.units_returned and s.day <= r.day "
    f"and s.day > r.day - {_CALLED_OFF_DAYS} where r.units_returned > 0 and s.units > 0), "
    "sale as (select l.order_uid, l.day, l.product, coalesce(l.sku, '') as sku, coalesce(l.location, '') as location, l.promotion, "
    "l.units / 1000.0 as units, case when l.currency = b.currency then l.units / 1000.0 else 0 end as priced, "
    "case when l.currency = b.currency then l.gross - l.discounts else 0 end as amount from line l cross join business b "
    "where l.units > 0 and l.day <= (now() at time zone b.zone)::date and not exists (select from called_off c "
    "where c.order_uid = l.order_uid and c.position = l.position)) "
)
# Of each variant what lay of it at the end of days on which that changed, from what lies now and what moved since.
_EMPTY: Final = (
    "with moved as (select m.product, coalesce(m.sku, '') as sku, (m.at at time zone b.zone)::date as day, "
    "sum(m.quantity) as quantity from stock_movement m cross join business b where true {which} group by 1, 2, 3), "
    "lay as (select m.product, m.sku, m.day as since, v.stock - coalesce(sum(m.quantity) over later, 0) as quantity "
    "from moved m join product p on p.id = m.product join variant v on v.product = p.uid and coalesce(v.sku, '') = m.sku "
    "where coalesce(v.policy, '') <> 'continue' window later as (partition by m.product, m.sku order by m.day desc "
    "rows between unbounded preceding and 1 preceding)), "
    "history as (select lay.*, coalesce(lead(since) over (partition by product, sku order by since) - 1, "
    "(now() at time zone b.zone)::date) as until from lay cross join business b) "
    "select product, sku, since + 1, until from history where quantity <= 0 and until > since order by 1, 3, 2"
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
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select day, sum(lines - left_out)::bigint, sum(units)::float8 / 1000, sum(orders)::bigint, "
                "coalesce(sum(orders) filter (where promotion is not null), 0)::bigint from sold_day, business b "
                "where day <= (now() at time zone b.zone)::date group by 1 having sum(units) > 0 order by 1"
            ).fetchall()
        return [Busy(*row) for row in rows]

    def digests(
        self, since: date, until: date, products: Sequence[str] | None = None
    ) -> dict[str, tuple[int, int, float, date, date]]:
        """By product what differs whenever its sales from day to day do: a number, how many rows, units, first and last day."""
        rows = self._rows(
            "select product, bit_xor(hashtextextended(concat_ws('|', sku, location, day, units, amount), 0)), count(*), "
            "sum(units)::float8, min(day), max(day) from (select product, sku, location, day, sum(units) as units, "
            "sum(amount) as amount from sale where day between %s and %s group by 1, 2, 3, 4) one group by 1",
            (since, until),
            products,
        )
        return {row[0]: row[1:] for row in rows}

    def each(self, since: date, until: date, products: Sequence[str] | None = None) -> Iterator[Sold]:
        """What was sold of these products, or of all, from day to day, by product and day."""
        text = (
            "select product, sku, location, day, sum(units)::float8, sum(priced)::float8, sum(amount)::float8 from sale "
            "where day between %s and %s group by 1, 2, 3, 4 order by 1, 4, 2, 3"
        )
        yield from (Sold(*row) for row in self._rows(text, (since, until), products))

    def summed(
        self, by: Literal["category", "location"], since: date, until: date, products: Sequence[str] | None = None
    ) -> list[tuple[str, date, float]]:
        """What was sold of these products, or of all, of each category or at each place ('' where none is said) on each day."""
        name = "coalesce(nullif(p.category, ''), p.type, '')" if by == "category" else "s.location"
        return self._rows(
            f"select {name}, s.day, sum(s.units)::float8 from sale s left join product p "
            "on p.id = s.product where s.day between %s and %s group by 1, 2 order by 1, 2",
            (since, until),
            products,
        )

    def empty(self, products: Sequence[str] | None = None) -> dict[str, list[tuple[str, date, date]]]:
        """By product the days, a first and a last, on which a variant (its SKU) was out of stock from morning to night.

        Known from the first movement of its stock on; what is sold beyond stock is never out.
        """
        which, given = ("", ()) if products is None else ("and m.product = any(%s)", (list(products),))
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(_EMPTY.format(which=which), given).fetchall()
        found: dict[str, list[tuple[str, date, date]]] = {}
        for product, sku, first, last in rows:
            found.setdefault(product, []).append((sku, first, last))
        return found

    def left_out(self, products: Sequence[str] = ()) -> LeftOut:
        """How many lines of products are not counted, and why; how many of these products were called off."""
        called_off = self._rows("select count(*) from called_off", (), products) if products else [(0,)]
        with self._database.tenant(self._business) as connection:
            row = connection.execute(
                "select (select count(*) from orders o join order_line l on l.order_uid = o.uid and l.kind = 'product' "
                f"where {DATED.format('o.placed_at')} is not true and o.cancelled_at is null and o.kind = 'sale'), "
                "(select coalesce(sum(lines), 0)::bigint from sold_day, business b where units > 0 "
                "and day > (now() at time zone b.zone)::date), "
                "(select coalesce(sum(lines), 0)::bigint from sold_month where units > 0 and product is null)"
            ).fetchone()
        undated, future, unplaced = row or (0, 0, 0)
        return LeftOut(undated, future, int(called_off[0][0]), unplaced)

    def _rows(
        self, text: str, parameters: tuple[Any, ...] = (), products: Sequence[str] | None = None
    ) -> list[tuple[Any, ...]]:
        which, given = ("", ()) if products is None else ("and l.product = any(%s)", (list(products),))
        with self._database.tenant(self._business) as connection:
            return connection.execute(_SALES.format(which=which) + text, (*given, *parameters)).fetchall()
