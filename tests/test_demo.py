"""`make demo ONCE=1`: everything started, told, and stopped again; a second time quick and harmless."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from weft.postgres import embedded

# The demo does a routine over a whole shop: on a busy machine that takes minutes.
_PATIENCE = 400
pytestmark = pytest.mark.timeout(2 * _PATIENCE)


def command(home: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "weft", *arguments],
        env={**os.environ, "WEFT_HOME": str(home), "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture(scope="module")
def shown(module_home: Path) -> tuple[Path, str]:
    """A Weft folder in which the demo has been, and what it said."""
    process = command(module_home, "demo", "--once", "--port", free_port())
    said, _ = process.communicate(timeout=_PATIENCE)
    assert process.returncode == 0, said
    return module_home, said


def test_it_tells_ends_by_itself_and_can_be_run_again(shown: tuple[Path, str]) -> None:
    folder, first = shown
    assert not embedded.running(folder)
    process = command(folder, "demo", "--once", "--port", free_port())
    again, _ = process.communicate(timeout=_PATIENCE)
    assert process.returncode == 0, again
    assert not embedded.running(folder)
    for said in (first, again):
        assert "600 products · 12,096 orders · 2,500 customers" in said
        assert "changes wait for you" in said
        assert "The last week, and why" in said
        assert "In the week of 19–25 Oct 2026 revenue was €" in said
        assert "attributes from the products' own words" in said
        assert "texts written from the products' facts" in said
        assert "texts translated into German" in said
        assert "/console/sign-in?token=" in said
        assert "/storefront/fjordlight" in said
        assert ("products can be found" in said) is (said is first)
        assert ("orders: 12,096" in said) is (said is first)


def test_ctrl_c_stops_all_that_it_started(shown: tuple[Path, str]) -> None:
    folder, _ = shown
    process = command(folder, "demo", "--port", free_port())
    assert process.stdout is not None
    for line in process.stdout:
        if "sign-in?token=" in line:
            break
    assert embedded.running(folder)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert not embedded.running(folder)
    assert list(folder.glob("serve-*.json")) == []


def test_a_server_that_ran_before_runs_on(shown: tuple[Path, str]) -> None:
    folder, _ = shown
    embedded.ensure(folder)
    try:
        process = command(folder, "demo", "--once", "--port", free_port())
        said, _ = process.communicate(timeout=_PATIENCE)
        assert process.returncode == 0, said
        assert embedded.running(folder)
    finally:
        embedded.stop(folder)
