"""Writes src/weft/client/calls.py from the OpenAPI document: `python docs/generate_client.py`; a test fails when it is out of date."""

import json
import keyword
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from weft.postgres.database import Database
from weft.settings import Settings
from weft.surfaces.web import application

TARGET: Final = Path(__file__).parents[1] / "src" / "weft" / "client" / "calls.py"
ROOT: Final = "/api/v1"
HEAD: Final = '''"""The requests of a Weft server, a method each; written by docs/generate_client.py from the OpenAPI document."""

# ruff: noqa: A002
from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict, cast

from weft.client.base import AsyncRuns as _AsyncRuns
from weft.client.base import AsyncSkills as _AsyncSkills
from weft.client.base import Runs as _Runs
from weft.client.base import Skills as _Skills
from weft.client.wire import AsyncWire, Event, File, Wire, call, named
'''
BASES: Final = {"runs": "Runs", "skills": "Skills"}


@dataclass(frozen=True)
class Parameter:
    """A parameter of a method: its name in Python, its name in the request, where it goes, its type."""

    name: str
    alias: str
    place: str
    kind: str
    required: bool


@dataclass(frozen=True)
class Method:
    """One operation as a method."""

    name: str
    about: str
    verb: str
    path: str
    parameters: tuple[Parameter, ...]
    file: bool
    body: bool
    answer: str
    kind: str


def type_of(schema: Mapping[str, Any]) -> str:
    """A JSON Schema as a Python type."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema or "const" in schema:
        values = schema.get("enum") or [schema["const"]]
        return f"Literal[{', '.join(json.dumps(value) for value in values)}]"
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(dict.fromkeys(type_of(option) for option in options))
    kind = schema.get("type")
    if kind == "array":
        return f"list[{type_of(schema.get('items', {}))}]"
    if kind == "object":
        inner = schema.get("additionalProperties")
        return f"dict[str, {type_of(inner) if isinstance(inner, dict) else 'Any'}]"
    return {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}.get(
        str(kind), "Any"
    )


def optional(kind: str) -> str:
    """A type that may be left out."""
    return kind if kind == "Any" or kind.endswith("None") else f"{kind} | None"


def used(schema: Any) -> Iterator[str]:
    """The names of the schemas that a part of the document refers to."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield str(schema["$ref"]).rpartition("/")[2]
        for value in schema.values():
            yield from used(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from used(value)


def reached(described: Mapping[str, Any], names: set[str]) -> set[str]:
    """Those names and all that their schemas refer to."""
    found: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += used(described["components"]["schemas"][name])
    return found


def types(described: Mapping[str, Any]) -> Iterator[str]:
    """The schemas as typed dictionaries; what a server answers it answers whole."""
    operations = [one for methods in described["paths"].values() for one in methods.values()]
    asked = reached(described, {name for one in operations for name in used(one.get("requestBody"))})
    bodies = {schema.get("$ref", "").rpartition("/")[2] for one in operations if (schema := body_of(one))}
    answered = reached(described, {name for one in operations for name in used(success(one))})
    for name, schema in described["components"]["schemas"].items():
        if name not in answered and (name not in asked or name in bodies):
            continue
        kinds = {}
        for field, inner in schema.get("properties", {}).items():
            sure = field in schema.get("required", ()) or name not in asked
            kinds[field] = type_of(inner) if sure else f"NotRequired[{type_of(inner)}]"
        if any(map(keyword.iskeyword, kinds)):
            pairs = ", ".join(f"{json.dumps(field)}: {kind}" for field, kind in kinds.items())
            yield f"\n\n{name} = TypedDict({json.dumps(name)}, {{{pairs}}})\n"
            continue
        yield f"\n\nclass {name}(TypedDict):\n    {docstring(schema.get('description', name))}\n"
        yield from (f"\n    {field}: {kind}" for field, kind in kinds.items())
        yield "\n"


def docstring(text: str) -> str:
    """The first paragraph of a description as a docstring."""
    first = " ".join(text.split("\n\n")[0].split())
    return f'"""{first}"""' if not first.endswith('"') else f'"""{first} """'


def body_of(operation: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The schema of a JSON body."""
    found: Mapping[str, Any] | None = (
        operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    )
    return found


def success(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is answered when all is well, by media type."""
    return next(one.get("content", {}) for status, one in operation["responses"].items() if status.startswith("2"))


def python_name(alias: str) -> str:
    """A name that Python takes."""
    name = alias.replace("-", "_")
    assert name.isidentifier(), alias
    assert not keyword.iskeyword(name), alias
    return name


def method_of(described: Mapping[str, Any], group: str, path: str, verb: str, operation: Mapping[str, Any]) -> Method:
    """An operation as a method of its group."""
    parameters = [
        Parameter(python_name(one["name"]), one["name"], one["in"], type_of(one["schema"]), one.get("required", False))
        for one in operation.get("parameters", ())
    ]
    schema = body_of(operation)
    if schema:
        whole = described["components"]["schemas"][type_of(schema)]
        must = whole.get("required", ())
        parameters += [
            Parameter(python_name(name), name, "body", type_of(inner), name in must)
            for name, inner in whole["properties"].items()
        ]
    content = success(operation)
    file = "application/octet-stream" in operation.get("requestBody", {}).get("content", {})
    if "text/event-stream" in content and "application/json" not in content:
        answer, kind = "Event", "events"
    elif "application/json" in content:
        kind = "json"
        answer = type_of(content["application/json"]["schema"])
    else:
        answer, kind = "Path", "save"
    name = operation["operationId"].partition("_api_v1")[0]
    if name.startswith("skill_"):
        name = name.removeprefix("skill_")
    else:
        first = name.partition("_")[0]
        alone = name in {"show", group} or first in {"get", "show"}
        name = {"list": "page" if answer == "Page" else "all"}.get(first, "get" if alone else first)
        name = "save" if f"{name}s" == group else name
    about = operation.get("summary", "") if operation["operationId"].startswith("skill_") else operation["description"]
    return Method(name, about, verb.upper(), path, tuple(parameters), file, schema is not None, answer, kind)


def signature(method: Method) -> str:
    """The parameters of a method."""
    parts = ["self"]
    parts += [f"{one.name}: {one.kind}" for one in method.parameters if one.place == "path"]
    if method.file:
        parts.append("file: File")
    if method.kind == "save":
        parts.append("to: str | Path")
    rest = [one for one in method.parameters if one.place != "path"]
    if rest:
        parts.append("*")
    parts += [f"{one.name}: {one.kind}" for one in rest if one.required]
    parts += [f"{one.name}: {optional(one.kind)} = None" for one in rest if not one.required]
    return ", ".join(parts)


def request(method: Method) -> str:
    """The call that a method makes."""
    places = [one for one in method.parameters if one.place == "path"]
    path = method.path
    for one in places:
        path = path.replace(f"{{{one.alias}}}", "{}")
    parts = [json.dumps(method.verb), json.dumps(path), *(one.name for one in places)]
    for place, word in (("query", "query"), ("header", "headers"), ("body", "body")):
        given = {one.alias: one.name for one in method.parameters if one.place == place}
        if method.file and place == "query" and "name" in given:
            given["name"] = "named(file, name)"
        if given or (place == "body" and method.body):
            parts.append(f"{word}={{{', '.join(f'{json.dumps(alias)}: {name}' for alias, name in given.items())}}}")
    null = [one.alias for one in method.parameters if one.place == "body" and one.required and one.kind == "Any"]
    if null:
        parts.append(f"null={null!r}")
    if method.file:
        parts.append("file=file")
    return f"call({', '.join(parts)})"


def written(method: Method, asynchronous: bool) -> str:
    """A method's code."""
    wait, define = ("await ", "async def") if asynchronous else ("", "def")
    head = f"{method.name}({signature(method)})"
    about = docstring(method.about)
    if method.kind == "events":
        answer = f"{'Async' if asynchronous else ''}Iterator[Event]"
        return f"\n    def {head} -> {answer}:\n        {about}\n        return self._wire.events({request(method)})\n"
    if method.kind == "save":
        asked = f"return {wait}self._wire.save({request(method)}, to)"
        return f"\n    {define} {head} -> Path:\n        {about}\n        {asked}\n"
    asked = f"return cast({json.dumps(method.answer)}, {wait}self._wire.json({request(method)}))"
    text = f"\n    {define} {head} -> {method.answer}:\n        {about}\n        {asked}\n"
    return text + every(method, asynchronous) if method.name == "page" else text


def every(method: Method, asynchronous: bool) -> str:
    """The iterator over all pages of a method."""
    cursor = "before" if any(one.name == "before" for one in method.parameters) else "after"
    kept = tuple(one for one in method.parameters if one.name != cursor)
    whole = Method("all", method.about, "GET", method.path, kept, False, False, "Page", "json")
    given = "".join(f", {one.name}={one.name}" for one in kept if one.place != "path")
    places = "".join(f"{one.name}, " for one in kept if one.place == "path")
    kind = next(one.kind for one in method.parameters if one.name == cursor)
    head = f"all({signature(whole)})"
    about = docstring(f"All of them, a page of `limit` at a time: {method.about[0].lower()}{method.about[1:]}")
    define, wait = ("async def", "await ") if asynchronous else ("def", "")
    answer = f"{'Async' if asynchronous else ''}Iterator[dict[str, Any]]"
    one = "            for item in found['items']:\n                yield item\n"
    each = one if asynchronous else "            yield from found['items']\n"
    return (
        f"\n    {define} {head} -> {answer}:\n        {about}\n        cursor: {optional(kind)} = None\n"
        f"        while True:\n            found = {wait}self.page({places}{cursor}=cursor{given})\n"
        f"{each}"
        f"            if found['next'] is None:\n                return\n"
        f"            cursor = {'int(' if kind.startswith('int') else ''}found['next']{')' if kind.startswith('int') else ''}\n"
    )


def groups(described: Mapping[str, Any]) -> dict[str, list[Method]]:
    """The methods by what follows the root in their paths."""
    found: dict[str, list[Method]] = {}
    for path, methods in described["paths"].items():
        short = path.removeprefix(ROOT)
        group = short.split("/")[1]
        for verb, operation in methods.items():
            found.setdefault(group, []).append(method_of(described, group, short, verb, operation))
    return found


def code() -> str:
    """The module."""
    text = json.dumps(application(Database("", None), Settings()).openapi())
    # A model that reads otherwise than it is answered is two schemas, whose names have a hyphen.
    described = json.loads(re.sub(r'("|/)(\w+)-(Input|Output)"', r'\1\2\3"', text))
    made = groups(described)
    parts = [HEAD, *types(described)]
    for asynchronous in (False, True):
        prefix = "Async" if asynchronous else ""
        for group, methods in made.items():
            name = f"{prefix}{group.title()}"
            base = f"_{prefix}{BASES[group]}" if group in BASES else ""
            parts.append(f"\n\nclass {name}{f'({base})' if base else ''}:\n    {docstring(f'/{group}')}\n")
            parts.append(f"\n    def __init__(self, wire: {prefix}Wire) -> None:\n        self._wire = wire\n")
            names: set[str] = set()
            for method in methods:
                assert method.name not in names, f"{group}.{method.name} is there twice"
                names.add(method.name)
                parts.append(written(method, asynchronous))
        parts.append(f'\n\nclass {prefix}Calls:\n    """All requests, by what they are about."""\n')
        parts.append(f"\n    def __init__(self, wire: {prefix}Wire) -> None:\n")
        parts += [f"        self.{group} = {prefix}{group.title()}(wire)\n" for group in made]
    ruff = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(TARGET), "-"]
    formatted = subprocess.run(ruff, input="".join(parts), text=True, capture_output=True, check=False)
    assert formatted.returncode == 0, formatted.stderr
    return formatted.stdout


def main() -> None:
    """Write the module."""
    TARGET.write_text(code(), encoding="utf-8")


if __name__ == "__main__":
    main()
