"""ALS: the vectors of products, learned from who took what by alternating least squares (Hu, Koren and Volinsky, 2008)."""

from typing import Final

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares  # type: ignore[import-untyped]
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from weft.index.affinity.factors import Factors
from weft.index.affinity.histories import Histories

WIDTH: Final = 64
_ROUNDS: Final = 8


def factors(histories: Histories, confidence: float, strength: float) -> Factors:
    """The vectors of all products; `confidence` is how much surer what was taken is than what was not, `strength` holds them down."""
    # implicit has threads of its own, which those of the linear algebra would get in the way of.
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(
            factors=WIDTH, regularization=strength, alpha=confidence, iterations=_ROUNDS, random_state=0
        )
        model.fit(histories.matrix(), show_progress=False)
    vectors = np.asarray(model.item_factors, np.float32)
    return Factors(vectors, vectors.T @ vectors, confidence, strength)
