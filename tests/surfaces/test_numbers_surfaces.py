"""What happened, over HTTP, from Python and on the command line: one figure everywhere, with its lines, and sentences for what is wrong."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving import serving

import weft
from weft.access import businesses, keys
from weft.business import Business
from weft.errors import InputError
from weft.postgres.database import Database
from weft.settings import Settings
from weft.surfaces.cli import root

MAY = {"first": "2026-05-01", "last": "2026-05-31"}


@pytest.fixture(scope="module")
def shop(database: Database) -> Business:
    """A business with two orders, one of them in dollars."""
    business = Business(database, businesses.ensured(database, "numbers-surfaces"))
    orders: Any = [
        {
            "id": f"#{at}", "placed_at": f"2026-05-0{at}T22:30:00Z", "currency": currency, "country": country, "customer": "ada",
            "lines": [{"product": product, "sku": product, "title": product, "quantity": 2, "price": 1250, "kind": "product"}],
        }
        for at, (currency, country, product) in enumerate((("EUR", "DE", "mug"), ("USD", "US", "bowl")), 1)
    ]  # fmt: skip
    with business.transaction() as connection:
        business.orders.put(connection, orders, "test")
    return business


@pytest.fixture(scope="module")
def url(database: Database, settings: Settings) -> Iterator[str]:
    with serving(database, settings) as found:
        yield found


def key(shop: Business, scope: str) -> str:
    return keys.created(shop.database, shop.uid, scope)[1]


def typed(shop: Business, settings: Settings, monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setenv("WEFT_HOME", str(settings.home))
    monkeypatch.setattr(sys, "argv", ["weft", *words, "--business", shop.id])
    with pytest.raises(SystemExit) as left:
        root.run()
    if left.value.code:
        raise AssertionError(left.value.code)


def test_an_answer_its_rows_and_its_definitions_over_http(shop: Business, url: str) -> None:
    with weft.Client(url, key=key(shop, "approve")) as client:
        known = client.numbers.get()
        assert {"revenue", "margin", "stock"} <= {one["name"] for one in known["metrics"]}
        assert (known["first"], known["last"]) == ("2026-05-01", "2026-05-02")
        told = client.numbers.answer(metrics=["revenue", "orders"], by=["country"], period=MAY)  # type: ignore[typeddict-item]
        assert [row["key"] for row in told["rows"]] == [{"country": "DE"}]
        assert told["total"]["values"] == {"revenue": 2500, "orders": 1}
        assert any("USD" in note for note in told["notes"])
        rates = [{"currency": "USD", "base": "EUR", "day": "2026-01-01", "rate": 0.8}]
        assert client.numbers.put(rates=rates) == {"stored": 1}  # type: ignore[arg-type]
        query: Any = {
            "metrics": ["revenue"],
            "by": ["product"],
            "where": [{"dimension": "country", "is": ["us"]}],
            "period": MAY,
        }
        told = client.numbers.answer(**query)
        assert told["total"]["values"] == {"revenue": 2000}
        behind = client.numbers.rows(query=query, key=told["rows"][0]["key"])
        assert [(one["order"], one["product"], one["counts"]["net_sales"]) for one in behind["rows"]] == [
            ("#2", "bowl", 2000)
        ]
        assert client.numbers.calendar(zone="Europe/Berlin")["zone"] == "Europe/Berlin"
        assert [row["key"]["day"] for row in client.numbers.answer(metrics=["orders"], by=["day"], period=MAY)["rows"]][:2] == [  # type: ignore[typeddict-item]
            "2026-05-02", "2026-05-03",
        ]  # fmt: skip
        assert client.numbers.values("country") == [{"value": "DE", "title": None}, {"value": "US", "title": None}]
        assert client.numbers.remove(currency="USD", base="EUR", day="2026-01-01") == {"removed": 1}
        client.numbers.calendar(zone="UTC")


def test_what_is_wrong_is_said_over_http(shop: Business, url: str) -> None:
    bearer = {"Authorization": f"Bearer {key(shop, 'read')}"}

    def asked(**body: Any) -> httpx.Response:
        return httpx.post(
            f"{url}/api/v1/numbers/answer", headers=bearer, json={"metrics": ["revenue"], "period": MAY, **body}
        )

    unknown = asked(where=[{"dimension": "country", "is": ["DEE"]}])
    assert (unknown.status_code, unknown.json()["detail"]) == (400, "There is no country 'DEE'. The nearest: DE.")
    reversed_ = asked(period={"first": "2026-05-02", "last": "2026-05-01"})
    assert reversed_.status_code == 422
    assert "before it begins" in reversed_.text
    assert asked(metrics=["profit"]).status_code == 422
    assert httpx.put(f"{url}/api/v1/numbers/calendar", headers=bearer, json={"week_start": 7}).status_code == 403
    empty = asked(period={"first": "1990-01-01", "last": "1990-12-31"}).json()
    assert empty["total"]["values"] == {"revenue": None}


def test_the_command_line_shows_major_units_and_sends_minor_ones(
    shop: Business,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    typed(shop, settings, monkeypatch, "numbers", "show", "revenue", "orders", "--by", "product", "--period", "2026-05")
    shown = capsys.readouterr().out
    assert "25.00" in shown
    assert "left out" in shown
    file = tmp_path / "rates.csv"
    file.write_text("day,currency,rate\n2026-01-01,USD,0.5\n")
    typed(shop, settings, monkeypatch, "rates", "import", str(file))
    capsys.readouterr()
    typed(shop, settings, monkeypatch, "numbers", "show", "revenue", "--period", "all", "--json")
    assert json.loads(capsys.readouterr().out)["total"]["values"] == {"revenue": 3750}
    typed(shop, settings, monkeypatch, "numbers", "rows", "revenue", "--period", "2026-Q2", "--json")
    assert [json.loads(line)["order"] for line in capsys.readouterr().out.splitlines()] == ["#1", "#2"]
    typed(shop, settings, monkeypatch, "rates", "remove", "USD", "2026-01-01")
    for words in (
        ("numbers", "show", "profit"), ("numbers", "show", "revenue", "--period", "May"), ("numbers", "show", "revenue", "--where", "x"),
        ("numbers", "show", "revenue", "--from", "2026-05-02", "--to", "2026-05-01"), ("rates", "set", "USD", "0"),
    ):  # fmt: skip
        with pytest.raises(AssertionError, match=str(InputError.exit_code)):
            typed(shop, settings, monkeypatch, *words)
        assert capsys.readouterr().err.startswith("weft: ")
