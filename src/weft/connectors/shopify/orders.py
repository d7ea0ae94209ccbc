"""Orders: the first row has the order's columns, the next rows of the same name only their line."""

import csv
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from weft.connectors import Rejected, Taken, Written, cells
from weft.connectors.seen import Seen
from weft.connectors.source import Source, padded
from weft.money import decimal

_TEXTS: Final = {
    "Email": "email",
    "Financial Status": "financial_status",
    "Fulfillment Status": "fulfillment_status",
    "Discount Code": "discount_code",
    "Notes": "note",
}
_AMOUNTS: Final = {
    "Subtotal": "subtotal",
    "Shipping": "shipping",
    "Taxes": "taxes",
    "Total": "total",
    "Discount Amount": "discount",
    "Refunded Amount": "refunded",
}
_TIMES: Final = {"Created at": "placed_at", "Cancelled at": "cancelled_at"}
_LINE_TEXTS: Final = {"Lineitem name": "title", "Lineitem sku": "sku"}
_OTHER: Final = (
    "Name",
    "Currency",
    "Tags",
    "Lineitem quantity",
    "Lineitem price",
    "Lineitem discount",
    "Shipping Country",
)
_USUAL: Final = (
    *("Name", *_TEXTS, *_TIMES, "Currency", *_AMOUNTS, "Tags"),
    *("Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku", "Lineitem discount"),
)


class _Layout:
    def __init__(self, source: Source) -> None:
        self.header = source.header
        self.currency = source.currency
        lower = {name.lower(): index for index, name in reversed(list(enumerate(source.header)))}
        self.at = {
            name: lower[name.lower()]
            for name in (*_TEXTS, *_AMOUNTS, *_TIMES, *_LINE_TEXTS, *_OTHER)
            if name.lower() in lower
        }
        used = set(self.at.values()) - {self.at.get("Shipping Country")}
        self.kept = [(name, index) for index, name in enumerate(source.header) if index not in used and name]
        names = {index: name for name, index in self.at.items()}
        self.known = {names.get(index, name): name for index, name in enumerate(source.header) if name}
        lines = ("Name", "Email", *(name for name in self.at if name.startswith("Lineitem ")))
        self.own = [(name, index) for name, index in self.at.items() if name not in lines]

    def cell(self, row: Sequence[str], name: str) -> str:
        return row[self.at[name]].strip() if name in self.at else ""

    def parsed(self, row: Sequence[str], name: str, form: Callable[[str], Any]) -> Any:
        text = self.cell(row, name)
        try:
            return form(text)
        except ValueError as problem:
            raise _Bad(name, text, str(problem)) from None

    def line(self, row: Sequence[str], currency: str) -> dict[str, Any] | None:
        title, quantity = self.cell(row, "Lineitem name"), self.cell(row, "Lineitem quantity")
        if not title and not quantity:
            return None
        amount = self.parsed(row, "Lineitem quantity", cells.number)
        if amount is None:
            raise _Bad("Lineitem quantity", "", "there is no quantity")
        if abs(amount) >= 1e9:
            raise _Bad("Lineitem quantity", self.cell(row, "Lineitem quantity"), "is too large a number")
        return {
            "title": title,
            "sku": cells.unquoted(self.cell(row, "Lineitem sku")) or None,
            "quantity": amount,
            "price": self.parsed(row, "Lineitem price", lambda text: cells.price(text, currency)),
            "discount": self.parsed(row, "Lineitem discount", lambda text: cells.price(text, currency)),
            "kind": "product",
        }

    def order(self, row: Sequence[str], key: str) -> dict[str, Any]:
        currency = self.cell(row, "Currency").upper() or self.currency
        if not re.fullmatch("[A-Z]{3}", currency):
            raise _Bad("Currency", currency, "is not a currency such as EUR")
        order: dict[str, Any] = {
            "id": key,
            "kind": "sale",
            "currency": currency,
            "whole": True,
            "known": self.known,
            "lines": [],
        }
        order.update({field: self.cell(row, name) for name, field in _TEXTS.items() if name in self.at})
        for name, field in _AMOUNTS.items():
            if name in self.at:
                order[field] = self.parsed(row, name, lambda text: cells.price(text, currency))
        for name, field in _TIMES.items():
            if name in self.at:
                order[field] = self.parsed(row, name, cells.moment)
        order["customer"] = order.get("email") or None
        order["country"] = self.cell(row, "Shipping Country") or None
        order["tags"] = [part.strip() for part in self.cell(row, "Tags").split(",") if part.strip()]
        if order.get("refunded"):
            order["refunds"] = [{"amount": order["refunded"], "currency": currency}]
        return order

    def others(self, row: Sequence[str], first: Sequence[str]) -> dict[str, str]:
        """What a row says in columns that Weft has no field for, and otherwise than its order's first row."""
        said = {name: row[index] for name, index in self.kept if row[index]}
        if row is not first:
            said |= {name: row[index] for name, index in self.own if row[index] and row[index] != first[index]}
        return said


class _Bad(Exception):
    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


def read(source: Source) -> Iterator[Taken | Rejected]:
    """Orders with their lines; a row without a new name continues the order above it."""
    layout = _Layout(source)
    width = len(source.header)
    order: dict[str, Any] | None = None
    first: Sequence[str] = ()
    rows = last = 0
    seen = Seen()
    for line, raw in source.rows():
        row = padded(raw, width)
        if row is None:
            yield Rejected(line, "", raw[width], f"the row has {len(raw)} cells and the header {width}", raw)
            continue
        key = layout.cell(row, "Name")
        try:
            if not key:
                raise _Bad("Name", "", "a row needs the name of its order")
            fresh = order if order is not None and order["id"] == key else layout.order(row, key)
            item = layout.line(row, fresh["currency"])
            extra = layout.others(row, first if fresh is order else row)
            if fresh is order and item is None and extra:
                column, value = next(iter(extra.items()))
                raise _Bad(column, value, "the row has no line, and its order's first row says something else")
        except _Bad as problem:
            yield Rejected(line, problem.column, problem.value, problem.reason, raw)
            continue
        if fresh is not order:
            if order is not None:
                yield Taken(last, rows, order)
            # An order that the file has named further up gets these lines added.
            order, first, rows = {**fresh, "whole": not seen.add(key)}, row, 0
            if extra:
                order["columns"] = extra
        elif item is not None and extra:
            item["columns"] = extra
        if item is not None:
            order["lines"].append(item)
        rows += 1
        last = line
    if order is not None:
        yield Taken(last, rows, order)


def _time(value: Any) -> str:
    if not value:
        return ""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return str(moment.strftime("%Y-%m-%d %H:%M:%S %z"))


def _amount(value: Any, currency: str) -> str:
    return "" if value is None else decimal(value, currency)


def _rows(order: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    currency = order.get("currency") or "EUR"
    first: dict[str, str] = {
        **(order.get("columns") or {}),
        "Currency": currency,
        "Tags": ", ".join(order.get("tags") or ()),
        **{name: order.get(field) or "" for name, field in _TEXTS.items()},
        **{name: _amount(order.get(field), currency) for name, field in _AMOUNTS.items()},
        **{name: _time(order.get(field)) for name, field in _TIMES.items()},
    }
    for at, line in enumerate(order.get("lines") or [{}]):
        quantity = line.get("quantity")
        yield {
            **(first if at == 0 else {"Email": order.get("email") or ""}),
            **(line.get("columns") or {}),
            "Name": order["id"],
            "Lineitem quantity": "" if quantity is None else f"{quantity:.15g}",
            "Lineitem name": line.get("title") or "",
            "Lineitem sku": line.get("sku") or "",
            "Lineitem price": _amount(line.get("price"), currency),
            "Lineitem discount": _amount(line.get("discount"), currency),
        }


def write(records: Iterable[Mapping[str, Any]], path: Path, options: Mapping[str, Any]) -> list[Written]:
    """Write orders in Shopify's columns, each line on a row: the columns in which they came, and those with something in."""
    del options
    header: dict[str, None] = {}
    filled: set[str] = set()
    count = rows = 0
    # The columns are known when the last order is: until then the rows wait, not in memory.
    with tempfile.TemporaryFile(dir=path.parent) as waiting:
        for order in records:
            count += 1
            known = order.get("known") or {}
            header.update(dict.fromkeys(known if "Lineitem name" in known else ()))
            for row in _rows(order):
                rows += 1
                said = {name: cell for name, cell in row.items() if cell}
                filled.update(said)
                waiting.write(orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE))
        usual = [name for name in _USUAL if name in filled or not count]
        names = [*header, *(name for name in usual if name not in header)]
        names += sorted(filled - {*names})
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, restval="", lineterminator="\n")
            writer.writeheader()
            waiting.seek(0)
            writer.writerows(orjson.loads(line) for line in waiting)
    return [Written(path, count, rows)]
