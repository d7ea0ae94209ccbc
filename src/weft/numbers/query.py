"""The typed question about what happened, and its answer: money in minor units, shares from 0 to 1, None for what nobody knows."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

Metric = Literal[
    "orders",
    "units",
    "units_returned",
    "net_units",
    "gross_sales",
    "discounts",
    "returns",
    "net_sales",
    "revenue",
    "taxes",
    "shipping",
    "total_sales",
    "average_order",
    "units_per_order",
    "price",
    "cost",
    "margin",
    "margin_rate",
    "customers",
    "new_customers",
    "returning_customers",
    "returning_rate",
    "refund_rate",
    "discount_rate",
    "cancelled_orders",
    "cancellation_rate",
    "sell_through",
    "stock",
    "stock_value",
    "days_of_stock",
    "stock_out_days",
]
Dimension = Literal[
    "day",
    "week",
    "month",
    "quarter",
    "year",
    "weekday",
    "hour",
    "product",
    "variant",
    "category",
    "brand",
    "country",
    "channel",
    "customer",
    "cohort",
    "segment",
    "promotion",
    "currency",
    "location",
]
Unit = Literal["money", "count", "share", "days"]
Value = int | float | None
METRICS: Final[tuple[Metric, ...]] = get_args(Metric)
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
TIMES: Final[tuple[Dimension, ...]] = ("day", "week", "month", "quarter", "year")
LONGEST: Final = 100_000
# Of these years questions are asked: what is compared with lies before them, and no calendar ends within.
_YEARS: Final = (1000, 9000)


class Period(BaseModel):
    """Days of the business's zone, the first and the last both in it."""

    model_config = ConfigDict(frozen=True)

    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"the period ends ({self.last}) before it begins ({self.first})")
        if self.days > LONGEST:
            raise ValueError(f"the period is longer than {LONGEST:,} days")
        return self

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def before(self) -> "Period":
        """As many days, just before."""
        return Period(first=self.first - timedelta(self.days), last=self.first - timedelta(1))

    def year_before(self) -> "Period":
        """The same days of the year before; the 29th of February is the 28th there."""
        return Period(first=_year_before(self.first), last=_year_before(self.last))

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def each(self) -> Iterator[date]:
        """Its days in order."""
        return (self.first + timedelta(at) for at in range(self.days))


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


class Condition(BaseModel):
    """What a dimension must be, one of some values, or with `isnt` may not be; null stands for what is not known."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    dimension: Dimension
    is_: list[str | None] = Field(alias="is", min_length=1, max_length=10_000)
    isnt: bool = False

    @classmethod
    def of(cls, dimension: Dimension, *values: str | None, isnt: bool = False) -> "Condition":
        """That a dimension is one of these values, or with `isnt` none of them."""
        return cls.model_validate({"dimension": dimension, "is": list(values), "isnt": isnt})


class Query(BaseModel):
    """Some metrics over a period, in total and by dimensions, where conditions hold, beside another period."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metrics: Annotated[list[Metric], Field(min_length=1, max_length=40)]
    by: Annotated[list[Dimension], Field(max_length=4)] = []
    where: Annotated[list[Condition], Field(max_length=40)] = []
    period: Period
    compare: Literal["previous", "year"] | Period | None = None
    top: Annotated[int | None, Field(ge=1, le=100_000)] = None
    order: Metric | None = Field(default=None, description="Rows by this metric; the first of `metrics` if not said.")
    ascending: bool = False
    currency: Annotated[str | None, Field(pattern="^[A-Z]{3}$")] = Field(
        default=None, description="The currency of the answer; the business's own if not said."
    )

    @model_validator(mode="after")
    def _said_once(self) -> Self:
        if len(set(self.metrics)) < len(self.metrics) or len(set(self.by)) < len(self.by):
            raise ValueError("a metric or a dimension is said twice")
        return self

    @model_validator(mode="after")
    def _within_years(self) -> Self:
        for one in (self.period, self.compare):
            if isinstance(one, Period) and not _YEARS[0] <= one.first.year <= one.last.year <= _YEARS[1]:
                raise ValueError(
                    f"a period lies in the years {_YEARS[0]} to {_YEARS[1]}; {one.first} to {one.last} does not"
                )
        return self

    @property
    def other(self) -> Period | None:
        """The period that the figures are compared with, if any."""
        if self.compare == "previous":
            return self.period.before()
        return self.period.year_before() if self.compare == "year" else self.compare


class Row(BaseModel):
    """One row of an answer: what it stands for (null: not known), and the figures now and before."""

    key: dict[Dimension, str | None]
    titles: dict[Dimension, str] = Field(
        default={}, description="What the key is called: a product's title, a country's or weekday's name."
    )
    values: dict[Metric, Value]
    before: dict[Metric, Value] | None = None


class Column(BaseModel):
    """One column of an answer: a dimension or a metric; the rows of what adds up sum to the total."""

    name: str
    title: str
    unit: Unit | None = None
    adds_up: bool = False


class Table(BaseModel):
    """An answer. `others` is what `top` left out, as one row: `rows` and `others` sum to `total` where metrics add up."""

    query: Query
    columns: list[Column]
    rows: list[Row]
    others: Row | None = None
    total: Row
    currency: str
    sql: str = Field(description="A statement that computes the figures from the order lines themselves.")
    sources: int = Field(description="How many order lines and refunds are behind the figures.")
    notes: list[str] = Field(description="What was left out, and what is not known.")


class Source(BaseModel):
    """One line or refund behind a figure. Money in minor units of the answer's currency."""

    order: str
    day: date
    position: int = Field(description="The line in its order; 0 for what no line of a product carries.")
    refund: bool = False
    product: str | None
    variant: str | None
    title: str | None
    country: str | None
    customer: str | None
    counts: dict[Metric, Value]


class Sources(BaseModel):
    """The lines behind a figure: those shown, how many there are, and what all of them sum to."""

    rows: list[Source]
    count: int
    total: dict[Metric, Value]
    currency: str
    sql: str
    notes: list[str] = []


class Defined(BaseModel):
    """What a metric or a dimension means."""

    name: str
    title: str
    definition: str
    kind: Literal["metric", "dimension"]
    unit: Unit | None = None
    adds_up: bool = Field(default=False, description="Whether the rows of a breakdown sum to the total.")
