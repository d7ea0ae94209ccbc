"""`weft eval` and `weft examples`: what people took of a skill's changes, to measure routes by and to train models on."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from weft.surfaces.cli import output
from weft.surfaces.cli.output import BusinessOption, JsonOption

app = typer.Typer()
examples = typer.Typer(help="What people took of a skill's changes, as examples.", no_args_is_help=True)


@app.command("eval")
def eval_(
    skill: Annotated[str, typer.Argument(help="The skill, such as write, translate or search.")],
    judgments: Annotated[
        Path | None,
        typer.Argument(help="search: judged queries as CSV (query,product,grade), JSON Lines or TREC's qrels."),
    ] = None,
    route: Annotated[
        list[str] | None,
        typer.Option("--route", help="A route, or provider/model; once more for each to compare with the first."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, max=100_000, help="How many products at most, 50 if not said; queries, all."),
    ] = None,
    queries: Annotated[
        Path | None, typer.Option("--queries", help="search: lines of a number, a tab and a query that it stands for.")
    ] = None,
    gain: Annotated[
        str, typer.Option("--gain", help="search: what a grade is worth, exponential (2^grade - 1) or linear.")
    ] = "exponential",
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without",
            help="search: compare with search without meaning, whole, stock, rules, dials or rerank; repeatable.",
        ),
    ] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option("--weight", help="search: compare with other weights, such as meaning=0.5; repeatable."),
    ] = None,
    worst: Annotated[int, typer.Option("--worst", min=0, max=1000, help="search: how many of the worst queries.")] = 10,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Measure routes by the texts that people took, or search by judged queries. Nothing is proposed.

    Routes are measured by held-out texts: checks passed, closeness, cost, time. Search is by nDCG, reciprocal rank and recall.
    """
    from weft import skill as skills
    from weft.errors import InputError
    from weft.evaluation import Evaluation, evaluated

    if skill == "search":
        from weft.surfaces.cli import judging

        judging.shown(
            judging.Asked(judgments, queries, gain, without or [], weight or [], worst, limit), business, json_
        )
        return
    if judgments is not None:
        raise InputError(f"Only search is measured by a file of judgments; {skill} is by the texts that people took.")
    limit = limit or 50
    chosen = skills.named(skill)
    with output.business(business) as shop, output.err.status("") as status:
        scores = []
        routes = list(dict.fromkeys(route or [skill]))
        status.update(f"{routes[0]} is asked…")
        for score in evaluated(shop, chosen, routes, limit):
            scores.append(score)
            status.update(f"{len(scores)} of {len(routes)} routes measured…")
    found = Evaluation(skill, scores)
    if json_:
        for score in scores:
            output.emit(score.shown())
        output.emit({"skill": skill, "texts": found.texts, "sentence": found.sentence()})
        return
    output.rows(
        [score.shown() for score in scores],
        [
            ("route", "left", lambda one: one["route"]),
            ("texts", "right", lambda one: f"{one['texts']:,}"),
            ("passed", "right", lambda one: f"{one['passed']:,} ({one['passed'] / one['texts']:.0%})"),
            ("closeness", "right", lambda one: "" if one["closeness"] is None else f"{one['closeness']:.1f}"),
            ("USD", "right", lambda one: f"{one['cost']:.6f}"),
            ("USD/text", "right", _dollars_each),
            ("s/ask", "right", lambda one: f"{one['answer_seconds']:.2f}"),
            ("s", "right", lambda one: f"{one['seconds']:.1f}"),
        ],
        as_json=False,
        empty="",
    )
    for score in scores:
        for why, count in sorted(score.failures.items(), key=lambda one: -one[1])[:3]:
            output.err.print(f"  {score.route}: {count:,} × {why}", markup=False, soft_wrap=True)
    output.out.print(found.sentence(), markup=False, soft_wrap=True)


def _dollars_each(one: Mapping[str, Any]) -> str:
    return "" if one["cost_per_text"] is None else f"{one['cost_per_text']:.6f}"


@examples.command()
def export(
    file: Annotated[Path, typer.Argument(help="The file to write: JSON Lines of conversations.")],
    skill: Annotated[str, typer.Option("--skill", help="Whose examples.")] = "write",
    held_out: Annotated[
        Path | None,
        typer.Option("--held-out", help="The file of the held-out fifth; FILE with .held-out in its name without it."),
    ] = None,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Write what people took as conversations to train a model on, and a fifth of the products beside them to test it by."""
    from weft import skill as skills
    from weft.errors import InputError
    from weft.evaluation import exported

    beside = held_out or file.with_name(f"{file.stem}.held-out{file.suffix}")
    if beside.absolute() == file.absolute():
        raise InputError(f"{file} cannot be both files; name another one for the held-out part.")
    chosen = skills.named(skill)
    with output.business(business) as shop:
        counts = {
            "examples": _written(file, exported(shop, chosen, held=False)),
            "held_out": _written(beside, exported(shop, chosen, held=True)),
        }
    if json_:
        output.emit({"file": str(file), **counts, "held_out_file": str(beside)})
        return
    output.out.print(
        f"{counts['examples']:,} conversations in {file}, and {counts['held_out']:,} that are held out in {beside}.",
        markup=False,
        soft_wrap=True,
    )
    if not any(counts.values()):
        output.out.print(
            f"Nobody has taken a change of {skill} yet: weft changes list --where 'skill = {skill}'", markup=False
        )


def _written(file: Path, lines: Iterable[bytes]) -> int:
    """Write a file whole or not at all, and count its lines."""
    from weft.errors import InputError

    beside = file.with_name(f"{file.name}.part")
    count = 0
    try:
        with beside.open("wb") as writing:
            for line in lines:
                writing.write(line)
                count += 1
        beside.replace(file)
    except OSError as problem:
        raise InputError(f"{file} cannot be written: {problem.strerror}.") from None
    finally:
        beside.unlink(missing_ok=True)
    return count
