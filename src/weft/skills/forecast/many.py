"""The forecasts of many products: kept ones, the most wanted first, with what they sum to and how wrong that would have been."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from weft.business import Business
from weft.demand import keeping
from weft.demand.forecast import Forecast
from weft.demand.keeping import Told
from weft.demand.series import Floats
from weft.errors import InputError, NotFound
from weft.skills.forecast import Expect, Expectation, Expected, beside, building, history, making, showing, wording
from weft.skills.forecast.history import Ground, Past
from weft.skills.forecast.making import WHOLE
from weft.skills.forecast.showing import OTHERWISE, Name
from weft.store.forecasts import Kept

FEW: Final = 30
"""So many products are forecast at once, where nothing is kept yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """The kept forecasts that a question is about, in the order of what is expected, and what they are moved by."""

    asked: Expect
    business: Business
    known: Ground
    days: int
    kept: Sequence[Kept]
    means: Mapping[str, Floats]
    moved: Mapping[str, Kept]
    stale: bool

    @property
    def narrowed(self) -> bool:
        """Whether it is about some of the business's products, or one place, alone."""
        return any(one is not None for one in (self.asked.category, self.asked.where, self.asked.location))

    def told(self, kept: Kept, *, parts: bool = False) -> Iterator[Told]:
        """A kept forecast made again."""
        moved = self.moved.get(str(kept.told.get("category") or ""))
        return keeping.told(kept, moved, first=self.known.start, days=self.days, parts=parts)

    def with_bodies(self, some: Sequence[Kept]) -> list[Kept]:
        """These forecasts with their courses, in their order."""
        missing = [one.id for one in some if not one.body]
        found = {one.id: one for one in self.business.forecasts.each("product", missing)} if missing else {}
        return [found.get(one.id, one) for one in some]


def expected(asked: Expect, business: Business, known: Ground) -> Expectation:
    """What is expected of many products; raises NotFound for what there is not, NotReady while nothing is kept yet."""
    shelf = _shelf(asked, business, known)
    rows, sums, count = _rows(shelf)
    past, whole = _whole(shelf, sums)
    back = making.looked_back(past, known)[WHOLE]
    total = showing.shown(
        Name("category" if asked.category else "location" if asked.location else "selection" if asked.where else "business",
             category=asked.category, location=asked.location),
        whole, known.start, asked, sold=past.sold, seen=known.through, stale=shelf.stale,
        backtest=wording.looked_back(back, whole.backtest, whole.demand_class),
    )  # fmt: skip
    total.outliers, total.unknown = showing.peaks(past), showing.gaps(past)
    total.notes = wording.notes_on(total.outliers, total.unknown, None)
    return Expectation(
        forecasts=rows[: asked.limit],
        total=total,
        count=count,
        today=known.today,
        seen=known.through,
        note=_rests_on(shelf),
        notes=[*showing.notes(known), *_far(shelf)],
        charts=showing.charts(total),
    )


def _shelf(asked: Expect, business: Business, known: Ground) -> Shelf:
    chosen = None if asked.where is None else business.catalog.ids(asked.where)
    days = showing.horizon(asked)
    stale = False
    if chosen is not None and len(chosen) <= FEW and business.forecasts.built() is None:
        kept = _made_now(chosen, business, known, days)
    else:
        built = beside.built(business)
        kept = list(business.forecasts.each("product", chosen, bodies=False))
        stale = built.through < known.through
        if stale:
            beside.begin(business)
    if asked.category is not None:
        kept = [one for one in kept if _within(str(one.told.get("category") or ""), asked.category)]
    if not kept:
        what = (
            f"in {asked.category!r}" if asked.category is not None else f"where {asked.where}" if asked.where else "yet"
        )
        raise NotFound(f"Nothing {what} was ever sold that could be forecast.")
    moved = {one.id: one for one in business.forecasts.each("category", bodies=False)}
    means = {
        one.id: keeping.mean_ahead(one, moved.get(str(one.told.get("category") or "")), known.start, days)
        for one in kept
    }
    kept.sort(key=lambda one: (-float(means[one.id].sum()), one.id))
    return Shelf(asked, business, known, days, kept, means, moved, stale)


def _made_now(products: Sequence[str], business: Business, known: Ground, days: int) -> list[Kept]:
    catalog = history.facts(business, products)
    pasts = list(history.pasts(business, known, products, catalog))
    return [building.kept_of("product", one, known, b"") for one in making.made(pasts, known, days, business)]


def _within(category: str, wanted: str) -> bool:
    """Whether a category is the wanted one, or below it."""
    own, above = category.casefold(), wanted.strip().casefold()
    return own == above or own.startswith(f"{above} >") or own.endswith(f"> {above}")


def _rows(shelf: Shelf) -> tuple[list[Expected], Floats, int]:
    """What is told one by one, the most wanted first, what all of it sums to by day, and how many there are."""
    each, sums = shelf.asked.each, _sum_of(list(shelf.means.values()))
    if each == "location":
        rows = _by_place(shelf, sums)
        return rows, sums, len(rows)
    if each == "category" and not shelf.narrowed:
        rows = _by_category(shelf)
        return rows, sums, len(rows)
    if each == "category":
        raise InputError("Categories are told one by one of everything; leave category, where and location out.")
    if shelf.asked.location is not None:
        return _at_place(shelf, _place(shelf.asked.location))
    rows = _by_variant(shelf) if each == "variant" else _by_product(shelf)
    return rows, sums, len(shelf.kept)


def _by_product(shelf: Shelf) -> list[Expected]:
    some = shelf.with_bodies(shelf.kept[: shelf.asked.limit])
    return [_row(shelf, one, told) for one in some for told in shelf.told(one)]


def _by_variant(shelf: Shelf) -> list[Expected]:
    """What is told of the variants of the products that are wanted most."""
    rows: list[Expected] = []
    for one in shelf.with_bodies(shelf.kept[: shelf.asked.limit]):
        parts = list(shelf.told(one, parts=True))
        of_variants = [told for told in parts if told.sku is not None and told.location is None]
        rows += [_row(shelf, one, told) for told in of_variants or [replace(parts[0], sku=one.told.get("sku") or "")]]
        if len(rows) >= shelf.asked.limit:
            break
    return sorted(rows, key=lambda row: -row.sum)


def _sum_of(means: Sequence[Floats]) -> Floats:
    return np.asarray(np.sum(means, axis=0), np.float64)


def _row(shelf: Shelf, kept: Kept, told: Told) -> Expected:
    level = "variant" if told.sku is not None else "location" if told.location is not None else "product"
    name = Name(
        level,  # type: ignore[arg-type]
        kept.id,
        told.sku,
        None if told.location is None else told.location or OTHERWISE,
        str(kept.told.get("category") or "") or None,
        kept.told.get("title"),
    )
    judged = told.forecast.backtest if level == "product" else None
    return showing.shown(
        name, told.forecast, told.start, shelf.asked, seen=told.seen, stale=shelf.stale,
        backtest=wording.looked_back([], judged, told.forecast.demand_class) if judged else None,
    )  # fmt: skip


def _place(location: str) -> str:
    return "" if location == OTHERWISE else location


def _at_place(shelf: Shelf, place: str) -> tuple[list[Expected], Floats, int]:
    """What is told of each product at one place; raises NotFound where nothing was sold there."""
    found = []
    for kept in shelf.with_bodies([one for one in shelf.kept if _was_at(one, place)]):
        found += [(kept, told) for told in shelf.told(kept, parts=True) if told.sku is None and told.location == place]
        if not _several_places(kept):
            found += [(kept, told) for told in shelf.told(kept)]
    if not found:
        raise NotFound(f"Nothing was sold at {shelf.asked.location!r}; orders name {_places_known(shelf)}.")
    found.sort(key=lambda pair: (-float(pair[1].forecast.mean.sum()), pair[0].id))
    sums = _sum_of([told.forecast.mean for _, told in found])
    return [_row(shelf, kept, told) for kept, told in found[: shelf.asked.limit]], sums, len(found)


def _several_places(kept: Kept) -> bool:
    return len({place for _, place, _ in kept.told.get("shares") or ()}) > 1


def _was_at(kept: Kept, place: str) -> bool:
    shares = kept.told.get("shares")
    return any(own == place for _, own, _ in shares) if shares else kept.told.get("place", "") == place


def _places_known(shelf: Shelf) -> str:
    names = sorted({place or OTHERWISE for one in shelf.kept for _, place, _ in one.told.get("shares") or ()})
    return ", ".join(repr(name) for name in names[:8]) or "no places"


def _by_place(shelf: Shelf, sums: Floats) -> list[Expected]:
    """What is told of each place: its own sales forecast, moved to what its shares of all products sum to."""
    known = shelf.known
    products = [one.id for one in shelf.kept] if shelf.narrowed else None
    rows = history.sold_by_day(shelf.business).summed("location", known.first, known.through, products)
    pasts = [
        past
        for name, group in itertools.groupby(rows, key=lambda row: row[0])
        if (past := history.summed(name, name, ((day, units) for _, day, units in group), known)) is not None
    ]
    if len(pasts) < 2:
        where = f"all of it was sold at {pasts[0].id!r}" if pasts and pasts[0].id else "no order says where it was sold"
        raise InputError(f"It cannot be told by location: {where}.")
    made = making.made(pasts, known, shelf.days, shelf.business)
    total = _sum_of([one.forecast.mean for one in made])
    scale = np.where(total > 0, sums / np.maximum(total, 1e-9), 1.0)
    told = [
        showing.shown(
            Name("location", location=one.past.id or OTHERWISE),
            keeping.moved_to(one.forecast, one.forecast.mean * scale), known.start, shelf.asked, sold=one.past.sold,
            seen=known.through, stale=shelf.stale,
            backtest=wording.looked_back([], one.forecast.backtest, one.forecast.demand_class),
        )
        for one in made
    ]  # fmt: skip
    return sorted(told, key=lambda one: -one.sum)


def _by_category(shelf: Shelf) -> list[Expected]:
    told = []
    for kept in shelf.business.forecasts.each("category"):
        skipped = (shelf.known.start - kept.start).days
        forecast = keeping.ahead(keeping.unpacked(kept.told, kept.body), skipped, shelf.days)
        told.append(
            showing.shown(
                Name("category", category=kept.id or None, title=None if kept.id else "without a category"),
                forecast, shelf.known.start, shelf.asked, seen=kept.seen, stale=shelf.stale,
                backtest=wording.looked_back([], forecast.backtest, forecast.demand_class),
            )
        )  # fmt: skip
    return sorted(told, key=lambda one: -one.sum)


def _whole(shelf: Shelf, sums: Floats) -> tuple[Past, Forecast]:
    """The past of all that was asked for together, and its forecast, moved to what its parts sum to."""
    known, asked = shelf.known, shelf.asked
    sold = history.sold_by_day(shelf.business)
    products = [one.id for one in shelf.kept] if shelf.narrowed else None
    by: Any = "category" if asked.location is None else "location"
    rows = sold.summed(by, known.first, known.through, products)
    some = ((day, units) for name, day, units in rows if asked.location is None or name == _place(asked.location))
    past = history.summed("", None, some, known)
    if past is None:
        raise NotFound(f"Nothing was sold at {asked.location!r}.")
    kept = None if shelf.narrowed or shelf.stale else next(shelf.business.forecasts.each("business"), None)
    if kept is not None:
        skipped = (known.start - kept.start).days
        forecast = keeping.ahead(keeping.unpacked(kept.told, kept.body), skipped, shelf.days)
    else:
        forecast = making.made([past], known, shelf.days, shelf.business)[0].forecast
    return past, keeping.moved_to(forecast, sums)


def _far(shelf: Shelf) -> list[str]:
    """What is said where it is asked for further ahead than forecasts are kept."""
    reach = min((one.start - shelf.known.start).days + one.days for one in shelf.kept)
    if shelf.days <= reach:
        return []
    return [
        f"Beyond {reach} days what is expected goes on as in the last week of these; for longer forecasts: "
        f"weft forecasts build --days {shelf.days}"
    ]


def _rests_on(shelf: Shelf) -> str:
    known = shelf.known
    said = (
        f"It rests on the sales of {wording.many(len(shelf.kept), 'product')} from {wording.day(known.first)} to "
        f"{wording.day(known.through)}"
    )
    if known.country:
        said += f", with the holidays of {known.country}"
    if shelf.stale:
        oldest = min(one.seen for one in shelf.kept)
        said += f"; what is kept knows the sales through {wording.day(oldest)} at least, and is being made anew"
    return said + "."
