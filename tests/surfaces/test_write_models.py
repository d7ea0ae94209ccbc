"""`write` with models from the command line and over HTTP: lies, what people take of it, and which model to use."""

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from bench.writing_server import lie, truth
from models import Gateway, serving, standing
from typer.testing import CliRunner

from weft import examples, skill
from weft.access import businesses, keys
from weft.business import Business
from weft.connectors.importing import import_file
from weft.errors import Conflict, InputError
from weft.gateway.standin import Behavior, Standin, whole
from weft.postgres.database import Database
from weft.runs.book import Runs
from weft.runs.book import Selection as Chosen
from weft.runs.shards import worked_here
from weft.settings import Settings
from weft.store.changes import Selection, Who
from weft.surfaces.cli import root

KINDS = ("number", "material", "certificate", "negation", "language", "leak")
MATERIALS = ("stoneware", "glass", "oak", "cotton", "wool")
PRODUCTS = [
    {
        "id": f"thing-{number}",
        "title": f"{name} Bowl {200 + number} ml",
        "description": f"<p>Turned from {MATERIALS[number % 5]} by hand. Holds {200 + number} ml.</p>",
        "vendor": "Kiln",
        "category": "Kitchen > Bowls",
        "attributes": {"material": MATERIALS[number % 5], "color": ("blue", "green", "white")[number % 3]},
        "images": [{"src": f"https://images.example/{number}.jpg"}],
    }
    for number, name in enumerate(
        f"{first}{second}"
        for first in ("Al", "Be", "Co", "Du", "Er", "Fi")
        for second in ("na", "ro", "vi", "ku", "mo")
    )
]


def product_in(body: Mapping[str, Any]) -> dict[str, Any]:
    """The product that a model is shown."""
    found = re.search(r'<data (\w+) name="product">\n(.*?)\n</data \1>', body["messages"][1]["content"], re.DOTALL)
    assert found is not None
    told: dict[str, Any] = json.loads(found[2])
    return told


class Writers(Standin):
    """A model that says the facts, and one that says beside them what is not so; `told` are the lies by product."""

    def __init__(self) -> None:
        super().__init__({"honest": self.honest, "liar": self.liar})
        self.told: list[tuple[str, str]] = []

    def honest(self, body: Mapping[str, Any]) -> Behavior:
        return whole(body, json.dumps(truth(product_in(body))))

    def liar(self, body: Mapping[str, Any]) -> Behavior:
        product = product_in(body)
        texts = truth(product)
        # The same product is lied of each time, and in the same part.
        dice = random.Random(product["title"])
        if dice.random() < 0.6:
            sentence = lie(dice.choice(KINDS), product, dice)
            self.told.append((product["title"], sentence))
            part = dice.choice(["description", "bullets", "seo_description"])
            texts[part] = [*texts[part][:3], sentence] if isinstance(texts[part], list) else sentence
        return whole(body, json.dumps(texts))


@pytest.fixture(scope="module")
def writers() -> Writers:
    return Writers()


@pytest.fixture(scope="module")
def gateway(database: Database, settings: Settings, writers: Writers) -> Iterator[Gateway]:
    with standing(writers) as upstream, serving(database, settings) as (url, door):
        yield Gateway(url, door, database, writers, upstream)


def shop(gateway: Gateway, name: str, folder: Path, model: str) -> Business:
    """A business with the products and the route `write` to a model."""
    made = Business(gateway.database, businesses.ensured(gateway.database, name))
    register = gateway.door.register
    models = {one: {"prices": {"input": price, "output": price}} for one, price in (("honest", 4.0), ("liar", 1.0))}
    register.add_provider(made.uid, "own", {"base_url": gateway.upstream, "models": models}, reach="loopback")
    register.add_route(made.uid, "write", {"targets": [{"provider": "own", "model": model}]})
    file = folder / "products.jsonl"
    file.write_text("".join(json.dumps(product) + "\n" for product in PRODUCTS), encoding="utf-8")
    import_file(made, "products", file, who="test")
    return made


def weft(gateway: Gateway, name: str, *words: str) -> str:
    """What a command says on standard output; raises what it fails with."""
    home = str(gateway.door.register.file.parent)
    done = CliRunner().invoke(root.app, [*words, "--business", name], env={"WEFT_HOME": home, "COLUMNS": "160"})
    if done.exception is not None:
        raise done.exception
    return done.stdout


def run_apart(gateway: Gateway, name: str) -> dict[str, Any]:
    """`weft run write` in a process of its own: the last line that it says."""
    done = subprocess.run(
        [Path(sys.executable).with_name("weft"), "run", "write", "--business", name, "--json"],
        env={**os.environ, "WEFT_HOME": str(gateway.door.register.file.parent)},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    last: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return last


def test_no_lie_of_a_run_is_proposed_and_none_applied(gateway: Gateway, writers: Writers, tmp_path: Path) -> None:
    made = shop(gateway, "lied-to", tmp_path, "liar")
    last = run_apart(gateway, made.id)
    assert (last["records"], last["failed"]) == (len(PRODUCTS), 0)
    assert len(writers.told) > 20
    changes = made.changes.listed(limit=2000)
    engines = [change["engine"] for change in changes]
    assert engines.count("model") > 100
    assert "local" in engines
    for change in changes:
        assert (change["engine"] == "model") == any("model" in fact for fact in change["facts"])
        for title, sentence in writers.told:
            if change["title"] == title:
                assert sentence not in json.dumps(change["after"], ensure_ascii=False)
    made.changes.approve(Selection(all=True))
    made.changes.apply(Selection(all=True))
    for product in made.catalog.records():
        told = json.dumps(product, ensure_ascii=False, default=str)
        assert not [sentence for title, sentence in writers.told if sentence in told and title in told]


def test_what_people_took_measures_routes_and_trains_models(gateway: Gateway, tmp_path: Path) -> None:
    made = shop(gateway, "measured", tmp_path, "honest")
    with pytest.raises(Conflict, match="No text of write that people took is held out yet"):
        weft(gateway, made.id, "eval", "write")
    _, secret = keys.created(gateway.database, made.uid, "propose")
    with httpx.Client(base_url=gateway.url, headers={"Authorization": f"Bearer {secret}"}, timeout=150) as client:
        answer = client.post("/api/v1/skills/write", json={"product": "thing-0"}, params={"propose": True}).json()
    assert (answer["engine"], answer["model"], answer["note"]) == ("model", "own/honest", None)
    run = Runs(made).enter(skill.named("write"), Chosen(), queued=False, who=Who("test"))
    worked_here(made, run)
    notes = {answer["note"] for answer in made.remembered.answers("write", [one["id"] for one in PRODUCTS]).values()}
    assert notes == {None}
    assert {change["engine"] for change in made.changes.listed(limit=2000)} == {"model"}
    made.changes.approve(Selection(all=True))
    before = json.dumps(made.catalog.record("thing-0"), default=str)
    made.changes.apply(Selection(all=True))
    held = [product["id"] for product in PRODUCTS if examples.held_out(product["id"])]
    assert 0 < len(held) < len(PRODUCTS) / 2
    told = weft(gateway, made.id, "eval", "write", "--route", "write", "--route", "own/liar", "--json").splitlines()
    honest, liar, last = map(json.loads, told)
    assert (honest["route"], honest["models"], honest["requests"]) == ("write", ["own/honest"], len(held))
    assert honest["passed"] == honest["texts"] == last["texts"] > len(held)
    assert honest["closeness"] > 99
    assert liar["texts"] == honest["texts"]
    assert liar["passed"] < honest["passed"]
    assert liar["cost_per_text"] < honest["cost_per_text"]
    assert "own/liar in place of write" in last["sentence"]
    assert f"{liar['passed'] / liar['texts']:.0%} of the texts pass in place of 100%" in last["sentence"]
    shown = weft(gateway, made.id, "eval", "write", "--route", "own/honest", "--limit", "2")
    assert "closeness" in shown
    assert "texts are few" in " ".join(shown.split())
    assert not [one for one in made.changes.listed(limit=2000) if one["state"] == "proposed"], "nothing is proposed"

    file = tmp_path / "examples.jsonl"
    counts = json.loads(weft(gateway, made.id, "examples", "export", str(file), "--json"))
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    tests = [
        json.loads(line) for line in (tmp_path / "examples.held-out.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert (
        (counts["examples"], counts["held_out"]) == (len(lines), len(tests)) == (len(PRODUCTS) - len(held), len(held))
    )
    for one in (*lines, *tests):
        assert [message["role"] for message in one["messages"]] == ["system", "user", "assistant"]
        answer_texts = json.loads(one["messages"][-1]["content"])
        assert set(answer_texts) >= {"description", "bullets", "seo_title"}
        assert product_in(one)["name"] in json.dumps(answer_texts, ensure_ascii=False)
    asked = {product_in(one)["title"] for one in tests}
    assert asked == {product["title"] for product in PRODUCTS if product["id"] in held}, "as they were before"
    assert before != json.dumps(made.catalog.record("thing-0"), default=str)
    with pytest.raises(InputError, match="cannot be both files"):
        weft(gateway, made.id, "examples", "export", str(file), "--held-out", str(file))
    with pytest.raises(Conflict, match="tidy"):
        weft(gateway, made.id, "eval", "tidy")
    with pytest.raises(Conflict, match="no route or model called nowhere; the routes are write") as refused:
        weft(gateway, made.id, "eval", "write", "--route", "nowhere")
    assert "engine local" not in refused.value.message, "there is no such option of eval"
