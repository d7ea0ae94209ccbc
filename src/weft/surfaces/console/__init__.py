"""The console: pages that a person opens in a browser, rendered on the server, usable without JavaScript."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from weft.gateway.door import Door
from weft.postgres.database import Database
from weft.surfaces.console import (
    changes,
    models,
    numbers,
    pages,
    preferences,
    products,
    runs,
    search,
    skills,
    spending,
    stock,
    trials,
    window,
)
from weft.surfaces.console.session import SignIn, sign_in_link

__all__ = ["router", "sign_in_link", "static_app"]


def router(database: Database, home: Path, door: Door) -> APIRouter:
    """The console's pages under /console; `home` is the Weft folder that keeps the signing secret, `door` the process's gateway."""
    sign_in = SignIn(home, database)
    console = APIRouter(prefix="/console", include_in_schema=False, route_class=pages.PageRoute)
    pages.add_sign_in(console, sign_in)
    for part in (changes, products, runs, search, skills, numbers, stock, window):
        part.add_pages(console, database, sign_in)
    page = models.Page(database, sign_in, door)
    models.add_pages(console, sign_in, page)
    trials.add_pages(console, sign_in, page)
    spending.add_pages(console, database, sign_in, door)
    preferences.add_pages(console, database, sign_in, home)
    return console


class _Static(StaticFiles):
    def file_response(self, *arguments: Any, **named: Any) -> Response:
        response = super().file_response(*arguments, **named)
        response.headers.update(pages.HEADERS)
        response.headers["cache-control"] = "public, max-age=3600"
        return response


def static_app() -> StaticFiles:
    """The console's style sheet and scripts, to be mounted at /console/static."""
    return _Static(directory=Path(__file__).parent / "static")
