"""The schema is applied once, whole, in order, and never backwards."""

from datetime import UTC, datetime

import psycopg
import pytest

from weft.access import businesses
from weft.business import Business
from weft.errors import DatabaseError
from weft.postgres import embedded, migrate
from weft.postgres.database import Database
from weft.settings import Settings
from weft.store.behaviors import Taken


@pytest.fixture
def owner(spare: Settings) -> psycopg.Connection:
    """The schema's owner, on a database of this file's own."""
    Database.open(spare).close()
    return psycopg.connect(embedded.place(spare.home).conninfo(embedded.OWNER), autocommit=True)


def applied(owner: psycopg.Connection) -> list[str]:
    return [row[0] for row in owner.execute("select name from weft.migration order by name")]


def test_files_are_numbered_without_gaps_and_each_is_applied(owner: psycopg.Connection) -> None:
    with owner:
        names = [name for name, _ in migrate.steps()]
        assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
        assert applied(owner) == names
        assert migrate.current(owner)
        assert migrate.migrate(owner, embedded.LOGIN) == []


def test_a_file_that_is_missing_between_others_is_noticed(owner: psycopg.Connection) -> None:
    with owner, owner.transaction(force_rollback=True):
        owner.execute("delete from weft.migration where name = %s", (applied(owner)[-2],))
        assert not migrate.current(owner)


def test_a_database_of_a_newer_weft_is_refused_and_left_alone(spare: Settings, owner: psycopg.Connection) -> None:
    with owner:
        owner.execute("insert into weft.migration (name, digest) values ('9999_later.sql', '')")
        try:
            with pytest.raises(DatabaseError, match=r"newer Weft.*9999_later\.sql"):
                Database.open(spare)
        finally:
            owner.execute("delete from weft.migration where name = '9999_later.sql'")
    Database.open(spare).close()


def test_an_applied_file_that_was_edited_is_noticed(owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    with owner:
        (name, text), *rest = migrate.steps()
        monkeypatch.setattr(migrate, "steps", lambda: [(name, text + "\n-- edited"), *rest])
        with pytest.raises(DatabaseError, match=name):
            migrate.migrate(owner, embedded.LOGIN)


def test_a_step_that_fails_leaves_nothing_of_any_step(
    owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with owner:
        before = migrate.steps()
        more = [
            ("8001_good.sql", "create table added (n integer);"),
            ("8002_bad.sql", "create table added (n integer);"),
        ]
        monkeypatch.setattr(migrate, "steps", lambda: [*before, *more])
        with pytest.raises(psycopg.errors.DuplicateTable):
            migrate.migrate(owner, embedded.LOGIN)
        assert applied(owner) == [name for name, _ in before]
        assert owner.execute("select to_regclass('weft.added')").fetchone() == (None,)
        monkeypatch.setattr(migrate, "steps", lambda: [*before, more[0]])
        assert migrate.migrate(owner, embedded.LOGIN) == ["8001_good.sql"]
        owner.execute("drop table weft.added")
        owner.execute("delete from weft.migration where name = '8001_good.sql'")


def test_behaviors_that_were_things_are_moved_with_all_that_they_say(
    spare: Settings, owner: psycopg.Connection
) -> None:
    with owner, Database.open(spare) as database:
        shop = Business(database, businesses.ensured(database, "moved"))
        bodies = {
            "b-1": '{"event": "purchase", "session": "s", "customer": "c", "product": "rug", "quantity": 2, "sku": "R"}',
            "b-2": '{"event": "search", "query": " Blue  Tent", "results": 0}',
            "0198f2a5-0000-7000-8000-000000000001": '{"view": "lamp", "position": 1.5}',
        }
        owner.execute("drop table weft.behavior")
        owner.execute("delete from weft.migration where name = '0007_behaviors.sql'")
        for name, body in bodies.items():
            owner.execute(
                "insert into weft.thing (uid, business, kind, id, at, subject, body) "
                "values (gen_random_uuid(), %s, 'behavior', %s, '2026-05-04T12:00Z', 'rug', %s)",
                (shop.uid, name, body),
            )
        assert migrate.migrate(owner, embedded.LOGIN) == ["0007_behaviors.sql"]
        kept = {record["id"]: record for record in shop.behaviors.records()}
        assert kept.keys() == bodies.keys()
        assert kept["b-1"] == {
            "kind": "behavior",
            "id": "b-1",
            "action": "purchase",
            "at": datetime(2026, 5, 4, 12, tzinfo=UTC),
            "session": "s",
            "customer": "c",
            "product": "rug",
            "quantity": 2,
            "attributes": {"sku": "R"},
        }
        assert kept["b-2"]["results"] == 0
        assert kept["0198f2a5-0000-7000-8000-000000000001"]["attributes"] == {"view": "lamp", "position": 1.5}
        assert list(shop.things.records("behavior")) == []
        with shop.transaction() as connection:
            again = shop.behaviors.put(connection, [{"id": name, "action": "view", "product": "x"} for name in bodies])
        assert again == Taken(known=3)
