"""A business as far as its texts depend on it: how it speaks, where it sells, what it has learned, what people decided."""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from weft.business import Business
from weft.errors import InputError, NotFound
from weft.skills.write import Channel, Write
from weft.skills.write.brief import Brief
from weft.skills.write.channels import base
from weft.skills.write.checks import Standard
from weft.skills.write.foundation import digests
from weft.skills.write.grammar.measures import System
from weft.skills.write.learning import Common, Names, key_of
from weft.skills.write.names import COMMON, NAMES
from weft.skills.write.reading import read
from weft.store.preferences import Market, Voice

_SECONDS: Final = 5.0
_MOST_HELD: Final = 16
_MOST_RECENT: Final = 20_000
_MOST_TWINS: Final = 20
_TEXTS: Final = ("title", "description")
_HELD: Final[OrderedDict[UUID, tuple[float, "_Learned"]]] = OrderedDict()
_LOCK: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Learned:
    """The lessons, and the names of products that changed since."""

    digests: Mapping[str, bytes]
    common: Common
    names: Names
    recent: Mapping[int, list[str]]


@dataclass(slots=True)
class Setting:
    """A business's setting for some products. Get one by `setting`; it is as old as the call."""

    business: Business
    voice: Voice
    main: str | None
    markets: Sequence[Market]
    lexicon: Mapping[str, Any]
    learned: _Learned
    _products: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _refused: dict[str, set[tuple[str, str]]] = field(default_factory=dict)

    def briefs(self, pairs: Sequence[tuple[Write, Mapping[str, Any]]]) -> list[Brief]:
        """What is known of products, each for its request: a few queries for all of them."""
        products = [product for _, product in pairs]
        self._products |= {product["id"]: product for product in products}
        self._decided([product["id"] for product in products])
        originals = self._originals(products)
        return [self._brief(product, asked.language, originals) for asked, product in pairs]

    def brief(self, asked: Write, product: Mapping[str, Any]) -> Brief:
        """What is known of one product."""
        (one,) = self.briefs([(asked, product)])
        return one

    def units(self, language: str) -> System:
        """In which units people measure in the market of a language; where there is none, all who speak German do so metrically."""
        market = self._market(language)
        return market.units if market else "metric" if base(language) == "de" else ""

    def _market(self, language: str) -> Market | None:
        return next((one for one in self.markets if base(one.language) == base(language)), None)

    def standard(self, channel: Channel, language: str) -> Standard:
        """What texts for a channel in a language are measured by."""
        market = self._market(language)
        return Standard(
            channel, language, market.country or market.name if market else None, self.voice_in(language), self.lexicon
        )

    def voice_in(self, language: str) -> Voice:
        """The voice in a language: its spelling is the one asked for, or the business's own where that is of the language."""
        own = self.voice.spelling
        spelling = language if "-" in language.replace("_", "-") else own if base(own) == base(language) else ""
        return self.voice if spelling == own else self.voice.model_copy(update={"spelling": spelling})

    def current(self, product: str) -> Mapping[str, Any]:
        """A product as it was read."""
        return self._products.get(product, {})

    def refused(self, product: str) -> set[tuple[str, str]]:
        """Fields and texts of a product that people have rejected, or put others in the place of."""
        return self._refused.get(product, set())

    def twins(self, briefs: Sequence[Brief]) -> list[list[str]]:
        """For each brief the ids of other products with equal facts."""
        keys = [key_of(self.current(brief.product)) for brief in briefs]
        like = [self._alike(brief.product, key) for brief, key in zip(briefs, keys, strict=True)]
        wanted = sorted({name for names in like for name in names})
        if not wanted:
            return [[] for _ in briefs]
        others = {product["id"]: product for product in self.business.catalog.records(ids=wanted)}
        originals = self._originals(list(others.values()))
        made: dict[tuple[str, str], str] = {}

        def digest(name: str, brief: Brief) -> str:
            if (name, brief.language) not in made:
                made[name, brief.language] = self._brief(others[name], brief.language, originals).digest()
            return made[name, brief.language]

        return [
            [name for name in names if name in others and digest(name, brief) == brief.digest()]
            for brief, names in zip(briefs, like, strict=True)
        ]

    def _alike(self, product: str, key: int) -> list[str]:
        names = dict.fromkeys([*self.learned.names.find(key), *self.learned.recent.get(key, ())])
        return [name for name in names if name != product][:_MOST_TWINS]

    def _brief(
        self, product: Mapping[str, Any], language: str | None, originals: Mapping[str, Mapping[str, Any]]
    ) -> Brief:
        common = self.learned.common.sentences
        return read(product, language, self.main or self.learned.common.main, common, originals.get(product["id"]))

    def _originals(self, products: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        """What stood where this skill's applied texts stand now, by product and field."""
        there = {product["id"]: product for product in products}
        found: dict[str, dict[str, Any]] = {}
        for (name, where), steps in self.business.changes.replaced("write", list(there), _TEXTS).items():
            text = there[name].get(where)
            for before, after in steps:
                if after == text:
                    text = before
                    found.setdefault(name, {})[where] = before
        return found

    def _decided(self, products: Sequence[str]) -> None:
        for one in self.business.changes.decided("write", products):
            if one["state"] == "rejected" or one["suggested"] is not None:
                said = one["after"] if one["suggested"] is None else one["suggested"]
                self._refused.setdefault(one["record"], set()).add((one["field"], str(said)))


def setting(business: Business) -> Setting:
    """A business's setting as it is now; lessons of an earlier form are learned anew."""
    preferences = business.preferences
    told = preferences.claims()
    return Setting(
        business=business,
        voice=preferences.voice(),
        main=preferences.languages().main or None,
        markets=preferences.markets(),
        lexicon={"forbidden": told.forbidden, "allowed": told.allowed, "certifications": told.certifications},
        learned=_recent(business),
    )


def _recent(business: Business) -> _Learned:
    """The lessons as they were some seconds ago at most: to look whether they still hold means to count the whole catalog."""
    with _LOCK:
        held = _HELD.get(business.uid)
    if held is not None and held[0] > time.monotonic():
        return held[1]
    try:
        found = _learned(business, digests(business), held[1] if held else None)
    except (InputError, NotFound):
        found = _learned(business, digests(business, anew=True), None)
    with _LOCK:
        _HELD[business.uid] = (time.monotonic() + _SECONDS, found)
        _HELD.move_to_end(business.uid)
        while len(_HELD) > _MOST_HELD:
            _HELD.popitem(last=False)
    return found


def _learned(business: Business, names: Mapping[str, bytes], held: _Learned | None) -> _Learned:
    if held is not None and held.digests == names:
        return _Learned(names, held.common, held.names, _changed_since(business))
    bodies = {name: business.learned.body(name, names[name]) for name in (COMMON, NAMES)}
    common, index = bodies[COMMON], bodies[NAMES]
    if common is None or index is None:
        raise NotFound("What was learned has just been learned anew; ask again.")
    return _Learned(names, Common.loaded(common), Names.loaded(index), _changed_since(business))


def _changed_since(business: Business) -> dict[int, list[str]]:
    """The products that were changed or came after the names were learned, by their keys."""
    lesson = business.learned.find(NAMES)
    found: dict[int, list[str]] = {}
    if lesson is None or lesson.about.get("outline", {}).get("versions") == business.catalog.outline()["versions"]:
        return found
    since = lesson.at.isoformat()
    for number, product in enumerate(business.catalog.records(f'updated > "{since}"')):
        if number >= _MOST_RECENT:
            break
        found.setdefault(key_of(product), []).append(product["id"])
    return found
