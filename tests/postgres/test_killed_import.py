"""An import whose server or process is killed in the middle: nothing acknowledged is lost, nothing is done twice."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from weft.business import Business
from weft.postgres import embedded
from weft.postgres.database import Database
from weft.settings import Settings

COUNT = 24_000


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog of many products, as JSON Lines."""
    file = tmp_path_factory.mktemp("catalog") / "products.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for n in range(COUNT):
            product = {
                "id": f"p-{n}", "title": f"Product {n}", "description": "<p>" + f"{n} " * 40 + "</p>", "tags": ["a"],
                "variants": [{"sku": f"S-{n}", "price": {"amount": n, "currency": "EUR"}, "stock": n}],
            }  # fmt: skip
            out.write(json.dumps(product) + "\n")
    return file


def importing(settings: Settings, file: Path, business: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "weft", "import", "products", str(file), "--business", business, "--json"],
        env={**os.environ, "WEFT_HOME": str(settings.home), "WEFT_DATABASE_URL": ""},
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def committed(settings: Settings, business: str) -> int:
    """How many of the business's products another process sees by now, read as the server's owner."""
    try:
        with psycopg.connect(embedded.place(settings.home).conninfo(embedded.OWNER)) as connection:
            row = connection.execute(
                "select count(*) from weft.product p join weft.business b on b.uid = p.business where b.id = %s",
                (business,),
            ).fetchone()
    except psycopg.OperationalError:
        return -1
    return int(row[0]) if row else 0


def wait_for(settings: Settings, business: str, more_than: int, process: subprocess.Popen[str]) -> int:
    """Wait until so many products are committed, and answer how many are."""
    until = time.monotonic() + 60
    while (seen := committed(settings, business)) <= more_than:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)
    return seen


def kill_server(settings: Settings) -> None:
    pid = embedded.postmaster(embedded.place(settings.home))
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def last_line(out: str) -> dict[str, object]:
    line = json.loads(out.strip().splitlines()[-1])
    assert isinstance(line, dict)
    return line


def test_an_import_goes_through_though_its_server_is_killed_twice(spare: Settings, catalog: Path) -> None:
    Database.open(spare).close()
    process = importing(spare, catalog, "shop")
    seen = wait_for(spare, "shop", 0, process)
    kill_server(spare)
    after = wait_for(spare, "shop", seen, process)  # what had been seen is there again, and it goes on
    assert after >= seen
    kill_server(spare)
    out, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert last_line(out)["rows"] == COUNT
    assert committed(spare, "shop") == COUNT
    with Database.open(spare) as database:
        shop = Business.named(database, "shop")
        with shop.transaction() as connection:
            assert connection.execute("select count(*), count(distinct sku) from variant").fetchone() == (COUNT, COUNT)
    again = importing(spare, catalog, "shop")
    out, said = again.communicate(timeout=120)
    counts = last_line(out)
    assert (counts["created"], counts["updated"], counts["unchanged"]) == (0, 0, COUNT), said


def test_an_import_that_was_killed_itself_is_taken_up_where_it_was(spare: Settings, catalog: Path) -> None:
    Database.open(spare).close()
    first = importing(spare, catalog, "resumed")
    seen = wait_for(spare, "resumed", 1000, first)
    first.kill()
    first.communicate(timeout=30)
    kill_server(spare)
    second = importing(spare, catalog, "resumed")
    out, said = second.communicate(timeout=120)
    assert second.returncode == 0, said
    counts = last_line(out)
    assert counts["rows"] == COUNT
    assert counts["created"] == COUNT
    assert committed(spare, "resumed") == COUNT >= seen
