"""Models over HTTP: what a key may ask, and a business's own providers and routes; the platform's are read only."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from weft.errors import Forbidden, NotFound
from weft.gateway.addresses import needed
from weft.gateway.models import checked_url
from weft.gateway.providers import completed
from weft.gateway.register import Known, Register
from weft.surfaces.rest.callers import Administrator, Caller, Reader
from weft.surfaces.rest.idempotency import IdempotentRoute
from weft.surfaces.rest.problems import RESPONSES

router = APIRouter(responses=RESPONSES, route_class=IdempotentRoute)
Owner = Literal["business", "platform"]
Kind = Literal["chat", "embeddings", "rerank"]


def register(request: Request) -> Register:
    """What the gateway of this process rests on."""
    found: Register = request.app.state.door.register
    return found


Registered = Annotated[Register, Depends(register)]
Name = Annotated[str, Path(max_length=128)]


class ModelPrices(BaseModel):
    """US dollars for a million tokens; `image` for one, `request` for one."""

    model_config = ConfigDict(extra="forbid")

    input: float = Field(default=0.0, ge=0, le=1_000_000)
    output: float = Field(default=0.0, ge=0, le=1_000_000)
    cached_input: float | None = Field(default=None, ge=0, le=1_000_000)
    image: float | None = Field(default=None, ge=0, le=1_000_000)
    request: float | None = Field(default=None, ge=0, le=1_000_000)


class ModelAbout(BaseModel):
    """What a provider's model can do and costs; what is left out is not known."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind | None = None
    context: int | None = Field(default=None, ge=1, le=1_000_000_000)
    most_out: int | None = Field(default=None, ge=1, le=1_000_000_000)
    image_tokens: int | None = Field(default=None, ge=1, le=1_000_000_000)
    most_reasoning: int | None = Field(default=None, ge=1, le=1_000_000_000)
    abilities: dict[str, bool] | None = None
    prices: ModelPrices | None = None


class NewProvider(BaseModel):
    """A provider: its address or its preset, its key (else the one that it has stays), and its models."""

    model_config = ConfigDict(extra="forbid")

    base_url: str | None = Field(default=None, max_length=2000)
    preset: str | None = Field(default=None, max_length=100)
    key: str | None = Field(default=None, min_length=1, max_length=4000)
    region: str | None = Field(default=None, max_length=63)
    headers: dict[str, str] | None = None
    paths: dict[str, str] | None = None
    concurrency: int | None = Field(default=None, ge=1, le=100_000)
    models: dict[str, ModelAbout] | None = Field(default=None, max_length=1000)


class ModelShown(BaseModel):
    """A provider's model; null is what nobody knows, `suspended` why it is not asked any more."""

    kind: Kind
    context: int | None
    most_out: int | None
    abilities: dict[str, bool]
    prices: dict[str, float] | None
    suspended: str | None


class ProviderLine(BaseModel):
    """A provider without its key; of the platform's, the address is not told."""

    name: str
    owner: Owner
    base_url: str | None
    region: str | None
    has_key: bool
    headers: list[str]
    concurrency: int | None
    models: dict[str, ModelShown]


class RouteTarget(BaseModel):
    """One model that may answer a route."""

    model_config = ConfigDict(extra="forbid")

    provider: str = Field(max_length=63)
    model: str | None = Field(default=None, max_length=200, description="May be left out where the provider has one.")
    weight: float = Field(default=1.0, gt=0, le=1_000_000)


class NewRoute(BaseModel):
    """Who answers to a name, in order, by weight or by who is least busy; prices in US dollars for a million tokens."""

    model_config = ConfigDict(extra="forbid")

    targets: list[RouteTarget] = Field(min_length=1, max_length=100)
    mode: Literal["ordered", "weighted", "balanced"] = "ordered"
    retries: int | None = Field(default=None, ge=0, le=10)
    first_seconds: float | None = Field(default=None, ge=0)
    idle_seconds: float | None = Field(default=None, ge=0)
    seconds: float | None = Field(default=None, ge=0)
    cache_seconds: float | None = Field(default=None, ge=0)
    regions: list[str] | None = Field(default=None, max_length=100)
    most_input: float | None = Field(default=None, ge=0, le=1_000_000)
    most_output: float | None = Field(default=None, ge=0, le=1_000_000)


class TargetShown(ModelShown):
    """One model that may answer, and what is known of it."""

    provider: str
    model: str
    weight: float
    region: str | None


class RouteLine(BaseModel):
    """A route, which is a model to whoever asks; an implied one is there for every model of a provider."""

    name: str
    owner: Owner
    implied: bool
    mode: str
    targets: list[TargetShown]
    retries: int
    first_seconds: float
    idle_seconds: float
    seconds: float
    cache_seconds: float | None
    regions: list[str]
    most_input: float | None
    most_output: float | None


class Removed(BaseModel):
    """What was removed."""

    name: str
    removed: list[str]


def _known(caller: Caller, found: Register) -> Known:
    return found.known(caller.business.uid)


def _said(body: BaseModel) -> dict[str, Any]:
    """What a request said, without what it left out."""
    return body.model_dump(exclude_none=True, exclude={"key"})


@router.get("/models", tags=["models"])
def list_models(caller: Reader, found: Registered) -> list[RouteLine]:
    """What the key may ask: routes, and every model by itself."""
    routes = _known(caller, found).routes
    limits = caller.bearer.limits
    return [RouteLine(**route.shown()) for name, route in sorted(routes.items()) if limits.allow(name)]


def _provider(known: Known, name: str) -> ProviderLine:
    provider = known.providers.get(name)
    if provider is None:
        raise NotFound(f"There is no provider {name!r}.")
    shown = provider.shown()
    if not provider.own:
        shown |= {"base_url": None, "headers": []}
    return ProviderLine(**shown)


@router.get("/providers", tags=["providers"])
def list_providers(caller: Reader, found: Registered) -> list[ProviderLine]:
    """The business's providers, and the platform's that it may use."""
    known = _known(caller, found)
    return [_provider(known, name) for name in sorted(known.providers)]


@router.get("/providers/{provider}", tags=["providers"])
def get_provider(provider: Name, caller: Reader, found: Registered) -> ProviderLine:
    """One provider with its models."""
    return _provider(_known(caller, found), provider)


@router.put("/providers/{provider}", tags=["providers"])
def put_provider(provider: Name, new: NewProvider, caller: Administrator, found: Registered) -> ProviderLine:
    """Add a provider of the business's own, in place of one of that name; at public addresses alone."""
    said = _said(new)
    _refuse_private(said, provider)
    found.add_provider(caller.business.uid, provider, said, new.key, "public")
    return _provider(_known(caller, found), provider)


def _refuse_private(said: Mapping[str, Any], name: str) -> None:
    address = checked_url(completed(said).get("base_url"), name)
    if needed(address) != "public":
        raise Forbidden(
            f"{urlsplit(address).hostname} is a private address, which can be added only by the operator at the command "
            "line: weft models add … --allow-private."
        )


@router.delete("/providers/{provider}", tags=["providers"])
def remove_provider(provider: Name, caller: Administrator, found: Registered) -> Removed:
    """Remove a provider of the business's own that no route names."""
    known = _known(caller, found).providers
    if provider in known and not known[provider].own:
        raise Forbidden(f"The provider {provider} is the platform's; its operator removes it.")
    return Removed(name=provider, removed=found.remove(caller.business.uid, provider, ("provider",)))


def _route(known: Known, name: str) -> RouteLine:
    route = known.routes.get(name)
    if route is None:
        raise NotFound(f"There is no route {name!r}.")
    return RouteLine(**route.shown())


@router.get("/routes", tags=["routes"])
def list_routes(caller: Reader, found: Registered) -> list[RouteLine]:
    """The business's routes, and the platform's, without those that are implied."""
    known = _known(caller, found)
    return [_route(known, name) for name in sorted(known.named)]


@router.get("/routes/{route:path}", tags=["routes"])
def get_route(route: Name, caller: Reader, found: Registered) -> RouteLine:
    """One route with its models."""
    return _route(_known(caller, found), route)


@router.put("/routes/{route:path}", tags=["routes"])
def put_route(route: Name, new: NewRoute, caller: Administrator, found: Registered) -> RouteLine:
    """Add a route of the business's own, in place of one of that name; it may name the platform's providers."""
    found.add_route(caller.business.uid, route, _said(new))
    return _route(_known(caller, found), route)


@router.delete("/routes/{route:path}", tags=["routes"])
def remove_route(route: Name, caller: Administrator, found: Registered) -> Removed:
    """Remove a route of the business's own."""
    known = _known(caller, found)
    if route in known.named and not known.routes[route].own:
        raise Forbidden(f"The route {route} is the platform's; its operator removes it.")
    return Removed(name=route, removed=found.remove(caller.business.uid, route, ("route",)))
