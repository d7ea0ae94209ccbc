"""Connections that hold nobody up: a request's head that comes too slowly, or is too long, ends one, and so does a reader that stops."""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS: Final = 20.0
STALLED_SECONDS: Final = 60.0
MOST_HEAD: Final = 64 << 10


class Connection(HttpToolsProtocol):
    """One client's connection, with what uvicorn leaves unbounded."""

    _in_head = False
    _length = 0
    _late: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody has come: the first head has to be whole in time."""
        super().connection_made(transport)
        self._late = self.loop.call_later(HEAD_SECONDS, self._close)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        for timer in (self._late, self._stalled):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of a head or a body."""
        super().data_received(data)
        if self._in_head:
            self._length += len(data)
            if self._length > MOST_HEAD:
                self._close()
            elif self._late is None:
                self._late = self.loop.call_later(HEAD_SECONDS, self._close)

    def on_message_begin(self) -> None:
        """A head begins."""
        self._in_head, self._length = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head is whole."""
        self._in_head = False
        if self._late is not None:
            self._late.cancel()
            self._late = None
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """The client does not take what is written to it; it has to take some of it in time."""
        super().pause_writing()
        if self._stalled is None:
            self._watch(self.transport.get_write_buffer_size())

    def timeout_keep_alive_handler(self) -> None:
        """Nobody asked again: the connection closes, once the client has taken its answer or has stopped to take it."""
        super().timeout_keep_alive_handler()
        if self._stalled is None:
            self._watch(self.transport.get_write_buffer_size())

    def _watch(self, left: int) -> None:
        self._stalled = self.loop.call_later(STALLED_SECONDS, self._looked, left) if left else None

    def _looked(self, before: int) -> None:
        left: Any = self.transport.get_write_buffer_size()
        if left >= before:
            self.transport.abort()
        else:
            self._watch(left)

    def _close(self) -> None:
        self.transport.abort()
