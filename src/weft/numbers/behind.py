"""The order lines and refunds behind a figure: what they show sums to it."""

from typing import Any, Final

from psycopg import ClientCursor, Connection

from weft.numbers import plan
from weft.numbers.answering import NOTHING, Asking, figures
from weft.numbers.definitions import FIGURES
from weft.numbers.lines import MEASURES
from weft.numbers.plan import CONVERTED
from weft.numbers.query import Metric, Source, Sources

_ALWAYS: Final[tuple[Metric, ...]] = ("units", "units_returned", "gross_sales", "discounts", "returns", "net_sales")
_COUNTED: Final = ("orders", "cancelled", "customers", "new_customers")


def behind(connection: Connection[Any], asking: Asking, limit: int, offset: int) -> Sources:
    """The lines behind the figures of a question without breakdown; each order and each customer counts on one line alone."""
    query, setting = asking.query, asking.setting
    asked = [name for name in query.metrics if name in FIGURES]
    shown = list(
        dict.fromkeys([*_ALWAYS, *(name for name in asked if FIGURES[name].unit == "count" or FIGURES[name].adds_up)])
    )
    shown = [name for name in shown if name != "units_per_order"]
    parameters: list[Any] = []
    factors = plan.factors("sold_line", asking.currency, setting, query.period, parameters)
    rows = plan.rows_of("sold_line", query.period, MEASURES, parameters)
    condition = plan.holding(query.where, setting, parameters)
    measures = ", ".join(
        f"round(s.{name} * f.factor)::bigint as {name}" if name in plan.MONEY else f"s.{name}"
        for name in MEASURES[: MEASURES.index("orders")]
    )
    first = "row_number() over (partition by {} order by s.day, s.order_uid, s.position) = 1"
    chosen = (
        f"with {factors}, chosen as (select s.order_uid, s.day, s.position, s.part, s.product, s.sku, s.country, s.customer, "
        f"{measures}, s.left_out, s.undated_refunds, s.lines, "
        f"(s.variant_orders > 0 and {first.format('s.order_uid, s.variant_orders > 0')})::int as orders, "
        f"(s.variant_cancelled > 0 and {first.format('s.order_uid, s.variant_cancelled > 0')})::int as cancelled, "
        f"(s.variant_orders > 0 and s.customer is not null and {first.format('s.customer, s.variant_orders > 0')})::int as customers, "
        f"(s.variant_orders > 0 and {first.format('s.order_uid, s.variant_orders > 0')} and s.order_uid is not distinct from c.first_order)::int "
        f"as new_customers from {rows}{plan.joins(asking.used, first=True)}{CONVERTED} where {condition}) "
    )
    names = [name for name in MEASURES if "product_" not in name and "variant_" not in name] + [
        "customers",
        "new_customers",
    ]
    sums = ", ".join(f"coalesce(sum({name}), 0)::bigint" for name in names)
    row = connection.execute(f"{chosen}select {sums} from chosen", parameters).fetchone()
    total = {**NOTHING, **dict(zip(names, row or (), strict=False))}
    listed = ", ".join(f"k.{name}" for name in names)
    select = (
        f"{chosen}select o.id, k.day, k.position, k.part, k.product, k.sku, l.title, k.country, k.customer, {listed} "
        "from chosen k left join orders o on o.uid = k.order_uid "
        "left join order_line l on l.order_uid = k.order_uid and l.position = k.position "
        "order by k.day, o.id, k.position, k.part limit %s offset %s"
    )
    found = connection.execute(select, [*parameters, limit, offset]).fetchall()
    return Sources(
        rows=[
            Source(
                order=cells[0] or "",
                day=cells[1],
                position=cells[2],
                refund=cells[3] > 0,
                product=cells[4],
                variant=cells[5],
                title=cells[6],
                country=cells[7],
                customer=cells[8],
                counts=figures(shown, {**NOTHING, **dict(zip(names, cells[9:], strict=True))}),
            )
            for cells in found
        ],
        count=total["lines"],
        total=figures(shown, total),
        currency=asking.currency,
        sql=ClientCursor(connection).mogrify(select, [*parameters, limit, offset]),
    )
