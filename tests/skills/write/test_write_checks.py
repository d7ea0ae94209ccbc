"""What passes for a text of a product: both engines are measured by it."""

from typing import Any

import pytest

from weft.business import Business
from weft.skills.write import Write
from weft.skills.write.checks import Standard, passed, wrong
from weft.skills.write.setting import setting

PRODUCT: dict[str, Any] = {
    "id": "p",
    "title": "Ida Jacket",
    "vendor": "Kiln",
    "description": "Two side pockets. 100% Cotton. Made in Italy. Not waterproof.",
    "variants": [{"sku": "a", "options": {"Color": "Navy", "Size": "M"}}],
}
GOOD = "<p>The Ida Jacket by Kiln is made of 100% cotton in Italy.</p><ul><li>Two side pockets</li></ul>"
WRONG = [
    ("description", "<p>The Ida Jacket is made of 100% silk.</p>", "claims"),
    ("description", "<p>The Ida Jacket is made of 90% cotton.</p>", "claims"),
    ("description", "<p>The Ida Jacket is made in France.</p>", "claims"),
    ("description", "<p>The Ida Jacket is waterproof.</p>", "claims"),
    ("description", "<p>The Ida Jacket has <a href='x'>pockets</a>.</p>", "html"),
    ("description", "<p>The Ida Jacket has pockets.", "html"),
    ("description", "<p style='x'>The Ida Jacket has pockets.</p>", "html"),
    ("description", "<li>Two side pockets</li>", "html"),
    ("description", "<p></p><p>The Ida Jacket has two side pockets.</p>", "html"),
    ("description", "The Ida Jacket has two side pockets.", "html"),
    ("description", "<p>The Ida Jacket is perfect for every day.</p>", "words"),
    ("description", "<p>The Ida Jacket: buy it today!</p>", "words"),
    ("description", "<p>Die Jacke hat zwei Seitentaschen und ist aus reiner Baumwolle, gefertigt in Italien für die Stadt.</p>", "language"),
    ("title", "", "limits"),
    ("title", "Ida Jacket " * 20, "limits"),
    ("title", "<b>Ida</b> Jacket", "html"),
    ("bullets", ["Two side pockets"], "limits"),
    ("bullets", ["Two side pockets", "two side pockets"], "limits"),
    ("bullets", "Two side pockets", "limits"),
    ("seo_title", "Ida Jacket by Kiln, made of cotton in Italy, with two side pockets", "limits"),
]  # fmt: skip


@pytest.fixture
def measured(business: Business) -> tuple[Any, Standard]:
    here = setting(business)
    return here.brief(Write(product=PRODUCT, language="en"), PRODUCT), here.standard("shop", "en")


def test_a_sound_text_passes(measured: tuple[Any, Standard]) -> None:
    assert wrong("description", GOOD, *measured) == []
    assert all(check["ok"] for check in passed("bullets", ["Two side pockets", "100% cotton"], *measured))


@pytest.mark.parametrize(
    ("part", "text", "check"), WRONG, ids=[f"{check}: {str(text)[:40]}" for _, text, check in WRONG]
)
def test_what_is_wrong_is_found_and_said(part: Any, text: Any, check: str, measured: tuple[Any, Standard]) -> None:
    failed = [one for one in passed(part, text, *measured) if not one["ok"]]
    assert check in {one["name"] for one in failed}
    assert all(one["message"] for one in failed)
    assert wrong(part, text, *measured)


def test_channels_and_the_business_forbid_words(business: Business) -> None:
    business.preferences.put("voice", {"avoid": ["pockets"]}, "test")
    business.preferences.put("claims", {"forbidden": ["Italy"]}, "test")
    here = setting(business)
    brief = here.brief(Write(product=PRODUCT, language="en"), PRODUCT)
    found = " ".join(wrong("description", GOOD, brief, here.standard("shop", "en")))
    assert "pockets" in found
    assert "Italy" in found
    for text in (
        "Free shipping on the Ida Jacket",
        "See www.kiln.example",
        "Ida ★ Jacket",
        "IDA JACKET FINE COTTON JACKET",
    ):
        assert wrong("title", text, brief, here.standard("google", "en")), text
