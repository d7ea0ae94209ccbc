"""The ways to tell what comes next, each over all rows of a panel at once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from weft.demand import boosted, intermittent, pooled, seasons, smoothing
from weft.demand.boosted import Aim
from weft.demand.panel import Panel
from weft.demand.series import Floats, Frequency

# What comes next of each row of a panel (n, horizon); the panel may be longer than the one that it was learned from.
Tell = Callable[[Panel], Floats]
Plain = Callable[[Panel, int], Floats]
SIMPLE: Final = "seasonal naive"
# Steps of a short and of a long average.
_WINDOWS: Final[dict[Frequency, tuple[int, int]]] = {
    "h": (48, 168),
    "D": (28, 84),
    "W": (6, 16),
    "M": (3, 8),
    "Q": (2, 6),
    "Y": (2, 4),
}
_SEASONS_BACK: Final[dict[Frequency, int]] = {"h": 7, "D": 8, "W": 3, "M": 3, "Q": 3, "Y": 3}
# How many seasons of its own a row needs before its own profile counts as much as that of all.
_TRUST: Final = 8.0
_SEVERAL: Final = 0.02
_MOST_GROWTH: Final = 3.0
_MOST_ORIGINS: Final = 8
_ALWAYS: Final = 4


@dataclass(frozen=True, slots=True)
class Way:
    """A way to tell what comes next, learned from a panel for a horizon; raises ValueError where there is too little to learn from.

    `costs` is about how many seconds of a processor it takes a million steps to be told from, and `once` how many whatever they are.
    """

    name: str
    learn: Callable[[Panel, int], Tell]
    costs: float = 0.1
    once: float = 0.0


def afforded(
    whole: Panel, horizon: int, country: str | None, seconds: float, aim: Aim, seed: int
) -> tuple[list[Way], list[int]]:
    """The ways and the origins (steps left out, the newest first) that about so many seconds of a processor are enough for.

    Ways that learn from all rows come last and are left out first; then there are fewer origins, two at least; the simple
    rule, smoothing and a mean are always there.
    """
    every = ways(whole, country, aim, seed)
    left_out = origins(whole, horizon, _MOST_ORIGINS)
    while True:
        found, spent = [], 0.0
        for number, way in enumerate(every):
            cost = way.once + way.costs * (len(left_out) + 1) * whole.sold.size / 1e6
            if number >= _ALWAYS and spent + cost > seconds:
                continue
            spent += cost
            found.append(way)
        if len(found) >= len(every) - 1 or len(left_out) <= 2:
            return found, left_out
        left_out = left_out[: max(2, len(left_out) // 2)]


def origins(whole: Panel, horizon: int, most: int) -> list[int]:
    """How many steps are left out at each origin, the newest first: half a horizon apart, and a season and more before the first."""
    steps = apart(horizon)
    past = max(min(whole.season, 60), 6)
    room = (whole.steps - past - horizon) // steps + 1
    return [horizon + steps * number for number in range(max(0, min(most, room)))]


def apart(horizon: int) -> int:
    """How many steps lie between two origins."""
    return max((horizon + 1) // 2, 1)


def ways(whole: Panel, country: str | None, aim: Aim, seed: int) -> list[Way]:
    """The ways that suit a panel, the simple rule first and the dear ones last."""
    season = whole.season if whole.steps >= 2 * whole.season else 1
    short, long = _WINDOWS[whole.freq]
    inner = whole.freq in ("h", "D")
    found = [
        _plain(SIMPLE, lambda given, ahead: smoothing.repeated(given, ahead, season)),
        _plain("last value", smoothing.last),
        _plain("smoothing", _smoothing),
        _plain(f"mean of {short}", _mean(short)),
        _plain("damped trend", _damped),
        _plain("Theta", _theta(2 * max(whole.season, 8))),
    ]
    if season > 1:
        found += [_seasonal(one, season, inner=inner) for one in found[2:5]]
        found += [_seasonal(_plain(f"mean of {long}", _mean(long)), season, inner=inner)]
        found += [_seasonal(_plain("Theta", _theta(whole.steps)), season, inner=inner)]
        back = _SEASONS_BACK[whole.freq]
        found.append(
            _plain(f"mean of {back} seasons", lambda given, ahead: smoothing.repeated(given, ahead, season, back))
        )
        if not inner:
            found.append(_plain("last year, grown", lambda given, ahead: _grown(given, ahead, season, long)))
    if (whole.usable & (whole.sold == 0)).sum() > _SEVERAL * whole.usable.sum():
        found += [_now_and_then(name, season if inner else 1) for name in ("Croston", "SBA", "TSB")]
    return [*found, *_shared(season, inner, seed), Way("boosted trees", _boosted(country, aim, seed))]


def _plain(name: str, tell: Plain) -> Way:
    """A way that learns nothing but from the row that it tells."""
    return Way(name, lambda _, horizon: lambda given: tell(given, horizon))


def _flat(levels: Floats, horizon: int) -> Floats:
    return np.repeat(levels[:, None], horizon, axis=1)


def _smoothing(given: Panel, horizon: int) -> Floats:
    return _flat(smoothing.smoothed(given.sold, given.usable).level, horizon)


def _mean(steps: int) -> Plain:
    return lambda given, horizon: _flat(smoothing.averaged(given, steps), horizon)


def _damped(given: Panel, horizon: int) -> Floats:
    return smoothing.damped(given.sold, given.usable, horizon)


def _theta(window: int) -> Plain:
    return lambda given, horizon: smoothing.theta(given.sold, given.usable, horizon, window)


def indices(given: Panel, season: int, *, inner: bool) -> Floats:
    """What share of its mean each row sells at each place of the season (n, season)."""
    return seasons.profile(given, season, _TRUST) if inner else seasons.yearly(given, season)


def _seasonal(way: Way, season: int, *, inner: bool) -> Way:
    """A way over what is left without the season, which is put back."""

    def learn(whole: Panel, horizon: int) -> Tell:
        learned = way.learn(_without(whole, indices(whole, season, inner=inner)), horizon)

        def tell(given: Panel) -> Floats:
            shares = indices(given, season, inner=inner)
            return np.asarray(learned(_without(given, shares)) * shares[:, np.arange(horizon) % season])

        return tell

    return Way(f"{way.name}, seasonal", learn)


def _without(given: Panel, shares: Floats) -> Panel:
    return replace(given, sold=smoothing.plain(given, shares) * given.usable)


def _grown(given: Panel, horizon: int, season: int, window: int) -> Floats:
    """The same steps of last year, times what the last steps were by those of a year before."""
    same = smoothing.repeated(given, horizon, season)
    before = given.until(season)
    now, then = smoothing.averaged(given, window), smoothing.averaged(before, window)
    there = before.usable[:, -window:].any(axis=1) & (then > 0)
    growth = np.where(there, now / np.where(there, then, 1.0), 1.0)
    return np.asarray(same * np.clip(growth, 1 / _MOST_GROWTH, _MOST_GROWTH)[:, None])


def _now_and_then(name: str, season: int) -> Way:
    def tell(given: Panel, horizon: int) -> Floats:
        if name == "TSB":
            levels = intermittent.tsb(given.sold, given.usable)
        else:
            levels = intermittent.croston(given.sold, given.usable, corrected=name == "SBA")
        if season < 2:
            return _flat(levels, horizon)
        return levels[:, None] * indices(given, season, inner=True)[:, np.arange(horizon) % season]

    return _plain(name, tell)


def _shared(season: int, inner: bool, seed: int) -> list[Way]:
    """Autoregressions that all rows share: of a few steps, of more than a season, and without the season."""
    few = Way("shared autoregression", _autoregression(seed, short=True))
    many = Way("shared autoregression, long", _autoregression(seed, short=False))
    if season < 2:
        return [few]
    return [many, _seasonal(few, season, inner=inner), _seasonal(many, season, inner=inner)]


def _autoregression(seed: int, *, short: bool) -> Callable[[Panel, int], Tell]:
    def learn(whole: Panel, horizon: int) -> Tell:
        back = pooled.lags(whole, horizon)
        found = pooled.fitted(whole, horizon, min(back, 12) if short else back, seed)
        if found is None:
            raise ValueError("there is too little to learn from")
        return found.told

    return learn


def _boosted(country: str | None, aim: Aim, seed: int) -> Callable[[Panel, int], Tell]:
    return lambda whole, horizon: boosted.Boosted(whole, horizon, country, aim, seed).told
