"""`weft index`: what products are found by, built by hand."""

from typing import Annotated

import typer

from weft.surfaces.cli import output
from weft.surfaces.cli.output import BusinessOption, JsonOption

app = typer.Typer(help="The index that products are found by.", no_args_is_help=True)
_STEPS = {"words": "products read", "meaning": "texts embedded"}


@app.command()
def build(
    meaning: Annotated[
        bool, typer.Option("--meaning/--words-only", help="Compute what products mean, where the model is installed.")
    ] = True,
    business: BusinessOption = None,
    json_: JsonOption = False,
) -> None:
    """Build the index anew, the last one answering meanwhile; it is built by itself when something is first searched for."""
    from weft.index import keeping

    with output.business(business) as shop, output.err.status("") as status:

        def say(step: str, done: int, total: int) -> None:
            status.update(f"{done:,} of {total:,} {_STEPS[step]}…")

        told = keeping.built(shop.database, shop.uid, shop.catalog, meaning=meaning, say=say)
    if json_:
        output.emit(told)
        return
    how = f"by words and by meaning ({told['meaning']})" if told["meaning"] else "by words"
    output.out.print(
        f"{told['products']:,} products can be found {how}; built in {told['seconds']:.1f} s.", markup=False
    )
    if told["problem"]:
        output.err.print(
            f"What products mean is not known of all of them: {told['problem']}", markup=False, soft_wrap=True
        )


@app.command()
def show(business: BusinessOption = None, json_: JsonOption = False) -> None:
    """What is in force: how many products, in which languages, by which model, and whether the catalog is another by now."""
    from weft.errors import NotFound
    from weft.index import keeping

    with output.business(business) as shop:
        told = keeping.described(shop.database, shop.uid, shop.catalog)
        if told is None:
            raise NotFound(f"There is no index of {shop.id} yet; build it with: weft index build")
    if json_:
        output.emit(told)
        return
    for name, value in told.items():
        text = ", ".join(value) if isinstance(value, list) else value
        output.out.print(f"{name.replace('_', ' ')}: {text}", markup=False)
