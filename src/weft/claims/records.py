"""The facts of a record, or of any nested mapping."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from weft import money as currencies
from weft.claims.fact import Fact
from weft.claims.labels import label_of
from weft.claims.numerals import plain

# What a record says of its keeping, not of the product; only where it is one, and in its variants and images.
_UNTOLD: Final = frozenset(
    ["id", "uid", "known", "status", "published", "part", "update", "cost", "image", "src", "position", "tracker", "policy",
     "fulfillment", "requires_shipping", "taxable", "tax_code", "gift_card", "linked_to", "levels", "choices", "weight_unit", "stock"]
)  # fmt: skip
_ADDRESSES: Final = frozenset(["uid", "url", "href", "src", "created_at", "updated_at"])
_NAMES: Final = ("name", "key", "label", "attribute", "property", "title", "feature")
PRICES: Final = frozenset(
    [
        "price",
        "compare_at",
        "sale_price",
        "amount",
        "compare_at_price",
        "msrp",
        "rrp",
        "preis",
        "prix",
        "precio",
        "价格",
        "售价",
    ]
)
# Numbers up to this, told apart by kind, are counts that may be told together: {outside: 4, inside: 2}.
_FEW: Final = 50
_SHARES: Final = ("percent", "percentage", "share", "anteil", "pct", "prozent", "pourcentage", "part", "porcentaje")
# A named value by its two keys, as tables of features come: {"name": …, "value": …}, {"label": …, "text": …}.
_NAME_KEYS: Final = ("name", "label", "key", "title", "property", "attribute", "merkmal", "feature", "feld", "libellé", "libelle", "bezeichnung", "eigenschaft", "nom", "nombre",
                     "clave", "titulo", "título", "propiedad", "名称", "名字", "参数", "属性", "项目")  # fmt: skip
_VALUE_KEYS: Final = ("value", "values", "text", "wert", "valeur", "valor", "content", "值", "内容", "参数值", "数值")
_UNITS: Final = ("unit", "units", "einheit", "unité", "unite", "unidad", "单位")
_HELD: Final = ("value", "wert", "valeur", "valor", "值")
_ENDS: Final = (("min", "max"), ("von", "bis"), ("from", "to"), ("desde", "hasta"), ("low", "high"))


def facts_of(record: Mapping[str, Any]) -> list[Fact]:
    """The facts of a product's record, or of any nested mapping of facts, each under its path; raises TypeError for another type."""
    if not isinstance(record, Mapping):
        raise TypeError(f"Facts come as a mapping of names to values, not as {type(record).__name__}.")
    found: list[Fact] = []
    _flatten(record, "", found, product="variants" in record)
    found += _counted(record)
    return found


def _flatten(record: Mapping[str, Any], path: str, found: list[Fact], *, product: bool) -> None:
    currency = record.get("currency")
    for name, value in record.items():
        key = str(name)
        kept = product or path.startswith(("variants.", "images."))
        if value is None or value == "" or key == "currency" or key in (_UNTOLD if kept else _ADDRESSES):
            continue
        here = f"{path}.{key}" if path else key
        unit = record.get(f"{key}_unit")
        if isinstance(unit, str) and isinstance(value, int | float) and not isinstance(value, bool):
            found.append(Fact(here, value, f"{_written(value)} {unit}"))
            continue
        if key.lower() in PRICES and isinstance(value, int | float | str) and not isinstance(value, bool):
            _price(here, value, currency, found, minor=product or path.startswith("variants"))
        elif key == "grams" and isinstance(value, int | float):
            if value:
                found.append(Fact(here, value, f"{_written(value)} g"))
        else:
            _value(here, value, found)


def _price(path: str, value: Any, currency: Any, found: list[Fact], *, minor: bool) -> None:
    code = str(currency).upper() if currency else ""
    if isinstance(value, int) and (minor or path.endswith("amount")):
        amount = currencies.decimal(value, code or "EUR")
        found.append(Fact(path, value, f"{amount} {code}".strip()))
        return
    found.append(Fact(path, value, f"{value} {code}".strip()))
    if isinstance(value, int) and code and value >= 100:
        found.append(Fact(path, value, f"{currencies.decimal(value, code)} {code}"))


def _value(path: str, value: Any, found: list[Fact]) -> None:
    if isinstance(value, Mapping):
        _mapping(path, value, found)
    elif isinstance(value, str | bool | int | float):
        found.append(Fact(path, value, _written(value)))
    elif isinstance(value, Sequence):
        _count(path, value, found)
        for place, one in enumerate(value, 1):
            if isinstance(one, Mapping):
                _mapping(f"{path}.{_called(one, place)}", one, found)
            else:
                _value(path, one, found)
    else:
        found.append(Fact(path, value, str(value)))


def _called(row: Mapping[str, Any], place: int) -> str:
    """What one of a list of mappings is called: {"name": "Material", "value": "Oak"} is Material."""
    if "value" in row:
        named = next((row[name] for name in _NAMES if isinstance(row.get(name), str)), None)
        if named:
            return str(named)
    return str(row.get("sku") or row.get("id") or place)


def _count(path: str, values: Sequence[Any], found: list[Fact]) -> None:
    """How many values a list has, and how often it has each."""
    plain_ones = [str(one) for one in values if isinstance(one, str | int | float)]
    if len(plain_ones) < 2 or len(plain_ones) != len(values) or path == "tags":
        return
    found.append(Fact(path, len(plain_ones), f"{len(plain_ones)} {label_of(path)}"))
    if len(set(plain_ones)) < len(plain_ones):
        often = Counter(plain_ones)
        found.extend(Fact(path, one, f"{count} {one}") for one, count in often.items() if not one[:1].isdigit())


def _mapping(path: str, value: Mapping[str, Any], found: list[Fact]) -> None:
    values = value.get("values")
    named = _named_value(value)
    if named is not None and not any(key in value for key in _UNITS):
        _value(f"{path}.{named[0]}", named[1], found)
        return
    if "name" in value and isinstance(values, Sequence) and not isinstance(values, str):
        _value(f"options.{value['name']}", values, found)
        return
    if (held := next((key for key in _HELD if key in value), None)) is not None:
        path = f"{path}.{named[0]}" if named is not None else path
        unit = next((value[key] for key in _UNITS if key in value), None)
        inner = value[held]
        if unit and isinstance(inner, int | float | str) and not isinstance(inner, bool):
            found.append(Fact(path, inner, f"{_written(inner)} {unit}"))
        elif unit and isinstance(inner, Sequence):
            found.extend(Fact(path, one, f"{_written(one)} {unit}") for one in inner)
        elif inner is not None:
            _value(path, inner, found)
        return
    if (ends := next((two for two in _ENDS if two[0] in value and two[1] in value), None)) is not None:
        unit = next((value[key] for key in _UNITS if key in value), "")
        low, high = (_written(value[end]) for end in ends)
        found.append(Fact(path, dict(value), f"{low}-{high} {unit}".strip()))
        return
    if isinstance(value.get("unit"), str):
        _with_shared_unit(path, value, found)
        return
    share = next((value[key] for key in _SHARES if key in value), None)
    if share is not None and any(key in value for key in ("material", "name", "fiber", "fibre")):
        of = next(value[key] for key in ("material", "name", "fiber", "fibre") if key in value)
        found.append(Fact(path, dict(value), f"{_written(share)}% {of}"))
        return
    if value and all(isinstance(one, int | float) and not isinstance(one, bool) for one in value.values()):
        total = sum(value.values())
        if (99 <= total <= 101 and len(value) > 1) or (total == 100 and "composition" in path):
            found.extend(Fact(f"{path}.{name}", share, f"{_written(share)}% {name}") for name, share in value.items())
            return
        if len(value) > 1 and all(isinstance(one, int) and 0 < one <= _FEW for one in value.values()):
            found.append(Fact(path, total, f"{total} {label_of(path)}"))
    _flatten(value, path, found, product=False)


def _named_value(value: Mapping[str, Any]) -> tuple[str, Any] | None:
    """The name and the value of a mapping that is such a pair."""
    if not 2 <= len(value) <= 4:
        return None
    folded = {str(key).lower(): one for key, one in value.items()}
    name = next((folded[key] for key in _NAME_KEYS if isinstance(folded.get(key), str)), None)
    held = next((key for key in _VALUE_KEYS if key in folded), None)
    if name is None or held is None or held == "values" or folded[held] is None:
        return None
    return name.replace(".", " "), folded[held]


def _with_shared_unit(path: str, value: Mapping[str, Any], found: list[Fact]) -> None:
    """Numbers that stand beside their unit: {"length": 30, "width": 20, "unit": "cm"}."""
    unit = value["unit"]
    for name, one in value.items():
        here = f"{path}.{name}"
        if isinstance(one, int | float) and not isinstance(one, bool):
            found.append(Fact(here, one, f"{_written(one)} {unit}"))
        elif name != "unit" and one is not None:
            _value(here, one, found)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(plain(value))
    return str(value)


def _counted(record: Mapping[str, Any]) -> list[Fact]:
    """How many variants and values of each option there are."""
    variants = record.get("variants")
    if not isinstance(variants, Sequence) or isinstance(variants, str):
        return []
    rows = [one for one in variants if isinstance(one, Mapping)]
    found = [Fact("variants", len(rows), f"variants: {len(rows)}")] if len(rows) > 1 else []
    values: dict[str, set[str]] = {}
    for one in rows:
        options = one.get("options")
        if isinstance(options, Mapping):
            for name, value in options.items():
                values.setdefault(str(name), set()).add(str(value))
    return found + [
        Fact(f"options.{name}", len(kinds), f"{len(kinds)} {name}") for name, kinds in values.items() if len(kinds) > 1
    ]
