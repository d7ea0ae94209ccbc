"""The words that a catalog is written in: to mend what is misspelled, to finish what is being typed, to join and split compounds."""

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

_SHORTEST: Final = 4
_TWO_FROM: Final = 8
_FEWEST: Final = 2
# A word that so few products have may be a slip for one that so many times as many have.
_HARDLY_ANY: Final = 3
_TIMES_COMMONER: Final = 50
_LONG_ENOUGH: Final = 7
_MOST_PHRASES: Final = 50_000
_KEPT: Final = 4096
Found = TypeVar("Found")


class Spelling:
    """Folded words of a catalog with how many products have each, and pairs of words that often stand together."""

    def __init__(self, words: Mapping[str, int], phrases: Mapping[str, int]) -> None:
        self.words = words
        self.phrases = phrases
        self._met_mended: dict[str, tuple[str, ...]] = {}
        self._met_parted: dict[str, tuple[str, str] | None] = {}
        self._met_commoner: dict[str, str | None] = {}

    def mended(self, word: str) -> tuple[str, ...]:
        """The words that a word of nobody's was meant for, the likeliest first; none where it may be right."""
        return _kept(self._met_mended, word, self._mended)

    def parted(self, word: str) -> tuple[str, str] | None:
        """The two words that were written as one, where both are there and it is not."""
        return _kept(self._met_parted, word, self._parted)

    def commoner(self, word: str) -> str | None:
        """The word of many products that a word of hardly any was meant for: catalogs have slips as well; none of its own stem."""
        return _kept(self._met_commoner, word, self._commoner)

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.words)

    @cached_property
    def _phrases_sorted(self) -> list[str]:
        return sorted(self.phrases)

    @cached_property
    def _by_length(self) -> dict[int, tuple[list[str], NDArray[np.uint32]]]:
        """The words of each length, and the letters of each as bits."""
        found: dict[int, list[str]] = {}
        for word in self.words:
            if len(word) >= _SHORTEST - 1 and word.isalpha():
                found.setdefault(len(word), []).append(word)
        return {
            length: (words, np.fromiter(map(_letters, words), np.uint32, len(words))) for length, words in found.items()
        }

    def beginning(self, prefix: str, most: int) -> list[str]:
        """The words that begin so, the commonest first."""
        return self._commonest(self._sorted, self.words, prefix, most)

    def phrases_beginning(self, prefix: str, most: int) -> list[str]:
        """The pairs of words that begin so, the commonest first."""
        return self._commonest(self._phrases_sorted, self.phrases, prefix, most)

    @staticmethod
    def _commonest(ordered: Sequence[str], counts: Mapping[str, int], prefix: str, most: int) -> list[str]:
        if not prefix:
            return []
        start = bisect_left(ordered, prefix)
        end = bisect_left(ordered, prefix + "\U0010ffff", start)
        return sorted(ordered[start:end], key=lambda word: (-counts[word], word))[:most]

    def _mended(self, word: str) -> tuple[str, ...]:
        if len(word) < _SHORTEST or not word.isalpha() or word in self.words:
            return ()
        most = 2 if len(word) >= _TWO_FROM else 1
        found = self._near(word, most)
        if not found and most == 1 and len(word) > _SHORTEST:
            found = [one for one in self._near(word, 2) if one[0][0] == word[0] and self.words[one[0]] >= _FEWEST]
        ranked = sorted(found, key=lambda one: (-self._likelihood(word, *one), one[0]))
        return tuple(one for one, _ in ranked[:3])

    def _commoner(self, word: str) -> str | None:
        count = self.words.get(word, 0)
        if len(word) < _LONG_ENOUGH or not word.isalpha() or not 0 < count <= _HARDLY_ANY:
            return None
        found = [
            (other, distance)
            for other, distance in self._near(word, 2 if len(word) >= _TWO_FROM else 1)
            if other[0] == word[0] and self.words[other] >= _TIMES_COMMONER * count and not _of_one_stem(word, other)
        ]
        return max(found, key=lambda one: (self._likelihood(word, *one), one[0]))[0] if found else None

    def slip(self, word: str) -> str | None:
        """The word that is one slip away from one that nobody has, if products have it."""
        found = self.mended(word)
        return found[0] if found and OSA.distance(word, found[0]) == 1 else None

    def _near(self, word: str, most: int) -> list[tuple[str, int]]:
        letters = np.uint32(_letters(word))
        found: list[tuple[str, int]] = []
        for length in range(len(word) - most, len(word) + most + 1):
            if (there := self._by_length.get(length)) is None:
                continue
            words, bits = there
            # A slip puts one letter in another's place at most, so that few words are worth the comparison.
            alike = np.flatnonzero(np.bitwise_count(bits ^ letters) <= 2 * most).tolist()
            near = process.extract(
                word, [words[row] for row in alike], scorer=OSA.distance, score_cutoff=most, limit=64
            )
            found += [(one, int(distance)) for one, distance, _ in near]
        return found

    def _likelihood(self, word: str, there: str, distance: int) -> float:
        """By how often it is there and how it differs: people seldom get the first letter wrong, and leave out doubled ones."""
        slip = 3.0 * distance + (2.0 if there[0] != word[0] else 0.0)
        if _undoubled(there) == _undoubled(word):
            slip -= 1.0
        return math.log(self.words[there]) - slip

    def _parted(self, word: str) -> tuple[str, str] | None:
        if len(word) < _SHORTEST + 1 or not word.isalpha():
            return None
        own, best, chosen = self.words.get(word, 0), 0.0, None
        for place in range(2, len(word) - 1):
            one, other = word[:place], word[place:]
            together = self.phrases.get(f"{one} {other}", 0)
            if together > own or (own == 0 and len(one) > 2 and len(other) > 2):
                apart = min(self.words.get(one, 0), self.words.get(other, 0))
                score = together * 10.0 + math.log1p(apart) if apart >= _FEWEST else 0.0
                if score > best:
                    best, chosen = score, (one, other)
        return chosen


def _of_one_stem(one: str, other: str) -> bool:
    """Whether two words differ in their endings alone."""
    shared = min(len(one), len(other)) - 1
    return one[:shared] == other[:shared]


def _kept(met: dict[str, Found], word: str, find: Callable[[str], Found]) -> Found:
    try:
        return met[word]
    except KeyError:
        if len(met) >= _KEPT:
            met.clear()
        met[word] = found = find(word)
        return found


def _letters(word: str) -> int:
    """The letters of a word as bits, of which some letters share one."""
    bits = 0
    for sign in word:
        bits |= 1 << (ord(sign) & 31)
    return bits


def _undoubled(word: str) -> str:
    return "".join(letter for place, letter in enumerate(word) if place == 0 or word[place - 1] != letter)


def counted_pairs(
    forms: Sequence[str], titles: NDArray[np.uint32], lengths: NDArray[np.uint32]
) -> tuple[list[str], list[int]]:
    """The pairs of words that stand together in some titles, the commonest first, and how often; those met once are left out.

    `titles` are the places of words in `forms`, title after title; `lengths` is how many each title has.
    """
    may = np.array([len(form) > 1 and form.isalpha() for form in forms], np.bool_)
    by = np.repeat(np.arange(len(lengths)), lengths)
    one, other = titles[:-1].astype(np.int64), titles[1:].astype(np.int64)
    joined = (by[:-1] == by[1:]) & may[one] & may[other] if len(titles) > 1 else np.zeros(0, np.bool_)
    pairs, counts = np.unique(one[joined] * len(forms) + other[joined], return_counts=True)
    order = np.argsort(-counts, kind="stable")[:_MOST_PHRASES]
    order = order[counts[order] >= _FEWEST]
    found = [f"{forms[pair // len(forms)]} {forms[pair % len(forms)]}" for pair in pairs[order].tolist()]
    return found, counts[order].tolist()
