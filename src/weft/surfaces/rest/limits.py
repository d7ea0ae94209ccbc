"""How large a body may be: counted as it comes, so that a missing or false Content-Length makes no difference."""

from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from weft.surfaces.rest.problems import problem

JSON_BODY: Final = 8 << 20
_UPLOADS: Final = (
    "/api/v1/imports",
    "/api/v1/taxonomies",
    "/api/v1/glossary/file",
    "/api/v1/memory/file",
    "/console/settings/glossary/file",
    "/console/settings/memory/file",
)


class _TooLong(Exception):
    pass


class BodyLimit:
    """Middleware that answers 413 once a body is longer than its path allows."""

    def __init__(self, app: ASGIApp, upload_bytes: int) -> None:
        self.app = app
        self.upload_bytes = upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting its body."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS", "DELETE"):
            await self.app(scope, receive, send)
            return
        limit = self.upload_bytes if scope["path"] in _UPLOADS else JSON_BODY
        seen = 0
        started = False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise _TooLong
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        declared: Any = dict(scope["headers"]).get(b"content-length", b"")
        try:
            if declared.isdigit() and int(declared) > limit:
                raise _TooLong
            await self.app(scope, counted, watched)
        except _TooLong:
            if not started:
                text = f"The body is larger than {limit >> 20} MiB; send less, or in parts."
                response = problem(413, "too-large", text)
                response.headers["Connection"] = "close"
                await response(scope, receive, send)
