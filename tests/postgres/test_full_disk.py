"""A full disk is said in words, loses nothing that was acknowledged, and is over once there is space again."""

import os
import subprocess
from pathlib import Path

import pytest

from weft.access import businesses
from weft.errors import DiskFull
from weft.ids import uuid7
from weft.postgres import embedded
from weft.postgres.database import Database
from weft.settings import Settings


def filled(disk: Path, leave: int = 0) -> Path:
    """A file that takes all of the disk's space but `leave` bytes."""
    ballast = disk / "ballast"
    space = os.statvfs(disk)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, space.f_bavail * space.f_frsize - leave)
    return ballast


def write_until_full(database: Database, business: businesses.Tenant) -> set[str]:
    """Write documents, a megabyte a transaction, until there is no space; answers what was acknowledged."""
    acknowledged: set[str] = set()
    with pytest.raises(DiskFull):  # noqa: PT012 - which of them will be too much is the disk's affair
        for n in range(400):
            with database.tenant(business.uid) as connection:
                text = os.urandom(512 << 10).hex()
                connection.execute(
                    "insert into thing (uid, kind, id, body) values (%s, 'document', %s, jsonb_build_object('t', %s::text))",
                    (uuid7(), str(n), text),
                )
            acknowledged.add(str(n))
    return acknowledged


def test_a_disk_that_fills_up_while_writing_loses_nothing_acknowledged(small_disk: Path) -> None:
    settings = Settings(home=small_disk / "home")
    with Database.open(settings) as database:
        business = businesses.ensured(database, "full")
        ballast = filled(small_disk, leave=40 << 20)
        acknowledged = write_until_full(database, business)
        assert acknowledged
        with pytest.raises(DiskFull):  # noqa: PT012
            for _ in range(50):
                with database.tenant(business.uid) as connection:
                    connection.execute(
                        "update thing set body = jsonb_build_object('t', %s::text)", (os.urandom(1 << 20).hex(),)
                    )
        ballast.unlink()
        with database.tenant(business.uid) as connection:
            kept = {row[0] for row in connection.execute("select id from thing")}
        assert acknowledged <= kept
        with database.tenant(business.uid) as connection:
            connection.execute("update thing set subject = 'there is space again'")
    embedded.stop(settings.home)


def test_a_start_on_a_full_disk_is_refused_in_words_and_works_once_there_is_space(small_disk: Path) -> None:
    settings = Settings(home=small_disk / "home")
    with Database.open(settings) as database:
        business = businesses.ensured(database, "full")
    embedded.stop(settings.home)
    ballast = filled(small_disk)
    with pytest.raises(DiskFull, match="space"):
        Database.open(settings).close()
    ballast.unlink()
    with Database.open(settings) as database:
        assert businesses.named(database, "full") == business


def test_a_first_start_on_a_disk_too_small_is_refused_in_words_and_leaves_nothing_half_made(small_disk: Path) -> None:
    settings = Settings(home=small_disk / "home")
    resize = ["mount", "-o", "remount,size=12m", str(small_disk)]
    subprocess.run(resize, check=True)
    with pytest.raises(DiskFull, match="space"):
        Database.open(settings)
    subprocess.run([*resize[:2], "remount,size=200m", str(small_disk)], check=True)
    with Database.open(settings) as database:
        assert businesses.listed(database) == []
