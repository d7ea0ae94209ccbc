"""Every way asked for what is known by now: rolling origins (Tashman, 2000), each step judged that was not out of stock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from weft.demand.boosted import Aim
from weft.demand.methods import Tell, Way
from weft.demand.panel import Panel, scales
from weft.demand.seasons import closed
from weft.demand.series import Flags, Floats

Singles = NDArray[np.float32]
_FAR: Final = 1e4
_FEWEST: Final = 3
_PAST: Final = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """What each way told of the past, and what came.

    `told` (ways, folds, n, horizon); `came` and `judged` (folds, n, horizon), the latter False where a step is not known or the row had
    nothing to be told from; `scale` (n,) is what errors are measured by. `names` are the ways', and `now` (ways, n, horizon)
    what each tells of the future.
    """

    names: tuple[str, ...]
    told: Singles
    came: Singles
    judged: Flags
    scale: Floats
    squares: Floats
    now: Singles

    @property
    def folds(self) -> int:
        """How many origins there were."""
        return len(self.came)

    def rows(self, places: NDArray[np.int64]) -> "Trials":
        """The trials of some rows."""
        return Trials(
            self.names,
            self.told[:, :, places],
            self.came[:, places],
            self.judged[:, places],
            self.scale[places],
            self.squares[places],
            self.now[:, places],
        )

    def everywhere(self) -> "tuple[Trials, NDArray[np.int64]]":
        """The trials of the ways that tell something of every row, and which those are."""
        there = np.flatnonzero(np.isfinite(self.now).all(axis=(1, 2)))
        names = tuple(self.names[place] for place in there)
        return replace(self, names=names, told=self.told[there], now=self.now[there]), there


def tried(
    whole: Panel, horizon: int, ways: Sequence[Way], left_out: Sequence[int], told: Callable[[str, float], None]
) -> Trials:
    """The trials of the ways that can be learned, at origins that leave out so many steps, the newest first."""
    then = [whole.until(number) for number in left_out]
    shut, shut_now = [closed(panel, horizon) for panel in then], closed(whole, horizon)
    names, pasts, now = [], [], []
    for number, way in enumerate(ways):
        told(f"trying {way.name}", number / len(ways))
        try:
            past = [
                _bounded(tell(panel), whole, off)
                for (tell, panel), off in zip(_learned(way, then, horizon), shut, strict=True)
            ]
            future = _bounded(way.learn(whole, horizon)(whole), whole, shut_now)
        except (ValueError, ArithmeticError, np.linalg.LinAlgError):
            if number == 0:
                raise
            continue
        names.append(way.name)
        pasts.append(np.stack(past) if past else np.zeros((0, len(whole), horizon), np.float32))
        now.append(future)
    came, judged = _came(whole, then, horizon, left_out)
    absolute, squares = scales(whole)
    return Trials(tuple(names), np.stack(pasts), came, judged, absolute, squares, np.stack(now))


def _learned(way: Way, then: Sequence[Panel], horizon: int) -> list[tuple[Tell, Panel]]:
    """What a way learned before the earliest origin, for all of them: nothing of what is judged is known to it."""
    if not then:
        return []
    tell = way.learn(then[-1], horizon)
    return [(tell, panel) for panel in then]


def _bounded(numbers: Floats, whole: Panel, shut: Flags) -> Singles:
    """Nothing below zero or while the shop is shut, nothing that is not a number, nothing far beyond what was ever sold."""
    numbers = np.where(shut, 0.0, numbers)
    top = np.maximum(whole.sold.max(axis=1, initial=0.0), 1e-9)[:, None] * _FAR
    return np.clip(np.nan_to_num(numbers, nan=0.0, posinf=0.0, neginf=0.0), 0.0, top).astype(np.float32)


def _came(whole: Panel, then: Sequence[Panel], horizon: int, left_out: Sequence[int]) -> tuple[Singles, Flags]:
    shape = (len(then), len(whole), horizon)
    came, judged = np.zeros(shape, np.float32), np.zeros(shape, bool)
    for fold, number in enumerate(left_out):
        end = whole.steps - number
        came[fold] = whole.sold[:, end : end + horizon]
        # What little a row had then says little about how it is told with what it has now.
        enough = then[fold].known >= np.maximum(_FEWEST, np.minimum(_PAST * whole.known, 2 * whole.season + horizon))
        enough &= then[fold].means > 0
        judged[fold] = whole.usable[:, end : end + horizon] & enough[:, None]
    return came, judged


def errors(told: Singles, trials: Trials, aim: Aim) -> Floats:
    """The scaled error of what was told (..., folds, n, horizon) by fold and row (..., folds, n), NaN where nothing is judged."""
    off = np.where(trials.judged, told - trials.came, 0.0)
    off = np.square(off / trials.squares[:, None]) if aim == "mean" else np.abs(off) / trials.scale[:, None]
    count = trials.judged.sum(axis=-1)
    return np.asarray(np.where(count > 0, off.sum(axis=-1) / np.maximum(count, 1), np.nan))
