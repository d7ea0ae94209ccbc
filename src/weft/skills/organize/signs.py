"""Signs: the words that stand for a place, and which place a short English text names by them.

What a text is about is mostly its head noun, the last word before a preposition: a `steel bottle cage for bikes` is a cage.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from weft.skills.organize.listing import words

if TYPE_CHECKING:
    # An embedder brings onnxruntime with it, which nobody needs who has none.
    from weft.index.meaning import Embedder

_PARTS: Final = re.compile(r"\s*[&,/;:()+–—]\s*|\s+and\s+|\s+or\s+|\s+-\s+")
_SEGMENTS: Final = re.compile(r"\s*[,;:()|\[\]–—]\s*|\s+-\s+")
# What stands after these tells of the thing, and is not the thing.
_AFTER: Final = frozenset(["in", "with", "for", "by", "from", "of", "on", "w", "to", "at", "without", "per"])
# These say how many of the thing, or for whom; the thing stands beside them.
_AMOUNTS: Final = frozenset(
    [
        "set",
        "kit",
        "pack",
        "pair",
        "piece",
        "collection",
        "bundle",
        "box",
        "item",
        "assortment",
        "assorted",
        "various",
        "general",
        "new",
        "sale",
        "other",
        "misc",
        "more",
        "men",
        "women",
        "man",
        "woman",
        "unisex",
        "kid",
        "kids",
        "mens",
        "womens",
        "boy",
        "girl",
    ]
)
# These say that it is something for the thing, and not the thing.
_BELONGINGS: Final = frozenset(
    ["accessory", "supply", "product", "equipment", "gear", "part", "good", "care", "component"]
)
_IRREGULAR: Final = {
    "knives": "knife",
    "shelves": "shelf",
    "scarves": "scarf",
    "leaves": "leaf",
    "loaves": "loaf",
    "men": "man",
    "women": "woman",
    "children": "child",
    "feet": "foot",
    "teeth": "tooth",
    "mice": "mouse",
    "accessories": "accessory",
    "ties": "tie",
    "shoes": "shoe",
    "jewellery": "jewelry",
    "tyre": "tire",
    "tyres": "tire",
    "bikes": "bicycle",
    "bike": "bicycle",
    "colour": "color",
    "pyjamas": "pajama",
    "pyjama": "pajama",
    "pants": "pant",
    "movies": "movie",
    "cookies": "cookie",
    "clothes": "clothes",
}
_OWN_NAME: Final = 1.0
_FURTHER_NAME: Final = 0.97
_VAGUE: Final = 0.5
_PLACE_WEIGHTS: Final = (1.0, 0.85, 0.72, 0.62)
_FIRST_WORDS: Final = 0.55
_TOLD_OF: Final = 0.4
_LONGER: Final = 0.3
_WEIGHT_OF_AMOUNT: Final = 0.3
_WEIGHT_BESIDE: Final = 0.7
_CONTEXT: Final = 0.3
_DEEPER: Final = 0.03
_MOST_NEAR: Final = 4_000


@dataclass(frozen=True, slots=True)
class Sign:
    """A place's name, the names above it, and what else it is called."""

    name: str
    above: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    leaf: bool = True


@dataclass(frozen=True, slots=True)
class Named:
    """A place that a text names, by its number, how clearly (0 to about 1.5), and the stems by which it does."""

    place: int
    score: float
    stems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Phrase:
    place: int
    stems: tuple[str, ...]
    head: str
    weight: float


def stem(word: str) -> str:
    """An English word's singular, or what serves as one because both forms give it."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes", "zzes")):
        return word[:-2]
    return word[:-1]


def stems(text: str) -> list[str]:
    """The stems of a text's words."""
    return [stem(word) for word in words(text)]


def weighed(text: str) -> dict[str, float]:
    """The stems of a title with how much each says of what the thing is: the head noun 1, what follows `for` little."""
    said: dict[str, float] = {}
    for number, segment in enumerate(part for part in _SEGMENTS.split(text) if part):
        _weigh(words(segment), 1.0 if number == 0 else 0.9, said)
    return said


def _weigh(spoken: Sequence[str], most: float, said: dict[str, float]) -> None:
    before: list[str] = []
    after: list[str] = []
    for number, word in enumerate(spoken):
        if word in _AFTER and number:
            if word == "of" and all(stem(one) in _AMOUNTS or one.isdigit() for one in before):
                before = []
                continue
            after = [stem(one) for one in spoken[number + 1 :]]
            break
        before.append(word)
    place = 0
    later = ""
    belongs = False
    for one in reversed([stem(word) for word in before]):
        if one in _BELONGINGS and not place and not belongs:
            belongs = True
            _say(said, one, most)
            later = one
            continue
        weight = _PLACE_WEIGHTS[place] if place < len(_PLACE_WEIGHTS) else _FIRST_WORDS
        weight = min(weight, _TOLD_OF) if belongs else weight
        amount = one in _AMOUNTS or one.isdigit()
        _say(said, one, (_TOLD_OF if amount else weight) * most)
        if later and not amount:
            # `seat post` and `seatpost` are one.
            _say(said, one + later, weight * most)
        place += not amount
        later = one
    for one in after:
        _say(said, one, _TOLD_OF * most)


def _say(said: dict[str, float], one: str, weight: float) -> None:
    said[one] = max(said.get(one, 0.0), weight)


class Signs:
    """Places found by what they are called."""

    def __init__(self, signs: Iterable[Sign]) -> None:
        self.signs: tuple[Sign, ...] = tuple(signs)
        self._phrases: dict[str, list[_Phrase]] = defaultdict(list)
        self._above = [
            tuple(frozenset(stems(name)) - _BELONGINGS - _AMOUNTS for name in sign.above) for sign in self.signs
        ]
        for place, sign in enumerate(self.signs):
            self._enter(place, sign)
        counted = Counter(one for found in self._phrases.values() for phrase in found for one in set(phrase.stems))
        total = sum(map(len, self._phrases.values()))
        self._rare = {one: math.log(1 + total / times) for one, times in counted.items()}
        self._vectors: dict[str, dict[int, NDArray[np.float32]]] = {}

    def _enter(self, place: int, sign: Sign) -> None:
        seen: set[tuple[str, ...]] = set()
        for names, weight in (((sign.name,), _OWN_NAME), (sign.further, _FURTHER_NAME)):
            for spoken in (spoken for name in names for spoken in _phrases(name)):
                if spoken in seen:
                    continue
                seen.add(spoken)
                things = [one for one in spoken if one not in _AMOUNTS and not one.isdigit()]
                head = things[-1] if things else spoken[-1]
                vague = len(spoken) == 1 and head in _BELONGINGS | _AMOUNTS
                self._phrases[head].append(_Phrase(place, spoken, head, weight * (_VAGUE if vague else 1.0)))

    def best(self, text: str, context: Sequence[str] = (), most: int = 12) -> list[Named]:
        """The places that a title or type names, best first; `context` are texts that hint at what is above them."""
        hints = {one: _TOLD_OF for other in context for one in stems(other)}
        return self.named(weighed(text), hints, most)

    def named(self, said: Mapping[str, float], hints: Mapping[str, float], most: int = 12) -> list[Named]:
        """The places named by stems with their weights, and by stems that merely hint, best first."""
        found: dict[int, Named] = {}
        for head, weight in said.items():
            for phrase in self._phrases.get(head, ()):
                score = self._score(phrase, weight, said, hints)
                if score > 0 and (phrase.place not in found or score > found[phrase.place].score):
                    found[phrase.place] = Named(phrase.place, score, phrase.stems)
        return sorted(found.values(), key=lambda one: (-one.score, one.place))[:most]

    def _score(self, phrase: _Phrase, weight: float, said: Mapping[str, float], hints: Mapping[str, float]) -> float:
        """How clearly a phrase is said: its head's weight, less for words that are missing, more for each that is there."""
        whole = held = more = 0.0
        least = self._rare[phrase.head] * _WEIGHT_BESIDE
        for one in phrase.stems:
            # A word that many names share, as `baby`, is still missed where it is not said.
            rare = self._rare[one] * _WEIGHT_OF_AMOUNT if one in _AMOUNTS else max(self._rare[one], least)
            there = 1.0 if one in said else hints.get(one, 0.0)
            # A `shirt dress` is no dress shirt: what stands behind the head is not a part of its name.
            if one != phrase.head and said.get(one, 0.0) <= weight:
                more += 1.0 if one in said else there / 2 if there > _TOLD_OF else 0.0
            whole += rare
            held += rare * there
        above = self._above[phrase.place]
        context = sum(
            max((max(said.get(one, 0.0), hints.get(one, 0.0)) for one in name), default=0.0) for name in above
        )
        score = phrase.weight * weight * (held / whole) ** 2 * (1 + _LONGER * more)
        return score * (1 + _CONTEXT * context / max(len(above), 1)) - _DEEPER * len(self.signs[phrase.place].above)

    def nearest(
        self, text: str, embedder: "Embedder", among: Sequence[int] | None = None, most: int = 5
    ) -> list[tuple[int, float]]:
        """The places nearest in meaning with their cosine, among those given or all; none where all are too many."""
        if among is None:
            if len(self.signs) > _MOST_NEAR:
                return []
            among = range(len(self.signs))
        if not among:
            return []
        cosines = self.vectors(among, embedder) @ embedder.embedded([text])[0]
        order = np.argsort(-cosines, kind="stable")[:most]
        return [(among[int(one)], float(cosines[one])) for one in order]

    def vectors(self, among: Sequence[int], embedder: "Embedder") -> NDArray[np.float32]:
        """The meaning of places, a row each; what was asked once is remembered."""
        known = self._vectors.setdefault(embedder.name, {})
        missing = [place for place in among if place not in known]
        if missing:
            known.update(zip(missing, embedder.embedded([self._told(place) for place in missing]), strict=True))
        return np.stack([known[place] for place in among])

    def _told(self, place: int) -> str:
        sign = self.signs[place]
        return ", ".join([sign.name, *sign.further[:6], *sign.above[-1:]])


def _phrases(name: str) -> list[tuple[str, ...]]:
    """The phrases that a name stands for, as stems: of `tool & equipment belts` both are belts."""
    parts = [words(part) for part in _PARTS.split(name)]
    last = parts[-1]
    found = []
    for part in parts:
        shared = part is not last and len(part) == 1 and len(last) > 1 and stem(part[0]) == part[0]
        found.append(tuple(stem(word) for word in (part + last[-1:] if shared else part)))
    return [phrase for phrase in found if phrase]
