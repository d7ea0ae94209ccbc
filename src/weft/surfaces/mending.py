"""What people did not get, proposed to be mended: attributes as changes, synonyms as rules that are not on yet."""

from typing import Any

from weft.business import Business
from weft.skill import named, requested
from weft.store.changes import Who
from weft.store.merchandising import Rule
from weft.surfaces import asking


def proposed(business: Business, asked: dict[str, Any], who: Who) -> dict[str, Any]:
    """The answer of the skill `unmet`, what became of its changes, and the ids of the rules that it made (`rules`)."""
    skill = named("unmet")
    told = asking.ask(skill, requested(skill, asked), business, propose=True, who=who)
    rules = [
        Rule(kind="synonyms", typed=one["typed"], words=one["words"], name=one["says"][:200], on=False)
        for one in told["synonyms"]
    ]
    made = business.rules.made(rules, who.name)[1] if rules else []
    return {**told, "rules": [rule.id for rule in made]}
