"""Taxonomies over HTTP and on the command line: sent, listed, shown, used, forgotten; and files that are none."""

import gzip
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import anyio
import httpx
import pytest
from mcp import Client as Agent
from mcp.client.streamable_http import streamable_http_client
from serving import serving

import weft
from weft.access import businesses, keys
from weft.business import Business
from weft.connectors.importing import import_file
from weft.errors import Forbidden, NotFound
from weft.ids import uuid7
from weft.postgres.database import Database
from weft.settings import Settings

TREE = "# Kiln's own tree, 3rd edition\nk1 : Kitchenware\nk2 : Kitchenware > Mugs\nc1 : Clothing > Shirts\n"
VALUES = "glaze: celadon, tenmoku\nfiring: raku, salt\n"


@dataclass(frozen=True)
class Shop:
    """A server's address, and a business that it serves."""

    url: str
    home: Path
    business: Business

    def key(self, scope: str) -> str:
        return keys.created(self.business.database, self.business.uid, scope)[1]

    def client(self, scope: str = "approve") -> weft.Client:
        return weft.Client(self.url, key=self.key(scope))

    def sent(self, scope: str = "approve", **how: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key(scope)}"}
        return httpx.post(f"{self.url}/api/v1/taxonomies", headers=headers, timeout=60, **how)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def url(database: Database, settings: Settings) -> Iterator[str]:
    with serving(database, settings, max_upload_mb=70) as url:
        yield url


@pytest.fixture
def shop(url: str, database: Database, home: Path) -> Shop:
    name = f"taxonomies-{uuid7().hex[-12:]}"
    return Shop(url, home, Business(database, businesses.ensured(database, name)))


def test_a_taxonomy_is_sent_listed_shown_used_and_forgotten(shop: Shop, tmp_path: Path) -> None:
    products = tmp_path / "products.csv"
    products.write_text("Handle,Title,Type,Variant SKU\nmug,Stoneware coffee mug,Mugs,M-1\n")
    import_file(shop.business, "products", products, who="test")
    tree = tmp_path / "tree.txt"
    tree.write_text(TREE)
    with shop.client() as client:
        assert client.taxonomies.all() == []
        loaded = client.taxonomies.load(tree)
        assert (loaded["id"], loaded["name"], loaded["heading"]) == (
            "taxonomy",
            "tree.txt",
            "Kiln's own tree, 3rd edition",
        )
        # Clothing has no line of its own, and is a category nevertheless.
        assert (loaded["nodes"], loaded["values"], loaded["bytes"]) == (4, None, len(TREE))
        assert (loaded["by"] or "").startswith("key ")
        assert client.taxonomies.all() == [loaded] == [client.taxonomies.get("taxonomy")]
        category = client.skills.organize(product="mug")["category"]
        assert category is not None
        assert (category["category"], category["node"]) == ("Kitchenware > Mugs", "k2")
        assert client.taxonomies.forget("taxonomy") == loaded
        assert client.taxonomies.all() == []
        with pytest.raises(NotFound, match="Nothing is loaded as taxonomy"):
            client.taxonomies.forget("taxonomy")


def test_attribute_lists_stand_beside_a_taxonomy(shop: Shop) -> None:
    with shop.client() as client:
        client.taxonomies.load(io.BytesIO(TREE.encode()), name="tree.txt")
        loaded = client.taxonomies.load(io.BytesIO(gzip.compress(VALUES.encode())), name="values.txt.gz")
        assert (loaded["id"], loaded["attributes"], loaded["values"], loaded["heading"]) == (
            "attribute-lists",
            2,
            4,
            None,
        )
        assert [one["id"] for one in client.taxonomies.all()] == ["taxonomy", "attribute-lists"]
        again = client.taxonomies.load(io.BytesIO(b"glaze: celadon\nbody: stoneware, porcelain\n"), name="new.txt")
        assert client.taxonomies.get("attribute-lists") == again
        client.taxonomies.forget("attribute-lists")
        assert [one["id"] for one in client.taxonomies.all()] == ["taxonomy"]


def test_a_form_is_taken_as_a_body_is(shop: Shop) -> None:
    answered = shop.sent(files={"file": ("my tree.txt", TREE)})
    assert (answered.status_code, answered.json()["name"]) == (201, "my tree.txt")
    assert answered.headers["location"] == "/api/v1/taxonomies/taxonomy"


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"", 400, "The file is empty"),
        (b"# nothing but a remark\n\n", 400, "no category"),
        (b'{"a": 1}', 400, "Line 1 looks like JSON"),
        (b"<html></html>", 400, "HTML or XML"),
        (b"%PDF-1.7\n", 400, "a PDF"),
        (b"id,name,parent\n1,Mugs,\n", 400, "a table"),
        (b"\x89PNG\r\n\x1a\n\x00", 400, "Line 1 of file is not text in UTF-8"),
        (b"1 - Mugs\n2 - Cups\nSaucers\n", 400, "Line 3"),
        (gzip.compress(TREE.encode(), mtime=0)[:-12], 400, "not a whole gzip file"),
        (gzip.compress(bytes(65 << 20), mtime=0), 413, "larger than 64 MiB"),
        (b"Mugs > Big mugs\n" * ((65 << 20) // 16), 413, "larger than 64 MiB"),
        (bytes(71 << 20), 413, "larger than 70 MiB"),
    ],
)
@pytest.mark.parametrize("form", [False, True])
def test_a_file_that_is_none_is_refused_in_words_and_what_was_there_stays(
    shop: Shop, content: bytes, status: int, words: str, form: bool
) -> None:
    with shop.client() as client:
        there = client.taxonomies.load(io.BytesIO(TREE.encode()), name="tree.txt")
        if form:
            refused = shop.sent(files={"file": ("file", content)})
        else:
            refused = shop.sent(content=content, params={"name": "file"})
        assert refused.status_code == status, refused.text
        assert refused.headers["content-type"] == "application/problem+json"
        assert words in refused.json()["detail"]
        assert client.taxonomies.all() == [there]
    assert list((shop.home / "uploads").iterdir()) == []


def test_two_files_packed_into_one_are_both_read(shop: Shop) -> None:
    half = TREE.index("c1")
    packed = gzip.compress(TREE[:half].encode()) + gzip.compress(TREE[half:].encode())
    assert shop.sent(content=packed).json()["nodes"] == 4


def test_readers_read_and_another_business_sees_nothing(shop: Shop, database: Database) -> None:
    assert shop.sent("propose", content=TREE).status_code == 403
    assert shop.sent(content=TREE).status_code == 201
    with shop.client("propose") as client:
        assert client.taxonomies.get("taxonomy")["nodes"] == 4
        with pytest.raises(Forbidden):
            client.taxonomies.forget("taxonomy")
    other = Shop(shop.url, shop.home, Business(database, businesses.ensured(database, f"other-{uuid7().hex[-12:]}")))
    with other.client() as client:
        assert client.taxonomies.all() == []
        with pytest.raises(NotFound):
            client.taxonomies.get("taxonomy")
        with pytest.raises(NotFound):
            client.taxonomies.forget("taxonomy")
    assert len(httpx.get(f"{shop.url}/api/v1/taxonomies").json()["detail"]) > 0
    refused = httpx.get(f"{shop.url}/api/v1/taxonomies/trees", headers={"Authorization": f"Bearer {shop.key('read')}"})
    assert (refused.status_code, "attribute-lists" in refused.json()["detail"]) == (422, True)


def test_an_agent_reads_what_is_loaded(shop: Shop) -> None:
    shop.sent(content=TREE, params={"name": "tree.txt"})

    async def run() -> object:
        async with (
            httpx.AsyncClient(headers={"Authorization": f"Bearer {shop.key('read')}"}) as http,
            Agent(streamable_http_client(f"{shop.url}/mcp", http_client=http)) as agent,
        ):
            return (await agent.call_tool("list_taxonomies", {})).structured_content

    told = anyio.run(run)
    assert isinstance(told, dict)
    assert [(one["id"], one["nodes"], one["name"]) for one in told["items"]] == [("taxonomy", 4, "tree.txt")]


def test_the_command_line_loads_and_forgets_the_same(shop: Shop, tmp_path: Path) -> None:
    def ran(*words: str, fails: int = 0) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "WEFT_HOME": str(shop.home), "WEFT_BUSINESS": shop.business.id}
        command = [str(Path(sys.executable).with_name("weft")), "taxonomy", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == fails, done.stderr
        return done

    for name, text in (("tree.txt", TREE), ("values.txt", VALUES)):
        (tmp_path / name).write_text(text)
        ran("load", str(tmp_path / name))
    with shop.client() as client:
        assert [(one["id"], one["name"]) for one in client.taxonomies.all()] == [
            ("taxonomy", "tree.txt"),
            ("attribute-lists", "values.txt"),
        ]
    assert json.loads(ran("forget", "attribute-lists", "--json").stdout) == {"forgotten": 1}
    assert [json.loads(line)["id"] for line in ran("list", "--json").stdout.splitlines()] == ["taxonomy"]
    assert "cannot be loaded" in ran("forget", "trees", fails=5).stderr
    assert "cannot be read" in ran("load", str(tmp_path / "nothing.txt"), fails=2).stderr
    assert json.loads(ran("forget", "--json").stdout) == {"forgotten": 1}
