"""What becomes of a known product when a file speaks of it again: the file's fields win, the others stay."""

from collections.abc import Mapping, Sequence
from typing import Any

_DEEP = ("columns", "attributes", "translations")


def merged(held: Mapping[str, Any], incoming: Mapping[str, Any]) -> Any:
    """The product `held` with everything that `incoming` says written over it; neither is altered."""
    result = dict(held)
    if not incoming.get("update"):
        result.pop("update", None)
    for key, value in incoming.items():
        if key in _DEEP:
            result[key] = _over(held.get(key) or {}, value or {})
        elif key == "known":
            result[key] = held["known"] if _covers(held.get("known"), value) else {**(held.get("known") or {}), **value}
        elif key == "images" and incoming.get("part"):
            seen = {image.get("src") for image in held.get("images") or ()}
            result[key] = [
                *(held.get("images") or ()),
                *(image for image in value or () if image.get("src") not in seen),
            ]
        elif key == "images":
            result[key] = _pictures(held.get("images") or (), value or ())
        elif key not in ("variants", "part", "update", "options"):
            result[key] = value
    if incoming.get("options"):
        result["options"] = incoming["options"]
    if "variants" in incoming:
        result["variants"] = _variants(held, incoming)
    if not incoming.get("part"):
        for key in ("attributes", "columns"):
            _blank(result, key, incoming)
    return result


def _pictures(held: Sequence[Mapping[str, Any]], told: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The file's pictures; one of which it tells no text, and which was there, keeps that text."""
    texts = {image.get("src"): {"alt": image["alt"]} for image in held if image.get("alt")}
    return [{**texts.get(image.get("src"), {}), **image} for image in told]


def _blank(result: dict[str, Any], key: str, incoming: Mapping[str, Any]) -> None:
    """Take out what the file has a column for and leaves blank: its blank cell is a value like any other.

    A file that is known to speak of `attributes` as a whole has no more than it names; what Weft found itself stays.
    """
    said, known = incoming.get(key) or {}, _known(incoming)
    blank = [
        name
        for name, value in (result.get(key) or {}).items()
        if name not in said and (f"{key}.{name}" in known or (key in known and _imported(value)))
    ]
    if blank:
        result[key] = {name: value for name, value in result[key].items() if name not in blank}


def _imported(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get("source") == "import"


def _known(incoming: Mapping[str, Any]) -> Mapping[str, str]:
    return incoming.get("known") or {}


def _covers(held: Mapping[str, str] | None, value: Mapping[str, str]) -> bool:
    return held is value or (held is not None and all(held.get(name) == header for name, header in value.items()))


def _over(held: Mapping[str, Any], value: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(held)
    for name, inner in value.items():
        old = result.get(name)
        if isinstance(inner, Mapping) and "value" not in inner and isinstance(old, Mapping):
            result[name] = {**old, **inner}
        elif isinstance(old, Mapping) and "value" in old and not isinstance(inner, Mapping) and _says(old, inner):
            continue  # the same value again: the fact keeps its source and time
        else:
            result[name] = inner
    return result


def _says(fact: Mapping[str, Any], told: Any) -> bool:
    """Whether what a file tells is the fact's value, in the one cell that a table has for a number and its unit."""
    value, unit = fact["value"], fact.get("unit")
    measured = isinstance(value, (int, float)) and unit
    return value == told or value == [told] or bool(measured and told in (f"{value:g} {unit}", f"{value} {unit}"))


def _choices(variant: Mapping[str, Any]) -> tuple[str, ...]:
    if variant.get("choices"):
        return tuple(value or "" for value in variant["choices"])
    return tuple(value or "" for value in (variant.get("options") or {}).values())


def _variants(held: Mapping[str, Any], incoming: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The file's variants first and in its order, each over the one it speaks of, then those that it does not name.

    A part of a product leaves the variants where they are, and adds what is new.
    """
    old = [dict(variant) for variant in held.get("variants") or ()]
    left, places = old, list(range(len(old)))
    at: dict[int, dict[str, Any]] = {}
    fresh: list[dict[str, Any]] = []
    for variant in incoming.get("variants") or ():
        match = _match(left, variant)
        both = dict(variant) if match is None else _variant(match, variant, incoming)
        if match is not None:
            found = next(n for n, other in enumerate(left) if other is match)
            at[places[found]] = both
            left, places = left[:found] + left[found + 1 :], places[:found] + places[found + 1 :]
        if match is None or not incoming.get("part"):
            fresh.append(both)
    if incoming.get("part"):
        return [*(at.get(place, variant) for place, variant in enumerate(old)), *fresh]
    return [*fresh, *left]


def _variant(match: Mapping[str, Any], variant: Mapping[str, Any], incoming: Mapping[str, Any]) -> dict[str, Any]:
    untold = {"columns", "stock"}
    if variant.get("choices") and _choices(match) == _choices(variant):
        # The file does not name the options, and the product does.
        untold |= {"options", "choices"}
    both = {**match, **{key: value for key, value in variant.items() if key not in untold}}
    if variant.get("columns"):
        both["columns"] = {**(match.get("columns") or {}), **variant["columns"]}
    if not incoming.get("part"):
        _blank(both, "columns", {"columns": variant.get("columns"), "known": _known(incoming)})
    return _stocked(both, variant["stock"]) if "stock" in variant else both


def _match(left: list[dict[str, Any]], variant: Mapping[str, Any]) -> dict[str, Any] | None:
    chosen = _choices(variant)
    sku = variant.get("sku")
    if variant.get("options"):
        same = [other for other in left if _choices(other) == chosen]
        with_sku = [other for other in same if sku and other.get("sku") == sku]
        if same:
            return (with_sku or same)[0]
        return None if any(_choices(other) for other in left) and not sku else _by_sku(left, sku)
    return _by_sku(left, sku) or (left[0] if len(left) == 1 and not sku else None)


def _by_sku(left: list[dict[str, Any]], sku: str | None) -> dict[str, Any] | None:
    found = [other for other in left if sku and other.get("sku") == sku]
    return found[0] if len(found) == 1 else None


def _stocked(variant: dict[str, Any], stock: Any) -> dict[str, Any]:
    if isinstance(stock, Mapping):
        levels = {**(variant.get("levels") or {}), **stock}
        return {
            **variant,
            "levels": levels,
            "stock": sum(quantity for quantity in levels.values() if quantity is not None),
        }
    return {**variant, "stock": stock}


def without_pending(incoming: Mapping[str, Any], pending: Mapping[str, Any]) -> Mapping[str, Any]:
    """The record without the values that applied changes have replaced since: the platform has not heard of them yet."""
    if not pending:
        return incoming
    result = dict(incoming)
    for field, before in pending.items():
        family, _, rest = field.partition(".")
        if not rest:
            if family in result and (result[family] or None) == before:
                del result[family]
        elif family == "attributes":
            attributes = dict(result.get("attributes") or {})
            if _plain(attributes.pop(rest, None)) == before:
                result["attributes"] = attributes
                result["known"] = {
                    name: header for name, header in _known(result).items() if name != f"attributes.{rest}"
                }
        elif family == "variants" and result.get("variants"):
            name, _, column = rest.rpartition(".")
            result["variants"] = [
                _variant_without(variant, column, before)
                if f"#{place}" == name or variant.get("sku") == name
                else variant
                for place, variant in enumerate(result["variants"], 1)
            ]
    return result


def _plain(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value or None
    return {"value": value["value"], "unit": value["unit"]} if value.get("unit") else value.get("value")


def _variant_without(variant: Mapping[str, Any], column: str, before: Any) -> Mapping[str, Any]:
    value = variant.get(column)
    held = before.get("amount") if isinstance(before, Mapping) else before
    if column in variant and (value if value not in ("", None) else None) == held:
        return {key: inner for key, inner in variant.items() if key != column}
    return variant
