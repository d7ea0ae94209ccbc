"""What went unusually in the sample shop's two years, planted on purpose, each with its cause."""

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any, Final

from weft.sample.products import Product
from weft.sample.terms import day, number

LEAKED_CODE: Final = "FRIENDS40"


@dataclass(slots=True, frozen=True)
class Anomaly:
    """One unusual stretch. `products` and `kinds` say what it touches (neither: all of the shop); `demand` multiplies
    what people want, `served` is the share of it that could be bought, `returned` the share that came back,
    `price` multiplies the price paid, `cancelled` the share of orders called off.
    """

    key: str
    metric: str
    first: int
    last: int
    cause: str
    products: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    demand: float = 1.0
    served: float = 1.0
    returned: float = 0.0
    price: float = 1.0
    cancelled: float = 0.0

    def concerns(self, product: Product) -> bool:
        """Whether the anomaly touches a product."""
        if self.products or self.kinds:
            return product.handle in self.products or product.kind.key in self.kinds
        return True

    def covers(self, on: int) -> bool:
        """Whether the anomaly holds on a day."""
        return self.first <= on <= self.last

    def row(self) -> dict[str, Any]:
        """The anomaly as the truth has it, with dates instead of day numbers."""
        return {
            "anomaly": self.key,
            "metric": self.metric,
            "from": day(self.first).isoformat(),
            "to": day(self.last).isoformat(),
            "products": list(self.products),
            "kinds": list(self.kinds),
            "effect": {
                "demand": self.demand,
                "served": self.served,
                "returned": self.returned,
                "price": self.price,
                "cancelled": self.cancelled,
            },
            "cause": self.cause,
        }


def plan(random: Random, products: list[Product]) -> list[Anomaly]:
    """Choose the products that the anomalies befall, and set their days."""

    def one(kind: str) -> tuple[str, ...]:
        able = [product.handle for product in products if product.kind.key == kind and product.status == "active"]
        return (random.choice(able),)

    def span(first: tuple[int, int, int], last: tuple[int, int, int]) -> tuple[int, int]:
        return number(date(*first)), number(date(*last))

    return [
        Anomaly("radio-feature", "units", *span((2025, 9, 8), (2025, 9, 21)), products=one("headlamp"), demand=9.0,
                cause="A radio show on night walks named this headlamp; the wave was over after two weeks."),
        Anomaly("slipped-price", "revenue", *span((2026, 3, 14), (2026, 3, 15)), products=one("dutch-oven"), demand=25.0,
                price=0.1, cause="A price update lost a digit on Saturday morning; the price was a tenth until Sunday night."),
        Anomaly("payment-outage", "orders", *span((2025, 11, 13), (2025, 11, 13)), served=0.12,
                cause="The payment provider was down from morning to late evening; carts could not be paid."),
        Anomaly("leaky-batch", "returns", *span((2026, 2, 2), (2026, 4, 26)), products=one("thermos"), demand=2.0,
                returned=0.42, cause="One batch came with a seal that leaks; most buyers sent it back."),
        Anomaly("feed-disapproval", "units", *span((2026, 5, 4), (2026, 6, 28)), kinds=("water-bottle",), demand=0.3,
                cause="The shopping feed disapproved all water bottles for missing barcodes; the ads stopped."),
        Anomaly("carrier-strike", "cancellations", *span((2026, 1, 19), (2026, 1, 30)), cancelled=0.14,
                cause="The parcel carrier was on strike; parcels took eleven days and people called orders off."),
        Anomaly("early-frost", "units", *span((2025, 10, 2), (2025, 10, 12)),
                kinds=("beanie", "gloves", "base-layer", "fleece"), demand=2.8,
                cause="Frost came three weeks early; warm clothes sold as in December."),
        Anomaly("leaked-code", "discounts", *span((2026, 6, 5), (2026, 6, 8)), demand=1.25,
                cause=f"The code {LEAKED_CODE}, meant for staff, was posted in a deals forum."),
        Anomaly("bulk-order", "units", *span((2025, 12, 2), (2025, 12, 2)), products=one("mug"),
                cause="One company ordered 96 mugs as gifts for its staff; it is no trend."),
        Anomaly("miscounted-stock", "stock", *span((2026, 10, 30), (2026, 10, 31)), products=one("candle"),
                cause="A delivery was booked twice: the shelf holds a tenth of what the list says."),
        Anomaly("negative-stock", "stock", *span((2026, 10, 28), (2026, 10, 31)), products=one("picnic-blanket"),
                cause="Store sales were booked after the web had sold the last pieces."),
    ]  # fmt: skip
