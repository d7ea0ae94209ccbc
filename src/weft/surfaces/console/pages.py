"""What every page of the console shares: its templates, its headers, how errors are said, and the sign-in."""

import hashlib
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from weft.errors import Unauthorized, WeftError
from weft.store import fields
from weft.surfaces.console import diffs, languages
from weft.surfaces.console.session import Session, SignIn, from_this_site

_FOLDER: Final = Path(__file__).parent
HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
    "vary": "HX-Request",
}
CHANGES: Final = "/console/changes"
_SIGN_IN: Final = "/console/sign-in"


def _versions() -> dict[str, str]:
    """Each static file's address, which changes with its content."""
    files = sorted((_FOLDER / "static").iterdir())
    return {
        file.name: f"/console/static/{file.name}?{hashlib.sha256(file.read_bytes()).hexdigest()[:10]}" for file in files
    }


templates = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.globals.update(
    static=_versions(), words=fields.words, typed=diffs.typed, diff=diffs.diff, as_read=languages.as_read
)

_coming = templates.overlay(enable_async=True)


def by_htmx(request: Request) -> bool:
    """Tell whether htmx asks, which takes a part of a page into the one that is open."""
    return request.headers.get("hx-request") == "true"


def rendered(request: Request, template: str, status: int = 200, **shown: Any) -> HTMLResponse:
    """A template as a response."""
    shown = {"said": None, "session": None, "htmx": by_htmx(request), **shown}
    return HTMLResponse(templates.get_template(template).render(shown), status)


def streamed(request: Request, template: str, **shown: Any) -> StreamingResponse:
    """A template as a response that comes piece by piece, as what it loops over comes."""
    shown = {"said": None, "session": None, "htmx": by_htmx(request), **shown}
    pieces = _coming.get_template(template).generate_async(**shown)
    return StreamingResponse(pieces, media_type="text/html")


def _told(request: Request, status: int, sentence: str) -> Response:
    """An error as a person meets it: said on the page that is open, or on one of its own."""
    said = {"problem": sentence}
    if by_htmx(request):
        response = rendered(request, "said.html", said=said)
        response.headers["hx-reswap"] = "none"
        return response
    return rendered(request, "problem.html", status, sentence=sentence)


def _to_sign_in(request: Request) -> Response:
    target = f"{_SIGN_IN}?ended=1"
    if by_htmx(request):
        return Response(headers={"hx-redirect": target})
    response = RedirectResponse(target, 303)
    SignIn.forget(response)
    return response


class PageRoute(APIRoute):
    """A route that answers errors as pages and sends every page with the headers that keep it closed to others."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with both around it."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                response = await handler(request)
            except Unauthorized:
                response = _to_sign_in(request)
            except WeftError as problem:
                response = _told(request, problem.status, problem.message)
            except RequestValidationError:
                response = _told(request, 400, "The address or the form of this page is not complete; open it anew.")
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return handle


def signed_in(sign_in: SignIn) -> Callable[[Request], Session]:
    """A dependency: the session of a request; raises Unauthorized."""

    def find(request: Request) -> Session:
        session = sign_in.of(request)
        if session is None:
            raise Unauthorized("Sign in first.")
        return session

    return find


def add_sign_in(router: APIRouter, sign_in: SignIn) -> None:
    """Add the way in and out."""

    @router.get("")
    def start() -> Response:
        return RedirectResponse(CHANGES, 303)

    @router.get("/sign-in")
    def enter(request: Request, token: str | None = None, ended: bool = False) -> Response:
        if token is None:
            problem = "The session has ended. Sign in again." if ended else None
            return rendered(request, "sign_in.html", problem=problem)
        try:
            _, cookie = sign_in.with_token(token)
        except Unauthorized as refused:
            return rendered(request, "sign_in.html", 401, problem=refused.message)
        # A strict cookie does not travel on a redirect that began at another site, such as a link in a mail.
        response = rendered(request, "entered.html")
        sign_in.remember(request, response, cookie)
        return response

    @router.post("/sign-in")
    def entered(request: Request, key: Annotated[str, Form(max_length=500)] = "") -> Response:
        from_this_site(request)
        try:
            _, cookie = sign_in.with_key(key)
        except Unauthorized as refused:
            return rendered(request, "sign_in.html", 401, problem=refused.message)
        response = RedirectResponse(CHANGES, 303)
        sign_in.remember(request, response, cookie)
        return response

    @router.post("/sign-out")
    def leave(request: Request) -> Response:
        from_this_site(request)
        response = RedirectResponse(_SIGN_IN, 303)
        sign_in.forget(response)
        return response
