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
whole as (select count(distinct order_uid) as orders from bought),
most as (select product, count(*) as orders from bought group by 1 order by 2 desc, 1 limit %(products)s),
kept as materialized (select b.order_uid, b.product, m.orders from bought b join most m using (product)),
pairs as (
    select a.product as a, b.product as b, count(*) as together, min(a.orders) as a_orders, min(b.orders) as b_orders
    from kept a join kept b on b.order_uid = a.order_uid and b.product > a.product
    group by 1, 2 having count(*) >= %(least)s
)
select a, b, together, a_orders, b_orders, whole.orders from pairs, whole
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
