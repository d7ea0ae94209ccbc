"""Judged sets of queries: their products, the grades that people gave, and how good an order of products is by them."""

import csv
import gzip
import json
import math
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

CUTOFF, SEED = 150, 20261126
_RESAMPLED = 2000


@dataclass(frozen=True, slots=True)
class Judged:
    """Products in the interchange's form, the grades of some of them for each query, and what a grade is worth.

    Queries of which nothing that was judged is worth anything are left out: no order of products is better than another there.
    """

    name: str
    products: list[dict[str, Any]]
    grades: Mapping[str, Mapping[str, float]]
    gain: Callable[[float], float]

    def queries(self, most: int | None = None) -> list[str]:
        """The queries in an order that chance made once; so many at most."""
        found = sorted(query for query, grades in self.grades.items() if any(self.gain(one) for one in grades.values()))
        random.Random(SEED).shuffle(found)
        return found[:most]

    def texts(self) -> list[tuple[str, str]]:
        """The id of each product and all that it says in one text, for who searches one text."""
        return [(one["id"], _text(one)) for one in self.products]


def _text(product: Mapping[str, Any]) -> str:
    values = [f"{name} {value}" for name, value in (product.get("attributes") or {}).items()]
    return " ".join(
        [product["title"] or "", product.get("description") or "", product.get("vendor") or "", *values]
    ).strip()


def homedepot(data: Path) -> Judged:
    """Titles of a hardware store, and grades from 1 to 3, worth 2^(grade - 1) - 1."""
    with gzip.open(data / "search" / "homedepot_products.csv.gz", "rt", encoding="utf-8") as text:
        titles = {row["product_uid"]: row["product_title"] for row in csv.DictReader(text)}
    grades: dict[str, dict[str, float]] = defaultdict(dict)
    with gzip.open(data / "search" / "homedepot_judgments.csv.gz", "rt", encoding="utf-8") as text:
        for row in csv.DictReader(text):
            grades[row["search_term"]][row["product_uid"]] = float(row["relevance"])
    # Some products stand there twice.
    products = [{"id": key, "title": title} for key, title in titles.items()]
    return Judged("homedepot", products, dict(grades), lambda grade: 2.0 ** (grade - 1) - 1 if grade > 0 else 0.0)


def icecat(data: Path) -> Judged:
    """Electronics with attributes, and grades from 0 to 3, worth what they are."""
    grades: dict[str, dict[str, float]] = defaultdict(dict)
    with (data / "search" / "icecat_judgments.csv").open(encoding="utf-8") as text:
        for row in csv.DictReader(text):
            grades[row["query"]][row["docid"]] = float(row["rating"])
    with gzip.open(data / "search" / "icecat_products.jsonl.gz", "rt", encoding="utf-8") as lines:
        products = [_icecat_product(json.loads(line)) for line in lines]
    return Judged("icecat", products, dict(grades), lambda grade: grade)


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


@dataclass(frozen=True, slots=True)
class Marks:
    """What the lists of a set's queries are worth, one figure a query: nDCG@10 strict and condensed, the judged share of the first ten."""

    strict: np.ndarray[Any, np.dtype[np.float64]]
    condensed: np.ndarray[Any, np.dtype[np.float64]]
    judged: np.ndarray[Any, np.dtype[np.float64]]


def marks(lists: Mapping[str, Sequence[str]], judged: Judged) -> Marks:
    """What lists of ids are worth, by query; no more than `CUTOFF` of each are read."""
    strict, condensed, known = [], [], []
    for query, ids in lists.items():
        grades = judged.grades[query]
        strict.append(ndcg(ids[:CUTOFF], grades, judged.gain))
        condensed.append(ndcg([one for one in ids[:CUTOFF] if one in grades], grades, judged.gain))
        known.append(sum(one in grades for one in ids[:10]) / 10)
    return Marks(np.array(strict), np.array(condensed), np.array(known))


def ndcg(ids: Sequence[str], grades: Mapping[str, float], gain: Callable[[float], float]) -> float:
    """nDCG@10 of a list, what nobody judged being worth nothing; the best that there could be is 1."""
    got = sum(gain(grades.get(one, 0.0)) / math.log2(rank + 2) for rank, one in enumerate(ids[:10]))
    best = sorted(map(gain, grades.values()), reverse=True)[:10]
    return got / sum(one / math.log2(rank + 2) for rank, one in enumerate(best))


def interval(values: np.ndarray[Any, np.dtype[np.float64]]) -> str:
    """The middle 95 of 100 means of values drawn again; of differences of pairs it is the paired bootstrap."""
    drawn = np.random.default_rng(SEED).choice(values, (_RESAMPLED, len(values)))
    low, high = np.percentile(drawn.mean(axis=1), [2.5, 97.5])
    return f"{low:+.3f} to {high:+.3f}" if (values < 0).any() else f"{low:.3f} to {high:.3f}"
