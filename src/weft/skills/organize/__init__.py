"""The skills `organize` and `quality`: a catalog sorted and completed from its own text, and its gaps by what they cost."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from weft.skill import Answer, Changes, ProductAsked, Skill

Part = Literal["category", "attributes", "quality"]


class Organize(BaseModel):
    """A product to put into its category, to complete from its own text, and to judge."""

    model_config = ConfigDict(extra="forbid")

    product: ProductAsked = Field(description="A product's id, or a product said whole.")
    parts: list[Part] = Field(
        default=["category", "attributes", "quality"], min_length=1, description="What to look at: all, if not said."
    )


class Place(BaseModel):
    """A category with how sure it is."""

    category: str
    confidence: float


class Placed(BaseModel):
    """Where the product belongs; `category` is null where that cannot be said."""

    category: str | None = None
    confidence: float = 0.0
    sure: bool = Field(default=False, description="At least 99 of 100 placements as sure as this one are right.")
    runners_up: list[Place] = Field(default_factory=list)
    words: list[str] = Field(default_factory=list, description="The words that spoke most for it.")
    how: Literal["given", "learned", "taxonomy", "model"] = "learned"
    model: str | None = Field(default=None, description="The model that says so, as provider/model.")
    node: str | None = Field(default=None, description="The node of the loaded taxonomy that it is, by id.")
    path: str | None = Field(default=None, description="That node's path.")


class Found(BaseModel):
    """An attribute that the product's own text states, and where it does."""

    name: str
    value: Any
    unit: str | None = None
    confidence: float
    field: str
    start: int
    end: int
    text: str
    how: str
    model: str | None = Field(default=None, description="The model that pointed at these words, as provider/model.")


class Reason(BaseModel):
    """Why a product is worth less than it could be, and what would mend that."""

    code: str
    field: str
    points: int
    words: str
    fix: str


class Quality(BaseModel):
    """How complete and sound a product is: 100 less the points of the reasons."""

    score: int
    reasons: list[Reason] = Field(default_factory=list)


class Organized(Changes):
    """A product's place, what its text states, how good it is, and the edits that follow."""

    category: Placed | None = None
    attributes: list[Found] = Field(default_factory=list)
    quality: Quality | None = None


class Look(BaseModel):
    """How much of the catalog's state to tell."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=20, ge=1, le=1000, description="How many products of the fix queue to tell.")
    days: int = Field(default=90, ge=1, le=3650, description="Over how many days revenue counts.")
    duplicates: bool = Field(default=True, description="Look for products that are there twice.")


class Gap(BaseModel):
    """A reason, and how many products have it."""

    code: str
    products: int
    at_stake: int = Field(description="What these products earned, in minor units.")


class Fix(BaseModel):
    """A product to mend, with what is at stake (minor units of its revenue, or of its stock where nothing was sold)."""

    product: str
    title: str | None
    score: int
    at_stake: int
    reasons: list[str]


class Twice(BaseModel):
    """Two products that are suspected to be one."""

    a: str
    b: str
    kind: Literal["exact", "near"]
    confidence: float
    why: str


class Told(Answer):
    """The catalog's state: the mean score, the gaps, what to mend first, and what is suspected to be there twice."""

    products: int
    score: float | None
    currency: str
    gaps: list[Gap] = Field(default_factory=list)
    queue: list[Fix] = Field(default_factory=list)
    duplicates: list[Twice] = Field(default_factory=list)


skill = (
    Skill(
        name="organize",
        does="Puts products into categories, fills attributes in from their own text, and says what is missing",
        asks=Organize,
        answers=Organized,
        local="weft.skills.organize.answers:organized",
        many="weft.skills.organize.answers:organized_many",
        model="weft.skills.organize.model:organized",
        rests_on="weft.skills.organize.foundation:rests_on",
        over="product",
        reads=(
            *(
                "title",
                "description",
                "vendor",
                "type",
                "category",
                "status",
                "tags",
                "options",
                "images",
                "attributes",
            ),
            *("variants.sku", "variants.barcode", "variants.options", "variants.price", "variants.compare_at"),
            *("variants.currency", "variants.grams", "variants.stock"),
        ),
        writes="catalog",
        seconds=300,
    ),
    Skill(
        name="quality",
        does="Tells what is wrong with the catalog, and what to mend first by the value at stake",
        asks=Look,
        answers=Told,
        local="weft.skills.organize.report:told",
        long=True,
        seconds=900,
    ),
)
