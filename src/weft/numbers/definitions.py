"""One definition of each figure: in words, as arithmetic over what is counted, and as SQL over the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from weft.numbers.query import Defined, Dimension, Metric, Unit, Value

Counts = Mapping[str, int]


def ratio(part: float, whole: float) -> float | None:
    """One number over another; None where there is nothing to divide by."""
    return part / whole if whole else None


def per(amount: int, count: int) -> int | None:
    """Minor units each, rounded half away from zero; None where there is nothing to share them among."""
    if not count:
        return None
    size = (2 * abs(amount) + abs(count)) // (2 * abs(count))
    return size if (amount < 0) == (count < 0) else -size


def pieces(thousandths: int) -> int | float:
    """Pieces of what is counted in thousandths, whole where they are."""
    return thousandths // 1000 if thousandths % 1000 == 0 else thousandths / 1000


@dataclass(frozen=True, slots=True)
class Figure:
    """How a metric is computed from counts: `of` here and `sql` in a statement whose columns are the counts' names."""

    title: str
    definition: str
    unit: Unit
    of: Callable[[Counts], Value]
    sql: str
    adds_up: bool = False


def _sold(c: Counts) -> int:
    return c["gross"] - c["discounts"]


def _net(c: Counts) -> int:
    return c["gross"] - c["discounts"] - c["returns"]


def _costed(c: Counts) -> bool:
    """Whether a cost is known of anything sold, or nothing was sold."""
    return bool(c["cost"] or c["covered"] or not (c["gross"] or c["returns"]))


def _margin(c: Counts) -> int | None:
    return c["covered"] - c["cost"] if _costed(c) else None


_NET: Final = "gross - discounts - returns"
_PIECES: Final = "({}) / 1000.0"
_COST_KNOWN: Final = "case when cost <> 0 or covered <> 0 or gross = 0 and returns = 0 then {} end"

FIGURES: Final[dict[Metric, Figure]] = {
    "orders": Figure(
        "Orders",
        "Orders placed and not cancelled that have a line of a product; returns and adjustments are no orders. By product, "
        "category or brand: the orders in which it occurs, so that rows do not sum to the total.",
        "count", lambda c: c["orders"], "orders", True,
    ),
    "units": Figure(
        "Units", "Pieces sold, before returns.", "count", lambda c: pieces(c["units"]), _PIECES.format("units"), True
    ),
    "units_returned": Figure(
        "Units returned",
        "Pieces that came back, as far as the return says how many or all of an order's goods were refunded; on the day of the return.",
        "count", lambda c: pieces(c["units_returned"]), _PIECES.format("units_returned"), True,
    ),
    "net_units": Figure(
        "Net units", "Pieces sold less pieces that came back.", "count",
        lambda c: pieces(c["units"] - c["units_returned"]), _PIECES.format("units - units_returned"), True,
    ),
    "gross_sales": Figure(
        "Gross sales", "Price by quantity of the lines of products, without tax, before discounts and returns.", "money",
        lambda c: c["gross"], "gross", True,
    ),
    "discounts": Figure(
        "Discounts", "What lines and whole orders were reduced by, without tax; an order's discount is spread over its lines.",
        "money", lambda c: c["discounts"], "discounts", True,
    ),
    "returns": Figure(
        "Returns",
        "What was given back for goods, without tax, on the day of the return; a refund of which no day is known counts on the "
        "day of its order, and is spread over the order's lines.",
        "money", lambda c: c["returns"], "returns", True,
    ),
    "net_sales": Figure(
        "Net sales", "Gross sales less discounts and returns, without tax and shipping.", "money", _net, _NET, True
    ),
    "revenue": Figure(
        "Revenue", "The same as net sales: gross sales less discounts and returns, without tax and shipping.", "money",
        _net, _NET, True,
    ),
    "taxes": Figure(
        "Taxes", "Tax charged on goods and shipping, less what was refunded of it.", "money", lambda c: c["taxes"], "taxes", True
    ),
    "shipping": Figure(
        "Shipping", "What buyers paid for shipping, without tax, less what was refunded of it.", "money",
        lambda c: c["shipping"], "shipping", True,
    ),
    "total_sales": Figure(
        "Total sales", "Net sales with tax and shipping: what buyers paid less what they got back.", "money",
        lambda c: _net(c) + c["taxes"] + c["shipping"], f"{_NET} + taxes + shipping", True,
    ),
    "average_order": Figure(
        "Average order", "Gross sales less discounts, over orders; returns do not lower it.", "money",
        lambda c: per(_sold(c), c["orders"]), "round((gross - discounts)::numeric / nullif(orders, 0))",
    ),
    "units_per_order": Figure(
        "Units per order", "Units over orders.", "count",
        lambda c: ratio(c["units"] / 1000, c["orders"]), "units / 1000.0 / nullif(orders, 0)",
    ),
    "price": Figure(
        "Price", "What a piece went for on average: gross sales less discounts, over units.", "money",
        lambda c: per(_sold(c) * 1000, c["units"]), "round((gross - discounts) * 1000::numeric / nullif(units, 0))",
    ),
    "cost": Figure(
        "Cost of goods",
        "What the pieces sold cost, less those that came back, by the cost known of the variant on the day of the sale; a refund "
        "takes its share of the cost back. Lines of which no cost is known are not in it.",
        "money", lambda c: c["cost"] if _costed(c) else None, _COST_KNOWN.format("cost"), True,
    ),
    "margin": Figure(
        "Margin", "Net sales less cost of goods, over the lines of which the cost is known.", "money",
        _margin, _COST_KNOWN.format("covered - cost"), True,
    ),
    "margin_rate": Figure(
        "Margin rate", "Margin over the net sales of the same lines.", "share",
        lambda c: ratio(c["covered"] - c["cost"], c["covered"]) if _costed(c) else None,
        _COST_KNOWN.format("(covered - cost)::numeric / nullif(covered, 0)"),
    ),
    "customers": Figure(
        "Customers", "Different customers with an order; orders that name no customer are left out. Rows do not sum to the total.",
        "count", lambda c: c["customers"], "customers",
    ),
    "new_customers": Figure(
        "New customers", "Customers whose first order of all is among these orders.", "count",
        lambda c: c["new_customers"], "new_customers",
    ),
    "returning_customers": Figure(
        "Returning customers", "Customers with an order whose first order is not among these orders.", "count",
        lambda c: c["customers"] - c["new_customers"], "customers - new_customers",
    ),
    "returning_rate": Figure(
        "Returning rate", "Returning customers over customers.", "share",
        lambda c: ratio(c["customers"] - c["new_customers"], c["customers"]),
        "(customers - new_customers)::numeric / nullif(customers, 0)",
    ),
    "refund_rate": Figure(
        "Refund rate", "Returns over gross sales less discounts.", "share",
        lambda c: ratio(c["returns"], _sold(c)), "returns::numeric / nullif(gross - discounts, 0)",
    ),
    "discount_rate": Figure(
        "Discount rate", "Discounts over gross sales.", "share",
        lambda c: ratio(c["discounts"], c["gross"]), "discounts::numeric / nullif(gross, 0)",
    ),
    "cancelled_orders": Figure(
        "Cancelled orders", "Orders that were placed and called off, on the day on which they were placed.", "count",
        lambda c: c["cancelled"], "cancelled", True,
    ),
    "cancellation_rate": Figure(
        "Cancellation rate", "Cancelled orders over cancelled orders and orders.", "share",
        lambda c: ratio(c["cancelled"], c["orders"] + c["cancelled"]), "cancelled::numeric / nullif(orders + cancelled, 0)",
    ),
}  # fmt: skip


def _stocked(name: Metric, title: str, definition: str, unit: Unit, adds_up: bool) -> Defined:
    return Defined(name=name, title=title, definition=definition, kind="metric", unit=unit, adds_up=adds_up)


STOCKED: Final[dict[Metric, Defined]] = {
    "sell_through": _stocked(
        "sell_through", "Sell-through",
        "Net units over net units and the pieces in stock at the end of the period: the share sold of what there was to sell.",
        "share", False,
    ),
    "stock": _stocked(
        "stock", "Stock",
        "Pieces on hand at the end of the period, or of each day, week or month of it; what is below zero counts as it stands.",
        "count", True,
    ),
    "stock_value": _stocked(
        "stock_value", "Stock value", "Pieces on hand at what their variants cost; those without a cost are left out.", "money", True,
    ),
    "days_of_stock": _stocked(
        "days_of_stock", "Days of stock",
        "For how many days the stock at the end lasts at the net units a day of the 28 days before it.", "days", False,
    ),
    "stock_out_days": _stocked(
        "stock_out_days", "Stock-out days",
        "Days at whose end a variant had none left, summed over variants, as far back as their stock is known.", "days", True,
    ),
}  # fmt: skip

DIMENSION_WORDS: Final[dict[Dimension, tuple[str, str]]] = {
    "day": ("Day", "A day in the business's zone: of an order the day on which it was placed, of a return that of the return."),
    "week": ("Week", "Named by its first day; it begins on Monday unless the business says otherwise."),
    "month": ("Month", "A calendar month such as 2026-05."),
    "quarter": ("Quarter", "A calendar quarter such as 2026-Q2."),
    "year": ("Year", "A calendar year."),
    "weekday": ("Weekday", "1 is Monday, 7 Sunday."),
    "hour": ("Hour", "The hour of the day in the business's zone, 0 to 23."),
    "product": ("Product", "A product by its id."),
    "variant": ("Variant", "A variant by its SKU; where lines have none, by the product."),
    "category": ("Category", "The category that the product has now, else its type."),
    "brand": ("Brand", "The vendor that the product has now."),
    "country": ("Country", "Where the order went, else where it was billed."),
    "channel": ("Channel", "Where it was sold, as the platform says: web, pos and the like."),
    "customer": ("Customer", "The customer that the order names, else the email."),
    "cohort": ("Cohort", "The month of the customer's first order."),
    "segment": (
        "Segment",
        "What customers are by how lately (R), how often (F) and for how much (M) they bought, each from 1 to 5 by fifths of all "
        "customers, FM the mean of F and M: champions R ≥ 4 and FM ≥ 4; loyal R ≥ 3 and FM ≥ 3; new R ≥ 4 with one order; promising "
        "R ≥ 3; at_risk FM ≥ 3; fading R = 2; lost the rest. As of the last day with sales.",
    ),
    "promotion": ("Promotion", "The discount code of the order."),
    "currency": ("Currency", "The currency of the order."),
    "location": ("Location", "Where stock lies; of sales, the store that the order names."),
}  # fmt: skip

SEGMENTS: Final = ("champions", "loyal", "new", "promising", "at_risk", "fading", "lost")


def fifths(customers: str) -> str:
    """SQL that gives each row of a relation of customers (customer, last_day, orders, net) its segment."""
    return (
        "select customer, case when r >= 4 and f + m >= 8 then 'champions' when r >= 3 and f + m >= 6 then 'loyal' "
        "when r >= 4 and orders = 1 then 'new' when r >= 3 then 'promising' when f + m >= 6 then 'at_risk' "
        "when r = 2 then 'fading' else 'lost' end as segment from (select customer, orders, "
        + ", ".join(
            f"least(floor(percent_rank() over (order by {column}) * 5) + 1, 5) as {name}"
            for name, column in (("r", "last_day"), ("f", "orders"), ("m", "net"))
        )
        + f" from {customers}) scored"
    )


def defined() -> list[Defined]:
    """All metrics and dimensions with their definitions."""
    metrics = [
        Defined(
            name=name, title=one.title, definition=one.definition, kind="metric", unit=one.unit, adds_up=one.adds_up
        )
        for name, one in FIGURES.items()
    ]
    dimensions = [
        Defined(name=name, title=title, definition=words, kind="dimension", adds_up=False)
        for name, (title, words) in DIMENSION_WORDS.items()
    ]
    return [*metrics, *STOCKED.values(), *dimensions]
