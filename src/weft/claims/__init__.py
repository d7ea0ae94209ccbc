"""What a text asserts, and whether facts support it: numbers, units, materials, colors, certificates, negations and the like.

`claims(text)` finds what can be checked, `supported(text, facts)` judges it, `ok(text, facts)` says whether a text may be
published. It knows no store and no model. Texts are plain or HTML; offsets are into the text given. The lexicons hold English,
German, French, Spanish and Chinese; a language is added by its words in the files of `words/`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from weft.claims import assertions as _assertions
from weft.claims.assertions import Claim
from weft.claims.fact import Fact, Facts
from weft.claims.facts import prepared
from weft.claims.judging import Judged, judged
from weft.claims.languages import language_of
from weft.claims.markets import own_words
from weft.claims.records import facts_of
from weft.claims.tongue import misplaced

__all__ = [
    "KINDS",
    "Claim",
    "Fact",
    "Facts",
    "Judged",
    "claims",
    "facts_of",
    "language_of",
    "ok",
    "prepared",
    "supported",
]

KINDS = (
    "measure", "dimensions", "number", "percentage", "size", "price", "discount", "material", "color", "certification", "origin",
    "guarantee", "compatibility", "property", "superlative", "health", "environmental", "legal", "language", "own",
)  # fmt: skip
"""The kinds of claims. `own` is a phrase that the business itself forbids."""


def claims(
    text: str, language: str | None = None, market: str | None = None, lexicon: Mapping[str, Any] | None = None
) -> list[Claim]:
    """The checkable claims of a text, in its order.

    `language` is the one that the text is to be in: what stands in another is a claim of the kind `language`. `market` is a
    country's code (or EU): some phrases are claims there alone. `lexicon` adds a business's own words: `forbidden` and `allowed`
    phrases, `certifications`, phrases under any kind, and the same per market under `markets`. Raises TypeError for what is no
    text.
    """
    read = _assertions.assertions(text, _base(language), own_words(lexicon, market))
    found = [read.claim(one) for one in read.findings if not one.silent or one.negated]
    found += [one.claim for one in misplaced(read, _base(language))]
    return sorted(found, key=lambda one: (one.start, one.end))


def supported(
    text: str,
    facts: Mapping[str, Any] | Sequence[Fact] | Facts,
    language: str | None = None,
    market: str | None = None,
    lexicon: Mapping[str, Any] | None = None,
) -> list[Judged]:
    """Each claim of a text with the verdict of the facts: supported, contradicted or unknown, by which fact, and why.

    `facts` is a product's record, a nested mapping, a sequence of Fact, or any of these made ready by `prepared`.
    """
    read = _assertions.assertions(text, _base(language), own_words(lexicon, market))
    ready = prepared(facts)
    found = judged(read, ready) + misplaced(read, _base(language), ready.names)
    return sorted(found, key=lambda one: (one.claim.start, one.claim.end))


def ok(
    text: str,
    facts: Mapping[str, Any] | Sequence[Fact] | Facts,
    language: str | None = None,
    market: str | None = None,
    lexicon: Mapping[str, Any] | None = None,
) -> bool:
    """Whether every claim of a text is supported."""
    return all(one.ok for one in supported(text, facts, language, market, lexicon))


def _base(language: str | None) -> str | None:
    """The language alone of a tag: «de» of de-CH."""
    return language.replace("_", "-").partition("-")[0].lower() or None if language else None
