"""Questions in words: what is understood as which query, and what is refused; nothing is passed over and nothing guessed."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from weft.numbers.query import METRICS, Condition, Dimension, Period, Query
from weft.skills.analyze.words import saying
from weft.skills.analyze.words.grammar import Understood, parse
from weft.skills.analyze.words.known import Known, Value
from weft.skills.analyze.words.refusals import Refused, needs, sentence
from weft.skills.analyze.words.times import Language, Times

TODAY = date(2026, 8, 31)
SPAN = (date(2025, 3, 1), TODAY)
PRODUCTS = {
    "mug-1": "Red Enamel Mug",
    "mug-2": "Blue Enamel Mug",
    "set-3": "Tea Set 3 Tier",
    "lamp": "Desk Lamp",
    "100": "Oak Bowl",
}
CUSTOMERS = ("14646", "anna@example.com")


def look_up(dimension: Dimension, word: str) -> list[Value]:
    named = {
        "product": PRODUCTS,
        "customer": dict(zip(CUSTOMERS, CUSTOMERS, strict=True)),
        "promotion": {"SPRING10": "SPRING10"},
    }
    return [
        Value(dimension, one, title)
        for one, title in named.get(dimension, {}).items()
        if word in title.lower() or word == one.lower()
    ]


def values(dimension: Dimension, *names: str) -> list[Value]:
    return [Value(dimension, name, name) for name in names]


KNOWN = Known(
    TODAY,
    {
        "country": values("country", "DE", "United Kingdom", "France", "EIRE", "NL"),
        "brand": values("brand", "Kiln", "KILN", "Nordlicht"),
        "category": values("category", "Kitchen > Mugs", "Kitchen > Tea Sets", "Home > Lamps"),
        "channel": values("channel", "web", "pos"),
    },
    SPAN,
    look_up,
    currency="EUR",
)


def understood(text: str, known: Known = KNOWN, before: Query | None = None) -> Query:
    read = parse(text, known, before)
    assert isinstance(read, Understood), (text, read)
    return read.query


def refused(text: str, known: Known = KNOWN) -> Refused:
    read = parse(text, known)
    assert isinstance(read, Refused), (text, read.query)
    return read


def short(query: Query) -> dict[str, Any]:
    """A query as little as it can be said; what is not known left out of rankings is not told."""
    where = [one for one in query.where if one.is_ != [None]]
    said: dict[str, Any] = {"metrics": " ".join(query.metrics)}
    if query.by:
        said["by"] = " ".join(query.by)
    if where:
        said["where"] = " ".join(
            f"{one.dimension}{'!' if one.isnt else '='}{'|'.join(value for value in one.is_ if value)}" for one in where
        )
    if (query.period.first, query.period.last) != SPAN:
        said["days"] = f"{query.period.first}/{query.period.last}"
    if query.other:
        said["beside"] = f"{query.other.first}/{query.other.last}"
    if query.top:
        said["top"] = -query.top if query.ascending else query.top
    return said


MAY, JULY = "2026-05-01/2026-05-31", "2026-07-01/2026-07-31"
QUESTIONS: dict[str, dict[str, Any]] = {
    "revenue by country since March against last year": {
        "metrics": "revenue", "by": "country", "days": "2026-03-01/2026-08-31", "beside": "2025-03-01/2025-08-31"},
    "top 10 products by units in Q2": {
        "metrics": "units", "by": "product", "days": "2026-04-01/2026-06-30", "top": 10},
    "how many orders last week?": {"metrics": "orders", "days": "2026-08-24/2026-08-30"},
    "average order value in Germany this year": {
        "metrics": "average_order", "where": "country=DE", "days": "2026-01-01/2026-08-31"},
    "what percentage of revenue comes from Germany": {"metrics": "revenue", "by": "country"},
    "各国订单占比": {"metrics": "orders", "by": "country"},
    "what share of orders was cancelled in June": {"metrics": "cancellation_rate", "days": "2026-06-01/2026-06-30"},
    "best category outside the UK": {"metrics": "revenue", "by": "category", "where": "country!United Kingdom", "top": 1},
    "revenue of red enamel mugs in July": {"metrics": "revenue", "where": "product=mug-1", "days": JULY},
    "units of enamel mugs by month": {"metrics": "units", "by": "month", "where": "product=mug-1|mug-2"},
    "units of Tea Set 3 Tier in May": {"metrics": "units", "where": "product=set-3", "days": MAY},
    "revenue of kiln": {"metrics": "revenue", "where": "brand=Kiln|KILN"},
    "revenue of customer 14646": {"metrics": "revenue", "where": "customer=14646"},
    "orders with code SPRING10 in May": {"metrics": "orders", "where": "promotion=SPRING10", "days": MAY},
    "Germany vs France revenue in May": {
        "metrics": "revenue", "by": "country", "where": "country=DE|France", "days": MAY},
    "orders and revenue by month and channel": {"metrics": "orders revenue", "by": "month channel"},
    "revenue in July compared with the month before": {
        "metrics": "revenue", "days": JULY, "beside": "2026-06-01/2026-06-30"},
    "this month vs last month revenue": {
        "metrics": "revenue", "days": "2026-08-01/2026-08-31", "beside": "2026-07-01/2026-07-31"},
    "Q2 vs Q1 revenue": {"metrics": "revenue", "days": "2026-04-01/2026-06-30", "beside": "2026-01-01/2026-03-31"},
    "revenue in March and April": {"metrics": "revenue", "days": "2026-03-01/2026-04-30"},
    "sales for the week of 15 March": {"metrics": "revenue", "days": "2026-03-09/2026-03-15"},
    "revenue in the last 30 days": {"metrics": "revenue", "days": "2026-08-01/2026-08-30"},
    "sales on weekends in July": {"metrics": "revenue", "where": "weekday=6|7", "days": JULY},
    "worst 3 products in May": {"metrics": "revenue", "by": "product", "days": MAY, "top": -3},
    "what did German customers buy in May": {"metrics": "units", "by": "product", "where": "country=DE", "days": MAY},
    "revnue by contry": {"metrics": "revenue", "by": "country"},
    "how many orders were cancelled in May": {"metrics": "cancelled_orders", "days": MAY},
    "revenue without France and Ireland": {"metrics": "revenue", "where": "country!France|EIRE"},
    "sales in NL": {"metrics": "revenue", "where": "country=NL"},
    "SALES IN NL": {"metrics": "revenue", "where": "country=NL"},
    "revenue in the first three months of 2026": {"metrics": "revenue", "days": "2026-01-01/2026-03-31"},
    "revenue by month, Germany excluded": {"metrics": "revenue", "by": "month", "where": "country!DE"},
    "who bought the most in May": {"metrics": "revenue", "by": "customer", "days": MAY, "top": 10},
    "top 100 products": {"metrics": "revenue", "by": "product", "top": 100},
    "revenue of product 100": {"metrics": "revenue", "where": "product=100"},
    "revenue in euros in May": {"metrics": "revenue", "days": MAY},
    "what do German customers buy most": {"metrics": "units", "by": "product", "where": "country=DE", "top": 10},
    "orders this month and last month": {
        "metrics": "orders", "days": "2026-08-01/2026-08-31", "beside": "2026-07-01/2026-07-31"},
    "revenue without Germany in the web shop": {"metrics": "revenue", "where": "country!DE channel=web"},
    "revenue excluding lamps, only in Germany": {"metrics": "revenue", "where": "category!Home > Lamps country=DE"},
    "Umsatz außer Frankreich und Irland mit Mugs": {
        "metrics": "revenue", "where": "country!France|EIRE category=Kitchen > Mugs"},
    "orders and customers by month": {"metrics": "orders customers", "by": "month"},
    "sales last Friday": {"metrics": "revenue", "days": "2026-08-28/2026-08-28"},
    "Umsatz nach Juli": {"metrics": "revenue", "days": "2026-08-01/2026-08-31"},
    "Umsatz nach Land seit März gegenüber Vorjahr": {
        "metrics": "revenue", "by": "country", "days": "2026-03-01/2026-08-31", "beside": "2025-03-01/2025-08-31"},
    "Welche Produkte hatten im Juli die meisten Retouren?": {
        "metrics": "returns", "by": "product", "days": JULY, "top": 10},
    "Umsatz außerhalb von Großbritannien im zweiten Quartal": {
        "metrics": "revenue", "where": "country!United Kingdom", "days": "2026-04-01/2026-06-30"},
    "Wie viele Bestellungen werden storniert?": {"metrics": "cancelled_orders"},
    "Die drei umsatzstärksten Marken im Mai": {"metrics": "revenue", "by": "brand", "days": MAY, "top": 3},
    "Umsatz vom 1. März bis 15. April nach Woche": {
        "metrics": "revenue", "by": "week", "days": "2026-03-01/2026-04-15"},
    "Durchschnittlicher Bestellwert niederländischer Kunden": {"metrics": "average_order", "where": "country=NL"},
    "上个月各国销售额": {"metrics": "revenue", "by": "country", "days": JULY},
    "除了英国以外销售额最高的国家": {"metrics": "revenue", "by": "country", "where": "country!United Kingdom", "top": 1},
    "最近30天的平均客单价": {"metrics": "average_order", "days": "2026-08-01/2026-08-30"},
    "五月销售额排名前三的产品": {"metrics": "revenue", "by": "product", "days": MAY, "top": 3},
    "今年销售额比去年增长了多少": {
        "metrics": "revenue", "days": "2026-01-01/2026-08-31", "beside": "2025-01-01/2025-08-31"},
    "德国和法国每月的订单数": {"metrics": "orders", "by": "month", "where": "country=DE|France"},
    "德国以外的销售额": {"metrics": "revenue", "where": "country!DE"},
    "七月与六月销售额对比": {"metrics": "revenue", "days": JULY, "beside": "2026-06-01/2026-06-30"},
    "今年前三个月的销售额": {"metrics": "revenue", "days": "2026-01-01/2026-03-31"},
    "德国和法国的销售额对比": {"metrics": "revenue", "by": "country", "where": "country=DE|France"},
    "3月1日到15日的销量": {"metrics": "units", "days": "2026-03-01/2026-03-15"},
}  # fmt: skip
REFUSED = {
    "why did revenue fall in June": "why",
    "Warum ist der Umsatz gesunken?": "why",
    "为什么销售额下降了？": "why",
    "how much will we sell next month": "ahead",
    "Wie viel werden wir verkaufen?": "ahead",
    "下个月能卖多少": "ahead",
    "how many visitors did we have yesterday": "lack",
    "revenue by supplier": "lack",
    "revenue in Atlantis": "words",
    "revenue in Brazil": "absent",
    "orders over 500 in May": "number",
    "median order value": "words",
    "average revenue by country": "words",
    "revenue per customer": "average",
    "revenue from new customers": "joined",
    "average order value of returning customers": "joined",
    "revenue without discounts": "not",
    "which country grew the most in July": "growth",
    "top 5 products by month": "groups",
    "sales on weekdays vs weekend": "weekend",
    "how many countries do we sell to": "count",
    "what percentage of revenue comes from German lamps": "share",
    "share of the best country in revenue": "share",
    "the highest revenue in May": "rank",
    "revenue in March and June": "times",
    "revenue in the first three months": "number",
    "revenue by July": "words",
    "revenue excluding Germany and lamps": "not",
    "revenue in dollars": "words",
    "orders over 500 euros": "number",
    "revenue in May and orders in June": "times",
    "how many units were sold and returned in May": "joined",
    "Germany revenue minus France revenue": "words",
    "revenue in Germany and not in France": "same",
    "orders with discount": "joined",
    "sales on Friday": "recurring",
    "IT sales": "absent",
    "英国和非英国的销售额": "same",
    "revenue in 2019": "period",
    "revenue in Germany of the UK": "same",
    "select * from orders": "statement",
    "revenue; drop table orders": "statement",
    "revenue union select password from users": "statement",
    "in Germany": "metric",
    "quel est le chiffre d'affaires en mai": "words",
    "   ": "empty",
    "\x00\u200b": "empty",
    "revenue " * 1300: "long",
    "'; --": "words",
    "🙂": "words",
}


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_question_is_the_query_that_it_means(text: str) -> None:
    assert short(understood(text)) == QUESTIONS[text]


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_answered_is_refused_and_said_why(text: str) -> None:
    read = refused(text)
    assert read.reason == REFUSED[text]
    said = sentence(read, SPAN)
    assert said
    assert "{" not in said


def test_what_was_not_understood_is_named_with_the_nearest_that_can_be_asked() -> None:
    read = refused("revenue by country and flavor in May")
    assert read.words == ("flavor",)
    assert read.nearest is not None
    assert short(read.nearest) == {"metrics": "revenue", "by": "country", "days": MAY}
    assert sentence(read, SPAN) == "This was not understood: “flavor”."


def test_every_word_counts() -> None:
    """One strange word, wherever it stands, and there is no answer."""
    for text in QUESTIONS:
        words = text.split()
        if len(words) < 3:
            continue
        for place in range(len(words) + 1):
            strange = " ".join([*words[:place], "zzyzx", *words[place:]])
            assert isinstance(parse(strange, KNOWN), Refused), strange


def test_what_is_said_of_a_query_never_means_another() -> None:
    """Queries drawn at random, said in three languages and read again: the same, or refused."""
    dice = random.Random(7)
    choices: dict[Dimension, list[str]] = {
        "country": ["DE", "France", "EIRE"],
        "category": ["Home > Lamps"],
        "channel": ["web"],
    }
    dimensions: tuple[Dimension, ...] = ("month", "weekday", "product", "brand", "country", "channel", "customer")
    same = 0
    for _ in range(30):
        first = date(2025, 6, 1) + timedelta(dice.randrange(300))
        metrics, by = dice.sample(METRICS, dice.choice([1, 2])), dice.sample(dimensions, dice.choice([0, 1]))
        where = [
            {"dimension": name, "is": dice.sample(choices[name], 1), "isnt": dice.random() < 0.4}
            for name in dice.sample(list(choices), dice.choice([0, 1, 2]))
        ]
        query = Query.model_validate(
            {
                "metrics": metrics,
                "by": by,
                "where": where,
                "top": 5 if by and dice.random() < 0.5 else None,
                "period": Period(first=first, last=first + timedelta(dice.choice([0, 6, 40]))),
            }
        )
        for language in ("en", "de", "zh"):
            text = saying.query(query, language)
            read = parse(text, KNOWN)
            if isinstance(read, Understood):
                same += 1
                said, meant = short(read.query), short(query)
                assert said | {"where": sorted(said.get("where", "").split(" "))} == meant | {
                    "where": sorted(meant.get("where", "").split(" "))
                }, text
    assert same > 60


def test_the_next_question_goes_on_from_the_one_before() -> None:
    first = understood("revenue by month in Germany this year")
    france = understood("and in France?", before=first)
    assert short(france) == {
        "metrics": "revenue", "by": "month", "where": "country=France", "days": "2026-01-01/2026-08-31",
    }  # fmt: skip
    orders = understood("and the orders?", before=france)
    assert short(orders) == {**short(france), "metrics": "orders"}
    may = understood("what about May?", before=orders)
    assert short(may) == {**short(orders), "days": MAY}
    fresh = understood("units by brand", before=may)
    assert short(fresh) == {"metrics": "units", "by": "brand"}
    german = understood("und nach Marke?", before=first)
    assert short(german) == {**short(first), "by": "brand"}
    chinese = understood("那法国呢？", before=first)
    assert short(chinese) == short(france)


def test_a_question_says_no_value_that_is_not_there() -> None:
    nothing = Known(TODAY, {}, None)
    assert refused("revenue by month", nothing).reason == "period"
    read = refused("revenue by brand", Known(TODAY, {}, SPAN))
    assert (read.reason, read.name) == ("dimension", "brand")
    assert "import the catalog" in str(needs(read, SPAN))


TIMES: dict[Language, dict[str, str | None]] = {
    "en": {
        "last quarter": "2026-04-01/2026-06-30",
        "year to date": "2026-01-01/2026-08-31",
        "the first half of 2026": "2026-01-01/2026-06-30",
        "july of last year": "2025-07-01/2025-07-31",
        "december": "2025-12-01/2025-12-31",
        "11 july 2025 to 20 august": "2025-07-11/2025-08-20",
        "december 2025 to february": "2025-12-01/2026-02-28",
        "nov to jan": "2025-11-01/2026-01-31",
        "between 1 and 15 march": "2026-03-01/2026-03-15",
        "from 1 march onwards": "2026-03-01/2026-08-31",
        "2026-02-28": "2026-02-28/2026-02-28",
        "february": "2026-02-01/2026-02-28",
        "15/04/2026": "2026-04-15/2026-04-15",
        "04/05/2026": None,
        "31 june": None,
        "next month": "ahead",
        "march 2027": "ahead",
    },
    "de": {
        "vom 1. märz bis 15. april": "2026-03-01/2026-04-15",
        "den letzten 3 monaten": "2026-05-01/2026-07-31",
        "ersten halbjahr 2026": "2026-01-01/2026-06-30",
        "kw 20": "2026-05-11/2026-05-17",
        "ab märz": "2026-03-01/2026-08-31",
        "nächstes jahr": "ahead",
    },
    "zh": {
        "2026年3月1日到4月15日": "2026-03-01/2026-04-15",
        "2025年7月11日到8月20日": "2025-07-11/2025-08-20",
        "去年第二季度": "2025-04-01/2025-06-30",
        "上上周": "2026-08-17/2026-08-23",
        "六月以来": "2026-06-01/2026-08-31",
        "下周": "ahead",
    },
}


@pytest.mark.parametrize(("language", "text"), [(one, text) for one, texts in TIMES.items() for text in texts])
def test_times_are_the_days_that_they_mean(language: Language, text: str) -> None:
    found = Times(language, TODAY).at(text, 0)
    wanted = TIMES[language][text]
    if wanted is None:
        assert found is None or found.end < len(text)
    elif wanted == "ahead":
        assert found is not None
        assert found.ahead
    else:
        assert found is not None
        assert found.stretch is not None
        assert f"{found.stretch.first}/{found.stretch.last}" == wanted
        assert found.end == len(text)


def test_a_query_is_said_in_the_language_of_the_question() -> None:
    query = Query(
        metrics=["revenue", "orders"],
        by=["country"],
        where=[Condition.model_validate({"dimension": "country", "is": ["DE", "EIRE"]})],
        period=Period(first=date(2026, 5, 1), last=date(2026, 5, 31)),
        compare="previous",
        top=3,
    )
    assert saying.query(query, "en") == (
        "Revenue and orders by country, only country Germany or Ireland, May 2026, beside 31 Mar – 30 Apr 2026, top 3 by revenue"
    )
    assert saying.query(query, "de").startswith(
        "Umsatz und Bestellungen nach Land, nur Land Deutschland oder Irland, Mai 2026"
    )
    assert saying.query(query, "zh").startswith("按国家的销售额和订单数，仅国家德国或爱尔兰，2026年5月")
