"""Memory with thousands of small businesses: their indexes opened and searched one after another in one process."""

import argparse
import contextlib
import gc
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np

from bench.figures import Figure
from bench.place import Place, place
from weft.connectors.importing import import_file
from weft.ids import uuid7
from weft.index import building, finding
from weft.index.folder import Folder
from weft.index.sought import Part, Sought, Weights

BUSINESSES, PRODUCTS = 2_000, 200
KINDS = ("Shirt", "Jacket", "Lamp", "Chair", "Kettle", "Tent", "Rug", "Mug", "Boot", "Scarf")
COLORS = ("Black", "White", "Red", "Blue", "Green")


@dataclass(frozen=True, slots=True)
class Measured:
    """Resident megabytes when some of the indexes had been opened, how many were open in the end, and the milliseconds of each."""

    megabytes: dict[int, float]
    open: int
    milliseconds: list[float]


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Place]:
    """A Weft folder."""
    del options
    with place() as where:
        yield where


def run(given: Place) -> Measured:
    """Build one small index, lay it down for each business, and open them all, twice."""
    shop = given.business("small")
    path = given.scratch / "products.jsonl"
    path.write_text("".join(json.dumps(_product(number)) + "\n" for number in range(PRODUCTS)), encoding="utf-8")
    import_file(shop, "products", path, who="bench")
    building.build(given.home, shop.uid, shop.catalog)
    whose = [uuid7() for _ in range(BUSINESSES)]
    for one in whose:
        shutil.copytree(Folder(given.home, shop.uid).path, Folder(given.home, one).path)
    megabytes, milliseconds = {0: _resident()}, []
    for count, one in enumerate([*whose, *whose], 1):
        begun = time.perf_counter()
        _searched(given.home, one)
        milliseconds.append(1000 * (time.perf_counter() - begun))
        if count % (BUSINESSES // 4) == 0:
            gc.collect()
            megabytes[count] = _resident()
    return Measured(megabytes, len(finding._OPEN), milliseconds)


def _product(number: int) -> dict[str, object]:
    color, kind = COLORS[number % len(COLORS)], KINDS[number // len(COLORS) % len(KINDS)]
    return {
        "id": f"p{number}", "title": f"{color} {kind} Model {number}", "vendor": f"Maker {number % 7}", "category": kind,
        "description": f"A {color.lower()} {kind.lower()} that lasts. " * 8, "attributes": {"Color": color},
        "variants": [{"sku": f"S{number}", "price": {"amount": 1000 + number, "currency": "EUR"}, "stock": number % 9}],
    }  # fmt: skip


def _searched(home: Path, business: UUID) -> None:
    shelf = finding.opened(home, business)
    assert shelf is not None
    word = next(iter(shelf.spelling.mended("jackett")), "jacket")
    part = Part(word, tuple((term, 1.0) for term in shelf.analysis.stems(word)))
    sought = Sought((part,), (shelf.on_show(), shelf.available()))
    matches = shelf.matching(sought, Weights())
    found = shelf.ranked(matches, sought, Weights(), {}, 20)
    assert found
    assert [shelf.told(one)["id"] for one in found]
    assert shelf.tally(matches.mask).values("Color")


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def score(measured: Measured) -> list[Figure]:
    """The figures: what the second half of the businesses adds to what the first took."""
    told = measured.megabytes
    half, most = told[BUSINESSES], max(told.values())
    note = ", ".join(f"{count:,}: {megabytes:.0f}" for count, megabytes in told.items())
    return [
        Figure(f"{BUSINESSES:,} businesses of {PRODUCTS} products, memory added", most - told[0], "MB", 400, note=note),
        Figure("memory added by opening all of them again", most - half, "MB", 40),
        Figure("indexes open in the end", measured.open, ""),
        Figure("opened and searched, p50", float(np.percentile(measured.milliseconds, 50)), "ms"),
        Figure("opened and searched, p99", float(np.percentile(measured.milliseconds, 99)), "ms"),
    ]
