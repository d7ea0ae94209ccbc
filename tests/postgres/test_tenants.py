"""Row-level security keeps businesses apart, whatever the code above it forgets."""

import itertools
from uuid import UUID

import psycopg
import pytest

from weft.access import businesses
from weft.errors import DatabaseError
from weft.ids import uuid7
from weft.postgres import embedded
from weft.postgres.database import Database
from weft.settings import Settings

_numbers = itertools.count(1)


@pytest.fixture
def two(database: Database) -> tuple[UUID, UUID]:
    """Two businesses of this test's own."""
    first, second = (businesses.ensured(database, f"tenants-{next(_numbers)}").uid for _ in range(2))
    return first, second


def tables(connection: psycopg.Connection) -> list[str]:
    """Every table of the schema that belongs to businesses."""
    rows = connection.execute(
        "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'business' "
        "where c.relnamespace = 'weft'::regnamespace and c.relkind in ('r', 'p') order by 1"
    )
    return [row[0] for row in rows]


def add_document(database: Database, business: UUID, name: str) -> None:
    with database.tenant(business) as connection:
        connection.execute("insert into thing (uid, kind, id, body) values (%s, 'document', %s, '{}')", (uuid7(), name))


def test_every_table_but_the_lists_of_migrations_and_jobs_is_under_row_level_security(database: Database) -> None:
    with database.plain() as connection:
        rows = connection.execute(
            "select c.relname, c.relrowsecurity, count(p.polname), pg_get_userbyid(c.relowner) from pg_class c "
            "left join pg_policy p on p.polrelid = c.oid "
            "where c.relnamespace = 'weft'::regnamespace and c.relkind in ('r', 'p', 'm', 'f') group by 1, 2, 4"
        ).fetchall()
    assert len(rows) > 10
    unguarded = {name for name, guarded, policies, _ in rows if not (guarded and policies)}
    # The queue's own tables hold names of tasks and ids of runs, and nothing that a business said; a suspension names a
    # provider by its uid and a model.
    there = {name for name in unguarded if not name.startswith("procrastinate_")}
    assert there == {"migration", "job_schema", "gateway_identity", "suspension"}
    assert "weft_app" not in {owner for *_, owner in rows}


def test_views_and_functions_do_not_lend_their_owners_rights_unawares(database: Database) -> None:
    with database.plain() as connection:
        views = connection.execute(
            "select relname from pg_class where relnamespace = 'weft'::regnamespace and relkind = 'v' "
            "and not coalesce('security_invoker=true' = any (reloptions), false)"
        ).fetchall()
        lending = connection.execute(
            "select proname from pg_proc where pronamespace = 'weft'::regnamespace and prosecdef order by 1"
        ).fetchall()
        loose = connection.execute(
            "select proname from pg_proc where pronamespace = 'weft'::regnamespace and prosecdef "
            "and not exists (select from unnest(proconfig) c where c like 'search_path=%')"
        ).fetchall()
    assert views == []
    assert loose == []
    # Each of these answers only what must be known before a business is chosen, or nothing at all; a new one is looked at
    # twice.
    before = {"business_create", "business_list", "business_named", "key_owner", "origin_known"}
    # The gateway settles for all businesses at once, and answers amounts of the budget that it is asked for, or nothing.
    gateway = {"budget_grant", "budget_keep", "budget_state", "gateway_changed", "gateway_swept", "ledger_settle"}
    gateway |= {"lease_close", "rate_take"}
    # No index looks into an array under row-level security, so this one does, and names the transaction's business itself.
    near = {"segments_near"}
    assert {name for (name,) in lending} == before | gateway | near | {"statistics_refreshed"}


def test_wefts_own_login_has_no_rights_that_would_pass_it_by(database: Database) -> None:
    with database.plain() as connection:
        assert connection.execute(
            "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname = current_user"
        ).fetchone() == (False, False, False, False, False)
        assert connection.execute("select has_schema_privilege('weft', 'create')").fetchone() == (False,)
        assert connection.execute("select has_table_privilege('migration', 'insert')").fetchone() == (False,)


def test_a_business_sees_no_row_of_anothers_in_any_table(
    database: Database, settings: Settings, two: tuple[UUID, UUID]
) -> None:
    mine, theirs = two
    add_document(database, mine, "mine")
    add_document(database, theirs, "theirs")
    with database.tenant(mine) as connection:
        assert connection.execute("select id from thing").fetchall() == [("mine",)]
        for table in tables(connection):
            assert connection.execute(
                # What has no business is the platform's, and everybody's: providers and routes.
                f"select count(*) from {table} where business <> %s",
                (mine,),
            ).fetchone() == (0,), table
        assert connection.execute("select count(*) from business").fetchone() == (1,)
    owner = embedded.place(settings.home).conninfo(embedded.OWNER)
    with psycopg.connect(owner) as connection:
        assert connection.execute(
            "select count(*) from weft.thing where business in (%s, %s)", (mine, theirs)
        ).fetchone() == (2,)


def test_without_a_business_nothing_is_seen_also_on_a_connection_that_served_one(
    database: Database, two: tuple[UUID, UUID]
) -> None:
    add_document(database, two[0], "mine")
    with database.plain() as connection:
        for table in tables(connection):
            found = connection.execute(f"select count(*) from {table} where business is not null").fetchone()
            assert found == (0,), table
    with psycopg.connect(database.conninfo) as connection:
        assert connection.execute("select count(*) from thing").fetchone() == (0,)


def test_a_row_cannot_be_written_for_another_business_or_given_to_it(
    database: Database, two: tuple[UUID, UUID]
) -> None:
    mine, theirs = two
    add_document(database, mine, "mine")
    with pytest.raises(DatabaseError, match="row-level security"), database.tenant(mine) as connection:
        connection.execute(
            "insert into thing (uid, business, kind, id, body) values (%s, %s, 'document', 'x', '{}')",
            (uuid7(), theirs),
        )
    with pytest.raises(DatabaseError, match="row-level security"), database.tenant(mine) as connection:
        connection.execute("update thing set business = %s", (theirs,))
    with database.tenant(theirs) as connection:
        assert connection.execute("update thing set subject = 'taken'").rowcount == 0
        assert connection.execute("delete from thing").rowcount == 0
        assert connection.execute("update business set currency = 'USD' where uid = %s", (mine,)).rowcount == 0
    with pytest.raises(DatabaseError, match="row-level security"), database.plain() as connection:
        connection.execute(
            "insert into thing (uid, business, kind, id, body) values (%s, %s, 'x', 'x', '{}')", (uuid7(), mine)
        )


def test_the_journal_can_be_added_to_and_not_be_rewritten(database: Database, two: tuple[UUID, UUID]) -> None:
    for statement in (
        "update journal_batch set actor = 'nobody'",
        "delete from journal_batch",
        "update journal_entry set body = ''",
        "delete from journal_entry",
        "delete from journal_head",
        "truncate journal_entry",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), database.tenant(two[0]) as connection:
            connection.execute(statement.encode())
