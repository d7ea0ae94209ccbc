"""A skill of one file, installed as a package, on every surface; and skills that misbehave."""

import concurrent.futures
import contextlib
import json
import os
import subprocess
import sys
import textwrap
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from weft.access import businesses
from weft.business import Business
from weft.connectors.importing import import_file
from weft.postgres.database import Database
from weft.settings import Settings
from weft.surfaces import serving

SKILL = '''
"""Skills of a shop's own."""
import time
from typing import Any, Literal
from pydantic import BaseModel, Field
from weft.business import Business
from weft.skill import Changes, Edit, ProductAsked, Skill, product_of


class Shout(BaseModel):
    """A product to shout about."""
    product: ProductAsked = Field(description="The product.")
    mark: Literal["!", "?"] = "!"
    times: int = Field(default=1, ge=1, le=9)
    words: list[str] = Field(default_factory=list)
    kinds: list[Literal["a", "b"]] = Field(default_factory=list)
    flags: list[bool] | None = None
    more: dict[str, int] = Field(default_factory=dict)


class Shouted(Changes):
    """The shout."""
    said: str


def shout(asked: Shout, business: Business) -> Shouted:
    product = product_of(asked.product, business)
    title = (product.get("title") or "").upper() + asked.mark * asked.times + "".join(asked.words)
    return Shouted(said=title, changes=[Edit(record=product["id"], field="title", after=title)])


skill = Skill(name="shout-it", does="Shouts a title", asks=Shout, answers=Shouted, local="weft_shout:shout",
              over="product", reads=["title"], writes="catalog")


class Odd(BaseModel):
    """How to misbehave."""
    how: str = "raise"


class Told(BaseModel):
    """A number."""
    number: int


class Unsayable(Told):
    """A number, and half a letter."""
    text: str = "\\ud800"


def odd(asked: Odd, business: Business) -> Any:
    if asked.how == "raise":
        return 1 / 0
    if asked.how == "type":
        return {"number": "many"}
    if asked.how == "interrupt":
        raise KeyboardInterrupt
    if asked.how == "half a letter":
        raise ValueError("half a letter \\ud800")
    if asked.how == "unsayable":
        return Unsayable(number=7)
    if asked.how == "exit":
        raise SystemExit(3)
    if asked.how == "hang":
        while True:
            pass
    if asked.how == "sleep":
        time.sleep(4)
    return {"number": 7}


odd_skill = Skill(name="odd", does="Misbehaves", asks=Odd, answers=Told, local="weft_shout:odd", seconds=1)


def tell(asked: Odd, business: Business) -> Any:
    for word in ("one ", "two ", "three"):
        yield word
    yield Told(number=3)


stream_skill = Skill(name="tell", does="Tells piece by piece", asks=Odd, answers=Told, local="weft_shout:tell", streams=True)
broken_skill = Skill(name="broken", does="Is broken", asks=Odd, answers=Told, local="weft_shout_broken:odd")
serve_skill = Skill(name="serve", does="Would take a command's name", asks=Odd, answers=Told, local="weft_shout:odd")
nothing = 5
'''
ENTRY = """[weft.skills]
shout = weft_shout
odd = weft_shout:odd_skill
tell = weft_shout:stream_skill
broken = weft_shout:broken_skill
serve = weft_shout:serve_skill
nonsense = weft_shout:nothing
missing = weft_shout_missing:skill
"""
CATALOG = "Handle,Title,Variant SKU\nmug,Green mug,MUG-1\ncup,Cup,CUP-1\n"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which a wheel with the skills was installed, as `pip install --target` does it."""
    folder = tmp_path_factory.mktemp("wheel")
    wheel = folder / "weft_shout-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("weft_shout.py", textwrap.dedent(SKILL))
        archive.writestr("weft_shout_broken.py", "raise RuntimeError('no such machine')")
        archive.writestr("weft_shout-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: weft-shout\nVersion: 1.0\n")
        archive.writestr(
            "weft_shout-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("weft_shout-1.0.dist-info/entry_points.txt", ENTRY)
        archive.writestr("weft_shout-1.0.dist-info/RECORD", "")
    target = folder / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


@pytest.fixture(scope="module")
def environment(
    home: Path, database: Database, installed: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The environment of a process that has the package, and a business with two products."""
    del database
    file = tmp_path_factory.mktemp("files") / "products.csv"
    file.write_text(CATALOG)
    with Database.open(Settings(home=home)) as opened:
        import_file(Business(opened, businesses.ensured(opened, "shouting")), "products", file, who="test")
    return {**os.environ, "WEFT_HOME": str(home), "WEFT_BUSINESS": "shouting", "PYTHONPATH": str(installed)}


def weft(environment: dict[str, str], *arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("weft")), *arguments]
    return subprocess.run(
        command, env=environment, input=given, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture(scope="module")
def server(environment: dict[str, str], home: Path) -> Iterator[httpx.Client]:
    """A server in a process that has the package, and a client with a key of the scope propose."""
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("weft")), "serve", "--port", "0"],
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    key = json.loads(weft(environment, "keys", "create", "--scope", "propose", "--json").stdout)["key"]
    url = _answering(process, home)
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as client:
        yield client
    process.terminate()
    process.wait(timeout=20)


def _answering(process: subprocess.Popen[bytes], home: Path) -> str:
    while process.poll() is None:
        for told in serving.found(home):
            if told["pid"] == process.pid:
                with contextlib.suppress(httpx.TransportError):
                    httpx.get(f"http://127.0.0.1:{told['port']}/health")
                    return f"http://127.0.0.1:{told['port']}/api/v1"
        time.sleep(0.05)
    raise AssertionError(process.returncode)


def test_help_names_it(environment: dict[str, str]) -> None:
    done = weft(environment, "--help")
    assert "shout-it" in done.stdout
    assert "Shouts a title" in done.stdout
    assert "Would take a command's name" not in done.stdout
    assert "weft_shout_missing" in done.stderr


def test_its_flags_are_the_fields_of_its_request(environment: dict[str, str]) -> None:
    text = weft(environment, "shout-it", "--help").stdout
    for flag in ("--product", "--mark", "--times", "--words", "--more", "--propose", "--engine"):
        assert flag in text


def test_the_command_answers(environment: dict[str, str]) -> None:
    flags = ["--product", "mug", "--mark", "?", "--times", "2", "--words", "a", "--words", "b", "--more", '{"x": 1}']
    done = weft(environment, "shout-it", *flags, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["said"] == "GREEN MUG??ab"


@pytest.mark.parametrize("way", ["json", "input", "file", "standard input"])
def test_the_request_may_be_json(environment: dict[str, str], tmp_path: Path, way: str) -> None:
    request = json.dumps({"product": {"id": "x", "title": "tea"}, "times": 3})
    (tmp_path / "request.json").write_text(request)
    given = {
        "json": ["--json", request],
        "input": ["--input", request, "--json"],
        "file": ["--input", f"@{tmp_path / 'request.json'}", "--json"],
        "standard input": ["--input", "-", "--json"],
    }[way]
    done = weft(environment, "shout-it", *given, given=request)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["said"] == "TEA!!!"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["shout-it"], 2, "--product"),
        (["shout-it", "--product", "mug", "--times", "99"], 2, "times"),
        (["shout-it", "--product", "mug", "--mark", "x"], 2, "mark"),
        (["shout-it", "--product", "nothing"], 5, "no product 'nothing'"),
        (["shout-it", "--product", "mug", "--more", "{"], 2, "--more is not JSON"),
        (["shout-it", "--json", "{"], 2, "not JSON"),
        (["shout-it", "--input", "[1]"], 2, "not a JSON object"),
        (["shout-it", "--input", "@/nowhere"], 2, "cannot be read"),
        (["shout-it", "--product", "mug", "--engine", "model"], 6, "no model engine"),
        (["shout-it", "--product", "mug", "--engine", "warp"], 2, "not an engine"),
        (["odd", "--how", "raise"], 8, "ZeroDivisionError"),
        (["odd", "--how", "type"], 8, "is no Told"),
        (["odd", "--how", "exit"], 8, "SystemExit"),
        (["odd", "--how", "hang"], 8, "within 1 s"),
        (["odd", "--how", "sleep"], 8, "within 1 s"),
    ],
)
def test_what_goes_wrong_is_a_sentence(
    environment: dict[str, str], arguments: list[str], code: int, words: str
) -> None:
    done = weft(environment, *arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_stream_is_shown_as_it_comes(environment: dict[str, str]) -> None:
    assert weft(environment, "tell").stdout == "one two three\nnumber: 3\n"


def test_the_list_over_http(server: httpx.Client) -> None:
    listed = {line["name"]: line for line in server.get("/skills").json()}
    assert listed["shout-it"]["writes"] == "catalog"
    assert listed["shout-it"]["over"] == "product"
    assert listed["tell"]["streams"] is True
    assert "tidy" in listed


def test_its_types_are_in_the_description(server: httpx.Client) -> None:
    described: dict[str, Any] = httpx.get(str(server.base_url).replace("/api/v1/", "/api/openapi.json")).json()
    post = described["paths"]["/api/v1/skills/shout-it"]["post"]
    name = post["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert set(described["components"]["schemas"][name]["properties"]) >= {"product", "mark", "times", "words", "more"}
    answer = post["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert set(described["components"]["schemas"][answer]["properties"]) == {
        "engine",
        "model",
        "note",
        "changes",
        "said",
        "proposed",
    }


def test_it_answers_over_http_and_proposes_only_where_it_is_asked_to(server: httpx.Client) -> None:
    answered = server.post("/skills/shout-it", json={"product": "cup"})
    assert answered.status_code == 200, answered.text
    assert answered.json()["said"] == "CUP!"
    assert "proposed" not in answered.json()
    assert server.get("/changes", params={"where": "record = cup"}).json()["items"] == []
    proposed = server.post("/skills/shout-it?propose=true", json={"product": "cup"}).json()["proposed"]
    assert proposed["done"] == 1
    (change,) = server.get("/changes", params={"where": "record = cup"}).json()["items"]
    assert (change["skill"], change["before"], change["after"]) == ("shout-it", "Cup", "CUP!")


@pytest.mark.parametrize(
    ("name", "request_", "status", "words"),
    [
        ("shout-it", {"product": "nothing"}, 404, "no product"),
        ("shout-it", {}, 422, "product"),
        ("shout-it", {"product": {"id": 5}}, 400, "product.id"),
        ("shout-it", {"product": {"title": 5}}, 400, "product.title: 5 is no text"),
        ("shout-it", {"product": {"tags": ["a", 5]}}, 400, "product.tags: 5 is no text"),
        ("shout-it", {"product": {"variants": ["a"]}}, 400, "product.variants: 'a' is no object"),
        ("shout-it", {"product": {"variants": [{}, {"sku": 7}]}}, 400, "product.variants.#2.sku: 7 is no text"),
        ("shout-it", {"product": {"id": "x" * 1001}}, 400, "product.id"),
        ("shout-it", {"product": {"title": "\ud800"}}, 400, "product: it cannot be read"),
        ("odd", {"how": "raise"}, 502, "ZeroDivisionError"),
        ("odd", {"how": "half a letter"}, 502, "half a letter ?"),
        ("odd", {"how": "type"}, 502, "is no Told"),
        ("odd", {"how": "exit"}, 502, "SystemExit"),
        ("odd", {"how": "interrupt"}, 502, "KeyboardInterrupt"),
        ("odd", {"how": "unsayable"}, 502, "no JSON"),
        ("odd", {"how": "hang"}, 504, "within 1 s"),
        ("broken", {}, 502, "cannot be loaded: RuntimeError: no such machine"),
        ("nothing", {}, 404, ""),
    ],
)
def test_what_goes_wrong_is_a_problem(
    server: httpx.Client, name: str, request_: dict[str, Any], status: int, words: str
) -> None:
    headers = {"Content-Type": "application/json"}
    answered = server.post(f"/skills/{name}", content=json.dumps(request_), headers=headers)
    assert answered.status_code == status, answered.text
    assert words in answered.json()["detail"]
    assert server.post("/skills/odd", json={"how": "well"}).json() == {"number": 7}


def test_a_body_that_is_no_json_is_told_of_in_a_sentence(server: httpx.Client) -> None:
    headers = {"Content-Type": "application/json"}
    broken = server.post("/skills/shout-it", content=b'{"bad json"', headers=headers)
    assert broken.status_code == 422
    assert broken.json()["detail"].startswith("The body of the request is not JSON after 11 characters: expecting ':'")
    empty = server.post("/skills/shout-it", content=b"{", headers=headers)
    assert "is not JSON" in empty.json()["detail"]


def test_a_stream_comes_as_events(server: httpx.Client) -> None:
    assert server.post("/skills/tell", json={}).json() == {"number": 3}
    with server.stream("POST", "/skills/tell", json={}, headers={"Accept": "text/event-stream"}) as answered:
        text = answered.read().decode()
    assert text.startswith('event: piece\ndata: "one "\n\n')
    assert text.endswith('event: answer\ndata: {"number":3}\n\n')


@pytest.mark.parametrize("mode", ["2026-07-28", "legacy"])
def test_a_stream_comes_to_an_agent_as_progress(server: httpx.Client, mode: str) -> None:
    pieces: list[tuple[float, str | None]] = []

    async def told(progress: float, total: float | None, message: str | None) -> None:
        pieces.append((progress, message))

    async def run() -> list[Any]:
        url = str(server.base_url).replace("/api/v1/", "/mcp")
        async with (
            httpx.AsyncClient(headers=server.headers, timeout=30) as http,
            Client(streamable_http_client(url, http_client=http), mode=mode) as client,
        ):
            return [await client.call_tool("tell", {}, progress_callback=told), await client.call_tool("tell", {})]

    with_progress, without = anyio.run(run)
    assert pieces == [(1, "one "), (2, "two "), (3, "three")]
    assert with_progress.structured_content == without.structured_content == {"number": 3}


def test_reading_keys_cannot_propose(server: httpx.Client, environment: dict[str, str]) -> None:
    key = json.loads(weft(environment, "keys", "create", "--scope", "read", "--json").stdout)["key"]
    headers = {"Authorization": f"Bearer {key}"}
    assert server.post("/skills/shout-it", json={"product": "cup"}, headers=headers).status_code == 200
    refused = server.post("/skills/shout-it?propose=true", json={"product": "cup"}, headers=headers)
    assert refused.status_code == 403


def test_many_who_come_while_nothing_is_learned_yet_wait_for_the_first_and_stop_nobody_else(
    server: httpx.Client,
) -> None:
    def asked(_: int) -> int:
        return server.post("/skills/organize", json={"product": "mug"}, timeout=120).status_code

    with concurrent.futures.ThreadPoolExecutor(20) as callers:
        assert set(callers.map(asked, range(20))) == {200}
    assert server.get("/business").status_code == 200
