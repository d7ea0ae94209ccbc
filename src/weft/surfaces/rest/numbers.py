"""What happened, over HTTP: definitions, answers to typed questions, the lines behind them; the calendar and the rates."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from fastapi import Query as Parameter
from pydantic import BaseModel, Field

from weft.errors import NotFound
from weft.numbers.basis import Calendar, Rate
from weft.numbers.query import Defined, Dimension, Query, Sources, Table
from weft.surfaces.rest.callers import Approver, Reader
from weft.surfaces.rest.idempotency import IdempotentRoute
from weft.surfaces.rest.problems import RESPONSES

router = APIRouter(prefix="/numbers", responses=RESPONSES, tags=["numbers"], route_class=IdempotentRoute)

Currency = Annotated[str, Parameter(pattern="^[A-Z]{3}$", description="Such as USD.")]


class NumbersKnown(BaseModel):
    """What can be asked: metrics and dimensions with their definitions, over which days, in which currency and zone."""

    metrics: list[Defined]
    dimensions: list[Defined]
    first: date | None = Field(description="The first day with sales; null where there are none.")
    last: date | None
    today: date
    calendar: Calendar


class DimensionValue(BaseModel):
    """A value of a dimension."""

    value: str
    title: str | None


class RowsAsked(BaseModel):
    """A question, and the row of its answer whose lines are wanted; without a key those behind the total."""

    query: Query
    key: dict[Dimension, str | None] = {}
    limit: int = Field(default=100, ge=1, le=10_000)
    offset: int = Field(default=0, ge=0)


class CalendarSet(BaseModel):
    """What to set; what is not said stays."""

    zone: str | None = Field(default=None, max_length=60, description="An IANA name such as Europe/Berlin.")
    week_start: int | None = Field(default=None, ge=1, le=7, description="1 is Monday, 7 Sunday.")


class NewRates(BaseModel):
    """Rates to store, over those of the same day."""

    rates: list[Rate] = Field(min_length=1, max_length=10_000)


class RatesPut(BaseModel):
    """How many rates were stored."""

    stored: int


class RatesRemoved(BaseModel):
    """How many rates were taken away."""

    removed: int


@router.get("")
def show_numbers(caller: Reader) -> NumbersKnown:
    """What can be asked of what happened, and what each figure means."""
    numbers = caller.business.numbers
    found = numbers.definitions()
    span = numbers.span()
    return NumbersKnown(
        metrics=[one for one in found if one.kind == "metric"],
        dimensions=[one for one in found if one.kind == "dimension"],
        first=span[0] if span else None,
        last=span[1] if span else None,
        today=numbers.today(),
        calendar=numbers.basis.calendar(),
    )


@router.get("/values/{dimension}")
def values_known(
    dimension: Dimension,
    caller: Reader,
    like: Annotated[str | None, Parameter(max_length=200, description="Those with this in the value or title.")] = None,
    limit: Annotated[int, Parameter(ge=1, le=10_000, description="How many at most.")] = 100,
) -> list[DimensionValue]:
    """The values that a dimension has."""
    found = caller.business.numbers.values(dimension, like, limit)
    return [DimensionValue(value=one.value, title=one.title) for one in found]


@router.post("/answer")
def answer_numbers(asked: Query, caller: Reader) -> Table:
    """The figures that a question asks for, with the statement that computes them from the lines. Money is in minor units."""
    return caller.business.numbers.answer(asked)


@router.post("/rows")
def rows_behind(asked: RowsAsked, caller: Reader) -> Sources:
    """The order lines and refunds behind a figure; what they show sums to it."""
    return caller.business.numbers.rows(asked.query, asked.key, asked.limit, asked.offset)


@router.put("/calendar")
def calendar_set(asked: CalendarSet, caller: Approver) -> Calendar:
    """Set the zone whose days figures are told by, or the day on which the week begins."""
    return caller.business.numbers.basis.set_calendar(caller.who.name, zone=asked.zone, week_start=asked.week_start)


@router.get("/rates")
def rates_known(
    caller: Reader,
    currency: Currency | None = None,
    limit: Annotated[int, Parameter(ge=1, le=10_000, description="How many at most.")] = 1_000,
) -> list[Rate]:
    """The stored rates, the latest first."""
    return caller.business.numbers.basis.rates(currency, limit)


@router.put("/rates")
def put_rates(asked: NewRates, caller: Approver) -> RatesPut:
    """Store rates: what one unit of a currency was worth in another from a day on."""
    return RatesPut(stored=caller.business.numbers.basis.put_rates(asked.rates, caller.who.name))


@router.delete("/rates")
def remove_rate(currency: Currency, base: Currency, day: date, caller: Approver) -> RatesRemoved:
    """Take the rate of a day away."""
    removed = caller.business.numbers.basis.remove_rates(currency, base, day, caller.who.name)
    if not removed:
        raise NotFound(f"There is no rate from {currency} to {base} of {day}.")
    return RatesRemoved(removed=removed)
