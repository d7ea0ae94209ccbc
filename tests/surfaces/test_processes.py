"""`weft serve --processes`: several processes share a port, and none outlives the one that was started."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listening(port: int) -> set[int]:
    """The inodes of the sockets that listen on a port of this machine."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    fields = [line.split() for line in lines]
    return {int(one[9]) for one in fields if one[3] == "0A" and int(one[1].partition(":")[2], 16) == port}


def test_two_processes_share_a_port_and_none_outlives_the_first(home: Path) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "weft", "serve", "--port", str(port), "--processes", "2"],
        env={**os.environ, "WEFT_HOME": str(home)},
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 90
        while len(listening(port)) < 2 and time.monotonic() < until:
            time.sleep(0.1)
        assert len(listening(port)) == 2
        for _ in range(20):
            assert httpx.get(f"http://127.0.0.1:{port}/health").json()["status"] == "ok"
        second = subprocess.run(
            [sys.executable, "-m", "weft", "serve", "--port", str(port), "--processes", "2"],
            env={**os.environ, "WEFT_HOME": str(home)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert second.returncode == 2
        assert "cannot be listened on" in second.stderr
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(60)
    until = time.monotonic() + 60
    while listening(port) and time.monotonic() < until:
        time.sleep(0.1)
    assert not listening(port)
