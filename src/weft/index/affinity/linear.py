"""EASE: the linear model of items that tells each product from all others, in closed form (Steck, 2019).

Bounded to the commonest products, because it inverts a matrix of them: 4,000 take a second and 200 MB.
"""

from typing import Final

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]
from scipy.linalg import lapack  # type: ignore[import-untyped]

from weft.index.affinity.histories import Histories
from weft.index.affinity.related import NEAREST, Related

MOST: Final = 4000
"""How many products it can take in; the commonest are."""
_BLOCK: Final = 512


def ease(histories: Histories, strength: float, most: int = MOST) -> Related:
    """The products that tell each product best; `strength` holds the weights down (lambda)."""
    count = len(histories.products)
    commonest = np.sort(np.argsort(-histories.popularity(), kind="stable")[:most])
    taken = histories.matrix()[:, commonest]
    gram = (taken.T @ taken).toarray().astype(np.float32)
    gram[np.diag_indices_from(gram)] += strength
    factor, failed = lapack.spotrf(gram, lower=1, overwrite_a=1)
    if failed:
        raise ValueError("the matrix of products has no inverse")
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    lower = np.tril(inverse, -1)
    diagonal = np.diag(inverse).copy()
    weights = (lower + lower.T) / -diagonal[None, :]
    rows, columns, values = [], [], []
    for start in range(0, len(commonest), _BLOCK):
        block = weights[start : start + _BLOCK]
        kept = min(NEAREST, block.shape[1])
        chosen = np.argpartition(-block, kept - 1, axis=1)[:, :kept]
        rows.append(np.repeat(commonest[start : start + len(block)], kept))
        columns.append(commonest[chosen.ravel()])
        values.append(np.take_along_axis(block, chosen, axis=1).ravel())
    near = sparse.csr_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), (count, count), dtype=np.float32
    )
    return Related.pruned(near)
