"""A merchant's rules and dials applied to a search: what is pinned, moved and hidden, and where the search leads."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import numpy as np

from weft.business import Business
from weft.index import filters, signals
from weft.index.finding import Shelf
from weft.index.sought import Found, Matches
from weft.index.variants import Demand, Mask
from weft.index.words import Analysis, folded
from weft.skills.search import Moved
from weft.skills.search.synonyms import Synonyms
from weft.store.merchandising import Dials, Rule
from weft.store.rules import Book
from weft.store.wanted import Wanted

_KEPT: Final = 256
_BEFORE: Final = {"exact": 0, "contains": 1, "any": 2}


class Policy:
    """A business's rules, made ready for searches in a catalog of some languages; safe to share between threads."""

    def __init__(self, book: Book, analysis: Analysis) -> None:
        self.book = book
        self.synonyms = Synonyms(book.rules, analysis)
        self._analysis = analysis
        self._everywhere: list[Rule] = []
        self._exact: dict[str, list[Rule]] = {}
        self._containing: dict[str, list[tuple[tuple[str, ...], Rule]]] = {}
        for rule in book.rules:
            if rule.kind == "synonyms":
                continue
            if rule.match == "any":
                self._everywhere.append(rule)
            for query in rule.query:
                forms = analysis.forms(query)
                if rule.match == "exact":
                    self._exact.setdefault(" ".join(forms), []).append(rule)
                elif forms:
                    stems = self._stems(forms)
                    self._containing.setdefault(stems[0], []).append((stems, rule))

    @property
    def dials(self) -> Dials:
        """The dials of the business."""
        return self.book.dials

    def _stems(self, forms: Iterable[str]) -> tuple[str, ...]:
        return tuple(self._analysis.stems(form)[0] for form in forms)

    def rules(self, queries: Sequence[str], within: Sequence[str], now: datetime) -> list[Rule]:
        """The rules that hold now for a query (as it was typed, and as it was read) within some categories, those closest to it first."""
        found: dict[int, Rule] = {}
        for forms in (self._analysis.forms(query) for query in queries):
            chosen = list(self._exact.get(" ".join(forms), ()))
            if self._containing:
                stems = self._stems(forms)
                for place, stem in enumerate(stems):
                    chosen += [
                        rule
                        for said, rule in self._containing.get(stem, ())
                        if stems[place : place + len(said)] == said
                    ]
            found.update({id(rule): rule for rule in chosen})
        found.update({id(rule): rule for rule in self._everywhere})
        holding = [rule for rule in found.values() if rule.holds(now) and _in_category(rule, within)]
        return sorted(holding, key=lambda rule: (_BEFORE[rule.match], not rule.category, rule.id or "~"))


def _in_category(rule: Rule, within: Sequence[str]) -> bool:
    if not rule.category:
        return True
    wanted = folded(rule.category)
    for category in map(folded, within):
        # Whatever sign stands between a category and those below it.
        if category == wanted or (category.startswith(wanted) and not category[len(wanted) :].lstrip()[:1].isalnum()):
            return True
    return False


_POLICIES: Final[OrderedDict[tuple[UUID, tuple[str, ...]], Policy]] = OrderedDict()
_LOCK: Final = threading.Lock()


def policy(business: Business, shelf: Shelf) -> Policy:
    """The business's rules and dials as they are in force, made ready once for each edit of them."""
    book = business.rules.book()
    key = (business.uid, tuple(shelf.analysis.languages))
    with _LOCK:
        held = _POLICIES.get(key)
        if held is not None and held.book is book:
            _POLICIES.move_to_end(key)
    if held is None or held.book is not book:
        held = Policy(book, shelf.analysis)
        with _LOCK:
            _POLICIES[key] = held
            _POLICIES.move_to_end(key)
            while len(_POLICIES) > _KEPT:
                _POLICIES.popitem(last=False)
    if book.dials.turned:
        signals.kept_fresh(business.database, business.uid)
    return held


@dataclass(slots=True)
class Applied:
    """What a policy does to one search: it is the `Lift` of its ranking, and arranges its pages."""

    shelf: Shelf
    rules: list[Rule]
    dials: Dials
    hidden: list[Demand] = field(default_factory=list)
    redirect: str | None = None
    moving: list[tuple[Rule, Mask]] = field(default_factory=list)
    pins: dict[int, tuple[str, Rule]] = field(default_factory=dict)
    browsing: bool = False
    _held: dict[str, Found] = field(default_factory=dict)
    _moved: dict[int, list[Rule]] = field(default_factory=dict)

    @property
    def lifts(self) -> bool:
        """Whether any product is moved by more than its fitting."""
        return bool(self.moving or self.dials.turned)

    def beside(self, matches: Matches, most: int) -> Sequence[Mask]:
        """The products that are boosted; where nothing is described, those too that the dials move forward most."""
        found = [condition for rule, condition in self.moving if rule.factor > 1]
        if self.browsing and self.dials.turned:
            order = signals.order(self.shelf, self.dials)
            found.append(self.shelf.at(order[matches.mask[order]][:most].tolist()))
        return found

    def times(self, places: list[int]) -> Sequence[float]:
        """What rules and dials multiply the scores of some products by."""
        multipliers, _ = signals.factors(self.shelf, places, self.dials)
        factors = multipliers.astype(np.float64)
        for rule, condition in self.moving:
            there = condition[places]
            factors[there] *= rule.factor
            for place in np.asarray(places)[there].tolist():
                self._moved.setdefault(place, []).append(rule)
        told: list[float] = factors.tolist()
        return told

    def pinned(self, conditions: Sequence[Demand], matches: Matches) -> tuple[str, ...]:
        """The ids of the pinned products of which the conditions hold, as of all that matches; the others lose their places."""
        rules = dict(self.pins.values())
        there = self.shelf.those(list(rules), conditions)
        stock = self.shelf.number("stock", matches.fitting)
        self._held = {
            product: replace(one, score=0.0, words=0.0, cosine=0.0, whole=False)
            for product, one in there.items()
            if rules[product].sold_out or stock[one.place] > 0
        }
        return tuple(self._held)

    def arranged(self, found: list[Found]) -> list[Found]:
        """The hits in their order with the pinned products at their places."""
        if not self._held:
            return found
        ranked = {one.place: one for one in found}
        pinned = {one.place for one in self._held.values()}
        arranged = [one for one in found if one.place not in pinned]
        for place in sorted(self.pins):
            one = self._held.get(self.pins[place][0])
            if one is not None:
                arranged.insert(place - 1, ranked.get(one.place) or one)
        return arranged

    def reasons(self, found: Found, product: str) -> list[Moved]:
        """What rules and dials did to a product that was found, a sentence each."""
        told = [
            Moved(kind="pin", rule=rule.id, name=rule.name, says=f"pinned to place {place} by “{rule.called}”")
            for place, (one, rule) in self.pins.items()
            if one == product and product in self._held
        ]
        for rule in _once(self._moved.get(found.place, ())):
            did = "boosted" if rule.factor > 1 else "buried"
            says = f"{did} by “{rule.called}” (× {rule.factor:g})"
            told.append(Moved(kind=rule.kind, rule=rule.id, name=rule.name, times=rule.factor, says=says))
        for one in signals.reasons(self.shelf, found.place, self.dials):
            says = f"{one.says} (dial {one.dial:+g})"
            told.append(Moved(kind="dial", name=one.signal, value=one.value, says=says))
        return told


def _once(rules: Iterable[Rule]) -> list[Rule]:
    return list({id(rule): rule for rule in rules}.values())


def applied(
    held: Policy, queries: Sequence[str], asked: Mapping[str, Wanted], shelf: Shelf, *, browsing: bool
) -> Applied:
    """What a policy does to a search for some spellings of a query under some filters."""
    within = asked.get("category", ())
    categories = [str(one) for one in (within if isinstance(within, list) else [within] if within else [])]
    rules = held.rules(queries, categories, datetime.now(UTC))
    made = Applied(shelf, rules, held.dials, browsing=browsing)
    for rule in rules:
        if rule.kind == "redirect":
            made.redirect = made.redirect or rule.url
        elif rule.kind == "pin":
            taken = {product for product, _ in made.pins.values()}
            for pin in rule.pins:
                if pin.place not in made.pins and pin.product not in taken:
                    made.pins[pin.place] = (pin.product, rule)
        elif (condition := filters.either(rule.products, rule.filters, shelf)) is not None:
            if rule.kind == "hide":
                made.hidden.append(shelf.unless(condition))
            else:
                made.moving.append((rule, condition.places))
    return made
