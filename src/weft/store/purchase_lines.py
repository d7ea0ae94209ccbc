"""The lines of purchase orders as fields that changes edit: `lines.SKU.quantity`, nothing where there is no such line.

A change names its order by `record`. The first line that is applied to an order makes it, as a draft, and the last that is
undone takes it away again. What a new line rests on stands in its facts, and is taken over from there: `supplier` (its id), `cost`
(an amount) and `expected` (a day), each as `{"field": …, "value": …}`; what they leave unsaid is taken from the supply terms.
Only a draft can be edited: what was sent to a supplier is no longer ours to change.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from psycopg import Connection

from weft.errors import InputError
from weft.ids import uuid7

_OF_LINES: Final = "starts_with(k.field, 'lines.')"
_ITEM: Final = "substring(k.field from '^lines\\.(.+)\\.quantity$')"
_SUPPLIER: Final = (
    "coalesce(fact_said({facts}, 'supplier') #>> '{{}}', (select s.id from supply y join supplier s on s.uid = y.supplier "
    "where y.sku = {item} order by y.preferred desc nulls last, y.cost nulls last, s.id limit 1))"
)


def checked(facts: Sequence[Any]) -> None:
    """Raise InputError where a line's facts say a supplier, a cost or a day that is none."""
    said = {fact["field"]: fact.get("value") for fact in facts if isinstance(fact, Mapping) and "field" in fact}
    supplier, cost, expected = said.get("supplier"), said.get("cost"), said.get("expected")
    if supplier is not None and not isinstance(supplier, str):
        raise InputError("the fact supplier is no id of a supplier")
    if cost is not None and not (
        isinstance(cost, Mapping)
        and type(cost.get("amount")) is int
        and 0 <= cost["amount"] < 1 << 62
        and isinstance(cost.get("currency"), str)
    ):
        raise InputError('the fact cost is no amount such as {"amount": 1999, "currency": "EUR"}')
    if expected is not None:
        try:
            date.fromisoformat(expected)
        except (TypeError, ValueError):
            raise InputError("the fact expected is no day such as 2026-05-31") from None


def refuse(connection: Connection[Any]) -> None:
    """Say which rows of the table `edit` are of lines that cannot be."""
    problems = (
        (
            f"item_named({_ITEM}) is null",
            f"'no product has exactly one variant that is called ' || quote_literal({_ITEM})",
        ),
        (
            "exists (select from purchase o where o.id = k.record and o.state <> 'draft')",
            "'the purchase order is ' || (select o.state from purchase o where o.id = k.record) || '; only a draft can be edited'",
        ),
        (
            "fact_said(k.facts, 'supplier') is not null and not exists (select from supplier s where s.id = "
            "fact_said(k.facts, 'supplier') #>> '{}')",
            "'there is no supplier ' || quote_literal(fact_said(k.facts, 'supplier') #>> '{}')",
        ),
    )
    for wrong, said in problems:
        connection.execute(f"update edit k set problem = {said} where problem is null and {_OF_LINES} and {wrong}")


def refuse_written(connection: Connection[Any]) -> None:
    """Say which rows of the table `picked` are of lines that can no longer be written, and lock the orders of the others."""
    if not connection.execute(f"select 1 from picked k where {_OF_LINES} limit 1").fetchone():
        return
    connection.execute(
        f"select o.uid from purchase o where o.id in (select k.record from picked k where {_OF_LINES}) order by o.uid for update"
    )
    connection.execute(
        "update picked k set problem = 'the purchase order is ' || o.state || ' by now; only a draft can be edited' "
        f"from purchase o where o.id = k.record and {_OF_LINES} and o.state <> 'draft'"
    )
    connection.execute(
        f"update picked k set problem = 'no product has exactly one variant that is called ' || quote_literal({_ITEM}) || ' any more' "
        f"where problem is null and {_OF_LINES} and nullif(k.after, 'null') is not null and item_named({_ITEM}) is null"
    )
    supplier = _SUPPLIER.format(facts="c.facts", item=_ITEM)
    connection.execute(
        "update picked k set problem = 'the order is to ' || coalesce(w.first, 'nobody') || ', and this line to ' || "
        f"coalesce(w.own, 'nobody') from (select k.uid, {supplier} as own, coalesce((select o.supplier from purchase o "
        f"where o.id = k.record), first_value({supplier}) over (partition by k.record order by k.n)) as first "
        f"from picked k join change c on c.uid = k.uid where {_OF_LINES} and nullif(k.after, 'null') is not null) w "
        "where w.uid = k.uid and k.problem is null and w.own is distinct from w.first and w.own is not null"
    )


def write(connection: Connection[Any], turn: int) -> None:
    """Write one turn of the lines in `picked` that are done."""
    chosen = f"from picked k join change c on c.uid = k.uid where k.turn = %s and k.done and {_OF_LINES}"
    new = connection.execute(
        f"select distinct k.record {chosen} and nullif(k.after, 'null') is not null "
        "and not exists (select from purchase o where o.id = k.record)",
        (turn,),
    ).fetchall()
    supplier = _SUPPLIER.format(facts="c.facts", item=_ITEM)
    for (record,) in new:
        connection.execute(
            "insert into purchase (uid, id, supplier, currency, expected) select %s, k.record, w.supplier, "
            "coalesce(fact_said(c.facts, 'cost') ->> 'currency', s.currency), (fact_said(c.facts, 'expected') #>> '{}')::date "
            f"from picked k join change c on c.uid = k.uid cross join lateral (select {supplier} as supplier) w "
            "left join supplier s on s.id = w.supplier where k.turn = %s and k.done and k.record = %s order by k.n limit 1",
            (uuid7(), turn, record),
        )
    connection.execute(
        "delete from purchase_line l using purchase o, picked k where o.id = k.record and l.purchase = o.uid "
        f"and k.turn = %s and k.done and l.sku = {_ITEM} and nullif(k.after, 'null') is null",
        (turn,),
    )
    connection.execute(
        "insert into purchase_line (purchase, sku, position, supplier_sku, quantity, cost) "
        f"select o.uid, {_ITEM}, coalesce((select max(l.position) from purchase_line l where l.purchase = o.uid), 0) "
        "+ row_number() over (partition by o.uid order by k.n), y.supplier_sku, (k.after #>> '{}')::integer, "
        "coalesce((fact_said(c.facts, 'cost') ->> 'amount')::bigint, y.cost) "
        "from picked k join change c on c.uid = k.uid join purchase o on o.id = k.record "
        f"left join supplier s on s.id = o.supplier left join supply y on y.supplier = s.uid and y.sku = {_ITEM} "
        f"where k.turn = %s and k.done and {_OF_LINES} and nullif(k.after, 'null') is not null "
        "on conflict (purchase, sku) do update set quantity = excluded.quantity",
        (turn,),
    )
    connection.execute(
        f"update purchase o set version = o.version + 1, updated_at = now(), digest = null where o.id in (select k.record {chosen})",
        (turn,),
    )
    # An order that only changes have made, and that has no line left, is again not there.
    connection.execute(
        f"delete from purchase o where o.id in (select k.record {chosen}) and o.state = 'draft' and o.known is null "
        "and not exists (select from purchase_line l where l.purchase = o.uid)",
        (turn,),
    )
