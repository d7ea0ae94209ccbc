"""Order tables by line: one row per order line, with cancellations, adjustments, postage and missing customers, as in life."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from weft.connectors import Rejected, Taken, Written, cells
from weft.connectors.guessing import strip_currency
from weft.connectors.source import Source, padded
from weft.money import decimal, exponent

_KINDS: Final = (
    ("test", re.compile(r"^test|\btest product\b", re.IGNORECASE)),
    ("shipping", re.compile(r"^(post|dot|c2|dcgs|carriage|ship|shipping|freight|delivery|versand|porto|fracht)$"
                            r"|\b(postage|carriage|shipping|freight|versandkosten|frais de port|gastos de envio)\b", re.IGNORECASE)),
    ("fee", re.compile(r"\b(bank charges?|fees?|commission|amazonfee|cruk|gebühr(en)?|frais)\b|fee$", re.IGNORECASE)),
    ("discount", re.compile(r"^d$|\b(discount|rabatt|remise|descuento|gutschein)\b", re.IGNORECASE)),
    ("adjustment", re.compile(r"^(m|b|s|adjust\w*)$|\b(manual|adjust(ment)?s?( bad debt)?|bad debt|samples?|korrektur)\b", re.IGNORECASE)),
)  # fmt: skip
_DEFAULT: Final = {
    "id": "order", "product": "product", "title": "description", "quantity": "quantity", "at": "date",
    "price": "unit_price", "customer": "customer", "country": "country",
}  # fmt: skip


def kind_of_code(code: str, title: str) -> str:
    """What a line is about, by its code and, where the code has no digits, by its description."""
    if re.search(r"\d{3}", code):
        return "test" if code.lower().startswith("test") else "product"
    for kind, pattern in _KINDS:
        if pattern.search(code) or (title and pattern.search(title)):
            return kind
    return "product"


def _kind_of_order(key: str, lines: Sequence[Mapping[str, Any]]) -> str:
    prefix = key[:1].upper()
    if prefix in ("C", "A") and key[1:].isdigit():
        return "return" if prefix == "C" else "adjustment"
    if lines and all(line["quantity"] < 0 for line in lines):
        return "return" if any(line["price"] for line in lines) else "adjustment"
    return "sale"


class _Prices:
    """Amounts by the text they are written as; a price with more decimals than the currency has keeps them beside it."""

    def __init__(self, currency: str) -> None:
        self._places = exponent(currency)
        self._held: dict[str, tuple[int | None, str | None]] = {}

    def __call__(self, text: str) -> tuple[int | None, str | None]:
        if text not in self._held:
            if len(self._held) > 100_000:
                self._held.clear()
            self._held[text] = self._read(text.strip())
        return self._held[text]

    def _read(self, text: str) -> tuple[int | None, str | None]:
        if not text:
            return None, None
        try:
            exact = Decimal(text)
        except InvalidOperation:
            exact = Decimal(repr(cells.number(strip_currency(text))))
        if not exact.is_finite() or abs(exact) > 10**13:
            raise ValueError("is not an amount")
        scaled = exact.scaleb(self._places)
        minor = int(scaled.to_integral_value(ROUND_HALF_UP))
        return minor, None if scaled == minor else format(exact.normalize(), "f")


class _Reader:
    def __init__(self, source: Source, fields: Mapping[str, str]) -> None:
        at = {name: index for index, name in reversed(list(enumerate(source.header)))}
        self.source = source
        self.fields = fields
        self.at = {field: at[column] for field, column in fields.items()}
        used = set(self.at.values())
        self.kept = [(header, index) for index, header in enumerate(source.header) if index not in used and header]
        self.known = {**fields, **{f"columns.{header}": header for header, _ in self.kept}}
        self.price = _Prices(source.currency)
        self.kinds: dict[tuple[str, str], str] = {}
        self.customers: dict[str, str | None] = {"": None}

    def customer(self, text: str) -> str | None:
        if text not in self.customers:
            if len(self.customers) > 100_000:
                self.customers = {"": None}
            plain = text.strip()
            self.customers[text] = (plain[:-2] if re.fullmatch(r"\d+\.0", plain) else plain) or None
        return self.customers[text]

    def kind(self, code: str, title: str) -> str:
        pair = (code, "" if code[:3].isdigit() else title)
        if pair not in self.kinds:
            if len(self.kinds) > 100_000:
                self.kinds.clear()
            self.kinds[pair] = kind_of_code(*pair)
        return self.kinds[pair]

    def order(self, key: str, row: Sequence[str]) -> dict[str, Any]:
        at = self.at
        currency = row[at["currency"]].strip().upper() if "currency" in at else ""
        order: dict[str, Any] = {
            "id": key,
            "currency": currency or self.source.currency,
            "whole": False,
            "known": self.known,
            "placed_at": cells.moment(row[at["at"]]) if "at" in at else None,
            "lines": [],
        }
        if "customer" in at:
            order["customer"] = self.customer(row[at["customer"]])
        if "country" in at:
            order["country"] = row[at["country"]].strip() or None
        return order

    def opened(self, key: str, row: Sequence[str]) -> dict[str, Any]:
        try:
            return self.order(key, row)
        except ValueError as problem:
            raise _Bad(self.at.get("at", self.at["id"]), str(problem)) from None

    def line(self, row: Sequence[str], order: Mapping[str, Any]) -> dict[str, Any]:
        at = self.at
        code = row[at["product"]].strip() if "product" in at else ""
        sku = row[at["sku"]].strip() if "sku" in at else ""
        title = row[at["title"]] if "title" in at else ""
        text = row[at["quantity"]]
        quantity: int | float | None
        try:
            quantity = int(text)
        except ValueError:
            quantity = _said(cells.number, text, at["quantity"])
        if quantity is None:
            raise _Bad(at["quantity"], "there is no quantity")
        if not (code or sku or title.strip()):
            raise _Bad(at.get("product", at.get("title", 0)), "the line names no product")
        line: dict[str, Any] = {
            "product": code or sku or None,
            "sku": sku or None,
            "title": title,
            "quantity": quantity,
        }
        price, exact = _said(self.price, row[at["price"]], at["price"]) if "price" in at else (None, None)
        line["price"] = price
        if exact is not None:
            line["price_exact"] = exact
        kind = self.kind(code or sku, title)
        line["kind"] = "adjustment" if kind == "product" and quantity < 0 and not price else kind
        self._differing(row, order, line)
        return line

    def _differing(self, row: Sequence[str], order: Mapping[str, Any], line: dict[str, Any]) -> None:
        """What this line says otherwise than its order's first."""
        at = self.at
        if "at" in at:
            moment = _said(cells.moment, row[at["at"]], at["at"])
            if moment != order["placed_at"]:
                line["at"] = moment
        extra = {header: row[index] for header, index in self.kept if row[index]}
        if "customer" in at and self.customer(row[at["customer"]]) != order["customer"]:
            extra[self.fields["customer"]] = row[at["customer"]]
        if "country" in at and (row[at["country"]].strip() or None) != order["country"]:
            extra[self.fields["country"]] = row[at["country"]]
        if extra:
            line["columns"] = extra


class _Bad(Exception):
    def __init__(self, index: int, reason: str) -> None:
        super().__init__(reason)
        self.index, self.reason = index, reason


def _said(form: Any, text: str, index: int) -> Any:
    try:
        return form(text)
    except ValueError as problem:
        raise _Bad(index, str(problem)) from None


def read(source: Source, fields: Mapping[str, str]) -> Iterator[Taken | Rejected]:
    """Orders, each a group of consecutive lines; an order that goes on further down comes as a second group."""
    reader = _Reader(source, fields)
    width = len(source.header)
    place = reader.at["id"]
    order: dict[str, Any] | None = None
    lines: list[dict[str, Any]] = []
    key, last = "", 0
    for number, raw in source.rows():
        row: Sequence[str] | None = raw if len(raw) == width else padded(raw, width)
        if row is None:
            yield Rejected(number, "", raw[width], f"the row has {len(raw)} cells and the header {width}", raw)
            continue
        this = row[place].strip()
        try:
            if not this:
                raise _Bad(place, "the row names no order")
            if this != key or order is None:
                fresh = reader.opened(this, row)
                line = reader.line(row, fresh)
                if order is not None:
                    order["kind"] = _kind_of_order(key, lines)
                    yield Taken(last, len(lines), order)
                order, key = fresh, this
                lines = order["lines"]
            else:
                line = reader.line(row, order)
        except _Bad as problem:
            yield Rejected(number, source.header[problem.index], row[problem.index], problem.reason, raw)
            continue
        lines.append(line)
        last = number
    if order is not None:
        order["kind"] = _kind_of_order(key, lines)
        yield Taken(last, len(lines), order)


def _time(value: Any) -> str:
    if not value:
        return ""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return str(moment.strftime("%Y-%m-%d %H:%M:%S"))


def write(records: Iterable[Mapping[str, Any]], path: Path) -> list[Written]:
    """Write orders as a table by line, under the columns in which they came."""
    orders = rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = None
        named: Mapping[str, str] = _DEFAULT
        for order in records:
            if writer is None:
                known = order.get("known") or {}
                named = known if "quantity" in known and "id" in known else _DEFAULT
                writer = csv.DictWriter(
                    file, list(named.values()), restval="", extrasaction="ignore", lineterminator="\n"
                )
                writer.writeheader()
            orders += 1
            currency = order.get("currency") or "EUR"
            for line in order.get("lines") or ():
                exact, price = line.get("price_exact"), line.get("price")
                said = {
                    "id": order["id"],
                    "product": line.get("product") or line.get("sku") or "",
                    "sku": line.get("sku") or "",
                    "title": line.get("title") or "",
                    "quantity": f"{line.get('quantity') or 0:g}"
                    if abs(line.get("quantity") or 0) < 1e6
                    else line["quantity"],
                    "at": _time(line.get("at") or order.get("placed_at")),
                    "price": exact if exact is not None else "" if price is None else decimal(price, currency),
                    "customer": order.get("customer") or "",
                    "country": order.get("country") or "",
                    "currency": currency,
                }
                row = {header: said[field] for field, header in named.items() if field in said}
                writer.writerow({**row, **(line.get("columns") or {})})
                rows += 1
        if writer is None:
            csv.writer(file).writerow(_DEFAULT.values())
    return [Written(path, orders, rows)]
