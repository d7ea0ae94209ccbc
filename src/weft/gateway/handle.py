"""A business's handle on models: what it may ask, and the asking, out of skills' threads.

A process that asks no model loads nothing for it.
"""

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

from pydantic import BaseModel

from weft.errors import NotFound
from weft.gateway import doors, errand
from weft.postgres.database import Database
from weft.settings import Settings

if TYPE_CHECKING:
    from weft.access.keys import Limits
    from weft.gateway.asking import Answered, Check, Message
    from weft.gateway.likeness import Ranked, Vectors
    from weft.gateway.register import Known

Wanted = TypeVar("Wanted", bound=BaseModel)
_FILE: Final = "models.toml"


class Models:
    """The models that one business may ask; what a key asks stays within its limits and budgets."""

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business
        self._asked_by: dict[str, Any] = {}

    def of_key(self, key: str, limits: "Limits") -> None:
        """Ask from now on as this key: by its limits, at the cost of its budgets."""
        self._asked_by = {"key": key, "limits": limits}

    @property
    def routes(self) -> frozenset[str]:
        """The names of the routes that somebody has set up, the business's own and the platform's."""
        if doors.there(self._database) is None and not self._any():
            return frozenset()
        return self._known().named

    def behind(self, route: str) -> tuple[str, ...]:
        """The models that may answer a route, or the one that is so called, as provider/model in their order; none if none."""
        if "/" not in route and route not in self.routes:
            return ()
        try:
            return tuple(target.id for target in self._known().route(route).targets)
        except NotFound:
            return ()

    def places(self, route: str) -> int:
        """How many requests of runs may be under way at once at the models of a route: `Settings.at_once`, or fewer where these have
        fewer places together.
        """
        most = Settings.from_environment().at_once
        bounds = {one.provider.uid: one.provider.concurrency for one in self._known().route(route).targets}
        return most if None in bounds.values() else min(most, sum(bound or 0 for bound in bounds.values()) or most)

    def ask(
        self,
        messages: "Sequence[Message]",
        wanted: type[Wanted],
        *,
        route: str,
        checks: "Sequence[Check]" = (),
        facts: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> "Answered[Wanted]":
        """A valid answer of that type from the models of a route, and which of them gave it; see `weft.gateway.asking`.

        `facts` are values from records by what they are: they are shown as data, never as instructions. Raises NoAnswer where
        models answered and none validly, ModelFailed where none answered, BudgetExhausted, LimitReached, NotFound.
        """
        asking = importlib.import_module("weft.gateway.asking")
        question = asking.Question(tuple(messages), wanted, route, tuple(checks), dict(facts or {}), **more)
        doorway = doors.opened(self._database)
        with errand.on(**self._asked_by):
            return doorway.done(doorway.asker.ask(self._business, question))

    def embedded(
        self, texts: Sequence[str], *, route: str, only: str | None = None, seconds: float = 60.0
    ) -> "Vectors":
        """The vectors of texts by a model of a route, or by the `only` one of them that may answer.

        Raises NoAnswer where what came back are no vectors, ModelFailed, BudgetExhausted, LimitReached, NotFound.
        """
        likeness = importlib.import_module("weft.gateway.likeness")
        doorway = doors.opened(self._database)
        with errand.on(**self._asked_by):
            vectors: Vectors = doorway.done(
                likeness.embedded(doorway.door, self._business, texts, route, only, seconds)
            )
            return vectors

    def ranked(self, query: str, documents: Sequence[str], *, route: str, seconds: float = 60.0) -> "Ranked":
        """How well documents answer a query, by a model of a route; raises like `embedded`."""
        likeness = importlib.import_module("weft.gateway.likeness")
        doorway = doors.opened(self._database)
        with errand.on(**self._asked_by):
            found: Ranked = doorway.done(
                likeness.ranked(doorway.door, self._business, query, documents, route, seconds)
            )
            return found

    def conversation(
        self, messages: "Sequence[Message]", wanted: type[BaseModel], facts: Mapping[str, Any]
    ) -> "list[Message]":
        """The messages that `ask` would send, with the schema and the facts in them; nothing is asked."""
        asking = importlib.import_module("weft.gateway.asking")
        made: list[Message] = asking.conversation(asking.Question(tuple(messages), wanted, "", (), dict(facts)))
        return made

    def _known(self) -> "Known":
        doorway = doors.opened(self._database)
        return doorway.done(doorway.door.known(self._business))

    def _any(self) -> bool:
        """Tell whether there can be a route, without loading what reads them."""
        home: Path = self._database.folder or Settings.from_environment().home
        if (home / _FILE).exists():
            return True
        with self._database.tenant(self._business) as connection:
            return connection.execute("select from route limit 1").fetchone() is not None
