"""Attributes read from products' own text: learned on four fifths, judged on the fifth that no title is shared with.

`python -m bench.attributes --look` prints what the rules alone find on products of real shops, for a person to judge.
"""

import argparse
import contextlib
import csv
import gzip
import html
import json
import random
import re
import sys
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.figures import Figure, show
from weft.skills.organize.attributes import Knowledge, found

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SETS = ("ae-110k", "oa-mine", "wdc-pave-normalized")
SHOPS = ("apparel", "bicycles", "fashion", "jewelry")
# Whether every attribute of the category was looked for, so that one without a value is known to be absent.
WHOLE = frozenset(["oa-mine"])
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """A product, and what is known of each attribute: the right values, or nothing where it has none."""

    product: dict[str, Any]
    gold: dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Given:
    """Rows by set, and the products of the fashion shop."""

    rows: dict[str, list[Row]]
    shop: list[dict[str, Any]]


@dataclass(slots=True)
class Tally:
    """How the answers to (product, attribute) came out."""

    right: int = 0
    said: int = 0
    wanted: int = 0
    asked: int = 0
    blank: int = 0
    invented: int = 0

    def add(self, answer: str | None, gold: frozenset[str]) -> None:
        """Count one answer."""
        self.asked += 1
        self.wanted += bool(gold)
        self.blank += not gold
        self.said += answer is not None
        self.right += answer is not None and answer in gold
        self.invented += answer is not None and not gold

    @property
    def precision(self) -> float:
        """The share of what was said that is right."""
        return self.right / self.said if self.said else 0.0

    @property
    def recall(self) -> float:
        """The share of what there is that was said rightly."""
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(slots=True)
class Outcome:
    """What was measured on one set."""

    learned: Tally = field(default_factory=Tally)
    dictionary: Tally = field(default_factory=Tally)
    auto: Tally = field(default_factory=Tally)
    seconds: float = 0.0
    rate: float = 0.0
    size: int = 0


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Given]:
    """The sets of attributes and a shop, by path."""
    rows = {name: _rows(options.data / "attributes" / f"{name}_train.jsonl.gz", name in WHOLE) for name in SETS}
    yield Given(rows, products(options.data / "shops" / "fashion.csv.gz"))


def _rows(path: Path, whole: bool) -> list[Row]:
    rows, by_category = [], defaultdict(set)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            one = json.loads(line)
            product = {
                "id": str(one.get("id", len(rows))),
                "title": one.get("input") or one["input_title"],
                "description": html.escape(one.get("input_description") or "", quote=False),
                "category": one["category"],
            }
            gold = {
                name: frozenset(value.strip() for value in values if value != "n/a")
                for name, values in one["target_scores"].items()
            }
            by_category[one["category"]].update(gold)
            rows.append(Row(product, gold))
    if whole:
        for row in rows:
            for name in by_category[row.product["category"]]:
                row.gold.setdefault(name, frozenset())
    return rows


def parts(rows: Sequence[Row], folds: int, fold: int, seed: str) -> tuple[list[Row], list[Row]]:
    """Rows to learn from and rows to judge by; rows of one title are on one side."""
    learn, judge = [], []
    for row in rows:
        key = " ".join(f"{seed} {row.product['title']}".lower().split())
        (judge if zlib.crc32(key.encode()) % folds == fold else learn).append(row)
    return learn, judge


def example(row: Row) -> dict[str, Any]:
    """A row as a product with its attributes filled in; several right values as a list."""
    return row.product | {"attributes": {name: sorted(gold) or "n/a" for name, gold in row.gold.items()}}


def dictionary(learn: Sequence[Row]) -> dict[str, list[str]]:
    """For each attribute the values of the rows, the most frequent first."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for row in learn:
        for name, gold in row.gold.items():
            counted[name].update(sorted(gold))
    return {name: [value for value, _ in counts.most_common()] for name, counts in counted.items()}


def looked_up(row: Row, values: Sequence[str]) -> str | None:
    """The most frequent known value that the text has as words of its own; None where it has none."""
    text = f"{row.product['title']} {row.product['description']}"
    return next((value for value in values if re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text)), None)


def measured(learn: Sequence[Row], judge: Sequence[Row]) -> Outcome:
    """Learn from some rows, ask for the attributes of others."""
    outcome = Outcome()
    started = time.perf_counter()
    knowledge = Knowledge.learned(map(example, learn))
    outcome.seconds = time.perf_counter() - started
    outcome.size = len(knowledge.saved())
    known = dictionary(learn)
    started = time.perf_counter()
    read = [found(row.product, knowledge, names=set(row.gold)) for row in judge]
    outcome.rate = len(judge) / (time.perf_counter() - started)
    for row, findings in zip(judge, read, strict=True):
        by_name = {one.name: one for one in findings}
        for name, gold in row.gold.items():
            one = by_name.get(name)
            outcome.learned.add(str(one.value) if one else None, gold)
            outcome.auto.add(str(one.value) if one and one.confidence >= knowledge.sure(name) else None, gold)
            outcome.dictionary.add(looked_up(row, known.get(name, [])), gold)
    return outcome


def run(given: Given) -> dict[str, Any]:
    """Learn and ask on each set; read the shop with the rules alone and with what was learned on a set."""
    outcomes = {name: measured(*parts(rows, FOLDS, 0, "held")) for name, rows in given.rows.items()}
    found(given.shop[0])
    started = time.perf_counter()
    for product in given.shop:
        found(product)
    rules = len(given.shop) / (time.perf_counter() - started)
    learn = [*map(example, given.rows["oa-mine"])]
    knowledge = Knowledge.learned(learn)
    started = time.perf_counter()
    for product in given.shop:
        found(product, knowledge)
    return {"sets": outcomes, "rules": rules, "both": len(given.shop) / (time.perf_counter() - started)}


def score(measured: dict[str, Any]) -> Sequence[Figure]:
    """The figures of the attributes."""
    figures = []
    for name, one in measured["sets"].items():
        tally, peer, auto = one.learned, one.dictionary, one.auto
        note = f"{tally.asked:,} pairs asked, {tally.wanted:,} with a value"
        figures += [
            Figure(f"{name}: precision", tally.precision, "", note=note),
            Figure(f"{name}: recall", tally.recall, ""),
            Figure(f"{name}: F1", tally.f1, "", peer.f1, False, "at least the dictionary's"),
            Figure(
                f"{name}: said where there is none",
                tally.invented / max(tally.blank, 1),
                "",
                note=f"of {tally.blank:,}",
            ),
            Figure(f"{name}: peer, a dictionary: precision", peer.precision, ""),
            Figure(f"{name}: peer, a dictionary: recall", peer.recall, ""),
            Figure(f"{name}: peer, a dictionary: F1", peer.f1, ""),
            Figure(
                f"{name}: auto: precision", auto.precision, "", 0.95, False, "threshold chosen on the part learned from"
            ),
            Figure(
                f"{name}: auto: coverage", auto.said / max(auto.wanted, 1), "", 0.30, False, "said, to values there are"
            ),
            Figure(f"{name}: learning", one.seconds, "s", note=f"{one.size / 1e6:.1f} MB saved"),
            Figure(f"{name}: reading", one.rate, "products/s"),
        ]
    return [
        *figures,
        Figure("fashion shop: rules", measured["rules"], "products/s", 800, False),
        Figure("fashion shop: rules and what was learned", measured["both"], "products/s"),
    ]


def products(path: Path) -> list[dict[str, Any]]:
    """The products of a Shopify export, with what this bench reads of them."""
    csv.field_size_limit(10**9)
    by_handle: dict[str, dict[str, Any]] = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            product = by_handle.get(row["Handle"])
            if product is None:
                names = [row[f"Option{n} Name"] for n in (1, 2, 3) if row.get(f"Option{n} Name")]
                product = by_handle[row["Handle"]] = {
                    "id": row["Handle"],
                    "title": row["Title"],
                    "description": row["Body (HTML)"],
                    "vendor": row["Vendor"],
                    "type": row["Type"],
                    "tags": [tag.strip() for tag in row["Tags"].split(",") if tag.strip()],
                    "options": [{"name": name, "values": []} for name in names],
                }
            for n, option in enumerate(product["options"], 1):
                value = row.get(f"Option{n} Value")
                if value and value not in option["values"]:
                    option["values"].append(value)
    return list(by_handle.values())


def look(data: Path, seed: int) -> None:
    """Print what the rules alone find on 30 products of the shops."""
    every = [product for shop in SHOPS for product in products(data / "shops" / f"{shop}.csv.gz")]
    table = Table(title="what the rules read", title_justify="left", show_lines=True)
    for column in ("product", "found: value ← words (where, how, confidence)"):
        table.add_column(column, overflow="fold")
    for product in random.Random(seed).sample(every, 30):
        lines = [
            f"{one.name}: {one.value}{' ' + one.unit if one.unit else ''} ← {one.text!r} "
            f"({one.field}, {one.how}, {one.confidence:.2f})"
            for one in found(product)
        ]
        table.add_row(f"{product['title']}\n({product['vendor']})", "\n".join(lines))
    Console(width=None if sys.stdout.isatty() else 170).print(table)


def main() -> int:
    """Run this bench alone; answers 1 when a figure misses what was asked."""
    parser = argparse.ArgumentParser(prog="bench.attributes", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of real data")
    parser.add_argument("--json", action="store_true", help="one line for each figure")
    parser.add_argument("--look", action="store_true", help="print what the rules find on products of shops")
    parser.add_argument("--seed", type=int, default=1, help="which products to look at")
    options = parser.parse_args()
    if options.look:
        look(options.data, options.seed)
        return 0
    with load(options) as given:
        figures = score(run(given))
    show("attributes", figures, options.json)
    return 1 if any(one.holds is False for one in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
