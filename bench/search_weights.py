"""The weights of a search, chosen by cross-validation: one set of them for all judged sets, from a grid of a few values each.

The queries of each set are dealt into folds. For each fold the weights are chosen by all others, and measured by the fold: that is
what a choice made so is worth on queries that it has not seen. A weight moves from what it is only where the queries gain more than
one standard error by it, so that what is noise changes nothing.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any
from unittest import mock

import numpy as np

from bench.figures import Figure
from bench.judged import CUTOFF, Judged, ndcg
from weft.business import Business
from weft.index.finding import Shelf
from weft.index.sought import Found, Weights, weighed
from weft.skill import answer, named, requested

FOLDS = 5
_USUAL = Weights()
# The most that a page can hold.
_MOST = 250
_ROUNDS = 2
Values = np.ndarray[Any, np.dtype[np.float64]]
GRID: Mapping[str, Sequence[float]] = {
    "meaning": (0.0, 0.3, 0.6, 0.9, 1.2, 1.5),
    "whole": (0.0, 0.25, 0.5, 1.0),
    "tie": (0.0, 0.1, 0.2, 0.4),
    "fields.brand": (0.4, 0.7, 1.0),
    "fields.traits": (0.25, 0.5, 0.75, 1.0),
    "fields.body": (0.15, 0.3, 0.5),
}


@dataclass(frozen=True, slots=True)
class Part:
    """What a query found: ids, and for each the score of its words, its cosine, and whether it says enough."""

    ids: list[str]
    words: Values
    cosine: Values
    whole: Values


class Trial:
    """A judged set in a business, searched by any weights."""

    def __init__(self, judged: Judged, shop: Business, queries: Sequence[str]) -> None:
        self.judged, self.queries = judged, list(queries)
        self._shop = shop
        self._parts: dict[tuple[float, ...], list[Part]] = {}
        self._marks: dict[str, Values] = {}
        self._ids: dict[int, str] = {}
        self._titles_alone = not any(one.get(name) for one in judged.products for name in ("vendor", "attributes"))

    def marks(self, weights: Weights) -> Values:
        """The mean of strict and condensed nDCG@10 of each query."""
        key = repr(weights)
        if key not in self._marks:
            told = zip(self.queries, self._found(weights), strict=True)
            self._marks[key] = np.array([self._mark(query, part, weights) for query, part in told])
        return self._marks[key]

    def _mark(self, query: str, part: Part, weights: Weights) -> float:
        score = part.words + weights.meaning * part.cosine + weights.whole * part.whole
        ids = [part.ids[place] for place in np.argsort(-score, kind="stable")[:CUTOFF]]
        grades = self.judged.grades[query]
        known = [one for one in ids if one in grades]
        return (ndcg(ids, grades, self.judged.gain) + ndcg(known, grades, self.judged.gain)) / 2

    def _found(self, weights: Weights) -> list[Part]:
        # In a catalog of titles alone the weights of other fields change nothing.
        key = (weights.tie, *(() if self._titles_alone else weights.fields.values()))
        if key not in self._parts:
            with weighed(replace(weights, meaning=_USUAL.meaning, whole=_USUAL.whole)):
                self._parts[key] = [self._part(query) for query in self.queries]
        return self._parts[key]

    def _part(self, query: str) -> Part:
        skill = named("search")
        with _listening() as heard:
            answer(skill, requested(skill, {"query": query[:1000], "limit": _MOST, "facets": []}), self._shop)
        shelf, found = heard[-1] if heard else (None, [])
        return Part(
            [self._id(shelf, one) for one in found],
            np.array([one.words for one in found]),
            np.array([one.cosine for one in found]),
            np.array([float(one.whole) for one in found]),
        )

    def _id(self, shelf: Shelf | None, found: Found) -> str:
        if found.place not in self._ids and shelf is not None:
            self._ids[found.place] = shelf.told(found)["id"]
        return self._ids[found.place]


@contextlib.contextmanager
def _listening() -> Iterator[list[tuple[Shelf, list[Found]]]]:
    """What is ranked inside, with all that its scores are made of: an answer tells these of the hits of a page alone."""
    heard: list[tuple[Shelf, list[Found]]] = []
    ranked = Shelf.ranked

    def noted(self: Shelf, *given: Any, **more: Any) -> list[Found]:
        found = ranked(self, *given, **more)
        heard.append((self, found))
        return found

    with mock.patch.object(Shelf, "ranked", noted):
        yield heard


def chosen(trials: Sequence[Trial]) -> tuple[Weights, list[Figure]]:
    """The weights that all queries choose, and what weights chosen so are worth on queries that they were not chosen by."""
    now = Weights()
    every = [np.ones(len(trial.queries), np.bool_) for trial in trials]
    found = _search(trials, every)
    held: list[list[Values]] = [[] for _ in trials]
    base: list[list[Values]] = [[] for _ in trials]
    figures = []
    for fold in range(FOLDS):
        outside = [np.arange(len(trial.queries)) % FOLDS != fold for trial in trials]
        own = _search(trials, outside)
        for place, trial in enumerate(trials):
            held[place].append(trial.marks(own)[~outside[place]])
            base[place].append(trial.marks(now)[~outside[place]])
        gained = np.mean([np.mean(held[place][-1] - base[place][-1]) for place in range(len(trials))])
        figures.append(Figure(f"fold {fold + 1}, held out: gained", float(gained), "", note=said(own)))
    for place, trial in enumerate(trials):
        name = f"{trial.judged.name}, {len(trial.queries)} queries, held out: mean of strict and condensed nDCG@10"
        figures.append(Figure(name, float(np.concatenate(held[place]).mean()), "", note="chosen by the other folds"))
        figures.append(Figure(name, float(np.concatenate(base[place]).mean()), "", note="the weights as they are"))
    figures.append(
        Figure("weights that all queries choose: gained, in sample", _gain(trials, found, now), "", note=said(found))
    )
    return found, figures


def _gain(trials: Sequence[Trial], weights: Weights, other: Weights) -> float:
    return float(np.mean([(trial.marks(weights) - trial.marks(other)).mean() for trial in trials]))


def _search(trials: Sequence[Trial], among: Sequence[np.ndarray[Any, np.dtype[np.bool_]]]) -> Weights:
    """Weights moved one at a time, as long as some of the queries gain by it; each set counts the same."""
    best = Weights()
    for _ in range(_ROUNDS):
        before = best
        for name in GRID:
            ranked = [(_better(trials, among, other, best), other) for other in _others(best, name)]
            gain, other = max(ranked, key=lambda one: one[0])
            if gain > 0:
                best = other
        if best == before:
            break
    return best


def _better(
    trials: Sequence[Trial], among: Sequence[np.ndarray[Any, np.dtype[np.bool_]]], other: Weights, weights: Weights
) -> float:
    """By how much more than its standard error the mean over sets is better with other weights."""
    gains = [trial.marks(other)[part] - trial.marks(weights)[part] for trial, part in zip(trials, among, strict=True)]
    mean = np.mean([one.mean() for one in gains])
    error = np.sqrt(sum(one.var(ddof=1) / len(one) for one in gains)) / len(gains)
    return float(mean - error)


def _others(weights: Weights, name: str) -> Iterator[Weights]:
    for value in GRID[name]:
        if name.startswith("fields."):
            yield replace(weights, fields={**weights.fields, name[7:]: value})
        else:
            yield replace(weights, **{name: value})


def said(weights: Weights) -> str:
    """What differs from the weights as they are."""
    now = Weights()
    told = [
        f"{one.name} {getattr(weights, one.name)}"
        for one in fields(Weights)
        if getattr(weights, one.name) != getattr(now, one.name)
    ]
    return ", ".join(told) or "as they are"
