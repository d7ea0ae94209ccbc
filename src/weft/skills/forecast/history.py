"""What was sold of each product, read as what was wanted of it: cleaned of what is no demand, with what is known of each day."""

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from weft.business import Business
from weft.demand import analogues, cleaning, sharing
from weft.demand.analogues import Traits
from weft.demand.cleaning import Outlier
from weft.demand.series import Flags, Floats, Series
from weft.skills.forecast import Why
from weft.skills.forecast.country import country_of
from weft.store.sold import LeftOut, Sold, SoldByDay

FORM: Final = 2
"""The number of the way in which histories are read; forecasts that were made of another are made anew."""
LONGEST: Final = 1096
"""How many days are looked back at most."""
_CHEAPER: Final = 0.93
_USUAL_DAYS: Final = 60
_CODED: Final = 0.3
_READS: Final = ("title", "category", "type", "status", "attributes", "variants.price", "variants.compare_at", "variants.sku",
                 "variants.stock", "variants.policy", "variants.currency")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gap:
    """Days, by place, whose sales say nothing about demand."""

    first: int
    last: int
    why: Why
    guessed: bool = False
    probability: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What holds of all products of a business: its days, how busy each was, when it was closed, whose holidays count.

    Places count from `first`; `through` is the last whole day whose sales are known.
    """

    today: date
    first: date
    through: date
    busy: Floats
    pace: Floats
    closed: tuple[Gap, ...]
    coded: Flags
    country: str | None
    currency: str
    left_out: LeftOut = field(default_factory=LeftOut)

    @property
    def start(self) -> date:
        """The first day that is forecast."""
        return self.through + timedelta(1)

    def __len__(self) -> int:
        return (self.through - self.first).days + 1

    def place(self, day: date) -> int:
        """Where a day stands."""
        return (day - self.first).days

    def day(self, place: int) -> date:
        """The day at a place."""
        return self.first + timedelta(place)


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """What was sold of each variant at each place: by (sku, location) the places of its days, and the units."""

    by_key: Mapping[tuple[str, str], tuple[Floats, Floats]]

    def weights(self, before: int) -> list[tuple[str, str, float]]:
        """What each part's sales before a place say of its share."""
        found = []
        for (sku, location), (days, units) in self.by_key.items():
            there = days < before
            found.append((sku, location, sharing.weights(units[there], before - days[there])))
        return found

    def series(self, length: int, sku: str | None, location: str | None) -> Floats:
        """What was sold by day of those parts that have this SKU, this place."""
        found = np.zeros(length)
        for (own, place), (days, units) in self.by_key.items():
            if (sku is None or own == sku) and (location is None or place == location):
                np.add.at(found, days.astype(np.intp), units)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """The past of one product, or of products together: what was sold, and the series that forecasts are made of.

    `begun` is the place of its first day with a sale, at which the series begins; all other places count from there too.
    """

    id: str
    title: str | None
    category: str
    traits: Traits
    begun: int
    sold: Floats
    series: Series
    outliers: tuple[Outlier, ...]
    gaps: tuple[Gap, ...]
    parts: Parts
    on_sale: float | None = None
    new: bool = False


def sold_by_day(business: Business) -> SoldByDay:
    """The business's sales by day."""
    return SoldByDay(business.database, business.uid)


def ground(business: Business) -> Ground | None:
    """What holds of all products; None where nothing was ever sold on a day that has been."""
    business.numbers.brought_up()
    sold = sold_by_day(business)
    today = sold.today()
    busy = sold.busy()
    if not busy or busy[0].day >= today:
        return None
    through = _through([one.day for one in busy], today)
    first = max(busy[0].day, through - timedelta(LONGEST - 1))
    length = (through - first).days + 1
    lines, coded = np.zeros(length), np.zeros(length)
    for one in busy:
        if first <= one.day <= through:
            lines[(one.day - first).days] = one.lines
            coded[(one.day - first).days] = one.coded / max(one.orders, 1)
    weekly = cleaning.weekly_pace(lines, first.weekday())
    runs = cleaning.improbable_runs(lines, weekly)
    closed = tuple(Gap(run.first, run.last, "closed", True, run.probability) for run in runs)
    return Ground(
        today, first, through, lines, _pace(lines, weekly), closed,
        coded >= max(_CODED, 3.0 * float(np.median(coded))), country_of(business), business.currency, sold.left_out(),
    )  # fmt: skip


def _through(days: Sequence[date], today: date) -> date:
    """The last whole day that is known: yesterday, unless nothing was sold for so long that the sales since are not there yet."""
    before = [day for day in days if day < today]
    yesterday = today - timedelta(1)
    breaks = [(b - a).days for a, b in itertools.pairwise(before[-180:])]
    return yesterday if (yesterday - before[-1]).days <= max(breaks, default=1) else before[-1]


def _pace(lines: Floats, weekly: Floats) -> Floats:
    """How busy each day was beside the eight weeks around it, at least a little on a day that is usually open."""
    window = min(57, len(lines))
    ones = np.ones(window)
    around = np.convolve(lines, ones, "same") / np.maximum(np.convolve(np.ones(len(lines)), ones, "same"), 1.0)
    return np.where(weekly > 0, np.clip(lines / np.maximum(around, 1e-9), 0.0, 3.0), 0.0)


def pasts(
    business: Business, known: Ground, products: Sequence[str], catalog: Mapping[str, Mapping[str, Any]]
) -> Iterator[Past]:
    """The past of those of these products that were ever sold, by id."""
    rows = sold_by_day(business).each(known.first, known.through, products)
    for product, group in itertools.groupby(rows, key=lambda one: one.product):
        yield past(product, list(group), known, catalog.get(product) or {})


def facts(business: Business, products: Sequence[str] | None = None) -> dict[str, dict[str, Any]]:
    """What the catalog says of these products, or of all, by id, and as `out` on which days their variants were out of stock."""
    found = business.catalog.streamed(_READS) if products is None else business.catalog.records(ids=list(products))
    empty = sold_by_day(business).empty(products)
    return {str(one["id"]): {**one, "out": empty.get(str(one["id"]), [])} for one in found}


def past(product: str, rows: Sequence[Sold], known: Ground, told: Mapping[str, Any]) -> Past:
    """The past of one product from what was sold of it and what the catalog says."""
    length = len(known)
    sold, priced, amount = np.zeros(length), np.zeros(length), np.zeros(length)
    for row in rows:
        place = known.place(row.day)
        sold[place] += row.units
        priced[place] += row.priced
        amount[place] += row.amount
    begun = int(np.argmax(sold > 0))
    price = _prices(amount, priced)[begun:]
    variants = told.get("variants") or ()
    now = price_now(variants, known.currency)
    usual = _usual(price)
    promoted = (price < _CHEAPER * usual) | known.coded[begun:] if len(price) else np.zeros(0, bool)
    sale = _on_sale(variants, now, usual)
    outliers = cleaning.outliers(sold[begun:])
    gaps = _gaps(sold, begun, known, variants, _whole_out(told, known))
    unknown = np.ones(length - begun, bool)
    for gap in gaps:
        unknown[gap.first : gap.last + 1] = False
    ahead = np.full(366, now if now is not None else (price[-1] if len(price) else 0.0))
    series = Series(
        known.day(begun),
        "D",
        cleaning.tamed(sold[begun:], outliers),
        unknown,
        np.concatenate([price, ahead]) if priced.any() else None,
        np.concatenate([promoted, np.full(366, sale is not None)]),
    )
    return Past(
        product,
        told.get("title"),
        category_of(told),
        traits(told, now),
        begun,
        sold[begun:],
        series,
        tuple(outliers),
        tuple(gaps),
        _parts(rows, known.day(begun)),
        sale,
        new=begun > analogues.NEW_DAYS and length - begun < analogues.NEW_DAYS,
    )


def category_of(told: Mapping[str, Any]) -> str:
    """The category by which a product is summed; '' where it has none."""
    return str(told.get("category") or told.get("type") or "")


def traits(told: Mapping[str, Any], price: float | None = None) -> Traits:
    """What a product is like."""
    if price is None:
        price = price_now(told.get("variants") or (), None)
    attributes = {str(name): str(_plain(value)).casefold() for name, value in (told.get("attributes") or {}).items()}
    return Traits(category_of(told), price, attributes)


def _plain(value: Any) -> Any:
    return value.get("value") if isinstance(value, Mapping) else value


def price_now(variants: Sequence[Mapping[str, Any]], currency: str | None) -> float | None:
    """The median price of the variants in minor units."""
    found = []
    for one in variants:
        price = one.get("price")
        amount = price.get("amount") if isinstance(price, Mapping) else price
        its = price.get("currency") if isinstance(price, Mapping) else one.get("currency")
        if isinstance(amount, int | float) and amount > 0 and (currency is None or its in (None, currency)):
            found.append(float(amount))
    return float(np.median(found)) if found else None


def _on_sale(variants: Sequence[Mapping[str, Any]], now: float | None, usual: Floats) -> float | None:
    """By which share it is cheaper now than usual, where the catalog says that it is; None where it does not."""
    before = price_now([{**one, "price": one.get("compare_at")} for one in variants if one.get("compare_at")], None)
    if now is None:
        return None
    normal = max([*([before] if before else []), *([float(usual[-1])] if len(usual) and before else [])], default=0.0)
    return round(1.0 - now / normal, 4) if normal and now < _CHEAPER * normal else None


def _prices(amount: Floats, priced: Floats) -> Floats:
    """The mean price paid by day, on days without a sale that of the day before, or of the first day with one."""
    there = np.flatnonzero(priced > 0)
    if not len(there):
        return np.zeros(len(amount))
    means = amount[there] / priced[there]
    return means[np.maximum(np.searchsorted(there, np.arange(len(amount)), side="right") - 1, 0)]


def _usual(price: Floats) -> Floats:
    """The usual price on each day: the median of the days before it."""
    found = np.zeros(len(price))
    for start in range(0, len(price), 7):
        found[start : start + 7] = np.median(price[max(start - _USUAL_DAYS, 0) : start + 7])
    return found


def _gaps(sold: Floats, begun: int, known: Ground, variants: Sequence[Mapping[str, Any]], out: Flags) -> list[Gap]:
    """The days since the first sale that say nothing about demand: closed, out of stock, probably out of stock."""
    length = len(sold)
    closed = [Gap(max(gap.first - begun, 0), gap.last - begun, gap.why, gap.guessed, gap.probability)
              for gap in known.closed if gap.last >= begun]  # fmt: skip
    open_ = np.ones(length, bool)
    for gap in known.closed:
        open_[gap.first : gap.last + 1] = False
    out = out & (sold <= 0) & open_
    runs = cleaning.improbable_runs(sold[begun:], known.pace[begun:], (open_ & ~out)[begun:], trailing=True)
    silent = cleaning.sold_out(sold[begun:]) if _empty_now(variants) else None
    found = [Gap(first, last, "out of stock") for first, last in _runs_of(out[begun:])]
    found += [
        Gap(run.first, run.last, "probably out of stock", True, run.probability)
        for run in runs
        if not out[begun + run.first : begun + run.last + 1].any()
    ]
    if silent is not None and not any(gap.last == length - begun - 1 for gap in found):
        found.append(Gap(silent, length - begun - 1, "out of stock", True))
    return sorted(closed + found, key=lambda gap: gap.first)


def _whole_out(told: Mapping[str, Any], known: Ground) -> Flags:
    """On which days all variants of a product are known to have been out of stock."""
    variants, out = told.get("variants") or (), told.get("out") or ()
    skus = {one.get("sku") or "" for one in variants}
    if not out or any(one.get("policy") == "continue" for one in variants) or skus - {sku for sku, *_ in out}:
        return np.zeros(len(known), bool)
    empty = {sku: np.zeros(len(known), bool) for sku in skus}
    for sku, first, last in out:
        if sku in empty:
            empty[sku][max(known.place(first), 0) : max(known.place(last) + 1, 0)] = True
    return np.asarray(np.logical_and.reduce(list(empty.values())))


def _runs_of(flags: Flags) -> list[tuple[int, int]]:
    """The first and last places of flags that are set in a row."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(first), int(last) - 1) for first, last in edges.reshape(-1, 2)]


def _empty_now(variants: Sequence[Mapping[str, Any]]) -> bool:
    """Whether nothing is left of any variant whose stock is known and that is not sold beyond it."""
    stocks = [one.get("stock") for one in variants]
    return bool(stocks) and all(
        isinstance(stock, int) and stock <= 0 and one.get("policy") != "continue"
        for stock, one in zip(stocks, variants, strict=True)
    )


def _parts(rows: Iterable[Sold], start: date) -> Parts:
    found: dict[tuple[str, str], tuple[list[float], list[float]]] = {}
    for row in rows:
        days, units = found.setdefault((row.sku, row.location), ([], []))
        days.append((row.day - start).days)
        units.append(row.units)
    return Parts({key: (np.array(days, np.float64), np.array(units)) for key, (days, units) in found.items()})


def made_of(sales: Sequence[Any], told: Mapping[str, Any]) -> bytes:
    """A digest of what a forecast is made from: its sales as `SoldByDay.digests` tells them, and what the catalog says."""
    variants = told.get("variants") or ()
    now = price_now(variants, None)
    said = (
        FORM,
        tuple(sales),
        category_of(told),
        _empty_now(variants),
        _on_sale(variants, now, np.zeros(0)),
        # A day more of the same is nothing new.
        [(sku, first) for sku, first, _ in told.get("out") or ()],
    )
    return hashlib.blake2b(repr(said).encode(), digest_size=16).digest()


def summed(name: str, title: str | None, days: Iterable[tuple[date, float]], known: Ground) -> Past | None:
    """The past of products together, by what they sold by day; None where that is nothing."""
    sold = np.zeros(len(known))
    for day, units in days:
        if 0 <= known.place(day) < len(sold):
            sold[known.place(day)] += units
    if not sold.any():
        return None
    begun = int(np.argmax(sold > 0))
    there = np.ones(len(sold), bool)
    for gap in known.closed:
        there[gap.first : gap.last + 1] = False
    outliers = cleaning.outliers(sold[begun:])
    gaps = [
        Gap(max(gap.first - begun, 0), gap.last - begun, gap.why, gap.guessed, gap.probability)
        for gap in known.closed
        if gap.last >= begun
    ]
    series = Series(known.day(begun), "D", cleaning.tamed(sold[begun:], outliers), there[begun:], None,
                    np.concatenate([known.coded[begun:], np.zeros(366, bool)]))  # fmt: skip
    return Past(name, title, name, Traits(), begun, sold[begun:], series, tuple(outliers), tuple(gaps), Parts({}))
