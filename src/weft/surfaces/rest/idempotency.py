"""`Idempotency-Key`: a request sent again with the same key is answered as the first time, and done once."""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Any, Final

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from weft.access.keys import Bearer
from weft.postgres.database import Database
from weft.surfaces.keyring import Keyring
from weft.surfaces.rest.problems import problem

_LONGEST: Final = 255


class IdempotentRoute(APIRoute):
    """A route whose POST requests may carry an Idempotency-Key; answers are kept for a day."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler that looks for an earlier answer first."""
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            key = request.headers.get("idempotency-key")
            kind, _, secret = request.headers.get("authorization", "").partition(" ")
            if key is None or request.method != "POST" or kind.lower() != "bearer" or not secret:
                return await handle(request)
            if not 0 < len(key) <= _LONGEST or "\x00" in key:
                return problem(400, "bad-input", f"An Idempotency-Key has 1 to {_LONGEST} characters.")
            keyring: Keyring = request.app.state.keyring
            database: Database = request.app.state.database
            bearer = await run_in_threadpool(keyring.bearer, secret)
            body = await request.body()
            asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + body
            digest = hashlib.sha256(asked).digest()
            earlier = await run_in_threadpool(_claim, database, bearer, key, digest)
            if earlier is not None:
                return earlier
            try:
                response = await handle(request)
            except BaseException:
                await run_in_threadpool(_release, database, bearer, key)
                raise
            content = getattr(response, "body", None)
            if response.status_code < 500 and isinstance(content, bytes):
                await run_in_threadpool(_keep, database, bearer, key, response)
            else:
                await run_in_threadpool(_release, database, bearer, key)
            return response

        return once


def _claim(database: Database, bearer: Bearer, key: str, digest: bytes) -> Response | None:
    with database.tenant(bearer.tenant.uid) as connection:
        connection.execute("delete from idempotency where at < now() - interval '1 day'")
        claimed = connection.execute(
            "insert into idempotency (key, request) values (%s, %s) on conflict do nothing returning key", (key, digest)
        ).fetchone()
        if claimed is not None:
            return None
        row = connection.execute(
            "select request, status, headers, body from idempotency where key = %s", (key,)
        ).fetchone()
    if row is None or row[1] is None:
        return problem(
            409, "conflict", "A request with this Idempotency-Key is still being worked on; ask again shortly."
        )
    if bytes(row[0]) != digest:
        return problem(422, "bad-input", "This Idempotency-Key was used for another request; use a new one.")
    return Response(bytes(row[3]), row[1], {**row[2], "Idempotency-Replayed": "true"})


def _keep(database: Database, bearer: Bearer, key: str, response: Response) -> None:
    headers = {
        name: value for name, value in response.headers.items() if name.lower() in ("content-type", "location", "etag")
    }
    with database.tenant(bearer.tenant.uid) as connection:
        connection.execute(
            "update idempotency set status = %s, headers = to_jsonb(%s::json), body = %s where key = %s",
            (response.status_code, _json(headers), bytes(response.body), key),
        )


def _release(database: Database, bearer: Bearer, key: str) -> None:
    with database.tenant(bearer.tenant.uid) as connection:
        connection.execute("delete from idempotency where key = %s", (key,))


def _json(value: dict[str, str]) -> str:
    return orjson.dumps(value).decode()
