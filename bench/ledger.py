"""A wholesaler's ledger of 320,705 order lines goes in, through the front door; beside it pandas alone and a bare COPY."""

import argparse
import contextlib
import csv
import gzip
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import place
from bench.figures import Figure

FILE = "orders/online_retail_2010-12_2011-08.csv.gz"
_PANDAS = (
    "import sys, time, pandas; s = time.perf_counter(); f = pandas.read_csv(sys.argv[1], dtype=str, encoding_errors='replace');"
    "print(len(f), time.perf_counter() - s)"
)


@dataclass(frozen=True, slots=True)
class Given:
    """The file, and where to bring it."""

    place: place.Place
    file: Path


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Given]:
    """The ledger and a fresh Weft folder."""
    file = options.data / FILE
    if not file.exists():
        raise SystemExit(f"bench ledger: there is no {file}; name the folder of real data with --data.")
    with place.place() as made:
        yield Given(made, file)


def run(given: Given) -> dict[str, Any]:
    """Import the ledger twice, read it with pandas, copy its rows into a plain table."""
    command = [place.WEFT, "import", "orders", str(given.file), "--business", "bench", "--currency", "GBP", "--json"]
    command += ["--rejects", str(given.place.scratch)]
    first = place.ran(command, given.place.environment())
    again = place.ran(command, given.place.environment())
    business = given.place.business("bench")
    with business.transaction() as connection:
        held = connection.execute("select count(*) from order_line").fetchone()
        products = connection.execute("select count(*) from product").fetchone()
    return {
        "first": first,
        "report": json.loads(first.output.splitlines()[-1]),
        "again": again,
        "report_again": json.loads(again.output.splitlines()[-1]),
        "lines": held[0] if held else 0,
        "orders": business.orders.count(),
        "products": products[0] if products else 0,
        "pandas": place.python(_PANDAS, str(given.file)),
        "copy": _copied(given),
    }


def _copied(given: Given) -> float:
    """Seconds to bring the same rows, as texts, into a table without keys, reading included."""
    started = time.perf_counter()
    with gzip.open(given.file, "rt", encoding="utf-8", errors="replace", newline="") as file:
        rows = csv.reader(file)
        header = next(rows)
        with given.place.owner() as connection:
            columns = ", ".join(f"c{n} text" for n in range(len(header)))
            connection.execute(f"create table bare ({columns})")
            with connection.cursor() as cursor, cursor.copy("copy bare from stdin") as copy:
                for row in rows:
                    copy.write_row(row)
    return time.perf_counter() - started


def score(measured: dict[str, Any]) -> Sequence[Figure]:
    """The figures of the ledger."""
    first, report, again = measured["first"], measured["report"], measured["report_again"]
    # Taken lines are stored; a rejected one stands in the rejects file.
    lost = report["rows"] - measured["lines"] - report["rejected"]
    pandas_rows, pandas_seconds = measured["pandas"].output.split()
    return [
        Figure("import, start of `weft` to its end", first.seconds, "s", 10, note=f"{report['rows']:,} rows"),
        Figure("its peak memory", first.peak_mb, "MB", 300),
        Figure(
            "lines that are neither stored nor rejected",
            abs(lost) + abs(int(pandas_rows) - report["rows"]),
            "lines",
            0,
            note=f"{measured['lines']:,} stored in {measured['orders']:,} orders, {report['rejected']:,} rejected; "
            f"{measured['products']:,} products made",
        ),
        Figure("the same file again", measured["again"].seconds, "s"),
        Figure("what it changed", again["created"] + again["updated"], "orders", 0),
        Figure("peer: pandas.read_csv alone", float(pandas_seconds), "s", note="its import not counted"),
        Figure("its peak memory", measured["pandas"].peak_mb, "MB"),
        Figure("peer: csv and a bare COPY", measured["copy"], "s", note="no orders, keys, checks or journal"),
        Figure("Weft to the bare COPY", first.seconds / measured["copy"], "times"),
    ]
