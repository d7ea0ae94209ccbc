"""What a skill is: one typed function from a request and a business to an answer, found by every surface from one list.

A skill's file sets `skill = Skill(...)`, or a tuple of them, at its top and imports nothing heavier than pydantic. Its engines
are named by string, `module:function`, and loaded when they are first called. Files in `weft/skills` are found, and so are
modules of installed packages that announce one by an entry point in the group `weft.skills`.
"""

import contextlib
import functools
import importlib
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from weft import discover, timed
from weft.errors import Conflict, Forbidden, InputError, NotFound, SkillFailed, SkillTimeout, WeftError
from weft.gateway import errand

if TYPE_CHECKING:
    from weft.business import Business

_LOG = logging.getLogger(__name__)
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PLACE: Final = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")

EngineName = Literal["auto", "local", "model"]
ENGINES: Final[tuple[str, ...]] = get_args(EngineName)
_LONGEST_ID: Final = 1000
_BESIDE: Final = 32
_KINDS: Final[Mapping[str, type]] = {
    **dict.fromkeys(("id", "title", "description", "vendor", "type", "category", "status"), str),
    **dict.fromkeys(("seo_title", "seo_description"), str),
    **dict.fromkeys(("tags", "options", "images", "variants"), list),
    **dict.fromkeys(("attributes", "translations"), dict),
}
_INNER: Final[Mapping[str, type]] = {"tags": str, "options": dict, "images": dict, "variants": dict}
_OF_VARIANT: Final = ("sku", "barcode")
ProductAsked = str | dict[str, Any]
"""A product in a request: the id of one that the business has, or one said whole in the interchange's form."""


class Edit(BaseModel):
    """One proposed edit of one field of one record."""

    model_config = ConfigDict(extra="forbid")

    record: str = Field(min_length=1, max_length=_LONGEST_ID, description="The product's id.")
    field: str = Field(min_length=1, max_length=500, examples=["title", "attributes.color", "variants.SKU-1.price"])
    after: Any = Field(default=None, description="The new value; null blanks the field.")
    before: Any = Field(default=None, description="What the field holds as far as you know; read for you if not said.")
    confidence: float | None = Field(default=None, ge=0, le=1)
    facts: list[Any] = Field(default_factory=list, max_length=100)
    checks: list[dict[str, Any]] = Field(default_factory=list, max_length=100)
    engine: Literal["local", "model"] | None = Field(
        default=None, description="Which engine made this edit, where it is not the answer's."
    )


class Answer(BaseModel):
    """What every skill's answer may say of itself."""

    engine: Literal["local", "model"] = Field(default="local", description="Which engine answered.")
    model: str | None = Field(default=None, description="Which model answered, as provider/model.")
    note: str | None = Field(default=None, description="Why it was answered otherwise than it was asked.")


class Changes(Answer):
    """The answer of a skill that writes: edits, which nobody has proposed yet."""

    changes: list[Edit] = Field(default_factory=list, description="Edits that can be proposed as changes.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """A skill's declaration.

    `asks` and `answers` are its types. `local` and `model` name its engines, functions of (request, business) that answer;
    `many` names one of (requests, business) that answers a list, for runs. `over` is the request's field that holds the
    record, where it can be run over a selection; `reads` the record's fields that the answer rests on (all where empty),
    `rests_on` a function of (request, business) that tells, as a text, what else it rests on; `model_rests_on` the same of what
    only the model engine's answers do.

    `ahead` names a function of (requests, business) that is called in a run before the model engine is asked for these one by one:
    it may look up at once what is dear to look up for each.

    A skill that learns from what people took of its changes names two more: `again`, a function of the fields of a product that
    answers the requests, as plain values, whose answers are edits of them; and `taught`, a function of (request, business, texts by
    field) that answers the conversation, as chat messages, in which a model gives these texts.

    `text` names a function of (answer, width) that says an answer as plain text, in lines of at most so many letters: what a person at
    a terminal reads instead of its fields.

    A skill that is `public` may be asked by a shop's pages: by a browser key, which stands in their source. What belongs to the
    merchant alone is named in `private`, the request's fields that such a key may not say (`explain`; `filters.stock` is a name or
    value within a field), and left out of the answer by `shown`, a function of (answer, business) that answers what everybody
    may see.

    Marks that every surface understands: `writes`, the answer's `changes` can be proposed; `long`, it may take minutes;
    `streams`, its engine yields pieces of text and last the answer. `seconds` is how long one answer may take. A new
    `version` makes every remembered answer stale.
    """

    name: str
    does: str
    asks: type[BaseModel]
    answers: type[BaseModel]
    local: str
    model: str | None = None
    many: str | None = None
    over: str | None = None
    reads: Sequence[str] = ()
    rests_on: str | None = None
    model_rests_on: str | None = None
    ahead: str | None = None
    again: str | None = None
    taught: str | None = None
    text: str | None = None
    public: bool = False
    private: Sequence[str] = ()
    shown: str | None = None
    writes: Literal["catalog", "purchases"] | None = None
    long: bool = False
    streams: bool = False
    seconds: float = 60.0
    version: str = "1"

    def __post_init__(self) -> None:
        object.__setattr__(self, "reads", tuple(self.reads))
        object.__setattr__(self, "private", tuple(self.private))
        if not _NAME.fullmatch(self.name):
            raise InputError(f"A skill's name is lower-case words joined by hyphens, not {self.name!r}.")
        kinds: tuple[Any, ...] = (self.asks, self.answers)
        for kind in kinds:
            if not isinstance(kind, type) or not issubclass(kind, BaseModel):
                raise InputError(f"The skill {self.name} asks and answers with pydantic models, not {kind!r}.")
        places = (
            self.local,
            self.model,
            self.many,
            self.rests_on,
            self.model_rests_on,
            self.ahead,
            self.again,
            self.taught,
            self.text,
            self.shown,
        )
        for place in places:
            if place is not None and not _PLACE.fullmatch(place):
                raise InputError(f"The skill {self.name} names an engine as module:function, not {place!r}.")
        if self.over is not None and self.over not in self.asks.model_fields:
            raise InputError(f"The skill {self.name} runs over {self.over!r}, which its request does not have.")
        for name in self.private:
            if name.partition(".")[0] not in self.asks.model_fields:
                raise InputError(f"The skill {self.name} keeps {name!r} private, which its request does not have.")
        if self.public and (self.writes or self.streams):
            raise InputError(f"The skill {self.name} is public, so it can neither write nor stream.")
        if self.writes and "changes" not in self.answers.model_fields:
            raise InputError(f"The skill {self.name} writes, so its answer needs a field `changes`.")

    @property
    def sentence(self) -> str:
        """What it does, ending as a sentence does."""
        return self.does if self.does.endswith((".", "!", "?")) else self.does + "."


@functools.cache
def skills() -> Mapping[str, Skill]:
    """All skills by name: those of the folder, then those of installed packages; one that is declared wrongly is left out."""
    there: dict[str, Skill] = {}
    for found in discover.found("weft.skills", "skill", "weft.skills"):
        for one in found.value if isinstance(found.value, tuple) else (found.value,):
            if not isinstance(one, Skill):
                _LOG.warning("%s, which %s offers as a skill, is a %s", found.name, found.origin, type(one).__name__)
            elif one.name in there:
                _LOG.warning("%s offers a second skill called %s; the first is kept", found.origin, one.name)
            else:
                there[one.name] = one
    return dict(sorted(there.items()))


def product_of(asked: ProductAsked, business: "Business") -> dict[str, Any]:
    """The product that a request is about, in the form in which the store keeps records; raises NotFound, InputError."""
    if isinstance(asked, str):
        return dict(business.catalog.record(asked))
    product = {"id": "unsaved", **asked}
    try:
        orjson.dumps(product)
    except TypeError as problem:
        raise InputError(f"product: it cannot be read as JSON: {problem}.") from None
    for key, kind in _KINDS.items():
        value = product.get(key)
        if value is not None and not isinstance(value, kind):
            raise InputError(f"product.{key}: {_shown(value)} is no {'text' if kind is str else kind.__name__}.")
    for key, inner in _INNER.items():
        for one in product.get(key) or ():
            if not isinstance(one, inner):
                raise InputError(f"product.{key}: {_shown(one)} is no {'text' if inner is str else 'object'}.")
    product["id"] = product["id"] or "unsaved"
    if len(product["id"]) > _LONGEST_ID:
        raise InputError(f"product.id: it has more than {_LONGEST_ID:,} characters.")
    for place, variant in enumerate(product.get("variants") or (), 1):
        for key in _OF_VARIANT:
            if not isinstance(variant.get(key), (str, type(None))):
                raise InputError(f"product.variants.#{place}.{key}: {_shown(variant[key])} is no text.")
    return product


def products_of(asked: Sequence[ProductAsked], business: "Business") -> list[dict[str, Any] | WeftError]:
    """The products that requests are about, each as `product_of` gives it, or the error why there is none: one query for all."""
    names = sorted({one for one in asked if isinstance(one, str)})
    there = {product["id"]: product for product in business.catalog.records(ids=names)} if len(names) > 1 else {}
    found: list[dict[str, Any] | WeftError] = []
    for one in asked:
        try:
            known = there.get(one) if isinstance(one, str) else None
            found.append(dict(known) if known is not None else product_of(one, business))
        except WeftError as problem:
            found.append(problem)
    return found


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"


def named(name: str) -> Skill:
    """The skill of that name; raises NotFound."""
    try:
        return skills()[name]
    except KeyError:
        raise NotFound(f"There is no skill {name!r}; there are {', '.join(skills())}.") from None


def requested(skill: Skill, values: Mapping[str, Any]) -> BaseModel:
    """A request from plain values; raises InputError that says what is wrong where."""
    try:
        return skill.asks.model_validate(values)
    except ValidationError as problem:
        raise InputError(_said(problem)) from None


def _said(problem: ValidationError) -> str:
    first = problem.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the request"
    said = first["msg"].removeprefix("Value error, ")
    return f"{where}: {said}."


@functools.cache
def _loaded(place: str) -> Callable[..., Any]:
    module, _, name = place.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except ImportError as problem:
        package = (problem.name or module).partition(".")[0]
        how = (
            "install it with: pip install 'weft[all]'" if place.startswith("weft.") else "install what the skill needs"
        )
        raise SkillFailed(f"The engine {place} cannot be loaded, because {package} is missing; {how}.") from problem
    except AttributeError:
        raise SkillFailed(f"There is no {name} in {module}, which a skill names as its engine.") from None
    except Exception as problem:
        said = f"{type(problem).__name__}: {_first_line(problem)}"
        raise SkillFailed(f"The engine {place} cannot be loaded: {said}.") from problem
    if not callable(found):
        raise SkillFailed(f"The engine {place} is not a function.")
    return found  # type: ignore[no-any-return]


def requests_again(skill: Skill, product: ProductAsked, names: Sequence[str]) -> list[BaseModel]:
    """The requests whose answers are edits of these fields of a product; raises Conflict where the skill cannot tell."""
    if skill.again is None or skill.over is None:
        raise Conflict(f"The skill {skill.name} does not learn from what people took of its changes.")
    return [
        requested(skill, {**values, skill.over: product})
        for values in _called(skill, _loaded(skill.again), list(names))
    ]


def conversation(
    skill: Skill, asked: BaseModel, business: "Business", texts: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The chat messages in which a model answers a request with these texts by field; raises Conflict where there are none."""
    if skill.taught is None:
        raise Conflict(f"The skill {skill.name} has no conversation that a model could be trained on.")
    return list(_called(skill, _loaded(skill.taught), asked, business, texts))


def route_of(skill: Skill) -> str:
    """The route that the skill's model engine asks: the errand's, else the one of the skill's name."""
    return errand.current().route or skill.name


def engine_of(skill: Skill, wanted: str, business: "Business") -> Literal["local", "model"]:
    """Which engine answers: `auto` is the model where the business has a route of the skill's name, else the local one.

    Raises InputError for another word, Conflict where a model is asked for and there is none.
    """
    if wanted not in ENGINES:
        raise InputError(f"{wanted!r} is not an engine; use one of {', '.join(ENGINES)}.")
    if skill.model is None and wanted != "model":
        return "local"
    route = route_of(skill)
    # A route that is named for once may be a single model, which stands in no list of routes.
    there = route in business.routes if route == skill.name else bool(business.models.behind(route))
    has_model = skill.model is not None and there
    if wanted == "model" and not has_model:
        why = f"no route {route} is configured" if skill.model else "this skill has no model engine"
        raise Conflict(f"The skill {skill.name} cannot ask a model: {why}. The engine local answers without one.")
    return "model" if has_model and wanted != "local" else "local"


def answer(skill: Skill, asked: BaseModel, business: "Business", engine: str = "auto") -> BaseModel:
    """One request answered; raises what the engine raises of Weft's errors, and SkillFailed for all else it does wrong."""
    if skill.streams:
        return _checked(skill, list(pieces(skill, asked, business, engine))[-1])
    return _checked(skill, _called(skill, _engine(skill, engine, business), asked, business))


def pieces(skill: Skill, asked: BaseModel, business: "Business", engine: str = "auto") -> Iterator[str | BaseModel]:
    """The pieces of text of a skill that streams, and last its answer; raises like `answer`."""
    function = _engine(skill, engine, business)
    if not skill.streams:
        yield _checked(skill, _called(skill, function, asked, business))
        return
    stream = iter(_called(skill, function, asked, business))
    while True:
        piece = _called(skill, next, stream, None)
        if piece is None:
            raise SkillFailed(f"The skill {skill.name} ended without an answer.")
        if isinstance(piece, str):
            yield piece
        else:
            yield _checked(skill, piece)
            return


def answers(
    skill: Skill, asked: Sequence[BaseModel], business: "Business", engine: str = "auto"
) -> list[BaseModel | WeftError]:
    """Many requests answered in their order, each by an answer or by the error why there is none.

    Where `many` fails as a whole, each is asked alone, so that one bad record fails alone.
    """
    if skill.many is not None and engine_of(skill, engine, business) == "local" and len(asked) > 1:
        try:
            given = list(_called(skill, _loaded(skill.many), asked, business))
            if len(given) == len(asked):
                return [one if isinstance(one, WeftError) else _checked(skill, one) for one in given]
            _LOG.warning("%s answered %d of %d requests; each is asked alone", skill.many, len(given), len(asked))
        except SkillFailed as problem:
            _LOG.warning("%s failed for %d requests, and each is asked alone: %s", skill.many, len(asked), problem)
    if skill.streams:
        return [_alone(skill, one, business, engine) for one in asked]
    if engine_of(skill, engine, business) == "model":
        with answering(skill, asked, business) as stream:
            return list(stream)
    function = _engine(skill, "local", business)
    with errand.on(skill=skill.name):
        given = timed.each(lambda one: function(one, business), asked, skill.seconds)
    return [_judged(skill, one) for one in given]


@contextlib.contextmanager
def answering(
    skill: Skill,
    asked: Iterable[BaseModel | WeftError],
    business: "Business",
    waiting: Callable[[], None] = lambda: None,
) -> Iterator[Iterator[BaseModel | WeftError]]:
    """Requests answered by the model engine, many at once, as they are asked: each by an answer or by the error why there is none.

    A model engine waits for most of its time, so as many are at work as requests may be under way at its route's models, and some
    more, whose requests are made ready or whose answers are judged meanwhile. Answers come in the order of the requests, and an error among these stands for itself; while the next is waited for
    `waiting` is called a few times a second.
    """
    function = _engine(skill, "model", business)

    def one(request: BaseModel | WeftError) -> Any:
        return request if isinstance(request, WeftError) else function(request, business)

    most = business.models.places(route_of(skill)) + _BESIDE
    with errand.on(skill=skill.name):
        stream = timed.Stream(one, asked, skill.seconds, most, waiting)
    with stream:
        yield (given if isinstance(given, WeftError) else _judged(skill, given) for given in stream)


def kept_private(skill: Skill, asked: BaseModel) -> None:
    """Raise Forbidden where a request says what a skill keeps private."""
    for name in skill.private:
        field, _, within = name.partition(".")
        value = getattr(asked, field)
        if within:
            said = value == within or (isinstance(value, (Mapping, list, tuple)) and within in value)
        else:
            said = value != skill.asks.model_fields[field].get_default(call_default_factory=True)
        if said:
            what = f"{field} by {within}" if within else field
            raise Forbidden(
                f"A browser key cannot ask {skill.name} for {what}: it would tell shoppers what is the merchant's own."
            )


def public_answer(skill: Skill, answer: BaseModel, business: "Business") -> BaseModel:
    """An answer as everybody may see it; raises what the skill's function raises."""
    return answer if skill.shown is None else _checked(skill, _called(skill, _loaded(skill.shown), answer, business))


def look_ahead(skill: Skill, asked: Sequence[BaseModel], business: "Business") -> None:
    """Let a skill look up at once what it needs for requests that it will be asked; where that fails, each is looked up alone."""
    if skill.ahead is not None and asked:
        try:
            _called(skill, _loaded(skill.ahead), asked, business)
        except SkillFailed as problem:
            _LOG.warning("%s failed for %d requests, and each is looked up alone: %s", skill.ahead, len(asked), problem)


def _alone(skill: Skill, asked: BaseModel, business: "Business", engine: str) -> BaseModel | WeftError:
    try:
        return answer(skill, asked, business, engine)
    except WeftError as problem:
        return problem


def _judged(skill: Skill, given: Any) -> BaseModel | WeftError:
    """An answer that is one, or the error why there is none."""
    try:
        return _checked(skill, given) if not isinstance(given, BaseException) else _failed(skill, given)
    except WeftError as problem:
        return problem


def foundation(skill: Skill, asked: BaseModel, business: "Business", engine: str = "local") -> str:
    """What an answer rests on beside the request and its record, as a text that differs where that differs.

    What a model engine answers rests also on which models are behind the skill's route.
    """
    places = (skill.rests_on, skill.model_rests_on if engine == "model" else None)
    rests = " ".join(str(_called(skill, _loaded(place), asked, business)) for place in places if place)
    return f"{rests} models={' '.join(business.models.behind(route_of(skill)))}" if engine == "model" else rests


def _engine(skill: Skill, wanted: str, business: "Business") -> Callable[..., Any]:
    chosen = engine_of(skill, wanted, business)
    return _loaded(skill.model if chosen == "model" and skill.model else skill.local)


def plain(skill: Skill, answer: BaseModel) -> dict[str, Any]:
    """An answer as plain JSON; raises SkillFailed for one that JSON cannot say."""
    try:
        told = answer.model_dump(mode="json")
        orjson.dumps(told)
    except (TypeError, ValueError) as problem:
        raise SkillFailed(f"The skill {skill.name} answered what is no JSON: {_first_line(problem)}.") from None
    return told


def text_of(skill: Skill, answer: Mapping[str, Any], width: int) -> str | None:
    """A plain answer as text in lines of at most so many letters; None for a skill that has no such text. Raises SkillFailed."""
    if skill.text is None:
        return None
    said = {name: value for name, value in answer.items() if name in skill.answers.model_fields}
    return str(_called(skill, _loaded(skill.text), skill.answers.model_validate(said), width))


def _called(skill: Skill, function: Callable[..., Any], *given: Any) -> Any:
    with errand.on(skill=skill.name):
        (result,) = timed.each(lambda _: function(*given), [None], skill.seconds)
    if isinstance(result, WeftError):
        raise result
    if isinstance(result, BaseException):
        raise _failed(skill, result) from result
    return result


def _failed(skill: Skill, problem: BaseException) -> WeftError:
    """What an engine raised as an error of Weft's; none ends the process, for no interruption of a person's gets there."""
    if isinstance(problem, WeftError):
        return problem
    if isinstance(problem, timed.OutOfTime):
        return SkillTimeout(f"The skill {skill.name} did not answer within {skill.seconds:g} s, and was given up.")
    said = _first_line(problem)
    return SkillFailed(f"The skill {skill.name} failed: {type(problem).__name__}{f': {said}' if said else ''}.")


def _first_line(problem: BaseException) -> str:
    try:
        return str(problem).strip().split("\n", 1)[0][:200].encode("utf-8", "replace").decode()
    except Exception:
        return ""


def _checked(skill: Skill, given: Any) -> BaseModel:
    if isinstance(given, skill.answers):
        return given
    try:
        return skill.answers.model_validate(given)
    except ValidationError as problem:
        wanted = skill.answers.__name__
        raise SkillFailed(
            f"The skill {skill.name} answered a {type(given).__name__} that is no {wanted}: {_said(problem)}"
        ) from None
    except Exception as problem:
        raise _failed(skill, problem) from problem
