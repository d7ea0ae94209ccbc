"""The kept forecasts in short, and how they were built."""

from typing import Any

from weft.business import Business
from weft.demand import keeping
from weft.errors import NotFound
from weft.skills.forecast import history


def listed(business: Business, days: int, limit: int) -> list[dict[str, Any]]:
    """The forecasts of products for `days` days from the first that they are for, what is expected most first."""
    moved = {one.id: one for one in business.forecasts.each("category", bodies=False)}
    built = business.forecasts.built()
    if built is None:
        return []
    found = []
    for kept in business.forecasts.each("product", bodies=False):
        first = max(kept.start, moved[""].start if "" in moved else kept.start)
        mean = keeping.mean_ahead(kept, moved.get(str(kept.told.get("category") or "")), first, days)
        found.append(
            {
                "product": kept.id,
                "title": kept.told.get("title"),
                "category": kept.told.get("category") or None,
                "demand_class": kept.told["demand_class"],
                "way": kept.told["way"],
                "sum": round(float(mean.sum()), 3),
                "days": days,
                "start": first.isoformat(),
                "seen": kept.seen.isoformat(),
            }
        )
    found.sort(key=lambda one: (-one["sum"], one["product"]))
    return found[:limit]


def state(business: Business) -> dict[str, Any]:
    """How all were last built, and whether there are sales since; raises NotFound where they never were."""
    built = business.forecasts.built()
    if built is None:
        raise NotFound(f"No forecasts of {business.id} are kept yet; make them with: weft forecasts build")
    known = history.ground(business)
    sold = known.through if known is not None else built.through
    return {**built.told, "at": built.at.isoformat(), "sold_through": sold.isoformat(), "stale": built.through < sold}
