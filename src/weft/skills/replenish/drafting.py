"""The engine of `replenish`: reads what there is, lets the policy decide, and says why."""

import re
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from weft.business import Business
from weft.demand import policy
from weft.demand.forecast import Forecast
from weft.demand.policy import Line
from weft.errors import InputError
from weft.money import exponent
from weft.skill import Edit
from weft.skills.replenish import LeftOut, Ordered, OrderLine, Replenish, Replenishment, services, whatif, wording
from weft.skills.replenish.expecting import Sold, expected, kept, past
from weft.skills.replenish.ground import Candidate, Ground, Supplier, day_of, read
from weft.store.changes import Selection

# Up to so many items are forecast together whichever are asked for, so that one item has one forecast.
_TOGETHER: Final = 1_000
_PROPOSED: Final = Selection(where="skill = replenish and state in (proposed, approved)")


@dataclass(slots=True)
class Draft:
    """One line on its way to an order: whose it is, how much, and when it runs out without it (None: not in sight)."""

    candidate: Candidate
    line: Line
    out: date | None
    _saved: tuple[int, float] | None = None

    @property
    def saves(self) -> float:
        """Sales that the line is expected to save, in minor units; in pieces where there is no price."""
        line = self.line
        if self._saved is None or self._saved[0] != line.quantity:
            saved = line.lost(0) - line.lost(line.quantity)
            self._saved = (line.quantity, saved * (self.worth if self.worth is not None else 1.0))
        return self._saved[1]

    @property
    def worth(self) -> int | None:
        """What one lost sale loses of sales, in minor units."""
        return self.candidate.terms.price


def draft(asked: Replenish, business: Business) -> Replenishment:
    """What runs out, and the orders that prevent it; raises NotFound, InputError."""
    sold = Sold(business)
    on, told = day_of(asked, business, sold.days)
    ground = read(asked, business, on)
    if told:
        ground.notes.insert(0, told)
    if not ground.candidates:
        ground.notes.append("There is nothing that could be ordered.")
    everything = [*ground.candidates, *ground.others]
    longest = max(
        (one.terms.lead + 3 * one.terms.lead_spread + one.terms.review for one in everything),
        default=1,
    )
    history = sold.by_item(everything)
    days = max(1, min(round(longest), 400))
    ready = kept(business, ground.candidates, on, days, max(sold.days, default=None))
    beside = ground.others if len(everything) <= _TOGETHER else []
    forecasts = expected(history, ground.candidates, on, days, ready, beside)
    drafts = [_drafted(one, forecasts[one.item.name], history[one.item.name], on) for one in ground.candidates]
    _decide(asked, drafts, ground)
    what_if = services.compared(asked, [(one.candidate, one.line) for one in drafts], ground)
    answer = _answer(asked, business, drafts, ground)
    answer.what_if = what_if
    if asked.simulate:
        answer.simulation = whatif.simulated(asked, ground, history)
    return answer


def _drafted(candidate: Candidate, forecast: Forecast, sold: Mapping[date, float], on: date) -> Draft:
    terms = candidate.terms
    coming = sum(candidate.arriving.values())
    item = candidate.item
    before = past(sold, on, out=item.stock is not None and item.stock <= 0 and not item.owed)
    line = policy.line(policy.Item(item.name, forecast, candidate.stock, coming, terms, before))
    horizon = max(terms.lead + terms.review, 1)
    out = None
    if forecast.demand_class != "none":
        place, _ = policy.runs_out(forecast, candidate.stock, candidate.arriving, horizon)
        out = on + timedelta(place - 1) if place is not None else None
    return Draft(candidate, line, out)


def _decide(asked: Replenish, drafts: Sequence[Draft], ground: Ground) -> None:
    """Let the budget and the suppliers' least orders decide with; money is told in the budget's currency. Raises InputError."""
    wanted = [one for one in drafts if one.line.full > 0]
    into = _counted_in(asked, wanted, ground)
    worth = {} if asked.budget is None else _worth(wanted, into, ground)
    costs, left = _costs(drafts, worth), float("inf")
    if asked.budget is not None:
        budget = asked.budget * 10 ** exponent(into)
        left = budget - policy.within([one.line for one in wanted], budget, _worths(drafts, worth), costs)
        _note_costs(wanted, ground)
    for supplier, of in _by_supplier(drafts).items():
        if supplier.minimum <= 0:
            continue
        currency = of[0].candidate.currency
        least = supplier.minimum * worth.get(currency, 1.0)
        lines = [one.line for one in of]
        before = sum(one.quantity * costs[one.item.name] for one in lines)
        after = policy.topped_up(lines, least, costs, most=before + left)
        left -= after - before
        if 0 < after < least:
            total = wording.money(after / worth.get(currency, 1.0), currency)
            ground.notes.append(
                f"The order to {supplier.called} comes to {total}, below the {wording.money(supplier.minimum, currency)} "
                "that it takes at least, and nothing else of it would be sold within three months"
                + (" within the budget." if asked.budget is not None else ".")
            )


def _counted_in(asked: Replenish, wanted: Sequence[Draft], ground: Ground) -> str:
    """The currency in which a budget is meant: the one asked for, else the suppliers' where they have one, else the business's own."""
    currencies = {one.candidate.currency for one in wanted}
    return asked.currency or (currencies.pop() if len(currencies) == 1 else ground.currency)


def _worth(wanted: Sequence[Draft], into: str, ground: Ground) -> dict[str, float]:
    """What a minor unit of each currency is worth in the budget's; raises InputError where a rate is missing."""
    found, missing = {}, []
    for currency in sorted({one.candidate.currency for one in wanted}):
        worth = ground.rates.worth(currency, into)
        if worth is None:
            missing.append(currency)
        else:
            found[currency] = worth
    if missing:
        raise InputError(
            f"budget: it is in {into}, and some suppliers are paid in {' and '.join(missing)}, of which no rate is stored: "
            f"weft rates set {missing[0]} RATE --in {into}. Or ask for suppliers that are paid in one currency."
        )
    if set(found) - {into}:
        rates = ", ".join(
            f"1 {currency} = {worth * 10 ** (exponent(currency) - exponent(into)):.6g} {into}"
            for currency, worth in found.items()
            if currency != into
        )
        ground.notes.append(f"For the budget amounts are converted by stored rates: {rates}.")
    return found


def _costs(drafts: Sequence[Draft], worth: Mapping[str, float]) -> dict[str, float]:
    """What a piece of each item costs, in minor units; its price where no cost is known, which is the most it can be.

    Currencies that have a `worth` are converted by it.
    """
    return {
        one.candidate.item.name: worth.get(one.candidate.currency, 1.0)
        * next((x for x in (one.candidate.terms.cost, one.candidate.terms.price) if x is not None), 0)
        for one in drafts
    }


def _worths(drafts: Sequence[Draft], worth: Mapping[str, float]) -> dict[str, float]:
    """What a lost sale of each item loses, converted as costs are: its margin, else the usual share of its price, else 1 for a piece."""
    shares = [
        one.candidate.margin / one.candidate.terms.price
        for one in drafts
        if one.candidate.margin is not None and one.candidate.margin > 0 and one.candidate.terms.price
    ]
    usual = statistics.median(shares) if shares else 1.0
    found = {}
    for one in drafts:
        margin, price = one.candidate.margin, one.candidate.terms.price
        lost = float(margin) if margin is not None else price * usual if price else 1.0
        found[one.candidate.item.name] = lost * worth.get(one.candidate.currency, 1.0)
    return found


def _note_costs(wanted: Sequence[Draft], ground: Ground) -> None:
    unknown = sum(one.candidate.terms.cost is None for one in wanted)
    if unknown:
        ground.notes.append(
            f"What a piece costs is not known of {unknown:,} items; for the budget their price is taken, which is the most it can be."
        )


def _by_supplier(drafts: Sequence[Draft]) -> dict[Supplier, list[Draft]]:
    found: dict[Supplier, list[Draft]] = defaultdict(list)
    for one in drafts:
        found[one.candidate.supplier].append(one)
    return found


def _answer(asked: Replenish, business: Business, drafts: Sequence[Draft], ground: Ground) -> Replenishment:
    answer = Replenishment(on=ground.on, notes=ground.notes)
    used: set[str] = set()
    totals: dict[str, float] = defaultdict(float)
    groups = sorted(_by_supplier(drafts).items(), key=lambda pair: (pair[0].id is None, pair[0].id or ""))
    for supplier, of in groups:
        ordered = sorted(
            (one for one in of if one.line.quantity > 0), key=lambda one: (-one.saves, one.candidate.item.name)
        )
        if not ordered:
            continue
        # One order has one currency; without a supplier items may be priced in several.
        for currency in sorted({one.candidate.currency for one in ordered}):
            these = [one for one in ordered if one.candidate.currency == currency]
            name = _id(business, ground.on, supplier, used)
            answer.lines += [_line(name, one, ground.on) for one in these]
            answer.changes += [
                _edit(name, one, ground.on, answer.lines[-len(these) + n]) for n, one in enumerate(these)
            ]
            made = _order(name, supplier, these, ground.on, currency)
            answer.orders.append(made)
            if made.total:
                totals[currency] += made.total["amount"]
    answer.left_out = _left_out(drafts)
    answer.notes += _waiting(business)
    out = [one for one in drafts if one.out is not None and one.line.protection.mean > 0]
    late = [one for one in out if one.out and one.out < wording.arrival(ground.on, one.candidate.terms.lead)]
    answer.says = wording.headline(
        len({one.candidate.item.product for one in out}),
        len({one.candidate.item.product for one in late}),
        len(answer.orders),
        [wording.money(total, currency) for currency, total in totals.items()],
        ground.on,
        len(answer.left_out),
    )
    if asked.budget is not None:
        answer.notes += _budget_said(answer.left_out)
    return answer


def _id(business: Business, on: date, supplier: Supplier, used: set[str]) -> str:
    """An id for an order: the same for the same day and supplier, as long as no order has it."""
    slug = re.sub(r"[^A-Za-z0-9]+", "-", supplier.id or "").strip("-")[:60]
    wanted = f"PO-{on:%Y%m%d}-{slug}" if slug else f"PO-{on:%Y%m%d}"
    name = business.purchases.free_id(wanted)
    number = 2
    while name in used:
        name = business.purchases.free_id(f"{wanted}.{number}")
        number += 1
    used.add(name)
    return name


def _amount(amount: float | None, currency: str) -> dict[str, Any] | None:
    return None if amount is None else {"amount": round(amount), "currency": currency}


def _line(order: str, one: Draft, on: date) -> OrderLine:
    candidate, line, terms, item = one.candidate, one.line, one.candidate.terms, one.candidate.item
    return OrderLine(
        order=order,
        product=item.product,
        title=item.title,
        sku=item.name,
        quantity=line.quantity,
        packs=-(-line.quantity // terms.pack),
        pack=terms.pack,
        cost=_amount(terms.cost, candidate.currency),
        amount=_amount(None if terms.cost is None else terms.cost * line.quantity, candidate.currency),
        stock=item.stock,
        on_order=round(sum(candidate.arriving.values())),
        days=terms.lead + terms.review,
        expected=round(line.protection.mean, 2),
        level=line.level,
        runs_out=one.out,
        target=round(terms.target, 4),
        service=round(line.protection.enough(line.stock), 4),
        saves=_amount(one.saves if one.worth is not None else None, candidate.currency),
        demand_class=line.item.forecast.demand_class,
        way=line.item.forecast.way,
        limits=list(dict.fromkeys(line.limits)),
        why=wording.why(candidate, line, one.out, on),
    )


def _edit(order: str, one: Draft, on: date, line: OrderLine) -> Edit:
    """The line as an edit, with what the order is in its facts, from where the first line that is applied takes it."""
    candidate, item = one.candidate, one.candidate.item
    titled = f"{item.title.strip()}: {line.why}" if item.title else line.why
    facts: list[Any] = [{"field": "quantity", "value": one.line.quantity, "why": titled}]
    if candidate.supplier.id is not None:
        facts.append({"field": "supplier", "value": candidate.supplier.id})
    if candidate.terms.cost is not None:
        facts.append({"field": "cost", "value": _amount(candidate.terms.cost, candidate.currency)})
    facts.append({"field": "expected", "value": wording.arrival(on, candidate.terms.lead).isoformat()})
    facts += [
        {"field": "expected demand", "value": round(one.line.protection.mean, 2)},
        {"field": "stock", "value": item.stock},
        {"field": "on order", "value": round(sum(candidate.arriving.values()))},
        {"field": "service with the order", "value": line.service},
    ]
    return Edit(record=order, field=f"lines.{item.name}.quantity", after=one.line.quantity, facts=facts)


def _order(name: str, supplier: Supplier, of: Sequence[Draft], on: date, currency: str) -> Ordered:
    known = [one.candidate.terms.cost * one.line.quantity for one in of if one.candidate.terms.cost is not None]
    quantity = sum(one.line.quantity for one in of)
    comes = wording.arrival(on, max(one.candidate.terms.lead for one in of))
    return Ordered(
        id=name,
        supplier=supplier.id,
        name=supplier.name,
        email=supplier.email,
        lines=len(of),
        pieces=quantity,
        total=_amount(sum(known), currency) if known else None,
        minimum=_amount(supplier.minimum, currency) if supplier.minimum else None,
        expected=comes,
        says=wording.order(supplier, len(of), quantity, sum(known), currency, len(known) == len(of), comes),
    )


def _left_out(drafts: Sequence[Draft]) -> list[LeftOut]:
    """What is needed and not ordered, what loses most first."""
    found: list[tuple[float, LeftOut]] = []
    for one in drafts:
        line = one.line
        reason = next((name for name in ("budget", "pack-too-large", "minimum-too-large") if name in line.limits), None)
        missing = line.full - line.quantity if reason == "budget" else round(line.needed) - line.quantity
        if reason is None or missing <= 0:
            continue
        lost = line.lost(line.quantity) - line.lost(line.quantity + missing)
        loses = None if one.worth is None else lost * one.worth
        amount = _amount(loses, one.candidate.currency)
        said = None if loses is None else wording.money(loses, one.candidate.currency)
        item = one.candidate.item
        told = LeftOut(
            product=item.product, title=item.title, sku=item.name, quantity=missing, lost=round(lost, 2), loses=amount,
            reason=reason, why=wording.left_out(lost, said, reason),
        )  # fmt: skip
        found.append((-(loses or lost), told))
    return [told for _, told in sorted(found, key=lambda pair: (pair[0], pair[1].sku))]


def _budget_said(left: Sequence[LeftOut]) -> list[str]:
    cut = [one for one in left if one.reason == "budget"]
    if not cut:
        return ["The budget is enough for everything."]
    loses: Mapping[str, float] = defaultdict(float)
    for one in cut:
        if one.loses:
            loses[one.loses["currency"]] += one.loses["amount"]  # type: ignore[index]
    amounts = " and ".join(wording.money(amount, currency) for currency, amount in loses.items())
    said = f"about {amounts} of sales" if amounts else f"about {wording.pieces(sum(one.lost for one in cut))} pieces"
    return [
        f"The budget leaves out {wording.counted(len(cut), 'line', 'lines')} or parts of them; that is expected to lose {said}."
    ]


def _waiting(business: Business) -> list[str]:
    """Say what was proposed before and is not decided, for it is not counted as on order."""
    states = business.changes.counted(_PROPOSED)
    waiting = states["proposed"] + states["approved"]
    if not waiting:
        return []
    lines = "1 line of an order that was" if waiting == 1 else f"{waiting:,} lines of orders that were"
    return [f"{lines} proposed before wait to be decided on or applied, and are not counted as on order."]
