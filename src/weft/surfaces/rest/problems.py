"""Errors as problem details (RFC 9457): a slug for programs, a sentence for people."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from weft.errors import WeftError

log = logging.getLogger("weft.rest")


class Problem(BaseModel):
    """What went wrong."""

    type: str = Field(description="The error's page, ending in its code.", examples=["/docs/errors#not-found"])
    title: str
    status: int
    detail: str = Field(description="One sentence: what is wrong, where, and what to do.")
    errors: list[dict[str, Any]] | None = Field(default=None, description="For a bad request: what is wrong where.")


RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "model": Problem,
        "description": "The request cannot be done.",
        "content": {"application/problem+json": {}},
    },
    "5XX": {
        "model": Problem,
        "description": "Weft or its database cannot do it now.",
        "content": {"application/problem+json": {}},
    },
}


def problem(status: int, code: str, detail: str, errors: list[dict[str, Any]] | None = None) -> Response:
    """A problem+json response."""
    body: dict[str, Any] = {
        "type": f"/docs/errors#{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        # It may quote half a character that was sent, which no answer can hold.
        "detail": detail.encode("utf-8", "backslashreplace").decode(),
    }
    if errors is not None:
        body["errors"] = errors
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "2"
    return Response(orjson.dumps(body, default=str), status, headers, "application/problem+json")


def _no_json(error: Mapping[str, Any]) -> str:
    """A sentence for a body that is no JSON: what the reader stumbled over, and at which character."""
    why = str((error.get("ctx") or {}).get("error") or "it cannot be read").rstrip(".").removesuffix(" starting at")
    place = error["loc"][-1] if error.get("loc") else None
    where = f" at character {place + 1:,}" if isinstance(place, int) else ""
    return f'The body of the request is not JSON{where}: {why[:1].lower()}{why[1:]}. Send one JSON object, such as {{"product": "mug"}}.'


def install(app: FastAPI) -> None:
    """Answer every error of an application as a problem."""

    async def weft_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, WeftError)
        return problem(error.status, error.code, error.message)

    async def bad_request(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        errors = [
            {"where": ".".join(str(part) for part in e["loc"]), "problem": e["msg"].removeprefix("Value error, ")}
            for e in error.errors()[:20]
        ]
        broken = next((_no_json(e) for e in error.errors() if e.get("type") == "json_invalid"), None)
        first = errors[0] if errors else {"where": "the request", "problem": "cannot be read"}
        return problem(422, "bad-input", broken or f"{first['where']}: {first['problem']}", errors)

    async def http_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
        response = problem(error.status_code, code, str(error.detail))
        response.headers.update(error.headers or {})
        return response

    async def unforeseen(request: Request, error: Exception) -> Response:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return problem(500, "error", "Weft failed at this; its log says why. Nothing was half done.")

    app.add_exception_handler(WeftError, weft_error)
    app.add_exception_handler(RequestValidationError, bad_request)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(Exception, unforeseen)
