"""Answers to questions about sales: counts out of the kept tables, figures out of counts, and rows that sum to the whole."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from psycopg import ClientCursor, Connection

from weft.numbers import plan
from weft.numbers.definitions import FIGURES
from weft.numbers.lines import MEASURES, TELLS
from weft.numbers.plan import CONVERTED, OF_PRODUCTS, Setting
from weft.numbers.query import TIMES, Condition, Dimension, Metric, Period, Query, Value

Key = tuple[str | None, ...]
Counts = dict[str, int]
_OF_ORDERS: Final = frozenset[Metric](
    ["orders", "average_order", "units_per_order", "cancelled_orders", "cancellation_rate"]
)
_WHO: Final = frozenset[Metric](["customers", "new_customers", "returning_customers", "returning_rate"])
_BESIDE: Final = frozenset(["left_out", "undated_refunds", "lines"])
_FEW: Final = 20
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
        """What is counted in a period, by key and in total: only what the metrics of the question are computed from."""
        foreign = self._foreign(period)
        self._note_missing(period, foreign)
        query = self.query
        rows = self._summed(query.by, period, foreign) if query.by else {}
        total = self._total(period, foreign, rows)
        asked = set(query.metrics)
        orders = bool(asked & _OF_ORDERS)
        whole: dict[Key, Counts] = {(): total}
        breakdowns: list[tuple[Sequence[Dimension], dict[Key, Counts]]] = [((), whole)]
        if query.by:
            breakdowns.append((query.by, rows))
        for keys, into in breakdowns:
            way = orders_by(keys, query.where)
            if orders and way:
                for counts in into.values():
                    counts["orders"], counts["cancelled"] = counts[f"{way}orders"], counts[f"{way}cancelled"]
            if asked & _WHO or (orders and way is None):
                self._told_apart(period, foreign, keys, into, orders=way is None)
        return rows, total

    def _total(self, period: Period, foreign: bool, rows: Mapping[Key, Counts]) -> Counts:
        # Without breakdown it may stand in a smaller table; but to convert money again is dearer than to add rows up.
        if foreign and rows:
            total = dict.fromkeys(next(iter(rows.values())), 0)
            for counts in rows.values():
                for name, count in counts.items():
                    total[name] += count
            return total
        return self._summed((), period, foreign).get((), dict(NOTHING))

    def _needed(self, *, beside: bool) -> list[str]:
        """What the metrics of the question are computed from, and what is told `beside` them of the whole."""
        asked = [FIGURES[name].sql for name in self.query.metrics if name in FIGURES]
        words = set(re.findall(r"\w+", " ".join(asked)))
        if len(asked) < len(self.query.metrics):
            words |= {"units", "units_returned"}
        if words & {"cost", "covered"}:
            words |= {"gross", "discounts", "returns"}
        if words & {"orders", "cancelled"}:
            words |= {f"{way}{name}" for way in ("", "product_", "variant_") for name in ("orders", "cancelled")}
        return [name for name in MEASURES if name in words or (beside and name in _BESIDE)]

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

    def _summed(self, by: Sequence[Dimension], period: Period, foreign: bool) -> dict[Key, Counts]:
        """The sums of what is needed, by keys."""
        used = (*by, *(one.dimension for one in self.query.where))
        table = plan.source(used)
        span = self.setting.span
        wide = plan.widened(period, span) if span and table == "sold_month" else period
        needed = self._needed(beside=foreign or not by) or ["lines"]
        parameters: list[Any] = []
        factors = plan.factors("sold_day", self.currency, self.setting, wide, parameters) if foreign else ""
        keys = [plan.expression(name, self.setting) for name in by]
        listed = "".join(f"{sql} as k{n}, " for n, sql in enumerate(keys))
        group = f" group by {', '.join(map(str, range(1, len(keys) + 1)))}" if keys else ""
        rows = plan.rows_of(
            table, wide, needed, parameters, own=self.currency if foreign else None, narrow=self._narrow
        )
        condition = plan.holding(self.query.where, self.setting, parameters)
        found = self.connection.execute(
            f"{f'with {factors} ' if foreign else ''}select {listed}{plan.summed(needed)} from {rows}{plan.joins(used)} "
            f"where {condition}{group}",
            parameters,
        ).fetchall()
        names = [name_of(name) for name in by]
        people = {"customers": 0, "new_customers": 0} if set(self.query.metrics) & _WHO else {}
        count = len(keys)
        return {
            tuple([name(cell) for name, cell in zip(names, row, strict=False)]): {
                **dict(zip(needed, row[count:], strict=True)),
                **people,
            }
            for row in found
        }

    @property
    def _narrow(self) -> bool:
        """Whether conditions leave few products: then their lines are found by them."""
        named = [len(one.is_) for one in self.query.where if one.dimension in OF_PRODUCTS and not one.isnt]
        return bool(named) and min(named) < _FEW

    def _told_apart(
        self, period: Period, foreign: bool, by: Sequence[Dimension], into: dict[Key, Counts], *, orders: bool
    ) -> None:
        """Count what does not add up, orders and customers, by telling them apart."""
        used = (*by, *(one.dimension for one in self.query.where))
        table = "sold_line" if set(used) & OF_PRODUCTS else "sold_order"
        parameters: list[Any] = []
        lead = f"{plan.factors('sold_day', self.currency, self.setting, period, parameters)}, " if foreign else ""
        keys = [plan.expression(name, self.setting) for name in by]
        listed = "".join(f"{sql} as k{n}, " for n, sql in enumerate(keys))
        named_keys = "".join(f"k{n}, " for n in range(len(keys)))
        rows = plan.rows_of(table, period, ("variant_orders", "variant_cancelled"), parameters)
        condition = plan.holding(self.query.where, self.setting, parameters)
        who = bool(set(self.query.metrics) & _WHO)
        people = ", s.customer, s.order_uid = c.first_order as first" if who else ""
        counted = (
            "count(distinct customer) filter (where sold), count(*) filter (where sold and first)" if who else "0, 0"
        )
        group = f" group by {', '.join(f'k{n}' for n in range(len(keys)))}" if keys else ""
        # An order is on one row of its day there, on many lines here.
        once = "distinct " if table == "sold_line" else ""
        found = self.connection.execute(
            f"with {lead}apart as (select {once}{listed}s.order_uid, s.variant_orders > 0 as sold{people} "
            f"from {rows}{plan.joins(used, first=who)}{CONVERTED if foreign else ''} "
            f"where (s.variant_orders > 0 or s.variant_cancelled > 0) and {condition}) select {named_keys}"
            f"count(*) filter (where sold), count(*) filter (where not sold), {counted} from apart{group}",
            parameters,
        ).fetchall()
        names = [name_of(name) for name in by]
        for row in found:
            key = tuple(name(cell) for name, cell in zip(names, row, strict=False))
            counts = into.setdefault(key, dict(NOTHING))
            if orders:
                counts["orders"], counts["cancelled"] = row[-4], row[-3]
            counts["customers"], counts["new_customers"] = row[-2], row[-1]

    def daily(self, names: Sequence[str]) -> dict[str, list[Any]]:
        """The columns `names` by the question's dimensions, in their order; of these `net` and `orders` are computed."""
        query, by = self.query, self.query.by
        foreign = self._foreign(query.period)
        way = orders_by(by, query.where)
        table = plan.source(self.used)
        parameters: list[Any] = []
        lead = (
            f"with {plan.factors('sold_day', self.currency, self.setting, query.period, parameters)} "
            if foreign
            else ""
        )
        keys = [plan.expression(name, self.setting) for name in by]
        sums = {name: f"sum(s.{name})::bigint" for name in MEASURES}
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
        own = self.currency if foreign else None
        rows = plan.rows_of(table, query.period, MEASURES, parameters, own=own, narrow=self._narrow)
        condition = plan.holding(query.where, self.setting, parameters)
        places = ", ".join(map(str, range(1, len(keys) + 1)))
        found = self.connection.execute(
            f"{lead}select {', '.join(columns)} from {rows}{plan.joins(self.used)} "
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


def name_of(dimension: Dimension) -> Callable[[Any], str | None]:
    """What makes the name out of a cell of a dimension."""
    if dimension in TIMES:
        held: dict[Any, str | None] = {}

        def of_time(cell: Any) -> str | None:
            if cell not in held:
                held[cell] = named(dimension, cell)
            return held[cell]

        return of_time
    return _plainly


def _plainly(cell: Any) -> str | None:
    return None if cell is None else str(cell)


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
            left[name] -= row.get(name, 0)
    return left


def ordered(keys: Iterable[Key], value_of: Callable[[Key], Value], query: Query) -> list[Key]:
    """Keys in the order that the question wants: of times the order of time, else by a metric, what is not known last."""
    time = next((at for at, name in enumerate(query.by) if name in (*TIMES, "weekday", "hour", "cohort")), None)
    hours = frozenset(at for at, name in enumerate(query.by) if name == "hour")

    def name(at: int, cell: str | None) -> tuple[bool, int, str]:
        return cell is None, len(cell or "") if at in hours else 0, cell or ""

    def size(key: Key) -> tuple[bool, float]:
        value = value_of(key)
        return value is None, 0.0 if value is None else value if query.ascending else -value

    by_name = dict.fromkeys(keys)
    rest: list[Key] = []
    if query.top and len(by_name) > query.top:
        # Of many only the first need an order.
        sizes = {key: size(key) for key in by_name}
        last = sorted(sizes.values())[query.top - 1]
        rest = [key for key in by_name if sizes[key] > last]
        by_name = {key: None for key in by_name if sizes[key] <= last}
    placed = sorted(by_name, key=lambda key: [name(at, cell) for at, cell in enumerate(key)])
    if query.order or query.top or time is None:
        placed.sort(key=size)
    else:
        placed.sort(key=lambda key: (name(time, key[time]), size(key)))
    return [*placed, *rest]
