"""What a word was meant for, by the words of a catalog."""

import pytest

from weft.index.spelling import Spelling

WORDS = {
    "fluorescent": 300, "flourescent": 1, "pressure": 200, "washer": 150, "pre": 40, "sure": 12, "aluminum": 900, "aluminium": 2,
    "brushed": 800, "brushes": 2, "power": 500, "poker": 1, "shower": 90, "head": 60, "tower": 4,
}  # fmt: skip
SPELLING = Spelling(WORDS, {"shower head": 40, "pressure washer": 80})


@pytest.mark.parametrize(("slip", "meant"), [("flourescent", "fluorescent"), ("aluminium", "aluminum")])
def test_a_slip_that_the_catalog_has_is_read_as_what_many_products_say(slip: str, meant: str) -> None:
    assert SPELLING.commoner(slip) == meant


@pytest.mark.parametrize("word", ["brushes", "poker", "tower", "fluorescent", "unheard"])
def test_another_word_is_no_slip(word: str) -> None:
    assert SPELLING.commoner(word) is None


def test_a_word_is_one_slip_away() -> None:
    assert SPELLING.slip("presure") == "pressure"
    assert SPELLING.parted("presure") == ("pre", "sure")
    assert SPELLING.slip("showerhead") is None
    assert SPELLING.parted("showerhead") == ("shower", "head")
