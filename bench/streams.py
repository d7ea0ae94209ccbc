"""People who read answers as they are written: streams on connections that stay open, each listened to chunk by chunk."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from bench.pressure import Load

# What every chunk of the stand-in's answers holds once, however a gateway writes it down anew.
_CHUNK = b'"content":"word'
_LAST = b"0\r\n\r\n"
_PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Heard:
    """What listeners heard: streams, the times to their first chunks (ms), and the share of chunks that came by themselves."""

    streams: int
    firsts: Sequence[float]
    alone: float

    def part(self, percent: float) -> float:
        """The time within which so many percent of the first chunks came (ms)."""
        return Load(0, self.firsts, 0).part(percent)


class Listener(asyncio.Protocol):
    """One connection that asks for a stream, hears it to its end, waits a moment, and asks again."""

    def __init__(self, request: bytes, until: float, chunks: int, chance: random.Random) -> None:
        self.request, self.until, self.wanted, self.chance = request, until, chunks, chance
        self.firsts: list[float] = []
        self.streams = self.heard = self.alone = self.all = 0
        self.tail = b""
        self.loop = asyncio.get_running_loop()
        self.done: asyncio.Future[None] = self.loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.again()

    def again(self) -> None:
        """Ask after a moment, so that streams do not march in step."""
        self.loop.call_later(self.chance.uniform(0, _PAUSE), self.ask)

    def ask(self) -> None:
        self.heard = 0
        self.asked = time.perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        count = data.count(_CHUNK)
        if count:
            if not self.heard:
                self.firsts.append((time.perf_counter() - self.asked) * 1000)
            self.heard += count
            self.alone += count == 1
        self.tail = (self.tail + data)[-len(_LAST) :]
        if self.tail == _LAST:
            self.ended()

    def ended(self) -> None:
        if self.heard != self.wanted:
            self.transport.abort()
            self.done.set_exception(RuntimeError(f"{self.heard} of {self.wanted} chunks came"))
            return
        self.streams += 1
        self.all += self.heard
        if time.perf_counter() < self.until:
            self.again()
        else:
            self.transport.close()
            self.done.set_result(None)

    def connection_lost(self, problem: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(problem or ConnectionError("the server closed the connection"))


async def listened(port: int, request: bytes, seconds: float, connections: int, chunks: int) -> Heard:
    """Ask for streams of so many chunks over connections that stay open."""
    loop, until, chance = asyncio.get_running_loop(), time.perf_counter() + seconds, random.Random(11)
    made = [
        (await loop.create_connection(lambda: Listener(request, until, chunks, chance), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(one.done for one in made))
    firsts = [one for listener in made for one in listener.firsts]
    return Heard(
        sum(one.streams for one in made), firsts, sum(one.alone for one in made) / sum(one.all for one in made)
    )
