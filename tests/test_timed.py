"""Calls that are given a time, in threads that are used again."""

import queue
import threading
import time
from typing import Any

from weft import timed
from weft.timed import OutOfTime


def outcome(function: Any, seconds: float = 30.0) -> Any:
    came: queue.SimpleQueue[Any] = queue.SimpleQueue()
    timed.begun(function, seconds, came.put)
    return came.get(timeout=30)


def test_a_call_is_answered_with_its_result_or_with_what_it_raised() -> None:
    assert outcome(lambda: 7) == 7
    problem = outcome(lambda: int("seven"))
    assert isinstance(problem, ValueError)


def test_calls_one_after_another_are_made_in_one_thread_and_those_within_them_too() -> None:
    def within() -> list[Any]:
        return [threading.get_ident(), *timed.each(lambda _: threading.get_ident(), [None], 60.0)]

    first = outcome(within)
    assert first[0] == first[1]
    assert outcome(within) == first
    assert timed.each(lambda _: threading.get_ident(), [None], 60.0) != [threading.get_ident()]


def test_a_call_within_one_that_has_longer_is_still_given_its_own_time() -> None:
    def endless(_: None) -> None:
        while True:
            time.sleep(0.01)

    (result,) = outcome(lambda: timed.each(endless, [None], 0.05), 60.0)
    assert isinstance(result, OutOfTime)


def test_what_was_given_up_is_ended_and_says_nothing_any_more() -> None:
    came: list[Any] = []
    begun, ended = threading.Event(), threading.Event()

    def endless() -> None:
        begun.set()
        try:
            while True:
                time.sleep(0.01)
        finally:
            ended.set()

    give_up = timed.begun(endless, 60.0, came.append)
    assert begun.wait(30)
    give_up()
    give_up()
    assert ended.wait(30)
    # The next call is made by another thread, and none of it is taken for the one that was given up.
    assert outcome(lambda: "next") == "next"
    assert came == []
