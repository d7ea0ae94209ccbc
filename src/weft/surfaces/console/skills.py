"""The pages *Skills*: what there is, and for each skill a form made from its request and a page of its answer."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import ImmutableMultiDict

from weft import skill as skills
from weft.business import Business
from weft.errors import Forbidden, InputError, WeftError
from weft.postgres.database import Database
from weft.store.changes import Who
from weft.surfaces import asking
from weft.surfaces.console.pages import rendered, signed_in
from weft.surfaces.console.session import Session, SignIn, from_this_site

_LONGEST: Final = 200_000
_SHOWN: Final = ":shown"
Filled = ImmutableMultiDict[str, str]


def fields_of(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The fields of a form for a JSON Schema: each with its name, what it is, and how it is typed."""
    return [_field(name, one, name in schema.get("required", ())) for name, one in schema.get("properties", {}).items()]


def _field(name: str, schema: Mapping[str, Any], needed: bool) -> dict[str, Any]:
    options = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    kinds = {one.get("type") for one in options}
    choices = next((one["enum"] for one in options if "enum" in one), None)
    items = options[0].get("items", {}) if kinds == {"array"} and len(options) == 1 else {}
    if choices:
        form = "choice"
    elif "enum" in items:
        form, choices = "choices", items["enum"]
    elif items.get("type") == "string":
        form = "words"
    elif "string" in kinds:
        form = "text"
    elif kinds == {"boolean"}:
        form = "flag"
    elif kinds <= {"integer", "number"}:
        form = "number"
    else:
        form = "json"
    return {
        "name": name,
        "about": schema.get("description", ""),
        "form": form,
        "nested": bool(kinds & {"object", "array"}) or None in kinds,
        "choices": choices,
        "least": schema.get("minItems", 0),
        "needed": needed,
        "usual": schema.get("default"),
    }


def values_of(fields: list[dict[str, Any]], given: Filled) -> dict[str, Any]:
    """What a form says, as a request; raises InputError with the field's name for what cannot be read."""
    values: dict[str, Any] = {}
    for field in fields:
        name, text = field["name"], given.get(field["name"], "").strip()
        if field["form"] == "flag":
            values[name] = name in given
            continue
        if field["form"] == "choices":
            values |= _chosen(field, given)
            continue
        if not text:
            continue
        if field["form"] == "json" or (field["nested"] and text[:1] in "{["):
            try:
                values[name] = orjson.loads(text)
            except orjson.JSONDecodeError as problem:
                raise InputError(f"{name} is not JSON: {problem}.") from problem
        elif field["form"] == "words":
            values[name] = [word for one in re.split(r"[,;\n]", text) if (word := one.strip())]
        else:
            values[name] = text
    return values


def _chosen(field: Mapping[str, Any], given: Filled) -> dict[str, list[str]]:
    """The boxes of a field that are ticked; nothing of a form that did not show them. Raises InputError where one is needed."""
    name = field["name"]
    ticked = given.getlist(name)
    if not ticked and f"{name}{_SHOWN}" not in given:
        return {}
    if not ticked and field["least"]:
        raise InputError(f"Tick at least one of {name.replace('_', ' ')}: {', '.join(field['choices'])}.")
    return {name: ticked}


def add_pages(router: APIRouter, database: Database, sign_in: SignIn) -> None:
    """Add the list and the page of one skill."""
    signed = Annotated[Session, Depends(signed_in(sign_in))]

    def shown(request: Request, session: Session, name: str, **more: Any) -> Response:
        business = Business(database, session.bearer.tenant)
        skill = skills.named(name)
        named: dict[str, Any] = {
            "session": session,
            "business": business.id,
            "room": "skills",
            "skill": skill,
            "fields": fields_of(skill.asks.model_json_schema()),
            "given": Filled(),
            "answer": None,
            "problem": None,
        }
        return rendered(request, "skill.html", **named | more)

    @router.get("/skills")
    def page(request: Request, session: signed) -> Response:
        business = Business(database, session.bearer.tenant)
        every = list(skills.skills().values())
        return rendered(request, "skills.html", session=session, business=business.id, room="skills", skills=every)

    @router.get("/skills/{name}")
    def one(request: Request, session: signed, name: str) -> Response:
        return shown(request, session, name)

    async def form(request: Request) -> Filled:
        """What was filled in, as texts."""
        async with request.form(max_files=0, max_fields=100, max_part_size=_LONGEST) as sent:
            return Filled([(name, value) for name, value in sent.multi_items() if isinstance(value, str)])

    @router.post("/skills/{name}")
    def ask(request: Request, session: signed, name: str, given: Annotated[Filled, Depends(form)]) -> Response:
        from_this_site(request)
        skill = skills.named(name)
        propose = "propose:" in given
        if propose and not session.bearer.may("propose"):
            raise Forbidden(f"Nothing was done: your key may only {session.bearer.scope}.")
        business = Business(database, session.bearer.tenant)
        try:
            values = values_of(fields_of(skill.asks.model_json_schema()), given)
            asked = skills.requested(skill, values)
            answer = asking.ask(skill, asked, business, propose=propose, who=Who(session.who))
        except WeftError as refused:
            return shown(request, session, name, given=given, problem=refused.message)
        return shown(request, session, name, given=given, answer=answer)
