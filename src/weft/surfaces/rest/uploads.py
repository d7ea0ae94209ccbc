"""Files that are sent: the body itself, or the first file of a form, kept in Weft's folder while it is worked on."""

import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, Annotated, Any, Final

from fastapi import Query, Request
from starlette.datastructures import UploadFile

from weft.errors import InputError

BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
            },
        },
    }
}
Name = Annotated[str | None, Query(max_length=200, description="What the file is called.")]
_PIECE: Final = 1 << 20


async def received(request: Request, name: str | None) -> tuple[Path, str]:
    """The file that a request carries, now the caller's to remove, and what it is called; raises InputError."""
    with _fresh(request) as kept:
        async with _sent(request) as (pieces, called):
            async for piece in pieces:
                kept.write(piece)
        if not kept.tell():
            raise InputError("The file is empty; send its content, such as curl --data-binary @FILE.")
        return Path(kept.name), _safe(name or called)


@contextmanager
def _fresh(request: Request) -> Iterator[IO[bytes]]:
    """A new file in Weft's folder, which stays if all goes well."""
    folder: Path = request.app.state.home / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="upload-", delete=False) as kept:
        try:
            yield kept
        except BaseException:
            Path(kept.name).unlink(missing_ok=True)
            raise


@asynccontextmanager
async def _sent(request: Request) -> AsyncIterator[tuple[AsyncIterator[bytes], str | None]]:
    """The file's content in pieces, and its name where the form says one."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        yield request.stream(), None
        return
    async with request.form(max_files=1, max_fields=20) as form:
        part = next((value for value in form.values() if isinstance(value, UploadFile)), None)
        if part is None:
            raise InputError("The form has no file; send it as a part, such as curl -F file=@FILE.")
        yield _pieces(part), part.filename


async def _pieces(part: UploadFile) -> AsyncIterator[bytes]:
    while piece := await part.read(_PIECE):
        yield piece


def _safe(name: str | None) -> str:
    return re.sub(r"[^\w.\- ]", "_", Path(name or "upload").name)[:120].strip(". ") or "upload"
