"""Weft, the open AI layer for commerce."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weft.client import AsyncClient, Client

__all__ = ["AsyncClient", "Client", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """The clients, loaded when they are asked for."""
    if name in {"AsyncClient", "Client"}:
        from weft import client  # noqa: PLC0415 - a command that needs no client does not load one

        return getattr(client, name)
    raise AttributeError(f"module 'weft' has no attribute {name!r}")
