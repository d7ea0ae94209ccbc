"""Categories learned from the products that a business has placed itself: a linear model of words and pieces of words."""

import io
import json
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.svm import LinearSVC  # type: ignore[import-untyped]

from weft.errors import InputError
from weft.skills.organize.calibration import Calibration, shares
from weft.skills.organize.listing import DENSE, Listing
from weft.skills.organize.terms import Rows, Terms, Vocabulary, terms

__all__ = ["CategoryModel", "Listing", "Placement"]

_FORM: Final = 2
_RUNNERS_UP: Final = 3
_WORDS: Final = 3
_CHUNK: Final = 2_000
_COST: Final = 0.5
_TOLERANCE: Final = 0.3
_STEPS: Final = 200
# From so many listings on one held part is enough to learn how sure to be; below, each listing is held once.
_MANY: Final = 4_000
_PARTS: Final = 5
# How many listings, by the order of their words, are held back together: one of so many, at most so many.
_ALIKE_OF: Final = 500
_ALIKE: Final = 20
# Where nothing else was ever seen, a placement rests on its known words alone.
_ONLY: Final = 0.5


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a listing belongs, None where nothing can be said, and how sure that is (0 to 1).

    `runners_up` are the next best with their confidence, `words` the listing's words that spoke most for the category.
    """

    category: str | None
    confidence: float
    runners_up: tuple[tuple[str, float], ...] = ()
    words: tuple[str, ...] = ()


_NOWHERE: Final = Placement(None, 0.0)


@dataclass(frozen=True, slots=True)
class CategoryModel:
    """A category a column: what each term speaks for it, in steps of a category's own size, and how sure to be.

    One linear support vector machine a category against all others (Fan and others, LIBLINEAR, JMLR 9, 2008) over TF-IDF.
    """

    categories: tuple[str, ...]
    vocabulary: Vocabulary
    steps: NDArray[np.int8]
    sizes: NDArray[np.float32]
    shifts: NDArray[np.float32]
    calibration: Calibration | None

    @classmethod
    def learned(cls, listings: Sequence[Listing], labels: Sequence[str], *, seed: int = 0) -> "CategoryModel":
        """Learned from listings and the category of each; those without text or category teach nothing."""
        taught: list[tuple[Terms, ...]] = []
        names: list[str] = []
        for listing, label in zip(listings, labels, strict=True):
            found = terms(listing)
            if label.strip() and any(found):
                taught.append(found)
                names.append(label.strip())
        categories = tuple(sorted(set(names)))
        truth = np.searchsorted(np.array(categories), names) if names else np.zeros(0, np.int64)
        calibration = _calibrated(taught, truth, len(categories), seed) if len(categories) > 1 else None
        vocabulary = Vocabulary.of(taught, len(taught))
        weights, shifts = _separated(vocabulary.rows(taught).matrix, truth, len(categories), seed)
        sizes = np.maximum(np.abs(weights).max(0, initial=0), 1e-9) / 127
        steps = np.round(weights / sizes).astype(np.int8)
        return cls(categories, vocabulary, steps, sizes.astype(np.float32), shifts.astype(np.float32), calibration)

    def placed(self, listings: Sequence[Listing], *, reasons: bool = True) -> list[Placement]:
        """A placement for each listing; without `reasons`, no words are told, which is quicker."""
        placements: list[Placement] = []
        for start in range(0, len(listings), _CHUNK):
            placements += self._placed([terms(one) for one in listings[start : start + _CHUNK]], reasons)
        return placements

    def threshold(self, precision: float = 0.99) -> float | None:
        """The confidence from which on placements are right in that share, as unseen listings showed; None if never."""
        return self.calibration.threshold(precision) if self.calibration else None

    def _placed(self, listings: Sequence[tuple[Terms, ...]], reasons: bool) -> Iterator[Placement]:
        rows = self.vocabulary.rows(listings, reasons)
        spoken = np.diff(rows.matrix.indptr) > 0
        if len(self.categories) < 2 or self.calibration is None:
            for known, speaks in zip(rows.known, spoken, strict=True):
                alone = float(known) * _ONLY
                yield Placement(self.categories[0], alone) if self.categories and speaks and alone else _NOWHERE
            return
        scores = np.asarray(rows.matrix @ (self.steps * self.sizes) + self.shifts, np.float64)
        best = scores.argmax(1)
        sure = self.calibration.confidence(scores, rows.known)
        parts = shares(scores, self.calibration.temperature)
        order = np.argsort(-scores, axis=1, kind="stable")[:, 1 : 1 + _RUNNERS_UP]
        rest = (1 - sure) / np.maximum(1 - parts[np.arange(len(best)), best], 1e-9)
        words = self._words(rows, best) if reasons else [()] * len(best)
        for row, category in enumerate(best):
            if not spoken[row]:
                yield _NOWHERE
                continue
            next_best = tuple(
                (self.categories[one], min(float(parts[row, one] * rest[row]), float(sure[row]))) for one in order[row]
            )
            yield Placement(self.categories[category], float(sure[row]), next_best, words[row])

    def _words(self, rows: Rows, best: NDArray[np.int64]) -> list[tuple[str, ...]]:
        """The words of each listing whose terms spoke most for its category, most first."""
        category = np.repeat(best, np.diff(rows.matrix.indptr))
        speaks = rows.matrix.data * self.steps[rows.matrix.indices, category] * self.sizes[category]
        total = np.bincount(rows.owners, speaks, int(rows.starts[-1]) + len(rows.words[-1]) if rows.words else 0)
        found: list[tuple[str, ...]] = []
        for start, words in zip(rows.starts, rows.words, strict=True):
            mine = total[start : start + len(words)]
            order = np.argsort(-mine, kind="stable")
            # A letter alone is a reason only where it is a word, as it is in dense scripts.
            telling = [words[one] for one in order if mine[one] > 0 and (len(words[one]) > 1 or words[one] > DENSE)]
            found.append(tuple(telling[:_WORDS]))
        return found

    def saved(self) -> bytes:
        """The model as bytes: arrays and JSON in a zip, the same for the same model."""
        calibration = self.calibration
        told: dict[str, Any] = {
            "form": _FORM,
            "categories": self.categories,
            "terms": [list(columns) for columns in self.vocabulary.columns],
            "calibration": calibration
            and {
                "temperature": calibration.temperature,
                "trust": calibration.trust.tolist(),
                "slopes": calibration.slopes.tolist(),
                "shift": calibration.shift,
                "count": calibration.count,
            },
        }
        arrays: dict[str, Any] = {
            "told": np.frombuffer(json.dumps(told, ensure_ascii=True).encode(), np.uint8),
            "weights": self.vocabulary.weights,
            "steps": self.steps,
            "sizes": self.sizes,
            "shifts": self.shifts,
        }
        if calibration:
            arrays |= {"sure": calibration.sure, "right": calibration.right}
        file = io.BytesIO()
        np.savez_compressed(file, allow_pickle=False, **arrays)
        return file.getvalue()

    @classmethod
    def loaded(cls, content: bytes) -> "CategoryModel":
        """The model that `saved` made bytes of; raises InputError for any other bytes."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                told = json.loads(arrays["told"].tobytes())
                if told["form"] != _FORM:
                    raise InputError(f"This model is kept in form {told['form']}, not {_FORM}: learn it anew.")
                columns: list[dict[str, int]] = []
                count = 0
                for block in told["terms"]:
                    columns.append({term: count + place for place, term in enumerate(block)})
                    count += len(block)
                kept = told["calibration"]
                return cls(
                    tuple(told["categories"]),
                    Vocabulary(tuple(columns), arrays["weights"]),
                    arrays["steps"],
                    arrays["sizes"],
                    arrays["shifts"],
                    kept
                    and Calibration(
                        kept["temperature"],
                        np.array(kept["trust"]),
                        np.array(kept["slopes"]),
                        kept["shift"],
                        kept["count"],
                        arrays["sure"],
                        arrays["right"],
                    ),
                )
        except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile) as problem:
            raise InputError("These bytes are not a kept model of categories: learn it anew.") from problem


def _separated(
    matrix: Any, truth: NDArray[np.int64], count: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights (terms, categories) and shifts (categories,) of a machine for each category that `truth` has."""
    weights, shifts = np.zeros((matrix.shape[1], count)), np.full(count, -1.0)
    there = np.unique(truth)
    if len(there) < 2:
        return weights, shifts
    machine: Any = LinearSVC(C=_COST, tol=_TOLERANCE, max_iter=_STEPS, random_state=seed)
    with warnings.catch_warnings():
        # Of many categories with one example each, and of steps that did not suffice: both are known, neither is wrong.
        warnings.simplefilter("ignore")
        machine.fit(matrix, truth)
    if len(there) == 2:
        weights[:, there[1]], weights[:, there[0]] = machine.coef_[0], -machine.coef_[0]
        shifts[there[1]], shifts[there[0]] = machine.intercept_[0], -machine.intercept_[0]
    else:
        weights[:, there], shifts[there] = machine.coef_.T, machine.intercept_
    return weights, shifts


def _calibrated(taught: Sequence[tuple[Terms, ...]], truth: NDArray[np.int64], count: int, seed: int) -> Calibration:
    """How sure to be, learned from listings that were held back from a model of the others.

    One product offered in several sizes, or by several merchants, is held back whole: else the confidence would be that of
    products which are known already.
    """
    order = np.array(sorted(range(len(taught)), key=lambda place: (*taught[place][0], place)))
    size = min(max(len(order) // _ALIKE_OF, 1), _ALIKE)
    groups = np.array_split(order, max(min(_PARTS, len(order)), len(order) // size))
    parts = [
        np.concatenate([groups[group] for group in part])
        for part in np.array_split(np.random.default_rng(seed).permutation(len(groups)), min(_PARTS, len(groups)))
    ]
    scores: list[NDArray[np.float64]] = []
    known: list[NDArray[np.float64]] = []
    held: list[NDArray[np.int64]] = []
    for part in parts[:1] if len(taught) >= _MANY else parts:
        learn = np.setdiff1d(order, part)
        vocabulary = Vocabulary.of((taught[place] for place in learn), len(learn))
        weights, shifts = _separated(vocabulary.rows([taught[p] for p in learn]).matrix, truth[learn], count, seed)
        rows = vocabulary.rows([taught[place] for place in part])
        scores.append(np.asarray(rows.matrix @ weights + shifts))
        known.append(rows.known)
        held.append(truth[part])
    return Calibration.learned(np.concatenate(scores), np.concatenate(held), np.concatenate(known))
