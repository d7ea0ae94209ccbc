"""Merchandising over HTTP: rules listed, made, changed, undone and taken away, synonyms as a file, and what would move."""

from pathlib import Path
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from weft.connectors import synonyms
from weft.errors import InputError, NotFound
from weft.skill import answer
from weft.skills.search import PREVIEW, Preview, Previews
from weft.store.merchandising import Kind, Rule
from weft.surfaces import ruling
from weft.surfaces.rest import uploads
from weft.surfaces.rest.callers import Approver, Caller, Reader
from weft.surfaces.rest.idempotency import IdempotentRoute
from weft.surfaces.rest.problems import RESPONSES
from weft.surfaces.rest.records import FILE_RESPONSES, Scratch, file_response
from weft.surfaces.ruling import KeptRule

router = APIRouter(prefix="/rules", responses=RESPONSES, tags=["rules"], route_class=IdempotentRoute)
# A file's body is no JSON that could be remembered under an idempotency key.
files = APIRouter(prefix="/rules/file", responses=RESPONSES, tags=["rules"])
search = APIRouter(prefix="/search", responses=RESPONSES, tags=["rules"], route_class=IdempotentRoute)
_SHOWN: Final = 100


class NewRules(BaseModel):
    """Rules to make, or, with their ids, to change."""

    rules: list[Rule] = Field(min_length=1, max_length=1_000)


class Switch(BaseModel):
    """Whether a rule is on."""

    on: bool


class Undone(BaseModel):
    """The rule as it is now; null where the undone edit had made it."""

    rule: Rule | None


class RulesRemoved(BaseModel):
    """How many rules were taken away."""

    removed: int


class Left(BaseModel):
    """A row of a file that could not be taken, and why."""

    line: int
    says: str


class TakenRules(BaseModel):
    """What became of a file of rules."""

    created: int
    updated: int
    unchanged: int
    rejected: int
    problems: list[Left] = Field(description="Why rows were not taken, the first hundred.")


@router.get("")
def list_rules(
    caller: Reader,
    kind: Annotated[Kind | None, Query(description="Those of this kind alone.")] = None,
    text: Annotated[str | None, Query(max_length=500, description="Those with this text in them alone.")] = None,
    limit: Annotated[int, Query(ge=1, le=50_000, description="How many at most.")] = 1_000,
) -> list[Rule]:
    """The rules in the order in which they were made."""
    return caller.business.rules.listed(kind, text)[:limit]


@router.post("", status_code=201, response_model_exclude_unset=True)
def make_rules(asked: NewRules, caller: Approver) -> list[KeptRule]:
    """Make rules, all or none, and answer them with their ids; 409 where two pins would stand on one place.

    What filters name and nothing in the catalog is today is told in `warnings`, with what is near.
    """
    return ruling.made(caller.business, asked.rules, caller.who.name)[1]


@router.get("/{rule}")
def show_rule(rule: str, caller: Reader) -> Rule:
    """One rule."""
    return caller.business.rules.get(rule)


@router.put("/{rule}", response_model_exclude_unset=True)
def change_rule(rule: str, asked: Rule, caller: Approver) -> KeptRule:
    """Put a rule in place of the one that it was, as a whole."""
    caller.business.rules.get(rule)
    if asked.id not in (None, rule):
        raise InputError(f"The rule {asked.id!r} cannot be put in place of {rule!r}.")
    return ruling.made(caller.business, [asked.model_copy(update={"id": rule})], caller.who.name)[1][0]


@router.patch("/{rule}")
def switch_rule(rule: str, asked: Switch, caller: Approver) -> Rule:
    """Turn a rule on or off."""
    return caller.business.rules.switch(rule, asked.on, caller.who.name)


@router.delete("/{rule}")
def remove_rule(rule: str, caller: Approver) -> RulesRemoved:
    """Take a rule away; it can be undone."""
    removed = caller.business.rules.remove([rule], caller.who.name)
    if not removed:
        raise NotFound(f"There is no rule {rule!r}.")
    return RulesRemoved(removed=removed)


@router.post("/{rule}/undo")
def undo_rule(rule: str, caller: Approver) -> Undone:
    """Put back what the last edit of a rule replaced; undone once more, it is as it was."""
    return Undone(rule=caller.business.rules.undo(rule, caller.who.name))


@files.post("", openapi_extra=uploads.BODY)
async def load_rules(
    request: Request,
    caller: Approver,
    format_: Annotated[synonyms.Format | None, Query(alias="format", description="Recognized if not said.")] = None,
    name: uploads.Name = None,
    dry_run: bool = False,
) -> TakenRules:
    """Send synonyms as CSV, or as Solr, Elasticsearch or Algolia have them; or rules of all kinds as JSON Lines."""
    path, called = await uploads.received(request, name)
    try:
        return await run_in_threadpool(_taken, caller, path, called, format_, dry_run)
    finally:
        path.unlink(missing_ok=True)


def _taken(caller: Caller, path: Path, called: str, format_: str | None, dry_run: bool) -> TakenRules:
    found = synonyms.read(path, format_, called)
    report = synonyms.take(caller.business.rules, found, caller.who.name, dry_run=dry_run)
    problems = [Left(line=line, says=says) for line, says in report.rejected[:_SHOWN]]
    return TakenRules(
        created=report.counts.created, updated=report.counts.updated, unchanged=report.counts.unchanged,
        rejected=len(report.rejected), problems=problems,
    )  # fmt: skip


@files.get("", response_class=FileResponse, responses=FILE_RESPONSES)
def export_rules(
    caller: Reader,
    folder: Scratch,
    format_: Annotated[Literal["csv", "solr", "jsonl"], Query(alias="format")] = "csv",
) -> FileResponse:
    """The synonyms as CSV or as Solr has them, or all rules as JSON Lines."""
    path = Path(folder.name) / f"rules.{'txt' if format_ == 'solr' else format_}"
    synonyms.write(caller.business.rules.listed(), path, format_)
    return file_response(folder, [path])


@search.post("/preview")
def preview(asked: Preview, caller: Reader) -> Previews:
    """What rules and dials would move in some searches, before anything is saved."""
    told: Any = answer(PREVIEW, asked, caller.business)
    return Previews.model_validate(told)
