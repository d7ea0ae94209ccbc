"""The translation memory: the same text and nearly the same text are found again, in one business alone."""

import random
from datetime import UTC, datetime

import pytest

from weft.access import businesses
from weft.business import Business
from weft.errors import InputError
from weft.postgres.database import Database
from weft.store import closeness, signatures


def segment(source: str, target: str, pair: str = "en de", **more: object) -> dict[str, object]:
    """A segment of two languages."""
    start, _, end = pair.partition(" ")
    return {"source_language": start, "target_language": end, "source": source, "target": target, **more}


SCORES = [
    ("A warm scarf", "A warm scarf", 1.0),
    ("A warm scarf", "a  warm Scarf", 0.99),
    ("12 mugs, 3.5 l", "6 mugs, 0,75 l", 0.98),
    ("Machine washable at 40 degrees", "Machine washable at 30 degrees!", 0.9),
    ("A warm scarf of merino wool", "A warm shawl of merino wool", 0.8),
    ("A warm scarf", "Two cold beers", 0.2),
]


@pytest.mark.parametrize(("one", "other", "about"), SCORES)
def test_closeness_is_what_it_says(one: str, other: str, about: float) -> None:
    score = closeness.score(one, other)
    assert score == closeness.score(other, one)
    assert score == about if about >= 0.98 else abs(score - about) <= 0.1
    assert closeness.score(one, other, 0.75) == (score if score >= 0.75 else 0)


def test_a_text_is_found_again_by_its_language_whatever_the_region(business: Business) -> None:
    business.memory.put(
        [
            segment("Red mug", "Rote Tasse", "en-US de-DE", origin="file", product="mug"),
            segment("Red mug", "Rotes Häferl", "en de-AT"),
            segment("Red mug", "Tasse rouge", "en fr"),
        ],
        "Ann",
    )
    exact = business.memory.exact(["Red mug", "red mug", "Blue mug"], "en", "de-AT")
    assert {text: match.target for text, match in exact.items()} == {"Red mug": "Rotes Häferl"}
    match = business.memory.exact(["Red mug"], "en-US", "de-DE")["Red mug"]
    assert (match.target, match.score, match.origin, match.product) == ("Rote Tasse", 1.0, "file", "mug")
    assert business.memory.exact(["Red mug"], "en", "ja") == {}


def test_of_several_translations_the_newest_said_is_the_first(business: Business) -> None:
    def now() -> str:
        return business.memory.exact(["Red mug"], "en", "de")["Red mug"].target

    for target in ("Rote Tasse", "Roter Becher", "Rote Tasse"):
        business.memory.put([segment("Red mug", target)], "Ann")
        assert now() == target
    business.memory.put([segment("Red mug", "Roter Krug", at="2001-01-01T00:00:00Z")], "Ann")
    assert now() == "Rote Tasse"
    assert len(business.memory.listed(text="krug")) == 1


def test_what_is_nearly_the_same_is_found_with_how_near_it_is(business: Business) -> None:
    known = [
        "A warm scarf of merino wool for cold winter days",
        "Machine washable at 30 degrees",
        "Red mug",
        "Red wool jackets",
        "这件衬衫由纯棉制成，可以机洗",
        "Kleid mit Blumenmuster",
    ]
    business.memory.put([segment(text, f"{text} (de)", "xx de") for text in known], "Ann")
    asked = [
        "A warm shawl of merino wool for cold winter nights",
        "MACHINE washable at 40 degrees",
        "red  mug",
        "Red wool jacket",
        "这件外套由纯棉制成，可以机洗",
        "Nothing of the kind was ever said",
    ]
    found = business.memory.fuzzy(asked, "xx", "de", at_least=0.6)
    assert {text: matches[0].source for text, matches in found.items()} == dict(zip(asked[:5], known[:5], strict=True))
    assert found["red  mug"][0].score == 0.99
    assert found["MACHINE washable at 40 degrees"][0].score == 0.98
    assert business.memory.fuzzy(asked, "xx", "fr") == {}


def test_texts_that_differ_in_their_numbers_alone_are_looked_up_once(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    business.memory.put([segment("Shirt number 1 of linen", "Hemd Nummer 1 aus Leinen")], "Ann")
    looked_up: list[str] = []
    of = signatures.of
    monkeypatch.setattr(signatures, "of", lambda salt, alike: looked_up.append(alike) or of(salt, alike))
    asked = [f"Shirt number {number} of linen" for number in range(2, 2_000)]
    found = business.memory.fuzzy([*asked, "Shirt of linen, number one"], "en", "de")
    assert [found[text][0].target for text in asked] == ["Hemd Nummer 1 aus Leinen"] * len(asked)
    assert len(looked_up) == 2


def test_whatever_is_close_enough_is_found_among_thousands(business: Business) -> None:
    chance = random.Random(7)
    words = [
        "".join(chance.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(chance.randint(2, 9))) for _ in range(800)
    ]
    texts = [" ".join(chance.choice(words) for _ in range(chance.randint(3, 20))) for _ in range(3000)]
    business.memory.put([segment(text, text.upper()) for text in texts], "Ann")
    asked: dict[str, str] = {}
    for text in chance.sample(texts, 300):
        said = text.split()
        said[chance.randrange(len(said))] = chance.choice(words)
        if closeness.score(" ".join(said), text) >= 0.75:
            asked[" ".join(said)] = text
    found = business.memory.fuzzy(asked, "en", "de")
    hits = sum(any(match.source == text for match in found.get(said, [])) for said, text in asked.items())
    assert len(asked) > 150
    assert hits >= 0.97 * len(asked)
    for said, matches in found.items():
        assert [match.score for match in matches] == sorted((match.score for match in matches), reverse=True)
        assert all(match.score == closeness.score(said, match.source) for match in matches)


def test_signatures_are_the_same_in_every_process() -> None:
    assert signatures.of("salt", signatures.compared("Red Mugs, 12 cm"))[:3] == SIGNATURE
    assert signatures.of("salt", "red")[0] != signatures.of("other", "red")[0]


SIGNATURE = [772457955, 1283309201, 1430996593]


def test_the_same_again_changes_nothing_and_the_digest_is_that_of_what_is_there(business: Business) -> None:
    empty = business.memory.digest()
    first, second = segment("One", "Eins", origin="a"), segment("Two", "Zwei", origin="b")
    assert business.memory.put([first], "Ann").created == 1
    one = business.memory.digest()
    assert business.memory.put([first, second, second], "Ann").created == 1
    assert business.memory.put([first, second], "Ann").unchanged == 2
    assert business.memory.counted() == [{"source_language": "en", "target_language": "de", "segments": 2}]
    assert business.memory.forget("Bob", origin="b") == 1
    assert business.memory.digest() == one
    assert business.memory.forget("Bob", source="en-US") == 0
    assert business.memory.forget("Bob", target="de") == 1
    assert business.memory.digest() == empty
    actions = [batch["action"] for batch in business.journal.listed()]
    assert actions == ["memory.forget", "memory.forget", "memory.put", "memory.put"]


def test_what_comes_out_is_what_went_in(business: Business) -> None:
    at = datetime(2026, 5, 1, 12, tzinfo=UTC)
    given = segment("Cafe\u0301", "Kaffee", "en-gb DE", origin="x", field="title", product="p", at=at)
    business.memory.put([given], "Ann")
    assert list(business.memory.records(source="en")) == [
        {**given, "source": "Café", "source_language": "en-GB", "target_language": "de"}
    ]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (segment("", "x"), "A segment needs a source."),
        (segment("x", " "), "A segment needs a target."),
        (segment("x", "y", "en "), "A segment needs a target language."),
        (segment("x", "y", "en en"), "different ones, not both en"),
        (segment("x", "y", "en d"), "'d' is not a language"),
        (segment("x", "y" * 100_001), "has up to 100,000 characters, this one has 100,001."),
        (segment("x", "y\x00"), "NUL"),
        (segment("x", "y", at="yesterday"), "'yesterday' is not a time"),
        (segment("x", "y", by="me"), "A segment has no 'by'"),
    ],
)
def test_what_says_nothing_is_refused_and_nothing_is_kept(
    business: Business, wrong: dict[str, object], sentence: str
) -> None:
    with pytest.raises(InputError) as raised:
        business.memory.put([segment("One", "Eins"), wrong], "Ann")
    assert sentence in raised.value.message
    assert business.memory.counted() == []


def test_a_segment_of_one_business_is_none_of_anothers(business: Business, database: Database) -> None:
    other = Business(database, businesses.ensured(database, f"{business.id}-other"))
    business.memory.put([segment("A warm scarf of merino wool", "Ein warmer Schal aus Merinowolle")], "Ann")
    assert other.memory.exact(["A warm scarf of merino wool"], "en", "de") == {}
    assert other.memory.fuzzy(["A warm scarf of merino wools"], "en", "de") == {}
    signs = signatures.of(f"{business.uid} en de", signatures.compared("A warm scarf of merino wool"))
    with other.transaction() as connection:
        near = connection.execute("select * from segments_near(%s, 'en', 'de', 1, 100, 10)", (signs,)).fetchall()
    assert near == []
    assert other.memory.forget("Ann") == 0
    assert len(business.memory.fuzzy(["A warm scarf of merino wools"], "en", "de")) == 1
