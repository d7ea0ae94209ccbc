"""The skill `translate`: products, documents and any text in the languages that a business sells in, every fact kept."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from weft.skill import Changes, ProductAsked, Skill

Format = Literal["auto", "text", "html", "icu", "liquid"]
How = Literal["memory", "fuzzy", "glossary", "taxonomy", "written", "apertium", "model", "unchanged"]


class Translate(BaseModel):
    """A product, a document or a text to translate."""

    model_config = ConfigDict(extra="forbid")

    product: ProductAsked | None = Field(default=None, description="A product's id, or a product said whole.")
    text: str | None = Field(
        default=None, max_length=500_000, description="A text: plain, HTML, ICU messages or Liquid."
    )
    document: str | None = Field(default=None, description="The id of a document that the business has.")
    format: Format = Field(default="auto", description="What the text is: auto, text, html, icu or liquid.")
    source: str | None = Field(default=None, description="The language it is in; told from the text if not said.")
    into: list[str] = Field(
        default_factory=list,
        max_length=100,
        description="Languages such as de or pt-BR; the business's others if not said.",
    )
    fields: list[str] = Field(
        default_factory=list,
        max_length=200,
        description="Fields such as title or attributes; all that can be, if not said.",
    )
    market: str | None = Field(
        default=None, description="The market whose units and sizes to write; the language's own if not said."
    )
    replace: bool = Field(default=False, description="Translate also what has a translation already.")

    @field_validator("into", "fields", mode="before")
    @classmethod
    def _apart(cls, given: Any) -> Any:
        """Take `de,fr` for two."""
        if isinstance(given, str):
            given = [given]
        if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
            return given
        return [part.strip() for one in given for part in one.split(",") if part.strip()]

    @model_validator(mode="after")
    def _one(self) -> "Translate":
        said = [name for name in ("product", "text", "document") if getattr(self, name) is not None]
        if len(said) != 1:
            raise ValueError(
                f"say one of product, text and document, not {' and '.join(said)}"
                if said
                else "say what to translate: product, text or document"
            )
        return self


class Rendering(BaseModel):
    """A field in another language, how it came to be, and what is wrong with it: nothing, where a change proposes it."""

    language: str
    field: str
    source: str
    text: str
    how: How | None = None
    gist: bool = Field(default=False, description="Good enough to understand; a person looks at it before it is used.")
    model: str | None = Field(default=None, description="The model that wrote it, as provider/model.")
    problems: list[str] = Field(default_factory=list)


class Untranslated(BaseModel):
    """A field that stays untranslated, and why."""

    language: str
    field: str
    why: str


class Translated(Changes):
    """What was translated, how, and what was left."""

    source: str = Field(default="", description="The language that the texts are in, most of them.")
    texts: list[Rendering] = Field(default_factory=list)
    left: list[Untranslated] = Field(default_factory=list)


skill = Skill(
    name="translate",
    does="Translates products, documents and texts, and keeps tags, numbers, codes, units and terms",
    asks=Translate,
    answers=Translated,
    local="weft.skills.translate.local:translated",
    many="weft.skills.translate.local:translated_many",
    model="weft.skills.translate.model:translated",
    rests_on="weft.skills.translate.foundation:rests_on",
    model_rests_on="weft.skills.translate.foundation:model_rests_on",
    again="weft.skills.translate.products:again",
    taught="weft.skills.translate.prompting:conversation",
    over="product",
    reads=(
        *("title", "description", "vendor", "type", "category", "tags", "options", "seo_title", "seo_description"),
        *("images", "attributes", "translations", "variants.sku", "variants.options", "variants.price"),
        *("variants.currency", "variants.grams"),
    ),
    writes="catalog",
    seconds=300,
)
