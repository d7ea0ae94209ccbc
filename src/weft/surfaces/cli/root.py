"""The command `weft`: its nouns put together, and errors said in a sentence with an exit code."""

import io
import os
import sys
from typing import Annotated

import typer

from weft import __version__
from weft.errors import WeftError
from weft.surfaces.cli import (
    affinities,
    behaviors,
    changes,
    charts,
    files,
    forecasts,
    index,
    learning,
    models,
    nouns,
    numbers,
    output,
    rules,
    runs,
    server,
    settings,
    skills,
    spending,
    supplying,
    taxonomy,
    trials,
    wordings,
)

app = typer.Typer(
    name="weft",
    help="The open AI layer for commerce.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
app.registered_commands += files.app.registered_commands
app.registered_commands += runs.app.registered_commands
app.add_typer(runs.runs, name="runs")
app.add_typer(changes.app, name="changes")
app.add_typer(nouns.products, name="products")
app.add_typer(nouns.orders, name="orders")
app.add_typer(nouns.customers, name="customers")
app.add_typer(supplying.suppliers, name="suppliers")
app.add_typer(supplying.purchases, name="purchases")
app.add_typer(files.imports, name="imports")
app.add_typer(taxonomy.app, name="taxonomy")
app.add_typer(behaviors.app, name="behaviors")
app.add_typer(index.app, name="index")
app.add_typer(rules.app, name="rules")
app.add_typer(affinities.app, name="affinities")
app.add_typer(numbers.app, name="numbers")
app.add_typer(numbers.rates, name="rates")
app.add_typer(forecasts.app, name="forecasts")
app.add_typer(settings.app, name="settings")
app.add_typer(wordings.glossary, name="glossary")
app.add_typer(wordings.memory, name="memory")
app.registered_commands += learning.app.registered_commands
app.add_typer(learning.examples, name="examples")
app.add_typer(nouns.journal, name="journal")
app.add_typer(nouns.keys, name="keys")
models.app.registered_commands += trials.app.registered_commands
app.add_typer(models.app, name="models")
app.registered_commands += spending.app.registered_commands
app.add_typer(spending.budgets, name="budgets")
app.registered_commands += charts.app.registered_commands
app.registered_commands += server.app.registered_commands


def _version(wanted: bool) -> None:
    if wanted:
        output.out.print(f"weft {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """The open AI layer for commerce."""


def _complete(command: typer.Typer, words: list[str]) -> None:
    """Add what the command line needs of skills: their names for a page of help, the skills where it names no noun."""
    first = next((word for word in words if not word.startswith("-")), None)
    if first is None:
        if "--version" not in words:
            skills.announce(command)
    elif first not in skills.named(command):
        skills.register(command)


def run(command: typer.Typer = app) -> None:
    """Run the command line; an error of Weft's is one sentence on standard error and its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks a letter shows another sign for it, and the command goes on.
            stream.reconfigure(errors="replace")
    try:
        _complete(command, sys.argv[1:])
        command()
    except WeftError as problem:
        output.err.print(f"weft: {problem.message}", style="red", markup=False, soft_wrap=True)
        sys.exit(problem.exit_code)
    except KeyboardInterrupt:
        output.err.print("Stopped. What was committed is kept; the same command goes on from there.")
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
