"""What the glossary and the translation memory share over HTTP: files that are sent, files that are asked for."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool

from weft.business import Business
from weft.connectors import ending
from weft.connectors.exporting import export_file
from weft.connectors.importing import import_file, mapping_of
from weft.errors import WeftError
from weft.surfaces.rest import uploads
from weft.surfaces.rest.callers import Caller
from weft.surfaces.rest.imports import Imported, reported
from weft.surfaces.rest.records import file_response

Format = Annotated[str | None, Query(alias="format", max_length=50, description="Recognized if not said.")]
Source = Annotated[str, Query(max_length=40, description="The language that texts are translated from, such as en.")]
Target = Annotated[str, Query(max_length=40, description="The language that texts are translated into, such as de.")]
Mapped = Annotated[list[str] | None, Query(alias="map", max_length=50, description="field=column, as often as needed.")]
FromLanguage = Annotated[str | None, Query(max_length=40, description="Those from this language alone.")]
IntoLanguage = Annotated[str | None, Query(max_length=40, description="Those into this language alone.")]
Text = Annotated[str | None, Query(max_length=500, description="Those with this text in them alone.")]


async def loaded(
    request: Request, caller: Caller, kind: str, name: str | None, mapped: list[str] | None, **options: Any
) -> Imported:
    """Take a file that was sent, and answer what came of it; raises InputError and its kin."""
    mapping = mapping_of(mapped or ())
    path, called = await uploads.received(request, name)
    rejects = request.app.state.home / "rejects" / caller.business.id
    try:
        report = await run_in_threadpool(
            _work(caller, kind, path, mapping=mapping, rejects_folder=rejects, name=called, **options)
        )
    except WeftError as problem:
        # The file is kept under another name while it is read; whoever sent it knows it by its own.
        problem.message = problem.message.replace(path.name, called)
        raise
    finally:
        path.unlink(missing_ok=True)
    return reported(report, called)


def _work(caller: Caller, kind: str, path: Path, **options: Any) -> Callable[[], Any]:
    return lambda: import_file(caller.business, kind, path, who=caller.who.name, **options)


def sent(business: Business, kind: str, folder: Any, format_name: str) -> FileResponse:
    """All of a kind as a file of a format; raises UnknownFormat."""
    try:
        path = Path(folder.name) / f"{kind}{ending(format_name)}"
        written = export_file(business, kind, path, format_name=format_name)
        return file_response(folder, [part.path for part in written])
    except WeftError:
        folder.cleanup()
        raise
