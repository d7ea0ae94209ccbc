"""Products placed in categories: learned with many and with few labels, and started without any; beside it plain models.

`python -m bench.categories --look [SEED]` prints what is placed of fifty products of real shops with no label at all, for a
person to judge.
"""

import argparse
import contextlib
import csv
import gzip
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from bench.figures import Figure, show
from weft.errors import Conflict
from weft.index.meaning import Embedder, MiniLM
from weft.skills.organize.categories import CategoryModel, Listing, Placement
from weft.skills.organize.start import Start
from weft.skills.organize.taxonomy import Taxonomy

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SHOPS = ("fashion", "bicycles", "apparel", "jewelry")
GOOGLE = "Google Shopping / Google Product Category"
SEED, FEW, BINS = 20261124, 20, 15
# Where the article types and categories of the two sets stand in Weft's small taxonomy; others are not asked for.
ON_BASIC = {
    "Tshirts": "Clothing > T-Shirts",
    "Casual Shoes": "Shoes > Sneakers",
    "Shirts": "Clothing > Shirts & Blouses",
    "Sports Shoes": "Shoes > Sports Shoes",
    "Watches": "Jewelry > Watches",
    "Tops": "Clothing > Tops",
    "Handbags": "Bags & Luggage > Handbags",
    "Kurtas": "Clothing > Traditional Clothing",
    "Flip Flops": "Shoes > Sandals",
    "Heels": "Shoes > Heels & Pumps",
    "Briefs": "Clothing > Underwear",
    "Sandals": "Shoes > Sandals",
    "Wallets": "Bags & Luggage > Wallets & Card Cases",
    "Perfume and Body Mist": "Beauty > Perfume",
    "Sunglasses": "Accessories > Sunglasses & Eyewear",
    "Backpacks": "Bags & Luggage > Backpacks",
    "Belts": "Accessories > Belts & Suspenders",
    "Shorts": "Clothing > Shorts",
    "Socks": "Clothing > Socks & Hosiery",
    "Bra": "Clothing > Lingerie",
    "Trousers": "Clothing > Trousers",
    "Nail Polish": "Beauty > Nails",
    "Dresses": "Clothing > Dresses",
    "Lipstick": "Beauty > Makeup",
    "Jeans": "Clothing > Jeans",
    "Deodorant": "Beauty > Deodorants",
    "Flats": "Shoes > Flats & Loafers",
    "Formal Shoes": "Shoes > Dress Shoes",
    "Sarees": "Clothing > Traditional Clothing",
    "Caps": "Accessories > Hats & Caps",
    "Track Pants": "Clothing > Trousers",
    "Sweatshirts": "Clothing > Sweatshirts & Hoodies",
    "Sweaters": "Clothing > Knitwear",
    "Clutches": "Bags & Luggage > Handbags",
    "Jackets": "Clothing > Coats & Jackets",
    "Skirts": "Clothing > Skirts",
    "Ties": "Accessories > Ties",
    "Scarves": "Accessories > Scarves & Shawls",
    "Earrings": "Jewelry > Earrings",
    "Mobile Phones": "Electronics > Mobile Phones",
    "TVs": "Electronics > Televisions",
    "CPUs": "Electronics > Processors & Memory",
    "Digital Cameras": "Electronics > Cameras",
    "Dishwashers": "Appliances > Dishwashers",
    "Microwaves": "Appliances > Microwaves",
    "Washing Machines": "Appliances > Washers & Dryers",
    "Freezers": "Appliances > Refrigerators & Freezers",
    "Fridges": "Appliances > Refrigerators & Freezers",
    "Fridge Freezers": "Appliances > Refrigerators & Freezers",
}


@dataclass(frozen=True, slots=True)
class Labeled:
    """Listings with the category of each."""

    listings: list[Listing]
    labels: list[str]

    def part(self, places: Sequence[int]) -> "Labeled":
        """Those at these places."""
        return Labeled([self.listings[place] for place in places], [self.labels[place] for place in places])


@dataclass(frozen=True, slots=True)
class Given:
    """What is learned from and what is asked, by the name of the set, and an embedder if its weights are installed."""

    sets: dict[str, tuple[Labeled, Labeled]]
    embedder: Embedder | None


@dataclass(slots=True)
class Judged:
    """What came out for one set: for each listing asked whether it was right and how sure it was said to be."""

    learned: int
    classes: int
    seconds: float
    rate: float
    right: NDArray[np.bool_]
    sure: NDArray[np.float64]
    threshold: float | None
    megabytes: float


def _rows(file: Path) -> list[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text, skipinitialspace=True))


def shop(data: Path, name: str) -> list[tuple[Listing, str]]:
    """A shop's products with the Google category that it gave each, which may be empty."""
    met: dict[str, dict[str, str]] = {}
    for row in _rows(data / "shops" / f"{name}.csv.gz"):
        if row["Title"]:
            met.setdefault(row["Handle"], row)
    return [
        (
            Listing(row["Title"], row["Body (HTML)"], row["Vendor"], row["Type"], tuple(row["Tags"].split(", "))),
            row[GOOGLE],
        )
        for row in met.values()
    ]


def _fashion(data: Path) -> tuple[Labeled, Labeled]:
    """Four fifths of the fashion names and the fifth that is asked."""
    rows = _rows(data / "categories" / "fashion_train.csv.gz")
    whole = Labeled([Listing(row["productDisplayName"]) for row in rows], [row["articleType"] for row in rows])
    order = np.random.default_rng(SEED).permutation(len(rows)).tolist()
    return whole.part(order[len(order) // 5 :]), whole.part(order[: len(order) // 5])


def _few(given: Labeled) -> Labeled:
    """At most so many listings of each category."""
    met: dict[str, int] = {}
    places = []
    for place in np.random.default_rng(SEED).permutation(len(given.labels)).tolist():
        met[given.labels[place]] = met.get(given.labels[place], 0) + 1
        if met[given.labels[place]] <= FEW:
            places.append(place)
    return given.part(places)


def _pricerunner(data: Path) -> tuple[Labeled, Labeled]:
    """Offers of four fifths of the products and those of the fifth that is asked: no product is in both."""
    rows = _rows(data / "categories" / "pricerunner_train.csv.gz")
    clusters = sorted({row["cluster_id"] for row in rows}, key=int)
    order = np.random.default_rng(SEED).permutation(len(clusters)).tolist()
    asked = {clusters[place] for place in order[: len(clusters) // 5]}
    whole = Labeled([Listing(row["title"]) for row in rows], [row["category"] for row in rows])
    inside = [place for place, row in enumerate(rows) if row["cluster_id"] not in asked]
    outside = [place for place, row in enumerate(rows) if row["cluster_id"] in asked]
    return whole.part(inside), whole.part(outside)


def _shop(data: Path) -> tuple[Labeled, Labeled]:
    """Four fifths of the fashion shop's products that have a Google category and the fifth that is asked."""
    there = [(listing, label) for listing, label in shop(data, "fashion") if label]
    whole = Labeled([listing for listing, _ in there], [label for _, label in there])
    order = np.random.default_rng(SEED).permutation(len(there)).tolist()
    return whole.part(order[len(order) // 5 :]), whole.part(order[: len(order) // 5])


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Given]:
    """The sets, split by a fixed seed."""
    fashion, pricerunner = _fashion(options.data), _pricerunner(options.data)
    sets = {
        "fashion": fashion,
        f"{FEW} a class": (_few(fashion[0]), fashion[1]),
        "pricerunner": pricerunner,
        "shop": _shop(options.data),
    }
    with embedder() as there:
        yield Given(sets, there)


@contextlib.contextmanager
def embedder() -> Iterator[Embedder | None]:
    """The small embedder in a folder of its own; None if its weights are not installed."""
    with tempfile.TemporaryDirectory() as home:
        try:
            yield MiniLM(Path(home))
        except Conflict:
            yield None


def run(given: Given) -> dict[str, Any]:
    """Learn and place each set, then the same with plain models, then start with no label."""
    measured: dict[str, Any] = {"sets": {}, "peers": {}, "start": {}}
    for name, (known, asked) in given.sets.items():
        measured["sets"][name] = _judged(known, asked)
        measured["peers"][name] = _peers(known, asked)
    whole = [listing for part in given.sets["shop"] for listing in part.listings]
    labels = [label for part in given.sets["shop"] for label in part.labels]
    started = time.perf_counter()
    CategoryModel.learned(whole, labels)
    measured["whole shop"] = (len(whole), time.perf_counter() - started)
    for name in ("fashion", "pricerunner"):
        _, asked = given.sets[name]
        asked = asked.part([place for place, label in enumerate(asked.labels) if label in ON_BASIC])
        for helped in (None, given.embedder) if given.embedder else (None,):
            measured["start"][name, helped is not None] = _started(asked, helped)
    return measured


def _judged(known: Labeled, asked: Labeled) -> Judged:
    started = time.perf_counter()
    model = CategoryModel.learned(known.listings, known.labels)
    seconds = time.perf_counter() - started
    started = time.perf_counter()
    placements = model.placed(asked.listings)
    rate = len(placements) / (time.perf_counter() - started)
    right = np.array([one.category == label for one, label in zip(placements, asked.labels, strict=True)])
    sure = np.array([one.confidence for one in placements])
    size = len(model.saved()) / 1e6
    return Judged(len(known.labels), len(set(known.labels)), seconds, rate, right, sure, model.threshold(0.99), size)


def _peers(known: Labeled, asked: Labeled) -> dict[str, tuple[float, float]]:
    """What scikit-learn's models make of the titles alone, with their seconds."""
    titles, asked_titles = ([f"{one.title} {one.type}" for one in part.listings] for part in (known, asked))
    machines = {
        "TF-IDF + LinearSVC": make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LinearSVC(random_state=0)),
        "TF-IDF + LogisticRegression": make_pipeline(TfidfVectorizer(), LogisticRegression(C=10, max_iter=100)),
    }
    found = {}
    for name, machine in machines.items():
        started = time.perf_counter()
        machine.fit(titles, known.labels)
        found[name] = (
            float((machine.predict(asked_titles) == np.array(asked.labels)).mean()),
            time.perf_counter() - started,
        )
    return found


def _started(asked: Labeled, helped: Embedder | None) -> tuple[float, float, float]:
    """Of listings that nobody labeled: the share placed, the share of these that is right, products a second."""
    started = time.perf_counter()
    placements = Start(Taxonomy.basic(), helped).placed(asked.listings)
    rate = len(placements) / (time.perf_counter() - started)
    right = [
        ON_BASIC[label] == one.category or ON_BASIC[label].startswith(f"{one.category} > ")
        for one, label in zip(placements, asked.labels, strict=True)
        if one.category is not None
    ]
    return len(right) / len(placements), sum(right) / max(len(right), 1), rate


def unreliability(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The expected calibration error: by how much confidence and share of right differ, in 15 bins of equal width."""
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    return float(
        sum(abs(sure[bins == one].mean() - right[bins == one].mean()) * (bins == one).mean() for one in np.unique(bins))
    )


def score(measured: dict[str, Any]) -> Sequence[Figure]:
    """The figures of all sets."""
    least = {"fashion": 0.965, f"{FEW} a class": 0.90, "pricerunner": 0.98}
    seconds = {"fashion": 30.0, "pricerunner": 30.0}
    figures: list[Figure] = []
    for name, one in measured["sets"].items():
        told = f"{one.learned:,} learned, {one.classes} categories, {len(one.right):,} asked"
        figures.append(Figure(f"{name}: accuracy", float(one.right.mean()), "", least.get(name), False, told))
        taken = one.sure >= (2.0 if one.threshold is None else one.threshold)
        figures.append(Figure(f"{name}: placed at 99 % precision", float(taken.mean()), "of all", note="chosen before"))
        if taken.any():
            figures.append(Figure(f"{name}: their precision", float(one.right[taken].mean()), ""))
        figures.append(Figure(f"{name}: unreliability", unreliability(one.sure, one.right), "ECE"))
        figures.append(Figure(f"{name}: learned in", one.seconds, "s", seconds.get(name), True))
        figures.append(Figure(f"{name}: placed", one.rate, "products/s", 2000, False, f"model {one.megabytes:.2f} MB"))
        for peer, (accuracy, took) in measured["peers"][name].items():
            figures.append(Figure(f"{name}: peer {peer}", accuracy, "", note=f"{took:.1f} s, no confidence"))
    count, took = measured["whole shop"]
    figures.append(Figure("the whole shop: learned in", took, "s", 4, True, f"{count} products with a category"))
    for (name, helped), (share, precision, rate) in measured["start"].items():
        title = f"{name}, no label, words{' and meaning' if helped else ''}"
        figures.append(Figure(f"{title}: placed", share, "of all", note=f"{rate:,.0f} products/s"))
        figures.append(
            Figure(f"{title}: of these right", precision, "", note="there or above it, on Weft's small taxonomy")
        )
    return figures


def look(data: Path, seed: int) -> None:
    """Print fifty products of the four shops with where they are placed without any label."""
    chosen = random.Random(seed)
    listings = [
        listing
        for name, count in zip(SHOPS, (18, 18, 8, 6), strict=True)
        for listing, _ in chosen.sample(shop(data, name), count)
    ]
    whole = {name: [listing for listing, _ in shop(data, name)] for name in SHOPS}
    placements: list[Placement] = []
    with embedder() as there:
        for name in SHOPS:
            start = Start(Taxonomy.basic(), there, whole[name])
            placements += start.placed([listing for listing in listings if listing in whole[name]])
    table = Table("title", "type", "placed", "confidence", "by", title=f"no label, seed {seed}", title_justify="left")
    for listing, one in zip(listings, placements, strict=True):
        table.add_row(listing.title, listing.type, one.category or "—", f"{one.confidence:.2f}", " ".join(one.words))
    Console(width=150).print(table)


def main() -> int:
    """The bench alone, or with `--look` the table for a person."""
    parser = argparse.ArgumentParser(prog="bench.categories", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of real data")
    parser.add_argument("--json", action="store_true", help="one line for each figure")
    parser.add_argument("--look", type=int, nargs="?", const=1, metavar="SEED", help="print fifty placed products")
    options = parser.parse_args()
    if options.look is not None:
        look(options.data, options.look)
        return 0
    with load(options) as given:
        figures = score(run(given))
    show("categories", figures, options.json)
    return int(any(one.holds is False for one in figures))


if __name__ == "__main__":
    sys.exit(main())
