"""`weft serve|stop|status`: the processes."""

from typing import Annotated, Any

import typer

from weft.surfaces.cli import output
from weft.surfaces.cli.output import BusinessOption, JsonOption

app = typer.Typer()


@app.command()
def serve(
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port to listen on.")] = 8484,
    processes: Annotated[
        int, typer.Option("--processes", min=1, max=64, help="How many processes share the port; one a core at most.")
    ] = 1,
    beside: Annotated[
        bool, typer.Option("--beside", hidden=True, help="Share the port of the process that starts it.")
    ] = False,
) -> None:
    """Serve the API, the gateway and the console until Ctrl-C."""
    from weft.surfaces import serving

    if beside:
        serving.run_beside(host, port)
        return
    serving.run(host, port, say=lambda text: output.err.print(text, soft_wrap=True), processes=processes)


@app.command()
def mcp(
    scope: Annotated[
        str, typer.Option("--scope", help="How much the agent may do: read, propose, approve.")
    ] = "propose",
    business: BusinessOption = None,
) -> None:
    """Serve one business's tools to an agent over standard input and output (Model Context Protocol)."""
    from weft.errors import InputError
    from weft.store.changes import Who
    from weft.surfaces.mcp.server import serve_stdio

    if scope not in ("read", "propose", "approve"):
        raise InputError(f"{scope!r} is not a scope for an agent; use read, propose or approve.")
    with output.business(business) as shop:
        serve_stdio(shop, Who(f"{output.who()}, agent"), scope)


@app.command()
def stop(json_: JsonOption = False) -> None:
    """Stop what Weft started: its servers and the embedded PostgreSQL."""
    from weft.postgres import embedded
    from weft.settings import Settings
    from weft.surfaces import serving

    settings = Settings.from_environment()
    served = serving.stop(settings.home)
    stopped = embedded.stop(settings.home)
    if json_:
        output.emit({"servers": served, "postgres": stopped})
    else:
        output.out.print("Stopped." if stopped or served else "Nothing was running.")


@app.command()
def status(json_: JsonOption = False) -> None:
    """What runs, and what there is."""
    from weft import __version__
    from weft.access import businesses
    from weft.business import Business
    from weft.postgres import embedded
    from weft.settings import Settings

    settings = Settings.from_environment()
    if settings.database_url is None and not embedded.running(settings.home):
        state: dict[str, Any] = {
            "version": __version__,
            "home": str(settings.home),
            "database": "not running",
            "businesses": [],
        }
    else:
        with output.opened() as database:
            held = [Business(database, tenant) for tenant in businesses.listed(database)]
            state = {
                "version": __version__,
                "home": str(settings.home),
                "database": "yours" if settings.database_url else "running",
                "businesses": [
                    {
                        "business": shop.id,
                        "products": shop.catalog.count(),
                        "orders": shop.orders.count(),
                        "customers": shop.customers.count(),
                        "changes": shop.changes.counted(),
                    }
                    for shop in held
                ],
            }
    if json_:
        output.emit(state)
        return
    output.out.print(f"Weft {state['version']} in {state['home']}; database: {state['database']}.", soft_wrap=True)
    for shop_state in state["businesses"]:
        counts = shop_state["changes"]
        output.out.print(
            "  {business}: {products:,} products, {orders:,} orders, {customers:,} customers; ".format(**shop_state)
            + ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
        )
