"""What `write` learns from a catalog: the shop's standing sentences, its main language, and who has whose name.

A sentence stands when it is in one of twenty products, or in ten of three types, and says nothing that can be seen of a thing.
"""

import hashlib
import re
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from weft.business import Business
from weft.errors import InputError
from weft.skills.write.lexicon import colors, folded
from weft.skills.write.names import COMMON, NAMES
from weft.skills.write.sentences import addressed, blocks, concrete, fingerprint, language_of, sentences, whole

_READ: Final = 20_000
_SHARE: Final = 0.05
_FEWEST: Final = 5
_FEWEST_APART: Final = 10
_TYPES: Final = 3
_MOST: Final = 5_000
_MOST_TYPES: Final = 4
_KEY: Final = 8


@dataclass(frozen=True, slots=True)
class Common:
    """The fingerprints of the standing sentences, and the language of most products."""

    sentences: frozenset[int]
    main: str | None

    def saved(self) -> bytes:
        """The same bytes for the same sentences."""
        return orjson.dumps({"main": self.main, "sentences": sorted(f"{one:016x}" for one in self.sentences)})

    @classmethod
    def loaded(cls, body: bytes) -> "Common":
        """What was saved; raises InputError for what is nothing of this kind."""
        try:
            told = orjson.loads(body)
            return cls(frozenset(int(one, 16) for one in told["sentences"]), told["main"])
        except (ValueError, KeyError, TypeError) as problem:
            raise InputError(f"These are no standing sentences that were saved: {problem}.") from None


class Names:
    """Which products have the same name, brand and choices."""

    def __init__(self, keys: "array[int]", ids: Sequence[str]) -> None:
        self._keys = keys
        self._ids = ids

    @classmethod
    def of(cls, named: Iterable[tuple[int, str]]) -> "Names":
        """The index of products, by id, by their keys."""
        rows = sorted(named)
        return cls(array("Q", (key for key, _ in rows)), [product for _, product in rows])

    def find(self, key: int) -> list[str]:
        """The ids of the products with a key."""
        place = bisect_left(self._keys, key)
        return self._ids[place : bisect_right(self._keys, key, lo=place)]  # type: ignore[return-value]

    def saved(self) -> bytes:
        """How many there are, the keys, the ids in the same order: the same bytes for the same products."""
        keys = b"".join(key.to_bytes(_KEY, "big") for key in self._keys)
        return len(self._keys).to_bytes(_KEY, "big") + keys + orjson.dumps(self._ids)

    @classmethod
    def loaded(cls, body: bytes) -> "Names":
        """What was saved; raises InputError for what is nothing of this kind."""
        count = int.from_bytes(body[:_KEY], "big")
        end = _KEY * (count + 1)
        keys = array("Q", (int.from_bytes(body[place : place + _KEY], "big") for place in range(_KEY, end, _KEY)))
        try:
            ids = orjson.loads(body[end:])
        except ValueError as problem:
            raise InputError(f"This is no index of names that was saved: {problem}.") from None
        if len(ids) != len(keys):
            raise InputError("This is no index of names that was saved.")
        return cls(keys, ids)


def key_of(product: Mapping[str, Any]) -> int:
    """A number that is the same for products of one name (whatever color it names), brand and choice of options."""
    choices = sorted(
        {
            folded(str(value))
            for variant in product.get("variants") or ()
            for value in (variant.get("options") or {}).values()
            if value
        }
    )
    said = {word for choice in choices for word in choice.split()} | {"in"}
    words = [
        word
        for word in re.findall(r"\w+", folded(str(product.get("title") or "")))
        if word not in said and word not in colors()
    ]
    text = orjson.dumps([words, folded(str(product.get("vendor") or "")), choices])
    return int.from_bytes(hashlib.blake2b(text, digest_size=_KEY).digest(), "big")


def learn(business: Business, outline: Mapping[str, int]) -> None:
    """Learn the lessons from the catalog as it is, and keep them."""
    before = business.learned.find(COMMON)
    body = business.learned.body(COMMON, before.digest) if before else None
    held = Common.loaded(body) if body else Common(frozenset(), None)
    reads = ("title", "description", "vendor", "type", "variants.sku", "variants.options", "options")
    step = max(outline.get("products", 0) // _READ, 1)
    counting = _Counting()
    names: list[tuple[int, str]] = []
    for number, product in enumerate(business.catalog.streamed(reads)):
        names.append((key_of(product), product["id"]))
        if number % step == 0:
            counting.add(product)
    found = counting.common()
    common = Common(
        frozenset(sorted(held.sentences | found.sentences)[:_MOST]), held.main if held.main and before else found.main
    )
    about = {"outline": dict(outline)}
    business.learned.keep(COMMON, common.saved(), about)
    business.learned.keep(NAMES, Names.of(names).saved(), about)


class _Counting:
    """Sentences counted over products and their types."""

    def __init__(self) -> None:
        self.products = 0
        self.times: Counter[int] = Counter()
        self.types: defaultdict[int, set[str]] = defaultdict(set)
        self.seen: dict[int, bool] = {}
        self.languages: Counter[str] = Counter()

    def add(self, product: Mapping[str, Any]) -> None:
        """Count a product's sentences, each once."""
        self.products += 1
        kind = str(product.get("type") or "")
        here: set[int] = set()
        spoken: Counter[str] = Counter()
        for block in blocks(str(product.get("description") or "")):
            if block.kind in ("head", "row"):
                continue
            for sentence in sentences(block.text):
                if addressed(sentence):
                    continue
                language = language_of(sentence)
                if language:
                    spoken[language] += len(sentence)
                mark = fingerprint(sentence)
                if mark not in here:
                    here.add(mark)
                    self._met(mark, sentence, kind, language or "en")
        if spoken:
            self.languages[spoken.most_common(1)[0][0]] += 1

    def _met(self, mark: int, sentence: str, kind: str, language: str) -> None:
        self.times[mark] += 1
        kinds = self.types[mark]
        if len(kinds) < _MOST_TYPES:
            kinds.add(kind)
        if mark not in self.seen:
            self.seen[mark] = concrete(sentence, language)
            if self.seen[mark] and whole(sentence, language):
                self.types[mark].add("")

    def common(self) -> Common:
        """The sentences that stand, and the language of most."""
        least = max(_FEWEST, _SHARE * self.products)
        found = {
            mark
            for mark, times in self.times.items()
            if (times >= least and (not self.seen[mark] or "" in self.types[mark]))
            or (times >= _FEWEST_APART and not self.seen[mark] and len(self.types[mark]) >= _TYPES)
        }
        main = self.languages.most_common(1)[0][0] if self.languages else None
        return Common(frozenset(found), main)
