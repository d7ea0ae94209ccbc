"""Products that may be there twice are named; those that a word sets apart are not."""

import time
from typing import Any

import pytest

from weft.skills.organize.duplicates import suspected


def product(name: str, title: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "title": title, "vendor": "Kiln", **more}


def priced(amount: int, barcode: str = "") -> list[dict[str, Any]]:
    return [{"sku": "x", "price": amount, "currency": "EUR", "barcode": barcode}]


def test_the_same_barcode_or_the_same_words_are_exact() -> None:
    found = suspected(
        [
            product("a", "Green tea mug", variants=priced(900, "4006381333931")),
            product("b", "Mug for tea, green", variants=priced(950, "4006381333931")),
            product("c", "Enamel bowl"),
            product("d", "enamel  BOWL"),
        ]
    )
    assert [(one.a, one.b, one.kind) for one in found] == [("a", "b", "exact"), ("c", "d", "exact")]
    assert "4006381333931" in found[0].why


def test_nearly_the_same_title_of_one_vendor_is_near() -> None:
    (one,) = suspected(
        [
            product("a", "Hand thrown stoneware tea bowl", variants=priced(2000)),
            product("b", "Hand-thrown stoneware teabowl bowl tea", variants=priced(2100)),
            product("c", "Hand thrown stoneware tea bowls", variants=priced(2100)),
        ]
    )[:1]
    assert one.kind == "near"
    assert 0.5 <= one.confidence < 0.95


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Acme phone 12 with case", "Acme phone 13 with case"),
        ("Memory card 64 GB fast", "Memory card 128 GB fast"),
        ("Linen shirt in navy blue", "Linen shirt in off white"),
        ("Wool sweater small size", "Wool sweater large size"),
        ("Bicycle pedal left side", "Bicycle pedal right side"),
        ("Oak table with drawer", "Oak bench with drawer"),
    ],
)
def test_a_word_that_sets_apart_is_respected(left: str, right: str) -> None:
    assert suspected([product("a", left), product("b", right)]) == []


def test_another_vendor_options_or_price_is_another_product() -> None:
    title = "Hand thrown stoneware tea bowl"
    assert suspected([product("a", title), product("b", title + "s") | {"vendor": "Else"}]) == []
    assert (
        suspected([product("a", title, variants=priced(900)), product("b", title + "s", variants=priced(9000))]) == []
    )


@pytest.mark.parametrize(
    "products", [[], [product("a", "")], [{"id": "a"}, {"id": "b"}], [product("a", "x"), product("b", "")]]
)
def test_nothing_is_suspected_of_nothing(products: list[dict[str, Any]]) -> None:
    assert suspected(products) == []


def test_a_catalog_of_one_title_does_not_take_forever() -> None:
    begun = time.process_time()
    found = suspected(product(f"p{n}", "The very same title here") for n in range(20_000))
    assert time.process_time() - begun < 20
    assert 0 < len(found) <= 2000
