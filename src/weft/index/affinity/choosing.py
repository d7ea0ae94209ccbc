"""Which way tells best what a business's people take next: each is tried on a later part of the past that it has not seen.

Settings are chosen on one half of the cases and the ways compared on the other. Among ways that are as good, within what chance
does with so few cases, the simplest is taken that does not show the same to everybody. Then popular products are held down as far as that costs next to nothing, so that more of the catalog is seen.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from weft.index.affinity import als, linear, neighbors, popular
from weft.index.affinity.histories import Cases, Histories
from weft.index.affinity.neighbors import Settings
from weft.index.affinity.ways import ALS, BLEND, EASE, ITEM_TO_ITEM, POPULAR, Blend, Factored, Following, Popular, Way

FEWEST: Final = 40
"""How many cases are needed to compare ways."""
SHOWN: Final = 10
MOST_CASES: Final = 4000
_FEW: Final = 300
_SAMPLE: Final = 300_000
_AS_GOOD: Final = 0.99
_CHANCE: Final = 0.5
_BETTER: Final = 1.005
_WORTH_BLENDING: Final = 0.7
_GRID: Final[dict[str, tuple[float, ...]]] = {
    "inward": (0.0, 0.1, 0.3, 0.5),
    "back": (0.2, 0.5, 1.0),
    "decay": (0.7, 0.85, 0.95),
    "recency": (0.4, 0.5, 0.6, 0.8),
    "outward": (0.25, 0.5, 0.75),
}
_STRENGTHS: Final = (50.0, 300.0)
_SHARES: Final = (0.3, 1.0)
_PENALTIES: Final = (0.0, 0.05, 0.1, 0.2, 0.3)
_COSTS_NOTHING: Final = 0.98
_COSTS_LITTLE: Final = 0.95
_CAPS: Final = (0.15, 0.25, 0.4, 0.6)
_FAIR: Final = 3.0
_ROUNDS: Final = 5
Say = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Figures:
    """How well a way told what came next, over `cases`: of ten shown products, whether and how high up it stood.

    `error` is the standard error of `ndcg`. `coverage` is the share of all products that were shown, `popularity` how popular what was shown was beside what was taken,
    `gini` how unevenly products were shown (0 all alike, 1 always the same).
    """

    way: str
    hit_rate: float
    ndcg: float
    coverage: float
    popularity: float
    gini: float
    cases: int
    error: float = 0.0


@dataclass(frozen=True, slots=True)
class Held:
    """Why what is told is held down: the power of the popularity, and the factor of each product that would stand everywhere."""

    penalty: float = 0.0
    factors: dict[int, float] = field(default_factory=dict)
    shares: dict[int, float] = field(default_factory=dict)
    cap: float = 1.0
    says: str = "Nothing is held down."

    def multipliers(self, popularity: NDArray[np.float32]) -> NDArray[np.float32]:
        """What is left of each product's score, by place."""
        mean = max(float(popularity.mean()), 1e-9) if len(popularity) else 1.0
        found = (1.0 + popularity / mean) ** -self.penalty
        for place, factor in self.factors.items():
            found[place] *= factor
        return found.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Choice:
    """The way that is taken, as what makes it again; the figures of all that were tried, the best first; and why."""

    told: dict[str, Any]
    figures: tuple[Figures, ...]
    held: Held
    says: str


def made(told: dict[str, Any], histories: Histories, *, counted: bool = False) -> Way:
    """A way, learned from histories."""
    name = told["way"]
    if name == POPULAR:
        return Popular(told, popular.popularity(histories, told["half_life"]))
    if name == ITEM_TO_ITEM:
        settings = Settings(**{key: value for key, value in told.items() if key != "way"})
        return Following(told, neighbors.neighbors(histories, settings, counted=counted))
    if name == EASE:
        return Following(told, linear.ease(histories, told["strength"]))
    if name == ALS:
        return Factored(told, als.factors(histories, told["confidence"], told["strength"]))
    return Blend(told, made(told["first"], histories, counted=counted), made(told["second"], histories))


def usual() -> dict[str, Any]:
    """The way that is taken where nothing can be compared."""
    return {"way": ITEM_TO_ITEM, **asdict(Settings())}


def chosen(past: Histories, cases: Cases, say: Say) -> Choice:
    """The best way for these cases, each learned from the past alone."""
    if len(cases) < FEWEST:
        says = (
            f"There are {len(cases)} people who came back to judge by, and {FEWEST} are needed: "
            "item to item with its usual settings is taken."
        )
        return Choice(usual(), (), Held(), says)
    # Threads of the linear algebra would wait for each other at every one of many small questions.
    with threadpool_limits(1, "blas"):
        return _compared(past, cases, say)


def _compared(past: Histories, cases: Cases, say: Say) -> Choice:
    order = np.random.default_rng(0).permutation(len(cases))[:MOST_CASES]
    tuning, judging = cases.some(order[::2]), cases.some(order[1::2])
    sample = past.sampled(_SAMPLE)
    tried: list[tuple[Figures, Way]] = []
    steps = (_popular, _following, _linear, _factored)
    for step, tune in enumerate(steps):
        say("ways", step, len(steps) + 1)
        tried.append(_judged(tune(sample, past, tuning), judging, past))
    say("ways", len(steps), len(steps) + 1)
    tried += _blended(tried, tuning, judging, past)
    best = max((figures for figures, _ in tried), key=lambda one: one.ndcg)
    enough = best.ndcg - max((1.0 - _AS_GOOD) * best.ndcg, _CHANCE * best.error)
    # What shows the same to everybody is taken only where nothing else is as good.
    figures, way = next(one for one in (*tried[1:], tried[0]) if one[0].ndcg >= enough)
    say("ways", len(steps) + 1, len(steps) + 1)
    held = _held(way, judging, past)
    ranked = tuple(sorted((one for one, _ in tried), key=lambda one: -one.ndcg))
    return Choice(way.told, ranked, held, _because(figures, ranked))


def _because(taken: Figures, ranked: tuple[Figures, ...]) -> str:
    best = ranked[0]
    told = f"Of {taken.cases:,} people, {taken.hit_rate:.1%} next took one of the ten products that {taken.way} shows"
    if best.way != taken.way:
        but = "shows the same to everybody" if best.way == POPULAR else "is less simple"
        return f"{told}; {best.way} is hardly better (NDCG {best.ndcg:.4f} against {taken.ndcg:.4f}), and {but}."
    other = ranked[1]
    return f"{told}; {other.way}, the next best, {other.hit_rate:.1%} (NDCG {taken.ndcg:.4f} against {other.ndcg:.4f})."


def _popular(_: Histories, past: Histories, tuning: Cases) -> Way:
    return _best((made({"way": POPULAR, "half_life": life}, past) for life in popular.HALF_LIVES), tuning)


def _following(sample: Histories, past: Histories, tuning: Cases) -> Way:
    """Item to item with the best settings, each looked for while the others stand."""
    settings, best, made_of = Settings(), -1.0, None
    for name, values in _GRID.items():
        for value in (getattr(settings, name), *values):
            if value == getattr(settings, name) and best >= 0:
                continue
            trial = replace(settings, **{name: value})
            # What a step back leaves of a weight changes nothing of what is learned.
            if made_of is None or replace(trial, recency=0.0) != replace(made_of[0], recency=0.0):
                made_of = trial, neighbors.trial(sample, trial)
            score = ndcg(Following({"way": ITEM_TO_ITEM, **asdict(trial)}, made_of[1]), tuning)
            if score > best * _BETTER:
                best, settings = score, trial
    return made({"way": ITEM_TO_ITEM, **asdict(settings)}, past)


def _linear(_: Histories, past: Histories, tuning: Cases) -> Way:
    learned = [linear.ease(past, strength) for strength in _STRENGTHS]
    return _best(
        (
            Following({"way": EASE, "strength": strength, "recency": recency}, related)
            for strength, related in zip(_STRENGTHS, learned, strict=True)
            for recency in (1.0, 0.8, 0.6)
        ),
        tuning,
    )


def _factored(_: Histories, past: Histories, tuning: Cases) -> Way:
    """ALS with the better of two confidences, each tried on a few cases: it is the slowest to learn and to ask."""
    tuning = tuning.some(np.arange(min(len(tuning), _FEW)))
    return _best((made({"way": ALS, "confidence": one, "strength": 0.1}, past) for one in (5.0, 40.0)), tuning)


def _blended(
    tried: list[tuple[Figures, Way]], tuning: Cases, judging: Cases, past: Histories
) -> list[tuple[Figures, Way]]:
    """Item to item and the better of the two others together, where that is near it."""
    (base, first), others = tried[1], tried[2:]
    figures, second = max(others, key=lambda one: one[0].ndcg)
    if figures.ndcg < base.ndcg * _WORTH_BLENDING:
        return []
    ways = (
        Blend({"way": BLEND, "share": share, "first": first.told, "second": second.told}, first, second)
        for share in _SHARES
    )
    return [_judged(_best(ways, tuning), judging, past)]


def _best(ways: Iterable[Way], cases: Cases) -> Way:
    return max(((ndcg(way, cases), -place, way) for place, way in enumerate(ways)), key=lambda one: one[:2])[2]


def ndcg(way: Way, cases: Cases, factors: NDArray[np.float32] | None = None) -> float:
    """NDCG@10 of what a way tells, with the history left out."""
    ranks = np.array([_rank(way, before, int(next_), factors) for before, next_ in _each(cases)])
    return float(_gain(ranks).mean()) if len(ranks) else 0.0


def _each(cases: Cases) -> Iterable[tuple[NDArray[np.int32], np.int32]]:
    return zip(cases.before, cases.next, strict=True)


def _gain(ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(ranks < SHOWN, 1.0 / np.log2(ranks + 2.0), 0.0)


def _scores(way: Way, before: NDArray[np.int32], factors: NDArray[np.float32] | None) -> NDArray[np.float32]:
    scores = np.maximum(way.scores(before), 0.0)
    if factors is not None:
        scores *= factors
    scores[before] = 0.0
    return scores


def _rank(way: Way, before: NDArray[np.int32], next_: int, factors: NDArray[np.float32] | None) -> float:
    """How many products stand before the one that was taken; of those with the same score, half."""
    scores = _scores(way, before, factors)
    own = scores[next_]
    if own <= 0:
        return float(len(scores))
    return float((scores > own).sum()) + float((scores == own).sum() - 1) / 2


def _judged(way: Way, cases: Cases, past: Histories) -> tuple[Figures, Way]:
    return judged(way, cases, past.popularity()), way


def judged(
    way: Way, cases: Cases, popularity: NDArray[np.float32], factors: NDArray[np.float32] | None = None
) -> Figures:
    """The figures of a way over some cases."""
    ranks = np.array([_rank(way, before, int(next_), factors) for before, next_ in _each(cases)])
    shown = shown_counts(way, cases, factors)
    taken = float(popularity[cases.next].mean())
    seen = float((shown * popularity).sum() / max(shown.sum(), 1))
    return Figures(
        str(way.told["way"]),
        round(float((ranks < SHOWN).mean()), 5),
        round(float(_gain(ranks).mean()), 5),
        round(float((shown > 0).mean()), 4),
        round(seen / max(taken, 1e-9), 3),
        round(gini(shown), 4),
        len(cases),
        round(float(_gain(ranks).std() / max(len(cases), 1) ** 0.5), 5),
    )


def shown_counts(way: Way, cases: Cases, factors: NDArray[np.float32] | None = None) -> NDArray[np.int64]:
    """How often each product stood among the first ten, by place."""
    found: list[NDArray[np.intp]] = []
    count = 0
    for before in cases.before:
        scores = _scores(way, before, factors)
        count = len(scores)
        top = np.argpartition(-scores, min(SHOWN, count - 1))[:SHOWN]
        found.append(top[scores[top] > 0])
    return np.bincount(np.concatenate(found) if found else np.zeros(0, np.intp), minlength=count)


def gini(counts: NDArray[np.int64]) -> float:
    """How unevenly things are spread: 0 where all have alike, near 1 where one has everything."""
    ordered = np.sort(counts.astype(np.float64))
    total = ordered.sum()
    if not total:
        return 0.0
    rank = np.arange(1, len(ordered) + 1)
    return float((2 * rank - len(ordered) - 1) @ ordered / (len(ordered) * total))


def _held(way: Way, cases: Cases, past: Histories) -> Held:
    """As much of a penalty on popularity as costs next to nothing, and the lowest cap on one product that costs little."""
    popularity = past.popularity()
    plain = ndcg(way, cases)

    def kept(held: Held, share: float) -> bool:
        return ndcg(way, cases, held.multipliers(popularity)) >= plain * share

    held = Held()
    for one in _PENALTIES:
        if not kept(Held(one), _COSTS_NOTHING):
            break
        held = Held(one)
    # In a small catalog every product stands in many lists.
    fair = _FAIR * SHOWN / max(len(popularity), 1)
    caps = (max(cap, fair) for cap in _CAPS if max(cap, fair) < 1.0)
    capped = (_capped(way, cases, popularity, held, cap) for cap in caps)
    held = next((one for one in capped if kept(one, _COSTS_LITTLE)), held)
    before, after = (float((shown_counts(way, cases, one) > 0).mean()) for one in (None, held.multipliers(popularity)))
    cost = 1 - ndcg(way, cases, held.multipliers(popularity)) / plain if plain else 0.0
    says = (
        f"A penalty on popularity of {held.penalty:g} and a cap of {held.cap:.0%} of all lists for one product, which holds "
        f"{len(held.factors)} down, show {after:.1%} of the catalog instead of {before:.1%}, for {max(cost, 0.0):.1%} of the NDCG."
    )
    return replace(held, says=says)


def _capped(way: Way, cases: Cases, popularity: NDArray[np.float32], held: Held, cap: float) -> Held:
    """Hold down, in a few rounds, each product that would stand in more lists than the cap allows."""
    factors: dict[int, float] = {}
    shares: dict[int, float] = {}
    for _ in range(_ROUNDS):
        now = replace(held, factors=factors)
        share = shown_counts(way, cases, now.multipliers(popularity)) / len(cases)
        over = np.flatnonzero(share > cap)
        if not len(over):
            break
        for place in over.tolist():
            # A score that is a little lower leaves many lists: it is lowered by steps.
            factors[place] = factors.get(place, 1.0) * max(float(cap / share[place]) ** 0.5, 0.7)
            shares.setdefault(place, float(share[place]))
    return replace(held, factors=factors, shares=shares, cap=cap)
