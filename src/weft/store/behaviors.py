"""What people did in the shop: searches, what they were shown, looked at, put in the cart and bought."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
from psycopg import Connection

from weft.postgres.database import Database
from weft.store import bulk, journal, outcomes, ubi, unmet
from weft.store.rows import array_text, json_text
from weft.store.ubi import Behavior

_COLUMNS: Final = (
    *("key", "id", "action", "at", "visitor", "session", "customer", "query_id", "query", "words", "results", "hits"),
    *("product", "position", "place", "quantity", "price", "currency", "order_id", "consent", "bot", "attributes"),
)
_LISTED: Final = ", ".join(_COLUMNS)
_SHOWN: Final = (
    *("id", "action", "at", "visitor", "session", "customer", "query_id", "query", "results", "hits"),
    *("product", "position", "place", "quantity", "price", "currency", "order_id", "consent", "bot", "attributes"),
)
_TYPES: Final = (
    "key uuid, id text, action text, at timestamptz, visitor text, session text, customer text, query_id text, query text, "
    "words text, results integer, hits text[], product text, position integer, place text, quantity numeric, price bigint, "
    "currency text, order_id text, consent boolean, bot boolean, attributes jsonb"
)
# A customer's are also what the same browsers did before somebody logged in.
_OF_PERSON: Final = (
    "(visitor = %s or customer = %s or session = %s or customer is null and visitor in "
    "(select visitor from behavior where customer = %s and visitor is not null))"
)
# Who did it, by what a page cannot claim of somebody else.
_CALLER: Final = "coalesce(visitor, session, customer)"
# Below this a temporary table costs more than it spares.
_FEW: Final = 200
_CHUNK: Final = 10_000
# On which day each business's behaviors were last looked after in this process.
_KEPT: Final[dict[UUID, date]] = {}
WORN: Final = ("view", "click", "cart", "purchase")
BUSIEST_MINUTE: Final = 200
BUSIEST_DAY: Final = 3_000
"""How much beside looking on (`impression`) a person does in a minute and in a day; who does more is a bot for that day."""


@dataclass(slots=True)
class Taken:
    """What became of behaviors: `taken` are new, `known` were there, `left_out` are new too and a bot's: in no report."""

    taken: int = 0
    known: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What came of answers between two moments: of all of them, by row, and how many behaviors of bots were left out."""

    since: datetime | None
    until: datetime | None
    bots: int
    total: dict[str, Any]
    rows: list[dict[str, Any]]


class Event(NamedTuple):
    """A behavior as those who learn from many need it; the subject is the customer, else the visitor, else the session."""

    action: str
    at: datetime
    subject: str | None
    session: str | None
    product: str | None
    query: str | None
    quantity: float | None
    place: str | None


class Behaviors:
    """One business's behaviors. What bots did is kept and counted, and left out of all that is told here."""

    def __init__(self, database: Database, business: UUID, currency: str) -> None:
        self._database = database
        self._business = business
        self._currency = currency

    def read(self, given: Any, now: datetime | None = None, *, bot: bool = False) -> Behavior:
        """A behavior of what a program, or a `bot`, sent; raises InputError with a sentence that names the field."""
        read = ubi.read(given, currency=self._currency, now=now or datetime.now(UTC))
        return replace(read, bot=True) if bot else read

    def put(
        self,
        connection: Connection[Any],
        behaviors: Iterable[Behavior | Mapping[str, Any]],
        *,
        claimed: bool = False,
    ) -> Taken:
        """Write behaviors inside the caller's transaction; one that is there is left as it is. Raises InputError.

        Where it is only `claimed` which customer did them, as by a page's key that anybody can read, nothing is concluded from it.
        """
        now = datetime.now(UTC)
        given = [one if isinstance(one, Behavior) else self.read(one, now) for one in behaviors]
        # In one order by all who write at once, so that none waits for who waits for it.
        rows = sorted({one.key: one for one in reversed(given)}.values(), key=lambda one: one.key.int)
        if not rows:
            return Taken()
        self._keep_to_days(connection, now)
        written = _few(connection, rows) if len(rows) <= _FEW else _many(connection, rows)
        new = [one for one in rows if one.key in written]
        bots = {one.key for one in new if one.bot} | _inhuman(connection, new, claimed=claimed)
        return Taken(len(new) - len(bots), len(given) - len(new), len(bots))

    def _keep_to_days(self, connection: Connection[Any], now: datetime) -> None:
        """Once a day, forget what is older than the business wants to keep."""
        if _KEPT.get(self._business) == now.date():
            return
        row = connection.execute("select body ->> 'days' from preference where section = 'behaviors'").fetchone()
        if days := int(row[0] or 0) if row else 0:
            self._forget_before(connection, "retention", now - timedelta(days=days))
        _KEPT[self._business] = now.date()

    def events(self, actions: Sequence[str] = (), since: datetime | None = None) -> Iterator[Event]:
        """What people did, in the order of time; all actions where none is named."""
        where = "not bot"
        parameters: list[Any] = []
        if actions:
            where, parameters = f"{where} and action = any(%s)", [list(actions)]
        if since is not None:
            where, parameters = f"{where} and at >= %s", [*parameters, since]
        with self._database.tenant(self._business) as connection, connection.cursor(name="events") as cursor:
            cursor.itersize = _CHUNK
            cursor.execute(
                "select action, at, subject, session, product, query, quantity::float8, place from behavior "
                f"where {where} order by at, key",
                parameters,
            )
            yield from map(Event._make, cursor)

    def recent(self, subject: str, limit: int = 20, *, nameless: bool = False) -> list[str]:
        """The products that somebody (a customer, a visitor, a session) looked at, took or bought, newest first.

        With `nameless` only what was done without a customer's name: so nobody is told what a customer did by calling themselves so.
        """
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select product from (select product, at from behavior where subject = %s and product is not null and not bot "
                "and action = any(%s) and (customer is null or not %s) order by at desc limit 1000) b "
                "group by product order by max(at) desc, product limit %s",
                (subject, list(WORN), nameless, limit),
            ).fetchall()
        return [row[0] for row in rows]

    def count(self) -> dict[str, int]:
        """How many behaviors there are: people's, by action, and `bots`."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select case when bot then 'bots' else action end, count(*) from behavior group by 1 order by 1"
            ).fetchall()
        return dict(rows)

    def listed(self, person: str | None = None, action: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
        """What was done last, newest first: of a visitor, customer or session, and of one action, where these are named."""
        where, parameters = ["true"], []
        if person is not None:
            where.append(_OF_PERSON)
            parameters += [person] * 4
        if action is not None:
            where.append("action = %s")
            parameters.append(action)
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                f"select key, {', '.join(_SHOWN)} from behavior where {' and '.join(where)} order by at desc, key limit %s",
                [*parameters, limit],
            ).fetchall()
        return [_record(key, dict(zip(_SHOWN, row, strict=True))) for key, *row in rows]

    def records(self) -> Iterator[dict[str, Any]]:
        """All behaviors in the order of time, as the interchange has them."""
        with self._database.tenant(self._business) as connection, connection.cursor(name="behaviors") as cursor:
            cursor.itersize = _CHUNK
            cursor.execute(f"select key, {', '.join(_SHOWN)} from behavior order by at, key")
            for key, *row in cursor:
                yield _record(key, dict(zip(_SHOWN, row, strict=True)))

    def searches(self, days: int = 28, limit: int = 1_000) -> list[dict[str, Any]]:
        """What came of searches, by query, the most frequent first, over the last `days` days with behaviors.

        Each has query, times, people, found_nothing, clicked (of these times), click_through, position (of clicks, on average, from
        1), carted and bought (how many led to it), revenue (amounts in minor units, by currency) and when it was asked last.
        """
        return self.told("query", days, limit).rows

    def strips(self, days: int = 28, limit: int = 1_000) -> list[dict[str, Any]]:
        """The same of strips of recommendations, by their places."""
        return self.told("strip", days, limit).rows

    def unmet(self, days: int = 28, limit: int = 1_000) -> list[unmet.Unmet]:
        """The queries that found nothing or were not clicked over the last `days` days with behaviors, those of most people first."""
        with self._database.tenant(self._business) as connection:
            span = outcomes.span(connection, days)
            return [] if span is None else unmet.listed(connection, *span, limit)

    def told(self, by: outcomes.By, days: int, limit: int) -> Report:
        """What came of searches or of strips, and of all of them together."""
        with self._database.tenant(self._business) as connection:
            span = outcomes.span(connection, days)
            if span is None:
                return Report(None, None, self._bots(connection, None), {}, [])
            total, rows = outcomes.listed(connection, by, *span, limit)
            return Report(*span, self._bots(connection, span), total, rows)

    @staticmethod
    def _bots(connection: Connection[Any], span: tuple[datetime, datetime] | None) -> int:
        where, bounds = ("and at > %s and at <= %s", span) if span else ("", ())
        row = connection.execute(f"select count(*) from behavior where bot {where}", bounds).fetchone()
        return int(row[0]) if row else 0

    def forget(self, who: str, person: str) -> int:
        """Forget all that a visitor, customer or session did, and answer how much that was."""
        with self._database.tenant(self._business) as connection:
            gone = connection.execute(f"delete from behavior where {_OF_PERSON}", (person,) * 4).rowcount
            # The journal is for good: it says that somebody was forgotten, and not who.
            journal.record(connection, self._business, who, "behaviors.forget", {"behaviors": gone})
        return gone

    def forget_before(self, who: str, moment: datetime) -> int:
        """Forget all that was done before a moment, and answer how much that was."""
        with self._database.tenant(self._business) as connection:
            return self._forget_before(connection, who, moment)

    def _forget_before(self, connection: Connection[Any], who: str, moment: datetime) -> int:
        gone = connection.execute("delete from behavior where at < %s", (moment,)).rowcount
        if gone:
            detail = {"behaviors": gone, "before": moment.isoformat()}
            journal.record(connection, self._business, who, "behaviors.forget", detail)
        return gone


def _few(connection: Connection[Any], rows: Sequence[Behavior]) -> set[UUID]:
    said = orjson.dumps([dict(zip(_COLUMNS, _cells(row, as_json=True), strict=True)) for row in rows], default=_plain)
    written = connection.execute(
        f"insert into behavior ({_LISTED}) select {_LISTED} from jsonb_to_recordset(%s::jsonb) as i ({_TYPES}) order by key "
        "on conflict (business, key) do nothing returning key",
        (said.decode(),),
    )
    return {row[0] for row in written}


def _many(connection: Connection[Any], rows: Sequence[Behavior]) -> set[UUID]:
    staged = bulk.stage(connection, "behavior", _COLUMNS, (_cells(row) for row in rows))
    written = connection.execute(
        f"insert into behavior ({_LISTED}) select {_LISTED} from {staged} order by key "
        "on conflict (business, key) do nothing returning key"
    )
    return {row[0] for row in written}


def _plain(value: Any) -> str:
    return str(value)


def _cells(one: Behavior, *, as_json: bool = False) -> tuple[Any, ...]:
    hits: Any = one.hits if as_json or one.hits is None else array_text(one.hits)
    attributes: Any = (one.attributes or None) if as_json else json_text(one.attributes)
    return (
        *(
            one.key,
            one.id,
            one.action,
            one.at,
            one.visitor,
            one.session,
            one.customer,
            one.query_id,
            one.query,
            one.words,
        ),
        *(one.results, hits, one.product, one.position, one.place, one.quantity, one.price, one.currency, one.order),
        *(one.consent, one.bot, attributes),
    )


def _inhuman(connection: Connection[Any], new: Sequence[Behavior], *, claimed: bool) -> set[UUID]:
    """Mark the days on which a browser, or a customer of whom no browser is known, did more than people do.

    Answer which of the new ones lie in them. Of a customer whose browsers are known, no browser that calls itself theirs makes a bot.
    """
    callers = {
        who for one in new if (who := one.visitor or one.session or (None if claimed else one.customer)) is not None
    }
    if not callers:
        return set()
    subjects = {one.subject for one in new if one.subject is not None}
    first, last = min(one.at for one in new), max(one.at for one in new)
    bounds = (_midnight(first), _midnight(last) + timedelta(days=1))
    marked = connection.execute(
        f"with busy as (select who, date_trunc('day', minute) as day from (select {_CALLER} as who, date_trunc('minute', at) as minute, "
        f"count(*) as done from behavior where subject = any(%s) and {_CALLER} = any(%s) and at >= %s and at < %s "
        "and action <> 'impression' group by 1, 2) m group by 1, 2 having max(done) > %s or sum(done) > %s) "
        f"update behavior b set bot = true from busy where b.subject = any(%s) and {_CALLER} = busy.who and b.at >= busy.day "
        "and b.at < busy.day + interval '1 day' and not b.bot returning b.key",
        (list(subjects), list(callers), *bounds, BUSIEST_MINUTE, BUSIEST_DAY, list(subjects)),
    ).fetchall()
    return {row[0] for row in marked} & {one.key for one in new}


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _record(key: UUID, row: dict[str, Any]) -> dict[str, Any]:
    """A behavior without what is not said of it."""
    amount, currency, order = row.pop("price"), row.pop("currency"), row.pop("order_id")
    record: dict[str, Any] = {"kind": "behavior", **row, "id": row["id"] or str(key)}
    if amount is not None:
        record["price"] = {"amount": amount, "currency": currency}
    if isinstance(quantity := record["quantity"], Decimal):
        record["quantity"] = int(quantity) if quantity == quantity.to_integral_value() else float(quantity)
    record["order"] = order
    if record["consent"]:
        del record["consent"]
    if not record["bot"]:
        del record["bot"]
    return {name: value for name, value in record.items() if value is not None}
