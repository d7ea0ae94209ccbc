"""Listings as rows of weighted terms: which terms count, and how much each."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from weft.skills.organize.listing import Listing, marks, pieces, seen, title_words, type_words, words

BLOCKS: Final = ("words", "pieces", "description")
_WEIGHTS: Final = (1.0, 1.3, 0.4)
_MOST: Final = 200_000
# Below so many listings every term counts; from there on a term that is not a word must be in two.
_FEW: Final = 100

Terms = dict[str, str]
"""Terms of one block of a listing, each with the word of the listing that it comes from."""


def terms(listing: Listing) -> tuple[Terms, Terms, Terms]:
    """The terms of a listing by block: words and pairs of words, pieces of words, words of the description."""
    title, kind = title_words(listing), type_words(listing)
    whole: Terms = {}
    parts: Terms = {}
    for text in (title, kind):
        before = ""
        for word in text:
            whole.setdefault(word, word)
            if before:
                whole.setdefault(f"{before} {word}", word)
            before = word
    if title:
        whole.setdefault(f"last:{title[-1]}", title[-1])
    for mark in marks(listing):
        whole.setdefault(mark, mark.partition(":")[2])
    for word in dict.fromkeys(title + kind):
        for piece in pieces(word):
            parts.setdefault(piece, word)
    told = {word: word for word in words(seen(listing.description))} if listing.description else {}
    return whole, parts, told


@dataclass(frozen=True, slots=True)
class Rows:
    """Listings as rows (listings, columns), and for every stored value the number of the word it comes from.

    `words` has each listing's words; a value's number counts through all of them, from `starts` of its listing on.
    """

    matrix: Any
    owners: NDArray[np.int64]
    words: list[list[str]]
    starts: NDArray[np.int64]
    known: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms that count, by block, with their column and their weight: the rarer, the more."""

    columns: tuple[dict[str, int], ...]
    weights: NDArray[np.float32]

    @classmethod
    def of(cls, listings: Iterable[tuple[Terms, ...]], count: int) -> "Vocabulary":
        """The vocabulary of listings' terms; `count` is how many listings there are."""
        met: tuple[Counter[str], ...] = tuple(Counter() for _ in BLOCKS)
        for blocks in listings:
            for counter, block in zip(met, blocks, strict=True):
                counter.update(block.keys())
        columns: list[dict[str, int]] = []
        weights: list[float] = []
        for name, counter in zip(BLOCKS, met, strict=True):
            least = 1 if name == "words" or count < _FEW else 2
            kept = [term for term, times in counter.items() if times >= least]
            kept = sorted(sorted(kept, key=lambda term: (-counter[term], term))[:_MOST])
            columns.append({term: len(weights) + place for place, term in enumerate(kept)})
            weights += [math.log((1 + count) / (1 + counter[term])) + 1 for term in kept]
        return cls(tuple(columns), np.array(weights, np.float32))

    def rows(self, listings: Sequence[tuple[Terms, ...]], owned: bool = False) -> Rows:
        """Listings' terms as rows of unit length a block; with `owned` also which word each value comes from.

        `known` is the share of a listing's words that the vocabulary has, (listings,).
        """
        indices: list[int] = []
        blocks_of: list[int] = []
        ends = [0]
        owners: list[int] = []
        spoken: list[list[str]] = []
        starts = np.zeros(len(listings), np.int64)
        known = np.zeros(len(listings))
        met = 0
        for place, blocks in enumerate(listings):
            numbers: dict[str, int] = {}
            starts[place] = met
            for number, (columns, block) in enumerate(zip(self.columns, blocks, strict=True)):
                before = len(indices)
                for term, word in block.items():
                    column = columns.get(term)
                    if column is not None:
                        indices.append(column)
                        if owned:
                            owners.append(met + numbers.setdefault(word, len(numbers)))
                blocks_of += [number] * (len(indices) - before)
                if number == 0:
                    alone = [term for term in block if " " not in term and ":" not in term]
                    known[place] = sum(term in columns for term in alone) / max(len(alone), 1)
            ends.append(len(indices))
            met += len(numbers)
            spoken.append(list(numbers))
        column_of = np.array(indices, np.int32)
        row_of = np.repeat(np.arange(len(listings)), np.diff(ends))
        group = row_of * len(BLOCKS) + np.array(blocks_of, np.int64)
        values = self.weights[column_of] if len(column_of) else np.zeros(0, np.float32)
        squares = np.bincount(group, values.astype(np.float64) ** 2, len(listings) * len(BLOCKS))
        scale = np.array(_WEIGHTS)[group % len(BLOCKS)] / np.sqrt(squares[group])
        matrix = csr_matrix(
            ((values * scale).astype(np.float32), column_of, np.array(ends, np.int64)),
            shape=(len(listings), len(self.weights)),
        )
        return Rows(matrix, np.array(owners, np.int64), spoken, starts, known)
