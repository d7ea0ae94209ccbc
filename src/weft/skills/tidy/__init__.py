"""The skill `tidy`: what plain rules can mend without knowing the product."""

from pydantic import BaseModel, ConfigDict, Field

from weft.skill import Changes, ProductAsked, Skill


class Tidy(BaseModel):
    """A product to look over."""

    model_config = ConfigDict(extra="forbid")

    product: ProductAsked = Field(description="A product's id, or a product said whole.")


class Tidied(Changes):
    """What the rules would mend."""


skill = Skill(
    name="tidy",
    does="Mends barcodes that cannot be, titles that shout, letters read in the wrong encoding and HTML that is broken",
    asks=Tidy,
    answers=Tidied,
    local="weft.skills.tidy.rules:tidied",
    over="product",
    reads=("title", "description", "vendor", "variants.sku", "variants.barcode"),
    writes="catalog",
)
