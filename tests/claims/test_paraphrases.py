"""Texts that say no more than the facts pass, in other words, units, notations and languages; changed ones do not."""

import json
from pathlib import Path
from typing import Any

import pytest

from weft import claims

PRODUCTS = json.loads(Path(__file__).with_name("paraphrases.json").read_text(encoding="utf-8"))
TEXTS = [
    pytest.param(product["facts"], one["language"], one["text"], id=f"{one['language']} {product['facts']['title']}")
    for product in PRODUCTS
    for one in product["texts"]
]


@pytest.mark.parametrize(("facts", "language", "text"), TEXTS)
def test_a_text_that_says_what_the_facts_say_passes(facts: dict[str, Any], language: str, text: str) -> None:
    assert [(one.claim.text, one.why) for one in claims.supported(text, facts, language=language) if not one.ok] == []


@pytest.mark.parametrize(("facts", "language", "text"), TEXTS)
def test_the_same_text_with_other_digits_fails(facts: dict[str, Any], language: str, text: str) -> None:
    changed = "".join(str((int(char) + 4) % 10) if char.isascii() and char.isdigit() else char for char in text)
    if changed != text:
        assert not claims.ok(changed, facts, language=language)


@pytest.mark.parametrize(("facts", "language", "text"), TEXTS)
def test_a_text_in_another_language_than_the_one_asked_for_fails(
    facts: dict[str, Any], language: str, text: str
) -> None:
    wanted = "fr" if language != "fr" else "de"
    judged = claims.supported(text, facts, language=wanted)
    assert any(one.claim.kind == "language" and not one.ok for one in judged)
