"""Suppliers, and the terms on which each delivers which items."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from psycopg import Connection

from weft.errors import NotFound
from weft.store import bulk, journal, where
from weft.store.kept import Kept
from weft.store.records import Supplier
from weft.store.rows import Counts, json_text

FIELDS: Final = where.Fields(
    fixed={
        **{name: where.Field(f"s.{name}") for name in ("id", "name", "email", "currency", "note")},
        **{name: where.Field(f"s.{name}", "number") for name in ("lead_days", "lead_spread_days", "review_days")},
        "minimum_order": where.Field("major(s.minimum_order, coalesce(s.currency, 'EUR'))", "number"),
    },
    open={},
)
_PLAIN: Final = (
    *("name", "email", "currency", "lead_days", "lead_spread_days", "review_days", "minimum_order"),
    "note",
)
TERMS: Final = ("sku", "supplier_sku", "cost", "pack", "minimum", "lead_days", "preferred", "columns")
_SELECT: Final = (
    "select s.uid, s.known, json_strip_nulls(json_build_object('id', s.id, 'columns', s.columns, "
    + ", ".join(f"'{name}', s.{name}" for name in _PLAIN)
    + ", 'supplies', (select json_agg(json_build_object("
    + ", ".join(f"'{name}', y.{name}" for name in TERMS)
    + ") order by y.sku) from supply y where y.supplier = s.uid)))::text, s.version, s.updated_at from supplier s"
)


def _cells(record: Mapping[str, Any]) -> list[Any]:
    return [*(record.get(name) for name in _PLAIN), json_text(record.get("columns"))]


_KIND: Final = bulk.Kind("supplier", (*_PLAIN, "columns"), _cells)


def _joined(held: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """What two parts of a file say of one supplier: the later word holds, and the terms of both."""
    supplies = {one["sku"]: one for part in (held, more) for one in part.get("supplies") or ()}
    return {**held, **more, **({"supplies": list(supplies.values())} if supplies else {})}


class Suppliers(Kept[Supplier]):
    """One business's suppliers."""

    noun, table, alias, select, fields = "supplier", "supplier", "s", _SELECT, FIELDS

    def put(self, connection: Connection[Any], suppliers: Iterable[Supplier], source: str) -> Counts:
        """Write suppliers and their terms inside the caller's transaction; what a record does not name keeps its value."""
        del source
        wanted: dict[str, Mapping[str, Any]] = {}
        repeated = 0
        for supplier in suppliers:
            repeated += supplier["id"] in wanted
            wanted[supplier["id"]] = _joined(wanted.get(supplier["id"], {}), supplier)
        placed = bulk.place(connection, _KIND, wanted)
        placed.counts.unchanged += repeated
        rows = [
            (uid, *(json_text(one.get(name)) if name == "columns" else one.get(name) for name in TERMS))
            for key, uid in placed.uids.items()
            for one in wanted[key].get("supplies") or ()
        ]
        staged = bulk.stage(connection, "supply", ("supplier", *TERMS), rows)
        listed = ", ".join(TERMS)
        kept = ", ".join(f"{name} = coalesce(excluded.{name}, supply.{name})" for name in TERMS[1:])
        connection.execute(
            f"insert into supply (supplier, {listed}) select supplier, {listed} from {staged} "
            f"on conflict (supplier, sku) do update set {kept}"
        )
        return placed.counts

    def save(self, supplier: Supplier, who: str) -> dict[str, Any]:
        """Write one supplier as a person says it, and answer it whole."""
        with self._database.tenant(self._business) as connection:
            counts = self.put(connection, [supplier], who)
            if counts.created or counts.updated:
                journal.record(connection, self._business, who, "supplier.put", {"supplier": supplier})
        return self.get(supplier["id"])

    def remove(self, supplier: str, who: str) -> None:
        """Remove a supplier with its terms; purchase orders to it stay. Raises NotFound."""
        with self._database.tenant(self._business) as connection:
            if not connection.execute("delete from supplier where id = %s", (supplier,)).rowcount:
                raise NotFound(f"There is no supplier {supplier!r}.")
            journal.record(connection, self._business, who, "supplier.remove", {"supplier": supplier})

    def remove_supply(self, supplier: str, sku: str, who: str) -> None:
        """Say that a supplier no longer delivers an item; raises NotFound."""
        with self._database.tenant(self._business) as connection:
            gone = connection.execute(
                "delete from supply y using supplier s where s.uid = y.supplier and s.id = %s and y.sku = %s",
                (supplier, sku),
            ).rowcount
            if not gone:
                raise NotFound(f"The supplier {supplier!r} has no terms for {sku!r}.")
            detail = {"supplier": supplier, "sku": sku}
            journal.record(connection, self._business, who, "supplier.remove", detail)
