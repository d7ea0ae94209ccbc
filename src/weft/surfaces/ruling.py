"""Rules saved wherever they are said, and what of them nothing in the catalog is."""

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from weft.business import Business
from weft.skill import answer
from weft.skills.search import DOUBTS, DoubtsAsked
from weft.store.merchandising import Rule
from weft.store.rows import Counts
from weft.store.wanted import Bounds


class KeptRule(Rule):
    """A rule as it is kept, and what to look at again."""

    warnings: list[str] = Field(
        default_factory=list,
        description="What of it nothing in the catalog is today, so that it may move nothing; not there where all is known.",
    )


def made(business: Business, rules: Sequence[Rule], who: str) -> tuple[Counts, list[KeptRule]]:
    """Make or change rules, all or none, and answer them with what to look at again; raises what `Rules.made` does."""
    counts, kept = business.rules.made(rules, who)
    return counts, [_kept(rule, doubts(business, [rule])) for rule in kept]


def _kept(rule: Rule, warnings: list[str]) -> KeptRule:
    """A rule with all fields set but warnings of which there are none, so that it is told as it is wherever it is shown."""
    told = dict(rule)
    told["filters"] = {
        name: Bounds(min=wanted.min, max=wanted.max) if isinstance(wanted, Bounds) else wanted
        for name, wanted in rule.filters.items()
    }
    if warnings:
        told["warnings"] = warnings
    return KeptRule.model_construct(**told)


def doubts(business: Business, rules: Sequence[Rule]) -> list[str]:
    """A sentence for each thing in these rules that nothing in the catalog is."""
    if not any(rule.filters or rule.category for rule in rules):
        return []
    told: Any = answer(DOUBTS, DoubtsAsked(rules=list(rules)), business)
    found: list[str] = told.doubts
    return found
