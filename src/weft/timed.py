"""Functions that are given a time: what has not come back by then is given up, and the caller goes on."""

import contextvars
import ctypes
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
_LOOK_EVERY: Final = 0.25


class OutOfTime(Exception):
    """A call did not come back in its time; it is also what is thrown into the call, to end it."""


class _Line(Generic[Item, Result]):
    """A thread that works off items from a place on; abandoned, it stops at the next of Python's steps."""

    def __init__(self, function: Callable[[Item], Result], items: Sequence[Item], place: int) -> None:
        self.function, self.items, self.place = function, items, place
        self.results: list[Result | BaseException] = []
        self.begun = time.monotonic()
        self.over = threading.Event()
        self.abandoned = False
        context = contextvars.copy_context()
        self.thread = threading.Thread(target=context.run, args=(self.work,), name="weft-timed", daemon=True)

    def work(self) -> None:
        try:
            for item in self.items[self.place :]:
                self.begun = time.monotonic()
                try:
                    result: Result | BaseException = self.function(item)
                except BaseException as problem:
                    result = problem
                if self.abandoned:
                    return
                self.results.append(result)
        except OutOfTime:
            return
        finally:
            self.over.set()

    def abandon(self) -> None:
        """Leave the thread behind, and throw into it what ends a loop of Python's own."""
        self.abandoned = True
        if self.thread.ident is not None:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.thread.ident), ctypes.py_object(OutOfTime))


def each(function: Callable[[Item], Result], items: Sequence[Item], seconds: float) -> list[Result | BaseException]:
    """Call a function with each item in turn, `seconds` for each: its result, what it raised, or OutOfTime."""
    results: list[Result | BaseException] = []
    while len(results) < len(items):
        line = _Line(function, items, len(results))
        line.thread.start()
        late = False
        while not line.over.wait(min(_LOOK_EVERY, seconds)):
            late = time.monotonic() - line.begun > seconds
            if late:
                break
        if late:
            line.abandon()
        results += line.results[: len(items) - len(results)]
        if late and len(results) < len(items):
            results.append(OutOfTime(f"it did not answer within {seconds:g} s"))
    return results


def at_once(
    function: Callable[[Item], Result], items: Sequence[Item], seconds: float, most: int
) -> list[Result | BaseException]:
    """The same as `each` with up to `most` calls under way at once, for what waits rather than computes."""
    results: list[Result | BaseException] = [OutOfTime("it was not begun")] * len(items)
    places = iter(range(len(items)))
    ended = threading.Event()

    def work() -> None:
        # A range is gone through by many threads without a place being met twice.
        for place in places:
            if ended.is_set():
                return
            results[place] = each(function, [items[place]], seconds)[0]

    threads = [
        threading.Thread(target=contextvars.copy_context().run, args=(work,), name="weft-at-once", daemon=True)
        for _ in range(min(most, len(items)))
    ]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    finally:
        ended.set()
    return results
