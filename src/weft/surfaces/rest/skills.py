"""Skills over HTTP: one typed path each, drawn from the list of skills."""

from collections.abc import Iterator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from weft.errors import WeftError
from weft.skill import EngineName, Skill, skills
from weft.surfaces import asking
from weft.surfaces.rest.callers import Caller, Reader, allowed, browser_or, caller
from weft.surfaces.rest.idempotency import IdempotentRoute
from weft.surfaces.rest.problems import RESPONSES

_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer; with `Accept: text/event-stream`, events `piece` (text) and last `answer` or `problem`.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}
Engine = Annotated[EngineName, Query(description="How to think: `auto` asks a model where there is a route for it.")]
Propose = Annotated[bool, Query(description="Propose the answer's changes, which needs a key with the scope propose.")]


class SkillLine(BaseModel):
    """A skill in the list."""

    name: str
    does: str
    writes: str | None
    long: bool
    streams: bool
    public: bool
    over: str | None
    request: dict[str, Any]
    answer: dict[str, Any]


def router() -> APIRouter:
    """The paths of all skills."""
    made = APIRouter(prefix="/skills", responses=RESPONSES, route_class=IdempotentRoute, tags=["skills"])

    @made.get("")
    def list_skills(caller: Reader) -> list[SkillLine]:
        """The skills, their marks and the schemas of what they ask and answer."""
        del caller
        return [SkillLine(**asking.described(skill)) for skill in skills().values()]

    for skill in skills().values():
        _add(made, skill)
    return made


def _add(made: APIRouter, skill: Skill) -> None:
    answers = asking.answer_type(skill)

    def reply(
        asked: BaseModel, found: Caller, engine: EngineName, propose: bool, request: Request
    ) -> dict[str, Any] | Response:
        if found.is_browser:
            return Response(orjson.dumps(asking.shown(skill, asked, found.business)), media_type="application/json")
        if propose:
            allowed(found.bearer, "propose")
        given: dict[str, Any] = {"engine": engine, "propose": propose, "who": found.who}
        if skill.streams and "text/event-stream" in request.headers.get("accept", ""):
            asking.proposes(skill, propose)
            events = _events(asking.pieces(skill, asked, found.business, **given))
            return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        return Response(orjson.dumps(asking.ask(skill, asked, found.business, **given)), media_type="application/json")

    if skill.writes:

        def writing(
            asked: skill.asks,  # type: ignore[name-defined]
            caller: Annotated[Caller, Depends(caller("read"))],
            request: Request,
            engine: Engine = "auto",
            propose: Propose = False,
        ) -> Any:
            return reply(asked, caller, engine, propose, request)

        endpoint: Any = writing
    else:

        def telling(
            asked: skill.asks,  # type: ignore[name-defined]
            caller: Annotated[Caller, Depends((browser_or if skill.public else caller)("read"))],
            request: Request,
            engine: Engine = "auto",
        ) -> Any:
            return reply(asked, caller, engine, False, request)

        endpoint = telling
    made.add_api_route(
        f"/{skill.name}",
        endpoint,
        methods=["POST"],
        response_model=answers,
        summary=skill.sentence,
        description=skill.asks.__doc__ or skill.sentence,
        operation_id=f"skill_{skill.name.replace('-', '_')}",
        responses=_STREAM if skill.streams else None,
    )


def _events(pieces: Iterator[str | dict[str, Any]]) -> Iterator[bytes]:
    """Pieces as server-sent events."""
    try:
        for piece in pieces:
            name = "piece" if isinstance(piece, str) else "answer"
            yield b"event: %s\ndata: %s\n\n" % (name.encode(), orjson.dumps(piece))
    except WeftError as problem:
        body = {"type": f"/docs/errors#{problem.code}", "status": problem.status, "detail": problem.message}
        yield b"event: problem\ndata: %s\n\n" % orjson.dumps(body)
