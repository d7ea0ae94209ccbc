"""Runs over HTTP: a skill over a selection, its progress as events, and its verbs."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from weft import skill as skills
from weft.errors import InputError
from weft.runs.book import OVER, Runs, Selection
from weft.skill import EngineName
from weft.surfaces.rest.callers import Caller, Proposer, Reader
from weft.surfaces.rest.idempotency import IdempotentRoute
from weft.surfaces.rest.problems import RESPONSES
from weft.surfaces.rest.records import Limit, Page, page

router = APIRouter(prefix="/runs", responses=RESPONSES, route_class=IdempotentRoute, tags=["runs"])
_EVERY_SECONDS: Final = 0.5
_RATE_OVER: Final = 20
_STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Events `progress`, each a run with `rate` and `seconds_left`, and last `end`.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


class NewRun(BaseModel):
    """A skill to run, and over which products: those of a filter, of ids, of both together, or all."""

    model_config = ConfigDict(extra="forbid")

    skill: str = Field(min_length=1, max_length=100)
    where: str | None = Field(default=None, max_length=4000)
    ids: list[str] | None = Field(default=None, max_length=100_000)
    all: bool = False
    request: dict[str, Any] = Field(default_factory=dict, description="The rest of each request, but for the record.")
    engine: EngineName = "auto"
    again: bool = Field(default=False, description="Make every answer anew, remembered or not.")


class Run(BaseModel):
    """A run: `done` counts records that have an answer or failed, `made` the answers made now, `remembered` those not."""

    model_config = ConfigDict(extra="allow")

    id: str
    skill: str
    engine: str
    state: str
    records: int | None
    done: int
    made: int
    remembered: int
    changes: int
    failed: int
    seconds: float
    problem: str | None = None


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value, default=str), status, media_type="application/json")


@router.post("", status_code=202, response_model=Run)
def begin(new: NewRun, caller: Proposer) -> Response:
    """Begin a run, which workers take up."""
    if not new.all and new.where is None and new.ids is None:
        raise InputError('Say over which products: "where", "ids" or "all": true.')
    if new.all and (new.where is not None or new.ids is not None):
        raise InputError('"all" is all products; leave it out to select some of them.')
    book = Runs(caller.business)
    run = book.enter(
        skills.named(new.skill),
        Selection(new.where, new.ids),
        asked=new.request,
        engine=new.engine,
        again=new.again,
        queued=True,
        who=caller.who,
    )
    return _json(book.get(run), 202)


@router.get("", response_model=Page)
def list_runs(
    caller: Reader, limit: Limit = 50, before: Annotated[str | None, Query(max_length=100)] = None
) -> Response:
    """Runs, newest first; `next` goes into `before`."""
    return page(Runs(caller.business).listed(limit, before), limit, lambda item: item["id"])


@router.get("/{run}", response_model=Run)
def show(run: str, caller: Reader) -> Response:
    """One run with its counts."""
    return _json(Runs(caller.business).get(run))


@router.get("/{run}/failures", response_model=Page)
def failures(
    run: str, caller: Reader, limit: Limit = 100, after: Annotated[str, Query(max_length=1000)] = ""
) -> Response:
    """The records that failed, each with its reason."""
    return page(Runs(caller.business).failures(run, limit, after), limit, lambda item: item["record"])


@router.post("/{run}/pause", response_model=Run)
def pause(run: str, caller: Proposer) -> Response:
    """Let no further part begin; what is being worked on is finished and kept."""
    return _json(Runs(caller.business).pause(run))


@router.post("/{run}/resume", response_model=Run)
def resume(run: str, caller: Proposer) -> Response:
    """Go on with a run that is paused, failed or was interrupted."""
    return _json(Runs(caller.business).resume(run, queued=True))


@router.post("/{run}/cancel", response_model=Run)
def cancel(run: str, caller: Proposer) -> Response:
    """End a run for good; what it has proposed stays."""
    return _json(Runs(caller.business).cancel(run))


@router.get("/{run}/events", response_class=StreamingResponse, responses=_STREAM)
async def events(run: str, caller: Reader) -> StreamingResponse:
    """A run's progress while it goes on, as server-sent events; one that is over, or paused, is told once."""
    first = await run_in_threadpool(Runs(caller.business).get, run)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_told(caller, run, first), media_type="text/event-stream", headers=headers)


async def _told(caller: Caller, run: str, found: dict[str, Any]) -> AsyncIterator[bytes]:
    seen: deque[tuple[float, int]] = deque(maxlen=_RATE_OVER)
    last = b""
    quiet = 0
    while True:
        event = progress(found, seen)
        body = orjson.dumps(event, default=str)
        key = orjson.dumps([event["state"], event["done"], event["changes"], event["records"]])
        if key != last:
            yield b"event: progress\ndata: %s\n\n" % body
            last, quiet = key, 0
        elif (quiet := quiet + 1) % 30 == 0:
            # What goes between would close a connection on which nothing is said.
            yield b": still at it\n\n"
        if found["state"] in (*OVER, "paused", "interrupted"):
            yield b"event: end\ndata: %s\n\n" % body
            return
        await asyncio.sleep(_EVERY_SECONDS)
        found = await run_in_threadpool(Runs(caller.business).get, run)


def progress(found: dict[str, Any], seen: deque[tuple[float, int]]) -> dict[str, Any]:
    """A run with records a second over the last looks at it (`seen`, which is added to) and the seconds left at that rate."""
    seen.append((time.monotonic(), found["done"]))
    (begun, before), (now, done) = seen[0], seen[-1]
    rate = (done - before) / (now - begun) if now > begun else 0.0
    left = found["left"] / rate if rate > 0 else None
    return {**found, "rate": round(rate, 1), "seconds_left": round(left, 1) if left is not None else None}
