"""The Python client of a Weft server: `weft.Client`, and `weft.AsyncClient` for asyncio."""

from types import TracebackType
from typing import Self

from weft.client import calls
from weft.client.wire import AsyncWire, Event, Wire

__all__ = ["AsyncClient", "Client", "Event"]


class Client(calls.Calls):
    """A business on a Weft server, by its address and a key (else WEFT_URL and WEFT_KEY); `timeout` in seconds.

    Every method raises the errors of `weft.errors` that the server meant, and ServerUnreachable when none answers.
    """

    def __init__(self, url: str | None = None, *, key: str | None = None, timeout: float = 120.0) -> None:
        self._wire = Wire(url, key, timeout)
        super().__init__(self._wire)

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(calls.AsyncCalls):
    """A business on a Weft server, for asyncio; else as Client."""

    def __init__(self, url: str | None = None, *, key: str | None = None, timeout: float = 120.0) -> None:
        self._wire = AsyncWire(url, key, timeout)
        super().__init__(self._wire)

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
