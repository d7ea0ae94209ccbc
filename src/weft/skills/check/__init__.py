"""The skill `check`: what a text claims, and whether a product's facts support it."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from weft.skill import Answer, ProductAsked, Skill


class Check(BaseModel):
    """A text to hold against what is known: a product of the catalog, one said whole, or facts."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=500_000, description="The text, plain or HTML.")
    product: ProductAsked | None = Field(
        default=None, description="The product whose facts count: its id, or the product said whole."
    )
    facts: dict[str, Any] | None = Field(
        default=None, description="Facts by name, beside the product's or instead of them."
    )
    language: str | None = Field(
        default=None,
        max_length=35,
        description="The language that the text is to be in, such as de; else it is told from the text.",
    )
    market: str | None = Field(default=None, max_length=100, description="The market that the text is for.")


class Judgment(BaseModel):
    """A claim of the text, where it stands, and whether the facts support it."""

    kind: str
    text: str
    start: int
    end: int
    verdict: Literal["supported", "contradicted", "unknown"]
    fact: dict[str, Any] | None = Field(default=None, description="The fact that decides it: its name, value and text.")
    why: str
    value: Any = None
    unit: str | None = None
    negated: bool = False
    about: str | None = None


class Checked(Answer):
    """Every claim of the text with its verdict; `ok` where all are supported."""

    ok: bool
    language: str | None = Field(default=None, description="The language that the text is in, where that can be told.")
    claims: list[Judgment] = Field(default_factory=list)


skill = Skill(
    name="check",
    does="Finds what a text claims and says which of it the facts support",
    asks=Check,
    answers=Checked,
    local="weft.skills.check.claimed:checked",
)
