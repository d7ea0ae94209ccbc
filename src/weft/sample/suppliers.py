"""Of whom the sample shop orders: a supplier for each group of goods, with what a piece costs and in which packs it comes."""

from random import Random
from typing import Final

from weft.sample.products import Product
from weft.sample.terms import CURRENCY, euros

HEADER: Final = (
    *("supplier", "name", "email", "currency", "lead days", "lead spread days", "review days", "minimum order", "sku"),
    *("supplier sku", "cost", "pack", "minimum quantity"),
)
# By group of goods: id, name, days of a delivery and their spread, days between orders, the least order, packs.
_BY_GROUP: Final = {
    "camp": ("nordfjell", "Nordfjell Supply", 14, 3, 7, 40_000, (1, 2, 4, 6)),
    "wear": ("vestland", "Vestland Textile", 28, 6, 14, 90_000, (1, 1, 5, 10)),
    "kitchen": ("lindholm", "Lindholm Housewares", 10, 2, 7, 25_000, (1, 4, 6, 12)),
    "home": ("hjemby", "Hjemby Trading", 21, 4, 14, 50_000, (1, 2, 4, 8)),
}
_SHARE: Final = 0.46


def rows(seed: int, products: list[Product]) -> list[list[str]]:
    """A row for each variant that can be ordered again and has a SKU of its own, supplier by supplier."""
    random = Random(f"suppliers {seed}")  # noqa: S311  a repeatable sample, no secret
    skus: dict[str, int] = {}
    for product in products:
        for variant in product.variants:
            skus[variant.sku] = skus.get(variant.sku, 0) + 1
    written: list[list[str]] = []
    for product in sorted(products, key=lambda one: (one.kind.group, one.handle)):
        if product.status == "archived" or product.kind.group not in _BY_GROUP:
            continue
        name, title, lead, spread, review, least, packs = _BY_GROUP[product.kind.group]
        pack = random.choice(packs)
        minimum = pack * random.choice((0, 0, 0, 2, 3))
        head = [name, title, f"orders@{name}.example", CURRENCY, str(lead), str(spread), str(review), euros(least)]
        for variant in product.variants:
            cost = variant.cost if variant.cost is not None else round(variant.sold_at * _SHARE)
            if variant.sku and skus[variant.sku] == 1:
                own = f"{name[:2].upper()}-{random.randrange(10_000, 99_999)}"
                written.append([*head, variant.sku, own, euros(cost), str(pack), str(minimum or "")])
    return written
