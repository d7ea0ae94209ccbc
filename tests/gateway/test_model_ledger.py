"""The ledger through deaths: every row that was settled is entered once, every one that was not is lost, whatever is in the way."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from weft.business import Business
from weft.errors import DatabaseUnavailable, ModelBusy
from weft.gateway.ledger import REFUSED, Ledger
from weft.gateway.register import Register
from weft.gateway.seal import Seal
from weft.ids import uuid7
from weft.postgres.database import Database

# A process that goes as far as it is told, says which rows it made, and is killed there.
VICTIM = """
import os, sys, time
from pathlib import Path
from weft.gateway.ledger import Ledger
from weft.ids import uuid7
from weft.postgres.database import Database
from weft.settings import Settings

home, business, account, until, count = sys.argv[1:]
database = Database.open(Settings(home=Path(home)))
ledger = Ledger(database, Path(home))
if until == "entering":
    entered = ledger._settled
    def settle(process, lines):
        entered(process, lines)
        # Its rows are in PostgreSQL, and it does not live to know it.
        os.kill(os.getpid(), 9)
    ledger._settled = settle
ledger.start()
with database.plain() as connection:
    connection.execute("select budget_grant(%s, %s, '2000-01-01', 1000, 1000)", (ledger.process, account))
    (uid,) = connection.execute("select account from budget_grant(%s, %s, '2000-01-01', 0, 0)", (ledger.process, account)).fetchone()
for n in range(int(count)):
    row = {"uid": str(uuid7()), "business": business, "at": time.time(), "kind": "chat", "route": "r", "outcome": "lost",
           "cost": 10, "reserved": 10, "accounts": [str(uid)]}
    ledger.intend(row["uid"], row)
    if until != "intent":
        ledger.settle(row["uid"], {**row, "outcome": "ok", "cost": 7})
print("made", flush=True)
if until == "torn":
    segment = ledger._segments[-1]
    segment.append(b'={"uid": "torn')
if until == "entered":
    assert ledger.drained()
if until == "entering":
    ledger.drained(20)
os.kill(os.getpid(), 9)
"""


def row(business: Business, **more: Any) -> dict[str, Any]:
    made = {"uid": str(uuid7()), "business": str(business.uid), "at": time.time(), "kind": "chat", "route": "r"}
    return {**made, "outcome": "ok", "cost": 1, "reserved": 1, "accounts": [], **more}


def outcomes(business: Business) -> dict[str, int]:
    with business.transaction() as connection:
        return dict(connection.execute("select outcome, count(*)::int from ledger group by 1").fetchall())


def costs(business: Business) -> int:
    with business.transaction() as connection:
        found = connection.execute("select coalesce(sum(cost), 0)::bigint from ledger").fetchone()
    assert found is not None
    return int(found[0])


def state(business: Business, budget: UUID) -> tuple[int, int]:
    """What is taken and spent of a budget."""
    with business.transaction() as connection:
        found = connection.execute("select taken, spent from budget_state(%s)", ([budget],)).fetchone()
    assert found is not None
    return found[0], found[1]


@pytest.fixture
def ledger(database: Database, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger whose files lie in a folder of the test's own."""
    made = Ledger(database, tmp_path)
    yield made
    made.stop()


@pytest.mark.parametrize("until", ["intent", "settled", "torn", "entered", "entering"])
def test_what_a_killed_process_settled_is_entered_once_and_the_rest_is_lost_in_full(
    business: Business, home: Path, until: str
) -> None:
    budget = Register(business.database, home, Seal(home)).set_budget(business.uid, None, "total", 1)
    command = [sys.executable, "-c", VICTIM, str(home), str(business.uid), str(budget.uid), until, "30"]
    died = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert "made" in died.stdout
    finders = [Ledger(business.database, home) for _ in range(3)]
    threads = [threading.Thread(target=one.recover) for one in finders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    finders[0].recover()
    assert outcomes(business) == ({"lost": 30} if until == "intent" else {"ok": 30})
    cost = 300 if until == "intent" else 210
    assert costs(business) == cost
    assert state(business, budget.uid) == (cost, cost)


def test_what_lies_among_the_files_and_is_no_ledger_is_left_alone(
    business: Business, database: Database, tmp_path: Path, ledger: Ledger
) -> None:
    ledger.start()
    root = next((tmp_path / "ledger").iterdir())
    (root / "lost+found").mkdir()
    (root / ".DS_Store").write_bytes(b"\0")
    gone = root / uuid7().hex
    gone.mkdir()
    (gone / "notes.wal").write_bytes(b'>[1]\n={"no": "uid"}\n>{"uid": 3}\nhello\n={"uid"\n>\xff\xfe\n' + b"\0" * 5000)
    good = row(business)
    (gone / "00000001.wal").write_bytes(b">" + orjson.dumps(good) + b"\n" + b"\0" * 5000)
    other = Ledger(database, tmp_path)
    other.start()
    other.stop()
    assert (root / "lost+found").is_dir()
    assert not gone.exists()
    assert outcomes(business) == {"ok": 1}


def test_a_row_that_cannot_be_entered_holds_up_no_other(
    business: Business, ledger: Ledger, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ledger.start()
    rows = [row(business) for _ in range(20)]
    rows[7]["tokens_in"] = 2**40
    rows[13]["route"] = "a\0b"
    for one in rows:
        ledger.settle(one["uid"], one)
    assert ledger.drained()
    assert outcomes(business) == {"ok": 18}
    aside = (tmp_path / "ledger" / REFUSED).read_bytes().splitlines()
    assert [orjson.loads(line)["uid"] for line in aside] == [rows[7]["uid"], rows[13]["uid"]]
    assert "cannot be entered" in caplog.text


def test_rows_wait_for_a_database_that_is_away(
    business: Business, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.start()
    away, entering = True, ledger._settled

    def settled(process: UUID, lines: Any) -> int:
        if away:
            raise DatabaseUnavailable("it is away")
        return entering(process, lines)

    monkeypatch.setattr(ledger, "_settled", settled)
    for _ in range(3000):
        one = row(business)
        ledger.intend(one["uid"], one)
        ledger.settle(one["uid"], one)
    assert not ledger.drained(1.5)
    away = False
    assert ledger.drained()
    assert outcomes(business) == {"ok": 3000}


def test_a_ledger_that_is_closed_says_so_and_leaves_what_is_open_to_the_next(
    business: Business, database: Database, tmp_path: Path
) -> None:
    first = Ledger(database, tmp_path)
    first.start()
    one = row(business, outcome="lost")
    first.intend(one["uid"], one)
    first.stop()
    first.settle(one["uid"], {**one, "outcome": "ok"})
    with pytest.raises(ModelBusy, match="ending"):
        first.intend(one["uid"], one)
    second = Ledger(database, tmp_path)
    second.start()
    second.stop()
    assert outcomes(business) == {"lost": 1}
    assert [folder for root in (tmp_path / "ledger").iterdir() for folder in root.iterdir()] == []


def test_many_that_start_and_end_at_once_find_nothing_of_each_other(database: Database, tmp_path: Path) -> None:
    problems: list[BaseException] = []

    def live() -> None:
        try:
            for _ in range(6):
                one = Ledger(database, tmp_path)
                one.start()
                one.stop()
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=live) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_a_full_disk_stops_what_cannot_be_written_and_loses_nothing(business: Business, database: Database) -> None:
    if os.geteuid():
        pytest.skip("not tested: a full disk (only root may mount a small one)")
    with small_disk(10) as folder:
        ledger = Ledger(database, folder)
        ledger.start()
        open_rows: list[dict[str, Any]] = []
        with pytest.raises(ModelBusy, match="cannot be written"):  # noqa: PT012 - which is too much is the disk's affair
            for _ in range(200_000):
                one = row(business, outcome="lost", trace="t" * 90)
                ledger.intend(one["uid"], one)
                open_rows.append(one)
        assert len(open_rows) > 1000
        for one in open_rows:
            ledger.settle(one["uid"], {**one, "outcome": "ok"})
        assert ledger.drained(60)
        time.sleep(0.3)
        one = row(business)
        ledger.intend(one["uid"], one)
        ledger.settle(one["uid"], one)
        assert ledger.drained()
        ledger.stop()
        assert outcomes(business) == {"ok": len(open_rows) + 1}


@contextlib.contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A disk that is full soon."""
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], capture_output=True
    )
    if done.returncode:
        folder.rmdir()
        pytest.skip("not tested: a full disk (no small one can be mounted here)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)
        folder.rmdir()
