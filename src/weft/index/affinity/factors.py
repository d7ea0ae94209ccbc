"""Products and histories as vectors, of which the product tells what will be taken.

The vectors of products are kept; that of a subject is computed from its history when it is asked for, so that nothing is kept of
people and who came after the training is answered as well.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from weft.index.affinity.arrays import Arrays


@dataclass(frozen=True, slots=True)
class Factors:
    """A vector for each product, float32 (products, width), and how the vector of a history is found."""

    vectors: NDArray[np.float32]
    gram: NDArray[np.float32]
    confidence: float
    strength: float

    def scores(self, places: NDArray[np.int32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """How much whoever took these products, weighted, would take each product, by place."""
        some = self.vectors[places]
        sure = self.confidence * weights
        left = (
            self.gram + self.strength * np.eye(some.shape[1], dtype=np.float32) + some.T @ ((sure - 1)[:, None] * some)
        )
        return self.vectors @ np.linalg.solve(left, some.T @ sure).astype(np.float32)

    def put(self, arrays: Arrays) -> None:
        """Put the vectors among the arrays that are to be written."""
        arrays["factors"] = self.vectors

    @classmethod
    def of(cls, arrays: Arrays, confidence: float, strength: float) -> "Factors":
        """Those among the arrays of a file."""
        vectors = arrays["factors"]
        return cls(vectors, vectors.T @ vectors, confidence, strength)
