"""Weft's interchange: JSON Lines, one whole record on each line, nothing of it lost."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from weft.connectors import KINDS, Rejected, Taken, Written, cells
from weft.connectors.source import Source
from weft.errors import UnknownFormat

_LONGEST: Final = 32 << 20
_TEXT, _FLAG, _WHOLE, _NUMBER, _TEXTS, _MONEY, _TIME, _MAP = (
    "text",
    "flag",
    "whole",
    "number",
    "texts",
    "money",
    "time",
    "map",
)
_PRODUCT: Final = {
    **dict.fromkeys(
        ("title", "description", "vendor", "type", "category", "status", "seo_title", "seo_description"), _TEXT
    ),
    **dict.fromkeys(("published", "gift_card"), _FLAG),
    "tags": _TEXTS,
}
_VARIANT: Final = {
    **dict.fromkeys(("sku", "barcode", "weight_unit", "tracker", "policy", "fulfillment", "tax_code", "image"), _TEXT),
    **dict.fromkeys(("requires_shipping", "taxable"), _FLAG),
    **dict.fromkeys(("price", "compare_at", "cost"), _MONEY),
    "grams": _NUMBER,
}
_CUSTOMER: Final = {
    **dict.fromkeys(("email", "first_name", "last_name", "phone", "company", "note", "currency"), _TEXT),
    **dict.fromkeys(("accepts_marketing", "tax_exempt"), _FLAG),
    "total_spent": _MONEY,
    "total_orders": _WHOLE,
    "tags": _TEXTS,
}
_ORDER: Final = {
    **dict.fromkeys(
        ("customer", "email", "currency", "country", "financial_status", "fulfillment_status", "discount_code", "note"),
        _TEXT,
    ),
    **dict.fromkeys(("subtotal", "shipping", "taxes", "total", "discount", "refunded"), _MONEY),
    **dict.fromkeys(("placed_at", "cancelled_at"), _TIME),
    "tags": _TEXTS,
}
_LINE: Final = {
    **dict.fromkeys(("product", "sku", "title", "price_exact"), _TEXT),
    **dict.fromkeys(("price", "discount"), _MONEY),
    "at": _TIME,
}
_SINGULAR: Final = {"conversations": "conversation", "documents": "document", "behaviors": "behavior"}


class _Bad(Exception):
    def __init__(self, path: str, value: Any, reason: str) -> None:
        super().__init__(reason)
        self.path, self.value, self.reason = path, value, reason


def _money(path: str, value: Any, record: dict[str, Any]) -> int | None:
    if value is None:
        return None
    if isinstance(value, Mapping) and type(value.get("amount")) is int and abs(value["amount"]) < 1 << 62:
        currency = value.get("currency")
        if isinstance(currency, str) and re.fullmatch("[A-Z]{3}", currency):
            if record.setdefault("currency", currency) != currency:
                raise _Bad(path, value, f"is not in {record['currency']} as the record's other amounts")
            return int(value["amount"])
    raise _Bad(path, value, 'is not an amount such as {"amount": 1999, "currency": "EUR"}')


def _value(path: str, value: Any, form: str, record: dict[str, Any]) -> Any:
    if value is None and form != _MONEY:
        return None
    if form == _MONEY:
        return _money(path, value, record)
    if form == _TIME:
        try:
            return cells.moment(value).isoformat()  # type: ignore[union-attr]
        except (ValueError, AttributeError, TypeError):
            raise _Bad(path, value, "is not a time such as 2026-05-31T12:00:00Z") from None
    types: dict[str, Callable[[Any], bool]] = {
        _TEXT: lambda v: isinstance(v, str),
        _FLAG: lambda v: isinstance(v, bool),
        _WHOLE: lambda v: type(v) is int and abs(v) < 1 << 31,
        _NUMBER: lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
        _TEXTS: lambda v: isinstance(v, list) and all(isinstance(item, str) for item in v),
        _MAP: lambda v: isinstance(v, dict),
    }
    if not types[form](value):
        words = {
            _TEXT: "a text",
            _FLAG: "true or false",
            _WHOLE: "a whole number",
            _NUMBER: "a number",
            _TEXTS: "a list of texts",
            _MAP: "an object",
        }
        raise _Bad(path, value, f"is not {words[form]}")
    return value


def _fields(path: str, given: Mapping[str, Any], forms: Mapping[str, str], into: dict[str, Any]) -> None:
    for name, form in forms.items():
        if name in given:
            into[name] = _value(f"{path}{name}", given[name], form, into)


def _maps(path: str, value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise _Bad(path, value, "is not a list of objects")
    return value


def _stock(path: str, given: Mapping[str, Any], variant: dict[str, Any]) -> None:
    levels = given.get("stock_levels")
    if levels:
        given = {"stock": levels}
    if "stock" in given:
        value = given["stock"]
        counts = value if isinstance(value, dict) else {"": value}
        for count in counts.values():
            if count is not None:
                _value(f"{path}stock", count, _WHOLE, variant)
        variant["stock"] = value


def _variant(path: str, given: Mapping[str, Any], currency: str) -> dict[str, Any]:
    variant: dict[str, Any] = {}
    _fields(path, given, _VARIANT, variant)
    variant.setdefault("currency", currency)
    if "options" in given:
        options = _value(f"{path}options", given["options"], _MAP, variant) or {}
        if not all(isinstance(value, str) for value in options.values()):
            raise _Bad(f"{path}options", options, "is not an object of texts")
        variant["options"] = options
    _stock(path, given, variant)
    if given.get("columns"):
        variant["columns"] = _value(f"{path}columns", given["columns"], _MAP, variant)
    return variant


_SHOWN_ONLY: Final = frozenset(("uid", "version", "created_at", "updated_at", "kind", "known", "part", "record"))


def _product(given: dict[str, Any], source: Source) -> dict[str, Any]:
    record: dict[str, Any] = {"id": given["id"]}
    _fields("", given, _PRODUCT, record)
    for name in ("attributes", "translations", "columns"):
        if name in given:
            record[name] = _value(name, given[name], _MAP, record) or {}
    if "options" in given:
        record["options"] = _maps("options", given["options"])
    if "images" in given:
        record["images"] = _maps("images", [{"src": i} if isinstance(i, str) else i for i in given["images"] or ()])
        for place, image in enumerate(record["images"]):
            _value(f"images[{place}].src", image.get("src") or 0, _TEXT, record)
    if "variants" in given:
        variants = _maps("variants", given["variants"])
        record["variants"] = [_variant(f"variants[{n}].", v, source.currency) for n, v in enumerate(variants)]
        if "options" not in record:
            seen = dict.fromkeys(name for v in record["variants"] for name in v.get("options") or ())
            if seen:
                record["options"] = [{"name": name} for name in seen]
    if isinstance(given.get("known"), dict):
        record["known"] = given["known"]
    if "title" not in given:
        record["part"] = True
    others = {name: value for name, value in given.items() if name not in record and name not in _SHOWN_ONLY}
    if others:
        kept = {
            name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in others.items()
        }
        record["columns"] = {**(record.get("columns") or {}), **kept}
    return record


def _customer(given: dict[str, Any], source: Source) -> dict[str, Any]:
    record: dict[str, Any] = {"id": given["id"]}
    _fields("", given, _CUSTOMER, record)
    record.setdefault("currency", source.currency)
    if "addresses" in given:
        record["addresses"] = _maps("addresses", given["addresses"])
    if given.get("columns"):
        record["columns"] = _value("columns", given["columns"], _MAP, record)
    if isinstance(given.get("known"), dict):
        record["known"] = given["known"]
    return record


def _order(given: dict[str, Any], source: Source) -> dict[str, Any]:
    record: dict[str, Any] = {"id": given["id"], "whole": True}
    _fields("", given, _ORDER, record)
    record["currency"] = record.get("currency") or source.currency
    kind = given.get("kind") or "sale"
    kind = "sale" if kind in ("order", "orders") else kind
    if kind not in ("sale", "return", "adjustment"):
        raise _Bad("kind", kind, "is not one of sale, return, adjustment")
    record["kind"] = kind
    lines = []
    for n, item in enumerate(_maps("lines", given.get("lines") or [])):
        line: dict[str, Any] = {"currency": record["currency"]}
        _fields(f"lines[{n}].", item, _LINE, line)
        del line["currency"]
        line["quantity"] = _value(f"lines[{n}].quantity", item.get("quantity", 0), _NUMBER, line)
        line["kind"] = item.get("kind") or "product"
        if item.get("columns"):
            line["columns"] = _value(f"lines[{n}].columns", item["columns"], _MAP, line)
        lines.append(line)
    record["lines"] = lines
    for name in ("refunds",):
        if given.get(name):
            record[name] = _maps(name, given[name])
    if given.get("columns"):
        record["columns"] = _value("columns", given["columns"], _MAP, record)
    if isinstance(given.get("known"), dict):
        record["known"] = given["known"]
    return record


def _level(given: dict[str, Any], source: Source) -> dict[str, Any]:
    del source
    record: dict[str, Any] = {"location": ""}
    _fields("", given, {"product": _TEXT, "sku": _TEXT, "location": _TEXT, "quantity": _WHOLE, "options": _MAP}, record)
    if "quantity" not in record or not (record.get("product") or record.get("sku")):
        raise _Bad("quantity", given.get("quantity"), "a level needs a quantity, and a product or an sku")
    return record


def _thing(given: dict[str, Any], kind: str) -> dict[str, Any]:
    record: dict[str, Any] = {"kind": _SINGULAR[kind], "id": given["id"]}
    _fields("", given, {"at": _TIME, "subject": _TEXT}, record)
    body = given.get("body")
    record["body"] = (
        {name: value for name, value in given.items() if name not in (*record, "uid", "version", "kind")}
        if body is None
        else _value("body", body, _MAP, record)
    )
    return record


def _record(kind: str, given: Any, source: Source) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise _Bad("", given, "a line is one JSON object")
    if kind != "stock":
        identifier = given.get("id")
        if not isinstance(identifier, str) or not identifier.strip() or len(identifier) > 1000:
            raise _Bad("id", identifier, "a record needs an id, a text")
    if kind in _SINGULAR:
        return _thing(given, kind)
    readers = {"products": _product, "customers": _customer, "orders": _order, "stock": _level}
    return readers[kind](given, source)


class JsonLines:
    """The connector to Weft's own interchange files."""

    name = "jsonl"
    reads = frozenset(KINDS)
    writes = frozenset(KINDS)

    def recognizes(self, kind: str, source: Source) -> float:
        """Sure when the file begins with an object."""
        return 1.0 if source.is_json and kind in KINDS else 0.0

    def read(self, kind: str, source: Source) -> Iterator[Taken | Rejected]:
        """One record a line; a line that is none is rejected with the path of what is wrong in it."""
        for line, text in source.lines():
            if not text.strip():
                continue
            try:
                if len(text) > _LONGEST:
                    raise _Bad("", "", f"the line is longer than {_LONGEST >> 20} MiB")
                if "\\u0000" in text:
                    raise _Bad("", "", "the line has a NUL character, which a database cannot hold")
                record = _record(kind, orjson.loads(text), source)
            except orjson.JSONDecodeError as problem:
                yield Rejected(line, "", text[:200], f"is not JSON: {problem}", [text])
            except _Bad as problem:
                shown = (
                    problem.value
                    if isinstance(problem.value, str)
                    else orjson.dumps(problem.value, default=str).decode()
                )
                yield Rejected(line, problem.path, shown[:200], problem.reason, [text])
            else:
                yield Taken(line, 1, record)

    def write(self, kind: str, records: Iterable[Any], path: Path, options: Mapping[str, Any]) -> list[Written]:
        """Write records, one a line."""
        del options
        if kind not in KINDS:
            raise UnknownFormat(f"There are no JSON Lines of {kind}.")
        shape = {"products": shown_product, "orders": shown_order, "customers": shown_customer}.get(kind, dict)
        count = 0
        with path.open("wb") as file:
            for record in records:
                file.write(orjson.dumps(shape(record), option=orjson.OPT_APPEND_NEWLINE, default=_plain))
                count += 1
        return [Written(path, count, count)]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _amount(value: Any, currency: str | None) -> dict[str, Any] | None:
    return None if value is None else {"amount": value, "currency": currency or "EUR"}


def shown_product(product: Mapping[str, Any]) -> dict[str, Any]:
    """A product in the form of the interchange."""
    shown = {name: value for name, value in product.items() if name not in ("variants", "part")}
    shown["variants"] = []
    for variant in product.get("variants") or ():
        inner = {name: value for name, value in variant.items() if name not in ("uid", "currency", "levels", "choices")}
        for name in ("price", "compare_at", "cost"):
            if name in inner:
                inner[name] = _amount(inner[name], variant.get("currency"))
        if variant.get("levels"):
            inner["stock_levels"] = variant["levels"]
        shown["variants"].append(inner)
    return shown


def shown_customer(customer: Mapping[str, Any]) -> dict[str, Any]:
    """A customer in the form of the interchange."""
    shown = dict(customer)
    if "total_spent" in shown:
        shown["total_spent"] = _amount(shown["total_spent"], customer.get("currency"))
    return shown


def shown_order(order: Mapping[str, Any]) -> dict[str, Any]:
    """An order in the form of the interchange."""
    currency = order.get("currency")
    shown = {name: value for name, value in order.items() if name != "whole"}
    for name in ("subtotal", "shipping", "taxes", "total", "discount", "refunded"):
        if name in shown:
            shown[name] = _amount(shown[name], currency)
    shown["lines"] = [
        {**line, **{name: _amount(line[name], currency) for name in ("price", "discount") if name in line}}
        for line in order.get("lines") or ()
    ]
    return shown


CONNECTOR = JsonLines()
