"""The page *Changes*: what is proposed for a business, looked over and decided on, one by one or all that match."""

import itertools
import math
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from weft.business import Business
from weft.errors import BadFilter, Forbidden, InputError, WeftError
from weft.money import exponent
from weft.postgres.database import Database
from weft.store import where
from weft.store.changes import FIELDS, FROM, STATES, Outcome, Selection, Who
from weft.surfaces.console.pages import CHANGES, by_htmx, rendered, signed_in, templates
from weft.surfaces.console.session import Session, SignIn, from_this_site

Verb = Literal["approve", "apply", "reject", "undo"]
_VERBS: Final[tuple[Verb, ...]] = ("approve", "apply", "reject", "undo")
_DONE: Final = {
    "approve": "Approved",
    "apply": "Applied",
    "reject": "Rejected",
    "undo": "Undid",
    "correct": "Corrected",
}
_DOING: Final = {"approve": "Approving", "apply": "Applying", "reject": "Rejecting", "undo": "Undoing"}
_PAGE: Final = 40
_PATIENCE: Final = 0.8
_KEPT_SECONDS: Final = 600.0
_SAID_PROBLEMS: Final = 3


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: a tab (`state`), the person's filter, the chips that are on, and after which change."""

    state: str = "proposed"
    where: str = ""
    skill: str = ""
    field: str = ""
    after: str = ""

    @property
    def narrowed(self) -> str:
        """The filter and the chips as one filter; raises BadFilter for a filter that is none by itself."""
        parts = []
        if self.where.strip():
            where.parse(self.where, FIELDS)
            parts.append(f"({self.where})")
        if self.skill:
            parts.append(f"skill = {where.quoted(self.skill)}")
        if self.field:
            family, starred, column = self.field.partition(".*.")
            parts.append(
                f"field ~ {where.quoted(family + '.')} and field ~ {where.quoted('.' + column)}"
                if starred
                else f"field = {where.quoted(self.field)}"
            )
        return " and ".join(parts)

    def selection(self, tab: bool) -> Selection:
        """The changes of all tabs, or of this `tab` alone."""
        parts = [self.narrowed] if self.narrowed else []
        if tab and self.state != "all":
            parts.append(f"state = {self.state}")
        return Selection(where=" and ".join(parts)) if parts else Selection(all=True)

    def query(self, **other: str) -> str:
        """The view as the query of an address, with other values for some of it."""
        values = {"state": self.state, "where": self.where, "skill": self.skill, "field": self.field, "after": ""}
        values |= other
        return urlencode({name: value for name, value in values.items() if value})

    def address(self, **other: str) -> str:
        """The address of the page with this view."""
        return f"{CHANGES}?{self.query(**other)}"


def view_of(
    state: Annotated[
        Literal["proposed", "approved", "applied", "rejected", "stale", "undone", "all"], Query()
    ] = "proposed",
    where: Annotated[str, Query(max_length=4000)] = "",
    skill: Annotated[str, Query(max_length=200)] = "",
    field: Annotated[str, Query(max_length=600)] = "",
    after: Annotated[str, Query(max_length=40)] = "",
) -> View:
    """A dependency: the view that an address names."""
    return View(state, where, skill, field, after)


@dataclass(slots=True)
class Task:
    """A bulk action under way: what was asked for, since when, and in the end what came of it."""

    business: UUID
    verb: Verb
    count: int
    begun: float = field(default_factory=time.monotonic)
    said: dict[str, Any] | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def seconds(self) -> int:
        """How long it has been under way."""
        return int(time.monotonic() - self.begun)

    @property
    def doing(self) -> str:
        """What it is doing, in a word."""
        return _DOING[self.verb]


class Tasks:
    """The bulk actions of this process."""

    def __init__(self) -> None:
        self._tasks: dict[str, Task] = {}

    def begin(self, task: Task, act: Callable[[], Outcome]) -> str:
        """Start an action beside the request; answers its id."""

        def run() -> None:
            try:
                task.said = said_of(act())
            except WeftError as problem:
                task.said = {"problem": problem.message}
            except Exception:
                task.said = {"problem": "Weft failed at this; its log says why. Nothing was half done."}
                raise
            finally:
                task.ended.set()

        horizon = time.monotonic() - _KEPT_SECONDS
        for name, old in list(self._tasks.items()):
            if old.ended.is_set() and old.begun < horizon:
                self._tasks.pop(name, None)
        name = secrets.token_hex(8)
        self._tasks[name] = task
        threading.Thread(target=run, name=f"{task.verb} all", daemon=True).start()
        return name

    def find(self, name: str, business: UUID) -> Task | None:
        """A business's action by its id."""
        task = self._tasks.get(name)
        return task if task is not None and task.business == business else None


def said_of(outcome: Outcome) -> dict[str, Any]:
    """An outcome in words, with the first of the reasons why something was left."""
    problems = [f"{problem['record']}: {problem['problem']}"[:240] for problem in outcome.problems[:_SAID_PROBLEMS]]
    sentence = f"{_DONE[outcome.verb]} {outcome.done:,} {'change' if outcome.done == 1 else 'changes'}"
    if outcome.left:
        sentence += f"; {outcome.left:,} {'was' if outcome.left == 1 else 'were'} left"
    return {"sentence": f"{sentence}.", "problems": problems, "more": max(0, outcome.left - len(problems))}


def grouped(changes: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, list[Mapping[str, Any]]]]:
    """Changes that follow each other of one product together: its id, its title, they."""
    groups = itertools.groupby(changes, key=lambda change: change["record"])
    held = [(record, list(of)) for record, of in groups]
    return [(record, str(of[0]["title"] or "").strip(), of) for record, of in held]


def label(name: str) -> tuple[str, str]:
    """A field as a person says it: its name, and of what it is."""
    family, _, rest = name.partition(".")
    if not rest:
        return name.replace("_", " "), ""
    head, _, column = rest.rpartition(".")
    if family == "variants":
        return column.replace("_", " "), "any variant" if head == "*" else f"variant {head}"
    if family == "lines":
        return column, "any line" if head == "*" else f"of {head}"
    if family == "images":
        return column, "any image" if head == "*" else f"image {head}"
    if family == "translations":
        return rest.partition(".")[2], f"in {rest.partition('.')[0]}"
    return rest, family.removesuffix("s")


def reasons(change: Mapping[str, Any]) -> list[str]:
    """Why a change is proposed, in the words of its facts."""
    return [str(fact["why"]) for fact in change["facts"] or () if isinstance(fact, dict) and fact.get("why")]


def known(change: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a change rests on: names and values, each short enough to be read."""
    found: list[tuple[str, str]] = []
    for fact in change["facts"] or ():
        pairs: list[tuple[Any, Any]] = [("fact", fact)]
        if isinstance(fact, dict) and "value" in fact and ("field" in fact or "name" in fact):
            pairs = [(fact.get("field", fact.get("name")), fact["value"])]
            pairs += [(n, v) for n, v in fact.items() if n not in ("field", "name", "value", "why")]
        elif isinstance(fact, dict):
            pairs = list(fact.items())
        for name, value in pairs:
            text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
            found.append((str(name), text if len(text) <= 300 else f"{text[:300]}…"))
    return found


def corrected(change: Mapping[str, Any], typed: str) -> Any:
    """What a person typed as a value of the kind that the change suggests; raises InputError."""
    like = change["after"] if change["after"] is not None else change["before"]
    text = typed.replace("\r\n", "\n")
    if not text.strip():
        return None
    try:
        if isinstance(like, dict) and isinstance(like.get("amount"), int):
            minor = Decimal(text.strip()).scaleb(exponent(like["currency"]))
            if minor != minor.to_integral_value():
                raise InputError(f"{text.strip()} {like['currency']} has more decimals than the currency.")
            return {"amount": int(minor), "currency": like["currency"]}
        if isinstance(like, bool) and change["field"].startswith("attributes."):
            return {"yes": True, "no": False}[text.strip().lower()]
        if isinstance(like, (int, float)) and not isinstance(like, bool):
            number = float(text)
            if not math.isfinite(number):
                raise ValueError
            return int(number) if number == int(number) else number
        if isinstance(like, dict):
            return orjson.loads(text)
    except (InvalidOperation, ValueError, KeyError):
        raise InputError(f"{text.strip()[:80]!r} cannot be this field's value; write it like the one there.") from None
    if isinstance(like, list):
        return [item.strip() for item in text.split(",") if item.strip()]
    return text


templates.globals.update(label=label, grouped=grouped, reasons=reasons, known=known)


class Watch:
    """How fast the running imports go, by what was seen of them the times before."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, float, int, float]] = {}

    def running(self, business: Business) -> list[dict[str, Any]]:
        """The imports that run, or ended a moment ago, with their `rate` (rows/s) and whether they stand `still`."""
        now, shown = time.monotonic(), []
        for one in business.imports.listed(5):
            name, ended = one["id"], one["finished_at"]
            if one["state"] != "running":
                self._seen.pop(name, None)
                if ended is not None and (datetime.now(UTC) - ended).total_seconds() < 30:
                    shown.append({**one, "rate": 0, "still": False})
                continue
            first_rows, first, rows, moved = self._seen.get(name, (one["rows"], now, one["rows"], now))
            if one["rows"] != rows:
                moved = now
            self._seen[name] = (first_rows, first, one["rows"], moved)
            rate = (one["rows"] - first_rows) / (now - first) if now > first else 0
            if now - moved < 600:
                shown.append({**one, "rate": round(rate), "still": now - moved > 20})
        return shown


def add_pages(router: APIRouter, database: Database, sign_in: SignIn) -> None:  # noqa: C901
    """Add the page and what its forms lead to."""
    tasks, watch = Tasks(), Watch()
    signed = Annotated[Session, Depends(signed_in(sign_in))]
    viewed = Annotated[View, Depends(view_of)]

    def shown(request: Request, session: Session, view: View, **more: Any) -> Response:
        """The whole page; htmx takes from it what it needs."""
        business = Business(database, session.bearer.tenant)
        problem, changes = None, []
        counts = dict.fromkeys(STATES, 0)
        skills: list[tuple[str, int]] = []
        names: list[tuple[str, int]] = []
        try:
            counts = business.changes.counted(view.selection(tab=False))
            changes = business.changes.listed(view.selection(tab=True), limit=_PAGE + 1, after=view.after or None)
            skills = business.changes.tallied("skill", replace(view, skill="").selection(tab=True))
            names = business.changes.tallied("field", replace(view, field="").selection(tab=True))
        except BadFilter as bad:
            problem = bad.message
        following = changes[_PAGE - 1]["id"] if len(changes) > _PAGE else ""
        said = sign_in.said(request)
        named: dict[str, Any] = {
            "session": session,
            "business": business.id,
            "room": "changes",
            "view": view,
            "said": said,
            "problem": problem,
            "counts": counts,
            "skills": skills,
            "fields": names,
            "changes": changes[:_PAGE],
            "following": following,
            "verbs": verbs(session, view, counts),
            "imports": watch.running(business),
            "confirm": None,
            "task": None,
            "task_id": "",
        }
        response = rendered(request, "changes.html", **named | more)
        if said is not None:
            sign_in.said_once(response)
        return response

    def verbs(session: Session, view: View, counts: Mapping[str, int]) -> list[tuple[Verb, int]]:
        """What can be done with all that match, and with how many."""
        if not session.bearer.may("approve"):
            return []
        there = STATES if view.state == "all" else (view.state,)
        possible = [(verb, sum(counts[state] for state in FROM[verb] if state in there)) for verb in _VERBS]
        return [(verb, count) for verb, count in possible if count]

    def decide(request: Request, session: Session) -> Business:
        """The business, if the person may decide for it; raises Forbidden."""
        from_this_site(request)
        if not session.bearer.may("approve"):
            raise Forbidden(
                f"Nothing was done: your key may only {session.bearer.scope}. Deciding on changes needs one that may approve."
            )
        return Business(database, session.bearer.tenant)

    def back(request: Request, view: View, said: Mapping[str, Any], **other: str) -> Response:
        response = RedirectResponse(view.address(after=view.after, **other), 303)
        sign_in.say_next(request, response, said)
        return response

    def row(request: Request, session: Session, view: View, change: Mapping[str, Any], said: Any) -> Response:
        """One change as it is now, with the counts around it."""
        business = Business(database, session.bearer.tenant)
        counts = business.changes.counted(view.selection(tab=False))
        named = {"session": session, "view": view, "change": change, "said": said, "counts": counts, "confirm": None}
        return rendered(request, "row.html", **named, verbs=verbs(session, view, counts), task=None, task_id="")

    @router.get("/changes")
    def page(request: Request, session: signed, view: viewed, work: str = "") -> Response:
        task = tasks.find(work, session.bearer.tenant.uid) if work else None
        if task is not None and task.ended.is_set():
            task, work = None, ""
        return shown(request, session, view, task=task, task_id=work)

    @router.get("/changes/all/{verb}")
    def ask(request: Request, session: signed, view: viewed, verb: Verb) -> Response:
        business = Business(database, session.bearer.tenant)
        found = dict(verbs(session, view, business.changes.counted(view.selection(tab=False))))
        return shown(request, session, view, confirm=(verb, found.get(verb, 0)))

    @router.post("/changes/all/{verb}")
    def act_on_all(
        request: Request,
        session: signed,
        view: viewed,
        verb: Verb,
        expected: Annotated[int, Form(ge=0)],
        reason: Annotated[str, Form(max_length=1000)] = "",
    ) -> Response:
        business = decide(request, session)
        selection, who = view.selection(tab=True), Who(session.who)
        count = dict(verbs(session, view, business.changes.counted(view.selection(tab=False)))).get(verb, 0)
        if count != expected:
            note = f"Meanwhile it has become {count:,} instead of {expected:,}; look again."
            return shown(request, session, view, confirm=(verb, count), said={"problem": note})

        def act() -> Outcome:
            if verb == "reject":
                return business.changes.reject(selection, who, reason or None)
            outcome: Outcome = getattr(business.changes, verb)(selection, who)
            return outcome

        task = Task(business.uid, verb, count)
        name = tasks.begin(task, act)
        # With htmx the page goes on showing how long it takes; without it the browser does, by waiting.
        if task.ended.wait(_PATIENCE if by_htmx(request) else None):
            return back(request, replace(view, after=""), task.said or {})
        return RedirectResponse(view.address(work=name), 303)

    @router.get("/changes/work/{name}")
    def work(request: Request, session: signed, view: viewed, name: str) -> Response:
        task = tasks.find(name, session.bearer.tenant.uid)
        if task is not None and not task.ended.is_set():
            return rendered(request, "work.html", view=view, task=task, task_id=name)
        said = (
            task.said
            if task is not None
            else {"problem": "This is no longer under way; the journal says what was done."}
        )
        response = shown(request, session, view, said=said)
        response.headers.update({"hx-retarget": "#page", "hx-reselect": "#page", "hx-reswap": "outerHTML"})
        return response

    @router.post("/changes/{change}/correct")
    def correct(
        request: Request, session: signed, view: viewed, change: UUID, value: Annotated[str, Form()] = ""
    ) -> Response:
        business = decide(request, session)
        old = business.changes.shown(str(change))
        now = business.changes.correct(str(change), corrected(old, value), Who(session.who))
        said = said_of(Outcome("correct", 1))
        return row(request, session, view, now, said) if by_htmx(request) else back(request, view, said)

    @router.post("/changes/{change}/{verb}")
    def act_on_one(request: Request, session: signed, view: viewed, change: UUID, verb: Verb) -> Response:
        business = decide(request, session)
        outcome: Outcome = getattr(business.changes, verb)(Selection(ids=[str(change)]), Who(session.who))
        said = said_of(outcome)
        if not by_htmx(request):
            return back(request, view, said)
        return row(request, session, view, business.changes.shown(str(change)), said)

    @router.get("/imports")
    def imports(request: Request, session: signed) -> Response:
        return rendered(request, "imports.html", imports=watch.running(Business(database, session.bearer.tenant)))
