"""Scores with their reasons, and the order in which products deserve to be mended."""

import copy
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weft.errors import InputError
from weft.skills.organize.quality import POINTS, Quality, Reason, Shelf, queue, scored, wrong_gtin

GOOD: dict[str, Any] = {
    "id": "mug",
    "title": "Stoneware mug with a wide handle",
    "description": "<p>" + "A heavy mug of stoneware, glazed inside and out, that keeps tea warm. " * 4 + "</p>",
    "vendor": "Kiln",
    "category": "Home > Kitchen > Mugs",
    "images": [{"src": "https://x/1.jpg", "alt": "The mug"}, {"src": "https://x/2.jpg", "alt": "Its handle"}],
    "attributes": {"capacity": {"value": 350, "unit": "ml"}, "material": "stoneware"},
    "variants": [{"sku": "M-1", "barcode": "4006381333931", "price": 1900, "currency": "EUR", "stock": 4}],
}


def codes(product: dict[str, Any], *others: dict[str, Any]) -> set[str]:
    return {reason.code for reason in scored(product, Shelf.of([product, *others])).reasons}


def but(**changed: Any) -> dict[str, Any]:
    return {**copy.deepcopy(GOOD), **changed}


def variant(**changed: Any) -> list[dict[str, Any]]:
    return [{**GOOD["variants"][0], **changed}]


def test_a_sound_listing_has_nothing_to_mend() -> None:
    assert scored(GOOD, Shelf.of([GOOD])) == Quality(100, ())


@pytest.mark.parametrize(
    ("product", "code"),
    [
        (but(title=""), "empty_title"),
        (but(title=None), "empty_title"),
        (but(title="STONEWARE MUG LARGE"), "shouting_title"),
        (but(title="mug " * 60), "long_title"),
        (but(title="KX-200-B 4711A"), "title_of_codes"),
        (but(title="Test product"), "placeholder_text"),
        (but(description=""), "no_description"),
        (but(description="<p> </p><script>words that nobody sees</script>"), "no_description"),
        (but(description="<p>A mug.</p>"), "thin_description"),
        (
            but(description="<p>Lorem ipsum dolor sit amet, " + "consetetur sadipscing " * 20 + "</p>"),
            "placeholder_text",
        ),
        (but(description="<div>" + "words " * 40), "broken_html"),
        (but(images=[]), "missing_image"),
        (but(images=[{"src": "a", "alt": "x"}]), "few_images"),
        (but(images=[{"src": "a", "alt": ""}, {"src": "b", "alt": "x"}]), "image_without_alt"),
        (but(category=None), "no_category"),
        (but(vendor=" "), "no_vendor"),
        (but(attributes={"material": "stoneware"}), "missing_attribute"),
        (but(variants=variant(barcode="4006381333932")), "bad_gtin"),
        (but(variants=variant(barcode="4.00638E+12")), "bad_gtin"),
        (but(variants=variant(barcode="0000000000000")), "bad_gtin"),
        (but(variants=variant(barcode="")), "no_gtin"),
        (but(variants=variant(sku="")), "no_sku"),
        (but(variants=variant() * 2), "repeated_sku"),
        (but(variants=variant(stock=0)), "no_stock"),
        (but(variants=variant(price=None)), "price_missing"),
        (but(variants=[]), "price_missing"),
        (but(variants=variant(compare_at=1500)), "compare_at_below_price"),
        (
            but(
                variants=variant(price={"amount": 1900, "currency": "EUR"}, compare_at={"amount": 9, "currency": "EUR"})
            ),
            "compare_at_below_price",
        ),
    ],
)
def test_each_flaw_is_named_and_nothing_else(product: dict[str, Any], code: str) -> None:
    found = codes(product)
    assert code in found
    assert found <= {code, "no_gtin", "thin_description", "no_description", "title_of_codes"} | {code}


def test_texts_that_stand_twice_are_seen_on_both() -> None:
    other = but(id="cup", title="stoneware MUG, with a wide handle")
    assert codes(GOOD, other) == {"duplicate_title", "duplicate_description"}


def test_a_price_far_from_its_shelf_is_told_with_the_usual_range() -> None:
    shelf_ = [
        but(
            id=f"m{n}", title=f"Mug number {n} of many", description=f"{n} " * 50, variants=variant(price=1500 + 50 * n)
        )
        for n in range(12)
    ]
    dear = but(id="dear", variants=variant(price=190_000))
    (reason,) = scored(dear, Shelf.of([*shelf_, dear])).reasons
    assert reason.code == "price_outlier"
    assert "1900.00 EUR" in reason.words
    assert "EUR" in reason.words.partition("half of it ")[2]
    yen = but(id="yen", variants=variant(price=190_000, currency="JPY"))
    assert scored(yen, Shelf.of([*shelf_, yen])).reasons == ()


def test_what_most_of_a_category_state_is_missed() -> None:
    stating = [
        but(
            id=f"m{n}",
            title=f"Mug {n} of the house",
            description=f"{n} " * 50,
            attributes={**GOOD["attributes"], "glaze": "matte"},
        )
        for n in range(8)
    ]
    quality = scored(GOOD, Shelf.of([*stating, GOOD]))
    assert [(reason.code, reason.field) for reason in quality.reasons] == [("missing_attribute", "attributes.glaze")]
    assert "most products of this category" in quality.reasons[0].words


def test_options_state_attributes_too() -> None:
    shoe = but(
        title="Leather boot for winter",
        category="Shoes",
        attributes={"material": "leather"},
        options=[{"name": "Color"}, {"name": "Size"}],
    )
    assert codes(shoe) == set()


def test_the_queue_goes_by_revenue_at_stake() -> None:
    poor, fair = Quality(40, (Reason("x", "title", 60, "", ""),)), Quality(90, (Reason("x", "title", 10, "", ""),))
    judged = [(but(id="a"), poor), (but(id="b"), fair), (but(id="c"), Quality(100, ())), (but(id="d"), poor)]
    assert [(one.product, one.at_stake) for one in queue(judged, {"a": 1000, "b": 90_000})] == [
        ("b", 9000),
        ("a", 600),
        ("d", 0),
    ]
    assert [one.product for one in queue(judged, {}, limit=2)] == ["a", "d"]


def test_a_shelf_is_kept_and_read_again() -> None:
    shelf = Shelf.of([GOOD, but(id="cup"), *(but(id=f"x{n}", variants=variant(price=100 + n)) for n in range(20))])
    assert Shelf.loaded(shelf.saved()) == shelf
    assert Shelf.loaded(shelf.saved()).saved() == shelf.saved()
    for nonsense in (b"", b"{}", b"[]", b'{"form": 9}', b"\xff"):
        with pytest.raises(InputError):
            Shelf.loaded(nonsense)


def test_a_very_long_description_takes_no_time() -> None:
    long = but(description="<b" * 50_000 + "<p>" * 20_000)
    begun = time.process_time()
    scored(long, Shelf.of([long]))
    assert time.process_time() - begun < 2


def test_codes_that_are_no_gtins() -> None:
    assert wrong_gtin("4006381333931") == ""
    assert wrong_gtin("036000291452") == ""
    assert "5 digits" in wrong_gtin("12345")
    assert "characters" in wrong_gtin("ABC")
    assert "check digit" in wrong_gtin("4006381333930")


def test_every_reason_has_points() -> None:
    assert all(0 < points <= 30 for points in POINTS.values())


plain = st.none() | st.text(max_size=30) | st.integers() | st.booleans()


@settings(max_examples=150)
@given(
    st.fixed_dictionaries(
        {"id": st.text(max_size=5)},
        optional={
            "title": st.none() | st.text(max_size=80),
            "description": st.none() | st.text(alphabet="<>/abpdiv &;!-", max_size=200),
            "vendor": st.none() | st.text(max_size=10),
            "category": st.none() | st.text(max_size=10),
            "images": st.lists(st.dictionaries(st.sampled_from(["src", "alt"]), st.text(max_size=5)), max_size=3),
            "attributes": st.dictionaries(st.text(max_size=8), plain, max_size=4),
            "options": st.lists(st.dictionaries(st.just("name"), st.text(max_size=6)), max_size=3),
            "variants": st.lists(
                st.dictionaries(st.sampled_from(["sku", "barcode", "price", "compare_at", "stock", "currency"]), plain),
                max_size=4,
            ),
        },
    )
)
def test_anything_gets_a_score(product: dict[str, Any]) -> None:
    shelf = Shelf.of([product, product])
    quality = scored(product, Shelf.loaded(shelf.saved()))
    assert 0 <= quality.score <= 100
    assert quality == scored(product, shelf)
