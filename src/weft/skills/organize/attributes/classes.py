"""Values that a text implies without saying them (`Storage Solutions`): a linear model of its words for each attribute."""

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from weft.skills.organize.attributes.places import once
from weft.skills.organize.attributes.tokens import Token

# The hash of each word and pair of words of a text, with the token at which it first stands.
Keys = dict[int, int]
_MOST_VALUES: Final = 200
_PLACED: Final = 3


@dataclass(slots=True)
class Classes:
    """One attribute: its values ("" for none), the hashed words known, and a weight for each word and value."""

    values: list[str]
    rows: dict[int, int]
    weights: NDArray[np.float32]
    base: NDArray[np.float32]

    def chances(self, keys: Keys) -> list[tuple[str, float, int]]:
        """The values, the likeliest first, each with its probability; the first three with the token that speaks most for them."""
        # A word counts once for a text, as it did in learning.
        there = [(self.rows[key], place) for key, place in keys.items() if key in self.rows]
        rows, places = (np.array([one[n] for one in there], int) for n in (0, 1))
        block = self.weights[rows]
        scores = block.sum(axis=0) + self.base
        powers = np.exp(scores - scores.max())
        powers /= powers.sum()
        ranked = np.argsort(-powers, kind="stable")
        first = [int(np.argmax(np.bincount(places, block[:, n]))) if there else 0 for n in ranked[:_PLACED]]
        return [
            (self.values[n], float(powers[n]), first[rank] if rank < _PLACED else 0) for rank, n in enumerate(ranked)
        ]


def keys_of(product: Mapping[str, Any], words: Sequence[Token]) -> Keys:
    """What is told of a text to the models of implied values."""
    return once(product, f"keys {len(words)}", lambda: _keys(words))


def _keys(words: Sequence[Token]) -> Keys:
    keys: Keys = {}
    for n, word in enumerate(words):
        following = words[n + 1].folded if n + 1 < len(words) else None
        for key in _told(word.folded, word.passage.field == "title", following):
            keys.setdefault(key, n)
    return keys


@lru_cache(maxsize=200_000)
def _told(word: str, titled: bool, following: str | None) -> tuple[int, ...]:
    told = [f"w={word}"]
    if titled:
        told.append(f"t={word}")
    if following is not None:
        told.append(f"b={word} {following}")
    return tuple(zlib.crc32(one.encode()) for one in told)


def learned(texts: Sequence[Keys], answers: Sequence[str]) -> Classes | None:
    """Learn an attribute's values from texts and their answers ("" for none); None where there is nothing to choose."""
    counted = Counter(answers)
    often = [value for value, count in counted.most_common(_MOST_VALUES) if count > 1 or value == ""]
    if len(often) < 2:
        return None
    chosen = [n for n, answer in enumerate(answers) if answer in often]
    keyed = [sorted(texts[n]) for n in chosen]
    seen = Counter(key for keys in keyed for key in keys)
    rows = {key: n for n, key in enumerate(sorted(key for key, count in seen.items() if count > 1))}
    places = [[rows[key] for key in keys if key in rows] for keys in keyed]
    starts = np.cumsum([0, *map(len, places)])
    flat = np.array([row for one in places for row in one], np.int32)
    matrix = sparse.csr_matrix((np.ones(len(flat), np.float32), flat, starts), (len(places), len(rows)))
    if not rows:
        return None
    model = LogisticRegression(C=1.0, max_iter=300, tol=1e-3)
    model.fit(matrix, [answers[n] for n in chosen])
    weights, base = model.coef_.T, model.intercept_
    if weights.shape[1] == 1:
        weights, base = np.hstack([-weights / 2, weights / 2]), np.array([-base[0] / 2, base[0] / 2])
    rounded = weights.astype(np.float16).astype(np.float32)
    return Classes([str(value) for value in model.classes_], rows, rounded, base.astype(np.float32))
