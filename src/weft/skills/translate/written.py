"""A product's texts by the skill `write` in the target language, where its grammar has that language: from facts, no model."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from weft import claims
from weft import skill as skills
from weft.business import Business
from weft.errors import WeftError
from weft.skill import Edit
from weft.skills.translate import gate

_LOG: Final = logging.getLogger(__name__)
_PARTS: Final = ("title", "description", "bullets", "seo_title", "seo_description")
_SKILL: Final = "write"
# What search engines show of a page's title and description, in characters.
_SHOWN: Final = {"seo_title": 60, "seo_description": 155}


@dataclass(slots=True)
class Said:
    """What `write` says of a product by column, and the words that kept it from saying more, by column too."""

    edits: dict[str, Edit] = field(default_factory=dict)
    unknown: dict[str, list[str]] = field(default_factory=dict)


def there() -> bool:
    """Tell whether there is a skill that writes."""
    return _SKILL in skills.skills()


def rests_on(business: Business) -> str:
    """What the texts of `write` rest on beside their product; blank where there is no such skill."""
    if not there():
        return ""
    skill = skills.named(_SKILL)
    asked = skills.requested(skill, {skill.over or "product": {"id": "rehearsal"}})
    try:
        return f"{skill.version} {skills.foundation(skill, asked, business)}"
    except WeftError:
        return skill.version


def edits(
    products: Sequence[Mapping[str, Any]], columns: Sequence[Sequence[str]], language: str, business: Business
) -> list[Said]:
    """What `write` says of each product for these columns (`title`, `bullets`, `image_1_alt`), by column; what it cannot is not there."""
    asked = [[part for part in map(_part, wanted) if part] for wanted in columns]
    chosen = [place for place, parts in enumerate(asked) if parts]
    found = [Said() for _ in products]
    if not chosen or not there():
        return found
    skill = skills.named(_SKILL)
    requests = [
        skills.requested(
            skill, {"product": dict(products[place]), "parts": list(dict.fromkeys(asked[place])), "language": language}
        )
        for place in chosen
    ]
    try:
        answers = skills.answers(skill, requests, business, "local")
    except WeftError as problem:
        _LOG.warning("nothing is written in %s: %s", language, problem.message)
        return found
    for place, answer in zip(chosen, answers, strict=True):
        if not isinstance(answer, WeftError):
            prefix = f"translations.{language}."
            found[place].edits = {
                edit.field.removeprefix(prefix): edit
                for edit in getattr(answer, "changes", ())
                if edit.field.startswith(prefix) and isinstance(edit.after, str)
            }
            found[place].unknown = {one.part: one.unknown for one in getattr(answer, "left", ()) if one.unknown}
    return found


def for_market(edit: Edit, product: Mapping[str, Any], language: str, rules: gate.Rules) -> tuple[Edit, list[str]]:
    """A text of `write` with measures and sizes as the market has them, and what is wrong with it then, a sentence each."""
    before = str(edit.after)
    after = gate.adapted(before, language, rules, str(product.get("title") or ""))
    if after == before:
        return edit, []
    facts, country = claims.facts_of(product), rules.market.country if rules.market else ""
    first, second = (
        [one for one in claims.supported(text, facts, language=language, market=country or None) if not one.ok]
        for text in (before, after)
    )
    column, known = edit.field.split(".")[-1], {(one.claim.kind, one.claim.text) for one in first}
    problems = [
        f"“{one.claim.text}” is not what the product's facts say: {one.why or 'no fact supports it'}".rstrip(".") + "."
        for one in second
        if (one.claim.kind, one.claim.text) not in known
    ]
    if len(after) > _SHOWN.get(column, len(after)):
        problems.append(f"With the market's measures it has {len(after)} characters; {_SHOWN[column]} are shown.")
    return edit.model_copy(update={"after": after}), problems


def _part(column: str) -> str | None:
    """The part of `write` that makes a column."""
    if column.startswith("image_") and column.endswith("_alt"):
        return "alt"
    return column if column in _PARTS else None
