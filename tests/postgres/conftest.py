"""Weft folders of their own, for tests that kill, fill and break what is in them."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from weft.postgres import embedded
from weft.settings import Settings

ROOT = os.geteuid() == 0


def removed(home: Path) -> None:
    """Stop a Weft folder's server and remove the folder, wherever its database lies."""
    real = (home / "postgres").resolve()
    try:
        embedded.stop(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(real, ignore_errors=True)


@pytest.fixture
def fresh() -> Iterator[Settings]:
    """Settings of a folder in which nothing has been started yet, and which any user may pass through to."""
    parent = Path(tempfile.mkdtemp(prefix="weft-"))
    parent.chmod(0o755)
    yield Settings(home=parent / "home")
    removed(parent / "home")
    shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture(scope="module")
def spare() -> Iterator[Settings]:
    """A folder whose server the tests of one file may kill; each leaves it so that it can start again."""
    parent = Path(tempfile.mkdtemp(prefix="weft-"))
    parent.chmod(0o755)
    settings = Settings(home=parent / "home")
    embedded.ensure(settings.home)
    yield settings
    removed(settings.home)
    shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of 200 MB; only root can make one."""
    if not ROOT:
        pytest.skip("not tested: a full disk (only root may mount a small one)")
    parent = Path(tempfile.mkdtemp(prefix="weft-disk-"))
    parent.chmod(0o755)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200m,mode=0755", "tmpfs", str(parent)], capture_output=True, text=True
    )
    if done.returncode:
        parent.rmdir()
        pytest.skip(f"not tested: a full disk (no small one can be mounted here: {done.stderr.strip()})")
    try:
        yield parent
    finally:
        embedded.stop(parent / "home")
        subprocess.run(["umount", "-l", str(parent)], check=False)
        parent.rmdir()
