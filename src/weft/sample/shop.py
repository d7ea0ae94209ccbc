"""The sample shop Fjordlight, written out as the files that its platform would export, and the truth beside them."""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from weft.sample import (
    anomalies,
    behaviors,
    conversations,
    customers,
    demand,
    documents,
    flaws,
    listing,
    orders,
    products,
    stock,
    suppliers,
    truth,
)
from weft.sample.terms import CURRENCY, DAYS, SHOP


@dataclass(slots=True, frozen=True)
class Sample:
    """Where the sample shop was written: the folder, its files by name, the truth, and how many records each holds."""

    name: str
    currency: str
    folder: Path
    products: Path
    customers: Path
    orders: Path
    inventory: Path
    suppliers: Path
    conversations: Path
    documents: Path
    behaviors: Path
    truth: Path
    counts: dict[str, int] = field(default_factory=dict)


def _table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def _lines(path: Path, records: Iterable[Any]) -> Path:
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"{encode(record)}\n" for record in records)
    return path


def _truth(folder: Path, **accounts: Iterable[Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, records in accounts.items():
        _lines(folder / f"{name}.jsonl", records)
    return folder


def generate(folder: Path, seed: int = 7) -> Sample:
    """Write the sample shop into a folder, made if need be; the same seed gives the same bytes anywhere."""
    random = Random(seed)  # noqa: S311  a repeatable sample, no secret
    goods = products.assortment(random)
    planned = anomalies.plan(random, goods)
    copies, twins = flaws.duplicates(random, goods)
    goods += copies
    spoilt = flaws.plant(random, goods)
    wanted = demand.forecastable(random, goods, planned)
    people = customers.crowd(random)
    placed = orders.place(random, goods, wanted, people, planned)
    elsewhere = stock.fill(random, goods, wanted, planned)
    out = [one.handle for one in goods if wanted[one.handle].sold_out(DAYS - 1)]
    talks, intents = conversations.conversations(random, placed, goods, out, planned)
    texts = documents.documents(goods)
    seen = behaviors.behaviors(random, goods, wanted, placed, people)

    aside = _truth(
        folder / "truth",
        categories=truth.categories(goods),
        attributes=truth.attributes(goods, spoilt),
        duplicates=twins,
        flaws=spoilt,
        anomalies=[anomaly.row() for anomaly in planned],
        demand=demand.truth(goods, wanted, orders.sold(placed)),
        intents=intents,
    )
    return Sample(
        name=SHOP,
        currency=CURRENCY,
        folder=folder,
        products=_table(folder / "products.csv", listing.HEADER, listing.rows(goods)),
        customers=_table(folder / "customers.csv", customers.HEADER, customers.rows(people)),
        orders=_table(folder / "orders.csv", orders.HEADER, orders.rows(placed)),
        inventory=_table(folder / "inventory.csv", stock.HEADER, stock.rows(random, goods, elsewhere)),
        suppliers=_table(folder / "suppliers.csv", suppliers.HEADER, suppliers.rows(seed, goods)),
        conversations=_lines(folder / "conversations.jsonl", talks),
        documents=_lines(folder / "documents.jsonl", texts),
        behaviors=_lines(folder / "behaviors.jsonl", seen),
        truth=aside,
        counts={
            "products": len(goods),
            "customers": len(people.customers),
            "orders": len(placed),
            "conversations": len(talks),
            "documents": len(texts),
            "behaviors": len(seen),
            "flaws": len(spoilt),
        },
    )
