"""What of rules says nothing in the catalog as it is: names and values that nothing has, with the nearest that something has."""

from collections.abc import Iterable, Iterator
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from weft import money
from weft.business import Business
from weft.errors import InputError
from weft.index import filters, finding
from weft.index.finding import Shelf
from weft.index.variants import Condition
from weft.index.wanted import Wanted
from weft.index.words import folded
from weft.skills.search import Doubts, DoubtsAsked
from weft.store.merchandising import Rule

_NEAR: Final = 0.5
_COUNTED: Final = ("price", "stock", "available")


def doubted(asked: DoubtsAsked, business: Business) -> Doubts:
    """A sentence for each thing in these rules that nothing in the catalog is; none where there is no index yet."""
    home = business.database.folder
    shelf = finding.opened(home, business.uid) if home is not None else None
    if shelf is None or not shelf.products:
        return Doubts()
    return Doubts(doubts=list(dict.fromkeys(said for rule in asked.rules for said in _of(rule, shelf))))


def _of(rule: Rule, shelf: Shelf) -> Iterator[str]:
    said = [sentence for name, wanted in rule.filters.items() for sentence in _of_filter(name, wanted, shelf)]
    yield from said
    if rule.filters and not said and not _holds(shelf.both(filters.conditions(rule.filters, {}, shelf)), shelf):
        yield "No product meets all of the filters together today."
    if rule.category and not any(_within(rule.category, one) for one in _categories(shelf)):
        nearest = _nearest(rule.category, _categories(shelf))
        yield f"category: nothing is in {rule.category!r} today{nearest}."


def _of_filter(name: str, wanted: Wanted, shelf: Shelf) -> Iterator[str]:
    if name in _COUNTED:
        if not _holds(shelf.both(filters.conditions({name: wanted}, {}, shelf)), shelf):
            yield f"filters.{name}: no product is within that today{_prices(shelf) if name == 'price' else ''}."
        return
    if name != "id" and filters.facets(name, shelf) is None:
        yield f"filters.{name}: nothing in the catalog has it today{_nearest(name, shelf.state.facets)}."
        return
    for value in wanted if isinstance(wanted, list) else [wanted]:
        try:
            held = _holds(shelf.both(filters.conditions({name: value}, {}, shelf)), shelf)
        except InputError as problem:
            yield problem.message
            continue
        if not held:
            yield f"filters.{name}: no product has {str(value)!r} today{_nearest(str(value), _values(name, shelf))}."


def _holds(condition: Condition, shelf: Shelf) -> bool:
    return bool((condition.places & shelf.on_show().places).any())


def _values(name: str, shelf: Shelf) -> list[str]:
    return [value for one in filters.facets(name, shelf) or () for value in shelf.commonest.get(one, ())]


def _categories(shelf: Shelf) -> list[str]:
    return [value for name in ("category", "type") for value in shelf.commonest.get(name, ())]


def _within(wanted: str, category: str) -> bool:
    return folded(category).startswith(folded(wanted))


def _nearest(said: str, known: Iterable[str]) -> str:
    """What to say of the known one that is nearest to what was said; nothing where none is near."""
    by_form = {folded(one): one for one in reversed(list(known))}
    found = process.extractOne(folded(said), list(by_form), scorer=OSA.normalized_similarity, score_cutoff=_NEAR)
    return f"; {by_form[found[0]]!r} is near" if found else ""


def _prices(shelf: Shelf) -> str:
    currency = next(iter(shelf.state.currencies), None)
    span = shelf.span()
    if currency is None or span is None:
        return ""
    low, high = (money.decimal(amount, currency) for amount in span)
    return f"; prices are from {low} to {high} {currency}"
