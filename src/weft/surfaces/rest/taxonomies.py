"""Taxonomies and attribute lists over HTTP: sent, listed, shown, forgotten."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from weft.skills.organize import lists
from weft.skills.translate import aligned
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


class Names(BaseModel):
    """What a taxonomy calls things in one language, for translate: how many names, and where they come from."""

    language: str
    name: str = Field(description="What its last file is called.")
    names: int
    by: str | None = Field(default=None, description="Who loaded it.")
    at: datetime | None = Field(default=None, description="When it was loaded.")


Language = Annotated[str | None, Query(description="A language such as de, pt-BR or zh-CN.", max_length=35)]


@router.post("/terms", status_code=201, openapi_extra=uploads.BODY)
async def align_terms(
    request: Request, caller: Approver, name: uploads.Name = None, language: Language = None
) -> Names:
    """Send a taxonomy's names in one language; names of one id in two languages are translations of each other."""
    path, called = await uploads.received(request, name)
    try:
        told = await run_in_threadpool(
            aligned.load_file,
            caller.business,
            path,
            called,
            language or aligned.named_language(called),
            caller.who.name,
        )
    finally:
        path.unlink(missing_ok=True)
    return Names(**told)


@router.get("/terms")
def aligned_terms(caller: Reader) -> list[Names]:
    """The languages whose names are loaded."""
    return [Names(**told) for told in aligned.listed(caller.business)]


@router.delete("/terms")
def unalign_terms(caller: Approver, language: Language = None) -> list[Names]:
    """Forget the names of one language, or of all, and answer what is still there."""
    aligned.forget(caller.business, language)
    return [Names(**told) for told in aligned.listed(caller.business)]


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
