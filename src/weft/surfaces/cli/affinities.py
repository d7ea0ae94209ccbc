"""`weft affinities`: what goes with what, learned by hand, and shown."""

from typing import Any

import typer

from weft.surfaces.cli import output
from weft.surfaces.cli.output import BusinessOption, JsonOption

app = typer.Typer(help="What goes with what, learned from orders and behavior.", no_args_is_help=True)


@app.command()
def build(business: BusinessOption = None, json_: JsonOption = False) -> None:
    """Learn anew what goes with what, the last answering meanwhile; it is learned by itself when it is first asked for."""
    from weft.index.affinity import learning

    with output.business(business) as shop, output.err.status("") as status:

        def say(step: str, done: int, total: int) -> None:
            status.update("reading orders and behaviors…" if step == "events" else f"{done} of {total} ways tried…")

        home = _home(shop)
        state = learning.build(home, shop.uid, shop.sales, shop.behaviors, shop.catalog, say)
    _tell(state, json_)


@app.command()
def show(business: BusinessOption = None, json_: JsonOption = False) -> None:
    """What is in force: the way that was chosen, the figures of all that were tried, and what is held down and why."""
    from weft.errors import NotFound
    from weft.index.affinity.kept import Place

    with output.business(business) as shop:
        state = Place(_home(shop), shop.uid).state()
        if state is None:
            raise NotFound(f"Nothing has been learned of {shop.id} yet; do it with: weft affinities build")
    _tell(state, json_)


def _home(shop: Any) -> Any:
    from weft.errors import NotReady

    if shop.database.folder is None:
        raise NotReady("This process has no folder for affinities; set WEFT_HOME.")
    return shop.database.folder


def _tell(state: Any, json_: bool) -> None:
    if json_:
        output.emit(state)
        return
    output.out.print(
        f"{state['products']:,} products, {state['events']:,} events of {state['subjects']:,} people, {state['orders']:,} "
        f"orders; learned in {state['seconds']:.1f} s.",
        markup=False,
    )
    output.out.print(state["says"], markup=False)
    for one in state["figures"]:
        output.out.print(
            f"  {one['way']}: HR@10 {one['hit_rate']:.4f}, NDCG@10 {one['ndcg']:.4f}, {one['coverage']:.1%} of the catalog shown, "
            f"popularity × {one['popularity']:.2f}",
            markup=False,
        )
    output.out.print(state["held"]["says"], markup=False)
    if state["together"]["figures"]:
        output.out.print(
            f"Bought together completes {state['together']['figures']['hit_rate']:.1%} of baskets.", markup=False
        )
    if state["habits"]["figures"]:
        told = state["habits"]["figures"]
        output.out.print(
            f"Of the next order {told['recall']:.1%} is told by ten products (what each buys most often: {told['own_most']:.1%}).",
            markup=False,
        )
