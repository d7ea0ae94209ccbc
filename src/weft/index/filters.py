"""Filters of a request as conditions that an index holds."""

import contextlib
from collections.abc import Mapping, Sequence

from weft import money
from weft.errors import InputError
from weft.index.entry import OWN
from weft.index.finding import Shelf
from weft.index.variants import Condition, Demand, Stocked
from weft.index.wanted import Bounds, Wanted
from weft.index.words import folded


def conditions(filters: Mapping[str, Wanted], exclude: Mapping[str, Wanted], shelf: Shelf) -> list[Demand]:
    """What must hold and what must not, as conditions; raises InputError for a filter of nothing's."""
    found = [_condition(name, wanted, shelf) for name, wanted in filters.items()]
    return [*found, *(shelf.unless(_condition(name, wanted, shelf)) for name, wanted in exclude.items())]


def either(products: Sequence[str], filters: Mapping[str, Wanted], shelf: Shelf) -> Condition | None:
    """The condition of some products and of all that filters find, as a rule names them; None where neither can be told here.

    It is of products as a whole, where one of their variants meets all that the filters say.
    """
    ways = [shelf.named(products)] if products else []
    if filters:
        # What a rule filters by may have left the catalog: it moves nothing then, and all else goes on.
        with contextlib.suppress(InputError):
            ways.append(shelf.both(conditions(filters, {}, shelf)))
    return Condition(shelf.either(ways).places) if ways else None


def _condition(name: str, wanted: Wanted, shelf: Shelf) -> Demand:
    """One filter as a condition; raises InputError where there is nothing of that name."""
    if name == "id":
        return shelf.named([str(one) for one in _listed(wanted, name)])
    if name in ("price", "stock", "available"):
        return _counted(name, wanted, shelf)
    facet = facets(name, shelf)
    if facet is None:
        known = ", ".join(sorted({*shelf.state.facets, "id", "price", "stock", "available"})[:40])
        raise InputError(f"filters.{name}: nothing in this catalog has it; there are {known}.")
    return shelf.has([(one, said) for one in facet for said in _spellings(one, _listed(wanted, name), shelf)])


def facets(name: str, shelf: Shelf) -> list[str] | None:
    """The facets that a request means by a name, whatever its case, the commonest first; None where nothing in the catalog has it."""
    bare = name.removeprefix("attributes.").removeprefix("options.")
    same = list(shelf.namesakes.get(bare, ())) or [one for one in shelf.namesakes if folded(one) == folded(bare)]
    return same or ([bare] if bare in OWN else None)


def _spellings(facet: str, values: Sequence[str], shelf: Shelf) -> list[str]:
    """A value as it is written in the catalog, whatever the case in which it was asked for."""
    found = []
    for value in values:
        found.append(value)
        found += [written for name, written in shelf.values.get(folded(value), ()) if name == facet]
    return found


def _listed(wanted: Wanted, name: str) -> list[str]:
    if isinstance(wanted, Bounds):
        raise InputError(f"filters.{name}: it is no number; name a value or a list of values.")
    values = wanted if isinstance(wanted, list) else [wanted]
    return [
        str(one).lower() if isinstance(one, bool) else f"{one:g}" if isinstance(one, float) else one for one in values
    ]


def _counted(name: str, wanted: Wanted, shelf: Shelf) -> Demand:
    if name == "available":
        return _available(wanted)
    if isinstance(wanted, (list, str)):
        raise InputError(f"filters.{name}: say a number, or {{min, max}}.")
    bounds = wanted if isinstance(wanted, Bounds) else Bounds(min=float(wanted), max=float(wanted))
    scale = 10 ** money.exponent(next(iter(shelf.state.currencies), "EUR")) if name == "price" else 1
    low = None if bounds.min is None else _whole(bounds.min * scale, name)
    high = None if bounds.max is None else _whole(bounds.max * scale, name)
    if name == "stock":
        return Stocked(low, high)
    return shelf.priced(low if low is not None else 0, high)


def _available(wanted: Wanted) -> Stocked:
    said = wanted if isinstance(wanted, list) else [wanted]
    # In a list what is true comes as the number 1.
    yes, no = ([one for one in said if one in (truth, str(truth).lower())] for truth in (True, False))
    if len(yes) + len(no) != len(said):
        raise InputError("filters.available: say true or false.")
    return Stocked(least=1 if yes and not no else None, most=0 if no and not yes else None)


def _whole(value: float, name: str) -> int:
    if not abs(value) < 2**53:
        raise InputError(f"filters.{name}: {value} is no number that it can be.")
    return round(value)
