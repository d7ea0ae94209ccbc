"""The fields that a change may edit, and the form that each one's value has.

Of a product: `title`, `tags`, … · `attributes.NAME` · `variants.SKU.FIELD` (or `variants.#2.FIELD` by place where a SKU is missing
or repeated) · `translations.LANG.FIELD` · `images.2.alt`. Of a purchase order: `lines.SKU.quantity`.
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Final

from weft.errors import InputError
from weft.money import decimal

PRODUCT: Final = {
    "title": "text",
    "description": "text",
    "vendor": "text",
    "type": "text",
    "category": "text",
    "status": "status",
    "published": "flag",
    "tags": "list",
    "seo_title": "text",
    "seo_description": "text",
}
VARIANT: Final = {
    "sku": "text",
    "barcode": "text",
    "price": "money",
    "compare_at": "money",
    "cost": "money",
    "grams": "number",
    "weight_unit": "text",
    "stock": "integer",
    "policy": "policy",
    "requires_shipping": "flag",
    "taxable": "flag",
    "tax_code": "text",
    "image": "text",
}
IMAGE: Final = {"alt": "text"}
LINE: Final = {"quantity": "count"}
_CHOICES: Final = {"status": ("active", "draft", "archived"), "policy": ("deny", "continue")}
_LONGEST: Final = 500_000
_BLANK: Final[tuple[Any, ...]] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Field:
    """A parsed field name: `family` (product, attributes, variants, translations, images, lines), `name` (attribute, SKU,
    language, place), `column` and the `kind` of its value."""

    family: str
    name: str
    column: str
    kind: str


def parsed(field: str) -> Field:
    """Take a field's name apart; raises InputError for one that no change may edit."""
    family, _, rest = field.partition(".")
    if not rest and family in PRODUCT:
        return Field("product", "", family, PRODUCT[family])
    if family == "attributes" and 0 < len(rest) <= 200:
        return Field("attributes", rest, "", "any")
    if family == "variants":
        name, _, column = rest.rpartition(".")
        if name and column in VARIANT:
            if column == "sku" and not name.startswith("#"):
                raise InputError(f"Name the variant by its place to edit its SKU: variants.#1.sku, not {field!r}.")
            return Field("variants", name, column, VARIANT[column])
    if family == "translations":
        language, _, column = rest.partition(".")
        if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", language) and 0 < len(column) <= 200:
            return Field("translations", language, column, "text")
    if family == "images":
        place, _, column = rest.partition(".")
        if re.fullmatch(r"[1-9]\d{0,3}", place) and column in IMAGE:
            return Field("images", place, column, IMAGE[column])
    if family == "lines":
        name, _, column = rest.rpartition(".")
        if name and column in LINE:
            return Field("lines", name, column, LINE[column])
    raise InputError(
        f"{field[:100]!r} is not a field that can be edited. Fields: {', '.join(PRODUCT)}, attributes.NAME, "
        f"variants.SKU.FIELD ({', '.join(VARIANT)}), translations.LANG.FIELD, images.N.alt; of a purchase order lines.SKU.quantity."
    )


def _money(value: Any) -> dict[str, Any]:
    if isinstance(value, dict) and set(value) <= {"amount", "currency"} and type(value.get("amount")) is int:
        code = value.get("currency", "EUR")
        if isinstance(code, str) and re.fullmatch("[A-Z]{3}", code) and 0 <= value["amount"] < 1 << 62:
            return value
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        text = str(value).strip()
        if re.fullmatch(r"\+?[0-9]{1,15}(\.[0-9]{1,9})?", text):
            return {"decimal": text}
    raise ValueError('is not an amount such as 19.99 or {"amount": 1999, "currency": "EUR"}')


def _number(value: Any, whole: bool) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError("is not a number")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise ValueError("is not a number") from None
    if number != number or abs(number) > 2_000_000_000:
        raise ValueError("is not a number within two thousand million")
    if whole and number != int(number):
        raise ValueError("is not a whole number")
    return int(number) if number == int(number) else number


def _count(value: Any) -> int | None:
    """How many pieces; none at all is no line."""
    number = _number(value, True)
    if not 0 <= number <= 1_000_000_000:
        raise ValueError("is not a count of pieces")
    return int(number) or None


def _any(value: Any) -> Any:
    """An attribute's value, with its unit where it has one; what else a fact says of itself is not the person's to say."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("is not a number")
    if not isinstance(value, dict) or "value" not in value:
        return value
    unit = value.get("unit")
    if unit is not None and not isinstance(unit, str):
        raise ValueError("has a unit that is not a text")
    plain = _any(value["value"])
    return {"value": plain, "unit": unit} if unit and plain not in _BLANK else plain


def _flag(value: Any) -> bool:
    word = str(value).strip().lower()
    if word in ("true", "yes", "1"):
        return True
    if word in ("false", "no", "0"):
        return False
    raise ValueError("is neither true nor false")


def _list(value: Any) -> list[str]:
    items = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise ValueError("is not a list of texts")
    return [item for item in items if item]


def coerced(field: Field, value: Any) -> Any:
    """Bring a value into its field's form; what is blank is `None`. Raises ValueError with a reason.

    A plain amount becomes `{"decimal": "19.99"}`; one without a currency is in the currency of its variant.
    """
    value = _any(value) if field.kind == "any" else value
    if value in _BLANK:
        return None
    if field.kind == "any":
        return value
    if field.kind == "money":
        return _money(value)
    if field.kind in ("number", "integer"):
        return _number(value, field.kind == "integer")
    if field.kind == "count":
        return _count(value)
    if field.kind == "flag":
        return _flag(value)
    if field.kind == "list":
        return _list(value) or None
    if not isinstance(value, str):
        raise ValueError("is not a text")
    if len(value) > _LONGEST:
        raise ValueError(f"has more than {_LONGEST:,} characters")
    choices = _CHOICES.get(field.kind)
    if choices:
        if value.lower() not in choices:
            raise ValueError(f"is not one of {', '.join(choices)}")
        return value.lower()
    return value


def words(value: Any) -> str:
    """A field's value as text for a person; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(words(item) for item in value)
    if isinstance(value, dict):
        if isinstance(value.get("amount"), int) and isinstance(value.get("currency"), str):
            return f"{decimal(value['amount'], value['currency'])} {value['currency']}"
        if set(value) == {"value", "unit"}:
            return f"{words(value['value'])} {words(value['unit'])}".strip()
        return json.dumps(value, ensure_ascii=False, indent=2, default=str)
    return f"{value:g}" if isinstance(value, float) else str(value)


def quoted(value: Any) -> str:
    """A field's value as a sentence speaks of it, shortened."""
    text = " ".join(words(value).split())
    return "blank" if value is None else f"“{text[:80]}…”" if len(text) > 80 else f"“{text}”"


def put_into(product: Any, field: str, value: Any) -> None:
    """Put a field's value into a product record, as an applied change would."""
    place = parsed(field)
    if place.family == "product":
        product[place.column] = value
    elif place.family == "attributes":
        product.setdefault("attributes", {})[place.name] = value
    elif place.family == "translations":
        product.setdefault("translations", {}).setdefault(place.name, {})[place.column] = value
    elif place.family == "images":
        for image in (product.get("images") or ())[int(place.name) - 1 : int(place.name)]:
            image[place.column] = value
    else:
        for number, variant in enumerate(product.get("variants") or (), 1):
            if place.name in (variant.get("sku"), f"#{number}"):
                if place.kind == "money" and value:
                    variant |= {place.column: value["amount"], "currency": value["currency"]}
                else:
                    variant[place.column] = value
