"""`weft models`: who answers, under which names, at whose cost."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from weft.surfaces.cli import output
from weft.surfaces.cli.output import JsonOption

if TYPE_CHECKING:
    from weft.access.businesses import Tenant
    from weft.gateway.models import Provider, Reach
    from weft.gateway.register import Known, Register
    from weft.postgres.database import Database

app = typer.Typer(help="Models: providers, routes, and what they can do and cost.", no_args_is_help=True)

Whose = Annotated[
    str | None,
    typer.Option(
        "--business",
        "-b",
        envvar="WEFT_BUSINESS",
        help="Whose it is, and who alone may use it; else the platform's, for all businesses.",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True)
class Desk:
    """A register that is open, and for whom: a business, or (None) the platform."""

    database: "Database"
    register: "Register"
    tenant: "Tenant | None"

    @property
    def uid(self) -> UUID | None:
        """The business, or None for the platform."""
        return None if self.tenant is None else self.tenant.uid

    @property
    def owner(self) -> str:
        """Whose it is, in words."""
        return "the platform" if self.tenant is None else self.tenant.id

    def known(self) -> "Known":
        """What may be asked, of the business's own and the platform's."""
        return self.register.known(self.uid)

    def provider(self, name: str) -> "Provider":
        """The provider of that name; raises NotFound."""
        from weft.errors import NotFound

        found = self.known().providers.get(name)
        if found is None:
            raise NotFound(f"There is no provider {name!r}; `weft models list` shows them.")
        return found


@contextmanager
def desk(context: typer.Context, business: str | None) -> Iterator[Desk]:
    """The register of a business, or of the platform where none is said; one that only WEFT_BUSINESS names has to be there."""
    from weft.access import businesses
    from weft.errors import NotFound
    from weft.gateway.register import Register
    from weft.gateway.seal import Seal
    from weft.settings import Settings

    settings = Settings.from_environment()
    with output.opened() as database:
        tenant = None
        if business is not None:
            try:
                tenant = businesses.named(database, business)
            except NotFound:
                source = context.get_parameter_source("business")
                if source is None or source.name != "ENVIRONMENT":
                    raise
        yield Desk(database, Register(database, settings.home, Seal(settings.home, settings.secret)), tenant)


@app.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What the provider and its route are called.")],
    url: Annotated[
        str | None, typer.Option("--url", help="Where it answers, such as https://api.example.com/v1.")
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option("--model", help="A model there; again for more. The route asks the first.")
    ] = None,
    key: Annotated[str | None, typer.Option("--key", help="Its key; - reads it from standard input.")] = None,
    key_variable: Annotated[
        str | None, typer.Option("--key-variable", help="The environment variable that holds its key now.")
    ] = None,
    preset: Annotated[str | None, typer.Option("--preset", help="A vendor that is known: weft models presets.")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="chat, embeddings or rerank.")] = None,
    price_in: Annotated[
        str | None, typer.Option("--price-in", help="US dollars for a million tokens in.", metavar="DOLLARS")
    ] = None,
    price_out: Annotated[
        str | None, typer.Option("--price-out", help="US dollars for a million tokens out.", metavar="DOLLARS")
    ] = None,
    context_tokens: Annotated[
        int | None, typer.Option("--context", help="The most tokens that it takes in all.")
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", help="Where it is, for routes that ask for a region.")
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Let it be at an address of a private network.")
    ] = False,
    business: Whose = None,
    json_: JsonOption = False,
) -> None:
    """Add a provider and a route of the same name, in place of those that are called so."""
    from weft.errors import InputError
    from weft.gateway.models import checked_url
    from weft.gateway.providers import completed, presets

    body: dict[str, Any] = {} if preset is None else {"preset": preset}
    known = completed(body)
    address = checked_url(url if url is not None else known.get("base_url"), name)
    if url is not None:
        body["base_url"] = address
    if region is not None:
        body["region"] = region
    reach = _reach(address, allow_private)
    names = list(dict.fromkeys(model or ()))
    if not names and not known.get("models"):
        raise InputError(f"Say which model {name} is to ask: --model MODEL (as its server calls it).")
    free = reach != "public" and price_in is None and price_out is None
    prices = _prices(price_in, price_out, None)
    said: dict[str, Any] = {"kind": kind, "context": context_tokens, "prices": prices}
    said = {field: value for field, value in said.items() if value is not None}
    if names or said or free:
        there = known.get("models", {})
        body["models"] = {
            one: {**({"prices": {}} if free and "prices" not in there.get(one, {}) else {}), **said}
            for one in names or there
        }
    secret = _secret(key, key_variable, presets().get(preset or "", {}) if url is None else {})
    with desk(context, business) as at:
        at.register.add_provider(at.uid, name, body, secret, reach)
        made = at.provider(name)
        first = next(iter(body.get("models") or made.models))
        at.register.add_route(at.uid, name, {"targets": [{"provider": name, "model": first}]})
        if json_:
            output.emit({**made.shown(), "route": {"name": name, "target": f"{name}/{first}"}})
            return
        others = "" if len(made.models) == 1 else f"; its other models answer as {name}/MODEL"
        output.out.print(
            f"{name} asks {first} at {made.base_url}, for {_for(at)}{others}.", markup=False, soft_wrap=True
        )
        for line in _remarks(made, first, free=free, keyed=secret is not None):
            output.err.print(line, markup=False, soft_wrap=True)


def _for(at: Desk) -> str:
    return "every business" if at.tenant is None else f"{at.tenant.id} alone"


def _remarks(made: "Provider", first: str, *, free: bool, keyed: bool) -> Iterator[str]:
    """What somebody who has added a provider should know."""
    if made.reach == "loopback":
        yield "It is on this machine: nothing leaves it."
    if free:
        yield f"As a server of your own it costs nothing; else: weft models price {made.name}/{first} --in D --out D"
    elif made.models[first].prices is None:
        yield (
            "Nobody has said what it costs, so a budget will refuse it: "
            f"weft models price {made.name}/{first} --in DOLLARS --out DOLLARS (for a million tokens)"
        )
    if not made.key and made.reach == "public":
        yield "It has no key. Give one with --key, --key - or --key-variable, if it needs one."
    elif made.key and not keyed:
        yield "It keeps the key that it had."
    yield f"See what it can do: weft models test {made.name}"


def _reach(address: str, allow_private: bool) -> "Reach":
    """How far a provider may reach whom somebody at this machine adds; raises Forbidden with what to do."""
    from urllib.parse import urlsplit

    from weft.errors import Forbidden
    from weft.gateway.addresses import needed

    host = urlsplit(address).hostname
    reach = needed(address)
    if reach is None:
        raise Forbidden(f"{host} is no address that can be called.")
    if reach == "private" and not allow_private:
        raise Forbidden(
            f"{host} is an address of a private network, which a provider may have only if you say so: add --allow-private."
        )
    return "private" if allow_private else reach


def _prices(into: str | None, out: str | None, cached: str | None) -> dict[str, str] | None:
    given = {"input": into, "output": out, "cached_input": cached}
    return {name: value for name, value in given.items() if value is not None} or None


def _secret(key: str | None, variable: str | None, preset: Mapping[str, Any]) -> str | None:
    """The key that was given: in the command, by standard input, by a variable, or by the one that its vendor's programs read."""
    import os

    from weft.errors import InputError

    if key is not None and variable is not None:
        raise InputError("Give --key or --key-variable, not both.")
    if key == "-":
        if sys.stdin.isatty():
            output.err.print("The key, which is not shown:")
            import getpass

            key = getpass.getpass("")
        else:
            key = sys.stdin.readline()
        if not key.strip():
            raise InputError("There was no key on standard input.")
    if key is not None:
        return key.strip()
    usual = preset.get("variable")
    found = os.environ.get(variable or usual or "")
    if variable is not None and not found:
        raise InputError(f"{variable} is not set, so there is no key to be taken from it.")
    if found and variable is None:
        output.err.print(f"Its key was taken from {usual}.")
    return found or None


@app.command("list")
def list_(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", help="Also the names that every model has by itself: provider/model.")
    ] = False,
    business: Whose = None,
    json_: JsonOption = False,
) -> None:
    """The routes with the models behind them: what these can do and cost, and what is wrong."""
    with desk(context, business) as at:
        known = at.known()
    routes = [route for name, route in sorted(known.routes.items()) if everything or name in known.named]
    lines = [route.shown() for route in routes]
    if json_:
        for line in lines:
            output.emit(line)
        for problem in known.problems:
            output.emit({"problem": problem})
        return
    for line in lines:
        _show(line)
    if not lines:
        output.out.print("There are no models yet: weft models add NAME --url URL --model MODEL --key KEY.")
    for problem in known.problems:
        output.err.print(problem, style="yellow", markup=False, soft_wrap=True)


def _show(route: Mapping[str, Any]) -> None:
    """A route with its models, each on a line of its own."""
    how = {"ordered": "", "weighted": ", by weight", "balanced": ", the least busy"}[route["mode"]]
    kept = "" if route["cache_seconds"] is None else f", kept for {route['cache_seconds']:g} s"
    whose = "every business" if route["owner"] == "platform" else "this business alone"
    output.out.print(f"{route['name']}  ({whose}{how}{kept})", style="bold", markup=False, soft_wrap=True)
    for target in route["targets"]:
        weight = f" ×{target['weight']:g}" if route["mode"] != "ordered" else ""
        name = f"{target['provider']}/{target['model']}"
        said = [target["kind"], *_can(target["abilities"]), _cost(target["prices"])]
        output.out.print(f"  {name}{weight}: {', '.join(said)}", markup=False, soft_wrap=True)
        if target["suspended"]:
            why = f"    suspended: {target['suspended']}. To ask it again: weft models lift {name}"
            output.out.print(why, style="yellow", markup=False, soft_wrap=True)


def _can(abilities: Mapping[str, bool]) -> list[str]:
    able = [name for name, does in abilities.items() if does]
    unable = [name for name, does in abilities.items() if not does]
    return ([" ".join(able)] if able else []) + ([f"no {' '.join(unable)}"] if unable else [])


def _cost(prices: Mapping[str, float] | None) -> str:
    if prices is None:
        return "nobody knows at what cost"
    return (
        "free" if not any(prices.values()) else f"{prices['input']:g} in and {prices['output']:g} out USD per million"
    )


@app.command()
def remove(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The name of a provider, a route, or both.")],
    business: Whose = None,
    json_: JsonOption = False,
) -> None:
    """Remove the provider and the route of that name."""
    with desk(context, business) as at:
        gone = at.register.remove(at.uid, name)
        if json_:
            output.emit({"name": name, "removed": gone})
        else:
            output.out.print(f"Removed the {' and the '.join(gone)} {name} of {at.owner}.", markup=False)


@app.command()
def route(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The name that is asked for, such as write.")],
    target: Annotated[
        list[str], typer.Option("--target", help="provider/model or provider/model:weight; again for the next.")
    ],
    mode: Annotated[
        str, typer.Option("--mode", help="ordered, weighted (by chance), or balanced (the least busy).")
    ] = "ordered",
    region: Annotated[
        list[str] | None, typer.Option("--region", help="Ask only providers of this region; again for more.")
    ] = None,
    retries: Annotated[
        int | None, typer.Option("--retries", help="How often one model is asked again before the next; 1 if not said.")
    ] = None,
    cache: Annotated[float | None, typer.Option("--cache", help="Keep answers for so many seconds.")] = None,
    seconds: Annotated[float | None, typer.Option("--seconds", help="The most that a request may take.")] = None,
    max_price_in: Annotated[
        str | None,
        typer.Option("--max-price-in", help="Ask none that costs more in, in US dollars.", metavar="DOLLARS"),
    ] = None,
    max_price_out: Annotated[
        str | None,
        typer.Option("--max-price-out", help="Ask none that costs more out, in US dollars.", metavar="DOLLARS"),
    ] = None,
    business: Whose = None,
    json_: JsonOption = False,
) -> None:
    """Say who answers to a name, and who when that one fails."""
    from weft.gateway.models import target_named

    with desk(context, business) as at:
        there = at.known().providers
        found = [target_named(text, there) for text in target]
        said: dict[str, Any] = {
            "targets": [
                {"provider": one.provider.name, "model": one.model.name, "weight": one.weight} for one in found
            ],
            "mode": mode,
            "regions": region,
            "retries": retries,
            "cache_seconds": cache,
            "seconds": seconds,
            "most_input": max_price_in,
            "most_output": max_price_out,
        }
        made = at.register.add_route(at.uid, name, {key: value for key, value in said.items() if value is not None})
        if json_:
            output.emit(made.shown())
            return
        joined = {"ordered": ", then ", "weighted": " or ", "balanced": " or "}[made.mode]
        asked = joined.join(one.id for one in made.targets)
        output.out.print(f"{name} asks {asked}, for {_for(at)}.", markup=False, soft_wrap=True)


@app.command()
def price(
    context: typer.Context,
    target: Annotated[str, typer.Argument(help="provider/model.", metavar="PROVIDER/MODEL")],
    into: Annotated[str, typer.Option("--in", help="US dollars for a million tokens in.", metavar="DOLLARS")],
    out: Annotated[str, typer.Option("--out", help="US dollars for a million tokens out.", metavar="DOLLARS")],
    cached: Annotated[
        str | None,
        typer.Option("--cached", help="US dollars for a million tokens in that were cached.", metavar="DOLLARS"),
    ] = None,
    business: Whose = None,
    json_: JsonOption = False,
) -> None:
    """Say what a model costs, so that budgets can hold it."""
    from weft.gateway.models import target_named

    with desk(context, business) as at:
        found = target_named(target, at.known().providers)
        kept = found.model.prices.shown() if found.model.prices is not None else {}
        kept.pop("cached_input", None)
        at.register.amend(
            found.provider, found.model.name, {"prices": {**kept, **(_prices(into, out, cached) or {})}}, at.uid
        )
        now = at.provider(found.provider.name).models[found.model.name].prices
    shown = now.shown() if now is not None else {}
    if json_:
        output.emit({"target": found.id, "prices": shown})
    else:
        said = ", ".join(f"{value:g} {name.replace('_', ' ')}" for name, value in shown.items())
        output.out.print(f"{found.id} costs US dollars for a million tokens: {said}.", markup=False, soft_wrap=True)


@app.command()
def lift(
    context: typer.Context,
    target: Annotated[str, typer.Argument(help="provider or provider/model.", metavar="PROVIDER[/MODEL]")],
    business: Whose = None,
    json_: JsonOption = False,
) -> None:
    """Ask a model again that was suspended for billing more than it could."""
    name, _, model = target.partition("/")
    with desk(context, business) as at:
        count = at.register.lift(at.provider(name), model or None)
    if json_:
        output.emit({"target": target, "lifted": count})
    else:
        output.out.print(f"{target} is asked again." if count else f"{target} was not suspended.", markup=False)


@app.command()
def presets(json_: JsonOption = False) -> None:
    """The vendors that are known: weft models add NAME --preset PRESET --key KEY."""
    from weft.gateway.providers import presets as known

    for name, said in known().items():
        models = list(said.get("models", ()))
        if json_:
            output.emit({"preset": name, **said, "models": said.get("models", {})})
            continue
        output.out.print(name, style="bold", markup=False)
        output.out.print(f"  {said['title']}, {said['base_url']}", markup=False, soft_wrap=True)
        output.out.print(f"  {', '.join(models) or 'say which with --model'}", markup=False, soft_wrap=True)
