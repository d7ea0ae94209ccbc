"""A product as answers show it: the same card wherever products are found or recommended."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, Field

NO_PRICE: Final = -(2**62)
"""The price of what has none, as a column has it."""
NO_LIMIT: Final = 2**31 - 1
"""The stock of a product whose stock is not counted."""


class Offer(BaseModel):
    """One variant of a product, as it can be bought."""

    sku: str | None = None
    options: dict[str, str] = Field(default_factory=dict)
    price: dict[str, Any] | None = Field(default=None, description="In minor units.")
    image: str | None = None
    available: bool = True
    stock: int | None = Field(default=None, description="How many there are; null where that is not counted.")


class Card(BaseModel):
    """A product as it is shown."""

    id: str
    title: str
    score: float
    vendor: str | None = None
    category: str | None = None
    image: str | None = None
    price: dict[str, Any] | None = Field(
        default=None, description="The lowest price of its variants, of those that fit what was asked, in minor units."
    )
    price_to: dict[str, Any] | None = Field(default=None, description="The highest, where it is another.")
    available: bool = Field(default=True, description="Whether one of the variants that fit can be bought.")
    stock: int | None = Field(default=None, description="How many there are of these; null where that is not counted.")
    variant: Offer | None = Field(
        default=None,
        description="The variant that fits what was asked, the first that can be bought; null where a product has several and "
        "nothing asked tells them apart.",
    )


def to_all(card: Card) -> dict[str, Any]:
    """What stands in a card that everybody may see in place of what is the merchant's own; margins may be a part of a score."""
    variant = card.variant.model_copy(update={"stock": None}) if card.variant is not None else None
    return {"score": 0.0, "stock": None, "variant": variant}


def shown(tale: Mapping[str, Any], score: float) -> dict[str, Any]:
    """The fields of a card, of what an index tells of a product."""
    stock, currency = tale["stock"], tale.get("currency")
    different = tale.get("high") != tale.get("low")
    one = tale["variants"][0] if tale.get("fits") else tale.get("only")
    return {
        "id": tale["id"],
        "title": tale["title"],
        "score": round(score, 4),
        "vendor": tale.get("vendor"),
        "category": tale.get("category"),
        "image": (one and one.get("image")) or tale.get("image"),
        "price": amount(tale.get("low"), currency),
        "price_to": amount(tale.get("high"), currency) if different else None,
        "available": stock > 0,
        "stock": None if stock == NO_LIMIT else stock,
        "variant": offer(one, currency) if one else None,
    }


def offer(variant: Mapping[str, Any], currency: str | None) -> Offer:
    """A variant of what an index tells of one."""
    stock = variant.get("stock")
    return Offer(
        sku=variant.get("sku"),
        options=variant.get("options") or {},
        price=amount(variant.get("price"), currency),
        image=variant.get("image"),
        available=stock is None or stock > 0,
        stock=stock,
    )


def amount(minor: int | None, currency: str | None) -> dict[str, Any] | None:
    """A price as answers tell it."""
    return None if minor is None or minor == NO_PRICE else {"amount": minor, "currency": currency}
