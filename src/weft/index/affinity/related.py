"""For each product those that go with it, the nearest first, in arrays that are mapped from files."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from weft.index.affinity.arrays import Arrays

NEAREST: Final = 100
"""How many products are kept for each."""
_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Related:
    """The products of row i are `others[starts[i]:starts[i + 1]]`, with how near each is and how often both were together."""

    starts: NDArray[np.int64]
    others: NDArray[np.int32]
    near: NDArray[np.float32]
    together: NDArray[np.int32]

    @classmethod
    def pruned(cls, near: Any, taken: Any = None, most: int = NEAREST) -> "Related":
        """The nearest of each row of a sparse matrix of nearness, counted in `taken`, a sparse matrix of who took what."""
        near = near.tocsr()
        near.sort_indices()
        sizes = np.diff(near.indptr)
        rows = np.repeat(np.arange(len(sizes)), sizes)
        order = np.lexsort((near.indices, -near.data, rows))
        rank = np.arange(len(order)) - np.repeat(near.indptr[:-1], sizes)
        kept = order[(rank < most) & (near.data[order] > 0)]
        starts = np.concatenate([[0], np.cumsum(np.bincount(rows[kept], minlength=len(sizes)))]).astype(np.int64)
        others = near.indices[kept].astype(np.int32)
        both = np.zeros(len(kept), np.int32) if taken is None else _together(taken, starts, others)
        return cls(starts, others, near.data[kept].astype(np.float32), both)

    @classmethod
    def whole(cls, near: Any) -> "Related":
        """All of a sparse matrix of nearness, in no order: for what is asked a few times and then forgotten."""
        near = near.tocsr()
        counts = np.zeros(0, np.int32)
        return cls(near.indptr.astype(np.int64), near.indices.astype(np.int32), near.data.astype(np.float32), counts)

    def row(self, place: int) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int32]]:
        """The products that go with one: their places, how near they are, how often both were together."""
        start, end = int(self.starts[place]), int(self.starts[place + 1])
        return self.others[start:end], self.near[start:end], self.together[start:end]

    def scores(self, places: NDArray[np.int32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """How near each product is to some weighted ones together, by place."""
        found = np.zeros(len(self.starts) - 1, np.float32)
        for place, weight in zip(places.tolist(), weights.tolist(), strict=True):
            start, end = int(self.starts[place]), int(self.starts[place + 1])
            # A product stands in a row once.
            found[self.others[start:end]] += weight * self.near[start:end]
        return found

    def put(self, arrays: Arrays, name: str) -> None:
        """Put its arrays among those that are to be written, under a name."""
        arrays.update({f"{name}.{part}": getattr(self, part) for part in self.__slots__})

    @classmethod
    def of(cls, arrays: Arrays, name: str) -> "Related":
        """That of a name among the arrays of a file."""
        return cls(*(arrays[f"{name}.{part}"] for part in cls.__slots__))


def _together(taken: Any, starts: NDArray[np.int64], others: NDArray[np.int32]) -> NDArray[np.int32]:
    """How many took both products of each pair."""
    by_product = taken.T.tocsr()
    by_product.data[:] = 1.0
    found = np.zeros(len(others), np.int32)
    for first in range(0, len(starts) - 1, _AT_ONCE):
        last = min(first + _AT_ONCE, len(starts) - 1)
        both = by_product[first:last] @ by_product.T
        begin, end = int(starts[first]), int(starts[last])
        rows = np.repeat(np.arange(last - first), np.diff(starts[first : last + 1]))
        if end > begin:
            found[begin:end] = np.asarray(both[rows, others[begin:end]]).ravel()
    return found
