"""How a question is put to PostgreSQL: from which table, by which expressions, under which conditions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from weft.numbers.definitions import fifths
from weft.numbers.lines import DAY_KEYS, LINE_KEYS, MONTH_KEYS, ORDER_KEYS, lines
from weft.numbers.query import Condition, Dimension, Period

MONEY: Final = frozenset(["gross", "discounts", "returns", "taxes", "shipping", "cost", "covered"])
OF_PRODUCTS: Final = frozenset[Dimension](["product", "variant", "category", "brand"])
OF_CUSTOMERS: Final = frozenset[Dimension](["customer", "cohort", "segment"])
_IN_DAYS: Final = frozenset[Dimension](
    ["day", "week", "month", "quarter", "year", "weekday", "country", "channel", "promotion", "currency"]
)
_IN_MONTHS: Final = frozenset[Dimension](
    ["month", "quarter", "year", "country", "channel", "promotion", "currency", *OF_PRODUCTS]
)
_PLAIN: Final[dict[Dimension, str]] = {
    "day": "s.day",
    "month": "date_trunc('month', s.day)::date",
    "quarter": "date_trunc('quarter', s.day)::date",
    "year": "date_trunc('year', s.day)::date",
    "weekday": "extract(isodow from s.day)::int::text",
    "hour": "s.hour::text",
    "product": "s.product",
    "variant": "coalesce(s.sku, s.product)",
    "category": "coalesce(nullif(p.category, ''), nullif(p.type, ''))",
    "brand": "nullif(p.vendor, '')",
    "country": "s.country",
    "channel": "s.channel",
    "promotion": "s.promotion",
    "currency": "s.currency",
    "location": "s.location",
    "customer": "s.customer",
    "cohort": "to_char(c.first_day, 'YYYY-MM')",
    "segment": "c.segment",
}


# After so many days without sales they are taken to be no longer recorded.
_SILENT: Final = 7


@dataclass(frozen=True, slots=True)
class Setting:
    """What answers depend on beside the question: the business's currency, zone and week, and how far its sales reach."""

    currency: str
    zone: str
    week_start: int
    today: date
    span: Period | None

    @property
    def known_to(self) -> date:
        """The last day of which it is known whether there were sales: today, or the last with sales if it is long past."""
        last = self.span.last if self.span else self.today
        return self.today if last <= self.today and (self.today - last).days <= _SILENT else last


@dataclass(slots=True)
class Statement:
    """SQL with its parameters, put together piece by piece."""

    sql: str
    parameters: list[Any] = field(default_factory=list)


def expression(dimension: Dimension, setting: Setting) -> str:
    """The SQL of a dimension over `s`, joined with `p` (product) and `c` (customer) where it is of these."""
    if dimension == "week":
        return f"s.day - mod(extract(isodow from s.day)::int - {setting.week_start} + 7, 7)"
    return _PLAIN[dimension]


def written(dimension: Dimension, setting: Setting) -> str:
    """The SQL of a dimension as the text by which its values are called."""
    sql = expression(dimension, setting)
    form = {"month": "YYYY-MM", "quarter": 'YYYY-"Q"Q', "year": "YYYY"}.get(dimension)
    if form:
        return f"to_char({sql}, '{form}')"
    return f"({sql})::text" if dimension in ("day", "week") else sql


def holding(conditions: Iterable[Condition], setting: Setting, parameters: list[Any]) -> str:
    """The SQL of conditions whose values have been looked up; values are appended to the parameters."""
    parts = []
    for one in conditions:
        sql = f"({written(one.dimension, setting)})"
        said = [value for value in one.is_ if value is not None]
        either = []
        if said:
            parameters.append(said)
            either.append(f"{sql} = any(%s)")
        if None in one.is_:
            either.append(f"{sql} is null")
        whole = " or ".join(either)
        parts.append(f"({whole}) is not true" if one.isnt else f"({whole})")
    return " and ".join(parts) or "true"


def joins(dimensions: Iterable[Dimension], *, first: bool = False) -> str:
    """The joins that dimensions need; with `first` also what tells a customer's first order."""
    used = set(dimensions)
    product = " left join product p on p.id = s.product" if used & {"category", "brand"} else ""
    customer = " left join sold_customer c on c.customer = s.customer" if first or used & {"cohort", "segment"} else ""
    return product + customer


def source(dimensions: Iterable[Dimension]) -> str:
    """The smallest of the kept tables that tells of these dimensions."""
    used = set(dimensions)
    if used <= _IN_DAYS:
        return "sold_day"
    if used <= _IN_MONTHS:
        return "sold_month"
    return "sold_line" if used & OF_PRODUCTS else "sold_order"


def rows_of(
    table: str,
    period: Period,
    measures: Sequence[str],
    parameters: list[Any],
    *,
    own: str | None = None,
    narrow: bool = True,
) -> str:
    """The rows of a kept table in a period as `s`; of whole months from their sums, of the days beside them from the lines.

    With `own`, the currency of the answer, only that is taken from the sums: all other money is converted line by line, at the
    factors of `factors`. Where no condition is `narrow`, time alone finds the rows: what is of one day lies together.
    """
    parts = []
    for source_, day, first, last in _pieces(table, period):
        days = f"{day} as day" if day != "day" else day
        keys = ", ".join(days if name == "day" else name for name in _KEPT[table])
        if own and source_ == "sold_line" == table:
            parts.append(_exchanged(table, measures, ""))
            parameters += [first, last]
            continue
        # Read in the order of their products, for the grouping's sake, lines of all days would be fetched one by one.
        fence = "" if narrow or source_ != "sold_line" else " offset 0"
        mine = " and currency = %s" if own else ""
        parts.append(
            f"(select {keys}, {', '.join(measures)} from {source_} where {day} between %s and %s{mine}{fence})"
        )
        parameters += [first, last, *([own] if own else [])]
    if own and table != "sold_line":
        parts.append(_exchanged(table, measures, " and l.currency <> %s"))
        parameters += [period.first, period.last, own]
    return f"({' union all '.join(parts)}) s" if len(parts) > 1 else f"{parts[0]} s"


def _exchanged(table: str, measures: Sequence[str], condition: str) -> str:
    """Lines with the keys of a table, their money converted; without those whose currency has no rate."""
    columns = [f"l.{name}" for name in _KEPT[table]]
    columns += [
        f"case when f.factor = 1 then l.{name} else round(l.{name} * f.factor)::bigint end as {name}"
        if name in MONEY
        else f"l.{name}"
        for name in measures
    ]
    return (
        f"(select {', '.join(columns)} from sold_line l join factor f on f.currency = l.currency and f.day = l.day "
        f"and f.factor is not null where l.day between %s and %s{condition})"
    )


_KEPT: Final = {
    "sold_day": DAY_KEYS,
    "sold_month": ("day", *MONTH_KEYS[1:]),
    "sold_order": ORDER_KEYS,
    "sold_line": LINE_KEYS,
}


def _pieces(table: str, period: Period) -> Iterable[tuple[str, str, date, date]]:
    """What a period is read from: tables, their column of time, and from when to when."""
    if table != "sold_month":
        return [(table, "day", period.first, period.last)]
    start = period.first if period.first.day == 1 else _next_month(period.first)
    after = _next_month(period.last) if (period.last + timedelta(1)).day == 1 else period.last.replace(day=1)
    if start >= after:
        return [("sold_line", "day", period.first, period.last)]
    beside = [(period.first, start - timedelta(1)), (after, period.last)]
    return [
        (table, "month", start, after - timedelta(1)),
        *(("sold_line", "day", first, last) for first, last in beside if first <= last),
    ]


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(32)).replace(day=1)


def widened(period: Period, span: Period) -> Period:
    """A period grown to whole months where it holds all sales there are on that side."""
    first = period.first.replace(day=1) if period.first <= span.first else period.first
    last = _next_month(period.last) - timedelta(1) if period.last >= span.last else period.last
    return Period(first=first, last=last)


def summed(measures: Iterable[str]) -> str:
    """The sums of what is counted."""
    return ", ".join(f"coalesce(sum(s.{name}), 0)::bigint as {name}" for name in measures)


def factors(table: str, currency: str, setting: Setting, period: Period, parameters: list[Any]) -> str:
    """A common table expression of what currencies were worth on the days of a period, if need be by way of the business's own."""
    parameters += [currency, setting.currency, setting.currency, currency, period.first, period.last]
    return (
        "factor as materialized (select currency, day, coalesce(rate_on(currency, %s, day), "
        "rate_on(currency, %s, day) * rate_on(%s, %s, day)) as factor from "
        f"(select distinct currency, day from {table} where day between %s and %s) used)"
    )


CONVERTED: Final = " join factor f on f.currency = s.currency and f.day = s.day and f.factor is not null"


def from_lines(dimensions: Sequence[Dimension], *, customers: bool) -> str:
    """The common table expressions that stand for what is kept, computed from the lines themselves."""
    text = lines()
    if customers or set(dimensions) & {"cohort", "segment"}:
        text += (
            ", met as (select s.customer, (array_agg(s.order_uid order by o.placed_at, s.order_uid) filter (where s.orders > 0))[1] "
            "as first_order, min(s.day) filter (where s.orders > 0) as first_day, max(s.day) filter (where s.orders > 0) "
            "as last_day, sum(s.orders) as orders, sum(s.gross - s.discounts - s.returns) as net from sold_line s "
            "join orders o on o.uid = s.order_uid where s.customer is not null group by s.customer having sum(s.orders) > 0), "
            f"scored as ({fifths('met')}), sold_customer as (select * from met join scored using (customer))"
        )
    return text
