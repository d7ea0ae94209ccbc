"""Products found: how good the order is on two judged sets, and how fast it is over HTTP, beside searches by words alone.

nDCG@10 is strict (what nobody judged is worth nothing) and condensed (what nobody judged is left out); what Weft gains on tantivy
is told with the middle 95 of 100 of a paired bootstrap over the queries. `--choose` chooses the weights by cross-validation instead.
"""

import argparse
import contextlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import httpx
import numpy as np

from bench import judged, search_peers, search_weights
from bench.cores import cpu_seconds
from bench.figures import Figure
from bench.judged import CUTOFF, Judged, Marks, interval, marks
from bench.place import WEFT, Place, place, ran
from bench.pressure import free_port, started
from bench.search_peers import Peer
from weft.access import keys
from weft.business import Business
from weft.connectors.importing import import_file
from weft.index import keeping
from weft.skill import answer, named, requested

TIMED, WARM = 2000, 200
CHOSEN_BY = 1000
PEERS = ("tantivy", "SQLite FTS5", "PostgreSQL", "bm25s", "LanceDB")


@dataclass(frozen=True, slots=True)
class Given:
    """The judged sets, and where to work."""

    sets: list[Judged]
    place: Place
    choose: bool
    queries: int | None


@dataclass(slots=True)
class Served:
    """What was seen over HTTP: milliseconds of searches and of suggestions, and processor seconds of a search in the server."""

    searches: list[float]
    suggestions: list[float]
    cpu_each: float


@dataclass(slots=True)
class Measured:
    """What came out for a set."""

    judged: Judged
    marks: Marks
    peers: dict[str, tuple[Marks, Peer] | str]
    served: Served | None
    words_cpu: float


def load(options: argparse.Namespace) -> "contextlib.AbstractContextManager[Given]":
    """Both sets, and a Weft folder of their own."""
    return _given(options)


@contextlib.contextmanager
def _given(options: argparse.Namespace) -> Iterator[Given]:
    with place(options.cache) as where:
        yield Given(
            [judged.homedepot(options.data), judged.icecat(options.data)], where, options.choose, options.queries
        )


def run(given: Given) -> list[Measured] | list[Figure]:
    """Import, build and search each set; or choose the weights."""
    shops = [_shop(one, given.place) for one in given.sets]
    if given.choose:
        trials = [
            search_weights.Trial(one, shop, one.queries(given.queries or CHOSEN_BY))
            for one, shop in zip(given.sets, shops, strict=True)
        ]
        return search_weights.chosen(trials)[1]
    return [_measured(one, shop, given) for one, shop in zip(given.sets, shops, strict=True)]


def _shop(one: Judged, where: Place) -> Business:
    """A business with the products of a set and an index of them, which a kept folder has from the last time."""
    shop = where.business(one.name)
    path = where.scratch / f"{one.name}.jsonl"
    path.write_text("".join(json.dumps(product) + "\n" for product in one.products), encoding="utf-8")
    import_file(shop, "products", path, who="bench")
    there = keeping.described(shop.database, shop.uid, shop.catalog)
    if there is None or there["changed"] or not there["meaning"]:
        ran([WEFT, "index", "build", "--business", one.name, "--json"], where.environment())
    return shop


def _measured(one: Judged, shop: Business, given: Given) -> Measured:
    queries, where = one.queries(given.queries), given.place
    lists = {query: _searched(shop, query) for query in queries}
    large = one.name == "homedepot"
    found = Measured(one, marks(lists, one), {}, _served(shop, queries, where) if large else None, 0.0)
    for name in PEERS:
        try:
            peer = _peer(name, one, queries, where)
            found.peers[name] = marks(peer.lists, one), peer
        except (OSError, RuntimeError) as problem:
            found.peers[name] = str(problem)
    if large:
        found.words_cpu = _words_only(one, where)
    return found


def _searched(shop: Business, query: str) -> list[str]:
    skill = named("search")
    told: Any = answer(skill, requested(skill, {"query": query[:1000], "limit": CUTOFF, "facets": []}), shop)
    return [hit.id for hit in told.hits]


def _peer(name: str, one: Judged, queries: Sequence[str], where: Place) -> Peer:
    texts = one.texts()
    if name in search_peers.APART:
        return search_peers.apart(name, texts, queries, CUTOFF)
    if name == "PostgreSQL":
        with where.owner() as connection:
            return search_peers.measured(
                lambda given: search_peers.postgresql(given, connection), texts, queries, CUTOFF
            )
    return search_peers.measured(
        search_peers.tantivy if name == "tantivy" else search_peers.sqlite, texts, queries, CUTOFF
    )


def _words_only(one: Judged, where: Place) -> float:
    """Processor seconds to index the words alone of a set's products, the start of the command taken off."""
    name = f"{one.name}-words"
    import_file(where.business(name), "products", where.scratch / f"{one.name}.jsonl", who="bench")
    build = ran([WEFT, "index", "build", "--business", name, "--words-only", "--json"], where.environment())
    start = ran([WEFT, "index", "show", "--business", name, "--json"], where.environment())
    return build.cpu_seconds - start.cpu_seconds


def _served(shop: Business, queries: Sequence[str], where: Place) -> Served:
    """Searches over HTTP, one after another, with facets, filters and meaning on; and what they begin with, suggested."""
    _, key = keys.created(shop.database, shop.uid, "read")
    port, command = free_port(), [WEFT, "serve", "--port"]
    with (
        started(where.environment(), {0, 1}, [*command, str(port)], port, 60.0) as server,
        httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {key}"}, timeout=60
        ) as client,
    ):
        asked = [{"query": query[:1000], "filters": {"available": True}} for query in islice(cycle(queries), TIMED)]
        begun = [{"query": query[: max(2, (3 * len(query)) // 5)]} for query in islice(cycle(queries), TIMED)]
        _timed(client, "search", asked[:WARM])
        before = cpu_seconds(server.pid)
        searches = _timed(client, "search", asked)
        each = (cpu_seconds(server.pid) - before) / len(asked)
        _timed(client, "suggest", begun[:WARM])
        return Served(searches, _timed(client, "suggest", begun), each)


def _timed(client: httpx.Client, skill: str, asked: Sequence[Mapping[str, Any]]) -> list[float]:
    took = []
    for one in asked:
        begun = time.perf_counter()
        told = client.post(f"/api/v1/skills/{skill}", json=one)
        took.append((time.perf_counter() - begun) * 1000)
        told.raise_for_status()
    return took


def score(measured: list[Measured] | list[Figure]) -> list[Figure]:
    """The figures, with what is asked of each."""
    figures = []
    for one in measured:
        figures += [one] if isinstance(one, Figure) else [*_quality(one), *_speed(one)]
    return figures


def _quality(one: Measured) -> Iterator[Figure]:
    name, queries = one.judged.name, len(one.marks.strict)
    plain = one.peers["tantivy"]
    if isinstance(plain, str):
        raise RuntimeError(f"tantivy alone could not be measured: {plain}")
    above = {"homedepot": (0.04, 0.055), "icecat": (0.05, None)}[name]
    for label, ours, theirs, asked in (
        ("strict", one.marks.strict, plain[0].strict, above[0]),
        ("condensed", one.marks.condensed, plain[0].condensed, above[1]),
    ):
        least = theirs.mean() + asked if asked is not None else 0.84
        note = f"95 %: {interval(ours)}, {queries:,} queries"
        yield Figure(f"{name}: nDCG@10, {label}", float(ours.mean()), "", float(least), most=False, note=note)
        gained = ours - theirs
        note = f"95 %: {interval(gained)}, paired"
        yield Figure(f"{name}: nDCG@10, {label}, more than tantivy", float(gained.mean()), "", note=note)
    yield Figure(f"{name}: judged@10", float(one.marks.judged.mean()), "")
    for peer, told in one.peers.items():
        if isinstance(told, str):
            yield Figure(f"{name}: {peer}", float("nan"), "", note=told)
            continue
        said = f"condensed {told[0].condensed.mean():.3f}, judged@10 {told[0].judged.mean():.3f}"
        yield Figure(f"{name}: {peer}, nDCG@10 strict", float(told[0].strict.mean()), "", note=said)


def _speed(one: Measured) -> Iterator[Figure]:
    if one.served is None:
        return
    products = len(one.judged.products)
    note = f"{products:,} products, over HTTP, one at a time"
    for share, most in ((50, 6), (99, 25)):
        value = float(np.percentile(one.served.searches, share))
        yield Figure(f"search, p{share}", value, "ms", most, note=f"{note}; facets, a filter and meaning on")
    yield Figure(
        "searches on one core", 1 / one.served.cpu_each, "/s", 250, most=False, note="by the server's processor time"
    )
    for share, limit in ((50, None), (99, 10)):
        yield Figure(f"suggest, p{share}", float(np.percentile(one.served.suggestions, share)), "ms", limit, note=note)
    yield Figure(
        "build, words only",
        products / one.words_cpu,
        "products/s",
        20_000,
        most=False,
        note="by the command's processor time",
    )
    for peer, told in one.peers.items():
        if not isinstance(told, str):
            p50, p99 = np.percentile(told[1].milliseconds, [50, 99])
            note = f"p99 {p99:.1f} ms; built in {told[1].build_seconds:.1f} s; in its own process, no HTTP, facets, filters"
            yield Figure(f"{peer}, p50", float(p50), "ms", note=note)
