"""Weft's interchange: JSON Lines, one whole record on each line, nothing of it lost."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import orjson

from weft.connectors import KINDS, Rejected, Taken, Written, cells, renaming
from weft.connectors.source import LONGEST_LINE, Source
from weft.errors import UnknownFormat

_SHOWN: Final = 200
_TEXT, _FLAG, _WHOLE, _NUMBER, _TEXTS, _MONEY, _TIME, _MAP, _COUNT, _DAY = (
    "text",
    "flag",
    "whole",
    "number",
    "texts",
    "money",
    "time",
    "map",
    "count",
    "day",
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
_SUPPLIER: Final = {
    **dict.fromkeys(("name", "email", "currency", "note"), _TEXT),
    **dict.fromkeys(("lead_days", "review_days"), _COUNT),
    "lead_spread_days": _NUMBER,
    "minimum_order": _MONEY,
}
_SUPPLY: Final = {
    **dict.fromkeys(("sku", "supplier_sku"), _TEXT),
    **dict.fromkeys(("pack", "minimum", "lead_days"), _COUNT),
    "cost": _MONEY,
    "preferred": _FLAG,
}
_PURCHASE: Final = {
    **dict.fromkeys(("supplier", "currency", "state", "note"), _TEXT),
    "ordered_at": _TIME,
    "expected": _DAY,
}
_PURCHASE_LINE: Final = {
    **dict.fromkeys(("sku", "supplier_sku"), _TEXT),
    **dict.fromkeys(("quantity", "received"), _COUNT),
    "cost": _MONEY,
}
# Kinds of which a line is checked where it is put in, under the name by which connectors hand them on.
_LISTS: Final = {"memory": "segments", "glossary": "terms", "behaviors": "behaviors"}
_SINGULAR: Final = {"conversations": "conversation", "documents": "document"}


# An escaped NUL, not a backslash that is itself escaped and then the letters.
_NUL: Final = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


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
            record["currency"] = record.get("currency") or currency
            if record["currency"] != currency:
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
    if form == _DAY:
        try:
            return date.fromisoformat(value).isoformat()
        except (ValueError, TypeError):
            raise _Bad(path, value, "is not a day such as 2026-05-31") from None
    is_one, words = _TYPES[form]
    if not is_one(value):
        raise _Bad(path, value, f"is not {words}")
    return value


_TYPES: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    _TEXT: (lambda v: isinstance(v, str), "a text"),
    _FLAG: (lambda v: isinstance(v, bool), "true or false"),
    _WHOLE: (lambda v: type(v) is int and abs(v) < 1 << 31, "a whole number"),
    _COUNT: (lambda v: type(v) is int and 0 <= v < 1 << 31, "a count, a whole number from 0"),
    _NUMBER: (lambda v: isinstance(v, (int, float)) and not isinstance(v, bool), "a number"),
    _TEXTS: (lambda v: isinstance(v, list) and all(isinstance(item, str) for item in v), "a list of texts"),
    _MAP: (lambda v: isinstance(v, dict), "an object"),
}


def _fields(path: str, given: Mapping[str, Any], forms: Mapping[str, str], into: dict[str, Any]) -> None:
    for name, form in forms.items():
        if name in given:
            into[name] = _value(f"{path}{name}", given[name], form, into)


def _maps(path: str, value: Any) -> list[dict[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise _Bad(path, value, "is not a list of objects")
    return value


def _texts(path: str, value: Any) -> dict[str, str]:
    """An object of texts, such as columns or options."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _Bad(path, value, "is not an object")
    for name, inner in value.items():
        if not isinstance(inner, str):
            raise _Bad(f"{path}.{name}", inner, "is not a text")
    return value


def _attributes(value: Any) -> dict[str, Any]:
    """Plain values, or facts with a value and where it is from."""
    given = _value("attributes", value, _MAP, {}) or {}
    for name, fact in given.items():
        path = f"attributes.{name}"
        if not isinstance(fact, dict):
            continue
        if "value" not in fact:
            raise _Bad(path, fact, 'is not a fact such as {"value": "12", "unit": "cm"}')
        for part in ("unit", "source"):
            _value(f"{path}.{part}", fact.get(part), _TEXT, {})
        confidence = _value(f"{path}.confidence", fact.get("confidence"), _NUMBER, {})
        if confidence is not None and not 0 <= confidence <= 1:
            raise _Bad(f"{path}.confidence", confidence, "is not between 0 and 1")
        _value(f"{path}.at", fact.get("at"), _TIME, {})
    return given


def _translations(value: Any) -> dict[str, Any]:
    given = _value("translations", value, _MAP, {}) or {}
    return {language: _texts(f"translations.{language}", fields) for language, fields in given.items()}


def _images(value: Any) -> list[dict[str, Any]]:
    listed = [{"src": item} if isinstance(item, str) else item for item in value] if isinstance(value, list) else value
    images = _maps("images", listed)
    for place, image in enumerate(images):
        _value(f"images[{place}].src", image.get("src") or 0, _TEXT, {})
        _value(f"images[{place}].alt", image.get("alt"), _TEXT, {})
        _value(f"images[{place}].position", image.get("position"), _WHOLE, {})
    return images


def _options(value: Any) -> list[dict[str, Any]]:
    listed = [{"name": item} if isinstance(item, str) else item for item in value] if isinstance(value, list) else value
    options = _maps("options", listed)
    for place, option in enumerate(options):
        _value(f"options[{place}].name", option.get("name") or 0, _TEXT, {})
    return options


def _kept(path: str, given: Mapping[str, Any], record: dict[str, Any], passed: frozenset[str]) -> None:
    """Columns, and under them whatever else was said: what Weft has no field for is kept as it was written."""
    held = _texts(f"{path}columns", given["columns"]) if "columns" in given else {}
    others = {
        name: value if isinstance(value, str) else orjson.dumps(value).decode()
        for name, value in given.items()
        if name not in record and name not in passed
    }
    if others or "columns" in given:
        record["columns"] = {**held, **others}


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
    said = _value(f"{path}currency", given.get("currency"), _TEXT, variant)
    variant.setdefault("currency", said or currency)
    if "options" in given:
        variant["options"] = _texts(f"{path}options", given["options"])
    _stock(path, given, variant)
    _kept(path, given, variant, _SHOWN_ONLY)
    return variant


_SHOWN_ONLY: Final = frozenset((
    "uid", "version", "created_at", "updated_at", "kind", "known", "part", "record", "columns", "whole",
    "stock_levels", "levels", "choices",
))  # fmt: skip


def _product(given: dict[str, Any], source: Source) -> dict[str, Any]:
    record: dict[str, Any] = {"id": given["id"]}
    _fields("", given, _PRODUCT, record)
    if "attributes" in given:
        record["attributes"] = _attributes(given["attributes"])
    if "translations" in given:
        record["translations"] = _translations(given["translations"])
    if "options" in given:
        record["options"] = _options(given["options"])
    if "images" in given:
        record["images"] = _images(given["images"])
    if "variants" in given:
        variants = _maps("variants", given["variants"])
        record["variants"] = [_variant(f"variants[{n}].", v, source.currency) for n, v in enumerate(variants)]
        if "options" not in record:
            seen = dict.fromkeys(name for v in record["variants"] for name in v.get("options") or ())
            if seen:
                record["options"] = [{"name": name} for name in seen]
    record["known"] = given["known"] if isinstance(given.get("known"), dict) else _known(given, record)
    if "title" not in given:
        record["part"] = True
    _kept("", given, record, _SHOWN_ONLY)
    return record


@lru_cache(maxsize=256)
def _same(names: tuple[str, ...]) -> dict[str, str]:
    """One object for one set of fields, however many records have it."""
    return {name: name for name in names}


def _known(given: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, str]:
    """The fields that a line speaks of, in the words by which every connector knows them."""
    names = {name for name in _PRODUCT if name in given}
    names |= {f"variants.{name}" for variant in record.get("variants") or () for name in variant if name in _VARIANT}
    names |= {"variants.stock" for variant in record.get("variants") or () if "stock" in variant}
    names |= {
        f"images.{name}" for image in record.get("images") or () for name in image if name in ("src", "alt", "position")
    }
    names |= {f"options.{n}" for n in range(1, len(record.get("options") or ()) + 1)}
    return _same(tuple(sorted(names)))


def _customer(given: dict[str, Any], source: Source) -> dict[str, Any]:
    record: dict[str, Any] = {"id": given["id"]}
    _fields("", given, _CUSTOMER, record)
    record["currency"] = record.get("currency") or source.currency
    if "addresses" in given:
        record["addresses"] = _maps("addresses", given["addresses"])
    _kept("", given, record, _SHOWN_ONLY)
    if isinstance(given.get("known"), dict):
        record["known"] = given["known"]
    return record


_LONGEST_SPREAD: Final = 3650
_PURCHASE_STATES: Final = ("draft", "ordered", "received", "cancelled")
_LINE_KINDS: Final = ("product", "shipping", "discount", "fee", "adjustment", "test")


def _refund(path: str, given: dict[str, Any], order: Mapping[str, Any]) -> dict[str, Any]:
    """A refund; its amount is money, or minor units in the order's currency."""
    refund = dict(given)
    amount = given.get("amount")
    if isinstance(amount, Mapping):
        refund["amount"] = _money(f"{path}amount", amount, {"currency": given.get("currency") or order["currency"]})
    else:
        _value(f"{path}amount", amount, _WHOLE, refund)
    _value(f"{path}at", given.get("at"), _TIME, refund)
    _value(f"{path}note", given.get("note"), _TEXT, refund)
    return refund


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
        if line["kind"] not in _LINE_KINDS:
            raise _Bad(f"lines[{n}].kind", line["kind"], f"is not one of {', '.join(_LINE_KINDS)}")
        _kept(f"lines[{n}].", item, line, _SHOWN_ONLY)
        lines.append(line)
    record["lines"] = lines
    if "refunds" in given:
        record["refunds"] = [
            _refund(f"refunds[{n}].", item, record) for n, item in enumerate(_maps("refunds", given["refunds"]))
        ]
    _kept("", given, record, _SHOWN_ONLY)
    if isinstance(given.get("known"), dict):
        record["known"] = given["known"]
    return record


def _level(given: dict[str, Any], source: Source) -> dict[str, Any]:
    del source
    record: dict[str, Any] = {"location": ""}
    _fields("", given, {"product": _TEXT, "sku": _TEXT, "location": _TEXT, "quantity": _WHOLE, "options": _MAP}, record)
    if "quantity" not in record or not (record.get("product") or record.get("sku")):
        raise _Bad("quantity", given.get("quantity"), "a level needs a quantity, and a product or an sku")
    if "columns" in given:
        record["columns"] = _texts("columns", given["columns"])
    return record


def _some(path: str, record: Mapping[str, Any], *names: str) -> None:
    """Raise _Bad where one of these counts is there and is none."""
    for name in names:
        if record.get(name) == 0:
            raise _Bad(f"{path}{name}", 0, "is not one or more")


def _parts(
    name: str, given: Mapping[str, Any], forms: Mapping[str, str], record: dict[str, Any], *, counted: tuple[str, ...]
) -> list[dict[str, Any]]:
    """The parts of a record, each of an item, with their amounts in the record's currency."""
    parts = []
    for n, item in enumerate(_maps(name, given.get(name) or [])):
        path = f"{name}[{n}]."
        part: dict[str, Any] = {"currency": record["currency"]}
        _fields(path, item, forms, part)
        del part["currency"]
        if not part.get("sku"):
            raise _Bad(f"{path}sku", item.get("sku"), "names no item")
        _some(path, part, *counted)
        if (part.get("cost") or 0) < 0:
            raise _Bad(f"{path}cost", part["cost"], "is less than nothing")
        _kept(path, item, part, _SHOWN_ONLY | {"title"})
        parts.append(part)
    return parts


def _supplier(given: dict[str, Any], source: Source) -> dict[str, Any]:
    record: dict[str, Any] = {"id": given["id"]}
    _fields("", given, _SUPPLIER, record)
    record["currency"] = record.get("currency") or source.currency
    _some("", record, "review_days")
    spread = record.get("lead_spread_days")
    if spread is not None and not 0 <= spread <= _LONGEST_SPREAD:
        raise _Bad("lead_spread_days", spread, "is no spread in days")
    if (record.get("minimum_order") or 0) < 0:
        raise _Bad("minimum_order", record["minimum_order"], "is less than nothing")
    if "supplies" in given:
        record["supplies"] = _parts("supplies", given, _SUPPLY, record, counted=("pack",))
    _kept("", given, record, _SHOWN_ONLY | {"supplies"})
    return record


def _purchase(given: dict[str, Any], source: Source) -> dict[str, Any]:
    record: dict[str, Any] = {"id": given["id"]}
    _fields("", given, _PURCHASE, record)
    record["currency"] = record.get("currency") or source.currency
    if record.get("state") not in (None, *_PURCHASE_STATES):
        raise _Bad("state", record["state"], f"is not one of {', '.join(_PURCHASE_STATES)}")
    record["lines"] = _parts("lines", given, _PURCHASE_LINE, record, counted=("quantity",))
    for n, line in enumerate(record["lines"]):
        if "quantity" not in line:
            raise _Bad(f"lines[{n}].quantity", None, "is not a count, a whole number from 0")
    _kept("", given, record, _SHOWN_ONLY | {"lines", "total"})
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
    if kind in _LISTS:
        return {_LISTS[kind]: [given]}
    if kind != "stock":
        identifier = given.get("id")
        if not isinstance(identifier, str) or not identifier.strip() or len(identifier) > 1000:
            raise _Bad("id", identifier, "a record needs an id, a text")
    if kind in _SINGULAR:
        return _thing(given, kind)
    readers = {
        "products": _product,
        "customers": _customer,
        "orders": _order,
        "stock": _level,
        "suppliers": _supplier,
        "purchases": _purchase,
    }
    return readers[kind](given, source)


class JsonLines:
    """The connector to Weft's own interchange files."""

    name = "jsonl"
    ending = ".jsonl"
    reads = frozenset((*KINDS, *_LISTS))
    writes = reads

    def recognizes(self, kind: str, source: Source) -> float:
        """Sure when the file begins with an object."""
        return 1.0 if source.is_json and kind in self.reads else 0.0

    def read(self, kind: str, source: Source) -> Iterator[Taken | Rejected]:
        """One record a line; a line that is none is rejected with the path of what is wrong in it."""
        mapping = renaming.checked(source.mapping, source) if kind == "products" and source.mapping else {}
        for line, text in source.lines():
            if not text.strip():
                continue
            try:
                if len(text) >= LONGEST_LINE:
                    text = text[:_SHOWN]
                    raise _Bad("", "", f"the line is longer than {LONGEST_LINE >> 20} MiB")
                if _NUL.search(text):
                    raise _Bad("", "", "the line has a NUL character, which a database cannot hold")
                given = orjson.loads(text)
                if mapping and isinstance(given, dict):
                    given = renaming.renamed(given, mapping, source.currency)
                record = _record(kind, given, source)
            except orjson.JSONDecodeError as problem:
                yield Rejected(line, "", text[:_SHOWN], f"is not JSON: {problem}", [text])
            except _Bad as problem:
                shown = (
                    problem.value
                    if isinstance(problem.value, str)
                    else orjson.dumps(problem.value, default=str).decode()
                )
                yield Rejected(line, problem.path, shown[:_SHOWN], problem.reason, [text])
            else:
                yield Taken(line, 1, record)

    def write(self, kind: str, records: Iterable[Any], path: Path, options: Mapping[str, Any]) -> list[Written]:
        """Write records, one a line."""
        del options
        if kind not in self.writes:
            raise UnknownFormat(f"There are no JSON Lines of {kind}.")
        shapes: Mapping[str, Callable[[Any], dict[str, Any]]] = {
            "products": shown_product,
            "orders": shown_order,
            "customers": shown_customer,
            "suppliers": shown_supplier,
            "purchases": shown_purchase,
        }
        shape = shapes.get(kind, dict)
        count = 0
        with path.open("wb") as file:
            for record in records:
                file.write(orjson.dumps(shape(record), option=orjson.OPT_APPEND_NEWLINE, default=_plain))
                count += 1
        return [Written(path, count, count)]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


_AMOUNTS: Final = ("price", "compare_at", "cost")


def _amount(value: Any, currency: str | None) -> dict[str, Any] | None:
    return None if value is None else {"amount": value, "currency": currency or "EUR"}


def shown_product(product: Mapping[str, Any]) -> dict[str, Any]:
    """A product in the form of the interchange."""
    shown = {name: value for name, value in product.items() if name not in ("variants", "part")}
    if "variants" in product or not product.get("part"):
        shown["variants"] = []
    for variant in product.get("variants") or ():
        inner = {name: value for name, value in variant.items() if name not in ("uid", "currency", "levels", "choices")}
        for name in _AMOUNTS:
            if name in inner:
                inner[name] = _amount(inner[name], variant.get("currency"))
        if variant.get("currency") and not any(isinstance(inner.get(name), dict) for name in _AMOUNTS):
            inner["currency"] = variant["currency"]
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
    if order.get("refunds"):
        shown["refunds"] = [
            {**refund, "amount": _amount(refund["amount"], refund.get("currency") or currency)}
            if isinstance(refund.get("amount"), int)
            else refund
            for refund in order["refunds"]
        ]
    shown["lines"] = [
        {**line, **{name: _amount(line[name], currency) for name in ("price", "discount") if name in line}}
        for line in order.get("lines") or ()
    ]
    return shown


def shown_supplier(supplier: Mapping[str, Any]) -> dict[str, Any]:
    """A supplier in the form of the interchange."""
    return _with_amounts(supplier, ("minimum_order",), "supplies")


def shown_purchase(purchase: Mapping[str, Any]) -> dict[str, Any]:
    """A purchase order in the form of the interchange."""
    return _with_amounts(purchase, ("total",), "lines")


def _with_amounts(record: Mapping[str, Any], names: tuple[str, ...], parts: str) -> dict[str, Any]:
    currency = record.get("currency")
    shown = {name: _amount(value, currency) if name in names else value for name, value in record.items()}
    if parts in record:
        shown[parts] = [
            {**part, "cost": _amount(part["cost"], currency)} if part.get("cost") is not None else part
            for part in record[parts] or ()
        ]
    return shown


CONNECTOR = JsonLines()
