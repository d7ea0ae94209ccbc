"""What people took of a skill's changes, as examples: the nearest go into prompts, a part is held out to measure by.

An example is a change that was approved or applied, untouched or corrected; of a corrected one the person's own words count. The
examples that prompts draw on are a lesson: chosen anew only once a tenth of what people decided is new, since every answer that
rests on them is stale then. Products are held out by their id, one in five, always the same: their texts stand in no prompt.
"""

import hashlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import orjson

from weft.business import Business
from weft.store import fields
from weft.store.changes import Selection

_FORM: Final = 1
_HELD_OUT: Final = 5
_SHARE: Final = 0.1
_LEAST_NEW: Final = 5
_MOST_LOOKED_AT: Final = 10_000
_BATCH: Final = 100
_MOST_KEPT: Final = 2_000
_MOST_OF_A_KIND: Final = 8
_MOST_CHARACTERS: Final = 4_000
_CANDIDATES: Final = 48
_RECENT_SECONDS: Final = 10.0
_MOST_SHELVES: Final = 64
_WORD: Final = re.compile(r"\w{3,}")


@dataclass(frozen=True, slots=True)
class Example:
    """A text that people took: of which record's field, what stood there, what stands there, and the facts it rests on.

    `suggested` is what the skill had written where a person wrote `after`. `before` is blank where nothing stood there.
    """

    before: Any
    after: Any
    facts: Sequence[Any]
    record: str
    field: str = ""
    suggested: Any = None
    category: str = ""

    @property
    def corrected(self) -> bool:
        """Tell whether the words are a person's."""
        return self.suggested is not None

    @property
    def size(self) -> int:
        """Its characters: of the text and of the facts."""
        return len(fields.words(self.after)) + sum(len(str(fact)) for fact in self.facts)


def held_out(record: str) -> bool:
    """Tell whether a product is one of the fifth whose texts no prompt holds, so that answers can be measured by them."""
    return hashlib.blake2b(record.encode(), digest_size=4).digest()[0] % _HELD_OUT == 0


@dataclass(frozen=True, slots=True)
class Group:
    """The examples of one product, by field, with what is near it."""

    record: str
    category: str
    words: frozenset[str]
    texts: Mapping[str, Example]
    order: int

    @property
    def corrected(self) -> int:
        """How many of its texts a person wrote."""
        return sum(example.corrected for example in self.texts.values())


@dataclass(frozen=True, slots=True)
class Shelf:
    """The examples of a skill that prompts draw on, by category."""

    digest: bytes = b""
    by_category: Mapping[str, Sequence[Group]] = field(default_factory=dict)
    all: Sequence[Group] = ()

    def nearest(
        self, product: Mapping[str, Any], names: Sequence[str], most: int = 4, characters: int = 4_000
    ) -> list[Group]:
        """The products nearest to one whose examples have some of these fields, nearest first, of them these fields alone.

        Nearest is: of the same category, or of one above it; then with more of the fields, the words of people before those that
        were only approved, with more words of the title in common; the newest first.
        """
        wanted, record = frozenset(names), str(product.get("id"))
        category = str(product.get("category") or product.get("type") or "")
        words = _words(str(product.get("title") or ""))
        ranked = []
        for depth, group in self._candidates(category, wanted, record):
            there = sum(name in group.texts for name in wanted)
            shared = len(words & group.words) / (len(words | group.words) or 1)
            ranked.append(((-depth, -there, -group.corrected, -round(shared, 3), group.order), group))
        chosen: list[Group] = []
        for _, group in sorted(ranked, key=lambda one: one[0]):
            texts = {name: group.texts[name] for name in names if name in group.texts}
            size = sum(example.size for example in texts.values())
            if size <= characters:
                characters -= size
                chosen.append(Group(group.record, group.category, group.words, texts, group.order))
            if len(chosen) == most:
                break
        return chosen

    def _candidates(self, category: str, wanted: frozenset[str], record: str) -> Iterator[tuple[int, Group]]:
        """Groups that have one of the fields, with how many levels of the category they share, until there are enough."""
        seen: set[str] = set()
        for depth, held in self._circles(category):
            for group in held:
                if group.record not in seen and group.record != record and not wanted.isdisjoint(group.texts):
                    seen.add(group.record)
                    yield depth, group
            if len(seen) >= _CANDIDATES:
                return

    def _circles(self, category: str) -> Iterator[tuple[int, Sequence[Group]]]:
        path = category.split(" > ")
        for depth in range(len(path), 0, -1):
            yield depth, self.by_category.get(" > ".join(path[:depth]), ())
        yield 0, self.all[: _MOST_OF_A_KIND * _CANDIDATES]


def nearest(
    business: Business,
    skill: str,
    product: Mapping[str, Any],
    field: str,
    language: str | None = None,
    most: int = 4,
    characters: int = 4_000,
) -> list[Example]:
    """The examples of a field that are nearest to a product, at most so many with at most so many characters.

    `language` is that of a translation's field, where the field's name does not say it: `title` in `de` is `translations.de.title`.
    """
    name = field if language is None or field.startswith("translations.") else f"translations.{language}.{field}"
    return [group.texts[name] for group in shelf(business, skill).nearest(product, [name], most, characters)]


def digest(business: Business, skill: str) -> str:
    """What answers that were given with examples rest on; the examples are chosen now where too much is new."""
    return _current(business, skill).hex()


_LOCK: Final = threading.Lock()
_SHELVES: Final[OrderedDict[tuple[UUID, str], tuple[float, Shelf]]] = OrderedDict()


def shelf(business: Business, skill: str) -> Shelf:
    """The examples that prompts of a skill draw on, as they were some seconds ago at most."""
    key = (business.uid, skill)
    with _LOCK:
        held = _SHELVES.get(key)
        if held is not None and held[0] > time.monotonic():
            return held[1]
        if held is not None:
            # Who comes while one looks takes what is there.
            _SHELVES[key] = (time.monotonic() + _RECENT_SECONDS, held[1])
    now = _current(business, skill)
    found = held[1] if held is not None and held[1].digest == now else _shelf(business, skill, now)
    with _LOCK:
        _SHELVES[key] = (time.monotonic() + _RECENT_SECONDS, found)
        _SHELVES.move_to_end(key)
        while len(_SHELVES) > _MOST_SHELVES:
            _SHELVES.popitem(last=False)
    return found


def _name(skill: str) -> str:
    return f"examples of {skill}"


def _current(business: Business, skill: str) -> bytes:
    """The digest of the examples, chosen anew where too much has changed."""
    decided = _decided(business, skill)
    lesson = business.learned.find(_name(skill))
    if lesson is not None and not _moved(lesson.about, decided):
        return lesson.digest
    if lesson is None and decided < _LEAST_NEW:
        return b""
    with business.database.alone(f"examples {business.uid} {skill}"):
        lesson = business.learned.find(_name(skill))
        if lesson is None or _moved(lesson.about, decided):
            body = orjson.dumps(list(_chosen(business, skill)), default=str)
            lesson = business.learned.keep(_name(skill), body, {"form": _FORM, "decided": decided})
    return lesson.digest


def _decided(business: Business, skill: str) -> int:
    states = business.changes.counted(Selection(where=f"skill = {skill}"))
    return states["approved"] + states["applied"]


def _moved(about: Mapping[str, Any], decided: int) -> bool:
    then = int(about.get("decided", 0))
    return about.get("form") != _FORM or abs(decided - then) >= max(_SHARE * then, _LEAST_NEW)


def _chosen(business: Business, skill: str) -> Iterator[dict[str, Any]]:
    """The examples to keep: of each field in each category some, people's own words first; none that is held out or long."""
    taken = business.changes.accepted(skill, most=_MOST_LOOKED_AT)
    taken.sort(key=lambda one: one["suggested"] is None)
    counted: dict[tuple[str, str], int] = {}
    kept = 0
    for one in taken:
        kind = (one["field"], one["category"] or one["type"] or "")
        long = len(fields.words(one["after"])) > _MOST_CHARACTERS
        if one["after"] is None or long or held_out(one["record"]) or counted.get(kind, 0) >= _MOST_OF_A_KIND:
            continue
        counted[kind] = counted.get(kind, 0) + 1
        kept += 1
        yield one
        if kept == _MOST_KEPT:
            return


def _shelf(business: Business, skill: str, digest: bytes) -> Shelf:
    body = business.learned.body(_name(skill), digest) if digest else None
    if body is None:
        return Shelf()
    grouped: dict[str, list[dict[str, Any]]] = {}
    for one in orjson.loads(body):
        grouped.setdefault(one["record"], []).append(one)
    groups = [_group(order, texts) for order, texts in enumerate(grouped.values())]
    by_category: dict[str, list[Group]] = {}
    for group in groups:
        path = group.category.split(" > ")
        for depth in range(1, len(path) + 1):
            by_category.setdefault(" > ".join(path[:depth]), []).append(group)
    return Shelf(digest, by_category, groups)


def _group(order: int, texts: Sequence[Mapping[str, Any]]) -> Group:
    first = texts[0]
    category = first["category"] or first["type"] or ""
    examples = {one["field"]: _example(one) for one in texts}
    return Group(str(first["record"]), category, _words(first["title"] or ""), examples, order)


def _example(one: Mapping[str, Any]) -> Example:
    names = ("before", "after", "facts", "record", "field", "suggested")
    return Example(**{name: one[name] for name in names}, category=one["category"] or one["type"] or "")


def _words(title: str) -> frozenset[str]:
    return frozenset(_WORD.findall(title.casefold()))


@dataclass(frozen=True, slots=True)
class Taken:
    """A product as it was before a skill's changes of it, and the texts by field that people took for it."""

    product: Mapping[str, Any]
    texts: Mapping[str, Example]


def taken(business: Business, skill: str, *, held: bool, most: int | None = None) -> Iterator[Taken]:
    """Products with the texts that people took, those taken last first: of those that are held out, or of the others."""
    records = [record for record in business.changes.accepted_records(skill) if held_out(record) is held][:most]
    for at in range(0, len(records), _BATCH):
        batch = records[at : at + _BATCH]
        grouped: dict[str, dict[str, Example]] = {record: {} for record in batch}
        for one in business.changes.accepted(skill, records=batch):
            if one["after"] is not None:
                grouped[one["record"]][one["field"]] = _example(one)
        before = _before(business, skill, batch)
        yield from (Taken(before[record], texts) for record, texts in grouped.items() if texts and record in before)


def _before(business: Business, skill: str, records: Sequence[str]) -> dict[str, Any]:
    """Products by id without what a skill's applied changes wrote into them."""
    products: dict[str, Any] = {str(product["id"]): dict(product) for product in business.catalog.records(ids=records)}
    first: dict[tuple[str, str], Any] = {}
    for change in business.changes.decided(skill, records):
        if change["state"] == "applied":
            first.setdefault((change["record"], change["field"]), change["before"])
    for (record, name), value in first.items():
        if record in products:
            fields.put_into(products[record], name, value)
    for product in products.values():
        attributes = product.get("attributes") or {}
        product["attributes"] = {name: value for name, value in attributes.items() if value is not None}
    return products
