"""Products, orders, customers: read, listed, taken out; a product is edited through changes."""

import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
import psycopg
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import FileResponse
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from weft.connectors import ending
from weft.connectors.exporting import export_file, settings_of, usual_format
from weft.errors import InputError, WeftError
from weft.store.catalog import Catalog
from weft.surfaces.keyring import Keyring
from weft.surfaces.rest.callers import Approver, Reader, allowed, scheme, secret_of
from weft.surfaces.rest.idempotency import IdempotentRoute
from weft.surfaces.rest.problems import RESPONSES

router = APIRouter(responses=RESPONSES, route_class=IdempotentRoute)

Where = Annotated[str | None, Query(description="A filter, such as `vendor = Acme and price < 20`.", max_length=4000)]
After = Annotated[str | None, Query(description="The cursor `next` of the page before.", max_length=1000)]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most.")]
_JSON: Final = "application/json"


class Page(BaseModel):
    """One page of records; `next` is the cursor of the page behind it, or null at the end."""

    items: list[dict[str, Any]]
    next: str | None


class Edits(BaseModel):
    """New values by field, such as `{"title": "…", "attributes.color": "red"}`; null blanks a field."""

    fields: dict[str, Any] = Field(min_length=1, max_length=500)


def page(items: list[dict[str, Any]], limit: int, cursor: Callable[[dict[str, Any]], str]) -> Response:
    """A page as JSON, with its cursor."""
    following = cursor(items[-1]) if len(items) == limit else None
    return Response(orjson.dumps({"items": items, "next": following}, default=text), media_type=_JSON)


def text(value: Any) -> Any:
    """What JSON has no form for: whole decimals as numbers, all else as texts."""
    return int(value) if hasattr(value, "as_tuple") and value == value.to_integral_value() else str(value)


def _tags(header: str) -> list[str]:
    """The versions that a header names; a proxy may have marked their tags as weak."""
    return [tag.strip().removeprefix("W/").strip('"') for tag in header.split(",")]


def tagged(request: Request, version: int, body: str | bytes) -> Response:
    """A record with its version as a tag; none of it where the caller has that version."""
    tag = f'"{version}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    given = request.headers.get("if-none-match", "")
    if given.strip() == "*" or str(version) in _tags(given):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=_JSON)


@router.get("/products", response_model=Page, tags=["products"])
def list_products(caller: Reader, where: Where = None, after: After = None, limit: Limit = 50) -> Response:
    """Products by id, in short."""
    return page(caller.business.catalog.listed(where, limit=limit, after=after), limit, lambda item: item["id"])


@router.get("/products/{product:path}", response_model=dict[str, Any], tags=["products"])
async def get_product(
    product: str, request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(scheme)]
) -> Response:
    """One whole product: variants, stock per location, facts with source and confidence; with an ETag."""
    keyring: Keyring = request.app.state.keyring
    bearer = await keyring.found(secret_of(credentials))
    allowed(bearer, "read")
    pool = request.app.state.pool
    try:
        async with pool.connection() as connection:
            version, body = await Catalog.text_on(connection, bearer.tenant.uid, product)
    except psycopg.DataError as problem:
        raise InputError(f"{product!r} cannot be an id: it has a character that no text can hold.") from problem
    except (psycopg.Error, OSError):
        # The server was killed, perhaps: the synchronous way starts it again, or says what is wrong.
        catalog = Catalog(request.app.state.database, bearer.tenant.uid, bearer.tenant.currency)
        version, body = await run_in_threadpool(catalog.text, product)
    return tagged(request, version, body)


@router.patch("/products/{product:path}", response_model=dict[str, Any], tags=["products"])
def edit_product(
    product: str, edits: Edits, caller: Approver, if_match: Annotated[str | None, Header()] = None
) -> Response:
    """Edit fields at once, as changes that can be undone; with `If-Match` only if the product is still that version."""
    versions = None if if_match is None or if_match.strip() == "*" else _tags(if_match)
    caller.business.changes.edit(product, edits.fields, versions=versions, who=caller.who)
    version, body = caller.business.catalog.text(product)
    return Response(body, headers={"ETag": f'"{version}"'}, media_type=_JSON)


@router.get("/orders", response_model=Page, tags=["orders"])
def list_orders(caller: Reader, where: Where = None, after: After = None, limit: Limit = 50) -> Response:
    """Orders by id, with their lines."""
    return page(caller.business.orders.listed(where, limit=limit, after=after), limit, lambda item: item["id"])


@router.get("/orders/{order:path}", response_model=dict[str, Any], tags=["orders"])
def get_order(order: str, request: Request, caller: Reader) -> Response:
    """One order with its lines, refunds and cancellation."""
    found = caller.business.orders.get(order)
    return tagged(request, found["version"], orjson.dumps(found, default=text))


@router.get("/customers", response_model=Page, tags=["customers"])
def list_customers(caller: Reader, where: Where = None, after: After = None, limit: Limit = 50) -> Response:
    """Customers by id."""
    return page(caller.business.customers.listed(where, limit=limit, after=after), limit, lambda item: item["id"])


@router.get("/customers/{customer:path}", response_model=dict[str, Any], tags=["customers"])
def get_customer(customer: str, request: Request, caller: Reader) -> Response:
    """One customer."""
    found = caller.business.customers.get(customer)
    return tagged(request, found["version"], orjson.dumps(found, default=text))


_MEDIA: Final = {
    ".csv": "text/csv; charset=utf-8",
    ".tsv": "text/tab-separated-values; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".jsonl": "application/x-ndjson",
    ".xml": "application/xml",
    ".tmx": "application/x-tmx+xml",
    ".tbx": "application/x-tbx+xml",
    ".gz": "application/gzip",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}
FILE_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file; a zip of several where not the same columns are known of all products.",
        "content": {media.partition(";")[0]: {} for media in _MEDIA.values()},
    }
}


def file_response(folder: tempfile.TemporaryDirectory[str], files: list[Path]) -> FileResponse:
    """The files in a folder as one download, removed once it is sent."""
    path = files[0]
    if len(files) > 1:
        path = Path(folder.name) / f"{files[0].stem}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, file.name)
    return FileResponse(
        path,
        media_type=_MEDIA.get(path.suffix, "application/octet-stream"),
        filename=path.name,
        background=BackgroundTask(folder.cleanup),
    )


def scratch() -> Iterator[tempfile.TemporaryDirectory[str]]:
    """A folder for one download; a failed one is removed at once."""
    folder = tempfile.TemporaryDirectory(prefix="weft-export-")
    try:
        yield folder
    except BaseException:
        folder.cleanup()
        raise


Workbook = Annotated[bool, Query(description="A table as a workbook (XLSX) in place of CSV.")]
OneFile = Annotated[bool, Query(description="One file with the columns of all products: a blank cell there may erase.")]
Scratch = Annotated[Any, Depends(scratch)]


@router.get("/exports/{kind}", response_class=FileResponse, responses=FILE_RESPONSES, tags=["exports"])
def export(
    kind: str,
    caller: Reader,
    folder: Scratch,
    format_: Annotated[
        str | None,
        Query(
            alias="format",
            description="shopify (if not said), woocommerce, jsonl, google, google-xml, openai, or for orders tables; suppliers and "
            "purchases are tables.",
        ),
    ] = None,
    dialect: Annotated[str, Query(description="Shopify's product columns: new or old.")] = "new",
    where: Where = None,
    workbook: Workbook = False,
    one_file: OneFile = False,
    set_: Annotated[
        list[str] | None, Query(alias="set", max_length=50, description="With a feed: settings, each name=value.")
    ] = None,
) -> FileResponse:
    """Everything of a kind as a file, in a platform's format or Weft's own."""
    try:
        safe = kind if kind.isalpha() else "records"
        format_ = format_ or usual_format(kind)
        written = export_file(
            caller.business,
            kind,
            Path(folder.name) / f"{safe}{'.xlsx' if workbook else ending(format_)}",
            format_name=format_,
            where=where,
            options={"dialect": dialect, "set": settings_of(set_ or ()), "one_file": one_file},
        )
    except WeftError:
        folder.cleanup()
        raise
    response = file_response(folder, [part.path for part in written])
    if left_out := sum(part.left_out for part in written):
        # A feed has no offer of which it would have to make something up.
        response.headers["weft-left-out"] = str(left_out)
    return response
