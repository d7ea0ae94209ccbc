"""Products found: how good the order is on two judged sets, beside tantivy's plain search, and how fast over HTTP.

nDCG@10 is strict (what nobody judged counts nothing) and condensed (what nobody judged is left out), with bootstrap intervals
over the queries.
"""

import argparse
import contextlib
import csv
import gzip
import json
import math
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import tantivy

from bench.figures import Figure
from bench.place import WEFT, Place, place, ran
from bench.pressure import free_port, started
from weft.access import keys
from weft.business import Business
from weft.connectors.importing import import_file
from weft.skill import answer, named, requested

CUTOFF, SEED, RESAMPLED = 150, 20261126, 1000
QUERIES, TIMED = 1000, 1000


@dataclass(frozen=True, slots=True)
class Judged:
    """Products in the interchange's form, the grades of some for each query, and what a grade is worth."""

    products: list[dict[str, Any]]
    grades: dict[str, dict[str, float]]
    gain: Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Given:
    """The judged sets by name, and where to work."""

    sets: dict[str, Judged]
    place: Place


@dataclass(slots=True)
class Measured:
    """What came out for a set: nDCG of each query, strict and condensed, of Weft and of tantivy, and how much was judged."""

    name: str
    weft: list[tuple[float, float]]
    plain: list[tuple[float, float]]
    judged: float
    products: int
    words_seconds: float
    milliseconds: list[float]


def _homedepot(data: Path) -> Judged:
    with gzip.open(data / "search" / "homedepot_products.csv.gz", "rt", encoding="utf-8") as text:
        products = [{"id": row["product_uid"], "title": row["product_title"]} for row in csv.DictReader(text)]
    grades: dict[str, dict[str, float]] = defaultdict(dict)
    with gzip.open(data / "search" / "homedepot_judgments.csv.gz", "rt", encoding="utf-8") as text:
        for row in csv.DictReader(text):
            grades[row["search_term"]][row["product_uid"]] = float(row["relevance"])
    return Judged(products, dict(grades), lambda grade: 2.0 ** (grade - 1) - 1 if grade > 0 else 0.0)


def _icecat(data: Path) -> Judged:
    grades: dict[str, dict[str, float]] = defaultdict(dict)
    with (data / "search" / "icecat_judgments.csv").open(encoding="utf-8") as text:
        for row in csv.DictReader(text):
            grades[row["query"]][row["docid"]] = float(row["rating"])
    with gzip.open(data / "search" / "icecat_products.jsonl.gz", "rt", encoding="utf-8") as lines:
        products = [_icecat_product(json.loads(line)) for line in lines]
    return Judged(products, dict(grades), lambda grade: grade)


def _icecat_product(told: Mapping[str, Any]) -> dict[str, Any]:
    attributes = {
        name[7:].strip("_").replace("_", " "): value for name, value in told.items() if name.startswith("attr_")
    }
    variant: dict[str, Any] = {"sku": told.get("name"), "barcode": next(iter(told.get("ean") or []), None), "stock": 5}
    if told.get("price"):
        variant["price"] = {"amount": told["price"], "currency": "EUR"}
    return {
        "id": told["id"], "title": told.get("title") or told.get("name"), "description": told.get("short_description"),
        "vendor": told.get("supplier"), "attributes": attributes, "variants": [variant],
    }  # fmt: skip


def ndcg(ids: Sequence[str], grades: Mapping[str, float], gain: Callable[[float], float], *, condensed: bool) -> float:
    """nDCG@10 of a list; the best that there could be is 1."""
    seen = [one for one in ids if one in grades] if condensed else ids
    got = sum(gain(grades.get(one, 0.0)) / math.log2(rank + 2) for rank, one in enumerate(seen[:10]))
    best = sorted(grades.values(), reverse=True)[:10]
    return got / sum(gain(one) / math.log2(rank + 2) for rank, one in enumerate(best))


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Given]:
    """Both sets, and a Weft folder of their own."""
    with place() as where:
        yield Given({"homedepot": _homedepot(options.data), "icecat": _icecat(options.data)}, where)


def run(given: Given) -> list[Measured]:
    """Import, build and search each set."""
    return [_measured(name, judged, given.place) for name, judged in given.sets.items()]


def _measured(name: str, judged: Judged, where: Place) -> Measured:
    shop = where.business(name)
    path = where.scratch / f"{name}.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in judged.products), encoding="utf-8")
    import_file(shop, "products", path, who="bench")
    build = [WEFT, "index", "build", "--business", name, "--json"]
    words = json.loads(ran([*build, "--words-only"], where.environment()).output)
    ran(build, where.environment())
    queries = sorted(
        query for query, grades in judged.grades.items() if any(judged.gain(one) for one in grades.values())
    )
    random.Random(SEED).shuffle(queries)
    chosen = queries[:QUERIES]
    lists = {query: _searched(shop, query) for query in chosen}
    plain = _plain(judged.products)
    return Measured(
        name,
        [_both(lists[query], judged, query) for query in chosen],
        [_both(plain(query), judged, query) for query in chosen],
        float(np.mean([sum(one in judged.grades[query] for one in lists[query][:10]) / 10 for query in chosen])),
        words["products"],
        words["seconds"],
        _timed(shop, chosen, where),
    )


def _both(ids: Sequence[str], judged: Judged, query: str) -> tuple[float, float]:
    grades = judged.grades[query]
    return ndcg(ids, grades, judged.gain, condensed=False), ndcg(ids, grades, judged.gain, condensed=True)


def _searched(shop: Business, query: str) -> list[str]:
    skill = named("search")
    told: Any = answer(skill, requested(skill, {"query": query[:1000], "limit": CUTOFF, "facets": []}), shop)
    return [hit.id for hit in told.hits]


def _plain(products: Sequence[Mapping[str, Any]]) -> Callable[[str], list[str]]:
    """tantivy as its documentation shows it: one text a product, English stems, any of the words."""
    made = tantivy.SchemaBuilder()
    made.add_text_field("text", tokenizer_name="en_stem")
    made.add_text_field("id", stored=True, tokenizer_name="raw")
    index = tantivy.Index(made.build())
    writer = index.writer(128_000_000)
    for one in products:
        values = [f"{name} {value}" for name, value in (one.get("attributes") or {}).items()]
        text = " ".join([one.get("title") or "", one.get("description") or "", one.get("vendor") or "", *values])
        writer.add_document(tantivy.Document(id=one["id"], text=text))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def found(query: str) -> list[str]:
        parsed, _ = index.parse_query_lenient(query, ["text"])
        return [searcher.doc(address)["id"][0] for _, address in searcher.search(parsed, CUTOFF).hits]

    return found


def _timed(shop: Business, queries: Sequence[str], where: Place) -> list[float]:
    """Milliseconds of searches over HTTP, one after another, with facets, filters and meaning on."""
    _, key = keys.created(shop.database, shop.uid, "read")
    port, found = free_port(), []
    command = [WEFT, "serve", "--port", str(port)]
    with (
        started(where.environment(), set(), command, port, 60.0),
        httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {key}"}, timeout=60
        ) as client,
    ):
        for place_, query in enumerate([*queries[:100], *(queries * (TIMED // len(queries) + 1))[:TIMED]]):
            begun = time.perf_counter()
            told = client.post("/api/v1/skills/search", json={"query": query[:1000], "filters": {"available": True}})
            took = time.perf_counter() - begun
            told.raise_for_status()
            if place_ >= 100:
                found.append(1000 * took)
    return found


def _interval(values: Sequence[float]) -> str:
    """The middle 95 of 100 means of values drawn again."""
    drawn = np.random.default_rng(SEED).choice(np.array(values), (RESAMPLED, len(values)))
    low, high = np.percentile(drawn.mean(axis=1), [2.5, 97.5])
    return f"{low:.3f} to {high:.3f}"


def score(measured: Sequence[Measured]) -> list[Figure]:
    """The figures, with what is asked of each."""
    found = []
    for one in measured:
        above = {"homedepot": (0.04, 0.055), "icecat": (0.05, None)}[one.name]
        for part, label in enumerate(("strict", "condensed")):
            weft, plain = [each[part] for each in one.weft], [each[part] for each in one.plain]
            base = float(np.mean(plain))
            asked = 0.84 if one.name == "icecat" and part else base + (above[part] or 0.0)
            name = f"{one.name}: nDCG@10, {label}"
            note = f"95 %: {_interval(weft)}, {len(weft)} queries"
            found.append(Figure(name, float(np.mean(weft)), "", asked, most=False, note=note))
            found.append(Figure(f"{name}, tantivy alone", base, "", note=f"95 %: {_interval(plain)}"))
            gained = [a - b for a, b in zip(weft, plain, strict=True)]
            found.append(Figure(f"{name}, gained", float(np.mean(gained)), "", note=f"95 %: {_interval(gained)}"))
        found.append(Figure(f"{one.name}: judged@10", one.judged, ""))
        found.append(
            Figure(f"{one.name}: build, words only", one.products / one.words_seconds, "products/s", 20_000, most=False)
        )
        large = one.name == "homedepot"
        for share, most in ((50, 6), (99, 25)):
            value = float(np.percentile(one.milliseconds, share))
            note = f"{one.products:,} products, over HTTP, one at a time"
            found.append(Figure(f"{one.name}: search, p{share}", value, "ms", most if large else None, note=note))
    return found
