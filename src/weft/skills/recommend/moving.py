"""A merchant's rules and dials applied to recommendations: what is hidden everywhere, and what is moved."""

from collections.abc import Sequence
from datetime import UTC, datetime

from weft.index import filters, signals
from weft.index.finding import Shelf
from weft.index.variants import Demand
from weft.skills.recommend.sources import Candidate
from weft.store.merchandising import Dials, Rule


def holding(rules: Sequence[Rule]) -> list[Rule]:
    """The rules that hold now for whatever is shown: those of a query or a category are of searches alone."""
    now = datetime.now(UTC)
    return [rule for rule in rules if rule.match == "any" and not rule.category and rule.holds(now)]


def hidden(rules: Sequence[Rule], shelf: Shelf) -> list[Demand]:
    """The conditions that hold of what no rule hides."""
    found = (filters.either(rule.products, rule.filters, shelf) for rule in rules if rule.kind == "hide")
    return [shelf.unless(condition) for condition in found if condition is not None]


def move(pool: Sequence[Candidate], rules: Sequence[Rule], dials: Dials, shelf: Shelf) -> None:
    """Multiply the scores of candidates by what dials and boosting and burying rules make of them, and keep why."""
    places = [one.found.place for one in pool]
    if dials.turned:
        multipliers, _ = signals.factors(shelf, places, dials)
        for one, times in zip(pool, multipliers.tolist(), strict=True):
            one.moved *= times
            one.moves += [
                f"{told.says}; its dial is at {told.dial:+g}" for told in signals.reasons(shelf, one.found.place, dials)
            ]
    for rule in rules:
        if (
            rule.kind not in ("boost", "bury")
            or (condition := filters.either(rule.products, rule.filters, shelf)) is None
        ):
            continue
        there = shelf.holding(condition, places)
        for one in pool:
            if one.found.place in there:
                one.moved *= rule.factor
                one.moves.append(f"{'boosted' if rule.factor > 1 else 'buried'} by “{rule.called}”")
