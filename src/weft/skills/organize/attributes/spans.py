"""A model of which words of a text are an attribute's value: for each attribute a choice among all spans, or none.

A span scores what its first word, its last word, each word in it and its length say; the softmax over all spans and
"none" is a probability without more ado. Weights are learned by AdaGrad over the examples, in an order that a seed fixes.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]

LONGEST: Final = 10
Numbers = NDArray[np.float32]
_LOW: Final = np.float32(-1e9)
_DROPPED: Final = 0.3


@dataclass(frozen=True, slots=True)
class Lesson:
    """One text to learn from: hashed features of each token, its group of attributes (the category), and for each
    attribute asked the spans that are right as (first, length - 1); none where it is absent."""

    told: Sequence[Sequence[int]]
    group: str
    right: Mapping[str, Sequence[tuple[int, int]]]


@dataclass(slots=True)
class Spans:
    """The learned weights: a row for each known feature; three columns (first, last, inside) for each attribute."""

    names: list[str]
    groups: dict[str, list[int]]
    rows: dict[int, int]
    weights: Numbers
    lengths: Numbers
    none: dict[str, Numbers]

    def matrix(self, told: Sequence[Sequence[int]]) -> sparse.csr_matrix:
        """Tokens by known features, a one where a token has a feature."""
        rows, places, starts = self.rows, list[int](), [0]
        for one in told:
            places += [row for feature in one if (row := rows.get(feature)) is not None]
            starts.append(len(places))
        ones = np.ones(len(places), np.float32)
        return sparse.csr_matrix((ones, np.array(places, np.int32), np.array(starts, np.int32)), (len(told), len(rows)))

    def _scores(self, told: Sequence[Sequence[int]], columns: NDArray[np.int64]) -> Numbers:
        """What the features of each token say (token, column)."""
        rows, places, starts = self.rows, list[int](), list[int]()
        for one in told:
            starts.append(len(places))
            places += [row for feature in one if (row := rows.get(feature)) is not None]
            if len(places) == starts[-1]:
                places.append(-1)
        block = self.weights[np.array(places)[:, None], columns]
        block[np.array(places) < 0] = 0
        return np.add.reduceat(block, starts, axis=0)

    def chances(
        self, told: Sequence[Sequence[int]], group: str, only: Collection[int] | None = None
    ) -> tuple[list[int], Numbers, Numbers]:
        """The attributes of a group by number, the probability of each span (token, length - 1, attribute) and of none."""
        asked = self.groups.get(group, self.groups[""])
        if only is not None:
            asked = [name for name in asked if name in only]
        if not told or not asked:
            return [], np.zeros((0, LONGEST, 0), np.float32), np.ones(0, np.float32)
        scores = self._scores(told, _columns(asked)).reshape(1, len(told), 3, len(asked))
        spans = _span_scores(scores, self.lengths[:, asked], np.array([len(told)]))
        none = self.none.get(group, self.none[""])[asked]
        chances, absent, _ = _softmax(spans, none)
        return list(asked), chances[0], absent[0]


def _columns(asked: Sequence[int]) -> NDArray[np.int64]:
    """The columns of attributes, in the order (part, attribute)."""
    numbers = np.asarray(asked)
    return np.concatenate([numbers * 3 + part for part in range(3)])


def _span_scores(scores: Numbers, lengths: Numbers, sizes: NDArray[np.int64]) -> Numbers:
    """Scores of spans (text, first, length - 1, attribute) from those of tokens (text, token, part, attribute)."""
    texts, most, _, names = scores.shape
    first, last, inside = scores[:, :, 0], scores[:, :, 1], scores[:, :, 2]
    sums = np.concatenate([np.zeros((texts, 1, names), np.float32), np.cumsum(inside, axis=1)], axis=1)
    spans = np.full((texts, most, LONGEST, names), _LOW, np.float32)
    for extra in range(min(LONGEST, most)):
        until = most - extra
        spans[:, :until, extra] = (
            first[:, :until] + last[:, extra:] + sums[:, extra + 1 :] - sums[:, :until] + lengths[extra]
        )
    ends = np.arange(most)[:, None] + np.arange(LONGEST)[None, :]
    spans[ends[None] >= sizes[:, None, None]] = _LOW
    return spans


def _softmax(spans: Numbers, none: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Probabilities of spans and of none, and the logarithm of their sum."""
    top = np.maximum(spans.max(axis=(1, 2)), none)
    powers = np.exp(spans - top[:, None, None, :])
    absent = np.exp(none - top)
    total = powers.sum(axis=(1, 2)) + absent
    return powers / total[:, None, None, :], absent / total, top + np.log(total)


@dataclass(slots=True)
class _Batch:
    """Texts of one group that are learned from together."""

    group: str
    asked: list[int]
    matrix: sparse.csr_matrix
    turned: sparse.csr_matrix
    used: NDArray[np.int64]
    sizes: NDArray[np.int64]
    right: NDArray[np.bool_]
    counts: Numbers


def _batch(spans: Spans, group: str, lessons: Sequence[Lesson]) -> _Batch:
    asked = spans.groups[group]
    column = {spans.names[name]: n for n, name in enumerate(asked)}
    most = max(len(lesson.told) for lesson in lessons)
    padded: list[Sequence[int]] = []
    right = np.zeros((len(lessons), most, LONGEST, len(asked)), bool)
    counts = np.zeros((len(lessons), len(asked)), np.float32)
    for n, lesson in enumerate(lessons):
        padded += [*lesson.told, *([()] * (most - len(lesson.told)))]
        for name, places in lesson.right.items():
            if name in column:
                counts[n, column[name]] = 1
                for first, extra in places:
                    right[n, first, extra, column[name]] = True
    matrix = spans.matrix(padded)
    used = np.unique(matrix.indices)
    local = matrix[:, used].tocsr()
    sizes = np.array([len(lesson.told) for lesson in lessons])
    return _Batch(group, asked, local, local.T.tocsr(), used, sizes, right, counts)


def _gradients(batch: _Batch, spans: Spans, columns: NDArray[np.int64]) -> tuple[Numbers, Numbers, Numbers]:
    """How the loss of a batch changes with the weights in use, the lengths and the scores of none."""
    texts, most, _, names = batch.right.shape
    block = spans.weights[batch.used][:, columns]
    scores = (batch.matrix @ block).reshape(texts, most, 3, names)
    scored = _span_scores(scores, spans.lengths[:, batch.asked], batch.sizes)
    chances, absent, _ = _softmax(scored, spans.none[batch.group][batch.asked])
    wanted = np.where(batch.right, chances, 0)
    total = wanted.sum(axis=(1, 2))
    given = batch.right.any(axis=(1, 2))
    wanted /= np.where(total > 0, total, 1)[:, None, None, :]
    wrong = (chances - wanted) * batch.counts[:, None, None, :]
    none = ((absent - ~given) * batch.counts).sum(axis=0)
    told = np.zeros((texts, most, 3, names), np.float32)
    told[:, :, 0] = wrong.sum(axis=2)
    steps = np.zeros((texts, most + 1, names), np.float32)
    steps[:, :most] += told[:, :, 0]
    for extra in range(min(LONGEST, most)):
        until = most - extra
        told[:, extra:, 1] += wrong[:, :until, extra]
        steps[:, extra + 1 :] -= wrong[:, :until, extra]
    told[:, :, 2] = np.cumsum(steps, axis=1)[:, :most]
    slope = batch.turned @ told.reshape(texts * most, 3 * names)
    return slope, wrong.sum(axis=(0, 1)), none


def learned(
    lessons: Sequence[Lesson],
    *,
    epochs: int = 12,
    rate: float = 0.1,
    keep: float = 1e-3,
    least: int = 2,
    seed: int = 7,
) -> Spans:
    """Learn from texts. `keep` is the pull of each weight to nothing, `least` how many tokens must have a feature."""
    names = sorted({name for lesson in lessons for name in lesson.right})
    number = {name: n for n, name in enumerate(names)}
    counted = Counter[int]()
    by_group: dict[str, list[Lesson]] = {}
    asked: dict[str, set[int]] = {}
    for lesson in lessons:
        by_group.setdefault(lesson.group, []).append(lesson)
        asked.setdefault(lesson.group, set()).update(number[name] for name in lesson.right)
        counted.update(chain.from_iterable(lesson.told))
    rows = {feature: n for n, feature in enumerate(sorted(f for f, count in counted.items() if count >= least))}
    groups = {group: sorted(members) for group, members in asked.items()} | {"": list(range(len(names)))}
    none = {group: np.full(len(names), 2.0, np.float32) for group in groups}
    spans = Spans(
        names,
        groups,
        rows,
        np.zeros((len(rows), 3 * len(names)), np.float32),
        np.zeros((LONGEST, len(names)), np.float32),
        none,
    )
    batches = []
    for group, members in sorted(by_group.items()):
        members = sorted((one for one in members if one.told and one.right), key=lambda one: len(one.told))
        batches += [_batch(spans, group, members[n : n + 24]) for n in range(0, len(members), 24)]
    _descend(spans, batches, epochs, rate, keep, seed)
    # As they are kept: what is found is the same before and after.
    spans.weights = spans.weights.astype(np.float16).astype(np.float32)
    whole = [spans.none[group] for group in by_group]
    if "" not in by_group and whole:
        spans.none[""] = np.mean(whole, axis=0).astype(np.float32)
    return spans


def _descend(spans: Spans, batches: Sequence[_Batch], epochs: int, rate: float, keep: float, seed: int) -> None:
    """AdaGrad; each step sees a part of the features, so that none is leaned on alone, and the weights are the mean of
    the second half's."""
    seen = np.full(spans.weights.shape, 1e-2, np.float32)
    seen_lengths = np.full(spans.lengths.shape, 1.0, np.float32)
    seen_none = {group: np.full(len(spans.names), 1.0, np.float32) for group in spans.none}
    total, total_lengths = np.zeros_like(spans.weights), np.zeros_like(spans.lengths)
    total_none = {group: np.zeros_like(none) for group, none in spans.none.items()}
    chance, half = np.random.default_rng(seed), epochs // 2
    for epoch in range(epochs):
        for n in chance.permutation(len(batches)):
            batch = batches[n]
            columns = _columns(batch.asked)
            slope, lengths, none = _gradients(_dropped(batch, chance), spans, columns)
            where = np.ix_(batch.used, columns)
            weights = spans.weights[where]
            slope = slope + keep * len(batch.sizes) * weights
            history = seen[where] + slope * slope
            seen[where] = history
            spans.weights[where] = weights - rate * slope / np.sqrt(history)
            seen_lengths[:, batch.asked] += lengths * lengths
            spans.lengths[:, batch.asked] -= rate * lengths / np.sqrt(seen_lengths[:, batch.asked])
            seen_none[batch.group][batch.asked] += none * none
            spans.none[batch.group][batch.asked] -= rate * none / np.sqrt(seen_none[batch.group][batch.asked])
        if epoch >= half:
            total += spans.weights
            total_lengths += spans.lengths
            for group, none in spans.none.items():
                total_none[group] += none
    count = np.float32(max(epochs - half, 1))
    spans.weights, spans.lengths = total / count, total_lengths / count
    spans.none = {group: none / count for group, none in total_none.items()}


def _dropped(batch: _Batch, chance: np.random.Generator) -> _Batch:
    """A batch without a random part of its features, the rest counting for more."""
    matrix = batch.matrix.copy()
    matrix.data = (chance.random(len(matrix.data)) >= _DROPPED).astype(np.float32) / np.float32(1 - _DROPPED)
    return replace(batch, matrix=matrix, turned=matrix.T.tocsr())
