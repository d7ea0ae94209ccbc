"""The page *Settings*: how the business speaks and to whom, the words it insists on, what it has translated before."""

import csv
import re
import shutil
import tempfile
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from weft.business import Business
from weft.connectors.importing import Report, import_file
from weft.errors import Forbidden, InputError, WeftError
from weft.postgres.database import Database
from weft.store.changes import Who
from weft.store.glossary import termed
from weft.surfaces import preferring
from weft.surfaces.console.pages import rendered, signed_in
from weft.surfaces.console.session import Session, SignIn, from_this_site
from weft.surfaces.rest.records import Scratch
from weft.surfaces.rest.wordings import sent

SETTINGS: Final = "/console/settings"
_SHOWN: Final = 200
_TOLD: Final = 50
_LISTS: Final = ("use", "avoid", "others", "forbidden", "allowed", "certifications")
_FIELDS: Final = {
    "voice": ("tone", "person", "formality", "spelling", "brand", "use", "avoid", "examples"),
    "languages": ("main", "others"),
    "claims": ("forbidden", "allowed", "certifications"),
    "markets": ("was", "name", "country", "language", "units", "sizes", "currency"),
    "glossary": (
        "source",
        "target",
        "source_language",
        "target_language",
        "forbidden",
        "kept",
        "case_sensitive",
        "note",
    ),
}
_CALLED: Final = {"glossary": "term", "memory": "segment"}
Part = Literal["voice", "languages", "claims", "markets", "glossary"]
Kind = Literal["glossary", "memory"]


def _lines(text: str) -> list[str]:
    return [line for part in text.replace(",", "\n").splitlines() if (line := part.strip())]


def _texts(text: str) -> list[str]:
    """Texts with a blank line between them."""
    return [part for part in ("\n".join(text.splitlines())).split("\n\n") if part.strip()]


def _value(section: str, given: Mapping[str, str]) -> dict[str, Any]:
    """A section out of its form."""
    value: dict[str, Any] = {name: given[name] for name in _FIELDS[section]}
    for name in value:
        if name in _LISTS:
            value[name] = _lines(given[name])
        elif name == "examples":
            value[name] = _texts(given[name])
    return value


def _given(section: Mapping[str, Any]) -> dict[str, str]:
    """A section as its form shows it."""
    between = {"examples": "\n\n", "others": ", "}
    return {
        name: between.get(name, "\n").join(value) if isinstance(value, list) else value
        for name, value in section.items()
    }


async def _form(request: Request, names: tuple[str, ...]) -> dict[str, str]:
    async with request.form(max_files=0, max_fields=40) as filled:
        return {name: text.strip() if isinstance(text := filled.get(name), str) else "" for name in names}


def _deciding(request: Request, session: Session) -> None:
    """Raise Forbidden where a session's key may not set anything."""
    from_this_site(request)
    if not session.bearer.may("approve"):
        raise Forbidden(f"Nothing was set: your key may only {session.bearer.scope}. This needs one that may approve.")


def _who(session: Session) -> str:
    return Who(f"key {session.bearer.key_id}").name


def _reasons(report: Report) -> list[str]:
    """Why rows were not taken, a sentence each, the first of them."""
    if report.rejects_file is None:
        return []
    with Path(report.rejects_file).open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return [f"Line {row['line']}: {row['reason']}." for row in islice(rows, _TOLD)]


class _Page:
    def __init__(self, database: Database, sign_in: SignIn, home: Path) -> None:
        self._database, self._sign_in, self.home = database, sign_in, home

    def business(self, session: Session) -> Business:
        return Business(self._database, session.bearer.tenant)

    def shown(self, request: Request, session: Session, **more: Any) -> Response:
        """The page, with what came of a form on it: `problem` is said at the `part`, whose form shows what was `given`."""
        business = self.business(session)
        held = business.preferences.shown()
        text = request.query_params.get("q", "")
        terms = business.glossary.listed(text=text or None)
        named: dict[str, Any] = {
            "session": session,
            "business": business.id,
            "room": "settings",
            "decides": session.bearer.may("approve"),
            "forms": {name: _given(held[name]) for name in ("voice", "languages", "claims")},
            "markets": held["markets"]["markets"],
            "q": text,
            "terms": terms[:_SHOWN],
            "count": len(terms),
            "contradictions": business.glossary.contradictions(),
            "pairs": business.memory.counted(),
            "part": None,
            "problem": None,
            "given": {},
            "rejects": [],
            "report": None,
            "said": self._sign_in.said(request),
        }
        if more.get("part") in named["forms"]:
            named["forms"][more["part"]] = more["given"]
        response = rendered(request, "settings.html", **named | more)
        self._sign_in.said_once(response)
        return response

    async def taken(self, request: Request, session: Session, kind: Kind, filled: FormData) -> Response:
        """Take the file of a form, and show what came of it."""
        file = filled.get("file")
        given = {name: str(filled.get(name) or "").strip() for name in ("source", "target", "replace")}

        async def back(**more: Any) -> Response:
            return await run_in_threadpool(self.shown, request, session, part=f"{kind}-file", given=given, **more)

        if not isinstance(file, UploadFile) or not file.filename:
            return await back(problem="Choose a file first.")
        try:
            report = await run_in_threadpool(_taken, self, session, kind, file, given)
        except WeftError as refused:
            return await back(problem=refused.message)
        said = f"{report.created:,} new, {report.updated:,} changed, {report.unchanged:,} as they were"
        if report.rejected:
            return await back(report=(said, report.rejected), rejects=_reasons(report))
        return self.done(request, kind, f"Took the {_CALLED[kind]}s of {file.filename}: {said}.")

    def done(self, request: Request, part: str, sentence: str) -> Response:
        """Back to that part of the page, where the sentence is said."""
        response = RedirectResponse(f"{SETTINGS}#{part}", 303)
        self._sign_in.say_next(request, response, {"sentence": sentence, "problems": []})
        return response


def _set(part: Part, business: Business, given: Mapping[str, str], who: str) -> str:
    """Set what a form says, and answer a sentence; raises InputError and Conflict."""
    if part == "markets":
        return _market(business, given, who)
    if part == "glossary":
        return _term(business, given, who)
    changed = business.preferences.put(part, _value(part, given), who)
    return f"The {part} {'is' if part == 'voice' else 'are'} set." if changed else "Nothing changed."


def _taken(page: _Page, session: Session, kind: Kind, part: UploadFile, given: Mapping[str, str]) -> Report:
    """Import a file out of a form; raises InputError and its kin, in the words of the file's own name."""
    name = Path(part.filename or "upload").name[:120]
    with tempfile.TemporaryDirectory(prefix="weft-settings-") as folder:
        # Its own name tells some formats, and stands in what is said of it.
        path = Path(folder) / (re.sub(r"[^\w.\- ]", "_", name).strip(". ") or "upload")
        with path.open("wb") as kept:
            shutil.copyfileobj(part.file, kept)
        return import_file(
            page.business(session), kind, path, who=_who(session), source_language=given["source"],
            target_language=given["target"], replace=bool(given["replace"]),
            rejects_folder=page.home / "rejects" / session.bearer.tenant.id,
        )  # fmt: skip


def _market(business: Business, given: Mapping[str, str], who: str) -> str:
    """Put a market in place of the one it was, or beside the others; raises InputError."""
    held = business.preferences.shown()
    others = [one for one in held["markets"]["markets"] if one["name"] != given["was"]]
    market = {name: given[name] for name in _FIELDS["markets"][1:]}
    market["units"] = market["units"] or "metric"
    place = next((n for n, one in enumerate(held["markets"]["markets"]) if one["name"] == given["was"]), len(others))
    business.preferences.put("markets", {"markets": [*others[:place], market, *others[place:]]}, who)
    return f"The market {given['name']} is set."


def _term(business: Business, given: Mapping[str, str], who: str) -> str:
    """Add a term out of its form; raises InputError and Conflict."""
    kept = bool(given["kept"])
    if kept and given["target"]:
        raise InputError(f"“{given['source']}” cannot have a translation and stay as it is.")
    if not kept and not given["target"]:
        raise InputError(f"Say what “{given['source']}” is in the other language, or that it stays as it is.")
    main = "" if kept else business.preferences.languages().main
    term = termed(
        {
            "source": given["source"], "target": given["target"] or None, "note": given["note"],
            "source_language": given["source_language"] or main, "target_language": given["target_language"],
            "forbidden": _lines(given["forbidden"]), "case_sensitive": bool(given["case_sensitive"]),
        }
    )  # fmt: skip
    business.glossary.put([term], who)
    return f"“{term.source}” {'is not translated' if term.kept else f'is “{term.target}”'} ({term.pair})."


def add_pages(router: APIRouter, database: Database, sign_in: SignIn, home: Path) -> None:
    """Add the page, and what is set on it."""
    signed = Annotated[Session, Depends(signed_in(sign_in))]
    page = _Page(database, sign_in, home)

    @router.get("/settings")
    def look(request: Request, session: signed, q: Annotated[str, Query(max_length=200)] = "") -> Response:
        del q
        return page.shown(request, session)

    @router.get("/settings/{kind}.{format_}")
    def download(
        kind: Kind, format_: Literal["csv", "tbx", "tmx", "jsonl"], session: signed, folder: Scratch
    ) -> FileResponse:
        return sent(page.business(session), kind, folder, format_)

    @router.post("/settings/markets/remove")
    async def remove(request: Request, session: signed, name: Annotated[str, Form(max_length=200)]) -> Response:
        _deciding(request, session)
        held = page.business(session).preferences
        await run_in_threadpool(held.put_all, preferring.without(f"markets.{name}", held.shown()), _who(session))
        return page.done(request, "markets", f"The market {name} is removed.")

    @router.post("/settings/glossary/forget")
    async def forget(request: Request, session: signed, term: Annotated[str, Form(max_length=100)]) -> Response:
        _deciding(request, session)
        count = await run_in_threadpool(page.business(session).glossary.forget, [term], _who(session))
        return page.done(request, "glossary", "The term is forgotten." if count else "There was no such term any more.")

    @router.post("/settings/{kind}/file")
    async def take(request: Request, session: signed, kind: Kind) -> Response:
        _deciding(request, session)
        async with request.form(max_files=1, max_fields=10) as filled:
            return await page.taken(request, session, kind, filled)

    @router.post("/settings/{part}")
    async def put(request: Request, session: signed, part: Part) -> Response:
        _deciding(request, session)
        given = await _form(request, _FIELDS[part])
        try:
            sentence = await run_in_threadpool(_set, part, page.business(session), given, _who(session))
        except WeftError as refused:
            return await run_in_threadpool(
                page.shown, request, session, part=part, problem=refused.message, given=given
            )
        return page.done(request, part, sentence)
