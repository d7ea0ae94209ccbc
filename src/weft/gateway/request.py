"""One call on its way: what it holds, what it has tried, and the one row that it leaves."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import orjson

from weft.access.keys import Limits
from weft.errors import (
    BudgetExhausted,
    Forbidden,
    InputError,
    LimitReached,
    ModelBusy,
    ModelFailed,
    ModelRefused,
    ModelTimeout,
    WeftError,
)
from weft.gateway import bounds, cache, events
from weft.gateway.bounds import Size
from weft.gateway.budgets import Hold, Purse, accounts_of
from weft.gateway.cache import Answered, Cache
from weft.gateway.choice import Choice
from weft.gateway.ledger import Ledger
from weft.gateway.metrics import Metrics
from weft.gateway.models import Kind, Route, Target
from weft.gateway.providers import openai
from weft.gateway.providers.openai import Usage
from weft.gateway.rates import Pass, Rates
from weft.gateway.register import Budget, Register
from weft.gateway.upstream import Interrupted, Patience, Reply, Unreachable, Upstream
from weft.ids import uuid7_text

_LOG = logging.getLogger(__name__)
_MOST_PAUSE: Final = 2.0
# What the ledger's columns hold.
_MOST_TOKENS: Final = 2**31 - 1
_MOST_COST: Final = 2**62
PERSON, BULK = 0, 1
_MISPLACED: Final = (401, 403, 404, 405)
_LATER: Final = (408, 409, 425, 429)
Budgets = Mapping[tuple[UUID | None, str | None], Sequence[Budget]]


@dataclass(slots=True)
class Parts:
    """What requests of one process share."""

    register: Register
    upstream: Upstream
    choice: Choice
    ledger: Ledger
    purse: Purse
    rates: Rates
    cache: Cache
    metrics: Metrics
    seen: list[Callable[[Mapping[str, Any]], None]] = field(default_factory=list)
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside the request."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


@dataclass(frozen=True, slots=True)
class Call:
    """One request: its kind, its body as it came and parsed, for whom, and how urgent it is (PERSON before BULK).

    `only` is the one target of the route that is asked; `told` is given the ledger's row once it is written.
    """

    kind: Kind
    body: Mapping[str, Any]
    raw: bytes
    business: UUID
    key: str | None = None
    limits: Limits = field(default_factory=Limits)
    skill: str | None = None
    priority: int = PERSON
    control: str | None = None
    trace: str | None = None
    only: str | None = None
    told: Callable[[Mapping[str, Any]], None] | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """A reply that is there as a whole."""

    uid: str
    body: bytes
    target: str
    cached: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """A reply that comes in pieces, each of whole server-sent events; it has to be closed, read to its end or not."""

    uid: str
    pieces: AsyncGenerator[bytes, None]
    target: str
    cached: bool = False
    ended: Callable[[], None] | None = None

    async def close(self) -> None:
        """Let go of the reply, also where nothing of it was read."""
        await self.pieces.aclose()
        if self.ended is not None:
            self.ended()


_UNSEEN: Final = Size(0)


class _Again(Exception):
    """An attempt failed in a way that another may not."""

    def __init__(
        self, message: str, *, retry: bool = True, billed: bool = False, late: bool = False, status: int | None = None
    ) -> None:
        super().__init__(message)
        self.retry, self.billed, self.late, self.status = retry, billed, late, status


@dataclass(slots=True)
class Request:
    """One call on its way: what it holds, what it has tried, and the row that it leaves."""

    parts: Parts
    call: Call
    route: Route
    targets: Sequence[Target] = ()
    size: Size = _UNSEEN
    uid: str = ""
    at: float = 0.0
    began: float = 0.0
    entered: Pass | None = None
    holds: list[Hold] = field(default_factory=list)
    name: cache.Name | None = None
    leads: bool = False
    keep: float = 0.0
    gives: bool = False
    lost: int = 0
    attempts: int = 0
    target: Target | None = None
    asking: Target | None = None
    first: float | None = None
    bounds: dict[str, int] = field(default_factory=dict)
    row: dict[str, Any] = field(default_factory=dict)

    def at_hand(self) -> Answered | None:
        """An answer in memory to the same request, looked for before anything else is done; it is to be taken to `given`."""
        call = self.call
        self.keep, self.gives = cache.seconds_for(call.kind, call.body, self.route.cache_seconds, call.control)
        if self.keep <= 0:
            return None
        self.name = (call.business, cache.digest(call.kind, self.route.name, call.body))
        return self.parts.cache.held(self.name) if self.gives else None

    async def given(self, found: Answered) -> Whole | Flow:
        """The reply that was given before: it counts as a request, and takes no tokens."""
        self._begin()
        try:
            await self._let_in(0)
        except BaseException as problem:
            self._ended_by(problem)
            raise
        return self._given(found)

    async def answered(self, targets: Sequence[Target], size: Size, budgets: Budgets) -> Whole | Flow:
        """The reply of one of the targets; whatever happens, what is held is settled and one row is written."""
        self.targets, self.size = targets, size
        self._begin()
        try:
            await self._let_in(bounds.estimate(size))
            found = await self._kept()
            if found is not None:
                return self._given(found)
            await self._reserved(budgets)
            return await self._asked()
        except BaseException as problem:
            self._ended_by(problem)
            raise

    def _begin(self) -> None:
        self.parts.ledger.admit()
        self.uid, self.at, self.began = uuid7_text(), time.time(), time.perf_counter()
        self.parts.metrics.in_flight += 1

    async def _let_in(self, tokens: int) -> None:
        limits = self.call.limits
        if self.call.key is not None and (limits.requests or limits.tokens or limits.concurrency):
            self.entered = await self.parts.rates.enter(self.call.business, self.call.key, limits, tokens)

    async def _kept(self) -> Answered | None:
        """An answer that was given before, or that the same request gets at this moment."""
        if self.name is None or not self.gives:
            return None
        found = self.parts.cache.held(self.name) or await self.parts.cache.found(self.name)
        if found is not None:
            return found
        self.leads = self.parts.cache.leads(self.name)
        return None if self.leads else await self.parts.cache.followed(self.name)

    def _given(self, found: Answered) -> Whole | Flow:
        self._written("cached", Usage(), 0, provider=found.target)
        if self.call.body.get("stream"):
            return Flow(self.uid, events.replayed(found.body), found.target, cached=True)
        return Whole(self.uid, found.body, found.target, cached=True)

    async def _reserved(self, budgets: Budgets) -> None:
        """Reserve the most that this can cost at the dearest target, and write down what a crash would leave."""
        accounts = accounts_of(self.parts.purse, budgets, self.call.business, self.call.key, self.at) if budgets else []
        if accounts:
            priced = [target for target in self.targets if target.model.prices is not None]
            if not priced:
                raise InputError(
                    f"Nobody has said what {self.targets[0].id} costs, so a budget cannot hold it. Say it: "
                    f"weft models price {self.targets[0].id} --in DOLLARS --out DOLLARS (for a million tokens)."
                )
            self.targets = priced
            beyond = bounds.unbounded(self.call.body)
            if beyond is not None:
                raise InputError(
                    f"What {beyond} asks for can cost more than is known before it is sent, and this request is held to a "
                    "budget. Leave it out."
                )
            self.holds.append(await self.parts.purse.reserve(accounts, self._bound()))
        self._intend()

    def _bound(self) -> int:
        return max(self._most(target) for target in self.targets)

    def _most(self, target: Target) -> int:
        """The most that this can cost at a target, or 0 where nobody knows what it costs."""
        found = self.bounds.get(target.place)
        if found is None:
            prices = target.model.prices
            found = self.bounds[target.place] = self.size.bound(target, prices) if prices else 0
        return found

    def _intend(self) -> None:
        reserved = sum(hold.amount for hold in self.holds)
        self.parts.ledger.intend(self.uid, self._row("lost", Usage(), reserved, estimated=True))

    async def _asked(self) -> Whole | Flow:
        """Ask one target after the other until one answers."""
        problems: list[str] = []
        refusal: ModelRefused | None = None
        late = False
        status: int | None = None
        asked = 0
        for target in self.parts.choice.order(self.route, self.targets):
            asked += 1
            for again in range(self.route.retries + 1):
                if self.left() <= 0:
                    late = True
                    break
                if again:
                    pause = min(0.1 * 2**again, _MOST_PAUSE) * random.uniform(0.5, 1.5)  # noqa: S311 - jitter
                    await asyncio.sleep(pause)
                try:
                    return await self._tried(target)
                except _Again as problem:
                    problems.append(f"{target.id}: {problem}")
                    late |= problem.late
                    status = problem.status
                    await self._counted_lost(target, billed=problem.billed)
                    if not problem.retry or self.parts.choice.health(target).state(time.monotonic()) != "closed":
                        break
                except ModelRefused as problem:
                    refusal = refusal or problem
                    break
        if refusal is not None:
            raise refusal
        if not asked:
            wait = self.parts.choice.wait(self.targets)
            raise ModelBusy(
                f"Every model of {self.route.name} rests after failures or was asked too often. Come again in {wait:.0f} s.",
                retry_after=wait,
            )
        said = "; ".join(problems[-4:]) or f"{self.route.seconds:g} s were over"
        if late:
            raise ModelTimeout(f"No model of {self.route.name} answered in time: {said}.")
        limited = [self.parts.choice.health(target).limited_until for target in self.targets]
        if all(until > time.monotonic() for until in limited):
            wait = self.parts.choice.wait(self.targets)
            raise LimitReached(f"Every model of {self.route.name} is asked too often: {said}.", retry_after=wait)
        raise ModelFailed(f"No model of {self.route.name} answered: {said}.", upstream_status=status)

    def left(self) -> float:
        """Seconds that are left of the route's time."""
        return self.route.seconds - (time.perf_counter() - self.began)

    async def _counted_lost(self, target: Target, *, billed: bool) -> None:
        """An attempt may have been billed that nobody heard the end of: it counts in full, and the next needs its own hold."""
        if not billed or not self.holds:
            return
        self.lost += self._most(target)
        accounts = self.holds[0].accounts
        self.holds.append(await self.parts.purse.reserve(accounts, self._bound()))
        self._intend()

    async def _tried(self, target: Target) -> Whole | Flow:
        """One attempt at one target; raises _Again, ModelRefused."""
        choice = self.parts.choice
        await choice.place(target, self.call.priority, min(self.left(), self.route.first_seconds))
        health = choice.health(target)
        health.began()
        self.target = self.asking = target
        self.attempts += 1
        started = time.perf_counter()
        state = _Attempt(self, target, started)
        try:
            return await state.made()
        except BaseException as problem:
            failed: bool | None = True
            if isinstance(problem, asyncio.CancelledError | ModelRefused | Forbidden) or state.blameless:
                failed = None
            state.over(failed=failed)
            if not isinstance(problem, asyncio.CancelledError):
                self.asking = None
            raise

    def settled(self, outcome: str, target: Target, usage: Usage | None, size_out: int, *, full: bool = False) -> None:
        """The end of a request that a target answered, or began to: what it used, else what it can have used at most."""
        prices = target.model.prices
        estimated = usage is None
        held = self._most(target)
        if usage is None:
            most_out, _ = self.size.limit_for(target)
            most_out *= self.size.answers
            usage = Usage(self.size.tokens_in(target), most_out if full else min(size_out, most_out))
            spent = held if full or not prices else min(held, bounds.cost(usage, prices, self.size.images))
        else:
            spent = bounds.cost(usage, prices, self.size.images) if prices else 0
        if self.holds and spent > held:
            self._suspend(target, spent, held)
        self._written(outcome, usage, self.lost + spent, estimated=estimated)

    def _suspend(self, target: Target, spent: int, held: int) -> None:
        why = f"it billed {spent / 1e9:.6f} USD where {held / 1e9:.6f} were the most that it could be"
        self.parts.choice.suspend(target, why)
        _LOG.error("%s is suspended: %s", target.id, why)

        async def write() -> None:
            try:
                await asyncio.to_thread(self.parts.register.suspend, target, why)
            except WeftError as problem:
                _LOG.error("the suspension of %s cannot be kept: %s", target.id, problem)

        self.parts.begin(write())

    def _ended_by(self, problem: BaseException) -> None:
        """The end of a request that has no reply."""
        if isinstance(problem, BudgetExhausted):
            outcome = "exhausted"
        elif isinstance(problem, LimitReached):
            outcome = "limited"
        elif isinstance(problem, ModelRefused):
            outcome = "refused"
        elif isinstance(problem, ModelTimeout):
            outcome = "timeout"
        elif isinstance(problem, asyncio.CancelledError):
            outcome = "cancelled"
        elif isinstance(problem, ModelBusy):
            outcome = "busy"
        else:
            outcome = "failed"
        # Who goes away while a model answers leaves a request that may be billed in full.
        spent = self.lost
        if outcome == "cancelled" and self.asking is not None:
            spent += self._most(self.asking)
        self._written(outcome, Usage(), spent, estimated=bool(spent))

    def _written(
        self, outcome: str, usage: Usage, cost: int, *, estimated: bool = False, provider: str | None = None
    ) -> None:
        """Settle what is held and write the row that holds."""
        parts = self.parts
        cost = min(cost, _MOST_COST)
        row = self._row(outcome, usage, cost, estimated=estimated)
        seconds = time.perf_counter() - self.began
        row["total_ms"] = round(seconds * 1000, 3)
        if self.first is not None:
            row["first_ms"] = round((self.first - self.began) * 1000, 3)
        if provider is not None:
            row["provider"], _, row["model"] = provider.partition("/")
        left = cost
        for hold in self.holds:
            part = left if hold is self.holds[-1] else min(left, hold.amount)
            parts.purse.settle(hold, part)
            left -= part
        self.holds = []
        if self.entered is not None:
            self.entered.close(self.entered, usage.tokens_in + usage.tokens_out)
            self.entered = None
        if self.leads and self.name is not None:
            # Whoever waits for this answer and has none by now asks for itself.
            parts.cache.done(self.name, None, "", 0)
            self.leads = False
        parts.metrics.in_flight -= 1
        # Whoever reads the figures of a process learns no name that a business gave.
        names = ("own", "own") if self.route.own else (self.route.name, row["provider"] or "")
        labels = (self.call.kind, *names, outcome)
        first = None if self.first is None else self.first - self.began
        parts.metrics.count(labels, seconds, first, usage.tokens_in, usage.tokens_out, cost)
        parts.ledger.settle(self.uid, row)
        for told in parts.seen:
            told(row)
        if self.call.told is not None:
            self.call.told(row)

    def _row(self, outcome: str, usage: Usage, cost: int, *, estimated: bool = False) -> dict[str, Any]:
        """The ledger's row as it stands now; one dictionary, whose values are brought up to date."""
        row = self.row
        if not row:
            call = self.call
            row.update(uid=self.uid, business=str(call.business), at=self.at, kind=call.kind, key=call.key)
            row.update(skill=call.skill, route=self.route.name, provider=None, model=None, trace=call.trace)
            row.update(first_ms=None, total_ms=None, accounts=[])
        if self.target is not None:
            row["provider"], row["model"] = self.target.provider.name, self.target.model.name
        row["tokens_in"], row["tokens_out"] = min(usage.tokens_in, _MOST_TOKENS), min(usage.tokens_out, _MOST_TOKENS)
        row["cached"], row["reasoning"] = usage.cached, usage.reasoning
        row["cost"], row["outcome"], row["estimated"] = cost, outcome, estimated
        row["attempts"] = self.attempts
        if self.holds:
            row["reserved"] = sum(hold.amount for hold in self.holds)
            row["accounts"] = self.holds[0].uids
        return row


@dataclass(slots=True)
class _Attempt:
    """One attempt at one target, from its sending to its last byte."""

    request: Request
    target: Target
    started: float
    reply: Reply | None = None
    ended: bool = False
    blameless: bool = False

    async def made(self) -> Whole | Flow:
        request, target = self.request, self.target
        call, route = request.call, request.route
        streams = call.kind == "chat" and bool(call.body.get("stream"))
        limit = request.size.limit_for(target)[1] if request.holds and call.kind == "chat" else None
        left = request.left()
        # What comes as a whole may be made after its head was sent.
        first, idle = (min(route.first_seconds, left), min(route.idle_seconds, left)) if streams else (left, left)
        patience = Patience(first, idle, left)
        body = openai.outgoing(call.body, target, limit)
        try:
            self.reply = reply = await request.parts.upstream.send(
                target.provider,
                openai.path(target.provider, call.kind),
                openai.headers(target.provider),
                body,
                patience,
            )
            if reply.status != 200:
                await self._refused(reply)
            if streams:
                return await self._flow(reply)
            return self._whole(await reply.read())
        except Unreachable as problem:
            raise _Again(str(problem)) from problem
        except Forbidden as problem:
            self.blameless = True
            raise _Again(problem.message, retry=False) from problem
        except Interrupted as problem:
            raise _Again(str(problem), retry=not problem.late, billed=True, late=problem.late) from problem

    def over(self, *, failed: bool | None) -> None:
        """Give back the place, and tell how it went; once."""
        if self.ended:
            return
        self.ended = True
        if self.reply is not None:
            self.reply.close()
        choice = self.request.parts.choice
        choice.health(self.target).ended(time.perf_counter() - self.started, failed=failed)
        choice.leave(self.target)

    async def _refused(self, reply: Reply) -> None:
        """Say what a status that is not 200 means; raises _Again, ModelRefused."""
        status = reply.status
        text = self.target.provider.unsaid((await reply.read())[:65_536])
        try:
            payload = orjson.loads(text)
        except orjson.JSONDecodeError:
            payload = None
        said = openai.error(payload) or (payload.get("detail") if isinstance(payload, dict) else None)
        words = f"it answered {status}" + (f": {str(said)[:300]}" if said else "")
        if status in _LATER:
            health = self.request.parts.choice.health(self.target)
            wait = _seconds(reply.headers.get("Retry-After"))
            if status == 429:
                self.blameless = True
                # Who asks for one target of several at a time goes on to the next himself.
                alone = len(self.request.targets) == 1 and self.request.call.only is None
                if wait is not None and (wait > _MOST_PAUSE or not alone):
                    health.limited_until = time.monotonic() + min(wait, 60.0)
                elif wait is not None:
                    await asyncio.sleep(wait)
            raise _Again(words, status=status)
        if status in _MISPLACED:
            raise _Again(f"{words} (look at its address and its key)", retry=False)
        if status >= 500:
            # Some servers say so of a schema that they do not take, and are well.
            self.blameless = status == 500 and "response_format" in self.request.call.body
            raise _Again(words, retry=not self.blameless, status=status)
        if 300 <= status < 400:
            raise _Again(f"it sends elsewhere ({status}), and nobody goes there", retry=False)
        raise ModelRefused(
            f"{self.target.id} refuses the request ({status}): {said or 'without a word'}",
            upstream_status=status,
            body=text,
        )

    def _unsaid(self, text: str) -> str:
        """What a server said, without the secrets that it was sent."""
        return self.target.provider.unsaid(text.encode()).decode()

    def _whole(self, body: bytes) -> Whole:
        request, kind = self.request, self.request.call.kind
        try:
            payload = orjson.loads(body)
        except orjson.JSONDecodeError as problem:
            raise _Again("it answered what is no JSON", billed=True) from problem
        wrong = openai.error(payload)
        if wrong is not None:
            raise _Again(f"it answered an error: {self._unsaid(wrong)}", status=200)
        if not openai.answered(kind, payload):
            raise _Again(f"it answered what is no answer to {kind}", billed=True)
        request.first = time.perf_counter()
        self.over(failed=False)
        if request.keep > 0 and request.name is not None:
            request.parts.cache.done(request.name, body, self.target.id, request.keep)
            request.leads = False
        request.settled("ok", self.target, openai.usage(payload), len(body))
        return Whole(request.uid, body, self.target.id)

    async def _flow(self, reply: Reply) -> Flow:
        """The reply's events, whose first is there and is no error."""
        request = self.request
        options = request.call.body.get("stream_options")
        wants = isinstance(options, dict) and bool(options.get("include_usage"))
        stream = events.Stream(wants_usage=wants)
        chunks = reply.chunks()
        ready = b""
        async for part in chunks:
            ready += stream.fed(part)
            if stream.problem is not None and not stream.begun:
                raise _Again(f"it answered an error: {self._unsaid(stream.problem)}")
            if stream.begun or stream.done:
                break
        else:
            wrong = stream.unstreamed()
            if wrong is not None:
                raise _Again(f"it answered an error: {self._unsaid(wrong)}")
            raise _Again("it ended its answer before it began", billed=True)
        request.first = time.perf_counter()
        pieces = self._passed_on(stream, chunks, ready)
        return Flow(request.uid, pieces, self.target.id, ended=lambda: self._over(stream, "cancelled", None))

    async def _passed_on(
        self, stream: events.Stream, chunks: AsyncIterator[bytes], ready: bytes
    ) -> AsyncGenerator[bytes, None]:
        request = self.request
        kept: list[bytes] | None = [ready] if request.keep > 0 and request.name is not None else None
        outcome = "cancelled"
        try:
            yield ready
            if not stream.over():
                async for part in chunks:
                    piece = stream.fed(part)
                    if piece:
                        if kept is not None:
                            kept.append(piece)
                            kept = kept if stream.length <= cache.MOST_ANSWER else None
                        yield piece
                    if stream.over():
                        break
            outcome, last = self._judged(stream)
            if last:
                if kept is not None:
                    kept.append(last)
                yield last
        except Interrupted as problem:
            outcome = "timeout" if problem.late else "broken"
            yield events.failure(f"{self.target.id} broke off: {problem}")
        finally:
            self._over(stream, outcome, kept)

    def _judged(self, stream: events.Stream) -> tuple[str, bytes]:
        """How a stream ended that ended, and the event that is still to be sent."""
        if stream.problem is not None:
            return "broken", events.failure(f"{self.target.id} broke off: {self._unsaid(stream.problem)}")
        if stream.done:
            return "ok", b""
        if stream.finished:
            # It said that it has ended, and left out the mark that it has.
            return "ok", events.DONE
        return "broken", events.failure(f"{self.target.id} ended its answer in the middle")

    def _over(self, stream: events.Stream, outcome: str, kept: list[bytes] | None) -> None:
        """Settle a stream, once."""
        if self.ended:
            return
        request = self.request
        self.over(failed=None if outcome == "cancelled" else outcome != "ok")
        if outcome == "ok" and kept is not None and request.name is not None:
            request.parts.cache.done(request.name, b"".join(kept), self.target.id, request.keep)
            request.leads = False
        # A usage that is told before the end is none of the whole: who leaves early pays what may still have been made.
        whole = outcome == "ok" or (stream.finished and request.size.answers == 1)
        used = stream.usage if whole else None
        request.settled(outcome, self.target, used, stream.length, full=outcome != "ok")


def _seconds(text: str | None) -> float | None:
    """A Retry-After in seconds, where it is a number."""
    try:
        value = float(text) if text is not None else None
    except ValueError:
        return None
    return value if value is not None and 0 <= value < 86_400 else None
