"""How the client speaks to a server: requests, what is tried again, errors as the server meant them, events, files."""

import asyncio
import random
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final
from urllib.parse import quote

import httpx2
import orjson

from weft.errors import Conflict, Forbidden, InputError, NotFound, ServerUnreachable, Unauthorized, WeftError
from weft.settings import Settings

JSON = "application/json"
EVENTS = "text/event-stream"
File = str | Path | BinaryIO
_TRIES: Final = 3
_LONGEST_PAUSE: Final = 30.0
_BUSY: Final = frozenset([429, 503])
_CHUNK: Final = 1 << 20
_BY_STATUS: Final[Mapping[int, type[WeftError]]] = {
    400: InputError,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    422: InputError,
}


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event: its name and its data, read."""

    name: str
    data: Any


@dataclass(frozen=True, slots=True)
class Call:
    """A request, before it is sent: `parts` are what stands in the path, in their order."""

    method: str
    path: str
    parts: tuple[str, ...] = ()
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str | None] = field(default_factory=dict)
    body: Any = None
    file: File | None = None
    once: str | None = None

    def arguments(self) -> dict[str, Any]:
        """What the HTTP library takes for it."""
        headers = {name: value for name, value in self.headers.items() if value is not None}
        if self.once:
            headers["Idempotency-Key"] = self.once
        given: dict[str, Any] = {
            "method": self.method,
            "url": self.path.format(*map(_in_path, self.parts)),
            "params": {name: _worded(value) for name, value in self.query.items() if value is not None},
            "headers": headers,
        }
        if self.body is not None:
            given["content"] = orjson.dumps(self.body, default=str)
            headers["Content-Type"] = JSON
        return given


def _in_path(part: str) -> str:
    """An id as it stands in an address; raises InputError for one that an address cannot hold."""
    try:
        said = quote(part, safe="")
    except UnicodeEncodeError:
        said = ""
    if said in ("", ".", ".."):
        raise InputError(f"{part!r} is no id that an address can hold.")
    return said


def call(
    method: str,
    path: str,
    *parts: str | int,
    body: Mapping[str, Any] | None = None,
    null: Sequence[str] = (),
    **given: Any,
) -> Call:
    """A request; of a body's fields those that are None are not said, but for `null`.

    A POST that sends no file is done once, however often it is sent.
    """
    if body is not None:
        given["body"] = {name: value for name, value in body.items() if value is not None or name in null}
    once = str(uuid.uuid4()) if method == "POST" and "file" not in given else None
    return Call(method, path, tuple(map(str, parts)), once=once, **given)


def _worded(value: Any) -> Any:
    return ("true" if value else "false") if isinstance(value, bool) else value


def refused(status: int, content: bytes) -> WeftError:
    """The error that an answer stands for, of the class it had on the server."""
    try:
        told = orjson.loads(content)
    except orjson.JSONDecodeError:
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("detail"), str):
        return WeftError(f"The server answered {status}, and not as Weft does; is the address right?", status=status)
    code = str(told.get("type", "")).rpartition("#")[2]
    kind = _family().get(code) or _BY_STATUS.get(status, WeftError)
    return kind(told["detail"], status=status, errors=told.get("errors"))


def _family(root: type[WeftError] = WeftError) -> dict[str, type[WeftError]]:
    found: dict[str, type[WeftError]] = {}
    for child in root.__subclasses__():
        found |= {child.code: child, **_family(child)}
    return found


def _unreachable(url: str, problem: Exception) -> ServerUnreachable:
    told = str(problem) or type(problem).__name__
    return ServerUnreachable(f"{url} does not answer ({told}); is `weft serve` running there?")


def _pause(call: Call, tried: int, response: httpx2.Response | None, problem: Exception | None) -> float | None:
    """Seconds until the request may be sent again; None when it may not be."""
    if tried >= _TRIES or call.file is not None:
        return None
    safe = call.method == "GET" or call.once is not None
    if response is not None:
        if response.status_code not in _BUSY or not safe:
            return None
        after = response.headers.get("Retry-After", "")
        if after.isdigit():
            return float(after) if float(after) <= _LONGEST_PAUSE else None
    elif not isinstance(problem, httpx2.ConnectError | httpx2.ConnectTimeout) and not (
        safe and isinstance(problem, httpx2.RemoteProtocolError | httpx2.ReadError)
    ):
        return None
    pause: float = 0.25 * 2**tried * random.uniform(0.5, 1.5)  # noqa: S311 - spreads clients, guards nothing
    return pause


@dataclass(slots=True)
class _Lines:
    """Server-sent events from lines (WHATWG HTML, section 9.2)."""

    name: str = "message"
    data: list[str] = field(default_factory=list)

    def take(self, line: str) -> Event | None:
        if line:
            key, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if key == "event":
                self.name = value
            elif key == "data":
                self.data.append(value)
            return None
        name, data = self.name, self.data
        self.name, self.data = "message", []
        return Event(name, orjson.loads("\n".join(data))) if data else None


def _heard(event: Event) -> Event:
    if event.name == "problem":
        raise refused(int(event.data.get("status", 500)), orjson.dumps(event.data))
    return event


@contextmanager
def _written(to: str | Path) -> Iterator[BinaryIO]:
    """A file that is there whole, or not at all."""
    target = Path(to)
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        with part.open("wb") as out:
            yield out
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def _opened(file: File) -> Iterator[BinaryIO]:
    if isinstance(file, str | Path):
        with Path(file).open("rb") as content:
            yield content
    else:
        yield file


def named(file: File, name: str | None) -> str | None:
    """What a file is called, where it is not said."""
    told = file if isinstance(file, str | Path) else getattr(file, "name", None)
    return name or (Path(told).name if isinstance(told, str | Path) else None)


def _settings(url: str | None, key: str | None, timeout: float) -> dict[str, Any]:
    settings = Settings.from_environment()
    url = url or settings.url
    if not url.startswith(("http://", "https://")):
        raise InputError(f"{url} is no address of a server; it begins with http:// or https://.")
    key = key or settings.key
    if not key:
        raise InputError("Give the key, key=…, or set WEFT_KEY; `weft keys create` makes one.")
    if not key.isascii() or not key.isprintable():
        raise InputError("The key has letters that no key has; give it as `weft keys create` has shown it.")
    return {
        "base_url": f"{url.rstrip('/')}/api/v1",
        "headers": {"Authorization": f"Bearer {key}"},
        "timeout": httpx2.Timeout(timeout, connect=10.0),
        "follow_redirects": False,
    }


@contextmanager
def _unbroken(url: httpx2.URL) -> Iterator[None]:
    """Say in Weft's words that a server went away amid its answer."""
    try:
        yield
    except httpx2.TransportError as problem:
        told = str(problem) or type(problem).__name__
        raise ServerUnreachable(f"{url} broke off amid its answer ({told}); ask again.") from problem


def _read(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        raise WeftError("The server answered, and not as Weft does; is the address right?") from None


class Wire:
    """A connection to a server, kept open between requests."""

    def __init__(self, url: str | None, key: str | None, timeout: float) -> None:
        self._http = httpx2.Client(**_settings(url, key, timeout))

    def close(self) -> None:
        """Close it."""
        self._http.close()

    @contextmanager
    def _answered(self, call: Call, **headers: str) -> Iterator[httpx2.Response]:
        given = call.arguments()
        given["headers"] |= headers
        for tried in range(1, _TRIES + 1):
            try:
                if call.file is not None:
                    with _opened(call.file) as content:
                        response = self._http.send(self._http.build_request(**given, content=content), stream=True)
                else:
                    response = self._http.send(self._http.build_request(**given), stream=True)
            except httpx2.TransportError as problem:
                pause = _pause(call, tried, None, problem)
                if pause is None:
                    raise _unreachable(str(self._http.base_url), problem) from problem
            else:
                try:
                    if response.is_success:
                        with _unbroken(self._http.base_url):
                            yield response
                        return
                    pause = _pause(call, tried, response, None)
                    if pause is None:
                        raise refused(response.status_code, response.read())
                finally:
                    response.close()
            time.sleep(pause)

    def json(self, call: Call) -> Any:
        """The answer, read; raises the server's errors."""
        with self._answered(call) as response:
            return _read(response.read())

    def save(self, call: Call, to: str | Path) -> Path:
        """Write the answer to a file, which appears when it is whole."""
        with self._answered(call) as response, _written(to) as out:
            for chunk in response.iter_bytes(_CHUNK):
                out.write(chunk)
        return Path(to)

    def events(self, call: Call) -> Iterator[Event]:
        """The answer's events, as they come."""
        lines = _Lines()
        with self._answered(call, Accept=EVENTS) as response:
            for line in response.iter_lines():
                if event := lines.take(line):
                    yield _heard(event)


class AsyncWire:
    """A connection to a server, kept open between requests, for asyncio."""

    def __init__(self, url: str | None, key: str | None, timeout: float) -> None:
        self._http = httpx2.AsyncClient(**_settings(url, key, timeout))

    async def close(self) -> None:
        """Close it."""
        await self._http.aclose()

    @asynccontextmanager
    async def _answered(self, call: Call, **headers: str) -> AsyncIterator[httpx2.Response]:
        given = call.arguments()
        given["headers"] |= headers
        for tried in range(1, _TRIES + 1):
            try:
                if call.file is not None:
                    given["content"] = _chunks(call.file)
                response = await self._http.send(self._http.build_request(**given), stream=True)
            except httpx2.TransportError as problem:
                pause = _pause(call, tried, None, problem)
                if pause is None:
                    raise _unreachable(str(self._http.base_url), problem) from problem
            else:
                try:
                    if response.is_success:
                        with _unbroken(self._http.base_url):
                            yield response
                        return
                    pause = _pause(call, tried, response, None)
                    if pause is None:
                        raise refused(response.status_code, await response.aread())
                finally:
                    await response.aclose()
            await asyncio.sleep(pause)

    async def json(self, call: Call) -> Any:
        """The answer, read; raises the server's errors."""
        async with self._answered(call) as response:
            return _read(await response.aread())

    async def save(self, call: Call, to: str | Path) -> Path:
        """Write the answer to a file, which appears when it is whole."""
        async with self._answered(call) as response:
            with _written(to) as out:
                async for chunk in response.aiter_bytes(_CHUNK):
                    await asyncio.to_thread(out.write, chunk)
        return Path(to)

    async def events(self, call: Call) -> AsyncIterator[Event]:
        """The answer's events, as they come."""
        lines = _Lines()
        async with self._answered(call, Accept=EVENTS) as response:
            async for line in response.aiter_lines():
                if event := lines.take(line):
                    yield _heard(event)


async def _chunks(file: File) -> AsyncIterator[bytes]:
    with _opened(file) as content:
        while chunk := await asyncio.to_thread(content.read, _CHUNK):
            yield chunk
