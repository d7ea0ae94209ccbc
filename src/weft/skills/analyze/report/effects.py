"""What a change is made of: prices and quantities, and orders and their sizes; in whole minor units that add up to it exactly.

Price, volume and mix are told for each product or variant apart, so that one that sells at another price than the rest does not
pass for a change of prices. Rounding is left in the last addend of each.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from weft.skills.analyze.report.cells import Amounts, Cells


@dataclass(frozen=True, slots=True)
class Addend:
    """One addend of a change, in minor units."""

    key: str
    amount: int


def by_price(
    now: Cells, before: Cells, dimension: str, new: Collection[str] = (), gone: Collection[str] = ()
) -> list[Addend]:
    """The change of net sales: volume, mix, price, new, gone, discounts, returns.

    `new` are members that were never sold before the present period, `gone` those that are for sale no more. Volume is what as
    many more pieces at the old mean price bring, mix what other products among these do; both keep each product's old price.
    """
    gross, units = ((_all(now, dimension, name), _all(before, dimension, name)) for name in ("gross", "units"))
    members = now.keys[dimension].members
    is_new = np.fromiter((one in new for one in members), bool, len(members))
    is_gone = np.fromiter((one in gone for one in members), bool, len(members)) & ~is_new
    change = gross[0] - gross[1]
    kept = ~is_new & ~is_gone
    price = _price(gross, units) * kept
    quantity = (change - price) * kept
    pieces, earlier = (round(1000 * float(one[kept].sum())) for one in units)
    volume = _ratio(int(gross[1][kept].sum()) * (pieces - earlier), earlier)
    # Where nothing like it was sold before there is no old price to tell volume and mix by.
    volume = int(quantity.sum()) if earlier <= 0 or volume is None else volume
    return [
        Addend("volume", volume),
        Addend("mix", int(quantity.sum()) - volume),
        Addend("price", int(price.sum())),
        Addend("new", int(change[is_new].sum())),
        Addend("gone", int(change[is_gone].sum())),
        Addend("discounts", before.total("discounts") - now.total("discounts")),
        Addend("returns", before.total("returns") - now.total("returns")),
        *_rest(now, before),
    ]


def _rest(now: Cells, before: Cells) -> list[Addend]:
    """What net sales hold beside gross sales less discounts and returns; nothing where they hold no more."""
    left = sum(
        sign * (cells.total("net") - cells.total("gross") + cells.total("discounts") + cells.total("returns"))
        for cells, sign in ((now, 1), (before, -1))
    )
    return [Addend("other", left)] if left else []


def _all(cells: Cells, dimension: str, measure: str) -> Amounts:
    return cells.sums(dimension, measure)


def _price(gross: tuple[Amounts, Amounts], units: tuple[Amounts, Amounts]) -> Amounts:
    """What each member's new price made of the pieces sold now; nothing where it was sold in one of the periods only."""
    both = (units[0] > 0) & (units[1] > 0)
    earlier = np.where(both, units[1], 1)
    at_old_price = np.rint(gross[1] * (units[0] / earlier)).astype(np.int64)
    return np.asarray(np.where(both, gross[0] - at_old_price, 0))


def by_orders(now: Cells, before: Cells, orders: tuple[int, int], dimension: str | None) -> list[Addend]:
    """The change of net sales: more orders, orders of other kinds, larger orders.

    `orders` counts them now and before; `dimension` is one whose members each order has exactly one of (a country, a channel):
    its shares of the orders are the mix.
    """
    sold, had = now.total("net"), before.total("net")
    number = _ratio(had * (orders[0] - orders[1]), orders[1])
    if number is None:
        return [Addend("orders", sold - had)]
    if dimension is None:
        return [Addend("orders", number), Addend("size", sold - had - number)]
    amounts = _all(now, dimension, "net"), _all(before, dimension, "net")
    counts = _all(now, dimension, "orders"), _all(before, dimension, "orders")
    within = int(_price(amounts, counts).sum())
    return [Addend("orders", number), Addend("mix", sold - had - number - within), Addend("size", within)]


def _ratio(part: int, whole: int) -> int | None:
    """A quotient of whole numbers, rounded half to even; None where it divides by nothing."""
    if whole <= 0:
        return None
    quotient, rest = divmod(part, whole)
    return quotient + (2 * rest > whole or (2 * rest == whole and quotient % 2 == 1))
