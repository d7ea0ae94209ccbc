"""Reads what a report is made from out of a business's numbers; what was never sold before and what is for sale no more included."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, Literal, cast

import numpy as np

from weft.business import Business
from weft.errors import InputError
from weft.numbers.handle import DailyKey
from weft.numbers.query import Condition, Dimension, Metric, Period, Query
from weft.skills.analyze import Members, Span
from weft.skills.analyze.report.cells import Cells, Keys
from weft.skills.analyze.report.known import Bought, Known, Lying, Values
from weft.skills.analyze.report.periods import DAY, Days, Periods, chosen

METRICS: Final[tuple[Metric, ...]] = (
    *("revenue", "orders", "units", "average_order", "margin", "margin_rate", "discounts", "returns", "refund_rate"),
    *("new_customers", "returning_customers", "cancelled_orders"),
)
MEASURES: Final = ("units", "units_returned", "gross", "discounts", "returns", "net", "orders")
PAST: Final = 2 * 364 + 28
"""How many days of the past tell what is usual."""
_BEST_SELLERS: Final = 100
_BEST_LATELY: Final = 60
_LATELY: Final = 91
_LEAST_OF_A_YEAR: Final = 28
_LATELY_TOLD: Final = 45
_DEAD: Final = (90, 180, 365)
_TOGETHER_DAYS: Final = 182
_MOST_PAIRS: Final = 10
_MOST_DEAD: Final = 200
_SHELVES: Final[tuple[DailyKey, ...]] = ("category", "brand")
_OUTSIDE_SALE: Final = frozenset(["archived", "draft"])
_COHORTS: Final = 12
_MOST_LINES: Final = 5_000


def known(business: Business, span: Span, until: dt.date | None) -> Known:
    """All that a report is made from; raises InputError where there is no sale to report on."""
    numbers = business.numbers
    reach = numbers.span()
    today = numbers.today()
    if reach is None or reach[0] > today:
        raise InputError("There are no sales yet to report on: import orders first (weft import orders FILE).")
    whole = Days(reach[0], min(reach[1], today))
    daily = _cells(business, (), whole)
    days = [dt.date.fromordinal(day) for day in sorted(daily.sold_on)]
    if until is not None and until < whole.first:
        raise InputError(f"There are no sales until {until}: they begin on {whole.first}.")
    periods = chosen(span, min(until, today) if until else None, days, today, _week_begins(business, whole, span))
    now, before, year = _totals(business, periods, whole)
    past = Days(max(whole.first, periods.now.last - (PAST - 1) * DAY), periods.now.last)
    ordered = _cells(business, ("country", "channel", "promotion"), _both(periods))
    variants = _cells(business, ("product", "variant"), _both(periods))
    found = Known(
        periods=periods,
        today=today,
        currency=business.currency,
        now=now,
        before=before,
        year_before=year,
        sold=_sold(business, periods),
        ordered=(ordered.of_days(periods.now), ordered.of_days(periods.before)),
        variants=(variants.of_days(periods.now), variants.of_days(periods.before)),
        daily=_with_cancelled(business, daily, past),
        past=past,
        country=_country(business, ordered),
        largest=partial(largest, business),
        notes=_noted(business, reach[1] > today, reach[0] > periods.before.last),
    )
    found = _with_products(business, _with_tracks(business, found))
    return _with_pairs(business, _with_shelf(business, _with_people(business, found)))


def _noted(business: Business, future: bool, first: bool) -> tuple[str, ...]:
    """What is left out or cannot be compared, by the keys of the messages that say so."""
    several = len(business.numbers.values("currency", limit=2)) > 1
    notes = {"note.future": future, "note.first": first, "note.currencies": several}
    return tuple(key for key, holds in notes.items() if holds)


def _country(business: Business, ordered: Cells) -> str | None:
    """Whose holidays count: the country of the first market, else that of most sales."""
    market = next((one.country for one in business.preferences.markets() if one.country), None)
    if market or not len(ordered):
        return market
    sums = ordered.sums("country", "net")
    return (ordered.keys["country"].members[int(np.argmax(sums))] or None) if len(sums) else None


def _both(periods: Periods) -> Days:
    return Days(periods.before.first, periods.now.last)


def _period(days: Days) -> Period:
    return Period(first=days.first, last=days.last)


def _cells(business: Business, by: Sequence[DailyKey], days: Days, where: Sequence[Condition] = ()) -> Cells:
    """Sales by day and keys as cells."""
    columns = business.numbers.daily(by, _period(days), where)
    return Cells.of(columns["day"], {name: columns[name] for name in by}, {name: columns[name] for name in MEASURES})


def _week_begins(business: Business, whole: Days, span: Span) -> int:
    """The weekday that the business's weeks begin on, Monday being 0."""
    if span != "week":
        return 0
    week = Period(first=whole.last, last=whole.last)
    rows = business.numbers.answer(Query(metrics=["orders"], by=["week"], period=week)).rows
    named = next((row.key["week"] for row in rows if row.key["week"]), None)
    return dt.date.fromisoformat(named).weekday() if named else 0


def _totals(business: Business, periods: Periods, whole: Days) -> tuple[Values, Values, Values]:
    """The totals of the three periods by metric; nothing for those that lie before the first sale."""
    given: list[Values] = []
    for days in (periods.now, periods.before, periods.year_before):
        if days.last < whole.first:
            given.append({})
            continue
        total = business.numbers.answer(Query(metrics=list(METRICS), period=_period(days))).total.values
        given.append({str(name): value for name, value in total.items()})
    now, before, year = given
    return now, before, year


def _sold(business: Business, periods: Periods) -> tuple[Cells, Cells]:
    """The cells of the present period and of the one before, with all dimensions, their codes shared."""
    both = _both(periods)
    cells = _cells(business, ("product", "country", "channel"), both)
    keys = dict(cells.keys)
    labels = business.catalog.labels([member for member in keys["product"].members if member])
    for name, label in (("category", "category"), ("brand", "vendor")):
        keys[name] = keys["product"].mapped({one["id"]: one[label] or "" for one in labels})
    whole = replace(cells, keys=keys)
    return whole.of_days(periods.now), whole.of_days(periods.before)


def _with_cancelled(business: Business, daily: Cells, past: Days) -> Cells:
    """The days with how many orders were called off on each."""
    rows = business.numbers.answer(Query(metrics=["cancelled_orders"], by=["day"], period=_period(past))).rows
    counts = {row.key["day"]: int(row.values["cancelled_orders"] or 0) for row in rows}
    column = [counts.get(dt.date.fromordinal(day).isoformat(), 0) for day in daily.day.tolist()]
    return replace(daily, measures={**daily.measures, "cancelled_orders": np.array(column, np.int64)})


def _with_tracks(business: Business, found: Known) -> Known:
    """The past by what orders have one of and, where products have such, by category and by brand."""
    ordered = _cells(business, ("country", "channel", "promotion"), found.past)
    tracks = dict.fromkeys(("country", "channel", "promotion"), ordered)
    shelves: list[DailyKey] = [name for name in _SHELVES if len(found.sold[0].keys[name].members) > 1]
    if shelves:
        tracks |= dict.fromkeys(shelves, _cells(business, shelves, found.past))
    return replace(found, tracks=tracks)


def _with_products(business: Business, found: Known) -> Known:
    """The past of the products that sell best, what all of them are called, which are new and which are gone."""
    best = _best_sellers(business, found)
    past = found.past
    chosen = [Condition.of("product", *best)]
    products = _cells(business, ("product", "variant"), past, chosen) if best else None
    sold, had = found.sold
    there = [
        {sold.keys["product"].members[at] for at in np.flatnonzero(one.sums("product", "gross"))} for one in (sold, had)
    ]
    shown = there[0] | there[1] | set(best) - {""}
    titles, status = _described(business, sorted(shown - {""}))
    moved = bool(best and business.stock.movements(1))
    return replace(
        found,
        products=products,
        unseen=max(0, _ever_sold(business, past) - len(best)),
        stock=_stock(business, best, past, "product") if moved else {},
        stock_of_variants=_stock(business, best, past, "variant") if moved else {},
        titles=titles,
        variant_titles=_variant_titles(business, chosen, found) if best else {},
        categories=_categories(sold.keys),
        new=_new(business, found, sorted(there[0] - there[1] - {""})),
        gone=frozenset(one for one in (there[1] - there[0]) | set(best) if status.get(one) in _OUTSIDE_SALE),
    )


def _best_sellers(business: Business, found: Known) -> list[str]:
    """The products that earned most in the last whole months, and in the period and the one before."""
    month = found.periods.now.last.replace(day=1)
    # Sums of whole months are kept, and it does not matter here where the time begins and ends.
    first = max((month - _LATELY * DAY).replace(day=1), found.past.first)
    best: list[str] = []
    if first < month:
        period = Period(first=first, last=month - DAY)
        rows = business.numbers.answer(
            Query(metrics=["revenue"], by=["product"], period=period, top=_BEST_SELLERS)
        ).rows
        best = [str(row.key["product"]) for row in rows if row.key["product"] and (row.values["revenue"] or 0) > 0]
    sold, had = found.sold
    earned = np.abs(sold.sums("product", "net")) + np.abs(had.sums("product", "net"))
    members = sold.keys["product"].members
    lately = [members[at] for at in np.argsort(-earned, kind="stable")[:_BEST_LATELY] if members[at] and earned[at]]
    return list(dict.fromkeys([*best, *lately]))


def _ever_sold(business: Business, past: Days) -> int:
    """How many products were sold in the whole months of a past, whose sums are kept."""
    first = (past.first - DAY).replace(day=1) + 31 * DAY
    months = Days(first.replace(day=1), past.last.replace(day=1) - DAY)
    if months.last < months.first:
        return 0
    return len(business.numbers.answer(Query(metrics=["units"], by=["product"], period=_period(months))).rows)


def _categories(keys: Mapping[str, Keys]) -> dict[str, str]:
    """The category of each product that has one in the cells."""
    products, categories = keys["product"], keys["category"]
    places = np.unique(products.codes, return_index=True)[1]
    return {products.members[int(products.codes[at])]: categories.members[int(categories.codes[at])] for at in places}


def _described(business: Business, products: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """What products are called and whether they are for sale."""
    titles, status = {}, {}
    for record in business.catalog.labels(products):
        titles[record["id"]] = " ".join((record["title"] or "").split()) or record["id"]
        status[record["id"]] = (record["status"] or "").lower()
    return titles, status


def _new(business: Business, found: Known, sold: Sequence[str]) -> frozenset[str]:
    """Which of the products sold now were never sold before, where there is a past long enough to tell."""
    before = Days(found.past.first, found.periods.before.last)
    first = business.numbers.span()
    if not sold or first is None or (found.periods.now.first - first[0]).days < _LEAST_OF_A_YEAR:
        return frozenset()
    ever = Period(first=first[0], last=before.last)
    known_before = {
        row.key["product"]
        for part in _parts(sold, 5_000)
        for row in business.numbers.answer(
            Query(metrics=["units"], by=["product"], where=[Condition.of("product", *part)], period=ever)
        ).rows
    }
    return frozenset(one for one in sold if one not in known_before)


def _parts(values: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (values[at : at + size] for at in range(0, len(values), size))


def _variant_titles(business: Business, chosen: Sequence[Condition], found: Known) -> dict[str, str]:
    """What the variants of some products are called that were sold lately."""
    lately = Days(max(found.past.first, found.past.last - (_LATELY - 1) * DAY), found.past.last)
    asked = Query(metrics=["units"], by=["product", "variant"], where=list(chosen), period=_period(lately))
    return {
        str(row.key["variant"]): title
        for row in business.numbers.answer(asked).rows
        if (title := row.titles.get("variant"))
    }


def _stock(
    business: Business, products: Sequence[str], past: Days, each: Literal["product", "variant"]
) -> dict[str, list[int | None]]:
    """What lay of each product or variant at the end of each day of its past, where that is known."""
    lately = Days(max(past.first, past.last - (_LATELY - 1) * DAY), past.last)
    rows = business.numbers.answer(
        Query(
            metrics=["stock"],
            by=[each, "day"],
            where=[Condition.of("product", *products)],
            period=_period(lately),
        )
    ).rows
    found: dict[str, list[int | None]] = {}
    for row in rows:
        level, product, day = row.values.get("stock"), row.key[each], row.key["day"]
        if level is not None and product and day:
            levels = found.setdefault(product, [None] * len(past))
            levels[(dt.date.fromisoformat(day) - past.first).days] = int(level)
    return found


def _with_people(business: Business, found: Known) -> Known:
    """Customers by segment over the past year, as they are today, and by the month in which they first bought."""
    now = found.periods.now
    if not _of_today(business, found):
        return found
    year = Period(first=max(found.past.first, now.last - 363 * DAY), last=now.last)
    segments = business.numbers.answer(Query(metrics=["customers", "revenue"], by=["segment"], period=year)).rows
    cohorts = _cohorts(business, found) if found.periods.span == "month" else {}
    return replace(
        found,
        segments=[
            (str(row.key["segment"]), int(row.values["customers"] or 0), int(row.values["revenue"] or 0))
            for row in segments
            if row.key["segment"]
        ],
        cohorts=cohorts,
    )


def _cohorts(business: Business, found: Known) -> dict[dt.date, dict[dt.date, int]]:
    """How many customers bought in each month, by the month in which they first did, of the last twelve."""
    last = found.periods.now.last
    first = (last.replace(day=1) - 360 * DAY).replace(day=1)
    period = Period(first=max(first, found.past.first), last=last)
    rows = business.numbers.answer(Query(metrics=["customers"], by=["cohort", "month"], period=period)).rows
    cohorts: dict[dt.date, dict[dt.date, int]] = {}
    for row in rows:
        cohort, month = (row.key[name] and dt.date.fromisoformat(f"{row.key[name]}-01") for name in ("cohort", "month"))
        if isinstance(cohort, dt.date) and isinstance(month, dt.date) and cohort >= first:
            cohorts.setdefault(cohort, {})[month] = int(row.values["customers"] or 0)
    return dict(sorted(cohorts.items())[-_COHORTS:])


def _with_shelf(business: Business, found: Known) -> Known:
    """What lies in stock and does not sell, as things are today: only where the report is about lately."""
    if not _of_today(business, found):
        return found
    lying = business.catalog.lying(_MOST_DEAD * 10)
    if not lying:
        return found
    days = _unsold(business, found, [one["product"] for one in lying])
    dead = [
        Lying(one["product"], one["stock"], one["value"], one["at_cost"], days[one["product"]])
        for one in lying
        if days.get(one["product"], 0)
    ]
    titles, _ = _described(business, [one.product for one in dead])
    return replace(found, dead=dead[:_MOST_DEAD], titles={**titles, **found.titles})


def _with_pairs(business: Business, found: Known) -> Known:
    """What was bought together in the last months up to the end of the period."""
    last = found.periods.now.last
    told = business.numbers.together(Period(first=last - (_TOGETHER_DAYS - 1) * DAY, last=last), _MOST_PAIRS)
    pairs = [Bought(one.a, one.b, one.together, one.lift) for one in told]
    titles, _ = _described(business, sorted({name for one in pairs for name in (one.a, one.b)} - set(found.titles)))
    return replace(found, pairs=pairs, titles={**titles, **found.titles})


def _of_today(business: Business, found: Known) -> bool:
    """Whether the report is about the last that is known: what customers and stock are today says nothing of earlier times."""
    reach = business.numbers.span()
    last = min(reach[1], found.today) if reach else found.today
    now = found.periods.now
    # The last whole month is the latest there is until the next one is over.
    return (last - now.last).days <= max(_LATELY_TOLD, (now.last - now.first).days + 1)


def _unsold(business: Business, found: Known, products: Sequence[str]) -> dict[str, int]:
    """For how many days products have not sold, in steps; only those that ever did, for what never sold may have only come."""
    reach = business.numbers.span()
    if reach is None:
        return {}
    # Stock is what there is today, so the days are counted from the last that is known, whichever period is told.
    last = min(reach[1], found.today)
    left = set(products)

    def sold_since(first: dt.date) -> set[str]:
        return {
            str(row.key["product"])
            for part in _parts(sorted(left), 5_000)
            for row in business.numbers.answer(
                Query(
                    metrics=["units"],
                    by=["product"],
                    where=[Condition.of("product", *part)],
                    period=Period(first=first, last=reach[1]),
                )
            ).rows
            if row.values["units"]
        }

    ever = sold_since(reach[0])
    days: dict[str, int] = {}
    left &= ever
    for step in _DEAD:
        first = last - (step - 1) * DAY
        if first < reach[0] or not left:
            break
        left -= sold_since(first)
        days.update(dict.fromkeys(left, step))
    return days


def largest(business: Business, where: Members, days: Days, measure: str) -> float:
    """How much of a measure (units, net) the largest order of some members on some days has; 0 where there are too many to look at."""
    asked = Query(
        metrics=["units" if measure == "units" else "net_sales"],
        where=[Condition.of(cast("Dimension", name), member or None) for name, member in where.items()],
        period=_period(days),
    )
    sources = business.numbers.rows(asked, limit=_MOST_LINES)
    if sources.count > _MOST_LINES:
        return 0.0
    sums: dict[str, float] = {}
    for row in sources.rows:
        sums[row.order] = sums.get(row.order, 0.0) + float(row.counts.get(asked.metrics[0]) or 0)
    return max(sums.values(), default=0.0)
