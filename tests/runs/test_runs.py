"""Runs from the command line and by workers: what is remembered, what fails alone, what a killed process costs."""

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from weft.access import businesses
from weft.business import Business
from weft.connectors.importing import import_file
from weft.postgres.database import Database
from weft.runs.book import Runs, Selection
from weft.skill import named
from weft.store.changes import Who

_numbers = itertools.count(1)
SKILL = """
import os, time
from pathlib import Path
from pydantic import BaseModel
from weft.business import Business
from weft.skill import Changes, Edit, ProductAsked, Skill, product_of


class Mark(BaseModel):
    product: ProductAsked
    word: str = "seen"


def mark(asked: Mark, business: Business) -> Changes:
    product = product_of(asked.product, business)
    title = product.get("title") or ""
    if product["id"] != "rehearsal":
        with (Path(os.environ["MARK_FOLDER"]) / "asked").open("a") as log:
            log.write(product["id"] + "\\n")
    if "raise" in title:
        raise ValueError("this title is poison")
    if "hang" in title:
        while True:
            pass
    if "type" in title:
        return {"changes": 5}
    if "nonsense" in title:
        return Changes(changes=[Edit(record=product["id"], field="no.such.field", after="x")])
    if "interrupt" in title:
        raise KeyboardInterrupt
    if "half letter" in title:
        return Changes(changes=[Edit(record=product["id"], field="attributes.mark", after="\\ud800")])
    if "endless" in title:
        return Changes(changes=[Edit(record=product["id"], field="attributes.mark", after=10**40)])
    if "zero" in title:
        return Changes(changes=[Edit(record=product["id"], field="attributes.mark", after="\\0")])
    if "unsayable" in title:
        raise ValueError("half a letter \\ud800 and a zero \\0")
    if "kill" in title:
        os.kill(os.getpid(), 9)
    if "slow" in title:
        time.sleep(0.02)
    return Changes(changes=[Edit(record=product["id"], field="attributes.mark", after=asked.word)])


def rests_on(asked: Mark, business: Business) -> str:
    path = Path(os.environ["MARK_FOLDER"]) / "foundation"
    return path.read_text() if path.exists() else ""


skill = Skill(name="mark", does="Marks a product", asks=Mark, answers=Changes, local="weft_mark:mark", over="product",
              reads=["title"], writes="catalog", seconds=1, rests_on="weft_mark:rests_on")
"""


class Shop:
    """A business of a test's own, and commands about it in processes that have the skill."""

    def __init__(self, home: Path, site: Path, files: Path) -> None:
        self.files = files
        own = {"WEFT_HOME": str(home), "WEFT_BUSINESS": f"runs-{next(_numbers)}", "MARK_FOLDER": str(files)}
        self.environment = {**os.environ, **own, "PYTHONPATH": str(site)}
        self.workers: list[subprocess.Popen[bytes]] = []

    def weft(self, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
        """The JSON lines of a command."""
        done = subprocess.run(
            self.command(*arguments, "--json"), env=self.environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == code, done.stderr + done.stdout
        return [json.loads(line) for line in done.stdout.splitlines()]

    @staticmethod
    def command(*arguments: str) -> list[str]:
        return [str(Path(sys.executable).with_name("weft")), *arguments]

    def catalog(self, titles: dict[str, str]) -> None:
        """Import products with these titles."""
        path = self.files / "products.csv"
        path.write_text(
            "Handle,Title,Variant SKU\n" + "".join(f"{name},{title},{name}\n" for name, title in titles.items())
        )
        self.weft("import", "products", str(path))

    def asked(self) -> list[str]:
        """The products that the skill was asked about so far, in order."""
        path = self.files / "asked"
        return path.read_text().split() if path.exists() else []

    def forget_asked(self) -> None:
        (self.files / "asked").unlink(missing_ok=True)

    def worker(self) -> subprocess.Popen[bytes]:
        """One more worker."""
        process = subprocess.Popen(self.command("worker"), env=self.environment, stderr=subprocess.DEVNULL)
        self.workers.append(process)
        return process

    def until(self, run: str, *states: str, seconds: float = 90) -> dict[str, Any]:
        """The run once it is in one of these states."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            (found,) = self.weft("runs", "show", run)
            if found["state"] in states:
                return found
            time.sleep(0.2)
        raise AssertionError(found)


@pytest.fixture
def shop(database: Database, home: Path, tmp_path: Path) -> Iterator[Shop]:
    del database
    site = tmp_path / "site"
    (site / "weft_mark-1.0.dist-info").mkdir(parents=True)
    (site / "weft_mark.py").write_text(SKILL)
    (site / "weft_mark-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: weft-mark\nVersion: 1.0\n")
    (site / "weft_mark-1.0.dist-info" / "entry_points.txt").write_text("[weft.skills]\nmark = weft_mark\n")
    shop = Shop(home, site, tmp_path)
    yield shop
    for process in shop.workers:
        process.kill()
        process.wait()


def plain(count: int, word: str = "Product") -> dict[str, str]:
    return {f"p{number:05}": f"{word} {number}" for number in range(count)}


def test_a_run_proposes_and_a_second_one_makes_nothing_twice(shop: Shop) -> None:
    shop.catalog(plain(30))
    (first,) = shop.weft("run", "mark")
    assert {key: first[key] for key in ("records", "changes", "failed", "made", "state")} == {
        "records": 30,
        "changes": 30,
        "failed": 0,
        "made": 30,
        "state": "finished",
    }
    assert len(shop.weft("changes", "list", "--run", first["run"])) == 30
    shop.forget_asked()
    (second,) = shop.weft("run", "mark")
    assert (second["records"], second["made"], second["remembered"], second["changes"]) == (30, 0, 30, 0)
    assert shop.asked() == []
    shop.catalog(plain(30) | {"p00007": "Another title"})
    (third,) = shop.weft("run", "mark")
    assert (third["made"], shop.asked()) == (1, ["p00007"])


def test_what_is_not_read_does_not_count_and_what_it_rests_on_does(shop: Shop) -> None:
    shop.catalog(plain(8))
    shop.weft("run", "mark")
    path = shop.files / "more.csv"
    path.write_text("Handle,Title,Vendor,Variant SKU\np00003,Product 3,Kiln,p00003\n")
    shop.weft("import", "products", str(path))
    shop.forget_asked()
    (again,) = shop.weft("run", "mark")
    assert (again["made"], again["remembered"], shop.asked()) == (0, 7, [])
    assert shop.weft("run", "mark")[0]["remembered"] == 8
    (shop.files / "foundation").write_text("learned more")
    assert shop.weft("run", "mark")[0]["made"] == 8
    assert shop.weft("run", "mark", "--input", '{"word": "other"}')[0]["made"] == 8
    assert shop.weft("run", "mark", "--again")[0]["made"] == 8


def test_a_selection_by_filter_and_by_ids(shop: Shop) -> None:
    shop.catalog(plain(20))
    assert shop.weft("run", "mark", "--where", "id < p00005")[0]["records"] == 5
    assert shop.weft("run", "mark", "p00011", "p00004")[0]["records"] == 2
    assert shop.weft("run", "mark", "p00011", "p00004", "--where", "id < p00005")[0]["records"] == 1
    assert shop.weft("run", "mark", "--where", "title = nothing")[0]["state"] == "finished"


def test_the_skills_own_flags_are_the_runs(shop: Shop) -> None:
    shop.catalog(plain(3))
    assert shop.weft("run", "mark", "--word", "read", "p00001")[0]["records"] == 1
    assert (
        shop.weft("run", "--where", "id = p00002", "mark", "--word=put by", "--input", '{"word": "x"}')[0]["changes"]
        == 1
    )
    assert [change["after"] for change in shop.weft("changes", "list")] == ["read", "put by"]


def test_a_poisonous_record_fails_alone(shop: Shop) -> None:
    odd = {"p00003": "raise", "p00005": "hang", "p00006": "type", "p00008": "nonsense"}
    shop.catalog(plain(12) | odd)
    (run,) = shop.weft("run", "mark", code=3)
    assert (run["records"], run["failed"], run["changes"], run["state"]) == (12, 4, 8, "finished")
    reasons = {line["record"]: line["reason"] for line in shop.weft("runs", "failures", run["run"])}
    assert set(reasons) == set(odd)
    assert "this title is poison" in reasons["p00003"]
    assert "within 1 s" in reasons["p00005"]
    assert "no Changes" in reasons["p00006"]
    assert "no.such.field" in reasons["p00008"]
    (again,) = shop.weft("run", "mark", code=3)
    assert again["remembered"] >= 8
    assert again["failed"] >= 3


def test_an_answer_that_cannot_be_kept_fails_alone(shop: Shop) -> None:
    odd = {
        "p00001": ("interrupt", "KeyboardInterrupt"),
        "p00002": ("half letter", "no JSON"),
        "p00003": ("endless", "no JSON"),
        "p00004": ("zero", "NUL character"),
        "p00005": ("unsayable", "half a letter ? and a zero ?"),
    }
    shop.catalog(plain(8) | {name: title for name, (title, _) in odd.items()})
    (run,) = shop.weft("run", "mark", code=3)
    assert (run["records"], run["made"], run["failed"], run["changes"], run["state"]) == (8, 3, 5, 3, "finished")
    reasons = {line["record"]: line["reason"] for line in shop.weft("runs", "failures", run["run"])}
    assert set(reasons) == set(odd)
    for name, (_, reason) in odd.items():
        assert reason in reasons[name]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["run", "nothing"], 5, "no skill 'nothing'"),
        (["run", "mark", "--where", "color ~ ("], 2, ""),
        (["run", "mark", "nobody"], 5, "no product 'nobody'"),
        (["run", "mark", "--input", '{"product": "x"}'], 2, "fills product itself"),
        (["run", "mark", "--input", '{"word": 5}'], 2, "word"),
        (["run", "mark", "--word", "--all"], 2, "--word needs a value"),
        (["run", "mark", "--nonsense", "x"], 2, "--nonsense"),
        (["run", "mark", "--product", "x"], 2, "fills product itself"),
        (["run", "mark", "--engine", "model"], 6, "no model engine"),
        (["runs", "show", "x"], 2, "not the id of a run"),
        (["runs", "show", "01a20b7d-a4bf-70b8-9ff1-5be5824561e0"], 5, "no run"),
    ],
)
def test_nonsense_is_refused_in_words_and_nothing_is_entered(
    shop: Shop, arguments: list[str], code: int, words: str
) -> None:
    shop.catalog(plain(2))
    done = subprocess.run(shop.command(*arguments), env=shop.environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert shop.weft("runs", "list") == []


def test_a_killed_command_is_interrupted_and_the_next_makes_what_is_missing(shop: Shop) -> None:
    shop.catalog(plain(200, "slow"))
    process = subprocess.Popen(shop.command("run", "mark"), env=shop.environment)
    while len(shop.asked()) < 100:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    made = len(shop.asked())
    shop.forget_asked()
    (killed,) = shop.weft("runs", "list")
    resumed = subprocess.run(
        shop.command("runs", "resume", killed["id"]), env=shop.environment, capture_output=True, text=True, timeout=60
    )
    assert resumed.returncode == 6
    assert "60 seconds after its last sign of life" in " ".join(resumed.stderr.split())
    (second,) = shop.weft("run", "mark")
    assert second["records"] == 200
    assert second["remembered"] + second["made"] == 200
    assert second["remembered"] >= 64
    assert len(shop.asked()) <= 200 - made + 64 * 2
    assert len(shop.weft("changes", "list", "--limit", "500")) == 200


def test_an_interrupted_command_pauses_and_resumes(shop: Shop) -> None:
    shop.catalog(plain(300, "slow"))
    process = subprocess.Popen(shop.command("run", "mark"), env=shop.environment, stderr=subprocess.DEVNULL)
    while len(shop.asked()) < 20:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=20)
    assert process.returncode == 130
    (run,) = shop.weft("runs", "list")
    assert run["state"] == "paused"
    (resumed,) = shop.weft("runs", "resume", run["id"])
    assert (resumed["state"], resumed["records"], resumed["changes"]) == ("finished", 300, 300)


def test_workers_share_a_run_which_pauses_resumes_and_is_cancelled(shop: Shop) -> None:
    shop.catalog(plain(900, "slow"))
    (entered,) = shop.weft("run", "mark", "--queue")
    run = entered["run"]
    assert entered["state"] == "queued"
    workers = [shop.worker(), shop.worker()]
    while len(shop.asked()) < 100:
        time.sleep(0.05)
    shop.weft("runs", "pause", run)
    time.sleep(4)
    asked = len(shop.asked())
    time.sleep(1)
    assert len(shop.asked()) == asked < 900
    assert shop.weft("runs", "show", run)[0]["state"] == "paused"
    shop.weft("runs", "resume", run)
    while len(shop.asked()) < asked + 100:
        time.sleep(0.05)
    workers[0].terminate()
    workers[0].wait(timeout=20)
    found = shop.until(run, "finished")
    assert (found["done"], found["changes"], found["failed"]) == (900, 900, 0)
    assert len(shop.asked()) == 900
    shop.catalog(plain(900, "slow again"))
    (other,) = shop.weft("run", "mark", "--queue")
    while len(shop.asked()) < 1000:
        time.sleep(0.05)
    cancelled = shop.weft("runs", "cancel", other["run"])[0]
    assert cancelled["state"] == "cancelled"
    time.sleep(4)
    assert len(shop.asked()) < 1800


@pytest.mark.slow
def test_a_killed_workers_shard_is_taken_over_within_a_minute_and_nothing_is_lost(shop: Shop) -> None:
    shop.catalog(plain(600, "slow"))
    (entered,) = shop.weft("run", "mark", "--queue")
    first = shop.worker()
    while len(shop.asked()) < 150:
        time.sleep(0.05)
    first.kill()
    first.wait()
    asked, killed = len(shop.asked()), time.monotonic()
    shop.worker()
    while len(shop.asked()) == asked or shop.asked()[asked] == shop.asked()[asked - 1]:
        time.sleep(0.1)
        assert time.monotonic() - killed < 60
    found = shop.until(entered["run"], "finished")
    assert (found["done"], found["changes"], found["failed"]) == (600, 600, 0)
    assert len(shop.asked()) <= 600 + 500


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_record_that_kills_workers_is_found_and_fails_alone(shop: Shop) -> None:
    shop.catalog(plain(10) | {"p00004": "kill"})
    (entered,) = shop.weft("run", "mark", "--queue")
    end = time.monotonic() + 300
    while time.monotonic() < end and shop.weft("runs", "show", entered["run"])[0]["state"] != "finished":
        if not [worker for worker in shop.workers if worker.poll() is None]:
            shop.worker()
        time.sleep(0.5)
    found = shop.until(entered["run"], "finished", seconds=5)
    assert (found["done"], found["changes"], found["failed"]) == (10, 9, 1)
    (failure,) = shop.weft("runs", "failures", entered["run"])
    assert failure["record"] == "p00004"


def test_a_business_does_not_see_anothers_runs(database: Database, tmp_path: Path) -> None:
    mine, other = (Business(database, businesses.ensured(database, name)) for name in ("runs-mine", "runs-other"))
    path = tmp_path / "products.csv"
    path.write_text("Handle,Title,Variant SKU\nmug,MUG MUG,M-1\n")
    import_file(mine, "products", path, who="test")
    run = Runs(mine).enter(named("tidy"), Selection(), queued=False, who=Who("test"))
    assert Runs(mine).get(run)["state"] == "queued"
    assert Runs(other).listed() == []
    with pytest.raises(Exception, match="There is no run"):
        Runs(other).get(run)
