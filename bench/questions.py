"""Questions in three languages over a wholesaler's ledger and the sample shop, each beside the same worked out by plain SQL.

A question is right where the rows that `analyze` answers are those of its SQL, or where it is refused as it should be; wrong where it
is answered otherwise; and refused. Half of the questions, by a hash of their text, was written and held out: the grammar was not
looked at with their failures.
"""

import argparse
import contextlib
import hashlib
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bench.figures import Figure
from bench.place import Place, place
from weft.access import businesses
from weft.business import Business
from weft.connectors.importing import import_file
from weft.sample.shop import generate
from weft.skill import answer, named
from weft.skills.analyze import Analyze, Asked

HERE = Path(__file__).parent
LEDGER = "orders/online_retail_2010-12_2011-08.csv.gz"
SHOPS = ("wholesaler", "shop")
RIGHT, MOST_MS = 0.9, 300.0
# Shares of an order's discount and tax fall on lines to the cent here, and unrounded in the statements.
NEAR, NEAR_CENTS = 0.002, 6.0
Rows = dict[tuple[str, ...], list[float]]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, in which half it is, and what is right: the rows of a statement, or a refusal."""

    shop: str
    language: str
    ask: str
    today: date
    right: Mapping[str, Any]

    @property
    def held_out(self) -> bool:
        """Whether it is of the half that was held out: the last bit of the first byte of its text's SHA-256."""
        return hashlib.sha256(self.ask.encode()).digest()[0] % 2 == 1


@dataclass(frozen=True, slots=True)
class Given:
    """The questions, and a place with the businesses they are about."""

    place: Place
    questions: Sequence[Question]


@dataclass(slots=True)
class Measured:
    """How each question came out: half, language, what it came to, and the processor's milliseconds."""

    outcomes: list[tuple[bool, str, str]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def questions() -> list[Question]:
    """The questions of the file."""
    with (HERE / "questions.toml").open("rb") as file:
        told = tomllib.load(file)
    return [
        Question(one["shop"], one["lang"], one["ask"], told["today"][one["shop"]], one)
        for batch in told["set"]
        for one in batch["questions"]
    ]


@contextlib.contextmanager
def load(options: argparse.Namespace) -> Iterator[Given]:
    """The wholesaler's ledger, if it is there, and the sample shop, imported into a fresh folder."""
    with place(options.cache) as made:
        shops = [name for name in SHOPS if name == "shop" or (options.data / LEDGER).exists()]
        for name in shops:
            business = Business(
                made.database, businesses.ensured(made.database, name, "GBP" if name != "shop" else "EUR")
            )
            if business.orders.count():
                continue
            if name == "shop":
                sample = generate(made.scratch / "sample")
                import_file(business, "products", sample.products)
                import_file(business, "customers", sample.customers)
                import_file(business, "orders", sample.orders)
            else:
                import_file(business, "orders", options.data / LEDGER)
        yield Given(made, [one for one in questions() if one.shop in shops])


def run(given: Given) -> Measured:
    """Ask each question and work out the right answer another way."""
    shops = {name: given.place.business(name) for name in {one.shop for one in given.questions}}
    skill = named("analyze")
    for business in shops.values():
        business.numbers.brought_up()
        answer(skill, Analyze(ask="orders by month", today=date(2011, 8, 31)), business, "local")
    measured = Measured()
    wanted = {
        name: _right(business, [one for one in given.questions if one.shop == name]) for name, business in shops.items()
    }
    for one in given.questions:
        business = shops[one.shop]
        started = time.process_time()
        given_answer: Any = answer(skill, Analyze(ask=one.ask, today=one.today), business, "local")
        measured.milliseconds.append((time.process_time() - started) * 1000)
        came_to, why = _judged(one, given_answer.asked, wanted[one.shop])
        measured.outcomes.append((one.held_out, one.language, came_to))
        if came_to != "right" and not one.held_out:
            measured.told.append(f"{came_to}: {one.ask} — {why}")
    for line in measured.told:
        print(line, file=sys.stderr)
    return measured


def _judged(one: Question, asked: Asked, statements: Mapping[str, Rows]) -> tuple[str, str]:
    if asked.table is None:
        return ("right" if "refuse" in one.right else "refused"), asked.refused or ""
    if "refuse" in one.right:
        return "wrong", f"answered as {asked.says}"
    wanted = statements[one.right["sql"]]
    shown = asked.table["rows"] if asked.table["query"]["by"] else [asked.table["total"]]
    got = _told(shown, one.right["metrics"], "values")
    if "top" in one.right:
        got, wanted = _untied(got), _untied(wanted)
    missing = _differing(got, wanted)
    if not missing and "before" in one.right:
        before = _told([asked.table["total"]], one.right["metrics"], "before")
        missing = _differing(before, statements[one.right["before"]])
    return ("wrong", f"{asked.says}: {missing}") if missing else ("right", "")


def _right(business: Business, asked: Sequence[Question]) -> dict[str, Rows]:
    """The rows of all statements about a business."""
    statements = {one.right[name] for one in asked for name in ("sql", "before") if name in one.right}
    with business.transaction() as connection:
        connection.execute((HERE / "questions.sql").read_text(encoding="utf-8"))
        return {one: _rows(connection.execute(one).fetchall()) for one in sorted(statements)}


def _rows(found: Sequence[Sequence[Any]]) -> Rows:
    """The rows of a statement: numbers by the texts before them."""
    rows = {}
    for row in found:
        key = tuple(cell for cell in row if isinstance(cell, str) and cell)
        rows[key] = [
            float(cell or 0) for cell in row if not isinstance(cell, str) and (cell is not None or len(row) == 1)
        ]
    return rows


def _told(rows: Sequence[Mapping[str, Any]], metrics: Sequence[str], side: str) -> Rows:
    """The rows of an answer in the same form; what no name is known of has none there either."""
    return {
        tuple(str(cell) for cell in row["key"].values() if cell is not None): [
            float((row[side] or {}).get(metric) or 0) for metric in metrics
        ]
        for row in rows
    }


def _untied(rows: Rows) -> Rows:
    """The first rows without the names of those that share the last one's figure: which of these is shown is open."""
    if len(rows) < 2:
        return rows
    last = [*rows.values()][-1]
    return {(f"tied {place}",) if row == last else key: row for place, (key, row) in enumerate(rows.items())}


def _differing(got: Rows, wanted: Rows) -> str:
    """The first row of which an answer and a statement say otherwise; rows of nothing need not be there."""
    for key in [*wanted, *(key for key in got if key not in wanted)]:
        one, other = got.get(key, ()), wanted.get(key, ())
        width = max(len(one), len(other))
        pairs = zip([*one, *[0.0] * (width - len(one))], [*other, *[0.0] * (width - len(other))], strict=True)
        for this, that in pairs:
            if abs(this - that) > max(NEAR * abs(that), NEAR_CENTS if abs(that) > 100 else 1e-6, 1e-6):
                return f"{key}: {this:g}, and not {that:g}"
    return ""


def score(measured: Measured) -> Sequence[Figure]:
    """Right, wrong and refused by half and language, and how long a question takes."""
    figures = []
    for held in (False, True):
        half = "held out" if held else "developed on"
        outcomes = [one for one in measured.outcomes if one[0] == held]
        for language in ("en", "de", "zh"):
            counts = Counter(came_to for _, spoken, came_to in outcomes if spoken == language)
            whole = sum(counts.values())
            told = f"{counts['right']} right, {counts['wrong']} wrong, {counts['refused']} refused"
            figures.append(Figure(f"{half}, {language}: right", counts["right"] / max(whole, 1), "of all", note=told))
        counts = Counter(came_to for _, _, came_to in outcomes)
        whole = sum(counts.values())
        told = f"{counts['right']} of {whole} right, {counts['refused']} refused"
        figures.append(
            Figure(f"{half}: right", counts["right"] / max(whole, 1), "of all", RIGHT, most=False, note=told)
        )
        figures.append(Figure(f"{half}: wrong numbers", float(counts["wrong"]), "questions", 0))
    times = sorted(measured.milliseconds)
    figures.append(Figure("a question, median", times[len(times) // 2], "ms of a processor"))
    figures.append(Figure("a question, at most", times[-1], "ms of a processor", MOST_MS))
    return figures
