"""What lies in the sample shop's two places on its last day."""

from random import Random
from typing import Final

from weft.sample.anomalies import Anomaly
from weft.sample.demand import Demand
from weft.sample.products import Product
from weft.sample.terms import DAYS, STORE, WAREHOUSE

HEADER: Final = (
    *("Handle", "Title", "Option1 Name", "Option1 Value", "Option2 Name", "Option2 Value", "Option3 Name"),
    *("Option3 Value", "SKU", "HS Code", "COO", "Location", "Bin name", "Incoming (not editable)"),
    *("Unavailable (not editable)", "Committed (not editable)", "Available (not editable)", "On hand (current)"),
    "On hand (new)",
)
NOT_STOCKED: Final = "not stocked"


def fill(random: Random, products: list[Product], demands: dict[str, Demand], anomalies: list[Anomaly]) -> list[str]:
    """Put stock on the shelves, in the warehouse and in the store; answers the handles that the store does not carry."""
    wrong = {handle: anomaly.key for anomaly in anomalies if anomaly.metric == "stock" for handle in anomaly.products}
    elsewhere = []
    for product in products:
        demand = demands[product.handle]
        a_week = 0.0
        for wanted in demand.mean[-28:]:
            a_week += wanted / 4
        weeks = random.uniform(2, 12)
        empty = demand.sold_out(DAYS - 1) or product.status == "archived"
        total_share = 0.0
        for variant in product.variants:
            total_share += variant.share
        in_store = random.random() < 0.7
        if not in_store:
            elsewhere.append(product.handle)
        for variant in product.variants:
            pieces = 0 if empty else int(a_week * weeks * variant.share / total_share + random.uniform(0.6, 4.0))
            at_store = pieces // 4 if in_store else 0
            variant.stock = (pieces - at_store, at_store)
        _miscount(product, wrong.get(product.handle))
    return elsewhere


def _miscount(product: Product, anomaly: str | None) -> None:
    first = product.variants[0]
    if anomaly == "miscounted-stock":
        first.stock = (max(6, first.stock[0]) * 10, first.stock[1])
    elif anomaly == "negative-stock":
        first.stock = (-3, first.stock[1])


def rows(random: Random, products: list[Product], elsewhere: list[str]) -> list[list[str]]:
    """The inventory export: one row a variant and place."""
    missing = frozenset(elsewhere)
    written = []
    for product in products:
        names = [*product.option_names, "", "", ""] if product.option_names else ["Title", "", "", ""]
        for variant in product.variants:
            values = [*variant.values, "", "", ""] if variant.values else ["Default Title", "", "", ""]
            options = [cell for pair in zip(names[:3], values[:3], strict=True) for cell in pair]
            for place, location in enumerate((WAREHOUSE, STORE)):
                shelf = f"{chr(65 + random.randrange(8))}-{random.randint(1, 40):02d}" if place == 0 else ""
                counts = [NOT_STOCKED] * 6
                if place == 0 or product.handle not in missing:
                    on_hand = variant.stock[place]
                    incoming = random.choice((0, 0, 0, 0, 10, 20)) if place == 0 and on_hand < 3 else 0
                    counts = [str(count) for count in (incoming, 0, 0, on_hand, on_hand, on_hand)]
                cells = [variant.sku, "", product.origin, location, shelf]
                written.append([product.handle, product.title, *options, *cells, *counts])
    return written
