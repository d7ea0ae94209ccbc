"""Orders: the first row has the order's columns, the next rows of the same name only their line."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from weft.connectors import Rejected, Taken, Written, cells
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
        self.known = {name: name for name in source.header}

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
        return {
            "title": title,
            "sku": cells.unquoted(self.cell(row, "Lineitem sku")) or None,
            "quantity": amount,
            "price": self.parsed(row, "Lineitem price", lambda text: cells.price(text, currency)),
            "discount": self.parsed(row, "Lineitem discount", lambda text: cells.price(text, currency)),
            "kind": "product",
        }

    def order(self, row: Sequence[str], key: str) -> dict[str, Any]:
        currency = self.cell(row, "Currency") or self.currency
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


class _Bad(Exception):
    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


def read(source: Source) -> Iterator[Taken | Rejected]:
    """Orders with their lines; a row without a new name continues the order above it."""
    layout = _Layout(source)
    width = len(source.header)
    order: dict[str, Any] | None = None
    rows = last = 0
    for line, raw in source.rows():
        row = padded(raw, width)
        if row is None:
            yield Rejected(line, "", raw[width], f"the row has {len(raw)} cells and the header {width}", raw)
            continue
        key = layout.cell(row, "Name")
        try:
            if not key:
                raise _Bad("Name", "", "a row needs the name of its order")
            if order is None or order["id"] != key:
                fresh = layout.order(row, key)
                item = layout.line(row, fresh["currency"])
                if order is not None:
                    yield Taken(last, rows, order)
                order, rows = fresh, 0
                extra = {name: row[index] for name, index in layout.kept if row[index]}
                if extra:
                    order["columns"] = extra
            else:
                item = layout.line(row, order["currency"])
                extra = {name: row[index] for name, index in layout.kept if row[index]}
                if item is not None and extra:
                    item["columns"] = extra
        except _Bad as problem:
            yield Rejected(line, problem.column, problem.value, problem.reason, raw)
            continue
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


def write(records: Iterable[Mapping[str, Any]], path: Path, options: Mapping[str, Any]) -> list[Written]:
    """Write orders in Shopify's columns, each line on a row."""
    del options
    header: list[str] = []
    count = rows = 0
    base = [
        "Name",
        *_TEXTS,
        *_TIMES,
        "Currency",
        *_AMOUNTS,
        "Tags",
        "Lineitem quantity",
        "Lineitem name",
        "Lineitem price",
        "Lineitem sku",
        "Lineitem discount",
    ]
    held = list(records)
    for order in held:
        known = order.get("known") or {}
        header += [name for name in (*known, *(order.get("columns") or ())) if name not in header]
    header += [name for name in base if (name not in header and not held[:1]) or name not in header]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        for order in held:
            count += 1
            currency = order.get("currency") or "EUR"
            first: dict[str, Any] = {
                **(order.get("columns") or {}),
                "Currency": currency,
                "Tags": ", ".join(order.get("tags") or ()),
            }
            first.update({name: order.get(field) or "" for name, field in _TEXTS.items()})
            first.update({name: _amount(order.get(field), currency) for name, field in _AMOUNTS.items()})
            first.update({name: _time(order.get(field)) for name, field in _TIMES.items()})
            for at, line in enumerate(order.get("lines") or [{}]):
                shown = first if at == 0 else {"Email": order.get("email") or "", **(line.get("columns") or {})}
                quantity = line.get("quantity")
                rows += 1
                writer.writerow(
                    {
                        **shown,
                        "Name": order["id"],
                        "Lineitem quantity": "" if quantity is None else f"{quantity:g}",
                        "Lineitem name": line.get("title") or "",
                        "Lineitem sku": line.get("sku") or "",
                        "Lineitem price": _amount(line.get("price"), currency),
                        "Lineitem discount": _amount(line.get("discount"), currency),
                    }
                )
    return [Written(path, count, rows)]
