"""The page *Spending*: what models were asked and what that cost, by day, model, route, key or skill; and budgets."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from weft.access import keys
from weft.access.keys import Key
from weft.errors import WeftError
from weft.gateway import usage
from weft.gateway.door import Door
from weft.gateway.models import NANO, dollars
from weft.gateway.register import PERIODS
from weft.gateway.usage import State, Used
from weft.postgres.database import Database
from weft.surfaces.console.charts import columns, share
from weft.surfaces.console.models import deciding
from weft.surfaces.console.pages import rendered, signed_in
from weft.surfaces.console.session import Session, SignIn

SPENDING: Final = "/console/spending"
_SHOWN: Final = 50
SPANS: Final[Mapping[int, str]] = {1: "Today", 7: "7 days", 30: "30 days", 90: "90 days"}
By = Literal["model", "route", "key", "skill"]
Of = Literal["cost", "requests", "tokens"]
_NOBODY: Final[Mapping[str, str]] = {
    "model": "no model answered",
    "route": "no route",
    "key": "without a key",
    "skill": "for no skill",
}
_MEASURES: Final[Mapping[Of, tuple[str, Callable[[Used], int], Callable[[int], str]]]] = {
    "cost": ("USD", lambda one: one.cost, dollars),
    "requests": ("requests", lambda one: one.requests, "{:,}".format),
    "tokens": ("tokens", lambda one: one.tokens_in + one.tokens_out, "{:,}".format),
}


def _money(amount: int) -> str:
    """An amount as a table shows it: the smallest part of a dollar that matters beside others."""
    if amount < NANO // 10_000:
        return "< 0.0001" if amount else "0"
    return f"{amount / NANO:,.4f}" if amount < NANO else f"{amount / NANO:,.2f}"


def _time(milliseconds: float | None) -> str:
    return "" if milliseconds is None else f"{milliseconds / 1000:,.2f} s"


def _every_day(found: Sequence[Used], days: int) -> list[Used]:
    """Each day of the span, those before the first request too, so that a span always looks as long as it is."""
    there = {one.name: one for one in found}
    today = datetime.now(UTC).date()
    names = [(today - timedelta(days=before)).isoformat() for before in reversed(range(days))]
    return [there.get(name, Used(name)) for name in names]


def _chart(days: Sequence[Used], of: Of) -> dict[str, Any]:
    """The days as a chart, with its words for those who do not see it."""
    unit, value, words = _MEASURES[of]
    values = [(one.name or "", value(one)) for one in days]
    most = max(values, key=lambda one: one[1])
    whole = sum(amount for _, amount in values)
    return {
        "columns": columns(values, words),
        "title": f"{'Cost' if of == 'cost' else of.capitalize()} by day, {unit}",
        "says": f"{words(whole)} {unit} in {len(values)} days (UTC); the most on {most[0]}, {words(most[1])}.",
    }


def _rows(found: Sequence[Used], by: By, held: Sequence[Key]) -> list[dict[str, Any]]:
    """What was used, by name, each with its share of the cost, or of the requests where nothing cost anything."""
    notes = {key.id: key.note for key in held}
    costs = any(one.cost for one in found)
    whole = sum(one.cost if costs else one.requests for one in found)
    return [
        {
            "used": one,
            "name": one.name or _NOBODY[by],
            "note": notes.get(one.name or "", "") if by == "key" else "",
            "share": share(one.cost if costs else one.requests, whole),
        }
        for one in found
    ]


def _holds(key: Key) -> bool:
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > datetime.now(UTC))


def _budget(state: State, held: Sequence[Key]) -> dict[str, Any]:
    """A budget with where the parts of its bar begin and end."""
    budget = state.budget
    spent = share(state.spent, budget.amount)
    return {
        "key": budget.key,
        "note": next((key.note for key in held if key.id == budget.key), ""),
        "period": budget.period,
        "words": {"day": "a day", "month": "a month", "total": "in total"}[budget.period],
        "state": state,
        "spent": spent,
        "held": min(share(state.held, budget.amount), round(100 - spent, 2)),
    }


def add_pages(router: APIRouter, database: Database, sign_in: SignIn, door: Door) -> None:
    """Add the page, and the setting of budgets."""
    signed = Annotated[Session, Depends(signed_in(sign_in))]
    register = door.register

    def shown(
        request: Request, session: Session, days: int = 30, by: By = "model", of: Of = "cost", **more: Any
    ) -> Response:
        tenant = session.bearer.tenant
        held = keys.listed(database, tenant.uid)
        each = usage.used(database, tenant.uid, "day", days)
        rows = _rows(usage.used(database, tenant.uid, by, days), by, held)

        def address(**changed: Any) -> str:
            return f"{SPENDING}?{urlencode({'days': days, 'by': by, 'of': of} | changed)}"

        named: dict[str, Any] = {
            "session": session,
            "business": tenant.id,
            "room": "spending",
            "days": days,
            "by": by,
            "of": of,
            "spans": SPANS,
            "address": address,
            "total": usage.total(database, tenant.uid, days),
            "each": list(reversed(each)),
            "chart": _chart(_every_day(each, days), of) if days > 1 and each else None,
            "rows": rows[:_SHOWN],
            "more": len(rows) - _SHOWN,
            "budgets": [_budget(one, held) for one in usage.budgets(database, tenant.uid)],
            "keys": [key for key in held if _holds(key)],
            "periods": PERIODS,
            "money": _money,
            "exact": dollars,
            "time": _time,
            "given": {},
            "problem": None,
            "said": sign_in.said(request),
        }
        response = rendered(request, "spending.html", **named | more)
        sign_in.said_once(response)
        return response

    async def done(request: Request, sentence: str) -> Response:
        await door.look()
        response = RedirectResponse(f"{SPENDING}#budgets", 303)
        sign_in.say_next(request, response, {"sentence": sentence, "problems": []})
        return response

    @router.get("/spending")
    def look(
        request: Request, session: signed, days: Literal["1", "7", "30", "90"] = "30", by: By = "model", of: Of = "cost"
    ) -> Response:
        return shown(request, session, int(days), by, of)

    @router.post("/spending/budgets")
    async def set_budget(
        request: Request,
        session: signed,
        amount: Annotated[str, Form(max_length=40)] = "",
        period: Annotated[str, Form(max_length=20)] = "",
        key: Annotated[str, Form(max_length=100)] = "",
    ) -> Response:
        business = deciding(request, session)
        try:
            made = await run_in_threadpool(register.set_budget, business, key or None, period, amount)
        except WeftError as refused:
            given = {"amount": amount, "period": period, "key": key}
            return await run_in_threadpool(shown, request, session, problem=refused.message, given=given)
        span = "in total" if period == "total" else f"a {period}"
        return await done(request, f"{key or session.bearer.tenant.id} may spend {dollars(made.amount)} USD {span}.")

    @router.post("/spending/budgets/remove")
    async def remove_budget(
        request: Request,
        session: signed,
        period: Annotated[str, Form(max_length=20)],
        key: Annotated[str, Form(max_length=100)] = "",
    ) -> Response:
        business = deciding(request, session)
        await run_in_threadpool(register.remove_budget, business, key or None, period)
        return await done(request, "The budget is removed; what was spent stays in the ledger.")
