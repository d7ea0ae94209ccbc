"""100,000 changes are approved, applied, undone and proven; beside it the same fields written by two bare updates."""

import argparse
import contextlib
import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from bench import place
from bench.figures import Figure
from weft.sample.many import many

PRODUCTS, CHANGES = 50_000, 100_000
BUSINESS = "bench"


@dataclass(frozen=True, slots=True)
class Given:
    """A Weft folder with the products in it, and a file of edits: a title and a price for each."""

    place: place.Place
    edits: Path


@contextlib.contextmanager
def load(_: argparse.Namespace) -> Iterator[Given]:
    """50,000 generated products, and 100,000 edits of them."""
    with place.place() as made:
        file = many(PRODUCTS, made.scratch / "products.csv")
        place.ran([place.WEFT, "import", "products", str(file), "--business", BUSINESS], made.environment())
        edits = made.scratch / "edits.jsonl"
        with made.owner() as connection, edits.open("wb") as out:
            for n, (record, title) in enumerate(connection.execute("select id, title from product order by id"), 1):
                out.write(orjson.dumps({"record": record, "field": "title", "after": f"{title} {n}"}) + b"\n")
                price = f"{n % 400 + 5}.01"
                out.write(orjson.dumps({"record": record, "field": "variants.#1.price", "after": price}) + b"\n")
        yield Given(made, edits)


def run(given: Given) -> dict[str, Any]:
    """Each verb as a command of its own, from the start of `weft` to its end."""
    _bare(given)
    measured = {"bare": _bare(given)}
    for verb in ("propose", "approve", "apply", "undo"):
        what = str(given.edits) if verb == "propose" else "--all"
        measured[verb] = _weft(given, "changes", verb, what)
    measured["verify"] = _weft(given, "journal", "verify")
    started = time.perf_counter()
    proof = given.place.business(BUSINESS).journal.verify()
    return measured | {"proof": proof.entries, "proven": time.perf_counter() - started, "hashed": _hashed(given)}


def _weft(given: Given, *words: str) -> tuple[place.Ran, dict[str, Any]]:
    done = place.ran([place.WEFT, *words, "--business", BUSINESS, "--json"], given.place.environment())
    return done, json.loads(done.output.splitlines()[-1])


def _bare(given: Given) -> float:
    """Seconds to write the same fields from a table of edits, without changes, locks, checks or journal; taken back."""
    with given.place.owner() as connection:
        connection.execute("create temporary table w (id text, title text, price bigint)")
        with connection.cursor() as cursor, cursor.copy("copy w from stdin") as copy, given.edits.open("rb") as lines:
            edits = map(orjson.loads, lines)
            for title, price in zip(edits, edits, strict=True):
                copy.write_row((title["record"], title["after"], int(price["after"].replace(".", ""))))
        started = time.perf_counter()
        connection.execute("update product p set title = w.title from w where p.id = w.id")
        connection.execute(
            "update variant v set price = w.price from w join product p on p.id = w.id "
            "where v.product = p.uid and v.position = 1"
        )
        connection.execute("set constraints all immediate")
        seconds = time.perf_counter() - started
        connection.rollback()
    return seconds


def _hashed(given: Given) -> float:
    """Entries a second that can be fetched and hashed with SHA-256, with nothing compared."""
    started, count = time.perf_counter(), 0
    with given.place.owner() as connection, connection.cursor(name="all") as cursor:
        cursor.itersize = 20_000
        for (body,) in cursor.execute("select body from journal_entry"):
            hashlib.sha256(body.encode()).digest()
            count += 1
    return count / (time.perf_counter() - started)


def score(measured: dict[str, Any]) -> Sequence[Figure]:
    """The figures of the changes."""
    seconds = {verb: measured[verb][0].seconds for verb in ("propose", "approve", "apply", "undo", "verify")}
    done = {verb: measured[verb][1]["done"] for verb in ("propose", "approve", "apply", "undo")}
    both = seconds["approve"] + seconds["apply"]
    rate = measured["proof"] / measured["proven"]
    return [
        Figure("propose, from a file", seconds["propose"], "s", note="each command from its start to its end"),
        Figure("approve and apply", both, "s", 20, note=f"{seconds['approve']:.1f} s and {seconds['apply']:.1f} s"),
        Figure("undo", seconds["undo"], "s", 20),
        Figure("changes that a verb left", sum(CHANGES - one for one in done.values()), "changes", 0),
        Figure("journal verify", rate, "entries/s", 50_000, False, f"{measured['proof']:,} entries"),
        Figure("journal verify, the command", measured["proof"] / seconds["verify"], "entries/s"),
        Figure("most memory of a command", max(measured[verb][0].peak_mb for verb in seconds), "MB"),
        Figure("peer: two bare updates", measured["bare"], "s", note="the fields alone; no changes, locks, journal"),
        Figure("approve and apply to the bare updates", both / measured["bare"], "times"),
        Figure("limit: fetching and SHA-256 alone", measured["hashed"], "entries/s"),
    ]
