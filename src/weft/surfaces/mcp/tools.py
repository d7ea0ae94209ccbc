"""The tools: one for every skill, drawn from the list of skills, and those to read records and to decide about changes."""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from weft import skill as skills
from weft.business import Business
from weft.errors import InputError
from weft.runs.book import Runs, Selection
from weft.skill import Edit, EngineName, Skill
from weft.skills.organize import lists
from weft.skills.search import PREVIEW, Preview
from weft.store import changes
from weft.store.changes import Outcome, Who
from weft.store.merchandising import Kind, Rule
from weft.surfaces import asking, ruling
from weft.surfaces.ruling import KeptRule

_OPEN: Final = {"type": "object", "additionalProperties": True}


class Pages(BaseModel):
    """Which records, page by page."""

    model_config = ConfigDict(extra="forbid")

    where: str | None = Field(
        default=None, max_length=4000, description="A filter, such as `vendor = Acme and price < 20`."
    )
    after: str | None = Field(default=None, max_length=1000, description="The cursor `next` of the page before.")
    limit: int = Field(default=20, ge=1, le=200, description="How many at most.")


class One(BaseModel):
    """One thing, by its id."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=1000)


class Nothing(BaseModel):
    """No arguments."""

    model_config = ConfigDict(extra="forbid")


class ChangePages(Pages):
    """Which changes, page by page."""

    state: str | None = Field(default=None, description=f"One of {', '.join(changes.STATES)}.")
    run: str | None = Field(default=None, max_length=100, description="Those of this run.")
    where: str | None = Field(
        default=None, max_length=4000, description="A filter, such as `field = title and confidence >= 0.9`."
    )


class Chosen(BaseModel):
    """Which changes: by ids, a run, a filter (narrowing together), or all in a state from which the verb goes."""

    model_config = ConfigDict(extra="forbid")

    ids: list[str] = Field(default_factory=list, max_length=10_000)
    run: str | None = None
    where: str | None = Field(default=None, max_length=4000)
    all: bool = False

    def selection(self) -> changes.Selection:
        """As the store takes it."""
        return changes.Selection(self.ids, self.run, self.where, self.all)


class Rejected(Chosen):
    """Which changes to reject, and why."""

    reason: str | None = Field(default=None, max_length=1000)


class Correction(One):
    """A change, and the value that is right."""

    value: Any


class Proposal(BaseModel):
    """Edits to propose together, as one run."""

    model_config = ConfigDict(extra="forbid")

    edits: list[Edit] = Field(min_length=1, max_length=10_000)


class NewRun(BaseModel):
    """A skill to run over products: those of a filter, of ids, or all."""

    model_config = ConfigDict(extra="forbid")

    skill: str
    where: str | None = Field(default=None, max_length=4000)
    ids: list[str] | None = Field(default=None, max_length=100_000)
    all: bool = False
    engine: EngineName = "auto"


class RulesAsked(BaseModel):
    """Which merchandising rules."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind | None = None
    text: str | None = Field(default=None, max_length=500, description="Those with this text in them alone.")
    limit: int = Field(default=100, ge=1, le=1_000, description="How many at most.")


class RulesSaid(BaseModel):
    """Rules to make, or, with their ids, to change."""

    model_config = ConfigDict(extra="forbid")

    rules: list[Rule] = Field(min_length=1, max_length=200)


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: the scope that a key needs for it, its types, and what it does; `skill` where it is one."""

    name: str
    scope: str
    does: str
    request: Mapping[str, Any]
    answer: Mapping[str, Any]
    call: Callable[[Mapping[str, Any], Business, Who], dict[str, Any]]
    writes: bool = False
    skill: Skill | None = None


def asked(kind: type[BaseModel], given: Mapping[str, Any]) -> Any:
    """Arguments as a request; raises InputError that says what is wrong where."""
    try:
        return kind.model_validate(given)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the arguments"
        raise InputError(f"{where}: {first['msg'].removeprefix('Value error, ')}.") from None


def _tool(
    name: str,
    scope: str,
    kind: type[BaseModel],
    call: Callable[[Any, Business, Who], dict[str, Any]],
    does: str,
    *,
    writes: bool = False,
) -> Tool:
    def called(given: Mapping[str, Any], business: Business, who: Who) -> dict[str, Any]:
        return call(asked(kind, given), business, who)

    return Tool(name, scope, does, kind.model_json_schema(), _OPEN, called, writes)


def _page(items: list[dict[str, Any]], limit: int, key: str = "id") -> dict[str, Any]:
    return {"items": items, "next": str(items[-1][key]) if len(items) == limit else None}


def _done(outcome: Outcome) -> dict[str, Any]:
    return {
        "verb": outcome.verb,
        "done": outcome.done,
        "left": outcome.left,
        "problems": outcome.problems,
        "run": outcome.run,
    }


def _begun(new: NewRun, business: Business, who: Who) -> dict[str, Any]:
    if not new.all and new.where is None and new.ids is None:
        raise InputError('Say over which products: "where", "ids" or "all": true.')
    book = Runs(business)
    run = book.enter(skills.named(new.skill), Selection(new.where, new.ids), engine=new.engine, queued=True, who=who)
    return book.get(run)


def _listed_changes(given: ChangePages, business: Business, _: Who) -> dict[str, Any]:
    if given.state is not None and given.state not in changes.STATES:
        raise InputError(f"{given.state!r} is not a state; states are {', '.join(changes.STATES)}.")
    whole = given.where is None and given.run is None
    selection = changes.Selection((), given.run, given.where, all=whole, state=given.state)
    return _page(business.changes.listed(selection, limit=given.limit, after=given.after), given.limit)


def _rules(rules: Iterable[Rule]) -> dict[str, Any]:
    # Of rules that were just saved, warnings alone may be unset.
    saved = [rule.model_dump(mode="json", exclude_unset=isinstance(rule, KeptRule)) for rule in rules]
    return {"items": saved}


def _previewed(given: Preview, business: Business, _: Who) -> dict[str, Any]:
    return skills.plain(PREVIEW, skills.answer(PREVIEW, given, business, "local"))


_NOUNS: Final = (
    _tool(
        "list_products",
        "read",
        Pages,
        lambda a, b, _: _page(b.catalog.listed(a.where, limit=a.limit, after=a.after), a.limit),
        "Lists products, in short.",
    ),
    _tool(
        "get_product",
        "read",
        One,
        lambda a, b, _: b.catalog.get(a.id),
        "One whole product: variants, stock, facts with source and confidence.",
    ),
    _tool(
        "list_orders",
        "read",
        Pages,
        lambda a, b, _: _page(b.orders.listed(a.where, limit=a.limit, after=a.after), a.limit),
        "Lists orders.",
    ),
    _tool("get_order", "read", One, lambda a, b, _: b.orders.get(a.id), "One whole order with its lines."),
    _tool(
        "list_customers",
        "read",
        Pages,
        lambda a, b, _: _page(b.customers.listed(a.where, limit=a.limit, after=a.after), a.limit),
        "Lists customers.",
    ),
    _tool("get_customer", "read", One, lambda a, b, _: b.customers.get(a.id), "One whole customer."),
    _tool(
        "list_suppliers",
        "read",
        Pages,
        lambda a, b, _: _page(b.suppliers.listed(a.where, limit=a.limit, after=a.after), a.limit),
        "Lists suppliers with what they deliver on which terms.",
    ),
    _tool(
        "list_purchases",
        "read",
        Pages,
        lambda a, b, _: _page(b.purchases.listed(a.where, limit=a.limit, after=a.after), a.limit),
        "Lists purchase orders with their lines; replenish drafts them.",
    ),
    _tool(
        "get_purchase",
        "read",
        One,
        lambda a, b, _: b.purchases.get(a.id),
        "One purchase order with its lines and total.",
    ),
    _tool(
        "list_changes",
        "read",
        ChangePages,
        _listed_changes,
        "Lists proposed, approved and applied edits of products and of lines of purchase orders.",
    ),
    _tool(
        "show_change", "read", One, lambda a, b, _: b.changes.shown(a.id), "One change, with what its field holds now."
    ),
    _tool(
        "list_runs",
        "read",
        Pages,
        lambda a, b, _: _page(Runs(b).listed(a.limit, a.after), a.limit),
        "Lists runs, newest first.",
    ),
    _tool("show_run", "read", One, lambda a, b, _: Runs(b).get(a.id), "How far a run is."),
    _tool(
        "list_taxonomies",
        "read",
        Nothing,
        lambda _, b, __: {"items": lists.listed(b)},
        "The taxonomy and the attribute lists that products are organized by: size and origin.",
    ),
    _tool(
        "list_rules",
        "read",
        RulesAsked,
        lambda a, b, _: _rules(b.rules.listed(a.kind, a.text)[: a.limit]),
        "Lists the merchant's rules for searches: pins, boosts, redirects, synonyms and the like.",
    ),
    _tool(
        "preview_rules",
        "read",
        Preview,
        _previewed,
        "Tells what rules and dials would move in searches, before they are saved.",
    ),
    _tool(
        "propose_changes",
        "propose",
        Proposal,
        lambda a, b, w: _done(b.changes.propose([e.model_dump() for e in a.edits], who=w)),
        "Proposes edits, which nobody has approved yet.",
        writes=True,
    ),
    _tool(
        "begin_run",
        "propose",
        NewRun,
        _begun,
        "Runs a skill over many products; what it finds is proposed as changes.",
        writes=True,
    ),
    _tool(
        "pause_run",
        "propose",
        One,
        lambda a, b, _: Runs(b).pause(a.id),
        "Lets no further part of a run begin.",
        writes=True,
    ),
    _tool(
        "resume_run",
        "propose",
        One,
        lambda a, b, _: Runs(b).resume(a.id, queued=True),
        "Goes on with a run.",
        writes=True,
    ),
    _tool(
        "cancel_run",
        "propose",
        One,
        lambda a, b, _: Runs(b).cancel(a.id),
        "Ends a run; what it has proposed stays.",
        writes=True,
    ),
    _tool(
        "approve_changes",
        "approve",
        Chosen,
        lambda a, b, w: _done(b.changes.approve(a.selection(), w)),
        "Approves proposed changes; nothing is written to a product yet.",
        writes=True,
    ),
    _tool(
        "reject_changes",
        "approve",
        Rejected,
        lambda a, b, w: _done(b.changes.reject(a.selection(), w, a.reason)),
        "Rejects changes.",
        writes=True,
    ),
    _tool(
        "correct_change",
        "approve",
        Correction,
        lambda a, b, w: b.changes.correct(a.id, a.value, w),
        "Puts a person's own value in place of the suggested one and approves it.",
        writes=True,
    ),
    _tool(
        "apply_changes",
        "approve",
        Chosen,
        lambda a, b, w: _done(b.changes.apply(a.selection(), w)),
        "Writes approved changes into the products, each only if its field still holds what it did.",
        writes=True,
    ),
    _tool(
        "put_rules",
        "approve",
        RulesSaid,
        lambda a, b, w: _rules(ruling.made(b, a.rules, w.name)[1]),
        "Makes rules for searches, or changes those whose ids are said.",
        writes=True,
    ),
    _tool(
        "remove_rule",
        "approve",
        One,
        lambda a, b, w: {"removed": b.rules.remove([a.id], w.name)},
        "Takes a rule away; undo_rule brings it back.",
        writes=True,
    ),
    _tool(
        "undo_rule",
        "approve",
        One,
        lambda a, b, w: _rules(filter(None, [b.rules.undo(a.id, w.name)])),
        "Puts back what the last edit of a rule replaced.",
        writes=True,
    ),
    _tool(
        "undo_changes",
        "approve",
        Chosen,
        lambda a, b, w: _done(b.changes.undo(a.selection(), w)),
        "Puts back what applied changes replaced.",
        writes=True,
    ),
)


def _of_skill(skill: Skill) -> Tool:
    """A skill as a tool: its request with `engine`, and `propose` where it writes."""
    request = skill.asks.model_json_schema()
    own: dict[str, Any] = {
        "engine": {"type": "string", "enum": list(skills.ENGINES), "default": "auto", "description": "How to think."}
    }
    if skill.writes:
        own["propose"] = {"type": "boolean", "default": False, "description": "Propose the answer's changes."}
    taken = {name: schema for name, schema in own.items() if name not in request.get("properties", {})}
    request = {**request, "properties": {**request.get("properties", {}), **taken}}
    does = skill.sentence + (" It may take minutes." if skill.long else "")

    def called(given: Mapping[str, Any], business: Business, who: Who) -> dict[str, Any]:
        values, options = parted(skill, given)
        return asking.ask(skill, skills.requested(skill, values), business, who=who, **options)

    answer = asking.answer_type(skill).model_json_schema(mode="serialization")
    return Tool(skill.name, "read", does, request, answer, called, False, skill)


def parted(skill: Skill, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A skill's arguments as its request, and `engine` and `propose`; raises InputError for another type."""
    fields = skill.asks.model_fields
    options: dict[str, Any] = {}
    values = dict(given)
    if "engine" not in fields:
        options["engine"] = values.pop("engine", "auto")
        if not isinstance(options["engine"], str):
            raise InputError("engine: it is a text.")
    if skill.writes and "propose" not in fields:
        options["propose"] = values.pop("propose", False)
        if not isinstance(options["propose"], bool):
            raise InputError("propose: it is true or false.")
    return values, options


@functools.cache
def tools() -> Mapping[str, Tool]:
    """All tools by name, skills first, in an order that stays."""
    return {tool.name: tool for tool in _all()}


def _all() -> Iterator[Tool]:
    nouns = {tool.name for tool in _NOUNS}
    yield from (_of_skill(skill) for skill in skills.skills().values() if skill.name not in nouns)
    yield from _NOUNS
