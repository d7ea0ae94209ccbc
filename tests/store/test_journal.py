"""The journal: every step in it, and any tampering found."""

from pathlib import Path

import psycopg
import pytest

from weft.business import Business
from weft.errors import DatabaseError, Tampered
from weft.postgres import embedded
from weft.store.changes import Selection


@pytest.fixture
def journaled(business: Business) -> Business:
    with business.transaction() as connection:
        business.catalog.put(connection, [{"id": f"p{n}", "title": f"Product {n}"} for n in range(20)], "test")
    for word in ("one", "two"):
        business.changes.propose([{"record": f"p{n}", "field": "title", "after": f"{word} {n}"} for n in range(20)])
        business.changes.approve(Selection(all=True))
        business.changes.apply(Selection(all=True))
    return business


def as_owner(home: Path, statement: str, *parameters: object) -> None:
    """What somebody who has the database itself could do."""
    with psycopg.connect(embedded.place(home).conninfo(embedded.OWNER), autocommit=True) as connection:
        connection.execute("set search_path = weft")
        assert connection.execute(statement, parameters).rowcount != 0  # type: ignore[arg-type]


def test_every_step_is_in_it_and_it_is_whole(journaled: Business) -> None:
    proof = journaled.journal.verify()
    assert (proof.batches, proof.entries) == (6, 120)
    actions = [batch["action"] for batch in reversed(journaled.journal.listed())]
    assert actions == ["change.propose", "change.approve", "change.apply"] * 2
    entry = journaled.journal.entries(3, limit=1)[0]
    assert (entry["field"], entry["before"], entry["after"], entry["to"]) == ("title", "Product 0", "one 0", "applied")
    assert journaled.journal.passed(proof.head)
    assert not journaled.journal.passed("00" * 32)


TAMPERINGS = {
    "an entry is changed": "update journal_entry set body = replace(body, 'one', 'two') where business = %s and seq = 3 and n = 7",
    "an entry is removed": "delete from journal_entry where business = %s and seq = 3 and n = 20",
    "an entry in the middle is removed": "delete from journal_entry where business = %s and seq = 2 and n = 3",
    "an entry is added": "insert into journal_entry (business, seq, n, body) values (%s, 2, 21, '{}')",
    "two entries are exchanged": "update journal_entry e set body = (select body from journal_entry o where o.business = "
    "e.business and o.seq = 3 and o.n = 3 - e.n) where e.business = %s and e.seq = 3 and e.n in (1, 2)",
    "a batch is removed": "delete from journal_batch where business = %s and seq = 4",
    "a batch's actor is changed": "update journal_batch set actor = 'nobody' where business = %s and seq = 2",
    "a batch's time is changed": "update journal_batch set at = at - interval '1 day' where business = %s and seq = 2",
    "the head is set back": "update journal_head set seq = 5 where business = %s",
    "the head is removed": "delete from journal_head where business = %s",
}


@pytest.mark.parametrize("statement", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_tampering_is_found(journaled: Business, home: Path, statement: str) -> None:
    as_owner(home, statement, journaled.uid)
    with pytest.raises(Tampered, match="does not hold"):
        journaled.journal.verify()


def test_the_last_batch_removed_with_its_entries_is_found(journaled: Business, home: Path) -> None:
    as_owner(home, "delete from journal_entry where business = %s and seq = 6", journaled.uid)
    as_owner(home, "delete from journal_batch where business = %s and seq = 6", journaled.uid)
    with pytest.raises(Tampered, match="should end with batch 6"):
        journaled.journal.verify()


@pytest.mark.parametrize("statement", ["update journal_entry set body = '{}'", "delete from journal_batch"])
def test_wefts_own_login_cannot_alter_it(journaled: Business, statement: str) -> None:
    with pytest.raises(DatabaseError), journaled.transaction() as connection:
        connection.execute(statement)  # type: ignore[arg-type]
    journaled.journal.verify()
