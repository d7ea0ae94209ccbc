"""Facets counted, and the highest of many numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weft.index.segment import Segment


class Tally:
    """How many products have each value of each facet, over the segments of an index."""

    def __init__(self, parts: Sequence[tuple[Segment, NDArray[np.int64]]]) -> None:
        self._parts = parts
        self.covered: dict[str, int] = {}
        for one, tally in parts:
            sums = one.covered(tally)
            there = np.flatnonzero(sums)
            for place, count in zip(there.tolist(), sums[there].tolist(), strict=True):
                name = one.names[place]
                self.covered[name] = self.covered.get(name, 0) + count

    def distinct(self, name: str) -> int:
        """How many values of a facet some product has, at most: one that is in several segments counts in each."""
        return sum(
            int(np.count_nonzero(tally[slice(*one.span(one.facets[name]))]))
            for one, tally in self._parts
            if name in one.facets
        )

    def values(self, name: str, most: int | None = None) -> dict[str, int]:
        """The values of a facet with how many products have each, the commonest first."""
        found: dict[str, int] = {}
        for one, tally in self._parts:
            if name not in one.facets:
                continue
            start, end = one.span(one.facets[name])
            inside = tally[start:end]
            rows = np.flatnonzero(inside)
            if most is not None and len(self._parts) == 1 and len(rows) > most:
                rows = highest(rows, inside[rows], most)
            for row in rows.tolist():
                value = one.values[start + row]
                found[value] = found.get(value, 0) + int(inside[row])
        ranked = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
        return dict(ranked[:most])


def highest(places: NDArray[np.int64], scores: NDArray[Any], count: int) -> NDArray[np.int64]:
    """The places, in order, with the highest scores; of equal ones those that come first."""
    least = np.partition(scores, len(scores) - count)[len(scores) - count]
    above = np.flatnonzero(scores > least)
    equal = np.flatnonzero(scores == least)[: count - len(above)]
    found: NDArray[np.int64] = places[np.sort(np.concatenate([above, equal]))]
    return found
