"""The embedded server is started, shared, killed and started again."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from weft.access import businesses
from weft.errors import DatabaseError, DatabaseFolderError, DatabaseUnavailable
from weft.postgres import embedded
from weft.postgres.database import Database
from weft.settings import Settings

ROOT = os.geteuid() == 0
OPEN = """
import sys
from weft.postgres.database import Database
from weft.settings import Settings
with Database.open(Settings.from_environment(), say=lambda text: print(text, file=sys.stderr, flush=True)) as database:
    with database.plain() as connection:
        print(connection.execute("select pg_postmaster_start_time()").fetchone()[0])
"""


def another(home: Path, code: str = OPEN, **more: str) -> subprocess.Popen[str]:
    """Another Weft process on this folder."""
    environment = {**os.environ, "WEFT_HOME": str(home), "WEFT_DATABASE_URL": "", **more}
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code],
        env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def pid_of(settings: Settings) -> int:
    """The server's process."""
    pid = embedded.postmaster(embedded.place(settings.home))
    assert pid is not None
    return pid


def kill(settings: Settings) -> int:
    """`kill -9` the server, and answer what its number was."""
    pid = pid_of(settings)
    os.kill(pid, signal.SIGKILL)
    while embedded.postmaster(embedded.place(settings.home)) == pid:
        time.sleep(0.001)
    return pid


@contextlib.contextmanager
def server_users_process() -> Iterator[int]:
    """Some other process of the user as whom the server runs."""
    with subprocess.Popen(["sleep", "300"], user="nobody" if ROOT else None) as process:
        yield process.pid
        process.kill()


def leave_pid_file(settings: Settings, pid: int) -> None:
    """Put back the file that a killed server leaves behind, with any number in it."""
    file = embedded.place(settings.home).folder / "data" / "postmaster.pid"
    run = embedded.place(settings.home).host
    file.write_text(f"{pid}\n{file.parent}\n{int(time.time())}\n5432\n{run}\n\n  1234567  7\nready   \n")
    if ROOT:
        os.chown(file, file.parent.stat().st_uid, file.parent.stat().st_gid)
    file.chmod(0o600)
    (Path(run) / ".s.PGSQL.5432.lock").write_bytes(file.read_bytes())


def test_a_start_makes_a_server_that_only_its_owner_reaches_and_that_keeps_what_it_acknowledged(
    spare: Settings,
) -> None:
    with Database.open(spare) as database, database.plain() as connection:
        for name, value in {
            "listen_addresses": "",
            "unix_socket_permissions": "0700",
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "data_checksums": "on",
            "server_encoding": "UTF8",
            "jit": "off",
        }.items():
            assert connection.execute("select current_setting(%s)", (name,)).fetchone() == (value,)
    where = embedded.place(spare.home)
    assert Path(where.host).stat().st_mode & 0o077 == 0
    assert (where.folder / "data").stat().st_mode & 0o077 == 0


def test_a_second_open_is_quick_and_finds_the_same_server(spare: Settings) -> None:
    with Database.open(spare):
        first = pid_of(spare)
    begun = time.monotonic()
    with Database.open(spare):
        assert pid_of(spare) == first
    assert time.monotonic() - begun < 0.5


def test_processes_that_start_at_once_on_nothing_share_one_server(fresh: Settings) -> None:
    started = [another(fresh.home) for _ in range(4)]
    ended = [(process.communicate(timeout=120), process.returncode) for process in started]
    assert [code for _, code in ended] == [0] * 4, ended
    assert len({out for (out, _), _ in ended}) == 1


def test_processes_that_find_the_server_killed_share_the_next_one(spare: Settings) -> None:
    with Database.open(spare):
        pass
    kill(spare)
    started = [another(spare.home) for _ in range(3)]
    ended = [(process.communicate(timeout=120), process.returncode) for process in started]
    assert [code for _, code in ended] == [0] * 3, ended
    assert len({out for (out, _), _ in ended}) == 1


def test_a_handle_goes_on_by_itself_after_kill_9_and_nothing_acknowledged_is_lost(spare: Settings) -> None:
    with Database.open(spare) as database:
        for round_ in range(3):
            name = f"kept-{round_}"
            businesses.ensured(database, name)
            before = kill(spare)
            assert businesses.named(database, name).id == name
            assert pid_of(spare) != before


def test_a_transaction_cut_off_by_kill_9_is_an_error_and_leaves_nothing(spare: Settings) -> None:
    with Database.open(spare) as database:
        tenant = businesses.ensured(database, "cut-off")
        with pytest.raises(DatabaseUnavailable), database.tenant(tenant.uid) as connection:  # noqa: PT012
            connection.execute("update business set zone = 'Europe/Berlin'")
            kill(spare)
            time.sleep(0.3)
            connection.execute("select 1")
        with database.tenant(tenant.uid) as connection:
            assert connection.execute("select zone from business").fetchone() == ("UTC",)


def test_a_killed_servers_children_that_are_still_at_work_do_not_stop_the_next_start(spare: Settings) -> None:
    with Database.open(spare) as database:
        where = embedded.place(spare.home)
        entered = threading.Event()

        def keep_busy() -> None:
            with contextlib.suppress(psycopg.Error), psycopg.connect(where.conninfo()) as connection:
                connection.execute("select 1")
                entered.set()
                connection.execute("select count(*) from generate_series(1, 2000000000) a where a % 7 = 8")

        busy = threading.Thread(target=keep_busy)
        busy.start()
        assert entered.wait(20)
        time.sleep(0.3)
        before = kill(spare)
        with database.plain() as connection:
            connection.execute("select 1")
        assert pid_of(spare) != before
        busy.join(timeout=30)
        assert not busy.is_alive()


ENDLESS = """
from weft.postgres.database import Database
from weft.settings import Settings
with Database.open(Settings.from_environment()) as database, database.plain() as connection:
    print("at work", flush=True)
    connection.execute("select count(*) as endless from generate_series(1, 2000000000) a where a % 7 = 8")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the server cannot see this on Windows")
def test_what_a_killed_process_had_asked_for_is_given_up(spare: Settings) -> None:
    endless = "select count(*) from pg_stat_activity where query like '%as endless%' and pid <> pg_backend_pid()"

    def at_work() -> int:
        with database.plain() as connection:
            return int(connection.execute(endless).fetchone()[0])

    with Database.open(spare) as database:
        process = another(spare.home, ENDLESS)
        assert process.stdout is not None
        assert process.stdout.readline() == "at work\n"
        assert wait_for(lambda: at_work() == 1)
        process.kill()
        process.communicate()
        assert wait_for(lambda: at_work() == 0)


def wait_for(holds: Callable[[], bool], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.05)
    return holds()


def test_a_pid_file_of_a_process_that_is_gone_is_no_hindrance(spare: Settings) -> None:
    embedded.stop(spare.home)
    gone = subprocess.Popen(["true"])
    gone.wait()
    leave_pid_file(spare, gone.pid)
    with Database.open(spare) as database, database.plain() as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_a_pid_file_with_the_number_of_somebody_elses_process_is_neither_trusted_nor_in_the_way(
    spare: Settings,
) -> None:
    embedded.stop(spare.home)
    with server_users_process() as stranger:
        leave_pid_file(spare, stranger)
        assert not embedded.running(spare.home)
        assert not embedded.stop(spare.home)
        with Database.open(spare):
            assert pid_of(spare) != stranger
        os.kill(stranger, 0)  # it lives


@pytest.mark.parametrize("text", ["", "garbage\n"])
def test_a_pid_file_that_was_cut_short_is_no_hindrance(spare: Settings, text: str) -> None:
    embedded.stop(spare.home)
    leave_pid_file(spare, 1)
    (embedded.place(spare.home).folder / "data" / "postmaster.pid").write_text(text)
    with Database.open(spare):
        assert embedded.running(spare.home)


def test_a_set_up_that_was_killed_halfway_is_done_again(fresh: Settings) -> None:
    half = embedded.place(fresh.home).folder / "data.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with Database.open(fresh):
        assert embedded.running(fresh.home)
    assert not half.exists()


def test_data_that_was_removed_by_hand_is_made_anew(fresh: Settings) -> None:
    with Database.open(fresh):
        pass
    embedded.stop(fresh.home)
    data = embedded.place(fresh.home).folder / "data"
    data.rename(data.with_name("data.old"))
    with Database.open(fresh) as database:
        assert businesses.listed(database) == []


def test_stop_says_whether_anything_ran(spare: Settings) -> None:
    with Database.open(spare):
        assert embedded.running(spare.home)
    assert embedded.stop(spare.home)
    assert not embedded.running(spare.home)
    assert not embedded.stop(spare.home)
    assert not embedded.stop(spare.home / "nothing")
    assert not (spare.home / "nothing").exists()


def test_a_handle_starts_a_server_that_was_stopped_meanwhile(spare: Settings) -> None:
    with Database.open(spare) as database:
        embedded.stop(spare.home)
        with database.plain() as connection:
            assert connection.execute("select 1").fetchone() == (1,)


def test_a_home_too_deep_for_a_socket_and_one_reached_through_a_link_work(fresh: Settings) -> None:
    deep = fresh.home / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    link = fresh.home / "link"
    link.symlink_to(deep)
    settings = Settings(home=link / "home")
    try:
        with Database.open(settings):
            before = kill(settings)
        with Database.open(settings):
            assert pid_of(settings) != before
        where = embedded.place(settings.home)
        assert len(where.host) < 90
        assert embedded.place((deep / "home").resolve()).host == where.host
        assert Path(where.host).stat().st_mode & 0o077 == 0
    finally:
        embedded.stop(settings.home)
        Path(where.host).rmdir()


def test_a_socket_that_was_swept_away_is_made_again(spare: Settings) -> None:
    with Database.open(spare):
        pass
    before = pid_of(spare)
    (Path(embedded.place(spare.home).host) / ".s.PGSQL.5432").unlink()
    with Database.open(spare):
        assert pid_of(spare) != before


def test_what_the_environment_says_of_other_servers_is_not_taken_for_this_one(spare: Settings) -> None:
    with Database.open(spare):
        pass
    elsewhere = {
        "PGHOSTADDR": "192.0.2.1", "PGPORT": "1", "PGUSER": "somebody", "PGDATABASE": "else", "PGOPTIONS": "-c no=1",
        "PGCLIENTENCODING": "LATIN1", "PGREQUIREAUTH": "scram-sha-256", "PGSSLMODE": "require",
        "PGCHANNELBINDING": "require", "PGTARGETSESSIONATTRS": "standby", "PGDATA": "/nowhere",
    }  # fmt: skip
    process = another(spare.home, **elsewhere)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    embedded.stop(spare.home)
    process = another(spare.home, **elsewhere)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said


def test_a_second_start_waits_for_a_long_recovery_and_says_so(fresh: Settings) -> None:
    with Database.open(fresh) as database:
        tenant = businesses.ensured(database, "patient")
        with database.tenant(tenant.uid) as connection:
            connection.execute(
                "insert into thing (uid, kind, id, body) select gen_random_uuid(), 'document', 'd' || n, "
                "jsonb_build_object('text', repeat(md5(n::text), 8)) from generate_series(1, 60000) n"
            )
    where = embedded.place(fresh.home)
    kill(fresh)
    first = another(fresh.home)
    recovering = caught(where)
    try:
        second = another(fresh.home)
        time.sleep(4)
        assert first.poll() is None
        assert second.poll() is None
        assert embedded._state(where) == "starting"
    finally:
        os.kill(recovering, signal.SIGCONT)
    ended = [process.communicate(timeout=120) for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], ended
    assert ended[0][0] == ended[1][0]
    assert "recover" in ended[0][1]
    assert "another Weft process" in ended[1][1]
    with Database.open(fresh) as database, database.tenant(tenant.uid) as connection:
        assert connection.execute("select count(*) from thing").fetchone() == (60000,)


def caught(where: embedded.Place) -> int:
    """Hold the process that recovers the database in the middle of its work, and answer its number."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for pid in embedded._servers(where):
            with contextlib.suppress(OSError):
                if b"startup" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGSTOP)
                    return pid
    pytest.fail("no recovery was seen")


def test_a_home_that_is_a_file_or_lies_below_one_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for home in (file, file / "home"):
        with pytest.raises(DatabaseFolderError, match="WEFT_HOME"):
            Database.open(Settings(home=home))


def as_ordinary_user(home: Path) -> str:
    """What Weft says to an ordinary user about this folder: the error's name and its sentence."""
    receive, send = os.pipe()
    child = os.fork()
    if not child:
        try:
            if ROOT:
                os.setgroups([])
                os.setgid(54321)
                os.setuid(54321)
                embedded._ROOT = False  # type: ignore[misc]
            try:
                Database.open(Settings(home=home)).close()
                said = "opened"
            except DatabaseError as problem:
                said = f"{type(problem).__name__}: {problem}"
            os.write(send, said.encode())
        finally:
            os._exit(0)
    os.close(send)
    os.waitpid(child, 0)
    with os.fdopen(receive, "rb") as pipe:
        return pipe.read().decode()


def test_a_home_that_may_not_be_written_is_refused_in_words(fresh: Settings) -> None:
    parent = fresh.home.parent
    parent.chmod(0o555)
    try:
        said = as_ordinary_user(fresh.home)
    finally:
        parent.chmod(0o755)
    assert said.startswith("DatabaseFolderError")
    assert str(fresh.home) in said
    assert "Permission denied" in said
    assert "WEFT_HOME" in said


def test_a_database_folder_that_may_not_be_written_is_refused_in_words(fresh: Settings) -> None:
    folder = fresh.home / "postgres"
    folder.mkdir(parents=True)
    fresh.home.chmod(0o755)
    folder.chmod(0o555)
    try:
        said = as_ordinary_user(fresh.home)
    finally:
        folder.chmod(0o755)
    assert said.startswith("DatabaseFolderError")
    assert "Permission denied" in said


@pytest.mark.skipif(not ROOT, reason="not tested: only root can become a user without a name")
def test_a_user_without_a_name_is_told_what_postgresql_wants(fresh: Settings) -> None:
    fresh.home.mkdir()
    os.chown(fresh.home, 54321, 54321)
    said = as_ordinary_user(fresh.home)
    shutil.rmtree(fresh.home)
    assert said.startswith("DatabaseUnavailable")
    assert "54321" in said
    assert "/etc/passwd" in said


@pytest.mark.skipif(not ROOT, reason="not tested: only root can give a folder to somebody else")
def test_a_folder_that_belongs_to_another_user_is_left_to_that_user(fresh: Settings) -> None:
    folder = fresh.home / "postgres"
    folder.mkdir(parents=True)
    os.chown(folder, 54321, 54321)
    with pytest.raises(DatabaseFolderError, match="another user"):
        Database.open(fresh)
    assert folder.stat().st_uid == 54321
    assert list(folder.iterdir()) == []
    folder.rmdir()


@pytest.mark.skipif(not ROOT, reason="not tested: only as root does the database lie behind a link")
def test_root_follows_no_link_that_it_did_not_make(fresh: Settings) -> None:
    victim = fresh.home.parent / "victim"
    victim.mkdir()
    fresh.home.mkdir()
    (fresh.home / "postgres").symlink_to(victim)
    with pytest.raises(DatabaseFolderError, match="link"):
        Database.open(fresh)
    assert victim.stat().st_uid == 0
    assert list(victim.iterdir()) == []
    (fresh.home / "postgres").unlink()


@pytest.mark.skipif(not ROOT, reason="not tested: only root's server runs as another user")
def test_root_changes_no_parents_mode_and_puts_the_data_where_the_servers_user_can_reach_it(fresh: Settings) -> None:
    parent = fresh.home.parent
    parent.chmod(0o700)
    with Database.open(fresh):
        assert embedded.running(fresh.home)
    real = (fresh.home / "postgres").resolve()
    assert real.parent == Path("/var/lib/weft")
    assert (real / "belongs-to").read_text().strip() == str(fresh.home)
    assert parent.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_uid for file in (real, real / "weft.conf", real / "ready", real / "lock")} == {0}
    parent.chmod(0o755)
