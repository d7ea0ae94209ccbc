"""What is kept of sales, brought up to date from what changed: lines, and their sums by order, day and month."""

from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from weft.numbers.definitions import fifths
from weft.numbers.lines import DAY_KEYS, LINE_KEYS, MEASURES, MONTH_KEYS, ORDER_KEYS, lines
from weft.postgres.database import Database

# A new way to compute makes all that was kept stale.
_VERSION: Final = 2
_PART: Final = 5_000
_MANY: Final = 5_000
_OF_ORDER: Final = (
    *(
        "uid",
        "kind",
        "placed_at",
        "cancelled_at",
        "country",
        "columns",
        "discount_code",
        "currency",
        "customer",
        "email",
    ),
    *("shipping", "taxes", "discount", "subtotal", "total", "refunded", "refunds"),
)
_OF_LINE: Final = (
    *("order_uid", "position", "product", "sku", "quantity", "kind", "price", "price_exact", "discount"),
)
_SUMMED: Final = ", ".join(f"sum({name})::bigint as {name}" for name in MEASURES)
_NEGATED: Final = ", ".join(f"-{name}" for name in MEASURES)
_LISTED: Final = ", ".join(MEASURES)


class Keeping:
    """One business's kept sums of sales."""

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business

    def brought_up(self, say: Callable[[int], None] | None = None) -> int:
        """Compute anew what changed since it was last asked; answers how many orders, 0 if nothing had changed.

        One process folds at a time; who comes meanwhile waits, and finds it done. `say` is told how many are done so far; and
        whoever runs the process, where it takes a while.
        """
        if self._fresh():
            return 0
        done = 0
        with self._database.alone(f"numbers {self._business}"):
            many = self._many()
            if many:
                self._database.tell(f"summing up sales for the figures: {many:,} orders, once …")
            while True:
                with self._database.tenant(self._business) as connection:
                    folded = _folded(connection)
                done += folded
                if say and folded:
                    say(done)
                if many and folded:
                    self._database.tell(f"summing up sales for the figures: {done:,} of about {many:,} orders …")
                if not folded:
                    break
            if done > _MANY:
                tables = ["sold_line", "sold_order", "sold_day", "sold_month", "sold_customer"]
                with self._database.tenant(self._business) as connection:
                    connection.execute("select statistics_refreshed(%s)", (tables,))
        return done

    def segmented(self) -> None:
        """Put customers into segments anew where their orders have changed since."""
        with self._database.tenant(self._business) as connection:
            stale = connection.execute("select from sold_state where segments is distinct from folds").fetchone()
        if stale is None:
            return
        with (
            self._database.alone(f"numbers {self._business}"),
            self._database.tenant(self._business) as connection,
        ):
            connection.execute(
                f"update sold_customer c set segment = s.segment from ({fifths('sold_customer')}) s "
                "where s.customer = c.customer and c.segment is distinct from s.segment"
            )
            connection.execute("update sold_state set segments = folds")

    def _many(self) -> int:
        """How many orders are to be computed, where it is so many that somebody would wait; else 0."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute(
                "select count(*) from (select distinct order_uid from sold_dirty where order_uid is not null) marked"
            ).fetchone()
        return int(row[0]) if row and row[0] > _MANY else 0

    def _fresh(self) -> bool:
        with self._database.tenant(self._business) as connection:
            row = connection.execute(
                "select (select n from sold_dirty order by n limit 1) is null and s.basis = %s || b.zone || ' ' || b.currency "
                "from business b join sold_state s on s.business = b.uid",
                (f"{_VERSION} ",),
            ).fetchone()
        return bool(row and row[0])


def _folded(connection: Connection[Any]) -> int:
    """Fold a part of what changed inside the caller's transaction; answers of how many orders."""
    _rebased(connection)
    connection.execute("create temporary table folding (uid uuid primary key) on commit drop")
    # How much is marked no statistics know: joined one by one much of it would take forever.
    connection.execute("set local enable_nestloop = off")
    count = _taken(connection)
    connection.execute("set local enable_nestloop = on")
    if not count:
        return 0
    connection.execute("analyze folding")
    listed = ", ".join((*LINE_KEYS, *MEASURES))
    for name in ("before", "after"):
        connection.execute(
            f"create temporary table sold_{name} on commit drop as select {listed} from sold_line limit 0"
        )
    connection.execute(
        "with gone as (delete from sold_line l using folding f where l.order_uid = f.uid returning l.*) "
        f"insert into sold_before select {listed} from gone"
    )
    connection.execute("delete from sold_order s using folding f where s.order_uid = f.uid")
    for table, key, read in (("orders", "uid", _OF_ORDER), ("order_line", "order_uid", _OF_LINE)):
        columns = ", ".join(f"t.{name}" for name in read)
        connection.execute(
            f"create temporary table folding_{table} on commit drop as select {columns} from {table} t "
            f"join folding f on f.uid = t.{key}"
        )
        connection.execute(f"analyze folding_{table} ({key})")
    # How many rows come out of a step is not known before it: joined one by one many would take forever.
    connection.execute("set local enable_nestloop = off")
    statement = lines("folding_orders", "folding_order_line")
    connection.execute(f"insert into sold_after ({listed}) {statement} select {listed} from sold_line")
    connection.execute("set local enable_nestloop = on")
    # What is of one day lies together: it is read together.
    connection.execute(
        f"insert into sold_line ({listed}) select {listed} from sold_after order by day, order_uid, position, part"
    )
    orders = ", ".join(ORDER_KEYS)
    connection.execute(
        f"insert into sold_order ({orders}, {_LISTED}) select {orders}, {_SUMMED} from sold_after group by {orders} order by day"
    )
    _shifted(connection, "sold_day", DAY_KEYS, DAY_KEYS)
    _shifted(connection, "sold_month", MONTH_KEYS, ("date_trunc('month', day)::date", *MONTH_KEYS[1:]))
    _met(connection)
    connection.execute("update sold_state set folds = folds + 1")
    return count


def _rebased(connection: Connection[Any]) -> None:
    """Mark everything where what is kept was computed in another zone, currency or way."""
    row = connection.execute(
        "select b.zone || ' ' || b.currency, (select s.basis from sold_state s) from business b"
    ).fetchone()
    basis = f"{_VERSION} {row[0]}" if row else str(_VERSION)
    if row is None or row[1] == basis:
        return
    connection.execute(
        "insert into sold_state (basis) values (%s) on conflict (business) do update set basis = excluded.basis",
        (basis,),
    )
    if row[1] is not None:
        connection.execute("insert into sold_dirty (order_uid) select uid from orders")


def _taken(connection: Connection[Any]) -> int:
    """Take some of what is marked, and put the orders that it concerns into `folding`; answers how many."""
    connection.execute(
        "with taken as (delete from sold_dirty where product is not null returning product, since) "
        "insert into folding select distinct l.order_uid from sold_line l join (select product, min(since) as since from taken "
        "group by product) t on t.product = l.product and l.day >= t.since on conflict do nothing"
    )
    connection.execute(
        "with batch as (select distinct order_uid from (select order_uid from sold_dirty where order_uid is not null "
        "order by n limit %s) first), taken as (delete from sold_dirty d using batch s where d.order_uid = s.order_uid "
        "returning d.order_uid) insert into folding select distinct order_uid from taken on conflict do nothing",
        (2 * _PART,),
    )
    row = connection.execute("select count(*) from folding").fetchone()
    return int(row[0]) if row else 0


def _shifted(connection: Connection[Any], table: str, keys: Sequence[str], reads: Sequence[str]) -> None:
    """Move the sums of a table by the difference between the lines before and after."""
    named = ", ".join(keys)
    read = ", ".join(reads)
    moved = ", ".join(f"{name} = t.{name} + excluded.{name}" for name in MEASURES)
    differs = " or ".join(f"sum({name}) <> 0" for name in MEASURES)
    connection.execute(
        f"insert into {table} as t ({named}, {_LISTED}) select {named}, {_SUMMED} from ("
        f"select {read}, {_LISTED} from sold_after union all select {read}, {_NEGATED} from sold_before) moved "
        f"({named}, {_LISTED}) group by {named} having {differs} order by {named} "
        f"on conflict (business, {named}) do update set {moved}"
    )
    if connection.execute("select exists (select from sold_before)").fetchone() == (True,):
        connection.execute(f"delete from {table} where lines = 0")


def _met(connection: Connection[Any]) -> None:
    """Tell anew what is known of the customers whose orders changed."""
    connection.execute(
        "create temporary table meeting on commit drop as select customer from sold_before where customer is not null "
        "union select customer from sold_after where customer is not null"
    )
    connection.execute("analyze meeting")
    connection.execute("delete from sold_customer c using meeting m where c.customer = m.customer")
    connection.execute(
        "insert into sold_customer (customer, first_order, first_day, last_day, orders, net) "
        "select o.customer, (array_agg(o.order_uid order by b.placed_at, o.order_uid) filter (where o.orders > 0))[1], "
        "min(o.day) filter (where o.orders > 0), max(o.day) filter (where o.orders > 0), sum(o.orders), "
        "sum(o.gross - o.discounts - o.returns) from sold_order o join meeting m on m.customer = o.customer "
        "join orders b on b.uid = o.order_uid group by o.customer having sum(o.orders) > 0"
    )
