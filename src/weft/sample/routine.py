"""The demo: a sample shop goes in through the front door, rules and what the shop itself teaches propose changes, and a merchant reads what came of it."""

import html
import re
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from weft import skill
from weft.access import businesses
from weft.business import Business
from weft.connectors.importing import import_file
from weft.index import beside, keeping
from weft.index.affinity import learning
from weft.index.affinity.kept import Place
from weft.money import decimal
from weft.numbers.query import Period, Query
from weft.postgres.database import Database
from weft.runs.book import Runs
from weft.runs.book import Selection as Records
from weft.runs.shards import worked_here
from weft.sample.shop import generate
from weft.skills.analyze import Analysis, Analyze
from weft.skills.tidy import rules
from weft.store.changes import Selection, Who

BUSINESS: Final = "fjordlight"
_FILES: Final = (
    ("products", "products.csv"),
    ("stock", "inventory.csv"),
    ("suppliers", "suppliers.csv"),
    ("customers", "customers.csv"),
    ("orders", "orders.csv"),
    ("conversations", "conversations.jsonl"),
    ("documents", "documents.jsonl"),
    ("behaviors", "behaviors.jsonl"),
)
# Which skills look the shop over, at which products, and what came of it.
_RUNS: Final = (
    ("organize", None, "organized: {:,} categories and attributes"),
    ("write", "gaps = thin_description or gaps = no_description", "written: {:,} texts for thin listings"),
    (
        "translate",
        "status = active and category ~ Kitchen",
        "translated into German: {:,} texts of the kitchen's products",
    ),
)
_FINDINGS: Final = 5
_BARS: Final = "▁▂▃▄▅▆▇█"


def shop(database: Database) -> Business:
    """The sample shop."""
    return Business(database, businesses.ensured(database, BUSINESS, "EUR"))


def prepare(database: Database, home: Path, say: Callable[[str], None]) -> None:
    """See to it that the sample shop is there, imported and looked over once; a second time this does nothing."""
    business = shop(database)
    done = {row["kind"] for row in business.imports.listed(100) if row["state"] == "finished"}
    folder = home / "sample"
    if business.numbers.basis.calendar().zone == "UTC":
        business.numbers.basis.set_calendar("demo", zone="Europe/Berlin")
    if not done >= {kind for kind, _ in _FILES}:
        say("writing the sample shop's files …")
        generate(folder)
    for kind, name in _FILES:
        if kind in done:
            continue
        begun = time.monotonic()
        report = import_file(business, kind, folder / name, who="demo")
        say(f"{kind}: {report.records:,} from {report.rows:,} rows in {time.monotonic() - begun:.1f} s")
    if not any(business.changes.counted(Selection(where="skill = tidy")).values()):
        outcome = business.changes.propose(rules.edits(business.catalog.records()), skill="tidy", who=Who("demo"))
        say(f"looked over every product: {outcome.done} changes proposed")
    if not business.preferences.languages().others:
        business.preferences.put_all(
            {"languages": {"main": "en", "others": ["de"]}, "voice": {"brand": "Fjordlight"}}, "demo"
        )
    for name, where, said in _RUNS:
        _ran(business, name, where, said, say)
    _indexed(business, say)
    _learned(business, home, say)


def _learned(business: Business, home: Path, say: Callable[[str], None]) -> None:
    """Learn what goes with what from the shop's orders and behaviors, unless it has been: the first strips are by sales then."""
    if Place(home, business.uid).state() is None:
        state = learning.build(home, business.uid, business.sales, business.behaviors, business.catalog)
        say(f"affinities: learned from {state['orders']:,} orders in {state['seconds']:.1f} s")


def _indexed(business: Business, say: Callable[[str], None]) -> None:
    """Build the index of the shop's words, unless there is one."""
    if keeping.described(business.database, business.uid, business.catalog) is None:
        state = keeping.built(business.database, business.uid, business.catalog, meaning=False, say=lambda *_: None)
        say(f"index: {state['products']:,} products can be found, built in {state['seconds']:.1f} s")


def meanings_begun(business: Business, home: Path) -> None:
    """Begin to build the index anew with meanings, beside the process that serves, unless they are there."""
    state = keeping.described(business.database, business.uid, business.catalog)
    if state is None or state["meaning"] is None:
        beside.begun(business.database, home, "index", ["index", "build", "--business", business.id], most=1)


def forecasts_begun(business: Business, home: Path) -> None:
    """Begin to forecast all products, beside the process that serves, unless that was done."""
    if business.forecasts.built() is None:
        beside.begun(business.database, home, "forecasts", ["forecasts", "build", "--business", business.id], most=1)


def _ran(business: Business, name: str, where: str | None, said: str, say: Callable[[str], None]) -> None:
    """Run a skill without a model over the products of a filter, unless it has been."""
    runs = Runs(business)
    if any(run["skill"] == name for run in runs.listed(100)):
        return
    begun = time.monotonic()
    run = runs.enter(skill.named(name), Records(where=where), engine="local", queued=False, who=Who("demo"))
    worked_here(business, run)
    say(f"{said.format(runs.get(run)['changes'])} proposed in {time.monotonic() - begun:.1f} s")


def _sparkline(values: list[int]) -> str:
    most = max([*values, 1])
    return "".join(_BARS[round(max(value, 0) / most * (len(_BARS) - 1))] for value in values)


def _sales(business: Business) -> Group:
    span = business.numbers.span()
    if span is None:
        return Group(Text("Nothing was sold yet."))
    first, last = span
    whole = Query(metrics=["revenue", "orders"], by=["month"], period=Period(first=first, last=last))
    months = business.numbers.answer(whole)
    amounts = [int(row.values["revenue"] or 0) for row in months.rows]
    month = Query(metrics=["revenue", "orders"], period=Period(first=last.replace(day=1), last=last), compare="year")
    told = business.numbers.answer(month).total
    before = (told.before or {}).get("revenue")
    change = f", {(told.values['revenue'] or 0) / before - 1:+.0%} on a year before" if before else ""
    sold = Query(
        metrics=["revenue", "units"], by=["product"], period=Period(first=last - timedelta(89), last=last), top=5
    )
    best = business.numbers.answer(sold)
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column(justify="right")
    for row in best.rows:
        name = row.titles.get("product") or row.key["product"] or ""
        table.add_row(name.strip(), f"{row.values['units'] or 0:,} sold", _amount(row.values["revenue"], best.currency))
    return Group(
        Text(f"{_sparkline(amounts)}  {first:%b %Y} – {last:%b %Y}"),
        Text(
            f"{last:%B}: {_amount(told.values['revenue'], months.currency)} from {told.values['orders'] or 0:,} orders{change}"
        ),
        Text("Best sellers of the last 90 days, without tax and returns:", style="bold"),
        table,
    )


def _week(business: Business) -> Group:
    """The last whole week as `weft analyze --report week` tells it: the head, why, what is unusual, and what to do."""
    answer = skill.answer(skill.named("analyze"), Analyze(report="week"), business, "local")
    told = answer.report if isinstance(answer, Analysis) else None
    if told is None:
        return Group()
    lines = [Text(" ".join(one.text for one in told.summary))]
    for finding in told.findings[:_FINDINGS]:
        lines.append(Text("• " + " ".join(one.text for one in finding.says[:2])))
        lines.extend(Text(f"  → {action.says}", style="dim") for action in finding.actions[:1])
    return Group(*lines)


def _amount(minor: Any, currency: str) -> str:
    return f"{float(decimal(int(minor or 0), currency)):,.2f} {currency}"


def _proposals(business: Business) -> Group:
    parts: list[Any] = []
    kinds = (
        ("barcodes that cannot be", "field ~ .barcode"),
        ("titles", "field = title"),
        ("descriptions with broken HTML", "field = description"),
    )
    for words, where in kinds:
        filtered = Selection(where=f"skill = tidy and state = proposed and {where}")
        count = business.changes.counted(filtered)["proposed"]
        parts.append(Text(f"{count} {words}", style="bold"))
        shown = [
            pair for change in business.changes.listed(filtered, limit=40) if (pair := _example(change)) is not None
        ]
        for before, after in shown[:2]:
            parts.append(Text.assemble("  ", (before, "red"), " → ", (after, "green")))
    for words, where in (
        ("categories", "field = category"),
        ("attributes from the products' own words", "field ~ attributes."),
    ):
        filtered = Selection(where=f"skill = organize and state = proposed and {where}")
        parts.append(Text(f"{business.changes.counted(filtered)['proposed']} {words}", style="bold"))
        for change in business.changes.listed(filtered, limit=2):
            name = change["field"].removeprefix("attributes.")
            parts.append(
                Text.assemble("  ", f"{_short(change['record'])}: {name} ", (_short(_said(change["after"])), "green"))
            )
    return Group(*parts, *_texts(business))


def _texts(business: Business) -> list[Any]:
    """What was written and translated, with an example of each."""
    parts: list[Any] = []
    for words, where in (
        ("texts written from the products' facts", "skill = write and state = proposed"),
        ("texts translated into German", "skill = translate and state = proposed"),
    ):
        parts.append(Text(f"{business.changes.counted(Selection(where=where))['proposed']} {words}", style="bold"))
        parts.extend(
            Text.assemble("  ", f"{_short(change['record'])}: ", (_sentence(change["after"]), "green"))
            for change in business.changes.listed(Selection(where=f"{where} and field ~ description"), limit=1)
        )
    return parts


def _sentence(markup: Any) -> str:
    """The first paragraph of a description, for one line."""
    text = html.unescape(re.sub(r"<[^<>]*>", " ", str(markup).partition("</p>")[0]))
    return _shortened(text, 160)


def _said(value: Any) -> str:
    if isinstance(value, dict) and "unit" in value:
        amount = value["value"]
        return f"{amount:g} {value['unit']}" if isinstance(amount, float) else f"{amount} {value['unit']}"
    return str(value)


def _example(change: Mapping[str, Any]) -> tuple[str, str] | None:
    """The two sides of a change for one line, if they differ there."""
    if change["field"] == "description":
        return _short(change["title"]), str(change["facts"][0]["why"])
    before, after = _short(change["before"]), _short(change["after"])
    return (before, after) if before != after else None


def _short(value: Any) -> str:
    return "(blank)" if value is None else _shortened(str(value), 60)


def _shortened(value: str, most: int) -> str:
    text = " ".join(value.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def report(business: Business, console: Console, link: str, window: str) -> None:
    """Print what a merchant would want to read, with the links to what waits for a decision and to the shop's window."""
    gaps = business.sales.gaps()
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="right", style="bold")
    table.add_column()
    for words, count in gaps.items():
        table.add_row(f"{count:,}", f"products {words}")
    counts = business.changes.counted()
    head = (
        f"{business.catalog.count():,} products · {business.orders.count():,} orders · "
        f"{business.customers.count():,} customers · {business.things.counted().get('conversation', 0):,} conversations"
    )
    console.print()
    console.print(Panel(Text(head), title="Fjordlight, a sample shop", title_align="left"))
    console.print(Panel(_sales(business), title="Sales", title_align="left"))
    console.print(Panel(_week(business), title="The last week, and why", title_align="left"))
    console.print(Panel(table, title="What is missing", title_align="left"))
    console.print(Panel(_proposals(business), title=f"{counts['proposed']} changes wait for you", title_align="left"))
    console.print(f"Look them over, approve, correct, undo: {link}", soft_wrap=True)
    console.print(f"Search and buy as a shopper does: {window}", soft_wrap=True)
