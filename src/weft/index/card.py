"""A product as answers show it: the same card wherever products are found or recommended."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, Field

NO_LIMIT: Final = 2**31 - 1
"""The stock of a product whose stock is not counted."""
TO_ALL: Final[Mapping[str, Any]] = {"score": 0.0, "stock": None}
"""What stands in a card that everybody may see in place of what is the merchant's own; margins may be a part of a score."""


class Card(BaseModel):
    """A product as it is shown."""

    id: str
    title: str
    score: float
    vendor: str | None = None
    category: str | None = None
    image: str | None = None
    price: dict[str, Any] | None = Field(default=None, description="The lowest price of its variants, in minor units.")
    price_to: dict[str, Any] | None = Field(default=None, description="The highest, where it is another.")
    available: bool = True
    stock: int | None = Field(default=None, description="How many there are; null where that is not counted.")


def shown(tale: Mapping[str, Any], score: float) -> dict[str, Any]:
    """The fields of a card, of what an index tells of a product."""
    stock, currency = tale["stock"], tale.get("currency")
    different = tale.get("high") != tale.get("low")
    return {
        "id": tale["id"],
        "title": tale["title"],
        "score": round(score, 4),
        "vendor": tale.get("vendor"),
        "category": tale.get("category"),
        "image": tale.get("image"),
        "price": amount(tale.get("low"), currency),
        "price_to": amount(tale.get("high"), currency) if different else None,
        "available": stock > 0,
        "stock": None if stock == NO_LIMIT else stock,
    }


def amount(minor: int | None, currency: str | None) -> dict[str, Any] | None:
    """A price as answers tell it."""
    return None if minor is None else {"amount": minor, "currency": currency}
