"""The skill `recommend`: products for a page, a cart or a person, with reasons."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from weft.index.card import Card
from weft.index.wanted import Wanted
from weft.skill import Answer, Skill

Kind = Literal["similar", "bought-together", "also-viewed", "trending", "cart", "for-you"]
_ID = 1000


class Recommend(BaseModel):
    """What products are wanted for: a product's page, a cart, or somebody, of whom nothing need be known."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind = Field(
        default="for-you",
        description="`similar`, `bought-together` and `also-viewed` need a `product`, `cart` a `cart`; `trending` and `for-you` need nothing.",
    )
    product: str | None = Field(default=None, max_length=_ID, description="The id of the product whose page it is.")
    cart: list[str] = Field(default_factory=list, max_length=200, description="The ids of what is in the cart.")
    viewed: list[str] = Field(
        default_factory=list,
        max_length=200,
        description="The ids of what was looked at in this session, the last one last.",
    )
    visitor: str | None = Field(default=None, max_length=_ID, description="Who it is, without a login.")
    customer: str | None = Field(default=None, max_length=_ID, description="Who it is: a customer's id.")
    exclude: list[str] = Field(default_factory=list, max_length=1000, description="The ids of what is not to be shown.")
    filters: dict[str, Wanted] = Field(
        default_factory=dict,
        max_length=50,
        description="What must hold, as in `search`.",
        examples=[{"price": {"max": 50}}],
    )
    limit: int = Field(default=10, ge=1, le=100)
    explain: bool = Field(default=False, description="Say of each product why it is shown.")


class Because(BaseModel):
    """A product because of which another is shown, and in how many of how many cases both were taken."""

    product: str
    title: str
    together: int | None = None
    of: int | None = None


class Motive(BaseModel):
    """Why a product is shown: a sentence, and the numbers that make up its score."""

    how: str = Field(
        description="What found it: `bought-together`, `item-to-item`, `content`, `popular`, `trending`, `new`, or the way that was chosen."
    )
    says: str
    because: list[Because] = Field(default_factory=list)
    affinity: float = Field(description="How well it goes with what it is shown for, as a share of the best.")
    multiplier: float = Field(
        default=1.0, description="What is left of that, because it is popular or would stand everywhere."
    )
    moved: float = Field(default=1.0, description="What the merchant's rules and dials multiply it by.")


class Recommended(Card):
    """A product that is recommended."""

    why: Motive | None = None


class Recommendations(Answer):
    """The products, the best first, and how they were found."""

    items: list[Recommended] = Field(default_factory=list)
    kind: Kind
    how: str = Field(description="What found most of them.", examples=["item-to-item", "content", "popular"])
    query_id: str = Field(description="Name it where a click or a purchase comes of it.")


skill = Skill(
    name="recommend",
    does="Recommends products: similar, bought together, also viewed, trending, for a cart, for somebody",
    asks=Recommend,
    answers=Recommendations,
    local="weft.skills.recommend.strips:recommended",
    seconds=30,
    public=True,
    # Whoever names a customer would be told what they bought.
    private=("explain", "customer", "filters.stock"),
    shown="weft.skills.recommend.shown:shown",
)
