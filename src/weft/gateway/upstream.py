"""The way to a model's server, behind a seam of one method.

`Upstream.send` puts one request on the wire and answers once the reply's head is there; the body is read or streamed from the
reply. `Wire` is the real one, on aiohttp; `weft.gateway.standin.Standin` is the one beside it.
"""

import asyncio
import functools
import math
import ssl
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from weft.gateway.addresses import GuardedResolver, PrivateAddress, allowed, guarded, literal, refused
from weft.gateway.models import Provider, Reach

MOST_BYTES: Final = 32 << 20
_CONNECT_SECONDS: Final = 10.0
_CONNECTIONS: Final = 1000


class Unreachable(Exception):
    """The server could not be reached, or closed before the request was sent: nothing can have been billed."""


class Interrupted(Exception):
    """The server closed, or went silent, after the request was sent: it may have been billed. `late` is for a time that ran out."""

    def __init__(self, message: str, *, late: bool = False) -> None:
        super().__init__(message)
        self.late = late


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds until the first byte, between two, and for the whole."""

    first: float = 120.0
    idle: float = 60.0
    whole: float = 600.0


class Reply(Protocol):
    """A server's reply whose head is there."""

    status: int
    headers: Mapping[str, str]

    async def read(self) -> bytes:
        """The whole body; raises Interrupted."""

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes; raises Interrupted."""

    def close(self) -> None:
        """Let go of the reply; the server is told by a closed connection where it had not ended."""


class Upstream(Protocol):
    """What sends requests to models' servers."""

    async def send(
        self, provider: Provider, path: str, headers: Mapping[str, str], body: bytes, patience: Patience
    ) -> Reply:
        """POST a body to a path below the provider's address; raises Unreachable, Interrupted, Forbidden."""

    async def close(self) -> None:
        """Close all connections."""


class _WireReply:
    __slots__ = ("_patience", "_response", "headers", "status")

    def __init__(self, response: aiohttp.ClientResponse, patience: Patience) -> None:
        self._response = response
        self._patience = patience
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers

    async def read(self) -> bytes:
        """The whole body, unpacked where the server has packed it though it was asked not to."""
        length = self._response.content_length
        if length is not None and length > MOST_BYTES:
            raise self._too_large()
        body = await self._read() if length is not None else await self._gathered()
        packing = self._response.headers.get("Content-Encoding", "identity").lower()
        return body if packing == "identity" else self._unpacked(body, packing)

    async def _read(self) -> bytes:
        try:
            return await self._response.read()
        except TimeoutError as problem:
            raise self._silent() from problem
        except (aiohttp.ClientError, OSError) as problem:
            raise Interrupted(f"it broke off its answer ({_words(problem)})") from problem

    async def _gathered(self) -> bytes:
        parts: list[bytes] = []
        size = 0
        async for part in self._parts():
            size += len(part)
            if size > MOST_BYTES:
                raise self._too_large()
            parts.append(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _unpacked(self, body: bytes, packing: str) -> bytes:
        if packing not in ("gzip", "x-gzip", "deflate"):
            raise Interrupted(f"its answer is packed as {packing[:20]}, and it was asked not to pack it")
        unpacking = zlib.decompressobj(zlib.MAX_WBITS | 32)
        try:
            whole = unpacking.decompress(body, MOST_BYTES)
        except zlib.error as problem:
            raise Interrupted(f"its answer cannot be unpacked ({problem})") from problem
        if unpacking.unconsumed_tail:
            raise self._too_large()
        return whole

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes."""
        if "Content-Encoding" in self._response.headers and self._response.headers["Content-Encoding"] != "identity":
            raise Interrupted("its stream is packed, and it was asked not to pack it")
        return self._parts()

    async def _parts(self) -> AsyncIterator[bytes]:
        content = self._response.content
        try:
            while True:
                part = await content.readany()
                if not part:
                    return
                yield part
        except TimeoutError as problem:
            raise self._silent() from problem
        except (aiohttp.ClientError, OSError) as problem:
            raise Interrupted(f"it broke off its answer ({_words(problem)})") from problem

    def _silent(self) -> Interrupted:
        return Interrupted(f"it was silent for {self._patience.idle:g} s", late=True)

    def _too_large(self) -> Interrupted:
        self._response.close()
        return Interrupted(f"its answer is larger than {MOST_BYTES >> 20} MiB")

    def close(self) -> None:
        if self._response.content.at_eof():
            self._response.release()
        else:
            self._response.close()


class Wire:
    """HTTP/1.1 by aiohttp, with a pool of connections for each reach; addresses are checked as they were resolved."""

    def __init__(self) -> None:
        self._sessions: dict[Reach, aiohttp.ClientSession] = {}
        self._urls: dict[tuple[str, str], URL] = {}

    async def send(
        self, provider: Provider, path: str, headers: Mapping[str, str], body: bytes, patience: Patience
    ) -> Reply:
        """POST a body; see Upstream."""
        url = self._urls.get((provider.base_url, path))
        if url is None:
            host = urlsplit(provider.base_url).hostname or ""
            if literal(host) and not allowed(host, provider.reach):
                raise refused(host, provider.reach)
            url = self._urls[(provider.base_url, path)] = URL(provider.base_url + path, encoded=True)
        elif literal(url.host or "") and not allowed(url.host or "", provider.reach):
            raise refused(url.host or "", provider.reach)
        session = self._sessions.get(provider.reach) or self._session(provider.reach)
        timeout = _timeout(math.ceil(patience.whole), math.ceil(max(patience.first, patience.idle)))
        try:
            sent = session.request("POST", url, data=body, headers=headers, timeout=timeout, allow_redirects=False)
            if patience.first < patience.whole:
                async with asyncio.timeout(patience.first):
                    response = await sent
            else:
                response = await sent
        except PrivateAddress as problem:
            raise refused(problem.host, provider.reach) from None
        except aiohttp.ClientConnectorDNSError as problem:
            if isinstance(problem.os_error, PrivateAddress):
                raise refused(problem.host, provider.reach) from None
            raise Unreachable("its name cannot be resolved") from problem
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, ssl.SSLError) as problem:
            if isinstance(problem, aiohttp.ClientConnectorError) and isinstance(problem.os_error, PrivateAddress):
                raise refused(problem.host, provider.reach) from None
            raise Unreachable(f"it cannot be reached ({_words(problem)})") from problem
        except TimeoutError as problem:
            raise Interrupted(f"it did not begin to answer within {patience.first:g} s", late=True) from problem
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            raise Interrupted(f"it broke off ({_words(problem)})") from problem
        if patience.idle < patience.first and response.connection and response.connection.protocol:
            # From the head on the shorter silence is one too many.
            response.connection.protocol.read_timeout = patience.idle
            response.connection.protocol.start_timeout()
        return _WireReply(response, patience)

    def _session(self, reach: Reach) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=GuardedResolver(reach),
            socket_factory=guarded(reach),
            limit=_CONNECTIONS,
            keepalive_timeout=30,
            ttl_dns_cache=60,
        )
        made = aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            raise_for_status=False,
            skip_auto_headers=["User-Agent", "Accept-Encoding", "Accept"],
            read_bufsize=1 << 18,
            headers={"User-Agent": "weft", "Accept-Encoding": "identity"},
        )
        self._sessions[reach] = made
        return made

    async def close(self) -> None:
        """Close all connections."""
        sessions, self._sessions = list(self._sessions.values()), {}
        for session in sessions:
            await session.close()


@functools.lru_cache(maxsize=256)
def _timeout(whole: int, read: int) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=whole, sock_connect=_CONNECT_SECONDS, sock_read=read)


def _words(problem: BaseException) -> str:
    if isinstance(problem, aiohttp.ClientConnectorError):
        # Its own words tell the address, which is the operator's affair.
        problem = problem.os_error
        if problem.strerror and not isinstance(problem, ssl.SSLError):
            return problem.strerror.partition(" (")[0].partition(" [")[0]
    said = str(problem).strip().split("\n", 1)[0][:200]
    return said or type(problem).__name__
