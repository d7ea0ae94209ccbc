"""`weft run SKILL`, `weft runs` and `weft worker`: a skill over many records, here or by workers."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from weft.surfaces.cli import output
from weft.surfaces.cli.output import BusinessOption, JsonOption, WhereOption
from weft.surfaces.cli.skills import RunCommand

if TYPE_CHECKING:
    from collections.abc import Callable

    from weft.runs.book import Runs

app = typer.Typer()
runs = typer.Typer(help="Skills over many records: watch, pause, resume, cancel.", no_args_is_help=True)
RunId = Annotated[str, typer.Argument(help="The run's id.")]
_SOME_FAILED = 3


@app.command("run", cls=RunCommand)
def run_(
    context: typer.Context,
    skill: Annotated[str, typer.Argument(help="The skill, such as organize.")],
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of products.", show_default=False)] = None,
    where: WhereOption = None,
    all_: Annotated[bool, typer.Option("--all", help="All products, as without a filter and ids.")] = False,
    engine: Annotated[str, typer.Option("--engine", help="auto, local or model.")] = "auto",
    input_: Annotated[
        str | None, typer.Option("--input", help="The rest of each request as JSON, or @FILE, or - for standard input.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Make every answer anew, remembered or not.")] = False,
    queue: Annotated[bool, typer.Option("--queue", help="Leave it to workers, and do not wait.")] = False,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Run a skill over many products, in this process to its end; what it finds is proposed as changes.

    The skill's own flags may be given too, such as --into of translate: weft translate --help.
    """
    from weft import skill as skills
    from weft.errors import InputError
    from weft.runs.book import Runs, Selection
    from weft.runs.shards import worked_here
    from weft.store.changes import Who
    from weft.surfaces.cli.skills import FLAGS, read_request, unpacked

    if all_ and (ids or where):
        raise InputError("--all is all products; leave it out to select some of them.")
    chosen = skills.named(skill)
    asked = read_request(input_) if input_ is not None else {}
    asked |= unpacked(chosen, context.meta.get(FLAGS, {}))
    with output.business(business) as shop:
        book = Runs(shop)
        selection = Selection(where, ids or None)
        run = book.enter(
            chosen, selection, asked=asked, engine=engine, again=again, queued=queue, who=Who(output.who())
        )
        if queue:
            _told(book.get(run), json_, f"Queued as {run}. Watch it: weft runs watch {run}")
            return
        with _shown(book, run) as shown:
            worked_here(shop, run, lambda _: shown())
        _ended(book, run, json_)


def _ended(book: "Runs", run: str, json_: bool) -> None:
    found = book.get(run)
    _told(found, json_, _sentence(found))
    if found["failed"]:
        if not json_:
            for failure in book.failures(run, 10):
                output.err.print(f"  {failure['record']}: {failure['reason']}", style="red", markup=False)
            if found["failed"] > 10:
                output.err.print(f"  … and {found['failed'] - 10:,} more: weft runs failures {run}")
        raise typer.Exit(_SOME_FAILED)


def _told(found: Mapping[str, Any], json_: bool, sentence: str) -> None:
    if json_:
        line = {
            "run": found["id"],
            "records": found["records"] or 0,
            "changes": found["changes"],
            "failed": found["failed"],
        }
        output.emit(
            {
                **line,
                "seconds": round(found["seconds"], 3),
                "made": found["made"],
                "remembered": found["remembered"],
                "state": found["state"],
            }
        )
    else:
        output.out.print(sentence, markup=False, soft_wrap=True)


def _sentence(found: Mapping[str, Any]) -> str:
    if found["problem"]:
        return f"{found['state'].capitalize()}: {found['problem']}"
    rest = f", {found['remembered']:,} remembered" if found["remembered"] else ""
    failed = f", {found['failed']:,} failed" if found["failed"] else ""
    return (
        f"{found['state'].capitalize()}: {found['records'] or 0:,} records in {found['seconds']:.1f} s: {found['made']:,} answers "
        f"made{rest}, {found['changes']:,} changes proposed{failed}. See them: weft changes list --run {found['id']}"
    )


@contextmanager
def _shown(book: "Runs", run: str) -> Iterator["Callable[[], None]"]:
    """A line of progress on standard error that each call brings up to date; nothing where no person looks."""
    if not output.err.is_terminal:
        yield lambda: None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=output.err, transient=True) as progress:
        task = progress.add_task("getting ready", total=None, rate="")

        def show() -> None:
            found = book.get(run)
            made = found["done"] - found["remembered"]
            rate = f"{made / max(found['seconds'], 0.001):,.0f}/s"
            words = f"{found['skill']}: {found['changes']:,} changes" + (
                f", {found['failed']:,} failed" if found["failed"] else ""
            )
            progress.update(task, description=words, total=found["records"], completed=found["done"], rate=rate)

        yield show


@runs.command("list")
def list_(limit: output.LimitOption = 20, business: BusinessOption = None, json_: JsonOption = False) -> None:
    """Runs, newest first."""
    from weft.runs.book import Runs

    with output.business(business) as shop:
        output.rows(
            Runs(shop).listed(limit),
            [
                ("id", "left", lambda r: r["id"]),
                ("skill", "left", lambda r: r["skill"]),
                ("state", "left", lambda r: r["state"]),
                ("done", "right", lambda r: f"{r['done']:,} of {r['records'] or 0:,}"),
                ("changes", "right", lambda r: f"{r['changes']:,}"),
                ("failed", "right", lambda r: f"{r['failed']:,}"),
                ("begun", "left", lambda r: f"{r['created_at']:%Y-%m-%d %H:%M}"),
            ],
            as_json=json_,
            empty="There are no runs. `weft run SKILL` makes one.",
        )


@runs.command()
def show(run: RunId, business: BusinessOption = None, json_: JsonOption = False) -> None:
    """One run: its state and counts."""
    from weft.runs.book import Runs

    with output.business(business) as shop:
        found = Runs(shop).get(run)
    if json_:
        output.emit(found)
    else:
        output.out.print(_sentence(found), markup=False, soft_wrap=True)


@runs.command()
def failures(
    run: RunId, limit: output.LimitOption = 100, business: BusinessOption = None, json_: JsonOption = False
) -> None:
    """The records that failed in a run, each with its reason."""
    from weft.runs.book import Runs

    with output.business(business) as shop:
        output.rows(
            Runs(shop).failures(run, limit),
            [("record", "left", lambda f: f["record"]), ("reason", "left", lambda f: f["reason"])],
            as_json=json_,
            empty="Nothing failed.",
        )


@runs.command()
def watch(run: RunId, business: BusinessOption = None, json_: JsonOption = False) -> None:
    """Look on until a run is over."""
    from weft.runs.book import OVER, Runs

    with output.business(business) as shop:
        book = Runs(shop)
        with _shown(book, run) as shown:
            while book.get(run)["state"] not in (*OVER, "paused", "interrupted"):
                shown()
                time.sleep(0.5)
        _ended(book, run, json_)


@runs.command()
def pause(run: RunId, business: BusinessOption = None, json_: JsonOption = False) -> None:
    """Let no further part begin; what is being worked on is finished and kept."""
    from weft.runs.book import Runs

    with output.business(business) as shop:
        found = Runs(shop).pause(run)
    _told(found, json_, _sentence(found))


@runs.command()
def cancel(run: RunId, business: BusinessOption = None, json_: JsonOption = False) -> None:
    """End a run for good; what it has proposed stays."""
    from weft.runs.book import Runs

    with output.business(business) as shop:
        found = Runs(shop).cancel(run)
    _told(found, json_, _sentence(found))


@runs.command()
def resume(
    run: RunId,
    queue: Annotated[bool, typer.Option("--queue", help="Leave it to workers, and do not wait.")] = False,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Go on with a run that is paused, failed or was interrupted, in this process or by workers."""
    from weft.runs.book import Runs
    from weft.runs.shards import worked_here

    with output.business(business) as shop:
        book = Runs(shop)
        queued = queue or book.get(run)["queued"]
        found = book.resume(run, queued=queued)
        if queued:
            _told(found, json_, f"It goes on by workers. Watch it: weft runs watch {run}")
            return
        with _shown(book, run) as shown:
            worked_here(shop, run, lambda _: shown())
        _ended(book, run, json_)


@app.command()
def worker(
    lines: Annotated[int, typer.Option("--lines", min=1, max=64, help="How many shards at a time.")] = 1,
    idle: Annotated[float | None, typer.Option("--idle", help="End after so many seconds without work.")] = None,
) -> None:
    """Work on the runs of all businesses until Ctrl-C; start as many workers as you like, on any machine."""
    from weft.runs.worker import Worker

    with output.opened() as database:
        Worker(database, lines=lines, idle_seconds=idle).run(
            lambda: output.err.print("Works on runs. Ctrl-C finishes the part at hand and ends it.")
        )
