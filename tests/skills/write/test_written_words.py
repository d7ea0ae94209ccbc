"""What `write` says without a model is what the record says: its colors by their names, its materials by their parts."""

import re
from typing import Any

from weft import skill as skills
from weft.business import Business
from weft.skills.write import Write, Written

DRESS: dict[str, Any] = {"id": "tula", "title": "Tula Dress", "type": "women's dresses", "vendor": "Pero"}


def written(business: Business, language: str = "en", **more: Any) -> Written:
    answer = skills.answer(
        skills.named("write"), Write(product={**DRESS, **more}, language=language), business, "local"
    )
    assert isinstance(answer, Written)
    return answer


def said(answer: Written) -> str:
    """All that an answer says, as it is read."""
    texts = [piece.text if isinstance(piece.text, str) else "\n".join(piece.text) for piece in answer.pieces]
    return re.sub(r"<[^>]+>", " ", "\n".join(texts))


def sized(*sizes: str) -> dict[str, Any]:
    return {"variants": [{"sku": f"T-{size}", "options": {"Size": size}} for size in sizes]}


def colored(*colors: str) -> dict[str, Any]:
    return {"variants": [{"sku": f"T-{color}", "options": {"Color": color}} for color in colors]}


def test_two_fabrics_in_one_list_stay_two(business: Business) -> None:
    answer = written(business, description="<ul><li>92% Cotton, 8% Silk, 100% Linen</li></ul>")
    assert "Material:  92% cotton, 8% silk; 100% linen" in said(answer)
    assert "made of cotton, silk and linen" in said(answer).replace("Made", "made")
    german = written(business, language="de", attributes={"material": "92% Cotton, 8% Silk, 100% Linen"})
    assert "92 % Baumwolle, 8 % Seide; 100 % Leinen" in said(german)


def test_shares_of_more_than_there_is_are_not_said_and_asked_for(business: Business) -> None:
    for product in (
        {"description": "<p>60% Cotton, 60% Silk.</p>"},
        {"attributes": {"material": "60% Cotton, 60% Silk"}},
    ):
        answer = written(business, **product)
        assert "60" not in said(answer)
        why = next(need.why for need in answer.needs if need.fact == "material")
        assert "“60% Cotton, 60% Silk” add up to more than there is" in why


def test_a_color_keeps_the_name_that_it_was_given(business: Business) -> None:
    answer = written(business, **colored("Sky Blue"))
    assert "Tula Dress in Sky Blue" in said(answer)
    assert "ight blue" not in said(answer)
    many = said(written(business, **colored("Sky Blue", "Anthracite", "Charcoal", "Bordeaux", "Off White")))
    assert "in sky blue, anthracite, charcoal, bordeaux and off white" in many
    assert "Himmelblau" in said(written(business, language="de", **colored("Sky Blue")))
    moss = written(business, language="de", title="Kleid Tula", type="Kleider", **colored("Moosgrün"))
    assert "in Moosgrün" in said(moss)


def test_sizes_are_written_alike_and_german_names_their_system(business: Business) -> None:
    assert "in sizes XS to 2XL" in said(written(business, **sized("Xs", "s", "m", "Large", "Xl", "2XL")))
    assert "in sizes X-Small, Small and Large" in said(written(business, **sized("X-Small", "Small", "Large")))
    assert "in sizes regular and long" in said(written(business, **sized("regular", "LONG")))
    assert "in den Größen IT 40 und IT 42" in said(written(business, "de", **sized("Italian 40", "Italian 42")))


KNIFE: dict[str, Any] = {
    "title": "Storvik Chef's Knife",
    "type": "Chef's Knives",
    "description": "<table><tr><th>Blade length</th><td>7.9 in</td></tr><tr><th>Width</th><td>0.2 in</td></tr>"
    "<tr><th>Dimensions</th><td>20 x 30.5 in</td></tr><tr><th>Height</th><td>6.6 ft</td></tr><tr><th>Weight</th><td>8 oz</td></tr>"
    "<tr><th>Capacity</th><td>12 fl oz</td></tr><tr><th>Length</th><td>35 cm</td></tr></table>",
}


def market(business: Business, language: str, units: str) -> None:
    business.preferences.put("markets", [{"name": "Here", "language": language, "units": units}], "test")


def test_measures_are_in_the_units_of_the_market(business: Business) -> None:
    german = said(written(business, "de", **KNIFE))
    for value in ("20,1 cm", "5,08 mm", "50,8 x 77,5 cm", "2,01 m", "227 g", "355 ml", "35 cm"):
        assert value in german
    assert "Zoll" not in german
    market(business, "de", "both")
    assert "20,1 cm (7,9 Zoll)" in said(written(business, "de", **KNIFE))
    market(business, "de", "imperial")
    assert "7,9 Zoll" in said(written(business, "de", **KNIFE))
    market(business, "en", "imperial")
    messer = {"title": "Kochmesser Storvik", "type": "Messer"}
    text = "<p>Das Messer ist scharf und hat einen Griff.</p><ul><li>Klingenlänge: 20,1 cm</li><li>Gewicht: 300 g</li></ul>"
    english = said(written(business, "en", **messer, description=text))
    assert "7.91 in" in english
    assert "10.6 oz" in english
