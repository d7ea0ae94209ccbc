"""Which ways are taken, and how much of each: by what they told of the past, together for rows that are alike."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from weft.demand.backtest import Trials, errors
from weft.demand.boosted import Aim
from weft.demand.series import Floats

_PICKS: Final = 12
_ROWS: Final = 1500
_CLEAR: Final = 0.998
_TILTS: Final = (0.0, 0.5, 1.0, 2.0, 4.0)
_DOUBT: Final = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """How much of each way each row takes (n, ways), each row's sum being 1; and the name of what was chosen, by row."""

    weights: Floats
    names: tuple[str, ...]


def chosen(trials: Trials, groups: NDArray[np.int64], aim: Aim, seed: int) -> Choice:
    """The mixture that told the past best, for each group of rows, tilted towards what told the row itself best.

    Mixtures are grown one way at a time, with replacement (Caruana and others, 2004). How far they are tilted is decided on folds
    that had no part in it.
    """
    weights = np.zeros((len(groups), len(trials.names)))
    names = [""] * len(groups)
    draw = np.random.default_rng(seed)
    usual: Floats | None = None
    for group in np.unique(groups):
        places = np.flatnonzero(groups == group)
        part, there = trials.rows(places).everywhere()
        sample = np.sort(draw.choice(len(places), min(len(places), _ROWS), replace=False))
        if part.judged.any():
            found = _tilted(part, _grown(part.rows(sample), aim), aim)
        else:
            # Nothing of these rows can be judged yet: what is best for all others is the best guess.
            usual = _usual(trials, aim, draw) if usual is None else usual
            found = np.repeat(usual[None, there], len(places), axis=0)
        weights[np.ix_(places, there)] = found
        for place, row in zip(places, found, strict=True):
            names[place] = _name(row, part.names)
    return Choice(weights, tuple(names))


def _name(weights: Floats, names: tuple[str, ...]) -> str:
    """The ways that make up most of a mixture, at most three, in the order of their share."""
    order = np.argsort(-weights, kind="stable")[:3]
    return " + ".join(names[place] for place in order if weights[place] >= 0.15) or names[int(order[0])]


def _grown(trials: Trials, aim: Aim) -> Floats:
    """The weights (ways,) of the mixture that told the past best."""
    ways = len(trials.names)
    counts, sums = np.zeros(ways), np.zeros(trials.told.shape[1:], np.float32)
    best = np.inf
    for picks in range(1, _PICKS + 1):
        scores = np.array([_score((sums + told) / picks, trials, aim) for told in trials.told])
        pick = int(scores.argmin())
        if scores[pick] >= best * _CLEAR and picks > 1:
            break
        best = min(best, float(scores[pick]))
        counts[pick] += 1
        sums += trials.told[pick]
    return np.asarray(counts / counts.sum())


def _usual(trials: Trials, aim: Aim, draw: np.random.Generator) -> Floats:
    """The weights (ways,) that are best for all rows; where nothing is judged, smoothing, with its season where there is one."""
    weights = np.zeros(len(trials.names))
    judged = np.flatnonzero(trials.judged.any(axis=(0, 2)))
    if len(judged):
        places = np.sort(draw.choice(judged, min(len(judged), _ROWS), replace=False))
        part, there = trials.rows(places).everywhere()
        finite = np.isfinite(trials.now[there]).all(axis=(1, 2))
        weights[there] = _grown(part, aim) * finite
    if weights.sum() <= 0:
        smoothing = [place for place, name in enumerate(trials.names) if name.startswith("smoothing")]
        weights[smoothing[-1] if smoothing else 0] = 1.0
    return np.asarray(weights / weights.sum())


def _score(told: NDArray[np.float32], trials: Trials, aim: Aim) -> float:
    """The mean scaled error over rows and folds."""
    found = errors(told, trials, aim)
    return float(np.nanmean(found)) if np.isfinite(found).any() else np.inf


def _tilted(trials: Trials, weights: Floats, aim: Aim) -> Floats:
    """The weights of each row (n, ways): the group's, times how well each way told the row, to the power that held on other folds."""
    flat = np.repeat(weights[None, :], trials.came.shape[1], axis=0)
    used = np.flatnonzero(weights)
    if trials.folds < 2 or len(used) < 2:
        return flat
    each = np.stack([errors(trials.told[way], trials, aim) for way in used])
    best, power = np.inf, 0.0
    for tilt in _TILTS:
        off = [
            errors(
                _mixed(trials.told[used, fold], _tilt(weights[used], each, tilt, fold))[None], _fold(trials, fold), aim
            )
            for fold in range(trials.folds)
        ]
        score = float(np.nanmean(np.concatenate(off))) if np.isfinite(np.concatenate(off)).any() else np.inf
        if score < best * _CLEAR:
            best, power = score, tilt
    flat[:, used] = _tilt(weights[used], each, power, None)
    return flat


def _fold(trials: Trials, fold: int) -> Trials:
    one = slice(fold, fold + 1)
    return Trials(
        trials.names,
        trials.told[:, one],
        trials.came[one],
        trials.judged[one],
        trials.scale,
        trials.squares,
        trials.now,
    )


def _mixed(told: NDArray[np.float32], weights: Floats) -> NDArray[np.float32]:
    """What ways told (ways, n, horizon), mixed by row (n, ways)."""
    return np.asarray(np.einsum("wnh,nw->nh", told, weights.astype(np.float32)))


def _tilt(weights: Floats, each: Floats, power: float, without: int | None) -> Floats:
    """Weights by row (n, ways), from errors (ways, folds, n) of all folds but one, drawn towards those of all rows."""
    folds = [fold for fold in range(each.shape[1]) if fold != without]
    known = np.isfinite(each[:, folds])
    count = known.sum(axis=1)
    own = np.where(known, each[:, folds], 0.0).sum(axis=1)
    usual = own.sum(axis=1) / np.maximum(count.sum(axis=1), 1)
    usual = np.where(usual > 0, usual, 1.0)
    # Some rows are harder than others for all ways alike: that says nothing about which way to take.
    hard = (own / usual[:, None]).sum(axis=0) / np.maximum(count.sum(axis=0), 1)
    expected = usual[:, None] * np.where(hard > 0, hard, 1.0)[None, :]
    drawn = (own + _DOUBT * expected) / (count + _DOUBT)
    found = weights[:, None] * np.power(np.maximum(drawn / expected, 0.05), -power)
    return np.asarray((found / found.sum(axis=0, keepdims=True)).T)


def mixed(trials: Trials, choice: Choice) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What the mixture told of the past (folds, n, horizon) and tells of the future (n, horizon)."""
    weights = choice.weights.astype(np.float32)
    past = np.einsum("wfnh,nw->fnh", trials.told, weights)
    return np.asarray(past), np.asarray(np.einsum("wnh,nw->nh", trials.now, weights))
