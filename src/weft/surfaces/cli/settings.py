"""`weft settings`: a business's own settings: its voice, its languages, its markets, what it may claim."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from weft.surfaces.cli import output
from weft.surfaces.cli.output import BusinessOption, JsonOption

app = typer.Typer(
    help="How a business speaks and to whom: voice, languages, markets, claims.", invoke_without_command=True
)


@app.callback()
def settings(context: typer.Context, business: BusinessOption = None, json_: JsonOption = False) -> None:
    """How a business speaks and to whom: voice, languages, markets, claims. Alone it shows all of it."""
    if context.invoked_subcommand is None:
        with output.business(business) as shop:
            _show(shop.preferences.shown(), json_)


@app.command()
def get(
    section: Annotated[
        str | None,
        typer.Argument(help="voice, languages, markets, claims, search, behaviors or index; all without it."),
    ] = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Show a section, or all of them."""
    with output.business(business) as shop:
        held = shop.preferences
        if section is None:
            _show(held.shown(), json_)
        elif json_:
            output.emit(held.get(section))
        else:
            _show({section: held.get(section)}, json_)


@app.command("set")
def set_(
    section: Annotated[
        str,
        typer.Argument(
            help="voice, languages, claims, search, behaviors, index, markets.NAME, or a file in JSON or TOML with sections."
        ),
    ],
    values: Annotated[
        list[str] | None, typer.Argument(help="name=value, such as tone=warm avoid='cheap,bargain'; the others stay.")
    ] = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Set values of a section, which keeps its others; or sections as a whole from a file."""
    from weft.errors import InputError
    from weft.surfaces.preferring import read, said

    with output.business(business) as shop:
        held = shop.preferences
        if not values:
            path = Path(section)
            if not path.is_file():
                raise InputError(
                    f"Say what to set, such as weft settings set {section} name=value; there is no file {path}."
                )
            given = read(path)
        else:
            given = said(section, values, held.shown())
        changed = held.put_all(given, output.who())
        if json_:
            output.emit(held.shown())
        else:
            output.out.print(f"Set {', '.join(given)}." if changed else "Nothing changed: that is set already.")


@app.command()
def reset(
    section: Annotated[str, typer.Argument(help="voice, languages, markets, claims, or one market: markets.NAME.")],
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Put a section back to its defaults, or take out a market."""
    from weft.surfaces.preferring import without

    with output.business(business) as shop:
        held = shop.preferences
        changed = held.put_all(without(section, held.shown()), output.who())
        if json_:
            output.emit(held.shown())
        else:
            output.out.print(f"Reset {section}." if changed else "Nothing changed: that was never set.", markup=False)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="The JSON file to write; weft settings set FILE takes it again.")],
    business: BusinessOption = None,
) -> None:
    """Write all sections to a file."""
    import json

    with output.business(business) as shop:
        text = json.dumps(shop.preferences.shown(), ensure_ascii=False, indent=2)
    file.write_text(text + "\n", encoding="utf-8")
    output.out.print(f"Wrote {file}.", markup=False)


def _show(sections: Mapping[str, Any], json_: bool) -> None:
    if json_:
        output.emit(sections)
        return
    for name, section in sections.items():
        output.out.print(f"[bold]{name}[/bold]")
        for label, text in _lines(name, section):
            output.out.print(f"  {label:<15} {text}", markup=False)


def _lines(name: str, section: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    if name == "markets":
        if not section["markets"]:
            yield "none", "weft settings set markets.Germany country=DE language=de units=metric"
        for market in section["markets"]:
            parts = [f"{key} {value}" for key, value in market.items() if key != "name" and value]
            yield market["name"], ", ".join(parts)
        return
    for field, value in section.items():
        yield field, ", ".join(value) if isinstance(value, list) else value or "—"
