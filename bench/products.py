"""Generated products in Shopify's dialect go in and come out; beside it the csv module alone and a bare COPY of the rows."""

import argparse
import contextlib
import csv
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import place
from bench.figures import Figure
from weft.sample.many import many

_READ = (
    "import csv, sys, time; s = time.perf_counter(); n = sum(1 for _ in csv.reader(open(sys.argv[1], newline='')));"
    "print(n, time.perf_counter() - s)"
)


@dataclass(frozen=True, slots=True)
class Given:
    """Files of products by how many each has, and where to bring them."""

    place: place.Place
    files: dict[int, Path]


@dataclass(slots=True)
class Size:
    """What was measured with one number of products."""

    into: place.Ran
    out: place.Ran
    report: dict[str, Any] = field(default_factory=dict)
    exported: int = 0
    again: place.Ran | None = None


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Given]:
    """Files of 10,000 and 100,000 products, with `--large` of a million, and a fresh Weft folder."""
    with place.place() as made:
        sizes = [10_000, 100_000, *([1_000_000] if options.large else [])]
        yield Given(made, {n: many(n, made.scratch / f"{n}.csv") for n in sizes})


def run(given: Given) -> dict[str, Any]:
    """Bring each file into a business of its own and out again; read and copy the one of 100,000 without Weft."""
    measured: dict[str, Any] = {"sizes": {}}
    environment = given.place.environment()
    for n, file in given.files.items():
        options = ["--business", f"bench-{n}", "--json"]
        into = place.ran([place.WEFT, "import", "products", str(file), *options], environment)
        target = given.place.scratch / f"{n}.out.csv"
        out = place.ran([place.WEFT, "export", "products", str(target), *options], environment)
        one = Size(into, out, json.loads(into.output.splitlines()[-1]))
        one.exported = sum(json.loads(line)["records"] for line in out.output.splitlines())
        if n == 100_000:
            one.again = place.ran([place.WEFT, "import", "products", str(file), *options], environment)
            measured |= {"megabytes": file.stat().st_size / 1e6}
            measured |= {"csv": place.python(_READ, str(file)), "copy": _copied(given, file)}
        measured["sizes"][n] = one
        target.unlink()
    return measured


def _copied(given: Given, file: Path) -> float:
    """Seconds to bring the rows, as texts, into a table without keys, reading included."""
    started = time.perf_counter()
    with file.open(encoding="utf-8", newline="") as text, given.place.owner() as connection:
        rows = csv.reader(text)
        columns = ", ".join(f"c{n} text" for n in range(len(next(rows))))
        connection.execute(f"create table bare ({columns})")
        with connection.cursor() as cursor, cursor.copy("copy bare from stdin") as copy:
            for row in rows:
                copy.write_row(row)
    return time.perf_counter() - started


def score(measured: dict[str, Any]) -> Sequence[Figure]:
    """The figures of the products."""
    figures = []
    smallest = min(measured["sizes"].items())[1]
    for n, one in measured["sizes"].items():
        asked = 5000 if n == 100_000 else None
        rate_in, rate_out = n / one.into.seconds, n / one.out.seconds
        rows = f"{one.report['rows']:,} rows; start of `weft` to its end"
        figures += [
            Figure(f"{n:,}: import", rate_in, "products/s", asked, False, rows),
            Figure(f"{n:,}: its peak memory", one.into.peak_mb, "MB"),
            Figure(f"{n:,}: export", rate_out, "products/s", asked, False),
            Figure(f"{n:,}: its peak memory", one.out.peak_mb, "MB"),
            Figure(f"{n:,}: products lost", abs(n - one.report["created"]) + abs(n - one.exported), "products", 0),
        ]
        if one is not smallest:
            grown = f"from {min(measured['sizes']):,} to {n:,}"
            for what, now, then in (("import", one.into, smallest.into), ("export", one.out, smallest.out)):
                ratio = now.peak_mb / then.peak_mb
                figures.append(Figure(f"{what} memory {grown}", ratio, "times", 1.2, note="flat: at most a fifth more"))
        if one.again:
            figures.append(Figure(f"{n:,}: the same file again", n / one.again.seconds, "products/s"))
    whole = measured["sizes"][100_000]
    csv_seconds = float(measured["csv"].output.split()[1])
    return [
        *figures,
        Figure(
            "peer: the csv module alone", 100_000 / csv_seconds, "products/s", note=f"{measured['megabytes']:.0f} MB"
        ),
        Figure("peer: csv and a bare COPY", 100_000 / measured["copy"], "products/s", note="no variants, keys, checks"),
        Figure("Weft's import to the bare COPY", whole.into.seconds / measured["copy"], "times"),
    ]
