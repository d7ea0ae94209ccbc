"""The skill `forecast`: what will be sold of a product, a category, everything; how sure that is, and how wrong it was before."""

from datetime import date
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from weft.charts import Chart
from weft.skill import Answer, ProductAsked, Skill

LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
Step = Literal["day", "week"]
Each = Literal["product", "variant", "location", "category"]
Level = Literal["business", "category", "selection", "location", "product", "variant"]
Why = Literal["out of stock", "probably out of stock", "closed"]
DemandClass = Literal["smooth", "intermittent", "lumpy", "erratic", "new", "dying", "seasonal", "none"]
_ID = 1000


class Expect(BaseModel):
    """What is to be forecast: one product, a variant of it, a category, the products of a filter, or without any of these all."""

    model_config = ConfigDict(extra="forbid")

    product: ProductAsked | None = Field(
        default=None, description="A product's id; or one said whole, which is forecast by what products like it sold."
    )
    variant: str | None = Field(default=None, max_length=_ID, description="The SKU of a variant.")
    category: str | None = Field(
        default=None, max_length=_ID, description="A category with what is below it.", examples=["Home & Garden"]
    )
    where: str | None = Field(
        default=None, max_length=4000, description="A filter of products.", examples=["vendor = Acme and price < 20"]
    )
    location: str | None = Field(default=None, max_length=_ID, description="What is sold at this place alone.")
    days: int = Field(default=28, ge=1, le=366, description="How many days ahead; with weeks, whole weeks.")
    by: Step = Field(default="day", description="The step: days, or weeks of seven days from the first day on.")
    each: Each | None = Field(
        default=None,
        description="What is told one by one: of one product its variants, of many the products, if not said.",
    )
    levels: list[float] = Field(
        default=list(LEVELS), min_length=1, max_length=20, description="Which quantiles, from 0 to 1."
    )
    limit: int = Field(default=20, ge=1, le=1000, description="How many are told at most; `total` is of all.")

    @field_validator("levels")
    @classmethod
    def _between(cls, levels: list[float]) -> list[float]:
        if not all(0.001 <= level <= 0.999 for level in levels):
            raise ValueError("a level lies between 0.001 and 0.999")
        return sorted(set(levels))

    @model_validator(mode="after")
    def _one(self) -> Self:
        said = [name for name in ("product", "category", "where") if getattr(self, name) is not None]
        if len(said) > 1:
            raise ValueError(f"say one of {' and '.join(said)}")
        if self.variant is not None and set(said) & {"category", "where"}:
            raise ValueError("a variant is one product's; say it with the product or alone")
        if isinstance(self.product, dict) and (self.variant is not None or self.location is not None):
            raise ValueError("what is not sold yet is forecast as a whole; leave variant and location out")
        return self


class PastWeek(BaseModel):
    """One week of the past as it would have been told at the time, and as it was."""

    first: date
    sold: float
    told: float
    low: float = Field(description="In one of ten weeks less is sold.")
    high: float = Field(description="In one of ten weeks more is sold.")
    rule: float = Field(description="What the simple rule would have said.")


class Hindsight(BaseModel):
    """How wrong it was: forecasts made as of some weeks ago, by what was known then, beside what was sold since."""

    says: str = Field(description="That in a sentence.")
    weeks: list[PastWeek] = Field(default_factory=list)
    wrong: float | None = Field(default=None, description="The mean error of a week as a share of what it sold.")
    rule: str = Field(default="the same as last week", description="The simple rule that it is judged beside.")
    rule_wrong: float | None = None
    bias: float | None = Field(default=None, description="What was told too much, as a share; too little is negative.")
    inside: float | None = Field(default=None, description="The share of weeks within the bounds of 80 %.")
    folds: int = Field(default=0, description="How often the method was tried on the past when it was chosen.")
    mase: float | None = Field(
        default=None, description="Its error by day in that trial, 1 being that of the last season repeated."
    )
    rule_mase: float | None = None
    coverage: dict[str, float] = Field(
        default_factory=dict, description="In that trial, the share of days within the intervals of 0.8 and 0.9."
    )


class Peak(BaseModel):
    """A day that sold far more than all days around it, and as how many it is counted."""

    day: date
    units: float
    counted: float


class UnknownDays(BaseModel):
    """Days whose sales say nothing about what was wanted."""

    first: date
    last: date
    why: Why
    guessed: bool = Field(description="Nothing says so but that chance hardly makes so long a run without a sale.")
    probability: float | None = Field(default=None, description="How probable such a run is by chance.")


class Like(BaseModel):
    """A product by whose first weeks a new one is forecast, and how alike they are, from 0 to 1."""

    product: str
    title: str | None = None
    likeness: float


class Expected(BaseModel):
    """What is expected of one thing. All numbers are pieces."""

    level: Level
    product: str | None = None
    variant: str | None = Field(default=None, description="The variant's SKU.")
    location: str | None = None
    category: str | None = None
    title: str | None = None
    demand_class: DemandClass = Field(description="How it sells.")
    way: str = Field(description="The method that was chosen for it by its own past.")
    start: date = Field(description="The first day.")
    step: Step
    mean: list[float] = Field(description="By step what is sold on average.")
    quantiles: dict[str, list[float]] = Field(description="By level and step: with 0.9, in nine of ten cases no more.")
    sum: float = Field(description="All steps together on average.")
    sum_quantiles: dict[str, float] = Field(description="The quantiles of all steps together, which are no sums.")
    says: str = Field(description="What to expect, in a sentence.")
    history_start: date | None = None
    history: list[float] = Field(default_factory=list, description="By step what was sold before.")
    backtest: Hindsight | None = None
    outliers: list[Peak] = Field(default_factory=list)
    unknown: list[UnknownDays] = Field(default_factory=list)
    like: list[Like] = Field(default_factory=list, description="Of something new: the products that it is told by.")
    notes: list[str] = Field(default_factory=list)
    seen: date | None = Field(default=None, description="The last day whose sales it knows.")
    stale: bool = Field(default=False, description="There are sales since then that it does not know.")


class Expectation(Answer):
    """What is expected, one by one and together, and what that rests on."""

    forecasts: list[Expected] = Field(default_factory=list)
    total: Expected | None = Field(default=None, description="All that was asked for, together.")
    count: int = Field(default=0, description="How many there are, told or not.")
    today: date
    seen: date | None = Field(default=None, description="The last day with sales that is known.")
    notes: list[str] = Field(default_factory=list, description="What was left out, and what is not known.")
    charts: list[Chart] = Field(default_factory=list)


skill = Skill(
    name="forecast",
    does="Tells what will be sold of a product, a category or everything: how much, how sure, and how wrong it was before",
    asks=Expect,
    answers=Expectation,
    local="weft.skills.forecast.answers:expected",
    over="product",
    rests_on="weft.skills.forecast.answers:rests_on",
    text="weft.skills.forecast.telling:told",
    long=True,
    seconds=300,
)
