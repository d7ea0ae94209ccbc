"""Categories: learned from what was placed, sure where it should be, silent where it must be, kept as bytes."""

import io
import time
import warnings
from itertools import product

import numpy as np
import pytest

from weft.errors import InputError
from weft.skills.organize.calibration import Calibration
from weft.skills.organize.categories import CategoryModel, Listing, Placement
from weft.skills.organize.listing import pieces, seen, words

KINDS = {
    "Clothing > Dresses": ["dress", "gown", "maxi dress", "shirt dress"],
    "Clothing > Shirts": ["shirt", "oxford shirt", "blouse", "flannel shirt"],
    "Shoes": ["sneakers", "boots", "loafers", "sandals"],
    "Kitchen > Knives": ["chef knife", "bread knife", "paring knife", "knife set"],
    "Bicycles > Locks": ["u-lock", "chain lock", "folding lock", "cable lock"],
}
COLORS = ["black", "navy", "red", "white", "green", "silver"]
MAKERS = ["Aldgate", "Brookline", "Corvo", "Dunmore", "Estrella"]


def shop() -> tuple[list[Listing], list[str]]:
    """600 listings of five categories."""
    listings, labels = [], []
    for (category, kinds), color, maker in product(KINDS.items(), COLORS, MAKERS):
        for kind in kinds:
            listings.append(Listing(f"{maker} {color} {kind}", f"<p>Made by <b>{maker}</b>.</p>", maker))
            labels.append(category)
    return listings, labels


@pytest.fixture(scope="module")
def learned() -> CategoryModel:
    return CategoryModel.learned(*shop())


def test_a_new_listing_goes_where_its_like_went_and_says_why(learned: CategoryModel) -> None:
    dress, knife = learned.placed([Listing("Fennick violet evening dress"), Listing("Ceramic bread knife")])
    assert (dress.category, knife.category) == ("Clothing > Dresses", "Kitchen > Knives")
    assert dress.words[0] == "dress"
    assert set(knife.words) <= {"bread", "knife"}
    assert dress.confidence > 0.8
    assert len(dress.runners_up) == 3
    assert all(0 <= confidence <= dress.confidence for _, confidence in dress.runners_up)
    assert dress.confidence + sum(confidence for _, confidence in dress.runners_up) <= 1 + 1e-9


def test_the_type_and_the_tags_are_read_too() -> None:
    listings = [
        Listing(f"{name} {n}", type=kind, tags=(kind, "sale"))
        for n in range(20)
        for name, kind in [("Ada", "rings"), ("Berta", "belts")]
    ]
    model = CategoryModel.learned(listings, [one.type for one in listings])
    (placement,) = model.placed([Listing("Clara", type="belts", tags=("belts",))])
    assert placement.category == "belts"


def test_what_is_known_is_sure_and_what_is_strange_is_not(learned: CategoryModel) -> None:
    threshold = learned.threshold(0.95)
    assert threshold is not None
    near, far = learned.placed([Listing("Corvo red chain lock"), Listing("Quarterly subscription voucher")])
    assert near.confidence >= threshold
    assert far.confidence < threshold


def test_without_text_nothing_is_said(learned: CategoryModel) -> None:
    nothing = Placement(None, 0.0)
    assert learned.placed([Listing(""), Listing("  !? "), Listing("", "<p></p>")]) == [nothing] * 3
    assert learned.placed([]) == []


def test_reasons_can_be_left_out(learned: CategoryModel) -> None:
    (told,) = learned.placed([Listing("red boots")])
    (bare,) = learned.placed([Listing("red boots")], reasons=False)
    assert bare == Placement(told.category, told.confidence, told.runners_up)


def test_what_is_saved_is_loaded_and_the_same_twice(learned: CategoryModel) -> None:
    again = CategoryModel.learned(*shop())
    assert again.saved() == learned.saved()
    loaded = CategoryModel.loaded(learned.saved())
    titles = [Listing("navy gown"), Listing("Dunmore folding lock"), Listing("???")]
    assert loaded.placed(titles) == learned.placed(titles)
    assert loaded.threshold() == learned.threshold()
    assert loaded.saved() == learned.saved()


def test_other_bytes_are_refused(learned: CategoryModel) -> None:
    foreign = io.BytesIO()
    np.savez(foreign, other=np.zeros(3))
    pickled = io.BytesIO()
    np.savez(pickled, told=np.array([{}], dtype=object))
    for content in (b"", b"PK\x03\x04", learned.saved()[:2000], foreign.getvalue(), pickled.getvalue()):
        with pytest.raises(InputError, match="learn it anew"):
            CategoryModel.loaded(content)


ODD: list[tuple[list[Listing], list[str]]] = [
    ([], []),
    ([Listing("")], ["a"]),
    ([Listing("red shirt")], [""]),
    ([Listing("red shirt")], ["a"]),
    ([Listing("red shirt"), Listing("blue shirt")], ["a", "a"]),
    ([Listing("red shirt"), Listing("blue shoe")], ["a", "b"]),
    ([Listing("same"), Listing("same")], ["a", "b"]),
    ([Listing("same")] * 40, ["a", "b"] * 20),
    ([Listing(f"thing {n}") for n in range(30)], [str(n) for n in range(30)]),
    ([Listing(f"thing {n}") for n in range(30)], ["a"] * 29 + ["b"]),
    ([Listing("")] * 5 + [Listing("\ud83d\x00")] + [Listing("自転車 ロック")], ["a"] * 6 + ["b"]),
    ([Listing("x" * 100_000, "<" * 100_000, tags=("t",) * 5000), Listing("y")], ["a", "b"]),
]


@pytest.mark.parametrize(("listings", "labels"), ODD)
def test_odd_data_are_learned_without_a_word_and_never_make_sure(listings: list[Listing], labels: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = CategoryModel.learned(listings, labels)
        placements = model.placed([*listings, Listing("red shirt"), Listing("")])
    assert all(0 <= one.confidence < 0.9 for one in placements)
    assert placements[-1].category is None
    assert model.threshold(0.99) is None
    assert CategoryModel.loaded(model.saved()).placed(listings) == placements[: len(listings)]


def test_listings_and_labels_must_be_as_many() -> None:
    with pytest.raises(ValueError, match="zip"):
        CategoryModel.learned([Listing("a")], [])


def test_the_threshold_counts_one_error_more_than_was_seen() -> None:
    sure = np.linspace(1, 0.5, 400)
    right = np.ones(400, bool)
    right[250] = False
    one = Calibration(1.0, np.zeros(2), np.zeros(5), 0.0, 400, sure, right)
    assert one.threshold(0.99) == sure[-1]
    assert one.threshold(0.996) == sure[249]
    assert one.threshold(0.999) is None
    # What is equally sure is taken whole or not at all.
    flat = Calibration(1.0, np.zeros(2), np.zeros(5), 0.0, 400, np.full(400, 0.9), np.arange(400) >= 10)
    assert flat.threshold(0.99) is None


def test_confidence_is_the_share_that_is_right() -> None:
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 4, 6000)
    scores = rng.normal(0, 0.5, (6000, 4)) - 0.6
    scores[np.arange(6000), truth] += 0.8
    known = np.ones(6000)
    one = Calibration.learned(scores[:3000], truth[:3000], known[:3000])
    sure = one.confidence(scores[3000:], known[3000:])
    right = scores[3000:].argmax(1) == truth[3000:]
    for low in (0.3, 0.5, 0.7):
        among = (sure >= low) & (sure < low + 0.2)
        assert abs(sure[among].mean() - right[among].mean()) < 0.06


def test_a_description_is_read_as_its_reader_sees_it() -> None:
    assert seen("<p>Soft &amp; warm</p><script>var x</script><br>wool").split() == ["Soft", "&", "warm", "wool"]
    start = time.process_time()
    assert len(seen("<" * 100_000)) == 2000
    assert len(seen("<script>" * 12_000)) <= 2000
    assert time.process_time() - start < 1


def test_words_and_their_pieces() -> None:
    assert words("Ｔ-Shirt ÉTÉ 2,5m") == ["t", "shirt", "été", "2", "5m"]
    assert list(pieces("ox")) == [" ox", "ox ", " ox ", " ox "]
    assert " kf00" in set(pieces("kf42b"))
    assert list(pieces("靴下")) == ["靴", "下", "靴下", "靴下"]


@pytest.mark.slow
def test_twenty_thousand_products_are_learned_in_half_a_minute() -> None:
    rng = np.random.default_rng(1)
    nouns = [f"noun{n}" for n in range(400)]
    listings, labels = [], []
    for n in range(20_000):
        kind = int(rng.integers(0, 122))
        listings.append(Listing(f"maker{rng.integers(0, 300)} model{n} {nouns[kind * 3 + int(rng.integers(0, 3))]}"))
        labels.append(f"class {kind}")
    start = time.process_time()
    CategoryModel.learned(listings, labels)
    assert time.process_time() - start < 30
