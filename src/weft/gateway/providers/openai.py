"""The OpenAI protocol as models' servers speak it: paths, headers, the request as it is sent, usage and errors in replies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from weft.gateway.models import Provider, Target

PATHS: Final = {"chat": "/chat/completions", "embeddings": "/embeddings", "rerank": "/rerank"}
LIMITS: Final = ("max_tokens", "max_completion_tokens", "n_predict")
"""What servers call the most tokens of an answer: OpenAI's two names, and llama.cpp's, which goes before them there."""
_OPENAI: Final = "api.openai.com"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as a server counted them: `cached` are among those in, `reasoning` among those out."""

    tokens_in: int = 0
    tokens_out: int = 0
    cached: int = 0
    reasoning: int = 0


def path(provider: Provider, kind: str) -> str:
    """Where a provider takes requests of a kind, below its address."""
    return provider.paths.get(kind) or PATHS[kind]


def headers(provider: Provider) -> dict[str, str]:
    """The headers of a request to a provider."""
    made = {"Content-Type": "application/json"}
    if provider.key:
        made["Authorization"] = f"Bearer {provider.key}"
    made.update(provider.headers)
    return made


def limit_field(provider: Provider) -> str:
    """How a provider calls the most tokens that an answer may have."""
    return "max_completion_tokens" if _OPENAI in provider.base_url else "max_tokens"


def outgoing(body: Mapping[str, Any], target: Target, limit: int | None) -> bytes:
    """A request as this target is asked it: its model, an answer's limit where one is put in, usage told at a stream's end."""
    sent = {**body, "model": target.model.name}
    if limit is not None:
        for name in LIMITS:
            sent.pop(name, None)
        sent[limit_field(target.provider)] = limit
    if sent.get("stream"):
        options = sent.get("stream_options")
        sent["stream_options"] = (
            {**options, "include_usage": True} if isinstance(options, dict) else {"include_usage": True}
        )
    return orjson.dumps(sent)


def usage(payload: Any) -> Usage | None:
    """The usage that a reply or an event tells, or None where it tells none that makes sense."""
    said = payload.get("usage") if isinstance(payload, dict) else None
    if not isinstance(said, dict):
        return None
    total = _count(said.get("total_tokens"))
    tokens_in = _count(said.get("prompt_tokens", said.get("input_tokens")))
    tokens_out = _count(said.get("completion_tokens", said.get("output_tokens")))
    if tokens_in is None and tokens_out is None:
        # Rerankers tell a total alone.
        return Usage(total) if total is not None else None
    details = said.get("prompt_tokens_details")
    cached = _count(details.get("cached_tokens")) if isinstance(details, dict) else None
    if cached is None:
        cached = _count(said.get("prompt_cache_hit_tokens"))
    details = said.get("completion_tokens_details")
    reasoning = _count(details.get("reasoning_tokens")) if isinstance(details, dict) else None
    return Usage(tokens_in or 0, tokens_out or 0, min(cached or 0, tokens_in or 0), reasoning or 0)


def _count(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**31:
        return None
    return int(value)


def error(payload: Any) -> str | None:
    """What a reply or an event says is wrong, also where its status is 200; None where nothing is."""
    if not isinstance(payload, dict):
        return None
    said = payload.get("error")
    if not said:
        # Some servers say it flat: {"object": "error", "message": …}.
        if payload.get("object") != "error":
            return None
        said = payload
    if isinstance(said, dict):
        return str(said.get("message") or said.get("code") or said.get("type") or "an error without words")[:500]
    return str(said)[:500]


def answered(kind: str, payload: Any) -> bool:
    """Tell whether a reply has the shape of an answer of its kind."""
    if not isinstance(payload, dict):
        return False
    part = payload.get({"chat": "choices", "embeddings": "data", "rerank": "results"}[kind])
    return isinstance(part, list)
