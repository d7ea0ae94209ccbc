"""The process that serves: found again and stopped through a small file in Weft's folder."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from weft.errors import InputError
from weft.postgres.database import Database
from weft.settings import Settings
from weft.surfaces import garbage
from weft.surfaces.connections import Connection
from weft.surfaces.web import application


def _bound(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A socket bound to the address; one that is `shared` gets its part of the connections beside others of the same address."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listening.bind((host, port))
    except OSError as problem:
        listening.close()
        raise InputError(
            f"{host}:{port} cannot be listened on: {problem.strerror}. Stop what uses it (weft stop), or use --port."
        ) from problem
    return listening


def configured(app: ASGIApp, **more: Any) -> uvicorn.Config:
    """How an application is served."""
    given = {"log_level": "warning", "access_log": False, "timeout_graceful_shutdown": 5, "http": Connection, **more}
    return uvicorn.Config(_behind_proxies(app), proxy_headers=False, **given)


def _behind_proxies(app: ASGIApp) -> ASGIApp:
    """The application, told by a proxy before it who came and how; `/v1/…` asks for neither, and is spared the reading."""
    told = ProxyHeadersMiddleware(app, os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1"))  # type: ignore[arg-type]

    async def entered(scope: Scope, receive: Receive, send: Send) -> None:
        plain = scope["type"] == "http" and scope["path"].startswith("/v1/")
        await (app(scope, receive, send) if plain else told(scope, receive, send))  # type: ignore[arg-type]

    return entered


def run(
    host: str,
    port: int,
    *,
    say: Callable[[str], None],
    ready: Callable[[Database, int], None] | None = None,
    once: bool = False,
    processes: int = 1,
) -> None:
    """Serve until a signal ends it; `port` 0 takes a free one.

    `ready` is called before it answers; with `once` it ends as soon as it has answered for itself. With several `processes`
    others are started that share the port, each a whole server; they end with this one, however it ends.
    """
    settings = Settings.from_environment()
    with _listening(host, port, shared=processes > 1) as listening, Database.open(settings, say) as database:
        number = listening.getsockname()[1]
        app = application(database, settings, labor=True, hosts=[host])
        server = uvicorn.Server(configured(app))
        note = settings.home / f"serve-{os.getpid()}.json"
        try:
            note.write_text(json.dumps({"pid": os.getpid(), "host": host, "port": number}), encoding="utf-8")
            say(f"Weft serves http://{host}:{number} (API /api/v1, its description /api/openapi.json). Ctrl-C ends it.")
            garbage.collected_in_passing()
            if ready:
                ready(database, number)
            if once:
                threading.Thread(target=_ended, args=(server,), daemon=True).start()
            with _ending(server), _beside(host, number, processes - 1):
                server.run(sockets=[listening])
        finally:
            note.unlink(missing_ok=True)


def run_beside(host: str, port: int) -> None:
    """Serve beside the process that started this one, on the port that it has, until it ends."""
    settings = Settings.from_environment()
    with _bound(host, port, shared=True) as listening, Database.open(settings) as database:
        app = application(database, settings, hosts=[host])
        server = uvicorn.Server(configured(app))
        garbage.collected_in_passing()
        threading.Thread(target=_ended_with, args=(server,), daemon=True).start()
        with _ending(server):
            server.run(sockets=[listening])


def _ended_with(server: uvicorn.Server) -> None:
    """End the server when the process that started this one lets go of the pipe between them, as it does when it is killed."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    server.should_exit = True


def _listening(host: str, port: int, *, shared: bool) -> socket.socket:
    """The socket to listen on; where it is shared, nobody else may have had the port before."""
    if not shared:
        return _bound(host, port)
    if not hasattr(socket, "SO_REUSEPORT"):
        raise InputError("This operating system lets no two processes share a port; serve with one.")
    with _bound(host, port) as alone:
        number = alone.getsockname()[1]
    return _bound(host, number, shared=True)


@contextlib.contextmanager
def _beside(host: str, port: int, count: int) -> Iterator[None]:
    """So many processes more that serve the same port."""
    command = [sys.executable, "-m", "weft", "serve", "--host", host, "--port", str(port), "--beside"]
    others = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(count)]
    try:
        yield
    finally:
        for one in others:
            if one.stdin is not None:
                one.stdin.close()
        for one in others:
            try:
                one.wait(15)
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()


@contextlib.contextmanager
def _ending(server: uvicorn.Server) -> Iterator[None]:
    """End the server by a signal that comes before it listens for signals itself, and then go on to the end of the process."""
    came: list[int] = []

    def end(number: int, _: FrameType | None) -> None:
        came.append(number)
        server.should_exit = True

    before = {sign: signal.signal(sign, end) for sign in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
    if signal.SIGINT in came:
        raise KeyboardInterrupt


def _ended(server: uvicorn.Server) -> None:
    while not server.started:
        time.sleep(0.02)
    server.should_exit = True


def found(home: Path) -> list[dict[str, Any]]:
    """The servers of this Weft folder that are alive: pid, host, port."""
    alive = []
    for note in sorted(home.glob("serve-*.json")):
        with contextlib.suppress(OSError, ValueError):
            told = json.loads(note.read_text(encoding="utf-8"))
            if _is_ours(told["pid"]):
                alive.append(told)
            else:
                note.unlink(missing_ok=True)
    return alive


def _is_ours(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    command = Path(f"/proc/{pid}/cmdline")
    try:
        # A number that was given to another program since is none of ours.
        return not command.exists() or b"weft" in command.read_bytes()
    except (ProcessLookupError, FileNotFoundError):
        # It has ended since it was asked for.
        return False


def stop(home: Path, patience: float = 10.0) -> int:
    """Stop the servers of this Weft folder and answer how many there were; one that has not ended in time is killed."""
    there = [told["pid"] for told in found(home) if told["pid"] != os.getpid()]
    # The second time a server lets go of those who still wait for it.
    for sign in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
        alive = [pid for pid in there if _is_ours(pid)]
        for pid in alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sign)
        until = time.monotonic() + patience
        while time.monotonic() < until and any(_is_ours(pid) for pid in alive):
            time.sleep(0.05)
    return len(there)
