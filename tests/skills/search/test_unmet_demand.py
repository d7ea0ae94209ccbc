"""What people looked for and did not get, over HTTP: together by meaning, with what would mend it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from serving import serving

import weft
from weft.access import businesses, keys
from weft.business import Business
from weft.connectors.importing import import_file
from weft.errors import Forbidden
from weft.index import keeping
from weft.postgres.database import Database
from weft.settings import Settings

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
PRODUCTS: list[dict[str, Any]] = [
    {"id": "dome", "title": "Dome Tent", "description": "<p>A light tent of nylon in blue, not in red.</p>"},
    {"id": "tunnel", "title": "Tunnel Tent", "attributes": {"Colour": "Blue"}},
    {"id": "hut", "title": "Family Tent", "description": "Roomy. In green."},
    {"id": "oslo", "title": "Oslo Couch", "description": "Three seats."},
    {"id": "bergen", "title": "Bergen Couch"},
    {"id": "mug", "title": "Mug"},
]


def did(action: str, second: float, who: str, **more: Any) -> dict[str, Any]:
    return {"action": action, "at": (NOON + timedelta(seconds=second)).isoformat(), "session": who, **more}


def shoppers() -> Iterator[dict[str, Any]]:
    """Three look for a couch by another word, three for a blue tent, four for what nobody sells."""
    for who, typed in (("a", "Sofa"), ("b", "sofas"), ("c", "sofa")):
        yield did("search", 0, who, query=typed, results=0)
        yield did("search", 40, who, query="couch", results=2)
        yield did("click", 45, who, query="couch", product="oslo", position=1)
    for who, typed in (("d", "blue tent"), ("e", "Tents blue"), ("f", "blue tennt")):
        yield did("search", 0, who, query=typed, results=0)
        yield did("search", 30, who, query="tent", results=3)
        yield did("click", 45, who, query="tent", product="dome", position=1)
        yield did("click", 50, who, query="tent", product="hut", position=2)
        yield did("click", 55, who, query="tent", product="tunnel", position=3)
    for who in ("g", "h", "i", "j"):
        yield did("search", 0, who, query="espresso machine", results=0)
    # One person changed the subject: that is nobody's synonym.
    yield did("search", 20, "g", query="mug", results=1)
    yield did("click", 25, "g", query="mug", product="mug", position=1)


@pytest.fixture(scope="module")
def shop(
    database: Database, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Business, str]]:
    """A small shop behind a server, indexed by words."""
    found = Business(database, businesses.ensured(database, "unmet"))
    file = tmp_path_factory.mktemp("unmet") / "products.jsonl"
    file.write_text("\n".join(map(json.dumps, PRODUCTS)))
    import_file(found, "products", file)
    keeping.built(database, found.uid, found.catalog, meaning=False, say=lambda *_: None)
    with serving(database, settings) as url:
        yield found, url


def test_what_failed_is_told_by_meaning_with_what_would_mend_it(shop: tuple[Business, str]) -> None:
    business, url = shop
    with weft.Client(url, key=keys.created(business.database, business.uid, "propose")[1]) as client:
        assert client.behaviors.unmet()["demands"] == []
        client.behaviors.put(behaviors=list(shoppers()))
        told = client.behaviors.unmet(days=7)
        demands = {one["query"]: one for one in told["demands"]}
        assert next(iter(demands)) == "espresso machine"
        assert set(demands) == {"espresso machine", "sofa", "blue tent"}
        machine, sofa, tent = (demands[one] for one in ("espresso machine", "sofa", "blue tent"))
        assert (machine["why"], machine["people"], machine["times"], machine["meets"]) == ("nothing", 4, 4, 0)
        assert machine["says"] == "4 people looked for “espresso machine”, and no product meets it."
        assert (sofa["why"], sofa["people"], sofa["spellings"], sofa["instead"]) == (
            "synonym", 3, ["sofas"], [{"query": "couch", "people": 3}],
        )  # fmt: skip
        assert [(one["typed"], one["words"], one["people"]) for one in told["synonyms"]] == [(["sofa"], ["couch"], 3)]
        assert (tent["why"], tent["people"]) == ("attribute", 3)
        assert tent["spellings"] == ["blue tennt", "tents blue"]
        assert [one["id"] for one in tent["took"]] == ["dome", "hut", "tunnel"]
        # The hut is green, the tunnel has a color; of the dome the text says blue.
        (change,) = told["changes"]
        assert (change["record"], change["field"], change["after"]) == ("dome", "attributes.Colour", "Blue")
        quote, sought = change["facts"]
        assert PRODUCTS[0]["description"][quote["start"] : quote["end"]] == quote["value"]
        assert "blue" in quote["value"]
        assert sought["why"] == "3 people looked for “blue tent” in vain, and 3 of them took this product"
        answer = client.skills.call("unmet", {"days": 7}, propose=True)
        assert (answer["proposed"]["done"], answer["proposed"]["left"]) == (1, 0)
        (proposed,) = business.changes.listed()
        assert (proposed["record"], proposed["field"], proposed["state"]) == ("dome", "attributes.Colour", "proposed")
        # Of more people than there are nothing is proposed.
        assert client.behaviors.unmet(people=9)["changes"] == []
        with pytest.raises(Forbidden):
            client.behaviors.mend()


def test_synonyms_are_proposed_as_rules_that_are_off_and_are_met_when_they_are_on(shop: tuple[Business, str]) -> None:
    business, url = shop
    with weft.Client(url, key=keys.created(business.database, business.uid, "approve")[1]) as client:
        client.behaviors.put(behaviors=list(shoppers()))
        for _ in range(2):
            told = client.behaviors.mend()
            (rule,) = business.rules.listed("synonyms")
            assert told["rules"] == [rule.id]
        assert (rule.typed, rule.words, rule.on) == (["sofa"], ["couch"], False)
        assert client.skills.search(query="sofa")["total"] == 0
        business.rules.switch(rule.id or "", True, "Ann")
        assert client.skills.search(query="sofa")["total"] == 2
        told = client.behaviors.unmet()
        assert told["synonyms"] == []
        (sofa,) = [one for one in told["demands"] if one["query"] == "sofa"]
        assert (sofa["why"], sofa["meets"]) == ("met", 2)
