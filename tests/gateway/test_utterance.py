"""What models say is read for its JSON, however they say it, and nothing else is ever read out of it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.gateway.utterance import MOST, said, without_thoughts

WHOLE = {
    "plain": '{"a": 1}',
    "prose before and after": 'Here is what you asked for: {"a": 1}. Tell me if you need more!',
    "a fence": 'Sure!\n```json\n{"a": 1}\n```\n',
    "a fence without an end": '```json\n{"a": 1}',
    "a trailing comma": '{"a": 1,}',
    "single quotes": "{'a': 1}",
    "a comment": '{"a": 1 // one\n}',
    "braces in prose": 'A {placeholder} and a set {1, 2}, then {"a": 1}',
    "a byte order mark": '\ufeff{"a": 1}',
    "within a string": '"{\\"a\\": 1}"',
    "after a special mark": '<|im_start|>assistant\n{"a": 1}<|im_end|>',
    "after thoughts": '<think>Is it {"a": 2}?</think>{"a": 1}',
    "after thoughts in capitals": '<THINKING>Is it {"a": 2}?</THINKING>{"a": 1}',
    "after thoughts that the prompt opened": 'Is it {"a": 2}?</think>\n\n{"a": 1}',
    "after thoughts within thoughts": '<think>one <think>two</think> {"a": 2}</think>{"a": 1}',
    "after thoughts in brackets": '[THINK]Is it {"a": 2}?[/THINK]{"a": 1}',
    "after thoughts twice": '<think>x</think><think>{"a": 2}</think>{"a": 1}',
    "in the last channel": '<|channel|>analysis<|message|>{"a": 2}<|end|><|start|>assistant<|channel|>final<|message|>{"a": 1}<|return|>',
    "in a channel with a kind": '<|channel|>final <|constrain|>json<|message|>{"a": 1}<|return|>',
    "in a channel whose marks are gone": 'analysisIt may be {"a": 2}.assistantfinal{"a": 1}',
}


@pytest.mark.parametrize("case", WHOLE)
def test_json_is_found_however_it_is_wrapped(case: str) -> None:
    found = said(WHOLE[case])
    assert found.values[-1] == {"a": 1}
    assert {"a": 2} not in found.values
    assert not found.cut


STRINGS = {
    "a line break inside": ('{"a": "x\ny"}', "x\ny"),
    "a control character inside": ('{"a": "x\x01\x00y"}', "xy"),
    "an escaped control character": ('{"a": "x\\u0000\\u0007y"}', "xy"),
    "an escape that there is not": ('{"a": "50\\% \\_ \\\'"}', "50% _ '"),
    "a pair of surrogates": ('{"a": "\\ud83d\\ude00"}', "😀"),
    "half a pair": ('{"a": "\\ud83d!"}', "�!"),
    "thoughts inside": ('{"a": "<think>blue?</think>red"}', "red"),
    "thoughts that escapes hide": ('{"a": "\\u003cthink\\u003eblue?\\u003c/think\\u003ered"}', "red"),
    "thoughts that escapes hide, not closed": ('{"a": "red\\u003cthink\\u003eblue?"}', "red"),
}


@pytest.mark.parametrize("case", STRINGS)
def test_texts_are_cleaned_of_what_no_text_has(case: str) -> None:
    text, clean = STRINGS[case]
    assert said(text).values == ({"a": clean},)


NOTHING = {
    "nothing": ("", False),
    "prose": ("I am sorry, I cannot do that.", False),
    "thoughts alone": ('<think>{"a": 1}</think>', False),
    "thoughts without an end": ('<think>It must be {"a": 1}', False),
    "a channel of thoughts alone": ('<|channel|>analysis<|message|>{"a": 1}', False),
    "half an object": ('{"list": [{"a": 1}, {"a": 2', True),
    "half a text": ('{"a": "blu', True),
    "a broken object": ('{"list": [{"a": 1}, oops], "b": 2}', False),
    "too deep": ("[" * 300 + "]" * 300, False),
    "a number without end": ('{"a": 1e999}', False),
}


@pytest.mark.parametrize("case", NOTHING)
def test_what_is_not_whole_is_not_read(case: str) -> None:
    text, cut = NOTHING[case]
    found = said(text)
    assert [value for value in found.values if isinstance(value, dict)] == []
    assert found.cut == cut


def test_several_values_are_found_in_their_order() -> None:
    assert said('First {"a": 1}, then [2], last {"a": 3}.').values == ({"a": 1}, [2], {"a": 3})


_keys = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8).filter(lambda one: "think" not in one)
_texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=4),
    max_leaves=12,
)
_marks = ("<think", "</", "<|", "analysis", "[/THINK", "THINK]", "think▷")


@given(st.dictionaries(_keys, _json, max_size=4), st.booleans(), st.sampled_from(["", "Here: ", "```json\n"]))
def test_every_json_object_is_read_as_it_was_written(value: dict[str, Any], ascii_only: bool, before: str) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    if not any(mark in json.dumps(value, ensure_ascii=False) for mark in _marks):
        assert said(before + text).values == (value,)


@given(st.dictionaries(_keys, _json, min_size=1, max_size=4), st.data())
def test_nothing_is_read_from_the_beginning_of_an_object(value: dict[str, Any], data: st.DataObject) -> None:
    text = json.dumps(value)
    found = said(text[: data.draw(st.integers(1, len(text) - 1))])
    if not any(mark in json.dumps(value, ensure_ascii=False) for mark in _marks):
        assert found.values == ()


_MARKS = '<think> </think> <|channel|> final <|message|> {"a": [ ] { } " \\ \' , // 1e9 - analysis assistantfinal [THINK] true x'
_pieces = st.sampled_from([*_MARKS.split(" "), "\n", "\ud800", "\x00"])


@given(st.lists(_pieces | st.text(max_size=5), max_size=40))
def test_no_text_makes_reading_fail_or_lets_a_mark_of_thoughts_through(pieces: list[str]) -> None:
    text = "".join(pieces)
    for value in said(text).values:
        json.dumps(value, allow_nan=False).encode()
    assert "<think>" not in without_thoughts(text)
    assert "</think>" not in without_thoughts(text)


def test_of_a_text_without_end_the_beginning_is_read() -> None:
    found = said('{"a": 1}' + " " * MOST + '{"b": 2}')
    assert (found.values, found.cut) == (({"a": 1},), True)
