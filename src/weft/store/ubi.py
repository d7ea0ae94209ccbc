"""One behavior as programs say it, in Weft's names or in those of User Behavior Insights (o19s/ubi, version 1.3.0), read and checked."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import orjson

from weft.errors import InputError
from weft.money import exponent

ACTIONS: Final = ("search", "impression", "click", "view", "cart", "purchase")
MOST_HITS: Final = 200
LONGEST_QUERY: Final = 1_000
_LONGEST: Final = {
    "id": 256, "visitor": 256, "session": 256, "customer": 256, "query_id": 256, "product": 1_000,
    "action": 100, "place": 100, "order": 256, "query": LONGEST_QUERY, "agent": 2_000,
}  # fmt: skip
# What an index takes, less what stands beside it there.
_LARGEST_KEY: Final = 2_500
_LARGEST_ATTRIBUTES: Final = 10_000
# What UBI's own clients, and the shops' plug-ins that feed it, call the actions that have a name here.
_ALSO: Final = {
    **dict.fromkeys(("on_search", "query", "search_query"), "search"),
    **dict.fromkeys(("click_through", "item_click", "product_click", "select_item"), "click"),
    **dict.fromkeys(("product_view", "item_view", "view_item", "page_view_product"), "view"),
    **dict.fromkeys(("add_to_cart", "add-to-cart", "addtocart"), "cart"),
    **dict.fromkeys(("buy", "order", "transaction", "product_purchase", "item_purchase"), "purchase"),
    **dict.fromkeys(("item_impression", "product_impression", "view_item_list"), "impression"),
}
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id", "event_id"),
    "action": ("action", "action_name", "event"),
    "at": ("at", "timestamp"),
    "visitor": ("visitor", "client_id"),
    "session": ("session", "session_id"),
    "customer": ("customer", "user_id"),
    "query_id": ("query_id",),
    "query": ("query", "user_query"),
    "results": ("results", "result_count"),
    "hits": ("hits", "query_response_hit_ids"),
    "product": ("product",),
    "position": ("position",),
    "place": ("place",),
    "quantity": ("quantity",),
    "price": ("price",),
    "currency": ("currency",),
    "order": ("order", "order_id"),
    "consent": ("consent",),
    "bot": ("bot",),
    "agent": ("agent", "user_agent"),
}
_NAMED: Final = {also: name for name, names in _NAMES.items() for also in names}
_INNER: Final = ("event_attributes", "query_attributes", "attributes")
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_EARLIEST: Final = datetime(1995, 1, 1, tzinfo=UTC)
_AHEAD: Final = timedelta(days=1)
# Crawlers name themselves so; what only asks by machine, as a shop's own server does, is judged where it stands in an event.
_CRAWLER: Final = re.compile(
    r"bot\b|bot[/\-_;]|crawl|spider|slurp|headless|phantomjs|lighthouse|pagespeed|pingdom|uptime|monitoring|preview|"
    r"facebookexternalhit|archiver|scrap[ey]|\+https?://",
    re.IGNORECASE,
)
_MACHINE: Final = re.compile(
    r"^(curl|wget|python|java|go-http-client|okhttp|libwww|axios|node|ruby|perl|php|guzzle|aiohttp|httpx|scrapy|"
    r"apache-httpclient|postman)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Behavior:
    """What somebody did: `action`, `at`, and what it was done with; `price` is of one piece, in minor units of `currency`."""

    key: UUID
    action: str
    at: datetime
    id: str | None = None
    visitor: str | None = None
    session: str | None = None
    customer: str | None = None
    query_id: str | None = None
    query: str | None = None
    results: int | None = None
    hits: tuple[str, ...] | None = None
    product: str | None = None
    position: int | None = None
    place: str | None = None
    quantity: Decimal | None = None
    price: int | None = None
    currency: str | None = None
    order: str | None = None
    consent: bool = True
    bot: bool = False
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def subject(self) -> str | None:
        """Who did it: the customer, else the visitor, else the session."""
        return self.customer or self.visitor or self.session

    @property
    def words(self) -> str | None:
        """The query as queries are compared."""
        return None if self.query is None else compared(self.query)


@lru_cache(maxsize=8_192)
def compared(query: str) -> str:
    """A query in the form in which two that differ in case, width or spaces alone are the same."""
    return " ".join(unicodedata.normalize("NFKC", query).casefold().split())


@lru_cache(maxsize=1_024)
def crawler(agent: str) -> bool:
    """Whether a program that names itself so is a crawler."""
    return _CRAWLER.search(agent) is not None


@lru_cache(maxsize=1_024)
def _no_browser(agent: str) -> bool:
    return crawler(agent) or _MACHINE.search(agent) is not None


def read(given: Any, *, currency: str, now: datetime) -> Behavior:
    """A behavior of what a program sent; raises InputError with a sentence that names the field.

    Taken are Weft's names and UBI's own, what a UBI event has in `event_attributes`, a UBI query (a search), and a record of the
    interchange's form with a `body`. Without an id, what is told apart is what was said; a search is told apart by its `query_id`.
    """
    if not isinstance(given, Mapping):
        raise InputError("A behavior is an object with an action, such as search or click.")
    said, attributes = _flat(given)
    values: dict[str, Any] = {name: _text(name, said[name]) if name in said else None for name in _LONGEST}
    action = _action(values, said)
    agent = values.pop("agent")
    values |= {"action": action, "at": _moment(said.get("at"), now), "hits": _hits(said.get("hits"))}
    values |= {
        "results": _whole("results", said.get("results"), 0),
        "position": _whole("position", said.get("position"), 1),
    }
    if values["results"] is None and values["hits"] is not None and action in ("search", "impression"):
        values["results"] = len(values["hits"])
    values["quantity"] = _quantity(said.get("quantity"))
    values["price"], values["currency"] = _price(said.get("price"), said.get("currency"), currency)
    values["consent"] = consent = _flag("consent", said.get("consent"), True)
    if not consent:
        # What could name a person is not kept: neither who it was, nor an order, nor what the shop says beside.
        values |= dict.fromkeys(("visitor", "session", "customer", "order"))
        attributes = {}
    _refuse_unfit(attributes)
    if not any(values[name] for name in ("query", "query_id", "product", "hits")) and action in ACTIONS:
        raise InputError(f"A {action} needs a query or a product: say of what it is.")
    key = _key(values, attributes)
    bot = _flag("bot", said.get("bot"), False) or (agent is not None and _no_browser(agent))
    return Behavior(key=key, bot=bot, attributes=attributes, **values)


def _flat(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is said under Weft's names, and what is said beside it."""
    said: dict[str, Any] = {}
    beside: dict[str, Any] = {}
    body = given.get("body")
    if isinstance(body, Mapping):
        rest = {name: value for name, value in given.items() if name not in ("subject", "body")}
        given = {"product": given.get("subject"), **rest, **body}
    _gather(given, said, beside, outer=True)
    for name in _INNER:
        inner = given.get(name)
        if isinstance(inner, Mapping):
            beside.pop(name)
            _gather(inner, said, beside, outer=False)
    if "query" not in said and beside.get("message_type") == "QUERY" and _is_search(said.get("action")):
        said["query"] = beside.pop("message", None)
    return said, beside


def _gather(part: Mapping[str, Any], said: dict[str, Any], beside: dict[str, Any], *, outer: bool) -> None:
    """Take what a part says, Weft's own names before UBI's; an inner part says nothing again that was said before it."""
    for key, value in part.items():
        if value is None or value == "":
            continue
        name = _NAMED.get(key)
        if name is None:
            if key != "kind":
                beside[key] = value
        # The position of a UBI event is an object, of which the ordinal is read.
        elif (name not in said or (outer and key == name)) and not (name == "position" and isinstance(value, Mapping)):
            said[name] = value
    if "object" in part or isinstance(part.get("position"), Mapping):
        _of_event(part, said, beside)


def _is_search(action: Any) -> bool:
    return isinstance(action, str) and _ALSO.get(action, action) == "search"


def _of_event(part: Mapping[str, Any], said: dict[str, Any], beside: dict[str, Any]) -> None:
    """What UBI keeps in objects of its own: which object it was, and at which place it stood."""
    thing, position = part.get("object"), part.get("position")
    if isinstance(thing, Mapping):
        said.setdefault("product", thing.get("object_id") or thing.get("internal_id"))
        rest = {name: value for name, value in thing.items() if name not in ("object_id", "internal_id")}
        beside.pop("object", None)
        if rest:
            beside["object"] = rest
    if isinstance(position, Mapping):
        said.setdefault("position", position.get("ordinal"))
        rest = {name: value for name, value in position.items() if name != "ordinal"}
        if rest:
            beside["position"] = rest


def _refuse_unfit(attributes: Mapping[str, Any]) -> None:
    """Raise InputError for attributes that cannot be kept as JSON."""
    if not attributes:
        return
    try:
        text = orjson.dumps(attributes)
    except (TypeError, ValueError) as problem:
        raise InputError(f"attributes cannot be kept: {problem}.") from None
    if len(text) > _LARGEST_ATTRIBUTES:
        raise InputError(f"attributes have up to {_LARGEST_ATTRIBUTES:,} bytes of JSON, these have {len(text):,}.")
    if b"\\u0000" in text:
        raise InputError("attributes have a NUL character, which a database cannot hold.")


def _action(values: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    action = values["action"]
    if action is None:
        if values["query"] is not None and said.get("product") is None:
            return "search"
        raise InputError(f"A behavior needs an action: {', '.join(ACTIONS)}, or one of your own.")
    action = " ".join(action.lower().split())
    return _ALSO.get(action, action)


def _text(name: str, value: Any) -> str | None:
    if value is None:
        return None
    # Nearly all texts are such, and of these nothing else has to be looked at.
    if type(value) is str and value.isascii() and value.isprintable() and len(value) <= _LONGEST[name]:
        return value.strip() or None
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise InputError(f"{name} is a text, not {_shown(value)}.")
    text = value.strip() if value.isascii() else unicodedata.normalize("NFC", value).strip()
    if not text:
        return None
    if len(text) > _LONGEST[name]:
        raise InputError(f"{name} has up to {_LONGEST[name]:,} characters, this one has {len(text):,}.")
    if "\x00" in text:
        raise InputError(f"{name} has a NUL character, which a database cannot hold.")
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise InputError(f"{name} has half a character, which no text can hold.") from None
    if name == "product" and size > _LARGEST_KEY:
        raise InputError(f"{name} has up to {_LARGEST_KEY:,} bytes in UTF-8, this one has {size:,}.")
    return text


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _moment(value: Any, now: datetime) -> datetime:
    """When it was; a number is seconds, or milliseconds, since 1970."""
    if value is None:
        return now
    try:
        if isinstance(value, datetime):
            found = value
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            found = datetime.fromtimestamp(value / 1_000 if value > 1e11 else value, UTC)
        else:
            found = datetime.fromisoformat(value)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        raise InputError(f"at is a time such as 2026-05-31T12:00:00Z, not {_shown(value)}.") from None
    if not _EARLIEST <= found <= now + _AHEAD:
        raise InputError(
            f"at is {found:%Y-%m-%d %H:%M}, which lies {'ahead of now' if found > now else 'too far back'}."
        )
    return found


def _whole(name: str, value: Any, least: int) -> int | None:
    if value is None:
        return None
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value[:20])
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 1 << 31:
        raise InputError(f"{name} is a whole number from {least}, not {_shown(value)}.")
    return value


def _number(name: str, value: Any) -> Decimal:
    try:
        found = Decimal(str(value)) if not isinstance(value, bool) else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or not 0 <= found <= 10**9:
        raise InputError(f"{name} is a number from 0, not {_shown(value)}.")
    return found


def _quantity(value: Any) -> Decimal | None:
    return None if value is None else round(_number("quantity", value), 3)


def _price(value: Any, said: Any, currency: str) -> tuple[int | None, str | None]:
    """An amount such as {"amount": 1999, "currency": "EUR"}, or a decimal such as 19.99."""
    if value is None:
        return None, None
    amount = value
    if isinstance(value, Mapping):
        amount, said = value.get("amount"), value.get("currency", said)
    unit = currency if said is None else said
    if not isinstance(unit, str) or not re.fullmatch("[A-Z]{3}", unit):
        raise InputError(f"currency is three letters such as EUR, not {_shown(unit)}.")
    if isinstance(value, Mapping):
        if type(amount) is not int or not 0 <= amount < 1 << 53:
            raise InputError('price is an amount such as {"amount": 1999, "currency": "EUR"} in minor units, or 19.99.')
        return amount, unit
    return round(_number("price", amount).scaleb(exponent(unit))), unit


def _flag(name: str, value: Any, unsaid: bool) -> bool:
    if value is None:
        return unsaid
    if not isinstance(value, bool):
        raise InputError(f"{name} is true or false, not {_shown(value)}.")
    return value


def _hits(value: Any) -> tuple[str, ...] | None:
    """Ids in the order in which they were shown, the first of many."""
    if value is None:
        return None
    if not isinstance(value, (list, tuple)):
        raise InputError(f"hits is a list of ids, not {_shown(value)}.")
    found = [_text("product", one) for one in value[:MOST_HITS]]
    return tuple(one for one in found if one is not None)


_Values = Mapping[str, Any]


def _key(values: _Values, attributes: _Values) -> UUID:
    """What tells a behavior apart: its id, a search's `query_id`, else all that was said of it."""
    identifier = values["id"]
    if identifier is not None:
        return UUID(identifier) if _UUID.fullmatch(identifier) else _digest(identifier.encode())
    if values["action"] == "search" and values["query_id"] is not None:
        return _digest(f"search {values['query_id']}".encode())
    said = orjson.dumps([values, attributes], option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)
    return _digest(said)


def _digest(text: bytes) -> UUID:
    # MD5 as PostgreSQL has it, so that what the schema brought over keeps its key; nobody is to be kept from guessing it.
    return UUID(bytes=hashlib.md5(text, usedforsecurity=False).digest())
