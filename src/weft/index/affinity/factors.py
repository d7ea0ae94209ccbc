"""Products and histories as vectors, of which the product tells what will be taken.

The vectors of products are kept; that of a subject is computed from its history when it is asked for, so that nothing is kept of
people and who came after the training is answered as well.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from weft.index import folder
from weft.index.affinity.related import mapped


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

    def write(self, where: Path) -> None:
        """Write the vectors into a folder."""
        folder.written(where / "factors.npy", lambda file: np.save(file, self.vectors))

    @classmethod
    def read(cls, where: Path, confidence: float, strength: float) -> "Factors":
        """The vectors of a folder, mapped into memory."""
        vectors = mapped(where / "factors.npy")
        return cls(vectors, vectors.T @ vectors, confidence, strength)
