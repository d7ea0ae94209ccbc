"""REST over a real server: records, changes, imports, keys, and what must be refused."""

import gzip
import io
import json
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving import serving

from weft.access import businesses, keys
from weft.business import Business
from weft.ids import uuid7
from weft.postgres.database import Database
from weft.settings import Settings

SHOP = """\
Handle,Title,Body (HTML),Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty
mug,Mug,<p>A mug.</p>,Kiln,Size,S,MUG-S,9.00,3
mug,,,,,L,MUG-L,12.50,0
cup,Cup,,Kiln,Title,Default Title,CUP,5.00,1
"""


@dataclass(frozen=True)
class Served:
    """A server and the database behind it."""

    url: str
    database: Database


@pytest.fixture(scope="module")
def served(database: Database, settings: Settings) -> Iterator[Served]:
    with serving(database, settings, max_upload_mb=1) as url:
        yield Served(f"{url}/api/v1", database)


class Client(httpx.Client):
    """A client with a key of a fresh business."""

    business: Business
    secret: str


def client_of(served: Served, scope: str, business: Business) -> Client:
    _, secret = keys.created(served.database, business.uid, scope)
    client = Client(base_url=served.url, headers={"Authorization": f"Bearer {secret}"}, timeout=60)
    client.business, client.secret = business, secret
    return client


@pytest.fixture
def api(served: Served) -> Iterator[Client]:
    business = Business(served.database, businesses.ensured(served.database, f"rest-{uuid7().hex[-12:]}"))
    with client_of(served, "admin", business) as client:
        yield client


@pytest.fixture
def shop(api: Client) -> Client:
    response = api.post("/imports", params={"kind": "products", "wait": True}, content=SHOP.encode())
    assert response.status_code == 200, response.text
    assert response.json()["created"] == 2
    return api


def is_problem(response: httpx.Response, status: int, words: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    assert told["status"] == status
    assert words in told["detail"]


def test_one_product_is_whole_and_has_an_etag(shop: Client) -> None:
    response = shop.get("/products/mug")
    mug = response.json()
    assert (mug["title"], len(mug["variants"]), mug["variants"][1]["options"]) == ("Mug", 2, {"Size": "L"})
    assert mug["variants"][1]["price"] == {"amount": 1250, "currency": "EUR"}
    again = shop.get("/products/mug", headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_lists_go_on_with_a_cursor_and_filter(shop: Client) -> None:
    first = shop.get("/products", params={"limit": 1}).json()
    assert [item["id"] for item in first["items"]] == ["cup"]
    second = shop.get("/products", params={"limit": 1, "after": first["next"]}).json()
    assert [item["id"] for item in second["items"]] == ["mug"]
    assert shop.get("/products", params={"where": "price < 6"}).json()["items"][0]["id"] == "cup"
    is_problem(shop.get("/products", params={"where": "price <"}), 400, "character")


def test_an_edit_needs_the_version_that_was_seen(shop: Client) -> None:
    tag = shop.get("/products/mug").headers["etag"]
    edited = shop.patch("/products/mug", json={"fields": {"title": "Big mug"}}, headers={"If-Match": tag})
    assert (edited.status_code, edited.json()["title"]) == (200, "Big mug")
    late = shop.patch("/products/mug", json={"fields": {"title": "Other"}}, headers={"If-Match": tag})
    is_problem(late, 412, "at version")
    is_problem(shop.patch("/products/mug", json={"fields": {"uid": "x"}}), 400, "not a field")
    assert shop.get("/changes", params={"state": "applied"}).json()["items"][0]["after"] == "Big mug"


def test_changes_are_proposed_approved_applied_corrected_and_undone(shop: Client) -> None:
    edits = [
        {"record": "mug", "field": "title", "after": "Blue mug", "confidence": 0.9},
        {"record": "cup", "field": "attributes.color", "after": "red"},
        {"record": "none", "field": "title", "after": "x"},
    ]
    proposed = shop.post("/changes", json={"edits": edits, "skill": "test"})
    assert proposed.status_code == 201
    told = proposed.json()
    assert (told["done"], told["left"], told["problems"][0]["record"]) == (2, 1, "none")
    first, second = shop.get("/changes", params={"run": told["run"]}).json()["items"]
    assert shop.get(f"/changes/{first['id']}").json()["now"] == "Mug"
    corrected = shop.post(f"/changes/{second['id']}/correct", json={"value": "blue"}).json()
    assert (corrected["state"], corrected["suggested"]) == ("approved", "red")
    assert shop.post("/changes/approve", json={"ids": [first["id"]]}).json()["done"] == 1
    export = shop.get("/changes/export")
    # The color is not known of the mug, so that one file would blank it there.
    assert export.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(export.content)) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist()]
    assert sorted(texts, key=len, reverse=True) == [
        "Title,URL handle,Color (product.metafields.custom.color)\nCup,cup,blue\n",
        "Title,URL handle\nBlue mug,mug\n",
    ]
    assert shop.post("/changes/apply", json={"run": told["run"]}).json()["done"] == 2
    assert shop.get("/products/cup").json()["attributes"]["color"]["value"] == "blue"
    assert shop.post("/changes/undo", json={"run": told["run"]}).json()["done"] == 2
    assert shop.get("/products/mug").json()["title"] == "Mug"
    assert shop.get("/changes/counts").json()["undone"] == 2
    proof = shop.get("/journal/verify").json()
    assert proof["whole"]
    assert shop.get("/journal").json()["items"][0]["action"] == "change.undo"


def test_an_import_is_sent_watched_and_accounted_for(api: Client) -> None:
    text = SHOP + "jug,Jug,,,Size,S,J,a lot,1\n"
    started = api.post(
        "/imports", params={"kind": "products", "name": "s.csv.gz"}, content=gzip.compress(text.encode())
    )
    assert started.status_code == 202
    events: list[tuple[str, Any]] = []
    with api.stream("GET", f"/imports/{started.json()['id']}/events") as stream:
        name = ""
        for line in stream.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                events.append((name, json.loads(line.removeprefix("data: "))))
    name, last = events[-1]
    assert (name, last["created"], last["rejected"]) == ("finished", 2, 1)
    rejects = api.get(f"/imports/{last['id']}/rejects")
    assert "a lot" in rejects.text
    form = api.post("/imports", params={"kind": "products", "wait": True}, files={"file": ("shop.csv", SHOP)})
    assert (form.json()["unchanged"], form.json()["file"]) == (2, "shop.csv")
    is_problem(api.post("/imports", params={"kind": "products"}, content=bytes(range(256)) * 9), 400, "not a text file")
    is_problem(api.post("/imports", params={"kind": "products"}, content=b""), 400, "empty")


def test_what_went_in_comes_out_by_http(shop: Client) -> None:
    text = shop.get("/exports/products").text
    assert text.splitlines()[0].startswith("Title,URL handle,Description,Vendor,Option1 name")
    lines = shop.get("/exports/products", params={"format": "jsonl"}).text.splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["mug", "cup"]
    book = shop.get("/exports/products", params={"workbook": True})
    assert book.content[:2] == b"PK"
    assert "products.xlsx" in book.headers["content-disposition"]
    is_problem(shop.get("/exports/products", params={"format": "jsonl", "workbook": True}), 400, "no table")
    is_problem(shop.get("/exports/products", params={"format": "xml"}), 400, "no format 'xml'")
    is_problem(shop.get("/exports/secrets"), 400, "secrets")


def test_a_request_sent_again_is_done_once(shop: Client) -> None:
    body = {"edits": [{"record": "mug", "field": "title", "after": "Once"}]}
    headers = {"Idempotency-Key": "k1"}
    first = shop.post("/changes", json=body, headers=headers)
    again = shop.post("/changes", json=body, headers=headers)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert len(shop.get("/changes").json()["items"]) == 1
    other = shop.post(
        "/changes", json={"edits": [{"record": "mug", "field": "title", "after": "Twice"}]}, headers=headers
    )
    is_problem(other, 422, "another request")


def test_keys_have_scopes_an_end_and_can_be_revoked(shop: Client, served: Served) -> None:
    edit = {"edits": [{"record": "mug", "field": "title", "after": "x"}]}
    with client_of(served, "read", shop.business) as reader:
        assert reader.get("/products/mug").status_code == 200
        is_problem(reader.post("/changes", json=edit), 403, "scope propose")
        is_problem(reader.get("/keys"), 403, "scope admin")
    with client_of(served, "propose", shop.business) as proposer:
        assert proposer.post("/changes", json=edit).status_code == 201
        is_problem(proposer.post("/changes/approve", json={"all": True}), 403, "scope approve")
    made = shop.post("/keys", json={"scope": "read", "days": 3}).json()
    assert made["key"].startswith("weft_")
    headers = {"Authorization": f"Bearer {made['key']}"}
    assert shop.get("/products/mug", headers=headers).status_code == 200
    assert shop.delete(f"/keys/{made['id']}").json()["revoked_at"]
    until = time.monotonic() + 5
    while shop.get("/products/mug", headers=headers).status_code == 200 and time.monotonic() < until:
        time.sleep(0.1)
    is_problem(shop.get("/products/mug", headers=headers), 401, "revoked")
    is_problem(httpx.get(f"{served.url}/products/mug"), 401, "Send a key")
    is_problem(shop.get("/products/mug", headers={"Authorization": "Bearer weft_nothing"}), 401, "not known")
    with served.database.plain() as connection:
        row = connection.execute("select count(*) from key_owner(%s)", (keys.digest_of(shop.secret),)).fetchone()
        assert row == (1,)


def test_one_business_never_sees_another(shop: Client, served: Served) -> None:
    other = Business(served.database, businesses.ensured(served.database, f"rest-{uuid7().hex[-12:]}"))
    change = shop.post("/changes", json={"edits": [{"record": "mug", "field": "title", "after": "x"}]})
    identifier = shop.get("/changes").json()["items"][0]["id"]
    assert change.status_code == 201
    with client_of(served, "admin", other) as stranger:
        for path in ("/products/mug", f"/changes/{identifier}", "/orders/1", "/customers/1"):
            assert stranger.get(path).status_code == 404, path
        for path in ("/products", "/changes", "/journal"):
            assert stranger.get(path).json()["items"] == [], path
        assert stranger.get("/imports").json() == []
        assert stranger.post("/changes/approve", json={"all": True}).json()["done"] == 0
        assert stranger.post("/changes/approve", json={"ids": [identifier]}).status_code == 404
        assert stranger.get("/exports/products", params={"format": "jsonl"}).text == ""
        assert stranger.delete(f"/keys/{shop.get('/keys').json()[0]['id']}").status_code == 404


def test_too_large_a_body_is_refused(shop: Client) -> None:
    is_problem(shop.post("/imports", params={"kind": "products"}, content=b"x" * (1 << 20 | 1)), 413, "1 MiB")

    def chunks() -> Iterator[bytes]:
        for _ in range(40):
            yield b"y" * 65_536

    is_problem(shop.post("/imports", params={"kind": "products"}, content=chunks()), 413, "1 MiB")


@pytest.mark.parametrize(
    "path", ["/products/%00", "/products/%F0%9F%98%80", "/orders/%ED%A0%80", "/changes/..%2F..", "/journal/99999999999"]
)
def test_odd_ids_are_refused_in_words(shop: Client, path: str) -> None:
    response = shop.get(path)
    assert response.status_code in (200, 400, 404, 422), response.text


def test_the_command_line_data_is_real(tmp_path: Path, data: Path, api: Client) -> None:
    path = data / "shops" / "apparel.csv.gz"
    told = api.post("/imports", params={"kind": "products", "wait": True, "name": path.name}, content=path.read_bytes())
    assert (told.json()["rows"], told.json()["rejected"]) == (104, 0)
    assert len(api.get("/exports/products", params={"format": "jsonl"}).text.splitlines()) == 25
