"""Orders in words: each sentence is made from the figures that it tells."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from weft.demand.policy import Line, whole_pieces
from weft.money import decimal
from weft.skills.replenish.ground import Candidate, Supplier

_LIMITS: Final = {
    "pack": "one pack more is hardly needed",
    "pack-too-large": "a further pack would last for more than a year",
    "minimum": "the minimum quantity decides",
    "minimum-too-large": "the minimum quantity would last for more than a year",
    "fading": "its sales fade, so only what is still expected is ordered",
    "not-wanted": "it has not sold for long",
    "budget": "the budget leaves the rest out",
    "top-up": "some were added to reach the supplier's least order, of what sells soonest",
}


def pieces(number: float) -> str:
    """A number of pieces as people say it."""
    whole = round(number)
    return f"{whole:,}" if number >= 10 or abs(number - whole) < 0.05 else f"{number:.1f}"


def plain_money(amount: float, currency: str) -> str:
    """An amount of minor units, its thousands apart, without the currency: `1,204.50`."""
    return f"{Decimal(decimal(round(amount), currency)):,}"


def money(amount: float, currency: str) -> str:
    """An amount of minor units with its currency."""
    return f"{plain_money(amount, currency)} {currency}"


def day(on: date) -> str:
    """A day as people write it."""
    return f"{on.day} {on:%B %Y}"


def counted(number: int, one: str, more: str) -> str:
    """A count with its noun."""
    return f"{number:,} {one if number == 1 else more}"


def why(candidate: Candidate, line: Line, out: date | None, on: date) -> str:
    """Why so many of an item are ordered."""
    terms, item = candidate.terms, candidate.item
    until = terms.lead + terms.review
    sentence = (
        f"{pieces(line.protection.mean)} are expected to be wanted in the {until} days until the delivery after this one, and in "
        f"{terms.target * 100:.4g} of 100 cases no more than {whole_pieces(line.protection.quantile(terms.target)):,}"
    )
    there = (
        "none is counted"
        if item.stock is None
        else f"{candidate.stock:,} {'is' if candidate.stock == 1 else 'are'} there"
    )
    coming = sum(candidate.arriving.values())
    there += f" and {pieces(coming)} on order" if coming else ""
    parts = [f"{sentence}; {there}.", *_reckoned(line)]
    if out is not None:
        parts.append(f"Without this order it runs out about {day(out)}." if out > on else "It is out of stock.")
    limits = [_LIMITS[name] for name in dict.fromkeys(line.limits) if name in _LIMITS]
    if limits:
        said = "; ".join(limits)
        parts.append(f"{said[0].upper()}{said[1:]}.")
    if line.item.forecast.demand_class == "new":
        parts.append("It is new, so this is surer in some weeks.")
    return " ".join(parts)


def _reckoned(line: Line) -> list[str]:
    """How the quantity comes about, in figures."""
    terms, item = line.item.terms, line.item
    if not line.quantity:
        return []
    if line.needed <= 0:
        return [f"Nothing would be missing; {line.quantity:,} are ordered."]
    taken = f" less {pieces(item.position)}" if item.position else ""
    missing = (
        f"{pieces(line.level)}{taken} leaves {pieces(line.needed)} to order"
        if taken
        else f"{pieces(line.needed)} are to be ordered"
    )
    if terms.pack > 1:
        packs = counted(-(-line.quantity // terms.pack), "pack", "packs")
        return [f"{missing}; it comes in packs of {terms.pack}, and {packs} are {line.quantity:,}."]
    return [f"{missing}." if line.quantity == round(line.needed) else f"{missing}; {line.quantity:,} are."]


def order(supplier: Supplier, lines: int, quantity: int, total: float, currency: str, priced: bool, comes: date) -> str:
    """What an order is, in a sentence."""
    costs = f" for {money(total, currency)}" if priced else ""
    return (
        f"{counted(lines, 'line', 'lines')}, {counted(quantity, 'piece', 'pieces')}{costs} from {supplier.called}, "
        f"to come about {day(comes)}."
    )


def headline(running_out: int, before_arrival: int, orders: int, totals: Sequence[str], on: date, left: int) -> str:
    """The whole in a sentence or two; `left` items are needed and not ordered, or not whole."""
    if not orders and not left:
        return f"On {day(on)} nothing needs to be ordered."
    said = f"{counted(running_out, 'product runs', 'products run')} out before the next delivery"
    if not running_out:
        said = "No product is thought to run out before the next delivery, but stock is too low to be sure"
    late = (
        f" ({before_arrival:,} of {'it' if running_out == 1 else 'them'} before even this order can arrive)"
        if before_arrival
        else ""
    )
    if not orders:
        return f"{said}{late}. Nothing is ordered: what is needed is left out, with the reason."
    cost = f" for {' and '.join(totals)}" if totals else ""
    return f"{said}{late}. Here {'is the order' if orders == 1 else f'are the {orders} orders'}{cost}."


def left_out(lost: float, loses: str | None, reason: str) -> str:
    """What it means that something is not ordered."""
    amount = f", {loses} of sales," if loses else ""
    return f"{_LIMITS.get(reason, reason)}: it is expected that {pieces(lost)} more would be wanted in vain{amount} until the delivery after this one."


def arrival(on: date, lead: int) -> date:
    """The day on which an order of a day arrives."""
    return on + timedelta(lead)
