"""Taxonomies and attribute lists over HTTP: sent, listed, shown, forgotten."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from weft.skills.organize import lists
from weft.surfaces.rest import uploads
from weft.surfaces.rest.callers import Approver, Reader
from weft.surfaces.rest.problems import RESPONSES

router = APIRouter(prefix="/taxonomies", responses=RESPONSES, tags=["taxonomies"])
Id = Literal["taxonomy", "attribute-lists"]


class Loaded(BaseModel):
    """A taxonomy, or attributes with their values: how much is in it, and where it comes from."""

    id: Id
    kind: str
    name: str = Field(description="What its file is called.")
    heading: str | None = Field(default=None, description="What the file says of itself in its first line.")
    nodes: int | None = Field(default=None, description="Of a taxonomy: its categories.")
    attributes: int | None = Field(default=None, description="Of attribute lists: the attributes.")
    values: int | None = Field(default=None, description="Of attribute lists: the values of all attributes.")
    bytes: int | None = Field(default=None, description="The size of its text, unpacked.")
    by: str | None = Field(default=None, description="Who loaded it.")
    at: datetime = Field(description="When it was loaded.")


@router.post("", status_code=201, openapi_extra=uploads.BODY)
async def load_taxonomy(request: Request, response: Response, caller: Approver, name: uploads.Name = None) -> Loaded:
    """Send a taxonomy, or attributes with their values, in place of what is loaded; the next run of organize uses it."""
    path, called = await uploads.received(request, name)
    try:
        told = await run_in_threadpool(lists.load_file, caller.business, path, called, caller.who.name)
    finally:
        path.unlink(missing_ok=True)
    response.headers["Location"] = f"/api/v1/taxonomies/{told['id']}"
    return Loaded(**told)


@router.get("")
def list_taxonomies(caller: Reader) -> list[Loaded]:
    """What is loaded: a taxonomy, attribute lists, both or neither."""
    return [Loaded(**told) for told in lists.listed(caller.business)]


@router.get("/{taxonomy}")
def get_taxonomy(taxonomy: Id, caller: Reader) -> Loaded:
    """The taxonomy, or the attribute lists: size and origin."""
    return Loaded(**lists.shown(caller.business, taxonomy))


@router.delete("/{taxonomy}")
def forget_taxonomy(taxonomy: Id, caller: Approver) -> Loaded:
    """Forget it, and answer what it was; products are placed on the business's own tree again."""
    told = lists.shown(caller.business, taxonomy)
    lists.forget(caller.business, taxonomy)
    return Loaded(**told)
