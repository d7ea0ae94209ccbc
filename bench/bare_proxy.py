"""The limit: an ASGI application that passes requests on by aiohttp and does nothing else: `… PORT UPSTREAM`."""

import sys
from typing import Any

import aiohttp
import uvicorn


class Proxy:
    """Passes each body on and the answer back, whole or piece by piece."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1000))
        body, more = b"", True
        while more:
            message = await receive()
            body += message["body"]
            more = message["more_body"]
        headers = {"Content-Type": "application/json"}
        async with self._session.post(self._upstream + scope["path"], data=body, headers=headers) as answer:
            kind = answer.headers["Content-Type"].encode()
            if "Content-Length" in answer.headers:
                text = await answer.read()
                told = [(b"content-type", kind), (b"content-length", str(len(text)).encode())]
                await send({"type": "http.response.start", "status": answer.status, "headers": told})
                await send({"type": "http.response.body", "body": text})
                return
            await send({"type": "http.response.start", "status": answer.status, "headers": [(b"content-type", kind)]})
            async for part in answer.content.iter_any():
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})


if __name__ == "__main__":
    uvicorn.run(Proxy(sys.argv[2]), port=int(sys.argv[1]), log_level="error", access_log=False, lifespan="off")
