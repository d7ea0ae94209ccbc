"""What somebody buys again: what they bought before, what is old counting less, and what goes with it.

The next order of who buys the same things again is told by their own last orders and by their neighbors' (Hu et al., 2020, have
neighboring people; here it is neighboring products, so that nothing is kept of people).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from weft.index.affinity.histories import Histories
from weft.index.affinity.related import Related

FEWEST: Final = 40
ORDERS: Final = 50
"""How many of somebody's last orders are looked at."""
_FADING: Final = (0.8, 0.9, 0.95, 1.0)
_OWN: Final = (0.0, 0.3, 0.5, 0.7, 0.85, 0.95)
_SHOWN: Final = 10
_MOST_CASES: Final = 1000


@dataclass(frozen=True, slots=True)
class Habits:
    """How much of what somebody will buy they bought before: `own` against what goes with it; an order back leaves `fading`."""

    own: float = 0.0
    fading: float = 0.9

    def weights(self, orders: Sequence[NDArray[np.int32]], count: int) -> NDArray[np.float32]:
        """How much each product is somebody's own, by place, of the places in each order, oldest first."""
        found = np.zeros(count, np.float32)
        for back, products in enumerate(reversed(orders[-ORDERS:])):
            found[products] += self.fading**back
        return found

    def scores(self, orders: Sequence[NDArray[np.int32]], related: Related, count: int) -> NDArray[np.float32]:
        """A score for each product by place: of one's own, and of what goes with it."""
        own = self.weights(orders, count)
        places = np.flatnonzero(own).astype(np.int32)
        beside = related.scores(places, own[places])
        return self.own * _share(own) + (1.0 - self.own) * _share(beside)


@dataclass(frozen=True, slots=True)
class Next:
    """Whose next order is known: the orders before, oldest first, and what is in the next one."""

    before: tuple[tuple[NDArray[np.int32], ...], ...]
    next: tuple[NDArray[np.int32], ...]

    def __len__(self) -> int:
        return len(self.next)


@dataclass(frozen=True, slots=True)
class Figures:
    """Recall@10 of the next order: of the way taken, and of what each bought most often."""

    recall: float
    own_most: float
    cases: int


def _share(values: NDArray[np.float32]) -> NDArray[np.float32]:
    best = float(values.max(initial=0.0))
    return values / np.float32(best) if best > 0 else values


def next_orders(bought: Histories, moment: float) -> Next:
    """The first order after a moment of each subject with orders before; what was bought at one time is one order."""
    before, following = [], []
    for start, end in bought.spans():
        at, products = bought.at[start:end], bought.product[start:end]
        edges = np.flatnonzero(np.diff(at, prepend=-np.inf))
        orders = [np.unique(one).astype(np.int32) for one in np.split(products, edges[1:])]
        past = int((at[edges] <= moment).sum())
        if 0 < past < len(orders):
            before.append(tuple(orders[:past]))
            following.append(orders[past])
    return Next(tuple(before), tuple(following))


def recall(scored: NDArray[np.float32], wanted: NDArray[np.int32]) -> float:
    """The share of what is wanted that is among the ten best."""
    top = np.argpartition(-scored, min(_SHOWN, len(scored) - 1))[:_SHOWN]
    return float(np.isin(wanted, top[scored[top] > 0]).mean())


def recall_of(habits: Habits, cases: Next, related: Related) -> float:
    """The mean recall@10 of the next orders."""
    count = len(related.starts) - 1
    return float(
        np.mean([recall(habits.scores(orders, related, count), wanted) for orders, wanted in _each(cases)] or [0.0])
    )


def _each(cases: Next) -> Iterable[tuple[tuple[NDArray[np.int32], ...], NDArray[np.int32]]]:
    return zip(cases.before, cases.next, strict=True)


def chosen(cases: Next, related: Related) -> tuple[Habits, Figures | None]:
    """The habits that tell the next orders best, told on one half, with the figures on the other."""
    if len(cases) < FEWEST:
        return Habits(), None
    order = np.random.default_rng(0).permutation(len(cases))[:_MOST_CASES].tolist()
    tuning, judging = (
        Next(tuple(cases.before[one] for one in some), tuple(cases.next[one] for one in some))
        for some in (order[::2], order[1::2])
    )
    trials = [Habits(own, fading) for own in _OWN for fading in _FADING]
    best = max(trials, key=lambda one: recall_of(one, tuning, related))
    # All of one's own, and nothing faded: what each bought most often.
    most = recall_of(Habits(1.0, 1.0), judging, related)
    return best, Figures(round(recall_of(best, judging, related), 4), round(most, 4), len(judging))
