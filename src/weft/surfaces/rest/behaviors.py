"""Behaviors over HTTP: sent in batches, told of in reports, forgotten."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from pydantic import BaseModel, Field

from weft import skill as skills
from weft.errors import InputError
from weft.skills.search import Unmet, UnmetAsked
from weft.store import ubi
from weft.store.behaviors import Report
from weft.store.ubi import Behavior
from weft.surfaces import mending
from weft.surfaces.asking import Proposed
from weft.surfaces.rest.callers import Approver, Caller, Reader, browser_or
from weft.surfaces.rest.glossary import Forgotten
from weft.surfaces.rest.idempotency import IdempotentRoute
from weft.surfaces.rest.problems import RESPONSES

router = APIRouter(prefix="/behaviors", responses=RESPONSES, tags=["behaviors"], route_class=IdempotentRoute)
MOST = 1_000
Sender = Annotated[Caller, Depends(browser_or("propose"))]
Days = Annotated[int, Query(ge=1, le=3_650, description="The last so many days with behaviors.")]
Limit = Annotated[int, Query(ge=1, le=10_000, description="How many rows at most.")]


class NewBehaviors(BaseModel):
    """What people did, in the order in which they did it or in any other."""

    behaviors: list[Any] = Field(
        min_length=1,
        max_length=MOST,
        description="Objects with `action` (search, impression, click, view, cart, purchase, or one of your own), `at`, `id`, "
        "`visitor`, `session`, `customer`, `query_id`, `query`, `results`, `hits`, `product`, `position`, `place`, `quantity`, "
        "`price`, `currency`, `order`, `consent`, `attributes`; or events and queries as User Behavior Insights has them.",
        examples=[
            [{"action": "click", "query_id": "01983b…", "product": "wool-cap", "position": 2, "visitor": "v-17"}]
        ],
    )


class NotTaken(BaseModel):
    """One behavior that cannot be taken: its place in the batch, from 0, and why."""

    at: int
    says: str


class BehaviorsTaken(BaseModel):
    """What became of a batch: `taken` are new, `known` were sent before, `left_out` are a bot's and in no report."""

    taken: int
    known: int
    left_out: int
    problems: list[NotTaken]


class Outcome(BaseModel):
    """What came of the answers to a query or of a strip, or of all of them."""

    times: int = 0
    people: int = 0
    found_nothing: int = 0
    clicked: int = Field(default=0, description="Of how many of these times something was clicked.")
    click_through: float = Field(default=0.0, description="The share of these times.")
    position: float | None = Field(default=None, description="Where what was clicked stood, on average, from 1.")
    carted: int = 0
    bought: int = 0
    revenue: list[dict[str, Any]] = Field(
        default_factory=list, description="In minor units, an amount for each currency."
    )
    last: datetime | None = None


class QueryOutcome(Outcome):
    """What came of the searches for one thing."""

    query: str


class StripOutcome(Outcome):
    """What came of one strip of recommendations."""

    strip: str


class UnmetReport(Unmet):
    """What people looked for and did not get, and what would mend it."""


class UnmetMended(Unmet):
    """What people did not get, and what was proposed."""

    proposed: Proposed
    rules: list[str] = Field(description="The ids of the rules that say its synonyms; they are off.")


class SearchReport(BaseModel):
    """What came of searches between two moments."""

    since: datetime | None
    until: datetime | None
    bots: int = Field(description="How many behaviors of bots were left out.")
    total: Outcome
    rows: list[QueryOutcome]


class StripReport(BaseModel):
    """What came of strips of recommendations between two moments."""

    since: datetime | None
    until: datetime | None
    bots: int = Field(description="How many behaviors of bots were left out.")
    total: Outcome
    rows: list[StripOutcome]


@router.post("", status_code=202)
def put_behaviors(
    asked: NewBehaviors, caller: Sender, user_agent: Annotated[str, Header(include_in_schema=False)] = ""
) -> BehaviorsTaken:
    """Send what people did; what is sent again counts once, and one that cannot be taken keeps back no other."""
    behaviors = caller.business.behaviors
    now = datetime.now(UTC)
    read: list[Behavior] = []
    problems: list[NotTaken] = []
    by_bot = ubi.crawler(user_agent[:2_000])
    for place, given in enumerate(asked.behaviors):
        try:
            read.append(behaviors.read(given, now, bot=by_bot))
        except InputError as problem:
            problems.append(NotTaken(at=place, says=problem.message))
    with caller.business.transaction() as connection:
        told = behaviors.put(connection, read, claimed=caller.is_browser)
    return BehaviorsTaken(taken=told.taken, known=told.known, left_out=told.left_out, problems=problems)


@router.get("")
def list_behaviors(
    caller: Reader,
    person: Annotated[
        str | None, Query(max_length=256, description="Of this visitor, customer or session alone.")
    ] = None,
    action: Annotated[str | None, Query(max_length=100, description="Of this kind alone.")] = None,
    limit: Annotated[int, Query(ge=1, le=1_000, description="How many at most.")] = 50,
) -> list[dict[str, Any]]:
    """What was done last, newest first; also what bots did, which says so."""
    return caller.business.behaviors.listed(person, action, limit)


@router.delete("")
def forget_behaviors(
    caller: Approver,
    person: Annotated[
        str | None, Query(max_length=256, description="All of this visitor, customer or session.")
    ] = None,
    before: Annotated[datetime | None, Query(description="All before this moment.")] = None,
) -> Forgotten:
    """Forget all that one person did, or all before a moment."""
    if (person is None) == (before is None):
        raise InputError("Say whose behaviors to forget with person, or those of which time with before.")
    behaviors = caller.business.behaviors
    if person is not None:
        return Forgotten(forgotten=behaviors.forget(caller.who.name, person))
    assert before is not None
    moment = before if before.tzinfo else before.replace(tzinfo=UTC)
    return Forgotten(forgotten=behaviors.forget_before(caller.who.name, moment))


@router.get("/counts")
def count_behaviors(caller: Reader) -> dict[str, int]:
    """How many there are of each action, and of bots."""
    return caller.business.behaviors.count()


@router.get("/searches")
def searches(caller: Reader, days: Days = 28, limit: Limit = 100) -> SearchReport:
    """What came of searches, by query, the most frequent first."""
    told = caller.business.behaviors.told("query", days, limit)
    return SearchReport(**_shown(told), rows=[QueryOutcome(**row) for row in told.rows])


@router.get("/strips")
def strips(caller: Reader, days: Days = 28, limit: Limit = 100) -> StripReport:
    """What came of strips of recommendations, by place, the most frequent first."""
    told = caller.business.behaviors.told("strip", days, limit)
    return StripReport(**_shown(told), rows=[StripOutcome(**row) for row in told.rows])


@router.get("/unmet")
def unmet(
    caller: Reader,
    days: Days = 28,
    limit: Annotated[int, Query(ge=1, le=500, description="How many demands at most.")] = 50,
    people: Annotated[int, Query(ge=1, le=1_000, description="How many people have to agree on what is proposed.")] = 2,
) -> UnmetReport:
    """What people looked for and did not get, those of most people first; the skill `unmet` answers the same and proposes it."""
    asked = UnmetAsked(days=days, limit=limit, people=people)
    found = skills.answer(skills.named("unmet"), asked, caller.business)
    return UnmetReport.model_validate(found.model_dump())


@router.post("/unmet")
def mend_unmet(asked: UnmetAsked, caller: Approver) -> UnmetMended:
    """Propose what would mend it: attributes as changes, synonyms as rules that are off until somebody switches them on."""
    return UnmetMended.model_validate(mending.proposed(caller.business, asked.model_dump(), caller.who))


def _shown(told: Report) -> dict[str, Any]:
    return {"since": told.since, "until": told.until, "bots": told.bots, "total": Outcome(**told.total)}
