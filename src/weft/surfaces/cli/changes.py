"""`weft changes`: see, approve, apply, correct, reject, undo and take home what is proposed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from weft.surfaces.cli import output
from weft.surfaces.cli.output import BusinessOption, JsonOption

if TYPE_CHECKING:
    from weft.store.changes import Outcome, Selection

app = typer.Typer(help="Proposed edits: see, approve, apply, correct, undo.", no_args_is_help=True)

Ids = Annotated[
    list[str] | None, typer.Argument(help="Ids, whole or their last four or more characters.", show_default=False)
]
Run = Annotated[str | None, typer.Option("--run", help="All changes of this run.")]
Where = Annotated[str | None, typer.Option("--where", help="A filter, such as 'field = title and confidence >= 0.9'.")]
All = Annotated[bool, typer.Option("--all", help="All in a state from which this can be done.")]


def _selection(
    ids: list[str] | None, run: str | None, where: str | None, all_: bool, state: str | None = None
) -> "Selection":
    from weft.store.changes import Selection

    return Selection(ids or (), run, where, all_, state)


def _who() -> Any:
    from weft.store.changes import Who

    return Who(output.who())


def _tell(outcome: "Outcome", word: str, json_: bool) -> None:
    if json_:
        line = {"verb": outcome.verb, "done": outcome.done, "left": outcome.left, "problems": outcome.problems}
        output.emit({**line, "run": outcome.run} if outcome.run else line)
    else:
        output.out.print(f"{word} {outcome.done:,} change{'' if outcome.done == 1 else 's'}.")
        if outcome.left:
            output.out.print(f"Left {outcome.left:,}:")
            for problem in outcome.problems[:20]:
                output.out.print(f"  {problem['record']} · {problem['field']}: {problem['problem']}", markup=False)
            if outcome.left > 20:
                output.out.print(f"  … and {outcome.left - 20:,} more (--json shows the first hundred)")
    if outcome.left and not outcome.done:
        raise typer.Exit(6)


@app.command("list")
def list_(
    ids: Ids = None,
    run: Run = None,
    where: Where = None,
    state: Annotated[
        str | None, typer.Option("--state", help="proposed, approved, applied, rejected, stale or undone.")
    ] = None,
    limit: output.LimitOption = 100,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Changes in the order in which they were made."""
    from weft.errors import InputError
    from weft.store.changes import STATES

    if state is not None and state not in STATES:
        raise InputError(f"{state!r} is not a state; states are {', '.join(STATES)}.")
    with output.business(business) as shop:
        output.rows(
            shop.changes.listed(_selection(ids, run, where, not (ids or run or where), state), limit=limit),
            [
                ("id", "left", lambda c: c["id"][-8:]),
                ("state", "left", lambda c: c["state"]),
                ("record", "left", lambda c: c["record"]),
                ("field", "left", lambda c: c["field"]),
                ("before", "left", lambda c: _short(c["before"])),
                ("after", "left", lambda c: _short(c["after"])),
                ("skill", "left", lambda c: c["skill"]),
            ],
            as_json=json_,
            empty="There are no such changes.",
        )


def _text(value: Any) -> str:
    from weft.store.fields import words

    return words(value)


def _short(value: Any) -> str:
    text = " ".join(_text(value).split())
    return text if len(text) <= 48 else text[:47] + "…"


@app.command()
def show(
    change: Annotated[str, typer.Argument(help="Its id, whole or its last four or more characters.")],
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """One change: the difference, the facts it rests on, the checks it passed, what the field holds now."""
    with output.business(business) as shop:
        found = shop.changes.shown(change)
    if json_:
        output.emit(found)
        return
    output.out.print(f"[bold]{found['record']}[/bold] · {found['field']} · {found['state']}  ({found['id']})")
    output.out.print(f"  {found['title'] or ''}", markup=False)
    output.out.print(f"- {_text(found['before'])}", style="red", markup=False)
    output.out.print(f"+ {_text(found['after'])}", style="green", markup=False)
    if found["suggested"] is not None:
        output.out.print(f"  suggested was: {_text(found['suggested'])}", markup=False)
    if found["state"] in ("proposed", "approved", "stale") and found["now"] != found["before"]:
        output.out.print(f"! the field now holds: {_text(found['now'])}", style="yellow", markup=False)
    for check in found["checks"]:
        mark = "✓" if check.get("ok") else "✗"
        output.out.print(f"  {mark} {check.get('name', '')}: {check.get('message', '')}", markup=False)
    for fact in found["facts"]:
        output.out.print(f"  · {_text(fact)}", markup=False)
    made = f"by {found['skill']} ({found['engine']})"
    sure = "" if found["confidence"] is None else f", confidence {found['confidence']:.2f}"
    output.out.print(f"  {made}{sure}, {found['created_at']:%Y-%m-%d %H:%M}")
    if found["decided_by"]:
        output.out.print(f"  decided by {found['decided_by']}, {found['decided_at']:%Y-%m-%d %H:%M}")
    if found["reason"]:
        output.out.print(f"  {found['reason']}", markup=False)


@app.command()
def propose(
    file: Annotated[
        Path,
        typer.Argument(help="A CSV or JSON Lines file of edits: record, field, after; or id and one column a field."),
    ],
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Propose edits from a file."""
    from weft.connectors.edits import read_edits

    with output.business(business) as shop:
        _tell(shop.changes.propose(read_edits(file), who=_who()), "Proposed", json_)


@app.command()
def approve(
    ids: Ids = None,
    run: Run = None,
    where: Where = None,
    all_: All = False,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Approve proposed changes; nothing is written until they are applied."""
    with output.business(business) as shop:
        _tell(shop.changes.approve(_selection(ids, run, where, all_), _who()), "Approved", json_)


@app.command()
def reject(
    ids: Ids = None,
    run: Run = None,
    where: Where = None,
    all_: All = False,
    reason: Annotated[str | None, typer.Option("--reason", help="Why, kept with the change.")] = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Reject changes that are proposed, approved or stale."""
    with output.business(business) as shop:
        _tell(shop.changes.reject(_selection(ids, run, where, all_), _who(), reason), "Rejected", json_)


@app.command()
def apply(
    ids: Ids = None,
    run: Run = None,
    where: Where = None,
    all_: All = False,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Write approved changes, each only if its field still holds what it did; else it becomes stale."""
    with output.business(business) as shop:
        _tell(shop.changes.apply(_selection(ids, run, where, all_), _who()), "Applied", json_)


@app.command()
def undo(
    ids: Ids = None,
    run: Run = None,
    where: Where = None,
    all_: All = False,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Put back what applied changes replaced, wherever their value still stands."""
    with output.business(business) as shop:
        _tell(shop.changes.undo(_selection(ids, run, where, all_), _who()), "Undid", json_)


@app.command()
def correct(
    change: Annotated[str, typer.Argument(help="The change's id, whole or its end.")],
    value: Annotated[str, typer.Argument(help="Your own value.")],
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Put your own value in place of the suggested one and approve it."""
    with output.business(business) as shop:
        found = shop.changes.correct(change, value, _who())
    if json_:
        output.emit(found)
    else:
        output.out.print(
            f"Corrected and approved: {found['record']} · {found['field']} → {_text(found['after'])}", markup=False
        )


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="The file to write; a table that ends in .xlsx is a workbook.")],
    ids: Ids = None,
    run: Run = None,
    where: Where = None,
    all_: All = False,
    format_: Annotated[str, typer.Option("--format", help="shopify or jsonl.")] = "shopify",
    dialect: Annotated[str, typer.Option("--dialect", help="Shopify's product columns: new or old.")] = "new",
    one_file: Annotated[
        bool, typer.Option("--one-file", help="One file with the columns of all: a blank cell there may erase.")
    ] = False,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Write approved and applied changes as a platform's file that holds only what changed."""
    from weft.connectors.exporting import export_changes

    with output.business(business) as shop:
        selection = _selection(ids, run, where, all_ or not (ids or run or where))
        written = export_changes(shop, selection, file, format_name=format_, dialect=dialect, one_file=one_file)
    for part in written:
        if json_:
            output.emit({"file": str(part.path), "records": part.records, "rows": part.rows})
        else:
            what = "purchase orders" if part.kind == "purchases" else "changed products"
            output.out.print(f"Wrote {part.records:,} {what} in {part.rows:,} rows to {part.path}.")
