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
_TRIED: Final = 4
_LEAST: Final = 1e-6
_KNOWN: Final = 12
_WEEK: Final = 7
# Levels are moved by no more than this, on the logarithm's scale, however far they lie apart.
_MOVED: Final = 0.5


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


@dataclass(frozen=True, slots=True, eq=False)
class Alike:
    """By what rows are compared, the more so the less is known of what they sell: now (n,), and at each fold (n, folds)."""

    now: Floats
    then: Floats


def courses(
    mean: Singles, found: Ratios, groups: NDArray[np.int64], alike: Alike, many: int, apart: int, seed: int
) -> Singles:
    """Courses of each row (n, many, horizon) that have its mean: that times ratios of its own and of rows of its group that are most
    like it.

    Folds fewer than `apart` from each other share steps. How many courses are a row's own, and how much wider or narrower their sums
    are than what was seen, is what told each fold's sums and steps best from folds that share nothing with it (pinball loss).
    """
    result = np.zeros((len(mean), many, mean.shape[1]), np.float32)
    draw = np.random.default_rng(seed)
    for group in np.unique(groups):
        places = np.flatnonzero(groups == group)
        pool = _Pool(found, alike, places, places, draw)
        if not pool.size:
            pool = _Pool(found, alike, np.arange(len(mean)), places, draw)
        share, width = pool.judged(many, apart, draw)
        for start in range(0, len(places), 500):
            part = places[start : start + 500]
            drawn = pool.drawn(part, alike.now[part], many, share)
            if pool.size < many:
                drawn = refreshed(drawn, pool.size, draw)
            result[part] = centered(widened(drawn, width) * mean[part, None, :], mean[part])
    return result


def refreshed(drawn: Singles, known: int, draw: np.random.Generator) -> Singles:
    """As many courses of ratios (n, many, horizon) as there are, none twice, where they repeat a few that are `known`.

    Their levels by a smoothed bootstrap (its width is Silverman's, of the logarithm), each week as some week of some course went:
    a handful of courses would say that nothing beyond them can come (B. W. Silverman, Density Estimation, 1986).
    """
    rows, many, horizon = drawn.shape
    level = drawn.mean(axis=2)
    there = level > _LEAST
    logs = np.where(there, np.log(np.maximum(level, _LEAST)), 0.0)
    count = np.maximum(there.sum(axis=1, keepdims=True), 1)
    strays = np.where(there, logs - logs.sum(axis=1, keepdims=True) / count, 0.0)
    spread = np.sqrt((strays**2).sum(axis=1, keepdims=True) / count) * (4 / (3 * max(known, 1))) ** 0.2
    moved = np.exp(np.minimum(spread, _MOVED) * draw.standard_normal(level.shape))
    block = _WEEK if horizon >= 2 * _WEEK else 1
    blocks = -(-horizon // block)
    course = np.repeat(draw.integers(0, many, (rows, many, blocks)), block, axis=2)[:, :, :horizon]
    begin = np.repeat(draw.integers(0, horizon // block, (rows, many, blocks)) * block, block, axis=2)[:, :, :horizon]
    shape = drawn / np.where(there, level, 1.0)[:, :, None]
    found = shape[np.arange(rows)[:, None, None], course, begin + np.arange(horizon) % block]
    # Where few pieces are sold, some weeks together hold none or many: what is sold on a day stays within twice what it was.
    found /= np.clip(found.mean(axis=2, keepdims=True), 0.5, 2.0)
    return np.asarray(found * (level * moved)[:, :, None], np.float32)


def centered(paths: Singles, mean: Singles) -> Singles:
    """Courses (n, many, horizon) whose sums have that of the mean (n, horizon) on average; where they are nothing, the mean itself."""
    whole, told = paths.sum(axis=2).mean(axis=1), mean.sum(axis=1)
    times = np.where(whole > 0, told / np.where(whole > 0, whole, 1.0), 1.0)
    return np.where((whole > 0)[:, None, None], paths * times[:, None, None], mean[:, None, :]).astype(np.float32)


def widened(drawn: Singles, width: float) -> Singles:
    """Courses of ratios (n, many, horizon) whose means are brought to the power `width`, and all of a row to one on average.

    Within a course steps stay to each other as they were: a sum over all of them is as wide as is said, and a level that is off
    is off for the whole course.
    """
    level = drawn.mean(axis=2, keepdims=True)
    found = drawn * np.where(level > 0, np.power(np.maximum(level, _LEAST), np.float32(width - 1.0)), 0.0)
    whole = found.mean(axis=(1, 2), keepdims=True)
    return np.asarray(found / np.where(whole > _LEAST, whole, 1.0), np.float32)


class _Pool:
    """The courses of some rows, in the order of what they are compared by."""

    def __init__(
        self, found: Ratios, alike: Alike, rows: NDArray[np.int64], wanted: NDArray[np.int64], draw: np.random.Generator
    ) -> None:
        self._found, self._alike, self._wanted = found, alike, wanted
        places, folds = np.nonzero(found.there[rows])
        order = np.argsort(alike.then[rows[places], folds], kind="stable")
        self._rows, self._folds = rows[places][order], folds[order]
        self.size = len(self._rows)
        self._shuffle = draw.random(4096)

    def drawn(
        self, rows: NDArray[np.int64], likeness: Floats, many: int, share: float, without: Flags | None = None
    ) -> Singles:
        """Ratios (rows, many, horizon) of those rows, a share of them the row's own; none of the folds `without`."""
        row, fold = self._rows, self._folds
        if without is not None:
            row, fold = row[~without[fold]], fold[~without[fold]]
        size = len(row)
        if not size:
            return np.ones((len(rows), many, self._found.each.shape[2]), np.float32)
        span = min(size, max(many, _ALIKE * many // 2))
        begin = np.searchsorted(self._alike.then[row, fold], likeness) - span // 2
        picks = np.floor((np.arange(many) + self._shuffle[:many]) * span / many).astype(np.int64)
        index = np.minimum(np.clip(begin, 0, size - span)[:, None] + picks[None, :], size - 1)
        taken = self._found.each[row[index], fold[index]]
        own = round(share * many)
        if own:
            self._own(taken, rows, own, without)
        return np.asarray(taken)

    def _own(self, taken: Singles, rows: NDArray[np.int64], own: int, without: Flags | None) -> None:
        there = self._found.there[rows]
        if without is not None:
            there = there & ~without[None, :]
        count = there.sum(axis=1)
        order = np.argsort(~there, axis=1, kind="stable")
        turn = np.arange(own)[None, :] % np.maximum(count, 1)[:, None]
        fold = np.take_along_axis(order, turn, axis=1)
        mine = self._found.each[rows[:, None], fold]
        taken[:, :own] = np.where((count > 0)[:, None, None], mine, taken[:, :own])

    def judged(self, many: int, apart: int, draw: np.random.Generator) -> tuple[float, float]:
        """The share of own courses and the width that told each fold best, from those of folds that share no step with it."""
        rows = self._wanted
        if len(rows) > _JUDGED:
            rows = np.sort(draw.choice(rows, _JUDGED, replace=False))
        there = self._found.there[rows]
        if not there.any():
            return 0.0, 1.0
        # A row alone has no others to learn from.
        shares = _SHARES if len(self._wanted) > _ALIKE else (0.9,)
        best, found = np.inf, (0.0, 1.0)
        for share in shares:
            scores = np.zeros(len(_WIDTHS))
            for fold in np.flatnonzero(there.any(axis=0))[:_TRIED]:
                scores += self._off(rows[there[:, fold]], int(fold), min(many, 100), share, apart)
            if scores.min() < best:
                best, found = float(scores.min()), (share, _WIDTHS[int(scores.argmin())])
        return found

    def _off(self, rows: NDArray[np.int64], fold: int, many: int, share: float, apart: int) -> Floats:
        """How wrong the sums and the steps of a fold are told at each width."""
        without = np.abs(np.arange(self._found.there.shape[1]) - fold) < apart
        if without[self._folds].all():
            without = np.arange(len(without)) == fold
        drawn = self.drawn(rows, self._alike.then[rows, fold], many, share, without)
        came = self._found.each[rows, fold]
        off = np.zeros(len(_WIDTHS))
        for place, width in enumerate(_WIDTHS):
            wide = widened(drawn, width)
            sums = np.sort(wide.mean(axis=2, keepdims=True), axis=1)
            off[place] = pinball(at_levels(sums, _LEVELS), came.mean(axis=1, keepdims=True))
            off[place] += pinball(at_levels(np.sort(wide, axis=1), _LEVELS), came)
        return off


def pinball(ordered: Floats, came: Singles) -> float:
    """The mean pinball loss of quantiles at `_LEVELS` (levels, rows, horizon) against what came (rows, horizon)."""
    off = came[None] - ordered
    level = np.array(_LEVELS)[:, None, None]
    return float(np.maximum(level * off, (level - 1) * off).mean())
