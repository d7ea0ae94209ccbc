"""What the client knows beyond single requests: any skill by its name, and a run until its end."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from weft.client.wire import AsyncWire, Call, Event, Wire, call
from weft.errors import WeftError


def _asked(name: str, request: Mapping[str, Any], engine: str, propose: bool) -> Call:
    query = {"engine": engine, "propose": True if propose else None}
    return call("POST", "/skills/{}", name, query=query, body=request)


def _ended(last: Event | None) -> dict[str, Any]:
    if last is None:
        raise WeftError("The server told nothing of the run.")
    run: dict[str, Any] = last.data
    return run


class Skills:
    """Any skill, also one that this client was not written for."""

    _wire: Wire

    def call(
        self, name: str, request: Mapping[str, Any], *, engine: str = "auto", propose: bool = False
    ) -> dict[str, Any]:
        """The answer of a skill to a request."""
        answer: dict[str, Any] = self._wire.json(_asked(name, request, engine, propose))
        return answer

    def stream(self, name: str, request: Mapping[str, Any], *, engine: str = "auto") -> Iterator[Event]:
        """The answer of a skill that streams: events `piece`, each a text, and last `answer`."""
        return self._wire.events(_asked(name, request, engine, False))


class AsyncSkills:
    """Any skill, also one that this client was not written for."""

    _wire: AsyncWire

    async def call(
        self, name: str, request: Mapping[str, Any], *, engine: str = "auto", propose: bool = False
    ) -> dict[str, Any]:
        """The answer of a skill to a request."""
        answer: dict[str, Any] = await self._wire.json(_asked(name, request, engine, propose))
        return answer

    def stream(self, name: str, request: Mapping[str, Any], *, engine: str = "auto") -> AsyncIterator[Event]:
        """The answer of a skill that streams: events `piece`, each a text, and last `answer`."""
        return self._wire.events(_asked(name, request, engine, False))


class Runs:
    """A run until it is over."""

    _wire: Wire

    def wait(self, run: str, told: Callable[[dict[str, Any]], object] | None = None) -> dict[str, Any]:
        """The run when it is over or paused; `told` hears each progress."""
        last = None
        for last in self._wire.events(call("GET", "/runs/{}/events", run)):
            if told:
                told(last.data)
        return _ended(last)


class AsyncRuns:
    """A run until it is over."""

    _wire: AsyncWire

    async def wait(self, run: str, told: Callable[[dict[str, Any]], object] | None = None) -> dict[str, Any]:
        """The run when it is over or paused; `told` hears each progress."""
        last = None
        async for last in self._wire.events(call("GET", "/runs/{}/events", run)):
            if told:
                told(last.data)
        return _ended(last)
