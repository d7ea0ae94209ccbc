"""A stand-in for a model's server that costs as little as one can: `python -m bench.model_server PORT [CERTIFICATE KEY]`.

It answers any POST at once with some 600 bytes, or streams 64 chunks: the first after 50 ms, then one every 5 ms (the model
`swift` makes no pauses). Every third answer of the model `shaky` is broken, each time in another way.
"""

import asyncio
import itertools
import ssl
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Final, cast

import orjson
import uvloop

CHUNKS: Final = 64
FIRST_SECONDS: Final = 0.05
EACH_SECONDS: Final = 0.005
USAGE: Final = {"prompt_tokens": 23, "completion_tokens": CHUNKS, "total_tokens": 23 + CHUNKS}
_LAST: Final = b"0\r\n\r\n"


def _answer(content: str) -> bytes:
    message = {"role": "assistant", "content": content, "refusal": None, "annotations": []}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return orjson.dumps(
        {
            "id": "chatcmpl-standin",
            "object": "chat.completion",
            "created": 1_764_000_000,
            "model": "chat",
            "choices": [choice],
            "usage": USAGE,
            "system_fingerprint": "fp_standin",
        }
    )


def _whole(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _event(payload: object) -> bytes:
    text = b"data: " + (payload if isinstance(payload, bytes) else orjson.dumps(payload)) + b"\n\n"
    return f"{len(text):x}\r\n".encode() + text + b"\r\n"


def _piece(delta: dict[str, str], finish: str | None = None) -> dict[str, object]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return {
        "id": "chatcmpl-standin",
        "object": "chat.completion.chunk",
        "created": 1_764_000_000,
        "model": "chat",
        "choices": [choice],
    }


ANSWER: Final = _whole(_answer("A mug of stoneware, glazed by hand, that holds a third of a litre of tea. " * 4))
STREAM: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
PIECES: Final = [_event(_piece({"role": "assistant", "content": f"word{number} "})) for number in range(CHUNKS)]
_ENDED: Final = _event(_piece({}, "stop"))
_USED: Final = _event({**_piece({}), "choices": [], "usage": USAGE})
_DONE: Final = _event(b"[DONE]")
_ERROR: Final = {"error": {"message": "out of memory", "type": "server_error"}}

# A broken reply: what is sent of it, and whether the connection is cut then.
Broken = tuple[Sequence[bytes], bool]
_BROKEN_ANSWERS: Final[Sequence[Broken]] = [
    ([_whole(orjson.dumps(_ERROR), "500 Internal Server Error")], False),
    ([], True),
    ([ANSWER[: len(ANSWER) // 2]], True),
    ([_whole(b"<html>not a model</html>")], False),
    ([_whole(orjson.dumps(_ERROR))], False),
]
_BROKEN_STREAMS: Final[Sequence[Broken]] = [
    ([STREAM, *PIECES[:9]], True),
    ([STREAM, *PIECES[:9], _event(_ERROR), _LAST], False),
    ([STREAM, *PIECES[:9], _LAST], False),
    ([STREAM, *PIECES[:9], b"3\r\nda"], True),
    ([_whole(b"<html>not a model</html>")], False),
]


class Conversation(asyncio.Protocol):
    """One connection, whose requests are answered one after the other."""

    shaken = itertools.count()

    def __init__(self) -> None:
        self.held = b""
        self.sending: Iterator[bytes] = iter(())
        self.timer: asyncio.TimerHandle | None = None
        self.loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def connection_lost(self, _: Exception | None) -> None:
        if self.timer is not None:
            self.timer.cancel()

    def data_received(self, data: bytes) -> None:
        self.held += data
        while True:
            head, mark, rest = self.held.partition(b"\r\n\r\n")
            if not mark:
                return
            _, _, after = head.lower().partition(b"content-length:")
            length = int(after.split(b"\r", 1)[0]) if after else 0
            if len(rest) < length:
                return
            self.held = rest[length:]
            self.asked(rest[:length])

    def asked(self, body: bytes) -> None:
        streams = b'"stream":true' in body or b'"stream": true' in body
        if b'"shaky"' in body and (turn := next(self.shaken)) % 3 == 0:
            kinds = _BROKEN_STREAMS if streams else _BROKEN_ANSWERS
            self.broken(*kinds[turn // 3 % len(kinds)])
        elif not streams:
            self.transport.write(ANSWER)
        elif b'"swift"' in body or b'"shaky"' in body:
            self.transport.writelines([STREAM, *PIECES, _ENDED, _USED, _DONE, _LAST])
        else:
            self.sending = iter(PIECES)
            self.transport.write(STREAM)
            self.due = self.loop.time() + FIRST_SECONDS
            self.timer = self.loop.call_at(self.due, self.send)

    def broken(self, parts: Sequence[bytes], cut: bool) -> None:
        self.transport.writelines(parts)
        if cut:
            self.transport.close()

    def send(self) -> None:
        piece = next(self.sending, None)
        if piece is None:
            self.transport.writelines([_ENDED, _USED, _DONE, _LAST])
            return
        self.transport.write(piece)
        self.due += EACH_SECONDS
        self.timer = self.loop.call_at(self.due, self.send)


async def serve(port: int, certificate: Sequence[str]) -> None:
    """Serve until the process is ended; with a certificate and its key (files), over TLS."""
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
    made: Callable[[], Conversation] = Conversation
    server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", port, ssl=context, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), sys.argv[2:]))
