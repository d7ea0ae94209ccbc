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


def test_features_say_how_many_and_where_as_the_text_does(business: Business) -> None:
    text = "<ul><li>Single button placket closure at back</li><li>Three exterior pockets, one pocket</li><li>A patch pocket</li></ul>"
    german = said(written(business, "de", description=text))
    for words in ("Knopfverschluss hinten", "Drei Taschen", "Eine Tasche", "Aufgesetzte Tasche"):
        assert words in german
    assert not re.search("vorn|Ein Taschen|Aufgesetzte Taschen", german)
    assert "Knopfverschluss vorn" not in said(written(business, "de", description="<ul><li>Button closure</li></ul>"))


def test_what_a_title_says_behind_its_noun_is_not_lost(business: Business) -> None:
    tent = {"title": "Dome Tent for 2 Løvfall", "type": "Tents", "attributes": {"material": "cotton"}}
    assert "Zelt Løvfall für 2" in said(written(business, "de", **tent))
    answer = written(business, "de", **{**tent, "title": "Tula Bowl with Lid", "type": "Bowls"})
    assert "“Lid”" in next(one.why for one in answer.left if one.part == "title")
    assert "Damen-T-Shirt Boy" in said(written(business, "de", title="Boy Shirt", type="Women's T-Shirts"))


def test_things_are_called_what_their_shelf_says_more_exactly(business: Business) -> None:
    wool = {"attributes": {"material": "wool"}}
    assert "Die Mütze Furu" in said(written(business, "de", title="Furu Ribbed Wool Hat", type="Beanies", **wool))
    assert "hose" in said(written(business, "de", title="Vey Sweat", type="women's pants", **wool))
    assert "is a pair of women's socks" in said(written(business, title="Ball Sock", type="women's socks", **wool))
    assert "women" not in said(written(business, title="Oscar Luggage Tag", type="women's bags", **wool))


def test_a_line_of_labels_becomes_specifications(business: Business) -> None:
    text = "<p>Material recycled polyester; weight 320 g/m²; fit slim; target unisex; cable 1.5 m.</p>"
    shown = said(written(business, title="Vey Jacket", type="jackets", description=text))
    assert "Material:  Recycled polyester" in shown
    assert "Cable:  1.5 m" in shown
    assert "is a unisex jacket" in shown
    assert "target" not in shown
    gas = said(written(business, description="<p>Fits screw-top gas cartridges; the cartridge is not included.</p>"))
    assert "The:" not in gas


def test_no_sentence_says_it_of_what_was_not_named(business: Business) -> None:
    bag = {"title": "Holme Mummy Sleeping Bag", "type": "Sleeping Bags"}
    facts = {"material": "hollow fibre", "origin": "VN"}
    german = said(written(business, "de", **bag, **sized("regular", "LONG"), attributes=facts))
    assert "Holme Mummy von Pero ist ein Schlafsack" in german
    poles = {
        "title": "Kvist Trekking Poles",
        "type": "Hiking Poles",
        "description": "<p>Adjusts up to 140 cm with lever locks.</p>",
    }
    english = said(written(business, **poles, **colored("Black", "Red")))
    assert english.index("come in black and red") < english.index("Adjusts up to 140 cm")
    assert "It comes in moss, in sizes regular and long." in said(
        written(business, **bag, attributes={"color": "Moss", "origin": "VN"}, **sized("regular", "LONG"))
    )


def test_a_knife_is_not_asked_how_much_it_holds(business: Business) -> None:
    answer = written(
        business, title="Storvik Cook's Knife", type="Chef's Knives", description="<p>A blade of carbon steel.</p>"
    )
    assert {need.fact for need in answer.needs} == {"dimensions", "care"}
