"""What an order rests on: the day, what can be ordered of whom on which terms, what there is and what is under way."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from weft.business import Business
from weft.demand.policy import Terms
from weft.errors import InputError, NotFound
from weft.skills.replenish import Replenish
from weft.store.purchases import Item, UnderWay

LEAD_DAYS: Final = 14
REVIEW_DAYS: Final = 7
# Sales that are older than this many days, and than every pause before, are taken to be a file that ends there.
_PAUSE: Final = 14
_LONGEST_NAME: Final = 400
_GONE: Final = ("archived", "draft")


@dataclass(frozen=True, slots=True)
class Supplier:
    """Whom an order goes to; without an `id` nobody is known."""

    id: str | None = None
    name: str | None = None
    email: str | None = None
    currency: str | None = None
    minimum: int = 0

    @property
    def called(self) -> str:
        """What people call it."""
        return self.name or self.id or "a supplier that is not known yet"


@dataclass(slots=True)
class Candidate:
    """An item that may be ordered: of whom, on which terms, what there is, and what comes on which day (1 is the first)."""

    item: Item
    supplier: Supplier
    terms: Terms
    currency: str
    stock: int
    arriving: Mapping[int, float]
    supplier_sku: str | None = None

    @property
    def margin(self) -> int | None:
        """What one piece earns, in minor units; None where price or cost is not known in one currency."""
        price, cost = self.terms.price, self.terms.cost
        return None if price is None or cost is None else price - cost


@dataclass(frozen=True, slots=True)
class Rates:
    """What a minor unit of one currency is worth in minor units of another, by both; between others nothing is known."""

    known: Mapping[tuple[str, str], float]

    def worth(self, currency: str, into: str) -> float | None:
        """What one minor unit is worth; None where no rate is stored."""
        return 1.0 if currency == into else self.known.get((currency, into))

    def converted(self, amount: int | None, currency: str, into: str) -> int | None:
        """An amount in another currency; None where it cannot be said."""
        worth = self.worth(currency, into)
        return None if amount is None or worth is None else round(amount * worth)


@dataclass(slots=True)
class Ground:
    """What is known on the day `on`: candidates, and what the merchant has to be told.

    `others` are not asked for; they sell beside the candidates, and forecasts learn from all.
    """

    on: date
    candidates: list[Candidate]
    currency: str
    others: list[Candidate] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rates: "Rates" = field(default_factory=lambda: Rates({}))


def day_of(asked: Replenish, business: Business, sold: Sequence[date]) -> tuple[date, str | None]:
    """The day on which is ordered, and what is to be told of it; raises InputError for a day that is not there yet."""
    today = business.numbers.today()
    if asked.on is not None:
        if asked.on > today:
            raise InputError(f"on: {asked.on} is not there yet; today is {today}.")
        return asked.on, None
    days = sorted(set(sold))
    if not days:
        return today, "Nothing was ever sold, so nothing is thought to be wanted."
    pauses = max(((b - a).days for a, b in zip(days[-180:], days[-179:], strict=False)), default=1)
    if (today - days[-1]).days <= max(_PAUSE, pauses):
        return today, None
    return days[-1] + timedelta(
        1
    ), f"The last sales that are known are of {days[-1]}, so this is the order of the day after."


def read(asked: Replenish, business: Business, on: date) -> Ground:
    """Everything that can be ordered on a day, with its supplier, terms, stock and what is under way; raises NotFound, InputError."""
    suppliers = {one["id"]: one for one in business.suppliers.records()}
    for name in asked.supplier or ():
        if name not in suppliers:
            known = ", ".join(sorted(suppliers)[:20]) or "none yet: weft import suppliers FILE"
            raise NotFound(f"There is no supplier {name!r}; there are {known}.")
    everything = business.purchases.items()
    items = [one for one in everything if one.status not in _GONE]
    wanted = _wanted(asked, business, everything)
    ground = Ground(on, [], business.currency, rates=_rates(asked, business, everything, suppliers.values()))
    supplies = _supplies(suppliers.values(), _by_name(everything), ground.notes)
    coming = _coming(business.purchases.under_way(), _by_name(items), suppliers, on)
    for item in items:
        if len(item.name) > _LONGEST_NAME:
            ground.notes.append(f"{item.name[:60]}… is left out: its name is too long for a line of an order.")
            continue
        offer = _offer(supplies.get(item.name, ()), asked.supplier)
        asked_for = (wanted is None or item.name in wanted) and (asked.supplier is None or offer is not None)
        of = ground.candidates if asked_for else ground.others
        offer = offer or _offer(supplies.get(item.name, ()), None)
        of.append(_candidate(asked, item, offer, coming.get(item.name, {}), ground))
    _told(asked, ground, suppliers)
    return ground


def _wanted(asked: Replenish, business: Business, everything: Sequence[Item]) -> set[str] | None:
    """The names of the items that are asked for by product, category and filter; None for all. Raises NotFound, BadFilter."""
    found: set[str] | None = None
    if asked.product is not None:
        named = _by_name(everything)
        of: dict[str, set[str]] = defaultdict(set)
        for item in everything:
            of[item.product].add(item.name)
        for name in asked.product:
            if name not in of and name not in named:
                raise NotFound(f"There is no product and no variant {name!r}.")
        found = {one for name in asked.product for one in of.get(name) or {named[name].name}}
    if asked.category is not None:
        some = {item.name for item in everything if _within(item.category or "", asked.category)}
        if not some:
            raise NotFound(f"There is nothing in the category {asked.category!r}.")
        found = some if found is None else found & some
    if asked.where is not None:
        some = {one.name for one in business.purchases.items(asked.where)}
        found = some if found is None else found & some
    return found


def _within(category: str, wanted: str) -> bool:
    """Whether a category is the wanted one, or below it."""
    own, above = category.casefold(), wanted.strip().casefold()
    return own == above or own.startswith(f"{above} >") or own.endswith(f"> {above}")


def _rates(
    asked: Replenish, business: Business, items: Sequence[Item], suppliers: Iterable[Mapping[str, Any]]
) -> Rates:
    """The stored rates between all currencies that are there, as of the day that was asked for, else today."""
    own = business.currency
    every = {own, *(one.currency or own for one in items), *(one.get("currency") or own for one in suppliers)}
    if asked.currency:
        every.add(asked.currency)
    if len(every) == 1:
        return Rates({})
    day = asked.on or business.numbers.today()
    return Rates(
        {
            (currency, into): worth
            for into in sorted(every)
            for currency, worth in business.numbers.basis.worth(every, into, day).items()
        }
    )


def _by_name(items: Iterable[Item]) -> dict[str, Item]:
    """Items by everything that names exactly one of them, as `item_named` in the database finds them."""
    found: dict[str, Item] = {}
    for item in items:
        found.setdefault(f"{item.product}#{item.position}", item)
        if item.variants == 1:
            found.setdefault(item.product, item)
    return found | {item.name: item for item in items}


def _supplies(
    suppliers: Iterable[Mapping[str, Any]], named: Mapping[str, Item], notes: list[str]
) -> dict[str, list[tuple[Mapping[str, Any], Mapping[str, Any]]]]:
    """By item who delivers it on which terms."""
    found: dict[str, list[tuple[Mapping[str, Any], Mapping[str, Any]]]] = defaultdict(list)
    unknown = []
    for supplier in suppliers:
        for supply in supplier.get("supplies") or ():
            item = named.get(supply["sku"])
            if item is None:
                unknown.append(supply["sku"])
            else:
                found[item.name].append((supplier, supply))
    if unknown:
        more = f" and {len(unknown) - 3:,} more" if len(unknown) > 3 else ""
        notes.append(f"Suppliers' terms name what the catalog does not have: {', '.join(unknown[:3])}{more}.")
    return found


def _offer(
    offers: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], wanted: Sequence[str] | None
) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """Of whom an item is ordered: of those asked for the preferred one, else the cheapest."""
    able = [one for one in offers if wanted is None or one[0]["id"] in wanted]
    return min(
        able,
        key=lambda one: (
            not one[1].get("preferred"),
            one[1].get("cost") is None,
            one[1].get("cost") or 0,
            one[0]["id"],
        ),
        default=None,
    )


def _candidate(
    asked: Replenish,
    item: Item,
    offer: tuple[Mapping[str, Any], Mapping[str, Any]] | None,
    arriving: Mapping[int, float],
    ground: Ground,
) -> Candidate:
    said, supply = offer or ({}, {})
    supplier = (
        Supplier(said["id"], said.get("name"), said.get("email"), said.get("currency"), said.get("minimum_order") or 0)
        if offer
        else Supplier()
    )
    currency = supplier.currency or ground.currency
    own = item.currency or ground.currency
    cost = supply.get("cost")
    if cost is None:
        cost = ground.rates.converted(item.cost, own, currency)
    terms = Terms(
        lead=_first(asked.lead_days, supply.get("lead_days"), said.get("lead_days"), LEAD_DAYS),
        lead_spread=_first(asked.lead_spread_days, said.get("lead_spread_days"), 0.0),
        review=_first(asked.review_days, said.get("review_days"), REVIEW_DAYS),
        pack=supply.get("pack") or 1,
        minimum=supply.get("minimum") or 0,
        cost=cost,
        price=ground.rates.converted(item.price, own, currency),
        holding=asked.holding,
        service=asked.service,
    )
    stock = item.stock or 0
    return Candidate(
        item, supplier, terms, currency, stock if item.owed else max(stock, 0), arriving, supply.get("supplier_sku")
    )


def _first(*values: Any) -> Any:
    return next(value for value in values if value is not None)


def _coming(
    under_way: Iterable[UnderWay], named: Mapping[str, Item], suppliers: Mapping[str, Mapping[str, Any]], on: date
) -> dict[str, dict[int, float]]:
    """By item what comes on which day; what is overdue comes on the first, what has no day takes its supplier's lead time."""
    found: dict[str, dict[int, float]] = defaultdict(dict)
    for one in under_way:
        item = named.get(one.sku)
        if item is None:
            continue
        lead = suppliers.get(one.supplier or "", {}).get("lead_days")
        comes = one.expected or (one.ordered or on) + timedelta(LEAD_DAYS if lead is None else lead)
        day = max(1, (comes - on).days + 1)
        found[item.name][day] = found[item.name].get(day, 0.0) + one.quantity
    return found


def _told(asked: Replenish, ground: Ground, suppliers: Mapping[str, Any]) -> None:
    """Say what was taken for granted."""
    candidates = ground.candidates
    uncounted = sum(one.item.stock is None for one in candidates)
    if uncounted:
        ground.notes.append(
            f"The stock of {uncounted:,} of {len(candidates):,} items is not counted; what is not counted is ordered as if none were "
            "there. Bring it in with weft import stock FILE."
        )
    below = sum(one.item.stock is not None and one.item.stock < 0 and not one.item.owed for one in candidates)
    if below:
        told = "1 item" if below == 1 else f"{below:,} items"
        ground.notes.append(f"The stock of {told} is less than none, which cannot be; it is taken as none.")
    homeless = sum(one.supplier.id is None for one in candidates)
    if homeless and asked.supplier is None:
        lead, review = _first(asked.lead_days, LEAD_DAYS), _first(asked.review_days, REVIEW_DAYS)
        ground.notes.append(
            f"No supplier is known of {homeless:,} {'item' if homeless == 1 else 'items'}; a delivery is taken to take {lead} days, "
            f"and an order to be placed every {review}. Bring suppliers in with weft import suppliers FILE."
        )
    silent = sorted(
        name for name in {one.supplier.id for one in candidates} if name and suppliers[name].get("lead_days") is None
    )
    if silent and asked.lead_days is None:
        ground.notes.append(
            f"How long a delivery takes is not known of {', '.join(silent[:3])}: {LEAD_DAYS} days are taken."
        )
