"""The engine of `check`: the text's claims, judged by the facts of a product and those that came with the request."""

from collections.abc import Mapping
from typing import Any

from weft import claims
from weft.business import Business
from weft.errors import InputError
from weft.skill import product_of
from weft.skills.check import Check, Checked, Judgment


def checked(asked: Check, business: Business) -> Checked:
    """Judge a text; raises NotFound for a product that is not there, InputError for a request without facts."""
    if not asked.text.strip():
        raise InputError("text: it has no words.")
    known = _facts(asked, business)
    judged = claims.supported(asked.text, claims.prepared(known), asked.language, asked.market)
    return Checked(
        ok=all(one.ok for one in judged),
        language=claims.language_of(asked.text),
        claims=[_judgment(one) for one in judged],
    )


def _facts(asked: Check, business: Business) -> list[claims.Fact]:
    if asked.product is None and asked.facts is None:
        raise InputError("Say what the text is to be held against: a product, or facts by name.")
    known: list[claims.Fact] = []
    if asked.product is not None:
        known += claims.facts_of(product_of(asked.product, business))
    if asked.facts is not None:
        known += claims.facts_of(asked.facts)
    return known


def _judgment(one: claims.Judged) -> Judgment:
    claim = one.claim
    fact: Mapping[str, Any] | None = None
    if one.fact is not None:
        fact = {"name": one.fact.name, "value": one.fact.value, "text": one.fact.text}
    return Judgment(
        kind=claim.kind,
        text=claim.text,
        start=claim.start,
        end=claim.end,
        verdict=one.verdict,
        fact=dict(fact) if fact else None,
        why=one.why,
        value=claim.value,
        unit=claim.unit,
        negated=claim.negated,
        about=claim.about,
    )
