"""How values become cells of a bulk copy: JSON texts, array literals, digests, blanks."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from psycopg import Connection


@dataclass(slots=True)
class Counts:
    """What became of records that were put into the store."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def add(self, other: "Counts") -> None:
        """Add another batch's counts to these."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged


def json_text(value: Any) -> str | None:
    """A JSON text, or None for nothing at all (None, empty list, empty mapping)."""
    return orjson.dumps(value).decode() if value else None


def array_text(values: Sequence[str] | None) -> str | None:
    """A PostgreSQL array literal of texts."""
    if values is None:
        return None
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return "{" + ",".join(quoted) + "}"


def digest_of(record: Mapping[str, Any]) -> bytes:
    """A digest of everything that a record says (BLAKE2b, 16 bytes), whatever the order of its keys."""
    text = orjson.dumps(record, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)
    return hashlib.blake2b(text, digest_size=16).digest()


def pruned(value: Any) -> Any:
    """The value without what is blank in it, so that two ways to say nothing compare as equal."""
    if isinstance(value, Mapping):
        kept = {str(key): pruned(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner is not None and inner not in ("", [], {})}
    if isinstance(value, (list, tuple)):
        return [pruned(inner) for inner in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def known_id(connection: Connection[Any], fields: Mapping[str, str]) -> int:
    """The key of a set of known fields, kept once for each distinct set."""
    text = orjson.dumps(dict(fields)).decode()
    digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
    connection.execute(
        "insert into known (digest, fields) values (%s, %s) on conflict (business, digest) do nothing",
        (digest, text),
    )
    row = connection.execute("select id from known where digest = %s", (digest,)).fetchone()
    assert row is not None
    return int(row[0])
