"""Attributes read out of a product's own text: each with its value, its place, and how sure it is; no model is asked."""

from collections.abc import Mapping
from typing import Any

from weft.skills.organize.attributes.rules import Finding, found_by_rules

__all__ = ["Finding", "found"]


def found(product: Mapping[str, Any]) -> list[Finding]:
    """What a product's words say of its attributes, at most one finding for each name, a list where it has several."""
    return found_by_rules(product)
