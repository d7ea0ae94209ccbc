"""The page *Window*: browser keys, the lines that bring search into a shop's own pages, and the way to the storefront."""

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from weft.access import keys
from weft.business import Business
from weft.errors import Forbidden, InputError
from weft.postgres.database import Database
from weft.surfaces import storefront
from weft.surfaces.console.pages import rendered, signed_in
from weft.surfaces.console.session import Session, SignIn, from_this_site

WINDOW: Final = "/console/window"


def _here(request: Request) -> str:
    """The origin at which the console is looked at."""
    return keys.origin_of(f"{request.url.scheme}://{request.headers.get('host', '')}")


def add_pages(router: APIRouter, database: Database, sign_in: SignIn) -> None:
    """Add the page, and the making and ending of browser keys."""
    signed = Annotated[Session, Depends(signed_in(sign_in))]

    def shown(request: Request, session: Session, **more: Any) -> Response:
        tenant, here = session.bearer.tenant, _here(request)
        held = [key for key in reversed(keys.listed(database, tenant.uid)) if key.scope == keys.BROWSER]
        valid = [key for key in held if key.valid]
        elsewhere = [key for key in valid if here not in key.origins]
        named: dict[str, Any] = {
            "session": session,
            "business": tenant.id,
            "room": "window",
            "keys": held,
            "here": here,
            "placed": next(iter(elsewhere or valid), None),
            "home": storefront.home_of(tenant.id) if any(here in key.origins for key in valid) else None,
            "problem": None,
            "asked": {"origins": "", "note": "", "requests": ""},
        }
        return rendered(request, "window.html", 400 if more.get("problem") else 200, **named | more)

    def changing(request: Request, session: Session) -> Business:
        from_this_site(request)
        if not session.bearer.may("admin"):
            raise Forbidden(f"Nothing was done: your key may only {session.bearer.scope}. Keys need one with admin.")
        return Business(database, session.bearer.tenant)

    @router.get("/window")
    def page(request: Request, session: signed) -> Response:
        return shown(request, session)

    @router.post("/window")
    def make(
        request: Request,
        session: signed,
        origins: Annotated[str, Form(max_length=10_000)] = "",
        note: Annotated[str, Form(max_length=500)] = "",
        requests: Annotated[str, Form(max_length=20)] = "",
    ) -> Response:
        business = changing(request, session)
        try:
            limits = {"requests": _number(requests)}
            places = [one for one in re.split(r"[\s,]+", origins) if one]
            keys.created(database, business.uid, keys.BROWSER, note=note.strip(), limits=limits, origins=places)
        except InputError as refused:
            asked = {"origins": origins, "note": note, "requests": requests}
            return shown(request, session, problem=refused.message, asked=asked)
        return RedirectResponse(WINDOW, 303)

    @router.post("/window/open")
    def open_here(request: Request, session: signed) -> Response:
        return RedirectResponse(storefront.opened(changing(request, session), _here(request)), 303)

    @router.post("/window/{key}/end")
    def end(request: Request, session: signed, key: str) -> Response:
        keys.revoked(database, changing(request, session).uid, key)
        return RedirectResponse(WINDOW, 303)


def _number(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdigit():
        raise InputError(f"Requests a minute are a whole number, not {text!r}.")
    return int(text)
