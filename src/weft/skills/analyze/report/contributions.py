"""Which members of which dimensions a change comes from: exact addends, and the smallest set of places that holds most of it.

After Bhagwan et al., Adtributor: Revenue Debugging in Advertising Systems (NSDI 2014): explanatory power, surprise and succinctness.
Here two dimensions may hold together, and a place has to stand out from what chance does with so few orders.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from weft.skills.analyze.report.cells import Amounts, Cells, Codes, Keys, summed

ENOUGH: Final = 2 / 3
"""The share of a change that the places have to hold together."""
MOST_PLACES: Final = 3
_STANDS_OUT: Final = 0.25
_FOR_A_PLACE: Final = 0.05
_FOR_A_DIMENSION: Final = 0.15
_BY_CHANCE: Final = 3.0
_ALONE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Part:
    """What a member sold in both periods; `surprise` is its addend to the divergence of the shares (Jensen-Shannon, nats)."""

    member: str
    now: int
    before: int
    surprise: float

    @property
    def change(self) -> int:
        """Now less before."""
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Place:
    """Members of one or two dimensions that hold together, with what they sold in both periods."""

    where: tuple[tuple[str, str], ...]
    now: int
    before: int


def parts(now: Cells, before: Cells, dimension: str, measure: str = "net") -> list[Part]:
    """All members that sold in one of the periods, the largest change first; their changes add up to the whole one.

    Both cells share the codes of their members.
    """
    sold, had = now.sums(dimension, measure), before.sums(dimension, measure)
    surprises = surprise(sold, had)
    found = [
        Part(member, int(sold[at]), int(had[at]), float(surprises[at]))
        for at, member in enumerate(now.keys[dimension].members)
        if sold[at] or had[at]
    ]
    return sorted(found, key=lambda one: (-abs(one.change), one.member))


def surprise(now: Amounts, before: Amounts) -> NDArray[np.float64]:
    """How far each member's share of the whole moved: its addend to the Jensen-Shannon divergence; negative amounts count as none."""
    p, q = (np.maximum(one, 0).astype(np.float64) for one in (before, now))
    p, q = p / max(p.sum(), 1.0), q / max(q.sum(), 1.0)
    middle = np.maximum(p + q, 1e-300)
    logs = (share * np.log(np.maximum(2 * share, 1e-300) / middle) for share in (p, q))
    return np.asarray(0.5 * sum(np.where(share > 0, one, 0.0) for share, one in zip((p, q), logs, strict=True)))


def explained(now: Cells, before: Cells, dimensions: Sequence[str], measure: str = "net") -> list[Place]:
    """The fewest places that hold two thirds of the change and much less of what was sold before; none where there are none such.

    Each place weighs against the set, and so does a second dimension; what is left must be clear, else the change is everywhere.
    """
    change = now.total(measure) - before.total(measure)
    if not change:
        return []
    best: tuple[float, list[Place]] = (_STANDS_OUT, [])
    for held in (*((one,) for one in dimensions), *itertools.combinations(dimensions, 2)):
        keys = _combined(now, before, held)
        if keys is None:
            continue
        score, places = _set(now, before, held, keys, change, measure)
        if score > best[0]:
            best = (score, places)
    return best[1]


def _combined(now: Cells, before: Cells, held: tuple[str, ...]) -> tuple[Codes, Codes, int] | None:
    """The codes of one or two dimensions' members together; None where a dimension says nothing, or no more than another does."""
    first, *second = held
    if any(len(now.keys[name].members) < 2 for name in held):
        return None
    if not second:
        return now.keys[first].codes, before.keys[first].codes, len(now.keys[first].members)
    width = len(now.keys[second[0]].members)
    both = [one.keys[first].codes * width + one.keys[second[0]].codes for one in (now, before)]
    there = np.unique(np.concatenate(both))
    # A product has one category: together they are no other places than the products are.
    if len(there) <= max(len(now.keys[name].members) for name in held):
        return None
    return np.searchsorted(there, both[0]), np.searchsorted(there, both[1]), len(there)


def _set(
    now: Cells, before: Cells, held: tuple[str, ...], keys: tuple[Codes, Codes, int], change: int, measure: str
) -> tuple[float, list[Place]]:
    """The best set of places of some dimensions with its score."""
    codes_now, codes_before, size = keys
    sold = summed(codes_now, now.measures[measure], size)
    had = summed(codes_before, before.measures[measure], size)
    orders = summed(codes_now, now.measures["orders"], size) + summed(codes_before, before.measures["orders"], size)
    towards = (sold - had) * np.sign(change)
    # What orders of a like size, coming at random, would make of it.
    noise = (np.abs(sold) + np.abs(had)) / np.sqrt(np.maximum(orders, 1))
    clear = (towards > _BY_CHANCE * noise) | (towards >= _ALONE * abs(change))
    order = [int(at) for at in np.argsort(-towards, kind="stable")[:MOST_PLACES] if towards[at] > 0 and clear[at]]
    best: tuple[float, list[Place]] = (0.0, [])
    base = max(before.total(measure), 1)
    for count in range(1, len(order) + 1):
        chosen = order[:count]
        share = int(towards[chosen].sum()) / abs(change)
        if share < ENOUGH:
            continue
        excess = min(share, 1.0) - max(int(had[chosen].sum()), 0) / base
        score = excess - _FOR_A_PLACE * (count - 1) - _FOR_A_DIMENSION * (len(held) - 1)
        if score > best[0]:
            places = [Place(_named(now, before, held, keys, at), int(sold[at]), int(had[at])) for at in chosen]
            best = (score, places)
    return best


def _named(
    now: Cells, before: Cells, held: tuple[str, ...], keys: tuple[Codes, Codes, int], at: int
) -> tuple[tuple[str, str], ...]:
    """The members that a place's code stands for."""
    for cells, codes in ((now, keys[0]), (before, keys[1])):
        rows = np.flatnonzero(codes == at)
        if len(rows):
            return tuple((name, _member(cells.keys[name], int(rows[0]))) for name in held)
    return ()


def _member(keys: Keys, row: int) -> str:
    return keys.members[int(keys.codes[row])]
