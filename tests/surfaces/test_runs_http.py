"""Runs over HTTP: begun, watched, paused and cancelled, with a worker that the server starts when there is work."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from weft.access import businesses, keys
from weft.business import Business
from weft.connectors.importing import import_file
from weft.postgres.database import Database
from weft.surfaces import serving


@pytest.fixture(scope="module")
def server(database: Database, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server as `weft serve` starts it, with forty shouting products and a key of the scope propose."""
    shop = Business(database, businesses.ensured(database, "runs-http"))
    path = tmp_path_factory.mktemp("files") / "products.csv"
    path.write_text("Handle,Title,Variant SKU\n" + "".join(f"p{n},LOUD MUG {n},P-{n}\n" for n in range(10, 50)))
    import_file(shop, "products", path, who="test")
    environment = {**os.environ, "WEFT_HOME": str(home)}
    command = [str(Path(sys.executable).with_name("weft")), "serve", "--port", "0"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    _, key = keys.created(database, shop.uid, "propose")
    while process.poll() is None:
        there = [told for told in serving.found(home) if told["pid"] == process.pid]
        if there:
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{there[0]['port']}/health")
                break
        time.sleep(0.05)
    base = f"http://127.0.0.1:{there[0]['port']}/api/v1"
    with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
        yield client
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0 or process.returncode == -signal.SIGTERM


def events(client: httpx.Client, run: str) -> list[tuple[str, dict[str, Any]]]:
    """All events of a run, to its end."""
    text = client.get(f"/runs/{run}/events").text
    parts = [part.split("\n", 1) for part in text.split("\n\n") if part.startswith("event: ")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in parts]


def test_a_run_is_begun_worked_off_and_watched_to_its_end(server: httpx.Client) -> None:
    begun = server.post("/runs", json={"skill": "tidy", "all": True})
    assert begun.status_code == 202, begun.text
    run = begun.json()["id"]
    seen = events(server, run)
    assert [name for name, _ in seen][-2:] == ["progress", "end"]
    end = seen[-1][1]
    assert (end["state"], end["records"], end["done"], end["changes"], end["failed"]) == ("finished", 40, 40, 40, 0)
    assert {"rate", "seconds_left"} <= set(end)
    assert server.get(f"/runs/{run}").json()["made"] == 40
    assert len(server.get("/changes", params={"run": run}).json()["items"]) == 40
    assert server.get(f"/runs/{run}/failures").json()["items"] == []
    assert [item["id"] for item in server.get("/runs").json()["items"]] == [run]
    again = server.post("/runs", json={"skill": "tidy", "where": "id < p30"}).json()["id"]
    end = events(server, again)[-1][1]
    assert (end["records"], end["remembered"], end["made"]) == (20, 20, 0)
    assert server.post(f"/runs/{run}/pause").status_code == 409


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"skill": "tidy"}, 400, "over which products"),
        ({"skill": "nothing", "all": True}, 404, "no skill"),
        ({"skill": "tidy", "all": True, "where": "id = x"}, 400, "leave it out"),
        ({"skill": "tidy", "where": "((("}, 400, "filter"),
        ({"skill": "tidy", "ids": ["nobody"]}, 404, "no product"),
        ({"skill": "tidy", "all": True, "request": {"x": 1}}, 400, "x: "),
        ({"skill": "tidy", "all": True, "request": {"x": "\ud800"}}, 400, "cannot be kept"),
        ({"skill": "tidy", "all": True, "request": {"x": 10**30}}, 400, "cannot be kept"),
        ({"skill": "tidy", "all": True, "engine": "model"}, 409, "no model engine"),
        ({"skill": "tidy", "all": True, "engine": "warp"}, 422, "engine"),
        ([], 422, ""),
    ],
)
def test_nonsense_is_a_problem(server: httpx.Client, body: Any, status: int, words: str) -> None:
    answered = server.post("/runs", content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answered.status_code == status, answered.text
    assert words in answered.json()["detail"]


def test_a_run_of_nobody_is_not_found(server: httpx.Client) -> None:
    for path in ("/runs/01a20b7d-a4bf-70b8-9ff1-5be5824561e0", "/runs/01a20b7d-a4bf-70b8-9ff1-5be5824561e0/events"):
        assert server.get(path).status_code == 404
    assert server.get("/runs/x").status_code == 400
