"""Functions that are given a time: what has not come back by then is given up, and the caller goes on."""

import contextlib
import contextvars
import ctypes
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
_LOOK_EVERY: Final = 0.25
_AHEAD: Final = 4
_IDLE: Final = 16
_WITHIN: Final = threading.local()


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
        _throw_into(self.thread)


def _throw_into(thread: threading.Thread) -> None:
    if thread.ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(OutOfTime))


def _tried(function: Callable[[Item], Result], item: Item) -> Result | BaseException:
    try:
        return function(item)
    except BaseException as problem:
        return problem


def each(function: Callable[[Item], Result], items: Sequence[Item], seconds: float) -> list[Result | BaseException]:
    """Call a function with each item in turn, `seconds` for each: its result, what it raised, or OutOfTime.

    Within a call that was `begun` and ends before that by itself, they are called at once, in its thread.
    """
    if getattr(_WITHIN, "until", float("inf")) <= time.monotonic() + seconds:
        return [_tried(function, item) for item in items]
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


class _Hand:
    """A thread that makes one call after another; one whose call was given up ends with it."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._turn = threading.Lock()
        self._needed = True
        self._thread = threading.Thread(target=self._work, name="weft-hand", daemon=True)
        self._thread.start()

    def make(self, function: Callable[[], Any], seconds: float, done: Callable[[Any], None]) -> Callable[[], None]:
        """Make a call, and answer what gives it up."""
        over = given_up = False
        run = contextvars.copy_context().run

        def call() -> None:
            nonlocal over
            _WITHIN.until = time.monotonic() + seconds
            result: Any = _tried(lambda _: run(function), None)
            with self._turn:
                over = True
            if given_up:
                raise OutOfTime
            # The one that was at work last is the next to be: what it needs lies nearest to its processor.
            if len(_HANDS) < _IDLE:
                _HANDS.append(self)
            else:
                self._needed = False
            done(result)

        def give_up() -> None:
            nonlocal given_up
            with self._turn:
                if not over and not given_up:
                    given_up = True
                    _throw_into(self._thread)

        self._calls.put(call)
        return give_up

    def _work(self) -> None:
        with contextlib.suppress(OutOfTime):
            while self._needed:
                self._calls.get()()


_HANDS: Final[list[_Hand]] = []


def begun(
    function: Callable[[], Result], seconds: float, done: Callable[[Result | BaseException], None]
) -> Callable[[], None]:
    """Call a function in a thread of its own, and there `done` with its result or what it raised; `seconds` are what it is given.

    Answers what gives the call up: `done` is not called after it, and OutOfTime is thrown into the function.
    """
    try:
        hand = _HANDS.pop()
    except IndexError:
        hand = _Hand()
    return hand.make(function, seconds, done)


def ahead(items: Iterable[Item], most: int) -> Iterator[Item]:
    """The same items, of which up to so many are taken ahead, in a thread of its own, of who goes through them."""
    ready: queue.Queue[tuple[Item] | BaseException | None] = queue.Queue(most)
    ended = threading.Event()

    def put(one: tuple[Item] | BaseException | None) -> None:
        while not ended.is_set():
            with contextlib.suppress(queue.Full):
                ready.put(one, timeout=_LOOK_EVERY)
                return

    def take() -> None:
        try:
            for item in items:
                put((item,))
                if ended.is_set():
                    return
            put(None)
        except BaseException as problem:
            put(problem)

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(take,), name="weft-ahead", daemon=True).start()
    try:
        while (one := ready.get()) is not None:
            if isinstance(one, BaseException):
                raise one
            yield one[0]
    finally:
        ended.set()


class Stream(Generic[Item, Result]):
    """Calls under way on threads of their own; to go through it gives the results in the items' order, as soon as they are there.

    Items are taken as calls end, so that they may be endless, and no more than some calls ahead of who goes through the results.
    What was thrown in taking them is thrown there. While the next result is waited for `waiting` is called there a few times a
    second.
    """

    def __init__(
        self,
        function: Callable[[Item], Result],
        items: Iterable[Item],
        seconds: float,
        most: int,
        waiting: Callable[[], None] = lambda: None,
    ) -> None:
        self._function, self._seconds, self._most, self._waiting = function, seconds, most, waiting
        self._items = enumerate(items)
        self._taking = threading.Lock()
        self._held = threading.Lock()
        self._came, self._room = threading.Condition(self._held), threading.Condition(self._held)
        self._results: dict[int, Result | BaseException] = {}
        self._taken = self._given = self._threads = 0
        self._ended = False
        self._problem: BaseException | None = None
        self._context = contextvars.copy_context()
        self._begin()

    def __enter__(self) -> "Stream[Item, Result]":
        return self

    def __exit__(self, *_: object) -> None:
        """Begin no further call; those under way end unseen."""
        with self._held:
            self._ended = True
            self._room.notify_all()

    def __iter__(self) -> Iterator[Result | BaseException]:
        while True:
            with self._held:
                if self._given not in self._results and not self._over():
                    self._came.wait(_LOOK_EVERY)
                there = self._given in self._results
                if there:
                    result = self._results.pop(self._given)
                    self._given += 1
                    self._room.notify()
                elif self._over():
                    break
            if there:
                yield result
            else:
                self._waiting()
        if self._problem is not None:
            raise self._problem

    def _over(self) -> bool:
        return self._ended and self._given >= self._taken

    def _begin(self) -> None:
        self._threads += 1
        run = self._context.copy().run
        threading.Thread(target=run, args=(self._work,), name="weft-stream", daemon=True).start()

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            place, item = taken
            (result,) = each(self._function, [item], self._seconds)
            with self._held:
                self._results[place] = result
                if place == self._given:
                    self._came.notify()

    def _take(self) -> tuple[int, Item] | None:
        """The next item, once there is room for its result; None where there is none, or none is wanted."""
        with self._taking:
            with self._held:
                while self._taken - self._given >= _AHEAD * self._most and not self._ended:
                    self._room.wait()
                if self._ended:
                    return None
            try:
                taken = next(self._items, None)
            except BaseException as problem:
                self._problem, taken = problem, None
            with self._held:
                if taken is None:
                    self._ended = True
                    self._came.notify()
                else:
                    self._taken += 1
            if taken is not None and self._threads < self._most:
                self._begin()
        return taken
