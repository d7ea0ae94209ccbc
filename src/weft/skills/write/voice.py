"""How a business speaks and where it sells, as far as its texts show it."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field

from weft.business import Business


class Voice(BaseModel):
    """How a business speaks."""

    tone: Literal["plain", "warm", "expert", "playful"] = "plain"
    person: Literal["neutral", "you", "we"] = "neutral"
    formality: Literal["informal", "formal"] = "informal"
    spelling: str = ""
    use: list[str] = Field(default_factory=list)
    avoid: list[str] = Field(default_factory=list)
    examples: list[str] = Field(default_factory=list)
    brand: str = ""


def voice_of(business: Business) -> Voice:
    """How the business speaks."""
    return Voice()


def lexicon_of(business: Business) -> Mapping[str, Any]:
    """The phrases that the business forbids and allows, and the certificates it has."""
    return {}


def market_of(business: Business, language: str) -> str | None:
    """The market that is sold to in a language, if the business has said one."""
    return None
