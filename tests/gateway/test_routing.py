"""Which model answers: fallbacks, retries, rests, weights, places and conditions, through a door with the stand-in behind it."""

import asyncio
import contextlib
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from weft.business import Business
from weft.errors import InputError, LimitReached, ModelBusy, ModelFailed, NotFound
from weft.gateway import choice, request
from weft.gateway.door import Door
from weft.gateway.request import BULK, PERSON, Call, Whole
from weft.gateway.standin import Answering, Behavior, Standin, problem, whole

HELLO: Any = [{"role": "user", "content": "hello there my friend"}]
PRICES = {"input": 1.0, "output": 2.0}
_names = itertools.count()


class Way:
    """A business's door, and what its models do."""

    def __init__(self, door: Door, standin: Standin, business: Business) -> None:
        self.door, self.standin, self.business = door, standin, business

    def provider(self, name: str, model: str, *, url: str = "http://127.0.0.1:9/v1", **more: Any) -> None:
        body = {"base_url": url, "models": {model: {"prices": more.pop("prices", PRICES)}}, **more}
        self.door.register.add_provider(self.business.uid, name, body, reach="loopback")

    async def route(self, *targets: str | Mapping[str, Any], **more: Any) -> None:
        """The route `r` over the models of these providers, each of which has one."""
        held = [{"provider": one} if isinstance(one, str) else one for one in targets]
        self.door.register.add_route(self.business.uid, "r", {"targets": held, "retries": 0, **more})
        await self.door.look()

    async def ask(self, model: str = "r", *, stream: bool = False, priority: int = PERSON, **more: Any) -> str:
        """Ask, read the answer to its end, and tell who gave it."""
        body = {"model": model, "messages": HELLO, "stream": stream, **more}
        reply = await self.door.answer(
            Call("chat", body, orjson.dumps(body), self.business.uid, "k", priority=priority)
        )
        if isinstance(reply, Whole):
            return reply.target
        self.read = b"".join([piece async for piece in reply.pieces])
        await reply.close()
        return reply.target

    async def asked(self, times: int) -> Counter[str]:
        return Counter([await self.ask() for _ in range(times)])

    def rows(self) -> list[tuple[Any, ...]]:
        assert self.door.parts.ledger.drained()
        with self.business.transaction() as connection:
            return connection.execute(
                "select provider, outcome, attempts, cost, reserved from ledger order by uid"
            ).fetchall()


@contextlib.asynccontextmanager
async def opened(business: Business, home: Path, replies: Mapping[str, Answering]) -> AsyncIterator[Way]:
    standin = Standin(replies)
    door = Door(business.database, home, upstream=standin)
    await door.start()
    try:
        yield Way(door, standin, business)
    finally:
        await door.stop()


@pytest.fixture
def run(business: Business, tmp_path: Path) -> Callable[..., None]:
    def go(work: Callable[[Way], Coroutine[Any, Any, None]], **replies: Answering) -> None:
        async def lived() -> None:
            async with opened(business, tmp_path, replies) as way:
                await work(way)

        asyncio.run(lived())

    return go


def steps(*behaviors: Behavior | str) -> Answering:
    """A model that does one after the other, and then the last again and again."""
    left = list(behaviors)

    def answer(body: Mapping[str, Any]) -> Behavior:
        step = left.pop(0) if len(left) > 1 else left[0]
        return whole(body, step) if isinstance(step, str) else step

    return answer


@pytest.mark.parametrize(
    "first",
    [
        "fails",
        "away",
        "limited",
        "garbage",
        "cut",
        "error-inside",
        "no-key",
        "elsewhere",
        "refused",
        "hangs",
        "private",
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_one_model_cannot_another_does(run: Callable[..., None], first: str, stream: bool) -> None:
    async def work(way: Way) -> None:
        url = {"refused": "http://127.0.0.1:1/v1", "private": "http://10.0.0.1/v1"}.get(first, "http://127.0.0.1:9/v1")
        way.provider("bad", "echo" if first in ("refused", "private") else first, url=url)
        way.provider("good", "echo")
        await way.route("bad", "good", first_seconds=0.3, seconds=5)
        if first == "hangs" and not stream:
            # What comes as a whole may take all of the route's time.
            return
        if first == "cut" and stream:
            return
        assert await way.ask(stream=stream) == "good/echo"
        assert [row[:2] for row in way.rows()] == [("good", "ok")]

    run(work)


def test_a_model_is_asked_again_and_the_row_says_how_often(run: Callable[..., None]) -> None:
    async def work(way: Way) -> None:
        way.provider("shaky", "shaky")
        way.provider("good", "echo")
        await way.route("shaky", "good", retries=2)
        assert await way.ask() == "shaky/shaky"
        assert [row[:3] for row in way.rows()] == [("shaky", "ok", 3)]

    run(work, shaky=steps(problem(503, "not yet"), problem(500, "nor now"), "here"))


@pytest.mark.parametrize("bad", ["cut", "late-error"])
def test_nothing_is_asked_again_once_a_byte_was_passed_on(run: Callable[..., None], bad: str) -> None:
    async def work(way: Way) -> None:
        way.provider("bad", bad)
        way.provider("good", "echo")
        await way.route("bad", "good", retries=5)
        assert await way.ask(stream=True) == f"bad/{bad}"
        assert b"stream_broken" in way.read
        assert len(way.standin.asked) == 1
        assert [row[:3] for row in way.rows()] == [("bad", "broken", 1)]

    run(work)


def test_a_request_that_is_refused_itself_goes_no_further_than_needed(run: Callable[..., None]) -> None:
    async def work(way: Way) -> None:
        way.provider("strict", "refuses")
        way.provider("good", "echo")
        await way.route("strict", "good", retries=3)
        assert await way.ask() == "good/echo"
        assert [body["model"] for body in way.standin.asked] == ["refuses", "echo"]

    run(work)


def test_a_model_that_fails_again_and_again_rests_is_tried_and_comes_back(
    run: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "_REST_SECONDS", 0.4)

    async def work(way: Way) -> None:
        way.provider("ill", "ill")
        way.provider("good", "echo")
        await way.route("ill", "good")
        assert await way.asked(choice.FAILURES) == {"good/echo": choice.FAILURES}
        asked = len(way.standin.asked)
        assert await way.asked(4) == {"good/echo": 4}
        # While it rests nobody asks it.
        assert len(way.standin.asked) == asked + 4
        await asyncio.sleep(0.5)
        # One tries, and fails: it rests for longer.
        assert await way.asked(3) == {"good/echo": 3}
        assert len([body for body in way.standin.asked if body["model"] == "ill"]) == choice.FAILURES + 1
        await asyncio.sleep(0.9)
        assert await way.asked(3) == {"ill/ill": 3}

    run(work, ill=steps(*[problem(500, "ill")] * (choice.FAILURES + 1), "well again"))


def test_one_alone_tries_a_model_that_rested(run: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "_REST_SECONDS", 0.3)

    async def work(way: Way) -> None:
        way.provider("ill", "ill")
        way.provider("good", "echo")
        await way.route("ill", "good")
        await way.asked(choice.FAILURES)
        await asyncio.sleep(0.4)
        answers = await asyncio.gather(*(way.ask() for _ in range(6)))
        assert Counter(answers) == {"ill/ill": 1, "good/echo": 5}

    slow = Behavior((0.3, *whole({"model": "ill"}, "well again").parts))
    run(work, ill=steps(*[problem(500, "ill")] * choice.FAILURES, slow))


def test_where_all_rest_it_says_when_to_come_again(run: Callable[..., None]) -> None:
    async def work(way: Way) -> None:
        way.provider("ill", "fails")
        await way.route("ill")
        for _ in range(choice.FAILURES):
            with pytest.raises(ModelFailed):
                await way.ask()
        with pytest.raises(ModelBusy, match="Come again") as caught:
            await way.ask()
        assert 0 < float(str(caught.value.details["retry_after"])) <= 60

    run(work)


def test_one_that_is_asked_too_often_is_left_alone_as_long_as_it_says(run: Callable[..., None]) -> None:
    async def work(way: Way) -> None:
        way.provider("busy", "busy")
        way.provider("good", "echo")
        await way.route("busy", "good")
        assert await way.asked(5) == {"good/echo": 5}
        assert len([body for body in way.standin.asked if body["model"] == "busy"]) == 1
        await asyncio.sleep(1.1)
        assert await way.ask() == "busy/busy"

    run(work, busy=steps(problem(429, "slowly", **{"Retry-After": "1"}), "now"))


def test_where_all_are_asked_too_often_so_is_the_client(run: Callable[..., None]) -> None:
    async def work(way: Way) -> None:
        way.provider("busy", "busy")
        await way.route("busy")
        with pytest.raises(LimitReached) as caught:
            await way.ask()
        assert 1 <= float(str(caught.value.details["retry_after"])) <= 30

    run(work, busy=lambda _: problem(429, "slowly", **{"Retry-After": "30"}))


def test_weights_are_shares(run: Callable[..., None]) -> None:
    async def work(way: Way) -> None:
        way.door.parts.choice._random = random.Random(7)
        way.provider("much", "echo")
        way.provider("little", "thinks")
        await way.route({"provider": "much", "weight": 3}, {"provider": "little", "weight": 1}, mode="weighted")
        shares = await way.asked(400)
        assert 250 < shares["much/echo"] < 350

    run(work)


def test_who_has_least_to_do_is_asked(run: Callable[..., None]) -> None:
    async def work(way: Way) -> None:
        way.provider("slow", "slow")
        way.provider("quick", "echo")
        await way.route("slow", "quick", mode="balanced")
        first = asyncio.create_task(way.ask())
        await asyncio.sleep(0.05)
        shares = await way.asked(10)
        assert shares == {"quick/echo": 10}
        assert await first == "slow/slow"
        # Of two that have nothing to do, the one that was quicker is asked.
        assert await way.asked(5) == {"quick/echo": 5}

    run(work, slow=lambda body: Behavior((0.8, *whole(body, "slow").parts)))


def test_a_person_who_waits_goes_before_a_bulk_run(run: Callable[..., None]) -> None:
    async def work(way: Way) -> None:
        way.provider("narrow", "slow", concurrency=1)
        await way.route("narrow")
        order: list[str] = []

        async def one(name: str, priority: int) -> None:
            await way.ask(priority=priority)
            order.append(name)

        tasks = [asyncio.create_task(one("first", BULK))]
        await asyncio.sleep(0.05)
        for name, priority in (("bulk 1", BULK), ("bulk 2", BULK), ("person 1", PERSON), ("person 2", PERSON)):
            tasks.append(asyncio.create_task(one(name, priority)))
            await asyncio.sleep(0.01)
        await asyncio.gather(*tasks)
        assert order == ["first", "person 1", "person 2", "bulk 1", "bulk 2"]

    run(work, slow=lambda body: Behavior((0.2, *whole(body, "slow").parts)))


def test_no_place_is_lost_by_those_who_go_away(run: Callable[..., None]) -> None:
    async def work(way: Way) -> None:
        way.provider("narrow", "slow", concurrency=3)
        await way.route("narrow")
        chance = random.Random(3)

        async def one() -> None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(chance.uniform(0, 0.2)):
                    await way.ask()

        await asyncio.gather(*(one() for _ in range(120)))
        answers = await asyncio.gather(*(way.ask() for _ in range(6)))
        assert answers == ["narrow/slow"] * 6
        (places,) = way.door.parts.choice._places.values()
        assert places.taken == 0
        assert way.door.parts.metrics.in_flight == 0

    run(work, slow=lambda body: Behavior((0.03, *whole(body, "slow").parts)))


def test_regions_and_prices_narrow_a_route(run: Callable[..., None]) -> None:
    async def work(way: Way) -> None:
        way.provider("far", "echo", region="us")
        way.provider("dear", "thinks", region="eu", prices={"input": 9.0, "output": 9.0})
        way.provider("unknown", "unseen", region="eu", prices=None)
        way.provider("near", "calls", region="eu")
        await way.route("far", "dear", "unknown", "near", regions=["eu"], most_input=2, most_output=5)
        assert await way.asked(3) == {"near/calls": 3}
        await way.route("far", "dear", regions=["eu"], most_input=2)
        with pytest.raises(InputError, match="far/echo is not in eu; dear/thinks costs more for input"):
            await way.ask()

    run(work)


def test_what_is_changed_holds_without_a_restart(run: Callable[..., None], tmp_path: Path) -> None:
    async def work(way: Way) -> None:
        file = tmp_path / "models.toml"
        file.write_text(
            '[providers.mine]\nbase_url = "http://127.0.0.1:9/v1"\nreach = "loopback"\n[providers.mine.models.echo]\n'
            '[routes.ours]\ntargets = [{provider = "mine"}]\n'
        )
        await way.door.look()
        assert await way.ask("ours") == "mine/echo"
        file.write_text(file.read_text().replace("models.echo", "models.thinks"))
        await way.door.look()
        assert await way.ask("ours") == "mine/thinks"
        file.write_text("[providers.mine\n")
        await way.door.look()
        with pytest.raises(NotFound):
            await way.ask("ours")
        file.unlink()
        way.provider("mine", "calls")
        await way.route("mine")
        assert await way.ask() == "mine/calls"
        way.provider("mine", "echo")
        await way.door.look()
        assert await way.ask("mine/echo") == "mine/echo"

    run(work)


def test_who_leaves_between_two_attempts_pays_for_one(
    run: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer broke off and counts in full; the second was never asked for."""

    async def work(way: Way) -> None:
        way.provider("bad", "garbage")
        way.door.register.set_budget(way.business.uid, None, "total", "1")
        await way.route("bad", retries=3)
        reserve, count = way.door.parts.purse.reserve, 0

        async def slowly(*given: Any) -> Any:
            nonlocal count
            count += 1
            if count > 1:
                await asyncio.sleep(30)
            return await reserve(*given)

        monkeypatch.setattr(way.door.parts.purse, "reserve", slowly)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.6):
                await way.ask(max_tokens=10)
        ((_, outcome, attempts, cost, reserved),) = way.rows()
        assert (outcome, attempts) == ("cancelled", 1)
        assert cost == reserved > 0
        with way.business.transaction() as connection:
            (state,) = connection.execute(
                "select spent, overshot from budget_state(array(select uid from budget where business is not null))"
            ).fetchall()
        assert state == (cost, 0)

    monkeypatch.setattr(request, "_MOST_PAUSE", 0.0)
    run(work)
