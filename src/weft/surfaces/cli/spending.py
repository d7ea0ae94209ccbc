"""`weft usage|budgets`: what was used and spent, and how much may be."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from weft.surfaces.cli import output
from weft.surfaces.cli.output import BusinessOption, JsonOption

if TYPE_CHECKING:
    from weft.gateway.register import Register
    from weft.gateway.usage import State, Used
    from weft.postgres.database import Database

app = typer.Typer()
budgets = typer.Typer(help="Caps on what models may cost, which nothing exceeds.", no_args_is_help=True)

PlatformOption = Annotated[
    bool, typer.Option("--platform", help="The platform's: what all businesses may spend together.")
]
KeyOption = Annotated[str | None, typer.Option("--key", help="The key whose budget it is.")]
PeriodOption = Annotated[str, typer.Option("--period", help="day, month (both UTC) or total.")]
_BAR = 12


@app.command()
def usage(
    by: Annotated[
        str, typer.Option("--by", help="day, key, route, model, skill, outcome, or business (of all that there are).")
    ] = "day",
    days: Annotated[int, typer.Option("--days", help="How many days (UTC), today among them.")] = 30,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """What was asked of models: requests, tokens, cost, kept answers, errors, times."""
    from weft.access import businesses
    from weft.gateway import usage as ledger
    from weft.gateway.usage import Used

    with output.opened() as database:
        if by == "business":
            tenants = businesses.listed(database)
            each = [(tenant.id, ledger.total(database, tenant.uid, days)) for tenant in tenants]
            found = [_named(name, one) for name, one in each if one.requests]
            found.sort(key=lambda one: (-one.cost, -one.requests))
        else:
            with output.business_on(database, business) as shop:
                found = ledger.used(database, shop.uid, by, days)
                whole = ledger.total(database, shop.uid, days)
    if json_:
        for one in found:
            output.emit({"by": by, **one.shown()})
        return
    if not found:
        output.out.print(f"No model was asked anything in the last {days} days.")
        return
    output.out.print(_table(by, found, Used(None) if by == "business" else whole))


def _named(name: str, one: "Used") -> "Used":
    from dataclasses import replace

    return replace(one, name=name)


def _table(by: str, found: Iterable["Used"], whole: "Used") -> Table:
    """A row for each with a bar of what it cost, or of its requests where nothing cost anything."""
    from rich.bar import Bar

    from weft.gateway.models import dollars

    lines = list(found)
    costs = any(one.cost for one in lines)
    sizes = [one.cost if costs else one.requests for one in lines]
    most = max(sizes) or 1
    table = Table(box=None, pad_edge=False, collapse_padding=True, header_style="bold", show_footer=whole.requests > 0)
    table.add_column(by, "in all", no_wrap=True, overflow="ellipsis", min_width=10)
    table.add_column("cost" if costs else "requests", width=_BAR)
    heads = ["USD", "requests", "in", "out", "kept", "errors", "p50 ms", "p95 ms"]
    for head, foot in zip(heads, _cells(whole, dollars), strict=True):
        table.add_column(head, foot, justify="right", no_wrap=True)
    for one, size in zip(lines, sizes, strict=True):
        name = "none" if one.name is None else one.name
        table.add_row(name, Bar(most, 0, size, width=_BAR), *_cells(one, dollars))
    return table


def _cells(one: "Used", dollars: Any) -> list[str]:
    counts = [one.requests, one.tokens_in, one.tokens_out, one.hits, one.failed + one.held_back]
    times = ["" if value is None else f"{value:,.0f}" for value in (one.p50_ms, one.p95_ms)]
    return [dollars(one.cost), *(_short(value) for value in counts), *times]


def _short(count: int) -> str:
    """A count in few letters."""
    for size, letter in ((10**9, "G"), (10**6, "M"), (10**4, "k")):
        if count >= size:
            return f"{count / (1000 if letter == 'k' else size):.1f}{letter}"
    return f"{count:,}"


@contextmanager
def _register() -> Iterator[tuple["Database", "Register"]]:
    from weft.gateway.register import Register
    from weft.gateway.seal import Seal
    from weft.settings import Settings

    settings = Settings.from_environment()
    with output.opened() as database:
        yield database, Register(database, settings.home, Seal(settings.home, settings.secret))


@contextmanager
def _holder(database: "Database", business: str | None, *, platform: bool, key: str | None) -> Iterator[Any]:
    """The business whose budget it is, or None for the platform; raises InputError where both are said."""
    from weft.errors import InputError

    if platform:
        if key is not None:
            raise InputError("A key belongs to a business: say --key or --platform, not both.")
        yield None
        return
    with output.business_on(database, business) as shop:
        yield shop


@budgets.command("set")
def set_(
    amount: Annotated[str, typer.Argument(help="US dollars, such as 25 or 0.50.")],
    period: PeriodOption,
    key: KeyOption = None,
    platform: PlatformOption = False,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Set how much may be spent in a day, a month or in total, in place of what was set for that."""
    from weft.gateway import usage as ledger

    with _register() as (database, register), _holder(database, business, platform=platform, key=key) as shop:
        made = register.set_budget(shop.uid if shop else None, key, period, amount)
        found = ledger.budgets(database, shop.uid if shop else None)
        (state,) = (one for one in found if one.budget.uid == made.uid)
        if json_:
            output.emit(state.shown())
        else:
            whose = _whose(state, shop.id if shop else "")
            output.out.print(f"{whose} may spend {_amount(state)}.", markup=False, soft_wrap=True)


@budgets.command("list")
def list_(platform: PlatformOption = False, business: BusinessOption = None, json_: JsonOption = False) -> None:
    """What may be spent, and what is left of it."""
    from weft.access import businesses
    from weft.gateway import usage as ledger

    with output.opened() as database:
        shown = [(one, "") for one in ledger.budgets(database, None)]
        if not platform and (business is not None or businesses.listed(database)):
            with output.business_on(database, business) as shop:
                shown += [(one, shop.id) for one in ledger.budgets(database, shop.uid)]
    if json_:
        for state, name in shown:
            output.emit({"business": name or None, **state.shown()})
        return
    for state, name in shown:
        _show(state, name)
    if not shown:
        output.out.print("There are no budgets yet: weft budgets set AMOUNT --period month.")


def _show(state: "State", business: str) -> None:
    from rich.bar import Bar

    from weft.gateway.models import dollars

    held = f", {dollars(state.held)} held" if state.held else ""
    over = f", {dollars(state.overshot)} beyond what could be" if state.overshot else ""
    until = f"; anew at {state.ends:%Y-%m-%d %H:%M} UTC" if state.ends else ""
    output.out.print(f"{_whose(state, business)}: {_amount(state)}{until}", markup=False, soft_wrap=True)
    line = Table.grid(padding=(0, 1))
    line.add_column(width=_BAR * 2)
    line.add_column(no_wrap=True)
    bar = Bar(max(state.budget.amount, 1), 0, state.spent + state.held, width=_BAR * 2, bgcolor="bright_black")
    line.add_row(bar, f"{dollars(state.spent)} spent{held}, {dollars(state.left)} left{over}")
    output.out.print(line)


def _whose(state: "State", business: str) -> str:
    if state.budget.key:
        return f"The key {state.budget.key} of {business}"
    return business if state.budget.business else "The platform"


def _amount(state: "State") -> str:
    from weft.gateway.models import dollars

    span = {"day": "a day", "month": "a month", "total": "in total"}[state.budget.period]
    return f"{dollars(state.budget.amount)} USD {span}"


@budgets.command()
def remove(
    period: PeriodOption,
    key: KeyOption = None,
    platform: PlatformOption = False,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Remove a budget; what was spent stays in the ledger."""
    with _register() as (database, register), _holder(database, business, platform=platform, key=key) as shop:
        register.remove_budget(shop.uid if shop else None, key, period)
        if json_:
            output.emit({"removed": True, "key": key, "period": period})
        else:
            output.out.print("Removed.")
