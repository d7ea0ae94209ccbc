"""Changes, the journal and keys over HTTP."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from weft.access import keys
from weft.connectors import ending
from weft.connectors.exporting import export_changes
from weft.errors import WeftError
from weft.skill import Edit
from weft.store.changes import Outcome, Selection
from weft.surfaces.rest.callers import Administrator, Approver, Proposer, Reader
from weft.surfaces.rest.idempotency import IdempotentRoute
from weft.surfaces.rest.problems import RESPONSES
from weft.surfaces.rest.records import FILE_RESPONSES, After, Limit, OneFile, Page, Where, Workbook, file_response, page

router = APIRouter(responses=RESPONSES, route_class=IdempotentRoute)
State = Literal["proposed", "approved", "applied", "rejected", "stale", "undone"]


class Proposal(BaseModel):
    """Edits to propose together, as one run."""

    edits: list[Edit] = Field(min_length=1, max_length=10_000)
    skill: str = Field(default="edit", min_length=1, max_length=100)


class Chosen(BaseModel):
    """Which changes: by ids, run, filter, or all in a state from which the verb goes."""

    model_config = ConfigDict(extra="forbid")

    ids: list[str] = Field(default_factory=list, max_length=10_000)
    run: str | None = None
    where: str | None = Field(default=None, max_length=4000)
    all: bool = False
    reason: str | None = Field(default=None, max_length=1000, description="With reject: why.")

    def selection(self) -> Selection:
        """As the store takes it."""
        return Selection(self.ids, self.run, self.where, self.all)


class Done(BaseModel):
    """What a verb did."""

    verb: str
    done: int
    left: int
    problems: list[dict[str, str]]
    run: str | None = None


class Correction(BaseModel):
    """A person's own value."""

    value: Any


def _done(outcome: Outcome) -> Done:
    return Done(verb=outcome.verb, done=outcome.done, left=outcome.left, problems=outcome.problems, run=outcome.run)


def _json(value: Any) -> Response:
    return Response(orjson.dumps(value, default=str), media_type="application/json")


@router.post("/changes", status_code=201, tags=["changes"])
def propose(proposal: Proposal, caller: Proposer) -> Done:
    """Propose edits."""
    edits = [edit.model_dump() for edit in proposal.edits]
    return _done(caller.business.changes.propose(edits, skill=proposal.skill, who=caller.who))


@router.get("/changes", response_model=Page, tags=["changes"])
def list_changes(
    caller: Reader,
    where: Where = None,
    state: State | None = None,
    run: Annotated[str | None, Query(max_length=100)] = None,
    after: After = None,
    limit: Limit = 100,
) -> Response:
    """Changes in the order in which they were made."""
    selection = Selection((), run, where, all=where is None and run is None, state=state)
    return page(caller.business.changes.listed(selection, limit=limit, after=after), limit, lambda item: item["id"])


@router.get("/changes/export", response_class=FileResponse, responses=FILE_RESPONSES, tags=["changes"])
def export(
    caller: Approver,
    where: Where = None,
    run: Annotated[str | None, Query(max_length=100)] = None,
    format_: Annotated[Literal["shopify", "jsonl"], Query(alias="format")] = "shopify",
    dialect: Annotated[Literal["new", "old"], Query()] = "new",
    workbook: Workbook = False,
    one_file: OneFile = False,
) -> FileResponse:
    """Approved and applied changes as a platform's file that holds only what changed."""
    selection = Selection((), run, where, all=where is None and run is None)
    folder = tempfile.TemporaryDirectory(prefix="weft-export-")
    path = Path(folder.name) / f"changes{'.xlsx' if workbook else ending(format_)}"
    try:
        written = export_changes(
            caller.business, selection, path, format_name=format_, dialect=dialect, one_file=one_file
        )
    except WeftError:
        folder.cleanup()
        raise
    return file_response(folder, [part.path for part in written])


@router.get("/changes/counts", tags=["changes"])
def count(caller: Reader) -> dict[str, int]:
    """How many changes there are in each state."""
    return caller.business.changes.counted()


@router.get("/changes/{change}", response_model=dict[str, Any], tags=["changes"])
def show(change: str, caller: Reader) -> Response:
    """One change, with what the field holds now."""
    return _json(caller.business.changes.shown(change))


@router.post("/changes/approve", tags=["changes"])
def approve(chosen: Chosen, caller: Approver) -> Done:
    """Approve proposed changes."""
    return _done(caller.business.changes.approve(chosen.selection(), caller.who))


@router.post("/changes/reject", tags=["changes"])
def reject(chosen: Chosen, caller: Approver) -> Done:
    """Reject changes that are proposed, approved or stale."""
    return _done(caller.business.changes.reject(chosen.selection(), caller.who, chosen.reason))


@router.post("/changes/apply", tags=["changes"])
def apply(chosen: Chosen, caller: Approver) -> Done:
    """Write approved changes, each only if its field still holds what it did."""
    return _done(caller.business.changes.apply(chosen.selection(), caller.who))


@router.post("/changes/undo", tags=["changes"])
def undo(chosen: Chosen, caller: Approver) -> Done:
    """Put back what applied changes replaced."""
    return _done(caller.business.changes.undo(chosen.selection(), caller.who))


@router.post("/changes/{change}/correct", response_model=dict[str, Any], tags=["changes"])
def correct(change: str, correction: Correction, caller: Approver) -> Response:
    """Put your own value in place of the suggested one and approve it."""
    return _json(caller.business.changes.correct(change, correction.value, caller.who))


@router.get("/journal", response_model=Page, tags=["journal"])
def list_journal(
    caller: Reader, before: Annotated[int | None, Query(ge=1, le=1 << 62)] = None, limit: Limit = 50
) -> Response:
    """What was done, newest first; `next` goes into `before`."""
    return page(caller.business.journal.listed(limit, before), limit, lambda item: str(item["seq"]))


class Proof(BaseModel):
    """The whole chain holds."""

    whole: bool
    batches: int
    entries: int
    head: str


@router.get("/journal/verify", tags=["journal"])
def verify(caller: Reader) -> Proof:
    """Prove the whole chain; 409 names the first batch that does not hold."""
    proof = caller.business.journal.verify()
    return Proof(whole=True, batches=proof.batches, entries=proof.entries, head=proof.head)


@router.get("/journal/{seq}", response_model=Page, tags=["journal"])
def show_journal(
    seq: int, caller: Reader, after: Annotated[int, Query(ge=0, le=1 << 31)] = 0, limit: Limit = 100
) -> Response:
    """The entries of one batch."""
    entries = caller.business.journal.entries(min(max(seq, 0), 1 << 62), limit, after)
    return page(entries, limit, lambda _: str(after + len(entries)))


class KeyLimits(BaseModel):
    """What a key may ask of models; null is without a limit.

    `models` are names, one ending in `*` standing for all that begin so; requests and tokens count a minute, `concurrency` requests
    at once in one process.
    """

    model_config = ConfigDict(extra="forbid")

    models: list[str] | None = Field(default=None, max_length=1000)
    requests: int | None = Field(default=None, ge=1, le=10**12)
    tokens: int | None = Field(default=None, ge=1, le=10**12)
    concurrency: int | None = Field(default=None, ge=1, le=10**12)


class NewKey(BaseModel):
    """A key to make."""

    scope: Literal["browser", "read", "propose", "approve", "admin"] = "read"
    origins: list[str] = Field(
        default_factory=list,
        max_length=50,
        description="Of a browser key: the origins of the pages that it may stand in.",
        examples=[["https://shop.example"]],
    )
    days: int | None = Field(default=None, ge=1, le=36_500)
    note: str = Field(default="", max_length=500)
    limits: KeyLimits | None = None


class KeyLine(BaseModel):
    """A key without its secret."""

    id: str
    scope: str
    note: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    limits: KeyLimits
    origins: list[str] = Field(default_factory=list)
    shown: str | None = Field(default=None, description="A browser key itself, which is no secret.")


class MadeKey(BaseModel):
    """A key with its secret, which is shown this once."""

    id: str
    key: str
    scope: str
    business: str
    expires_at: datetime | None
    limits: KeyLimits
    origins: list[str] = Field(default_factory=list)


def _line(key: keys.Key) -> KeyLine:
    return KeyLine(**{name: getattr(key, name) for name in KeyLine.model_fields})


def _limits(said: KeyLimits | None) -> dict[str, Any]:
    return {} if said is None else said.model_dump(exclude_none=True)


@router.post("/keys", status_code=201, tags=["keys"])
def make_key(new: NewKey, caller: Administrator) -> MadeKey:
    """Make a key; it is shown this once."""
    database, business = caller.business.database, caller.business
    key, secret = keys.created(
        database, business.uid, new.scope, new.days, new.note, _limits(new.limits), origins=new.origins
    )
    return MadeKey(
        id=key.id,
        key=secret,
        scope=key.scope,
        business=business.id,
        expires_at=key.expires_at,
        limits=KeyLimits(**key.limits),
        origins=list(key.origins),
    )


@router.get("/keys", tags=["keys"])
def list_keys(caller: Administrator) -> list[KeyLine]:
    """The keys of the business."""
    return [_line(key) for key in keys.listed(caller.business.database, caller.business.uid)]


@router.delete("/keys/{key}", tags=["keys"])
def revoke_key(key: str, caller: Administrator) -> KeyLine:
    """End a key now."""
    return _line(keys.revoked(caller.business.database, caller.business.uid, key))


@router.put("/keys/{key}/limits", tags=["keys"])
def limit_key(key: str, limits: KeyLimits, caller: Administrator) -> KeyLine:
    """Say what a key may ask of models, in place of what was said."""
    return _line(keys.limited(caller.business.database, caller.business.uid, key, _limits(limits)))
