"""Where recommendations come from: what goes with something, what is like it, what many take; each with why."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from weft.index.affinity.kept import Affinities
from weft.index.affinity.related import Related
from weft.index.affinity.ways import ITEM_TO_ITEM, POPULAR
from weft.index.finding import Shelf
from weft.index.sought import Found, Weights
from weft.skills.recommend import Because, Motive

MOST: Final = 1000
"""How many candidates of a source are looked at."""
_AT_ONCE: Final = 40
_SEEDS_LIKE: Final = 3
_LIKE: Final = 40
_EXPLAINED: Final = 20
_NEWEST: Final = 300
_ELSEWHERE: Final = 0.6
TOGETHER: Final = "bought-together"
NEW: Final = "new"
_WEIGHTS: Final = replace(Weights(), candidates=80, near=60)


@dataclass(slots=True)
class Candidate:
    """A product that may be shown: how well it goes with what it is shown for, what found it, and what says why.

    `multiplier` is what its popularity leaves of that, `moved` what rules and dials make of it, and `moves` says which.
    """

    shelf: Shelf
    id: str
    found: Found
    affinity: float
    how: str
    why: Callable[["Candidate"], Motive]
    multiplier: float = 1.0
    moved: float = 1.0
    moves: list[str] = field(default_factory=list)
    told: Mapping[str, Any] | None = None

    @property
    def tale(self) -> Mapping[str, Any]:
        """What is shown of it."""
        if self.told is None:
            self.told = self.shelf.told(self.found)
        return self.told

    @property
    def score(self) -> float:
        """What it is ranked by."""
        return self.affinity * self.multiplier * self.moved


@dataclass(frozen=True, slots=True)
class Shop:
    """What a strip is made from: the index, the conditions that hold of all that is shown, and what was learned, if anything."""

    shelf: Shelf
    conditions: tuple[Any, ...]
    affinities: Affinities | None
    titles: dict[str, str] = field(default_factory=dict)

    def title(self, product: str) -> str:
        """The title of a product, its id where it has none."""
        if product not in self.titles:
            found = self.shelf.by_id(product)
            self.titles[product] = str(self.shelf.told(found)["title"]) if found is not None else product
        return self.titles[product]

    def eligible(self, ids: Sequence[str]) -> Iterator[tuple[str, Found]]:
        """Those of some products that may be shown, in their order; they are looked up as far as they are asked for."""
        for start in range(0, len(ids), _AT_ONCE):
            yield from self.shelf.those(ids[start : start + _AT_ONCE], self.conditions).items()


def scored(
    shop: Shop,
    scores: NDArray[np.float32],
    how: str,
    why: Callable[[Candidate], Motive],
    multipliers: NDArray[np.float32] | None = None,
) -> Iterator[Candidate]:
    """Candidates by a score for each place of what was learned, the best first."""
    affinities = shop.affinities
    assert affinities is not None
    best = float(scores.max(initial=0.0))
    if best <= 0:
        return
    ranked = scores if multipliers is None else scores * multipliers
    most = min(MOST, len(ranked))
    top = np.argpartition(-ranked, most - 1)[:most]
    top = top[np.lexsort((top, -ranked[top]))]
    top = top[ranked[top] > 0]
    place_of = {affinities.products[place]: int(place) for place in top.tolist()}
    for product, found in shop.eligible(list(place_of)):
        place = place_of[product]
        left = 1.0 if multipliers is None else float(multipliers[place])
        yield Candidate(shop.shelf, product, found, float(scores[place]) / best, how, why, left)


def together(shop: Shop, seeds: Sequence[str]) -> Iterator[Candidate]:
    """What is bought together with some products."""
    return _beside(shop, seeds, TOGETHER)


def also(shop: Shop, seeds: Sequence[str]) -> Iterator[Candidate]:
    """What is looked at (or bought, where nothing is known of looking) by who did so with some products."""
    return _beside(shop, seeds, ITEM_TO_ITEM)


def _beside(shop: Shop, seeds: Sequence[str], how: str) -> Iterator[Candidate]:
    affinities = shop.affinities
    if affinities is None or not len(places := affinities.at(seeds)):
        return iter(())
    related = affinities.together if how == TOGETHER else affinities.also
    scores = related.scores(places, np.ones(len(places), np.float32))
    return scored(shop, scores, how, lambda one: _beside_reason(shop, one, places, how))


def _beside_reason(shop: Shop, one: Candidate, places: NDArray[np.int32], how: str) -> Motive:
    affinities = shop.affinities
    assert affinities is not None
    related, counts = (
        (affinities.together, affinities.orders) if how == TOGETHER else (affinities.also, affinities.takers)
    )
    because = _because(shop, one.id, places, related, counts)
    verb = affinities.state["also"]
    said = [
        f"bought together in {each.together} of {each.of} orders with “{each.title}”"
        if how == TOGETHER
        else f"{verb} by {each.together} of {each.of} people who {verb} “{each.title}”"
        for each in because
    ]
    return Motive(how=how, says=_sentence(said or ["goes with it"]), because=because, affinity=round(one.affinity, 4))


def _because(
    shop: Shop, product: str, places: NDArray[np.int32], related: Related, counts: NDArray[np.int32]
) -> list[Because]:
    """Of the products in some places those that another goes with, the nearest first, with how often both were taken."""
    affinities = shop.affinities
    assert affinities is not None
    own = affinities.places[product]
    found = []
    for place in dict.fromkeys(places.tolist()):
        others, near, both = related.row(place)
        at = np.flatnonzero(others == own)
        if len(at) and both[at[0]] > 0:
            found.append((float(near[at[0]]), place, int(both[at[0]])))
    return [
        Because(
            product=affinities.products[place],
            title=shop.title(affinities.products[place]),
            together=count,
            of=int(counts[place]),
        )
        for _, place, count in sorted(found, reverse=True)[:2]
    ]


def for_history(shop: Shop, history: Sequence[str], orders: Sequence[Sequence[str]]) -> Iterator[Candidate]:
    """What somebody will take next: by the way that tells it best here, and by what they buy again where people do."""
    affinities = shop.affinities
    if affinities is None:
        return
    places = affinities.at(history)
    bought = [found for one in orders if len(found := affinities.at(one))]
    own = np.zeros(len(affinities.products), np.float32)
    scores = np.zeros(len(affinities.products), np.float32)
    if affinities.habits.own > 0 and bought:
        own = affinities.habits.weights(bought, len(own))
        scores += _share(affinities.habits.scores(bought, affinities.together, len(own)))
    if len(places):
        scores += _share(np.maximum(affinities.way.scores(places), 0.0))
    way = str(affinities.state["way"]["way"])
    last = places[-_EXPLAINED:]
    yield from scored(
        shop, scores, way, lambda one: _history_reason(shop, one, last, own, bought), affinities.multipliers
    )


def _history_reason(
    shop: Shop, one: Candidate, places: NDArray[np.int32], own: NDArray[np.float32], bought: Sequence[NDArray[np.int32]]
) -> Motive:
    affinities = shop.affinities
    assert affinities is not None
    place = affinities.places[one.id]
    said = []
    if own[place] > 0:
        times = sum(bool((order == place).any()) for order in bought)
        said.append(f"bought in {times} of the last {len(bought)} orders")
    because = _because(shop, one.id, places, affinities.also, affinities.takers)
    verb = affinities.state["also"]
    said += [f"{verb} by {each.together} of {each.of} people who {verb} “{each.title}”" for each in because]
    return Motive(
        how=one.how, says=_sentence(said or [f"fits what was taken before ({one.how})"], _held(shop, one)), because=because,
        affinity=round(one.affinity, 4), multiplier=round(one.multiplier, 4),
    )  # fmt: skip


def _held(shop: Shop, one: Candidate) -> str:
    affinities = shop.affinities
    assert affinities is not None
    share = affinities.state["held"]["products"].get(one.id)
    if share is not None:
        return f"held to {affinities.state['held']['cap']:.0%} of all lists, of which it would stand in {share:.0%}"
    return f"× {one.multiplier:.2f} for being popular" if one.multiplier < 0.995 else ""


def trending(shop: Shop) -> Iterator[Candidate]:
    """What is taken more of late than before."""
    affinities = shop.affinities
    if affinities is None:
        return iter(())
    days = int(affinities.state["trend_days"])

    def why(one: Candidate) -> Motive:
        place = affinities.places[one.id]
        lately, before = int(affinities.lately[place]), int(affinities.before[place])
        says = _sentence([f"taken {_times(lately)} in the last {days} days, {_times(before)} in the {days} before"])
        return Motive(how="trending", says=says, affinity=round(one.affinity, 4))

    return scored(shop, np.asarray(affinities.trend), "trending", why)


def popular(shop: Shop, of: str = "") -> Iterator[Candidate]:
    """What many take; `of` says among what."""
    affinities = shop.affinities
    if affinities is None:
        return iter(())

    def why(one: Candidate) -> Motive:
        place = affinities.places[one.id]
        rank = int((affinities.popularity > affinities.popularity[place]).sum()) + 1
        says = _sentence([f"popular{f' in {of}' if of else ''}: number {rank} of {len(affinities.products):,}"])
        return Motive(how=POPULAR, says=says, affinity=round(one.affinity, 4))

    return scored(shop, np.asarray(affinities.popularity), POPULAR, why)


def content(shop: Shop, seeds: Sequence[str]) -> Iterator[Candidate]:
    """What is like some products, the last ones first, by words and meaning."""
    best: dict[str, Candidate] = {}
    for back, seed in enumerate(reversed(list(dict.fromkeys(seeds))[-_SEEDS_LIKE:])):
        for one in _like(shop, seed, 0.8**back):
            if one.id not in best or best[one.id].affinity < one.affinity:
                best[one.id] = one
    yield from sorted(best.values(), key=lambda one: (-one.affinity, one.found.place))


@dataclass(frozen=True, slots=True)
class _Untaken:
    """The newest products that nobody had taken yet, with what they mean, as one index and what was learned say."""

    generation: int
    ids: tuple[str, ...]
    categories: NDArray[np.str_]
    vectors: NDArray[np.float32] | None


# Looked up once for each state of an index: an edit makes another.
_UNTAKEN: Final[WeakKeyDictionary[Shelf, _Untaken]] = WeakKeyDictionary()


def _untaken(shop: Shop) -> _Untaken:
    affinities, shelf = shop.affinities, shop.shelf
    assert affinities is not None
    held = _UNTAKEN.get(shelf)
    generation = int(affinities.state["generation"])
    if held is None or held.generation != generation:
        newest = shelf.ordered(shelf.on_show(), "place", rising=False, most=_NEWEST)
        told = [(one, tale) for one in newest if (tale := shelf.told(one))["id"] not in affinities.places]
        places = np.array([one.place for one, _ in told], np.uint64)
        held = _Untaken(
            generation,
            tuple(str(tale["id"]) for _, tale in told),
            np.array([str(tale.get("category") or "") for _, tale in told], np.str_),
            shelf.meanings.vectors(places) if shelf.meanings is not None else None,
        )
        _UNTAKEN[shelf] = held
    return held


def untaken(shop: Shop, seed: str) -> Iterator[Candidate]:
    """What came into the catalog lately, nobody has taken yet, and is like a product: of its category, or near in meaning."""
    shelf = shop.shelf
    there = shelf.by_id(seed)
    if there is None or shop.affinities is None or not (held := _untaken(shop)).ids:
        return
    told = shelf.told(there)
    title = str(told["title"])
    same = (held.categories == str(told.get("category") or "")) & (held.categories != "")
    cosines = np.zeros(len(held.ids), np.float32)
    if shelf.meanings is not None and held.vectors is not None:
        cosines = held.vectors @ shelf.meanings.vectors(np.array([there.place], np.uint64))[0]
    near = 0.5 * same + 0.5 * np.maximum(cosines, 0.0)
    order = np.argsort(-near, kind="stable")
    like = {held.ids[at]: int(at) for at in order if same[at] or cosines[at] >= _WEIGHTS.least_cosine}

    def why(one: Candidate) -> Motive:
        at = like[one.id]
        said = ["of its category"] * bool(same[at]) + [f"meaning {cosines[at]:.2f}"] * bool(cosines[at])
        says = _sentence([f"new, and like “{title}” ({', '.join(said)})"])
        return Motive(how=NEW, says=says, because=[Because(product=seed, title=title)], affinity=round(one.affinity, 4))

    for product, found in shop.eligible(list(like)[:_AT_ONCE]):
        yield Candidate(shelf, product, found, float(near[like[product]]), NEW, why)


def _like(shop: Shop, seed: str, weight: float) -> Iterator[Candidate]:
    shelf = shop.shelf
    there = shelf.by_id(seed)
    if there is None:
        return
    like = shelf.like(there)
    sought = replace(like, conditions=(*shop.conditions, shelf.unless(shelf.named([seed]))))
    near = shelf.near(sought, _WEIGHTS)
    found = shelf.ranked(shelf.matching(sought, _WEIGHTS, list(near)), sought, _WEIGHTS, near, _LIKE)[:_LIKE]
    best = max((one.score for one in found), default=0.0) or 1.0
    told = shelf.told(there)
    title, category = str(told["title"]), told.get("category")

    def why(one: Candidate) -> Motive:
        meaning = f"meaning {one.found.cosine:.2f}, " if one.found.cosine else ""
        other = "" if one.tale.get("category") == category else f", × {_ELSEWHERE:g} for another category"
        says = _sentence([f"like “{title}” ({meaning}words {one.found.words:.2f}{other})"])
        because = [Because(product=seed, title=title)]
        return Motive(how="content", says=says, because=because, affinity=round(one.affinity, 4))

    for one in found:
        tale = shelf.told(one)
        alike = 1.0 if tale.get("category") == category else _ELSEWHERE
        affinity = weight * alike * max(one.score, 0.0) / best
        yield Candidate(shelf, tale["id"], one, affinity, "content", why, told=tale)


def newest(shop: Shop) -> Iterator[Candidate]:
    """What came into the catalog last: all that can be said where nobody has taken anything."""
    shelf = shop.shelf

    def why(one: Candidate) -> Motive:
        says = "In the catalog since lately, and in stock; nothing more is known of it yet."
        return Motive(how=NEW, says=says, affinity=round(one.affinity, 4))

    for found in shelf.ordered(shelf.both(list(shop.conditions)), "place", rising=False, most=_NEWEST):
        tale = shelf.told(found)
        yield Candidate(shelf, tale["id"], found, 1.0, NEW, why, told=tale)


def _share(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return (values / max(float(values.max(initial=0.0)), 1e-30)).astype(np.float32)


def _times(count: int) -> str:
    return "never" if count == 0 else "once" if count == 1 else f"{count:,} times"


def _sentence(said: Sequence[str], more: str = "") -> str:
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}{f', {more}' if more else ''}."
