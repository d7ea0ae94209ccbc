"""What may answer: a provider with its models, and a route, a name with the targets that may answer it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Any, Final, Literal, get_args
from urllib.parse import urlsplit
from uuid import UUID

from weft.errors import InputError

Kind = Literal["chat", "embeddings", "rerank"]
Reach = Literal["public", "loopback", "private"]
Mode = Literal["ordered", "weighted", "balanced"]
KINDS: Final[tuple[str, ...]] = get_args(Kind)
ABILITIES: Final = ("stream", "tools", "vision", "json_schema", "json_object", "reasoning", "translation")
NANO: Final = 1_000_000_000
"""Nanodollars in a US dollar: the unit of every amount of the gateway."""
PROVIDER_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
ROUTE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}")
_MOST_SECONDS: Final = 3600.0
_OWN_HEADERS: Final = ("host", "content-length", "content-type", "transfer-encoding", "connection", "upgrade", "expect")
_SHORTEST_SECRET: Final = 6
_UNSAID: Final = b"[secret]"
_TRANSLATORS: Final = ("qwen-mt",)


def nano(dollars: Any, what: str = "The amount") -> int:
    """US dollars, as a number or a text, in nanodollars, rounded up; raises InputError."""
    try:
        value = Decimal(str(dollars).strip().removeprefix("$"))
        if isinstance(dollars, bool) or not value.is_finite() or value < 0 or value > 9_000_000_000:
            raise InvalidOperation
    except InvalidOperation:
        raise InputError(f"{what} is a number of US dollars from 0 on, such as 0.25, not {dollars!r}.") from None
    return int((value * NANO).to_integral_value(ROUND_CEILING))


def dollars(amount: int) -> str:
    """Nanodollars as the decimal of US dollars that people read: `1234500000` is `1.2345`, and nothing below cents is padded."""
    whole = format(Decimal(amount).scaleb(-9).normalize(), "f")
    head, _, tail = whole.partition(".")
    return f"{head}.{tail.ljust(2, '0')}"


def in_dollars(amount: int) -> float:
    """Nanodollars as the number of US dollars that programs read."""
    return float(Decimal(amount).scaleb(-9))


@dataclass(frozen=True, slots=True)
class Prices:
    """Nanodollars for a million tokens (`image` for one, `request` for one); `cached_input` is as `input` where not said."""

    input: int = 0
    output: int = 0
    cached_input: int | None = None
    image: int = 0
    request: int = 0

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Prices":
        """Prices in US dollars as people write them; raises InputError."""
        names = ("input", "output", "cached_input", "image", "request")
        _refuse_unknown(kept, names, "price")
        given = {name: nano(value, f"The price {name}") for name, value in kept.items() if value is not None}
        return cls(**given)

    def shown(self) -> dict[str, float]:
        """Prices in US dollars, as `read` takes them, without what is not asked for."""
        kept = {"input": self.input, "output": self.output, "cached_input": self.cached_input}
        kept |= {name: value for name, value in (("image", self.image), ("request", self.request)) if value}
        return {name: in_dollars(value) for name, value in kept.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Model:
    """One model of a provider: its name there, what it can do (absent: not known), and what it costs.

    `context` and `most_out` count tokens; `image_tokens` is the most that an image counts for; `most_reasoning` what it may
    think beyond the limit of its answer, for vendors that count so. Where `prices` is None nobody knows what it costs, and a
    budget refuses it.
    """

    name: str
    kind: Kind = "chat"
    context: int | None = None
    most_out: int | None = None
    image_tokens: int = 16_384
    most_reasoning: int = 0
    abilities: Mapping[str, bool] = field(default_factory=dict)
    prices: Prices | None = None

    @property
    def translates(self) -> bool:
        """Tell whether it translates what it is told and follows no instructions, as Qwen-MT does."""
        said = self.abilities.get("translation")
        return said if said is not None else self.name.rpartition("/")[2].lower().startswith(_TRANSLATORS)

    @classmethod
    def read(cls, name: str, kept: Mapping[str, Any]) -> "Model":
        """A model as it is kept; raises InputError."""
        _refuse_unknown(
            kept,
            ("kind", "context", "most_out", "image_tokens", "most_reasoning", "abilities", "prices"),
            f"field of the model {name}",
        )
        if not 0 < len(name) <= 200 or not name.isprintable():
            raise InputError(f"A model's name is a text of 1 to 200 characters, not {name!r}.")
        kind = kept.get("kind", "chat")
        if kind not in KINDS:
            raise InputError(f"The kind of {name} is one of {', '.join(KINDS)}, not {kind!r}.")
        abilities = kept.get("abilities") or {}
        _refuse_unknown(abilities, ABILITIES, "ability")
        numbers = {
            key: _whole(kept[key], f"{key} of {name}", 10**9)
            for key in ("context", "most_out", "image_tokens", "most_reasoning")
            if kept.get(key) is not None
        }
        return cls(
            name,
            kind,
            abilities={key: bool(value) for key, value in abilities.items()},
            prices=None if kept.get("prices") is None else Prices.read(kept["prices"]),
            **numbers,
        )

    def shown(self) -> dict[str, Any]:
        """The model as programs read it; null is what nobody knows."""
        return {
            "kind": self.kind,
            "context": self.context,
            "most_out": self.most_out,
            "abilities": dict(self.abilities),
            "prices": None if self.prices is None else self.prices.shown(),
        }


@dataclass(frozen=True, slots=True)
class Provider:
    """Who answers: an address, a key, models. `own` is false for the platform's, which every business may use.

    `paths` says where a kind of request goes below the address, where that is not as the protocol has it.
    """

    uid: UUID
    name: str
    base_url: str
    models: Mapping[str, Model]
    own: bool = True
    protocol: str = "openai"
    key: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    reach: Reach = "public"
    region: str | None = None
    concurrency: int | None = None
    suspended: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)

    def unsaid(self, text: bytes) -> bytes:
        """What its server said, without the secrets that are sent to it: some servers quote them."""
        for secret in (self.key, *self.headers.values()):
            if secret and len(secret) >= _SHORTEST_SECRET:
                for said in (secret, secret.replace("/", "\\/")):
                    text = text.replace(said.encode(), _UNSAID)
        return text

    @classmethod
    def read(cls, uid: UUID, name: str, kept: Mapping[str, Any], **more: Any) -> "Provider":
        """A provider as it is kept; raises InputError."""
        if not PROVIDER_NAME.fullmatch(name):
            raise InputError(f"{name!r} cannot name a provider: use 1 to 63 letters, digits, '.', '_' and '-'.")
        _refuse_unknown(
            kept,
            ("base_url", "protocol", "headers", "region", "concurrency", "models", "preset", "paths"),
            "field of a provider",
        )
        paths = kept.get("paths") or {}
        _refuse_unknown(paths, KINDS, "path")
        for path in paths.values():
            if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", str(path)) or "/.." in str(path):
                raise InputError(f"A path of {name} is one such as /rerank, not {path!r}.")
        models = kept.get("models") or {}
        if not isinstance(models, Mapping):
            raise InputError(f"The models of {name} are a table of names, not a {type(models).__name__}.")
        headers = kept.get("headers") or {}
        for key, value in headers.items():
            if key.lower() in _OWN_HEADERS:
                raise InputError(f"The header {key} of {name} is Weft's to set; leave it out.")
            if not re.fullmatch(r"[A-Za-z0-9-]{1,100}", key) or not re.fullmatch(r"[ -~]{0,4000}", str(value)):
                raise InputError(f"The header {key!r} of {name} is none that can be sent.")
        concurrency = kept.get("concurrency")
        return cls(
            uid,
            name,
            checked_url(kept.get("base_url"), name),
            {key: Model.read(key, value) for key, value in models.items()},
            protocol=str(kept.get("protocol") or "openai"),
            headers=dict(headers),
            region=_region(kept.get("region"), name),
            concurrency=None if concurrency is None else _whole(concurrency, f"concurrency of {name}", 100_000),
            paths=dict(paths),
            **more,
        )

    def shown(self) -> dict[str, Any]:
        """The provider as programs read it: of its key and its headers only whether they are there."""
        return {
            "name": self.name,
            "owner": owner(self.own),
            "base_url": self.base_url,
            "protocol": self.protocol,
            "region": self.region,
            "reach": self.reach,
            "concurrency": self.concurrency,
            "has_key": self.key is not None,
            "headers": sorted(self.headers),
            "models": {
                name: {**model.shown(), "suspended": self.suspended.get(name)} for name, model in self.models.items()
            },
        }


@dataclass(frozen=True, slots=True)
class Target:
    """One model that may answer a route: `id` is what people read, `place` what its health and its places are kept under."""

    provider: Provider
    model: Model
    weight: float = 1.0
    id: str = field(init=False)
    place: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", f"{self.provider.name}/{self.model.name}")
        object.__setattr__(self, "place", f"{self.provider.uid}/{self.model.name}")

    def shown(self) -> dict[str, Any]:
        """The target as programs read it."""
        return {
            "provider": self.provider.name,
            "model": self.model.name,
            "weight": self.weight,
            "region": self.provider.region,
            **self.model.shown(),
            "suspended": self.provider.suspended.get(self.model.name),
        }


@dataclass(frozen=True, slots=True)
class Route:
    """A name and the targets that may answer it, in order, by weight, or by how little they have to do.

    `retries` is how often one target is asked again; seconds bound the first byte, the silence between bytes and the whole;
    `cache_seconds` is how long answers are kept (None: only those that would be the same again); the targets asked are in one of
    `regions` and cost at most `most_input` and `most_output` (nanodollars a million tokens).
    """

    name: str
    targets: tuple[Target, ...]
    mode: Mode = "ordered"
    own: bool = True
    implied: bool = False
    retries: int = 1
    first_seconds: float = 120.0
    idle_seconds: float = 60.0
    seconds: float = 600.0
    cache_seconds: float | None = None
    regions: tuple[str, ...] = ()
    most_input: int | None = None
    most_output: int | None = None

    @classmethod
    def read(cls, name: str, kept: Mapping[str, Any], providers: Mapping[str, Provider], **more: Any) -> "Route":
        """A route as it is kept, its targets found among the providers; raises InputError."""
        if not ROUTE_NAME.fullmatch(name):
            raise InputError(f"{name!r} cannot name a route: use 1 to 128 letters, digits and . _ : / -")
        known = ("targets", "mode", "retries", "first_seconds", "idle_seconds", "seconds", "cache_seconds", "regions")
        _refuse_unknown(kept, (*known, "most_input", "most_output"), "field of a route")
        mode = kept.get("mode", "ordered")
        if mode not in get_args(Mode):
            raise InputError(f"The mode of {name} is one of {', '.join(get_args(Mode))}, not {mode!r}.")
        targets = kept.get("targets")
        if not isinstance(targets, Sequence) or isinstance(targets, str) or not targets:
            raise InputError(f'The route {name} needs targets, such as [{{provider = "qwen", model = "qwen-flash"}}].')
        numbers: dict[str, Any] = {
            key: _seconds(kept[key], f"{key} of {name}")
            for key in ("first_seconds", "idle_seconds", "seconds", "cache_seconds")
            if kept.get(key) is not None
        }
        if kept.get("retries") is not None:
            numbers["retries"] = _whole(kept["retries"], f"retries of {name}", 10, least=0)
        for key in ("most_input", "most_output"):
            if kept.get(key) is not None:
                numbers[key] = nano(kept[key], f"{key} of {name}")
        found = tuple(_target(name, one, providers) for one in targets)
        regions = tuple(str(_region(one, name)) for one in kept.get("regions") or ())
        return cls(name, found, mode, regions=regions, **numbers, **more)

    def shown(self) -> dict[str, Any]:
        """The route as programs read it; prices in US dollars for a million tokens."""
        return {
            "name": self.name,
            "owner": owner(self.own),
            "implied": self.implied,
            "mode": self.mode,
            "targets": [target.shown() for target in self.targets],
            "retries": self.retries,
            "first_seconds": self.first_seconds,
            "idle_seconds": self.idle_seconds,
            "seconds": self.seconds,
            "cache_seconds": self.cache_seconds,
            "regions": list(self.regions),
            "most_input": None if self.most_input is None else in_dollars(self.most_input),
            "most_output": None if self.most_output is None else in_dollars(self.most_output),
        }


def owner(own: bool) -> str:
    """Whose a provider, a route or a budget is."""
    return "business" if own else "platform"


def target_named(text: str, providers: Mapping[str, Provider]) -> Target:
    """A target as people write it, provider/model or provider/model:weight; raises InputError."""
    name, slash, model = text.partition("/")
    provider = providers.get(name)
    if provider is None or not slash:
        there = ", ".join(list(providers)[:10]) or "none yet"
        raise InputError(f"{text!r} is no target such as provider/model[:weight]; the providers are: {there}.")
    weight = 1.0
    if model not in provider.models:
        # Many a model has a colon in its name: the weight is what stands behind the last one of a name that is not there.
        head, colon, tail = model.rpartition(":")
        if colon and head in provider.models:
            model = head
            try:
                weight = float(tail)
            except ValueError:
                raise InputError(f"The weight in {text!r} is a number above 0, not {tail!r}.") from None
    if model not in provider.models:
        there = ", ".join(list(provider.models)[:8]) or "none"
        raise InputError(f"There is no model {model!r} of {name}, whose models are: {there}.")
    return _target(text, {"provider": name, "model": model, "weight": weight}, providers)


def _target(route: str, kept: Any, providers: Mapping[str, Provider]) -> Target:
    if not isinstance(kept, Mapping):
        raise InputError(f"A target of {route} names a provider and a model, not {kept!r}.")
    _refuse_unknown(kept, ("provider", "model", "weight"), f"field of a target of {route}")
    provider = providers.get(str(kept.get("provider")))
    if provider is None:
        raise InputError(
            f"The route {route} names the provider {kept.get('provider')!r}, and there is none of that name."
        )
    wanted = kept.get("model")
    if wanted is None and len(provider.models) == 1:
        wanted = next(iter(provider.models))
    model = provider.models.get(str(wanted))
    if model is None:
        there = ", ".join(list(provider.models)[:8]) or "none"
        raise InputError(f"The route {route} names the model {wanted!r} of {provider.name}, whose models are: {there}.")
    weight = kept.get("weight", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= 1_000_000:
        raise InputError(f"The weight of a target of {route} is a number above 0, not {weight!r}.")
    return Target(provider, model, float(weight))


def checked_url(url: Any, name: str) -> str:
    """A base URL without its last slash; raises InputError for what is none."""
    text = str(url or "").strip().rstrip("/")
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.fragment
        _ = parts.port
    except ValueError:
        sound = False
    if "@" in text:
        # It may be a password, and is not said again.
        raise InputError(f"The address of {name} has a login in it. Leave that out; a provider's key is given apart.")
    if not sound or parts.query or not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise InputError(
            f"The address of {name} is one such as https://api.example.com/v1, in ASCII (xn--… for other letters) and without "
            f"a query, not {url!r}."
        )
    return text


def _refuse_unknown(kept: Any, names: Sequence[str], what: str) -> None:
    if not isinstance(kept, Mapping):
        raise InputError(f"Where a table was expected as a {what}, there is {kept!r}.")
    unknown = sorted(str(key) for key in kept if key not in names)
    if unknown:
        raise InputError(f"There is no {what} called {unknown[0]!r}; there are {', '.join(names)}.")


def _region(value: Any, name: str) -> str | None:
    if value is not None and (not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9._-]{1,63}", value)):
        raise InputError(f"A region of {name} is a short name such as sg or eu-west-1, not {value!r}.")
    return value


def _whole(value: Any, what: str, most: int, least: int = 1) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InputError(f"{what[0].upper()}{what[1:]} is a whole number from {least} to {most}, not {value!r}.")
    return value


def _seconds(value: Any, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST_SECONDS * 24 * 30:
        raise InputError(f"{what[0].upper()}{what[1:]} is a number of seconds, not {value!r}.")
    return float(value)
