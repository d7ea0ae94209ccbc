"""All forecasts of a business built and kept: only those anew whose sales have changed, or that are a week old.

A product's forecast is kept as its own past tells it. What is told of its category and of everything is made anew each time, and the
category keeps by how much its products are moved, day by day, so that they sum to it: a new day costs no look at all of them.
"""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from weft.business import Business
from weft.demand import hierarchy, keeping
from weft.demand.forecast import Forecast
from weft.demand.series import Floats
from weft.errors import Conflict
from weft.skills.forecast import history, making
from weft.skills.forecast.history import Ground, Past
from weft.skills.forecast.making import Made
from weft.skills.forecast.one import FRESH_DAYS
from weft.skills.forecast.progress import Board
from weft.store.forecasts import Kept, Level

HORIZON: Final = 49
"""For how many days ahead forecasts are kept if nothing else is said: further ahead, fewer trials on the past choose the method."""
_PART: Final = 1000
_SECONDS_A_SERIES: Final = 0.03
_LEAST: Final = 1e-9
Say = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be made anew, what is kept still, and what is kept of nothing any more."""

    anew: list[str]
    still: int
    gone: list[str]
    made_of: Mapping[str, bytes]


def build(business: Business, days: int = HORIZON, say: Say | None = None, *, again: bool = False) -> dict[str, Any]:
    """Build what has changed, with `again` all; answers what was done. Raises Conflict where nothing was sold yet."""
    with business.database.alone(f"forecasts of {business.uid}"), Board(business) as board:

        def tell(step: str, done: int, total: int) -> None:
            board.say(step, done, total)
            if say is not None:
                say(step, done, total)

        return _built(business, days, tell, again=again)


def _built(business: Business, days: int, tell: Say, *, again: bool) -> dict[str, Any]:
    started = time.monotonic()
    tell("reading", 0, 1)
    known = history.ground(business)
    if known is None:
        raise Conflict(
            "Nothing was sold yet that a forecast could rest on; import orders first: weft import orders FILE"
        )
    catalog = history.facts(business)
    plan = _planned(business, known, catalog, days, again=again)
    done = 0
    tell("products", 0, len(plan.anew))
    for at in range(0, len(plan.anew), _PART):
        some = plan.anew[at : at + _PART]
        done += _products(business, known, some, catalog, plan.made_of, days, _from(tell, at, len(plan.anew)))
        tell("products", done, len(plan.anew))
    forgotten = business.forecasts.forget("product", plan.gone) if plan.gone else 0
    tell("wholes", 0, 1)
    wholes = _wholes(business, known, days)
    told = {
        "products": done + plan.still,
        "made": done,
        "kept": plan.still,
        "forgotten": forgotten,
        "categories": wholes,
        "through": known.through.isoformat(),
        "start": known.start.isoformat(),
        "days": days,
        "country": known.country,
        "seconds": round(time.monotonic() - started, 3),
    }
    business.forecasts.note(known.through, days, told)
    return told


def _from(tell: Say, done: int, total: int) -> Callable[[float], None]:
    """What tells how much of a part is done that begins behind so many."""
    return lambda share: tell("products", min(done + int(share * _PART), total), total)


def _planned(
    business: Business, known: Ground, catalog: Mapping[str, Mapping[str, Any]], days: int, *, again: bool
) -> _Plan:
    sales = history.sold_by_day(business).digests(known.first, known.through)
    made_of = {product: history.made_of(said, catalog.get(product) or {}) for product, said in sales.items()}
    there = {} if again else business.forecasts.digests("product")

    def good(product: str) -> bool:
        digest, seen, ahead = there.get(product, (b"", date.min, 0))
        age = (known.through - seen).days
        return digest == made_of[product] and 0 <= age < FRESH_DAYS and ahead >= days

    best = sorted(made_of, key=lambda product: (-sales[product][2], product))
    anew = [product for product in best if not good(product)]
    gone = sorted(set(there) - set(made_of)) if not again else []
    return _Plan(anew, len(made_of) - len(anew), gone, made_of)


def _products(
    business: Business,
    known: Ground,
    products: Sequence[str],
    catalog: Mapping[str, Mapping[str, Any]],
    made_of: Mapping[str, bytes],
    days: int,
    say: Callable[[float], None],
) -> int:
    """Make the forecasts of some products and keep them, all or none."""
    found = making.made(
        list(history.pasts(business, known, products, catalog)),
        known,
        days + FRESH_DAYS,
        business,
        seconds=_SECONDS_A_SERIES * len(products),
        told=lambda _, share: say(share),
    )
    return business.forecasts.keep(kept_of("product", one, known, made_of[one.past.id]) for one in found)


def kept_of(level: Level, made: Made, known: Ground, made_of: bytes, **more: Any) -> Kept:
    """A forecast as it is kept."""
    past = made.past
    told, body = keeping.packed(made.forecast)
    weighed = past.parts.weights(len(past.series))
    told |= {"title": past.title, "category": past.category, **more}
    if len(weighed) == 1:
        told |= {"sku": weighed[0][0], "place": weighed[0][1]}
    if len(weighed) > 1:
        told["shares"] = [[sku, place, round(weight, 4)] for sku, place, weight in weighed]
    if made.curve is not None:
        told["like"] = [list(pair) for pair in made.curve.like]
    return Kept(level, past.id, known.start, len(made.forecast.mean), known.through, made_of, told, body)


def _wholes(business: Business, known: Ground, days: int) -> int:
    """Forecast each category and everything, let them agree with the sum of their products, and keep by how much these are moved."""
    below, doubt = _below(business, known, days)
    pasts = list(_sums(business, known, set(below)))
    if not pasts:
        return 0
    made = making.made(pasts, known, days, business, seconds=_SECONDS_A_SERIES * len(pasts) + 10.0)
    everything, categories = made[0], made[1:]
    agreed = [_agreed(one.forecast, below[one.past.id], doubt[one.past.id]) for one in categories]
    parts, wholes = hierarchy.reconciled(agreed, {"": everything.forecast}, {"": range(len(agreed))})
    kept = [kept_of("business", Made(everything.past, wholes[""]), known, b"")]
    for one, forecast in zip(categories, parts, strict=True):
        own = below[one.past.id]
        factors = np.where(own > _LEAST, forecast.mean / np.maximum(own, _LEAST), 1.0)
        told = {"factors": np.round(factors, 5).tolist()}
        kept.append(kept_of("category", Made(one.past, forecast), known, b"", **told))
    gone = set(business.forecasts.digests("category")) - {one.past.id for one in categories}
    if gone:
        business.forecasts.forget("category", sorted(gone))
    business.forecasts.keep(kept)
    return len(categories)


def _below(business: Business, known: Ground, days: int) -> tuple[dict[str, Floats], dict[str, float]]:
    """By category what its products sum to on each day, and the squared error of that sum, their errors being independent."""
    sums: dict[str, Floats] = {}
    doubt: dict[str, float] = {}
    for kept in business.forecasts.each("product", bodies=False):
        name = str(kept.told.get("category") or "")
        own = keeping.mean_ahead(kept, None, known.start, days)
        sums[name] = sums.get(name, np.zeros(days)) + own
        doubt[name] = doubt.get(name, 0.0) + max(float(kept.told["backtest"]["mae"]), 0.01) ** 2
    return sums, doubt


def _sums(business: Business, known: Ground, categories: set[str]) -> Iterator[Past]:
    """The past of everything, and of each category after it."""
    rows = history.sold_by_day(business).summed("category", known.first, known.through)
    whole = history.summed("", None, ((day, units) for _, day, units in rows), known)
    if whole is not None:
        yield whole
    for name, group in itertools.groupby(rows, key=lambda row: row[0]):
        past = history.summed(name, name or None, ((day, units) for _, day, units in group), known)
        if past is not None and name in categories:
            yield past


def _agreed(own: Forecast, below: Floats, doubt: float) -> Forecast:
    """A category's own forecast and the sum of its products, each trusted by the inverse of its squared error."""
    error = max(own.backtest.mae, float(np.std(own.paths)) if not own.backtest.mae else 0.0, 0.01) ** 2
    mean = (own.mean * doubt + below * error) / (doubt + error)
    return keeping.moved_to(own, np.where(below > _LEAST, mean, 0.0))
