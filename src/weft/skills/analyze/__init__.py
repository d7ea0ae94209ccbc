"""The skill `analyze`: what happened in a business and why, as a report, or as the answer to a question."""

from datetime import date
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from weft.charts import Chart
from weft.skill import Changes, Skill

Span = Literal["day", "week", "month"]
Language = Literal["en", "de", "zh"]
Unit = Literal["money", "count", "share", "days", "date"]
Members = dict[str, str]
"""Values by dimension, all of which hold: `{"category": "Kitchen", "country": "DE"}`; empty for all there is."""


class Analyze(BaseModel):
    """One of three: a report of a day, a week or a month; a question in words; a question as a query."""

    model_config = ConfigDict(extra="forbid")

    report: Span | None = Field(default=None, description="What happened in a period, why, and what to do.")
    until: date | None = Field(
        default=None,
        description="A day of the report's period; where the period is not over, it ends on this day. "
        "Without it the last whole period with sales.",
    )
    ask: str | None = Field(
        default=None, max_length=20_000, description="A question in words.", examples=["revenue by country since March"]
    )
    query: dict[str, Any] | None = Field(default=None, description="A question as a query of metrics and dimensions.")
    before: dict[str, Any] | None = Field(
        default=None,
        description="The query that was understood before, where the question goes on from it: “and in Germany?”.",
    )
    today: date | None = Field(
        default=None,
        ge=date(1900, 1, 1),
        le=date(2099, 12, 31),
        description="The day on which the question is asked, for “last week”. Without it today; the last day with sales where "
        "that is more than two weeks ago.",
    )
    language: Language | None = Field(
        default=None, description="The language to answer in: that of the question, else the business's own."
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(one is not None for one in (self.report, self.ask, self.query)) != 1:
            raise ValueError("say one of report, ask and query")
        if self.until is not None and self.report is None:
            raise ValueError("until belongs to a report; say a question's period in the question")
        if self.ask is None and (self.before is not None or self.today is not None):
            raise ValueError("before and today belong to a question in words")
        return self


class Figure(BaseModel):
    """One number of a report, with the query that answers it."""

    id: str = Field(examples=["revenue.now", "category.Kitchen.change"])
    value: float | int | str | None = Field(
        description="Money in minor units, a share from 0 to 1, a count, a day; null where it cannot be said."
    )
    unit: Unit
    currency: str | None = None
    says: str = Field(description="The number as a sentence says it.", examples=["€1,204.50", "8 %"])
    query: dict[str, Any] | None = Field(
        default=None,
        description="The query of metrics and dimensions behind it; null where it was reckoned from others.",
    )
    reckoned: str | None = Field(default=None, description="How it was reckoned, where no query answers it alone.")


class Sentence(BaseModel):
    """A sentence and the figures that its numbers are."""

    text: str
    figures: list[str] = Field(default_factory=list, description="The ids of its figures.")


class Action(BaseModel):
    """What can be done, as a request that can be sent as it is."""

    says: str
    skill: str | None = Field(default=None, description="The skill to ask.", examples=["replenish", "write"])
    request: dict[str, Any] = Field(default_factory=dict)
    path: str | None = Field(default=None, description="Where to post the request that no skill takes.")


class Headline(BaseModel):
    """A metric of the period beside the period before and the same a year before."""

    metric: str
    title: str
    unit: Unit
    now: float | int | None
    before: float | int | None
    year_before: float | int | None
    change: float | None = Field(default=None, description="Against the period before, as a share of it.")
    year_change: float | None = Field(default=None, description="Against the year before, as a share of it.")
    usual: tuple[float, float] | None = Field(
        default=None, description="Between which changes nine of ten of the periods before lay."
    )


class Contribution(BaseModel):
    """What a member of a dimension did to the change; those of one dimension add up to all of it."""

    member: str = Field(description="Its value; empty for what has none.")
    title: str
    now: int
    before: int
    change: int
    share: float | None = Field(default=None, description="Of the whole change; null where there was none.")
    surprise: float = Field(default=0.0, description="How far its part of the whole moved, 0 to 0.35 (Jensen-Shannon).")


class Dimension(BaseModel):
    """The change by the members of one dimension, the largest first, the rest as one."""

    dimension: str
    title: str
    parts: list[Contribution]
    others: Contribution | None = None


class Explained(BaseModel):
    """The smallest set of places that holds most of the change, or none where it lies everywhere alike."""

    where: list[Members] = Field(default_factory=list)
    change: int = 0
    share: float | None = None


class Effect(BaseModel):
    """One addend of a change; those of one decomposition add up to it."""

    key: str = Field(examples=["price", "volume", "mix", "new", "gone", "returns"])
    title: str
    amount: int


class Shortage(BaseModel):
    """A product, or one variant of it, that could not be bought, and what that may have cost."""

    product: str
    variant: str | None = Field(
        default=None, description="The variant's SKU, where others of the product could be bought."
    )
    title: str
    first: date
    last: date
    days: int = Field(description="Days of the period on which it could not be bought.")
    run: int = Field(default=0, description="Days with sales elsewhere in the shop, from the first to the last.")
    known: bool = Field(
        description="The stock's own history says so; else a run without a sale that chance does not make."
    )
    units: float = Field(description="How many would have been sold.")
    lost: int = Field(description="The revenue that was lost, estimated, in minor units.")


class Why(BaseModel):
    """Why revenue changed: by dimension, by the smallest set of places, by effects, by what could not be bought."""

    change: int = 0
    against: Literal["before", "year_before"] = "before"
    dimensions: list[Dimension] = Field(default_factory=list)
    explained: Explained = Field(default_factory=Explained)
    effects: list[Effect] = Field(
        default_factory=list, description="Price, volume, mix, new, gone, discounts, returns."
    )
    orders: list[Effect] = Field(default_factory=list, description="More orders, other kinds of orders, larger orders.")
    shortages: list[Shortage] = Field(default_factory=list)


class Unusual(BaseModel):
    """A stretch of days on which a metric was not what its own past leads to expect."""

    metric: str
    where: Members = Field(default_factory=dict)
    title: str
    first: date
    last: date
    actual: float
    expected: float
    unit: Unit
    amount: int | None = Field(default=None, description="What it meant in revenue, in minor units.")
    chance: float = Field(description="How often chance makes one so far off, corrected for all that was looked at.")
    causes: list[str] = Field(default_factory=list, examples=[["one_order"], ["price"], ["stock"], ["discount"]])


class Finding(BaseModel):
    """What a person should know: in words, with what it is worth and what to do."""

    kind: str = Field(examples=["change", "shortage", "unusual", "price", "returns", "dead_stock"])
    says: list[Sentence]
    amount: int | None = Field(default=None, description="What it is about, in minor units; the findings come by it.")
    actions: list[Action] = Field(default_factory=list)


class Segment(BaseModel):
    """Customers that are alike in how lately, how often and for how much they bought."""

    segment: str
    title: str
    customers: int
    revenue: int


class Cohort(BaseModel):
    """Customers who first bought in one month, and which share of them bought again in each month after."""

    month: date
    customers: int
    returned: list[float | None]


class Pair(BaseModel):
    """Two products that are bought together more often than chance would have it."""

    a: str
    b: str
    titles: tuple[str, str]
    together: int = Field(description="Orders with both.")
    lift: float = Field(description="How many times as often as if they had nothing to do with each other.")


class Dead(BaseModel):
    """A product that lies in stock and does not sell, and the price that might move it."""

    product: str
    title: str
    stock: int
    value: int | None = Field(description="What the stock cost, else what it would sell for, in minor units.")
    at_cost: bool
    days: int = Field(description="Days without a sale.")
    off: float = Field(description="The share by which the price is proposed to fall.")


class Report(BaseModel):
    """A period's report; `now`, `before` and `year_before` are its first and last days."""

    span: Span
    title: str
    language: Language
    currency: str
    now: tuple[date, date]
    before: tuple[date, date]
    year_before: tuple[date, date]
    headline: list[Headline]
    summary: list[Sentence] = Field(default_factory=list)
    why: Why = Field(default_factory=Why)
    unusual: list[Unusual] = Field(default_factory=list)
    looked_at: int = Field(default=0, description="How many series and days were tested for what is unusual.")
    false_alarms: float = Field(
        default=0.05,
        description="Of the reports of times in which all is usual, at most this share shows anything unusual.",
    )
    findings: list[Finding] = Field(default_factory=list)
    segments: list[Segment] = Field(default_factory=list)
    cohorts: list[Cohort] = Field(default_factory=list)
    together: list[Pair] = Field(default_factory=list)
    dead: list[Dead] = Field(default_factory=list)
    figures: list[Figure] = Field(default_factory=list, description="Every number that a sentence says.")
    notes: list[str] = Field(
        default_factory=list, description="What was left out, and what makes figures hard to compare."
    )


class Asked(BaseModel):
    """How a question was understood, and its answer, or why there is none."""

    understood: dict[str, Any] | None = Field(default=None, description="The query that was answered.")
    says: str | None = Field(default=None, description="That query in words.")
    table: dict[str, Any] | None = None
    sentence: Sentence | None = None
    figures: list[Figure] = Field(default_factory=list)
    refused: str | None = Field(default=None, description="Why it cannot be answered.")
    needs: str | None = Field(default=None, description="What it would take to answer it.")
    language: Language = "en"
    actions: list[Action] = Field(
        default_factory=list,
        description="What can be done next: the same by the API, the lines behind it, the nearest that can be asked.",
    )
    notes: list[str] = Field(
        default_factory=list, description="What was left out, what was read otherwise than written."
    )


class Analysis(Changes):
    """A report or the answer to a question, with charts; the changes are price cuts that a report proposes."""

    report: Report | None = None
    asked: Asked | None = None
    charts: list[Chart] = Field(default_factory=list)
    text: str | None = Field(default=None, description="The answer as plain text, as a terminal shows it.")


skill = Skill(
    name="analyze",
    does="Reports what happened in a day, a week or a month, why, and what to do; and answers questions about the figures",
    asks=Analyze,
    answers=Analysis,
    local="weft.skills.analyze.answers:analyzed",
    model="weft.skills.analyze.answers:worded",
    writes="catalog",
    long=True,
    seconds=300,
)
