"""Attributes are read where the words say them, and nothing is read where they do not."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weft.errors import InputError
from weft.skills.organize.attributes import Correction, Finding, Knowledge, found
from weft.skills.organize.attributes.measures import measures, number, sizes
from weft.skills.organize.attributes.places import raw_text, shown


def read(title: str = "", **product: Any) -> dict[str, Finding]:
    """The findings of a product by name."""
    return {one.name: one for one in found({"id": "p", "title": title, **product})}


def values(title: str = "", **product: Any) -> dict[str, Any]:
    """The values found in a product by name."""
    return {name: one.value for name, one in read(title, **product).items()}


@pytest.mark.parametrize(
    "title",
    [
        "Black Friday Sale Tote",
        "Red Bull Racing Cap",
        "Orange County Tee",
        "Old Navy Gift Card",
        "Leather-Free Shoes",
        "Shoes, not leather",
        "Brush suitable for leather",
        "Leather & suede cleaner",
        "Leather, suede and nubuck care",
        "Tray that looks like wood",
        "Wood look tray",
        "Bag ohne Leder",
        "Sac sans cuir",
        "Case for Leather and for Black Sofas",
        "5 in 1 Tool",
        "Boyfriend",
        "",
    ],
)
def test_what_is_not_said_of_the_product_is_not_found(title: str) -> None:
    assert values(title) == {}


def test_a_brand_named_after_a_color_has_no_color() -> None:
    assert "color" not in values("White Stuff Tea Towel", vendor="White Stuff")
    assert values("Orange Phone Card", vendor="Orange") == {"brand": "Orange"}


def test_an_imitation_is_not_the_real_thing() -> None:
    assert values("Faux Leather Bag")["material"] == "faux leather"
    assert values("Tasche aus Kunstleder")["material"] == "faux leather"


@pytest.mark.parametrize(
    ("title", "gender", "age"),
    [
        ("Women's Shirt", "female", "adult"),
        ("Men's Shirt", "male", "adult"),
        ("Women's Boyfriend Jeans", "female", "adult"),
        ("Boyfriend jeans", "female", None),
        ("Girls' Shirt", "female", "kids"),
        ("Tee for Men and Women", "unisex", None),
        ("Robe Femme", "female", "adult"),
        ("Hemd für Herren", "male", "adult"),
        ("Man-made marvel", None, None),
        ("Baby Romper", None, "infant"),
    ],
)
def test_gender_and_age_are_read_from_whole_words(title: str, gender: str | None, age: str | None) -> None:
    assert (values(title).get("gender"), values(title).get("age_group")) == (gender, age)


def test_colors_and_materials_in_four_languages() -> None:
    assert values("Shirt BLK")["color"] == "black"
    navy = values("Navy Cotton Dress")
    assert (navy["color"], navy["color_family"], navy["material"]) == ("navy", "blue", "cotton")
    assert values("Hemd aus Baumwolle, dunkelblau")["color"] == "navy"
    assert values("Robe en soie noire") == {"material": "silk", "color": "black", "color_family": "black"}
    assert values("Camiseta de algodón azul")["material"] == "cotton"
    assert values("Bag black/white")["color"] == ["black", "white"]


def test_a_composition_is_read_with_its_shares() -> None:
    one = values("Tee", description="<ul><li>60&nbsp;% <b>Cotton</b>, 40% Polyester</li></ul>")
    assert one["material"] == ["cotton", "polyester"]
    assert one["composition"] == "60% cotton, 40% polyester"


def test_options_say_which_values_there_are() -> None:
    one = read(
        "Tee",
        options=[{"name": "Colour", "values": ["BLK", "Heather Storm"]}, {"name": "Size", "values": ["Small", "xl"]}],
    )
    assert (one["color"].value, one["size"].value) == (["black", "Heather Storm"], ["S", "XL"])
    assert one["size"].field == "options.Size"
    by_variant = values("Tee", variants=[{"options": {"Color": "Black"}, "grams": 200}])
    assert (by_variant["color"], "color_family" in by_variant) == ("black", True)


def test_what_a_model_wears_and_what_else_there_is_says_nothing() -> None:
    html = "<p>Color Navy. <em>Lana is wearing a size Small.</em> Also available in <a href='/black'>Black</a>.</p>"
    assert values("Camisole", description=html) == {"color": "navy", "color_family": "blue"}


def test_labels_and_tables_are_read() -> None:
    html = "<table><tr><th>Height</th><td>12&nbsp;in</td></tr><tr><th>Farbe</th><td>Olive</td></tr></table>"
    one = read("Vase", description=html)
    assert (one["height"].value, one["height"].unit, one["color"].value) == (30.48, "cm", "olive")


def test_markup_is_never_text() -> None:
    html = """<p style="color: red" title="leather > wool" data-material='cotton'>Nice.</p><style>.navy{color:black}</style>
    <script>var gender = "women's";</script><!-- made of silk --><img alt="green wool" src="black.jpg">"""
    assert values("Thing", description=html) == {}


@pytest.mark.parametrize(
    ("text", "kind", "value", "unit"),
    [
        ("1,5 l", "volume", 1500, "ml"),
        ("1.5L", "volume", 1500, "ml"),
        ("3/4 in", "length", 1.905, "cm"),
        ('1 1/2"', "length", 3.81, "cm"),
        ("12 oz", "weight", 340.1943, "g"),
        ("8 fl. oz", "volume", 236.5882, "ml"),
        ("1.200,5 g", "weight", 1200.5, "g"),
        ("2 TB", "data", 2000, "GB"),
        ("1,5 kW", "power", 1500, "W"),
        ("27-inch", "length", 68.58, "cm"),
    ],
)
def test_quantities_are_kept_in_one_unit(text: str, kind: str, value: float, unit: str) -> None:
    (one,) = measures(text)
    assert (one.kind, one.value, one.unit) == (kind, pytest.approx(value), unit)


@pytest.mark.parametrize("text", ["5G network", "1080p", "14 M US", "5 in the box", "$5", "1/2/2024"])
def test_what_has_no_unit_is_no_quantity(text: str) -> None:
    assert list(measures(text)) == []


def test_numbers_of_several_countries() -> None:
    texts = ["1,5", "1.5", "1,500", "1.234,56", "1'200", "1/4", "2½", "x"]
    assert [number(text) for text in texts] == [1.5, 1.5, 1500, 1234.56, 1200, 0.25, 2.5, None]


def test_sizes_are_read_with_their_sides() -> None:
    (one,) = sizes("2x4 cm")
    assert (one.sides, one.unit) == ((("", 2), ("", 4)), "cm")
    shelf = values("Shelf 10 x 20 x 30 cm (L x W x H)")
    assert [shelf[name] for name in ("length", "width", "height", "dimensions")] == [10, 20, 30, "10 x 20 x 30 cm"]


def test_electronics() -> None:
    one = values("16GB RAM 512GB SSD Laptop 15.6 inch display")
    assert (one["memory"], one["storage"], one["screen_size"]) == (16, 512, 39.624)


def place_holds(product: dict[str, Any], one: Finding) -> bool:
    """Whether a finding's offsets point at its words in the raw field."""
    raw = raw_text(product, one.field)
    here = raw[one.start : one.end]
    return (shown(here) if one.field == "description" else here) == one.text


def test_places_in_html_point_at_the_words() -> None:
    html = "<p>Fine&nbsp;&amp; soft: <b>Mer</b>ino <i>wool</i> &ndash; Color: <span>Royal&nbsp;<b>Blue</b></span>.</p>"
    product = {"id": "p", "title": "Hat", "description": html}
    one = {finding.name: finding for finding in found(product)}
    assert html[one["color"].start : one["color"].end] == "Royal&nbsp;<b>Blue"
    assert html[one["material"].start : one["material"].end] == "Mer</b>ino <i>wool"
    assert all(place_holds(product, finding) for finding in one.values())


WORDS = st.sampled_from(
    [
        "navy",
        "blue",
        "cotton",
        "60%",
        "40",
        "100",
        "%",
        "wool",
        "leather",
        "free",
        "not",
        "without",
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "&amp;",
        "&nbsp;",
        "&#8221;",
        '"',
        "'",
        "<",
        ">",
        "<!--",
        "-->",
        "<style>",
        "</style>",
        "<td>",
        "Color:",
        "Size",
        "Material:",
        "12",
        "in",
        "x",
        "3/4",
        "cm",
        "kg",
        "men's",
        "women",
        "/",
        ",",
        ".",
        ";",
        "-",
        "pack",
        "of",
        "6",
        "½",
        "L",
        "W",
        "H",
        "(",
        ")",
        "ß",
        "İ",
        "\n",
        "\t",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=200), st.lists(WORDS, max_size=40).map(" ".join), st.lists(WORDS, max_size=40).map("".join)
)


@given(TEXTS, TEXTS, TEXTS, st.lists(st.text(max_size=20), max_size=3))
def test_any_text_is_read_and_every_place_is_its_text(title: str, html: str, option: str, tags: list[str]) -> None:
    product = {
        "id": "p",
        "title": title,
        "description": html,
        "vendor": option,
        "tags": tags,
        "options": [{"name": "Color", "values": [option, "Black"]}],
    }
    for one in found(product):
        assert place_holds(product, one)
        assert 0 < one.confidence < 1


@pytest.mark.parametrize(
    "text",
    [
        "soft navy cotton 12 cm 60% wool, not leather. ",
        "<",
        "<a b='",
        "<style>",
        "<!--",
        "&",
        "1/",
        "1 x ",
        "1,000",
        "60% ",
        "color ",
        "not ",
        '<p title=">"><b>x</b> 5 in</p>',
    ],
)
def test_a_long_description_costs_no_more_than_its_length(text: str) -> None:
    product = {"id": "p", "title": "Tee", "description": (text * 100_000)[:100_000]}
    started = time.process_time()
    found(product)
    assert time.process_time() - started < 3


def test_a_product_with_nothing_or_nonsense_in_it_is_read() -> None:
    assert found({}) == []
    odd: dict[str, Any] = {
        "id": 1,
        "title": None,
        "description": None,
        "tags": [1, None],
        "options": [None, {"name": 3}],
        "variants": [4],
    }
    assert found(odd) == []


ROASTS = [
    *("Dawn", "Ember", "Cinder", "Velvet Night", "Midday"),
    *(
        f"{first}{second}"
        for first in ("Star", "Fox", "Stone", "Wind", "Oak")
        for second in ("fall", "glow", "wood", "song")
    ),
]
MAKERS = ["Kestrel", "Old Mill", "Harbour", "Northway", "Brass Owl", "Fern & Co"]


def coffees(count: int = 90) -> list[dict[str, Any]]:
    """Coffees of a business that calls its roasts by names of its own, which no lexicon has."""
    made = []
    for n in range(count):
        roast, maker, grams = ROASTS[n % 5 if n % 2 else n % 25], MAKERS[n % 6], 100 * (1 + n % 7)
        noun = ("Coffee", "Ground Coffee", "Beans")[n % 3]
        shown_roast = "" if n % 4 == 3 else f"{roast} Roast "
        made.append(
            {
                "id": f"c{n}",
                "title": f"{maker} {shown_roast}{noun} No {n}, {grams} g",
                "category": "Coffee",
                "attributes": {
                    "Roast name": None if n % 4 == 3 else roast,
                    "Maker": maker,
                    "Net content": f"{grams} g",
                },
            }
        )
    return made


@pytest.fixture(scope="module")
def taught() -> Knowledge:
    """What the coffees teach."""
    return Knowledge.learned(coffees())


def learned_values(knowledge: Knowledge, title: str) -> dict[str, Any]:
    """The values found in a coffee by name."""
    product = {"id": "new", "title": title, "category": "Coffee"}
    assert all(place_holds(product, one) for one in found(product, knowledge))
    return {one.name: one.value for one in found(product, knowledge)}


def test_an_attribute_never_heard_of_is_learned(taught: Knowledge) -> None:
    one = learned_values(taught, "Harbour Cinder Roast Beans No 417, 300 g")
    assert (one["Roast name"], one["Maker"], one["Net content"]) == ("Cinder", "Harbour", "300 g")


def test_a_value_never_seen_is_read_where_such_values_stand(taught: Knowledge) -> None:
    assert learned_values(taught, "Kestrel Moonlight Roast Coffee No 12, 250 g")["Roast name"] == "Moonlight"


def test_what_is_not_there_is_not_said(taught: Knowledge) -> None:
    assert "Roast name" not in learned_values(taught, "Old Mill Coffee No 998, 200 g")


def test_of_thousands_of_attributes_the_frequent_ones_are_learned() -> None:
    products = [
        {
            **one,
            "attributes": {**one["attributes"], **{f"note {n}-{number}": f"remark {number}" for number in range(30)}},
        }
        for n, one in enumerate(coffees())
    ]
    knowledge = Knowledge.learned(products)
    assert knowledge.reader is not None
    assert len(knowledge.reader.spans.names) <= 128
    title = coffees(1)[0]["title"]
    assert learned_values(knowledge, title) == learned_values(Knowledge.learned(coffees()), title) != {}


def test_what_was_learned_is_kept_as_bytes(taught: Knowledge) -> None:
    again = Knowledge.loaded(taught.saved())
    for product in [*coffees(12), {"id": "n", "title": "Northway Ember Roast, 1 kg", "category": "Coffee"}]:
        assert found(product, again) == found(product, taught)
    assert again.saved() == taught.saved()
    assert again.reader is not None
    for name in ("Roast name", "Maker", "Net content", "none of these"):
        assert again.sure(name) == taught.sure(name)


def test_an_attribute_that_the_text_tells_badly_is_later_sure_than_one_that_it_tells_well() -> None:
    seasons, made = ("Spring", "Summer", "Autumn", "Winter"), coffees(300)
    for n, one in enumerate(made):
        told = n * 7 % 4
        one["title"] += f", {seasons[told]} harvest"
        # One in six is not what its title says.
        one["attributes"]["Harvest"] = seasons[(told + (n * 11 % 6 == 0)) % 4]
    knowledge = Knowledge.learned(made)
    assert knowledge.sure("none of these") == knowledge.sure("Maker") < knowledge.sure("Harvest")


def test_the_same_examples_teach_the_same() -> None:
    assert Knowledge.learned(coffees(40)).saved() == Knowledge.learned(coffees(40)).saved()


@pytest.mark.parametrize("data", [b"", b"weft attributes 1\n", b"weft attributes 1\nnot compressed", b"pickle"])
def test_bytes_that_are_not_ours_are_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="learn them again"):
        Knowledge.loaded(data)


def test_a_rejected_value_is_not_found_again(taught: Knowledge) -> None:
    title = "Harbour Cinder Roast Beans No 417, 300 g"
    product = {"id": "new", "title": title, "category": "Coffee"}
    wiser = Knowledge.learned([*coffees(), Correction(product, "Roast name", "Cinder", "rejected")])
    assert "Cinder" not in [one.value for one in found(product, wiser)]
    assert learned_values(taught, title)["Roast name"] == "Cinder"


def test_a_rule_that_was_wrong_is_believed_less() -> None:
    tee = {"id": "t", "title": "Olive Grove Red Tee"}
    before = {one.name: one.confidence for one in found(tee, Knowledge())}
    said = [Correction(f"Print {n} Red Tee", "Color", "red", "rejected") for n in range(12)]
    after = {one.name: one.confidence for one in found(tee, Knowledge.learned(said))}
    assert after.get("color", 0) < 0.6 < before["color"]
    assert "color" not in {one.name for one in found({"id": "u", "title": "Print 3 Red Tee"}, Knowledge.learned(said))}


def test_a_business_s_own_list_is_looked_up() -> None:
    knowledge = Knowledge.learned([], attribute_lists={"Weave": ["Moss Stitch", "Basket"]})
    assert {one.name: one.value for one in found({"id": "s", "title": "moss stitch scarf"}, knowledge)} == {
        "Weave": "Moss Stitch"
    }
    assert found({"id": "s", "title": "No basket here"}, Knowledge.loaded(knowledge.saved())) == []


def test_nothing_is_learned_from_nothing() -> None:
    knowledge = Knowledge.learned(
        [{"id": "a", "title": "Tee"}, {"id": "b"}, Correction("Tee", "Color", None, "absent")]
    )
    assert {one.name for one in found({"id": "c", "title": "Navy Tee"}, knowledge)} == {"color", "color_family"}


def test_only_what_is_asked_is_answered(taught: Knowledge) -> None:
    product = coffees(1)[0]
    assert {one.name for one in found(product, taught, names={"Maker"})} == {"Maker"}
    assert found({"title": "Navy Tee"}, names={"material"}) == []
