"""What is thought to be wanted: a mean, and how far it may be off."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from weft.demand.series import Floats

Paths = NDArray[np.float32]
DemandClass = Literal["smooth", "intermittent", "lumpy", "erratic", "new", "dying", "seasonal", "none"]
LEVELS: Final = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
_MOST: Final = 30_000.0
_NOTHING: Final = 0.02


@dataclass(frozen=True, slots=True)
class Backtest:
    """How wrong a method was where it was asked for what is known by now, in `folds` of the past, beside a simple rule.

    `mae` and `bias` (forecast less actual) are in units a step; `mase` and `rmsse` are errors by those of the last season repeated,
    within what was known (Hyndman and Koehler, 2006; 1 is as wrong). `coverage` is the share of steps that were
    within the 80 and 90 % intervals; `told` and `came` are the newest origin's steps, to be shown. Without folds all is 0: there was
    nothing to be judged.
    """

    folds: int = 0
    mae: float = 0.0
    bias: float = 0.0
    mase: float = 0.0
    rmsse: float = 0.0
    simple: str = "seasonal naive"
    simple_mae: float = 0.0
    simple_mase: float = 0.0
    simple_rmsse: float = 0.0
    coverage: Mapping[float, float] = field(default_factory=dict)
    told: tuple[float, ...] = ()
    came: tuple[float, ...] = ()

    @property
    def gain(self) -> float:
        """How much smaller the mean absolute error was than the simple rule's (0.2: by a fifth); 0 where nothing can be said."""
        return 1.0 - self.mae / self.simple_mae if self.simple_mae > 0 else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """What is thought to be wanted at each of the next steps.

    `mean` has one number a step; `quantiles` has by level (0 to 1) one number a step; `paths` are courses that demand may take, all
    as likely, one a row: what sums over several steps are told from. Nothing is negative, and nothing is NaN.
    """

    mean: Floats
    quantiles: Mapping[float, Floats]
    demand_class: DemandClass
    way: str
    backtest: Backtest
    paths: Paths

    def total(self, first: int, last: int, levels: Sequence[float] = LEVELS) -> dict[float, float]:
        """Quantiles of what is wanted in the steps `first` to `last` together (1 is the first, `last` counts).

        Beyond the horizon what is wanted goes on as in its last steps. Raises ValueError unless 1 ≤ first ≤ last.
        """
        sums = self._sums(first, last)
        return dict(zip(levels, np.quantile(sums, list(levels)).tolist(), strict=True)) if len(levels) else {}

    def expected(self, first: int, last: int) -> float:
        """The mean of what is wanted in the steps `first` to `last` together."""
        _checked(first, last)
        return float(_extended(self.mean[None, :], last)[0, first - 1 : last].sum())

    def interval(self, share: float) -> tuple[Floats, Floats]:
        """The interval in which what is wanted stays with that probability, at each step: between equal tails.

        Where nothing is sold on many days it begins at zero; between equal tails it would hold more than it says.
        """
        low, high = ends(np.sort(self.paths, axis=0)[None], share)
        return low[0], high[0]

    def stored(self) -> dict[str, Any]:
        """All of it, as JSON holds it: paths within a thousandth, two bytes a number."""
        top = float(self.paths.max(initial=0.0))
        unit = top / _MOST if top > 0 else 1.0
        whole = np.rint(self.paths / unit).astype("<i2")
        return {
            "mean": self.mean.tolist(),
            "quantiles": {str(level): numbers.tolist() for level, numbers in self.quantiles.items()},
            "demand_class": self.demand_class,
            "way": self.way,
            "backtest": asdict(self.backtest) | {"coverage": {str(k): v for k, v in self.backtest.coverage.items()}},
            "paths": {"of": list(whole.shape), "unit": unit, "whole": base64.b64encode(whole.tobytes()).decode()},
        }

    @classmethod
    def restored(cls, kept: Mapping[str, Any]) -> "Forecast":
        """What `stored` gave; raises KeyError, ValueError where it is something else."""
        coded, backtest = kept["paths"], dict(kept["backtest"])
        whole = np.frombuffer(base64.b64decode(coded["whole"]), "<i2").reshape(coded["of"])
        backtest["coverage"] = {float(level): share for level, share in backtest["coverage"].items()}
        backtest |= {name: tuple(backtest[name]) for name in ("told", "came")}
        return cls(
            np.asarray(kept["mean"], np.float64),
            {float(level): np.asarray(numbers, np.float64) for level, numbers in kept["quantiles"].items()},
            kept["demand_class"],
            kept["way"],
            Backtest(**backtest),
            (whole * np.float64(coded["unit"])).astype(np.float32),
        )

    def _sums(self, first: int, last: int) -> Floats:
        _checked(first, last)
        return np.asarray(_extended(self.paths, last)[:, first - 1 : last].sum(axis=1, dtype=np.float64), np.float64)


def at_levels(ordered: Paths, levels: Sequence[float]) -> Floats:
    """Quantiles (levels, n, horizon) of courses that are ordered at each step (n, many, horizon)."""
    places = np.asarray(levels, np.float64) * (ordered.shape[1] - 1)
    below = np.floor(places).astype(np.int64)
    above = np.minimum(below + 1, ordered.shape[1] - 1)
    share = (places - below)[:, None, None]
    low, high = (np.moveaxis(ordered[:, place], 1, 0).astype(np.float64) for place in (below, above))
    return np.asarray(low + share * (high - low))


def ends(ordered: Paths, share: float) -> tuple[Floats, Floats]:
    """The ends of the interval (n, horizon) that holds that share of courses that are ordered at each step (n, many, horizon).

    Equal tails are left out, but where the lower one would be zero alone: there it begins at zero and leaves out the upper one.
    """
    tail = (1.0 - share) / 2
    low, whole, high = at_levels(ordered, (tail, share, 1.0 - tail))
    zero = low <= _NOTHING * np.maximum(ordered.mean(axis=1), 1e-12)
    return np.where(zero, 0.0, low), np.where(zero, whole, high)


def _checked(first: int, last: int) -> None:
    if not 1 <= first <= last:
        raise ValueError(f"steps {first} to {last} are none: the first is 1, and the last is not before it")


def _extended(rows: NDArray[Any], steps: int) -> NDArray[Any]:
    """Rows that are at least so long, whose last steps (of a week, if there are so many) go on."""
    horizon = rows.shape[1]
    if steps <= horizon:
        return rows
    again = np.arange(horizon, steps)
    last = min(7, horizon)
    return np.concatenate([rows, rows[:, horizon - last + (again - horizon) % last]], axis=1)
