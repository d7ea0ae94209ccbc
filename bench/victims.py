"""The processes of the attack on budgets: a server of models that bills, doors that ask it, a client of `weft serve`.

`python -m bench.victims ROLE JSON`; each notes what it saw in a file of its own, a line with one write each, which a kill keeps.
"""

import asyncio
import contextlib
import json
import logging
import os
import random
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import aiohttp
import orjson

from weft.errors import BudgetExhausted, WeftError
from weft.gateway.door import Door
from weft.gateway.request import Call, Whole
from weft.gateway.standin import CUT, Behavior, Standin, served, streamed, whole
from weft.ids import uuid7_text
from weft.postgres.database import Database
from weft.settings import Settings

PRICES: Final = {"input": 1.0, "output": 2.0}
INPUT, OUTPUT = 1_000, 2_000
MODELS: Final = ("answers", "answers", "answers", "streams", "cuts", "waits")
_LIMIT: Final = 50


def noted(path: Path) -> Callable[[str], None]:
    """What appends a line to a file, with one write to the operating system."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return lambda line: os.write(descriptor, f"{line}\n".encode()) and None


class Billing:
    """A server of models that notes what it bills for each request, whether or not anybody hears its answer."""

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note
        self.replies = {name: getattr(self, name) for name in dict.fromkeys(MODELS)}

    def _used(self, body: Any) -> dict[str, int]:
        tokens_in, tokens_out = len(orjson.dumps(body)) // 3, random.randint(1, body["max_tokens"])
        self._note(f"{body['user']} {tokens_in * INPUT + tokens_out * OUTPUT}")
        return {
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
        }

    def answers(self, body: Any) -> Behavior:
        """An answer at once."""
        return whole({**body, "stream": False}, "a word or two", usage=self._used(body))

    def waits(self, body: Any) -> Behavior:
        """An answer after a while, so that there is time to be killed in."""
        return Behavior((random.uniform(0.05, 0.6), *self.answers(body).parts))

    def streams(self, body: Any) -> Behavior:
        """A stream whose usage comes at its end."""
        told = {"choices": [], "usage": self._used(body)}
        parts = streamed(body, "one two three four five", pause=0.02, usage=None)
        last = b"data: " + orjson.dumps(told) + b"\n\n"
        return Behavior((*parts[:-1], last, parts[-1]), headers={"Content-Type": "text/event-stream"})

    def cuts(self, body: Any) -> Behavior:
        """An answer that is billed and breaks off."""
        self._used(body)
        return Behavior((b'{"choices": [{"ind', CUT))


def question() -> dict[str, Any]:
    """A request, and under `user` the name by which it is known everywhere."""
    model = random.choice(MODELS)
    body = {"model": model, "user": uuid7_text(), "max_tokens": random.randint(1, _LIMIT), "stream": model == "streams"}
    return {**body, "messages": [{"role": "user", "content": "word " * random.randint(1, 20)}]}


async def upstream(given: dict[str, Any], over: asyncio.Event) -> None:
    """Serve models, and note what they bill."""
    standin = Standin(Billing(noted(Path(given["notes"]))).replies)
    async with served(standin, port=given["port"]):
        await over.wait()


async def door(given: dict[str, Any], over: asyncio.Event) -> None:
    """A process with a door of its own, whose clients ask at once, and some of whom go away."""
    note = noted(Path(given["notes"]))
    with Database.open(Settings(home=Path(given["home"]))) as database:
        opened = Door(database, Path(given["home"]))
        await opened.start()

        async def ask(body: dict[str, Any]) -> None:
            call = Call("chat", body, orjson.dumps(body), UUID(given["business"]), given["key"], trace=body["user"])
            reply = await opened.answer(call)
            if not isinstance(reply, Whole):
                try:
                    pieces = [piece async for piece in reply.pieces]
                finally:
                    await reply.close()
                if b"[DONE]" not in pieces[-1]:
                    return
            note(body["user"])

        await _pressed(ask, given["clients"], over)
        await opened.stop()


async def client(given: dict[str, Any], over: asyncio.Event) -> None:
    """Clients of `weft serve`, which is killed under them."""
    note = noted(Path(given["notes"]))
    headers = {"Authorization": f"Bearer {given['secret']}"}
    async with aiohttp.ClientSession(headers=headers) as session:

        async def ask(body: dict[str, Any]) -> None:
            url = f"http://127.0.0.1:{random.choice(given['ports'])}/v1/chat/completions"
            async with session.post(url, json=body, headers={"traceparent": body["user"]}) as answer:
                text = await answer.read()
                if answer.status == 429:
                    raise BudgetExhausted("")
                if answer.status == 200 and (not body["stream"] or text.endswith(b"data: [DONE]\n\n")):
                    note(body["user"])

        await _pressed(ask, given["clients"], over)


async def _pressed(ask: Callable[[dict[str, Any]], Awaitable[None]], clients: int, over: asyncio.Event) -> None:
    """Ask again and again by so many clients at once; one request in ten is left before it is answered."""

    async def press() -> None:
        while not over.is_set():
            try:
                async with asyncio.timeout(random.uniform(0, 0.2) if random.random() < 0.1 else 30):
                    await ask(question())
            except BudgetExhausted:
                await asyncio.sleep(0.05)
            except (WeftError, TimeoutError, aiohttp.ClientError, OSError):
                await asyncio.sleep(0.02)

    await asyncio.gather(*(press() for _ in range(clients)))


async def _lived(role: Callable[[dict[str, Any], asyncio.Event], Awaitable[None]], given: dict[str, Any]) -> None:
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    await role(given, over)


if __name__ == "__main__":
    # Broken connections are what this is about, and no news.
    logging.disable(logging.CRITICAL)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(
            _lived({"upstream": upstream, "door": door, "client": client}[sys.argv[1]], json.loads(sys.argv[2]))
        )
