"""Kept forecasts over HTTP: listed in short, and made anew beside the server."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from weft.errors import NotFound, NotReady
from weft.skills.forecast import beside, listing
from weft.skills.forecast.listing import ForecastInShort, ForecastsBuilt
from weft.surfaces.rest.callers import Proposer, Reader
from weft.surfaces.rest.idempotency import IdempotentRoute
from weft.surfaces.rest.problems import RESPONSES

router = APIRouter(prefix="/forecasts", responses=RESPONSES, tags=["forecasts"], route_class=IdempotentRoute)


class ForecastList(BaseModel):
    """The kept forecasts in short, what is expected most first, and how they were built."""

    built: ForecastsBuilt | None = Field(description="Null where nothing is kept yet.")
    items: list[ForecastInShort]


class BuildBegun(BaseModel):
    """Whether building was begun; if not, it was a moment ago."""

    begun: bool


@router.get("")
def list_forecasts(
    caller: Reader,
    days: Annotated[int, Query(ge=1, le=366, description="What is sold in how many days.")] = 28,
    limit: Annotated[int, Query(ge=1, le=10_000, description="How many at most.")] = 100,
) -> ForecastList:
    """The kept forecasts of products in short; the skill `forecast` tells each whole."""
    try:
        built = ForecastsBuilt.model_validate(listing.state(caller.business))
    except NotFound:
        return ForecastList(built=None, items=[])
    items = [ForecastInShort.model_validate(one) for one in listing.listed(caller.business, days, limit)]
    return ForecastList(built=built, items=items)


@router.post("/build", status_code=202)
def build_forecasts(caller: Proposer) -> BuildBegun:
    """Begin to make all forecasts whose sales have changed, in a process of its own; `GET /forecasts` tells when it is done."""
    if caller.business.database.folder is None:
        raise NotReady("This process has no folder to build in; run on its machine: weft forecasts build")
    return BuildBegun(begun=beside.begin(caller.business))
