"""The ways in which what somebody will take is told from what was taken before, as they answer."""

from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from weft.index.affinity.arrays import Arrays
from weft.index.affinity.factors import Factors
from weft.index.affinity.related import Related

READ: Final = 50
"""How many of the last products of a history are looked at."""
POPULAR, ITEM_TO_ITEM, EASE, ALS, BLEND = "popular", "item-to-item", "ease", "als", "blend"
WAYS: Final = (POPULAR, ITEM_TO_ITEM, EASE, ALS, BLEND)


class Way(Protocol):
    """A way to tell what will be taken; `told` is what makes it again from the same histories."""

    @property
    def told(self) -> dict[str, Any]:
        """What makes it again."""
        ...

    def scores(self, history: NDArray[np.int32]) -> NDArray[np.float32]:
        """A score for each product by place, of the places of what was taken, oldest first; 0 and less says nothing."""
        ...

    def put(self, arrays: Arrays) -> None:
        """Put what it answers from among the arrays that are to be written."""
        ...


def faded(length: int, recency: float) -> NDArray[np.float32]:
    """The weights of a history of that length, oldest first: each step back leaves `recency` of it."""
    return (recency ** np.arange(length - 1, -1, -1)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Popular:
    """Everybody is told what many take."""

    told: dict[str, Any]
    popularity: NDArray[np.float32]

    def scores(self, history: NDArray[np.int32]) -> NDArray[np.float32]:  # noqa: ARG002
        """How popular each product is."""
        return self.popularity.copy()

    def put(self, arrays: Arrays) -> None:
        """Put the popularities among the arrays."""
        arrays["popular"] = self.popularity


@dataclass(frozen=True, slots=True)
class Following:
    """What goes with the products of a history, the last ones first: item to item, and EASE."""

    told: dict[str, Any]
    related: Related

    def scores(self, history: NDArray[np.int32]) -> NDArray[np.float32]:
        """How near each product is to the history."""
        last = history[-READ:]
        return self.related.scores(last, faded(len(last), float(self.told["recency"])))

    def put(self, arrays: Arrays) -> None:
        """Put what goes with what among the arrays."""
        self.related.put(arrays, str(self.told["way"]))


@dataclass(frozen=True, slots=True)
class Factored:
    """What the vector of a history has to do with those of products: ALS."""

    told: dict[str, Any]
    factors: Factors

    def scores(self, history: NDArray[np.int32]) -> NDArray[np.float32]:
        """How much each product fits the history."""
        last = np.unique(history[-READ:])
        return self.factors.scores(last, np.ones(len(last), np.float32))

    def put(self, arrays: Arrays) -> None:
        """Put the vectors among the arrays."""
        self.factors.put(arrays)


@dataclass(frozen=True, slots=True)
class Blend:
    """Two ways together, each as shares of its best, the second counting `share`."""

    told: dict[str, Any]
    first: Way
    second: Way

    def scores(self, history: NDArray[np.int32]) -> NDArray[np.float32]:
        """The sum of both."""
        return _shares(self.first.scores(history)) + np.float32(self.told["share"]) * _shares(
            self.second.scores(history)
        )

    def put(self, arrays: Arrays) -> None:
        """Put both among the arrays."""
        self.first.put(arrays)
        self.second.put(arrays)


def _shares(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    best = float(scores.max(initial=0.0))
    return (np.maximum(scores, 0.0) / max(best, 1e-30)).astype(np.float32)


def of(arrays: Arrays, told: dict[str, Any]) -> Way:
    """The way that is among the arrays of a file; raises KeyError where it is not."""
    name = told["way"]
    if name == POPULAR:
        return Popular(told, arrays["popular"])
    if name == ALS:
        return Factored(told, Factors.of(arrays, float(told["confidence"]), float(told["strength"])))
    if name == BLEND:
        return Blend(told, of(arrays, told["first"]), of(arrays, told["second"]))
    return Following(told, Related.of(arrays, name))
