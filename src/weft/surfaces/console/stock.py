"""The pages *Stock*: what runs out and the order that prevents it, what would be if, what will sell, and orders under way."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from weft import money
from weft import skill as skills
from weft.business import Business
from weft.charts import Chart
from weft.errors import Forbidden, NotFound, WeftError
from weft.postgres.database import Database
from weft.skills.forecast import beside, listing
from weft.skills.forecast.progress import Progress, progress
from weft.store.changes import Who
from weft.surfaces import asking
from weft.surfaces.console.drawn import drawn
from weft.surfaces.console.pages import by_htmx, rendered, signed_in
from weft.surfaces.console.session import Session, SignIn, from_this_site

STOCK: Final = "/console/stock"
PARTS: Final[Mapping[str, str]] = {"": "Order", "forecast": "Forecast", "orders": "Under way"}
_FIELDS: Final = (
    "supplier",
    "product",
    "category",
    "budget",
    "currency",
    "service",
    "holding",
    "review_days",
    "lead_days",
    "lead_spread_days",
    "where",
    "on",
)
_THOSE: Final = frozenset(["product", "category", "where", "currency"])
_TERMS: Final = frozenset(["lead_days", "review_days", "lead_spread_days", "holding", "on", "simulate", "what_if"])
_SERVICES: Final = (0.9, 0.95, 0.98)
_FEW_PRODUCTS: Final = 300
"""So few are forecast in the request itself, without waiting for the forecasts that are kept of all."""
_DAYS: Final = (7, 14, 28, 56, 91)
_SHOWN: Final = 200
_MOVES: Final[Mapping[str, tuple[str, ...]]] = {
    "draft": ("ordered", "cancelled"), "ordered": ("received", "cancelled"), "received": ("ordered",),
}  # fmt: skip
_WORDS: Final[Mapping[tuple[str, str], str]] = {
    ("draft", "ordered"): "It is sent", ("ordered", "received"): "It has arrived", ("received", "ordered"): "It has not arrived",
    ("draft", "cancelled"): "Call it off", ("ordered", "cancelled"): "Call it off",
}  # fmt: skip
_DID: Final[Mapping[str, str]] = {"ordered": "is sent", "received": "has arrived", "cancelled": "is called off"}


def amount(held: Mapping[str, Any] | None) -> str:
    """Money as a table shows it."""
    if held is None:
        return "–"
    text = money.decimal(held["amount"], held["currency"])
    whole, dot, rest = text.partition(".")
    return (
        f"{int(whole):,}{dot}{rest} {held['currency']}"
        if whole not in ("", "-", "-0")
        else f"{text} {held['currency']}"
    )


def request_of(given: Mapping[str, str]) -> dict[str, Any]:
    """What an address or a form says, as the skill is asked; service and holding in per cent, as people say them."""
    said: dict[str, Any] = {name: text for name in _FIELDS if (text := (given.get(name) or "").strip())}
    for name in ("service", "holding"):
        if name in said and (share := _number(said[name])) is not None:
            said[name] = share / 100
    for name in ("supplier", "product"):
        if name in said:
            said[name] = [one for part in re.split(r"[,;\n]", said[name]) if (one := part.strip())]
    if "currency" in said:
        said["currency"] = said["currency"].upper()
    if given.get("simulate"):
        said["simulate"] = True
    if given.get("what_if"):
        said["what_if"] = list(_SERVICES)
    return said


def known(business: Business) -> dict[str, Any]:
    """What is known without any arithmetic: what is in stock, what is under way, and which forecasts are kept."""
    items = [one for one in business.purchases.items() if one.status not in ("archived", "draft")]
    under_way = business.purchases.under_way()
    try:
        built = listing.state(business)
    except NotFound:
        built = None
    counted = [one.stock for one in items if one.stock is not None]
    return {
        "items": len(items),
        "counted": len(counted),
        "out": sum(stock <= 0 for stock in counted),
        "pieces": sum(max(stock, 0) for stock in counted),
        "orders": len({one.purchase for one in under_way}),
        "coming": sum(one.quantity for one in under_way),
        "next": min((one.expected for one in under_way if one.expected), default=None),
        "built": built,
    }


def being_made(business: Business, facts: Mapping[str, Any]) -> Progress | None:
    """How far the forecasts are that an order would rest on, where they have to be made first; making them is begun."""
    if facts["items"] <= _FEW_PRODUCTS or (facts["built"] and not facts["built"]["stale"]):
        return None
    if business.numbers.span() is None:
        return None
    under_way = progress(business)
    if under_way is None and beside.begin(business):
        return Progress("reading", 0, 1)
    return under_way


def _number(text: str) -> float | None:
    try:
        return float(text.strip().removesuffix("%").replace(",", "."))
    except ValueError:
        return None


class _Pages:
    """The pages, each out of what an address names."""

    def __init__(self, database: Database, sign_in: SignIn) -> None:
        self._database = database
        self._sign_in = sign_in

    def business(self, session: Session) -> Business:
        """The business of a session."""
        return Business(self._database, session.bearer.tenant)

    def shown(self, request: Request, session: Session, part: str, **more: Any) -> Response:
        """One part of the pages."""
        named: dict[str, Any] = {
            "session": session, "business": session.bearer.tenant.id, "room": "stock", "parts": PARTS, "part": part,
            "problem": None, "amount": amount, "said": self._sign_in.said(request),
        }  # fmt: skip
        response = rendered(request, f"stock_{part or 'order'}.html", **named | more)
        self._sign_in.said_once(response)
        return response

    def order(self, request: Request, session: Session, given: Mapping[str, str]) -> Response:
        """The form of an order, what is known at once, and where it is asked for the order.

        The page comes without it and asks for it itself; while forecasts are made that it would rest on, it tells how far they are.
        """
        business = self.business(session)
        facts = known(business)
        asked = bool(given.get("go"))
        fields = (*_FIELDS, "simulate", "what_if")
        said = {name: text for name in fields if (text := given.get(name, ""))}
        named: dict[str, Any] = {
            "given": given, "answer": None, "suppliers": business.suppliers.listed(limit=_SHOWN), "facts": facts,
            "opened": {"those": bool(_THOSE & said.keys()), "terms": bool(_TERMS & said.keys())}, "asked": asked, "address": f"{STOCK}?{urlencode({**said, 'go': 1})}", "fields": fields, "services": _SERVICES,
            "making": None if given.get("now") else being_made(business, facts),
            "now": f"{STOCK}?{urlencode({**said, 'go': 1, 'now': 1})}",
        }  # fmt: skip
        # A person who asks has the page at once; its own script asks for what takes longer.
        if asked and named["making"] is None and (by_htmx(request) or given.get("now")):
            skill = skills.named("replenish")
            try:
                named["answer"] = asking.ask(skill, skills.requested(skill, request_of(given)), business)
            except WeftError as refused:
                named["problem"] = refused.message
        return self.shown(request, session, "", **named)

    def proposed(self, session: Session, given: Mapping[str, str]) -> str:
        """Propose the order that an address describes; answers what came of it as a sentence."""
        skill = skills.named("replenish")
        asked = skills.requested(skill, {**request_of(given), "simulate": False, "what_if": []})
        answer = asking.ask(skill, asked, self.business(session), propose=True, who=Who(f"key {session.bearer.key_id}"))
        done = answer["proposed"]["done"]
        return (
            f"{done:,} {'line is' if done == 1 else 'lines are'} proposed. Approve and apply them, and the order stands."
            if done
            else "There was nothing to order."
        )

    def forecast(self, request: Request, session: Session, product: str, category: str, days: int) -> Response:
        """What will sell of a product, a category or all."""
        named: dict[str, Any] = {
            "product": product, "category": category, "days": days, "spans": _DAYS, "answer": None, "charts": [],
        }  # fmt: skip
        skill = skills.named("forecast")
        wanted = (
            {"product": product.strip()}
            if product.strip()
            else {"category": category.strip()}
            if category.strip()
            else {}
        )
        try:
            asked = skills.requested(skill, {**wanted, "days": days, "by": "day" if days <= 28 else "week"})
            answer = asking.ask(skill, asked, self.business(session))
        except WeftError as refused:
            return self.shown(request, session, "forecast", **named | {"problem": refused.message})
        charts = [drawn(Chart.model_validate(one)) for one in answer["charts"]]
        return self.shown(request, session, "forecast", **named | {"answer": answer, "charts": charts})

    def orders(self, request: Request, session: Session) -> Response:
        """The purchase orders, those of which something is to come first."""
        listed = self.business(session).purchases.listed(limit=_SHOWN)
        order = {"draft": 0, "ordered": 1}
        listed.sort(key=lambda one: (order.get(one["state"], 2), one["id"]))
        return self.shown(request, session, "orders", orders=listed, moves=_MOVES, verbs=_WORDS, total=_total)

    def moved(self, request: Request, session: Session, purchase: str, state: str) -> Response:
        """Say of a purchase order what became of it, and go back."""
        found = self.business(session).purchases.move(purchase, state, f"key {session.bearer.key_id}")
        return self.back(request, f"{STOCK}/orders", f"{purchase} {_DID.get(state, state)}.{_stocked(found, state)}")

    def back(self, request: Request, address: str, sentence: str) -> Response:
        """Go to a page, where the sentence is said."""
        response = RedirectResponse(address, 303)
        self._sign_in.say_next(request, response, {"sentence": sentence, "problems": []})
        return response


def _stocked(order: Mapping[str, Any], state: str) -> str:
    """What that did to stock, in a sentence."""
    stocked = order.get("stocked")
    if not stocked:
        return ""
    did = "added to" if state == "received" else "taken out of"
    return f" {stocked['pieces']:,} pieces are {did} stock."


def _total(order: Mapping[str, Any]) -> str:
    held = order.get("total")
    return amount({"amount": held, "currency": order.get("currency") or "EUR"}) if held is not None else "–"


def _deciding(request: Request, session: Session, scope: str) -> None:
    from_this_site(request)
    if not session.bearer.may(scope):
        raise Forbidden(f"Nothing was done: your key may only {session.bearer.scope}. This needs one that may {scope}.")


def add_pages(router: APIRouter, database: Database, sign_in: SignIn) -> None:
    """Add the pages, and what is done on them."""
    signed = Annotated[Session, Depends(signed_in(sign_in))]
    pages = _Pages(database, sign_in)

    @router.get("/stock")
    def order(request: Request, session: signed) -> Response:
        return pages.order(request, session, request.query_params)

    @router.post("/stock/propose")
    async def propose(request: Request, session: signed) -> Response:
        _deciding(request, session, "propose")
        async with request.form(max_files=0, max_fields=30) as filled:
            given = {name: value for name, value in filled.items() if isinstance(value, str)}
        sentence = await run_in_threadpool(pages.proposed, session, given)
        return pages.back(request, "/console/changes?skill=replenish", sentence)

    @router.get("/stock/forecast")
    def forecast(
        request: Request,
        session: signed,
        product: Annotated[str, Query(max_length=1000)] = "",
        category: Annotated[str, Query(max_length=1000)] = "",
        days: Annotated[int, Query(ge=1, le=366)] = 28,
    ) -> Response:
        return pages.forecast(request, session, product, category, days)

    @router.get("/stock/orders")
    def orders(request: Request, session: signed) -> Response:
        return pages.orders(request, session)

    @router.post("/stock/orders/move")
    def move(
        request: Request,
        session: signed,
        purchase: Annotated[str, Form(max_length=1000)],
        state: Annotated[str, Form(max_length=20)],
    ) -> Response:
        _deciding(request, session, "approve")
        return pages.moved(request, session, purchase, state)
