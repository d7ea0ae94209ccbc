"""Writes the pages of docs/reference from the code: `python docs/generate.py`; a test fails when they are out of date."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from inspect import cleandoc
from pathlib import Path
from typing import Any, Final

from typer.main import get_command

import weft.app  # noqa: F401 - the process has commands of its own
from weft.errors import WeftError
from weft.postgres.database import Database
from weft.settings import Settings
from weft.store import catalog, changes, customers, orders, purchases, suppliers
from weft.store import fields as editable
from weft.store.where import Fields
from weft.surfaces.cli import root, skills
from weft.surfaces.web import application

skills.register(root.app)
REFERENCE: Final = Path(__file__).parent / "reference"
NOTE: Final = "<!-- Written by docs/generate.py from the code; change the code, then run it. -->\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |\n" for line in lines
    )


def code(text: str) -> str:
    """Text as code; nothing for nothing."""
    return f"`{text}`" if text else ""


def settings_page() -> str:
    """The settings: each an environment variable."""
    rows = []
    for field in fields(Settings):
        default = "" if field.default in (MISSING, None) else str(field.default)
        if field.default_factory is not MISSING:
            default = str(field.default_factory()).replace(str(Path.home()), "~")
        rows.append([code(field.metadata["variable"]), field.metadata["help"], code(default) or "not set"])
    text = "Weft reads its settings from the environment; an empty variable counts as not set.\n\n"
    return f"# Settings\n\n{NOTE}\n{text}{table(['variable', 'what it does', 'default'], rows)}"


def error_tree(error: type[WeftError] = WeftError) -> Iterator[type[WeftError]]:
    """The family of errors, each after its parent."""
    yield error
    for child in error.__subclasses__():
        if child.__module__ == WeftError.__module__:
            yield from error_tree(child)


def errors_page() -> str:
    """The family of errors."""
    rows = [
        [
            code(error.code),
            code(error.__name__) + ("" if error is WeftError else f", a {code(error.__bases__[0].__name__)}"),
            str(error.status),
            str(error.exit_code),
            cleandoc(error.__doc__ or "").split("\n\n")[0],
        ]
        for error in error_tree()
    ]
    text = (
        "A command that fails says one sentence on standard error and leaves with the exit code. Over HTTP the answer is\n"
        "`application/problem+json` (RFC 9457) with the status, the same sentence in `detail`, and the code at the end of\n"
        "`type`. Exit code 2 is also that of a command that was written wrongly, 3 that of a run in which some records\n"
        "failed, 130 that of one stopped with Ctrl-C.\n\n"
    )
    return f"# Errors\n\n{NOTE}\n{text}{table(['code', 'error', 'status', 'exit', 'when'], rows)}"


def commands(group: Any = None, before: str = "weft") -> Iterator[tuple[str, Any]]:
    """The commands as they are typed, `weft changes list`, in the order of `--help`."""
    whole: Any = group or get_command(root.app)
    for name, command in whole.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{before} {name}")
        elif not command.hidden:
            yield f"{before} {name}", command


def command_section(typed: str, command: Any) -> str:
    """One command: what it does, how it is typed, what it takes."""
    arguments, options, rows = [], [], []
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            name = (parameter.metavar or parameter.name or "").upper().strip("[]").removesuffix("...")
            shown = f"{name}{'...' if parameter.nargs == -1 else ''}"
            arguments.append(shown if parameter.required else f"[{shown}]")
            rows.append([code(shown), parameter.help or "", default_of(parameter)])
        elif not parameter.hidden:
            kind = "" if parameter.is_flag else " N" if parameter.type_descriptor.annotation is int else " TEXT"
            names = ", ".join([*parameter.opts, *parameter.secondary_opts])
            help_ = parameter.help or ""
            if parameter.envvar:
                help_ += f" Also from `{parameter.envvar}`."
            if parameter.multiple or parameter.nargs == -1 or parameter.type_descriptor.annotation == list[str]:
                help_ += " May be given more than once."
            rows.append([code(names + kind), help_.strip(), default_of(parameter)])
            options = ["[OPTIONS]"]
    usage = " ".join([typed, *options, *arguments])
    about = cleandoc(command.help or "")
    return f"## {typed}\n\n{about}\n\n```\n{usage}\n```\n\n" + (table(["takes", "", "default"], rows) if rows else "")


def default_of(parameter: Any) -> str:
    """A parameter's default where it says something."""
    default = parameter.default
    if parameter.required:
        return "required"
    return code(str(default)) if isinstance(default, str | int | float) and not isinstance(default, bool) else ""


def commands_page() -> str:
    """All commands."""
    text = (
        "Every command takes `--help`. With `--json`, standard output has machine-readable lines alone. What goes wrong is\n"
        "said in a sentence on standard error, with an exit code of [the family of errors](errors.md). Commands start the\n"
        "embedded PostgreSQL if they must; it keeps running until `weft stop`.\n"
    )
    sections = [command_section(typed, command) for typed, command in commands()]
    return f"# Commands\n\n{NOTE}\n{text}\n" + "\n".join(sections)


def filters_page() -> str:
    """The filter language and the fields that it knows of each noun."""
    nouns: Mapping[str, Fields] = {
        "products": catalog.FIELDS,
        "orders": orders.FIELDS,
        "customers": customers.FIELDS,
        "suppliers": suppliers.FIELDS,
        "purchases": purchases.FIELDS,
        "changes": changes.FIELDS,
    }
    text = (
        "`--where` and the `where` of the HTTP API take a filter:\n\n```\n"
        'vendor = "Acme" and price < 20 and not (tags = sale or title ~ outlet)\n'
        "attributes.color is missing or status in (draft, archived)\n```\n\n"
        "Comparisons are `= != < <= > >=`, `~` (contains, whatever the case) and `!~`, `in (…)`, `not in (…)`,\n"
        "`is missing` and `is not missing`; `and` binds tighter than `or`. A value is a word, a number, a date such as\n"
        "`2026-05-31`, or text in quotes. A field that holds a list is equal to a value when the value is in it.\n"
    )
    for noun, known in nouns.items():
        rows = [[code(name), field.kind] for name, field in known.fixed.items()]
        rows += [[code(f"{prefix}.NAME"), field.kind] for prefix, field in known.open.items()]
        text += f"\n## {noun}\n\n" + table(["field", "kind"], rows)
    return f"# Filters\n\n{NOTE}\n{text}"


def fields_page() -> str:
    """The fields that a change may edit."""
    rows = [[code(name), kind] for name, kind in editable.PRODUCT.items()]
    rows += [[code("attributes.NAME"), "any"], [code("translations.LANG.FIELD"), "text"]]
    rows += [[code(f"variants.SKU.{name}"), kind] for name, kind in editable.VARIANT.items() if name != "sku"]
    rows += [[code("variants.#N.sku"), "text"]]
    rows += [[code(f"images.N.{name}"), kind] for name, kind in editable.IMAGE.items()]
    rows += [[code(f"lines.SKU.{name}"), f"{kind}, of a purchase order"] for name, kind in editable.LINE.items()]
    text = (
        "What a [change](../glossary.md) may edit. `SKU` is the variant's own; a variant whose SKU is missing or not the\n"
        "only one of its product is named by its place, `variants.#2.price`. Money is written `19.99`, or as\n"
        '`{"amount": 1999, "currency": "EUR"}` in minor units.\n\n'
    )
    return f"# Fields\n\n{NOTE}\n{text}{table(['field', 'kind'], rows)}"


def rest_page() -> str:
    """The HTTP API, from its OpenAPI document."""
    # The application is built, and described, without a database being there.
    described: Mapping[str, Any] = application(Database("", None), Settings()).openapi()
    text = (
        "`weft serve` answers on `http://127.0.0.1:8484`. Send a key as `Authorization: Bearer KEY`\n"
        "([keys and HTTP](../how-to/http.md)); the key names the business. What goes wrong is answered as\n"
        "`application/problem+json`, with [the code of an error](errors.md) in `type`. The OpenAPI document itself is at\n"
        "`/api/openapi.json`.\n\n"
    )
    rows = []
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            given = [parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "query"]
            about = operation.get("description", operation.get("summary", "")).split("\n\n")[0]
            rows.append([code(f"{method.upper()} {path}"), about, ", ".join(code(name) for name in given)])
    return f"# HTTP\n\n{NOTE}\n{text}{table(['request', 'what it does', 'query'], rows)}"


PAGES: Final = {
    "settings.md": settings_page,
    "commands.md": commands_page,
    "errors.md": errors_page,
    "filters.md": filters_page,
    "fields.md": fields_page,
    "http.md": rest_page,
}


def main() -> None:
    """Write the pages."""
    REFERENCE.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
