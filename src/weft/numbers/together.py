"""What is bought together: pairs of products that share more orders than chance would have it."""

from dataclasses import dataclass
from typing import Any, Final

from psycopg import Connection

from weft.numbers.query import Period

# Among the products of most orders alone: pairs of what hardly sells prove nothing, and there are millions of them.
_PRODUCTS: Final = 200
_LEAST: Final = 5
_LIFT: Final = 1.5
_TOGETHER: Final = """
with bought as materialized (
    select order_uid, product from sold_line
    where day between %(first)s and %(last)s and part = 0 and product is not null and units > 0
    group by 1, 2
),
whole as (select count(*) as orders from (select from bought group by order_uid) each),
most as materialized (
    select product, count(*) as orders, row_number() over (order by count(*) desc, product)::int as place
    from bought group by 1 order by 2 desc, 1 limit %(products)s
),
kept as materialized (
    select b.order_uid, array_agg(m.place order by m.place) as places from bought b join most m using (product) group by 1
),
pairs as (
    select a.place as a, b.place as b, count(*) as together
    from kept k, unnest(k.places) a (place), unnest(k.places) b (place) where b.place > a.place
    group by 1, 2 having count(*) >= %(least)s
),
named as (
    select least(a.product, b.product) as a, greatest(a.product, b.product) as b, p.together,
           case when a.product < b.product then a.orders else b.orders end as a_orders,
           case when a.product < b.product then b.orders else a.orders end as b_orders
    from pairs p join most a on a.place = p.a join most b on b.place = p.b
)
select a, b, together, a_orders, b_orders, whole.orders from named, whole
where together::numeric * whole.orders >= %(lift)s * a_orders * b_orders
order by (together - a_orders::float * b_orders / whole.orders) / sqrt(a_orders::float * b_orders / whole.orders) desc, a, b
limit %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Together:
    """Two products: in how many orders both stand, in how many each, of how many orders in all."""

    a: str
    b: str
    together: int
    a_orders: int
    b_orders: int
    orders: int

    @property
    def lift(self) -> float:
        """How many times as often as if the two had nothing to do with each other."""
        return self.together * self.orders / (self.a_orders * self.b_orders)


def together(connection: Connection[Any], period: Period, limit: int) -> list[Together]:
    """The pairs of a period that stand out most, by how far they lie above chance in its standard deviations (Poisson)."""
    given = {
        "first": period.first, "last": period.last, "products": _PRODUCTS, "least": _LEAST, "lift": _LIFT, "limit": limit,
    }  # fmt: skip
    return [Together(*row) for row in connection.execute(_TOGETHER, given)]
