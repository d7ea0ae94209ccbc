"""What is looked for in an index, by which weights it is ranked, and what matches it."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from weft.index.variants import Condition, Demand, Fitting, Mask


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of a score counts; `fields` by the name of a field of texts, `tie` is what the other fields of a word add.

    `whole` is what a product has more that says enough of the words; `out` is what is left of the score of a product that cannot be bought now.
    """

    meaning: float = 0.9
    whole: float = 0.5
    fields: Mapping[str, float] = field(
        default_factory=lambda: {"title": 1.0, "brand": 0.7, "kind": 1.0, "traits": 0.5, "body": 0.5}
    )
    tie: float = 0.2
    out: float = 0.5
    candidates: int = 300
    near: int = 100
    least_cosine: float = 0.45

    @staticmethod
    def now() -> "Weights":
        """The weights by which this thread ranks now."""
        return _WEIGHTS.get()


_WEIGHTS: Final[ContextVar[Weights]] = ContextVar("weights", default=Weights())  # noqa: B039 - it is frozen


@contextlib.contextmanager
def weighed(by: Weights) -> Iterator[None]:
    """What is searched inside is ranked by other weights: to measure what they do."""
    token = _WEIGHTS.set(by)
    try:
        yield
    finally:
        _WEIGHTS.reset(token)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a query: terms of which the best counts, each with its weight; one that is not `needed` only adds to a score.

    `text` is what was typed; `codes` are what it may be as the number of a thing; `together` are terms all of which say the same
    as the part, with what that counts.
    """

    text: str
    terms: tuple[tuple[str, float], ...]
    needed: bool = True
    codes: tuple[str, ...] = ()
    together: tuple[tuple[tuple[str, ...], float], ...] = ()


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: parts, and conditions that hold of every product found.

    `meaning` is the vector of the query; `like` a place whose product is not found itself; `pinned` are ids of products that are
    found whatever they say, where the conditions hold of them.
    """

    parts: tuple[Part, ...] = ()
    conditions: tuple[Demand, ...] = ()
    meaning: NDArray[np.float32] | None = None
    most_missing: int = 0
    pinned: tuple[str, ...] = ()


class Lift(Protocol):
    """What moves products beside their fitting: rules and dials."""

    def beside(self, matches: "Matches", most: int) -> Sequence[Mask]:
        """Conditions of whose products as many are looked at, though their words are not among the best of a query."""

    def times(self, places: list[int]) -> Sequence[float]:
        """What the scores of the products in these places are multiplied by."""


@dataclass(slots=True)
class Found:
    """A product that was found: its place, its score and what that is made of; `times` is what rules and dials make of it."""

    place: int
    score: float
    words: float
    cosine: float
    whole: bool = True
    times: float = 1.0


@dataclass(slots=True)
class Matches:
    """What a query matches: the places, and the score of its words in each place.

    `said` is how many of the needed parts each place says (None where none is needed), `named` which places have one of the
    codes, `beside` which are near in meaning, and `held` where all conditions hold; at least `least` parts are to be said.
    `variants` are those of which they hold, where the conditions tell variants apart.
    """

    scores: NDArray[np.float32]
    said: NDArray[np.uint8] | None
    named: Mask | None
    beside: Mask | None
    held: Mask
    needed: int
    least: int
    variants: Fitting | None = None
    _fitting: Fitting | None = None
    _mask: Mask | None = None
    _enough: Mask | None = None

    def lacking(self, missing: int) -> "Matches":
        """The same where so many of the needed parts may be missing; one of them has to be there."""
        least = max(self.needed - missing, 1)
        return self if least == self.least else replace(self, least=least, _mask=None, _enough=None, _fitting=None)

    def and_those(self, others: Condition) -> "Matches":
        """The same and some others of which the conditions hold, whatever they say."""
        beside = others.places if self.beside is None else self.beside | others.places
        return replace(self, beside=beside, _mask=None, _enough=None, _fitting=None)

    @property
    def said_enough(self) -> Mask:
        """Where enough of the words stand, or a code, and all conditions hold."""
        if self._enough is None:
            self._enough = self._with(None)
        return self._enough

    @property
    def mask(self) -> Mask:
        """Where it matches, by words or by meaning."""
        if self._mask is None:
            self._mask = self.said_enough if self.beside is None else self._with(self.beside)
        return self._mask

    @property
    def fitting(self) -> Fitting | None:
        """The variants of what matches that fit; None where the conditions do not tell variants apart."""
        if self._fitting is None and self.variants is not None:
            self._fitting = self.variants.within(self.mask)
        return self._fitting

    @property
    def count(self) -> int:
        """How many products match."""
        return int(np.count_nonzero(self.mask))

    def _with(self, beside: Mask | None) -> Mask:
        if self.said is None:
            return self.held
        found = self.said >= self.least
        for other in (self.named, beside):
            if other is not None:
                found |= other
        found &= self.held
        return found
