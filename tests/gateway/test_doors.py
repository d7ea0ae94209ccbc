"""A process has one door for each database, wherever it comes from, and leaves nothing behind when it is closed."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pydantic import BaseModel
from scripted import Shop, taking

from weft.business import Business
from weft.errors import DatabaseError, ModelFailed
from weft.gateway import doors
from weft.gateway.door import Door
from weft.gateway.doors import Doorway
from weft.gateway.register import Register
from weft.gateway.seal import Seal
from weft.gateway.standin import Standin, served, whole
from weft.gateway.upstream import Wire
from weft.postgres.database import Database
from weft.settings import Settings


class Color(BaseModel):
    """A color."""

    color: str


@contextmanager
def standing(doorway: Doorway, standin: Standin) -> Iterator[str]:
    """The stand-in as a real server on the door's own loop; gives its address."""
    server = served(standin)
    url = doorway.done(server.__aenter__())
    try:
        yield url
    finally:
        doorway.done(server.__aexit__(None, None, None))


def ask(business: Business) -> str:
    return business.models.ask([{"role": "user", "content": "Which color?"}], Color, route="look").model


def test_over_real_http_bad_servers_are_adapted_to_and_passed_over(settings: Settings, business: Business) -> None:
    standin = Standin()
    good = taking("object with schema", lambda body: whole(body, 'Well:\n```json\n{"color": "green",}\n```'))
    with Database.open(settings) as database:
        own = Business.named(database, business.id)
        doorway = doors.opened(database)
        assert isinstance(doorway.door.parts.upstream, Wire)
        with standing(doorway, standin) as url:
            Shop(own, Register(database, settings.home, Seal(settings.home)), standin, url).route(
                "look", {"garbage": standin.replies["garbage"], "cut": standin.replies["cut"], "good": good}
            )
            assert ask(own) == "look/good"
            assert ask(own) == "look/good"
    with business.transaction() as connection:
        rows = connection.execute("select outcome from ledger order by uid").fetchall()
    # `good` refuses the strictest form the first time, and is never asked in it again.
    assert [row[0] for row in rows] == ["failed", "failed", "failed", "ok", "failed", "failed", "ok"]


def test_a_door_is_opened_once_for_each_database_and_closed_with_it(settings: Settings, business: Business) -> None:
    with Database.open(settings) as one, Database.open(settings) as other:
        assert doors.there(one) is None
        found: list[Doorway] = []
        threads = [threading.Thread(target=lambda: found.append(doors.opened(one))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({id(doorway) for doorway in found}) == 1
        assert doors.opened(other) is not found[0]
        folder = found[0].door.parts.ledger._folder
        assert folder is not None
        assert folder.is_dir()
    assert not folder.exists()
    assert found[0].loop.is_closed()
    with pytest.raises(ModelFailed, match="Weft is ending"):
        found[0].done(found[0].door.known(business.uid))


def test_closing_gives_up_what_is_still_asked_and_enters_it(settings: Settings, business: Business) -> None:
    standin = Standin()
    failures: list[BaseException] = []
    with Database.open(settings) as database:
        own = Business.named(database, business.id)
        doors.opened(database).door.parts.upstream = standin
        Shop(own, Register(database, settings.home, Seal(settings.home)), standin, "http://127.0.0.1:9/v1").route(
            "look", {"hangs": standin.replies["hangs"]}
        )

        def waiting() -> None:
            try:
                ask(own)
            except BaseException as problem:
                failures.append(problem)

        thread = threading.Thread(target=waiting)
        thread.start()
        while not standin.asked:
            threading.Event().wait(0.01)
    thread.join(20)
    assert [type(problem) for problem in failures] == [ModelFailed]
    with business.transaction() as connection:
        rows = connection.execute("select outcome from ledger").fetchall()
    assert rows == [("cancelled",)]


def test_a_servers_own_door_is_the_one_that_skills_ask_through(settings: Settings) -> None:
    with Database.open(settings) as database:
        door = Door(database, settings.home)

        async def serve() -> Doorway | None:
            await door.start()
            try:
                with doors.standing(database, door, asyncio.get_running_loop()) as doorway:
                    assert doors.opened(database) is doorway
                    assert await asyncio.to_thread(doors.opened, database) is doorway
                return doors.there(database)
            finally:
                await door.stop()

        assert asyncio.run(serve()) is None


FORKED = """
import os, sys
from weft.gateway import doors
from weft.postgres.database import Database
from weft.settings import Settings
with Database.open(Settings.from_environment()) as database:
    mine = doors.opened(database)
    child = os.fork()
    if child == 0:
        # What the parent opened is not there, and what is opened is one's own.
        ok = doors.there(database) is None
        os._exit(0 if ok else 1)
    ended = os.waitpid(child, 0)[1]
    assert ended == 0, ended
    assert doors.opened(database) is mine
"""


def test_a_forked_child_does_not_take_the_parents_door(settings: Settings) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED],
        env={"WEFT_HOME": str(settings.home), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_business_without_routes_opens_no_door(settings: Settings, business: Business) -> None:
    with Database.open(settings) as database:
        own = Business.named(database, business.id)
        assert own.routes == frozenset()
        assert own.models.behind("look") == ()
        assert doors.there(database) is None
        Register(database, settings.home, Seal(settings.home)).add_provider(
            own.uid, "p", {"base_url": "http://127.0.0.1:9/v1", "models": {"m": {}}}, reach="loopback"
        )
        assert own.routes == frozenset()
        Register(database, settings.home, Seal(settings.home)).add_route(
            own.uid, "look", {"targets": [{"provider": "p", "model": "m"}]}
        )
        assert own.routes == frozenset(["look"])
        assert own.models.behind("look") == ("p/m",)


def test_what_has_changed_is_read_again_where_reading_failed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    doorway = doors.opened(shop.business.database)
    shop.route("first", {"one": lambda body: whole(body, "{}")})
    assert "first" in shop.business.routes
    door = doorway.door

    async def failing(_: object) -> None:
        raise DatabaseError("away")

    with monkeypatch.context() as broken:
        broken.setattr(door, "_read", failing)
        with pytest.raises(DatabaseError):
            shop.route("second", {"two": lambda body: whole(body, "{}")})
    doorway.done(door.look())
    assert shop.business.routes == {"first", "second"}
