"""Texts that say no more than the facts pass, in other words, units, notations and languages; with one thing wrong they do not."""

import json
from pathlib import Path
from typing import Any

import pytest

from weft import claims

PRODUCTS = json.loads(Path(__file__).with_name("paraphrases.json").read_text(encoding="utf-8"))
TEXTS = [(product["facts"], one) for product in PRODUCTS for one in product["texts"]]


def named(value: Any) -> str:
    """The name of a test: its text's language and beginning."""
    return f"{value['language']} {value['text'][:30]}" if isinstance(value, dict) and "language" in value else ""


@pytest.mark.parametrize(("facts", "one"), TEXTS, ids=named)
def test_a_text_that_says_what_the_facts_say_passes(facts: dict[str, Any], one: dict[str, Any]) -> None:
    judged = claims.supported(one["text"], facts, language=one["language"])
    assert [(each.claim.text, each.why) for each in judged if not each.ok] == []


@pytest.mark.parametrize(("facts", "one"), TEXTS, ids=named)
def test_one_wrong_thing_is_found_where_it_stands(facts: dict[str, Any], one: dict[str, Any]) -> None:
    ready, missed = claims.prepared(facts), []
    for right, wrong in one["planted"]:
        start = one["text"].index(right)
        judged = claims.supported(one["text"].replace(right, wrong), ready, language=one["language"])
        end = start + len(wrong)
        if not any(not each.ok and each.claim.start < end and start < each.claim.end for each in judged):
            missed.append(wrong)
    assert missed == []


@pytest.mark.parametrize(("facts", "one"), TEXTS, ids=named)
def test_the_same_text_with_other_digits_fails(facts: dict[str, Any], one: dict[str, Any]) -> None:
    text = one["text"]
    changed = "".join(str((int(char) + 4) % 10) if char.isascii() and char.isdigit() else char for char in text)
    if changed != text:
        assert not claims.ok(changed, facts, language=one["language"])


# Of a shorter text nobody can be sure in which language it is.
LONG = [(facts, one) for facts, one in TEXTS if one["language"] == "zh" or len(one["text"].split()) >= 25]


@pytest.mark.parametrize(("facts", "one"), LONG, ids=named)
def test_a_text_in_another_language_than_the_one_asked_for_fails(facts: dict[str, Any], one: dict[str, Any]) -> None:
    wanted = "fr" if one["language"] != "fr" else "de"
    judged = claims.supported(one["text"], facts, language=wanted)
    assert any(each.claim.kind == "language" and not each.ok for each in judged)
