"""The stand-in is asked what the real thing is asked: behind the seam in this process, and as a server on a port."""

import asyncio
import contextlib
import gzip
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any
from uuid import uuid4

import orjson
import pytest

from weft.errors import Forbidden
from weft.gateway.models import Provider
from weft.gateway.standin import CUT, Behavior, Standin, served
from weft.gateway.upstream import MOST_BYTES, Interrupted, Patience, Reply, Unreachable, Upstream, Wire

PATIENCE = Patience(first=3.0, idle=1.0, whole=6.0)
HELLO: Any = [{"role": "user", "content": "hello there my friend"}]
EVENTS = {"Content-Type": "text/event-stream"}
REPLIES: Any = {
    "late-head": lambda _: Behavior((1.5, b'{"choices": []}')),
    "silent": lambda _: Behavior((b"data: {}\n\n", 20.0, b"data: {}\n\n"), headers=EVENTS),
    "drips": lambda _: Behavior((b"da", 0.3, b"ta: ", 0.3, b"{}\n", 0.3, b"\n"), headers=EVENTS),
    "huge": lambda _: Behavior((b"[" + b" " * (1 << 20),) * ((MOST_BYTES >> 20) + 2)),
    "empty": lambda _: Behavior((b"",)),
    "teapot": lambda _: Behavior((b'{"error": {"message": "short and stout"}}',), 418, {"Retry-After": "7"}),
    "broken-head": lambda _: Behavior((CUT,)),
}
Asking = Callable[[str], Coroutine[Any, Any, Reply]]


class Upstreams:
    """One of the two, its address, and how a model of it is asked."""

    def __init__(self, upstream: Upstream, url: str) -> None:
        self.upstream, self.url = upstream, url

    async def ask(
        self, model: str, *, url: str | None = None, reach: Any = "loopback", stream: bool = False, **patience: float
    ) -> Reply:
        provider = Provider(uuid4(), "standin", url or self.url, {}, reach=reach)
        body = orjson.dumps({"model": model, "messages": HELLO, "stream": stream})
        kept = {"first": PATIENCE.first, "idle": PATIENCE.idle, "whole": PATIENCE.whole, **patience}
        return await self.upstream.send(
            provider, "/chat/completions", {"Content-Type": "application/json"}, body, Patience(**kept)
        )


@contextlib.asynccontextmanager
async def standing(which: str) -> AsyncIterator[Upstreams]:
    standin = Standin(REPLIES)
    if which == "standin":
        yield Upstreams(standin, "http://127.0.0.1:8000/v1")
        return
    async with served(standin) as url:
        wire = Wire()
        try:
            yield Upstreams(wire, url)
        finally:
            await wire.close()


def run(which: str, work: Callable[[Upstreams], Coroutine[Any, Any, None]]) -> None:
    async def whole() -> None:
        async with standing(which) as upstreams:
            await work(upstreams)

    asyncio.run(whole())


async def _rest(reply: Reply) -> AsyncIterator[bytes]:
    """The reply's body as one piece, by way of its chunks."""
    yield b"".join([piece async for piece in reply.chunks()])


both = pytest.mark.parametrize("which", ["standin", "wire"])


@both
@pytest.mark.parametrize("model", ["echo", "echo-slow", "thinks", "unseen", "late-head"])
def test_an_answer_is_read_whole(which: str, model: str) -> None:
    async def work(upstreams: Upstreams) -> None:
        reply = await upstreams.ask(model)
        assert reply.status == 200
        assert "choices" in orjson.loads(await reply.read())
        reply.close()

    run(which, work)


@both
@pytest.mark.parametrize("model", ["echo", "echo-slow", "drips"])
def test_a_stream_comes_in_pieces(which: str, model: str) -> None:
    async def work(upstreams: Upstreams) -> None:
        reply = await upstreams.ask(model, stream=True)
        pieces = [piece async for piece in reply.chunks()]
        reply.close()
        assert b"".join(pieces).endswith(b"\n\n")
        assert len(pieces) > 1 or model == "echo"

    run(which, work)


@both
def test_status_and_headers_of_a_refusal_are_told(which: str) -> None:
    async def work(upstreams: Upstreams) -> None:
        reply = await upstreams.ask("teapot")
        assert reply.status == 418
        assert reply.headers.get("Retry-After") == "7"
        assert b"stout" in await reply.read()
        reply.close()

    run(which, work)


@both
def test_a_redirect_is_an_answer_and_nobody_follows_it(which: str) -> None:
    async def work(upstreams: Upstreams) -> None:
        reply = await upstreams.ask("elsewhere")
        assert reply.status == 302
        reply.close()

    run(which, work)


@both
@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_that_is_cut_is_interrupted(which: str, stream: bool) -> None:
    async def work(upstreams: Upstreams) -> None:
        reply = await upstreams.ask("cut", stream=stream)
        with pytest.raises(Interrupted) as caught:
            await anext(_rest(reply)) if stream else await reply.read()
        assert not caught.value.late
        reply.close()

    run(which, work)


@both
def test_silence_before_the_first_byte_is_told_as_late(which: str) -> None:
    async def work(upstreams: Upstreams) -> None:
        with pytest.raises(Interrupted, match="did not begin") as caught:
            await upstreams.ask("hangs", first=0.5)
        assert caught.value.late

    run(which, work)


@both
def test_silence_between_two_bytes_is_told_as_late(which: str) -> None:
    async def work(upstreams: Upstreams) -> None:
        reply = await upstreams.ask("silent", stream=True)
        pieces = reply.chunks()
        assert await anext(pieces) == b"data: {}\n\n"
        with pytest.raises(Interrupted, match="silent for 1 s") as caught:
            await anext(pieces)
        assert caught.value.late
        reply.close()

    run(which, work)


@both
def test_garbage_is_given_as_it_is(which: str) -> None:
    async def work(upstreams: Upstreams) -> None:
        reply = await upstreams.ask("garbage")
        assert b"<html>" in await reply.read()
        reply.close()
        reply = await upstreams.ask("empty")
        assert await reply.read() == b""
        reply.close()

    run(which, work)


@both
def test_an_answer_that_is_too_large_is_not_read(which: str) -> None:
    async def work(upstreams: Upstreams) -> None:
        reply = await upstreams.ask("huge")
        with pytest.raises(Interrupted, match="larger than 32 MiB"):
            await reply.read()
        reply.close()

    run(which, work)


@both
def test_a_server_that_is_not_there_is_unreachable(which: str) -> None:
    async def work(upstreams: Upstreams) -> None:
        with pytest.raises(Unreachable) as caught:
            await upstreams.ask("echo", url="http://127.0.0.1:1/v1")
        # Where a platform's models are is nobody's affair who asks them.
        assert "127.0.0.1" not in str(caught.value)

    run(which, work)


PRIVATE = (
    "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "0", "10.0.0.5", "192.168.1.1", "172.16.0.1",
    "169.254.169.254", "100.64.0.1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]", "[fe80::1]", "[fd00:ec2::254]", "[fc00::1]", "224.0.0.1",
)  # fmt: skip


@both
@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_address_is_refused_however_it_is_written(which: str, host: str) -> None:
    async def work(upstreams: Upstreams) -> None:
        port = upstreams.url.rpartition(":")[2]
        for _ in range(2):
            with pytest.raises(Forbidden):
                await upstreams.ask("echo", url=f"http://{host}:{port}", reach="public")

    run(which, work)


def test_a_name_that_stands_for_a_private_address_is_refused() -> None:
    async def work(upstreams: Upstreams) -> None:
        port = upstreams.url.rpartition(":")[2]
        for host in ("localhost", "LocalHost", socket.gethostname()):
            with pytest.raises((Forbidden, Unreachable)):
                await upstreams.ask("echo", url=f"http://{host}:{port}", reach="public")
        with pytest.raises(Forbidden):
            await upstreams.ask("echo", url=f"http://localhost:{port}", reach="public")

    run("wire", work)


def test_a_cloud_tells_no_model_its_secrets() -> None:
    async def work(upstreams: Upstreams) -> None:
        for host in ("169.254.169.254", "[fd00:ec2::254]", "[::ffff:169.254.169.254]"):
            with pytest.raises(Forbidden):
                await upstreams.ask("echo", url=f"http://{host}/v1", reach="private")

    run("wire", work)


def test_an_address_is_looked_at_once_more_where_the_socket_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever resolves a name, and whatever is taken for none: the address that is called decides."""

    async def work(upstreams: Upstreams) -> None:
        monkeypatch.setattr("weft.gateway.upstream.literal", lambda _: False)
        with pytest.raises(Forbidden):
            await upstreams.ask("echo", reach="public")

    run("wire", work)


@contextlib.asynccontextmanager
async def answering(body: bytes, packing: str) -> AsyncIterator[Upstreams]:
    """A server that packs what it was asked not to pack."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"stream")
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {packing}\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    wire = Wire()
    async with server:
        yield Upstreams(wire, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")
        await wire.close()


@pytest.mark.parametrize(
    ("body", "packing", "word"),
    [
        (gzip.compress(bytes(64 << 20), 9), "gzip", "larger than 32 MiB"),
        (b"no such thing", "gzip", "unpacked"),
        (b"whatever", "br", "packed as br"),
    ],
)
def test_a_packed_answer_is_no_larger_than_an_answer_may_be(body: bytes, packing: str, word: str) -> None:
    async def work() -> None:
        async with answering(body, packing) as upstreams:
            reply = await upstreams.ask("echo")
            with pytest.raises(Interrupted, match=word):
                await reply.read()
            reply.close()

    asyncio.run(work())


def test_an_answer_that_is_packed_all_the_same_is_unpacked() -> None:
    async def work() -> None:
        async with answering(gzip.compress(b'{"choices": []}'), "gzip") as upstreams:
            reply = await upstreams.ask("echo")
            assert await reply.read() == b'{"choices": []}'
            with pytest.raises(Interrupted, match="stream is packed"):
                reply.chunks()
            reply.close()

    asyncio.run(work())
