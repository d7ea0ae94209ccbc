"""What a request can cost at most, proven before it is sent, and what it did cost.

A byte-level tokenizer makes at most one token of a byte, so the bytes of the request bound its tokens; what a server's chat
template adds to each message is bounded by the JSON around it and an allowance; tools are shown to some models with more space
around them. A reranker reads the query again with each document. Images count as the most that the model takes for one. The
answer is bounded by the limit that the request sets, under whichever of its names, by the model's own, or by one that is put in.
What can cost more than its tokens is told by `unbounded`, and a budget refuses it.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from weft.errors import InputError
from weft.gateway.models import Prices, Target
from weft.gateway.providers.openai import Usage

INJECTED: Final = 4096
_TEMPLATE: Final = 512
_MESSAGE: Final = 16
_MEDIA: Final = 64
_PAIR: Final = 256
_SPREAD: Final = 3
_MILLION: Final = 1_000_000
_MOST_TOKENS: Final = 100_000_000
_MOST_ANSWERS: Final = 1024
# Servers know an answer's limit under several names, and some take what others overlook.
_PLAIN: Final = "max_tokens"
_LIMITS: Final = frozenset(
    {_PLAIN, "max_completion_tokens", "max_output_tokens", "max_new_tokens", "max_gen_len", "n_predict", "num_predict"}
)
_ANSWERS: Final = frozenset({"n", "best_of", "num_return_sequences", "n_cmpl"})
_COUNTS: Final = _LIMITS | _ANSWERS
# What a vendor bills beside or beyond the tokens of this model.
_BEYOND: Final = frozenset(
    {
        "audio", "chat_template", "enable_search", "mm_processor_kwargs", "modalities", "models", "plugins", "prediction",
        "provider", "search_options", "service_tier", "web_search_options",
    }
)  # fmt: skip
_TIERS: Final = ("auto", "default", "standard", "standard_only", "flex")
_MARKS: Final = (b'_url"', b'"input_audio"', b'"file"', b'"video', b'"image', b'"audio', b'_embeds"', b"\\u")
_IMAGES: Final = ("image", "input_image")
_OTHERS: Final = ("video", "audio", "input_audio", "file", "input_file")
_TEXTS: Final = ("text", "refusal", "thinking")
_OWN_TOOLS: Final = ("function", "custom", None)


@dataclass(frozen=True, slots=True)
class Size:
    """A request's size: `length` bytes that can be tokens, images and other media, answers asked for, and the limit it sets (None: none)."""

    length: int
    images: int = 0
    media: int = 0
    answers: int = 1
    limit: int | None = None
    plain: bool = False
    thinking: int | None = None
    messages: int = 0

    @classmethod
    def of(cls, kind: str, body: Mapping[str, Any], raw: bytes) -> "Size":
        """The size of a request whose body, as it came, is `raw`; raises InputError where it counts in what are no counts."""
        if kind != "chat":
            return cls._read(kind, body, raw)
        limit, answers, plain = None, 1, False
        for name in body.keys() & _COUNTS:
            value = body[name]
            if value is None:
                continue
            if name in _ANSWERS:
                answers = max(answers, _checked(name, value, _MOST_ANSWERS))
            else:
                limit = max(limit or 0, _checked(name, value, _MOST_TOKENS))
                plain |= name == _PLAIN
        messages = body.get("messages")
        size, images, media = len(raw), 0, 0
        if any(mark in raw for mark in _MARKS):
            less, images, media = _weighed(_parts(messages))
            size -= less
        if "tools" in body or "functions" in body:
            size += _SPREAD * len(orjson.dumps((body.get("tools"), body.get("functions")), default=str))
        return cls(
            size,
            images,
            media,
            answers,
            limit,
            plain,
            _count(body.get("thinking_budget")),
            len(messages) if isinstance(messages, list) else 1,
        )

    @classmethod
    def _read(cls, kind: str, body: Mapping[str, Any], raw: bytes) -> "Size":
        """The size of a request whose model writes nothing: texts to embed, or a query and documents to rank."""
        size, images, media = len(raw), 0, 0
        texts = body.get("documents" if kind == "rerank" else "input")
        count = len(texts) if isinstance(texts, list) else 1
        if kind == "rerank":
            # Each document is read with the query, and with what the model is told around a pair.
            size += count * (len(orjson.dumps(body.get("query"), default=str)) + _PAIR)
        if any(mark in raw for mark in _MARKS):
            items = texts if isinstance(texts, list) else [texts]
            less, images, media = _weighed([*items, *_parts(body.get("messages"))])
            _, more, others = _weighed(_listed(body.get("query")))
            size, images, media = size - less, images + count * more, media + count * others
        return cls(size, images, media, limit=0, plain=True, messages=count)

    def tokens_in(self, target: Target) -> int:
        """The most tokens that the request can be for this target."""
        extra = self.images * target.model.image_tokens + self.media * _MEDIA * target.model.image_tokens
        return self.length + _TEMPLATE + _MESSAGE * self.messages + extra

    def limit_for(self, target: Target) -> tuple[int, int | None]:
        """The most tokens of one answer, and the limit to put in where only that makes it so."""
        if self.limit is not None:
            return self.limit, None if self.plain else self.limit
        if target.model.most_out is not None:
            return target.model.most_out, None
        return INJECTED, INJECTED

    def bound(self, target: Target, prices: Prices) -> int:
        """The most that the request can cost at this target (nanodollars)."""
        each, _ = self.limit_for(target)
        reasoning = target.model.most_reasoning
        if reasoning and self.thinking is not None:
            reasoning = min(reasoning, self.thinking)
        out = self.answers * (each + reasoning)
        dearest = max(prices.input, prices.cached_input or 0)
        whole = self.tokens_in(target) * dearest + out * prices.output
        return -(-whole // _MILLION) + prices.request + self.images * prices.image


def cost(usage: Usage, prices: Prices, images: int = 0) -> int:
    """What the tokens cost (nanodollars), rounded up once."""
    cached = prices.input if prices.cached_input is None else prices.cached_input
    whole = (usage.tokens_in - usage.cached) * prices.input + usage.cached * cached + usage.tokens_out * prices.output
    return -(-whole // _MILLION) + prices.request + images * prices.image


def estimate(size: Size) -> int:
    """About how many tokens a request may take, for limits that are settled later: four bytes a token and its own limit."""
    return math.ceil(size.length / 4) + (size.limit or 0)


def unbounded(body: Mapping[str, Any]) -> str | None:
    """The field of a request that can cost more than its tokens do, or None."""
    for name in sorted(body.keys() & _BEYOND):
        value = body[name]
        harmless = not value
        if name == "service_tier":
            harmless |= value in _TIERS
        elif name == "modalities":
            harmless |= value == ["text"]
        if not harmless:
            return name
    tools = body.get("tools")
    if isinstance(tools, list) and any(isinstance(one, dict) and one.get("type") not in _OWN_TOOLS for one in tools):
        return "tools"
    return None


def _checked(name: str, value: Any, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise InputError(
            f"The field {name} is a whole number from 1 to {most:,}, not {str(value)[:40]}. Leave it out to set none."
        )
    return value


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _parts(messages: Any) -> list[Any]:
    """The parts of all messages."""
    held = (
        [message.get("content") for message in messages if isinstance(message, dict)]
        if isinstance(messages, list)
        else ()
    )
    return [part for content in held for part in _listed(content)]


def _weighed(parts: Iterable[Any]) -> tuple[int, int, int]:
    """Bytes of inlined images, images, and other media; servers tell a part by its type, or where it has none by its fields."""
    less = images = media = 0
    for part in parts:
        if not isinstance(part, dict):
            continue
        kind = part.get("type")
        if str(kind).startswith(_IMAGES) or any(name.startswith(_IMAGES) for name in part):
            images += 1
            held = part.get("image_url") or part.get("image")
            url = held.get("url") if isinstance(held, dict) else held
            if isinstance(url, str) and url.startswith("data:"):
                less += len(url)
        elif kind not in (None, *_TEXTS) or any(name.startswith(_OTHERS) for name in part):
            media += 1
    return less, images, media
