"""Forecasts over HTTP: of a shop whose sales, gaps, bulk orders and returns are known, and of what was never sold."""

import itertools
import json
import math
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import httpx
import models
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from weft.access import businesses, keys
from weft.business import Business
from weft.connectors.importing import import_file
from weft.postgres.database import Database
from weft.settings import Settings
from weft.skill import answer, named, plain, requested, text_of
from weft.skills.forecast import building

DAYS = 150
OUT = range(80, 100)
TODAY = datetime.now(UTC).date()
FIRST = TODAY - timedelta(DAYS)


def day(number: int) -> date:
    """A day of the shop's history; the last whole one is DAYS - 1."""
    return FIRST + timedelta(number)


@pytest.fixture(autouse=True)
def same_day() -> None:
    """The history ends yesterday: once midnight has passed it would end the day before."""
    if datetime.now(UTC).date() != TODAY:
        pytest.skip("midnight has passed since this history was made")


@dataclass
class Ledger:
    """Orders in the making."""

    orders: list[dict[str, Any]] = field(default_factory=list)

    def sell(self, product: str, number: int, quantity: float = 1, **more: Any) -> None:
        """One order of one line at noon of a day."""
        sku, currency = more.pop("sku", product.upper()), more.pop("currency", "EUR")
        at = more.pop("at", datetime.combine(day(number), datetime.min.time(), UTC) + timedelta(hours=12))
        at = at and at.isoformat()
        line = {
            "product": product,
            "sku": sku,
            "title": product,
            "quantity": quantity,
            "price": {"amount": 1000, "currency": currency},
        }
        self.orders.append(
            {"id": f"#{len(self.orders)}", "placed_at": at, "currency": currency, "lines": [line], **more}
        )


def orders() -> list[dict[str, Any]]:
    """A steady mug with a bulk order, a lamp that was out of stock, something rare, something new, and what came back."""
    chance, told = random.Random(3), Ledger()
    for number in range(DAYS):
        for _ in range(chance.choice((1, 2, 2, 3)) + (number % 7 == 5)):
            where = {"columns": {"Location": "Harbour"}} if chance.random() < 0.25 else {}
            told.sell("mug", number, sku=chance.choice(("MUG-RED", "MUG-RED", "MUG-RED", "MUG-BLUE")), **where)
        if number not in OUT:
            for _ in range(chance.choice((1, 2, 3, 4))):
                told.sell("lamp", number)
        if number % 13 == 0:
            told.sell("rare", number)
        for began, product in enumerate(("one", "two", "three", "four"), 1):
            if number >= 60 + began:
                told.sell(product, number, chance.choice((1, 2, 3)))
        if number >= DAYS - 12:
            told.sell("fresh", number, 4)
    told.sell("mug", 120, 96, sku="MUG-RED", note="Gifts for our staff.")
    told.sell("mug", 130, 500, sku="MUG-BLUE", customer="anna")
    told.sell("mug", 131, -500, sku="MUG-BLUE", customer="anna", kind="return")
    told.sell("rare", 140, -1, kind="return", customer="bert")
    told.sell("rare", 0, 50, at=datetime.now(UTC) + timedelta(days=40))
    told.sell("rare", 0, 50, at=None)
    told.sell("rare", 0, 50, cancelled_at=datetime.now(UTC).isoformat())
    return told.orders


def products() -> list[dict[str, Any]]:
    """The catalog: all lamps but the mugs, with what nobody bought yet."""
    made = []
    for name in ("lamp", "rare", "one", "two", "three", "four", "fresh", "unsold"):
        variant = {"sku": name.upper(), "price": {"amount": 1000, "currency": "EUR"}, "stock": 3}
        made.append({"id": name, "title": f"The {name}", "category": "Home > Lamps", "variants": [variant]})
    mugs = [{"sku": f"MUG-{color}", "options": {"Color": color}, "price": {"amount": 900, "currency": "EUR"}, "stock": 3}
            for color in ("RED", "BLUE")]  # fmt: skip
    return [*made, {"id": "mug", "title": "The mug", "category": "Home > Mugs", "variants": mugs}]


@dataclass
class Shop:
    """A business behind a server."""

    business: Business
    http: httpx.Client

    def post(self, **asked: Any) -> httpx.Response:
        """One request as it is answered."""
        return self.http.post("/api/v1/skills/forecast", json=asked)

    def told(self, **asked: Any) -> dict[str, Any]:
        """What is told, in which every number is one."""
        answer = self.post(**asked)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = json.loads(answer.text, parse_constant=lambda name: pytest.fail(f"{name} in an answer"))
        for one in found["forecasts"]:
            levels = sorted(one["quantiles"], key=float)
            rows = [one["quantiles"][level] for level in levels]
            assert all(len(row) == len(one["mean"]) for row in rows)
            assert all(0 <= low <= high for a, b in itertools.pairwise(rows) for low, high in zip(a, b, strict=True))
            sums = [one["sum_quantiles"][level] for level in levels]
            assert sums == sorted(sums)
        return found


def put(business: Business, folder: Path, kind: str, records: list[dict[str, Any]]) -> None:
    """Bring records in as a merchant does."""
    path = folder / f"{kind}.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    assert import_file(business, kind, path, who="test").rejected == 0


@pytest.fixture(scope="module")
def base(database: Database, settings: Settings) -> Iterator[str]:
    with models.serving(database, settings) as (address, _):
        yield address


@pytest.fixture(scope="module")
def shop(database: Database, base: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    business = Business(database, businesses.ensured(database, "forecast"))
    folder = tmp_path_factory.mktemp("forecast")
    put(business, folder, "products", products())
    put(business, folder, "orders", orders())
    building.build(business, 35)
    _, key = keys.created(database, business.uid, "propose")
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=60) as http:
        yield Shop(business, http)


def test_one_product_is_told_with_how_sure_it_is_and_how_wrong_it_was(shop: Shop) -> None:
    told = shop.told(product="lamp", days=28, by="week")
    (lamp,) = told["forecasts"]
    assert lamp["start"] == TODAY.isoformat()
    assert (len(lamp["mean"]), lamp["step"], lamp["title"]) == (4, "week", "The lamp")
    assert sum(lamp["mean"]) == pytest.approx(lamp["sum"], abs=0.01)
    assert 50 < lamp["sum"] < 90
    back = lamp["backtest"]
    assert [week["first"] for week in back["weeks"]] == [
        (TODAY - timedelta(7 * n)).isoformat() for n in range(8, 0, -1)
    ]
    assert back["says"].startswith("Over the last 8 weeks it was wrong by")
    assert 0 <= back["wrong"] < 1
    assert lamp["history"][-1] == back["weeks"][-1]["sold"]
    assert told["note"].startswith("It rests on")
    ahead, behind = told["charts"]
    assert all(len(line["values"]) == len(ahead["x"]) for line in ahead["series"])
    assert len(behind["x"]) == 8


def test_a_person_reads_how_much_how_sure_and_how_wrong(shop: Shop) -> None:
    lamp = shop.told(product="lamp", days=28, by="week")
    said = text_of(named("forecast"), lamp, 80)
    assert said is not None
    told = said.split("\n")
    assert max(map(len, told)) <= 80
    assert told[0] == "The lamp"
    assert lamp["forecasts"][0]["backtest"]["says"][:40] in said
    assert "sold · expected" in said
    weeks = [line for line in told if line.startswith(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))]
    assert len(weeks) == 4
    assert next(line for line in told if line.startswith("together")).split()[1] == f"{lamp['total']['sum']:.0f}"
    every = text_of(named("forecast"), shop.told(limit=3), 80)
    assert every is not None
    assert "all together" in every
    assert "more: --limit" in every
    for word in ("None", "nan", "{", "quantiles"):
        assert word not in said + every


def test_days_out_of_stock_are_not_read_as_no_demand(shop: Shop) -> None:
    lamp = shop.told(product="lamp")["forecasts"][0]
    (gap,) = lamp["unknown"]
    assert (gap["first"], gap["last"]) == (day(OUT.start).isoformat(), day(OUT.stop - 1).isoformat())
    assert (gap["why"], gap["guessed"]) == ("probably out of stock", True)
    assert gap["probability"] < 0.001
    assert "guessed" in lamp["notes"][0]
    assert shop.told(product="rare")["forecasts"][0]["unknown"] == []


def test_a_bulk_order_is_shown_as_an_outlier_and_what_was_called_off_was_not_wanted(shop: Shop) -> None:
    mug = shop.told(product="mug")["forecasts"][0]
    (peak,) = mug["outliers"]
    assert peak["day"] == day(120).isoformat()
    assert peak["units"] > 96 > 10 > peak["counted"]
    assert max(mug["history"][-15:]) < 10
    assert mug["sum"] < 120


def test_returns_make_no_negative_demand_and_only_what_was_sold_by_now_counts(shop: Shop) -> None:
    told = shop.told(product="rare", by="week")
    rare = told["forecasts"][0]
    assert sum(rare["history"]) == len(range(0, DAYS, 13))
    assert min(rare["history"]) == 0
    assert "1 line without a date left out." in told["notes"]
    assert "1 line dated in the future left out." in told["notes"]


def test_variants_and_places_sum_to_their_product(shop: Shop) -> None:
    told = shop.told(product="mug")
    mug, *variants = told["forecasts"]
    assert [one["variant"] for one in variants] == ["MUG-RED", "MUG-BLUE"]
    for step, whole in enumerate(mug["mean"]):
        assert sum(one["mean"][step] for one in variants) == pytest.approx(whole, abs=0.003)
    red, blue = variants
    assert 1.5 < red["sum"] / blue["sum"] < 6
    _, *places = shop.told(product="mug", each="location")["forecasts"]
    assert {one["location"] for one in places} == {"Harbour", "elsewhere"}
    assert sum(one["sum"] for one in places) == pytest.approx(mug["sum"], abs=0.01)
    assert shop.told(variant="MUG-BLUE")["forecasts"][0]["sum"] == pytest.approx(blue["sum"], abs=0.01)
    assert shop.told(product="mug", location="Harbour")["total"]["backtest"]["weeks"]


def test_products_sum_to_their_category_and_to_everything(shop: Shop) -> None:
    everything = shop.told(limit=100)
    assert {one["product"] for one in everything["forecasts"]} == {
        "mug",
        "lamp",
        "rare",
        "one",
        "two",
        "three",
        "four",
        "fresh",
    }
    assert sum(one["sum"] for one in everything["forecasts"]) == pytest.approx(everything["total"]["sum"], rel=1e-3)
    categories = shop.told(each="category")["forecasts"]
    assert sum(one["sum"] for one in categories) == pytest.approx(everything["total"]["sum"], rel=1e-3)
    lamps = shop.told(category="Home > Lamps", limit=1)
    assert (lamps["count"], len(lamps["forecasts"])) == (7, 1)
    assert lamps["total"]["sum"] == pytest.approx(
        next(o["sum"] for o in categories if o["category"] == "Home > Lamps"), rel=1e-3
    )
    assert shop.told(category="home")["count"] == 8
    some = shop.told(where="id in (one, two, unsold)")
    assert sum(one["sum"] for one in some["forecasts"]) == pytest.approx(some["total"]["sum"], rel=1e-3)
    places = shop.told(each="location")
    assert sum(one["sum"] for one in places["forecasts"]) == pytest.approx(places["total"]["sum"], rel=1e-3)
    assert shop.told(location="Harbour")["count"] == 1
    assert {one["variant"] for one in shop.told(each="variant", limit=9)["forecasts"]} >= {
        "MUG-RED",
        "MUG-BLUE",
        "LAMP",
    }


def test_what_is_new_is_told_by_what_is_like_it(shop: Shop) -> None:
    fresh = shop.told(product="fresh")["forecasts"][0]
    assert (fresh["demand_class"], fresh["way"]) == ("new", "analogues")
    assert {one["product"] for one in fresh["like"]} <= {"one", "two", "three", "four"}
    # Four a day is twice what those sell: it is told by both.
    assert 56 < fresh["sum"] < 28 * 4.5
    assert fresh["backtest"]["says"] == "It is too new to be judged by its own past."
    said = shop.told(product={"title": "A lamp", "category": "Home > Lamps", "variants": [{"price": {"amount": 1000}}]})
    assert 28 < said["total"]["sum"] < 28 * 3
    assert said["note"].startswith("It was never sold")
    assert shop.told(product="unsold")["total"]["sum"] == pytest.approx(said["total"]["sum"], rel=0.2)


def test_a_new_day_makes_only_what_changed(database: Database, tmp_path: Path) -> None:
    business = Business(database, businesses.ensured(database, "forecast-again"))
    told = orders()
    put(business, tmp_path, "orders", [one for one in told if one["lines"][0]["product"] in ("rare", "one", "fresh")])
    assert building.build(business, 28)["made"] == 3
    assert building.build(business, 28)["made"] == 0
    more = Ledger()
    more.sell("rare", 75)
    put(business, tmp_path, "orders", [{**more.orders[0], "id": "late"}])
    state = building.build(business, 28)
    assert (state["made"], state["kept"]) == (1, 2)
    assert building.build(business, 28, again=True)["made"] == 3


def test_kept_forecasts_are_listed_and_made_beside_the_server(shop: Shop) -> None:
    told = shop.http.get("/api/v1/forecasts", params={"limit": 2}).json()
    assert (told["built"]["products"], told["built"]["stale"]) == (8, False)
    assert told["built"]["through"] == day(DAYS - 1).isoformat()
    first, _ = told["items"]
    assert first["sum"] == pytest.approx(shop.told(limit=1)["forecasts"][0]["sum"], rel=1e-3)
    done = subprocess.run(
        [sys.executable, "-m", "weft", "forecasts", "list", "--business", "forecast", "--json", "--limit", "1"],
        capture_output=True, text=True, check=True, timeout=60,
        env={**os.environ, "WEFT_HOME": str(shop.business.database.folder)},
    )  # fmt: skip
    assert json.loads(done.stdout.splitlines()[0])["product"] == first["product"]


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ({"product": "nothing"}, 404, "There is no product 'nothing'"),
        ({"variant": "NO-SKU"}, 404, "There is no variant 'NO-SKU'"),
        ({"product": "mug", "variant": "LAMP"}, 404, "Nothing of mug was sold as 'LAMP'"),
        ({"product": "mug", "location": "Mars"}, 404, "'elsewhere', 'Harbour'"),
        ({"product": "lamp", "each": "location"}, 400, "no order of lamp says where"),
        ({"product": "mug", "category": "Home"}, 422, "say one of product and category"),
        ({"where": "price <"}, 400, "filter"),
        ({"category": "Shoes"}, 404, "Nothing in 'Shoes' was ever sold"),
        ({"location": "Mars"}, 404, "orders name 'Harbour', 'elsewhere'"),
        ({"days": 0}, 422, "days"),
        ({"levels": [0.5, 1.5]}, 422, "a level lies between"),
    ],
)
def test_what_cannot_be_told_is_refused_in_words(shop: Shop, asked: dict[str, Any], status: int, says: str) -> None:
    answer = shop.post(**asked)
    assert answer.status_code == status, answer.text
    assert says in answer.text


def test_it_is_a_tool_over_mcp(shop: Shop) -> None:
    url = f"{shop.http.base_url}/mcp"

    async def asked() -> Any:
        headers = {"Authorization": shop.http.headers["Authorization"]}
        async with (
            httpx.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(url.replace("//mcp", "/mcp"), http_client=http)) as client,
        ):
            return await client.call_tool("forecast", {"product": "lamp", "days": 7})

    found = anyio.run(asked)
    assert not found.is_error
    assert len(found.structured_content["total"]["mean"]) == 7


@pytest.fixture(scope="module")
def odd(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Business:
    """A business in Auckland that sells in two currencies, with what a ledger has that nobody meant."""
    business = Business(database, businesses.ensured(database, "forecast-odd"))
    with business.transaction() as connection:
        connection.execute("update business set zone = 'Pacific/Auckland'")
    folder, told = tmp_path_factory.mktemp("odd"), Ledger()
    for number in range(60, DAYS):
        # Just after midnight in Auckland, which is noon of the day before elsewhere; and twice on that day.
        at = datetime.combine(day(number), datetime.min.time(), UTC) + timedelta(hours=12, minutes=30)
        told.sell("steady", number, 2, at=at)
        told.sell("steady", number, 3, at=at + timedelta(minutes=1), currency="USD")
    told.sell("steady", 100, 50_000)
    for number in (70, 90, 91):
        told.sell("zero", number, 0)
    told.sell("given-back", 90, -3, kind="return")
    told.sell("single", 100, 1)
    for number in range(60, DAYS - 20):
        told.sell("out", number, 2)
    variant = {"sku": "OUT", "price": {"amount": 1000, "currency": "EUR"}, "stock": 0}
    put(business, folder, "products", [{"id": "out", "title": "Out", "variants": [variant]}])
    put(business, folder, "orders", told.orders)
    return business


def expected(business: Business, **asked: Any) -> dict[str, Any]:
    """What the skill answers in this process."""
    forecast = named("forecast")
    told = plain(forecast, answer(forecast, requested(forecast, asked), business))
    json.dumps(told, allow_nan=False)
    return told


def test_days_are_the_business_s_own_and_a_price_in_another_currency_is_demand_too(odd: Business) -> None:
    steady = expected(odd, product="steady")["forecasts"][0]
    assert steady["history"][-20:-2] == [5.0] * 18
    (peak,) = steady["outliers"]
    assert (peak["units"], peak["counted"]) == (50_005, 5)
    assert steady["sum"] == pytest.approx(28 * 5, rel=0.15)
    assert "50,005 on" in steady["notes"][0]


def test_what_is_out_of_stock_to_this_day_is_not_dying(odd: Business) -> None:
    out = expected(odd, product="out")["forecasts"][0]
    gap = out["unknown"][-1]
    assert "out of stock" in gap["why"]
    assert gap["last"] == out["seen"]
    assert out["sum"] == pytest.approx(28 * 2, rel=0.3)


def test_stock_tells_on_which_days_nothing_could_be_bought(odd: Business) -> None:
    with odd.transaction() as connection:
        moved = "insert into stock_movement (uid, product, sku, quantity, reason, at) values (gen_random_uuid(), 'out', 'OUT', %s, 'test', %s)"
        for number, quantity in ((62, 500), (DAYS - 18, -500)):
            connection.execute(moved, (quantity, datetime.combine(day(number), datetime.min.time(), UTC)))
    gaps = expected(odd, product="out")["forecasts"][0]["unknown"]
    known = [gap for gap in gaps if gap["why"] == "out of stock" and not gap["guessed"]]
    assert [(gap["first"], gap["last"]) for gap in known] == [(day(DAYS - 17).isoformat(), gaps[-1]["last"])]


def test_what_never_sold_is_answered_without_a_number_that_is_none(odd: Business) -> None:
    for product in ("zero", "given-back"):
        told = expected(odd, product=product)
        assert "never sold" in told["note"]
    single = expected(odd, product="single", by="week")["total"]
    assert single["sum"] < 10


def test_a_business_without_sales_and_one_with_a_single_one_are_told_so(database: Database, tmp_path: Path) -> None:
    business = Business(database, businesses.ensured(database, "forecast-little"))
    assert expected(business)["note"].startswith("Nothing was sold yet")
    told = Ledger()
    told.sell("one", DAYS - 1, 3)
    put(business, tmp_path, "orders", told.orders)
    found = expected(business, product="one", levels=[0.99])
    assert found["notes"] == ["Only 1 day of sales is known: this is a guess."]
    total = found["total"]
    assert all(math.isfinite(value) for value in [*total["mean"], *total["quantiles"]["0.99"]])
    assert total["backtest"]["weeks"] == [] or total["backtest"]["weeks"][0]["sold"] >= 0
