"""`weft forecasts`: what is expected of all products, built and kept; listed and shown."""

from typing import Annotated, Any

import typer

from weft.surfaces.cli import output
from weft.surfaces.cli.output import BusinessOption, JsonOption, LimitOption

app = typer.Typer(help="What will be sold of each product: built, kept, listed.", no_args_is_help=True)


@app.command()
def build(
    days: Annotated[int, typer.Option("--days", min=7, max=366, help="For how many days ahead.")] = 49,
    again: Annotated[bool, typer.Option("--again", help="All anew, not only what has changed.")] = False,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Make the forecasts of all products whose sales have changed, or that are a week old; the last ones answer meanwhile."""
    from weft.skills.forecast import building

    with output.business(business) as shop, output.err.status("") as status:
        words = {"reading": "reading what was sold…", "wholes": "letting products, categories and the whole agree…"}

        def say(step: str, done: int, total: int) -> None:
            status.update(words.get(step) or f"{done:,} of {total:,} products…")

        state = building.build(shop, days, say, again=again)
    _tell(state, json_)


@app.command("list")
def list_(
    limit: LimitOption = 50,
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="What is sold in how many days.")] = 28,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """The kept forecasts, what is expected most first."""
    from weft.skills.forecast import listing

    with output.business(business) as shop:
        output.rows(
            listing.listed(shop, days, limit),
            [
                ("product", "left", lambda one: one["product"]),
                ("title", "left", lambda one: one["title"]),
                ("class", "left", lambda one: one["demand_class"]),
                ("way", "left", lambda one: one["way"]),
                ("expected", "right", lambda one: f"{one['sum']:,.1f}"),
                ("seen through", "left", lambda one: one["seen"]),
            ],
            as_json=json_,
            empty="No forecasts are kept yet; make them with: weft forecasts build",
        )


@app.command()
def show(business: BusinessOption = None, json_: JsonOption = False) -> None:
    """How all forecasts were last built, through which day, and whether there are sales that they do not know."""
    from weft.skills.forecast import listing

    with output.business(business) as shop:
        state = listing.state(shop)
    _tell(state, json_)


def _tell(state: Any, json_: bool) -> None:
    if json_:
        output.emit(state)
        return
    output.out.print(
        f"{state['products']:,} products and {state['categories']:,} categories, by the sales through {state['through']}, "
        f"for {state['days']} days: {state['made']:,} made, {state['kept']:,} kept as they were, in {state['seconds']:.1f} s.",
        markup=False,
    )
    if state.get("stale"):
        output.out.print(
            f"There are sales since then, through {state['sold_through']}: weft forecasts build", markup=False
        )
