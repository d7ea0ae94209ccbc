"""The shop window: `/storefront.js` for a shop's own pages, and a storefront of Weft's own that shows what it does."""

import gzip
import hashlib
from functools import cache
from importlib import resources
from typing import Final

import orjson
from fastapi import APIRouter, Request, Response

from weft.postgres.database import Database
from weft.surfaces.storefront import pages
from weft.surfaces.storefront.pages import STATIC, home_of, opened, static_app

__all__ = ["STATIC", "home_of", "opened", "router", "script", "static_app"]

_PARTS: Final = (
    *("labels", "asking", "behaviors", "parts", "wanted", "suggestions", "narrowing", "search", "strip", "start"),
)
_HEADERS: Final = {
    # Its address stays the same, so what changes in it arrives within an hour.
    "cache-control": "public, max-age=3600, stale-while-revalidate=86400",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
    "vary": "Accept-Encoding",
}


@cache
def script() -> bytes:
    """The elements as one script: its parts in their order in a scope of their own, with their look as text."""
    folder = resources.files("weft.surfaces.storefront") / "script"
    look = orjson.dumps((folder / "look.css").read_text(encoding="utf-8")).decode()
    parts = [(folder / f"{name}.js").read_text(encoding="utf-8") for name in _PARTS]
    return "\n".join(['"use strict";(() => {', f"const STYLE = {look};", *parts, "})();\n"]).encode()


@cache
def _packed() -> tuple[bytes, str]:
    """The script in gzip's form, and the tag that names its content."""
    return gzip.compress(script(), 9, mtime=0), f'"{hashlib.sha256(script()).hexdigest()[:20]}"'


def router(database: Database) -> APIRouter:
    """The paths of the script and of the storefront."""
    made = APIRouter(include_in_schema=False)
    pages.add_pages(made, database)

    @made.api_route("/storefront.js", methods=["GET", "HEAD"])
    async def elements(request: Request) -> Response:
        packed, tag = _packed()
        headers = {**_HEADERS, "etag": tag}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(packed, headers={**headers, "content-encoding": "gzip"}, media_type="text/javascript")
        return Response(script(), headers=headers, media_type="text/javascript")

    return made
