"""A business whose routes lead to scripted models, for tests of what asks them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from weft.business import Business
from weft.gateway import doors
from weft.gateway.register import Register
from weft.gateway.seal import Seal
from weft.gateway.standin import Answering, Behavior, Standin, problem, whole
from weft.postgres.database import Database
from weft.settings import Settings

Step = str | Behavior | Callable[[Mapping[str, Any]], Behavior]


@dataclass(slots=True)
class Script:
    """What a model does request by request: a text that it says, or a behavior; the last step is done again and again."""

    steps: Sequence[Step]
    asked: list[Mapping[str, Any]] = field(default_factory=list)

    def __call__(self, body: Mapping[str, Any]) -> Behavior:
        """Do the next step."""
        step = self.steps[min(len(self.asked), len(self.steps) - 1)]
        self.asked.append(body)
        if isinstance(step, str):
            return whole(body, step)
        return step if isinstance(step, Behavior) else step(body)


def taking(form: str, then: Answering) -> Answering:
    """A server that takes one form of asking for JSON and refuses the stricter ones: each name is a server's own way."""

    def answer(body: Mapping[str, Any]) -> Behavior:
        asked = body.get("response_format") or {}
        kind = asked.get("type")
        if form == "object with schema" and kind == "json_schema":
            return problem(500, "json_schema is not implemented")
        if form == "object" and (kind == "json_schema" or "schema" in asked):
            return problem(400, "response_format.type must be text or json_object, and has no field schema")
        if form == "prompt" and asked:
            return problem(422, "response_format: extra fields not permitted")
        if form == "no system" and (asked or any(one["role"] == "system" for one in body["messages"])):
            return problem(400, "System role not supported")
        return then(body)

    return answer


@dataclass(frozen=True, slots=True)
class Shop:
    """A business, the way to its models, and the stand-in behind them."""

    business: Business
    register: Register
    standin: Standin
    url: str

    def route(self, name: str, models: Mapping[str, Answering], **more: Any) -> None:
        """Set up a route over models that do what these functions say, the first asked first."""
        self.standin.replies.update(models)
        described = {model: {"prices": {"input": 1.0, "output": 2.0}, **more.get(model, {})} for model in models}
        self.register.add_provider(
            self.business.uid, name, {"base_url": self.url, "models": described}, key="sk-secret", reach="loopback"
        )
        targets = [{"provider": name, "model": model} for model in models]
        self.register.add_route(self.business.uid, name, {"targets": targets, "retries": 0})
        doorway = doors.opened(self.business.database)
        doorway.done(doorway.door.look())

    def rows(self, count: int) -> list[dict[str, Any]]:
        """The ledger's rows of the business in order, all of which there are so many."""
        doorway = doors.there(self.business.database)
        assert doorway is not None
        assert doorway.door.parts.ledger.drained()
        with self.business.transaction() as connection:
            cursor = connection.execute("select * from ledger order by uid")
            names = [column.name for column in cursor.description or ()]
            rows = [dict(zip(names, row, strict=True)) for row in cursor]
        assert len(rows) == count, rows
        return rows


@pytest.fixture(scope="session")
def behind(settings: Settings) -> Iterator[tuple[Database, Standin]]:
    """A handle on the database whose door leads to a stand-in in this process."""
    standin = Standin()
    with Database.open(settings) as database:
        doors.opened(database).door.parts.upstream = standin
        yield database, standin


@pytest.fixture
def shop(behind: tuple[Database, Standin], business: Business, settings: Settings) -> Shop:
    """A business of the test's own before the stand-in."""
    database, standin = behind
    own = Business.named(database, business.id)
    return Shop(own, Register(database, settings.home, Seal(settings.home)), standin, "http://127.0.0.1:9/v1")
