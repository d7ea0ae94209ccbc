"""Commands begun in processes of their own: few at once, and nothing is left of those that have ended."""

from pathlib import Path

from weft.index import beside
from weft.postgres.database import Database


def test_few_are_begun_at_once_and_nothing_is_kept_of_those_that_ended(database: Database, tmp_path: Path) -> None:
    before = list(database.closing)
    first, second, third = (beside.begun(database, tmp_path, "version", ["--version"], most=2) for _ in range(3))
    assert first is not None
    assert second is not None
    assert third is None
    other = beside.begun(database, tmp_path, "other", ["--version"], most=1)
    assert other is not None
    assert [process.wait(60) for process in (first, second, other)] == [0, 0, 0]
    last = beside.begun(database, tmp_path, "version", ["--version"], most=2)
    assert last is not None
    last.wait(60)
    assert beside.begun(database, tmp_path, "version", ["--version"], most=0) is None
    assert beside.begun(database, tmp_path, "other", ["--version"], most=0) is None
    assert database.closing == before
