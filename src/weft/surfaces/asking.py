"""One request to a skill, as every surface makes it: asked, answered, and where it is wished proposed as changes."""

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, Field, create_model

from weft import skill as skills
from weft.business import Business
from weft.errors import InputError
from weft.skill import Skill
from weft.store.changes import Who


class Proposed(BaseModel):
    """What became of an answer's edits: how many are changes now, and why others are not."""

    done: int
    left: int
    problems: list[dict[str, str]]
    run: str | None = None


@functools.cache
def answer_type(skill: Skill) -> type[BaseModel]:
    """The type of a skill's answer over the wire: one that writes also says what was proposed."""
    if not skill.writes:
        return skill.answers
    return create_model(
        skill.answers.__name__,
        __base__=skill.answers,
        __doc__=skill.answers.__doc__,
        proposed=(Proposed | None, Field(default=None, description="With `propose`: what became of the changes.")),
    )


def proposes(skill: Skill, wanted: bool) -> None:
    """Raise InputError where a skill that does not write is asked to propose."""
    if wanted and not skill.writes:
        raise InputError(f"The skill {skill.name} writes nothing, so there is nothing to propose.")


def ask(
    skill: Skill,
    asked: BaseModel,
    business: Business,
    *,
    engine: str = "auto",
    propose: bool = False,
    who: Who | None = None,
) -> dict[str, Any]:
    """One request answered, as plain JSON; raises what `weft.skill.answer` does."""
    proposes(skill, propose)
    return _told(skill, skills.answer(skill, asked, business, engine), business, propose, who)


def shown(skill: Skill, asked: BaseModel, business: Business) -> dict[str, Any]:
    """One request of a shop's page answered without a model, as everybody may see it; raises Forbidden for what is private."""
    skills.kept_private(skill, asked)
    return skills.plain(skill, skills.public_answer(skill, skills.answer(skill, asked, business, "local"), business))


def pieces(
    skill: Skill,
    asked: BaseModel,
    business: Business,
    *,
    engine: str = "auto",
    propose: bool = False,
    who: Who | None = None,
) -> Iterator[str | dict[str, Any]]:
    """The same piece by piece: texts, and last the answer."""
    proposes(skill, propose)
    for piece in skills.pieces(skill, asked, business, engine):
        yield piece if isinstance(piece, str) else _told(skill, piece, business, propose, who)


def _told(skill: Skill, answer: BaseModel, business: Business, propose: bool, who: Who | None) -> dict[str, Any]:
    told = skills.plain(skill, answer)
    if propose:
        outcome = business.changes.propose(
            told["changes"], skill=skill.name, engine=told.get("engine", "local"), who=who
        )
        told["proposed"] = Proposed(
            done=outcome.done, left=outcome.left, problems=outcome.problems, run=outcome.run
        ).model_dump(mode="json")
    return told


def described(skill: Skill) -> dict[str, Any]:
    """A skill as a list shows it: its name, what it does, its marks and the schemas of request and answer."""
    marks: Mapping[str, Any] = {
        "writes": skill.writes,
        "long": skill.long,
        "streams": skill.streams,
        "public": skill.public,
        "over": skill.over,
    }
    return {
        "name": skill.name,
        "does": skill.sentence,
        **marks,
        "request": skill.asks.model_json_schema(),
        "answer": answer_type(skill).model_json_schema(mode="serialization"),
    }
