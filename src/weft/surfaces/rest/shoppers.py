"""What is asked while a shopper waits: the public skills, answered on a shorter way than all else.

The way around leads through the framework, which reads a request once more and hands it from thread to thread. Here it is read
once and answered in one thread. Whatever is out of the ordinary, such as a key that has not been seen a moment ago or a body that
is not as it should be, takes the way around, with what was read of it: there is one place where errors are told.
"""

import asyncio
import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import orjson
from pydantic import BaseModel, ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from weft import timed
from weft.access.keys import Bearer
from weft.business import Business
from weft.errors import SkillTimeout, WeftError
from weft.postgres.database import Database
from weft.skill import Skill, skills
from weft.surfaces import asking
from weft.surfaces.keyring import Keyring
from weft.surfaces.rest import browsers
from weft.surfaces.rest.callers import Caller
from weft.surfaces.rest.problems import problem

_AT_ONCE: Final = 40
_UNUSUAL: Final = (b"idempotency-key", b"transfer-encoding", b"expect")


class Shoppers:
    """Middleware that answers requests to the public skills itself where they are ordinary, and hands on all others."""

    def __init__(self, app: ASGIApp, database: Database, keyring: Keyring) -> None:
        self._app, self._database, self._keyring = app, database, keyring
        self._skills = {
            f"/api/v1/skills/{one.name}": one for one in skills().values() if one.public and not one.streams
        }
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        skill = self._skills.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        bearer = self._bearer(scope) if skill is not None and not scope["query_string"] else None
        if skill is None or bearer is None:
            await self._app(scope, receive, send)
            return
        read = await _read(receive)
        asked = _asked(skill, read)
        if asked is None:
            await self._app(scope, _again(read, receive), send)
            return
        try:
            async with self._places:
                body = await _called(skill, functools.partial(_answer, skill, asked, self._caller(bearer)))
        except WeftError as error:
            await problem(error.status, error.code, error.message)(scope, receive, send)
            return
        headers = [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _bearer(self, scope: Scope) -> Bearer | None:
        """Whose key an ordinary request carries, if it was seen a moment ago."""
        headers: Mapping[bytes, bytes] = dict(scope["headers"])
        if headers.get(b"content-type", b"").partition(b";")[0] != b"application/json":
            return None
        if any(name in headers for name in _UNUSUAL):
            return None
        entered = browsers.caller_of(scope)
        if entered is not None:
            # Its requests a minute are those of one address, and have been counted.
            return replace(entered, limits=replace(entered.limits, requests=None))
        kind, _, secret = headers.get(b"authorization", b"").partition(b" ")
        bearer = self._keyring.held(secret.strip().decode("latin-1")) if kind.lower() == b"bearer" else None
        return bearer if bearer is not None and bearer.may("read") else None

    def _caller(self, bearer: Bearer) -> Caller:
        business = Business(self._database, bearer.tenant)
        business.models.of_key(bearer.key_id, bearer.limits)
        return Caller(business, bearer)


async def _read(receive: Receive) -> list[Message]:
    """The messages that bring a request's body, the last of them with its end, or with the client's leaving."""
    read: list[Message] = []
    while not read or read[-1].get("more_body", False):
        read.append(await receive())
    return read


def _again(read: list[Message], receive: Receive) -> Receive:
    """What receives the same messages once more, and then those that come."""
    left = iter(read)

    async def received() -> Message:
        message = next(left, None)
        return message if message is not None else await receive()

    return received


def _asked(skill: Skill, read: list[Message]) -> BaseModel | None:
    """The request that a body is; None where it is none."""
    if read[-1]["type"] != "http.request":
        return None
    body = read[0].get("body", b"") if len(read) == 1 else b"".join(one.get("body", b"") for one in read)
    try:
        return skill.asks.model_validate(orjson.loads(body))
    except (orjson.JSONDecodeError, ValidationError):
        return None


def _answer(skill: Skill, asked: BaseModel, caller: Caller) -> bytes:
    if caller.is_browser:
        return orjson.dumps(asking.shown(skill, asked, caller.business))
    return orjson.dumps(asking.ask(skill, asked, caller.business, who=caller.who))


async def _called(skill: Skill, function: Callable[[], bytes]) -> bytes:
    """What a function answers in a thread of its own; raises what it raises, and SkillTimeout."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[bytes] = loop.create_future()

    def settle(result: bytes | BaseException) -> None:
        if future.done():
            return
        if isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(result)

    def done(result: bytes | BaseException) -> None:
        # A loop that has ended has nobody who waits.
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result)

    give_up = timed.begun(function, skill.seconds, done)

    def late() -> None:
        give_up()
        settle(SkillTimeout(f"The skill {skill.name} did not answer within {skill.seconds:g} s, and was given up."))

    timer = loop.call_later(skill.seconds, late)
    try:
        return await future
    finally:
        timer.cancel()
