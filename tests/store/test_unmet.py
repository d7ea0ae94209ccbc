"""Searches that found nothing or were not clicked, with what the same people did next."""

from datetime import UTC, datetime, timedelta
from typing import Any

from weft.business import Business

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def did(action: str, second: float, who: str, **more: Any) -> dict[str, Any]:
    return {"action": action, "at": (NOON + timedelta(seconds=second)).isoformat(), "session": who, **more}


def test_what_failed_is_told_with_who_did_what_instead(business: Business) -> None:
    given = []
    for place, who in enumerate(("a", "b", "c")):
        given += [
            did("search", place * 10, who, query="Sofa", results=0),
            did("search", place * 10 + 30, who, query="settee", results=0),
            did("search", place * 10 + 60, who, query="couch", results=4),
        ]
        if who != "c":
            given.append(did("click", place * 10 + 65, who, query="couch", product="oslo", position=1))
    given += [
        did("purchase", 400, "a", product="oslo"),
        did("click", 5_000, "b", query="couch", product="late"),
        # Nobody failed here: found and clicked.
        did("search", 0, "d", query="lamp", results=3),
        did("click", 2, "d", query="lamp", product="desk"),
        *(did("search", n, f"e{n}", query="shelf", results=7) for n in range(3)),
        did("search", 0, "f", query="seldom", results=7),
    ]
    with business.transaction() as connection:
        business.behaviors.put(connection, given)
    found = {one.query: one for one in business.behaviors.unmet()}
    assert set(found) == {"sofa", "settee", "shelf"}
    sofa = found["sofa"]
    assert (sofa.times, sofa.found_nothing, sofa.not_clicked, len(sofa.people)) == (3, 3, 0, 3)
    assert {query: len(people) for query, people in sofa.instead.items()} == {"couch": 2}
    assert {product: len(people) for product, people in sofa.after.items()} == {"oslo": 2}
    assert {product: len(people) for product, people in sofa.bought.items()} == {"oslo": 1}
    assert sofa.people == found["settee"].people
    assert (found["shelf"].found_nothing, found["shelf"].not_clicked, found["shelf"].instead) == (0, 3, {})
    assert [one.query for one in business.behaviors.unmet(limit=1)] == ["settee"]
    assert business.behaviors.unmet(days=1, limit=5)
