"""What each product does for the business, in figures: its stock, its margin, its sales, its returns, and since when it is there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from weft.postgres.database import Database

_RETURNED_DAYS: Final = 365
# What platforms' files call the day on which a product was made or first shown.
_DATED: Final = (
    *("created at", "created", "date created", "creation date", "published at", "published on", "publish date"),
    *("date published", "release date", "launch date"),
)
# What came with the first import may be of any age: when it was written here says nothing.
_FIGURES: Final = """
with latest as (select least(max(placed_at), now()) as at from orders where placed_at is not null),
sold as (
    select l.product,
        coalesce(sum(l.quantity) filter (where o.kind = 'sale' and l.quantity > 0
            and o.placed_at > latest.at - make_interval(days => %(days)s)), 0) as units,
        coalesce(sum(l.quantity) filter (where o.kind = 'sale' and l.quantity > 0
            and o.placed_at > latest.at - make_interval(days => %(returned)s)), 0) as a_year,
        coalesce(sum(case when o.kind = 'return' or l.quantity < 0 then abs(l.quantity)
            when o.total > 0 and o.refunded > 0 then l.quantity * least(o.refunded::numeric / o.total, 1) end)
            filter (where o.placed_at > latest.at - make_interval(days => %(returned)s)), 0) as returned,
        min(o.placed_at) as first_sold
    from latest, orders o join order_line l on l.order_uid = o.uid and l.kind = 'product'
    where o.cancelled_at is null and o.kind <> 'adjustment' and o.placed_at is not null and l.product is not null
    group by 1
),
offered as (
    select v.product,
        sum(v.price - v.cost) filter (where v.cost is not null and v.price > 0)::float
            / nullif(sum(v.price) filter (where v.cost is not null and v.price > 0), 0) as margin,
        bool_or(v.stock is null or v.policy is not distinct from 'continue') as uncounted,
        sum(greatest(v.stock, 0)) as stock
    from variant v group by 1
),
began as (select min(created_at) + interval '1 day' as at from product)
select p.uid, f.margin, case when f.uncounted then null else f.stock end, f.uncounted is not false,
    s.units::float, s.a_year::float, s.returned::float, s.first_sold,
    case when p.created_at > began.at then p.created_at end,
    (select min(c.value) from jsonb_each_text(p.columns) c
        where lower(regexp_replace(c.key, '[_-]+', ' ', 'g')) = any(%(dated)s) and c.value <> '')
from began, product p left join offered f on f.product = p.uid left join sold s on s.product = p.id
order by p.uid
"""


@dataclass(slots=True)
class Figures:
    """One product's: `margin` is the share of the price that is earned, `stock` the units there are, None where not counted.

    `units` were sold in the days that were asked for, `sold` in a year and `returned` of these; `since` is when it came.
    """

    uid: UUID
    margin: float | None
    stock: int | None
    counted: bool
    units: float
    sold: float
    returned: float
    since: datetime | None


def read(database: Database, business: UUID, days: int) -> Iterator[Figures]:
    """The figures of all products by uid; sales and returns are counted back from the last order."""
    given = {"days": days, "returned": _RETURNED_DAYS, "dated": list(_DATED)}
    with database.tenant(business) as connection, connection.cursor(name="figures") as cursor:
        cursor.itersize = 5_000
        cursor.execute(_FIGURES, given)
        for uid, margin, stock, uncounted, units, sold, returned, first_sold, created, dated in cursor:
            known = (_date(dated) if dated else None) or created
            since = first_sold if known is None else known if first_sold is None else min(known, first_sold)
            yield Figures(uid, margin, _whole(stock), not uncounted, units or 0.0, sold or 0.0, returned or 0.0, since)


def stamp(database: Database, business: UUID) -> list[Any]:
    """What is another whenever a product or an order has been written: their counts, versions and latest times."""
    with database.tenant(business) as connection:
        row = connection.execute(
            "select (select count(*) from product), (select coalesce(sum(version), 0)::bigint from product), "
            "(select extract(epoch from max(updated_at))::float from product), (select count(*) from orders), "
            "(select extract(epoch from max(updated_at))::float from orders)"
        ).fetchone()
    return list(row or ())


def _whole(stock: Any) -> int | None:
    return None if stock is None else int(stock)


def _date(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
