"""The page *Models*: who may be asked, what it can do and costs and how it does; models added, tried and tested."""

import time
from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from weft.access.keys import Limits
from weft.business import Business
from weft.errors import Forbidden, InputError, NotFound, WeftError
from weft.gateway import addresses
from weft.gateway.choice import Choice
from weft.gateway.door import Door
from weft.gateway.models import ABILITIES, KINDS, Prices, Route, Target, checked_url, in_dollars
from weft.gateway.providers import completed, presets
from weft.gateway.register import Known
from weft.postgres.database import Database
from weft.surfaces.console.pages import rendered, signed_in
from weft.surfaces.console.session import Session, SignIn, from_this_site

MODELS: Final = "/console/models"
MOST_TOKENS: Final = 1000
_FIELDS: Final = ("name", "preset", "url", "model", "key", "kind", "price_in", "price_out", "context", "region")
_HOW: Final = {"ordered": "one after the other", "weighted": "by weight", "balanced": "the least busy first"}


def _prices(prices: Prices | None) -> str:
    """What a model costs, in words."""
    if prices is None:
        return "nobody knows what it costs"
    shown = prices.shown()
    if not any(shown.values()):
        return "free"
    said = [f"{shown['input']:g} in", f"{shown['output']:g} out"]
    said += [f"{shown['cached_input']:g} cached"] if "cached_input" in shown else []
    said += [f"{shown[name]:g} for one {name}" for name in ("image", "request") if name in shown]
    return ", ".join(said)


def _target(target: Target, choice: Choice, route: Route) -> dict[str, Any]:
    """A target as the page shows it. Of the platform's, nothing is told that other businesses' requests brought about."""
    provider, model = target.provider, target.model
    health = choice.health(target)
    why = provider.suspended.get(model.name)
    return {
        "id": target.id,
        "own": provider.own,
        "provider": provider.name,
        "model": model.name,
        "address": provider.base_url if provider.own else None,
        "keyed": provider.key is not None,
        "kind": model.kind,
        "region": provider.region,
        "context": model.context,
        "weight": target.weight if route.mode != "ordered" and len(route.targets) > 1 else None,
        "abilities": [(name, model.abilities.get(name)) for name in ABILITIES] if model.kind == "chat" else [],
        "prices": _prices(model.prices),
        "priced": model.prices is not None and any(model.prices.shown().values()),
        "state": health.state(time.monotonic()),
        "in_flight": health.in_flight if provider.own else 0,
        "failures": health.failures if provider.own else 0,
        "seconds": health.seconds,
        "suspended": why is not None,
        "why": why if provider.own else None,
    }


def _route(route: Route, choice: Choice, limits: Limits) -> dict[str, Any]:
    """A route as the page shows it."""
    said = [_HOW[route.mode]] if len(route.targets) > 1 else []
    said += [f"only in {' or '.join(route.regions)}"] if route.regions else []
    for name, cap in (("in", route.most_input), ("out", route.most_output)):
        said += [f"at most {in_dollars(cap):g} USD {name}"] if cap is not None else []
    said += [f"answers are kept for {route.cache_seconds:g} s"] if route.cache_seconds else []
    return {
        "name": route.name,
        "own": route.own,
        "implied": route.implied,
        "how": said,
        "allowed": limits.allow(route.name),
        "chat": any(target.model.kind == "chat" for target in route.targets),
        "targets": [_target(target, choice, route) for target in route.targets],
    }


def _listed(known: Known, choice: Choice, limits: Limits) -> list[dict[str, Any]]:
    """The routes that somebody has set up by name, then the models that none of these asks."""
    named = [known.routes[name] for name in sorted(known.named) if name in known.routes]
    asked = {target.place for route in named for target in route.targets}
    others = [
        known.routes[target.id]
        for provider in known.providers.values()
        for target in (Target(provider, model) for model in provider.models.values())
        if target.place not in asked
    ]
    return [_route(route, choice, limits) for route in (*named, *others)]


def _public(name: str) -> bool:
    return addresses.needed(str(presets()[name]["base_url"])) == "public"


def described(given: Mapping[str, str]) -> tuple[str, dict[str, Any], str | None, str]:
    """A form's provider: its name, its body, its key, and the model that its route asks.

    Raises InputError, and Forbidden for an address that only the operator can allow.
    """
    name = given["name"]
    body: dict[str, Any] = {"preset": given["preset"]} if given["preset"] else {}
    known = completed(body)
    if not given["url"] and not known:
        raise InputError("Choose a vendor that is known, or give the address at which the model answers.")
    address = checked_url(given["url"] or known.get("base_url"), name)
    if given["url"]:
        body["base_url"] = address
    if addresses.needed(address) != "public":
        raise addresses.refused(str(urlsplit(address).hostname), "public")
    if given["region"]:
        body["region"] = given["region"]
    prices = {field: given[f"price_{side}"] for field, side in (("input", "in"), ("output", "out"))}
    prices = {field: said for field, said in prices.items() if said}
    said: dict[str, Any] = {"kind": given["kind"]} if given["kind"] else {}
    said |= {"prices": prices} if prices else {}
    said |= {"context": whole_number(given["context"], "The context")} if given["context"] else {}
    there = known.get("models", {})
    if given["model"]:
        body["models"] = {given["model"]: said}
    elif not there:
        raise InputError("Say which model is to be asked, as its server calls it.")
    elif said:
        body["models"] = dict.fromkeys(there, said)
    return name, body, given["key"] or None, given["model"] or next(iter(there))


def whole_number(text: str, what: str, most: int = 10**9) -> int:
    """A whole number from 1 on out of a form; raises InputError."""
    if not text.isascii() or not text.isdigit() or len(text) > 20 or not 0 < int(text) <= most:
        raise InputError(f"{what} is a whole number from 1 to {most:,}, not {text[:40]!r}.")
    return int(text)


async def _form(request: Request) -> dict[str, str]:
    """What was filled in, as texts; what was not sent is empty."""
    async with request.form(max_files=0, max_fields=30) as sent:
        return {name: text.strip() if isinstance(text := sent.get(name), str) else "" for name in _FIELDS}


class Page:
    """The page with what is known at this moment, for whoever looks or has done something on it."""

    def __init__(self, database: Database, sign_in: SignIn, door: Door) -> None:
        self.door = door
        self._database = database
        self._sign_in = sign_in

    async def shown(self, request: Request, session: Session, **more: Any) -> Response:
        """The page, with what came of a form on it."""
        business = Business(self._database, session.bearer.tenant)
        known = await run_in_threadpool(self.door.register.known, business.uid)
        routes = _listed(known, self.door.parts.choice, session.bearer.limits)
        named: dict[str, Any] = {
            "session": session,
            "business": business.id,
            "room": "models",
            "routes": [one for one in routes if not one["implied"]],
            "others": [one for one in routes if one["implied"]],
            "problems": known.problems,
            "presets": {name: one for name, one in presets().items() if _public(name)},
            "kinds": KINDS,
            "given": {},
            "problem": None,
            "asked": {"route": request.query_params.get("route", ""), "words": "", "most": str(MOST_TOKENS)},
            "answer": None,
            "refused": None,
            "said": self._sign_in.said(request),
        }
        response = rendered(request, "models.html", **named | more)
        self._sign_in.said_once(response)
        return response

    async def done(self, request: Request, sentence: str) -> Response:
        """Back to the page, where the sentence is said; the gateway of this process knows already."""
        await self.door.look()
        response = RedirectResponse(MODELS, 303)
        self._sign_in.say_next(request, response, {"sentence": sentence, "problems": []})
        return response


def deciding(request: Request, session: Session) -> UUID:
    """The business whose models and money a session decides on; raises Forbidden where its key may not."""
    from_this_site(request)
    if not session.bearer.may("admin"):
        raise Forbidden(
            f"Nothing was done: your key may only {session.bearer.scope}. This is decided on with one that may admin."
        )
    return session.bearer.tenant.uid


def add_pages(router: APIRouter, sign_in: SignIn, page: Page) -> None:
    """Add the page, and what is done on it."""
    signed = Annotated[Session, Depends(signed_in(sign_in))]
    register = page.door.register

    @router.get("/models")
    async def look(request: Request, session: signed) -> Response:
        return await page.shown(request, session)

    @router.post("/models")
    async def add(request: Request, session: signed, sent: Annotated[dict[str, str], Depends(_form)]) -> Response:
        business = deciding(request, session)
        try:
            name, body, key, model = described(sent)
            await run_in_threadpool(register.add_provider, business, name, body, key)
            route = {"targets": [{"provider": name, "model": model}]}
            await run_in_threadpool(register.add_route, business, name, route)
        except WeftError as refused:
            return await page.shown(request, session, problem=refused.message, given={**sent, "key": ""})
        return await page.done(request, f"{name} asks {model}. Test it to see what it can do.")

    @router.post("/models/remove")
    async def remove(request: Request, session: signed, name: Annotated[str, Form(max_length=200)]) -> Response:
        business = deciding(request, session)
        gone = await run_in_threadpool(register.remove, business, name)
        return await page.done(request, f"Removed the {' and the '.join(gone)} {name}.")

    @router.post("/models/lift")
    async def lift(
        request: Request,
        session: signed,
        provider: Annotated[str, Form(max_length=200)],
        model: Annotated[str, Form(max_length=200)],
    ) -> Response:
        business = deciding(request, session)
        held = (await run_in_threadpool(register.known, business)).providers.get(provider)
        if held is None:
            raise NotFound(f"There is no provider {provider!r}.")
        if not held.own:
            raise Forbidden(f"{provider} is the platform's: its operator lifts a suspension, with weft models lift.")
        count = await run_in_threadpool(register.lift, held, model)
        return await page.done(
            request, f"{provider}/{model} is asked again." if count else f"{provider}/{model} was not suspended."
        )
