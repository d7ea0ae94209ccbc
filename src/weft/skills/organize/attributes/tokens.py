"""A product's words as a span model sees them: tokens with their places, and what is told of each as hashed features."""

import re
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from weft.skills.organize.attributes.lexicon import Phrases, lexicon
from weft.skills.organize.attributes.measures import unit_of
from weft.skills.organize.attributes.places import Passage, once, passages

_TOKEN: Final = re.compile(r"\d+(?:[.,]\d+)+(?:[^\W\d_]+\b)?|[^\W_]+(?:['’][^\W\d_]+)*|[^\w\s]|_")
_MOST: Final = 70
_MOST_LONG: Final = 240
_EDGE: Final = "<edge>"


@dataclass(frozen=True, slots=True)
class Token:
    """A token: as written and folded, its passage and the offsets in that passage's text as it is read."""

    text: str
    folded: str
    passage: Passage
    start: int
    end: int


def tokens(product: Mapping[str, Any], described: bool = True) -> list[Token]:
    """The tokens of a product's title, and of the beginning of its description where `described`."""
    return once(product, f"tokens {described}", lambda: _tokens(product, described))


def _tokens(product: Mapping[str, Any], described: bool) -> list[Token]:
    read = {passage.field: passage for passage in passages(product)}
    found: list[Token] = []
    for field, most in (("title", _MOST), ("description", _MOST_LONG if described else 0)):
        passage = read.get(field)
        if passage is None or not most:
            continue
        for n, match in enumerate(_TOKEN.finditer(passage.text)):
            if n >= most:
                break
            text = match.group()
            found.append(Token(text, text.lower().replace("’", "'"), passage, match.start(), match.end()))
    return found


@lru_cache(maxsize=200_000)
def _hash(feature: str) -> int:
    return zlib.crc32(feature.encode())


@lru_cache(maxsize=100_000)
def shape(text: str) -> str:
    """The outline of a word: `Xx`, `dd`, `XXd`; a run of more than two counts as two."""
    plain = re.sub(r"[A-ZÀ-Þ]", "X", re.sub(r"[a-zß-ÿ]", "x", re.sub(r"\d", "d", text)))
    return re.sub(r"(.)\1{2,}", r"\1\1", plain)


@lru_cache(maxsize=100_000)
def _own(text: str, folded: str, category: str) -> tuple[int, ...]:
    """What is told of a word by itself, also together with the category."""
    outline = shape(text)
    told = [
        f"w={folded}",
        f"c={category}|w={folded}",
        f"s={outline}",
        f"c={category}|s={outline}",
        f"p3={folded[:3]}",
        f"e3={folded[-3:]}",
        f"e2={folded[-2:]}",
        f"stem={folded.rstrip('s')[:6]}",
    ]
    if any(char.isdigit() for char in text):
        split = re.match(r"([\d.,]+)([^\W\d_]+)$", folded)
        unit = unit_of(split.group(2)) if split else None
        told += [f"num={unit or outline}", f"digits={min(sum(char.isdigit() for char in text), 8)}"]
    elif unit := unit_of(folded):
        told.append(f"unit={unit}")
    return tuple(_hash(one) for one in told)


@lru_cache(maxsize=200_000)
def _beside(text: str, folded: str, category: str, place: int) -> tuple[int, ...]:
    """What is told of a word to its neighbour `place` tokens away."""
    told = [f"{place}w={folded}"]
    if abs(place) <= 2:
        told += [f"{place}s={shape(text)}", f"{place}end={folded[-3:]}"]
    if abs(place) == 1:
        told.append(f"c={category}|{place}w={folded}")
        if unit := unit_of(folded):
            told.append(f"{place}u={unit}")
    return tuple(_hash(one) for one in told)


@lru_cache(maxsize=4096)
def _marks(name: str, edge: str, often: int) -> int:
    return _hash(f"gaz={name}|{edge}|{often}")


@lru_cache(maxsize=100_000)
def _position(place: int, left: int, field: str, commas: int, deep: bool, category: str, first: str) -> tuple[int, ...]:
    told = [
        f"at={min(place, 3) if place < 4 else 4 if place < 7 else 5 if place < 15 else 6}|{field}",
        f"left={left}",
        f"in={field}|{commas}",
        f"c={category}|at={min(place, 6)}",
        f"c={category}|in={commas}",
        f"deep={deep}",
    ]
    if not place:
        told.append(f"first={field}|{first}")
    return tuple(_hash(one) for one in told)


@lru_cache(maxsize=200_000)
def _around(left: str, mine: str, right: str) -> tuple[int, ...]:
    """What is told of a word and its neighbours together."""
    return _hash(f"b={left}|{mine}"), _hash(f"a={mine}|{right}"), _hash(f"ba={left}|{right}")


def _positions(words: Sequence[Token], category: str) -> Iterator[tuple[int, ...]]:
    """Where each token stands: from the start, from the end, after how many commas, within brackets or not."""
    commas, deep, field, since = 0, 0, "", 0
    last = len(words)
    for n, word in enumerate(words):
        if word.passage.field != field:
            field, since, commas, deep = word.passage.field, n, 0, 0
        place = n - since
        first = "" if place else shape(word.text)
        yield _position(min(place, 15), min(last - n, 4), field, min(commas, 4), deep > 0, category, first)
        commas += word.text in (",", "|", "-", "–", ";")
        deep = max(0, deep + (word.text in "([") - (word.text in ")]"))


def features(
    plain: Sequence[Sequence[int]],
    words: Sequence[Token],
    known: Phrases,
    often: Mapping[tuple[str, str], int],
    own: Collection[tuple[str, str]],
) -> list[Sequence[int]]:
    """The hashed features of each token: those that are `plain`, and what was learned of the words.

    `known` are the phrases of values by name and `often` how many examples have one; `own` are the (name, value) that
    this very example gave, which count one less, so that learning does not see its own answer.
    """
    marks: dict[int, list[int]] = {}
    for entry, first, after in known.within([word.folded for word in words]):
        key = (entry.name, entry.value)
        count = often.get(key, 0) - (key in own)
        if count > 0:
            _mark(marks, len(words), entry.name, first, after, count if count < 4 else 4 if count < 10 else 5)
    return [[*one, *marks[n]] if n in marks else one for n, one in enumerate(plain)]


def plain_features(product: Mapping[str, Any], words: Sequence[Token], category: str) -> list[Sequence[int]]:
    """The hashed features that a token has whatever was learned: its form, its neighbours, its place, Weft's lexicon."""
    return once(product, f"features {len(words)}", lambda: _plain(words, category))


def _plain(words: Sequence[Token], category: str) -> list[Sequence[int]]:
    texts = [(word.text, word.folded) for word in words]
    padded = [(_EDGE, _EDGE)] * 3 + texts + [(_EDGE, _EDGE)] * 3
    marks: dict[int, list[int]] = {}
    for entry, first, after in lexicon().phrases.within([word.folded for word in words]):
        _mark(marks, len(words), f"lex:{entry.name}", first, after, 0)
    told: list[Sequence[int]] = []
    for n, place in enumerate(_positions(words, category)):
        here = n + 3
        one = [*_own(*texts[n], category), *place]
        for step in (-3, -2, -1, 1, 2, 3):
            one += _beside(*padded[here + step], category, step)
        one += _around(padded[here - 1][1], texts[n][1], padded[here + 1][1])
        told.append([*one, *marks.get(n, ())])
    return told


def _mark(marks: dict[int, list[int]], size: int, name: str, first: int, after: int, level: int) -> None:
    """Tell tokens that a known phrase begins, ends, goes on or stands beside them."""
    marks.setdefault(first, []).append(_marks(name, "first", level))
    marks.setdefault(after - 1, []).append(_marks(name, "last", level))
    for n in range(first, after):
        marks.setdefault(n, []).append(_marks(name, "in", level))
    if first:
        marks.setdefault(first - 1, []).append(_marks(name, "next", 0))
    if after < size:
        marks.setdefault(after, []).append(_marks(name, "before", 0))
