"""The pages *Products*: found as a person types, each with its quality, its facts and their places, and a skill to try."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from weft import skill as skills_
from weft.business import Business
from weft.errors import BadFilter, Forbidden, WeftError
from weft.postgres.database import Database
from weft.skill import Skill, skills
from weft.store import where
from weft.store.catalog import FIELDS
from weft.store.changes import Selection, Who
from weft.surfaces import asking
from weft.surfaces.console import languages
from weft.surfaces.console.pages import CHANGES, rendered, signed_in
from weft.surfaces.console.session import Session, SignIn, from_this_site

PRODUCTS: Final = "/console/products"
_PAGE: Final = 50
_OPEN: Final = 200
_PAST: Final = 50
_AROUND: Final = 60
# Chips, each a filter by itself.
_CHIPS: Final[Mapping[str, tuple[str, str]]] = {
    "poor": ("Quality below 60", "quality < 60"),
    "uncategorized": ("No category", "category is missing"),
    "no-image": ("No image", "images = 0"),
    "thin": ("Thin description", "gaps = thin_description or gaps = no_description"),
    "unjudged": ("Not looked over yet", "quality is missing"),
    "drafts": ("Drafts", "status = draft"),
}
Chip = Literal["", "poor", "uncategorized", "no-image", "thin", "unjudged", "drafts"]


@dataclass(frozen=True, slots=True)
class View:
    """What the list shows: words to look for, a filter, a chip, and after which product."""

    q: str = ""
    where: str = ""
    chip: str = ""
    after: str = ""

    @property
    def filter(self) -> str | None:
        """All of it as one filter; raises BadFilter for a filter that is none by itself."""
        parts = [
            "(" + " or ".join(f"{name} ~ {where.quoted(word)}" for name in ("title", "id", "vendor", "sku")) + ")"
            for word in self.q.split()[:8]
        ]
        if self.where.strip():
            where.parse(self.where, FIELDS)
            parts.append(f"({self.where})")
        if self.chip:
            parts.append(f"({_CHIPS[self.chip][1]})")
        return " and ".join(parts) or None

    def address(self, **other: str) -> str:
        """The address of the list with other values for some of it."""
        values = {"q": self.q, "where": self.where, "chip": self.chip, "after": ""} | other
        query = urlencode({name: value for name, value in values.items() if value})
        return f"{PRODUCTS}?{query}" if query else PRODUCTS


def view_of(
    q: Annotated[str, Query(max_length=200)] = "",
    where_: Annotated[str, Query(alias="where", max_length=4000)] = "",
    chip: Chip = "",
    after: Annotated[str, Query(max_length=1000)] = "",
) -> View:
    """A dependency: the view that an address names."""
    return View(q, where_, chip, after)


def address_of(product: str) -> str:
    """The address of a product's page."""
    return f"{PRODUCTS}/{quote(product)}"


def over_products() -> list[Skill]:
    """The skills that work on one product."""
    return [one for one in skills().values() if one.over == "product"]


def passage(product: Mapping[str, Any], found: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """The place that a finding comes from: what stands before it, itself, what stands behind it."""
    text = product.get(str(found.get("field")))
    start, end = found.get("start"), found.get("end")
    if (
        not isinstance(text, str)
        or not isinstance(start, int)
        or not isinstance(end, int)
        or not 0 <= start < end <= len(text)
    ):
        said = str(found.get("text") or "")
        return ("", said, "") if said else None
    before, after = _without_tags(text[max(start - _AROUND, 0) : start]), _without_tags(text[end : end + _AROUND])
    return (
        ("…" if start > _AROUND else "") + before,
        text[start:end],
        after + ("…" if end + _AROUND < len(text) else ""),
    )


def _without_tags(text: str) -> str:
    """A piece of HTML without its tags, those that are cut off at its ends included."""
    return html.unescape(re.sub(r"^[^<>]*>|<[^<>]*>|<[^<>]*$", " ", text))


def add_pages(router: APIRouter, database: Database, sign_in: SignIn) -> None:
    """Add the list and the page of one product."""
    signed = Annotated[Session, Depends(signed_in(sign_in))]
    viewed = Annotated[View, Depends(view_of)]

    def shown(request: Request, session: Session, product: str, **more: Any) -> Response:
        business = Business(database, session.bearer.tenant)
        whole = business.catalog.get(product)
        answers = {one.name: answer for one in over_products() if (answer := _last(business, one.name, product))}
        its = f"record = {where.quoted(product)}"
        open_ = Selection(where=f"{its} and (state = proposed or state = approved)")
        past = Selection(where=f"{its} and not (state = proposed or state = approved)")
        organized = answers.get("organize") or {}
        changes = business.changes.listed(open_, limit=_OPEN)
        named: dict[str, Any] = {
            "session": session,
            "business": business.id,
            "room": "products",
            "product": whole,
            "address": address_of(product),
            "quality": organized.get("quality"),
            "found": [(one, passage(whole, one)) for one in organized.get("attributes") or ()],
            "facts": sorted((whole.get("attributes") or {}).items()),
            "open": changes,
            "sides": languages.side_by_side(whole, changes),
            "decide": f"{CHANGES}?{urlencode({'where': its})}",
            "history": business.changes.listed(past, limit=_PAST, newest=True),
            "skills": over_products(),
            "tried": None,
            "answer": None,
            "problem": None,
            "said": None,
        }
        return rendered(request, "product.html", **named | more)

    @router.get("/products")
    def page(request: Request, session: signed, view: viewed) -> Response:
        business = Business(database, session.bearer.tenant)
        found, total, problem = list[dict[str, Any]](), 0, None
        try:
            found = business.catalog.listed(view.filter, limit=_PAGE + 1, after=view.after or None)
            total = business.catalog.count(view.filter)
        except BadFilter as bad:
            problem = bad.message
        following = found[_PAGE - 1]["id"] if len(found) > _PAGE else ""
        found = found[:_PAGE]
        ids = [one["id"] for one in found]
        quality = {name: answer.get("quality") for name, answer in business.remembered.answers("organize", ids).items()}
        return rendered(
            request,
            "products.html",
            session=session,
            business=business.id,
            room="products",
            view=view,
            products=found,
            total=total,
            following=following,
            quality=quality,
            open=business.changes.open_of(ids),
            chips=_CHIPS,
            problem=problem,
            address_of=address_of,
        )

    @router.get("/products/{product:path}")
    def one(request: Request, session: signed, product: str) -> Response:
        return shown(request, session, product)

    @router.post("/products/{product:path}")
    def try_one(
        request: Request,
        session: signed,
        product: str,
        skill: Annotated[str, Form(max_length=100)],
        propose: Annotated[bool, Form()] = False,
    ) -> Response:
        from_this_site(request)
        if propose and not session.bearer.may("propose"):
            raise Forbidden(f"Nothing was done: your key may only {session.bearer.scope}.")
        business = Business(database, session.bearer.tenant)
        chosen = skills_.named(skill)
        try:
            asked = skills_.requested(chosen, {"product": product})
            answer = asking.ask(chosen, asked, business, propose=propose, who=Who(session.who))
        except WeftError as refused:
            return shown(request, session, product, tried=chosen, problem=refused.message)
        return shown(request, session, product, tried=chosen, answer=answer)


def _last(business: Business, skill: str, product: str) -> dict[str, Any] | None:
    found = business.remembered.answers(skill, [product]).get(product)
    return dict(found) if isinstance(found, Mapping) else None
