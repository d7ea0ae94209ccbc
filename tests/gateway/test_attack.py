"""The attack of `python -m bench attack`, short: processes spend one small budget, are killed, and the money is counted."""

from pathlib import Path

from bench import attack
from bench.place import Place

from weft.postgres.database import Database
from weft.settings import Settings


def test_processes_that_are_killed_over_one_budget_lose_and_overdraw_nothing(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    given = attack.Given(Place(settings.home, tmp_path, database), seconds=4, doors=3, servers=0, clients=6)
    measured = attack.run(given)
    # How often it was killed in so short a time is the machine's affair.
    missed = [one for one in attack.score(measured) if one.most and not one.holds and one.asked is not None]
    assert missed == []
    assert measured["billed"]
