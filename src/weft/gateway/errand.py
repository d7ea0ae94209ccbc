"""On which errand models are asked: for which skill, by which route and key, whether a person waits, and who counts the cost."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from weft.access.keys import Limits


@dataclass(slots=True)
class Bill:
    """What was asked of models on an errand: what it cost (nanodollars), for how many requests, which took how many seconds."""

    cost: int = 0
    requests: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Errand:
    """For which skill, in a run over many (`bulk`) or while a person waits, and with a key's limits where a key asked.

    `route` is asked in place of the skill's own, as one does to compare models; `bill` counts what that costs. While an answer is
    judged `model` is the one that gave it, as provider/model.
    """

    skill: str | None = None
    route: str | None = None
    bill: Bill | None = None
    model: str | None = None
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
