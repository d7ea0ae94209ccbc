"""A million behaviors of a shop's visitors: put in as an import does, sent again, reported on, and read as those who learn from them do.

Beside it what PostgreSQL's COPY alone takes for the same rows, into a bare table and into one with the same indexes.
"""

import argparse
import contextlib
import os
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import place
from bench.figures import Figure
from weft.business import Business

EVENTS, BATCH, ASKED = 1_000_000, 2_000, 300
PRODUCTS, QUERIES, DAYS = 20_000, 8_000, 28
_START = datetime(2026, 4, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Given:
    """A Weft folder, and how many behaviors there are to be."""

    made: place.Place
    events: int


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Given]:
    """A Weft folder of its own; `--products N` means N behaviors instead of a million."""
    with place.place() as made:
        yield Given(made, options.products or EVENTS)


def visits(count: int) -> Iterator[dict[str, Any]]:
    """Sessions in the order of time: searches, impressions of strips, clicks, views, carts and purchases, few products many times."""
    chance = random.Random(11)
    seconds = DAYS * 86_400
    sent = number = 0
    while sent < count:
        number += 1
        at = seconds * sent / count
        for event in _visit(chance, number, at):
            if sent < count:
                sent += 1
                yield event


def _visit(chance: random.Random, number: int, at: float) -> Iterator[dict[str, Any]]:
    who = {"visitor": f"v{chance.randrange(1 + number // 2)}", "session": f"s{number}"}
    if chance.random() < 0.2:
        who["customer"] = f"c{chance.randrange(20_000)}"
    for step in range(chance.randint(1, 4)):
        name = f"q{number}-{step}"
        query = f"word{int(QUERIES * chance.random() ** 3)} thing{chance.randrange(3)}"
        results = 0 if chance.random() < 0.08 else chance.randint(1, 200)
        shown = [_product(chance) for _ in range(min(results, 12))]
        yield _did("search", at, who, query=query, query_id=name, results=results, hits=shown)
        if shown and chance.random() < 0.45:
            place_ = chance.randrange(len(shown))
            clicked = shown[place_]
            yield _did("click", at + 4, who, query_id=name, product=clicked, position=place_ + 1)
            yield _did("view", at + 5, who, product=clicked)
            yield _did("impression", at + 5, who, query_id=f"r{number}-{step}", place="similar", hits=shown[:6])
            if chance.random() < 0.2:
                yield _did("cart", at + 40, who, product=clicked, quantity=1)
                if chance.random() < 0.4:
                    yield _did("purchase", at + 300, who, product=clicked, quantity=1, price=19.99, order=f"#{number}")
        at += chance.uniform(10, 90)


def _product(chance: random.Random) -> str:
    return f"product-{int(PRODUCTS * chance.random() ** 2.5)}"


def _did(action: str, second: float, who: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"action": action, "at": (_START + timedelta(seconds=second)).isoformat(), **who, **more}


def run(given: Given) -> dict[str, Any]:
    """Copy, put in, put in again, report, read."""
    events = list(visits(given.events))
    shop = given.made.business("bench")
    now = datetime.now(UTC)
    measured: dict[str, Any] = {"events": len(events)}
    started, cpu = time.perf_counter(), _processor(shop)
    for start in range(0, len(events), BATCH):
        with shop.transaction() as connection:
            shop.behaviors.put(connection, [shop.behaviors.read(one, now) for one in events[start : start + BATCH]])
    measured["put"] = time.perf_counter() - started
    measured["cpu"] = [after - before for after, before in zip(_processor(shop), cpu, strict=True)]
    started = time.process_time()
    for one in events[: 20 * BATCH]:
        shop.behaviors.read(one, now)
    measured["read"] = (time.process_time() - started) / min(len(events), 20 * BATCH)
    started = time.perf_counter()
    again = events[: min(len(events), 50 * BATCH)]
    for start in range(0, len(again), BATCH):
        with shop.transaction() as connection:
            told = shop.behaviors.put(connection, again[start : start + BATCH])
            assert told.taken == 0, told
    measured["again"] = len(again) / (time.perf_counter() - started)
    measured |= _copied(given.made)
    with shop.transaction() as connection:
        connection.execute("select statistics_refreshed(%s)", (["behavior"],))
    measured["searches"] = _asked(shop, lambda: shop.behaviors.told("query", DAYS, 1_000))
    measured["strips"] = _asked(shop, lambda: shop.behaviors.told("strip", DAYS, 1_000))
    measured["unmet"] = _asked(shop, lambda: shop.behaviors.unmet(DAYS))
    measured["week"] = _asked(shop, lambda: shop.behaviors.told("query", 7, 1_000))
    measured["stream"] = _timed(lambda: sum(1 for _ in shop.behaviors.events(["view", "cart", "purchase"])))
    measured["streamed"] = sum(one["action"] in ("view", "cart", "purchase") for one in events)
    people = [one["visitor"] for one in random.Random(3).sample(events, ASKED)]
    measured["recent"] = [_timed(lambda who=who: shop.behaviors.recent(who)) for who in people]
    return measured


def _processor(shop: Business) -> tuple[float, float]:
    """Processor seconds of this process so far, and of the database's for its connection (0 where that cannot be told)."""
    with shop.transaction() as connection:
        stat = Path(f"/proc/{connection.info.backend_pid}/stat")
    ticks = sum(map(int, stat.read_text(encoding="utf-8").rpartition(")")[2].split()[11:13])) if stat.exists() else 0
    return time.process_time(), ticks / os.sysconf("SC_CLK_TCK")


def _copied(made: place.Place) -> dict[str, float]:
    """The same rows copied by PostgreSQL alone, from its own binary form: into a bare table, and into one with the indexes."""
    found: dict[str, float] = {}
    with made.owner() as connection:
        with connection.cursor() as cursor:
            with cursor.copy("copy behavior to stdout with (format binary)") as out:
                data = [bytes(piece) for piece in out]
            row = cursor.execute("select pg_total_relation_size('behavior'), pg_relation_size('behavior')").fetchone()
            assert row is not None
            found["size"], found["bare_size"] = row
        for name, including in (("copy", ""), ("copy_indexed", "including indexes")):
            connection.execute(f"create table peer (like behavior {including} including generated including defaults)")
            started = time.perf_counter()
            with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
                for piece in data:
                    copy.write(piece)
            connection.commit()
            found[name] = time.perf_counter() - started
            connection.execute("drop table peer")
            connection.commit()
    return found


_COPY = "copy peer from stdin with (format binary)"


def _asked(shop: Business, ask: Any) -> tuple[float, float]:
    """Seconds that a report takes, and processor seconds of the database's of that."""
    before = _processor(shop)[1]
    seconds = _timed(ask)
    return seconds, _processor(shop)[1] - before


def _timed(ask: Any) -> float:
    started = time.perf_counter()
    ask()
    return time.perf_counter() - started


def _report(name: str, measured: tuple[float, float]) -> Figure:
    return Figure(name, measured[0], "s", note=f"{measured[1]:.1f} s of them PostgreSQL's processor time")


def score(measured: dict[str, Any]) -> Sequence[Figure]:
    """The figures of behaviors."""
    events, put = measured["events"], measured["put"]
    return [
        Figure("put in, batches of 2,000", events / put, "behaviors/s", note=f"{events:,} in {put:.0f} s"),
        Figure("its processor time", 1e6 * sum(measured["cpu"]) / events, "µs each",
               note=f"{1e6 * measured['cpu'][0] / events:.0f} of it Weft's, {1e6 * measured['cpu'][1] / events:.0f} PostgreSQL's"),
        Figure("of that read and checked", 1e6 * measured["read"], "µs of CPU each"),
        Figure("sent again, known", measured["again"], "behaviors/s"),
        Figure("COPY alone, no index (peer)", events / measured["copy"], "rows/s"),
        Figure("COPY alone, same indexes (peer)", events / measured["copy_indexed"], "rows/s"),
        Figure("putting in takes", put / measured["copy_indexed"], "× COPY with indexes"),
        Figure("size in the database", measured["size"] / events, "bytes each", note=f"{measured['bare_size'] / events:.0f} without indexes"),
        _report("report of searches, 28 days", measured["searches"]),
        _report("report of searches, 7 days", measured["week"]),
        _report("report of strips, 28 days", measured["strips"]),
        _report("what failed, 28 days", measured["unmet"]),
        Figure("read by time, as for training", measured["streamed"] / measured["stream"], "behaviors/s"),
        Figure("what somebody looked at last, median", 1000 * statistics.median(measured["recent"]), "ms"),
    ]  # fmt: skip
