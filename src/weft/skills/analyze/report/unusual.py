"""Days and weeks on which a series is not what its own past leads to expect, with a bound on how often chance looks like it.

Each series is put on a scale on which noise is alike at all levels (asinh: linear near nothing, a logarithm above). What is
expected of a day is the level of the weeks before, the usual difference of its weekday, and, where that has told the past better,
the step that the level made a year before. All are medians, and all rest on what came before the day's week, so that what is
tested is treated as its own past was. How far off chance goes is told by the tail of the past residuals: peaks over the ninetieth
percentile, as an exponential distribution (a Pareto tail on the scale of money) whose largest tenth is censored, for that is where
what was unusual before would stand; a series' own tail is held together with that of all series by a conjugate prior. Benjamini
and Hochberg (1995) over all that was looked at: where all is usual, at most the stated share of reports shows anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from weft.skills.analyze import Members

Floats = NDArray[np.float64]
FALSE_ALARMS: Final = 0.05
WEEK: Final = 7
FEWEST_WEEKS: Final = 16
"""Weeks of the past without which nothing can be called unusual."""
_WEEKDAYS_OF: Final = 26
_FEWEST_FOR_WEEKDAYS: Final = 4
_LEVELS: Final = (3, 6, 12)
_YEAR: Final = 52
_FEWEST_FOR_A_YEAR: Final = 20
_BETTER: Final = 0.97
_PEAKS: Final = 0.9
_CENSORED: Final = 0.1
_PRIOR: Final = 10.0
_NEAR: Final = 1.5
_TO_SPREAD: Final = 1.4826


@dataclass(frozen=True, slots=True)
class Track:
    """One series: a value a day. `money` are the revenues beside it; one that is not `tested` only lends its expectation."""

    metric: str
    where: Members
    values: Floats
    money: Floats | None = None
    tested: bool = True


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of a track that are unusual, as places in the period; `chance` is corrected for all that was looked at."""

    track: Track
    first: int
    last: int
    actual: float
    expected: float
    money: float | None
    expected_money: float | None
    chance: float

    @property
    def excess(self) -> float | None:
        """What it meant in money."""
        return None if self.money is None or self.expected_money is None else self.money - self.expected_money


@dataclass(slots=True)
class Looked:
    """What was found, and how many days and weeks were tested."""

    stretches: list[Stretch] = field(default_factory=list)
    tests: int = 0
    expected: Floats = field(default_factory=lambda: np.zeros((0, 0)))


def looked(tracks: Sequence[Track], days: int, false_alarms: float = FALSE_ALARMS) -> Looked:
    """The unusual stretches among the last `days` days of the tracks, which are all of one length; none where the past is short."""
    if not tracks:
        return Looked()
    values = np.stack([track.values for track in tracks]).astype(np.float64)
    told = _told(values)
    weeks = -(-days // WEEK)
    if told is None or told.centered.shape[1] - weeks < FEWEST_WEEKS // 2:
        return Looked()
    money = _told(np.stack([_money(track) for track in tracks]))
    expected = told.expected[:, -days:]
    tested = np.array([track.tested for track in tracks])
    single, whole = _chances(told, days, weeks, tested)
    # A day's own report looks at that day alone; its week is not over.
    looked_at = np.concatenate([single.ravel(), whole.ravel()] if days >= WEEK else [single.ravel()])
    looked_at = looked_at[~np.isnan(looked_at)]
    bound = _bound(looked_at, false_alarms)
    found = Looked(tests=len(looked_at), expected=expected)
    if bound is None:
        return found
    order = np.sort(looked_at)
    corrected = _corrected(order)
    for at, track in enumerate(tracks):
        for first, last, chance in _stretches(told, single, whole, bound, at, days):
            part = slice(first, last + 1)
            actual_money = None if track.money is None else float(track.money[-days:][part].sum())
            hoped = None if money is None else float(money.expected[at, -days:][part].sum())
            found.stretches.append(
                Stretch(
                    track,
                    first,
                    last,
                    float(values[at, -days:][part].sum()),
                    float(expected[at, part].sum()),
                    actual_money,
                    hoped,
                    float(corrected[np.searchsorted(order, chance)]),
                )
            )
    return found


def _money(track: Track) -> Floats:
    return np.asarray(track.values if track.money is None else track.money, np.float64)


@dataclass(frozen=True, slots=True)
class _Told:
    """Of each series by week and weekday: what was expected, and residuals in units of their usual spread.

    `centered` (series, weeks, 7) begins with the first week that has enough past; `spread` (series, 7); `expected` by day.
    """

    centered: Floats
    expected: Floats


def _told(values: Floats) -> _Told | None:
    """What the past led to expect of each day; None where there is too little of it."""
    weeks = values.shape[1] // WEEK
    if weeks < FEWEST_WEEKS:
        return None
    whole = values[:, values.shape[1] - weeks * WEEK :]
    typical = _typical(whole)
    scaled = np.arcsinh(whole / typical[:, None]).reshape(len(values), weeks, WEEK)
    weekday, level = _weekdays(scaled)
    start = max(_LEVELS) if weeks - max(_LEVELS) >= FEWEST_WEEKS else _FEWEST_FOR_WEEKDAYS
    guess = _best(scaled, weekday, level, start)
    residual = (scaled - guess)[:, start:]
    expected = np.sinh(guess) * typical[:, None, None]
    raw = whole.reshape(scaled.shape)
    # Medians lie under means where days are skewed: what is expected is a mean, so that sums of days are right.
    ratio = _ratio(raw[:, start:], expected[:, start:])
    expected = (expected * ratio[:, None, None]).reshape(len(values), -1)
    pad = np.full((len(values), values.shape[1] - weeks * WEEK), np.nan)
    return _Told(residual, np.concatenate([pad, expected], axis=1))


def _typical(whole: Floats) -> Floats:
    """Half of the mean of what is not nothing: under it the scale is linear."""
    size = np.abs(whole)
    count = np.maximum((size > 0).sum(axis=1), 1)
    middle = np.array([np.median(row[row > 0]) if (row > 0).any() else 1.0 for row in size])
    # One enormous value must not decide for all others.
    mean: Floats = np.minimum(size, 20 * middle[:, None]).sum(axis=1) / count
    return np.maximum(mean / 2, 1e-9)


def _ratio(actual: Floats, expected: Floats) -> Floats:
    """Mean over median, held to between a half and three, without the outermost tenth of weeks."""
    per_week, hoped = actual.sum(axis=2), expected.sum(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(hoped > 0, per_week / hoped, np.nan)
    found = np.ones(len(actual))
    for at, row in enumerate(ratios):
        known = np.sort(row[~np.isnan(row)])
        cut = len(known) // 10
        if len(known) >= FEWEST_WEEKS // 2:
            found[at] = known[cut : len(known) - cut].mean()
    return np.asarray(np.clip(found, 0.5, 3.0))


def _weekdays(scaled: Floats) -> tuple[Floats, Floats]:
    """For each week the weekdays' usual differences as the weeks before have them, and the week's own level without these."""
    series, weeks, _ = scaled.shape
    around = scaled - np.median(scaled, axis=2, keepdims=True)
    usual = np.zeros((series, weeks, WEEK))
    for week in range(weeks):
        past = around[:, max(0, week - _WEEKDAYS_OF) : week]
        if past.shape[1] >= _FEWEST_FOR_WEEKDAYS:
            usual[:, week] = np.median(past, axis=1)
    usual -= usual.mean(axis=2, keepdims=True)
    even = np.sort(scaled - usual, axis=2)
    return usual, even[:, :, 1:-1].mean(axis=2)


def _best(scaled: Floats, weekday: Floats, level: Floats, start: int) -> Floats:
    """The expectation of each series by that way of telling its level which has told its past best."""
    ways = {(back, False): _level(level, back) for back in _LEVELS}
    weeks = level.shape[1]
    if weeks - _YEAR - max(_LEVELS) >= _FEWEST_FOR_A_YEAR:
        ways |= {(back, True): _level(level, back) + _step(level, back) for back in _LEVELS}
    judged = max(start, _YEAR + max(_LEVELS) if any(year for _, year in ways) else start)
    best, error = None, None
    for (_, year), told in ways.items():
        guess = weekday + told[:, :, None]
        miss = np.abs(scaled[:, judged:-1] - guess[:, judged:-1]).mean(axis=(1, 2)) / (_BETTER if year else 1.0)
        if best is None or error is None:
            best, error = guess, miss
        else:
            better = miss < error * _BETTER
            best = np.where(better[:, None, None], guess, best)
            error = np.where(better, miss, error)
    assert best is not None
    return np.asarray(best)


def _level(level: Floats, back: int) -> Floats:
    """The median level of the weeks before each week."""
    found = np.zeros_like(level)
    for week in range(1, level.shape[1]):
        found[:, week] = np.median(level[:, max(0, week - back) : week], axis=1)
    return found


def _step(level: Floats, back: int) -> Floats:
    """How the level moved a year before each week, from the weeks before to that week and those beside it; 0 where not known."""
    found = np.zeros_like(level)
    for week in range(_YEAR + back, level.shape[1]):
        at = week - _YEAR
        found[:, week] = np.median(level[:, at - 1 : at + 2], axis=1) - np.median(level[:, at - back : at], axis=1)
    return found


def _chances(told: _Told, days: int, weeks: int, tested: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """How often chance goes as far, by series: of the days of the period, and of its weeks counted back from the end.

    NaN where a series is not tested, because it never changes or because too little of it is known.
    """
    past, now = told.centered[:, :-weeks], told.centered[:, -weeks:]
    spread = _spread(past)
    usable = tested & (spread > 0).all(axis=1)
    safe = np.where(spread > 0, spread, 1.0)[:, None, :]
    before, here = past / safe, now / safe
    single = _two_sided(before.reshape(len(before), -1), here.reshape(len(here), -1)[:, -days:])
    means = before.mean(axis=2), here.mean(axis=2)
    wide = _wide(means[0])
    usable_weeks = usable & (wide > 0)
    wide = np.where(wide > 0, wide, 1.0)[:, None]
    whole = _two_sided(means[0] / wide, means[1] / wide)
    # A week that begins before the period is not of it.
    if days % WEEK:
        whole = whole.copy()
        whole[:, 0] = np.nan
    single[~usable] = np.nan
    whole[~usable_weeks] = np.nan
    return single, whole


def _wide(values: Floats) -> Floats:
    """The usual spread of each row about nothing: by its median, else, where most of it is nothing, by its mean."""
    size = np.abs(values)
    spread = _TO_SPREAD * np.median(size, axis=1)
    return np.where(spread > 0, spread, 1.25 * size.mean(axis=1))


def _spread(past: Floats) -> Floats:
    """The usual spread of each series' residuals by weekday, never far under that of all its days."""
    overall = _wide(past.reshape(len(past), -1))
    size = np.abs(past)
    by_weekday: Floats = _TO_SPREAD * np.median(size, axis=1)
    return np.maximum(by_weekday, 0.5 * overall[:, None])


def _two_sided(past: Floats, now: Floats) -> Floats:
    nearer: Floats = np.minimum(_tail(past, now), _tail(-past, -now))
    return np.minimum(2 * nearer, 1.0)


def _tail(past: Floats, now: Floats) -> Floats:
    """How often a value as high comes of each row's past: the share of peaks over its ninetieth percentile times their tail.

    k peaks that sum to S above it tell that the next lies x higher with the chance (S / (S + x))^k, if peaks are exponential.
    """
    threshold = np.quantile(past, _PEAKS, axis=1)
    above = past > threshold[:, None]
    count = above.sum(axis=1)
    largest = np.floor(count * _CENSORED).astype(int)
    ordered = -np.sort(-np.where(above, past - threshold[:, None], 0.0), axis=1)
    rank = np.arange(past.shape[1])[None, :]
    censor = np.take_along_axis(ordered, np.minimum(largest, past.shape[1] - 1)[:, None], axis=1)
    sums = (
        np.where((rank >= largest[:, None]) & (rank < count[:, None]), ordered, 0.0).sum(axis=1)
        + largest * censor[:, 0]
    )
    shape = (count - largest).astype(np.float64)
    everywhere = sums.sum() / max(shape.sum(), 1.0)
    shape, sums = shape + _PRIOR, sums + _PRIOR * everywhere
    share = (count + 1) / (past.shape[1] + 1)
    over = np.maximum(now - threshold[:, None], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        beyond = np.where(sums[:, None] > 0, (sums[:, None] / (sums[:, None] + over)) ** shape[:, None], 1.0)
    return np.asarray(np.where(now > threshold[:, None], share[:, None] * beyond, 1.0))


def _bound(chances: Floats, false_alarms: float) -> float | None:
    """The largest chance that Benjamini and Hochberg let pass, if any."""
    order = np.sort(chances)
    passing = np.flatnonzero(order <= false_alarms * np.arange(1, len(order) + 1) / max(len(order), 1))
    return float(order[passing[-1]]) if len(passing) else None


def _corrected(order: Floats) -> Floats:
    """Chances in rising order, corrected for how many there are (Benjamini and Hochberg)."""
    raw = order * len(order) / np.arange(1, len(order) + 1)
    return np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)


def _stretches(
    told: _Told, single: Floats, whole: Floats, bound: float, at: int, days: int
) -> list[tuple[int, int, float]]:
    """A series' unusual days and weeks, those side by side on one side as one: first and last day of the period, and the least chance."""
    residual = told.centered[at].ravel()[-days:]
    marked = np.full(days, np.nan)
    marked[single[at] <= bound] = single[at][single[at] <= bound]
    weeks = whole.shape[1]
    if days >= WEEK:
        for week in range(weeks):
            chance = whole[at, week]
            if chance <= bound:
                first = days - (weeks - week) * WEEK
                marked[first : first + WEEK] = np.fmin(marked[first : first + WEEK], chance)
    sides = np.where(np.isnan(marked), 0.0, np.sign(residual))
    found: list[tuple[int, int, float]] = []
    day = 0
    while day < days:
        if np.isnan(marked[day]):
            day += 1
            continue
        end = day
        while (
            end + 1 < days
            and not np.isnan(marked[end + 1])
            and (sides[end + 1] == sides[day] or _of_a_week(whole, at, bound, end + 1, days))
        ):
            end += 1
        found.append((day, end, float(np.nanmin(marked[day : end + 1]))))
        day = end + 1
    return found


def _of_a_week(whole: Floats, at: int, bound: float, day: int, days: int) -> bool:
    """Whether a day's whole week is unusual: then the day belongs to it, whichever side it lies on."""
    week = whole.shape[1] - 1 - (days - 1 - day) // WEEK
    return days >= WEEK and bool(whole[at, week] <= bound)
