"""An index kept: what is deleted, written late, damaged, written by two at once, or embedded by another model."""

import json
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import models
import numpy as np
import pytest
from numpy.typing import NDArray

from weft.access import businesses, keys
from weft.business import Business
from weft.connectors.importing import import_file
from weft.errors import Conflict
from weft.index import building, finding, keeping
from weft.index.finding import Shelf
from weft.index.folder import Folder
from weft.index.sought import Part, Sought, Weights
from weft.index.words import Analysis
from weft.postgres.database import Database
from weft.settings import Settings
from weft.store.catalog import Catalog


def product(key: str, title: str, **more: Any) -> dict[str, Any]:
    """A product in stock."""
    variant = {"sku": f"SKU-{key}", "price": {"amount": 2000, "currency": "EUR"}, "stock": 5}
    return {"id": key, "title": title, "variants": [variant], **more}


def put(business: Business, scratch: Path, *products: dict[str, Any]) -> None:
    """Import products."""
    path = scratch / "products.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in products), encoding="utf-8")
    import_file(business, "products", path, who="test")


def opened(home: Path, business: Business) -> Shelf:
    """The index of a business in force."""
    shelf = finding.opened(home, business.uid)
    assert shelf is not None
    return shelf


def found(shelf: Shelf, *words: str) -> list[str]:
    """The ids of the products that say some of these words."""
    parts = tuple(Part(word, tuple((term, 1.0) for term in shelf.analysis.stems(word))) for word in words)
    sought = Sought(parts, (), None, len(parts))
    matches = shelf.matching(sought, Weights())
    return [str(shelf.told(one)["id"]) for one in shelf.ranked(matches, sought, Weights(), {}, 50)]


def deleted(business: Business, key: str) -> None:
    """Delete a product as a person does who works on the database."""
    with business.transaction() as connection:
        connection.execute("delete from product where id = %s", (key,))


def edited(business: Business, key: str, title: str, vendor: str) -> None:
    """Edit a product."""
    with business.transaction() as connection:
        connection.execute(
            "update product set title = %s, vendor = %s, updated_at = now() where id = %s", (title, vendor, key)
        )


def kept_up(home: Path, business: Business, model: Any = None, **how: Any) -> Any:
    """Bring the index up to the catalog."""
    return building.kept_up(home, business.uid, business.catalog, lambda: model, 1000, **how)


@pytest.fixture
def indexes(tmp_path: Path) -> Path:
    """A folder of the test's own for indexes."""
    return tmp_path / "home"


def test_what_is_deleted_is_found_no_more(business: Business, indexes: Path, tmp_path: Path) -> None:
    put(business, tmp_path, product("mug", "Enamel Mug"), product("jug", "Enamel Jug"))
    state = building.build(indexes, business.uid, business.catalog)
    assert not building.changed(business.catalog, state)
    deleted(business, "mug")
    assert building.changed(business.catalog, state)
    after = kept_up(indexes, business)
    assert after.products == 1
    assert found(opened(indexes, business), "enamel") == ["jug"]
    assert not building.changed(business.catalog, after)


def test_a_look_that_takes_long_for_what_it_found_delays_no_later_edit(
    business: Business, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shelf() -> Shelf:
        return keeping.shelf(business.database, business.uid, business.id, business.catalog).shelf

    assert business.database.folder is not None
    put(business, tmp_path, product("mug", "Enamel Mug"))
    building.build(business.database.folder, business.uid, business.catalog)
    shelf()
    swift = building.kept_up
    monkeypatch.setattr(building, "kept_up", lambda *given, **named: time.sleep(0.6) or swift(*given, **named))
    for title, word in (("Zinc Mug", "zinc"), ("Copper Mug", "copper")):
        put(business, tmp_path, product("mug", title))
        time.sleep(1)
        assert found(shelf(), word) == ["mug"]


def test_a_catalog_is_read_again_when_something_was_written(
    business: Business, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shelf() -> Shelf:
        return keeping.shelf(business.database, business.uid, business.id, business.catalog).shelf

    asked: Counter[str] = Counter()
    for name in ("moment", "later"):
        real = getattr(Catalog, name)
        counted = lambda *given, name=name, real=real: asked.update([name]) or real(*given)  # noqa: E731
        monkeypatch.setattr(Catalog, name, counted)
    for name, value in (("_LOOK_EVERY", 0.01), ("_LOOK_BESIDE", 0.0), ("_SHARE", 1.0)):
        monkeypatch.setattr(keeping, name, value)
    assert business.database.folder is not None
    put(business, tmp_path, product("mug", "Enamel Mug"))
    building.build(business.database.folder, business.uid, business.catalog)
    for _ in range(12):
        assert found(shelf(), "enamel") == ["mug"]
        time.sleep(0.03)
    # The database's own housekeeping may have written now and then.
    assert asked["moment"] >= 4
    assert asked["later"] < asked["moment"]
    put(business, tmp_path, product("mug", "Zinc Mug"))
    time.sleep(0.2)
    shelf()
    time.sleep(0.2)
    assert found(shelf(), "zinc") == ["mug"]


def test_what_a_long_transaction_wrote_is_found_when_all_is_compared(
    business: Business, indexes: Path, tmp_path: Path
) -> None:
    put(business, tmp_path, product("mug", "Enamel Mug"), product("jug", "Enamel Jug"))
    state = building.build(indexes, business.uid, business.catalog)
    with business.transaction() as connection:
        connection.execute(
            "update product set title = 'Zinc Mug', updated_at = now() - interval '2 hours' where id = 'mug'"
        )
        connection.execute("update product set updated_at = now() - interval '1 day' where id = 'jug'")
    state = kept_up(indexes, business) or state
    assert not building.changed(business.catalog, state)
    assert found(opened(indexes, business), "zinc") == []
    assert kept_up(indexes, business, whole=True) is not None
    assert found(opened(indexes, business), "zinc") == ["mug"]
    assert found(opened(indexes, business), "enamel") == ["jug"]


def test_many_edits_leave_few_segments_and_each_is_found(business: Business, indexes: Path, tmp_path: Path) -> None:
    put(business, tmp_path, *(product(f"p{number}", f"Plain Thing {number}") for number in range(6)))
    building.build(indexes, business.uid, business.catalog)
    names = ["alder", "birch", "cedar", "ebony", "fir", "hazel", "larch", "maple", "oak", "pine", "rowan", "willow"]
    for number, name in enumerate(names):
        edited(business, f"p{number % 6}", f"Plain Thing of {name}", name)
        assert kept_up(indexes, business) is not None
    shelf = opened(indexes, business)
    assert len(shelf.segments) <= 5
    assert shelf.products == 6
    for number, name in enumerate(names):
        assert found(shelf, name) == ([f"p{number % 6}"] if number >= 6 else [])
    assert sorted(found(shelf, "thing")) == [f"p{number}" for number in range(6)]
    everything = shelf.matching(Sought(), Weights())
    assert shelf.counted(everything)["vendor"] == dict.fromkeys(sorted(names[6:]), 1)
    by_title = [str(shelf.told(one)["title"]) for one in shelf.ordered(everything, "name", rising=True, most=10)]
    assert by_title == sorted(by_title)
    whole = building.build(indexes, business.uid, business.catalog)
    assert len(whole.segments) == 1
    assert found(opened(indexes, business), "willow") == ["p5"]


class Model:
    """A model of meaning of some width, that tells what was in force while it was asked."""

    def __init__(self, name: str, width: int, home: Path, business: Business) -> None:
        self.name, self.width = name, width
        self._home, self._business = home, business
        self.texts: list[str] = []
        self.meanwhile: list[tuple[str | None, int]] = []

    def embedded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of unit length, each along one axis."""
        shelf = finding.opened(self._home, self._business.uid)
        if shelf is not None:
            self.meanwhile.append((shelf.state.model, shelf.meanings.width if shelf.meanings else 0))
        self.texts += texts
        return np.array([[float(axis == len(text) % self.width) for axis in range(self.width)] for text in texts], "f4")


def test_vectors_of_another_model_serve_until_all_are_made_anew(
    business: Business, indexes: Path, tmp_path: Path
) -> None:
    put(business, tmp_path, product("bag", "Bag"), product("lamp", "Desk Lamp"))
    first, second = Model("first", 2, indexes, business), Model("second", 3, indexes, business)
    building.build(indexes, business.uid, business.catalog, lambda: first)
    building.build(indexes, business.uid, business.catalog, lambda: first)
    assert sorted(first.texts) == ["Bag", "Desk Lamp"]
    # What is edited while the other model is there already keeps what the last one made.
    put(business, tmp_path, product("bag", "Bag", vendor="Saddler"), product("mug", "Mug"))
    assert kept_up(indexes, business, second) is not None
    assert second.texts == []
    shelf = opened(indexes, business)
    assert shelf.meanings is not None
    assert max(shelf.meanings.near(np.array([0, 1], "f4"), 5)[1].tolist()) == pytest.approx(1)
    state = building.build(indexes, business.uid, business.catalog, lambda: second)
    assert sorted(second.texts) == ["Bag", "Desk Lamp", "Mug"]
    assert second.meanwhile == [("first", 2)]
    assert state.model == "second"
    meanings = opened(indexes, business).meanings
    assert meanings is not None
    assert meanings.width == 3
    assert len(meanings.near(np.array([1, 0, 0], "f4"), 5)[0]) == 3
    put(business, tmp_path, product("bag", "Bag", vendor="Another"))
    building.build(indexes, business.uid, business.catalog, lambda: second)
    assert len(second.texts) == 3


def test_of_two_that_write_one_does(business: Business, indexes: Path, tmp_path: Path) -> None:
    put(business, tmp_path, product("mug", "Enamel Mug"))
    building.build(indexes, business.uid, business.catalog)
    put(business, tmp_path, product("mug", "Zinc Mug"))
    with Folder(indexes, business.uid).writing():
        with pytest.raises(Conflict, match="Another process is writing"):
            kept_up(indexes, business)
        assert found(opened(indexes, business), "enamel") == ["mug"]
    assert kept_up(indexes, business) is not None
    assert found(opened(indexes, business), "zinc") == ["mug"]


@pytest.mark.parametrize("damage", [b"", b"no columns at all", b"\xff" * 4096])
def test_a_damaged_file_is_no_index_and_what_is_open_goes_on(
    business: Business, indexes: Path, tmp_path: Path, damage: bytes
) -> None:
    put(business, tmp_path, product("mug", "Enamel Mug"))
    state = building.build(indexes, business.uid, business.catalog)
    shelf = opened(indexes, business)
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(indexes, elsewhere)
    for home in (indexes, elsewhere):
        file = Folder(home, business.uid).generation(state.generation) / state.segments[0]
        # As another file in its place: one that is mapped is never written to.
        (tmp_path / "damaged").write_bytes(damage)
        (tmp_path / "damaged").replace(file)
        Folder(home, business.uid).put_in_force(state)
    assert finding.opened(elsewhere, business.uid) is None
    assert finding.opened(indexes, business.uid) is None or found(shelf, "enamel") == ["mug"]
    assert finding.last(indexes, business.uid) is not None
    assert found(shelf, "enamel") == ["mug"]
    building.build(elsewhere, business.uid, business.catalog)
    assert found(opened(elsewhere, business), "enamel") == ["mug"]


def test_an_index_made_after_its_folder_was_deleted_is_read_anew(
    business: Business, indexes: Path, tmp_path: Path
) -> None:
    put(business, tmp_path, product("mug", "Enamel Mug"))
    building.build(indexes, business.uid, business.catalog)
    assert found(opened(indexes, business), "enamel") == ["mug"]
    shutil.rmtree(Folder(indexes, business.uid).path)
    put(business, tmp_path, product("mug", "Porcelain Mug"), product("cup", "Enamel Cup"))
    building.build(indexes, business.uid, business.catalog)
    shelf = opened(indexes, business)
    assert (found(shelf, "enamel"), found(shelf, "porcelain")) == (["cup"], ["mug"])


@pytest.fixture(scope="module")
def served(database: Database, settings: Settings) -> Iterator[str]:
    """The address of a server on the session's database."""
    with models.serving(database, settings) as (base, _):
        yield base


def test_over_http_a_deleted_product_is_gone_within_a_second_and_a_damaged_index_is_made_anew(
    served: str, database: Database, tmp_path: Path
) -> None:
    shop = Business(database, businesses.ensured(database, "index-kept"))
    _, key = keys.created(database, shop.uid, "read")
    put(shop, tmp_path, product("mug", "Enamel Mug"), product("jug", "Enamel Jug"))
    assert database.folder is not None
    building.build(database.folder, shop.uid, shop.catalog)
    with httpx.Client(base_url=served, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:

        def asked() -> httpx.Response:
            return client.post("/api/v1/skills/search", json={"query": "enamel"})

        assert {hit["id"] for hit in asked().json()["hits"]} == {"mug", "jug"}
        deleted(shop, "mug")
        time.sleep(1)
        asked()
        assert [hit["id"] for hit in asked().json()["hits"]] == ["jug"]
        (Folder(database.folder, shop.uid).path / "current").write_bytes(b"{}")
        assert [hit["id"] for hit in asked().json()["hits"]] == ["jug"]
        until = time.monotonic() + 60
        while Folder(database.folder, shop.uid).state() is None and time.monotonic() < until:
            time.sleep(0.1)
        assert [hit["id"] for hit in asked().json()["hits"]] == ["jug"]


@pytest.mark.parametrize(
    "text",
    [
        "House of Fara 3/4 in. x 3 in. x 8 ft. MDF Casing", "2x4x8 in. x 10", "foo-x 10", "a x-10 b", '10 " ft', "10 - ft.",
        "1 1/2 in", "x 10 ft", "5 sq. ft. in stock", "½ inch, 1½ in", "红色连衣裙 10 cm x 20 cm", "men's 5's 10", "10 m² 20 ft²", "٣ ft",
        "Furnace with X-13 Motor 10 kW", "", " ", "\x00 10 \x1f ft",
    ],
)  # fmt: skip
def test_a_text_is_read_alike_by_runs_and_as_a_whole(text: str) -> None:
    analysis = Analysis(["en", "de"])
    for _ in range(2):
        runs = analysis.runs(text)
        assert [word[:1] + word[3:] for run in runs for word in run.words] == [
            word[:1] + word[3:] for word in analysis.words(text)
        ]
    assert analysis.written(text)[1] == analysis.terms(analysis.words(text))
