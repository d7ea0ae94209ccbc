"""Taxonomies: read as they are published, refused with a line when they are something else, met by a shop's own words."""

import gzip
import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from weft.errors import InputError, UnreadableFile
from weft.skills.organize.listing import Listing
from weft.skills.organize.signs import stem, weighed
from weft.skills.organize.start import Start
from weft.skills.organize.taxonomy import Taxonomy

SHOPIFY = """# Shopify Product Taxonomy - Categories: 2030-01
# Format: {GID} : {Ancestor name} > ... > {Category name}

gid://shopify/TaxonomyCategory/zz      : Boats & Sails
gid://shopify/TaxonomyCategory/zz-1    : Boats & Sails > Hulls
gid://shopify/TaxonomyCategory/zz-1-2  : Boats & Sails > Hulls > Steel Hulls
"""
GOOGLE = "# Google_Product_Taxonomy_Version: 2030-01-01\n7 - Boats & Sails\n12 - Boats & Sails > Hulls\n"
PLAIN = "# ours\nBoats > Hulls\nBoats > Sails | jib, mainsail\n\nRopes"


def test_shopifys_form_is_read() -> None:
    taxonomy = Taxonomy.read(SHOPIFY)
    assert [(node.id, node.path, node.leaf) for node in taxonomy] == [
        ("gid://shopify/TaxonomyCategory/zz", "Boats & Sails", False),
        ("gid://shopify/TaxonomyCategory/zz-1", "Boats & Sails > Hulls", False),
        ("gid://shopify/TaxonomyCategory/zz-1-2", "Boats & Sails > Hulls > Steel Hulls", True),
    ]
    assert taxonomy.nodes[2].name == "Steel Hulls"
    assert taxonomy.nodes[2].names == ("Boats & Sails", "Hulls", "Steel Hulls")


def test_googles_forms_are_read() -> None:
    assert [(node.id, node.path) for node in Taxonomy.read(GOOGLE)] == [
        ("7", "Boats & Sails"),
        ("12", "Boats & Sails > Hulls"),
    ]
    bare = Taxonomy.read("# Google_Product_Taxonomy_Version: 2030-01-01\nBoats & Sails\nBoats & Sails > Hulls\n")
    assert [node.id for node in bare] == ["Boats & Sails", "Boats & Sails > Hulls"]


def test_the_plain_form_is_read_and_what_is_above_is_made() -> None:
    taxonomy = Taxonomy.read(PLAIN)
    assert [(node.path, node.leaf, node.words) for node in taxonomy] == [
        ("Boats > Hulls", True, ()),
        ("Boats > Sails", True, ("jib", "mainsail")),
        ("Ropes", True, ()),
        ("Boats", False, ()),
    ]
    with_ids = Taxonomy.read("b1\tBoats\nb2\tBoats > Hulls | keel\n")
    assert [(node.id, node.path, node.words) for node in with_ids] == [
        ("b1", "Boats", ()),
        ("b2", "Boats > Hulls", ("keel",)),
    ]
    assert Taxonomy.read("b1 : Boats\nb2 : Boats > Hulls").nodes[1].id == "b2"


def test_a_name_may_have_a_greater_sign_without_blanks_and_any_language() -> None:
    taxonomy = Taxonomy.read("\ufeff動物・ペット用品 > ペット用品\r\nTiere > Größen >30 cm\r\n")
    assert [node.name for node in taxonomy][:2] == ["ペット用品", "Größen >30 cm"]


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_is_read_by_its_path(tmp_path: Path, packed: bool) -> None:
    file = tmp_path / "taxonomy"
    file.write_bytes(gzip.compress(SHOPIFY.encode()) if packed else SHOPIFY.encode())
    assert len(Taxonomy.read(file)) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no category"),
        ("# only a remark\n\n", "no category"),
        ("id,name,parent\n1,Boats,\n", "Line 1 looks like a table"),
        ('"id","path"\n', "Line 1 looks like a table"),
        ("\nid;name;parent\n", "Line 2 looks like a table"),
        ("id\tname\tparent\n", "Line 1 looks like a table"),
        ("a|b|c\n", "Line 1 looks like a table"),
        ('{"categories": []}', "Line 1 looks like JSON"),
        ('[\n{"id": 1}]', "Line 1 looks like JSON"),
        ("<!DOCTYPE html>\n<p>Boats</p>", "Line 1 looks like HTML"),
        ("%PDF-1.7\n", "Line 1 looks like a PDF"),
        ("gid://shopify/TaxonomyAttribute/1 : Color\n", "Line 1 looks like a list of attributes"),
        ("Boats\nHu\x00lls\n", "Line 2 has a character that no text has"),
        (GOOGLE + "Boats & Sails > Masts\n", "Line 4, 'Boats & Sails > Masts', is not written as the first"),
        (SHOPIFY + "99 - Boats & Sails > Masts\n", "Line 7, '99 - Boats"),
        ("Boats > > Hulls\n", "Line 1 has an empty name"),
        ("Boats >\n", "Line 1 has an empty name"),
        ("Boats > Hulls\nboats  >  hulls\n", "Line 2 says 'boats > hulls' again, which line 1"),
        ("7 - Boats\n7 - Sails\n", "Line 2 has the id '7', which line 1"),
        ("Boats\n" + "x" * 2000, "Line 2 has 2,000 characters"),
        ("A > " * 30 + "B", "Line 1 is not a category's path"),
    ],
)
def test_another_text_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(InputError, match="^.*" + said.replace("(", r"\(")):
        Taxonomy.read(text)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "image.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    with pytest.raises(InputError, match=r"Line 1 of .*image\.png is not text in UTF-8"):
        Taxonomy.read(file)
    file.write_bytes(gzip.compress(SHOPIFY.encode())[:30])
    with pytest.raises(InputError, match="not a whole gzip file"):
        Taxonomy.read(file)
    with pytest.raises(UnreadableFile, match="cannot be read"):
        Taxonomy.read(tmp_path / "missing.txt")


def test_weft_brings_a_small_taxonomy_whose_further_words_are_each_one_places() -> None:
    basic = Taxonomy.basic()
    assert 250 <= len(basic) <= 400
    assert len({node.names[0] for node in basic}) > 20
    assert all(len(node.names) <= 3 for node in basic)
    met: dict[str, str] = {}
    for node in basic:
        for word in node.words:
            assert met.setdefault(word.lower(), node.path) == node.path, word


@pytest.mark.parametrize(
    ("own", "path"),
    [
        ("Clothing > Dresses", "Clothing > Dresses"),
        ("clothing>dresses", "Clothing > Dresses"),
        ("women's dresses", "Clothing > Dresses"),
        ("Women / Clothing / Skirts", "Clothing > Skirts"),
        ("Handlebar", "Bicycles > Handlebars & Bike Stems"),
        ("Chef Knives", "Kitchen > Knives & Cutting Boards"),
        ("Earrings", "Jewelry > Earrings"),
        ("Laptops", "Electronics > Laptops & Computers"),
        ("Dog Food", "Pets > Dog Supplies"),
    ],
)
def test_a_shops_own_category_is_found_on_the_taxonomy(own: str, path: str) -> None:
    mapped = Taxonomy.basic().mapped(own)
    assert mapped is not None
    assert mapped[0].path == path
    assert 0.5 < mapped[1] <= 1


@pytest.mark.parametrize("own", ["", "   ", ">", "Spring 2031", "Featured", "%%%", "Qwertz Zuiop"])
def test_what_names_no_place_is_not_mapped(own: str) -> None:
    assert Taxonomy.basic().mapped(own) is None


def test_a_path_whose_end_is_gone_is_the_node_above() -> None:
    mapped = Taxonomy.read(SHOPIFY).mapped("boats & sails > hulls > quondam")
    assert mapped is not None
    assert mapped[0].name == "Hulls"
    assert mapped[1] < 0.8


class ByLetters:
    """A stand-in embedder: texts are near where they share letters' pairs, as some meanings are."""

    name = "by letters"

    def embedded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), 26 * 26), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            letters = [ord(letter) - 97 for letter in text.lower() if "a" <= letter <= "z"]
            for one, other in itertools.pairwise(letters):
                vector[one * 26 + other] += 1
            vector /= max(float(np.linalg.norm(vector)), 1e-9)
        return vectors


def test_meaning_finds_what_no_word_says() -> None:
    taxonomy = Taxonomy.read("Boats > Sailcloth\nBoats > Anchors\nBoats > Compasses")
    assert taxonomy.mapped("sailcloths2") is None
    mapped = taxonomy.mapped("sailcloths2", ByLetters())
    assert mapped is not None
    assert mapped[0].name == "Sailcloth"


@pytest.mark.parametrize("embedder", [None, ByLetters()])
@pytest.mark.parametrize(
    ("listing", "path"),
    [
        (Listing("Aldgate Linen Summer Dress in Navy"), "Clothing > Dresses"),
        (Listing("Dress shirt with button-down collar"), "Clothing > Shirts & Blouses"),
        (Listing("Steel bottle cage for bikes"), "Bicycles > Bike Bottles & Bottle Cages"),
        (Listing("Set of 6 wine glasses"), "Kitchen > Mugs & Glasses"),
        (Listing("Corvo 12", type="U-Lock"), "Bicycles > Bike Locks"),
        (Listing("Organic Strawberry Jam - 340 g"), "Food > Spreads, Jams & Honey"),
        (Listing("Cordless Drill Driver 18V"), "Tools & Hardware > Power Tools"),
    ],
)
def test_without_any_label_a_listing_is_placed_by_what_it_is(
    listing: Listing, path: str, embedder: ByLetters | None
) -> None:
    (placement,) = Start(Taxonomy.basic(), embedder).placed([listing])
    assert placement.category == path
    assert placement.confidence >= 0.7
    assert placement.words
    assert all(sure <= placement.confidence for _, sure in placement.runners_up)


def test_where_nothing_is_said_nothing_is_guessed() -> None:
    start = Start(Taxonomy.basic())
    listings = [Listing(""), Listing("The Bogey"), Listing("Iris No. 7"), Listing("!!!", "<p></p>", tags=("", " "))]
    assert [one.category for one in start.placed(listings)] == [None] * 4
    assert start.placed([]) == []
    assert start.placed([Listing("Brass bell")], least=1.0)[0].category is None


def test_the_head_noun_says_most() -> None:
    said = weighed("Leather Belt Bag for Women, Black")
    assert said["bag"] == 1.0
    assert said["bag"] > said["belt"] > said["woman"]
    assert weighed("Set of 2 mugs")["mug"] == 1.0
    assert stem("watches") == "watch"
    assert stem("knives") == "knife"
    assert stem("dresses") == "dress"
    assert stem("glass") == "glass"


def test_what_a_shop_sells_tells_which_lock_is_meant() -> None:
    shop = [Listing(f"{color} bicycle {thing}") for color in ("red", "blue") for thing in ("frame", "saddle", "bell")]
    lock = Listing("Corvo Lock")
    assert Start(Taxonomy.basic()).placed([lock])[0].category is None
    (placement,) = Start(Taxonomy.basic(), shop=shop).placed([lock])
    assert placement.category == "Bicycles > Bike Locks"


def test_what_is_for_a_thing_is_not_the_thing() -> None:
    assert weighed("Bike Accessories")["bicycle"] < 0.5
    assert (
        Start(Taxonomy.basic()).placed([Listing("Holder", type="Bike Accessories")])[0].category != "Bicycles > Bikes"
    )
