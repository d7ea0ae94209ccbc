"""Runs that ask models: many requests under way at once, and nothing paid for twice when they are killed or paused."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from models import standing

from weft.business import Business
from weft.gateway.register import Register
from weft.gateway.seal import Seal
from weft.gateway.standin import Behavior, Standin, whole
from weft.postgres.database import Database
from weft.runs.book import Runs

DECLARED = """
from pydantic import BaseModel
from weft.skill import Changes, ProductAsked, Skill


class Caption(BaseModel):
    product: ProductAsked


skill = Skill(name="caption", does="Captions a product", asks=Caption, answers=Changes, local="weft_caption_engines:plain",
              model="weft_caption_engines:asked", over="product", reads=["title"], writes="catalog")
"""
ENGINES = """
from pydantic import BaseModel
from weft.skill import Changes, Edit, product_of


class Line(BaseModel):
    line: str


def plain(asked, business):
    return Changes()


def asked(asked, business):
    product = product_of(asked.product, business)
    messages = [{"role": "user", "content": "One line, please."}]
    said = business.models.ask(messages, Line, route="caption", facts={"title": product["title"]})
    edit = Edit(record=product["id"], field="attributes.caption", after=said.value.line)
    return Changes(engine="model", model=said.model, changes=[edit])
"""


@dataclass
class Meter:
    """A model that takes its time, how often it was asked, and by how many at once."""

    seconds: float = 0.1
    asked: int = 0
    now: int = 0
    most: int = 0
    titles: list[str] = field(default_factory=list)


class Slow(Standin):
    """A stand-in that answers in its time, and counts."""

    def __init__(self) -> None:
        super().__init__({"slow": self.line})
        self.meter = Meter()

    def line(self, body: Mapping[str, Any]) -> Behavior:
        meter = self.meter
        meter.asked += 1
        meter.now += 1
        meter.most = max(meter.most, meter.now)

        def ended() -> None:
            meter.now -= 1

        asyncio.get_running_loop().call_later(meter.seconds, ended)
        meter.titles.append(str(body["messages"][-1]["content"]))
        return Behavior((meter.seconds, *whole(body, json.dumps({"line": "A line."})).parts))


class Shop:
    """A business of a test's own with the route `caption`, and commands about it in processes that have the skill."""

    def __init__(self, business: Business, home: Path, site: Path, standin: Slow) -> None:
        self.business = business
        self.standin = standin
        own = {"WEFT_HOME": str(home), "WEFT_BUSINESS": business.id, "PYTHONPATH": str(site)}
        self.environment = {**os.environ, **own}

    @property
    def meter(self) -> Meter:
        return self.standin.meter

    def catalog(self, count: int) -> None:
        with self.business.transaction() as connection:
            products = [{"id": f"p{n:05}", "title": f"Product {n}"} for n in range(count)]
            self.business.catalog.put(connection, products, "test")

    def weft(self, *words: str, **more: str) -> list[dict[str, Any]]:
        done = subprocess.run(
            command(*words, "--json"),
            env=self.environment | more,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return [json.loads(line) for line in done.stdout.splitlines()]

    def begun(self, until: int, **more: str) -> subprocess.Popen[bytes]:
        """A run that has asked so often."""
        process = subprocess.Popen(
            command("run", "caption"), env=self.environment | more, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 60
        while self.meter.asked < until and time.monotonic() < end:
            time.sleep(0.01)
        assert self.meter.asked >= until
        return process


def command(*words: str) -> list[str]:
    return [str(Path(sys.executable).with_name("weft")), *words]


@pytest.fixture(scope="module")
def model() -> Iterator[tuple[str, Slow]]:
    standin = Slow()
    with standing(standin) as url:
        yield url, standin


@pytest.fixture
def shop(business: Business, database: Database, home: Path, tmp_path: Path, model: tuple[str, Slow]) -> Shop:
    site = tmp_path / "site"
    (site / "weft_caption-1.0.dist-info").mkdir(parents=True)
    (site / "weft_caption.py").write_text(DECLARED)
    (site / "weft_caption_engines.py").write_text(ENGINES)
    (site / "weft_caption-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: weft-caption\nVersion: 1.0\n"
    )
    (site / "weft_caption-1.0.dist-info" / "entry_points.txt").write_text("[weft.skills]\ncaption = weft_caption\n")
    url, standin = model
    standin.meter = Meter()
    register = Register(database, home, Seal(home))
    models = {"slow": {"prices": {"input": 1.0, "output": 1.0}}}
    register.add_provider(business.uid, "own", {"base_url": url, "models": models}, reach="loopback")
    register.add_route(business.uid, "caption", {"targets": [{"provider": "own", "model": "slow"}]})
    return Shop(business, home, site, standin)


def test_many_are_under_way_at_once_and_a_setting_says_how_many(shop: Shop) -> None:
    shop.catalog(160)
    shop.meter.seconds = 0.4
    (first,) = shop.weft("run", "caption")
    assert (first["made"], first["failed"], first["changes"], shop.meter.asked) == (160, 0, 160, 160)
    assert 56 <= shop.meter.most <= 64
    assert len(set(shop.meter.titles)) == 160
    shop.standin.meter = Meter(0.02)
    (second,) = shop.weft("run", "caption", "--again", WEFT_AT_ONCE="5")
    assert (second["made"], shop.meter.asked) == (160, 160)
    assert shop.meter.most <= 5


def test_a_killed_run_asks_anew_for_what_is_missing_alone(shop: Shop) -> None:
    shop.catalog(400)
    shop.meter.seconds = 0.1
    process = shop.begun(250, WEFT_AT_ONCE="16")
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(0.3)
    paid = shop.meter.asked
    (second,) = shop.weft("run", "caption")
    assert (second["records"], second["failed"], second["state"]) == (400, 0, "finished")
    assert second["made"] + second["remembered"] == 400
    assert shop.meter.asked - paid == second["made"], "what was kept is not asked for again"
    # What was answered in the last half second, and what was under way.
    assert second["remembered"] >= paid - 16 - 160
    assert len(shop.business.changes.listed(limit=500)) == 400


def test_a_paused_run_keeps_what_was_asked_and_goes_on_with_the_rest(shop: Shop) -> None:
    shop.catalog(300)
    process = shop.begun(40, WEFT_AT_ONCE="8")
    (run,) = Runs(shop.business).listed()
    Runs(shop.business).pause(run["id"])
    assert process.wait(30) == 0
    assert shop.meter.asked < 300
    (resumed,) = shop.weft("runs", "resume", run["id"])
    assert (resumed["state"], resumed["records"], resumed["made"], resumed["changes"]) == ("finished", 300, 300, 300)
    assert shop.meter.asked == 300, "each product was paid for once"
