"""The model engine of `organize`: what a model says of a product, judged by what the text holds and by what was learned here.

A model is asked for a category among those that there are and for attributes with the words that say them. What it says counts
as far as it can be seen to be so: a category that does not exist is refused, an attribute whose words do not stand in the text,
or do not say its value, is dropped. How sure it is of itself is not asked. Quality is judged here as without a model.

How sure an answer is: a model that nobody has measured is taken to be right 7 times in 10. It and what was learned here are two
witnesses. Where they agree, both are likelier right, since two that err seldom err alike; where they differ, the one that is
likelier right against the other stands, and is less sure for it.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from pydantic import BaseModel, Field

from weft.business import Business
from weft.errors import BudgetExhausted, Forbidden, InputError, LimitReached, ModelFailed, NotFound, WeftError
from weft.skill import product_of
from weft.skills.organize import Found, Organize, Organized, Place, Placed, grounding
from weft.skills.organize.answers import composed, looked_at, on_taxonomy, refused_of, stated
from weft.skills.organize.attributes.examples import text_key
from weft.skills.organize.attributes.places import Read
from weft.skills.organize.learning import listing
from weft.skills.organize.lessons import Lessons, recent
from weft.skills.organize.start import Start
from weft.skills.organize.taxonomy import Node, Taxonomy

ROUTE: Final = "organize"
_TRUST: Final = 0.7
_MOST_SURE: Final = 0.99
_ALL_SHOWN: Final = 60
_FEW_SHOWN: Final = 24
_MOST_NAMES: Final = 120
_MOST_TEXT: Final = 6_000
_MOST_STATED: Final = 40
_SECONDS: Final = 120.0
_TASK: Final = """You read a product's listing for a shop's catalog.

category: the one of the categories below that the product belongs to, written exactly as it stands there, or null if none fits.
category_words: the words of the listing that say what the product is, copied exactly.
attributes: what the listing itself says of the product. For each: its name, from the attribute names below or a label in the
listing; its value; the unit, if it has one; and words: the words of the listing that say so, copied exactly, as few as say it.

Leave out what the listing does not say. Do not guess, do not add what such products usually have, and do not take what is said of
another thing, or is denied, for an attribute."""


class Stated(BaseModel):
    """An attribute, and the words that say so."""

    name: str = Field(description="The attribute's name.")
    value: bool | str | float | list[str | float] | None = Field(description="Its value, as short as it is said.")
    unit: str | None = Field(default=None, description="The unit of a number.")
    words: str = Field(default="", description="The words of the listing that say so, copied exactly.")


class Reading(BaseModel):
    """What a listing says."""

    category: str | None = Field(default=None, description="One of the categories, or null.")
    category_words: str | None = Field(
        default=None, description="The words that say what the product is, copied exactly."
    )
    attributes: list[Stated] = Field(default_factory=list)


def organized(asked: Organize, business: Business) -> Organized:
    """One product organized with the help of the route's models; raises NotFound.

    Where no model gives a valid answer, or a budget, a limit or a key does not allow to ask, it is answered as without one, and
    the answer's note says why.
    """
    product = Read(product_of(asked.product, business))
    learned = recent(business)
    refused = refused_of(business, [product["id"]])
    place, states = looked_at(asked, product, learned)
    reading = _Reader(asked, product, learned, place, states)
    if not reading.open:
        return composed(asked, product, place, states, learned, refused)
    try:
        answer = business.models.ask(
            [{"role": "system", "content": _TASK}, {"role": "user", "content": "Read this listing."}],
            Reading,
            route=ROUTE,
            checks=[reading.wrong],
            facts=reading.facts(),
            seconds=_SECONDS,
        )
    except (ModelFailed, LimitReached, Forbidden, NotFound, InputError) as problem:
        alone = composed(asked, product, place, states, learned, refused)
        return alone.model_copy(update={"note": _note(problem)})
    place, states = reading.judged(answer.value, answer.model)
    made = composed(asked, product, place, states, learned, refused)
    return made.model_copy(update={"engine": "model", "model": answer.model})


def _note(problem: WeftError) -> str:
    if isinstance(problem, BudgetExhausted):
        return f"Answered without a model, which a budget does not allow to ask: {problem.message}"
    return f"Answered without a model: {problem.message}"


class _Reader:
    """One product before a model: what it is shown, and what its answer is worth."""

    def __init__(
        self,
        asked: Organize,
        product: Mapping[str, Any],
        learned: Lessons,
        place: Placed | None,
        states: Sequence[Found],
    ) -> None:
        self._key = text_key(product)
        self._learned = learned
        self._place = place
        self._states = states
        self._texts = grounding.readable(product)
        self._places = place is not None and place.how != "given"
        self._reads = "attributes" in asked.parts
        self._categories = _categories(product, learned, place) if self._places and place else []
        self._names = grounding.names_for(product, self._texts, learned.knowledge) if self._reads else {}
        self.open = bool(self._texts) and bool(self._reads or self._categories)

    def facts(self) -> dict[str, Any]:
        """What the model is shown."""
        left = _MOST_TEXT
        shown: dict[str, str] = {}
        for text in self._texts:
            said = text.text.strip()[: max(left, 0)]
            if said:
                shown[text.field] = said
            left -= len(said)
        facts: dict[str, Any] = {"listing": shown}
        if self._categories:
            facts["categories"] = self._categories
        if self._names:
            facts["attribute names"] = sorted(set(self._names.values()))[:_MOST_NAMES]
        return facts

    def wrong(self, reading: Reading) -> list[str]:
        """What is wrong with an answer as a whole: a category that there is not."""
        if not self._categories or reading.category is None or self._meant(reading.category) is not None:
            return []
        return [
            f"There is no category {reading.category[:100]!r}; take one of the categories as it is written, or null."
        ]

    def judged(self, reading: Reading, model: str) -> tuple[Placed | None, list[Found]]:
        """Where the product belongs and what its text states, with what of the model's answer holds."""
        place = self._place
        if self._categories and place is not None:
            meant = self._meant(reading.category) if reading.category is not None else None
            if meant is not None:
                place = self._placed(meant, place, self._quoted(reading.category_words), model)
        return place, self._stated(reading, model) if self._reads else []

    def _meant(self, category: str) -> str | None:
        """The category that there is of that name."""
        name = category.strip()
        if self._learned.start is None:
            return _by_name(self._learned.categories.categories).get(_same(name))
        node = (self._learned.taxonomy or Taxonomy.basic()).node(name)
        return node.path if node is not None else None

    def _quoted(self, words: str | None) -> list[str]:
        quote = next(grounding.quotes(self._texts, words), None) if words else None
        return [quote.text] if quote is not None else []

    def _placed(self, category: str, local: Placed, words: list[str], model: str) -> Placed:
        """The placement that the model and what was learned here make together."""
        sure = local.confidence
        if local.category is None:
            return self._by_model(category, _TRUST, words, model, ())
        others = [Place(category=local.category, confidence=sure), *local.runners_up]
        if _same(local.category) == _same(category):
            chance = (1 - _TRUST) * (1 - sure) / max(len(self._categories), 2)
            agreed = round(min(_TRUST * sure / (_TRUST * sure + chance), _MOST_SURE), 4)
            placed = self._by_model(category, max(agreed, sure), words, model, others[1:])
            return placed.model_copy(update={"sure": local.sure})
        here, there, neither = sure * (1 - _TRUST), _TRUST * (1 - sure), (1 - sure) * (1 - _TRUST)
        if local.sure or here >= there:
            less = round(here / (here + there + neither), 4)
            return local if local.sure else local.model_copy(update={"confidence": less})
        return self._by_model(category, there / (here + there + neither), words, model, others)

    def _by_model(self, category: str, sure: float, words: list[str], model: str, others: Sequence[Place]) -> Placed:
        placed = Placed(
            category=category,
            confidence=round(sure, 4),
            runners_up=[one for one in others if one.category != category][:3],
            words=words,
            how="model",
            model=model,
        )
        return on_taxonomy(placed, self._learned)

    def _stated(self, reading: Reading, model: str) -> list[Found]:
        """What the text states: the model's findings that hold, weighed against those made here, and these beside them."""
        here = {one.name: one for one in self._states}
        made: dict[str, Found] = {}
        for one in reading.attributes[:_MOST_STATED]:
            name = grounding.named(one.name, self._names)
            if name is None or name in made:
                continue
            found = grounding.grounded(name, one.value, one.unit, one.words, self._texts, self._learned.knowledge)
            if (
                found is not None
                and (self._key, name, str(found.value).lower()) not in self._learned.knowledge.rejected
            ):
                own = stated(grounding.as_finding(name, found, _TRUST), model)
                made[name] = _weighed(own, here[name]) if name in here else own
        return [*(made.get(one.name, one) for one in self._states), *(made[name] for name in made if name not in here)]


def _weighed(model: Found, here: Found) -> Found:
    """Of two findings of one attribute the one that stands: surer where they agree, less sure where they differ."""
    sure = here.confidence
    if _value(model) == _value(here):
        agreed = round(min(1 - (1 - sure) * (1 - _TRUST), _MOST_SURE), 4)
        return here.model_copy(update={"confidence": max(agreed, sure), "model": model.model})
    mine, theirs, neither = sure * (1 - _TRUST), _TRUST * (1 - sure), (1 - sure) * (1 - _TRUST)
    whole = mine + theirs + neither
    if mine >= theirs:
        return here.model_copy(update={"confidence": round(mine / whole, 4)})
    return model.model_copy(update={"confidence": round(theirs / whole, 4)})


def _value(one: Found) -> tuple[Any, str | None]:
    if isinstance(one.value, list):
        return tuple(sorted(str(part).casefold() for part in one.value)), one.unit
    if isinstance(one.value, int | float):
        return round(float(one.value), 2), one.unit
    return str(one.value).casefold(), one.unit


def _categories(product: Mapping[str, Any], learned: Lessons, place: Placed) -> list[str]:
    """The categories that a model may choose from: all where they are few, else those that stand nearest and that words name."""
    if learned.start is not None:
        names: Sequence[str] = [node.path for node in learned.taxonomy or Taxonomy.basic()]
        start = learned.start
    else:
        names = learned.categories.categories
        start = _named_by(tuple(names))
    if len(names) <= _ALL_SHOWN:
        return list(names)
    near = [*([place.category] if place.category else []), *(one.category for one in place.runners_up)]
    return list(dict.fromkeys([*near, *start.candidates(listing(product))]))[:_FEW_SHOWN]


@lru_cache(maxsize=8)
def _named_by(categories: tuple[str, ...]) -> Start:
    """A business's own categories, found by their words."""
    return Start(Taxonomy(Node(name, name) for name in categories))


@lru_cache(maxsize=8)
def _by_name(categories: tuple[str, ...]) -> dict[str, str]:
    return {_same(name): name for name in categories}


def _same(name: str) -> str:
    return " ".join(name.casefold().split())
