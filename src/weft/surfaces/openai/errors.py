"""Errors in the shape of the OpenAI protocol, from which its clients make their exceptions."""

from typing import Any

import orjson

from weft.errors import (
    BudgetExhausted,
    Forbidden,
    LimitReached,
    ModelRefused,
    NotFound,
    TooLarge,
    Unauthorized,
    WeftError,
)


def shaped(problem: WeftError, param: str | None = None) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers for an error; what a model's server said in that shape itself is passed on."""
    status = problem.status
    headers: dict[str, str] = {}
    wait = problem.details.get("retry_after")
    if isinstance(wait, int | float):
        headers["retry-after"] = str(max(round(wait), 1))
    if isinstance(problem, ModelRefused):
        told = problem.details.get("upstream_status")
        status = told if isinstance(told, int) and 400 <= told < 500 else 400
        own = problem.details.get("body")
        if isinstance(own, bytes) and _is_shaped(own):
            return status, own, headers
    kind, code = _named(problem)
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    return status, body(problem.message, kind, code, param), headers


def body(message: str, kind: str, code: str | None, param: str | None = None) -> bytes:
    """An error's body."""
    return orjson.dumps({"error": {"message": message, "type": kind, "param": param, "code": code}})


def _named(problem: WeftError) -> tuple[str, str]:
    """The type and the code that clients know."""
    if isinstance(problem, BudgetExhausted):
        return "insufficient_quota", "insufficient_quota"
    if isinstance(problem, LimitReached):
        return "rate_limit_error", "rate_limit_exceeded"
    if isinstance(problem, Unauthorized):
        return "authentication_error", "invalid_api_key"
    if isinstance(problem, Forbidden):
        return "permission_error", "model_not_allowed"
    if isinstance(problem, NotFound):
        return "invalid_request_error", "model_not_found"
    if isinstance(problem, TooLarge):
        return "invalid_request_error", "request_too_large"
    if problem.status < 500:
        return "invalid_request_error", problem.code.replace("-", "_")
    return "server_error", problem.code.replace("-", "_")


def _is_shaped(text: bytes) -> bool:
    try:
        held: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    error = held.get("error") if isinstance(held, dict) else None
    return isinstance(error, dict) and isinstance(error.get("message"), str)
