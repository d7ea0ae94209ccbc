"""A text is read without its markup, and every claim keeps its place in the text that was given."""

import time

import pytest

from weft import claims
from weft.claims.reading import read

MARKED = [
    ("<p>Weight: 4<b>50</b>&nbsp;g</p>", "measure", "4<b>50</b>&nbsp;g", 450),
    ("Wiegt ４５０ g", "measure", "４５０ g", 450),
    ("Baum\u00adwoll\u00adhemd", "material", "Baum\u00adwoll\u00adhemd", "cotton"),
    ("<style>p{width:10cm}</style><p>Silk</p><script>var a='5 kg';</script>", "material", "Silk", "silk"),
    ("👕👕 100 % coton 👕", "percentage", "100 %", 100),
    ("مصنوع 5 kg", "measure", "5 kg", 5),
    ("de l&#39;acier inoxydable", "material", "acier inoxydable", "stainless steel"),
    ("coto\u0302n… algodo\u0301n", "material", "algodo\u0301n", "cotton"),
    ("1&#8239;234,5 g de sucre", "measure", "1&#8239;234,5 g", 1234.5),
    ("not<!-- 9 kg --> leather", "material", "not<!-- 9 kg --> leather", "leather"),
    ("5 < 7, but 3 kg", "measure", "3 kg", 3),
]


@pytest.mark.parametrize(("text", "kind", "said", "value"), MARKED, ids=[one[0][:20] for one in MARKED])
def test_a_claim_stands_where_it_was_found(text: str, kind: str, said: str, value: object) -> None:
    found = [one for one in claims.claims(text) if one.kind == kind]
    assert [(one.text, one.value) for one in found] == [(said, value)]
    assert text[found[0].start : found[0].end] == said


def test_what_is_hidden_says_nothing() -> None:
    assert claims.claims("<script>100 % silk</script><!-- 5 kg --><style>a{b:9px}</style>") == []


@pytest.mark.parametrize("wrong", [None, 5, b"5 kg", ["5 kg"]])
def test_what_is_no_text_is_refused(wrong: object) -> None:
    with pytest.raises(TypeError, match="A text is read"):
        claims.claims(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [None, 5, "cotton", ["cotton"]])
def test_what_holds_no_facts_is_refused(wrong: object) -> None:
    with pytest.raises(TypeError, match="Facts"):
        claims.supported("Cotton", wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "…", "<p></p>", "<", "&", "&#999999999;", "<p", "½", "-", "%", "€", "x x x", "1" * 400]
)
def test_next_to_nothing_is_read(text: str) -> None:
    assert isinstance(claims.supported(text, {"a": "b"}), list)


BOMBS = {
    "open tags": "<p " * 2000,
    "open comments": "<!--" * 2000,
    "open scripts": "<script>" * 1000,
    "deep tags": "<div>" * 2000 + "5 kg" + "</div>" * 2000,
    "entities": "&amp;" * 2000 + "&#" * 1000,
    "numbers": "1.234,5 " * 1500,
    "joined numbers": "1 234 " * 1500,
    "sides": "1 x " * 2000,
    "negations": "not without " * 1000,
    "certified": "Certified by EcoStar " * 600,
    "words": "cotton silk navy waterproof no leather, " * 300,
    "quotes": '"' * 4000,
    "signs": "不含" * 2000,
    "fractions": "1/2 ½ " * 1500,
    "lists": "sizes 36, " + "38, " * 2000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_ten_times_the_text_takes_about_ten_times_the_time(bomb: str) -> None:
    def taken(text: str) -> float:
        facts = claims.prepared({"material": "cotton", "weight": "1 kg"})
        best = 1e9
        for _ in range(2):
            start = time.process_time()
            claims.supported(text, facts)
            best = min(best, time.process_time() - start)
        return best

    text = BOMBS[bomb][:3000]
    claims.supported(text, {})
    assert taken(text * 8) < 8 * 4 * taken(text) + 0.05


def test_a_hundred_thousand_characters_are_read() -> None:
    text = "<p>A jacket of cotton, 450 g, waterproof, in navy. Zwei Taschen aus Leder.</p>\n" * 1300
    judged = claims.supported(text, claims.prepared({"material": "cotton", "weight": "450 g"}))
    assert len(judged) >= 5 * 1300
    assert all(text[one.claim.start : one.claim.end] == one.claim.text for one in judged)


def test_a_reading_knows_its_tokens() -> None:
    reading = read("<p>Höhe:&nbsp;30 cm</p>")
    assert reading.words == ["\n", "höhe", ":", "30", "cm", "\n"]
    assert reading.place(3, 5) == (14, 19)


def test_a_name_that_is_a_small_word_elsewhere_puts_a_text_in_no_other_language() -> None:
    facts = {"title": "Como Bowl", "vendor": "Kiln", "attributes": {"material": "wool", "color": "white"}}
    text = "Como Bowl\nComo Bowl.\n- Material: wool\n- Color: white\nColor: white\nComo Bowl\nComo Bowl. Color: white.\nComo Bowl"
    assert not [one for one in claims.supported(text, facts, "en") if one.claim.kind == "language"]
    spanish = claims.supported("Como el cuenco de la abuela, con asa.", facts, "en")
    assert [one.claim.value for one in spanish] == ["es"]


@pytest.mark.parametrize("odd", ["¹", "5¹", "¹ x", "⁹ cm", "²", "①", "¹⁄₂", "٣", "¹%", "1¹2", "3²/4", "२ kg"])
def test_odd_digits_are_read_and_break_nothing(odd: str) -> None:
    for facts in ({"a": odd}, {odd: True}, {"x": {f"{odd}Y»": True}}, {"price cents": odd}):
        for language in ("en", "de", "zh", None):
            claims.supported(f"Holds 5 cm {odd} of wool, {odd} {odd}/{odd} g, 1 lb {odd} oz.", facts, language)


def test_a_text_that_ends_in_the_middle_of_a_claim_is_read_to_its_end() -> None:
    assert claims.supported("Italy half 无 羊毛", {"title": "half 无 羊毛"}, "zh") is not None
    assert claims.claims(" Italy  half 无 羊毛 ") is not None


def test_a_name_is_no_german_compound_where_the_facts_are_in_another_language() -> None:
    english = {
        "title": "Steinrand Kitchen Knife",
        "description": "A chef's knife with a blade of steel for the kitchen.",
    }
    assert not claims.ok("A knife made of stone.", english, "en")
    assert claims.ok(
        "Ein Tisch aus Eiche.", {"title": "Eichentisch", "description": "Der Tisch ist für die Küche."}, "de"
    )
