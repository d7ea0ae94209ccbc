"""How sure a placement is: from what a classifier says to the share of such placements that are right."""

import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

Floats = NDArray[np.float64]

_TEMPERATURES: Final = np.geomspace(0.02, 2, 40)
# So many placements that were looked at count half: fewer leave every confidence low.
_HALF: Final = 5
_FEWEST: Final = 20


def evidence(scores: Floats, temperature: float, known: Floats, trust: Floats) -> Floats:
    """What tells whether the best of each row is right, (rows, 5), from scores (rows, categories), the share of known words
    and how far the best category is to be trusted.
    """
    ordered = np.sort(scores, axis=1)
    best, second = ordered[:, -1], ordered[:, -2]
    share = np.clip(shares(scores, temperature).max(1), 1e-6, 1 - 1e-6)
    return np.column_stack([best, best - second, np.log(share / (1 - share)), known, trust])


def shares(scores: Floats, temperature: float) -> Floats:
    """The scores of each row as shares of one."""
    raised = np.exp((scores - scores.max(1, keepdims=True)) / temperature)
    return np.asarray(raised / raised.sum(1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic curve over the evidence, learned from placements that were looked at, and what they were.

    `trust` is the logarithm of the odds with which a placement in each category was right, (categories,). `sure` are those placements' confidences in falling order, `right` whether each was right.
    """

    temperature: float
    trust: Floats
    slopes: Floats
    shift: float
    count: int
    sure: Floats
    right: NDArray[np.bool_]

    @classmethod
    def learned(cls, scores: Floats, truth: NDArray[np.int64], known: Floats) -> "Calibration":
        """Learned from scores (rows, categories) of rows the classifier had not seen; `truth` is each row's category."""
        right = scores.argmax(1) == truth
        temperature = min(_TEMPERATURES, key=lambda one: _surprise(shares(scores, float(one)), truth))
        slopes, shift = np.array([0.0, 0.0, 1.0, 0.0, 0.0]), 0.0
        trust, without = _trust(scores.argmax(1), right, scores.shape[1])
        rows = evidence(scores, float(temperature), known, without)
        if len(right) >= _FEWEST and right.any() and not right.all():
            curve: Any = LogisticRegression(C=1.0, max_iter=500)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                curve.fit(rows, right)
            slopes, shift = curve.coef_[0], float(curve.intercept_[0])
        sure = _curve(rows, slopes, shift, len(right))
        order = np.argsort(-sure, kind="stable")
        return cls(float(temperature), trust, slopes, shift, len(right), sure[order], right[order])

    def confidence(self, scores: Floats, known: Floats) -> Floats:
        """How sure the best of each row is, from 0 to 1."""
        rows = evidence(scores, self.temperature, known, self.trust[scores.argmax(1)])
        return _curve(rows, self.slopes, self.shift, self.count)

    def threshold(self, precision: float) -> float | None:
        """The least confidence from which on placements are expected to be right in that share; None if there is none.

        One more error is counted than was seen, so that the expectation holds for the next placement too: Angelopoulos and
        others, Conformal Risk Control, arXiv:2208.02814.
        """
        wrong = np.cumsum(~self.right)
        taken = np.arange(1, len(wrong) + 1)
        # Of equal confidences all are taken or none.
        ends = np.append(self.sure[1:] < self.sure[:-1], True)[: len(self.sure)]
        fine = np.flatnonzero(((wrong + 1) / (taken + 1) <= 1 - precision) & ends)
        return float(self.sure[fine[-1]]) if len(fine) else None


def _curve(rows: Floats, slopes: Floats, shift: float, count: int) -> Floats:
    return np.asarray(1 / (1 + np.exp(-(rows @ slopes + shift))) * (count / (count + _HALF)))


def _trust(best: NDArray[np.int64], right: NDArray[np.bool_], count: int) -> tuple[Floats, Floats]:
    """The odds' logarithm of each category, and for each row that of its best without the row itself.

    Of a category seldom placed little is known: it stands near the mean of all.
    """
    base = (right.sum() + 1) / (len(right) + 2)
    placed = np.bincount(best, minlength=count).astype(np.float64)
    held = np.bincount(best, right.astype(np.float64), count)
    share = (held + _HALF * base) / (placed + _HALF)
    without = (held[best] - right + _HALF * base) / (placed[best] - 1 + _HALF)
    return np.log(share / (1 - share)), np.log(without / (1 - without))


def _surprise(chances: Floats, truth: NDArray[np.int64]) -> float:
    """The mean negative logarithm of what the right category was given; rows of no known category do not count."""
    rows = np.flatnonzero(truth >= 0)
    if not len(rows):
        return 0.0
    return float(-np.log(np.clip(chances[rows, truth[rows]], 1e-9, 1)).mean())
