"""The pages *Search*: try a search and see why, make rules, turn dials, and mend what found nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from weft import money
from weft import skill as skills
from weft.business import Business
from weft.errors import Forbidden, InputError, NotReady, WeftError
from weft.postgres.database import Database
from weft.skills.search import PREVIEW, Preview
from weft.store.changes import Who
from weft.store.merchandising import KINDS, SIGNALS, Dials, Kind, Rule, ruled, written
from weft.surfaces import ruling
from weft.surfaces.console.pages import rendered, signed_in
from weft.surfaces.console.session import Session, SignIn, from_this_site

SEARCH: Final = "/console/search"
PARTS: Final[Mapping[str, str]] = {
    "": "Try it", "rules": "Rules", "dials": "Dials", "unmet": "Found nothing",
}  # fmt: skip
_SHOWN: Final = 20
_FACETS: Final = 6
_RULES: Final = 200
_DAYS: Final = 28
_FIELDS: Final = (
    *("id", "kind", "name", "match", "query", "category", "starts", "ends", "zone", "pins", "sold_out", "products"),
    *("filters", "times", "url", "words", "typed", "on", "try"),
)
_LINES: Final = ("query", "products", "words", "typed")
_MATCHES: Final = (
    ("contains", "the query contains these words"),
    ("exact", "the query is exactly this"),
    ("any", "all searches"),
)
_SAYS: Final[Mapping[str, str]] = {
    "stock": "what there is much of", "margin": "what earns much of its price", "velocity": "what sells fast",
    "newness": "what is new", "returns": "what often comes back",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as an address of the page names it: filters as `name=value`, and demands that were taken back."""

    q: str = ""
    filters: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    page: int = 1

    def address(self, **other: Any) -> str:
        """The address of the page with other values for some of it."""
        values = {"q": self.q, "f": self.filters, "without": self.without} | other
        return f"{SEARCH}?{urlencode({name: value for name, value in values.items() if value}, doseq=True)}"

    def with_filter(self, name: str, value: str) -> str:
        """The address with a filter, or without it where it was there."""
        one = f"{name}={value}"
        others = [other for other in self.filters if other != one]
        return self.address(f=others if len(others) < len(self.filters) else [*others, one])

    def has(self, name: str, value: str) -> bool:
        """Whether a filter is set."""
        return f"{name}={value}" in self.filters

    @property
    def request(self) -> dict[str, Any]:
        """The search as the skill is asked."""
        filters: dict[str, list[str]] = {}
        for one in self.filters:
            name, _, value = one.partition("=")
            filters.setdefault(name, []).append(value)
        start = (self.page - 1) * _SHOWN
        return {
            "query": self.q, "filters": filters, "without": list(self.without), "limit": _SHOWN, "offset": start,
            "explain": True,
        }  # fmt: skip


def _lines(text: str) -> list[str]:
    return [line for part in text.splitlines() if (line := part.strip())]


def _rule(given: Mapping[str, str]) -> Rule:
    """A rule out of its form; raises InputError."""
    kind = given["kind"]
    said: dict[str, Any] = {name: given[name] for name in ("name", "category", "starts", "ends", "zone") if given[name]}
    said |= {name: found for name in _LINES if (found := _lines(given[name]))}
    if given["match"] != "any" or "query" in said:
        said["match"] = given["match"] or "contains"
    if kind == "pin":
        said |= {"pins": [_pin(line) for line in _lines(given["pins"])], "sold_out": bool(given["sold_out"])}
    filters: dict[str, list[str]] = {}
    for line in _lines(given["filters"]):
        name, separator, value = line.partition("=")
        if not separator:
            raise InputError(f"{line!r} filters nothing: write it as name=value, such as vendor=Acme.")
        filters.setdefault(name.strip(), []).append(value.strip())
    said |= {"filters": filters} if filters else {}
    said |= {"times": given["times"]} if given["times"] and kind in ("boost", "bury") else {}
    said |= {"url": given["url"]} if given["url"] else {}
    return ruled({**said, "kind": kind, "id": given["id"] or None, "on": bool(given["on"])})


def _pin(line: str) -> dict[str, Any]:
    product, _, place = line.replace("=", " ").rpartition(" ")
    if not product.strip() or not place.isdigit():
        raise InputError(f"{line!r} pins nothing: write a product and its place, such as blue-mug 1.")
    return {"product": product.strip(), "place": int(place)}


def _filled(rule: Rule) -> dict[str, str]:
    """A rule as its form shows it."""
    filters = [f"{name}={value}" for name, wanted in rule.filters.items() for value in written(wanted)]
    return {
        "id": rule.id or "", "kind": rule.kind, "name": rule.name, "match": rule.match, "category": rule.category,
        "starts": _clock(rule.starts), "ends": _clock(rule.ends), "zone": rule.zone, "url": rule.url,
        "times": "" if rule.times is None else f"{rule.times:g}", "on": "yes" if rule.on else "",
        "sold_out": "yes" if rule.sold_out else "", "pins": "\n".join(f"{pin.product} {pin.place}" for pin in rule.pins),
        "filters": "\n".join(filters), "try": "", **{name: "\n".join(getattr(rule, name)) for name in _LINES},
    }  # fmt: skip


def _clock(at: datetime | None) -> str:
    return "" if at is None else at.replace(tzinfo=None).isoformat(timespec="minutes")


def _blank(kind: str, prefill: Mapping[str, str]) -> dict[str, str]:
    """The form of a rule that is not there yet, with what the address says of it."""
    blank = {**dict.fromkeys(_FIELDS, ""), "kind": kind, "zone": "UTC", "on": "yes", "sold_out": "yes"}
    blank["match"] = "exact" if kind in ("pin", "redirect") else "contains" if kind != "synonyms" else "any"
    return blank | {name: text for name, text in prefill.items() if name in _FIELDS and name not in ("id", "kind")}


def _when(rule: Rule) -> str:
    """When a rule holds, for a person."""
    if rule.starts is None and rule.ends is None:
        return "always"
    zone = ZoneInfo(rule.zone)
    parts = [
        f"{word} {at.astimezone(zone):%Y-%m-%d %H:%M}"
        for word, at in (("from", rule.starts), ("until", rule.ends))
        if at is not None
    ]
    return f"{' '.join(parts)} {rule.zone}"


class _Pages:
    def __init__(self, database: Database, sign_in: SignIn) -> None:
        self._database, self._sign_in = database, sign_in

    def business(self, session: Session) -> Business:
        return Business(self._database, session.bearer.tenant)

    def shown(self, request: Request, session: Session, part: str, **more: Any) -> Response:
        """One of the pages, with what it shows."""
        named: dict[str, Any] = {
            "session": session,
            "business": session.bearer.tenant.id,
            "room": "search",
            "part": part,
            "parts": PARTS,
            "decides": session.bearer.may("approve"),
            "problem": None,
            "said": self._sign_in.said(request),
        }
        response = rendered(request, f"search_{part or 'try'}.html", **named | more)
        self._sign_in.said_once(response)
        return response

    def tried(self, request: Request, session: Session, asked: Asked) -> Response:
        """The page on which a search is tried."""
        answer, problem = None, None
        try:
            skill = skills.named("search")
            answer = skills.answer(skill, skills.requested(skill, asked.request), self.business(session), "local")
        except (NotReady, InputError) as refused:
            problem = refused.message
        return self.shown(
            request, session, "", asked=asked, answer=answer, problem=problem, start=(asked.page - 1) * _SHOWN,
            facets=_facets(answer, asked), money=_money, following=_following(answer, asked), rule_address=_rule_address,
        )  # fmt: skip

    def rules(self, request: Request, session: Session, given: Mapping[str, str] | None, **more: Any) -> Response:
        """The page of rules, with a form that is filled so."""
        business = self.business(session)
        text = request.query_params.get("q", "")
        found = business.rules.listed(text=text or None)
        named = {
            "rules": found[:_RULES], "count": len(found), "q": text, "kinds": KINDS, "given": given, "when": _when,
            "matches": _MATCHES, "told": None, "undo": request.query_params.get("undo", ""),
        }  # fmt: skip
        return self.shown(request, session, "rules", **named | more)

    def dials(self, request: Request, session: Session, dials: Dials | None, queries: str, **more: Any) -> Response:
        """The page of dials, turned so; where they differ from those that are kept, with what would move."""
        business = self.business(session)
        kept = business.preferences.search()
        turned = dials or kept
        told, problem = None, None
        if dials is not None:
            try:
                told = _previewed(business, Preview(queries=_lines(queries)[:_SHOWN], dials=turned))
            except WeftError as refused:
                problem = refused.message
        named = {"dials": turned, "kept": kept, "signals": _SAYS, "told": told, "problem": problem, "queries": queries}
        return self.shown(request, session, "dials", **named | more)

    def unmet(self, request: Request, session: Session) -> Response:
        """The page of searches that found nothing or were not clicked."""
        found = self.business(session).behaviors.unmet(_DAYS, _RULES)
        rows = [
            {
                "query": one.query, "times": one.times, "people": len(one.people), "nothing": one.found_nothing,
                "left": one.not_clicked,
                "instead": max(one.instead.items(), key=lambda pair: (len(pair[1]), pair[0]), default=("", ()))[0],
            }
            for one in found
        ]  # fmt: skip
        return self.shown(request, session, "unmet", rows=rows, days=_DAYS, rule_address=_rule_address)

    def done(self, request: Request, part: str, sentence: str) -> Response:
        """Back to a page, where the sentence is said."""
        response = RedirectResponse(f"{SEARCH}/{part}", 303)
        self._sign_in.say_next(request, response, {"sentence": sentence, "problems": []})
        return response


def _previewed(business: Business, asked: Preview) -> Any:
    return skills.answer(PREVIEW, asked, business, "local")


def _money(price: Mapping[str, Any]) -> str:
    currency = price["currency"] or "EUR"
    return f"{money.decimal(price['amount'], currency)} {currency}"


def _facets(answer: Any, asked: Asked) -> list[tuple[str, list[Any]]]:
    """The facets that are worth a look: the first ones, and those that are filtered by."""
    if answer is None:
        return []
    chosen = {one.partition("=")[0] for one in asked.filters}
    return [
        (name, values[:8])
        for place, (name, values) in enumerate(answer.facets.items())
        if place < _FACETS or name in chosen
    ]


def _following(answer: Any, asked: Asked) -> str | None:
    there = answer is not None and answer.total > asked.page * _SHOWN
    return asked.address(page=asked.page + 1) if there else None


def _rule_address(kind: str, **fields: str) -> str:
    """The address of the form of a new rule, with fields of it filled."""
    query = urlencode({"kind": kind, **{name: value for name, value in fields.items() if value}}, quote_via=quote)
    return f"{SEARCH}/rules?{query}#rule"


def _deciding(request: Request, session: Session) -> str:
    """Who acts, in the journal's words; raises Forbidden where a session's key may not change anything."""
    from_this_site(request)
    if not session.bearer.may("approve"):
        raise Forbidden(
            f"Nothing was changed: your key may only {session.bearer.scope}. This needs one that may approve."
        )
    return Who(f"key {session.bearer.key_id}").name


async def _form(request: Request) -> dict[str, str]:
    async with request.form(max_files=0, max_fields=60) as filled:
        return {name: text.strip() if isinstance(text := filled.get(name), str) else "" for name in _FIELDS}


def _turned(given: Mapping[str, str]) -> Dials:
    """Dials out of an address or a form; raises InputError."""
    try:
        return Dials.model_validate({name: given[name] for name in SIGNALS if given.get(name)})
    except ValidationError:
        raise InputError("A dial is a number from -1 to 1.") from None


def add_pages(router: APIRouter, database: Database, sign_in: SignIn) -> None:
    """Add the pages, and what is done on them."""
    signed = Annotated[Session, Depends(signed_in(sign_in))]
    pages = _Pages(database, sign_in)

    @router.get("/search")
    def look(
        request: Request,
        session: signed,
        q: Annotated[str, Query(max_length=1000)] = "",
        f: Annotated[list[str] | None, Query(max_length=50)] = None,
        without: Annotated[list[str] | None, Query(max_length=50)] = None,
        page: Annotated[int, Query(ge=1, le=500)] = 1,
    ) -> Response:
        return pages.tried(request, session, Asked(q, tuple(f or ()), tuple(without or ()), page))

    _add_rules(router, pages, sign_in)
    _add_dials(router, pages, sign_in)

    @router.get("/search/unmet")
    def unmet(request: Request, session: signed) -> Response:
        return pages.unmet(request, session)


def _add_rules(router: APIRouter, pages: _Pages, sign_in: SignIn) -> None:
    signed = Annotated[Session, Depends(signed_in(sign_in))]

    @router.get("/search/rules")
    def rules(
        request: Request,
        session: signed,
        kind: Kind | Literal[""] = "",
        edit: Annotated[str, Query(max_length=100)] = "",
        q: Annotated[str, Query(max_length=200)] = "",
    ) -> Response:
        del q
        if edit:
            return pages.rules(request, session, _filled(pages.business(session).rules.get(edit)))
        return pages.rules(request, session, _blank(kind, request.query_params) if kind else None)

    @router.post("/search/rules")
    async def save(request: Request, session: signed) -> Response:
        who, given = _deciding(request, session), await _form(request)
        try:
            rule = _rule(given)
            counts, kept = await run_in_threadpool(ruling.made, pages.business(session), [rule], who)
        except WeftError as refused:
            return await run_in_threadpool(pages.rules, request, session, given, problem=refused.message)
        did = "made" if counts.created else "changed" if counts.updated else "as it was"
        said = " ".join([f"The rule is {did}: {rule.called}.", *kept[0].warnings])
        return pages.done(request, "rules", said)

    @router.post("/search/rules/preview")
    async def preview(request: Request, session: signed) -> Response:
        from_this_site(request)
        given = await _form(request)
        told, problem = None, None
        try:
            queries = _lines(given["try"])[:_SHOWN] or _lines(given["query"])[:_SHOWN] or _lines(given["typed"])
            asked = Preview(queries=queries or _lines(given["words"])[:_SHOWN], rules=[_rule(given)])
            told = await run_in_threadpool(_previewed, pages.business(session), asked)
        except WeftError as refused:
            problem = refused.message
        return await run_in_threadpool(pages.rules, request, session, given, told=told, problem=problem)

    @router.post("/search/rules/switch")
    async def switch(
        request: Request, session: signed, rule: Annotated[str, Form(max_length=100)], on: Annotated[str, Form()] = ""
    ) -> Response:
        who = _deciding(request, session)
        held = await run_in_threadpool(pages.business(session).rules.switch, rule, bool(on), who)
        return pages.done(request, "rules", f"{held.called} is {'on' if held.on else 'off'}.")

    @router.post("/search/rules/remove")
    async def remove(request: Request, session: signed, rule: Annotated[str, Form(max_length=100)]) -> Response:
        who = _deciding(request, session)
        count = await run_in_threadpool(pages.business(session).rules.remove, [rule], who)
        said = "The rule is gone." if count else "There was no such rule any more."
        return pages.done(request, f"rules?undo={rule}" if count else "rules", said)

    @router.post("/search/rules/undo")
    async def undo(request: Request, session: signed, rule: Annotated[str, Form(max_length=100)]) -> Response:
        who = _deciding(request, session)
        back = await run_in_threadpool(pages.business(session).rules.undo, rule, who)
        return pages.done(request, "rules", f"It is again: {back.called}." if back else "The rule is gone again.")

    @router.post("/search/synonym")
    async def synonym(
        request: Request,
        session: signed,
        typed: Annotated[str, Form(max_length=200)],
        words: Annotated[str, Form(max_length=200)],
    ) -> Response:
        who = _deciding(request, session)
        rule = ruled({"kind": "synonyms", "typed": [typed], "words": [words]})
        await run_in_threadpool(pages.business(session).rules.put, [rule], who)
        return pages.done(request, "unmet", f"Who types “{typed}” finds “{words}” from now on.")


def _add_dials(router: APIRouter, pages: _Pages, sign_in: SignIn) -> None:
    signed = Annotated[Session, Depends(signed_in(sign_in))]

    @router.get("/search/dials")
    def dials(request: Request, session: signed, queries: Annotated[str, Query(max_length=10_000)] = "") -> Response:
        given = request.query_params
        turned = _turned(given) if any(name in given for name in SIGNALS) else None
        return pages.dials(request, session, turned, queries)

    @router.post("/search/dials")
    async def turn(request: Request, session: signed) -> Response:
        who = _deciding(request, session)
        async with request.form(max_files=0, max_fields=20) as filled:
            given = {name: str(filled.get(name) or "") for name in SIGNALS}
        dials = _turned(given)
        changed = await run_in_threadpool(pages.business(session).preferences.put, "search", dials, who)
        return pages.done(request, "dials", "The dials are set." if changed else "Nothing changed.")
