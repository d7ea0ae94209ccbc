"""What rules and dials would do, before anything is saved: which products of which searches would stand where."""

from typing import Final

from weft.business import Business
from weft.index import keeping, signals
from weft.index.keeping import Kept
from weft.skills.search import Hit, Move, Preview, Previewed, Previews, Results, Search
from weft.skills.search.answers import found_by
from weft.skills.search.rules import Policy
from weft.store.merchandising import Rule
from weft.store.rules import Book

_MOST_QUERIES: Final = 20


def previewed(asked: Preview, business: Business) -> Previews:
    """What would move; raises NotReady without an index, and InputError and Conflict where the rules could not be saved."""
    business.rules.check(asked.rules)
    kept = keeping.shelf(business.database, business.uid, business.id, business.catalog)
    book = business.rules.book()
    after = Book(_rules(asked, book), asked.dials or book.dials)
    if after.dials.turned or book.dials.turned:
        signals.kept_fresh(business.database, business.uid)
    policies = Policy(book, kept.shelf.analysis), Policy(after, kept.shelf.analysis)
    counts = dict.fromkeys(asked.queries, 0) if asked.queries else frequent(business, asked.days)
    searches = [_compared(query, times, asked, kept, *policies) for query, times in counts.items()]
    return Previews(searches=searches, changed=sum(one.changed for one in searches))


def _rules(asked: Preview, book: Book) -> tuple[Rule, ...]:
    """The rules as they would be: those asked about in place of themselves, or beside the others."""
    gone = {*asked.without, *(rule.id for rule in asked.rules if rule.id)}
    return (*(rule for rule in book.rules if rule.id not in gone), *(rule for rule in asked.rules if rule.on))


def frequent(business: Business, days: int, most: int = _MOST_QUERIES) -> dict[str, int]:
    """What people searched for most often in the last days, with how often."""
    return {row["query"]: row["times"] for row in business.behaviors.searches(days, most) if row["query"]}


def _compared(query: str, times: int, asked: Preview, kept: Kept, before: Policy, after: Policy) -> Previewed:
    search = Search(query=query[:1000], filters=asked.filters, limit=asked.depth, facets=[], explain=True)
    was, would = found_by(search, kept, before), found_by(search, kept, after)
    moves = _moves(was, would, asked.depth)
    return Previewed(
        query=query,
        times=times or None,
        total_before=was.total,
        total_after=would.total,
        redirect_before=was.redirect,
        redirect_after=would.redirect,
        moves=moves,
        rules=would.rules,
        changed=bool(moves) or (was.total, was.redirect) != (would.total, would.redirect),
    )


def _moves(was: Results, would: Results, depth: int) -> list[Move]:
    """The products whose place is another, those first that stand first then; what is gone comes last."""
    places = {hit.id: place for place, hit in enumerate(was.hits, 1)}
    there = {hit.id for hit in would.hits}
    found = [
        _move(hit, places.get(hit.id), place, depth)
        for place, hit in enumerate(would.hits, 1)
        if places.get(hit.id) != place
    ]
    return [*found, *(_move(hit, places[hit.id], None, depth) for hit in was.hits if hit.id not in there)]


def _move(hit: Hit, before: int | None, after: int | None, depth: int) -> Move:
    why = [one.says for one in hit.why.moved] if hit.why is not None and after is not None else []
    if after is None:
        moved = f"was at {before}, and leaves the first {depth}"
    else:
        moved = f"from {before} to {after}" if before is not None else f"new among the first {depth}, at {after}"
    says = f"{moved}: {'; '.join(why)}" if why else moved
    return Move(id=hit.id, title=hit.title, before=before, after=after, why=why, says=says)
