"""The JSON schema of what is asked for, in the forms in which models' servers take it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

from pydantic import BaseModel

# Strict decoders refuse a schema with a word that they do not know; what these say is validated afterwards in any case.
_KEPT: Final = frozenset(["type", "enum", "const", "description", "$ref", "anyOf", "items", "properties", "$defs"])


def written(wanted: type[BaseModel]) -> dict[str, Any]:
    """The whole schema, as it stands in the prompt."""
    return wanted.model_json_schema(mode="validation")


@dataclass(frozen=True, slots=True)
class Forms:
    """A type's schema as a text for the prompt, and as decoders take it, and whether these can hold a model to it."""

    text: str
    strict: dict[str, Any]
    closed: bool


_MADE: Final[WeakKeyDictionary[type[BaseModel], Forms]] = WeakKeyDictionary()


def forms(wanted: type[BaseModel]) -> Forms:
    """The forms of a type's schema, made once; not to be changed."""
    found = _MADE.get(wanted)
    if found is None:
        schema = written(wanted)
        text = json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
        found = _MADE[wanted] = Forms(text, *strict(schema))
    return found


def name(wanted: type[BaseModel]) -> str:
    """A name that servers take."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", wanted.__name__)[:64]


def strict(schema: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """A schema as decoders take it that hold a model to it, and whether they can: objects whose names are not given are open."""
    if "$ref" in schema:
        # What refers to itself is defined beside the root, which has to be an object.
        schema = {**schema["$defs"][schema["$ref"].rpartition("/")[2]], "$defs": schema["$defs"]}
    return _strict(schema), _closed(schema)


def _strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "oneOf":
            made["anyOf"] = [_strict(one) for one in value]
        elif key == "allOf" and len(value) == 1:
            made.update(_strict(value[0]))
        elif key not in _KEPT:
            continue
        elif key in ("properties", "$defs"):
            made[key] = {name: _strict(one) for name, one in value.items()}
        elif key == "anyOf":
            made[key] = [_strict(one) for one in value]
        elif key == "items":
            made[key] = _strict(value)
        else:
            made[key] = value
    if "$ref" in made:
        return {"$ref": made["$ref"]}
    if schema.get("type") == "object":
        if "properties" in made or not _open(schema):
            made.setdefault("properties", {})
            made["required"] = list(made["properties"])
            made["additionalProperties"] = False
        else:
            more = schema.get("additionalProperties")
            made["additionalProperties"] = _strict(more) if isinstance(more, Mapping) else True
    return made


def _open(schema: Mapping[str, Any]) -> bool:
    return "properties" not in schema and schema.get("additionalProperties", True) is not False


def _closed(schema: Any) -> bool:
    """Tell whether every object says all its names, every list what is in it, and every value its type."""
    if isinstance(schema, Mapping):
        if schema.get("type") == "object" and _open(schema):
            return False
        parts = [
            *schema.get("properties", {}).values(),
            *schema.get("$defs", {}).values(),
            *schema.get("anyOf", ()),
            *schema.get("oneOf", ()),
            *schema.get("allOf", ()),
            *([schema["items"]] if "items" in schema else []),
        ]
        if schema.get("type") == "array" and "items" not in schema:
            return False
        said = {"type", "enum", "const", "$ref", "anyOf", "oneOf", "allOf"} & set(schema)
        return bool(said) and all(_closed(part) for part in parts)
    return False
