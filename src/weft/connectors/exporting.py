"""A business's records go out as a file of a platform, or as JSON Lines: whole, or only what changed."""

import glob
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from weft.business import Business
from weft.connectors import Connector, Written, ending, named, workbook
from weft.errors import InputError, UnreadableFile
from weft.store.changes import Selection


def usual_format(kind: str) -> str:
    """The format in which a kind of record goes out where none is said."""
    return "tables" if kind in ("suppliers", "purchases") else "shopify"


def settings_of(pairs: Iterable[str]) -> dict[str, str]:
    """Settings of a feed from texts such as `link=https://shop.example/{id}`; raises InputError."""
    found = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator or not name.strip():
            raise InputError(f"The setting {pair!r} is none: write it as name=value.")
        found[name.strip()] = value.strip()
    return found


def _records(business: Business, kind: str, where: str | None) -> Iterable[Any]:
    sources: dict[str, Callable[[], Iterable[Any]]] = {
        "products": lambda: business.catalog.records(where),
        "orders": lambda: business.orders.records(where),
        "customers": lambda: business.customers.records(where),
        "stock": business.stock.records,
        "suppliers": lambda: business.suppliers.records(where),
        "purchases": lambda: business.purchases.records(where),
        "conversations": lambda: business.things.records("conversation"),
        "documents": lambda: business.things.records("document"),
        "behaviors": business.behaviors.records,
        "translations": business.translations.records,
        "memory": business.memory.records,
        "glossary": business.glossary.records,
    }
    if kind not in sources:
        raise InputError(f"{kind!r} cannot be exported; kinds are {', '.join(sources)}.")
    if where is not None and kind not in ("products", "orders", "customers", "suppliers", "purchases"):
        raise InputError(f"--where does not apply to {kind}.")
    return sources[kind]()


def _written(write: Callable[[Path], list[Written]], path: Path) -> list[Written]:
    """Write beside the file's place and move it there when it is whole, so that no half file is left."""
    as_workbook = path.suffix.lower() == workbook.ENDING
    fresh = path.with_name(f".part-{path.stem}.csv" if as_workbook else f".part-{path.name}")
    try:
        written = write(fresh)
        done = []
        if as_workbook:
            written = [_as_workbook(part) for part in written]
        for part in written:
            target = part.path.with_name(part.path.name.removeprefix(".part-"))
            part.path.replace(target)
            done.append(replace(part, path=target))
    except OSError as problem:
        raise UnreadableFile(f"{path} cannot be written: {problem.strerror}.") from problem
    finally:
        for leftover in path.parent.glob(f"{glob.escape(fresh.stem)}*"):
            leftover.unlink(missing_ok=True)
    return done


def _writer(name: str, kind: str, path: Path) -> Connector:
    connector = named(name, kind, "writes")
    if path.suffix.lower() == workbook.ENDING and ending(name) != ".csv":
        raise InputError(
            f"{name} is no table, so it cannot be written as a workbook; let the file end in {ending(name)}."
        )
    return connector


def _as_workbook(part: Written) -> Written:
    target = part.path.with_suffix(workbook.ENDING)
    workbook.write(part.path, target)
    part.path.unlink()
    return replace(part, path=target)


def export_file(
    business: Business,
    kind: str,
    path: Path,
    *,
    format_name: str | None = None,
    where: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> list[Written]:
    """Write all records of a kind, or those that a filter matches, and answer the files."""
    if (options or {}).get("dialect", "new") not in ("new", "old"):
        raise InputError("--dialect is new or old.")
    format_name = format_name or usual_format(kind)
    connector = _writer(format_name, kind, path)
    said = {"currency": business.currency, **(options or {})}
    if said.get("set") and not getattr(connector, "settings", None):
        raise InputError(f"The format {format_name} has no settings.")
    return _written(lambda target: connector.write(kind, _records(business, kind, where), target, said), path)


def export_changes(
    business: Business,
    selection: Selection,
    path: Path,
    *,
    format_name: str = "shopify",
    dialect: str = "new",
    one_file: bool = False,
) -> list[Written]:
    """Write what changes say, and nothing else: the products they are of, in the columns they touch, and mark them exported.

    Lines of purchase orders go into a table of their own: at `path` where there is nothing else, beside it otherwise.
    """
    connector = _writer(format_name, "products", path)
    changed = business.changes.exportable(selection)
    lines = [change for change in changed if change["field"].startswith("lines.")]
    fields: dict[str, list[str]] = {}
    for change in changed:
        if not change["field"].startswith("lines."):
            fields.setdefault(change["record"], []).append(change["field"])
    written: list[Written] = []
    if fields or not lines:
        records = business.changes.overlaid(business.catalog.records(ids=list(fields)), changed)
        options = {"dialect": dialect, "fields": fields, "one_file": one_file}
        written += _written(lambda target: connector.write("products", records, target, options), path)
    if lines:
        form = "jsonl" if format_name == "jsonl" else "tables"
        beside = path.with_name(f"{path.stem}.purchases{path.suffix}") if written else path
        orders, said = business.purchases.with_changes(lines), {"currency": business.currency}
        writer = named(form, "purchases", "writes")
        tables = _written(lambda target: writer.write("purchases", orders, target, said), beside)
        written += [replace(part, kind="purchases") for part in tables]
    business.changes.mark_exported([change["id"] for change in changed])
    return written
