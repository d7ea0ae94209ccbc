"""How far a forecast may be off: courses that demand may take, drawn from what came against what was told."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from weft.demand.forecast import at_levels
from weft.demand.series import Flags, Floats

Singles = NDArray[np.float32]
_FAR: Final = 50.0
_SHARES: Final = (0.0, 0.25, 0.5)
_WIDTHS: Final = (0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.4, 1.6)
_JUDGED: Final = 400
_LEVELS: Final = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
_ALIKE: Final = 3
_FOLDS: Final = 40
_KNOWN: Final = 12


@dataclass(frozen=True, slots=True, eq=False)
class Ratios:
    """What came by what was told, course by course: `each` (rows, folds, horizon), `there` (rows, folds) where a course is known."""

    each: Singles
    there: Flags


def ratios(told: Singles, came: Singles, judged: Flags) -> Ratios:
    """The ratios of a backtest (folds, n, horizon); steps that are not judged count as told, and so do those of which nothing was told
    and nothing came."""
    told, came, judged = np.swapaxes(told, 0, 1), np.swapaxes(came, 0, 1), np.swapaxes(judged, 0, 1)
    usual = told.mean(axis=2, keepdims=True)
    floor = np.maximum(0.02 * usual, 1e-9)
    found = np.where(judged & (told + came > floor), came / np.maximum(told, floor), 1.0)
    there = judged.mean(axis=2) > 0.5
    return Ratios(np.clip(found, 0.0, _FAR).astype(np.float32), there & (usual[:, :, 0] > 1e-9))


def of_history(sold: Floats, usable: Flags, horizon: int, seed: int) -> Ratios:
    """Ratios where nothing could be tried: what each row (n, T) sold at its steps, by its mean, in no order.

    A row of few steps gets those of an exponential distribution beside them: little is known of it.
    """
    draw = np.random.default_rng(seed)
    found = np.ones((len(sold), _FOLDS, horizon), np.float32)
    for row in range(len(sold)):
        own = sold[row][usable[row]]
        mean = float(own.mean()) if len(own) else 0.0
        spare = max(_KNOWN - len(own), 0)
        made = -np.log1p(-(np.arange(spare) + 0.5) / max(spare, 1))
        pool = np.concatenate([own / mean if mean > 0 else own, made])
        found[row] = np.clip(draw.choice(pool, (_FOLDS, horizon)), 0.0, _FAR)
    return Ratios(found, np.ones((len(sold), _FOLDS), bool))


def courses(mean: Singles, found: Ratios, groups: NDArray[np.int64], alike: Floats, many: int, seed: int) -> Singles:
    """Courses of each row (n, many, horizon): its mean times ratios of its own and of rows of its group that are most like it.

    `alike` (n,) is what rows are compared by. How many are a row's own, and how much wider or narrower all are than what was seen, is
    what told the backtest's quantiles best (pinball loss).
    """
    result = np.zeros((len(mean), many, mean.shape[1]), np.float32)
    draw = np.random.default_rng(seed)
    for group in np.unique(groups):
        places = np.flatnonzero(groups == group)
        pool = _Pool(Ratios(found.each[places], found.there[places]), alike[places], draw)
        if not pool.size:
            pool = _Pool(found, alike, draw, places)
        share, width = pool.judged(many, draw)
        for start in range(0, len(places), 500):
            part = np.arange(start, min(start + 500, len(places)))
            drawn = pool.drawn(part, many, share, None)
            result[places[part]] = np.power(drawn, np.float32(width)) * mean[places[part], None, :]
    return result


class _Pool:
    """The courses of rows that are alike, in the order of what they are compared by."""

    def __init__(
        self, found: Ratios, alike: Floats, draw: np.random.Generator, rows: NDArray[np.int64] | None = None
    ) -> None:
        self._found = found
        rank = np.empty(len(alike), np.int64)
        order = np.argsort(alike, kind="stable")
        rank[order] = np.arange(len(alike))
        by_rank = found.there[order]
        # The courses that there are, row by row in that order, and where each row's begin.
        places, folds = np.nonzero(by_rank)
        self._rows, self._folds = order[places], folds
        self._begins = np.concatenate([[0], np.cumsum(by_rank.sum(axis=1))])[rank]
        self._wanted = rows if rows is not None else np.arange(len(alike))
        self.size = len(self._rows)
        self._shuffle = draw.random(4096)

    def drawn(self, part: NDArray[np.int64], many: int, share: float, without: int | None) -> Singles:
        """Ratios (rows, many, horizon) of those rows, a share of them the row's own but of the fold `without`."""
        rows = self._wanted[part]
        if not self.size:
            return np.ones((len(rows), many, self._found.each.shape[2]), np.float32)
        span = min(self.size, max(many, _ALIKE * many // 2))
        begin = np.clip(self._begins[rows] - span // 2, 0, self.size - span)
        picks = np.floor((np.arange(many) + self._shuffle[:many]) * span / many).astype(np.int64)
        index = np.minimum(begin[:, None] + picks[None, :], self.size - 1)
        taken = self._found.each[self._rows[index], self._folds[index]]
        own = round(share * many)
        if own:
            self._own(taken, rows, own, without)
        return np.asarray(taken)

    def _own(self, taken: Singles, rows: NDArray[np.int64], own: int, without: int | None) -> None:
        there = self._found.there[rows].copy()
        if without is not None:
            there[:, without] = False
        count = there.sum(axis=1)
        order = np.argsort(~there, axis=1, kind="stable")
        turn = np.arange(own)[None, :] % np.maximum(count, 1)[:, None]
        fold = np.take_along_axis(order, turn, axis=1)
        mine = self._found.each[rows[:, None], fold]
        taken[:, :own] = np.where((count > 0)[:, None, None], mine, taken[:, :own])

    def judged(self, many: int, draw: np.random.Generator) -> tuple[float, float]:
        """The share of own courses and the width that told the quantiles of each fold best, from those of the other folds."""
        rows = np.arange(len(self._wanted))
        if len(rows) > _JUDGED:
            rows = np.sort(draw.choice(rows, _JUDGED, replace=False))
        there = self._found.there[self._wanted[rows]]
        if not there.any():
            return 0.0, 1.0
        folds = np.flatnonzero(there.any(axis=0))
        # A row alone has no others to learn from.
        shares = _SHARES if len(self._wanted) > _ALIKE else (0.9,)
        best, found = np.inf, (0.0, 1.0)
        for share in shares:
            scores = np.zeros(len(_WIDTHS))
            for fold in folds[:4]:
                some = rows[there[:, fold]]
                drawn = np.sort(self.drawn(some, min(many, 100), share, int(fold)), axis=1)
                ordered = at_levels(drawn, _LEVELS)
                came = self._found.each[self._wanted[some], fold]
                scores += [pinball(np.power(ordered, width), came) for width in _WIDTHS]
            if scores.min() < best:
                best, found = float(scores.min()), (share, _WIDTHS[int(scores.argmin())])
        return found


def pinball(ordered: Floats, came: Singles) -> float:
    """The mean pinball loss of quantiles at `_LEVELS` (levels, rows, horizon) against what came (rows, horizon)."""
    off = came[None] - ordered
    level = np.array(_LEVELS)[:, None, None]
    return float(np.maximum(level * off, (level - 1) * off).mean())
