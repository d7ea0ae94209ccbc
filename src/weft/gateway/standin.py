"""A stand-in for models' servers, good and bad: behind the seam in this process, or as a server on a port.

What a model of it does is told by its name: `echo` answers with what it was told last, `echo-slow` takes its time, and so on;
see BEHAVIORS. `Standin(replies=…)` says by a function what a model answers, as tests of skills need it.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from aiohttp import web

from weft.gateway.addresses import allowed, literal, refused
from weft.gateway.models import Provider
from weft.gateway.upstream import MOST_BYTES, Interrupted, Patience, Reply, Unreachable

CUT: Final = None
"""In a behavior's parts: the connection is closed here."""
Part = bytes | float | None


@dataclass(frozen=True, slots=True)
class Behavior:
    """What a server does: status, headers, and the body's parts: bytes, seconds of silence, or CUT."""

    parts: Sequence[Part]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


Answering = Callable[[Mapping[str, Any]], Behavior]


def words(body: Mapping[str, Any]) -> str:
    """The last words that a model was told."""
    messages = body.get("messages") or [{}]
    content = messages[-1].get("content") or ""
    if isinstance(content, list):
        content = " ".join(str(part.get("text", "")) for part in content)
    return str(content)


def used(body: Mapping[str, Any], said: str) -> dict[str, Any]:
    """A usage as servers tell it: a token for each four letters."""
    tokens_in = sum(len(str(message.get("content") or "")) for message in body.get("messages") or ()) // 4 + 1
    tokens_out = len(said) // 4 + 1
    return {"prompt_tokens": tokens_in, "completion_tokens": tokens_out, "total_tokens": tokens_in + tokens_out}


def whole(body: Mapping[str, Any], said: str, **more: Any) -> Behavior:
    """An answer as one piece, or as a stream of its words where that was asked for."""
    if body.get("stream"):
        return Behavior(tuple(streamed(body, said, **more)), headers={"Content-Type": "text/event-stream"})
    message = {"role": "assistant", "content": said, **more.get("message", {})}
    choice = {"index": 0, "message": message, "finish_reason": more.get("finish_reason", "stop"), "logprobs": None}
    payload = {
        "id": "chatcmpl-standin",
        "object": "chat.completion",
        "created": 1,
        "model": body.get("model"),
        "choices": [choice],
        "usage": more.get("usage", used(body, said)),
    }
    return Behavior((orjson.dumps(payload),))


def streamed(body: Mapping[str, Any], said: str, *, pause: float = 0.0, **more: Any) -> list[Part]:
    """The events of a streamed answer, a word each."""
    head = {"id": "chatcmpl-standin", "object": "chat.completion.chunk", "created": 1, "model": body.get("model")}
    parts: list[Part] = []
    pieces = said.split(" ")
    for place, word in enumerate(pieces):
        delta = {"role": "assistant"} if place == 0 else {}
        delta["content"] = word if place == len(pieces) - 1 else word + " "
        parts.append(_event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}))
        if pause:
            parts.append(pause)
    end = more.get("finish_reason", "stop")
    parts.append(_event({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": end}]}))
    options = body.get("stream_options") or {}
    if options.get("include_usage") and "usage" not in more:
        parts.append(_event({**head, "choices": [], "usage": used(body, said)}))
    parts.append(b"data: [DONE]\n\n")
    return parts


def _event(payload: Mapping[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(payload) + b"\n\n"


def problem(status: int, message: str, **headers: str) -> Behavior:
    """An error in the protocol's shape."""
    said = orjson.dumps({"error": {"message": message, "type": "server_error", "code": None, "param": None}})
    return Behavior((said,), status, {"Content-Type": "application/json", **headers})


def _unseen(body: Mapping[str, Any]) -> Behavior:
    """A server that never tells usage."""
    if body.get("stream"):
        parts = [part for part in streamed(body, words(body)) if not (isinstance(part, bytes) and b'"usage"' in part)]
        return Behavior(tuple(parts), headers={"Content-Type": "text/event-stream"})
    return whole(body, words(body), usage=None)


def _twice(body: Mapping[str, Any]) -> Behavior:
    """A server that tells usage twice."""
    parts = streamed(body, words(body))
    events = [part for part in parts if isinstance(part, bytes) and b'"usage"' in part]
    return Behavior((*parts[:-1], *events, parts[-1]), headers={"Content-Type": "text/event-stream"})


def _cut(body: Mapping[str, Any]) -> Behavior:
    """A server that closes in the middle."""
    if body.get("stream"):
        parts = streamed(body, words(body) or "one two three")
        return Behavior((*parts[: len(parts) // 2], CUT), headers={"Content-Type": "text/event-stream"})
    return Behavior((b'{"choices": [{"index": 0, "mess', CUT), headers={"Content-Type": "application/json"})


def _error_event(body: Mapping[str, Any]) -> Behavior:
    """A server that answers 200 with an error inside."""
    said = {"error": {"message": "out of memory", "type": "server_error", "code": 500}}
    if body.get("stream"):
        return Behavior((_event(said),), headers={"Content-Type": "text/event-stream"})
    return Behavior((orjson.dumps(said),))


def _late_error(body: Mapping[str, Any]) -> Behavior:
    """A server whose stream turns into an error."""
    parts = streamed(body, "one two three four")
    said = {"error": {"message": "out of memory", "type": "server_error", "code": 500}}
    return Behavior((*parts[:3], _event(said)), headers={"Content-Type": "text/event-stream"})


def _thinking(body: Mapping[str, Any]) -> Behavior:
    """A server of a model that thinks, and tells its thoughts apart."""
    return whole(body, words(body), message={"reasoning_content": "Let me think."})


def _calls_tool(body: Mapping[str, Any]) -> Behavior:
    """A model that calls the first tool that it is given."""
    name = body["tools"][0]["function"]["name"] if body.get("tools") else "none"
    call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": '{"city": "Paris"}'}}
    return whole(body, "", message={"content": None, "tool_calls": [call]}, finish_reason="tool_calls")


def _vectors(body: Mapping[str, Any]) -> Behavior:
    given = body.get("input")
    texts = given if isinstance(given, list) else [given]
    data = [
        {"object": "embedding", "index": place, "embedding": [float(len(str(text))), 1.0, 0.0]}
        for place, text in enumerate(texts)
    ]
    usage = {"prompt_tokens": sum(len(str(text)) for text in texts) // 4 + 1, "total_tokens": 1}
    return Behavior((orjson.dumps({"object": "list", "model": body.get("model"), "data": data, "usage": usage}),))


def _ranks(body: Mapping[str, Any]) -> Behavior:
    wanted = set(str(body.get("query")).lower().split())
    results = [
        {"index": place, "relevance_score": len(wanted & set(str(text).lower().split())) / max(len(wanted), 1)}
        for place, text in enumerate(body.get("documents") or ())
    ]
    results.sort(key=lambda one: -float(one["relevance_score"]))
    return Behavior((orjson.dumps({"model": body.get("model"), "results": results, "usage": {"total_tokens": 7}}),))


BEHAVIORS: Final[Mapping[str, Answering]] = {
    "echo": lambda body: whole(body, words(body)),
    "echo-slow": lambda body: Behavior(
        tuple(streamed(body, words(body), pause=0.05)) if body.get("stream") else (0.3, *whole(body, words(body)).parts)
    ),
    "unseen": _unseen,
    "twice": _twice,
    "cut": _cut,
    "error-inside": _error_event,
    "late-error": _late_error,
    "garbage": lambda _: Behavior((b"<html>It works!</html>",), headers={"Content-Type": "text/html"}),
    "hangs": lambda _: Behavior((3600.0,)),
    "fails": lambda _: problem(500, "the model has crashed"),
    "away": lambda _: problem(503, "no healthy upstream"),
    "limited": lambda _: problem(429, "too many requests", **{"Retry-After": "1"}),
    "refuses": lambda _: problem(400, "this model's maximum context length is 8192 tokens"),
    "no-key": lambda _: problem(401, "incorrect API key"),
    "elsewhere": lambda _: Behavior((b"",), 302, {"Location": "http://127.0.0.1:1/"}),
    "gouges": lambda body: whole(
        body, "dear", usage={"prompt_tokens": 9_000_000, "completion_tokens": 9_000_000, "total_tokens": 18_000_000}
    ),
    "thinks": _thinking,
    "calls": _calls_tool,
    "vectors": _vectors,
    "ranks": _ranks,
}


class Standin:
    """An upstream without a wire; `asked` holds the requests that came, `replies` says what models do that BEHAVIORS does not."""

    def __init__(self, replies: Mapping[str, Answering] | None = None) -> None:
        self.replies = {**BEHAVIORS, **(replies or {})}
        self.asked: list[dict[str, Any]] = []

    def behavior(self, body: Mapping[str, Any]) -> Behavior:
        """What is answered to a request's body."""
        self.asked.append(dict(body))
        answering = self.replies.get(str(body.get("model")))
        return answering(body) if answering else problem(404, f"there is no model {body.get('model')}")

    async def send(
        self, provider: Provider, path: str, headers: Mapping[str, str], body: bytes, patience: Patience
    ) -> Reply:
        """Answer as the server would; see Upstream."""
        del path, headers
        parts = urlsplit(provider.base_url)
        host = parts.hostname or ""
        if literal(host) and not allowed(host, provider.reach):
            raise refused(host, provider.reach)
        if parts.port == 1:
            raise Unreachable("it cannot be reached (nobody listens)")
        behavior = self.behavior(orjson.loads(body))
        reply = _StandinReply(behavior, patience)
        await reply.begun()
        return reply

    async def close(self) -> None:
        """Nothing is held."""


class _StandinReply:
    def __init__(self, behavior: Behavior, patience: Patience) -> None:
        self.status = behavior.status
        self.headers: Mapping[str, str] = behavior.headers
        self._parts = list(behavior.parts)
        self._patience = patience
        self.closed = False

    async def begun(self) -> None:
        """Wait for the first byte."""
        while self._parts and isinstance(self._parts[0], float):
            pause = self._parts.pop(0)
            assert isinstance(pause, float)
            await asyncio.sleep(min(pause, self._patience.first))
            if pause > self._patience.first:
                raise Interrupted(f"it did not begin to answer within {self._patience.first:g} s", late=True)
        if self._parts and self._parts[0] is CUT:
            raise Interrupted("it broke off")

    async def chunks(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            if part is CUT:
                raise Interrupted("it broke off its answer")
            if isinstance(part, float):
                await asyncio.sleep(min(part, self._patience.idle))
                if part > self._patience.idle:
                    raise Interrupted(f"it was silent for {self._patience.idle:g} s", late=True)
            else:
                yield part

    async def read(self) -> bytes:
        whole = b"".join([part async for part in self.chunks()])
        if len(whole) > MOST_BYTES:
            raise Interrupted(f"its answer is larger than {MOST_BYTES >> 20} MiB")
        return whole

    def close(self) -> None:
        self.closed = True


@contextlib.asynccontextmanager
async def served(standin: Standin, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """The stand-in as a server of the OpenAI protocol; gives its base URL."""

    async def answer(request: web.Request) -> web.StreamResponse:
        behavior = standin.behavior(await request.json())
        parts = list(behavior.parts)
        first = parts[0] if parts else None
        if isinstance(first, float):
            await asyncio.sleep(first)
            parts = parts[1:]
        response = web.StreamResponse(status=behavior.status, headers=dict(behavior.headers))
        await response.prepare(request)
        for part in parts:
            if part is CUT:
                assert request.transport is not None
                request.transport.abort()
                break
            if isinstance(part, float):
                await asyncio.sleep(part)
            else:
                await response.write(part)
        return response

    async def models(_: web.Request) -> web.Response:
        return web.json_response(
            {"object": "list", "data": [{"id": name, "object": "model"} for name in standin.replies]}
        )

    app = web.Application(client_max_size=64 << 20)
    app.router.add_post("/v1/{path:.*}", answer)
    app.router.add_get("/v1/models", models)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    try:
        yield f"http://{host}:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()
