"""Stock per location, and the movements by which it came to be what it is."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from weft.ids import uuid7
from weft.postgres.database import Database, copy_rows
from weft.store.records import StockLevel
from weft.store.rows import Counts, array_text


class Stock:
    """One business's stock levels and movements."""

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business

    def movements(self, limit: int = 100) -> list[dict[str, Any]]:
        """The latest movements: product, sku, location, quantity (signed), reason, at."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select product, sku, location, quantity, reason, at from stock_movement order by at desc, uid desc limit %s",
                (limit,),
            ).fetchall()
        return [dict(zip(("product", "sku", "location", "quantity", "reason", "at"), row, strict=True)) for row in rows]

    def records(self) -> Iterator[StockLevel]:
        """All levels by location, and where a variant is known not to be stocked, as connectors write them."""
        with self._database.tenant(self._business) as connection, connection.cursor(name="levels") as cursor:
            cursor.execute(
                "select p.id, p.title, v.sku, p.options, v.choices, l.location, l.quantity, l.columns from (select "
                "coalesce(s.variant, k.variant) as variant, coalesce(s.location, k.location) as location, s.quantity, "
                "k.columns from stock_level s full join stock_kept k on k.variant = s.variant and k.location = s.location) l "
                "join variant v on v.uid = l.variant join product p on p.uid = v.product "
                "order by p.uid, v.position, l.location"
            )
            for product, title, sku, options, choices, location, quantity, columns in cursor:
                names = [option["name"] for option in options or ()]
                level: StockLevel = {
                    "product": product,
                    "title": title,
                    "sku": sku,
                    "options": dict(zip(names, choices or (), strict=False)),
                    "location": location,
                    "quantity": quantity,
                }
                yield {**level, "columns": columns} if columns else level

    def put(self, connection: Connection[Any], levels: Iterable[StockLevel], source: str) -> Counts:
        """Set levels inside the caller's transaction, with a movement for each difference.

        A level's variant is found by product and options, else by SKU; what names none is counted nowhere and answered
        by `unplaced`. A level without a quantity says that the variant is not stocked there. Columns are kept beside what
        a level had.
        """
        _arrived(connection, levels)
        _placed(connection)
        rows = connection.execute(
            "select coalesce(product, (select p.id from product p join variant v on v.product = p.uid "
            "where v.uid = i.variant)), sku, location, coalesce(quantity, 0) - coalesce(held, 0), "
            "held is null and kept is null from in_level i where variant is not null and "
            "(quantity is distinct from held or columns is not null and coalesce(kept, '{}') || columns is distinct from kept)"
        ).fetchall()
        placed = connection.execute("select count(*) from in_level where variant is not null").fetchone()
        _set(connection)
        _moved(connection, [row[:4] for row in rows], source)
        created = sum(1 for row in rows if row[4])
        found = placed[0] if placed else 0
        return Counts(created=created, updated=len(rows) - created, unchanged=found - len(rows))

    def unplaced(self, connection: Connection[Any]) -> list[int]:
        """Which of the levels last put (counted from 1) named no variant, or more than one."""
        return [row[0] for row in connection.execute("select n from in_level where variant is null order by n")]


def _arrived(connection: Connection[Any], levels: Iterable[StockLevel]) -> None:
    """Bring levels into a temporary table, with an empty object of columns where nothing but absence is said."""
    connection.execute(
        "create temporary table if not exists in_level (n integer, product text, sku text, choices text[], location text, "
        "quantity integer, columns jsonb, variant uuid, held integer, kept jsonb) on commit drop"
    )
    connection.execute("truncate in_level")
    rows = [
        (n, level.get("product"), level.get("sku"), array_text([*(level.get("options") or {}).values()] or None),
         level.get("location") or "", level.get("quantity"), _columns(level))
        for n, level in enumerate(levels, 1)
    ]  # fmt: skip
    copy_rows(connection, "in_level", ("n", "product", "sku", "choices", "location", "quantity", "columns"), rows)


def _columns(level: StockLevel) -> str | None:
    columns = level.get("columns")
    return orjson.dumps(columns or {}).decode() if columns or level.get("quantity") is None else None


def _placed(connection: Connection[Any]) -> None:
    """Find the variants of the levels that arrived, keep the last of each place, and note what is held there."""
    connection.execute(
        "update in_level i set variant = v.uid from variant v join product p on p.uid = v.product "
        "where p.id = i.product and (i.choices is not null and v.choices = i.choices or i.choices is null "
        "and (v.sku = i.sku or i.sku is null) and (select count(*) from variant o where o.product = p.uid "
        "and (o.sku = i.sku or i.sku is null)) = 1)"
    )
    connection.execute(
        "update in_level i set variant = (select min(v.uid::text)::uuid from variant v where v.sku = i.sku "
        "having count(*) = 1) where variant is null and sku is not null"
    )
    connection.execute(
        "delete from in_level i using in_level o where o.variant = i.variant and o.location = i.location and o.n > i.n"
    )
    connection.execute(
        "update in_level i set held = (select s.quantity from stock_level s where s.variant = i.variant and "
        "s.location = i.location), kept = (select k.columns from stock_kept k where k.variant = i.variant and "
        "k.location = i.location) where variant is not null"
    )


def _set(connection: Connection[Any]) -> None:
    """Write the levels that differ, what is kept with them, and the variants' stock."""
    connection.execute(
        "delete from stock_level s using in_level i where s.variant = i.variant and s.location = i.location "
        "and i.quantity is null"
    )
    connection.execute(
        "insert into stock_level (variant, location, quantity) select variant, location, quantity from in_level "
        "where variant is not null and quantity is not null on conflict (variant, location) do update set quantity = "
        "excluded.quantity where stock_level.quantity <> excluded.quantity"
    )
    connection.execute(
        "insert into stock_kept (variant, location, columns) select variant, location, coalesce(kept, '{}') || columns "
        "from in_level where variant is not null and columns is not null and coalesce(kept, '{}') || columns is distinct "
        "from kept on conflict (variant, location) do update set columns = excluded.columns"
    )
    connection.execute(
        "update variant v set stock = coalesce((select sum(s.quantity) from stock_level s where s.variant = v.uid), 0) "
        "where v.uid in (select variant from in_level where quantity is distinct from held)"
    )
    connection.execute(
        "update product p set version = version + 1, updated_at = now() from variant v where v.product = p.uid "
        "and v.uid in (select variant from in_level where quantity is distinct from held)"
    )


def _moved(connection: Connection[Any], moves: Iterable[tuple[Any, ...]], source: str) -> None:
    connection.execute(
        "create temporary table if not exists in_movement (uid uuid, product text, sku text, location text, quantity integer) "
        "on commit drop"
    )
    connection.execute("truncate in_movement")
    copy_rows(
        connection,
        "in_movement",
        ("uid", "product", "sku", "location", "quantity"),
        [(uuid7(), product, sku, location, delta) for product, sku, location, delta in moves if delta],
    )
    connection.execute(
        "insert into stock_movement (uid, product, sku, location, quantity, reason, at) "
        "select uid, product, sku, location, quantity, %s, now() from in_movement",
        (source,),
    )
