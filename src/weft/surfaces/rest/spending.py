"""What models cost, over HTTP: usage added up, and the budgets of a business and its keys."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from weft.gateway import usage as ledger
from weft.gateway.usage import MOST_DAYS, State, Used
from weft.surfaces.rest.callers import Administrator, Reader
from weft.surfaces.rest.idempotency import IdempotentRoute
from weft.surfaces.rest.models import Registered
from weft.surfaces.rest.problems import RESPONSES

router = APIRouter(responses=RESPONSES, route_class=IdempotentRoute)
Period = Literal["day", "month", "total"]
OfKey = Annotated[str | None, Query(description="The key whose budget it is; else the business's.", max_length=100)]


class UsageLine(BaseModel):
    """Requests of one name (null: of none) added up; `cost` in US dollars.

    `cached` tokens are among those in, `reasoning` among those out; `hits` are kept answers, `failed` and `held_back` (by a limit
    or a budget) requests without one, `estimated` those whose usage no server told. Times are of what was answered.
    """

    name: str | None
    requests: int
    tokens_in: int
    tokens_out: int
    cached: int
    reasoning: int
    cost: float
    hits: int
    failed: int
    held_back: int
    estimated: int
    p50_ms: float | None
    p95_ms: float | None
    first_p50_ms: float | None
    first_p95_ms: float | None


class UsageReport(BaseModel):
    """Usage of so many days (UTC, today among them), by something, and in all."""

    by: str
    days: int
    items: list[UsageLine]
    total: UsageLine


class NewBudget(BaseModel):
    """A cap in US dollars."""

    amount: float = Field(ge=0, le=9_000_000_000, allow_inf_nan=False)


class BudgetLine(BaseModel):
    """A budget in the period that holds now, in US dollars: `held` is reserved, `ends` null for one in total."""

    key: str | None
    period: Period
    amount: float
    spent: float
    held: float
    left: float
    overshot: float
    ends: datetime | None


class BudgetRemoved(BaseModel):
    """The budget that was removed."""

    key: str | None
    period: Period


def _used(one: Used) -> UsageLine:
    return UsageLine(**one.shown())


def _budget(state: State) -> BudgetLine:
    shown: dict[str, Any] = state.shown()
    return BudgetLine(**{name: shown[name] for name in BudgetLine.model_fields})


@router.get("/usage", tags=["usage"])
def usage(
    caller: Reader,
    by: Annotated[
        Literal["day", "key", "route", "model", "skill", "outcome"], Query(description="What to add up by.")
    ] = "day",
    days: Annotated[int, Query(ge=1, le=MOST_DAYS, description="How many days, today among them.")] = 30,
) -> UsageReport:
    """What was asked of models: requests, tokens, cost, kept answers, errors, times."""
    database, business = caller.business.database, caller.business.uid
    return UsageReport(
        by=by,
        days=days,
        items=[_used(one) for one in ledger.used(database, business, by, days)],
        total=_used(ledger.total(database, business, days)),
    )


@router.get("/budgets", tags=["budgets"])
def list_budgets(caller: Reader) -> list[BudgetLine]:
    """The budgets of the business and its keys, with what is left of them."""
    return [_budget(state) for state in ledger.budgets(caller.business.database, caller.business.uid)]


@router.put("/budgets/{period}", tags=["budgets"])
def put_budget(
    period: Period, new: NewBudget, caller: Administrator, found: Registered, key: OfKey = None
) -> BudgetLine:
    """Set how much may be spent in a day, a month (UTC) or in total, in place of what was set for that."""
    made = found.set_budget(caller.business.uid, key, period, new.amount)
    states = ledger.budgets(caller.business.database, caller.business.uid)
    return next(_budget(state) for state in states if state.budget.uid == made.uid)


@router.delete("/budgets/{period}", tags=["budgets"])
def remove_budget(period: Period, caller: Administrator, found: Registered, key: OfKey = None) -> BudgetRemoved:
    """Remove a budget; what was spent stays in the ledger."""
    found.remove_budget(caller.business.uid, key, period)
    return BudgetRemoved(key=key, period=period)
