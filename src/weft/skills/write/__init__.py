"""The skill `write`: titles, descriptions, bullets, SEO and alt texts from a product's facts, and from nothing else."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from weft.skill import Changes, ProductAsked, Skill

Channel = Literal["shop", "google", "marketplace", "social"]
Part = Literal["title", "description", "bullets", "seo_title", "seo_description", "alt"]


class Write(BaseModel):
    """A product to write the texts of, for a channel, in a language."""

    model_config = ConfigDict(extra="forbid")

    product: ProductAsked = Field(description="A product's id, or a product said whole.")
    parts: list[Part] = Field(
        default=["title", "description", "bullets", "seo_title", "seo_description", "alt"],
        min_length=1,
        description="Which texts: all, if not said.",
    )
    channel: Channel = Field(default="shop", description="For whom: its limits, characters and forbidden words hold.")
    language: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$",
        description="A language such as de or en-GB; the business's main language, else the product's own, if not said.",
    )


class Piece(BaseModel):
    """A text that was written: `claims` is how many of its claims were checked, each supported by a fact."""

    part: Part
    field: str
    text: str | list[str]
    claims: int = 0
    engine: Literal["local", "model"] = "local"
    model: str | None = Field(default=None, description="Which model wrote it, as provider/model.")


class Need(BaseModel):
    """A fact that buyers of such a product decide by, and that nothing known of it states."""

    fact: str
    why: str
    field: str


class Unwritten(BaseModel):
    """A part that was not written, and why."""

    part: Part
    why: str
    unknown: list[str] = Field(
        default_factory=list, description="Words of the product's title that nothing here has in the language."
    )


class Written(Changes):
    """The texts, the edits that follow, and what kept the others from being written."""

    language: str
    channel: Channel
    pieces: list[Piece] = Field(default_factory=list)
    needs: list[Need] = Field(default_factory=list)
    duplicates: list[str] = Field(
        default_factory=list, description="The products with equal facts: suspected to be one, and not written."
    )
    left: list[Unwritten] = Field(default_factory=list)


_OF_VARIANT = ("sku", "options", "price", "compare_at", "currency", "grams", "weight_unit", "image", "barcode")

skill = Skill(
    name="write",
    does="Writes titles, descriptions, bullets, SEO and alt texts from a product's facts",
    asks=Write,
    answers=Written,
    local="weft.skills.write.local:written",
    many="weft.skills.write.local:written_many",
    model="weft.skills.write.model:written",
    rests_on="weft.skills.write.foundation:rests_on",
    model_rests_on="weft.skills.write.taken:rests_on",
    ahead="weft.skills.write.model:ahead",
    again="weft.skills.write.taken:requests",
    taught="weft.skills.write.model:taught",
    over="product",
    reads=(
        *("title", "description", "vendor", "type", "category", "tags", "options", "images", "attributes"),
        *(f"variants.{name}" for name in _OF_VARIANT),
    ),
    writes="catalog",
    seconds=900,
)
