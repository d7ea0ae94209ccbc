"""`weft models test`: what a model can do, by asking it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from weft.surfaces.cli import output
from weft.surfaces.cli.models import Desk, Whose, desk
from weft.surfaces.cli.output import JsonOption

if TYPE_CHECKING:
    from weft.gateway.models import Target
    from weft.gateway.trial import Finding, Trial

app = typer.Typer()
_MARKS = {True: ("yes", "green"), False: ("no", "yellow"), None: ("?", "dim")}


@app.command("test")
def try_(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A route, or provider/model.")],
    seconds: Annotated[
        float, typer.Option("--seconds", min=0.1, max=600, help="How long each question may take.")
    ] = 60.0,
    business: Whose = None,
    json_: JsonOption = False,
) -> None:
    """Say what a model can do, by asking it; what is found is kept for routes to go by."""
    with desk(context, business) as at:
        found = at.known().route(name).targets
        trials = [_tried(at, target, seconds, quiet=json_) for target in found]
        for trial in trials:
            kept = _kept(at, trial)
            if json_:
                output.emit(_line(trial, kept))
    if not any(trial.answers for trial in trials):
        raise typer.Exit(10)


def _tried(at: Desk, target: "Target", seconds: float, *, quiet: bool) -> "Trial":
    """Ask one model all there is to ask, through a door of this process's own."""
    import asyncio

    from weft.access import businesses
    from weft.errors import InputError
    from weft.gateway.door import Door
    from weft.gateway.trial import examined
    from weft.ids import uuid7
    from weft.settings import Settings

    settings = Settings.from_environment()
    business = at.uid
    if business is None:
        there = businesses.listed(at.database)
        if len(there) > 1:
            names = ", ".join(tenant.id for tenant in there[:10])
            raise InputError(f"Say in whose ledger the questions are entered: --business NAME ({names}).")
        business = there[0].uid if there else None
    if business is None:
        output.err.print("There is no business yet, so these questions stand in no ledger.")

    async def work() -> "Trial":
        door = Door(at.database, settings.home, settings.secret)
        await door.start()
        try:
            return await examined(door, business or uuid7(), target, seconds, say)
        finally:
            await door.stop()

    def say(finding: "Finding") -> None:
        if not quiet:
            mark, style = _MARKS[finding.verdict]
            output.out.print(f"  {mark:<4}", style=style, end="")
            output.out.print(f"{finding.question:<12}{finding.words}", markup=False, soft_wrap=True)

    if not quiet:
        suspended = " (suspended)" if target.provider.suspended.get(target.model.name) else ""
        output.out.print(f"{target.id}{suspended}, {target.model.kind} at {target.provider.base_url}", markup=False)
    trial = asyncio.run(work())
    if not quiet:
        output.out.print(f"  {_speed(trial)}", markup=False, soft_wrap=True)
    return trial


def _speed(trial: "Trial") -> str:
    from weft.gateway.models import dollars

    said = []
    if trial.first_ms is not None:
        said.append(f"{trial.first_ms:,.0f} ms to the first token")
        rate = trial.tokens_per_second
        said.append("then too quick to be measured" if rate is None else f"then {rate:,.1f} tokens a second")
    known = trial.target.model.prices is not None
    cost = f", {dollars(trial.cost)} USD" if known else ", at a cost that nobody knows"
    said.append(f"{trial.requests} request{'s' * (trial.requests != 1)}{cost if trial.requests else ''}")
    return "; ".join(said)


def _kept(at: Desk, trial: "Trial") -> bool:
    """Keep what was found with the model, where it is kept in the database; answers whether it was."""
    from weft.errors import NotFound

    target = trial.target
    if not trial.abilities:
        return False
    abilities = {**target.model.abilities, **trial.abilities}
    try:
        at.register.amend(target.provider, target.model.name, {"abilities": abilities}, at.uid)
    except NotFound:
        said = ", ".join(f"{name} = {str(able).lower()}" for name, able in abilities.items())
        output.err.print(
            f"{target.provider.name} stands in {at.register.file}; write there: abilities = {{ {said} }}",
            markup=False,
            soft_wrap=True,
        )
        return False
    return True


def _line(trial: "Trial", kept: bool) -> dict[str, Any]:
    from weft.gateway.models import in_dollars

    return {
        "model": trial.target.id,
        "kind": trial.target.model.kind,
        "answers": trial.answers,
        "abilities": trial.abilities,
        "findings": [{"question": one.question, "verdict": one.verdict, "words": one.words} for one in trial.findings],
        "first_ms": trial.first_ms,
        "tokens_per_second": trial.tokens_per_second,
        "requests": trial.requests,
        "cost": in_dollars(trial.cost),
        "kept": kept,
    }
