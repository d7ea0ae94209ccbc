"""The command line as a person and a program meet it: whole commands in processes of their own."""

import json
import os
import shlex
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from weft.access import businesses
from weft.business import Business
from weft.postgres.database import Database
from weft.surfaces import serving

PRODUCTS = "Handle,Title,Variant SKU,Variant Price\nmug,Blue Mug,M-1,12.50\nhat,RED HAT,H-1,20\nbad,Bad,B-1,cheap\n"


@pytest.fixture
def products(tmp_path: Path) -> Path:
    """A file of three products, one of them with a price that is none."""
    path = tmp_path / "products.csv"
    path.write_text(PRODUCTS)
    return path


def weft(home: Path, *words: str, fails: int = 0, **how: Any) -> subprocess.CompletedProcess[str]:
    """Run a command on the session's folder; it must end as said."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WEFT_")}
    environment = {**kept, "WEFT_HOME": str(home), **how.pop("environment", {})}
    done = subprocess.run(
        [sys.executable, "-m", "weft", *words],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        **how,
    )
    assert done.returncode == fails, done.stderr
    assert "Traceback" not in done.stderr
    return done


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_catalog_goes_in_is_changed_undone_and_taken_out(home: Path, database: Database, products: Path) -> None:
    at = ("--business", "cli-round", "--json")
    report = lines(weft(home, "import", "products", str(products), *at))[-1]
    assert (report["rows"], report["created"], report["rejected"]) == (3, 2, 1)
    assert "cheap" in Path(report["rejects_file"]).read_text()
    assert lines(weft(home, "import", "products", str(products), *at))[-1]["unchanged"] == 2
    edits = products.with_name("edits.csv")
    edits.write_text("record,field,after\nhat,title,Red Hat\nmug,variants.M-1.price,13.00\n")
    assert lines(weft(home, "changes", "propose", str(edits), *at))[-1]["done"] == 2
    listed = lines(weft(home, "changes", "list", *at))
    assert {(one["record"], one["field"], one["state"]) for one in listed} == {
        ("hat", "title", "proposed"),
        ("mug", "variants.M-1.price", "proposed"),
    }
    weft(home, "changes", "approve", listed[0]["id"][-6:], *at)
    weft(home, "changes", "approve", "--all", *at)
    assert lines(weft(home, "changes", "apply", "--all", *at))[-1]["done"] == 2
    out = products.with_name("changed.csv")
    weft(home, "changes", "export", str(out), "--all", *at)
    assert "Red Hat" in "".join(path.read_text() for path in out.parent.glob("changed*.csv"))
    assert lines(weft(home, "changes", "undo", "--where", "field = title", *at))[-1]["done"] == 1
    assert lines(weft(home, "products", "show", "hat", *at))[0]["title"] == "RED HAT"
    assert lines(weft(home, "journal", "verify", *at))[-1]["entries"] > 0


def test_a_dry_run_and_a_file_of_no_use_leave_no_business_behind(
    home: Path, database: Database, products: Path
) -> None:
    said = lines(weft(home, "import", "products", str(products), "--business", "cli-dry", "--dry-run", "--json"))[-1]
    assert (said["created"], said["rejected"], said["dry_run"]) == (2, 1, True)
    products.write_text("# A text\n")
    done = weft(home, "import", "products", str(products), "--business", "cli-dry", fails=2)
    assert "does not look like a file of products" in done.stderr
    assert "cli-dry" not in [tenant.id for tenant in businesses.listed(database)]


def test_several_columns_can_be_ignored(home: Path, database: Database, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("sku,name,one,two,three\nA,Apple,1,2,3\n")
    ignored = [word for column in ("one", "two") for word in ("--map", f"-={column}")]
    mapped = ("--map", "id=sku", "--map", "title=name", *ignored)
    weft(home, "import", "products", str(path), "--business", "cli-map", *mapped)
    held = Business.named(database, "cli-map").catalog.get("A")
    assert "three" in str(held)
    assert "one" not in held["columns"] | held["attributes"]
    assert "two" not in held["columns"] | held["attributes"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_a_server_that_does_not_end_is_ended(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", deaf, "weft"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (tmp_path / "serve-1.json").write_text(json.dumps({"pid": process.pid, "host": "127.0.0.1", "port": 1}))
        threading.Thread(target=process.wait, daemon=True).start()
        assert serving.stop(tmp_path, patience=0.3) == 1
        assert process.wait(10) == -9
    assert serving.found(tmp_path) == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("products", "list", "--business", "cli-nobody"), 5, "There is no business 'cli-nobody'."),
        (("products", "list", "--business", "cli-bad", "--where", "vendro = x"), 2, "vendro"),
        (("products", "show", "nothing", "--business", "cli-bad"), 5, "There is no product 'nothing'."),
        (("changes", "approve", "--business", "cli-bad"), 2, "Say which changes"),
        (("changes", "approve", "zzzz", "--business", "cli-bad"), 2, "'zzzz' is not the id of a change."),
        (("import", "products", "no-such-file.csv", "--business", "cli-bad"), 2, "no-such-file.csv"),
        (("import", "unicorns", __file__, "--business", "cli-bad"), 2, "unicorns"),
        (("keys", "create", "--scope", "king", "--business", "cli-bad"), 2, "'king' is not a scope"),
    ],
)
def test_an_error_is_a_sentence_and_an_exit_code(
    home: Path, database: Database, words: tuple[str, ...], code: int, said: str
) -> None:
    businesses.ensured(database, "cli-bad")
    done = weft(home, *words, fails=code)
    assert said in " ".join(done.stderr.split())
    assert done.stdout == ""


def test_a_reader_that_goes_away_and_a_terminal_without_letters_are_no_trouble(
    home: Path, database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "many.csv"
    path.write_text("Handle,Title\n" + "".join(f"p{n},Größe – 商品 {n}\n" for n in range(3000)), encoding="utf-8")
    weft(home, "import", "products", str(path), "--business", "cli-many")
    command = f"{shlex.quote(sys.executable)} -m weft products list --business cli-many --limit 1000 --json | head -n 1"
    environment = {**os.environ, "WEFT_HOME": str(home)}
    done = subprocess.run(["/bin/sh", "-c", command], env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    plain = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    shown = weft(home, "products", "list", "--business", "cli-many", "--limit", "2", environment=plain)
    assert "p0" in shown.stdout
    escaped = weft(home, "products", "show", "p0", "--business", "cli-many", "--json", environment=plain)
    assert json.loads(escaped.stdout)["title"] == "Größe – 商品 0"


def test_the_figures_of_a_table_stay_whole_on_any_screen(home: Path, database: Database, business: Business) -> None:
    line = {"product": "mug", "sku": "mug", "title": "Mug", "quantity": 1_234, "price": 98_765_432}
    record: Any = {"id": "#1", "placed_at": "2026-05-02T10:00Z", "currency": "EUR", "lines": [line]}
    with business.transaction() as connection:
        business.orders.put(connection, [record], "test")
    asked = (
        "gross_sales",
        "orders",
        "revenue",
        "units",
        "returns",
        "--by",
        "product",
        "--period",
        "2026-05-02",
        "--compare",
        "previous",
    )
    for width in ("40", "80", "200"):
        shown = weft(home, "numbers", "show", *asked, "--business", business.id, environment={"COLUMNS": width}).stdout
        assert shown.count("1,218,765,430.88") == 4
        assert "1,234" in shown


def test_the_ids_of_a_table_stay_whole_on_a_narrow_screen(home: Path, database: Database, business: Business) -> None:
    long = "a-product-with-quite-a-long-handle"
    with business.transaction() as connection:
        business.catalog.put(connection, [{"id": long, "title": "A long title " * 5, "variants": []}], "test")
    business.changes.propose([{"record": long, "field": "title", "after": "Another title, which is long too"}])
    (change,) = business.changes.listed()
    narrow = {"COLUMNS": "80"}
    row = weft(home, "changes", "list", "--business", business.id, environment=narrow).stdout.splitlines()[1]
    assert row.split()[0] == change["id"][-8:]
    assert len(row) <= 80
    row = weft(home, "products", "list", "--business", business.id, environment=narrow).stdout.splitlines()[1]
    assert row.split()[0] == long
    assert len(row) <= 80
