"""The catalog's state as `quality` tells it: the scores that `organize` has given, weighed by what is at stake."""

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from weft.business import Business
from weft.numbers.query import Period, Query
from weft.skills.organize import Fix, Gap, Look, Told, Twice
from weft.skills.organize.duplicates import suspected
from weft.skills.organize.learning import READS
from weft.skills.organize.lessons import current
from weft.skills.organize.quality import queue, scored, with_needs

_REASONS: Final = 6
_TWICE: Final = 1000
_PART: Final = 500


def _parts(products: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    stream = iter(products)
    while part := list(itertools.islice(stream, _PART)):
        yield part


def earned(business: Business, days: int) -> dict[str, int]:
    """Each product's revenue over the last `days` days with sales, in minor units of the business's currency."""
    span = business.numbers.span()
    if span is None:
        return {}
    period = Period(first=span[1] - timedelta(days - 1), last=span[1])
    table = business.numbers.answer(Query(metrics=["revenue"], by=["product"], period=period))
    return {row.key["product"]: int(row.values["revenue"] or 0) for row in table.rows if row.key["product"] is not None}


def told(asked: Look, business: Business) -> Told:
    """The mean score, the gaps, the queue of what to mend first, and suspected duplicates."""
    shelf = current(business).shelf
    revenue = earned(business, asked.days)
    count, total = 0, 0
    products, at_stake = Counter[str](), Counter[str]()

    def judged() -> Iterator[tuple[Mapping[str, Any], Any]]:
        nonlocal count, total
        for part in _parts(business.catalog.streamed(READS)):
            needs = business.remembered.answers("write", [product["id"] for product in part], "needs")
            for product in part:
                quality = with_needs(scored(product, shelf), product, needs.get(product["id"]) or ())
                count += 1
                total += quality.score
                for code in {reason.code for reason in quality.reasons}:
                    products[code] += 1
                    at_stake[code] += max(revenue.get(product["id"], 0), 0)
                yield product, quality

    first = queue(judged(), revenue, limit=asked.limit)
    twice = suspected(business.catalog.streamed(READS)) if asked.duplicates else []
    return Told(
        products=count,
        score=round(total / count, 1) if count else None,
        currency=business.currency,
        gaps=[
            Gap(code=code, products=number, at_stake=at_stake[code])
            for code, number in sorted(products.items(), key=lambda item: (-at_stake[item[0]], -item[1], item[0]))
        ],
        queue=[
            Fix(
                product=one.product,
                title=one.title,
                score=one.quality.score,
                at_stake=one.at_stake,
                reasons=[reason.words for reason in one.quality.reasons[:_REASONS]],
            )
            for one in first
        ],
        duplicates=[
            Twice(a=one.a, b=one.b, kind=one.kind, confidence=round(one.confidence, 3), why=one.why)
            for one in twice[:_TWICE]
        ],
    )
