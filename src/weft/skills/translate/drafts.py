"""Drafts: one text on its way into one language, its passages filled in by whoever knows them."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field

from weft.errors import InputError
from weft.skills.translate import How
from weft.skills.translate.products import Item
from weft.skills.translate.structure import Asked, Parsed, Segment, parsed
from weft.store.glossary import Term
from weft.store.memory import Match


@dataclass(slots=True)
class Passage:
    """A segment in one language: what it becomes, who says so, and how sure that is.

    `similar` are translations that come near, `terms` the glossary's that stand in it, `problems` what was wrong with what was said
    of it last.
    """

    segment: Segment
    about: str | None = None
    text: str | None = None
    how: How | None = None
    sure: float = 0.0
    model: str | None = None
    similar: list[Match] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def fill(self, text: str, how: How, sure: float, model: str | None = None) -> None:
        """Say what the segment becomes."""
        self.text, self.how, self.sure, self.model = text, how, sure, model
        self.problems = []

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The terms as pairs: what stands in the source, and what stands for it."""
        return [(term.source, term.target or term.source) for term in self.terms]

    @property
    def open(self) -> bool:
        """Whether nobody has said what it becomes; forms that only the target language has may stay out."""
        return self.text is None and not self.segment.added


def taken_apart(item: Item, into: str | None = None) -> Parsed:
    """An item's text taken apart; raises InputError for one that is said to be an ICU message and is none."""
    # Only a message has forms that the target language may need.
    return _read(item.text, item.format, into if "{" in item.text else None)


@functools.lru_cache(maxsize=1024)
def _read(text: str, form: str, into: str | None) -> Parsed:
    asked: Asked = form if form in ("text", "html", "icu", "liquid") else "auto"  # type: ignore[assignment]
    try:
        return parsed(text, asked, into=into)
    except InputError:
        if form == "icu":
            raise
        return parsed(text, "text")


@dataclass(slots=True)
class Draft:
    """One text on its way into one language; `unknown` are its words that nobody here can say in that language."""

    item: Item
    source: str
    target: str
    parsed: Parsed
    passages: list[Passage]
    whole: Passage | None = None
    unknown: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, item: Item, source: str, target: str) -> "Draft":
        """A text taken apart."""
        read = taken_apart(item, target)
        return cls(item, source, target, read, [Passage(one, item.about) for one in read.segments])

    def filled(self, text: str, how: How, sure: float, terms: list[Term]) -> None:
        """Say what the text becomes as a whole."""
        self.whole = Passage(Segment("whole", self.item.text), text=text, how=how, sure=sure, terms=terms)

    @property
    def open(self) -> list[Passage]:
        """The passages that nobody has said anything of."""
        return [] if self.whole is not None else [passage for passage in self.passages if passage.open]

    @property
    def parts(self) -> Sequence[Passage]:
        """What the translation is made of."""
        return [self.whole] if self.whole is not None else [one for one in self.passages if one.text is not None]

    def text(self) -> str | None:
        """The translation; None while something is open."""
        if self.whole is not None:
            return self.whole.text
        if self.open:
            return None
        return self.parsed.rebuilt({one.segment.id: one.text for one in self.passages if one.text is not None})

    def weakest(self) -> Passage | None:
        """The part of the translation that is least sure."""
        return min(self.parts, key=lambda one: one.sure, default=None)
