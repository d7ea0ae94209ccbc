"""Server-sent events: whole however they were cut, in both of the protocol's line ends, and never without end."""

import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from weft.gateway.events import Stream

EVENTS = (
    b': hello\n\ndata: {"choices": [{"index": 0, "delta": {"content": "a\\n\\nb"}, "finish_reason": null}]}\n\n'
    b'event: x\ndata: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\n'
    b'data: {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 7}}\n\ndata: [DONE]\n\n'
)


@given(cuts=st.lists(st.integers(1, 25), min_size=1), returns=st.booleans(), wants=st.booleans())
@tried(max_examples=200)
def test_events_are_the_same_however_they_were_cut(cuts: list[int], returns: bool, wants: bool) -> None:
    sent = EVENTS.replace(b"\n", b"\r\n") if returns else EVENTS
    stream = Stream(wants_usage=wants)
    passed, place, turn = b"", 0, 0
    while place < len(sent):
        piece = sent[place : place + cuts[turn % len(cuts)]]
        place, turn = place + len(piece), turn + 1
        passed += stream.fed(piece)
    told = b'data: {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 7}}\n\n'
    assert passed == (EVENTS if wants else EVENTS.replace(told, b""))
    assert stream.done
    assert stream.finished
    assert stream.usage is not None
    assert stream.usage.tokens_out == 7


@pytest.mark.parametrize("piece", [b"a", b"data: aaaa\n", b"\r", b"x" * 65_536])
def test_an_event_without_end_is_given_up(piece: bytes) -> None:
    stream = Stream(wants_usage=True)
    for _ in range((5 << 20) // len(piece)):
        assert stream.fed(piece) == b""
        if stream.problem is not None:
            break
    assert stream.problem is not None
