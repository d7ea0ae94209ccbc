"""The skill `unmet`: searches that failed, put together by what they mean, and what would mend them.

Who looks for something, finds nothing and then finds it by other words has said which words mean the same here. Who then takes a
product that says in its text what was asked for, and says it nowhere where it is looked for, has said which attribute it lacks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from weft.business import Business
from weft.claims import Claim, claims
from weft.errors import NotFound
from weft.index import keeping
from weft.index.finding import Shelf
from weft.index.words import folded
from weft.skill import Edit
from weft.skills.search import (
    NearBy,
    Search,
    Synonyms,
    TakenAfter,
    Tried,
    Unmet,
    UnmetAsked,
    UnmetDemand,
)
from weft.skills.search.answers import searched
from weft.skills.search.understanding import understood
from weft.store import unmet as failures
from weft.store.merchandising import Rule

_READ: Final = 2_000
_SHOWN: Final = 5
_NEAREST: Final = 3
# Of those who looked for something else next, so many have to have looked for the same.
_AGREED: Final = 0.25
_WORDS_ALIKE: Final = 3
_ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {
    "color": ("color", "colour", "farbe", "couleur", "colore", "kleur", "product color", "product colour"),
    "material": ("material", "matiere", "materiale", "materiaal", "stoff", "fabric"),
    "size": ("size", "grosse", "taille", "talla", "taglia", "maat"),
}
_TEXTS: Final = ("title", "description")


@dataclass(slots=True)
class _Group:
    """Queries of one meaning: the words that a catalog knows them by, and all that is told of them."""

    read: str
    key: tuple[str, ...]
    told: list[failures.Unmet] = field(default_factory=list)

    @property
    def query(self) -> str:
        """As it was typed most often, and rather as the catalog spells it."""
        return min(self.told, key=lambda one: (-one.times, folded(one.query) != self.read, one.query)).query

    @property
    def people(self) -> frozenset[int]:
        return frozenset[int]().union(*(one.people for one in self.told))

    def merged(self, name: str) -> dict[str, set[int]]:
        """What is told of all of them, by query or product: who."""
        found: dict[str, set[int]] = {}
        for one in self.told:
            for key, people in getattr(one, name).items():
                found.setdefault(key, set()).update(people)
        return found


def unmet(asked: UnmetAsked, business: Business) -> Unmet:
    """What people looked for and did not get; raises NotReady where there is no index yet."""
    shelf = keeping.shelf(business.database, business.uid, business.id, business.catalog).shelf
    groups = _grouped(business.behaviors.unmet(asked.days, _READ), shelf)
    groups.sort(key=lambda one: (-len(one.people), one.query))
    products = _Products(business)
    ruled = [one for one in business.rules.listed("synonyms") if one.on]
    answer = Unmet()
    edits: dict[tuple[str, str], Edit] = {}
    for group in groups[: asked.limit]:
        synonyms = [one for one in _synonyms(group, asked.people, shelf) if not _ruled(one, ruled)]
        changes = _attributes(group, asked.people, shelf, products)
        answer.demands.append(_demand(group, synonyms, changes, business, shelf, products))
        answer.synonyms += synonyms
        for edit in changes:
            # The demand of more people comes first, and one field is filled once.
            edits.setdefault((edit.record, edit.field), edit)
    answer.changes = list(edits.values())
    return answer


class _Products:
    """Products by id, read once; None for one that is not there any more."""

    def __init__(self, business: Business) -> None:
        self._business = business
        self._held: dict[str, dict[str, Any] | None] = {}

    def get(self, product: str) -> dict[str, Any] | None:
        if product not in self._held:
            try:
                self._held[product] = self._business.catalog.get(product)
            except NotFound:
                self._held[product] = None
        return self._held[product]


def _grouped(told: Iterable[failures.Unmet], shelf: Shelf) -> list[_Group]:
    groups: dict[tuple[str, ...], _Group] = {}
    for one in told:
        read = _read(one.query, shelf)
        key = _key(read, shelf) or (one.query,)
        groups.setdefault(key, _Group(read, key)).told.append(one)
    return list(groups.values())


def _read(query: str, shelf: Shelf) -> str:
    """A query in words of the catalog's, where it has words that these were meant for."""
    told = understood(query, shelf)
    text = folded(query)
    for mended in told.mended:
        text = " ".join(mended.read if word == mended.word else word for word in text.split())
    return text


def _key(text: str, shelf: Shelf) -> tuple[str, ...]:
    """What two queries share that differ in spelling, in endings, in small words or in the order of words alone."""
    words = [word for word in shelf.analysis.words(text) if word.form not in shelf.analysis.small]
    return tuple(sorted({word.quantity or next(iter(shelf.analysis.stems(word.form)), word.form) for word in words}))


def _synonyms(group: _Group, least: int, shelf: Shelf) -> list[Synonyms]:
    """The words that people found by, in the place of those that failed."""
    instead = group.merged("instead")
    everybody = frozenset[int]().union(*instead.values()) if instead else frozenset()
    by_key: dict[tuple[str, ...], tuple[str, set[int]]] = {}
    for query, people in sorted(instead.items(), key=lambda one: (-len(one[1]), one[0])):
        by_key.setdefault(_key(_read(query, shelf), shelf), (folded(query), set()))[1].update(people)
    found = []
    for key, (text, people) in sorted(by_key.items(), key=lambda one: (-len(one[1][1]), one[0])):
        # What people typed is what a rule has to know, not what it may have been mended to.
        pair = _differing(folded(group.query), text, group.key, key, shelf)
        if pair is not None and len(people) >= max(least, _AGREED * len(everybody)):
            typed, words = pair
            says = f"{len(people):,} people who looked for “{group.query}” then found it by “{text}”"
            found.append(Synonyms(typed=[typed], words=[words], people=len(people), says=says))
    return found[:1]


def _ruled(one: Synonyms, rules: Iterable[Rule]) -> bool:
    """Whether a rule says so already."""
    typed, words = ({folded(text) for text in texts} for texts in (one.typed, one.words))
    for rule in rules:
        said = {folded(text) for text in rule.words}
        if words <= said and typed <= ({folded(text) for text in rule.typed} or said):
            return True
    return False


def _differing(
    failed: str, found: str, failed_key: tuple[str, ...], found_key: tuple[str, ...], shelf: Shelf
) -> tuple[str, str] | None:
    """The words of two queries that stand in each other's place; None where one only says more or less than the other."""
    shared = set(failed_key) & set(found_key)
    sides = []
    for text in (failed, found):
        words = [word for word in shelf.analysis.words(text) if not set(_key(word.form, shelf)) & shared]
        left = [word.form for word in words if word.form not in shelf.analysis.small]
        if not 0 < len(left) <= _WORDS_ALIKE:
            return None
        sides.append(" ".join(left))
    return sides[0], sides[1]


def _attributes(group: _Group, least: int, shelf: Shelf, products: _Products) -> list[Edit]:
    """The colors, materials and sizes that were asked for, where a product that was taken says them in its text alone."""
    wanted = [one for one in claims(group.query) if one.kind in _ATTRIBUTES and not one.negated]
    if not wanted:
        return []
    edits = []
    for product_id, people in sorted(group.merged("after").items(), key=lambda one: (-len(one[1]), one[0])):
        product = products.get(product_id) if len(people) >= least else None
        if product is None:
            continue
        for claim in wanted:
            edit = _missing(product, claim, group, len(people), shelf)
            if edit is not None:
                edits.append(edit)
    return edits


def _missing(product: Mapping[str, Any], wanted: Claim, group: _Group, took: int, shelf: Shelf) -> Edit | None:
    names = _ATTRIBUTES[wanted.kind]
    held = [*(product.get("attributes") or {}), *(option["name"] for option in product.get("options") or ())]
    if any(_plain(name) in names for name in held):
        return None
    for place in _TEXTS:
        text = product.get(place) or ""
        said = (
            next((one for one in claims(text) if one.kind == wanted.kind and _is(one, wanted)), None) if text else None
        )
        if said is None:
            continue
        name, value = _written(wanted, said, names, shelf)
        sought = (
            f"{len(group.people):,} people looked for “{group.query}” in vain, and {took:,} of them took this product"
        )
        quote = {"field": place, "value": said.text, "start": said.start, "end": said.end}
        return Edit(
            record=product["id"],
            field=f"attributes.{name}",
            after=value,
            confidence=0.9 if place == "title" else 0.8,
            facts=[
                {**quote, "why": f"{place} says “{said.text}”"},
                {"source": "behaviors", "value": group.query, "why": sought},
            ],
        )
    return None


def _is(said: Claim, wanted: Claim) -> bool:
    """Whether a text says what is wanted, or a shade of it, and does not deny it."""
    if said.negated:
        return False
    return said.value == wanted.value or str(said.value).endswith(f" {wanted.value}")


def _plain(name: str) -> str:
    return folded(name).replace("_", " ")


def _written(wanted: Claim, said: Claim, names: tuple[str, ...], shelf: Shelf) -> tuple[str, str]:
    """The attribute and its value as this catalog writes them; as the text does where it has neither yet."""
    facets = [name for name in shelf.commonest if _plain(name) in names]
    name = max(facets, key=lambda one: sum(shelf.commonest[one].values()), default=wanted.kind)
    for value in shelf.commonest.get(name, {}):
        if any(one.kind == wanted.kind and one.value == said.value for one in claims(value)):
            return name, value
    # What is said of a material reaches over the verb: the value is the material alone.
    return name, str(said.value) if wanted.kind == "material" else said.text


def _demand(
    group: _Group,
    synonyms: list[Synonyms],
    changes: list[Edit],
    business: Business,
    shelf: Shelf,
    products: _Products,
) -> UnmetDemand:
    nearest, meets = _nearest(group, business, shelf)
    failed, left = sum(one.found_nothing for one in group.told), sum(one.not_clicked for one in group.told)
    after, bought = group.merged("after"), group.merged("bought")
    why, says = _verdict(group, synonyms, changes, meets, failed, left)
    return UnmetDemand(
        query=group.query,
        spellings=sorted({one.query for one in group.told} - {group.query}),
        people=len(group.people),
        times=sum(one.times for one in group.told),
        found_nothing=failed,
        not_clicked=left,
        last=max((one.last for one in group.told if one.last is not None), default=None),
        why=why,
        says=says,
        meets=meets,
        instead=[
            Tried(query=query, people=len(people))
            for query, people in sorted(group.merged("instead").items(), key=lambda one: (-len(one[1]), one[0]))[
                :_SHOWN
            ]
        ],
        took=[
            TakenAfter(
                id=one,
                title=(products.get(one) or {}).get("title") or one,
                people=len(people),
                bought=len(bought.get(one, ())),
            )
            for one, people in sorted(after.items(), key=lambda one: (-len(one[1]), one[0]))[:_SHOWN]
        ],
        nearest=nearest,
    )


def _says_known(matched: Mapping[str, list[str]], shelf: Shelf) -> bool:
    """Whether a hit says a word of the query's that the catalog has as it was typed."""
    return any(
        form in shelf.spelling.words
        for words in matched.values()
        for text in words
        for form in shelf.analysis.forms(text)
    )


def _nearest(group: _Group, business: Business, shelf: Shelf) -> tuple[list[NearBy], int]:
    """The products nearest to what was looked for, and how many of the best hits say all of it."""
    asked = Search(query=group.query, limit=_SHOWN, facets=[], explain=True, stock="any")
    found = searched(asked, business)
    meets = sum(1 for hit in found.hits if hit.why is not None and not hit.why.missing)
    if not found.hits and found.understood.constraints:
        texts = [one.text for one in found.understood.constraints]
        found = searched(asked.model_copy(update={"without": texts}), business)
    near = [
        NearBy(id=hit.id, title=hit.title, meaning=hit.why.meaning, lacks=hit.why.missing)
        for hit in found.hits
        if hit.why is not None and (hit.why.meaning or _says_known(hit.why.matched, shelf))
    ]
    return near[:_NEAREST], meets


def _verdict(
    group: _Group, synonyms: list[Synonyms], changes: list[Edit], meets: int, failed: int, left: int
) -> tuple[Any, str]:
    many = len(group.people)
    people = f"{many:,} {'person' if many == 1 else 'people'} looked for “{group.query}”"
    if changes:
        return "attribute", f"{people}; products that they then took say it in their text and in no attribute."
    if synonyms:
        return "synonym", f"{people}; “{synonyms[0].words[0]}” is what it is called here."
    if not meets:
        return "nothing", f"{people}, and no product meets it."
    if failed and not left:
        return "met", f"{people} and found nothing then; products meet it by now."
    return "not-taken", f"{people}, and hardly anybody clicked on what was found."
