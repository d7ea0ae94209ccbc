"""Purchase orders: what was ordered of whom, how much of it has come, and what is still on order.

A line's quantity is a field that changes edit, `lines.SKU.quantity`: see `weft.store.purchase_lines`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson
from psycopg import Connection

from weft.errors import Conflict, InputError, NotFound
from weft.store import bulk, catalog, journal, receiving, where
from weft.store.kept import Kept
from weft.store.records import Purchase
from weft.store.rows import Counts, json_text

STATES: Final = ("draft", "ordered", "received", "cancelled")
# What a person may make of an order in which state.
_MOVES: Final = {"ordered": ("draft", "received"), "received": ("draft", "ordered"), "cancelled": ("draft", "ordered")}
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


_ITEMS: Final = (
    "select p.id, p.title, p.status, nullif(v.sku, ''), v.position, count(*) over (partition by v.product), "
    "count(*) over (partition by nullif(v.sku, '')), v.price, v.cost, v.currency, v.stock, v.policy is not distinct from 'continue', "
    "p.category "
    "from product p join variant v on v.product = p.uid where p.gift_card is not true"
)


@dataclass(frozen=True, slots=True)
class Item:
    """What can be ordered: a variant, by the `name` that order lines give it; amounts are minor units of `currency`.

    `stock` is None where it is not counted; `owed` says that it is sold beyond its stock, so that less than none is owed.
    """

    name: str
    product: str
    title: str | None
    status: str | None
    sku: str | None
    position: int
    variants: int
    price: int | None
    cost: int | None
    currency: str | None
    stock: int | None
    owed: bool
    category: str | None = None


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What is still to come of a line of a purchase order that is a draft or has been sent."""

    purchase: str
    supplier: str | None
    sku: str
    quantity: int
    ordered: date | None
    expected: date | None


def _named(product: str, sku: str | None, position: int, variants: int, same: int) -> str:
    """An item's name: its SKU where only it has that, else its product's id, with its place among several."""
    if sku and same == 1:
        return sku
    return product if variants == 1 else f"{product}#{position}"


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

    def move(self, purchase: str, state: str, who: str, location: str | None = None) -> dict[str, Any]:
        """Say that a purchase order was ordered, has been received whole, or was cancelled; answers it.

        What has come is added to stock, at a location or where most of the item lies, and is taken back where an order that was
        received is said to be only ordered; `stocked` tells how much. Raises NotFound, Conflict, InputError.
        """
        if state not in _MOVES:
            raise InputError(f"{state!r} is not a state that an order is given; those are {', '.join(_MOVES)}.")
        if location is not None and state != "received":
            raise InputError("location: only what is received comes to a place.")
        stocked = None
        with self._database.tenant(self._business) as connection:
            row = connection.execute("select uid, state from purchase where id = %s for update", (purchase,)).fetchone()
            if row is None:
                raise NotFound(f"There is no purchase order {purchase!r}.")
            uid, before = row
            if before not in _MOVES[state]:
                raise Conflict(f"The purchase order {purchase!r} is {before}, so it cannot become {state}.")
            if state == "received":
                stocked = receiving.received(connection, uid, purchase, location)
            elif before == "received":
                stocked = receiving.taken_back(connection, uid, purchase)
            connection.execute(
                "update purchase set state = %s, ordered_at = case when %s = 'draft' and %s = 'ordered' then now() else ordered_at end, "
                "version = version + 1, updated_at = now(), digest = null where uid = %s",
                (state, before, state, uid),
            )
            detail = {"purchase": purchase, "from": before, "to": state}
            more = {"stock": stocked.told()} if stocked else {}
            journal.record(connection, self._business, who, f"purchase.{state}", detail | more)
        return self.get(purchase) | ({"stocked": stocked.told()} if stocked else {})

    def with_changes(self, changed: Iterable[Mapping[str, Any]]) -> list[Purchase]:
        """The orders that changes of lines are of, with what is approved and not applied yet, as connectors write them.

        An order has these lines alone: what else is in it was taken home before, or is nobody's decision yet.
        """
        changes = list(changed)
        found = {one["id"]: one for one in self.listed_of(sorted({change["record"] for change in changes}))}
        made: dict[str, Any] = {}
        for change in changes:
            facts = {
                fact["field"]: fact.get("value")
                for fact in change["facts"]
                if isinstance(fact, Mapping) and "field" in fact
            }
            cost = facts.get("cost") or {}
            held = found.get(change["record"], {})
            order = made.setdefault(
                change["record"],
                {
                    "id": change["record"],
                    "supplier": held.get("supplier") or facts.get("supplier"),
                    "state": held.get("state", "draft"),
                    "expected": held.get("expected") or facts.get("expected"),
                    "currency": held.get("currency") or cost.get("currency"),
                    "lines": [],
                },
            )
            name = change["field"].removeprefix("lines.").rpartition(".")[0]
            line = next(
                (one for one in held.get("lines", ()) if one["sku"] == name), {"sku": name, "cost": cost.get("amount")}
            )
            quantity = line.get("quantity", 0) if change["state"] in ("undone", "rejected") else change["after"] or 0
            order["lines"] = [one for one in order["lines"] if one["sku"] != name] + [{**line, "quantity": quantity}]
        return list(made.values())

    def listed_of(self, ids: list[str]) -> list[dict[str, Any]]:
        """These orders, whole, as far as there are such."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(f"{self.select} where o.id = any(%s) order by o.id", (ids,)).fetchall()
        return [orjson.loads(row[2]) for row in rows]

    def items(self, filter_text: str | None = None) -> list[Item]:
        """All that can be ordered, of the products that a filter matches, by product and place."""
        condition = where.parse(filter_text, catalog.FIELDS) if filter_text else where.Filter("true", ())
        # Whether a SKU is the only one of its kind is told among all products, so the filter comes behind.
        with self._database.tenant(self._business) as connection:
            chosen = (
                {
                    row[0]
                    for row in connection.execute(
                        f"select p.id from product p where {condition.sql}", condition.parameters
                    )
                }
                if filter_text
                else None
            )
            rows = connection.execute(f"{_ITEMS} order by p.id, v.position").fetchall()
        return [
            Item(_named(product, sku, position, variants, same), product, title, status, sku, position, variants, *rest)
            for product, title, status, sku, position, variants, same, *rest in rows
            if chosen is None or product in chosen
        ]

    def under_way(self) -> list[UnderWay]:
        """The lines of which something is still to come, of orders that are drafts or have been sent."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select o.id, o.supplier, l.sku, l.quantity - l.received, o.ordered_at::date, o.expected from purchase o "
                "join purchase_line l on l.purchase = o.uid where o.state in ('draft', 'ordered') and l.quantity > l.received "
                "order by o.id, l.position"
            ).fetchall()
        return [UnderWay(*row) for row in rows]

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
