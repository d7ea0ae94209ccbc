"""`business.numbers`: what happened in one business, asked by typed questions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import Connection

from weft.numbers import naming
from weft.numbers.answering import NOTHING, Asking, Counts, Key, buckets, figures, less, moved, ordered
from weft.numbers.behind import behind
from weft.numbers.definitions import DIMENSION_WORDS, FIGURES, STOCKED, defined
from weft.numbers.keeping import Keeping
from weft.numbers.naming import Known
from weft.numbers.plan import OF_CUSTOMERS, OF_PRODUCTS, Setting
from weft.numbers.query import (
    TIMES,
    Column,
    Condition,
    Defined,
    Dimension,
    Metric,
    Period,
    Query,
    Row,
    Sources,
    Table,
    Value,
)
from weft.postgres.database import Database

DailyKey = Literal["product", "variant", "country", "channel", "promotion", "category", "brand", "currency"]
_DAILY: Final = ("units", "units_returned", "gross", "discounts", "returns", "cost", "covered")


class Numbers:
    """One business's figures. Each comes from one definition, with the statement that computes it and the lines behind it."""

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business
        self._keeping = Keeping(database, business)

    def definitions(self) -> list[Defined]:
        """What each metric and each dimension means."""
        return defined()

    def brought_up(self, say: Callable[[int], None] | None = None) -> int:
        """Compute anew what changed since figures were last asked; answers how many orders."""
        return self._keeping.brought_up(say)

    def today(self) -> date:
        """The day in the business's zone."""
        with self._database.tenant(self._business) as connection:
            return _setting(connection).today

    def span(self) -> tuple[date, date] | None:
        """The first and the last day with sales or returns, None where there are none."""
        self._keeping.brought_up()
        with self._database.tenant(self._business) as connection:
            span = _setting(connection).span
        return (span.first, span.last) if span else None

    def answer(self, query: Query) -> Table:
        """The figures that a question asks for; raises InputError for a value that no dimension has."""
        self._keeping.brought_up()
        if "segment" in query.by or any(one.dimension == "segment" for one in query.where):
            self._keeping.segmented()
        with self._database.tenant(self._business) as connection:
            setting = _setting(connection)
            asked = query.model_copy(update={"where": naming.looked_up(connection, query.where, setting)})
            return _Answer(connection, query, Asking(connection, asked, setting), setting).table()

    def rows(
        self, query: Query, key: Mapping[Dimension, str | None] | None = None, limit: int = 100, offset: int = 0
    ) -> Sources:
        """The order lines and refunds behind the figures of a question, or behind those of one row of its answer, by time.

        What the lines show sums to the figure, for every metric that counts or sums; raises InputError like `answer`.
        """
        self._keeping.brought_up()
        self._keeping.segmented()
        narrowed = [*query.where, *(Condition.of(name, value) for name, value in (key or {}).items())]
        with self._database.tenant(self._business) as connection:
            setting = _setting(connection)
            where = naming.looked_up(connection, narrowed, setting)
            asked = query.model_copy(update={"by": [], "where": where})
            return behind(connection, Asking(connection, asked, setting), limit, offset)

    def values(self, dimension: Dimension, like: str | None = None, limit: int = 1_000) -> list[Known]:
        """The values that a dimension has, with what they are called; with `like` those whose value or title has this in it."""
        self._keeping.brought_up()
        if dimension == "segment":
            self._keeping.segmented()
        with self._database.tenant(self._business) as connection:
            return naming.known(connection, dimension, _setting(connection), like, limit)

    def daily(
        self,
        by: Sequence[DailyKey] = ("product",),
        period: Period | None = None,
        where: Sequence[Condition] = (),
        currency: str | None = None,
    ) -> dict[str, list[Any]]:
        """Sales by day and keys as columns of equal length: day, the keys, units, units_returned, gross, discounts, returns,
        net, cost, covered, orders; days without sales have no row. Units are pieces, money is minor units without tax.
        """
        self._keeping.brought_up()
        with self._database.tenant(self._business) as connection:
            setting = _setting(connection)
            found = period or setting.span
            names = (
                "day",
                *by,
                "units",
                "units_returned",
                "gross",
                "discounts",
                "returns",
                "net",
                "cost",
                "covered",
                "orders",
            )
            if found is None:
                return {name: [] for name in names}
            query = Query(
                metrics=["net_sales"],
                by=["day", *by],
                where=naming.looked_up(connection, where, setting),
                period=found,
                currency=currency,
            )
            return Asking(connection, query, setting).daily(names)


def _setting(connection: Connection[Any]) -> Setting:
    row = connection.execute(
        "select b.currency, b.zone, coalesce((select c.week_start from calendar c), 1), "
        "(select min(day) from sold_day where lines > left_out), (select max(day) from sold_day where lines > left_out) "
        "from business b"
    ).fetchone()
    currency, zone, week_start, first, last = row or ("EUR", "UTC", 1, None, None)
    span = Period(first=first, last=last) if first and last else None
    return Setting(currency, zone, week_start, datetime.now(ZoneInfo(zone)).date(), span)


class _Answer:
    """One answer in the making."""

    def __init__(self, connection: Connection[Any], query: Query, asking: Asking, setting: Setting) -> None:
        self.connection = connection
        self.query = query
        self.asking = asking
        self.setting = setting
        self.notes: list[str] = []
        self.sources = 0

    def table(self) -> Table:
        """The whole answer."""
        query, asking = self.query, self.asking
        now, total = self._counted(query.period)
        self.sources = total["lines"] if total else 0
        other = query.other
        before, total_before = self._counted(other) if other else ({}, None)
        if other:
            turned = moved(query.by, query.period, other, self.setting.week_start)
            before = {turned(key): counts for key, counts in before.items()}
        if total is not None:
            self._filled(now)
        rows = ordered([self._row(key, now, before, other is not None) for key in {**before, **now}], query)
        shown = rows if query.top is None else rows[: query.top]
        others = None
        if len(shown) < len(rows):
            keys = [tuple(row.key.values()) for row in shown]
            others = self._others(keys, now, total, before, total_before if other else None)
        naming.titled(self.connection, shown)
        whole = Row(
            key={}, values=figures(query.metrics, total), before=figures(query.metrics, total_before) if other else None
        )
        self._told(total)
        return Table(
            query=query,
            columns=self._columns(),
            rows=shown,
            others=others,
            total=whole,
            currency=asking.currency,
            sql=asking.statement(),
            sources=self.sources,
            notes=self.notes,
        )

    def _counted(self, period: Period) -> tuple[dict[Key, Counts], Counts | None]:
        span = self.setting.span
        if span is None or period.last < span.first or period.first > max(span.last, self.setting.today):
            return {}, None
        if period.first > span.last and (period.first - span.last).days > 366:
            return {}, None
        return self.asking.counted(period)

    def _row(self, key: Key, now: Mapping[Key, Counts], before: Mapping[Key, Counts], compared: bool) -> Row:
        metrics = self.query.metrics
        return Row(
            key=dict(zip(self.query.by, key, strict=True)),
            values=figures(metrics, now.get(key, NOTHING)),
            before=figures(metrics, before.get(key, NOTHING)) if compared else None,
        )

    def _filled(self, now: dict[Key, Counts]) -> None:
        """Put in the days, weeks or months without sales, where the rows are these alone."""
        query, span = self.query, self.setting.span
        if len(query.by) != 1 or query.by[0] not in TIMES or span is None:
            return
        first = max(query.period.first, span.first)
        last = min(query.period.last, max(span.last, self.setting.today))
        if first <= last:
            for name in buckets(query.by[0], Period(first=first, last=last), self.setting.week_start):
                now.setdefault((name,), dict(NOTHING))

    def _others(
        self,
        keys: Iterable[Key],
        now: Mapping[Key, Counts],
        total: Counts | None,
        before: Mapping[Key, Counts],
        total_before: Counts | None,
    ) -> Row:
        """What is not shown, as one row; figures that do not add up cannot be told of it."""
        shown = list(keys)
        metrics = self.query.metrics
        apart = [name for name in metrics if not self._splits(name)]

        def rest(whole: Counts | None, rows: Mapping[Key, Counts]) -> dict[Metric, Value]:
            if whole is None:
                return figures(metrics, None)
            left = figures(metrics, less(whole, (rows[key] for key in shown if key in rows)))
            return {**left, **dict.fromkeys(apart)}

        return Row(
            key=dict.fromkeys(self.query.by),
            titles=dict.fromkeys(self.query.by, "others"),
            values=rest(total, now),
            before=rest(total_before, before) if self.query.compare else None,
        )

    def _splits(self, metric: Metric) -> bool:
        """Whether what a metric is computed from adds up over the rows of this question."""
        by = set(self.query.by)
        if metric in ("customers", "new_customers", "returning_customers", "returning_rate"):
            return by <= OF_CUSTOMERS
        if metric in ("orders", "average_order", "units_per_order", "cancelled_orders", "cancellation_rate"):
            return not by & OF_PRODUCTS
        return True

    def _columns(self) -> list[Column]:
        dimensions = [Column(name=name, title=DIMENSION_WORDS[name][0]) for name in self.query.by]
        metrics = []
        for name in self.query.metrics:
            one = FIGURES.get(name) or STOCKED[name]
            adds_up = (one.adds_up or name in ("customers", "new_customers", "returning_customers")) and self._splits(
                name
            )
            metrics.append(Column(name=name, title=one.title, unit=one.unit, adds_up=adds_up))
        return [*dimensions, *metrics]

    def _told(self, total: Counts | None) -> None:
        """Say what was left out, and what is not known."""
        query, span, say = self.query, self.setting.span, self.notes.append
        metrics = set(query.metrics)
        if span is None:
            say("There are no orders with a date yet.")
        elif total is None:
            say(f"Nothing is known of this period: orders are known from {span.first} to {span.last}.")
        elif query.period.first < span.first:
            say(f"Orders are known from {span.first} on; the period begins on {query.period.first}.")
        if query.period.last > self.setting.today:
            say(f"The period ends on {query.period.last}, which is not over yet: today is {self.setting.today}.")
        for currency, count in sorted(self.asking.missing.items()):
            say(
                f"{count:,} orders in {currency} are left out: there is no rate from {currency} to {self.asking.currency} on or "
                "before their day."
            )
        row = self.connection.execute(
            "select count(*) from orders where placed_at is null and kind <> 'adjustment'"
        ).fetchone()
        if row and row[0]:
            say(f"{row[0]:,} orders have no date and are in no figure.")
        if total is None:
            return
        if total["left_out"] and not query.where:
            say(f"{total['left_out']:,} lines are no sales and are left out: adjustments, fees and tests.")
        if total["undated_refunds"] and metrics & {
            "returns",
            "net_sales",
            "revenue",
            "refund_rate",
            "total_sales",
            "margin",
        }:
            say(f"{total['undated_refunds']:,} refunds have no day of their own and count on the day of their order.")
        if metrics & {"cost", "margin", "margin_rate"}:
            self._told_of_costs(total)

    def _told_of_costs(self, total: Counts) -> None:
        net = total["gross"] - total["discounts"] - total["returns"]
        if not (total["cost"] or total["covered"]) and (total["gross"] or total["returns"]):
            self.notes.append("No cost is known of anything that was sold.")
        elif net and total["covered"] != net:
            self.notes.append(
                f"Costs are known of {total['covered'] / net:.1%} of net sales; the rest is in no cost and no margin."
            )
