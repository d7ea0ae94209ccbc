"""What people took, one thing after the other: the past that affinities are learned from, and the future they are judged by."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]

LONGEST: Final = 200
"""How many of a subject's events are learned from at most: the newest."""


class Took(NamedTuple):
    """Somebody took a product: looked at it, put it in the cart, bought it. `at` is in days, `weight` how much it says."""

    subject: str
    product: str
    at: float
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Cases:
    """Subjects whose next product is known: the places of what each took before (oldest first), and what it took next."""

    before: tuple[NDArray[np.int32], ...]
    next: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.next)

    def some(self, chosen: NDArray[np.intp]) -> "Cases":
        """Those of these numbers."""
        return Cases(tuple(self.before[one] for one in chosen), self.next[chosen])


@dataclass(frozen=True, slots=True)
class Histories:
    """Events by subject and time, in columns of one length; `products` are the products by place, `at` is in days."""

    products: tuple[str, ...]
    subject: NDArray[np.int32]
    product: NDArray[np.int32]
    at: NDArray[np.float64]
    weight: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.subject)

    @classmethod
    def of(cls, took: Iterable[Took], products: Sequence[str] = ()) -> "Histories":
        """Histories of what was told in the order of time; what one subject took twice on a day counts once."""
        subjects: dict[str, int] = {}
        places = {product: place for place, product in enumerate(products)}
        columns: tuple[list[int], list[int], list[float], list[float]] = ([], [], [], [])
        for one in took:
            columns[0].append(subjects.setdefault(one.subject, len(subjects)))
            columns[1].append(places.setdefault(one.product, len(places)))
            columns[2].append(one.at)
            columns[3].append(one.weight)
        subject, product = np.array(columns[0], np.int32), np.array(columns[1], np.int32)
        at, weight = np.array(columns[2], np.float64), np.array(columns[3], np.float32)
        order = np.lexsort((np.arange(len(at)), at, subject))
        made = cls(tuple(places), subject[order], product[order], at[order], weight[order])
        return made._once()._newest()

    def _once(self) -> "Histories":
        """Each product once a subject and day, where it was first taken, with the most that it says."""
        if not len(self):
            return self
        key = np.stack(
            [self.subject.astype(np.int64), self.product.astype(np.int64), np.floor(self.at).astype(np.int64)]
        )
        _, first, group = np.unique(key, axis=1, return_index=True, return_inverse=True)
        most = np.zeros(len(first), np.float32)
        np.maximum.at(most, group.ravel(), self.weight)
        order = np.argsort(first)
        kept = self._where(first[order])
        return Histories(kept.products, kept.subject, kept.product, kept.at, most[order])

    def _newest(self) -> "Histories":
        _, counts = np.unique(self.subject, return_counts=True)
        if not len(counts) or counts.max() <= LONGEST:
            return self
        left = np.concatenate([np.arange(count - 1, -1, -1) for count in counts])
        return self._where(np.flatnonzero(left < LONGEST))

    def _where(self, chosen: NDArray[Any]) -> "Histories":
        return Histories(
            self.products, self.subject[chosen], self.product[chosen], self.at[chosen], self.weight[chosen]
        )

    def spans(self) -> Iterator[tuple[int, int]]:
        """Where each subject's events begin and end."""
        starts = np.flatnonzero(np.diff(self.subject, prepend=-1)).tolist()
        return itertools.pairwise([*starts, len(self)]) if starts else iter(())

    def popularity(self) -> NDArray[np.float32]:
        """How often each product was taken, by place."""
        return np.bincount(self.product, minlength=len(self.products)).astype(np.float32)

    def matrix(self) -> Any:
        """Subjects by products as a sparse matrix of what each says, at most what the weightiest event does."""
        rows = np.unique(self.subject, return_inverse=True)[1].ravel()
        made = sparse.csr_matrix(
            (self.weight, (rows, self.product)), (int(rows.max(initial=-1)) + 1, len(self.products)), dtype=np.float32
        )
        made.sum_duplicates()
        np.minimum(made.data, self.weight.max(initial=1.0), out=made.data)
        return made

    def sampled(self, most: int, seed: int = 0) -> "Histories":
        """As many whole subjects, chosen by chance, as have at most so many events together."""
        if len(self) <= most:
            return self
        subjects, counts = np.unique(self.subject, return_counts=True)
        order = np.random.default_rng(seed).permutation(len(subjects))
        enough = int(np.searchsorted(np.cumsum(counts[order]), most))
        return self._where(np.flatnonzero(np.isin(self.subject, subjects[order[:enough]])))

    def until(self, moment: float) -> "Histories":
        """What was taken up to a moment."""
        return self._where(np.flatnonzero(self.at <= moment))

    def cut(self, moment: float, *, again: bool = False) -> Cases:
        """What each subject took up to a moment, and what it took next: a product that is new to it, unless `again`."""
        before, following = [], []
        for start, end in self.spans():
            edge = start + int(np.searchsorted(self.at[start:end], moment, side="right"))
            if edge in (start, end):
                continue
            past = self.product[start:edge]
            later = self.product[edge:end]
            fresh = later if again else later[~np.isin(later, past)]
            if len(fresh):
                before.append(past)
                following.append(int(fresh[0]))
        return Cases(tuple(before), np.array(following, np.int32))
