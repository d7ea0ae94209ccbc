"""The fields of a product that a change may edit, and the form that each one's value has.

`title`, `tags`, … · `attributes.NAME` · `variants.SKU.FIELD` (or `variants.#2.FIELD` by place where a SKU is missing or
repeated) · `translations.LANG.FIELD` · `images.2.alt`.
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from weft.errors import InputError
from weft.money import exponent

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
_CHOICES: Final = {"status": ("active", "draft", "archived"), "policy": ("deny", "continue")}
_LONGEST: Final = 500_000


@dataclass(frozen=True, slots=True)
class Field:
    """A parsed field name: `family` (product, attributes, variants, translations, images), `name` (attribute, SKU,
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
    raise InputError(
        f"{field[:100]!r} is not a field that can be edited. Fields: {', '.join(PRODUCT)}, attributes.NAME, "
        f"variants.SKU.FIELD ({', '.join(VARIANT)}), translations.LANG.FIELD, images.N.alt."
    )


def _money(value: Any, currency: str) -> dict[str, Any]:
    if isinstance(value, dict) and set(value) <= {"amount", "currency"} and type(value.get("amount")) is int:
        code = value.get("currency", currency)
        if isinstance(code, str) and re.fullmatch("[A-Z]{3}", code) and abs(value["amount"]) < 1 << 62:
            return {"amount": value["amount"], "currency": code}
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        try:
            minor = Decimal(str(value).strip()).scaleb(exponent(currency))
            if minor == minor.to_integral_value() and abs(minor) < 1 << 62:
                return {"amount": int(minor), "currency": currency}
        except (InvalidOperation, ValueError):
            pass
    raise ValueError(f'is not an amount such as {{"amount": 1999, "currency": "{currency}"}} or 19.99')


def _number(value: Any, whole: bool) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError("is not a number")
    number = float(value)
    if number != number or abs(number) > 2_000_000_000:
        raise ValueError("is not a number within two thousand million")
    if whole and number != int(number):
        raise ValueError("is not a whole number")
    return int(number) if number == int(number) else number


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


def coerced(field: Field, value: Any, currency: str) -> Any:
    """Bring a value into its field's form; `None` blanks the field. Raises ValueError with a reason."""
    if value is None or value == "":
        return None
    if field.kind == "money":
        return _money(value, currency)
    if field.kind in ("number", "integer"):
        return _number(value, field.kind == "integer")
    if field.kind == "flag":
        return _flag(value)
    if field.kind == "list":
        return _list(value)
    if field.kind == "any":
        if isinstance(value, float) and value != value:
            raise ValueError("is not a number")
        return value
    if not isinstance(value, str):
        raise ValueError("is not a text")
    if "\x00" in value or len(value) > _LONGEST:
        raise ValueError(f"has a NUL character or more than {_LONGEST} characters")
    choices = _CHOICES.get(field.kind)
    if choices:
        if value.lower() not in choices:
            raise ValueError(f"is not one of {', '.join(choices)}")
        return value.lower()
    return value


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
        product["images"][int(place.name) - 1][place.column] = value
    else:
        for number, variant in enumerate(product.get("variants") or (), 1):
            if place.name in (variant.get("sku"), f"#{number}"):
                variant[place.column] = value["amount"] if place.kind == "money" and value else value
