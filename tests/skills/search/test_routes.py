"""Search with a business's own models: what products mean by its route `embed`, and the first hits in the order of `rerank`."""

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson
import pytest
from models import standing

from weft import skill as skills
from weft.access import businesses
from weft.business import Business
from weft.connectors.importing import import_file
from weft.gateway import doors
from weft.gateway.standin import Behavior, Standin, problem
from weft.index import finding, keeping, routed
from weft.postgres.database import Database
from weft.skills.search import Results

# What is meant by each word: one place of a vector.
MEANS = {
    "sofa": 0, "couch": 0, "settee": 0, "lamp": 1, "light": 1, "luminaire": 1, "rug": 2, "carpet": 2,
    "oak": 3, "table": 4, "desk": 4, "bureau": 4,
}  # fmt: skip
PRODUCTS = {
    "sofa": "Sofa Oslo", "lamp": "Arc Lamp Brass", "lamp-small": "Small Lamp Nickel", "rug": "Wool Rug", "table": "Oak Table",
}  # fmt: skip


class Readers(Standin):
    """Models that know what a dozen words mean: `wide` says it in twelve numbers, `reader` ranks by the letters of a text."""

    def __init__(self) -> None:
        super().__init__({"small": self.vectors, "wide": self.wide, "reader": self.ranks})
        self.width = 6
        self.order: Callable[[str], float] = len
        self.spoilt: Behavior | None = None

    def vectors(self, body: Mapping[str, Any]) -> Behavior:
        return self.spoilt or answer(data=[vector(text, place, self.width) for place, text in enumerate(body["input"])])

    def wide(self, body: Mapping[str, Any]) -> Behavior:
        return answer(data=[vector(text, place, 12) for place, text in enumerate(body["input"])])

    def ranks(self, body: Mapping[str, Any]) -> Behavior:
        told = [{"index": place, "relevance_score": self.order(text)} for place, text in enumerate(body["documents"])]
        return self.spoilt or answer(results=sorted(told, key=lambda one: -one["relevance_score"]))

    def times(self, model: str) -> int:
        """How often a model was asked."""
        return sum(one["model"] == model for one in self.asked)


def answer(**said: Any) -> Behavior:
    return Behavior((orjson.dumps({"model": "it", "usage": {"prompt_tokens": 5, "total_tokens": 5}, **said}),))


def vector(text: str, place: int, width: int) -> dict[str, Any]:
    found = [0.001] * width
    for word in text.lower().replace(",", " ").split():
        if word in MEANS:
            found[MEANS[word]] += 1.0
    return {"object": "embedding", "index": place, "embedding": found}


@pytest.fixture(scope="module")
def readers() -> Readers:
    return Readers()


@pytest.fixture(scope="module")
def upstream(readers: Readers) -> Iterator[str]:
    with standing(readers) as url:
        yield url


@pytest.fixture(autouse=True)
def rested(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Models that answer, and none that is left alone because it failed in the test before."""
    readers.spoilt, readers.width, readers.order = None, 6, len
    monkeypatch.setattr(routed, "_RESTING", {})
    # On a busy machine the stand-in may be slow as well.
    monkeypatch.setattr(routed, "_EMBED_SECONDS", 30.0)
    monkeypatch.setattr(routed, "_RERANK_SECONDS", 30.0)
    # This machine has a model of its own, which is not what is tried here.
    monkeypatch.setattr(keeping, "_loaded", lambda *_: None)


@pytest.fixture
def shop(database: Database, upstream: str, tmp_path: Any, request: pytest.FixtureRequest) -> Callable[..., Business]:
    """Make a business with furniture, and routes to the models that are named."""

    def made(**routes: str) -> Business:
        name = f"routes-{abs(hash(request.node.name)) % 10**8}"
        business = Business(database, businesses.ensured(database, name))
        path = tmp_path / "products.jsonl"
        path.write_text(
            "".join(json.dumps({"id": key, "title": title}) + "\n" for key, title in PRODUCTS.items()), encoding="utf-8"
        )
        import_file(business, "products", path, who="test")
        register = doors.opened(database).door.register
        kinds = {"small": "embeddings", "wide": "embeddings", "reader": "rerank"}
        models = {one: {"kind": kind, "prices": {"input": 1.0}} for one, kind in kinds.items()}
        register.add_provider(business.uid, "own", {"base_url": upstream, "models": models}, reach="loopback")
        for route, model in routes.items():
            routed_to(business, route, model)
        return business

    return made


def routed_to(business: Business, route: str, model: str) -> None:
    door = doors.opened(business.database)
    door.door.register.add_route(business.uid, route, {"targets": [{"provider": "own", "model": model}]})
    door.done(door.door.look())


def build(business: Business) -> dict[str, Any]:
    told: dict[str, Any] = keeping.built(
        business.database, business.uid, business.catalog, meaning=True, say=lambda *_: None
    )
    return told


def search(business: Business, query: str, **more: Any) -> Results:
    skill = skills.named("search")
    told = skills.answer(skill, skills.requested(skill, {"query": query, **more}), business)
    assert isinstance(told, Results)
    return told


def ids(told: Results) -> list[str]:
    return [hit.id for hit in told.hits]


def test_a_business_finds_by_the_meaning_of_its_own_model(shop: Callable[..., Business], readers: Readers) -> None:
    business = shop(embed="small")
    told = build(business)
    assert (told["meaning"], told["problem"]) == ("own/small (6)", None)
    found = search(business, "couch")
    assert ids(found)[0] == "sofa"
    assert found.understood.meaning
    assert ids(search(business, "luminaire"))[:2] == ["lamp", "lamp-small"]
    # A query is embedded once.
    before = readers.times("small")
    search(business, "couch", limit=3)
    assert readers.times("small") == before
    rows = ledger(business)
    assert {row["skill"] for row in rows} == {"search"}
    assert sum(row["cost"] for row in rows) > 0


def ledger(business: Business) -> list[dict[str, Any]]:
    assert doors.opened(business.database).door.parts.ledger.drained()
    with business.transaction() as connection:
        cursor = connection.execute("select * from ledger")
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor]


@pytest.mark.parametrize(
    "spoilt",
    [
        problem(500, "out of memory"),
        answer(data=[]),
        answer(data=[{"index": 0, "embedding": [float(n) for n in range(9)]}]),
        answer(data=[{"index": 0, "embedding": [0.0] * 6}]),
        answer(data=[{"index": 0, "embedding": ["much"] * 6}]),
        answer(data=["words"]),
        Behavior((b"<html>",)),
    ],
    ids=["fails", "none", "another-width", "nothing", "words", "no-object", "no-json"],
)
def test_a_model_that_answers_nonsense_leaves_words(
    shop: Callable[..., Business], readers: Readers, spoilt: Behavior
) -> None:
    business = shop(embed="small")
    build(business)
    readers.spoilt = spoilt
    found = search(business, "lamp couch nonsense")
    assert set(ids(found)) == {"lamp", "lamp-small"}
    assert not found.understood.meaning
    # It is left alone for a while, and shoppers do not wait for it.
    before = readers.times("small")
    assert search(business, "brass lamp").total
    assert readers.times("small") == before or len(spoilt.parts[0]) > 80


def test_a_build_without_its_model_finds_by_words(shop: Callable[..., Business], readers: Readers) -> None:
    business = shop(embed="small")
    readers.spoilt = problem(401, "no such key")
    told = build(business)
    assert told["products"] == len(PRODUCTS)
    assert "no such key" in told["problem"]
    assert ids(search(business, "brass lamp"))[0] == "lamp"


def test_another_model_embeds_anew_while_the_old_vectors_serve(shop: Callable[..., Business], readers: Readers) -> None:
    business = shop(embed="small")
    build(business)
    routed_to(business, "embed", "wide")
    until = time.monotonic() + 120
    while (state := opened(business)).state.model == "own/small (6)" and time.monotonic() < until:
        found = search(business, "settee")
        assert ids(found)[0] == "sofa"
        assert found.understood.meaning
        time.sleep(0.2)
    assert state.state.model == "own/wide (12)"
    assert ids(search(business, "bureau"))[0] == "table"


@pytest.mark.slow
def test_vectors_of_another_width_are_made_anew(shop: Callable[..., Business], readers: Readers) -> None:
    business = shop(embed="small")
    build(business)
    readers.width = 9
    until = time.monotonic() + 120
    while (state := opened(business)).state.model == "own/small (6)" and time.monotonic() < until:
        # Words answer, and no vector is compared with one of another width.
        assert ids(search(business, "sofa"))[0] == "sofa"
        time.sleep(0.2)
    assert state.state.model == "own/small (9)"
    assert ids(search(business, "settee"))[0] == "sofa"


def opened(business: Business) -> finding.Shelf:
    assert business.database.folder is not None
    found = finding.opened(business.database.folder, business.uid)
    assert found is not None
    return found


def test_a_reranking_model_orders_the_first_hits(shop: Callable[..., Business], readers: Readers) -> None:
    business = shop(rerank="reader")
    build(business)
    # A model that finds all alike has no order.
    readers.order = lambda _: 0.5
    assert ids(search(business, "lamp")) == ["lamp", "lamp-small"]
    readers.order = lambda text: -math.log(len(text)) if "Arc" in text else 3.0
    found = search(business, "lamp", explain=True)
    assert ids(found) == ["lamp-small", "lamp"]
    assert found.understood.reranked == "own/reader"
    why = found.hits[0].why
    assert why is not None
    assert why.reranked == 1.0
    assert "own/reader put it here" in why.says
    assert {row["skill"] for row in ledger(business)} == {"search"}
    # Sorted otherwise, nothing is asked.
    before = readers.times("reader")
    search(business, "lamp", sort="title")
    assert readers.times("reader") == before


@pytest.mark.parametrize(
    "spoilt",
    [
        problem(503, "overloaded"),
        answer(results=[{"index": 0, "relevance_score": 1.0}]),
        answer(results=[{"index": 7, "relevance_score": 1.0}, {"index": 0, "relevance_score": 0.1}]),
        answer(results=[{"index": 0, "relevance_score": "good"}, {"index": 1, "relevance_score": 1}]),
    ],
    ids=["fails", "too-few", "another-document", "words"],
)
def test_an_order_that_is_none_changes_nothing(
    shop: Callable[..., Business], readers: Readers, spoilt: Behavior
) -> None:
    business = shop(rerank="reader")
    build(business)
    search(business, "rug")
    readers.spoilt = spoilt
    found = search(business, "lamp")
    assert set(ids(found)) == {"lamp", "lamp-small"}
    assert found.understood.reranked is None
