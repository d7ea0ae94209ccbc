"""Records as they travel between connectors and the store: plain mappings, in which an absent key means «not spoken of».

`None`, an empty text or an empty list means «known to be blank». Prices are integers of minor units in the variant's (or
order's) `currency`; times are aware; `known` maps the fields that a file speaks of to their headers, one object a file.
"""

from datetime import date, datetime
from typing import Any, NotRequired, Required, TypedDict


class Option(TypedDict):
    """One of a product's options, such as Size."""

    name: str
    linked_to: NotRequired[str | None]


class Variant(TypedDict, total=False):
    """One thing that can be bought; `options` maps each option's name to this variant's value, in order."""

    sku: str | None
    barcode: str | None
    options: dict[str, str]
    currency: str
    price: int | None
    compare_at: int | None
    cost: int | None
    grams: float | None
    weight_unit: str | None
    tracker: str | None
    policy: str | None
    fulfillment: str | None
    requires_shipping: bool | None
    taxable: bool | None
    tax_code: str | None
    image: str | None
    stock: int | dict[str, int | None] | None
    columns: dict[str, str]
    uid: str
    levels: dict[str, int]
    choices: list[str]


class Image(TypedDict, total=False):
    """A picture by its address."""

    src: Required[str]
    alt: str | None
    position: int | None
    columns: dict[str, str]


class Product(TypedDict, total=False):
    """A product; with `part` it continues one of which the file says more elsewhere, with `update` one that must be known."""

    id: Required[str]
    title: str | None
    description: str | None
    vendor: str | None
    type: str | None
    category: str | None
    status: str | None
    published: bool | None
    tags: list[str]
    options: list[Option]
    seo_title: str | None
    seo_description: str | None
    gift_card: bool | None
    attributes: dict[str, Any]
    translations: dict[str, dict[str, str]]
    images: list[Image]
    columns: dict[str, str]
    variants: list[Variant]
    known: dict[str, str]
    part: bool
    update: bool


class Customer(TypedDict, total=False):
    """A customer."""

    id: Required[str]
    email: str | None
    first_name: str | None
    last_name: str | None
    phone: str | None
    company: str | None
    addresses: list[dict[str, str]]
    accepts_marketing: bool | None
    tags: list[str]
    note: str | None
    currency: str | None
    total_spent: int | None
    total_orders: int | None
    tax_exempt: bool | None
    columns: dict[str, str]
    known: dict[str, str]


class Line(TypedDict, total=False):
    """A line of an order; `kind` is product, shipping, discount, fee, adjustment or test."""

    product: str | None
    sku: str | None
    title: str | None
    quantity: float
    price: int | None
    price_exact: str | None
    discount: int | None
    kind: str
    at: datetime | str | None
    columns: dict[str, str]


class Order(TypedDict, total=False):
    """An order; `whole` replaces the lines it had, otherwise its lines are added to them."""

    id: Required[str]
    kind: str
    placed_at: datetime | str | None
    customer: str | None
    email: str | None
    currency: str | None
    country: str | None
    financial_status: str | None
    fulfillment_status: str | None
    subtotal: int | None
    shipping: int | None
    taxes: int | None
    total: int | None
    discount: int | None
    discount_code: str | None
    refunded: int | None
    cancelled_at: datetime | str | None
    note: str | None
    tags: list[str]
    columns: dict[str, str]
    known: dict[str, str]
    whole: bool
    lines: list[Line]
    refunds: list[dict[str, Any]]


class StockLevel(TypedDict, total=False):
    """How many of a variant lie at a location; None where it is not stocked."""

    product: str | None
    sku: str | None
    options: dict[str, str] | None
    location: Required[str]
    quantity: Required[int | None]
    title: str | None
    columns: dict[str, str]


class Supply(TypedDict, total=False):
    """On which terms a supplier delivers an item: `cost` of one piece in minor units, how many a pack has, the least."""

    sku: Required[str]
    supplier_sku: str | None
    cost: int | None
    pack: int | None
    minimum: int | None
    lead_days: int | None
    preferred: bool | None
    columns: dict[str, str]


class Supplier(TypedDict, total=False):
    """Who delivers goods: how long it takes, by how many days that varies, how often one orders, the least order."""

    id: Required[str]
    name: str | None
    email: str | None
    currency: str | None
    lead_days: int | None
    lead_spread_days: float | None
    review_days: int | None
    minimum_order: int | None
    note: str | None
    supplies: list[Supply]
    columns: dict[str, str]
    known: dict[str, str]


class PurchaseLine(TypedDict, total=False):
    """How many of an item were ordered, how many of these have come, and what one costs."""

    sku: Required[str]
    supplier_sku: str | None
    quantity: Required[int]
    received: int
    cost: int | None
    columns: dict[str, str]


class Purchase(TypedDict, total=False):
    """A purchase order; `state` is draft, ordered, received or cancelled, `expected` the day on which it is to come."""

    id: Required[str]
    supplier: str | None
    currency: str | None
    state: str
    ordered_at: datetime | str | None
    expected: date | str | None
    note: str | None
    columns: dict[str, str]
    known: dict[str, str]
    lines: list[PurchaseLine]


class Thing(TypedDict, total=False):
    """A record of a kind without a table of its own: conversation, document."""

    kind: Required[str]
    id: Required[str]
    at: datetime | str | None
    subject: str | None
    body: Required[dict[str, Any]]
