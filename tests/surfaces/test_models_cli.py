"""Models by the command line: added, put into routes, priced, tried, removed; against good servers and bad ones."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from models import serving, standing
from test_cli import lines, weft

from weft.access import businesses, keys
from weft.business import Business
from weft.gateway.door import Door
from weft.gateway.register import Register
from weft.gateway.seal import Seal
from weft.gateway.standin import BEHAVIORS, Behavior, Standin, problem, whole, words
from weft.gateway.trial import Trial, examined
from weft.postgres.database import Database
from weft.settings import Settings


def able(body: Any) -> Behavior:
    """A model that can do everything."""
    if isinstance(body["messages"][-1]["content"], list):
        return whole(body, "Red.")
    if body.get("tools"):
        call = {"id": "1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Paris"}'}}
        return whole(body, "", message={"tool_calls": [call]})
    if (body.get("response_format") or {}).get("type") == "json_schema":
        return whole(body, '{"verdict": "keep", "grade": 3}')
    if body.get("response_format"):
        return whole(body, '{"color": "blue"}')
    return whole(body, words(body), message={"reasoning_content": "Easy."})


def unwell(body: Any) -> Behavior:
    """A server that fails at a schema and at tools in the way that llama.cpp's does, and is well otherwise."""
    if (body.get("response_format") or {}).get("type") == "json_schema" or body.get("tools"):
        return problem(500, "failed to parse grammar\x1b[31m")
    return whole(body, "<think>Hm.</think> ready")


def only_streams(body: Any) -> Behavior:
    """A model that answers nothing whole."""
    return whole(body, "one two") if body.get("stream") else problem(400, "This model only supports stream mode.")


@pytest.fixture(scope="module")
def upstream() -> Iterator[tuple[str, Standin]]:
    standin = Standin({"able": able, "unwell": unwell, "only-streams": only_streams})
    with standing(standin) as url:
        yield url, standin


@pytest.fixture
def register(database: Database, settings: Settings) -> Register:
    return Register(database, Path(settings.home), Seal(Path(settings.home)))


def tried(database: Database, settings: Settings, register: Register, business: Business, name: str) -> Trial:
    """Try a model of a business through a door of the test's own."""

    async def work() -> Trial:
        door = Door(database, Path(settings.home))
        await door.start()
        try:
            return await examined(door, business.uid, register.known(business.uid).routes[name].targets[0], 0.5)
        finally:
            await door.stop()

    return asyncio.run(work())


def test_a_model_is_added_tried_and_answers_on_a_fresh_machine(own_home: Path, upstream: tuple[str, Standin]) -> None:
    added = weft(own_home, "models", "add", "mine", "--url", upstream[0], "--model", "able", "--key", "sk-1")
    assert "for every business" in added.stdout
    assert "costs nothing" in added.stderr
    done = weft(own_home, "models", "test", "mine")
    assert "no business yet" in done.stderr
    for said in ("keeps to a schema", "calls tools", "sees what a picture shows", "is told apart", "streams in"):
        assert said in done.stdout
    (listed,) = lines(weft(own_home, "models", "list", "--json"))
    (target,) = listed["targets"]
    assert (listed["name"], listed["owner"], target["prices"]) == ("mine", "platform", {"input": 0.0, "output": 0.0})
    assert set(target["abilities"].values()) == {True}
    assert len(target["abilities"]) == 6
    with Database.open(Settings(home=own_home)) as database:
        shop = businesses.ensured(database, "shop")
        _, secret = keys.created(database, shop.uid)
        with serving(database, Settings(home=own_home)) as (url, _):
            asked = {"model": "mine", "messages": [{"role": "user", "content": "hello"}]}
            answer = httpx.post(f"{url}/v1/chat/completions", json=asked, headers={"Authorization": f"Bearer {secret}"})
    assert answer.json()["choices"][0]["message"]["content"] == "hello"


def test_a_business_has_models_of_its_own(
    home: Path, database: Database, business: Business, upstream: tuple[str, Standin], register: Register
) -> None:
    at = ("--business", business.id)
    weft(home, "models", "add", "own", "--url", upstream[0], "--model", "able", "--key", "-", *at, input="sk-in\n")
    assert register.known(business.uid).providers["own"].key == "sk-in"
    other = businesses.ensured(database, f"{business.id}-other")
    assert "own" not in register.known(other.uid).routes
    assert "own" not in register.known(None).routes
    weft(home, "models", "route", "write", "--target", "own/able", *at)
    done = weft(home, "models", "remove", "own", *at, fails=6)
    assert "write" in done.stderr
    weft(home, "models", "remove", "write", *at)
    assert lines(weft(home, "models", "remove", "own", *at, "--json"))[0]["removed"] == ["route", "provider"]
    assert lines(weft(home, "models", "list", *at, "--json")) == []


def test_the_key_is_taken_from_a_variable_and_goes_to_no_other_address(
    home: Path, business: Business, upstream: tuple[str, Standin], register: Register
) -> None:
    add = ("models", "add", "var", "--model", "able", "--business", business.id)
    environment = {"MY_KEY": "sk-var"}
    weft(home, *add, "--url", upstream[0], "--key-variable", "MY_KEY", environment=environment)
    assert register.known(business.uid).providers["var"].key == "sk-var"
    kept = weft(home, *add, "--url", upstream[0])
    assert "keeps the key" in kept.stderr
    assert register.known(business.uid).providers["var"].key == "sk-var"
    moved = weft(home, *add, "--url", "https://example.com/v1")
    assert "has no key" in moved.stderr
    assert register.known(business.uid).providers["var"].key is None


def test_a_route_has_targets_prices_and_conditions(
    home: Path, business: Business, upstream: tuple[str, Standin], register: Register
) -> None:
    at = ("--business", business.id)
    weft(home, "models", "add", "two", "--url", upstream[0], "--model", "qwen3:8b", "--model", "able", *at)
    weft(home, "models", "route", "write", "--target", "two/qwen3:8b:3", "--target", "two/able", *at,
         "--mode", "weighted", "--retries", "0", "--cache", "60", "--max-price-out", "2.5")  # fmt: skip
    (line,) = (one for one in lines(weft(home, "models", "list", *at, "--json")) if one["name"] == "write")
    assert [(one["model"], one["weight"]) for one in line["targets"]] == [("qwen3:8b", 3.0), ("able", 1.0)]
    assert (line["mode"], line["retries"], line["cache_seconds"], line["most_output"]) == ("weighted", 0, 60.0, 2.5)
    weft(home, "models", "price", "two/able", "--in", "0.05", "--out", "0.4", "--cached", "0.01", *at)
    models = register.known(business.uid).providers["two"].models
    assert models["able"].prices is not None
    assert (models["able"].prices.input, models["able"].prices.cached_input) == (50_000_000, 10_000_000)
    assert models["qwen3:8b"].prices is not None
    assert models["qwen3:8b"].prices.input == 0
    shown = weft(home, "models", "list", *at)
    assert "two/qwen3:8b ×3" in shown.stdout
    assert "0.05 in and 0.4 out" in shown.stdout


def test_what_is_suspended_is_told_and_lifted(
    home: Path, business: Business, upstream: tuple[str, Standin], register: Register
) -> None:
    at = ("--business", business.id)
    weft(home, "models", "add", "dear", "--url", upstream[0], "--model", "able", *at)
    register.suspend(register.known(business.uid).routes["dear"].targets[0], "it billed too much")
    assert "suspended: it billed too much" in weft(home, "models", "list", *at).stdout
    assert lines(weft(home, "models", "lift", "dear/able", *at, "--json"))[0]["lifted"] == 1
    assert "suspended" not in weft(home, "models", "list", *at).stdout


def test_the_file_of_models_is_read_and_what_is_wrong_with_it_told(
    own_home: Path, upstream: tuple[str, Standin]
) -> None:
    (own_home / "models.toml").write_text(
        f'[providers.filed]\nbase_url = "{upstream[0]}"\nreach = "loopback"\n[providers.filed.models.able]\n'
        '[routes.write]\ntargets = [{ provider = "filed" }]\n[routes.wrong]\ntargets = [{ provider = "none" }]\n'
    )
    told = lines(weft(own_home, "models", "list", "--json"))
    assert [one.get("name") for one in told] == ["write", None]
    assert "none" in told[1]["problem"]
    done = weft(own_home, "models", "test", "write")
    assert "models.toml; write there: abilities = {" in done.stderr
    assert "models.toml" in weft(own_home, "models", "price", "filed/able", "--in", "1", "--out", "1", fails=5).stderr


def test_a_variable_that_names_no_business_means_the_platform(home: Path, database: Database) -> None:
    weft(home, "models", "list", environment={"WEFT_BUSINESS": "no-such-shop"})
    weft(home, "models", "list", "--business", "no-such-shop", fails=5)


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (("add", "x", "--url", "http://10.1.2.3/v1", "--model", "m"), 4, "add --allow-private"),
        (("add", "x", "--url", "http://0.0.0.0/v1", "--model", "m", "--allow-private"), 4, "no address that can be"),
        (("add", "x", "--url", "ftp://example.com", "--model", "m"), 2, "https://api.example.com/v1"),
        (("add", "x", "--url", "https://example.com/v1"), 2, "--model MODEL"),
        (("add", "x", "--preset", "acme"), 2, "weft models presets"),
        (("add", "a/b", "--url", "https://example.com/v1", "--model", "m"), 2, "cannot name a provider"),
        (("add", "x", "--url", "https://e.com", "--model", "m", "--kind", "song"), 2, "chat, embeddings, rerank"),
        (("add", "x", "--url", "https://e.com", "--model", "m", "--price-in", "dear"), 2, "US dollars"),
        (("add", "x", "--url", "https://e.com", "--model", "m", "--key-variable", "NOT_SET"), 2, "NOT_SET is not set"),
        (("route", "x", "--target", "nobody/m"), 2, "provider/model[:weight]"),
        (("price", "nobody/m", "--in", "1", "--out", "1"), 2, "the providers are"),
        (("lift", "nobody"), 5, "no provider 'nobody'"),
        (("remove", "nobody"), 5, "no provider and no route"),
        (("test", "nobody"), 5, "no model 'nobody'"),
    ],
)
def test_what_is_wrong_is_said(
    home: Path, business: Business, given: tuple[str, ...], code: int, said: str, register: Register
) -> None:
    done = weft(home, "models", *given, "--business", business.id, fails=code)
    assert said in " ".join(done.stderr.split())
    assert register.known(business.uid).named == frozenset()


def test_a_private_address_is_allowed_where_that_is_said(home: Path, business: Business, register: Register) -> None:
    weft(home, "models", "add", "box", "--url", "http://10.1.2.3:8000/v1", "--model", "m", "--allow-private",
         "--business", business.id)  # fmt: skip
    box = register.known(business.uid).providers["box"]
    assert box.reach == "private"
    assert box.models["m"].prices is not None


@pytest.mark.parametrize("name", [*BEHAVIORS, "unwell", "only-streams"])
def test_no_server_is_too_bad_to_be_tried(
    database: Database, settings: Settings, business: Business, upstream: tuple[str, Standin], name: str,
    register: Register,
) -> None:  # fmt: skip
    kind = {"vectors": "embeddings", "ranks": "rerank"}.get(name, "chat")
    body = {"base_url": upstream[0], "models": {name: {"kind": kind, "prices": {"input": 1, "output": 1}}}}
    register.add_provider(business.uid, "bad", body, reach="loopback")
    trial = tried(database, settings, register, business, name)
    found = {one.question: one.verdict for one in trial.findings}
    well = {"echo", "echo-slow", "unseen", "twice", "gouges", "thinks", "calls", "vectors", "ranks", "unwell"}
    assert trial.answers == (name in well | {"only-streams"})
    assert all(one.words.isprintable() and one.words for one in trial.findings)
    expected: dict[str, Any] = {
        "unseen": {"usage": False, "stream": True},
        "gouges": {"usage": False},
        "thinks": {"reasoning": True},
        "unwell": {"reasoning": False, "json_schema": False, "tools": False, "json_object": False},
        "only-streams": {"answers": False, "stream": True},
        "hangs": {"answers": False},
        "calls": {"tools": True, "answers": True},
    }
    assert found.items() >= expected.get(name, {}).items()
    if name == "hangs":
        assert "within" in trial.findings[0].words
    if not trial.answers:
        assert trial.abilities == {}
    with business.transaction() as connection:
        entered = connection.execute("select count(*), coalesce(sum(cost), 0) from ledger").fetchone()
    assert entered is not None
    assert entered == (trial.requests, trial.cost)


def test_what_a_model_could_not_do_before_is_asked_anew(
    database: Database, settings: Settings, business: Business, upstream: tuple[str, Standin], register: Register
) -> None:
    abilities = {"stream": False, "tools": False, "vision": False, "json_schema": False}
    models = {"able": {"context": 10, "abilities": abilities, "prices": {}}}
    register.add_provider(business.uid, "able", {"base_url": upstream[0], "models": models}, reach="loopback")
    assert set(tried(database, settings, register, business, "able").abilities.values()) == {True}


def test_a_trial_counts_its_own_requests_in_a_process_that_answers_others(
    database: Database, settings: Settings, business: Business, upstream: tuple[str, Standin], register: Register
) -> None:
    models = {name: {"prices": {"input": 1, "output": 1}} for name in ("able", "hangs", "only-streams")}
    register.add_provider(business.uid, "some", {"base_url": upstream[0], "models": models}, reach="loopback")

    async def work() -> list[Trial]:
        door = Door(database, Path(settings.home))
        await door.start()
        routes = register.known(business.uid).routes
        try:
            return await asyncio.gather(
                *(examined(door, business.uid, routes[name].targets[0], 0.5) for name in models)
            )
        finally:
            await door.stop()

    trials = asyncio.run(work())
    with business.transaction() as connection:
        rows = connection.execute("select model, count(*), sum(cost) from ledger group by 1").fetchall()
    assert {trial.target.model.name: (trial.requests, trial.cost) for trial in trials} == {
        name: (count, cost) for name, count, cost in rows
    }


def test_a_model_that_costs_nobody_knows_what_is_not_tried_on_a_budget(
    home: Path, business: Business, upstream: tuple[str, Standin], register: Register
) -> None:
    register.set_budget(business.uid, None, "total", "0.5")
    register.add_provider(business.uid, "odd", {"base_url": upstream[0], "models": {"able": {}}}, reach="loopback")
    done = weft(home, "models", "test", "odd/able", "--business", business.id, "--json", fails=10)
    (finding,) = json.loads(done.stdout)["findings"]
    assert finding["verdict"] is None
    assert "weft models price odd/able" in finding["words"]


def test_a_vendor_that_is_known_needs_no_address(home: Path, business: Business, register: Register) -> None:
    at = ("--business", business.id, "--json")
    (local,) = lines(weft(home, "models", "add", "local", "--preset", "ollama", "--model", "qwen3:8b", *at))
    assert (local["base_url"], local["reach"]) == ("http://localhost:11434/v1", "loopback")
    done = weft(home, "models", "add", "qwen", "--preset", "dashscope-intl", *at,
                environment={"DASHSCOPE_API_KEY": "sk-env"})  # fmt: skip
    assert "taken from DASHSCOPE_API_KEY" in done.stderr
    (qwen,) = lines(done)
    assert qwen["route"]["target"] == "qwen/qwen-flash"
    assert qwen["models"]["text-embedding-v4"]["kind"] == "embeddings"
    assert "sk-env" not in done.stdout + done.stderr
    assert register.known(business.uid).providers["qwen"].key == "sk-env"
    told = {one["preset"]: one for one in lines(weft(home, "models", "presets", "--json"))}
    assert "qwen-mt-plus" in told["dashscope-intl"]["models"]
    assert "say which with --model" in weft(home, "models", "presets").stdout
