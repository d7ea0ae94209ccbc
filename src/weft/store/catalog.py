"""Products with their variants, stock and facts: read, listed, written in bulk."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from psycopg import AsyncConnection, Connection

from weft.errors import NotFound
from weft.ids import uuid7
from weft.postgres.database import Database
from weft.store import where
from weft.store.incoming import Artist, Incoming, Known, Rows
from weft.store.merging import merged, without_pending
from weft.store.records import Product
from weft.store.rows import Counts, pruned

FIELDS: Final = where.Fields(
    fixed={
        **{
            name: where.Field(f"p.{name}")
            for name in (
                "id",
                "title",
                "description",
                "vendor",
                "type",
                "category",
                "status",
                "seo_title",
                "seo_description",
            )
        },
        "published": where.Field("p.published", "flag"),
        "tags": where.Field("p.tags", "list"),
        "updated": where.Field("p.updated_at", "time"),
        "created": where.Field("p.created_at", "time"),
        "images": where.Field("coalesce(jsonb_array_length(p.images), 0)", "number"),
        "variants": where.Field("(select count(*) from variant v where v.product = p.uid)", "number"),
        "sku": where.Field("(select array_agg(v.sku) from variant v where v.product = p.uid)", "list"),
        "barcode": where.Field("(select array_agg(v.barcode) from variant v where v.product = p.uid)", "list"),
        "price": where.Field(
            "(select min(major(v.price, v.currency)) from variant v where v.product = p.uid)", "number"
        ),
        "quality": where.Field(
            "(select (r.answer #>> '{quality,score}')::numeric from remembered r "
            "where r.record = p.uid and r.skill = 'organize' order by r.at desc limit 1)",
            "number",
        ),
        "gaps": where.Field(
            "(select array_agg(why ->> 'code') from (select r.answer from remembered r where r.record = p.uid "
            "and r.skill = 'organize' order by r.at desc limit 1) l, jsonb_array_elements(l.answer #> '{quality,reasons}') why)",
            "list",
        ),
        "stock": where.Field("(select sum(v.stock) from variant v where v.product = p.uid)", "number"),
    },
    open={
        "attributes": where.Field("(select f.value #>> '{}' from fact f where f.record = p.uid and f.name = %s)"),
        "translations": where.Field("(p.translations #>> string_to_array(%s, '.'))"),
    },
)

_LEVELS = (
    "(select json_object_agg(s.location, s.quantity order by s.location) from stock_level s where s.variant = v.uid)"
)
WHOLE: Final = "select version, body from product_text(%s, %s)"

_PARTS: Final = {
    **{
        name: f"p.{name}"
        for name in (
            *("id", "title", "description", "vendor", "type", "category", "status", "published", "tags", "options"),
            *("seo_title", "seo_description", "gift_card", "images", "translations", "columns"),
        )
    },
    "attributes": "(select json_object_agg(f.name, json_build_object('value', f.value, 'unit', f.unit, 'source', f.source, "
    "'confidence', f.confidence, 'at', f.at)) from fact f where f.record = p.uid)",
}
_OF_VARIANT: Final = {
    **{
        name: f"v.{name}"
        for name in (
            *("uid", "sku", "barcode", "choices", "currency", "price", "compare_at", "cost", "grams", "weight_unit"),
            *(
                "tracker",
                "policy",
                "fulfillment",
                "requires_shipping",
                "taxable",
                "tax_code",
                "image",
                "stock",
                "columns",
            ),
        )
    },
    "levels": _LEVELS,
}


def _built(parts: Mapping[str, str]) -> str:
    return f"json_build_object({', '.join(f'{chr(39)}{name}{chr(39)}, {sql}' for name, sql in parts.items())})"


def _record(reads: Sequence[str] = ()) -> str:
    """The SQL of a product as a JSON text, of all its fields or of those read: `title`, `variants`, `variants.sku`."""
    wanted = {name.partition(".")[0] for name in reads}
    parts = {name: sql for name, sql in _PARTS.items() if not reads or name == "id" or name in wanted}
    if not reads or "variants" in wanted:
        inner = {name.partition(".")[2] for name in reads if name.startswith("variants.")}
        if inner and "variants" not in reads:
            inner |= (
                {"choices"}
                if "options" in inner
                else {"currency"}
                if inner & {"price", "compare_at", "cost"}
                else set()
            )
        else:
            inner = set(_OF_VARIANT)
        of_variant = {name: sql for name, sql in _OF_VARIANT.items() if name in inner}
        parts |= {
            "variants": f"(select json_agg({_built(of_variant)} order by v.position) from variant v where v.product = p.uid)"
        }
        parts |= {"options": "p.options"} if "choices" in inner else {}
    return f"json_strip_nulls({_built(parts)})::text"


_RECORD: Final = f"select p.uid, p.known, {_record()} from product p"


# When a product was written last, in microseconds.
_WRITTEN: Final = "(date_part('epoch', p.updated_at) * 1000000)::bigint"
_SINCE: Final = "{} >= to_timestamp(%s / 1000000.0)"
# A transaction that was long under way may write with an earlier time than what is seen already.
_OVERLAP: Final = 600_000_000


# In one statement, so that both are told of one moment: what was written since a time, and since a little ago.
_SEEN: Final = f"""
    with bounds as (
        select to_timestamp(%(since)s / 1000000.0) as before, lately, to_timestamp(lately / 1000000.0) as after
        from (select (date_part('epoch', now()) * 1000000)::bigint - %(overlap)s as lately) moment
    ), written as (
        select count(*) filter (where p.updated_at >= before) as before,
               coalesce(sum({_WRITTEN}) filter (where p.updated_at >= before), 0)::text as moved_before,
               count(*) filter (where p.updated_at >= after) as after,
               coalesce(sum({_WRITTEN}) filter (where p.updated_at >= after), 0)::text as moved_after
        from bounds, product p where p.updated_at >= (select least(before, after) from bounds)
    ), lost as (
        select count(*) filter (where at >= before) as before, count(*) filter (where at >= after) as after
        from bounds, product_gone where at >= (select least(before, after) from bounds)
    )
    select written.before, moved_before, lost.before, lately, written.after, moved_after, lost.after
    from bounds, written, lost
"""


@dataclass(frozen=True, slots=True)
class Extent:
    """What was written of a business's products since a time, in microseconds: `recent` products, `moved` the sum of their times.

    `gone` is how many were deleted since.
    """

    since: int
    recent: int
    moved: str
    gone: int


class Catalog:
    """One business's products."""

    def __init__(self, database: Database, business: UUID, currency: str) -> None:
        self._database = database
        self._business = business
        self._currency = currency

    def text(self, product: str) -> tuple[int, str]:
        """One whole product as its version and a JSON text; raises NotFound."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute(WHOLE, (self._business, product)).fetchone()
        return _found(row, product)

    @staticmethod
    async def text_on(connection: AsyncConnection[Any], business: UUID, product: str) -> tuple[int, str]:
        """The same in one round trip on an asynchronous connection that commits by itself."""
        cursor = await connection.execute(WHOLE, (business, product), prepare=True)
        return _found(await cursor.fetchone(), product)

    def get(self, product: str) -> dict[str, Any]:
        """One whole product; raises NotFound."""
        found: dict[str, Any] = orjson.loads(self.text(product)[1])
        return found

    def count(self, filter_text: str | None = None) -> int:
        """How many products there are, or match a filter."""
        condition = where.parse(filter_text, FIELDS) if filter_text else where.Filter("true", ())
        with self._database.tenant(self._business) as connection:
            row = connection.execute(
                f"select count(*) from product p where {condition.sql}",
                condition.parameters,
            ).fetchone()
        return int(row[0]) if row else 0

    def outline(self) -> dict[str, int]:
        """How many products, products with a category, and facts there are, and the sum of the products' versions."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute(
                "select count(*), count(*) filter (where category <> ''), coalesce(sum(version), 0)::bigint, "
                "(select count(*) from fact) from product"
            ).fetchone()
        return dict(zip(("products", "categorized", "versions", "facts"), row or (0, 0, 0, 0), strict=True))

    def listed(
        self, filter_text: str | None = None, *, limit: int = 50, after: str | None = None
    ) -> list[dict[str, Any]]:
        """Products by id, the first `limit` after the id `after`, each in short: no description, variants as figures."""
        condition = where.parse(filter_text, FIELDS) if filter_text else where.Filter("true", ())
        with self._database.tenant(self._business) as connection:
            cursor = connection.execute(
                "select p.id, p.title, p.vendor, p.type, p.category, p.status, p.updated_at, p.version, v.* "
                "from product p left join lateral (select count(*) as variants, min(v.price) as price_from, "
                "max(v.price) as price_to, min(v.currency) as currency, sum(v.stock) as stock "
                f"from variant v where v.product = p.uid) v on true where {condition.sql} and p.id > %s order by p.id limit %s",
                [*condition.parameters, after or "", limit],
            )
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def ids(self, filter_text: str) -> list[str]:
        """The ids of the products that match a filter."""
        condition = where.parse(filter_text, FIELDS)
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                f"select p.id from product p where {condition.sql} order by p.id", condition.parameters
            ).fetchall()
        return [row[0] for row in rows]

    def with_sku(self, sku: str) -> list[str]:
        """The ids of the products that have a variant of that SKU."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select distinct p.id from product p join variant v on v.product = p.uid where v.sku = %s order by 1",
                (sku,),
            ).fetchall()
        return [row[0] for row in rows]

    def records(self, filter_text: str | None = None, ids: Sequence[str] | None = None) -> Iterator[Product]:
        """All products, whole, in the order in which they came, as connectors write them; memory stays flat."""
        condition = where.parse(filter_text, FIELDS) if filter_text else where.Filter("true", ())
        known: dict[int, dict[str, str]] = {}
        chosen = " and p.id = any(%s)" if ids is not None else ""
        given = [*condition.parameters, *([list(ids)] if ids is not None else [])]
        with (
            self._database.tenant(self._business) as connection,
            connection.cursor(name="products") as cursor,
        ):
            cursor.itersize = 500
            cursor.execute(f"{_RECORD} where {condition.sql}{chosen} order by p.uid", given)
            for _, known_key, text in cursor:
                yield _as_record(connection, text, known_key, known)

    def streamed(self, reads: Sequence[str] = ()) -> Iterator[Product]:
        """All products in the order in which they came, of each only the fields that are read; memory stays flat."""
        with self._database.tenant(self._business) as connection, connection.cursor(name="streamed") as cursor:
            cursor.itersize = 500
            cursor.execute(f"select {_record(reads)} from product p order by p.uid")
            for (text,) in cursor:
                yield _as_record(connection, text, None, {})

    def whole(self) -> tuple[int, int]:
        """How many products there are, and the sum of the times at which they were written last; this looks at all of them."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute(f"select count(*), coalesce(sum({_WRITTEN}), 0)::text from product p").fetchone()
        return (row[0], int(row[1])) if row else (0, 0)

    def extent(self) -> Extent:
        """What was written lately, by which `later` tells whether something was written since."""
        return self._seen(None)[1]

    def searched(self) -> tuple[str, ...]:
        """The columns of files that the business lets be searched; none if it chose none."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute("select body -> 'columns' from preference where section = 'index'").fetchone()
        return tuple(row[0] or ()) if row else ()

    def moment(self) -> str:
        """The moment at which the database stands: as long as it is the same, nothing that anybody wrote has come into force since."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute("select pg_current_snapshot()::text").fetchone()
        return str(row[0]) if row else ""

    def later(self, seen: Extent) -> Extent | None:
        """The same as of now, if nothing has been written or deleted since; else None. Only what was written lately is looked at."""
        same, extent = self._seen(seen)
        return extent if same else None

    def _seen(self, before: Extent | None) -> tuple[bool, Extent]:
        since = before.since if before is not None else 2**53
        with self._database.tenant(self._business) as connection:
            row = connection.execute(_SEEN, {"since": since, "overlap": _OVERLAP}).fetchone()
        assert row is not None
        recent, moved, gone, now, *lately = row
        return before == Extent(since, recent, moved, gone), Extent(now, *lately)

    def times(self, since: Extent | None = None) -> Iterator[tuple[UUID, int]]:
        """The uids of all products, or of those that were written lately when an extent was taken or since, and when each was
        written last, in microseconds.
        """
        condition, given = (f"where {_SINCE.format('updated_at')}", [since.since]) if since is not None else ("", [])
        with self._database.tenant(self._business) as connection, connection.cursor(name="times") as cursor:
            cursor.itersize = 10_000
            yield from cursor.execute(f"select uid, {_WRITTEN} from product p {condition}", given)

    def gone(self, since: Extent) -> list[UUID]:
        """The uids of products that were deleted lately when an extent was taken, or since."""
        with self._database.tenant(self._business) as connection:
            found = connection.execute(
                f"select uid from product_gone where {_SINCE.format('at')}", (since.since,)
            ).fetchall()
        return [uid for (uid,) in found]

    def all_written(self, reads: Sequence[str] = ()) -> Iterator[tuple[UUID, int, Product]]:
        """All products with uid and when each was written last, in microseconds; of each only the fields that are read.

        Memory stays flat.
        """
        with self._database.tenant(self._business) as connection, connection.cursor() as cursor:
            # A copy is sent while it is read, where a cursor waits for each of its portions.
            select = f"select p.uid, {_WRITTEN}, {_record(reads)} from product p order by p.uid"
            with cursor.copy(f"copy ({select}) to stdout (format binary)") as copy:
                copy.set_types(["uuid", "int8", "text"])
                for uid, written, text in copy.rows():
                    yield uid, written, _as_record(connection, text, None, {})

    def record(self, product: str) -> Product:
        """One whole product as connectors write it; raises NotFound."""
        with self._database.tenant(self._business) as connection:
            row = connection.execute(f"{_RECORD} where p.id = %s", (product,)).fetchone()
            if row is None:
                raise NotFound(f"There is no product {product!r}.")
            return _as_record(connection, row[2], row[1], {})

    def labels(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Of some products no more than the id, title, status, category (else the type) and vendor."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select id, title, status, coalesce(nullif(category, ''), nullif(type, '')), nullif(vendor, '') "
                "from product where id = any(%s)",
                (list(ids),),
            ).fetchall()
        return [dict(zip(("id", "title", "status", "category", "vendor"), row, strict=True)) for row in rows]

    def lying(self, limit: int) -> list[dict[str, Any]]:
        """Products with pieces in stock, the dearest stock first: product, stock, value (at cost, else at price), at_cost."""
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                "select p.id, sum(v.stock)::int, sum(v.stock * coalesce(v.cost, v.price))::bigint, bool_and(v.cost is not null) "
                "from variant v join product p on p.uid = v.product where v.stock > 0 and coalesce(p.status, 'active') = 'active' "
                "and coalesce(v.currency, %s) = %s group by p.uid, p.id order by 3 desc nulls last, 1 limit %s",
                (self._currency, self._currency, limit),
            ).fetchall()
        return [dict(zip(("product", "stock", "value", "at_cost"), row, strict=True)) for row in rows]

    def written(self, uids: Sequence[UUID], reads: Sequence[str] = ()) -> list[tuple[UUID, int, Product]]:
        """Products by uid with when each was written last, in microseconds; of each only the fields that are read."""
        return self._by_uid(uids, _WRITTEN, reads)

    def read(self, uids: Sequence[UUID], reads: Sequence[str] = ()) -> list[tuple[UUID, int, Product]]:
        """Products by uid with their versions, of each only the fields that are read (all where none is named)."""
        return self._by_uid(uids, "p.version", reads)

    def _by_uid(self, uids: Sequence[UUID], beside: str, reads: Sequence[str]) -> list[tuple[UUID, int, Product]]:
        with self._database.tenant(self._business) as connection:
            rows = connection.execute(
                f"select p.uid, {beside}, {_record(reads)} from product p where p.uid = any(%s) order by p.uid",
                (list(uids),),
            ).fetchall()
            return [(uid, told, _as_record(connection, text, None, {})) for uid, told, text in rows]

    def prepared(self, products: Iterable[Product], source: str, *, as_new: bool) -> Incoming:
        """Do what `put` can do without the database; `as_new` also draws up the rows of products that are new."""
        incoming = Incoming.of(products)
        if as_new:
            with self._database.tenant(self._business) as connection:
                known = Known(connection)
                for said in incoming.products.values():
                    known.id_of(said.get("known"))
            artist = Artist(known, source, self._currency)
            incoming.drawn = {
                key: artist.drawn(uuid7(), said, incoming.digest(key)) for key, said in incoming.products.items()
            }
        return incoming

    def put(self, connection: Connection[Any], products: Iterable[Product] | Incoming, source: str) -> Counts:
        """Write products inside the caller's transaction: new ones, and into the known ones what the records say.

        A field that a record does not name keeps its value; an applied change that the record does not know of stays.
        An update of a product that there is not is not written; its id is among the incoming ones' `unknown`.
        """
        incoming = products if isinstance(products, Incoming) else Incoming.of(products)
        incoming.unknown.clear()
        counts = Counts(unchanged=incoming.repeated)
        held = {
            row[0]: row[1] and bytes(row[1])
            for row in connection.execute(
                "select id, digest from product where id = any(%s)", (list(incoming.products),)
            )
        }
        artist = Artist(Known(connection), source, self._currency)
        rows = Rows()
        differing: list[str] = []
        for key, said in incoming.products.items():
            if key not in held and said.get("update"):
                incoming.unknown.add(key)
            elif key not in held:
                rows.add(incoming.drawn.get(key) or artist.drawn(uuid7(), said, incoming.digest(key)))
                counts.created += 1
            elif held[key] == incoming.digests[key]:
                counts.unchanged += 1
            else:
                differing.append(key)
        if counts.created:
            rows.copied(connection)
            rows.inserted(connection)
        if differing:
            counts.add(self._update(connection, incoming, differing, artist))
        return counts

    def _update(self, connection: Connection[Any], incoming: Incoming, differing: list[str], artist: Artist) -> Counts:
        counts = Counts()
        rows = Rows()
        # Locked first and read then: what waits for another writer must see what that one wrote.
        connection.execute("select uid from product where id = any(%s) order by uid for update", (differing,))
        pending = _pending(connection, differing)
        known: dict[int, dict[str, str]] = {}
        found = connection.execute(f"{_RECORD} where p.id = any(%s) order by p.uid", (differing,)).fetchall()
        for uid, known_key, text in found:
            now = _as_record(connection, text, known_key, known)
            key = now["id"]
            said = without_pending(incoming.products[key], pending.get(key, {}))
            after = merged(now, said)
            digest = incoming.digest(key)
            if _meaning(after) == _meaning(now) and after.get("known") == now.get("known"):
                counts.unchanged += 1
                if digest is not None:
                    connection.execute("update product set digest = %s where uid = %s", (digest, uid))
                continue
            counts.updated += 1
            rows.add(artist.drawn(uid, after, digest))
        if counts.updated:
            rows.copied(connection)
            rows.overwritten(connection)
        return counts


def _found(row: tuple[Any, ...] | None, product: str) -> tuple[int, str]:
    if row is None:
        raise NotFound(f"There is no product {product!r}.")
    return row[0], row[1]


def _as_record(
    connection: Connection[Any], text: str, known_key: int | None, known: dict[int, dict[str, str]]
) -> Product:
    record: Product = orjson.loads(text)
    if known_key is not None:
        if known_key not in known:
            row = connection.execute("select fields from known where id = %s", (known_key,)).fetchone()
            known[known_key] = row[0] if row else {}
        record["known"] = known[known_key]
    if not record.get("variants"):
        return record
    names = [option["name"] for option in record.get("options") or ()]
    for variant in record["variants"]:
        choices = variant.pop("choices", None) or []
        names = (
            names
            if len(names) >= len(choices)
            else [*names, *(f"Option{i}" for i in range(len(names) + 1, len(choices) + 1))]
        )
        variant["options"] = dict(zip(names, choices, strict=False))
    return record


def _meaning(record: Mapping[str, Any]) -> Any:
    """What two states of a product are compared by: all but when and from where a fact came."""
    plain = {key: value for key, value in record.items() if key not in ("known", "part")}
    plain["attributes"] = {
        name: (value.get("value"), value.get("unit")) if isinstance(value, Mapping) else (value, None)
        for name, value in (record.get("attributes") or {}).items()
        if value not in (None, "")
    }
    return pruned(plain)


def _pending(connection: Connection[Any], products: list[str]) -> dict[str, dict[str, Any]]:
    """For each product the fields that applied changes edited, with the value each had before."""
    pending: dict[str, dict[str, Any]] = {}
    for record, field, before in connection.execute(
        "select record, field, before from change where state = 'applied' and record = any(%s) order by uid desc",
        (products,),
    ):
        pending.setdefault(record, {})[field] = before
    return pending
