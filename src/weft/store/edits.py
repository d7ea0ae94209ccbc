"""Edits on their way to be changes: checked one by one, then, as a table `edit` of their transaction, all at once."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import orjson
from psycopg import Connection

from weft.errors import InputError
from weft.ids import uuid7
from weft.postgres.database import copy_rows
from weft.store import fields, purchase_lines

_NUL: Final = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_COLUMNS: Final = (
    *("n", "uid", "record", "field", "kind", "given"),
    *("before", "after", "confidence", "facts", "checks", "engine"),
)


def clean(text: str) -> str:
    """The text with a question mark for what could not be written anywhere: half a letter, a NUL."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "?")


def has_nul(text: str) -> bool:
    """Tell whether a JSON text says a NUL character, which the database keeps in no text."""
    return "\\u0000" in text and _NUL.search(text) is not None


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def row(number: int, edit: Mapping[str, Any]) -> tuple[Any, ...]:
    """One edit as a row of the table `edit`; raises InputError with the reason why it cannot be one."""
    try:
        text = orjson.dumps(edit).decode()
    except TypeError as problem:
        raise InputError(f"this cannot be kept: {problem}") from None
    if has_nul(text):
        raise InputError("this has a NUL character, which no text can hold")
    record, name = edit.get("record"), edit.get("field")
    if not isinstance(record, str) or not isinstance(name, str) or not record:
        raise InputError("an edit needs a record and a field, both texts")
    parsed = fields.parsed(name)
    values = []
    for given in (edit.get("before"), edit.get("after")):
        try:
            values.append(_json(fields.coerced(parsed, given)))
        except ValueError as problem:
            raise InputError(f"{fields.quoted(given)} {problem}") from None
    confidence, facts, checks = edit.get("confidence"), edit.get("facts") or [], edit.get("checks") or []
    if confidence is not None and not (
        isinstance(confidence, (int, float)) and not isinstance(confidence, bool) and 0 <= confidence <= 1
    ):
        raise InputError(f"the confidence {confidence!r} is not between 0 and 1")
    if not isinstance(facts, list) or not isinstance(checks, list) or not all(isinstance(one, dict) for one in checks):
        raise InputError("facts are a list, and checks a list of objects")
    if parsed.family == "lines":
        purchase_lines.checked(facts)
    engine = edit.get("engine")
    if engine not in (None, "local", "model"):
        raise InputError(f"the engine {engine!r} is neither local nor model")
    kind, given = f"{parsed.family}.{parsed.kind}", edit.get("before") is not None
    return (number, uuid7(), record, name, kind, given, *values, confidence, _json(facts), _json(checks), engine)


def stage(connection: Connection[Any], rows: Iterable[Sequence[Any]], currency: str) -> None:
    """Bring edits into a table `edit` with their products and variants, and say what cannot be made."""
    connection.execute(
        "create temporary table edit (n integer, uid uuid, record text, field text, kind text, given boolean, before jsonb, "
        "after jsonb, confidence real, facts jsonb, checks jsonb, engine text, product uuid, variant uuid, problem text) on commit drop"
    )
    copy_rows(connection, "edit", _COLUMNS, rows)
    connection.execute("update edit e set product = p.uid from product p where p.id = e.record")
    connection.execute(
        "update edit set problem = 'there is no product ' || quote_literal(record) where product is null and not starts_with(kind, 'lines.')"
    )
    purchase_lines.refuse(connection)
    connection.execute("analyze edit")
    connection.execute(
        "update edit set variant = variant_named(product, substring(field from '^variants\\.(.+)\\.[^.]+$')) "
        "where problem is null and kind like 'variants.%'"
    )
    connection.execute(
        "update edit set problem = case when kind like 'variants.%' then "
        "'the product has no one variant of that name (name it by its place, such as variants.#1.price)' "
        "else 'the product has no image at that place' end where problem is null and ("
        "kind like 'variants.%' and variant is null "
        "or kind like 'images.%' and not exists (select from product p where p.uid = edit.product and "
        "jsonb_array_length(p.images) >= split_part(field, '.', 2)::integer))"
    )
    for column in ("before", "after"):
        # A plain amount is in its variant's currency: 37.50 is 3750 of EUR, and nothing of JPY.
        connection.execute(
            f"update edit e set {column} = jsonb_build_object('amount', case when c.amount %% 1 = 0 then trunc(c.amount) "
            "else c.amount end, 'currency', c.currency) from (select x.n, k.currency, coalesce((x.said ->> 'amount')::numeric, "
            "(x.said ->> 'decimal')::numeric / major(1, k.currency)) as amount "
            f"from (select n, variant, {column} as said from edit where kind = 'variants.money' and {column} is not null) x "
            "join variant v on v.uid = x.variant "
            "cross join lateral (select coalesce(x.said ->> 'currency', v.currency, %s) as currency) k) c where c.n = e.n",
            (currency,),
        )
    connection.execute(
        "update edit set problem = 'the amount has more decimals than ' || (after ->> 'currency') || ' has' "
        "where problem is null and kind = 'variants.money' and (after ->> 'amount')::numeric % 1 <> 0"
    )
    connection.execute(
        "update edit e set problem = 'the variant has amounts in ' || v.currency || ', and this one is in ' || "
        "(e.after ->> 'currency') from variant v where problem is null and v.uid = e.variant and e.kind = 'variants.money' "
        "and e.after ->> 'currency' <> v.currency and num_nonnulls(v.price, v.compare_at, v.cost) > "
        "case when to_jsonb(v) ->> substring(e.field from '[^.]+$') is null then 0 else 1 end"
    )


def compare(connection: Connection[Any]) -> None:
    """Read what the fields of `edit` hold, and say which edits change nothing."""
    connection.execute(
        "update edit set before = held_value(record, product, field) where problem is null and not given"
    )
    connection.execute(
        "update edit set problem = 'the field already holds this value' where problem is null "
        "and before is not distinct from after"
    )


def refuse_proposed(connection: Connection[Any]) -> None:
    """Say which edits wait for a decision already, or stand in `edit` twice."""
    connection.execute(
        "update edit e set problem = 'this is already proposed' where problem is null and exists (select from change c "
        "where c.record = e.record and c.field = e.field and c.state in ('proposed', 'approved') "
        "and c.after is not distinct from e.after)"
    )
    connection.execute(
        "update edit e set problem = 'this is already proposed' from (select n, row_number() over "
        "(partition by record, field, after order by n) as turn from edit where problem is null) as o "
        "where o.n = e.n and o.turn > 1"
    )
