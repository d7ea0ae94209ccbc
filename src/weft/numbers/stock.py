"""Stock by day, from what lies there now and the movements by which it came to be: known from the first movement on."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from typing import Any, Final

from psycopg import ClientCursor, Connection

from weft.numbers import plan
from weft.numbers.answering import Asking, Counts, Key, buckets, named
from weft.numbers.definitions import DIMENSION_WORDS, STOCKED, ratio
from weft.numbers.plan import Setting
from weft.numbers.query import TIMES, Condition, Dimension, Metric, Period, Query, Value

_ABLE: Final = frozenset[Dimension](["product", "variant", "category", "brand", "location", *TIMES])
_WINDOW: Final = 28
# What lay there from a day to a day, of each variant (and location, where that is asked): the end of each such day.
_HISTORY: Final = """level as (
    select p.id as product, coalesce(v.sku, '') as sku, {place} as location, sum(l.quantity) as quantity
      from stock_level l join variant v on v.uid = l.variant join product p on p.uid = v.product group by 1, 2, 3
), moved as (
    select m.product, coalesce(m.sku, '') as sku, {moved_place} as location, (m.at at time zone b.zone)::date as day,
           sum(m.quantity) as quantity
      from stock_movement m cross join business b group by 1, 2, 3, 4
), lay as (
    select l.product, l.sku, l.location, coalesce(m.day, %s) as since,
           l.quantity - coalesce(sum(m.quantity) over later, 0) + coalesce(m.quantity, 0) as quantity
      from level l left join moved m using (product, sku, location)
    window later as (partition by l.product, l.sku, l.location order by m.day desc)
), history as (
    select *, coalesce(lead(since) over (partition by product, sku, location order by since) - 1, %s) as until from lay
)"""


@dataclass(slots=True)
class Lying:
    """What lies of something at the end of a day; `value` in minor units where costs are known."""

    quantity: int = 0
    value: int | None = None
    out_days: int = 0


@dataclass(slots=True)
class Stocked:
    """Stock by key and in total; None where none is known."""

    rows: dict[Key, Lying] = field(default_factory=dict)
    total: Lying | None = None


class Shelf:
    """What a question asks of stock, put to the tables of one business inside a transaction."""

    def __init__(self, connection: Connection[Any], query: Query, where: Sequence[Condition], setting: Setting) -> None:
        self.connection = connection
        self.query = query
        self.where = where
        self.setting = setting
        self.notes: list[str] = []
        self.unable = [name for name in (*query.by, *(one.dimension for one in where)) if name not in _ABLE]
        self.time = next((name for name in query.by if name in TIMES), None)
        self.currency = query.currency or setting.currency
        self.statement = ""

    @property
    def asked(self) -> bool:
        """Whether the question asks of stock at all."""
        return any(name in STOCKED for name in self.query.metrics)

    def lying(self, period: Period) -> Stocked:
        """What lay there at the end of a period, and of each of its days, weeks or months where these are asked."""
        if self.unable:
            words = " and ".join(DIMENSION_WORDS[name][0].lower() for name in dict.fromkeys(self.unable))
            self._say(f"Stock is not told apart by {words}.")
            return Stocked()
        today = self.setting.today
        if period.first > today:
            return Stocked()
        last = min(period.last, today)
        ends = self._ends(Period(first=period.first, last=last))
        keys = [name for name in self.query.by if name != self.time]
        found = Stocked()
        for cells, lying in self._measured(keys, ends):
            found.rows[cells] = lying
        for _, lying in self._measured([], {"": (period.first, last)}):
            found.total = lying
        self._told(last, found.total is not None)
        return found

    def _say(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def _ends(self, period: Period) -> dict[str, tuple[date, date]]:
        """The first and the last day of each bucket by its name; of the whole period by none."""
        if self.time is None:
            return {"": (period.first, period.last)}
        names = buckets(self.time, period, self.setting.week_start)
        ends: dict[str, tuple[date, date]] = {}
        place = 0
        for day in period.each():
            one = Period(first=day, last=day)
            name = buckets(self.time, one, self.setting.week_start)[0]
            while names[place] != name:
                place += 1
            ends[name] = (ends.get(name, (day, day))[0], day)
        return ends

    def _measured(self, keys: Sequence[Dimension], ends: Mapping[str, tuple[date, date]]) -> list[tuple[Key, Lying]]:
        """What lies at the end of stretches of days, by keys; where the question has a time its place is kept in the key."""
        today = self.setting.today
        parameters: list[Any] = [today, today]
        listed = "".join(f"{plan.expression(name, self.setting)}, " for name in keys)
        places = ", ".join(map(str, range(1, len(keys) + 2)))
        worth = "null"
        if "stock_value" in self.query.metrics:
            worth = (
                "sum(round(s.quantity * v.cost * rate_on(coalesce(v.currency, %s), %s, e.last))) "
                "filter (where e.last between s.since and s.until)"
            )
            parameters += [self.setting.currency, self.currency]
        parameters += [list(ends), [first for first, _ in ends.values()], [last for _, last in ends.values()]]
        condition = plan.holding(self.where, self.setting, parameters)
        statement = (
            f"with {self._history(keys)} select {listed}e.name, "
            "sum(s.quantity) filter (where e.last between s.since and s.until), "
            "sum(least(s.until, e.last) - greatest(s.since, e.first) + 1) filter (where s.quantity <= 0), "
            f"{worth} from unnest(%s::text[], %s::date[], %s::date[]) e (name, first, last) "
            "join history s on s.since <= e.last and s.until >= e.first "
            "join product p on p.id = s.product left join lateral (select v.cost, v.currency from variant v "
            "where v.product = p.uid and coalesce(v.sku, '') = s.sku limit 1) v on true "
            f"where {condition} group by {places} having bool_or(e.last between s.since and s.until)"
        )
        if not self.statement:
            self.statement = ClientCursor(self.connection).mogrify(statement, parameters)
        rows = self.connection.execute(statement, parameters).fetchall()
        found = []
        for row in rows:
            cells = {name: named(name, cell) for name, cell in zip(keys, row, strict=False)}
            if self.time is not None and row[len(keys)]:
                cells[self.time] = row[len(keys)]
            whole = bool(keys) or bool(row[len(keys)])
            key = tuple(cells[name] for name in self.query.by) if whole else ()
            quantity, out, value = row[len(keys) + 1 : len(keys) + 4]
            found.append((key, Lying(int(quantity or 0), None if value is None else int(value), int(out or 0))))
        return found

    def _history(self, keys: Sequence[Dimension]) -> str:
        placed = "location" in keys or any(one.dimension == "location" for one in self.where)
        return _HISTORY.format(place="l.location" if placed else "''", moved_place="m.location" if placed else "''")

    def _told(self, last: date, known: bool) -> None:
        row = self.connection.execute(
            "select (select count(*) from stock_level), (select min((m.at at time zone b.zone)::date) from stock_movement m, business b)"
        ).fetchone()
        levels, first = row or (0, None)
        if not levels:
            self._say("Nothing is known of stock.")
        elif not known:
            since = first or self.setting.today
            self._say(f"Stock is known from {since} on; nothing is known of how much there was on {last}.")
        elif self.query.period.first < (first or self.setting.today) and (
            self.time or "stock_out_days" in self.query.metrics
        ):
            self._say(f"Stock is known from {first or self.setting.today} on; the days before are not in the figures.")

    def figures(
        self,
        metrics: Sequence[Metric],
        lying: Lying | None,
        counts: Counts | None,
        sold: tuple[float, int] | None,
    ) -> dict[Metric, Value]:
        """The metrics of stock that a question asks for; `sold` are the pieces of the days before, and how many days."""
        values: dict[Metric, Value] = {}
        for name in metrics:
            if name not in STOCKED:
                continue
            if lying is None:
                values[name] = None
            elif name == "stock":
                values[name] = lying.quantity
            elif name == "stock_value":
                values[name] = lying.value
            elif name == "stock_out_days":
                values[name] = lying.out_days
            elif name == "days_of_stock":
                values[name] = _lasts(lying.quantity, sold)
            else:
                net = (counts["units"] - counts["units_returned"]) / 1000 if counts else 0
                values[name] = ratio(net, net + lying.quantity) if lying.quantity >= 0 and net >= 0 else None
        return values

    def sold_before(self, asking: Asking, period: Period, stocked: Stocked) -> dict[Key, tuple[float, int]]:
        """The net pieces of the 28 days up to the end of each stretch, of what is in stock by key and in all, and of how many days.

        They are read by one statement, however many stretches there are.
        """
        query, span = self.query, self.setting.span
        if "days_of_stock" not in query.metrics or span is None or stocked.total is None or "location" in query.by:
            return {}
        windows: dict[str, Period] = {}
        for name, (_, end) in self._ends(Period(first=period.first, last=min(period.last, self.setting.today))).items():
            to = min(end, self.setting.known_to)
            first = max(to - timedelta(_WINDOW - 1), span.first)
            if first <= to:
                windows[name] = Period(first=first, last=to)
        if not windows:
            return {}
        at = None if self.time is None else query.by.index(self.time)
        sums = self._running(asking, list(windows.values()), [name for name in query.by if name != self.time])
        found: dict[Key, tuple[float, int]] = {}
        for key in stocked.rows:
            window = windows.get("" if at is None else key[at] or "")
            held = sums.get(key if at is None else (*key[:at], *key[at + 1 :]))
            if window is not None and held is not None:
                found[key] = (held.within(window) / 1000, window.days)
        window = list(windows.values())[-1]
        found[()] = (sums[()].within(window) / 1000, window.days)
        return found

    def _running(self, asking: Asking, windows: Sequence[Period], keys: Sequence[Dimension]) -> dict[Key, "_Running"]:
        """The net pieces of the days of some windows, by key and, as the key (), in all."""
        whole = Period(first=min(one.first for one in windows), last=max(one.last for one in windows))
        # Of one window the days need not be told apart.
        by: list[Dimension] = [*(["day"] if len(windows) > 1 else ()), *keys]
        asked = asking.query.model_copy(update={"by": by, "metrics": ["net_units"], "period": whole})
        rows, total = Asking(self.connection, asked, self.setting).counted(whole)
        found: dict[Key, dict[int, int]] = {(): {}}
        for cells, counts in (rows if by else {(): total}).items():
            day = date.fromisoformat(cells[0] or "") if len(windows) > 1 else whole.first
            for key in {cells[len(by) - len(keys) :], ()}:
                held = found.setdefault(key, {})
                held[day.toordinal()] = held.get(day.toordinal(), 0) + counts["units"] - counts["units_returned"]
        return {key: _Running(held) for key, held in found.items()}


class _Running:
    """Amounts by day, of which any days in a row can be summed."""

    def __init__(self, held: Mapping[int, int]) -> None:
        self._days = sorted(held)
        self._sums = [0, *accumulate(held[day] for day in self._days)]

    def within(self, period: Period) -> int:
        """The sum of the days of a period."""
        first = bisect_left(self._days, period.first.toordinal())
        return self._sums[bisect_right(self._days, period.last.toordinal())] - self._sums[first]


def _lasts(quantity: int, sold: tuple[float, int] | None) -> float | None:
    """For how many days pieces last at the rate of some days; None where nothing was sold in them."""
    if sold is None or sold[0] <= 0 or quantity < 0:
        return None
    return round(quantity * sold[1] / sold[0], 1)
