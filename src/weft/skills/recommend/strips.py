"""The skill `recommend`: for each kind of strip its sources, one after the other, and an order in which not all are alike."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from weft.business import Business
from weft.errors import InputError, NotFound
from weft.ids import uuid7_text
from weft.index import card, filters, keeping, signals
from weft.index.affinity import keeping as learned
from weft.index.finding import Shelf
from weft.skills.recommend import Motive, Recommend, Recommendations, Recommended, moving, sources
from weft.skills.recommend.sources import Candidate, Shop

_BESIDE: Final = 3
# No text of the database has it.
_ZERO: Final = "\x00"
_RECENT: Final = 30
_NEEDS_PRODUCT: Final = ("similar", "bought-together", "also-viewed")
_ONE_OF_NEW: Final = 5
# How much how good a product is counts against how like what stands before it.
_RELEVANCE: Final = {"similar": 0.95, "bought-together": 0.85, "also-viewed": 0.85}
_USUAL_RELEVANCE: Final = 0.75
_MOST_OF_A_CATEGORY: Final = 0.5


def recommended(asked: Recommend, business: Business) -> Recommendations:
    """The answer to what is asked for; raises NotFound for a product that is not there, NotReady where there is no index yet."""
    shelf = keeping.shelf(business.database, business.uid, business.id, business.catalog).shelf
    _checked(asked, shelf)
    known = learned.affinities(business.database, business.uid, business.id, business.sales, business.behaviors)
    history, orders = _history(asked, business)
    hidden = {*asked.exclude, *asked.cart, *([asked.product] if asked.product is not None else [])}
    again = known is not None and known.habits.own > 0
    if asked.kind == "for-you":
        hidden |= {*asked.viewed, *(() if again else (one for order in orders for one in order))}
    book = business.rules.book()
    rules = moving.holding(book.rules)
    conditions = [
        *(shelf.on_show(), shelf.available(), *filters.conditions(asked.filters, {}, shelf)),
        *moving.hidden(rules, shelf),
    ]
    if hidden:
        conditions.append(shelf.unless(shelf.named(sorted(hidden))))
    held = shelf.both(conditions)
    shop = Shop(shelf, (held,), known)
    pool = _pool(_sources(asked, shop, history, orders), asked.limit * _BESIDE)
    if book.dials.turned:
        signals.kept_fresh(business.database, business.uid)
    moving.move(pool, rules, book.dials, shelf)
    chosen = _arranged(pool, asked, shop)
    if asked.kind == "for-you":
        chosen = _with_new(chosen, shop, history, asked.limit)
    fitting = shelf.fitting(held)
    items = [
        Recommended(
            **card.shown(shelf.fitted(one.tale, one.found, fitting), one.score),
            why=_motive(one) if asked.explain else None,
        )
        for one in chosen
    ]
    how = Counter(one.how for one in chosen).most_common(1)[0][0] if chosen else "nothing"
    return Recommendations(items=items, kind=asked.kind, how=how, query_id=uuid7_text())


def _motive(one: Candidate) -> Motive:
    told = one.why(one)
    moved = f" × {one.moved:.2f} by rules and dials: {'; '.join(one.moves)}." if one.moves else ""
    return told.model_copy(update={"says": told.says + moved, "moved": round(one.moved, 4)})


def _checked(asked: Recommend, shelf: Shelf) -> None:
    if asked.kind in _NEEDS_PRODUCT and asked.product is None:
        raise InputError(f"product: {asked.kind} needs the id of a product.")
    if asked.kind == "cart" and not asked.cart:
        raise InputError("cart: name the ids of what is in the cart.")
    if asked.product is not None and shelf.by_id(asked.product) is None:
        raise NotFound(f"There is no product {asked.product!r} in the index.")


def _history(asked: Recommend, business: Business) -> tuple[list[str], list[list[str]]]:
    """What somebody took, oldest first, each product once; and their orders, oldest first."""
    orders: list[list[str]] = []
    took: list[str] = []
    if asked.kind == "for-you":
        if asked.customer and _ZERO not in asked.customer:
            orders = [products for _, products in reversed(business.sales.bought(asked.customer))]
        for who, nameless in ((asked.customer, False), (asked.visitor, True)):
            if who and _ZERO not in who:
                took += reversed(business.behaviors.recent(who, _RECENT, nameless=nameless))
    took = [*(one for order in orders for one in order), *took, *asked.viewed, *asked.cart]
    return list(reversed(dict.fromkeys(reversed(took)))), orders


def _sources(
    asked: Recommend, shop: Shop, history: Sequence[str], orders: Sequence[Sequence[str]]
) -> Iterator[Iterable[Candidate]]:
    """The sources of a kind of strip; one is asked where those before it do not fill the strip."""
    seeds = [asked.product] if asked.product is not None else []
    if asked.kind == "similar":
        yield _mixed(sources.content(shop, seeds), sources.also(shop, seeds))
    elif asked.kind == "bought-together":
        yield sources.together(shop, seeds)
        yield sources.also(shop, seeds)
        yield sources.content(shop, seeds)
    elif asked.kind == "also-viewed":
        yield sources.also(shop, seeds)
        yield sources.content(shop, seeds)
    elif asked.kind == "trending":
        yield sources.trending(_within(shop, seeds)[0])
        yield sources.trending(shop)
    elif asked.kind == "cart":
        yield sources.together(shop, asked.cart)
        yield sources.for_history(shop, asked.cart, ())
        yield sources.content(shop, asked.cart)
    else:
        yield sources.for_history(shop, history, orders)
        yield sources.content(shop, history)
    near, category = _within(shop, seeds or asked.cart or history)
    yield sources.popular(near, category)
    yield sources.popular(shop)
    yield sources.newest(near)
    yield sources.newest(shop)


def _mixed(first: Iterable[Candidate], second: Iterable[Candidate]) -> Iterator[Candidate]:
    """Two sources as one: what both know counts more, and what only the second knows half."""
    found = {one.id: one for one in first}
    for one in islice(second, 100):
        held = found.get(one.id)
        if held is None:
            one.affinity *= 0.5
            found[one.id] = one
        else:
            held.affinity += 0.5 * one.affinity
    yield from sorted(found.values(), key=lambda one: (-one.affinity, one.found.place))


def _within(shop: Shop, seeds: Sequence[str]) -> tuple[Shop, str]:
    """The shop's products of the category of the last seed that has one, and its name."""
    for seed in reversed(seeds[-_BESIDE:]):
        found = shop.shelf.by_id(seed)
        category = shop.shelf.told(found).get("category") if found is not None else None
        if category:
            same = shop.shelf.has([("category", category), ("type", category)])
            return replace(shop, conditions=(*shop.conditions, same)), str(category)
    return shop, ""


def _pool(tiers: Iterable[Iterable[Candidate]], most: int) -> list[Candidate]:
    """Candidates of one source after the other; what a later one says counts at most what the last of those before does."""
    pool: dict[str, Candidate] = {}
    ceiling = 1.0
    for tier in tiers:
        new: list[Candidate] = []
        best = 0.0
        for one in tier:
            if len(pool) + len(new) >= most:
                break
            best = best or max(one.affinity, 1e-9)
            if one.id not in pool:
                one.affinity = ceiling * one.affinity / best
                new.append(one)
        pool.update((one.id, one) for one in new)
        ceiling = min((one.score for one in pool.values()), default=1.0)
        if len(pool) >= most:
            break
    return list(pool.values())


def _arranged(pool: list[Candidate], asked: Recommend, shop: Shop) -> list[Candidate]:
    """The products to be shown: each as good as it can be and as little like those before it (maximal marginal relevance).

    Where there is a choice at most half of a strip for somebody is of one category.
    """
    if not pool:
        return []
    relevance = _RELEVANCE.get(asked.kind, _USUAL_RELEVANCE)
    names = [str(one.tale.get("category") or one.id) for one in pool]
    categories = np.unique(names, return_inverse=True)[1].ravel()
    likeness = _likeness(pool, categories, shop.shelf)
    worth = relevance * np.array([one.score for one in pool], np.float32)
    most = max(int(asked.limit * _MOST_OF_A_CATEGORY), 2) if asked.kind in ("for-you", "trending") else asked.limit
    held = np.zeros(len(pool), np.int64)
    most_like = np.zeros(len(pool), np.float32)
    left = np.ones(len(pool), np.bool_)
    chosen: list[Candidate] = []
    while left.any() and len(chosen) < asked.limit:
        open_ = left & (held[categories] < most)
        now = np.where(open_ if open_.any() else left, worth - (1 - relevance) * most_like, -np.inf)
        best = int(np.argmax(now))
        chosen.append(pool[best])
        left[best] = False
        held[categories[best]] += 1
        np.maximum(most_like, likeness[best], out=most_like)
    return chosen


def _likeness(pool: Sequence[Candidate], categories: NDArray[np.intp], shelf: Shelf) -> NDArray[np.float32]:
    """How like any two are, 0 to 1: half by their category, half by what they mean where that is known."""
    same = np.equal.outer(categories, categories).astype(np.float32)
    if shelf.meanings is None:
        return same
    vectors = shelf.meanings.vectors(np.array([one.found.place for one in pool], np.uint64))
    found: NDArray[np.float32] = 0.5 * same + 0.5 * np.maximum(vectors @ vectors.T, 0.0)
    return found


def _with_new(chosen: list[Candidate], shop: Shop, history: Sequence[str], limit: int) -> list[Candidate]:
    """Every fifth place for what nobody has taken yet and is like what was taken: else nothing new could ever be found."""
    if shop.affinities is None or not history or limit < _ONE_OF_NEW:
        return chosen
    if shop.shelf.products <= len(shop.affinities.products):
        return chosen
    there = {one.id for one in chosen}
    new = [one for one in islice(sources.untaken(shop, history[-1]), limit) if one.id not in there]
    for place, one in zip(range(_ONE_OF_NEW - 1, limit, _ONE_OF_NEW), new, strict=False):
        before = chosen[min(place, len(chosen)) - 1].score if chosen else 1.0
        chosen.insert(place, replace(one, affinity=one.affinity * before))
    return chosen[:limit]
