"""`translate` on every surface: the command line, HTTP and MCP's list of tools, from a taxonomy's names to an undone change."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from models import serving

from weft.access import businesses, keys
from weft.business import Business
from weft.postgres.database import Database
from weft.settings import Settings
from weft.skill import skills

EN = b"gid://shopify/TaxonomyAttribute/1 : Color\ngid://shopify/TaxonomyCategory/aa : Apparel > Shirts\n"
FR = "gid://shopify/TaxonomyAttribute/1 : Couleur\ngid://shopify/TaxonomyCategory/aa : Vêtements > Chemises\n"
SHIRT: dict[str, Any] = {
    "id": "shirt",
    "title": "Linen shirt",
    "type": "Apparel > Shirts",
    "options": [{"name": "Color"}],
    "variants": [{"sku": "S", "options": {"Color": "Green"}, "price": 2900, "currency": "EUR"}],
}


@pytest.fixture(scope="module")
def shop(database: Database) -> Business:
    business = Business(database, businesses.ensured(database, "translating"))
    with business.transaction() as connection:
        business.catalog.put(connection, [SHIRT], "test")  # type: ignore[list-item]
    business.preferences.put("languages", {"main": "en", "others": ["fr"]}, "test")
    return business


@pytest.fixture(scope="module")
def client(database: Database, settings: Settings, shop: Business) -> Iterator[httpx.Client]:
    secret = keys.created(database, shop.uid, "approve")[1]
    with serving(database, settings) as (url, _):
        headers = {"Authorization": f"Bearer {secret}"}
        with httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=60) as made:
            yield made


def test_names_are_loaded_and_products_translated_over_http(client: httpx.Client, shop: Business) -> None:
    sent = client.post("/taxonomies/terms", params={"name": "names.en.txt.gz"}, content=gzip.compress(EN))
    assert (sent.status_code, sent.json()["language"], sent.json()["names"]) == (201, "en", 2)
    assert client.post("/taxonomies/terms", params={"language": "fr"}, content=FR.encode()).status_code == 201
    assert [one["language"] for one in client.get("/taxonomies/terms").json()] == ["en", "fr"]
    refused = client.post("/taxonomies/terms", params={"language": "fr"}, content=b"a;b;c")
    assert (refused.status_code, "Line 1" in refused.json()["detail"]) == (400, True)
    assert client.post("/taxonomies/terms", content=EN).json()["detail"].startswith("Say in which language")

    answer = client.post("/skills/translate", params={"propose": "true"}, json={"product": "shirt"}).json()
    by = {one["field"]: one for one in answer["texts"]}
    assert (by["type"]["text"], by["type"]["how"]) == ("Vêtements > Chemises", "taxonomy")
    assert by["options.Color"]["text"] == "Couleur"
    assert {one["field"] for one in answer["left"]} == {"title", "values.Color.Green"}
    assert answer["proposed"]["done"] == 2
    assert client.post("/changes/approve", json={"all": True}).json()["done"] == 2
    assert client.post("/changes/apply", json={"all": True}).json()["done"] == 2
    assert shop.catalog.record("shirt")["translations"]["fr"]["options.Color"] == "Couleur"
    assert client.post("/changes/undo", json={"all": True}).json()["done"] == 2
    assert not shop.catalog.record("shirt").get("translations")

    wrong = client.post("/skills/translate", json={"product": "shirt", "text": "both"})
    assert (wrong.status_code, "one of product, text and document" in wrong.text) == (422, True)
    wrong = client.post("/skills/translate", json={"text": "Hello", "into": ["xx"]})
    assert (wrong.status_code, "no language 'xx'" in wrong.json()["detail"]) == (400, True)
    assert client.delete("/taxonomies/terms", params={"language": "fr"}).json()[0]["language"] == "en"
    assert client.delete("/taxonomies/terms", params={"language": "fr"}).status_code == 404


def weft(home: Path, *words: str) -> str:
    """What a command says."""
    environment = {**os.environ, "WEFT_HOME": str(home), "WEFT_BUSINESS": "translating"}
    command = [str(Path(sys.executable).with_name("weft")), *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_commands_load_names_and_translate_texts(home: Path, tmp_path: Path, shop: Business) -> None:
    files = [tmp_path / "names.en.txt", tmp_path / "fr" / "names.txt"]
    files[1].parent.mkdir()
    files[0].write_bytes(EN)
    files[1].write_text(FR, encoding="utf-8")
    assert "Read 2 names in fr from names.txt" in weft(home, "taxonomy", "terms", *map(str, files))
    said = weft(home, "translate", "--text", "<b>Color</b>", "--source", "en", "--into", "fr,de", "--json")
    answer = json.loads(said)
    assert [(one["language"], one["text"]) for one in answer["texts"]] == [("fr", "<b>Couleur</b>")]
    assert [one["language"] for one in answer["left"]] == ["de"]
    assert "weft models add" in answer["left"][0]["why"]


def test_the_skill_is_declared_for_every_surface() -> None:
    skill = skills()["translate"]
    assert (skill.over, skill.writes) == ("product", "catalog")
    assert skill.asks.model_json_schema()["properties"]["into"]["type"] == "array"
