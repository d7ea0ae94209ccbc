"""The glossary: terms are found in running text, and never contradict each other."""

import pytest

from weft.access import businesses
from weft.business import Business
from weft.errors import Conflict
from weft.postgres.database import Database
from weft.store.glossary import Term, contradictions
from weft.store.wording import occurs


def term(source: str, target: str | None, pair: str = "en de", **more: object) -> Term:
    """A term of two languages."""
    start, _, end = pair.partition(" ")
    return Term.model_validate(
        {"source_language": start, "source": source, "target_language": end, "target": target, **more}
    )


def found(business: Business, text: str, pair: str = "en de") -> list[str]:
    """The sources of the terms that stand in a text."""
    start, _, end = pair.partition(" ")
    return [one.source for one in business.glossary.within(text, start, end)]


FORMS = [
    ("en", "shirt", "Two SHIRTS, a shirt's collar", True),
    ("en", "battery", "with batteries", True),
    ("en", "scarf", "warm scarves", True),
    ("en", "shirt", "a shirtless man in a T-shirtdress", False),
    ("en", "cap", "caption and capsule", False),
    ("de", "Mantel", "zwei Mäntel", True),
    ("de", "Jacke", "in allen Jacken", True),
    ("de", "Hemd", "des Hemdes", True),
    ("de", "Hut", "viele Hüte", True),
    ("de", "Wolle", "eine Wolljacke", False),
    ("fr", "cheval", "deux chevaux", True),
    ("fr", "écharpe", "l’écharpe rouge", True),
    ("it", "camicia rossa", "due camicie rosse", True),
    ("es", "pez", "los peces", True),
    ("pl", "koszula", "dwie koszule", True),
    ("ru", "рубашка", "две рубашки", True),
    ("zh", "衬衫", "这件衬衫很好", True),
    ("ja", "シャツ", "綿のシャツです", True),
    ("ko", "셔츠", "이 셔츠는", True),
    ("en", "rain jacket", "a rain-jacket", True),
    ("en", "rain jacket", "rain. Jacket", False),
    ("en", "C++", "written in C++ today", True),
    ("en", "TV", "two TVs", True),
]


@pytest.mark.parametrize(("language", "phrase", "text", "there"), FORMS, ids=[f"{f[1]} · {f[2]}" for f in FORMS])
def test_a_phrase_is_found_in_the_forms_of_its_language_and_as_a_whole_word(
    language: str, phrase: str, text: str, there: bool
) -> None:
    assert occurs(phrase, text, language) == there


def test_a_phrase_that_minds_its_case_is_only_itself(business: Business) -> None:
    business.glossary.put([term("US", "USA", case_sensitive=True), term("us", "uns")], "Ann")
    assert found(business, "Sizes in US and for us") == ["US", "us"]
    assert not occurs("Weft", "weft and WEFTS", "en", exactly=True)


def test_the_longest_term_wins_and_offsets_are_those_of_the_text(business: Business) -> None:
    business.glossary.put([term("wool", "Wolle"), term("merino wool", "Merinowolle"), term("sock", "Socke")], "Ann")
    text = "İ Merino wool socks, wool-free"
    places = business.glossary.found(text, "en", "de")
    assert [(text[p.start : p.end], p.held.target) for p in places] == [
        ("Merino wool", "Merinowolle"),
        ("socks", "Socke"),
        ("wool", "Wolle"),
    ]


def test_a_region_has_its_own_word_and_what_stays_as_it_is_stays_so_in_every_language(business: Business) -> None:
    business.glossary.put(
        [term("bag", "Tasche"), term("bag", "Sackerl", "en de-AT"), term("Weft Wool", None, " ")], "Ann"
    )
    assert business.glossary.within("a bag", "en-GB", "de-AT")[0].target == "Sackerl"
    assert business.glossary.within("a bag", "en", "de-CH")[0].target == "Tasche"
    assert business.glossary.within("Weft Wool bag", "fr", "ja")[0].kept
    assert found(business, "a bag", "en fr") == []


CONTRADICTIONS = {
    "two targets": ([term("shirt", "Hemd"), term("Shirt", "Bluse")], "“shirt” (en → de) is to be “Hemd” (line 2) and is to be “Bluse” (line 3)."),
    "kept and translated": ([term("Weft", None, " "), term("Weft", "Gewebe")], "is not to be translated (line 2) and is to be “Gewebe” (line 3)."),
    "wanted and forbidden": ([term("shirt", "Hemd", forbidden=["hemd"])], "is to be “hemd” and may not be “hemd” (line 2)."),
}  # fmt: skip


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_terms_that_contradict_each_other_are_refused_with_a_sentence(business: Business, case: str) -> None:
    terms, sentence = CONTRADICTIONS[case]
    (one,) = contradictions(terms, [f"line {n}" for n in range(2, 9)])
    assert sentence in one.why
    with pytest.raises(Conflict, match="Nothing was kept"):
        business.glossary.put([term("sock", "Socke"), *terms], "Ann")
    assert business.glossary.listed() == []


def test_a_later_definition_never_wins_unless_it_is_said_to(business: Business) -> None:
    business.glossary.put([term("shirt", "Hemd"), term("sock", "Socke")], "Ann")
    with pytest.raises(Conflict, match=r"is to be “Bluse” and is to be “Hemd” \(in the glossary\)"):
        business.glossary.put([term("shirt", "Bluse")], "Ann")
    counts = business.glossary.put([term("shirt", "Bluse"), term("sock", "Socke")], "Ann", replace=True)
    assert (counts.created, counts.updated, counts.unchanged) == (0, 1, 1)
    assert found(business, "shirts") == ["shirt"]
    assert business.glossary.within("shirts", "en", "de")[0].target == "Bluse"
    business.glossary.put([term("sock", None, " ")], "Ann", replace=True)
    assert [one.target for one in business.glossary.listed()] == ["Bluse", None]
    assert business.glossary.contradictions() == []


def test_a_term_that_is_said_twice_keeps_what_either_says(business: Business) -> None:
    terms = [term("hat", "Hut", forbidden=["Mütze"], note="felt"), term("Hat", "Hut", forbidden=["Kappe"], note="wool")]
    counts = business.glossary.put(terms, "Ann")
    assert (counts.created, counts.unchanged) == (1, 1)
    (kept,) = business.glossary.listed()
    assert (kept.source, kept.forbidden, kept.note) == ("hat", ["Mütze", "Kappe"], "felt\nwool")


def test_the_same_term_again_changes_nothing_and_each_change_is_journaled(business: Business) -> None:
    terms = [term("shirt", "Hemd", note="men's"), term("sock", "Socke", forbidden=["Strumpf"])]
    assert business.glossary.put(terms, "Ann").created == 2
    digest = business.glossary.digest()
    assert business.glossary.put(terms, "Ann").unchanged == 2
    assert business.glossary.digest() == digest
    assert business.glossary.put([term("shirt", "Hemd")], "Bob").updated == 1
    assert business.glossary.digest() != digest
    assert business.glossary.forget([business.glossary.listed()[0].id or ""], "Bob") == 1
    assert business.glossary.forget(None, "Bob") == 1
    actions = [(batch["action"], batch["actor"]) for batch in business.journal.listed()]
    assert actions == [
        ("glossary.forget", "Bob"),
        ("glossary.forget", "Bob"),
        ("glossary.put", "Bob"),
        ("glossary.put", "Ann"),
    ]


def test_a_term_of_one_business_is_none_of_anothers(business: Business, database: Database) -> None:
    other = Business(database, businesses.ensured(database, f"{business.id}-other"))
    business.glossary.put([term("shirt", "Hemd")], "Ann")
    assert found(other, "shirt") == []
    other.glossary.put([term("shirt", "Bluse")], "Ann")
    assert business.glossary.within("shirt", "en", "de")[0].target == "Hemd"
    assert other.glossary.forget([business.glossary.listed()[0].id or ""], "Ann") == 0
