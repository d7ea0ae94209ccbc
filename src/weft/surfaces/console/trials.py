"""Models asked from the page *Models*: tested, with what is found told as it comes, and tried with one's own words."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.concurrency import run_in_threadpool

from weft.errors import Forbidden, InputError, ModelTimeout, WeftError
from weft.gateway.door import Door
from weft.gateway.models import Target, dollars
from weft.gateway.register import Known
from weft.gateway.request import Call, Whole
from weft.gateway.trial import Finding, Trial, examined, first_of, message_of, text_of, thoughts_of
from weft.surfaces.console.models import MOST_TOKENS, Page, deciding, whole_number
from weft.surfaces.console.pages import signed_in, streamed
from weft.surfaces.console.session import Session, SignIn, from_this_site

_PATIENCE: Final = 120.0
_TRIAL_SECONDS: Final = 60.0
_LONGEST: Final = 100_000


@dataclass(slots=True)
class Sitting:
    """A trial that a page shows while it goes on: first its findings, then what came of them."""

    door: Door
    business: UUID
    target: Target
    problem: str | None = None
    speed: str = ""
    kept: bool = False
    _came: "asyncio.Queue[Finding | None]" = field(default_factory=asyncio.Queue)

    async def findings(self) -> AsyncIterator[Finding]:
        """Each finding as it comes; who goes away ends the trial."""
        work = asyncio.create_task(
            examined(self.door, self.business, self.target, _TRIAL_SECONDS, self._came.put_nowait)
        )
        work.add_done_callback(lambda _: self._came.put_nowait(None))
        try:
            while (finding := await self._came.get()) is not None:
                yield finding
            trial = await work
            self.speed = _speed(trial)
            self.kept = await run_in_threadpool(self._keep, trial)
            await self.door.look()
        except WeftError as problem:
            self.problem = problem.message
        finally:
            work.cancel()

    def _keep(self, trial: Trial) -> bool:
        """Keep what is sure with a model of the business's own; tell whether it was."""
        if not trial.abilities or not self.target.provider.own:
            return False
        abilities = {**self.target.model.abilities, **trial.abilities}
        self.door.register.amend(self.target.provider, self.target.model.name, {"abilities": abilities}, self.business)
        return True


def _speed(trial: Trial) -> str:
    said = []
    if trial.first_ms is not None:
        rate = trial.tokens_per_second
        said.append(f"{trial.first_ms:,.0f} ms to the first token")
        said.append("then too quick to be measured" if rate is None else f"then {rate:,.1f} tokens a second")
    cost = f"{dollars(trial.cost)} USD" if trial.target.model.prices is not None else "at a cost that nobody knows"
    said.append(f"{trial.requests} {'request' if trial.requests == 1 else 'requests'}, {cost}")
    return "; ".join(said)


def _told(reply: Whole, row: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """An answer with what the ledger's row says of it."""
    payload = orjson.loads(reply.body)
    message = message_of(payload)
    provider, _, model = reply.target.partition("/")
    held = known.providers.get(provider)
    priced = held is not None and model in held.models and held.models[model].prices is not None
    return {
        "text": text_of(message),
        "thoughts": thoughts_of(message),
        "calls": message.get("tool_calls"),
        "cut": first_of(payload).get("finish_reason") == "length",
        "target": reply.target,
        "kept": reply.cached,
        "tokens_in": row["tokens_in"],
        "tokens_out": row["tokens_out"],
        "estimated": row["estimated"],
        "cost": f"{dollars(row['cost'])} USD" if priced or reply.cached else None,
        "seconds": row["total_ms"] / 1000,
        "attempts": row["attempts"],
    }


async def _asked(door: Door, session: Session, name: str, words: str, most: str) -> dict[str, Any]:
    """Ask a route with the session's key, within all that limits it; raises WeftError."""
    if not words.strip():
        raise InputError("Write what the model is to be asked.")
    tokens = whole_number(most or str(MOST_TOKENS), "The most tokens of an answer", 1_000_000)
    body = {"model": name, "messages": [{"role": "user", "content": words}], "max_tokens": tokens}
    rows: list[Mapping[str, Any]] = []
    bearer = session.bearer
    call = Call(
        "chat",
        body,
        orjson.dumps(body),
        bearer.tenant.uid,
        key=bearer.key_id,
        limits=bearer.limits,
        told=rows.append,
    )
    try:
        async with asyncio.timeout(_PATIENCE):
            reply = await door.answer(call)
    except TimeoutError:
        raise ModelTimeout(f"{name} has not answered within {_PATIENCE:g} seconds, and is not waited for.") from None
    assert isinstance(reply, Whole)
    return _told(reply, rows[-1], await door.known(bearer.tenant.uid))


def add_pages(router: APIRouter, sign_in: SignIn, page: Page) -> None:
    """Add the page of a trial, and the trying."""
    signed = Annotated[Session, Depends(signed_in(sign_in))]
    door = page.door

    @router.post("/models/test")
    async def test(request: Request, session: signed, route: Annotated[str, Form(max_length=200)]) -> Response:
        business = deciding(request, session)
        if not session.bearer.limits.allow(route):
            raise Forbidden(f"The key {session.bearer.key_id} may not ask {route}.")
        known = await run_in_threadpool(door.register.known, business)
        sittings = [Sitting(door, business, target) for target in known.route(route).targets]
        shown = {"session": session, "business": session.bearer.tenant.id, "room": "models"}
        return streamed(request, "trial.html", **shown, route=route, sittings=sittings)

    @router.post("/models/ask")
    async def ask(
        request: Request,
        session: signed,
        route: Annotated[str, Form(max_length=200)],
        words: Annotated[str, Form(max_length=_LONGEST)] = "",
        most: Annotated[str, Form(max_length=20)] = "",
    ) -> Response:
        from_this_site(request)
        asked = {"route": route, "words": words, "most": most}
        try:
            answer = await _asked(door, session, route, words, most)
        except WeftError as refused:
            return await page.shown(request, session, asked=asked, refused=refused.message)
        return await page.shown(request, session, asked=asked, answer=answer)
