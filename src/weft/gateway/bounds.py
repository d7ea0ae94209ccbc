"""What a request can cost at most, proven before it is sent, and what it did cost.

A byte-level tokenizer makes at most one token of a byte, so the bytes of the request bound its tokens; what a server's chat
template adds to each message is bounded by the JSON around it and an allowance. Images count as the most that the model takes
for one. The answer is bounded by the limit that the request sets, by the model's own, or by one that is put in.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from weft.gateway.models import Prices, Target
from weft.gateway.providers.openai import Usage

INJECTED: Final = 4096
_TEMPLATE: Final = 512
_MESSAGE: Final = 16
_MEDIA: Final = 64
_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Size:
    """A request's size: `length` bytes that can be tokens, images and other media, answers asked for, and the limit it sets (None: none)."""

    length: int
    images: int = 0
    media: int = 0
    answers: int = 1
    limit: int | None = None
    thinking: int | None = None
    messages: int = 0

    @classmethod
    def of(cls, kind: str, body: Mapping[str, Any], raw: bytes) -> "Size":
        """The size of a request whose body, as it came, is `raw`."""
        if kind != "chat":
            return cls(len(raw), limit=0)
        limit, other = _count(body.get("max_tokens")), _count(body.get("max_completion_tokens"))
        if other is not None:
            limit = other if limit is None else max(limit, other)
        messages = body.get("messages")
        size, images, media = len(raw), 0, 0
        if b'_url"' in raw or b'"input_audio"' in raw or b'"file"' in raw or b'"video"' in raw or b'"image"' in raw:
            size, images, media = _weighed(messages, size)
        return cls(
            size,
            images,
            media,
            _count(body.get("n")) or 1,
            limit,
            _count(body.get("thinking_budget")),
            len(messages) if isinstance(messages, list) else 1,
        )

    def tokens_in(self, target: Target) -> int:
        """The most tokens that the request can be for this target."""
        extra = self.images * target.model.image_tokens + self.media * _MEDIA * target.model.image_tokens
        return self.length + _TEMPLATE + _MESSAGE * self.messages + extra

    def limit_for(self, target: Target) -> tuple[int, int | None]:
        """The most tokens of one answer, and the limit to put in where only that makes it so."""
        if self.limit is not None:
            return self.limit, None
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


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None


def _weighed(messages: Any, size: int) -> tuple[int, int, int]:
    """Bytes without those of inlined images, images, and other media."""
    images = media = 0
    for message in messages if isinstance(messages, list) else ():
        content = message.get("content") if isinstance(message, dict) else None
        for part in content if isinstance(content, list) else ():
            kind = part.get("type") if isinstance(part, dict) else None
            if kind in ("image_url", "image", "input_image"):
                images += 1
                held = part.get("image_url") or part.get("image")
                url = held.get("url") if isinstance(held, dict) else held
                if isinstance(url, str) and url.startswith("data:"):
                    size -= len(url)
            elif kind not in (None, "text", "refusal"):
                media += 1
    return size, images, media
