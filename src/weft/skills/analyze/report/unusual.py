"""Days and weeks on which a series is not what its own past leads to expect, with a bound on how often chance looks like it.

Days are looked at, and whole weeks as sums. Each series is put on a scale on which noise is alike at all levels (the inverse
hyperbolic sine of a root: a root where little is sold, as fits counts, a logarithm far above). What is expected is the level of
the weeks before, the usual difference of the weekday, and, where that has told the past better, the step that the level made a
year before. All are medians, and all rest on what came before the week, so that what is tested is treated as its own past was.

How far off chance goes is told by the tail of the past residuals: peaks over the ninetieth percentile, with the shape of a
generalized Pareto distribution that the peaks of all like series have by their quartiles (Pickands, 1975), and a scale of the
series' own, held together with that of the others by a conjugate prior; the largest tenth is censored, for that is where what was
unusual before would stand. What is counted a few a week is told by rates. Benjamini and Hochberg (1995) over all that was looked at,
in families that share the bound: the shop as a whole, its parts, single products, and the largest order. Where all is usual, at most
the stated share of reports shows anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from weft.skills.analyze import Members
from weft.skills.analyze.report import rates
from weft.skills.analyze.report.rates import Counted

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
_STEP: Final = 0.375
_CENSORED: Final = 0.1
_FEWEST_PEAKS: Final = 100
_HEAVIEST: Final = 1.0
_AS_FAR: Final = 0.6
_NEARLY_ALL: Final = 0.9
_PRIOR: Final = 10.0
_DAYS_WITH_VALUES: Final = 0.3
_WEEKS_WITH_VALUES: Final = 0.7
_TO_SPREAD: Final = 1.4826


@dataclass(frozen=True, slots=True)
class Track:
    """One series: a value a day. `money` are the revenues beside it; one that is not `tested` only lends its expectation.

    One that is `counted`, a few a week, is told by a model of counts; of those that are `largest` only the largest day of all is looked at.
    """

    metric: str
    where: Members
    values: Floats
    money: Floats | None = None
    tested: bool = True
    counted: Counted | None = None
    largest: bool = False


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


def looked(tracks: Sequence[Track], days: int, false_alarms: float = FALSE_ALARMS, unseen: int = 0) -> Looked:
    """The unusual stretches among the last `days` days of the tracks, which are all of one length; none where the past is short.

    `unseen` is how many products there are beside those of the tracks: these were chosen for what they sold, which all had a
    chance to.
    """
    if not tracks:
        return Looked()
    values = np.stack([track.values for track in tracks]).astype(np.float64)
    weeks = -(-days // WEEK)
    by_day, by_week = _told(values, WEEK), _told(_by_week(values), 1)
    if by_day is None or by_week is None or by_day.centered.shape[1] - weeks < FEWEST_WEEKS // 2:
        return Looked()
    money = _told(np.stack([_money(track) for track in tracks]), WEEK)
    single, whole = _chances(by_day, by_week, days, tracks, _told_of(values, days))
    expected = by_day.expected[:, -days:].copy()
    _counted(tracks, days, single, whole, expected, by_day.expected)
    _largest(tracks, days, single, expected)
    found = Looked(tests=int((~np.isnan(single)).sum() + (~np.isnan(whole)).sum()), expected=expected)
    corrected = _corrected(tracks, single, whole, unseen)
    for at, track in enumerate(tracks):
        single_, whole_ = (part[at] for part in corrected)
        for begun, ended, chance in _stretches(values[at, -days:], expected[at], single_, whole_, false_alarms):
            first, last = begun, ended
            if track.counted is not None:  # a week as a whole, of which some days hold the most
                first, last = _narrowed(values[at, -days:] - expected[at], begun, ended)
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
                    chance,
                )
            )
    return found


def _by_week(values: Floats) -> Floats:
    """Sums of weeks counted back from the end."""
    weeks = values.shape[1] // WEEK
    return np.asarray(values[:, values.shape[1] - weeks * WEEK :].reshape(len(values), weeks, WEEK).sum(axis=2))


def _money(track: Track) -> Floats:
    return np.asarray(track.values if track.money is None else track.money, np.float64)


@dataclass(frozen=True, slots=True)
class _Told:
    """Of each series by week and weekday, or by week: the residuals on the scale, and what was expected.

    `centered` (series, weeks, 7 or 1) begins with the first week that has enough past; `expected` goes by day or week.
    """

    centered: Floats
    expected: Floats


def _told(values: Floats, period: int) -> _Told | None:
    """What the past led to expect of each day (`period` 7) or week (1); None where there is too little of it."""
    weeks = values.shape[1] // period
    if weeks < FEWEST_WEEKS:
        return None
    whole = values[:, values.shape[1] - weeks * period :]
    typical, least = (one[:, None] for one in _typical(whole))
    scaled = _scaled(whole / typical, least / typical).reshape(len(values), weeks, period)
    weekday, level = _weekdays(scaled)
    start = max(_LEVELS) if weeks - max(_LEVELS) >= FEWEST_WEEKS else _FEWEST_FOR_WEEKDAYS
    guess = _best(scaled, weekday, level, start)
    residual = (scaled - guess)[:, start:]
    expected = _unscaled(guess, (least / typical)[:, :, None]) * typical[:, :, None]
    raw = whole.reshape(scaled.shape)
    # Medians lie under means where days are skewed: what is expected is a mean, so that sums of days are right.
    ratio = _ratio(raw[:, start:], expected[:, start:])
    expected = (expected * ratio[:, None, None]).reshape(len(values), -1)
    pad = np.full((len(values), values.shape[1] - weeks * period), np.nan)
    return _Told(residual, np.concatenate([pad, expected], axis=1))


def _scaled(values: Floats, least: Floats) -> Floats:
    """On the scale; a part of the `least` step keeps nothing and one no further apart than chance makes them (Anscombe, 1948)."""
    side = np.where(values < 0, -1.0, 1.0)
    return np.asarray(side * np.arcsinh(np.sqrt(np.abs(values) + _STEP * least)))


def _unscaled(values: Floats, least: Floats) -> Floats:
    return np.asarray(np.sign(values) * np.maximum(np.sinh(values) ** 2 - _STEP * least, 0.0))


def _typical(whole: Floats) -> tuple[Floats, Floats]:
    """Four times the mean of what is not nothing, under which the scale is a root; and what is about the least of it."""
    size = np.abs(whole)
    count = np.maximum((size > 0).sum(axis=1), 1)
    there = [row[row > 0] if (row > 0).any() else np.ones(1) for row in size]
    middle, least = (np.array([np.quantile(row, part) for row in there]) for part in (0.5, 0.1))
    # One enormous value must not decide for all others.
    mean = np.minimum(size, 20 * middle[:, None]).sum(axis=1) / count
    return np.maximum(4 * mean, 1e-9), least


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
    series, weeks, period = scaled.shape
    if period == 1:
        return np.zeros_like(scaled), scaled[:, :, 0]
    around = scaled - np.median(scaled, axis=2, keepdims=True)
    usual = np.zeros((series, weeks, period))
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


def _chances(
    by_day: _Told, by_week: _Told, days: int, tracks: Sequence[Track], enough: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """How often chance goes as far, by series: of the days of the period, and of its weeks counted back from the end.

    NaN where a series is not tested, because it never changes or because too little of it is known.
    """
    tested = np.array([track.tested and track.counted is None and not track.largest for track in tracks])
    # Orders are counted, money and pieces go by their sizes too: each has a tail of its own, and so have single products.
    groups = np.array([2 * ("product" in track.where) + (track.metric == "orders") for track in tracks])
    weeks = -(-days // WEEK)
    single = _of_scale(by_day.centered, weeks, groups, tested & enough[0])[:, -days:]
    whole = _of_scale(by_week.centered, weeks, groups, tested & enough[1])
    # A week that begins before the period is not of it.
    whole = whole[:, weeks - days // WEEK :]
    return single, whole


def _counted(
    tracks: Sequence[Track], days: int, single: Floats, whole: Floats, expected: Floats, hoped: Floats
) -> None:
    """Put in what is known of the tracks that are counted: first of all orders, beside which the orders with something stand.

    Where all orders are unusual, parts stand beside what was expected of them: what did not move has not moved.
    """

    def put(counted: dict[int, Counted]) -> None:
        found = rates.chances(list(counted.values()), days)
        places = list(counted)
        single[places], whole[places] = found.days, found.weeks
        for place, one, of_days in zip(places, counted.values(), found.expected, strict=True):
            number = float(one.counts.sum())
            expected[place] = of_days * (float(tracks[place].values.sum()) / number if number else 1.0)

    orders = next(
        (at for at, one in enumerate(tracks) if one.metric == "orders" and not one.where and one.tested), None
    )
    moved = False
    if orders is not None:
        usual = np.nan_to_num(hoped[orders])
        put({orders: Counted(tracks[orders].values, usual, "shop")})
        chances = np.concatenate([single[orders], whole[orders]])
        moved = bool((chances * max(int((~np.isnan(chances)).sum()), 1) <= FALSE_ALARMS).any())
    parts = {at: one.counted for at, one in enumerate(tracks) if one.counted is not None and one.tested}
    if orders is not None and moved:
        beside = {
            at: one.at(usual, days) if one.kind == "orders" and tracks[at].where else one for at, one in parts.items()
        }
        parts = beside
    if parts:
        put(parts)


def _largest(tracks: Sequence[Track], days: int, single: Floats, expected: Floats) -> None:
    """Put in how usual the largest day of the products is that sell a few: one test of all of them."""
    at = [place for place, track in enumerate(tracks) if track.largest]
    single[at] = np.nan
    if not at:
        return
    pieces = np.stack([tracks[place].values for place in at])
    usual = pieces.mean(axis=1, keepdims=True)
    expected[at] = usual
    found = rates.largest(pieces, np.broadcast_to(usual, pieces.shape), days)
    if found is not None:
        place = at[found[0]]
        single[place, int(tracks[place].values[-days:].argmax())] = min(found[1] / _told_of_all(tracks), 1.0)


def _told_of_all(tracks: Sequence[Track]) -> float:
    """The share that the products among the tracks have of all pieces sold: what else was sold may have had large orders too."""
    whole = sum(float(track.values.sum()) for track in tracks if track.metric == "units" and not track.where)
    told = {track.where["product"]: float(track.values.sum()) for track in tracks if track.largest or _pieces(track)}
    return min(sum(told.values()) / whole, 1.0) if whole > 0 and sum(told.values()) > 0 else 1.0


def _pieces(track: Track) -> bool:
    return track.metric == "units" and "product" in track.where


_SHARES: Final = (0.4, 0.25, 0.25, 0.1)
"""How much of the bound is for the shop as a whole, for its parts, for single products, and for the largest order."""
_PRODUCTS: Final = 2


def _family(track: Track) -> int:
    return 3 if track.largest else _PRODUCTS if "product" in track.where else 1 if track.where else 0


def _corrected(tracks: Sequence[Track], single: Floats, whole: Floats, unseen: int) -> tuple[Floats, Floats]:
    """Chances corrected for all that was looked at (Benjamini and Hochberg), each family within its own share of the bound."""
    families = np.array([_family(track) for track in tracks])
    found = tuple(np.full_like(part, np.nan) for part in (single, whole))
    for family, share in enumerate(_SHARES):
        mine = families == family
        known = [part[mine] for part in (single, whole)]
        order = np.sort(np.concatenate([part[~np.isnan(part)] for part in known]))
        if not len(order):
            continue
        each = len(order) / max(int(mine.sum()), 1)
        count = len(order) + (unseen * each if family == _PRODUCTS else 0)
        raw = order * count / np.arange(1, len(order) + 1) / share
        least = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
        for part, into in zip(known, found, strict=True):
            places = np.searchsorted(order, part, side="right") - 1
            into[mine] = np.where(np.isnan(part), np.nan, least[places])
    return found[0], found[1]


def _of_scale(centered: Floats, weeks: int, groups: NDArray[np.int_], tested: NDArray[np.bool_]) -> Floats:
    """The chances of what the last weeks hold, told by the weeks before; each group has a tail of its own."""
    past, now = centered[:, :-weeks], centered[:, -weeks:]
    spread = _spread(past)
    usable = tested & (spread > 0).all(axis=1)
    safe = np.where(spread > 0, spread, 1.0)[:, None, :]
    before, here = ((part / safe).reshape(len(part), -1) for part in (past, now))
    found = np.full_like(here, np.nan)
    for number in np.unique(groups):
        group = (groups == number) & usable
        if group.any():
            found[group] = _two_sided(before[group], here[group])
    return found


def _told_of(values: Floats, days: int) -> NDArray[np.bool_]:
    """Of which series enough is known to look at days and at weeks, (2, series): not of those that have only begun.

    A value has to be there on three of ten days, or in seven of ten weeks, since the first one.
    """
    enough = np.zeros((2, len(values)), bool)
    for at, row in enumerate(values):
        past = row[: len(row) - days]
        there = np.flatnonzero(past)
        since = past[there[0] :] if len(there) else past[:0]
        weeks = since[len(since) % WEEK :].reshape(-1, WEEK)
        if len(weeks) >= FEWEST_WEEKS:
            enough[0, at] = (since != 0).mean() >= _DAYS_WITH_VALUES
            enough[1, at] = (weeks != 0).any(axis=1).mean() >= _WEEKS_WITH_VALUES
    return enough


def _wide(values: Floats) -> Floats:
    """The usual spread of each row about nothing: by its median, else, where most of it is nothing, by its mean."""
    size = np.abs(values)
    spread = _TO_SPREAD * np.median(size, axis=1)
    return np.where(spread > 0, spread, 1.25 * size.mean(axis=1))


def _spread(past: Floats) -> Floats:
    """The usual spread of each series' residuals by weekday, never far under that of all its days."""
    overall = _wide(past.reshape(len(past), -1))
    size = np.abs(past)
    by_weekday = _TO_SPREAD * np.median(size, axis=1)
    return np.asarray(np.maximum(by_weekday, 0.5 * overall[:, None]))


def _two_sided(past: Floats, now: Floats) -> Floats:
    return np.asarray(np.minimum(2 * np.minimum(_tail(past, now), _tail(-past, -now)), 1.0))


def _tail(past: Floats, now: Floats) -> Floats:
    """How often a value as high comes of each row's past: the share of peaks over its ninetieth percentile times their tail.

    k peaks that sum to S above it tell that the next lies x higher with the chance (S / (S + x))^k, if peaks are exponential:
    which they are after the logarithm that undoes the shape that the peaks of all rows have.
    """
    threshold = np.quantile(past, _PEAKS, axis=1)[:, None]
    above = past > threshold
    count = above.sum(axis=1)
    excess = np.where(above, past - threshold, 0.0)
    mean = float(excess.sum() / max(count.sum(), 1)) or 1.0
    shape = _shape(excess[above])
    straight = _straightened(excess / mean, shape)
    largest = np.floor(count * _CENSORED).astype(int)
    ordered = -np.sort(-straight, axis=1)
    rank = np.arange(past.shape[1])[None, :]
    censor = np.take_along_axis(ordered, np.minimum(largest, past.shape[1] - 1)[:, None], axis=1)
    kept = (rank >= largest[:, None]) & (rank < count[:, None])
    sums = np.where(kept, ordered, 0.0).sum(axis=1) + largest * censor[:, 0]
    number = (count - largest).astype(np.float64)
    everywhere = sums.sum() / max(number.sum(), 1.0)
    number, sums = number + _PRIOR, sums + _PRIOR * everywhere
    share = (count + 1) / (past.shape[1] + 1)
    over = _straightened(np.maximum(now - threshold, 0.0) / mean, shape)
    beyond = np.where(
        sums[:, None] > 0, (sums[:, None] / np.maximum(sums[:, None] + over, 1e-300)) ** number[:, None], 1.0
    )
    return np.asarray(np.where(now > threshold, share[:, None] * beyond, 1.0))


def _shape(peaks: Floats) -> float:
    """How much heavier than an exponential tail peaks are, by their quartiles: 0 where they are not."""
    if len(peaks) < _FEWEST_PEAKS:
        return 0.0
    middle, upper = np.quantile(peaks, (0.5, 0.75))
    if middle <= 0 or upper <= middle:
        return 0.0
    return float(np.clip(np.log2((upper - middle) / middle), 0.0, _HEAVIEST))


def _straightened(excess: Floats, shape: float) -> Floats:
    """Excesses of a generalized Pareto tail as exponential ones."""
    return np.asarray(np.log1p(shape * excess) / shape if shape > 0 else excess)


def _stretches(
    actual: Floats, expected: Floats, single: Floats, whole: Floats, bound: float
) -> list[tuple[int, int, float]]:
    """A series' unusual days and weeks, those side by side as one: first and last day of the period, and the least chance.

    A week that is unusual by its unusual days alone is no stretch of its own; days on other sides of what was expected stay apart.
    """
    days = len(single)
    marked = np.where(single <= bound, single, np.nan)
    sides = np.sign(actual - expected)
    for back, chance in enumerate(whole[::-1]):
        if chance > bound or np.isnan(chance):
            continue
        part = slice(days - (back + 1) * WEEK, days - back * WEEK)
        moved = _moved(actual[part], expected[part])
        usual_day = float(np.median((actual[part] - expected[part]) / np.maximum(np.abs(expected[part]), 1e-9)))
        if usual_day * np.sign(moved) < _AS_FAR * abs(moved) and not np.isnan(marked[part]).all():
            continue
        marked[part] = np.fmin(marked[part], chance)
        sides[part] = np.sign(moved)
    found: list[tuple[int, int, float]] = []
    day = 0
    while day < days:
        if np.isnan(marked[day]):
            day += 1
            continue
        end = day
        while end + 1 < days and not np.isnan(marked[end + 1]) and sides[end + 1] == sides[day]:
            end += 1
        found.append((day, end, float(np.nanmin(marked[day : end + 1]))))
        day = end + 1
    return found


def _narrowed(excess: Floats, first: int, last: int) -> tuple[int, int]:
    """The fewest days in a row, of some, on which nearly all lies that is more than expected; all of them where it is less."""
    upto = np.concatenate([[0.0], np.cumsum(excess[first : last + 1])])
    if upto[-1] <= 0:
        return first, last
    for length in range(1, last - first + 1):
        held = upto[length:] - upto[:-length]
        if held.max() >= _NEARLY_ALL * upto[-1]:
            return first + int(held.argmax()), first + int(held.argmax()) + length - 1
    return first, last


def _moved(actual: Floats, expected: Floats) -> float:
    """How far some days together are from what was expected, as a share of it."""
    return float((actual.sum() - expected.sum()) / max(abs(expected.sum()), 1e-9))
