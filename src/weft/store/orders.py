"""Orders with their lines, refunds and cancellations; whole from a platform, or line by line from a ledger."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import orjson
from psycopg import Connection

from weft.ids import uuid7
from weft.store import bulk, where
from weft.store.kept import Kept
from weft.store.records import Order
from weft.store.rows import Counts, array_text, json_text

FIELDS: Final = where.Fields(
    fixed={
        **{
            name: where.Field(f"o.{name}")
            for name in (
                "id",
                "kind",
                "customer",
                "email",
                "currency",
                "country",
                "financial_status",
                "fulfillment_status",
            )
        },
        "total": where.Field("major(o.total, o.currency)", "number"),
        "placed": where.Field("o.placed_at", "time"),
        "cancelled": where.Field("o.cancelled_at", "time"),
        "tags": where.Field("o.tags", "list"),
    },
    open={},
)
_PLAIN: Final = (
    *(
        "kind",
        "placed_at",
        "customer",
        "email",
        "currency",
        "country",
        "financial_status",
        "fulfillment_status",
        "subtotal",
    ),
    *("shipping", "taxes", "total", "discount", "discount_code", "refunded", "cancelled_at", "note"),
)
_JSON: Final = ("refunds", "columns")
_LINE: Final = (
    "order_uid",
    "position",
    "product",
    "sku",
    "title",
    "quantity",
    "price",
    "price_exact",
    "discount",
    "kind",
    "at",
    "columns",
)
_LINES: Final = (
    "(select json_agg(json_build_object('product', l.product, 'sku', l.sku, 'title', l.title, 'quantity', l.quantity, "
    "'price', l.price, 'price_exact', l.price_exact::text, 'discount', l.discount, 'kind', l.kind, 'at', l.at, "
    "'columns', l.columns) order by l.position) from order_line l where l.order_uid = o.uid)"
)
_SELECT: Final = (
    "select o.uid, o.known, json_strip_nulls(json_build_object('id', o.id, 'tags', o.tags, "
    + ", ".join(f"'{name}', o.{name}" for name in (*_PLAIN, *_JSON))
    + f", 'lines', {_LINES}))::text, o.version, o.updated_at from orders o"
)


def _cells(record: Mapping[str, Any]) -> list[Any]:
    get = record.get
    plain = [get("kind") or "sale", *(get(name) for name in _PLAIN[1:])]
    return [*plain, *(json_text(get(name)) for name in _JSON), array_text(get("tags"))]


_KIND: Final = bulk.Kind("orders", (*_PLAIN, *_JSON, "tags"), _cells)


def _line_key(line: Mapping[str, Any]) -> tuple[Any, ...]:
    exact = line.get("price_exact")
    return (
        *(line.get("product") or None, line.get("sku") or None, line.get("title") or None),
        *(
            float(line.get("quantity") or 0),
            line.get("price"),
            None if exact is None else Decimal(str(exact)).normalize(),
        ),
    )


def _moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _continuing(order: Mapping[str, Any], more: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The lines of a later group of the same order, each with what it says otherwise than the order."""
    known = more.get("known") or {}
    others = {
        known[field]: more.get(field) or ""
        for field in ("customer", "country")
        if field in known and (more.get(field) or None) != (order.get(field) or None)
    }
    later = _moment(more.get("placed_at")) != _moment(order.get("placed_at"))
    for line in more.get("lines", ()):
        added: dict[str, Any] = {**line}
        if later and not line.get("at"):
            added["at"] = more.get("placed_at")
        if others:
            added["columns"] = {**others, **(line.get("columns") or {})}
        yield added


class Orders(Kept[Order]):
    """One business's orders."""

    noun, table, alias, select, fields = "order", "orders", "o", _SELECT, FIELDS

    def commonest_country(self) -> str | None:
        """The country of most of its orders, as they say it; None where none does."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute(
                "select country from orders where country <> '' group by 1 order by count(*) desc, 1 limit 1"
            ).fetchone()
        return str(row[0]) if row else None

    def put(self, connection: Connection[Any], orders: Iterable[Order], source: str) -> Counts:
        """Write orders inside the caller's transaction.

        A `whole` order replaces the lines it had; a ledger's group of lines adds those that the order does not have yet.
        Products and customers that a ledger names and that are not known are created.
        """
        wanted: dict[str, Mapping[str, Any]] = {}
        counts = Counts()
        for order in orders:
            held = wanted.get(order["id"])
            if held is not None:
                counts.unchanged += 1
                # The rows that say when the order was placed are its first, wherever they stand.
                head, more = (held, order) if held.get("placed_at") or not order.get("placed_at") else (order, held)
                said = {name: value for name, value in head.items() if value not in (None, "", [], {})}
                lines = [*head.get("lines", ()), *_continuing(head, more)]
                wanted[order["id"]] = {**more, **said, "lines": lines, "whole": held.get("whole", True)}
            else:
                wanted[order["id"]] = order
        del source
        merged = self._ledger(connection, wanted)
        unchanged = [key for key, order in merged.items() if order is None]
        kept = {key: order for key, order in merged.items() if order is not None}
        placed = bulk.place(connection, _KIND, kept)
        placed.counts.unchanged += len(unchanged)
        counts.add(placed.counts)
        self._write_lines(connection, kept, placed)
        return counts

    @staticmethod
    def _ledger(
        connection: Connection[Any], wanted: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Mapping[str, Any] | None]:
        """Ledger orders that are known already, with the lines they had; None where they have all of them."""
        result: dict[str, Mapping[str, Any] | None] = dict(wanted)
        parts = [key for key, order in wanted.items() if not order.get("whole", True)]
        if not parts:
            return result
        for _, _, text, *_ in connection.execute(f"{_SELECT} where o.id = any(%s)", (parts,)):
            held = orjson.loads(text)
            lines = held.get("lines") or []
            free = Counter(_line_key(line) for line in lines)
            added = []
            for line in _continuing(held, wanted[held["id"]]):
                key = _line_key(line)
                if free[key] > 0:
                    free[key] -= 1
                else:
                    added.append(line)
            result[held["id"]] = {**wanted[held["id"]], **held, "lines": [*lines, *added]} if added else None
        return result

    def _write_lines(
        self, connection: Connection[Any], orders: Mapping[str, Mapping[str, Any]], placed: bulk.Placed
    ) -> None:
        if placed.differing:
            uids = [placed.uids[key] for key in placed.differing]
            connection.execute("delete from order_line where order_uid = any(%s)", (uids,))
        rows = []
        for key, uid in placed.uids.items():
            for position, line in enumerate(orders[key].get("lines", ()), 1):
                get = line.get
                rows.append(
                    (
                        *(
                            uid,
                            position,
                            get("product"),
                            get("sku"),
                            get("title"),
                            get("quantity") or 0,
                            get("price"),
                        ),
                        *(
                            get("price_exact"),
                            get("discount"),
                            get("kind") or "product",
                            get("at"),
                            json_text(get("columns")),
                        ),
                    )
                )
        staged = bulk.stage(connection, "order_line", _LINE, rows)
        connection.execute(
            f"update {staged} l set product = p.id from variant v join product p on p.uid = v.product "
            "where l.product is null and l.sku is not null and l.kind = 'product' and v.sku = l.sku"
        )
        listed = ", ".join(_LINE)
        connection.execute(f"insert into order_line ({listed}) select {listed} from {staged}")
        self._name_products(connection, staged)
        self._name_customers(connection, orders, placed)

    @staticmethod
    def _name_products(connection: Connection[Any], staged: str) -> None:
        """Create the products that lines name and the catalog does not know, each with one variant."""
        new = connection.execute(
            f"select l.product, mode() within group (order by nullif(l.title, '')), "
            "mode() within group (order by nullif(l.price, 0)), (select o.currency from orders o where o.uid = min(l.order_uid::text)::uuid) "
            f"from {staged} l where l.kind = 'product' and l.product is not null "
            "and not exists (select from product p where p.id = l.product) group by l.product"
        ).fetchall()
        if not new:
            return
        products = [(uuid7(), code, title) for code, title, _, _ in new]
        bulk.stage(connection, "product", ("uid", "id", "title"), products)
        # Who comes at the same time may have named them too; in one order nobody waits for somebody who waits.
        made = connection.execute(
            "insert into product (uid, id, title) select uid, id, title from in_product order by id "
            "on conflict (business, id) do nothing returning uid"
        )
        own = {row[0] for row in made}
        variants = [
            (uuid7(), uid, 1, code, price, currency)
            for (uid, code, _), (_, _, price, currency) in zip(products, new, strict=True)
            if uid in own
        ]
        columns = ("uid", "product", "position", "sku", "price", "currency")
        bulk.stage(connection, "variant", columns, variants)
        listed = ", ".join(columns)
        connection.execute(f"insert into variant ({listed}) select {listed} from in_variant")

    @staticmethod
    def _name_customers(
        connection: Connection[Any], orders: Mapping[str, Mapping[str, Any]], placed: bulk.Placed
    ) -> None:
        named = {
            order["customer"]: order.get("email")
            for key, order in orders.items()
            if key in placed.uids and order.get("customer")
        }
        if not named:
            return
        known = {row[0] for row in connection.execute("select id from customer where id = any(%s)", (list(named),))} | {
            row[0] for row in connection.execute("select email from customer where email = any(%s)", (list(named),))
        }
        rows = [(uuid7(), key, email) for key, email in named.items() if key not in known]
        bulk.stage(connection, "customer", ("uid", "id", "email"), rows)
        # Who comes at the same time may have named them too.
        connection.execute(
            "insert into customer (uid, id, email) select uid, id, email from in_customer order by id "
            "on conflict (business, id) do nothing"
        )

    @staticmethod
    def settle_titles(connection: Connection[Any]) -> int:
        """Give products that only orders have named the description that most of their lines carry."""
        return connection.execute(
            "update product p set title = m.title, updated_at = now() from (select l.product, mode() within group "
            "(order by l.title) as title from order_line l where l.kind = 'product' and l.title <> '' group by l.product) m "
            "where m.product = p.id and p.digest is null and p.known is null and p.title is distinct from m.title "
            "and not exists (select from change c where c.record = p.id and c.field = 'title' and c.state = 'applied')"
        ).rowcount
