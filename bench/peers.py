"""Other gateways before the same stand-in, each installed into a folder of its own outside of Weft's environment."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.pressure import Server, free_port, started

_FOLDER = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "weft-bench"
_ROOT = Path(__file__).resolve().parents[1]
_INSTALL_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Peer:
    """A gateway that serves, and the headers that it wants beside the usual ones."""

    name: str
    server: Server
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a gateway is installed into a folder, and run from there: before the stand-in's port, on one of its own."""

    install: Callable[[Path], None]
    command: Callable[[Path, int, int], Sequence[str]]
    headers: Callable[[int], Mapping[str, str]] = lambda _: {}
    environment: Mapping[str, str] = field(default_factory=dict)
    patience: float = 20.0


@contextlib.contextmanager
def serving(name: str, cores: set[int], upstream: int) -> Iterator[Peer]:
    """Install a gateway where it is not there yet, and run it; raises OSError or RuntimeError where that cannot be done."""
    kind, folder = KINDS[name], _FOLDER / name
    _installed(kind, folder)
    environment = {**os.environ, **kind.environment}
    port = free_port()
    with started(environment, cores, kind.command(folder, upstream, port), port, kind.patience) as server:
        yield Peer(name, server, kind.headers(upstream))


def _installed(kind: _Kind, folder: Path) -> None:
    ready = folder / "ready"
    if ready.exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        kind.install(folder)
    except subprocess.SubprocessError as problem:
        raise RuntimeError(f"it cannot be installed: {problem}") from problem
    ready.touch()


def _ran(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=_INSTALL_SECONDS)


def _install_litellm(folder: Path) -> None:
    own = _ROOT / ".uv" / "bin" / "uv"
    uv = str(own) if own.exists() else "uv"
    _ran(folder, uv, "venv", "--python", sys.executable, "venv")
    _ran(folder, uv, "pip", "install", "--python", "venv/bin/python", "litellm[proxy]")


def _litellm(folder: Path, upstream: int, port: int) -> Sequence[str]:
    settings = {
        "model_list": [
            {
                "model_name": "chat",
                "litellm_params": {
                    "model": "openai/chat",
                    "api_base": f"http://127.0.0.1:{upstream}/v1",
                    "api_key": "sk-upstream",
                },
            }
        ],
        "litellm_settings": {"telemetry": False},
    }
    # JSON is YAML.
    (folder / "config.yaml").write_text(json.dumps(settings), encoding="utf-8")
    program = [str(folder / "venv" / "bin" / "litellm"), "--config", str(folder / "config.yaml")]
    return [*program, "--host", "127.0.0.1", "--port", str(port), "--num_workers", "1"]


def _install_portkey(folder: Path) -> None:
    package = {
        "private": True,
        "dependencies": {"@portkey-ai/gateway": "*"},
        # With a newer one its streams answer 500.
        "overrides": {"@hono/node-server": "1.13.8"},
    }
    (folder / "package.json").write_text(json.dumps(package), encoding="utf-8")
    _ran(folder, "npm", "install", "--no-audit", "--no-fund")


def _portkey(folder: Path, _: int, port: int) -> Sequence[str]:
    program = folder / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"
    return ["node", str(program), f"--port={port}", "--headless"]


def _portkey_headers(upstream: int) -> Mapping[str, str]:
    return {"x-portkey-provider": "openai", "x-portkey-custom-host": f"http://127.0.0.1:{upstream}/v1"}


_NGINX = """
daemon off; worker_processes 1; error_log /dev/null; pid nginx.pid;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; client_body_buffer_size 64k;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fast; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  upstream model {{ server 127.0.0.1:{upstream}; keepalive 256; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location / {{ proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }}
  }}
}}
"""


def _install_nginx(folder: Path) -> None:
    _ran(folder, "apt-get", "download", "nginx")
    _ran(folder, "dpkg", "-x", str(next(folder.glob("nginx_*.deb"))), "root")


def _nginx(folder: Path, upstream: int, port: int) -> Sequence[str]:
    (folder / "nginx.conf").write_text(_NGINX.format(upstream=upstream, port=port), encoding="utf-8")
    program = str(folder / "root" / "usr" / "sbin" / "nginx")
    return [program, "-p", str(folder), "-c", "nginx.conf", "-e", "/dev/null"]


def _bare(_: Path, upstream: int, port: int) -> Sequence[str]:
    return [sys.executable, "-m", "bench.bare_proxy", str(port), f"http://127.0.0.1:{upstream}"]


KINDS: Mapping[str, _Kind] = {
    "LiteLLM": _Kind(
        _install_litellm,
        _litellm,
        # Its table of prices is the one that it brings, not fetched anew.
        # Without a key it asks for nobody's, which is the least that it can do.
        environment={
            "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
            "LITELLM_LOG": "ERROR",
        },
        patience=180.0,
    ),
    "Portkey": _Kind(_install_portkey, _portkey, _portkey_headers),
    "nginx": _Kind(_install_nginx, _nginx),
    "bare proxy": _Kind(lambda _: None, _bare),
}
