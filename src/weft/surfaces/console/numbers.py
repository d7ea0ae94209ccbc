"""The pages *Numbers*: a report of a day, a week or a month, questions in words, and what each figure means."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from weft import skill as skills
from weft.business import Business
from weft.charts import Chart
from weft.charts.reading import said
from weft.errors import NotFound, WeftError
from weft.numbers.query import Query as Question
from weft.postgres.database import Database
from weft.surfaces import asking
from weft.surfaces.console.drawn import drawn
from weft.surfaces.console.pages import rendered, signed_in
from weft.surfaces.console.session import Session, SignIn

NUMBERS: Final = "/console/numbers"
PARTS: Final[Mapping[str, str]] = {"": "Report", "ask": "Ask", "meaning": "What they mean"}
SPANS: Final[Mapping[str, str]] = {"day": "Day", "week": "Week", "month": "Month"}
_SKILL: Final = "analyze"
_TRIED: Final = (
    "revenue by month this year against last year",
    "top 10 products by units last month",
    "average order by country since March",
    "Umsatz nach Kategorie im letzten Quartal",
    "上个月各国销售额",
)
_LINES: Final = 100


def shown(unit: str | None, currency: str, value: float | None) -> str:
    """A figure as a table shows it."""
    return said(Chart(kind="bar", title="", x=[], series=[], unit=unit or "count", currency=currency), value)  # type: ignore[arg-type]


def way_of(action: Mapping[str, Any]) -> dict[str, Any]:
    """Where what an action names is done: a page of its own where there is one, else the form of its skill, filled."""
    skill, request = action.get("skill"), action.get("request") or {}
    if skill == "replenish":
        plain = {name: value for name, value in request.items() if isinstance(value, (str, int, float, bool))}
        return {"says": action["says"], "address": f"/console/stock?{urlencode({**plain, 'go': 1})}"}
    if skill == "forecast" and isinstance(request.get("product"), str):
        return {
            "says": action["says"],
            "address": f"/console/stock/forecast?{urlencode({'product': request['product']})}",
        }
    if skill == _SKILL and request.get("ask"):
        return {"says": action["says"], "address": f"{NUMBERS}/ask?{urlencode({'q': request['ask']})}"}
    if skill == _SKILL and request.get("report"):
        named = {"span": request["report"], **({"until": request["until"]} if request.get("until") else {})}
        return {"says": action["says"], "address": f"{NUMBERS}?{urlencode(named)}"}
    if skill is None or skill not in skills.skills():
        return {"says": action["says"], "address": None, "skill": None}
    fields = {
        name: value if isinstance(value, str) else orjson.dumps(value).decode() for name, value in request.items()
    }
    return {"says": action["says"], "address": None, "skill": skill, "fields": fields}


def _steps(report: Mapping[str, Any], business: Business) -> dict[str, str | None]:
    """The addresses of the report before and of the one after, where there are sales then."""
    first, last = date.fromisoformat(report["now"][0]), date.fromisoformat(report["now"][1])
    span = business.numbers.span()
    ago, ahead = first - timedelta(1), last + timedelta(1)
    found: dict[str, str | None] = {"before": None, "after": None}
    if span is not None and ago >= span[0]:
        found["before"] = f"{NUMBERS}?{urlencode({'span': report['span'], 'until': ago})}"
    if span is not None and ahead <= span[1]:
        end = min(last + (last - first) + timedelta(1), span[1])
        found["after"] = f"{NUMBERS}?{urlencode({'span': report['span'], 'until': end})}"
    return found


class _Pages:
    """The pages, each out of what an address names."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def business(self, session: Session) -> Business:
        """The business of a session."""
        return Business(self._database, session.bearer.tenant)

    def shown(self, request: Request, session: Session, part: str, **more: Any) -> Response:
        """One part of the pages."""
        named: dict[str, Any] = {
            "session": session, "business": session.bearer.tenant.id, "room": "numbers", "parts": PARTS, "part": part,
            "problem": None, "figure": shown, "way": way_of,
        }  # fmt: skip
        return rendered(request, f"numbers_{part or 'report'}.html", **named | more)

    def asked(self, session: Session, request: Mapping[str, Any]) -> dict[str, Any]:
        """What the skill answers, as plain values; raises WeftError."""
        skill = skills.named(_SKILL)
        return asking.ask(skill, skills.requested(skill, dict(request)), self.business(session))

    def report(self, request: Request, session: Session, span: str, until: date | None, *, whole: bool) -> Response:
        """The report of a period; without `whole` the page that asks for it, which is there at once."""
        said = {"span": span, **({"until": until.isoformat()} if until else {}), "whole": 1}
        named: dict[str, Any] = {
            "spans": SPANS, "span": span, "report": None, "charts": [], "steps": {}, "changes": [],
            "address": None if whole else f"{NUMBERS}?{urlencode(said)}",
        }  # fmt: skip
        if not whole:
            return self.shown(request, session, "", **named)
        try:
            wanted = {"report": span, **({"until": until.isoformat()} if until else {})}
            answer = self.asked(session, wanted)
        except WeftError as refused:
            return self.shown(request, session, "", **named | {"problem": refused.message})
        told = answer["report"]
        named |= {"report": told, "changes": answer["changes"], "note": answer.get("note")}
        named["charts"] = [drawn(Chart.model_validate(one)) for one in answer["charts"]]
        named["steps"] = _steps(told, self.business(session)) if told else {}
        return self.shown(request, session, "", **named)

    def question(self, request: Request, session: Session, question: str) -> Response:
        """A question and its answer."""
        named: dict[str, Any] = {"q": question, "asked": None, "charts": [], "tried": _TRIED, "table": None}
        if not question.strip():
            return self.shown(request, session, "ask", **named)
        try:
            answer = self.asked(session, {"ask": question})
        except WeftError as refused:
            return self.shown(request, session, "ask", **named | {"problem": refused.message})
        asked = answer["asked"]
        named |= {"asked": asked, "table": asked and asked.get("table"), "lines": None}
        named["charts"] = [drawn(Chart.model_validate(one)) for one in answer["charts"]]
        if asked and asked.get("understood"):
            named["lines"] = (
                f"{NUMBERS}/lines?{urlencode({'query': orjson.dumps(asked['understood']).decode(), 'q': question})}"
            )
        return self.shown(request, session, "ask", **named)


def add_pages(router: APIRouter, database: Database, sign_in: SignIn) -> None:
    """Add the pages."""
    signed = Annotated[Session, Depends(signed_in(sign_in))]
    pages = _Pages(database)

    @router.get("/numbers")
    def report(
        request: Request,
        session: signed,
        span: Literal["day", "week", "month"] = "week",
        until: date | None = None,
        whole: bool = False,
    ) -> Response:
        return pages.report(request, session, span, until, whole=whole)

    @router.get("/numbers/ask")
    def ask(request: Request, session: signed, q: Annotated[str, Query(max_length=1000)] = "") -> Response:
        return pages.question(request, session, q)

    @router.get("/numbers/meaning")
    def meaning(request: Request, session: signed) -> Response:
        return pages.shown(request, session, "meaning", definitions=pages.business(session).numbers.definitions())

    @router.get("/numbers/lines")
    def lines(
        request: Request,
        session: signed,
        query: Annotated[str, Query(max_length=20_000)],
        q: Annotated[str, Query(max_length=1000)] = "",
    ) -> Response:
        try:
            question = Question.model_validate_json(query)
        except ValueError:
            raise NotFound("This address names no question; ask it again.") from None
        found = pages.business(session).numbers.rows(question, limit=_LINES)
        units = {one.name: one.unit for one in pages.business(session).numbers.definitions()}

        def cell(metric: str, currency: str, value: float | None) -> str:
            return "" if value is None else shown(units.get(metric), currency, value)

        return pages.shown(request, session, "lines", q=q, query=question, found=found, cell=cell)
