"""Affinities learned from a business's orders and behaviors, and written as a new generation, the last one answering meanwhile."""

import heapq
import shutil
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import numpy as np
import orjson
from numpy.typing import NDArray

from weft.index import folder
from weft.index.affinity import arrays, baskets, choosing, habits, kept, neighbors, popular
from weft.index.affinity.arrays import Arrays
from weft.index.affinity.choosing import Choice, Say
from weft.index.affinity.histories import Histories, Took
from weft.index.affinity.kept import FORM, Place
from weft.index.affinity.neighbors import Settings
from weft.index.affinity.ways import BLEND, ITEM_TO_ITEM, POPULAR
from weft.store.behaviors import Behaviors
from weft.store.catalog import Catalog
from weft.store.sales import Sales

MOST: Final = 2_000_000
"""How many events are learned from at most: the newest."""
WEIGHTS: Final[Mapping[str, float]] = {"view": 0.3, "click": 0.3, "cart": 0.6, "purchase": 1.0}
"""What counts as taking a product, and how much each says."""
_CUTS: Final = (0.9, 0.8, 0.7)
_SECONDS_A_DAY: Final = 86_400.0
_PATIENCE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Past:
    """All that was taken, what was looked at alone, what each bought, and the orders, with one list of products."""

    taken: Histories
    looked_at: Histories
    bought: Histories
    orders: Histories


def past(sales: Sales, behaviors: Behaviors, known: frozenset[str] | None = None) -> Past:
    """What is learned from: the newest events of the products that are `known`, all where that is not said."""
    lines = deque(
        (one for one in sales.lines() if known is None or one[3] in known),
        maxlen=MOST,
    )
    events = deque(_events(behaviors, known), maxlen=MOST)
    if lines:
        events = deque(one for one in events if one[0] != "purchase")
    orders = list(_orders(lines, events))
    bought = list(_bought(lines, events))
    looked = [took for action, took in events if action != "purchase"]
    taken = deque(heapq.merge(looked, bought, key=lambda one: one.at), maxlen=MOST)
    products = list(dict.fromkeys(one.product for one in taken))
    return Past(*(Histories.of(one, products) for one in (taken, looked, bought, orders)))


def _days(moment: datetime) -> float:
    return moment.timestamp() / _SECONDS_A_DAY


def _events(behaviors: Behaviors, known: frozenset[str] | None) -> Iterator[tuple[str, Took]]:
    for event in behaviors.events(tuple(WEIGHTS)):
        if event.product is not None and event.subject is not None and (known is None or event.product in known):
            yield event.action, Took(event.subject, event.product, _days(event.at), WEIGHTS[event.action])


def _orders(
    lines: Iterable[tuple[str, str | None, datetime, str]], events: Iterable[tuple[str, Took]]
) -> Iterator[Took]:
    """Each order as a subject; of purchases that came as behaviors, what somebody bought on a day is one."""
    yield from (Took(order, product, _days(at)) for order, _, at, product in lines)
    for action, took in events:
        if action == "purchase":
            yield took._replace(subject=f"{took.subject} {int(took.at)}")


def _bought(
    lines: Iterable[tuple[str, str | None, datetime, str]], events: Iterable[tuple[str, Took]]
) -> Iterator[Took]:
    yield from (Took(who or order, product, _days(at)) for order, who, at, product in lines)
    yield from (took for action, took in events if action == "purchase")


def build(
    home: Path, business: UUID, sales: Sales, behaviors: Behaviors, catalog: Catalog, say: Say | None = None
) -> dict[str, Any]:
    """Learn a business's affinities anew; raises Conflict where another process does so, DiskFull."""
    started = time.monotonic()
    tell = say or (lambda *_: None)
    place = Place(home, business)
    with place.writing(_PATIENCE_SECONDS):
        seen = kept.extent(sales, behaviors)
        tell("events", 0, 1)
        known = frozenset(str(product["id"]) for product in catalog.streamed(["id"]))
        told = past(sales, behaviors, known)
        generation = place.free()
        where = place.generation(generation)
        shutil.rmtree(where, ignore_errors=True)
        where.mkdir(parents=True)
        state = {
            "form": FORM,
            "generation": generation,
            "built_at": time.time(),
            "seen": seen,
            **_written(told, where, tell),
            "seconds": round(time.monotonic() - started, 3),
        }
        place.name_in_force(generation, state)
    return state


def _written(told: Past, where: Path, say: Say) -> dict[str, Any]:
    """Learn all that is to be known, write it into a folder, and answer what was chosen and why."""
    everything = told.taken
    moment, choice = chosen(everything, say)
    way = choosing.made(choice.told, everything)
    held: Arrays = {}
    way.put(held)
    together, basket_figures = _together(told, moment, held)
    personal, habit_figures = _habits(told, moment, together)
    also = told.looked_at if len(told.looked_at) else told.bought
    neighbors.neighbors(also, _settings(choice.told)).put(held, "also")
    half_life = _half_life(choice)
    trend = popular.trend(everything)
    held |= {
        "popularity": popular.popularity(everything, half_life),
        "multipliers": choice.held.multipliers(everything.popularity()),
        "lately": trend.lately,
        "before": trend.before,
        "trend": trend.scores(),
        "takers": _takers(also),
        "orders": _takers(told.orders),
    }
    arrays.write(where / kept.ARRAYS, held)
    products = everything.products
    folder.written(where / "products.json", lambda file: file.write(orjson.dumps(products)))
    say("ways", 1, 1)
    return {
        "products": len(products),
        "events": len(everything),
        "subjects": len(np.unique(everything.subject)),
        "orders": len(np.unique(told.orders.subject)),
        "way": choice.told,
        "says": choice.says,
        "figures": [asdict(one) for one in choice.figures],
        "held": {
            "penalty": choice.held.penalty,
            "cap": choice.held.cap,
            "says": choice.held.says,
            "products": {products[place]: round(share, 4) for place, share in choice.held.shares.items()},
        },
        "together": {**asdict(together), "figures": asdict(basket_figures) if basket_figures else None},
        "habits": {**asdict(personal), "figures": asdict(habit_figures) if habit_figures else None},
        "also": "viewed" if len(told.looked_at) else "bought",
        "trend_days": trend.days,
        "latest": float(everything.at.max(initial=0.0)),
    }


def chosen(everything: Histories, say: Say) -> tuple[float, Choice]:
    """The best way, told by what came after a moment to who had taken something before it; and that moment."""
    moment, cases = 0.0, everything.cut(0.0)
    for cut in _CUTS:
        if not len(everything):
            break
        moment = float(np.quantile(everything.at, cut))
        cases = everything.cut(moment)
        if len(cases) >= choosing.FEWEST:
            break
    return moment, choosing.chosen(everything.until(moment), cases, say)


def _together(told: Past, moment: float, held: Arrays) -> tuple[baskets.Settings, choosing.Figures | None]:
    settings, figures = baskets.chosen(told.orders.until(moment), baskets.completing(told.orders, moment))
    baskets.companions(told.orders, settings).put(held, "together")
    return settings, figures


def _habits(told: Past, moment: float, settings: baskets.Settings) -> tuple[habits.Habits, habits.Figures | None]:
    cases = habits.next_orders(told.bought, moment)
    if len(cases) < habits.FEWEST:
        return habits.Habits(), None
    return habits.chosen(cases, baskets.companions(told.orders.until(moment), settings, counted=False))


def _settings(told: Mapping[str, Any]) -> Settings:
    """The settings of item to item in what was chosen, the usual ones where it is not in it."""
    told = told["first"] if told["way"] == BLEND else told
    return (
        Settings(**{key: value for key, value in told.items() if key != "way"})
        if told["way"] == ITEM_TO_ITEM
        else Settings()
    )


def _half_life(choice: Choice) -> float:
    return float(choice.told["half_life"]) if choice.told["way"] == POPULAR else 90.0


def _takers(histories: Histories) -> NDArray[np.int32]:
    """How many subjects took each product, by place."""
    taken = histories.matrix()
    return np.bincount(taken.indices, minlength=len(histories.products)).astype(np.int32)
