"""Server-sent events of a model's answer: passed on as they come, looked into only where that is needed."""

from collections.abc import AsyncGenerator
from typing import Any, Final

import orjson

from weft.gateway.providers import openai
from weft.gateway.providers.openai import Usage

DONE: Final = b"data: [DONE]\n\n"
_DONE: Final = b"[DONE]"
_MOST_EVENT: Final = 4 << 20


class Stream:
    """Takes bytes as they come and gives whole events; finds the usage, an error, the end.

    A usage event that the client has not asked for is left out. `problem` is an error that the server sent as an event.
    """

    __slots__ = ("_held", "_return", "_wants", "begun", "done", "finished", "length", "problem", "usage")

    def __init__(self, *, wants_usage: bool) -> None:
        self._wants = wants_usage
        self._held = bytearray()
        self._return = False
        self.begun = False
        self.length = 0
        self.usage: Usage | None = None
        self.done = self.finished = False
        self.problem: str | None = None

    def over(self) -> bool:
        """Tell whether nothing is to be read any more: it ended, or the server sent an error."""
        return self.done or self.problem is not None

    def unstreamed(self) -> str | None:
        """The error that a server answered as a whole where a stream was asked for, or None."""
        try:
            return openai.error(orjson.loads(bytes(self._held)))
        except orjson.JSONDecodeError:
            return None

    def fed(self, part: bytes) -> bytes:
        """The events that are whole by now, as they are to be passed on."""
        self.length += len(part)
        if self._return or b"\r" in part:
            part = self._lined(part)
        if self._held:
            ends = b"\n\n" in part or (part[:1] == b"\n" and self._held[-1:] == b"\n")
            self._held += part
            if not ends:
                return self._grown()
            part = bytes(self._held)
            self._held.clear()
        if not part.endswith(b"\n\n"):
            whole, mark, rest = part.rpartition(b"\n\n")
            self._held += rest
            part = whole + mark
            if len(rest) > _MOST_EVENT or not part:
                return self._grown()
        if self.begun and not self._speaks(part):
            return part
        return self._read(part)

    def _lined(self, part: bytes) -> bytes:
        """A part with the line ends of the protocol's other dialect made plain, also where one is cut in two."""
        if self._return:
            part = b"\r" + part
        self._return = part.endswith(b"\r")
        return (part[:-1] if self._return else part).replace(b"\r\n", b"\n")

    def _grown(self) -> bytes:
        if len(self._held) > _MOST_EVENT:
            self.problem = f"an event is larger than {_MOST_EVENT >> 20} MiB"
        return b""

    def _speaks(self, part: bytes) -> bool:
        """Whether there is something in these events that has to be looked at."""
        if b'"finish_reason":"' in part or b'"finish_reason": "' in part:
            self.finished = True
        if _DONE in part or b'"error"' in part:
            return True
        return b'"usage"' in part and part.count(b'"usage"') != part.count(b'"usage":null') + part.count(
            b'"usage": null'
        )

    def _read(self, part: bytes) -> bytes:
        passed = []
        for event in part.split(b"\n\n"):
            if not event.strip():
                continue
            data = _data(event)
            if data is None:
                # A comment, which keeps the connection awake.
                passed.append(event)
                continue
            if data == _DONE:
                self.done = True
                passed.append(event)
                break
            try:
                payload: Any = orjson.loads(data)
            except orjson.JSONDecodeError:
                if not self.begun:
                    self.problem = "an event that is no JSON"
                    return b""
                payload = None
            if self._taken(payload):
                passed.append(event)
            if self.problem is not None:
                break
        return b"".join(event + b"\n\n" for event in passed)

    def _taken(self, payload: Any) -> bool:
        """Note what an event says; tells whether it is passed on."""
        self.problem = openai.error(payload)
        if self.problem is not None:
            return False
        self.begun = True
        choices = payload.get("choices") if isinstance(payload, dict) else None
        used = openai.usage(payload)
        if used is not None:
            self.usage = used
        if isinstance(choices, list) and any(isinstance(one, dict) and one.get("finish_reason") for one in choices):
            self.finished = True
        return not (used is not None and choices == [] and not self._wants)


def _data(event: bytes) -> bytes | None:
    """The data of an event, its lines joined; None for an event without any."""
    lines = [line[5:].removeprefix(b" ") for line in event.split(b"\n") if line.startswith(b"data:")]
    return b"\n".join(lines).strip() if lines else None


def failure(message: str) -> bytes:
    """The event that tells a client of the OpenAI protocol that its stream is broken."""
    error = {"message": message, "type": "server_error", "param": None, "code": "stream_broken"}
    return b"data: " + orjson.dumps({"error": error}) + b"\n\n"


async def replayed(body: bytes) -> AsyncGenerator[bytes, None]:
    """The events of an answer that is kept, one by one."""
    for event in body.split(b"\n\n"):
        if event:
            yield event + b"\n\n"
