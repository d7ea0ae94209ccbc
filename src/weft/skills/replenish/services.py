"""What other services would come to: what is ordered, what lies in stock, and what is lost, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from weft.demand import policy
from weft.demand.policy import Line
from weft.skills.replenish import AtService, Replenish
from weft.skills.replenish.ground import Candidate, Ground

Drafted = Sequence[tuple[Candidate, Line]]


@dataclass(slots=True)
class _Sum:
    """Amounts added up in one currency; nothing was known of it as long as nothing was added."""

    amount: float = 0.0
    some: bool = False

    def add(self, pieces: float, each: int | None, worth: float | None) -> None:
        """Add so many pieces at an amount each; what is not known, or cannot be converted, is not added."""
        if pieces > 0 and each is not None and worth is not None:
            self.amount += pieces * each * worth
            self.some = True

    def told(self, currency: str) -> dict[str, Any] | None:
        """The sum as an answer has it."""
        return {"amount": round(self.amount), "currency": currency} if self.some else None


def compared(asked: Replenish, drafted: Drafted, ground: Ground) -> list[AtService]:
    """Each service that is asked for, over the items that are drafted, without a budget and least orders."""
    currencies = {candidate.currency for candidate, _ in drafted}
    into = asked.currency or (currencies.pop() if len(currencies) == 1 else ground.currency)
    unknown = sorted({one.currency for one, _ in drafted if ground.rates.worth(one.currency, into) is None})
    if unknown and asked.what_if:
        ground.notes.append(
            f"What if is told in {into}; amounts in {' and '.join(unknown)} are left out of it, for no rate of them is stored."
        )
    return [_at(service, drafted, ground, into) for service in asked.what_if]


def _at(service: float, drafted: Drafted, ground: Ground, into: str) -> AtService:
    pieces, lost = 0, 0.0
    cost, stock, sales = _Sum(), _Sum(), _Sum()
    for candidate, line in drafted:
        terms = replace(line.item.terms, service=service, holding=None)
        item = replace(line.item, terms=terms)
        other = policy.lined(item, line.protection, policy.order_up_to(item, line.protection))
        worth = ground.rates.worth(candidate.currency, into)
        missed = other.lost(other.quantity)
        pieces, lost = pieces + other.quantity, lost + missed
        cost.add(other.quantity, terms.cost, worth)
        stock.add(_lying(other), terms.cost, worth)
        sales.add(missed, terms.price, worth)
    return AtService(
        service=service,
        pieces=pieces,
        cost=cost.told(into),
        stock_value=stock.told(into),
        lost_units=round(lost, 2),
        lost_sales=sales.told(into),
    )


def _lying(line: Line) -> float:
    """How many pieces lie in stock on average between the delivery of an order and the next.

    Before the next there is what was not wanted, after this one what is wanted in a review period besides: half of it on average.
    """
    terms, mean = line.item.terms, line.protection.mean
    left = line.stock - mean + line.lost(line.quantity)
    return left + mean * terms.review / max(terms.lead + terms.review, 1) / 2
