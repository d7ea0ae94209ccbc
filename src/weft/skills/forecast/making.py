"""Forecasts made of pasts: by the methods that fit them, what is new by what is like it, and each laid beside what was sold since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from weft.business import Business
from weft.demand import analogues, hindsight, sharing
from weft.demand.analogues import Curve, Launch, Traits
from weft.demand.forecast import Forecast
from weft.demand.forecasting import LEVELS, Told, forecasts
from weft.demand.hindsight import Week
from weft.demand.series import Floats, Series
from weft.demand.sharing import Part
from weft.skills.forecast import history
from weft.skills.forecast.history import Ground, Past

_LAUNCH_DAYS: Final = 200
_MOST_LAUNCHES: Final = 600
_JUDGED_SECONDS: Final = 20.0
WHOLE: Final[Part] = (None, None)


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A forecast for the days after the ground's last, the past it was made of, and of what is new the curve it follows."""

    past: Past
    forecast: Forecast
    curve: Curve | None = None


def quiet(_doing: str, _share: float) -> None:
    """Say nothing."""


def made(
    pasts: Sequence[Past],
    ground: Ground,
    days: int,
    business: Business,
    *,
    levels: Sequence[float] = LEVELS,
    seconds: float = 60.0,
    told: Told = quiet,
) -> list[Made]:
    """A forecast of each past for so many days, in their order."""
    curves = _curves([one for one in pasts if one.new], ground, days, business)
    by_method = [one for one in pasts if one.id not in curves]
    found = forecasts(
        [one.series for one in by_method],
        days,
        levels=levels,
        country=ground.country,
        seconds=seconds,
        told=told,
    )
    of = {id(one): forecast for one, forecast in zip(by_method, found, strict=True)}
    return [
        Made(one, of[id(one)])
        if id(one) in of
        else Made(
            one,
            analogues.forecast(curves[one.id], one.series.sold, one.series.known, days, levels=levels),
            curves[one.id],
        )
        for one in pasts
    ]


def never_sold(
    traits: Traits, ground: Ground | None, days: int, business: Business, levels: Sequence[float]
) -> Made | None:
    """What a product that was never sold would sell if it came now; None where nothing like it ever began."""
    if ground is None:
        return None
    curve = analogues.curve(traits, launches(business, ground, [traits]), _LAUNCH_DAYS + days)
    if curve is None:
        return None
    nothing = Series(ground.start, "D", np.zeros(0), np.zeros(0, bool))
    past = Past("", None, traits.category, traits, 0, np.zeros(0), nothing, (), (), history.Parts({}), new=True)
    return Made(past, analogues.forecast(curve, np.zeros(0), np.zeros(0, bool), days, levels=levels), curve)


def _curves(pasts: Sequence[Past], ground: Ground, days: int, business: Business) -> dict[str, Curve]:
    if not pasts:
        return {}
    began = launches(business, ground, [one.traits for one in pasts])
    found = {}
    for one in pasts:
        others = [launch for launch in began if launch.product != one.id]
        curve = analogues.curve(one.traits, others, analogues.NEW_DAYS + days)
        if curve is not None:
            found[one.id] = curve
    return found


def launches(business: Business, ground: Ground, wanted: Sequence[Traits]) -> list[Launch]:
    """How other products began: those whose first sale lies within what is known, and four weeks back at least.

    Of many those of the wanted categories, and the last that began.
    """
    sold = history.sold_by_day(business)
    latest, earliest = ground.through - timedelta(28), ground.first + timedelta(analogues.NEW_DAYS)
    begun = {product: row[3] for product, row in sold.digests(ground.first, ground.through).items()}
    chosen = [product for product, day in begun.items() if earliest < day <= latest]
    catalog = history.facts(business, chosen) if len(chosen) < 5000 else history.facts(business)
    names = {one.category for one in wanted}

    def fits(product: str) -> tuple[bool, int, str]:
        return history.category_of(catalog.get(product) or {}) not in names, -begun[product].toordinal(), product

    some = sorted(chosen, key=fits)[:_MOST_LAUNCHES]
    return [
        Launch(one.id, one.traits, one.series.sold[:_LAUNCH_DAYS], one.series.known[:_LAUNCH_DAYS])
        for one in history.pasts(business, ground, some, catalog)
    ]


def looked_back(past: Past, ground: Ground, parts: Sequence[Part] = ()) -> dict[Part, list[Week]]:
    """The weeks that forecasts of the past were wrong in: of the whole (`WHOLE`), and of each of these parts."""
    found: dict[Part, list[Week]] = {part: [] for part in (WHOLE, *parts)}
    for place in hindsight.cuts(past.series):
        # Each by itself: what was sold after one of them must not be known to the other.
        (forecast,) = forecasts(
            [hindsight.as_of(past.series, place)], 7 * hindsight.LEAD, country=ground.country, seconds=_JUDGED_SECONDS
        )
        found[WHOLE] += hindsight.weeks(past.series, place, forecast)
        of = divided(past, forecast, place) if parts else {}
        for part in parts:
            if part in of:
                sold = past.parts.series(len(past.series), *part)
                found[part] += hindsight.weeks(_with(past.series, sold), place, of[part])
    return found


def _with(series: Series, sold: Floats) -> Series:
    return Series(series.start, series.freq, sold, series.known)


def divided(past: Past, forecast: Forecast, before: int | None = None) -> Mapping[Part, Forecast]:
    """A product's forecast divided among its variants and places by what each sold before a place of its past."""
    return sharing.divided(forecast, past.parts.weights(len(past.series) if before is None else before))
