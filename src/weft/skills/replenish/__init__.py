"""`replenish`: what to order, of whom, how many and why; as purchase orders that can be proposed as changes."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from weft.skill import Changes, Skill

Money = dict[str, Any]
_ID = 1000
_Id = Annotated[str, Field(min_length=1, max_length=_ID)]
Ids = _Id | Annotated[list[_Id], Field(max_length=1000)]


class Replenish(BaseModel):
    """What is to be ordered: of all suppliers or one, within a budget or not. What is not said is taken from suppliers' terms."""

    model_config = ConfigDict(extra="forbid")

    supplier: Ids | None = Field(
        default=None, description="The id of a supplier, or of several: order of these alone.", examples=["kiln"]
    )
    product: Ids | None = Field(
        default=None, description="The id of a product or the SKU of a variant, or several: order these alone."
    )
    category: str | None = Field(
        default=None, max_length=_ID, description="A category with what is below it: order what is in it alone."
    )
    budget: float | None = Field(
        default=None, ge=0, le=1e12, description="The most that all orders together may cost, such as 2500 or 2500.50."
    )
    currency: str | None = Field(
        default=None,
        pattern="^[A-Z]{3}$",
        description="The currency of the budget and of what if; that in which the suppliers are paid if it is one, else the "
        "business's own. Stored rates convert.",
    )
    service: float = Field(
        default=0.95,
        gt=0.0,
        lt=1.0,
        description="How surely stock is to last until the delivery after the next, such as 0.95.",
    )
    holding: float | None = Field(
        default=None,
        gt=0,
        le=10,
        description="What a year in stock costs, as a share of the cost, such as 0.25. With it each product whose price and cost "
        "are known has its own service: that at which a lost sale costs as much as one more piece in stock.",
    )
    review_days: int | None = Field(default=None, ge=1, le=365, description="Every how many days is ordered.")
    lead_days: int | None = Field(default=None, ge=0, le=730, description="How many days a delivery takes.")
    lead_spread_days: float | None = Field(
        default=None, ge=0, le=365, description="By how many days that varies (standard deviation)."
    )
    where: str | None = Field(
        default=None, max_length=4000, description="Of these products alone: a filter such as `vendor = Acme`."
    )
    on: date | None = Field(
        default=None,
        ge=date(1900, 1, 1),
        description="The day on which is ordered; today if not said, or the day after the last known sales where these are old.",
    )
    simulate: bool = Field(
        default=False,
        description="Replay the last weeks: what this way of ordering would have lost and kept, beside a plain rule.",
    )
    what_if: list[float] = Field(
        default=[],
        max_length=10,
        description="Services such as 0.9, 0.95 and 0.98: what each would cost, keep in stock and lose, before any budget.",
    )

    @field_validator("supplier", "product")
    @classmethod
    def _listed(cls, said: str | list[str] | None) -> list[str] | None:
        return [said] if isinstance(said, str) else said or None

    @field_validator("what_if")
    @classmethod
    def _shares(cls, said: list[float]) -> list[float]:
        if not all(0 < service < 1 for service in said):
            raise ValueError("a service is between 0 and 1, such as 0.95")
        return sorted(set(said))


class Ordered(BaseModel):
    """One purchase order that is proposed."""

    id: str
    supplier: str | None = Field(description="The supplier's id; null where no supplier is known.")
    name: str | None
    email: str | None
    lines: int
    pieces: int
    total: Money | None = Field(description="What it costs, as far as costs are known.")
    minimum: Money | None = Field(description="The least order that the supplier takes.")
    expected: date = Field(description="The day on which it should arrive if it is sent on the day of the request.")
    says: str


class OrderLine(BaseModel):
    """One line of an order, and the figures that it rests on."""

    order: str
    product: str
    title: str | None
    sku: str = Field(description="The item's name: its SKU, or its product's id where that says it.")
    quantity: int
    packs: int
    pack: int
    cost: Money | None
    amount: Money | None
    stock: int | None = Field(description="What there is; null where it is not counted.")
    on_order: int
    days: int = Field(description="Until when it must last: lead time and review period together.")
    expected: float = Field(description="How many are thought to be wanted in these days.")
    level: float = Field(description="Up to how many is ordered.")
    runs_out: date | None = Field(
        description="When stock, and what is under way, is thought to run out if nothing is ordered."
    )
    target: float = Field(description="The service that is aimed at.")
    service: float = Field(description="How likely it is that stock lasts with the order.")
    saves: Money | None = Field(description="What the line is expected to save of sales that would be lost without it.")
    demand_class: str
    way: str
    limits: list[str] = Field(description="What else decided: pack, minimum, budget, top-up, fading and so on.")
    why: str


class LeftOut(BaseModel):
    """What is needed and not ordered, or not whole: by how many pieces, and what that is expected to lose."""

    product: str
    title: str | None
    sku: str
    quantity: int
    lost: float = Field(description="How many more pieces are thought to be wanted in vain.")
    loses: Money | None
    reason: str = Field(description="budget, pack-too-large or minimum-too-large.")
    why: str


class Replayed(BaseModel):
    """What a way of ordering would have come to."""

    way: str
    lost_units: float
    lost_sales: Money | None
    fill_rate: float
    cycle_service: float
    average_stock: float
    stock_value: Money | None
    orders: int


class Simulation(BaseModel):
    """The last weeks replayed: this way of ordering beside a plain rule at about the same average stock."""

    first: date
    last: date
    products: int
    policy: Replayed
    plain: Replayed
    says: str


class AtService(BaseModel):
    """What would be ordered at one service if no budget were set, what would lie in stock then, and what would be lost."""

    service: float
    pieces: int
    cost: Money | None = Field(description="What the orders would cost, as far as costs are known.")
    stock_value: Money | None = Field(
        description="What lies in stock on average between the delivery of these orders and the next, at cost."
    )
    lost_units: float = Field(description="How many pieces would be wanted in vain until the delivery after the next.")
    lost_sales: Money | None = Field(description="The sales that are lost with them, as far as prices are known.")


class Replenishment(Changes):
    """What runs out, the orders that prevent it, why, and what was left out."""

    says: str = ""
    on: date | None = None
    orders: list[Ordered] = Field(default_factory=list)
    lines: list[OrderLine] = Field(default_factory=list)
    left_out: list[LeftOut] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    simulation: Simulation | None = None
    what_if: list[AtService] = Field(default_factory=list, description="What other services would come to.")


skill = Skill(
    name="replenish",
    does="Drafts the orders to your suppliers: what, how many, when and why",
    asks=Replenish,
    answers=Replenishment,
    local="weft.skills.replenish.drafting:draft",
    text="weft.skills.replenish.telling:told",
    writes="purchases",
    long=True,
    seconds=600.0,
)
