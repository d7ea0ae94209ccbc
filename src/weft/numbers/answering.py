"""Answers to questions about sales: counts out of the kept tables, figures out of counts, and rows that sum to the whole."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from psycopg import ClientCursor, Connection

from weft.numbers import plan
from weft.numbers.definitions import FIGURES
from weft.numbers.lines import MEASURES, TELLS
from weft.numbers.plan import CONVERTED, OF_PRODUCTS, Setting
from weft.numbers.query import TIMES, Condition, Dimension, Metric, Period, Query, Row, Value

Key = tuple[str | None, ...]
Counts = dict[str, int]
_OF_ORDERS: Final = frozenset[Metric](
    ["orders", "average_order", "units_per_order", "cancelled_orders", "cancellation_rate"]
)
_WHO: Final = frozenset[Metric](["customers", "new_customers", "returning_customers", "returning_rate"])
NOTHING: Final[Counts] = dict.fromkeys((*MEASURES, "customers", "new_customers"), 0)


def figures(metrics: Iterable[Metric], counts: Mapping[str, int] | None) -> dict[Metric, Value]:
    """The metrics of sales that counts come to; None where nothing is known."""
    return {name: None if counts is None else FIGURES[name].of(counts) for name in metrics if name in FIGURES}


def orders_by(by: Sequence[Dimension], where: Sequence[Condition]) -> str | None:
    """By which count orders are summed for such a breakdown: `""`, `product_`, `variant_`; None where they must be told apart."""
    narrow = {one.dimension: one for one in where if one.dimension in OF_PRODUCTS}
    used = {name for name in by if name in OF_PRODUCTS} | set(narrow)
    if not used:
        return ""

    def pinned(dimension: Dimension) -> bool:
        one = narrow.get(dimension)
        return dimension in by or (one is not None and not one.isnt and len(one.is_) == 1)

    single = len(narrow) == sum(1 for one in where if one.dimension in OF_PRODUCTS)
    if single and used <= {"product"} and pinned("product"):
        return "product_"
    if single and used <= {"product", "variant"} and pinned("variant"):
        return "variant_"
    return None


class Asking:
    """One question put to the tables of one business inside a transaction."""

    def __init__(self, connection: Connection[Any], query: Query, setting: Setting) -> None:
        self.connection = connection
        self.query = query
        self.setting = setting
        self.currency = query.currency or setting.currency
        self.used: tuple[Dimension, ...] = (*query.by, *(one.dimension for one in query.where))
        self.missing: dict[str, int] = {}

    def counted(self, period: Period) -> tuple[dict[Key, Counts], Counts]:
        """What is counted in a period, by key and in total."""
        foreign = self._foreign(period)
        self._note_missing(period, foreign)
        rows, total = self._summed(period, foreign)
        query = self.query
        asked = set(query.metrics)
        orders = bool(asked & _OF_ORDERS)
        whole: dict[Key, Counts] = {(): total}
        breakdowns: tuple[tuple[Sequence[Dimension], dict[Key, Counts]], ...] = ((query.by, rows), ((), whole))
        for keys, into in breakdowns:
            way = orders_by(keys, query.where)
            if orders and way:
                for counts in into.values():
                    counts["orders"], counts["cancelled"] = counts[f"{way}orders"], counts[f"{way}cancelled"]
            if asked & _WHO or (orders and way is None):
                self._told_apart(period, foreign, keys, into, orders=way is None)
        return rows, total

    def _foreign(self, period: Period) -> bool:
        row = self.connection.execute(
            "select exists (select from sold_day where currency <> %s and day between %s and %s)",
            (self.currency, period.first, period.last),
        ).fetchone()
        return bool(row and row[0])

    def _note_missing(self, period: Period, foreign: bool) -> None:
        """Note the orders whose currency has no rate on or before their day."""
        if not foreign:
            return
        parameters: list[Any] = []
        factors = plan.factors("sold_day", self.currency, self.setting, period, parameters)
        found = self.connection.execute(
            f"with {factors} select s.currency, sum(s.orders)::bigint from sold_day s join factor f using (currency, day) "
            "where f.factor is null and s.day between %s and %s group by 1",
            [*parameters, period.first, period.last],
        ).fetchall()
        for currency, orders in found:
            self.missing[currency] = self.missing.get(currency, 0) + orders

    def _summed(self, period: Period, foreign: bool) -> tuple[dict[Key, Counts], Counts]:
        table = plan.source(self.used, foreign=foreign)
        span = self.setting.span
        wide = plan.widened(period, span) if span and table == "sold_month" else period
        parameters: list[Any] = []
        lead = f"with {plan.factors(table, self.currency, self.setting, period, parameters)} " if foreign else ""
        keys = [plan.expression(name, self.setting) for name in self.query.by]
        grouped = f"group by grouping sets (({', '.join(map(str, range(1, len(keys) + 1)))}), ())" if keys else ""
        listed = "".join(f"{sql} as k{n}, " for n, sql in enumerate(keys))
        whole = f"grouping({', '.join(keys)})" if keys else "1"
        rows = plan.rows_of(table, wide, parameters)
        condition = plan.holding(self.query.where, self.setting, parameters)
        found = self.connection.execute(
            f"{lead}select {listed}{plan.summed(foreign=foreign)}, {whole} from {rows}{plan.joins(self.used)}"
            f"{CONVERTED if foreign else ''} where {condition} {grouped}",
            parameters,
        ).fetchall()
        by_key: dict[Key, Counts] = {}
        total = dict(NOTHING)
        for row in found:
            counts = {**NOTHING, **dict(zip(MEASURES, row[len(keys) : -1], strict=True))}
            if row[-1]:
                total = counts
            else:
                by_key[self.key(row[: len(keys)])] = counts
        return by_key, total

    def key(self, cells: Sequence[Any]) -> Key:
        """Cells of a row as the names of what it stands for."""
        return tuple(named(name, cell) for name, cell in zip(self.query.by, cells, strict=True))

    def _told_apart(
        self, period: Period, foreign: bool, by: Sequence[Dimension], into: dict[Key, Counts], *, orders: bool
    ) -> None:
        """Count what does not add up, orders and customers, by telling them apart."""
        table = "sold_line" if set(self.used) & OF_PRODUCTS else "sold_order"
        parameters: list[Any] = []
        lead = f"{plan.factors(table, self.currency, self.setting, period, parameters)}, " if foreign else ""
        keys = [plan.expression(name, self.setting) for name in by]
        listed = "".join(f"{sql} as k{n}, " for n, sql in enumerate(keys))
        named_keys = "".join(f"k{n}, " for n in range(len(keys)))
        rows = plan.rows_of(table, period, parameters)
        condition = plan.holding(self.query.where, self.setting, parameters)
        who = bool(set(self.query.metrics) & _WHO)
        first = ", s.order_uid = c.first_order as first" if who else ""
        counted = (
            "count(distinct customer) filter (where sold), count(*) filter (where sold and first)" if who else "0, 0"
        )
        group = f"group by {', '.join(f'k{n}' for n in range(len(keys)))}" if keys else ""
        found = self.connection.execute(
            f"with {lead}apart as (select {listed}s.order_uid, s.customer, sum(s.variant_orders) > 0 as sold, "
            f"sum(s.variant_cancelled) > 0 as cancelled{first} from {rows}{plan.joins(self.used, first=who)}"
            f"{CONVERTED if foreign else ''} where s.variant_orders + s.variant_cancelled > 0 and {condition} "
            f"group by {', '.join(map(str, range(1, len(keys) + 3)))}{', first' if who else ''}) "
            f"select {named_keys}count(*) filter (where sold), count(*) filter (where cancelled), {counted} from apart {group}",
            parameters,
        ).fetchall()
        for row in found:
            key = tuple(named(name, cell) for name, cell in zip(by, row, strict=False))
            counts = into.setdefault(key, dict(NOTHING))
            if orders:
                counts["orders"], counts["cancelled"] = row[-4], row[-3]
            counts["customers"], counts["new_customers"] = row[-2], row[-1]

    def daily(self, names: Sequence[str]) -> dict[str, list[Any]]:
        """The columns `names` by the question's dimensions, in their order; of these `net` and `orders` are computed."""
        query, by = self.query, self.query.by
        foreign = self._foreign(query.period)
        way = orders_by(by, query.where)
        table = plan.source(self.used, foreign=foreign)
        parameters: list[Any] = []
        lead = f"with {plan.factors(table, self.currency, self.setting, query.period, parameters)} " if foreign else ""
        keys = [plan.expression(name, self.setting) for name in by]
        sums = {
            name: f"sum({f'round(s.{name} * f.factor)' if foreign and name in plan.MONEY else f's.{name}'})::bigint"
            for name in MEASURES
        }
        sums["net"] = f"{sums['gross']} - {sums['discounts']} - {sums['returns']}"
        sums["units"], sums["units_returned"] = f"{sums['units']} / 1000.0", f"{sums['units_returned']} / 1000.0"
        sums["orders"] = (
            "count(distinct s.order_uid) filter (where s.variant_orders > 0)"
            if way is None
            else f"sum(s.{way}orders)::bigint"
        )
        columns = [*keys, *(f"({sums[name]})" for name in names[len(keys) :])]
        columns = [
            f"{sql}::float8" if name.startswith("units") else sql for sql, name in zip(columns, names, strict=True)
        ]
        rows = plan.rows_of(table, query.period, parameters)
        condition = plan.holding(query.where, self.setting, parameters)
        places = ", ".join(map(str, range(1, len(keys) + 1)))
        found = self.connection.execute(
            f"{lead}select {', '.join(columns)} from {rows}{plan.joins(self.used)}{CONVERTED if foreign else ''} "
            f"where {condition} and {TELLS} group by {places} order by {places}",
            parameters,
        ).fetchall()
        return (
            dict(zip(names, map(list, zip(*found, strict=True)), strict=True))
            if found
            else {name: [] for name in names}
        )

    def statement(self) -> str:
        """One statement that computes the figures by key from the order lines themselves, ready to be run."""
        query = self.query
        metrics = [name for name in query.metrics if name in FIGURES]
        if not metrics:
            return ""
        who = bool(set(metrics) & _WHO)
        parameters: list[Any] = []
        text = plan.from_lines(self.used, customers=who)
        factors = plan.factors("sold_line", self.currency, self.setting, query.period, parameters)
        keys = [f'{plan.written(name, self.setting)} as "{name}"' for name in query.by]
        parameters += [query.period.first, query.period.last]
        condition = plan.holding(query.where, self.setting, parameters)
        apart = (
            "count(distinct s.order_uid) filter (where s.variant_orders > 0) as orders, "
            "count(distinct s.order_uid) filter (where s.variant_cancelled > 0) as cancelled"
        )
        if who:
            apart += (
                ", count(distinct s.customer) filter (where s.variant_orders > 0) as customers, count(distinct s.customer) "
                "filter (where s.variant_orders > 0 and s.order_uid = c.first_order) as new_customers"
            )
        sums = ", ".join(
            f"sum({f'round(s.{name} * f.factor)' if name in plan.MONEY else f's.{name}'}) as {name}"
            for name in MEASURES[: MEASURES.index("orders")]
        )
        named_keys = "".join(f'"{name}", ' for name in query.by)
        shown = ", ".join(f'{FIGURES[name].sql} as "{name}"' for name in metrics) or "true"
        group = f" group by {', '.join(map(str, range(1, len(keys) + 1)))}" if keys else ""
        sql = (
            f"{text}, {factors}, counted as (select {''.join(f'{key}, ' for key in keys)}{sums}, {apart} from sold_line s"
            f"{plan.joins(self.used, first=who)}{CONVERTED} where s.day between %s and %s and {condition}{group}) "
            f"select {named_keys}{shown} from counted"
        )
        return ClientCursor(self.connection).mogrify(sql, parameters)


def named(dimension: Dimension, cell: Any) -> str | None:
    """The name of what a cell stands for: a day 2026-05-31, a month 2026-05, a quarter 2026-Q2, a year 2026."""
    if cell is None:
        return None
    if isinstance(cell, date):
        if dimension == "month":
            return f"{cell:%Y-%m}"
        if dimension == "quarter":
            return f"{cell.year:04}-Q{(cell.month + 2) // 3}"
        return f"{cell.year:04}" if dimension == "year" else cell.isoformat()
    return str(cell)


def buckets(dimension: Dimension, period: Period, week_start: int) -> list[str]:
    """The names of all days, weeks, months, quarters or years that a period touches, in order."""

    def bucket(day: date) -> date:
        if dimension == "week":
            return day - timedelta((day.isoweekday() - week_start) % 7)
        if dimension == "month":
            return day.replace(day=1)
        if dimension == "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        return day.replace(month=1, day=1) if dimension == "year" else day

    return [named(dimension, day) or "" for day in dict.fromkeys(map(bucket, period.each()))]


def moved(by: Sequence[Dimension], now: Period, before: Period, week_start: int) -> Callable[[Key], Key]:
    """What turns a key of the period compared with into the key that it stands beside: the third month beside the third."""
    beside: dict[int, dict[str, str]] = {}
    for at, name in enumerate(by):
        if name in TIMES:
            beside[at] = dict(zip(buckets(name, before, week_start), buckets(name, now, week_start), strict=False))

    def key_of(key: Key) -> Key:
        return tuple(beside[at].get(cell or "", cell) if at in beside else cell for at, cell in enumerate(key))

    return key_of


def less(counts: Counts, rows: Iterable[Counts]) -> Counts:
    """Counts without those of some rows."""
    left = dict(counts)
    for row in rows:
        for name in left:
            left[name] -= row[name]
    return left


def ordered(rows: list[Row], query: Query) -> list[Row]:
    """Rows in the order that the question wants: of times the order of time, else by the metric, what is not known last."""
    by = next((at for at, name in enumerate(query.by) if name in TIMES or name in ("weekday", "hour", "cohort")), None)
    metric = query.order or query.metrics[0]

    def size(row: Row) -> tuple[bool, float]:
        value = row.values.get(metric)
        return value is None, (value if query.ascending else -value) if value is not None else 0.0

    def name(row: Row) -> tuple[tuple[bool, int, str], ...]:
        return tuple(
            (cell is None, len(cell or "") if key == "hour" else 0, cell or "") for key, cell in row.key.items()
        )

    rows.sort(key=name)
    if query.order or query.top or by is None:
        rows.sort(key=size)
    else:
        at = query.by[by]
        rows.sort(
            key=lambda row: (
                row.key[at] is None,
                len(row.key[at] or "") if at == "hour" else 0,
                row.key[at] or "",
                size(row),
            )
        )
    return rows
