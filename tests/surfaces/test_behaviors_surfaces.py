"""Behaviors over HTTP and on the command line: batches of which nothing is lost, reports, privacy."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving import serving

import weft
from weft.access import businesses, keys
from weft.business import Business
from weft.errors import Forbidden, InputError
from weft.ids import uuid7
from weft.postgres.database import Database
from weft.settings import Settings
from weft.surfaces.cli import root

AT = "2026-05-04T12:00:{:02d}Z"


@dataclass(frozen=True)
class Shop:
    """A server's address, and a business that it serves."""

    url: str
    business: Business

    def key(self, scope: str) -> str:
        return keys.created(self.business.database, self.business.uid, scope)[1]

    def client(self, scope: str = "approve") -> weft.Client:
        return weft.Client(self.url, key=self.key(scope))

    def post(self, body: Any, **headers: str) -> httpx.Response:
        said = {"Authorization": f"Bearer {self.key('propose')}", "Content-Type": "application/json", **headers}
        return httpx.post(f"{self.url}/api/v1/behaviors", headers=said, content=json.dumps(body), timeout=30)


@pytest.fixture(scope="module")
def url(database: Database, settings: Settings) -> Iterator[str]:
    with serving(database, settings) as url:
        yield url


@pytest.fixture
def shop(url: str, database: Database) -> Shop:
    return Shop(url, Business(database, businesses.ensured(database, f"behaviors-{uuid7().hex[-12:]}")))


@pytest.fixture
def weft_(home: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Callable[..., list[Any]]:
    monkeypatch.setenv("WEFT_HOME", str(home))

    def run(*words: str) -> list[Any]:
        monkeypatch.setattr(sys, "argv", ["weft", *words, "--business", shop.business.id, "--json"])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            root.run()
        assert ended.value.code == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def visit(place: int) -> list[dict[str, Any]]:
    """A search, a click on the second hit and a purchase, by one of many visitors."""
    by = {"visitor": f"v{place}", "query_id": f"q{place}"}
    return [
        {"action": "search", "query": "Tent", "results": 4, "at": AT.format(place), **by},
        {"action": "click", "product": "dome", "position": 2, "at": AT.format(place + 1), **by},
        {"action": "purchase", "product": "dome", "price": 10.5, "at": AT.format(place + 2), "visitor": f"v{place}"},
    ]


def test_a_batch_keeps_all_that_can_be_kept_and_says_what_is_wrong_with_the_rest(shop: Shop) -> None:
    batch = [*visit(1), "view", {"action": "view"}, {"action": "view", "product": "dome", "at": "soon"}, *visit(1)]
    with shop.client("propose") as client:
        told = client.behaviors.put(behaviors=batch)
        assert (told["taken"], told["known"], told["left_out"]) == (3, 3, 0)
        assert [(one["at"], one["says"].split(",")[0]) for one in told["problems"]] == [
            (3, "A behavior is an object with an action"),
            (4, "A view needs a query or a product: say of what it is."),
            (5, "at is a time such as 2026-05-31T12:00:00Z"),
        ]
        assert client.behaviors.put(behaviors=visit(1))["known"] == 3
        with pytest.raises(InputError):
            client.behaviors.put(behaviors=visit(1) * 400)
    with shop.client("read") as client, pytest.raises(Forbidden):
        client.behaviors.put(behaviors=visit(1))
    answer = shop.post({"behaviors": visit(2)}, **{"Idempotency-Key": "once"})
    assert (answer.status_code, answer.json()["taken"]) == (202, 3)
    assert shop.post({"behaviors": visit(2)}, **{"Idempotency-Key": "once"}).headers["idempotency-replayed"] == "true"
    for body in ([], {}, {"behaviors": []}, {"behaviors": {}}, {"behaviors": None}):
        refused = shop.post(body)
        assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")


def test_what_a_crawler_sends_is_in_no_report(shop: Shop) -> None:
    assert shop.post({"behaviors": visit(1)}, **{"User-Agent": "GPTBot/1.2"}).json()["left_out"] == 3
    assert shop.post({"behaviors": visit(2)}, **{"User-Agent": "python-requests/2.32"}).json()["taken"] == 3
    with shop.client("read") as client:
        told = client.behaviors.searches()
        assert (told["bots"], told["total"]["times"]) == (3, 1)
        assert client.behaviors.count() == {"bots": 3, "click": 1, "purchase": 1, "search": 1}


def test_reports_tell_one_business_of_its_own(shop: Shop, url: str, database: Database) -> None:
    other = Shop(url, Business(database, businesses.ensured(database, f"behaviors-{uuid7().hex[-12:]}")))
    shown = {
        "action": "impression",
        "place": "similar",
        "query_id": "r1",
        "hits": ["dome"],
        "at": AT.format(9),
        "visitor": "v1",
    }
    with shop.client("propose") as client:
        client.behaviors.put(
            behaviors=[*visit(1), *visit(2), shown, {**shown, "action": "click", "product": "dome", "position": 1}]
        )
        (row,) = client.behaviors.searches(days=7)["rows"]
        assert {name: row[name] for name in ("query", "times", "clicked", "position", "bought")} == {
            "query": "tent", "times": 2, "clicked": 2, "position": 2.0, "bought": 2,
        }  # fmt: skip
        assert row["revenue"] == [{"amount": 2_100, "currency": "EUR"}]
        (strip,) = client.behaviors.strips()["rows"]
        assert (strip["strip"], strip["times"], strip["clicked"]) == ("similar", 1, 1)
    with other.client("read") as client:
        assert client.behaviors.searches()["rows"] == client.behaviors.strips()["rows"] == client.behaviors.all() == []


def test_a_person_is_told_what_is_kept_and_forgotten(shop: Shop) -> None:
    with shop.client() as client:
        client.behaviors.put(behaviors=[*visit(1), *visit(2), {**visit(3)[0], "consent": False, "query_id": "q9"}])
        assert [one["action"] for one in client.behaviors.all(person="v1")] == ["purchase", "click", "search"]
        assert client.behaviors.all(person="v3") == []
        assert client.behaviors.forget(person="v1")["forgotten"] == 3
        assert client.behaviors.all(person="v1") == []
        with pytest.raises(InputError, match="Say whose behaviors"):
            client.behaviors.forget()
        assert client.behaviors.forget(before="2026-05-05")["forgotten"] == 4
    assert "v1" not in json.dumps([batch["detail"] for batch in shop.business.journal.listed()], default=str)


def test_the_command_line_imports_tells_exports_and_forgets(
    weft_: Callable[..., list[Any]], tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch, shop: Shop
) -> None:
    file = tmp_path / "ubi.jsonl"
    query = {
        "user_query": "tent",
        "query_id": "q1",
        "client_id": "v1",
        "timestamp": AT.format(1),
        "query_response_hit_ids": ["a"],
    }
    event = {
        "action_name": "click", "query_id": "q1", "client_id": "v1", "timestamp": AT.format(2),
        "event_attributes": {"object": {"object_id": "a"}, "position": {"ordinal": 1}},
    }  # fmt: skip
    file.write_text("\n".join(map(json.dumps, (query, event, {"action_name": "click"}))))
    (report,) = weft_("import", "behaviors", str(file))
    assert (report["rows"], report["created"], report["rejected"]) == (3, 2, 1)
    row, whole = weft_("behaviors", "searches")
    assert (row["query"], row["clicked"], whole["total"]["clicked"], whole["bots"]) == ("tent", 1, 1, 0)
    assert [one["action"] for one in weft_("behaviors", "list", "--person", "v1")] == ["click", "search"]
    weft_("export", "behaviors", str(tmp_path / "out.jsonl"), "--format", "jsonl")
    assert weft_("behaviors", "forget", "v1") == [{"forgotten": 2}]
    assert weft_("import", "behaviors", str(tmp_path / "out.jsonl"))[-1]["created"] == 2
    monkeypatch.setattr(sys, "argv", ["weft", "behaviors", "searches", "--business", shop.business.id])
    with pytest.raises(SystemExit):
        root.run()
    assert "tent" in capsys.readouterr().out
