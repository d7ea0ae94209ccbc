"""Products that are suspected to be there twice: named, never merged.

Exact: the same GTIN, or the same title, vendor and options. Near: titles that share rare words and nearly all words, from one
vendor or without one, and that differ in no word that sets things apart (a number, a size, a color, a model).
"""

import hashlib
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from rapidfuzz import fuzz
from stdnum import ean

from weft.skills.organize.attributes.lexicon import lexicon

_WORD: Final = re.compile(r"[^\W_]+")
_LONGEST: Final = 300
_MOST_OF_A_GROUP: Final = 20
_LARGEST_BLOCK: Final = 40
_RAREST: Final = 3
_ALIKE: Final = 90.0
_PRICE_RATIO: Final = 1.5
_VARIANTS: Final = "xs s m l xl xxl xxxl small medium large mini micro maxi pro plus max ultra lite air left right"
_BY_NAME: Final = frozenset(["color", "gender", "age_group"])


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Two products, by id, that may be one, how sure that is, and why in words."""

    a: str
    b: str
    kind: Literal["exact", "near"]
    confidence: float
    why: str


@dataclass(frozen=True, slots=True)
class _Card:
    """What is remembered of a product to compare it."""

    id: str
    words: tuple[str, ...]
    vendor: str
    options: tuple[str, ...]
    price: int | None


def _card(product: Mapping[str, Any]) -> _Card:
    title = str(product.get("title") or "")[:_LONGEST].lower()
    variants = [one for one in product.get("variants") or () if isinstance(one, Mapping)]
    options: set[str] = set()
    for variant in variants:
        options.update(str(value).lower() for value in (variant.get("options") or {}).values())
    return _Card(
        str(product.get("id")),
        tuple(_WORD.findall(title)),
        " ".join(_WORD.findall(str(product.get("vendor") or "").lower())),
        tuple(sorted(options - {"default title"}))[:50],
        _price(variants),
    )


def _price(variants: Sequence[Mapping[str, Any]]) -> int | None:
    for variant in variants:
        given = variant.get("price")
        amount = given.get("amount") if isinstance(given, Mapping) else given
        if isinstance(amount, int) and amount > 0:
            return amount
    return None


def suspected(products: Iterable[Mapping[str, Any]]) -> list[Suspicion]:
    """The pairs that are suspected, the surest first; of a group that is all alike, each with the group's first.

    Work and memory grow with the number of products, not with its square.
    """
    cards: list[_Card] = []
    codes: dict[str, list[int]] = defaultdict(list)
    same: dict[bytes, list[int]] = defaultdict(list)
    for product in products:
        card = _card(product)
        number = len(cards)
        cards.append(card)
        for code in _codes(product):
            codes[code].append(number)
        if card.words:
            text = "\x1f".join((" ".join(card.words), card.vendor, *card.options))
            same[hashlib.blake2b(text.encode(), digest_size=12).digest()].append(number)
    found: dict[tuple[int, int], Suspicion] = {}
    for code, group in codes.items():
        _pair(found, cards, group, 0.99, f"both have the barcode {code}")
    for group in same.values():
        _pair(found, cards, group, 0.95, "both have the same title, vendor and options")
    for a, b, confidence, why in _near(cards):
        found.setdefault((a, b), Suspicion(cards[a].id, cards[b].id, "near", confidence, why))
    return sorted(found.values(), key=lambda one: (-one.confidence, one.a, one.b))


def _codes(product: Mapping[str, Any]) -> set[str]:
    given = (str(variant.get("barcode") or "").strip() for variant in product.get("variants") or ())
    return {
        code.zfill(14) for code in given if len(code) in (8, 12, 13, 14) and code.isdecimal() and ean.is_valid(code)
    }


def _pair(
    found: dict[tuple[int, int], Suspicion], cards: Sequence[_Card], group: Sequence[int], sure: float, why: str
) -> None:
    first = group[0]
    for other in group[1 : _MOST_OF_A_GROUP + 1]:
        if other != first:
            found.setdefault((first, other), Suspicion(cards[first].id, cards[other].id, "exact", sure, why))


def _near(cards: Sequence[_Card]) -> Iterator[tuple[int, int, float, str]]:
    often: Counter[str] = Counter(word for card in cards for word in set(card.words))
    blocks: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, card in enumerate(cards):
        rare = sorted((word for word in set(card.words) if often[word] > 1), key=lambda word: (often[word], word))[
            :_RAREST
        ]
        for word in rare:
            blocks[(word, card.vendor)].append(number)
    seen: set[tuple[int, int]] = set()
    for group in blocks.values():
        for a, b in itertools.combinations(group[:_LARGEST_BLOCK], 2):
            if (a, b) in seen:
                continue
            seen.add((a, b))
            alike = _alike(cards[a], cards[b])
            if alike is not None:
                yield a, b, alike, "nearly the same title" + (f" of {cards[a].vendor}" if cards[a].vendor else "")


def _alike(a: _Card, b: _Card) -> float | None:
    """How sure two cards are one product, or None."""
    if (
        len(a.words) < 2
        or len(b.words) < 2
        or _apart(a.words, b.words)
        or (a.options and b.options and a.options != b.options)
    ):
        return None
    if a.price and b.price and not 1 / _PRICE_RATIO <= a.price / b.price <= _PRICE_RATIO:
        return None
    likeness = float(fuzz.token_sort_ratio(" ".join(a.words), " ".join(b.words)))
    if likeness < _ALIKE:
        return None
    return round(0.5 + 0.4 * (likeness - _ALIKE) / (100 - _ALIKE), 3)


@cache
def _setting_apart() -> frozenset[str]:
    """The words by which variants differ: sizes and grades, and the lexicon's single words for color, gender and age."""
    entries = (one for known in lexicon().phrases.by_word.values() for one in known)
    named = {words[0] for words, kinds in entries if len(words) == 1 and any(one.name in _BY_NAME for one in kinds)}
    return frozenset(named | set(_VARIANTS.split()))


def _apart(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether titles differ in a word that sets things apart: one with a digit, a size, a color, or both have one of their own."""
    left, right = Counter(a) - Counter(b), Counter(b) - Counter(a)
    for word in itertools.chain(left, right):
        if word in _setting_apart() or any(letter.isdigit() for letter in word):
            return True
    return bool(left) and bool(right) and not all(any(fuzz.ratio(one, other) >= 80 for other in right) for one in left)
