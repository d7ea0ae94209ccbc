"""llama.cpp's own server behind the gateway, asked by the official client: a real upstream, on a model that knows nothing."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import httpx
import openai
import pytest
from llama import Kit, Llama, Unavailable, obtained, running
from models import Gateway, serving
from openai import OpenAI
from pydantic import BaseModel, Field

from weft.access import keys
from weft.business import Business
from weft.errors import ModelFailed, NoAnswer
from weft.gateway.standin import Standin
from weft.postgres.database import Database
from weft.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
HELLO: Any = [{"role": "user", "content": "hello there my friend"}]
END, CALL = 268, 269
"""Tokens of the tiny model: what ends an answer, and what begins the call of a tool."""
CONTEXT = 65_536
ENDLESS = {"ignore_eos": True}
"""A field of llama.cpp's own: the model goes on to the limit."""
PRICES = {"input": 1.0, "output": 2.0}


@dataclass(frozen=True, slots=True)
class Servers:
    """llama.cpp's servers: one that chats, one that embeds, one that ranks."""

    chat: Llama
    embed: Llama
    rank: Llama

    def shop(self, gateway: Gateway, business: Business) -> OpenAI:
        """Give a business the models of all three, and answer a client of it."""
        for name, llama, kind in (
            ("tiny", self.chat, "chat"),
            ("tiny-embed", self.embed, "embeddings"),
            ("tiny-rank", self.rank, "rerank"),
        ):
            body = {"base_url": llama.base_url, "models": {name: {"kind": kind, "prices": PRICES}}}
            gateway.door.register.add_provider(business.uid, f"llama-{kind}", body, reach="loopback")
        secret = keys.created(gateway.database, business.uid, "read")[1]
        return OpenAI(base_url=f"{gateway.url}/v1", api_key=secret, max_retries=0, timeout=120)


@pytest.fixture(scope="session")
def kit(pytestconfig: pytest.Config) -> Kit:
    reporter = pytestconfig.pluginmanager.get_plugin("terminalreporter")
    try:
        return obtained(lambda words: reporter.write_line(words) if reporter else None)
    except Unavailable as problem:
        pytest.skip(str(problem))


@pytest.fixture(scope="module")
def tiny(kit: Kit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kit.written(tmp_path_factory.mktemp("llama") / "tiny.gguf")


@pytest.fixture(scope="module")
def servers(kit: Kit, tiny: Path) -> Iterator[Servers]:
    ranking = kit.written(tiny.with_name("ranks.gguf"), "--rank")
    with (
        running(kit, tiny, "--ctx-size", str(2 * CONTEXT), "--parallel", "2", "--no-kv-unified", "--metrics") as chat,
        running(kit, tiny, "--ctx-size", "2048", "--embeddings", "--pooling", "mean") as embed,
        running(kit, ranking, "--ctx-size", "2048", "--reranking") as rank,
    ):
        yield Servers(chat, embed, rank)


@pytest.fixture(scope="module")
def gateway(database: Database, settings: Settings) -> Iterator[Gateway]:
    with serving(database, settings) as (url, door):
        yield Gateway(url, door, database, Standin({}), "")


@pytest.fixture
def client(servers: Servers, gateway: Gateway, business: Business) -> Iterator[OpenAI]:
    with servers.shop(gateway, business) as asking:
        yield asking


def until(true: Callable[[], bool], seconds: float = 60, pause: float = 0.02) -> None:
    """Wait for something to become true, and fail where it does not."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(pause)


def test_a_chat_is_answered_and_counted_as_the_server_counts(
    gateway: Gateway, business: Business, client: OpenAI
) -> None:
    answer = client.chat.completions.with_raw_response.create(
        model="tiny", messages=HELLO, max_tokens=24, extra_body=ENDLESS
    )
    assert answer.headers["x-weft-model"] == "llama-chat/tiny"
    parsed = answer.parse()
    assert parsed.usage is not None
    assert parsed.usage.completion_tokens == 24
    assert parsed.choices[0].finish_reason == "length"
    (row,) = gateway.rows(business, 1)
    assert (row["outcome"], row["estimated"]) == ("ok", False)
    assert (row["tokens_in"], row["tokens_out"]) == (parsed.usage.prompt_tokens, 24)
    assert row["tokens_in"] > 10
    assert 0 < row["cost"] <= row["tokens_in"] * 1_000 + 24 * 2_000


def test_what_only_this_server_knows_goes_through(client: OpenAI) -> None:
    letters: Any = {"model": "tiny", "messages": HELLO, "extra_body": {"grammar": "root ::= [a-z]+"}}
    answer = client.chat.completions.create(**letters, max_tokens=20, n=2, logprobs=True, top_logprobs=2)
    for choice in answer.choices:
        assert re.fullmatch("[a-z]{1,60}", choice.message.content or "")
        assert choice.logprobs is not None
        assert len((choice.logprobs.content or ())[0].top_logprobs) == 2
    assert len(answer.choices) == 2
    ended = client.chat.completions.create(**letters, max_tokens=200, logit_bias={str(END): 50})
    assert ended.choices[0].finish_reason == "stop"


def test_a_stream_says_what_was_used_where_asked(gateway: Gateway, business: Business, client: OpenAI) -> None:
    asked: Any = {"model": "tiny", "messages": HELLO, "max_tokens": 40, "stream": True, "extra_body": ENDLESS}
    chunks = list(client.chat.completions.create(**asked, stream_options={"include_usage": True}))
    silent = list(client.chat.completions.create(**asked))
    for some in (chunks, silent):
        assert "".join(chunk.choices[0].delta.content or "" for chunk in some if chunk.choices)
        assert [c.choices[0].finish_reason for c in some if c.choices and c.choices[0].finish_reason] == ["length"]
    assert chunks[-1].usage is not None
    assert all(chunk.usage is None for chunk in silent)
    rows = gateway.rows(business, 2)
    assert [(row["outcome"], row["tokens_out"]) for row in rows] == [("ok", 40), ("ok", 40)]
    assert {row["tokens_in"] for row in rows} == {chunks[-1].usage.prompt_tokens}


class Said(BaseModel):
    """A text of any letters."""

    said: str = Field(max_length=20)


class Cup(BaseModel):
    """A cup, as even a model that knows nothing has to say it."""

    color: Literal["red", "green", "midnight blue"]
    handles: Literal[1, 2, 3]


class Mug(Cup):
    """A cup with a text of letters that are whole."""

    engraving: str = Field(pattern="^[a-z ]{0,12}$")


@pytest.mark.parametrize("seed", range(5))
def test_structured_outputs_hold_whatever_the_model_would_say(client: OpenAI, seed: int) -> None:
    answer = client.chat.completions.parse(
        model="tiny", messages=HELLO, response_format=Mug, seed=seed, max_tokens=400, temperature=1.5
    )
    assert isinstance(answer.choices[0].message.parsed, Mug)


def test_json_objects_are_taken_with_a_schema_and_without(client: OpenAI) -> None:
    schema = Mug.model_json_schema()
    answer = client.chat.completions.create(
        model="tiny",
        messages=HELLO,
        response_format={"type": "json_object", "schema": schema},  # type: ignore[typeddict-unknown-key]
        max_tokens=400,
    )
    Mug.model_validate_json(answer.choices[0].message.content or "")
    bare = client.chat.completions.create(
        model="tiny",
        messages=HELLO,
        response_format={"type": "json_object"},
        max_tokens=400,
        # A closing brace is made likely: else a model that knows nothing writes on for ever.
        logit_bias={str(ord("}")): 100},
    )
    assert isinstance(json.loads(bare.choices[0].message.content or ""), dict)


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_that_has_to_be_called_is_called(client: OpenAI, stream: bool) -> None:
    tool = {"name": "engrave", "description": "Engraves a mug.", "parameters": Mug.model_json_schema()}
    asked: Any = {
        "model": "tiny",
        "messages": HELLO,
        "tools": [{"type": "function", "function": tool}],
        "tool_choice": "required",
        "max_tokens": 600,
        "logit_bias": {str(CALL): 50, str(END): 100},
    }
    if stream:
        with client.chat.completions.stream(**asked) as events:
            answer = events.get_final_completion()
    else:
        answer = client.chat.completions.create(**asked)
    (call,) = answer.choices[0].message.tool_calls or ()
    assert answer.choices[0].finish_reason == "tool_calls"
    assert call.function.name == "engrave"
    Mug.model_validate_json(call.function.arguments)


def test_bytes_that_are_no_text_are_an_error_or_json(gateway: Gateway, business: Business, client: OpenAI) -> None:
    """A model of bytes puts broken letters into its texts; then this server answers 500, and Weft says what it said."""
    asked: Any = {"type": "json_schema", "json_schema": {"name": "said", "schema": Said.model_json_schema()}}
    outcomes: list[str] = []
    told: list[str] = []
    for seed in range(12):
        try:
            answer = client.chat.completions.create(
                model="tiny", messages=HELLO, response_format=asked, seed=seed, max_tokens=600
            )
        except openai.InternalServerError as problem:
            told.append(problem.message)
            outcomes.append("failed")
        else:
            assert isinstance(json.loads(answer.choices[0].message.content or "")["said"], str)
            outcomes.append("ok")
    assert told
    assert all("does not match the expected" in words for words in told)
    assert [row["outcome"] for row in gateway.rows(business, 12)] == outcomes
    assert client.chat.completions.create(model="tiny", messages=HELLO, max_tokens=5).choices


def test_who_goes_away_from_a_stream_stops_the_model(
    servers: Servers, gateway: Gateway, business: Business, client: OpenAI
) -> None:
    before = servers.chat.counted()["tokens_predicted_total"]
    stream = client.chat.completions.create(
        model="tiny", messages=HELLO, max_tokens=CONTEXT - 1000, stream=True, extra_body=ENDLESS
    )
    for _, _ in zip(range(20), stream, strict=False):
        pass
    assert servers.chat.working() == 1
    stream.close()
    until(lambda: servers.chat.working() == 0)
    (row,) = gateway.rows(business, 1)
    assert (row["outcome"], row["estimated"]) == ("cancelled", True)
    assert row["tokens_out"] > 0
    assert servers.chat.counted()["tokens_predicted_total"] - before < CONTEXT - 1000
    assert gateway.door.parts.metrics.in_flight == 0


def test_who_waits_no_longer_for_a_whole_answer_stops_the_model(
    servers: Servers, gateway: Gateway, business: Business, client: OpenAI
) -> None:
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=1).chat.completions.create(
            model="tiny", messages=HELLO, max_tokens=CONTEXT - 1000, extra_body=ENDLESS
        )
    # llama.cpp looks for whoever waits for a whole answer in a second in which it says nothing to anybody: not while it is asked.
    until(lambda: servers.chat.working() == 0, pause=3)
    (row,) = gateway.rows(business, 1)
    assert row["outcome"] == "cancelled"


def test_two_are_answered_at_once(servers: Servers, gateway: Gateway, business: Business, client: OpenAI) -> None:
    both = threading.Event()

    def ask(seed: int) -> int:
        stream = client.chat.completions.create(
            model="tiny", messages=HELLO, max_tokens=20_000, seed=seed, stream=True, extra_body=ENDLESS
        )
        count = 0
        for chunk in stream:
            count += bool(chunk.choices)
            if both.is_set() and count > 50:
                break
        stream.close()
        return count

    with ThreadPoolExecutor(2) as pool:
        asking = [pool.submit(ask, seed) for seed in (1, 2)]
        until(lambda: servers.chat.working() == 2 or all(one.done() for one in asking))
        working = servers.chat.working()
        both.set()
        assert all(one.result() > 50 for one in asking)
    assert working == 2
    assert [row["outcome"] for row in gateway.rows(business, 2)] == ["cancelled", "cancelled"]


def test_a_question_that_is_too_long_is_refused_in_the_servers_words(
    gateway: Gateway, business: Business, client: OpenAI
) -> None:
    long: Any = [{"role": "user", "content": "mug " * CONTEXT}]
    with pytest.raises(openai.BadRequestError, match="context") as caught:
        client.chat.completions.create(model="tiny", messages=long, max_tokens=5)
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["n_ctx"] == CONTEXT
    with pytest.raises(openai.BadRequestError, match="context"):
        list(client.chat.completions.create(model="tiny", messages=long, max_tokens=5, stream=True))
    assert client.chat.completions.create(model="tiny", messages=HELLO, max_tokens=5).choices
    rows = gateway.rows(business, 3)
    assert [row["outcome"] for row in rows] == ["refused", "refused", "ok"]
    assert [row["cost"] for row in rows[:2]] == [0, 0]


def test_what_the_server_does_not_understand_is_an_error_and_no_rest(client: OpenAI) -> None:
    # More of them than make a target rest.
    for _ in range(7):
        with pytest.raises(openai.APIStatusError) as caught:
            client.chat.completions.create(
                model="tiny",
                messages=HELLO,
                max_tokens=5,
                response_format={"type": "yaml"},  # type: ignore[arg-type, typeddict-item]
            )
        assert "yaml" in caught.value.message
    assert client.chat.completions.create(model="tiny", messages=HELLO, max_tokens=5).choices


def test_a_server_that_dies_in_a_stream_breaks_it_off(
    kit: Kit, tiny: Path, gateway: Gateway, business: Business
) -> None:
    with (
        running(kit, tiny, "--ctx-size", str(CONTEXT)) as llama,
        Servers(llama, llama, llama).shop(gateway, business) as client,
    ):
        stream = client.chat.completions.create(
            model="tiny", messages=HELLO, max_tokens=CONTEXT - 1000, stream=True, extra_body=ENDLESS
        )
        for _, _ in zip(range(10), stream, strict=False):
            pass
        llama.process.kill()
        with pytest.raises(openai.APIError, match="broke off"):
            list(stream)
        with pytest.raises(openai.InternalServerError, match="cannot be reached"):
            client.chat.completions.create(model="tiny", messages=HELLO, max_tokens=5)
    assert [row["outcome"] for row in gateway.rows(business, 2)] == ["broken", "failed"]


def test_vectors_and_ranks(gateway: Gateway, business: Business, client: OpenAI) -> None:
    texts = ["a green mug", "a red cup", "a green mug"]
    # Asked for nothing else, the client asks for base64.
    packed = client.embeddings.create(model="tiny-embed", input=texts)
    plain = client.embeddings.create(model="tiny-embed", input=texts, encoding_format="float")
    vectors = [one.embedding for one in plain.data]
    assert [len(vector) for vector in vectors] == [64, 64, 64]
    assert vectors[0] == pytest.approx(vectors[2], abs=1e-4) != vectors[1]
    assert packed.data[1].embedding == pytest.approx(vectors[1], abs=1e-4)
    documents = ["a red cup", "a green mug", "a table"]
    ranked = httpx.post(
        f"{gateway.url}/v1/rerank",
        json={"model": "tiny-rank", "query": "green mug", "documents": documents},
        headers={"Authorization": f"Bearer {client.api_key}"},
    ).json()
    assert sorted(one["index"] for one in ranked["results"]) == [0, 1, 2]
    rows = gateway.rows(business, 3)
    assert [row["tokens_in"] for row in rows] == [
        packed.usage.prompt_tokens,
        plain.usage.prompt_tokens,
        ranked["usage"]["prompt_tokens"],
    ]
    assert all(row["outcome"] == "ok" and row["cost"] > 0 for row in rows)


def test_models_are_listed_by_their_routes_and_targets(client: OpenAI) -> None:
    names = {model.id for model in client.models.list()}
    assert {"tiny", "llama-chat/tiny", "tiny-embed", "tiny-rank"} <= names


def test_what_is_reserved_holds_what_the_server_counts(
    servers: Servers, gateway: Gateway, business: Business, client: OpenAI
) -> None:
    """A vocabulary of bytes makes the most tokens of a text that there can be: no request may cost more than was held for it."""
    gateway.door.register.set_budget(business.uid, None, "total", "0.5")
    many: Any = [{"role": role, "content": "Straße 東京 \n\t\"'"} for role in ("user", "assistant")] * 20
    client.chat.completions.create(model="tiny", messages=[*many, *HELLO], max_tokens=30)
    client.chat.completions.create(model="tiny", messages=HELLO, max_tokens=30, n=2)
    client.chat.completions.parse(model="tiny", messages=HELLO, response_format=Mug, max_tokens=300)
    tools: Any = [
        {"type": "function", "function": {"name": f"engrave{place}", "parameters": Mug.model_json_schema()}}
        for place in range(12)
    ]
    client.chat.completions.create(model="tiny", messages=HELLO, tools=tools, max_tokens=30)
    list(client.chat.completions.create(model="tiny", messages=HELLO, stream=True, max_tokens=50))
    client.embeddings.create(model="tiny-embed", input=["a", "東京"] * 30)
    httpx.post(
        f"{gateway.url}/v1/rerank",
        json={"model": "tiny-rank", "query": "a mug of porcelain " * 20, "documents": ["cup"] * 40},
        headers={"Authorization": f"Bearer {client.api_key}"},
        timeout=60,
    ).raise_for_status()
    rows = gateway.rows(business, 7)
    assert [row["outcome"] for row in rows] == ["ok"] * 7
    assert all(0 < row["cost"] <= row["reserved"] for row in rows), rows
    assert not any(one.suspended for one in gateway.door.register.known(business.uid).providers.values())


def test_a_trial_finds_what_the_server_does(servers: Servers, settings: Settings, business: Business) -> None:
    def weft(*words: str) -> str:
        command = [Path(sys.executable).with_name("weft"), "models", *words, "--business", business.id, "--json"]
        surroundings = {**os.environ, "WEFT_HOME": str(settings.home)}
        return subprocess.run(command, env=surroundings, check=True, capture_output=True, text=True).stdout

    weft("add", "own", "--url", servers.chat.base_url, "--model", "tiny")
    trial = json.loads(weft("test", "own"))
    assert trial["answers"]
    found = trial["abilities"]
    assert (found["stream"], found["json_schema"], found["vision"]) == (True, True, False)
    assert trial["requests"] >= len(trial["findings"])
    words = {finding["question"]: finding["words"] for finding in trial["findings"]}
    assert "image input is not supported" in words["vision"]


def test_a_typed_answer_comes_out_of_it_or_a_sentence_why_none_does(
    servers: Servers, gateway: Gateway, business: Business
) -> None:
    servers.shop(gateway, business).close()
    targets = [{"provider": "llama-chat", "model": "tiny"}]
    gateway.door.register.add_route(business.uid, "write", {"targets": targets})
    answered = business.models.ask(HELLO, Cup, route="write", temperature=1.0)
    assert isinstance(answered.value, Cup)
    assert (answered.model, answered.attempts) == ("llama-chat/tiny", 1)
    assert answered.cost > 0
    with pytest.raises(NoAnswer, match="no mug is blue"):
        business.models.ask(HELLO, Cup, route="write", checks=[lambda _: ["no mug is blue"]])
    for _ in range(3):
        with suppress(NoAnswer, ModelFailed):
            said = business.models.ask(HELLO, Said, route="write", temperature=1.0, most_out=60)
            assert len(said.value.said) <= 20


KNOWN = ("Kitchen > Mugs", "Home > Lamps")
PRODUCTS = [
    {"id": "flask", "title": "Zephyr flask 0.5 L", "description": "<p>Made of steel. Never leather.</p>"},
    {"id": "thing", "title": "Plain thing", "description": "<p>A green thing for the table.</p>"},
    *({"id": f"mug-{n}", "title": f"Tea mug {n}", "category": KNOWN[0], "vendor": "Kiln"} for n in range(8)),
    *({"id": f"lamp-{n}", "title": f"Reading lamp {n}", "category": KNOWN[1], "vendor": "Kiln"} for n in range(8)),
]
TEXTS = {
    one["id"]: re.sub("<[^>]*>", " ", f"{one['title']} {one.get('description', '')}").casefold() for one in PRODUCTS
}


@pytest.fixture(scope="module")
def plain(kit: Kit, tiny: Path) -> Iterator[Llama]:
    """The tiny model held to ASCII, with quotes likely: so its nonsense is JSON of short texts."""
    likely = ("34+2",)
    odd = [f"{token}-100" for token in range(END - 2) if not 32 <= token < 127 and token < 256]
    biases = [option for bias in (*odd, *likely) for option in ("--logit-bias", bias)]
    with running(kit, tiny, "--ctx-size", "32768", "--parallel", "2", *biases) as llama:
        yield llama


def test_organize_proposes_nothing_that_only_the_model_says(
    plain: Llama, gateway: Gateway, settings: Settings, database: Database, tmp_path: Path
) -> None:
    def weft(shop: str, *words: str) -> list[dict[str, Any]]:
        command = [Path(sys.executable).with_name("weft"), *words, "--business", shop, "--json"]
        surroundings = {**os.environ, "WEFT_HOME": str(settings.home)}
        done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    file = tmp_path / "products.jsonl"
    file.write_text("".join(json.dumps(product) + "\n" for product in PRODUCTS), encoding="utf-8")
    proposed: dict[str, list[dict[str, Any]]] = {}
    for engine in ("local", "model"):
        shop = f"organized-by-{engine}"
        weft(shop, "import", "products", str(file))
        if engine == "model":
            weft(shop, "models", "add", "organize", "--url", plain.base_url, "--model", "tiny", "--price-in", "1")
        last = weft(shop, "run", "organize", "--engine", engine)[-1]
        assert (last["records"], last["failed"]) == (len(PRODUCTS), 0)
        proposed[engine] = weft(shop, "changes", "list")
    own = Business.named(database, "organized-by-model")
    by_rules = {(one["record"], one["field"], str(one["after"])) for one in proposed["local"]}
    for change in proposed["model"]:
        if change["field"] == "category":
            assert change["after"] in KNOWN
        elif (change["record"], change["field"], str(change["after"])) not in by_rules:
            (shown,) = weft(own.id, "changes", "show", change["id"])
            assert shown["facts"]
            for fact in shown["facts"]:
                assert str(fact["words"]).casefold() in TEXTS[change["record"]]
    with own.transaction() as connection:
        rows = connection.execute(
            "select outcome, tokens_in > 0, tokens_out > 0 from ledger where skill = 'organize'"
        ).fetchall()
    assert len(rows) >= len(PRODUCTS) // 2
    assert ("ok", True, True) in rows
    assert own.catalog.record("flask").get("category") is None, "a run proposes, and applies nothing"
    weft(own.id, "changes", "approve", "--all")
    weft(own.id, "changes", "apply", "--all")
    for product in ("flask", "thing"):
        record = own.catalog.record(product)
        assert record.get("category") in (None, *KNOWN)
        assert record["title"] == next(one["title"] for one in PRODUCTS if one["id"] == product)


def test_write_proposes_nothing_that_the_model_says(
    plain: Llama, gateway: Gateway, settings: Settings, database: Database, tmp_path: Path
) -> None:
    def weft(shop: str, *words: str) -> list[dict[str, Any]]:
        command = [Path(sys.executable).with_name("weft"), *words, "--business", shop, "--json"]
        surroundings = {**os.environ, "WEFT_HOME": str(settings.home), "WEFT_AT_ONCE": "4"}
        done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    file = tmp_path / "products.jsonl"
    file.write_text("".join(json.dumps(product) + "\n" for product in PRODUCTS), encoding="utf-8")
    proposed: dict[str, list[dict[str, Any]]] = {}
    for engine in ("local", "model"):
        shop = f"written-by-{engine}"
        weft(shop, "import", "products", str(file))
        if engine == "model":
            weft(shop, "models", "add", "write", "--url", plain.base_url, "--model", "tiny", "--price-in", "1")
        last = weft(shop, "run", "write", "--engine", engine)[-1]
        assert (last["records"], last["failed"]) == (len(PRODUCTS), 0)
        proposed[engine] = weft(shop, "changes", "list", "--limit", "1000")
    own = Business.named(database, "written-by-model")
    with own.transaction() as connection:
        rows = connection.execute("select outcome, tokens_out > 0 from ledger where skill = 'write'").fetchall()
    assert len(rows) >= len(PRODUCTS)
    assert ("ok", True) in rows, "the model has been asked, and has answered"
    by_rules = {(one["record"], one["field"], str(one["after"])) for one in proposed["local"]}
    assert {(one["record"], one["field"], str(one["after"])) for one in proposed["model"]} <= by_rules
    assert {one["engine"] for one in proposed["model"]} == {"local"}
    weft(own.id, "changes", "approve", "--all")
    weft(own.id, "changes", "apply", "--all")
    for product in own.catalog.records():
        assert "tiny" not in json.dumps(product, default=str)
