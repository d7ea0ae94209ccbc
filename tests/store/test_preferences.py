"""A business's voice, languages, markets and claims: set as a whole, checked, journaled."""

from typing import Any

import pytest

from weft.business import Business
from weft.errors import InputError
from weft.store.preferences import Market


def test_what_was_never_set_has_its_defaults(business: Business) -> None:
    assert business.preferences.voice().tone == "plain"
    assert (business.preferences.languages().main, business.preferences.markets()) == ("", [])
    assert set(business.preferences.shown()) == {
        "voice",
        "languages",
        "markets",
        "claims",
        "search",
        "behaviors",
        "index",
    }


def test_sections_are_set_as_a_whole_and_each_change_is_journaled(business: Business) -> None:
    assert business.preferences.put("voice", {"tone": "warm", "avoid": [" cheap ", "cheap", ""]}, "Ann")
    assert business.preferences.voice().avoid == ["cheap"]
    assert not business.preferences.put("voice", {"tone": "warm", "avoid": ["cheap"]}, "Ann")
    assert business.preferences.put("voice", {"tone": "expert"}, "Ann")
    assert business.preferences.voice().avoid == []
    (last, first) = business.journal.listed()
    assert (last["action"], last["actor"]) == ("settings.set", "Ann")
    assert last["detail"]["before"] == {"tone": "warm", "avoid": ["cheap"]}
    assert first["detail"]["after"] == {"tone": "warm", "avoid": ["cheap"]}
    assert business.preferences.reset("voice", "Ann")
    assert business.preferences.voice().tone == "plain"
    business.journal.verify()


def test_languages_and_codes_are_brought_to_their_usual_spelling(business: Business) -> None:
    given = [{"name": "Austria", "country": "at", "language": "de_at", "currency": "eur", "sizes": "EU"}]
    business.preferences.put_all({"markets": given, "languages": {"main": "EN", "others": ["German", "pt_br"]}}, "Ann")
    assert business.preferences.markets() == [
        Market(name="Austria", country="AT", language="de-AT", units="metric", sizes="EU", currency="EUR")
    ]
    assert business.preferences.languages().others == ["de", "pt-BR"]


WRONG: dict[str, tuple[str, Any, str]] = {
    "a section": (
        "voices",
        {},
        "There is no section 'voices'; there are voice, languages, markets, claims, search, behaviors, index.",
    ),
    "a field": ("voice", {"tune": "warm"}, "voice has no field 'tune'; it has tone, person,"),
    "a choice": (
        "voice",
        {"tone": "loud"},
        "voice.tone is \"loud\", and should be 'plain', 'warm', 'expert' or 'playful'.",
    ),
    "a form": ("voice", ["warm"], "The section voice is an object of tone, person,"),
    "a language": ("languages", {"main": "Klingonish-"}, "'Klingonish-' is not a language; write it as de, en-GB"),
    "a market's field": (
        "markets",
        [{"name": "A", "size": "EU"}],
        "markets has no field 'A.size'; it has name",
    ),
    "a country": ("markets", [{"name": "A", "country": "Germany"}], "is not a country such as DE or US."),
    "two of a name": ("markets", [{"name": "A"}, {"name": "a"}], "There are two markets called 'A'"),
    "a missing name": ("markets", [{"country": "DE"}], "markets.1.name: Field required."),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_in_a_sentence_and_nothing_is_set(business: Business, case: str) -> None:
    section, value, sentence = WRONG[case]
    with pytest.raises(InputError) as raised:
        business.preferences.put_all({"claims": {"forbidden": ["best ever"]}, section: value}, "Ann")
    assert sentence in raised.value.message
    assert business.preferences.claims().forbidden == []


def test_a_digest_follows_what_it_is_of_and_nothing_else(business: Business) -> None:
    before = business.preferences.digest("voice"), business.preferences.digest("markets"), business.preferences.digest()
    business.preferences.put("voice", {"tone": "warm"}, "Ann")
    after = business.preferences.digest("voice"), business.preferences.digest("markets"), business.preferences.digest()
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True, False]
    business.preferences.reset("voice", "Ann")
    assert business.preferences.digest() == before[2]
