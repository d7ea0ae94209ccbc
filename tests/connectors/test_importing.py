"""Imports: streamed, the same file changes nothing, what is killed goes on, every row is accounted for."""

import csv
import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from weft.access import businesses
from weft.business import Business
from weft.connectors.importing import import_file
from weft.errors import InputError, UnknownFormat, UnreadableFile
from weft.postgres import embedded
from weft.postgres.database import Database
from weft.sample.many import many
from weft.settings import Settings

HEADER = "Handle,Title,Body (HTML),Vendor,Published,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty,Note"


def test_the_same_file_again_changes_nothing(business: Business, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    many(1500, path)
    first = import_file(business, "products", path)
    assert (first.created, first.updated, first.unchanged, first.rejected) == (1500, 0, 0, 0)
    journal = business.journal.verify()
    again = import_file(business, "products", path)
    assert (again.created, again.updated, again.unchanged, again.rejected) == (0, 0, 1500, 0)
    assert business.journal.verify() == journal


def test_rows_that_cannot_be_taken_are_written_down_with_the_reason(business: Business, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    rows = [
        "mug,Mug,,Kiln,TRUE,Size,S,M-S,9.00,3,n",
        "mug,,,,,,L,M-L,nine,3,",
        ",,,,,,,,1.00,,",
        "cup,Cup,,Kiln,perhaps,,,,,,",
        "jug,Jug,,,,,,J,4.00,many,",
        'pot,Pot,"two\nlines",,,,,P,5.00,1,"quoted, comma"',
        "pan,Pan,,,,,,N,6.00,1,,extra",
    ]
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    report = import_file(business, "products", path)
    assert (report.created, report.rejected) == (2, 5)
    assert report.rejects_file is not None
    with Path(report.rejects_file).open(newline="") as file:
        rejects = list(csv.DictReader(file))
    said = [(row["line"], row["column"], row["value"], row["reason"]) for row in rejects]
    assert said == [
        ("3", "Variant Price", "nine", "is not a number"),
        ("4", "Handle", "", "a row needs a handle or a title"),
        ("5", "Published", "perhaps", "is neither true nor false"),
        ("6", "Variant Inventory Qty", "many", "is not a number"),
        ("9", "", "extra", "the row has 12 cells and the header 11"),
    ]
    assert rejects[0]["Variant SKU"] == "M-L"
    assert business.catalog.get("pot")["description"] == "two\nlines"


def test_a_dry_run_says_what_would_happen_and_changes_nothing(business: Business, tmp_path: Path) -> None:
    path = tmp_path / "dry.csv"
    path.write_text(f"{HEADER}\nmug,Mug,,,,Size,S,M-S,9.00,3,\ncup,Cup,,,,,,C,x,1,\n")
    report = import_file(business, "products", path, dry_run=True)
    assert (report.created, report.rejected, report.dry_run) == (1, 1, True)
    assert business.catalog.count() == 0
    assert business.imports.listed() == []
    assert list(tmp_path.glob("*rejects*")) == []


def test_a_dry_run_counts_as_the_import_does(business: Business, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    many(1200, path)
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    with path.open("a", newline="") as file:
        csv.writer(file).writerows([rows[1], [*rows[2][:-1], "x", "one cell too many"]])
    counts = [
        (report.rows, report.records, report.created, report.updated, report.unchanged, report.rejected)
        for report in (import_file(business, "products", path, dry_run=dry) for dry in (True, False, True))
    ]
    assert counts[0] == counts[1]
    assert counts[2][2] == 0


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("products", "Handle,Title,Variant SKU\n{},A,s\na,A,{}\nb,B,t\n"),
        ("orders", "order,sku,quantity,price\n{},s,1,5\n1,{},1,5\n2,t,1,2\n"),
        ("customers", "id,email\n{},a@x.test\n1,{}\n2,b@x.test\n"),
    ],
)
def test_a_name_too_long_for_an_index_stops_nothing_else(
    business: Business, tmp_path: Path, kind: str, text: str
) -> None:
    path = tmp_path / "in.csv"
    path.write_text(text.replace("{}", "".join(f"{n:x}" for n in range(9000))))
    report = import_file(business, kind, path)
    assert (report.rows, report.created, report.rejected) == (3, 1, 2)


def test_an_unknown_column_is_kept_and_a_missing_one_keeps_its_value(business: Business, tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text(f"{HEADER}\nmug,Mug,<p>Fine.</p>,Kiln,TRUE,Size,S,M-S,9.00,3,hello\n")
    import_file(business, "products", path)
    path.write_text("Handle,Title,Vendor\nmug,Big mug,\n")
    assert import_file(business, "products", path).updated == 1
    mug = business.catalog.get("mug")
    assert (mug["title"], mug["vendor"], mug["description"]) == ("Big mug", "", "<p>Fine.</p>")
    assert mug["columns"] == {"Note": "hello"}
    assert mug["variants"][0]["price"] == {"amount": 900, "currency": "EUR"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_any_table_in_any_encoding_goes_in(business: Business, tmp_path: Path, encoding: str, separator: str) -> None:
    path = tmp_path / "tabelle.csv"
    rows = [
        ["Artikelnummer", "Bezeichnung", "Preis", "Bestand", "Farbe"],
        ["A-1", "Grüner Töpferkrug für Frühstück", "1.234,50 €", "3", "grün"],
        ["A-2", "Schüssel, groß", "12,00 €", "0", "weiß"],
    ]
    lines = [separator.join(f'"{cell}"' for cell in row) for row in rows]
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    report = import_file(business, "products", path)
    assert (report.created, report.rejected) == (2, 0)
    krug = business.catalog.get("A-1")
    assert krug["title"] == "Grüner Töpferkrug für Frühstück"
    assert krug["variants"][0]["price"] == {"amount": 123450, "currency": "EUR"}
    assert krug["attributes"]["color"]["value"] == "grün"


def test_columns_can_be_named(business: Business, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("Ding,Was,Kostet\nx1,Lampe,9.99\n")
    with pytest.raises(UnknownFormat, match="--map"):
        import_file(business, "products", path)
    mapping = {"id": "Ding", "title": "Was", "price": "Kostet"}
    assert import_file(business, "products", path, mapping=mapping).created == 1
    assert business.catalog.get("x1")["variants"][0]["price"]["amount"] == 999
    with pytest.raises(InputError, match="no column 'Nichts'"):
        import_file(business, "products", path, mapping={"title": "Nichts"})


def test_files_that_are_none_are_refused_in_words(business: Business, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="There is no file"):
        import_file(business, "products", tmp_path / "nothing.csv")
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    with pytest.raises(UnreadableFile, match="is empty"):
        import_file(business, "products", empty)
    binary = tmp_path / "binary.csv"
    binary.write_bytes(bytes(range(256)) * 64)
    with pytest.raises(UnreadableFile, match="not a text file"):
        import_file(business, "products", binary)
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress((HEADER + "\n" + "a,b,,,,,,,,,\n" * 5000).encode())[:200])
    with pytest.raises(UnreadableFile, match="cut off"):
        import_file(business, "products", cut)
    assert business.catalog.count() == 0


def test_stock_by_location_becomes_levels_and_movements(business: Business, tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text(f"{HEADER}\nmug,Mug,,,,Size,S,M-S,9.00,3,\nmug,,,,,,L,M-L,9.00,1,\n")
    import_file(business, "products", path)
    stock = tmp_path / "stock.csv"
    header = "Handle,Title,Option1 Name,Option1 Value,SKU,Location,On hand (new)"
    stock.write_text(f"{header}\nmug,Mug,Size,S,M-S,Oslo,4\nmug,Mug,Size,S,M-S,Bergen,2\nmug,,Size,XXL,,Oslo,1\n")
    report = import_file(business, "stock", stock)
    assert (report.created, report.rejected) == (2, 1)
    first = business.catalog.get("mug")["variants"][0]
    assert (first["stock"], first["stock_levels"]) == (6, {"Bergen": 2, "Oslo": 4})
    stock.write_text(f"{header}\nmug,Mug,Size,S,M-S,Oslo,1\n")
    import_file(business, "stock", stock)
    assert business.stock.movements()[0]["quantity"] == -3
    assert business.catalog.get("mug")["variants"][0]["stock"] == 3


def test_json_lines_of_things_go_in(business: Business, tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    lines = [
        {"id": f"c{n}", "at": "2026-05-01T10:00:00Z", "subject": "Hi", "body": {"messages": [n]}} for n in range(3)
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n{broken\n")
    report = import_file(business, "conversations", path)
    assert (report.created, report.rejected) == (3, 1)
    assert business.things.get("conversation", "c1")["body"] == {"messages": [1]}


def command(home: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "weft", *arguments],
        env={**os.environ, "WEFT_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def committed(home: Path) -> int:
    with Database.open(Settings(home=home)) as database:
        shop = Business(database, businesses.ensured(database, "shop"))
        return int(sum(row["rows"] for row in shop.imports.listed()))


def test_a_killed_import_goes_on_behind_its_last_committed_row(own_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    many(12_000, path)
    first = command(own_home, "import", "products", str(path), "--business", "shop", "--json")
    until = time.monotonic() + 60
    while not (own_home / "postgres" / "ready").exists() and time.monotonic() < until:
        time.sleep(0.05)
    while not (done := committed(own_home)) > 0 and time.monotonic() < until and first.poll() is None:
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert done > 0
    second = command(own_home, "import", "products", str(path), "--business", "shop", "--json")
    out, err = second.communicate(timeout=120)
    assert second.returncode == 0, err
    report = json.loads(out.splitlines()[-1])
    assert report["resumed"] >= done or report["unchanged"] == 12_000
    assert report["created"] + report["unchanged"] == 12_000
    with Database.open(Settings(home=own_home)) as database:
        shop = Business(database, businesses.named(database, "shop"))
        assert shop.catalog.count() == 12_000
        shop.journal.verify()


def test_the_server_killed_in_the_middle_of_an_import_loses_no_row(own_home: Path, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    many(8_000, path)
    with Database.open(Settings(home=own_home)) as database:
        shop = Business(database, businesses.ensured(database, "shop"))
        acknowledged: list[int] = []
        killed = threading.Event()

        def watch(moment: object) -> None:
            acknowledged.append(moment.records)  # type: ignore[attr-defined]
            if not killed.is_set():
                pid = embedded.postmaster(embedded.place(own_home))
                assert pid is not None
                os.kill(pid, signal.SIGKILL)
                killed.set()

        report = import_file(shop, "products", path, watch=watch)
        assert killed.is_set()
        assert report.created + report.unchanged == 8_000
        assert shop.catalog.count() == 8_000
        assert shop.journal.verify().batches >= 1
