"""Tables of suppliers with what they deliver, a row an item, and of purchase orders, a row a line."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from weft.connectors import Rejected, Taken, Written, cells
from weft.connectors.guessing import decimal_mark, ignored, settled
from weft.connectors.sheets import Sheets
from weft.connectors.source import Source, padded
from weft.money import decimal

_SAMPLE: Final = 200
_MOST_DAYS: Final = 3650
_SUPPLIER: Final = (
    *("name", "email", "currency", "lead_days", "lead_spread_days", "review_days", "minimum_order"),
    "note",
)
_SUPPLY: Final = ("sku", "supplier_sku", "cost", "pack", "minimum", "preferred")
_PURCHASE: Final = ("supplier", "state", "ordered_at", "expected", "currency", "note")
_LINE: Final = ("sku", "supplier_sku", "quantity", "received", "cost")
# What systems call the states of an order, in a few languages.
_STATES: Final[Mapping[str, tuple[str, ...]]] = {
    "draft": ("draft", "new", "planned", "entwurf", "offen geplant", "brouillon", "borrador"),
    "ordered": ("ordered", "open", "sent", "confirmed", "partially received", "partial", "bestellt", "offen", "ouverte", "abierto"),
    "received": ("received", "closed", "complete", "completed", "done", "delivered", "geliefert", "erledigt", "recu", "recibido"),
    "cancelled": ("cancelled", "canceled", "void", "storniert", "annule", "annulee", "cancelado"),
}  # fmt: skip
_STATE_OF: Final = {word: state for state, words in _STATES.items() for word in words}


class _Bad(Exception):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


def _count(cell: str) -> int | None:
    value = cells.integer(cell)
    if value is not None and value < 0:
        raise ValueError("is less than nothing")
    return value


def _some(cell: str) -> int | None:
    value = _count(cell)
    if value == 0:
        raise ValueError("is not one or more")
    return value


def _days(cell: str) -> int | None:
    value = _count(re.sub(r"\s*(days?|tage?n?|jours?|d[ií]as?)$", "", cell.strip(), flags=re.IGNORECASE))
    if value is not None and value > _MOST_DAYS:
        raise ValueError("is more than ten years of days")
    return value


def _review(cell: str) -> int | None:
    value = _days(cell)
    if value == 0:
        raise ValueError("is not one day or more")
    return value


def _spread(cell: str) -> float | None:
    value = cells.number(cell)
    if value is not None and not 0 <= value <= _MOST_DAYS:
        raise ValueError("is no spread in days")
    return value


def _state(cell: str) -> str | None:
    word = " ".join(cell.strip().lower().replace("_", " ").split())
    if word and word not in _STATE_OF:
        raise ValueError(f"is not one of {', '.join(_STATES)}")
    return _STATE_OF.get(word)


def _day(cell: str) -> str | None:
    found = cells.moment(cell)
    return found.date().isoformat() if found else None


def _moment(cell: str) -> str | None:
    found = cells.moment(cell)
    return found.isoformat() if found else None


_FORMS: Final[Mapping[str, Callable[[str], Any]]] = {
    "lead_days": _days,
    "lead_spread_days": _spread,
    "review_days": _review,
    "pack": _some,
    "minimum": _count,
    "quantity": _some,
    "received": _count,
    "preferred": cells.flag,
    "state": _state,
    "ordered_at": _moment,
    "expected": _day,
    "sku": lambda cell: cells.unquoted(cell.strip()) or None,
    "supplier_sku": lambda cell: cells.unquoted(cell.strip()) or None,
}
_AMOUNTS: Final = ("cost", "minimum_order")


class _Rows:
    """The rows of one table, each as what it says by field."""

    def __init__(self, source: Source, fields: Mapping[str, str]) -> None:
        at = {name: index for index, name in reversed(list(enumerate(source.header)))}
        self.source, self.fields = source, fields
        self.places = {field: at[column] for field, column in fields.items()}
        left_out = ignored(source.header, source.mapping)
        used = set(self.places.values())
        self.kept = [(h, i) for i, h in enumerate(source.header) if i not in used and h and h not in left_out]
        self.known = {**fields, **{f"columns.{header}": header for header, _ in self.kept}}
        sample = [row for _, row in islice(source.rows(), _SAMPLE)]
        self.marks: dict[str, str | None] = {
            name: decimal_mark(row[self.places[name]] for row in sample if len(row) > self.places[name])
            for name in _AMOUNTS
            if name in self.places
        }
        self.usual = {
            name: cells.currency_in(fields[name], source.currency) or source.currency
            for name in _AMOUNTS
            if name in fields
        }

    def said(self, row: Sequence[str]) -> dict[str, Any]:
        """What a row says, values in their forms and what is blank left out; raises _Bad."""
        found: dict[str, Any] = {}
        currency = self._currency(row)
        for field, place in self.places.items():
            cell = row[place]
            try:
                value = self._amount(field, cell, currency) if field in _AMOUNTS else _FORMS.get(field, _text)(cell)
            except ValueError as problem:
                raise _Bad(field, str(problem)) from None
            if value is not None:
                found[field] = value
        amounts = [name for name in _AMOUNTS if name in found]
        if currency or amounts:
            found["currency"] = currency or self.usual[amounts[0]]
        if columns := {header: row[index] for header, index in self.kept if row[index]}:
            found["columns"] = columns
        return found

    def _currency(self, row: Sequence[str]) -> str | None:
        place = self.places.get("currency")
        text = "" if place is None else row[place].strip()
        if not text:
            return None
        found = text.upper() if re.fullmatch("[A-Za-z]{3}", text) else cells.currency_in(text, self.source.currency)
        if not found:
            raise _Bad("currency", "is not a currency such as EUR")
        return found

    def _amount(self, field: str, cell: str, currency: str | None) -> int | None:
        if not cell.strip():
            return None
        amount = cells.price(settled(cell, self.marks.get(field)), currency or self.usual[field])
        if amount is not None and amount < 0:
            raise ValueError("is less than nothing")
        return amount


def _text(cell: str) -> str | None:
    return cell.strip() or None


def _grouped(
    rows: _Rows, key: Callable[[Mapping[str, Any]], str], needs: str, joined: Callable[[str, list[dict[str, Any]]], Any]
) -> Iterator[Taken | Rejected]:
    """Records of rows that follow each other and are of one `key`; a row without one is rejected for what it `needs`."""
    held: list[dict[str, Any]] = []
    name, last = "", 0
    for line, raw in rows.source.rows():
        row = padded(raw, len(rows.source.header))
        if row is None:
            yield Rejected(line, "", "", "the row has more cells than the header", raw)
            continue
        try:
            said = rows.said(row)
            this = key(said)
            if not this:
                raise _Bad(next(iter(rows.fields)), needs)
            currency = next((one["currency"] for one in held if "currency" in one), None)
            if this == name and currency and said.get("currency", currency) != currency:
                raise _Bad("currency", f"is not in {currency} as the rows of {name!r} before it")
        except _Bad as problem:
            place = rows.places.get(problem.field)
            cell = "" if place is None else row[place]
            yield Rejected(line, rows.fields.get(problem.field, problem.field), cell, problem.reason, raw)
            continue
        if held and this != name:
            yield Taken(last, len(held), joined(name, held))
            held = []
        held.append(said)
        name, last = this, line
    if held:
        yield Taken(last, len(held), joined(name, held))


def suppliers(source: Source, fields: Mapping[str, str]) -> Iterator[Taken | Rejected]:
    """Suppliers; a row that names an item says on which terms it is delivered, and its own time where that is another."""
    rows = _Rows(source, fields)

    def joined(name: str, held: list[dict[str, Any]]) -> dict[str, Any]:
        supplier: dict[str, Any] = {"id": name, "known": rows.known}
        for field in _SUPPLIER:
            value = next((said[field] for said in held if field in said), None)
            if value is not None:
                supplier[field] = value
        supplies = {}
        for said in held:
            if "sku" not in said:
                supplier.setdefault("columns", {}).update(said.get("columns", {}))
                continue
            terms: dict[str, Any] = {field: said[field] for field in (*_SUPPLY, "columns") if field in said}
            if said.get("lead_days") != supplier.get("lead_days") and "lead_days" in said:
                terms["lead_days"] = said["lead_days"]
            supplies[said["sku"]] = terms
        if supplies:
            supplier["supplies"] = list(supplies.values())
        return supplier

    return _grouped(rows, lambda said: said.get("id") or said.get("name") or "", "the row names no supplier", joined)


def purchases(source: Source, fields: Mapping[str, str]) -> Iterator[Taken | Rejected]:
    """Purchase orders, each of rows that follow each other; one of which nothing else is said is ordered."""
    rows = _Rows(source, fields)

    def key(said: Mapping[str, Any]) -> str:
        for field, reason in (("sku", "the line names no item"), ("quantity", "there is no quantity")):
            if field not in said and said.get("id"):
                raise _Bad(field, reason)
        return said.get("id") or ""

    def joined(name: str, held: list[dict[str, Any]]) -> dict[str, Any]:
        purchase: dict[str, Any] = {"id": name, "known": rows.known, "lines": []}
        for field in _PURCHASE:
            value = next((said[field] for said in held if field in said), None)
            if value is not None:
                purchase[field] = value
        for said in held:
            purchase["lines"].append({field: said[field] for field in (*_LINE, "columns") if field in said})
        return purchase

    return _grouped(rows, key, "the row names no purchase order", joined)


_SUPPLIER_HEADERS: Final = {
    "id": "supplier", "name": "name", "email": "email", "currency": "currency", "lead_days": "lead days",
    "lead_spread_days": "lead spread days", "review_days": "review days", "minimum_order": "minimum order", "note": "note",
    "sku": "sku", "supplier_sku": "supplier sku", "cost": "cost", "pack": "pack", "minimum": "minimum quantity",
    "preferred": "preferred",
}  # fmt: skip
_PURCHASE_HEADERS: Final = {
    "id": "purchase order", "supplier": "supplier", "state": "state", "ordered_at": "ordered at", "expected": "expected",
    "currency": "currency", "note": "note", "sku": "sku", "supplier_sku": "supplier sku", "title": "title",
    "quantity": "quantity", "received": "received", "cost": "cost",
}  # fmt: skip


def _cell(field: str, value: Any, currency: str) -> str:
    if value is None or value == "":
        return ""
    if field in _AMOUNTS:
        return decimal(value, currency)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _items(items: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Items in the order of their rows: the first says the supplier's own time, so those with a time of theirs come last."""
    usual = [item for item in items if item.get("lead_days") is None]
    return [*(usual or [{}]), *(item for item in items if item.get("lead_days") is not None)]


def write(kind: str, records: Iterable[Mapping[str, Any]], path: Path, usual: str = "EUR") -> list[Written]:
    """Write suppliers, a row an item that they deliver, or purchase orders, a row a line: all in one file."""
    headers, part = (_SUPPLIER_HEADERS, "supplies") if kind == "suppliers" else (_PURCHASE_HEADERS, "lines")
    held = list(records)
    inner = [one for record in held for one in (record, *(record.get(part) or ()))]
    extra = list(dict.fromkeys(name for one in inner for name in one.get("columns") or ()))
    sheets = Sheets(path)
    for record in held:
        currency = record.get("currency") or usual
        rows = []
        for item in _items(record.get(part) or []):
            said = {**record, **item, "currency": currency}
            columns = {**(record.get("columns") or {}), **(item.get("columns") or {})}
            rows.append(
                [
                    *(_cell(field, said.get(field), currency) for field in headers),
                    *(columns.get(name, "") for name in extra),
                ]
            )
        sheets.add([*headers.values(), *extra], rows)
    return sheets.done(list(headers.values()))
