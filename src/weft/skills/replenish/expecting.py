"""What is thought to be wanted of each item: from forecasts that are kept, else from what was sold."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np

from weft.business import Business
from weft.demand import cleaning, keeping
from weft.demand.forecast import Backtest, Forecast
from weft.demand.forecasting import forecasts
from weft.demand.series import Floats, Series
from weft.numbers.query import Period
from weft.skills.replenish.ground import Candidate

LONGEST: Final = 730
_SILENT: Final = 365
_SECONDS_EACH: Final = 0.02
_SECONDS: Final = (10.0, 300.0)


class Sold:
    """What was sold by item and day, from `first` to `last`."""

    def __init__(self, business: Business, last: date | None = None) -> None:
        span = business.numbers.span()
        self.days: list[date] = []
        self._of: dict[tuple[str, str | None], dict[date, float]] = {}
        if span is None:
            return
        until = span[1] if last is None else min(span[1], last)
        first = max(span[0], until - timedelta(LONGEST - 1))
        if until < first:
            return
        rows = business.numbers.daily(("product", "variant"), Period(first=first, last=until))
        self.days = [date.fromisoformat(day) if isinstance(day, str) else day for day in rows["day"]]
        for day, product, sku, units in zip(self.days, rows["product"], rows["variant"], rows["units"], strict=True):
            if units > 0 and product is not None:
                of = self._of.setdefault((product, sku or None), {})
                of[day] = of.get(day, 0.0) + float(units)

    def by_item(self, candidates: Sequence[Candidate]) -> dict[str, dict[date, float]]:
        """What was sold of each item by day; what only the product is known of goes to its variants as they sell."""
        whole: dict[str, list[Candidate]] = {}
        for one in candidates:
            whole.setdefault(one.item.product, []).append(one)
        skus: dict[str, dict[str | None, dict[date, float]]] = {}
        for (product, sku), days in self._of.items():
            skus.setdefault(product, {})[sku] = days
        found: dict[str, dict[date, float]] = {}
        for product, variants in whole.items():
            own = {one.item.name: dict(skus.get(product, {}).get(one.item.sku, {})) for one in variants if one.item.sku}
            known = {one.item.sku for one in variants if one.item.sku}
            rest = [days for sku, days in skus.get(product, {}).items() if sku not in known]
            sums = {one.item.name: sum(own.get(one.item.name, {}).values()) for one in variants}
            total = sum(sums.values())
            for one in variants:
                share = sums[one.item.name] / total if total > 0 else 1 / one.item.variants
                days = own.get(one.item.name, {})
                for part in rest:
                    for day, units in part.items():
                        days[day] = days.get(day, 0.0) + units * share
                found[one.item.name] = days
        return found


def nothing(days: int) -> Forecast:
    """The forecast of what is not wanted."""
    zeros = np.zeros(days)
    return Forecast(zeros, {}, "none", "zero", Backtest(), np.zeros((1, days), np.float32))


def series(sold: dict[date, float], on: date, begins: date, *, out: bool = False) -> Series:
    """The sales of one item up to the day before `on`; where it is `out` of stock some of the last say nothing."""
    first = max(min(sold), begins)
    counts: Floats = np.zeros((on - first).days)
    for day, units in sold.items():
        if first <= day < on:
            counts[(day - first).days] = units
    known = np.ones(len(counts), np.bool_)
    if out and (silent := cleaning.sold_out(counts)) is not None:
        known[silent:] = False
    return Series(first, "D", counts, known)


def past(sold: Mapping[date, float], on: date, *, out: bool = False) -> Floats | None:
    """What was wanted of an item on each day of the last year, its bulk orders counted as usual days; None where nothing was sold."""
    before = {day: units for day, units in sold.items() if day < on}
    if not before or max(before) < on - timedelta(_SILENT):
        return None
    whole = series(before, on, on - timedelta(_SILENT), out=out)
    counts = whole.sold[whole.known]
    return cleaning.tamed(counts, cleaning.outliers(counts)) if len(counts) else None


def kept(
    business: Business, candidates: Sequence[Candidate], on: date, days: int, last: date | None
) -> dict[str, Forecast]:
    """The forecasts that are kept of items, by name: those that know the sales of the day `last` and reach from `on`."""
    if last is None:
        return {}
    known = min(last, on - timedelta(1))
    products = sorted({one.item.product for one in candidates})
    told = {
        (one.product, one.sku): one.forecast
        for one in keeping.latest(business.forecasts, products, first=on, days=days)
        if one.location is None and one.start <= on and one.seen >= known
    }
    found = {}
    for one in candidates:
        forecast = told.get((one.item.product, one.item.sku if one.item.variants > 1 else None))
        if forecast is not None:
            found[one.item.name] = forecast
    return found


def expected(
    sold: dict[str, dict[date, float]],
    candidates: Sequence[Candidate],
    on: date,
    days: int,
    ready: Mapping[str, Forecast],
    beside: Sequence[Candidate] = (),
    country: str | None = None,
) -> dict[str, Forecast]:
    """A forecast of each item by name for so many days from `on`; those that are `ready` are taken as they are.

    Ways of forecasting are chosen over all items together, those `beside` the candidates too.
    """
    if all(one.item.name in ready or not sold.get(one.item.name) for one in candidates):
        beside = ()
    begins, silent = on - timedelta(LONGEST), on - timedelta(_SILENT)
    asked: list[str] = []
    given: list[Series] = []
    for one in sorted([*candidates, *beside], key=lambda one: one.item.name):
        if one.item.name in ready:
            continue
        before = {day: units for day, units in sold.get(one.item.name, {}).items() if day < on}
        if not before or max(before) < silent:
            continue
        asked.append(one.item.name)
        out = one.item.stock is not None and one.item.stock <= 0 and not one.item.owed
        given.append(series(before, on, begins, out=out))
    seconds = min(max(len(given) * _SECONDS_EACH, _SECONDS[0]), _SECONDS[1])
    told = forecasts(given, days, country=country, seconds=seconds) if given else []
    found = dict(zip(asked, told, strict=True))
    return {one.item.name: ready.get(one.item.name) or found.get(one.item.name) or nothing(days) for one in candidates}
