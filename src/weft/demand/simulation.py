"""History replayed day by day against a policy: what would have been sold, lost, kept in stock and ordered.

A step is a day (or a month). At its beginning what was ordered arrives, then, on a day of review, the policy orders; then what was
wanted that day is sold as far as it is there, and the rest is lost. Nothing is drawn by chance but lead times that vary, and those from a
seed, so the same replay gives the same figures. A policy is told what was wanted before the step, and nothing of what comes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from weft.demand.series import Floats

Counts = NDArray[np.float64]
_YEAR: Final = 365.0


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """What a policy knows when it orders: the step (0 is the first), what was wanted before it (items × steps), and the stock.

    `position` is what there is and what is under way.
    """

    step: int
    past: Counts
    on_hand: Counts
    on_order: Counts

    @property
    def position(self) -> Counts:
        """What there is and what is under way, together."""
        return self.on_hand + self.on_order


# How many pieces of each item to order now.
Policy = Callable[[Moment], Counts]


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What was wanted of each item at each step (items × steps), and from which step on the replay begins.

    `price` and `cost` are of one piece of each item, in minor units; `holding` is what a year in stock costs as a share of the cost, and
    `steps_a_year` how many steps a year has.
    """

    wanted: Counts
    begins: int = 0
    price: Floats | None = None
    cost: Floats | None = None
    holding: float = 0.25
    steps_a_year: float = _YEAR

    def __post_init__(self) -> None:
        if self.wanted.ndim != 2:
            raise ValueError("what was wanted is a table: items by steps")
        if not 0 <= self.begins <= self.wanted.shape[1]:
            raise ValueError("the replay begins within its history")
        for beside in (self.price, self.cost):
            if beside is not None and beside.shape != self.wanted.shape[:1]:
                raise ValueError("a price and a cost are one number an item")


@dataclass(slots=True, eq=False)
class Replay:
    """What came of it, by item over the measured steps: units wanted, lost, ordered; the mean stock at the end of a step; orders.

    `cycles` are the spans between two days of review, `short` those in which something was lost.
    """

    history: History = field(repr=False)
    steps: int
    wanted: Counts
    lost: Counts
    stock: Counts
    ordered: Counts
    orders: Counts
    short: Counts
    cycles: int = 0

    @property
    def fill_rate(self) -> float:
        """The share of what was wanted that was there; 1 where nothing was wanted."""
        whole = float(self.wanted.sum())
        return 1.0 - float(self.lost.sum()) / whole if whole > 0 else 1.0

    @property
    def cycle_service(self) -> float:
        """The share of items' spans between two reviews in which nothing was lost."""
        spans = self.cycles * len(self.wanted)
        return 1.0 - float(self.short.sum()) / spans if spans else 1.0

    @property
    def lost_units(self) -> float:
        """Units that were wanted and not there."""
        return float(self.lost.sum())

    @property
    def lost_sales(self) -> float:
        """What they would have been sold for; in units where there are no prices."""
        return float(self.lost @ self._each(self.history.price))

    @property
    def average_stock(self) -> float:
        """Units in stock at the end of a step, on average, of all items together."""
        return float(self.stock.sum())

    @property
    def stock_value(self) -> float:
        """What the average stock cost; in units where there are no costs."""
        return float(self.stock @ self._each(self.history.cost))

    @property
    def total_cost(self) -> float:
        """What holding cost, and the margin of what was lost; 0 where prices or costs are not known."""
        if self.history.price is None or self.history.cost is None:
            return 0.0
        held = self.stock_value * self.history.holding * self.steps / self.history.steps_a_year
        return held + float(self.lost @ np.maximum(self.history.price - self.history.cost, 0.0))

    def _each(self, one: Floats | None) -> Floats:
        return np.ones(len(self.wanted)) if one is None else one


class _Shelves:
    """The stock of all items, and what is under way to them."""

    def __init__(self, on_hand: Counts) -> None:
        self.on_hand = on_hand.astype(np.float64)
        self.on_order = np.zeros(len(on_hand))
        self._arriving: dict[int, Counts] = {}

    def receive(self, step: int) -> None:
        """Take in what arrives at a step."""
        come = self._arriving.pop(step, None)
        if come is not None:
            self.on_hand = self.on_hand + come
            self.on_order = self.on_order - come

    def order(self, quantities: Counts, arrives: int) -> None:
        """Let so many of each item arrive at a step."""
        self._arriving[arrives] = self._arriving.get(arrives, 0.0) + quantities
        self.on_order = self.on_order + quantities

    def sell(self, wanted: Counts) -> Counts:
        """Sell what is wanted as far as it is there; answers what is lost."""
        sold = np.minimum(self.on_hand, wanted)
        self.on_hand = self.on_hand - sold
        return wanted - sold


def replay(
    history: History,
    policy: Policy,
    *,
    lead: int,
    review: int,
    on_hand: Counts | None = None,
    lead_spread: float = 0.0,
    measured_from: int | None = None,
    seed: int = 7,
) -> Replay:
    """Replay a history against a policy that orders every `review` steps what arrives `lead` steps later.

    `on_hand` is the stock at the beginning, none if not said. Steps from `measured_from` on are measured, all if not said: before it the
    policy's own orders fill the shelves. Raises ValueError for a lead time below 0 or a review period below 1.
    """
    if lead < 0 or review < 1 or lead_spread < 0:
        raise ValueError("a lead time is 0 steps or more, and a review period one or more")
    draw = np.random.default_rng(seed)
    items, steps = history.wanted.shape
    first = history.begins if measured_from is None else max(measured_from, history.begins)
    shelves = _Shelves(np.zeros(items) if on_hand is None else on_hand)
    found = Replay(
        history,
        max(steps - first, 0),
        wanted=np.zeros(items),
        lost=np.zeros(items),
        stock=np.zeros(items),
        ordered=np.zeros(items),
        orders=np.zeros(items),
        short=np.zeros(items),
    )
    in_cycle = np.zeros(items, np.bool_)
    for step in range(history.begins, steps):
        reviewed = (step - history.begins) % review == 0
        shelves.receive(step)
        ordered = np.zeros(items)
        if reviewed:
            moment = Moment(step, history.wanted[:, :step], shelves.on_hand.copy(), shelves.on_order.copy())
            ordered = np.maximum(policy(moment), 0.0)
            takes = lead if lead_spread == 0 else max(0, round(float(draw.normal(lead, lead_spread))))
            shelves.order(ordered, step + takes)
            shelves.receive(step)
        lost = shelves.sell(history.wanted[:, step])
        if step < first:
            continue
        if reviewed or step == first:
            found.short += in_cycle
            found.cycles += 1
            in_cycle[:] = False
        in_cycle |= lost > 1e-9
        _measure(found, step, lost, shelves.on_hand, ordered)
    found.short += in_cycle
    found.stock /= max(found.steps, 1)
    return found


def _measure(found: Replay, step: int, lost: Counts, on_hand: Counts, ordered: Counts) -> None:
    found.wanted += found.history.wanted[:, step]
    found.lost += lost
    found.stock += on_hand
    found.ordered += ordered
    found.orders += ordered > 0
