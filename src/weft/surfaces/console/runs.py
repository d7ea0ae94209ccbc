"""The page *Runs*: skills over many products, begun, watched as they go on, paused, resumed and cancelled."""

from collections import deque
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from weft import skill as skills
from weft.business import Business
from weft.errors import Forbidden, WeftError
from weft.postgres.database import Database
from weft.runs.book import OVER, Runs, Selection
from weft.store.changes import Who
from weft.surfaces.console.pages import rendered, signed_in
from weft.surfaces.console.products import over_products
from weft.surfaces.console.session import Session, SignIn, from_this_site
from weft.surfaces.rest.runs import progress

RUNS: Final = "/console/runs"
_SHOWN: Final = 50
_FAILURES: Final = 100
_LOOKS: Final = 20
_WATCHED: Final = 1000


class Watch:
    """How far runs were when they were looked at before, from which their rate comes."""

    def __init__(self) -> None:
        self._seen: dict[str, deque[tuple[float, int]]] = {}

    def of(self, run: dict[str, Any]) -> dict[str, Any]:
        """A run with its rate and the seconds left."""
        if run["state"] in (*OVER, "paused"):
            self._seen.pop(run["id"], None)
            rate = run["done"] / run["seconds"] if run["seconds"] else 0.0
            return {**run, "rate": round(rate, 1), "seconds_left": None}
        while len(self._seen) > _WATCHED:
            self._seen.pop(next(iter(self._seen)))
        return progress(run, self._seen.setdefault(run["id"], deque(maxlen=_LOOKS)))


def add_pages(router: APIRouter, database: Database, sign_in: SignIn) -> None:
    """Add the list and the page of one run."""
    watch = Watch()
    signed = Annotated[Session, Depends(signed_in(sign_in))]

    def listed(request: Request, session: Session, **more: Any) -> Response:
        business = Business(database, session.bearer.tenant)
        runs = [watch.of(one) for one in Runs(business).listed(_SHOWN)]
        named: dict[str, Any] = {
            "session": session,
            "business": business.id,
            "room": "runs",
            "runs": runs,
            "live": any(one["state"] not in (*OVER, "paused", "interrupted") for one in runs),
            "skills": over_products(),
            "problem": None,
            "asked": {"skill": "", "where": ""},
            "over": OVER,
        }
        return rendered(request, "runs.html", **named | more)

    def working(request: Request, session: Session) -> Runs:
        from_this_site(request)
        if not session.bearer.may("propose"):
            raise Forbidden(
                f"Nothing was done: your key may only {session.bearer.scope}. A run needs one that may propose."
            )
        return Runs(Business(database, session.bearer.tenant))

    @router.get("/runs")
    def page(request: Request, session: signed) -> Response:
        return listed(request, session)

    @router.post("/runs")
    def begin(
        request: Request,
        session: signed,
        skill: Annotated[str, Form(max_length=100)],
        where: Annotated[str, Form(max_length=4000)] = "",
    ) -> Response:
        book = working(request, session)
        try:
            run = book.enter(skills.named(skill), Selection(where.strip() or None), queued=True, who=Who(session.who))
        except WeftError as refused:
            return listed(request, session, problem=refused.message, asked={"skill": skill, "where": where})
        return RedirectResponse(f"{RUNS}/{run}", 303)

    @router.get("/runs/{run}")
    def one(request: Request, session: signed, run: str) -> Response:
        business = Business(database, session.bearer.tenant)
        book = Runs(business)
        found = watch.of(book.get(run))
        return rendered(
            request,
            "run.html",
            session=session,
            business=business.id,
            room="runs",
            run=found,
            live=found["state"] not in (*OVER, "paused", "interrupted"),
            over=OVER,
            failures=book.failures(run, _FAILURES),
        )

    @router.post("/runs/{run}/{verb}")
    def act(request: Request, session: signed, run: str, verb: Literal["pause", "resume", "cancel"]) -> Response:
        book = working(request, session)
        if verb == "resume":
            book.resume(run, queued=True)
        else:
            getattr(book, verb)(run)
        return RedirectResponse(f"{RUNS}/{run}", 303)
