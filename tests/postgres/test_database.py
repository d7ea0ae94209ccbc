"""Transactions are whole or nothing, shared between threads; rows are copied in bulk, character by character."""

import threading
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from weft.business import Business
from weft.errors import InputError
from weft.postgres.database import Database, copy_rows
from weft.settings import Settings

TEXT = st.none() | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


def copied(database: Database, kinds: str, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows as they come back from a temporary table with these columns."""
    with database.plain() as connection:
        connection.execute(f"create temporary table bulk (n serial, {kinds}) on commit drop".encode())
        columns = [part.split()[0] for part in kinds.split(",")]
        assert copy_rows(connection, "bulk", columns, rows) == len(rows)
        return connection.execute(f"select {', '.join(columns)} from bulk order by n".encode()).fetchall()


@trying(max_examples=60, database=None)
@given(rows=st.lists(st.tuples(TEXT, TEXT), max_size=20))
def test_any_text_is_copied_character_by_character(
    database: Database, rows: list[tuple[str | None, str | None]]
) -> None:
    assert copied(database, "a text, b text", rows) == rows


def test_what_looks_like_the_formats_own_marks_is_text_all_the_same(database: Database) -> None:
    rows = [("\\N", "\\."), ("\\", ""), ("a\tb\r\nc\\td", None), ("\\\\N", "\x7f\x01\ufeff\U0001f9f5")]
    assert copied(database, "a text, b text", rows) == rows


def test_values_of_other_kinds_are_copied_as_what_they_are(database: Database) -> None:
    row = (
        True,
        False,
        -(2**62),
        Decimal("1.2300"),
        1.5e-9,
        b"\x00\\\xff",
        datetime(2026, 2, 28, 23, 59, 59, 123456, UTC),
    )
    kinds = "a boolean, b boolean, c bigint, d numeric, e float8, f bytea, g timestamptz"
    assert copied(database, kinds, [row, (None,) * 7]) == [row, (None,) * 7]


def test_a_character_that_cannot_be_kept_is_an_input_error_and_nothing_is_written(database: Database) -> None:
    for text in ("a\x00b", "a\ud800b"):
        with pytest.raises(InputError):
            copied(database, "a text", [("good",), (text,)])
    assert copied(database, "a text", [("good",)]) == [("good",)]


def test_a_source_that_fails_in_the_middle_copies_nothing_and_spoils_no_connection(database: Database) -> None:
    def rows() -> Any:
        yield ("x" * 300_000,)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), database.plain() as connection:  # noqa: PT012
        connection.execute("create temporary table bulk (a text) on commit drop")
        copy_rows(connection, "bulk", ["a"], rows())
    with database.plain() as connection:
        assert connection.execute("select to_regclass('bulk')").fetchone() == (None,)


def test_three_hundred_thousand_rows_are_copied_in_seconds(database: Database) -> None:
    line = ("536365", "85123A", "WHITE HANGING HEART T-LIGHT HOLDER", 6, Decimal("2.55"), "17850", "United Kingdom")
    with database.plain() as connection:
        connection.execute(
            "create temporary table bulk (a text, b text, c text, d int, e numeric, f text, g text) on commit drop"
        )
        begun = time.process_time()
        assert copy_rows(connection, "bulk", list("abcdefg"), (line for _ in range(320_000))) == 320_000
        assert time.process_time() - begun < 3


def test_an_error_inside_a_transaction_rolls_it_back_and_comes_out_as_it_is(
    database: Database, business: Business
) -> None:
    with pytest.raises(ZeroDivisionError), database.tenant(business.uid) as connection:  # noqa: PT012
        connection.execute("update business set zone = 'Europe/Paris'")
        raise ZeroDivisionError
    with database.tenant(business.uid) as connection:
        assert connection.execute("select zone from business").fetchone() == ("UTC",)


def test_more_threads_than_connections_wait_for_each_other(database: Database) -> None:
    most = threading.Semaphore(0)
    seen: list[int] = []

    def work() -> None:
        with database.plain() as connection:
            row = connection.execute("select pg_backend_pid(), pg_sleep(0.05)").fetchone()
            assert row is not None
            seen.append(row[0])
        most.release()

    threads = [threading.Thread(target=work) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(seen) == 40
    assert len(set(seen)) <= 20


def test_a_transaction_that_outlasts_the_database_leaves_no_connection_open(settings: Settings) -> None:
    database = Database.open(settings)
    with database.plain() as connection:
        database.close()
        assert connection.execute("select 1").fetchone() == (1,)
    assert connection.closed
