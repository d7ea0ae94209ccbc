"""What has come of a purchase order put in stock, and taken back where that was said too early.

Stock that is imported is the truth. So what has come is added to the level that the next import sets anew: at the place that was
named, else where most of the item lies. A product's digest is forgotten, so that a file which was imported before is read again.
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from weft.errors import InputError
from weft.ids import uuid7

_CAME: Final = "received"
_WENT: Final = "not received"
_LINES: Final = (
    "select l.sku, l.quantity - l.received, v.uid, v.product, p.id, nullif(v.sku, ''), v.stock, "
    "(select s.location from stock_level s where s.variant = v.uid order by s.quantity desc, s.location limit 1) "
    "from purchase_line l left join variant v on v.uid = item_named(l.sku) left join product p on p.uid = v.product "
    "where l.purchase = %s and l.quantity > l.received order by l.position"
)
# What this order has put in stock and not taken back, and whether another source has set that level since.
_ADDED: Final = (
    "select m.product, m.sku, m.location, m.quantity, exists (select from stock_movement o where o.product = m.product "
    "and o.sku is not distinct from m.sku and o.location = m.location and o.uid > m.uid and o.reason not in (%(came)s, %(went)s)) "
    "from stock_movement m where m.reference = %(order)s and m.reason = %(came)s and m.uid > coalesce((select max(w.uid::text)::uuid "
    "from stock_movement w where w.reference = %(order)s and w.reason = %(went)s), '00000000-0000-0000-0000-000000000000') "
    "order by m.uid"
)


@dataclass(slots=True)
class Stocked:
    """What came of it: how many pieces of how many items, at which places, and which items have no stock that is counted."""

    pieces: int = 0
    items: int = 0
    left: list[str] | None = None

    def told(self) -> dict[str, Any]:
        """The same as an answer has it."""
        return {"pieces": self.pieces, "items": self.items, "not_counted": self.left or []}


def received(connection: Connection[Any], order: UUID, name: str, location: str | None) -> Stocked:
    """Add what has come of an order to stock; what is not counted stays so. Raises InputError for a place that there is not."""
    if location is not None:
        _known(connection, location)
    told = Stocked(left=[])
    for item, came, variant, product_uid, product, sku, stock, usual in connection.execute(_LINES, (order,)).fetchall():
        if variant is None or stock is None:
            told.left = [*(told.left or []), item]
            continue
        # Without any level the stock is the variant's own number, which no place has a part of.
        place = usual if location is None or usual is None else location
        _moved(connection, variant, product_uid, place, came)
        _journaled(connection, (product, sku, place or "", came, _CAME, name))
        told.pieces, told.items = told.pieces + came, told.items + 1
    connection.execute("update purchase_line set received = quantity where purchase = %s", (order,))
    return told


def taken_back(connection: Connection[Any], order: UUID, name: str) -> Stocked:
    """Take back what an order has put in stock, but where another source has set the level since: that knows it already."""
    told = Stocked(left=[])
    rows = connection.execute(_ADDED, {"came": _CAME, "went": _WENT, "order": name}).fetchall()
    for product, sku, place, came, overwritten in rows:
        found = connection.execute(
            "select v.uid, v.product, exists (select from stock_level s where s.variant = v.uid and s.location = %s) from variant v "
            "join product p on p.uid = v.product where p.id = %s and nullif(v.sku, '') is not distinct from %s limit 1",
            (place, product, sku),
        ).fetchone()
        if overwritten or found is None:
            told.left = [*(told.left or []), sku or product]
            continue
        variant, product_uid, there = found
        _moved(connection, variant, product_uid, place if there else None, -came)
        _journaled(connection, (product, sku, place, -came, _WENT, name))
        told.pieces, told.items = told.pieces + came, told.items + 1
    connection.execute("update purchase_line set received = 0 where purchase = %s", (order,))
    return told


def _known(connection: Connection[Any], location: str) -> None:
    places = [row[0] for row in connection.execute("select distinct location from stock_level order by 1 limit 50")]
    if location not in places:
        names = ", ".join(repr(place) for place in places) or "none yet"
        raise InputError(f"There is no stock at {location!r}; places with stock are {names}.")


def _moved(connection: Connection[Any], variant: UUID, product: UUID, place: str | None, pieces: int) -> None:
    if place is not None:
        connection.execute(
            "insert into stock_level (variant, location, quantity) values (%s, %s, %s) on conflict (variant, location) "
            "do update set quantity = stock_level.quantity + excluded.quantity",
            (variant, place, pieces),
        )
    connection.execute("update variant set stock = coalesce(stock, 0) + %s where uid = %s", (pieces, variant))
    connection.execute(
        "update product set version = version + 1, updated_at = now(), digest = null where uid = %s", (product,)
    )


def _journaled(connection: Connection[Any], movement: tuple[Any, ...]) -> None:
    connection.execute(
        "insert into stock_movement (uid, product, sku, location, quantity, reason, reference, at) "
        "values (%s, %s, %s, %s, %s, %s, %s, now())",
        (uuid7(), *movement),
    )
