"""Purchase orders: what was ordered of whom, how much of it has come, and what is still on order.

A line's quantity is a field that changes edit, `lines.SKU.quantity`: see `weft.store.purchase_lines`.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from psycopg import Connection

from weft.errors import Conflict, InputError, NotFound
from weft.store import bulk, journal, where
from weft.store.kept import Kept
from weft.store.records import Purchase
from weft.store.rows import Counts, json_text

STATES: Final = ("draft", "ordered", "received", "cancelled")
# What a person may make of an order in which state.
_MOVES: Final = {"ordered": ("draft",), "received": ("draft", "ordered"), "cancelled": ("draft", "ordered")}
FIELDS: Final = where.Fields(
    fixed={
        **{name: where.Field(f"o.{name}") for name in ("id", "supplier", "currency", "state", "note")},
        "expected": where.Field("o.expected::timestamptz", "time"),
        "ordered": where.Field("o.ordered_at", "time"),
        "created": where.Field("o.created_at", "time"),
    },
    open={},
)
_PLAIN: Final = ("supplier", "currency", "state", "ordered_at", "expected", "note")
LINE: Final = ("sku", "supplier_sku", "quantity", "received", "cost", "columns")
_SELECT: Final = (
    "select o.uid, o.known, json_strip_nulls(json_build_object('id', o.id, 'columns', o.columns, "
    + ", ".join(f"'{name}', o.{name}" for name in _PLAIN)
    + ", 'lines', coalesce((select json_agg(json_build_object("
    + ", ".join(f"'{name}', l.{name}" for name in LINE)
    + ", 'title', (select p.title from variant v join product p on p.uid = v.product where v.uid = item_named(l.sku))"
    + ") order by l.position) from purchase_line l where l.purchase = o.uid), '[]'), "
    "'total', (select case when count(*) = count(l.cost) then sum(l.cost * l.quantity)::bigint end "
    "from purchase_line l where l.purchase = o.uid)))::text, o.version, o.updated_at from purchase o"
)


def _cells(record: Mapping[str, Any]) -> list[Any]:
    state = record.get("state") or "ordered"
    return [*(state if name == "state" else record.get(name) for name in _PLAIN), json_text(record.get("columns"))]


_KIND: Final = bulk.Kind("purchase", (*_PLAIN, "columns"), _cells)


def _joined(held: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Two parts of a file that are of one order: the lines of both, those of one item added up."""
    lines: dict[str, dict[str, Any]] = {}
    for line in (*held.get("lines", ()), *more.get("lines", ())):
        before = lines.get(line["sku"], {})
        counted = {name: before.get(name, 0) + (line.get(name) or 0) for name in ("quantity", "received")}
        lines[line["sku"]] = {**before, **line, **counted}
    return {**held, **more, "lines": list(lines.values())}


class Purchases(Kept[Purchase]):
    """One business's purchase orders."""

    noun, table, alias, select, fields = "purchase order", "purchase", "o", _SELECT, FIELDS

    def put(self, connection: Connection[Any], purchases: Iterable[Purchase], source: str) -> Counts:
        """Write purchase orders inside the caller's transaction; each replaces the lines that it had."""
        del source
        wanted: dict[str, Mapping[str, Any]] = {}
        repeated = 0
        for purchase in purchases:
            repeated += purchase["id"] in wanted
            wanted[purchase["id"]] = _joined(wanted.get(purchase["id"], {}), purchase)
        placed = bulk.place(connection, _KIND, wanted)
        placed.counts.unchanged += repeated
        connection.execute("delete from purchase_line where purchase = any(%s)", (list(placed.uids.values()),))
        rows = [
            (uid, position, *(_cell(line, name) for name in LINE))
            for key, uid in placed.uids.items()
            for position, line in enumerate(wanted[key]["lines"], 1)
        ]
        staged = bulk.stage(connection, "purchase_line", ("purchase", "position", *LINE), rows)
        listed = ", ".join(("purchase", "position", *LINE))
        connection.execute(f"insert into purchase_line ({listed}) select {listed} from {staged}")
        return placed.counts

    def move(self, purchase: str, state: str, who: str) -> dict[str, Any]:
        """Say that a purchase order was ordered, has been received whole, or was cancelled; answers it.

        What was received counts as stock once the next file of stock says so. Raises NotFound, Conflict, InputError.
        """
        if state not in _MOVES:
            raise InputError(f"{state!r} is not a state that an order is given; those are {', '.join(_MOVES)}.")
        with self._database.tenant(self._business) as connection:
            row = connection.execute("select uid, state from purchase where id = %s for update", (purchase,)).fetchone()
            if row is None:
                raise NotFound(f"There is no purchase order {purchase!r}.")
            if row[1] not in _MOVES[state]:
                raise Conflict(f"The purchase order {purchase!r} is {row[1]}, so it cannot become {state}.")
            connection.execute(
                "update purchase set state = %s, ordered_at = case when %s = 'ordered' then now() else ordered_at end, "
                "version = version + 1, updated_at = now(), digest = null where uid = %s",
                (state, state, row[0]),
            )
            if state == "received":
                connection.execute("update purchase_line set received = quantity where purchase = %s", (row[0],))
            detail = {"purchase": purchase, "from": row[1], "to": state}
            journal.record(connection, self._business, who, f"purchase.{state}", detail)
        return self.get(purchase)

    def free_id(self, wanted: str) -> str:
        """An id that no purchase order has: the wanted one, or that with a number behind it."""
        with self._database.tenant(self._business) as connection:
            taken = {
                row[0]
                for row in connection.execute("select id from purchase where starts_with(id, %s)", (wanted,)).fetchall()
            }
        return next(
            name for n in range(1, len(taken) + 3) if (name := wanted if n == 1 else f"{wanted}-{n}") not in taken
        )


def _cell(line: Mapping[str, Any], name: str) -> Any:
    if name == "received":
        return line.get(name) or 0
    return json_text(line.get(name)) if name == "columns" else line.get(name)
