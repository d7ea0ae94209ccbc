"""What commands share: how they find the business, and how they speak: data to standard output, the rest to error."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.cells import cell_len
from rich.console import Console, OverflowMethod
from rich.table import Table

if TYPE_CHECKING:
    from weft.business import Business
    from weft.postgres.database import Database

BusinessOption = Annotated[
    str | None,
    typer.Option("--business", "-b", envvar="WEFT_BUSINESS", help="The business to act on.", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Machine-readable lines on standard output.")]
WhereOption = Annotated[str | None, typer.Option("--where", help="A filter, such as 'vendor = Acme and price < 20'.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many at most.")]

# Rich's own padding between two columns.
_BETWEEN: Final = 2

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False)


def emit(value: Any) -> None:
    """Write one machine-readable line; where standard output has not all letters, with escapes."""
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    sys.stdout.write(json.dumps(value, ensure_ascii=plain, default=str) + "\n")


def who() -> str:
    """Who acts when somebody at this machine does."""
    return f"{os.environ.get('USER') or os.environ.get('USERNAME') or 'local'} (command line)"


@contextmanager
def opened() -> Iterator["Database"]:
    """The database of the settings, started if it must be."""
    from weft.postgres.database import Database
    from weft.settings import Settings

    with Database.open(Settings.from_environment(), say=err.print) as database:
        yield database


@contextmanager
def business(
    name: str | None, *, create: bool = False, rehearse: bool = False, currency: str = "EUR"
) -> Iterator["Business"]:
    """The business named, or the only one there is; with `create` it is made if it is not there.

    With `rehearse` one that is not there is not made: what is written to it has to be taken back.
    """
    with (
        opened() as database,
        business_on(database, name, create=create, rehearse=rehearse, currency=currency) as found,
    ):
        yield found


@contextmanager
def business_on(
    database: "Database",
    name: str | None,
    *,
    create: bool = False,
    rehearse: bool = False,
    currency: str = "EUR",
) -> Iterator["Business"]:
    """The same on a database that is open already."""
    from weft.access import businesses
    from weft.business import Business
    from weft.errors import InputError

    if name is None:
        known = businesses.listed(database)
        if len(known) > 1:
            names = ", ".join(tenant.id for tenant in known)
            raise InputError(f"There is more than one business ({names}); say which with --business NAME.")
        name = known[0].id if known else "shop"
    if rehearse:
        tenant = businesses.rehearsed(database, name, currency)
    else:
        tenant = businesses.ensured(database, name, currency) if create else businesses.named(database, name)
    yield Business(database, tenant)


def rows(
    items: Iterable[Mapping[str, Any]],
    columns: Sequence[tuple[str, str, Callable[[Mapping[str, Any]], Any]]],
    *,
    as_json: bool,
    empty: str,
    whole: bool = False,
) -> None:
    """Show items: as JSON Lines, or as a table of (heading, justification, cell) columns.

    With `whole` no figure is cut, on however narrow a screen: it is another one without its end.
    """
    if as_json:
        for item in items:
            emit(item)
        return
    lines = [["" if (cell := read(item)) is None else str(cell) for _, _, read in columns] for item in items]
    if not lines:
        out.print(empty)
        return
    headings = [name for name, _, _ in columns]
    widths = [max(map(cell_len, cells)) for cells in zip(headings, *lines, strict=True)]
    least = [
        max(cell_len(one) for one in (*heading.split(), *cells)) if whole and justify == "right" else 1
        for (heading, justify, _), cells in zip(columns, zip(*lines, strict=True), strict=True)
    ]
    widths = _fitted(widths, least)
    room = sum(widths) + _BETWEEN * (len(widths) - 1)
    table = Table(box=None, pad_edge=False, header_style="bold", width=room if room > out.width else None)
    for place, (heading, justify, _) in enumerate(columns):
        overflow: OverflowMethod = "fold" if place == 0 else "ellipsis"
        right = justify == "right"
        table.add_column(
            heading,
            justify="right" if right else "left",
            overflow=overflow,
            no_wrap=(place > 0 or right) and not (whole and right),
            width=widths[place],
        )
    for line in lines:
        table.add_row(*line)
    out.print(table, crop=False)


def _fitted(widths: Sequence[int], least: Sequence[int]) -> list[int]:
    """Columns' widths that fit on a line: what a person copies, the first, stays whole; the widest of the others give way.

    None is narrower than its `least`, even where the line is too short for that.
    """
    room = out.width - _BETWEEN * (len(widths) - 1)
    first = max(min(widths[0], max(room * 2 // 3, 1)), least[0])
    most = max(widths)

    def given(most: int) -> list[int]:
        return [max(min(width, most), low) for width, low in zip(widths[1:], least[1:], strict=True)]

    while most > 1 and first + sum(given(most)) > room:
        most -= 1
    return [first, *given(most)]
