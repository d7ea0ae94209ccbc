"""Which target is asked next: those that can do what is asked, in the route's order, without those that are resting.

A target that fails again and again rests (a circuit breaker): for some seconds nobody asks it, then one request tries it, and
if that is answered all may. One that says it is asked too often is left alone for as long as it says. A provider's concurrency
gives out places; a person who waits gets one before a bulk run.
"""

import asyncio
import heapq
import itertools
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from weft.errors import InputError, ModelBusy
from weft.gateway.bounds import Size
from weft.gateway.models import Route, Target

FAILURES: Final = 5
_REST_SECONDS: Final = 5.0
_MOST_REST_SECONDS: Final = 60.0
_SMOOTH: Final = 0.2
_KEPT_SECONDS: Final = 10.0


@dataclass(slots=True)
class Health:
    """How a target does in this process."""

    in_flight: int = 0
    failures: int = 0
    rests: int = 0
    rest_until: float = 0.0
    probing: bool = False
    limited_until: float = 0.0
    seconds: float = 0.0

    def state(self, now: float) -> str:
        """`closed` (asked), `open` (resting), `half-open` (one may try), or `limited` (asked too often)."""
        if self.limited_until > now:
            return "limited"
        if self.failures < FAILURES:
            return "closed"
        return "open" if self.rest_until > now or self.probing else "half-open"

    def began(self) -> None:
        """A request is sent."""
        if self.failures >= FAILURES:
            self.probing = True
        self.in_flight += 1

    def ended(self, seconds: float | None, *, failed: bool | None) -> None:
        """A request is over: it was answered, it failed, or (None) it tells nothing of the target."""
        self.in_flight -= 1
        if failed is None:
            self.probing = False
            return
        if failed:
            self.failures += 1
            self.probing = False
            if self.failures >= FAILURES:
                wait = min(_REST_SECONDS * 2**self.rests, _MOST_REST_SECONDS)
                self.rests += 1
                self.rest_until = time.monotonic() + wait
            return
        self.failures = self.rests = 0
        self.probing = False
        if seconds is not None:
            self.seconds = seconds if not self.seconds else self.seconds + _SMOOTH * (seconds - self.seconds)


@dataclass(slots=True)
class _Places:
    """A provider's places, and who waits for one: by priority, then by who came first."""

    taken: int = 0
    waiting: list[tuple[int, int, "asyncio.Future[None]"]] = field(default_factory=list)


class Choice:
    """The health of all targets, and the places of all providers, as one process sees them."""

    def __init__(self) -> None:
        self._health: dict[str, Health] = {}
        self._places: dict[UUID, _Places] = {}
        self._suspended: dict[str, tuple[str, float]] = {}
        self._count = itertools.count()
        self._random = random.Random()  # noqa: S311 - weights, no secret

    def health(self, target: Target) -> Health:
        """How a target does."""
        found = self._health.get(target.place)
        if found is None:
            found = self._health[target.place] = Health()
        return found

    def suspend(self, target: Target, why: str) -> None:
        """Ask a model no more from this moment on; what is kept of it takes over within seconds."""
        self._suspended[target.place] = (why, time.monotonic() + _KEPT_SECONDS)

    def _why(self, target: Target) -> str | None:
        """Why a target is suspended, or None."""
        if self._suspended:
            why, until = self._suspended.get(target.place, ("", 0.0))
            if until > time.monotonic():
                return why
            self._suspended.pop(target.place, None)
        return target.provider.suspended.get(target.model.name)

    def fitting(self, route: Route, kind: str, body: Mapping[str, Any], size: Size) -> Sequence[Target]:
        """The targets that can do what is asked; raises InputError that says why none can, ModelBusy where all are suspended."""
        if len(route.targets) == 1 and not route.regions and route.most_input is None and route.most_output is None:
            why = self._unfit(route, route.targets[0], kind, body, size)
            if why is None:
                return route.targets
            reasons = [(route.targets[0], why)]
        else:
            judged = [(target, self._unfit(route, target, kind, body, size)) for target in route.targets]
            found = [target for target, why in judged if why is None]
            if found:
                return found
            reasons = [(target, why) for target, why in judged if why is not None]
        said = "; ".join(f"{target.id} {why}" for target, why in reasons[:4])
        if all(self._why(target) is not None for target, _ in reasons):
            raise ModelBusy(f"No model of {route.name} may be asked: {said}.", retry_after=60.0)
        raise InputError(f"No model of {route.name} can do this: {said}.")

    def _unfit(self, route: Route, target: Target, kind: str, body: Mapping[str, Any], size: Size) -> str | None:
        why = self._why(target)
        return f"is suspended ({why})" if why is not None else _unfit(route, target, kind, body, size)

    def order(self, route: Route, targets: Sequence[Target]) -> Iterator[Target]:
        """The targets in the order in which they are to be asked, each once; what rests or is limited when its turn comes is passed over."""
        if route.mode == "weighted" and len(targets) > 1:
            targets = sorted(targets, key=lambda target: -(self._random.random() ** (1 / target.weight)))
        elif route.mode == "balanced" and len(targets) > 1:
            targets = sorted(
                targets,
                key=lambda target: ((self.health(target).in_flight + 1) / target.weight, self.health(target).seconds),
            )
        for target in targets:
            if self.health(target).state(time.monotonic()) in ("closed", "half-open"):
                yield target

    def wait(self, targets: Sequence[Target]) -> float:
        """Seconds until one of these may be asked again."""
        now = time.monotonic()
        ends = [max(health.rest_until, health.limited_until) for health in map(self.health, targets)]
        return max(min(ends, default=now) - now, 1.0)

    async def place(self, target: Target, priority: int, seconds: float) -> None:
        """Wait for a place at a provider; raises ModelBusy when none comes free in time. It has to be given back with `leave`."""
        most = target.provider.concurrency
        if most is None:
            return
        places = self._places.setdefault(target.provider.uid, _Places())
        if places.taken < most and not places.waiting:
            places.taken += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(places.waiting, (priority, next(self._count), turn))
        try:
            await asyncio.wait_for(asyncio.shield(turn), seconds)
        except TimeoutError:
            self._gone(places, turn, most)
            raise ModelBusy(f"{target.id} had no place for {seconds:g} s.", retry_after=seconds) from None
        except asyncio.CancelledError:
            self._gone(places, turn, most)
            raise

    def leave(self, target: Target) -> None:
        """Give a place back."""
        most = target.provider.concurrency
        places = self._places.get(target.provider.uid)
        if most is not None and places is not None:
            self._passed_on(places, most)

    def _gone(self, places: _Places, turn: "asyncio.Future[None]", most: int) -> None:
        """Somebody waits no longer; a place that came at that very moment goes to the next."""
        if turn.done() and not turn.cancelled():
            self._passed_on(places, most)
        turn.cancel()

    @staticmethod
    def _passed_on(places: _Places, most: int) -> None:
        while places.waiting and places.taken <= most:
            turn = heapq.heappop(places.waiting)[2]
            if not turn.done():
                turn.set_result(None)
                return
        places.taken = max(places.taken - 1, 0)


def _unfit(route: Route, target: Target, kind: str, body: Mapping[str, Any], size: Size) -> str | None:
    """Why a target cannot do what is asked, as a half-sentence; what nobody knows of it is no reason."""
    model = target.model
    if model.kind != kind:
        return f"is for {model.kind}, not for {kind}"
    if route.regions and target.provider.region not in route.regions:
        return f"is not in {' or '.join(route.regions)}"
    prices = model.prices
    for name, cap, price in (
        ("input", route.most_input, prices.input if prices else None),
        ("output", route.most_output, prices.output if prices else None),
    ):
        if cap is not None and (price is None or price > cap):
            return f"costs more for {name} than the route allows" if price is not None else "has no known price"
    if kind != "chat":
        return None
    able = model.abilities
    if able:
        if body.get("tools") and able.get("tools") is False:
            return "knows no tools"
        if size.images and able.get("vision") is False:
            return "sees no images"
        if body.get("stream") and able.get("stream") is False:
            return "does not stream"
    if model.context is not None and size.length // 8 + (size.limit or 0) > model.context:
        return f"has a context of {model.context:,} tokens"
    return None
