"""What is known of a product, gathered for who writes of it: facts by name, sentences worth keeping, pictures, and what is missing.

Nothing is known but what the record says: its fields, and its own text without what is no fact of the product (the shop's
standing sentences, links, instructions that were hidden in it). Texts are checked against `grounds`, which are these facts.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from weft import claims
from weft.skills.write import Need


@dataclass(frozen=True, slots=True)
class Known:
    """A fact: its `name` (material, color, size, origin, care, width …), its value, as it was said, and the field it is from."""

    name: str
    value: Any
    text: str
    field: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by its place, counted from one: the text it has, the color and the side of the thing that it shows."""

    place: int
    alt: str
    color: str | None = None
    view: str | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """What is known of one product.

    `language` is the one to write in, `main` the business's, `spoken` that of the product's own text, `titled` of its title. `title` is the product's
    title as it was before this skill wrote one, `name` the same without a color, a size or what shouts; `names` are words that
    stay as they are in every language. `sentences` and `details` (those that are no whole sentences) are of its own description
    and in the language to write in; `foreign` those in another. `written` are the fields that hold what this skill wrote.
    """

    product: str
    language: str
    main: str
    spoken: str | None
    titled: str | None
    title: str
    name: str
    brand: str
    family: str
    kind: str | None = None
    audience: str | None = None
    known: tuple[Known, ...] = ()
    sentences: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    names: tuple[str, ...] = ()
    grounds: claims.Facts | tuple[claims.Fact, ...] = ()
    needs: tuple[Need, ...] = ()
    written: frozenset[str] = frozenset()
    record: Mapping[str, Any] = field(default_factory=dict)

    def values(self, name: str) -> list[Any]:
        """The values of all facts of a name."""
        return [fact.value for fact in self.known if fact.name == name]

    def first(self, name: str) -> Any:
        """The first value of a name, or None."""
        return next((fact.value for fact in self.known if fact.name == name), None)

    def facts(self, names: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Facts as an edit keeps them, each one's field and value: all, or those of these names."""
        return [{"field": one.field, "value": one.text} for one in self.known if not names or one.name in names][:100]

    def digest(self) -> str:
        """A hash of all that a text can be made from: equal for two products that no text can tell apart."""
        told = (
            *(self.language, self.title.casefold(), self.brand.casefold(), self.family, self.kind, self.audience),
            sorted((fact.name, fact.label.casefold(), fact.text.casefold()) for fact in self.known),
            sorted(self.sentences),
            sorted(self.details),
            sorted(self.foreign),
        )
        return hashlib.blake2b(orjson.dumps(told), digest_size=12).hexdigest()

    def told(self) -> dict[str, Any]:
        """What is known as plain JSON, for a model to write from: data, never instructions."""
        facts: dict[str, list[str]] = {}
        for one in self.known:
            facts.setdefault(one.label or one.name, []).append(one.text)
        return {
            "name": self.name,
            "title": self.title,
            "brand": self.brand or None,
            "kind": self.kind,
            "for": self.audience,
            "facts": facts,
            "own_sentences": [*self.sentences, *self.details, *self.foreign],
            "pictures": [{"place": one.place, "color": one.color, "view": one.view} for one in self.pictures],
        }
