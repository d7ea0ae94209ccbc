"""The translation memory over HTTP: asked, listed, added to, sent and asked for as a file, forgotten."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from weft.errors import InputError
from weft.store.memory import Match
from weft.surfaces.rest import uploads, wordings
from weft.surfaces.rest.callers import Approver, Reader
from weft.surfaces.rest.glossary import Forgotten, Limit, Put
from weft.surfaces.rest.idempotency import IdempotentRoute
from weft.surfaces.rest.imports import Imported
from weft.surfaces.rest.problems import RESPONSES
from weft.surfaces.rest.records import FILE_RESPONSES, Scratch

router = APIRouter(prefix="/memory", responses=RESPONSES, tags=["memory"], route_class=IdempotentRoute)
files = APIRouter(prefix="/memory/file", responses=RESPONSES, tags=["memory"])


class SegmentLine(BaseModel):
    """A text and its translation, and what it is the text of."""

    source_language: str = Field(max_length=40)
    target_language: str = Field(max_length=40)
    source: str
    target: str
    origin: str = Field(default="", max_length=500, description="Where it comes from.")
    field: str = Field(default="", max_length=500)
    product: str = Field(default="", max_length=1_000)
    at: datetime | None = Field(default=None, description="When it was said; now, if that is not said.")


class NewSegments(BaseModel):
    """Segments to remember."""

    segments: list[SegmentLine] = Field(min_length=1, max_length=10_000)


class SegmentCount(BaseModel):
    """How many segments there are of a pair of languages."""

    source_language: str
    target_language: str
    segments: int


class TextsAsked(BaseModel):
    """Texts that are to be translated."""

    texts: list[str] = Field(min_length=1, max_length=1_000)
    source: str = Field(max_length=40)
    target: str = Field(max_length=40)
    at_least: float = Field(default=0.75, ge=0.5, le=1, description="How close: 1 is the same text.")
    limit: int = Field(default=3, ge=1, le=20, description="How many for each text.")


class MatchLine(BaseModel):
    """A text that was translated before, and how close it is."""

    text: str
    source: str
    target: str
    score: float
    source_language: str
    target_language: str
    origin: str
    field: str
    product: str
    at: datetime | None


@router.get("")
def list_segments(
    caller: Reader,
    source: wordings.FromLanguage = None,
    target: wordings.IntoLanguage = None,
    text: wordings.Text = None,
    limit: Limit = 50,
) -> list[SegmentLine]:
    """Segments, newest first."""
    found = caller.business.memory.listed(text, limit, source=source, target=target)
    return [SegmentLine(**segment) for segment in found]


@router.post("")
def put_segments(asked: NewSegments, caller: Approver) -> Put:
    """Remember segments, all or none."""
    counts = caller.business.memory.put([one.model_dump() for one in asked.segments], caller.who.name)
    return Put(created=counts.created, updated=counts.updated, unchanged=counts.unchanged)


@router.post("/matches")
def find_segments(asked: TextsAsked, caller: Reader) -> list[MatchLine]:
    """What is remembered of these texts and of ones like them, the closest first."""
    memory = caller.business.memory
    exact = memory.exact(asked.texts, asked.source, asked.target)
    near = (
        memory.fuzzy(asked.texts, asked.source, asked.target, asked.at_least, asked.limit) if asked.at_least < 1 else {}
    )
    found = {text: near.get(text) or ([exact[text]] if text in exact else []) for text in asked.texts}
    return [_line(text, match) for text, matches in found.items() for match in matches]


def _line(text: str, match: Match) -> MatchLine:
    return MatchLine(text=text, **{name: getattr(match, name) for name in Match.__slots__})


@router.delete("")
def forget_segments(
    caller: Approver,
    source: wordings.FromLanguage = None,
    target: wordings.IntoLanguage = None,
    origin: Annotated[str | None, Query(max_length=500, description="Those from there alone.")] = None,
    product: Annotated[str | None, Query(max_length=1_000, description="Those of this product alone.")] = None,
    all: Annotated[bool, Query(description="All of them.")] = False,  # noqa: A002
) -> Forgotten:
    """Forget segments."""
    if not all and not (source or target or origin or product):
        raise InputError("Say which segments to forget with source, target, origin or product, or all=true.")
    count = caller.business.memory.forget(caller.who.name, source=source, target=target, origin=origin, product=product)
    return Forgotten(forgotten=count)


@router.get("/counts")
def count_segments(caller: Reader) -> list[SegmentCount]:
    """How many segments there are, by languages."""
    return [SegmentCount(**line) for line in caller.business.memory.counted()]


@files.post("", openapi_extra=uploads.BODY)
async def load_memory(
    request: Request,
    caller: Approver,
    format_: wordings.Format = None,
    name: uploads.Name = None,
    source: wordings.Source = "",
    target: wordings.Target = "",
    map_: wordings.Mapped = None,
    dry_run: bool = False,
) -> Imported:
    """Send a translation memory: TMX, a table, or JSON Lines."""
    return await wordings.loaded(
        request, caller, "memory", name, map_, format_name=format_, source_language=source, target_language=target,
        dry_run=dry_run,
    )  # fmt: skip


@files.get("", response_class=FileResponse, responses=FILE_RESPONSES)
def export_memory(
    caller: Reader,
    folder: Scratch,
    format_: Annotated[Literal["tmx", "csv", "jsonl"], Query(alias="format")] = "tmx",
) -> FileResponse:
    """All segments as a file."""
    return wordings.sent(caller.business, "memory", folder, format_)
