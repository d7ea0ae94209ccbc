"""On which errand models are asked: for which skill, by which key, and whether a person waits."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from weft.access.keys import Limits


@dataclass(frozen=True, slots=True)
class Errand:
    """For which skill, in a run over many (`bulk`) or while a person waits, and with a key's limits where a key asked."""

    skill: str | None = None
    bulk: bool = False
    key: str | None = None
    limits: "Limits | None" = None


_NOW: Final[ContextVar[Errand]] = ContextVar("errand", default=Errand())  # noqa: B039 - it is frozen


def current() -> Errand:
    """The errand that this thread or task is on."""
    return _NOW.get()


@contextlib.contextmanager
def on(**more: Any) -> Iterator[None]:
    """What is done inside is done on the same errand with these fields changed."""
    token = _NOW.set(replace(_NOW.get(), **more))
    try:
        yield
    finally:
        _NOW.reset(token)
