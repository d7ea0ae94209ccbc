"""Forecasts of many series at once: classed, tried on their own past, and told with how far they may be off."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from weft.demand import backtest, boosted, choice, intervals, launches, methods
from weft.demand.backtest import Trials
from weft.demand.boosted import Aim
from weft.demand.classes import classes, kind
from weft.demand.forecast import LEVELS, Backtest, DemandClass, Forecast, at_levels, ends
from weft.demand.panel import Panel, panel, scales
from weft.demand.series import Flags, Floats, Frequency, Series

__all__ = ["LEVELS", "Aim", "Backtest", "DemandClass", "Forecast", "Told", "forecasts"]

# Called with what is being done and the share of all work that is done (0 to 1).
Told = Callable[[str, float], None]
_PATHS: Final = 200
_AT_ONCE: Final = 5000
_MOST_FOLDS: Final = 8
_SMALL: Final = 12
_LARGE: Final = 400
_STEADY: Final = ("smooth", "erratic", "seasonal")
_BEGUN: Final = "how others went on"


def _quiet(_doing: str, _share: float) -> None:
    return


def forecasts(
    series: Sequence[Series],
    horizon: int,
    *,
    levels: Sequence[float] = LEVELS,
    country: str | None = None,
    seconds: float = 60.0,
    told: Told = _quiet,
    seed: int = 7,
    aim: Aim = "mean",
    season: int | None = None,
) -> list[Forecast]:
    """What will be wanted of each thing in the `horizon` steps after its last, in the order of `series`.

    `country` (ISO 3166, two letters) is whose holidays count; `seconds` is about how long a processor may be busy with all, by which the
    number of ways and of origins is decided beforehand, so that the same series and seed give the same forecasts. `aim` is what
    `mean` is best at: sums and squared errors, or, as the median, absolute ones. `season` is in steps, where it is not the usual.
    Raises ValueError for a horizon below 1 or a level outside of 0 to 1.
    """
    if horizon < 1:
        raise ValueError("the horizon must be one step at least")
    if not all(0 < level < 1 for level in levels):
        raise ValueError("a level must lie between 0 and 1")
    found: list[Forecast | None] = [None] * len(series)
    done = 0
    for part in _parts(series):
        whole = panel([series[place] for place in part], horizon, season)
        budget = seconds * len(part) / len(series)
        begun = done / len(series)

        def tell(doing: str, share: float, begun: float = begun, size: int = len(part)) -> None:
            told(doing, begun + share * size / len(series))

        if len(whole) >= boosted.CROWD:
            # Threads of what is loaded later would not be limited.
            boosted.trees()
        # Matrices are small here: more threads than one for them would only be in each other's way.
        # What overflows in one way is cut to what can be sold before anything is made of it.
        with threadpool_limits(1), np.errstate(all="ignore"):
            told_of = _told(whole, horizon, levels, country, budget, tell, seed, aim)
        for place, one in zip(part, told_of, strict=True):
            found[place] = one
        done += len(part)
    told("done", 1.0)
    return [one for one in found if one is not None]


def _parts(series: Sequence[Series]) -> list[list[int]]:
    """The places of series of one frequency, as many as fit into memory at once, spread evenly."""
    by_kind: dict[Frequency, list[int]] = {}
    for place, one in enumerate(series):
        by_kind.setdefault(one.freq, []).append(place)
    parts = []
    for places in by_kind.values():
        count = -(-len(places) // _AT_ONCE)
        parts += [places[start::count] for start in range(count)]
    return parts


def _told(
    whole: Panel,
    horizon: int,
    levels: Sequence[float],
    country: str | None,
    seconds: float,
    told: Told,
    seed: int,
    aim: Aim,
) -> list[Forecast]:
    found = classes(whole)
    living = np.flatnonzero(found != "none")
    nothing = _nothing(horizon, levels)
    result = [nothing] * len(whole)
    if not len(living):
        return result
    part, names = whole.rows(living), found[living]
    ways, left_out = methods.afforded(part, horizon, country, seconds, aim, seed)
    trials = backtest.tried(part, horizon, ways, left_out, lambda doing, share: told(doing, 0.8 * share))
    told("choosing", 0.8)
    groups = _groups(names, part)
    picked = choice.chosen(trials, groups, aim, seed)
    past, mean = choice.mixed(trials, picked)
    told("telling how far it may be off", 0.9)
    paths = _paths(part, trials, past, mean, groups, seed)
    begun = _begun(part, names, mean, paths, seed)
    ordered = np.sort(paths, axis=1)
    reports, quantiles = _reports(trials, past, mean, ordered), at_levels(ordered, levels)
    for row, place in enumerate(living):
        result[place] = Forecast(
            mean[row].astype(np.float64),
            dict(zip(levels, quantiles[:, row], strict=True)),
            kind(str(names[row])),
            _BEGUN if begun[row] else picked.names[row],
            Backtest() if begun[row] else reports[row],
            paths[row],
        )
    return result


def _nothing(horizon: int, levels: Sequence[float]) -> Forecast:
    zeros = np.zeros(horizon)
    paths = np.zeros((1, horizon), np.float32)
    return Forecast(zeros, dict.fromkeys(levels, zeros), "none", "nothing sold", Backtest(), paths)


def _groups(names: NDArray[np.str_], whole: Panel) -> NDArray[np.int64]:
    """Rows that are alike: of one class, or of one half of the classes where a class is small, and where it is large by how much
    they sell."""
    steady = np.isin(names, _STEADY)
    labels = names.astype("<U24")
    for name in np.unique(names):
        places = np.flatnonzero(names == name)
        if len(places) < _SMALL:
            labels[places] = np.where(steady[places], "steady", "unsteady")
        elif len(places) >= _LARGE:
            most = whole.means[places] >= np.quantile(whole.means[places], 2 / 3)
            labels[places] = np.where(most, f"{name}, much", f"{name}, little")
    return np.asarray(np.unique(labels, return_inverse=True)[1], np.int64)


def _paths(
    whole: Panel,
    trials: Trials,
    past: NDArray[np.float32],
    mean: NDArray[np.float32],
    groups: NDArray[np.int64],
    seed: int,
) -> NDArray[np.float32]:
    found = intervals.ratios(past, trials.came, trials.judged)
    if not found.there.any():
        found = intervals.of_history(whole.sold, whole.usable, mean.shape[1], seed)
    apart = -(-mean.shape[1] // methods.apart(mean.shape[1]))
    return intervals.courses(mean, found, groups, _alike(whole, past, mean, found), _PATHS, apart, seed)


def _alike(
    whole: Panel, past: NDArray[np.float32], mean: NDArray[np.float32], found: intervals.Ratios
) -> intervals.Alike:
    """Rows are alike whose sums stray alike by what is told of them: by how large what moves them is beside it."""
    lumps = np.square(scales(whole)[1]) / np.maximum(whole.means, 1e-12)
    now = lumps / np.maximum(mean.mean(axis=1), 1e-9)
    if found.there.shape[1] != len(past):
        return intervals.Alike(now, np.repeat(now[:, None], found.there.shape[1], axis=1))
    return intervals.Alike(now, lumps[:, None] / np.maximum(past.mean(axis=2).T, 1e-9))


def _begun(
    whole: Panel, names: NDArray[np.str_], mean: NDArray[np.float32], paths: NDArray[np.float32], seed: int
) -> Flags:
    """Tell what is new, in place, by how others went on, and answer which rows that are: of the ways, too few trials could choose."""
    new = np.asarray((names == "new") & launches.begun(whole), np.bool_)
    found = launches.learned(whole, mean.shape[1]) if new.any() else None
    if found is None:
        return np.zeros(len(whole), bool)
    mean[new] = found.told(whole, mean.shape[1])[new]
    courses = found.courses(whole.rows(np.flatnonzero(new)), paths.shape[1], seed) * mean[new][:, None, :]
    paths[new] = intervals.centered(courses, mean[new])
    return new


def _reports(
    trials: Trials, past: NDArray[np.float32], mean: NDArray[np.float32], ordered: NDArray[np.float32]
) -> list[Backtest]:
    """How wrong the mixture was, by row, beside the first way."""
    judged = trials.judged
    count = np.maximum(judged.sum(axis=(0, 2)), 1)

    def off(told: NDArray[np.float32]) -> tuple[Floats, Floats, Floats]:
        error = np.where(judged, told - trials.came, 0.0).astype(np.float64)
        squared = np.sqrt(np.square(error).sum(axis=(0, 2)) / count)
        return np.abs(error).sum(axis=(0, 2)) / count, error.sum(axis=(0, 2)) / count, squared

    absolute, bias, squared = off(past)
    simple, _, simple_squared = off(trials.told[0])
    within = {share: _within(trials, past, mean, ordered, share) for share in (0.8, 0.9)}
    folds = judged.any(axis=2).sum(axis=0)
    reports = []
    for row in range(len(mean)):
        if not folds[row]:
            reports.append(Backtest())
            continue
        newest = int(np.argmax(judged[:, row].any(axis=1)))
        reports.append(
            Backtest(
                folds=int(folds[row]),
                mae=float(absolute[row]),
                bias=float(bias[row]),
                mase=float(absolute[row] / trials.scale[row]),
                rmsse=float(squared[row] / trials.squares[row]),
                simple=trials.names[0],
                simple_mae=float(simple[row]),
                simple_mase=float(simple[row] / trials.scale[row]),
                simple_rmsse=float(simple_squared[row] / trials.squares[row]),
                coverage={share: float(one[row]) for share, one in within.items()},
                told=tuple(past[newest, row].tolist()),
                came=tuple(trials.came[newest, row].tolist()),
            )
        )
    return reports


def _within(
    trials: Trials, past: NDArray[np.float32], mean: NDArray[np.float32], ordered: NDArray[np.float32], share: float
) -> Floats:
    """The share of each row's judged steps that lay within the interval of that share, moved to what was told then."""
    low, high = ends(ordered, share)
    by = past / np.maximum(mean, 1e-9)
    inside = (trials.came >= low * by - 1e-6) & (trials.came <= high * by + 1e-6) & trials.judged
    return np.asarray(inside.sum(axis=(0, 2)) / np.maximum(trials.judged.sum(axis=(0, 2)), 1))
