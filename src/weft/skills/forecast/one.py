"""The forecast of one product, with its variants and places, told with how wrong it would have been."""

from collections.abc import Mapping
from typing import Any, Final

from weft.business import Business
from weft.demand import keeping
from weft.demand.sharing import Part
from weft.errors import InputError, NotFound
from weft.skills.forecast import Expect, Expectation, Expected, Like, history, making, showing, wording
from weft.skills.forecast.history import Ground, Past
from weft.skills.forecast.making import WHOLE, Made
from weft.skills.forecast.showing import OTHERWISE, Name

FRESH_DAYS: Final = 7
"""For how many days a kept forecast of a product without a new sale is as good as a new one."""


def expected(asked: Expect, product: str, business: Business, known: Ground) -> Expectation:
    """What is expected of a product that was sold before, of one of its variants, or at one of its places."""
    catalog = history.facts(business, [product])
    past = next(history.pasts(business, known, [product], catalog))
    wanted = _wanted(asked, past)
    each = _each(asked, past, wanted)
    made, moved = _forecast(past, known, asked, business, catalog)
    parts = making.divided(past, made.forecast) if wanted != WHOLE or each else {}
    back = making.looked_back(past, known, [part for part in (wanted, *each) if part != WHOLE])

    def told(part: Part) -> Expected:
        own = made.forecast if part == WHOLE else parts[part]
        said = wording.looked_back(back[part], made.forecast.backtest if part == WHOLE else None, own.demand_class)
        return showing.shown(
            _named(past, part), own, known.start, asked, sold=_sold(past, part), seen=known.through, backtest=said
        )

    main = told(wanted)
    main.outliers, main.unknown = showing.peaks(past), showing.gaps(past)
    main.notes = wording.notes_on(main.outliers, main.unknown, past.on_sale)
    main.like = _like(made, business)
    others = sorted((told(part) for part in each), key=lambda one: (-one.sum, one.variant or "", one.location or ""))
    return Expectation(
        forecasts=[main, *others[: asked.limit]],
        total=main,
        count=1 + len(others),
        today=known.today,
        seen=known.through,
        note=_rests_on(past, known, made, moved=moved, part=wanted != WHOLE or bool(each)),
        notes=showing.notes(known),
        charts=showing.charts(main),
    )


def unsold(asked: Expect, product: Mapping[str, Any], business: Business, known: Ground) -> Expectation:
    """What is expected of a product that was never sold: what those like it sold in their first days."""
    days = showing.horizon(asked)
    price = history.price_now(product.get("variants") or (), known.currency)
    made = making.never_sold(history.traits(product, price), known, days, business, asked.levels)
    name = Name("product", product["id"] if product["id"] != "unsaved" else None, title=product.get("title"))
    notes = showing.notes(known)
    if made is None:
        return Expectation(
            today=known.today,
            seen=known.through,
            notes=notes,
            note="It was never sold, and too few products like it began while it was seen how; nothing can be told of it.",
        )
    main = showing.shown(name, made.forecast, known.start, asked, seen=known.through)
    main.backtest = wording.looked_back([], None, "new")
    main.like = _like(made, business)
    return Expectation(
        forecasts=[main],
        total=main,
        count=1,
        today=known.today,
        seen=known.through,
        note="It was never sold: this is what products like it sold from the day on which they began.",
        notes=notes,
        charts=showing.charts(main),
    )


def _wanted(asked: Expect, past: Past) -> Part:
    """The part of the product that is asked for; raises NotFound for one that was never sold."""
    skus = dict.fromkeys(sku for sku, _ in past.parts.by_key)
    if asked.variant is not None and asked.variant not in skus:
        raise NotFound(f"Nothing of {past.id} was sold as {asked.variant!r}; there are {_list(skus)}.")
    places = dict.fromkeys(place or OTHERWISE for _, place in past.parts.by_key)
    if asked.location is not None and asked.location not in places:
        raise NotFound(f"Nothing of {past.id} was sold at {asked.location!r}; there are {_list(places)}.")
    place = None if asked.location is None else "" if asked.location == OTHERWISE else asked.location
    return (asked.variant, place)


def _list(names: Mapping[str, None]) -> str:
    some = [repr(name) for name in names][:8]
    return ", ".join(some) + (" and others" if len(names) > len(some) else "")


def _each(asked: Expect, past: Past, wanted: Part) -> list[Part]:
    """The parts that are told one by one: the product's variants if nothing else is said."""
    if asked.each in ("product", "category"):
        raise InputError(
            f"One product is not told by {asked.each}; tell it by variant or location, or ask for more products."
        )
    skus = sorted({sku for sku, _ in past.parts.by_key})
    places = sorted({place for _, place in past.parts.by_key})
    if asked.each == "location" and len(places) < 2:
        raise InputError(_no_places(past.id, places))
    if asked.each == "location" and wanted[1] is None:
        return [(wanted[0], place) for place in places if wanted[0] is None or (wanted[0], place) in past.parts.by_key]
    if asked.each != "location" and wanted[0] is None and len(skus) > 1:
        return [(sku, wanted[1]) for sku in skus if wanted[1] is None or (sku, wanted[1]) in past.parts.by_key]
    return []


def _no_places(product: str, places: list[str]) -> str:
    where = (
        f"all of {product} was sold at {places[0]!r}" if places and places[0] else f"no order of {product} says where"
    )
    return f"It cannot be told by location: {where}."


def _forecast(
    past: Past, known: Ground, asked: Expect, business: Business, catalog: Mapping[str, Mapping[str, Any]]
) -> tuple[Made, bool]:
    """The kept forecast where it is still good, else one made now; and whether it was moved to sum with others to a whole."""
    days = showing.horizon(asked)
    moved = next(business.forecasts.each("category", [past.category], bodies=False), None)
    kept = next(business.forecasts.each("product", [past.id]), None)
    if kept is not None and kept.days >= days and (known.through - kept.seen).days <= FRESH_DAYS:
        sales = history.sold_by_day(business).digests(known.first, known.through, [past.id])[past.id]
        if kept.made_of == history.made_of(sales, catalog.get(past.id) or {}):
            whole = next(keeping.told(kept, moved, first=known.start, days=days, parts=False))
            return Made(past, whole.forecast), moved is not None
    made = making.made([past], known, days, business, levels=asked.levels)[0]
    times = keeping.factors(moved, known.start, days)
    if moved is None or times is None or moved.seen < known.through:
        return made, False
    return Made(past, keeping.ahead(made.forecast, 0, days, times), made.curve), True


def _named(past: Past, part: Part) -> Name:
    sku, place = part
    level = "product" if part == WHOLE else "variant" if sku is not None else "location"
    return Name(
        level,  # type: ignore[arg-type]
        past.id,
        sku,
        None if place is None else place or OTHERWISE,
        past.category or None,
        past.title,
    )


def _sold(past: Past, part: Part) -> Any:
    return past.sold if part == WHOLE else past.parts.series(len(past.sold), *part)


def _like(made: Made, business: Business) -> list[Like]:
    if made.curve is None:
        return []
    titles = {
        str(one["id"]): one.get("title") for one in business.catalog.records(ids=[name for name, _ in made.curve.like])
    }
    return [Like(product=name, title=titles.get(name), likeness=alike) for name, alike in made.curve.like]


def _rests_on(past: Past, known: Ground, made: Made, *, moved: bool, part: bool) -> str:
    """What the forecast rests on, in a sentence."""
    sales = int((past.sold > 0).sum())
    said = f"It rests on {wording.many(sales, 'day')} with a sale from {wording.day(past.series.start)} to {wording.day(known.through)}"
    if made.curve is not None:
        said += f", and on how {wording.many(len(made.curve.like), 'product')} like it began"
    if known.country:
        said += f", with the holidays of {known.country}"
    if moved:
        said += "; it is moved so that all products sum to what is told of their category and of everything"
    if part:
        said += "; variants and places have their shares of what was sold lately"
    return said + "."
