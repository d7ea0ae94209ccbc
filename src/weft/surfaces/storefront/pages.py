"""A storefront of Weft's own: a business's catalog as a shop that can be walked through, at `/storefront/BUSINESS`.

It is there for a business that has a browser key for the origin at which it is looked at, and for no other.
"""

import hashlib
import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

import nh3
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.staticfiles import StaticFiles

from weft import skill
from weft.access import keys
from weft.business import Business
from weft.errors import NotFound, WeftError
from weft.money import decimal
from weft.postgres.database import Database
from weft.surfaces.storefront import pictures

_FOLDER: Final = Path(__file__).parent
STATIC: Final = "/storefront-static"
_HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}
_TAGS: Final = {
    "p",
    "br",
    "ul",
    "ol",
    "li",
    "strong",
    "b",
    "em",
    "i",
    "h3",
    "h4",
    "table",
    "tbody",
    "thead",
    "tr",
    "th",
    "td",
}
_RIGHT_TO_LEFT: Final = frozenset(["ar", "fa", "he", "ur", "yi", "ps", "sd"])
_SHELVES: Final = 12
_FACTS: Final = 12
_NOT_SHOWN: Final = ("archived", "draft")
_NONE: Final = (
    "There is no storefront here. Weft shows one for a business that has a browser key for this address: "
    "weft keys create --scope browser --origin {origin} --business NAME"
)

_AT_ANOTHER: Final = (
    "This storefront is at {there}, and its browser key answers pages of that address alone. Open it there, or make a key for this "
    "one: weft keys create --scope browser --origin {origin} --business {business}"
)


def _versions() -> dict[str, str]:
    """Each static file's address, which changes with its content."""
    files = sorted((_FOLDER / "static").iterdir())
    return {file.name: f"{STATIC}/{file.name}?{hashlib.sha256(file.read_bytes()).hexdigest()[:10]}" for file in files}


_templates: Final = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals.update(static=_versions())


def static_app() -> StaticFiles:
    """The storefront's style sheet and script, to be mounted at STATIC."""
    return StaticFiles(directory=_FOLDER / "static")


def home_of(business: str) -> str:
    """The path of a business's storefront."""
    return f"/storefront/{quote(business, safe='')}"


def opened(business: Business, origin: str) -> str:
    """The address of a business's storefront at an origin, for which it gets a browser key where it has none."""
    if _key(business, origin) is None:
        keys.created(business.database, business.uid, "browser", note="storefront", origins=[origin])
    return f"{origin}{home_of(business.id)}"


def _key(business: Business, origin: str) -> str | None:
    """A browser key of the business for pages of that origin."""
    there = keys.listed(business.database, business.uid)
    return next((key.shown for key in reversed(there) if key.valid and origin in key.origins), None)


def _elsewhere(business: Business, origin: str) -> str | None:
    """Where on the same machine a business's storefront is, and what to do to have it here; None where it is on none that is known."""
    here = urlsplit(origin).hostname
    there = keys.listed(business.database, business.uid)
    known = [one for key in reversed(there) if key.valid for one in key.origins if urlsplit(one).hostname == here]
    if not known:
        return None
    return _AT_ANOTHER.format(there=f"{known[0]}{home_of(business.id)}", origin=origin, business=business.id)


def add_pages(router: APIRouter, database: Database) -> None:
    """Add the storefront's pages and pictures."""

    async def answered(request: Request, name: str, page: Any) -> Response:
        return await run_in_threadpool(_answered, database, request, name, page)

    @router.get("/storefront/{business}")
    async def home(request: Request, business: str) -> Response:
        return await answered(request, business, _home)

    @router.get("/storefront/{business}/products/{product:path}")
    async def product_page(request: Request, business: str, product: str) -> Response:
        return await answered(request, business, partial(_product, product=product))

    @router.get("/storefront/{business}/pictures/{product:path}")
    async def product_picture(request: Request, business: str, product: str) -> Response:
        return await answered(request, business, partial(_picture, product=product))


def _answered(database: Database, request: Request, name: str, page: Any) -> Response:
    """A page of a business, or the sentence why there is none."""
    response: Response
    try:
        origin = keys.origin_of(f"{request.url.scheme}://{request.headers.get('host', '')}")
        try:
            business = Business.named(database, name)
        except NotFound:
            # Which businesses there are is nobody's affair.
            raise NotFound(_NONE.format(origin=origin)) from None
        key = _key(business, origin)
        if key is None:
            raise NotFound(_elsewhere(business, origin) or _NONE.format(origin=origin))
        response = page(request, business, key)
    except WeftError as problem:
        response = Response(problem.message, problem.status, media_type="text/plain; charset=utf-8")
    for header, value in _HEADERS.items():
        response.headers.setdefault(header, value)
    return response


def _rendered(template: str, business: Business, key: str, **shown: Any) -> HTMLResponse:
    language = business.preferences.languages().main or "en"
    home = home_of(business.id)
    links = Markup('product-url="{0}/products/{{id}}" picture-url="{0}/pictures/{{id}}"').format(home)
    common = {
        "name": business.id.replace("-", " "),
        "home": home,
        "key": key,
        "links": links,
        "language": language,
        "rtl": language.partition("-")[0] in _RIGHT_TO_LEFT,
        "at_home": template == "home.html",
    }
    return HTMLResponse(_templates.get_template(template).render({**common, **shown}))


def _home(request: Request, business: Business, key: str) -> Response:
    del request
    shelves = _shelves(business)
    return _rendered("home.html", business, key, shelves=shelves, tries=_tries(business, shelves))


def _found(business: Business, **asked: Any) -> Any:
    search = skill.named("search")
    return skill.answer(search, skill.requested(search, asked), business, "local")


def _shelves(business: Business) -> list[dict[str, Any]]:
    """The categories with most products; none as long as there is no index."""
    try:
        counted = _found(business, limit=0, facets=["category"]).facets
    except WeftError:
        return []
    values = [value for facet in counted.values() for value in facet][:_SHELVES]
    return [{"category": one.value, "name": one.value.rpartition(" > ")[2], "count": one.count} for one in values]


def _tries(business: Business, shelves: list[dict[str, Any]]) -> list[str]:
    """Searches to begin with, made of what the catalog has."""
    names = [str(shelf["name"]).lower() for shelf in shelves]
    if (business.preferences.languages().main or "en").partition("-")[0] != "en":
        return names[:4]
    tries: list[str] = []
    for shelf, name in zip(shelves, names, strict=True):
        found = _found(business, limit=0, filters={"category": shelf["category"]})
        colors = [one.value.lower() for one in _facet(found.facets, "color")]
        if len(colors) > 2 and not any(" not " in one for one in tries):
            tries.append(f"{name} not {colors[0]}")
        elif found.price_range is not None and not any(" under " in one for one in tries):
            tries.append(f"{name} under {_round(found.price_range)}")
    return [*tries, *names[2:4]]


def _facet(facets: Mapping[str, Any], wanted: str) -> list[Any]:
    return next((values for name, values in facets.items() if name.lower() == wanted), [])


def _round(prices: Mapping[str, Any]) -> str:
    """A round price in the middle of a range."""
    middle = float(decimal((prices["min"] + prices["max"]) // 2, prices["currency"]))
    step = 10.0 ** max(math.floor(math.log10(max(middle, 1))) - 1, 0) * 5
    return f"{max(round(middle / step), 1) * step:g}"


def _on_show(business: Business, product: str) -> dict[str, Any]:
    found = dict(business.catalog.record(product))
    if found.get("status") in _NOT_SHOWN or found.get("published") is False:
        raise NotFound("This product is not on show.")
    return found


def _product(request: Request, business: Business, key: str, product: str) -> Response:
    del request
    found = _on_show(business, product)
    variants = [one for one in found.get("variants") or [] if one.get("price") is not None]
    buyable = [one for one in variants if not _sold_out(one)]
    first: Mapping[str, Any] = (buyable or variants or [{}])[0]
    told = {
        "id": found["id"],
        "title": found.get("title") or found["id"],
        "price": first.get("price"),
        "currency": first.get("currency") or business.currency if variants else None,
        "available": bool(buyable),
    }
    names = dict.fromkeys(name for one in variants for name in one.get("options") or {})
    return _rendered(
        "product.html",
        business,
        key,
        product={"id": found["id"], "title": told["title"], "vendor": found.get("vendor")},
        told=told,
        option=" / ".join(names),
        variants=[_variant(one) for one in sorted(variants, key=_sold_out)] if len(variants) > 1 else [],
        description=Markup(nh3.clean(str(found.get("description") or ""), tags=_TAGS, attributes={})),  # noqa: S704
        facts=_facts(found),
    )


def _sold_out(variant: Mapping[str, Any]) -> bool:
    stock = variant.get("stock")
    return stock is not None and stock <= 0 and variant.get("policy") != "continue"


def _variant(variant: Mapping[str, Any]) -> dict[str, Any]:
    options: Mapping[str, Any] = variant.get("options") or {}
    name = " / ".join(str(value) for value in options.values()) or variant.get("sku") or "–"
    return {"name": name, "price": variant["price"], "out": _sold_out(variant)}


def _facts(product: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the product's attributes say, as names and values to read."""
    told = []
    for name, value in (product.get("attributes") or {}).items():
        held = value.get("value") if isinstance(value, Mapping) else value
        unit = value.get("unit") if isinstance(value, Mapping) else None
        text = ", ".join(str(one) for one in held) if isinstance(held, list) else str(held)
        if held not in (None, "", [], False):
            bare = name.replace("_", " ")
            told.append((bare[:1].upper() + bare[1:], "✓" if held is True else f"{text} {unit}" if unit else text))
    return told[:_FACTS]


def _picture(request: Request, business: Business, key: str, product: str) -> Response:
    del key
    kind = request.query_params.get("kind")
    shown = {"id": kind, "type": kind} if kind else _on_show(business, product)
    headers = {"cache-control": "private, max-age=3600"}
    return Response(pictures.drawn(shown), headers=headers, media_type="image/svg+xml")
