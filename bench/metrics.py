"""A million order lines, multiplied from the wholesaler's ledger by a fixed seed: what a question takes, and what a new day takes.

Copies of the ledger are set 364 days earlier each, with a part of the customers new in each. Peers: the same question put to the
lines themselves, as each answer's own statement does.
"""

import argparse
import contextlib
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench import place
from bench.figures import Figure
from weft.access import businesses
from weft.business import Business
from weft.connectors.importing import import_file
from weft.numbers.basis import Rate
from weft.numbers.query import Condition, Dimension, Metric, Period, Query

LINES, TIMES, MOST = 1_000_000, 5, 0.3
LEDGER = Path("orders/online_retail_2010-12_2011-08.csv.gz")


@dataclass(frozen=True, slots=True)
class Given:
    """A Weft folder, the ledger, and how many lines there are to be."""

    made: place.Place
    ledger: Path
    lines: int


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Given]:
    """A Weft folder of its own; `--products N` means N lines instead of a million."""
    with place.place() as made:
        yield Given(made, options.data / LEDGER, options.products or LINES)


def _multiplied(shop: Business, lines: int) -> int:
    """Copies of the ledger in the database until there are so many lines; answers how many there are."""
    with shop.transaction() as connection:
        connection.execute(
            "create temporary table ledger on commit preserve rows as select uid, id from orders order by uid"
        )
        row = connection.execute("select count(*) from order_line").fetchone()
        once = int(row[0]) if row else 1
        for copy in range(1, 1 + -(-lines // once)):
            left = lines - once * copy
            if left <= 0:
                break
            connection.execute(
                "create temporary table chosen on commit drop as select o.uid, md5(o.uid::text || %(copy)s)::uuid as other from "
                "(select o.uid, sum((select count(*) from order_line l where l.order_uid = o.uid)) over (order by md5(o.uid::text)) "
                "as upto from ledger o) o where upto <= %(left)s",
                {"copy": str(copy), "left": left},
            )
            connection.execute(
                "insert into orders (uid, id, kind, placed_at, customer, currency, country, known, digest) select c.other, "
                "o.id || '/' || %(copy)s, o.kind, o.placed_at - make_interval(days => 364 * %(copy)s), case when "
                "get_byte(decode(md5(o.customer || %(copy)s), 'hex'), 0) < 128 then o.customer else o.customer || '-' || %(copy)s end, "
                "o.currency, o.country, o.known, o.digest from orders o join chosen c using (uid)",
                {"copy": copy},
            )
            connection.execute(
                "insert into order_line (order_uid, position, product, sku, title, quantity, price, price_exact, discount, kind) "
                "select c.other, position, product, sku, title, quantity, price, price_exact, discount, kind "
                "from order_line l join chosen c on c.uid = l.order_uid"
            )
            connection.execute("drop table chosen")
        row = connection.execute("select count(*) from order_line").fetchone()
        connection.execute("select statistics_refreshed(%s)", (["orders", "order_line"],))
    return int(row[0]) if row else 0


def questions(last: date) -> dict[str, Query]:
    """What people ask, over all the years and over some days of them."""
    ever = Period(first=last - timedelta(4 * 366), last=last)
    year, month = Period(first=last - timedelta(363), last=last), Period(first=last - timedelta(27), last=last)

    def ask(metrics: Sequence[Metric], by: Sequence[Dimension] = (), period: Period = year, **more: Any) -> Query:
        return Query(metrics=list(metrics), by=list(by), period=period, **more)

    money: tuple[Metric, ...] = ("revenue", "orders", "average_order")
    people: tuple[Metric, ...] = ("customers", "new_customers", "returning_rate")
    return {
        "revenue, orders, average order by month, ever": ask(money, ["month"], ever),
        "the same by day, a year, against the year before": ask(money, ["day"], compare="year"),
        "revenue by country, a year, against the year before": ask(money, ["country"], compare="year"),
        "the ten best products, ever": ask(["revenue", "units", "orders"], ["product"], ever, top=10),
        "the ten best products of 28 days, against those before": ask(
            ["revenue", "units"], ["product"], month, top=10, compare="previous"
        ),
        "products by country, ever": ask(["revenue"], ["product", "country"], ever, top=20),
        "a product by week, ever": ask(["units", "revenue"], ["week"], ever, where=[Condition.of("product", "85123A")]),
        "brands by month, a year": ask(["revenue", "units", "margin"], ["brand", "month"]),
        "orders by category, a year": ask(["orders", "revenue"], ["category"]),
        "categories by day, a year": ask(["revenue"], ["category", "day"]),
        "customers by month, ever": ask(people, ["month"], ever),
        "customers by country, a year": ask(people, ["country"]),
        "segments, a year": ask(["revenue", "customers", "orders"], ["segment"]),
        "segments by product, a year": ask(["revenue"], ["segment", "product"], top=20),
        "cohorts by month, ever": ask(["revenue", "customers"], ["cohort", "month"], ever),
        "the ten best customers, ever": ask(["revenue", "orders"], ["customer"], ever, top=10),
        "weekdays and hours, a year": ask(["orders"], ["weekday", "hour"]),
        "refund rate by product, a year": ask(["refund_rate", "returns"], ["product"], order="returns", top=10),
        "one total, ever": ask(["revenue", "customers", "orders", "refund_rate"], [], ever),
    }


def run(given: Given) -> dict[str, Any]:
    """Import the ledger, multiply it, compute what is kept, ask, and add a day."""
    # In its own currency: in another one each line is converted, which is measured by itself.
    shop = Business(given.made.database, businesses.ensured(given.made.database, "bench", "GBP"))
    begun = _processor(shop)
    import_file(shop, "orders", given.ledger, currency="GBP")
    imported = _since(shop, begun)
    begun = _processor(shop)
    shop.numbers.brought_up()
    measured: dict[str, Any] = {"import": imported, "first": _since(shop, begun)}
    measured["lines"] = _multiplied(shop, given.lines)
    begun = _processor(shop)
    shop.numbers.brought_up()
    measured["rest"] = _since(shop, begun)
    span = shop.numbers.span()
    assert span is not None
    shop.numbers.answer(next(iter(questions(span[1]).values())))
    measured["asked"] = {name: _asked(shop, query) for name, query in questions(span[1]).items()}
    shop.numbers.basis.put_rates(
        [Rate(currency="GBP", base="EUR", day=span[0] - timedelta(1), rate=Decimal("1.16"))], "bench"
    )
    measured["converted"] = {
        name: _asked(shop, query.model_copy(update={"currency": "EUR"})) for name, query in _foreign(span[1]).items()
    }
    with shop.transaction() as connection:
        told = connection.execute(
            "update orders set note = 'again' where placed_at::date = (select max(placed_at)::date - 1 from orders)"
        ).rowcount
    begun = _processor(shop)
    shop.numbers.brought_up()
    measured["day"] = (told, _since(shop, begun))
    return measured


def _foreign(last: date) -> dict[str, Query]:
    """Some of the questions, to be asked in a currency in which nothing was sold."""
    asked = questions(last)
    names = ("revenue by country, a year, against the year before", "revenue, orders, average order by month, ever")
    return {f"{name}, in another currency": asked[name] for name in names}


def _asked(shop: Business, query: Query) -> tuple[float, float]:
    """Seconds by the clock and of processors that a question takes, the median of some."""
    found = []
    for _ in range(TIMES):
        started, cpu = time.perf_counter(), _processor(shop)
        shop.numbers.answer(query)
        found.append((time.perf_counter() - started, _since(shop, cpu)))
    return statistics.median(one[0] for one in found), statistics.median(one[1] for one in found)


def _processor(shop: Business) -> float:
    """Processor seconds of this process so far, and of the database's for its connection."""
    with shop.transaction() as connection:
        stat = Path(f"/proc/{connection.info.backend_pid}/stat")
    ticks = sum(map(int, stat.read_text(encoding="utf-8").rpartition(")")[2].split()[11:13])) if stat.exists() else 0
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _since(shop: Business, before: float) -> float:
    return _processor(shop) - before


def score(measured: dict[str, Any]) -> Sequence[Figure]:
    """The figures: of each question, of the worst, of what keeping the sums costs."""
    asked = measured["asked"]
    worst = max(asked, key=lambda name: asked[name][1])
    day = measured["day"]
    return [
        *(
            Figure(name, 1000 * wall, "ms", note=f"{1000 * cpu:.0f} ms of processors")
            for name, (wall, cpu) in asked.items()
        ),
        Figure("the worst question, processor time", 1000 * asked[worst][1], "ms", 1000 * MOST, note=worst),
        *(
            Figure(name, 1000 * wall, "ms", note=f"{1000 * cpu:.0f} ms of processors, every line converted")
            for name, (wall, cpu) in measured["converted"].items()
        ),
        Figure("import of the ledger", measured["import"], "s of CPU"),
        Figure(
            "its sums for the first time",
            measured["first"],
            "s of CPU",
            note=f"{measured['first'] / measured['import']:.0%} of the import",
        ),
        Figure("the sums of all other lines", measured["rest"], "s of CPU", note=f"{measured['lines']:,} lines in all"),
        Figure("a new day", 1000 * day[1], "ms of CPU", note=f"{day[0]} orders"),
    ]
