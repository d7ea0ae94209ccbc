"""The glossary over HTTP: listed, added to, sent and asked for as a file, forgotten."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from weft.errors import InputError
from weft.store.glossary import Term
from weft.surfaces.rest import uploads, wordings
from weft.surfaces.rest.callers import Approver, Reader
from weft.surfaces.rest.idempotency import IdempotentRoute
from weft.surfaces.rest.imports import Imported
from weft.surfaces.rest.problems import RESPONSES
from weft.surfaces.rest.records import FILE_RESPONSES, Scratch

router = APIRouter(prefix="/glossary", responses=RESPONSES, tags=["glossary"], route_class=IdempotentRoute)
# A file's body is no JSON that could be remembered under an idempotency key.
files = APIRouter(prefix="/glossary/file", responses=RESPONSES, tags=["glossary"])
Limit = Annotated[int, Query(ge=1, le=10_000, description="How many at most.")]


class NewTerms(BaseModel):
    """Terms to add."""

    terms: list[Term] = Field(min_length=1, max_length=10_000)
    replace: bool = Field(default=False, description="Let them take the place of what they contradict.")


class Put(BaseModel):
    """What became of terms, or of segments."""

    created: int
    updated: int
    unchanged: int


class TermCount(BaseModel):
    """How many terms there are of a pair of languages; empty is any."""

    source_language: str
    target_language: str
    terms: int


class Forgotten(BaseModel):
    """How many were forgotten."""

    forgotten: int


@router.get("")
def list_terms(
    caller: Reader,
    source: wordings.FromLanguage = None,
    target: wordings.IntoLanguage = None,
    text: wordings.Text = None,
    limit: Limit = 1_000,
) -> list[Term]:
    """Terms by source."""
    return caller.business.glossary.listed(source, target, text)[:limit]


@router.post("")
def put_terms(asked: NewTerms, caller: Approver) -> Put:
    """Add terms, or change those of the same source and languages; 409 with each contradiction, and then none is kept."""
    counts = caller.business.glossary.put(asked.terms, caller.who.name, replace=asked.replace)
    return Put(created=counts.created, updated=counts.updated, unchanged=counts.unchanged)


@router.delete("")
def forget_terms(
    caller: Approver,
    id: Annotated[list[str] | None, Query(max_length=1_000, description="Which, as often as needed.")] = None,  # noqa: A002
    all: Annotated[bool, Query(description="All of them.")] = False,  # noqa: A002
) -> Forgotten:
    """Forget terms."""
    if not id and not all:
        raise InputError("Say which terms to forget with id, or all=true.")
    return Forgotten(forgotten=caller.business.glossary.forget(None if all else id, caller.who.name))


@router.get("/counts")
def count_terms(caller: Reader) -> list[TermCount]:
    """How many terms there are, by languages."""
    return [TermCount(**line) for line in caller.business.glossary.counted()]


@files.post("", openapi_extra=uploads.BODY)
async def load_glossary(
    request: Request,
    caller: Approver,
    format_: wordings.Format = None,
    name: uploads.Name = None,
    source: wordings.Source = "",
    target: wordings.Target = "",
    map_: wordings.Mapped = None,
    replace: Annotated[bool, Query(description="Let its terms take the place of those that they contradict.")] = False,
    dry_run: bool = False,
) -> Imported:
    """Send a glossary: TBX, a table, or JSON Lines; rows that contradict each other or what is kept are in its rejects."""
    return await wordings.loaded(
        request, caller, "glossary", name, map_, format_name=format_, source_language=source, target_language=target,
        replace=replace, dry_run=dry_run,
    )  # fmt: skip


@files.get("", response_class=FileResponse, responses=FILE_RESPONSES)
def export_glossary(
    caller: Reader,
    folder: Scratch,
    format_: Annotated[Literal["csv", "tbx", "jsonl"], Query(alias="format")] = "csv",
) -> FileResponse:
    """All terms as a file."""
    return wordings.sent(caller.business, "glossary", folder, format_)
