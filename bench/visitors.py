"""Clients that take whatever comes, whole or broken, and some of which go away while they are answered."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

_LAST = b"0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request; whoever `leaves` closes the connection at the first bytes of its answer."""

    request: bytes
    leaves: bool = False


class Visitor(asyncio.Protocol):
    """One connection on which visits are made until there are none left, or it is closed."""

    def __init__(self, visits: Iterator[Visit]) -> None:
        self.visits = visits
        self.done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.next()

    def next(self) -> None:
        visit = next(self.visits, None)
        if visit is None:
            self.done.set_result(False)
            self.transport.close()
            return
        self.leaves, self.missing, self.tail, self.begun = visit.leaves, 0, b"", False
        self.transport.write(visit.request)

    def data_received(self, data: bytes) -> None:
        if self.leaves:
            self.transport.abort()
            return
        if not self.begun:
            head, _, data = data.partition(b"\r\n\r\n")
            _, _, length = head.lower().partition(b"content-length: ")
            self.begun = True
            self.missing = int(length.split(b"\r\n", 1)[0]) if length else -1
        if self.missing < 0:
            self.tail = (self.tail + data)[-len(_LAST) :]
            ended = self.tail == _LAST
        else:
            self.missing -= len(data)
            ended = not self.missing
        if ended:
            self.next()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(True)


async def visited(port: int, visits: Iterator[Visit], connections: int) -> None:
    """Make all these visits over so many connections, which are opened anew when they are closed."""
    loop = asyncio.get_running_loop()

    async def visit() -> None:
        more = True
        while more:
            _, visitor = await loop.create_connection(lambda: Visitor(visits), "127.0.0.1", port)
            more = await visitor.done

    await asyncio.gather(*(visit() for _ in range(connections)))
