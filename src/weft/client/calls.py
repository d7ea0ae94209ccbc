"""The requests of a Weft server, a method each; written by docs/generate_client.py from the OpenAPI document."""

# ruff: noqa: A002
from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Literal, NotRequired, TypedDict, cast

from weft.client.base import AsyncRuns as _AsyncRuns
from weft.client.base import AsyncSkills as _AsyncSkills
from weft.client.base import Runs as _Runs
from weft.client.base import Skills as _Skills
from weft.client.wire import AsyncWire, Event, File, Wire, call, named


class Action(TypedDict):
    """What can be done, as a request that can be sent as it is."""

    says: str
    skill: str | None
    request: dict[str, Any]
    path: str | None


class Analysis(TypedDict):
    """A report or the answer to a question, with charts; the changes are price cuts that a report proposes."""

    engine: Literal["local", "model"]
    model: str | None
    note: str | None
    changes: list[Edit]
    report: Report | None
    asked: Asked | None
    charts: list[Chart]
    text: str | None
    proposed: Proposed | None


class Asked(TypedDict):
    """How a question was understood, and its answer, or why there is none."""

    understood: dict[str, Any] | None
    says: str | None
    table: dict[str, Any] | None
    sentence: Sentence | None
    figures: list[Figure]
    refused: str | None
    needs: str | None
    language: Literal["en", "de", "zh"]
    actions: list[Action]
    notes: list[str]


class AtService(TypedDict):
    """What would be ordered at one service if no budget were set, what would lie in stock then, and what would be lost."""

    service: float
    pieces: int
    cost: dict[str, Any] | None
    stock_value: dict[str, Any] | None
    lost_units: float
    lost_sales: dict[str, Any] | None


class Because(TypedDict):
    """A product because of which another is shown, and in how many of how many cases both were taken."""

    product: str
    title: str
    together: int | None
    of: int | None


class BehaviorsTaken(TypedDict):
    """What became of a batch: `taken` are new, `known` were sent before, `left_out` are a bot's and in no report."""

    taken: int
    known: int
    left_out: int
    problems: list[NotTaken]


class Bounds(TypedDict):
    """A number's least and most, both included."""

    min: NotRequired[float | None]
    max: NotRequired[float | None]


class BudgetLine(TypedDict):
    """A budget in the period that holds now, in US dollars: `held` is reserved, `ends` null for one in total."""

    key: str | None
    period: Literal["day", "month", "total"]
    amount: float
    spent: float
    held: float
    left: float
    overshot: float
    ends: str | None


class BudgetRemoved(TypedDict):
    """The budget that was removed."""

    key: str | None
    period: Literal["day", "month", "total"]


class BuildBegun(TypedDict):
    """Whether building was begun; if not, it was a moment ago."""

    begun: bool


class BusinessSettings(TypedDict):
    """How the business speaks and to whom; a section that nobody set has its defaults."""

    voice: Voice
    languages: Languages
    markets: Markets
    claims: Claims
    search: Dials
    behaviors: Retention
    index: Searched


class Calendar(TypedDict):
    """A business's zone, the day on which its week begins (1 is Monday, 7 Sunday), and its currency."""

    zone: str
    week_start: int
    currency: str


class Chart(TypedDict):
    """A chart's data: in a waterfall the first and the last value are wholes, those between add up from one to the other."""

    kind: Literal["line", "bar", "waterfall"]
    title: str
    x: list[str]
    series: list[Line]
    unit: NotRequired[Literal["money", "count", "share", "days"]]
    currency: NotRequired[str | None]


class Checked(TypedDict):
    """Every claim of the text with its verdict; `ok` where all are supported."""

    engine: Literal["local", "model"]
    model: str | None
    note: str | None
    ok: bool
    language: str | None
    claims: list[Judgment]


class Claims(TypedDict):
    """What the shop's texts may claim beyond the facts, and what they may never say."""

    forbidden: NotRequired[list[str]]
    allowed: NotRequired[list[str]]
    certifications: NotRequired[list[str]]


class Cohort(TypedDict):
    """Customers who first bought in one month, and which share of them bought again in each month after."""

    month: str
    customers: int
    returned: list[float | None]


class Column(TypedDict):
    """One column of an answer: a dimension or a metric; the rows of what adds up sum to the total."""

    name: str
    title: str
    unit: Literal["money", "count", "share", "days"] | None
    adds_up: bool


Condition = TypedDict(
    "Condition",
    {
        "dimension": Literal[
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
        ],
        "is": list[str | None],
        "isnt": NotRequired[bool],
    },
)


class Contribution(TypedDict):
    """What a member of a dimension did to the change; those of one dimension add up to all of it."""

    member: str
    title: str
    now: int
    before: int
    change: int
    share: float | None
    surprise: float


class Dead(TypedDict):
    """A product that lies in stock and does not sell, and the price that might move it."""

    product: str
    title: str
    stock: int
    value: int | None
    at_cost: bool
    days: int
    off: float


class Defined(TypedDict):
    """What a metric or a dimension means."""

    name: str
    title: str
    definition: str
    kind: Literal["metric", "dimension"]
    unit: Literal["money", "count", "share", "days"] | None
    adds_up: bool


class Demand(TypedDict):
    """Something that the query demands; `text` in `without` takes it back."""

    kind: str
    text: str
    says: str
    values: list[str]
    min: int | None
    max: int | None
    currency: str | None


class Dials(TypedDict):
    """How much what a product does for the business moves it: from -1 (away) over 0 (off) to 1 (forward), by signal."""

    stock: NotRequired[float]
    margin: NotRequired[float]
    velocity: NotRequired[float]
    newness: NotRequired[float]
    returns: NotRequired[float]


class Dimension(TypedDict):
    """The change by the members of one dimension, the largest first, the rest as one."""

    dimension: str
    title: str
    parts: list[Contribution]
    others: Contribution | None


class DimensionValue(TypedDict):
    """A value of a dimension."""

    value: str
    title: str | None


class Done(TypedDict):
    """What a verb did."""

    verb: str
    done: int
    left: int
    problems: list[dict[str, str]]
    run: str | None


class Edit(TypedDict):
    """One proposed edit of one field of one record."""

    record: str
    field: str
    after: NotRequired[Any]
    before: NotRequired[Any]
    confidence: NotRequired[float | None]
    facts: NotRequired[list[Any]]
    checks: NotRequired[list[dict[str, Any]]]
    engine: NotRequired[Literal["local", "model"] | None]


class Effect(TypedDict):
    """One addend of a change; those of one decomposition add up to it."""

    key: str
    title: str
    amount: int


class Expectation(TypedDict):
    """What is expected, one by one and together, and what that rests on."""

    engine: Literal["local", "model"]
    model: str | None
    note: str | None
    forecasts: list[Expected]
    total: Expected | None
    count: int
    today: str
    seen: str | None
    notes: list[str]
    charts: list[Chart]


class Expected(TypedDict):
    """What is expected of one thing. All numbers are pieces."""

    level: Literal["business", "category", "selection", "location", "product", "variant"]
    product: str | None
    variant: str | None
    location: str | None
    category: str | None
    title: str | None
    demand_class: Literal["smooth", "intermittent", "lumpy", "erratic", "new", "dying", "seasonal", "none"]
    way: str
    start: str
    step: Literal["day", "week"]
    mean: list[float]
    quantiles: dict[str, list[float]]
    sum: float
    sum_quantiles: dict[str, float]
    says: str
    history_start: str | None
    history: list[float]
    backtest: Hindsight | None
    outliers: list[Peak]
    unknown: list[UnknownDays]
    like: list[Like]
    notes: list[str]
    seen: str | None
    stale: bool


class Explained(TypedDict):
    """The smallest set of places that holds most of the change, or none where it lies everywhere alike."""

    where: list[dict[str, str]]
    change: int
    share: float | None


class Explanation(TypedDict):
    """Why a hit stands where it does: numbers that make up its score, and a sentence."""

    words: float
    meaning: float
    whole: float
    stock: float
    times: float
    moved: list[Moved]
    reranked: float | None
    matched: dict[str, list[str]]
    missing: list[str]
    says: str


class Figure(TypedDict):
    """One number of a report, with the query that answers it."""

    id: str
    value: float | int | str | None
    unit: Literal["money", "count", "share", "days", "date"]
    currency: str | None
    says: str
    query: dict[str, Any] | None
    reckoned: str | None


class Finding(TypedDict):
    """What a person should know: in words, with what it is worth and what to do."""

    kind: str
    says: list[Sentence]
    amount: int | None
    actions: list[Action]


class Fix(TypedDict):
    """A product to mend, with what is at stake (minor units of its revenue, or of its stock where nothing was sold)."""

    product: str
    title: str | None
    score: int
    at_stake: int
    reasons: list[str]


class ForecastInShort(TypedDict):
    """The kept forecast of a product in short."""

    product: str
    title: str | None
    category: str | None
    demand_class: Literal["smooth", "intermittent", "lumpy", "erratic", "new", "dying", "seasonal", "none"]
    way: str
    sum: float
    days: int
    start: str
    seen: str


class ForecastList(TypedDict):
    """The kept forecasts in short, what is expected most first, and how they were built."""

    built: ForecastsBuilt | None
    items: list[ForecastInShort]


class ForecastsBuilt(TypedDict):
    """How all forecasts were last built."""

    products: int
    categories: int
    made: int
    kept: int
    through: str
    sold_through: str
    stale: bool
    start: str
    days: int
    country: str | None
    seconds: float
    at: str


class Forgotten(TypedDict):
    """How many were forgotten."""

    forgotten: int


class Found(TypedDict):
    """An attribute that the product's own text states, and where it does."""

    name: str
    value: Any
    unit: str | None
    confidence: float
    field: str
    start: int
    end: int
    text: str
    how: str
    model: str | None


class Gap(TypedDict):
    """A reason, and how many products have it."""

    code: str
    products: int
    at_stake: int


class Headline(TypedDict):
    """A metric of the period beside the period before and the same a year before."""

    metric: str
    title: str
    unit: Literal["money", "count", "share", "days", "date"]
    now: float | int | None
    before: float | int | None
    year_before: float | int | None
    change: float | None
    year_change: float | None
    usual: list[Any] | None


class Hindsight(TypedDict):
    """How wrong it was: forecasts made as of some weeks ago, by what was known then, beside what was sold since."""

    says: str
    weeks: list[PastWeek]
    wrong: float | None
    rule: str
    rule_wrong: float | None
    bias: float | None
    inside: float | None
    folds: int
    mase: float | None
    rule_mase: float | None
    coverage: dict[str, float]


class Hit(TypedDict):
    """A product that was found."""

    id: str
    title: str
    score: float
    vendor: str | None
    category: str | None
    image: str | None
    price: dict[str, Any] | None
    price_to: dict[str, Any] | None
    available: bool
    stock: int | None
    variant: Offer | None
    variants: list[dict[str, Any]]
    highlights: dict[str, str]
    why: Explanation | None


class Imported(TypedDict):
    """An import and how far it is."""

    id: str
    kind: str
    format: str
    file: str
    state: str
    rows: int
    records: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    problem: str | None
    resumed: int


class Judgment(TypedDict):
    """A claim of the text, where it stands, and whether the facts support it."""

    kind: str
    text: str
    start: int
    end: int
    verdict: Literal["supported", "contradicted", "unknown"]
    fact: dict[str, Any] | None
    why: str
    value: Any
    unit: str | None
    negated: bool
    about: str | None


class KeptRule(TypedDict):
    """A rule as it is kept, and what to look at again."""

    id: str | None
    kind: Literal["pin", "boost", "bury", "hide", "redirect", "synonyms"]
    name: str
    on: bool
    match: Literal["any", "exact", "contains"]
    query: list[str]
    category: str
    starts: str | None
    ends: str | None
    zone: str
    pins: list[Pin]
    sold_out: bool
    products: list[str]
    filters: dict[str, str | float | bool | list[str | float] | Bounds]
    times: float | None
    url: str
    words: list[str]
    typed: list[str]
    warnings: list[str]


class KeyLimits(TypedDict):
    """What a key may ask of models; null is without a limit."""

    models: NotRequired[list[str] | None]
    requests: NotRequired[int | None]
    tokens: NotRequired[int | None]
    concurrency: NotRequired[int | None]


class KeyLine(TypedDict):
    """A key without its secret."""

    id: str
    scope: str
    note: str
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    limits: KeyLimits
    origins: list[str]
    shown: str | None


class Languages(TypedDict):
    """Which languages the shop speaks."""

    main: NotRequired[str]
    others: NotRequired[list[str]]


class Left(TypedDict):
    """A row of a file that could not be taken, and why."""

    line: int
    says: str


class LeftOut(TypedDict):
    """What is needed and not ordered, or not whole: by how many pieces, and what that is expected to lose."""

    product: str
    title: str | None
    sku: str
    quantity: int
    lost: float
    loses: dict[str, Any] | None
    reason: str
    why: str


class Like(TypedDict):
    """A product by whose first weeks a new one is forecast, and how alike they are, from 0 to 1."""

    product: str
    title: str | None
    likeness: float


class Line(TypedDict):
    """One row of values, one for each place on the chart's axis; null where nothing is known."""

    name: str
    values: list[float | None]


class Loaded(TypedDict):
    """A taxonomy, or attributes with their values: how much is in it, and where it comes from."""

    id: Literal["taxonomy", "attribute-lists"]
    kind: str
    name: str
    heading: str | None
    nodes: int | None
    attributes: int | None
    values: int | None
    bytes: int | None
    by: str | None
    at: str


class MadeKey(TypedDict):
    """A key with its secret, which is shown this once."""

    id: str
    key: str
    scope: str
    business: str
    expires_at: str | None
    limits: KeyLimits
    origins: list[str]


class Market(TypedDict):
    """A place where the shop sells, with its language, units, sizes and currency."""

    name: str
    country: NotRequired[str]
    language: NotRequired[str]
    units: NotRequired[Literal["metric", "imperial", "both"]]
    sizes: NotRequired[Literal["", "EU", "US", "UK", "IT", "FR", "JP"]]
    currency: NotRequired[str]


class Markets(TypedDict):
    """The markets, each under a name of its own."""

    markets: NotRequired[list[Market]]


class MatchLine(TypedDict):
    """A text that was translated before, and how close it is."""

    text: str
    source: str
    target: str
    score: float
    source_language: str
    target_language: str
    origin: str
    field: str
    product: str
    at: str | None


class ModelAbout(TypedDict):
    """What a provider's model can do and costs; what is left out is not known."""

    kind: NotRequired[Literal["chat", "embeddings", "rerank"] | None]
    context: NotRequired[int | None]
    most_out: NotRequired[int | None]
    image_tokens: NotRequired[int | None]
    most_reasoning: NotRequired[int | None]
    abilities: NotRequired[dict[str, bool] | None]
    prices: NotRequired[ModelPrices | None]


class ModelPrices(TypedDict):
    """US dollars for a million tokens; `image` for one, `request` for one."""

    input: NotRequired[float]
    output: NotRequired[float]
    cached_input: NotRequired[float | None]
    image: NotRequired[float | None]
    request: NotRequired[float | None]


class ModelShown(TypedDict):
    """A provider's model; null is what nobody knows, `suspended` why it is not asked any more."""

    kind: Literal["chat", "embeddings", "rerank"]
    context: int | None
    most_out: int | None
    abilities: dict[str, bool]
    prices: dict[str, float] | None
    suspended: str | None


class Motive(TypedDict):
    """Why a product is shown: a sentence, and the numbers that make up its score."""

    how: str
    says: str
    because: list[Because]
    affinity: float
    multiplier: float
    moved: float


class MoveOutput(TypedDict):
    """A product that would stand at another place; null is beyond what is compared."""

    id: str
    title: str
    before: int | None
    after: int | None
    why: list[str]
    says: str


class Moved(TypedDict):
    """What moved a hit beside its fitting: a rule of the merchant's, or a dial."""

    kind: str
    name: str
    rule: str | None
    times: float | None
    value: float | None
    says: str


class Named(TypedDict):
    """A product that is suggested."""

    id: str
    title: str
    image: str | None
    price: dict[str, Any] | None


class Names(TypedDict):
    """What a taxonomy calls things in one language, for translate: how many names, and where they come from."""

    language: str
    name: str
    names: int
    by: str | None
    at: str | None


class NearBy(TypedDict):
    """A product that is nearest to what was looked for; `lacks` are the words that it does not say."""

    id: str
    title: str
    meaning: float
    lacks: list[str]


class Need(TypedDict):
    """A fact that buyers of such a product decide by, and that nothing known of it states."""

    fact: str
    why: str
    field: str


class NotTaken(TypedDict):
    """One behavior that cannot be taken: its place in the batch, from 0, and why."""

    at: int
    says: str


class NumbersKnown(TypedDict):
    """What can be asked: metrics and dimensions with their definitions, over which days, in which currency and zone."""

    metrics: list[Defined]
    dimensions: list[Defined]
    first: str | None
    last: str | None
    today: str
    calendar: Calendar


class Offer(TypedDict):
    """One variant of a product, as it can be bought."""

    sku: str | None
    options: dict[str, str]
    price: dict[str, Any] | None
    image: str | None
    available: bool
    stock: int | None


class OrderLine(TypedDict):
    """One line of an order, and the figures that it rests on."""

    order: str
    product: str
    title: str | None
    sku: str
    quantity: int
    packs: int
    pack: int
    cost: dict[str, Any] | None
    amount: dict[str, Any] | None
    stock: int | None
    on_order: int
    days: int
    expected: float
    level: float
    runs_out: str | None
    target: float
    service: float
    saves: dict[str, Any] | None
    demand_class: str
    way: str
    limits: list[str]
    why: str


class Ordered(TypedDict):
    """One purchase order that is proposed."""

    id: str
    supplier: str | None
    name: str | None
    email: str | None
    lines: int
    pieces: int
    total: dict[str, Any] | None
    minimum: dict[str, Any] | None
    expected: str
    says: str


class Organized(TypedDict):
    """A product's place, what its text states, how good it is, and the edits that follow."""

    engine: Literal["local", "model"]
    model: str | None
    note: str | None
    changes: list[Edit]
    category: Placed | None
    attributes: list[Found]
    quality: Quality | None
    proposed: Proposed | None


class Outcome(TypedDict):
    """What came of the answers to a query or of a strip, or of all of them."""

    times: int
    people: int
    found_nothing: int
    clicked: int
    click_through: float
    position: float | None
    carted: int
    bought: int
    revenue: list[dict[str, Any]]
    last: str | None


class Page(TypedDict):
    """One page of records; `next` is the cursor of the page behind it, or null at the end."""

    items: list[dict[str, Any]]
    next: str | None


class Pair(TypedDict):
    """Two products that are bought together more often than chance would have it."""

    a: str
    b: str
    titles: list[Any]
    together: int
    lift: float


class PastWeek(TypedDict):
    """One week of the past as it would have been told at the time, and as it was."""

    first: str
    sold: float
    told: float
    low: float
    high: float
    rule: float


class Peak(TypedDict):
    """A day that sold far more than all days around it, and as how many it is counted."""

    day: str
    units: float
    counted: float


class Period(TypedDict):
    """Days of the business's zone, the first and the last both in it."""

    first: str
    last: str


class Piece(TypedDict):
    """A text that was written: `claims` is how many of its claims were checked, each supported by a fact."""

    part: Literal["title", "description", "bullets", "seo_title", "seo_description", "alt"]
    field: str
    text: str | list[str]
    claims: int
    engine: Literal["local", "model"]
    model: str | None


class Pin(TypedDict):
    """A product and the place where it stands, counted from 1."""

    product: str
    place: int


class Place(TypedDict):
    """A category with how sure it is."""

    category: str
    confidence: float


class Placed(TypedDict):
    """Where the product belongs; `category` is null where that cannot be said."""

    category: str | None
    confidence: float
    sure: bool
    runners_up: list[Place]
    words: list[str]
    how: Literal["given", "learned", "taxonomy", "model"]
    model: str | None
    node: str | None
    path: str | None


class Previewed(TypedDict):
    """What would become of one search."""

    query: str
    times: int | None
    changed: bool
    total_before: int
    total_after: int
    redirect_before: str | None
    redirect_after: str | None
    moves: list[MoveOutput]
    rules: list[Ruling]


class Previews(TypedDict):
    """What would move in each search, and in how many anything would."""

    engine: Literal["local", "model"]
    model: str | None
    note: str | None
    searches: list[Previewed]
    changed: int


class Proof(TypedDict):
    """The whole chain holds."""

    whole: bool
    batches: int
    entries: int
    head: str


class Proposed(TypedDict):
    """What became of an answer's edits: how many are changes now, and why others are not."""

    done: int
    left: int
    problems: list[dict[str, str]]
    run: str | None


class ProviderLine(TypedDict):
    """A provider without its key; of the platform's, the address is not told."""

    name: str
    owner: Literal["business", "platform"]
    base_url: str | None
    region: str | None
    has_key: bool
    headers: list[str]
    concurrency: int | None
    models: dict[str, ModelShown]


class Put(TypedDict):
    """What became of terms, or of segments."""

    created: int
    updated: int
    unchanged: int


class Quality(TypedDict):
    """How complete and sound a product is: 100 less the points of the reasons."""

    score: int
    reasons: list[Reason]


class Query(TypedDict):
    """Some metrics over a period, in total and by dimensions, where conditions hold, beside another period."""

    metrics: list[
        Literal[
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
    ]
    by: NotRequired[
        list[
            Literal[
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
        ]
    ]
    where: NotRequired[list[Condition]]
    period: Period
    compare: NotRequired[Literal["previous", "year"] | Period | None]
    top: NotRequired[int | None]
    order: NotRequired[
        Literal[
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
        | None
    ]
    ascending: NotRequired[bool]
    currency: NotRequired[str | None]


class QueryOutcome(TypedDict):
    """What came of the searches for one thing."""

    times: int
    people: int
    found_nothing: int
    clicked: int
    click_through: float
    position: float | None
    carted: int
    bought: int
    revenue: list[dict[str, Any]]
    last: str | None
    query: str


class RateInput(TypedDict):
    """What one unit of `currency` was worth in `base` from a day on, until there is a later one."""

    currency: str
    base: str
    day: str
    rate: float | str


class RateOutput(TypedDict):
    """What one unit of `currency` was worth in `base` from a day on, until there is a later one."""

    currency: str
    base: str
    day: str
    rate: float


class RatesPut(TypedDict):
    """How many rates were stored."""

    stored: int


class RatesRemoved(TypedDict):
    """How many rates were taken away."""

    removed: int


class Read(TypedDict):
    """A word that was read as another."""

    word: str
    read: str
    why: str


class Reason(TypedDict):
    """Why a product is worth less than it could be, and what would mend that."""

    code: str
    field: str
    points: int
    words: str
    fix: str


class Recommendations(TypedDict):
    """The products, the best first, and how they were found."""

    engine: Literal["local", "model"]
    model: str | None
    note: str | None
    items: list[Recommended]
    kind: Literal["similar", "bought-together", "also-viewed", "trending", "cart", "for-you"]
    how: str
    query_id: str


class Recommended(TypedDict):
    """A product that is recommended."""

    id: str
    title: str
    score: float
    vendor: str | None
    category: str | None
    image: str | None
    price: dict[str, Any] | None
    price_to: dict[str, Any] | None
    available: bool
    stock: int | None
    variant: Offer | None
    why: Motive | None


class Removed(TypedDict):
    """What was removed."""

    name: str
    removed: list[str]


class Rendering(TypedDict):
    """A field in another language, how it came to be, and what is wrong with it: nothing, where a change proposes it."""

    language: str
    field: str
    source: str
    text: str
    how: Literal["memory", "fuzzy", "glossary", "taxonomy", "written", "apertium", "model", "unchanged"] | None
    gist: bool
    model: str | None
    problems: list[str]


class Replayed(TypedDict):
    """What a way of ordering would have come to."""

    way: str
    lost_units: float
    lost_sales: dict[str, Any] | None
    fill_rate: float
    cycle_service: float
    average_stock: float
    stock_value: dict[str, Any] | None
    orders: int


class Replenishment(TypedDict):
    """What runs out, the orders that prevent it, why, and what was left out."""

    engine: Literal["local", "model"]
    model: str | None
    note: str | None
    changes: list[Edit]
    says: str
    on: str | None
    orders: list[Ordered]
    lines: list[OrderLine]
    left_out: list[LeftOut]
    notes: list[str]
    simulation: Simulation | None
    what_if: list[AtService]
    proposed: Proposed | None


class Report(TypedDict):
    """A period's report; `now`, `before` and `year_before` are its first and last days."""

    span: Literal["day", "week", "month"]
    title: str
    language: Literal["en", "de", "zh"]
    currency: str
    now: list[Any]
    before: list[Any]
    year_before: list[Any]
    headline: list[Headline]
    summary: list[Sentence]
    why: Why
    unusual: list[Unusual]
    looked_at: int
    false_alarms: float
    findings: list[Finding]
    segments: list[Segment]
    cohorts: list[Cohort]
    together: list[Pair]
    dead: list[Dead]
    figures: list[Figure]
    notes: list[str]


class Results(TypedDict):
    """The hits of a page, how many there are in all, and how the query was understood."""

    engine: Literal["local", "model"]
    model: str | None
    note: str | None
    query_id: str
    hits: list[Hit]
    total: int
    facets: dict[str, list[Value]]
    price_range: dict[str, Any] | None
    understood: Understanding
    did_you_mean: str | None
    redirect: str | None
    rules: list[Ruling]


class Retention(TypedDict):
    """How long is kept what people did."""

    days: NotRequired[int]


class RouteLine(TypedDict):
    """A route, which is a model to whoever asks; an implied one is there for every model of a provider."""

    name: str
    owner: Literal["business", "platform"]
    implied: bool
    mode: str
    targets: list[TargetShown]
    retries: int
    first_seconds: float
    idle_seconds: float
    seconds: float
    cache_seconds: float | None
    regions: list[str]
    most_input: float | None
    most_output: float | None


class RouteTarget(TypedDict):
    """One model that may answer a route."""

    provider: str
    model: NotRequired[str | None]
    weight: NotRequired[float]


class Row(TypedDict):
    """One row of an answer: what it stands for (null: not known), and the figures now and before."""

    key: dict[str, str | None]
    titles: dict[str, str]
    values: dict[str, int | float | None]
    before: dict[str, int | float | None] | None


class Rule(TypedDict):
    """What holds for some searches: who is pinned, boosted, buried or hidden, where they lead, which words mean the same."""

    id: NotRequired[str | None]
    kind: Literal["pin", "boost", "bury", "hide", "redirect", "synonyms"]
    name: NotRequired[str]
    on: NotRequired[bool]
    match: NotRequired[Literal["any", "exact", "contains"]]
    query: NotRequired[list[str]]
    category: NotRequired[str]
    starts: NotRequired[str | None]
    ends: NotRequired[str | None]
    zone: NotRequired[str]
    pins: NotRequired[list[Pin]]
    sold_out: NotRequired[bool]
    products: NotRequired[list[str]]
    filters: NotRequired[dict[str, str | float | bool | list[str | float] | Bounds]]
    times: NotRequired[float | None]
    url: NotRequired[str]
    words: NotRequired[list[str]]
    typed: NotRequired[list[str]]


class RulesRemoved(TypedDict):
    """How many rules were taken away."""

    removed: int


class Ruling(TypedDict):
    """A rule that held for a search."""

    id: str | None
    kind: str
    name: str
    says: str
    searches: str


class Run(TypedDict):
    """A run: `done` counts records that have an answer or failed, `made` the answers made now, `remembered` those not."""

    id: str
    skill: str
    engine: str
    state: str
    records: int | None
    done: int
    made: int
    remembered: int
    changes: int
    failed: int
    seconds: float
    problem: str | None


class SearchReport(TypedDict):
    """What came of searches between two moments."""

    since: str | None
    until: str | None
    bots: int
    total: Outcome
    rows: list[QueryOutcome]


class Searched(TypedDict):
    """What is found by words beside titles, descriptions, makers, categories, options, attributes and translations."""

    columns: NotRequired[list[str]]


class Section(TypedDict):
    """A part of the catalog and how many products are in it."""

    value: str
    count: int
    name: str


class Segment(TypedDict):
    """Customers that are alike in how lately, how often and for how much they bought."""

    segment: str
    title: str
    customers: int
    revenue: int


class SegmentCount(TypedDict):
    """How many segments there are of a pair of languages."""

    source_language: str
    target_language: str
    segments: int


class SegmentLine(TypedDict):
    """A text and its translation, and what it is the text of."""

    source_language: str
    target_language: str
    source: str
    target: str
    origin: NotRequired[str]
    field: NotRequired[str]
    product: NotRequired[str]
    at: NotRequired[str | None]


class Sentence(TypedDict):
    """A sentence and the figures that its numbers are."""

    text: str
    figures: list[str]


class Shortage(TypedDict):
    """A product, or one variant of it, that could not be bought, and what that may have cost."""

    product: str
    variant: str | None
    title: str
    first: str
    last: str
    days: int
    run: int
    known: bool
    units: float
    lost: int


class Simulation(TypedDict):
    """The last weeks replayed: this way of ordering beside a plain rule at about the same average stock."""

    first: str
    last: str
    products: int
    policy: Replayed
    plain: Replayed
    says: str


class SkillLine(TypedDict):
    """A skill in the list."""

    name: str
    does: str
    writes: str | None
    long: bool
    streams: bool
    public: bool
    over: str | None
    request: dict[str, Any]
    answer: dict[str, Any]


class Source(TypedDict):
    """One line or refund behind a figure. Money in minor units of the answer's currency."""

    order: str
    day: str
    position: int
    refund: bool
    product: str | None
    variant: str | None
    title: str | None
    country: str | None
    customer: str | None
    counts: dict[str, int | float | None]


class Sources(TypedDict):
    """The lines behind a figure: those shown, how many there are, and what all of them sum to."""

    rows: list[Source]
    count: int
    total: dict[str, int | float | None]
    currency: str
    sql: str
    notes: list[str]


class StripOutcome(TypedDict):
    """What came of one strip of recommendations."""

    times: int
    people: int
    found_nothing: int
    clicked: int
    click_through: float
    position: float | None
    carted: int
    bought: int
    revenue: list[dict[str, Any]]
    last: str | None
    strip: str


class StripReport(TypedDict):
    """What came of strips of recommendations between two moments."""

    since: str | None
    until: str | None
    bots: int
    total: Outcome
    rows: list[StripOutcome]


class Suggestions(TypedDict):
    """Queries, categories and products that what was typed may become."""

    engine: Literal["local", "model"]
    model: str | None
    note: str | None
    query_id: str
    queries: list[str]
    categories: list[Section]
    products: list[Named]


class SupplyTerms(TypedDict):
    """On which terms an item is delivered; amounts are minor units of the supplier's currency."""

    sku: str
    supplier_sku: NotRequired[str | None]
    cost: NotRequired[int | None]
    pack: NotRequired[int | None]
    minimum: NotRequired[int | None]
    lead_days: NotRequired[int | None]
    preferred: NotRequired[bool | None]


class Synonyms(TypedDict):
    """Words that mean the same here, as a rule says it: who types one of `typed` is to find `words` as well."""

    typed: list[str]
    words: list[str]
    people: int
    says: str


class Table(TypedDict):
    """An answer. `others` is what `top` left out, as one row: `rows` and `others` sum to `total` where metrics add up."""

    query: Query
    columns: list[Column]
    rows: list[Row]
    others: Row | None
    total: Row
    currency: str
    sql: str
    sources: int
    notes: list[str]


class TakenAfter(TypedDict):
    """A product that people took after a search that failed."""

    id: str
    title: str
    people: int
    bought: int


class TakenRules(TypedDict):
    """What became of a file of rules."""

    created: int
    updated: int
    unchanged: int
    rejected: int
    problems: list[Left]


class TargetShown(TypedDict):
    """One model that may answer, and what is known of it."""

    kind: Literal["chat", "embeddings", "rerank"]
    context: int | None
    most_out: int | None
    abilities: dict[str, bool]
    prices: dict[str, float] | None
    suspended: str | None
    provider: str
    model: str
    weight: float
    region: str | None


class Term(TypedDict):
    """A word or phrase, and what it is to be in another language."""

    id: NotRequired[str | None]
    source_language: NotRequired[str]
    source: str
    target_language: NotRequired[str]
    target: NotRequired[str | None]
    also: NotRequired[list[str]]
    forbidden: NotRequired[list[str]]
    case_sensitive: NotRequired[bool]
    note: NotRequired[str]


class TermCount(TypedDict):
    """How many terms there are of a pair of languages; empty is any."""

    source_language: str
    target_language: str
    terms: int


class Tidied(TypedDict):
    """What the rules would mend."""

    engine: Literal["local", "model"]
    model: str | None
    note: str | None
    changes: list[Edit]
    proposed: Proposed | None


class Told(TypedDict):
    """The catalog's state: the mean score, the gaps, what to mend first, and what is suspected to be there twice."""

    engine: Literal["local", "model"]
    model: str | None
    note: str | None
    products: int
    score: float | None
    currency: str
    gaps: list[Gap]
    queue: list[Fix]
    duplicates: list[Twice]


class Translated(TypedDict):
    """What was translated, how, and what was left."""

    engine: Literal["local", "model"]
    model: str | None
    note: str | None
    changes: list[Edit]
    source: str
    texts: list[Rendering]
    left: list[Untranslated]
    proposed: Proposed | None


class Tried(TypedDict):
    """A query that people put in the place of one that failed, and that led to something."""

    query: str
    people: int


class Twice(TypedDict):
    """Two products that are suspected to be one."""

    a: str
    b: str
    kind: Literal["exact", "near"]
    confidence: float
    why: str


class Understanding(TypedDict):
    """How the query was understood."""

    query: str
    language: str | None
    corrected: str | None
    words: list[str]
    constraints: list[Demand]
    removed: list[Demand]
    read: list[Read]
    category: str | None
    missing: int
    meaning: bool
    reranked: str | None


class Undone(TypedDict):
    """The rule as it is now; null where the undone edit had made it."""

    rule: Rule | None


class UnknownDays(TypedDict):
    """Days whose sales say nothing about what was wanted."""

    first: str
    last: str
    why: Literal["out of stock", "probably out of stock", "closed"]
    guessed: bool
    probability: float | None


class Unmet(TypedDict):
    """What people looked for and did not get, and what would mend it: words for the rules, and attributes as changes."""

    engine: Literal["local", "model"]
    model: str | None
    note: str | None
    changes: list[Edit]
    demands: list[UnmetDemand]
    synonyms: list[Synonyms]
    proposed: Proposed | None


class UnmetDemand(TypedDict):
    """Something that people looked for and did not get, all its spellings together."""

    query: str
    spellings: list[str]
    people: int
    times: int
    found_nothing: int
    not_clicked: int
    last: str | None
    why: Literal["attribute", "synonym", "nothing", "not-taken", "met"]
    says: str
    meets: int
    instead: list[Tried]
    took: list[TakenAfter]
    nearest: list[NearBy]


class UnmetMended(TypedDict):
    """What people did not get, and what was proposed."""

    engine: Literal["local", "model"]
    model: str | None
    note: str | None
    changes: list[Edit]
    demands: list[UnmetDemand]
    synonyms: list[Synonyms]
    proposed: Proposed
    rules: list[str]


class UnmetReport(TypedDict):
    """What people looked for and did not get, and what would mend it."""

    engine: Literal["local", "model"]
    model: str | None
    note: str | None
    changes: list[Edit]
    demands: list[UnmetDemand]
    synonyms: list[Synonyms]


class Untranslated(TypedDict):
    """A field that stays untranslated, and why."""

    language: str
    field: str
    why: str


class Unusual(TypedDict):
    """A stretch of days on which a metric was not what its own past leads to expect."""

    metric: str
    where: dict[str, str]
    title: str
    first: str
    last: str
    actual: float
    expected: float
    unit: Literal["money", "count", "share", "days", "date"]
    amount: int | None
    chance: float
    causes: list[str]


class Unwritten(TypedDict):
    """A part that was not written, and why."""

    part: Literal["title", "description", "bullets", "seo_title", "seo_description", "alt"]
    why: str
    unknown: list[str]


class UsageLine(TypedDict):
    """Requests of one name (null: of none) added up; `cost` in US dollars."""

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


class UsageReport(TypedDict):
    """Usage of so many days (UTC, today among them), by something, and in all."""

    by: str
    days: int
    items: list[UsageLine]
    total: UsageLine


class Value(TypedDict):
    """A value of a facet and how many of the hits have it."""

    value: str
    count: int


class Voice(TypedDict):
    """How texts sound."""

    tone: NotRequired[Literal["plain", "warm", "expert", "playful"]]
    person: NotRequired[Literal["neutral", "you", "we"]]
    formality: NotRequired[Literal["informal", "formal"]]
    spelling: NotRequired[str]
    use: NotRequired[list[str]]
    avoid: NotRequired[list[str]]
    examples: NotRequired[list[str]]
    brand: NotRequired[str]


class Why(TypedDict):
    """Why revenue changed: by dimension, by the smallest set of places, by effects, by what could not be bought."""

    change: int
    against: Literal["before", "year_before"]
    dimensions: list[Dimension]
    explained: Explained
    effects: list[Effect]
    orders: list[Effect]
    shortages: list[Shortage]


class Written(TypedDict):
    """The texts, the edits that follow, and what kept the others from being written."""

    engine: Literal["local", "model"]
    model: str | None
    note: str | None
    changes: list[Edit]
    language: str
    channel: Literal["shop", "google", "marketplace", "social"]
    pieces: list[Piece]
    needs: list[Need]
    duplicates: list[str]
    left: list[Unwritten]
    proposed: Proposed | None


class Skills(_Skills):
    """/skills"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def all(self) -> list[SkillLine]:
        """The skills, their marks and the schemas of what they ask and answer."""
        return cast("list[SkillLine]", self._wire.json(call("GET", "/skills")))

    def analyze(
        self,
        *,
        engine: Literal["auto", "local", "model"] | None = None,
        propose: bool | None = None,
        report: Literal["day", "week", "month"] | None = None,
        until: str | None = None,
        ask: str | None = None,
        query: dict[str, Any] | None = None,
        before: dict[str, Any] | None = None,
        today: str | None = None,
        language: Literal["en", "de", "zh"] | None = None,
    ) -> Analysis:
        """Reports what happened in a day, a week or a month, why, and what to do; and answers questions about the figures."""
        return cast(
            "Analysis",
            self._wire.json(
                call(
                    "POST",
                    "/skills/analyze",
                    query={"engine": engine, "propose": propose},
                    body={
                        "report": report,
                        "until": until,
                        "ask": ask,
                        "query": query,
                        "before": before,
                        "today": today,
                        "language": language,
                    },
                )
            ),
        )

    def check(
        self,
        *,
        text: str,
        engine: Literal["auto", "local", "model"] | None = None,
        product: str | dict[str, Any] | None = None,
        facts: dict[str, Any] | None = None,
        language: str | None = None,
        market: str | None = None,
    ) -> Checked:
        """Finds what a text claims and says which of it the facts support."""
        return cast(
            "Checked",
            self._wire.json(
                call(
                    "POST",
                    "/skills/check",
                    query={"engine": engine},
                    body={"text": text, "product": product, "facts": facts, "language": language, "market": market},
                )
            ),
        )

    def forecast(
        self,
        *,
        engine: Literal["auto", "local", "model"] | None = None,
        product: str | dict[str, Any] | None = None,
        variant: str | None = None,
        category: str | None = None,
        where: str | None = None,
        location: str | None = None,
        days: int | None = None,
        by: Literal["day", "week"] | None = None,
        each: Literal["product", "variant", "location", "category"] | None = None,
        levels: list[float] | None = None,
        limit: int | None = None,
    ) -> Expectation:
        """Tells what will be sold of a product, a category or everything: how much, how sure, and how wrong it was before."""
        return cast(
            "Expectation",
            self._wire.json(
                call(
                    "POST",
                    "/skills/forecast",
                    query={"engine": engine},
                    body={
                        "product": product,
                        "variant": variant,
                        "category": category,
                        "where": where,
                        "location": location,
                        "days": days,
                        "by": by,
                        "each": each,
                        "levels": levels,
                        "limit": limit,
                    },
                )
            ),
        )

    def organize(
        self,
        *,
        product: str | dict[str, Any],
        engine: Literal["auto", "local", "model"] | None = None,
        propose: bool | None = None,
        parts: list[Literal["category", "attributes", "quality"]] | None = None,
    ) -> Organized:
        """Puts products into categories, fills attributes in from their own text, and says what is missing."""
        return cast(
            "Organized",
            self._wire.json(
                call(
                    "POST",
                    "/skills/organize",
                    query={"engine": engine, "propose": propose},
                    body={"product": product, "parts": parts},
                )
            ),
        )

    def quality(
        self,
        *,
        engine: Literal["auto", "local", "model"] | None = None,
        limit: int | None = None,
        days: int | None = None,
        duplicates: bool | None = None,
    ) -> Told:
        """Tells what is wrong with the catalog, and what to mend first by the value at stake."""
        return cast(
            "Told",
            self._wire.json(
                call(
                    "POST",
                    "/skills/quality",
                    query={"engine": engine},
                    body={"limit": limit, "days": days, "duplicates": duplicates},
                )
            ),
        )

    def recommend(
        self,
        *,
        engine: Literal["auto", "local", "model"] | None = None,
        kind: Literal["similar", "bought-together", "also-viewed", "trending", "cart", "for-you"] | None = None,
        product: str | None = None,
        cart: list[str] | None = None,
        viewed: list[str] | None = None,
        visitor: str | None = None,
        customer: str | None = None,
        exclude: list[str] | None = None,
        filters: dict[str, str | float | bool | list[str | float] | Bounds] | None = None,
        limit: int | None = None,
        explain: bool | None = None,
    ) -> Recommendations:
        """Recommends products: similar, bought together, also viewed, trending, for a cart, for somebody."""
        return cast(
            "Recommendations",
            self._wire.json(
                call(
                    "POST",
                    "/skills/recommend",
                    query={"engine": engine},
                    body={
                        "kind": kind,
                        "product": product,
                        "cart": cart,
                        "viewed": viewed,
                        "visitor": visitor,
                        "customer": customer,
                        "exclude": exclude,
                        "filters": filters,
                        "limit": limit,
                        "explain": explain,
                    },
                )
            ),
        )

    def replenish(
        self,
        *,
        engine: Literal["auto", "local", "model"] | None = None,
        propose: bool | None = None,
        supplier: str | list[str] | None = None,
        product: str | list[str] | None = None,
        category: str | None = None,
        budget: float | None = None,
        currency: str | None = None,
        service: float | None = None,
        holding: float | None = None,
        review_days: int | None = None,
        lead_days: int | None = None,
        lead_spread_days: float | None = None,
        where: str | None = None,
        on: str | None = None,
        simulate: bool | None = None,
        what_if: list[float] | None = None,
    ) -> Replenishment:
        """Drafts the orders to your suppliers: what, how many, when and why."""
        return cast(
            "Replenishment",
            self._wire.json(
                call(
                    "POST",
                    "/skills/replenish",
                    query={"engine": engine, "propose": propose},
                    body={
                        "supplier": supplier,
                        "product": product,
                        "category": category,
                        "budget": budget,
                        "currency": currency,
                        "service": service,
                        "holding": holding,
                        "review_days": review_days,
                        "lead_days": lead_days,
                        "lead_spread_days": lead_spread_days,
                        "where": where,
                        "on": on,
                        "simulate": simulate,
                        "what_if": what_if,
                    },
                )
            ),
        )

    def search(
        self,
        *,
        engine: Literal["auto", "local", "model"] | None = None,
        query: str | None = None,
        filters: dict[str, str | float | bool | list[str | float] | Bounds] | None = None,
        exclude: dict[str, str | float | bool | list[str | float] | Bounds] | None = None,
        facets: list[str] | None = None,
        sort: Literal["relevance", "price", "-price", "title", "-title", "stock", "-stock"] | None = None,
        limit: int | None = None,
        offset: int | None = None,
        explain: bool | None = None,
        without: list[str] | None = None,
        stock: Literal["last", "hide", "any"] | None = None,
        like: str | None = None,
        typing: bool | None = None,
    ) -> Results:
        """Finds products by what people type, with filters, facets and reasons."""
        return cast(
            "Results",
            self._wire.json(
                call(
                    "POST",
                    "/skills/search",
                    query={"engine": engine},
                    body={
                        "query": query,
                        "filters": filters,
                        "exclude": exclude,
                        "facets": facets,
                        "sort": sort,
                        "limit": limit,
                        "offset": offset,
                        "explain": explain,
                        "without": without,
                        "stock": stock,
                        "like": like,
                        "typing": typing,
                    },
                )
            ),
        )

    def suggest(
        self, *, query: str, engine: Literal["auto", "local", "model"] | None = None, limit: int | None = None
    ) -> Suggestions:
        """Suggests queries, categories and products while someone is typing."""
        return cast(
            "Suggestions",
            self._wire.json(
                call("POST", "/skills/suggest", query={"engine": engine}, body={"query": query, "limit": limit})
            ),
        )

    def tidy(
        self,
        *,
        product: str | dict[str, Any],
        engine: Literal["auto", "local", "model"] | None = None,
        propose: bool | None = None,
    ) -> Tidied:
        """Mends barcodes that cannot be, titles that shout, letters read in the wrong encoding and HTML that is broken."""
        return cast(
            "Tidied",
            self._wire.json(
                call("POST", "/skills/tidy", query={"engine": engine, "propose": propose}, body={"product": product})
            ),
        )

    def translate(
        self,
        *,
        engine: Literal["auto", "local", "model"] | None = None,
        propose: bool | None = None,
        product: str | dict[str, Any] | None = None,
        text: str | None = None,
        document: str | None = None,
        format: Literal["auto", "text", "html", "icu", "liquid"] | None = None,
        source: str | None = None,
        into: list[str] | None = None,
        fields: list[str] | None = None,
        market: str | None = None,
        replace: bool | None = None,
    ) -> Translated:
        """Translates products, documents and texts, and keeps tags, numbers, codes, units and terms."""
        return cast(
            "Translated",
            self._wire.json(
                call(
                    "POST",
                    "/skills/translate",
                    query={"engine": engine, "propose": propose},
                    body={
                        "product": product,
                        "text": text,
                        "document": document,
                        "format": format,
                        "source": source,
                        "into": into,
                        "fields": fields,
                        "market": market,
                        "replace": replace,
                    },
                )
            ),
        )

    def unmet(
        self,
        *,
        engine: Literal["auto", "local", "model"] | None = None,
        propose: bool | None = None,
        days: int | None = None,
        limit: int | None = None,
        people: int | None = None,
    ) -> Unmet:
        """Finds what people looked for and did not get, and proposes what would mend it."""
        return cast(
            "Unmet",
            self._wire.json(
                call(
                    "POST",
                    "/skills/unmet",
                    query={"engine": engine, "propose": propose},
                    body={"days": days, "limit": limit, "people": people},
                )
            ),
        )

    def write(
        self,
        *,
        product: str | dict[str, Any],
        engine: Literal["auto", "local", "model"] | None = None,
        propose: bool | None = None,
        parts: list[Literal["title", "description", "bullets", "seo_title", "seo_description", "alt"]] | None = None,
        channel: Literal["shop", "google", "marketplace", "social"] | None = None,
        language: str | None = None,
    ) -> Written:
        """Writes titles, descriptions, bullets, SEO and alt texts from a product's facts."""
        return cast(
            "Written",
            self._wire.json(
                call(
                    "POST",
                    "/skills/write",
                    query={"engine": engine, "propose": propose},
                    body={"product": product, "parts": parts, "channel": channel, "language": language},
                )
            ),
        )


class Products:
    """/products"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def page(self, *, where: str | None = None, after: str | None = None, limit: int | None = None) -> Page:
        """Products by id, in short."""
        return cast(
            "Page", self._wire.json(call("GET", "/products", query={"where": where, "after": after, "limit": limit}))
        )

    def all(self, *, where: str | None = None, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: products by id, in short."""
        cursor: str | None = None
        while True:
            found = self.page(after=cursor, where=where, limit=limit)
            yield from found["items"]
            if found["next"] is None:
                return
            cursor = found["next"]

    def get(self, product: str) -> dict[str, Any]:
        """One whole product: variants, stock per location, facts with source and confidence; with an ETag."""
        return cast("dict[str, Any]", self._wire.json(call("GET", "/products/{}", product)))

    def edit(self, product: str, *, fields: dict[str, Any], if_match: str | None = None) -> dict[str, Any]:
        """Edit fields at once, as changes that can be undone; with `If-Match` only if the product is still that version."""
        return cast(
            "dict[str, Any]",
            self._wire.json(
                call("PATCH", "/products/{}", product, headers={"if-match": if_match}, body={"fields": fields})
            ),
        )


class Orders:
    """/orders"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def page(self, *, where: str | None = None, after: str | None = None, limit: int | None = None) -> Page:
        """Orders by id, with their lines."""
        return cast(
            "Page", self._wire.json(call("GET", "/orders", query={"where": where, "after": after, "limit": limit}))
        )

    def all(self, *, where: str | None = None, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: orders by id, with their lines."""
        cursor: str | None = None
        while True:
            found = self.page(after=cursor, where=where, limit=limit)
            yield from found["items"]
            if found["next"] is None:
                return
            cursor = found["next"]

    def get(self, order: str) -> dict[str, Any]:
        """One order with its lines, refunds and cancellation."""
        return cast("dict[str, Any]", self._wire.json(call("GET", "/orders/{}", order)))


class Customers:
    """/customers"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def page(self, *, where: str | None = None, after: str | None = None, limit: int | None = None) -> Page:
        """Customers by id."""
        return cast(
            "Page", self._wire.json(call("GET", "/customers", query={"where": where, "after": after, "limit": limit}))
        )

    def all(self, *, where: str | None = None, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: customers by id."""
        cursor: str | None = None
        while True:
            found = self.page(after=cursor, where=where, limit=limit)
            yield from found["items"]
            if found["next"] is None:
                return
            cursor = found["next"]

    def get(self, customer: str) -> dict[str, Any]:
        """One customer."""
        return cast("dict[str, Any]", self._wire.json(call("GET", "/customers/{}", customer)))


class Exports:
    """/exports"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def save(
        self,
        kind: str,
        to: str | Path,
        *,
        format: str | None = None,
        dialect: str | None = None,
        where: str | None = None,
        workbook: bool | None = None,
        one_file: bool | None = None,
        set: list[str] | None = None,
    ) -> Path:
        """Everything of a kind as a file, in a platform's format or Weft's own."""
        return self._wire.save(
            call(
                "GET",
                "/exports/{}",
                kind,
                query={
                    "format": format,
                    "dialect": dialect,
                    "where": where,
                    "workbook": workbook,
                    "one_file": one_file,
                    "set": set,
                },
            ),
            to,
        )


class Suppliers:
    """/suppliers"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def page(self, *, where: str | None = None, after: str | None = None, limit: int | None = None) -> Page:
        """Suppliers by id, with what they deliver."""
        return cast(
            "Page", self._wire.json(call("GET", "/suppliers", query={"where": where, "after": after, "limit": limit}))
        )

    def all(self, *, where: str | None = None, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: suppliers by id, with what they deliver."""
        cursor: str | None = None
        while True:
            found = self.page(after=cursor, where=where, limit=limit)
            yield from found["items"]
            if found["next"] is None:
                return
            cursor = found["next"]

    def get(self, supplier: str) -> dict[str, Any]:
        """One supplier with its terms."""
        return cast("dict[str, Any]", self._wire.json(call("GET", "/suppliers/{}", supplier)))

    def put(
        self,
        supplier: str,
        *,
        name: str | None = None,
        email: str | None = None,
        currency: str | None = None,
        lead_days: int | None = None,
        lead_spread_days: float | None = None,
        review_days: int | None = None,
        minimum_order: int | None = None,
        note: str | None = None,
        supplies: list[SupplyTerms] | None = None,
    ) -> dict[str, Any]:
        """Make a supplier, or change what is said of it; terms of items that are not named stay."""
        return cast(
            "dict[str, Any]",
            self._wire.json(
                call(
                    "PUT",
                    "/suppliers/{}",
                    supplier,
                    body={
                        "name": name,
                        "email": email,
                        "currency": currency,
                        "lead_days": lead_days,
                        "lead_spread_days": lead_spread_days,
                        "review_days": review_days,
                        "minimum_order": minimum_order,
                        "note": note,
                        "supplies": supplies,
                    },
                )
            ),
        )

    def remove(self, supplier: str, *, sku: str | None = None) -> dict[str, str | None]:
        """Remove a supplier, or its terms for one item; purchase orders stay."""
        return cast(
            "dict[str, str | None]", self._wire.json(call("DELETE", "/suppliers/{}", supplier, query={"sku": sku}))
        )


class Purchases:
    """/purchases"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def page(self, *, where: str | None = None, after: str | None = None, limit: int | None = None) -> Page:
        """Purchase orders by id, with their lines."""
        return cast(
            "Page", self._wire.json(call("GET", "/purchases", query={"where": where, "after": after, "limit": limit}))
        )

    def all(self, *, where: str | None = None, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: purchase orders by id, with their lines."""
        cursor: str | None = None
        while True:
            found = self.page(after=cursor, where=where, limit=limit)
            yield from found["items"]
            if found["next"] is None:
                return
            cursor = found["next"]

    def get(self, purchase: str) -> dict[str, Any]:
        """One purchase order with its lines and total."""
        return cast("dict[str, Any]", self._wire.json(call("GET", "/purchases/{}", purchase)))

    def edit(self, purchase: str, *, fields: dict[str, Any]) -> dict[str, Any]:
        """Edit a draft's lines at once, `{"fields": {"lines.SKU.quantity": 12}}`, as changes that can be undone."""
        return cast(
            "dict[str, Any]", self._wire.json(call("PATCH", "/purchases/{}", purchase, body={"fields": fields}))
        )

    def move(
        self, purchase: str, *, state: Literal["ordered", "received", "cancelled"], location: str | None = None
    ) -> dict[str, Any]:
        """Say that an order was sent, has come whole (which adds it to stock), or was cancelled."""
        return cast(
            "dict[str, Any]",
            self._wire.json(call("POST", "/purchases/{}/state", purchase, body={"state": state, "location": location})),
        )


class Behaviors:
    """/behaviors"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def put(self, *, behaviors: list[Any]) -> BehaviorsTaken:
        """Send what people did; what is sent again counts once, and one that cannot be taken keeps back no other."""
        return cast("BehaviorsTaken", self._wire.json(call("POST", "/behaviors", body={"behaviors": behaviors})))

    def all(
        self, *, person: str | None = None, action: str | None = None, limit: int | None = None
    ) -> list[dict[str, Any]]:
        """What was done last, newest first; also what bots did, which says so."""
        return cast(
            "list[dict[str, Any]]",
            self._wire.json(call("GET", "/behaviors", query={"person": person, "action": action, "limit": limit})),
        )

    def forget(self, *, person: str | None = None, before: str | None = None) -> Forgotten:
        """Forget all that one person did, or all before a moment."""
        return cast(
            "Forgotten", self._wire.json(call("DELETE", "/behaviors", query={"person": person, "before": before}))
        )

    def count(self) -> dict[str, int]:
        """How many there are of each action, and of bots."""
        return cast("dict[str, int]", self._wire.json(call("GET", "/behaviors/counts")))

    def searches(self, *, days: int | None = None, limit: int | None = None) -> SearchReport:
        """What came of searches, by query, the most frequent first."""
        return cast(
            "SearchReport", self._wire.json(call("GET", "/behaviors/searches", query={"days": days, "limit": limit}))
        )

    def strips(self, *, days: int | None = None, limit: int | None = None) -> StripReport:
        """What came of strips of recommendations, by place, the most frequent first."""
        return cast(
            "StripReport", self._wire.json(call("GET", "/behaviors/strips", query={"days": days, "limit": limit}))
        )

    def unmet(self, *, days: int | None = None, limit: int | None = None, people: int | None = None) -> UnmetReport:
        """What people looked for and did not get, those of most people first; the skill `unmet` answers the same and proposes it."""
        return cast(
            "UnmetReport",
            self._wire.json(call("GET", "/behaviors/unmet", query={"days": days, "limit": limit, "people": people})),
        )

    def mend(self, *, days: int | None = None, limit: int | None = None, people: int | None = None) -> UnmetMended:
        """Propose what would mend it: attributes as changes, synonyms as rules that are off until somebody switches them on."""
        return cast(
            "UnmetMended",
            self._wire.json(call("POST", "/behaviors/unmet", body={"days": days, "limit": limit, "people": people})),
        )


class Changes:
    """/changes"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def propose(self, *, edits: list[Edit], skill: str | None = None) -> Done:
        """Propose edits."""
        return cast("Done", self._wire.json(call("POST", "/changes", body={"edits": edits, "skill": skill})))

    def page(
        self,
        *,
        where: str | None = None,
        state: Literal["proposed", "approved", "applied", "rejected", "stale", "undone"] | None = None,
        run: str | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> Page:
        """Changes in the order in which they were made."""
        return cast(
            "Page",
            self._wire.json(
                call(
                    "GET",
                    "/changes",
                    query={"where": where, "state": state, "run": run, "after": after, "limit": limit},
                )
            ),
        )

    def all(
        self,
        *,
        where: str | None = None,
        state: Literal["proposed", "approved", "applied", "rejected", "stale", "undone"] | None = None,
        run: str | None = None,
        limit: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: changes in the order in which they were made."""
        cursor: str | None = None
        while True:
            found = self.page(after=cursor, where=where, state=state, run=run, limit=limit)
            yield from found["items"]
            if found["next"] is None:
                return
            cursor = found["next"]

    def export(
        self,
        to: str | Path,
        *,
        where: str | None = None,
        run: str | None = None,
        format: Literal["shopify", "jsonl"] | None = None,
        dialect: Literal["new", "old"] | None = None,
        workbook: bool | None = None,
        one_file: bool | None = None,
    ) -> Path:
        """Approved and applied changes as a platform's file that holds only what changed."""
        return self._wire.save(
            call(
                "GET",
                "/changes/export",
                query={
                    "where": where,
                    "run": run,
                    "format": format,
                    "dialect": dialect,
                    "workbook": workbook,
                    "one_file": one_file,
                },
            ),
            to,
        )

    def count(self) -> dict[str, int]:
        """How many changes there are in each state."""
        return cast("dict[str, int]", self._wire.json(call("GET", "/changes/counts")))

    def get(self, change: str) -> dict[str, Any]:
        """One change, with what the field holds now."""
        return cast("dict[str, Any]", self._wire.json(call("GET", "/changes/{}", change)))

    def approve(
        self,
        *,
        ids: list[str] | None = None,
        run: str | None = None,
        where: str | None = None,
        all: bool | None = None,
        reason: str | None = None,
    ) -> Done:
        """Approve proposed changes."""
        return cast(
            "Done",
            self._wire.json(
                call(
                    "POST",
                    "/changes/approve",
                    body={"ids": ids, "run": run, "where": where, "all": all, "reason": reason},
                )
            ),
        )

    def reject(
        self,
        *,
        ids: list[str] | None = None,
        run: str | None = None,
        where: str | None = None,
        all: bool | None = None,
        reason: str | None = None,
    ) -> Done:
        """Reject changes that are proposed, approved or stale."""
        return cast(
            "Done",
            self._wire.json(
                call(
                    "POST",
                    "/changes/reject",
                    body={"ids": ids, "run": run, "where": where, "all": all, "reason": reason},
                )
            ),
        )

    def apply(
        self,
        *,
        ids: list[str] | None = None,
        run: str | None = None,
        where: str | None = None,
        all: bool | None = None,
        reason: str | None = None,
    ) -> Done:
        """Write approved changes, each only if its field still holds what it did."""
        return cast(
            "Done",
            self._wire.json(
                call(
                    "POST",
                    "/changes/apply",
                    body={"ids": ids, "run": run, "where": where, "all": all, "reason": reason},
                )
            ),
        )

    def undo(
        self,
        *,
        ids: list[str] | None = None,
        run: str | None = None,
        where: str | None = None,
        all: bool | None = None,
        reason: str | None = None,
    ) -> Done:
        """Put back what applied changes replaced."""
        return cast(
            "Done",
            self._wire.json(
                call(
                    "POST", "/changes/undo", body={"ids": ids, "run": run, "where": where, "all": all, "reason": reason}
                )
            ),
        )

    def correct(self, change: str, *, value: Any) -> dict[str, Any]:
        """Put your own value in place of the suggested one and approve it."""
        return cast(
            "dict[str, Any]",
            self._wire.json(call("POST", "/changes/{}/correct", change, body={"value": value}, null=["value"])),
        )


class Journal:
    """/journal"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def page(self, *, before: int | None = None, limit: int | None = None) -> Page:
        """What was done, newest first; `next` goes into `before`."""
        return cast("Page", self._wire.json(call("GET", "/journal", query={"before": before, "limit": limit})))

    def all(self, *, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: what was done, newest first; `next` goes into `before`."""
        cursor: int | None = None
        while True:
            found = self.page(before=cursor, limit=limit)
            yield from found["items"]
            if found["next"] is None:
                return
            cursor = int(found["next"])

    def verify(self) -> Proof:
        """Prove the whole chain; 409 names the first batch that does not hold."""
        return cast("Proof", self._wire.json(call("GET", "/journal/verify")))

    def get(self, seq: int, *, after: int | None = None, limit: int | None = None) -> Page:
        """The entries of one batch."""
        return cast("Page", self._wire.json(call("GET", "/journal/{}", seq, query={"after": after, "limit": limit})))


class Keys:
    """/keys"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def all(self) -> list[KeyLine]:
        """The keys of the business."""
        return cast("list[KeyLine]", self._wire.json(call("GET", "/keys")))

    def make(
        self,
        *,
        scope: Literal["browser", "read", "propose", "approve", "admin"] | None = None,
        origins: list[str] | None = None,
        days: int | None = None,
        note: str | None = None,
        limits: KeyLimits | None = None,
    ) -> MadeKey:
        """Make a key; it is shown this once."""
        return cast(
            "MadeKey",
            self._wire.json(
                call(
                    "POST",
                    "/keys",
                    body={"scope": scope, "origins": origins, "days": days, "note": note, "limits": limits},
                )
            ),
        )

    def revoke(self, key: str) -> KeyLine:
        """End a key now."""
        return cast("KeyLine", self._wire.json(call("DELETE", "/keys/{}", key)))

    def limit(
        self,
        key: str,
        *,
        models: list[str] | None = None,
        requests: int | None = None,
        tokens: int | None = None,
        concurrency: int | None = None,
    ) -> KeyLine:
        """Say what a key may ask of models, in place of what was said."""
        return cast(
            "KeyLine",
            self._wire.json(
                call(
                    "PUT",
                    "/keys/{}/limits",
                    key,
                    body={"models": models, "requests": requests, "tokens": tokens, "concurrency": concurrency},
                )
            ),
        )


class Imports:
    """/imports"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def start(
        self,
        file: File,
        *,
        kind: Literal[
            "products",
            "orders",
            "customers",
            "stock",
            "suppliers",
            "purchases",
            "conversations",
            "documents",
            "behaviors",
            "translations",
            "memory",
            "glossary",
        ],
        format: str | None = None,
        map: list[str] | None = None,
        currency: str | None = None,
        name: str | None = None,
        dry_run: bool | None = None,
        wait: bool | None = None,
    ) -> Imported:
        """Send a file: raw (`curl --data-binary @FILE`) or as a form (`curl -F file=@FILE`). Answers at once with its id."""
        return cast(
            "Imported",
            self._wire.json(
                call(
                    "POST",
                    "/imports",
                    query={
                        "kind": kind,
                        "format": format,
                        "map": map,
                        "currency": currency,
                        "name": named(file, name),
                        "dry_run": dry_run,
                        "wait": wait,
                    },
                    file=file,
                )
            ),
        )

    def all(self, *, limit: int | None = None) -> list[Imported]:
        """Imports, newest first."""
        return cast("list[Imported]", self._wire.json(call("GET", "/imports", query={"limit": limit})))

    def get(self, import_id: str) -> Imported:
        """One import and how far it is."""
        return cast("Imported", self._wire.json(call("GET", "/imports/{}", import_id)))

    def rejects(self, import_id: str, to: str | Path) -> Path:
        """The rows that could not be taken, with line, column, value and reason."""
        return self._wire.save(call("GET", "/imports/{}/rejects", import_id), to)

    def events(self, import_id: str) -> Iterator[Event]:
        """The import's progress as server-sent events: `progress` with rows, rate and seconds left, then `finished` or `failed`."""
        return self._wire.events(call("GET", "/imports/{}/events", import_id))


class Taxonomies:
    """/taxonomies"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def load(self, file: File, *, name: str | None = None) -> Loaded:
        """Send a taxonomy, or attributes with their values, in place of what is loaded; the next run of organize uses it."""
        return cast(
            "Loaded", self._wire.json(call("POST", "/taxonomies", query={"name": named(file, name)}, file=file))
        )

    def all(self) -> list[Loaded]:
        """What is loaded: a taxonomy, attribute lists, both or neither."""
        return cast("list[Loaded]", self._wire.json(call("GET", "/taxonomies")))

    def align(self, file: File, *, name: str | None = None, language: str | None = None) -> Names:
        """Send a taxonomy's names in one language; names of one id in two languages are translations of each other."""
        return cast(
            "Names",
            self._wire.json(
                call("POST", "/taxonomies/terms", query={"name": named(file, name), "language": language}, file=file)
            ),
        )

    def aligned(self) -> list[Names]:
        """The languages whose names are loaded."""
        return cast("list[Names]", self._wire.json(call("GET", "/taxonomies/terms")))

    def unalign(self, *, language: str | None = None) -> list[Names]:
        """Forget the names of one language, or of all, and answer what is still there."""
        return cast("list[Names]", self._wire.json(call("DELETE", "/taxonomies/terms", query={"language": language})))

    def get(self, taxonomy: Literal["taxonomy", "attribute-lists"]) -> Loaded:
        """The taxonomy, or the attribute lists: size and origin."""
        return cast("Loaded", self._wire.json(call("GET", "/taxonomies/{}", taxonomy)))

    def forget(self, taxonomy: Literal["taxonomy", "attribute-lists"]) -> Loaded:
        """Forget it, and answer what it was; products are placed on the business's own tree again."""
        return cast("Loaded", self._wire.json(call("DELETE", "/taxonomies/{}", taxonomy)))


class Runs(_Runs):
    """/runs"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def begin(
        self,
        *,
        skill: str,
        where: str | None = None,
        ids: list[str] | None = None,
        all: bool | None = None,
        request: dict[str, Any] | None = None,
        engine: Literal["auto", "local", "model"] | None = None,
        again: bool | None = None,
    ) -> Run:
        """Begin a run, which workers take up."""
        return cast(
            "Run",
            self._wire.json(
                call(
                    "POST",
                    "/runs",
                    body={
                        "skill": skill,
                        "where": where,
                        "ids": ids,
                        "all": all,
                        "request": request,
                        "engine": engine,
                        "again": again,
                    },
                )
            ),
        )

    def page(self, *, limit: int | None = None, before: str | None = None) -> Page:
        """Runs, newest first; `next` goes into `before`."""
        return cast("Page", self._wire.json(call("GET", "/runs", query={"limit": limit, "before": before})))

    def all(self, *, limit: int | None = None) -> Iterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: runs, newest first; `next` goes into `before`."""
        cursor: str | None = None
        while True:
            found = self.page(before=cursor, limit=limit)
            yield from found["items"]
            if found["next"] is None:
                return
            cursor = found["next"]

    def get(self, run: str) -> Run:
        """One run with its counts."""
        return cast("Run", self._wire.json(call("GET", "/runs/{}", run)))

    def failures(self, run: str, *, limit: int | None = None, after: str | None = None) -> Page:
        """The records that failed, each with its reason."""
        return cast(
            "Page", self._wire.json(call("GET", "/runs/{}/failures", run, query={"limit": limit, "after": after}))
        )

    def pause(self, run: str) -> Run:
        """Let no further part begin; what is being worked on is finished and kept."""
        return cast("Run", self._wire.json(call("POST", "/runs/{}/pause", run)))

    def resume(self, run: str) -> Run:
        """Go on with a run that is paused, failed or was interrupted."""
        return cast("Run", self._wire.json(call("POST", "/runs/{}/resume", run)))

    def cancel(self, run: str) -> Run:
        """End a run for good; what it has proposed stays."""
        return cast("Run", self._wire.json(call("POST", "/runs/{}/cancel", run)))

    def events(self, run: str) -> Iterator[Event]:
        """A run's progress while it goes on, as server-sent events; one that is over, or paused, is told once."""
        return self._wire.events(call("GET", "/runs/{}/events", run))


class Models:
    """/models"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def all(self) -> list[RouteLine]:
        """What the key may ask: routes, and every model by itself."""
        return cast("list[RouteLine]", self._wire.json(call("GET", "/models")))


class Providers:
    """/providers"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def all(self) -> list[ProviderLine]:
        """The business's providers, and the platform's that it may use."""
        return cast("list[ProviderLine]", self._wire.json(call("GET", "/providers")))

    def get(self, provider: str) -> ProviderLine:
        """One provider with its models."""
        return cast("ProviderLine", self._wire.json(call("GET", "/providers/{}", provider)))

    def put(
        self,
        provider: str,
        *,
        base_url: str | None = None,
        preset: str | None = None,
        key: str | None = None,
        region: str | None = None,
        headers: dict[str, str] | None = None,
        paths: dict[str, str] | None = None,
        concurrency: int | None = None,
        models: dict[str, ModelAbout] | None = None,
    ) -> ProviderLine:
        """Add a provider of the business's own, in place of one of that name; at public addresses alone."""
        return cast(
            "ProviderLine",
            self._wire.json(
                call(
                    "PUT",
                    "/providers/{}",
                    provider,
                    body={
                        "base_url": base_url,
                        "preset": preset,
                        "key": key,
                        "region": region,
                        "headers": headers,
                        "paths": paths,
                        "concurrency": concurrency,
                        "models": models,
                    },
                )
            ),
        )

    def remove(self, provider: str) -> Removed:
        """Remove a provider of the business's own that no route names."""
        return cast("Removed", self._wire.json(call("DELETE", "/providers/{}", provider)))


class Routes:
    """/routes"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def all(self) -> list[RouteLine]:
        """The business's routes, and the platform's, without those that are implied."""
        return cast("list[RouteLine]", self._wire.json(call("GET", "/routes")))

    def get(self, route: str) -> RouteLine:
        """One route with its models."""
        return cast("RouteLine", self._wire.json(call("GET", "/routes/{}", route)))

    def put(
        self,
        route: str,
        *,
        targets: list[RouteTarget],
        mode: Literal["ordered", "weighted", "balanced"] | None = None,
        retries: int | None = None,
        first_seconds: float | None = None,
        idle_seconds: float | None = None,
        seconds: float | None = None,
        cache_seconds: float | None = None,
        regions: list[str] | None = None,
        most_input: float | None = None,
        most_output: float | None = None,
    ) -> RouteLine:
        """Add a route of the business's own, in place of one of that name; it may name the platform's providers."""
        return cast(
            "RouteLine",
            self._wire.json(
                call(
                    "PUT",
                    "/routes/{}",
                    route,
                    body={
                        "targets": targets,
                        "mode": mode,
                        "retries": retries,
                        "first_seconds": first_seconds,
                        "idle_seconds": idle_seconds,
                        "seconds": seconds,
                        "cache_seconds": cache_seconds,
                        "regions": regions,
                        "most_input": most_input,
                        "most_output": most_output,
                    },
                )
            ),
        )

    def remove(self, route: str) -> Removed:
        """Remove a route of the business's own."""
        return cast("Removed", self._wire.json(call("DELETE", "/routes/{}", route)))


class Usage:
    """/usage"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def get(
        self, *, by: Literal["day", "key", "route", "model", "skill", "outcome"] | None = None, days: int | None = None
    ) -> UsageReport:
        """What was asked of models: requests, tokens, cost, kept answers, errors, times."""
        return cast("UsageReport", self._wire.json(call("GET", "/usage", query={"by": by, "days": days})))


class Budgets:
    """/budgets"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def all(self) -> list[BudgetLine]:
        """The budgets of the business and its keys, with what is left of them."""
        return cast("list[BudgetLine]", self._wire.json(call("GET", "/budgets")))

    def put(self, period: Literal["day", "month", "total"], *, amount: float, key: str | None = None) -> BudgetLine:
        """Set how much may be spent in a day, a month (UTC) or in total, in place of what was set for that."""
        return cast(
            "BudgetLine",
            self._wire.json(call("PUT", "/budgets/{}", period, query={"key": key}, body={"amount": amount})),
        )

    def remove(self, period: Literal["day", "month", "total"], *, key: str | None = None) -> BudgetRemoved:
        """Remove a budget; what was spent stays in the ledger."""
        return cast("BudgetRemoved", self._wire.json(call("DELETE", "/budgets/{}", period, query={"key": key})))


class Charts:
    """/charts"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def draw(
        self,
        to: str | Path,
        *,
        kind: Literal["line", "bar", "waterfall"],
        title: str,
        x: list[str],
        series: list[Line],
        form: Literal["png", "echarts", "text"] | None = None,
        width: int | None = None,
        height: int | None = None,
        unit: Literal["money", "count", "share", "days"] | None = None,
        currency: str | None = None,
    ) -> Path:
        """Draw one of the charts of an answer."""
        return self._wire.save(
            call(
                "POST",
                "/charts",
                query={"form": form, "width": width, "height": height},
                body={"kind": kind, "title": title, "x": x, "series": series, "unit": unit, "currency": currency},
            ),
            to,
        )


class Settings:
    """/settings"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def get(self) -> BusinessSettings:
        """All sections: voice, languages, markets, claims, search, behaviors, index."""
        return cast("BusinessSettings", self._wire.json(call("GET", "/settings")))

    def voice(
        self,
        *,
        tone: Literal["plain", "warm", "expert", "playful"] | None = None,
        person: Literal["neutral", "you", "we"] | None = None,
        formality: Literal["informal", "formal"] | None = None,
        spelling: str | None = None,
        use: list[str] | None = None,
        avoid: list[str] | None = None,
        examples: list[str] | None = None,
        brand: str | None = None,
    ) -> BusinessSettings:
        """Set how texts sound, as a whole: what is left out has its default."""
        return cast(
            "BusinessSettings",
            self._wire.json(
                call(
                    "PUT",
                    "/settings/voice",
                    body={
                        "tone": tone,
                        "person": person,
                        "formality": formality,
                        "spelling": spelling,
                        "use": use,
                        "avoid": avoid,
                        "examples": examples,
                        "brand": brand,
                    },
                )
            ),
        )

    def languages(self, *, main: str | None = None, others: list[str] | None = None) -> BusinessSettings:
        """Set the main language and the others, as a whole."""
        return cast(
            "BusinessSettings",
            self._wire.json(call("PUT", "/settings/languages", body={"main": main, "others": others})),
        )

    def markets(self, *, markets: list[Market] | None = None) -> BusinessSettings:
        """Set all markets, in place of those that there are."""
        return cast("BusinessSettings", self._wire.json(call("PUT", "/settings/markets", body={"markets": markets})))

    def claims(
        self,
        *,
        forbidden: list[str] | None = None,
        allowed: list[str] | None = None,
        certifications: list[str] | None = None,
    ) -> BusinessSettings:
        """Set what texts may and may not claim, as a whole."""
        return cast(
            "BusinessSettings",
            self._wire.json(
                call(
                    "PUT",
                    "/settings/claims",
                    body={"forbidden": forbidden, "allowed": allowed, "certifications": certifications},
                )
            ),
        )

    def search(
        self,
        *,
        stock: float | None = None,
        margin: float | None = None,
        velocity: float | None = None,
        newness: float | None = None,
        returns: float | None = None,
    ) -> BusinessSettings:
        """Set the dials of search and recommendations, as a whole: one that is left out is off."""
        return cast(
            "BusinessSettings",
            self._wire.json(
                call(
                    "PUT",
                    "/settings/search",
                    body={
                        "stock": stock,
                        "margin": margin,
                        "velocity": velocity,
                        "newness": newness,
                        "returns": returns,
                    },
                )
            ),
        )

    def behaviors(self, *, days: int | None = None) -> BusinessSettings:
        """Set after how many days behaviors are deleted; it is looked after once a day."""
        return cast("BusinessSettings", self._wire.json(call("PUT", "/settings/behaviors", body={"days": days})))

    def index(self, *, columns: list[str] | None = None) -> BusinessSettings:
        """Set which columns of imported files are searched, as a whole; the index is built anew."""
        return cast("BusinessSettings", self._wire.json(call("PUT", "/settings/index", body={"columns": columns})))

    def reset(
        self, section: Literal["voice", "languages", "markets", "claims", "search", "behaviors", "index"]
    ) -> BusinessSettings:
        """Put a section back to its defaults, and answer all."""
        return cast("BusinessSettings", self._wire.json(call("DELETE", "/settings/{}", section)))


class Glossary:
    """/glossary"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def all(
        self, *, source: str | None = None, target: str | None = None, text: str | None = None, limit: int | None = None
    ) -> list[Term]:
        """Terms by source."""
        return cast(
            "list[Term]",
            self._wire.json(
                call("GET", "/glossary", query={"source": source, "target": target, "text": text, "limit": limit})
            ),
        )

    def put(self, *, terms: list[Term], replace: bool | None = None) -> Put:
        """Add terms, or change those of the same source and languages; 409 with each contradiction, and then none is kept."""
        return cast("Put", self._wire.json(call("POST", "/glossary", body={"terms": terms, "replace": replace})))

    def forget(self, *, id: list[str] | None = None, all: bool | None = None) -> Forgotten:
        """Forget terms."""
        return cast("Forgotten", self._wire.json(call("DELETE", "/glossary", query={"id": id, "all": all})))

    def count(self) -> list[TermCount]:
        """How many terms there are, by languages."""
        return cast("list[TermCount]", self._wire.json(call("GET", "/glossary/counts")))

    def load(
        self,
        file: File,
        *,
        format: str | None = None,
        name: str | None = None,
        source: str | None = None,
        target: str | None = None,
        map: list[str] | None = None,
        replace: bool | None = None,
        dry_run: bool | None = None,
    ) -> Imported:
        """Send a glossary: TBX, a table, or JSON Lines; rows that contradict each other or what is kept are in its rejects."""
        return cast(
            "Imported",
            self._wire.json(
                call(
                    "POST",
                    "/glossary/file",
                    query={
                        "format": format,
                        "name": named(file, name),
                        "source": source,
                        "target": target,
                        "map": map,
                        "replace": replace,
                        "dry_run": dry_run,
                    },
                    file=file,
                )
            ),
        )

    def export(self, to: str | Path, *, format: Literal["csv", "tbx", "jsonl"] | None = None) -> Path:
        """All terms as a file."""
        return self._wire.save(call("GET", "/glossary/file", query={"format": format}), to)


class Memory:
    """/memory"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def all(
        self, *, source: str | None = None, target: str | None = None, text: str | None = None, limit: int | None = None
    ) -> list[SegmentLine]:
        """Segments, newest first."""
        return cast(
            "list[SegmentLine]",
            self._wire.json(
                call("GET", "/memory", query={"source": source, "target": target, "text": text, "limit": limit})
            ),
        )

    def put(self, *, segments: list[SegmentLine]) -> Put:
        """Remember segments, all or none."""
        return cast("Put", self._wire.json(call("POST", "/memory", body={"segments": segments})))

    def forget(
        self,
        *,
        source: str | None = None,
        target: str | None = None,
        origin: str | None = None,
        product: str | None = None,
        all: bool | None = None,
    ) -> Forgotten:
        """Forget segments."""
        return cast(
            "Forgotten",
            self._wire.json(
                call(
                    "DELETE",
                    "/memory",
                    query={"source": source, "target": target, "origin": origin, "product": product, "all": all},
                )
            ),
        )

    def find(
        self, *, texts: list[str], source: str, target: str, at_least: float | None = None, limit: int | None = None
    ) -> list[MatchLine]:
        """What is remembered of these texts and of ones like them, the closest first."""
        return cast(
            "list[MatchLine]",
            self._wire.json(
                call(
                    "POST",
                    "/memory/matches",
                    body={"texts": texts, "source": source, "target": target, "at_least": at_least, "limit": limit},
                )
            ),
        )

    def count(self) -> list[SegmentCount]:
        """How many segments there are, by languages."""
        return cast("list[SegmentCount]", self._wire.json(call("GET", "/memory/counts")))

    def load(
        self,
        file: File,
        *,
        format: str | None = None,
        name: str | None = None,
        source: str | None = None,
        target: str | None = None,
        map: list[str] | None = None,
        dry_run: bool | None = None,
    ) -> Imported:
        """Send a translation memory: TMX, a table, or JSON Lines."""
        return cast(
            "Imported",
            self._wire.json(
                call(
                    "POST",
                    "/memory/file",
                    query={
                        "format": format,
                        "name": named(file, name),
                        "source": source,
                        "target": target,
                        "map": map,
                        "dry_run": dry_run,
                    },
                    file=file,
                )
            ),
        )

    def export(self, to: str | Path, *, format: Literal["tmx", "csv", "jsonl"] | None = None) -> Path:
        """All segments as a file."""
        return self._wire.save(call("GET", "/memory/file", query={"format": format}), to)


class Rules:
    """/rules"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def load(
        self,
        file: File,
        *,
        format: Literal["csv", "solr", "elasticsearch", "algolia", "jsonl"] | None = None,
        name: str | None = None,
        dry_run: bool | None = None,
    ) -> TakenRules:
        """Send synonyms as CSV, or as Solr, Elasticsearch or Algolia have them; or rules of all kinds as JSON Lines."""
        return cast(
            "TakenRules",
            self._wire.json(
                call(
                    "POST",
                    "/rules/file",
                    query={"format": format, "name": named(file, name), "dry_run": dry_run},
                    file=file,
                )
            ),
        )

    def export(self, to: str | Path, *, format: Literal["csv", "solr", "jsonl"] | None = None) -> Path:
        """The synonyms as CSV or as Solr has them, or all rules as JSON Lines."""
        return self._wire.save(call("GET", "/rules/file", query={"format": format}), to)

    def all(
        self,
        *,
        kind: Literal["pin", "boost", "bury", "hide", "redirect", "synonyms"] | None = None,
        text: str | None = None,
        limit: int | None = None,
    ) -> list[Rule]:
        """The rules in the order in which they were made."""
        return cast(
            "list[Rule]", self._wire.json(call("GET", "/rules", query={"kind": kind, "text": text, "limit": limit}))
        )

    def make(self, *, rules: list[Rule]) -> list[KeptRule]:
        """Make rules, all or none, and answer them with their ids; 409 where two pins would stand on one place."""
        return cast("list[KeptRule]", self._wire.json(call("POST", "/rules", body={"rules": rules})))

    def get(self, rule: str) -> Rule:
        """One rule."""
        return cast("Rule", self._wire.json(call("GET", "/rules/{}", rule)))

    def change(
        self,
        rule: str,
        *,
        kind: Literal["pin", "boost", "bury", "hide", "redirect", "synonyms"],
        id: str | None = None,
        name: str | None = None,
        on: bool | None = None,
        match: Literal["any", "exact", "contains"] | None = None,
        query: list[str] | None = None,
        category: str | None = None,
        starts: str | None = None,
        ends: str | None = None,
        zone: str | None = None,
        pins: list[Pin] | None = None,
        sold_out: bool | None = None,
        products: list[str] | None = None,
        filters: dict[str, str | float | bool | list[str | float] | Bounds] | None = None,
        times: float | None = None,
        url: str | None = None,
        words: list[str] | None = None,
        typed: list[str] | None = None,
    ) -> KeptRule:
        """Put a rule in place of the one that it was, as a whole."""
        return cast(
            "KeptRule",
            self._wire.json(
                call(
                    "PUT",
                    "/rules/{}",
                    rule,
                    body={
                        "id": id,
                        "kind": kind,
                        "name": name,
                        "on": on,
                        "match": match,
                        "query": query,
                        "category": category,
                        "starts": starts,
                        "ends": ends,
                        "zone": zone,
                        "pins": pins,
                        "sold_out": sold_out,
                        "products": products,
                        "filters": filters,
                        "times": times,
                        "url": url,
                        "words": words,
                        "typed": typed,
                    },
                )
            ),
        )

    def switch(self, rule: str, *, on: bool) -> Rule:
        """Turn a rule on or off."""
        return cast("Rule", self._wire.json(call("PATCH", "/rules/{}", rule, body={"on": on})))

    def remove(self, rule: str) -> RulesRemoved:
        """Take a rule away; it can be undone."""
        return cast("RulesRemoved", self._wire.json(call("DELETE", "/rules/{}", rule)))

    def undo(self, rule: str) -> Undone:
        """Put back what the last edit of a rule replaced; undone once more, it is as it was."""
        return cast("Undone", self._wire.json(call("POST", "/rules/{}/undo", rule)))


class Search:
    """/search"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def preview(
        self,
        *,
        queries: list[str] | None = None,
        rules: list[Rule] | None = None,
        without: list[str] | None = None,
        dials: Dials | None = None,
        filters: dict[str, str | float | bool | list[str | float] | Bounds] | None = None,
        days: int | None = None,
        depth: int | None = None,
    ) -> Previews:
        """What rules and dials would move in some searches, before anything is saved."""
        return cast(
            "Previews",
            self._wire.json(
                call(
                    "POST",
                    "/search/preview",
                    body={
                        "queries": queries,
                        "rules": rules,
                        "without": without,
                        "dials": dials,
                        "filters": filters,
                        "days": days,
                        "depth": depth,
                    },
                )
            ),
        )


class Numbers:
    """/numbers"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def get(self) -> NumbersKnown:
        """What can be asked of what happened, and what each figure means."""
        return cast("NumbersKnown", self._wire.json(call("GET", "/numbers")))

    def values(
        self,
        dimension: Literal[
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
        ],
        *,
        like: str | None = None,
        limit: int | None = None,
    ) -> list[DimensionValue]:
        """The values that a dimension has."""
        return cast(
            "list[DimensionValue]",
            self._wire.json(call("GET", "/numbers/values/{}", dimension, query={"like": like, "limit": limit})),
        )

    def answer(
        self,
        *,
        metrics: list[
            Literal[
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
        ],
        period: Period,
        by: list[
            Literal[
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
        ]
        | None = None,
        where: list[Condition] | None = None,
        compare: Literal["previous", "year"] | Period | None = None,
        top: int | None = None,
        order: Literal[
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
        | None = None,
        ascending: bool | None = None,
        currency: str | None = None,
    ) -> Table:
        """The figures that a question asks for, with the statement that computes them from the lines. Money is in minor units."""
        return cast(
            "Table",
            self._wire.json(
                call(
                    "POST",
                    "/numbers/answer",
                    body={
                        "metrics": metrics,
                        "by": by,
                        "where": where,
                        "period": period,
                        "compare": compare,
                        "top": top,
                        "order": order,
                        "ascending": ascending,
                        "currency": currency,
                    },
                )
            ),
        )

    def rows(
        self,
        *,
        query: Query,
        key: dict[str, str | None] | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Sources:
        """The order lines and refunds behind a figure; what they show sums to it."""
        return cast(
            "Sources",
            self._wire.json(
                call("POST", "/numbers/rows", body={"query": query, "key": key, "limit": limit, "offset": offset})
            ),
        )

    def calendar(self, *, zone: str | None = None, week_start: int | None = None) -> Calendar:
        """Set the zone whose days figures are told by, or the day on which the week begins."""
        return cast(
            "Calendar", self._wire.json(call("PUT", "/numbers/calendar", body={"zone": zone, "week_start": week_start}))
        )

    def rates(self, *, currency: str | None = None, limit: int | None = None) -> list[RateOutput]:
        """The stored rates, the latest first."""
        return cast(
            "list[RateOutput]",
            self._wire.json(call("GET", "/numbers/rates", query={"currency": currency, "limit": limit})),
        )

    def put(self, *, rates: list[RateInput]) -> RatesPut:
        """Store rates: what one unit of a currency was worth in another from a day on."""
        return cast("RatesPut", self._wire.json(call("PUT", "/numbers/rates", body={"rates": rates})))

    def remove(self, *, currency: str, base: str, day: str) -> RatesRemoved:
        """Take the rate of a day away."""
        return cast(
            "RatesRemoved",
            self._wire.json(call("DELETE", "/numbers/rates", query={"currency": currency, "base": base, "day": day})),
        )


class Forecasts:
    """/forecasts"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def all(self, *, days: int | None = None, limit: int | None = None) -> ForecastList:
        """The kept forecasts of products in short; the skill `forecast` tells each whole."""
        return cast("ForecastList", self._wire.json(call("GET", "/forecasts", query={"days": days, "limit": limit})))

    def build(self) -> BuildBegun:
        """Begin to make all forecasts whose sales have changed, in a process of its own; `GET /forecasts` tells when it is done."""
        return cast("BuildBegun", self._wire.json(call("POST", "/forecasts/build")))


class Business:
    """/business"""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def get(self) -> dict[str, Any]:
        """The business that the key speaks for, and what there is of it."""
        return cast("dict[str, Any]", self._wire.json(call("GET", "/business")))


class Calls:
    """All requests, by what they are about."""

    def __init__(self, wire: Wire) -> None:
        self.skills = Skills(wire)
        self.products = Products(wire)
        self.orders = Orders(wire)
        self.customers = Customers(wire)
        self.exports = Exports(wire)
        self.suppliers = Suppliers(wire)
        self.purchases = Purchases(wire)
        self.behaviors = Behaviors(wire)
        self.changes = Changes(wire)
        self.journal = Journal(wire)
        self.keys = Keys(wire)
        self.imports = Imports(wire)
        self.taxonomies = Taxonomies(wire)
        self.runs = Runs(wire)
        self.models = Models(wire)
        self.providers = Providers(wire)
        self.routes = Routes(wire)
        self.usage = Usage(wire)
        self.budgets = Budgets(wire)
        self.charts = Charts(wire)
        self.settings = Settings(wire)
        self.glossary = Glossary(wire)
        self.memory = Memory(wire)
        self.rules = Rules(wire)
        self.search = Search(wire)
        self.numbers = Numbers(wire)
        self.forecasts = Forecasts(wire)
        self.business = Business(wire)


class AsyncSkills(_AsyncSkills):
    """/skills"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def all(self) -> list[SkillLine]:
        """The skills, their marks and the schemas of what they ask and answer."""
        return cast("list[SkillLine]", await self._wire.json(call("GET", "/skills")))

    async def analyze(
        self,
        *,
        engine: Literal["auto", "local", "model"] | None = None,
        propose: bool | None = None,
        report: Literal["day", "week", "month"] | None = None,
        until: str | None = None,
        ask: str | None = None,
        query: dict[str, Any] | None = None,
        before: dict[str, Any] | None = None,
        today: str | None = None,
        language: Literal["en", "de", "zh"] | None = None,
    ) -> Analysis:
        """Reports what happened in a day, a week or a month, why, and what to do; and answers questions about the figures."""
        return cast(
            "Analysis",
            await self._wire.json(
                call(
                    "POST",
                    "/skills/analyze",
                    query={"engine": engine, "propose": propose},
                    body={
                        "report": report,
                        "until": until,
                        "ask": ask,
                        "query": query,
                        "before": before,
                        "today": today,
                        "language": language,
                    },
                )
            ),
        )

    async def check(
        self,
        *,
        text: str,
        engine: Literal["auto", "local", "model"] | None = None,
        product: str | dict[str, Any] | None = None,
        facts: dict[str, Any] | None = None,
        language: str | None = None,
        market: str | None = None,
    ) -> Checked:
        """Finds what a text claims and says which of it the facts support."""
        return cast(
            "Checked",
            await self._wire.json(
                call(
                    "POST",
                    "/skills/check",
                    query={"engine": engine},
                    body={"text": text, "product": product, "facts": facts, "language": language, "market": market},
                )
            ),
        )

    async def forecast(
        self,
        *,
        engine: Literal["auto", "local", "model"] | None = None,
        product: str | dict[str, Any] | None = None,
        variant: str | None = None,
        category: str | None = None,
        where: str | None = None,
        location: str | None = None,
        days: int | None = None,
        by: Literal["day", "week"] | None = None,
        each: Literal["product", "variant", "location", "category"] | None = None,
        levels: list[float] | None = None,
        limit: int | None = None,
    ) -> Expectation:
        """Tells what will be sold of a product, a category or everything: how much, how sure, and how wrong it was before."""
        return cast(
            "Expectation",
            await self._wire.json(
                call(
                    "POST",
                    "/skills/forecast",
                    query={"engine": engine},
                    body={
                        "product": product,
                        "variant": variant,
                        "category": category,
                        "where": where,
                        "location": location,
                        "days": days,
                        "by": by,
                        "each": each,
                        "levels": levels,
                        "limit": limit,
                    },
                )
            ),
        )

    async def organize(
        self,
        *,
        product: str | dict[str, Any],
        engine: Literal["auto", "local", "model"] | None = None,
        propose: bool | None = None,
        parts: list[Literal["category", "attributes", "quality"]] | None = None,
    ) -> Organized:
        """Puts products into categories, fills attributes in from their own text, and says what is missing."""
        return cast(
            "Organized",
            await self._wire.json(
                call(
                    "POST",
                    "/skills/organize",
                    query={"engine": engine, "propose": propose},
                    body={"product": product, "parts": parts},
                )
            ),
        )

    async def quality(
        self,
        *,
        engine: Literal["auto", "local", "model"] | None = None,
        limit: int | None = None,
        days: int | None = None,
        duplicates: bool | None = None,
    ) -> Told:
        """Tells what is wrong with the catalog, and what to mend first by the value at stake."""
        return cast(
            "Told",
            await self._wire.json(
                call(
                    "POST",
                    "/skills/quality",
                    query={"engine": engine},
                    body={"limit": limit, "days": days, "duplicates": duplicates},
                )
            ),
        )

    async def recommend(
        self,
        *,
        engine: Literal["auto", "local", "model"] | None = None,
        kind: Literal["similar", "bought-together", "also-viewed", "trending", "cart", "for-you"] | None = None,
        product: str | None = None,
        cart: list[str] | None = None,
        viewed: list[str] | None = None,
        visitor: str | None = None,
        customer: str | None = None,
        exclude: list[str] | None = None,
        filters: dict[str, str | float | bool | list[str | float] | Bounds] | None = None,
        limit: int | None = None,
        explain: bool | None = None,
    ) -> Recommendations:
        """Recommends products: similar, bought together, also viewed, trending, for a cart, for somebody."""
        return cast(
            "Recommendations",
            await self._wire.json(
                call(
                    "POST",
                    "/skills/recommend",
                    query={"engine": engine},
                    body={
                        "kind": kind,
                        "product": product,
                        "cart": cart,
                        "viewed": viewed,
                        "visitor": visitor,
                        "customer": customer,
                        "exclude": exclude,
                        "filters": filters,
                        "limit": limit,
                        "explain": explain,
                    },
                )
            ),
        )

    async def replenish(
        self,
        *,
        engine: Literal["auto", "local", "model"] | None = None,
        propose: bool | None = None,
        supplier: str | list[str] | None = None,
        product: str | list[str] | None = None,
        category: str | None = None,
        budget: float | None = None,
        currency: str | None = None,
        service: float | None = None,
        holding: float | None = None,
        review_days: int | None = None,
        lead_days: int | None = None,
        lead_spread_days: float | None = None,
        where: str | None = None,
        on: str | None = None,
        simulate: bool | None = None,
        what_if: list[float] | None = None,
    ) -> Replenishment:
        """Drafts the orders to your suppliers: what, how many, when and why."""
        return cast(
            "Replenishment",
            await self._wire.json(
                call(
                    "POST",
                    "/skills/replenish",
                    query={"engine": engine, "propose": propose},
                    body={
                        "supplier": supplier,
                        "product": product,
                        "category": category,
                        "budget": budget,
                        "currency": currency,
                        "service": service,
                        "holding": holding,
                        "review_days": review_days,
                        "lead_days": lead_days,
                        "lead_spread_days": lead_spread_days,
                        "where": where,
                        "on": on,
                        "simulate": simulate,
                        "what_if": what_if,
                    },
                )
            ),
        )

    async def search(
        self,
        *,
        engine: Literal["auto", "local", "model"] | None = None,
        query: str | None = None,
        filters: dict[str, str | float | bool | list[str | float] | Bounds] | None = None,
        exclude: dict[str, str | float | bool | list[str | float] | Bounds] | None = None,
        facets: list[str] | None = None,
        sort: Literal["relevance", "price", "-price", "title", "-title", "stock", "-stock"] | None = None,
        limit: int | None = None,
        offset: int | None = None,
        explain: bool | None = None,
        without: list[str] | None = None,
        stock: Literal["last", "hide", "any"] | None = None,
        like: str | None = None,
        typing: bool | None = None,
    ) -> Results:
        """Finds products by what people type, with filters, facets and reasons."""
        return cast(
            "Results",
            await self._wire.json(
                call(
                    "POST",
                    "/skills/search",
                    query={"engine": engine},
                    body={
                        "query": query,
                        "filters": filters,
                        "exclude": exclude,
                        "facets": facets,
                        "sort": sort,
                        "limit": limit,
                        "offset": offset,
                        "explain": explain,
                        "without": without,
                        "stock": stock,
                        "like": like,
                        "typing": typing,
                    },
                )
            ),
        )

    async def suggest(
        self, *, query: str, engine: Literal["auto", "local", "model"] | None = None, limit: int | None = None
    ) -> Suggestions:
        """Suggests queries, categories and products while someone is typing."""
        return cast(
            "Suggestions",
            await self._wire.json(
                call("POST", "/skills/suggest", query={"engine": engine}, body={"query": query, "limit": limit})
            ),
        )

    async def tidy(
        self,
        *,
        product: str | dict[str, Any],
        engine: Literal["auto", "local", "model"] | None = None,
        propose: bool | None = None,
    ) -> Tidied:
        """Mends barcodes that cannot be, titles that shout, letters read in the wrong encoding and HTML that is broken."""
        return cast(
            "Tidied",
            await self._wire.json(
                call("POST", "/skills/tidy", query={"engine": engine, "propose": propose}, body={"product": product})
            ),
        )

    async def translate(
        self,
        *,
        engine: Literal["auto", "local", "model"] | None = None,
        propose: bool | None = None,
        product: str | dict[str, Any] | None = None,
        text: str | None = None,
        document: str | None = None,
        format: Literal["auto", "text", "html", "icu", "liquid"] | None = None,
        source: str | None = None,
        into: list[str] | None = None,
        fields: list[str] | None = None,
        market: str | None = None,
        replace: bool | None = None,
    ) -> Translated:
        """Translates products, documents and texts, and keeps tags, numbers, codes, units and terms."""
        return cast(
            "Translated",
            await self._wire.json(
                call(
                    "POST",
                    "/skills/translate",
                    query={"engine": engine, "propose": propose},
                    body={
                        "product": product,
                        "text": text,
                        "document": document,
                        "format": format,
                        "source": source,
                        "into": into,
                        "fields": fields,
                        "market": market,
                        "replace": replace,
                    },
                )
            ),
        )

    async def unmet(
        self,
        *,
        engine: Literal["auto", "local", "model"] | None = None,
        propose: bool | None = None,
        days: int | None = None,
        limit: int | None = None,
        people: int | None = None,
    ) -> Unmet:
        """Finds what people looked for and did not get, and proposes what would mend it."""
        return cast(
            "Unmet",
            await self._wire.json(
                call(
                    "POST",
                    "/skills/unmet",
                    query={"engine": engine, "propose": propose},
                    body={"days": days, "limit": limit, "people": people},
                )
            ),
        )

    async def write(
        self,
        *,
        product: str | dict[str, Any],
        engine: Literal["auto", "local", "model"] | None = None,
        propose: bool | None = None,
        parts: list[Literal["title", "description", "bullets", "seo_title", "seo_description", "alt"]] | None = None,
        channel: Literal["shop", "google", "marketplace", "social"] | None = None,
        language: str | None = None,
    ) -> Written:
        """Writes titles, descriptions, bullets, SEO and alt texts from a product's facts."""
        return cast(
            "Written",
            await self._wire.json(
                call(
                    "POST",
                    "/skills/write",
                    query={"engine": engine, "propose": propose},
                    body={"product": product, "parts": parts, "channel": channel, "language": language},
                )
            ),
        )


class AsyncProducts:
    """/products"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def page(self, *, where: str | None = None, after: str | None = None, limit: int | None = None) -> Page:
        """Products by id, in short."""
        return cast(
            "Page",
            await self._wire.json(call("GET", "/products", query={"where": where, "after": after, "limit": limit})),
        )

    async def all(self, *, where: str | None = None, limit: int | None = None) -> AsyncIterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: products by id, in short."""
        cursor: str | None = None
        while True:
            found = await self.page(after=cursor, where=where, limit=limit)
            for item in found["items"]:
                yield item
            if found["next"] is None:
                return
            cursor = found["next"]

    async def get(self, product: str) -> dict[str, Any]:
        """One whole product: variants, stock per location, facts with source and confidence; with an ETag."""
        return cast("dict[str, Any]", await self._wire.json(call("GET", "/products/{}", product)))

    async def edit(self, product: str, *, fields: dict[str, Any], if_match: str | None = None) -> dict[str, Any]:
        """Edit fields at once, as changes that can be undone; with `If-Match` only if the product is still that version."""
        return cast(
            "dict[str, Any]",
            await self._wire.json(
                call("PATCH", "/products/{}", product, headers={"if-match": if_match}, body={"fields": fields})
            ),
        )


class AsyncOrders:
    """/orders"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def page(self, *, where: str | None = None, after: str | None = None, limit: int | None = None) -> Page:
        """Orders by id, with their lines."""
        return cast(
            "Page",
            await self._wire.json(call("GET", "/orders", query={"where": where, "after": after, "limit": limit})),
        )

    async def all(self, *, where: str | None = None, limit: int | None = None) -> AsyncIterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: orders by id, with their lines."""
        cursor: str | None = None
        while True:
            found = await self.page(after=cursor, where=where, limit=limit)
            for item in found["items"]:
                yield item
            if found["next"] is None:
                return
            cursor = found["next"]

    async def get(self, order: str) -> dict[str, Any]:
        """One order with its lines, refunds and cancellation."""
        return cast("dict[str, Any]", await self._wire.json(call("GET", "/orders/{}", order)))


class AsyncCustomers:
    """/customers"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def page(self, *, where: str | None = None, after: str | None = None, limit: int | None = None) -> Page:
        """Customers by id."""
        return cast(
            "Page",
            await self._wire.json(call("GET", "/customers", query={"where": where, "after": after, "limit": limit})),
        )

    async def all(self, *, where: str | None = None, limit: int | None = None) -> AsyncIterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: customers by id."""
        cursor: str | None = None
        while True:
            found = await self.page(after=cursor, where=where, limit=limit)
            for item in found["items"]:
                yield item
            if found["next"] is None:
                return
            cursor = found["next"]

    async def get(self, customer: str) -> dict[str, Any]:
        """One customer."""
        return cast("dict[str, Any]", await self._wire.json(call("GET", "/customers/{}", customer)))


class AsyncExports:
    """/exports"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def save(
        self,
        kind: str,
        to: str | Path,
        *,
        format: str | None = None,
        dialect: str | None = None,
        where: str | None = None,
        workbook: bool | None = None,
        one_file: bool | None = None,
        set: list[str] | None = None,
    ) -> Path:
        """Everything of a kind as a file, in a platform's format or Weft's own."""
        return await self._wire.save(
            call(
                "GET",
                "/exports/{}",
                kind,
                query={
                    "format": format,
                    "dialect": dialect,
                    "where": where,
                    "workbook": workbook,
                    "one_file": one_file,
                    "set": set,
                },
            ),
            to,
        )


class AsyncSuppliers:
    """/suppliers"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def page(self, *, where: str | None = None, after: str | None = None, limit: int | None = None) -> Page:
        """Suppliers by id, with what they deliver."""
        return cast(
            "Page",
            await self._wire.json(call("GET", "/suppliers", query={"where": where, "after": after, "limit": limit})),
        )

    async def all(self, *, where: str | None = None, limit: int | None = None) -> AsyncIterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: suppliers by id, with what they deliver."""
        cursor: str | None = None
        while True:
            found = await self.page(after=cursor, where=where, limit=limit)
            for item in found["items"]:
                yield item
            if found["next"] is None:
                return
            cursor = found["next"]

    async def get(self, supplier: str) -> dict[str, Any]:
        """One supplier with its terms."""
        return cast("dict[str, Any]", await self._wire.json(call("GET", "/suppliers/{}", supplier)))

    async def put(
        self,
        supplier: str,
        *,
        name: str | None = None,
        email: str | None = None,
        currency: str | None = None,
        lead_days: int | None = None,
        lead_spread_days: float | None = None,
        review_days: int | None = None,
        minimum_order: int | None = None,
        note: str | None = None,
        supplies: list[SupplyTerms] | None = None,
    ) -> dict[str, Any]:
        """Make a supplier, or change what is said of it; terms of items that are not named stay."""
        return cast(
            "dict[str, Any]",
            await self._wire.json(
                call(
                    "PUT",
                    "/suppliers/{}",
                    supplier,
                    body={
                        "name": name,
                        "email": email,
                        "currency": currency,
                        "lead_days": lead_days,
                        "lead_spread_days": lead_spread_days,
                        "review_days": review_days,
                        "minimum_order": minimum_order,
                        "note": note,
                        "supplies": supplies,
                    },
                )
            ),
        )

    async def remove(self, supplier: str, *, sku: str | None = None) -> dict[str, str | None]:
        """Remove a supplier, or its terms for one item; purchase orders stay."""
        return cast(
            "dict[str, str | None]",
            await self._wire.json(call("DELETE", "/suppliers/{}", supplier, query={"sku": sku})),
        )


class AsyncPurchases:
    """/purchases"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def page(self, *, where: str | None = None, after: str | None = None, limit: int | None = None) -> Page:
        """Purchase orders by id, with their lines."""
        return cast(
            "Page",
            await self._wire.json(call("GET", "/purchases", query={"where": where, "after": after, "limit": limit})),
        )

    async def all(self, *, where: str | None = None, limit: int | None = None) -> AsyncIterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: purchase orders by id, with their lines."""
        cursor: str | None = None
        while True:
            found = await self.page(after=cursor, where=where, limit=limit)
            for item in found["items"]:
                yield item
            if found["next"] is None:
                return
            cursor = found["next"]

    async def get(self, purchase: str) -> dict[str, Any]:
        """One purchase order with its lines and total."""
        return cast("dict[str, Any]", await self._wire.json(call("GET", "/purchases/{}", purchase)))

    async def edit(self, purchase: str, *, fields: dict[str, Any]) -> dict[str, Any]:
        """Edit a draft's lines at once, `{"fields": {"lines.SKU.quantity": 12}}`, as changes that can be undone."""
        return cast(
            "dict[str, Any]", await self._wire.json(call("PATCH", "/purchases/{}", purchase, body={"fields": fields}))
        )

    async def move(
        self, purchase: str, *, state: Literal["ordered", "received", "cancelled"], location: str | None = None
    ) -> dict[str, Any]:
        """Say that an order was sent, has come whole (which adds it to stock), or was cancelled."""
        return cast(
            "dict[str, Any]",
            await self._wire.json(
                call("POST", "/purchases/{}/state", purchase, body={"state": state, "location": location})
            ),
        )


class AsyncBehaviors:
    """/behaviors"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def put(self, *, behaviors: list[Any]) -> BehaviorsTaken:
        """Send what people did; what is sent again counts once, and one that cannot be taken keeps back no other."""
        return cast("BehaviorsTaken", await self._wire.json(call("POST", "/behaviors", body={"behaviors": behaviors})))

    async def all(
        self, *, person: str | None = None, action: str | None = None, limit: int | None = None
    ) -> list[dict[str, Any]]:
        """What was done last, newest first; also what bots did, which says so."""
        return cast(
            "list[dict[str, Any]]",
            await self._wire.json(
                call("GET", "/behaviors", query={"person": person, "action": action, "limit": limit})
            ),
        )

    async def forget(self, *, person: str | None = None, before: str | None = None) -> Forgotten:
        """Forget all that one person did, or all before a moment."""
        return cast(
            "Forgotten", await self._wire.json(call("DELETE", "/behaviors", query={"person": person, "before": before}))
        )

    async def count(self) -> dict[str, int]:
        """How many there are of each action, and of bots."""
        return cast("dict[str, int]", await self._wire.json(call("GET", "/behaviors/counts")))

    async def searches(self, *, days: int | None = None, limit: int | None = None) -> SearchReport:
        """What came of searches, by query, the most frequent first."""
        return cast(
            "SearchReport",
            await self._wire.json(call("GET", "/behaviors/searches", query={"days": days, "limit": limit})),
        )

    async def strips(self, *, days: int | None = None, limit: int | None = None) -> StripReport:
        """What came of strips of recommendations, by place, the most frequent first."""
        return cast(
            "StripReport", await self._wire.json(call("GET", "/behaviors/strips", query={"days": days, "limit": limit}))
        )

    async def unmet(
        self, *, days: int | None = None, limit: int | None = None, people: int | None = None
    ) -> UnmetReport:
        """What people looked for and did not get, those of most people first; the skill `unmet` answers the same and proposes it."""
        return cast(
            "UnmetReport",
            await self._wire.json(
                call("GET", "/behaviors/unmet", query={"days": days, "limit": limit, "people": people})
            ),
        )

    async def mend(
        self, *, days: int | None = None, limit: int | None = None, people: int | None = None
    ) -> UnmetMended:
        """Propose what would mend it: attributes as changes, synonyms as rules that are off until somebody switches them on."""
        return cast(
            "UnmetMended",
            await self._wire.json(
                call("POST", "/behaviors/unmet", body={"days": days, "limit": limit, "people": people})
            ),
        )


class AsyncChanges:
    """/changes"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def propose(self, *, edits: list[Edit], skill: str | None = None) -> Done:
        """Propose edits."""
        return cast("Done", await self._wire.json(call("POST", "/changes", body={"edits": edits, "skill": skill})))

    async def page(
        self,
        *,
        where: str | None = None,
        state: Literal["proposed", "approved", "applied", "rejected", "stale", "undone"] | None = None,
        run: str | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> Page:
        """Changes in the order in which they were made."""
        return cast(
            "Page",
            await self._wire.json(
                call(
                    "GET",
                    "/changes",
                    query={"where": where, "state": state, "run": run, "after": after, "limit": limit},
                )
            ),
        )

    async def all(
        self,
        *,
        where: str | None = None,
        state: Literal["proposed", "approved", "applied", "rejected", "stale", "undone"] | None = None,
        run: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: changes in the order in which they were made."""
        cursor: str | None = None
        while True:
            found = await self.page(after=cursor, where=where, state=state, run=run, limit=limit)
            for item in found["items"]:
                yield item
            if found["next"] is None:
                return
            cursor = found["next"]

    async def export(
        self,
        to: str | Path,
        *,
        where: str | None = None,
        run: str | None = None,
        format: Literal["shopify", "jsonl"] | None = None,
        dialect: Literal["new", "old"] | None = None,
        workbook: bool | None = None,
        one_file: bool | None = None,
    ) -> Path:
        """Approved and applied changes as a platform's file that holds only what changed."""
        return await self._wire.save(
            call(
                "GET",
                "/changes/export",
                query={
                    "where": where,
                    "run": run,
                    "format": format,
                    "dialect": dialect,
                    "workbook": workbook,
                    "one_file": one_file,
                },
            ),
            to,
        )

    async def count(self) -> dict[str, int]:
        """How many changes there are in each state."""
        return cast("dict[str, int]", await self._wire.json(call("GET", "/changes/counts")))

    async def get(self, change: str) -> dict[str, Any]:
        """One change, with what the field holds now."""
        return cast("dict[str, Any]", await self._wire.json(call("GET", "/changes/{}", change)))

    async def approve(
        self,
        *,
        ids: list[str] | None = None,
        run: str | None = None,
        where: str | None = None,
        all: bool | None = None,
        reason: str | None = None,
    ) -> Done:
        """Approve proposed changes."""
        return cast(
            "Done",
            await self._wire.json(
                call(
                    "POST",
                    "/changes/approve",
                    body={"ids": ids, "run": run, "where": where, "all": all, "reason": reason},
                )
            ),
        )

    async def reject(
        self,
        *,
        ids: list[str] | None = None,
        run: str | None = None,
        where: str | None = None,
        all: bool | None = None,
        reason: str | None = None,
    ) -> Done:
        """Reject changes that are proposed, approved or stale."""
        return cast(
            "Done",
            await self._wire.json(
                call(
                    "POST",
                    "/changes/reject",
                    body={"ids": ids, "run": run, "where": where, "all": all, "reason": reason},
                )
            ),
        )

    async def apply(
        self,
        *,
        ids: list[str] | None = None,
        run: str | None = None,
        where: str | None = None,
        all: bool | None = None,
        reason: str | None = None,
    ) -> Done:
        """Write approved changes, each only if its field still holds what it did."""
        return cast(
            "Done",
            await self._wire.json(
                call(
                    "POST",
                    "/changes/apply",
                    body={"ids": ids, "run": run, "where": where, "all": all, "reason": reason},
                )
            ),
        )

    async def undo(
        self,
        *,
        ids: list[str] | None = None,
        run: str | None = None,
        where: str | None = None,
        all: bool | None = None,
        reason: str | None = None,
    ) -> Done:
        """Put back what applied changes replaced."""
        return cast(
            "Done",
            await self._wire.json(
                call(
                    "POST", "/changes/undo", body={"ids": ids, "run": run, "where": where, "all": all, "reason": reason}
                )
            ),
        )

    async def correct(self, change: str, *, value: Any) -> dict[str, Any]:
        """Put your own value in place of the suggested one and approve it."""
        return cast(
            "dict[str, Any]",
            await self._wire.json(call("POST", "/changes/{}/correct", change, body={"value": value}, null=["value"])),
        )


class AsyncJournal:
    """/journal"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def page(self, *, before: int | None = None, limit: int | None = None) -> Page:
        """What was done, newest first; `next` goes into `before`."""
        return cast("Page", await self._wire.json(call("GET", "/journal", query={"before": before, "limit": limit})))

    async def all(self, *, limit: int | None = None) -> AsyncIterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: what was done, newest first; `next` goes into `before`."""
        cursor: int | None = None
        while True:
            found = await self.page(before=cursor, limit=limit)
            for item in found["items"]:
                yield item
            if found["next"] is None:
                return
            cursor = int(found["next"])

    async def verify(self) -> Proof:
        """Prove the whole chain; 409 names the first batch that does not hold."""
        return cast("Proof", await self._wire.json(call("GET", "/journal/verify")))

    async def get(self, seq: int, *, after: int | None = None, limit: int | None = None) -> Page:
        """The entries of one batch."""
        return cast(
            "Page", await self._wire.json(call("GET", "/journal/{}", seq, query={"after": after, "limit": limit}))
        )


class AsyncKeys:
    """/keys"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def all(self) -> list[KeyLine]:
        """The keys of the business."""
        return cast("list[KeyLine]", await self._wire.json(call("GET", "/keys")))

    async def make(
        self,
        *,
        scope: Literal["browser", "read", "propose", "approve", "admin"] | None = None,
        origins: list[str] | None = None,
        days: int | None = None,
        note: str | None = None,
        limits: KeyLimits | None = None,
    ) -> MadeKey:
        """Make a key; it is shown this once."""
        return cast(
            "MadeKey",
            await self._wire.json(
                call(
                    "POST",
                    "/keys",
                    body={"scope": scope, "origins": origins, "days": days, "note": note, "limits": limits},
                )
            ),
        )

    async def revoke(self, key: str) -> KeyLine:
        """End a key now."""
        return cast("KeyLine", await self._wire.json(call("DELETE", "/keys/{}", key)))

    async def limit(
        self,
        key: str,
        *,
        models: list[str] | None = None,
        requests: int | None = None,
        tokens: int | None = None,
        concurrency: int | None = None,
    ) -> KeyLine:
        """Say what a key may ask of models, in place of what was said."""
        return cast(
            "KeyLine",
            await self._wire.json(
                call(
                    "PUT",
                    "/keys/{}/limits",
                    key,
                    body={"models": models, "requests": requests, "tokens": tokens, "concurrency": concurrency},
                )
            ),
        )


class AsyncImports:
    """/imports"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def start(
        self,
        file: File,
        *,
        kind: Literal[
            "products",
            "orders",
            "customers",
            "stock",
            "suppliers",
            "purchases",
            "conversations",
            "documents",
            "behaviors",
            "translations",
            "memory",
            "glossary",
        ],
        format: str | None = None,
        map: list[str] | None = None,
        currency: str | None = None,
        name: str | None = None,
        dry_run: bool | None = None,
        wait: bool | None = None,
    ) -> Imported:
        """Send a file: raw (`curl --data-binary @FILE`) or as a form (`curl -F file=@FILE`). Answers at once with its id."""
        return cast(
            "Imported",
            await self._wire.json(
                call(
                    "POST",
                    "/imports",
                    query={
                        "kind": kind,
                        "format": format,
                        "map": map,
                        "currency": currency,
                        "name": named(file, name),
                        "dry_run": dry_run,
                        "wait": wait,
                    },
                    file=file,
                )
            ),
        )

    async def all(self, *, limit: int | None = None) -> list[Imported]:
        """Imports, newest first."""
        return cast("list[Imported]", await self._wire.json(call("GET", "/imports", query={"limit": limit})))

    async def get(self, import_id: str) -> Imported:
        """One import and how far it is."""
        return cast("Imported", await self._wire.json(call("GET", "/imports/{}", import_id)))

    async def rejects(self, import_id: str, to: str | Path) -> Path:
        """The rows that could not be taken, with line, column, value and reason."""
        return await self._wire.save(call("GET", "/imports/{}/rejects", import_id), to)

    def events(self, import_id: str) -> AsyncIterator[Event]:
        """The import's progress as server-sent events: `progress` with rows, rate and seconds left, then `finished` or `failed`."""
        return self._wire.events(call("GET", "/imports/{}/events", import_id))


class AsyncTaxonomies:
    """/taxonomies"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def load(self, file: File, *, name: str | None = None) -> Loaded:
        """Send a taxonomy, or attributes with their values, in place of what is loaded; the next run of organize uses it."""
        return cast(
            "Loaded", await self._wire.json(call("POST", "/taxonomies", query={"name": named(file, name)}, file=file))
        )

    async def all(self) -> list[Loaded]:
        """What is loaded: a taxonomy, attribute lists, both or neither."""
        return cast("list[Loaded]", await self._wire.json(call("GET", "/taxonomies")))

    async def align(self, file: File, *, name: str | None = None, language: str | None = None) -> Names:
        """Send a taxonomy's names in one language; names of one id in two languages are translations of each other."""
        return cast(
            "Names",
            await self._wire.json(
                call("POST", "/taxonomies/terms", query={"name": named(file, name), "language": language}, file=file)
            ),
        )

    async def aligned(self) -> list[Names]:
        """The languages whose names are loaded."""
        return cast("list[Names]", await self._wire.json(call("GET", "/taxonomies/terms")))

    async def unalign(self, *, language: str | None = None) -> list[Names]:
        """Forget the names of one language, or of all, and answer what is still there."""
        return cast(
            "list[Names]", await self._wire.json(call("DELETE", "/taxonomies/terms", query={"language": language}))
        )

    async def get(self, taxonomy: Literal["taxonomy", "attribute-lists"]) -> Loaded:
        """The taxonomy, or the attribute lists: size and origin."""
        return cast("Loaded", await self._wire.json(call("GET", "/taxonomies/{}", taxonomy)))

    async def forget(self, taxonomy: Literal["taxonomy", "attribute-lists"]) -> Loaded:
        """Forget it, and answer what it was; products are placed on the business's own tree again."""
        return cast("Loaded", await self._wire.json(call("DELETE", "/taxonomies/{}", taxonomy)))


class AsyncRuns(_AsyncRuns):
    """/runs"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def begin(
        self,
        *,
        skill: str,
        where: str | None = None,
        ids: list[str] | None = None,
        all: bool | None = None,
        request: dict[str, Any] | None = None,
        engine: Literal["auto", "local", "model"] | None = None,
        again: bool | None = None,
    ) -> Run:
        """Begin a run, which workers take up."""
        return cast(
            "Run",
            await self._wire.json(
                call(
                    "POST",
                    "/runs",
                    body={
                        "skill": skill,
                        "where": where,
                        "ids": ids,
                        "all": all,
                        "request": request,
                        "engine": engine,
                        "again": again,
                    },
                )
            ),
        )

    async def page(self, *, limit: int | None = None, before: str | None = None) -> Page:
        """Runs, newest first; `next` goes into `before`."""
        return cast("Page", await self._wire.json(call("GET", "/runs", query={"limit": limit, "before": before})))

    async def all(self, *, limit: int | None = None) -> AsyncIterator[dict[str, Any]]:
        """All of them, a page of `limit` at a time: runs, newest first; `next` goes into `before`."""
        cursor: str | None = None
        while True:
            found = await self.page(before=cursor, limit=limit)
            for item in found["items"]:
                yield item
            if found["next"] is None:
                return
            cursor = found["next"]

    async def get(self, run: str) -> Run:
        """One run with its counts."""
        return cast("Run", await self._wire.json(call("GET", "/runs/{}", run)))

    async def failures(self, run: str, *, limit: int | None = None, after: str | None = None) -> Page:
        """The records that failed, each with its reason."""
        return cast(
            "Page", await self._wire.json(call("GET", "/runs/{}/failures", run, query={"limit": limit, "after": after}))
        )

    async def pause(self, run: str) -> Run:
        """Let no further part begin; what is being worked on is finished and kept."""
        return cast("Run", await self._wire.json(call("POST", "/runs/{}/pause", run)))

    async def resume(self, run: str) -> Run:
        """Go on with a run that is paused, failed or was interrupted."""
        return cast("Run", await self._wire.json(call("POST", "/runs/{}/resume", run)))

    async def cancel(self, run: str) -> Run:
        """End a run for good; what it has proposed stays."""
        return cast("Run", await self._wire.json(call("POST", "/runs/{}/cancel", run)))

    def events(self, run: str) -> AsyncIterator[Event]:
        """A run's progress while it goes on, as server-sent events; one that is over, or paused, is told once."""
        return self._wire.events(call("GET", "/runs/{}/events", run))


class AsyncModels:
    """/models"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def all(self) -> list[RouteLine]:
        """What the key may ask: routes, and every model by itself."""
        return cast("list[RouteLine]", await self._wire.json(call("GET", "/models")))


class AsyncProviders:
    """/providers"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def all(self) -> list[ProviderLine]:
        """The business's providers, and the platform's that it may use."""
        return cast("list[ProviderLine]", await self._wire.json(call("GET", "/providers")))

    async def get(self, provider: str) -> ProviderLine:
        """One provider with its models."""
        return cast("ProviderLine", await self._wire.json(call("GET", "/providers/{}", provider)))

    async def put(
        self,
        provider: str,
        *,
        base_url: str | None = None,
        preset: str | None = None,
        key: str | None = None,
        region: str | None = None,
        headers: dict[str, str] | None = None,
        paths: dict[str, str] | None = None,
        concurrency: int | None = None,
        models: dict[str, ModelAbout] | None = None,
    ) -> ProviderLine:
        """Add a provider of the business's own, in place of one of that name; at public addresses alone."""
        return cast(
            "ProviderLine",
            await self._wire.json(
                call(
                    "PUT",
                    "/providers/{}",
                    provider,
                    body={
                        "base_url": base_url,
                        "preset": preset,
                        "key": key,
                        "region": region,
                        "headers": headers,
                        "paths": paths,
                        "concurrency": concurrency,
                        "models": models,
                    },
                )
            ),
        )

    async def remove(self, provider: str) -> Removed:
        """Remove a provider of the business's own that no route names."""
        return cast("Removed", await self._wire.json(call("DELETE", "/providers/{}", provider)))


class AsyncRoutes:
    """/routes"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def all(self) -> list[RouteLine]:
        """The business's routes, and the platform's, without those that are implied."""
        return cast("list[RouteLine]", await self._wire.json(call("GET", "/routes")))

    async def get(self, route: str) -> RouteLine:
        """One route with its models."""
        return cast("RouteLine", await self._wire.json(call("GET", "/routes/{}", route)))

    async def put(
        self,
        route: str,
        *,
        targets: list[RouteTarget],
        mode: Literal["ordered", "weighted", "balanced"] | None = None,
        retries: int | None = None,
        first_seconds: float | None = None,
        idle_seconds: float | None = None,
        seconds: float | None = None,
        cache_seconds: float | None = None,
        regions: list[str] | None = None,
        most_input: float | None = None,
        most_output: float | None = None,
    ) -> RouteLine:
        """Add a route of the business's own, in place of one of that name; it may name the platform's providers."""
        return cast(
            "RouteLine",
            await self._wire.json(
                call(
                    "PUT",
                    "/routes/{}",
                    route,
                    body={
                        "targets": targets,
                        "mode": mode,
                        "retries": retries,
                        "first_seconds": first_seconds,
                        "idle_seconds": idle_seconds,
                        "seconds": seconds,
                        "cache_seconds": cache_seconds,
                        "regions": regions,
                        "most_input": most_input,
                        "most_output": most_output,
                    },
                )
            ),
        )

    async def remove(self, route: str) -> Removed:
        """Remove a route of the business's own."""
        return cast("Removed", await self._wire.json(call("DELETE", "/routes/{}", route)))


class AsyncUsage:
    """/usage"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def get(
        self, *, by: Literal["day", "key", "route", "model", "skill", "outcome"] | None = None, days: int | None = None
    ) -> UsageReport:
        """What was asked of models: requests, tokens, cost, kept answers, errors, times."""
        return cast("UsageReport", await self._wire.json(call("GET", "/usage", query={"by": by, "days": days})))


class AsyncBudgets:
    """/budgets"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def all(self) -> list[BudgetLine]:
        """The budgets of the business and its keys, with what is left of them."""
        return cast("list[BudgetLine]", await self._wire.json(call("GET", "/budgets")))

    async def put(
        self, period: Literal["day", "month", "total"], *, amount: float, key: str | None = None
    ) -> BudgetLine:
        """Set how much may be spent in a day, a month (UTC) or in total, in place of what was set for that."""
        return cast(
            "BudgetLine",
            await self._wire.json(call("PUT", "/budgets/{}", period, query={"key": key}, body={"amount": amount})),
        )

    async def remove(self, period: Literal["day", "month", "total"], *, key: str | None = None) -> BudgetRemoved:
        """Remove a budget; what was spent stays in the ledger."""
        return cast("BudgetRemoved", await self._wire.json(call("DELETE", "/budgets/{}", period, query={"key": key})))


class AsyncCharts:
    """/charts"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def draw(
        self,
        to: str | Path,
        *,
        kind: Literal["line", "bar", "waterfall"],
        title: str,
        x: list[str],
        series: list[Line],
        form: Literal["png", "echarts", "text"] | None = None,
        width: int | None = None,
        height: int | None = None,
        unit: Literal["money", "count", "share", "days"] | None = None,
        currency: str | None = None,
    ) -> Path:
        """Draw one of the charts of an answer."""
        return await self._wire.save(
            call(
                "POST",
                "/charts",
                query={"form": form, "width": width, "height": height},
                body={"kind": kind, "title": title, "x": x, "series": series, "unit": unit, "currency": currency},
            ),
            to,
        )


class AsyncSettings:
    """/settings"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def get(self) -> BusinessSettings:
        """All sections: voice, languages, markets, claims, search, behaviors, index."""
        return cast("BusinessSettings", await self._wire.json(call("GET", "/settings")))

    async def voice(
        self,
        *,
        tone: Literal["plain", "warm", "expert", "playful"] | None = None,
        person: Literal["neutral", "you", "we"] | None = None,
        formality: Literal["informal", "formal"] | None = None,
        spelling: str | None = None,
        use: list[str] | None = None,
        avoid: list[str] | None = None,
        examples: list[str] | None = None,
        brand: str | None = None,
    ) -> BusinessSettings:
        """Set how texts sound, as a whole: what is left out has its default."""
        return cast(
            "BusinessSettings",
            await self._wire.json(
                call(
                    "PUT",
                    "/settings/voice",
                    body={
                        "tone": tone,
                        "person": person,
                        "formality": formality,
                        "spelling": spelling,
                        "use": use,
                        "avoid": avoid,
                        "examples": examples,
                        "brand": brand,
                    },
                )
            ),
        )

    async def languages(self, *, main: str | None = None, others: list[str] | None = None) -> BusinessSettings:
        """Set the main language and the others, as a whole."""
        return cast(
            "BusinessSettings",
            await self._wire.json(call("PUT", "/settings/languages", body={"main": main, "others": others})),
        )

    async def markets(self, *, markets: list[Market] | None = None) -> BusinessSettings:
        """Set all markets, in place of those that there are."""
        return cast(
            "BusinessSettings", await self._wire.json(call("PUT", "/settings/markets", body={"markets": markets}))
        )

    async def claims(
        self,
        *,
        forbidden: list[str] | None = None,
        allowed: list[str] | None = None,
        certifications: list[str] | None = None,
    ) -> BusinessSettings:
        """Set what texts may and may not claim, as a whole."""
        return cast(
            "BusinessSettings",
            await self._wire.json(
                call(
                    "PUT",
                    "/settings/claims",
                    body={"forbidden": forbidden, "allowed": allowed, "certifications": certifications},
                )
            ),
        )

    async def search(
        self,
        *,
        stock: float | None = None,
        margin: float | None = None,
        velocity: float | None = None,
        newness: float | None = None,
        returns: float | None = None,
    ) -> BusinessSettings:
        """Set the dials of search and recommendations, as a whole: one that is left out is off."""
        return cast(
            "BusinessSettings",
            await self._wire.json(
                call(
                    "PUT",
                    "/settings/search",
                    body={
                        "stock": stock,
                        "margin": margin,
                        "velocity": velocity,
                        "newness": newness,
                        "returns": returns,
                    },
                )
            ),
        )

    async def behaviors(self, *, days: int | None = None) -> BusinessSettings:
        """Set after how many days behaviors are deleted; it is looked after once a day."""
        return cast("BusinessSettings", await self._wire.json(call("PUT", "/settings/behaviors", body={"days": days})))

    async def index(self, *, columns: list[str] | None = None) -> BusinessSettings:
        """Set which columns of imported files are searched, as a whole; the index is built anew."""
        return cast(
            "BusinessSettings", await self._wire.json(call("PUT", "/settings/index", body={"columns": columns}))
        )

    async def reset(
        self, section: Literal["voice", "languages", "markets", "claims", "search", "behaviors", "index"]
    ) -> BusinessSettings:
        """Put a section back to its defaults, and answer all."""
        return cast("BusinessSettings", await self._wire.json(call("DELETE", "/settings/{}", section)))


class AsyncGlossary:
    """/glossary"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def all(
        self, *, source: str | None = None, target: str | None = None, text: str | None = None, limit: int | None = None
    ) -> list[Term]:
        """Terms by source."""
        return cast(
            "list[Term]",
            await self._wire.json(
                call("GET", "/glossary", query={"source": source, "target": target, "text": text, "limit": limit})
            ),
        )

    async def put(self, *, terms: list[Term], replace: bool | None = None) -> Put:
        """Add terms, or change those of the same source and languages; 409 with each contradiction, and then none is kept."""
        return cast("Put", await self._wire.json(call("POST", "/glossary", body={"terms": terms, "replace": replace})))

    async def forget(self, *, id: list[str] | None = None, all: bool | None = None) -> Forgotten:
        """Forget terms."""
        return cast("Forgotten", await self._wire.json(call("DELETE", "/glossary", query={"id": id, "all": all})))

    async def count(self) -> list[TermCount]:
        """How many terms there are, by languages."""
        return cast("list[TermCount]", await self._wire.json(call("GET", "/glossary/counts")))

    async def load(
        self,
        file: File,
        *,
        format: str | None = None,
        name: str | None = None,
        source: str | None = None,
        target: str | None = None,
        map: list[str] | None = None,
        replace: bool | None = None,
        dry_run: bool | None = None,
    ) -> Imported:
        """Send a glossary: TBX, a table, or JSON Lines; rows that contradict each other or what is kept are in its rejects."""
        return cast(
            "Imported",
            await self._wire.json(
                call(
                    "POST",
                    "/glossary/file",
                    query={
                        "format": format,
                        "name": named(file, name),
                        "source": source,
                        "target": target,
                        "map": map,
                        "replace": replace,
                        "dry_run": dry_run,
                    },
                    file=file,
                )
            ),
        )

    async def export(self, to: str | Path, *, format: Literal["csv", "tbx", "jsonl"] | None = None) -> Path:
        """All terms as a file."""
        return await self._wire.save(call("GET", "/glossary/file", query={"format": format}), to)


class AsyncMemory:
    """/memory"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def all(
        self, *, source: str | None = None, target: str | None = None, text: str | None = None, limit: int | None = None
    ) -> list[SegmentLine]:
        """Segments, newest first."""
        return cast(
            "list[SegmentLine]",
            await self._wire.json(
                call("GET", "/memory", query={"source": source, "target": target, "text": text, "limit": limit})
            ),
        )

    async def put(self, *, segments: list[SegmentLine]) -> Put:
        """Remember segments, all or none."""
        return cast("Put", await self._wire.json(call("POST", "/memory", body={"segments": segments})))

    async def forget(
        self,
        *,
        source: str | None = None,
        target: str | None = None,
        origin: str | None = None,
        product: str | None = None,
        all: bool | None = None,
    ) -> Forgotten:
        """Forget segments."""
        return cast(
            "Forgotten",
            await self._wire.json(
                call(
                    "DELETE",
                    "/memory",
                    query={"source": source, "target": target, "origin": origin, "product": product, "all": all},
                )
            ),
        )

    async def find(
        self, *, texts: list[str], source: str, target: str, at_least: float | None = None, limit: int | None = None
    ) -> list[MatchLine]:
        """What is remembered of these texts and of ones like them, the closest first."""
        return cast(
            "list[MatchLine]",
            await self._wire.json(
                call(
                    "POST",
                    "/memory/matches",
                    body={"texts": texts, "source": source, "target": target, "at_least": at_least, "limit": limit},
                )
            ),
        )

    async def count(self) -> list[SegmentCount]:
        """How many segments there are, by languages."""
        return cast("list[SegmentCount]", await self._wire.json(call("GET", "/memory/counts")))

    async def load(
        self,
        file: File,
        *,
        format: str | None = None,
        name: str | None = None,
        source: str | None = None,
        target: str | None = None,
        map: list[str] | None = None,
        dry_run: bool | None = None,
    ) -> Imported:
        """Send a translation memory: TMX, a table, or JSON Lines."""
        return cast(
            "Imported",
            await self._wire.json(
                call(
                    "POST",
                    "/memory/file",
                    query={
                        "format": format,
                        "name": named(file, name),
                        "source": source,
                        "target": target,
                        "map": map,
                        "dry_run": dry_run,
                    },
                    file=file,
                )
            ),
        )

    async def export(self, to: str | Path, *, format: Literal["tmx", "csv", "jsonl"] | None = None) -> Path:
        """All segments as a file."""
        return await self._wire.save(call("GET", "/memory/file", query={"format": format}), to)


class AsyncRules:
    """/rules"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def load(
        self,
        file: File,
        *,
        format: Literal["csv", "solr", "elasticsearch", "algolia", "jsonl"] | None = None,
        name: str | None = None,
        dry_run: bool | None = None,
    ) -> TakenRules:
        """Send synonyms as CSV, or as Solr, Elasticsearch or Algolia have them; or rules of all kinds as JSON Lines."""
        return cast(
            "TakenRules",
            await self._wire.json(
                call(
                    "POST",
                    "/rules/file",
                    query={"format": format, "name": named(file, name), "dry_run": dry_run},
                    file=file,
                )
            ),
        )

    async def export(self, to: str | Path, *, format: Literal["csv", "solr", "jsonl"] | None = None) -> Path:
        """The synonyms as CSV or as Solr has them, or all rules as JSON Lines."""
        return await self._wire.save(call("GET", "/rules/file", query={"format": format}), to)

    async def all(
        self,
        *,
        kind: Literal["pin", "boost", "bury", "hide", "redirect", "synonyms"] | None = None,
        text: str | None = None,
        limit: int | None = None,
    ) -> list[Rule]:
        """The rules in the order in which they were made."""
        return cast(
            "list[Rule]",
            await self._wire.json(call("GET", "/rules", query={"kind": kind, "text": text, "limit": limit})),
        )

    async def make(self, *, rules: list[Rule]) -> list[KeptRule]:
        """Make rules, all or none, and answer them with their ids; 409 where two pins would stand on one place."""
        return cast("list[KeptRule]", await self._wire.json(call("POST", "/rules", body={"rules": rules})))

    async def get(self, rule: str) -> Rule:
        """One rule."""
        return cast("Rule", await self._wire.json(call("GET", "/rules/{}", rule)))

    async def change(
        self,
        rule: str,
        *,
        kind: Literal["pin", "boost", "bury", "hide", "redirect", "synonyms"],
        id: str | None = None,
        name: str | None = None,
        on: bool | None = None,
        match: Literal["any", "exact", "contains"] | None = None,
        query: list[str] | None = None,
        category: str | None = None,
        starts: str | None = None,
        ends: str | None = None,
        zone: str | None = None,
        pins: list[Pin] | None = None,
        sold_out: bool | None = None,
        products: list[str] | None = None,
        filters: dict[str, str | float | bool | list[str | float] | Bounds] | None = None,
        times: float | None = None,
        url: str | None = None,
        words: list[str] | None = None,
        typed: list[str] | None = None,
    ) -> KeptRule:
        """Put a rule in place of the one that it was, as a whole."""
        return cast(
            "KeptRule",
            await self._wire.json(
                call(
                    "PUT",
                    "/rules/{}",
                    rule,
                    body={
                        "id": id,
                        "kind": kind,
                        "name": name,
                        "on": on,
                        "match": match,
                        "query": query,
                        "category": category,
                        "starts": starts,
                        "ends": ends,
                        "zone": zone,
                        "pins": pins,
                        "sold_out": sold_out,
                        "products": products,
                        "filters": filters,
                        "times": times,
                        "url": url,
                        "words": words,
                        "typed": typed,
                    },
                )
            ),
        )

    async def switch(self, rule: str, *, on: bool) -> Rule:
        """Turn a rule on or off."""
        return cast("Rule", await self._wire.json(call("PATCH", "/rules/{}", rule, body={"on": on})))

    async def remove(self, rule: str) -> RulesRemoved:
        """Take a rule away; it can be undone."""
        return cast("RulesRemoved", await self._wire.json(call("DELETE", "/rules/{}", rule)))

    async def undo(self, rule: str) -> Undone:
        """Put back what the last edit of a rule replaced; undone once more, it is as it was."""
        return cast("Undone", await self._wire.json(call("POST", "/rules/{}/undo", rule)))


class AsyncSearch:
    """/search"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def preview(
        self,
        *,
        queries: list[str] | None = None,
        rules: list[Rule] | None = None,
        without: list[str] | None = None,
        dials: Dials | None = None,
        filters: dict[str, str | float | bool | list[str | float] | Bounds] | None = None,
        days: int | None = None,
        depth: int | None = None,
    ) -> Previews:
        """What rules and dials would move in some searches, before anything is saved."""
        return cast(
            "Previews",
            await self._wire.json(
                call(
                    "POST",
                    "/search/preview",
                    body={
                        "queries": queries,
                        "rules": rules,
                        "without": without,
                        "dials": dials,
                        "filters": filters,
                        "days": days,
                        "depth": depth,
                    },
                )
            ),
        )


class AsyncNumbers:
    """/numbers"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def get(self) -> NumbersKnown:
        """What can be asked of what happened, and what each figure means."""
        return cast("NumbersKnown", await self._wire.json(call("GET", "/numbers")))

    async def values(
        self,
        dimension: Literal[
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
        ],
        *,
        like: str | None = None,
        limit: int | None = None,
    ) -> list[DimensionValue]:
        """The values that a dimension has."""
        return cast(
            "list[DimensionValue]",
            await self._wire.json(call("GET", "/numbers/values/{}", dimension, query={"like": like, "limit": limit})),
        )

    async def answer(
        self,
        *,
        metrics: list[
            Literal[
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
        ],
        period: Period,
        by: list[
            Literal[
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
        ]
        | None = None,
        where: list[Condition] | None = None,
        compare: Literal["previous", "year"] | Period | None = None,
        top: int | None = None,
        order: Literal[
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
        | None = None,
        ascending: bool | None = None,
        currency: str | None = None,
    ) -> Table:
        """The figures that a question asks for, with the statement that computes them from the lines. Money is in minor units."""
        return cast(
            "Table",
            await self._wire.json(
                call(
                    "POST",
                    "/numbers/answer",
                    body={
                        "metrics": metrics,
                        "by": by,
                        "where": where,
                        "period": period,
                        "compare": compare,
                        "top": top,
                        "order": order,
                        "ascending": ascending,
                        "currency": currency,
                    },
                )
            ),
        )

    async def rows(
        self,
        *,
        query: Query,
        key: dict[str, str | None] | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Sources:
        """The order lines and refunds behind a figure; what they show sums to it."""
        return cast(
            "Sources",
            await self._wire.json(
                call("POST", "/numbers/rows", body={"query": query, "key": key, "limit": limit, "offset": offset})
            ),
        )

    async def calendar(self, *, zone: str | None = None, week_start: int | None = None) -> Calendar:
        """Set the zone whose days figures are told by, or the day on which the week begins."""
        return cast(
            "Calendar",
            await self._wire.json(call("PUT", "/numbers/calendar", body={"zone": zone, "week_start": week_start})),
        )

    async def rates(self, *, currency: str | None = None, limit: int | None = None) -> list[RateOutput]:
        """The stored rates, the latest first."""
        return cast(
            "list[RateOutput]",
            await self._wire.json(call("GET", "/numbers/rates", query={"currency": currency, "limit": limit})),
        )

    async def put(self, *, rates: list[RateInput]) -> RatesPut:
        """Store rates: what one unit of a currency was worth in another from a day on."""
        return cast("RatesPut", await self._wire.json(call("PUT", "/numbers/rates", body={"rates": rates})))

    async def remove(self, *, currency: str, base: str, day: str) -> RatesRemoved:
        """Take the rate of a day away."""
        return cast(
            "RatesRemoved",
            await self._wire.json(
                call("DELETE", "/numbers/rates", query={"currency": currency, "base": base, "day": day})
            ),
        )


class AsyncForecasts:
    """/forecasts"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def all(self, *, days: int | None = None, limit: int | None = None) -> ForecastList:
        """The kept forecasts of products in short; the skill `forecast` tells each whole."""
        return cast(
            "ForecastList", await self._wire.json(call("GET", "/forecasts", query={"days": days, "limit": limit}))
        )

    async def build(self) -> BuildBegun:
        """Begin to make all forecasts whose sales have changed, in a process of its own; `GET /forecasts` tells when it is done."""
        return cast("BuildBegun", await self._wire.json(call("POST", "/forecasts/build")))


class AsyncBusiness:
    """/business"""

    def __init__(self, wire: AsyncWire) -> None:
        self._wire = wire

    async def get(self) -> dict[str, Any]:
        """The business that the key speaks for, and what there is of it."""
        return cast("dict[str, Any]", await self._wire.json(call("GET", "/business")))


class AsyncCalls:
    """All requests, by what they are about."""

    def __init__(self, wire: AsyncWire) -> None:
        self.skills = AsyncSkills(wire)
        self.products = AsyncProducts(wire)
        self.orders = AsyncOrders(wire)
        self.customers = AsyncCustomers(wire)
        self.exports = AsyncExports(wire)
        self.suppliers = AsyncSuppliers(wire)
        self.purchases = AsyncPurchases(wire)
        self.behaviors = AsyncBehaviors(wire)
        self.changes = AsyncChanges(wire)
        self.journal = AsyncJournal(wire)
        self.keys = AsyncKeys(wire)
        self.imports = AsyncImports(wire)
        self.taxonomies = AsyncTaxonomies(wire)
        self.runs = AsyncRuns(wire)
        self.models = AsyncModels(wire)
        self.providers = AsyncProviders(wire)
        self.routes = AsyncRoutes(wire)
        self.usage = AsyncUsage(wire)
        self.budgets = AsyncBudgets(wire)
        self.charts = AsyncCharts(wire)
        self.settings = AsyncSettings(wire)
        self.glossary = AsyncGlossary(wire)
        self.memory = AsyncMemory(wire)
        self.rules = AsyncRules(wire)
        self.search = AsyncSearch(wire)
        self.numbers = AsyncNumbers(wire)
        self.forecasts = AsyncForecasts(wire)
        self.business = AsyncBusiness(wire)
