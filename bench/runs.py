"""100,000 products through a skill that does next to nothing: what a run costs beside the skill, and what a kill costs."""

import argparse
import contextlib
import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench import place
from bench.figures import Figure
from weft.runs.book import Runs
from weft.sample.many import many

PRODUCTS: Final = 100_000
BUSINESS: Final = "bench"
SKILL: Final = """
import time
from pydantic import BaseModel
from weft.business import Business
from weft.skill import Answer, ProductAsked, Skill


class Count(BaseModel):
    product: ProductAsked
    milliseconds: float = 0


class Counted(Answer):
    letters: int


def count(asked: Count, business: Business) -> Counted:
    if asked.milliseconds:
        time.sleep(asked.milliseconds / 1000)
    assert isinstance(asked.product, dict)
    return Counted(letters=len(asked.product.get("title") or ""))


skill = Skill(name="count", does="Counts the letters of a title", asks=Count, answers=Counted, local="weft_count:count",
              over="product", reads=["title"])
"""


@dataclass(frozen=True, slots=True)
class Given:
    """A Weft folder with the products in it, and the environment of processes that have the skill."""

    place: place.Place
    environment: dict[str, str]


@contextlib.contextmanager
def load(_: argparse.Namespace) -> Iterator[Given]:
    """100,000 generated products and an installed skill."""
    with place.place() as made:
        site = made.scratch / "site"
        (site / "weft_count-1.dist-info").mkdir(parents=True)
        (site / "weft_count.py").write_text(SKILL)
        (site / "weft_count-1.dist-info" / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: weft-count\nVersion: 1\n"
        )
        (site / "weft_count-1.dist-info" / "entry_points.txt").write_text("[weft.skills]\ncount = weft_count\n")
        environment = {**made.environment(), "PYTHONPATH": str(site), "WEFT_BUSINESS": BUSINESS}
        file = many(PRODUCTS, made.scratch / "products.csv")
        place.ran([place.WEFT, "import", "products", str(file)], environment)
        yield Given(made, environment)


def run(given: Given) -> dict[str, Any]:
    """In one process, again over the unchanged catalog, by two workers, and with one of them killed."""
    measured: dict[str, Any] = {"read": _read(given)}
    measured["here"] = _weft(given, "run", "count")
    measured["again"] = _weft(given, "run", "count")
    with _workers(given, 2):
        time.sleep(3)
        measured["workers"] = _queued(given, "--again")
    measured["waited"] = _takeover(given)
    return measured


def _weft(given: Given, *words: str) -> dict[str, Any]:
    said = place.ran([place.WEFT, *words, "--json"], given.environment)
    told: dict[str, Any] = json.loads(said.output.splitlines()[-1])
    return told


def _read(given: Given) -> float:
    """Products a second that one process can read in the same way, with nothing done about them."""
    shop = given.place.business(BUSINESS)
    with shop.transaction() as connection:
        uids = [row[0] for row in connection.execute("select uid from product order by uid")]
    started = time.perf_counter()
    for at in range(0, len(uids), 500):
        shop.catalog.read(uids[at : at + 500], ["title"])
    return len(uids) / (time.perf_counter() - started)


@contextlib.contextmanager
def _workers(given: Given, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    command = [place.WEFT, "worker"]
    workers = [subprocess.Popen(command, env=given.environment, stderr=subprocess.DEVNULL) for _ in range(count)]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait()


def _queued(given: Given, *words: str) -> dict[str, Any]:
    """A run left to workers, watched to its end; with the seconds that its shards say they took."""
    book = Runs(given.place.business(BUSINESS))
    entered = _weft(given, "run", "count", "--queue", *words)
    while (found := book.get(entered["run"]))["state"] != "finished":
        time.sleep(0.1)
    with given.place.owner() as connection:
        row = connection.execute("select sum(seconds) from shard where run = %s", (entered["run"],)).fetchone()
    return found | {"inside": row[0] if row else 0.0}


def _takeover(given: Given) -> float:
    """Seconds from the kill of the only worker that has a shard until another goes on with that shard."""
    book = Runs(given.place.business(BUSINESS))
    with _workers(given, 1) as (first,):
        with given.place.owner() as connection:
            names = [row[0] for row in connection.execute("select id from product order by uid limit 400")]
        entered = _weft(given, "run", "count", *names, "--queue", "--input", '{"milliseconds": 20}')
        while book.get(entered["run"])["done"] < 50:
            time.sleep(0.05)
        first.kill()
        first.wait()
        killed, done = time.monotonic(), book.get(entered["run"])["done"]
        with _workers(given, 1):
            while book.get(entered["run"])["done"] <= done:
                time.sleep(0.05)
            return time.monotonic() - killed


def score(measured: dict[str, Any]) -> Sequence[Figure]:
    """The figures of runs."""
    here, again, workers = measured["here"], measured["again"], measured["workers"]
    shards = workers["shards"]
    outside = (workers["seconds"] * 2 - workers["inside"]) / shards * 1000
    return [
        Figure("two workers", PRODUCTS / workers["seconds"], "records/s", 5_000, False, f"{workers['seconds']:.1f} s"),
        Figure("one process, no queue", PRODUCTS / here["seconds"], "records/s", note=f"{here['seconds']:.1f} s"),
        Figure("a shard of 500 records, all in", workers["seconds"] * 2 / shards * 1000, "ms", note="a worker's time"),
        Figure("of it around the parts", outside, "ms", note="fetching the job, claiming, closing; overhead a shard"),
        Figure("records that failed or are missing", PRODUCTS - workers["made"], "records", 0),
        Figure("again over the unchanged catalog", again["seconds"], "s", note=f"{again['remembered']:,} remembered"),
        Figure("first run to the second", here["seconds"] / again["seconds"], "times", 50, False),
        Figure("taken over after kill -9", measured["waited"], "s", 60),
        Figure("limit: reading the same records alone", measured["read"], "records/s", note="one process"),
    ]
