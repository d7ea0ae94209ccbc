"""The hot path: an ASGI application for `/v1/…` that stands before the API and asks the gateway's door."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson
from starlette.types import Message, Receive, Scope, Send

from weft.access.keys import Bearer
from weft.errors import InputError, NotFound, TooLarge, Unauthorized, WeftError
from weft.gateway.door import Door
from weft.gateway.models import Kind
from weft.gateway.request import BULK, PERSON, Call, Flow, Whole
from weft.surfaces.keyring import Keyring
from weft.surfaces.openai.description import DESCRIPTION
from weft.surfaces.openai.errors import body as error_body
from weft.surfaces.openai.errors import shaped

_LOG = logging.getLogger(__name__)
MOST_BYTES: Final = 16 << 20
_DEEPEST: Final = 250
_BODY_SECONDS: Final = 60.0
_WATCH_AFTER_SECONDS: Final = 0.02
_JSON: Final = (b"content-type", b"application/json")
_EVENTS: Final = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
)
_KINDS: Final[Mapping[str, Kind]] = {
    "/v1/chat/completions": "chat",
    "/v1/embeddings": "embeddings",
    "/v1/rerank": "rerank",
}
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "chat": ("messages",),
    "embeddings": ("input",),
    "rerank": ("query", "documents"),
}


class OpenAI:
    """An ASGI application that answers `/v1/…`."""

    def __init__(self, door: Door, keyring: Keyring) -> None:
        self._door = door
        self._keyring = keyring

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        kind = _KINDS.get(scope["path"])
        if kind is not None and scope["method"] == "POST":
            await self._asked(kind, scope, receive, send)
        else:
            await self._looked(scope, send)

    async def _asked(self, kind: Kind, scope: Scope, receive: Receive, send: Send) -> None:
        """A request to a model: read, let through the door, and answered; who goes away ends it."""
        headers = dict(scope["headers"])
        bearer: Bearer | None = None
        reply: Whole | Flow | None = None
        leaving = _Leaving(receive)
        try:
            bearer = await self._bearer(headers)
            call = await _call(kind, headers, receive, bearer)
            leaving.watch()
            reply = await self._door.answer(call)
            if isinstance(reply, Whole):
                await _send(send, 200, reply.body, self._told(reply, bearer))
            else:
                await _stream(send, reply, self._told(reply, bearer))
        except WeftError as problem:
            status, text, more = shaped(problem)
            told = [(name.encode(), value.encode()) for name, value in more.items()]
            await _send(send, status, text, [*told, *self._limits(bearer)])
        except asyncio.CancelledError:
            if leaving.late():
                said = f"The body was not whole after {_BODY_SECONDS:g} s."
                text = error_body(said, "invalid_request_error", "too_slow")
                await _send(send, 408, text, [(b"connection", b"close")])
            elif not leaving.left():
                raise
        except Exception:
            _LOG.exception("%s failed", scope["path"])
            text = error_body("Weft failed at this; its log says why.", "server_error", "internal_error")
            await _send(send, 500, text, ())
        finally:
            if isinstance(reply, Flow):
                await reply.close()
            leaving.over()

    async def _bearer(self, headers: Mapping[bytes, bytes]) -> Bearer:
        scheme, _, secret = headers.get(b"authorization", b"").partition(b" ")
        if scheme.lower() != b"bearer" or not secret.strip():
            raise Unauthorized("Send a key: `Authorization: Bearer KEY`. `weft keys create` makes one.")
        text = secret.strip().decode("latin-1")
        return self._keyring.held(text) or await self._keyring.found(text)

    def _told(self, reply: Whole | Flow, bearer: Bearer) -> list[tuple[bytes, bytes]]:
        return [
            (b"x-request-id", reply.uid.encode()),
            (b"x-weft-model", reply.target.encode("latin-1", "replace")),
            (b"x-weft-cache", b"hit" if reply.cached else b"miss"),
            *self._limits(bearer),
        ]

    def _limits(self, bearer: Bearer | None) -> list[tuple[bytes, bytes]]:
        if bearer is None:
            return []
        return self._door.parts.rates.told(bearer.tenant.uid, bearer.key_id, bearer.limits)

    async def _looked(self, scope: Scope, send: Send) -> None:
        """What is no request to a model: the list of models, the description, or nothing that is here."""
        path, method = scope["path"], scope["method"]
        try:
            if path == "/v1/openapi.json" and method == "GET":
                await _send(send, 200, DESCRIPTION, ())
                return
            if path in _KINDS or path == "/v1/models" or path.startswith("/v1/models/"):
                allowed = "POST" if path in _KINDS else "GET"
                if method != allowed:
                    text = error_body(f"{path} takes {allowed}, not {method}.", "invalid_request_error", "bad_method")
                    await _send(send, 405, text, [(b"allow", allowed.encode())])
                    return
                bearer = await self._bearer(dict(scope["headers"]))
                await _send(send, 200, orjson.dumps(await self._models(bearer, path)), ())
                return
            raise NotFound(f"There is no {path} here; there are {', '.join(_KINDS)} and /v1/models.")
        except WeftError as problem:
            status, text, more = shaped(problem)
            await _send(send, status, text, [(name.encode(), value.encode()) for name, value in more.items()])

    async def _models(self, bearer: Bearer, path: str) -> dict[str, Any]:
        known = await self._door.known(bearer.tenant.uid)
        there = {
            name: {
                "id": name,
                "object": "model",
                "created": 0,
                "owned_by": ", ".join(dict.fromkeys(target.provider.name for target in route.targets)),
            }
            for name, route in sorted(known.routes.items())
            if bearer.limits.allow(name)
        }
        wanted = path.removeprefix("/v1/models").removeprefix("/")
        if not wanted:
            return {"object": "list", "data": list(there.values())}
        if wanted not in there:
            raise NotFound(f"There is no model {wanted!r}; GET /v1/models lists those that there are.")
        return there[wanted]


class _Leaving:
    """Ends a request whose body does not come, or whose client goes away; one that is answered at once costs no task for that."""

    __slots__ = ("_expired", "_loop", "_receive", "_task", "_timer", "_watch")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._timer = self._loop.call_later(_BODY_SECONDS, self._expire)
        self._watch: asyncio.Task[Message] | None = None
        self._expired = False

    def watch(self) -> None:
        """The body is read: what comes now is that the client goes away."""
        self._timer.cancel()
        self._timer = self._loop.call_later(_WATCH_AFTER_SECONDS, self._begin)

    def _expire(self) -> None:
        self._expired = True
        if self._task is not None:
            self._task.cancel()

    def _begin(self) -> None:
        self._watch = self._loop.create_task(self._receive())  # type: ignore[arg-type]
        self._watch.add_done_callback(self._gone)

    def _gone(self, watch: "asyncio.Task[Message]") -> None:
        if not watch.cancelled() and self._task is not None:
            self._task.cancel()

    def late(self) -> bool:
        """Tell whether the request was cancelled because its body did not come, and take that back."""
        return self._expired and self._taken_back()

    def left(self) -> bool:
        """Tell whether the request was cancelled because its client went away, and take that back."""
        return self._watch is not None and self._watch.done() and not self._watch.cancelled() and self._taken_back()

    def _taken_back(self) -> bool:
        if self._task is not None:
            self._task.uncancel()
        return True

    def over(self) -> None:
        """Watch no longer."""
        self._timer.cancel()
        if self._watch is not None and not self._watch.done():
            self._watch.remove_done_callback(self._gone)
            self._watch.cancel()


async def _call(kind: Kind, headers: Mapping[bytes, bytes], receive: Receive, bearer: Bearer) -> Call:
    raw = await _body(headers, receive)
    control = headers.get(b"cache-control")
    trace = headers.get(b"traceparent")
    return Call(
        kind,
        _parsed(kind, raw),
        raw,
        bearer.tenant.uid,
        bearer.key_id,
        bearer.limits,
        None,
        BULK if headers.get(b"x-weft-priority") == b"bulk" else PERSON,
        control.decode("latin-1") if control is not None else None,
        trace.decode("latin-1")[:100] if trace is not None else None,
    )


async def _body(headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
    """The body of a request; raises TooLarge, and InputError where the client goes away."""
    declared = headers.get(b"content-length", b"")
    if declared.isdigit() and int(declared) > MOST_BYTES:
        raise TooLarge(f"The body is larger than {MOST_BYTES >> 20} MiB.")
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise InputError("The client went away before its body was whole.")
        part = message.get("body", b"")
        more = message.get("more_body")
        if not parts and not more:
            return bytes(part)
        size += len(part)
        if size > MOST_BYTES:
            raise TooLarge(f"The body is larger than {MOST_BYTES >> 20} MiB.")
        parts.append(part)
        if not more:
            return b"".join(parts)


def _parsed(kind: Kind, raw: bytes) -> Mapping[str, Any]:
    """The body as JSON with the fields that its kind needs; all other fields are the model's business. Raises InputError."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as problem:
        raise InputError(f"The body is no JSON: {problem}.") from None
    if not isinstance(body, dict):
        raise InputError("The body is no JSON object.")
    if raw.count(b"[") + raw.count(b"{") > _DEEPEST:
        try:
            orjson.dumps(body)
        except TypeError:
            raise InputError(f"The body is nested too deeply: more than {_DEEPEST} levels.") from None
    for name in _NEEDED[kind]:
        value = body.get(name)
        if value is None or value in ("", []):
            raise InputError(f"The field {name} is missing or empty.")
    if kind == "chat":
        messages = body["messages"]
        if not isinstance(messages, list) or not all(isinstance(one, dict) for one in messages):
            raise InputError("The field messages is a list of objects with role and content.")
        if not isinstance(body.get("stream", False), bool | None):
            raise InputError("The field stream is true or false.")
    elif kind == "rerank" and not isinstance(body["documents"], list):
        raise InputError("The field documents is a list.")
    return body


async def _send(send: Send, status: int, body: bytes, headers: Iterable[tuple[bytes, bytes]]) -> None:
    whole = [_JSON, (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": whole})
    await send({"type": "http.response.body", "body": body})


async def _stream(send: Send, flow: Flow, headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Pass a stream's pieces on as they come; the connection ends itself where a client takes none of them for long."""
    await send({"type": "http.response.start", "status": 200, "headers": [*_EVENTS, *headers]})
    async for piece in flow.pieces:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
