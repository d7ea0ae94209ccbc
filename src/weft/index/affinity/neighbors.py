"""Item to item, in the order of time: what is taken soon after a thing goes with it, and what was taken before, less so.

Two products are as near as they follow each other: each pair of a subject's events counts `decay` to the power of how many stand
between them, `back` of that in the other direction; the sum is divided by the popularities of both, to the powers `outward` and
`inward`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]

from weft.index.affinity.histories import Histories
from weft.index.affinity.related import Related


@dataclass(frozen=True, slots=True)
class Settings:
    """How near two products are told to be; `recency` is what each step back in a history leaves of a product's weight."""

    window: int = 20
    decay: float = 0.85
    back: float = 0.5
    outward: float = 0.5
    inward: float = 0.1
    recency: float = 0.6


def neighbors(histories: Histories, settings: Settings, *, counted: bool = True) -> Related:
    """The products that follow each product, and, where they are to be `counted`, how many subjects took both."""
    return Related.pruned(_near(histories, settings), histories.matrix() if counted else None)


def trial(histories: Histories, settings: Settings) -> Related:
    """The same to be tried on some cases: all that follow, uncounted and in no order."""
    return Related.whole(_near(histories, settings))


def _near(histories: Histories, settings: Settings) -> Any:
    popularity = np.maximum(histories.popularity(), 1.0)
    following = _following(histories, settings)
    return sparse.diags(popularity**-settings.outward) @ following @ sparse.diags(popularity**-settings.inward)


def _following(histories: Histories, settings: Settings) -> Any:
    count = len(histories.products)
    subject, product, weight = histories.subject, histories.product, histories.weight
    near = sparse.csr_matrix((count, count), dtype=np.float32)
    for gap in range(1, settings.window + 1):
        same = np.flatnonzero((subject[:-gap] == subject[gap:]) & (product[:-gap] != product[gap:]))
        if not len(same):
            break
        worth = settings.decay ** (gap - 1) * weight[same] * weight[same + gap]
        near = near + sparse.csr_matrix((worth, (product[same], product[same + gap])), (count, count), dtype=np.float32)
    return near + settings.back * near.T.tocsr()
