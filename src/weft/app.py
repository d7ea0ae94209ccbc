"""The process: rooms put together. Only a process's start imports this."""

import gc
import os
import sys
from typing import Annotated

import typer

from weft.surfaces.cli import output, root


@root.app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the report.")] = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port to serve on.")] = 8484,
) -> None:
    """Start a sample shop, look it over, and serve it until Ctrl-C."""
    from weft.sample import demo as shown  # noqa: PLC0415 - loaded when it is called, as every command

    shown.run(port, once, output.out, output.err)


def main() -> None:
    """Run the command `weft`."""
    # Records are trees without cycles: by default the collector walks through each a dozen times to find nothing.
    gc.set_threshold(100_000, 50, 100)
    # Weft's matrices are small: spread over threads they take fifty times as long wherever a core is busy.
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    # A thread that reads ahead must not keep the one that talks to the database waiting 5 ms at every word.
    sys.setswitchinterval(0.0005)
    root.run()
