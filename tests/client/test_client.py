"""The Python client against a real server, sync and asyncio: what it sends, what it tries again, what it raises."""

import asyncio
import importlib.util
import io
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

import weft
from weft.access import businesses, keys
from weft.business import Business
from weft.errors import Conflict, Forbidden, InputError, NotFound, ServerUnreachable, Stale, Unauthorized, WeftError
from weft.postgres.database import Database
from weft.settings import Settings
from weft.surfaces.web import application

DOCS = Path(__file__).parents[2] / "docs"
SHOP = (
    "Handle,Title,Body (HTML),Vendor,Variant SKU,Variant Price\n"
    "mug,GREEN TEA MUG,<p>A mug.</p>,Kiln,MUG-1,9.00\ncup,Cup,,Kiln,CUP-1,5.00\nvase,Vase,,Kiln,VASE-1,25.00\n"
)


@pytest.fixture(scope="module")
def served(database: Database, settings: Settings) -> Iterator[tuple[str, str, Business]]:
    """A server's address, the key of an administrator of a business of its own, and that business."""
    shop = Business(database, businesses.ensured(database, "client"))
    _, key = keys.created(database, shop.uid, "admin")
    server = uvicorn.Server(
        uvicorn.Config(application(database, Settings(home=settings.home)), port=0, log_level="error")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", key, shop
    server.should_exit = True
    thread.join(timeout=20)


@pytest.fixture(scope="module")
def client(served: tuple[str, str, Business], tmp_path_factory: pytest.TempPathFactory) -> Iterator[weft.Client]:
    path = tmp_path_factory.mktemp("shop") / "products.csv"
    path.write_text(SHOP)
    with weft.Client(served[0], key=served[1]) as client:
        taken = client.imports.start(path, kind="products", wait=True)
        assert (taken["state"], taken["created"], taken["file"]) == ("finished", 3, "products.csv")
        yield client


def test_the_requests_are_those_of_the_openapi_document() -> None:
    spec = importlib.util.spec_from_file_location("generate_client", DOCS / "generate_client.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["generate_client"] = module
    spec.loader.exec_module(module)
    assert module.TARGET.read_text(encoding="utf-8") == module.code(), (
        "src/weft/client/calls.py is out of date; run: .venv/bin/python docs/generate_client.py"
    )


def test_records_are_read_page_by_page_and_edited(client: weft.Client) -> None:
    titles = [product["title"] for product in client.products.all(limit=2)]
    assert sorted(titles) == ["Cup", "GREEN TEA MUG", "Vase"]
    page = client.products.page(where="price < 10", limit=1)
    assert len(page["items"]) == 1
    assert page["next"]
    (vase,) = client.products.all(where="title = Vase")
    edited = client.products.edit(vase["id"], fields={"title": "Tall vase"})
    assert edited
    assert client.products.get(vase["id"])["title"] == "Tall vase"
    with pytest.raises(Stale):
        client.products.edit(vase["id"], fields={"title": "Vase"}, if_match='"1"')
    with pytest.raises(NotFound) as missing:
        client.products.get("no/such product")
    assert missing.value.details["status"] == 404


def test_a_skill_proposes_and_its_changes_are_approved_applied_and_undone(client: weft.Client) -> None:
    (mug,) = client.products.all(where="sku = MUG-1")
    answer = client.skills.tidy(product=mug["id"], propose=True)
    assert [edit["field"] for edit in answer["changes"]] == ["title"]
    assert answer["proposed"]
    run = answer["proposed"]["run"]
    assert client.changes.count()["proposed"] == 1
    assert client.changes.approve(run=run)["done"] == 1
    assert client.changes.apply(run=run)["done"] == 1
    assert client.products.get(mug["id"])["title"] != "GREEN TEA MUG"
    assert client.changes.undo(run=run)["done"] == 1
    assert client.products.get(mug["id"])["title"] == "GREEN TEA MUG"
    assert client.journal.verify()["whole"]
    assert client.skills.call("tidy", {"product": mug["id"]})["changes"] == answer["changes"]


def test_a_value_may_be_blanked(client: weft.Client) -> None:
    (cup,) = client.products.all(where="sku = CUP-1")
    made = client.changes.propose(edits=[{"record": cup["id"], "field": "vendor", "after": "Oven"}])
    (change,) = client.changes.all(run=made["run"])
    corrected = client.changes.correct(change["id"], value=None)
    assert corrected["state"] == "approved"
    assert corrected["after"] is None


def test_a_run_is_followed_to_its_end(client: weft.Client) -> None:
    run = client.runs.begin(skill="tidy", all=True)
    seen: list[dict[str, Any]] = []
    # This server has been told to start no worker.
    client.runs.cancel(run["id"])
    ended = client.runs.wait(run["id"], seen.append)
    assert ended["state"] == "cancelled"
    assert seen
    assert {one["id"] for one in client.runs.all()} >= {run["id"]}
    with pytest.raises(Conflict):
        client.runs.resume(run["id"])


def test_files_go_out_whole_or_not_at_all(client: weft.Client, tmp_path: Path) -> None:
    out = client.exports.save("products", tmp_path / "products.csv", format="shopify")
    assert "GREEN TEA MUG" in out.read_text()
    with pytest.raises(WeftError):
        client.exports.save("products", tmp_path / "wrong.csv", format="nonsense")
    assert [path.name for path in tmp_path.iterdir()] == ["products.csv"]


def test_a_file_may_be_an_open_one(client: weft.Client) -> None:
    taken = client.imports.start(io.BytesIO(SHOP.encode()), kind="products", name="again.csv", wait=True, dry_run=True)
    assert taken["file"] == "again.csv"
    with pytest.raises(InputError):
        client.imports.start(io.BytesIO(b""), kind="products")


def test_asyncio_does_the_same(served: tuple[str, str, Business], client: weft.Client, tmp_path: Path) -> None:
    assert client.products.page()["items"]
    path = tmp_path / "products.csv"
    path.write_text(SHOP)

    async def main() -> None:
        async with weft.AsyncClient(served[0], key=served[1]) as many:
            found = [product async for product in many.products.all(limit=2)]
            assert len(found) == 3
            answers = await asyncio.gather(*(many.skills.tidy(product=one["id"]) for one in found))
            assert all(answer["engine"] == "local" for answer in answers)
            assert (await many.exports.save("products", tmp_path / "out.csv")).stat().st_size > 0
            taken = await many.imports.start(path, kind="products", dry_run=True, wait=True)
            assert taken["state"] == "dry run"
            run = await many.runs.begin(skill="tidy", ids=[found[0]["id"]])
            await many.runs.cancel(run["id"])
            assert (await many.runs.wait(run["id"]))["state"] == "cancelled"
            with pytest.raises(NotFound):
                await many.products.get("none")

    asyncio.run(main())


def test_what_is_refused_is_raised_as_what_it_is(served: tuple[str, str, Business]) -> None:
    url, _, shop = served
    with weft.Client(url, key="weft_nonsense") as client, pytest.raises(Unauthorized):
        client.business.get()
    _, reading = keys.created(shop.database, shop.uid, "read")
    with weft.Client(url, key=reading) as client:
        with pytest.raises(Forbidden):
            client.changes.approve(all=True)
        with pytest.raises(InputError, match="character 8"):
            client.products.page(where="price <")


def test_an_address_without_a_server_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with weft.Client(url, key="weft_x") as client, pytest.raises(ServerUnreachable, match="weft serve"):
        client.business.get()
    with pytest.raises(InputError, match="http"):
        weft.Client("ftp://x", key="weft_x")
    for key in ("weft_\n", "weft_€"):
        with pytest.raises(InputError, match="letters that no key has"):
            weft.Client(url, key=key)
    monkeypatch.delenv("WEFT_KEY", raising=False)
    with pytest.raises(InputError, match="WEFT_KEY"):
        weft.Client(url)


Answer = Callable[[bytes], bytes]


@pytest.fixture
def scripted() -> Iterator[tuple[str, list[Answer], list[bytes]]]:
    """A server that answers with the next of a script and closes; and what was sent to it."""
    script: list[Answer] = []
    sent: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                asked = connection.recv(65536)
                sent.append(asked)
                connection.sendall(script.pop(0)(asked))

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", script, sent
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def _answer(status: str, body: bytes, *more: str) -> Answer:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *more]
    return lambda asked: "\r\n".join([*head, "", ""]).encode() + body


def test_what_is_busy_or_breaks_off_is_asked_again_under_one_key(
    scripted: tuple[str, list[Answer], list[bytes]],
) -> None:
    url, script, sent = scripted
    script += [
        _answer("503 Service Unavailable", b"{}", "Retry-After: 0"),
        lambda asked: b"",
        _answer("200 OK", b'{"verb": "approve", "done": 1}'),
    ]
    with weft.Client(url, key="weft_x") as client:
        assert client.changes.approve(all=True)["done"] == 1
    once = {
        line for asked in sent for line in asked.decode().split("\r\n") if line.lower().startswith("idempotency-key")
    }
    assert len(sent) == 3
    assert len(once) == 1


def test_an_answer_that_is_not_wefts_is_told(scripted: tuple[str, list[Answer], list[bytes]]) -> None:
    url, script, _ = scripted
    script.append(_answer("404 Not Found", b"<html>nginx</html>"))
    with weft.Client(url, key="weft_x") as client, pytest.raises(WeftError, match="is the address right"):
        client.business.get()


def test_an_answer_that_breaks_off_or_is_no_json_is_told(scripted: tuple[str, list[Answer], list[bytes]]) -> None:
    url, script, _ = scripted
    whole = _answer("200 OK", b'{"id": "x"}')
    script += [lambda asked: whole(asked)[:-3]] * 2 + [_answer("200 OK", b"<html>a proxy</html>")]
    with weft.Client(url, key="weft_x") as client:
        with pytest.raises(ServerUnreachable, match="broke off"):
            client.business.get()

        async def asked() -> None:
            async with weft.AsyncClient(url, key="weft_x") as other:
                await other.business.get()

        with pytest.raises(ServerUnreachable, match="broke off"):
            asyncio.run(asked())
        with pytest.raises(WeftError, match="is the address right"):
            client.business.get()


@pytest.mark.parametrize("product", ["", ".", "..", "\ud800"])
def test_an_id_that_no_address_holds_is_refused(client: weft.Client, product: str) -> None:
    with pytest.raises(InputError, match="no id that an address can hold"):
        client.products.get(product)


def test_events_of_a_skill_end_with_its_answer_or_its_problem(scripted: tuple[str, list[Answer], list[bytes]]) -> None:
    url, script, _ = scripted
    body = b'event: piece\ndata: "Hel"\n\n: quiet\n\nevent: piece\ndata: "lo"\n\nevent: answer\ndata: {"text": "Hello"}\n\n'
    script.append(_answer("200 OK", body, "Content-Type: text/event-stream"))
    problem = b'event: problem\ndata: {"type": "/docs/errors#not-found", "status": 404, "detail": "Gone."}\n\n'
    script.append(_answer("200 OK", problem, "Content-Type: text/event-stream"))
    with weft.Client(url, key="weft_x") as client:
        told = [(event.name, event.data) for event in client.skills.stream("say", {})]
        assert told == [("piece", "Hel"), ("piece", "lo"), ("answer", {"text": "Hello"})]
        with pytest.raises(NotFound, match="Gone"):
            list(client.skills.stream("say", {}))


def test_models_and_budgets_are_there_too(client: weft.Client) -> None:
    made = client.providers.put(
        "own", base_url="https://models.example.com/v1", key="sk-1", models={"m": {"kind": "chat"}}
    )
    assert (made["has_key"], made["owner"]) == (True, "business")
    client.routes.put("write/short", targets=[{"provider": "own", "model": "m"}])
    assert client.routes.get("write/short")["targets"][0]["model"] == "m"
    assert "write/short" in {one["name"] for one in client.models.all()}
    assert client.budgets.put("month", amount=2.5)["left"] == 2.5
    assert client.budgets.remove("month")["period"] == "month"
    assert client.usage.get(by="route", days=1)["total"]["requests"] == 0
    assert client.routes.remove("write/short")["removed"] == ["route"]
    assert client.providers.remove("own")["removed"] == ["provider"]
    with pytest.raises(Forbidden):
        client.providers.put("own", base_url="http://127.0.0.1/v1")
