"""Recommendations: what people take next, told from what they took before, beside plain methods; and how fast a strip is answered.

Amazon Beauty, leave one out: the last product of each person is told among all that the person has not taken. All settings are
chosen on the one before it. The ledger of a wholesaler, cut by time: what completes a cart, and what the next order holds.
"""

import argparse
import contextlib
import csv
import gzip
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
from implicit.cpu.als import AlternatingLeastSquares
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, TFIDFRecommender
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from bench.figures import Figure
from bench.place import WEFT, Place, place, ran
from bench.pressure import free_port, started
from weft.access import keys
from weft.connectors.importing import import_file
from weft.index import building
from weft.index.affinity import baskets, choosing, habits, ways
from weft.index.affinity.choosing import Figures
from weft.index.affinity.habits import Habits
from weft.index.affinity.histories import Cases, Histories, Took

TIMED, SHOWN, START = 1000, 10, datetime(2026, 1, 1, tzinfo=UTC)
SEED, VOCABULARY = 20261126, 3000
_SYLLABLES = ("la", "mo", "re", "ti", "su", "na", "ve")
_KINDS = ("for-you", "also-viewed", "similar", "trending")


@dataclass(frozen=True, slots=True)
class Given:
    """People's products in the order in which they took them; the ledger's lines (order, customer, product, day); a place."""

    beauty: list[list[str]]
    ledger: list[tuple[str, str, str, float]]
    place: Place


@dataclass(slots=True)
class Measured:
    """What came out, by name."""

    beauty: dict[str, Figures] = field(default_factory=dict)
    chosen: str = ""
    held: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    carts: dict[str, Figures] = field(default_factory=dict)
    orders: dict[str, tuple[float, int]] = field(default_factory=dict)
    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)


def _found(data: Path, folder: str, pattern: str) -> Path:
    """A file of the data, whether all of it was named or one folder."""
    for where in (data / folder, data, data.parent / folder):
        if there := sorted(where.glob(pattern)):
            return there[0]
    raise FileNotFoundError(f"there is no {pattern} in {data}")


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Given]:
    """Both sets of data, and a Weft folder of their own."""
    with gzip.open(_found(options.data, "recommend", "amazon_beauty.txt.gz"), "rt") as lines:
        beauty = [line.split()[1:] for line in lines]
    with gzip.open(_found(options.data, "orders", "online_retail*.csv.gz"), "rt", encoding="utf-8") as text:
        ledger = sorted(_lines(csv.DictReader(text)), key=lambda one: one[3])
    with place() as where:
        yield Given(beauty, ledger, where)


def _lines(rows: Any) -> Iterator[tuple[str, str, str, float]]:
    """What was sold; cancellations, corrections and what has no price are left out."""
    for row in rows:
        if not row["InvoiceNo"].startswith("C") and float(row["Quantity"]) > 0 and float(row["UnitPrice"]) > 0:
            day = datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=UTC).timestamp() / 86_400
            yield row["InvoiceNo"], row["CustomerID"], row["StockCode"], day


def run(given: Given) -> Measured:
    """Choose, learn, judge and time."""
    measured = Measured()
    _beauty(given.beauty, measured)
    _ledger(given.ledger, measured)
    _timed(given, measured)
    return measured


def _past(people: Sequence[Sequence[str]], left_out: int, products: Sequence[str]) -> Histories:
    took = (
        Took(str(person), product, float(step))
        for person, taken in enumerate(people)
        for step, product in enumerate(taken[: len(taken) - left_out])
    )
    return Histories.of(took, products)


def _cases(people: Sequence[Sequence[str]], left_out: int, places: Mapping[str, int]) -> Cases:
    """Everybody's last product but `left_out` - 1, and what was taken before it."""
    taken = [np.array([places[one] for one in person], np.int32) for person in people]
    return Cases(tuple(one[:-left_out] for one in taken), np.array([one[-left_out] for one in taken], np.int32))


def _beauty(people: Sequence[Sequence[str]], measured: Measured) -> None:
    products = sorted({product for person in people for product in person})
    places = {product: place_ for place_, product in enumerate(products)}
    wall, cpu = time.perf_counter(), time.process_time()
    before = _past(people, 2, products)
    choice = choosing.chosen(before, _cases(people, 2, places), lambda *_: None)
    past = _past(people, 1, products)
    way = choosing.made(choice.told, past, counted=True)
    measured.seconds, measured.cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    measured.chosen, measured.held = choice.says, choice.held.says
    cases, popularity = _cases(people, 1, places), past.popularity()
    # The penalty and the cap are part of what the skill answers.
    held = choice.held.multipliers(popularity)
    measured.beauty[f"Weft ({way.told['way']})"] = choosing.judged(way, cases, popularity, held)
    measured.beauty["popularity"] = choosing.judged(
        choosing.made({"way": ways.POPULAR, "half_life": 1e9}, past), cases, popularity
    )
    validation = _cases(people, 2, places)
    for name, models in _peers().items():
        best = max(models, key=lambda model: _peer(model(), before, validation).ndcg)
        measured.beauty[name] = _peer(best(), past, cases)


def _peers() -> dict[str, list[Callable[[], Any]]]:
    """implicit's methods, each with the settings of which the best on the validation is taken."""
    kinds = (CosineRecommender, TFIDFRecommender, BM25Recommender)
    return {
        "implicit, item-kNN": [lambda kind=kind, k=k: kind(K=k) for kind in kinds for k in (20, 100)],
        "implicit, ALS": [
            lambda width=width, alpha=alpha: AlternatingLeastSquares(
                factors=width, regularization=0.05, alpha=alpha, iterations=15, random_state=0
            )
            for width in (64, 128)
            for alpha in (5.0, 40.0)
        ],
    }


def _peer(model: Any, past: Histories, cases: Cases) -> Figures:
    """The figures of one of implicit's models, from the ten that it recommends to each."""
    taken = past.matrix()
    taken.data[:] = 1.0
    with threadpool_limits(1, "blas"):
        model.fit(taken, show_progress=False)
        ids, _ = model.recommend(np.arange(taken.shape[0]), taken, N=SHOWN, filter_already_liked_items=True)
    hits = ids == cases.next[:, None]
    popularity = past.popularity()
    shown = np.bincount(ids[ids >= 0].ravel(), minlength=len(past.products))
    ranks = np.argmax(hits, axis=1)[hits.any(axis=1)]
    return Figures(
        type(model).__name__,
        float(hits.any(axis=1).mean()),
        float((1 / np.log2(ranks + 2.0)).sum() / len(cases)),
        float((shown > 0).mean()),
        float((shown * popularity).sum() / shown.sum() / popularity[cases.next].mean()),
        choosing.gini(shown),
        len(cases),
    )


def _ledger(lines: Sequence[tuple[str, str, str, float]], measured: Measured) -> None:
    """Settings are chosen on the orders between 80 and 90 % of the lines, and judged on those after."""
    orders = Histories.of(Took(order, product, day) for order, _, product, day in lines)
    bought = Histories.of(
        (Took(customer, product, day) for _, customer, product, day in lines if customer), orders.products
    )
    first, last = (float(one) for one in np.quantile(orders.at, [0.8, 0.9]))
    settings, _ = baskets.chosen(orders.until(first), baskets.completing(orders.until(last), first))
    personal, _ = habits.chosen(
        habits.next_orders(bought.until(last), first), baskets.companions(orders.until(first), settings, counted=False)
    )
    past = orders.until(last)
    way, cases, popularity = baskets.companion_way(past, settings), baskets.completing(orders, last), past.popularity()
    measured.carts["Weft"] = choosing.judged(way, cases, popularity)
    measured.carts["popularity"] = choosing.judged(ways.Popular({"way": ways.POPULAR}, popularity), cases, popularity)
    following = habits.next_orders(bought, last)
    for name, one in (("Weft", personal), ("what each bought most often", Habits(1.0, 1.0))):
        measured.orders[name] = (habits.recall_of(one, following, way.related), len(following))
    measured.orders["what most buy"] = (_most_buy(popularity, following.next), len(following))


def _most_buy(popularity: NDArray[np.float32], wanted: Sequence[NDArray[np.int32]]) -> float:
    return float(np.mean([habits.recall(popularity, one) for one in wanted]))


def _timed(given: Given, measured: Measured) -> None:
    """Milliseconds of strips over HTTP, one after another, in a shop with the products and people of Amazon Beauty."""
    shop = given.place.business("beauty")
    products = sorted({product for person in given.beauty for product in person})
    path = given.place.scratch / "beauty.jsonl"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(one)}\n" for one in _titled(products))
    import_file(shop, "products", path, who="bench")
    with shop.transaction() as connection:
        shop.behaviors.put(connection, _behaviors(given.beauty))
    building.build(given.place.home, shop.uid, shop.catalog)
    ran([WEFT, "affinities", "build", "--business", "beauty"], given.place.environment())
    _, key = keys.created(shop.database, shop.uid, "read")
    port = free_port()
    with (
        started(
            given.place.environment(), os.sched_getaffinity(0), [WEFT, "serve", "--port", str(port)], port, 60.0
        ) as server,
        httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {key}"}, timeout=60
        ) as client,
    ):
        for kind in _KINDS:
            people = given.beauty[: TIMED + 100]
            asked = [_asked(kind, person) for person in people]
            begun = _processor(server.pid)
            measured.milliseconds[kind] = [_took(client, one) for one in asked][100:]
            measured.processor[kind] = 1000 * (_processor(server.pid) - begun) / len(asked)


def _processor(process: int) -> float:
    """The processor seconds that a server and what it began have used."""
    whole = psutil.Process(process)
    times = [one.cpu_times() for one in (whole, *whole.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def _titled(products: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The products with titles of four made-up words, some of them frequent and most of them not, in forty categories."""
    draw = np.random.default_rng(SEED)
    for product in products:
        words = 1 + draw.zipf(1.3, 4) % VOCABULARY
        yield {
            "id": product,
            "title": " ".join(
                f"{_SYLLABLES[n % 7]}{_SYLLABLES[n // 7 % 7]}{_SYLLABLES[n // 49 % 7]}{n}" for n in words
            ),
            "category": f"Category {int(product) % 40}",
        }


def _behaviors(people: Sequence[Sequence[str]]) -> Iterator[dict[str, Any]]:
    for person, taken in enumerate(people):
        for step, product in enumerate(taken[:-1]):
            at = START + timedelta(hours=24 * step, seconds=person)
            yield {"action": "purchase", "visitor": f"v{person}", "product": product, "at": at.isoformat()}


def _asked(kind: str, person: Sequence[str]) -> dict[str, Any]:
    if kind == "for-you":
        return {"kind": kind, "viewed": list(person[-11:-1])}
    return {"kind": kind, "product": person[-2]} if kind != "trending" else {"kind": kind}


def _took(client: httpx.Client, asked: dict[str, Any]) -> float:
    begun = time.perf_counter()
    told = client.post("/api/v1/skills/recommend", json=asked)
    took = time.perf_counter() - begun
    told.raise_for_status()
    if not told.json()["items"]:
        raise ValueError(f"nothing was recommended for {asked}")
    return 1000 * took


def score(measured: Measured) -> list[Figure]:
    """The figures, with what is asked of each."""
    found = []
    for name, one in measured.beauty.items():
        own = name.startswith("Weft")
        told = f"{one.coverage:.1%} of the catalog shown, popularity × {one.popularity:.2f}, Gini {one.gini:.3f}"
        found.append(Figure(f"beauty: HR@10, {name}", one.hit_rate, "", 0.066 if own else None, most=False, note=told))
        found.append(Figure(f"beauty: NDCG@10, {name}", one.ndcg, "", 0.040 if own else None, most=False))
    note = f"{measured.cpu_seconds:.0f} processor seconds. {measured.chosen} {measured.held}"
    found.append(Figure("beauty: chosen and learned", measured.seconds, "s", 60.0, note=note))
    popular = measured.carts["popularity"]
    for name, one in measured.carts.items():
        asked = popular.hit_rate if one is not popular else None
        found.append(
            Figure(
                f"ledger: cart completed, HR@10, {name}", one.hit_rate, "", asked, most=False, note=f"{one.cases} carts"
            )
        )
    for name, (value, cases) in measured.orders.items():
        asked = measured.orders["what each bought most often"][0] if name == "Weft" else None
        found.append(
            Figure(f"ledger: next order, recall@10, {name}", value, "", asked, most=False, note=f"{cases} customers")
        )
    for kind, times in measured.milliseconds.items():
        note = "12,101 products, over HTTP, one at a time"
        found.append(Figure(f"answered: {kind}, p50", float(np.percentile(times, 50)), "ms", note=note))
        found.append(Figure(f"answered: {kind}, p99", float(np.percentile(times, 99)), "ms", 8.0))
        found.append(Figure(f"answered: {kind}, processor time", measured.processor[kind], "ms"))
    return found
