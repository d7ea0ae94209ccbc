"""The process: rooms put together. Only a process's start imports this."""

from weft.surfaces.cli import root


def main() -> None:
    """Run the command `weft`."""
    root.run()
