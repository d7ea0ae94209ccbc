"""Letters that were read in the wrong encoding are mended where that is certain, and named where they are lost."""

from typing import Any

import pytest

from weft import skill as skills
from weft.business import Business
from weft.mojibake import mended

KNIFE: dict[str, Any] = {
    "id": "knife",
    "title": "KÃ¼chenmesser aus Edelstahl",
    "vendor": "SÃ¸lv",
    "description": "<p>Das Messer hat einen Griff fÃ¼r groÃŸe HÃ¤nde. Es ist 20 cm lang.</p>",
    "options": [{"name": "Farbe"}],
    "variants": [{"sku": "K", "options": {"Farbe": "GrÃ¼n"}, "price": 1900, "currency": "EUR"}],
}


def answered(business: Business, name: str, **asked: Any) -> dict[str, Any]:
    skill = skills.named(name)
    return skills.plain(skill, skills.answer(skill, skills.requested(skill, asked), business, "local"))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("GrÃ¶ÃŸe", "Größe"),
        ("Itâ€™s 20Â°C â€“ cafÃ©", "It’s 20°C – café"),
        ("ÃƒÂ¼ber", "über"),
        ("Ã„rmel, Ã–l, â‚¬ 5, ðŸ˜€", "Ärmel, Öl, € 5, 😀"),
    ],
)
def test_what_is_certain_is_mended(text: str, right: str) -> None:
    assert mended(text) == right


@pytest.mark.parametrize("text", ["“IRMÃ”", "MAÇÃ", "CAFÉ®", "ÅÄÖ", "Bâtiment", "São Paulo", "naïve", "½ Ä", "Küche"])
def test_what_people_write_stays(text: str) -> None:
    assert mended(text) == text


def test_texts_are_made_of_the_letters_that_were_meant(business: Business) -> None:
    with business.transaction() as connection:
        business.catalog.put(connection, [KNIFE], "test")  # type: ignore[arg-type]
    written = answered(business, "write", product="knife", language="de")
    translated = answered(business, "translate", product="knife", into=["de", "en"])
    tidied = answered(business, "tidy", product="knife")
    said = str([one["after"] for answer in (written, translated, tidied) for one in answer["changes"]])
    assert "Ã" not in said
    assert "Küchenmesser aus Edelstahl in Grün" in said
    assert {"title": "Küchenmesser aus Edelstahl"}.items() <= {
        one["field"]: one["after"] for one in tidied["changes"]
    }.items()


def test_where_letters_are_lost_nothing_is_made_of_them_and_the_word_is_named(business: Business) -> None:
    lost = {**KNIFE, "title": "K�chenmesser Bodo", "description": "<p>Ein Messer aus Stahl, 20 cm lang.</p>"}
    written = answered(business, "write", product=lost, language="de")
    assert not [one for one in written["changes"] if "�" in str(one["after"])]
    assert "“K�chenmesser” were lost" in next(one["why"] for one in written["left"] if one["part"] == "title")
    translated = answered(business, "translate", product=lost, into=["en"], source="de")
    assert "“K�chenmesser” were lost" in next(one["why"] for one in translated["left"] if one["field"] == "title")
