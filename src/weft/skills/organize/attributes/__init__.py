"""Attributes read out of a product's own text: each with its value, its place, and how sure it is; no model is asked."""

from collections.abc import Collection, Mapping
from typing import Any

from weft.skills.organize.attributes.examples import Correction
from weft.skills.organize.attributes.knowledge import Knowledge
from weft.skills.organize.attributes.places import Read
from weft.skills.organize.attributes.rules import Finding, found_by_rules

__all__ = ["Correction", "Finding", "Knowledge", "found"]


def found(
    product: Mapping[str, Any], knowledge: Knowledge | None = None, names: Collection[str] | None = None
) -> list[Finding]:
    """What a product's words say of its attributes, at most one finding for each name, a list where it has several.

    `knowledge` is what the business's own examples taught; `names` are the attributes asked for, all if not said.
    """
    product = Read(product)
    rules = found_by_rules(product)
    if knowledge is not None:
        return knowledge.found(product, rules, names)
    return rules if names is None else [one for one in rules if one.name in names]
