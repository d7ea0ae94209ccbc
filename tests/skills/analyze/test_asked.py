"""Questions asked of a business: the figures are those of its order lines, and no model makes a wrong one of them."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import httpx
import pytest
import typer
from models import Gateway, serving, standing
from pydantic import ValidationError
from typer.testing import CliRunner

from weft import skill
from weft.access import businesses, keys
from weft.business import Business
from weft.connectors.importing import import_file
from weft.errors import InputError
from weft.gateway.standin import Behavior, Standin, whole
from weft.postgres.database import Database
from weft.settings import Settings
from weft.skills.analyze import Analysis, Analyze
from weft.surfaces.cli.skills import register

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
LINES = (
    "1001,MUG,Red Enamel Mug,4,2026-05-04 09:00:00,5.00,17,Germany",
    "1001,LAMP,Desk Lamp,1,2026-05-04 09:00:00,30.00,17,Germany",
    "1002,MUG,Red Enamel Mug,2,2026-05-20 10:00:00,5.00,18,France",
    "1003,LAMP,Desk Lamp,3,2026-06-02 11:00:00,30.00,17,Germany",
    "C1004,LAMP,Desk Lamp,-1,2026-06-10 12:00:00,30.00,17,Germany",
    "1005,BOWL,Oak Bowl,7,2026-06-15 13:00:00,10.00,19,EIRE",
    "1006,BOWL,Oak Bowl,1,2026-06-30 13:00:00,10.00,20,United Kingdom",
)
TODAY = date(2026, 6, 30)


class Readers(Standin):
    """Models that read questions: one as it should, and one that says whatever it is told to."""

    def __init__(self) -> None:
        super().__init__({"reader": self.reader})
        self.says: dict[str, Any] = {}

    def reader(self, body: Mapping[str, Any]) -> Behavior:
        return whole(body, json.dumps(self.says))


@pytest.fixture(scope="module")
def readers() -> Readers:
    return Readers()


@pytest.fixture(scope="module")
def shop(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Business:
    made = Business(database, businesses.ensured(database, "asked-shop", "GBP"))
    file = tmp_path_factory.mktemp("asked") / "orders.csv"
    file.write_text(HEADER + "\n".join(LINES) + "\n", encoding="utf-8")
    import_file(made, "orders", file, who="test")
    return made


@pytest.fixture(scope="module")
def gateway(database: Database, settings: Settings, readers: Readers, shop: Business) -> Iterator[Gateway]:
    with standing(readers) as upstream, serving(database, settings) as (url, door):
        models = {"reader": {"prices": {"input": 1.0, "output": 1.0}}}
        door.register.add_provider(shop.uid, "own", {"base_url": upstream, "models": models}, reach="loopback")
        door.register.add_route(shop.uid, "analyze", {"targets": [{"provider": "own", "model": "reader"}]})
        yield Gateway(url, door, database, readers, upstream)


def ask(shop: Business, text: str, engine: str = "local", **more: Any) -> Analysis:
    asked = Analyze.model_validate({"ask": text, "today": TODAY, **more})
    given = skill.answer(skill.named("analyze"), asked, shop, engine)
    assert isinstance(given, Analysis)
    return given


def cells(answer: Analysis, metric: str = "revenue") -> dict[str, Any]:
    assert answer.asked is not None
    assert answer.asked.table is not None, answer.asked.refused
    return {
        " ".join(str(one) for one in row["key"].values()): row["values"][metric] for row in answer.asked.table["rows"]
    }


def total(answer: Analysis, metric: str = "revenue") -> Any:
    assert answer.asked is not None
    assert answer.asked.table is not None, answer.asked.refused
    return answer.asked.table["total"]["values"][metric]


def test_figures_are_those_of_the_order_lines(shop: Business) -> None:
    assert cells(ask(shop, "revenue by country in May")) == {"Germany": 5000, "France": 1000}
    assert total(ask(shop, "How many orders did we have in June?"), "orders") == 3
    assert total(ask(shop, "Umsatz in Deutschland im Juni")) == 6000
    assert total(ask(shop, "六月爱尔兰的销量"), "units") == 7
    assert cells(ask(shop, "top 1 product by units"), "units") == {"BOWL": 8}
    assert cells(ask(shop, "what did we sell in May"), "units") == {"MUG": 6, "LAMP": 1}
    assert total(ask(shop, "revenue outside Germany and the UK")) == 8000
    assert total(ask(shop, "returns in June"), "returns") == 3000
    assert total(ask(shop, "revenue of enamel mugs")) == 3000


def test_an_answer_shows_how_it_was_understood_and_what_is_behind_it(shop: Business) -> None:
    answer = ask(shop, "revenue by month compared with the year before")
    asked = answer.asked
    assert asked is not None
    assert asked.says == "Revenue by month, 1 Jan – 30 Jun 2026, beside 1 Jan – 30 Jun 2025"
    assert asked.sentence is not None
    assert asked.sentence.text.startswith("Revenue: £200.00")
    assert {one.id for one in asked.figures} == set(asked.sentence.figures)
    (chart,) = answer.charts
    assert (chart.kind, chart.x, chart.currency) == ("line", ["2026-05", "2026-06"], "GBP")
    assert chart.series[0].values == [6000, 14000]
    api, rows = asked.actions
    assert (api.path, rows.path) == ("/api/v1/numbers/answer", "/api/v1/numbers/rows")
    again = skill.answer(skill.named("analyze"), Analyze(query=api.request), shop, "local")
    assert isinstance(again, Analysis)
    assert cells(again) == cells(answer)
    for figure in asked.figures:
        assert figure.says in asked.sentence.text
        assert figure.query is not None
    assert answer.text is not None
    assert answer.text.startswith(asked.says)
    assert "2026-06" in answer.text


def test_shares_are_of_the_whole(shop: Business) -> None:
    asked = ask(shop, "what share of revenue came from Germany in May?").asked
    assert asked is not None
    assert asked.sentence is not None
    assert asked.sentence.text == "Revenue of £60.00: Germany 83.3% (£50.00)."
    assert {one.id: one.value for one in asked.figures}["share.1"] == 5000 / 6000
    answer = ask(shop, "Umsatzanteil nach Land im Mai")
    assert answer.text is not None
    assert ["Frankreich", "10,00", "£", "16,7", "%"] in [line.split() for line in answer.text.splitlines()]
    customers = ask(shop, "what share of customers is from Germany").asked
    assert customers is not None
    # A customer may have bought in two countries, so that these do not sum to the whole.
    assert customers.table is None
    assert "does not add up" in str(customers.refused)


def test_what_is_not_known_is_refused_with_what_it_would_need(shop: Business) -> None:
    asked = ask(shop, "gross profit by country in May").asked
    assert asked is not None
    assert asked.table is None
    assert str(asked.refused) == "The gross margin cannot be told, for what it is computed from is not known."
    assert "cost" in str(asked.needs)
    asked = ask(shop, "revenue by country and flavor in May").asked
    assert asked is not None
    assert asked.refused == "This was not understood: “flavor”."
    (nearest,) = asked.actions
    assert nearest.says == "Can be asked: Revenue by country, May 2026"
    answer = skill.answer(skill.named("analyze"), Analyze.model_validate(nearest.request), shop, "local")
    assert isinstance(answer, Analysis)
    assert cells(answer) == {"Germany": 5000, "France": 1000}
    why = ask(shop, "why did revenue rise in June?").asked
    assert why is not None
    assert why.actions[0].request == {"report": "week"}
    with pytest.raises(InputError, match=r"query\.metrics"):
        skill.answer(skill.named("analyze"), Analyze(query={"metrics": ["nonsense"]}), shop, "local")
    assert ask(shop, "x" * 10_000).asked is not None


def test_questions_go_on_from_the_one_before(shop: Business) -> None:
    first = ask(shop, "revenue by month in Germany").asked
    assert first is not None
    assert cells(ask(shop, "and in France?", before=first.understood)) == {"2026-05": 1000, "2026-06": 0}


def test_days_count_from_the_last_sale_where_that_is_long_ago(shop: Business) -> None:
    answer = skill.answer(skill.named("analyze"), Analyze(ask="revenue this month"), shop, "local")
    assert isinstance(answer, Analysis)
    assert answer.asked is not None
    assert total(answer) == 14000
    assert "30 Jun 2026" in answer.asked.notes[0]


@pytest.mark.parametrize(("beyond", "within"), [("0001-01-01", "1900-01-01"), ("9999-12-31", "2099-12-31")])
def test_a_day_on_which_nobody_can_have_asked_is_refused(shop: Business, beyond: str, within: str) -> None:
    with pytest.raises(ValidationError, match="today"):
        Analyze.model_validate({"ask": "revenue last week", "today": beyond})
    for words in ("revenue by day last year vs the year before last", "Umsatz letzte Woche", "上个月各国销售额"):
        assert ask(shop, words, today=within).asked is not None


def test_the_command_prints_an_answer_as_text(shop: Business, settings: Settings) -> None:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    command = ["analyze", "--ask", "revenue by country in May", "--today", "2026-06-30", "--business", shop.id]
    done = CliRunner().invoke(app, command, env={"WEFT_HOME": str(settings.home), "COLUMNS": "100"})
    assert done.exit_code == 0, done.output
    lines = [line for line in done.output.splitlines() if line]
    assert lines[0] == "Revenue by country, May 2026"
    assert lines[1] == "Revenue: £60.00; most: Germany £50.00 and France £10.00."
    assert ["total", "£60.00"] in [line.split() for line in lines]


def test_questions_are_asked_over_http(shop: Business, gateway: Gateway) -> None:
    _, secret = keys.created(gateway.database, shop.uid, "read")
    with httpx.Client(base_url=gateway.url, headers={"Authorization": f"Bearer {secret}"}, timeout=30) as client:
        asked = {"ask": "上个月各国销售额", "today": "2026-06-30"}
        answer = client.post("/api/v1/skills/analyze", json=asked)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["asked"]["says"] == "按国家的销售额，2026年5月"
        same, rows = told["asked"]["actions"]
        table = client.post(same["path"], json=same["request"])
        spoken = told["asked"]["table"]["rows"]
        assert [row["titles"]["country"] for row in spoken if row["key"]["country"] == "Germany"] == ["德国"]
        assert [(row["key"], row["values"]) for row in table.json()["rows"]] == [
            (row["key"], row["values"]) for row in spoken
        ]
        lines = client.post(rows["path"], json=rows["request"])
        assert lines.json()["count"] == told["asked"]["table"]["sources"] == 3
        assert client.post("/api/v1/skills/analyze", json={"ask": "x" * 30_000}).status_code == 422
        refused = client.post("/api/v1/skills/analyze", json={"ask": "x" * 10_000}).json()
        assert refused["asked"]["refused"] == "The question is too long; ask in at most 500 characters."


FILLED = {
    "metrics": ["revenue"],
    "where": [{"dimension": "country", "values": ["Germany"]}],
    "first": "2026-05-01",
    "last": "2026-05-31",
}


def test_a_model_is_asked_only_what_the_grammar_does_not_understand(
    shop: Business, gateway: Gateway, readers: Readers
) -> None:
    del gateway
    before = len(readers.asked)
    plain = ask(shop, "revenue in Germany in May", "auto")
    assert (plain.engine, len(readers.asked)) == ("local", before)
    readers.says = FILLED
    read = ask(shop, "pray tell the revenue in Germany in May", "auto")
    assert (read.engine, read.model, total(read)) == ("model", "own/reader", 5000)
    assert read.asked is not None
    assert read.asked.says == "Revenue, only country Germany, May 2026"
    assert "A model read this question" in read.asked.notes[0]


LIES: dict[str, dict[str, Any]] = {
    "a country that was not sold to": {**FILLED, "where": [{"dimension": "country", "values": ["Atlantis"]}]},
    "another country": {**FILLED, "where": [{"dimension": "country", "values": ["France"]}]},
    "no country": {**FILLED, "where": []},
    "all but the country": {**FILLED, "where": [{"dimension": "country", "values": ["Germany"], "isnt": True}]},
    "another month": {**FILLED, "first": "2026-06-01", "last": "2026-06-30"},
    "days that run backwards": {**FILLED, "first": "2026-06-01", "last": "2026-05-01"},
    "another figure": {**FILLED, "metrics": ["orders"]},
    "no figure": {**FILLED, "metrics": []},
    "a statement": {"sql": "select 1"},
    "a metric that is none": {**FILLED, "metrics": ["revenue; drop table orders"]},
}


@pytest.mark.parametrize("lie", LIES)
def test_no_model_makes_a_wrong_number(shop: Business, gateway: Gateway, readers: Readers, lie: str) -> None:
    del gateway
    readers.says = LIES[lie]
    answer = ask(shop, "pray tell the revenue in Germany in May", "auto")
    assert answer.asked is not None
    assert answer.asked.table is None
    assert answer.asked.refused == "This was not understood: “pray tell”."
    assert answer.engine == "local"
    assert "in vain" in str(answer.note)
    assert "rests" not in str(answer.note)


def test_a_model_may_say_that_a_question_cannot_be_answered(shop: Business, gateway: Gateway, readers: Readers) -> None:
    del gateway
    readers.says = {"cannot": "There are no figures about the weather."}
    answer = ask(shop, "revenue when it rained in Germany", "auto")
    assert answer.asked is not None
    assert answer.asked.table is None
    assert "weather" in str(answer.note)
