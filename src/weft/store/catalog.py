"""Products with their variants, stock and facts: read, listed, written in bulk."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson
from psycopg import AsyncConnection, Connection

from weft.errors import NotFound
from weft.ids import uuid7
from weft.postgres.database import Database, copy_rows
from weft.store import where
from weft.store.merging import merged, without_pending
from weft.store.records import Product
from weft.store.rows import Counts, array_text, digest_of, json_text, known_id, pruned

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

_RECORD: Final = f"""
select p.uid, p.known, json_strip_nulls(json_build_object(
    'id', p.id, 'title', p.title, 'description', p.description, 'vendor', p.vendor, 'type', p.type,
    'category', p.category, 'status', p.status, 'published', p.published, 'tags', p.tags, 'options', p.options,
    'seo_title', p.seo_title, 'seo_description', p.seo_description, 'gift_card', p.gift_card, 'images', p.images,
    'translations', p.translations, 'columns', p.columns,
    'attributes', (select json_object_agg(f.name, json_build_object('value', f.value, 'unit', f.unit,
        'source', f.source, 'confidence', f.confidence, 'at', f.at)) from fact f where f.record = p.uid),
    'variants', (select json_agg(json_build_object('uid', v.uid, 'sku', v.sku, 'barcode', v.barcode, 'choices', v.choices,
        'currency', v.currency, 'price', v.price, 'compare_at', v.compare_at, 'cost', v.cost, 'grams', v.grams,
        'weight_unit', v.weight_unit, 'tracker', v.tracker, 'policy', v.policy, 'fulfillment', v.fulfillment,
        'requires_shipping', v.requires_shipping, 'taxable', v.taxable, 'tax_code', v.tax_code, 'image', v.image,
        'stock', v.stock, 'levels', {_LEVELS}, 'columns', v.columns) order by v.position)
        from variant v where v.product = p.uid)))::text
from product p"""

_PRODUCT_TEXTS: Final = ("title", "description", "vendor", "type", "category", "status")
_PRODUCT_COLUMNS: Final = (
    *(
        "uid",
        "id",
        *_PRODUCT_TEXTS,
        "published",
        "tags",
        "options",
        "seo_title",
        "seo_description",
        "gift_card",
    ),
    *("images", "translations", "columns", "known", "digest"),
)
_VARIANT_PLAIN: Final = (
    *(
        "sku",
        "barcode",
        "currency",
        "price",
        "compare_at",
        "cost",
        "grams",
        "weight_unit",
        "tracker",
        "policy",
    ),
    *("fulfillment", "requires_shipping", "taxable", "tax_code", "image"),
)
_VARIANT_COLUMNS: Final = ("uid", "product", "position", "choices", "stock", "columns", *_VARIANT_PLAIN)
_FACT_COLUMNS: Final = ("record", "name", "value", "unit", "source", "confidence", "at")
_LEVEL_COLUMNS: Final = ("variant", "location", "quantity")
_INCOMING: Final = {
    "product": _PRODUCT_COLUMNS,
    "variant": _VARIANT_COLUMNS,
    "fact": _FACT_COLUMNS,
    "stock_level": _LEVEL_COLUMNS,
}


class _Batch:
    """The rows that a batch of products comes to, table by table."""

    def __init__(self, connection: Connection[Any], source: str, currency: str) -> None:
        self.connection, self.source, self.currency = connection, source, currency
        self.now = datetime.now(UTC)
        self.tables: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _INCOMING}
        self._known: dict[int, int] = {}

    def known(self, fields: Mapping[str, str] | None) -> int | None:
        if fields is None:
            return None
        if id(fields) not in self._known:
            self._known[id(fields)] = known_id(self.connection, fields)
        return self._known[id(fields)]

    def add(self, uid: UUID, product: Mapping[str, Any], digest: bytes | None) -> None:
        get = product.get
        options = get("options")
        self.tables["product"].append(
            (
                *(
                    uid,
                    product["id"],
                    *(get(name) for name in _PRODUCT_TEXTS),
                    get("published"),
                    array_text(get("tags")),
                ),
                *(
                    json_text(options),
                    get("seo_title"),
                    get("seo_description"),
                    get("gift_card"),
                    json_text(get("images")),
                ),
                *(
                    json_text(get("translations")),
                    json_text(get("columns")),
                    self.known(get("known")),
                    digest,
                ),
            )
        )
        names = [option["name"] for option in options or ()]
        for position, variant in enumerate(get("variants") or (), 1):
            self._variant(uid, position, variant, names)
        for name, value in (get("attributes") or {}).items():
            self._fact(uid, name, value)

    def _variant(self, product: UUID, position: int, variant: Mapping[str, Any], names: Sequence[str]) -> None:
        get = variant.get
        uid = get("uid") or uuid7()
        choices = get("choices")
        if choices is None:
            chosen = get("options") or {}
            choices = [chosen.get(name) or "" for name in names]
        stock, levels = get("stock"), get("levels")
        if isinstance(stock, Mapping):
            levels, stock = stock, sum(quantity for quantity in stock.values() if quantity is not None)
        currency = get("currency") or self.currency
        self.tables["variant"].append(
            (
                *(uid, product, position, array_text(choices), stock, json_text(get("columns"))),
                *(
                    get("sku"),
                    get("barcode"),
                    currency,
                    get("price"),
                    get("compare_at"),
                    get("cost"),
                    get("grams"),
                ),
                *(
                    get("weight_unit"),
                    get("tracker"),
                    get("policy"),
                    get("fulfillment"),
                    get("requires_shipping"),
                ),
                *(get("taxable"), get("tax_code"), get("image")),
            )
        )
        for location, quantity in (levels or {}).items():
            if quantity is not None:
                self.tables["stock_level"].append((uid, location, quantity))

    def _fact(self, record: UUID, name: str, value: Any) -> None:
        unit, source, confidence, at = None, self.source, 1.0, self.now
        if isinstance(value, Mapping):
            unit, source = value.get("unit"), value.get("source") or source
            confidence, at = value.get("confidence", 1.0), value.get("at") or at
            value = value.get("value")
        if value is None or value == "":
            return
        text = orjson.dumps(value).decode()
        self.tables["fact"].append((record, name, text, unit, source, confidence, at))

    def copy(self) -> None:
        """Bring the rows into temporary tables beside the real ones."""
        for name, columns in _INCOMING.items():
            self.connection.execute(f"drop table if exists in_{name}")
            listed = ", ".join(columns)
            self.connection.execute(
                f"create temporary table in_{name} on commit drop as select {listed} from {name} limit 0"
            )
            copy_rows(self.connection, f"in_{name}", columns, self.tables[name])

    def insert(self, name: str) -> None:
        columns = ", ".join(_INCOMING[name])
        self.connection.execute(f"insert into {name} ({columns}) select {columns} from in_{name}")


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

    def put(self, connection: Connection[Any], products: Iterable[Product], source: str) -> Counts:
        """Write products inside the caller's transaction: new ones, and into the known ones what the records say.

        A field that a record does not name keeps its value; an applied change that the record does not know of stays.
        """
        counts = Counts()
        wanted: dict[str, Mapping[str, Any]] = {}
        for product in products:
            key = product["id"]
            if key in wanted:
                counts.unchanged += 1
            wanted[key] = merged(wanted[key], product) if key in wanted else product
        held = {
            row[0]: (row[1], row[2])
            for row in connection.execute("select id, uid, digest from product where id = any(%s)", (list(wanted),))
        }
        batch = _Batch(connection, source, self._currency)
        differing: dict[str, bytes] = {}
        for key, said in wanted.items():
            digest = digest_of({name: value for name, value in said.items() if name != "known"})
            if key not in held:
                batch.add(uuid7(), said, None if said.get("part") else digest)
                counts.created += 1
            elif held[key][1] is not None and bytes(held[key][1]) == digest:
                counts.unchanged += 1
            else:
                differing[key] = digest
        if counts.created:
            batch.copy()
            for name in _INCOMING:
                batch.insert(name)
        if differing:
            counts.add(self._update(connection, wanted, differing, source))
        return counts

    def _update(
        self,
        connection: Connection[Any],
        wanted: Mapping[str, Mapping[str, Any]],
        differing: Mapping[str, bytes],
        source: str,
    ) -> Counts:
        counts = Counts()
        batch = _Batch(connection, source, self._currency)
        pending = _pending(connection, list(differing))
        known: dict[int, dict[str, str]] = {}
        rows = connection.execute(
            f"{_RECORD} where p.id = any(%s) order by p.uid for update of p", (list(differing),)
        ).fetchall()
        for uid, known_key, text in rows:
            now = _as_record(connection, text, known_key, known)
            key = now["id"]
            incoming = without_pending(wanted[key], pending.get(key, {}))
            after = merged(now, incoming)
            # A continuation says less than the whole product, so its digest must not stand for it.
            digest = None if wanted[key].get("part") else differing[key]
            if _meaning(after) == _meaning(now) and after.get("known") == now.get("known"):
                counts.unchanged += 1
                if digest is not None:
                    connection.execute("update product set digest = %s where uid = %s", (digest, uid))
                continue
            counts.updated += 1
            batch.add(uid, after, digest)
        if counts.updated:
            batch.copy()
            _overwrite(connection)
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
    names = [option["name"] for option in record.get("options") or ()]
    for variant in record.get("variants") or ():
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


def _overwrite(connection: Connection[Any]) -> None:
    columns = ", ".join(f"{name} = i.{name}" for name in _PRODUCT_COLUMNS if name not in ("uid", "id"))
    connection.execute(
        f"update product p set {columns}, version = p.version + 1, updated_at = now() from in_product i where i.uid = p.uid"
    )
    connection.execute("set constraints all deferred")
    names = ", ".join(_VARIANT_COLUMNS)
    values = ", ".join(f"{name} = excluded.{name}" for name in _VARIANT_COLUMNS if name != "uid")
    connection.execute(
        f"insert into variant ({names}) select {names} from in_variant on conflict (uid) do update set {values}"
    )
    connection.execute(
        "insert into stock_level (variant, location, quantity) select variant, location, quantity from in_stock_level "
        "on conflict (variant, location) do update set quantity = excluded.quantity"
    )
    connection.execute(
        "delete from fact f using in_product i where i.uid = f.record and not exists "
        "(select from in_fact n where n.record = f.record and n.name = f.name)"
    )
    connection.execute(
        "insert into fact (record, name, value, unit, source, confidence, at) select record, name, value, unit, source, "
        "confidence, at from in_fact on conflict (record, name) do update set value = excluded.value, unit = excluded.unit, "
        "source = excluded.source, confidence = excluded.confidence, at = excluded.at "
        "where (fact.value, fact.unit) is distinct from (excluded.value, excluded.unit)"
    )
