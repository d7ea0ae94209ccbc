"""Tables of what people did, a line each: exports of analytics and logs of clicks, by the names of their columns."""

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from weft.connectors import Rejected, Taken, Written, cells
from weft.connectors.source import Source, padded
from weft.errors import InputError, UnknownFormat

# Weft's field, and what columns of it are called; UBI's own names too are columns, objects within by a dot.
_WORDS: Final = {
    "id": "id, event_id, behavior_id",
    "action": "action, action_name, event, event_type, event_name, behavior, type",
    "at": "at, timestamp, time, event_time, datetime, date, created_at",
    "visitor": "visitor, visitor_id, visitorid, client_id, anonymous_id, cookie_id, device_id",
    "session": "session, session_id, sessionid, user_session",
    "customer": "customer, customer_id, user_id, userid, email",
    "query_id": "query_id",
    "query": "query, user_query, search_query, search_term, keyword",
    "results": "results, result_count, results_count",
    "hits": "hits, query_response_hit_ids",
    "product": "product, product_id, productid, item_id, itemid, item, handle, object_id, event_attributes.object.object_id",
    "position": "position, rank, ordinal, event_attributes.position.ordinal",
    "place": "place, placement, list_name",
    "quantity": "quantity, qty, event_attributes.quantity",
    "price": "price, event_attributes.price",
    "currency": "currency",
    "order": "order, order_id, orderid, transaction_id, transactionid",
    "consent": "consent",
    "agent": "agent, user_agent",
    "attributes": "attributes",
}
_FIELD_OF: Final = {name: field for field, names in _WORDS.items() for name in names.split(", ")}
_FLAGS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _columns(source: Source) -> dict[str, int]:
    """Which column says each field; raises InputError for one that is mapped and not there."""
    lower = {name.strip().lower(): place for place, name in enumerate(source.header)}
    found: dict[str, int] = {}
    for place, header in enumerate(source.header):
        field = _FIELD_OF.get(re.sub(r"[\s\-]+", "_", header.strip().lower()))
        if field is not None:
            found.setdefault(field, place)
    for field, column in source.mapping.items():
        if field not in _WORDS:
            raise InputError(f"--map {field}={column}: fields are {', '.join(_WORDS)}.")
        if column.strip().lower() not in lower:
            raise InputError(f"There is no column {column!r} in {source.path.name}; it has {source.columns_said()}.")
        found = {name: place for name, place in found.items() if place != lower[column.strip().lower()]}
        found[field] = lower[column.strip().lower()]
    source.guessed = {field: source.header[place] for field, place in found.items()}
    return found


class Events:
    """The connector to tables of what people did."""

    name = "events"
    reads = frozenset(("behaviors",))
    writes = frozenset[str]()

    def recognizes(self, kind: str, source: Source) -> float:
        """Somewhat sure where there are columns that say what was done, and of which product or by which query."""
        if source.is_json or kind not in self.reads:
            return 0.0
        found = _columns(source)
        return 0.6 if "action" in found and ("product" in found or "query" in found) else 0.0

    def read(self, kind: str, source: Source) -> Iterator[Taken | Rejected]:
        """A behavior a line; the columns of no field are its attributes."""
        del kind
        columns = _columns(source)
        taken = set(columns.values())
        others = [(place, name) for place, name in enumerate(source.header) if place not in taken]
        for line, row in source.rows():
            filled = padded(row, len(source.header))
            if filled is None:
                yield Rejected(line, "", ",".join(row)[:200], "has more cells than the header has columns", row)
                continue
            said: dict[str, Any] = {field: filled[place].strip() for field, place in columns.items()}
            said = {field: _value(field, text) for field, text in said.items() if text}
            beside = {name: text for place, name in others if (text := filled[place].strip())}
            if beside:
                inner = said.get("attributes", {})
                said["attributes"] = {**beside, **(inner if isinstance(inner, dict) else {"attributes": inner})}
            yield Taken(line, 1, {"behaviors": [said]})

    def write(self, kind: str, records: Iterable[Any], path: Path, options: Mapping[str, Any]) -> list[Written]:
        """Tables of behaviors are not written."""
        del records, path, options
        raise UnknownFormat(f"Tables of {kind} are not written; use jsonl.")


def _value(field: str, text: str) -> Any:
    """A cell as its field takes it; what cannot be read so is refused where the behavior is."""
    if field == "at" and not text.replace(".", "", 1).isdecimal():
        with contextlib.suppress(ValueError):
            return cells.moment(text)
    elif field == "at":
        return float(text)
    elif field == "consent":
        return _FLAGS.get(text.lower(), text)
    elif field == "hits":
        return [one.strip() for one in re.split(r"[|,;\s]+", text.strip("[]")) if one.strip(" \"'")]
    elif field == "attributes":
        with contextlib.suppress(orjson.JSONDecodeError):
            return orjson.loads(text)
    return text


CONNECTOR = Events()
