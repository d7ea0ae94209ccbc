"""What a merchant may say about searches: a rule with its condition and its schedule, and the dials of the business.

These are plain types: what is kept of them is kept by `rules` and `preferences`.
"""

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal, get_args
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from weft.errors import InputError
from weft.store.wanted import Bounds, Wanted

Kind = Literal["pin", "boost", "bury", "hide", "redirect", "synonyms"]
Match = Literal["any", "exact", "contains"]
KINDS: Final[tuple[str, ...]] = get_args(Kind)
SIGNALS: Final = ("stock", "margin", "velocity", "newness", "returns")
_FURTHEST: Final = 1_000
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\ufeff]")
_COUNTED: Final = ("price", "stock")
_RANGE: Final = re.compile(r"(-?\d+(?:\.\d+)?)?\s*(?:(\.\.)\s*(-?\d+(?:\.\d+)?)?)?")
# What a rule of each kind has to say beside its condition: one of these at least.
_SAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "pin": ("pins",),
    "boost": ("products", "filters"),
    "bury": ("products", "filters"),
    "hide": ("products", "filters"),
    "redirect": ("url",),
    "synonyms": ("words",),
}
_ALSO: Final[Mapping[str, tuple[str, ...]]] = {
    "pin": ("sold_out",),
    "boost": ("times",),
    "bury": ("times",),
    "synonyms": ("typed",),
}
_OF_KINDS: Final = ("pins", "products", "filters", "url", "words", "times", "sold_out", "typed")
_TIMES: Final[Mapping[str, float]] = {"boost": 1.5, "bury": 0.5}


def _trimmed(text: str) -> str:
    return " ".join(_UNSEEN.sub(" ", text).split())


def _phrases(given: list[str]) -> list[str]:
    return [said for text in given if (said := _trimmed(text))]


_Phrase = Annotated[str, Field(max_length=200)]
_Phrases = Annotated[list[_Phrase], Field(max_length=500), AfterValidator(_phrases)]
_Id = Annotated[str, Field(min_length=1, max_length=1_000)]


class Dials(BaseModel):
    """How much what a product does for the business moves it: from -1 (away) over 0 (off) to 1 (forward), by signal."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stock: float = Field(default=0.0, ge=-1, le=1, description="What there is much of.")
    margin: float = Field(default=0.0, ge=-1, le=1, description="What earns much of its price.")
    velocity: float = Field(default=0.0, ge=-1, le=1, description="What sells fast.")
    newness: float = Field(default=0.0, ge=-1, le=1, description="What is new.")
    returns: float = Field(default=0.0, ge=-1, le=1, description="What often comes back; below 0 it goes down.")

    @property
    def turned(self) -> dict[str, float]:
        """The dials that are not off."""
        return {name: value for name in SIGNALS if (value := getattr(self, name))}


class Pin(BaseModel):
    """A product and the place where it stands, counted from 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    product: _Id
    place: int = Field(ge=1, le=_FURTHEST)


class Rule(BaseModel):
    """What holds for some searches: who is pinned, boosted, buried or hidden, where they lead, which words mean the same."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str | None = Field(default=None, description="Weft's own key, which a new rule does not have.")
    kind: Kind
    name: str = Field(default="", max_length=200, description="What people call it.")
    on: bool = True
    match: Match = Field(
        default="any",
        description="`exact`: the query is one of `query`; `contains`: these words stand in it together; `any`: all searches. "
        "`contains` if `query` is said and this is not.",
    )
    query: _Phrases = Field(default_factory=list, description="The queries it is for, or one of them.")
    category: str = Field(default="", max_length=500, description="For searches within this category, or one below it.")
    starts: datetime | None = Field(
        default=None, description="From when it holds; a time without a zone is one of `zone`."
    )
    ends: datetime | None = Field(default=None, description="Until when; a day alone is that whole day.")
    zone: str = Field(default="UTC", max_length=100, description="A zone of time, such as Europe/Berlin.")
    pins: list[Pin] = Field(default_factory=list, max_length=100, description="Of a pin: products at places.")
    sold_out: bool = Field(default=True, description="Of a pin: whether a product that is sold out keeps its place.")
    products: list[_Id] = Field(default_factory=list, max_length=1_000, description="Of boost, bury, hide: which.")
    filters: dict[str, Wanted] = Field(
        default_factory=dict,
        max_length=20,
        description="Of boost, bury, hide: all that these filters find, as in a search.",
    )
    times: float | None = Field(
        default=None,
        gt=0,
        le=10,
        description="Of boost and bury: what the score is multiplied by; 1.5 and 0.5 if not said.",
    )
    url: str = Field(
        default="", max_length=2_000, description="Of a redirect: where it leads, http(s) or a path of the shop."
    )
    words: _Phrases = Field(default_factory=list, description="Of synonyms: words that mean the same.")
    typed: _Phrases = Field(
        default_factory=list, description="Of synonyms one way: who types one of these finds `words` as well."
    )

    @model_validator(mode="before")
    @classmethod
    def _as_answered(cls, given: Any) -> Any:
        """A rule may be sent as it was answered, with the warnings of then."""
        if not isinstance(given, Mapping) or "warnings" in cls.model_fields:
            return given
        return {name: value for name, value in given.items() if name != "warnings"}

    @field_validator("id")
    @classmethod
    def _one_form(cls, given: str | None) -> str | None:
        """An id in the form in which it is told: in capitals it would be another rule's, beside the same one."""
        try:
            return None if given is None else str(UUID(given))
        except ValueError:
            return given

    @field_validator("query", mode="before")
    @classmethod
    def _one_query(cls, given: Any) -> Any:
        return [given] if isinstance(given, str) else given

    @field_validator("ends", mode="before")
    @classmethod
    def _whole_day(cls, given: Any) -> Any:
        """A last day is a day on which the rule still holds."""
        if isinstance(given, str) and _DAY.fullmatch(given.strip()):
            try:
                return datetime.fromisoformat(given.strip()) + timedelta(days=1)
            except OverflowError:
                raise ValueError("there is no day after this one; say none for a rule without an end") from None
        return given or None

    @field_validator("starts", mode="before")
    @classmethod
    def _said(cls, given: Any) -> Any:
        return given or None

    @field_validator("filters", mode="before")
    @classmethod
    def _read(cls, given: Any) -> Any:
        """Filters with ranges that were written as one text, such as 10..50, as ranges."""
        if not isinstance(given, Mapping):
            return given
        return {name: _range(wanted) if name in _COUNTED else wanted for name, wanted in given.items()}

    @model_validator(mode="after")
    def _whole(self) -> "Rule":
        self._condition()
        self._schedule()
        self._filtered()
        says = (*_SAYS[self.kind], *_ALSO.get(self.kind, ()))
        strange = [name for name in _OF_KINDS if name not in says and getattr(self, name) != _default(name)]
        if strange:
            raise ValueError(f"a rule of the kind {self.kind} has no {strange[0]}")
        if not any(getattr(self, name) for name in _SAYS[self.kind]):
            raise ValueError(f"a rule of the kind {self.kind} needs {' or '.join(_SAYS[self.kind])}")
        _CHECKS.get(self.kind, _nothing)(self)
        return self

    def _filtered(self) -> None:
        for name, wanted in self.filters.items():
            if not name.strip():
                raise ValueError("a filter has a name, such as vendor")
            if said := _senseless(name, wanted):
                raise ValueError(f"filters.{name}: {said}")

    def _condition(self) -> None:
        if self.query and self.match == "any":
            if "match" in self.model_fields_set:
                raise ValueError(
                    "say whether the query is to be exact, or to contain these words; any is for all queries"
                )
            object.__setattr__(self, "match", "contains")
        if self.match != "any" and not self.query:
            raise ValueError(f"say which query is meant where match is {self.match}")
        if strange := [one for one in self.query if not compared(one)]:
            raise ValueError(f"{strange[0]!r} has no letters that anybody could search for")
        if self.kind == "redirect" and self.match == "any" and not self.category:
            raise ValueError("a redirect needs a query or a category; without one it would lead every search away")

    def _schedule(self) -> None:
        try:
            zone = ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError):
            raise ValueError(
                f"there is no zone of time called {self.zone[:60]!r}; say one such as Europe/Berlin"
            ) from None
        for name in ("starts", "ends"):
            at: datetime | None = getattr(self, name)
            if at is not None and at.tzinfo is None:
                object.__setattr__(self, name, at.replace(tzinfo=zone))
            elif at is not None:
                try:
                    object.__setattr__(self, name, at.astimezone(zone))
                except OverflowError:
                    raise ValueError(f"{name} lies beyond the years 1 to 9999 in {self.zone}") from None
        if self.starts is not None and self.ends is not None and self.ends <= self.starts:
            raise ValueError("it ends before it starts, so that it would never hold")

    @property
    def named(self) -> list[str]:
        """The ids of the products that it speaks of, each once."""
        return list(dict.fromkeys([*(pin.product for pin in self.pins), *self.products]))

    @property
    def factor(self) -> float:
        """What the scores of its products are multiplied by."""
        return self.times if self.times is not None else _TIMES.get(self.kind, 1.0)

    @property
    def called(self) -> str:
        """How it is spoken of: its name, or what it does."""
        return self.name or self.says

    @property
    def says(self) -> str:
        """What it does, for a person, without its condition."""
        match self.kind:
            case "pin":
                return "pin " + ", ".join(f"{pin.product} to place {pin.place}" for pin in self.pins[:3])
            case "redirect":
                return f"lead to {self.url}"
            case "synonyms":
                both = " = ".join(self.words[:5])
                return f"{', '.join(self.typed[:3])} also finds {', '.join(self.words[:5])}" if self.typed else both
            case _:
                what = [*self.products[:3], *(f"{name} {_told(value)}" for name, value in self.filters.items())]
                return f"{self.kind} {', '.join(what)}"

    @property
    def for_(self) -> str:
        """For which searches it holds, for a person."""
        queries = ", ".join(f"“{one}”" for one in self.query[:3]) + ("…" if len(self.query) > 3 else "")
        said = {"any": "all searches", "exact": f"the query {queries}", "contains": f"queries with {queries}"}[
            self.match
        ]
        return f"{said} in {self.category}" if self.category else said

    def holds(self, now: datetime) -> bool:
        """Whether it is on and its time is now."""
        return self.on and (self.starts is None or self.starts <= now) and (self.ends is None or now < self.ends)

    def kept(self) -> dict[str, Any]:
        """The rule as it is kept and sent: without its id, and without what its kind does not have."""
        given = self.model_dump(mode="json", exclude={"id"})
        of_kind = (*_SAYS[self.kind], *_ALSO.get(self.kind, ()))
        return {name: value for name, value in given.items() if name not in _OF_KINDS or name in of_kind}


def _range(wanted: Any) -> Any:
    """A text such as `10..50`, `..50` or `12` as the range or the number that it says; all else as it is."""
    said = wanted[0] if isinstance(wanted, list) and len(wanted) == 1 else wanted
    found = _RANGE.fullmatch(said.strip()) if isinstance(said, str) else None
    if found is None or not (found[1] or found[3]):
        return wanted
    least, most = found[1] or None, found[3] or None
    return {"min": least, "max": most} if found[2] else least


def written(wanted: Wanted) -> list[str]:
    """What a filter says as texts, of which one must hold; a range as 10..50."""
    if isinstance(wanted, Bounds):
        return ["..".join("" if bound is None else f"{bound:.15g}" for bound in (wanted.min, wanted.max))]
    return [str(one) for one in (wanted if isinstance(wanted, list) else [wanted])]


def _senseless(name: str, wanted: Wanted) -> str | None:
    """Why nothing could ever be what a filter says; None where something could."""
    said = (wanted.min, wanted.max) if isinstance(wanted, Bounds) else wanted if isinstance(wanted, list) else [wanted]
    for one in said:
        if isinstance(one, float) and not math.isfinite(one):
            return f"the bound of {name} is {one}, which is no number that it can be"
    if not said or any(isinstance(one, str) and not one.strip() for one in said):
        return "it names no value, so that nothing could have it"
    if name == "available":
        known = not isinstance(wanted, Bounds) and all(
            str(one).lower() in ("true", "false", "1.0", "0.0") for one in said
        )
        return None if known else "say true or false"
    if name not in _COUNTED:
        return "it is no number; name a value or a list of values" if isinstance(wanted, Bounds) else None
    return _no_range(name, wanted)


def _no_range(name: str, wanted: Wanted) -> str | None:
    if isinstance(wanted, (str, list, bool)):
        return "say a number, or {min, max}"
    least, most = (wanted.min, wanted.max) if isinstance(wanted, Bounds) else (wanted, wanted)
    if least is None and most is None:
        return "say the least, the most or both"
    if most is not None and most < 0:
        return f"no {name} is below 0"
    if least is not None and most is not None and most < least:
        return f"the least is {least:g} and the most {most:g}, so that nothing lies between"
    return None


def _default(name: str) -> Any:
    return Rule.model_fields[name].get_default(call_default_factory=True)


def _told(value: Any) -> str:
    if isinstance(value, Bounds):
        return f"{'' if value.min is None else f'{value.min:g}'}–{'' if value.max is None else f'{value.max:g}'}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def compared(text: str) -> str:
    """A phrase as phrases are compared: in lower case, without accents and signs."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", bare).casefold()))


def _nothing(_: Rule) -> None:
    return None


def _pinned(rule: Rule) -> None:
    places: dict[int, str] = {}
    for pin in rule.pins:
        if pin.place in places:
            raise ValueError(f"{places[pin.place]!r} and {pin.product!r} cannot both be at place {pin.place}")
        if pin.product in places.values():
            raise ValueError(f"{pin.product!r} cannot be at two places")
        places[pin.place] = pin.product


def _boosted(rule: Rule) -> None:
    if rule.factor <= 1:
        raise ValueError(f"a boost multiplies by more than 1, not by {rule.factor:g}; what goes down is buried")


def _buried(rule: Rule) -> None:
    if rule.factor >= 1:
        raise ValueError(
            f"what is buried is multiplied by less than 1, not by {rule.factor:g}; what goes up is boosted"
        )


def _led(rule: Rule) -> None:
    url = rule.url.strip()
    if _UNSEEN.search(url) or " " in url or "\\" in url:
        raise ValueError("the address of a redirect has no blanks, backslashes or signs that nobody sees")
    if url.startswith("/") and not url.startswith("//"):
        return
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError(f"{url[:60]!r} is no address") from None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise ValueError(
            f"a redirect leads to an address with http:// or https://, or to a path such as /sale, not to {url[:60]!r}"
        )


def _synonymous(rule: Rule) -> None:
    met: dict[str, str] = {}
    for word in (*rule.typed, *rule.words):
        key = compared(word)
        if not key:
            raise ValueError(f"{word!r} has no letters that anybody could type")
        if key in met:
            raise ValueError(f"“{word}” is a synonym of itself")
        met[key] = word
    if not rule.typed and len(rule.words) < 2:
        raise ValueError(f"“{rule.words[0]}” needs another word that means the same, or typed, from where it is found")


_CHECKS: Final = {
    "pin": _pinned, "boost": _boosted, "bury": _buried, "redirect": _led, "synonyms": _synonymous,
}  # fmt: skip


def ruled(given: Mapping[str, Any]) -> Rule:
    """A rule as somebody says it; raises InputError with a sentence for what is wrong with it."""
    try:
        return Rule.model_validate(given)
    except ValidationError as problem:
        raise InputError(" ".join(_sentence(error) for error in problem.errors()[:3])) from None


_PLAIN: Final = {
    "literal": "{expected}", "float": "a number", "int": "a whole number", "string": "a text", "list": "a list",
    "bool": "true or false", "datetime": "a day or a time such as 2026-11-27T08:00",
}  # fmt: skip
"""What is wanted, by how the types of pydantic's errors begin."""


def _sentence(error: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in error["loc"])
    text = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    if error["type"] == "extra_forbidden":
        return f"A rule has no {place!r}."
    if error["type"] == "missing":
        return f"A rule needs {place!r}."
    if plain := _PLAIN.get(str(error["type"]).partition("_")[0]):
        return f"{place} is {plain.format(**error.get('ctx', {}))}, not {str(error['input'])[:60]!r}."
    if place or text.startswith("filters."):
        return f"{place}: {text}." if place else f"{text}."
    return f"{text[:1].upper()}{text[1:]}."


def rivals(rule: Rule, others: Sequence[Rule]) -> Iterator[str]:
    """What of other rules for the same searches at the same time a rule contradicts, a sentence each."""
    if rule.kind != "pin":
        return
    for other in others:
        if other.kind != "pin" or other.id == rule.id or not _same_searches(rule, other):
            continue
        there = {pin.place: pin.product for pin in other.pins}
        for pin in rule.pins:
            if there.get(pin.place, pin.product) != pin.product:
                yield (
                    f"“{other.called}” pins {there[pin.place]!r} to place {pin.place} for {other.for_} already; "
                    f"{pin.product!r} cannot be there too."
                )


def _same_searches(one: Rule, other: Rule) -> bool:
    if not (one.on and other.on) or one.match != other.match or compared(one.category) != compared(other.category):
        return False
    if one.match != "any" and not {*map(compared, one.query)} & {*map(compared, other.query)}:
        return False
    return (one.ends is None or other.starts is None or other.starts < one.ends) and (
        other.ends is None or one.starts is None or one.starts < other.ends
    )


def circles(rules: Sequence[Rule]) -> str | None:
    """A sentence where words lead one way to each other and back again."""
    leads: dict[str, list[str]] = {}
    shown: dict[str, str] = {}
    for rule in rules:
        if rule.kind == "synonyms" and rule.typed and rule.on:
            shown.update({compared(word): word for word in (*rule.typed, *rule.words)})
            for word in rule.typed:
                leads.setdefault(compared(word), []).extend(map(compared, rule.words))
    way = _round(leads)
    if way is None:
        return None
    told = " → ".join(f"“{shown[word]}”" for word in way)
    return f"These synonyms go round in a circle: {told}. Make them one rule both ways, without typed."


def _round(leads: Mapping[str, Sequence[str]]) -> list[str] | None:
    """The first way that comes back to where it began, found without recursion."""
    done: set[str] = set()
    for start in leads:
        way, following = [start], [iter(leads[start])]
        while way and start not in done:
            one = next(following[-1], None)
            if one is None:
                done.add(way.pop())
                following.pop()
            elif one in way:
                return [*way[way.index(one) :], one]
            elif one not in done:
                way.append(one)
                following.append(iter(leads.get(one, ())))
    return None
