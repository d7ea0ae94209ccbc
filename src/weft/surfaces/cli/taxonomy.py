"""`weft taxonomy`: the lists from outside that products are placed on and completed from."""

from pathlib import Path
from typing import Annotated

import typer

from weft.surfaces.cli import output
from weft.surfaces.cli.output import BusinessOption, JsonOption

app = typer.Typer(help="Taxonomies and attribute lists to organize by.", no_args_is_help=True)


@app.command()
def load(
    file: Annotated[
        Path, typer.Argument(help="Shopify's or Google's file, or one path A > B a line, or attributes with values.")
    ],
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Load a taxonomy, or attributes with their values; the next run of organize uses it."""
    from weft.skills.organize import lists

    with output.business(business) as shop:
        told = lists.load_file(shop, file, file.name, output.who())
    if json_:
        output.emit(told)
    else:
        counts = ", ".join(f"{count:,} {what}" for what, count in told.items() if isinstance(count, int))
        output.out.print(f"Loaded {told['name']} as the {told['kind']}: {counts}.", markup=False)


@app.command("list")
def list_(business: BusinessOption = None, json_: JsonOption = False) -> None:
    """What is loaded."""
    from weft.skills.organize import lists

    with output.business(business) as shop:
        output.rows(
            lists.listed(shop),
            [
                ("id", "left", lambda one: one["id"]),
                ("file", "left", lambda one: one["name"]),
                ("entries", "right", lambda one: f"{one.get('nodes') or one.get('values'):,}"),
                ("loaded", "left", lambda one: f"{one['at']:%Y-%m-%d %H:%M}"),
            ],
            as_json=json_,
            empty="Nothing is loaded; products are placed on the business's own tree.",
        )


@app.command()
def forget(
    which: Annotated[str | None, typer.Argument(help="taxonomy or attribute-lists; both without it.")] = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Forget what is loaded."""
    from weft.skills.organize import lists

    with output.business(business) as shop:
        count = lists.forget(shop, which)
    if json_:
        output.emit({"forgotten": count})
    else:
        output.out.print(f"Forgot {count}." if count else "Nothing was loaded.")


@app.command()
def terms(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Shopify's or Google's names, a file for each language, such as categories.de.txt."),
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", help="The files' language, where their names do not tell it.")
    ] = None,
    forget_: Annotated[
        str | None, typer.Option("--forget", metavar="LANGUAGE", help="Forget the names of a language, or of all.")
    ] = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Load what a taxonomy calls things in several languages, for translate; without a file, what is loaded."""
    from weft.skills.translate import aligned

    with output.business(business) as shop:
        if forget_ is not None:
            count = aligned.forget(shop, None if forget_ == "all" else forget_)
            output.emit({"forgotten": count}) if json_ else output.out.print(f"Forgot the names of {count}.")
            return
        for file in files or ():
            told = aligned.load_file(shop, file, file.name, language, output.who())
            if json_:
                output.emit(told)
            else:
                sentence = f"Read {told['read']:,} names in {told['language']} from {told['name']}."
                output.out.print(sentence, markup=False)
        if not files:
            output.rows(
                aligned.listed(shop),
                [
                    ("language", "left", lambda one: one["language"]),
                    ("names", "right", lambda one: f"{one['names']:,}"),
                    ("last file", "left", lambda one: one["name"]),
                    ("loaded", "left", lambda one: f"{one['at']:%Y-%m-%d %H:%M}"),
                ],
                as_json=json_,
                empty="No names are loaded.",
            )
