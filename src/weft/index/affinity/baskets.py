"""What is bought together: products that stand in one order, corrected for how popular they are anyway.

Each basket that holds two products says the less the fuller it is; the sum is divided by how many baskets hold the first, and by
those of the second to the power of `inward`: 0 is plain confidence, 1 lift.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]

from weft.index.affinity import choosing
from weft.index.affinity.choosing import Figures
from weft.index.affinity.histories import Cases, Histories
from weft.index.affinity.related import Related
from weft.index.affinity.ways import Following

TOGETHER: Final = "bought-together"
_BLOCK: Final = 1000
_GRID: Final[dict[str, tuple[float, ...]]] = {
    "inward": (0.0, 0.25, 0.5, 0.75),
    "doubt": (1.0, 5.0, 20.0),
    "fullness": (0.0, 0.5, 1.0),
}
_SAMPLE: Final = 300_000
_MOST_CASES: Final = 1000


@dataclass(frozen=True, slots=True)
class Settings:
    """How popularity and the fullness of a basket are corrected for; `doubt` is how many baskets are added that hold only the first."""

    inward: float = 0.25
    fullness: float = 0.5
    doubt: float = 5.0


def companions(baskets: Histories, settings: Settings, *, counted: bool = True) -> Related:
    """The products that stand in a basket with each product and, where `counted`, in how many; every basket is a subject."""
    taken = baskets.matrix()
    taken.data[:] = 1.0
    sizes = np.asarray(taken.sum(axis=1)).ravel()
    weighted = sparse.diags(np.maximum(sizes - 1.0, 1.0) ** -settings.fullness) @ taken
    held = np.maximum(np.asarray(taken.sum(axis=0)).ravel(), 1.0)
    by_product = weighted.T.tocsr()
    blocks = []
    for start in range(0, len(held), _BLOCK):
        both = (by_product[start : start + _BLOCK] @ taken).tocsr()
        rows = np.repeat(np.arange(both.shape[0]) + start, np.diff(both.indptr))
        both.data /= (held[rows] + settings.doubt) * held[both.indices] ** settings.inward
        both.data[rows == both.indices] = 0.0
        blocks.append(_nearest(both))
    near = sparse.vstack(blocks) if blocks else sparse.csr_matrix((0, 0))
    return Related.pruned(near, taken if counted else None)


def _nearest(block: Any) -> Any:
    """The block with the nearest of each row alone, so that all rows together stay small."""
    kept = Related.pruned(block)
    return sparse.csr_matrix((kept.near, kept.others, kept.starts), block.shape)


def completing(baskets: Histories, moment: float, seed: int = 0) -> Cases:
    """The baskets after a moment, each without one of its products, and that product."""
    random = np.random.default_rng(seed)
    before, left_out = [], []
    for start, end in baskets.spans():
        held = np.unique(baskets.product[start:end])
        if baskets.at[start] <= moment or len(held) < 2:
            continue
        spot = int(random.integers(len(held)))
        before.append(np.delete(held, spot))
        left_out.append(int(held[spot]))
    return Cases(tuple(before), np.array(left_out, np.int32))


def companion_way(baskets: Histories, settings: Settings, *, counted: bool = True) -> Following:
    """What goes with all of a basket alike."""
    told = {"way": TOGETHER, "recency": 1.0, **asdict(settings)}
    return Following(told, companions(baskets, settings, counted=counted))


def chosen(past: Histories, cases: Cases) -> tuple[Settings, Figures | None]:
    """The settings that complete baskets best, told on one half of the cases, with the figures on the other."""
    if len(cases) < choosing.FEWEST:
        return Settings(), None
    order = np.random.default_rng(0).permutation(len(cases))[: 2 * _MOST_CASES]
    tuning, judging = cases.some(order[::2]), cases.some(order[1::2])
    sample = past.sampled(_SAMPLE)
    best = Settings()
    for name, values in _GRID.items():
        trials = [replace(best, **{name: value}) for value in values]
        best = max(trials, key=lambda one: choosing.ndcg(companion_way(sample, one, counted=False), tuning))
    return best, choosing.judged(companion_way(past, best, counted=False), judging, past.popularity())
