"""Imports over HTTP: a file is sent, taken in the background, and watched."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from weft.business import Business
from weft.connectors.importing import Moment, Report, import_file, mapping_of
from weft.errors import NotFound, WeftError
from weft.surfaces.rest import uploads
from weft.surfaces.rest.callers import Approver, Reader
from weft.surfaces.rest.problems import RESPONSES
from weft.surfaces.rest.records import Limit

router = APIRouter(responses=RESPONSES)
Kind = Literal[
    "products",
    "orders",
    "customers",
    "stock",
    "suppliers",
    "purchases",
    "conversations",
    "documents",
    "behaviors",
    "translations",
    "memory",
    "glossary",
]
_ENDED: Final = ("finished", "failed")
_PAUSE: Final = 0.25


class Imported(BaseModel):
    """An import and how far it is."""

    id: str
    kind: str
    format: str
    file: str
    state: str
    rows: int
    records: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    problem: str | None = None
    resumed: int = 0


class Underway:
    """The imports that run in this process, with the latest moment of each."""

    def __init__(self) -> None:
        self.moments: dict[str, Moment] = {}
        self.threads: set[threading.Thread] = set()


@router.post(
    "/imports",
    status_code=202,
    response_model=Imported,
    responses={200: {"model": Imported, "description": "With `wait` or `dry_run`: what came of it."}},
    tags=["imports"],
    openapi_extra=uploads.BODY,
)
async def start(
    request: Request,
    response: Response,
    caller: Approver,
    kind: Kind,
    format_: Annotated[str | None, Query(alias="format", max_length=50, description="Recognized if not said.")] = None,
    map_: Annotated[
        list[str] | None, Query(alias="map", max_length=200, description="field=column, as often as needed.")
    ] = None,
    currency: Annotated[str | None, Query(pattern="^[A-Za-z]{3}$")] = None,
    name: uploads.Name = None,
    dry_run: bool = False,
    wait: Annotated[bool, Query(description="Answer when it is done (status 200), not at once.")] = False,
) -> Any:
    """Send a file: raw (`curl --data-binary @FILE`) or as a form (`curl -F file=@FILE`). Answers at once with its id."""
    mapping = mapping_of(map_ or ())
    path, called = await uploads.received(request, name)
    underway: Underway = request.app.state.underway
    begun: asyncio.Future[UUID] = asyncio.get_running_loop().create_future()
    loop = asyncio.get_running_loop()

    def work() -> Report:
        identifier = ""

        def started(uid: UUID) -> None:
            nonlocal identifier
            identifier = str(uid)
            loop.call_soon_threadsafe(_set, begun, uid)

        def watch(moment: Moment) -> None:
            underway.moments[identifier] = moment

        try:
            return import_file(
                caller.business, kind, path, format_name=format_, mapping=mapping, currency=currency and currency.upper(),
                dry_run=dry_run, who=caller.who.name, rejects_folder=request.app.state.home / "rejects" / caller.business.id,
                name=called, watch=watch, begun=started,
            )  # fmt: skip
        finally:
            underway.moments.pop(identifier, None)
            path.unlink(missing_ok=True)

    task = asyncio.ensure_future(run_in_threadpool(work))
    request.app.state.tasks.add(task)
    task.add_done_callback(request.app.state.tasks.discard)
    task.add_done_callback(lambda done: done.exception())  # what is raised later is kept with the import
    if wait or dry_run:
        report = await asyncio.shield(task)
        response.status_code = 200
        return reported(report, called)
    both: set[asyncio.Future[Any]] = {task, begun}
    await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    if not begun.done():
        await task  # it failed before it began: say why
    uid = begun.result()
    response.headers["Location"] = f"/api/v1/imports/{uid}"
    return _shown(await run_in_threadpool(caller.business.imports.get, uid))


def _set(begun: "asyncio.Future[UUID]", uid: UUID) -> None:
    if not begun.done():
        begun.set_result(uid)


def reported(report: Report, name: str) -> Imported:
    """What came of the import of a file of that name."""
    fields = {key: value for key, value in asdict(report).items() if key in Imported.model_fields}
    return Imported(**{**fields, "file": name, "state": "dry run" if report.dry_run else "finished"})


def _shown(row: dict[str, Any]) -> Imported:
    return Imported(**{name: row[name] for name in Imported.model_fields if name in row})


def _uid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(f"There is no import {text!r}.") from None


@router.get("/imports", tags=["imports"])
def list_imports(caller: Reader, limit: Limit = 50) -> list[Imported]:
    """Imports, newest first."""
    return [_shown(row) for row in caller.business.imports.listed(limit)]


@router.get("/imports/{import_id}", tags=["imports"])
def get_import(import_id: str, caller: Reader) -> Imported:
    """One import and how far it is."""
    return _shown(caller.business.imports.get(_uid(import_id)))


@router.get(
    "/imports/{import_id}/rejects",
    response_class=FileResponse,
    responses={200: {"content": {"text/csv": {}}}},
    tags=["imports"],
)
def rejects(import_id: str, request: Request, caller: Reader) -> FileResponse:
    """The rows that could not be taken, with line, column, value and reason."""
    row = caller.business.imports.get(_uid(import_id))
    path = Path(row["rejects_file"]) if row["rejects_file"] else None
    kept = request.app.state.home / "rejects" / caller.business.id
    # Only what came in over HTTP is given out again: the command line leaves its rejects beside its file.
    if path is None or path.parent != kept or not path.exists():
        raise NotFound("This import has no rejects file here.")
    return FileResponse(path, media_type="text/csv; charset=utf-8", filename=path.name)


@router.get(
    "/imports/{import_id}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}},
    tags=["imports"],
)
async def events(import_id: str, request: Request, caller: Reader) -> StreamingResponse:
    """The import's progress as server-sent events: `progress` with rows, rate and seconds left, then `finished` or `failed`."""
    uid = _uid(import_id)
    row = await run_in_threadpool(caller.business.imports.get, uid)
    return StreamingResponse(
        _events(request, caller.business, uid, row),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache"},
    )


async def _events(request: Request, business: Business, uid: UUID, row: dict[str, Any]) -> AsyncIterator[bytes]:
    underway: Underway = request.app.state.underway
    last = None
    while row["state"] not in _ENDED:
        moment = underway.moments.get(str(uid))
        said = (
            asdict(moment) if moment else {"rows": row["rows"], "records": row["records"], "rejected": row["rejected"]}
        )
        if said != last:
            yield b"event: progress\ndata: " + orjson.dumps(said) + b"\n\n"
            last = said
        await asyncio.sleep(_PAUSE)
        if await request.is_disconnected():
            return
        try:
            row = await run_in_threadpool(business.imports.get, uid)
        except WeftError as problem:
            yield b"event: failed\ndata: " + orjson.dumps({"problem": problem.message}) + b"\n\n"
            return
    yield f"event: {row['state']}\ndata: ".encode() + orjson.dumps(_shown(row).model_dump()) + b"\n\n"
