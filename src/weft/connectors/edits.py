"""Edits that a person wrote into a file: one a row (`record`, `field`, `after`), or a row a record and a column a field."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson

from weft.connectors.source import Source
from weft.errors import InputError

_RECORD: Final = ("record", "id", "handle", "url handle")
_AFTER: Final = ("after", "value", "new")


def read_edits(path: Path) -> Iterator[dict[str, Any]]:
    """The edits of a CSV, TSV or JSON Lines file; raises InputError when it has none of the columns it needs."""
    source = Source(path)
    if source.is_json:
        yield from _lines(source)
        return
    lower = {name.lower(): index for index, name in enumerate(source.header)}
    record = next((lower[name] for name in _RECORD if name in lower), None)
    if record is None:
        raise InputError(f"{path.name} needs a column 'record' (the product's id); it has {', '.join(source.header)}.")
    if "field" in lower:
        after = next((lower[name] for name in _AFTER if name in lower), None)
        if after is None:
            raise InputError(f"{path.name} needs a column 'after' (the new value); it has {', '.join(source.header)}.")
        for _, row in source.rows():
            cells = [*row, *[""] * (len(source.header) - len(row))]
            edit: dict[str, Any] = {"record": cells[record], "field": cells[lower["field"]], "after": cells[after]}
            if "before" in lower and cells[lower["before"]]:
                edit["before"] = cells[lower["before"]]
            yield edit
        return
    fields = [(name, index) for index, name in enumerate(source.header) if index != record and name]
    for _, row in source.rows():
        for name, index in fields:
            # A blank cell in a wide table means «not this one»; the long form can blank a field.
            if index < len(row) and row[index] and record < len(row):
                yield {"record": row[record], "field": name, "after": row[index]}


def _lines(source: Source) -> Iterator[dict[str, Any]]:
    for number, text in source.lines():
        if not text.strip():
            continue
        try:
            edit = orjson.loads(text)
        except orjson.JSONDecodeError as problem:
            raise InputError(f"{source.path.name}, line {number} is not JSON: {problem}.") from problem
        if not isinstance(edit, dict):
            raise InputError(f"{source.path.name}, line {number} is not an object.")
        yield edit
