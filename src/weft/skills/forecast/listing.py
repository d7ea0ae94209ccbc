"""The kept forecasts in short, and how they were built; without any arithmetic that would have to be loaded."""

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from weft.business import Business
from weft.errors import NotFound
from weft.skills.forecast import DemandClass
from weft.store.forecasts import Kept


class ForecastInShort(BaseModel):
    """The kept forecast of a product in short."""

    product: str
    title: str | None = None
    category: str | None = None
    demand_class: DemandClass
    way: str
    sum: float = Field(description="What is sold on average in `days` days from `start`.")
    days: int
    start: date
    seen: date = Field(description="The last day whose sales it knows.")


class ForecastsBuilt(BaseModel):
    """How all forecasts were last built."""

    products: int
    categories: int
    made: int = Field(description="How many were made anew.")
    kept: int = Field(description="How many were left as they were.")
    through: date = Field(description="The last day whose sales they know.")
    sold_through: date = Field(description="The last day with sales.")
    stale: bool = Field(description="There are sales that they do not know.")
    start: date
    days: int
    country: str | None = Field(default=None, description="The country whose holidays count.")
    seconds: float
    at: str


def listed(business: Business, days: int, limit: int) -> list[dict[str, Any]]:
    """The forecasts of products for `days` days from the first that they are for, what is expected most first."""
    moved = {one.id: one for one in business.forecasts.each("category", bodies=False)}
    found = []
    for kept in business.forecasts.each("product", bodies=False):
        its = moved.get(str(kept.told.get("category") or ""))
        first = kept.start if its is None else max(kept.start, its.start)
        told = ForecastInShort(
            product=kept.id,
            title=kept.told.get("title"),
            category=kept.told.get("category") or None,
            demand_class=kept.told["demand_class"],
            way=kept.told["way"],
            sum=round(_sum(kept, its, first, days), 3),
            days=days,
            start=first,
            seen=kept.seen,
        )
        found.append(told.model_dump(mode="json"))
    found.sort(key=lambda one: (-one["sum"], one["product"]))
    return found[:limit]


def _sum(kept: Kept, moved: Kept | None, first: date, days: int) -> float:
    """What a kept forecast has on average for days from a first one on, moved as its category is."""
    mean = kept.told["mean"]
    factors = (moved.told.get("factors") if moved is not None else None) or [1.0]
    skipped = (first - kept.start).days
    since = 0 if moved is None else (first - moved.start).days
    return sum(
        float(mean[min(skipped + at, len(mean) - 1)]) * float(factors[min(max(since + at, 0), len(factors) - 1)])
        for at in range(days)
    )


def state(business: Business) -> dict[str, Any]:
    """How all were last built, and whether there are sales since; raises NotFound where they never were."""
    built = business.forecasts.built()
    if built is None:
        raise NotFound(f"No forecasts of {business.id} are kept yet; make them with: weft forecasts build")
    span = business.numbers.span()
    last = built.through if span is None else min(span[1], business.numbers.today())
    told = ForecastsBuilt.model_validate(
        {
            **built.told,
            "at": built.at.isoformat(),
            "sold_through": last,
            "stale": built.through < _whole(business, last),
        }
    )
    return told.model_dump(mode="json")


def _whole(business: Business, last: date) -> date:
    """The last whole day with sales: a day that is not over yet is none."""
    return last if last < business.numbers.today() else date.fromordinal(last.toordinal() - 1)
