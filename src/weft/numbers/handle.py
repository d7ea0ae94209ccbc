"""`business.numbers`: what happened in one business, asked by typed questions."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import Connection

from weft.numbers import naming
from weft.numbers.answering import NOTHING, Asking, Counts, Key, buckets, figures, less, moved, ordered
from weft.numbers.basis import Basis
from weft.numbers.behind import behind
from weft.numbers.definitions import DIMENSION_WORDS, FIGURES, STOCKED, defined
from weft.numbers.keeping import Keeping
from weft.numbers.lines import TELLS
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
from weft.numbers.stock import Shelf, Stocked
from weft.numbers.together import Together, together
from weft.postgres.database import Database
from weft.store.sold import DATED

DailyKey = Literal["product", "variant", "country", "channel", "promotion", "category", "brand", "currency"]


class Numbers:
    """One business's figures. Each comes from one definition, with the statement that computes it and the lines behind it."""

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business
        self._keeping = Keeping(database, business)
        self.basis = Basis(database, business)

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

    def together(self, period: Period, limit: int = 10) -> list[Together]:
        """The pairs of products that share more of a period's orders than chance would have it, the clearest first."""
        self._keeping.brought_up()
        with self._database.tenant(self._business) as connection:
            return together(connection, period, limit)


def _setting(connection: Connection[Any]) -> Setting:
    row = connection.execute(
        "select b.currency, b.zone, coalesce((select c.week_start from calendar c), 1), "
        f"(select min(s.day) from sold_day s where {TELLS}), (select max(s.day) from sold_day s where {TELLS}) "
        "from business b"
    ).fetchone()
    currency, zone, week_start, first, last = row or ("EUR", "UTC", 1, None, None)
    span = Period(first=first, last=last) if first and last else None
    return Setting(currency, zone, week_start, datetime.now(ZoneInfo(zone)).date(), span)


class _Side:
    """What is known of one period: counts of sales by key and in total, and of stock."""

    def __init__(self, asking: Asking, shelf: Shelf, period: Period, setting: Setting) -> None:
        self.rows: dict[Key, Counts] = {}
        self.total: Counts | None = None
        self.stocked = shelf.lying(period) if shelf.asked else Stocked()
        self.sold = shelf.sold_before(asking, period, self.stocked) if shelf.asked else {}
        self.period = period
        span = setting.span
        self.unknown = _unknown(asking.query.by, period, setting)
        if span is not None and period.last >= span.first and period.first <= setting.known_to:
            self.rows, self.total = asking.counted(period)

    def turned(self, now: Period, by: Sequence[Dimension], week_start: int) -> None:
        """Put everything under the keys of the period that it stands beside."""
        key_of = moved(by, now, self.period, week_start)
        at = next((at for at, name in enumerate(by) if name in TIMES), None)
        if at is not None:
            self.unknown = frozenset(key_of((None,) * at + (name,))[at] for name in self.unknown)
        self.rows = {key_of(key): counts for key, counts in self.rows.items()}
        self.stocked.rows = {key_of(key): lying for key, lying in self.stocked.rows.items()}
        self.sold = {key_of(key): sold for key, sold in self.sold.items()}


def _unknown(by: Sequence[Dimension], period: Period, setting: Setting) -> frozenset[str | None]:
    """The days, weeks or months of a period of which no sales are known: before the first, or after what is recorded."""
    time, span = next((name for name in by if name in TIMES), None), setting.span
    if time is None or span is None:
        return frozenset()
    known = buckets(time, Period(first=span.first, last=max(setting.known_to, span.first)), setting.week_start)
    return frozenset(name for name in buckets(time, period, setting.week_start) if not known[0] <= name <= known[-1])


class _Answer:
    """One answer in the making."""

    def __init__(self, connection: Connection[Any], query: Query, asking: Asking, setting: Setting) -> None:
        self.connection = connection
        self.query = query
        self.asking = asking
        self.setting = setting
        self.shelf = Shelf(connection, query, asking.query.where, setting)
        self.notes: list[str] = []

    def table(self) -> Table:
        """The whole answer."""
        query, asking = self.query, self.asking
        now = _Side(asking, self.shelf, query.period, self.setting)
        before = _Side(asking, self.shelf, query.other, self.setting) if query.other else None
        if before:
            before.turned(query.period, query.by, self.setting.week_start)
        if now.total is not None:
            self._filled(now.rows)
        keys = self._keys(now, before)
        most = len(keys) if query.top is None else query.top
        shown = [self._row(key, now, before) for key in keys[:most]]
        others = None
        if len(keys) > most:
            others = Row(
                key=dict.fromkeys(query.by),
                titles=dict.fromkeys(query.by, "others"),
                values=self._rest(now, keys[:most]),
                before=self._rest(before, keys[:most]) if before else None,
            )
        naming.titled(self.connection, shown)
        self._told(now.total, before)
        self.notes += self.shelf.notes
        return Table(
            query=query,
            columns=self._columns(),
            rows=shown,
            others=others,
            total=Row(key={}, values=self._whole(now), before=self._whole(before) if before else None),
            currency=asking.currency,
            sql=";\n".join(filter(None, (asking.statement(), self.shelf.statement))),
            sources=now.total["lines"] if now.total else 0,
            notes=self.notes,
        )

    def _keys(self, now: _Side, before: _Side | None) -> list[Key]:
        """What the rows stand for, in their order."""
        query = self.query
        if not query.by:
            return []
        keys = dict.fromkeys([*now.rows, *now.stocked.rows, *(before.rows if before else ())])
        metric = [query.order or query.metrics[0]]
        return ordered(keys, lambda key: self._values(now, key, metric)[metric[0]], query)

    def _row(self, key: Key, now: _Side, before: _Side | None) -> Row:
        metrics = self.query.metrics
        return Row(
            key=dict(zip(self.query.by, key, strict=True)),
            values=self._values(now, key, metrics),
            before=self._values(before, key, metrics) if before else None,
        )

    def _values(self, side: _Side, key: Key, metrics: Sequence[Metric]) -> dict[Metric, Value]:
        known = side.total is not None and side.unknown.isdisjoint(key)
        counts = side.rows.get(key, NOTHING) if known else None
        if not self.shelf.asked:
            return figures(metrics, counts)
        lying = self.shelf.figures(metrics, side.stocked.rows.get(key), counts, side.sold.get(key))
        values = {**figures(metrics, counts), **lying}
        return {name: values[name] for name in metrics}

    def _whole(self, side: _Side) -> dict[Metric, Value]:
        values = {
            **figures(self.query.metrics, side.total),
            **self.shelf.figures(self.query.metrics, side.stocked.total, side.total, side.sold.get(())),
        }
        return {name: values[name] for name in self.query.metrics}

    def _filled(self, now: dict[Key, Counts]) -> None:
        """Put in the days, weeks or months without sales, where the rows are these alone."""
        query, span = self.query, self.setting.span
        if len(query.by) != 1 or query.by[0] not in TIMES or span is None:
            return
        first = max(query.period.first, span.first)
        last = min(query.period.last, self.setting.known_to)
        if first <= last:
            for name in buckets(query.by[0], Period(first=first, last=last), self.setting.week_start):
                now.setdefault((name,), dict(NOTHING))

    def _rest(self, side: _Side, shown: Sequence[Key]) -> dict[Metric, Value]:
        """The figures of what is not shown; those that do not add up cannot be told of it."""
        left = None if side.total is None else less(side.total, (side.rows[key] for key in shown if key in side.rows))
        values = figures(self.query.metrics, left)
        return {name: values.get(name) if self._splits(name) else None for name in self.query.metrics}

    def _splits(self, metric: Metric) -> bool:
        """Whether what a metric is computed from adds up over the rows of this question."""
        by = set(self.query.by)
        if metric in ("customers", "new_customers", "returning_customers", "returning_rate"):
            return by <= OF_CUSTOMERS
        if metric in ("orders", "average_order", "units_per_order", "cancelled_orders", "cancellation_rate"):
            return not by & OF_PRODUCTS
        return metric not in STOCKED

    def _columns(self) -> list[Column]:
        dimensions = [Column(name=name, title=DIMENSION_WORDS[name][0]) for name in self.query.by]
        metrics = []
        for name in self.query.metrics:
            one = FIGURES.get(name) or STOCKED[name]
            adds_up = name in STOCKED and one.adds_up and not set(self.query.by) & set(TIMES)
            adds_up |= (one.adds_up or name in ("customers", "new_customers", "returning_customers")) and self._splits(
                name
            )
            metrics.append(Column(name=name, title=one.title, unit=one.unit, adds_up=adds_up))
        return [*dimensions, *metrics]

    def _told(self, total: Counts | None, before: _Side | None) -> None:
        """Say what was left out, and what is not known."""
        query, say = self.query, self.notes.append
        self._told_of_time(total, before)
        metrics = set(query.metrics)
        for currency, count in sorted(self.asking.missing.items()):
            say(
                f"{_counted(count, 'order')} in {currency} {'is' if count == 1 else 'are'} left out: there is no rate from {currency} to {self.asking.currency} on or "
                "before their day."
            )
        row = self.connection.execute(
            f"select count(*) from orders where (placed_at is null or not {DATED.format('placed_at')}) and kind <> 'adjustment'"
        ).fetchone()
        if row and row[0]:
            has = (
                "has no date between 1900 and 2099 and is"
                if row[0] == 1
                else "have no date between 1900 and 2099 and are"
            )
            say(f"{_counted(row[0], 'order')} {has} in no figure.")
        if total is None:
            return
        if total["left_out"] and not query.where:
            are = "is no sale and is" if total["left_out"] == 1 else "are no sales and are"
            say(f"{_counted(total['left_out'], 'line')} {are} left out: adjustments, fees and tests.")
        if total["undated_refunds"] and metrics & {
            "returns",
            "net_sales",
            "revenue",
            "refund_rate",
            "total_sales",
            "margin",
        }:
            own = (
                "has no day of its own and counts"
                if total["undated_refunds"] == 1
                else "have no day of their own and count"
            )
            say(
                f"{_counted(total['undated_refunds'], 'refund')} {own} on the day of {'its' if total['undated_refunds'] == 1 else 'their'} order."
            )
        if metrics & {"cost", "margin", "margin_rate"}:
            self._told_of_costs(total)

    def _told_of_time(self, total: Counts | None, before: _Side | None) -> None:
        query, span, say = self.query, self.setting.span, self.notes.append
        if span is None:
            say("There are no orders with a date yet.")
        elif total is None:
            say(f"Nothing is known of this period: orders are known from {span.first} to {span.last}.")
        elif query.period.first < span.first:
            say(f"Orders are known from {span.first} on; the period begins on {query.period.first}.")
        if query.period.last > self.setting.today:
            say(f"The period ends on {query.period.last}, which is not over yet: today is {self.setting.today}.")
        elif total is not None and query.period.last > self.setting.known_to:
            say(f"Orders are known up to {self.setting.known_to}; the period ends on {query.period.last}.")
        if before and span is not None and before.period.first < span.first:
            known = "nothing" if before.total is None else f"only what is from {span.first} on"
            say(f"Of the period compared with, {before.period.first} to {before.period.last}, {known} is known.")

    def _told_of_costs(self, total: Counts) -> None:
        net = total["gross"] - total["discounts"] - total["returns"]
        if not (total["cost"] or total["covered"]) and (total["gross"] or total["returns"]):
            self.notes.append("No cost is known of anything that was sold.")
        elif net and total["covered"] != net:
            self.notes.append(
                f"Costs are known of {total['covered'] / net:.1%} of net sales; the rest is in no cost and no margin."
            )


def _counted(count: int, name: str) -> str:
    return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"
