"""`write` with a model: throughput at 64 in flight, memory, what a killed run costs, and what becomes of a model that lies.

The model is a stand-in of its own process that answers after 400 ms (`bench.writing_server`). `--products N` says over how many
products the throughput and the memory are measured; the lies are told over a real shop where its export is at hand.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench import place
from bench.figures import Figure
from bench.pressure import PORT, Server, started
from weft.business import Business
from weft.runs.book import Runs
from weft.sample.many import many
from weft.settings import Settings

IN_FLIGHT: Final = Settings().at_once
SECONDS: Final = 0.4
LIES: Final = 0.3
KILLED: Final = 1_500
_LOOK_EVERY: Final = 0.25
_MOST_SHARED: Final = 12_000
FASHION: Final = "shops/fashion.csv.gz"


@dataclass(frozen=True, slots=True)
class Given:
    """A Weft folder, how many products the throughput is measured over, and a real shop's export where there is one."""

    place: place.Place
    products: int
    shop: Path | None


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Given]:
    """A Weft folder with nothing in it."""
    shop = options.data / FASHION
    products = getattr(options, "products", None) or (100_000 if options.large else 6_000)
    with place.place() as made:
        yield Given(made, products, shop if shop.exists() else None)


def run(given: Given) -> dict[str, Any]:
    """One after the other: the same products by a model that answers, a run that is killed, a model that lies."""
    with _model() as model:
        flowing = _flowed(given, model)
    with _model() as model:
        shared = _shared(given, model)
    with _model() as model:
        killed = _killed(given, model)
    with _model("--lies", str(LIES), "--delay", "0.02") as model:
        lied = _lied(given, model)
    return {"flowing": flowing, "shared": shared, "killed": killed, "lied": lied}


@contextlib.contextmanager
def _model(*options: str) -> Iterator[Server]:
    command = [sys.executable, "-m", "bench.writing_server", PORT, "--delay", str(SECONDS), *options]
    with started(os.environ, os.sched_getaffinity(0), command) as server:
        yield server


def _told(model: Server) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{model.port}/") as answer:
        told: dict[str, Any] = json.load(answer)
    return told


def _shop(given: Given, model: Server, name: str, file: Path) -> tuple[Business, dict[str, str]]:
    """A business with the file's products and the route `write`, and the environment of commands about it."""
    environment = {**given.place.environment(), "WEFT_BUSINESS": name}
    place.ran([place.WEFT, "import", "products", str(file)], environment)
    url = f"http://127.0.0.1:{model.port}/v1"
    prices = ["--price-in", "0.1", "--price-out", "0.4"]
    place.ran([place.WEFT, "models", "add", "write", "--url", url, "--model", "writer", *prices], environment)
    return given.place.business(name), environment


def _flowed(given: Given, model: Server) -> dict[str, Any]:
    """A run over all products, with the process's memory as it goes."""
    file = many(given.products, given.place.scratch / "products.csv")
    shop, environment = _shop(given, model, "bench", file)
    process = subprocess.Popen(
        [place.WEFT, "run", "write", "--json"], env=environment, stdout=subprocess.PIPE, text=True
    )
    memory: list[tuple[float, int]] = []
    before, begun = os.times(), time.monotonic()
    while process.poll() is None:
        memory.append((place.memory(process.pid, "RssAnon"), _told(model)["requests"]))
        time.sleep(_LOOK_EVERY if time.monotonic() - begun < 60 else 2)
    assert process.stdout is not None
    last = json.loads(process.stdout.read().splitlines()[-1])
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    told = _told(model)
    by_model = _counted(shop, "model")
    return {**last, "memory": memory, "requests": told["requests"], "cpu": cpu, "by_model": by_model}


def _shared(given: Given, model: Server) -> dict[str, Any]:
    """The same by two workers, which together have as many requests under way."""
    products = min(given.products, _MOST_SHARED)
    _, environment = _shop(given, model, "shared", many(products, given.place.scratch / "shared.csv"))
    own = {**environment, "WEFT_AT_ONCE": str(IN_FLIGHT // 2)}
    workers = [subprocess.Popen([place.WEFT, "worker"], env=own, stderr=subprocess.DEVNULL) for _ in range(2)]
    try:
        run = json.loads(place.ran([place.WEFT, "run", "write", "--queue", "--json"], environment).output)["run"]
        book = Runs(given.place.business("shared"))
        while (found := book.get(run))["state"] in ("queued", "running"):
            time.sleep(_LOOK_EVERY)
    finally:
        for worker in workers:
            worker.terminate()
            worker.wait()
    return {**found, "requests": _told(model)["requests"]}


def _counted(shop: Business, engine: str) -> int:
    with shop.transaction() as connection:
        row = connection.execute("select count(*) from change where engine = %s", (engine,)).fetchone()
    return int(row[0]) if row else 0


def _killed(given: Given, model: Server) -> dict[str, Any]:
    """A run killed half-way and made again: requests at the model, in all and for what is written twice."""
    file = many(KILLED, given.place.scratch / "killed.csv", seed=11)
    _, environment = _shop(given, model, "killed", file)
    process = subprocess.Popen(
        [place.WEFT, "run", "write"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while _told(model)["requests"] < KILLED // 2:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    paid = _told(model)["requests"]
    again = json.loads(place.ran([place.WEFT, "run", "write", "--json"], environment).output.splitlines()[-1])
    return {"paid": paid, "requests": _told(model)["requests"], **again}


def _lied(given: Given, model: Server) -> dict[str, Any]:
    """A run with a model that lies, and the lies among what it proposes."""
    file = given.shop or many(2_000, given.place.scratch / "lied.csv", seed=13)
    shop, environment = _shop(given, model, "lied", file)
    last = json.loads(place.ran([place.WEFT, "run", "write", "--json"], environment).output.splitlines()[-1])
    told = _told(model)
    texts = _proposed(shop)
    seen = [
        (kind, title, next(text for text in texts[title] if sentence in text))
        for kind, title, sentence in told["lies"]
        if any(sentence in text for text in texts.get(title, ()))
    ]
    return {
        **last,
        "told": len(told["lies"]),
        "seen": seen,
        "requests": told["requests"],
        "by_model": _counted(shop, "model"),
    }


def _proposed(shop: Business) -> Mapping[str, list[str]]:
    """The texts that were proposed, by the title of the product."""
    texts: dict[str, list[str]] = {}
    with shop.transaction() as connection:
        for title, after in connection.execute(
            "select p.title, c.after::text from change c join product p on p.id = c.record"
        ):
            texts.setdefault(title, []).append(after)
    return texts


def score(measured: dict[str, Any]) -> Sequence[Figure]:
    """The figures of `write` with a model."""
    flowing, shared, killed, lied = (measured[name] for name in ("flowing", "shared", "killed", "lied"))
    together = shared["requests"] / shared["seconds"]
    rate, ideal = flowing["requests"] / flowing["seconds"], IN_FLIGHT / SECONDS
    grown = _grown(flowing["memory"])
    products = flowing["records"]
    return [
        Figure(
            f"two workers, {IN_FLIGHT} requests in flight together",
            together,
            "req/s",
            note=f"{shared['records']:,} products in {shared['seconds']:.0f} s",
        ),
        Figure(
            "of the ideal throughput",
            100 * together / ideal,
            "%",
            90,
            False,
            f"{ideal:.0f} req/s at {SECONDS * 1000:.0f} ms",
        ),
        Figure(
            f"one process, {IN_FLIGHT} in flight",
            rate,
            "req/s",
            note=f"{100 * rate / ideal:.0f} % of the ideal; {products:,} products in {flowing['seconds']:.0f} s",
        ),
        Figure(
            "requests a product", flowing["requests"] / products, "", note=f"{flowing['by_model']:,} texts by the model"
        ),
        Figure("processor time a product", 1000 * flowing["cpu"] / products, "ms", note="start-up in it"),
        Figure("memory at the end of the run", _last(flowing["memory"]), "MB"),
        Figure(
            "memory grown over the last three quarters", grown, "MB", 20, note=f"over {products * 3 // 4:,} products"
        ),
        Figure(
            "killed half-way: requests in all",
            killed["requests"],
            "",
            KILLED + 2 * IN_FLIGHT + ideal,
            note=f"{KILLED:,} products, killed after {killed['paid']:,} requests",
        ),
        Figure(
            "asked again of what had been answered and kept",
            killed["requests"] - killed["paid"] - killed["made"],
            "requests",
            0,
        ),
        Figure(
            "lies told by a model that lies in 30 % of its answers",
            lied["told"],
            "",
            note=f"{lied['records']:,} products, {lied['requests']:,} requests",
        ),
        Figure(
            "lies among what was proposed",
            len(lied["seen"]),
            "",
            0,
            note="; ".join(f"{kind}: {text}" for kind, _, text in lied["seen"][:3]),
        ),
        Figure("texts by that model that passed", lied["by_model"], ""),
    ]


def _grown(memory: Sequence[tuple[float, int]]) -> float:
    """How much memory grew (MB) from when a quarter of the requests had been made: medians of a tenth of the looks."""
    last = memory[-1][1]
    later = [size for size, requests in memory if requests >= last / 4 and size]
    tenth = max(len(later) // 10, 1)
    return sorted(later[-tenth:])[tenth // 2] - sorted(later[:tenth])[tenth // 2]


def _last(memory: Sequence[tuple[float, int]]) -> float:
    """The memory (MB) at the last look before the process had ended."""
    return next((size for size, _ in reversed(memory) if size), 0.0)
