"""Lines of JSON whose names are another system's, put under the names of fields as `--map field=name` says."""

import contextlib
from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

import orjson

from weft.connectors import cells
from weft.connectors.source import Source
from weft.errors import InputError

_TEXTS: Final = (
    *("id", "title", "description", "vendor", "type", "category", "status", "seo_title", "seo_description"),
)
_OF_VARIANTS: Final = ("sku", "barcode", "price", "compare_at", "cost", "stock")
_AMOUNTS: Final = ("price", "compare_at", "cost")
_SAMPLE: Final = 500
_SHOWN: Final = 40
_SHORT: Final[Mapping[str, str]] = {
    **{name: f"variants.{name}" for name in _OF_VARIANTS},
    **dict.fromkeys(("image", "images"), "images.src"),
}


def checked(mapping: Mapping[str, str], source: Source) -> dict[str, str]:
    """The mapping with fields by their whole names; raises InputError for one that products have not, and for a name of no line."""
    found = {}
    names = _names(source)
    for said, name in mapping.items():
        field = _SHORT.get(said, said)
        inner = field.partition(".")[2]
        known = field in (*_TEXTS, "tags", "-", "images.src") or (
            (field.startswith("variants.") and inner in _OF_VARIANTS) or (field.startswith("attributes.") and inner)
        )
        if not known:
            raise InputError(
                f"--map {said}={name}: {said!r} is not a field of products; fields are {', '.join(_TEXTS)}, tags, image, "
                f"{', '.join(_OF_VARIANTS)} and attributes.NAME."
            )
        for one in name.split(",") if field == "-" else [name]:
            if one.strip() not in names:
                raise InputError(
                    f"--map {said}={name}: no line has {one.strip()!r}; the first have {', '.join(list(names)[:_SHOWN])}."
                )
        found[field] = name
    return found


def _names(source: Source) -> dict[str, None]:
    """What the first lines have, in their order; a line that is no JSON is told when it is read."""
    found: dict[str, None] = {}
    for _, text in islice(source.lines(), _SAMPLE):
        with contextlib.suppress(ValueError):
            given = orjson.loads(text)
            found.update(dict.fromkeys(given if isinstance(given, dict) else ()))
    return found


def renamed(given: Mapping[str, Any], mapping: Mapping[str, str], currency: str) -> dict[str, Any]:
    """A line with what the mapping names in its fields; what is in the way of a field stays under its name in `columns`."""
    left_out = {name.strip() for name in mapping.get("-", "").split(",")}
    taken = {name for field, name in mapping.items() if field != "-"}
    fields = {field for field in mapping if field in given and field not in taken}
    made = {name: value for name, value in given.items() if name not in (*taken, *left_out, *fields)}
    variant: dict[str, Any] = {}
    for field, name in mapping.items():
        value = given.get(name)
        if field == "-" or value is None:
            continue
        outer, _, inner = field.partition(".")
        if outer == "variants":
            variant[inner] = _of_variant(inner, value, currency)
        elif outer == "attributes":
            made["attributes"] = {**(made.get("attributes") or {}), inner: value}
        elif outer == "images":
            made["images"] = value if isinstance(value, list) else [{"src": str(value)}]
        elif outer == "tags":
            made["tags"] = value if isinstance(value, list) else [part.strip() for part in str(value).split(",")]
        else:
            made[field] = _text(value)
    if variant:
        made["variants"] = [variant]
    return made


def _of_variant(name: str, value: Any, currency: str) -> Any:
    if name == "stock":
        return value
    text = _text(value)
    if name not in _AMOUNTS or isinstance(value, Mapping):
        return value if isinstance(value, Mapping) else text
    try:
        amount = cells.price(text, currency)
    except ValueError:
        amount = None
    # What is no price is told as one that cannot be read.
    return value if amount is None else {"amount": amount, "currency": currency}


def _text(value: Any) -> str:
    """One text; of several, such as numbers of a product, the first."""
    one = value[0] if isinstance(value, list) and value else value
    return f"{one:.15g}" if isinstance(one, float) else str(one)
