"""A report as a merchant gets it: from imported orders to sentences, each number of which is a figure that can be asked again."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from scripted import Script, Shop, behind, shop

from weft import skill as skills
from weft.access import businesses
from weft.business import Business
from weft.connectors.importing import import_file
from weft.errors import InputError
from weft.numbers.query import Query
from weft.postgres.database import Database
from weft.skills.analyze import Analysis, Analyze, Report
from weft.skills.analyze.report import rephrasing
from weft.surfaces import asking

__all__ = ["behind", "shop"]

FIRST, DAYS = date(2026, 1, 5), 161
LAST = FIRST + timedelta(DAYS - 1)
SKILL = skills.named("analyze")
PRODUCTS = {
    "kettle": ("Kettle", "Kitchen", 4000), "pan": ("Pan", "Kitchen", 3000), "rug": ("Rug", "Living", 9000),
    "lamp": ("Lamp 40 W", "Living", 5000), "vase": ("Vase", "Living", 2000),
}  # fmt: skip
HEADER = (
    "Name", "Email", "Financial Status", "Currency", "Subtotal", "Total", "Created at", "Lineitem quantity", "Lineitem name",
    "Lineitem price", "Lineitem sku", "Shipping Country", "Discount Code", "Discount Amount",
)  # fmt: skip


def order(number: int, on: date, country: str, lines: list[tuple[str, int]], currency: str = "EUR") -> list[list[Any]]:
    """The rows of an order, as the platform exports it."""
    placed = datetime(on.year, on.month, on.day, 11, tzinfo=UTC).strftime("%Y-%m-%d %H:%M:%S +0000")
    total = sum(PRODUCTS[product][2] * count for product, count in lines) / 100
    rows = []
    for at, (product, count) in enumerate(lines):
        head = (f"{number % 90}@shop.example", "paid", currency, total, total, placed) if at == 0 else ("",) * 6
        country_, code, off = (country, "", "") if at == 0 else ("", "", "")
        title, _, price = PRODUCTS[product]
        rows.append([f"#{number}", *head, count, title, price / 100, product.upper(), country_, code, off])
    return rows


def orders() -> list[list[Any]]:
    """A shop's half year: in its last week kettles and pans hardly sell in Germany, and one order has 60 vases."""
    random = Random(4)
    rows: list[list[Any]] = []
    number = 1000
    for at in range(DAYS):
        on = FIRST + timedelta(at)
        for _ in range(random.randint(9, 13)):
            number += 1
            country = random.choice(["DE", "DE", "FR"])
            product = random.choice(["kettle", "kettle", "pan", "pan", "rug", "lamp", "vase"])
            if at >= DAYS - 7 and country == "DE" and PRODUCTS[product][1] == "Kitchen" and random.random() < 0.9:
                continue
            rows += order(number, on, country, [(product, random.choice([1, 1, 2]))])
    rows += order(5000, LAST - timedelta(2), "FR", [("vase", 60), ("lamp", 1)])
    return rows


def imported(business: Business, folder: Path, rows: list[list[Any]]) -> None:
    """Products and orders, through the front door."""
    catalog = "".join(
        f"{key},{title},{category},{key.upper()},{price / 100},{price / 200},10,active\n"
        for key, (title, category, price) in PRODUCTS.items()
    )
    heads = "Handle,Title,Product Category,Variant SKU,Variant Price,Cost per item,Variant Inventory Qty,Status\n"
    (folder / "products.csv").write_text(heads + catalog)
    import_file(business, "products", folder / "products.csv", who="test")
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    (folder / "orders.csv").write_text(text.getvalue())
    import_file(business, "orders", folder / "orders.csv", who="test")


@pytest.fixture(scope="module")
def sold(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Business:
    """The shop, imported once."""
    made = Business(database, businesses.ensured(database, "report-shop", "EUR"))
    imported(made, tmp_path_factory.mktemp("sold"), orders())
    return made


def told(business: Business, **asked: Any) -> dict[str, Any]:
    """An answer, as every surface gives it."""
    return asking.ask(SKILL, Analyze.model_validate(asked), business)


@pytest.fixture(scope="module")
def week(sold: Business) -> dict[str, Any]:
    return told(sold, report="week", until=LAST.isoformat())


def sentences(report: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from report["summary"]
    for finding in report["findings"]:
        yield from finding["says"]


def test_a_fall_is_told_with_where_it_lies_and_adds_up(week: dict[str, Any]) -> None:
    report = week["report"]
    assert report["now"] == [(LAST - timedelta(6)).isoformat(), LAST.isoformat()]
    head = {row["metric"]: row for row in report["headline"]}
    change = head["revenue"]["now"] - head["revenue"]["before"]
    why = report["why"]
    assert why["change"] == change
    for dimension in why["dimensions"]:
        rest = dimension["others"]["change"] if dimension["others"] else 0
        assert sum(part["change"] for part in dimension["parts"]) + rest == change
    assert sum(one["amount"] for one in why["effects"]) == change
    assert sum(one["amount"] for one in why["orders"]) == change
    country = {
        part["member"]: part["change"]
        for dimension in why["dimensions"]
        if dimension["dimension"] == "country"
        for part in dimension["parts"]
    }
    assert country["DE"] < 0
    assert head["revenue"]["usual"][0] < 0 < head["revenue"]["usual"][1]


def test_what_is_unusual_is_told_with_why(week: dict[str, Any]) -> None:
    unusual = week["report"]["unusual"]
    kitchen = [one for one in unusual if one["where"] == {"category": "Kitchen"}]
    assert kitchen
    assert kitchen[0]["actual"] < kitchen[0]["expected"]
    assert kitchen[0]["amount"] < 0
    vases = [one for one in unusual if "one_order" in one["causes"]]
    assert vases
    assert vases[0]["actual"] > vases[0]["expected"]
    assert all(0 <= one["chance"] <= week["report"]["false_alarms"] for one in unusual)


@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_every_number_in_a_sentence_is_a_figure(sold: Business, language: str) -> None:
    report = told(sold, report="week", until=LAST.isoformat(), language=language)["report"]
    figures = {one["id"]: one for one in report["figures"]}
    names = [title for title, *_ in PRODUCTS.values()]
    count = 0
    for sentence in sentences(report):
        left = sentence["text"]
        for name in sorted((figures[id_]["says"] for id_ in sentence["figures"]), key=len, reverse=True):
            assert name in left
            left = left.replace(name, "", 1)
            count += 1
        for name in names:
            left = left.replace(name, "")
        assert not re.search(r"\d", left), sentence["text"]
    assert count > 20
    assert "NaN" not in json.dumps(report)
    assert "None" not in " ".join(one["text"] for one in sentences(report))


def test_a_figure_with_a_query_is_what_that_query_answers(sold: Business, week: dict[str, Any]) -> None:
    asked = [one for one in week["report"]["figures"] if one["query"] is not None]
    assert len(asked) >= 6
    for figure in asked:
        query = Query.model_validate(figure["query"])
        value = sold.numbers.answer(query).total.values[query.metrics[0]]
        assert value == pytest.approx(figure["value"], rel=0.01), figure["id"]


def test_every_action_is_a_request_that_its_skill_takes(week: dict[str, Any]) -> None:
    actions = [action for finding in week["report"]["findings"] for action in finding["actions"]]
    assert actions
    for action in actions:
        assert action["says"]
        if action["skill"] is not None:
            skills.requested(skills.named(action["skill"]), action["request"])
        else:
            assert action["path"].startswith("/api/v1/")


def test_what_could_not_be_bought_is_ordered_by_a_request_for_it_alone(database: Database, tmp_path: Path) -> None:
    made = Business(database, businesses.ensured(database, "report-short", "EUR"))
    rows: list[list[Any]] = []
    for at in range(140):
        sold = [("kettle", 1), ("lamp", 2)] if at < 128 else [("kettle", 1)]
        rows += order(at, date(2026, 1, 5) + timedelta(at), "DE", sold)
    imported(made, tmp_path, rows)
    found = told(made, report="week", until=date(2026, 5, 24).isoformat())["report"]["findings"]
    actions = [action for finding in found if finding["kind"] == "shortage" for action in finding["actions"]]
    assert [one["request"] for one in actions if one["skill"] in ("replenish", "forecast")] == [{"product": "lamp"}] * 2


def test_a_report_reads_as_text_and_is_drawn_as_charts(week: dict[str, Any]) -> None:
    text = week["text"]
    assert text.startswith("The week of 8–14 Jun 2026\n")
    assert "Why it changed" in text
    assert "What is unusual" in text
    kinds = [chart["kind"] for chart in week["charts"]]
    assert kinds[:2] == ["line", "waterfall"]
    (fall,) = week["charts"][1]["series"]
    assert sum(fall["values"][:-1]) == fall["values"][-1]
    assert all(len(line["values"]) == len(chart["x"]) for chart in week["charts"] for line in chart["series"])


def test_day_and_month_are_reported_too(sold: Business) -> None:
    day = told(sold, report="day", until=LAST.isoformat())["report"]
    assert day["before"] == [(LAST - timedelta(7)).isoformat()] * 2
    month = told(sold, report="month", until=date(2026, 5, 3).isoformat())["report"]
    assert month["now"] == ["2026-05-01", "2026-05-31"]
    assert any("31 days, 30" in note.replace("\u00a0", " ") for note in month["notes"])


def test_what_lies_in_stock_becomes_price_cuts_that_can_be_approved(database: Database, tmp_path: Path) -> None:
    made = Business(database, businesses.ensured(database, "report-dead", "EUR"))
    today = made.numbers.today()
    rows: list[list[Any]] = []
    for at in range(120):
        rows += order(at, today - timedelta(125 - at), "DE", [("rug" if at < 10 else "kettle", 1)])
    imported(made, tmp_path, rows)
    answer = asking.ask(SKILL, Analyze(report="month"), made, propose=True)
    (dead,) = answer["report"]["dead"]
    assert (dead["product"], dead["days"], dead["at_cost"], dead["value"]) == ("rug", 90, True, 45000)
    after = {edit["field"]: edit["after"]["amount"] for edit in answer["changes"]}
    assert after == {"variants.RUG.price": 7600, "variants.RUG.compare_at": 9000}
    assert answer["proposed"]["done"] == 2
    assert any("“Rug”" in one["text"] for one in sentences(answer["report"]))


def test_the_size_that_could_not_be_bought_is_told_and_it_alone_is_ordered(database: Database, tmp_path: Path) -> None:
    made = Business(database, businesses.ensured(database, "report-sizes", "EUR"))
    heads = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status\n"
    sizes = "".join(f"tee,Tee,Size,{size},TEE-{size},20,active\n" for size in ("S", "M", "L"))
    (tmp_path / "products.csv").write_text(f"{heads}{sizes}cap,Cap,,,CAP,9,active\n")
    import_file(made, "products", tmp_path / "products.csv", who="test")
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(HEADER)
    number = 0
    for at in range(100):
        on = FIRST + timedelta(at)
        placed = f"{on} 11:00:00 +0000"
        for size in ("S", "M", "M", "L", "CAP", "CAP"):
            if size == "M" and at >= 90:
                continue
            sku, price = (size, 9) if size == "CAP" else (f"TEE-{size}", 20)
            number += 1
            lines.writerow(
                [f"#{number}", "a@b.example", "paid", "EUR", price, price, placed, 1, "Tee", price, sku, "DE", "", ""]
            )
    (tmp_path / "orders.csv").write_text(text.getvalue())
    import_file(made, "orders", tmp_path / "orders.csv", who="test")
    report = told(made, report="week", until=(FIRST + timedelta(97)).isoformat())["report"]
    (short,) = report["why"]["shortages"]
    assert (short["product"], short["variant"], short["first"]) == ("tee", "TEE-M", str(FIRST + timedelta(90)))
    assert short["title"].startswith("Tee")
    assert short["title"].endswith("M")
    (finding,) = [one for one in report["findings"] if one["kind"] == "shortage"]
    assert short["title"] in finding["says"][0]["text"]
    order_it = finding["actions"][0]
    assert (order_it["skill"], order_it["request"]) == ("replenish", {"product": "TEE-M"})


def test_a_business_without_or_with_hardly_any_sales_is_told_so(database: Database, tmp_path: Path) -> None:
    made = Business(database, businesses.ensured(database, "report-few", "EUR"))
    with pytest.raises(InputError, match="There are no sales yet"):
        told(made, report="week")
    imported(made, tmp_path, order(1, date(2026, 6, 3), "DE", [("rug", 1)]))
    report = told(made, report="week")["report"]
    assert "first sales" in " ".join(report["notes"])
    assert report["why"]["effects"] == []
    assert report["unusual"] == []
    with pytest.raises(InputError, match="they begin on 2026-06-03"):
        told(made, report="week", until="2020-01-01")


def test_currencies_returns_and_dates_to_come_do_no_harm(database: Database, tmp_path: Path) -> None:
    made = Business(database, businesses.ensured(database, "report-odd", "EUR"))
    rows: list[list[Any]] = []
    for at in range(20):
        rows += order(at, date(2026, 3, 20) + timedelta(at), "DE", [("rug", 1)])
    rows += order(70, date(2026, 4, 3), "US", [("rug", 1)], currency="USD")
    rows += order(71, date(2026, 4, 3), "DE", [("rug", -3)])
    rows += order(72, date(2031, 1, 1), "DE", [("rug", 1)])
    imported(made, tmp_path, rows)
    report = told(made, report="week")["report"]
    assert report["now"][1] <= "2026-04-12"
    notes = " ".join(report["notes"])
    assert "other currencies" in notes
    assert "after today" in notes
    assert "NaN" not in json.dumps(report)


def test_a_model_may_say_it_otherwise_and_only_that(sold: Business, shop: Shop) -> None:
    own = Business.named(shop.business.database, sold.id)
    there = Shop(own, shop.register, shop.standin, shop.url)
    local = Report.model_validate(told(own, report="week", until=LAST.isoformat())["report"])
    texts = [one["text"] for one in sentences(local.model_dump(mode="json"))]
    better = ["Good to know: " + text[0].lower() + text[1:] for text in texts]
    script = Script(
        [json.dumps({"sentences": [text.replace("1", "7") for text in better]}), json.dumps({"sentences": better})]
    )
    there.route("analyze", {"writer": script})
    answer = told(own, report="week", until=LAST.isoformat())
    assert (answer["engine"], answer["model"]) == ("model", "analyze/writer")
    assert [one["text"] for one in sentences(answer["report"])] == [text.replace("\u00a0", " ") for text in better]
    assert "Good to know" in answer["text"]
    assert len(script.asked) == 2
    there.route("analyze", {"liar": Script([json.dumps({"sentences": ["Nothing happened."] * len(texts)})])})
    refused = told(own, report="week", until=LAST.isoformat())
    assert refused["engine"] == "local"
    assert "grammar" in refused["note"]
    assert [one["text"] for one in sentences(refused["report"])] == texts


GIVEN = "Revenue was €1,204.50, 8% less than in the week before, with “Lamp 40 W” ahead."


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("At €1,204.50, revenue came in 8% less than the week before, “Lamp 40 W” leading.", None),
        ("Revenue was €1,205.50, 8% less than in the week before, with “Lamp 40 W” ahead.", "leaves out"),
        ("Revenue was €1,204.50, 8% less, from twelve orders, with “Lamp 40 W” ahead.", "12"),
        ("Revenue was €1,204.50, 8% less, with “Lamp 60 W” ahead.", "Lamp 40 W"),
        ("Revenue rose to €1,204.50, 8% less than before, with “Lamp 40 W” ahead.", "more"),
        ("", "empty"),
    ],
)
def test_a_sentence_said_otherwise_keeps_its_numbers_names_and_direction(said: str, wrong: str | None) -> None:
    problem = rephrasing.differs(said, GIVEN, "en")
    assert problem is None if wrong is None else problem is not None and wrong in problem


def test_the_command_prints_the_report(sold: Business, home: Path) -> None:
    words = ("analyze", "--report", "week", "--until", LAST.isoformat(), "--language", "de", "--business", sold.id)
    done = subprocess.run(
        [sys.executable, "-m", "weft", *words],
        env={**os.environ, "WEFT_HOME": str(home)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Die Woche vom 8.–14. Juni 2026\n")
    assert "Ungewöhnlich" in done.stdout


def test_holidays_of_the_country_are_told(sold: Business) -> None:
    report = told(sold, report="week", until="2026-04-08", language="de")["report"]
    assert "Ostermontag (6. April 2026) liegt in diesem Zeitraum." in report["notes"]
    assert "Karfreitag (3. April 2026) lag im Zeitraum davor." in report["notes"]


def test_the_answer_is_of_its_type(week: dict[str, Any]) -> None:
    assert Analysis.model_validate(week).report is not None
